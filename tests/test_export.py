"""The file for a spreadsheet holds every figure, numbers as numbers, and no formula."""

import calendar
import csv
import itertools
import json
import math
import os
import re
import stat
import zipfile
from xml.etree import ElementTree

import pytest
from conftest import ROOT

import hg_analysis as hg
from hg_analysis import table as tables
from hg_analysis import words
from hg_analysis.table import DATA
from hg_analysis.tools.cli import main

NUMBERS = [3, 4, 5]  # the columns of value and bounds
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # how a spreadsheet tells a formula from text
HEADS = {
    "en": "Figure|Place|Period|Value|Lower bound|Upper bound|Unit|Relation|Status|Origin|Printed"
    "|Source|Address|Place in the document|Note|Row",
    "vi": "Chỉ tiêu|Địa bàn|Thời kỳ|Giá trị|Cận dưới|Cận trên|Đơn vị|Dấu so sánh|Tình trạng"
    "|Loại số liệu|Nguyên văn|Nguồn|Địa chỉ|Vị trí trong văn kiện|Ghi chú|Mã dòng",
}
RELATIONS = {"=": "", "~": "≈", ">": ">", "<": "<", ">=": "≥", "<=": "≤"}


def read(path, separator=","):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle, strict=True, delimiter=separator))


def named(kind, term, language):
    """The name that data/terms.csv gives a term; a publisher may go by its own."""
    terms = hg.companion("terms").set_index(["kind", "term"])[f"name_{language}"]
    return terms.get((kind, term), term)


def words_of(note, language):
    """A note in the language, by data/texts.csv."""
    texts = hg.companion("texts").set_index("text_en").text_vi
    return texts[note] if note and language == "vi" else note


def expected(figure, language):
    """The cells of a figure, in the order of HEADS, from the data files."""
    source = hg.companion("sources").set_index("source").loc[figure.source]
    weak = f" ({named('label', 'unofficial', language)})" if source.kind == "compiled" else ""
    place = "¶" + figure.paragraph + ("." + figure.nth if figure.nth else "")
    cells = [
        figure[f"name_{language}"],
        named("place", figure.place, language),
        written_period(figure.period, language),
        *("" if math.isinf(figure[n]) else f"{figure[n]:.15g}" for n in ("value", "low", "high")),
        named("unit", figure.unit, language),
        RELATIONS[figure.relation],
        named("status", figure.status, language),
        named("origin", figure.origin, language),
        figure.printed,
        named("publisher", source.publisher, language) + weak,
        source.address,
        place if figure.origin == "document" else "",
        words_of(figure.note, language),
        figure.key,
    ]
    return [f"'{cell}" if runs(cell) and n not in NUMBERS else cell for n, cell in enumerate(cells)]


def runs(text):
    """Tell whether a spreadsheet would take a text for a formula, a signed number aside."""
    return text.startswith(FORMULA) and not re.match(r"[+-][\d.,]*\d ?%?$", text)


def written_period(period, language):
    """Write a month in words, which a spreadsheet takes for no date."""
    if not re.fullmatch(r"\d{4}-\d\d", period):
        return words.period(period)
    year, month = map(int, period.split("-"))
    name = calendar.month_name[month]
    return f"in {name} {year}" if language == "en" else f"tháng {month} năm {year}"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_figure_is_there_with_its_numbers(language, tmp_path, capsys):
    out, table = tmp_path / "figures.csv", hg.load()
    assert main(["export", "--out", str(out), "--language", language]) == 0
    assert capsys.readouterr().out == f"{out}: {len(table)} figures\n"
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    heads, *rows = read(out)
    assert heads == HEADS[language].split("|")
    assert len(rows) == len(table) and words.language() == "en"
    words.use_language(language)
    for row, (_, figure) in zip(rows, table.iterrows()):
        assert dict(zip(heads, row)) == dict(zip(heads, expected(figure, language)))
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_no_text_is_a_formula(companions, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "validate", lambda *_: [])  # which refuses most of it
    starts = itertools.cycle(FORMULA)
    for name, column in (("sources", 2), ("codebook", 5), ("terms", 2)):
        path = companions / f"{name}.csv"
        rows = read(path)
        for row in rows[1:]:
            row[column] = f"{next(starts)}1+1;=2"
        with path.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(rows)
    for options in ([], ["--semicolon"]):
        out = tmp_path / "figures.csv"
        assert main(["export", "--out", str(out), *options]) == 0
        found = read(out, ";" if options else ",")
        text = [cell for row in found for n, cell in enumerate(row) if n not in NUMBERS]
        assert {cell[1] for cell in text if cell.startswith("'")} == set(FORMULA)
        assert not [cell for cell in text if runs(cell)]


