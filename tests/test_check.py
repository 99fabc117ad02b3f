"""``hg-analysis check`` sees what it guards when that is broken."""

import re
import subprocess
import sys

import pytest
from conftest import GOOD, read_rows

import hg_analysis as hg
from hg_analysis import table as tables
from hg_analysis.bounds import NUMERAL
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

BREAKS = {  # which figure, and what it is changed to
    "targets_added": ("targets_just_met", "06 chỉ tiêu đạt", "6"),
    "targets_met": ("targets_met", "19", "19"),
    "breakthroughs": ("strategic_breakthroughs", "04 nhiệm vụ đột phá chiến lược", "4"),
    "pillars": ("development_pillars", "05 trụ cột", "5"),
    "new_rural_communes": ("new_rural_communes", "52 xã", "52"),
    "advanced_rural_communes": ("advanced_rural_communes", "52 xã", "52"),
    "model_rural_communes": ("model_rural_communes", "52 xã", "52"),
    "provincial_bodies": ("provincial_bodies_cut", "giảm 999", "999"),
    "provincial_divisions": ("provincial_divisions_cut", "giảm 999", "999"),
    "district_divisions": ("district_divisions_cut", "giảm 999", "999"),
    "public_service_units": ("public_service_units_cut", "giảm 999", "999"),
    "beds_plan": ("beds_above_plan", "vượt 2,5% kế hoạch", "2.5"),
    "insurance_plan": ("health_insurance", "95,53%", "95.53"),
    "grdp_shares": ("services_share", "90%", "90"),
}


@pytest.mark.parametrize("total", [row["total"] for row in read_rows(tables.DATA / "totals.csv")])
def test_every_control_total_can_fail(total, rows, write):
    indicator, printed, value = BREAKS[total]
    changed = [dict(row) for row in rows]
    row = next(row for row in changed if row["indicator"] == indicator)
    row |= {"printed": printed, "value": value}
    entry = hg.companion("totals").set_index("total").loc[total]
    told = "parts of one whole" if entry.test == "parts" else entry.left.replace(" ", " + ")
    broken = [f for f in found(write(changed)) if told in f.expected]
    assert broken and all(f.row is None and indicator in f.value for f in broken)


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
        GOOD
        | {"indicator": sector, "value": f"{share:g}", "printed": f"{share:g}%".replace(".", ",")}
        for sector, share in zip(SECTORS, shares)
    ]
    faults = found(write(rows))
    expected = f"parts of one whole; these add up to {sum_over}, more than 100"
    assert [f.expected for f in faults] == ([expected] if sum_over else [])
    for periods in (("1990", "1991", "1992", "1993"), ("1990", "1990-Q1", "1990-01", "1989/1990")):
        apart = [row | {"period": period} for row, period in zip(rows, periods)]
        assert found(write(apart)) == []
    first = rows[0] | {"period": "1990"}
    later = [first, *(row | {"period": "1991"} for row in rows[1:])]  # which the first lacks
    over = sum(shares[1:]) > 101
    assert [f.expected[:18] for f in found(write(later))] == ["parts of one whole"] * over


@pytest.mark.parametrize(
    ("period", "faults"), [("2024", 1), ("2020/2025", 1), ("2024-06", 1), ("2020", 0), ("2025", 0)]
)
def test_a_part_is_held_against_its_whole_of_the_same_time(period, faults, write):
    communes = GOOD | {"indicator": "communes", "printed": "51 xã", "value": "51"}
    rural = GOOD | {"indicator": "new_rural_communes", "printed": "60 xã", "value": "60"}
    path = write([communes | {"period": period}, rural | {"period": "2024"}])
    told = "new_rural_communes <= communes"
    assert [f.expected for f in found(path)] == [told] * faults


# -- choices


NEW = {"title": "x", "address": "", "note": "", "published": "2026-01-01"}
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
        (
            "official;firmest",
            USED,
            {"source": "office", "status": "revised"},
            ["official", "firmest"],
        ),
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


# -- the files beside the table

