"""Beyond nbval: failures name the cell, and what will be removed from a library is an error."""

import os
from pathlib import Path

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
def pytest_runtest_makereport(item):
    """Name the notebook and the cell by its id, where nbval only counts cells."""
    report = yield
    if isinstance(item, IPyNbCell) and report.failed:
        report.longrepr = f"{item.path.name}, cell {item.cell.id}\n{report.longrepr}"
    return report
