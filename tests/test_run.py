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

from hg_analysis.tools import links
from hg_analysis.tools.cli import main
from hg_analysis.tools.run import NOTEBOOKS, execute, normalise

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
        cells += [nbformat.v4.new_markdown_cell("It is one.", id="text")]
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


def test_a_cell_stores_what_it_shows_now_and_another_notebook_knows_nothing_of_it(notebook):
    path = notebook(FIRST, "import sys\nx = 1\nprint(x)\nprint(2, file=sys.stderr)\nx", "")
    book = nbformat.read(path, 4)
    book.cells[2].outputs = [nbformat.v4.new_output("stream", text="old")]
    nbformat.write(book, path)
    assert main(["run", str(path)]) == 0
    cells = nbformat.read(path, 4).cells
    said = [(o.get("name"), o.get("text", o.get("data"))) for o in cells[1].outputs]
    assert said == [("stdout", "1\n"), ("stderr", "2\n"), (None, {"text/plain": "1"})]
    assert cells[2].outputs == [] and [c.execution_count for c in cells[:3]] == [1, 2, 3]
    assert main(["run", str(notebook(FIRST, "x"))]) == 1


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("%notmagic\nraise TypeError", "UsageError: Line magic function `%notmagic` not found."),
        ("raise ValueError('a\\n\\x1b[31mb\\x1b[0m\\x07')", "ValueError: a\\nb\\x07"),
        ("raise SystemExit", "SystemExit"),
        ("1 +", "SyntaxError: invalid syntax"),
    ],
)
@pytest.mark.filterwarnings("ignore:To exit")
def test_a_failing_cell_is_named_and_leaves_the_old_outputs(source, reason, notebook, capsys):
    path = notebook(FIRST, source)
    before = path.read_bytes()
    assert main(["run", str(path)]) == 1
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith(f"{path.name}: cell small-1: {reason}")
    assert "Traceback" not in said


def test_another_language_and_table_go_to_a_folder_in_the_same_way_every_time(
    notebook, tmp_path, write, rows
):
    other = [
        row | {"value": "60809", "printed": "60.809 tỷ đồng"}
        for row in rows
        if row["source"] == "nguoiquansat_merger" and row["value"] == "59809"
    ]
    table, before, found = write(other), notebook.path.read_bytes(), []
    for out in (tmp_path / "a", tmp_path / "b"):
        assert execute([notebook.path], table, "vi", out) == 0
        found.append((out / notebook.path.name).read_text("utf-8"))
    assert found[0] == found[1] and notebook.path.read_bytes() == before
    for text in ("60.809", "GRDP theo giá hiện hành", "tỷ đồng", "language = 'vi'"):
        assert text in found[0]
    cells = nbformat.reads(found[0], 4).cells
    assert [cell.id for cell in cells] == ["small-0", "injected-parameters", "small-1", "text"]


def test_a_table_that_is_not_valid_is_said_once(notebook, tmp_path, write, rows, capsys):
    path = write([{**rows[0], "value": "19"}])
    arguments = ["--data", str(path), "--out", str(tmp_path / "out")]
    assert main(["run", str(notebook.path), "01", "02", *arguments]) == 1
    said = capsys.readouterr().err
    assert said.count("nothing was loaded") == 1 and "table.csv:2" in said
    assert not (tmp_path / "out").exists()


def test_a_number_in_a_sentence_is_filled_in_and_one_without_a_row_is_a_fault(notebook, capsys):
    book, key = nbformat.read(notebook.path, 4), "grdp.2023.nguoiquansat_merger"
    book.cells[-1].source = f"In 2023 it was [1](#{key}) billion VND, not 2."
    nbformat.write(book, notebook.path)
    assert main(["run", str(notebook.path)]) == 1
    first, fault = capsys.readouterr().err.splitlines()
    assert first == "09_small.ipynb: executed"
    assert fault.startswith("09_small.ipynb, cell text: '2' leads to no row; write [2](#key)")
    assert f"[59,809](09_small.ipynb#{key})" in notebook.path.read_text("utf-8")


