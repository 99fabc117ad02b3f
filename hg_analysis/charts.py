"""The growth charts: paths over years and rows of intervals, one visual language.

Every chart draws on the Axes it is given and returns it. Colour and mark say
where a number comes from; names and units come from the data files.
"""

import textwrap
from itertools import pairwise

import seaborn as sns
from matplotlib import pyplot as plt

from hg_analysis import words
from hg_analysis.page import publisher, value_text

# Okabe and Ito's colours, apart for every common colour blindness; marks differ too.
STYLE = {
    "document": {"color": "#0072B2", "marker": "o"},
    "published": {"color": "#4D4D4D", "marker": "s"},
    "plan": {"color": "#00795A", "marker": "^", "markerfacecolor": "white"},
    "implied": {"color": "#C14E00", "marker": "D"},
}


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
    sns.set_theme(style="ticks", font="DejaVu Sans", rc={"font.size": 10.5, "axes.labelsize": 10.5})
    _, ax = plt.subplots(figsize=(8.4, height), layout="constrained")
    return ax


def path(ax, figures, named=()):
    """Draw figures over the years, with their bounds; a line joins published outturns.

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
            top, only = rank == len(points) - 1, rank == 0
            offset = (0, 7) if top else (0, -7) if only else (-8, -4)
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
    ax.plot(
        [left, end + 0.4], [figure.value] * 2, color=color, linewidth=1.5, zorder=1, label=label
    )
    text = f"{value_text(figure)} · {words.name('origin', figure.origin)}"
    _write(ax, text, (left, figure.value), figure.origin, (10, 5))
    return ax


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
    ax.set_gid("rows")  # tells the text form that the rows are named
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
    names = [textwrap.fill(_row_name(figure, figures), 46) for figure in reversed(figures)]
    ax.set_yticks(range(len(figures)), names)
    ax.set_ylim(-0.6, len(figures) - 0.2)
    ax.set_xlabel(words.unit(figures[0].indicator))
    ax.xaxis.set_major_formatter(_number)
    ax.margins(x=0.12)
    ax.grid(axis="x", color="#ddd")
    return _finish(ax, figures)


def _year(figure):
    """Where a period stands on the axis of years: at its end."""
    year, _, month = figure.period.split("/")[-1].partition("-")
    return int(year) + (int(month or 12) - 12) / 12


def _errors(figures):
    """Lengths of the bars to the bounds; an open side has none."""
    ends = [(f.value - f.low, f.high - f.value) for f in figures]
    return [
        [e[side] if 0 < e[side] < f.value else 0 for e, f in zip(ends, figures)] for side in (0, 1)
    ]


def _series(figures):
    """Group figures that belong together: same indicator, place and origin."""
    groups = {}
    for figure in figures:
        groups.setdefault((figure.indicator, figure.place, figure.origin), []).append(figure)
    return groups


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
        words.period(figure.period) if len({f.period for f in alike}) > 1 else "",
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
        va="bottom" if offset[1] > 0 else "top",
        color=STYLE[origin]["color"],
        fontsize=9.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
    )


def _finish(ax, figures):
    """Write the source line and leave only the axes that carry a scale."""
    refs = dict.fromkeys(publisher(ref) for figure in figures for ref in figure.refs)
    places = ", ".join(ref for ref in refs if ref.startswith("¶"))
    others = [ref for ref in refs if not ref.startswith("¶")]
    document = [f"{words.name('label', 'appendix')} {places}"] if places else []
    text = f"{words.name('label', 'source')}: " + "; ".join(document + others)
    ax.figure.supxlabel(textwrap.fill(text, 140), x=0.01, ha="left", fontsize=8, color="#444")
    sns.despine(ax=ax)
    return ax
