"""Executing a notebook changes nothing but what it shows, and never leaves half a file."""

import errno
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from conftest import ROOT

from hg_analysis.tools.cli import main
from hg_analysis.tools.run import execute, normalise

FIRST = 'data = None\nlanguage = "en"'
CELL = "import hg_analysis as hg\ntable = hg.load(data)\nhg.use_language(language)\n"
SHOW = 'hg.show(hg.figure(table, "grdp", period="2023", source="nguoiquansat_merger"))'


@pytest.fixture
def notebook(tmp_path):
    """A small notebook, and a function that rewrites it."""
    path = tmp_path / "09_small.ipynb"

    def write(*sources):
        cells = [nbformat.v4.new_code_cell(text, id=f"small-{n}") for n, text in enumerate(sources)]
        cells[0].metadata["tags"] = ["parameters"]
        cells += [nbformat.v4.new_markdown_cell("It is 1.", id="text")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    write(FIRST, CELL + SHOW)
    write.path = path
    return write


def test_a_second_run_changes_no_byte(notebook):
    assert main(["run", str(notebook.path)]) == 0
    first = notebook.path.read_bytes()
    assert b"59,809" in first
    assert main(["run", str(notebook.path)]) == 0
    assert notebook.path.read_bytes() == first
    assert [path.name for path in notebook.path.parent.iterdir()] == [notebook.path.name]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("%notmagic\nraise TypeError", "UsageError: Line magic function `%notmagic` not found."),
        ("raise KeyError('a\\n\\x1b[31mb\\x1b[0m')", "KeyError: 'a\\\\n\\\\x1b[31mb\\\\x1b[0m'"),
        ("raise ValueError('a\\n\\x1b[31mb\\x1b[0m')", "ValueError: a\\nb"),
        ("raise SystemExit", "SystemExit"),
        ("1 +", "SyntaxError: invalid syntax (small-1, line 1)"),
    ],
)
def test_a_failing_cell_is_named_and_leaves_the_old_outputs(source, reason, notebook, capsys):
    path = notebook(FIRST, source)
    before = path.read_bytes()
    assert main(["run", str(path)]) == 1
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    said = capsys.readouterr().err
    assert said.splitlines()[-1] == f"{path.name}: cell small-1: {reason}"
    assert "Traceback" not in said


def test_vietnamese_and_another_table_go_to_a_folder(notebook, tmp_path, write, rows):
    other = [
        row | {"value": "60809", "printed": "60.809 tỷ đồng"}
        for row in rows
        if row["source"] == "nguoiquansat_merger" and row["value"] == "59809"
    ]
    out = tmp_path / "out"
    before = notebook.path.read_bytes()
    assert execute([notebook.path], write(other), "vi", out) == 0
    text = (out / notebook.path.name).read_text("utf-8")
    assert "60.809" in text and "GRDP theo giá hiện hành" in text and "tỷ đồng" in text
    assert notebook.path.read_bytes() == before


def test_parameters_are_set_in_the_same_way_every_time(notebook, tmp_path):
    found = []
    for name in "ab":
        assert execute([notebook.path], None, "vi", tmp_path / name) == 0
        found.append((tmp_path / name / notebook.path.name).read_bytes())
    assert found[0] == found[1]
    cells = nbformat.reads(found[0].decode(), 4).cells
    assert [cell.id for cell in cells] == ["small-0", "injected-parameters", "small-1", "text"]
    assert "language = 'vi'" in cells[1].source


def test_a_table_that_is_not_valid_is_said_once(notebook, tmp_path, write, rows, capsys):
    path = write([{**rows[0], "value": "19"}])
    arguments = ["--data", str(path), "--out", str(tmp_path / "out")]
    assert main(["run", str(notebook.path), "01", "02", *arguments]) == 1
    said = capsys.readouterr().err
    assert said.count("nothing was loaded") == 1 and "table.csv:2" in said
    assert not (tmp_path / "out").exists()


def test_what_finishes_a_notebook_sees_both_and_may_change_the_text(notebook, capsys):
    def finish(before, after, path):
        assert path == notebook.path and before.cells[0].outputs == []
        assert after.cells[1].outputs[0].data["text/plain"].startswith("Figure | Period")
        after.cells[-1].source = "It is 2."
        return [], ["It is 1. → It is 2."]

    assert execute([notebook.path], finish=finish) == 0
    assert capsys.readouterr().out == "09_small.ipynb: executed\nIt is 1. → It is 2.\n"
    assert nbformat.read(notebook.path, 4).cells[-1].source == "It is 2."


def test_old_outputs_do_not_outlast_their_cell(notebook):
    path = notebook(FIRST, "1")
    book = nbformat.read(path, 4)
    book.cells[1].source = ""
    book.cells[1].outputs = [nbformat.v4.new_output("stream", text="old")]
    nbformat.write(book, path)
    assert main(["run", str(path)]) == 0
    assert "old" not in path.read_text("utf-8")


