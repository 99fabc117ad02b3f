"""The formulas: pure functions of numbers, which take intervals just as well.

Rates and shares go in and come out in percent. Each function works on floats
and on mpmath intervals, so that :func:`hg_analysis.derive` can bound its result.
"""

from functools import reduce
from math import ceil
from operator import mul

__all__ = [
    "average_change",
    "average_growth",
    "balance",
    "chain",
    "compound",
    "contribution",
    "difference",
    "discount",
    "excess",
    "exchange_rate",
    "feasible_share",
    "growth_between",
    "growth_of_rest",
    "last_growth",
    "last_growth_mean",
    "multiple",
    "part",
    "path_value",
    "per_house",
    "percent",
    "plan",
    "plan_exceeded",
    "population",
    "price_change",
    "ratio",
    "relative_change",
    "relative_error",
    "remainder",
    "scaled",
    "second_half",
    "smallest_total",
    "start_level",
    "structural_change",
    "structure_distance",
    "total",
    "volume_share",
    "whole",
]


def _factor(rate):
    return 1 + rate / 100


def compound(rate, years):
    """Growth over several years at one yearly rate.

    Parameters
    ----------
    rate : number
        Percent a year.
    years : int
        Number of yearly rates.

    Returns
    -------
    number
        Percent over the whole interval: ``100 ((1 + r)^n − 1)``.

    Notes
    -----
    The geometric growth rate of the World Bank's World Development Indicators
    ("Statistical methods"), solved for the end.

    Examples
    --------
    >>> round(compound(10, 2), 10)
    21.0
    """
    return 100 * (_factor(rate) ** years - 1)


def multiple(rate, years):
    """Level after several years at one yearly rate, as a multiple of the start.

    Parameters
    ----------
    rate : number
        Percent a year.
    years : int
        Number of yearly rates.

    Returns
    -------
    number
        Times: ``(1 + r)^n``.

    Examples
    --------
    >>> round(multiple(10, 2), 10)
    1.21
    """
    return _factor(rate) ** years


def chain(*rates):
    """Growth over consecutive years with a rate each.

    Parameters
    ----------
    *rates : number
        Percent a year, one a year.

    Returns
    -------
    number
        Percent over all of them: ``100 (Π(1 + r_i) − 1)``.

    Examples
    --------
    >>> round(chain(10, 20), 10)
    32.0
    """
    return 100 * (reduce(mul, map(_factor, rates)) - 1)


def average_growth(*rates):
    """Average yearly growth: the geometric mean of yearly rates.

    Parameters
    ----------
    *rates : number
        Percent a year, one a year; above −100.

    Returns
    -------
    number
        Percent a year: ``100 (Π(1 + r_i)^(1/n) − 1)``.

    Notes
    -----
    Averages of growth rates are geometric; World Bank, World Development
    Indicators, "Statistical methods".

    Examples
    --------
    >>> round(average_growth(10, 10, 10), 10)
    10.0
    """
    return 100 * (reduce(mul, map(_factor, rates)) ** (1 / len(rates)) - 1)


def growth_between(start, end, years):
    """Average yearly growth between two levels.

    Parameters
    ----------
    start, end : number
        Positive levels in one unit, at one price basis.
    years : int
        Years between them.

    Returns
    -------
    number
        Percent a year: ``100 ((end / start)^(1/n) − 1)``.

    Notes
    -----
    World Bank, World Development Indicators, "Statistical methods": geometric
    growth rate. At current prices it is nominal, at constant prices real.

    Examples
    --------
    >>> round(growth_between(100, 121, 2), 10)
    10.0
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
        Percent: ``100 ((1 + a)^n / Π(1 + r_i) − 1)``; the inverse of
        :func:`average_growth`.

    Examples
    --------
    >>> round(average_growth(3, 4, last_growth(5, 3, 4)), 10)
    5.0
    """
    return 100 * (_factor(average) ** (len(others) + 1) / reduce(mul, map(_factor, others)) - 1)


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
        Percent: ``n a − Σ r_i``.

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


def second_half(year, first_half, weight=0.5):
    """Growth of the second half of a year that its total leaves.

    Parameters
    ----------
    year, first_half : number
        Percent on the same period a year before.
    weight : float
        Share of the base year's output that fell in its first half; an assumption.

    Returns
    -------
    number
        Percent: ``(year − w · first) / (1 − w)``.

    Examples
    --------
    >>> second_half(8, 10)
    6.0
    """
    return (year - weight * first_half) / (1 - weight)


def ratio(part, base):
    """Quotient of two numbers, in the quotient of their units.

    Parameters
    ----------
    part, base : number

    Returns
    -------
    number
        Times where the units are equal.

    Examples
    --------
    >>> ratio(6, 3)
    2.0
    """
    return part / base


