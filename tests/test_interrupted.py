"""Runs that are killed, stopped or started twice leave every notebook whole and nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from hg_analysis.tools import aside
from hg_analysis.tools.cli import main
from hg_analysis.tools.run import normalise

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
FIRST = 'data = None\nlanguage = "en"'
SLOW = 'import os, time\nopen("kernel", "w").write(f"{os.getpid()}\\n")\ntime.sleep(60)'
SHOW = "print(data, language)"  # two runs side by side need nothing of the collection


def book(path, *sources):
    path.parent.mkdir(exist_ok=True)
    cells = [nbformat.v4.new_code_cell(text, id=f"small-{n}") for n, text in enumerate(sources)]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of notebooks, and one for temporary files that no other run uses."""
    # A short path, since that of a socket must be; a link to it stands beside the notebooks.
    with tempfile.TemporaryDirectory() as short:
        (tmp_path / "t").symlink_to(short)
        monkeypatch.setenv("TMPDIR", short)
        yield tmp_path


def start(*arguments):
    command = [sys.executable, "-m", "hg_analysis", "run", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, **pipes)


def wait(until, seconds=60):
    end = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def in_a_cell(path):
    """Start a run and wait until its kernel is in the slow cell."""
    note = path.parent / "kernel"
    running = start(path)
    text = wait(lambda: running.poll() is None and note.is_file() and note.read_text())
    note.unlink()
    return running, int(text)


def left(place):
    return sorted(path.name for path in (place / "t").glob(f"{aside._ASIDE}*"))


def test_a_killed_run_leaves_the_notebook_and_the_next_one_clears_up(place, monkeypatch):
    path = book(place / "books" / "slow.ipynb", FIRST, SLOW)
    before = path.read_bytes()
    running, kernel = in_a_cell(path)
    other, second = in_a_cell(path)
    # Every kernel has sockets of its own, and none beside the notebooks.
    assert not list((place / "books").glob("*ipc*"))
    sockets = list((place / "t").glob("*/*-ipc-*"))
    assert len(sockets) == 10 and len({each.parent for each in sockets}) == 2
    running.kill()
    running.communicate()
    wait(lambda: not alive(kernel))
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert len(left(place)) == 2
    monkeypatch.setattr(tempfile, "tempdir", str(place / "t"))
    with aside.aside():
        assert len(left(place)) == 2 and other.poll() is None and alive(second)  # of the living
    other.terminate()
    other.communicate()
    assert not left(place) and path.read_bytes() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_so_and_clears_up(number, place):
    path = book(place / "books" / "slow.ipynb", FIRST, SLOW)
    before = path.read_bytes()
    running, kernel = in_a_cell(path)
    running.send_signal(number)
    said = running.communicate(timeout=60)
    assert running.returncode == 128 + number
    assert said == ("", "stopped; no file was left half-written\n")
    wait(lambda: not alive(kernel))
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert not left(place)


def test_two_runs_at_once_give_what_one_gives_and_do_not_mix(place, write, rows):
    path, table = book(place / "books" / "a.ipynb", FIRST, SHOW), write(rows[:1])
    assert main(["translate", str(path)]) == 0  # it holds no text: its catalogue is complete
    runs = [
        start(path),
        start(path),
        start(path, "--out", place / "vi", "--language", "vi"),
        start(path, "--out", place / "en", "--data", table),
    ]
    assert [each.communicate()[1] for each in runs] == [""] * 4
    assert shown(path) == "None en\n"
    assert shown(place / "vi" / "a.ipynb") == "None vi\n"
    assert shown(place / "en" / "a.ipynb") == f"{table} en\n"
    assert not left(place) and len(list(path.parent.iterdir())) == 1


def shown(path):
    return nbformat.read(path, 4).cells[-1].outputs[0].text


def test_a_folder_whose_path_is_too_long_for_sockets(place, monkeypatch, capsys):
    deep = place / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    path = book(place / "books" / "a.ipynb", FIRST, SHOW)
    assert main(["run", str(path)]) == 0
    assert capsys.readouterr().err == "" and shown(path) == "None en\n"


def test_two_builds_of_the_site_at_once_leave_one_whole(tmp_path):
    for name in ("data", "hg_analysis", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("README.md", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path)
    path = book(tmp_path / "notebooks" / "a.ipynb", FIRST)
    text = nbformat.read(path, 4)
    text.cells.insert(0, nbformat.v4.new_markdown_cell("# Small", id="title"))
    nbformat.write(normalise(text), path)
    command = [sys.executable, "docs/pages.py", "build/en"]
    options = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(tmp_path)}}
    builds = [subprocess.Popen(command, **options) for _ in range(2)]
    assert [each.wait() for each in builds] == [0, 0]
    assert [each.name for each in (tmp_path / "build").iterdir()] == ["en"]
    names = {each.name for each in (tmp_path / "build" / "en").iterdir()}
    assert names >= {"index.html", "figures.html", "searchindex.js", "notebooks", "_static"}
