"""Formulas give what others printed, undo each other and agree with a second way."""

import csv
import inspect
import re
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hg_analysis as hg
from hg_analysis import calc
from hg_analysis.table import DATA

rates = st.floats(-30, 60)
levels = st.floats(0.1, 1e6)
SIGNS = {"−": "-", "·": "*", "^": "**", "Π": "prod", "Σ": "sum"}
SIGNS |= {"⌈": "ceil(", "⌉": ")", "min{n : ": "min(n[", "}": "])"}


def documented(function):
    """Give the formula under Returns as code that NumPy evaluates."""
    formula = re.search(r"Returns\n.*?[:\n]\s+``(.+?)``", function.__doc__, re.DOTALL)[1]
    for sign, code in SIGNS.items():
        formula = formula.replace(sign, code)
    return re.sub(r"\|(.+?)\|", r"abs(\1)", formula)


@pytest.mark.parametrize("name", calc.__all__)
def test_a_formula_computes_what_its_description_says(name):
    function, random = getattr(calc, name), np.random.default_rng(1)
    for years, often in ((1, 2), (4, 4), (6, 6)):
        known = {"n": np.arange(1, 999), "i": np.arange(years)}
        given = []
        for parameter in inspect.signature(function).parameters.values():
            value = known["low"] + 0.3 if parameter.name == "high" else random.uniform(1, 40)
            if parameter.name in ("years", "year"):
                value = years if parameter.name == "years" else years - 3
            if parameter.kind is parameter.VAR_POSITIONAL:
                value = random.uniform(1, 40, often)
                known |= dict(zip(("n", "first", "second"), (often, *np.split(value, 2))))
            known[parameter.name] = value
            given += np.atleast_1d(value).tolist()
        code = documented(function)
        assert function(*given) == pytest.approx(eval(code, vars(np) | known)), code


def test_every_formula_gives_some_derived_quantity():
    with (DATA / "derived.csv").open(encoding="utf-8") as handle:
        used = {name for row in csv.DictReader(handle) for name in row["formula"].split("; ")}
    assert used == set(calc.__all__)
    assert set(calc.__all__) >= calc.MIXED


def test_contributions_add_up_to_the_published_growth(bundled):
    # 2023: three sectors' contributions, as printed, leave product taxes within a tenth of a point.
    names = [f"{part}_contribution" for part in ("industry", "services", "agriculture")]
    parts = [hg.figure(bundled, name, period="2023").value for name in names]
    growth = hg.figure(bundled, "grdp_growth", period="2023").value
    assert calc.difference(growth, *parts) == pytest.approx(0, abs=0.1)
    assert calc.total(*parts) == pytest.approx(growth, abs=0.1)


def test_share_of_communes_as_printed_for_the_nation(bundled):
    # 6,084 of 7,669 communes were printed as 79.3 percent.
    share = hg.figure(bundled, "new_rural_communes_share", "2025-06", place="vietnam")
    assert "6,084 of 7,669" in bundled.note[bundled.indicator == share.indicator].str.cat()
    assert share.low <= calc.percent(6084, 7669) < share.high
    assert calc.whole(6084, share.high) < 7669 <= calc.whole(6084, share.low)
    assert calc.part(share.low, 7669) <= 6084 < calc.part(share.high, 7669)


def test_structure_of_2021_as_the_ministry_printed_its_changes(bundled):
    # Printed on 2020: +0.14, +0.68, -0.84, +0.03 points; half the absolute sum.
    assert "+0.14, +0.68, -0.84, +0.03 points" in bundled.note.astype(str).str.cat()
    assert calc.structural_change(0.14, 0.68, -0.84, 0.03) == pytest.approx(0.845)
    parts = ("agriculture", "industry", "services", "product_taxes")
    after = [hg.figure(bundled, f"{p}_share", "2021", source="mpi_2021").value for p in parts]
    moved = partial(hg.figure, bundled, period="2020/2021", source="mpi_2021")
    changes = [moved(f"{p}_share_change").value for p in parts]
    before = [calc.difference(*pair) for pair in zip(after, changes)]
    assert calc.structure_distance(*before, *after) == pytest.approx(0.845)


def test_excess_of_beds_as_printed(bundled):
    # 37 beds on a plan of 36 were printed as 2.78 percent above it.
    printed = hg.figure(bundled, "beds_above_plan", source="appendix3")
    beds = hg.figure(bundled, "beds_per_10000", source="appendix3")
    assert printed.low <= calc.growth_between(36, beds.value) < printed.high
    assert calc.discount(beds.value, printed.value) == pytest.approx(36, abs=0.01)


