"""The forms of the pictures: how seaborn draws rows on a sheet as lines, columns or ranges.

What seaborn lacks is matplotlib's: bounds, hatching, arrows, words beside marks.
"""

import math
import re
from functools import partial
from itertools import groupby, pairwise

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.transforms import Bbox

from hg_analysis import words
from hg_analysis.sheet import DASH, Sheet
from hg_analysis.table import HOME, OFFICIAL, entries, moments

MARKS = {"document": "o", "published": "s", "plan": "^", "implied": "D", "under": "v"}
OPEN = ("plan", "implied", "under")
ABOVE = [(0, 1), (-0.4, 0.9), (0.4, 0.9), (-1, 0.3), (0, 2), (1, 0.3)]
BELOW = [(0.4, -1), (0, -1), (-0.4, -1), (1, -0.3), (0, -2)]
RIGHT = [(1, 0), (-1, 0), (1, 0.8), (1, -0.8), (-1, 0.8), (-1, -0.8), (0, 1), (0, -1)]


def year_of(figure):
    """Where a period stands on the axis of years: at its end."""
    year, month = map(int, moments(figure.period)[1].split("-"))
    return year + (month - 12) / 12


class Drawing(Sheet):
    """A picture on its sheet: rows with their colours, marks, and how each is read back.

    Parameters
    ----------
    picture : Picture
    size : Size
    color : dict
        :data:`hg_analysis.sheet.LIGHT` or ``DARK``.
    keyed : bool
        Whether the key says what bounds are.
    """

    def __init__(self, picture, size, color, keyed):
        super().__init__(size, color)
        self.picture, self.rows, self.said = picture, picture.frame(), picture.said
        self.keyed, self.bounded, self.flat, self.marks, self.values = keyed, False, True, {}, {}
        form = picture.form.func.__name__
        pale = {"linewidth": size.mark * 0.4, "alpha": 0.35, "solid_capstyle": "butt"}
        points = form in ("draw_lines", "draw_ranges")
        self.bound = pale if points else {"linewidth": 1.6, "color": color["ink"]}
        places = dict.fromkeys(self.rows.place)
        lead = HOME if HOME in places else next((p for p in places if p != "vietnam"), "vietnam")
        others = [place for place in places if place not in (lead, "vietnam")]
        self.lead, own = lead, {"vietnam": color["vietnam"], lead: color["lead"]}
        self.inks = dict.fromkeys(others, color["other"]) | own
        self.of = {place: color["others"][n % 2] for n, place in enumerate(others)} | own

    def split(self, reference):
        """Return the rows drawn and those of the reference, whose line is drawn."""
        line = (
            self.rows[self.rows.series == self.said(reference)] if reference else self.rows.head(0)
        )
        for row in line.itertuples():
            look = {"color": self.color["ink"], "linewidth": 1.3, "linestyle": (0, (1, 2))}
            across = self.ax.axhline if self.flat else self.ax.axvline
            self.values[row.Index] = partial(
                read_back, across(row.value, zorder=3, **look), self.flat
            )
        return self.rows.drop(line.index), line

    def shade(self, place, nth):
        """Return the colour of a place's nth series: ever lighter."""
        steps = self.color["steps"] if place == self.lead else ()
        lighter = sns.blend_palette([self.of[place], self.color["ground"]], 5)
        return [*steps, *lighter][nth]

    def span(self, rows):
        """Return the least and the largest of values, and of bounds where they are wide."""
        low, high = rows.value.min(), rows.value.max()
        closed = rows[[figure.relation in "=~" for figure in rows.figure]]
        width = closed.high - closed.low
        wide = closed[width.between((high - low) * 0.02, math.inf, "neither")]
        return min(low, *wide.low, low), max(high, *wide.high, high)

    def at(self, along, value):
        """Return a point of the axes by where it stands and its value."""
        return (along, value) if self.flat else (value, along)

    def scatter(self, rows, along, **look):
        """Draw the marks of rows by seaborn, and remember how each value is read back."""
        x, y = self.at(along, "value")
        sns.scatterplot(
            data=rows, x=x, y=y, hue="place", palette={p: self.of[p] for p in rows.place},
            style="known", markers=MARKS, s=(self.size.mark * 0.72) ** 2, legend=False,
            linewidth=1.5, zorder=4, ax=self.ax, **look,
        )  # fmt: skip
        points, own = self.ax.collections[-1], [self.of[place] for place in rows.place]
        filled = [self.color["ground"] if k in OPEN else c for k, c in zip(rows.known, own)]
        points.set(edgecolors=own, facecolors=filled)
        for n, (row, known) in enumerate(zip(rows.index, rows.known)):
            self.values[row] = partial(read_back, points, self.flat, n)
            self.marks.setdefault(known, {"marker": MARKS[known], "open": known in OPEN})
        return points

    def finish(self, **room):
        """Write title, units, key and sources around the axes."""
        marks = {known: self.marks[known] for known in (*MARKS, "gap") if known in self.marks}
        if self.keyed:
            marks["bounds"] = {"linestyle": "-"} | self.bound
        own = self.picture.key
        said = {each: own.get(each, words.name("label", f"mark_{each}")) for each in marks}
        key = [(look, self.said(said[each])) for each, look in marks.items() if said[each]]
        title, units = self.said(self.picture.title), self.said(self.picture.units)
        self.frame(title, units, room.pop("heads", ()), key, self.sources(), **room)
        self.figure.values = self.values

    def keep_off(self, points, line):
        """Keep words off marks and off the lines of references."""
        half, (left, _, top, bottom) = self.size.mark / 2, self.place
        high = self.size.height
        self.taken.append(Bbox.from_extents(0, high - bottom, left - 4, high - top))  # ticks
        for x, y in self.pixels(points.get_offsets()) if points else ():
            self.taken.append(Bbox.from_extents(x - half, y - half, x + half, y + half))
        for row in line.itertuples():
            ends = self.ax.get_xlim() if self.flat else self.ax.get_ylim()
            self.take_line([self.at(end, row.value) for end in ends])

    def sources(self):
        """Return who published what is drawn, the most official first, ever fewer of them."""
        refs = dict.fromkeys(ref for figure in self.picture.figures() for ref in figure.refs)
        kinds = {ref: entries("sources")[ref].kind for ref in refs if not ref.startswith("¶")}
        known = [*OFFICIAL, *kinds.values()].index  # a kind of one's own comes last
        names = [words.name("label", "appendix")] * (len(kinds) < len(refs))
        names += [words.publisher(ref) for ref in sorted(kinds, key=lambda ref: known(kinds[ref]))]
        names = list(dict.fromkeys(names))
        texts = ["; ".join(names[:most]) for most in range(min(4, len(names)), 0, -1)]
        more = words.name("label", "and_others")
        texts = [t if t == "; ".join(names) else more.format(names=t) for t in texts]
        return [words.name("label", "sources_line").format(names=text) for text in texts]

    def bounds(self, rows, along):
        """Draw the bounds that are wide enough to see; return them by row."""
        drawn = {}
        for row, place in zip(rows.itertuples(), along):
            ends = [self.at(place, end) for end in (row.low, row.high)]
            closed = row.figure.relation in "=~" and math.isfinite(row.high - row.low)
            if closed and math.dist(*self.pixels(ends)) > self.size.mark + 3:
                look = {"color": self.of[row.place], "zorder": 3.5} | self.bound
                self.ax.plot(*zip(*ends), **look)
                drawn[row.Index] = row.low, row.high
        self.bounded = bool(drawn)
        return drawn

    def words_of(self, line):
        """Write the words of a reference where there is room along it."""
        for row in line.itertuples():
            start, end = self.ax.get_xlim() if self.flat else self.ax.get_ylim()
            sides = [(0.01, 0.5), (0.01, -0.5)] if self.flat else [(0.8, 0), (-0.8, 0)]
            look = {"over": not self.flat, "linespacing": 1.1, "bbox": self.ground}
            for part, room in (
                (p, r) for p in np.linspace(0.01, 0.97, 40) for r in (400, 200, 130)
            ):
                point = self.at(
                    start + (end - start) * (part if self.flat else 1 - part), row.value
                )
                text = "\n".join(self.wrap(row.series, self.size.tick, room))
                if self.beside(text, point, self.size.tick, "ink", sides, 8, **look):
                    break
            else:
                raise ValueError(f"no room for {row.series!r}; shorten it")

    def check(self):
        """See that the axes show every value, and columns from zero."""
        low, high = sorted(self.ax.get_ylim() if self.flat else self.ax.get_xlim())
        for row, value in self.values.items():
            mark, ends = value.args[0], [value()]
            if hasattr(mark, "get_height"):
                foot = mark.get_y() if self.flat else mark.get_x()
                ends = foot, foot + value()
            if not low <= min(ends) <= max(ends) <= high:
                key = self.rows.key[row]
                raise ValueError(f"the axis from {low:g} to {high:g} cuts off {key}: {value():g}")


