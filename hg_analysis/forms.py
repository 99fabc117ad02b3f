"""The forms of the pictures: how seaborn draws rows on a sheet as lines, columns or ranges.

What seaborn lacks is matplotlib's: parts that add up, bounds, hatching, arrows, words beside marks.
"""

import textwrap

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hg_analysis import words
from hg_analysis.table import moments

ABOVE = [(0, 1), (-0.4, 0.9), (0.4, 0.9), (-1, 0.3), (0, 2), (1, 0.3)]
BELOW = [(0.4, -1), (0, -1), (-0.4, -1), (1, -0.3), (0, -2), (1.6, 0)]
RIGHT = [(1, 0), (-1, 0), (1, 0.8), (1, -0.8), (-1, 0.8), (-1, -0.8), (0, 1), (0, -1)]


def year_of(figure):
    """Where a period stands on the axis of years: at its end."""
    year, month = map(int, moments(figure.period)[1].split("-"))
    return year + (month - 12) / 12


def draw_lines(on, lead, ends, band, gaps, notes, ranks):
    """Draw what :func:`hg_analysis.pictures.lines` describes."""
    ax, named, rows, second = on.ax, on.picture.named, on.rows, {"color": on.color["second"]}
    rows.loc[[figure.relation[0] == "<" for figure in rows.figure], "known"] = "under"
    long = rows.groupby("series").year.transform("size") > 1
    strong = named(lead) if lead else next(iter(rows.series[long & (rows.place == on.lead)]), "")
    rows = rows.assign(strong=rows.series == strong).sort_values("year", kind="stable")
    if on.narrow and long.any():  # of other places only those with a line
        rows = rows[rows.place.isin(rows.place[long])]
    after = rows.groupby("series")[["year", "value", "known"]].shift(-1)
    under, implied = ((rows.known == k) | (after.known == k) for k in ("under", "implied"))
    gap = (after.year - rows.year > 1) & ~implied & ~under
    steps = rows.assign(step=rows.index, dashed=implied | gap)[after.year.notna() & ~under]
    if len(steps):
        sns.lineplot(
            data=pd.concat([steps, steps.assign(year=after.year, value=after.value)]), x="year",
            y="value", hue="place", palette=on.of, size="strong", sizes={True: 4, False: 2.2},
            style="dashed", dashes={False: "", True: (2.2, 1.6)}, units="step", estimator=None,
            sort=False, legend=False, zorder=3, ax=ax,
        )  # fmt: skip
    on.scatter(rows, "year")
    if gap.any():
        on.marks["gap"] = Line2D([], [], linestyle="--")
    ax.locator_params(axis="x", nbins=8 if on.narrow else 16, integer=True)
    ax.xaxis.set_major_formatter("{x:.0f}")
    ax.margins(0.02, 0.08)
    ax.spines.bottom.set_visible(True)
    on.scale(whole=ranks)
    if 0 <= rows.value.min() < 0.25 * rows.value.max() and not ranks:
        ax.set_ylim(0)  # what ends near zero does not seem to reach it
    if ranks:
        ax.set_ylim(ax.get_ylim()[1], 0)
        ax.set_yticks([1, *(tick for tick in ax.get_yticks() if 1 < tick < ax.get_ylim()[0])])
    ends = {named(name): on.said(text) for name, text in ends.items()}
    final = rows.drop_duplicates("series", keep="last")
    lasting = final[long[final.index] & (final.year == rows.year.max())]
    for row in lasting.itertuples():
        text = ends.get(row.series, f"{row.series}\n{words.value_text(row.figure)}")
        on.end(row.value, text, on.inks[row.place])
    if band:
        one, other = (rows[rows.series == named(name)] for name in band[:2])
        years = np.linspace(max(one.year.min(), other.year.min()), rows.year.max(), 25)
        low, high = (np.interp(years, part.year, part.value) for part in (one, other))
        ax.fill_between(years, low, high, color=on.color["steps"][3], linewidth=0, zorder=1)
    on.settle()
    if band:
        look, middle = {"room": 60 if on.narrow else 200, "style": "italic"} | second, low + high
        on.beside(on.said(band[2]), (years[20], middle[20] / 2), [(0, 0), (0, 1)], **look)
    for one, other, text in gaps:
        pair = [(year_of(figure), words.stated_value(figure)) for figure in (one, other)]
        ax.annotate(
            "", *pair, arrowprops={"arrowstyle": "<->", "shrinkA": 6, "shrinkB": 6} | second
        )
        on.beside(on.said(text), np.mean(pair, axis=0), RIGHT, 7, weight="bold")
    instead = {figure.key: on.said(text) for figure, text in notes}
    once = rows.drop_duplicates("series" if on.narrow else ["year", "label"]).index
    for row in rows.itertuples():
        look = {"weight": "bold" if row.strong else "normal", "color": on.inks[row.place]}
        point, most = (row.year, row.value), rows.value[rows.year == row.year].max()
        sides = [*ABOVE, *BELOW] if (row.value == most) != ranks else [*BELOW, *ABOVE]
        if row.Index in final.index.difference(lasting.index):  # named at its last mark
            text = words.label("place_value", place=row.series, value=row.label)
            look |= {"room": 110 if on.narrow else 260, "bbox": on.box, "must": True}
            on.beside(text, point, RIGHT, **look)
        elif row.Index in once.difference(final.index):
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
        hue.append(rows.figure.map(lambda figure: words.period(figure.period)))
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
    on.heads = [(Patch(facecolor=ink), hue) for hue, ink in fill.items() if hue] + on.heads
    (x, y), each = on.at("slot", "value"), 27 * len(hues) + 24
    width = 0.74 if flat else 1 - 24 / each
    sns.barplot(
        data=bars, x=x, y=y, hue="hue", palette=fill, saturation=1, width=width, gap=0.06,
        errorbar=None, legend=False, orient="x" if flat else "y", ax=ax,
    )  # fmt: skip
    shift = {hue: (n - (len(hues) - 1) / 2) * width / len(hues) for n, hue in enumerate(hues)}
    at = [slots.index(slot) + shift.get(hue, 0) for slot, hue in zip(plans.slot, plans.hue)]
    for bar, row in zip(ax.patches, bars.itertuples()):
        on.bar(bar, row)
        error = on.bounds(row, bar.get_center()[1 - flat], ecolor=on.color["ink"], elinewidth=1.6)
        look = {"weight": "bold" if row.place == on.lead else "normal", "color": on.inks[row.place]}
        beyond = plans.value[(plans.slot == row.slot) & (plans.hue == row.hue)] - row.value
        crowded = beyond.between(0, 0.15 * on.rows.value.max()).any()
        on.label(bar, row, error, crowded, bbox=on.box, **look)
    if len(plans):
        on.scatter(plans.assign(at=at), "at")
    on.scale()
    (ax.axhline if flat else ax.axvline)(0, color=on.color["second"], linewidth=1.2, zorder=3)
    on.settle(0 if flat else _rows(on, slots, each, beside))
    for along, row in zip(at, plans.itertuples()):
        sides = [(-1, 0), (1, 0), (0, 1), (0, 2)] if flat else [(1, 0), (-1, 0), *ABOVE, *BELOW]
        on.beside(row.label, on.at(along, row.value), sides, must=True, bbox=on.box)


