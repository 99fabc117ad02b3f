"""Every number in prose that is no link is the one that the outputs state, where they state it.

Of the six notebooks and the documents that still hang on ``tests/prose.csv``; it goes when they
get their final form.
"""

import csv

import prose
import pytest


@pytest.fixture(scope="module")
def parts():
    return prose.parts()


@pytest.fixture(scope="module")
def listed():
    return prose.table()


@pytest.fixture(scope="module")
def project():
    return prose.project()


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
