"""Numbers in sentences: each is a link to the row that states it, filled in after every run.

Authors type ``[9.24% a year](#grdp_growth.2020_2025)``; the run completes the key, writes the
number as the row has it, with as many decimals as were typed, and says what a reader must look at.
The words that are held against rows stand in ``prose.csv``.
"""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
import pandas as pd

from hg_analysis import words
from hg_analysis.bounds import NUMERAL
from hg_analysis.table import HOME, companion, entries, moments
from hg_analysis.tools.aside import replace

LINK = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\(((?:notebooks/)?[\w-]+\.ipynb)?#([\w.-]+)\)"
)
_CODE_OR_LINK = re.compile(rf"```[\s\S]*?```|`[^`\n]*`|{LINK.pattern}")
NOTATION = {"en": ",.", "vi": ".,"}  # what stands between groups of digits, and before decimals
NUMBER = {
    language: re.compile(
        rf"(?<![\d.,])([+−-])?(\d{{1,3}}(?:[{group}]\d{{3}})+(?:[{point}]\d+)?|\d+(?:[{point}]\d+)?)"
        r"(?![\d.,]*\d)"
    )
    for language, (group, point) in NOTATION.items()
}
# Numerals that need no row: places in the source, dates and years, list numbers, names.
_FREE = re.compile(
    r"¶\d+(?:\.\d+)?|\b(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?\b"
    r"|\b\d{1,2}(?:/\d{1,2})?(?=[ /](?:19|20)\d\d)"
    r"|\b\d{1,2} (?=(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December)\b)|(?:ngày|tháng|quý) \d{1,2}|^ *\d+\. |\]\([^)]*\)"
    r"|(?:Appendix|Phụ lục|Sông Hậu|Chapter|Covid-?) ?\d+|ISO 8601|UTF-8|Python 3\.\d+|CC BY 4\.0",
    re.MULTILINE,
)
PROSE = pd.read_csv(Path(__file__).with_name("prose.csv"))
# Patterns of words by what they are and mean: limits, some of them only beside a number that is
# one; directions; sizes.
_SAID = PROSE.groupby(["part", "means"])["words"].agg(lambda said: rf"\b(?:{'|'.join(said)})\b")
# Where a page repeats what the notebooks found.
REPEATED = re.compile(r"(?<=<!-- findings -->\n).*?(?=<!-- end of findings -->)", re.DOTALL)
_SECTORS = r"agriculture|industry|services|product taxes"
_PER = re.compile(
    r"(?: (?:a|per|each|every) (?:year|month|quarter|day|week)"
    r"|(?: mỗi | một |/)(?:năm|tháng|quý))\b"
)


class Row(NamedTuple):
    """What a number that leads to a row must agree with."""

    value: Decimal
    decimals: int
    unit: str
    relation: str


def rows(notebook):
    """Return the rows that a notebook's stored outputs show.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    dict of str to Row
        By key; bounds by the key with ``-low`` or ``-high`` behind it.

    Raises
    ------
    ValueError
        If two rows of one key state different numbers.
    """
    from lxml.html import fromstring

    found, apart = {}, []
    shown = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    html = "".join("".join(output.get("data", {}).get("text/html", "")) for output in shown)
    for tag in fromstring(f"<div>{html}</div>").xpath("//*[@id and @data-value]"):
        unit, relation = tag.get("data-unit", ""), tag.get("data-relation", "=")
        row = Row(Decimal(tag.get("data-value")), int(tag.get("data-decimals", 0)), unit, relation)
        if found.setdefault(tag.get("id"), row).value != row.value:
            apart.append(tag.get("id"))
    if apart:
        raise ValueError(f"rows of one key state different numbers: {', '.join(apart)}")
    return found


