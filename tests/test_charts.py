"""The text below a picture says what the picture shows, so that what misleads is seen in it."""

import io
from itertools import pairwise

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.layout_engine import ConstrainedLayoutEngine as Engine
from PIL import Image

from hg_analysis import charts, words
from hg_analysis.figures import Figure


@pytest.fixture(autouse=True)
def names(monkeypatch):
    """Names that no change of the data files touches."""
    monkeypatch.setattr(words, "name", lambda kind, term, default=None: term)
    monkeypatch.setattr(words, "unit", lambda indicator: f"unit of {indicator}")


def figure(value, indicator="growth", place="here", period="2024", origin="document", **more):
    low, high = more.pop("ends", (value, value))
    refs = {"document": ("¶1.2",), "implied": ("¶3.4",)}.get(origin, ())
    return Figure(indicator, value, low, high, place, period, origin, refs=refs, decimals=0, **more)


def path():
    series = [figure(value, period=year) for value, year in ((3, "2023"), (5, "2024"))]
    ax = charts.path(charts.axes(), [*series, figure(9, origin="implied", ends=(8, 10))])
    return charts.span(ax, figure(6, origin="plan"), 2023, 2024)


def intervals():
    rows = [figure(50, place="here", ends=(49, 52)), figure(40, place="there", origin="implied")]
    return charts.intervals(charts.axes(), rows)


def bars():
    rows = [figure(50, "communes"), figure(40, "rural")]
    return charts.bars(charts.axes(), rows, [figure(45, "goal", origin="plan")])


def change():
    pair = figure(204, "bodies"), figure(104, "left", origin="implied")
    return charts.change(charts.axes(), [pair, pair[::-1]])


def steps():
    parts = [figure(4, "industry"), figure(-1, "farms")]
    return charts.steps(charts.axes(), figure(10, "before"), parts, figure(13, "after"))


def bullet():
    rows = [figure(104, "exports"), figure(196, "members", origin="implied")]
    return charts.bullet(charts.axes(), rows, unsure=rows[1:])


def counts():
    frame = pd.DataFrame({"firm": [3, 1], "open": [0, 2]}, index=["growth", "welfare"])
    frame.index.name, frame.columns.name = "theme", "verdict"
    return charts.counts(charts.axes(), frame, "figures")


CORNERS = ["farms", "industry", "rest"]


def ternary(corners=CORNERS):
    def shares(*values, **more):
        return [figure(value, name, **more) for value, name in zip(values, CORNERS)]

    points = [shares(30, 25, 45, period="2020"), shares(20, 40, 40), shares(50, 10, 40, place="x")]
    area = figure(9, "possible", origin="implied")
    ax = charts.ternary(charts.axes(), corners, points)
    return charts.outline(ax, area, [(90, 5, 5), (10, 85, 5), (10, 5, 85)])


def against():
    first = figure(64, "score", period="2019"), figure(42, "rank", period="2019")
    return charts.against(charts.axes(), [first, (figure(68, "score"), figure(12, "rank"))])


