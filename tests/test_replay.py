"""Every stored output is what the cells show now: told by line, in this process; nbval repeats it
in kernels, and draws every picture again."""

import json
import re
from copy import deepcopy
from difflib import unified_diff
from html import unescape

import nbformat
import pytest
from conftest import ROOT

from hg_analysis import words
from hg_analysis.tools.run import remembered, run_cells

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def parts(outputs):
    """Everything of a cell's outputs, by what it is: texts, pictures, alt texts."""
    for number, output in enumerate(outputs, 1):
        for kind, data in output.get("data", output).items():
            yield f"output {number}, {kind}", str(data)
        yield f"output {number}, metadata", json.dumps(output.get("metadata", {}), sort_keys=True)


def differences(stored, computed):
    """Say where the outputs of two cells differ."""
    old, new = dict(parts(stored.outputs)), dict(parts(computed.outputs))
    for kind in sorted(old.keys() | new.keys()):
        texts = (each.get(kind, "").splitlines() for each in (old, new))
        if lines := [*unified_diff(*texts, "stored", "computed", lineterm="", n=0)]:
            yield f"cell {stored.id}, {kind}\n" + "\n".join(line[:300] for line in lines[:12])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_stored_outputs_are_what_the_cells_show(path):
    stored = nbformat.read(path, 4)
    again, found = deepcopy(stored), []
    try:
        with remembered():
            problem = run_cells(again, path.parent)
    finally:
        words.use_language("en")
    for one, other in zip(stored.cells, again.cells):
        if one.cell_type == "code":
            found += differences(one, other)
    if problem or found:
        pytest.fail("\n".join([f"{path.name}: {problem}", *found]), pytrace=False)


def read_html(html):
    """The text form that a table would have."""
    rows = [re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row) for row in html.split("</tr>")]
    return "\n".join(
        " | ".join(unescape(re.sub(r"<[^>]+>", "", cell)) for cell in row) for row in rows if row
    )


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_is_seen_is_what_is_compared_as_text(path):
    for cell in nbformat.read(path, 4).cells:
        for output in cell.get("outputs", ()):
            if html := output.data.get("text/html"):
                assert read_html(html) == output.data["text/plain"], cell.id
