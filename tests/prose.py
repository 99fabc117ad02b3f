"""Every number in prose that is no link yet, bound to the very place that states it.

A notebook whose numbers are links to rows is held by ``hg_analysis.tools.links``; the others and
the documents are listed here until they get their final form, when this file goes.

``tests/prose.csv`` has one row for every numeral in the notebooks' Markdown and in the
documents, in order, as ``data/numerals.csv`` has for the source. ``origin`` says where the
number comes from:

- ``cell-id:line.nth``: the nth numeral of that line of what the cell shows (all its outputs
  joined), read by its size; a notebook's name and a slash before it lead to another notebook.
  A unit right after the numeral must be the one of that row; a bound must be called one
- ``cell-id#pattern``: the number of rows shown there that match, all of them where the pattern
  is empty; ``data/name.csv#pattern`` counts those of a data file
- ``¶``: a place in the source, or one of its two parts named after it
- ``date``: part of a date, a month or a span of years that the data or CITATION.cff write
- ``list``: the number of a list item; ``name``: part of a name, a code span or a link
- ``word``: a number word that is no count here; ``text``: a number word that no output states,
  or a number in digits that STATED_NOWHERE lists

Run as a script, it rewrites the table: it keeps what still holds, proposes an origin for
every other number and prints each proposal, to be read before it is committed. With ``--list``
it only lists what no longer holds, each with its old and its new number.
"""

import calendar
import csv
import difflib
import functools
import os
import re
import sys
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import nbformat

from hg_analysis.tools import links

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "prose.csv"
COLUMNS = ["file", "part", "nth", "printed", "origin"]

