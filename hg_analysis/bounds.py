"""What a printed figure allows: its number, its bounds, and what follows from it.

A printed figure is an interval. ``9,24`` is any number that rounds to it,
[9.235, 9.245); a count is exact; "more than" and "nearly" leave one side open.
"""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")
_VIETNAMESE = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?")
_IN_WORDS = {"gấp đôi": 2.0}
_RELATION_WORDS = (
    ("ít nhất", ">="),
    ("khoảng", "~"),
    ("trên", ">"),
    ("hơn", ">"),
    ("gần", "<"),
    ("top", "<="),
)
_FALL = ("giảm", "gảm")  # the second is the document's own misprint
_FIRMNESS = ["actual", "revised", "preliminary", "estimate", "plan", "pledge", "target"]


class Printed(NamedTuple):
    """A printed figure taken apart."""

    number: float
    decimals: int
    relation: str
    falls: bool
    estimated: bool


def parse_printed(text):
    """Read a figure in Vietnamese notation.

    Parameters
    ----------
    text : str
        The figure as printed with its unit: exactly one numeral ('.' between
        groups of three digits, ',' before decimals) or a number in words.

    Returns
    -------
    Printed
        The number without sign, its decimals, the relation that the words
        before it state, whether they state a fall, and whether an estimate.

    Raises
    ------
    ValueError
        If there is not exactly one number, its separators are not Vietnamese or
        it has more than 15 digits.

    Examples
    --------
    >>> parse_printed("gần 240.000 tỷ đồng")
    Printed(number=240000.0, decimals=0, relation='<', falls=False, estimated=False)
    >>> parse_printed("giảm 6,19%").falls
    True
    >>> parse_printed("9.24%/năm")
    Traceback (most recent call last):
    ...
    ValueError: '9.24' is not in Vietnamese notation
    """
    numerals = list(NUMERAL.finditer(text))
    if not numerals:
        if text in _IN_WORDS:
            return Printed(_IN_WORDS[text], 0, "=", False, False)
        raise ValueError(f"{text!r} holds no number")
    if len(numerals) > 1:
        raise ValueError(f"{text!r} holds more than one number")
    digits = numerals[0].group()
    if not _VIETNAMESE.fullmatch(digits):
        raise ValueError(f"{digits!r} is not in Vietnamese notation")
    if len(re.sub(r"\D", "", digits)) > 15:
        raise ValueError(f"{digits!r} has more digits than a number here can hold")
    before = text[: numerals[0].start()].casefold().split()
    phrase = f" {' '.join(before)} "
    relation = next((sign for word, sign in _RELATION_WORDS if f" {word} " in phrase), "=")
    return Printed(
        number=float(digits.replace(".", "").replace(",", ".")),
        decimals=len(digits.partition(",")[2]),
        relation=relation,
        falls=any(word in before for word in _FALL),
        estimated="ước" in before,
    )


def rounding_bounds(value, decimals, relation, exact, floor):
    """Bounds that rounding and wording leave, element by element.

    Parameters
    ----------
    value : array_like of float
        Figures, in the codebook's unit.
    decimals : array_like of int
        Decimals printed.
    relation : array_like of str
        One of ``= ~ > >= < <=``. ``~`` (about) is bounded like ``=``: the
        printed digits are all that is known.
    exact : array_like of bool
        True for what is not rounded: counts, and targets, which are set, not measured.
    floor : array_like of float
        Least value that the measure can take (0, or minus infinity).

    Returns
    -------
    low, high : ndarray of float
        ``[low, high)`` for rounded figures, ``[low, high]`` for counts.

    Notes
    -----
    Half a unit of the last printed digit either way, the definition of
    correct rounding. Trailing zeros count as digits: a round figure may be
    coarser than its bounds say.

    Examples
    --------
    >>> low, high = rounding_bounds([9.24, 42, 106], [2, 0, 0], ["=", "=", ">"],
    ...                             [False, True, False], [float("-inf"), 0, 0])
    >>> low.tolist(), high.tolist()
    ([9.235, 42.0, 106.0], [9.245, 42.0, inf])
    """
    value, decimals = np.asarray(value, float), np.asarray(decimals, int)
    relation, exact = np.asarray(relation), np.asarray(exact, bool)
    half = np.where(exact, 0.0, 0.5 * 10.0**-decimals)
    # Back to the decimal the sum stands for: 9.24 - 0.005 is not 9.235 in binary.
    low, high = (_round_each(end, decimals + 1) for end in (value - half, value + half))
    more, less = np.isin(relation, [">", ">="]), np.isin(relation, ["<", "<="])
    low = np.where(more, value, np.where(less, floor, low))
    high = np.where(less, value, np.where(more, np.inf, high))
    return np.maximum(low, floor), high


