"""Figures are picked by name, never by position; derived numbers hold what rounding hid."""

import math
from dataclasses import replace

import pytest
from conftest import GOOD
from hypothesis import assume, given
from hypothesis import strategies as st

import hg_analysis as hg
from hg_analysis import calc
from hg_analysis.bounds import rounding_bounds

rates = st.floats(-20, 40)
EXTRA = {  # what somebody appends to a copy of the table
    "an earlier year": ("budget_revenue", "2014", "1450", "1.450 tỷ đồng", "actual"),
    "a later year": ("grdp_growth", "2026", "9", "9%", "actual"),
    "another publication": ("grdp_per_person", "2022", "66.3", "66,3 triệu đồng", "actual"),
    "a firmer one": ("agriculture_share", "2021", "27", "27%", "revised"),
    "a plan": ("grdp_growth", "2023", "9", "9%", "plan"),
    "a part of a year": ("grdp_growth", "2023-Q1", "9", "9%", "actual"),
}


def test_more_rows_change_nothing_that_is_picked(rows, write, bundled):
    columns = ("indicator", "period", "value", "printed", "status")
    more = [GOOD | {"place": "hau_giang"} | dict(zip(columns, row)) for row in EXTRA.values()]
    table = hg.load(write([*rows, *more]))
    assert len(table) == len(bundled) + len(more)
    for row in bundled[bundled.chosen].itertuples():
        where = {"place": row.place, "role": row.role}
        picked = [hg.figure(t, row.indicator, row.period, **where) for t in (bundled, table)]
        assert picked[0] == picked[1] and picked[0].key == row.key
    years = [str(year) for year in range(2021, 2025)]
    for indicator in ("grdp_growth", "budget_revenue"):
        found = hg.figures(table, indicator, years)
        assert found == hg.figures(bundled, indicator, years)
        assert [figure.period for figure in found] == years
        assert hg.figures(table, indicator, years[::-1]) == found[::-1]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"indicator": "grdp_growth"}, "name the period of 'grdp_growth': a series may grow"),
        ({"indicator": "grdp_growth", "source": "mpi_2021"}, "name the period"),
        ({"indicator": "grdp", "period": "1999"}, "no figure with indicator 'grdp', period '1999'"),
        ({"indicator": "grpd", "period": "2023"}, "no figure with indicator 'grpd'"),
        ({"indicator": "grdp", "period": "2023", "place": "hue"}, "place 'hue'"),
        ({"indicator": "grdp_growth", "period": "2021", "role": "target"}, "role 'target'"),
    ],
)
def test_what_is_not_there_or_not_named_is_said(where, message, bundled):
    with pytest.raises(LookupError, match=message):
        hg.figure(bundled, **where)
    picked = hg.figure(bundled, "grdp_growth", source="appendix3")
    assert picked.key == "grdp_growth.2020_2025.appendix3"


def test_choices_are_followed_unless_a_source_is_named(bundled, edit):
    choices = hg.companion("choices")
    for choice in choices.itertuples():
        where = {"place": choice.place, "role": choice.role}
        assert hg.figure(bundled, choice.indicator, choice.period, **where).key == choice.row
        same = bundled[(bundled.indicator == choice.indicator) & (bundled.period == choice.period)]
        for row in same[(same.place == choice.place) & (same.role == choice.role)].itertuples():
            named = hg.figure(bundled, row.indicator, row.period, source=row.source, **where)
            assert named.key == row.key
    first = choices.iloc[0]
    other = bundled[(bundled.indicator == first.indicator) & (bundled.period == first.period)]
    other = other[(other.role == first.role) & (other.place == first.place)]
    other = other[other.key != first.row].key.iloc[0]
    edit("choices", lambda row: row.update(row=other), row=first.row)
    assert hg.figure(hg.load(), first.indicator, first.period).key == other


