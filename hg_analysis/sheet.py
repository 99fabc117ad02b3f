"""The sheet on which a picture is drawn: its sizes and colours, and words that never overlap.

Measures are pixels from the top left. Words take their room; what is written later goes
where there is room left.
"""

import math
import textwrap
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import font_source_sans_pro as fonts
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from hg_analysis import words
from hg_analysis.table import entries

LOOK = Path(__file__).with_name("hg.mplstyle")
for _face in ("SourceSansPro", "SourceSansProIt", "SourceSansProBold"):
    fontManager.addfont(fonts.font_files_ttf[_face])

# Who: the place that a picture is about, Việt Nam, others (marks, then words). Steps of one hue.
LIGHT = {"lead": "#00558C", "vietnam": "#B34700", "others": ("#8493A1", "#66727E")}
LIGHT |= {"other": "#5E6A75", "steps": ("#00558C", "#6EA8CF", "#BCD7E8", "#E3EEF5")}
LIGHT |= {"ground": "#FFFFFF", "ink": "#17212B", "second": "#44515D", "grid": "#DCE1E6"}
DARK = {"lead": "#6FB7EA", "vietnam": "#E07B39", "others": ("#8796A3", "#A9B6C1")}
DARK |= {"other": "#B4C0CA", "steps": ("#6FB7EA", "#3F7FAE", "#2C5878", "#243D50")}
DARK |= {"ground": "#17212B", "ink": "#F3F6F8", "second": "#C3CDD6", "grid": "#34424F"}
DASH = (2.2, 1.6)


@dataclass(frozen=True)
class Size:
    """Where a picture stands: its pixels, and those of its words and marks."""

    width: int
    height: int
    margin: int
    title: float
    units: float
    label: float
    end: float
    tick: float
    key: float
    source: float
    mark: float
    narrow: bool = False


SIZES = {
    "page": Size(1080, 460, 2, 22.5, 16.5, 16.5, 30, 15.5, 14.5, 13.5, 11),
    "phone": Size(358, 450, 2, 19, 14.5, 13.5, 22, 13.5, 13, 12, 9, narrow=True),
    "slide": Size(1280, 720, 28, 33, 19, 19, 36, 18.5, 15.5, 14.5, 13),
}


