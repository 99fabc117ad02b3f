"""Numbers in sentences are links to rows: filled in, and refused where words and row disagree."""

from importlib import import_module
from pathlib import Path

import nbformat
import pytest

import hg_analysis as hg
from hg_analysis.tools import links

ROOT = Path(__file__).resolve().parent.parent
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAME = "09_small.ipynb"
SHOW = import_module("hg_analysis.show")  # hg.show is the function


@pytest.fixture(scope="module")
def outputs():
    """What a notebook shows: rows of several places, units, signs and relations."""
    return displayed()


@pytest.fixture(scope="module")
def vietnamese():
    """The same in Vietnamese."""
    hg.use_language("vi")
    try:
        return displayed()
    finally:
        hg.use_language("en")


def displayed():
    table, shown = hg.load(), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SHOW, "_display", lambda data, metadata=None: shown.append(data))
        rate = [hg.figure(table, "grdp_growth", "2024", place=p) for p in PLACES]
        average = hg.figure(table, "grdp_growth", source="appendix3")
        term = hg.derive("growth_over_term", *[average] * 5)
        fall = hg.figure(table, "poverty_rate_change", source="appendix3")
        twice = [
            hg.figure(table, "grdp_growth", "2021", source=source)
            for source in ("mpi_2021", "vietnamplus_2023_10")
        ]
        pledges = hg.figure(table, "investment_pledges", source="appendix3")
        pace = hg.figure(table, "budget_revenue_change", source="appendix3")
        industry = hg.figure(table, "industry_growth", "2022")
        hg.show(rate, average, term, fall, twice, pledges, pace, industry)
    return shown


PLACES = "hau_giang", "mekong_delta", "soc_trang"