def read_back(artist, flat, n=0):
    """Read a value back from a mark, a column or a line across."""
    if hasattr(artist, "get_offsets"):
        return float(artist.get_offsets()[n, int(flat)])
    if hasattr(artist, "get_height"):
        return float(artist.get_height() if flat else artist.get_width())
    return float((artist.get_ydata() if flat else artist.get_xdata())[0])


def draw_lines(on, lead, ends, band, gaps, notes, ranks):
    """Draw what :func:`hg_analysis.pictures.lines` describes."""
    ax, size, color = on.ax, on.size, on.color
    under = [figure.relation[0] == "<" for figure in on.rows.figure]
    on.rows = frame = on.rows.assign(known=on.rows.known.mask(under, "under"))
    ends, named = {on.picture.named(name): text for name, text in ends.items()}, on.picture.named
    groups = {name: rows.sort_values("year") for name, rows in frame.groupby("series", sort=False)}
    joined = {name: rows for name, rows in groups.items() if len(rows) > 1}
    if size.narrow and joined:  # of other places only those with a line
        frame = frame[frame.place.isin([p for rows in joined.values() for p in rows.place])]
        groups = {name: rows for name, rows in groups.items() if rows.index[0] in frame.index}
    first = next((name for name, rows in joined.items() if on.lead in set(rows.place)), "")
    strong = named(lead) if lead else first
    widths = {n: 2.7 if "vietnam" in set(r.place) else 1.8 for n, r in groups.items()} | {
        strong: 4.2
    }
    pieces = []
    for rows in joined.values():
        for why, steps in groupby(pairwise(rows.itertuples()), lambda step: _why_dashed(*step)):
            if why is None:
                continue
            points = dict.fromkeys(row.Index for step in steps for row in step)
            pieces.append(
                frame.loc[list(points)].assign(piece=len(pieces), why=why, dash=why != "")
            )
    if pieces:
        sns.lineplot(
            data=pd.concat(pieces), x="year", y="value", hue="place", palette=on.of, size="series",
            sizes={name: width * (0.8 if size.narrow else 1) for name, width in widths.items()},
            style="dash", dashes={False: "", True: DASH}, units="piece", estimator=None,
            sort=False, legend=False, zorder=3, ax=ax,
        )  # fmt: skip
    points = on.scatter(frame, "year", clip_on=False)
    why = {reason for piece in pieces for reason in piece.why}
    if "implied" in why and "implied" in on.marks:
        on.marks["implied"]["linestyle"] = "-"
    on.marks |= {"gap": {"linestyle": "--"}} if "gap" in why else {}
    low, top = on.span(frame)
    ticks = on.scale(ax.yaxis, low, top, whole=ranks)
    bottom = max(tick for tick in ticks if tick <= low)
    latest = frame.year.max()
    lasting = {name: rows for name, rows in joined.items() if rows.year.max() == latest}
    blocks = {name: _end(on, name, rows.iloc[-1], ends.get(name)) for name, rows in lasting.items()}
    wide = [on.wide(text, px, weight=w) for block in blocks.values() for text, px, w, _ in block]
    on.finish(left=on.ticks_wide(ax.yaxis), right=max(wide, default=0) + 18)
    first, last = math.floor(frame.year.min()), math.ceil(frame.year.max())
    before, after = (16 if size.narrow else 24), 8
    unit = max(last - first, 1) / (on.place[1] - on.place[0] - before - after)
    ax.set_yticks([tick for tick in ticks if bottom <= tick <= top])
    edge = (top - bottom) * 0.04
    step = 1 if 1 / unit > on.wide("2020", size.tick) + 4 else 2
    years = range(last, first - 1, -step)
    ax.set(xlim=(first - before * unit, last + after * unit), xticks=years)
    bottom, top = (top + edge, 1 - edge) if ranks else (bottom, top + edge)
    ax.set_ylim(bottom, top)
    ax.grid(True, axis="y", color=color["grid"])
    ax.axhline(bottom, color=color["second"], linewidth=1.2, zorder=1, clip_on=False)
    on.keep_off(points, frame.head(0))
    for rows in joined.values():
        on.take_line(rows[["year", "value"]].to_numpy())
    _write_ends(on, {name: rows.iloc[-1].value for name, rows in lasting.items()}, blocks)
    if band:
        _band(on, *(joined[named(name)] for name in band[:2]), on.said(band[2]))
    for one, other, text in gaps:
        pair = [(year_of(figure), words.stated_value(figure)) for figure in (one, other)]
        look = {"arrowstyle": "<->", "color": color["second"], "linewidth": 1.1}
        ax.annotate(
            "", *pair, arrowprops=look | dict.fromkeys(("shrinkA", "shrinkB"), size.mark * 0.6)
        )
        on.take_line(pair)
        on.beside(on.said(text), np.mean(pair, axis=0), size.label, "ink", RIGHT, 7, weight="bold")
    for name, rows in groups.items():
        if name not in lasting:  # at its last mark
            row, ink = rows.iloc[-1], on.inks[rows.place.iloc[-1]]
            text = words.name("label", "place_value").format(place=name, value=row.label)
            text = "\n".join(on.wrap(text, size.tick, 110 if size.narrow else 260))
            for over in (False, True):
                look = {"must": over, "over": over, "bbox": on.ground, "linespacing": 1.1}
                if on.beside(text, (row.year, row.value), size.tick, ink, RIGHT, **look):
                    break
    instead = {figure.key: on.said(text) for figure, text in notes}
    for name, rows in groups.items():
        weight, ink = "bold" if name == strong else "normal", on.inks[rows.place.iloc[0]]
        for row in rows.itertuples():
            point = row.year, row.value
            if row.key in instead:
                text, instead[row.key] = instead[row.key], ""  # once, where two series start
                if text and not size.narrow:
                    on.beside(text, point, size.key, "second", [(0.01, 2), *ABOVE])
            elif row.Index != rows.index[-1] and not (size.narrow and row.Index != rows.index[0]):
                level = [np.interp(row.year, other.year, other.value) for other in joined.values()]
                lower = max(level, default=0) > row.value
                sides = [*BELOW, *ABOVE] if lower != ranks else [*ABOVE, *BELOW]
                on.beside(row.label, point, size.label, ink, sides, weight=weight)
    on.bounds(frame, frame.year)


