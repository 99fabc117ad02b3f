"""Every number in prose is the one that the outputs state, at the place where they state it."""

import csv
import re

import nbformat
import prose
import pytest
from hypothesis import given
from hypothesis import strategies as st

TABLE = {
    "data": {
        "text/plain": "Figure | Period | Value | Bounds | Unit | Origin | Source\n"
        "Growth of GRDP | 2020–2025 | 9.24 | 9.235 – 9.245 | % per year | ● Document | ¶11.7\n"
        "Exports | 2024 | 1,298 | 1,297.5 – 1,298.5 | million USD | ■ Published | Công lý\n"
        "Places gained | 2020–2021 | 1.955 | exact | places | ■ Published | PCI"
    }
}
BOUNDED = {
    "data": {
        "text/plain": "Figure | Period | Value | Unit\n"
        "Pledges | 2022 | < 240,000 | billion VND\nCost of a house | 2024 | ≥ 71.6 | million VND"
    }
}
CHART = {"data": {"text/plain": "Places gained\n  2021: -6.25 (-6.3 to -6.2)\n[-6.25]"}}
KEY = ("01_growth", "average-reading")


@pytest.fixture(scope="module")
def parts():
    return prose.parts()


@pytest.fixture(scope="module")
def listed():
    return prose.table()


@pytest.fixture(scope="module")
def project():
    return prose.project()


@pytest.fixture(scope="module")
def small():
    """A project of two cells; one shows a table and what a chart has drawn, one bounds."""
    outputs = {("01_growth", "average"): prose.shown_lines([TABLE, CHART])}
    outputs["01_growth", "bounds"] = prose.shown_lines([BOUNDED])
    return prose.Project(
        outputs,
        {"¶11", "¶11.7"},
        {"data/terms.csv": ["kind,term", "place,can_tho", "unit,ha"]},
        "merged on 1 July 2025, line of 2022-2025, published 2024-12-20",
        prose.unit_pattern(outputs),
    )


def problems(small, text, *rows):
    return prose.part_problems(small, KEY, text, list(rows))


def test_every_number_in_prose_comes_from_where_the_table_says(parts, listed, project):
    if problems := prose.check(parts, listed, project):
        pytest.fail("\n".join(problems), pytrace=False)


def test_the_rows_of_each_part_are_numbered():
    seen = {}
    with prose.TABLE.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            seen.setdefault((row["file"], row["part"]), []).append(row["nth"])
    for key, nths in seen.items():
        assert nths == [str(nth) for nth in range(1, len(nths) + 1)], key


def changes(text):
    """Pairs of a numeral's place and a text in which one digit or number word is another."""
    words = list(prose.WORDS)
    for at, numeral in enumerate(prose.numerals(text)):
        word = numeral.printed.lower()
        if word in words:
            later = words[words.index(word) :] + words
            other = next(each for each in later if prose.WORDS[each] != prose.WORDS[word])
            yield at, text[: numeral.start] + other + text[numeral.end :]
            continue
        for place in range(numeral.start, numeral.end):
            if text[place].isdecimal():
                yield at, text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]


def test_every_changed_digit_and_number_word_is_noticed(parts, listed, project):
    for key, text in parts.items():
        for _, changed in changes(text):
            found = prose.part_problems(project, key, changed, listed[key])
            assert found and all(each.startswith(prose.where(*key)) for each in found), changed


def test_a_changed_number_is_not_what_its_place_states(parts, listed, project):
    """Nor would it pass if the table were changed along with it."""
    for key, text in parts.items():
        for at, changed in changes(text):
            origin, numeral = listed[key][at][1], prose.numerals(changed)[at]
            if prose.BOUND.fullmatch(origin) or prose.COUNTED.fullmatch(origin):
                assert prose.fault(project, key, changed, numeral, origin), (key, numeral)


def test_every_changed_unit_is_noticed(parts, listed, project):
    changed = 0
    for key, text in parts.items():
        for numeral, (_, origin) in zip(prose.numerals(text), listed.get(key, [])):
            said = project.units.match(text, numeral.end)
            if said and prose.BOUND.fullmatch(origin):
                line = prose.line_of(project, key[0], origin)
                row, pairs = prose.figures(line) if line.heads else ({}, [])
                column = pairs[int(origin.rpartition(".")[2]) - 1][0] if pairs else ""
                unit = row.get("Unit", "per ")
                if column in ("Value", "Bounds") and not unit.startswith("per "):
                    for other in ("percent", "billion USD"):
                        changed += 1
                        claim = text[: said.start(1)] + other + text[said.end() :]
                        assert prose.fault(project, key, claim, numeral, origin), (key, said[0])
    assert changed > 1000