ALONE = [  # what is wrong with a file by itself
    ("codebook", "unit", "% per year", "% a year", "one of 71 units"),
    ("codebook", "name_vi", "GRDP theo giá hiện hành", "", "must not be blank"),
    ("codebook", "theme", "welfare", "wlfare", "'welfare'? one of"),
    ("derived", "period", "end", "ends", "blank or one of start|end"),
    ("numerals", "nth", "7", "8", "same paragraph, nth"),
    ("readings", "verdict", "strong", "certain", "one of strong"),
    ("sources", "address", "https://", "", "http or https"),
    ("sources", "address", "https://", "javascript:", "http or https"),
    ("sources", "published", "2023-10-10", "10 Oct 2023", "ISO 8601"),
    ("choices", "premise", "firmest", "firm", "firmest|official"),
    ("totals", "test", "whole", "hole", "'whole'? one of"),
    ("paragraphs", "paragraph", "7", "07", "a whole number from 1"),
    ("terms", "kind", "place", "Place", "an identifier"),
]
TOGETHER = [  # what is wrong with it beside the others
    ("codebook", "unit", "% per year", "% of GRDP", "a unit of a growth"),
    ("derived", "formula", "chain", "chained", "a formula of calc.py"),
    ("derived", "inputs", "grdp_growth*", "grpd_growth*", "a described indicator"),
    ("derived", "indicator", "income_multiple", "grdp", "no name of the codebook"),
    ("derived", "definition_en", "36 beds", "37 beds", "the numbers of definition_en"),
    ("numerals", "printed", "9,24", "9,25", "9,25 at ¶11.7 as in numerals.csv"),
    ("numerals", "role", "figure", "date", "blank for any other role"),
    ("readings", "reason_vi", "24,58", "24,85", "the numbers of reason_en"),
    ("choices", "reason_en", "in December 2020", "in 2019", "the numbers of reason_en"),
    ("sources", "published", "2024-12-20", "2024-11-20", "the month that the identifier"),
    ("totals", "left", "pillars", "pilars", "figures that it can be held against"),
    ("terms", "term", "PCI Vietnam", "PCI", "a publisher that a table uses"),
]


@pytest.mark.parametrize("cases", [ALONE, TOGETHER], ids=["alone", "together"])
def test_everything_broken_beside_the_indicators_is_seen_at_once(cases, edit):
    changed = set()
    for name, column, old, new, _ in cases:

        def change(rows, name=name, column=column, old=old, new=new):
            row = next(
                n for n, r in enumerate(rows) if old in r[column] and (name, n) not in changed
            )
            changed.add((name, row))
            rows[row][column] = rows[row][column].replace(old, new)

        edit(name, change)
    faults = found()
    for name, column, _, _, expected in cases:
        files = {f"{name}.csv", "indicators.csv"}
        assert [f for f in faults if f.file in files and expected in f.expected], (name, column)


