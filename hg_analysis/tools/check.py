"""Whether the tables agree with each other, with their totals and with the source text."""

import os
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd

from hg_analysis import audit, calc
from hg_analysis.bounds import NUMERAL
from hg_analysis.files import DataError, Fault, read
from hg_analysis.table import DATA, FIRMNESS, KEYS, OFFICIAL, TABLES, companion, load, validate

# What kind of unit each kind of measure has.
UNITS = {
    "level": r".*",
    "count": r"[^%]+",
    "growth": r"%( per year)?",
    "share": r"%( of .*)?",
    "change": r".*",
    "plan": r"% (of plan|above plan|of target)",
}
_FIGURE = "an indicator where the role is figure, blank for any other role"


def check(path=None, source=None):
    """Check a table of indicators and the files beside it.

    Parameters
    ----------
    path : path-like, optional
        A table or a folder as :func:`hg_analysis.load` takes it; the bundled data by default.
    source : path-like, optional
        The text of the appendix, a paragraph a line; then its numerals are compared too.

    Returns
    -------
    list of Fault, list of str
        What is wrong, and a line on each thing that was checked.
    """
    folder = DATA if path is None else Path(path)
    file = folder / "indicators.csv" if folder.is_dir() else folder
    bundled = path is None or os.path.realpath(file) == str(DATA / "indicators.csv")
    faults, notes, sound = [], [], True
    try:
        if bundled:
            faults, sound = _companions()
            notes.append(f"{len(TABLES) - 1} files read and held against each other")
        table = load(path)
    except DataError as error:
        return list(dict.fromkeys(faults + error.faults)), notes
    if not sound:
        return faults, [*notes, "more is compared once each of these files is right by itself"]
    lines = read(file, TABLES["indicators"]).index
    own = table[table.origin == "document"].assign(row=lines[table.origin == "document"])
    notes.append(f"{len(table)} figures valid, {len(own)} of them from the document")
    parts = [_totals(table, file, bundled), _choices(table, file, bundled)]
    if len(own) or bundled:
        parts.append(_numerals(own, file))
        if source:
            parts.append(_text(own, file, Path(source)))
    else:
        notes.append("none of them from the document, so its numerals were not compared")
    if bundled:
        parts.append((_unused(table), []))
    for found, said in parts:
        faults += found
        notes += said
    return faults, notes


def _fault(file, row, column, value, expected):
    name = file.name if isinstance(file, Path) else f"{file}.csv"
    return Fault(name, None if row is None else int(row), column, str(value), expected)


def _companions():
    """Check the bundled files beside the indicators, each alone and against each other.

    Returns
    -------
    list of Fault, bool
        And whether each file is right by itself.
    """
    tables = {name: read(DATA / f"{name}.csv", TABLES[name]) for name in TABLES if name in KEYS}
    del tables["indicators"]
    faults = [
        f for name, rows in tables.items() for f in validate(name, rows, f"{name}.csv", tables)
    ]
    sound = not faults
    for row, numeral in tables["numerals"].iterrows():
        if (numeral.role == "figure") != bool(numeral.indicator):
            faults.append(_fault("numerals", row, "indicator", numeral.indicator, _FIGURE))
    for name in ("codebook", "derived"):
        for row, entry in tables[name].iterrows():
            pattern = UNITS.get(entry.measure, "")
            if not re.fullmatch(pattern, entry.unit):
                expected = f"a unit of a {entry.measure}, such as {pattern!r}"
                faults.append(_fault(name, row, "unit", entry.unit, expected))
    named = {*tables["codebook"].indicator, *tables["derived"].indicator, "number", "any"}
    for row, entry in tables["derived"].iterrows():
        for formula in entry.formula.split("; "):
            if formula not in calc.__all__:
                faults.append(_fault("derived", row, "formula", formula, "a formula of calc.py"))
        for indicator in re.findall(r"[a-z]\w*", entry.inputs):
            if indicator not in named:
                faults.append(_fault("derived", row, "inputs", indicator, "a described indicator"))
    for row, paragraph in enumerate(tables["paragraphs"].paragraph, 1):
        if paragraph != str(row):
            expected = f"{row}: every paragraph of the document in its order"
            faults.append(_fault("paragraphs", row + 1, "paragraph", paragraph, expected))
    for row, name in tables["derived"].indicator.items():
        if name in set(tables["codebook"].indicator):
            faults.append(_fault("derived", row, "indicator", name, "no name of the codebook"))
    for row, source in tables["sources"].iterrows():
        dated = re.search(r"_(20\d\d)_(\d\d)$", source.source)
        if dated and source.published and not source.published.startswith("-".join(dated.groups())):
            expected = f"the month that the identifier {source.source} names"
            faults.append(_fault("sources", row, "published", source.published, expected))
    return faults + _translations(tables), sound


