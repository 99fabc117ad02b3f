"""What meets the page: rows with permanent keys, tables and pictures, in both languages."""

import math
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

import hg_analysis as hg
from hg_analysis import words
from hg_analysis.figures import Figure, from_row
from hg_analysis.words import bounds_text, publisher, value_text


class Targets(HTMLParser):
    """What a number can lead to: every element with a key, in its order."""

    def __init__(self, html):
        super().__init__()
        self.found = {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if "id" in facts:
            assert facts["id"] not in self.found and facts["data-jupyter-id"] == facts["id"]
            self.found[facts["id"]] = {"tag": tag, **facts}


def targets(html):
    return Targets(html).found


@pytest.fixture(scope="module")
def table(bundled):
    return bundled


@pytest.fixture(scope="module")
def every(table):
    """Figures of every kind that can be shown."""
    stated = [from_row(row) for row in table.itertuples()]
    rate = hg.figure(table, "grdp_growth", source="appendix3")
    odd = [
        ("hau_giang", "2025", 308.27, 0, 308.271, "<="),
        ("hau_giang", "2020/2025", -6.19, -6.195, -6.185, "="),
        ("can_tho", "2025-Q1", 2 / 3, 2 / 3, 2 / 3, "="),
        ("hau_giang", "2019-04-01", 0.0, -0.5, 0.5, "="),
    ]
    odd = [
        Figure("grdp", *numbers, place, period, status="actual", relation=relation, variant="odd")
        for place, period, *numbers, relation in odd
    ]
    return [*stated, hg.derive("growth_over_term", *[rate] * 5), *odd]


def test_every_row_is_found_by_its_key_and_says_what_it_states(every, shown):
    hg.show(every)
    found = targets(shown[0][0]["text/html"])
    rows = {key: facts for key, facts in found.items() if facts["tag"] == "tr"}
    assert list(rows) == [figure.key for figure in every]
    for figure in every:
        facts, text = rows[figure.key], value_text(figure)
        stated = float(re.sub(r"[^\d.-]", "", text.replace("−", "-")))
        decimals = len(text.partition(".")[2])
        assert round(float(facts["data-value"]), decimals) == pytest.approx(stated)
        assert (facts["data-relation"], int(facts["data-decimals"])) == (figure.relation, decimals)
        assert facts["data-unit"] == words.unit(figure.indicator)
        ends = [found.get(f"{figure.key}-{end}") for end in ("low", "high")]
        written_ends = re.split(" – | to ", bounds_text(figure))
        if len(written_ends) == 1:
            assert ends == [None, None]
            continue
        for end, exact, written in zip(ends, (figure.low, figure.high), written_ends):
            assert float(end["data-value"]) == pytest.approx(exact, rel=1e-11)
            assert int(end["data-decimals"]) == len(written.partition(".")[2])
        low, high = (float(t.replace(",", "").replace("−", "-")) for t in written_ends)
        assert low - 1e-9 <= figure.low and figure.high <= high + 1e-9


@pytest.mark.parametrize("rows", [40, 41])
def test_a_long_table_is_folded_says_how_long_it_is_and_where_its_rows_are(rows, table, shown):
    hg.show(pd.DataFrame({"value": range(rows)}, pd.Index(table.key[:rows], name="role")))
    html = shown[0][0]["text/html"]
    assert list(targets(html)) == [f"role.{key}" for key in table.key[:rows]]
    if rows <= 40:
        assert "<details>" not in html
        return
    summary = re.search(r"<details><summary>(.*?)</summary>", html)[1]
    assert summary.startswith(f"The {rows} rows") and html.endswith("</details>")
    # JupyterLab finds no row in a closed fold: it is led to the summary.
    assert re.findall(r'data-jupyter-id="(.*?)"', summary) == [*("role." + table.key[:rows])]


def test_a_table_shows_value_bounds_unit_origin_and_source(table, shown):
    figure = hg.figure(table, "grdp_growth", source="appendix3")
    assert hg.show(figure, hg.derive("growth_over_term", *[figure] * 5)) is None
    ((data, _),) = shown
    assert data["text/plain"].splitlines()[1:] == [
        "Growth of GRDP | 2020–2025 | 9.24 | 9.235 – 9.245 | % per year"
        " | ● Document · estimate | ¶11.7",
        "Growth of GRDP over the term | 2020–2025 | 55.56 | 55.52 – 55.60 | %"
        " | ◆ Implied · estimate | ¶11.7",
    ]


def test_a_table_in_vietnamese_has_the_same_keys(table, shown):
    figure = hg.figure(table, "grdp", source="appendix3")
    for language in words.LANGUAGES:
        hg.use_language(language)
        hg.show(figure)
    (english, _), (vietnamese, _) = shown
    assert vietnamese["text/plain"].splitlines()[1] == (
        "GRDP theo giá hiện hành | 2025 | 77.854 | 77.853,5 – 77.854,5 | tỷ đồng"
        " | ● Văn kiện · ước tính | ¶11.8"
    )
    first, second = (targets(data["text/html"]) for data in (english, vietnamese))
    assert first[figure.key].pop("data-unit") != second[figure.key].pop("data-unit")
    assert first == second


def test_a_publication_is_linked_where_it_has_an_address_and_named_elsewhere(table, shown):
    sources = hg.companion("sources").set_index("source")
    published = table[table.origin != "document"].drop_duplicates("source")
    hg.show([from_row(row) for row in published.itertuples()])
    rows = re.findall(r"<tr id.*?</tr>", shown[0][0]["text/html"], flags=re.S)
    for row, html in zip(published.itertuples(), rows, strict=True):
        address = sources.address[row.source].replace("&", "&amp;")
        assert re.findall(r'<a href="(.*?)">', html) == [address] * bool(address), row.source
    assert not sources.address[published.source].all()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><b>', "a & b", "x' onclick='y"])
def test_what_is_shown_is_text_not_markup(text, table, shown, monkeypatch):
    hg.show(pd.DataFrame({"note": [text], "value": [0.25]}))
    hg.show(Figure("grdp", 1, 1, 1, "hau_giang", "2025", status="actual", variant=text))
    monkeypatch.setattr(words, "name", lambda kind, term, default=None: text)
    hg.show(hg.figure(table, "grdp", source="appendix3"))
    assert shown[0][0]["text/plain"] == f"Note | Value\n{text} | 0.25"
    assert targets(shown[0][0]["text/html"]) == {}  # what no term names has no key
    assert list(targets(shown[1][0]["text/html"])) == [f"grdp.2025.{text}"]
    for data, _ in shown:
        tags = set(re.findall(r"<(\w+)", data["text/html"]))
        known = {"style", "div", "table", "thead", "tbody", "tr", "th", "td", "span"}
        assert tags <= known and "& b" not in data["text/html"]


def test_a_place_has_a_column_where_it_is_not_the_province(table, shown):
    hg.show(hg.figure(table, "poverty_rate", "2025", "vietnam"))
    hg.show(hg.figure(table, "poverty_rate", source="appendix3"))
    there, here = (data["text/plain"].splitlines()[0] for data, _ in shown)
    assert "Place" in there and "Place" not in here and "Việt Nam" in shown[0][0]["text/plain"]


@pytest.mark.parametrize(
    ("figure", "value", "bounds"),
    [
        (Figure("grdp", 55.5638, 55.5282, 55.5994), "55.56", "55.52 – 55.60"),
        (Figure("grdp", 731435.6, 731396.5, 731474.6), "731,436", "731,396 – 731,475"),
        (Figure("grdp", 2.029447, 2.029434, 2.029461), "2.029", "2.029 – 2.030"),
        (Figure("grdp", 308.27, 0, 308.271, relation="<="), "≤ 308.3", ""),
        (Figure("grdp", 40.34, 40.32, math.inf, relation=">="), "≥ 40.3", ""),
        (Figure("grdp", 42, 42, 42, decimals=0), "42", "exact"),
        (Figure("grdp", 106, 106, math.inf, relation=">", decimals=0), "> 106", ""),
        (Figure("grdp", 2, 0, math.inf, decimals=0), "2", ""),
        (Figure("grdp", 20, 19.5, 20.5, relation="~", decimals=0), "≈ 20", "19.5 – 20.5"),
        (Figure("grdp", -6.19, -6.195, -6.185, decimals=2), "−6.19", "−6.195 to −6.185"),
        (Figure("grdp", 2 / 3, 2 / 3, 2 / 3), "0.6667", "exact"),
    ],
)
def test_numbers_are_written_with_the_digits_that_bounds_leave(figure, value, bounds):
    assert (value_text(figure), bounds_text(figure)) == (value, bounds)


@pytest.mark.parametrize(
    ("source", "english", "vietnamese"),
    [
        ("mpi_2021", "Ministry of Planning and Investment: ministry or central organ",
         "Bộ Kế hoạch và Đầu tư: bộ, cơ quan Trung ương"),
        ("plo_2022_12", "PLO: national press, quotes the province",
         "PLO: báo chí toàn quốc, dẫn số liệu của tỉnh"),
        ("appendix3", "Party organisation of Hậu Giang province: the document",
         "Đảng bộ tỉnh Hậu Giang: văn kiện"),
    ],
)  # fmt: skip
def test_a_source_is_named_with_what_it_is_and_whom_it_quotes(source, english, vietnamese):
    for language, said in (("en", english), ("vi", vietnamese)):
        hg.use_language(language)
        assert f"{publisher(source)}: {words.standing(source)}" == said


def test_what_has_no_name_is_named_in_the_error():
    with pytest.raises(LookupError, match=r"'gdp' is described neither in codebook\.csv nor"):
        words.name("indicator", "gdp")
    with pytest.raises(LookupError, match=r"no place 'hue' in terms\.csv"):
        words.name("place", "hue")
    with pytest.raises(ValueError, match="'fr' is not one of en, vi"):
        hg.use_language("fr")


@pytest.mark.parametrize(
    ("period", "english", "vietnamese"),
    [
        ("2025", "2025", "2025"),
        ("2025-Q1", "Q1 2025", "quý 1/2025"),
        ("2025-01/2025-06", "first half of 2025", "6 tháng đầu năm 2025"),
        ("2023-01/2023-09", "first nine months of 2023", "9 tháng đầu năm 2023"),
        ("2025-07/2025-12", "second half of 2025", "6 tháng cuối năm 2025"),
        ("2025-02/2025-06", "Feb 2025–Jun 2025", "2/2025–6/2025"),
        ("2024-01/2025-06", "Jan 2024–Jun 2025", "1/2024–6/2025"),
        ("2019-04-01", "1 Apr 2019", "1/4/2019"),
        ("2020/2025-06", "2020–Jun 2025", "2020–6/2025"),
    ],
)
def test_periods_in_both_languages(period, english, vietnamese):
    assert words.period(period) == english
    hg.use_language("vi")
    assert words.period(period) == vietnamese


@pytest.mark.usefixtures("shown")
def test_bounds_between_negative_numbers_in_vietnamese():
    hg.use_language("vi")
    figure = Figure("grdp", -6.19, -6.195, -6.185, decimals=2)
    assert bounds_text(figure) == "−6,195 đến −6,185"


def test_a_cross_table_and_a_tally_are_named_from_the_data_files_and_their_numbers_found(
    table, shown
):
    for language in words.LANGUAGES:
        hg.use_language(language)
        hg.show(pd.crosstab(table.status, table.origin))
        hg.show(hg.tally(table.origin, "figures"))
    cross, tally, other, _ = (data["text/plain"].splitlines() for data, _ in shown)
    heads = "Status / Origin | Document | Plan or target elsewhere | Published elsewhere"
    assert cross[0] == heads
    assert other[0].startswith("Tình trạng / Loại số liệu | Văn kiện")
    assert tally[-1] == f"Total | {len(table)}"
    counts, tallied = (
        {key: int(facts["data-value"]) for key, facts in targets(data["text/html"]).items()}
        for data, _ in shown[:2]
    )
    pairs = table.status + "." + table.origin
    assert counts["status.estimate.document"] == sum(pairs == "estimate.document")
    assert sum(counts.values()) == len(table) == tallied["origin.figures.total"]


def test_a_table_can_hold_figures_periods_and_numbers(table, shown):
    figure = hg.figure(table, "grdp", source="appendix3")
    row = {"figure": ["grdp"], "period": ["2020/2025"], "source": ["mpi_2021"]}
    hg.show(pd.DataFrame({**row, "value": [figure], "share": [0.123456]}))
    assert shown[0][0]["text/plain"].splitlines()[1] == (
        "GRDP at current prices | 2020–2025 | Ministry of Planning and Investment | 77,854 | 0.1235"
    )
    assert '<td class="n">77,854</td>' in shown[0][0]["text/html"]
