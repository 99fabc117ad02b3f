"""A briefing that was edited by hand: what its numbers still say, and what they no longer do."""

import random
import re
import shutil
import subprocess
from decimal import Decimal

import pytest
from docx import Document
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Inches

from hg_analysis.briefings.content import Collection, Text
from hg_analysis.briefings.record import Record
from hg_analysis.briefings.review import print_review, review

WRONG = {"altered", "bound or direction turned round"}
RIGHT = {"as stated", "rounded right"}
# What stood, what an editor made of it, and the numbers that are wrong then.
HARMLESS, EDITS = "", {"vi": [], "en": []}
EDITS["vi"] = [
    (
        "GRDP của tỉnh tăng 55,6%, GDP cả nước tăng 34,6%",
        "GDP cả nước tăng 34,6%, còn GRDP của tỉnh tăng khoảng 56%",
        HARMLESS,
    ),
    (
        "thu ngân sách cộng 5 năm là 32.725 tỷ đồng",
        "tổng thu ngân sách 5 năm gần 33 nghìn tỷ đồng",
        HARMLESS,
    ),
    (
        "GRDP tăng cao nhất vào năm 2022, 13,94%. Để đạt mức bình quân, năm 2025 phải tăng 8,26%;",
        "Năm 2022 GRDP tăng cao nhất (13,94%)[1], để đạt mức bình quân thì 2025 phải tăng 8,3%;",
        HARMLESS,
    ),
    (
        "Hậu Giang từ hạng 39 năm 2020 lên hạng 7 năm 2024.",
        "Hậu Giang hạng 7 năm 2024, từ hạng 39 năm 2020 (Nghị quyết 18-NQ/TW, ĐT 0293.387.8888).",
        HARMLESS,
    ),
    (
        "Chỉ tiêu Đại hội, từ 77 đến 80 triệu đồng, rất có thể",
        "Chỉ tiêu Đại hội (77 - 80 triệu đồng/người/năm) rất có thể",
        HARMLESS,
    ),
    ("hộ nghèo năm 2025 là 0,74%, thấp", "hộ nghèo năm 2025 là 0,47%, thấp", "0,47"),
    ("kế hoạch là 5.852, không phải", "kế hoạch là 5,852, không phải", "5,852"),
    ("năm 2024 đạt ít nhất 13,94%", "năm 2024 đạt tối đa 13,94%", "13,94"),
    ("vượt chỉ tiêu 2,24 điểm phần trăm", "vượt chỉ tiêu 2,24%", "2,24"),
    (
        "nhanh hơn mức 8,02% của cả nước",
        "nhanh hơn mức 8,02% của Sóc Trăng",
        "8,02",
    ),
]
EDITS["en"] = [
    (
        "at constant prices it grew by 55.6%, Việt Nam's by 34.6%",
        "Việt Nam's grew by 34.6% at constant prices, Hậu Giang's by about 56%",
        HARMLESS,
    ),
    (
        "Exports of 6,093 million USD are probably",
        "Exports of nearly 6.1 billion USD are probably",
        HARMLESS,
    ),
    ("Beds: 37, in Việt Nam 34.5.", "Hospital beds: 34.5 in Việt Nam, 37 here.", HARMLESS),
    (
        "From 2021 to 2024 revenue rose by 1,040 billion VND a year: by 1,576 in 2022, by 553",
        "2) Revenue rose by 1,040 billion VND a year, after 1,576 in 2022 by 553",
        HARMLESS,
    ),
    (
        "Of the schools 85.21% meet the national standard, 0.21 points more than the",
        "More than 85% of schools meet it. That is 0.21 percentage points above the",
        HARMLESS,
    ),
    ("poverty rate fell to 0.74% in 2025", "poverty rate fell to 7.4% in 2025", "7.4"),
    ("26.44 million VND above the target", "26.44 million VND below the target", "26.44"),
    ("poverty rate fell from 6.42% in 2021", "poverty rate fell from 6.42% in 2020", "2020"),
    (
        "lower plan for 2025, 8.8%, would fit if 2024 were 8.2%",
        "lower plan for 2025, 8.2%, would fit if 2024 were 8.8%",
        "8.2 8.8",
    ),
    ("of 2020 that of 2025 is 81.6 million", "of 2020 that of 2025 is 81.6 billion", "81.6"),
]
OTHERS = {
    "vi": [
        (
            "trong 443 số liệu nguồn khác công bố, 211 là",
            "có 211/443 số liệu do nguồn khác công bố là",
            HARMLESS,
        ),
        (
            "Số xã đạt chuẩn tăng 10 xã so với năm 2020.",
            "So với năm 2020, tăng 10 xã đạt chuẩn (giai đoạn IV, Quyết định 211/QĐ-TTg ngày 1/3).",
            HARMLESS,
        ),
        (
            "dài 37 km, tổng mức đầu tư 9.602 tỷ đồng",
            "dài 37km, tổng mức đầu tư hơn 9,6 nghìn tỷ đồng",
            HARMLESS,
        ),
        ("phần GRDP còn lại tăng 4,9%.", "phần GRDP còn lại giảm 4,9%.", "4,9"),
        (
            "Báo Hậu Giang nêu vượt 12, Bí thư Tỉnh ủy nêu 13",
            "Báo Hậu Giang nêu vượt 13, Bí thư Tỉnh ủy nêu 12",
            "13 12",
        ),
    ],
    "en": [
        (
            "leave 23.37% for industry and construction, 27.03% for agriculture.",
            "give agriculture 27%, industry and construction 23.4%.",
            HARMLESS,
        ),
        (
            "the share of 2025 is 2.1 to 4.4 points above Việt Nam's.",
            "that of 2025 exceeds Việt Nam's by between 2.1 and 4.4 percentage points.",
            HARMLESS,
        ),
        ("a year, in Việt Nam by 6.6%.", "a year, in Việt Nam by 26.9%.", "26.9"),
        (
            "services and product taxes lost 11.28",
            "services and product taxes gained 11.28",
            "11.28",
        ),
        ("Insurance: 0.12 points lower.", "Insurance: 0.12 points higher.", "0.12"),
    ],
}


