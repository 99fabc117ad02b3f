"""The rules that a table of indicators keeps, each with what it expects.

Every rule is a function from the table to one truth value a row. A table that
keeps them all is accepted on that alone; for one that does not, pandera runs
the same rules as a schema and collects every failing row.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd

from hg_analysis.bounds import Printed, parse_printed
from hg_analysis.faults import DataError, Fault

COLUMNS = (
    "indicator",
    "place",
    "period",
    "value",
    "relation",
    "status",
    "printed",
    "source",
    "paragraph",
    "nth",
    "note",
)
CODEBOOK = (
    "indicator",
    "theme",
    "measure",
    "unit",
    "better",
    "name_en",
    "name_vi",
    "definition_en",
    "definition_vi",
)
RELATIONS = ("=", ">", "<", ">=", "<=", "~")
_CHUNK = 100_000  # texts widened at once
_PRIME = np.uint64(0x9E3779B97F4A7C15)
KEY = ["indicator", "place", "period", "status", "source"]
UTF8 = "UTF-8 text; in the spreadsheet, save as 'CSV UTF-8'"
SEPARATOR = "columns separated by commas; export again with ',' as the separator"
NOTATION = (
    "exactly one number in Vietnamese notation, '.' between groups of three digits "
    "and ',' before decimals (9,24 or 77.854), of at most 15 digits, or 'gấp đôi'"
)
_MONTH = r"\d{4}(?:-(?:0[1-9]|1[0-2]))?"
_PERIOD = re.compile(rf"({_MONTH})(?:/({_MONTH}))?")


class Rule(NamedTuple):
    """One rule: the column it guards, its test and what it expects of a failing row."""

    column: str
    holds: Callable
    expected: Callable


def spread(column, by_category):
    """Give every row what stands beside its category.

    Parameters
    ----------
    column : pandas.Series of categoricals
    by_category : sequence
        One value for each category, in their order.

    Returns
    -------
    pandas.Categorical
    """
    codes, values = pd.factorize(np.asarray(by_category, dtype=object))
    return pd.Categorical.from_codes(np.append(codes, -1)[column.cat.codes], values)


def _each(column, test):
    """Test every category once; a missing cell counts as blank."""
    good = np.array([bool(test(text)) for text in column.cat.categories], dtype=bool)
    return np.append(good, bool(test("")))[column.cat.codes]


def _codes(column, categories):
    """Return each cell's place in a list of categories, −1 where it is in none."""
    return column.cat.set_categories(categories).cat.codes.to_numpy()


def _period(text):
    match = _PERIOD.fullmatch(text)
    if not match:
        return False
    start, end = match[1], match[2] or match[1]
    in_order = not match[2] or start[: len(end)] < end
    return start >= "1900" and end[:4] <= "2100" and in_order


def is_clean(text):
    """Tell whether a cell is tidy text; see ``CLEAN``."""
    return unicodedata.is_normalized("NFC", text) and text == text.strip() and text.isprintable()


def _ordinal(text):
    return text.isascii() and text.isdigit() and not text.startswith("0")


def _shapes(texts):
    """Group texts that differ in nothing but their digits.

    Parameters
    ----------
    texts : ndarray of str objects

    Returns
    -------
    codes : ndarray of int
        The shape of each text.
    examples : list of str
        One text of each shape.
    numbers : ndarray of float
        All digits of each text, read as one number.
    """
    hashes, numbers = np.empty(len(texts), np.uint64), np.empty(len(texts))
    for start in range(0, len(texts), _CHUNK):
        part = slice(start, start + _CHUNK)
        points = texts[part].astype("U")
        points = points.view(np.uint32).reshape(len(points), -1)
        digit = (points >= ord("0")) & (points <= ord("9"))
        hashed, number = np.zeros(len(points), np.uint64), np.zeros(len(points))
        for place in range(points.shape[1]):
            is_digit, point = digit[:, place], points[:, place]
            # A multiplicative hash, so that equal shapes meet without sorting texts.
            hashed = (hashed ^ np.where(is_digit, ord("0"), point)) * _PRIME
            number = np.where(is_digit, 10 * number + point - ord("0"), number)
        hashes[part], numbers[part] = hashed, number
    codes, distinct = pd.factorize(hashes)
    first = np.full(len(distinct), len(texts))
    np.minimum.at(first, codes, np.arange(len(texts)))
    return codes, list(texts[first]), numbers


