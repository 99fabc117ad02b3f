"""Whether the tables agree with each other, with their totals and with the source text."""

import os
import re
import unicodedata
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from hg_analysis import calc
from hg_analysis.bounds import NUMERAL
from hg_analysis.files import DataError, Fault, read
from hg_analysis.table import DATA, KEYS, TABLES, companion, load, moments, validate
from hg_analysis.tools import choices, premises

# What kind of unit each kind of measure has.
UNITS = {
    "count": r"[^%]+",
    "growth": r"%( per year)?",
    "share": r"%( of .*)?",
    "plan": r"% (of plan|of budget plan|above plan|of target)",
}
# Which tables use the terms of a kind.
USERS = {"unit": "codebook derived", "theme": "codebook", "reading": "readings"}
USERS |= {"verdict": "readings", "place": "indicators", "status": "indicators"}
USERS |= {"publisher": "sources", "kind": "sources", "quotes": "sources", "role": "numerals"}
# Words for numbers that the other language may write in digits: from zero to ten, and more.
_SPELT = {
    "en": "zero one two three four five six seven eight nine ten eleven",
    "vi": "không một hai ba bốn năm sáu bảy tám chín mười",
}
_MORE = {"en": {"half": 6, "halves": 6}, "vi": {"vạn": 10_000, "xiii": 13, "xiv": 14}}


def check(path=None, source=None, today=None):
    """Check a table of indicators and the files beside it.

    Parameters
    ----------
    path : path-like, optional
        A table or a folder as :func:`hg_analysis.load` takes it; the bundled data by default.
    source : path-like, optional
        The text of the appendix, a paragraph a line; then its numerals are compared too.
    today : datetime.date, optional
        By which it is told which official figures are due.

    Returns
    -------
    list of Fault, list of str
        What is wrong, and a line on each thing that was checked; last, on each choice
        that somebody should look at again.
    """
    folder, today = DATA if path is None else Path(path), today or date.today()
    file = folder / "indicators.csv" if folder.is_dir() else folder
    bundled = os.path.realpath(file) == os.path.realpath(DATA / "indicators.csv")
    faults, notes, sound = [], [], True
    try:
        if bundled:
            faults, sound = _companions(today)
            notes.append(f"{len(TABLES) - 1} files read and held against each other")
        table = load(path)
    except DataError as error:
        return list(dict.fromkeys(faults + error.faults)), notes
    if not sound:
        return faults, [*notes, "more is compared once each of these files is right by itself"]
    table = table.set_axis(read(file, TABLES["indicators"]).index)
    own = table[table.origin == "document"]
    notes.append(f"{len(table)} figures valid, {len(own)} of them from the document")
    parts = [_totals(table, file.name, bundled), choices.statuses(table, file.name, bundled)]
    if len(own) or bundled:
        parts += [choices.readings(table, bundled), _numerals(own, file.name)]
        parts += [_text(own, file.name, Path(source))] if source else []
    else:
        notes.append("none of them from the document, so its numerals were not compared")
    parts.append(choices.choices(table, file.name, bundled, today))
    for found, said in parts:
        faults += found
        notes += said
    return faults, notes


def _marked(name, table, column, wrong, expected):
    """Return a fault for each row of a table that is marked as wrong."""
    texts = [expected] * len(table) if isinstance(expected, str) else expected
    cells = zip(table.index, table[column], wrong, texts)
    return [Fault(f"{name}.csv", line, column, str(c), text) for line, c, bad, text in cells if bad]


