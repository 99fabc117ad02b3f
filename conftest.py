"""Beyond nbval: pictures are compared, failures name the cell, our own warnings are errors."""

import os
from base64 import b64decode
from pathlib import Path

import pictures
import pytest
from nbval.plugin import IPyNbCell

KINDS = "DeprecationWarning", "FutureWarning", "PendingDeprecationWarning"


def pytest_configure():
    """Tell every kernel to stop where a cell or this package uses what will go."""
    package = (Path(__file__).parent / "hg_analysis").glob("*.py")
    modules = ["__main__", "hg_analysis", *(f"hg_analysis.{path.stem}" for path in package)]
    # Kernels do not see pytest's filters, and Python matches these modules by their whole name.
    ours = [f"error::{kind}:{module}" for kind in KINDS for module in modules]
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [os.getenv("PYTHONWARNINGS"), *ours]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Compare pictures, which nbval does not, once the texts of a cell are the same."""
    yield
    if isinstance(item, IPyNbCell) and not pictures.incomparable():
        stored, drawn = map(_pictures, (item.cell.outputs, item.test_outputs))
        if len(stored) != len(drawn):
            item.raise_cell_error(f"{len(stored)} pictures are stored, {len(drawn)} drawn")
        for number, pair in enumerate(zip(stored, drawn), 1):
            if difference := pictures.difference(*pair):
                item.raise_cell_error(f"Picture {number} is not the one stored: {difference}")


def _pictures(outputs):
    data = [output.get("data", {}) for output in outputs]
    return [b64decode(each["image/png"]) for each in data if "image/png" in each]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Name the notebook and the cell by its id, where nbval only counts cells."""
    report = yield
    if isinstance(item, IPyNbCell) and report.failed:
        report.longrepr = f"{item.path.name}, cell {item.cell.id}\n{report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter, config):
    """Say so where pictures were not compared."""
    if config.option.nbval and (reason := pictures.incomparable()):
        terminalreporter.write_line(f"Pictures were not compared: {reason}.")
