"""The one place where a figure meets the page: tables and pictures, with their keys.

A row of figures carries its permanent key as ``id``, so that a number in a sentence
can lead to it, and its exact value, unit and relation, by which that number is filled in.
"""

import os
from functools import partial
from html import escape
from numbers import Real

import pandas as pd

from hg_analysis import words
from hg_analysis.figures import Figure

NUMBER = ' class="n"'
_LONG = 40  # rows; a longer table is folded
_STYLE = (
    "<style>.hg{border-collapse:collapse;font-size:.92em}.hg td,.hg th{padding:.3em .6em;"
    "text-align:left;border-bottom:1px solid #ccc;vertical-align:top}"
    ".hg .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}</style>"
)


def show(*things, fold=""):
    """Put figures or a picture on the page.

    Parameters
    ----------
    *things : Figure, list of Figure, one pandas DataFrame, Picture or matplotlib Axes
        Figures become one table: value, bounds, unit, origin and the places in
        the source. A DataFrame becomes a table too; its named index and its
        columns say what their cells are, see :func:`cell_text`; many rows are
        folded. A Picture becomes a drawing with alt text and, below it, folded, the table
        of every value as drawn, read back from what was drawn; where HG_PICTURES names a
        folder, its other sizes go there. Axes become a picture with a list of its values.

    fold : str
        What the fold is called in which a table of figures lies; by default it is open.

    Returns
    -------
    None
        So that a notebook cell ends with nothing but what it shows.
    """
    figures = [each for thing in things for each in (thing if isinstance(thing, list) else [thing])]
    if all(isinstance(each, Figure) for each in figures):
        _show_figures(figures, folded=escape(fold))
    elif isinstance(figures[0], pd.DataFrame):
        _show_frame(*figures)
    else:
        _show_picture(*figures)


def link(ref):
    """Return a reference as HTML, with a link to its publication if that has an address."""
    if ref.startswith("¶"):
        return escape(ref)  # the site turns it into a link
    return _anchor(words.web_address(ref), words.publisher(ref))


def _anchor(address, text):
    if not address.startswith(words.WEB):
        return escape(text)
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def _show_frame(frame):
    """Show a table; of a cross table, the first head names what its rows and columns are.

    An index named "key" holds the rows' keys and is not shown.
    """
    named = [name for name in frame.index.names if name and name != "key"]
    rows = frame.reset_index() if named else frame
    kinds = [*named, *frame.columns]
    heads = [words.name("label", name) for name in named]
    if frame.columns.name:
        heads[-1] += f" / {words.name('label', frame.columns.name)}"
    heads += [words.cell_text(frame.columns.name or "label", column) for column in frame.columns]
    cells = list(rows.itertuples(index=False, name=None))
    plain = [[words.cell_text(*pair) for pair in zip(kinds, row)] for row in cells]
    number = {n for row in cells for n, cell in enumerate(row) if isinstance(cell, (Real, Figure))}
    marked = [
        [_anchor(text if kind == "address" else "", text) for kind, text in zip(kinds, row)]
        for row in plain
    ]
    if frame.index.name == "key":
        keys = [{None: (key, {})} for key in frame.index]
    else:
        keys = [_counted(kinds, row, len(named), frame.attrs.get("of", "")) for row in cells]
    _display_table(heads, plain, marked, number, keys)


def _counted(kinds, row, named, of):
    """Name the numbers of a row by the terms of its index: role.figure, status.document.actual.

    ``of`` says what is counted, where one page counts the same terms of several things.
    """
    name = ".".join(filter(None, map(str, (kinds[0], of, *row[:named])))) if named else ""
    return {
        n: (f"{name}.{kinds[n]}" if kinds[n] != "value" else name, {"data-value": f"{cell:.12g}"})
        for n, cell in enumerate(row)
        if named and isinstance(cell, Real)
    }


def _show_figures(figures, more=(), folded=""):
    """Show a table of figures; ``more`` holds for each further cells by their column."""
    more = more or [{}] * len(figures)
    series, stated = "series" in more[0], any(cells.get("basis") for cells in more)
    called = [cells.get("series") for cells in more]
    named = [name == words.name("place", f.place) for name, f in zip(called, figures)]
    places = {f.place for f, name in zip(figures, named) if not name} - {"hau_giang"}
    columns = ["series"] * series + ["figure"] + ["place"] * bool(places) + ["period", "value"]
    columns += ["bounds", "unit", "origin"] + ["basis"] * stated + ["source"]
    units = {words.unit(figure.indicator) for figure in figures}
    if in_head := series and len(units) == 1:
        columns.remove("unit")
    heads = [words.name("label", column) for column in columns]
    if in_head:
        text = words.name("label", "value_in").format(unit=units.pop())
        heads[columns.index("value")] = text
    rows = [_cells(figure, columns, cells) for figure, cells in zip(figures, more)]
    plain = [[*row[:-1], "; ".join(map(words.publisher, row[-1]))] for row in rows]
    marked = [[*map(escape, row[:-1]), "; ".join(map(link, row[-1]))] for row in rows]
    facts = [_facts(figure) | cells.get("facts", {}) for figure, cells in zip(figures, more)]
    keys = [{None: (figure.key, each)} for figure, each in zip(figures, facts)]
    keys = [{} if key in keys[:n] else key for n, key in enumerate(keys)]  # leads to the first
    at = columns.index("bounds")
    for figure, row, key in zip(figures, marked, keys):
        if key and (ends := words.bounds(figure)):
            row[at] = words.bounds_text(figure, partial(_end, figure, ends[2]))
    _display_table(heads, plain, marked, {columns.index("value"), at}, keys, folded)


