"""Change one thing at a time in a scratch copy and name every change that nothing notices.

Not every change that is named is a gap: some words and constants make no difference.
"""

import io
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tokenize
from contextlib import suppress
from itertools import combinations, cycle, islice, pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SLOW = ["browser", "command", "fuzz", "offline", "run", "safety", "site"]
NOTEBOOKS = [f"tests/test_{name}.py" for name in ("data", "links", "notebooks", "replay")]
TESTS = ["-m", "pytest", "-qx", *(f"--ignore=tests/test_{name}.py" for name in SLOW)]
CHECKS = {
    "the check": ["-m", "hg_analysis", "check"],
    "the notebooks": ["-m", "pytest", "-qx", *NOTEBOOKS],
    "a test": TESTS,
}
WORDS = "above below rose fell rise fall more less million billion higher lower least most"
OTHER, SWAPS = (
    {word: words[n ^ 1] for n, word in enumerate(words)}
    for words in (WORDS.split(), ["+", "-", "*", "/", "<", ">=", ">", "<=", "==", "!=", "**", "//"])
)


# Each kind gives the stretches of a text that it can change, and what it puts there.
def digits(text):
    for match in re.finditer(r"\d", text):
        yield *match.span(), str((int(match[0]) + random.randint(1, 9)) % 10)


def rows(text):
    stated = r'^(\w+),[^,]*,[^,]*,([^,]*,[^,]*,[^,]*,(?:"[^"]*"|[^,]*)),'
    for one, two in combinations(re.finditer(stated, text, re.M), 2):
        if one[1] == two[1] and one[2] != two[2]:
            yield one.start(2), two.end(2), two[2] + text[one.end(2) : two.start(2)] + one[2]


def units(text):
    found = list(re.finditer(r"^\w+,\w*,\w*,([^,\n]+),", text, re.M))[1:]
    for match in found:
        yield *match.span(1), random.choice([other[1] for other in found if other[1] != match[1]])


def sentences(text):
    """Change a digit of a sentence, or a word of direction in a link; no key, no code, no year."""
    shown = re.finditer(r'"markdown",.*?"source": \[(.*?)\n   \]', text, re.S)
    spans = [cell.span(1) for cell in shown] or [(0, len(text))]
    words = re.compile(rf"\]\(.*?\)|`.*?`|\b20\d\d\b|\b(?:{'|'.join(OTHER)})\b(?=[^\[]*\]\()|\d")
    for span in spans:
        for match in words.finditer(text, *span):
            if match[0] in OTHER or (match[0].isdigit() and len(match[0]) == 1):
                yield *match.span(), OTHER.get(match[0]) or str((int(match[0]) + 1) % 10)


def targets(text):
    """Let a number lead to the row of another one."""
    found = list(re.finditer(r"\]\((\w+\.ipynb#[\w.-]+)\)", text))
    for one, two in pairwise(found):
        if one[1] != two[1]:
            yield *one.span(1), two[1]


def code(text):
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for before, token in pairwise(tokenize.generate_tokens(io.StringIO(text).readline)):
        start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
        if token.type == tokenize.NUMBER:
            yield start, end, f"({token.string} + 1)"
        elif token.string in SWAPS and re.search(r"[\w)\]]$", before.string):
            yield start, end, SWAPS[token.string]


BOOKS = [f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")]
KINDS = {
    digits: [f"data/{path.name}" for path in (ROOT / "data").glob("*.csv")],
    rows: ["data/indicators.csv"],
    sentences: [*BOOKS, "README.md"],
    targets: BOOKS,
    units: ["data/codebook.csv", "data/derived.csv"],
    code: [f"hg_analysis/{name}.py" for name in ("bounds", "figures", "calc", "table", "show")],
}


def noticed(copy):  # by the first check that fails
    here = {"cwd": copy, "capture_output": True, "timeout": 300}
    here["env"] = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    for name, check in CHECKS.items():
        with suppress(subprocess.TimeoutExpired):
            if not subprocess.run([sys.executable, *check], **here).returncode:
                continue
        return name


def main(count, seed):
    random.seed(seed)
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        skip = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache")
        copy = shutil.copytree(ROOT, Path(folder) / "project", ignore=skip)
        if failed := noticed(copy):
            return f"{failed} fails without any change; mend that first"
        for kind in islice(cycle(KINDS), count):
            file = copy / random.choice(sorted(KINDS[kind]))
            text = file.read_text("utf-8")
            start, end, new = random.choice(list(kind(text)))
            file.write_text(text[:start] + new + text[end:], "utf-8")
            by = noticed(copy)
            file.write_text(text, "utf-8")
            missed += not by
            at, before = text.count("\n", 0, start) + 1, text[:start].rpartition("\n")[2][-40:]
            said = f"{file.name}:{at}: {before}[{text[start:end][:60]!r} to {new[:60]!r}]"
            print(f"noticed by {by}:" if by else "NOT NOTICED:", said, flush=True)
    print(f"{count - missed} of {count} changes noticed")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
