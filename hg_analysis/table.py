"""The tables: declared once, validated by pandera, joined to one.

Where is the rule for a column? In :data:`TABLES`, if it looks at one cell; in
:func:`_of_figure`, if it looks at a whole row of figures. Nowhere else.
"""

import difflib
import math
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pandas as pd

from hg_analysis.bounds import parse_printed, rounding_bounds, significant_step
from hg_analysis.files import DataError, Fault, read

_HERE = Path(__file__).resolve().parent
DATA = _HERE / "data" if (_HERE / "data").is_dir() else _HERE.parent / "data"
HOME = "hau_giang"

# What a cell may hold: a pattern, and what to say of a cell that does not match.
ANY = (r"(?s).*", "")
TEXT = (r"(?s).+", "a text; it must not be blank")
IDENTIFIER = (r"[a-z0-9_]+", "an identifier of a-z, 0-9 and _")
ORDINAL = (r"[1-9][0-9]*", "a whole number from 1")
DATE = (r"(\d{4}(-\d\d){0,2})?", "a date in ISO 8601, or blank")
ADDRESS = (r"(https?://[^\s/]+.*)?", "an http or https address, or blank")
_MOMENT = r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?|-Q[1-4])?"
_PERIODS = "2025, 2025-Q1, 2025-06, 2019-04-01 or, from the earlier to the later, 2020/2025"
PERIOD = (rf"{_MOMENT}(?:/{_MOMENT})?", f"a year, quarter, month, day or interval: {_PERIODS}")
_RULES, _PREMISES = "start|end|before|given", "exact|firmest|official|latest|publisher"
ROLE = (r"outturn|plan|target|pledge", "outturn, plan, target or pledge")
RULE = (rf"({_RULES})?", f"blank or one of {_RULES}")
_COMPARED = f"{_PREMISES}, several separated by ';', or a comparison as in readings.csv"
_PREMISE = rf"({_PREMISES}|[^;<>=]+[<>=]+[^;<>=]+)"
PREMISE = (rf"{_PREMISE}(; ?{_PREMISE})*", _COMPARED)
_BOOK = {"indicator": IDENTIFIER, **dict.fromkeys(["theme", "measure", "unit", "better"], "terms")}
_BOOK |= dict.fromkeys(["name_en", "name_vi", "definition_en", "definition_vi"], TEXT)
# A name of tables means: a key of one of them; of "terms", one whose kind is the column's name.
TABLES = {
    "indicators": {"indicator": "codebook", "place": "terms", "period": PERIOD, "value": ANY}
    | {"relation": "terms", "status": "terms", "printed": ANY, "source": "sources"}
    | {"paragraph": ANY, "nth": ANY, "note": ANY},
    "codebook": _BOOK,
    "derived": _BOOK | {"formula": TEXT, "inputs": TEXT, "period": RULE},
    "sources": {"source": IDENTIFIER, "title": TEXT, "publisher": TEXT, "published": DATE}
    | {"address": ADDRESS, "kind": "terms", "quotes": "terms or blank", "note": ANY},
    "choices": {"indicator": "codebook", "place": "terms", "period": PERIOD, "role": ROLE}
    | {"row": TEXT, "reason_en": TEXT, "reason_vi": TEXT, "premise": PREMISE},
    "totals": {"total": IDENTIFIER, "formula": TEXT, "note": ANY},
    "numerals": {"paragraph": ORDINAL, "nth": ORDINAL, "printed": TEXT, "role": "terms"}
    | {"indicator": "codebook or blank"},
    "readings": {"indicator": "codebook derived", "reading": "terms", "verdict": "terms"}
    | {"reason_en": TEXT, "reason_vi": TEXT, "premise": TEXT},
    "questions": {"indicator": "codebook derived", "asked": "terms"}
    | dict.fromkeys(["question_en", "question_vi", "answer_en", "answer_vi"], TEXT)
    | {"changes_en": TEXT, "changes_vi": TEXT},
    "terms": {"kind": IDENTIFIER, "term": TEXT, "name_en": TEXT, "name_vi": TEXT}
    | {"symbol": ANY, "note": ANY},
    "paragraphs": {"paragraph": ORDINAL, "section_en": TEXT, "section_vi": TEXT, "opening": TEXT},
}
OPTIONAL = ["quotes"]  # columns that a file of one's own may lack
KEYS = {"indicators": ["key"], "choices": ["indicator", "place", "period", "role"]}
KEYS |= {"numerals": ["paragraph", "nth"], "readings": ["indicator", "reading"]}
KEYS |= {"questions": ["indicator"]}
KEYS |= {"terms": ["kind", "term"], "codebook": ["indicator"], "derived": ["indicator"]}
KEYS |= {"sources": ["source"], "totals": ["total"], "paragraphs": ["paragraph"]}
INTENTS = ["plan", "target", "pledge"]  # these statuses are roles; any other is an outturn's
FIRMNESS = ["revised", "actual", "preliminary", "estimate", *INTENTS]
OFFICIAL = ["primary", "statistics", "ministry", "province", "chamber", "press", "compiled"]
_MISSING = re.compile(r"[.…·–-]*|n/?a|nan|null|none|không có( số liệu)?", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_current = {"folder": DATA}


def companion(name, folder=None):
    """Return one of the tables beside the indicators, as text.

    Parameters
    ----------
    name : str
        The file's name without its ending; ``data/README.md`` describes the columns.
    folder : path-like, optional
        Whose tables; by default those that :func:`load` used last.

    Returns
    -------
    pandas.DataFrame
        One row a line, all columns text, blank where blank. A folder's own rows come
        first; rows that it lacks come from the bundled file.
    """
    return _merged(name, *_files(name, folder)).copy()


def entries(name):
    """Return the rows of a companion table by their key: a text, or a tuple of texts."""
    return _entries(name, *_files(name))


def _files(name, folder=None):
    own = Path(folder or _current["folder"]) / f"{name}.csv"
    paths = [path for path in dict.fromkeys([own, DATA / own.name]) if path.is_file()]
    stats = [(path, path.stat()) for path in paths]  # read anew what has changed
    return [(path, stat.st_mtime_ns, stat.st_size) for path, stat in stats]


@cache
def _merged(name, *files):
    rows = [read(path, TABLES[name], OPTIONAL) for path, *_ in files]
    return pd.concat(rows).drop_duplicates(KEYS[name])


@cache
def _entries(name, *files):
    rows = _merged(name, *files)
    keys = rows[KEYS[name]].itertuples(index=False, name=None)
    return {key if len(key) > 1 else key[0]: row for key, row in zip(keys, rows.itertuples())}


def moments(period):
    """Return the first and the last month of a period, as text that sorts by time.

    Examples
    --------
    >>> moments("2020/2025-06"), moments("2025-Q1")
    (('2020-01', '2025-06'), ('2025-01', '2025-03'))
    """
    start, _, end = period.partition("/")
    first, last = start, end or start
    if "Q" in first:
        first = f"{first[:4]}-{3 * int(first[-1]) - 2:02d}"
    if "Q" in last:
        last = f"{last[:4]}-{3 * int(last[-1]):02d}"
    return (first + "-01")[:7], (last + "-12")[:7]


def row_key(indicator, place, period, variant):
    """Return the permanent name of a row: rules, not neighbours, decide what it holds.

    Examples
    --------
    >>> row_key("grdp_growth", "vietnam", "2021/2025", "vietnamplus_term")
    'grdp_growth.vietnam.2021_2025.vietnamplus_term'
    """
    parts = indicator, "" if place == HOME else place, period.replace("/", "_"), variant
    return ".".join(filter(None, parts))


def validate(name, frame, file, tables):
    """Hold a table against its rules, all at once.

    Parameters
    ----------
    name : str
        Which of :data:`TABLES`.
    frame : pandas.DataFrame
        As :func:`hg_analysis.files.read` returns it; of indicators with the columns that
        load adds.
    file : str
        Name of the file, for the messages.
    tables : dict of pandas.DataFrame
        The companion tables that name what is allowed.

    Returns
    -------
    list of Fault
        In the order of the file; empty where all is well.
    """
    import pandera.pandas as pa  # costs as much as pandas: only who loads a table pays

    messages = {column: defaultdict(list) for column in TABLES[name]}
    for column, kind in TABLES[name].items():
        rule = cache(_of_cell(column, kind, tables))
        for line, text in frame[column].items():
            messages[column][line] += filter(None, [rule(text)])
    repeated = f"no second row with the same {', '.join(KEYS[name])}"
    for line in frame.index[frame.duplicated(KEYS[name])]:
        messages[next(iter(messages))][line].append(repeated)
    if name == "indicators":
        numerals = frame.duplicated(["source", "paragraph", "nth"]) & (frame.nth != "")
        primary = set(tables["sources"].query("kind == 'primary'").source)
        for row, twice in zip(frame.itertuples(), numerals):
            for column, message in _of_figure(row, row.source in primary, twice):
                messages[column][row.Index].append(message)

    def sound(found):
        return pa.Check(lambda cells: pd.Series([not found[n] for n in cells.index], cells.index))

    schema = pa.DataFrameSchema({c: pa.Column(object, sound(messages[c])) for c in messages})
    try:
        schema.validate(frame, lazy=True)
        return []
    except pa.errors.SchemaErrors as errors:
        cases = {(case.index, case.column) for case in errors.failure_cases.itertuples(index=False)}
    order = list(messages)
    return [
        Fault(file, line, column, frame.at[line, column], message)
        for line, column in sorted(cases, key=lambda case: (case[0], order.index(case[1])))
        for message in messages[column][line]
    ]


def _of_cell(column, kind, tables):
    """Return what says of a cell by itself what is expected instead; nothing where it is right."""
    terms, several = tables["terms"], column in ("printed", "note")
    if kind in ("terms", "terms or blank"):
        known = terms[terms.kind == column]
        names = ", ".join(known.term) if len(known) < 20 else f"{len(known)} {column}s"
        names = "blank or " * (kind != "terms") + f"one of {names}"
        known, expected = (
            known.set_index("term"),
            f"{names}; add a new one to the terms.csv beside it",
        )
    elif isinstance(kind, str):
        books = [book for book in kind.split() if book in tables]
        known = pd.concat(
            tables[b].set_index(KEYS[b][0]).reindex(columns=terms.columns, fill_value="")
            for b in books
        )
        expected = f"a key of {' or '.join(f'{b}.csv' for b in books)}; describe a new one there"

    def rule(text):
        if text != text.strip() or not (text.replace("\n", "") if several else text).isprintable():
            return "text without spaces at its ends or characters that cannot be seen"
        if isinstance(kind, tuple):
            good = re.fullmatch(kind[0], text, re.ASCII)
            if kind is PERIOD and good and "/" in text:
                start, end = text.split("/")
                good = moments(start) < moments(end)
            return "" if good else _month_meant(text, kind) + kind[1]
        if text in known.index or (text == "" and "blank" in kind):
            return ""
        return _term_meant(text, known, terms) + expected

    return rule


def _term_meant(word, known, terms):
    """Name what was meant: the term of that name or code, or of nearly that spelling."""
    told = known[["name_en", "name_vi", "symbol"]]
    same = told.index[told.map(str.casefold).eq(word.casefold()).any(axis=1) & (word != "")]
    elsewhere = "|".join(map(re.escape, terms.term[terms.kind.isin(["province", "index"])]))
    if not len(same) and not re.search(rf"(^|_)({elsewhere})(_|$)", word):
        same = difflib.get_close_matches(word, list(known.index), 1)  # no name of its own
    return "".join(f"{term!r}? " for term in same)


def _month_meant(text, kind):
    """Name the month that a spreadsheet has turned into something else."""
    turned = re.fullmatch(r"(?:\d\d?[/.])?(\d\d?|[A-Za-z]{3})[-/. ](\d\d|\d{4})", text)
    if kind is not PERIOD or not turned:
        return ""
    month, year = turned[1].lower(), turned[2]
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month) if month.isdigit() else 0
    return f"'{'20' * (len(year) == 2)}{year}-{number:02d}'? " if 0 < number < 13 else ""


