"""A whole Vietnamese notebook from a catalogue, and everything that stops it on the way."""

import io
import re
import unicodedata

import nbformat
import pytest
from babel.messages import Message
from babel.messages.pofile import read_po, write_po

from hg_analysis.tools import translate
from hg_analysis.tools.cli import main
from hg_analysis.tools.run import NOTEBOOKS

CATALOGUES = sorted((NOTEBOOKS.parent / "translations" / "vi").glob("*.po"))
NAME = "09_small.ipynb"
TITLE = """# Growth

The economy of Hậu Giang [grew by 9.24% a year](#grdp_growth.2020_2025) (¶11.7), which makes
[55.6%](#growth_over_term) over five years, or **[55.56%](#growth_over_term)** to be exact; in the
first half of 2025 by [10.95%](#grdp_growth.2025-01_2025-06), see `data/`.

1. Poverty [fell by 1.4 points a year](#poverty_rate_change) until July 2025.
2. Pledges came to [nearly 240,000 billion VND](#investment_pledges).

| Year | Rate |
|---|---|
| 2024 | [8.76%](#grdp_growth.2024) |

<details><summary>More</summary></details>"""
CODE = """import pandas as pd
table = hg.load(data)
average = hg.figure(table, "grdp_growth", source="appendix3")
given = [
    ("grdp_growth", {"period": "2025-01/2025-06"}),
    ("grdp_growth", {"period": "2024"}),
    ("poverty_rate_change", {"source": "appendix3"}),
    ("investment_pledges", {"source": "appendix3"}),
]
own = [hg.figure(table, name, **which) for name, which in given]
hg.show(average, hg.derive("growth_over_term", *[average] * 5), own)
hg.show(pd.DataFrame([dict(title="Năm’s “growth” is [56%](#growth_over_term)")]))"""
SETUP = "import hg_analysis as hg\nhg.use_language(language)"
TRANSLATED = {
    "Growth": "Tăng trưởng",
    "The economy": "Kinh tế Hậu Giang tăng bình quân [0%/năm](K#grdp_growth.2020_2025.appendix3) "
    "(¶11.7); trong 6 tháng đầu năm 2025 tăng [0%](K#grdp_growth.2025-01_2025-06.vietnamplus_half"
    "_2025). Cả 5 năm tăng [0%](K#growth_over_term.2020_2025), chính xác là "
    "**[0%](K#growth_over_term.2020_2025)**, xem `data/`.",
    "Poverty": "Hộ nghèo [giảm 0 điểm phần trăm/năm](K#poverty_rate_change.2020_2025.appendix3) "
    "đến tháng 7/2025.",
    "Pledges": "Vốn cam kết [gần 0 tỷ đồng](K#investment_pledges.2020_2025.appendix3.pledge).",
    "| Year": "| Năm | Tốc độ |",
    "<details>": "<details><summary>Xem thêm</summary></details>",
    "Năm’s": "“Tăng trưởng” của năm là [0%](#growth_over_term)",
}


def new(*cells):
    parameters = nbformat.v4.new_code_cell('data = None\nlanguage = "en"', id="small-parameters")
    parameters.metadata["tags"] = ["parameters"]
    return nbformat.v4.new_notebook(cells=[parameters, *cells])


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """A small notebook of real figures, executed in English."""
    path = tmp_path_factory.mktemp("small") / "notebooks" / NAME
    path.parent.mkdir()
    code = [nbformat.v4.new_code_cell(s, id=f"small-{n}") for n, s in enumerate((SETUP, CODE))]
    nbformat.write(new(nbformat.v4.new_markdown_cell(TITLE, id="small-title"), *code), path)
    assert main(["run", str(path)]) == 0
    return path.read_bytes()


@pytest.fixture
def notebook(executed, tmp_path):
    """That notebook, with nothing beside it."""
    path = tmp_path / "notebooks" / NAME
    path.parent.mkdir()
    path.write_bytes(executed)
    return path


def change(path, what):
    """Change the messages of a catalogue: a function of each."""
    with path.open("rb") as file:
        known = read_po(file, "vi")
    for message in known:
        if message.id:
            what(message)
    written = io.BytesIO()
    write_po(written, known, width=0, include_lineno=False)
    path.write_bytes(written.getvalue())


def rewrite(path, old, new_text):
    """Change the Markdown of a notebook."""
    book = nbformat.read(path, 4)
    for cell in book.cells:
        cell.source = cell.source.replace(old, new_text)
    nbformat.write(book, path)