def test_two_equal_publications_without_a_choice_are_both_named(write):
    sources = hg.companion("sources")
    alike = sources[sources.duplicated(["published", "kind"], keep=False)]
    pair = alike[alike.published == alike.published.iloc[0]]
    pair = pair[pair.kind == alike.kind.iloc[0]].source[:2]
    rows = [GOOD | {"source": source, "period": "1990"} for source in pair]
    table = hg.load(write(rows))
    assert len(pair) == 2 and not table.chosen.any()
    with pytest.raises(LookupError, match="2 figures with") as caught:
        hg.figure(table, "grdp", "1990", place="soc_trang")
    assert all(key in str(caught.value) for key in table.key)


def test_of_several_publications_the_firmer_the_more_official_the_later_is_used(write):
    sources = hg.companion("sources")
    sources = sources[sources.published.str.len() >= 7].sort_values("published")
    press = list(sources[sources.kind == "press"].drop_duplicates("published").source)
    statistics = list(sources[sources.kind == "statistics"].source)
    row = GOOD | {"period": "1990", "status": "actual"}
    for rows, used in [
        ([row | {"source": press[0]}, row | {"source": press[-1]}], 1),
        ([row | {"source": press[-1]}, row | {"source": statistics[0]}], 1),
        ([row | {"source": press[0], "status": "revised"}, row | {"source": statistics[0]}], 0),
        ([row | {"source": press[0], "status": "plan"}, row | {"source": press[-1]}], 1),
    ]:
        for order in (rows, rows[::-1]):
            found = hg.figure(hg.load(write(order)), "grdp", "1990", place="soc_trang")
            assert found.refs == (rows[used]["source"],)


# -- deriving


def rounded(indicator, value, decimals=2, period="2023", relation="=", **more):
    """The figure that a source prints for a true value."""
    low, high = rounding_bounds(round(value, decimals), 10.0**-decimals, relation)
    return hg.Figure(
        indicator, round(value, decimals), low, high, "hau_giang", period, relation=relation, **more
    )


def test_every_derived_quantity_takes_what_its_description_says_and_nothing_else():
    book = hg.companion("derived").set_index("indicator")
    rate, level = rounded("grdp_growth", 9.24), rounded("grdp", 1000, 0)
    five = [rate] * 5
    assert hg.derive("growth_over_term", *five).unit == book.unit["growth_over_term"]
    assert hg.derive("growth_over_term", *five).value == pytest.approx(calc.chain(*[9.24] * 5))
    for wrong in ([rate] * 4, [rate] * 6, [level] * 5, [9.24] * 5, [], [*[rate] * 4, level]):
        with pytest.raises(ValueError, match=r"growth_over_term takes grdp_growth .*derived\.csv"):
            hg.derive("growth_over_term", *wrong)
    with pytest.raises(LookupError, match="neither in codebook"):
        hg.derive("growth_over_ever", rate)
    many = [hg.derive("growth_average", *[rate] * n).value for n in (1, 2, 7)]
    assert many == pytest.approx([9.24] * 3)


def test_figures_whose_units_or_signatures_do_not_go_together_are_refused(edit):
    share, change = rounded("agriculture_share", 20), rounded("agriculture_share_change", -6.19)
    assert hg.derive("check_share_before", share, change).value == pytest.approx(26.19)
    with pytest.raises(ValueError, match="check_share_before takes"):  # no input of its other one
        hg.derive("check_share_before", share, rounded("industry_share_change", 1))
    edit("derived", lambda row: row.update(inputs="any any"), indicator="growth_above_target")
    with pytest.raises(ValueError, match=r"takes figures of one unit, not grdp\..*grdp_growth\."):
        hg.derive("growth_above_target", rounded("grdp", 1000, 0), rounded("grdp_growth", 9.24))


