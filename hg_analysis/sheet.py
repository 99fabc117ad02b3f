"""The sheet on which a picture is drawn: words, colours, marks, and how values are read back.

Measures are pixels. Words take their room; what is written later goes where there is room left.
"""

import math
import re
import textwrap
from collections import namedtuple
from pathlib import Path

import font_source_sans_pro as fonts
import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from hg_analysis import words
from hg_analysis.table import HOME, OFFICIAL, entries

LOOK = Path(__file__).with_name("hg.mplstyle")
for _face in ("SourceSansPro", "SourceSansProIt", "SourceSansProBold"):
    mpl.font_manager.fontManager.addfont(fonts.font_files_ttf[_face])

# Who: the place that a picture is about, Việt Nam, others (marks, then words). Steps of one hue.
LIGHT = {"lead": "#00558C", "vietnam": "#B34700", "others": ("#8493A1", "#66727E")}
LIGHT |= {"other": "#5E6A75", "steps": ("#00558C", "#6EA8CF", "#BCD7E8", "#E3EEF5")}
LIGHT |= {"ground": "#FFFFFF", "ink": "#17212B", "second": "#44515D", "grid": "#DCE1E6"}
DARK = {"lead": "#6FB7EA", "vietnam": "#E07B39", "others": ("#8796A3", "#A9B6C1")}
DARK |= {"other": "#B4C0CA", "steps": ("#6FB7EA", "#3F7FAE", "#2C5878", "#243D50")}
DARK |= {"ground": "#17212B", "ink": "#F3F6F8", "second": "#C3CDD6", "grid": "#34424F"}
# How it is known.
MARKS = {"document": "o", "published": "s", "plan": "^", "implied": "D", "under": "v"}
OPEN = ("plan", "implied", "under")
Size = namedtuple("Size", "width height margin title label end key mark")
SIZES = {
    "page": Size(1080, 460, 2, 22.5, 16.5, 30, 14.5, 11),
    "phone": Size(358, 450, 2, 19, 13.5, 22, 13, 9),
    "slide": Size(1280, 720, 28, 33, 19, 36, 15.5, 13),
    "deck": Size(1200, 480, 2, 0, 19, 36, 15.5, 13),  # below the title of a slide or a section
}


def settings(size, color):
    """Return matplotlib's settings for a size and its colours."""
    given = {"font.size": size.label * 0.72, "legend.fontsize": size.key * 0.72}
    given |= {"text.color": color["ink"], "grid.color": color["grid"]}
    second = "xtick.color", "ytick.color", "legend.labelcolor", "axes.edgecolor", "lines.color"
    return given | dict.fromkeys(second, color["second"]) | {"figure.facecolor": color["ground"]}


