"""CSV files as people save them: read as text, or every fault of the file said."""

import csv
import io
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pandas as pd


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
        place = f"{self.file}:{self.row}" if self.row else self.file
        column = f" column {self.column}:" if self.column else ""
        value = self.value[:200] + "…" * (len(self.value) > 200)
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
        count = f"{len(self.faults)} fault{'s' * (len(self.faults) > 1)}; nothing was loaded"
        super().__init__("\n".join([count, *listed(self.faults)]))


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
    causes = [fault._replace(row=None) for fault in faults]
    first, lines = dict(zip(reversed(causes), reversed(faults))), []
    for cause, times in Counter(causes).items():
        more = f" (and in {times - 1} more row{'s' * (times > 2)})" * (times > 1)
        lines.append(f"{first[cause]}{more}")
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
    text = _text(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = {line: row for line, row in _rows(path, text, separator) if any(map(str.strip, row))}
    names = [name.strip() for name in next(iter(rows.values()), columns)]
    expected = f"the columns {', '.join(columns)} in the first line, each once, and no other"
    wrong = _of_header(names, columns, optional)
    _refuse(path, ((1, name, found) for name, found in wrong.items()), expected)
    _refuse(path, [(None, None, "no rows")] * (len(rows) < 2), "a header and at least one row")
    broken = ((n, None, f"{len(row)} cells") for n, row in rows.items() if len(row) != len(names))
    quoted = f"text with {separator!r} or quotes stands in double quotes"
    _refuse(path, broken, f"{len(names)} cells; {quoted}")
    frame = pd.DataFrame([*rows.values()][1:], [*rows][1:], names, dtype=object)
    frame = frame.reindex(columns=[*columns], fill_value="").astype(object)
    if "value" in columns and separator != "," and frame.value.str.contains(",").any():
        points = frame.value[frame.value.str.contains(".", regex=False)].items()
        comma = "a decimal comma and no other mark, as other values of this file have"
        _refuse(path, ((line, "value", text) for line, text in points), comma)
        frame["value"] = frame.value.str.replace(",", ".")
    return frame


def _refuse(path, faults, expected):
    """Raise the faults of a file, where there are any: line, column and what was found."""
    if faults := [Fault(path.name or str(path), *each, expected) for each in faults]:
        raise DataError(faults)


def _of_header(names, columns, optional):
    """Return what is wrong with the names of columns."""
    if not set(names) & set(columns):
        return {None: "no header"}
    missing = [name for name in columns if name not in (*names, *optional)]
    twice = {name: "a column that stands twice" for name in names if names.count(name) > 1}
    unknown = {name: "an unknown column" for name in names if name not in columns}
    return dict.fromkeys(missing, "no such column") | twice | unknown


def _text(path):
    """Read a file once, whatever it is, as normalised text."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        found = [(None, None, "NUL characters")] * ("\0" in text)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = [(line, None, f"byte {error.object[error.start]:#04x}")]
    except (OSError, ValueError, RuntimeError) as error:  # no file, NUL in its name, a loop
        why = getattr(error, "strerror", None) or str(error)
        _refuse(path, [(None, None, why)], "a readable CSV file")
    _refuse(path, found, "UTF-8 text; in the spreadsheet, save as 'CSV UTF-8'")
    text = re.sub(r"\Asep=.\r?\n", "", text)  # a spreadsheet's own hint
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
        quotes = "double quotes only around a whole cell, closed, and doubled inside it"
        _refuse(path, [(start, None, str(error))], quotes)