def test_a_vietnamese_spreadsheet_gets_columns_and_numbers(tmp_path):
    plain, other = tmp_path / "plain.csv", tmp_path / "other.csv"
    arguments = ["--language", "vi", "--out"]
    assert main(["export", *arguments, str(plain)]) == 0
    assert main(["export", *arguments, str(other), "--semicolon"]) == 0
    assert other.read_bytes().startswith(b"\xef\xbb\xbf")
    found = read(other, ";")
    assert found[0] == HEADS["vi"].split("|")
    for row, same in zip(found, read(plain), strict=True):
        for n in NUMBERS:
            assert "." not in row[n]
            row[n] = row[n].replace(",", ".")
        assert row == same
    # Numbers stand without quotes: "59809" in quotes could be taken for text.
    assert ";59809;59808,5;59809,5;tỷ đồng;" in other.read_text("utf-8-sig")


def test_what_is_no_csv_file_is_not_replaced(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "null.csv").symlink_to(os.devnull)
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    names = ["folder.csv", "null.csv", "loop.csv", os.devnull]
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe.csv")
        names.append("pipe.csv")
    before = sorted(tmp_path.iterdir())
    for name in names:
        assert main(["export", "--out", name]) == 1
        assert capsys.readouterr().err == f"{name}: neither a file nor a new name\n"
    for name in ("figures.ods", "figures", "-"):
        assert main(["export", f"--out={name}"]) == 1
        assert "choose a name that ends in .csv" in capsys.readouterr().err
    assert main(["export", "--out", "none/figures.csv"]) == 1
    assert capsys.readouterr().err == "none/figures.csv: no such folder; make it first\n"
    assert sorted(tmp_path.iterdir()) == before
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_file_among_the_data_is_not_replaced(tmp_path, write, rows, capsys):
    path = write(rows)
    before = path.read_bytes()
    (tmp_path / "link.csv").symlink_to(path)
    (tmp_path / "data").symlink_to(DATA)
    for out, data, said in (
        ("table.csv", "table.csv", "is the table itself; choose another name"),
        ("link.csv", "table.csv", "is the table itself; choose another name"),
        ("data/figures.csv", "table.csv", "stands among the data; choose another folder"),
        ("new.csv", "", "stands among the data; choose another folder"),
    ):
        arguments = ["--out", str(tmp_path / out), "--data", str(tmp_path / data)]
        assert main(["export", *arguments]) == 1
        assert capsys.readouterr().err == f"{tmp_path / out}: {said}\n"
    assert path.read_bytes() == before and not (DATA / "figures.csv").exists()


def test_a_table_that_is_not_valid_is_not_exported(tmp_path, write, rows, capsys):
    path = write([{**rows[0], "value": "19"}])
    assert main(["export", "--data", str(path), "--out", str(tmp_path / "figures.csv")]) == 1
    assert "nothing was loaded" in capsys.readouterr().err
    assert not (tmp_path / "figures.csv").exists()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_json_holds_the_figures_by_names_that_stay(language, tmp_path):
    out = tmp_path / "figures.json"
    assert main(["export", "--out", str(out), "--language", language]) == 0
    whole, table = json.loads(out.read_text("utf-8")), hg.load()
    assert whole["language"] == language and "CC BY 4.0" in whole["licence"] and whole["cite"]
    assert [*whole["columns"].values()] == HEADS[language].split("|")
    for row, figure in zip(whole["figures"], table.itertuples(), strict=True):
        ends = [None if math.isinf(end) else end for end in (figure.low, figure.high)]
        assert [row["key"], row["period"], row["value"]] == [
            figure.key,
            figure.period,
            figure.value,
        ]
        assert [row["low"], row["high"]] == ends
        assert row["note"] == words_of(figure.note, language)