def fill(notebook, name, others=None, before=None, language="en"):
    """Complete the keys in a notebook's sentences and write their numbers.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed; its Markdown is changed in place.
    name : str
        Its file's name, with which the links begin.
    others : dict of str to dict, optional
        The rows of other notebooks, by file name.
    before : dict of str to Row, optional
        Its rows before it was executed; sentences with a row that changed are named.
    language : {"en", "vi"}, optional
        Of the notation and of names.

    Returns
    -------
    faults, changes : list of str
        What is wrong, with cell and remedy; and the sentences that a reader must look at.
    """
    faults, changes = [], []
    try:
        known = {**(others or {}), name: rows(notebook)}
    except ValueError as error:
        return [f"{name}: {error}"], []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            bare = _FREE.sub(" ", _CODE_OR_LINK.sub(" ", cell.source))
            text = _Text(name, known, before or {}, language)
            cell.source = _CODE_OR_LINK.sub(text.filled, cell.source)
            # A translation has the free numerals of the original, which may spell them; of pages
            # that are no notebooks, readers judge them.
            bound = language == "en" and name.endswith(".ipynb")
            for numeral in NUMERAL.findall(bare) if bound else ():
                told = f"write [{numeral}](#key), with the key of a row that the notebook shows"
                text.faults.append(f"{numeral!r} leads to no row; {told}")
            at = f"{name}, cell {cell.id}"
            faults += [f"{at}: {fault}" for fault in text.faults]
            for sentence, said in text.changes.items():
                changes.append(f"reread {at}: «{sentence}» {'; '.join(said)}")
    return faults, changes


def finish(before, after, path, beside=(), language="en"):
    """Fill in the numbers of a notebook that has just been executed.

    Parameters
    ----------
    before, after : nbformat.NotebookNode
        As it was stored, and as it is about to be; the latter's Markdown is changed.
    path : pathlib.Path
        Where it is stored; other notebooks that it leads to lie beside it, in English.
    beside : dict of str to nbformat.NotebookNode, optional
        Those that were executed with it, by file name.
    language : {"en", "vi"}, optional
        Of the notation and of names.

    Returns
    -------
    faults, changes : list of str
    """
    try:
        old = rows(before)
    except ValueError:  # what was stored was wrong already
        old = {}
    text = "".join(cell.source for cell in after.cells if cell.cell_type == "markdown")
    files = {match[2] for match in LINK.finditer(text)} - {None, path.name}
    units = {term.name_en: getattr(term, f"name_{language}") for term in _terms("unit")}
    others, books = {}, dict(beside)
    for other in map(path.with_name, files):
        if other.name in books or other.is_file():
            found = rows(books.get(other.name) or nbformat.read(other, 4)).items()
            others[other.name] = {k: r._replace(unit=units.get(r.unit, r.unit)) for k, r in found}
    return fill(after, path.name, others, old, language)


def findings(notebook, name):
    """Return what a notebook found, as Markdown of which each number leads to its row.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    name : str
        Its file's name.

    Returns
    -------
    str
        The title, which leads to it, and the lead; the findings as a list.
    """
    tagged = {tag: c.source for c in notebook.cells for tag in c.metadata.get("tags", ())}
    title, _, lead = tagged["lead"].removeprefix("# ").partition("\n\n")
    text = f"**[{title}]({name}).** {lead}\n\n{tagged['findings']}"
    return re.sub(r"\]\((?=[\w-]+\.ipynb)", "](notebooks/", text)


def gathered(folder):
    """Return what the executed notebooks of a folder found, and the rows of each."""
    books = {path.name: nbformat.read(path, 4) for path in sorted(folder.glob("*.ipynb"))}
    found = "\n\n".join(findings(book, file) for file, book in books.items())
    return found, {f"notebooks/{file}": rows(book) for file, book in books.items()}


def repeated(text, name, found, others, language="en"):
    """Bring a page in Markdown up to what notebooks say: its numbers, and what they found.

    Parameters
    ----------
    text : str
        Its links name the notebooks as ``notebooks/01_growth.ipynb``; what was found stands
        between the comments ``findings`` and ``end of findings``.
    name : str
        The page's name, for the messages.
    found, others
        As :func:`gathered` returns them.
    language : {"en", "vi"}, optional
        Of the page.

    Returns
    -------
    text : str
    faults : list of str
    """
    own = REPEATED.sub("", text)
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(own, id="page")])
    faults, _ = fill(page, name, others, language=language)
    return REPEATED.sub(lambda _: f"\n{found}\n\n", page.cells[0].source), faults


def repeat(pages, folder):
    """Bring pages in English up to what the notebooks of a folder say.

    Parameters
    ----------
    pages : list of pathlib.Path
    folder : pathlib.Path

    Returns
    -------
    list of str
        What is wrong with them.
    """
    faults, known = [], gathered(folder)
    for page in pages:
        text, wrong = repeated(before := page.read_text("utf-8"), page.name, *known)
        faults += wrong
        if text != before:
            replace(page, text.encode())
    return faults


