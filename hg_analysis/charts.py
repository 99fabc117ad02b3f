"""The charts: paths over years, named rows, steps, shares of three; one visual language.

Every chart draws on the Axes it is given and returns it. Colour and mark say
where a number comes from; names and units come from the data files.
"""

import math
import re
import textwrap
from itertools import pairwise

import seaborn as sns
from matplotlib import pyplot as plt

from hg_analysis import words
from hg_analysis.page import cell_text, publisher, value_text

# Okabe and Ito's colours, apart for every common colour blindness; marks differ too.
STYLE = {
    "document": {"color": "#0072B2", "marker": "o"},
    "published": {"color": "#4D4D4D", "marker": "s"},
    "plan": {"color": "#00795A", "marker": "^", "markerfacecolor": "white"},
    "implied": {"color": "#C14E00", "marker": "D"},
}
# Parts of a stacked bar and the ink of what is written on each.
PARTS = [
    ("#0072B2", "white"),
    ("#B8D4E8", "#222"),
    ("#C14E00", "white"),
    ("#BBBBBB", "#222"),
    ("#00795A", "white"),
    ("#E9C46A", "#222"),
]


def axes(height=4.2):
    """Return new Axes in the collection's style, for a picture of one message.

    Parameters
    ----------
    height : float
        Inches; the width is the same for all.

    Returns
    -------
    matplotlib.axes.Axes
    """
    sizes = {"font.size": 10.5, "axes.labelsize": 10.5}
    plain = {"text.parse_math": False}  # names come from the data: "$" is a letter there
    sns.set_theme(style="ticks", font="DejaVu Sans", rc=sizes | plain)
    _, ax = plt.subplots(figsize=(8.4, height), layout="constrained")
    return ax


def path(ax, figures, named=()):
    """Draw figures over the years, with their bounds; a line joins consecutive years.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    figures : list of Figure
        In one unit. A period that is an interval stands at its end.
    named : tuple of str
        Origins whose points are named by indicator rather than by origin, where
        one origin has several series.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ends = []
    for (indicator, place, origin), group in _series(figures).items():
        x, y = [_year(f) for f in group], [f.value for f in group]
        ax.errorbar(
            x,
            y,
            _errors(group),
            label=_series_name(indicator, place, origin),
            linestyle="-" if all(b - a <= 1 for a, b in pairwise(x)) else "none",  # no gap bridged
            linewidth=1,
            markersize=7,
            **STYLE[origin],
        )
        term = ("indicator", indicator) if origin in named else ("origin", origin)
        ends.append((y[-1], words.name(*term), origin))
    for year in {_year(f) for f in figures}:
        points = sorted((f for f in figures if _year(f) == year), key=lambda f: f.value)
        for rank, figure in enumerate(points):
            offset = (0, 7) if rank == len(points) - 1 else (0, -7)
            _write(ax, value_text(figure), (year, figure.value), figure.origin, offset)
    ax.set_ylabel(words.unit(figures[0].indicator))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.yaxis.set_major_formatter(_number)
    ax.margins(x=0.08, y=0.15)
    _name_ends(ax, ends)
    return _finish(ax, figures)


def span(ax, figure, start, end):
    """Draw an average as a level line over the years that it covers.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    figure : Figure
    start, end : int
        First and last year of the average.

    Returns
    -------
    matplotlib.axes.Axes
    """
    left, color = start - 0.4, STYLE[figure.origin]["color"]
    label = _series_name(figure.indicator, figure.place, figure.origin)
    years, look = [left, end + 0.4], {"color": color, "linewidth": 1.5, "zorder": 1}
    ax.plot(years, [figure.value] * 2, label=label, gid=f"{start}–{end}", **look)
    text = f"{value_text(figure)} · {words.name('origin', figure.origin)}"
    below = ax.yaxis_inverted()  # where less stands higher, the marks are above the line
    _write(ax, text, (left, figure.value), figure.origin, (10, -5 if below else 5))
    return _add_source(ax, figure)


def intervals(ax, figures):
    """Draw figures as named rows, each a mark with its bounds.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    figures : list of Figure
        In one unit; drawn from top to bottom. What tells the rows apart is
        part of their names: place, period, status, publisher.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax.set_gid("rows")  # tells the text form that the rows are named, as in the charts below
    for (indicator, place, origin), group in _series(figures).items():
        rows = [len(figures) - 1 - figures.index(f) for f in group]
        ax.errorbar(
            [f.value for f in group],
            rows,
            xerr=_errors(group),
            label=_series_name(indicator, place, origin),
            linestyle="none",
            linewidth=3,
            markersize=8,
            **STYLE[origin],
        )
        for figure, row in zip(group, rows):
            _write(ax, value_text(figure), (figure.value, row), origin, (0, 8))
    return _finish_rows(ax, figures)


