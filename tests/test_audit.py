"""What the audit counts and compares is what the tables hold."""

import pytest
from conftest import GOOD

import hg_analysis as hg
from hg_analysis import audit


def test_what_the_audit_counts_adds_up(bundled):
    own = bundled[bundled.origin == "document"]
    for counted in (audit.counterparts(bundled), audit.weakest_verdicts(bundled)):
        assert list(counted.index) == list(own.indicator)
        assert audit.tally(counted).value["total"] == len(own)
    assert len(audit.numerals()) == len(hg.companion("numerals"))
    assert audit.numerals().section.notna().all()


@pytest.mark.parametrize(
    ("indicator", "counterpart"),
    [
        ("pci_rank", "within_period"),  # 2023 and 2024 for 2023/2024
        ("poverty_rate", "other_period"),  # 2021 to 2024 for 2025
        ("digital_park_area", "plan_only"),
        ("communes", "other_period"),  # 2024 for 2025; not Sóc Trăng's of 2025
        ("dialogues", "none"),
    ],
)
def test_counterparts_are_found_by_indicator_place_and_period(indicator, counterpart, bundled):
    assert audit.counterparts(bundled)[indicator] == counterpart


def test_contradictions_hold_outturns_and_plans_apart_and_end_with_the_figure_used(bundled):
    pairs = audit.contradictions(bundled)
    assert ("grdp", 58505, 59809) in [(a.indicator, a.value, b.value) for a, b in pairs]
    assert "new_party_members" not in [a.indicator for a, _ in pairs]  # outturn and plan
    used = set(bundled.key[bundled.chosen])
    for a, b in pairs:
        assert (a.indicator, a.place, a.period, a.origin) == (
            *(b.indicator, b.place, b.period, b.origin),
        )
        assert (a.low > b.high or a.high < b.low) and b.key in used and a.key not in used
    assert ("grdp", "2020") not in [(a.indicator, a.period) for a, _ in pairs]  # 38,362 rounded


def test_a_new_publication_adds_its_own_contradiction_and_changes_no_other(rows, write, bundled):
    more = GOOD | {"place": "hau_giang", "period": "2022", "value": "1", "printed": "1 tỷ đồng"}
    before = {(a.key, b.key) for a, b in audit.contradictions(bundled)}
    after = {(a.key, b.key) for a, b in audit.contradictions(hg.load(write([*rows, more])))}
    assert before < after
    assert {a for a, _ in after - before} == {"grdp.2022.nguoiquansat_merger"}


def test_both_sides_of_every_control_total_of_the_document(bundled):
    sides = audit.control_totals(bundled)
    stated = set(bundled.indicator[bundled.origin == "document"])
    derived = hg.companion("derived")
    stated |= {d.indicator for d in derived.itertuples() if set(d.inputs.split()) <= stated}
    names = [f"{t.left} {t.right}".split() for t in hg.companion("totals").itertuples()]
    assert len(sides) == sum({n for n in each if not n.isdigit()} <= stated for each in names)
    assert tuple(sides.iloc[0])[1:] == (18, 18) and "≤" in sides.check[1]


def test_the_record_holds_every_cell_of_the_files(bundled):
    record = audit.record(bundled)
    for column in ("place", "period", "printed", "relation", "status", "note"):
        assert list(record[column]) == list(bundled[column])
    assert list(record.figure) == list(bundled.indicator)
    assert list(record.index) == list(bundled.key)
    values = [float(text.replace(",", "").replace("−", "-")) for text in record.value]
    assert values == list(bundled.value)
    assert record.reference.iloc[0] == "appendix3 ¶5.3"
    assert "appendix3 ¶11" in set(record.reference)  # a figure in words
    assert list(record.reference.str.split(" ").str[0]) == list(bundled.source)
    assert (audit.publications().to_numpy() == hg.companion("sources").to_numpy()).all()


def test_names_in_the_record_are_told_apart():
    book = hg.companion("codebook")
    assert book.name_en.is_unique and book.name_vi.is_unique
