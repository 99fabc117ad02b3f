"""The formulas: pure functions of numbers, which take intervals just as well.

Rates and shares go in and come out in percent. Each function works on floats
and on mpmath intervals, so that :func:`hg_analysis.derive` can bound its result.
Where a number is written for a figure (100, the whole of all shares), it is exact.

The formula under *Returns* is written in the names of the parameters: Σ and Π run
over what is given several times, n is how often, and i runs from 0 to years − 1.
"""

from itertools import count
from math import ceil, prod

# These combine units by their nature: a share and a level, an amount and a number of firms.
# What any other formula adds, subtracts, averages or compares must be of one kind: all its
# figures have one unit, where rates, shares and percentage points count as one.
MIXED = {
    "compound", "discount", "feasible_share", "part", "path_value", "price_change", "ratio",
    "ratio_of_billions", "scaled", "whole",
}  # fmt: skip


def _factor(*rates):
    return prod(1 + rate / 100 for rate in rates)


def chain(*rates):
    """Growth over consecutive years with a rate each.

    Parameters
    ----------
    *rates : number
        Percent a year, one a year; for one average rate, the same rate once a year.

    Returns
    -------
    number
        Percent over all of them: ``100 · (Π(1 + rates / 100) − 1)``.

    Examples
    --------
    >>> round(chain(10, 20), 10), round(chain(10, 10), 10)
    (32.0, 21.0)
    """
    return 100 * (_factor(*rates) - 1)


def index(*rates):
    """Level after consecutive years with a rate each, that before them being 100.

    Parameters
    ----------
    *rates : number
        Percent a year, one a year.

    Returns
    -------
    number
        ``100 · Π(1 + rates / 100)``.

    Examples
    --------
    >>> round(index(10, 20), 10)
    132.0
    """
    return 100 * _factor(*rates)


def average_growth(*rates):
    """Average yearly growth: the geometric mean of yearly rates.

    Parameters
    ----------
    *rates : number
        Percent a year, one a year; above −100.

    Returns
    -------
    number
        Percent a year: ``100 · (Π(1 + rates / 100)^(1 / n) − 1)``.

    Notes
    -----
    Averages of growth rates are geometric; World Bank, World Development
    Indicators, "Statistical methods".

    Examples
    --------
    >>> round(average_growth(10, 10, 10), 10)
    10.0
    """
    return 100 * (_factor(*rates) ** (1 / len(rates)) - 1)


def growth_between(start, end, years=1):
    """Average yearly growth between two levels; over one year, the relative change.

    Parameters
    ----------
    start, end : number
        Positive levels in one unit, at one price basis. A plan and its result give
        by how much the result exceeds the plan.
    years : int
        Years between them.

    Returns
    -------
    number
        Percent a year: ``100 · ((end / start)^(1 / years) − 1)``.

    Notes
    -----
    World Bank, World Development Indicators, "Statistical methods": geometric
    growth rate. At current prices it is nominal, at constant prices real.

    Examples
    --------
    >>> round(growth_between(100, 121, 2), 10), growth_between(100, 125)
    (10.0, 25.0)
    """
    return 100 * ((end / start) ** (1 / years) - 1)


def last_growth(average, *others):
    """Rate of the one year that is missing from a geometric average.

    Parameters
    ----------
    average : number
        Percent a year, over the years of ``others`` and the missing one.
    *others : number
        Percent a year, the known years.

    Returns
    -------
    number
        Percent: ``100 · ((1 + average / 100)^(n + 1) / Π(1 + others / 100) − 1)``;
        the inverse of :func:`average_growth`.

    Examples
    --------
    >>> round(average_growth(3, 4, last_growth(5, 3, 4)), 10)
    5.0
    """
    return 100 * (_factor(average) ** (len(others) + 1) / _factor(*others) - 1)


