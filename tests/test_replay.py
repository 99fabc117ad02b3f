"""Every stored output is what the cells show now: told by line, before any kernel starts.

Cells run one after another in this process, pictures are not drawn; what a picture holds is
compared as the list of its values and its alt text. nbval repeats this in kernels.
"""

import json
import re
from difflib import SequenceMatcher
from html import unescape
from itertools import zip_longest

import matplotlib
import nbformat
import pytest
from conftest import ROOT
from matplotlib import pyplot as plt

from hg_analysis import charts

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def undrawn(shown, monkeypatch):
    """What is displayed, instead of displaying it; pictures stay undrawn."""
    monkeypatch.setattr(charts, "picture", lambda ax: plt.close(ax.figure))
    monkeypatch.chdir(ROOT / "notebooks")  # as a kernel would
    with matplotlib.rc_context():
        yield shown


def texts(data, metadata):
    """Everything of an output that is text, by what it is."""
    found = {kind: text for kind, text in data.items() if not kind.startswith("image/")}
    # Widths and alt texts stand in the metadata, which nbval does not compare.
    return found | {"metadata": json.dumps(metadata or {}, ensure_ascii=False, sort_keys=True)}


def differing_lines(stored, computed):
    """Number, stored and computed text of every line that differs."""
    stored, computed = stored.splitlines(), computed.splitlines()
    for same, a, b, c, d in SequenceMatcher(None, stored, computed, autojunk=False).get_opcodes():
        if same != "equal":
            for number, pair in enumerate(zip_longest(stored[a:b], computed[c:d]), a + 1):
                yield number, *pair


def compare(stored, computed):
    """Say of the outputs of one cell where they differ."""
    if len(stored) != len(computed):
        yield f"stored {len(stored)} outputs, computed {len(computed)}"
    for place, (old, new) in enumerate(zip(stored, computed), 1):
        old, new = texts(old.data, old.metadata), texts(*new)
        for kind in sorted(old.keys() | new.keys(), reverse=True):
            for number, was, now in differing_lines(old.get(kind, ""), new.get(kind, "")):
                yield (
                    f"output {place}, {kind}, line {number}\n"
                    f"    stored:   {'nothing' if was is None else was}\n"
                    f"    computed: {'nothing' if now is None else now}"
                )


def replay(notebook, name, shown):
    """Run a notebook's cells in order; say of each what differs from what is stored."""
    scope = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        shown.clear()
        try:
            exec(compile(cell.source, f"{name}, cell {cell.id}", "exec"), scope)
        except Exception as error:  # whatever it is, it is what the reader must know
            yield f"cell {cell.id} raises {type(error).__name__}: {error}"
            return
        yield from (f"cell {cell.id}, {each}" for each in compare(cell.outputs, shown))


def read_html(html):
    """The text form that a table or a folded list of values would have."""
    if listed := re.search(r"<pre>(.*)</pre>", html, re.DOTALL):
        return unescape(listed[1])
    rows = [re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row) for row in html.split("</tr>")]
    return "\n".join(
        " | ".join(unescape(re.sub(r"<[^>]+>", "", cell)) for cell in row) for row in rows if row
    )


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_stored_outputs_are_what_the_cells_show(path, undrawn, capsys):
    problems = list(replay(nbformat.read(path, 4), path.name, undrawn))
    problems += [f"a cell prints: {text}" for text in capsys.readouterr() if text]
    if problems:
        pytest.fail("\n".join(f"{path.name}: {each}" for each in problems), pytrace=False)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_is_seen_is_what_nbval_compares_as_text(path):
    problems = []
    for cell in nbformat.read(path, 4).cells:
        for output in cell.get("outputs", ()):
            if html := output.data.get("text/html"):
                for place in differing_lines(output.data["text/plain"], read_html(html)):
                    problems.append(f"{path.name}: cell {cell.id}, line %s\n  %s\n  %s" % place)
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