DRAWN = {
    path: """\
growth · here · document
  2023: 3
  2024: 5
growth · here · implied
  2024: 9 (8 to 10)
growth · here · plan
  2023–2024: 6
[3 · 5 · 9 · document · implied · 6 · plan]
[x: 2022.456 → 2024.544]
[y: unit of growth, 1.95 → 11.05]
[o #0072b2 · D #c14e00 · - #00795a]
[3 @ 2023, 3 · 5 @ 2024, 5 · 9 @ 2024, 9 · document @ 5 · implied @ 9 · 6 · plan @ 2022.6, 6]
[source: appendix ¶1.2, ¶3.4]""",
    intervals: """\
growth · here · document
  here: 50 (49 to 52)
growth · there · implied
  there: 40
[50 · 40]
[x: unit of growth, 38.56 → 53.44]
[o #0072b2 · D #c14e00]
[50 @ 50, 0 · 40 @ 40, 1]
[source: appendix ¶1.2, ¶3.4]""",
    bars: """\
communes · here · document
  communes: 50
rural · here · document
  rural: 40
goal · here · plan
  communes: 45
[50 · 40 · 45]
[x: unit of communes, 0 → 56]
[#0072b2 · #0072b2 · - #00795a]
[50 @ 50, 0 · 40 @ 40, 1 · 45 @ 45, -0.35]
[source: appendix ¶1.2]""",
    change: """\
bodies · here · document
  bodies: 204
left · here · implied
  bodies: 104
left · here · implied
  left: 104
bodies · here · document
  left: 204
[204 · 104 · 104 · 204]
[x: unit of bodies, 0 → 209]
[o #0072b2 · D #c14e00 · D #c14e00 · o #0072b2]
[204 → @ 104, 0 · 204 @ 204, 0 · 104 @ 104, 0 · 104 → @ 204, 1 · 104 @ 104, 1 · 204 @ 204, 1]
[source: appendix ¶1.2, ¶3.4]""",
    steps: """\
before · here · document
  before: 10
industry · here · document
  industry: 4 (10 to 14)
farms · here · document
  farms: -1 (14 to 13)
after · here · document
  after: 13
[10 · 4 · −1 · 13]
[x: unit of before, 0 → 14]
[#0072b2 · #0072b2 · #0072b2 · #0072b2]
[| 0]
[10 @ 10, 0 · 4 @ 14, 1 · −1 @ 14, 2 · 13 @ 13, 3]
[source: appendix ¶1.2]""",
    bullet: """\
exports · here · document
  exports: 104
members · here · implied
  members: 196
[104 · 196]
[x: unit of exports · unit of members, 0 → 219.52]
[#0072b2 · #ffffff////]
[| 100]
[104 @ 104, 0 · 196 @ 196, 1]
[source: appendix ¶1.2, ¶3.4]""",
    counts: """\
firm
  growth: 3
  welfare: 1
open
  welfare: 2 (1 to 3)
[3 · 1 · 2]
[x: figures, 0 → 3]
[#0072b2 · #b8d4e8]
[#0072b2 firm · #b8d4e8 open]
[source: collection]""",
    ternary: """\
here · document
  30 / 25: 45
  20 / 40: 40
x · document
  50 / 10: 40
possible · 2024
  90 / 5: 5
  10 / 85: 5
  10 / 5: 85
  90 / 5: 5
[farms · industry · rest · 2020 · 2024 · x 2024 · possible · 2024]
[o #0072b2 · o #0072b2 · -- #c14e00]
[farms @ 0, 0 · industry @ 100, 0 · rest @ 50, 86.60254 · 2020 @ 47.5, 38.97114 · 2024 @ 60, 34.64102 · x 2024 @ 30, 34.64102 · possible · 2024 @ 7.5, 4.330127]
[source: appendix ¶1.2]""",  # noqa: E501
    against: """\
score · rank · here · document
  64: 42
  68: 12
[2019 · 2024]
[x: score (unit of score), 63.4 → 68.6]
[y: rank (unit of rank), 7.5 → 46.5]
[o #0072b2]
[2019 @ 64, 42 · 2024 @ 68, 12]
[source: appendix ¶1.2]""",
}


@pytest.mark.parametrize("chart", DRAWN, ids=lambda chart: chart.__name__)
def test_a_chart_is_read_back_as_drawn(chart):
    assert charts.values_drawn(chart()) == DRAWN[chart]


def exchange(one, other, what):
    """Exchange a property of two artists."""
    first, second = plt.getp(one, what), plt.getp(other, what)
    one.set(**{what: second})
    other.set(**{what: first})


def change_places(one, other):
    one.xy, other.xy = other.xy, one.xy


def labels(ax, *wanted):
    """The labels with these texts, in this order."""
    return [next(text for text in ax.texts if text.get_text() == each) for each in wanted]


def exchange_rows(ax):
    ax.set_yticks(ax.get_yticks(), [label.get_text() for label in ax.get_yticklabels()][::-1])


def entries(ax):
    return ax.figure.legends[0].get_texts()


# What is done to a picture whose values all stay right.
MISLEADING = {
    "names of two paths exchanged": (
        path,
        lambda ax: change_places(*labels(ax, "document", "implied")),
    ),
    "an axis turned round": (path, lambda ax: ax.invert_yaxis()),
    "an axis stretched": (path, lambda ax: ax.set_ylim(-20, 12)),
    "an axis named after another unit": (path, lambda ax: ax.set_ylabel("unit of wealth")),
    "the colour of another origin": (
        path,
        lambda ax: exchange(*(each.lines[0] for each in ax.containers), "color"),
    ),
    "the mark of another origin": (
        path,
        lambda ax: exchange(*(each.lines[0] for each in ax.containers), "marker"),
    ),
    "another source": (path, lambda ax: ax.figure.supxlabel("source: appendix ¶9.9")),
    "a title that says another thing": (path, lambda ax: ax.set_title("It fell")),
    "names of two rows exchanged": (intervals, exchange_rows),
    "names of two bars exchanged": (bars, exchange_rows),
    "rows turned round under their names": (steps, exchange_rows),
    "two values exchanged": (bars, lambda ax: change_places(*labels(ax, "50", "40"))),
    "a value beside another bar": (bars, lambda ax: setattr(*labels(ax, "50"), "xy", (40, 1))),
    "an arrow turned round": (
        change,
        lambda ax: (setattr(ax.texts[0], "xy", (204, 0)), setattr(ax.texts[0], "xyann", (104, 0))),
    ),
    "the line of the plan moved": (bullet, lambda ax: ax.lines[0].set_xdata([110, 110])),
    "another bar hatched": (
        bullet,
        lambda ax: exchange(*(each[0] for each in ax.containers), "hatch"),
    ),
    "entries of the key exchanged": (counts, lambda ax: exchange(*entries(ax), "text")),
    "colours of the key exchanged": (
        counts,
        lambda ax: exchange(*ax.figure.legends[0].legend_handles, "facecolor"),
    ),
    "names of two corners exchanged": (
        ternary,
        lambda ax: change_places(*labels(ax, "farms", "industry")),
    ),
    "two years exchanged": (ternary, lambda ax: change_places(*labels(ax, "2020", "2024"))),
    "two axes' names exchanged": (
        against,
        lambda ax: exchange(ax.xaxis.label, ax.yaxis.label, "text"),
    ),
}


