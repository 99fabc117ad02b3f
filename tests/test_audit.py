"""What the audit counts and compares is what the tables hold."""

import hg_analysis as hg
from hg_analysis import audit


def test_what_the_audit_counts_adds_up():
    table = hg.load()
    own = table[table.origin == "document"]
    for counted in (audit.counterparts(table), audit.weakest_verdicts(table)):
        assert list(counted.index) == list(own.indicator.astype(str))
        assert audit.tally(counted).value["total"] == len(own)
    assert len(audit.numerals()) == len(hg.companion("numerals"))
    assert audit.numerals().section.notna().all()


def test_counterparts_are_found_by_indicator_place_and_period():
    held = audit.counterparts(hg.load())
    assert held["pci_rank"] == "within_period"  # 2023 and 2024 for 2023/2024
    assert held["poverty_rate"] == "other_period"  # 2020 and 2024 for 2025
    assert held["schools_national_standard"] == "plan_only"
    assert held["communes"] == "other_period"  # 2024 for 2025; not Sóc Trăng's of 2025
    assert held["dialogues"] == "none"


def test_contradictions_hold_plans_against_plans_only():
    pairs = audit.contradictions(hg.load())
    assert ("grdp", 58505, 59809) in [(a.indicator, a.value, b.value) for a, b in pairs]
    assert "new_party_members" not in [a.indicator for a, _ in pairs]  # outturn and plan
    for a, b in pairs:
        assert (a.indicator, a.place, a.period, a.origin) == (
            b.indicator,
            b.place,
            b.period,
            b.origin,
        )


def test_both_sides_of_a_control_total():
    sides = audit.control_totals(hg.load())
    assert len(sides) == len(audit.TOTALS)
    assert tuple(sides.iloc[0])[1:] == (18, 18) and "≤" in sides.check[1]


def test_the_record_holds_every_cell_of_the_files():
    table, record = hg.load(), audit.record(hg.load())
    assert len(record) == len(table)
    for column in ("place", "period", "printed", "relation", "status", "note"):
        assert list(record[column]) == list(table[column])
    assert list(record.figure) == list(table.indicator)
    assert [float(text.replace(",", "")) for text in record.value] == list(table.value)
    assert record.reference[0] == "appendix3 ¶5.3" and "appendix3 ¶11" in set(record.reference)
    assert set(record.reference.str.split(" ").str[0]) == set(table.source)
    listed, sources = audit.publications(), hg.companion("sources")
    assert (listed.to_numpy() == sources.to_numpy()).all()


def test_names_in_the_record_are_told_apart():
    book = hg.companion("codebook")
    assert book.name_en.is_unique and book.name_vi.is_unique