@np.errstate(over="ignore", invalid="ignore")  # of numerals that are refused for their length
def _parse(column):
    """Take every printed figure apart, once for each shape of text."""
    codes, examples, digits = _shapes(column.to_numpy(dtype=object))
    parts, parsed = [], []
    for text in examples:
        try:
            said = parse_printed(text)
        except ValueError:
            said = Printed(np.nan, 0, "=", False, False)
        parts.append(said._replace(relation=RELATIONS.index(said.relation)))
        parsed.append(not np.isnan(said.number))
    number, decimals, relation, falls, estimated = (np.array(each)[codes] for each in zip(*parts))
    has_digit = np.array([any(map(str.isdigit, text)) for text in examples])[codes]
    return SimpleNamespace(
        number=np.where(has_digit, digits / 10.0**decimals, number),
        decimals=decimals,
        relation=pd.Series(pd.Categorical.from_codes(relation, RELATIONS)),
        falls=falls,
        estimated=estimated,
        parsed=np.array(parsed)[codes],
        has_digit=has_digit,
        clean=np.array([is_clean(text) for text in examples])[codes],
        shape=codes,
        examples=examples,
    )


def _shows_unit(said, units, symbols):
    """Whether each printed figure shows the symbol of its unit, where the unit has one."""
    hits = np.ones((len(units.categories), len(said.examples)), bool)
    for code, unit in enumerate(units.categories):
        for place, text in enumerate(said.examples) if unit in symbols else ():
            hits[code, place] = any(symbol in text for symbol in symbols[unit].split(";"))
    return hits[units.codes, said.shape]


def _repeats(frame, columns):
    """Whether an earlier row has the same values in these columns."""
    key = np.zeros(len(frame), np.int64)
    for column in columns:
        count = len(frame[column].cat.categories)
        if key.max() >= 2**62 // count:  # make room for another column
            key = pd.factorize(key)[0]
        key = key * count + frame[column].cat.codes.to_numpy()
    return pd.Series(key).duplicated().to_numpy()


