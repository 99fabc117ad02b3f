"""The validated table as CSV or a workbook for a spreadsheet, or as JSON for a program.

The workbook follows the guidance of the UK's Government Analysis Function, "Releasing
statistics in spreadsheets".
"""

import csv
import errno
import json
import math
import os
import re
from datetime import date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from hg_analysis import words
from hg_analysis.table import DATA, companion, entries, load
from hg_analysis.tools.aside import replace

# How a spreadsheet tells a formula from text, wide letters and line ends included;
# a signed number, though, is what it looks like.
FORMULA = re.compile(r"(?![+-]\d+([.,]\d+)*\s?%?$)[=+\-@\t\r\n＝＋－＠]")
NUMBERS = ["value", "low", "high"]
TEXTS = ["about", "origin", "dated", "licence", "cite"]  # of the cover
# A spreadsheet takes 5/2022 and May 2022 for dates and saves them as such; not these words.
MONTH = {"en": "'in' MMMM y", "vi": "'tháng' M 'năm' y"}
DAY = {"en": "'on' d MMMM y", "vi": "'ngày' d 'tháng' M 'năm' y"}
# Of the workbook: what its other tables hold, by worksheet, from which file.
TABLES = {
    "indicators": ("codebook", ["figure", "unit", "theme", "definition"]),
    "derived": ("derived", ["figure", "unit", "definition", "formula"]),
    "sources": ("sources", ["source", "title", "published", "kind", "quotes", "address", "note"]),
    "readings": ("readings", ["figure", "reading", "verdict", "reason"]),
    "choices": (
        "choices",
        ["figure", "place", "period", "used", "unit", "source", "reason", "key"],
    ),
}


def export(out, data=None, language="en", semicolon=False):
    """Write the table of indicators for readers who work in a spreadsheet.

    Parameters
    ----------
    out : path-like
        The file to write; its ending says how. CSV is UTF-8 with a byte order mark, by
        which spreadsheets know it; text that one would take for a formula gets an
        apostrophe before it. JSON names cells by permanent identifiers. XLSX is a
        workbook with a cover, notes, and beside the figures the tables that explain them.
        An open bound is blank, in JSON null.
    data : path-like, optional
        A table of indicators in place of the bundled one.
    language : {"en", "vi"}, optional
        Of the column names and of what the cells say.
    semicolon : bool, optional
        In CSV, separate columns by ``;`` and write ``,`` before decimals, as a Vietnamese
        spreadsheet expects.

    Returns
    -------
    int
        The number of figures written.

    Raises
    ------
    DataError
        Where the table is not valid; nothing is written then.
    OSError
        Where ``out`` cannot be written, or is neither such a file nor a new name.
    """
    out, data = Path(out), DATA / "indicators.csv" if data is None else Path(data)
    _refuse(out, data, semicolon)
    table, before = load(data), words.language()
    words.use_language(language)
    try:
        forms = as_files(table, data, ";" if semicolon else ",")
        replace(out, forms[out.suffix.lower()]())
    finally:
        words.use_language(before)
    return len(table)


def as_files(table, data=DATA, separator=","):
    """Return, by the ending of a file, what makes its bytes of a table in the language in use."""
    cells, about = _cells(table), _about(data)
    return {
        ".csv": partial(_csv, cells, separator),
        ".json": partial(_json, cells, about),
        ".xlsx": partial(_workbook, table, cells, about),
    }


def _refuse(out, data, semicolon):
    """Refuse a file that cannot be the one to write."""
    folders = [os.path.realpath(folder) for folder in (DATA, data)]
    form = out.suffix.lower()
    refusals = {
        "neither a file nor a new name": os.path.lexists(out) and not out.is_file(),
        "choose a name that ends in .csv, .json or .xlsx": form not in (".csv", ".json", ".xlsx"),
        "--semicolon is of CSV alone; leave it out": semicolon and form != ".csv",
        "no such folder; make it first": not out.parent.is_dir(),
        "stands among the data; choose another folder": os.path.realpath(out.parent) in folders,
        "is the table itself; choose another name": os.path.realpath(out) in folders,
    }
    for said, met in refusals.items():
        if met:
            raise OSError(errno.EINVAL, said, str(out))


