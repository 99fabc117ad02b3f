"""Every notebook is executed in order, says what its numbers say, and stays short."""

import ast
import re
import statistics
from functools import cache
from itertools import zip_longest

import nbformat
import pytest
from conftest import ROOT
from nbval.plugin import find_comment_markers

import hg_analysis as hg
from hg_analysis.tools import links
from hg_analysis.tools.run import normalise

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@cache
def read(path):
    return nbformat.read(path, 4)


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def notebook(request):
    return read(request.param)


@pytest.fixture(scope="module")
def own():
    """The figures of the document."""
    return hg.load().query("origin == 'document'")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def test_executed_in_order_without_error_or_warning(notebook):
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        kinds = {output.output_type for output in cell.outputs}
        assert kinds <= {"display_data"}, (cell.id, kinds)


TAGS = {
    "parameters",
    "questions",
    "hide-input",
    "lead",
    "findings",
    "how-sure",
    "limits",
    "finding",
    "table",
}  # none of nbval's


def test_no_cell_escapes_nbval(notebook):
    for cell in notebook.cells:
        assert set(cell.metadata.get("tags", ())) <= TAGS, cell.id
        assert not list(find_comment_markers(cell.source)), cell.id


def is_picture(output):
    return any(kind.startswith("image/") for kind in output.data)


def test_every_cell_that_shows_has_shown_with_a_text_to_compare(notebook):
    for cell in code_cells(notebook):
        assert bool(cell.outputs) == ("hg.show(" in cell.source), cell.id
        for output in cell.outputs:
            seen, text = sorted(output.data)
            assert seen in ("text/html", "image/svg+xml") and text == "text/plain", cell.id


def test_every_picture_has_alt_text_and_a_list_of_its_values(notebook):
    for cell in code_cells(notebook):
        for place, output in enumerate(cell.outputs):
            if is_picture(output):
                (about,) = output.metadata.values()
                told = output.data["text/plain"].splitlines()[0]  # which nbval compares
                assert about["alt"] == told == cell.metadata["mystnb"]["image"]["alt"]
                assert len(told) > 20
                assert "<details>" in cell.outputs[place + 1].data["text/html"]


def test_no_picture_is_drawn_or_changed_in_a_notebook(notebook):
    for cell in code_cells(notebook):
        assert not re.search(r"\b(matplotlib|seaborn|plt|sns|ax|axes)\b", cell.source), cell.id


def test_a_link_to_a_notebook_names_it(notebook):
    named = [
        link
        for cell in prose_cells(notebook)
        for link in re.findall(r"\[([^]]*)\]\(([^)#]*)\.ipynb\)", cell.source)
    ]
    for text, stem in named:
        name = re.sub(r"\W", "_", text.lower().removesuffix(" notebook"))
        assert name == stem[3:], (text, stem)


def test_every_cell_has_a_name_of_its_own(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", each) for each in ids)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_file_is_as_a_run_would_write_it(path, tmp_path):
    notebook = nbformat.read(path, 4)  # a copy, which is changed below
    nbformat.validate(notebook)  # reading only logs what is wrong
    nbformat.write(normalise(notebook), tmp_path / "again.ipynb")
    lines = (each.read_bytes().splitlines() for each in (path, tmp_path / "again.ipynb"))
    for number, (stored, again) in enumerate(zip_longest(*lines), 1):
        assert stored == again, f"{path.name}, line {number}"


def test_parameters(notebook):
    tagged = [c for c in code_cells(notebook) if "parameters" in c.metadata.get("tags", ())]
    assert len(tagged) == 1
    names = {}
    exec(tagged[0].source, names)
    assert (names["data"], names["language"]) == (None, "en")


def test_cells_are_short(notebook):
    """A picture's words, a line each, stand in its call and count as one."""
    lengths = []
    for cell in code_cells(notebook):
        calls = [each for each in ast.walk(ast.parse(cell.source)) if isinstance(each, ast.Call)]
        drawn = [call for call in calls if ast.unparse(call.func).startswith("pictures.")]
        words = sum(call.end_lineno - call.lineno for call in drawn)
        lengths.append(len(cell.source.splitlines()) - words)
    assert statistics.median(lengths) <= 3
    assert max(lengths) <= 10


def worded(text):
    """The words of a text, as a reader counts them: numbers too, addresses not."""
    return re.findall(r"[^\s—–·|#-]\S*", links.LINK.sub(r"\1", text))


def test_a_page_answers_first_and_keeps_its_budget(notebook):
    lead, findings = notebook.cells[:2]
    assert lead.metadata.tags == ["lead"] and findings.metadata.tags == ["findings"]
    title, sentence = lead.source.split("\n\n")
    assert title.startswith("# ") and len(worded(sentence)) <= 25
    found = findings.source.splitlines()
    assert 1 <= len(found) <= 3 and all(line.startswith("- ") for line in found)
    for line in found:
        assert len(worded(line)) <= 25 and len(links.LINK.findall(line)) <= 2, line
    seen = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert is_picture(seen[0]), "the key picture comes before any table"
    shown = [output.data.get("text/html", "") for output in seen]
    visible = [html for html in shown if "<table" in html and "<details" not in html]
    assert sum(map(is_picture, seen)) <= 6 and len(visible) <= 8
    prose = [cell.source for cell in prose_cells(notebook)]
    assert len([word for text in prose for word in worded(text)]) <= 900
    for text in prose:
        for line in text.splitlines():
            assert not line.startswith("#") or len(worded(line)) <= 12, line
    for text in (part for each in prose[2:] for part in each.split("\n\n")):
        assert len(worded(text)) <= 60 or text.startswith("- "), text


@pytest.mark.parametrize("name", ["README.md", "docs/index.md"])
def test_a_page_repeats_what_the_notebooks_say(name):
    stored = (ROOT / name).read_text("utf-8")
    known = links.gathered(ROOT / "notebooks")
    assert links.repeated(stored, name, *known) == (stored, [])


def test_places_in_prose_exist(notebook, own):
    places = {f"¶{row.paragraph}.{row.nth}" for row in own.itertuples() if row.nth}
    places |= {f"¶{number}" for number in hg.companion("paragraphs").paragraph}
    for cell in prose_cells(notebook):
        assert set(re.findall(r"¶\d+(?:\.\d+)?", cell.source)) <= places, cell.id


def test_every_figure_of_the_document_is_shown_in_a_notebook(own):
    shown = {key for path in PATHS for key in links.rows(read(path))}
    assert set(own.key) - shown == set()


def test_every_derived_quantity_is_used():
    named = {
        each.value
        for path in PATHS
        for cell in code_cells(read(path))
        for each in ast.walk(ast.parse(cell.source))
        if isinstance(each, ast.Constant)
    }
    shown = {key.split(".")[0] for path in PATHS for key in links.rows(read(path))}
    assert set(hg.companion("derived").indicator) - named - shown == set()


def test_no_checkpoints_or_strays():
    names = [path.name for path in (ROOT / "notebooks").iterdir()]
    assert all(re.fullmatch(r"0\d_[a-z_]+\.ipynb", name) for name in names), names
