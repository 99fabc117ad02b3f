"""The pictures: lines, columns and ranges that state a finding, each at the size of its place.

A picture is figures, words and a form. It is drawn by seaborn on one tidy frame; what was
drawn is read back from the artists. Colour says who, mark and line say how it is known.
"""

import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from itertools import groupby, pairwise
from pathlib import Path

import font_source_sans_pro as fonts
import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from hg_analysis import words
from hg_analysis.table import HOME, OFFICIAL, entries, moments

LOOK = Path(__file__).with_name("hg.mplstyle")
for _face in ("SourceSansPro", "SourceSansProIt", "SourceSansProBold"):
    fontManager.addfont(fonts.font_files_ttf[_face])

# Who: the place that a picture is about, Việt Nam, others in turn. Grounds and inks beside them.
LIGHT = {"lead": "#00558C", "vietnam": "#B34700", "others": ("#9AA6B1", "#7B8793")}
LIGHT |= {"ground": "#FFFFFF", "ink": "#17212B", "second": "#44515D", "grid": "#DCE1E6"}
LIGHT |= {
    "steps": ("#00558C", "#6EA8CF", "#BCD7E8", "#E3EEF5"),
    "other": "#5E6A75",
    "inside": "#FFFFFF",
}
DARK = {"lead": "#6FB7EA", "vietnam": "#F2985C", "others": ("#8796A3", "#A9B6C1")}
DARK |= {"ground": "#17212B", "ink": "#F3F6F8", "second": "#C3CDD6", "grid": "#34424F"}
DARK |= {
    "steps": ("#6FB7EA", "#3F7FAE", "#2C5878", "#243D50"),
    "other": "#B4C0CA",
    "inside": "#17212B",
}
MARKS = {"document": "o", "published": "s", "plan": "^", "implied": "D"}
OPEN = ("plan", "implied")
_DASH = (2.2, 1.6)