class Sheet:
    """A picture's rows, and the axes on which a form draws them.

    Parameters
    ----------
    picture : Picture
    size : Size
    color : dict
        :data:`LIGHT` or :data:`DARK`.
    """

    def __init__(self, picture, size, color):
        self.picture, self.size, self.color, self.said = picture, size, color, picture.said
        self.rows, self.narrow, self.flat = picture.frame(), size.width < 500, True
        self.heads, self.marks, self.values, self.ends, self.points = [], {}, {}, [], None
        self.left, self.room = size.margin / size.width, size.width - 2 * size.margin
        self.figure = mpl.figure.Figure()
        FigureCanvasAgg(self.figure)
        self.ax = self.figure.add_subplot(facecolor="none")
        places = dict.fromkeys(self.rows.place)
        self.lead = min(places, key=lambda place: (place != HOME, place == "vietnam"))
        own = {"vietnam": color["vietnam"], self.lead: color["lead"]}
        others = [place for place in places if place not in own]
        self.of = dict(zip(others, color["others"] * len(others))) | own
        self.inks = dict.fromkeys(others, color["other"]) | own
        self.box = {"facecolor": color["ground"], "edgecolor": "none", "pad": 1}  # behind words

    def at(self, along, value):
        """Return what belongs to x and y: where it stands, and its value."""
        return (along, value) if self.flat else (value, along)

    def shade(self, place, nth):
        """Return the colour of a place's nth series: ever lighter."""
        lighter = sns.blend_palette([self.of[place], self.color["ground"]], 9)
        return [*self.color["steps"] * (place == self.lead), *lighter][nth]

    def split(self, reference, flat=True):
        """Return the rows without those of the reference, whose line is drawn."""
        self.flat = flat
        if not reference:
            return self.rows
        look = {"color": self.color["ink"], "linewidth": 1.3, "linestyle": (0, (1, 2))}
        row, draw = self.rows.iloc[-1], self.ax.axhline if flat else self.ax.axvline
        across = draw(row.value, zorder=3, **look)
        self.values[row.name] = lambda: across.get_xydata()[0, int(flat)]
        self.heads = [(Line2D([], [], **look), row.series)]
        return self.rows[:-1]

    def scatter(self, rows, along):
        """Draw the marks of rows by seaborn, and remember how each value is read back."""
        x, y = self.at(along, "value")
        sns.scatterplot(
            data=rows, x=x, y=y, hue="place", palette=self.of, style="known", markers=MARKS,
            s=(self.size.mark * 0.72) ** 2, legend=False, zorder=4, clip_on=False, ax=self.ax,
        )  # fmt: skip
        self.points, ground = self.ax.collections[-1], self.color["ground"]
        own = [self.of[place] for place in rows.place]
        faces = np.where(rows.known.isin(OPEN), ground, own)
        self.points.set(edgecolors=own, facecolors=faces, linewidth=1.5)
        for n, row in enumerate(rows.itertuples()):
            self.values[row.Index] = lambda n=n: self.points.get_offsets()[n, int(self.flat)]
            face = {"markerfacecolor": ground} if row.known in OPEN else {}
            look = {"marker": MARKS[row.known], "linestyle": "none"} | face
            self.marks.setdefault(row.known, Line2D([], [], **look))
            look = {"elinewidth": self.size.mark * 0.4, "alpha": 0.35}
            self.bounds(row, getattr(row, along), ecolor=self.of[row.place], **look)

    def bounds(self, row, along, **look):
        """Draw the bounds of a row if they are wide enough to see."""
        width, seen = row.high - row.low, np.ptp(self.rows.value) * 0.03
        if row.figure.relation in "=~" and seen < width < math.inf:
            line = {"linewidth": look["elinewidth"], "alpha": look.get("alpha")}
            self.marks.setdefault("bounds", Line2D([], [], **line))
            ends = [[row.value - row.low], [row.high - row.value]]
            look |= {"yerr" if self.flat else "xerr": ends, "fmt": "none", "zorder": 3.5}
            return self.ax.errorbar(*self.at(along, row.value), **look)

    def bar(self, bar, row):
        """Hatch a bar by how it is known, and remember how its value is read back."""
        hatch = {"implied": "////", "document": "." * ("published" in set(self.rows.known))}
        for draw, ink in (bar.set, bar.get_facecolor()), (Patch, self.color["second"]):
            inks = (self.color["ground"], ink)[:: 1 if row.known == "implied" else -1]
            look = {"hatch": hatch.get(row.known, ""), "linewidth": 1.3}
            drawn = draw(facecolor=inks[0], edgecolor=inks[1], **look)
        self.marks.setdefault(row.known, drawn)
        self.values[row.Index] = bar.get_height if self.flat else bar.get_width

    def label(self, bar, row, error=None, center=True, **look):
        """Write the value of a bar within it or at its end, beyond its bounds."""
        way = {"orientation": "vertical" if self.flat else "horizontal", "datavalues": [row.value]}
        where = {"label_type": "center", "padding": 0} if center else {"padding": 3}
        bars = BarContainer([bar], error, **way)
        self.ax.bar_label(bars, [row.label], zorder=5, **where, **look)

    def scale(self, whole=False):
        """Give the axis of values round ticks in the reader's notation."""
        axis = self.ax.yaxis if self.flat else self.ax.xaxis
        axis.set_major_locator(mpl.ticker.MaxNLocator(7, steps=[1, 2, 5, 10], integer=whole))
        digits = max(len(f"{tick:g}".partition(".")[2]) for tick in axis.get_majorticklocs())
        axis.set_major_formatter(lambda tick, _: words.number(tick, digits))
        self.ax.grid(False, axis="x" if self.flat else "y")
        self.ax.grid(True, axis="y" if self.flat else "x")

    def fit(self, note, room):
        """Break a text into as few lines as fit, of even length; return its box."""
        text, even = re.sub("(Việt|Hậu) ", "\\1\u00a0", note.get_text()), {}
        for most in range(len(text), 3, -1):
            broken = textwrap.fill(text, most, break_long_words=False)
            even[broken.count("\n")] = broken
        for broken in [note.get_text(), *even.values()]:
            note.set_text(broken)
            box = note.get_window_extent()
            if box.width <= room:
                break
        return box

    def write(self, text, px, y, va="top", **look):
        """Write a text at the left edge, below or above a height; return its other end."""
        look |= {"size": px * 0.72, "va": va, "linespacing": 1.15}
        box = self.fit(self.figure.text(self.left, y / self.size.height, text, **look), self.room)
        return box.y0 - 4 if va == "top" else box.y1 + 3

    def key(self, entries, y, px, loc):
        """Write marks and their words at the left in as few lines as fit; return the box."""
        texts = [textwrap.fill(text, round(self.room / px * 1.9)) for _, text in entries]
        wide = [len(text) * px * 0.48 + 48 for text in texts] or [1]
        room = self.room + 20
        columns = len(wide) if sum(wide) < room else int(room / max(wide)) or 1
        where = self.left, y / self.size.height
        look = {"loc": loc, "bbox_to_anchor": where, "fontsize": px * 0.72}
        handles = [handle for handle, _ in entries]
        return self.figure.legend(handles, texts, ncols=columns, **look).get_window_extent()

    def end(self, value, text, ink):
        """Write right of the axes, at a value: a first line, large if a number, and the rest."""
        first, *rest = text.split("\n")
        px = 0.72 * (self.size.end if re.match(r"[×+−]?\d", first) else self.size.label)
        where = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        look = {"size": px, "color": ink, "weight": "bold", "va": "center"}
        notes = [self.ax.annotate(first, (1, value), (8, 0), **where, **look)]
        rest = "\n".join(rest[: 1 if self.narrow else 9])
        notes += [self.ax.annotate(rest, (1, value), (8, -0.6 * px), va="top", **where)]
        self.ends.append((value, notes))
        for note in notes:
            self.fit(note, 96 if self.narrow else 260)

    def settle(self, height=0):
        """Write title, units, key and source, and lay out the axes between them.

        Parameters
        ----------
        height : float
            Of the sheet; a slide keeps its own.
        """
        if height and self.size not in (SIZES["slide"], SIZES["deck"]):
            self.size = self.size._replace(height=height)
        size, ax, own, second = self.size, self.ax, self.picture.key, self.color["second"]
        self.figure.set_size_inches(size.width / 100, size.height / 100)
        ax.set(xlabel="", ylabel="")
        names = {each: own.get(each, words.name("label", f"mark_{each}")) for each in self.marks}
        key = [(self.marks[each], self.said(names[each])) for each in names if names[each]]
        top = size.height - max(size.margin - 6, 2)
        if size.title:
            top = self.write(self.said(self.picture.title), size.title, top, weight="bold")
        top = self.write(self.said(self.picture.units), size.label, top, color=second)
        top = self.key(self.heads, top - 4, size.label, "upper left").y0 - 14
        low = self.write(self.sources(), size.key - 1, size.margin, "bottom", color=second)
        low = self.key(key, low, size.key, "lower left").y1 + 5
        room = self.left, low / size.height, 1 - 2 * self.left, (top - low) / size.height
        mpl.layout_engine.ConstrainedLayoutEngine(rect=room).execute(self.figure)
        self.figure.values, free = self.values, 0
        for _, notes in sorted(self.ends, key=lambda end: ax.transData.transform((0, end[0]))[1]):
            box = Bbox.union([note.get_window_extent() for note in notes])
            up = max(0, free - box.y0)  # none over another
            for note in notes:
                note.set_position((8, note.get_position()[1] + up * 0.72))
            free = box.y1 + up + 3
        written = self.figure.findobj(mpl.text.Text)
        self.taken = [text.get_window_extent() for text in written if text.get_text()]
        ends = [line.get_transform().transform(line.get_xydata()) for line in ax.lines]
        ways = [point for end in ends for point in np.linspace(*end[[0, -1]], 200)]
        ways += [*ax.transData.transform(self.points.get_offsets())] if self.points else []
        self.lines = [Bbox.from_bounds(*point - 4, 8, 8) for point in ways]

    def beside(self, text, point, sides, away=0.0, must=False, room=999, **look):
        """Write beside a point on the first side that is free.

        Parameters
        ----------
        text : str
        point : (float, float)
            In the axes.
        sides : list of (float, float)
            To the right and upwards, in steps of ``away``.
        away : float
            By default what clears a mark.
        must : bool
            Whether it is a fault if none is free, even over lines.
        room : float
            How wide it may be.
        **look
            Of the text.

        Raises
        ------
        ValueError
            If there is no room for what must be written.
        """
        away = 0.72 * (away or self.size.mark * 0.5 + 6)
        look |= {"annotation_clip": False, "textcoords": "offset points", "zorder": 5}
        note, ax = self.ax.annotate(text, point, (0, 0), **look), self.ax.bbox
        self.fit(note, room)
        for near in [self.taken + self.lines, self.taken][: 1 + must]:
            for right, up in sides:
                note.set_ha(("center", "left", "right")[int(np.sign(right))])
                note.set_va(("center_baseline", "bottom", "top")[int(np.sign(up))])
                note.set_position((right * away, up * away))
                box = note.get_window_extent()
                inside = 0 <= box.x0 < box.x1 <= self.size.width and ax.y0 <= box.y0 + 1
                if inside and not box.count_overlaps(near):
                    return self.taken.append(box)
        if must:
            raise ValueError(f"no room for {text!r} in {self.size.width} pixels; shorten it")
        note.remove()

    def sources(self):
        """Say who published what is drawn, the most official first, four at most."""

        def official(ref):  # the document, then by kind; a kind of one's own comes last
            kind = "" if ref[0] == "¶" else entries("sources")[ref].kind
            return ["", *OFFICIAL, kind].index(kind)

        refs = dict.fromkeys(ref for figure in self.picture.figures() for ref in figure.refs)
        first = words.name("label", "appendix")
        names = [words.publisher(r) if official(r) else first for r in sorted(refs, key=official)]
        first = "; ".join([*dict.fromkeys(names)][:4])
        first = words.label("and_others", names=first) if len(set(names)) > 4 else first
        return words.label("sources_line", names=first)

    def check(self):
        """See that the axes show every value, and bars from zero."""
        ax, end = self.ax, "intervaly" if self.flat else "intervalx"
        (low, high), (least, most) = (sorted(getattr(b, end)) for b in (ax.viewLim, ax.dataLim))
        if not low - 1e-9 <= least <= most <= high + 1e-9:
            raise ValueError(f"the axis from {low:g} to {high:g} cuts off {least:g} to {most:g}")
