"""Whether the tables agree with each other, with their totals and with the source text."""

import re
import unicodedata
from pathlib import Path

from hg_analysis import schema
from hg_analysis.bounds import NUMERAL
from hg_analysis.data import COLUMNS, DATA, KEYS, companion, load, read
from hg_analysis.faults import DataError, Fault

# What must hold between the document's own figures; each is evaluated on their values.
TOTALS = (
    "targets_exceeded + targets_just_met == targets_met",
    "targets_met <= targets_total",
    "strategic_breakthroughs == 3",  # paragraphs 7, 8 and 9 list three
    "development_pillars == 4",  # paragraph 11 lists four
    "new_rural_communes <= communes",
    "advanced_rural_communes + model_rural_communes <= new_rural_communes",
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
    "plan": r"% (of|above) plan",
}


def audit(path=None, source=None):
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
    path = Path(path) if path else DATA / "indicators.csv"
    faults, notes = [], []
    for check in (_companions, lambda: _table(path), lambda: _text(source) if source else ([], [])):
        try:
            found, said = check()
        except DataError as error:
            found, said = error.faults, []
        faults += found
        notes += said
    return faults, notes


def _fault(file, row, column, value, expected):
    return Fault(f"{file}.csv", None if row is None else int(row) + 2, column, str(value), expected)


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
        return faults, []
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
    return faults, [f"{len(tables)} files read and held against each other"]


def _unused(tables):
    """Find names that nothing uses, and derived names that the codebook has too."""
    users = {"unit": ("codebook", "derived"), "theme": ("codebook",), "reading": ("readings",)}
    terms, faults = tables["terms"], []
    for kind, names in (users | {"place": ("indicators",)}).items():
        used = {text for name in names for text in tables[name][kind]}
        for row, term in terms.term[(terms.kind == kind) & ~terms.term.isin(used)].items():
            faults.append(_fault("terms", row, "term", term, f"a {kind} that a table uses"))
    derived = tables["derived"].indicator
    for row, name in derived[derived.isin(tables["codebook"].indicator)].items():
        faults.append(_fault("derived", row, "indicator", name, "no name of the codebook"))
    return faults


def _table(path):
    """Check the indicators, and that nothing beside them is without use."""
    table = load(path)
    kinds = companion("sources").set_index("source").kind
    own = table[table.source.map(kinds).astype(str) == "primary"]
    notes = [f"{len(table)} figures valid, {len(own)} of them from the document"]
    if path != DATA / "indicators.csv" and own.empty:
        return [], [
            *notes,
            "no figure of the document in this file: codebook, numerals, totals not compared",
        ]
    faults = []
    for name, column in (("codebook", "indicator"), ("sources", "source")):
        beside, used = companion(name), set(table[column])
        for row, key in beside[column].items():
            if key not in used:
                faults.append(_fault(name, row, column, key, f"a row of {path.name} that uses it"))
    faults += _numerals(own, path)
    more, said = _totals(own, path)
    return faults + more, [*notes, *said]


def _numerals(own, path):
    """Compare the document's figures with the list of its numerals, one to one."""
    numerals = companion("numerals")
    stated = numerals[numerals.role == "figure"].set_index(["paragraph", "nth"])
    faults, seen = [], set()
    for row, figure in own.iterrows():
        place = (figure.paragraph, figure.nth)
        if not figure.nth:
            continue
        seen.add(place)
        if place not in stated.index:
            expected = "a numeral whose role in numerals.csv is figure"
            faults.append(_row(path, row, "nth", f"¶{'.'.join(place)}", expected))
            continue
        numeral = stated.loc[place]
        if numeral.printed != NUMERAL.search(figure.printed)[0]:
            expected = f"{numeral.printed} as in numerals.csv"
            faults.append(_row(path, row, "printed", figure.printed, expected))
        if numeral.indicator != figure.indicator:
            expected = f"{numeral.indicator} as in numerals.csv"
            faults.append(_row(path, row, "indicator", figure.indicator, expected))
    for place, numeral in stated.iterrows():
        if place not in seen:
            where = numerals.index[(numerals.paragraph == place[0]) & (numerals.nth == place[1])][0]
            value = f"¶{'.'.join(place)} {numeral.printed}"
            faults.append(_fault("numerals", where, "nth", value, f"a row of {path.name}"))
    counts = numerals.groupby("paragraph", sort=False)["nth"].agg(list)
    for paragraph, nths in counts.items():
        if nths != [str(n + 1) for n in range(len(nths))]:
            where = numerals.index[numerals.paragraph == paragraph][0]
            faults.append(_fault("numerals", where, "nth", ", ".join(nths), "1, 2, 3 … in order"))
    return faults


