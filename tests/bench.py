"""Processor time as ratios, measured in one run: ``make bench``.

Machines differ and are noisy, so each measure is a ratio to what plain code needs on the same
machine in the same run: whole processes in turn, their medians.
"""

import itertools
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import hg_analysis as hg
from hg_analysis import words
from hg_analysis.table import DATA, TABLES

ROOT = DATA.parent
ROWS = 10_000
SCRIPT = """import nbformat, os, pathlib
os.chdir("notebooks")
for path in sorted(pathlib.Path().glob("*.ipynb")):
    scope = {}
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            exec(cell.source, scope)"""
AGAIN = "from hg_analysis.tools.run import execute; execute()"
CHANGE = ("indicators.csv", "grdp_growth,hau_giang,2024,8.76,=", "8,76%", "8.77", "8,77%")


def seconds(command, **options):
    """Run a command and return the processor time that it took with all its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | options
    subprocess.run(command, check=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def python(code):
    """Return the command that runs a piece of code."""
    return [sys.executable, "-c", code]


def clock(command):
    """Run a command and return how long it took: what works side by side counts once."""
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(what, ours, base, goal=None, runs=5, measure=seconds):
    """Print the ratio of two commands, run in turn; say whether it is within its goal."""
    pairs = [(measure(ours), measure(base)) for _ in range(runs)]
    (mine, theirs), each = map(statistics.median, zip(*pairs)), [a / b for a, b in pairs]
    good = goal is None or mine / theirs <= goal
    verdict = f", goal {goal}: {'met' if good else 'MISSED'}" if goal else ""
    spread = f"{min(each):.2f} to {max(each):.2f}"
    print(f"{what}: {mine / theirs:.2f} ({spread}; {mine:.2f} s and {theirs:.2f} s){verdict}")
    return good


def many(path):
    """Write a valid table of many rows."""
    terms, sources = hg.companion("terms"), hg.companion("sources").query("kind != 'primary'")
    places = terms.term[terms.kind == "place"]
    cells = itertools.product(places, range(1990, 2026), sources.source)
    with path.open("w", encoding="utf-8") as file:
        print(*TABLES["indicators"], sep=",", file=file)
        for place, year, source in itertools.islice(cells, ROWS):
            print(f"grdp,{place},{year},{year},=,actual,{year} tỷ đồng,{source},,,", file=file)


def plain(folder):
    """Lay out the English notebooks for Sphinx as it comes; return the command for it."""
    source = folder / "plain"
    shutil.copytree(ROOT / "notebooks", source / "notebooks")
    (source / "conf.py").write_text('extensions = ["myst_nb"]\nnb_execution_mode = "off"\n')
    (source / "index.md").write_text("# Plain\n\n```{toctree}\n:glob:\nnotebooks/*\n```\n")
    return [sys.executable, "-m", "sphinx", "-Q", "-E", "-b", "html", source, folder / "html"]


def changed():
    """Return how long it takes until one changed figure stands in all pages of both languages."""
    name, row, printed, value, print_as = CHANGE
    with tempfile.TemporaryDirectory() as folder:
        skip = shutil.ignore_patterns(".git", ".venv", "__pycache__", "site", "screens")
        copy = shutil.copytree(ROOT, Path(folder) / "project", ignore=skip)
        lines = (copy / "data" / name).read_text("utf-8").split("\n")
        at = next(n for n, line in enumerate(lines) if line.startswith(row))
        lines[at] = lines[at].replace(",8.76,", f",{value},").replace(printed, print_as)
        (copy / "data" / name).write_text("\n".join(lines), "utf-8")
        start, env, runs = time.perf_counter(), os.environ | {"PYTHONPATH": str(copy)}, []
        for language in words.LANGUAGES:  # side by side, as make does
            env["HG_PICTURES"] = str(copy / "build" / "pictures" / language)
            command = [sys.executable, "-m", "hg_analysis", "run"]
            command += ["--language", "vi"] if language == "vi" else []
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
            runs.append(subprocess.Popen(command, cwd=copy, env=env, **pipes))
        said = "".join(part for run in runs for part in run.communicate())
        notebooks = time.perf_counter() - start
        sites = [copy / "build" / "site" / language for language in words.LANGUAGES]
        subprocess.run([sys.executable, copy / "docs" / "pages.py", *sites], env=env, check=True)
        took = time.perf_counter() - start
        assert "8.76" in said and "8.77" in said, said
        assert "8,77" in (sites[1] / "notebooks" / "01_growth.html").read_text("utf-8")
    told = (
        f"one changed figure to both languages' pages: {took:.1f} s ({notebooks:.1f} to notebooks)"
    )
    print(f"{told}, goal 10: {'met' if took <= 10 else 'MISSED'}")
    return took <= 10


def briefings():
    """Return how long all themes take in both languages and all forms, side by side."""
    with tempfile.TemporaryDirectory() as folder:
        base, start = [sys.executable, "-m", "hg_analysis", "brief", "--all"], time.perf_counter()
        commands = [[*base, "--out", folder, "--language", each] for each in words.LANGUAGES]
        runs = [subprocess.Popen(each, cwd=ROOT, stdout=subprocess.DEVNULL) for each in commands]
        assert not any(run.wait() for run in runs)
        took = time.perf_counter() - start
        assert len([*Path(folder).iterdir()]) == 6
    print(f"all briefings: {took:.1f} s, goal 10: {'met' if took <= 10 else 'MISSED'}")
    return took <= 10


def main():
    """Measure everything; return 1 where a goal is missed."""
    base = python("import pandas")
    good = [compare("import hg_analysis / pandas", python("import hg_analysis"), base, 1.1, 9)]
    with tempfile.TemporaryDirectory() as folder:
        many(path := Path(folder) / "many.csv")
        rows = len(hg.load(path))
        for name, file in (("the bundled table", DATA / "indicators.csv"), (f"{rows} rows", path)):
            ours = python(f"import hg_analysis as hg; hg.load({str(file)!r})")
            base = python(f"import pandas; pandas.read_csv({str(file)!r})")
            compare(f"hg.load() / pandas.read_csv of {name}", ours, base)
    script = python(SCRIPT)
    seconds(python(AGAIN))  # so that no picture has changed
    good.append(compare("notebooks executed again and compared / script", python(AGAIN), script, 1))
    with tempfile.TemporaryDirectory() as folder:
        base = plain(Path(folder))
        ours = [sys.executable, "docs/pages.py", *(f"{folder}/{each}" for each in words.LANGUAGES)]
        what = "both languages' site / plain Sphinx build of one, by the clock"
        good.append(compare(what, ours, base, 1.5, 3, clock))
        compare("the same in processor time", ours, base, runs=3)
    good.append(compare("make nbval / script", ["make", "nbval"], script, 2, 3))
    return int(not all([*good, briefings(), changed()]))


if __name__ == "__main__":
    sys.exit(main())