def bars(ax, figures, plans=()):
    """Draw figures as named bars from zero; with plans, a mark across each bar.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    figures : list of Figure
        In one unit; drawn from top to bottom. Nested groups make a funnel.
    plans : list of Figure
        What each figure is held against, in the order of the figures.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax.set_gid("rows")
    for (indicator, place, origin), group in _series(figures).items():
        rows = [len(figures) - 1 - figures.index(f) for f in group]
        color, name = STYLE[origin]["color"], _series_name(indicator, place, origin)
        ax.barh(rows, [f.value for f in group], height=0.55, color=color, label=name)
        for figure, row in zip(group, rows):
            _write(ax, value_text(figure), (figure.value, row), origin, (5, 0))
    for row, plan in zip(range(len(figures) - 1, -1, -1), plans):
        color, name = STYLE[plan.origin]["color"], _series_name(*_key(plan))
        ax.plot([plan.value] * 2, [row - 0.4, row + 0.4], color=color, linewidth=3, label=name)
        _write(ax, value_text(plan), (plan.value, row + 0.35), plan.origin, (0, 2))
    return _finish_rows(ax, figures, plans)


def change(ax, pairs):
    """Draw what was and what is as rows, an arrow from before to after.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    pairs : list of (Figure, Figure)
        Before and after, in one unit; drawn from top to bottom and named by the first.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax.set_gid("rows")
    starts = [before for before, _ in pairs]
    for row, (before, after) in zip(range(len(pairs) - 1, -1, -1), pairs):
        ax.annotate(
            "",
            (after.value, row),
            (before.value, row),
            arrowprops={"arrowstyle": "-|>", "color": "#888", "linewidth": 1.5},
        )
        for figure, side in ((before, 1), (after, -1)):
            side = side if before.value >= after.value else -side
            name = _series_name(*_key(figure))
            ax.errorbar([figure.value], [row], label=name, markersize=8, **STYLE[figure.origin])
            _write(ax, value_text(figure), (figure.value, row), figure.origin, (9 * side, 6))
    ax.set_xlim(left=0)
    return _finish_rows(ax, starts, [after for _, after in pairs])


