"""Hậu Giang 2020–2025 in figures: load, pick, derive, show.

>>> import hg_analysis as hg
>>> table = hg.load()
>>> print(hg.figure(table, "grdp_growth", source="appendix3"))
9.24 [9.235, 9.245)

Who draws imports more: ``from hg_analysis import pictures``; drawing libraries cost as much
to import as all the rest.
"""

from hg_analysis import calc
from hg_analysis.figures import Figure, derive, figure, figures, turning
from hg_analysis.files import DataError, Fault
from hg_analysis.show import show, tally
from hg_analysis.table import companion, load
from hg_analysis.words import use_language

__version__ = "0.2.0"
__all__ = [
    "DataError", "Fault", "Figure", "calc", "companion", "derive", "figure", "figures", "load",
    "show", "tally", "turning", "use_language",
]  # fmt: skip
