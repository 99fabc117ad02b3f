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
README = (ROOT / "README.md").read_text("utf-8")
NUMBER = re.compile(r"(?<![\w.,¶–-])[-−]?\d+(?:,\d{3})*(?:\.\d+)?(?![\w])")
# What is a number only in form: places in the source and names that hold digits.
NO_NUMBERS = re.compile(r"¶\d+(?:\.\d+)?|`[^`]*`|Sông Hậu 1\b|\]\([^)]*\)")

# What draws, scales or names something in a picture; DataFrame.set_index does not.
DRAWS = re.compile(
    r"set|set_(?!index$)\w+|text|annotate|(?:sup)?title|[xy](?:label|ticks|lim|scale)|tick_params"
    r"|invert_[xy]axis|setp|setattr"
)
# Where a notebook does so itself, and why hg_analysis.charts cannot.
OWN_SCALES = {
    # Ranks: the first place is the best and stands on top, and no rank is 0.
    "other-pci-figure": [
        "ax.set(ylim=(45, 1), yticks=[1, 10, 20, 30, 40])",
        "label.set_horizontalalignment('right')",  # clear of the line
    ],
    "other-score-figure": ["ax.set(ylim=(45, 1), yticks=[1, 10, 20, 30, 40])"],
}


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


def test_there_is_a_notebook():
    assert PATHS


def test_executed_in_order_without_error_or_warning(notebook):
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        kinds = {output.output_type for output in cell.outputs}
        assert kinds <= {"display_data"}, (cell.id, kinds)


TAGS = {
    "questions",
    "parameters",
    "hide-input",
    "lead",
    "findings",
    "how-sure",
    "limits",
}  # none of nbval's


def test_no_cell_escapes_nbval(notebook):
    for cell in notebook.cells:
        assert set(cell.metadata.get("tags", ())) <= TAGS, cell.id
        assert not list(find_comment_markers(cell.source)), cell.id


def test_every_output_has_a_form_to_see_and_a_text_to_compare(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            seen, text = sorted(output.data)
            assert seen in ("text/html", "image/png", "image/svg+xml"), cell.id
            assert text == "text/plain", cell.id


def test_every_cell_that_shows_has_shown(notebook):
    for cell in code_cells(notebook):
        assert bool(cell.outputs) == ("hg.show(" in cell.source), cell.id


def is_picture(output):
    return any(kind.startswith("image/") for kind in output.data)


def test_every_picture_has_alt_text_and_a_list_of_its_values(notebook):
    for cell in code_cells(notebook):
        for place, output in enumerate(cell.outputs):
            if is_picture(output):
                (about,) = output.metadata.values()
                assert (
                    about["alt"] == output.data["text/plain"].splitlines()[0]
                )  # nbval compares it
                assert len(about["alt"]) > 20
                assert cell.metadata["mystnb"]["image"]["alt"] == about["alt"]
                assert "<details>" in cell.outputs[place + 1].data["text/html"]


def test_no_picture_is_named_or_scaled_in_a_notebook(notebook):
    for cell in code_cells(notebook):
        own = []
        for call in ast.walk(ast.parse(cell.source)):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                on = getattr(getattr(call.func, "value", None), "id", "")
                own += [ast.unparse(call)] if on in ("ax", "plt") or DRAWS.fullmatch(name) else []
        assert own == OWN_SCALES.get(cell.id, []), cell.id


def test_every_picture_is_read_before_the_next_question(notebook):
    for place, cell in enumerate(notebook.cells):
        if any(map(is_picture, cell.get("outputs", ()))) and not in_its_form(notebook):
            after = [each for each in notebook.cells[place + 1 :] if each.cell_type == "markdown"]
            assert after and not after[0].source.startswith("## "), cell.id


def tables(notebook):
    """The HTML of every table that a notebook shows."""
    htmls = (o.data.get("text/html", "") for cell in code_cells(notebook) for o in cell.outputs)
    return [html for html in htmls if "<table" in html]


def test_every_row_of_figures_is_found_by_its_key(notebook):
    for html in tables(notebook):
        if '<th scope="col">Bounds</th>' in html:
            for row in re.findall(r"<tr\b([^>]*)>", html.split("<tbody>")[1]):
                named = dict(re.findall(r'([\w-]+)="([^"]*)"', row))
                facts = {"data-value", "data-decimals", "data-unit", "data-relation"}
                assert named.keys() >= facts | {"id"}, row
                assert named["id"] == named["data-jupyter-id"], row


def test_a_link_to_a_notebook_names_it(notebook):
    named = [
        link
        for cell in prose_cells(notebook)
        for link in re.findall(r"\[([^]]*)\]\(([^)#]*)\.ipynb\)", cell.source)
    ]
    for text, stem in named:
        name = re.sub(r"\W", "_", text.lower().removesuffix(" notebook"))
        assert name == stem[3:], (text, stem)


def test_metadata_holds_nothing_that_changes(notebook):
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", each) for each in ids)
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "mystnb"}


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
    assert statistics.median(lengths) <= (6 if in_its_form(notebook) else 3)
    assert max(lengths) <= 12


