"""Ratios of time and memory, measured in one run: ``make bench``.

Machines differ and are noisy, so nothing here is compared with a clock: each
measure is a ratio to what pandas alone needs on the same machine in the same
run, the two in turn, medians with their spread.
"""

import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import hg_analysis.data as hg_data

COMMUNES, INDICATORS, YEARS = 3321, 100, range(2021, 2026)  # 34 provinces' communes
RUNS = 7
TIMED = "import time, resource\nstart = time.perf_counter()\n{}\nend = time.perf_counter()\n"
REPORT = "print(end - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"


def measure(code, before="", runs=RUNS):
    """Run code in new processes; return seconds and megabytes of each."""
    script = before + "\n" + TIMED.format(code) + REPORT
    done = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        for _ in range(runs)
    ]
    return [tuple(map(float, each.stdout.split()[-2:])) for each in done]


def compare(name, ours, base, limit):
    """Print the ratio of two series of measurements beside its limit."""
    ratios = [a / b for a, b in zip(ours, base)]
    middle = statistics.median(ours) / statistics.median(base)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    verdict = "within" if middle <= limit else "ABOVE"
    print(f"{name}: {middle:.2f} ({spread}), {verdict} the limit of {limit}")
    return middle <= limit


def interleaved(ours, base, before_ours="", before_base="", runs=RUNS):
    """Measure two pieces of code in turn."""
    pairs = [(*measure(ours, before_ours, 1), *measure(base, before_base, 1)) for _ in range(runs)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def generate(folder):
    """Write a table of 1.66 million rows and the companion files that name its parts."""
    shutil.copytree(hg_data.DATA, folder)
    with (folder / "terms.csv").open("a", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(
            ["place", f"c{n}", f"Commune {n}", f"Xã {n}", "", ""] for n in range(COMMUNES)
        )
    with (folder / "codebook.csv").open("a", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(
            [f"i{n}", "other", "level", "billion VND", "higher", f"I {n}", f"C {n}", "D", "Đ"]
            for n in range(INDICATORS)
        )
    rng = np.random.default_rng(2025)
    path = folder / "indicators.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(hg_data.COLUMNS["indicators"])
        for place in range(COMMUNES):
            hundredths = rng.integers(1, 10_000_000, (INDICATORS, len(YEARS)))
            for indicator in range(INDICATORS):
                for step, year in enumerate(YEARS):
                    whole, rest = divmod(int(hundredths[indicator, step]), 100)
                    printed = f"{whole:,}".replace(",", ".") + f",{rest:02d} tỷ đồng"
                    value, head = f"{whole}.{rest:02d}", [f"i{indicator}", f"c{place}", year]
                    tail = ["=", "actual", printed, "haugiang_portal", "", "", ""]
                    writer.writerow([*head, value, *tail])
    return path


def notebooks():
    """Print what re-executing every notebook takes beside the same code as one plain script."""
    import nbformat

    paths = sorted((hg_data.DATA.parent / "notebooks").glob("*.ipynb"))
    cells = [
        "\n".join(c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code")
        for path in paths
    ]
    # A namespace each, as in the kernels; what is shown is formatted, not printed.
    script = "import os, sys; sys.stdout = open(os.devnull, 'w', encoding='utf-8')\n" + "\n".join(
        f"exec({cell!r}, {{}})" for cell in cells
    )
    nbval = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
    nbval += ["--nbval", "--nbval-current-env", *map(str, paths)]
    seconds = []
    for command in (nbval, [sys.executable, "-c", script]) * 3:
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        seconds.append(time.perf_counter() - start)
    kernels, plain = statistics.median(seconds[::2]), statistics.median(seconds[1::2])
    print(f"{len(paths)} notebooks under nbval: {kernels:.1f} s; as one script: {plain:.1f} s")


def main():
    """Measure everything; return 1 where a limit is exceeded."""
    notebooks()
    ours, base = interleaved("import hg_analysis", "import pandas")
    good = compare("import hg_analysis / import pandas, time", *by(0, ours, base), 1.1)
    loads = measure("hg.load()", "import hg_analysis as hg")
    imports, seconds = by(0, measure("import pandas"), loads)
    ratio = statistics.median(seconds) / statistics.median(imports)
    print(f"hg.load(), first call: {statistics.median(seconds):.3f} s ({ratio:.2f} import pandas)")
    with tempfile.TemporaryDirectory() as folder:
        path = generate(Path(folder) / "data")
        size = path.stat().st_size / 1e6
        print(f"{COMMUNES * INDICATORS * len(YEARS):,} rows, {size:.0f} MB")
        setup = (
            f"import hg_analysis as hg, hg_analysis.data as d, pathlib, pandas\n"
            f"d.DATA = pathlib.Path({str(path.parent)!r})"
        )
        ours, base = interleaved(
            "table = hg.load()", f"table = pandas.read_csv({str(path)!r})", setup, setup, 3
        )
        good &= compare("hg.load() / pandas.read_csv, time", *by(0, ours, base), 3)
        good &= compare("hg.load() / pandas.read_csv, peak memory", *by(1, ours, base), 3)
    return int(not good)


def by(column, *series):
    """Pick one column of each series."""
    return [[row[column] for row in each] for each in series]


if __name__ == "__main__":
    sys.exit(main())