@pytest.mark.parametrize("how", MISLEADING)
def test_what_misleads_is_seen_in_the_text(how):
    chart, mislead = MISLEADING[how]
    ax = chart()
    mislead(ax)
    assert charts.values_drawn(ax) != DRAWN[chart]


@pytest.mark.parametrize("chart", [bars, steps, bullet, counts])
def test_bars_start_at_zero(chart):
    ax = chart()
    least = min(bar.get_width() for each in ax.containers for bar in each if bar.get_width() > 0)
    ax.set_xlim(left=0.6 * least)
    with pytest.raises(ValueError, match=r"the x axis, .* cuts off what is drawn from 0"):
        charts.values_drawn(ax)


@pytest.mark.parametrize("limits", [{"ylim": (4, 12)}, {"ylim": (0, 8)}, {"xlim": (2024, 2023.5)}])
def test_no_mark_lies_beyond_the_axes(limits):
    ax = path()
    ax.set(**limits)
    with pytest.raises(ValueError, match="cuts off"):
        charts.values_drawn(ax)


def test_corners_are_named_in_the_order_of_the_shares():
    with pytest.raises(ValueError, match="not stand in the order of rest, industry, farms"):
        ternary(CORNERS[::-1])


def test_a_changed_mark_changes_the_text():
    ax = path()
    ax.containers[0].lines[0].set_ydata([2, 5])
    assert charts.values_drawn(ax) == DRAWN[path].replace("2023: 3", "2023: 2")


def test_what_an_analyst_writes_into_a_picture_is_read_back():
    ax = path()
    ax.text(2023.5, 7, "a good year")
    assert "a good year @ 2023.5, 7]" in charts.values_drawn(ax)


def test_counts_of_one_kind_need_no_key():
    frame = pd.DataFrame({"value": [3, 0]}, index=pd.Index(["growth", "welfare"], name="theme"))
    ax = charts.counts(charts.axes(), frame, "figures")
    assert not ax.figure.legends
    text = charts.values_drawn(ax).splitlines()
    assert text[:3] == ["value", "  growth: 3", "[3]"] and "[3 @ 3, 0]" in text


def test_a_source_is_named_once():
    ax = path()
    before = ax.figure.get_supxlabel()
    charts.span(ax, figure(6), 2023, 2024)
    assert ax.figure.get_supxlabel() == before
    charts.span(ax, Figure("growth", 6, 6, 6, period="2024", refs=("¶5.6",)), 2023, 2024)
    assert ax.figure.get_supxlabel() == "source: appendix ¶1.2, ¶3.4, ¶5.6"


@pytest.mark.parametrize("origin", words.MARKS)
def test_a_mark_is_that_of_its_origin_in_tables(origin):
    shapes = {"o": "●", "s": "■", "^": "△", "D": "◆"}  # drawn, and as written
    assert shapes[charts.STYLE[origin]["marker"]] == words.MARKS[origin]
    ax = charts.path(charts.axes(), [figure(9, origin=origin)])
    look = "[{marker} {color}]".format(**charts.STYLE[origin]).lower()
    assert look in charts.values_drawn(ax).lower()


@pytest.mark.parametrize("largest", [900, 14788, 733000])
def test_the_numbers_of_the_scale_do_not_touch(largest):
    ax = charts.bars(charts.axes(), [figure(0, period="2020"), figure(largest, period="2025")])
    ax.figure.set_layout_engine("none")
    for width in (0.5, 0.53, 0.56, 0.6):  # what long names of rows leave
        ax.set_position([0.4, 0.2, width, 0.7])
        ax.figure.canvas.draw()
        boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
        assert all(a.x1 < b.x0 for a, b in pairwise(boxes)), width


def test_a_picture_is_laid_out_once_as_savefig_would(monkeypatch):
    stored, ran, execute = io.BytesIO(), [], Engine.execute
    intervals().figure.savefig(stored, format="png", dpi=200)
    monkeypatch.setattr(Engine, "execute", lambda *args: (ran.append(1), execute(*args)))
    ax = intervals()
    drawn = Image.open(io.BytesIO(charts.picture(ax)))
    assert drawn.tobytes() == Image.open(stored).convert("RGB").tobytes() and ran == [1]
    assert not drawn.text  # such as which version drew it
    assert not plt.fignum_exists(ax.figure.number)
