"""Figures picked from the table by name, and numbers derived from them with their bounds."""

import math
import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from hg_analysis import calc
from hg_analysis.table import FIRMNESS, HOME, entries, moments, row_key

# What a figure and its row in the table have in common.
_OF_ROW = ["indicator", "value", "low", "high", "place", "period", "origin", "status", "relation"]
_OF_ROW += ["decimals"]


@dataclass(frozen=True)
class Figure:
    """One number with its bounds and the places it comes from.

    Attributes
    ----------
    indicator : str
        Identifier in the codebook or among the derived quantities; it gives
        the unit and the names.
    value, low, high : float
        The number and its bounds, in that unit.
    place, period : str
        Where and when it holds; ISO 8601 for the period.
    origin : {"document", "published", "plan", "implied"}
        Stated by the document, published elsewhere, a plan or target published
        elsewhere, or implied by arithmetic.
    status, relation : str
        As in ``data/indicators.csv``; a derived number is as firm as the least
        firm of what it is made of, targets aside.
    refs : tuple of str
        Places in the source: ``¶11.7`` is paragraph 11, numeral 7, of the
        appendix; any other is an identifier in ``data/sources.csv``.
    decimals : int or None
        Decimals printed; ``None`` for a derived number.
    variant : str
        What tells it from others of its indicator, place and period: the source
        and, of an intent, its status; or the reading that a derivation follows.
    rests_on : tuple of str
        The keys of the rows of the table that it is computed from.
    """

    indicator: str
    value: float
    low: float
    high: float
    place: str = ""
    period: str = ""
    origin: str = "implied"
    status: str = ""
    relation: str = "="
    refs: tuple = ()
    decimals: int | None = None
    variant: str = ""
    rests_on: tuple = ()

    def __str__(self):
        decimals = 4 if self.decimals is None else self.decimals + 1
        value, low, high = (round(n, decimals) for n in (self.value, self.low, self.high))
        return f"{value:g} [{low:g}, {high:g})"

    @property
    def key(self):
        """The permanent name of its row."""
        return row_key(self.indicator, self.place, self.period, self.variant)

    @property
    def unit(self):
        """The identifier of its unit."""
        return described(self.indicator).unit

    def at(self, value, **changes):
        """Return the figure with exactly another value."""
        return replace(self, value=value, low=value, high=value, **changes)

    def ends(self):
        """Return both bounds as exact figures, for what takes them one by one."""
        return tuple(self.at(end, relation="=") for end in (self.low, self.high))


def described(indicator):
    """Return the row of the codebook or of the derived quantities that describes an indicator.

    Raises
    ------
    LookupError
        If neither does.
    """
    book = entries("codebook").get(indicator) or entries("derived").get(indicator)
    if book is None:
        raise LookupError(f"{indicator!r} is described neither in codebook.csv nor in derived.csv")
    return book


def figure(table, indicator, period=None, place=HOME, source=None, role=None):
    """Pick one figure by name.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`hg_analysis.load` returns it.
    indicator, place : str
    period : str
        As in the table. Only figures of the document do without: a series may grow.
    source : str, optional
        Which publication; by default the one that choices.csv or its order of
        preference names.
    role : {"outturn", "plan", "target", "pledge"}, optional
        "outturn" by default; of a source that is named and has none, what it has.

    Returns
    -------
    Figure

    Raises
    ------
    LookupError
        If there is none, or more than one and none chosen: the message lists them.
    """
    given = {"indicator": indicator, "period": period, "place": place, "source": source}
    wanted = {column: value for column, value in {**given, "role": role}.items() if value}
    asked = ", ".join(f"{column} {value!r}" for column, value in wanted.items())
    rows = table[(table[[*wanted]] == [*wanted.values()]).all(axis=1)]
    if period is None and not (source and (rows.origin == "document").all()):
        raise LookupError(f"name the period of {indicator!r}: a series may grow")
    outturns = rows[rows.role == "outturn"]
    if not role and (len(outturns) or not source):  # a source may hold plans alone
        rows, asked = outturns, f"{asked}, role 'outturn'"
    if rows.empty:
        raise LookupError(f"no figure with {asked}")
    chosen = rows[rows.chosen] if len(rows) > 1 else rows
    if len(chosen) != 1:
        raise LookupError(f"{len(rows)} figures with {asked}: {', '.join(rows.key)}")
    return from_row(next(chosen.itertuples()))


