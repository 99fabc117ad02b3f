"""What the tests share: the bundled files, copies of them to break, and the document's text."""

import csv
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

import hg_analysis.data as hg_data

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
    with (hg_data.DATA / "indicators.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture
def write(tmp_path):
    """Write rows as a table of indicators and return its path."""

    def write_rows(rows, columns=hg_data.COLUMNS["indicators"], name="table.csv", **options):
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
    from hg_analysis import words
    from hg_analysis.tools import check

    folder = tmp_path / "data"
    folder.mkdir()
    for path in hg_data.DATA.glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())

    def forget():
        for cached in (hg_data._companion, words._names, words._units):
            cached.cache_clear()

    monkeypatch.setattr(hg_data, "DATA", folder)
    monkeypatch.setattr(check, "DATA", folder)
    forget()
    yield folder
    monkeypatch.undo()
    forget()