@pytest.mark.parametrize(
    ("name", "inputs", "constants", "period"),
    [
        ("growth_average", "grdp_growth 2021 grdp_growth 2023", {}, "2021/2023"),
        ("growth_average", "grdp_growth 2021/2025", {}, "2021/2025"),
        ("growth_average", "grdp_growth 2025-Q1 grdp_growth 2025-06", {}, "2025-Q1/2025-06"),
        ("growth_average", "grdp_growth 2025 grdp_growth 2025-06", {}, "2025"),
        ("industry_share_base", "industry_share 2025 industry_share_change 2020/2025", {}, "2020"),
        ("industry_share_2025", "industry_share_change 2020/2025 industry_share 2020", {}, "2025"),
        ("revenue_before", "budget_revenue 2024 budget_revenue_growth 2024", {}, "2023"),
        ("revenue_before", "budget_revenue 2024 budget_revenue_growth 2024", {"years": 2}, "2022"),
        ("grdp_growth_chain", "grdp_growth 2021 grdp_growth 2025", {"period": "2022"}, "2022"),
    ],
)
def test_the_period_follows_from_the_inputs(name, inputs, constants, period):
    words = inputs.split()
    figures = [rounded(i, 10, period=when) for i, when in zip(words[::2], words[1::2])]
    assert hg.derive(name, *figures, **constants).period == period
    other = {"period": "1990"} if "period" in constants else {**constants, "period": period}
    with pytest.raises(ValueError, match=r"follows from its inputs|of a period within 2021/2025"):
        hg.derive(name, *figures, **other)


@pytest.mark.parametrize(
    ("name", "inputs", "constants"),
    [
        ("poverty_fall_relative", [("poverty_rate", 0), ("poverty_rate", 5)], {}),
        ("poverty_fall_relative", [("poverty_rate", -4), ("poverty_rate", 5)], {"years": 2}),
        ("growth_average", [("grdp_growth", -150), ("grdp_growth", 5)], {}),
        ("grdp_multiple", [("grdp", 5), ("grdp", 0)], {}),
        ("population_implied", [("grdp", 5), ("grdp_per_person", 0)], {}),
        ("revenue_before", [("budget_revenue", 5), ("budget_revenue_growth", -100)], {}),
        ("grdp_multiple", [("grdp", 5), ("grdp", 2)], {"years": 3}),
        ("opinions_least", [("opinions_resolved", 99), ("opinions_resolved", 99)], {}),
    ],
)
def test_what_cannot_be_computed_names_the_quantity_and_its_figures(name, inputs, constants):
    figures = [hg.Figure(i, value, value, value, "hau_giang", "2023") for i, value in inputs]
    with pytest.raises(ValueError) as caught:
        hg.derive(name, *figures, **constants)
    told = str(caught.value)
    assert told.startswith(f"{name} cannot be computed from {figures[0].key}")
    assert all(f"{figure.key} ({figure.value:g} {figure.unit})" in told for figure in figures)


@given(rates, st.lists(rates, min_size=4, max_size=4))
def test_derived_bounds_hold_the_truth_behind_the_rounding(average, others):
    assume(all(abs(rate) > 1e-6 for rate in others))
    truth = calc.last_growth(average, *others)
    figures = [rounded("grdp_growth", rate) for rate in (average, *others)]
    derived = hg.derive("growth_2025_compounded", *figures)
    assert derived.low - 1e-9 <= truth <= derived.high + 1e-9
    assert derived.low <= derived.value <= derived.high
    wide = [rounded("grdp_growth", rate, 1) for rate in (average, *others)]
    wide = hg.derive("growth_2025_compounded", *wide)
    assert derived.high - derived.low <= wide.high - wide.low


@given(st.floats(1, 1e6), st.floats(0.1, 20), st.integers(-1, 4))
def test_bounds_hold_where_an_input_occurs_more_than_once(total, rate, year):
    truth = calc.path_value(total, rate, years=5, year=year)
    inputs = rounded("exports_and_services", total, 0), rounded("exports_and_services_growth", rate)
    assume(inputs[0].low > 0)
    derived = hg.derive("exports_path", *inputs, period="2023", years=5, year=year)
    assert derived.low - 1e-6 <= truth <= derived.high + 1e-6


