"""Briefings say what the notebooks say, in every form of slide, and refuse what cannot be right."""

import errno
import os
import subprocess
import zipfile
from io import BytesIO

import nbformat
import pytest
from conftest import ROOT
from docx import Document
from lxml import etree
from pptx import Presentation
from pptx.util import Emu

from hg_analysis import words
from hg_analysis.briefings import brief, content, deck
from hg_analysis.briefings.record import Record
from hg_analysis.table import companion
from hg_analysis.tools import cli

PICTURES = ROOT / "build" / "pictures"
FILES = [path.name for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
LANGUAGES = ["en", "vi"]


@pytest.fixture(scope="module", params=LANGUAGES)
def collection(request, drawn):
    return content.Collection(request.param)


@pytest.fixture(scope="module")
def drawn():
    """See that both languages' notebooks and drawings are there, as the command does."""
    for language in LANGUAGES:
        brief._executed(language)


@pytest.fixture(autouse=True)
def its_language(request):
    """Speak the language of the collection that a test takes, and English after it."""
    if "collection" in request.fixturenames:
        words.use_language(request.getfixturevalue("collection").language)
    yield
    words.use_language("en")


@pytest.fixture(scope="module")
def slides(collection):
    themes = [collection.theme(file) for file in FILES]
    blob = deck.build(collection, themes, PICTURES / collection.language)
    return Presentation(BytesIO(blob)), themes, blob


def words_of(slide):
    return [
        paragraph.text
        for shape in slide.shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
    ]


def test_a_finding_is_a_slide_and_changes_with_the_notebook(collection, slides, monkeypatch):
    file, themes, _ = slides
    titles = [slide.shapes.title.text for slide in file.slides]
    for theme in themes:
        stated = [theme.lead.plain, *(section.title.plain for section in theme.sections)]
        at = titles.index(stated[0])
        assert titles[at : at + len(stated)] == stated
        assert [text.plain for text in theme.findings] == [
            text for text in words_of(file.slides[at]) if text in {t.plain for t in theme.findings}
        ]
    book = collection.books["03_welfare.ipynb"]
    cell = next(cell for cell in book.cells if cell.id == "welfare-health-heading")
    monkeypatch.setitem(cell, "source", "## Another [67%](03_welfare.ipynb#doctors_ratio.2025)")
    theme = collection.theme("03_welfare.ipynb")
    blob = deck.build(collection, [theme], PICTURES / collection.language)
    titles = [slide.shapes.title.text for slide in Presentation(BytesIO(blob)).slides]
    assert "Another 67%" in titles


def test_every_number_of_a_sentence_is_tied_to_a_row(collection, slides):
    file, _, _ = slides
    record = Record.read(file.part.package)
    assert record.language == collection.language
    shown = {
        (str(number), text)
        for number, slide in enumerate(file.slides, 1)
        for text in words_of(slide)
    }
    tied = 0
    for _, plain, keys in record.texts:
        for start, end, key in keys:
            value = collection.values[key]
            written = plain[start:end]
            point = {"en": ".", "vi": ","}[collection.language]
            groups = {"en": ",", "vi": "."}[collection.language]
            number = float(written.replace(groups, "").replace(point, ".").strip("−"))
            places = len(written.partition(point)[2])
            assert number == pytest.approx(abs(float(value.value)), abs=1.01 * 10**-places), plain
            tied += 1
    assert tied > 300
    shown = {(where, text) for where, text in shown if text}  # a badge frames a paragraph
    assert shown <= {(where, plain) for where, plain, _ in record.texts}


def test_nothing_lies_outside_or_over_another(slides):
    file, _, _ = slides
    for number, slide in enumerate(file.slides, 1):
        boxes = []
        for shape in slide.shapes:
            left, top = shape.left, shape.top
            box = (left, top, left + shape.width, top + shape.height)
            assert left >= 0 and top >= 0, (number, shape.name)
            assert box[2] <= file.slide_width and box[3] <= file.slide_height, (number, shape.name)
            boxes.append((shape.name, box))
        for n, (name, a) in enumerate(boxes):
            for other, b in boxes[n + 1 :]:
                over = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
                slack = Emu(9525 * 8)
                assert min(over) <= slack, (number, name, other, over)


def test_pictures_tables_and_charts_have_their_words(slides):
    file, _, _ = slides
    kinds = set()
    for slide in file.slides:
        for shape in slide.shapes:
            if shape.shape_type in (13, 19, 3):  # picture, table, chart
                kinds.add(shape.shape_type)
                (about,) = shape._element.xpath(".//p:cNvPr")
                said = about.get("descr")
                assert len(said) > 20 and not said.endswith((".png", ".svg")), shape.name
        if not slide.shapes.title.text.startswith(("Chart to edit", "Biểu đồ để")):
            assert slide.notes_slide.notes_text_frame.text
    assert kinds == {13, 19, 3}


def test_a_chart_carries_its_figures_in_its_workbook(collection, slides):
    file, _, _ = slides
    charts = [shape.chart for slide in file.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) > 5
    wide = 0
    for chart in charts:
        blob = chart.part.chart_workbook.xlsx_part.blob
        with zipfile.ZipFile(BytesIO(blob)) as book:
            strings = etree.fromstring(book.read("xl/sharedStrings.xml"))
            texts = ["".join(each.itertext()) for each in strings]
            sheet = etree.fromstring(book.read("xl/worksheets/sheet2.xml"))
        keys = [text for text in texts if text in collection.values]
        points = [v for plot in chart.plots for s in plot.series for v in s.values if v is not None]
        assert len(keys) == len(points)
        held = [float(v.text) for v in sheet.iter("{*}v") if v.getparent().get("t") is None]
        lines = [held[n : n + 3] for n in range(0, len(held), 3)]  # value, low, high
        assert sorted(value for value, *_ in lines) == sorted(points)
        assert all(low <= value <= high for value, low, high in lines)
        wide += sum(low < high for _, low, high in lines)
    assert wide > 20


def test_the_same_content_makes_the_same_bytes(collection, slides):
    _, themes, blob = slides
    assert deck.build(collection, themes, PICTURES / collection.language) == blob


def test_a_template_gives_its_size_and_master_and_none_of_its_slides(collection, tmp_path):
    own = Presentation()  # 4:3
    own.slides.add_slide(own.slide_layouts[0]).shapes.title.text = "Sample"
    own.save(path := tmp_path / "own.pptx")
    theme = collection.theme("01_growth.ipynb")
    blob = deck.build(collection, [theme], PICTURES / collection.language, path)
    file = Presentation(BytesIO(blob))
    assert file.slide_width == own.slide_width
    assert "Sample" not in [slide.shapes.title.text for slide in file.slides]
    assert file.slides[0].slide_layout.name == "Title Only"
    for slide in file.slides:
        for shape in slide.shapes:
            assert shape.left + shape.width <= file.slide_width, shape.name
            assert shape.top + shape.height <= file.slide_height, shape.name


def untitled(path):
    own = Presentation()
    for layout in own.slide_layouts:
        for shape in [*layout.placeholders]:
            if shape.placeholder_format.type in (1, 3):
                shape._element.getparent().remove(shape._element)
    own.save(path)


def encrypted(path):
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))


