"""``hg-analysis check`` sees what it guards when that is broken."""

import csv
import re
import subprocess
import sys

import hg_analysis.data as hg_data
import pytest

import hg_analysis as hg
from hg_analysis.bounds import NUMERAL
from hg_analysis.tools.check import TOTALS, check
from hg_analysis.tools.cli import main


def edit(path, change):
    """Rewrite a CSV file after a change to its rows (a list of dicts)."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        rows, columns = list(reader), reader.fieldnames
    rows = change(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def own(rows):
    """Return the places of the document's rows."""
    return [place for place, row in enumerate(rows) if row["paragraph"]]


def test_the_bundled_files_are_good(capsys):
    assert main(["check"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 faults"


@pytest.mark.parametrize("column", ["value", "printed"])
def test_every_digit_of_every_figure_of_the_document_is_guarded(column, rows, write):
    places, tried = own(rows), 0
    longest = max(len(re.findall(r"\d", rows[place][column])) for place in places)
    for nth in range(longest):
        changed = [dict(row) for row in rows]
        expected = set()
        for place in places:
            digits = list(re.finditer(r"\d", rows[place][column]))
            if nth < len(digits):
                text, at = rows[place][column], digits[nth].start()
                changed[place][column] = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
                expected.add(place + 2)
        found = {fault.row for fault in check(write(changed))[0]}
        assert expected <= found, [rows[row - 2] for row in expected - found]
        tried += len(expected)
    assert tried == sum(len(re.findall(r"\d", rows[place][column])) for place in places) > 100


def test_a_digit_changed_in_value_and_printed_alike_is_seen(rows, write):
    for place in own(rows):
        row = dict(rows[place])
        if not re.search(r"\d", row["printed"]):
            continue
        for column in ("value", "printed"):
            row[column] = re.sub(
                r"\d(?=\D*$)", lambda m: str((int(m[0]) + 1) % 10), row[column], count=1
            )
        changed = [*rows[:place], row, *rows[place + 1 :]]
        assert any(
            f.row == place + 2 and "numerals.csv" in f.expected for f in _table(write(changed))
        )


def _table(path):
    return check(path)[0]


def test_a_dropped_row_is_seen(rows, write):
    for place in own(rows)[::9]:
        assert _table(write(rows[:place] + rows[place + 1 :]))


def test_two_swapped_values_are_seen(rows, write):
    places = [place for place in own(rows) if rows[place]["nth"]]
    for first, second in zip(places[::7], places[1::7]):
        changed = [dict(row) for row in rows]
        for column in ("indicator", "period", "note"):
            changed[first][column] = rows[second][column]
            changed[second][column] = rows[first][column]
        assert _table(write(changed))


def test_every_control_total_can_fail(rows, write):
    for number, total in enumerate(TOTALS):
        name = re.findall(r"[a-z]\w+", total.replace("abs", ""))[0]
        changed = [dict(row) for row in rows]
        place = next(p for p in own(rows) if rows[p]["indicator"] == name)
        changed[place] |= {
            "value": "999",
            "printed": re.sub(r"[\d.,]*\d", "999", rows[place]["printed"]),
        }
        changed[place]["printed"] = changed[place]["printed"].replace("05", "999")
        found = [fault.expected for fault in _table(write(changed))]
        if name in ("health_insurance",):  # a share cannot be 999
            changed[place] |= {"value": "95.53", "printed": "95,53%"}
            found = [fault.expected for fault in _table(write(changed))]
        assert TOTALS[number] in found, (total, found)


BROKEN = {
    "a unit in the codebook": ("codebook", "unit", "% per year", "% of GRDP", "a unit of a growth"),
    "an unknown unit": ("codebook", "unit", "% per year", "% a year", "data/terms.csv"),
    "a missing name": ("codebook", "name_vi", "GRDP theo giá hiện hành", "", "must not be blank"),
    "an unknown theme": ("codebook", "theme", "growth", "grwth", "data/terms.csv"),
    "a numeral's print": (
        "numerals",
        "printed",
        "9,24",
        "9,25",
        "9,25 at ¶11.7 as in numerals.csv",
    ),
    "a numeral's role": ("numerals", "role", "figure", "date", "blank for any other role"),
    "a numeral's place": ("numerals", "nth", "7", "8", "one row for each paragraph nth"),
    "an unknown verdict": ("readings", "verdict", "strong", "certain", "data/terms.csv"),
    "an address without scheme": ("sources", "address", "https://", "", "http or https"),
    "a script as address": ("sources", "address", "https://", "javascript:", "http or https"),
    "a date": ("sources", "published", "2023-10-10", "10 Oct 2023", "ISO 8601"),
    "a number in a translation": ("readings", "reason_vi", "24,58", "24,85", "of reason_en"),
    "a number in an original": ("derived", "definition_en", "36 beds", "37 beds", "definition_en"),
    "a source that no figure uses": ("sources", "source", "mpi_2021", "mpi", None),
    "an indicator without a figure": ("codebook", "indicator", "jobs_created", "jobs", None),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_companion_is_seen(what, companions):
    name, column, old, new, expected = BROKEN[what]
    changed = []

    def change(rows):
        for row in rows:
            if not changed and old in row[column]:
                row[column] = row[column].replace(old, new)
                changed.append(row)

    edit(companions / f"{name}.csv", change)
    assert changed
    hg_data._companion.cache_clear()
    found = check()[0]
    assert found
    assert expected is None or any(expected in fault.expected for fault in found), found


@pytest.mark.parametrize("name", [name for name in hg_data.COLUMNS if name != "indicators"])
def test_a_missing_or_doubled_companion_row_is_seen(name, companions):
    if name in ("codebook", "sources", "numerals", "paragraphs"):
        edit(companions / f"{name}.csv", lambda rows: rows[:3] + rows[4:])
        hg_data._companion.cache_clear()
        assert check()[0]
    edit(companions / f"{name}.csv", lambda rows: [*rows, rows[-1]])
    hg_data._companion.cache_clear()
    assert any("one row for each" in fault.expected for fault in check()[0])


def test_another_provinces_table_needs_no_numerals(rows, write, capsys):
    path = write([row for row in rows if row["place"] == "soc_trang"])
    assert main(["check", "--data", str(path)]) == 0
    assert "none of them from the document" in capsys.readouterr().out


def test_all_numerals_of_the_text_are_accounted_for(appendix, capsys):
    assert main(["check", "--source", str(appendix)]) == 0
    assert "108 of 108 numerals" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("77.854", "77.855"),  # a figure
        ("Nghị quyết 57", "Nghị quyết 58"),  # a document's number
        ("Covid-19", "Covid"),  # a name: the numerals after it move
        ("gấp đôi", "gấp ba"),  # a figure in words
        ("tăng bình quân 5,42", "giảm bình quân 5,42"),  # the words of a figure
        ("Hoạt động đối ngoại", "Công tác đối ngoại"),  # how a paragraph opens
        ("06 năm", "06 năm"),
    ],
)
def test_a_changed_text_is_seen(old, new, appendix, tmp_path):
    text = appendix.read_text("utf-8")
    changed = tmp_path / "text.txt"
    changed.write_text(text.replace(old, new, 1), "utf-8")
    assert bool(check(source=changed)[0]) == (old in text)


def test_a_source_that_is_not_there(capsys, tmp_path):
    assert main(["check", "--source", str(tmp_path / "none.txt")]) == 1
    assert "the appendix as UTF-8 text" in capsys.readouterr().out


def test_another_text_altogether(tmp_path):
    (tmp_path / "text.txt").write_text("Một dòng.\n", "utf-8")
    assert len(check(source=tmp_path / "text.txt")[0]) > 108


def test_an_empty_name_of_a_file_is_no_default(capsys):
    assert main(["check", "--data", ""]) == 1
    assert "figures valid" not in capsys.readouterr().out


def test_a_closed_pipe_is_no_error():
    command = [sys.executable, "-m", "hg_analysis", "check"]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    first.stdout.close()
    assert b"Traceback" not in first.stderr.read()
    first.wait()


@pytest.mark.parametrize("content", [None, b"", b"kind;term\n", "tỷ".encode("utf-16")])
def test_a_companion_that_cannot_be_read_is_named(content, companions, capsys):
    (companions / "readings.csv").unlink()
    if content is not None:
        (companions / "readings.csv").write_bytes(content)
    assert main(["check"]) == 1
    assert capsys.readouterr().out.startswith("readings.csv")


def test_a_name_that_nothing_uses_is_seen(companions):
    edit(companions / "terms.csv", lambda rows: [*rows, rows[0] | {"kind": "unit", "term": "ell"}])
    hg_data._companion.cache_clear()
    (found,) = check()[0]
    assert (found.value, found.expected) == ("ell", "a unit that a table uses")


def test_a_derived_name_that_the_codebook_has_too_is_seen(companions):
    edit(companions / "derived.csv", lambda rows: [*rows, rows[0] | {"indicator": "grdp"}])
    hg_data._companion.cache_clear()
    assert [fault.expected for fault in check()[0]] == ["no name of the codebook"]


@pytest.fixture
def outline(tmp_path):
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
    path = tmp_path / "outline.txt"
    path.write_text("\n".join(lines), "utf-8")
    return path


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
def test_each_kind_of_difference_from_a_text_is_named(old, new, expected, outline):
    outline.write_text(outline.read_text("utf-8").replace(old, new, 1), "utf-8")
    assert [f.expected for f in check(source=outline)[0]] == [
        f"{e} of outline.txt" for e in expected
    ]


def test_a_gap_in_the_numerals_is_named_at_the_paragraphs_first_row(companions):
    def change(rows):
        last = [row for row in rows if row["paragraph"] == "5"][-1]
        last["nth"] = "9"

    edit(companions / "numerals.csv", change)
    hg_data._companion.cache_clear()
    rows = hg_data.companion("numerals")
    first = 2 + rows.index[rows.paragraph == "5"][0]
    gaps = [fault for fault in check()[0] if "in ¶5" in fault.expected]
    assert [(fault.file, fault.row, fault.column) for fault in gaps] == [
        ("numerals.csv", first, "nth")
    ]


def test_a_paragraph_left_out_is_named(companions):
    edit(companions / "paragraphs.csv", lambda rows: rows[:2] + rows[3:])
    hg_data._companion.cache_clear()
    found = [fault for fault in check()[0] if "in its order" in fault.expected]
    assert (found[0].row, found[0].value, found[0].expected[:2]) == (4, "4", "3:")
