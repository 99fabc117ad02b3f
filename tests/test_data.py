"""Facts about the data: what stands in the table, and that nothing was lost on the way."""

import csv
import math
from collections import Counter

import pandas as pd
import pytest
from conftest import shared

import hg_analysis as hg

SECTORS = ("agriculture", "industry", "services", "product_taxes")


@pytest.fixture(scope="module")
def table():
    return hg.load()


def test_every_numeral_has_one_role_and_every_figure_one_row(table):
    numerals = hg.companion("numerals")
    assert len(numerals) == 108
    figures = numerals[numerals.role == "figure"]
    own = table[table.origin == "document"]
    pairs = list(zip(own.paragraph, own.nth, own.indicator))
    assert Counter(pair for pair in pairs if pair[1]) == Counter(
        zip(figures.paragraph, figures.nth, figures.indicator)
    )
    assert [pair for pair in pairs if not pair[1]] == [("11", "", "income_per_person_multiple")]


def test_columns_and_joined_names(table):
    assert list(table.columns) == [
        *("indicator", "place", "period", "value", "relation", "status", "printed", "source"),
        *("paragraph", "nth", "note", "theme", "measure", "unit", "name_en", "name_vi"),
        *("origin", "low", "high"),
    ]
    book = hg.companion("codebook").set_index("indicator")
    for row in table.itertuples():
        assert (row.unit, row.name_vi) == tuple(book.loc[row.indicator, ["unit", "name_vi"]])
    assert not table.isna().any(axis=None)


def test_value_lies_in_its_bounds(table):
    assert ((table.low <= table.value) & (table.value <= table.high)).all()


@pytest.mark.parametrize(
    ("indicator", "low", "high"),
    [
        ("grdp_growth", 9.235, 9.245),
        ("grdp", 77853.5, 77854.5),
        ("agriculture_share_change", -6.195, -6.185),
        ("communes", 51, 51),
        ("dialogue_participations", 45444, math.inf),
        ("investment_pledges", 0, 240000),
        ("inspections_with_committee", 2, math.inf),
        ("pci_rank", 0, 10),
        ("income_per_person_multiple", 0, math.inf),  # "double" leaves no rounding
    ],
)
def test_bounds_of_the_documents_figures(table, indicator, low, high):
    figure = hg.figure(table, indicator, origin="document")
    assert (figure.low, figure.high) == (low, high)


def test_a_target_is_set_not_rounded(table):
    figure = hg.figure(table, "grdp_growth_high")
    assert figure.low == figure.high == 7


FIELDS = ("place", "indicator", "period", "value", "status", "note")


@pytest.fixture(scope="module")
def compiled():
    """The rows of the compilation of published figures, with the line where each stands."""
    path = shared("context/published_figures.csv")
    with path.open(encoding="utf-8", newline="") as handle:
        return list(enumerate(csv.DictReader(handle), 2))


def figure(row):
    """What tells a published figure: its fields, with the value as a number."""
    period = row["period"].replace("2025-01/2025-06", "2025-H1")
    fields = row | {"period": period, "value": float(row["value"])}
    return tuple(fields[name] for name in FIELDS)


def told(figures):
    """Name figures, each in a line."""
    pairs = (zip(FIELDS, each) for each in figures)
    return "".join("\n" + ", ".join(f"{name} {text}" for name, text in each) for each in pairs)


def test_every_published_figure_entered_under_its_source(rows, compiled):
    sources = hg.companion("sources").set_index("source")
    wanted = Counter(figure(row) for _, row in compiled)
    entered = Counter(figure(row) for row in rows if sources.kind[row["source"]] != "primary")
    if missing := wanted - entered:
        pytest.fail(f"data/indicators.csv lacks{told(missing)}", pytrace=False)
    in_notes = {
        *("budget_revenue_growth", "grdp_per_person_growth", "wards", "townships"),
        *("targets_total", "communes", "new_rural_communes"),
        *("advanced_rural_communes", "model_rural_communes"),
        *("agriculture_share_change", "industry_share_change", "services_share_change"),
        "product_taxes_share_change",
    }
    extra = entered - wanted
    if unknown := [each for each in extra if each[1] not in in_notes]:
        pytest.fail(f"the compilation does not give{told(unknown)}", pytrace=False)
    assert {each[1] for each in extra} == in_notes


def test_addresses_are_those_of_the_compilation(rows, compiled):
    """A row without an address of its own names a site, which stands there or nothing does."""
    address = hg.companion("sources").set_index("source").address
    entered = {}
    for row in rows:
        key = row["indicator"], row["place"], float(row["value"])
        entered.setdefault(key, []).append(address[row["source"]])
    problems = []
    for line, row in compiled:
        found = entered.get((row["indicator"], row["place"], float(row["value"])), [])
        wanted = [row["address"]]
        if not row["address"].startswith("http"):
            wanted = ["", f"http://{row['address']}"]
        if not set(wanted) & set(found):
            problems.append(
                f"line {line} of the compilation has {row['indicator']} {row['value']} of "
                f"{row['place']} from {row['address']}; data/ have it from {found or 'nowhere'}"
            )
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def test_picking_asks_for_what_tells_figures_apart(table):
    with pytest.raises(LookupError, match=r"2 figures fit 'grdp_growth'.*3\.08.*3\.28"):
        hg.figure(table, "grdp_growth", period="2021")
    with pytest.raises(LookupError, match=r"no figure with indicator 'grdp', .*period '1999'"):
        hg.figures(table, "grdp", period="1999")


def test_companions_are_copies():
    book = hg.companion("codebook")
    book["unit"] = "spoilt"
    assert "spoilt" not in set(hg.companion("codebook").unit)


def test_text_columns_are_categoricals_and_values_numbers(table):
    assert isinstance(table.indicator.dtype, pd.CategoricalDtype)
    assert table.value.dtype == "float64"


def test_a_column_that_is_not_there_is_named(table):
    with pytest.raises(LookupError, match=r"no column perod; there are \['indicator', "):
        hg.figures(table, "grdp", perod="2023")