def _cells(table):
    """Return what each cell says in the language in use, by the identifiers of the columns."""

    def named(kind):
        return table[kind].map(lambda term: words.name(kind, term))

    place = "¶" + table.paragraph + np.where(table.nth != "", "." + table.nth, "")
    cells = {
        "figure": [words.indicator(*pair) for pair in zip(table.indicator, table.place)],
        "place": named("place"),
        "period": table.period,
        **{name: [*map(_plain, table[name])] for name in NUMBERS},
        "unit": named("unit"),
        "relation": table.relation.map(words.SIGNS).str.strip(),
        "status": named("status"),
        "origin": named("origin"),
        "printed": table.printed,
        "source": table.source.map(words.publisher),
        "address": table.source.map(words.web_address),
        "stated_at": place.where(table.paragraph != "", ""),
        "note": table.note.map(words.text),
        "key": table.key,
    }
    return pd.DataFrame({name: [*column] for name, column in cells.items()}, dtype=object)


def _plain(number):
    """Return a number as short as it is; nothing for an open bound."""
    if np.isfinite(number):
        return int(number) if number == int(number) else float(number)


def cited(folder=DATA.parent):
    """Return what the CITATION.cff of a folder says: version, date-released, any url."""
    text = (folder / "CITATION.cff").read_text("utf-8")
    return dict(re.findall(r'^([\w-]+): "?(.+?)"?$', text, re.MULTILINE))


def _about(data):
    """Return the title and, of the data of this project alone, what to say of them as a whole."""
    if os.path.realpath(data) not in map(os.path.realpath, (DATA, DATA / "indicators.csv")):
        return {"title": data.name}
    told = cited()
    told["url"] = f", {told['url']}" if "url" in told else ""
    told |= {"title": words.name("site", "project"), "date": words.period(told["date-released"])}
    return told | {name: words.label(f"book_{name}_text", **told) for name in TEXTS}


def _csv(cells, separator):
    """Return CSV: numbers with a decimal comma where columns are separated by semicolons."""
    cells = cells.assign(period=cells.period.map(_period)).fillna("")
    text = cells.columns.difference(NUMBERS)
    cells[text] = cells[text].map(_text)
    form = {"sep": separator}
    if separator == ";":
        cells[NUMBERS] = cells[NUMBERS].map(lambda number: str(number).replace(".", ","))
    else:  # every text is quoted, so that none is split where ';' separates columns
        form["quoting"] = csv.QUOTE_NONNUMERIC
    cells = cells.rename(columns=lambda column: _text(words.label(column)))
    return cells.to_csv(index=False, lineterminator="\r\n", **form).encode("utf-8-sig")


def _text(cell):
    return f"'{cell}" if FORMULA.match(cell) else cell


def _period(text):
    """Write a month or a day in words; any other period as it is on the page."""
    from babel.dates import format_date

    if not re.fullmatch(r"\d{4}(-\d\d){1,2}", text):
        return words.period(text)
    pattern = (MONTH if text.count("-") == 1 else DAY)[words.language()]
    day = date.fromisoformat(f"{text}-01"[:10])
    return format_date(day, pattern, locale=words.language())


def _json(cells, about):
    """Return JSON: an object a row, by the identifiers of the columns; periods in ISO 8601."""
    whole = {name: about[name] for name in ("title", "licence", "cite") if name in about}
    whole |= {"language": words.language(), "columns": {name: words.label(name) for name in cells}}
    whole["figures"] = cells.to_dict("records")
    return f"{json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1)}\n".encode()


def _workbook(table, cells, about):
    """Return a workbook: a cover, and worksheets that hold a title and one table each."""
    from xlsxwriter import Workbook

    cells = cells.assign(period=table.period.map(words.period))
    sheets = {"notes": _notes(), "figures": cells, **_explaining(table, cells)}
    titles = [[words.label(f"book_{name}{of}") for of in ("", "_title")] for name in sheets]
    sheets = {"contents": pd.DataFrame(titles, columns=["sheet", "title"]), **sheets}
    content, font = BytesIO(), {"font_name": "Arial", "font_size": 12, "valign": "top"}
    book = Workbook(content, {"in_memory": True})
    day = datetime.fromisoformat(about.get("date-released", "2025-01-01"))  # no clock: same bytes
    book.set_properties({"title": about["title"], "created": day})
    forms = {"h1": {"bold": True, "font_size": 16}, "h2": {"bold": True, "font_size": 14}}
    forms |= {"plain": {}, "text": {"text_wrap": True}, "head": {"bold": True, "bottom": 1}}
    forms |= {"link": {"text_wrap": True, "font_color": "#0000EE", "underline": 1}}
    right = {"align": "right", "indent": 1}
    forms |= {name: forms["head"] | right for name in [*NUMBERS, "used"]}
    forms |= {n: right | {"num_format": "#,##0" + f"{0:.{n}f}"[1:]} for n in range(17)}
    forms = {name: book.add_format(font | form) for name, form in forms.items()}
    cover = book.add_worksheet(_sheet("cover"))
    lines = [(about["title"], "h1")]
    for name in filter(about.get, TEXTS):
        lines += [(words.label(f"book_{name}"), "h2"), (about[name], "text")]
    for line, (text, form) in enumerate(lines):
        cover.set_row(line, 22 if form != "text" else _height(text, 90))
        cover.write_string(line, 0, text, forms[form])
    cover.set_column(0, 0, 90)
    decimals = dict(zip(table.key, table.decimals))
    for name, rows in sheets.items():
        _fill(book.add_worksheet(_sheet(name)), name, rows, forms, decimals)
    for sheet in book.worksheets():
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
    book.close()
    return content.getvalue()


