"""The DOCX and the PDF say the same, place each theme on two pages, and tie numbers to rows."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from conftest import ROOT
from docx import Document
from docx.oxml.ns import qn

from hg_analysis import words
from hg_analysis.briefings import blocks, document, paper
from hg_analysis.briefings.content import Collection, Text
from hg_analysis.briefings.record import Record

MAKERS = {"docx": document, "pdf": paper}
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext")
HARD = "#import * $x$ _y_ `z` [a](b) @c <d> \\e // ≈ ≤ ● ■ △ ◆ ¶ Ậ ữ"


@cache
def told(language):
    if not (ROOT / "build/notebooks/vi").is_dir() or not (ROOT / "build/pictures").is_dir():
        pytest.skip("the notebooks have not been executed; run make")
    collection = Collection(language)
    return collection, [collection.theme(file) for file in collection.books]


@cache
def built(language, form, letter=False):
    if letter:
        return MAKERS[form].letter(told(language)[0])
    return MAKERS[form].build(*told(language), ROOT / "build/pictures" / language)


@pytest.fixture(params=words.LANGUAGES)
def language(request):
    words.use_language(request.param)
    return request.param


def pages(pdf, folder):
    """The text of each page of a PDF, on one line, its spaces plain."""
    (folder / "read.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", folder / "read.pdf", "-"], capture_output=True, check=True
    )
    return [plain(page) for page in done.stdout.decode().split("\f")[:-1]]


def plain(text):
    """A text without what a program may break or join at the end of a line."""
    return re.sub(r"[\s-]+", "", text)


def office(blob, folder, form):
    """What LibreOffice makes of a document."""
    if not shutil.which("soffice"):
        pytest.skip("needs LibreOffice")
    (folder / "made.docx").write_bytes(blob)
    out = folder / "out"
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'home').as_uri()}"]
    subprocess.run(
        [*command, "--convert-to", form, "--outdir", out, folder / "made.docx"],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return (out / f"made.{form}").read_bytes()


def check_pages(found, language):
    """Every theme stands on its two pages, each of which says what it should, and no other."""
    said = blocks.briefing(*told(language))
    last = next(block.page for block in said if block.kind == "appendix")
    for block in said:
        if block.text.plain and block.page < last and block.kind != "contents":
            assert plain(block.text.plain) in found[block.page - 1], block.text.plain
    assert plain(words.label("paper_numbers_text")) in found[last - 1]
    for theme, page in zip(told(language)[1], range(2, last, 2)):
        where = {n + 1 for n, text in enumerate(found[:last]) if plain(theme.lead.plain) in text}
        assert where == {page}


@pytest.mark.parametrize("form", MAKERS)
@pytest.mark.parametrize("letter", [False, True])
def test_two_runs_give_the_same_bytes(language, form, letter):
    before = built(language, form, letter)
    built.cache_clear()
    assert built(language, form, letter) == before
    assert b"D:20" not in before or form == "pdf"
    if form == "docx":
        dates = {entry.date_time for entry in zipfile.ZipFile(BytesIO(before)).infolist()}
        assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_every_picture_says_what_it_shows(language):
    shapes = Document(BytesIO(built(language, "docx"))).element.body.iter(qn("wp:docPr"))
    described = [shape.get("descr") for shape in shapes]
    drawn = [b.picture["alt"] for b in blocks.briefing(*told(language)) if b.picture]
    assert described == drawn and all(drawn)
    assert built(language, "pdf").count(b"/S/Figure") == len(drawn)


def test_contents_name_the_pages(language):
    made = Document(BytesIO(built(language, "docx")))
    listed = [p.text.split("\t") for p in made.paragraphs if p.style.name.startswith("toc ")]
    page, found = 1, []
    for paragraph in made.paragraphs:
        page += bool(paragraph.paragraph_format.page_break_before)
        # The appendix begins with a section, which is a new page.
        page += paragraph.text == words.label("paper_numbers")
        if paragraph.style.name in ("Heading 1", "Heading 2"):
            found.append([paragraph.text, str(page)])
    assert listed == found
    assert [page for _, page in listed if int(page) % 2 == 0]


def test_numbers_are_those_of_the_notebooks(language):
    collection, _ = told(language)
    package = Document(BytesIO(built(language, "docx"))).part.package
    record = Record.read(package)
    assert record.language == language
    keys = {key for _, _, keys in record.texts for *_, key in keys}
    assert keys <= collection.values.keys()
    for _, text, spans in record.texts:
        for start, end, key in spans:
            row = collection.values[key]
            digits = text[start:end].translate(str.maketrans("", "", ",.−+ "))
            exact = re.sub(r"\D", "", f"{abs(row.value):f}")
            # The number as written begins like the row's own but for rounding of its last digit.
            length = len(digits.lstrip("0"))
            whole = exact.lstrip("0").ljust(length, "0")[:length]
            assert abs(int(whole or 0) - int(digits or 0)) <= 1, (text, key)
    for line in (text for _, text, spans in record.texts if ".turning." in str(spans)):
        if " | " in line:  # what would end a finding never looks like a figure
            assert words.label("paper_turning", figure="") in line
    shown = {b.key for s in blocks.briefing(*told(language)) for b in s.rows}
    assert shown <= keys


def test_all_that_the_document_writes_is_on_record(language):
    made = Document(BytesIO(built(language, "docx")))
    known = {text for _, text, _ in Record.read(made.part.package).texts}
    written = {p.text for p in made.paragraphs} - {""}
    lines = {" | ".join(c.text for c in row.cells) for t in made.tables for row in t.rows}
    assert written | lines == known


def test_language_and_font_stand_on_every_style(language):
    made = Document(BytesIO(built(language, "docx")))
    for paragraph in made.paragraphs:
        about = paragraph.style.element.rPr
        assert about.find(qn("w:lang")).get(qn("w:val")) == document.SPOKEN[language]
        assert paragraph.style.font.name == "Arial"
        assert all(run.font.name is None for run in paragraph.runs)
    assert made.core_properties.language == document.SPOKEN[language]


@needs_poppler
def test_paper_stands_on_its_pages(language, tmp_path):
    check_pages(pages(built(language, "pdf"), tmp_path), language)


@pytest.mark.browser
@needs_poppler
def test_document_stands_on_its_pages(language, tmp_path):
    check_pages(pages(office(built(language, "docx"), tmp_path, "pdf"), tmp_path), language)


@pytest.mark.browser
def test_record_lasts_through_an_office_program(language, tmp_path):
    before = Record.read(Document(BytesIO(built(language, "docx"))).part.package)
    saved = Document(BytesIO(office(built(language, "docx"), tmp_path, "docx")))
    after = Record.read(saved.part.package)
    assert (after.language, after.texts) == (before.language, before.texts)


@needs_poppler
def test_texts_are_data_never_markup(language, tmp_path):
    collection, themes = told(language)
    hard = replace(themes[0], lead=Text(HARD), unknown=[Text(HARD)])
    made = paper.build(collection, [hard], ROOT / "build/pictures" / language)
    assert plain(HARD) in pages(made, tmp_path)[1]
    made = document.build(collection, [hard], ROOT / "build/pictures" / language)
    assert HARD in [p.text for p in Document(BytesIO(made)).paragraphs]


def test_a_letter_that_no_font_has_is_a_fault(language):
    collection, themes = told(language)
    hard = replace(themes[0], lead=Text("\U0001f33e"))
    with pytest.raises(OSError, match="no letter"):
        paper.build(collection, [hard], ROOT / "build/pictures" / language)


def test_a_section_that_does_not_fit_is_left_out(language):
    collection, themes = told(language)
    long = replace(themes[0], unknown=[Text("a" * 2000)] * 3)
    kinds = [block.kind for block in blocks.briefing(collection, [long])]
    assert kinds.count("section") < len(themes[0].sections) - 1
    assert kinds.count("item") == sum(map(len, (long.findings, long.sure, long.unknown)))
    with pytest.raises(OSError, match="two pages"):
        blocks.briefing(collection, [replace(long, unknown=[Text("a" * 2000)] * 9)])


def test_a_missing_picture_is_named(language, tmp_path):
    for maker in MAKERS.values():
        with pytest.raises(OSError, match="run make"):
            maker.build(*told(language), tmp_path)


@pytest.mark.parametrize("form", MAKERS)
def test_a_letter_asks_every_question(language, form, tmp_path):
    made = built(language, form, True)
    if form == "docx":
        said = plain("".join(p.text for p in Document(BytesIO(made)).paragraphs))
    elif shutil.which("pdftotext"):
        foot = plain(words.label("paper_page")).replace("{number}", r"\d")
        said = re.sub(foot, "", "".join(pages(made, tmp_path)))
    else:
        pytest.skip("needs pdftotext")
    questions = told(language)[0].questions()
    assert questions
    for question in questions:
        for part in ("asked", "figure", "question", "answer", "changes"):
            assert plain(question[part]) in said, question[part]


def test_typst_is_asked_for_an_accessible_pdf(language):
    for letter in (False, True):
        made = built(language, "pdf", letter)
        assert b"pdfuaid:part" in made and b"/StructTreeRoot" in made
        assert f"/Lang({document.SPOKEN[language]})".encode() in made
