"""Pictures from the real table: words apart, values as drawn, all that a reader needs."""

import re
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import combinations

import pytest

import hg_analysis as hg
from hg_analysis import forms, pictures, words
from hg_analysis.pictures import SIZES
from hg_analysis.tools import links

WORDS = {
    "en": {
        "index": "In money the economy doubled; in volume it grew by [56%](#growth_over_term)",
        "index units": "GRDP of Hậu Giang, 2020 = 100",
        "money": "×[2.03](#grdp_multiple)\nin money, at current prices\n[77,854](#grdp.2025) "
        "billion VND in 2025",
        "volume": "×[1.56](#grdp_real_multiple)\nin volume, at constant prices\n"
        "[9.24%](#grdp_growth.2020_2025) a year, compounded",
        "band": "price rise",
        "base": "2020: [38,362](#grdp.2020) billion VND",
        "years": "Hậu Giang outgrew Việt Nam in each published year, most of all in 2022 and 2023",
        "years units": "Growth of GRDP (Việt Nam: GDP) at constant prices, % a year",
        "average": "average stated by the document: [9.24](#grdp_growth.2020_2025)",
        "capita": "GRDP per capita rose from [69%](#grdp_per_person_ratio.vietnam.2022) to "
        "[85%](#grdp_per_person_ratio.vietnam.2025) of Việt Nam’s in three years",
        "capita units": "GRDP per capita (Việt Nam: GDP), million VND at current prices",
        "needed": "However it is counted, 2025 falls short of both plans",
        "needed units": "Growth of GRDP in 2025, %",
        "rows": ["2021 revised, compounded average", "2021 first estimate, compounded average"],
        "nation": "Việt Nam: [8.02](#grdp_growth.vietnam.2025)",
    },
    "vi": {
        "index": "GRDP theo giá hiện hành tăng gấp đôi, theo giá so sánh tăng "
        "[56%](#growth_over_term)",
        "index units": "GRDP tỉnh Hậu Giang, năm 2020 = 100",
        "money": "×[2,03](#grdp_multiple)\ntheo giá hiện hành\n[77.854](#grdp.2025) tỷ đồng "
        "năm 2025",
        "volume": "×[1,56](#grdp_real_multiple)\ntheo giá so sánh\nbình quân "
        "[9,24%](#grdp_growth.2020_2025)/năm",
        "band": "do giá tăng",
        "base": "Năm 2020: [38.362](#grdp.2020) tỷ đồng",
        "years": "Mọi năm đã công bố Hậu Giang đều tăng nhanh hơn cả nước, nhất là năm 2022 "
        "và 2023",
        "years units": "Tốc độ tăng GRDP (cả nước: GDP) theo giá so sánh, %/năm",
        "average": "bình quân văn kiện nêu: [9,24](#grdp_growth.2020_2025)",
        "capita": "GRDP bình quân đầu người tăng từ [69%](#grdp_per_person_ratio.vietnam.2022) lên "
        "[85%](#grdp_per_person_ratio.vietnam.2025) mức cả nước trong 3 năm",
        "capita units": "GRDP bình quân đầu người (cả nước: GDP), triệu đồng theo giá hiện hành",
        "needed": "Mọi cách tính năm 2025 đều thấp hơn các kế hoạch",
        "needed units": "Tốc độ tăng GRDP năm 2025, %",
        "rows": ["2021 sửa đổi, bình quân nhân", "2021 ước tính, bình quân nhân"],
        "nation": "Cả nước: [8,02](#grdp_growth.vietnam.2025)",
    },
}
TABLE = hg.load()


def one(*where, **more):
    return hg.figure(TABLE, *where, **more)


AVERAGE = one("grdp_growth", source="appendix3")
RATES = hg.figures(TABLE, "grdp_growth", range(2021, 2025))
PLANS = [
    one("grdp_growth", "2025", source=source)
    for source in ("congthuong_2024_12", "baohaugiang_2025_01")
]
NATION = hg.figures(TABLE, "grdp_growth", range(2021, 2026), place="vietnam")


