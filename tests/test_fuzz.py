"""A malformed file gives a list of faults or a whole table: no other error, no half of a table.

``HG_FUZZ=20000`` tries that many inputs for each of the ways to spoil a file, different ones
every time.
"""

import csv
import io
import math
import os
import unicodedata
import warnings

import pytest
from conftest import COLUMNS, read_rows
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

import hg_analysis as hg
from hg_analysis import table as tables

WANTED = os.environ.get("HG_FUZZ")
NASTY = (
    *("", " ", '"', '""', '"a"b', "'", ",", ";", "\t", "\n", "\r", "\r\n", "\0", "5\0", "\0" + "x"),
    *("\ufeff", "\ufeff5", "\u202e5", "\u200f", "\u2028", "\u00a05", "\x1a", "\x85", "\ud800"),
    *("1e400", "-1e400", "9" * 400, "1" * 30, "nan", "NaN", "inf", "-inf", "None", "NA", "True"),
    *("=1+1", "@x", "+5", "-5", " 5", "5 ", "1_000", "0x10", "05", "5.", ".5", "1e2", "1,5"),
    *("١", "٥%", "５", "²", "①", "x" * 100_000, "e\u0301", "\u0301", "ty\u0309 đồng", "😀"),
    *("1" * 400 + " tỷ đồng", "0," + "0" * 400, "#", "5 # %", "(5%", "(-)5%", "5/", "/5", "5 lần"),
    *("%s", "{0}", "\\", "../x", "<script>", "gấp đôi", "9.999.999.999.999 tỷ đồng", "2025-Q9"),
)
FOLDER = tables.DATA
ROWS = [COLUMNS, *([row[c] for c in COLUMNS] for row in read_rows(FOLDER / "indicators.csv")[::20])]
BESIDE = [name for name in tables.TABLES if name != "indicators"]


def tried(limit):
    """How many inputs; on request any number, and then others every time."""
    return settings(
        max_examples=int(WANTED or limit),
        derandomize=not WANTED,
        database=None,
        phases=[Phase.explicit, Phase.generate],  # the inputs are short as they are
        suppress_health_check=list(HealthCheck),
    )


def written(rows, **layout):
    text = io.StringIO()
    csv.writer(text, **({"lineterminator": "\n"} | layout)).writerows(rows)
    return text.getvalue()


BYTES = written(ROWS).encode()
PIECES = st.sampled_from([text.encode("utf-8", "surrogatepass")[:99] for text in NASTY if text])
EDITS = st.lists(
    st.tuples(
        st.integers(0, 2**20),  # where
        st.integers(0, 12),  # how many bytes go
        st.one_of(st.just(b""), st.binary(min_size=1, max_size=4), PIECES),  # and what comes
        st.sampled_from(["", "", "", "truncate", "swap", "repeat", "join"]),
    ),
    min_size=1,
    max_size=3,
)
CELLS = st.lists(
    st.tuples(
        st.integers(1, 2**10),
        st.integers(0, 2**10),
        st.one_of(st.sampled_from(NASTY), st.text(max_size=8)),
        st.sampled_from(["instead", "before", "after"]),
    ),
    min_size=1,
    max_size=3,
)


def spoil(content, edits):
    """Edit bytes or lines, one edit after the other."""
    for where, length, piece, kind in edits:
        at = where % (len(content) + 1)
        lines = content.splitlines(keepends=True) or [b""]
        one, two = where % len(lines), length % len(lines)
        if kind == "swap":
            lines[one], lines[two] = lines[two], lines[one]
        elif kind == "repeat":
            lines.insert(two, lines[one])
        elif kind == "join":
            lines[one] = lines[one].rstrip(b"\r\n")
        else:
            lines = [content[:at], piece, content[at + length :] * (kind != "truncate")]
        content = b"".join(lines)
    return content


def with_cells(rows, edits):
    """Put other text into cells, or beside the text that is there."""
    rows = [list(row) for row in rows]
    for row, column, text, where in edits:
        row, column = row % len(rows), column % len(rows[0])
        old = rows[row][column]
        rows[row][column] = {"instead": text, "before": text + old, "after": old + text}[where]
    return written(rows).encode("utf-8", "surrogatepass")


@st.composite
def layouts(draw):
    """Write the good rows as some other program would."""
    order = draw(st.permutations(range(len(COLUMNS))))
    order = order[: len(order) - draw(st.sampled_from([0, 0, 0, 1, 5]))]
    more = draw(st.sampled_from([[], [], [], ["extra"], ["note"], [""]]))
    text = written(
        [[row[n] for n in order] + more for row in ROWS],
        delimiter=draw(st.sampled_from(",,,;\t|")),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r", "\n\r", "\n\n", "\u2028"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
    )
    text = text[: len(text) - draw(st.sampled_from([0, 0, 1, 2]))]  # with or without a last end
    encodings = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1258"]
    encoding = draw(st.sampled_from([*encodings, "latin-1", "utf-7", "cp1252"]))
    return text.encode(encoding, errors="replace")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def look(path, content, name=""):
    """Hold what becomes of a file against a plain reading of it."""
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            table = hg.load(path.parent if name else path)
        except hg.DataError as error:
            lines = str(error).splitlines()
            assert len(lines) < 53 and all(line.isprintable() for line in lines), lines
            assert name or error.faults[0].file == path.name
            return
    assert not table.isna().any(axis=None)
    assert ((table.low <= table.value) & (table.value <= table.high)).all()
    assert table.key.is_unique
    if name:
        assert len(table) == len(ROWS) - 1
        return
    text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    separator = max(",;\t", key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header, *rows = (row for row in lines if any(map(str.strip, row)))
    rows = [dict(zip(map(str.strip, header), row)) for row in rows]
    assert len(rows) == len(table), content
    for column in set(COLUMNS) - {"value"}:
        assert [row[column] for row in rows] == list(table[column]), column
    for row, value in zip(rows, table.value):
        assert math.isclose(float(row["value"]), value, rel_tol=1e-12)


@tried(150)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=99).map(str.encode)))
@example(BYTES)
def test_any_bytes(folder, content):
    look(folder / "bytes.csv", content)


@tried(80)
@given(EDITS)
def test_edited_bytes_and_lines(folder, edits):
    look(folder / "edited.csv", spoil(BYTES, edits))


@tried(80)
@given(CELLS)
def test_nasty_cells(folder, edits):
    look(folder / "cells.csv", with_cells(ROWS, edits))


@tried(60)
@given(layouts())
def test_other_layouts(folder, content):
    look(folder / "layout.csv", content)


@tried(60)
@given(st.sampled_from(BESIDE), st.one_of(EDITS, CELLS))
def test_files_beside_the_table(folder, name, edits):
    (folder / "indicators.csv").write_bytes(BYTES)
    good = (FOLDER / f"{name}.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(good.decode())))
    cells = isinstance(edits[0][2], str)
    path = folder / f"{name}.csv"
    try:
        look(path, with_cells(rows, edits) if cells else spoil(good, edits), name)
    finally:
        path.unlink()
