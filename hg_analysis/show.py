"""The one place where a figure meets the page: tables and pictures, with their keys.

A row of figures carries its permanent key as ``id``, so that a number in a sentence
can lead to it, and its exact value, unit and relation, by which that number is filled in.
"""

import os
import re
from functools import partial
from html import escape
from numbers import Real

import pandas as pd

from hg_analysis import words
from hg_analysis.figures import Figure
from hg_analysis.table import HOME

_NUMBER = ' class="n"'
_LONG = 40  # rows; a longer table is folded
_STYLE = (
    "<style>.hg{border-collapse:collapse;font-size:.92em}.hg td,.hg th{padding:.3em .6em;"
    "text-align:left;border-bottom:1px solid #ccc;vertical-align:top}"
    ".hg .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}</style>"
)
# What pictures showed, by what decides it: they are drawn again only where that has changed.
DRAWN = {}
_COLUMNS = ["series", "figure", "place", "period", "value", "bounds", "unit", "origin", "basis"]
_COLUMNS += ["source"]


def show(*things, fold=""):
    """Put figures or a picture on the page.

    Parameters
    ----------
    *things : Figure, list of Figure, one pandas DataFrame or Picture
        Figures become one table: value, bounds, unit, origin and the places in
        the source. A DataFrame becomes a table too; its named index and its
        columns say what their cells are, see :func:`cell_text`; many rows are
        folded. A Picture becomes a drawing with alt text and, below it, folded, the table
        of every value as drawn, read back from what was drawn; where HG_PICTURES names a
        folder, its other sizes go there.

    fold : str
        What the fold is called in which a table lies; by default it is open.

    Returns
    -------
    None
        So that a notebook cell ends with nothing but what it shows.
    """
    figures = [each for thing in things for each in (thing if isinstance(thing, list) else [thing])]
    if all(isinstance(each, Figure) for each in figures):
        _display(*_figures_table(figures, fold=escape(fold)))
    elif isinstance(figures[0], pd.DataFrame):
        _display(_frame_table(*figures, escape(fold)))
    else:
        _show_drawing(*figures)


def tally(terms, of=""):
    """Count how often each term occurs, as a table to show.

    Parameters
    ----------
    terms : pandas.Series of str
        Named after what the terms are: role, verdict.
    of : str, optional
        What is counted, as an identifier; part of the rows' keys.

    Returns
    -------
    pandas.DataFrame
        ``value`` of each term, the most frequent first; last, the ``total``.
    """
    counts = terms.astype(str).value_counts()
    counts.loc["total"] = len(terms)
    counted = counts.rename_axis(terms.name).to_frame("value")
    counted.attrs["of"] = of
    return counted


def link(ref):
    """Return a reference as HTML, with a link to its publication if that has an address."""
    text = escape(words.publisher(ref))  # of a place in the document the site makes a link
    address = "" if ref.startswith("¶") else words.web_address(ref)
    return f'<a href="{escape(address)}">{text}</a>' if address else text


def _frame_table(frame, fold):
    """Return a table; of a cross table, the first head names what its rows and columns are.

    The numbers of a row are named by the terms of its index: role.figure, status.document.actual;
    ``attrs["of"]`` says what is counted, where one page counts the same terms of several things.
    """
    named, columns = [*filter(None, frame.index.names)], frame.columns
    rows = (frame.reset_index() if named else frame).itertuples(index=False, name=None)
    heads = [words.label(name) for name in named]
    if columns.name:
        heads[-1] += f" / {words.name('label', columns.name)}"
    counted = {"value": "number"} if "of" in frame.attrs else {}
    heads += [words.cell_text(columns.name or "label", counted.get(c, c)) for c in columns]
    cells, kinds, lines = [*rows], [*named, *columns], []
    numbers = {n for row in cells for n, cell in enumerate(row) if isinstance(cell, (Real, Figure))}
    for row in cells:
        terms = [*kinds[:1], frame.attrs.get("of", ""), *row[: len(named)]]
        name = ".".join(filter(None, map(str, terms)))
        texts, marked = [*map(words.cell_text, kinds, row)], []
        for n, (kind, cell, text) in enumerate(zip(kinds, row, texts)):
            counted = name if kind == "value" else f"{name}.{kind}"
            counts = named and isinstance(cell, Real)
            own = _attributes(counted, {"value": f"{cell:.12g}"}) if counts else ""
            marked.append(_td(escape(text), n in numbers, own))
        lines.append((texts, marked, ""))
    return _table(heads, lines, fold)