def population(total, per_person):
    """Return the population that a total and the same total per person imply.

    Parameters
    ----------
    total : number
        Billion VND.
    per_person : number
        Million VND per person, of the same year at the same prices.

    Returns
    -------
    number
        People: ``1000 total / per_person``, the year's average population.

    Examples
    --------
    >>> population(50, 100)
    500.0
    """
    return 1000 * total / per_person


def percent(part, base):
    """One number as a percentage of another in the same unit.

    Parameters
    ----------
    part, base : number

    Returns
    -------
    number
        Percent.

    Examples
    --------
    >>> percent(1, 4)
    25.0
    """
    return 100 * part / base


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
        Percent a year: ``100 ((end / start / Π(1 + r_i))^(1/n) − 1)``.

    Notes
    -----
    The implicit price deflator of the System of National Accounts 2008,
    chapter 15: value at current prices over volume.

    Examples
    --------
    >>> round(price_change(100, 121, 10), 10), round(price_change(100, 121, 0, 0), 10)
    (10.0, 10.0)
    """
    volume = reduce(mul, map(_factor, rates))
    return 100 * ((end / start / volume) ** (1 / len(rates)) - 1)


def plan(actual, attainment):
    """Plan that an attainment implies.

    Parameters
    ----------
    actual : number
    attainment : number
        Percent of plan; "x percent above plan" is ``100 + x``.

    Returns
    -------
    number
        In the unit of ``actual``: ``actual / (attainment / 100)``.

    Examples
    --------
    >>> plan(50, 125)
    40.0
    """
    return actual / (attainment / 100)


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
        In the unit of ``sum_over``: ``S / Σ_i (1 + r)^(i − year)``.

    Notes
    -----
    The sum of a geometric series, solved for one term.

    Examples
    --------
    >>> path_value(210, 10, 2, 0), round(path_value(210, 10, 2, 1), 10)
    (100.0, 110.0)
    """
    return sum_over / sum(_factor(rate) ** (each - year) for each in range(years))


def discount(value, rate, years):
    """Level some years before a known one, at a constant growth.

    Parameters
    ----------
    value : number
    rate : number
        Percent a year.
    years : int
        How many years earlier.

    Returns
    -------
    number
        In the unit of ``value``: ``v / (1 + r)^n``.

    Examples
    --------
    >>> round(discount(121, 10, 2), 10)
    100.0
    """
    return value / _factor(rate) ** years


def exchange_rate(vnd, usd):
    """Exchange rate at which two amounts are equal.

    Parameters
    ----------
    vnd : number
        Billion VND.
    usd : number
        Million USD.

    Returns
    -------
    number
        VND per USD: ``1000 vnd / usd``.

    Examples
    --------
    >>> exchange_rate(25, 1)
    25000.0
    """
    return 1000 * vnd / usd


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
        Unit of the levels, a year: ``(end − start) / n``.

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

    Examples
    --------
    >>> total(1, 2, 3)
    6
    """
    return sum(values)


def difference(value, base):
    """Subtract one number from another in the same unit.

    Parameters
    ----------
    value, base : number

    Returns
    -------
    number
        In their unit; percentage points where both are percentages.

    Examples
    --------
    >>> difference(5, 3)
    2
    """
    return value - base


def remainder(*shares):
    """Return what shares of one whole leave of it.

    Parameters
    ----------
    *shares : number
        Percent of the whole.

    Returns
    -------
    number
        Percent: ``100 − Σ s_i``.

    Examples
    --------
    >>> remainder(60, 30)
    10
    """
    return 100 - sum(shares)


def relative_change(value, rate):
    """Change a number by a percentage of itself.

    Parameters
    ----------
    value : number
    rate : number
        Percent of ``value``.

    Returns
    -------
    number
        In the unit of ``value``.

    Examples
    --------
    >>> relative_change(20, 10)
    22.0
    """
    return value * _factor(rate)


def structural_change(*changes):
    """Index of structural change: half the sum of absolute changes of all shares.

    Parameters
    ----------
    *changes : number
        Change of each share in percentage points; over all parts they add up to 0.

    Returns
    -------
    number
        Percentage points, from 0 (no change) to 100 (nothing stays).

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


def contribution(share, growth):
    """Contribution of a part to the growth of the whole.

    Parameters
    ----------
    share : number
        Percent of the whole in the year before.
    growth : number
        Percent, growth of the part.

    Returns
    -------
    number
        Percentage points of the whole's growth: ``share growth / 100``. Exact
        for shares at the prices of the growth rates; an approximation for shares
        at current prices.

    Notes
    -----
    System of National Accounts 2008, chapter 15: additive contributions.

    Examples
    --------
    >>> contribution(50, 10)
    5.0
    """
    return share * growth / 100


