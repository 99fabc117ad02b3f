"""Formulas give what others printed, undo each other and agree with a second way."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hg_analysis as hg
from hg_analysis import calc

rates = st.floats(-30, 60)
levels = st.floats(0.1, 1e6)


@pytest.fixture(scope="module")
def table():
    return hg.load()


def test_every_formula_is_listed_and_described():
    for name in calc.__all__:
        text = getattr(calc, name).__doc__
        for part in ("Parameters", "Returns", "Examples", ">>>"):
            assert part in text, (name, part)
    public = [
        n
        for n, f in vars(calc).items()
        if callable(f) and getattr(f, "__module__", "") == calc.__name__
    ]
    assert sorted(n for n in public if not n.startswith("_")) == sorted(calc.__all__)


def test_growth_of_viet_nam_as_the_government_printed_it(table):
    # The Government gave about 6.3 percent for 2021 to 2025; the yearly rates are first estimates.
    years = [str(year) for year in range(2021, 2026)]
    yearly = hg.figures(table, "grdp_growth", place="vietnam", period=years)
    assert calc.average_growth(*(f.value for f in yearly)) == pytest.approx(6.3, abs=0.25)


def test_contributions_add_up_to_the_published_growth(table):
    # 2023: three sectors' contributions, as printed, leave product taxes within a tenth of a point.
    parts = hg.figures(table, "industry_contribution") + hg.figures(table, "services_contribution")
    parts += hg.figures(table, "agriculture_contribution")
    growth = hg.figure(table, "grdp_growth", period="2023")
    assert calc.total(*(f.value for f in parts)) == pytest.approx(growth.value, abs=0.1)


def test_share_of_communes_as_printed_for_the_nation(table):
    # 6,084 of 7,669 communes were printed as 79.3 percent.
    figure = hg.figure(table, "new_rural_communes_share", place="vietnam")
    assert "6,084 of 7,669" in table.note[table.indicator == figure.indicator].str.cat()
    assert figure.low <= calc.percent(6084, 7669) < figure.high


def test_electricity_growth_from_the_printed_index(table):
    # Printed as 1,086.2 percent of the year before: growth of 986.2 percent.
    figure = hg.figure(table, "electricity_growth", period="2022")
    assert calc.percent(1086.2, 100) - 100 == pytest.approx(figure.value)


def test_population_of_2023_from_two_printed_figures(table):
    # Around the published "more than 733,000" of 2024.
    people = hg.derive(
        "population_implied",
        calc.population,
        hg.figure(table, "grdp", source="cafef_2024_01"),
        hg.figure(table, "grdp_per_person", period="2023"),
    )
    assert people.value == pytest.approx(733000, rel=0.01)


@given(rates, st.integers(1, 8))
def test_compound_is_a_chain_of_equal_rates(rate, years):
    assert calc.compound(rate, years) == pytest.approx(calc.chain(*[rate] * years))
    assert calc.multiple(rate, years) == pytest.approx(1 + calc.compound(rate, years) / 100)


@given(st.lists(rates, min_size=1, max_size=6))
def test_average_growth_by_logarithms(each):
    mean = sum(math.log1p(rate / 100) for rate in each) / len(each)
    assert calc.average_growth(*each) == pytest.approx(100 * math.expm1(mean), abs=1e-9)


@given(rates, st.lists(rates, min_size=1, max_size=5))
def test_last_growth_undoes_the_average(average, others):
    last = calc.last_growth(average, *others)
    assert calc.average_growth(*others, last) == pytest.approx(average, abs=1e-6)
    mean = calc.last_growth_mean(average, *others)
    assert (sum(others) + mean) / (len(others) + 1) == pytest.approx(average, abs=1e-6)


@given(levels, rates, st.integers(1, 8))
def test_growth_between_undoes_discount(value, rate, years):
    start = calc.discount(value, rate, years)
    assert calc.growth_between(start, value, years) == pytest.approx(rate, abs=1e-6)


@given(levels, st.floats(0, 30), st.integers(1, 6))
def test_a_path_adds_up_and_grows_at_its_rate(total, rate, years):
    path = [calc.path_value(total, rate, years, year) for year in range(-1, years)]
    assert sum(path[1:]) == pytest.approx(total)
    for before, after in pairwise(path):
        assert after / before == pytest.approx(1 + rate / 100)


@given(levels, st.floats(1, 300))
def test_plan_undoes_attainment(actual, attainment):
    assert calc.percent(actual, calc.plan(actual, attainment)) == pytest.approx(attainment)


@given(rates, rates, st.floats(0.1, 0.9))
def test_second_half_weighs_back_to_the_year(year, first, weight):
    second = calc.second_half(year, first, weight)
    assert weight * first + (1 - weight) * second == pytest.approx(year, abs=1e-9)


@given(levels, levels, st.lists(rates, min_size=1, max_size=6))
def test_price_change_times_volume_is_value(start, end, each):
    prices = calc.multiple(calc.price_change(start, end, *each), len(each))
    assert start * prices * (1 + calc.chain(*each) / 100) == pytest.approx(end)


@given(levels, levels)
def test_population_and_exchange_rate_in_their_units(billions, millions):
    assert calc.population(billions, millions) == pytest.approx(billions * 1e9 / (millions * 1e6))
    assert calc.exchange_rate(billions, millions) == pytest.approx(
        billions * 1e9 / (millions * 1e6)
    )


@given(levels, levels, st.integers(1, 8))
def test_average_change_adds_back(start, end, years):
    change = calc.average_change(start, end, years)
    assert start + years * change == pytest.approx(end, abs=1e-6)
    assert calc.ratio(end, start) * start == pytest.approx(end)


@given(levels, st.floats(-50, 300))
def test_excess_over_plan_undoes_itself(actual, excess):
    planned = calc.plan_exceeded(actual, excess)
    assert calc.relative_change(planned, excess) == pytest.approx(actual)
    assert calc.plan(actual, 100 + excess) == pytest.approx(planned)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=5))
def test_structural_change_is_the_sum_of_what_rose(changes):
    changes.append(-sum(changes))  # shares add up to 100 before and after
    rises = sum(change for change in changes if change > 0)
    assert calc.structural_change(*changes) == pytest.approx(rises, abs=1e-9)


def test_structure_of_2021_as_the_ministry_printed_its_changes(table):
    # Printed on 2020: +0.14, +0.68, -0.84, +0.03 points; half the absolute sum.
    assert "+0.14, +0.68, -0.84, +0.03 points" in table.note.astype(str).str.cat()
    assert calc.structural_change(0.14, 0.68, -0.84, 0.03) == pytest.approx(0.845)


def test_contribution_of_industry_2023_near_the_printed_one(table):
    # Its share of 2022 at current prices times its growth; printed: 8.22 points.
    share = hg.figure(table, "industry_share", period="2022")
    growth = hg.figure(table, "industry_growth", period="2023")
    printed = hg.figure(table, "industry_contribution")
    assert calc.contribution(share.value, growth.value) == pytest.approx(printed.value, abs=0.5)


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(0, 2))
def test_smallest_total_is_enough_and_least(part, total, decimals):
    part = min(part, total)
    shown = round(100 * part / total, decimals)
    low, high = shown - 0.5 * 10**-decimals, shown + 0.5 * 10**-decimals
    least = calc.smallest_total(low, high)
    assert least <= total
    assert any(low - 1e-9 <= 100 * k / least < high + 1e-9 for k in range(least + 1))


@given(levels, levels)
def test_rates_and_units(first, second):
    assert calc.per_house(first, second) == pytest.approx(first * 1e9 / second / 1e6)
    assert calc.scaled(first, second) == pytest.approx(first / 1e4 * second)
    assert calc.difference(first, second) + second == pytest.approx(first)
    assert calc.remainder(first, second) + first + second == pytest.approx(100)


@given(levels, levels)
def test_part_undoes_percent(first, second):
    assert calc.part(calc.percent(first, second), second) == pytest.approx(first)


def test_smallest_total_derived_from_the_ends_of_a_share(table):
    share = hg.figure(table, "opinions_resolved")
    least = hg.derive("opinions_least", calc.smallest_total, *share.ends())
    assert (least.value, least.low, least.high, least.refs) == (2223, 2223, 2223, ("¶24.3",))


@given(levels, levels, st.integers(1, 8))
def test_start_level_undoes_the_average_change(start, end, years):
    change = calc.average_change(start, end, years)
    assert calc.start_level(end, change, years) == pytest.approx(start, abs=1e-6)


@given(levels, levels)
def test_part_and_whole_undo_a_percentage(part, whole):
    share = calc.percent(part, whole)
    assert calc.part(share, whole) == pytest.approx(part)
    assert calc.whole(part, share) == pytest.approx(whole)


def test_communes_of_the_nation_from_the_printed_share(table):
    # 6,084 communes were printed as 79.3 percent of 7,669.
    share = hg.figure(table, "new_rural_communes_share", place="vietnam")
    counts = ("new_rural_communes", "communes")
    part, whole = (hg.figure(table, each, place="vietnam") for each in counts)
    assert calc.whole(part.value, share.high) < whole.value <= calc.whole(part.value, share.low)
    assert calc.part(share.low, whole.value) <= part.value < calc.part(share.high, whole.value)


def test_excess_of_beds_as_printed(table):
    # 37 beds on a plan of 36 were printed as 2.78 percent above it.
    printed = hg.figure(table, "beds_above_plan")
    beds = hg.figure(table, "beds_per_10000", origin="document")
    assert printed.low <= calc.excess(beds.value, 36) < printed.high
    assert calc.excess(beds.value, calc.plan_exceeded(beds.value, 7)) == pytest.approx(7)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=4))
def test_balance_leaves_shares_at_100(changes):
    assert sum(changes) + calc.balance(*changes) == pytest.approx(0)


def test_distance_between_years_is_the_index_that_the_ministry_printed(table):
    # Shares of 2021 and the printed changes on 2020, from either side.
    parts = ("agriculture", "industry", "services", "product_taxes")
    after = [hg.figure(table, f"{p}_share", source="mpi_2021").value for p in parts]
    changes = [hg.figure(table, f"{p}_share_change", source="mpi_2021").value for p in parts]
    before = [share - change for share, change in zip(after, changes)]
    assert calc.structure_distance(*before, *after) == pytest.approx(0.845)


@given(st.integers(-40, 40), st.integers(-40, 40))
def test_feasible_structures_counted_on_a_grid(first, second):
    changes = (first, second, calc.balance(first, second))
    grid = [(a, b, 100 - a - b) for a in range(101) for b in range(101 - a)]
    kept = [s for s in grid if all(x + c >= 0 for x, c in zip(s, changes))]
    index = calc.structural_change(*changes)
    side = int(100 - index)
    assert len(kept) == (side + 1) * (side + 2) / 2  # the points of a triangle of that side
    assert side**2 / 100 == pytest.approx(calc.feasible_share(index))


@given(st.floats(1, 99), rates, rates)
def test_growth_of_rest_weighs_back_to_the_whole(share, part, rest):
    whole = calc.contribution(share, part) + calc.contribution(100 - share, rest)
    assert calc.growth_of_rest(whole, share, part) == pytest.approx(rest, abs=1e-6)


@given(st.floats(1, 99), rates, rates)
def test_volume_shares_add_up(share, part, rest):
    whole = calc.contribution(share, part) + calc.contribution(100 - share, rest)
    after = calc.volume_share(share, part, whole) + calc.volume_share(100 - share, rest, whole)
    assert after == pytest.approx(100)


def test_relative_error_reaches_the_bounds_of_what_was_rounded(table):
    # Whatever the document rounded: value and error together give back the bounds of the table.
    own = table[(table.origin == "document") & (table.low < table.high) & (table.relation == "=")]
    for row in own[own.nth != ""].itertuples():
        figure = hg.figure(table, row.indicator, origin="document")
        error = calc.relative_error(figure.value, 10.0**-figure.decimals)
        assert figure.value + abs(figure.value) * error / 100 == pytest.approx(figure.high)


def test_the_lower_end_of_a_rounded_share_belongs_to_it():
    assert calc.smallest_total(50, 50.05) == 2  # one of two is 50 percent exactly
    assert calc.smallest_total(33, 33.3) == 100  # 33 of a hundred; a third is above
