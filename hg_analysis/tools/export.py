"""The validated table as a file for a spreadsheet."""

import csv
import errno
import os
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from hg_analysis import words
from hg_analysis.table import DATA, load
from hg_analysis.tools.aside import replace

# How a spreadsheet tells a formula from text, wide letters and line ends included;
# a signed number, though, is what it looks like.
FORMULA = re.compile(r"(?![+-]\d+([.,]\d+)*\s?%?$)[=+\-@\t\r\n＝＋－＠]")
NUMBERS = ["value", "low", "high"]
# A spreadsheet takes 5/2022 and May 2022 for dates and saves them as such; not these words.
MONTH = {"en": "'in' MMMM y", "vi": "'tháng' M 'năm' y"}
DAY = {"en": "'on' d MMMM y", "vi": "'ngày' d 'tháng' M 'năm' y"}


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
    _refuse(out, data)
    table, before = load(data), words.language()
    words.use_language(language)
    try:
        cells = _cells(table, "," if semicolon else ".")
    finally:
        words.use_language(before)
    # Without semicolons every text is quoted, so that none is split where ';' separates columns.
    form = {"sep": ";"} if semicolon else {"quoting": csv.QUOTE_NONNUMERIC}
    text = cells.to_csv(index=False, lineterminator="\r\n", **form)
    replace(out, text.encode("utf-8-sig"))
    return len(table)


def _refuse(out, data):
    """Refuse a file that cannot be the one to write."""
    folders = [os.path.realpath(folder) for folder in (DATA, data)]
    refusals = {
        "neither a file nor a new name": os.path.lexists(out) and not out.is_file(),
        "what is written is CSV; choose a name that ends in .csv": out.suffix.lower() != ".csv",
        "no such folder; make it first": not out.parent.is_dir(),
        "stands among the data; choose another folder": os.path.realpath(out.parent) in folders,
        "is the table itself; choose another name": os.path.realpath(out) in folders,
    }
    for said, met in refusals.items():
        if met:
            raise OSError(errno.EINVAL, said, str(out))


def _cells(table, point):
    """Return what each cell says, under the columns' names in the language in use."""

    def named(kind):
        return table[kind].map(lambda term: words.name(kind, term))

    place = "¶" + table.paragraph + np.where(table.nth != "", "." + table.nth, "")
    cells = {
        "figure": [words.indicator(*pair) for pair in zip(table.indicator, table.place)],
        "place": named("place"),
        "period": table.period.map(_period),
        **{name: [_plain(number, point) for number in table[name]] for name in NUMBERS},
        "unit": named("unit"),
        "relation": table.relation.map(words.SIGNS).str.strip(),
        "status": named("status"),
        "origin": named("origin"),
        "printed": table.printed,
        "source": table.source.map(words.publisher),
        "address": table.source.map(words.web_address),
        "stated_at": place.where(table.paragraph != "", ""),
        "note": table.note,
        "key": table.key,
    }
    frame = pd.DataFrame(cells, dtype=object)
    text = frame.columns.difference(NUMBERS)
    frame[text] = frame[text].map(_text)
    return frame.rename(columns=lambda column: _text(words.name("label", column)))


def _text(cell):
    return f"'{cell}" if FORMULA.match(cell) else cell


def _plain(number, point):
    """Return a number as a spreadsheet takes it: a text where its point is a comma."""
    if not np.isfinite(number):
        return ""
    number = int(number) if number == int(number) else number
    return number if point == "." else str(number).replace(".", point)


def _period(text):
    """Write a month or a day in words; any other period as it is on the page."""
    from babel.dates import format_date

    if not re.fullmatch(r"\d{4}(-\d\d){1,2}", text):
        return words.period(text)
    pattern = (MONTH if text.count("-") == 1 else DAY)[words.language()]
    day = date.fromisoformat(f"{text}-01"[:10])
    return format_date(day, pattern, locale=words.language())
