"""The pictures: lines, columns and ranges that state a finding, each at the size of its place.

A picture is figures, words and a form. It is drawn by seaborn on one tidy frame; what was
drawn is read back from the artists. Colour says who, mark and line say how it is known.
"""

import io
import math
import re
from dataclasses import dataclass, field, replace
from functools import cache, partial
from hashlib import sha256
from html import escape
from itertools import product
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd

from hg_analysis import forms, words
from hg_analysis.sheet import DARK, LIGHT, LOOK, SIZES, Sheet, settings
from hg_analysis.table import DATA, HOME

_SHORTER = {  # of an SVG file: what says nothing, or says it at length
    r"^.*?(?=<svg)|<metadata>.*?</metadata>|<!--.*?-->": "",
    r"SourceSansPro-(\w)\w*-": r"\1",
    r'transform="translate\(([\d.]+) 0\)"/>': r'x="\1"/>',
    r"([1-9]\.\d\d|\d\d\.\d\d)\d+": r"\1",  # not the scale of letters, 0.1116
    r"\s+": " ",
    r'(<svg .*?) width="\S+pt" height="\S+pt"': r"\1",
}
_LINK = re.compile(r"\[([^\[\]]+)\]\(#([\w.-]+?)(?:-(low|high))?\)")
_NUMBER = re.compile(r"([+−-])?(\d(?:[\d.,]*\d)?)")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Figures, the words that go with them, and the form in which they are drawn.

    Made by :func:`lines`, :func:`columns`, :func:`bars`, :func:`stacked`, :func:`ranges`.

    Attributes
    ----------
    series : dict of str to list
        By name. Each of a list is a Figure, or a pair of what is drawn and the figure that
        it restates (an index and its level): mark, origin and source are then the latter's.
    form : functools.partial
        Draws them: a function of :mod:`hg_analysis.forms` with what it takes.
    title : str
        The finding, as a sentence. A number is a link, ``[56%](#growth_over_term)``,
        filled in from the picture's figures or from ``facts``, as in all its words.
    units : str
        What is drawn, and in what unit.
    name : str
        Of its files: a-z, 0-9, - and _.
    facts : tuple of Figure
        Further figures that the words name.
    key : dict of str to str
        Words for a mark where the general ones do not do: document, published, plan,
        implied, under, gap, bounds; "" leaves it out.
    decimals : int or None
        At most so many in the values beside marks.

    Raises
    ------
    ValueError
        Without figures, title, units, sources or a name for its files.
    """

    series: dict
    form: partial
    title: str = ""
    units: str = ""
    name: str = ""
    facts: tuple = ()
    key: dict = field(default_factory=dict)
    decimals: int | None = None

    def __post_init__(self):
        named = re.fullmatch(r"[a-z\d_-]+", self.name)
        if not (self.title.strip() and self.units.strip() and named):
            needs = "title='…', units='…' and name='…' of a-z, 0-9, - and _"
            raise ValueError(f"picture {self.name!r} needs {needs}")
        if not any(figure.refs for figure in self.figures()):
            raise ValueError(f"picture {self.name!r} needs figures with sources")
        self.description()  # whose links must lead somewhere

    def figures(self):
        """Return the figures drawn, and those that they restate."""
        drawn = [each for group in self.series.values() for each in group]
        return [f for each in drawn for f in (each if isinstance(each, tuple) else (each,))]

    def frame(self):
        """Return the tidy frame: one row a value.

        Returns
        -------
        pandas.DataFrame
            Columns key, place, low, high, year, value, known, label, series, place_name, and
            the objects figure and stated (what it restates, or None).
        """
        rows = []
        for name, each in ((name, each) for name, group in self.series.items() for each in group):
            figure, stated = each if isinstance(each, tuple) else (each, None)
            if stated:
                figure = replace(figure, origin=stated.origin, refs=stated.refs)
            value, most = words.stated_value(figure), words.digits(figure)
            digits = most if self.decimals is None else min(most, self.decimals)
            row = {each: getattr(figure, each) for each in ("key", "place", "low", "high")}
            row |= {"year": forms.year_of(figure), "value": value, "known": figure.origin}
            row |= {"label": words.SIGNS[figure.relation] + words.number(value, digits)}
            row |= {"series": self.named(name), "place_name": words.name("place", figure.place)}
            rows.append(row | {"figure": figure, "stated": stated})
        return pd.DataFrame(rows)

    def named(self, series):
        """Return what a series is called: its place, or its own words."""
        known = words.known("place", series)
        return words.name("place", series) if known else self.said(series)

    def said(self, text, linked=False):
        """Return a text with the numbers of its links filled in; unless asked, without markup.

        Raises
        ------
        LookupError
            If a link leads to none of the figures, or to several.
        ValueError
            If a number is written with more decimals than are known.
        """
        known = {figure.key: figure for figure in (*self.figures(), *self.facts)}

        def fill(match):
            text, key, end = match.groups()
            stem = key.replace(f".{HOME}", "")
            near = [key for key in known if f"{key}.".startswith(f"{stem}.")]
            if stem not in known and len(near) != 1:
                told = f"{len(near)} of its figures; name one of {', '.join(near or known)}"
                raise LookupError(f"picture {self.name!r}: #{key} leads to {told}, or add to facts")
            figure, number = known[stem if stem in known else near[0]], _NUMBER.search(text)
            if not number:
                return text
            point = {"en": ".", "vi": ","}[words.language()]
            decimals, most = len(number[2].partition(point)[2]), words.digits(figure) + bool(end)
            if decimals > most:
                raise ValueError(f"[{text}](#{key}): known to {most} decimals, not {decimals}")
            value = words.stated_value(figure)
            if end:
                outwards = {"low": math.floor, "high": math.ceil}[end]
                value = outwards(round(getattr(figure, end) * 10**decimals, 6)) / 10**decimals
            sign = ("−" if value < 0 else "+") if number[1] else ""
            written = sign + words.number(abs(value), decimals)
            written = text[: number.start()] + written + text[number.end() :]
            to = f"{figure.key}-{end}" if end else figure.key
            return f"[{written}](#{to})" if linked else written

        return _LINK.sub(fill, text).replace("'", "’")

    def description(self):
        """Return what the picture shows in words, for who does not see it."""
        frame, form = self.frame(), self.form.func.__name__.removeprefix("draw_")
        parts = {"title": self.said(self.title).rstrip("."), "units": self.said(self.units)}
        parts |= {"first": f"{frame.year.min():.0f}", "last": f"{frame.year.max():.0f}"}
        parts |= {"names": "; ".join(dict.fromkeys(frame.series)), "count": str(len(frame))}
        return words.label(f"picture_{form}", **parts)

    def draw(self, size="page", dark=False):
        """Draw the picture.

        Parameters
        ----------
        size : {"page", "phone", "slide", "deck"}
            1080, 358, 1280 or 1200 pixels wide; the phone's is a drawing of its own, and that
            of a deck has no title.
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
            If the axes cut off a value, columns do not start at zero, or words lack room.
        """
        look = SIZES[size], DARK if dark else LIGHT
        with mpl.style.context([LOOK, settings(*look)]):
            sheet = Sheet(self, *look)
            self.form(sheet)
            sheet.check()
        return sheet.figure


def lines(series, *, lead="", ends=None, band=None, gaps=(), notes=(), ranks=False, **said):
    """Draw series over the years, named at their ends.

    Parameters
    ----------
    series : dict of str to list, or list of Figure
        As :attr:`Picture.series`; a list makes one series of each place. What is kept apart
        (another definition) is a series of its own: it is named and joined to nothing, as
        is a value known to be under a limit. On a phone places of one value are left out.
    lead : str
        The series drawn strongest where one place has several.
    ends : dict of str to str, optional
        By series, what stands at its end; a first line that begins with a number is large.
        By default name and last value. A phone shows the first two lines.
    band : (str, str, str), optional
        Two series, and the word for what lies between them.
    gaps : list of (Figure, Figure, str)
        Two figures of a year, joined by an arrow, and its words.
    notes : list of (Figure, str)
        Words that replace the value beside a mark; "" leaves it out.
    ranks : bool
        1 is best and on top.
    **said
        Title, units, name, facts, key, decimals of :class:`Picture`.

    Returns
    -------
    Picture
    """
    form = partial(forms.draw_lines, lead=lead, ends=ends or {}, band=band, gaps=gaps, notes=notes)
    form.keywords["ranks"] = ranks
    return Picture(series=_by_place(series), form=form, **said)


def columns(series, *, reference=None, **said):
    """Draw a column for each year and series, plans as open triangles above it.

    Parameters
    ----------
    series : dict of str to list, or list of Figure
        As :attr:`Picture.series`; a list makes one series of each place.
    reference : (Figure, str), optional
        A dotted line across all years, and its words, which stand above the axes.
    **said
        Title, units, name, facts, key, decimals of :class:`Picture`.

    Returns
    -------
    Picture
        A phone has bars from the left instead.
    """
    return _with(reference, forms.draw_columns, series, said)


def bars(series, *, beside=None, reference=None, **said):
    """Draw a bar from the left for each figure of each row, plans as open triangles.

    Parameters
    ----------
    series : dict of str to list
        By the name of the row, from top to bottom; as :attr:`Picture.series`. Several figures
        of a row are told apart by place, those of one place by their periods.
    beside : dict of str to str, optional
        By row, words at its right end; a phone shows their first line.
    reference : (Figure, str), optional
        A dotted line across all rows, and its words, which stand above the axes.
    **said
        Title, units, name, facts, key, decimals of :class:`Picture`.

    Returns
    -------
    Picture
        A phone shows what stands beside below the names.
    """
    return _with(reference, partial(forms.draw_bars, beside=beside or {}), series, said)


def stacked(series, *, reference=None, **said):
    """Draw a column for each year of parts that add up, the first series at the bottom.

    Parameters
    ----------
    series : dict of str to list
        By the name of the part, as :attr:`Picture.series`. Negative ones go below zero. Parts
        that no year has both of share a shade; a year should have four at most.
    reference : (Figure, str), optional
        A dotted line across all years, such as the plan for the first series, and its words.
    **said
        Title, units, name, facts, key, decimals of :class:`Picture`; ``key["gap"]`` says
        what is missing in years without figures.

    Returns
    -------
    Picture
        Parts are named at the last year, on a phone above the columns.
    """
    return _with(reference, forms.draw_stacked, series, said)


def ranges(series, *, reference=None, **said):
    """Draw a row for each series: its values with their bounds, and what they are held against.

    Parameters
    ----------
    series : dict of str to list
        By the name of the row, from top to bottom; as :attr:`Picture.series`.
    reference : (Figure, str), optional
        A dotted line across all rows, and its words, which stand above the axes.
    **said
        Title, units, name, facts, key, decimals of :class:`Picture`.

    Returns
    -------
    Picture
    """
    return _with(reference, forms.draw_ranges, series, said)


def svg(picture, size="page", drawn=None):
    """Return a picture as the text of an SVG file with its description; the same every time."""
    text = _saved(drawn or picture.draw(size), format="svg", metadata={"Date": None}).decode()
    for pattern, short in _SHORTER.items():
        text = re.sub(pattern, short, text, flags=re.S)
    wide, alt = SIZES[size].width, escape(picture.description())
    root = f'<svg role="img" aria-label="{alt}" style="max-width:100%;height:auto" width="{wide}"'
    return text.replace("<svg", root, 1)


def digest(picture):
    """Return what tells a picture from any that would be drawn otherwise, data and code alike."""
    said = {name: value for name, value in vars(picture).items() if name != "form"}
    form = picture.form.func.__name__, picture.form.keywords
    frame = picture.frame()
    told = words.language(), form, said, frame.to_csv(), [*frame.figure], picture.description()
    return sha256(repr(told).encode() + _looks()).hexdigest()


@cache
def _looks():
    files = [*Path(__file__).parent.glob("*.*"), *DATA.glob("*.csv")]
    looks = (file.read_bytes() for file in sorted(files) if file.stem != "indicators")
    return b"".join([*looks, mpl.__version__.encode()])


def told(picture, drawn):
    """Return what a drawing says, read back from it: title, units, axes and every word."""
    ax, keys = drawn.axes[0], [text for key in drawn.legends for text in key.get_texts()]
    limits = [f"{a} → {b}" for a, b in np.round([ax.get_xlim(), ax.get_ylim()], 6).tolist()]
    written = [" ".join(text.get_text().split()) for text in (*drawn.texts, *keys, *ax.texts)]
    heading = [picture.said(picture.title), picture.said(picture.units)]
    return [*heading, f"x: {limits[0]}", f"y: {limits[1]}", " · ".join(filter(None, written))]


def write(picture, folder):
    """Write the pictures that pages and briefings need beside that of the notebook.

    Parameters
    ----------
    picture : Picture
    folder : path-like
        Where NAME-phone.svg, NAME-slide.svg, NAME-slide.png, NAME-deck.png and others go;
        .NAME says of which :func:`digest` they are, and these are not drawn again.
    """
    stamp, now = Path(folder) / f".{picture.name}", digest(picture)
    if stamp.is_file() and stamp.read_text("utf-8") == now:
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    grounds = [*product(SIZES, ("", "-dark"))][:-1]  # a deck is light
    for size, ground in grounds:
        drawn, path = picture.draw(size, bool(ground)), f"{picture.name}-{size}{ground}"
        stamp.with_name(f"{path}.svg").write_text(svg(picture, size, drawn=drawn), "utf-8")
        if path.endswith(("-slide", "-deck")):
            about = {"Description": picture.description(), "Software": None}
            png = _saved(drawn, format="png", dpi=150, metadata=about)
            stamp.with_name(f"{path}.png").write_bytes(png)
    stamp.write_text(now, "utf-8")


def _saved(drawn, **how):
    with mpl.style.context(LOOK):
        drawn.savefig(file := io.BytesIO(), **how)
    return file.getvalue()


def _with(reference, form, series, said):
    figure, text = reference or (None, "")
    line = {text: [figure]} if reference else {}
    return Picture(series=_by_place(series) | line, form=partial(form, reference=text), **said)


def _by_place(series):
    listed = [] if isinstance(series, dict) else series
    places = dict.fromkeys(figure.place for figure in listed)
    return {place: [f for f in listed if f.place == place] for place in places} or dict(series)