def _companions(today):
    """Check the bundled files, each alone and against each other; tell if each alone is sound."""
    tables = {name: read(DATA / f"{name}.csv", TABLES[name]) for name in KEYS}
    figures = tables.pop("indicators")
    faults = [
        fault
        for name, rows in tables.items()
        for fault in validate(name, rows, f"{name}.csv", tables)
    ]
    book, derived, sources = tables["codebook"], tables["derived"], tables["sources"]
    numerals, terms, order = tables["numerals"], tables["terms"], tables["paragraphs"].paragraph
    named, day = {*book.indicator, *derived.indicator, "number", "any"}, today.isoformat()
    months = ["-".join(*re.findall(r"_(20\d\d)_(\d\d)$", name) or [""]) for name in sources.source]
    dated = [when != "" and not when.startswith(m) for m, when in zip(months, sources.published)]
    strange = [set(re.findall(r"[a-z]\w*", text)) - named for text in derived.inputs]
    rightly = [str(number) for number in range(1, len(order) + 1)]
    rules = [
        ("numerals", "indicator", (numerals.role == "figure") != (numerals.indicator != ""),
         "an indicator where the role is figure, blank for any other role"),
        ("derived", "formula", [bool({*f.split("; ")} - {*calc.__all__}) for f in derived.formula],
         "a formula of calc.py, or several separated by '; '"),
        ("derived", "inputs", strange,
         [f"a described indicator, not {sorted(each)}" for each in strange]),
        ("derived", "indicator", derived.indicator.isin(book.indicator), "no name of the codebook"),
        ("paragraphs", "paragraph", order != rightly,
         [f"{number}: every paragraph of the document in its order" for number in rightly]),
        ("sources", "published", dated,
         [f"the month that the identifier names, {month}" for month in months]),
        ("sources", "published", sources.published > day, f"a day that has been; today is {day}"),
        ("sources", "address", sources.address.duplicated() & (sources.address != ""),
         "no second source of the same address"),
        ("codebook", "indicator", ~book.indicator.isin(figures.indicator),
         "a row of indicators.csv that uses it"),
        ("sources", "source", ~sources.source.isin(figures.source),
         "a row of indicators.csv that uses it"),
    ]  # fmt: skip
    for name in ("codebook", "derived"):
        units = [UNITS.get(measure, ".*") for measure in tables[name].measure]
        wrong = [not re.fullmatch(*pair) for pair in zip(units, tables[name].unit)]
        expected = [f"a unit of a {m}, such as {p!r}" for m, p in zip(tables[name].measure, units)]
        rules.append((name, "unit", wrong, expected))
    for kind, users in USERS.items():
        used = pd.concat((tables | {"indicators": figures})[user][kind] for user in users.split())
        rules.append(
            ("terms", "term", (terms.kind == kind) & ~terms.term.isin(used),
             f"a {kind} that a table uses")
        )  # fmt: skip
    for name, table in tables.items():
        for column in table.columns[table.columns.str.endswith("_vi")]:
            original = table[english := column.replace("_vi", "_en")]
            apart = [unequal_numbers(*pair) for pair in zip(original, table[column])]
            rules.append((name, column, apart, f"the numbers of {english}, " + original.map(repr)))
    crossed = [f for name, *rule in rules for f in _marked(name, tables[name], *rule)]
    return faults + crossed, not faults


@cache
def _spelt(which):
    from babel.dates import get_month_names

    months = {name.lower(): n for n, name in get_month_names("wide", locale=which).items()}
    return months | {word: n for n, word in enumerate(_SPELT[which].split())} | _MORE[which]


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
    (said, spelt), (theirs, in_words) = _stated(english, "en"), _stated(vietnamese, "vi")
    return sorted([*(said - theirs - in_words), *(theirs - said - spelt)])


def _totals(table, file, bundled):
    """Hold the figures of each source against the control totals, as far as rounding tells.

    A name that ends in "?" is a part that need not be stated; two of them make a total.
    """
    faults, count, stated = [], Counter(), defaultdict(list)
    for row in table.itertuples():
        stated[row.indicator, row.place, row.source, row.role].append(row)
    for total in companion("totals").itertuples():
        names = list(dict.fromkeys(re.findall(r"[a-z]\w*\??", total.formula)))
        optional = [name for name in names if name.endswith("?")]
        leading = [name.strip("?") for name in optional or names[:1]]
        periods = {(*at[1:], r.period) for at in stated if at[0] in leading for r in stated[at]}
        for *where, period in sorted(periods):
            own = {n: _of(stated[n.strip("?"), *where], period, bool(optional)) for n in names}
            rows = {row.key: row for row in own.values() if row is not None}
            if len(rows) < (2 if optional else len(names)):
                continue
            count[total.total] += 1
            text = total.formula
            for name, row in own.items():
                text = re.sub(rf"(?<!\w){re.escape(name)}(?![\w.])", row.key if row else "0", text)
            if ended := premises.ended(text, rows, some=True):
                values = ", ".join(f"{key} {row.value:g}" for key, row in rows.items())
                faults.append(
                    Fault(file, None, "value", values, f"{total.formula.replace('?', '')}: {ended}")
                )
    lost = [total not in count for total in companion("totals").total] if bundled else []
    expected = "figures that it can be held against"
    faults += _marked("totals", companion("totals"), "total", lost, expected)
    return faults, [f"{count.total()} control totals evaluated"] if count else []