REFUSED = {
    "no theme": ([], "name themes, or call it with --all"),
    "themes and all": (["welfare", "--all"], "name themes, or call it with --all"),
    "an unknown theme": (["welfre"], "welfre: no such theme; there are overview, growth"),
    "an unknown form": (["welfare", "--to", "pptx,odp"], "odp: no such form; choose of pptx, docx"),
    "a letter as slides": (["questions", "--to", "pptx"], "choose docx or pdf"),
    "a letter and a theme": (["questions", "welfare"], "call it alone"),
    "no template": (["welfare", "--template", "{tmp}/none.pptx"], "No such file"),
    "a broken one": (["welfare", "--template", "{tmp}/broken.pptx"], "broken, or no .pptx file"),
    "a locked one": (["welfare", "--template", "{tmp}/locked.pptx"], "locked by a password"),
    "no presentation": (["welfare", "--template", "{tmp}/text.txt"], "save it as one"),
    "no title in it": (["welfare", "--template", "{tmp}/bare.pptx"], "no layout with a title"),
    "one as document": (["welfare", "--template", "{tmp}/text.docx"], "choose a .pptx file"),
    "a template of no slides": (["welfare", "--to", "pdf", "--template", "x"], "add pptx to --to"),
    "a file as folder": (["welfare", "--to", "pptx", "--out", "{tmp}/text.txt"], "text.txt"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_in_one_line(case, drawn, tmp_path, capsys):
    (tmp_path / "broken.pptx").write_bytes(b"PK\3\4 broken")
    (tmp_path / "text.txt").write_text("text")
    encrypted(tmp_path / "locked.pptx")
    untitled(tmp_path / "bare.pptx")
    Document().save(tmp_path / "text.docx")
    before = {path.name for path in tmp_path.iterdir()}
    arguments, said = REFUSED[case]
    arguments = [each.format(tmp=tmp_path) for each in arguments]
    if "--out" not in arguments:
        arguments += ["--out", str(tmp_path / "out")]
    assert cli.main(["brief", *arguments]) == 1
    told = capsys.readouterr().err.strip()
    assert said in told and "\n" not in told
    assert {path.name for path in tmp_path.iterdir()} == before


def test_of_a_full_disk_nothing_is_left(drawn, tmp_path, monkeypatch, capsys):
    written = []

    def full(*_):
        written.append(1)
        if len(written) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "chmod", full)
    arguments = ["brief", "welfare", "--to", "pptx,docx", "--out", str(tmp_path)]
    assert cli.main(arguments) == 1
    assert "No space left" in capsys.readouterr().err and not [*tmp_path.iterdir()]


def test_notebooks_older_than_the_data_are_not_briefed(collection, monkeypatch, tmp_path):
    table = brief.load()
    at = table.index[table.key == "poverty_rate.2025.appendix3"]
    monkeypatch.setattr(brief, "load", lambda: table)
    how = ["welfare"], ["pptx"], collection.language, tmp_path
    assert brief.brief(*how)
    table.loc[at, "value"] = 0.75
    said = r"poverty_rate.2025.appendix3 is 0[.,]75 now; call hg-analysis run"
    with pytest.raises(OSError, match=said):
        brief.brief(*how)


def test_drawings_of_other_notebooks_are_drawn_again(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(brief, "PICTURES", tmp_path)
    monkeypatch.setattr(brief, "execute", lambda *_, **__: calls.append(os.environ["HG_PICTURES"]))
    monkeypatch.setenv("HG_PICTURES", "")
    with pytest.raises(OSError, match="delete the folder"):
        brief._executed("en")
    assert calls == [str(tmp_path / "en")] and not os.environ["HG_PICTURES"]


def test_a_theme_asks_its_own_questions(collection):
    about = dict(companion("codebook")[["indicator", "theme"]].itertuples(index=False))
    asked = companion("questions")
    expected = sum(about[name] == "welfare" for name in asked.indicator)
    assert len(collection.theme("03_welfare.ipynb").questions) == expected > 0
    assert len(collection.questions()) == len(asked)


def test_a_row_says_whose_it_is(collection):
    """Where a table leaves out the column of places, its rows are not all the province's."""
    for place in ("vietnam", "can_tho", "soc_trang"):
        rows = [row for key, row in collection.rows.items() if f".{place}." in key]
        assert rows and {row.place for row in rows} == {words.name("place", place)}


def test_tags_choose_what_is_briefed():
    for file in FILES:
        book = nbformat.read(ROOT / "notebooks" / file, 4)
        chosen = [c.source for c in book.cells if "finding" in c.metadata.get("tags", ())]
        assert chosen and all(source.startswith("## ") for source in chosen), file


@pytest.mark.browser
def test_an_office_program_shows_every_slide_whole(collection, slides, tmp_path):
    """No word is cut off by the page, lies over another, or runs into the foot."""
    file, _, blob = slides
    (path := tmp_path / f"slides-{collection.language}.pptx").write_bytes(blob)
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, path]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    pdf = path.with_suffix(".pdf")
    (screens := ROOT / "build" / "screens").mkdir(parents=True, exist_ok=True)
    shown = screens / f"slide-{collection.language}"
    subprocess.run(["pdftoppm", "-r", "54", "-png", pdf, shown], check=True)
    told = subprocess.run(["pdftotext", "-bbox", pdf, "-"], check=True, capture_output=True)
    pages = etree.fromstring(told.stdout, etree.HTMLParser(encoding="utf-8")).iter("page")
    count = 0
    for number, (page, slide) in enumerate(zip(pages, file.slides, strict=True), 1):
        charts = any(shape.has_chart for shape in slide.shapes)
        size = float(page.get("width")), float(page.get("height"))
        boxes = []
        for word in page.iter("word"):
            box = [float(word.get(side)) for side in ("xmin", "ymin", "xmax", "ymax")]
            assert min(box) >= 0 and box[2] <= size[0] and box[3] <= size[1], (number, word.text)
            boxes.append((word.text, box))
        count += len(boxes)
        for n, (text, a) in enumerate(boxes if not charts else ()):  # whose labels are a program's
            for other, b in boxes[n + 1 :]:  # lines of a paragraph touch, by less than half
                wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
                half = min(a[3] - a[1], b[3] - b[1]) / 2
                assert wide <= 4 or high <= half, (number, text, other)
    assert count > 1000
