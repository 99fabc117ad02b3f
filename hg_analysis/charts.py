"""The charts: paths over years, named rows, steps, shares of three; one visual language.

Every chart draws on the Axes it is given and returns it. Colour and mark say
where a number comes from; names and units come from the data files. What was
drawn is read back from the Axes as text that says all that the picture says.
"""

import io
import math
import textwrap
from itertools import cycle, pairwise

import numpy as np
import seaborn as sns
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from PIL import Image

from hg_analysis import words
from hg_analysis.table import moments
from hg_analysis.words import cell_text, publisher, value_text

# Okabe and Ito's colours, apart for every common colour blindness; marks differ too.
STYLE = {
    "document": {"color": "#0072B2", "marker": "o"},
    "published": {"color": "#4D4D4D", "marker": "s"},
    "plan": {"color": "#00795A", "marker": "^", "markerfacecolor": "white"},
    "implied": {"color": "#C14E00", "marker": "D"},
}
# Parts of a stacked bar, dark and light in turn, and the ink of what is written on each.
PARTS = "#0072B2", "#B8D4E8", "#C14E00", "#BBBBBB", "#00795A", "#E9C46A"
INKS = "white", "#222"
BESIDE = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}  # a label's ground


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
    return plt.subplots(figsize=(8.4, height), layout="constrained")[1]


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
    for group, _ in _series(figures):
        x, y = [_year(f) for f in group], [f.value for f in group]
        line = "-" if all(b - a <= 1 for a, b in pairwise(x)) else "none"  # no gap bridged
        _mark(ax, group, x, y, yerr=_errors(group), linestyle=line)
        kind = "indicator" if group[0].origin in named else "origin"
        ends.append((y[-1], words.name(kind, getattr(group[0], kind)), group[0].origin))
    for year in sorted({_year(f) for f in figures}):
        *lower, highest = sorted((f for f in figures if _year(f) == year), key=lambda f: f.value)
        for figure in (*lower, highest):
            _write(ax, figure, (year, figure.value), (0, 7 if figure is highest else -7))
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
    years, look = [start - 0.4, end + 0.4], {"linewidth": 1.5, "zorder": 1}
    ax.plot(years, [figure.value] * 2, gid=f"{start}–{end}", **_look(figure), **look)
    text = f"{value_text(figure)} · {words.name('origin', figure.origin)}"
    below = ax.yaxis_inverted()  # where less stands higher, the marks are above the line
    _write(ax, figure, (years[0], figure.value), (10, -5 if below else 5), text)
    return _finish(ax, [figure])


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
    for group, rows in _series(figures):
        _mark_rows(ax, group, rows, (0, 8), linewidth=3)
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
    for group, rows in _series(figures):
        _bar_rows(ax, group, rows)
    for row, plan in enumerate(plans):
        ax.plot([plan.value] * 2, [row - 0.4, row + 0.4], linewidth=3, **_look(plan))
        _write(ax, plan, (plan.value, row - 0.35), (0, 2))
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
    arrow = {"arrowstyle": "-|>", "color": "#888", "linewidth": 1.5}
    for row, (before, after) in enumerate(pairs):
        ax.annotate("", (after.value, row), (before.value, row), arrowprops=arrow)
        right = 1 if before.value >= after.value else -1  # of its mark stands what was
        _mark_rows(ax, [before], [row], (9 * right, 6))
        _mark_rows(ax, [after], [row], (-9 * right, 6))
    ax.set_xlim(left=0)
    return _finish_rows(ax, [before for before, _ in pairs], [after for _, after in pairs])


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
    rows, at = [each for each in (start, *changes, end) if each is not None], 0.0
    for row, figure in enumerate(rows):
        at = 0.0 if figure in (start, end) else at
        _bar_rows(ax, [figure], [row], at)
        at += figure.value
    ax.axvline(0, color="#444", linewidth=0.8)
    return _finish_rows(ax, rows)


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
    for group, rows in _series(figures):
        for figure, bar in zip(group, _bar_rows(ax, group, rows)):
            if figure in unsure:
                bar.set(facecolor="white", edgecolor=STYLE[figure.origin]["color"], hatch="////")
    ax.axvline(100, color="black", linewidth=2)
    names = [words.name("indicator", figure.indicator) for figure in figures]
    units = dict.fromkeys(words.unit(figure.indicator) for figure in figures)
    return _finish_rows(ax, figures, names=names, scale=" · ".join(units))


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
    stacked, kind = frame.shape[1] > 1, frame.columns.name or "label"
    named = frame.rename(columns=lambda column: cell_text(kind, column))
    named.plot.barh(ax=ax, stacked=True, width=0.6, color=PARTS, legend=False)
    for drawn, ink in zip(ax.containers, cycle(INKS)):
        texts = [cell_text("value", value) if value else "" for value in drawn.datavalues]
        where = {"label_type": "center", "color": ink} if stacked else {"padding": 4}
        ax.bar_label(drawn, texts, fontsize=9, **where)
    if stacked:
        where = {"loc": "outside upper left", "ncols": min(4, frame.shape[1]), "frameon": False}
        ax.figure.legend(handles=ax.containers, fontsize=9.5, columnspacing=1.2, **where)
    names = [cell_text(frame.index.name, key) for key in frame.index]
    return _finish_rows(ax, names=names, scale=words.name("label", scale))


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
    if any(p.indicator in {*corners} - {c} for point in points for c, p in zip(corners, point)):
        raise ValueError(f"the shares do not stand in the order of {', '.join(corners)}")
    ax.set_gid("ternary")
    edges = [(100, 0, 0), (0, 100, 0), (0, 0, 100), (100, 0, 0)]
    for share in range(20, 100, 20):
        ends = [(100 - share, share, 0), (100 - share, 0, share)]
        for turn in range(3):
            ax.plot(*_flat([e[turn:] + e[:turn] for e in ends]), color="#ddd", lw=0.8, zorder=0)
    ax.plot(*_flat(edges), color="#444", lw=1)
    for x, y, corner, part in zip(*_flat(edges), corners, points[0]):
        name = textwrap.fill(words.name("indicator", corner), 22)
        _write(ax, part, (x, y), (0, 12 if y else -9), name, "black")
    for group, _ in _series([point[0] for point in points]):
        own = [point for point in points if point[0] in group]
        x, y = _flat([[part.value for part in point] for point in own])
        place = words.name("place", group[0].place)
        _mark(ax, group, x, y, label=f"{place} · {words.name('origin', group[0].origin)}")
        named = f"{place} " if group[0].place != points[0][0].place else ""  # one place needs none
        for figure, left, height in zip(group, x, y):
            text = named + words.period(figure.period)
            _write(ax, figure, (left, height), (9 if left > 45 else -9, 0), text)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return _finish(ax, [part for point in points for part in point])


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
    ax.plot(x, y, linestyle=linestyle, linewidth=1.8, **_look(area) | {"label": name})
    _write(ax, area, (x[0], y[0]), (8 if x[0] > 50 else -8, 0), textwrap.fill(name, 24))
    return ax


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
    label = f"{words.name('indicator', first.indicator)} · {_look(second)['label']}"
    _mark(ax, [second], [x.value for x, _ in pairs], [y.value for _, y in pairs], label=label)
    for number, (right, up) in enumerate(pairs):
        offset = (-8, 6) if number else (8, -6)
        _write(ax, up, (right.value, up.value), offset, words.period(up.period))
    for axis, figure in ((ax.xaxis, first), (ax.yaxis, second)):
        name = f"{words.name('indicator', figure.indicator)} ({words.unit(figure.indicator)})"
        axis.set_label_text(textwrap.fill(name, 46))
        axis.set_major_formatter(_number)
    ax.margins(0.15)
    return _finish(ax, [figure for pair in pairs for figure in pair])


