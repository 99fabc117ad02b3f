"""CSV files as people save them: read as text, or every fault of the file said."""

import csv
import io
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pandas as pd

LARGEST = 50_000_000  # bytes of a file: a hundred times what 34 provinces need


class Fault(NamedTuple):
    """One fault in a data file.

    Attributes
    ----------
    file : str
        Name of the file.
    row : int or None
        Line of the file, the header being line 1; ``None`` for the whole file.
    column : str or None
        Column name; ``None`` where the whole row is meant.
    value : str
        What stands there, letter for letter.
    expected : str
        What is allowed there, or what to do.
    """

    file: str
    row: int | None
    column: str | None
    value: str
    expected: str

    def __str__(self):
        place = self.file + (f":{self.row}" if self.row else "")
        column = f" column {self.column}:" if self.column else ""
        value = self.value if len(self.value) < 200 else f"{self.value[:200]}…"
        text = f"{place}:{column} found {value!r}; expected {self.expected}"
        # Names and cells can hold anything; a fault is one line whatever they hold.
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class DataError(ValueError):
    """A data file breaks its rules; ``faults`` lists every fault, in file order.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.
    """

    def __init__(self, faults):
        self.faults = list(faults)
        if not self.faults:
            raise ValueError("a DataError names at least one fault")
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) > 1 else "")
        super().__init__("\n".join([f"{count}; nothing was loaded", *listed(self.faults)]))


def listed(faults, shown=50):
    """Write faults a line each: once what repeats, and no more than ``shown`` lines.

    Parameters
    ----------
    faults : list of Fault
    shown : int

    Returns
    -------
    list of str
        Of faults that find the same cell and expect the same, the first with a count.
    """
    first, times = {}, Counter()
    for fault in faults:
        cause = fault._replace(row=None)
        first.setdefault(cause, fault)
        times[cause] += 1
    more = {1: "", 2: " (and in 1 more row)"}
    lines = [
        str(fault) + more.get(times[cause], f" (and in {times[cause] - 1} more rows)")
        for cause, fault in first.items()
    ]
    rest = len(lines) - shown
    return [*lines[:shown], f"… and {rest} more"] if rest > 0 else lines


def read(path, columns, optional=()):
    """Read a CSV file as text, or say what is wrong with the file as a whole.

    Parameters
    ----------
    path : path-like
        UTF-8, the header first. Columns are separated by commas or, as spreadsheets
        with decimal commas write them, by semicolons or tabs.
    columns : sequence of str
        The columns it must have, no more and no fewer, in any order.
    optional : sequence of str
        Those of them that it may lack; they are blank then.

    Returns
    -------
    pandas.DataFrame
        Text in Unicode NFC, blank lines left out; the index is the line of the file on
        which a row starts. ``value`` has a decimal point, whichever the file has.

    Raises
    ------
    DataError
        No such file, no rows, another encoding or separator, wrong columns, broken rows.
    """
    path = Path(path)
    text = re.sub(r"\Asep=.\r?\n", "", _text(path))  # a spreadsheet's own hint
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = [row for row in _rows(path, text, separator) if any(map(str.strip, row[1]))]
    if not rows:
        raise _whole(path, "no rows", "a header and at least one row")
    names = [name.strip() for name in rows[0][1]]
    _check_header(path, names, columns, optional)
    quoting = f"{len(names)} cells; text with {separator!r} or quotes stands in double quotes"
    if len(rows) == 1:
        raise _whole(path, "no rows", "a header and at least one row")
    broken = [(line, f"{len(row)} cells") for line, row in rows if len(row) != len(names)]
    if broken:
        raise DataError(Fault(path.name, line, None, found, quoting) for line, found in broken)
    lines, cells = zip(*rows[1:])
    frame = pd.DataFrame(cells, columns=names, index=lines, dtype=object)
    frame = frame.reindex(columns=[*columns], fill_value="").astype(object)
    if "value" in columns and separator != "," and frame.value.str.contains(",").any():
        odd = frame.value[frame.value.str.contains(r"\.")].items()
        comma = "a decimal comma and no other mark, as other values of this file have"
        if faults := [Fault(path.name, line, "value", text, comma) for line, text in odd]:
            raise DataError(faults)
        frame["value"] = frame.value.str.replace(",", ".")
    return frame


def _text(path):
    """Read a file once, whatever it is, as normalised text."""
    utf8 = "UTF-8 text; in the spreadsheet, save as 'CSV UTF-8'"
    try:
        content = path.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # no file, NUL in its name, a loop
        found = getattr(error, "strerror", None) or str(error)
        raise _whole(path, found, "a readable CSV file")
    if len(content) > LARGEST:
        raise _whole(path, f"{len(content):,} bytes", f"at most {LARGEST:,}; split the table")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise _whole(path, f"byte {content[error.start]:#04x}", utf8, row)
    if "\0" in text:
        raise _whole(path, "NUL characters", utf8)
    return unicodedata.normalize("NFC", text)


def _rows(path, text, separator):
    """Yield each row with the line on which it starts; a quoted cell can span several."""
    csv.field_size_limit(max(len(text), 131_072))
    rows, start = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator), 1
    try:
        for row in rows:
            yield start, row
            start = rows.line_num + 1
    except csv.Error as error:
        expected = "double quotes only around a whole cell, closed, and doubled inside it"
        raise _whole(path, str(error), expected, start)


def _check_header(path, names, columns, optional):
    listing = ", ".join(columns)
    needed = [name for name in columns if name not in (*names, *optional)]
    if not set(names) & set(columns):
        raise _whole(path, "no header", f"the columns {listing} in the first line")
    wrong = [(name, "no such column", f"the columns {listing}") for name in needed]
    for name, times in Counter(names).items():
        if name not in columns:
            wrong.append((name, "an unknown column", f"only {listing}"))
        elif times > 1:
            wrong.append((name, "a column that stands twice", "it once"))
    if wrong:
        raise DataError(Fault(path.name, 1, *each) for each in wrong)


def _whole(path, found, expected, row=None):
    return DataError([Fault(path.name or str(path), row, None, found, expected)])