def deck(path, collection, files):
    """Write the themes of notebooks as slides: titles, sentences, a table, a chart, notes."""
    show, record = Presentation(), Record(collection.language)
    blank = show.slide_layouts[6]
    for file in files:
        theme = collection.theme(file)
        first = [Text(theme.title), theme.lead, *theme.findings, *theme.sure, *theme.unknown]
        for section in [None, *theme.sections]:
            slide, at = show.slides.add_slide(blank), str(len(show.slides))
            frame = slide.shapes.add_textbox(0, 0, Inches(9), Inches(5)).text_frame
            for text in [section.title, *section.texts] if section else first:
                frame.add_paragraph().text = record.add(text, at)
            lines = section.table if section else []
            if lines:
                table = slide.shapes.add_table(len(lines), len(lines[0]), 0, 0, 99999, 99999).table
                for line, cells in zip(table.rows, lines):
                    record.line(cells, at)
                    for cell, text in zip(line.cells, cells):
                        cell.text = text.plain
            rows = [row for row in section.rows if row.series] if section else []
            if rows:
                chart(slide, rows, collection, record, at)
            notes = slide.notes_slide.notes_text_frame
            notes.text = "\n".join(record.add(text, at) for text in theme.findings)
    package = show.part.package
    record.store(package, lambda name, kind, blob: Part(PackURI(name), kind, package, blob))
    show.save(path)
    return path


def chart(slide, rows, collection, record, at):
    periods, values = list(dict.fromkeys(row.period for row in rows)), collection.values
    data = CategoryChartData()
    data.categories = periods
    for name in dict.fromkeys(row.series for row in rows):
        shown = {row.period: row for row in rows if row.series == name}
        data.add_series(name, [shown.get(p) and float(values[shown[p].key].value) for p in periods])
        for period, row in shown.items():
            number = ("," if collection.language == "vi" else ".").join(
                f"{float(values[row.key].value):.10g}".split(".")
            )
            record.line([Text(name), Text(period), Text(number, ((0, len(number), row.key),))], at)
    slide.shapes.add_chart(XL_CHART_TYPE.LINE, 0, 0, 99999, 99999, data)


@pytest.fixture(scope="module")
def collections():
    """The executed notebooks in both languages."""
    return {language: Collection(language) for language in ("en", "vi")}


@pytest.fixture(params=["en", "vi"])
def language(request):
    """A language, as one that reads a file in it leaves it."""
    return request.param


@pytest.fixture
def written(collections, language, tmp_path):
    """A presentation of all themes, and its language."""
    Collection(language)
    return deck(tmp_path / "deck.pptx", collections[language], collections[language].books)


def paragraphs(show):
    frames = (s.text_frame for slide in show.slides for s in slide.shapes if s.has_text_frame)
    return [paragraph for frame in frames for paragraph in frame.paragraphs]


def edited(path, edits):
    """Make edits in a presentation; return it opened, and the edited paragraphs."""
    show, made = Presentation(path), []
    for was, now, _ in edits:
        paragraph = next(each for each in paragraphs(show) if was in each.text)
        paragraph.text = paragraph.text.replace(was, now)
        made.append(paragraph.text)
    show.save(path)
    return show, made


