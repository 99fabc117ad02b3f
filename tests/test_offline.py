"""After the set-up nothing asks for the network: checks, runs, nbval and the site do without."""

import os
import subprocess
import sys

import nbformat
import pytest
from conftest import ROOT

NOTEBOOK = ROOT / "notebooks" / "05_other_results.ipynb"
ASK = """import socket
for ask in (
    lambda: socket.create_connection(("192.0.2.1", 80), 1),
    lambda: socket.gethostbyname("example.org"),
):
    try:
        ask()
    except OSError as error:
        print(error)"""


@pytest.fixture
def offline(tmp_path):
    """Run Python where every way off the machine is recorded and refused."""
    record = tmp_path / "record.txt"
    paths = [str(ROOT / "tests" / "offline"), os.environ.get("PYTHONPATH", "")]
    guard = {"PYTHONPATH": os.pathsep.join(paths), "HG_OFFLINE": str(record)}

    def python(*arguments):
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | guard, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return record.read_text("utf-8").splitlines() if record.exists() else []

    return python


def test_the_guard_sees_an_attempt(offline, tmp_path):
    cell = nbformat.v4.new_code_cell(ASK, id="ask", metadata={"tags": ["parameters"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "ask.ipynb")
    seen = offline("-m", "hg_analysis", "run", tmp_path / "ask.ipynb")
    assert seen == ["socket.getaddrinfo 192.0.2.1", "socket.gethostbyname example.org"]


def test_nothing_needs_the_network(offline, tmp_path):
    assert offline("-m", "hg_analysis", "check") == []
    assert offline("-m", "hg_analysis", "export", "--out", tmp_path / "figures.csv") == []
    flags = ("-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "-o", "addopts=")
    assert offline("-m", "pytest", *flags, NOTEBOOK) == []


def test_the_site_needs_no_network(offline, tmp_path):
    assert offline("docs/pages.py", tmp_path / "en") == []
    assert (tmp_path / "en" / "index.html").is_file()
