"""The bundled files agree with each other, with their translations and with the document's text."""

import re
import unicodedata
from datetime import date
from itertools import chain

import pandas as pd
import pytest

from hg_analysis import calc
from hg_analysis.bounds import NUMERAL
from hg_analysis.files import read
from hg_analysis.table import DATA, KEYS, TABLES, companion, validate
from hg_analysis.tools.translate import unequal_numbers

# What kind of unit each kind of measure has.
UNITS = {
    "count": r"[^%]+",
    "growth": r"%( per year)?",
    "share": r"%( of .*)?",
    "plan": r"% (of plan|of budget plan|above plan|of target)",
}
USERS = {  # which tables use the terms of a kind
    "unit": ["codebook", "derived"],
    "theme": ["codebook"],
    "reading": ["readings"],
    "verdict": ["readings"],
    "place": ["indicators"],
    "status": ["indicators"],
    "publisher": ["sources"],
    "kind": ["sources"],
    "quotes": ["sources"],
    "role": ["numerals"],
}


@pytest.fixture(scope="module")
def tables():
    return {name: read(DATA / f"{name}.csv", TABLES[name]) for name in KEYS}


def none(table, name, column, wrong):
    """Fail with file, row, column and value of each row that is marked as wrong."""
    found = [
        f"{name}.csv:{line} {column}: {cell!r}, {told}"
        for line, cell, told in zip(table.index, table[column], wrong)
        if told
    ]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("name", [name for name in KEYS if name != "indicators"])
def test_each_file_keeps_its_rules(name, tables):
    faults = validate(name, tables[name], f"{name}.csv", tables)
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("name", KEYS)
def test_both_languages_state_the_same_numbers(name, tables):
    table = tables[name]
    for column in table.columns[table.columns.str.endswith("_vi")]:
        pairs = zip(table[column.replace("_vi", "_en")], table[column])
        none(table, name, column, [unequal_numbers(*pair) for pair in pairs])


@pytest.mark.parametrize("name", ["codebook", "derived"])
def test_a_unit_is_one_of_its_measure(name, tables):
    table = tables[name]
    pairs = zip(table.measure, table.unit)
    fits = [re.fullmatch(UNITS.get(measure, ".*"), unit) for measure, unit in pairs]
    none(table, name, "unit", ["not of its measure" * (not fit) for fit in fits])


def test_a_derived_quantity_names_formulas_and_inputs_that_there_are(tables):
    derived, book = tables["derived"], tables["codebook"]
    known = {*book.indicator, *derived.indicator, "number", "any"}
    none(
        derived, "derived", "formula", [{*f.split("; ")} - {*calc.__all__} for f in derived.formula]
    )
    none(
        derived,
        "derived",
        "inputs",
        [{*re.findall(r"[a-z]\w*", i)} - known for i in derived.inputs],
    )
    none(derived, "derived", "indicator", derived.indicator.isin(book.indicator))


@pytest.mark.parametrize("kind", USERS)
def test_no_term_is_unused(kind, tables):
    terms = tables["terms"].query("kind == @kind")
    used = {*chain.from_iterable(tables[user][kind] for user in USERS[kind])}
    none(terms, "terms", "term", ~terms.term.isin(used))


def test_the_codes_of_provinces_rise_as_in_the_list_of_the_statistics_office(tables):
    codes = tables["terms"].query("kind == 'province'").symbol
    assert len(codes) and codes.is_monotonic_increasing and codes.is_unique


@pytest.mark.parametrize(("name", "column"), [("codebook", "indicator"), ("sources", "source")])
def test_no_indicator_or_source_is_unused(name, column, tables):
    none(tables[name], name, column, ~tables[name][column].isin(tables["indicators"][column]))


def test_a_source_is_of_the_month_that_its_name_says_and_stands_once(tables):
    sources = tables["sources"]
    months = [re.findall(r"_(20\d\d)_(\d\d)$", name) for name in sources.source]
    pairs = zip(("-".join(*month or [""]) for month in months), sources.published)
    wrong = [f"not {month}" * (day != "" and not day.startswith(month)) for month, day in pairs]
    none(sources, "sources", "published", wrong)
    none(sources, "sources", "published", sources.published > date.today().isoformat())
    none(sources, "sources", "address", sources.address.duplicated() & (sources.address != ""))


def test_every_paragraph_stands_in_its_order_and_a_figure_alone_has_an_indicator(tables):
    paragraphs, numerals = tables["paragraphs"], tables["numerals"]
    right = range(1, len(paragraphs) + 1)
    none(paragraphs, "paragraphs", "paragraph", paragraphs.paragraph != [*map(str, right)])
    wrong = (numerals.role == "figure") != (numerals.indicator != "")
    none(numerals, "numerals", "indicator", wrong)


def test_the_text_states_every_numeral_figure_and_opening_where_they_are_listed(appendix, tables):
    text = unicodedata.normalize("NFC", appendix.read_text(encoding="utf-8"))
    lines = {str(n): " ".join(line.split()) for n, line in enumerate(text.splitlines(), 1)}
    places = {
        (number, str(nth)): match
        for number, line in lines.items()
        for nth, match in enumerate(NUMERAL.finditer(line), 1)
    }
    numerals, paragraphs = tables["numerals"], tables["paragraphs"]
    listed = pd.Series(numerals.printed.to_numpy(), [*zip(numerals.paragraph, numerals.nth)])
    assert listed.to_dict() == {place: match[0] for place, match in places.items()}
    assert len(places) == 108
    own = tables["indicators"].query("paragraph != ''")
    for figure in own.itertuples():
        start, line = 0, lines[figure.paragraph]
        if figure.nth:  # in its place
            match, numeral = places[figure.paragraph, figure.nth], NUMERAL.search(figure.printed)
            start = match.start() - numeral.start()
            assert line[max(start, 0) :].startswith(figure.printed), figure
        assert figure.printed in line, figure
    lost = [row.opening not in lines[row.paragraph] for row in paragraphs.itertuples()]
    none(paragraphs, "paragraphs", "opening", lost)


def test_every_note_and_publication_is_said_in_vietnamese(bundled):
    texts, sources = companion("texts"), companion("sources")
    used = {*bundled.note, *sources.title, *sources.note, *companion("totals").note} - {""}
    assert used == set(texts.text_en)
    for row in texts.itertuples():
        assert unicodedata.is_normalized("NFC", row.text_vi) and row.text_vi != row.text_en