def _of_figure(row, primary, twice):
    """Yield what is wrong with a row as a whole: the column and what is expected there."""
    said, value, ordinal = row.said, row.number, re.compile(ORDINAL[0] if primary else "")
    if _MISSING.fullmatch(row.value) and _MISSING.fullmatch(row.printed):
        yield "value", "a figure; a row that has none is left out"
        return
    if isinstance(said, str) and said:
        yield "printed", said
    if not math.isfinite(value):
        yield "value", "a number with '.' before decimals, and nothing else in the cell"
    if not isinstance(said, str):
        printed, low, high = f"as in printed {row.printed!r}", *_possible(row.measure, row.unit)
        right = _signed(row.measure, said)
        if not math.isfinite(value):
            pass  # said above
        elif not math.isclose(value, right, abs_tol=1e-12):
            yield "value", f"{right:.12g} {printed}, or a corrected printed"
        elif not low <= value <= high:
            yield "value", f"a possible number of {row.unit or row.measure}: {low:g} to {high:g}"
        elif row.measure == "count" and value % 1:
            yield "value", "a whole number, since the codebook says that it is a count"
        if row.measure == "plan" and ("above" in row.unit) != ("vượt" in row.printed.casefold()):
            yield "printed", f"'vượt' (by how much) of % above plan alone, not of {row.unit}"
        relation = _directed(said, right)
        if row.relation != relation:
            yield "relation", f"{relation!r} {printed}"
        if said.status not in ("", row.status):
            yield "status", f"{said.status!r} {printed}"
    if not ordinal.fullmatch(row.paragraph):
        yield "paragraph", "the line of the document for a figure of it, blank for any other"
    if not (ordinal if re.search(r"\d", row.printed) else re.compile("")).fullmatch(row.nth):
        yield "nth", "which numeral of the line; blank for one in words or from elsewhere"
    if twice:
        yield "nth", "no second row for the same numeral of the document"