def steps(ax, start, changes, end):
    """Draw how changes lead from one level to another: a waterfall.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    start, end : Figure or None
        Levels at the top and the bottom, in the unit of the changes; without a
        start the changes add up from zero.
    changes : list of Figure

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax.set_gid("rows")
    rows = [each for each in (start, *changes, end) if each is not None]
    at = 0.0
    for row, figure in zip(range(len(rows) - 1, -1, -1), rows):
        left = 0.0 if figure in (start, end) else at
        color, name = STYLE[figure.origin]["color"], _series_name(*_key(figure))
        ax.barh(row, figure.value, left=left, height=0.55, color=color, label=name)
        at = left + figure.value
        _write(ax, value_text(figure), (max(left, at), row), figure.origin, (5, 0))
    ax.axvline(0, color="#444", linewidth=0.8)
    return _finish_rows(ax, rows)


def ternary(ax, corners, points):
    """Draw shares of three parts as points of a triangle, joined in their order.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    corners : list of str
        Indicators of the three parts: left, right and top corner.
    points : list of (Figure, Figure, Figure)
        Shares in percent, in the order of the corners, that add up to 100.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax.set_gid("ternary")
    for share in range(20, 100, 20):
        ends = [(100 - share, share, 0), (100 - share, 0, share)]
        for turn in range(3):
            ax.plot(*_flat([e[turn:] + e[:turn] for e in ends]), color="#ddd", lw=0.8, zorder=0)
    ax.plot(*_flat([(100, 0, 0), (0, 100, 0), (0, 0, 100), (100, 0, 0)]), color="#444", lw=1)
    for corner, indicator in zip(((100, 0, 0), (0, 100, 0), (0, 0, 100)), corners):
        (x,), (y,) = _flat([corner])
        name = textwrap.fill(words.name("indicator", indicator), 22)
        ax.text(x, y + (3 if y else -2), name, ha="center", va="bottom" if y else "top")
    for (_, place, origin), group in _series([point[0] for point in points]).items():
        own = [point for point in points if point[0] in group]
        x, y = _flat([[part.value for part in point] for point in own])
        label = f"{words.name('place', place)} · {words.name('origin', origin)}"
        ax.errorbar(x, y, label=label, linewidth=1, markersize=7, **STYLE[origin])
        for point, left, height in zip(own, x, y):
            period = words.period(point[0].period)
            if place != points[0][0].place:  # one place's points need no name
                period = f"{words.name('place', place)} {period}"
            side, color = (2, "left") if left > 45 else (-2, "right"), STYLE[origin]["color"]
            ax.text(left + side[0], height, period, color=color, ha=side[1], va="center", size=9)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return _finish(ax, [part for point in points for part in point])


def against(ax, pairs):
    """Draw one indicator against another, a point for each period, joined in their order.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    pairs : list of (Figure, Figure)
        What is drawn to the right and what is drawn upwards, of one period.

    Returns
    -------
    matplotlib.axes.Axes
    """
    first, second = pairs[0]
    x, y = [right.value for right, _ in pairs], [up.value for _, up in pairs]
    ax.errorbar(
        x,
        y,
        label=f"{words.name('indicator', first.indicator)} · {_series_name(*_key(second))}",
        linewidth=1,
        markersize=7,
        **STYLE[second.origin],
    )
    for number, (right, up) in enumerate(pairs):
        offset = (-8, 6) if number else (8, -6)
        _write(ax, words.period(up.period), (right.value, up.value), up.origin, offset)
    for figure, name_axis in ((first, ax.set_xlabel), (second, ax.set_ylabel)):
        name = words.name("indicator", figure.indicator)
        name_axis(textwrap.fill(f"{name} ({words.unit(figure.indicator)})", 46))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(_number)
    ax.margins(0.15)
    return _finish(ax, [figure for pair in pairs for figure in pair])


def _flat(shares):
    """Place shares of three parts in the plane: left, right and top corner."""
    return [b + c / 2 for _, b, c in shares], [c * 3**0.5 / 2 for _, _, c in shares]


def _year(figure):
    """Where a period stands on the axis of years: at its end."""
    year, _, month = figure.period.split("/")[-1].partition("-")
    return int(year) + (int(month or 12) - 12) / 12


def _errors(figures):
    """Lengths of the bars to the bounds; an open side has none."""
    closed = [f.relation in "=~" and math.isfinite(f.high - f.low) for f in figures]
    ends = [(f.value - f.low, f.high - f.value) if c else (0, 0) for f, c in zip(figures, closed)]
    return [[max(0, low) for low, _ in ends], [max(0, high) for _, high in ends]]


def _series(figures):
    """Group figures that belong together: same indicator, place and origin."""
    groups = {}
    for figure in figures:
        groups.setdefault(_key(figure), []).append(figure)
    return groups


def _key(figure):
    return figure.indicator, figure.place, figure.origin


def _series_name(indicator, place, origin):
    terms = [("indicator", indicator), ("place", place), ("origin", origin)]
    return " · ".join(words.name(*term) for term in terms)


