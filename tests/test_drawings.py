"""Pictures from the real table: words apart, values as drawn, all that a reader needs."""

import re
from dataclasses import replace
from importlib import import_module
from itertools import combinations

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import hg_analysis as hg
from hg_analysis import pictures, words
from hg_analysis.sheet import SIZES, Sheet
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
    first, base = levels[0], levels[0].at(levels[0].value)
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


SECTORS = {
    "en": {"industry": "Industry and construction", "services": "Services"}
    | {"agriculture": "Agriculture, forestry, fishing", "product_taxes": "Product taxes"},
    "vi": {"industry": "Công nghiệp – xây dựng", "services": "Dịch vụ"}
    | {"agriculture": "Nông, lâm nghiệp, thủy sản", "product_taxes": "Thuế sản phẩm"},
}


def parts(stem, sources):
    found = {}
    for sector, name in SECTORS[words.language()].items():
        rows = TABLE[(TABLE.indicator == f"{sector}_{stem}") & (TABLE.place == "hau_giang")]
        years = [(y, s) for y, s in sources.items() if s in set(rows.source[rows.period == y])]
        found[name] = [one(f"{sector}_{stem}", year, source=source) for year, source in years]
    return found


def shares(said):
    sources = {"2019": "haugiang_portal", "2022": "infonet_2022", "2023": "cafef_2024_01"}
    found = parts("share", {"2021": "infonet_2022"} | sources)
    plan = one("industry_share", "2025", role="plan")
    now = {name: replace(group[-1], period="2025") for name, group in found.items()}
    for name, group in found.items():
        group.append(replace(now[name], origin="implied", variant="now"))
    said = {"en": "planned: [0](#industry_share)", "vi": "kế hoạch: [0](#industry_share)"}
    return pictures.stacked(
        found,
        reference=(plan, said[words.language()].replace("share)", f"share.{plan.key[15:]})")),
        title="GRDP 2019–2025",
        units="%",
        key={"gap": {"en": "no shares found", "vi": "chưa tìm thấy"}[words.language()]},
        decimals=1,
        name="shares",
    )


def contributions(said):
    sources = {"2020": "statistics_office_2020_12", "2021": "mpi_2021"}
    found = parts("contribution", sources | {"2022": "infonet_2022", "2023": "cafef_2024_01"})
    return pictures.stacked(found, title="GRDP 2020–2023", units="%", name="contributions")


def poverty(said):
    nation = [one("poverty_rate", str(year), place="vietnam") for year in (2021, 2022, 2023, 2025)]
    under = one("poverty_rate", "2024", place="vietnam", source="vietnamnews_poverty_2025_02")
    own = [*hg.figures(TABLE, "poverty_rate", ["2021", "2022"])]
    own += [one("poverty_rate", "2024", source="baohaugiang_2025_01")]
    own += [one("poverty_rate", source="appendix3")]
    series = {"hau_giang": own, "vietnam": [*nation, under]}
    series |= {"2016–2020": [one("poverty_rate_old_line", "2020")]}
    return pictures.lines(series, title="2020–2025", units="%", name="poverty")


def ranks(said):
    own = [one("pci_rank", str(year)) for year in range(2019, 2025)]
    near = [one("pci_rank", year, place="soc_trang") for year in ("2019", "2020")]
    series = {"hau_giang": own, "soc_trang": near, "10": [one("pci_rank", source="appendix3")]}
    return pictures.lines(series, ranks=True, title="PCI 2019–2024", units="63", name="ranks")


def cuts(said):
    rows, beside, facts = {}, {}, []
    for unit in ("provincial_divisions", "provincial_bodies", "public_service_units"):
        cut, all_ = (one(f"{unit}{end}", source="appendix3") for end in ("_cut", ""))
        share = hg.derive(f"{unit}_cut_share", cut, all_)
        name = words.indicator(unit, "hau_giang")
        rows[name], beside[name] = [share], f"[0](#{cut.key})/[0](#{all_.key})"
        facts += [cut, all_]
    return pictures.bars(
        rows, beside=beside, title="2020–2025", units="%", facts=tuple(facts), name="cuts"
    )


def places(said):
    rows = {}
    for sector, name in SECTORS[words.language()].items():
        if sector in ("agriculture", "industry"):
            share = f"{sector}_share"
            rows[name] = [
                one(share, "2023", source="cafef_2024_01"),
                one(share, "2025", role="plan"),
            ]
            rows[name] += [
                one(share, "2025", place="vietnam"),
                one(share, "2024", place="soc_trang"),
            ]
    return pictures.bars(rows, title="GRDP 2023–2025", units="%", name="places")


