"""Names, numbers and periods in the reader's language.

Every name comes from the data files; numbers follow the locale.
"""

import re
from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from hg_analysis.data import companion

LANGUAGES = ("en", "vi")
_MONTH = {"en": "MMM yyyy", "vi": "M/yyyy"}
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


@cache
def _names(which):
    """All names of one language, by (kind, term); a section goes by any of its paragraphs."""
    column = f"name_{which}"
    terms = companion("terms")
    names = dict(zip(zip(terms.kind, terms.term), terms[column]))
    for table in ("codebook", "derived"):
        rows = companion(table)
        names |= {("indicator", key): name for key, name in zip(rows.indicator, rows[column])}
    rows = companion("paragraphs")
    names |= {("section", n): name for n, name in zip(rows.paragraph, rows[f"section_{which}"])}
    return names


def name(kind, term):
    """Return the name of a term or, with kind "indicator", of an indicator.

    Raises
    ------
    LookupError
        If the data files do not name it.
    """
    try:
        return _names(language())[kind, term]
    except KeyError:
        raise LookupError(f"no {kind} {term!r} in data/terms.csv, codebook.csv or derived.csv")


def known(kind, term):
    """Tell whether the data files name a term."""
    return (kind, term) in _names(language())


@cache
def _units():
    return {
        row.indicator: row.unit
        for table in ("codebook", "derived")
        for row in companion(table).itertuples()
    }


def unit(indicator):
    """Return the name of an indicator's unit."""
    return name("unit", _units()[indicator])


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


def period(text):
    """Write an ISO 8601 period for a reader.

    Examples
    --------
    >>> period("2020/2025"), period("2025-06")
    ('2020–2025', 'Jun 2025')
    """
    return "–".join(_moment(part) for part in text.split("/"))


def _moment(text):
    from babel.dates import format_date

    if "-" not in text:
        return text
    year, month = map(int, text.split("-"))
    return format_date(date(year, month, 1), format=_MONTH[language()], locale=language())


# Words for numbers that the other language may write in digits: from zero to ten, and more.
_SPELT = {
    "en": "zero|one|two|three|four|five|six|seven|eight|nine|ten",
    "vi": "không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười",
}
_MORE = {"en": {"half": 6, "halves": 6}, "vi": {"vạn": 10_000, "xiii": 13}}


@cache
def _spelt(which):
    from babel.dates import get_month_names

    months = {name.lower(): n for n, name in get_month_names("wide", locale=which).items()}
    return months | {word: n for n, word in enumerate(_SPELT[which].split("|"))} | _MORE[which]


def _stated(text, which):
    """Count the numbers that a text states in digits, and those that it spells."""
    group, point = (",", ".") if which == "en" else (".", ",")
    written = (
        number.replace(group, "").replace(point, ".")
        for number in re.findall(r"\d+(?:[.,]\d+)*", text)
    )
    words = (_spelt(which).get(word) for word in re.findall(r"\w+", text.lower()))
    return Counter(map(float, written)), Counter(n for n in words if n is not None)


def unequal_numbers(english, vietnamese):
    """Compare the numbers of a text with those of its translation.

    Parameters
    ----------
    english, vietnamese : str
        Each in its own notation: 1,234.5 and 1.234,5.

    Returns
    -------
    list of float
        Numbers that one text states in digits and the other states neither in
        digits nor in words ("five", "July", "vạn"); empty where all agree.

    Examples
    --------
    >>> unequal_numbers("Five rates of 9.24% from July 2021", "5 tốc độ 9,24% từ tháng 7/2021")
    []
    >>> unequal_numbers("37 beds per 10,000 people", "36 giường trên một vạn dân")
    [36.0, 37.0]
    """
    english, vietnamese = _stated(english, "en"), _stated(vietnamese, "vi")
    apart = english[0] - vietnamese[0] - vietnamese[1]
    return sorted([*apart, *(vietnamese[0] - english[0] - english[1])])