def _of(rows, period, exactly):
    """Return the row of a period, or else the only one whose period overlaps with it."""
    start, end = moments(period)
    same = [row for row in rows if row.period == period]
    spans = [] if same or exactly else [(row, *moments(row.period)) for row in rows]
    same += [row for row, first, last in spans if first <= end and start <= last]
    return same[0] if len(same) == 1 else None


def _numerals(own, file):
    """Pair the document's figures with its listed numerals, whatever the order of either."""
    listed, at = companion("numerals").rename_axis("row").reset_index(), ["paragraph", "nth"]
    stated, own = listed[listed.role == "figure"], own[own.nth != ""].rename_axis("row")
    own = own.assign(printed=own.printed.map(lambda text: NUMERAL.search(text)[0])).reset_index()
    pairs = stated.merge(own, how="outer", on=at, suffixes=("", "_own"), indicator="found")
    places, faults = "¶" + pairs.paragraph + "." + pairs.nth, []

    def add(name, row, column, text, wrong, expected):
        cells = zip(pairs[row], text, wrong, expected)
        faults.extend(Fault(name, int(n), column, t, e) for n, t, bad, e in cells if bad)

    left, right = pairs.found == "left_only", pairs.found == "right_only"
    rows = [f"a row of {file} for {each}" for each in pairs.indicator]
    add("numerals.csv", "row", "nth", places + " " + pairs.printed, left, rows)
    no_figure = ["a numeral whose role in numerals.csv is figure"] * len(pairs)
    add(file, "row_own", "nth", places, right, no_figure)
    for column in ("printed", "indicator"):
        apart = ~left & ~right & (pairs[column] != pairs[f"{column}_own"])
        expected = pairs[column].astype(str) + " at " + places + " as in numerals.csv"
        add(file, "row_own", column, pairs[f"{column}_own"], apart, expected)
    for paragraph, rows in listed.groupby("paragraph", sort=False):
        if list(rows["nth"]) != [str(n) for n in range(1, len(rows) + 1)]:
            found, expected = ", ".join(rows["nth"]), f"1 to {len(rows)} in ¶{paragraph}"
            faults.append(Fault("numerals.csv", int(rows.row.iloc[0]), "nth", found, expected))
    return faults, [f"{len(listed)} numerals listed, {len(stated)} of them figures"]


def _text(own, file, source):
    """Compare the numerals, figures and paragraphs with the text itself, in place."""
    try:
        text = unicodedata.normalize("NFC", source.read_text(encoding="utf-8"))
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        return [Fault(source.name, None, None, str(error), "the appendix as UTF-8 text")], []
    lines = {str(n): " ".join(line.split()) for n, line in enumerate(text.splitlines(), 1)}
    there = {
        (number, str(nth)): match
        for number, line in lines.items()
        for nth, match in enumerate(NUMERAL.finditer(line), 1)
    }
    listed, paragraphs = companion("numerals"), companion("paragraphs")
    places = [*zip(listed.paragraph, listed.nth)]
    right = [there[p][0] if p in there else "no numeral" for p in places]
    apart, name = listed.printed != right, source.name
    expected = [f"{r} at ¶{p[0]}.{p[1]} of {name}" for r, p in zip(right, places)]
    faults = _marked("numerals", listed, "printed", apart, expected)
    for place in there.keys() - set(places):
        expected = f"{there[place][0]} at ¶{place[0]}.{place[1]} of {name}"
        faults.append(Fault("numerals.csv", None, "printed", "nothing", expected))
    for figure in own.itertuples():
        line, at, numeral = lines.get(figure.paragraph, ""), figure.paragraph, figure.nth
        good, expected = figure.printed in line, f"words of ¶{at} of {name}"
        if numeral:  # in its place, if it stands there
            match, own = there.get((at, numeral)), NUMERAL.search(figure.printed)
            start = match.start() - own.start() if match and match[0] == own[0] else None
            good = start is None or line[max(start, 0) :].startswith(figure.printed)
            expected = f"the words at ¶{at}.{numeral} of {name}"
        if not good:
            faults.append(Fault(file, figure.Index, "printed", figure.printed, expected))
    lost = [row.opening not in lines.get(row.paragraph, "") for row in paragraphs.itertuples()]
    expected = [f"the start of ¶{paragraph} of {name}" for paragraph in paragraphs.paragraph]
    faults += _marked("paragraphs", paragraphs, "opening", lost, expected)
    count = len(listed) - sum(apart)
    return faults, [f"{count} of {len(there)} numerals of {name} accounted for"]