def put_in(message):
    (said,) = (vi for start, vi in TRANSLATED.items() if message.id.startswith(start))
    message.string = said.replace("K#", f"{NAME}#")


@pytest.fixture
def complete(notebook, capsys):
    """The notebook with a complete catalogue."""
    assert main(["translate", str(notebook)]) == 0
    assert "7 texts, 7 missing, 0 fuzzy, 0 obsolete" in capsys.readouterr().out
    change(translate.catalogue(notebook), put_in)
    return notebook


def faults(notebook, capsys, status=1):
    """What the check of translations says, without its place."""
    assert main(["translate", "--check", str(notebook)]) == status
    said = capsys.readouterr().err.splitlines()
    assert all(line.startswith(f"{NAME}, cell small-") for line in said)
    return [line.partition(": ")[2] for line in said]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_the_catalogues_are_complete_and_up_to_date(path, capsys):
    of = {translate.catalogue(page): page for page in translate.PAGES}
    original = of.get(path, NOTEBOOKS / f"{path.stem}.ipynb")
    assert main(["translate", "--check", str(original)]) == 0, capsys.readouterr().err
    assert path.read_bytes().decode() == translate._updated(original)[0]


def test_a_whole_notebook_becomes_vietnamese(complete, tmp_path, capsys):
    before, out = complete.read_bytes(), tmp_path / "vi"
    arguments = ["run", "--language", "vi", str(complete), "--out", str(out)]
    assert main(arguments) == 0, capsys.readouterr().err
    book = nbformat.read(out / NAME, 4)
    text = book.cells[1 if book.cells[1].cell_type == "markdown" else 2].source
    assert text.replace(f"{NAME}#", "#").startswith(
        "# Tăng trưởng\n\nKinh tế Hậu Giang tăng bình quân "
        "[9,24%/năm](#grdp_growth.2020_2025.appendix3) (¶11.7); trong 6 tháng đầu năm 2025 tăng "
        "[10,95%](#grdp_growth.2025-01_2025-06.vietnamplus_half_2025). Cả 5 năm tăng "
        "[55,6%](#growth_over_term.2020_2025), chính xác là "
        "**[55,56%](#growth_over_term.2020_2025)**, xem `data/`.\n\n1. Hộ nghèo "
        "[giảm 1,4 điểm phần trăm/năm](#poverty_rate_change.2020_2025.appendix3) đến tháng 7/2025."
        "\n2. Vốn cam kết [gần 240.000 tỷ đồng](#"
    )
    assert "| Năm | Tốc độ |\n|---|---|\n| 2024 | [8,76%](" in text
    assert text.endswith("<details><summary>Xem thêm</summary></details>")
    last = book.cells[-1]
    assert "“Tăng trưởng” của năm là [56%](#growth_over_term)" in last.source
    shown = "".join(output.data["text/html"] for output in last.outputs)
    assert "6 tháng đầu năm 2025" in shown and "55,52" in shown and "Tốc độ tăng GRDP" in shown
    assert complete.read_bytes() == before
    first = (out / NAME).read_bytes()
    assert main(arguments) == 0 and (out / NAME).read_bytes() == first

    def spoil(message):
        for right, wrong in (("[giảm", "[tăng"), ("[gần", "["), ("0%/năm]", "0 điểm phần trăm]")):
            message.string = message.string.replace(right, wrong)

    change(translate.catalogue(complete), spoil)
    rewrite(complete, "pd.DataFrame([dict(", 'pd.DataFrame([dict(printed="Poverty rate", ')
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert f"{NAME}, cell small-1: shows English: Poverty rate" in said
    for fault in ("'tăng' beside -1.4", "(<); call it one", "is '%/năm', not 'điểm phần trăm'"):
        assert fault in said


def test_a_run_names_what_has_no_catalogue_and_writes_by_default_below_build(
    notebook, tmp_path, monkeypatch, capsys
):
    assert NOTEBOOKS.parent / "build" / "notebooks" / "vi" == translate.VIETNAMESE
    monkeypatch.setattr(translate, "VIETNAMESE", tmp_path / "build")
    assert main(["run", "--language", "vi", str(notebook)]) == 0
    assert capsys.readouterr().out == f"not translated yet: {NAME}\n"
    assert not (tmp_path / "build").exists()
    # Where anything is missing all of it is said, and nothing is executed.
    assert main(["translate", str(notebook)]) == 0
    rewrite(notebook, "hg.show(", "open('ran', 'w'); hg.show(")
    assert main(["run", "--language", "vi", str(notebook)]) == 1
    assert capsys.readouterr().err.count("no translation: «") == 7
    assert not (tmp_path / "build").exists() and not notebook.with_name("ran").exists()


