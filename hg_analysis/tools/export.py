"""The validated table as a file for a spreadsheet."""

import csv
import errno
import io
import os
import re
from datetime import date
from pathlib import Path

import numpy as np

from hg_analysis import words
from hg_analysis.table import DATA, load
from hg_analysis.tools.aside import replace
from hg_analysis.words import SIGNS, publisher, web_address

# How a spreadsheet tells a formula from text, wide letters and line ends included;
# a signed number, though, is what it looks like.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
SIGNED = re.compile(r"[+-]\d+([.,]\d+)*\s?%?")
# A spreadsheet takes 5/2022 and May 2022 for dates and saves them as such; not these words.
MONTH = {"en": "'in' MMMM y", "vi": "'tháng' M 'năm' y"}
DAY = {"en": "'on' d MMMM y", "vi": "'ngày' d 'tháng' M 'năm' y"}
COLUMNS = ("figure", "place", "period", "value", "low", "high", "unit", "relation", "status")
COLUMNS += ("origin", "printed", "source", "address", "stated_at", "note", "key")


def export(out, data=None, language="en", semicolon=False):
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
    semicolon : bool, optional
        Separate columns by ``;`` and write ``,`` before decimals, as a Vietnamese
        spreadsheet expects.

    Returns
    -------
    int
        The number of figures written.

    Raises
    ------
    DataError
        Where the table is not valid; nothing is written then.
    OSError
        Where ``out`` cannot be written, or is neither a CSV file nor a new name.
    """
    out, data = Path(out), DATA / "indicators.csv" if data is None else Path(data)
    if refusal := _refusal(out, data):
        raise OSError(errno.EINVAL, refusal, str(out))
    table, before = load(data), words.language()
    words.use_language(language)
    try:
        rows = [[words.name("label", column) for column in COLUMNS]]
        rows += [_cells(row) for row in table.itertuples()]
    finally:
        words.use_language(before)
    text = io.StringIO()
    # Without semicolons every text is quoted, so that none is split where ';' separates columns.
    form = {"delimiter": ";"} if semicolon else {"quoting": csv.QUOTE_NONNUMERIC}
    writer = csv.writer(text, **form)
    writer.writerows([[_plain(cell, semicolon) for cell in row] for row in rows])
    replace(out, text.getvalue().encode("utf-8-sig"))
    return len(table)


def _refusal(out, data):
    """Say why a file cannot be the one to write, if so."""
    if os.path.lexists(out) and not out.is_file():
        return "neither a file nor a new name"
    if out.suffix.lower() != ".csv":
        return "what is written is CSV; choose a name that ends in .csv"
    if not out.parent.is_dir():
        return "no such folder; make it first"
    folders = [DATA, data] if data.is_dir() else [DATA]
    among = any(out.parent.samefile(folder) for folder in folders)
    if among or (out.exists() and data.exists() and out.samefile(data)):
        return "stands among the data; choose another folder"
    return ""


def _cells(row):
    stands = f"¶{row.paragraph}" + (f".{row.nth}" if row.nth else "")
    return [
        words.indicator(row.indicator, row.place),
        words.name("place", row.place),
        _period(row.period),
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
        row.key,
    ]


def _period(text):
    """Write a month or a day in words; any other period as it is on the page."""
    from babel.dates import format_date

    if not re.fullmatch(r"\d{4}(-\d\d){1,2}", text):
        return words.period(text)
    pattern = (MONTH if text.count("-") == 1 else DAY)[words.language()]
    day = date.fromisoformat(f"{text}-01"[:10])
    return format_date(day, pattern, locale=words.language())


def _plain(cell, comma=False):
    """Leave numbers numbers, an open bound blank, and no text that could be a formula."""
    if isinstance(cell, str):
        runs = cell.startswith(FORMULA) and not SIGNED.fullmatch(cell)
        return f"'{cell}" if runs else cell
    if not np.isfinite(cell):
        return ""
    number = int(cell) if cell == int(cell) else float(cell)
    return str(number).replace(".", ",") if comma else number