def _why_dashed(one, other):
    """Say why the line between two rows is dashed, "" if it is not, None if there is no line."""
    if "under" in (one.known, other.known):
        return None
    implied, gap = "implied" in (one.known, other.known), other.year - one.year > 1
    return "implied" if implied else "gap" if gap else ""


def _end(on, name, row, text):
    """Return the lines of text at the end of a series: text, pixels, weight and colour."""
    size, ink = on.size, on.inks[row.place]
    if text is None:
        value = words.value_text(row.figure)
        names = on.wrap(name, size.label, 96 if size.narrow else 260)
        return [(text, size.label, "bold", ink) for text in names] + [
            (value, size.label, "normal", ink)
        ]
    first, *rest = on.said(text).split("\n")
    rest = on.wrap(rest[0], size.label, 96) if size.narrow and rest else rest
    large = size.end if re.match(r"[×+−]?\d", first) else size.label
    return [(first, large, "bold", ink), *((line, size.label, "normal", "ink") for line in rest)]


def _write_ends(on, values, blocks):
    """Write the ends beside the last marks, none over another."""
    level, tops, free = {name: on.pixels((0, value))[1] for name, value in values.items()}, {}, 0
    order = sorted(level, key=level.get, reverse=True)
    high = {name: sum(px * 1.18 for _, px, *_ in block) for name, block in blocks.items()}
    for name in order:
        y = on.size.height - level[name]
        tops[name] = max(y - blocks[name][0][1] * 0.6, free)
        free = tops[name] + high[name] + 4
    limit = on.place[3] + 6
    for name in reversed(order):
        y = tops[name] = min(tops[name], limit - high[name])
        limit = y - 4
        for text, px, weight, ink in blocks[name]:
            on.write(on.place[1] + 12, y, text, px, ink, weight=weight)
            y += px * 1.18