def _signed(measure, said):
    fall = said.minus or (said.falls and measure in ("change", "growth"))
    return -said.number if fall and said.number else said.number


def _directed(said, value):
    """Return the relation of a value: what fell by more than 2 is below -2."""
    turned = str.maketrans("<>", "><") if value < 0 else {}
    return said.relation.translate(turned)


def _possible(measure, unit):
    """Return the least and the largest value that a measure can take at all."""
    if of := re.search(r"\bof (\d+)$", unit):  # a rank of 63, points of 100
        return int(unit.startswith("rank")), int(of[1])
    if measure == "change":
        most = 100 if unit.startswith("percentage points") else math.inf
        return -most, most
    return -100 if measure == "growth" else 0, 100 if measure == "share" else math.inf


def load(path=None):
    """Load a table of indicators, validated, with names and bounds.

    Parameters
    ----------
    path : path-like, optional
        A CSV file with the columns of ``data/indicators.csv``, or a folder that holds
        ``indicators.csv`` and, beside it, its own places, sources, indicators and terms
        in files like those of ``data/``; what it lacks comes from the bundled ones.
        By default the bundled folder.

    Returns
    -------
    pandas.DataFrame
        One row a figure. Columns: those of the file; ``theme``, ``measure``, ``unit``,
        ``name_en``, ``name_vi`` from the codebook; ``origin`` (document, published,
        plan); ``role`` (outturn, plan, target, pledge); ``low``, ``high``, the bounds
        that print leaves, in the unit of ``value``; ``decimals`` printed, in that unit;
        ``key``, the row's permanent name; ``chosen``, whether the analyses use it among
        the publications of the same figure.

    Raises
    ------
    DataError
        Listing every fault with row, column, value and what is allowed; nothing is
        loaded then.

    Examples
    --------
    >>> table = load()
    >>> row = table[table.key == "grdp.2025.appendix3"].iloc[0]
    >>> float(row.low), float(row.value), float(row.high), row.unit
    (77853.5, 77854.0, 77854.5, 'billion VND')
    """
    path = DATA if path is None else Path(path)
    folder, file = (path, path / "indicators.csv") if path.is_dir() else (DATA, path)
    tables = {name: companion(name, folder) for name in TABLES if name != "indicators"}
    owned = [folder / f"{name}.csv" for name in tables if folder != DATA]
    faults = [
        fault
        for own in owned
        if own.is_file()
        for fault in validate(own.stem, read(own, TABLES[own.stem], OPTIONAL), own.name, tables)
    ]
    rows = read(file, TABLES["indicators"])
    try:
        frame = _described(rows, tables)
        faults += validate("indicators", frame, file.name, tables)
        table = None if faults else _joined(frame, tables)
    except (LookupError, TypeError, ValueError, AttributeError):
        # The bundled files are not checked each time; it is one of them that is broken.
        faults += [f for n, t in tables.items() for f in validate(n, t, f"{n}.csv", tables)]
        if not faults:
            raise
    if faults:
        raise DataError(faults)
    _current["folder"] = folder
    return table


