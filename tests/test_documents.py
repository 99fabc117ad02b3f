"""What the README and its siblings say of the project is true."""

import re

import pytest
from babel.messages.pofile import read_po
from conftest import ROOT

import hg_analysis as hg
from hg_analysis.words import unequal_numbers

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "data/README.md"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not target.startswith("http"):
            assert ((ROOT / name).parent / target).exists(), target


def test_the_counts_of_the_data_readme():
    text = " ".join((ROOT / "data/README.md").read_text("utf-8").split())
    table, numerals = hg.load(), hg.companion("numerals")
    own = table[table.origin == "document"]
    figures = (numerals.role == "figure").sum()
    paragraphs = len(hg.companion("paragraphs"))
    for sentence in (
        f"It holds {len(numerals)} numerals in {paragraphs} paragraphs; {figures} of them state",
        f"{len(table) - len(own)} figures of statistics offices",
        f"first version. {len(table)} figures, {len(own)} of them from the document",
    ):
        assert sentence in text


def test_every_column_is_described():
    text = (ROOT / "data/README.md").read_text("utf-8")
    for name, columns in hg.data.COLUMNS.items():
        part = text.split(f"**`{name}.csv`**", 1)[1].split("**`", 1)[0]
        for column in columns if name != "derived" else ():
            assert column in part, (name, column)


def test_the_readmes_example_runs():
    readme = (ROOT / "README.md").read_text("utf-8")
    code = readme.split("```python\n", 1)[1].split("```", 1)[0]
    printed = re.search(r"print\(term\)  # (.+)", code)[1]
    names = {}
    exec(code.split("hg.show(")[0], names)
    assert str(names["term"]) == printed


def test_every_command_named_exists():
    rules = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    named = re.search(r"the commands: (make .*)", (ROOT / "README.md").read_text("utf-8"))[1]
    assert {each for each in re.split(r" · ", named)} - {"make"} <= set(rules)


def test_the_place_explained_on_the_first_page():
    text = " ".join((ROOT / "docs/index.md").read_text("utf-8").split())
    paragraph, nth = re.search(r"`¶(\d+)\.(\d+)` is its place", text).groups()
    assert f"paragraph {paragraph}, numeral {nth}" in text


def unequal(catalogue):
    """Messages of a translated catalogue that state other numbers than their translations."""
    with catalogue.open("rb") as file:
        return [
            message.id
            for message in read_po(file, abort_invalid=True)
            if message.id and message.string and unequal_numbers(message.id, message.string)
        ]


def test_a_translation_states_the_numbers_of_the_original(tmp_path):
    catalogue = tmp_path / "small.po"
    pairs = {"9.24% over five years": "9,24% trong 5 năm", "51 of 1,234": "51 trong 1.243"}
    lines = (f'msgid "{english}"\nmsgstr "{other}"\n' for english, other in pairs.items())
    catalogue.write_text("\n".join(['msgid ""\nmsgstr ""\n', *lines]), "utf-8")
    assert unequal(catalogue) == ["51 of 1,234"]
    for path in (ROOT / "docs").rglob("*.po"):
        assert unequal(path) == [], path
