"""Bounds always hold the number they stand for; derived bounds hold whatever rounding hid."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hg_analysis as hg
from hg_analysis import calc
from hg_analysis.bounds import Figure, parse_printed, rounding_bounds

numbers = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False)
rates = st.floats(-20, 40)


def vietnamese(number, decimals):
    """Write a number as a Vietnamese source prints it."""
    text = f"{number:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


def rounded(value, decimals=2, indicator="grdp_growth"):
    """The figure that a source prints for a true value."""
    shown = round(value, decimals)
    low, high = rounding_bounds(shown, decimals, "=", False, -math.inf)
    return Figure(indicator, shown, float(low), float(high), decimals=decimals)


@given(numbers, st.integers(0, 3))
def test_a_printed_number_is_read_back(number, decimals):
    said = parse_printed(f"hơn {vietnamese(number, decimals)} tỷ đồng")
    assert said.number == pytest.approx(float(round(number, decimals)), abs=10.0**-decimals)
    assert (said.decimals, said.relation) == (decimals, ">")


@given(numbers, st.integers(0, 3))
def test_rounding_bounds_hold_the_number_before_rounding(number, decimals):
    shown = float(f"{number:.{decimals}f}")
    low, high = rounding_bounds(shown, decimals, "=", False, 0)
    assert low <= shown <= high
    assert low - 1e-9 <= float(number) <= high + 1e-9


@given(numbers, st.integers(0, 3))
def test_another_decimal_never_widens(number, decimals):
    wide, narrow = (
        rounding_bounds(float(f"{number:.{d}f}"), d, "=", False, -math.inf)
        for d in (decimals, decimals + 1)
    )
    assert narrow[1] - narrow[0] <= wide[1] - wide[0] + 1e-9


@pytest.mark.parametrize(
    "text",
    ["9.24%", "1.0000", "12.34.567", "1,000.5", "1.000,5,5", "1 000", "", "x", "1 và 2", ".5"],
)
def test_what_is_not_one_vietnamese_number_is_refused(text):
    if text == ".5":
        assert parse_printed(text).number == 5  # the dot is not part of the numeral
        return
    with pytest.raises(ValueError):
        parse_printed(text)


@given(rates, st.lists(rates, min_size=1, max_size=5))
def test_derived_bounds_hold_the_truth_behind_the_rounding(average, others):
    assume(all(abs(rate) > 1e-6 for rate in others))
    truth = calc.last_growth(average, *others)
    derived = hg.derive("x", calc.last_growth, rounded(average), *map(rounded, others))
    assert derived.low - 1e-9 <= truth <= derived.high + 1e-9
    assert derived.low <= derived.value <= derived.high


@given(st.floats(1, 1e6), st.floats(0.1, 20), st.integers(-1, 4))
def test_bounds_hold_where_an_input_occurs_more_than_once(total, rate, year):
    truth = calc.path_value(total, rate, years=5, year=year)
    inputs = rounded(total, 0), rounded(rate)
    assume(inputs[0].low > 0)
    derived = hg.derive("x", calc.path_value, *inputs, years=5, year=year)
    assert derived.low - 1e-6 <= truth <= derived.high + 1e-6


@given(rates, st.integers(1, 6))
def test_tighter_inputs_never_widen_the_result(rate, years):
    wide, narrow = (
        hg.derive("x", calc.compound, rounded(rate, decimals), years=years) for decimals in (1, 2)
    )
    assert narrow.high - narrow.low <= wide.high - wide.low


def test_a_derived_number_keeps_places_place_and_the_least_firm_status():
    first = replace(rounded(9.24), refs=("¶11.7",), place="hau_giang", period="2020/2025")
    second = replace(rounded(3.08), refs=("mpi_2021",), status="plan", period="2021")
    derived = hg.derive("x", calc.last_growth, replace(first, status="estimate"), second, first)
    assert derived.refs == ("¶11.7", "mpi_2021")
    assert (derived.place, derived.period) == ("hau_giang", "2020/2025")
    assert (derived.status, derived.origin) == ("plan", "implied")


def test_one_open_side_leaves_one_open_side():
    pledges = Figure("x", 240000, 0, 240000, relation="<")
    size = rounded(77854, 0)
    share = hg.derive("x", calc.percent, pledges, size)
    assert share.relation == "<="
    assert (share.low, round(share.high, 1)) == (0, 308.3)
    cost = hg.derive("x", calc.ratio, Figure("x", 106, 106, math.inf, relation=">"), 1479)
    assert (cost.relation, cost.high) == (">=", math.inf)


def test_widened_reads_a_round_figure_more_coarsely():
    assert (rounded(1000, 0).widened(100).low, rounded(1000, 0).widened(100).high) == (950, 1050)


def test_ends_are_both_bounds_as_exact_figures():
    for end, bound in zip(rounded(9.24).ends(), (9.235, 9.245)):
        assert (end.value, end.low, end.high, end.relation) == (bound, bound, bound, "=")


def test_a_figure_without_status_leaves_that_of_the_other():
    plain, counted = Figure("x", 2, 2, 2), Figure("x", 3, 3, 3, status="actual")
    for pair in ((plain, counted), (counted, plain)):
        assert hg.derive("x", calc.ratio, *pair).status == "actual"


def test_a_printed_number_has_at_most_15_digits():
    assert parse_printed("123.456.789.012.345 đồng").number == 123456789012345
    with pytest.raises(ValueError, match="more digits"):
        parse_printed("1.234.567.890.123.456 đồng")