def _rows(on, slots, each, beside):
    """Name rows, and what is said at their right ends; return how high the sheet is."""
    said = [beside.get(slot, "") for slot in slots]
    names = [textwrap.fill(slot, 18 if on.narrow else 38, break_long_words=False) for slot in slots]
    if on.narrow:  # below the names
        names = ["\n".join([name, *text.split("\n")[:1]]) for name, text in zip(names, said)]
    for n, text in enumerate(() if on.narrow else said):
        look = {"xycoords": on.ax.get_yaxis_transform(), "textcoords": "offset points"}
        on.ax.annotate(text, (1, n), (8, 0), va="center", color=on.color["second"], **look)
    on.ax.set_yticks(range(len(slots)), names, color=on.color["ink"])
    on.ax.margins(x=0.2 if on.narrow else 0.1)
    lines = 1 + max(name.count("\n") for name in names)
    return 170 + 60 * on.narrow + max(each, lines * on.size.label * 1.25 + 12) * len(slots)


def draw_stacked(on, reference):
    """Draw what :func:`hg_analysis.pictures.stacked` describes."""
    ax, size, rows, ink = on.ax, on.size, on.split(reference), on.color["ink"]
    rows = rows.assign(when=rows.year.map("{:.0f}".format).astype(int))
    if rows.duplicated(["series", "when"]).any() or "plan" in set(rows.known):
        raise ValueError("stacked takes one figure for each part and year; a plan is a reference")
    step, fill, years = {}, {}, range(rows.when.min(), rows.when.max() + 1)
    for name, part in rows.groupby("series", sort=False):  # parts of no common year may share one
        others = rows.series[rows.when.isin(part.when) & (rows.place == part.place.iloc[0])]
        step[name] = 1 + max((step[other] for other in others if other in step), default=-1)
        fill[name] = on.shade(part.place.iloc[0], step[name])
    foot = rows.groupby(["when", rows.value < 0]).value.cumsum() - rows.value
    bars = ax.bar(rows.when, rows.value, 0.8, foot, color=[*rows.series.map(fill)])
    first = rows[rows.series == rows.series.iloc[0]].sort_values("when")
    sides, tops = np.add.outer([*first.when], (-0.4, 0.4)).ravel(), np.repeat(first.value, 2)
    ax.fill_between(sides, tops, color=on.color["steps"][3], linewidth=0, zorder=0.5)
    ax.set(xlim=(years[0] - 0.5, years[-1] + 0.5), xticks=years)
    on.scale()
    ax.axhline(0, color=on.color["second"], linewidth=1.2, zorder=3)
    last = rows[(rows.when == years[-1]) & (not on.narrow)]
    for row in last.itertuples():
        main = row.series == rows.series.iloc[0]
        on.end(foot[row.Index] + row.value / 2, row.series, on.inks[row.place] if main else ink)
    others = [name for name in fill if name not in {*last.series}]
    on.heads = [(Patch(facecolor=fill[name]), name) for name in others] + on.heads
    for bar, row in zip(bars, rows.itertuples()):
        on.bar(bar, row)
    on.settle()
    for bar, row in zip(bars, rows.itertuples()):
        box, dark = bar.get_window_extent(), not step[row.series] and row.known != "implied"
        if len(row.label) * size.label * 0.52 < box.width and size.label * 1.1 < box.height:
            look = {"weight": "bold"} if row.Index in first.index else {}
            look |= {"bbox": on.box | {"facecolor": bar.get_facecolor()}}
            on.label(bar, row, color=on.color["ground"] if dark else ink, **look)
    for year in {*years} - {*rows.when}:
        text = on.said(on.picture.key.get("gap", words.name("label", "mark_gap")))
        look = {
            "ha": "center",
            "va": "center",
            "color": on.color["second"],
            "size": size.key * 0.72,
        }
        on.fit(
            ax.text(year, 0.72 * ax.get_ylim()[1], text, **look), 0.9 * ax.bbox.width / len(years)
        )


def draw_ranges(on, reference):
    """Draw what :func:`hg_analysis.pictures.ranges` describes."""
    rows = on.split(reference, flat=False)
    slots = [*dict.fromkeys(rows.series)]
    rows = rows.assign(row=rows.series.map(slots.index))
    on.scatter(rows, "row")
    on.scale()
    high = _rows(on, slots, 64, {})
    on.ax.set_ylim(len(slots) - 0.5, -0.6)
    on.settle(high)
    for row in rows.itertuples():
        look = {"weight": "normal" if row.known == "plan" else "bold", "color": on.inks[row.place]}
        look |= {"must": True, "bbox": on.box}
        on.beside(row.label, (row.value, row.row), [(0, 1), *RIGHT, *BELOW], **look)