def test_a_number_names_a_notebook(tmp_path):
    assert main(["run", "03", "05_other_results", "00_overview.ipynb", "--out", str(tmp_path)]) == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["00_overview.ipynb", "03_welfare.ipynb", "05_other_results.ipynb"]


def test_other_data_never_overwrites_the_notebooks(
    notebook, tmp_path, monkeypatch, write, rows, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    before = notebook.path.read_bytes()
    command = ["run", str(notebook.path), "--data", str(write(rows[:1]))]
    for out in ([], *(["--out", each] for each in (str(tmp_path), f"{tmp_path}/", "link", "."))):
        assert main([*command, *out]) == 1
        assert "another folder with --out" in capsys.readouterr().err
    assert notebook.path.read_bytes() == before


def test_a_link_in_the_out_folder_is_replaced_not_followed(notebook, tmp_path):
    out, other = tmp_path / "out", tmp_path / "other.txt"
    out.mkdir()
    other.write_text("kept")
    (out / notebook.path.name).symlink_to(other)
    assert main(["run", str(notebook.path), "--out", str(out)]) == 0
    assert other.read_text() == "kept" and not (out / notebook.path.name).is_symlink()


@pytest.mark.parametrize("spelling", ["../09_small.ipynb", "in/../../09_small.ipynb"])
def test_a_notebook_from_above_stays_in_the_out_folder(spelling, notebook, tmp_path, monkeypatch):
    (tmp_path / "below" / "in").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "below")
    before = notebook.path.read_bytes()
    assert main(["run", spelling, "--out", "out"]) == 0
    assert [path.name for path in (tmp_path / "below" / "out").iterdir()] == [notebook.path.name]
    assert notebook.path.read_bytes() == before


def test_two_notebooks_of_one_name_do_not_meet(notebook, tmp_path, capsys):
    again = tmp_path / "again" / notebook.path.name
    again.parent.mkdir()
    again.write_bytes(notebook.path.read_bytes())
    arguments = [str(notebook.path), str(again), "--out", str(tmp_path / "out")]
    assert main(["run", *arguments]) == 1
    assert "two notebooks of the name" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_is_not_there_is_said(tmp_path, capsys):
    for name in (tmp_path / "01_growth.ipynb", tmp_path, "77", "00_*", "0*"):
        assert main(["run", str(name), "--out", str(tmp_path / "out")]) == 1
        assert "no such notebook" in capsys.readouterr().err


NO_BOOKS = ["# a page", "[]", "null", "{}", '{"nbformat": 99, "cells": []}', "[" * 99_999, "\xff"]
# A cell without outputs:
NO_BOOKS.append(
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
    '[{"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "execution_count": null}]}'
)


@pytest.mark.parametrize("text", NO_BOOKS, ids=range(len(NO_BOOKS)))
def test_what_is_no_notebook_is_said(text, tmp_path, capsys):
    (tmp_path / "page.ipynb").write_text(text, "latin-1")
    assert main(["run", str(tmp_path / "page.ipynb")]) == 1
    assert capsys.readouterr().err == "page.ipynb: not a notebook\n"


def test_normalise_drops_what_changes_and_keeps_alt_text():
    output = nbformat.v4.new_output(
        "display_data", {"image/png": "eA=="}, metadata={"image/png": {"alt": "A chart"}}
    )
    cell = nbformat.v4.new_code_cell("1", outputs=[output])
    cell.metadata = {
        "papermill": {"duration": 1},
        "tags": [],
        "execution": {"iopub.execute_input": "2026-01-01T00:00:00Z"},
    }
    book = nbformat.v4.new_notebook(
        cells=[cell],
        metadata={"papermill": {}, "language_info": {"name": "python", "version": "3"}},
    )
    normalise(book)
    assert book.cells[0].metadata == {"mystnb": {"image": {"alt": "A chart"}}}
    assert set(book.metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("call", ["replace", "open"])
def test_a_full_disk_is_said_of_what_was_named(call, notebook, tmp_path, monkeypatch, capsys):
    path, real = notebook.path, getattr(os, call)
    before = path.read_bytes()

    def full(where, *rest, **options):
        if "/.hg-" in str(where):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(where))
        return real(where, *rest, **options)

    monkeypatch.setattr(os, call, full)
    assert main(["run", str(path)]) == 1
    assert capsys.readouterr().err == f"{path}: No space left on device\n"
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_leaves_the_notebook_whole(number, notebook, tmp_path):
    path = notebook(FIRST, 'import time\nopen("there", "w").close()\ntime.sleep(60)')
    before = path.read_bytes()
    command = [sys.executable, "-m", "hg_analysis", "run", path]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "there").exists():
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    running.send_signal(number)
    said = running.communicate(timeout=60)[1]
    (tmp_path / "there").unlink()
    assert running.returncode in (-number, 128 + number)
    assert number != signal.SIGINT or said == "stopped; no file was left half-written\n"
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