def _series(figures):
    """Group figures of the same indicator, place and origin, each group with its rows."""
    groups = {}
    for row, figure in enumerate(figures):
        key = figure.indicator, figure.place, figure.origin
        groups.setdefault(key, []).append((figure, row))
    return [tuple(map(list, zip(*group))) for group in groups.values()]


def _look(figure):
    """Name the series of a figure and give the colour of its origin."""
    terms = [(kind, getattr(figure, kind)) for kind in ("indicator", "place", "origin")]
    label = " · ".join(words.name(*term) for term in terms)
    return {"label": label, "color": STYLE[figure.origin]["color"]}


def _mark(ax, group, x, y, **look):
    """Draw the marks of one series, joined unless the look says otherwise."""
    common = {"linewidth": 1, "markersize": 7}
    ax.errorbar(x, y, **_look(group[0]) | STYLE[group[0].origin] | common | look)


def _mark_rows(ax, group, rows, offset, **look):
    """Draw marks of one series with their bounds and values, each in its row."""
    x, look = [f.value for f in group], {"linestyle": "none", "markersize": 8} | look
    _mark(ax, group, x, rows, xerr=_errors(group), **look)
    for figure, row in zip(group, rows):
        _write(ax, figure, (figure.value, row), offset)


def _bar_rows(ax, group, rows, left=0.0):
    """Draw bars of one series with their values, from zero or where the bar before has ended."""
    for figure, row in zip(group, rows):
        _write(ax, figure, (max(left, left + figure.value), row), (5, 0))
    return ax.barh(rows, [f.value for f in group], left=left, height=0.55, **_look(group[0]))