def index(said):
    levels = [*hg.figures(TABLE, "grdp", range(2020, 2024)), one("grdp", source="appendix3")]
    first, base = levels[0], levels[0].widened(0)
    money = [(hg.derive("nominal_index", base, base), first)]
    money += [(hg.derive("nominal_index", level, first), level) for level in levels[1:]]
    chains = [hg.derive("real_index", *RATES[: n + 1], period=f"2020/{2021 + n}") for n in range(4)]
    volume = [money[0], *zip(chains, RATES)]
    volume.append(hg.derive("real_index", *[AVERAGE] * 5, period="2020/2025"))
    facts = [hg.derive("grdp_multiple", levels[-1], first), AVERAGE]
    facts += [hg.derive("grdp_real_multiple", 1, AVERAGE, years=5)]
    facts += [hg.derive("growth_over_term", *[AVERAGE] * 5)]
    return pictures.lines(
        {"money": money, "volume": volume},
        lead="volume",
        ends={"money": said["money"], "volume": said["volume"]},
        band=("money", "volume", said["band"]),
        notes=[(base and money[0][0], said["base"]), (money[1][0], ""), (volume[1][0], "")],
        title=said["index"],
        units=said["index units"],
        name="growth-index",
        facts=tuple(facts),
        decimals=0,
    )


def years(said):
    left = hg.derive("growth_2025_compounded", AVERAGE, *RATES)
    return pictures.columns(
        [*RATES, left, *PLANS, *NATION],
        reference=(AVERAGE, said["average"]),
        title=said["years"],
        units=said["years units"],
        name="growth-years",
    )


def capita(said):
    own = hg.figures(TABLE, "grdp_per_person", range(2020, 2025))
    own.append(one("income_per_person", source="appendix3"))
    nation = hg.figures(TABLE, "grdp_per_person", range(2022, 2026), place="vietnam")
    others = [("2023", "can_tho"), ("2024", "mekong_delta"), ("2024", "soc_trang")]
    others = [[one("grdp_per_person", year, place=place)] for year, place in others]
    ends = [(own[2], nation[0]), (own[5], nation[3])]
    ratios = [hg.derive("grdp_per_person_ratio", *pair, place="vietnam") for pair in ends]
    gaps = [(*pair, f"[69%](#{ratio.key})") for pair, ratio in zip(ends, ratios)]
    return pictures.lines(
        {"hau_giang": own, "vietnam": nation}
        | dict(zip(("Cần Thơ", "Delta", "Sóc Trăng"), others)),
        gaps=gaps,
        title=said["capita"],
        units=said["capita units"],
        name="growth-capita",
        facts=tuple(ratios),
        decimals=1,
    )


def needed(said):
    first = one("grdp_growth", "2021", source="mpi_2021")
    chains = [RATES, [first, *RATES[1:]]]
    rows = [
        hg.derive("growth_2025_compounded", AVERAGE, *chain, variant=chain[0].variant)
        for chain in chains
    ]
    return pictures.ranges(
        {name: [row, *PLANS] for name, row in zip(said["rows"], rows)},
        reference=(NATION[-1], said["nation"]),
        title=said["needed"],
        units=said["needed units"],
        name="growth-2025",
    )


ALL = [index, years, capita, needed]


@pytest.fixture(params=["en", "vi"])
def said(request):
    words.use_language(request.param)
    yield WORDS[request.param]
    words.use_language("en")


def texts(drawn):
    """All that is written in a drawing, with the pixels that it takes."""
    ax = drawn.axes[0]
    found = [*drawn.texts, *ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()]
    found += [text for key in drawn.legends for text in key.get_texts()]
    drawn.draw_without_rendering()  # which sets the key and the ticks
    renderer = drawn.canvas.get_renderer()
    found = [text for text in found if text.get_text().strip() and text.get_visible()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in found]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", ALL)
def test_no_words_lie_over_others_or_leave_the_picture(make, size, dark, said):
    drawn = make(said).draw(size, dark)
    wide, high = drawn.canvas.get_width_height()
    boxes = texts(drawn)
    assert wide == SIZES[size].width and len(boxes) > 10
    for text, box in boxes:
        assert box.x0 >= 0 and box.x1 <= wide and box.y0 >= 0 and box.y1 <= high, text
    for (one_text, one_box), (other_text, other_box) in combinations(boxes, 2):
        assert not one_box.padded(-1).overlaps(other_box.padded(-1)), (one_text, other_text)