class _Text:
    """The Markdown of one cell, while its numbers are filled in."""

    def __init__(self, name, known, before, language):
        self.name, self.known, self.before, self.language = name, known, before, language
        self.faults, self.changes = [], {}  # by sentence, what became of its rows

    def filled(self, match):
        """Return a link with its key complete and its number as the row has it."""
        text, file, key = match[1], match[2] or self.name, match[3]
        if not key or not (full := self.complete(file, key)):
            return match[0]  # code, or a fault
        row, old = self.known[file][full], file == self.name and self.before.get(full)
        sentence, so_far, after = around(match)
        if old and old.value != row.value:
            was, now = (words.number(value, row.decimals + 1) for value in (old.value, row.value))
            turned = ", SIGN TURNED" if old.value * row.value < 0 else ""
            self.changes.setdefault(sentence, []).append(f"{full} {was} → {now}{turned}")
        numbers, wrong = list(NUMBER[self.language].finditer(text)), []
        digits = NUMERAL.findall(text)
        if len(digits) > 1 or len(numbers) != len(digits):
            wrong.append(f"one link, one number, in the notation of {self.language!r}")
        elif numbers:
            (number,) = numbers
            written, fault = _written(number, row, full, self.language)
            text = text[: number.start()] + written + text[number.end() :]
            behind = match[1][number.end() :] + after
            wrong += [*filter(None, [fault]), *_of_unit(behind, row, self.language)]
        else:
            wrong += _of_words(text, row)
        wrong += _of_direction(text, so_far[-16:], row, full)
        wrong += _of_names(text, so_far, sentence, full, self.language)
        self.faults += [f"[{text}]: {each}" for each in wrong]
        return f"[{text}]({file}#{full})"

    def complete(self, file, key):
        """Return the full key that a typed one means; say so where none or several do."""
        there = self.known.get(file)
        if there is None:
            self.faults.append(f"{file} is no notebook beside this one")
            return ""
        if key in there:
            return key
        stem, end = re.fullmatch(r"(.*?)(-low|-high)?", key).groups("")
        stem = stem.replace(f".{HOME}.", ".")  # the place that keys leave out
        whole = [k for k in there if not k.endswith(("-low", "-high"))]
        alike = [k for k in whole if f"{k}.".startswith(f"{stem}.")]
        if len(set(map(parts, alike))) == 1:  # publications of one figure
            alike = [k for k in alike if k in set(companion("choices").row)] or alike
        if len(alike) == 1 and alike[0] + end in there:
            return alike[0] + end
        lead = "several rows" if len(alike) > 1 else "no row"
        starts = {k.rpartition(".")[0]: k for k in whole}
        near = alike or [starts[each] for each in get_close_matches(stem, starts, 3, 0)]
        near = ", ".join(near) or "none"
        self.faults.append(f"#{key} leads to {lead} of {file}; nearest: {near}")
        return ""


def around(match):
    """Return the sentence around a link, what of it stands before the link, and what behind."""
    end = r"(?<=[.?!:;])(?=\s)(?!\s+[a-z])|\n\s*\n|\n(?=[-#\d|])"
    before = re.split(end, match.string[: match.start()])[-1]
    behind = re.split(end, match.string[match.end() :])[0]
    before, link, behind = (LINK.sub(r"\1", each) for each in (before, match[0], behind))
    return " ".join((before + link + behind).split()), before, behind


def _written(number, row, key, language):
    """Write a row's number with the decimals and the sign that were typed; say what is wrong."""
    decimals = len(number[2].partition(NOTATION[language][1])[2])
    if decimals > row.decimals:
        return number[0], f"{key} is known to {row.decimals} decimals, not {decimals}"
    how = {">": ROUND_FLOOR, "<": ROUND_CEILING}.get(_side(row, key), ROUND_HALF_UP)
    value = row.value.quantize(Decimal(1).scaleb(-decimals), how)
    sign = number[1] and ("−" if value < 0 else "+")
    written = f"{abs(value):,f}".translate(str.maketrans(",.", NOTATION[language]))
    vanished = f"{key} is not zero; write more decimals, or another row's number"
    return (sign or "") + written, vanished * bool(row.value and not value)


def _says(part, text):
    """Return what a text says of limits, directions or sizes, with the words that say it."""
    found = {sign: re.search(words, text, re.I) for sign, words in _SAID[part].items()}
    return {sign: match[0] for sign, match in found.items() if match}


def _side(row, key):
    """Tell of what kind the number is that a key leads to: ">", "<", "~" or "="."""
    return {"low": ">", "high": "<"}.get(key.rpartition("-")[2], row.relation[0])