class Sheet:
    """An empty sheet with one pair of axes.

    Parameters
    ----------
    size : Size
    color : dict
        :data:`LIGHT` or :data:`DARK`.
    """

    def __init__(self, size, color):
        self.size, self.color, self.room = size, color, size.width - 2 * size.margin
        self.figure = Figure((size.width / 100, size.height / 100), facecolor=color["ground"])
        self.renderer = FigureCanvasAgg(self.figure).get_renderer()
        self.ax = self.figure.add_axes((0, 0, 1, 1), facecolor="none")
        self.taken, self.paths = [], []
        # What lies behind a word that crosses a rule.
        self.ground = {"facecolor": color["ground"], "edgecolor": "none", "pad": 1}

    def heighten(self, base, each, count):
        """Give the sheet the height that so many rows need; a slide keeps its own."""
        if self.size.width != SIZES["slide"].width:
            self.size = replace(self.size, height=base + each * count)
            self.figure.set_size_inches(self.size.width / 100, self.size.height / 100)
            self.renderer = FigureCanvasAgg(self.figure).get_renderer()

    def write(self, x, y, text, px, ink="second", **look):
        """Write a text with its top left corner at a place, and take its room."""
        x, y, ink = x / self.size.width, 1 - y / self.size.height, self.color.get(ink, ink)
        note = self.figure.text(x, y, text, size=px * 0.72, color=ink, va="top", **look)
        self.taken.append(note.get_window_extent(self.renderer))

    def wide(self, text, px, **look):
        """Return how wide a text is."""
        probe = self.figure.text(0, 0, text, size=px * 0.72, **look)
        wide = probe.get_window_extent(self.renderer).width
        probe.remove()
        return wide

    def wrap(self, text, px, room, **look):
        """Break a text into as few lines as fit, of even length; a short place stays whole."""
        for (kind, _), term in entries("terms").items():
            name = getattr(term, f"name_{words.language()}")
            if kind == "place" and name.count(" ") == 1:
                text = text.replace(name, name.replace(" ", "\u00a0"))
        best, lines = [], [text]
        for most in range(len(text), 3, -1):
            lines = textwrap.wrap(text, most, break_long_words=False, break_on_hyphens=False)
            if best and len(lines) > len(best):
                break
            if lines != best and max(self.wide(each, px, **look) for each in lines) <= room:
                best = lines
        return best or lines

    def frame(self, title, units, heads, key, sources, left=0, right=0):
        """Write what stands around the axes, and give them the room between.

        Parameters
        ----------
        title, units : str
        heads : list of (dict, str)
            Marks and names above the axes, as ``key``.
        key : list of (dict, str)
            Marks, as :meth:`key` takes them, and their words.
        sources : list of str
            The longest first; the first that fits is written.
        left, right : float
            Room to leave beside the axes.
        """
        size, x = self.size, self.size.margin
        y = max(x - 6, 4)
        for line in self.wrap(title, size.title, self.room, weight="bold"):
            self.write(x, y, line, size.title, "ink", weight="bold")
            y += size.title * 1.28
        for line in self.wrap(units, size.units, self.room):
            self.write(x, y + 4, line, size.units)
            y += size.units * 1.3
        if heads:
            y = self.key(heads, y + 8, "upper left", size.label)
        top, y = y + 22, size.height - size.margin
        lines = [self.wrap(text, size.source, self.room) for text in sources]
        for line in reversed(next((s for s in lines if len(s) < 2 + size.narrow), lines[-1])):
            y -= size.source * 1.35
            self.write(size.margin, y, line, size.source)
        bottom = self.key(key, y - 6) - size.tick * 1.9
        self.place = size.margin + left, size.width - size.margin - right, top, bottom
        (x0, x1), (y0, y1) = (
            np.array(self.place[:2]) / size.width,
            1 - np.array((bottom, top)) / size.height,
        )
        self.ax.set_position((x0, y0, x1 - x0, y1 - y0))
        self.ax.tick_params(labelsize=size.tick * 0.72, colors=self.color["second"])
        self.ax.set(xlabel="", ylabel="")

    def key(self, entries, y, where="lower left", px=0):
        """Write marks and their words in as few lines as fit, above or below a height.

        Returns their other end.
        """
        size, second, handles = self.size, self.color["second"], []
        for look, _ in entries:
            if "facecolor" in look:
                handles.append(Patch(**look))
                continue
            if "hatch" in look:
                face = self.color["ground"] if look["hatch"] else second
                handles.append(Patch(facecolor=face, edgecolor=second, **look))
                continue
            mark = {"markersize": 7.2, "markeredgewidth": 1.5, "color": second, "linewidth": 2.2}
            mark["markerfacecolor"] = self.color["ground"] if look.get("open") else second
            look = {name: value for name, value in look.items() if name != "open"}
            handles.append(Line2D([], [], **{"linestyle": "none"} | mark | look))
        long = 1.7 if any("linestyle" in look for look, _ in entries) else 1.1
        for columns in range(len(entries), 0, -1):
            key = self.figure.legend(
                handles, [text for _, text in entries], ncols=columns, loc=where,
                bbox_to_anchor=(size.margin / size.width, 1 - y / size.height), borderpad=0.1,
                borderaxespad=0, handlelength=long, handletextpad=0.5, columnspacing=1.6,
                labelspacing=0.35, fontsize=(px or size.key) * 0.72, labelcolor=second,
                frameon=False,
            )  # fmt: skip
            box = key.get_window_extent(self.renderer)
            if box.width <= self.room or columns == 1:
                self.taken.append(box)
                return size.height - (box.y0 if px else box.y1)
            key.remove()
        return y

    def scale(self, axis, low, high, most=6, whole=False):
        """Set round ticks that hold two values between them, or whole ones from 1; return them."""
        steps = [1, 2, 5, 10] if whole else [1, 2, 2.5, 5, 10]
        locator = MaxNLocator(most, steps=steps, integer=whole)
        ticks = locator.tick_values(1 if whole else low, high)
        ticks = np.unique(ticks.clip(1)) if whole else ticks
        digits = max(len(f"{tick:g}".partition(".")[2]) for tick in ticks)
        axis.set_major_formatter(lambda tick, _: words.number(tick, digits).replace("-", "−"))
        axis.set_ticks(ticks)
        return ticks

    def ticks_wide(self, axis):
        """Return how wide the widest tick's text is, and a gap."""
        return 8 + max(self.wide(t.get_text(), self.size.tick) for t in axis.get_ticklabels())

    def pixels(self, point):
        """Return where a point of the axes is, from the bottom left."""
        return self.ax.transData.transform(point)

    def take_line(self, points):
        """Keep words off a line through points of the axes."""
        for one, other in pairwise(self.pixels(points)):
            steps = max(2, int(math.dist(one, other) / 3))
            self.paths.append(np.linspace(one, other, steps))

    def beside(self, text, point, px, ink, sides, away=0.0, must=False, over=False, **look):
        """Write beside a point on the first side that is free.

        Parameters
        ----------
        text : str
        point : (float, float)
            In the axes.
        px : float
        ink : str
        sides : list of (float, float)
            To the right and upwards, in steps of ``away``.
        away : float
            By default what clears a mark.
        must, over : bool
            Whether it is a fault if none is free; whether lines may be written over.
        **look
            Of the text.

        Returns
        -------
        matplotlib.text.Annotation or None

        Raises
        ------
        ValueError
            If there is no room for what must be written.
        """
        away = 0.72 * (away or self.size.mark * 0.5 + 6)
        look |= {"size": px * 0.72, "color": self.color.get(ink, ink), "annotation_clip": False}
        note = self.ax.annotate(text, point, (0, 0), textcoords="offset points", zorder=5, **look)
        for right, up in sides:
            note.set_ha(("center", "left", "right")[int(np.sign(right))])
            note.set_va(("center_baseline", "bottom", "top")[int(np.sign(up))])
            note.set_position((right * away, up * away))
            box = note.get_window_extent(self.renderer)
            if self.free(box, over):
                self.taken.append(box)
                return note
        note.remove()
        if must:
            raise ValueError(f"no room for {text!r} in {self.size.width} pixels; shorten it")
        return None

    def free(self, box, over=False):
        """Tell whether a box is within the axes' height and the sheet, and nothing is there."""
        top, bottom = (self.size.height - y for y in (self.place[2] - 24, self.place[3]))
        if box.x0 < 0 or box.x1 > self.size.width or box.y1 > top or box.y0 < bottom:
            return False
        if any(box.overlaps(other.padded(1)) for other in self.taken):
            return False
        near = [((p > box.min - 2) & (p < box.max + 2)).all(axis=1).any() for p in self.paths]
        return over or not any(near)
