"""Hậu Giang 2020–2025 in figures: load, pick, derive, show.

>>> import hg_analysis as hg
>>> table = hg.load()
>>> print(hg.figure(table, "grdp_growth", source="appendix3"))
9.24 [9.235, 9.245)
"""

from importlib import import_module

from hg_analysis import calc
from hg_analysis.figures import Figure, derive, figure, figures, turning
from hg_analysis.files import DataError, Fault
from hg_analysis.show import show, tally
from hg_analysis.table import companion, load
from hg_analysis.words import use_language

__version__ = "0.2.0"
__all__ = [
    "DataError", "Fault", "Figure", "calc", "companion", "derive", "figure",
    "figures", "load", "pictures", "show", "tally", "turning", "use_language",
]  # fmt: skip


def __getattr__(name):
    # Drawing libraries cost more to import than pandas: only who draws pays.
    if name == "pictures":
        return import_module("hg_analysis.pictures")
    raise AttributeError(f"module 'hg_analysis' has no attribute '{name}'")