@pytest.mark.parametrize(
    ("name", "column", "old"), [("choices", "premise", "firmest"), ("totals", "test", "whole")]
)
def test_what_cannot_be_compared_for_a_broken_cell_is_said_once(name, column, old, edit, capsys):
    edit(name, lambda rows: next(r for r in rows if r[column] == old).update({column: "x"}))
    assert main(["check"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"{name}.csv:") and said[-1] == "1 fault"
    assert "more is compared once each of these files is right by itself" in said


def test_names_that_nothing_uses_are_seen(edit):
    for name, key in (("terms", "term"), ("sources", "source"), ("codebook", "indicator")):
        kind = {"kind": "unit"} if name == "terms" else {}
        edit(name, lambda rows, key=key, kind=kind: [*rows, rows[-1] | {key: "x_y"} | kind])
    expected = {"a unit that a table uses", "a row of indicators.csv that uses it"}
    assert {f.expected for f in found() if f.value == "x_y"} == expected


def test_doubled_rows_and_rows_left_out_are_seen(companions, edit):
    names = [name for name in tables.TABLES if name != "indicators"]
    for name in names:
        edit(name, lambda rows: [*rows, rows[-1]])
    twice = {f.file for f in found() if "no second row" in f.expected}
    assert twice == {f"{name}.csv" for name in names}
    for name in ("codebook", "sources", "numerals", "paragraphs"):
        edit(name, lambda rows: rows[:3] + rows[4:-1])
    faults = found()
    assert {"indicator", "source"} <= {f.column for f in faults if f.file == "indicators.csv"}
    assert "paragraphs.csv" in {f.file for f in faults}


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


@pytest.mark.parametrize(
    ("name", "column", "old"),
    [
        ("codebook", "unit", "% per year"),
        ("sources", "kind", "press"),
        ("terms", "kind", "unit"),
    ],
)
def test_a_broken_companion_is_named_by_whoever_loads(name, column, old, edit):
    edit(name, lambda rows: [r | {column: "Ñ"} if r[column] == old else r for r in rows])
    with pytest.raises(hg.DataError) as caught:
        hg.load()
    assert name in caught.value.faults[0].file or name == "terms"


# -- the document's text


def test_all_numerals_of_the_text_are_accounted_for(appendix, capsys):
    assert main(["check", "--source", str(appendix)]) == 0
    assert "108 of 108 numerals" in capsys.readouterr().out


@pytest.fixture(scope="module")
def outline():
    """A text that holds nothing but what the tables say of each paragraph, on any machine."""
    table, lines = hg.load(), []
    own = table[table.origin == "document"]
    figures = {(figure.paragraph, figure.nth): figure.printed for figure in own.itertuples()}
    numerals = hg.companion("numerals").set_index(["paragraph", "nth"]).printed
    for paragraph in hg.companion("paragraphs").itertuples():
        line = paragraph.opening
        for key, numeral in numerals[numerals.index.isin([paragraph.paragraph], 0)].items():
            printed, opened = figures.get(key, numeral), list(NUMERAL.finditer(line))
            if len(opened) < int(key[1]):
                line += f" {printed}"
            elif opened[int(key[1]) - 1][0] != numeral:  # a mark before the opening
                line = f"{numeral} {line}"
            elif printed.startswith(line[opened[-1].start() :]):  # the opening ends within it
                line = line[: opened[-1].start()] + printed
        lines.append(f"{line} {figures.get((paragraph.paragraph, ''), '')}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("77.854", "77.855", ["77.855 at ¶11.8"]),
        ("giảm 6,19%", "tăng 6,19%", ["the words at ¶11.13"]),
        ("gấp đôi", "gấp ba", ["words of ¶11"]),
        ("Hoạt động đối ngoại", "Công tác đối ngoại", ["the start of ¶19"]),
        ("gấp đôi", "gấp đôi 7", ["7 at ¶11.17"]),
        ("05 xã", "năm xã", ["no numeral at ¶12.10"]),
    ],
)
def test_each_kind_of_difference_from_a_text_is_named(old, new, expected, outline, tmp_path):
    path = tmp_path / "outline.txt"
    path.write_text(outline.replace(old, new, 1), "utf-8")
    assert [f.expected for f in found(source=path)] == [f"{e} of outline.txt" for e in expected]


def test_another_text_and_none(tmp_path, capsys):
    path = tmp_path / "text.txt"
    path.write_text("Một dòng.\n", "utf-8")
    assert len(found(source=path)) > 108
    for content in (None, "tỷ".encode("utf-16")):
        path.unlink() if content is None else path.write_bytes(content)
        assert main(["check", "--source", str(path)]) == 1
        assert "the appendix as UTF-8 text" in capsys.readouterr().out


def test_an_empty_name_of_a_file_is_no_default(capsys):
    assert main(["check", "--data", ""]) == 1
    assert "figures valid" not in capsys.readouterr().out


def test_a_closed_pipe_is_no_error():
    command = [sys.executable, "-m", "hg_analysis", "check"]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    first.stdout.close()
    assert b"Traceback" not in first.stderr.read()
    first.wait()


def test_gaps_in_numerals_and_paragraphs_are_named_where_they_are(edit):
    def change(rows):
        [row for row in rows if row["paragraph"] == "5"][-1]["nth"] = "9"

    edit("numerals", change)
    listed = hg.companion("numerals")
    first = listed.index[listed.paragraph == "5"][0]
    gaps = [fault for fault in found() if "in ¶5" in fault.expected]
    assert [(f.file, f.row, f.column) for f in gaps] == [("numerals.csv", first, "nth")]
    edit("paragraphs", lambda rows: rows[:2] + rows[3:])
    gaps = [fault for fault in found() if "in its order" in fault.expected]
    assert (gaps[0].row, gaps[0].value, gaps[0].expected[:2]) == (4, "4", "3:")
