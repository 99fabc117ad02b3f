"""The validated table as CSV or a workbook for a spreadsheet, or as JSON for a program.

The workbook follows the guidance of the UK's Government Analysis Function, "Releasing
statistics in spreadsheets".
"""

import csv
import errno
import json
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
FORMS = [".csv", ".json", ".xlsx"]
TEXTS = ["about", "origin", "dated", "licence", "cite"]  # of the cover
CITATION = DATA.parent / "CITATION.cff"
# A spreadsheet takes 5/2022 and May 2022 for dates and saves them as such; not these words.
MONTH = {"en": "'in' MMMM y", "vi": "'tháng' M 'năm' y"}
DAY = {"en": "'on' d MMMM y", "vi": "'ngày' d 'tháng' M 'năm' y"}
# Of the workbook: what its other tables hold, by worksheet and file; widths in characters.
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
WIDE = {"definition": 80, "reason": 80, "meaning": 80, "title": 60, "address": 60, "note": 50}
WIDE |= {"figure": 46, "key": 46, "reading": 36, "source": 32, "kind": 28, "theme": 28, "unit": 26}


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
        cells, about = _cells(table), _about(data)
        if out.suffix.lower() == ".csv":
            content = _csv(cells, ";" if semicolon else ",")
        elif out.suffix.lower() == ".json":
            content = _json(cells, about)
        else:
            content = _workbook(table, cells, about)
    finally:
        words.use_language(before)
    replace(out, content)
    return len(table)


def _refuse(out, data, semicolon):
    """Refuse a file that cannot be the one to write."""
    folders = [os.path.realpath(folder) for folder in (DATA, data)]
    form = out.suffix.lower()
    refusals = {
        "neither a file nor a new name": os.path.lexists(out) and not out.is_file(),
        "choose a name that ends in .csv, .json or .xlsx": form not in FORMS,
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
    if not np.isfinite(number):
        return None
    return int(number) if number == int(number) else float(number)


def _about(data):
    """Return the title of the data and, of those of this project, what to say of them as a whole.

    Of a table of one's own neither licence nor citation is known.
    """
    if os.path.realpath(data) not in map(os.path.realpath, (DATA, DATA / "indicators.csv")):
        return {"title": data.name}
    told = dict(re.findall(r'^([\w-]+): "?(.+?)"?$', CITATION.read_text("utf-8"), re.MULTILINE))
    parts = {
        "title": words.name("site", "project"),
        "version": told["version"],
        "date": words.period(told["date-released"]),
        "url": f", {told['url']}" if "url" in told else "",
        **{name: words.label(f"book_{name}") for name in ("sources", "choices")},
    }
    said = {name: words.label(f"book_{name}_text", **parts) for name in TEXTS}
    return {"title": parts["title"], **said, "released": told["date-released"]}


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
    content, shared = BytesIO(), {"font_name": "Arial", "font_size": 12, "valign": "top"}
    book = Workbook(content, {"in_memory": True})
    day = datetime.fromisoformat(about.get("released", "2025-01-01"))  # no clock: same bytes
    book.set_properties({"title": about["title"], "created": day})
    forms = {
        "plain": {},
        "text": {"text_wrap": True},
        "head": {"text_wrap": True, "bold": True, "bottom": 1},
        "title": {"bold": True, "font_size": 16},
        "link": {"text_wrap": True, "font_color": "#0000EE", "underline": 1},
        **{n: {"num_format": f"{0:,.{n}f}".replace("0", "#,##0", 1)} for n in range(17)},
    }
    forms = {name: book.add_format(shared | form) for name, form in forms.items()}
    cover = book.add_worksheet(words.label("book_cover"))
    cover.set_column(0, 0, 90)
    cover.write_string(0, 0, about["title"], forms["title"])
    for turn, name in enumerate(name for name in TEXTS if name in about):
        cover.write_string(2 * turn + 1, 0, words.label(f"book_{name}"), forms["head"])
        cover.write_string(2 * turn + 2, 0, about[name], forms["text"])
    decimals = dict(zip(table.key, table.decimals))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(words.label(f"book_{name}"))
        _sheet(sheet, name, rows, forms, [decimals.get(key) for key in rows.get("key", ())])
    book.close()
    return content.getvalue()


def _sheet(sheet, name, rows, forms, decimals):
    """Write a title, what to know of the table, and the table; no text becomes a formula."""
    contents, top = words.label("book_contents"), 2 if name == "contents" else 3
    about = words.label("book_table", row=str(top + 1))
    if rows.isin(["", None]).any(axis=None):
        about += " " + words.label("book_blank", notes=words.label("book_notes"))
    sheet.write_string(0, 0, words.label(f"book_{name}_title"), forms["title"])
    sheet.write_string(1, 0, about, forms["plain"])
    if name != "contents":
        back = words.label("book_back", contents=contents)
        sheet.write_url(2, 0, f"internal:'{contents}'!A1", forms["link"], back)
    heads = [{"header": words.label(head), "header_format": forms["head"]} for head in rows]
    form = {"name": name, "columns": heads, "style": None, "autofilter": len(rows) > 30}
    sheet.add_table(top, 0, top + len(rows), len(heads) - 1, form)
    sheet.freeze_panes(top + 1, 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # a year is meant as text
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    for place, column in enumerate(rows):
        sheet.set_column(place, place, WIDE.get(column, 20))
        for line, cell in enumerate(rows[column]):
            at = top + 1 + line, place
            if isinstance(cell, str):
                sheet.write_string(*at, cell, forms["text"])
            elif cell is not None:  # a bound has a decimal more than print where it needs one
                exact = cell == round(cell, decimals[line])
                sheet.write_number(*at, cell, forms[decimals[line] + (not exact)])
            if column == "sheet":
                sheet.write_url(*at, f"internal:'{cell}'!A1", forms["link"], cell)
            elif column == "address" and cell.startswith(words.WEB):
                sheet.write_url(*at, cell, forms["link"], cell)


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
    made, renamed = {}, {"row": "key", "value": "used"}
    renamed |= {f"{name}_{words.language()}": name for name in ("definition", "reason")}
    for name, (file, columns) in TABLES.items():
        rows = companion(file)
        for key in {"codebook": ["indicator"], "sources": ["source"]}.get(file, ()):
            rows = rows[rows[key].isin(table[key])]
        rows = rows.rename(columns=renamed | {"indicator": "figure"})
        if file == "choices":
            used = cells.rename(columns=renamed)
            made[name] = rows[["key", "reason"]].merge(used, on="key")[columns]
        elif file != "readings" or "document" in {*table.origin}:
            made[name] = rows[columns].apply(lambda column: column.map(partial(_said, column.name)))
    return {name: rows for name, rows in made.items() if len(rows)}


def _said(column, cell):
    if column in ("definition", "formula", "reason", "address") or not cell:
        return cell
    if column in ("title", "note"):
        return words.text(cell)
    return words.cell_text("period" if column == "published" else column, cell)
