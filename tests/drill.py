"""Make one mutant at a time in a scratch copy, and report which of them no check notices.

``make mutants`` tries a sample of each kind, ``make mutants N=all`` every one. A mutant meets
the checks of its kind, the cheapest first, as ``make test`` runs them; it survives only where
the whole suite stays green. The checks run in forked processes, which saves their imports.
"""

import argparse
import gc
import importlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from mutants import CHECK, ROOT, SUITE, every_mutant

SHARED = Path(os.environ.get("HG_SHARED", ROOT.parent / "shared"))
# Of these kinds not one may survive; of all together one in a hundred.
NONE = {"digit of a value", "digit of a printed figure", "digit elsewhere in the data"}
NONE |= {"number in prose", "number in a translation", "value and printed alike"}
SLOW = """babel.dates babel.numbers hypothesis IPython.display matplotlib.pyplot mpmath nbformat
nbval.plugin pandera.pandas seaborn yaml"""
# Mutants that nothing should notice: the file, a pattern of the place, why.
EXPLAINED = (
    (
        "notebooks/02_structure.ipynb",
        r"charts\.outline\(ax, areas\[1\], \[\(1, 100 - side",
        "a point of a triangle is drawn from its second and third share",
    ),
    (
        "notebooks/05_other_results.ipynb",
        r"ylim=\(45, 2\)",
        "the tick at 1 takes the axis there",
    ),
    ("hg_analysis/words.py", r"date\(year, month, 1\).*: 1 to 2", "only the month is written"),
    ("hg_analysis/page.py", r"\(abs\(figure.value\) or 1\).*: 1 to 2", "1 and 2 have one digit"),
    ("hg_analysis/schema.py", r"np.append\(codes, -1\)", "blank cells are texts: none is missing"),
    ("hg_analysis/schema.py", r"reshape\(len\(points\), -1\)", "any negative number is the rest"),
    ("hg_analysis/schema.py", r"_CHUNK = |_PRIME = ", "how many at once and by which prime"),
    ("hg_analysis/tools/check.py", r"if start < 0 or not line", "no figure opens its line"),
    ("hg_analysis/schema.py", r"2\*\*62 // count", "keys are only made smaller more often"),
    ("hg_analysis/charts.py", r"9 \* right.*: \* to /", "the side is 1 or -1"),
    ("hg_analysis/charts.py", r"for share in range", "a grid paler than what smoothing changes"),
    (
        "hg_analysis/words.py",
        r"Decimal\(1\).scaleb.*: 1 to 2",
        "only its exponent counts",
    ),
    ("hg_analysis/bounds.py", r"if status else -1.*: 1 to 2", "any number below zero ranks last"),
    ("hg_analysis/charts.py", r"\(100, 0, 0\), \(0, 100, 0\)", "drawn from second and third share"),
    ("hg_analysis/charts.py", r'"zorder": 1}: 1 to 2', "nothing lies between"),
)