def changes(said):
    rows = {
        name: [
            one(f"{sector}_share_change", "2020/2021"),
            one(f"{sector}_share_change", "2020/2025"),
        ]
        if sector in ("agriculture", "industry")
        else [one(f"{sector}_share_change", "2020/2021")]
        for sector, name in SECTORS[words.language()].items()
    }
    return pictures.bars(rows, title="2020–2025", units="%", name="changes")


ALL = [index, years, capita, needed]
NEW = [shares, contributions, poverty, ranks, cuts, places, changes]


@pytest.fixture(params=["en", "vi"])
def said(request):
    words.use_language(request.param)
    yield WORDS[request.param]
    words.use_language("en")


def texts(drawn):
    """All that is written in a drawing, with the pixels that it takes."""
    ax = drawn.axes[0]
    drawn.draw_without_rendering()  # which sets the key and the ticks
    found = [*drawn.texts, *ax.texts, *(text for key in drawn.legends for text in key.get_texts())]
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        found += [t.label1 for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
    renderer = drawn.canvas.get_renderer()
    found = [text for text in found if text.get_text().strip() and text.get_visible()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in found]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", ALL + NEW)
def test_no_words_lie_over_others_or_leave_the_picture(make, size, dark, said):
    drawn = make(said).draw(size, dark)
    wide, high = drawn.canvas.get_width_height()
    boxes = texts(drawn)
    assert wide == SIZES[size].width and len(boxes) > 10
    for text, box in boxes:
        assert box.x0 >= 0 and box.x1 <= wide and box.y0 >= 0 and box.y1 <= high, text
    for (one_text, one_box), (other_text, other_box) in combinations(boxes, 2):
        assert not one_box.padded(-1).overlaps(other_box.padded(-1)), (one_text, other_text)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", ALL + NEW)
def test_every_value_is_read_back_from_what_was_drawn(make, size):
    picture = make(WORDS["en"])
    frame, drawn = picture.frame(), picture.draw(size)
    shown = [row for row in frame.index if size == "page" or row in drawn.values]
    assert [drawn.values[row]() for row in shown] == pytest.approx([*frame.value[shown]])
    assert len(shown) == len(frame) or {frame.place[row] for row in {*frame.index} - {*shown}}


def test_a_moved_mark_and_a_cut_axis_are_told():
    drawn = years(WORDS["en"]).draw()
    drawn.axes[0].patches[0].set_height(5)
    assert 5 in [value() for value in drawn.values.values()]
    for make, axis, limits in ((years, "y", (1, 20)), (cuts, "x", (5, 60)), (shares, "y", (0, 90))):
        picture = make(WORDS["en"])

        def draw_cut(sheet, form=picture.form, axis=axis, limits=limits):
            form(sheet)
            sheet.ax.set(**{f"{axis}lim": limits})

        with pytest.raises(ValueError, match=f"the axis from {limits[0]} to {limits[1]} cuts off"):
            draw_cut.__name__ = picture.form.func.__name__
            sheet = Sheet(picture, SIZES["page"], pictures.LIGHT)
            draw_cut(sheet)
            sheet.check()


@pytest.mark.parametrize("make", [years, cuts, places, contributions, changes])
def test_bars_start_at_zero_and_negative_ones_below_it(make):
    for size in SIZES:
        picture = make(WORDS["en"])
        ax, values = picture.draw(size).axes[0], picture.frame().value
        upright = make in (contributions,) or (make is years and size != "phone")
        boxes = [box.get_bbox() for box in ax.patches]
        spans = [box.intervaly if upright else box.intervalx for box in boxes]
        low = (ax.get_ylim() if upright else ax.get_xlim())[0]
        assert low == 0 if values.min() >= 0 else low < values.min()
        if make is not contributions:
            assert all(0 in span for span in spans)
        assert min(map(min, spans)) == pytest.approx(min(0, values.min()))


def test_parts_of_a_year_stand_on_each_other():
    picture = shares(WORDS["en"])
    ax = picture.draw().axes[0]
    for year in (2019, 2022, 2025):
        boxes = [bar.get_bbox() for bar in ax.patches if abs(bar.get_center()[0] - year) < 0.1]
        assert [box.y0 for box in boxes] == pytest.approx([0, *(box.y1 for box in boxes[:-1])])
        assert [
            bool(bar.get_hatch()) for bar in ax.patches if abs(bar.get_center()[0] - year) < 0.1
        ] == [year == 2025] * len(boxes)
    told = pictures.told(picture, picture.draw())[-1]
    assert told.count("no shares found") == 2 and "planned: 41" in told  # 2020, 2024


def test_first_place_is_on_top_and_a_limit_joins_no_line():
    ax = ranks(WORDS["en"]).draw().axes[0]
    low, high = ax.get_ylim()
    assert low > 53 and high < 1 and 1 in ax.get_yticks()
    ax = poverty(WORDS["en"]).draw().axes[0]
    ends = {tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2}
    assert (2021, 2022) in ends and (2022, 2024) in ends
    brown = [line for line in ax.lines if line.get_color() == pictures.LIGHT["vietnam"]]
    assert brown and all(max(line.get_xdata()) <= 2023 for line in brown)
    assert (
        "under this value" in pictures.told(poverty(WORDS["en"]), poverty(WORDS["en"]).draw())[-1]
    )


@pytest.mark.parametrize(
    ("lacks", "remedy"),
    [
        ({"title": " "}, "needs title='…', units"),
        ({"units": ""}, "units='…' and"),
        ({"name": "Hậu Giang"}, "name='…' of a-z"),
        ({"series": {}}, "figures with sources"),
        ({"series": {"a": [replace(AVERAGE, refs=())]}}, "figures with sources"),
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
    output = new_output("display_data", {"text/html": html})
    found = links.rows(new_notebook(cells=[new_code_cell(outputs=[output])]))
    for row in frame.itertuples():
        assert float(found[row.key].value) == pytest.approx(row.value)


def test_other_sizes_are_written_where_they_are_asked_for(shown, tmp_path, monkeypatch):
    picture = index(WORDS["en"])
    hg.show(picture)
    monkeypatch.setenv("HG_PICTURES", str(tmp_path))
    hg.show(picture)
    assert shown[2:] == shown[:2]
    names = {path.name.removeprefix(picture.name) for path in tmp_path.iterdir()}
    sizes = {f"-{size}{ground}" for size in SIZES for ground in ("", "-dark")} - {"-deck-dark"}
    more = {"-slide.png", "-deck.png", f".{picture.name}"}
    assert names == {f"{size}.svg" for size in sizes} | more
    drawn = tmp_path / f"{picture.name}-slide-dark.svg"
    drawn.write_text("as it was")  # what has not changed is not drawn again, what has is
    hg.show(picture)
    assert drawn.read_text() == "as it was"
    hg.show(replace(picture, units="Another unit"))
    assert "Another unit" in drawn.read_text()


def test_what_is_drawn_is_what_the_table_says():
    module, picture = import_module("hg_analysis.show"), index(WORDS["en"])
    drawn = picture.draw()
    drawn.axes[0].collections[0].set_offsets([(2020 + n, 100 + n) for n in range(11)])

    class Moved:
        def __getattr__(self, name):
            return getattr(picture, name)

        def draw(self):
            return drawn

    (_, _), (table, _) = module._drawn(Moved(), pictures)
    assert 'data-value="104"' in table["text/html"]


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
        bars = [c for c in drawn.axes[0].collections if hasattr(c, "get_segments")]
        assert [9 in bar.get_segments()[0] for bar in bars] == [True]
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
                pictures.mpl.colors.to_hex(face).upper()
                for c in drawn.axes[0].collections
                for face in c.get_facecolor()
            } | {
                pictures.mpl.colors.to_hex(bar.get_facecolor()).upper()
                for bar in drawn.axes[0].patches
            }
        assert "Sóc Trăng" in pictures.told(picture, picture.draw())[-1]


def test_columns_of_the_document_among_others_are_dotted():
    stated = replace(RATES[3], origin="document")
    for figures, dots in (([*RATES[:3], stated], 1), ([stated], 0), (RATES, 0)):
        picture = pictures.columns(figures, title="a", units="%", name="a")
        drawn = picture.draw()
        assert len([bar for bar in drawn.axes[0].patches if bar.get_hatch()]) == dots
        told = pictures.told(picture, drawn)[-1]
        assert ("published elsewhere" in told) == (len(figures) > 1)
        assert ("stated by the document" in told) == (stated in figures)


def test_one_column_holds_one_figure():
    with pytest.raises(ValueError, match="one figure for each series and year"):
        pictures.columns([RATES[0], RATES[0]], title="a", units="%", name="a").draw()