def _row(path, row, column, value, expected):
    return Fault(path.name, int(row) + 2, column, str(value), expected)


def _totals(own, path):
    """Evaluate every control total on the document's own values."""
    values = dict(zip(own.indicator.astype(str), own.value))
    faults = []
    for total in TOTALS:
        names = [name for name in re.findall(r"[a-z]\w+", total) if name != "abs"]
        if missing := [name for name in names if name not in values]:
            faults.append(
                Fault(path.name, None, "indicator", ", ".join(missing), f"figures for {total}")
            )
        elif not eval(total, {"__builtins__": {"abs": abs}}, values):  # the constants above
            stated = ", ".join(f"{name} {values[name]:g}" for name in names)
            faults.append(Fault(path.name, None, "value", stated, total))
    return faults, [f"{len(TOTALS)} control totals evaluated"]


def _text(source):
    """Compare numerals.csv and the document's figures with the text itself, in place."""
    source = Path(source)
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError([Fault(source.name, None, None, str(error), "the appendix as UTF-8 text")])
    lines = [unicodedata.normalize("NFC", line) for line in text.splitlines()]
    numerals, paragraphs = companion("numerals"), companion("paragraphs")
    table = read(DATA / "indicators.csv", COLUMNS["indicators"]).astype(str)
    own = table[table.paragraph != ""].set_index(["paragraph", "nth"]).printed
    listed = {(n.paragraph, n.nth): (row, n) for row, n in enumerate(numerals.itertuples())}
    faults, met = [], 0
    for number, line in enumerate(lines, 1):
        for nth, match in enumerate(NUMERAL.finditer(line), 1):
            key = (str(number), str(nth))
            row, numeral = listed.pop(key, (None, None))
            if numeral is None or numeral.printed != match[0]:
                value = numeral.printed if numeral else "nothing"
                expected = f"{match[0]} at ¶{'.'.join(key)} as in {source.name}"
                faults.append(_fault("numerals", row, "printed", value, expected))
                continue
            met += 1
            printed = own.get(key)
            if printed is not None:
                start = match.start() - NUMERAL.search(printed).start()
                if start < 0 or not line.startswith(printed, start):
                    row = table.index[(table.paragraph == key[0]) & (table.nth == key[1])][0]
                    expected = f"the words at ¶{'.'.join(key)} of {source.name}"
                    faults.append(_fault("indicators", row, "printed", printed, expected))
    for row, numeral in listed.values():
        value = f"¶{numeral.paragraph}.{numeral.nth} {numeral.printed}"
        faults.append(_fault("numerals", row, "printed", value, f"a numeral of {source.name}"))
    for (paragraph, nth), printed in own.items():
        if not nth and printed not in lines[int(paragraph) - 1]:
            faults.append(_fault("indicators", None, "printed", printed, f"words of ¶{paragraph}"))
    for row, paragraph in enumerate(paragraphs.itertuples()):
        line = lines[row] if row < len(lines) else ""
        if paragraph.paragraph != str(row + 1) or paragraph.opening not in " ".join(line.split()):
            faults.append(
                _fault("paragraphs", row, "opening", paragraph.opening, f"the start of ¶{row + 1}")
            )
    count = sum(len(NUMERAL.findall(line)) for line in lines)
    return faults, [f"{met} of {count} numerals of {source.name} accounted for"]
