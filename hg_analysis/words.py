"""Names, numbers and periods in the reader's language.

Every name comes from the data files; numbers, months and quarters follow the locale.
"""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hg_analysis.figures import described
from hg_analysis.table import entries

LANGUAGES = ("en", "vi")
_MOMENTS = {  # by what a moment names: Babel's patterns
    "day": {"en": "d MMM yyyy", "vi": "d/M/yyyy"},
    "month": {"en": "MMM yyyy", "vi": "M/yyyy"},
    "quarter": {"en": "'Q'Q yyyy", "vi": "'quý' Q/yyyy"},
}
_state = {"language": "en"}


def use_language(language):
    """Choose the language of names and numbers in figures and tables.

    Parameters
    ----------
    language : {"en", "vi"}

    Raises
    ------
    ValueError
        For any other language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    _state["language"] = language


def language():
    """Return the language in use."""
    return _state["language"]


def name(kind, term):
    """Return the name of a term or, with kind "indicator", of an indicator.

    Raises
    ------
    LookupError
        If the data files do not name it.
    """
    if kind == "indicator":
        return getattr(described(term), f"name_{language()}")
    if kind == "section" and term in entries("paragraphs"):  # goes by any of its paragraphs
        return getattr(entries("paragraphs")[term], f"section_{language()}")
    if (kind, term) not in entries("terms"):
        raise LookupError(f"no {kind} {term!r} in terms.csv")
    return getattr(entries("terms")[kind, term], f"name_{language()}")


def known(kind, term):
    """Tell whether the data files name a term."""
    try:
        return bool(name(kind, term))
    except LookupError:
        return False


def unit(indicator):
    """Return the name of an indicator's unit."""
    return name("unit", described(indicator).unit)


def number(value, decimals=0):
    """Write a number with the language's separators.

    Examples
    --------
    >>> number(77854.5, 1)
    '77,854.5'
    >>> number(6.625, 2)
    '6.63'
    """
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
    step = Decimal(1).scaleb(-decimals)  # halves away from zero, as statistics offices round
    rounded = Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP)
    return format_decimal(rounded, format=pattern, locale=language())


def period(text, patterns=_MOMENTS):
    """Write an ISO 8601 period for a reader.

    Parameters
    ----------
    text : str
        A year, quarter, month, day, or an interval.
    patterns : dict
        Babel's date patterns by what a moment names and by language.

    Examples
    --------
    >>> period("2020/2025"), period("2025-06"), period("2025-Q1")
    ('2020–2025', 'Jun 2025', 'Q1 2025')
    """
    from babel.dates import format_date

    def moment(part):
        kind = {4: "year", 7: "quarter" if "Q" in part else "month", 10: "day"}[len(part)]
        if kind == "year":
            return part
        year, month, day = (int(n) for n in (*re.findall(r"\d+", part), 1)[:3])
        month = 3 * month if kind == "quarter" else month
        when = date(year, month, day)
        return format_date(when, format=patterns[kind][language()], locale=language())

    return "–".join(map(moment, text.split("/")))
