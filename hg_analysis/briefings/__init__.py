"""Slides, documents and PDFs of what the notebooks found, and the review of edited ones."""