def figures(table, indicator, periods, **where):
    """Pick the figure of each period named, in that order; see :func:`figure`.

    Parameters
    ----------
    table : pandas.DataFrame
    indicator : str
    periods : iterable of str
    **where
        Place, source and role.

    Returns
    -------
    list of Figure
    """
    return [figure(table, indicator, str(period), **where) for period in periods]


def from_row(row):
    """Return a row of the table as a figure.

    Parameters
    ----------
    row : namedtuple
        As ``table.itertuples()`` gives it.
    """
    place = ".".join(filter(None, [row.paragraph, row.nth]))
    intent = "" if row.role == "outturn" else f".{row.status}"
    shared = {name: getattr(row, name) for name in _OF_ROW}
    refs = (f"¶{place}" if place else row.source,)
    return Figure(**shared, refs=refs, variant=row.source + intent, rests_on=(row.key,))


def derive(indicator, *inputs, place=None, period=None, variant="", **constants):
    """Derive a number and its bounds by the formula that ``derived.csv`` names.

    The formula runs once on the numbers and once on intervals (mpmath's
    interval context), so the bounds hold whatever the true values behind the
    rounding are. Where an input occurs more than once in a formula they can be
    wider than need be, never narrower.

    Parameters
    ----------
    indicator : str
        Identifier of the derived quantity in ``data/derived.csv``, which gives the
        formula, the figures it takes and the period of the result.
    *inputs : Figure or float
        What the formula takes, in its order.
    place : str, optional
        Of the result; by default that of the first figure.
    period : str, optional
        Only where ``derived.csv`` leaves it to the caller: within that of the inputs.
    variant : str, optional
        Tells the result from another of the same quantity, place and period.
    **constants
        Passed to the formula unchanged.

    Returns
    -------
    Figure
        With ``origin`` "implied" and the places of all inputs.

    Raises
    ------
    ValueError
        If the inputs are not those that the quantity takes, their units do not go
        together, or the number cannot be computed: the message names the figures.

    Examples
    --------
    >>> rate = Figure("grdp_growth", 9.24, 9.235, 9.245, "hau_giang", "2020/2025")
    >>> print(derive("growth_over_term", *[rate] * 5))
    55.5638 [55.5282, 55.5994)
    """
    stated = [each for each in inputs if isinstance(each, Figure)]
    told = ", ".join(f"{each.key} ({each.value:g} {each.unit})" for each in stated)
    book = described(indicator)
    formula = _formula(book, inputs, told)
    values = [getattr(each, "value", each) for each in inputs]
    limits = [getattr(each, "relation", "=") not in "=~" for each in inputs]
    rounded = [value if limit else e for e, value, limit in zip(inputs, values, limits)]
    try:
        value = float(formula(*values, **constants))
        (low, high), closed = (_ends(formula, each, constants) for each in (inputs, rounded))
        if not math.isfinite(value):
            raise ValueError("it has no finite value")
    except (ArithmeticError, ValueError, TypeError) as error:
        raise ValueError(f"{indicator} cannot be computed from {told}: {error}")
    if high - low < 1e-9 * abs(value):  # exact inputs; the width is that of binary numbers
        low = high = value
    place = stated[0].place if place is None else place
    # As firm as the least firm; a target is set, and makes nothing less firm.
    status = max((each.status for each in stated), key=["target", "", *FIRMNESS].index)
    said = {"status": status, "relation": _relation(low, high, *closed)}
    for origins in ("refs", "rests_on"):
        said[origins] = tuple(dict.fromkeys(o for each in stated for o in getattr(each, origins)))
    period = _period(book, stated, period, constants.get("years", 1))
    return Figure(indicator, value, low, high, place, period, variant=variant, **said)


