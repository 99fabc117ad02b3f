"""What can go wrong in one place: every single change that a check must notice.

``drill.py`` makes them one at a time and sees whether a check does.
"""

import ast
import base64
import csv
import io
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
DOCUMENTS = sorted(path.relative_to(ROOT) for path in (ROOT / "docs").glob("*.md"))
TABLES = sorted(path.stem for path in (ROOT / "data").glob("*.csv"))
WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
OPERATORS = {"+": "-", "-": "+", "*": "/", "/": "*", "**": "*", "//": "/", "%": "*"}
COMPARISONS = {"<": ">", ">": "<", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}

CHECK = "hg-analysis check"
DATA = "tests/test_data.py tests/test_documents.py"
FORMULAS = "tests/test_calc.py tests/test_bounds.py hg_analysis/calc.py hg_analysis/bounds.py"
REPLAY = "tests/test_replay.py"
RECORD = f"{REPLAY} -k 06_source"  # lists every figure, source and description
PROSE = "tests/test_prose.py -k comes_from_where_the_table_says"
STORED = "tests/test_notebooks.py"
NBVAL = "--nbval --nbval-current-env"
SUITE = f"tests hg_analysis notebooks {NBVAL}"
PAGES = "tests/test_page.py tests/test_charts.py tests/test_audit.py hg_analysis/words.py"
RULES = "tests/test_faults.py tests/test_check.py tests/test_data.py"


class Mutant(NamedTuple):
    """One change: of which kind, where, how, and which checks should notice, in order."""

    kind: str
    file: str
    where: str
    edit: Callable[[str], str]
    checks: tuple


def other_digit(text, place):
    """Change the digit at a place of a text into another one."""
    new = str((int(text[place]) + random.randint(1, 9)) % 10)
    return text[:place] + new + text[place + 1 :]


def digits(text):
    """Return the text with each of its digits changed, one at a time."""
    return [other_digit(text, m.start()) for m in re.finditer("[0-9]", text)]


# Data ---------------------------------------------------------------------------------