def _band(on, one, other, text):
    """Shade what lies between two series and say what it is."""
    years = np.linspace(
        max(one.year.min(), other.year.min()), min(one.year.max(), other.year.max()), 241
    )
    low, high = (np.interp(years, rows.year, rows.value) for rows in (one, other))
    on.ax.fill_between(years, low, high, color=on.color["steps"][3], linewidth=0, zorder=1)
    text = "\n".join(on.wrap(text, on.size.label, 60 if on.size.narrow else 200))
    for part in (200, 190, 210, 180, 170, 220, 150):
        look = {"style": "italic", "linespacing": 1}
        point = years[part], (low[part] + high[part]) / 2
        if on.beside(text, point, on.size.label, "second", [(0, 0)], **look):
            return


def draw_columns(on, reference):
    """Draw what :func:`hg_analysis.pictures.columns` describes."""
    on.flat = not on.size.narrow
    rows, line = on.split(reference)
    rows = rows.assign(slot=rows.year.map("{:.0f}".format), hue=rows.series)
    _draw_bars(on, rows, line, sorted(set(rows.slot)))


def draw_bars(on, reference, beside):
    """Draw what :func:`hg_analysis.pictures.bars` describes."""
    on.flat = False
    rows, line = on.split(reference)
    hue = [rows.place_name] if rows.place.nunique() > 1 else []
    if rows[rows.known != "plan"].duplicated(["series", "place"]).any():
        hue.append(pd.Series([words.period(f.period) for f in rows.figure], rows.index))
    hue = hue[0].str.cat(hue[1:], sep=", ") if hue else ""
    rows = rows.assign(slot=rows.series, hue=hue)
    beside = {on.picture.named(name): on.said(text).split("\n") for name, text in beside.items()}
    _draw_bars(on, rows, line, list(dict.fromkeys(rows.slot)), beside)