def turning(figure, holds, name):
    """Return the printed value nearest to a figure's own at which a finding ends.

    Parameters
    ----------
    figure : Figure
        Printed, with its decimals.
    holds : callable
        Takes the figure with another value and tells whether the finding holds; once it has
        ended on one side it must not hold again.
    name : str
        Of the finding, for the key.

    Returns
    -------
    Figure
        At most or at least that value, in steps of the last printed digit, found by bisection.

    Raises
    ------
    ValueError
        If the finding does not hold of the figure itself, or no value ends it.

    Examples
    --------
    >>> rate = Figure("grdp_growth", 9.24, 9.235, 9.245, "hau_giang", "2020/2025", decimals=2)
    >>> half = turning(rate, lambda r: derive("growth_over_term", *[r] * 5).value > 50, "half")
    >>> half.value, half.relation, half.key
    (8.44, '<=', 'grdp_growth.2020_2025.turning.half')
    """
    step, found = 10.0**-figure.decimals, []
    if not holds(figure):
        raise ValueError(f"{name} does not hold of {figure.key} itself ({figure.value:g})")

    def after(steps):
        return figure.at(round(figure.value + steps * step, figure.decimals))

    doubled = [2**n for n in range(int((4 * abs(figure.value) + 1) / step).bit_length() + 1)]
    for way in (-1, 1):
        far = next((n for n in doubled if not holds(after(way * n))), 0)
        first = bisect_left(range(far), True, far // 2, key=lambda n: not holds(after(way * n)))
        found += [way * first] * bool(far)
    if not found:
        raise ValueError(f"no value of {figure.key} ends {name}")
    nearest = min(found, key=abs)
    turned = {"relation": "<=" if nearest < 0 else ">=", "origin": "implied"}
    return replace(after(nearest), variant=f"turning.{name}", **turned)


def _formula(book, inputs, told):
    """Return the formula for these inputs, or refuse them."""
    names = "".join(f"{getattr(each, 'indicator', 'number')} " for each in inputs)
    signatures, formulas = book.inputs.split("; "), book.formula.split("; ")
    for number, signature in enumerate(signatures):
        words = re.sub(r"\bany\b", r"\\S+", signature)
        pattern = re.sub(r"(\S+?)(\*?)(?: |$)", lambda m: f"(?:(?:{m[1]}) ){m[2] and '+'}", words)
        if re.fullmatch(pattern, names):
            formula = formulas[number % len(formulas)]
            units = {_common(e.unit) for e in inputs if isinstance(e, Figure)}
            if formula not in calc.MIXED and len(units) > 1:
                raise ValueError(f"{formula} takes figures of one unit, not {told}")
            return getattr(calc, formula)
    raise ValueError(f"{book.indicator} takes {book.inputs} (derived.csv), not {names or 'none'}")


def _common(unit):
    """Rates, shares and points go together; any other unit only with itself."""
    return "%" if unit.startswith(("%", "percentage points")) else unit.removesuffix(" per year")


def _period(book, stated, period, years):
    """Return the period of a derived number by the rule that ``derived.csv`` names."""
    parts = sorted(part for each in stated for part in each.period.split("/"))
    start = min(parts, key=lambda part: moments(part)[0])
    end = max(parts, key=lambda part: moments(part)[1])
    span = "/".join(dict.fromkeys([start, end]))
    if book.period == "given":
        earliest, latest = _later(moments(span)[0], -years), _later(moments(span)[1], years)
        if not (period and earliest <= moments(period)[0] <= moments(period)[1] <= latest):
            raise ValueError(f"{book.indicator} is of a period within {span}, not {period!r}")
        return period
    if period is not None:
        raise ValueError(f"the period of {book.indicator} follows from its inputs (derived.csv)")
    return {"": span, "start": start, "end": end, "before": _later(start, -years)}[book.period]


def _later(moment, years):
    return f"{int(moment[:4]) + years}{moment[4:]}"


def _ends(formula, inputs, constants):
    """Evaluate a formula on intervals."""
    from mpmath import iv  # only who derives pays for the import

    boxes = [iv.mpf([e.low, e.high]) if isinstance(e, Figure) else iv.mpf(e) for e in inputs]
    box = formula(*boxes, **constants)
    if isinstance(box, iv.mpc):
        raise ValueError("a negative level has no real root")
    box = iv.mpf(box)
    return float(box.a), float(box.b)


def _relation(low, high, closed_low, closed_high):
    """Tell on which sides the result is open because of its inputs' limits, not of rounding."""
    slack = 1e-9 * (1 + abs(closed_low))
    below, above = low < closed_low - slack, high > closed_high + slack
    return {(True, False): "<=", (False, True): ">=", (True, True): "~"}.get((below, above), "=")
