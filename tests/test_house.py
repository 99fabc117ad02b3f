"""The library stays small, and each of its modules builds only on those before it."""

import ast

import pytest
from conftest import ROOT

PACKAGE = ROOT / "hg_analysis"
# Each step may import those before it and its own floor's; files and bounds import none.
FLOORS = ["files bounds calc", "table", "figures", "words", "sheet", "forms", "pictures", "show"]
FLOOR = {name: n for n, names in enumerate(FLOORS) for name in names.split()}
LIMITS = {PACKAGE: 1510, PACKAGE / "tools": 1289, PACKAGE / "briefings": 1800}  # lines of code


def code_lines(source):
    """Count the lines that hold code: no blank ones, comments or docstrings."""
    texts = (
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
    docstrings = {line for text in texts for line in range(text.lineno, text.end_lineno + 1)}
    lines = enumerate(map(str.strip, source.splitlines()), 1)
    return sum(n not in docstrings for n, line in lines if line and line[0] != "#")


def imported(path):
    """The modules of the package that a file imports, wherever in it, by their names in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name} imports relatively"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name.split(".")[1] for name in found if name.startswith("hg_analysis.")}


@pytest.mark.parametrize("folder", LIMITS, ids=lambda folder: folder.name)
def test_lines_of_code(folder):
    counts = {p.name: code_lines(p.read_text("utf-8")) for p in sorted(folder.glob("*.py"))}
    assert sum(counts.values()) <= LIMITS[folder], counts


def test_only_the_command_imports_what_publishes():
    for path in PACKAGE.glob("*.py"):
        publishes = imported(path) & {"tools", "briefings"}
        assert path.stem == "__main__" or not publishes, path.name


def test_no_module_imports_one_of_a_later_step():
    own = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert own == FLOOR.keys(), "name the step of each module in FLOORS"
    climbing = {
        (name, other)
        for name in own
        for other in imported(PACKAGE / f"{name}.py") & own
        if FLOOR[other] > FLOOR[name] or (FLOOR[other] == FLOOR[name] == 0)
    }
    assert climbing == set()
