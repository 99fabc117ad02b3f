"""What the tables hold, counted and compared: the numbers behind the source audit."""

import re
from decimal import Decimal
from itertools import pairwise

import pandas as pd

from hg_analysis import words
from hg_analysis.bounds import NUMERAL
from hg_analysis.data import _figure, companion
from hg_analysis.tools.check import TOTALS


def tally(terms):
    """Count how often each term occurs.

    Parameters
    ----------
    terms : pandas.Series of str
        Named after what the terms are: role, verdict.

    Returns
    -------
    pandas.DataFrame
        ``value`` of each term, the most frequent first; last, the ``total``.
    """
    counts = terms.astype(str).value_counts()
    return (
        pd.concat([counts, pd.Series({"total": len(terms)})])
        .rename_axis(terms.name)
        .to_frame("value")
    )


def control_totals(table):
    """Evaluate both sides of every control total.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`hg_analysis.load` returns it.

    Returns
    -------
    pandas.DataFrame
        ``check`` in the names of the indicators, and what stands ``left`` and ``right``.
    """
    own = table[table.origin == "document"]
    values, rows = dict(zip(own.indicator, own.value)), []
    for total in TOTALS:
        if whole := re.fullmatch(r"abs\((.+) % 1 - 0.5\) > 0.495", total):
            left, sign, right = whole[1], "=", f"round({whole[1]})"  # the nearest whole number
        else:
            left, sign, right = re.split(r" (==|<=|<) ", total)
        scope = {"__builtins__": {"round": round}}
        sides = [eval(side, scope, values) for side in (left, right)]
        named = [re.sub(r"[a-z]\w+", _named, left)]
        named.append({"==": "=", "<=": "≤"}.get(sign, sign))
        whole_number = words.name("label", "whole_number")
        named.append(whole_number if whole else re.sub(r"[a-z]\w+", _named, right))
        rows.append((" ".join(named), *sides))
    return pd.DataFrame(rows, columns=["check", "left", "right"])


def _named(match):
    return words.name("indicator", match[0])


def contradictions(table):
    """Find published figures of the same thing that differ.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`hg_analysis.load` returns it.

    Returns
    -------
    list of (Figure, Figure)
        Two figures of one indicator, place, period and origin, in the order of
        the table; plans are only held against plans.
    """
    key = ["indicator", "place", "period", "origin"]
    others = table[table.origin != "document"]
    groups = others.groupby(key, sort=False, observed=True)
    return [
        (_figure(a), _figure(b))
        for _, rows in groups
        for a, b in pairwise(rows.itertuples())
        if a.value != b.value
    ]


def counterparts(table):
    """Tell for each figure of the document what is published to hold it against.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`hg_analysis.load` returns it.

    Returns
    -------
    pandas.Series
        By indicator, of the same indicator and place: ``within_period``, a
        published outturn or estimate of its own period or a part of it;
        ``other_period``, only of another; ``plan_only``; ``none``.
    """
    own = table[table.origin == "document"]
    others = table[(table.origin != "document") & table.place.isin(own.place)]
    found = {}
    for figure in own.itertuples():
        alike = others[others.indicator == figure.indicator]
        stated = alike[alike.origin == "published"]
        start, end = _ends(figure.period)
        within = any(start <= first and last <= end for first, last in map(_ends, stated.period))
        found[figure.indicator] = (
            "within_period"
            if within
            else "other_period"
            if len(stated)
            else "plan_only"
            if len(alike)
            else "none"
        )
    return pd.Series(found, name="counterpart").rename_axis("figure")


def _ends(period):
    """First and last month of a period, as text that sorts by time."""
    start, _, end = period.partition("/")
    return (start + "-01")[:7], ((end or start) + "-12")[:7]


def printed_form(printed):
    """Tell how a figure is printed.

    Parameters
    ----------
    printed : str
        A numeral, words around it or none.

    Returns
    -------
    {"decimals", "leading_zero", "round", "whole"}

    Examples
    --------
    >>> [printed_form(each) for each in ("9,24%", "05 chỉ tiêu", "1.000", "1.479")]
    ['decimals', 'leading_zero', 'round', 'whole']
    """
    numeral = NUMERAL.search(printed)[0]
    if "," in numeral:
        return "decimals"
    if numeral.startswith("0"):
        return "leading_zero"
    return "round" if numeral.endswith("0") else "whole"


def numerals():
    """Return the document's numerals with the section that each stands in.

    Returns
    -------
    pandas.DataFrame
        The columns of ``data/numerals.csv`` and ``section``, the section's first
        paragraph; both ``section`` and ``role`` are categories in their order:
        of the text, and by how often they occur.
    """
    listed, paragraphs = companion("numerals"), companion("paragraphs")
    first = paragraphs.groupby("section_en", sort=False).paragraph.first()
    section = paragraphs.set_index("paragraph").section_en.map(first)
    listed["section"] = pd.Categorical(listed.paragraph.map(section), first)
    listed["role"] = pd.Categorical(listed.role, listed.role.value_counts().index)
    return listed


