"""Vietnamese notebooks and pages: gettext catalogues, and what must not go wrong in between.

A message is a block of Markdown or a text in code; numbers that lead to rows stand in it as 0,
so that data can change without a translation going stale, and a changed word makes it stale.
"""

import ast
import errno
import io
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from copy import deepcopy
from functools import cache
from html import unescape
from typing import NamedTuple

import nbformat
from babel.messages import Catalog
from babel.messages.pofile import PoFileError, normalize, read_po, write_po

from hg_analysis import words
from hg_analysis.bounds import NUMERAL
from hg_analysis.table import entries
from hg_analysis.tools import links
from hg_analysis.tools.aside import one_line, replace
from hg_analysis.tools.links import LINK, NOTATION, NUMBER, PROSE
from hg_analysis.tools.run import NOTEBOOKS, VIETNAMESE, execute, found, read

ROOT = NOTEBOOKS.parent
README = ROOT / "README.md"
PAGES = (README, ROOT / "docs")  # of which each has one catalogue, too
TEXTS = ("title", "alt", "note", "heading", "fold")  # arguments that readers see
# As it is, in any order: code, tags, places, targets of links, names with a version.
_KEPT = re.compile(r"`[^`]*`|<[^>]*>|¶\d+(?:\.\d+)?|\]\([^)]*\)|(?:Python|CC BY) \d\.\d+")
# Words that no Vietnamese text holds, except in a name in quotes.
_ENGLISH = r"the|of|and|is|are|was|were|with|which|by|for|from|that|percent"
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")


class Block(NamedTuple):
    """A text of a cell that a reader sees, and where it stands in the cell's source."""

    start: int
    stop: int
    text: str
    plain: bool = True  # else it is put together when the cell runs, and cannot be taken out

    @property
    def message(self):
        """What stands for the text in a catalogue: numbers that lead to rows are 0 there."""
        return LINK.sub(lambda link: _relinked(link, NUMERAL.sub("0", link[1])), self.text)

    @property
    def worded(self):
        """Whether it needs a translation: it holds a letter, or a number that is no link."""
        bare = _KEPT.sub(" ", LINK.sub(lambda link: NUMERAL.sub("", link[1]), self.text))
        return bool(re.search(r"[^\W\d_]|\d[.,]\d", bare))


def _relinked(link, text):
    return link[0].replace(f"[{link[1]}]", f"[{text}]", 1)


def blocks(cell):
    """Find every text of a cell that a reader sees.

    Parameters
    ----------
    cell : nbformat.NotebookNode

    Returns
    -------
    list of Block
        Paragraphs, headings, list items, rows of tables; in code the arguments of `TEXTS` and
        the words of pictures.
    """
    find = {"markdown": _in_markdown, "code": _in_code}.get(cell.cell_type, lambda source: ())
    return list(find(cell.source))


def _tokens(source):
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").parse(source)


def _in_markdown(source):
    lines, tokens = source.split("\n"), _tokens(source)
    for before, token in zip([None, *tokens], tokens):
        if token.type == "inline" and before.type not in ("td_open", "th_open"):
            parts = token.content.split("\n")  # without what makes it a heading or an item
            first, last = token.map[0], token.map[0] + len(parts) - 1
            start = _offset(lines, first, lines[first].rindex(parts[0]))
            stop = _offset(lines, last, lines[last].rindex(parts[-1])) + len(parts[-1])
            yield Block(start, stop, " ".join(map(str.strip, parts)))
        elif token.type in ("tr_open", "html_block"):
            for number in range(*token.map):
                text = lines[number].strip()
                start = _offset(lines, number, lines[number].index(text))
                yield Block(start, start + len(text), text)


def _offset(lines, line, column):
    return len("\n".join([*lines[:line], lines[line][:column]]))


def _in_code(source):
    try:
        tree = ast.parse(source)
    except SyntaxError:  # the run says so
        return
    lines = source.encode().split(b"\n")
    for at in _texts(tree):
        if isinstance(at, ast.Constant):
            ends = (at.lineno, at.col_offset), (at.end_lineno, at.end_col_offset)
            upto = (b"\n".join([*lines[: n - 1], lines[n - 1][:column]]) for n, column in ends)
            yield Block(*(len(text.decode()) for text in upto), at.value)
        else:
            yield Block(0, 0, ast.unparse(at), plain=False)


