"""The forms of the pictures: how seaborn draws rows on a sheet as lines, columns or ranges.

What seaborn lacks is matplotlib's: parts that add up, bounds, hatching, arrows, words beside marks.
"""

import math
import textwrap
from itertools import groupby, pairwise

import numpy as np
import pandas as pd
import seaborn as sns

from hg_analysis import words
from hg_analysis.table import moments

ABOVE = [(0, 1), (-0.4, 0.9), (0.4, 0.9), (-1, 0.3), (0, 2), (1, 0.3)]
BELOW = [(0.4, -1), (0, -1), (-0.4, -1), (1, -0.3), (0, -2)]
RIGHT = [(1, 0), (-1, 0), (1, 0.8), (1, -0.8), (-1, 0.8), (-1, -0.8), (0, 1), (0, -1)]


def year_of(figure):
    """Where a period stands on the axis of years: at its end."""
    year, month = map(int, moments(figure.period)[1].split("-"))
    return year + (month - 12) / 12


def draw_lines(on, lead, ends, band, gaps, notes, ranks):
    """Draw what :func:`hg_analysis.pictures.lines` describes."""
    ax, size, named, rows = on.ax, on.size, on.picture.named, on.rows
    rows.loc[[figure.relation[0] == "<" for figure in rows.figure], "known"] = "under"
    long = rows.groupby("series").year.transform("size") > 1
    if on.narrow and long.any():  # of other places only those with a line
        rows = rows[rows.place.isin(rows.place[long])]
    groups = {name: part.sort_values("year") for name, part in rows.groupby("series", sort=False)}
    strong = named(lead) if lead else next(iter(rows.series[long & (rows.place == on.lead)]), "")
    steps = []
    for part in groups.values():
        for one, other in pairwise(part.itertuples()):
            known, gap = (one.known, other.known), other.year - one.year > 1
            why = "implied" if "implied" in known else "gap" if gap else ""
            if "under" not in known:
                step = rows.loc[[one.Index, other.Index]]
                steps.append(step.assign(step=len(steps), why=why, dashed=why != ""))
    if steps:
        sns.lineplot(
            data=pd.concat(steps), x="year", y="value", hue="place", palette=on.of, size="series",
            sizes={name: 4 if name == strong else 2.2 for name in groups}, style="dashed",
            dashes={False: "", True: (2.2, 1.6)}, units="step", estimator=None, sort=False,
            legend=False, zorder=3, ax=ax,
        )  # fmt: skip
    on.scatter(rows, "year")
    if any(step.why.iloc[0] == "gap" for step in steps):
        on.mark("gap", linestyle="--")
    for row in rows.itertuples():
        on.bounds(row, row.year, color=on.of[row.place], linewidth=size.mark * 0.4, alpha=0.35)
    first, last = math.floor(rows.year.min()), math.ceil(rows.year.max())
    ax.set_xticks(range(last, first - 1, -1 - (last - first > (7 if on.narrow else 15))))
    ax.margins(x=0.02)
    on.scale(whole=ranks)
    if ranks:
        ax.set_ylim(ax.get_ylim()[1], 0)
        ax.set_yticks([1, *(tick for tick in ax.get_yticks() if 1 < tick < ax.get_ylim()[0])])
    ends = {named(name): on.said(text) for name, text in ends.items()}
    lasting = [
        n for n, part in groups.items() if len(part) > 1 and part.year.max() == rows.year.max()
    ]
    for name in lasting:
        row = groups[name].iloc[-1]
        text = ends.get(name, f"{name}\n{words.value_text(row.figure)}")
        on.end(row.value, text, on.inks[row.place])
    if band:
        one, other = (groups[named(name)] for name in band[:2])
        years = np.linspace(max(one.year.min(), other.year.min()), last, 25)
        low, high = (np.interp(years, part.year, part.value) for part in (one, other))
        ax.fill_between(years, low, high, color=on.color["steps"][3], linewidth=0, zorder=1)
    on.settle()
    quiet = {"color": on.color["second"]}
    if band:
        look, point = (
            {"style": "italic", "room": 60 if on.narrow else 200},
            (years[20], (low[20] + high[20]) / 2),
        )
        on.beside(on.said(band[2]), point, [(0, 0), (0, 1), (0, -1)], **look, **quiet)
    for one, other, text in gaps:
        pair = [(year_of(figure), words.stated_value(figure)) for figure in (one, other)]
        ax.annotate("", *pair, arrowprops=quiet | {"arrowstyle": "<->", "shrinkA": 6, "shrinkB": 6})
        on.beside(on.said(text), np.mean(pair, axis=0), RIGHT, 7, weight="bold")
    instead = {figure.key: on.said(text) for figure, text in notes}
    twice = rows.duplicated(["year", "label"])
    for name, part in groups.items():
        look = {
            "weight": "bold" if name == strong else "normal",
            "color": on.inks[part.place.iloc[0]],
        }
        for row in part.itertuples():
            point, others = (row.year, row.value), rows.value[rows.year == row.year]
            sides = [*ABOVE, *BELOW] if (row.value == others.max()) != ranks else [*BELOW, *ABOVE]
            if row.Index == part.index[-1]:
                text = words.name("label", "place_value").format(place=name, value=row.label)
                if name not in lasting:
                    more = {"room": 110 if on.narrow else 260, "bbox": on.box, "must": True}
                    on.beside(text, point, RIGHT, **look, **more)
            elif not twice[row.Index] and (not on.narrow or row.Index == part.index[0]):
                on.beside(instead.get(row.key, row.label), point, sides, **look)


