"""Bad input gives one error that names row, column and remedy, all faults at once."""

import re

import pandas as pd
import pytest

import hg_analysis as hg
from hg_analysis import schema
from hg_analysis.tools.cli import main

OPEN = {"paragraph": "", "nth": "", "note": ""}
GOOD = {
    **OPEN,
    "indicator": "grdp",
    "place": "soc_trang",
    "period": "2023",
    "value": "72472",
    "relation": "=",
    "status": "preliminary",
    "printed": "72.472 tỷ đồng",
    "source": "nguoiquansat_merger",
}


def faults(path):
    with pytest.raises(hg.DataError) as caught:
        hg.load(path)
    return caught.value.faults


BROKEN = {
    "an unknown indicator": ({"indicator": "grpd"}, "indicator", "'grdp'.*data/codebook.csv"),
    "an unknown place": ({"place": "soctrang"}, "place", "'soc_trang'.*data/terms.csv"),
    "an unknown source": ({"source": "x"}, "source", "data/sources.csv"),
    "an unknown status": ({"status": "final"}, "status", "actual, estimate"),
    "an unknown relation": ({"relation": "≥"}, "relation", "data/terms.csv"),
    "a value against printed": ({"value": "72473"}, "value", "72472 as in printed '72.472 tỷ"),
    "a comma decimal in value": ({"value": "72,472"}, "value", "'.' before decimals"),
    "no value": ({"value": ""}, "value", "a number"),
    "an infinite value": ({"value": "inf"}, "value", "a number"),
    "a dot decimal in printed": ({"printed": "72.47 tỷ đồng"}, "printed", "Vietnamese notation"),
    "two numbers in printed": ({"printed": "72.472 tỷ đồng 2023"}, "printed", "exactly one"),
    "a number of 400 digits": ({"printed": f"{'9' * 400} tỷ đồng"}, "printed", "15 digits"),
    "a number of 400 decimals": ({"printed": f"0,{'0' * 400} tỷ đồng"}, "printed", "15 digits"),
    "no number in printed": ({"printed": "nhiều tỷ đồng"}, "printed", "exactly one"),
    "no unit in printed": ({"printed": "72.472"}, "printed", "tỷ đồng"),
    "another unit in printed": ({"printed": "72.472 triệu USD"}, "printed", "tỷ đồng"),
    "words against relation": ({"printed": "gần 72.472 tỷ đồng"}, "relation", "'<' as in printed"),
    "words against status": ({"printed": "ước đạt 72.472 tỷ đồng"}, "status", "'estimate'"),
    "a sign against the words": ({"value": "-72472"}, "value", "positive"),
    "a wrong month": ({"period": "2023-13"}, "period", "ISO 8601"),
    "a half-year": ({"period": "2023-H1"}, "period", "ISO 8601"),
    "a period of nothing": ({"period": "2023/2023"}, "period", "ISO 8601"),
    "a period of two kinds": ({"period": "2023-01/2023"}, "period", "ISO 8601"),
    "a period backwards": ({"period": "2025/2020"}, "period", "ISO 8601"),
    "a year of three digits": ({"period": "202"}, "period", "ISO 8601"),
    "a place in the document": ({"paragraph": "11"}, "paragraph", "blank for any other"),
    "a space at the end": ({"note": "x "}, "note", "without spaces"),
    "letters taken apart": ({"printed": "72.472 ty\u0309 đồng"}, "printed", "NFC"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_cell_is_named(what, write):
    change, column, expected = BROKEN[what]
    other = {**GOOD, "place": "can_tho"}
    found = faults(write([other, {**GOOD, **change}]))
    assert {fault.row for fault in found} == {3}
    assert any(f.column == column and re.search(expected, f.expected) for f in found), found


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"indicator": "communes", "value": "80.5", "printed": "80,5 xã"}, "whole number"),
        ({"indicator": "poverty_rate", "value": "101", "printed": "101%"}, "at most 100"),
        ({"indicator": "grdp_growth", "value": "2.5", "printed": "giảm 2,5%"}, "negative"),
    ],
)
def test_a_value_outside_its_measure_is_named(change, expected, write):
    assert any(expected in f.expected for f in faults(write([{**GOOD, **change}])))