def _draw_bars(on, rows, line, slots, beside=None):
    """Draw a group of bars for each slot: upright, lying beside short names, or below long ones."""
    ax, flat, color, listed = on.ax, on.flat, on.color, beside is not None
    bars, plans = rows[rows.known != "plan"], rows[rows.known == "plan"]
    if bars.duplicated(["hue", "slot"]).any():
        raise ValueError("one figure for each series and year, row and period; and plans")
    places = bars.groupby("hue", sort=False).place.first()
    nth, order = places.groupby(places).cumcount(), list(places.index)
    fill = {hue: on.shade(places[hue], n) for hue, n in nth.items()}
    if not flat and not listed:
        on.heighten(310, 27 * len(order), len(slots))
    size, width, names = on.size, 0.74, {}
    if listed:
        room = [on.wide(text[0], size.label) + 20 for text in beside.values()]
        room = on.room - max(room, default=0) if size.narrow else 280
        names = {slot: on.wrap(slot, size.label, room) for slot in slots}
        thick, free = 26 * len(order), max(map(len, names.values())) * size.label * 1.25
        free = free + 20 if size.narrow else max(free - thick, 0) + 28
        on.heighten(260 if size.narrow else 200, thick + free, len(slots))
        size, width = on.size, thick / (thick + free)
    x, y = on.at("slot", "value")
    sns.barplot(
        data=bars, x=x, y=y, hue="hue", order=slots, hue_order=order, palette=fill, saturation=1,
        width=width, gap=0.06, errorbar=None, legend=False, orient="x" if flat else "y", ax=ax,
    )  # fmt: skip
    drawn = {}
    for hue, container in zip(order, ax.containers):
        for bar in container:
            middle = bar.get_center()[0 if flat else 1]
            row = bars[(bars.hue == hue) & (bars.slot == slots[round(middle)])].iloc[0]
            drawn[row.name], on.values[row.name] = (bar, middle), partial(read_back, bar, flat)
            hatch = "////" if row.known == "implied" else ""
            on.marks.setdefault(row.known, {"hatch": hatch})
            if hatch:
                bar.set(facecolor=color["ground"], edgecolor=fill[hue], hatch=hatch, linewidth=1.3)
    both = {"document", "published"} <= set(bars.known)  # both are filled: a dot at the foot
    on.marks |= {"document": {"marker": "o"}} if both else {}
    shift = {hue: (n - (len(order) - 1) / 2) * width / len(order) for n, hue in enumerate(order)}
    at = [slots.index(slot) + shift.get(hue, 0) for slot, hue in zip(plans.slot, plans.hue)]
    points = on.scatter(plans.assign(at=at), "at") if len(plans) else None
    low, high = min(0, on.span(on.rows)[0]), max(0, on.span(on.rows)[1])
    axis = ax.yaxis if flat else ax.xaxis
    ticks = on.scale(axis, low, high, 4)
    left = on.ticks_wide(ax.yaxis) if flat else 8 + max(on.wide(slot, size.tick) for slot in slots)
    room, right = (on.room - left) / len(slots) / len(order), 0 if flat else 48
    wide = {hue: on.wide(hue, size.label, weight="bold") for hue in order}
    first = bars[bars.slot == bars.groupby("slot").series.nunique().idxmax()]
    apart = flat and max(wide.values()) < room and len(order) < 3  # over the first columns
    apart = apart and first.value.max() < 0.7 * high
    heads = [] if apart else [({"facecolor": fill[hue]}, hue) for hue in order if hue]
    if listed:
        value = max(on.wide(text, size.label, weight="bold") for text in rows.label) + 12
        left = max(on.wide(text, size.label) for name in names.values() for text in name) + 16
        left = (6 if size.narrow else left) + (value if low else 0)
        right = [on.wide(text, size.label) + 16 for texts in beside.values() for text in texts]
        right = value + (0 if size.narrow else max(right, default=0))
    on.finish(left=left, right=right, heads=heads)
    high = ticks[-1] if ticks[-1] <= high * 1.12 else high * 1.05
    axis.set_ticks([tick for tick in ticks if (low and ticks[0]) <= tick <= high])
    (ax.set_ylim if flat else ax.set_xlim)(low and ticks[0], high)
    ax.grid(True, axis="y" if flat else "x", color=color["grid"])
    ax.grid(False, axis="x" if flat else "y")
    (ax.axhline if flat else ax.axvline)(0, color=color["second"], linewidth=1.2, zorder=3)
    if listed:
        above = (free / 2 - 14) / (thick + free) if size.narrow else 0
        ax.set(yticks=[], ylim=(len(slots) - 0.5 - above, -0.5 - above))
        _name_rows(on, names, width, beside)
    for row in bars[bars.known == "document"].itertuples() if both else ():
        foot = on.at(drawn[row.Index][1], math.copysign((high - low) * 0.04, row.value))
        if abs(row.value) > (high - low) * 0.06:
            ax.plot(*foot, "o", color=color["ground"], markersize=size.mark * 0.5)
    on.keep_off(points, line)
    boxes = [bar.get_window_extent() for bar, _ in drawn.values()]
    on.taken += boxes
    bounds = on.bounds(bars, [drawn[index][1] for index in bars.index])
    for index, (bar, middle) in drawn.items():
        _column_value(on, bars.loc[index], bar, middle, listed, bounds.get(index, (0, 0)))
    for row in first.itertuples() if apart else ():
        bar, middle = drawn[row.Index]
        side = (wide[row.hue] > bar.get_window_extent().width) * (
            0.01 if shift[row.hue] > 0 else -0.01
        )
        point = middle - np.sign(side) * bar.get_width() / 2, first.value.max()
        look = {"must": True, "weight": "bold", "bbox": on.ground}
        on.beside(
            row.hue, point, size.label, on.inks[row.place], [(side, 1)], size.label * 1.4, **look
        )
    sides = [(-right, up) for right, up in RIGHT]
    if listed:  # in the lane of a bar
        on.taken = [box for box in on.taken if all(box.bounds != b.bounds for b in boxes)]
        sides = [(right * step, 0) for step in (1, 4, 7) for right in (1, -1)]
    for row, along in zip(plans.itertuples(), at):
        on.beside(
            row.label, on.at(along, row.value), size.tick, "second", sides, over=True, must=True,
            bbox=on.ground,
        )  # fmt: skip
    on.words_of(line)


