"""How names, numbers, periods, figures and sources are written, in the reader's language.

Every name comes from the data files; numbers, months and quarters follow the locale.
"""

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from numbers import Real

import numpy as np
import pandas as pd

from hg_analysis.figures import Figure, described
from hg_analysis.table import called, entries

LANGUAGES = ("en", "vi")
# Babel's patterns of a year, quarter, month and day.
_PERIOD = {"en": {"Y": "yyyy", "Q": "'Q'Q yyyy", "M": "MMM yyyy", "D": "d MMM yyyy"}}
_PERIOD["vi"] = {"Y": "yyyy", "Q": "'quý' Q/yyyy", "M": "M/yyyy", "D": "d/M/yyyy"}
_MONTHS = re.compile(r"(\d{4})-(\d\d)/\1-(\d\d)")  # of one year, from the first to the last
SIGNS = {"=": "", "~": "≈ ", ">": "> ", "<": "< ", ">=": "≥ ", "<=": "≤ "}
_OUTWARDS = {">=": (math.floor, "low"), "<=": (math.ceil, "high")}
WEB = ("https://", "http://")
MARKS = {"document": "●", "published": "■", "plan": "△", "implied": "◆"}
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


def name(kind, term, default=None):
    """Return the name of a term or, with kind "indicator", of an indicator.

    Parameters
    ----------
    kind, term : str
    default : str, optional
        What to return of a term that the data files do not name.

    Raises
    ------
    LookupError
        If the data files do not name it, and there is no default.
    """
    try:
        if kind == "indicator":
            return getattr(described(term), f"name_{language()}")
        if kind == "section":  # goes by any of its paragraphs
            return getattr(entries("paragraphs")[term], f"section_{language()}")
        return getattr(entries("terms")[kind, term], f"name_{language()}")
    except LookupError as error:
        if default is not None:
            return default
        raise error if kind == "indicator" else LookupError(f"no {kind} {term!r} in terms.csv")


def label(term, **parts):
    """Return the words of a label, with what stands for each of its {parts}."""
    text = name("label", term)
    for part, said in parts.items():
        text = text.replace(f"{{{part}}}", said)
    return text


def indicator(term, place):
    """Return the name of an indicator at a place.

    Raises
    ------
    LookupError
        If the data files do not name it.
    """
    return called(name("indicator", term), place)


def known(kind, term):
    """Tell whether the data files name a term."""
    return bool(name(kind, term, ""))


def text(note):
    """Return a note, or what a publication is about, as it is said in the language in use.

    What ``data/texts.csv`` does not hold, such as a note of one's own, stays as it is.
    """
    entry = entries("texts").get(note)
    return getattr(entry, f"text_{language()}") if entry else note


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
    return format_decimal(rounded, format=pattern, locale=language()).replace("-", "−")


def period(text):
    """Write an ISO 8601 period for a reader.

    Parameters
    ----------
    text : str
        A year, quarter, month, day, or an interval; the first or the last months of
        a year are called so where ``data/terms.csv`` has a name for them.

    Examples
    --------
    >>> period("2020/2025"), period("2025-06"), period("2025-Q1")
    ('2020–2025', 'Jun 2025', 'Q1 2025')
    >>> period("2023-01/2023-09"), period("2025-07/2025-12")
    ('first nine months of 2023', 'second half of 2025')
    """
    from babel.dates import format_date

    if months := _MONTHS.fullmatch(text):
        year, first, last = months.groups()
        if known("label", named := f"months_{first}_{last}"):
            return label(named, year=year)
    forms, moments = _PERIOD[language()], map(pd.Period, text.split("/"))
    return "–".join(format_date(m.end_time, forms[m.freqstr[0]], language()) for m in moments)


def digits(figure):
    """Decimals worth printing: those of the source; else what the bounds leave of four digits."""
    if figure.decimals is not None:
        return figure.decimals
    width = figure.high - figure.low
    most = max(0, 3 - math.floor(math.log10(abs(figure.value) or 1)))
    if width == 0:  # a count is exact, a ratio of counts is written short
        return 0 if figure.value == round(figure.value) else most
    if width == math.inf or figure.relation != "=":
        return min(most, 1)
    return min(most, max(0, math.ceil(-math.log10(width / 2))))


def stated_value(figure):
    """Return the number that stands for a figure: of a derived one with an open side, its bound."""
    if figure.decimals is None and figure.relation in _OUTWARDS:
        outwards, end = _OUTWARDS[figure.relation]
        return _outwards(outwards, getattr(figure, end), digits(figure))
    return figure.value


def value_text(figure):
    """Write the value, with the sign of its relation where it is not an equality."""
    return SIGNS[figure.relation] + number(stated_value(figure), digits(figure))


def _outwards(rounding, end, decimals):
    scale = 10**decimals
    return rounding(round(end * scale, 6)) / scale


def bounds_text(figure, mark=lambda end, value, decimals: number(value, decimals), quote=str):
    """Write the bounds, rounded outwards so that they hold what they must.

    Parameters
    ----------
    figure : Figure
    mark : callable, optional
        Called with "low" or "high", the rounded bound and its decimals; returns its text.
    quote : callable, optional
        What is done with the words between the bounds: escaped for HTML.

    Returns
    -------
    str
        Between negative numbers a word, since a dash would look like one more sign; nothing
        where the sign before the value says it, or words leave no bounds.
    """
    if figure.low == figure.high:
        return label("exact")
    if figure.relation not in "=~" or figure.high == math.inf:
        return ""
    # One decimal more than the value, or a bound would be coarser than what it bounds.
    decimals = digits(figure) + (figure.decimals is not None)
    ends = _outwards(math.floor, figure.low, decimals), _outwards(math.ceil, figure.high, decimals)
    low, high = (mark(*each) for each in zip(("low", "high"), ends, (decimals, decimals)))
    template = name("label", "from_to") if ends[0] < 0 else "{low} – {high}"
    return quote(template).replace("{low}", low).replace("{high}", high)


def publisher(ref):
    """Return the name of a reference: the appendix's place or the publisher, marked if weak."""
    if ref.startswith("¶"):
        return ref
    source = entries("sources")[ref]
    weak = f" ({label('unofficial')})" if source.kind == "compiled" else ""
    return name("publisher", source.publisher, source.publisher) + weak  # most need no other


def standing(source):
    """Say what a source is and whom it quotes, as far as the data files name it.

    Examples
    --------
    >>> standing("plo_2022_12"), standing("pci_vietnam")
    ('national press, quotes the province', 'business chamber')
    """
    row = entries("sources")[source]
    kind, quotes = name("kind", row.kind), row.quotes and name("quotes", row.quotes)
    return label("standing", kind=kind, quotes=quotes) if quotes else kind


def web_address(source):
    """Return the address of a source if it is one of the web, else nothing: no other is linked."""
    address = entries("sources")[source].address
    return address if address.startswith(WEB) else ""


def cell_text(column, cell):
    """Write a cell of a table by what its column holds.

    Parameters
    ----------
    column : str
        "figure" for indicators, "period", "source", or a kind of ``data/terms.csv``;
        the cells of any other column are written as they are.
    cell : Figure, number or str
        Of a number, four digits and all before the decimals.

    Returns
    -------
    str
    """
    if isinstance(cell, Figure):
        return value_text(cell)
    if isinstance(cell, Real):
        four = np.format_float_positional(cell, 4, fractional=False, trim="-")
        return number(cell, len(four.partition(".")[2]))
    if column == "period":
        return period(cell)
    if column == "source":
        return publisher(cell)
    kind = "indicator" if column == "figure" else column
    return name(kind, cell, name("label", cell, str(cell)))