def draw_columns(on, reference):
    """Draw what :func:`hg_analysis.pictures.columns` describes."""
    rows = on.split(reference, flat=not on.narrow)
    rows = rows.assign(slot=rows.year.map("{:.0f}".format), hue=rows.series)
    _draw_bars(on, rows, sorted(set(rows.slot)), {})


def draw_bars(on, reference, beside):
    """Draw what :func:`hg_analysis.pictures.bars` describes."""
    rows = on.split(reference, flat=False)
    hue = [rows.place_name] if rows.place.nunique() > 1 else []
    if rows[rows.known != "plan"].duplicated(["series", "place"]).any():
        hue.append(pd.Series([words.period(f.period) for f in rows.figure], rows.index))
    rows = rows.assign(slot=rows.series, hue=hue[0].str.cat(hue[1:], sep=", ") if hue else "")
    beside = {on.picture.named(name): on.said(text) for name, text in beside.items()}
    _draw_bars(on, rows, [*dict.fromkeys(rows.slot)], beside)


def _draw_bars(on, rows, slots, beside):
    """Draw a group of bars for each slot: upright, or from the left."""
    ax, flat, plan = on.ax, on.flat, rows.known == "plan"
    rows = rows.assign(slot=pd.Categorical(rows.slot, slots))
    bars, plans, hues = rows[~plan], rows[plan], [*dict.fromkeys(rows.hue[~plan])]
    bars = bars.assign(hue=pd.Categorical(bars.hue, hues)).sort_values(["hue", "slot"])
    if bars.duplicated(["hue", "slot"]).any():
        raise ValueError("one figure for each series and year, row and period; and plans")
    places = bars.drop_duplicates("hue").set_index("hue").place
    fill = {hue: on.shade(places[hue], n) for hue, n in places.groupby(places).cumcount().items()}
    on.heads = [({"facecolor": ink}, hue) for hue, ink in fill.items() if hue] + on.heads
    width, high = (0.74, 0) if flat else _rows(on, slots, 27 * len(hues))
    x, y = on.at("slot", "value")
    sns.barplot(
        data=bars, x=x, y=y, hue="hue", palette=fill, saturation=1, width=width, gap=0.06,
        errorbar=None, legend=False, orient="x" if flat else "y", ax=ax,
    )  # fmt: skip
    shift = {hue: (n - (len(hues) - 1) / 2) * width / len(hues) for n, hue in enumerate(hues)}
    at = [slots.index(slot) + shift.get(hue, 0) for slot, hue in zip(plans.slot, plans.hue)]
    for bar, row in zip(ax.patches, bars.itertuples()):
        on.bar(bar, row, fill[row.hue])
        error = on.bounds(row, bar.get_center()[1 - flat], color=on.color["ink"], linewidth=1.6)
        look = {"weight": "bold" if row.place == on.lead else "normal", "color": on.inks[row.place]}
        crowded = ((plans.slot == row.slot) & (plans.hue == row.hue)).any()
        on.label(bar, row, error, crowded, bbox=on.box, **look)
    if len(plans):
        on.scatter(plans.assign(at=at), "at")
    on.scale()
    (ax.axhline if flat else ax.axvline)(0, color=on.color["second"], linewidth=1.2, zorder=3)
    if not flat:
        _name_rows(on, slots, beside)
        ax.margins(x=0.2 if on.narrow else 0.1)
    on.settle(high)
    for along, row in zip(at, plans.itertuples()):
        sides = [(-1, 0), (1, 0), (0, 1), (0, 2)] if flat else [(1, 0), (-1, 0), *ABOVE, *BELOW]
        on.beside(row.label, on.at(along, row.value), sides, must=True, bbox=on.box)


def _rows(on, slots, thick):
    """Return how much of its room a row takes, and how high a sheet of rows is."""
    lines = max(map(len, slots)) // 18 + 2 if on.narrow else 1
    each = max(thick, lines * on.size.label * 1.2) + 22
    return thick / each, 170 + 70 * on.narrow + each * len(slots)