def _name_rows(on, names, width, beside):
    """Write the names of rows beside or above them, and what is said at their right ends."""
    size, step = on.size, on.size.label * 1.25
    for n, (name, texts) in enumerate(names.items()):
        middle = size.height - on.pixels((0, n))[1]
        over = size.height - on.pixels((0, n - width / 2))[1] - 5
        y = over - step * len(texts) if size.narrow else middle - step * len(texts) / 2
        for text in texts:
            on.write(size.margin, y, text, size.label, "ink", bbox=on.ground)
            y += step
        said = beside.get(name, [])[: 1 if size.narrow else None]
        x, y = size.width - size.margin, middle - step * len(said) / 2
        if size.narrow:
            y = over - step
        else:
            x -= max((on.wide(t, size.label) for b in beside.values() for t in b), default=0)
        for text in said:
            on.write(x, y, text, size.label, "second", ha="right" if size.narrow else "left")
            y += step


def _column_value(on, row, bar, middle, listed, bounds):
    """Write the value of a bar at its end, or within it: of columns the strong and wide ones."""
    size, box, length = on.size, bar.get_window_extent(), read_back(bar, on.flat)
    implied, look = row.known == "implied", {"weight": "bold" if row.place == on.lead else "normal"}
    wide = on.wide(row.label, size.label, weight="bold")
    fits = box.width > wide + 8 and box.height > size.label * (2 if on.flat else 1.1)
    sign = -1 if listed and length < 0 else 1
    tip = sign * max(sign * length, *(sign * end for end in bounds), 0)
    sides = [(0, 0.6), (0, 1.6), (0, 2.6)] if on.flat else [(s * sign, 0) for s in (0.6, 3, 6)]
    own = look | ({} if on.flat else {"bbox": on.ground})
    write = partial(on.beside, row.label, px=size.label, over=True)
    if not listed and fits and row.place == on.lead:
        pass
    elif write(
        on.at(middle, tip), ink=on.inks[row.place], sides=sides[: 1 if listed and fits else 3],
        away=8, must=not (listed and fits), **own,
    ):  # fmt: skip
        return
    on.taken = [other for other in on.taken if other.bounds != box.bounds]
    point, sides = on.at(middle, length), [on.at(0, -1) if on.flat else (-sign, 0)]
    if implied:  # its hatching is no ground for words
        point, sides, look["bbox"] = on.at(middle, length / 2), [(0, 0)], on.ground | {"pad": 3}
    write(point, ink=_ink_on(on, bar.get_facecolor()), sides=sides, away=6, must=True, **look)
    on.taken.append(box)