@dataclass(frozen=True)
class Size:
    """Where a picture stands: its pixels, and those of its words."""

    width: int
    height: int
    margin: int
    top: int  # of the title's first line
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
    "page": Size(1080, 460, 2, 6, 22.5, 16.5, 16.5, 30, 15.5, 14.5, 13.5, 11),
    "phone": Size(358, 450, 2, 4, 19, 14.5, 13.5, 22, 13.5, 13, 12, 9, narrow=True),
    "slide": Size(1280, 720, 28, 22, 33, 19, 19, 36, 18.5, 15.5, 14.5, 13),
}
_SHORTER = {  # of an SVG file: what says nothing, or says it at length
    r"^.*?(?=<svg)|<metadata>.*?</metadata>|<!--.*?-->": "",
    r'(?<=<svg )(.*?)(?: ?width="\S+"| ?height="\S+")(.*?)(?: height="\S+")?(?=[ >])': r"\1\2",
    r"SourceSansPro-(\w)\w*-": r"\1",
    r'transform="translate\(([\d.]+) 0\)"/>': r'x="\1"/>',
    r"([1-9]\.\d\d|\d\d\.\d\d)\d+": r"\1",  # not the scale of letters, 0.1116
    r"\s+": " ",
}
_LINK = re.compile(r"\[([^\[\]]+)\]\(#([\w.-]+)\)")
_NUMBER = re.compile(r"([+−-])?(\d(?:[\d.,]*\d)?)")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Figures, the words that go with them, and the form in which they are drawn.

    Made by :func:`lines`, :func:`columns` and :func:`ranges`.

    Attributes
    ----------
    series : dict of str to list
        By name. Each of a list is a Figure, or a pair of what is drawn and the figure that
        it restates (an index and its level): mark, origin and source are then the latter's.
    form : callable
        Draws them.
    title : str
        The finding, as a sentence. A number is a link, ``[56%](#growth_over_term)``,
        filled in from the picture's figures or from ``facts``.
    units : str
        What is drawn, and in what unit.
    name : str
        Of its files: a-z, 0-9, - and _.
    facts : tuple of Figure
        Further figures that the words name.
    key : dict of str to str
        Words for a mark where the general ones do not do: document, published, plan,
        implied, gap.
    decimals : int or None
        Of the numbers written in the picture; by default those of each figure.

    Raises
    ------
    ValueError
        Without figures, title, units, sources or a name for its files.
    """

    series: dict
    form: Callable
    title: str = ""
    units: str = ""
    name: str = ""
    facts: tuple = ()
    key: dict = field(default_factory=dict)
    decimals: int | None = None

    def __post_init__(self):
        lacks = {"title='…', a sentence that states the finding": self.title.strip()}
        lacks["units='…', what is drawn and in what unit"] = self.units.strip()
        lacks["name='…' for its files, of a-z, 0-9, - and _"] = re.fullmatch(
            r"[\w-]+", self.name, re.A
        )
        lacks["figures to draw"] = any(self.series.values())
        lacks["sources: figures with refs"] = any(figure.refs for figure in self.figures())
        if missing := [remedy for remedy, there in lacks.items() if not there]:
            raise ValueError(f"picture {self.name!r} needs {'; '.join(missing)}")
        for text in (self.title, self.units):
            self.said(text)

    def figures(self):
        """Return the figures drawn, and those that they restate."""
        pairs = [each for group in self.series.values() for each in group]
        return [f for pair in pairs for f in (pair if isinstance(pair, tuple) else [pair])]

    def frame(self):
        """Return the tidy frame: one row a value.

        Returns
        -------
        pandas.DataFrame
            Columns key, indicator, name, place, place_name, year, value, low, high, known,
            label, series, and the objects figure and stated (what it restates, or None).
        """
        rows = []
        for name, group in self.series.items():
            for each in group:
                figure, stated = each if isinstance(each, tuple) else (each, None)
                if stated:
                    figure = replace(figure, origin=stated.origin, refs=stated.refs)
                value, digits = words.stated_value(figure), words.digits(figure)
                digits = digits if self.decimals is None else min(digits, self.decimals)
                row = {"key": figure.key, "indicator": figure.indicator, "place": figure.place}
                row["name"] = words.name("indicator", figure.indicator)
                row |= {"place_name": words.name("place", figure.place), "value": value}
                row |= {"year": _year(figure), "low": figure.low, "high": figure.high}
                row |= {"known": figure.origin, "figure": figure, "stated": stated}
                row["label"] = words.SIGNS[figure.relation] + words.number(value, digits)
                row["series"] = words.name("place", name) if words.known("place", name) else name
                rows.append(row)
        return pd.DataFrame(rows)

    def said(self, text):
        """Return a text with the numbers of its links filled in and their markup dropped.

        Raises
        ------
        LookupError
            If a link leads to none of the figures, or to several.
        ValueError
            If a number is written with more decimals than are known.
        """
        known = {figure.key: figure for figure in (*self.figures(), *self.facts)}

        def fill(match):
            text, key = match.groups()
            stem, _, end = re.fullmatch(r"(.+?)(-(low|high))?", key).groups()
            stem = stem.replace(f".{HOME}", "")
            found = [known[stem]] if stem in known else []
            found = found or [f for k, f in known.items() if k.startswith(f"{stem}.")]
            if len(found) != 1:
                raise LookupError(
                    f"picture {self.name!r}: #{key} leads to {len(found)} of its figures; "
                    f"name one of {', '.join(known)}, or add it to facts="
                )
            value = getattr(found[0], end) if end else words.stated_value(found[0])
            if not (number := _NUMBER.search(text)):
                return text
            point = {"en": ".", "vi": ","}[words.language()]
            decimals, most = len(number[2].partition(point)[2]), words.digits(found[0]) + bool(end)
            if decimals > most:
                raise ValueError(f"[{text}](#{key}): known to {most} decimals, not {decimals}")
            if end:
                outwards = {"low": math.floor, "high": math.ceil}[end]
                value = outwards(round(value * 10**decimals, 6)) / 10**decimals
            sign = number[1] and ("−" if value < 0 else "+")
            written = (sign or "") + words.number(abs(value), decimals)
            return text[: number.start()] + written + text[number.end() :]

        return _LINK.sub(fill, text)

    def description(self):
        """Return what the picture shows in words, for who does not see it."""
        frame = self.frame()
        text = words.name("label", f"picture_{self.form.func.__name__.strip('_')}")
        parts = {"title": self.said(self.title).rstrip("."), "units": self.said(self.units)}
        parts["names"] = "; ".join(map(self.said, dict.fromkeys(frame.series)))
        parts |= {"first": f"{frame.year.min():.0f}", "last": f"{frame.year.max():.0f}"}
        return text.format(**parts, count=len(frame)).replace("\n", " ")

    def draw(self, size="page", dark=False):
        """Draw the picture.

        Parameters
        ----------
        size : {"page", "phone", "slide"}
            1080, 358 or 1280 pixels wide; the phone's is a drawing of its own.
        dark : bool
            On a dark ground.

        Returns
        -------
        matplotlib.figure.Figure
            With ``values``: for each row of :meth:`frame` a function that reads the value
            back from what was drawn.

        Raises
        ------
        ValueError
            If the axes cut off a value, or columns do not start at zero.
        """
        with mpl.style.context(LOOK):
            for bounded in (False, True):  # once more if bounds were seen, for the key to say so
                sheet = _Sheet(self, SIZES[size], DARK if dark else LIGHT, bounded)
                self.form(sheet)
                if sheet.bounded == bounded:
                    break
            sheet.check()
        return sheet.figure


def lines(series, *, lead="", ends=None, band=None, gaps=(), notes=(), **words_of):
    """Draw series over the years, named at their ends.

    Parameters
    ----------
    series : dict of str to list, or list of Figure
        As :attr:`Picture.series`; a list makes one series of each place.
    lead : str
        The series drawn strongest where one place has several.
    ends : dict of str to str, optional
        By series, what stands at its end; a first line that begins with a number is large.
        By default the place and the last value. A phone shows the first two lines.
    band : (str, str, str), optional
        Two series, and the word for what lies between them.
    gaps : list of (Figure, Figure, str)
        Two figures of a year, joined by an arrow, and its words.
    notes : list of (Figure, str)
        Words that replace the value beside a mark; "" leaves it out.
    **words_of
        Title, units, name, facts, key, decimals of :class:`Picture`.

    Returns
    -------
    Picture
    """
    form = partial(_lines, lead=lead, ends=ends or {}, band=band, gaps=gaps, notes=notes)
    return Picture(series=_by_place(series), form=form, **words_of)


def columns(series, *, reference=None, **words_of):
    """Draw a column for each year and series, plans as open triangles above it.

    Parameters
    ----------
    series : dict of str to list, or list of Figure
        As :attr:`Picture.series`; a list makes one series of each place.
    reference : (Figure, str), optional
        A dotted line across all years, and its words.
    **words_of
        Title, units, name, facts, key, decimals of :class:`Picture`.

    Returns
    -------
    Picture
        A phone has bars from the left instead.
    """
    return _with(reference, _columns, series, words_of)


def ranges(series, *, reference=None, **words_of):
    """Draw a row for each series: its values with their bounds, and what they are held against.

    Parameters
    ----------
    series : dict of str to list
        By the name of the row, from top to bottom; as :attr:`Picture.series`.
    reference : (Figure, str), optional
        A dotted line across all rows, and its words.
    **words_of
        Title, units, name, facts, key, decimals of :class:`Picture`.

    Returns
    -------
    Picture
        On a phone the names stand above the rows.
    """
    return _with(reference, _ranges, series, words_of)


def svg(picture, size="page", dark=False, drawn=None):
    """Return a picture as the text of an SVG file with its description; the same every time."""
    text = _saved(drawn or picture.draw(size, dark), "svg", {"Date": None}).decode("utf-8")
    wide, alt = SIZES[size].width, escape(picture.description())
    root = f'<svg role="img" aria-label="{alt}" style="max-width:100%;height:auto" width="{wide}"'
    for pattern, short in _SHORTER.items():
        text = re.sub(pattern, short, text, flags=re.S)
    return text.replace("<svg", root, 1)


def told(picture, drawn):
    """Return what a drawing says, read back from it: title, units, axes and every word."""
    ax = drawn.axes[0]
    limits = [
        f"{name}: {a:.7g} → {b:.7g}"
        for name, (a, b) in (("x", ax.get_xlim()), ("y", ax.get_ylim()))
    ]
    lines = [picture.said(picture.title), picture.said(picture.units), *limits]
    written = [" ".join(text.get_text().split()) for text in (*drawn.texts, *ax.texts)]
    return [*lines, " · ".join(filter(None, written))]


def write(picture, folder):
    """Write the pictures that pages and briefings need beside that of the notebook.

    Parameters
    ----------
    picture : Picture
    folder : path-like
        Where NAME-phone.svg, NAME-slide.svg, NAME-slide.png and the dark ones go.
    """
    stem = Path(folder) / picture.name
    stem.parent.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        for dark in (False, True):
            parts = [size] * (size != "page" or not dark) + ["dark"] * dark
            path = stem.with_name(f"{stem.name}-{'-'.join(parts)}.svg")
            path.write_text(svg(picture, size, dark), "utf-8")
    about = {"Description": picture.description(), "Software": None}
    stem.with_name(f"{stem.name}-slide.png").write_bytes(
        _saved(picture.draw("slide"), "png", about)
    )


def _saved(drawn, kind, metadata):
    with mpl.style.context(LOOK):
        dpi = 150 if kind == "png" else 100
        drawn.savefig(file := io.BytesIO(), format=kind, dpi=dpi, metadata=metadata)
    return file.getvalue()


def _with(reference, form, series, words_of):
    figure, text = reference or (None, None)
    line = {text: [figure]} if reference else {}
    return Picture(series=_by_place(series) | line, form=partial(form, reference=text), **words_of)


def _by_place(series):
    if isinstance(series, dict):
        return series
    places = dict.fromkeys(figure.place for figure in series)
    return {place: [f for f in series if f.place == place] for place in places}


def _year(figure):
    """Where a period stands on the axis of years: at its end."""
    year, month = map(int, moments(figure.period)[1].split("-"))
    return year + (month - 12) / 12


class _Sheet:
    """One drawing: its canvas in pixels from the top left, and what is taken on it."""

    def __init__(self, picture, size, color, bounded):
        self.picture, self.color, form = picture, color, picture.form.func
        self.keyed, self.bounded, tall = bounded, False, size is not SIZES["slide"]
        rows = len(picture.series) if form is _ranges else len(picture.figures())
        if tall and (form is _ranges or (form is _columns and size.narrow)):
            row = 58 + 14 * size.narrow if form is _ranges else 24
            size = replace(size, height=200 + 30 * size.narrow + row * rows)
        self.size = size
        self.figure = Canvas((size.width / 100, size.height / 100), facecolor=color["ground"])
        self.renderer = FigureCanvasAgg(self.figure).get_renderer()
        self.ax = self.figure.add_axes((0, 0, 1, 1), facecolor="none")
        self.ax.grid(True, axis="y", color=color["grid"])
        self.frame = picture.frame()
        self.taken, self.paths, self.marks, self.values = [], [], {}, {}
        places = dict.fromkeys(self.frame.place)
        lead = HOME if HOME in places else next((p for p in places if p != "vietnam"), "vietnam")
        others = [place for place in places if place not in (lead, "vietnam")]
        greys = {place: color["others"][n % 2] for n, place in enumerate(others)}
        self.of = greys | {"vietnam": color["vietnam"], lead: color["lead"]}
        self.lead = lead
        self.inks = {place: self.of[place] for place in (lead, "vietnam")}
        self.inks |= dict.fromkeys(others, color["other"])

    def write(self, x, y, text, px, color="second", **look):
        """Write a text whose top left corner is given, and take its room."""
        size, look = self.size, {"va": "top", "ha": "left"} | look
        ink = self.color.get(color, color)
        written = self.figure.text(
            x / size.width, 1 - y / size.height, text, fontsize=px * 0.72, color=ink, **look
        )
        self.taken.append(written.get_window_extent(self.renderer))
        return written

    def width(self, text, px, **look):
        probe = self.figure.text(0, 0, text, fontsize=px * 0.72, **look)
        wide = probe.get_window_extent(self.renderer).width
        probe.remove()
        return wide

    def wrap(self, text, px, room, **look):
        """Break a text into as few lines as its room allows, of even length."""
        for (kind, _), term in entries("terms").items():
            name = getattr(term, f"name_{words.language()}")
            if kind == "place" and name.count(" ") == 1:  # a short name stays whole
                text = text.replace(name, name.replace(" ", "\u00a0"))
        parts = text.split(" ")
        spaces = [self.width(part + "\u00a0", px, **look) for part in parts]

        def broken(room):
            rows, used = [[]], 0
            for part, wide in zip(parts, spaces):
                if rows[-1] and used + wide > room:
                    rows, used = [*rows, []], 0
                rows[-1].append(part)
                used += wide
            return [" ".join(row) for row in rows]

        best = broken(room)
        while len(even := broken(room := room - 6)) == len(best) and room > max(spaces):
            best = even
        return best

    def finish(self, left=0, right=0):
        """Write title, units, key and source, and give the axes the room between them."""
        size, picture, wide = self.size, self.picture, self.size.width - 2 * self.size.margin
        y = size.top
        for line in self.wrap(picture.said(picture.title), size.title, wide, weight="bold"):
            self.write(size.margin, y, line, size.title, "ink", weight="bold")
            y += size.title * 1.28
        for line in self.wrap(picture.said(picture.units), size.units, wide):
            self.write(size.margin, y + 4, line, size.units)
            y += size.units * 1.3
        top, y = y + 22, size.height - (size.margin or 2)
        for line in reversed(self.wrap(self.sources(), size.source, wide)):
            y -= size.source * 1.35
            self.write(size.margin, y, line, size.source)
        bottom = self.key(y - 4) - size.tick * 1.9
        self.place = (size.margin + left, size.width - size.margin - right, top, bottom)
        x0, x1 = (x / size.width for x in self.place[:2])
        y0, y1 = (1 - y / size.height for y in (bottom, top))
        self.ax.set_position((x0, y0, x1 - x0, y1 - y0))
        self.ax.tick_params(labelsize=size.tick * 0.72, colors=self.color["second"])
        self.figure.values = self.values

    def key(self, y):
        """Write the marks that are used and their words above a height; return its new top."""
        size, rows, x, gap = self.size, [[]], 0, 26
        order = {known: self.marks[known] for known in (*MARKS, "gap") if known in self.marks}
        order |= {"bounds": {"linestyle": "solid"}} if self.keyed else {}
        for known, look in order.items():
            text = self.picture.key.get(known) or words.name("label", f"mark_{known}")
            text = self.picture.said(text)
            mark = 36 if look.get("linestyle") else 20
            wide = mark + self.width(text, size.key) + gap
            if rows[-1] and x + wide - gap > size.width - 2 * size.margin:
                rows, x = [*rows, []], 0
            rows[-1].append((size.margin + x, mark, text, look))
            x += wide
        high = size.key * 1.5
        top = y - high * len(rows)
        for n, row in enumerate(rows):
            middle = top + high * (n + 0.5)
            for x, mark, text, look in row:
                self.symbol(x, middle, mark - 8, look)
                self.write(x + mark, middle, text, size.key, va="center_baseline")
        return top

    def symbol(self, x, y, wide, look):
        w, h, ink = self.size.width, self.size.height, self.color["second"]
        if "hatch" in look:
            box = (x / w, 1 - (y + 6) / h), 14 / w, 12 / h
            face = self.color["ground"] if look["hatch"] else ink
            patch = Rectangle(
                *box, facecolor=face, edgecolor=ink, hatch=look["hatch"], lw=0.9,
                transform=self.figure.transFigure,
            )  # fmt: skip
            self.figure.add_artist(patch)
            return
        ends = [(x + 1) / w, (x + wide - 1) / w]
        middle = [sum(ends) / 2 if wide > 14 else (x + 6) / w]
        style = {"color": ink, "transform": self.figure.transFigure}
        if look.get("linestyle"):
            dash = (8 / w, 9 / w)[not look.get("marker")]
            xs = [ends[0], ends[0] + dash, np.nan, ends[1] - dash, ends[1]]
            thick = {"linewidth": 5, "alpha": 0.35} if look["linestyle"] == "solid" else {}
            xs = [ends[0], ends[1]] if thick else xs
            line = {"linewidth": 2.2, "solid_capstyle": "butt"} | thick | style
            self.figure.add_artist(Line2D(xs, [1 - y / h] * len(xs), **line))
        if look.get("marker"):
            face = self.color["ground"] if look["open"] else ink
            mark = {"marker": look["marker"], "markersize": 7.2, "markerfacecolor": face}
            line = Line2D(
                middle, [1 - y / h], linestyle="none", markeredgewidth=1.5, **mark, **style
            )
            self.figure.add_artist(line)

    def sources(self):
        """Name who published what is drawn, the most official first, as far as there is room."""
        refs = dict.fromkeys(ref for figure in self.picture.figures() for ref in figure.refs)
        books = entries("sources")
        rank = {ref: OFFICIAL.index(books[ref].kind) for ref in refs if not ref.startswith("¶")}
        names = [words.name("label", "appendix")] if len(rank) < len(refs) else []
        names += [words.publisher(ref) for ref in sorted(rank, key=rank.get)]
        names, room = list(dict.fromkeys(names)), self.size.width - 2 * self.size.margin
        for most in range(4, 0, -1):
            text = "; ".join(names[:most])
            if most < len(names):
                text = words.name("label", "and_others").format(names=text)
            text = words.name("label", "sources_line").format(names=text)
            if len(self.wrap(text, self.size.source, room)) <= (2 if self.size.narrow else 1):
                break
        return text

    def mark(self, rows, x, y, px=None, known=None, **look):
        """Draw the marks of rows by seaborn, and remember how each value is read back."""
        px, flat = px or self.size.mark, y == "value"
        colors = {place: self.of[place] for place in rows.place}
        points = sns.scatterplot(
            data=rows, x=x, y=y, hue="place", palette=colors, style="known", markers=MARKS,
            s=(px * 0.72) ** 2, legend=False, linewidth=1.5, zorder=4, ax=self.ax, **look,
        ).collections[-1]  # fmt: skip
        own = [colors[place] for place in rows.place]
        faces = [self.color["ground"] if k in OPEN else c for k, c in zip(rows.known, own)]
        points.set(edgecolors=own, facecolors=faces)
        for n, row in enumerate(rows.index):
            self.values[row] = partial(_offset, points, n, int(flat))
        for known in rows.known:
            self.marks.setdefault(known, {"marker": MARKS[known], "open": known in OPEN})
        return points

    def take_marks(self, points, px):
        at = self.ax.transData.transform(points.get_offsets())
        self.taken += [Bbox.from_bounds(x - px / 2, y - px / 2, px, px) for x, y in at]

    def take_line(self, points):
        """Keep words off a line through points of the axes."""
        at = self.ax.transData.transform(points)
        for (x0, y0), (x1, y1) in pairwise(at):
            count = max(2, int(math.hypot(x1 - x0, y1 - y0) / 3))
            self.paths.append(np.linspace((x0, y0), (x1, y1), count))

    def beside(self, text, point, px, color, sides, away=0.0, must=False, over=False, **look):
        """Write beside a point on the first side that is free; leave it out if none is."""
        away = away or self.size.mark * 0.5 + 6
        note = self.ax.annotate(
            text, point, (0, 0), textcoords="offset points", fontsize=px * 0.72,
            color=self.color.get(color, color), annotation_clip=False, **look,
        )  # fmt: skip
        for right, up in sides:
            note.set_ha(("center", "left", "right")[int(np.sign(right))])
            note.set_va(("center_baseline", "bottom", "top")[int(np.sign(up))])
            note.set_position((right * away * 0.72, up * away * 0.72))
            box = note.get_window_extent(self.renderer)
            if self.free(box, over):
                self.taken.append(box)
                return note
        note.remove()
        if must:
            raise ValueError(f"picture {self.picture.name!r}: no room for {text!r}; shorten it")
        return None

    def free(self, box, over=False):
        left, right, top, bottom = 0, self.size.width, self.place[2] - 24, self.place[3]
        high = self.size.height
        if box.x0 < left or box.x1 > right or box.y1 > high - top or box.y0 < high - bottom:
            return False
        if any(box.overlaps(other.padded(1)) for other in self.taken):
            return False
        return over or not any(
            ((path > box.min - 2) & (path < box.max + 2)).all(axis=1).any() for path in self.paths
        )

    def bounds(self, rows, x, flat=True):
        """Draw the bounds that are wide enough to see."""
        for row in rows.itertuples():
            if not (row.figure.relation in "=~" and math.isfinite(row.high - row.low)):
                continue
            ends = [(x(row), row.low), (x(row), row.high)]
            ends = ends if flat else [end[::-1] for end in ends]
            (x0, y0), (x1, y1) = self.ax.transData.transform(ends)
            if math.hypot(x1 - x0, y1 - y0) > self.size.mark + 3:
                self.bounded = True
                look = {"linewidth": 2 if flat else self.size.mark * 0.4, "zorder": 2.5}
                look |= {"alpha": 1 if flat else 0.35, "solid_capstyle": "butt"}
                self.ax.plot(*zip(*ends), color=self.of[row.place], **look)

    def across(self, row, flat=True):
        """Draw the dotted line of a reference, with its words where there is room."""
        draw = self.ax.axhline if flat else self.ax.axvline
        line = draw(
            row.value, color=self.color["ink"], linewidth=1.3, linestyle=(0, (1, 2)), zorder=3
        )
        self.values[row.Index] = partial(_across, line, flat)
        return line

    def scale(self, axis, low, high, most=6):
        """Set round ticks; return them."""
        ticks = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        digits = max(0, *(len(f"{t:g}".partition(".")[2]) for t in ticks))
        axis.set_ticks(ticks, [words.number(t, digits).replace("-", "−") for t in ticks])
        return ticks

    def check(self):
        """See that the axes show every value, and columns from zero."""
        for row, value in self.values.items():
            flat = value.args[-1]
            low, high = sorted(self.ax.get_ylim() if flat else self.ax.get_xlim())
            bar = isinstance(value.args[0], Rectangle)
            if not low <= value() <= high or (bar and not low <= 0 <= high):
                key = self.frame.key[row]
                raise ValueError(f"the axis from {low:g} to {high:g} cuts off {key}: {value():g}")


def _offset(points, n, flat):
    return float(points.get_offsets()[n, flat])


def _across(line, flat):
    return float((line.get_ydata() if flat else line.get_xdata())[0])


def _length(bar, flat):
    return float(bar.get_height() if flat else bar.get_width())


ABOVE = [(0, 1), (-0.4, 0.9), (0.4, 0.9), (-1, 0.3), (0, 2), (1, 0.3)]
BELOW = [(0.4, -1), (0, -1), (-0.4, -1), (1, -0.3), (0, -2)]
RIGHT = [(1, 0), (-1, 0), (1, 0.8), (1, -0.8), (-1, 0.8), (-1, -0.8), (0, 1), (0, -1)]
LEFT = [(-right, up) for right, up in RIGHT]


def _lines(sheet, lead, ends, band, gaps, notes):
    frame, ax, size, color = sheet.frame, sheet.ax, sheet.size, sheet.color
    groups = {name: rows.sort_values("year") for name, rows in frame.groupby("series", sort=False)}
    joined = {name: rows for name, rows in groups.items() if len(rows) > 1}
    if size.narrow and joined:  # no room for what is but one mark
        groups, frame = joined, frame[frame.series.isin(joined)]
    strong = lead or next((n for n, r in joined.items() if r.place.iloc[0] == sheet.lead), "")
    widths = {n: 2.7 if rows.place.iloc[0] == "vietnam" else 1.8 for n, rows in groups.items()}
    widths = {
        n: (4.2 if n == strong else w) * (0.8 if size.narrow else 1) for n, w in widths.items()
    }
    dashed = []
    for rows in joined.values():
        steps = pairwise(rows.itertuples())
        for why, piece in groupby(steps, lambda step: _why_dashed(*step)):
            piece = list(piece)
            points = [*(a.Index for a, _ in piece), piece[-1][1].Index]
            dashed.append(frame.loc[points].assign(piece=len(dashed), dashed=bool(why), why=why))
    sns.lineplot(
        data=pd.concat(dashed) if dashed else frame.assign(piece=0, dashed=False).head(0),
        x="year", y="value", hue="place", palette=sheet.of, size="series", sizes=widths,
        style="dashed", dashes={False: "", True: _DASH}, units="piece", estimator=None,
        sort=False, legend=False, zorder=3, ax=ax,
    )  # fmt: skip
    points = sheet.mark(frame, "year", "value", clip_on=False)
    why = {word for piece in dashed for word in piece.why} - {""}
    if "implied" in why and "implied" in sheet.marks:
        sheet.marks["implied"]["linestyle"] = "dashed"
    if "gap" in why:
        sheet.marks["gap"] = {"linestyle": "dashed"}
    low, high = frame.value.min(), frame.value.max()
    ticks = sheet.scale(ax.yaxis, low, high)
    bottom = max(t for t in ticks if t <= low)
    blocks = {name: _end(sheet, name, rows.iloc[-1], ends) for name, rows in joined.items()}
    room = [sheet.width(t, px, weight=w) for b in blocks.values() for t, px, w, _ in b]
    left = max(sheet.width(t.get_text(), size.tick) for t in ax.get_yticklabels()) + 8
    sheet.finish(left, max(room, default=0) + 18)
    first, last = math.floor(frame.year.min()), math.ceil(frame.year.max())
    wide, before, after = sheet.place[1] - sheet.place[0] - left * 0, 24, 8
    before = 16 if size.narrow else before
    unit = max(last - first, 1) / (wide - before - after)
    ax.set(xlim=(first - before * unit, last + after * unit), xlabel="", ylabel="")
    ax.set_ylim(bottom, high + (high - bottom) * 0.04)
    ax.set_yticks([t for t in ticks if bottom <= t <= high], [
        t.get_text() for tick, t in zip(ticks, ax.get_yticklabels()) if bottom <= tick <= high
    ])  # fmt: skip
    ax.set_xticks(range(first, last + 1), [str(year) for year in range(first, last + 1)])
    ax.axhline(bottom, color=color["second"], linewidth=1.2, zorder=1, clip_on=False)
    sheet.take_marks(points, size.mark)
    for rows in joined.values():
        sheet.take_line(rows[["year", "value"]].to_numpy())
    _write_ends(sheet, {name: joined[name].iloc[-1].value for name in joined}, blocks)
    if band:
        _band(sheet, *(joined[name] for name in band[:2]), band[2])
    for one, other, text in gaps:
        ends_of = [(_year(f), words.stated_value(f)) for f in (one, other)]
        arrow = {"arrowstyle": "<->", "color": color["second"], "linewidth": 1.1}
        arrow |= {"shrinkA": size.mark * 0.6, "shrinkB": size.mark * 0.6}
        ax.annotate("", *ends_of, arrowprops=arrow)
        sheet.take_line(ends_of)
        middle = ends_of[0][0], (ends_of[0][1] + ends_of[1][1]) / 2
        sheet.beside(sheet.picture.said(text), middle, size.label, "ink", RIGHT, 7, weight="bold")
    said = {figure.key: text for figure, text in notes}
    for name, rows in groups.items():
        weight, ink = "bold" if name == strong else "normal", sheet.inks[rows.place.iloc[0]]
        for row in rows.itertuples():
            alone, point = name not in joined, (row.year, row.value)
            if row.key in said:
                text, said[row.key] = said[row.key], ""  # once, though two series start there
                if text and not size.narrow:
                    text = sheet.picture.said(text)
                    sheet.beside(text, point, size.key, "second", [(0.01, 2), *ABOVE])
            elif alone:
                text = words.name("label", "place_value")
                text = text.format(place=sheet.picture.said(name), value=row.label)
                ground = {"facecolor": color["ground"], "edgecolor": "none", "pad": 1}
                sheet.beside(text, point, size.tick, ink, RIGHT, must=True, bbox=ground)
            elif row.Index != rows.index[-1] and not (size.narrow and row.Index != rows.index[0]):
                near = [np.interp(row.year, o.year, o.value) for o in joined.values()]
                sides = [*BELOW, *ABOVE] if max(near) > row.value else [*ABOVE, *BELOW]
                sheet.beside(row.label, point, size.label, ink, sides, weight=weight)
    sheet.bounds(frame, lambda row: row.year)


def _why_dashed(a, b):
    """Say why the line between two rows is dashed: implied, a gap of years, or not at all."""
    if "implied" in (a.known, b.known):
        return "implied"
    return "gap" if b.year - a.year > 1 else ""


def _end(sheet, name, row, ends):
    """Return the lines of text at the end of a series: text, pixels, weight and colour."""
    size, said, ink = sheet.size, sheet.picture.said, sheet.inks[row.place]
    if name not in ends:
        value = words.value_text(row.figure)
        return [(said(name), size.label, "bold", ink), (value, size.label, "normal", ink)]
    first, *rest = said(ends[name]).split("\n")
    large = size.end if re.match(r"[×+−]?\d", first) else size.label
    room = 96 if size.narrow else 260
    rest = rest[:1] if size.narrow else rest
    more = [line for text in rest for line in sheet.wrap(text, size.label, room)]
    return [(first, large, "bold", ink), *((t, size.label, "normal", "ink") for t in more)]


def _write_ends(sheet, values, blocks):
    """Write the ends beside the last marks, none over another."""
    x, free, step = sheet.place[1] + 12, 0, 1.18
    order = sorted(values, key=values.get, reverse=True)
    tops = {}
    for name in order:
        y = sheet.size.height - sheet.ax.transData.transform((0, values[name]))[1]
        tops[name] = max(y - blocks[name][0][1] * 0.6, free)
        free = tops[name] + sum(px * step for _, px, *_ in blocks[name]) + 4
    limit = sheet.place[3] + 6
    for name in reversed(order):
        tops[name] = min(tops[name], limit - sum(px * step for _, px, *_ in blocks[name]))
        limit = tops[name] - 4
    for name in order:
        y = tops[name]
        for text, px, weight, ink in blocks[name]:
            sheet.write(x, y, text, px, ink, weight=weight)
            y += px * step


def _band(sheet, one, other, text):
    """Shade what lies between two series and say what it is."""
    start, end = max(one.year.min(), other.year.min()), min(one.year.max(), other.year.max())
    years = sorted({start, end, *(y for y in (*one.year, *other.year) if start <= y <= end)})
    low, high = (np.interp(years, rows.year, rows.value) for rows in (one, other))
    sheet.ax.fill_between(years, low, high, color=sheet.color["steps"][3], linewidth=0, zorder=1)
    text = sheet.picture.said(text)
    text = "\n".join(sheet.wrap(text, sheet.size.label, 60)) if sheet.size.narrow else text
    for back in (0.8, 0.6, 0.4, 1, 1.2):
        at = end - back
        middle = (np.interp(at, years, low) + np.interp(at, years, high)) / 2
        look = {"style": "italic", "linespacing": 1}
        if sheet.beside(text, (at, middle), sheet.size.label, "second", [(0, 0)], **look):
            return


def _columns(sheet, reference):
    frame, ax, size, color = sheet.frame, sheet.ax, sheet.size, sheet.color
    flat, line = not size.narrow, frame[frame.series == reference]
    rest = frame[frame.series != reference].assign(when=lambda f: f.year.map("{:.0f}".format))
    bars, plans = rest[rest.known != "plan"], rest[rest.known == "plan"]
    if bars.duplicated(["series", "when"]).any():
        raise ValueError("columns takes one figure for each series and year, and plans")
    years, order = sorted(set(rest.when)), list(dict.fromkeys(bars.series))
    places = bars.groupby("series", sort=False).place.first()
    nth = places.groupby(places).cumcount()  # several series of one place: steps of its hue
    ink = {s: color["steps"][n] if n else sheet.of[places[s]] for s, n in nth.items()}
    x, y = ("when", "value") if flat else ("value", "when")
    sns.barplot(
        data=bars, x=x, y=y, hue="series", order=years, hue_order=order, palette=ink, saturation=1,
        width=0.74, gap=0.06, errorbar=None, legend=False, orient="x" if flat else "y", ax=ax,
    )  # fmt: skip
    ends = {}
    for name, container in zip(order, ax.containers):
        for bar in container:
            middle = (
                bar.get_x() + bar.get_width() / 2 if flat else bar.get_y() + bar.get_height() / 2
            )
            row = bars[(bars.series == name) & (bars.when == years[round(middle)])].iloc[0]
            ends[row.name] = bar, middle
            sheet.values[row.name] = partial(_length, bar, flat)
            if row.known == "implied":
                bar.set(facecolor=color["ground"], edgecolor=ink[name], hatch="////", linewidth=1.3)
                sheet.marks["implied"] = {"hatch": "////"}
            else:
                sheet.marks.setdefault(row.known, {"hatch": ""})
    if len({"document", "published"} & set(bars.known)) == 2:  # fill says only: not implied
        sheet.marks["document"] = {"marker": "o", "open": False}
    across = 0.74 / len(order)
    shift = {name: (n - (len(order) - 1) / 2) * across for n, name in enumerate(order)}
    plans = plans.assign(
        at=[years.index(w) + shift.get(s, 0) for w, s in zip(plans.when, plans.series)]
    )
    marks = ("at", "value") if flat else ("value", "at")
    points = sheet.mark(plans, *marks) if len(plans) else None
    for row in line.itertuples():
        sheet.across(row, flat)
    axis, set_limits = (ax.yaxis, ax.set_ylim) if flat else (ax.xaxis, ax.set_xlim)
    low, high = min(0, frame.value.min()), max(0, frame.value.max())
    ticks = sheet.scale(axis, low, high, 4)
    names = [t.get_text() for t in ax.get_yticklabels()] if flat else years
    room = 0 if flat else sheet.width(max(frame.label, key=len), size.label) + 8
    sheet.finish(max(sheet.width(t, size.tick) for t in names) + 8, room)
    high = ticks[-1] if ticks[-1] <= high * 1.12 else high * (1.05 if flat else 1.01)
    shown = [t for t in ticks if (low and ticks[0]) <= t <= high]
    digits = max(0, *(len(f"{t:g}".partition(".")[2]) for t in ticks))
    axis.set_ticks(shown, [words.number(t, digits).replace("-", "−") for t in shown])
    set_limits(low and ticks[0], high)
    ax.set(xlabel="", ylabel="")
    ax.grid(visible=False)
    ax.grid(True, axis="y" if flat else "x", color=color["grid"])
    (ax.axhline if flat else ax.axvline)(0, color=color["second"], linewidth=1.2, zorder=3)
    if points:
        sheet.take_marks(points, size.mark)
    for row in line.itertuples():
        spans = ax.get_xlim() if flat else ax.get_ylim()
        sheet.take_line([(x, row.value) if flat else (row.value, x) for x in spans])
    sheet.taken += [bar.get_window_extent() for bar, _ in ends.values()]
    for index, (bar, middle) in ends.items():
        row = bars.loc[index]
        _column_value(sheet, row, bar, middle, flat, ink[row.series], order)
    _name_columns(sheet, bars, ends, order, ink) if flat else None
    for row in plans.itertuples():
        point = (row.at, row.value) if flat else (row.value, row.at)
        sheet.beside(row.label, point, size.tick, "second", LEFT, over=True, must=True)
    for row in line.itertuples():
        _reference_words(sheet, row, flat)
    sheet.bounds(bars, lambda row: ends[row.Index][1], flat)


def _name_columns(sheet, bars, ends, order, ink):
    """Name the series over their columns of the first year that has all, on one level."""
    counts = bars.groupby("when").series.nunique()
    group = bars[bars.when == min(counts.index[counts == counts.max()])]
    tip = max(0, group.value.max())
    for level in np.arange(0.5, 9, 0.4):
        written, taken = [], len(sheet.taken)
        for row in group.itertuples():
            bar, middle = ends[row.Index]
            name, half = sheet.picture.said(row.series), bar.get_width() / 2
            at = (-0.01, middle + half), (0.01, middle - half)
            fits = (
                sheet.width(name, sheet.size.label, weight="bold") < bar.get_window_extent().width
            )
            side, x = (0, middle) if fits else at[order.index(row.series) > 0]
            look = {"away": 9, "weight": "bold"}
            note = sheet.beside(
                name, (x, tip), sheet.size.label, ink[row.series], [(side, level)], **look
            )
            written.append(note)
        if all(written):
            return
        for note in filter(None, written):
            note.remove()
        del sheet.taken[taken:]
    raise ValueError(
        f"picture {sheet.picture.name!r}: no room for {', '.join(order)}; shorten them"
    )


def _column_value(sheet, row, bar, middle, flat, ink, order):
    """Write the value of a column: within it where it is wide and strong, else at its end."""
    size, ax = sheet.size, sheet.ax
    box, length = bar.get_window_extent(), _length(bar, flat)
    wide = sheet.width(row.label, size.label, weight="bold")
    first, implied = row.year == sheet.frame.year.min(), row.known == "implied"
    named, high = not flat and first, box.height > size.label * (1.9 if flat else 1.1)
    if row.series == order[0] and box.width > wide + 8 and high and not named:
        at = length / 2 if implied else length
        away = 0 if implied else -0.72 * (size.label * 0.8 if flat else wide / 2 + 6)
        note = ax.annotate(
            row.label, (middle, at) if flat else (at, middle), (0, away) if flat else (away, 0),
            textcoords="offset points", ha="center", va="center_baseline", weight="bold",
            fontsize=size.label * 0.72, color=ink if implied else sheet.color["inside"],
        )  # fmt: skip
        if implied:
            note.set_bbox({"facecolor": sheet.color["ground"], "edgecolor": "none", "pad": 2.5})
        sheet.taken.append(note.get_window_extent(sheet.renderer))
        return
    text = row.label
    if named:
        text = words.name("label", "place_value")
        text = text.format(place=sheet.picture.said(row.series), value=row.label)
    weight = "bold" if row.series == order[0] else "normal"
    sides = [(0, 0.6), (0, 1.6), (0, 2.6)] if flat else [(0.6, 0), (3, 0), (6, 0)]
    tip = (middle, max(length, 0)) if flat else (max(length, 0), middle)
    look = {"over": True, "weight": weight, "zorder": 5}
    if not flat:
        look["bbox"] = {"facecolor": sheet.color["ground"], "edgecolor": "none", "pad": 0.5}
    sheet.beside(text, tip, size.label, ink, sides, 8, True, **look)


def _reference_words(sheet, row, flat):
    """Write the words of a dotted line where there is room along it."""
    size, ax = sheet.size, sheet.ax
    text = sheet.picture.said(row.series)
    start, end = ax.get_xlim() if flat else ax.get_ylim()
    ground = {"facecolor": sheet.color["ground"], "edgecolor": "none", "pad": 1}
    for part in np.linspace(0.003, 0.95, 40)[:: 1 if flat else -1]:
        for room in (400, 200, 130):
            said = "\n".join(sheet.wrap(text, size.tick, room))
            at = start + (end - start) * part
            point, sides = (at, row.value), [(0.01, 0.5), (0.01, -0.5)]
            if not flat:
                point, sides = (row.value, at), [(0.8, 0), (-0.8, 0)]
            look = {"over": not flat, "linespacing": 1.1, "bbox": ground}
            if sheet.beside(said, point, size.tick, "ink", sides, 8, **look):
                return
    raise ValueError(f"picture {sheet.picture.name!r}: no room for {text!r}")


def _ranges(sheet, reference):
    ax, size, line = sheet.ax, sheet.size, sheet.frame[sheet.frame.series == reference]
    frame = sheet.frame[sheet.frame.series != reference]
    names = list(dict.fromkeys(frame.series))
    frame = frame.assign(row=frame.series.map(names.index))
    points = sheet.mark(frame, "value", "row")
    for row in line.itertuples():
        sheet.across(row, False)
    drawn = [*frame.value, *line.value, *frame.low[frame.low > -math.inf]]
    low, high = min(drawn), max([*drawn, *frame.high[frame.high < math.inf]])
    ticks = sheet.scale(ax.xaxis, low, high, 5)
    room = 0 if size.narrow else 300
    said = [
        sheet.wrap(sheet.picture.said(name), size.label, room or size.width - 8) for name in names
    ]
    wide = max(sheet.width(text, size.label) for lines in said for text in lines)
    sheet.finish(8 if size.narrow else wide + 20, 8)
    edge = (ticks[-1] - ticks[0]) * 0.03
    ax.set(xlim=(ticks[0] - edge, ticks[-1] + edge), xlabel="", ylabel="", yticks=[])
    ax.set_ylim(len(names) - 0.4, -0.75 if size.narrow else -0.6)
    ax.grid(True, axis="x", color=sheet.color["grid"])
    for row in line.itertuples():
        sheet.take_line([(row.value, y) for y in ax.get_ylim()])
    sheet.bounds(frame, lambda row: row.row, False)
    sheet.take_marks(points, size.mark)
    for n, lines_of in enumerate(said):
        middle = size.height - ax.transData.transform((0, n))[1]
        high = len(lines_of) * size.label * 1.25
        y = middle - size.mark - high - 14 if size.narrow else middle - high / 2
        for text in lines_of:
            ground = {"facecolor": sheet.color["ground"], "edgecolor": "none", "pad": 1}
            sheet.write(size.margin, y, text, size.label, "ink", bbox=ground)
            y += size.label * 1.25
    for row in frame.itertuples():
        weight, ink = "bold" if row.known != "plan" else "normal", sheet.inks[row.place]
        ink = ink if row.known != "plan" else "second"
        sides = [*ABOVE[:1], *RIGHT, *BELOW]
        sheet.beside(
            row.label, (row.value, row.row), size.label, ink, sides, must=True, weight=weight
        )
    for row in line.itertuples():
        _reference_words(sheet, row, False)