def last_growth_mean(average, *others):
    """Rate of the one year that is missing from an arithmetic mean.

    Parameters
    ----------
    average : number
        Percent a year, over the years of ``others`` and the missing one.
    *others : number
        Percent a year, the known years.

    Returns
    -------
    number
        Percent: ``(n + 1) · average − Σ(others)``.

    Notes
    -----
    Averaging rates arithmetically is not standard; it is offered because
    reports do it.

    Examples
    --------
    >>> last_growth_mean(5, 3, 4)
    8
    """
    return (len(others) + 1) * average - sum(others)


def growth_of_rest(growth, share, part_growth):
    """Growth of a whole without one of its parts.

    Parameters
    ----------
    growth : number
        Percent, growth of the whole.
    share : number
        Percent of the whole in the year before, of the part left out: a sector, or
        the first half of a year.
    part_growth : number
        Percent, growth of the part left out.

    Returns
    -------
    number
        Percent: ``(growth − share · part_growth / 100) / (1 − share / 100)``.

    Notes
    -----
    The part contributes its share times its growth; see :func:`part` on prices.

    Examples
    --------
    >>> growth_of_rest(10, 50, 15)
    5.0
    """
    return (growth - part(share, part_growth)) / (1 - share / 100)


def price_change(start, end, *rates):
    """Average yearly change of the implicit price index between two years.

    Parameters
    ----------
    start, end : number
        The same aggregate at the current prices of the first and the last year.
    *rates : number
        Percent a year at constant prices, one for each year between them.

    Returns
    -------
    number
        Percent a year: ``100 · ((end / start / Π(1 + rates / 100))^(1 / n) − 1)``.

    Notes
    -----
    The implicit price deflator of the System of National Accounts 2008,
    chapter 15: value at current prices over volume.

    Examples
    --------
    >>> round(price_change(100, 121, 10), 10), round(price_change(100, 121, 0, 0), 10)
    (10.0, 10.0)
    """
    return 100 * ((end / start / _factor(*rates)) ** (1 / len(rates)) - 1)


def compound(value, rate, years=1):
    """Level some years after a known one, at a constant growth.

    Parameters
    ----------
    value : number
        The level; 1 for the multiple, 100 for a percentage of the start or of a plan.
    rate : number
        Percent a year; over one year, any percentage of ``value`` that is added to it.
    years : int
        How many years later.

    Returns
    -------
    number
        In the unit of ``value``: ``value · (1 + rate / 100)^years``.

    Notes
    -----
    The geometric growth rate of the World Bank's World Development Indicators
    ("Statistical methods"), solved for the end.

    Examples
    --------
    >>> round(compound(100, 10, 2), 10), compound(20, 10)
    (121.0, 22.0)
    """
    return value * _factor(rate) ** years


def discount(value, rate, years=1):
    """Level some years before a known one, at a constant growth.

    Parameters
    ----------
    value : number
        The level, or the result of a plan.
    rate : number
        Percent a year; over one year, any percentage by which ``value`` exceeds what
        is asked for, such as a plan.
    years : int
        How many years earlier.

    Returns
    -------
    number
        In the unit of ``value``: ``value / (1 + rate / 100)^years``; the inverse of
        :func:`compound`.

    Examples
    --------
    >>> round(discount(121, 10, 2), 10), discount(125, 25)
    (100.0, 100.0)
    """
    return value / _factor(rate) ** years


def path_value(sum_over, rate, years, year):
    """Level of one year on a path of constant growth with a given sum.

    Parameters
    ----------
    sum_over : number
        Sum of the levels of all ``years`` years.
    rate : number
        Percent a year.
    years : int
        Number of years summed, the first being year 0.
    year : int
        The year asked for; −1 is the year before the first.

    Returns
    -------
    number
        In the unit of ``sum_over``: ``sum_over / Σ((1 + rate / 100)^(i − year))``.

    Notes
    -----
    The sum of a geometric series, solved for one term.

    Examples
    --------
    >>> path_value(210, 10, 2, 0), round(path_value(210, 10, 2, 1), 10)
    (100.0, 110.0)
    """
    return sum_over / sum(_factor(rate) ** (i - year) for i in range(years))


