"""The tables: read, validated, joined; and figures picked from them."""

import csv
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from hg_analysis import schema
from hg_analysis.bounds import Figure, parse_printed, rounding_bounds
from hg_analysis.faults import DataError, Fault

_HERE = Path(__file__).resolve().parent
# An installed package holds the data; in a checkout they lie beside it.
DATA = next(p for p in (_HERE / "data", _HERE.parent / "data") if p.is_dir())
COLUMNS = {
    "indicators": schema.COLUMNS,
    "codebook": schema.CODEBOOK,
    "derived": schema.CODEBOOK,
    "sources": ("source", "title", "publisher", "published", "address", "kind", "note"),
    "numerals": ("paragraph", "nth", "printed", "role", "indicator"),
    "readings": ("indicator", "reading", "verdict", "reason_en", "reason_vi"),
    "terms": ("kind", "term", "name_en", "name_vi", "symbol", "note"),
    "paragraphs": ("paragraph", "section_en", "section_vi", "opening"),
}
KEYS = {
    "codebook": ["indicator"],
    "derived": ["indicator"],
    "sources": ["source"],
    "numerals": ["paragraph", "nth"],
    "readings": ["indicator", "reading"],
    "terms": ["kind", "term"],
    "paragraphs": ["paragraph"],
}
_JOINED = ("theme", "measure", "unit", "name_en", "name_vi")


@cache
def _companion(name):
    table = read(DATA / f"{name}.csv", COLUMNS[name]).astype(str)
    return table.drop_duplicates(KEYS[name], ignore_index=True)  # the audit reports them


def companion(name):
    """Return one of the tables beside the indicators, as text.

    Parameters
    ----------
    name : {"codebook", "derived", "sources", "numerals", "readings", "terms", "paragraphs"}
        The file's name without its ending; ``data/README.md`` describes the columns.

    Returns
    -------
    pandas.DataFrame
        One row a line, all columns text, blank where blank.
    """
    return _companion(name).copy()


def read(path, columns):
    """Read a CSV file as text columns, or say what is wrong with the file as a whole.

    Parameters
    ----------
    path : path-like
        UTF-8, comma-separated, the header first.
    columns : sequence of str
        The columns it must have, no more and no fewer, in any order.

    Returns
    -------
    pandas.DataFrame
        Text columns are categoricals, so that a large file stays small, but for
        ``printed``; ``value`` is float where every cell is a number, else text.

    Raises
    ------
    DataError
        No such file, no rows, another encoding or separator, wrong columns, broken rows.
    """
    path = Path(path)
    # As text first: pandas would make numbers of "05" where a column holds nothing else.
    kinds = dict.fromkeys(columns, str)
    options = {"encoding": "utf-8-sig", "keep_default_na": False, "skip_blank_lines": False}
    try:
        _check_header(path, columns)
        try:
            numbers = {"value": "float64"} if "value" in columns else {}
            frame = pd.read_csv(path, dtype=kinds | numbers, **options)
        except (ValueError, OverflowError) as error:
            if isinstance(error, (UnicodeDecodeError, pd.errors.ParserError)):
                raise
            frame = pd.read_csv(path, dtype=kinds, **options)
    except OSError as error:
        raise _whole(path, error.strerror or str(error), "a readable CSV file") from None
    except UnicodeDecodeError:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        bad = re.search("[\udc80-\udcff]", text)  # what stands for a byte that is not UTF-8
        row, byte = text.count("\n", 0, bad.start()) + 1, ord(bad[0]) - 0xDC00
        fault = Fault(path.name, row, None, f"byte {byte:#04x}", schema.UTF8)
        raise DataError([fault]) from None
    except pd.errors.ParserError:
        raise DataError(_broken_rows(path, len(columns))) from None
    if frame.empty:
        raise _whole(path, "no rows", "a header and at least one row")
    # pandas fills short rows; reading a very large file twice for that would cost too much.
    if path.stat().st_size < 20e6 or not isinstance(frame.index, pd.RangeIndex):
        faults = list(_broken_rows(path, len(columns)))
        if faults:
            raise DataError(faults)
    for column in set(columns) - {"value", "printed"}:
        frame[column] = frame[column].astype("category")
    blank = np.flatnonzero(frame.iloc[:, 0] == "")
    blank = [row for row in blank if not any(frame.iloc[row].replace("", None).dropna())]
    if blank:
        raise DataError(Fault(path.name, int(r) + 2, None, "a blank line", "none") for r in blank)
    return frame