def _texts(tree):
    """Find the texts of `TEXTS`, and the words in a picture's call, whatever argument they are."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in TEXTS:
            yield from _written(node.value, strict=True)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("pictures."):
            values = [*node.args]
            for each in node.keywords:
                if each.arg == "key":  # whose own keys are kinds of marks
                    values += getattr(each.value, "values", [])
                elif each.arg not in ("name", *TEXTS):
                    values.append(each.value)
            for value in values:
                yield from _written(value)


def _written(node, strict=False):
    """Find the texts within a value: those written out, and such as are put together."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Dict, ast.Starred)):
        for each in ast.iter_child_nodes(node):
            yield from _written(each, strict)
    elif strict or isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp)):
        texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
        if any(isinstance(text, str) and not words.known("place", text) for text in texts):
            yield node


def original(path):
    """Read what is translated.

    Parameters
    ----------
    path : pathlib.Path
        Of a notebook, of a page in Markdown, or of a folder of pages.

    Returns
    -------
    nbformat.NotebookNode
        Of pages each is a cell, without what it repeats of notebooks.
    """
    if path.suffix != ".md" and not path.is_dir():
        return read(path)
    pages = sorted(path.glob("*.md")) if path.is_dir() else [path]
    texts = {page.stem: links.REPEATED.sub("", page.read_text("utf-8")) for page in pages}
    cells = [nbformat.v4.new_markdown_cell(text, id=name) for name, text in texts.items()]
    return nbformat.v4.new_notebook(cells=cells)


def catalogue(path):
    """Return where the catalogue of a notebook, or of pages, lies: in the folder above.

    Parameters
    ----------
    path : pathlib.Path
        As :func:`original` takes it.

    Returns
    -------
    pathlib.Path
    """
    root = path.parent.parent if path.suffix == ".ipynb" else path.parent
    return root / "translations" / "vi" / f"{path.stem}.po"