def test_updating_changes_no_byte_where_nothing_changed(complete, capsys):
    path = translate.catalogue(complete)
    assert main(["translate", str(complete)]) == 0
    first = path.read_bytes()
    assert b"Generated-By" not in first and "#. The economy of Hậu Giang grew by 9.24%" in (
        first.decode()
    )
    first = re.sub(rb"(POT-Creation-Date: )\d{4}", rb"\g<1>2025", first)
    path.write_bytes(first)
    written = path.stat().st_mtime_ns
    for _ in range(2):
        assert main(["translate", str(complete)]) == 0
        assert path.read_bytes() == first and path.stat().st_mtime_ns == written
    assert "7 texts, 0 missing, 0 fuzzy, 0 obsolete" in capsys.readouterr().out
    assert faults(complete, capsys, 0) == []


def test_numbers_may_change_and_words_may_not(complete, capsys):
    path = translate.catalogue(complete)
    rewrite(complete, "[55.6%]", "[57.81%]")
    assert faults(complete, capsys, 0) == []
    rewrite(complete, "Poverty [fell", "The poverty rate [fell")
    said = faults(complete, capsys)
    assert said == [
        "not in the catalogue; run 'hg-analysis translate': «The poverty rate fell by 1.4 points "
        "a year until July 2025.»"
    ]
    assert main(["translate", str(complete)]) == 0
    assert "7 texts, 0 missing, 1 fuzzy, 0 obsolete" in capsys.readouterr().out
    text = path.read_text("utf-8")
    assert "#, fuzzy\n" in text and '#| msgid "Poverty [fell by 0 points a year](' in text
    assert "by 57.81%" not in text and "makes 57.81% over" in text.replace("\n#. ", " ")
    assert main(["translate", str(complete)]) == 0
    assert path.read_text("utf-8") == text  # with what it was, again
    assert "remove the mark 'fuzzy'" in faults(complete, capsys)[0]
    rewrite(complete, "The poverty rate [fell", "The rate of poverty [fell")
    assert main(["translate", str(complete)]) == 0
    assert path.read_text("utf-8").count("#|") == 1
    change(path, lambda message: message.flags.discard("fuzzy"))
    assert main(["translate", str(complete)]) == 0
    assert "#|" not in path.read_text("utf-8")
    assert faults(complete, capsys, 0) == []


def test_what_vanishes_is_kept_and_comes_back(complete, capsys):
    path, before = translate.catalogue(complete), complete.read_bytes()
    rewrite(complete, "1. Poverty", "1. Zzz qqq xxx\n2. Poverty")
    rewrite(complete, "<details><summary>More</summary></details>", "")
    assert main(["translate", str(complete)]) == 0
    assert "7 texts, 1 missing, 0 fuzzy, 1 obsolete" in capsys.readouterr().out
    assert "#~ msgstr" in path.read_text("utf-8")
    complete.write_bytes(before)
    assert main(["translate", str(complete)]) == 0
    assert "7 texts, 0 missing, 0 fuzzy, 0 obsolete" in capsys.readouterr().out
    # A doubtful one does not come back as a sound one.
    change(path, lambda message: message.flags.add("fuzzy"))
    rewrite(complete, "<details><summary>More</summary></details>", "")
    assert main(["translate", str(complete)]) == 0
    assert "#~" not in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("start", "old", "put", "says"),
    [
        ("Growth", "Tăng trưởng", "", "no translation: «Growth»"),
        ("Growth", "Tăng trưởng", "Tăng trưởng of GRDP", "English is left (of)"),
        ("Growth", "Tăng trưởng", "Tăng trưởng Poverty Rate", "English is left (Poverty Rate)"),
        ("Growth", "trưởng", unicodedata.normalize("NFD", "trưởng"), "in NFC"),
        (
            "Poverty",
            "poverty_rate_change",
            "poverty_rate",
            "lost ['](09_small.ipynb#poverty_rate_ch",
        ),
        ("Poverty", "giảm 0 điểm", "giảm điểm", "lost ['a number for #poverty_rate_change"),
        ("The economy", "`data/`", "`dữ liệu/`", "lost ['`data/`']"),
        ("The economy", "¶11.7", "¶11,7", "lost ['¶11.7']"),
        ("The economy", " (¶11.7)", "", "lost ['¶11.7']"),
        ("<details>", "<summary>", "", "lost ['<summary>']"),
        ("Poverty", "7/2025", "6/2025", "numbers differ: 6:"),
        ("Poverty", "đến", "55.6% đến", "['55.6'] not in Vietnamese notation"),
        ("Poverty", "Hộ", "\n\nHộ", "another structure"),
        ("| Year", "| Năm | Tốc độ |", "| Năm và tốc độ |", "another structure"),
    ],
)
def test_a_wrong_translation_is_said_with_cell_and_text(start, old, put, says, complete, capsys):
    def spoil(message):
        if message.id.startswith(start):
            assert old in message.string
            message.string = message.string.replace(old, put)

    change(translate.catalogue(complete), spoil)
    said = faults(complete, capsys)
    assert any(says in fault for fault in said), said


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("yearly rate change", ["English is left (all)"]), ("GRDP Sóc Trăng 2024", [])],
)
def test_what_was_not_translated_at_all_is_english_unless_it_is_names(text, wrong):
    assert list(translate._wrong(translate.Block(0, 1, text), Message(text, text))) == wrong


