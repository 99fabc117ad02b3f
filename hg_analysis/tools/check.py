"""Whether the tables agree with each other, with their totals and with the source text."""

import ast
import difflib
import operator
import os
import re
import unicodedata
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from hg_analysis import audit, calc, words
from hg_analysis.bounds import NUMERAL
from hg_analysis.files import DataError, Fault, listed, read
from hg_analysis.table import DATA, KEYS, TABLES, companion, load, moments, preference

# What kind of unit each kind of measure has.
UNITS = {
    "level": r".*",
    "count": r"[^%]+",
    "growth": r"%( per year)?",
    "share": r"%( of .*)?",
    "change": r".*",
    "plan": r"% (of plan|of budget plan|above plan|of target)",
}
_FIGURE = "an indicator where the role is figure, blank for any other role"


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
    folder = DATA if path is None else Path(path)
    file = folder / "indicators.csv" if folder.is_dir() else folder
    bundled = path is None or os.path.realpath(file) == str(DATA / "indicators.csv")
    faults, notes = [], []
    try:
        if bundled:
            faults = _companions(today or date.today())
            notes.append(f"{len(TABLES) - 1} files read and held against each other")
        table = load(path)
    except DataError as error:
        notes.append("more is compared once each of these files is right by itself")
        return error.faults + faults, notes
    table["row"] = read(file, TABLES["indicators"]).index
    own = table[table.origin == "document"]
    notes.append(f"{len(table)} figures valid, {len(own)} of them from the document")
    parts = [_totals(table, file, bundled), _statuses(table, file, bundled)]
    if len(own) or bundled:
        parts.append(_premises(table, bundled))
        parts.append(_numerals(own, file))
        if source:
            parts.append(_text(own, file, Path(source)))
    else:
        notes.append("none of them from the document, so its numerals were not compared")
    if bundled:
        parts.append((_unused(table), []))
    parts.append(_choices(table, file, bundled, today or date.today()))
    for found, said in parts:
        faults += found
        notes += said
    return faults, notes


def _same(table):
    """Return the rows of each figure, whoever publishes it, by the columns that name it."""
    rows = {}
    for row in table.itertuples():
        rows.setdefault(tuple(getattr(row, c) for c in KEYS["choices"]), []).append(row)
    return rows


def _fault(file, row, column, value, expected):
    name = file.name if isinstance(file, Path) else f"{file}.csv"
    return Fault(name, None if row is None else int(row), column, str(value), expected)


def _companions(today):
    """Return the faults of the bundled files beside the indicators, held against each other."""
    tables, faults = {name: read(DATA / f"{name}.csv", TABLES[name]) for name in TABLES}, []
    del tables["indicators"]
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
        if source.published > today.isoformat():
            expected = f"a day that has been; today is {today.isoformat()}"
            faults.append(_fault("sources", row, "published", source.published, expected))
    addresses = tables["sources"].address
    for row, address in addresses[addresses.duplicated() & (addresses != "")].items():
        expected = "no second source of the same address"
        faults.append(_fault("sources", row, "address", address, expected))
    return faults + _translations(tables)


def _unused(table):
    """Find names that nothing uses."""
    tables = {name: companion(name) for name in TABLES if name != "indicators"}
    tables["indicators"] = table
    users = {"unit": ("codebook", "derived"), "theme": ("codebook",), "reading": ("readings",)}
    users |= {"place": ("indicators",), "status": ("indicators",), "publisher": ("sources",)}
    users |= {"kind": ("sources",), "role": ("numerals",), "verdict": ("readings",)}
    users |= {"quotes": ("sources",)}
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
_MORE = {"en": {"half": 6, "halves": 6, "eleven": 11}, "vi": {"vạn": 10_000, "xiii": 13, "xiv": 14}}


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


# Months from the end of a period to the publication of its official figures: those of a year
# come out in October of the second year after it (Decree 62/2024, 6 October).
OFFICIAL_AFTER = 22


def _surveyed(row):
    """Tell whether the statistics law knows estimate, preliminary and official of a figure."""
    first, last = map(_months, moments(row.period))
    return row.theme in ("growth", "structure") and last - first > 1


def _months(moment):
    return 12 * int(moment[:4]) + int(moment[5:7])


def _month(months):
    return f"{(months - 1) // 12}-{(months - 1) % 12 + 1:02d}"


def _before_end(period, published):
    """Tell whether a figure was published, or may have been, before its period was over.

    The date is compared as exactly as the end is written: what ends with a year needs a later
    year; what ends with a month is often a state within it, so that the same month will do.

    Examples
    --------
    >>> [_before_end("2025", when) for when in ("2025-06", "2025-12-29", "2025", "2026")]
    [True, True, True, False]
    >>> _before_end("2022-07", "2022-07-16"), _before_end("2020/2025-06", "2025-06")
    (False, False)
    """
    end = period.rpartition("/")[2]
    if "Q" in end:
        return published[:7] <= moments(end)[1]
    return published[:4] <= end if len(end) == 4 else published[:7] < end[:7]


