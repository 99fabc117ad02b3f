"""What the README and its siblings say of the project is true."""

import re
import tomllib

import pytest
from conftest import ROOT

import hg_analysis as hg
from hg_analysis import words
from hg_analysis.bounds import parse_printed
from hg_analysis.table import TABLES
from hg_analysis.words import MARKS

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "data/README.md"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    text = re.sub(r"`[^`]*`", "", (ROOT / name).read_text("utf-8"))
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not target.startswith("http"):
            assert ((ROOT / name).parent / target).exists(), target


def test_every_column_is_described():
    text = (ROOT / "data/README.md").read_text("utf-8")
    for name, columns in TABLES.items():
        part = text.split(f"**`{name}.csv`**", 1)[1].split("**`", 1)[0]
        described = TABLES["codebook"] if name == "derived" else ()  # "the same columns"
        for column in columns.keys() - described:
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


def test_the_marks_explained_on_the_first_page_are_those_of_the_tables():
    text = (ROOT / "docs/index.md").read_text("utf-8")
    explained = re.findall(r"([●■△◆]) \*\*(.+?)\*\*", text)
    assert explained == [(mark, words.name("origin", name)) for name, mark in MARKS.items()]


def test_the_signs_explained_in_the_data_readme_are_read_so():
    text = (ROOT / "data/README.md").read_text("utf-8")
    cell = re.search(r"^\| `relation` \| `=`; (.*) \|$", text, flags=re.MULTILINE)[1]
    signs = set(hg.companion("terms").query("kind == 'relation'").term)
    explained = re.findall(r"`(\S+)` ([\w, ]+) \((.+?)\)", cell)
    assert {sign for sign, *_ in explained} == signs - {"="}
    for sign, english, vietnamese in explained:
        assert words.name("relation", sign) in english.split(", ")
        for word in vietnamese.split(", "):
            text = f"5 người {word}" if word.startswith("trở") else f"{word} 5 người"
            assert parse_printed(text, "người").relation == sign, word


def test_the_glossary_names_things_as_figures_and_tables_do():
    """Side by side where both languages have as many words, such as "plan, target"."""
    text = (ROOT / "README.md").read_text("utf-8").split("<!-- glossary -->")[1].split("\n## ")[0]
    names, met = hg.companion("terms").groupby("name_en").name_vi.agg(list), 0
    for line in text.strip().splitlines()[2:]:
        english, vietnamese = (cell.split(", ") for cell in line.strip("| ").split(" | ")[:2])
        for place, word in enumerate(english):
            there = vietnamese[place : place + 1] if len(english) == len(vietnamese) else vietnamese
            known = {*names.get(word, ()), *names.get(f"{word}s", ())}
            # A pledge is "cam kết" in tables and "cam kết đầu tư" here; a target is longer there.
            pairs = [(f"{one} ", f"{other} ") for one in there for other in known]
            fits = [one.startswith(other) or other.startswith(one) for one, other in pairs]
            assert any(fits) or not known, (word, there, known)
            met += bool(known)
    assert met >= 8


def test_what_is_cited_is_this_version_of_this_collection():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.search(r"^version: (.+)$", citation, flags=re.MULTILINE)[1] == project["version"]
    title = re.search(r'^title: "(.+)"$', citation, flags=re.MULTILINE)[1]
    for name in ("README.md", "docs/index.md"):
        assert (ROOT / name).read_text("utf-8").startswith(f"# {title}\n")
    least = project["requires-python"]
    for name in ("README.md", "Makefile"):
        said = re.findall(r"Python (3\.\d+) or later", (ROOT / name).read_text("utf-8"))
        assert {f">={version}" for version in said} == {least}, name
    assert f"- python{least}\n" in (ROOT / "environment.yml").read_text("utf-8")
