"""Which statuses a source and its date allow, and whether choices and readings still hold."""

import re
from collections import defaultdict

import pandas as pd

from hg_analysis.files import Fault, listed
from hg_analysis.table import KEYS, companion, entries, moments, preference
from hg_analysis.tools import premises

# Months from the end of a period to the publication of its official figures: those of a year
# come out in October of the second year after it (Decree 62/2024, 6 October).
OFFICIAL_AFTER = 22


def _same(table):
    """Return the rows of each figure, whoever publishes it, by the columns that name it."""
    rows = defaultdict(list)
    for row in table.itertuples():
        rows[tuple(getattr(row, c) for c in KEYS["choices"])].append(row)
    return rows


def _after(period, months):
    """Return the month so many months after the end of a period."""
    return str(pd.Period(moments(period)[1], "M") + months)


def _surveyed(row):
    """Tell whether the statistics law knows estimate, preliminary and official of a figure."""
    of_three_months = moments(row.period)[0] < _after(row.period, -1)
    return row.theme in ("growth", "structure") and of_three_months


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
    end, last = period.rpartition("/")[2], moments(period)[1]
    return published[:7] < last if end[:7] == last else published[:7] <= last


def _allowed(row, earlier):
    """Return which statuses of an outturn its source and date allow, and why."""
    origin, end = entries("sources")[row.source], moments(row.period)[1]
    published, allowed, reason = origin.published, ["actual", "preliminary", "estimate"], ""
    source = f"the source is dated {published}" if published else "the source has no date"
    if published and _before_end(row.period, published):
        return ["estimate"], f"{source}, and the period was not over before the end of {end}"
    if row.status == "revised":
        reason = "nothing in the table was published before it to be revised"
        return (["revised"], "") if earlier else (allowed, reason)
    if _surveyed(row):
        due = _after(row.period, OFFICIAL_AFTER)
        # A date without a month may be its first: it proves no more than that.
        late = published and moments(published)[0] >= due
        reason = f"{source}; official figures of a period to {end} come out from {due} on"
        if origin.kind == "compiled" and not origin.quotes:
            late, reason = False, "an unofficial file or page that names no source proves no more"
        allowed = allowed if late else allowed[1:]
    return allowed, reason


def statuses(table, file, bundled):
    """Hold every status against the date of publication; in a table of one's own, say it only."""
    sources, faults = entries("sources"), []
    for rows in _same(table[table.role == "outturn"]).values():
        for row in rows:
            when = sources[row.source].published
            others = [sources[other.source].published for other in rows if other is not row]
            earlier = any(other < when or "" in (other, when) for other in others)
            allowed, reason = _allowed(row, earlier)
            if row.status not in allowed:
                expected = f"{' or '.join(map(repr, allowed))}: {reason}"
                faults.append(Fault(file, row.Index, "status", row.status, expected))
    return (faults, []) if bundled else ([], listed(faults, 40))


def _beats(other, row, ranks):
    """Return the premise by which another row of a figure comes first, or "" where none does.

    What a choice names first decides first; where it names the first of the order of preference,
    the rest of the order follows. "publisher" is "latest" among those of one publisher.
    """
    both = [(each, entries("sources")[each.source]) for each in (other, row)]
    one, two = (preference(r.role, r.relation, r.status, o.kind, o.published) for r, o in both)
    same_publisher = len({origin.publisher for _, origin in both}) == 1
    for premise in list(one) if ranks and ranks == list(one)[: len(ranks)] else ranks:
        name = premise.replace("publisher", "latest")
        if (premise == name or same_publisher) and one.get(name) != two.get(name):
            return premise if one[name] > two[name] else ""
    return ""


def choices(table, file, bundled, today):
    """Hold every choice against its premises, and find figures published twice without one."""
    faults, notes, held, again = [], [], 0, []
    rows = {figure: same for figure, same in _same(table).items() if len(same) > 1}
    keyed = {row.key: row for row in table.itertuples()}
    for choice in companion("choices").itertuples():
        same = rows.pop(tuple(getattr(choice, column) for column in KEYS["choices"]), [])
        used = next((row for row in same if row.key == choice.row), None)
        found = []
        if used:
            held, parts = held + 1, [*map(str.strip, choice.premise.split(";"))]
            compared = [part for part in parts if re.search("[<>=]", part)]
            ranks = [part for part in parts if part not in compared]
            for premise, ended in premises.evaluated(compared, keyed, bundled):
                found.append(("premise", premise, f"another choice: {ended}"))
            if compared and choice.row not in choice.premise:
                expected = f"a comparison with the row that is chosen, {choice.row}"
                found.append(("premise", choice.premise, expected))
            for row in same:
                if premise := _beats(row, used, ranks):
                    expected = f"another choice: {row.key} ends the premise '{premise}'"
                    found.append(("row", choice.row, expected))
            if doubts := "; ".join(_doubts(used, same, ranks, today)):
                again.append(f"look again at the choice of {choice.row}: {doubts}")
        elif bundled:
            found.append(("row", choice.row, "the key of one of several rows of that figure"))
        faults += [Fault("choices.csv", choice.Index, *each) for each in found]
    for same in rows.values():
        keys = ", ".join(row.key for row in same)
        if bundled:
            expected = "a row of choices.csv that says which of them is used, and why"
            faults.append(Fault(file, None, "source", keys, expected))
        else:
            used = next((row.key for row in same if row.chosen), "none until one is chosen")
            notes.append(f"published more than once: {keys}; used: {used}")
    notes += [f"{held} choices held against their premises"] if held else []
    return faults, [*notes, *again]


def _doubts(used, same, ranks, today):
    """Say why somebody should look at a choice again: a firmer figure is due, dates do not tell."""
    early = ["estimate", "preliminary"] if _surveyed(used) else ["estimate"]
    due = _after(used.period, OFFICIAL_AFTER if _surveyed(used) else 1)
    if used.status in early and due <= f"{today:%Y-%m}":
        yield f"{used.status}, and a firmer figure is due since {due}"
    for row in same if ranks[-1:] == ["latest"] else []:
        dates = [entries("sources")[each.source].published for each in (used, row)]
        untold = dates[0].startswith(dates[1]) or dates[1].startswith(dates[0])
        firmer = _beats(row, used, ranks[:-1]) or _beats(used, row, ranks[:-1])
        if row is not used and untold and not firmer:
            told = " and ".join(when or "no date" for when in dates)
            yield f"{told} do not tell whether it is later than {row.key}"


def readings(table, bundled):
    """Evaluate what each reading rests on."""
    faults, rows = [], {row.key: row for row in table.itertuples()}
    for reading in companion("readings").itertuples():
        for premise, ended in premises.evaluated(reading.premise.split(";"), rows, bundled):
            expected = f"another verdict on {reading.indicator} as {reading.reading}: {ended}"
            faults.append(Fault("readings.csv", reading.Index, "premise", premise, expected))
    return faults, [f"the premises of {len(companion('readings'))} readings evaluated"]