def weakest_verdicts(table):
    """Return how firmly each figure of the document is read.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`hg_analysis.load` returns it.

    Returns
    -------
    pandas.Series
        By indicator, the weakest verdict on its readings that are not rejected;
        ``single`` where none is listed.
    """
    order = ["single", "strong", "supported", "unresolved"]
    kept = companion("readings").query("verdict in @order").set_index("indicator").verdict
    weakest = kept.map(order.index).groupby(level=0).max()
    own = table[table.origin == "document"].indicator.astype(str)
    found = own.map(weakest).fillna(0).map(lambda place: order[int(place)])
    return found.rename("verdict").set_axis(pd.Index(own, name="figure"))


def differences(pairs):
    """Set pairs of figures side by side.

    Parameters
    ----------
    pairs : list of (Figure, Figure)
        Of one indicator, place and period.

    Returns
    -------
    pandas.DataFrame
        ``first``, ``second`` and their ``difference`` in the unit of the figures,
        by figure, place and period of the first.
    """
    rows = [(a.indicator, a.place, a.period, a, b, b.value - a.value) for a, b in pairs]
    names = ["figure", "place", "period"]
    return pd.DataFrame(rows, columns=[*names, "first", "second", "difference"]).set_index(names)


def record(table):
    """Return every figure as it was entered.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`hg_analysis.load` returns it.

    Returns
    -------
    pandas.DataFrame
        The columns of ``data/indicators.csv`` in the order of the file, with
        every digit of ``value``; ``reference`` is the source's identifier and,
        of the document, the place in it.
    """
    pairs = zip(table.paragraph, table.nth)
    places = [f" ¶{paragraph}.{nth}".rstrip(".") if paragraph else "" for paragraph, nth in pairs]
    listed = table.rename(columns={"indicator": "figure"}).assign(
        value=table.value.map(_every_digit), reference=table.source.astype(str) + places
    )
    columns = ["figure", "place", "period", "printed", "relation", "value", "status"]
    return listed[[*columns, "reference", "note"]]


def _every_digit(value):
    return words.number(value, max(0, -Decimal(repr(value)).normalize().as_tuple().exponent))


def publications():
    """Return every source as it was entered.

    Returns
    -------
    pandas.DataFrame
        The columns of ``data/sources.csv`` in the order of the file, the
        identifier as ``reference``.
    """
    return companion("sources").rename(columns={"source": "reference"})


def descriptions(book):
    """Return every indicator, or every computed quantity, as it is described.

    Parameters
    ----------
    book : {"codebook", "derived"}

    Returns
    -------
    pandas.DataFrame
        A row for each, its definition in the language in use; of a computed
        quantity that is the formula.
    """
    described = companion(book).rename(
        columns={"indicator": "figure", f"definition_{words.language()}": "definition"}
    )
    return described[["figure", "theme", "measure", "unit", "better", "definition"]]


def every_numeral():
    """Return every numeral of the document with its place, its role and the figure it states.

    Returns
    -------
    pandas.DataFrame
        The rows of ``data/numerals.csv``, the figure blank for other roles.
    """
    listed = companion("numerals").rename(columns={"indicator": "figure"})
    return listed.assign(numeral="¶" + listed.paragraph + "." + listed.nth)[
        ["numeral", "printed", "role", "figure"]
    ]


def paragraphs():
    """Return every paragraph of the document: its section and the words that it opens with.

    Returns
    -------
    pandas.DataFrame
        The rows of ``data/paragraphs.csv``.
    """
    listed = companion("paragraphs")
    return listed.assign(section=listed.paragraph, paragraph="¶" + listed.paragraph)[
        ["paragraph", "section", "opening"]
    ]


def places():
    """Return the places that figures describe, with what must be known of each.

    Returns
    -------
    pandas.DataFrame
    """
    terms = companion("terms")
    return terms[terms.kind == "place"].rename(columns={"term": "place"})[["place", "note"]]


def translations():
    """Return every text that the data files hold in both languages.

    Returns
    -------
    pandas.DataFrame
        Names, definitions, reasons and sections, in the order of the files.
    """
    pairs = [
        companion(table)[[f"{text}_en", f"{text}_vi"]].set_axis(["original", "translation"], axis=1)
        for table, texts in (
            ("codebook", ["name", "definition"]),
            ("derived", ["name", "definition"]),
            ("readings", ["reason"]),
            ("terms", ["name"]),
            ("paragraphs", ["section"]),
        )
        for text in texts
    ]
    return pd.concat(pairs, ignore_index=True)