def draw_stacked(on, reference):
    """Draw what :func:`hg_analysis.pictures.stacked` describes."""
    ax, color, on.flat = on.ax, on.color, not on.size.narrow
    flat, (rows, line) = on.flat, on.split(reference)
    rows = rows.assign(when=rows.year.map("{:.0f}".format).astype(int))
    if rows.duplicated(["series", "when"]).any() or "plan" in set(rows.known):
        raise ValueError("stacked takes one figure for each part and year; a plan is a reference")
    below = rows.groupby(["when", rows.value < 0]).value.cumsum()
    rows, step = rows.assign(foot=below - rows.value), {}
    for name, part in rows.groupby("series", sort=False):  # parts of no common year may share one
        others = rows[rows.when.isin(part.when) & rows.series.isin(step)].series
        step[name] = max((step[other] + 1 for other in others), default=0)
    if max(step.values()) > 3:
        raise ValueError("stacked takes at most four parts of a year")
    years = range(rows.when.min(), rows.when.max() + 1)
    if not flat:
        on.heighten(280, 38, len(years))
    size, parts, one = on.size, {}, rows.place.nunique() == 1
    for name, part in rows.groupby("series", sort=False):
        ink = color["steps"][step[name]] if one else on.of[part.place.iloc[0]]
        draw = partial(ax.bar, bottom=part.foot) if flat else partial(ax.barh, left=part.foot)
        for bar, row in zip(draw(part.when, part.value, 0.8, color=ink), part.itertuples()):
            parts[row.Index], on.values[row.Index] = bar, partial(read_back, bar, flat)
            hatch, light = "//" if row.known == "implied" else "", color["steps"][1]
            light = color["ground"] if step[name] < 2 else light
            bar.set(edgecolor=color["ground"], linewidth=1.5, hatch=hatch, hatchcolor=light)
            on.marks.setdefault(row.known, {"hatch": hatch * 2})
    base = rows[rows.series == next(iter(step))].sort_values("when")
    for left, right in pairwise(base.itertuples()):
        between = ax.fill_between if flat else ax.fill_betweenx
        sides, ends = [left.when + 0.4, right.when - 0.4], [left.value, right.value]
        between(sides, ends, color=color["steps"][3], linewidth=0, zorder=0.5)
    low, high = (part.sum() for part in (rows.value.clip(upper=0), rows.value.clip(0)))
    totals = rows.value.groupby([rows.when, rows.value < 0]).sum()
    low, high = min(0, totals.min(), *line.value), max(0, totals.max(), *line.value)
    whole = not low and abs(high - 100) < 1.5
    axis = ax.yaxis if flat else ax.xaxis
    ticks = on.scale(axis, low, high, 4)
    last = rows[rows.when == years[-1]]
    inks = {name: "ink" for name in step} | {base.series.iloc[0]: "lead"} if one else {}
    names = {}
    for row in last.itertuples() if flat else ():
        ink = inks.get(row.series) or on.inks[row.place]
        lines = on.wrap(row.series, size.label, 230)
        names[row.series] = [(text, size.label, "bold", ink) for text in lines]
    wide = [on.wide(text, px, weight="bold") for name in names.values() for text, px, *_ in name]
    heads = {n: [name for name in step if step[name] == n and name not in names] for n in range(4)}
    heads = [(({"facecolor": color["steps"][n]}), "; ".join(h)) for n, h in heads.items() if h]
    left = 8 + max(on.wide("2020", size.tick) for year in years)
    left = (0 if whole else on.ticks_wide(ax.yaxis)) if flat else left
    right = max(wide, default=0) + 14 if flat else 4
    on.finish(left=left, right=right, heads=heads)
    pad = (high - low) * 0.03
    axis.set_ticks([t for t in ticks if low - pad <= t <= high + pad and not whole])
    (ax.set_ylim if flat else ax.set_xlim)(low and low - pad, high if whole else high + pad)
    edges = (years[0] - 0.5 - 0.4 * (len(line) and not flat), years[-1] + 0.45)
    (ax.set_xlim if flat else ax.set_ylim)(edges if flat else edges[::-1])
    (ax.set_xticks if flat else ax.set_yticks)([year for year in years if year in set(rows.when)])
    (ax.xaxis if flat else ax.yaxis).set_major_formatter("{x:.0f}")
    ax.grid(False)
    if not whole:
        ax.grid(True, axis="y" if flat else "x", color=color["grid"])
    if low:
        (ax.axhline if flat else ax.axvline)(0, color=color["second"], linewidth=1.2, zorder=3)
    on.keep_off(None, line)
    middles = {row.series: row.foot + row.value / 2 for row in last.itertuples()}
    _write_ends(on, {name: middles[name] for name in names}, names)
    for index, bar in parts.items():
        row, box = rows.loc[index], bar.get_window_extent()
        ink = _ink_on(on, bar.get_facecolor())
        look = {"weight": "bold" if row.series == base.series.iloc[0] else "normal"}
        pad = 4 if row.known == "implied" else 0.5  # off the hatching
        look["bbox"] = {"facecolor": bar.get_facecolor(), "edgecolor": "none", "pad": pad}
        wide = on.wide(row.label, size.label, weight=look["weight"])
        if wide < box.width - 4 and size.label * 1.25 < box.height:
            point = on.at(row.when, row.foot + row.value / 2)
            on.beside(row.label, point, size.label, ink, [(0, 0)], over=True, **look)
    _name_gaps(on, years, set(rows.when), (low + high) / 2)
    on.words_of(line)