def table(text):
    """Read a CSV file as its columns and rows."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    return list(reader), reader.fieldnames


def with_rows(change, text):
    """Rewrite a CSV file after a change of its list of rows."""
    rows, columns = table(text)
    changed = io.StringIO(newline="")
    writer = csv.DictWriter(changed, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(change(rows))
    return changed.getvalue()


def cells(changes):
    """Return an edit that sets cells: {(row, column): text}."""

    def change(rows):
        for (row, column), text in changes.items():
            rows[row][column] = text
        return rows

    return lambda text: with_rows(change, text)


def data_mutants(name):
    """Every digit, address, term and row of one data file."""
    file = f"data/{name}.csv"
    rows, columns = table((ROOT / file).read_text("utf-8"))
    checks = (CHECK, DATA, RECORD, REPLAY)

    def mutant(kind, row, column, text):
        where = f"line {row + 2} {column}: {rows[row][column]!r} to {text!r}"
        return Mutant(kind, file, where, cells({(row, column): text}), checks)

    for row, entry in enumerate(rows):
        for column in columns:
            kind = {
                "value": "digit of a value",
                "printed": "digit of a printed figure",
                "address": "source address",
            }.get(column, "digit elsewhere in the data")
            if column.endswith(("_en", "_vi")):
                kind = "number in a translation"
            yield from (mutant(kind, row, column, text) for text in digits(entry[column]))
        if entry.get("address"):
            address = entry["address"]
            place = random.randrange(len("https://"), len(address))
            broken = address[:place] + address[place + 1 :]
            for text in (broken, address.replace("http", "ftp", 1), ""):
                yield mutant("source address", row, "address", text)
        yield Mutant(
            "dropped row",
            file,
            f"line {row + 2}",
            lambda text, row=row: with_rows(lambda rows: rows[:row] + rows[row + 1 :], text),
            checks,
        )


def figure_mutants():
    """Figures changed in every cell that states them, and exchanged between rows."""
    file = "data/indicators.csv"
    rows, _ = table((ROOT / file).read_text("utf-8"))
    checks = (CHECK, DATA, RECORD, REPLAY)
    for row, entry in enumerate(rows):
        last = re.compile(r"\d(?=\D*$)")
        if last.search(entry["printed"]):
            new = str((int(last.search(entry["printed"])[0]) + random.randint(1, 9)) % 10)
            changes = {
                (row, column): last.sub(new, entry[column]) for column in ("value", "printed")
            }
            where = f"line {row + 2}: {entry['printed']} to {changes[row, 'printed']}"
            yield Mutant("value and printed alike", file, where, cells(changes), checks)
        for second in range(row + 1, len(rows)):
            other = rows[second]
            if entry["indicator"] == other["indicator"] and entry["printed"] != other["printed"]:
                columns = ("value", "printed", "relation")
                changes = {(row, column): other[column] for column in columns}
                changes |= {(second, column): entry[column] for column in columns}
                where = f"lines {row + 2} and {second + 2}"
                yield Mutant("swapped rows", file, where, cells(changes), checks)
                break


def term_mutants():
    """A unit, status, verdict … replaced by another that the vocabulary allows."""
    terms, _ = table((ROOT / "data/terms.csv").read_text("utf-8"))
    allowed = defaultdict(list)
    for term in terms:
        allowed[term["kind"]].append(term["term"])
    for name in TABLES:
        rows, columns = table((ROOT / f"data/{name}.csv").read_text("utf-8"))
        for column in columns if name != "terms" else ():
            for row, entry in enumerate(rows):
                others = [term for term in allowed[column] if term != entry[column]]
                if others and entry[column]:
                    new = random.choice(others)
                    kind = "unit" if column == "unit" else "other term of a vocabulary"
                    where = f"line {row + 2} {column}: {entry[column]} to {new}"
                    change = cells({(row, column): new})
                    checks = (CHECK, DATA, RECORD, REPLAY)
                    yield Mutant(kind, f"data/{name}.csv", where, change, checks)


# Code ---------------------------------------------------------------------------------


def spliced(start, end, new):
    """Return an edit that replaces a stretch of a text."""
    return lambda text: text[:start] + new + text[end:]


def code_edits(source):
    """Yield (line, start, end, new) for each operator and number of Python code."""
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def at(line, column):  # ast counts bytes
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    def ends(node):
        return at(node.end_lineno, node.end_col_offset)

    for node in ast.walk(tree):
        between, swaps = [], {}
        if isinstance(node, ast.BinOp):
            between, swaps = [(node.left, node.right)], OPERATORS
        elif isinstance(node, ast.Compare):
            between, swaps = (
                list(zip([node.left, *node.comparators], node.comparators)),
                COMPARISONS,
            )
        for left, right in between:
            start = ends(left)
            gap = source[start : at(right.lineno, right.col_offset)]
            found = re.search(r"\*\*|//|[<>=!]=|[-+*/%<>]", gap)
            if found and found[0] in swaps:
                span = start + found.start(), start + found.end()
                yield left.end_lineno, *span, swaps[found[0]]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            start = at(node.lineno, node.col_offset)
            yield node.lineno, start, start + 1, "+"
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            start = at(node.lineno, node.col_offset)
            yield node.lineno, start, ends(node), repr(node.value + 1)


def code_mutants(module, kind, checks):
    """Every sign, comparison and number of one module."""
    file = f"hg_analysis/{module}.py"
    source = (ROOT / file).read_text("utf-8")
    lines = source.splitlines()
    for line, start, end, new in code_edits(source):
        where = f"line {line}, {lines[line - 1].strip()}: {source[start:end]} to {new}"
        yield Mutant(kind, file, where, spliced(start, end, new), checks)


# Notebooks ----------------------------------------------------------------------------


def book_edit(number, change):
    """Return an edit that changes one cell of a notebook."""

    def edit(text):
        book = json.loads(text)
        change(book["cells"][number])
        return written(book)

    return edit


def written(book):
    """Write a notebook as nbformat does."""
    return json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def as_lines(text):
    """Write a text as notebooks store it: a list of lines."""
    return text.splitlines(keepends=True)


def output_mutants(stem):
    """Digits of stored outputs, outputs that are missing, pictures that differ."""
    file = f"notebooks/{stem}.ipynb"
    book = json.loads((ROOT / file).read_text("utf-8"))
    checks = (STORED, f"{REPLAY} -k {stem}", f"{NBVAL} {file}")

    def mutant(kind, number, where, change):
        where = f"{book['cells'][number]['id']}: {where}"
        return Mutant(kind, file, where, book_edit(number, change), checks)

    def put(output, form, text, *, metadata=False):
        def change(cell):
            there = cell["outputs"][output]
            if metadata:
                there["metadata"]["image/png"]["alt"] = text
            else:
                there["data"][form] = as_lines(text)

        return change

    pictures = [
        (number, place)
        for number, cell in enumerate(book["cells"])
        for place, output in enumerate(cell.get("outputs", ()))
        if "image/png" in output["data"]
    ]
    for number, cell in enumerate(book["cells"]):
        if cell["cell_type"] != "code":
            continue
        for place, output in enumerate(cell["outputs"]):
            for form in ("text/plain", "text/html"):
                text = "".join(output["data"].get(form, ""))
                for changed in digits(text):
                    at = next(n for n, pair in enumerate(zip(text, changed)) if pair[0] != pair[1])
                    around = text[max(0, at - 20) : at + 15]
                    where = f"{form} {around!r} gets {changed[at]}"
                    yield mutant("stored output", number, where, put(place, form, changed))
            yield mutant(
                "missing output",
                number,
                f"output {place + 1}",
                lambda cell, place=place: cell["outputs"].pop(place),
            )
        if cell["outputs"]:
            yield mutant("cleared output", number, "all", lambda cell: cell["outputs"].clear())
        yield mutant(
            "execution count", number, "none", lambda cell: cell.update(execution_count=None)
        )
        alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
        for changed in digits(alt):
            yield mutant(
                "alt text",
                number,
                f"for the site: {changed}",
                lambda cell, new=changed: cell["metadata"]["mystnb"]["image"].update(alt=new),
            )
    for number, place in pictures:
        output = book["cells"][number]["outputs"][place]
        for changed in digits(output["metadata"]["image/png"]["alt"]):
            change = put(place, "", changed, metadata=True)
            yield mutant("alt text", number, f"of the picture: {changed}", change)
        for _ in range(5):
            seed = random.random()
            yield mutant("moved mark in a picture", number, f"seed {seed}", moved(place, seed))
        other = random.choice([each for each in pictures if each != (number, place)])
        png = book["cells"][other[0]]["outputs"][other[1]]["data"]["image/png"]
        yield mutant(
            "picture of another cell",
            number,
            book["cells"][other[0]]["id"],
            lambda cell, place=place, png=png: cell["outputs"][place]["data"].update(
                {"image/png": png}
            ),
        )


def moved(place, seed):
    """Return a change that moves one mark of a picture by its own size."""

    def change(cell):
        import numpy as np
        from PIL import Image

        data = cell["outputs"][place]["data"]
        picture = Image.open(io.BytesIO(base64.b64decode("".join(data["image/png"]))))
        pixels, size = np.array(picture), 14
        rows, columns = range(0, pixels.shape[0] - size, 3), range(0, pixels.shape[1] - 2 * size, 3)
        corners = [(top, left) for top in rows for left in columns]
        random.Random(seed).shuffle(corners)
        # A coloured mark beside a clear place: grey and black are text and axes as well.
        coloured = np.ptp(pixels[..., :3].astype(int), axis=-1) > 60
        dark = (pixels[..., :3] < 140).all(axis=-1)
        clear = (pixels[..., :3] > 240).all(axis=-1)

        def spots(mark, least):
            for top, left in corners:
                high, wide = slice(top, top + size), slice(left, left + size)
                beside = slice(left + size, left + 2 * size)
                if mark[high, wide].mean() > least and clear[high, beside].all():
                    yield (high, wide), (high, beside)

        here, there = next(spot for mark in (coloured, dark) for spot in spots(mark, 0.3))
        pixels[there], pixels[here] = pixels[here].copy(), pixels[there].copy()
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        data["image/png"] = base64.b64encode(file.getvalue()).decode()

    return change


def chart_mutants(stem):
    """What a plotting cell draws: a figure less, another year, another number."""
    file = f"notebooks/{stem}.ipynb"
    book = json.loads((ROOT / file).read_text("utf-8"))
    checks = (f"{REPLAY} -k {stem}", f"{NBVAL} {file}")
    for number, cell in enumerate(book["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or "charts." not in source:
            continue
        lines = source.splitlines(keepends=True)
        for node in ast.walk(ast.parse(source)):
            change = None
            if isinstance(node, ast.Constant) and re.fullmatch(r"\d{4}", str(node.value)):
                new = re.sub(r"\d{4}", lambda m: str(int(m[0]) - 1), ast.unparse(node))
                change = node, new
            elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
                change = node, repr(node.value + 1)
            elif isinstance(node, ast.List | ast.Tuple) and len(node.elts) > 1:
                kept = ast.List(node.elts[1:]) if isinstance(node, ast.List) else None
                change = (node, ast.unparse(kept)) if kept else None
            if change and node.lineno == node.end_lineno:
                line = lines[node.lineno - 1].encode()
                new = line[: node.col_offset] + change[1].encode() + line[node.end_col_offset :]
                text = "".join([*lines[: node.lineno - 1], new.decode(), *lines[node.lineno :]])
                yield Mutant(
                    "chart's data",
                    file,
                    f"{cell['id']}: {new.decode().strip()}",
                    book_edit(number, lambda cell, text=text: cell.update(source=as_lines(text))),
                    checks,
                )


# Prose --------------------------------------------------------------------------------


def prose_edits(text):
    """Return (words around, start, end, new) for each digit and number word of a text."""
    for match in re.finditer(rf"[0-9]|\b(?:{'|'.join(WORDS)})\b", text, flags=re.IGNORECASE):
        start, end = match.span()
        if match[0].isdigit():
            new = other_digit(match[0], 0)
        else:
            new = WORDS[(WORDS.index(match[0].lower()) + 1) % len(WORDS)]
        yield f"{text[max(0, start - 25) : end + 15]!r}: {match[0]} to {new}", start, end, new


def prose_mutants():
    """Every digit and number word of every Markdown cell and document."""
    checks = (PROSE, DATA, SUITE)
    for stem in NOTEBOOKS:
        file = f"notebooks/{stem}.ipynb"
        book = json.loads((ROOT / file).read_text("utf-8"))
        for number, cell in enumerate(book["cells"]):
            source = "".join(cell["source"])
            for where, *span in prose_edits(source) if cell["cell_type"] == "markdown" else ():
                change = book_edit(number, lambda cell, span=span: reword(cell, span))
                yield Mutant("number in prose", file, f"{cell['id']}: {where}", change, checks)
    for file in ("README.md", "CONTRIBUTING.md", "data/README.md", *map(str, DOCUMENTS)):
        text = (ROOT / file).read_text("utf-8")
        for where, *span in prose_edits(text):
            yield Mutant("number in prose", file, where, spliced(*span), checks)


def reword(cell, span):
    """Change a stretch of a Markdown cell."""
    cell["source"] = as_lines(spliced(*span)("".join(cell["source"])))


def every_mutant() -> Iterator[Mutant]:
    """Yield every mutant of every kind."""
    for name in TABLES:
        yield from data_mutants(name)
    yield from figure_mutants()
    yield from term_mutants()
    for module in ("calc", "bounds"):
        yield from code_mutants(module, "formula", (FORMULAS, REPLAY))
    for module in ("schema", "tools/check", "data", "faults"):
        yield from code_mutants(module, "rule", (CHECK, RULES, REPLAY))
    for module in ("page", "words", "audit"):
        yield from code_mutants(module, "writing of a figure", (PAGES, REPLAY))
    yield from code_mutants("charts", "drawing", (PAGES, REPLAY, f"{NBVAL} notebooks"))
    for stem in NOTEBOOKS:
        yield from output_mutants(stem)
        yield from chart_mutants(stem)
    yield from prose_mutants()