def _read(path):
    """Read the catalogue of a notebook, or begin one."""
    if not (file := catalogue(path)).exists():
        comment = f"# Vietnamese texts of {path.name}; see 'Translate' in CONTRIBUTING.md."
        return Catalog("vi", header_comment=comment, fuzzy=False)
    try:
        return read_po(io.BytesIO(file.read_bytes()), "vi", abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise OSError(errno.EINVAL, f"not a gettext catalogue: {error}", str(file)) from None


def _updated(path):
    """Return the text of a notebook's catalogue as of today, and how much of it is what."""
    template, known, written = Catalog(), _read(path), io.BytesIO()
    for cell in original(path).cells:
        for block in blocks(cell):
            if block.worded and block.plain:
                said = LINK.sub(r"\1", block.text)
                comments = [said] if said != block.text else []
                template.add(block.message, locations=[(cell.id, None)], auto_comments=comments)
    for each in known.obsolete.values():  # a text that comes back brings its translation
        known[each.id] = each
    known.obsolete.clear()
    known.update(template, update_creation_date=False)
    # Among obsolete messages a catalogue keeps no mark of doubt.
    sound = {key: each for key, each in known.obsolete.items() if each.string and not each.fuzzy}
    known.obsolete = sound
    for each in known:  # Babel reads the text before a change as a comment, and writes it as one
        if each.previous_id or not each.fuzzy:
            each.user_comments = [c for c in each.user_comments if not c.startswith("|")]
        each.user_comments += [f"| msgid {normalize(was, width=0)}" for was in each.previous_id]
    write_po(written, known, width=sys.maxsize, include_lineno=False)
    text = re.sub(r'"Generated-By: .*\n', "", written.getvalue().decode())
    missing, fuzzy = sum(not m.string for m in known if m.id), sum(m.fuzzy for m in known if m.id)
    counts = f"{len(known)} texts, {missing} missing, {fuzzy} fuzzy, {len(sound)} obsolete"
    return re.sub(r"^# \|", "#|", text, flags=re.MULTILINE), counts


def translated(notebook, path):
    """Put the texts of a notebook's catalogue in the place of its own.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As it is stored; left as it is.
    path : pathlib.Path
        Where it is stored.

    Returns
    -------
    notebook : nbformat.NotebookNode
        Its copy in Vietnamese; a text without a sound translation stays as it is.
    faults : list of str
        What is wrong with translations, with cell and text.
    """
    notebook, faults, texts = deepcopy(notebook), [], _read(path)
    for cell in notebook.cells:
        source, wrong = cell.source, []
        for block in sorted(blocks(cell), reverse=True):  # from the end, so that places stay
            entry, shown = texts.get(block.message), LINK.sub(r"\1", block.text)
            own = [f"{each}: «{shown}»" for each in _wrong(block, entry)] if block.worded else []
            if block.plain:
                said = entry.string if block.worded and not own else block.text
                said = _with_decimals(block.text, said)
                said = repr(said) if cell.cell_type == "code" else said
                cell.source = cell.source[: block.start] + said + cell.source[block.stop :]
            wrong = own + wrong
        kinds = [[token.type for token in _tokens(text)] for text in (source, cell.source)]
        if cell.cell_type == "markdown" and kinds[0] != kinds[1]:
            wrong.append("a translation makes another structure: lists, tables or headings")
        faults += [f"{path.name}, cell {cell.id}: {each}" for each in wrong]
    return notebook, faults


def _kept(text):
    """Count what a translation takes over as it is, and the links that hold a number."""
    numbers = (f"a number for #{m[3]}" for m in LINK.finditer(text) if NUMERAL.search(m[1]))
    return Counter([*_KEPT.findall(text), *numbers])


def _wrong(block, entry):
    """Say what is wrong with the translation of a text."""
    if not block.plain:
        yield "a text must be written out, neither an f-string nor put together"
    elif entry is None:
        yield "not in the catalogue; run 'hg-analysis translate'"
    elif not entry.string:
        yield "no translation"
    elif entry.fuzzy:
        yield "the text has changed; mend its translation and remove the mark 'fuzzy'"
    else:
        yield from _apart(block.text, entry.string)


def _apart(original, said):
    """Say in what a translation departs from its original."""
    if not unicodedata.is_normalized("NFC", said):
        yield "letters and marks are apart; write the translation in NFC"
    lost, new = _kept(original) - _kept(said), _kept(said) - _kept(original)
    if lost or new:
        yield f"links, code, tags or places differ: lost {[*lost]}, new {[*new]}"
    plain = [_KEPT.sub(" ", LINK.sub(" ", text)) for text in (original, said)]
    if apart := unequal_numbers(*plain):
        yield f"numbers differ: {', '.join(f'{each:g}' for each in apart)}"
    odd = [each for each in NUMERAL.findall(plain[1]) if not NUMBER["vi"].fullmatch(each)]
    if odd:
        yield f"{odd} not in Vietnamese notation"
    shown = _QUOTED.sub(" ", _KEPT.sub(" ", LINK.sub(r"\1", said)))
    names = "|".join(re.escape(name) for name in english_names() if " " in name)
    left = re.findall(rf"\b(?:{_ENGLISH}|{names})\b", shown, re.I)
    if left or (said == original and len(re.findall(r"\b[a-z]{2,}\b", shown)) > 2):
        yield f"English is left ({', '.join(left) or 'all'})"


def _stated(text, language):
    """Count the numbers that a text states in digits, and those that it spells."""
    group, point = NOTATION[language]
    names = rf"{_KEPT.pattern}|https?://\S+|\b\d(?:\.\d){{2}}\b"  # and versions
    text = re.sub(names, " ", text)
    spelt = PROSE[PROSE.part == f"number_{language}"].set_index("words").means.astype(float)
    spelt = map(spelt.to_dict().get, re.findall(r"\w+", text.lower()))
    found = (numeral.replace(group, "") for numeral in NUMERAL.findall(text))
    written = (float(numeral.replace(point, ".")) for numeral in found)
    return Counter(written), Counter(number for number in spelt if number is not None)


def unequal_numbers(english, vietnamese):
    """Compare the numbers of a text with those of its translation.

    Parameters
    ----------
    english, vietnamese : str
        Each in its own notation: 1,234.5 and 1.234,5.

    Returns
    -------
    list of float
        Numbers that one text states in digits and the other states neither in
        digits nor in words ("five", "July", "vạn"); empty where all agree.

    Examples
    --------
    >>> unequal_numbers("Five rates of 9.24% from July 2021", "5 tốc độ 9,24% từ tháng 7/2021")
    []
    >>> unequal_numbers("37 beds per 10,000 people", "36 giường trên một vạn dân")
    [36.0, 37.0]
    """
    (said, spelt), (theirs, in_words) = _stated(english, "en"), _stated(vietnamese, "vi")
    return sorted([*(said - theirs - in_words), *(theirs - said - spelt)])


@cache
def english_names():
    """Return every English name of the data files that is none, or part of none, in Vietnamese.

    Returns
    -------
    frozenset of str
        In small letters.
    """
    rows = [row for name in ("terms", "codebook", "derived") for row in entries(name).values()]
    vietnamese = ";".join(row.name_vi for row in rows).replace(";", " ; ").casefold()
    english = {name for row in rows for name in row.name_en.casefold().split(";")}
    return frozenset(name for name in english if f" {name} " not in f" {vietnamese} ")


def english_left(notebook, name):
    """Find English names in what a Vietnamese notebook shows.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed in Vietnamese.
    name : str
        Its file's name.

    Returns
    -------
    list of str
        With the cell. Tables that set English beside Vietnamese are left out.
    """
    faults, both = [], entries("terms")["label", "original"].name_vi
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            shown = re.sub(r"<style>.*?</style>", "", output.get("data", {}).get("text/html", ""))
            alts = "\n".join(each.get("alt", "") for each in output.get("metadata", {}).values())
            parts = re.split(r"<[^>]*>|\n|[;:] | [·|–] ", unescape(f"{shown}\n{alts}"))
            left = {part.strip() for part in parts if part.strip().casefold() in english_names()}
            if left and both not in parts:
                faults.append(f"{name}, cell {cell.id}: shows English: {'; '.join(sorted(left))}")
    return faults


def _with_decimals(original, said):
    """Write the numbers in the links of a translation with the decimals of the original."""
    numbers, notation = defaultdict(list), str.maketrans(*NOTATION.values())
    for link in LINK.finditer(original):
        numbers[link[3]] += [n[2].translate(notation) for n in NUMBER["en"].finditer(link[1])]

    def put(link):
        own = numbers[link[3]]
        return _relinked(link, NUMERAL.sub(lambda said: own.pop(0) if own else said[0], link[1]))

    return LINK.sub(put, said)


def run(paths, data=None, out=None):
    """Write Vietnamese notebooks: translated, executed, their numbers filled in, checked.

    Parameters
    ----------
    paths : list of pathlib.Path
        Of English notebooks; those without a catalogue are named and left out. With all of
        the project's, README.vi.md is written too.
    data, out : path-like, optional
        As :func:`hg_analysis.tools.run.execute` takes them; `VIETNAMESE` by default.

    Returns
    -------
    int
        0, or 1 where something is wrong; with the translations, nothing is executed.
    """
    ready = [path for path in paths if catalogue(path).exists() or not path.is_file()]
    pages = PAGES if paths == found() and not out else ()
    if check([*(path for path in paths if path.is_file()), *pages]):
        return 1

    def finish(before, after, path, beside):
        faults, said = links.finish(before, after, path, beside, "vi")
        return [*faults, *english_left(after, path.name)], said

    def prepare(notebook, path):
        return translated(notebook, path)[0]

    status = execute(ready, data, "vi", out or VIETNAMESE, finish, prepare) if ready else 0
    if pages and not status:
        ((_, text),), faults = page_texts(README)
        replace(README.with_suffix(".vi.md"), text.encode())
        print(*map(one_line, faults), sep="\n", end="\n" * bool(faults), file=sys.stderr)
        status = int(bool(faults))
    return status


def page_texts(path, folder=VIETNAMESE):
    """Return pages in Vietnamese, with what they repeat of Vietnamese notebooks.

    Parameters
    ----------
    path : pathlib.Path
        Of a page in Markdown, or of a folder of pages.
    folder : pathlib.Path, optional
        Of the executed Vietnamese notebooks.

    Returns
    -------
    texts : list of tuple of str
        Name and text of each.
    faults : list of str
    """
    cells, known = translated(original(path), path)[0].cells, links.gathered(folder)
    pages = [links.repeated(cell.source, f"{cell.id}.md", *known, "vi") for cell in cells]
    texts = [(cell.id, text) for cell, (text, _) in zip(cells, pages)]
    return texts, [fault for _, faults in pages for fault in faults]


def check(paths):
    """Say what is wrong with the translations of notebooks, and which have none.

    Parameters
    ----------
    paths : list of pathlib.Path
        Of English notebooks.

    Returns
    -------
    int
        0, or 1 where a translation is wrong.
    """
    ready = [path for path in paths if catalogue(path).exists()]
    faults = [fault for path in ready for fault in translated(original(path), path)[1]]
    print(*map(one_line, faults), sep="\n", end="\n" * bool(faults), file=sys.stderr)
    if other := ", ".join(path.name for path in paths if path not in ready):
        print(one_line(f"not translated yet: {other}"))
    return int(bool(faults))


def update(paths):
    """Bring catalogues up to date with their notebooks; begin those that are not there.

    Parameters
    ----------
    paths : list of pathlib.Path
        Of English notebooks.
    """
    for path in paths:
        target, (text, counts) = catalogue(path), _updated(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != text.encode():
            replace(target, text.encode())
        print(one_line(f"{target.name}: {counts}"))