def test_every_bound_turned_around_is_noticed(parts, listed, project):
    turned = 0
    for key, text in parts.items():
        for numeral, (_, origin) in zip(prose.numerals(text), listed.get(key, [])):
            line = prose.BOUND.fullmatch(origin) and prose.line_of(project, key[0], origin)
            value = prose.figures(line)[0].get("Value", "") if line and line.heads else ""
            if value[:1] not in tuple("≥>≤<") or value[2:] != prose.stated(project, key[0], origin):
                continue
            for said in (
                ("at most", "fewer than") if value[0] in "≥>" else ("at least", "more than")
            ):
                turned += 1
                start = f"{text[: numeral.start]}{said} "
                other = prose.Numeral(numeral.printed, len(start), len(start + numeral.printed))
                claim = start + text[numeral.start :]
                assert prose.fault(project, key, claim, other, origin), (key, claim)
    assert turned > 60


@pytest.mark.parametrize("name", ["OTHER_UNITS", "BARE_BOUNDS"])
def test_every_exception_is_in_use(name, parts, listed, project, monkeypatch):
    before, exceptions = prose.check(parts, listed, project), getattr(prose, name)
    monkeypatch.setattr(prose, name, set())
    assert len(prose.check(parts, listed, project)) == len(before) + len(exceptions)


def test_every_number_listed_as_stated_nowhere_is_in_use(listed):
    used = {
        (*key, printed)
        for key, own in listed.items()
        for printed, origin in own
        if origin == "text"
    }
    assert prose.STATED_NOWHERE - used == set()


@given(st.text())
def test_every_digit_belongs_to_a_numeral(text):
    covered = "".join(each.printed for each in prose.numerals(text))
    assert re.findall(r"\d", covered) == re.findall(r"\d", text)


def test_every_digit_of_all_prose_belongs_to_a_numeral(parts):
    for text in parts.values():
        covered = "".join(each.printed for each in prose.numerals(text))
        assert re.findall(r"\d", covered) == re.findall(r"\d", text)


def test_numerals_of_every_form():
    text = (
        "In 2020–2025 `x9` fell by −6.19 to 77,854, Half of [it](01_a.ipynb) (¶11.7); two, twice, "
        "Thirty-six, zero, hundreds, dozens."
    )
    found = [each.printed for each in prose.numerals(text)]
    assert found[:7] == ["2020", "2025", "9", "−6.19", "77,854", "Half", "01"]
    assert found[7:10] == ["¶11.7", "two", "twice"]
    assert found[10:] == ["Thirty", "six", "zero", "hundreds", "dozens"]


def test_ordinals_are_no_numerals():
    assert prose.numerals("first, second, none, often, someone") == []


@pytest.mark.parametrize(
    ("printed", "shown", "agree"),
    [
        ("9.24", "9.24", True),
        ("9.25", "9.24", False),
        ("6.19", "-6.19", True),
        ("1,298", "1298", True),
        ("1.96", "1.955", True),  # half up
        ("9.2", "9.24", True),
        ("9.240", "9.24", True),
        ("9.24", "9.2", False),  # prose prints more than the output states
        ("195,75", "195.75", True),
        ("Five", "5", True),
        ("Ninety", "90", True),
        ("thousands", "1,000", True),
        ("zero", "0", True),
        ("five", "5.1", False),  # a word does not round
        ("twice", "2", True),
        ("¶11.7", "11.7", False),
    ],
)
def test_a_number_states_another_or_rounds_it(printed, shown, agree):
    assert prose.states(printed, shown) is agree


def test_parts_of_a_document_keep_their_names_when_numbers_change():
    text = "9 lines\n# Term 2020–2025\n```sh\n# no heading 7\n```\n## Two ways\n2"
    parts = prose.sections(text)
    assert list(parts) == ["top", "term", "two-ways"]
    assert "no heading 7" in parts["term"] and "".join(parts.values()) == text


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("grew by 9.24 %", "average:2.3"),
        ("grew by 9.2 %", "average:2.3"),
        ("exports of 1,298 million USD", "average:3.2"),
        ("1,298 millions", "average:3.2"),
        ("1.96 places", "average:4.3"),
        ("pledges of nearly 240,000 billion VND", "bounds:2.2"),
        ("no more than 240,000", "bounds:2.2"),
        ("were made in 2022", "bounds:2.1"),
        ("a house took 71.6 million VND at least", "bounds:3.2"),
        ("no less than 71.6", "bounds:3.2"),
        ("fell by 6.25", "average:6.2"),
        ("6.25 points", "average:6.2"),  # a value drawn has no unit
        ("three figures", "average#Figure|\\|"),
        ("two are published", "average#Published"),
        ("4 rows", "average#"),
        ("2 terms", "data/terms.csv#"),
        ("one unit", "data/terms.csv#^unit"),
        ("stated (¶11.7)", "¶"),
        ("item one", "word"),
        ("of five", "text"),
        ("`x9`", "name"),
        ("1. ", "list"),
    ],
)
def test_a_number_from_its_place_is_no_problem(small, text, origin):
    assert problems(small, text, (prose.numerals(text)[0].printed, origin)) == []


@pytest.mark.parametrize("text", ["on 1 July 2025", "line of 2022–2025", "in December 2024"])
def test_a_date_in_the_data_is_no_problem(small, text):
    assert problems(small, text, *((each.printed, "date") for each in prose.numerals(text))) == []