def _allowed(row, origin, others):
    """Return which statuses of an outturn its source and date allow, and why."""
    end, published = moments(row.period)[1], origin.published
    source = f"the source is dated {published}" if published else "the source has no date"
    if published and _before_end(row.period, published):
        return ["estimate"], f"{source}, and the period was not over before the end of {end}"
    if row.status == "revised":
        if any(other < published or "" in (other, published) for other in others):
            return ["revised"], ""
        allowed, _ = _allowed(row._replace(status=""), origin, others)
        return allowed, "nothing in the table was published before it to be revised"
    if not _surveyed(row):
        return ["actual", "estimate", "preliminary"], ""
    due = _months(end) + OFFICIAL_AFTER
    # A date without a month may be its first: it proves no more than that.
    late = published and _months(moments(published)[0]) >= due
    reason = f"{source}; official figures of a period to {end} come out from {_month(due)} on"
    if origin.kind == "compiled" and not origin.quotes:
        late, reason = False, "an unofficial file or page that names no source proves no more"
    return ["actual"] * bool(late) + ["preliminary", "estimate"], reason


def _statuses(table, file, bundled):
    """Hold every status against the date of publication; in a table of one's own, say it only."""
    sources, faults = companion("sources").set_index("source"), []
    for rows in _same(table[table.role == "outturn"]).values():
        for row in rows:
            others = [sources.published[other.source] for other in rows if other is not row]
            allowed, reason = _allowed(row, sources.loc[row.source], others)
            if row.status not in allowed:
                expected = f"{' or '.join(map(repr, allowed))}: {reason}"
                faults.append(_fault(file, row.row, "status", row.status, expected))
    return (faults, []) if bundled else ([], listed(faults, 40))


def _beats(other, row, ranks, sources):
    """Return the premise by which another row of a figure comes first, or "" where none does.

    What a choice names first decides first; where it names the first of the order of preference,
    the rest of the order follows. "publisher" is "latest" among those of one publisher.
    """
    both = sources.loc[[other.source, row.source]]
    pairs = zip((other, row), both.kind, both.published)
    one, two = (preference(r.role, r.relation, r.status, *of) for r, *of in pairs)
    ranks = list(one) if ranks and ranks == list(one)[: len(ranks)] else ranks
    for premise in ranks:
        if premise == "publisher" and both.publisher.nunique() > 1:
            continue
        name = premise.replace("publisher", "latest")
        if one.get(name) != two.get(name):
            return premise if one[name] > two[name] else ""
    return ""


def _choices(table, file, bundled, today):
    """Hold every choice against its premises, and find figures published twice without one."""
    faults, notes, held, again = [], [], 0, []
    sources = companion("sources").set_index("source")
    rows = {figure: same for figure, same in _same(table).items() if len(same) > 1}
    keyed = {row.key: row for row in table.itertuples()}
    for choice in companion("choices").itertuples():
        same = rows.pop(tuple(getattr(choice, column) for column in KEYS["choices"]), [])
        used = [row for row in same if row.key == choice.row]
        if not used:
            if bundled:
                expected = "the key of one of several rows of that figure"
                faults.append(_fault("choices", choice.Index, "row", choice.row, expected))
            continue
        held, parts = held + 1, [*map(str.strip, choice.premise.split(";"))]
        ranks = [part for part in parts if not re.search("[<>=]", part)]
        compared = [part for part in parts if part not in ranks]
        for premise, ended in _evaluated("; ".join(compared), keyed, bundled) if compared else []:
            expected = f"another choice: {ended}"
            faults.append(_fault("choices", choice.Index, "premise", premise, expected))
        if compared and choice.row not in choice.premise:
            expected = f"a comparison with the row that is chosen, {choice.row}"
            faults.append(_fault("choices", choice.Index, "premise", choice.premise, expected))
        for row in same:
            if premise := _beats(row, used[0], ranks, sources):
                expected = f"another choice: {row.key} ends the premise '{premise}'"
                faults.append(_fault("choices", choice.Index, "row", choice.row, expected))
        if doubts := [*_doubts(used[0], same, ranks, sources, _months(f"{today:%Y-%m}"))]:
            again.append(f"look again at the choice of {choice.row}: {'; '.join(doubts)}")
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
    return faults, [*notes, *again]


def _doubts(used, same, ranks, sources, now):
    """Say why somebody should look at a choice again: a firmer figure is due, dates do not tell."""
    early = ["estimate", "preliminary"] if _surveyed(used) else ["estimate"]
    due = _months(moments(used.period)[1]) + (OFFICIAL_AFTER if _surveyed(used) else 1)
    if used.status in early and due <= now:
        yield f"{used.status}, and a firmer figure is due since {_month(due)}"
    mine = sources.published[used.source]
    for row in same if ranks[-1:] == ["latest"] else []:
        other = sources.published[row.source]
        untold = row is not used and (mine.startswith(other) or other.startswith(mine))
        pairs = ((row, used), (used, row))
        if untold and not any(_beats(*pair, ranks[:-1], sources) for pair in pairs):
            dates = " and ".join(when or "no date" for when in (mine, other))
            yield f"{dates} do not tell whether it is later than {row.key}"


