"""The file for a spreadsheet holds every figure, numbers as numbers, and no formula."""

import calendar
import csv
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hg_analysis as hg
from hg_analysis import words
from hg_analysis.tools.cli import main
from hg_analysis.tools.export import COLUMNS, FORMULA, _plain

ENDS = ("value", "low", "high")
NUMBERS = [COLUMNS.index(column) for column in ENDS]
HEADS = {
    "en": "Figure|Place|Period|Value|Lower bound|Upper bound|Unit|Relation|Status|Origin|Printed"
    "|Source|Address|Place in the document|Note",
    "vi": "Chỉ tiêu|Địa bàn|Thời kỳ|Giá trị|Cận dưới|Cận trên|Đơn vị|Dấu so sánh|Tình trạng"
    "|Loại số liệu|Cách ghi|Nguồn|Địa chỉ|Vị trí trong văn kiện|Ghi chú",
}
RELATIONS = {"=": "", "~": "≈", ">": ">", "<": "<", ">=": "≥", "<=": "≤"}


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle, strict=True))


def named(kind, term, language):
    """The name that data/terms.csv gives a term; a publisher may go by its own."""
    terms = hg.companion("terms").set_index(["kind", "term"])[f"name_{language}"]
    return terms.get((kind, term), term)


def expected(figure, language):
    """The cells of a figure, in the order of HEADS, from the data files."""
    source = hg.companion("sources").set_index("source").loc[figure.source]
    weak = f" ({named('kind', 'secondary', language)})" if source.kind == "secondary" else ""
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
    ]
    return [
        f"'{cell}" if cell.startswith(FORMULA) and n not in NUMBERS else cell
        for n, cell in enumerate(cells)
    ]


def written_period(period, language):
    """Write 2025-06 as Jun 2025 or 6/2025, and an interval with a dash."""
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


@pytest.mark.parametrize("start", FORMULA)
def test_no_text_is_a_formula(start, companions, tmp_path):
    for name, column in (("sources", 2), ("codebook", 5), ("terms", 2)):
        path = companions / f"{name}.csv"
        rows = read(path)
        for row in rows[1:]:
            row[column] = f"{start}1+1;{start}2"
        with path.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(rows)
    out = tmp_path / "figures.csv"
    assert main(["export", "--out", str(out)]) == 0
    text = [cell for row in read(out) for n, cell in enumerate(row) if n not in NUMBERS]
    assert any(cell.startswith("'" + start) for cell in text)
    assert not [cell for cell in text if cell.startswith(FORMULA)]


@given(st.text())
def test_any_text_stays_text(text):
    assert not _plain(text).startswith(FORMULA)
    assert _plain(text).removeprefix("'" if text.startswith(FORMULA) else "") == text


def test_a_fall_stays_a_number(tmp_path):
    assert main(["export", "--out", str(tmp_path / "figures.csv")]) == 0
    values = [row[NUMBERS[0]] for row in read(tmp_path / "figures.csv")]
    assert "-6.19" in values and "77854" in values


def test_what_cannot_be_written_is_said(tmp_path, write, rows, capsys):
    assert main(["export", "--out", str(tmp_path)]) == 1
    assert "is a folder" in capsys.readouterr().err
    assert main(["export", "--out", ""]) == 1
    path = write(rows)
    before = path.read_bytes()
    assert main(["export", "--out", str(path), "--data", str(path)]) == 1
    assert main(["export", "--out", str(hg.data.DATA / "figures.csv")]) == 1
    assert "among the data" in capsys.readouterr().err
    assert path.read_bytes() == before and not (hg.data.DATA / "figures.csv").exists()


def test_a_table_that_is_not_valid_is_not_exported(tmp_path, write, rows, capsys):
    path = write([{**rows[0], "value": "19"}])
    assert main(["export", "--data", str(path), "--out", str(tmp_path / "figures.csv")]) == 1
    assert "nothing was loaded" in capsys.readouterr().err
    assert not (tmp_path / "figures.csv").exists()