def _terms(*kinds):
    return [term for (kind, _), term in entries("terms").items() if kind in kinds]


def _of_unit(after, row, language):
    """Compare the unit behind a number, as a whole, with that of its row."""
    after = " " + " ".join(re.sub(r"[*_\"”’)]", "", after).split())
    found = [_unit(getattr(term, f"name_{language}")).match(after, 1) for term in _terms("unit")]
    amount = max((unit[0] for unit in found if unit), key=len, default="")
    per = _PER.match(after, len(amount) + bool(amount))
    said = amount + (per[0] if per else "")
    whole = said if amount else _PER.sub("", row.unit) + said
    if row.unit and said and not _unit(row.unit).fullmatch(whole):
        yield f"the row's unit is {row.unit!r}, not {said.strip()!r}"


@cache
def _unit(name):
    """Return a pattern of how a unit may be written: whole, or without what is understood."""
    amount, _, time = re.fullmatch(r"(.*?)(?:( per | a |/)(year|năm))?", name).groups("")
    rate = amount.startswith(("percentage", "%", "điểm"))
    pattern = re.escape(amount).replace("percentage\\ ", "(?:percentage )?").removesuffix("s")
    pattern = re.sub(r"\\ per\\ person|/người", r"(?:\g<0>)?", pattern)
    if rate and amount[0] == "%":
        pattern = rf"(?:%|percent)(?:{pattern[1:]})?"
    if time:
        pattern += rf"s?(?:(?: (?:per|a|each|every) |/| mỗi | một ){time})" + "?" * rate
    return re.compile(rf"{pattern}s?(?!\w)")


def _of_words(text, row):
    """Hold a number in words to within a twentieth of its row."""
    size = next(map(Fraction, _says("size", text)), None)
    if size is None:
        yield "a link to a row holds its number; write 0 to have it filled in"
    elif abs(Fraction(row.value) - size) > size / 20:
        yield f"the row states {row.value}"


def _of_direction(text, before, row, key):
    """Hold words of direction against the sign of a row, and limits against its relation."""
    side, said = _side(row, key), _says("limit", before + text) | _says("beside", before + text)
    if key.endswith(("-low", "-high")):
        if side not in said and said.keys() & {"<", ">"}:
            yield "this is the other bound of the row"
    elif side != "=":
        if side not in said:
            yield f"the row states a bound ({row.relation}); call it one"
    else:
        if _says("limit", text):
            yield "the row states a number, not a bound"
        for sign, word in _says("direction", text).items():
            if row.value * int(sign) < 0:
                yield f"{word!r} beside {row.value}: the row says the opposite"


def _of_names(text, before, sentence, key, language):
    """Hold places, years and sectors that a sentence names against those of its rows."""
    indicator, place, period = parts(key)
    inside, so_far, around = (_places(each, language) for each in (text, before, sentence))
    last = so_far[-1:]  # who was last spoken of
    if inside and place not in inside:
        yield f"the row is of {place}"
    elif place != HOME and place not in around:
        yield f"the row is of {place}, which the sentence does not name"
    elif not inside and {*(last or around)} - {place} and (last or place != HOME):
        yield f"another place is named; put that of {place} into the link"
    years = [*map(int, re.findall(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d)", sentence))]
    first, last = (int(moment[:4]) for moment in moments(period)) if period else (0, 9999)
    if years and not any(first <= year <= last for year in years):
        yield f"the row is of {period}; the sentence names {sorted(set(years))}"
    sectors = {found.replace(" ", "_") for found in re.findall(rf"\b(?:{_SECTORS})\b", text)}
    if sectors and not any(sector in indicator for sector in sectors):
        yield f"the row is {words.name('indicator', indicator)!r}"


def parts(key):
    """Return indicator, place and period of a row's key."""
    pattern = r"(\w+)(?:\.([a-z]\w*))?(?:\.(\d{4}(?:[-_]Q?\d+)*))?"
    indicator, place, period = re.match(pattern, key).groups("")
    return indicator, place if words.known("place", place) else HOME, period.replace("_", "/")


def _places(text, language):
    """Return the places that a text names, in their order; a long name is not a short one."""
    names = {
        name.casefold(): term.term
        for term in _terms("place", "alias")
        for name in getattr(term, f"name_{language}").split(";")
    }
    longest = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    found = re.findall(rf"(?<!\w)(?:{longest})(?!\w)", text, re.IGNORECASE)
    return [names[name.casefold()] for name in found]