def sheets(path):
    """The cells of a workbook by sheet: texts as text, numbers as numbers, nothing else."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    book = zipfile.ZipFile(path)
    xml = {
        name: ElementTree.fromstring(book.read(name))
        for name in book.namelist()
        if "xl/" in name and name.endswith(".xml")
    }
    shared = [
        "".join(each.itertext()) for each in xml["xl/sharedStrings.xml"].findall("m:si", space)
    ]
    names = [each.get("name") for each in xml["xl/workbook.xml"].iterfind(".//m:sheet", space)]
    found = {}
    for number, name in enumerate(names, 1):
        sheet, rows = xml[f"xl/worksheets/sheet{number}.xml"], []
        assert not sheet.findall(".//m:f", space) and not sheet.findall(".//m:mergeCell", space)
        for row in sheet.iterfind(".//m:row", space):
            cells = row.findall("m:c", space)
            read = [(cell.get("t"), cell.findtext("m:v", None, space)) for cell in cells]
            rows.append([shared[int(v)] if t == "s" else v and float(v) for t, v in read])
        found[name] = rows
    return found, book


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_workbook_holds_the_tables_marked_up_and_numbers_as_numbers(language, tmp_path):
    out, again = tmp_path / "figures.xlsx", tmp_path / "again.xlsx"
    for each in (out, again):
        assert main(["export", "--out", str(each), "--language", language]) == 0
    assert out.read_bytes() == again.read_bytes()
    found, book = sheets(out)
    names = [
        named("label", f"book_{name}", language)
        for name in (
            "cover",
            "contents",
            "notes",
            "figures",
            "indicators",
            "derived",
            "sources",
            "readings",
            "choices",
        )
    ]
    assert [*found] == names and all(len(name) <= 31 for name in names)
    assert len([name for name in book.namelist() if name.startswith("xl/tables/")]) == 8
    title = named("site", "project", language)
    assert found[names[0]][0] == [title]
    head, *rows = found[names[3]][3:]
    assert head == HEADS[language].split("|")
    for row, figure in zip(rows, hg.load().itertuples(), strict=True):
        assert row[3] == figure.value and row[-1] == figure.key, figure.key
    counts = {4: "codebook", 5: "derived", 7: "readings", 8: "choices"}
    for number, table in counts.items():
        assert len(found[names[number]]) - 4 == len(hg.companion(table)), table


def test_a_workbook_shows_numbers_as_print_does_and_periods_as_texts(tmp_path):
    out = tmp_path / "figures.xlsx"
    assert main(["export", "--out", str(out), "--language", "vi"]) == 0
    found, book = sheets(out)
    rows = {row[-1]: (line, row) for line, row in enumerate(found["Số liệu"][4:], 5)}
    line, row = rows["grdp_growth.2020_2025.appendix3"]
    assert row[2:6] == ["2020–2025", 9.24, 9.235, 9.245]
    assert "2025" in {row[2] for _, row in rows.values()}
    styles, sheet = (
        book.read(f"xl/{name}.xml").decode() for name in ("styles", "worksheets/sheet4")
    )
    codes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', styles))
    cells = re.search("<cellXfs.*</cellXfs>", styles)[0]
    ids = re.findall(r'<xf numFmtId="(\d+)"', cells)
    shown = [ids[int(re.search(rf'r="{c}{line}" s="(\d+)"', sheet)[1])] for c in "DEF"]
    codes |= {"4": "#,##0.00"}  # one of Excel's own
    assert [codes[each] for each in shown] == ["#,##0.00", "#,##0.000", "#,##0.000"]
    assert 'topLeftCell="B5"' in sheet and 'state="frozen"' in sheet


def test_what_looks_like_a_formula_stays_as_it_is(companions, tmp_path):
    path, told = companions / "codebook.csv", "=HYPERLINK(A1)"
    rows = read(path)
    for row in rows[1:]:
        row[5] = told
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)
    for form in ("json", "xlsx"):
        assert main(["export", "--out", str(tmp_path / f"figures.{form}")]) == 0
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))["figures"]
    found, _ = sheets(tmp_path / "figures.xlsx")  # which refuses formulas
    assert {figure["figure"] for figure in figures} == {told}
    assert {row[0] for row in found["Figures"][4:]} == {told}


def test_a_table_of_ones_own_goes_by_its_name_and_not_by_this_projects_licence(
    tmp_path, write, rows
):
    key, paths = "grdp_growth.2020_2025.appendix3", {}
    own = [row for row in rows if row["source"] == "mpi_2021"]
    for form in ("json", "xlsx"):
        paths[form] = tmp_path / f"figures.{form}"
        arguments = ["--data", str(write(own)), "--out", str(paths[form])]
        assert main(["export", *arguments]) == 0
    whole = json.loads(paths["json"].read_text("utf-8"))
    assert whole["title"] == "table.csv" and not {"licence", "cite"} & set(whole)
    found, _ = sheets(paths["xlsx"])
    assert found["Cover"] == [["table.csv"]]
    assert len(found["Figures"]) == 4 + len(own) and key not in str(found)
    assert len(found["Sources"]) == 5 and "Readings" not in found


def test_what_is_cited_is_the_release_of_the_citation_file(tmp_path):
    out, cited = tmp_path / "figures.json", (ROOT / "CITATION.cff").read_text("utf-8")
    assert main(["export", "--out", str(out)]) == 0
    whole = json.loads(out.read_text("utf-8"))
    title, version = re.search(r'^title: "(.+)"\nabs.*\n.*\nversion: (.+)$', cited, re.M).groups()
    assert f'"title": "{title}"' in out.read_text("utf-8")  # its letters are not escaped
    assert whole["title"] == title and whole["cite"].startswith(f"{title}, version {version}, ")
    package = json.loads((DATA / "datapackage.json").read_text("utf-8"))
    assert package["licenses"][0]["path"] in whole["licence"]


def test_an_ending_that_no_form_has_is_refused(tmp_path, capsys):
    assert main(["export", "--out", str(tmp_path / "figures.txt")]) == 1
    assert ".csv, .json or .xlsx" in capsys.readouterr().err
    assert main(["export", "--semicolon", "--out", str(tmp_path / "figures.json")]) == 1
    assert "--semicolon" in capsys.readouterr().err and not [*tmp_path.iterdir()]