def _joined(frame, tables):
    """Return the table of valid rows with what the other tables and print say of them."""
    table = frame.drop(columns=["value", "said"]).rename(columns={"number": "value"})
    sources = tables["sources"].set_index("source").loc[table.source]
    origins = zip(sources.kind == "primary", table.role == "outturn")
    table["origin"] = ["document" if p else "published" if o else "plan" for p, o in origins]
    ends = [_bounds(row, said) for row, said in zip(table.itertuples(), frame.said)]
    table[["low", "high", "decimals"]] = pd.DataFrame(ends, table.index)
    table["chosen"] = _chosen(table, sources, tables["choices"])
    first = [*TABLES["indicators"]]
    return table[[*first, *table.columns.difference(first, sort=False)]].reset_index(drop=True)


def called(name, place):
    """Return the name of an indicator at a place: what is GRDP of a province is GDP of a country.

    Parameters
    ----------
    name, place : str

    Returns
    -------
    str
    """
    return name.replace("GRDP", "GDP") if place == "vietnam" else name


def _described(frame, tables):
    """Add what the codebook says of each row, its key, and its figures as numbers."""
    book = tables["codebook"].set_index("indicator").reindex(frame.indicator, fill_value="")
    described = ["theme", "measure", "unit", "name_en", "name_vi"]
    frame[described] = book[described].to_numpy()
    for name in ("name_en", "name_vi"):
        frame[name] = [*map(called, frame[name], frame.place)]
    frame["role"] = frame.status.where(frame.status.isin(INTENTS), "outturn")
    intent = ("." + frame.status).where(frame.role != "outturn", "")
    places = zip(frame.indicator, frame.place, frame.period, frame.source + intent)
    frame["key"] = [row_key(*place) for place in places]
    units = tables["terms"].query("kind == 'unit'").set_index("term").symbol
    frame["said"] = [_parsed(*pair) for pair in zip(frame.printed, frame.unit.map(units))]
    plain = frame.value.where(frame.value.map(_NUMBER.fullmatch).notna())
    return frame.assign(number=pd.to_numeric(plain).astype(float))