COUNTS = re.findall(
    r"\w+",
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty""",
)
WORDS = {word: Decimal(size) for size, word in enumerate(COUNTS, 1)}
TENS = ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS |= {word: Decimal(10 * size) for size, word in enumerate(TENS, 3)} | {"zero": Decimal(0)}
WORDS |= {"dozen": Decimal(12), "hundred": Decimal(100), "thousand": Decimal(1000)}
WORDS |= {"dozens": Decimal(12), "hundreds": Decimal(100), "thousands": Decimal(1000)}
WORDS |= dict.fromkeys(["twice", "double", "doubles", "doubled", "doubling"], Decimal(2))
WORDS |= dict.fromkeys(["half", "halves"], Decimal("0.5"))
WORDS |= dict.fromkeys(["quarter", "quarters"], Decimal("0.25"))
WORDS |= dict.fromkeys(["fifth", "fifths"], Decimal("0.2"))
WORDS |= dict.fromkeys(["third", "thirds"], 1 / Decimal(3))
DIGITS = r"¶\d+(?:\.\d+)?|(?:(?<![\w–-])[-−])?\d+(?:[.,]\d+)*"
SHOWN_NUMERAL = re.compile(DIGITS)
NUMERAL = re.compile(rf"{DIGITS}|\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)

# Units that the outputs do not write, by mistake or for short.
SAID_UNITS = ["%", "percent", "percentage points", "points", "million", "million VND"]
SAID_UNITS += ["million people", "billion", "billion USD", "trillion", "trillion VND"]
SAID_UNITS += ["hectares", "kW", "GW"]
# A number that a sentence means in another unit than its row: (cell, unit).
OTHER_UNITS = {
    ("structure-contribution-industry", "points"),  # a rate, split into points
    ("welfare-poverty-reading-relative", "%"),  # points, tried as a share of the rate
}  # Words that make a number a bound.
LEAST = "at least|(?<!no )more than|no (?:less|fewer) than|minim(?:um|a)|over|above"
MOST = "at most|no more than|(?<!no )(?:less|fewer) than|nearly|almost|up to|within|top|first|under"
# Bounds that a sentence need not call so: (part, number).
BARE_BOUNDS = {
    ("party-inspections-reading", "1"),  # the second of "the minima"
}
# Numbers in digits that no output can state: (file, part, number).
STATED_NOWHERE = {
    ("00_overview", "overview-bounds-reading", "1"),  # of "more than 1%", a limit that is chosen
    ("02_structure", "structure-plant-reading", "2023"),  # a year with no rate
    ("02_structure", "structure-caveats", "2023"),  # the same
    ("03_welfare", "welfare-added-reading", "2020"),  # a year with no count
    ("05_other_results", "other-score-question", "2023"),  # a year with no score
    ("06_source_audit", "audit-numerals-reading", "19"),  # of Covid-19, as quoted
    ("06_source_audit", "audit-sections-reading", "19"),  # the same
    ("README.md", "glossary", "2022"),  # when the poverty line changed, as a decree says
    ("data/README.md", "files-and-columns", "07"),  # an example of a fraction
    ("data/README.md", "files-and-columns", "31"),  # the same
    ("data/README.md", "files-and-columns", "62"),  # the number of a decree
    ("data/README.md", "files-and-columns", "2024"),  # the year in it
    ("data/README.md", "bounds", "1.000"),  # an example of a round figure
}

MONTHS = calendar.month_name[1:]
DATE = re.compile(rf"\b(?:(\d{{1,2}}) )?({'|'.join(MONTHS)}) (\d{{4}})\b")
SPAN = re.compile(r"\b(\d{4})–(\d{4})\b")
ISO_DATE = re.compile(r"\b\d{4}-\d\d(?:-\d\d)?(?:/\d{4}-\d\d)?\b")
LIST = re.compile(r"^ *\d+\. ", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NAME = re.compile(
    r"^```.*?^```|`[^`\n]*`|(?:\[\d\d [^]]*)?\]\([^)]*\)|Sông Hậu 1\b|(?:Appendix|Phụ lục) 3\b"
    r"|Covid-19\b|Python 3\.11|CC BY 4\.0|ISO 8601|UTF-8",
    re.MULTILINE | re.DOTALL,
)
BOUND = re.compile(r"(?:(\w+)/)?([a-z][a-z0-9-]*):(\d+)\.(\d+)")
COUNTED = re.compile(r"(data/\w+\.csv|(?:\w+/)?[a-z][a-z0-9-]*)#(.*)")


class Numeral(NamedTuple):
    """A numeral of a text, with where it stands."""

    printed: str
    start: int
    end: int


class Line(NamedTuple):
    """A line of what a cell shows; ``heads`` is None where it is no row of figures."""

    text: str
    heads: list | None


class Project(NamedTuple):
    """What numbers can be bound to."""

    outputs: dict  # (notebook, cell id): lines, in the order of the notebooks
    places: set
    data: dict  # name of a data file: its lines
    dates: str  # the text in which dates must stand: that of the data and of CITATION.cff
    units: re.Pattern  # a unit right after a numeral


def numerals(text):
    """List every numeral of a text in order: digits, places in the source, number words."""
    return [Numeral(m[0], *m.span()) for m in NUMERAL.finditer(text)]


def number(printed):
    """Return the size of a numeral, or None for a place and for 1.2.3."""
    word = WORDS.get(printed.lower())
    if word is not None:
        return word
    plain = printed.lstrip("-−")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")  # 195,75 as the source prints it
    return Decimal(plain) if re.fullmatch(r"\d+(\.\d+)?", plain) else None


@functools.cache
def states(printed, shown):
    """Whether a numeral in prose is the shown one, or rounds it half up to what prose prints."""
    said, there = number(printed), number(shown)
    if said is None or there is None:
        return False
    if printed.lower() not in WORDS and there.as_tuple().exponent < said.as_tuple().exponent:
        # What is shown is rounded itself: a last 5 may stand for a little less or more.
        return said in (there.quantize(said, ROUND_HALF_UP), there.quantize(said, ROUND_HALF_DOWN))
    return said == there


def shown_lines(outputs):
    """List the lines of a cell's outputs, joined in order."""
    lines = []
    for output in outputs:
        heads = None
        for at, text in enumerate(output.get("data", {}).get("text/plain", "").splitlines()):
            if text.startswith("  "):  # a value drawn
                lines.append(Line(text, []))
            else:
                lines.append(Line(text, heads))
            if at == 0 and " | " in text:
                heads = text.split(" | ")
    return lines


def figures(line):
    """Pair each numeral of a row with the head of the column in which it stands."""
    row = dict(zip(line.heads, line.text.split(" | "))) or {"Figure": line.text}
    return row, [(head, each) for head in row for each in SHOWN_NUMERAL.findall(row[head])]


def unit_pattern(outputs):
    """Match a unit that stands right after a numeral."""
    rows = [figures(line)[0] for line in chain.from_iterable(outputs.values()) if line.heads]
    units = {*SAID_UNITS, *(row["Unit"] for row in rows if "Unit" in row and "Value" in row)}
    longest = sorted(units, key=len, reverse=True)
    return re.compile(rf"\s?({'|'.join(map(re.escape, longest))})(?!\w)")


def bound_fault(project, key, text, numeral, origin):
    """Say so if prose does not call a bound one, or calls it the opposite."""
    line = line_of(project, key[0], origin)
    row, pairs = figures(line) if line.heads else ({}, [])
    value = row.get("Value", "")
    if value[:1] not in tuple("≥>≤<") or pairs[int(BOUND.fullmatch(origin)[4]) - 1][0] != "Value":
        return ""
    wanted, opposite = (LEAST, MOST) if value[0] in "≥>" else (MOST, LEAST)
    before, after = text[max(0, numeral.start - 45) : numeral.start], text[numeral.end :][:25]
    if re.search(rf"\b(?:{opposite})\W+$", before, re.IGNORECASE):
        return f"it is a bound of the other side there: {value}"
    called = re.search(rf"\b(?:{wanted})\b", f"{before}|{after}", re.IGNORECASE)
    if called or (key[1], numeral.printed) in BARE_BOUNDS:
        return ""
    return f"it is a bound there, {value}, and the sentence does not say so"


def notebooks():
    """Read all notebooks by name."""
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    return {path.stem: nbformat.read(path, 4) for path in paths}


def sections(text):
    """Split a document at its headings, each with a name that its numbers do not change."""
    fences = [match.span() for match in FENCE.finditer(text)]
    starts = [(0, "top")]
    for match in re.finditer(r"^#+ (.+)$", text, re.MULTILINE):
        if not any(start < match.start() < end for start, end in fences):
            slug = "-".join(re.findall(r"[^\W\d_]+", match[1].lower()))
            starts.append((match.start(), slug))
    ends = [start for start, _ in starts[1:]] + [len(text)]
    parts = {}
    for (start, slug), end in zip(starts, ends):
        parts[slug] = parts.get(slug, "") + text[start:end]
    return parts


# Findings that the run repeats in the README, word for word.
REPEATED = re.compile(r"^\| .*notebooks/(?:01_growth)\.ipynb\) \|\n", re.M)


def parts():
    """Read all prose: texts by file and part."""
    found = {}
    for name, notebook in notebooks().items():
        for cell in notebook.cells if not links.is_bound(notebook) else ():
            if cell.cell_type == "markdown":
                found[name, cell.id] = cell.source
    documents = ["README.md", "CONTRIBUTING.md", "data/README.md"]
    for name in [*documents, *(f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md")))]:
        for slug, text in sections((ROOT / name).read_text("utf-8")).items():
            found[name, slug] = REPEATED.sub("", text)
    del found["data/README.md", "changelog"]  # an entry stays what it was when it was made
    return found


def project():
    """Read what numbers in prose can be bound to."""
    outputs = {
        (name, cell.id): shown_lines(cell.outputs)
        for name, notebook in notebooks().items()
        for cell in notebook.cells
        if cell.cell_type == "code"
    }
    data = {
        f"data/{path.name}": path.read_text("utf-8").splitlines()
        for path in sorted((ROOT / "data").glob("*.csv"))
    }
    places = {"¶" + line.split(",")[0] for line in data["data/paragraphs.csv"][1:]}
    places |= {"¶" + ".".join(line.split(",")[:2]) for line in data["data/numerals.csv"][1:]}
    dates = [*chain.from_iterable(data.values()), (ROOT / "CITATION.cff").read_text("utf-8")]
    return Project(outputs, places, data, "\n".join(dates), unit_pattern(outputs))


def table():
    """Read the table: printed numerals and origins by file and part."""
    listed = {}
    with TABLE.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            listed.setdefault((row["file"], row["part"]), []).append(
                (row["printed"], row["origin"])
            )
    return listed


def within(pattern, text, numeral):
    """Return the match of a pattern that a numeral is part of, if any."""
    for match in pattern.finditer(text):
        if match.start() <= numeral.start and numeral.end <= match.end():
            return match
    return None


def dated(project, text, numeral):
    """Whether a numeral is part of a date or span of years that the data or CITATION.cff write."""
    if span := within(SPAN, text, numeral):
        return "-".join(span.groups()) in project.dates
    if iso := within(ISO_DATE, text, numeral):
        return iso[0] in project.dates
    date = within(DATE, text, numeral)
    if not date:
        return False
    day, month, year = date.groups()
    iso = f"{year}-{MONTHS.index(month) + 1:02}" + (f"-{int(day):02}" if day else "")
    return date[0] in project.dates or iso in project.dates


def count(project, file, origin):
    """Return the number of rows that ``cell-id#pattern`` counts, or None where no cell is."""
    target, pattern = COUNTED.fullmatch(origin).groups()
    if target.startswith("data/"):
        rows = project.data.get(target, [""])[1:]
        return sum(bool(re.search(pattern, row)) for row in rows) if rows else None
    notebook, _, cell = target.rpartition("/")
    lines = project.outputs.get((notebook or file, cell))
    if lines is None:
        return None
    return sum(line.heads is not None and bool(re.search(pattern, line.text)) for line in lines)


def line_of(project, file, origin):
    """Return the line that ``cell-id:line.nth`` names, or None where there is none."""
    notebook, cell, line, _ = BOUND.fullmatch(origin).groups()
    lines = project.outputs.get((notebook or file, cell), [])
    return lines[int(line) - 1] if 0 < int(line) <= len(lines) else None


def stated(project, file, origin):
    """Return the numeral at ``cell-id:line.nth``, or None where there is none."""
    line, nth = line_of(project, file, origin), int(BOUND.fullmatch(origin)[4])
    found = SHOWN_NUMERAL.findall(line.text) if line else []
    return found[nth - 1] if 0 < nth <= len(found) else None


def unit_fault(project, key, text, numeral, origin):
    """Say so if prose gives a number another unit than the row of figures that states it."""
    said, line = project.units.match(text, numeral.end), line_of(project, key[0], origin)
    if not said or not line.heads:
        return ""
    row, pairs = figures(line)
    _, cell, _, nth = BOUND.fullmatch(origin).groups()
    unit = row.get("Unit", "").replace("percentage " * (said[1] == "points"), "")
    same = f"{unit} ".startswith((f"{said[1]} ", "per "))
    meant = same or (cell, said[1]) in OTHER_UNITS
    if meant or not unit or pairs[int(nth) - 1][0] not in ("Value", "Bounds"):
        return ""
    return f"its unit there is {row['Unit']}, not {said[1]}"


def fault(project, key, text, numeral, origin):
    """Say what is wrong with the origin of a numeral; nothing if all is well."""
    file, printed = key[0], numeral.printed
    if BOUND.fullmatch(origin):
        there = stated(project, file, origin)
        if there is None:
            return "there is no such numeral in the outputs"
        if not states(printed, there):
            return f"the output states {there}"
        own = project, key, text, numeral, origin
        return unit_fault(*own) or bound_fault(*own)
    if COUNTED.fullmatch(origin):
        try:
            rows = count(project, file, origin)
        except re.error as error:
            return f"its pattern cannot be read: {error}"
        if rows is None:
            return "there is no such output"
        return "" if number(printed) == rows else f"{rows} rows match"
    if origin == "¶":
        if "¶" in printed or "." in printed:
            known = "¶" + printed.lstrip("¶") in project.places
            return "" if known else "the document has no such place"
        before = re.findall(r"(\d+)\.(\d+)", text[: numeral.start])
        return "" if before and printed in before[-1] else "the place before it has no such part"
    if origin == "date":
        return (
            ""
            if dated(project, text, numeral)
            else "it is part of no date in the data or in CITATION.cff"
        )
    if origin in ("list", "name"):
        pattern = LIST if origin == "list" else NAME
        return "" if within(pattern, text, numeral) else f"it is part of no {origin}"
    if origin == "word":
        return "" if printed.lower() in WORDS else "it is no number word"
    if origin == "text":
        listed = printed.lower() in WORDS or (*key, printed) in STATED_NOWHERE
        return "" if listed else "STATED_NOWHERE in tests/prose.py does not list it"
    return "nothing is known of where it comes from"


def context(text, numeral):
    """Return a numeral with some words around it."""
    start, end = max(0, numeral.start - 40), numeral.end + 25
    return "…" + " ".join(text[start:end].split()) + "…"


def where(file, part):
    """Name a part for a reader."""
    return f"notebooks/{file}.ipynb {part}" if "." not in file else f"{file} {part}"


def aligned(found, listed):
    """Match the numerals of a text with those listed, so that one more or less moves no other."""
    printed = [each.printed for each in found], [each for each, _ in listed]
    return difflib.SequenceMatcher(None, *printed, autojunk=False)


def part_problems(project, key, text, listed):
    """List what is wrong in one part.

    Parameters
    ----------
    project : Project
    key : (file, part)
    text : str
    listed : list of (printed, origin)
        The part's rows of the table.

    Returns
    -------
    list of str
    """
    file, part = key
    found = numerals(text)
    problems = []
    advice = "mend the sentence; where it is right, run tests/prose.py and read its proposals"
    for tag, start, end, first, last in aligned(found, listed).get_opcodes():
        own, rows = found[start:end], listed[first:last]
        for at in range(max(len(own), len(rows))):
            numeral = own[at] if at < len(own) else None
            printed, origin = rows[at] if at < len(rows) else (None, None)
            here = f"{where(file, part)}: "
            here += f"'{numeral.printed}' in \"{context(text, numeral)}\"; " if numeral else ""
            if tag == "equal":
                if wrong := fault(project, key, text, numeral, origin):
                    problems.append(
                        f"{here}tests/prose.csv has it from {origin}: {wrong}; {advice}"
                    )
            elif printed is None:
                problems.append(f"{here}tests/prose.csv does not list it; {advice}")
            else:
                says = f"tests/prose.csv has {printed} from {origin}"
                if BOUND.fullmatch(origin):
                    says += f", where the output states {stated(project, file, origin)}"
                gone = "" if numeral else " here, and the text no longer has it"
                problems.append(f"{here}{says}{gone}; {advice}")
    return problems


def check(parts, listed, project):
    """List everything that is wrong with the numbers in prose."""
    problems = []
    for key, text in parts.items():
        problems += part_problems(project, key, text, listed.get(key, []))
    for key in listed.keys() - parts.keys():
        problems.append(f"{where(*key)}: tests/prose.csv lists a part that is not there; drop it")
    return problems


class Candidate(NamedTuple):
    """A numeral in the outputs that a number in prose may come from."""

    origin: str
    printed: str
    column: str
    row: dict  # cells by column head; a value drawn is all figure
    section: int
    order: int  # of the cell in its notebook


# Words of a sentence that name a place or a unit, with what rows of figures write.
PLACES = {
    "nation": "Việt Nam",
    "Viet Nam": "Việt Nam",
    "Việt Nam": "Việt Nam",
    "Sóc Trăng": "Sóc Trăng",
}
PLACES |= {"Delta": "Mekong Delta", "merged": "Cần Thơ (merged)", "Cần Thơ before": "Cần Thơ (b"}
UNITS = ["%", "percentage points", "points", "billion VND", "million VND", "million USD", "times"]
PLAIN = {"that", "this", "with", "from", "than", "which", "what", "have", "been", "more", "less"}
YEAR = re.compile(r"(?:19|20)\d\d")
STOP = re.compile(r"[.:;!?|] |\n")
EXPLAINED = re.compile(r"\d+\.\d+\W+is (?:its place: )?paragraph (?:\d+, numeral )?$")


def sections_of(book):
    """Number the cells of a notebook by section: 0 the title, the last the caveats."""
    section = 0
    for cell in book.cells:
        section += cell.cell_type == "markdown" and cell.source.startswith("## ")
        yield section


def candidates(book, shown):
    """List the numerals that a notebook shows, with the columns in which they stand."""
    for order, (cell, section) in enumerate(zip(book.cells, sections_of(book))):
        for at, line in enumerate(shown.get(cell.id, []), 1):
            if line.heads is None:
                continue
            row, pairs = figures(line)
            for nth, (head, printed) in enumerate(pairs, 1):
                yield Candidate(f"{cell.id}:{at}.{nth}", printed, head, row, section, order)


def stems(text):
    """Return the beginnings of a text's words, enough to tell them apart."""
    return {word[:5] for word in re.findall(r"[^\W\d_]{4,}", text.lower())} - PLAIN


def fit(text, numeral, place):
    """Say how well a place in the outputs suits the sentence around a number."""
    start = max((m.end() for m in STOP.finditer(text, 0, numeral.start)), default=0)
    stop = STOP.search(text, numeral.end)
    sentence = text[start : stop.start() if stop else len(text)]
    close = text[max(start, numeral.start - 60) : numeral.end + 40]
    after, row = text[numeral.end : numeral.end + 40], place.row
    year = YEAR.fullmatch(numeral.printed)
    wanted = place.column == ("Period" if year else "Value")
    exact = number(place.printed) == number(numeral.printed)
    score = 3 * wanted + exact * (6 if wanted else 1)
    if place.column == "Bounds" and not re.search("ound|between| to ", sentence):
        return -1000  # a number that happens to be the end of another's interval
    score -= 4 * (place.column in ("Source", "Unit", "Place", "Origin", "Figure"))
    figure = stems(row.get("Figure", "") + " " + row.get("Unit", ""))
    for words in (sentence, close):
        score += 2 * len(figure & stems(words)) / (len(figure) or 1)
    cited = re.match(r"[^\d¶]{0,30}(¶\d+\.\d+)", after)
    score += 5 * bool(cited and row.get("Source") == cited[1])
    unit = next((each for each in UNITS if after.strip().startswith(each)), None)
    score += 1.5 * bool(unit and row.get("Unit", "").startswith(unit))
    years = [] if year else YEAR.findall(close)
    score += sum(each in row.get("Period", "") for each in years) / (len(years) or 1)
    if row.get("Place", "Hậu Giang") != "Hậu Giang":
        named = [shown for word, shown in PLACES.items() if word in sentence]
        score += 1.5 if row["Place"] in named else -1.5
    return score


def beside(text, own, origins, at):
    """Weigh the lines that other numbers of a sentence come from: the nearer, the heavier."""
    near = {}
    for other, origin in zip(own, origins):
        if origin and BOUND.fullmatch(origin):
            first, second = sorted((other, own[at]), key=lambda each: each.start)
            between = text[first.end : second.start]
            if not re.search(r"[.;|] |\n", between):
                weight = (2 if "," in between else 5) / (1 + len(between) / 40)
                line = origin.rpartition(".")[0]
                near[line] = max(near.get(line, 0), weight)
    return near


class Proposer:
    """Proposes the origins of numbers in prose."""

    def __init__(self, books, project):
        self.books, self.project, self.found = books, project, {}
        for name, book in books.items():
            shown = {cell: lines for (each, cell), lines in project.outputs.items() if each == name}
            self.found[name] = list(candidates(book, shown))

    def scope(self, key, text, numeral):
        """List where the numbers of a part may come from, with what speaks for each place."""
        book = self.books.get(key[0])
        if book is None:  # a document: the notebook that its line names, or any
            line = text[text.rfind("\n", 0, numeral.start) + 1 :].split("\n", 1)[0]
            names = re.findall(r"notebooks/(\w+)\.ipynb", line) or list(self.found)
            pairs = [(name, place) for name in names for place in self.found[name]]
            return [(place._replace(origin=f"{name}/{place.origin}"), 0) for name, place in pairs]
        order = [cell.id for cell in book.cells].index(key[1])
        numbered = list(sections_of(book))
        own = numbered[order]
        if own in (0, numbered[-1]):  # the title and the caveats speak of all sections
            return [(place, 0) for place in self.found[key[0]]]
        return [
            (place, 6 * (place.section == own) + 2 / (1 + abs(order - place.order)))
            for place in self.found[key[0]]
        ]

    def propose(self, key, text, numeral, near):
        """Return the origin that fits a numeral best, or ? where none does."""
        printed = numeral.printed
        if "¶" in printed or EXPLAINED.search(text, 0, numeral.start):
            return "¶"
        for kind, pattern in (("list", LIST), ("name", NAME), ("date", ISO_DATE)):
            if within(pattern, text, numeral):
                return kind
        best, origin = 0, "?"
        date = within(DATE, text, numeral)
        for place, bonus in self.scope(key, text, numeral):
            month = date and f"{date[2][:3]} {date[3]}"  # of a row that the sentence may speak of
            if date and (date[1] or month not in place.row.get("Period", "")):
                continue
            if states(printed, place.printed):
                line = place.origin.rpartition(".")[0]
                score = fit(text, numeral, place) + bonus + near.get(line, 0)
                best, origin = max((best, origin), (score, place.origin))
        if printed.lower() in WORDS and best < 19:  # most number words are no figures
            return "?" if printed.lower() in [*COUNTS[1:], *TENS] else "word"
        if (date and best < 14) or (origin == "?" and dated(self.project, text, numeral)):
            return "date"
        return origin


def bind(parts, listed, project, books):
    """Return new rows of the table, and the proposals among them for review."""
    proposer = Proposer(books, project)
    rows, proposals = {}, []
    for key, text in parts.items():
        own, old = numerals(text), listed.get(key, [])
        origins = [None] * len(own)
        for start, first, size in aligned(own, old).get_matching_blocks():
            for numeral, (_, origin) in zip(range(start, start + size), old[first:]):
                if not fault(project, key, text, own[numeral], origin):
                    origins[numeral] = origin
        # Years last: they go with the rows that the other numbers of the sentence come from.
        waiting = [at for at, origin in enumerate(origins) if origin is None]
        for at in sorted(waiting, key=lambda at: bool(YEAR.fullmatch(own[at].printed))):
            near = beside(text, own, origins, at)
            origins[at] = proposer.propose(key, text, own[at], near)
            proposals.append((key, own[at], origins[at]))
        rows[key] = [(each.printed, origin) for each, origin in zip(own, origins)]
    return rows, proposals


def write(rows):
    """Write the table aside, then put it in place."""
    aside = TABLE.with_suffix(".part")
    with aside.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        for key, own in rows.items():
            writer.writerows([*key, nth, *each] for nth, each in enumerate(own, 1))
    os.replace(aside, TABLE)


def main():
    """Rewrite the table and print what to review, or only list what no longer holds."""
    texts, outside = parts(), project()
    if "--list" in sys.argv:
        problems = check(texts, table(), outside)
        print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
        return len(problems)
    rows, proposals = bind(texts, table() if TABLE.exists() else {}, outside, notebooks())
    for key, numeral, origin in proposals:
        around = context(texts[key], numeral)
        print(f"{where(*key)}: '{numeral.printed}' in \"{around}\" <- {origin}")
        if match := BOUND.fullmatch(origin):
            shown = outside.outputs[match[1] or key[0], match[2]]
            print(f"    {shown[int(match[3]) - 1].text}")
    write(rows)
    return sum(origin == "?" for own in rows.values() for _, origin in own)


if __name__ == "__main__":
    sys.exit(bool(main()))