def _figures_table(figures, more=(), fold=""):
    """Return a table of figures; ``more`` holds for each further cells by their column."""
    more = more or [{} for _ in figures]
    rows = [_cells(figure) | cells for figure, cells in zip(figures, more)]
    drawn, units = any("series" in cells for cells in more), {row["unit"] for row in rows}
    home = [f.place == HOME or r["place"] == r.get("series") for f, r in zip(figures, rows)]
    no_basis = not any(row.get("basis") for row in rows)
    left_out = {"series": not drawn, "place": all(home), "basis": no_basis}
    left_out["unit"] = drawn and len(units) == 1
    columns = [column for column in _COLUMNS if not left_out.get(column)]
    heads = {column: words.label(column) for column in columns}
    if left_out["unit"]:
        heads["value"] = words.label("value_in", unit=units.pop())
    lines, seen = [], {""}
    for figure, row in zip(figures, rows):
        own = _attributes(figure.key, row["facts"])
        own = "" if own in seen else own  # a number leads to the first
        seen.add(own)
        html = {column: escape(row[column]) for column in columns}
        html["source"] = "; ".join(map(link, figure.refs))
        if own and figure.low < figure.high:
            html["bounds"] = words.bounds_text(figure, partial(_end, figure), escape)
        cells = [_td(html[column], column in ("value", "bounds")) for column in columns]
        lines.append(([row[column] for column in columns], cells, own))
    # A page of the data names what each of its rows is used for.
    rests = {f.key: " ".join(f.rests_on) for f in figures if f.origin == "implied" and f.rests_on}
    return _table(heads.values(), lines, fold), {"text/html": {"rests_on": rests}} if rests else {}


def _cells(figure):
    """Return what a row says of a figure, and what a number that leads to it must agree with."""
    kinds = f"{words.name('origin', figure.origin)} · {words.name('status', figure.status)}"
    facts = {"value": f"{words.stated_value(figure):.12g}", "decimals": str(words.digits(figure))}
    facts |= {"unit": words.unit(figure.indicator), "relation": figure.relation}
    return {
        "figure": words.indicator(figure.indicator, figure.place),
        "place": words.name("place", figure.place),
        "period": words.period(figure.period),
        "value": words.value_text(figure),
        "bounds": words.bounds_text(figure),
        "unit": facts["unit"],
        "origin": f"{words.MARKS[figure.origin]} {kinds}",
        "source": "; ".join(map(words.publisher, figure.refs)),
        "facts": facts,
    }


def _end(figure, end, value, decimals):
    facts = {"value": f"{getattr(figure, end):.12g}", "decimals": str(decimals)}
    marks = _attributes(f"{figure.key}-{end}", facts)
    return f"<span{marks}>{words.number(value, decimals)}</span>"


def _attributes(key, facts=()):
    # JupyterLab looks up data-jupyter-id, everything else looks up id.
    named = {"id": key, "data-jupyter-id": key}
    named |= {f"data-{name}": fact for name, fact in dict(facts).items()}
    return "".join(f' {name}="{escape(value)}"' for name, value in named.items())


def _td(html, number, attributes=""):
    return f"<td{_NUMBER * number}{attributes}>{html}</td>"


def _table(heads, lines, fold=""):
    """Return rows as text and HTML; each is its texts, its cells in HTML, its own attributes."""
    body = "\n".join(f"<tr{own}>{''.join(cells)}</tr>" for _, cells, own in lines)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    table = (
        f'<div style="overflow-x:auto"><table class="hg"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )
    if len(lines) > _LONG or fold:
        fold = fold or escape(words.label("folded", count=str(len(lines))))
        # In JupyterLab a target inside a closed fold is not found: one in its summary is.
        keys = re.findall(r'<t[rd][^>]* data-jupyter-id="(.*?)"', body)
        marks = "".join(f'<i data-jupyter-id="{key}"></i>' for key in keys)
        table = f"<details><summary>{fold}{marks}</summary>{table}</details>"
    plain = "\n".join(" | ".join(texts) for texts in [heads, *(texts for texts, *_ in lines)])
    return {"text/plain": plain, "text/html": _STYLE + table}


def _show_drawing(picture):
    """Show a picture as drawn and, folded, every value read back from what was drawn."""
    from hg_analysis import pictures  # only who draws pays

    digest, folder = pictures.digest(picture), os.environ.get("HG_PICTURES")
    if folder:
        pictures.write(picture, folder)
    if digest not in DRAWN:
        DRAWN[digest] = _drawn(picture, pictures)
    for data, metadata in DRAWN[digest]:
        _display(data, metadata)


def _drawn(picture, pictures):
    drawn, alt, frame = picture.draw(), picture.description(), picture.frame()
    text = "\n".join([alt, *pictures.told(picture, drawn)])
    data = {"image/svg+xml": pictures.svg(picture, drawn=drawn), "text/plain": text}
    about = {"alt": alt, "name": picture.name, "title": picture.said(picture.title)}
    form = picture.form.func.__name__.removeprefix("draw_")
    form = "ranks" if picture.form.keywords.get("ranks") else form
    about |= {"message": picture.said(picture.title, linked=True), "form": form}
    about = {"image/svg+xml": about}
    more = []
    for row in frame.itertuples():
        value, stated, figure = drawn.values[row.Index](), row.stated, row.figure
        text = words.SIGNS[figure.relation] + words.number(value, words.digits(figure))
        basis = f"{words.value_text(stated)} {words.unit(stated.indicator)}" if stated else ""
        facts = _cells(figure)["facts"] | {"value": f"{value:.12g}"}
        more.append(
            {"series": row.series.removesuffix(":"), "value": text, "basis": basis, "facts": facts}
        )
    title, said = (escape(words.label(word)) for word in ("numbers", "numbers_all"))
    table = _figures_table([*frame.figure], more, f"<b>{title}</b> · {said}")
    return [(data, about), table]


def _display(data, metadata=None):
    from IPython.display import display

    display(data, raw=True, metadata=metadata or {})
