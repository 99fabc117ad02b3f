"""Processor time as ratios, measured in one run: ``make bench``.

Machines differ and are noisy, so each measure is a ratio to what pandas alone needs on the same
machine in the same run: whole processes in turn, their medians. Arguments are tests to run with
pytest, of which the processor time is told: ``python tests/bench.py tests/test_calc.py``.
"""

import itertools
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import hg_analysis as hg
from hg_analysis.table import DATA, TABLES

RUNS = 9
ROWS = 10_000
GOAL = 1.1  # import hg_analysis / import pandas


def seconds(*arguments):
    """Run Python and return the processor time that the whole process took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def compare(what, ours, base, goal=None):
    """Print the ratio of two pieces of code, run in turn; say whether it is within its goal."""
    pairs = [(seconds("-c", ours), seconds("-c", base)) for _ in range(RUNS)]
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


def main(tests):
    """Measure everything; return 1 where the goal is missed."""
    good = compare("import hg_analysis / pandas", "import hg_analysis", "import pandas", GOAL)
    with tempfile.TemporaryDirectory() as folder:
        many(path := Path(folder) / "many.csv")
        rows = len(hg.load(path))
        for name, file in (("the bundled table", DATA / "indicators.csv"), (f"{rows} rows", path)):
            ours = f"import hg_analysis as hg; hg.load({str(file)!r})"
            base = f"import pandas; pandas.read_csv({str(file)!r})"
            compare(f"hg.load() / pandas.read_csv of {name}", ours, base)
    if tests:
        print(f"tests: {seconds('-m', 'pytest', '-q', *tests):.1f} s of processor time")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
