"""The suite on every Python here, with the lowest and the newest versions: ``make versions``.

Each pair of Python and resolution gets an environment and a log of its own in
``build/versions`` and runs pytest with the doctests, then every notebook under nbval.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "versions"
UV = [sys.executable, "-m", "uv"]
RESOLUTIONS = {"lowest": "lowest-direct", "newest": "highest"}  # as uv calls them
COUNTED = ("passed", "failed", "skipped")


def pythons():
    """Return the path of each Python of 3.11 or later on this machine, by its version."""
    folders = [str(path) for path in Path.home().glob(".pyenv/versions/*/bin")]
    search = os.pathsep.join([*folders, os.environ["PATH"]])
    listed = subprocess.run(
        [*UV, "python", "list", "--only-installed", "--output-format", "json"],
        env=os.environ | {"PATH": search},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # pyenv's shims of Pythons that are not in use
        check=True,
    )
    found = {}
    for each in json.loads(listed.stdout):  # the newest first
        version = each["version_parts"]["major"], each["version_parts"]["minor"]
        kind = each["implementation"], each["variant"]
        if version >= (3, 11) and kind == ("cpython", "default"):
            found.setdefault("{}.{}".format(*version), each["path"])
    return dict(reversed(found.items()))


def run(name, python, resolution):
    """Set up one environment and run the suite in it; return how it ended and the counts."""
    env, log = FOLDER / name, FOLDER / f"{name}.log"
    install = [*UV, "pip", "install", "--quiet", "--python", env, "--resolution", resolution]
    # Only wheels: the lowest versions of a new Python are those that were built for it.
    install += ["--only-binary", ":all:", "--editable", ROOT]
    set_up = [[*UV, "venv", "--quiet", "--clear", "--python", python, env], install]
    suite = (
        [env / "bin" / "python", "-m", "pytest", "-q"],
        ["make", "--no-print-directory", "nbval", f"BIN={env / 'bin'}"],
    )
    with log.open("w", encoding="utf-8") as out:

        def succeeds(command):
            out.flush()
            return not subprocess.run(command, cwd=ROOT, stdout=out, stderr=out).returncode

        # Both parts of the suite run even where the first fails.
        good = all(map(succeeds, set_up)) and all([succeeds(command) for command in suite])
    text = log.read_text("utf-8")
    for line in re.findall(r"^(?:SKIPPED|FAILED|ERROR|error:) .*", text, flags=re.MULTILINE):
        print(f"  {line}")
    ends = "\n".join(re.findall(r"^\d+ .* in [\d.]+s\b", text, flags=re.MULTILINE))
    return good, [sum(map(int, re.findall(rf"(\d+) {what}", ends))) for what in COUNTED]


def main():
    """Run what is asked for; return 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pythons", nargs="*", help="such as 3.11 3.13; all by default")
    parser.add_argument("--resolutions", nargs="+", choices=RESOLUTIONS, default=RESOLUTIONS)
    asked, here = parser.parse_args(), pythons()
    if missing := [each for each in asked.pythons or () if each not in here]:
        parser.error(f"no Python {', '.join(missing)} on this machine; there are {', '.join(here)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    rows = []
    for version in asked.pythons or here:
        for resolution in asked.resolutions:
            print(f"Python {version}, {resolution} versions", flush=True)
            start = time.monotonic()
            good, counts = run(f"{version}-{resolution}", here[version], RESOLUTIONS[resolution])
            rows.append((version, resolution, *counts, round(time.monotonic() - start)))
            rows[-1] += ("" if good else f"FAILED: build/versions/{version}-{resolution}.log",)
    print()
    for row in [("Python", "versions", *COUNTED, "seconds", ""), *rows]:
        print("{:<7} {:<9} {:>7} {:>7} {:>8} {:>8}  {}".format(*row).rstrip())
    return int(any(row[-1] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