def test_a_sentence_has_the_number_that_another_notebook_shows_in_the_same_run(notebook):
    path, key = notebook.path, "grdp.2023.nguoiquansat_merger"
    book = nbformat.read(path, 4)
    text = nbformat.v4.new_markdown_cell(f"In 2023: [1](10_rows.ipynb#{key}).", id="text")
    nbformat.write(nbformat.v4.new_notebook(cells=[text], metadata=book.metadata), path)
    book.cells.pop()
    nbformat.write(book, path.with_name("10_rows.ipynb"))  # which shows nothing yet
    assert main(["run", str(path), str(path.with_name("10_rows.ipynb"))]) == 0
    assert "[59,809](10_rows.ipynb#" in path.read_text("utf-8")


def test_a_number_names_a_notebook(tmp_path):
    before = (ROOT / "README.md").read_bytes()
    assert (
        main(["run", "03", "05_other_results", "06_source_audit.ipynb", "--out", str(tmp_path)])
        == 0
    )
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["03_welfare.ipynb", "05_other_results.ipynb", "06_source_audit.ipynb"]
    assert (ROOT / "README.md").read_bytes() == before


def test_the_readme_repeats_what_the_notebooks_found(tmp_path):
    readme, stored = tmp_path / "README.md", (ROOT / "README.md").read_text("utf-8")
    readme.write_text(links.REPEATED.sub("", stored), "utf-8")
    assert links.repeat([readme], NOTEBOOKS) == []
    assert readme.read_text("utf-8") == stored


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


@pytest.mark.parametrize("spelling", ["../09_small.ipynb", "in/../../09_small.ipynb"])
def test_a_result_stays_in_the_out_folder_and_replaces_a_link(
    spelling, notebook, tmp_path, monkeypatch, capsys
):
    out, other, before = tmp_path / "in", tmp_path / "other.txt", notebook.path.read_bytes()
    out.mkdir()
    other.write_text("kept")
    (out / notebook.path.name).symlink_to(other)
    monkeypatch.chdir(out)
    assert main(["run", spelling, "--out", "."]) == 0
    assert [path.name for path in out.iterdir()] == [notebook.path.name]
    assert other.read_text() == "kept" and not (out / notebook.path.name).is_symlink()
    assert notebook.path.read_bytes() == before
    assert main(["run", spelling, notebook.path.name, "--out", "new"]) == 1
    assert "two notebooks of the name" in capsys.readouterr().err and not (out / "new").exists()


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
    about = {"image/png": {"alt": "A chart"}}
    output = nbformat.v4.new_output("display_data", {"image/png": "eA=="}, metadata=about)
    cell = nbformat.v4.new_code_cell("1", outputs=[output])
    cell.metadata = {"tags": [], "execution": {"iopub.execute_input": "2026-01-01T00:00:00Z"}}
    info = {"name": "python", "version": "3"}
    book = nbformat.v4.new_notebook(cells=[cell], metadata={"x": {}, "language_info": info})
    normalise(book)
    assert book.cells[0].metadata == {"mystnb": {"image": {"alt": "A chart"}}}
    assert book.metadata.keys() == {"kernelspec", "language_info"}
    assert book.metadata.language_info == {"name": "python"}


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
    assert running.returncode == (130 if number == signal.SIGINT else -number)
    assert number != signal.SIGINT or said == "stopped; no file was left half-written\n"
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_two_runs_at_once_leave_what_one_leaves(notebook, tmp_path):
    command = [sys.executable, "-m", "hg_analysis", "run", notebook.path]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    assert [each.communicate()[1] for each in running] == [b"", b""]
    first = notebook.path.read_bytes()
    assert b"59,809" in first and [each.name for each in tmp_path.iterdir()] == ["09_small.ipynb"]
    assert main(["run", str(notebook.path)]) == 0 and notebook.path.read_bytes() == first