def rules(frame, codebook, sources, terms):
    """Return the rules of a table of indicators and what the printed figures hold.

    Parameters
    ----------
    frame : pandas.DataFrame
        The columns of :data:`COLUMNS`, text as categoricals.
    codebook, sources, terms : pandas.DataFrame
        The companion tables that name what is allowed.

    Returns
    -------
    list of Rule, types.SimpleNamespace
    """
    said = _parse(frame.printed)
    book = codebook.set_index("indicator").reindex(frame.indicator.cat.categories).fillna("")
    measure, unit = (spread(frame.indicator, book[column]) for column in ("measure", "unit"))
    kinds = sources.set_index("source").kind
    primary = _each(frame.source, set(kinds.index[kinds == "primary"]).__contains__)
    units = terms[(terms.kind == "unit") & (terms.symbol != "")].set_index("term").symbol
    value = pd.to_numeric(frame.value, errors="coerce").to_numpy(float)
    signed = (measure == "change") | (measure == "growth")
    blank = {c: _each(frame[c], lambda text: text == "") for c in ("paragraph", "nth")}

    def known(column, allowed, remedy):
        def expected(row):
            close = difflib.get_close_matches(str(frame[column].iat[row]), allowed, 1)
            return (f"{close[0]!r}? Otherwise " if close else "") + remedy

        return Rule(column, lambda t: _each(t[column], set(allowed).__contains__), expected)

    def vocabulary(kind):
        allowed = list(terms.term[terms.kind == kind])
        return known(kind, allowed, f"one of {', '.join(allowed)} (data/terms.csv)")

    def fixed(column, holds, expected):
        return Rule(column, holds, lambda row: expected)

    def printed_as(row):
        return f"as in printed {frame.printed.iat[row]!r}"

    table = [
        known(
            "indicator",
            list(codebook.indicator),
            "an indicator of data/codebook.csv; a new one is described there first",
        ),
        vocabulary("place"),
        vocabulary("relation"),
        vocabulary("status"),
        known("source", list(sources.source), "a source of data/sources.csv; add a new one there"),
        fixed(
            "period",
            lambda t: _each(t.period, _period),
            "a year, a month or an interval in ISO 8601: 2025, 2025-06, 2020/2025",
        ),
        fixed("printed", lambda t: said.parsed, NOTATION),
        fixed("value", lambda t: np.isfinite(value), "a number with '.' before decimals"),
        Rule(
            "value",
            lambda t: (
                ~said.parsed | ~np.isfinite(value) | np.isclose(np.abs(value), said.number, 0, 1e-9)
            ),
            lambda row: f"{said.number[row]:.12g} {printed_as(row)}, or a corrected printed",
        ),
        Rule(
            "value",
            lambda t: ~said.parsed | (np.signbit(value) == (said.falls & signed & (value != 0))),
            lambda row: (
                f"a {'negative' if said.falls[row] and signed[row] else 'positive'} number "
                + printed_as(row)
            ),
        ),
        Rule(
            "relation",
            lambda t: (
                ~said.parsed | (_codes(t.relation, RELATIONS) == _codes(said.relation, RELATIONS))
            ),
            lambda row: f"{said.relation.iat[row]!r} {printed_as(row)}",
        ),
        Rule(
            "status",
            lambda t: ~said.estimated | np.asarray(t.status == "estimate"),
            lambda row: f"'estimate' {printed_as(row)}",
        ),
        Rule(
            "printed",
            lambda t: ~said.parsed | _shows_unit(said, unit, units),
            lambda row: f"a figure with its unit, {' or '.join(units[unit[row]].split(';'))}",
        ),
        fixed(
            "value",
            lambda t: (measure != "count") | (np.floor(value) == value) | ~np.isfinite(value),
            "a whole number, since the codebook says that it is a count",
        ),
        fixed(
            "value",
            lambda t: (measure != "share") | (np.abs(value) <= 100) | ~np.isfinite(value),
            "a share of at most 100",
        ),
        fixed(
            "paragraph",
            lambda t: np.where(primary, _each(t.paragraph, _ordinal), blank["paragraph"]),
            "the line of the document for a figure of the document, blank for any other",
        ),
        fixed(
            "nth",
            lambda t: np.where(
                primary & said.has_digit, _each(t.nth, _ordinal), blank["nth"] | ~said.parsed
            ),
            "which numeral of the line it is; blank for a figure in words or from elsewhere",
        ),
        fixed(
            "indicator",
            lambda t: ~_repeats(t, KEY),
            f"no second row with the same {', '.join(KEY)}",
        ),
        fixed(
            "paragraph",
            lambda t: ~primary | blank["nth"] | ~_repeats(t, ["source", "paragraph", "nth"]),
            "no second row for the same numeral of the document",
        ),
    ]
    table += [
        fixed(column, lambda t, c=column: _each(t[c], is_clean), CLEAN)
        for column in COLUMNS
        if column not in ("value", "printed")
    ]
    table.append(fixed("printed", lambda t: said.clean, CLEAN))
    return table, said


CLEAN = "text in Unicode NFC, without spaces at its ends or control characters"


def validate(frame, file, codebook, sources, terms):
    """Hold a table of indicators against every rule.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`hg_analysis.data.read` returns it.
    file : str
        Name of the file, for the messages.
    codebook, sources, terms : pandas.DataFrame
        The companion tables.

    Returns
    -------
    types.SimpleNamespace
        What the printed figures hold: ``number``, ``decimals``, ``relation``.

    Raises
    ------
    DataError
        With one fault for every cell that breaks a rule.
    """
    checks, said = rules(frame, codebook, sources, terms)
    if all(np.all(rule.holds(frame)) for rule in checks):
        return said
    import pandera.pandas as pa  # a third of pandas' own import time: only for the report

    listed = pa.DataFrameSchema(
        checks=[
            pa.Check(
                lambda t, r=rule: pd.Series(np.asarray(r.holds(t), bool), index=t.index),
                name=str(place),
                ignore_na=False,
            )
            for place, rule in enumerate(checks)
        ]
    )
    try:
        listed.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases[["index", "check"]].drop_duplicates()
    found = sorted((int(row), int(check)) for row, check in cases.itertuples(index=False))
    raise DataError(
        Fault(
            file,
            row + 2,
            checks[check].column,
            str(frame[checks[check].column].iat[row]),
            checks[check].expected(row),
        )
        for row, check in found
    )
