"""The validated table as a file for a spreadsheet."""

import csv
import io
from pathlib import Path

import numpy as np

from hg_analysis import words
from hg_analysis.data import DATA, load
from hg_analysis.page import SIGNS, publisher, web_address
from hg_analysis.tools.run import replace

# How a spreadsheet tells a formula from text, wide letters and line ends included.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
COLUMNS = ("figure", "place", "period", "value", "low", "high", "unit", "relation", "status")
COLUMNS += ("origin", "printed", "source", "address", "stated_at", "note")


def export(out, data=None, language="en"):
    """Write the table of indicators for readers who work in a spreadsheet.

    Parameters
    ----------
    out : path-like
        The CSV file to write: UTF-8 with a byte order mark, by which spreadsheets
        know it. Numbers are plain, ``.`` before decimals; an open bound is blank.
        Text that a spreadsheet would take for a formula gets an apostrophe before it.
    data : path-like, optional
        A table of indicators in place of the bundled one.
    language : {"en", "vi"}, optional
        Of the column names and of what the cells say.

    Returns
    -------
    int
        The number of figures written.

    Raises
    ------
    DataError
        Where the table is not valid; nothing is written then.
    OSError
        Where ``out`` cannot be written: a folder, or a file among the data.
    """
    out = Path(out)
    if out.is_dir():
        raise OSError(f"{out} is a folder; name a file in it")
    data = DATA / "indicators.csv" if data is None else Path(data)
    if out.resolve().parent == DATA or (out.exists() and data.exists() and out.samefile(data)):
        raise OSError(f"{out} stands among the data; choose another name")
    table, before = load(data), words.language()
    words.use_language(language)
    try:
        rows = [[words.name("label", column) for column in COLUMNS]]
        rows += [_cells(row) for row in table.itertuples()]
    finally:
        words.use_language(before)
    text = io.StringIO()
    # Every text is quoted, so that none is split where ';' separates columns.
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    out.parent.mkdir(parents=True, exist_ok=True)
    replace(out, text.getvalue().encode("utf-8-sig"))
    return len(table)


def _cells(row):
    stands = f"¶{row.paragraph}" + (f".{row.nth}" if row.nth else "")
    return [
        words.name("indicator", row.indicator),
        words.name("place", row.place),
        words.period(row.period),
        row.value,
        row.low,
        row.high,
        words.name("unit", row.unit),
        SIGNS[row.relation].strip(),
        words.name("status", row.status),
        words.name("origin", row.origin),
        row.printed,
        publisher(row.source),
        web_address(row.source),
        stands if row.paragraph else "",
        row.note,
    ]


def _plain(cell):
    """Leave numbers numbers, an open bound blank, and no text that could be a formula."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    if not np.isfinite(cell):
        return ""
    return int(cell) if cell == int(cell) else float(cell)
