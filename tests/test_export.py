"""The file for a spreadsheet holds every figure, numbers as numbers, and no formula."""

import calendar
import csv
import itertools
import math
import os
import re
import stat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import hg_analysis as hg
from hg_analysis import table as tables
from hg_analysis import words
from hg_analysis.table import DATA
from hg_analysis.tools.cli import main
from hg_analysis.tools.export import COLUMNS, FORMULA, _period, _plain

ENDS = ("value", "low", "high")
NUMBERS = [COLUMNS.index(column) for column in ENDS]
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


def expected(figure, language):
    """The cells of a figure, in the order of HEADS, from the data files."""
    source = hg.companion("sources").set_index("source").loc[figure.source]
    weak = f" ({named('label', 'unofficial', language)})" if source.kind == "compiled" else ""
    place = "¶" + figure.paragraph + ("." + figure.nth if figure.nth else "")
    cells = [
        figure[f"name_{language}"],
        named("place", figure.place, language),
        written_period(figure.period, language),
        *("" if math.isinf(figure[each]) else f"{figure[each]:.15g}" for each in ENDS),
        named("unit", figure.unit, language),
        RELATIONS[figure.relation],
        named("status", figure.status, language),
        named("origin", figure.origin, language),
        figure.printed,
        named("publisher", source.publisher, language) + weak,
        source.address,
        place if figure.origin == "document" else "",
        figure.note,
        figure.key,
    ]
    return [f"'{cell}" if runs(cell) and n not in NUMBERS else cell for n, cell in enumerate(cells)]


def runs(text):
    """Tell whether a spreadsheet would take a text for a formula, a signed number aside."""
    return text.startswith(FORMULA) and not re.match(r"[+-][\d.,]*\d ?%?$", text)


def written_period(period, language):
    """Write 2025-06 in words, first months so, and other intervals with a dash."""
    if "Q" in period:
        year, quarter = period.split("-Q")
        return f"Q{quarter} {year}" if language == "en" else f"quý {quarter}/{year}"
    if "/" not in period and "-" in period:
        year, month = map(int, period.split("-"))
        name = calendar.month_name[month]
        return f"in {name} {year}" if language == "en" else f"tháng {month} năm {year}"
    ends = [re.fullmatch(r"(\d{4})-(\d\d)", moment) for moment in period.split("/")]
    if all(ends) and ends[0][2] == "01" and ends[0][1] == ends[-1][1]:
        year, count = ends[0][1], int(ends[1][2])
        counts = {5: "five months", 6: "half", 7: "seven months", 8: "eight months"}
        first = (counts | {9: "nine months", 11: "eleven months"})[count]
        return f"first {first} of {year}" if language == "en" else f"{count} tháng đầu năm {year}"
    moments = []
    for moment in period.split("/"):
        year, _, month = moment.partition("-")
        name = f"{calendar.month_abbr[int(month)]} " if month and language == "en" else ""
        moments.append(f"{int(month)}/{year}" if month and language == "vi" else name + year)
    return "–".join(moments)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_figure_is_there_with_its_numbers(language, tmp_path, capsys):
    out, table = tmp_path / "figures.csv", hg.load()
    assert main(["export", "--out", str(out), "--language", language]) == 0
    assert capsys.readouterr().out == f"{out}: {len(table)} figures\n"
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    heads, *rows = read(out)
    assert heads == HEADS[language].split("|")
    assert len(rows) == len(table)
    for row, (_, figure) in zip(rows, table.iterrows()):
        assert dict(zip(heads, row)) == dict(zip(heads, expected(figure, language)))
    assert words.language() == "en"
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_value_lies_between_its_bounds(language, tmp_path):
    assert main(["export", "--out", str(tmp_path / "figures.csv"), "--language", language]) == 0
    heads, *rows = read(tmp_path / "figures.csv")
    value, low, high = (heads.index(HEADS[language].split("|")[n]) for n in NUMBERS)
    for row in rows:
        least = float(row[low] or "-inf")
        assert least <= float(row[value]) <= float(row[high] or "inf"), row


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


@given(st.text())
@example("=1+1")
@example("+A1")
@example("@SUM(A1)")
@example("-2+3")
@example("\t1")
@example("\r1")
@example("＝1")
@example("+1;=2")
@example("+14.2%\n=1")
def test_any_text_stays_text(text):
    assert not runs(_plain(text))
    assert _plain(text) == (f"'{text}" if runs(text) else text)


@pytest.mark.parametrize("text", ["+14.2%", "-2,79%", "−2,79%", "+23.52%", "-1.234,5", "+5 %"])
def test_a_signed_number_is_left_as_it_is(text):
    assert _plain(text) == text


@pytest.mark.parametrize(
    ("period", "english", "vietnamese"),
    [
        ("2025", "2025", "2025"),
        ("2020/2025", "2020–2025", "2020–2025"),
        ("2022-05", "in May 2022", "tháng 5 năm 2022"),
        ("2019-04-01", "on 1 April 2019", "ngày 1 tháng 4 năm 2019"),
    ],
)
def test_a_spreadsheet_makes_no_date_of_a_period(period, english, vietnamese):
    assert _period(period) == english
    try:
        words.use_language("vi")
        assert _period(period) == vietnamese
    finally:
        words.use_language("en")


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


def test_a_fall_stays_a_number(tmp_path):
    assert main(["export", "--out", str(tmp_path / "figures.csv")]) == 0
    values = [row[NUMBERS[0]] for row in read(tmp_path / "figures.csv")]
    assert "-6.19" in values and "77854" in values


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
    for name in ("figures.xlsx", "figures", "-"):
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
    for out in (path, tmp_path / "link.csv", tmp_path / "data" / "figures.csv"):
        assert main(["export", "--out", str(out), "--data", str(path)]) == 1
        assert "among the data" in capsys.readouterr().err
    assert main(["export", "--out", str(tmp_path / "new.csv"), "--data", str(tmp_path)]) == 1
    assert "among the data" in capsys.readouterr().err
    assert path.read_bytes() == before and not (DATA / "figures.csv").exists()


def test_a_table_that_is_not_valid_is_not_exported(tmp_path, write, rows, capsys):
    path = write([{**rows[0], "value": "19"}])
    assert main(["export", "--data", str(path), "--out", str(tmp_path / "figures.csv")]) == 1
    assert "nothing was loaded" in capsys.readouterr().err
    assert not (tmp_path / "figures.csv").exists()
