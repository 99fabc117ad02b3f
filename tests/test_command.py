"""The command bears any terminal, name and kind of file, and says in one line what is wrong."""

import io
import os
import subprocess
import sys
from importlib import metadata

import nbformat
import pytest
from conftest import ROOT

from hg_analysis.tools.aside import one_line
from hg_analysis.tools.cli import main

posix = pytest.mark.skipif(os.name != "posix", reason="names, pipes and devices as POSIX has them")
COMMAND = [sys.executable, "-m", "hg_analysis"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder in which commands run, with a small notebook in it."""
    monkeypatch.chdir(tmp_path)
    cells = [nbformat.v4.new_code_cell("data = None", id="a", metadata={"tags": ["parameters"]})]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    return tmp_path


def test_the_module_is_the_command():
    done = subprocess.run([*COMMAND, "--version"], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == f"hg-analysis {metadata.version('hg-analysis')}\n" and not done.stderr


@pytest.mark.parametrize("encoding", ["cp1258", "cp1252", "ascii"])
def test_any_terminal_shows_every_fault(encoding, tmp_path, write, rows, monkeypatch):
    bad = write([rows[0] | {"printed": "ấ Ẫ"}, rows[1] | {"printed": "— 😀"}], name="ấ.csv")
    shown = {}
    for each in ("utf-8", encoding):
        out = io.TextIOWrapper(io.BytesIO(), encoding=each)
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["check", "--data", str(bad)]) == 1
        assert main(["export", "--out", str(tmp_path / "ấ figures.csv")]) == 0
        shown[each] = out.buffer.getvalue().decode(each)
    assert len(shown["utf-8"].splitlines()) == len(shown[encoding].splitlines())
    assert "ấ Ẫ" in shown["utf-8"] and "\\u1ea5 \\u1eaa" in shown[encoding]
    assert "\\u1ea5 figures.csv: " in shown[encoding]


@posix
def test_any_name_of_a_file(folder, capsys):
    for name in ("-x", "a b", "'\"", "ấ", "a\nb", "%s{0}", "$HOME", "\x1b[31m", "\udcff", "*?[1]"):
        (folder / f"{name}.ipynb").write_bytes((folder / "a.ipynb").read_bytes())
        assert main(["run", "--", f"{name}.ipynb"]) == 0
        assert capsys.readouterr().out == one_line(f"{name}.ipynb") + ": executed\n"
        assert main(["export", f"--out={name}.csv"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1
        assert (folder / f"{name}.csv").stat().st_size > 9999


@pytest.mark.parametrize(
    "call", ["check --data", "run", "run 03 --out", "translate", "export --out"]
)
def test_a_name_that_is_empty_is_no_default(call, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([*call.split(), ""])
    assert "the name of a file or folder is empty" in capsys.readouterr().err


NO_FILE, NO_CSV = "neither a file nor a folder; save it as one first", "expected a readable CSV"
LOOP = f"found 'Too many levels of symbolic links'; {NO_CSV}"


@posix
@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("check --data none.csv", f"none.csv: found 'No such file or directory'; {NO_CSV}"),
        ("check --data loop.csv", f"loop.csv: {LOOP}"),
        ("check --data loop.csv/table.csv", f"table.csv: {LOOP}"),
        ("check --data pipe.csv", f"pipe.csv: {NO_FILE}"),
        ("check --data /dev/zero", f"/dev/zero: {NO_FILE}"),
        ("export --data pipe.csv --out figures.csv", f"pipe.csv: {NO_FILE}"),
        ("export --data loop.csv --out figures.csv", f"loop.csv: {LOOP}"),
        ("run a.ipynb --data loop.csv --out out", f"loop.csv: {LOOP}"),
        ("run a.ipynb --data pipe.csv --out out", f"pipe.csv: {NO_FILE}"),
        ("run a.ipynb --out loop.csv", "loop.csv: File exists"),
        ("run a.ipynb --language en --out loop.csv", "loop.csv: File exists"),
        ("run a.ipynb --out a.ipynb/out", "a.ipynb/out: Not a directory"),
        ("run loop.csv", "loop.csv: no such notebook; there are 00_overview, "),
        ("run none\n.ipynb", "none\\n.ipynb: no such notebook; there are 00_overview, "),
        ("run 77", "77: no such notebook; there are 00_overview, "),
        ("run 0*", "0*: no such notebook; there are 00_overview, "),
        ("translate none.ipynb", "none.ipynb: no such notebook; there are 00_overview, "),
    ],
)
def test_what_is_no_file_is_said_in_a_line_and_nothing_is_written(call, said, folder, capsys):
    (folder / "loop.csv").symlink_to("loop.csv")
    os.mkfifo(folder / "pipe.csv")
    before = sorted(folder.iterdir())
    assert main(call.split(" ")) == 1
    told = "".join(capsys.readouterr()).splitlines()
    assert next(line for line in told if "1 fault" not in line).startswith(said) and len(told) < 3
    assert sorted({*folder.iterdir()} - {folder / "out"}) == before


@posix
def test_an_output_that_ends_early_is_said(folder, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    read, write = os.pipe()
    os.close(read)
    with open(write, "w") as enough, open("/dev/full", "w") as full:
        for output, status, said in (
            (enough, 1, ""),  # as head has, and nothing is said of it
            (full, 1, "hg-analysis: No space left on device\n"),
        ):
            done = subprocess.run(
                [*COMMAND, "check"], cwd=ROOT, stdout=output, stderr=subprocess.PIPE, text=True
            )
            assert (done.returncode, done.stderr) == (status, said)
    closed = ["sh", "-c", '"$@" >&-', "sh", *COMMAND, "run", str(folder / "a.ipynb")]
    done = subprocess.run(closed, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
