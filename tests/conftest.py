"""What the tests share: the bundled files, copies of them to break, and the document's text."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import settings

from hg_analysis import table as hg_table
from hg_analysis import words

# The same examples every time, and no clock: a test that fails does so on every machine.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

ROOT = Path(__file__).resolve().parent.parent
FUZZED = Counter()  # inputs that test_fuzz tried, by what became of them
SHARED = Path(os.environ.get("HG_SHARED", ROOT.parent / "shared"))


def pytest_terminal_summary(terminalreporter):
    """Say how many malformed inputs were tried."""
    if FUZZED:
        tried, handled = FUZZED["tried"], FUZZED["refused"] + FUZZED["accepted"]
        terminalreporter.write_line(
            f"fuzzing: {tried:,} inputs, {FUZZED['refused']:,} refused, "
            f"{FUZZED['accepted']:,} accepted, {tried - handled:,} unhandled"
        )


def shared(name):
    """Return a file that stands beside the project, or skip saying that it is missing."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside the project; name its folder in HG_SHARED")
    return path


@pytest.fixture(autouse=True)
def pictures_closed():
    """No test leaves pictures open, of which matplotlib keeps all until they are closed."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def appendix():
    """The text of the appendix, which is not part of the project."""
    return shared("source/phu_luc_3.txt")


@pytest.fixture(scope="session")
def rows():
    """The bundled indicators, as text."""
    with (hg_table.DATA / "indicators.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture
def write(tmp_path):
    """Write rows as a table of indicators and return its path."""

    def write_rows(rows, columns=hg_table.TABLES["indicators"], name="table.csv", **options):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, columns, extrasaction="ignore", **options)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write_rows


@pytest.fixture
def companions(tmp_path, monkeypatch):
    """A folder with copies of all data files, used in place of the bundled ones."""
    from hg_analysis.tools import check

    folder = tmp_path / "data"
    folder.mkdir()
    for path in hg_table.DATA.glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(hg_table, "DATA", folder)
    monkeypatch.setattr(check, "DATA", folder)
    monkeypatch.setitem(hg_table._current, "folder", folder)
    return folder


def displayed(patch):
    """Return the list in which from now on all that is displayed is kept: data and metadata."""
    seen, module = [], import_module("hg_analysis.show")  # hg.show is the function in it
    patch.setattr(
        module, "_display", lambda data, metadata=None: seen.append((data, metadata or {}))
    )
    return seen


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, instead of displaying it; in English again afterwards."""
    yield displayed(monkeypatch)
    words.use_language("en")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site of today's notebooks, built once."""
    folder = tmp_path_factory.mktemp("site") / "en"
    command = [sys.executable, ROOT / "docs" / "pages.py", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.parent.iterdir()] == ["en"]
    return folder


@pytest.fixture(scope="session")
def in_browser(tmp_path_factory):
    """Open pages side by side in one start of a browser; say of each what a script finds."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("no chromium on this machine: the pages were not opened in a browser")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    flags += ["--allow-file-access-from-files", "--dump-dom"]

    def ask(addresses, script, widths=(1400,)):
        folder = tmp_path_factory.mktemp("browser")
        frames = (
            f'<iframe width="{w}" height="800" src="{a}"></iframe>'
            for a in addresses
            for w in widths
        )
        collect = (
            "onload = () => document.title = JSON.stringify([...document.getElementsByTagName"
            f"('iframe')].map(frame => {{ const page = frame.contentDocument; return {script} }}))"
        )
        (folder / "frames.html").write_text(f"{''.join(frames)}<script>{collect}</script>", "utf-8")
        command = [browser, *flags, f"--user-data-dir={folder / 'profile'}"]
        done = subprocess.run(
            [*command, (folder / "frames.html").as_uri()],
            capture_output=True,
            text=True,
            timeout=300,
        )
        found = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
        assert found, done.stderr[-500:]
        return json.loads(unescape(found[1]))

    return ask
