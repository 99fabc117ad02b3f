"""Formulas give what others printed, undo each other and agree with a second way."""


import pytest
from hypothesis import given
from hypothesis import strategies as st

import hg_analysis as hg
from hg_analysis import calc

rates = st.floats(-30, 60)
levels = st.floats(0.1, 1e6)


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


@given(levels, st.floats(0, 100))
def test_portion_undoes_percent(whole, share):
    assert calc.percent(calc.portion(whole, share), whole) == pytest.approx(share, abs=1e-9)


def test_relative_error_reaches_the_bounds_of_what_was_rounded(table):
    # Whatever the document rounded: value and error together give back the bounds of the table.
    own = table[(table.origin == "document") & (table.low < table.high) & (table.relation == "=")]
    for row in own[own.nth != ""].itertuples():
        figure = hg.figure(table, row.indicator, origin="document")
        error = calc.relative_error(figure.value, 10.0**-figure.decimals)
        assert figure.value + abs(figure.value) * error / 100 == pytest.approx(figure.high)