def plan_exceeded(actual, excess):
    """Plan that a stated excess over it implies.

    Parameters
    ----------
    actual : number
    excess : number
        Percent above plan.

    Returns
    -------
    number
        In the unit of ``actual``: ``actual / (1 + excess / 100)``.

    Examples
    --------
    >>> plan_exceeded(125, 25)
    100.0
    """
    return actual / _factor(excess)


def per_house(cost, houses):
    """Average cost of a house.

    Parameters
    ----------
    cost : number
        Billion VND.
    houses : number

    Returns
    -------
    number
        Million VND per house.

    Examples
    --------
    >>> per_house(50, 1000)
    50.0
    """
    return 1000 * cost / houses


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
        In the unit that the rate counts.

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
        The least n for which a whole k exists with ``low <= 100 k / n < high``.

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
    total = 1
    while 100 * ceil(low * total / 100 - 1e-12) / total >= high:
        total += 1
    return total


def part(share, whole):
    """Return the part of a whole that a share names.

    Parameters
    ----------
    share : number
        Percent of the whole; of points, what they make of it.
    whole : number

    Returns
    -------
    number
        In the unit of ``whole``: ``share whole / 100``; the inverse of :func:`percent`.

    Examples
    --------
    >>> part(25, 80)
    20.0
    """
    return share * whole / 100


def start_level(end, change, years):
    """Level some years before a known one, at an equal absolute change each year.

    Parameters
    ----------
    end : number
    change : number
        Unit of the level, a year; a fall is negative.
    years : int
        How many years earlier.

    Returns
    -------
    number
        In the unit of ``end``: ``end − n change``; the inverse of :func:`average_change`.

    Examples
    --------
    >>> start_level(130, 10, 3)
    100
    """
    return end - years * change


def whole(part, share):
    """Return the whole of which a part is a known share.

    Parameters
    ----------
    part : number
    share : number
        Percent of the whole.

    Returns
    -------
    number
        In the unit of ``part``: ``100 part / share``.

    Examples
    --------
    >>> whole(20, 25)
    80.0
    """
    return 100 * part / share


def excess(actual, plan):
    """By how much a result exceeds its plan, relative to the plan.

    Parameters
    ----------
    actual, plan : number
        In one unit.

    Returns
    -------
    number
        Percent above plan: ``100 (actual / plan − 1)``; the inverse of
        :func:`plan_exceeded`.

    Examples
    --------
    >>> excess(125, 100)
    25.0
    """
    return 100 * (actual / plan - 1)


def balance(*changes):
    """Change that is left for the rest of a whole when its other shares change.

    Parameters
    ----------
    *changes : number
        Changes of shares in percentage points.

    Returns
    -------
    number
        Percentage points: ``−Σ c_i``, since shares add up to 100 before and after.

    Examples
    --------
    >>> balance(10, -7)
    -3
    """
    return -sum(changes)


def feasible_share(index):
    """Part of all structures of three shares that known changes leave possible.

    Parameters
    ----------
    index : number
        Index of structural change of the three parts, percentage points.

    Returns
    -------
    number
        Percent of the triangle of all structures: ``100 (1 − S / 100)^2``.

    Notes
    -----
    No share may be negative, so before the change each part that falls is at
    least as large as its fall, and after it each part that rises as its rise.
    Either way the least shares add up to S, and what is left is a triangle
    of side 100 − S.

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
        Percent at constant prices since then, of the part and of the whole.

    Returns
    -------
    number
        Percent: ``s (1 + g_part) / (1 + g_whole)``.

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


def growth_of_rest(growth, share, part_growth):
    """Growth of a whole without one of its parts.

    Parameters
    ----------
    growth : number
        Percent, growth of the whole.
    share : number
        Percent of the whole in the year before, of the part left out.
    part_growth : number
        Percent, growth of the part left out.

    Returns
    -------
    number
        Percent: ``(g − s g_part) / (1 − s)``; see :func:`contribution` on prices.

    Examples
    --------
    >>> growth_of_rest(10, 50, 15)
    5.0
    """
    return (growth - contribution(share, part_growth)) / (1 - share / 100)


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
        Percentage points, from 0 (equal) to 100 (nothing in common).

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


def relative_error(value, unit):
    """Largest error that rounding leaves, relative to the rounded value.

    Parameters
    ----------
    value : number
        As printed; not 0.
    unit : float
        Unit of the last printed digit: 0.01 for 9.24.

    Returns
    -------
    number
        Percent: ``100 (unit / 2) / |value|``.

    Notes
    -----
    Correct rounding moves a number by at most half a unit of its last digit.

    Examples
    --------
    >>> relative_error(-20, 1)
    2.5
    """
    return 50 * unit / abs(value)
