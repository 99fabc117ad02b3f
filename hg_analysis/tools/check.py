"""Whether the tables agree with each other, with their totals and with the source text."""

import re
import unicodedata
from pathlib import Path

from hg_analysis import schema
from hg_analysis.bounds import NUMERAL
from hg_analysis.data import COLUMNS, DATA, KEYS, companion, load, read
from hg_analysis.faults import DataError, Fault
from hg_analysis.words import unequal_numbers

# What must hold between the document's own figures; each is evaluated on their values.
TOTALS = (
    "targets_exceeded + targets_just_met == targets_met",
    "targets_met <= targets_total",
    "strategic_breakthroughs == 3",  # paragraphs 7, 8 and 9 list three
    "development_pillars == 4",  # paragraph 11 lists four
    "new_rural_communes <= communes",
    "advanced_rural_communes <= new_rural_communes",
    "model_rural_communes <= new_rural_communes",
    "provincial_bodies_cut < provincial_bodies",
    "provincial_divisions_cut < provincial_divisions",
    "district_divisions_cut < district_divisions",
    "public_service_units_cut < public_service_units",
    # An excess over plan leads back to a round plan: 36 beds, 95 percent insured.
    "abs(beds_per_10000 / (1 + beds_above_plan / 100) % 1 - 0.5) > 0.495",
    "abs(health_insurance / (1 + health_insurance_above_plan / 100) % 1 - 0.5) > 0.495",
)

# What kind of unit each kind of measure has.
UNITS = {
    "level": r".*",
    "count": r"[^%]+",
    "growth": r"%( per year)?",
    "share": r"%( of .*)?",
    "change": r"percentage points.*|.* per year",
    "plan": r"% (of plan|above plan|of target)",
}


def check(path=None, source=None):
    """Check a table of indicators and the files beside it.

    Parameters
    ----------
    path : path-like, optional
        A table with the columns of ``data/indicators.csv``; that file by default.
    source : path-like, optional
        The text of the appendix, a paragraph a line; then its numerals are
        compared too.

    Returns
    -------
    list of Fault, list of str
        What is wrong, and a line on each thing that was checked.
    """
    path = Path(path) if path is not None else DATA / "indicators.csv"
    faults, notes = [], []

    def add(part, *arguments):
        try:
            found, note, result = part(*arguments)
        except DataError as error:
            found, note, result = error.faults, "", None
        faults.extend(found)
        notes.extend([note] if note else [])
        return result

    add(_companions)
    table = add(_table, path)
    if table is not None and len(table):
        add(_numerals, table, path)
        add(_totals, table, path)
        if source:
            add(_text, table, path, Path(source))
    return faults, notes


def _fault(file, row, column, value, expected):
    name = file.name if isinstance(file, Path) else f"{file}.csv"
    return Fault(name, None if row is None else int(row) + 2, column, str(value), expected)


def _schemas(tables):
    """Describe the files beside the indicators: the cells of each, and its key."""
    import pandera.pandas as pa

    terms = tables["terms"].groupby("kind").term.agg(list)
    named = [*tables["codebook"].indicator, *tables["derived"].indicator]
    clean = pa.Check(lambda text: text.map(schema.is_clean), error=schema.CLEAN)

    def column(*checks):
        return pa.Column(str, [clean, *checks])

    def one_of(allowed, where="data/terms.csv"):
        shown = ", ".join(allowed) if len(allowed) < 20 else "a name"
        return column(pa.Check.isin(allowed, error=f"{shown} of {where}"))

    def term(kind):
        return one_of(terms.get(kind, []))

    def matching(pattern, expected):
        return column(pa.Check.str_matches(f"^(?:{pattern})$", error=expected))

    text = column(pa.Check.str_length(min_value=1, error="a text; it must not be blank"))
    key = matching(r"[a-z0-9_]+", "an identifier of a-z, 0-9 and _")
    book = {"indicator": key, "theme": term("theme"), "measure": term("measure")}
    book |= {"unit": term("unit"), "better": term("better")}
    book |= dict.fromkeys(schema.CODEBOOK[5:], text)
    date = matching(r"(\d{4}(-\d\d){0,2})?", "a date in ISO 8601, or blank")
    address = matching(r"(https?://[^\s/]+.*)?", "an http or https address, or blank")
    ordinal = matching(r"[1-9]\d*", "a whole number from 1")
    figures = ["", *tables["codebook"].indicator]
    cells = {
        "codebook": book,
        "derived": book,
        "sources": {"source": key, "title": text, "publisher": text, "published": date}
        | {"address": address, "kind": term("kind"), "note": column()},
        "numerals": {"paragraph": ordinal, "nth": ordinal, "printed": text, "role": term("role")}
        | {"indicator": one_of(figures, "data/codebook.csv, where the role is figure")},
        "readings": {"indicator": one_of(named, "data/codebook.csv"), "reading": term("reading")}
        | {"verdict": term("verdict"), "reason_en": text, "reason_vi": text},
        "terms": {"kind": key, "term": text, "name_en": text, "name_vi": text}
        | {"symbol": column(), "note": column()},
        "paragraphs": {"paragraph": ordinal, "opening": text}
        | {"section_en": text, "section_vi": text},
    }
    return {name: pa.DataFrameSchema(cells[name], unique=KEYS[name]) for name in KEYS}