def in_its_form(notebook):
    """Whether a notebook answers first; the others still ask first."""
    return notebook.cells[0].metadata.get("tags") == ["lead"]


def worded(text):
    """The words of a text, as a reader counts them: numbers too, addresses not."""
    return re.findall(r"[^\s—–·|#-]\S*", links.LINK.sub(r"\1", text))


def test_a_page_answers_first_and_keeps_its_budget(notebook):
    if not in_its_form(notebook):
        return
    lead, findings = notebook.cells[:2]
    title, sentence = lead.source.split("\n\n")
    assert title.startswith("# ") and len(worded(sentence)) <= 25
    assert findings.metadata.tags == ["findings"]
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


def test_every_question_has_a_reading(notebook):
    if in_its_form(notebook):
        return
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds[0] == "markdown" and kinds[-1] == "markdown"
    title = notebook.cells[0].source
    for part in ("**Question.**", "**Findings**", "**Sources.**"):
        assert part in title
    headings = [c.source for c in prose_cells(notebook)[1:] if c.source.startswith("## ")]
    assert all(heading.count("\n## ") == 0 for heading in headings)


def numbers(text):
    """All numbers of a text, without separators of thousands."""
    return {m[0].replace(",", "").replace("−", "-") for m in NUMBER.finditer(text)}


def test_the_readme_repeats_what_every_notebook_found():
    found = [links.findings(read(path), path.name) for path in PATHS]
    assert "\n## Findings\n\n" + "\n\n".join(found) + "\n\n## " in README


def test_places_in_prose_exist(notebook, own):
    places = {f"¶{row.paragraph}.{row.nth}" for row in own.itertuples() if row.nth}
    places |= {f"¶{number}" for number in hg.companion("paragraphs").paragraph}
    for cell in prose_cells(notebook):
        assert set(re.findall(r"¶\d+(?:\.\d+)?", cell.source)) <= places, cell.id


def test_a_number_beside_its_place_is_the_number_there(notebook, own):
    """In "9.24% a year (¶11.7)" the figure at ¶11.7 is 9.24, or is named in words."""
    value = {f"¶{row.paragraph}.{row.nth}": row.value for row in own.itertuples() if row.nth}
    for cell in prose_cells(notebook):
        for sentence in re.split(r"(?<=[.:;])\s", cell.source):
            stated = numbers(NO_NUMBERS.sub(" ", sentence))
            for place in re.findall(r"(?<!`)¶\d+\.\d+(?!`)", sentence):
                if (wanted := f"{abs(value[place]):.12g}") not in stated:
                    lacking = f"{cell.id}: {place} states {wanted}, and the sentence does not: "
                    pytest.fail(lacking + " ".join(sentence.split()), pytrace=False)


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
