"""What meets the page: tables and pictures in both languages, read back from what was drawn."""

import math

import pandas as pd
import pytest

import hg_analysis as hg
from hg_analysis import audit, calc, charts, page, words
from hg_analysis.bounds import Figure


@pytest.fixture
def table():
    return hg.load()


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, instead of displaying it."""
    seen = []
    monkeypatch.setattr(page, "_display", lambda data, metadata=None: seen.append((data, metadata)))
    yield seen
    hg.use_language("en")


@pytest.fixture
def growth(table):
    years = [str(year) for year in range(2020, 2025)]
    return hg.figures(table, "grdp_growth", period=years)


def test_a_table_shows_value_bounds_unit_origin_and_source(table, shown):
    figure = hg.figure(table, "grdp_growth", origin="document")
    assert hg.show(figure, hg.derive("growth_over_term", calc.compound, figure, years=5)) is None
    ((data, _),) = shown
    assert data["text/plain"].splitlines()[1:] == [
        "Growth of GRDP | 2020–2025 | 9.24 | 9.235 – 9.245 | % per year"
        " | ● Document · estimate | ¶11.7",
        "Growth of GRDP over the term | 2020–2025 | 55.56 | 55.52 – 55.60 | %"
        " | ◆ Implied · estimate | ¶11.7",
    ]


def test_a_table_in_vietnamese(table, shown):
    hg.use_language("vi")
    hg.show(hg.figure(table, "grdp", origin="document"))
    text = shown[0][0]["text/plain"].splitlines()[1]
    assert text == (
        "GRDP theo giá hiện hành | 2025 | 77.854 | 77.853,5 – 77.854,5 | tỷ đồng"
        " | ● Văn kiện · ước tính | ¶11.8"
    )


def test_a_published_figure_links_to_its_publication(table, shown):
    figure = hg.figure(table, "grdp_growth", period="2024")
    hg.show(figure)
    address = hg.companion("sources").set_index("source").address[figure.refs[0]]
    assert f'<a href="{address}">' in shown[0][0]["text/html"]


def test_what_comes_from_the_files_is_text_not_markup(table, shown, monkeypatch):
    monkeypatch.setattr(words, "name", lambda kind, term: "<script>alert(1)</script>")
    hg.show(hg.figure(table, "grdp", origin="document"))
    assert "<script" not in shown[0][0]["text/html"]


def test_a_long_table_is_folded_and_says_how_long_it_is(shown):
    for rows in (40, 41):
        hg.show(pd.DataFrame({"note": ["x"] * rows}))
    short, long = (data["text/html"] for data, _ in shown)
    assert "<details>" not in short
    assert "<details><summary>The 41 rows</summary>" in long and long.endswith("</details>")


def test_addresses_of_the_web_are_links(shown):
    addresses = ["https://a.vn/?b=1&c=2", "javascript:alert(1)", 'https://a.vn/"><b>']
    hg.show(pd.DataFrame({"address": addresses}))
    html = shown[0][0]["text/html"]
    assert '<a href="https://a.vn/?b=1&amp;c=2">https://a.vn/?b=1&amp;c=2</a>' in html
    assert "<td>javascript:alert(1)</td>" in html and "<b>" not in html


def test_no_place_column_where_all_is_the_province(table, shown):
    hg.show(hg.figure(table, "poverty_rate", place="vietnam", period="2025"))
    assert "Viet Nam" in shown[0][0]["text/plain"]


@pytest.mark.parametrize(
    ("figure", "value", "bounds"),
    [
        (Figure("grdp", 55.5638, 55.5282, 55.5994), "55.56", "55.52 – 55.60"),
        (Figure("grdp", 731435.6, 731396.5, 731474.6), "731,436", "731,396 – 731,475"),
        (Figure("grdp", 2.029447, 2.029434, 2.029461), "2.029", "2.029 – 2.030"),
        (Figure("grdp", 308.27, 0, 308.271, relation="<="), "≤ 308.3", ""),
        (Figure("grdp", 42, 42, 42, decimals=0), "42", "exact"),
        (Figure("grdp", 106, 106, math.inf, relation=">", decimals=0), "> 106", ""),
        (Figure("grdp", -6.19, -6.195, -6.185, decimals=2), "-6.19", "-6.195 – -6.185"),
    ],
)
def test_numbers_are_written_with_the_digits_that_bounds_leave(figure, value, bounds):
    assert (page.value_text(figure), page.bounds_text(figure)) == (value, bounds)


def test_written_bounds_hold_the_bounds(table):
    rounded = (table.relation == "=") & (table.low < table.high) & (table.high < math.inf)
    for row in table[rounded].itertuples():
        figure = Figure("grdp", row.value, row.low, row.high)
        low, high = (float(t.replace(",", "")) for t in page.bounds_text(figure).split(" – "))
        assert low - 1e-9 <= figure.low and figure.high <= high + 1e-9


def test_a_picture_has_alt_text_and_the_list_of_values(growth, shown):
    assert hg.show(charts.path(charts.axes(), growth)) is None
    (picture, metadata), (listed, _) = shown
    assert picture["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == picture["text/plain"]
    assert "Growth of GRDP" in picture["text/plain"] and "6 values" in picture["text/plain"]
    assert "  2022: 13.94" in listed["text/plain"] and "<details>" in listed["text/html"]


def test_a_picture_is_the_same_every_time(growth, shown):
    for _ in range(2):
        hg.show(charts.path(charts.axes(), growth))
    assert shown[0][0]["image/png"] == shown[2][0]["image/png"]


def test_a_picture_in_vietnamese_holds_no_english(growth, shown):
    hg.use_language("vi")
    ax = charts.path(charts.axes(), growth)
    written = [
        text.get_text() for text in ax.figure.findobj(match=lambda a: hasattr(a, "get_text"))
    ]
    joined = " ".join(written)
    assert "%/năm" in joined and "13,94" in joined and "Nguồn:" in joined
    for english in ("per year", "Source", "Published", "Growth"):
        assert english not in joined


def test_publishers_are_named_in_the_readers_language(table, shown):
    assert page.publisher("mpi_2021") == "Ministry of Planning and Investment"
    hg.use_language("vi")
    assert page.publisher("mpi_2021") == "Bộ Kế hoạch và Đầu tư"
    assert page.publisher("cafef_2024_01") == "CafeF"


def test_every_name_is_there_in_both_languages(table):
    for language in words.LANGUAGES:
        hg.use_language(language)
        for indicator in [*hg.companion("codebook").indicator, *hg.companion("derived").indicator]:
            assert words.name("indicator", indicator) and words.unit(indicator)
        for term in hg.companion("terms").itertuples():
            assert words.name(term.kind, term.term)
    hg.use_language("en")


def test_what_has_no_name_is_named_in_the_error():
    with pytest.raises(LookupError, match=r"no indicator 'gdp' in data/terms\.csv"):
        words.name("indicator", "gdp")
    with pytest.raises(ValueError, match="'fr' is not one of en, vi"):
        hg.use_language("fr")


def test_periods_in_both_languages(shown):
    assert words.period("2025-01/2025-06") == "Jan 2025–Jun 2025"
    hg.use_language("vi")
    assert words.period("2025-01/2025-06") == "1/2025–6/2025"


def test_a_cross_table_is_named_from_the_data_files(shown):
    numerals = audit.numerals()
    assert hg.show(pd.crosstab(numerals.section, numerals.role)) is None
    lines = shown[0][0]["text/plain"].splitlines()
    assert lines[0].startswith("Section / Role | figure | date | heading")
    assert lines[-1] == "Limitations, causes and lessons | 0 | 0 | 5 | 0 | 1 | 0"
    assert '<table class="hg">' in shown[0][0]["text/html"]
    hg.use_language("vi")
    hg.show(audit.tally(numerals.role))
    assert shown[1][0]["text/plain"].splitlines()[:2] == ["Vai trò | Giá trị", "số liệu | 67"]


def test_a_table_can_hold_figures_periods_and_numbers(table, shown):
    pair = audit.contradictions(table)[2]
    hg.show(audit.differences([pair]))
    assert shown[0][0]["text/plain"].splitlines() == [
        "Figure | Place | Period | First figure | Second figure | Difference",
        "GRDP at current prices | Hậu Giang | 2023 | 58,505 | 59,809 | 1,304",
    ]
    assert '<td class="n">1,304</td>' in shown[0][0]["text/html"]


def test_cells_of_a_table_are_text_not_markup(shown):
    hg.show(pd.DataFrame({"note": ["<script>alert(1)</script>"], "value": [0.25]}))
    assert shown[0][0]["text/plain"] == "Note | Value\n<script>alert(1)</script> | 0.25"
    assert "<script" not in shown[0][0]["text/html"]


def test_a_ratio_of_counts_is_exact_and_has_four_digits():
    figure = Figure("grdp", 2 / 3, 2 / 3, 2 / 3)
    assert (page.value_text(figure), page.bounds_text(figure)) == ("0.6667", "exact")


def test_a_publication_without_an_address_is_named_without_a_link(table, shown):
    sources = hg.companion("sources")
    bare = sources[(sources.address == "") & (sources.kind != "primary")].source
    row = next(table[table.source.isin(bare)].itertuples())
    hg.show(hg.figure(table, row.indicator, row.place, period=row.period, source=row.source))
    html = shown[0][0]["text/html"]
    assert page.publisher(row.source) in html and "<a " not in html


def test_a_column_of_sources_names_publishers(shown):
    hg.show(pd.DataFrame({"source": ["mpi_2021", "¶11.7"]}))
    lines = shown[0][0]["text/plain"].splitlines()
    assert lines == ["Source", "Ministry of Planning and Investment", "¶11.7"]


def test_a_dollar_in_a_name_is_no_formula(growth, shown, monkeypatch):
    monkeypatch.setattr(words, "name", lambda kind, term: "a $b_{$ c$")
    assert hg.show(charts.path(charts.axes(), growth)) is None
