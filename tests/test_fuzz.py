"""A malformed file gives a list of faults or a whole table: no traceback, no half of a table.

``HG_FUZZ=20000`` tries that many inputs for each of the five ways to spoil a
file, different ones every time; the count is printed at the end.
"""

import csv
import io
import math
import os
import warnings
from contextlib import redirect_stderr, redirect_stdout

import hg_analysis.data as hg_data
import pytest
from conftest import FUZZED, ROOT
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from hg_analysis.tools import check
from hg_analysis.tools.cli import main

WANTED = os.environ.get("HG_FUZZ")
COLUMNS = hg_data.COLUMNS["indicators"]
SCHEMAS = check._schemas
BESIDE = [name for name in hg_data.COLUMNS if name != "indicators"]
NASTY = (
    *("", " ", '"', '""', '"a"b', "'", ",", ";", "\t", "\n", "\r", "\r\n", "\0", "5\0", "\0" + "x"),
    *("\ufeff", "\ufeff5", "\u202e5", "\u200f", "\u2028", "\u00a05", "\x1a", "\x85", "\ud800"),
    *("1e400", "-1e400", "9" * 400, "1" * 30, "nan", "NaN", "inf", "-inf", "None", "NA", "True"),
    *("=1+1", "@x", "+5", "-5", " 5", "5 ", "1_000", "0x10", "05", "5.", ".5", "1e2", "1,5"),
    *("١", "٥%", "５", "²", "①", "x" * 100_000, "e\u0301", "\u0301", "ty\u0309 đồng", "😀"),
    *("1" * 400 + " tỷ đồng", "0," + "0" * 400),
    *("%s", "{0}", "\\", "../x", "<script>", "gấp đôi", "9.999.999.999.999 tỷ đồng"),
)


def tried(limit=300):
    """How many inputs; on request any number, and then others every time."""
    return settings(
        max_examples=int(WANTED or limit),
        derandomize=not WANTED,
        database=None,
        phases=[Phase.explicit, Phase.generate],  # the inputs are short as they are
        suppress_health_check=list(HealthCheck),
    )


def sample(name, every):
    text = (ROOT / "data" / f"{name}.csv").read_text("utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    return [rows[0], *rows[1::every]]


def written(rows, **layout):
    text = io.StringIO()
    csv.writer(text, **({"lineterminator": "\n"} | layout)).writerows(rows)
    return text.getvalue()


ROWS = sample("indicators", 20)  # of the document, published and plans
BYTES = written(ROWS).encode()


def spoil(content, edits):
    """Edit bytes and lines, one edit after the other."""
    for kind, where, length, piece in edits:
        at = where % (len(content) + 1)
        lines = content.splitlines(keepends=True) or [b""]
        one, two = where % len(lines), length % len(lines)
        if kind == "truncate":
            content = content[:at]
        elif kind in ("swap", "repeat", "join"):
            if kind == "swap":
                lines[one], lines[two] = lines[two], lines[one]
            elif kind == "repeat":
                lines.insert(two, lines[one])
            else:
                lines[one] = lines[one].rstrip(b"\r\n")
            content = b"".join(lines)
        else:
            put = {"insert": piece, "split": b"\n", "delete": b""}.get(kind, piece)
            drop = {"insert": 0, "split": 0, "delete": length}.get(kind, len(piece))
            content = content[:at] + put + content[at + drop :]
    return content


PIECES = st.sampled_from([text.encode("utf-8", "surrogatepass")[:99] for text in NASTY if text])
EDITS = st.lists(
    st.tuples(
        st.sampled_from(
            ["replace", "insert", "delete", "truncate", "repeat", "swap", "join", "split"]
        ),
        st.integers(0, 2**20),
        st.integers(1, 12),
        st.one_of(st.binary(min_size=1, max_size=4), PIECES),
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
    rows = [[row[n] for n in order] + more for row in ROWS]
    text = written(
        rows,
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


@pytest.fixture
def beside_as_it_is(monkeypatch):
    """Check the files beside the table once, not again for each input."""
    found = check._companions()
    monkeypatch.setattr(check, "_companions", lambda: found)


def command(*arguments):
    """Run ``hg-analysis check``; return its status, what it said and what was loaded."""
    FUZZED["tried"] += 1
    loaded = []

    def load(path):
        loaded.append(hg_data.load(path))
        return loaded[0]

    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        warnings.simplefilter("error")
        patch.setattr(check, "load", load)
        status = main(["check", *arguments])
    assert not err.getvalue()
    return status, out.getvalue(), loaded


def examine(path):
    """Hold what the command does with a table against another reading of it."""
    status, said, loaded = command("--data", str(path))
    *faults, last = said.splitlines()
    if not loaded:
        assert status == 1 and not last.startswith("0 fault")
        assert all(line.isprintable() for line in faults), said
        assert faults[0].startswith(path.name), said
        FUZZED["refused"] += 1
        return
    table = loaded[0]
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle, strict=True))
    assert len(rows) == len(table), path.read_bytes()
    for column in set(COLUMNS) - {"value"}:
        assert [row[column] for row in rows] == list(table[column]), column
    for row, value in zip(rows, table.value):
        assert math.isclose(float(row["value"]), value, rel_tol=1e-12)
    assert not table.isna().any(axis=None)
    assert ((table.low <= table.value) & (table.value <= table.high)).all()
    assert f"{len(table)} figures valid" in said
    assert status == 0 or (table.origin == "document").any()  # compared with numerals, then
    FUZZED["accepted"] += 1


def look(path, content):
    path.write_bytes(content)
    examine(path)


@tried()
@given(st.one_of(st.binary(max_size=200), st.text(max_size=99).map(str.encode)))
@example(BYTES)
def test_any_bytes(folder, beside_as_it_is, content):
    look(folder / "bytes.csv", content)


@tried()
@given(EDITS)
def test_edited_bytes_and_lines(folder, beside_as_it_is, edits):
    look(folder / "edited.csv", spoil(BYTES, edits))


@tried()
@given(CELLS)
def test_nasty_cells(folder, beside_as_it_is, edits):
    look(folder / "cells.csv", with_cells(ROWS, edits))


@tried()
@given(layouts())
def test_other_layouts(folder, beside_as_it_is, content):
    look(folder / "layout.csv", content)


@tried(120)  # each takes as long as five of the others
@given(st.sampled_from(BESIDE), st.one_of(EDITS, CELLS))
def test_files_beside_the_table(companions, monkeypatch, name, edits):
    # Of the schemas only that of the spoilt file, since the other files are as they were.
    monkeypatch.setattr(check, "_schemas", lambda tables: {name: SCHEMAS(tables)[name]})
    (companions / "indicators.csv").write_bytes(BYTES)
    good = (companions / f"{name}.csv").read_bytes()
    rows = sample(name, 1)
    cells = isinstance(edits[0][2], str)
    (companions / f"{name}.csv").write_bytes(
        with_cells(rows, edits) if cells else spoil(good, edits)
    )
    hg_data._companion.cache_clear()
    try:
        status, said, loaded = command()
    finally:
        (companions / f"{name}.csv").write_bytes(good)
    assert status == 1  # the sample lacks figures that the files name
    assert all(line.isprintable() for line in said.splitlines())
    if loaded:
        assert len(loaded[0]) == len(ROWS) - 1 and not loaded[0].isna().any(axis=None)
    FUZZED["accepted" if loaded else "refused"] += 1