def test_the_good_row_is_good(write):
    assert len(hg.load(write([GOOD]))) == 1


def test_all_faults_at_once(write):
    bad = [
        {**GOOD, "period": "23"},
        {**GOOD, "value": "1", "place": "x"},
        {**GOOD, "printed": "9.24%", "period": "2024"},
    ]
    found = faults(write(bad))
    assert {(f.row, f.column) for f in found} == {
        (2, "period"),
        (3, "place"),
        (3, "value"),
        (4, "printed"),
    }
    assert found == sorted(found, key=lambda f: f.row)


def test_a_second_row_for_the_same_figure(write):
    again = {**GOOD, "note": "the same"}
    assert [(f.row, f.column) for f in faults(write([GOOD, again]))] == [(3, "indicator")]


def test_a_second_row_for_the_same_numeral(write, rows):
    first = next(row for row in rows if row["nth"])
    other = {**first, "place": "vietnam"}
    assert [(f.row, f.column) for f in faults(write([first, other]))] == [(3, "paragraph")]


def test_leading_zeros_are_not_swallowed(write, rows):
    first = next(row for row in rows if row["nth"])
    found = faults(write([{**first, "nth": "0" + first["nth"]}]))
    assert [(f.column, f.value) for f in found] == [("nth", "0" + first["nth"])]


WHOLE = {
    "missing": (None, "No such file"),
    "empty": (b"", "an empty file"),
    "only a header": ("header", "no rows"),
    "semicolons": (b"indicator;place;period\ngrdp;x;2020\n", "separated by semicolons"),
    "tabs": (b"indicator\tplace\ngrdp\tx\n", "separated by tabs"),
    "a blank first line": (b"\nindicator,place\n", "a blank first line"),
    "no header": (b"grdp,hau_giang,2020\n", "no header"),
    "NUL characters": ("indicator,place\n".encode("utf-16-le"), "NUL"),
}


@pytest.mark.parametrize("what", WHOLE)
def test_a_file_wrong_as_a_whole(what, write, tmp_path):
    content, expected = WHOLE[what]
    path = tmp_path / "whole.csv"
    if content == "header":
        path = write([])
    elif content is not None:
        path.write_bytes(content)
    assert [f for f in faults(path) if expected in f.value]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258", "latin-1"])
def test_another_encoding(encoding, write):
    path = write([GOOD, {**GOOD, "place": "can_tho", "printed": "72.472 tỷ đồng"}])
    text = path.read_text("utf-8").replace("tỷ", "t\u00fd")
    path.write_bytes(text.encode(encoding, errors="replace"))
    found = faults(path)
    assert len(found) == 1
    assert "CSV UTF-8" in found[0].expected


def test_a_byte_order_mark_is_no_fault(write):
    path = write([GOOD])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(hg.load(path)) == 1


def test_missing_and_unknown_columns(write):
    columns = [c for c in GOOD if c != "printed"] + ["unit"]
    found = faults(write([{**GOOD, "unit": "x"}], columns=columns))
    assert [(f.row, f.column) for f in found] == [(1, "printed"), (1, "unit")]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a,b,c\n", 3),
        ('grdp,"hau_giang,2020\n', 3),
        (",".join("x" * 12) + "\n", 3),
        (",".join("x" * 10) + "\n", 3),
        ("\n", 3),
        (",,,,,,,,,," + "\n", 3),
        ('grdp,soc_trang,2022,1,=,actual,1 tỷ đồng,mpi_2021,,,"open', 3),
        ('grdp,soc_trang,2022,1,=,actual,1 tỷ đồng,mpi_2021,,,"a"b\n', 3),
    ],
)
def test_rows_that_do_not_fit_the_header(text, row, write):
    path = write([GOOD])
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    assert {f.row for f in faults(path)} == {row}


