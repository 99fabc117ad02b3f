"""What meets the page: tables and pictures in both languages, read back from what was drawn."""

import math
import re
from itertools import pairwise

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


def read_back(ax):
    """The numbers of a text form, in its order."""
    return [
        float(m) for m in re.findall(r"^  .*?: (-?[\d.]+)", page.values_drawn(ax), re.MULTILINE)
    ]


def test_a_path_is_read_back_as_drawn(growth):
    ax = charts.path(charts.axes(), growth)
    assert read_back(ax) == [figure.value for figure in growth]
    container = ax.containers[0].lines[0]
    container.set_ydata([1.5, *container.get_ydata()[1:]])
    assert read_back(ax)[0] == 1.5  # a changed mark changes the text


def test_rows_are_read_back_with_their_bounds(table):
    rows = [
        hg.figure(table, "income_per_person_multiple"),
        Figure("grdp_multiple", 2.03, 2.02, 2.04, place="hau_giang", period="2020/2025"),
    ]
    text = page.values_drawn(charts.intervals(charts.axes(), rows))
    assert "Income per person against the start of the term: 2\n" in text
    assert "GRDP at current prices against 2020: 2.03 (2.02 to 2.04)" in text


def test_a_span_is_read_back(growth, table):
    ax = charts.path(charts.axes(), growth)
    charts.span(ax, hg.figure(table, "grdp_growth", origin="document"), 2021, 2025)
    assert page.values_drawn(ax).count("9.24") >= 2
    assert ax.figure.get_supxlabel().endswith("; Appendix 3 ¶11.7")  # drawn, so named


def test_bars_and_plans_are_read_back(table):
    figures = [
        hg.figure(table, name, origin="document") for name in ("communes", "new_rural_communes")
    ]
    ax = charts.bars(
        charts.axes(), figures, [hg.figure(table, "targets_total", origin="document"), figures[0]]
    )
    assert read_back(ax) == [51, 42, 18, 51]
    ax.containers[0][0].set_width(50)
    assert read_back(ax)[0] == 50


def test_before_and_after_are_read_back(table):
    before = hg.figure(table, "provincial_divisions")
    cut = hg.figure(table, "provincial_divisions_cut")
    after = hg.derive("income_base", calc.difference, before, cut)
    assert read_back(charts.change(charts.axes(), [(before, after)])) == [204, 104]


def test_steps_add_up_as_drawn(table):
    names = ("industry_contribution", "services_contribution", "agriculture_contribution")
    parts = [hg.figure(table, name) for name in names]
    end = hg.figure(table, "grdp_growth", period="2023")
    ax = charts.steps(charts.axes(), None, parts, end)
    assert read_back(ax) == pytest.approx([8.22, 3.22, 0.79, 12.27])
    assert "growth: 3.22 (8.22 to 11.44)" in page.values_drawn(ax)


def test_a_triangle_is_read_back_as_shares(table):
    names = ("agriculture_share", "industry_share")
    known = [hg.figure(table, name, period="2023") for name in names]
    point = (*known, hg.derive("services_share", calc.remainder, *known))
    ax = charts.ternary(charts.axes(), [figure.indicator for figure in point], [point])
    assert "  21.95 / 35.68: 42.37" in page.values_drawn(ax)


def test_one_indicator_against_another_is_read_back(table):
    years = ["2019", "2020"]
    scores, ranks = (
        hg.figures(table, name, period=years, origin="published")
        for name in ("pci_score", "pci_rank")
    )
    text = page.values_drawn(charts.against(charts.axes(), list(zip(scores, ranks))))
    assert "  64.14: 42" in text and "  63.11: 39" in text and "[2019 · 2020]" in text


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


@pytest.mark.parametrize("largest", [900, 14788, 733000])
def test_the_numbers_of_the_scale_do_not_touch(largest):
    years = {"2020": 0, "2025": largest}
    rows = [Figure("communes", n, n, n, "hau_giang", year) for year, n in years.items()]
    ax = charts.bars(charts.axes(), rows)
    ax.figure.set_layout_engine("none")
    for width in (0.5, 0.53, 0.56, 0.6):  # what long names of rows leave
        ax.set_position([0.4, 0.2, width, 0.7])
        ax.figure.canvas.draw()
        boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
        assert all(a.x1 < b.x0 for a, b in pairwise(boxes)), width


def test_other_places_in_a_triangle_are_named(table):
    names = ("agriculture_share", "industry_share", "services_share")
    own, other = (
        tuple(hg.figure(table, name, place=place, period="2022") for name in names)
        for place in ("hau_giang", "vietnam")
    )
    text = page.values_drawn(charts.ternary(charts.axes(), list(names), [own, other]))
    assert " 2022 · Viet Nam 2022]" in text


def test_an_outline_is_read_back_as_shares(table):
    area = Figure("feasible_structures", 68.1, 68, 69, place="hau_giang", period="2025")
    ax = charts.axes()
    ax.set_gid("ternary")
    charts.outline(ax, area, [(10, 20, 70), (80, 20, 0), (10, 90, 0)])
    text = page.values_drawn(ax)
    assert "  10 / 20: 70\n  80 / 20: 0\n  10 / 90: 0" in text
    assert text.startswith("Structures that the changes leave possible · 2025\n")


def test_attainments_are_read_back(table):
    stated = hg.figure(table, "exports_and_services_attainment")
    members = hg.figure(table, "new_party_members_above_plan")
    ax = charts.bullet(charts.axes(), [stated, members], unsure=[members])
    assert read_back(ax) == [104.12, 195.75]
    assert ax.get_xlabel() == "% of plan · % above plan"


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


def test_stacked_counts_are_read_back():
    numerals = audit.numerals()
    crossed = pd.crosstab(numerals.section, numerals.role)
    ax = charts.counts(charts.axes(), crossed, "numerals")
    parts = crossed.T.to_numpy().ravel()
    assert read_back(ax) == [part for part in parts if part]


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


def test_counts_of_one_kind_are_read_back_and_need_no_legend():
    tally = audit.tally(audit.numerals().role).drop("total")
    ax = charts.counts(charts.axes(), tally, "numerals")
    assert read_back(ax) == list(tally.value)
    assert not ax.figure.legends


def test_a_source_that_is_named_is_not_named_again(growth):
    ax = charts.path(charts.axes(), growth)
    before = ax.figure.get_supxlabel()
    charts.span(ax, growth[-1], 2021, 2025)
    assert ax.figure.get_supxlabel() == before


def test_a_dollar_in_a_name_is_no_formula(growth, shown, monkeypatch):
    monkeypatch.setattr(words, "name", lambda kind, term: "a $b_{$ c$")
    assert hg.show(charts.path(charts.axes(), growth)) is None


@pytest.mark.parametrize("origin", page.MARKS)
def test_a_mark_is_that_of_its_origin_in_tables(origin):
    shapes = {"o": "●", "s": "■", "^": "△", "D": "◆"}  # drawn, and as written
    assert shapes[charts.STYLE[origin]["marker"]] == page.MARKS[origin]
    figure = Figure("grdp", 9, 9, 9, place="hau_giang", period="2025", origin=origin, status="plan")
    mark = charts.path(charts.axes(), [figure]).containers[0].lines[0]
    assert (mark.get_marker(), mark.get_color()) == (
        charts.STYLE[origin]["marker"],
        charts.STYLE[origin]["color"],
    )
