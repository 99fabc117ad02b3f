"""The command bears any terminal, name and kind of file, and says in one line what is wrong."""

import io
import os
import subprocess
import sys
import zipfile
from contextlib import nullcontext
from importlib import metadata
from threading import Thread

import nbclient
import nbformat
import pytest
from conftest import ROOT

from hg_analysis.table import DATA
from hg_analysis.tools.aside import one_line
from hg_analysis.tools.cli import main

posix = pytest.mark.skipif(os.name != "posix", reason="pipes and devices as POSIX has them")


def command(*arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    buffered = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    given = {"env": buffered | options.pop("env", {}), "cwd": ROOT}
    return subprocess.Popen([sys.executable, "-m", "hg_analysis", *arguments], **given | options)


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A notebook in which nothing happens, and no kernel that does it."""
    monkeypatch.setattr(nbclient.NotebookClient, "setup_kernel", lambda client: nullcontext())
    monkeypatch.setattr(nbclient.NotebookClient, "execute_cell", lambda *call: None)
    path = tmp_path / "09_small.ipynb"
    cell = nbformat.v4.new_code_cell("data = None", id="a", metadata={"tags": ["parameters"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


@pytest.fixture
def pipe(tmp_path):
    """A named pipe that gives the bundled table once."""
    os.mkfifo(tmp_path / "pipe.csv")
    text = (DATA / "indicators.csv").read_bytes()
    writer = Thread(target=(tmp_path / "pipe.csv").write_bytes, args=[text], daemon=True)
    writer.start()
    yield tmp_path / "pipe.csv"
    writer.join(9)
    assert not writer.is_alive()


def test_the_module_is_the_command():
    assert command("--version").communicate() == (
        f"hg-analysis {metadata.version('hg-analysis')}\n",
        "",
    )


def test_an_installed_package_holds_data_and_notebooks(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    for name in ("data", "notebooks"):
        held = {path.name for path in (tmp_path / "site" / "hg_analysis" / name).iterdir()}
        assert held >= {path.name for path in (ROOT / name).glob("*.*")}
    code = "import hg_analysis.tools.run as r, sys; print(r.DATA, r.NOTEBOOKS, r._INSTALLED)"
    path = {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | path, capture_output=True
    )
    own = tmp_path / "site" / "hg_analysis"
    assert done.stdout.decode().split() == [str(own / "data"), str(own / "notebooks"), "True"]


@pytest.mark.parametrize("encoding", ["cp1258", "cp1252", "ascii"])
def test_any_terminal_shows_every_fault(encoding, tmp_path, write, rows, monkeypatch):
    bad = write([rows[0] | {"printed": "ấ Ẫ"}, rows[1] | {"printed": "— 😀"}], name="ấ.csv")
    shown = {}
    for each in ("utf-8", encoding):
        out = io.TextIOWrapper(io.BytesIO(), encoding=each)
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["check", "--data", str(bad)]) == 1
        good = tmp_path / "ấ figures.csv"
        assert main(["export", "--out", str(good)]) == 0
        shown[each] = out.buffer.getvalue().decode(each)
        good.unlink()
    assert len(shown["utf-8"].splitlines()) == len(shown[encoding].splitlines())
    assert "ấ Ẫ" in shown["utf-8"] and "\\u1ea5 \\u1eaa" in shown[encoding]
    assert "\\u1ea5 figures.csv: " in shown[encoding]


@posix
def test_any_name_of_a_file(notebook, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = ["-x", "a b", "'\"", "ấ", "a\nb", "%s{0}", "$HOME", "\x1b[31m", "\udcff", "*?[1]"]
    for name in names:
        copy = tmp_path / f"{name}.ipynb"
        copy.write_bytes(notebook.read_bytes())
        assert main(["run", "--", copy.name]) == 0
        assert capsys.readouterr().out == one_line(f"{name}.ipynb") + ": executed\n"
        assert main(["export", f"--out={name}.csv"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1
        assert (tmp_path / f"{name}.csv").stat().st_size > 9999
    assert main(["run", "--", "none\n.ipynb"]) == 1
    assert capsys.readouterr().err == "none\\n.ipynb: no such notebook\n"


def test_a_name_that_is_empty_is_no_default(capsys):
    for arguments in (
        ["check", "--data", ""],
        ["check", "--source", ""],
        ["run", ""],
        ["run", "03", "--out", ""],
        ["export", "--out", ""],
    ):
        assert main(arguments) == 1
        assert capsys.readouterr() == ("", "the name of a file or folder is empty\n")


@posix
def test_a_loop_of_links_is_said(notebook, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    for arguments in (
        ["check", "--data", "loop.csv"],
        ["check", "--data", "loop.csv/table.csv"],
        ["check", "--source", "loop.csv"],
        ["run", str(notebook), "--data", "loop.csv", "--out", "out"],
        ["run", str(notebook), "--out", "loop.csv"],
        ["run", "loop.csv"],
        ["export", "--out", "figures.csv", "--data", "loop.csv"],
    ):
        assert main(arguments) == 1
        out, said = capsys.readouterr()
        assert said.startswith("loop.csv") and said.count("\n") == 1 and not out


@posix
def test_a_pipe_is_read_once_by_check(pipe, capsys):
    assert main(["check", "--data", str(pipe)]) == 0
    assert "0 faults" in capsys.readouterr().out


@posix
def test_a_pipe_is_read_once_by_export(pipe, tmp_path):
    assert main(["export", "--data", str(pipe), "--out", str(tmp_path / "figures.csv")]) == 0


@posix
def test_a_pipe_is_kept_while_notebooks_run(pipe, notebook, tmp_path, monkeypatch):
    read = []

    def execute_cell(client, cell, number):
        if number == 1:  # the parameters
            given = {}
            exec(cell.source, given)
            with open(given["data"], "rb") as table:
                read.append(table.read())

    monkeypatch.setattr(nbclient.NotebookClient, "execute_cell", execute_cell)
    assert main(["run", str(notebook), "--data", str(pipe), "--out", str(tmp_path / "out")]) == 0
    assert read == [(DATA / "indicators.csv").read_bytes()]


@posix
def test_a_device_is_no_table(capsys):
    assert main(["check", "--data", "/dev/zero"]) == 1
    assert capsys.readouterr().err == "/dev/zero: neither a file nor a folder nor a pipe\n"


@posix
def test_an_output_that_ends_early_is_said():
    read, write = os.pipe()
    os.close(read)
    with open(write, "w") as closed, open("/dev/full", "w") as full:
        enough = command("check", stdout=closed)  # as head has, and nothing is said of it
        lost = command("check", stdout=full)
        assert enough.communicate() == (None, "") and enough.returncode == 1
        assert lost.communicate() == (None, "hg-analysis: No space left on device\n")
        assert lost.returncode == 1


@posix
def test_a_closed_output_is_there_for_kernels(tmp_path):
    cell = nbformat.v4.new_code_cell("1 + 1", id="a")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    run = [sys.executable, "-m", "hg_analysis", "run", str(tmp_path / "a.ipynb")]
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *run], cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert nbformat.read(tmp_path / "a.ipynb", 4).cells[0].outputs
