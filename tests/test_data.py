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


def test_every_published_figure_entered_under_its_source(rows):
    path = shared("context/published_figures.csv")
    sources = hg.companion("sources").set_index("source")
    with path.open(encoding="utf-8", newline="") as handle:
        wanted = Counter(
            (r["place"], r["indicator"], r["period"], float(r["value"]), r["status"], r["note"])
            for r in csv.DictReader(handle)
        )
    half = {"2025-01/2025-06": "2025-H1"}
    entered = Counter(
        (
            r["place"],
            r["indicator"],
            half.get(r["period"], r["period"]),
            float(r["value"]),
            r["status"],
            r["note"],
        )
        for r in rows
        if sources.kind[r["source"]] != "primary"
    )
    assert wanted - entered == Counter()
    extra = entered - wanted
    in_notes = {
        *("budget_revenue_growth", "grdp_per_person_growth", "wards", "townships"),
        *("targets_total", "communes", "new_rural_communes"),
        *("advanced_rural_communes", "model_rural_communes"),
        *("agriculture_share_change", "industry_share_change", "services_share_change"),
        "product_taxes_share_change",
    }
    assert {key[1] for key in extra} == in_notes


def test_addresses_are_those_of_the_compilation(rows):
    path = shared("context/published_figures.csv")
    address = hg.companion("sources").set_index("source").address
    entered = {(r["indicator"], r["place"], float(r["value"])): address[r["source"]] for r in rows}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found = entered[row["indicator"], row["place"], float(row["value"])]
            if row["address"].startswith("http"):
                same = [
                    r
                    for r in rows
                    if (r["indicator"], r["value"]) == (row["indicator"], row["value"])
                ]
                assert row["address"] in {address[r["source"]] for r in same}
            else:
                assert found in ("", f"http://{row['address']}")


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