def _errors(figures):
    """Lengths of the bars to the bounds; an open side has none."""
    closed = [f.relation in "=~" and math.isfinite(f.high - f.low) for f in figures]
    ends = [(f.value - f.low, f.high - f.value) if c else (0, 0) for f, c in zip(figures, closed)]
    return [[max(0, low) for low, _ in ends], [max(0, high) for _, high in ends]]


def _write(ax, figure, point, offset, text=None, color=None):
    """Write a figure's value, or another text, beside a point in the colour of its origin."""
    right, up = ((side > 0) - (side < 0) for side in offset)
    look = {"ha": ("center", "left", "right")[right], "va": ("center", "bottom", "top")[up]}
    look |= {"color": color or STYLE[figure.origin]["color"], "fontsize": 9.5, "bbox": BESIDE}
    ax.annotate(text or value_text(figure), point, offset, textcoords="offset points", **look)


def _name_ends(ax, ends):
    """Name each series at the right edge, level with its last point, none over another."""
    bottom, top = ax.get_ylim()
    line, free = (top - bottom) * 0.06, bottom
    look = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 9.5}
    for value, name, origin in sorted(ends):
        lines = textwrap.wrap(name, 24)
        middle = max(value, free + len(lines) * line / 2)
        free = middle + len(lines) * line / 2
        ax.annotate("\n".join(lines), (1.01, middle), color=STYLE[origin]["color"], **look)


def _row_name(figure, figures):
    """Name a row by what tells it apart from the others."""
    names = {kind: words.name(kind, getattr(figure, kind)) for kind in ("indicator", "place")}
    names["period"] = words.period(figure.period)
    parts = [name for kind, name in names.items() if len({getattr(f, kind) for f in figures}) > 1]
    parts += [words.name("status", figure.status)] if figure.origin == "plan" else []
    twins = [f for f in figures if all(getattr(f, kind) == getattr(figure, kind) for kind in names)]
    own = [ref for ref in figure.refs if not all(ref in twin.refs for twin in twins)]
    return " · ".join(filter(None, [*parts, *map(publisher, own)]))