# -- the premises of the readings

_KEY = r"[a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)+"
_FIELDS = {name: TABLES["choices"][name]["constraints"]["pattern"] for name in ("period", "role")}
_NONE = re.compile(r"no (\w+) (\w+) ({period}) ({role})".format(**_FIELDS))
_TOKEN = re.compile(rf" *(?:({_KEY})|(\d+(?:\.\d+)?)|(abs\b|[-+*/()]))")
_TESTS = {  # of two intervals: for all of their values, but of '=', which asks whether they meet
    "<=": lambda a, b: a.b <= b.a,
    ">=": lambda a, b: a.a >= b.b,
    "<": lambda a, b: a.b < b.a,
    ">": lambda a, b: a.a > b.b,
    "=": lambda a, b: a.a <= b.b and b.a <= a.b,
}
_ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
_ARITHMETIC |= {ast.Div: operator.truediv, ast.USub: operator.neg, ast.UAdd: operator.pos}
_FORMS = "'KEY + KEY / 100 < KEY' (+ - * / abs, < <= > >= =), 'KEY prints WORDS' or "
_FORMS += "'no INDICATOR PLACE PERIOD ROLE'"


def _premises(table, bundled):
    """Evaluate what each reading rests on."""
    faults, readings = [], companion("readings")
    rows = {row.key: row for row in table.itertuples()}
    for reading in readings.itertuples():
        for premise, ended in _evaluated(reading.premise, rows, bundled):
            expected = f"another verdict on {reading.indicator} as {reading.reading}: {ended}"
            faults.append(_fault("readings", reading.Index, "premise", premise, expected))
    return faults, [f"the premises of {len(readings)} readings evaluated"]


def _evaluated(premises, rows, bundled):
    """Yield each of some premises that has ended, and what ended it.

    Where one's own table lacks a row, its premises are left out.
    """
    for premise in map(str.strip, premises.split(";")):
        try:
            ended = _ended(premise, rows)
        except KeyError as error:
            near = difflib.get_close_matches(error.args[0], rows, 1)
            ended = f"no row has the key {error.args[0]}" + "".join(f"; {k}?" for k in near)
            ended *= bundled
        except (ArithmeticError, MemoryError, RecursionError, SyntaxError, ValueError) as error:
            ended = f"it is none of {_FORMS}: {error}"
        if ended:
            yield premise, ended


def _ended(premise, rows):
    """Return what ends a premise; nothing where it holds."""
    if none := _NONE.fullmatch(premise):
        if not (words.known("indicator", none[1]) and words.known("place", none[2])):
            raise ValueError(f"{none[1]} or {none[2]} is not known")
        figures = {(r.indicator, r.place, r.period, r.role): key for key, r in rows.items()}
        return "".join(f"there is {key}" for key in [figures.get(none.groups())] if key)
    if printed := re.fullmatch(rf"({_KEY}) prints (.+)", premise):
        text = rows[printed[1]].printed
        alone = rf"(?<![\w.,]){re.escape(printed[2])}(?!\w|[.,]\d)"
        return "" if re.search(alone, text) else f"{printed[1]} prints {text!r}"
    sides = re.split(r"([<>]=?|=)", premise)
    if len(sides) != 3:
        raise ValueError("one comparison is asked for")
    left, right = (_interval(side, rows) for side in sides[::2])
    if _TESTS[sides[1]](left, right):
        return ""
    told = [f"{float(side.a):.10g} to {float(side.b):.10g}" for side in (left, right)]
    return f"{told[0]} is not {sides[1]} {told[1]} for all values within these bounds"


def _interval(side, rows):
    """Evaluate one side on the bounds of its figures; nothing but arithmetic is understood."""
    from mpmath import iv

    names, text, at = {}, "", 0
    while at < len(side.rstrip()):
        token = _TOKEN.match(side, at)
        if not token:
            raise ValueError(f"{side[at:].strip()!r} is not understood")
        key, number, sign = token.groups()
        if key or number:
            sign = f"n{len(names)}"
            names[sign] = iv.mpf([rows[key].low, rows[key].high] if key else number)
        text, at = f"{text} {sign}", token.end()

    def value(node):
        if isinstance(node, ast.Name) and node.id in names:
            return names[node.id]
        if isinstance(node, ast.BinOp):
            return _ARITHMETIC[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return _ARITHMETIC[type(node.op)](value(node.operand))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "abs" and node.args:
            return abs(value(node.args[0]))
        raise ValueError(f"{ast.unparse(node)!r} is not understood")

    return value(ast.parse(text.strip(), mode="eval").body)


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