def _facts(figure):
    """Say what a number that leads to this row must agree with."""
    facts = {
        "data-value": f"{words.stated_value(figure):.12g}",
        "data-decimals": str(words.digits(figure)),
    }
    return facts | {"data-unit": words.unit(figure.indicator), "data-relation": figure.relation}


def _end(figure, decimals, name, text):
    facts = {"data-value": f"{getattr(figure, name):.12g}", "data-decimals": str(decimals)}
    return f"<span{_attributes(f'{figure.key}-{name}', facts)}>{text}</span>"


def _attributes(key="", facts=()):
    # JupyterLab looks up data-jupyter-id, everything else looks up id.
    named = {"id": key, "data-jupyter-id": key, **dict(facts)} if key else {}
    return "".join(f' {name}="{escape(value)}"' for name, value in named.items())


def _display_table(heads, plain, marked, number, keys, folded=""):
    """Display rows of text and of HTML.

    ``number`` holds the columns that are set as numbers; ``keys`` for each row what leads to
    it (under None) or to one of its cells (under the column): a key and its facts. ``folded``
    is what a fold is called.
    """
    body = "\n".join(
        f"<tr{_attributes(*key.get(None, ()))}>"
        + "".join(
            f"<td{NUMBER if n in number else ''}{_attributes(*key.get(n, ()))}>{text}</td>"
            for n, text in enumerate(row)
        )
        + "</tr>"
        for row, key in zip(marked, keys)
    )
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    table = (
        f'<div style="overflow-x:auto"><table class="hg"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )
    if len(plain) > _LONG or folded:
        rows = words.name("label", "folded").replace("{count}", str(len(plain)))
        rows = folded or escape(rows)
        # In JupyterLab a target inside a closed fold is not found: one in its summary is.
        names = (name for key in keys for name, _ in key.values())
        marks = "".join(f'<i data-jupyter-id="{escape(name)}"></i>' for name in names)
        table = f"<details><summary>{rows}{marks}</summary>{table}</details>"
    plain = "\n".join(" | ".join(row) for row in [heads, *plain])
    _display({"text/plain": plain, "text/html": _STYLE + table})


def _cells(figure, columns, more):
    written = {
        "figure": words.indicator(figure.indicator, figure.place),
        "place": words.name("place", figure.place),
        "period": words.period(figure.period),
        "value": words.value_text(figure),
        "bounds": words.bounds_text(figure),
        "unit": words.unit(figure.indicator),
        "origin": f"{words.MARKS[figure.origin]} {words.name('origin', figure.origin)} · "
        + words.name("status", figure.status),
        "source": figure.refs,
    } | more
    return [written[column] for column in columns]


def _show_picture(ax):
    from hg_analysis import charts, pictures

    if isinstance(ax, pictures.Picture):
        return _show_drawing(ax, pictures)
    text = charts.values_drawn(ax)
    lines = text.splitlines()
    names = dict.fromkeys(line for line in lines if not line.startswith(("  ", "[")))
    count = sum(line.startswith("  ") for line in lines)
    alt = words.name("label", "alt").replace("{count}", str(count))
    alt = " ".join(alt.replace("{names}", "; ".join(names)).split())
    width = round(ax.figure.get_figwidth() * 96)
    _display(
        {"image/png": charts.picture(ax), "text/plain": alt},
        {"image/png": {"width": width, "alt": alt}},
    )
    title = escape(words.name("label", "values"))
    _display(
        {
            "text/plain": text,
            "text/html": f"<details><summary>{title}</summary><pre>{escape(text)}</pre></details>",
        }
    )


def _show_drawing(picture, pictures):
    drawn, alt = picture.draw(), picture.description()
    text = "\n".join([alt, *pictures.told(picture, drawn)])
    data = {"image/svg+xml": pictures.svg(picture, drawn=drawn), "text/plain": text}
    _display(data, {"image/svg+xml": {"alt": alt, "name": picture.name}})
    more = []
    for row in picture.frame().itertuples():
        value, stated = drawn.values[row.Index](), row.stated
        cells = {"series": picture.said(row.series), "facts": {"data-value": f"{value:.12g}"}}
        text = words.number(value, words.digits(row.figure))
        cells["value"] = words.SIGNS[row.figure.relation] + text
        cells["basis"] = (
            f"{words.value_text(stated)} {words.unit(stated.indicator)}" if stated else ""
        )
        more.append(cells)
    title, about = (escape(words.name("label", word)) for word in ("numbers", "numbers_all"))
    folded = f"<b>{title}</b> · {about}"
    _show_figures([*picture.frame().figure], more, folded)
    if folder := os.environ.get("HG_PICTURES"):
        pictures.write(picture, folder)


def _display(data, metadata=None):
    from IPython.display import display

    display(data, raw=True, metadata=metadata or {})