def _name_rows(on, slots, beside):
    """Name rows, and write what is said at their right ends, on a phone below the names."""
    said = [beside.get(slot, "") for slot in slots]
    names = [textwrap.fill(slot, 18 if on.narrow else 38, break_long_words=False) for slot in slots]
    if on.narrow:
        names = ["\n".join([name, *text.split("\n")[:1]]) for name, text in zip(names, said)]
    on.ax.set_yticks(range(len(slots)), names, color=on.color["ink"])
    for n, text in enumerate(said if not on.narrow else ()):
        look = {"xycoords": on.ax.get_yaxis_transform(), "textcoords": "offset points"}
        on.ax.annotate(text, (1, n), (8, 0), va="center", color=on.color["second"], **look)


def draw_stacked(on, reference):
    """Draw what :func:`hg_analysis.pictures.stacked` describes."""
    ax, size, rows = on.ax, on.size, on.split(reference)
    rows = rows.assign(when=rows.year.map("{:.0f}".format).astype(int))
    if rows.duplicated(["series", "when"]).any() or "plan" in set(rows.known):
        raise ValueError("stacked takes one figure for each part and year; a plan is a reference")
    foot = rows.groupby(["when", rows.value < 0]).value.cumsum() - rows.value
    years, step, drawn, heads = range(rows.when.min(), rows.when.max() + 1), {}, [], []
    for name, part in rows.groupby("series", sort=False):  # parts of no common year may share one
        others = rows[rows.when.isin(part.when) & (rows.place == part.place.iloc[0])].series
        step[name] = 1 + max((step[other] for other in others if other in step), default=-1)
        ink = on.shade(part.place.iloc[0], step[name])
        heads.append(({"facecolor": ink}, name))
        bars = ax.bar(part.when, part.value, 0.8, foot[part.index])
        for bar, row in zip(bars, part.itertuples()):
            on.bar(bar, row, ink)
            drawn.append((bar, row))
    first = rows[rows.series == rows.series.iloc[0]].sort_values("when")
    for one, other in pairwise(first.itertuples()):
        ribbon = (one.when + 0.4, other.when - 0.4), (one.value, other.value)
        ax.fill_between(*ribbon, color=on.color["steps"][3], linewidth=0, zorder=0.5)
    ax.set(xlim=(years[0] - 0.5, years[-1] + 0.5), xticks=years)
    on.scale()
    ax.axhline(0, color=on.color["second"], linewidth=1.2, zorder=3)
    last = rows[(rows.when == years[-1]) & (not on.narrow)]
    for row in last.itertuples():
        ink = on.inks[row.place] if row.series == first.series.iloc[0] else on.color["ink"]
        on.end(foot[row.Index] + row.value / 2, row.series, ink)
    on.heads = [head for head in heads if head[1] not in set(last.series)] + on.heads
    on.settle()
    for bar, row in drawn:
        box, ground = bar.get_window_extent(), on.color["ground"]
        if len(row.label) * size.label * 0.52 < box.width and size.label * 1.1 < box.height:
            solid = not step[row.series] and row.known != "implied"
            look = {
                "color": ground if solid else on.color["ink"],
                "weight": "bold" if row.Index in first.index else "normal",
            }
            on.label(bar, row, bbox=on.box | {"facecolor": bar.get_facecolor()}, **look)
    text = on.said(on.picture.key.get("gap", words.name("label", "mark_gap")))
    for missing, run in groupby(years, lambda year: year not in set(rows.when)):
        if missing and (run := list(run)):
            look = {"ha": "center", "va": "center", "color": on.color["second"]}
            note = ax.text(
                np.mean(run), 0.72 * ax.get_ylim()[1], text, size=size.key * 0.72, **look
            )
            on.fit(note, len(run) * 0.9 * ax.bbox.width / len(years))


def draw_ranges(on, reference):
    """Draw what :func:`hg_analysis.pictures.ranges` describes."""
    rows = on.split(reference, flat=False)
    slots = [*dict.fromkeys(rows.series)]
    rows = rows.assign(row=rows.series.map(slots.index))
    on.scatter(rows, "row")
    for row in rows.itertuples():
        on.bounds(row, row.row, color=on.of[row.place], linewidth=on.size.mark * 0.4, alpha=0.35)
    on.scale()
    _name_rows(on, slots, {})
    on.ax.set_ylim(len(slots) - 0.5, -0.6)
    on.settle(_rows(on, slots, 40)[1])
    for row in rows.itertuples():
        look = {"weight": "normal" if row.known == "plan" else "bold", "color": on.inks[row.place]}
        on.beside(row.label, (row.value, row.row), [(0, 1), *RIGHT, *BELOW], must=True, **look)
