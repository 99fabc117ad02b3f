"""pyproject.toml, requirements.lock and environment.yml agree, and name no index."""

import re
import tomllib

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
DECLARED = {
    canonicalize_name(Requirement(line).name): Requirement(line)
    for line in PROJECT["project"]["dependencies"]
}
BY_PIP = {
    "font-source-sans-pro",
    "typst",
    "playwright",
    "axe-playwright-python",
}  # not in conda-forge


def locked():
    """Every version that the lock pins, by name."""
    pins = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", LOCK, flags=re.MULTILINE):
        pins.setdefault(canonicalize_name(name), []).append(version)
    return pins


@pytest.mark.parametrize("name", DECLARED)
def test_the_lock_satisfies_every_range(name):
    assert name in locked()
    assert all(DECLARED[name].specifier.contains(version) for version in locked()[name])


def test_every_pin_has_hashes():
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 100
    for entry in entries:
        assert entry.count("--hash=sha256:") >= 1, entry.splitlines()[0]


def test_no_address_of_an_index():
    assert "://" not in LOCK
    assert "index-url" not in LOCK


def test_conda_users_get_the_same_ranges():
    lines = [line for line in CONDA["dependencies"] if isinstance(line, str)]
    conda = {
        canonicalize_name(Requirement(line).name): Requirement(line).specifier for line in lines
    }
    assert (
        conda.pop("python")
        == Requirement(f"python{PROJECT['project']['requires-python']}").specifier
    )
    assert conda.pop("pip") == Requirement("pip").specifier
    assert conda == {
        name: requirement.specifier for name, requirement in DECLARED.items() if name not in BY_PIP
    }
    assert {"pip": ["--editable ."]} in CONDA["dependencies"]
    assert CONDA["channels"] == ["conda-forge"]


def test_the_build_needs_nothing_else():
    for line in PROJECT["build-system"]["requires"]:
        assert (
            Requirement(line).specifier
            == DECLARED[canonicalize_name(Requirement(line).name)].specifier
        )


def test_every_dependency_says_why():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for line in text.split("dependencies = [", 1)[1].split("\n]", 1)[0].strip().splitlines():
        assert re.search(r'",\s+# .{8,}', line), line