def test_names_with_a_version_are_neither_numbers_nor_english():
    text = "On Python 3.11 or later; CC BY 4.0"
    assert list(translate._apart(text, "Trên Python 3.11 trở lên; CC BY 4.0")) == []
    (said,) = translate._apart(text, "Trên Python 3.12 trở lên; CC BY 4.0")
    assert "lost ['Python 3.11'], new ['Python 3.12']" in said


@pytest.mark.parametrize("value", ['f"Growth of {place}"', '"Growth " "of " + place', 'n["a"]'])
def test_a_text_in_code_is_written_out(value, complete, capsys):
    book = nbformat.read(complete, 4)
    book.cells[-1].source = f"draw(title={value})"
    nbformat.write(book, complete)
    (said,) = faults(complete, capsys)
    assert "a text must be written out, neither an f-string nor put together: «" in said


def test_texts_in_code_are_found_whatever_stands_around_them():
    source = 'đ = "ăn"; f(title="Năm", n=1,\n  note=(\n  "Một " "hai"), heading=words, alt=\'x\')'
    found = translate.blocks(nbformat.v4.new_code_cell(source))
    assert {block.text for block in found} == {"Năm", "Một hai", "x"}
    assert [source[b.start : b.stop] for b in sorted(found)] == ['"Năm"', '"Một " "hai"', "'x'"]


def test_blocks_of_markdown():
    source = (
        "## A [9](#b)\n\n- one\n  two\n\n  > three\n\n`code` 1 [2.5%](#c)\n\n```\nno\n```\nText  \n"
    )
    found = translate.blocks(nbformat.v4.new_markdown_cell(source))
    texts = ["A [9](#b)", "one two", "three", "`code` 1 [2.5%](#c)", "Text"]
    assert [block.text for block in found] == texts
    assert [block.worded for block in found] == [True, True, True, False, True]
    assert found[0].message == "A [0](#b)"
    assert source[found[1].start : found[1].stop] == "one\n  two"
    (block,) = translate.blocks(nbformat.v4.new_markdown_cell("1. 1 unit"))
    assert block == (3, 9, "1 unit", True)


def test_english_in_what_is_shown_is_found():
    code = nbformat.v4.new_code_cell("", id="small-shows")
    alt = {"image/png": {"alt": "Biểu đồ: GRDP · Published elsewhere; 2 giá trị"}}
    html = "<table><td>Poverty rate</td><td>poverty rate of whom</td><td>Cả nước</td></table>"
    code.outputs = [
        nbformat.v4.new_output("display_data", {"text/html": html}),
        nbformat.v4.new_output("display_data", {"image/png": "eA=="}, metadata=alt),
        nbformat.v4.new_output("display_data", {"text/html": f"<th>Tiếng Anh</th>{html}"}),
    ]
    assert translate.english_left(nbformat.v4.new_notebook(cells=[code]), NAME) == [
        f"{NAME}, cell small-shows: shows English: Poverty rate",
        f"{NAME}, cell small-shows: shows English: Published elsewhere",
    ]


def test_what_is_no_catalogue_is_said(complete, capsys):
    translate.catalogue(complete).write_text('msgid "a"\nmsgstr "b\nx', "utf-8")
    for command in (["translate"], ["translate", "--check"], ["run", "--language", "vi"]):
        assert main([*command, str(complete)]) == 1
        assert "09_small.po: not a gettext catalogue" in capsys.readouterr().err