def average_change(start, end, years):
    """Average yearly absolute change between two levels.

    Parameters
    ----------
    start, end : number
        Levels in one unit.
    years : int
        Years between them.

    Returns
    -------
    number
        Unit of the levels, a year: ``(end − start) / years``.

    Examples
    --------
    >>> average_change(100, 130, 3)
    10.0
    """
    return (end - start) / years


def total(*values):
    """Sum of numbers in one unit.

    Parameters
    ----------
    *values : number

    Returns
    -------
    number
        In their unit: ``Σ(values)``.

    Examples
    --------
    >>> total(1, 2, 3)
    6
    """
    return sum(values)


def difference(value, *others):
    """Subtract numbers from another in the same unit.

    Parameters
    ----------
    value : number
        Of 100, shares leave the share of the rest; of 0, changes of shares leave
        its change, since shares add up to 100 before and after.
    *others : number
        In the unit of ``value``. An average yearly change is subtracted once a year.

    Returns
    -------
    number
        In their unit, percentage points where all are percentages:
        ``value − Σ(others)``.

    Examples
    --------
    >>> difference(5, 3), difference(100, 60, 30), difference(0, 10, -7)
    (2, 10, -3)
    """
    return value - sum(others)


def ratio(part, base):
    """Quotient of two numbers, in the quotient of their units.

    Parameters
    ----------
    part, base : number

    Returns
    -------
    number
        Times where the units are equal: ``part / base``.

    Examples
    --------
    >>> ratio(6, 3)
    2.0
    """
    return part / base


def ratio_of_billions(billions, base):
    """Quotient of an amount in billions and one in millions, or a number of things.

    Parameters
    ----------
    billions : number
        Billion VND.
    base : number
        Million VND per person, million USD, or a number of things that were paid for.

    Returns
    -------
    number
        ``1000 · billions / base``: people (the average population of the year that
        both amounts are of), VND per USD, or million VND for each thing.

    Examples
    --------
    >>> ratio_of_billions(50, 100)
    500.0
    """
    return 1000 * billions / base


def percent(part, base):
    """One number as a percentage of another in the same unit.

    Parameters
    ----------
    part, base : number

    Returns
    -------
    number
        Percent: ``100 · part / base``.

    Examples
    --------
    >>> percent(1, 4)
    25.0
    """
    return 100 * part / base


def part(share, whole):
    """Part of a whole that a share names; contribution of a part to growth.

    Parameters
    ----------
    share : number
        Percent of the whole; of points, what they make of it.
    whole : number
        Any level; for a contribution, the growth of the part in percent, with
        ``share`` the part's share of the year before.

    Returns
    -------
    number
        In the unit of ``whole``, a contribution in percentage points:
        ``share · whole / 100``; the inverse of :func:`percent`.

    Notes
    -----
    System of National Accounts 2008, chapter 15: additive contributions. They are
    exact for shares at the prices of the growth rates, an approximation for shares
    at current prices.

    Examples
    --------
    >>> part(25, 80)
    20.0
    """
    return share * whole / 100


def whole(part, share):
    """Whole of which a part is a known share; plan of which a result is an attainment.

    Parameters
    ----------
    part : number
    share : number
        Percent of the whole, or of plan.

    Returns
    -------
    number
        In the unit of ``part``: ``100 · part / share``.

    Examples
    --------
    >>> whole(20, 25), whole(50, 125)
    (80.0, 40.0)
    """
    return 100 * part / share


def scaled(rate, population):
    """Scale a rate per 10,000 people to a population.

    Parameters
    ----------
    rate : number
        Per 10,000 people.
    population : number
        People.

    Returns
    -------
    number
        In the unit that the rate counts: ``rate · population / 10000``.

    Examples
    --------
    >>> scaled(10, 50000)
    50.0
    """
    return rate * population / 10000