def test_rows_are_counted_in_lines_of_the_file(write):
    spread = {**GOOD, "note": "over\nthree\nlines"}
    found = faults(write([spread, {**GOOD, "place": "can_tho", "period": "x"}]))
    assert {(f.row, f.column) for f in found} == {(2, "note"), (5, "period")}


def test_an_error_names_at_least_one_fault():
    with pytest.raises(ValueError, match="at least one fault"):
        hg.DataError([])


def test_the_first_row_longer_than_the_header(write):
    path = write([GOOD])
    path.write_text(path.read_text("utf-8").rstrip() + ",x\n", "utf-8")
    assert [f.row for f in faults(path)] == [2]


@pytest.mark.parametrize("what", [*BROKEN, *WHOLE])
def test_the_command_line_shows_no_traceback(what, write, tmp_path, capsys):
    path = tmp_path / "whole.csv"
    if what in BROKEN:
        path = write([{**GOOD, **BROKEN[what][0]}])
    elif WHOLE[what][0] == "header":
        path = write([])
    elif WHOLE[what][0] is not None:
        path.write_bytes(WHOLE[what][0])
    assert main(["check", "--data", str(path)]) == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert path.name in said.out.splitlines()[0]
    assert said.out.splitlines()[-1].endswith(("1 fault", "faults"))


def test_the_message_counts_and_lists(write):
    with pytest.raises(hg.DataError, match=r"^45 faults; nothing was loaded\n.*\n") as caught:
        hg.load(write([{**GOOD, "period": f"{n}"} for n in range(45)]))
    assert str(caught.value).endswith("and 5 more")


def test_a_column_that_stands_twice(write):
    found = faults(write([GOOD], columns=[*GOOD, "note"]))
    assert [(f.row, f.column, f.expected) for f in found] == [(1, "note", "it once")]


def test_the_line_and_the_byte_of_another_encoding(write):
    path = write([GOOD, {**GOOD, "place": "can_tho", "note": "t\u00fd"}])
    path.write_bytes(path.read_text("utf-8").encode("latin-1", errors="ignore"))
    (found,) = faults(path)
    assert (found.row, found.value) == (3, "byte 0xfd")


def test_a_large_table_is_held_to_the_same_rules(write):
    # Above 20 MB nobody counts the cells of each row: pandas fills a short one with blanks.
    years = range(1900, 2101)
    path = write([{**GOOD, "period": str(year), "note": "x" * 140_000} for year in years])
    assert len(hg.load(path)) == len(years)
    with path.open("a", encoding="utf-8") as handle:
        handle.write("grdp,can_tho,2023\n")
    assert {(f.row, f.value) for f in faults(path)} == {(len(years) + 2, "")}


def test_repeated_rows_are_found_among_any_number_of_names():
    # Numbers of rows made of five columns like these do not fit 64 bits.
    names = pd.CategoricalDtype([str(n) for n in range(2**16)])
    rows = [(a, "0", "0", "0", b) for a in ("1", "2") for b in ("0", "65535")]
    frame = pd.DataFrame([*rows, rows[2]], dtype=names)
    assert list(schema._repeats(frame, frame.columns)) == [False] * 4 + [True]


def test_a_column_name_with_quotes_inside_is_another_name(write):
    path = write([GOOD])
    path.write_text(path.read_text("utf-8").replace("paragraph,", 'paragraph"",', 1), "utf-8")
    assert {(f.row, f.column) for f in faults(path)} == {(1, "paragraph"), (1, 'paragraph""')}


def test_a_fault_is_one_printable_line_of_any_cell():
    fault = hg.Fault("a\udc80.csv", 2, "x\ny", "é\u2028" * 1000, "as in 'a\tb'")
    assert str(fault).isprintable() and "a\\udc80.csv:2: column x\\ny: found 'é" in str(fault)
    assert len(str(fault)) < 1500


def test_one_fault_is_singular_and_two_are_not():
    fault = hg.Fault("a.csv", 2, "x", "y", "z")
    assert str(hg.DataError([fault])).startswith("1 fault;")
    assert str(hg.DataError([fault, fault])).startswith("2 faults;")