def _finish_rows(ax, figures=(), others=(), names=None, scale=None):
    """Name the rows, from the top, and the scale below them, after their figures if not given."""
    names = names or [_row_name(figure, figures) for figure in figures]
    ax.set_gid("rows")  # tells the text form that the rows are named
    ax.set_yticks(range(len(names)), [textwrap.fill(name, 46) for name in names])
    ax.set_ylim(len(names) - 0.4, -0.8)
    ax.set(xlabel=scale or words.unit(figures[0].indicator), ylabel="")
    ax.xaxis.set_major_formatter(_number)
    ax.margins(x=0.12)
    if max(map(abs, ax.get_xlim())) >= 10_000:
        ax.locator_params(axis="x", nbins=5)  # long numbers would run into each other
    ax.grid(axis="x", color="#ddd")
    ax.set_axisbelow(True)
    return _finish(ax, [*figures, *others])


def _finish(ax, figures):
    """Name the sources of all that was drawn and leave only the axes that carry a scale."""
    ax.figures_drawn = [*getattr(ax, "figures_drawn", []), *figures]
    refs = dict.fromkeys(publisher(ref) for figure in ax.figures_drawn for ref in figure.refs)
    places = ", ".join(ref for ref in refs if ref.startswith("¶"))
    document = [f"{words.name('label', 'appendix')} {places}"] if places else []
    named = document + [ref for ref in refs if not ref.startswith("¶")]
    text = "; ".join(named or [words.name("label", "collection")])
    text = textwrap.fill(f"{words.name('label', 'source')}: {text}", 140)
    ax.figure.supxlabel(text, x=0.01, ha="left", fontsize=8, color="#444")
    sns.despine(ax=ax)
    return ax


def _number(value, _):
    return words.number(value, int(value % 1 != 0))


def _year(figure):
    """Where a period stands on the axis of years: at its end."""
    year, month = map(int, moments(figure.period)[1].split("-"))
    return year + (month - 12) / 12


def _flat(shares):
    """Place shares of three parts in the plane: left, right and top corner."""
    return [b + c / 2 for _, b, c in shares], [c * 3**0.5 / 2 for _, _, c in shares]


def _shares(x, y):
    """Read the shares of three parts back from where a point stands."""
    top = y / (3**0.5 / 2)
    return f"{round(100 - x - top / 2, 9):.6g} / {round(x - top / 2, 9):.6g}", top


def picture(ax):
    """Return a picture as the bytes of a PNG file, and close it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes

    Returns
    -------
    bytes
    """
    ax.figure.set_dpi(200)
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()  # lays out and draws once; savefig draws all once more to lay it out
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    drawn.save(file := io.BytesIO(), "png", compress_level=3, dpi=(200, 200))
    plt.close(ax.figure)
    return file.getvalue()


def values_drawn(ax):
    """List what a picture shows, read back from its artists.

    Parameters
    ----------
    ax : matplotlib.axes.Axes

    Returns
    -------
    str
        A line for each named series, then an indented line for each of its
        values with the bar drawn around it. Then in brackets the labels written
        in the picture, and what the values are seen by: from where to where the
        axes run; colours and marks of the series, of the key, and lines across;
        each label with the point at which it stands; title and source.

    Raises
    ------
    ValueError
        If the axes cut off a part of what is drawn, such as where bars start.
    """
    rows = ax.get_gid() == "rows" and [_plain(label) for label in ax.get_yticklabels()]
    named, lines = [line for line in ax.lines if not line.get_label().startswith("_")], []
    for series in (*ax.containers, *named):
        lines.append(series.get_label())
        for (x, y), ends in _marks_drawn(series, rows):
            place, value = (rows[round(y)], x) if rows else (f"{x:g}", y)
            if ax.get_gid() == "ternary":
                place, value = _shares(x, y)
            elif series in named and series.get_gid():
                place = series.get_gid()  # the years of a span
            bar = " ({:.7g} to {:.7g})".format(*ends) if ends[0] != ends[1] else ""
            lines.append(f"  {place}: {value:.7g}{bar}")
    written = " · ".join(filter(None, map(_plain, ax.texts)))
    seen = [*_axes_drawn(ax), *_looks_drawn(ax, named), *_texts_drawn(ax)]
    return "\n".join([*lines, *(f"[{line}]" for line in [written, *filter(None, seen)])])


