"""The tables: declared once, validated by pandera, joined to one.

Where is the rule for a column? In ``data/datapackage.json``, if it looks at one cell; in
:func:`_of_figures`, if it looks at a whole row of figures. Nowhere else.
"""

import difflib
import json
import math
import os
import re
from contextlib import suppress
from datetime import datetime
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from hg_analysis.bounds import parse_printed, rounding_bounds, significant_step
from hg_analysis.files import DataError, Fault, read

_HERE = Path(__file__).resolve().parent
DATA = _HERE / "data" if (_HERE / "data").is_dir() else _HERE.parent / "data"
HOME = "hau_giang"
_PACKAGE = json.loads((DATA / "datapackage.json").read_text("utf-8"))["resources"]
TABLES = {each["name"]: {f["name"]: f for f in each["schema"]["fields"]} for each in _PACKAGE}
KEYS = {each["name"]: each["schema"].get("primaryKey", ["key"]) for each in _PACKAGE}
OPTIONAL = ["quotes"]  # columns that a file of one's own may lack
INTENTS = ["plan", "target", "pledge"]  # these statuses are roles; any other is an outturn's
FIRMNESS = ["revised", "actual", "preliminary", "estimate", *INTENTS]
OFFICIAL = ["primary", "statistics", "ministry", "province", "chamber", "press", "compiled"]
_MISSING = re.compile(r"[.…·–-]*|n/?a|nan|null|none|không có( số liệu)?", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_NUMBERS = ["right", "low", "high", "least", "most", "decimals"]  # what print leaves
_FROM_BOOK = ["theme", "measure", "unit", "name_en", "name_vi"]
_ADDED = [*_FROM_BOOK, "role", "key", "origin", "low", "high", "decimals", "chosen"]
# What a spreadsheet makes of a month, its separators being spaces.
_SAVED_MONTHS = ("%b %y", "%b %Y", "%m %y", "%m %Y", "%d %m %y", "%d %m %Y")
_TIDY = "text without spaces at its ends or characters that cannot be seen"
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
    return _merged(name, *_files(name, folder))[0].copy()


def entries(name):
    """Return the rows of a companion table by their key: a text, or a tuple of texts."""
    return _merged(name, *_files(name))[1]


def _files(name, folder=None):
    paths = dict.fromkeys(f"{each}/{name}.csv" for each in (folder or _current["folder"], DATA))
    # Read anew what has changed; what is not there, the reading says.
    found = [(path, os.stat(path).st_mtime_ns) for path in paths if os.path.isfile(path)]
    return found or [(f"{DATA}/{name}.csv", 0)]


@cache
def _merged(name, *files):
    rows = pd.concat(read(Path(path), TABLES[name], OPTIONAL) for path, _ in files)
    rows = rows.drop_duplicates(KEYS[name])
    return rows, dict(zip(rows.set_index(KEYS[name]).index, rows.itertuples()))


@cache
def moments(period):
    """Return the first and the last month of a period, as text that sorts by time.

    Examples
    --------
    >>> moments("2020/2025-06"), moments("2025-Q1")
    (('2020-01', '2025-06'), ('2025-01', '2025-03'))
    """
    parts = [pd.Period(part) for part in period.split("/")]
    return f"{parts[0].start_time:%Y-%m}", f"{parts[-1].end_time:%Y-%m}"


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
        In the order of the file, the first of each cell; empty where all is well.
    """
    import pandera.pandas as pa  # costs as much as pandas: only who loads a table pays

    rules = [rule for field in TABLES[name].values() for rule in _of_cells(frame, field, tables)]
    repeated = f"no second row with the same {', '.join(KEYS[name])}"
    rules.append((next(iter(TABLES[name])), ~frame.duplicated(KEYS[name]), repeated))
    rules += _of_figures(frame) if name == "indicators" else []
    checks = {column: [] for column in TABLES[name]}
    for number, (column, holds, _) in enumerate(rules):
        checks[column].append(pa.Check(lambda _, holds=holds: holds, error=str(number)))
    schema = pa.DataFrameSchema({column: pa.Column(object, own) for column, own in checks.items()})
    try:
        schema.validate(frame, lazy=True)
        return []
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.astype({"check": int}).sort_values(["index", "check"])
    faults = []
    for case in cases.drop_duplicates(["index", "column"]).itertuples():
        row, expected = frame.loc[case.index], rules[case.check][2]
        expected = expected(row) if callable(expected) else expected.format_map(row)
        faults.append(Fault(file, case.index, case.column, row[case.column], expected))
    return faults


def _of_cells(frame, field, tables):
    """Yield the rules for a column: its name, which cells hold it, what is expected of others."""
    name, needed = field["name"], field.get("constraints", {}).get("required", False)
    yield name, frame[name].map(_is_tidy), _TIDY
    blank = "" if needed else "blank or "
    if books := field.get("key_of"):
        known, expected = _known(books, name, tables)
        holds = frame[name].isin([*known.index, *[""] * (not needed)])
        hint = partial(_term_meant, known, tables["terms"])
        yield name, holds, lambda row: f"{hint(row[name])}{blank}{expected}"
        return
    pattern = field.get("constraints", {}).get("pattern", ".+" if needed else ".*")
    expected = field.get("expected", blank + "a text in one line")
    good = frame[name].str.fullmatch(pattern, flags=re.ASCII)
    yield name, good, lambda row: _month_meant(row[name]) + expected


def _is_tidy(text):
    return text == text.strip() and text.replace("\n", "").isprintable()


def _of_figures(f):
    """Yield the rules for a row of figures as a whole: what print says of it must hold of it."""
    as_printed, parsed = "as in printed {printed!r}", f.right.notna()
    yield "period", f.period.map(_in_order), TABLES["indicators"]["period"]["expected"]
    yield "value", ~f.missing, "a figure; a row that has none is left out"
    number = "a number with '.' before decimals, and nothing else in the cell"
    yield "value", f.missing | f.number.notna(), number
    same = np.isclose(f.number, f.right, rtol=1e-9, atol=1e-12)
    yield "value", ~parsed | same, f"{{right:.12g}} {as_printed}, or a corrected printed"
    possible = "a possible number of {unit}: {least:g} to {most:g}"
    yield "value", ~parsed | f.right.between(f.least, f.most), possible
    whole = ~parsed | (f.measure != "count") | (f.right % 1 == 0)
    yield "value", whole, "a whole number, since the codebook says that it is a count"
    yield "printed", f.refused == "", "{refused}"
    above = f.unit.str.contains("above") == f.printed.str.casefold().str.contains("vượt")
    how_much = "'vượt' (by how much) of % above plan alone, not of {unit}"
    yield "printed", ~parsed | (f.measure != "plan") | above, how_much
    yield "relation", ~parsed | (f.relation == f.limit), f"{{limit!r}} {as_printed}"
    standing = ~parsed | (f.standing == "") | (f.status == f.standing)
    yield "status", standing, f"{{standing!r}} {as_printed}"
    line = "the line of the document for a figure of it, blank for any other"
    yield "paragraph", _placed(f.paragraph, f.primary), line
    nth = "which numeral of the line; blank for one in words or from elsewhere"
    yield "nth", _placed(f.nth, f.primary & f.printed.str.contains(r"\d")), nth
    again = f.duplicated(["source", "paragraph", "nth"]) & (f.nth != "")
    yield "nth", ~again, "no second row for the same numeral of the document"


def _placed(cells, wanted):
    """Tell which cells hold an ordinal where one is wanted, and nothing where none is."""
    return cells.str.fullmatch("[1-9][0-9]*").where(wanted, cells == "")


def _in_order(period):
    with suppress(ValueError):  # no day of the calendar
        start, *end = map(moments, period.split("/"))
        return not end or start < end[0]
    return False


def _month_meant(text):
    """Name the month that a spreadsheet has turned into something else."""
    for form in _SAVED_MONTHS:
        with suppress(ValueError):
            return f"'{datetime.strptime(re.sub('[-/.]', ' ', text), form):%Y-%m}'? "
    return ""


def _known(books, column, tables):
    """Return the rows whose keys a cell may hold, and what to say of any other key."""
    files = " or ".join(f"{book}.csv" for book in books)
    if books == ["terms"]:
        known = tables["terms"].query("kind == @column").set_index("term")
    else:
        known = pd.concat(tables[book].set_index(KEYS[book]) for book in books)
    named = f"one of {', '.join(known.index)}" if len(known) < 20 else f"a key of {files}"
    return known, f"{named}; add a new one to the {files} beside it"


def _term_meant(known, terms, word):
    """Name what was meant: the term of that name or code, or of nearly that spelling."""
    told = known.reindex(columns=["name_en", "name_vi", "symbol"], fill_value="")
    same = told.index[told.map(str.casefold).eq(word.casefold()).any(axis=1) & (word != "")]
    elsewhere = "|".join(map(re.escape, terms.term[terms.kind.isin(["province", "index"])]))
    if not len(same) and not re.search(rf"(^|_)({elsewhere})(_|$)", word):
        same = difflib.get_close_matches(word, list(known.index), 1)  # no name of its own
    return "".join(f"{term!r}? " for term in same)


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
    faults = [
        fault
        for name in tables
        for own in (Path(path) for path, _ in _files(name, folder))
        for fault in validate(name, read(own, TABLES[name], OPTIONAL), own.name, tables)
    ]
    frame = _described(read(file, TABLES["indicators"]), tables)
    if faults := faults + validate("indicators", frame, file.name, tables):
        raise DataError(faults)
    _current["folder"] = folder
    table = frame.assign(
        value=frame.number,
        decimals=frame.decimals.astype(int),
        chosen=_chosen(frame, tables["choices"]),
    )
    return table[[*TABLES["indicators"], *_ADDED]].reset_index(drop=True)


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


def _described(rows, tables):
    """Add to rows what the codebook, their sources and print say of them, valid or not."""
    frame = _keyed(rows)
    book = tables["codebook"].set_index("indicator").reindex(rows.indicator, fill_value="")
    frame[_FROM_BOOK] = book[_FROM_BOOK].to_numpy()
    for name in ("name_en", "name_vi"):
        frame[name] = [*map(called, frame[name], frame.place)]
    sources = tables["sources"].set_index("source").reindex(rows.source, fill_value="")
    frame[["kind", "published"]] = sources[["kind", "published"]].to_numpy()
    frame["primary"] = frame.kind == "primary"
    stated = [frame.primary, frame.role == "outturn"]
    frame["origin"] = np.select(stated, ["document", "published"], "plan")
    plain = frame.value.where(frame.value.map(_NUMBER.fullmatch).notna())
    frame["number"] = pd.to_numeric(plain).astype(float)
    missing = rows[["value", "printed"]].map(_MISSING.fullmatch)
    frame["missing"] = missing.notna().all(axis=1)
    units = tables["terms"].query("kind == 'unit'").set_index("term").symbol
    said = [*map(_said, frame.itertuples(), frame.unit.map(units))]
    said = pd.DataFrame(said, rows.index, ["refused", "limit", "standing", *_NUMBERS])
    return frame.join(said.astype(dict.fromkeys(_NUMBERS, float)))


def _keyed(rows):
    """Add role and key to rows of indicators."""
    role = rows.status.where(rows.status.isin(INTENTS), "outturn")
    variant = rows.source + ("." + role).where(role != "outturn", "")
    places = zip(rows.indicator, rows.place, rows.period, variant)
    return rows.assign(role=role, key=[row_key(*place) for place in places])


def _said(row, symbols):
    """Read what is printed for a row, in a unit that print shows by these symbols."""
    if row.missing or not isinstance(symbols, str):  # of a unit that is not known: said already
        return {"refused": ""}
    try:
        said = parse_printed(row.printed, symbols)
    except ValueError as error:
        return {"refused": str(error)}
    moves = row.measure in ("change", "growth")
    falls = said.number and (said.minus or (said.falls and moves))
    value = -said.number if falls else said.number
    turned = str.maketrans("<>", "><") if value < 0 else {}  # what fell by over 2 is below -2
    limit, step = said.relation.translate(turned), said.step
    counted = row.measure == "count" and step < math.inf
    if row.status == "target" or (counted and row.role == "plan"):
        step = min(step, 0)  # set, not measured
    elif counted:
        step = significant_step(value, step, limit)
    ends = rounding_bounds(value, step, limit, -math.inf if moves else 0.0)
    decimals = max(0, -round(math.log10(said.step))) if said.step < math.inf else 0
    numbers = value, *ends, *_possible(row.measure, row.unit), decimals
    words = {"refused": "", "limit": limit, "standing": said.status}
    return words | dict(zip(_NUMBERS, numbers))


def _possible(measure, unit):
    """Return the least and the largest value that a measure can take at all."""
    if of := re.search(r"\bof (\d+)$", unit):  # a rank of 63, points of 100
        return int(unit.startswith("rank")), int(of[1])
    if measure == "change":
        most = 100 if unit.startswith("percentage points") else math.inf
        return -most, most
    return -100 if measure == "growth" else 0, 100 if measure == "share" else math.inf


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
    firm, official = (
        -ranks.index(own) if own in ranks else -len(ranks)
        for ranks, own in ((FIRMNESS, status), (OFFICIAL, kind))
    )
    if role != "outturn":
        return {"latest": published, "official": official}
    exact = relation in ("=", "~")
    return {"exact": exact, "firmest": firm, "official": official, "latest": published}


def _chosen(frame, choices):
    """Tell which rows the analyses use: of several publications the one that is preferred.

    First comes the row that choices.csv names, then one that the collection itself holds,
    so that a table of one's own displaces nothing; then what :func:`preference` says. Where
    two are equal in all of this, none is chosen.
    """
    ours = _keyed(read(DATA / "indicators.csv", TABLES["indicators"])).key
    cells = zip(frame.role, frame.relation, frame.status, frame.kind, frame.published)
    order = [tuple(preference(*each).values()) for each in cells]
    rank = pd.Series([*zip(frame.key.isin(choices.row), frame.key.isin(ours), order)], frame.index)
    same = [frame[column] for column in KEYS["choices"]]
    best = rank == rank.groupby(same).transform("max")
    return best & (best.groupby(same).transform("sum") == 1)