def _sheet(name):
    """Return the name of a sheet, as a spreadsheet takes it."""
    return re.sub(r"[][:*?/\\']", " ", words.label(f"book_{name}"))[:31]


def _fill(sheet, name, rows, forms, decimals):
    """Write a title, what to know of the table, and the table; texts stay texts."""
    sheet.write_string(0, 0, words.label(f"book_{name}_title"), forms["h1"])
    sheet.write_string(1, 0, words.label("book_table"), forms["plain"])
    back = _sheet("cover" if name == "contents" else "contents")
    to, said = f"internal:'{back}'!A1", words.label("book_back", sheet=back)
    sheet.write_url(2, 0, to, forms["link"], said)
    heads = {column: words.label(column) for column in rows}
    named = [{"header": heads[c], "header_format": forms.get(c, forms["head"])} for c in rows]
    form = {"name": name, "columns": named, "style": None, "autofilter": len(rows) > 30}
    sheet.add_table(3, 0, 3 + len(rows), len(heads) - 1, form)
    sheet.freeze_panes(4, 1)
    sheet.repeat_rows(3)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # a year is meant as text
    wide = {c: min(60, max(len(heads[c]) + 5, *rows[c].map(str).map(len))) for c in rows}
    for place, width in enumerate(wide.values()):
        sheet.set_column(place, place, width)
    wide |= {"address": 999}  # shown as far as it goes
    for line, height in enumerate((22, 16, 16, 18)):
        sheet.set_row(line, height)
    for line, row in enumerate(rows.itertuples(index=False), 4):
        sheet.set_row(line, max(map(_height, row, wide.values())))
        for place, (column, cell) in enumerate(zip(heads, row)):
            if isinstance(cell, str) and cell:
                sheet.write_string(line, place, cell, forms["text"])
            elif cell not in (None, ""):  # a bound has a decimal more than print where it needs one
                places = decimals[row.key]
                places += cell != round(cell, places)
                sheet.write_number(line, place, cell, forms[places])
            if column == "sheet":
                sheet.write_url(line, place, f"internal:'{cell}'!A1", forms["link"], cell)
            elif column == "address" and cell.startswith(words.WEB):
                sheet.write_url(line, place, cell, forms["link"], cell)


def _height(cell, width):
    """Return the height of a row that shows a text: not every program finds it by itself."""
    return 16 * math.ceil(0.95 * len(str(cell) or " ") / width)


def _notes():
    """Return what the columns of the figures, and the words and signs in them, mean."""
    notes = []
    for kind, term in entries("terms"):
        if kind == "label" and term.startswith("note."):
            _, column, entry = f"{term}.".split(".")[:3]
            named = words.name(column, entry, words.name("label", entry, ""))
            named = words.SIGNS.get(entry, "").strip() or named
            notes.append([words.label(column), named, words.label(term)])
    return pd.DataFrame(notes, columns=["column", "entry", "meaning"])


def _explaining(table, cells):
    """Return, by worksheet, the tables that explain the figures, as far as they concern them."""
    made, renamed = {}, {"indicator": "figure", "row": "key", "value": "used"}
    renamed |= {f"{name}_{words.language()}": name for name in ("definition", "reason")}
    held = {"codebook": ["indicator"], "sources": ["source"], "readings": ["indicator"]}
    for name, (file, columns) in TABLES.items():
        rows = companion(file)
        for key in held.get(file, ()):
            rows = rows[rows[key].isin(table[key])]
        rows = rows.rename(columns=renamed)
        if file == "choices":
            made[name] = rows[["key", "reason"]].merge(cells.rename(columns=renamed), on="key")
            made[name] = made[name][columns]
        elif file != "readings" or "document" in {*table.origin}:
            made[name] = rows[columns].apply(lambda cells: cells.map(partial(_said, cells.name)))
    return {name: rows for name, rows in made.items() if len(rows)}


def _said(column, cell):
    told = {"title": words.text, "note": words.text, "published": words.period}
    told |= {"source": words.publisher, "figure": partial(words.cell_text, column)}
    return cell and told.get(column, lambda term: words.name(column, term, term))(cell)