OPEN = [("=", "=", "="), (">", "=", ">="), ("<", "=", "<="), ("=", ">", "<="), ("=", "<", ">=")]
OPEN += [(">", "<", ">="), ("<", ">", "<="), (">", ">", "~"), ("<", "<", "~"), ("<=", "~", "<=")]


@pytest.mark.parametrize(("part", "base", "relation"), OPEN)
@given(st.floats(1, 99), st.floats(1, 99), st.floats(0, 50), st.floats(0, 50))
def test_open_inputs_leave_open_the_sides_that_they_open(part, base, relation, x, y, dx, dy):
    figures, truth = [], []
    for value, far, sign in ((x, dx, part), (y, dy, base)):
        ends = 0 if "<" in sign else value, math.inf if ">" in sign else value
        figures.append(hg.Figure("grdp", value, *ends, period="2023", relation=sign))
        truth.append(max(1e-3, value + {">": far, "<": -far}.get(sign[0], 0)))
    derived = hg.derive("grdp_multiple", *figures)
    assert derived.relation == relation
    assert derived.low - 1e-9 <= truth[0] / truth[1] <= derived.high + 1e-6
    assert {">=": derived.low, "<=": derived.high}.get(relation, x / y) == pytest.approx(x / y)


def test_a_derived_number_keeps_places_place_and_the_least_firm_status():
    first = rounded("grdp_growth", 9.24, refs=("¶11.7",), status="estimate")
    second = rounded("grdp_growth", 3.08, refs=("mpi_2021",), status="plan")
    derived = hg.derive("growth_average", first, second, first)
    assert derived.refs == ("¶11.7", "mpi_2021")
    assert (derived.place, derived.period, derived.origin) == ("hau_giang", "2023", "implied")
    for statuses, least in [
        (("estimate", "plan"), "plan"),
        (("actual", ""), "actual"),
        (("", "actual"), "actual"),
        (("revised", "preliminary"), "preliminary"),
        (("actual", "target"), "actual"),
        (("target", "target"), "target"),
    ]:
        pair = [replace(first, status=status) for status in statuses]
        assert hg.derive("growth_average", *pair).status == least
    named = hg.derive("growth_average", first, place="vietnam", variant="mean")
    assert named.key == "growth_average.vietnam.2023.mean"


def test_ends_are_exact():
    for end, bound in zip(rounded("grdp_growth", 9.24, relation="~").ends(), (9.235, 9.245)):
        assert (end.value, end.low, end.high, end.relation) == (bound, bound, bound, "=")


RATE = hg.Figure("grdp_growth", 9.24, 9.235, 9.245, "hau_giang", "2020/2025", decimals=2)


@pytest.mark.parametrize(
    ("holds", "value", "relation"),
    [
        (lambda f: f.value > 9.2, 9.2, "<="),
        (lambda f: f.value < 9.25, 9.25, ">="),
        (lambda f: 9 < f.value < 9.3, 9.3, ">="),  # the nearer of two
        (lambda f: 9.2 < f.value < 20, 9.2, "<="),
        (lambda f: f.value != 9.23, 9.23, "<="),
        (lambda f: f.value > -3, -3, "<="),
    ],
)
def test_the_nearest_printed_value_that_ends_a_finding_is_found(holds, value, relation):
    turned = hg.turning(RATE, holds, "x")
    assert (turned.value, turned.relation, turned.origin) == (value, relation, "implied")
    assert turned.low == turned.high == turned.value
    assert turned.key == "grdp_growth.2020_2025.turning.x"
    assert not holds(turned)


@pytest.mark.parametrize("holds", [lambda f: False, lambda f: True])
def test_a_finding_that_never_holds_or_never_ends_is_refused(holds):
    with pytest.raises(ValueError, match="x"):
        hg.turning(RATE, holds, "x")