def assert_wrong(found, edits, made):
    """Hold the numbers that were found wrong to those of each edit, and to no others."""
    wrong = [each for each in found if each.verdict in WRONG]
    for (_, _, numbers), text in zip(edits, made):
        mine = [each for each in wrong if each.text in " ".join(text.split())]
        assert " ".join(each.number for each in mine) == numbers, (text, mine)
        wrong = [each for each in wrong if each not in mine]
    assert wrong == []


def through_office(path):
    """Save a file with LibreOffice, as an editor would."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not on this machine")
    folder = path.parent / "saved"
    told = ["--headless", "--convert-to", path.suffix[1:], "--outdir", folder, path]
    home = f"-env:UserInstallation=file://{path.parent}/office"
    subprocess.run(["soffice", home, *told], check=True, capture_output=True, timeout=240)
    return folder / path.name


def test_of_decks_that_nobody_edited_every_number_is_as_stated(written):
    found = review(written)
    assert len(found) > 500 and any("chart" in each.where for each in found)
    assert [each for each in found if each.verdict != "as stated"] == []


@pytest.mark.parametrize("battery", [EDITS, OTHERS], ids=["edits", "others"])
def test_edits_by_hand(written, language, battery):
    _, made = edited(written, battery[language])
    assert_wrong(review(written), battery[language], made)


def test_clauses_moved_shortened_and_shuffled_are_not_wrong(written):
    show, chance = Presentation(written), random.Random(3)
    slots = paragraphs(show)
    for slot, text in zip(slots, [each.text for each in slots][::-1]):
        clauses = [c for c in re.split(r"(?<=\D)[;:,] ", text) if re.search(r"\d", c)] or [text]
        slot.text = "; ".join(chance.sample(clauses, len(clauses)))
    show.save(written)
    assert [each for each in review(written) if each.verdict in WRONG] == []


def test_a_digit_typed_wrong_is_found(written):
    show, chance, typed = Presentation(written), random.Random(3), []
    for paragraph in paragraphs(show):
        numbers = [n for n in re.finditer(r"(?<![\w.,])\d+[.,]\d+", paragraph.text)]
        if numbers:
            number = chance.choice(numbers)
            slip = number[0][:-1] + str((int(number[0][-1]) + chance.randint(1, 9)) % 10)
            paragraph.text = (
                paragraph.text[: number.start()] + slip + paragraph.text[number.end() :]
            )
            typed.append(slip)
    show.save(written)
    found = [each.number.strip("−") for each in review(written) if each.verdict in WRONG]
    missed = {*typed} - {*found}
    assert len(typed) > 80 and len(missed) <= len(typed) // 50, missed
    assert set(found) <= set(typed)


@pytest.mark.browser
@pytest.mark.parametrize("battery", [EDITS, OTHERS], ids=["edits", "others"])
def test_edits_by_hand_in_an_office_program(written, language, battery):
    _, made = edited(written, battery[language])
    assert_wrong(review(through_office(written)), battery[language], made)


@pytest.mark.parametrize("battery", [EDITS, OTHERS], ids=["edits", "others"])
def test_edits_of_texts_without_a_record(written, language, battery, tmp_path):
    show, made = edited(written, battery[language])
    page = tmp_path / "page.md"
    page.write_text("\n\n".join(each.text for each in paragraphs(show)), "utf-8")
    assert_wrong(review(page), battery[language], made)


SENTENCES = [
    ("Theo công bố, tỷ lệ hộ nghèo của Hậu Giang năm 2025 là 0,74%.", ["as stated"]),
    ("Năm 2025 tỷ lệ hộ nghèo của Hậu Giang chỉ còn 0,84% số hộ.", ["altered"]),
    ("Tốc độ tăng GRDP của Việt Nam năm 2025 là 13,94%.", ["altered"]),
    ("Tốc độ tăng GRDP năm 2022 là 13,94%, năm 2023 là 12,27%.", ["as stated"] * 2),
    ("Tổng số vốn vay là 350 tỷ đồng cho 1.200 hộ.", ["unknown"] * 2),
    ("Hậu Giang có 45/51 xã đạt chuẩn nông thôn mới.", ["altered", "as stated"]),
    ("Hơn một nửa số xã đạt chuẩn, mục 3, ngày 25/10/2017, hạng II.", []),
    ("GRDP growth in 2022 was 13.94%, nearly 14%.", ["as stated", "rounded right"]),
    ("GRDP growth of Hậu Giang in 2022 was 14.93%.", ["altered"]),
    ("Budget revenue fell by 1,040 billion VND a year from 2021 to 2024.", [max(WRONG)]),
    ("The poverty rate in Hậu Giang is 12.5% lower than five years ago.", ["unknown"]),
]


@pytest.mark.parametrize(("sentence", "verdicts"), SENTENCES, ids=[s[:20] for s, _ in SENTENCES])
def test_new_sentences_are_judged_by_what_they_name(sentence, verdicts, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# {sentence.split()[0]}\n\n- {sentence}\n", "utf-8")
    found = review(page)
    assert [each.verdict for each in found] == verdicts
    assert all(each.where == "line 3" for each in found)


def test_changed_charts_tables_and_notes_are_named_by_their_places(written, language):
    show = Presentation(written)
    charts = [s.chart for slide in show.slides for s in slide.shapes if s.has_chart]
    data = CategoryChartData()
    plot = charts[0].plots[0]
    data.categories = [*plot.categories]
    for series in plot.series:
        data.add_series(series.name, [value and value * 2 for value in series.values])
    charts[0].replace_data(data)
    tables = [s.table for slide in show.slides for s in slide.shapes if s.has_table]
    cell = next(c for c in tables[0].iter_cells() if c.text in ("55.56", "55,56"))
    cell.text = cell.text.replace("5", "6")
    notes = show.slides[2].notes_slide.notes_text_frame
    number = {"en": "55.6%", "vi": "55,6%"}[language]
    assert number in notes.text
    notes.text = notes.text.replace(number, number.replace("6%", "7%"))
    show.save(written)
    wrong = {each.where: each.right for each in review(written) if each.verdict in WRONG}
    assert len(wrong) == 3
    assert sum(where.endswith("chart") for where in wrong) == 1
    assert wrong["slide 3, notes"] == number


def test_a_number_whose_row_changed_says_so(written, language, monkeypatch):
    values = Collection(language).values
    key = "poverty_rate.2025.appendix3"
    changed = values | {key: values[key]._replace(value=Decimal("0.81"))}
    monkeypatch.setattr(Collection, "values", changed)
    told = [each for each in review(written) if each.verdict != "as stated"]
    assert {each.row for each in told} == {key} and all(each.why for each in told)


def test_documents_are_read_with_tables_and_tracked_changes(collections, tmp_path, capsys):
    Collection("vi")
    theme, record = collections["vi"].theme("03_welfare.ipynb"), Record("vi")
    document = Document()
    for text in [theme.lead, *theme.findings]:
        document.add_paragraph(record.add(text))
    table = document.add_table(1, 2)
    line = [Text("Tỷ lệ hộ nghèo 2025"), Text("0,74%", ((0, 4, "poverty_rate.2025.appendix3"),))]
    record.line(line)
    for cell, text in zip(table.rows[0].cells, line):
        cell.text = text.plain
    paragraph = document.paragraphs[0]
    before, after = paragraph.text.split("6,42", 1)
    paragraph.text = before
    for tag, inner, text in ("del", "delText", "6,42"), ("ins", "t", "6,24"):
        run = paragraph.add_run(text)._r
        run[-1].tag = run[-1].tag.replace("}t", f"}}{inner}")
        held = run.makeelement(run.tag.replace("}r", f"}}{tag}"), {})
        paragraph._p.append(held)
        held.append(run)
    paragraph.add_run(after)
    paragraph.add_run("1").font.superscript = True
    from docx.opc.packuri import PackURI as Name
    from docx.opc.part import Part as DocumentPart

    package = document.part.package
    record.store(package, lambda n, kind, blob: DocumentPart(Name(n), kind, blob, package))
    document.save(path := tmp_path / "brief.docx")
    found = review(path)
    assert [(f.number, f.right) for f in found if f.verdict in WRONG] == [("6,24", "6,42% số hộ")]
    assert {f.verdict for f in found} == {"as stated", "altered"}
    assert print_review(path) == 1
    first, last = capsys.readouterr().out.splitlines()[:: len(found)]
    assert first.startswith("đoạn 1: 6,24, sai, đúng là 6,42% số hộ") and "con số" in last


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("deck.odp", b"", "neither .pptx, .docx nor .md"),
        ("deck.pptx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "locked by a password"),
        ("deck.pptx", b"PK\x03\x04 cut short", "broken, or no .pptx file"),
        ("deck.docx", b"", "broken, or no .docx file"),
        ("page.md", b"\xff\xfe\x00", "not UTF-8"),
        ("none.md", None, "No such file"),
    ],
)
def test_what_cannot_be_reviewed_is_one_clear_error(name, content, told, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(OSError, match=told) as error:
        review(tmp_path / name)
    assert error.value.filename == str(tmp_path / name)


@pytest.mark.parametrize("blob", [b"<broken", b"<P><p name='hg-analysis-0000'><v>bm8=</v></p></P>"])
def test_a_broken_record_is_as_none(written, blob):
    show = Presentation(written)
    package = show.part.package
    (held,) = (r.target_part for r in package.iter_rels() if "custom-prop" in r.reltype)
    held._blob = blob
    show.save(written)
    assert {each.verdict for each in review(written)} >= {"as stated"}