def _unused(table):
    """Find names that nothing uses."""
    tables = {name: companion(name) for name in TABLES if name != "indicators"}
    tables["indicators"] = table
    users = {"unit": ("codebook", "derived"), "theme": ("codebook",), "reading": ("readings",)}
    users |= {"place": ("indicators",), "status": ("indicators",), "publisher": ("sources",)}
    users |= {"kind": ("sources",), "role": ("numerals",), "verdict": ("readings",)}
    terms, faults = tables["terms"], []
    for kind, names in users.items():
        used = {text for name in names for text in tables[name][kind]}
        for row, term in terms.term[(terms.kind == kind) & ~terms.term.isin(used)].items():
            faults.append(_fault("terms", row, "term", term, f"a {kind} that a table uses"))
    for name, column in (("codebook", "indicator"), ("sources", "source")):
        for row, key in tables[name][column].items():
            if key not in set(table[column]):
                faults.append(
                    _fault(name, row, column, key, "a row of indicators.csv that uses it")
                )
    return faults


# Words for numbers that the other language may write in digits: from zero to ten, and more.
_SPELT = {
    "en": "zero|one|two|three|four|five|six|seven|eight|nine|ten",
    "vi": "không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười",
}
_MORE = {"en": {"half": 6, "halves": 6}, "vi": {"vạn": 10_000, "xiii": 13, "xiv": 14}}


@cache
def _spelt(which):
    from babel.dates import get_month_names

    months = {name.lower(): n for n, name in get_month_names("wide", locale=which).items()}
    return months | {word: n for n, word in enumerate(_SPELT[which].split("|"))} | _MORE[which]


def _stated(text, which):
    """Count the numbers that a text states in digits, and those that it spells."""
    group, point = (",", ".") if which == "en" else (".", ",")
    written = (n.replace(group, "").replace(point, ".") for n in NUMERAL.findall(text))
    words = (_spelt(which).get(word) for word in re.findall(r"\w+", text.lower()))
    return Counter(map(float, written)), Counter(n for n in words if n is not None)


def unequal_numbers(english, vietnamese):
    """Compare the numbers of a text with those of its translation.

    Parameters
    ----------
    english, vietnamese : str
        Each in its own notation: 1,234.5 and 1.234,5.

    Returns
    -------
    list of float
        Numbers that one text states in digits and the other states neither in
        digits nor in words ("five", "July", "vạn"); empty where all agree.

    Examples
    --------
    >>> unequal_numbers("Five rates of 9.24% from July 2021", "5 tốc độ 9,24% từ tháng 7/2021")
    []
    >>> unequal_numbers("37 beds per 10,000 people", "36 giường trên một vạn dân")
    [36.0, 37.0]
    """
    english, vietnamese = _stated(english, "en"), _stated(vietnamese, "vi")
    apart = english[0] - vietnamese[0] - vietnamese[1]
    return sorted([*apart, *(vietnamese[0] - english[0] - english[1])])


def _translations(tables):
    """Compare the numbers of every text with those of its translation."""
    faults = []
    for name, table in tables.items():
        for column in table.columns[table.columns.str.endswith("_vi")]:
            original = column.replace("_vi", "_en")
            for row, pair in zip(table.index, zip(table[original], table[column])):
                if unequal_numbers(*pair):
                    expected = f"the numbers of {original}, {pair[0]!r}"
                    faults.append(_fault(name, row, column, pair[1], expected))
    return faults


def _totals(table, file, bundled):
    """Evaluate every control total; in the bundled table each must find its figures."""
    found, faults = audit.totals(table), []
    for total in found[~found.holds].itertuples():
        stated = ", ".join(f"{k} {v:g}" for k, v in zip(total.keys, _values(table, total.keys)))
        text = " ".join([total.left.replace(" ", " + "), total.test, total.right]).strip()
        if total.test == "parts":
            over = f"{total.values[0]:.6g}, more than {total.right}"
            text = f"parts of one whole; these add up to {over}"
        faults.append(_fault(file, None, "value", stated, text))
    for name in companion("totals").total if bundled else ():
        if name not in set(found.total):
            faults.append(
                _fault("totals", None, "total", name, "figures that it can be held against")
            )
    return faults, [f"{len(found)} control totals evaluated"] if len(found) else []


def _values(table, keys):
    return table.set_index("key").value.loc[keys]


# What must hold of a chosen row for the choice to stand: no other row of the same figure beats it.
PREMISES = {
    "firmest": lambda row, source: -FIRMNESS.index(row.status),
    "official": lambda row, source: -OFFICIAL.index(source.kind),
    "latest": lambda row, source: source.published,
    "publisher": lambda row, source: source.published,  # of the same publisher only
}