@pytest.fixture
def fill(outputs):
    """Fill in one sentence; return it as stored, and what is wrong with it."""

    def filled(sentence, shown=outputs, before=None, language="en"):
        code = nbformat.v4.new_code_cell(id="shows")
        code.outputs = [nbformat.v4.new_output("display_data", data=data) for data in shown]
        cells = [code, nbformat.v4.new_markdown_cell(sentence, id="says")]
        notebook = nbformat.v4.new_notebook(cells=cells)
        faults, changes = links.fill(notebook, NAME, None, before, language)
        filled.changes = changes
        return notebook.cells[1].source.replace(f"{NAME}#", "#"), faults

    return filled


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_stored_notebooks_are_as_a_run_fills_them(path):
    before, after = (nbformat.read(path, 4) for _ in range(2))
    faults, _ = links.finish(before, after, path)
    for one, other in zip(before.cells, after.cells):
        if one.source != other.source:
            faults.append(f"{path.name}, cell {one.id}:\n{one.source}\nshould be\n{other.source}")
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_key_names_two_rows_of_a_notebook(path):
    links.rows(nbformat.read(path, 4))  # raises ValueError with the keys


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("[0%](#growth_over_term)", "[56%](#growth_over_term.2020_2025)"),
        ("[0.00%](#growth_over_term)", "[55.56%](#growth_over_term.2020_2025)"),
        ("**[1.1 percent](#growth_over_term)**", "**[55.6 percent](#growth_over_term.2020_2025)**"),
        ("[55.52%](#growth_over_term-low)", "[55.52%](#growth_over_term.2020_2025-low)"),
        ("[55.60%](#growth_over_term-high)", "[55.60%](#growth_over_term.2020_2025-high)"),
        ("[fell by 9.9](#poverty_rate_change)", "[fell by 1.4](#poverty_rate_change.2020_2025"),
        ("[−9.9](#poverty_rate_change)", "[−1.4](#poverty_rate_change.2020_2025.appendix3)"),
        ("[3.00%](#grdp_growth.2021)", "[3.28%](#grdp_growth.2021.vietnamplus_2023_10)"),
        ("[nearly 9](#investment_pledges)", "[nearly 240,000](#investment_pledges.2020_2025.app"),
        ("[half](#growth_over_term)", "[half](#growth_over_term.2020_2025)"),
        ("`[9](#x)` in code", "`[9](#x)` in code"),
    ],
)
def test_numbers_are_filled_and_keys_completed(typed, stored, fill):
    said, faults = fill(typed)
    assert said.startswith(stored)
    assert [fault for fault in faults if "half" not in fault] == []
    assert fill(said)[0] == said


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        (
            "[9%](#growth_over_trem)",
            "no row of 09_small.ipynb; nearest: growth_over_te",
        ),
        ("[9%](07_none.ipynb#growth)", "07_none.ipynb is no notebook beside this one"),
        ("[9%](#grdp_growth.2021.none)", "leads to no row"),
        ("[9%](#grdp_growth)", "leads to several rows"),
        ("[5 of 15](#growth_over_term)", "one link, one number"),
        ("[55,56%](#growth_over_term)", "one link, one number"),
        ("[55.563%](#growth_over_term)", "known to 2 decimals, not 3"),
        ("[0](#growth_over_term) and 7 more", "'7' leads to no row"),
        ("grew 9.24% in 2024", "'9.24' leads to no row"),
        # the whole unit
        ("[9%](#poverty_rate_change) points", "percentage points per year"),
        ("[55.56 percentage points](#growth_over_term)", "unit is '%', not 'percentage points'"),
        ("[1,000 billion VND](#budget_revenue_change) a month", "not 'billion VND a month'"),
        ("[1,000 million VND](#budget_revenue_change)", "not 'million VND'"),
        ("[1,000](#budget_revenue_change) million USD", "not 'million USD'"),
        ("[55.56%](#growth_over_term) a year", "not '% a year'"),
        # direction
        ("[rose by 1.4 points a year](#poverty_rate_change)", "'rose'"),
        ("[1.4 points higher](#poverty_rate_change)", "'higher'"),
        ("[fell by 55.56%](#growth_over_term)", "'fell'"),
        ("[240,000 billion VND](#investment_pledges)", "a bound (<); call it one"),
        ("[more than 240,000](#investment_pledges)", "a bound (<); call it one"),
        ("[at least 55.56%](#growth_over_term)", "a number, not a bound"),
        ("at least [55.60%](#growth_over_term-high)", "the other bound"),
        ("[doubled](#poverty_rate_change)", "the row states"),
        # place, year, sector
        ("[7.31% for Sóc Trăng](#grdp_growth.mekong_delta.2024)", "the row is of mekong_delta"),
        ("It grew by [7.31%](#grdp_growth.mekong_delta.2024).", "which the sentence does not name"),
        (
            "The Delta grew by [7.07%](#grdp_growth.soc_trang.2024), Sóc Trăng by "
            "[7.31%](#grdp_growth.mekong_delta.2024).",
            "another place is named",
        ),
        ("The Delta [grew by 8.76%](#grdp_growth.2024).", "another place is named"),
        ("[grew a lot](#growth_over_term)", "a link to a row holds its number"),
        ("GRDP [declined by 8.76%](#grdp_growth.2024) in 2024", "'declined'"),
        ("[1](#grdp_grwth.2024)", "nearest: grdp_growth.2024.baoxaydung_growth_2024"),
        ("In 2019 it was [8.76%](#grdp_growth.2024).", "the row is of 2024"),
        ("[services grew by 36.55%](#industry_growth.2022)", "the row is 'Growth of industry"),
    ],
)
def test_words_that_disagree_with_the_row_are_refused(sentence, says, fill):
    faults = fill(sentence)[1]
    assert any(says in fault for fault in faults), faults
    assert all(fault.startswith(f"{NAME}, cell says: ") for fault in faults)