def _name_gaps(on, years, there, height):
    """Say in years without figures what is missing."""
    text = on.said(on.picture.key.get("gap", words.name("label", "mark_gap")))
    for missing, run in groupby(years, lambda year: year not in there):
        run = list(run)
        if missing and text:
            wide = abs(np.subtract(*on.pixels([(0, 0), (len(run) * 0.9, 0)]))[0])
            room = wide if on.flat else on.place[1] - on.place[0]
            lines = "\n".join(on.wrap(text, on.size.key, room))
            point = on.at(np.mean(run), height)
            on.beside(lines, point, on.size.key, "second", [(0, 0)], must=True, over=True)


def _ink_on(on, face):
    """Return the ink that stands out more on a colour, by their luminance as WCAG counts it."""
    inks = {ink: sns.utils.relative_luminance(on.color[ink]) + 0.05 for ink in ("ground", "ink")}
    own = sns.utils.relative_luminance(face) + 0.05
    return max(inks, key=lambda ink: abs(math.log(inks[ink] / own)))


def draw_ranges(on, reference):
    """Draw what :func:`hg_analysis.pictures.ranges` describes."""
    ax, on.flat = on.ax, False
    rows, line = on.split(reference)
    on.heighten(200 + 40 * on.size.narrow, 58 + 14 * on.size.narrow, rows.series.nunique())
    size = on.size
    names = list(dict.fromkeys(rows.series))
    rows = rows.assign(row=rows.series.map(names.index))
    points = on.scatter(rows, "row")
    ticks = on.scale(ax.xaxis, *on.span(on.rows), 5)
    said = [on.wrap(name, size.label, size.width - 8 if size.narrow else 300) for name in names]
    wide = max(on.wide(text, size.label) for texts in said for text in texts)
    on.finish(left=8 if size.narrow else wide + 20, right=8)
    edge = (ticks[-1] - ticks[0]) * 0.03
    ax.set(xlim=(ticks[0] - edge, ticks[-1] + edge), yticks=[])
    ax.set_ylim(len(names) - 0.4, -0.75 if size.narrow else -0.6)
    ax.grid(True, axis="x", color=on.color["grid"])
    ax.grid(False, axis="y")
    on.keep_off(points, line)
    for n, texts in enumerate(said):
        y, high = size.height - on.pixels((0, n))[1], len(texts) * size.label * 1.25
        y -= size.mark + high + 14 if size.narrow else high / 2
        for text in texts:
            on.write(size.margin, y, text, size.label, "ink", bbox=on.ground)
            y += size.label * 1.25
    for row in rows.itertuples():
        plan, sides = row.known == "plan", [(0, -1 if size.narrow else 1), *RIGHT, *BELOW]
        look = {"must": True, "weight": "normal" if plan else "bold"}
        ink = "second" if plan else on.inks[row.place]
        on.beside(row.label, (row.value, row.row), size.label, ink, sides, **look)
    on.words_of(line)
    on.bounds(rows, rows.row)