def _choices(table, file, bundled):
    """Hold every choice against its premise, and find figures published twice without one."""
    group, faults, notes, held = KEYS["choices"], [], [], 0
    sources = companion("sources").set_index("source")
    choices = companion("choices")
    rows = {key: list(r.itertuples()) for key, r in table.groupby(group, sort=False) if len(r) > 1}
    for choice in choices.itertuples():
        same = rows.pop(tuple(getattr(choice, column) for column in group), [])
        used = [row for row in same if row.key == choice.row]
        if not used:
            if bundled:
                expected = "the key of one of several rows of that figure"
                faults.append(_fault("choices", choice.Index, "row", choice.row, expected))
            continue
        held += 1
        for premise in choice.premise.split(";"):
            rank = PREMISES[premise]
            for row in same:
                mine, other = sources.loc[used[0].source], sources.loc[row.source]
                if premise == "publisher" and mine.publisher != other.publisher:
                    continue
                if rank(row, other) > rank(used[0], mine):
                    expected = f"another choice: {row.key} ends the premise '{premise}'"
                    faults.append(_fault("choices", choice.Index, "row", choice.row, expected))
    for same in rows.values():
        keys = ", ".join(row.key for row in same)
        used = next((row.key for row in same if row.chosen), "none until one is chosen")
        if bundled:
            expected = "a row of choices.csv that says which of them is used, and why"
            faults.append(_fault(file, None, "source", keys, expected))
        else:
            notes.append(f"published more than once: {keys}; used: {used}")
    if held:
        notes.append(f"{held} choices held against their premises")
    return faults, notes


def _numerals(own, path):
    """Pair the document's figures with its listed numerals, whatever the order of either."""
    numerals, place = companion("numerals"), ["paragraph", "nth"]
    numerals["row"] = numerals.index
    stated = numerals[numerals.role == "figure"].assign(indicator=lambda n: n.indicator)
    figures = own[own.nth != ""][[*place, "printed", "indicator", "row"]]
    figures = figures.assign(printed=figures.printed.map(lambda text: NUMERAL.search(text)[0]))
    pairs = pd.merge(
        stated, figures, how="outer", on=place, suffixes=("", "_own"), indicator="found"
    )
    faults = []
    for pair in pairs.itertuples():
        at = f"¶{pair.paragraph}.{pair.nth}"
        if pair.found == "left_only":
            expected = f"a row of {path.name} for {pair.indicator}"
            faults.append(_fault("numerals", pair.row, "nth", f"{at} {pair.printed}", expected))
        elif pair.found == "right_only":
            expected = "a numeral whose role in numerals.csv is figure"
            faults.append(_fault(path, pair.row_own, "nth", at, expected))
        else:
            for column in ("printed", "indicator"):
                listed, found = getattr(pair, column), getattr(pair, f"{column}_own")
                if listed != found:
                    expected = f"{listed} at {at} as in numerals.csv"
                    faults.append(_fault(path, pair.row_own, column, found, expected))
    for paragraph, rows in numerals.groupby("paragraph", sort=False):
        if list(rows["nth"]) != [str(n) for n in range(1, len(rows) + 1)]:
            found, expected = ", ".join(rows["nth"]), f"1 to {len(rows)} in ¶{paragraph}"
            faults.append(_fault("numerals", rows.row.iloc[0], "nth", found, expected))
    return faults, [f"{len(numerals)} numerals listed, {len(stated)} of them figures"]


def _text(own, path, source):
    """Compare the numerals, figures and paragraphs with the text itself, in place."""
    try:
        text = unicodedata.normalize("NFC", source.read_text(encoding="utf-8"))
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        return [_fault(source, None, None, error, "the appendix as UTF-8 text")], []
    lines = dict(enumerate((" ".join(line.split()) for line in text.splitlines()), 1))
    there = {
        (str(number), str(nth)): (line, match)
        for number, line in lines.items()
        for nth, match in enumerate(NUMERAL.finditer(line), 1)
    }
    faults, met, count = [], 0, len(there)
    printed = {(figure.paragraph, figure.nth): figure for figure in own.itertuples()}
    for row, numeral in companion("numerals").iterrows():
        key = (numeral.paragraph, numeral.nth)
        line, match = there.pop(key, ("", None))
        expected = f"{match[0] if match else 'no numeral'} at ¶{'.'.join(key)} of {source.name}"
        if match is None or match[0] != numeral.printed:
            faults.append(_fault("numerals", row, "printed", numeral.printed, expected))
            continue
        met += 1
        figure = printed.get(key)
        if figure is not None:
            start = match.start() - NUMERAL.search(figure.printed).start()
            if start < 0 or not line.startswith(figure.printed, start):
                expected = f"the words at ¶{'.'.join(key)} of {source.name}"
                faults.append(_fault(path, figure.row, "printed", figure.printed, expected))
    for (paragraph, nth), (_, match) in there.items():
        expected = f"{match[0]} at ¶{paragraph}.{nth} of {source.name}"
        faults.append(_fault("numerals", None, "printed", "nothing", expected))
    for figure in own[own.nth == ""].itertuples():
        if figure.printed not in lines.get(int(figure.paragraph), ""):
            expected = f"words of ¶{figure.paragraph} of {source.name}"
            faults.append(_fault(path, figure.row, "printed", figure.printed, expected))
    for row, paragraph in companion("paragraphs").iterrows():
        if paragraph.opening not in lines.get(int(paragraph.paragraph), ""):
            expected = f"the start of ¶{paragraph.paragraph} of {source.name}"
            faults.append(_fault("paragraphs", row, "opening", paragraph.opening, expected))
    return faults, [f"{met} of {count} numerals of {source.name} accounted for"]
