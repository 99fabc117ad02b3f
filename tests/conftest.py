"""What the tests share: the bundled files, copies of them to break, and the document's text."""

import csv
import os
import sys
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import settings

from hg_analysis import table, words

# The same examples every time, and no clock: a test that fails does so on every machine.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("HG_SHARED", ROOT.parent / "shared"))
COLUMNS = list(table.TABLES["indicators"])
# A good row; each case changes what it is about.
GOOD = dict.fromkeys(COLUMNS, "") | {
    "indicator": "grdp",
    "place": "soc_trang",
    "period": "2023",
    "value": "72472",
    "relation": "=",
    "status": "preliminary",
    "printed": "72.472 tỷ đồng",
    "source": "nguoiquansat_merger",
}


def of(indicator, printed, value, **more):
    """A good row of another indicator."""
    return GOOD | {"indicator": indicator, "printed": printed, "value": value} | more


def shared(name):
    """Return a file that stands beside the project, or skip saying that it is missing."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside the project; name its folder in HG_SHARED")
    return path


def read_rows(path):
    """Return the rows of a CSV file as dicts of text."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_rows(path, rows, columns=None, **options):
    """Write dicts as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        columns = columns or list(rows[0])
        writer = csv.DictWriter(handle, columns, extrasaction="ignore", **options)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(autouse=True)
def as_it_was():
    """No test leaves pictures open, or another language or folder's names behind."""
    yield
    words.use_language("en")
    table._current["folder"] = table.DATA
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def appendix():
    """The text of the appendix, which is not part of the project."""
    return shared("source/phu_luc_3.txt")


@pytest.fixture(scope="session")
def rows():
    """The bundled indicators, as text."""
    return read_rows(table.DATA / "indicators.csv")


@pytest.fixture(scope="session")
def bundled():
    """The bundled table."""
    return table.load(table.DATA)


@pytest.fixture
def write(tmp_path):
    """Write rows as a table of indicators and return its path."""

    def write(rows, columns=COLUMNS, name="table.csv", **options):
        return write_rows(tmp_path / name, rows, columns, **options)

    return write


@pytest.fixture
def companions(tmp_path, monkeypatch):
    """A folder with copies of all data files, used in place of the bundled ones."""
    from hg_analysis.tools import check, export, run

    folder = tmp_path / "data"
    folder.mkdir()
    for path in table.DATA.glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    with monkeypatch.context() as patch:
        for module in (table, check, export, run):
            patch.setattr(module, "DATA", folder)
        patch.setitem(table._current, "folder", folder)
        yield folder


@pytest.fixture
def edit(companions):
    """Change the rows of a copied data file: a function of its list, or of a row that fits."""

    def edit(name, change, **where):
        path = companions / f"{name}.csv"
        rows = read_rows(path)
        columns = list(rows[0])
        if where:
            change(next(row for row in rows if where.items() <= row.items()))
        else:
            rows = change(rows) or rows
        return write_rows(path, rows, columns, lineterminator="\n")

    return edit


def displayed(patch):
    """Return the list in which from now on all that is displayed is kept: data and metadata."""
    seen, module = [], import_module("hg_analysis.show")  # hg.show is the function in it
    patch.setattr(
        module, "_display", lambda data, metadata=None: seen.append((data, metadata or {}))
    )
    return seen


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, instead of displaying it."""
    return displayed(monkeypatch)