def test_smallest_total_of_an_open_end(bundled):
    # 99.96 percent of the opinions were printed as resolved: one of 2,223 at least was not.
    share = hg.figure(bundled, "opinions_resolved", source="appendix3")
    assert calc.smallest_total(share.low, share.high) == 2223
    assert calc.smallest_total(50, 50.05) == 2  # one of two is 50 percent exactly
    assert calc.smallest_total(33, 33.3) == 100  # 33 of a hundred; a third is above


def test_rounding_reaches_the_bounds_of_what_was_rounded(bundled):
    # Half a unit of the last digit, in percent of the value, leads from it to its bounds.
    own = bundled[
        (bundled.origin == "document") & (bundled.low < bundled.high) & (bundled.relation == "=")
    ]
    for row in own[own.nth != ""].itertuples():
        figure = hg.figure(bundled, row.indicator, source="appendix3")
        error = calc.percent(0.5 * 10.0**-figure.decimals, figure.value)
        ends = sorted(calc.compound(figure.value, sign * error) for sign in (-1, 1))
        assert ends == pytest.approx([figure.low, figure.high])


@given(levels, rates, st.integers(1, 8))
def test_compound_is_a_chain_of_equal_rates(value, rate, years):
    later = calc.compound(value, rate, years)
    assert later == pytest.approx(calc.compound(value, calc.chain(*[rate] * years)))
    assert calc.discount(later, rate, years) == pytest.approx(value)
    assert calc.growth_between(value, later, years) == pytest.approx(rate, abs=1e-6)


@given(rates, st.lists(rates, min_size=1, max_size=5))
def test_last_growth_undoes_the_average(average, others):
    last = calc.last_growth(average, *others)
    assert calc.average_growth(*others, last) == pytest.approx(average, abs=1e-6)
    mean = calc.last_growth_mean(average, *others)
    assert (sum(others) + mean) / (len(others) + 1) == pytest.approx(average, abs=1e-6)


@given(levels, st.floats(0, 30), st.integers(1, 6))
def test_a_path_adds_up_and_grows_at_its_rate(total, rate, years):
    path = [calc.path_value(total, rate, years, year) for year in range(-1, years)]
    assert calc.total(*path[1:]) == pytest.approx(total)
    for before, after in pairwise(path):
        assert calc.growth_between(before, after) == pytest.approx(rate, abs=1e-6)


@given(levels, levels, st.lists(rates, min_size=1, max_size=6))
def test_price_change_times_volume_is_value(start, end, each):
    at_last_prices = calc.compound(start, calc.price_change(start, end, *each), len(each))
    assert calc.compound(at_last_prices, calc.chain(*each)) == pytest.approx(end)


@given(levels, levels, st.integers(1, 8))
def test_average_change_subtracted_each_year_leads_back(start, end, years):
    change = calc.average_change(start, end, years)
    assert calc.difference(end, *[change] * years) == pytest.approx(start, abs=1e-6)


@given(levels, levels)
def test_part_and_whole_undo_a_percentage(part, whole):
    share = calc.percent(part, whole)
    assert calc.part(share, whole) == pytest.approx(part)
    assert calc.whole(part, share) == pytest.approx(whole)


@given(st.integers(-40, 40), st.integers(-40, 40))
def test_feasible_structures_counted_on_a_grid(first, second):
    changes = (first, second, calc.difference(0, first, second))
    grid = [(a, b, 100 - a - b) for a in range(101) for b in range(101 - a)]
    kept = [s for s in grid if all(x + c >= 0 for x, c in zip(s, changes))]
    index = calc.structural_change(*changes)
    side = int(100 - index)
    assert len(kept) == (side + 1) * (side + 2) / 2  # the points of a triangle of that side
    assert side**2 / 100 == pytest.approx(calc.feasible_share(index))


@given(st.floats(1, 99), rates, rates)
def test_growth_and_volume_of_the_rest_weigh_back_to_the_whole(share, part, rest):
    whole = calc.part(share, part) + calc.part(100 - share, rest)
    assert calc.growth_of_rest(whole, share, part) == pytest.approx(rest, abs=1e-6)
    after = calc.volume_share(share, part, whole) + calc.volume_share(100 - share, rest, whole)
    assert after == pytest.approx(100)
    back = calc.volume_share(calc.volume_share(share, part, whole), whole, part)
    assert back == pytest.approx(share)


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(0, 2))
def test_smallest_total_is_enough_and_least(part, total, decimals):
    part = min(part, total)
    shown = round(100 * part / total, decimals)
    low, high = shown - 0.5 * 10**-decimals, shown + 0.5 * 10**-decimals
    least = calc.smallest_total(low, high)
    assert least <= total
    assert any(low - 1e-9 <= 100 * k / least < high + 1e-9 for k in range(least + 1))
