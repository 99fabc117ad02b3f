"""What the tables hold, counted and compared: the numbers behind the source audit."""

from collections import defaultdict
from decimal import Decimal

import pandas as pd

from hg_analysis import words
from hg_analysis.bounds import NUMERAL
from hg_analysis.figures import derive, from_row
from hg_analysis.table import companion, entries, moments


def tally(terms, of=""):
    """Count how often each term occurs.

    Parameters
    ----------
    terms : pandas.Series of str
        Named after what the terms are: role, verdict.
    of : str, optional
        What is counted, as an identifier; part of the rows' keys.

    Returns
    -------
    pandas.DataFrame
        ``value`` of each term, the most frequent first; last, the ``total``.
    """
    counts = terms.astype(str).value_counts()
    counted = pd.concat([counts, pd.Series({"total": len(terms)})])
    counted = counted.rename_axis(terms.name).to_frame("value")
    counted.attrs["of"] = of
    return counted


def totals(table):
    """Evaluate every control total of ``data/totals.csv`` for each place, source and role.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`hg_analysis.load` returns it.

    Returns
    -------
    pandas.DataFrame
        A row for each total that a source's figures allow: ``total``, ``left``, ``test``,
        ``right`` in the names of the indicators, ``values`` of both sides, ``holds`` as far
        as rounding tells, and the ``keys`` of the figures.
    """
    found = [
        _total(total, rows)
        for total in companion("totals").itertuples()
        for rows in _statements(table, total)
    ]
    return pd.DataFrame(
        found, columns=["total", "left", "test", "right", "values", "holds", "keys"]
    )


def _statements(table, total):
    """Give the figures of one total as each source states them, period by period."""
    names = [
        name
        for side in (total.left, total.right)
        for each in side.split()
        for name in (
            entries("derived")[each].inputs.split() if each in entries("derived") else [each]
        )
        if not name.isdigit()
    ]
    groups = defaultdict(list)
    for row in table[table.indicator.isin(names)].itertuples():
        groups[row.source, row.place, row.role].append(row)
    parts = total.test == "parts"
    for rows in groups.values():
        for period in dict.fromkeys(r.period for r in rows if parts or r.indicator == names[0]):
            picked = {}
            for name in names:
                own = [row for row in rows if row.indicator == name]
                # Of the same period; of a whole and what it is held against, else of one that
                # overlaps with it, if the source states no more than one.
                same = [row for row in own if row.period == period]
                same = same or [row for row in own if not parts and _overlap(row.period, period)]
                if len(same) == 1:
                    picked[name] = from_row(same[0])
            if len(picked) == len(set(names)) or (parts and len(picked) > 1):
                yield picked


def _overlap(period, other):
    (start, end), (begins, ends) = moments(period), moments(other)
    return start <= ends and begins <= end


def _total(total, figures):
    """Evaluate one total; bounds decide, so that rounding alone breaks none."""

    def side(text):
        low = value = high = 0.0
        for name in text.split():
            if name in entries("derived"):
                each = derive(name, *figures.values())
            elif name.isdigit():
                low, value, high = low + int(name), value + int(name), high + int(name)
                continue
            elif name in figures:
                each = figures[name]
            else:
                continue  # a part that the source does not state
            low, value, high = low + each.low, value + each.value, high + each.high
        return low, value, high

    left, right = side(total.left), side(total.right)
    if total.test == "whole":  # 36.0 to the last digit that the figure and its excess leave
        right = (round(left[1]),) * 3
        holds = abs(left[1] - right[1]) < 0.005
    else:
        holds = {
            "=": left[0] <= right[2] and right[0] <= left[2],
            "<=": left[0] <= right[2],
            "<": left[0] < right[2],
            "parts": left[0] <= right[2],
        }[total.test]
    keys = [figure.key for figure in figures.values()]
    return total.total, total.left, total.test, total.right, (left[1], right[1]), holds, keys


def control_totals(table):
    """Return both sides of every control total of the document.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`hg_analysis.load` returns it.

    Returns
    -------
    pandas.DataFrame
        ``check`` in the names of the indicators, and what stands ``left`` and ``right``.
    """
    signs = {"<=": "≤", "parts": "≤"}
    rows = [
        (
            " ".join([_named(r.left), signs.get(r.test, r.test), _named(r.right)])
            if r.test != "whole"
            else f"{_named(r.left)} = {words.name('label', 'whole_number')}",
            *r.values,
        )
        for r in totals(table[table.origin == "document"]).itertuples()
    ]
    return pd.DataFrame(rows, columns=["check", "left", "right"])


def _named(side):
    names = side.split()
    return " + ".join(name if name.isdigit() else words.name("indicator", name) for name in names)


def contradictions(table):
    """Find published figures of the same thing that differ beyond rounding.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`hg_analysis.load` returns it.

    Returns
    -------
    list of (Figure, Figure)
        A figure and the one of the same indicator, place, period and role that the
        analyses use, in the order of the codebook, whose bounds do not meet; plans are
        only held against plans.
    """
    order = {indicator: n for n, indicator in enumerate(entries("codebook"))}
    others = (
        table[table.origin != "document"]
        .sort_values("key")
        .sort_values(["place", "period"], kind="stable")
        .sort_values("indicator", key=lambda i: i.map(order), kind="stable")
    )
    pairs = []
    for _, rows in others.groupby(["indicator", "place", "period", "role"], sort=False):
        *rest, used = map(from_row, rows.sort_values("chosen", kind="stable").itertuples())
        pairs += [(figure, used) for figure in rest if not _meet(figure, used)]
    return pairs


def _meet(figure, other):
    return figure.low <= other.high and other.low <= figure.high


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
        start, end = moments(figure.period)
        within = any(start <= first and last <= end for first, last in map(moments, stated.period))
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
        By key: ``figure``, ``place`` and ``period`` of the first, ``first``, ``second``
        and their ``difference`` in the unit of the figures.
    """
    rows = [(a.indicator, a.place, a.period, a, b, b.value - a.value) for a, b in pairs]
    columns = ["figure", "place", "period", "first", "second", "difference"]
    keys = pd.Index([f"apart.{a.key}" for a, _ in pairs], name="key")
    return pd.DataFrame(rows, columns=columns, index=keys)


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
    return listed.set_index("key")[[*columns, "reference", "note"]]


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
    tables = {name: companion(name) for name in ("codebook", "derived", "readings", "paragraphs")}
    terms = companion("terms")  # those that only recognise what somebody wrote stand on no page
    tables["terms"] = terms[~terms.kind.isin(["alias", "province", "index"])]
    texts = [("codebook", "name"), ("codebook", "definition"), ("derived", "name")]
    texts += [("derived", "definition"), ("readings", "reason"), ("terms", "name")]
    pairs = [
        tables[table][[f"{text}_en", f"{text}_vi"]].set_axis(["original", "translation"], axis=1)
        for table, text in [*texts, ("paragraphs", "section")]
    ]
    return pd.concat(pairs, ignore_index=True)