def smallest_total(low, high):
    """Smallest whole total of which some whole part has a share in given bounds.

    Parameters
    ----------
    low, high : float
        Bounds of the share in percent, ``[low, high)``.

    Returns
    -------
    int
        The least total for which a whole part reaches ``low`` and stays under ``high``:
        ``min{n : 100 · ⌈low · n / 100⌉ / n < high}``.

    Notes
    -----
    What a printed percentage says about the count behind it: 50.0 can come
    from 2, but 99.96 needs thousands. Not a formula for intervals; to derive it,
    pass both :meth:`~hg_analysis.Figure.ends` of the share.

    Examples
    --------
    >>> smallest_total(49.95, 50.05), smallest_total(33.25, 33.35)
    (2, 3)
    """
    low, high = float(low), float(high)
    if not low < high:  # else no total would ever do
        raise ValueError("a share with bounds that leave something between them is needed")
    return next(n for n in count(1) if 100 * ceil(low * n / 100 - 1e-12) / n < high)


def structural_change(*changes):
    """Index of structural change: half the sum of absolute changes of all shares.

    Parameters
    ----------
    *changes : number
        Change of each share in percentage points; over all parts they add up to 0.

    Returns
    -------
    number
        Percentage points, from 0 (no change) to 100 (nothing stays):
        ``Σ(|changes|) / 2``.

    Notes
    -----
    The Michaely or Stoikov index, also called norm of absolute values; the
    share of the whole that changed its part.

    Examples
    --------
    >>> structural_change(10, -7, -3)
    10.0
    """
    return sum(abs(change) for change in changes) / 2


def structure_distance(*shares):
    """Distance between two structures: half the sum of absolute differences.

    Parameters
    ----------
    *shares : number
        Percent; all shares of the first structure, then all of the second in
        the same order.

    Returns
    -------
    number
        Percentage points, from 0 (equal) to 100 (nothing in common):
        ``Σ(|second − first|) / 2``, both being halves of ``shares``.

    Notes
    -----
    :func:`structural_change` between two places or two years; Krugman's index
    of regional specialisation is twice as large.

    Examples
    --------
    >>> structure_distance(60, 40, 50, 50)
    10.0
    """
    half = len(shares) // 2
    return structural_change(*(b - a for a, b in zip(shares[:half], shares[half:])))


def feasible_share(index):
    """Part of all structures of three shares that known changes leave possible.

    Parameters
    ----------
    index : number
        Index of structural change of the three parts, percentage points.

    Returns
    -------
    number
        Percent of the triangle of all structures: ``100 · (1 − index / 100)^2``.

    Notes
    -----
    No share may be negative, so before the change each part that falls is at
    least as large as its fall, and after it each part that rises as its rise.
    Either way the least shares add up to the index, and what is left is a
    triangle of side 100 less the index.

    Examples
    --------
    >>> feasible_share(50)
    25.0
    """
    return (100 - index) ** 2 / 100


def volume_share(share, growth, total_growth):
    """Share of a part after growth, at the relative prices of its base year.

    Parameters
    ----------
    share : number
        Percent of the whole in the base year, at that year's prices.
    growth, total_growth : number
        Percent at constant prices since then, of the part and of the whole. In
        the opposite order they lead back from a later share to the earlier one.

    Returns
    -------
    number
        Percent: ``share · (1 + growth / 100) / (1 + total_growth / 100)``.

    Notes
    -----
    Exact where the growth rates are at the prices of the base year; at the
    prices of another year it is an approximation.

    Examples
    --------
    >>> volume_share(20, 50, 20)
    25.0
    """
    return share * _factor(growth) / _factor(total_growth)


_OWN = {name for name, each in globals().items() if getattr(each, "__module__", "") == __name__}
__all__ = sorted(name for name in _OWN if not name.startswith("_"))