@pytest.mark.parametrize(
    ("text", "origin", "says"),
    [
        ("grew by 9.25 %", "average:2.3", "the output states 9.24"),
        ("by 9.24 percentage points", "average:2.3", "unit there is % per year, not percentage p"),
        ("by 9.24 percent", "average:2.3", "unit there is % per year, not percent"),
        ("1,298 billion USD", "average:3.2", "unit there is million USD, not billion USD"),
        ("at most 1,298.5 million VND", "average:3.4", "unit there is million USD, not million V"),
        ("more than 240,000 billion VND", "bounds:2.2", "a bound of the other side there: < 240,0"),
        ("no less than 240,000", "bounds:2.2", "a bound of the other side there: < 240,000"),
        ("240,000 billion VND", "bounds:2.2", "the sentence does not say so"),
        ("At most 71.6 million VND", "bounds:3.2", "a bound of the other side there: ≥ 71.6"),
        ("no more than 71.6", "bounds:3.2", "a bound of the other side there: ≥ 71.6"),
        ("grew by 9.24 %", "average:2.9", "no such numeral"),
        ("grew by 9.24 %", "average:99.1", "no such numeral"),
        ("grew by 9.24 %", "elsewhere:2.3", "no such numeral"),
        ("three are published", "average#Published", "2 rows match"),
        ("three are published", "elsewhere#", "no such output"),
        ("three terms", "data/other.csv#", "no such output"),
        ("three are published", "average#(", "pattern cannot be read"),
        ("stated (¶11.8)", "¶", "no such place"),
        ("paragraph 11", "¶", "no such part"),
        ("on 2 August 2025", "date", "no date in the data or in CITATION.cff"),
        ("line of 2016–2020", "date", "no date in the data"),
        ("about 3 firms", "list", "part of no list"),
        ("about 3 firms", "name", "part of no name"),
        ("about 3 firms", "word", "no number word"),
        ("about 3 firms", "text", "STATED_NOWHERE in tests/prose.py does not list it"),
        ("about 3 firms", "?", "nothing is known"),
    ],
)
def test_what_is_wrong_with_an_origin(small, text, origin, says):
    first = prose.numerals(text)[0].printed
    found = problems(small, text, *((each.printed, origin) for each in prose.numerals(text)))
    assert says in found[0] and origin in found[0]
    assert found[0].startswith("notebooks/01_growth.ipynb average-reading: ")
    assert f"'{first}' in \"" in found[0] and "run tests/prose.py" in found[0]


def test_a_changed_number_names_what_the_output_states(small):
    (found,) = problems(small, "GRDP grew by 9.25 % a year", ("9.24", "average:2.3"))
    assert "'9.25' in \"…GRDP grew by 9.25 % a year…\"" in found
    assert "tests/prose.csv has 9.24 from average:2.3, where the output states 9.24" in found


def test_one_number_more_or_less_is_one_problem(small):
    rows = [("9.24", "average:2.3"), ("1,298", "average:3.2"), ("one", "word")]
    (more,) = problems(small, "9.24, then 7, then 1,298 and one", *rows)
    assert "'7'" in more and "does not list it" in more
    (less,) = problems(small, "9.24 and one", *rows)
    assert "has 1,298 from average:3.2" in less and "no longer has it" in less


def test_rows_of_a_part_that_is_gone(small):
    (found,) = prose.check({}, {("README.md", "old"): [("one", "word")]}, small)
    assert found.startswith("README.md old: ") and "not there" in found


def test_proposals_keep_what_holds_and_mend_the_rest(small):
    """A row bound to the wrong line is bound again; the others stay as they are."""
    cells = [nbformat.v4.new_code_cell(id="average", outputs=[])]
    cells.append(nbformat.v4.new_markdown_cell("", id=KEY[1]))
    books = {KEY[0]: nbformat.v4.new_notebook(cells=cells)}
    text = "Growth of GRDP was 9.24 % per year; exports were one of 1,298 million USD."
    own = [("9.24", "average:3.1"), ("one", "word"), ("1,298", "average:3.2")]
    rows, proposals = prose.bind({KEY: text}, {KEY: own}, small, books)
    assert rows[KEY] == [("9.24", "average:2.3"), *own[1:]]
    assert [(each.printed, origin) for _, each, origin in proposals] == [("9.24", "average:2.3")]


def test_a_number_that_nothing_states_is_left_to_the_author(project):
    key = ("01_growth", "growth-term-reading")
    rows, _ = prose.bind({key: "It grew by 98,765.4 %."}, {}, project, prose.notebooks())
    assert rows[key] == [("98,765.4", "?")]


def test_the_table_is_written_as_it_is_read(listed, tmp_path, monkeypatch):
    monkeypatch.setattr(prose, "TABLE", tmp_path / "prose.csv")
    prose.write(listed)
    assert prose.table() == listed
    assert [path.name for path in tmp_path.iterdir()] == ["prose.csv"]