def _row_name(figure, figures):
    """Name a row by what tells it apart from the others."""
    alike = [f for f in figures if f.indicator == figure.indicator]
    twins = [f for f in alike if (f.place, f.period) == (figure.place, figure.period)]
    own = [ref for ref in figure.refs if not all(ref in twin.refs for twin in twins)]
    parts = [
        words.name("indicator", figure.indicator) if len(alike) < len(figures) else "",
        words.name("place", figure.place) if len({f.place for f in figures}) > 1 else "",
        words.period(figure.period) if len({f.period for f in figures}) > 1 else "",
        words.name("status", figure.status) if figure.origin == "plan" else "",
        *map(publisher, own),
    ]
    return " · ".join(filter(None, parts))


def _name_ends(ax, ends):
    """Name each series at the right edge, level with its last point, none over another."""
    bottom, top = ax.get_ylim()
    line, free = (top - bottom) * 0.06, bottom
    for value, name, origin in sorted(ends):
        lines = textwrap.wrap(name, 24)
        middle = max(value, free + len(lines) * line / 2)
        free = middle + len(lines) * line / 2
        ax.annotate(
            "\n".join(lines),
            (1.01, middle),
            xycoords=("axes fraction", "data"),
            va="center",
            color=STYLE[origin]["color"],
            fontsize=9.5,
        )


def _number(value, _):
    return words.number(value, int(value % 1 != 0))


def _write(ax, text, point, origin, offset):
    ax.annotate(
        text,
        point,
        xytext=offset,
        textcoords="offset points",
        ha="center" if offset[0] == 0 else "right" if offset[0] < 0 else "left",
        va="center" if offset[1] == 0 else "bottom" if offset[1] > 0 else "top",
        color=STYLE[origin]["color"],
        fontsize=9.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
    )


def _finish_rows(ax, figures, others=()):
    """Name the rows after their figures and the scale after their unit."""
    names = [_row_name(figure, figures) for figure in figures]
    _name_rows(ax, names, words.unit(figures[0].indicator), head=0.8, margin=0.12)
    return _finish(ax, [*figures, *others])


def _name_rows(ax, names, scale, head, margin):
    """Name the rows, from the bottom, and the scale below them."""
    ax.set_yticks(range(len(names)), [textwrap.fill(name, 46) for name in reversed(names)])
    ax.set_ylim(-0.6, len(names) - 1 + head)
    ax.set_xlabel(scale)
    ax.xaxis.set_major_formatter(_number)
    ax.margins(x=margin)
    if max(map(abs, ax.get_xlim())) >= 10_000:
        ax.locator_params(axis="x", nbins=5)  # long numbers would run into each other
    ax.grid(axis="x", color="#ddd")
    ax.set_axisbelow(True)


def _finish(ax, figures):
    """Write the source line and leave only the axes that carry a scale."""
    refs = dict.fromkeys(publisher(ref) for figure in figures for ref in figure.refs)
    places = ", ".join(ref for ref in refs if ref.startswith("¶"))
    others = [ref for ref in refs if not ref.startswith("¶")]
    document = [f"{words.name('label', 'appendix')} {places}"] if places else []
    listed = document + others or [words.name("label", "collection")]
    _write_source(ax, f"{words.name('label', 'source')}: " + "; ".join(listed))
    sns.despine(ax=ax)
    return ax


def counts(ax, frame, scale):
    """Draw a table of numbers as bars, a row for each of its rows, stacked by its columns.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    frame : pandas.DataFrame
        Numbers of at least zero. Its index, and its columns where there are
        several, are named after what their terms are: role, figure.
    scale : str
        Label in ``data/terms.csv`` of what is counted.

    Returns
    -------
    matplotlib.axes.Axes
    """
    rows, left = range(len(frame) - 1, -1, -1), [0.0] * len(frame)
    for (color, ink), column in zip(PARTS, frame):
        name = cell_text(frame.columns.name or "label", column)
        ax.barh(rows, frame[column], left=left, height=0.6, color=color, label=name)
        for row, start, value in zip(rows, left, frame[column]):
            inside = frame.shape[1] > 1
            where, side = (start + value / 2, "center") if inside else (value, "left")
            text = ("" if inside else " ") + cell_text("value", value) if value else ""
            ink = ink if inside else "#222"
            ax.text(where, row, text, ha=side, va="center", color=ink, fontsize=9)
        left = [start + value for start, value in zip(left, frame[column])]
    return _finish_frame(ax, frame, scale)


