"""Runs that are killed, stopped or started twice leave every notebook whole and nothing behind."""

import json
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

from hg_analysis.tools import files
from hg_analysis.tools.run import normalise

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
FIRST = 'data = None\nlanguage = "en"'
SLOW = 'import os, time\nopen("kernel", "w").write(f"{os.getpid()}\\n")\ntime.sleep(60)'
SHOW = """import hg_analysis as hg
hg.use_language(language)
hg.show(hg.figure(hg.load(data), "grdp", period="2023", source="nguoiquansat_merger"))"""


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
    return sorted(path.name for path in (place / "t").glob(f"{files._ASIDE}*"))


def test_a_killed_run_leaves_the_notebook_and_the_next_one_clears_up(place):
    path = book(place / "books" / "slow.ipynb", FIRST, SLOW)
    before = path.read_bytes()
    running, kernel = in_a_cell(path)
    other, second = in_a_cell(path)
    running.kill()
    running.communicate()
    wait(lambda: not alive(kernel))
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert len(left(place)) == 2
    quick = book(place / "books" / "quick.ipynb", FIRST, SHOW)
    assert start(quick).wait() == 0
    assert b"59,809" in quick.read_bytes()
    assert len(left(place)) == 1 and other.poll() is None and alive(second)  # of the living run
    other.terminate()
    other.communicate()
    assert not left(place)


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


def test_two_runs_of_the_same_notebooks_give_what_one_gives(place):
    paths = [book(place / "books" / f"{n}.ipynb", FIRST, SHOW, SHOW) for n in "ab"]
    assert start(*paths).wait() == 0
    alone = [path.read_bytes() for path in paths]
    for path in paths:
        book(path, FIRST, SHOW, SHOW)
    runs = [start(*paths) for _ in range(2)]
    assert [each.communicate()[1] for each in runs] == ["", ""]
    assert [path.read_bytes() for path in paths] == alone
    assert not left(place) and len(list(paths[0].parent.iterdir())) == 2


def test_two_runs_with_other_data_and_languages_do_not_mix(place, write, rows):
    path = book(place / "books" / "a.ipynb", FIRST, SHOW)
    changed = [
        row | {"value": "60809", "printed": "60.809 tỷ đồng"}
        for row in rows
        if row["source"] == "nguoiquansat_merger" and row["value"] == "59809"
    ]
    runs = [
        start(path, "--out", place / "vi", "--language", "vi"),
        start(path, "--out", place / "en", "--data", write(changed)),
    ]
    assert [each.communicate()[1] for each in runs] == ["", ""]
    vi, en = ((place / name / "a.ipynb").read_text("utf-8") for name in ("vi", "en"))
    assert "59.809" in vi and "60" not in "".join(outputs(vi))[-400:]
    assert "60,809" in en and "billion VND" in en and "tỷ đồng" not in en


def outputs(text):
    cells = json.loads(text)["cells"]
    return [str(each["data"]["text/plain"]) for cell in cells for each in cell.get("outputs", ())]


def test_every_kernel_has_sockets_of_its_own(place):
    path = book(place / "books" / "slow.ipynb", FIRST, SLOW)
    runs = [in_a_cell(path)[0] for _ in range(2)]
    assert not list((place / "books").glob("*ipc*"))
    sockets = list((place / "t").glob("*/*-ipc-*"))
    assert len(sockets) == 10 and len({path.parent for path in sockets}) == 2
    for each in runs:
        each.terminate()
    for each in runs:
        each.communicate()


def test_a_folder_whose_path_is_too_long_for_sockets(place, monkeypatch):
    deep = place / ("x" * 100)
    deep.mkdir()
    monkeypatch.setenv("TMPDIR", str(deep))
    path = book(place / "books" / "a.ipynb", FIRST, SHOW)
    running = start(path)
    assert running.communicate()[1] == "" and running.returncode == 0


def test_two_builds_of_the_site_at_once_leave_one_whole(tmp_path):
    for name in ("data", "hg_analysis", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "README.md", tmp_path)
    path = book(tmp_path / "notebooks" / "a.ipynb", FIRST)
    text = nbformat.read(path, 4)
    text.cells.insert(0, nbformat.v4.new_markdown_cell("# Small", id="title"))
    nbformat.write(normalise(text), path)
    command = [sys.executable, "docs/pages.py", "build/en"]
    options = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(tmp_path)}}
    assert subprocess.run(command, **options).returncode == 0
    alone = {each.name for each in (tmp_path / "build" / "en").iterdir()}
    builds = [subprocess.Popen(command, **options) for _ in range(2)]
    assert [each.wait() for each in builds] == [0, 0]
    assert [each.name for each in (tmp_path / "build").iterdir()] == ["en"]
    assert {each.name for each in (tmp_path / "build" / "en").iterdir()} == alone
