"""Whether the tables agree with each other, with their totals and with the source text."""

import os
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

from hg_analysis.bounds import NUMERAL
from hg_analysis.files import DataError, Fault, read
from hg_analysis.table import DATA, TABLES, companion, load, moments
from hg_analysis.tools import choices, premises

_NAME = r"[a-z]\w*\??"  # of an indicator in a control total; with "?" one that may be missing


def check(path=None, today=None):
    """Check a table of indicators and the files beside it.

    Parameters
    ----------
    path : path-like, optional
        A table or a folder as :func:`hg_analysis.load` takes it; the bundled data by default.
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
    faults, notes = [], []
    try:
        table = load(path)
    except DataError as error:
        return error.faults, []
    table = table.set_axis(read(file, TABLES["indicators"]).index)
    own = table[table.origin == "document"]
    notes.append(f"{len(table)} figures valid, {len(own)} of them from the document")
    parts = [_totals(table, file.name, bundled), choices.statuses(table, file.name, bundled)]
    if len(own) or bundled:
        parts += [choices.readings(table, bundled), _numerals(own, file.name)]
    else:
        notes.append("none of them from the document, so its numerals were not compared")
    parts.append(choices.choices(table, file.name, bundled, today))
    for found, said in parts:
        faults += found
        notes += said
    return faults, notes


def _totals(table, file, bundled):
    """Hold the figures of each source against the control totals, as far as rounding tells.

    A name that ends in "?" is a part that need not be stated; two of them make a total.
    """
    faults, count, stated = [], Counter(), defaultdict(list)
    for row in table.itertuples():
        stated[row.indicator, row.place, row.source, row.role].append(row)
    for total in companion("totals").itertuples():
        names = list(dict.fromkeys(re.findall(_NAME, total.formula)))
        optional = [name for name in names if name.endswith("?")]
        leading = [name.strip("?") for name in optional or names[:1]]
        periods = {(*at[1:], r.period) for at in stated if at[0] in leading for r in stated[at]}
        for *where, period in sorted(periods):
            own = {n: _of(stated[n.strip("?"), *where], period, bool(optional)) for n in names}
            rows = {row.key: row for row in own.values() if row is not None}
            if len(rows) < (2 if optional else len(names)):
                continue
            count[total.total] += 1
            keys = {name: row.key if row else "0" for name, row in own.items()}
            text = re.sub(_NAME, lambda name, keys=keys: keys[name[0]], total.formula)
            if ended := premises.ended(text, rows, some=True):
                values = ", ".join(f"{key} {row.value:g}" for key, row in rows.items())
                faults.append(
                    Fault(file, None, "value", values, f"{total.formula.replace('?', '')}: {ended}")
                )
    for row, total in companion("totals").total.items() if bundled else ():
        if total not in count:
            expected = "figures that it can be held against"
            faults.append(Fault("totals.csv", row, "total", total, expected))
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
    faults = []
    for pair in pairs.itertuples():
        place = f"¶{pair.paragraph}.{pair.nth}"
        if pair.found == "left_only":
            found, expected = f"{place} {pair.printed}", f"a row of {file} for {pair.indicator}"
            faults.append(Fault("numerals.csv", int(pair.row), "nth", found, expected))
        elif pair.found == "right_only":
            expected = "a numeral whose role in numerals.csv is figure"
            faults.append(Fault(file, int(pair.row_own), "nth", place, expected))
        else:
            for column in ("printed", "indicator"):
                listed_as, found = getattr(pair, column), getattr(pair, f"{column}_own")
                if found != listed_as:
                    expected = f"{listed_as} at {place} as in numerals.csv"
                    faults.append(Fault(file, int(pair.row_own), column, found, expected))
    for paragraph, rows in listed.groupby("paragraph", sort=False):
        if list(rows["nth"]) != [str(n) for n in range(1, len(rows) + 1)]:
            found, expected = ", ".join(rows["nth"]), f"1 to {len(rows)} in ¶{paragraph}"
            faults.append(Fault("numerals.csv", int(rows.row.iloc[0]), "nth", found, expected))
    return faults, [f"{len(listed)} numerals listed, {len(stated)} of them figures"]