def _finish_frame(ax, frame, scale):
    """Name the rows and series of a table, and the scale below them."""
    ax.set_gid("rows")
    names = [cell_text(frame.index.name, key) for key in frame.index]
    if frame.shape[1] > 1:
        series = [cell_text(frame.columns.name, column) for column in frame]
        where = {"loc": "outside upper left", "ncols": min(4, len(series)), "frameon": False}
        ax.figure.legend(ax.containers, series, fontsize=9.5, columnspacing=1.2, **where)
    _name_rows(ax, names, words.name("label", scale), head=0.6, margin=0.05)
    return _finish(ax, [])


def bullet(ax, figures, unsure=()):
    """Draw attainments in percent as bars, with a line at 100 for the plan.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    figures : list of Figure
        In percent of a plan or target; drawn from top to bottom.
    unsure : list of Figure
        Those among them that are readings of a figure whose meaning is open,
        drawn hatched.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax.set_gid("rows")
    for (indicator, place, origin), group in _series(figures).items():
        rows = [len(figures) - 1 - figures.index(f) for f in group]
        color, name = STYLE[origin]["color"], _series_name(indicator, place, origin)
        open_ = group[0] in unsure
        look = {"facecolor": "white", "hatch": "////"} if open_ else {"facecolor": color}
        ax.barh(rows, [f.value for f in group], height=0.5, edgecolor=color, label=name, **look)
        for figure, row in zip(group, rows):
            _write(ax, value_text(figure), (figure.value, row), origin, (5, 0))
    ax.axvline(100, color="black", linewidth=2)
    _finish_rows(ax, figures)
    names = [textwrap.fill(words.name("indicator", f.indicator), 46) for f in reversed(figures)]
    ax.set_yticks(range(len(figures)), names)
    ax.set_xlabel(" · ".join(dict.fromkeys(words.unit(figure.indicator) for figure in figures)))
    return ax


def outline(ax, area, corners, linestyle="--"):
    """Draw the edge of an area of shares in a triangle, named by its year.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With a triangle drawn by :func:`ternary`.
    area : Figure
        How large the area is; its indicator, period and origin name it.
    corners : list of (float, float, float)
        Shares in percent, in the order of the triangle's corners; the name
        stands at the first.
    linestyle : str
        Tells one area from another.

    Returns
    -------
    matplotlib.axes.Axes
    """
    x, y = _flat([*corners, corners[0]])
    name = f"{words.name('indicator', area.indicator)} · {words.period(area.period)}"
    color, side = STYLE[area.origin]["color"], 1 if x[0] > 50 else -1
    ax.plot(x, y, linestyle=linestyle, linewidth=1.8, color=color, label=name)
    _write(ax, textwrap.fill(name, 24), (x[0], y[0]), area.origin, (8 * side, 0))
    return ax


def _add_source(ax, figure):
    """Name what is drawn later, unless the source line already does."""
    text = " ".join(ax.figure.get_supxlabel().split())
    for name in map(publisher, figure.refs):
        if not re.search(rf"(?<!\S){re.escape(name)}(?=[,;]|$)", text):
            appendix = f"{words.name('label', 'appendix')} " if name.startswith("¶") else ""
            text += f"; {appendix}{name}"
    _write_source(ax, text)
    return ax


def _write_source(ax, text):
    ax.figure.supxlabel(textwrap.fill(text, 140), x=0.01, ha="left", fontsize=8, color="#444")
