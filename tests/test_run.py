"""Executing a notebook changes nothing but what it shows, and never leaves half a file."""

import sys
from base64 import b64decode

import nbformat
import pictures
import pytest

from hg_analysis.tools.cli import main
from hg_analysis.tools.files import aside
from hg_analysis.tools.run import NOTEBOOKS, execute, normalise

CELL = "import hg_analysis as hg\ntable = hg.load(data)\nhg.use_language(language)\n"
SHOW = 'hg.show(hg.figure(table, "grdp", period="2023", source="nguoiquansat_merger"))'


@pytest.fixture
def notebook(tmp_path):
    """A small notebook, and a function that rewrites it."""
    path = tmp_path / "09_small.ipynb"

    def write(*sources):
        cells = [nbformat.v4.new_code_cell(text, id=f"small-{n}") for n, text in enumerate(sources)]
        cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    write('data = None\nlanguage = "en"', CELL, SHOW)
    write.path = path
    return write


def test_a_second_run_changes_no_byte(notebook):
    assert main(["run", str(notebook.path)]) == 0
    first = notebook.path.read_bytes()
    assert b"59,809" in first
    assert main(["run", str(notebook.path)]) == 0
    assert notebook.path.read_bytes() == first
    assert [path.name for path in notebook.path.parent.iterdir()] == [notebook.path.name]


def test_a_failing_cell_leaves_the_old_outputs(notebook, capsys):
    path = notebook('data = None\nlanguage = "en"', CELL, 'hg.figure(table, "gdp")')
    before = path.read_bytes()
    assert main(["run", str(path)]) == 1
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    said = capsys.readouterr().err
    assert "cell 3 failed, LookupError: no figure with indicator 'gdp'" in said


def test_a_kernel_that_ends_is_said(notebook, capsys):
    path = notebook('data = None\nlanguage = "en"', "import os\nos._exit(1)")
    before = path.read_bytes()
    assert main(["run", str(path)]) == 1
    assert path.read_bytes() == before
    said = capsys.readouterr().err
    assert said.splitlines()[-1] == f"{path.name}: Kernel died" and "Traceback" not in said


def test_vietnamese_and_another_table_go_to_a_folder(notebook, tmp_path, write, rows):
    other = [
        row | {"value": "60809", "printed": "60.809 tỷ đồng"}
        for row in rows
        if row["source"] == "nguoiquansat_merger" and row["value"] == "59809"
    ]
    out = tmp_path / "out"
    before = notebook.path.read_bytes()
    arguments = ["--language", "vi", "--data", str(write(other)), "--out", str(out)]
    assert main(["run", str(notebook.path), *arguments]) == 0
    text = (out / notebook.path.name).read_text("utf-8")
    assert "60.809" in text and "GRDP theo giá hiện hành" in text and "tỷ đồng" in text
    assert notebook.path.read_bytes() == before


def test_other_data_never_overwrites_the_notebooks(notebook, capsys):
    assert main(["run", str(notebook.path), "--language", "vi"]) == 1
    assert "--out" in capsys.readouterr().err


@pytest.mark.parametrize("spelling", ["{0}", "{0}/", "{0}/../{1}", "link", "."])
def test_the_notebooks_own_folder_is_no_out_for_other_data(
    spelling, notebook, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    before = notebook.path.read_bytes()
    out = spelling.format(tmp_path, tmp_path.name)
    assert main(["run", str(notebook.path), "--language", "vi", "--out", out]) == 1
    assert "need another --out" in capsys.readouterr().err
    assert main(["run", str(notebook.path), "--language", "vi", "--out", str(NOTEBOOKS)]) == 1
    assert "need another --out" in capsys.readouterr().err
    assert notebook.path.read_bytes() == before


def test_an_out_without_a_name_is_refused(notebook, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["run", str(notebook.path), "--out", ""]) == 1
    assert "name of a folder" in capsys.readouterr().err


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
    assert "two notebooks of this name" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_missing_file_elsewhere_is_not_the_bundled_notebook(tmp_path, capsys):
    assert main(["run", str(tmp_path / "01_growth.ipynb"), "--out", str(tmp_path / "out")]) == 1
    assert "no such notebook" in capsys.readouterr().err


def test_a_notebook_that_is_not_there(tmp_path, capsys):
    assert main(["run", str(tmp_path / "none.ipynb")]) == 1
    assert "no such notebook" in capsys.readouterr().err


def test_what_cannot_be_written_is_said(notebook, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert main(["run", str(notebook.path), "--out", str(tmp_path / "file")]) == 1
    assert "file: File exists" in capsys.readouterr().err


def test_what_is_no_notebook_is_said(tmp_path, capsys):
    (tmp_path / "page.ipynb").write_text("# a page")
    assert main(["run", str(tmp_path / "page.ipynb")]) == 1
    assert "not a notebook" in capsys.readouterr().err


def taken_out(notebook):
    """Take the pictures out of a notebook and return them by cell and place."""
    return {
        (cell.id, place): b64decode(output.data.pop("image/png"))
        for cell in notebook.cells
        for place, output in enumerate(cell.get("outputs", ()), 1)
        if "image/png" in output.get("data", ())
    }


def test_a_complete_run_leaves_no_difference(tmp_path):
    """What is stored was one complete run; this is another."""
    assert execute(out=tmp_path) == 0
    names = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    problems, repacked, reason = [], [], pictures.incomparable()
    for name in names:
        files = [folder / name for folder in (NOTEBOOKS, tmp_path)]
        if files[0].read_bytes() == files[1].read_bytes():
            continue
        stored, run = (nbformat.read(path, 4) for path in files)
        old, new = taken_out(stored), taken_out(run)
        for a, b in zip(stored.cells, run.cells):
            problems += [f"{name}: cell {a.id}"] if a != b else []
        if stored != run or old.keys() != new.keys():
            problems.append(f"{name}: other cells, metadata or pictures")
        elif not reason:
            for key in old:
                if said := pictures.difference(old[key], new[key]):
                    problems.append(
                        "{}: cell {}, picture in output {}: {}".format(name, *key, said)
                    )
        repacked.append(name)
    assert not problems, "\n".join(problems)
    if repacked:  # processors and versions may smooth or compress pictures in another way
        why = reason or "no mark has moved"
        pytest.skip(f"same texts, other bytes of pictures in {', '.join(repacked)}: {why}")


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


def test_where_folders_cannot_be_locked_a_run_still_has_one_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows
    left = tmp_path / ".hg-run-left"
    left.mkdir()
    (left / "result").write_text("of a run that may be alive")
    with aside(tmp_path) as folder:
        assert folder.parent == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == [left.name]