@pytest.mark.parametrize("make", ALL)
def test_every_value_is_read_back_from_what_was_drawn(make):
    picture = make(WORDS["en"])
    frame, drawn = picture.frame(), picture.draw()
    assert [drawn.values[row]() for row in frame.index] == pytest.approx([*frame.value])
    assert [*frame.columns[:5]] == ["key", "indicator", "place", "name", "place_name"]


def test_a_moved_mark_and_a_cut_column_are_told(monkeypatch):
    drawn = years(WORDS["en"]).draw()
    bar = drawn.values[0].args[0]
    bar.set_height(5)
    assert drawn.values[0]() == 5

    def draw_columns(sheet):
        forms.draw_columns(sheet, "")
        sheet.ax.set_ylim(1, 20)

    picture = pictures.columns(RATES, title="a", units="%", name="a")
    with pytest.raises(ValueError, match=r"from 1 to 20 cuts off grdp_growth\.2021"):
        replace(picture, form=partial(draw_columns)).draw()


def test_columns_start_at_zero():
    assert years(WORDS["en"]).draw().axes[0].get_ylim()[0] == 0
    assert years(WORDS["en"]).draw("phone").axes[0].get_xlim()[0] == 0


@pytest.mark.parametrize(
    ("lacks", "remedy"),
    [
        ({"title": " "}, "title='…', a sentence that states the finding"),
        ({"units": ""}, "units='…', what is drawn"),
        ({"name": "Hậu Giang"}, "name='…' for its files, of a-z"),
        ({"series": {}}, "figures to draw"),
        ({"series": {"a": [replace(AVERAGE, refs=())]}}, "sources: figures with refs"),
    ],
)
def test_nothing_is_built_without_what_a_reader_needs(lacks, remedy):
    good = {"series": {"a": [AVERAGE]}, "title": "a", "units": "%", "name": "a"} | lacks
    with pytest.raises(ValueError, match=re.escape(remedy)):
        pictures.lines(good.pop("series"), **good)


def test_numbers_in_words_are_filled_in():
    picture = replace(index(WORDS["en"]), title="by [0%](#growth_over_term), to be sure")
    assert picture.said(picture.title) == "by 56%, to be sure"
    assert picture.said("[+1.0](#growth_over_term)–[0.00](#growth_over_term-low)") == "+55.6–55.52"
    assert picture.said("[doubled](#grdp_multiple)") == "doubled"
    assert picture.said("[1.0](#grdp_growth.hau_giang.2020_2025)") == "9.2"
    with pytest.raises(LookupError, match=r"#poverty leads to 0 of its figures; name one of nom"):
        picture.said("[1](#poverty)")
    with pytest.raises(ValueError, match="known to 2 decimals, not 3"):
        picture.said("[1.000](#grdp_growth.2020_2025)")
    with pytest.raises(LookupError):
        replace(picture, title="[1](#poverty)")


def test_svg_is_the_same_every_time_and_described():
    first, second = (pictures.svg(index(WORDS["en"])) for _ in range(2))
    assert first == second and len(first) < 90_000
    head = first[: first.index(">")]
    assert head.startswith('<svg role="img" aria-label="In money the economy doubled; in volume')
    assert 'width="1080"' in head and 'viewBox="0 0 777.6 ' in head and "height=" not in head
    assert "<dc:" not in first and "Source" not in first


@pytest.mark.parametrize("make", ALL)
def test_the_page_gets_a_picture_and_its_numbers(make, said, shown):
    picture = make(said)
    assert hg.show(picture) is None
    (drawing, about), (table, _) = shown
    alt, *told = drawing["text/plain"].splitlines()
    assert about["image/svg+xml"]["alt"] == alt == picture.description()
    assert told[0] == picture.said(picture.title)
    assert any(re.fullmatch(r"y: -?[\d.]+ → -?[\d.]+", line) for line in told)
    html = table["text/html"]
    frame = picture.frame()
    assert len(table["text/plain"].splitlines()) == len(frame) + 1
    assert "<details><summary><b>" in html and html.endswith("</details>")
    keys = re.findall(r'<tr id="(.*?)" data-jupyter-id="\1"', html)
    assert keys == [*dict.fromkeys(frame.key)]
    parser = links._Rows()
    parser.feed(html)
    for row in frame.itertuples():
        (found,) = parser.found[row.key]
        assert float(found.value) == pytest.approx(row.value)


