"""Hậu Giang."""
