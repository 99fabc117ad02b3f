"""The library stays small, and each of its modules builds only on those before it."""

import ast
import io
import tokenize

from conftest import ROOT

PACKAGE = ROOT / "hg_analysis"
# Each step may import those before it and its own floor's; files and bounds import none.
FLOORS = ["files bounds calc", "table", "figures", "words", "sheet"]
FLOORS += ["forms", "pictures", "show"]
FLOOR = {name: n for n, names in enumerate(FLOORS) for name in names.split()}
LIMITS = {PACKAGE: 1000, PACKAGE / "tools": 1400}  # lines of code


def code_lines(source):
    """Count the lines that hold code: no blank ones, comments or docstrings."""
    texts = (
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
    docstrings = {line for text in texts for line in range(text.lineno, text.end_lineno + 1)}
    nothing = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    nothing |= {tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = (range(t.start[0], t.end[0] + 1) for t in tokens if t.type not in nothing)
    return len({line for each in lines for line in each} - docstrings)


def imported(path):
    """The modules of the package that a file imports, wherever in it, by their names in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name} imports relatively"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            found |= {node.args[0].value}
    return {name.split(".")[1] for name in found if name.startswith("hg_analysis.")}


def test_lines_of_code(capsys):
    for folder, limit in LIMITS.items():
        counts = {p.name: code_lines(p.read_text("utf-8")) for p in sorted(folder.glob("*.py"))}
        total, told = sum(counts.values()), ", ".join(f"{n} {c}" for n, c in counts.items())
        with capsys.disabled():
            print(f"\n{folder.relative_to(ROOT)}: {total} lines of code of {limit}: {told}")
        assert folder == PACKAGE or total <= limit, told


def test_only_the_command_imports_what_publishes():
    for path in PACKAGE.glob("*.py"):
        assert path.stem == "__main__" or "tools" not in imported(path), path.name


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