def _marks_drawn(series, rows):
    """List for each mark its point, that of a bar being its length, and the ends of its bar."""
    if hasattr(series, "patches"):
        boxes = [bar.get_bbox() for bar in series]
        ends = [(box.x0, box.x1) if box.x0 else (0, 0) for box in boxes]
        marks = [((box.width, (box.y0 + box.y1) / 2), end) for box, end in zip(boxes, ends)]
        return [mark for mark in marks if mark[0][0]]
    if isinstance(series, tuple):  # marks with bounds
        line, _, bounds = series
        ends = [each[:, 0 if rows else 1] for each in bounds[0].get_segments()] if bounds else []
        return zip(line.get_xydata(), ends or cycle([(0, 0)]))
    first = 1 if rows or series.get_gid() else None  # a line across says one value
    return zip(series.get_xydata()[:first], cycle([(0, 0)]))


def _axes_drawn(ax):
    """Say from where to where the axes run, and see that they cut off nothing that is drawn."""
    for axis, (low, high) in zip((ax.xaxis, ax.yaxis), ax.dataLim.get_points().T):
        start, end = ax.get_xlim() if axis is ax.xaxis else ax.get_ylim()
        limits = f"{start:.7g} → {end:.7g}"
        if low < min(start, end) or high > max(start, end):
            drawn = f"what is drawn from {low:.7g} (bars start at 0) to {high:.7g}"
            raise ValueError(f"the {axis.axis_name} axis, {limits}, cuts off {drawn}")
        if ax.axison and (axis is ax.xaxis or ax.get_gid() != "rows"):  # a scale is seen
            yield f"{axis.axis_name}: {', '.join(filter(None, (_plain(axis.label), limits)))}"


def _looks_drawn(ax, named):
    """Say what tells the series apart, what the key says of it, and which lines go across."""
    yield " · ".join(map(_look_drawn, (*ax.containers, *named)))
    for key in filter(None, [*ax.figure.legends, ax.get_legend()]):
        entries = zip(key.legend_handles, key.get_texts())
        yield " · ".join(f"{_look_drawn(handle)} {_plain(text)}" for handle, text in entries)
    across = [line for line in ax.lines if line.get_transform() is ax.get_xaxis_transform()]
    yield " · ".join(f"| {line.get_xdata()[0]:.7g}" for line in across)


def _look_drawn(series):
    """Write the fills of bars, or the mark (else the style) and colour of a line."""
    if hasattr(series, "patches"):
        fills = [to_hex(bar.get_facecolor()) + (bar.get_hatch() or "") for bar in series.patches]
        return " ".join(dict.fromkeys(fills))
    if hasattr(series, "get_hatch"):
        return to_hex(series.get_facecolor())
    line = series[0] if isinstance(series, tuple) else series
    return f"{line.get_marker().replace('None', line.get_linestyle())} {to_hex(line.get_color())}"


def _texts_drawn(ax):
    """Say at which point each label stands, or how high at the edge; then title and source."""
    labels = []
    for text in ax.texts:
        (x, y), scale = getattr(text, "xy", text.get_position()), getattr(text, "xycoords", "data")
        written = _plain(text) or (f"{text.xyann[0]:.7g} →" if text.arrow_patch else "")
        if written and not callable(scale):  # as it is of labels within bars
            labels.append(f"{written} @ {f'{x:.7g}, ' if scale == 'data' else ''}{y:.7g}")
    yield " · ".join(labels)
    yield from map(_plain, (ax.title, *ax.figure.texts))


def _plain(text):
    return " ".join(text.get_text().split())
