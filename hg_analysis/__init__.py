"""Hậu Giang 2020–2025 in figures: load, bound, derive, draw.

>>> import hg_analysis as hg
>>> table = hg.load()
>>> print(hg.figure(table, "grdp_growth", period="2020/2025", source="appendix3"))
9.24 [9.235, 9.245)
"""

from importlib import import_module

from hg_analysis import calc
from hg_analysis.bounds import Figure, derive
from hg_analysis.data import companion, figure, figures, load
from hg_analysis.faults import DataError, Fault
from hg_analysis.words import use_language

__all__ = [
    "DataError",
    "Fault",
    "Figure",
    "calc",
    "charts",
    "companion",
    "derive",
    "figure",
    "figures",
    "load",
    "show",
    "use_language",
]


def __getattr__(name):
    # Drawing libraries cost more to import than pandas: only who draws pays.
    if name == "charts":
        return import_module("hg_analysis.charts")
    if name == "show":
        return import_module("hg_analysis.page").show
    raise AttributeError(f"module 'hg_analysis' has no attribute '{name}'")