def _parsed(printed, symbols):
    if not isinstance(symbols, str):
        return ""  # of a unit that is not known, which is a fault of its own
    try:
        return parse_printed(printed, symbols)
    except ValueError as error:
        return str(error)


def _bounds(row, said):
    """Return both bounds of a figure, and its decimals in the codebook's unit."""
    step, relation = said.step, row.relation
    counted = row.measure == "count" and step < math.inf
    if row.status == "target" or (counted and row.role == "plan"):
        step = min(step, 0)  # set, not measured
    elif counted:
        step = significant_step(row.value, step, relation)
    floor = -math.inf if row.measure in ("change", "growth") else 0.0
    decimals = max(0, -round(math.log10(said.step))) if said.step < math.inf else 0
    return *rounding_bounds(row.value, step, relation, floor), decimals


def preference(role, relation, status, kind, published):
    """Return by what publications of one figure are preferred: the greater comes first.

    Parameters
    ----------
    role, relation, status : str
        Of the row; a status of one's own comes last.
    kind, published : str
        Of its source; a kind of one's own comes last, and so does no date. A month or year
        counts as its start.

    Returns
    -------
    dict
        By the name of each premise, in the order in which they decide. Of an outturn: a number
        before one that is only a limit, the firmer, the more official, the later. Of a plan,
        target or pledge the later comes first, since it replaces the earlier.

    Examples
    --------
    >>> preference("plan", "=", "plan", "press", "2024-12-20")
    {'latest': '2024-12-20', 'official': -5}
    """
    official = -OFFICIAL.index(kind) if kind in OFFICIAL else -len(OFFICIAL)
    if role != "outturn":
        return {"latest": published, "official": official}
    firm = -FIRMNESS.index(status) if status in FIRMNESS else -len(FIRMNESS)
    exact = relation in ("=", "~")
    return {"exact": exact, "firmest": firm, "official": official, "latest": published}


def _chosen(table, sources, choices):
    """Tell which rows the analyses use: of several publications the one that is preferred.

    First comes the row that choices.csv names, then one that the collection itself holds,
    so that a table of one's own displaces nothing; then what :func:`preference` says. Where
    two are equal in all of this, none is chosen.
    """
    named, ours = table.key.isin(choices.row), table.key.isin(_bundled_keys())
    cells = table.role, table.relation, table.status, sources.kind, sources.published
    order = [tuple(preference(*each).values()) for each in zip(*cells)]
    rank = pd.Series(list(zip(named, ours, order)))
    same = [table[column].to_numpy() for column in KEYS["choices"]]
    best = rank == rank.groupby(same).transform("max")
    return (best & (best.groupby(same).transform("sum") == 1)).to_numpy()


@cache
def _bundled_keys():
    tables = {name: companion(name, DATA) for name in ("codebook", "terms")}
    return set(_described(read(DATA / "indicators.csv", TABLES["indicators"]), tables).key)