def test_other_sizes_are_written_where_they_are_asked_for(shown, tmp_path, monkeypatch):
    picture = index(WORDS["en"])
    hg.show(picture)
    monkeypatch.setenv("HG_PICTURES", str(tmp_path))
    hg.show(picture)
    assert shown[2:] == shown[:2]
    names = {path.name.removeprefix(picture.name) for path in tmp_path.iterdir()}
    sizes = {f"-{size}{ground}" for size in SIZES for ground in ("", "-dark")}
    assert names == {f"{size}.svg" for size in sizes} | {"-slide.png"}


def test_what_is_drawn_is_what_the_table_says(shown):
    module, picture = import_module("hg_analysis.show"), index(WORDS["en"])
    drawn = picture.draw()
    drawn.values[4].args[0].set_offsets([(2020 + n, 100 + n) for n in range(11)])

    class Moved:
        def __getattr__(self, name):
            return getattr(picture, name)

        def draw(self):
            return drawn

    module._show_drawing(Moved())
    assert 'data-value="104"' in shown[1][0]["text/html"]


def test_marks_and_sources_are_those_of_what_is_drawn():
    told = pictures.told(years(WORDS["en"]), years(WORDS["en"]).draw())[-1]
    assert "plan or target" in told and "implied" in told and "no figure for" not in told
    assert "Sources: Appendix 3; General Statistics Office; " in told and "and others." in told
    told = pictures.told(index(WORDS["en"]), index(WORDS["en"]).draw())[-1]
    assert "no figure for the years between" in told and "bounds" not in told


def test_bounds_are_drawn_where_they_are_seen_and_the_key_says_so():
    wide = replace(RATES[1], low=9.0, high=18.0)
    for form in (pictures.lines, pictures.columns, pictures.ranges):
        picture = form({"hau_giang": [RATES[0], wide]}, title="a", units="%", name="a")
        drawn = picture.draw()
        assert "bounds" in pictures.told(picture, drawn)[-1]
        bars = [line for line in drawn.axes[0].lines if 9 in (*line.get_xdata(), *line.get_ydata())]
        assert len(bars) == 1
        ends = [drawn.axes[0].get_xlim(), drawn.axes[0].get_ylim()]
        assert any(low < 9 and high > 18 for low, high in ends)
        assert "bounds" not in pictures.told(picture, years(WORDS["en"]).draw())[-1]


def test_any_place_can_lead(shown):
    cities = ["soc_trang", "can_tho"]
    figures = [
        one("grdp_per_person", year, place=place)
        for place, span in zip(cities, (("2021", "2022", "2023"), ("2019", "2021", "2023")))
        for year in span
    ]
    for form in (pictures.lines, pictures.columns):
        picture = form(figures, title="a", units="million VND", name="a")
        for size in SIZES:
            drawn = picture.draw(size)
            assert pictures.LIGHT["lead"] in {
                pictures.mpl.colors.to_hex(c.get_facecolor()[0]).upper()
                for c in drawn.axes[0].collections
            } | {
                pictures.mpl.colors.to_hex(bar.get_facecolor()).upper()
                for bar in drawn.axes[0].patches
            }
        assert "Sóc Trăng" in pictures.told(picture, picture.draw())[-1]


def test_columns_of_the_document_among_others_have_a_dot():
    stated = replace(RATES[3], origin="document")
    for figures, dots in (([*RATES[:3], stated], 1), ([stated], 0), (RATES, 0)):
        picture = pictures.columns(figures, title="a", units="%", name="a")
        drawn = picture.draw()
        assert len([line for line in drawn.axes[0].lines if line.get_marker() == "o"]) == dots
        told = pictures.told(picture, drawn)[-1]
        assert ("published elsewhere" in told) == (len(figures) > 1)
        assert ("stated by the document" in told) == (stated in figures)


def test_one_column_holds_one_figure():
    with pytest.raises(ValueError, match="one figure for each series and year"):
        pictures.columns([RATES[0], RATES[0]], title="a", units="%", name="a").draw()
