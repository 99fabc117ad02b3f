"""The drill changes what it says, and tells what nothing notices."""

from collections import Counter

import drill
import mutants
import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def every():
    return list(mutants.every_mutant())


def test_every_kind_has_mutants_and_each_of_a_sample_changes_its_file(every):
    kinds = Counter(mutant.kind for mutant in every)
    assert kinds.keys() >= drill.NONE
    asked = {"swapped rows", "dropped row", "unit", "formula", "stored output", "cleared output"}
    asked |= {"chart's data", "source address", "alt text", "moved mark in a picture"}
    assert kinds.keys() >= asked
    for mutant in every[::997]:
        text = (ROOT / mutant.file).read_text("utf-8")
        assert mutant.edit(text) != text, mutant


def test_a_mutant_is_made_noticed_and_taken_back(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("9.24", "utf-8")
    seen = []

    def passes(check, folder):
        seen.append((check, (folder / "a.txt").read_text("utf-8")))
        return check != "second"

    monkeypatch.setattr(drill, "passes", passes)
    mutant = mutants.Mutant("digit", "a.txt", "", lambda text: "9.25", ("first", "second"))
    assert drill.noticed(mutant, tmp_path, ["last"]) == "second"
    assert seen == [("first", "9.25"), ("second", "9.25")]
    assert (tmp_path / "a.txt").read_text("utf-8") == "9.24"
    unseen = mutant._replace(checks=("first",))
    assert drill.noticed(unseen, tmp_path, ["last"]) is None and len(seen) == 4
    with pytest.raises(ValueError, match="no change"):
        drill.noticed(mutant._replace(edit=lambda text: text), tmp_path, [])


def test_what_survives_is_named_and_fails_the_drill(capsys):
    kind = "number in prose"
    some = [mutants.Mutant(kind, "README.md", f"line {n}", str.upper, ()) for n in range(200)]
    assert drill.report(some, dict.fromkeys(range(200), "tests/test_prose.py"))
    assert not drill.report(some, dict.fromkeys(range(199), "tests/test_prose.py") | {199: None})
    assert "SURVIVED number in prose: README.md line 199" in capsys.readouterr().out
    lesser = [mutant._replace(kind="alt text") for mutant in some]
    assert drill.report(lesser, dict.fromkeys(range(199), "x") | {199: None})  # 99.5 percent
    assert not drill.report(lesser, {0: "x", 1: None})


def test_a_check_that_fails_anyway_notices_nothing(tmp_path, monkeypatch, every):
    monkeypatch.setattr(drill, "noticed", lambda *arguments: "broken check")
    monkeypatch.setattr(drill, "passes", lambda *arguments: False)
    (tmp_path / "copy.log").write_text("it said so", "utf-8")
    with pytest.raises(SystemExit, match="broken check fails without any mutant:\nit said so"):
        drill.work(every, [0], [], tmp_path / "copy", tmp_path / "results")