def _round_each(numbers, decimals):
    scale = 10.0**decimals
    return np.round(numbers * scale) / scale


@dataclass(frozen=True)
class Figure:
    """One number with its bounds and the places it comes from.

    Attributes
    ----------
    indicator : str
        Identifier in the codebook or among the derived quantities; it gives
        the unit and the names.
    value, low, high : float
        The number and its bounds, in that unit.
    place, period : str
        Where and when it holds; ISO 8601 for the period.
    origin : {"document", "published", "plan", "implied"}
        Stated by the document, published elsewhere, a plan or target published
        elsewhere, or implied by arithmetic.
    status, relation : str
        As in ``data/indicators.csv``; a derived number is as firm as the least
        firm of what it is made of, targets aside.
    refs : tuple of str
        Places in the source: ``¶11.7`` is paragraph 11, numeral 7, of the
        appendix; any other is an identifier in ``data/sources.csv``.
    decimals : int or None
        Decimals printed; ``None`` for a derived number.
    """

    indicator: str
    value: float
    low: float
    high: float
    place: str = ""
    period: str = ""
    origin: str = "implied"
    status: str = ""
    relation: str = "="
    refs: tuple = ()
    decimals: int | None = None

    def __str__(self):
        decimals = 4 if self.decimals is None else self.decimals + 1
        low, high = (f"{round(end, decimals):g}" for end in (self.low, self.high))
        return f"{round(self.value, decimals):g} [{low}, {high})"

    def widened(self, unit):
        """Return the figure as if rounded to ``unit`` (1000 to hundreds: [950, 1050))."""
        return replace(self, low=self.value - unit / 2, high=self.value + unit / 2)

    def ends(self):
        """Return both bounds as exact figures, for what takes them one by one."""
        return tuple(
            replace(self, value=end, low=end, high=end, relation="=")
            for end in (self.low, self.high)
        )


def derive(indicator, formula, *inputs, place=None, period=None, **constants):
    """Derive a number and its bounds by the same formula.

    The formula runs once on the numbers and once on intervals (mpmath's
    interval context), so the bounds hold whatever the true values behind the
    rounding are. Where an input occurs more than once in a formula they can be
    wider than need be, never narrower.

    Parameters
    ----------
    indicator : str
        Identifier of the derived quantity in ``data/derived.csv``.
    formula : callable
        A pure function of numbers, as in :mod:`hg_analysis.calc`.
    *inputs : Figure or float
        What the formula takes, in its order.
    place, period : str, optional
        Of the result. By default the place of the first figure, and from the
        first to the last period of all figures.
    **constants
        Passed to the formula unchanged.

    Returns
    -------
    Figure
        With ``origin`` "implied" and the places of all inputs.

    Examples
    --------
    >>> rate = Figure("grdp_growth", 9.24, 9.235, 9.245, refs=("¶11.7",))
    >>> from hg_analysis import calc
    >>> print(derive("growth_over_term", calc.compound, rate, years=5))
    55.5638 [55.5282, 55.5994)
    """
    from mpmath import iv  # only who derives pays for the import

    figures = [each for each in inputs if isinstance(each, Figure)]
    value = formula(*(getattr(each, "value", each) for each in inputs), **constants)
    boxes = [iv.mpf([e.low, e.high]) if isinstance(e, Figure) else iv.mpf(e) for e in inputs]
    box = iv.mpf(formula(*boxes, **constants))
    low, high = float(box.a), float(box.b)
    if high - low < 1e-9 * abs(float(value)):  # exact inputs; the width is that of binary numbers
        low = high = float(value)
    return Figure(
        indicator,
        float(value),
        low,
        high,
        place=figures[0].place if place is None else place,
        period=_span(figures) if period is None else period,
        relation=_relation(value, low, high, figures),
        status=_status(figures),
        refs=tuple(dict.fromkeys(ref for each in figures for ref in each.refs)),
    )


def _span(figures):
    """From the first start to the last end of the figures' periods."""
    moments = sorted(part for each in figures for part in each.period.split("/"))
    return "/".join(dict.fromkeys([moments[0], moments[-1]]))


def _relation(value, low, high, figures):
    """One open side of an input leaves one of the result open."""
    if all(each.relation in "=~" for each in figures):
        return "="
    return "<=" if high - value < value - low else ">="


def _status(figures):
    """Return the least firm of the inputs; a target is set, and makes nothing less firm."""
    found = [f.status for f in figures if f.status != "target"] or ["target"]
    return max(found, key=lambda status: _FIRMNESS.index(status) if status else -1)