def _broken_rows(path, cells):
    """List the rows that do not have as many cells as the header."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows, start = csv.reader(handle, strict=True), 1
        try:
            for row in rows:
                if len(row) != cells and row:
                    expected = f"{cells} cells; text with commas or quotes stands in double quotes"
                    yield Fault(path.name, start, None, f"{len(row)} cells", expected)
                start = rows.line_num + 1
        except csv.Error as error:
            expected = "double quotes only around a whole cell, closed, and doubled inside it"
            yield Fault(path.name, start, None, str(error), expected)


def _lines_of_rows(path):
    """Return the line on which each row starts; a quoted cell can span several."""
    limit = csv.field_size_limit(path.stat().st_size)  # pandas reads a cell of any length
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = csv.reader(handle)
            return [1 + end for end in [rows.line_num for _ in rows]]
    finally:
        csv.field_size_limit(limit)


def _whole(path, found, expected):
    return DataError([Fault(path.name, None, None, found, expected)])


def _check_header(path, columns):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        header = handle.readline().rstrip("\r\n")
    if not header:
        found = "a blank first line" if path.stat().st_size else "an empty file"
        raise _whole(path, found, "a header and at least one row")
    if "\0" in header:
        raise _whole(path, "NUL characters", schema.UTF8)
    names = next(csv.reader([header]))
    for separator, called in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and separator in header:
            raise _whole(path, f"columns separated by {called}", schema.SEPARATOR)
    listed = ", ".join(columns)
    if not set(names) & set(columns):
        raise _whole(path, "no header", f"the columns {listed} in the first line")
    missing = [name for name in columns if name not in names]
    faults = [Fault(path.name, 1, n, "no such column", f"the columns {listed}") for n in missing]
    for name in dict.fromkeys(names):
        if name not in columns:
            faults.append(Fault(path.name, 1, name, "an unknown column", f"only {listed}"))
        elif names.count(name) > 1:
            faults.append(Fault(path.name, 1, name, "a column that stands twice", "it once"))
    if faults:
        raise DataError(faults)


def load(path=None):
    """Load the table of indicators, validated, with names and bounds.

    Parameters
    ----------
    path : path-like, optional
        A CSV file with the columns of ``data/indicators.csv``; that file by default.

    Returns
    -------
    pandas.DataFrame
        One row a figure. Columns: those of the file; ``theme``, ``measure``,
        ``unit``, ``name_en``, ``name_vi`` from the codebook; ``origin``
        (document, published, plan); ``low`` and ``high``, the bounds that
        rounding leaves, in the unit of ``value``. Text columns are categoricals.

    Raises
    ------
    DataError
        Listing every fault with row, column, value and what is allowed;
        nothing is loaded then.

    Examples
    --------
    >>> table = load()
    >>> row = table[(table.indicator == "grdp") & (table.source == "appendix3")].iloc[0]
    >>> float(row.low), float(row.value), float(row.high), row.unit
    (77853.5, 77854.0, 77854.5, 'billion VND')
    """
    path = Path(path) if path is not None else DATA / "indicators.csv"
    frame = read(path, COLUMNS["indicators"])
    books = {name: companion(name) for name in ("codebook", "sources", "terms")}
    try:
        return _join(frame, schema.validate(frame, path.name, **books), books)
    except DataError as error:
        lines = _lines_of_rows(path)
        raise DataError(f._replace(row=lines[f.row - 2]) for f in error.faults) from None


def _join(frame, checked, books):
    """Add names, origin and bounds; ``checked`` holds what validation worked out."""
    table = frame[list(COLUMNS["indicators"])].copy(deep=False)
    book = books["codebook"].set_index("indicator").reindex(table.indicator.cat.categories)
    for column in _JOINED:
        table[column] = schema.spread(table.indicator, book[column])
    kinds = books["sources"].set_index("source").kind
    primary = table.source.isin(kinds.index[kinds == "primary"])
    intent = table.status.isin(["plan", "target", "pledge"])
    table["origin"] = pd.Categorical.from_codes(
        np.where(primary, 0, np.where(intent, 2, 1)), ["document", "published", "plan"]
    )
    table["low"], table["high"] = rounding_bounds(
        table.value,
        checked.decimals,
        table.relation,
        exact=(table.measure == "count") | (table.status == "target"),
        floor=np.where(table.measure.isin(["change", "growth"]), -np.inf, 0.0),
    )
    table.loc[~checked.has_digit, ["low", "high"]] = 0, np.inf  # a word leaves no rounding
    return table


def figures(table, indicator, place="hau_giang", **where):
    """Pick figures from a table, in the order of their periods.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`load` returns it.
    indicator : str
    place : str or None
        Identifier of the place; ``None`` for all.
    **where
        Further columns and the value or list of values they must have, such as
        ``period="2025"``, ``status=["plan", "target"]``, ``origin="published"``.

    Returns
    -------
    list of Figure

    Raises
    ------
    LookupError
        If there is none.
    """
    wanted = {"indicator": indicator} | ({"place": place} if place else {}) | where
    if unknown := wanted.keys() - set(table.columns):
        raise LookupError(
            f"no column {', '.join(sorted(unknown))}; there are {list(table.columns)}"
        )
    mask = np.ones(len(table), bool)
    for column, allowed in wanted.items():
        several = isinstance(allowed, (list, tuple, set))
        mask &= table[column].isin(list(allowed) if several else [allowed])
    rows = table[mask]
    if rows.empty:
        asked = ", ".join(f"{column} {allowed!r}" for column, allowed in wanted.items())
        raise LookupError(f"no figure with {asked}")
    picked = [_figure(row) for row in rows.itertuples()]
    return sorted(picked, key=lambda each: each.period.split("/")[::-1])


def figure(table, indicator, place="hau_giang", **where):
    """Pick the one figure that fits; see :func:`figures`.

    Raises
    ------
    LookupError
        If there is none, or more than one: the message lists what tells them apart.
    """
    found = figures(table, indicator, place, **where)
    if len(found) > 1:
        listed = "; ".join(f"{f.value:g} ({f.period}, {f.status}, {f.refs[0]})" for f in found)
        raise LookupError(f"{len(found)} figures fit {indicator!r}: {listed}")
    return found[0]


def _figure(row):
    ref = f"¶{row.paragraph}.{row.nth}" if row.nth else f"¶{row.paragraph}"
    return Figure(
        row.indicator,
        float(row.value),
        float(row.low),
        float(row.high),
        place=row.place,
        period=row.period,
        origin=row.origin,
        status=row.status,
        relation=row.relation,
        refs=(ref if row.paragraph else row.source,),
        decimals=parse_printed(row.printed).decimals,
    )