@pytest.mark.parametrize(
    "sentence",
    [
        "It [fell by 1.4 percentage points a year](#poverty_rate_change), [55.56%](#growth_over_t"
        "erm) over the term (¶11.7), on 1 July 2025, from 2020–2025; see Appendix 3.",
        "1. [7.31% for the Mekong Delta](#grdp_growth.mekong_delta.2024) and [7.07% for Sóc Trăng]"
        "(#grdp_growth.soc_trang.2024) in 2024, against [Hậu Giang's 8.76%](#grdp_growth.2024).",
        "The Delta grew by [7.31%](#grdp_growth.mekong_delta.2024), Sóc Trăng by [7.07%](#grdp_gro"
        "wth.soc_trang.2024), and Hậu Giang by [8.76%](#grdp_growth.hau_giang.2024).",
        "Pledges of [nearly 240,000 billion VND](#investment_pledges) and [1,000 billion VND a "
        "year](#budget_revenue_change).",
        "[Industry grew by 36.55%](#industry_growth.2022) in 2022.".replace("Industry", "industry"),
    ],
)
def test_a_right_sentence_is_left_alone(sentence, fill):
    assert fill(sentence)[1] == []


def test_vietnamese_notation(fill):
    assert fill("[0,00%](#growth_over_term)", language="vi")[0].startswith("[55,56%]")
    assert "notation" in fill("[55.56%](#growth_over_term)", language="vi")[1][0]


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("[0,0 tỷ đồng](#growth_over_term)", "the row's unit is '%', not 'tỷ đồng'"),
        ("[0,0%](#growth_over_term) mỗi năm", "the row's unit is '%', not '% mỗi năm'"),
        ("[0 tỷ đồng](#budget_revenue_change) một tháng", "not 'tỷ đồng một tháng'"),
        ("[tăng 0,0 điểm phần trăm](#poverty_rate_change)", "'tăng' beside"),
        ("[0 tỷ đồng](#investment_pledges)", "call it one"),
        ("[ít nhất 0,0%](#growth_over_term)", "a number, not a bound"),
        ("[7,31%](#grdp_growth.mekong_delta.2024)", "which the sentence does not name"),
        ("Năm 2019 là [8,76%](#grdp_growth.2024).", "the row is of 2024"),
        ("[một nửa](#poverty_rate_change)", "the row states"),
    ],
)
def test_vietnamese_words_that_disagree_with_the_row_are_refused(sentence, says, fill, vietnamese):
    faults = fill(sentence, vietnamese, language="vi")[1]
    assert any(says in fault for fault in faults), faults


@pytest.mark.parametrize(
    "sentence",
    [
        "[giảm 0,0 điểm phần trăm mỗi năm](#poverty_rate_change) (¶16.5), 5 năm [0,00%](#growth_"
        "over_term), tăng [0,00%/năm](#grdp_growth.2020_2025) từ 1/7/2025, lần thứ XIV, 2 lần",
        "ĐBSCL tăng [7,31%](#grdp_growth.mekong_delta.2024), [Sóc Trăng 7,07%](#grdp_growth.soc_tr"
        "ang.2024). Cam kết [gần 0 tỷ đồng](#investment_pledges), [0 tỷ đồng mỗi năm](#budget_reve"
        "nue_change).",
    ],
)
def test_a_right_vietnamese_sentence_is_left_alone(sentence, fill, vietnamese):
    assert fill(sentence, vietnamese, language="vi")[1] == []


def test_a_changed_row_names_its_sentence_and_a_turned_sign(fill, outputs):
    fill("x")
    before = {
        "growth_over_term.2020_2025": links.Row(links.Decimal("55.7"), 2, "%", "="),
        "poverty_rate_change.2020_2025.appendix3": links.Row(links.Decimal("1.4"), 1, "", "="),
    }
    fill(
        "About [half](#growth_over_term), and [1.4](#poverty_rate_change) each year.", before=before
    )
    (change,) = fill.changes
    assert "«About half, and 1.4 each year.»" in change
    assert "growth_over_term.2020_2025 55.700 → 55.564;" in change
    assert change.endswith("appendix3 1.40 → −1.40, SIGN TURNED")


def test_two_rows_of_one_key_with_different_numbers_are_a_fault(fill, outputs):
    table = hg.load()
    figure = hg.figure(table, "grdp_growth", source="appendix3")
    shown = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SHOW, "_display", lambda data, metadata=None: shown.append(data))
        hg.show(figure, hg.Figure(**{**vars(figure), "value": 9.3}))
    assert "state different numbers: grdp_growth.2020_2025.appendix3" in fill("x", shown)[1][0]