def _companions():
    """Check the files beside the indicators, each alone and against each other."""
    from pandera.errors import SchemaErrors

    tables, faults = {}, []
    for name in COLUMNS:
        try:
            tables[name] = read(DATA / f"{name}.csv", COLUMNS[name]).astype(str)
        except DataError as error:
            faults += error.faults
    if faults:
        return faults, "", None
    for name, shape in _schemas(tables).items():
        try:
            shape.validate(tables[name], lazy=True)
        except SchemaErrors as errors:
            for case in errors.failure_cases.sort_values("index", kind="stable").itertuples():
                unique = case.check == "multiple_fields_uniqueness"
                expected = f"one row for each {' '.join(shape.unique)}" if unique else case.check
                faults.append(_fault(name, case.index, case.column, case.failure_case, expected))
    for row, numeral in tables["numerals"].iterrows():
        if (numeral.role == "figure") != bool(numeral.indicator):
            expected = "an indicator where the role is figure, blank for any other role"
            faults.append(_fault("numerals", row, "indicator", numeral.indicator, expected))
    for name in ("codebook", "derived"):
        for row, entry in tables[name].iterrows():
            pattern = UNITS.get(entry.measure, "")
            if not re.fullmatch(pattern, entry.unit):
                expected = f"a unit of a {entry.measure}, such as {pattern!r}"
                faults.append(_fault(name, row, "unit", entry.unit, expected))
    faults += _unused(tables)
    faults += _translations(tables)
    return faults, f"{len(tables)} files read and held against each other", None


def _unused(tables):
    """Find names that nothing uses or that two tables define, and paragraphs left out."""
    users = {"unit": ("codebook", "derived"), "theme": ("codebook",), "reading": ("readings",)}
    users |= {"place": ("indicators",), "status": ("indicators",), "publisher": ("sources",)}
    users |= {"kind": ("sources",), "role": ("numerals",), "verdict": ("readings",)}
    terms, faults = tables["terms"], []
    for kind, names in users.items():
        used = {text for name in names for text in tables[name][kind]}
        for row, term in terms.term[(terms.kind == kind) & ~terms.term.isin(used)].items():
            faults.append(_fault("terms", row, "term", term, f"a {kind} that a table uses"))
    for row, paragraph in enumerate(tables["paragraphs"].paragraph):
        if paragraph != str(row + 1):
            expected = f"{row + 1}: every paragraph of the document in its order"
            faults.append(_fault("paragraphs", row, "paragraph", paragraph, expected))
    derived = tables["derived"].indicator
    for row, name in derived[derived.isin(tables["codebook"].indicator)].items():
        faults.append(_fault("derived", row, "indicator", name, "no name of the codebook"))
    return faults


def _translations(tables):
    """Compare the numbers of every text with those of its translation."""
    faults = []
    for name, table in tables.items():
        for column in table.columns[table.columns.str.endswith("_vi")]:
            original = column.replace("_vi", "_en")
            for row, pair in enumerate(zip(table[original], table[column])):
                if unequal_numbers(*pair):
                    expected = f"the numbers of {original}, {pair[0]!r}"
                    faults.append(_fault(name, row, column, pair[1], expected))
    return faults