def scratch(folder):
    """Copy into a folder what git knows and what it does not ignore."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def passes(check, folder):
    """Run a check on a scratch copy, in a process of its own; tell whether it passes."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    status = 70
    try:
        os.setsid()
        signal.alarm(900 if check == SUITE else 120)  # what never ends is noticed too
        os.chdir(folder)
        output = os.open(f"{folder}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ["PYTHONPATH"] = str(folder)  # for kernels and commands
        sys.path[:] = [str(folder), *(each for each in sys.path if each != str(ROOT / "tests"))]
        sys.modules.pop("mutants")  # the copy has its own
        if check == CHECK:
            from hg_analysis.tools.cli import main

            status = main(["check"])
        else:
            status = pytest.main(["-qx", "-p", "no:cacheprovider", *check.split()])
        sys.stdout.flush()
    finally:
        os._exit(int(status))


def noticed(mutant, folder, last):
    """Make a mutant; return the check that notices it, or nothing."""
    path = folder / mutant.file
    before = path.read_bytes()
    changed = mutant.edit(before.decode("utf-8")).encode("utf-8")
    if changed == before:
        raise ValueError(f"no change: {mutant}")
    path.write_bytes(changed)
    try:
        checks = dict.fromkeys([*mutant.checks, *last])
        return next((check for check in checks if not passes(check, folder)), None)
    finally:
        path.write_bytes(before)


def work(mutants, share, last, folder, results):
    """Try a share of the mutants; write a line of JSON for each."""
    sound = {}  # a check that fails on the unchanged copy notices nothing
    with results.open("w", encoding="utf-8") as handle:
        for number in share:
            check = noticed(mutants[number], folder, last)
            if check and not sound.setdefault(check, None):
                sound[check] = passes(check, folder)
                if not sound[check]:
                    said = Path(f"{folder}.log").read_text("utf-8", errors="replace")
                    raise SystemExit(f"{check} fails without any mutant:\n{said[-3000:]}")
            print(json.dumps([number, check]), file=handle, flush=True)


def preload():
    """Import what the checks import, once, but nothing of the project itself."""
    import matplotlib

    matplotlib.use("agg")
    for name in SLOW.split():
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # spares every check a look at all of this


def run(mutants, chosen, last, jobs):
    """Try the chosen mutants in scratch copies; return {number: check that noticed}."""
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True  # an old .pyc would hide a mutant of the same length
    os.environ["HG_SHARED"] = str(SHARED.resolve())
    preload()
    with tempfile.TemporaryDirectory(prefix="mutants-") as aside:
        workers = {}
        for number in range(jobs):
            folder = scratch(Path(aside, f"copy{number}"))
            results = Path(aside, f"results{number}")
            worker = os.fork()
            if not worker:
                status = 1
                try:
                    work(mutants, chosen[number::jobs], last, folder, results)
                    status = 0
                except SystemExit as stop:
                    print(stop, file=sys.stderr)
                finally:
                    sys.stderr.flush()
                    os._exit(status)
            workers[worker] = results
        found, start = {}, time.monotonic()
        while workers:
            try:
                time.sleep(2)
            except KeyboardInterrupt:  # report what was tried
                break
            for worker, results in list(workers.items()):
                ended, status = os.waitpid(worker, os.WNOHANG)
                if results.exists():
                    lines = results.read_text("utf-8").rpartition("\n")[0].splitlines()
                    found |= dict(map(json.loads, lines))
                if ended:
                    del workers[worker]
                    if status:
                        raise SystemExit("the drill stopped; see above")
            if sys.stderr.isatty():
                said = f"{len(found)} of {len(chosen)} mutants, {time.monotonic() - start:.0f} s"
                print(f"\r{said}", end="", file=sys.stderr, flush=True)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
    return found


def explained(mutant):
    """Return why nothing can notice a mutant, where that is known."""
    for file, pattern, why in EXPLAINED:
        if mutant.file == file and re.search(pattern, mutant.where):
            return why
    return ""


def report(mutants, found):
    """Print the table of kinds and every survivor; tell whether all is as promised."""
    kinds = Counter(mutant.kind for mutant in mutants)
    tried, caught, by = Counter(), Counter(), defaultdict(Counter)
    survivors = []
    for number, check in sorted(found.items()):
        mutant = mutants[number]
        if not check and explained(mutant):
            kinds[mutant.kind] -= 1
            print(f"explained: {mutant.file} {mutant.where}: {explained(mutant)}")
            continue
        tried[mutant.kind] += 1
        if check:
            caught[mutant.kind] += 1
            by[mutant.kind][re.sub(r"\S*/|\.\w+\S*| -k \S+", "", check)] += 1
        else:
            survivors.append(mutant)
    heads = f"{'kind':32} {'all':>7} {'tried':>7} {'caught':>7} {'survived':>8} {'%':>7}"
    print(heads, " first noticed by")
    for kind in kinds:
        share = 100 * caught[kind] / max(1, tried[kind])
        first = ", ".join(f"{check} {count}" for check, count in by[kind].most_common())
        print(
            f"{kind:32} {kinds[kind]:7} {tried[kind]:7} {caught[kind]:7} "
            f"{tried[kind] - caught[kind]:8} {share:7.2f}  {first}"
        )
    total = 100 * caught.total() / max(1, tried.total())
    print(
        f"{'all':32} {kinds.total():7} {tried.total():7} {caught.total():7} "
        f"{len(survivors):8} {total:7.2f}"
    )
    for mutant in survivors:
        print(f"SURVIVED {mutant.kind}: {mutant.file} {mutant.where}")
    return total >= 99 and not any(mutant.kind in NONE for mutant in survivors)


def main():
    """Choose mutants, try them, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", default="12", metavar="N", help="of each kind; 'all' for all")
    parser.add_argument("--kinds", default="", help="only kinds that match this pattern")
    parser.add_argument("--files", default="", help="only in files that match this pattern")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="not the whole suite for the rest")
    parser.add_argument("--list", action="store_true", help="count the mutants of each kind")
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    mutants = [
        each
        for each in every_mutant()
        if re.search(arguments.kinds, each.kind) and re.search(arguments.files, each.file)
    ]
    by_kind = defaultdict(list)
    for number, mutant in enumerate(mutants):
        by_kind[mutant.kind].append(number)
    chosen = []
    for numbers in by_kind.values():
        size = len(numbers) if arguments.sample == "all" else int(arguments.sample)
        chosen += random.sample(numbers, min(size, len(numbers)))
    random.shuffle(chosen)  # so that the workers end together
    start = time.monotonic()
    last = [] if arguments.quick else [SUITE]
    found = {} if arguments.list else run(mutants, chosen, last, arguments.jobs)
    good = report(mutants, found)
    print(f"seed {arguments.seed}, {time.monotonic() - start:.0f} s")
    sys.exit(not good and not arguments.list)


if __name__ == "__main__":
    main()