def _table(path):
    """Load the table; return its figures of the document, as text but for the values."""
    table = load(path)
    own = table[table.origin == "document"]
    own = own.assign(row=own.index, **own.select_dtypes("category").astype(str))
    if own.empty and path != DATA / "indicators.csv":
        note = "none of them from the document, so neither numerals nor totals were compared"
        return [], f"{len(table)} figures valid, {note}", own
    faults = []
    for name, column in (("codebook", "indicator"), ("sources", "source")):
        keys = companion(name)[column]
        for row, key in keys[~keys.isin(table[column])].items():
            faults.append(_fault(name, row, column, key, f"a row of {path.name} that uses it"))
    return faults, f"{len(table)} figures valid, {len(own)} of them from the document", own


def _numerals(own, path):
    """Compare the document's figures with the list of its numerals, one to one."""
    numerals = companion("numerals")
    numerals["row"] = numerals.index
    stated = own[own.nth != ""].assign(printed=own.printed.str.extract(f"({NUMERAL.pattern})")[0])
    both = numerals[numerals.role == "figure"].merge(
        stated, "outer", ["paragraph", "nth"], suffixes=("", "_own"), indicator="found"
    )
    faults = []
    for pair in both.itertuples():
        place = f"¶{pair.paragraph}.{pair.nth}"
        if pair.found == "left_only":
            expected = f"a row of {path.name} for {pair.indicator}"
            faults.append(_fault("numerals", pair.row, "nth", f"{place} {pair.printed}", expected))
        elif pair.found == "right_only":
            expected = "a numeral whose role in numerals.csv is figure"
            faults.append(_fault(path, pair.row_own, "nth", place, expected))
        else:
            for column in ("printed", "indicator"):
                listed, found = getattr(pair, column), getattr(pair, f"{column}_own")
                if listed != found:
                    expected = f"{listed} at {place} as in numerals.csv"
                    faults.append(_fault(path, pair.row_own, column, found, expected))
    for paragraph, rows in numerals.groupby("paragraph", sort=False):
        if list(rows["nth"]) != [str(n) for n in range(1, len(rows) + 1)]:
            found, expected = ", ".join(rows["nth"]), f"1 to {len(rows)} in ¶{paragraph}"
            faults.append(_fault("numerals", rows.row.iloc[0], "nth", found, expected))
    return faults, f"{len(numerals)} numerals listed, {len(stated)} of them figures", None


def _totals(own, path):
    """Evaluate every control total on the document's own values."""
    values, faults = dict(zip(own.indicator, own.value)), []
    for total in TOTALS:
        names = [name for name in re.findall(r"[a-z]\w+", total) if name != "abs"]
        missing = [name for name in names if name not in values]
        # The totals are the constants above, so evaluating them is safe.
        if missing or not eval(total, {"__builtins__": {"abs": abs}}, values):
            stated = ", ".join(f"{name} {values.get(name, 'missing')}" for name in names)
            faults.append(_fault(path, None, "value", stated, total))
    return faults, f"{len(TOTALS)} control totals evaluated", None


def _text(own, path, source):
    """Compare the numerals, figures and paragraphs with the text itself, in place."""
    try:
        text = unicodedata.normalize("NFC", source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError([_fault(source, None, None, error, "the appendix as UTF-8 text")])
    lines = [" ".join(line.split()) for line in text.splitlines()]
    there = {
        (str(number), str(nth)): (line, match)
        for number, line in enumerate(lines, 1)
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
    line_of = dict(enumerate(lines, 1))
    for figure in own[own.nth == ""].itertuples():
        if figure.printed not in line_of.get(int(figure.paragraph), ""):
            expected = f"words of ¶{figure.paragraph} of {source.name}"
            faults.append(_fault(path, figure.row, "printed", figure.printed, expected))
    for row, paragraph in companion("paragraphs").iterrows():
        if paragraph.opening not in line_of.get(int(paragraph.paragraph), ""):
            expected = f"the start of ¶{paragraph.paragraph} of {source.name}"
            faults.append(_fault("paragraphs", row, "opening", paragraph.opening, expected))
    return faults, f"{met} of {count} numerals of {source.name} accounted for", None
