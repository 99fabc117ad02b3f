"""Numbers in sentences: each is a link to the row that states it, filled in after every run.

Authors type ``[9.24% a year](#grdp_growth.2020_2025)``; the run completes the key, writes the
number as the row has it, with as many decimals as were typed, and says what a reader must look at.
"""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import NamedTuple

from hg_analysis import words
from hg_analysis.table import HOME, companion, entries, moments
from hg_analysis.tools.aside import replace

_MASKED = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\(([\w-]+\.ipynb)?#([\w.-]+)\)")
NUMBER = {
    language: re.compile(
        rf"(?<![\d.,])([+−-])?(\d{{1,3}}(?:{group}\d{{3}})+(?:{point}\d+)?|\d+(?:{point}\d+)?)"
        r"(?![\d.,]*\d)"
    )
    for language, group, point in (("en", ",", r"\."), ("vi", r"\.", ","))
}
DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
# Numerals that need no row: places in the source, dates and years, list numbers, names.
_FREE = re.compile(
    r"¶\d+(?:\.\d+)?|\b(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?\b"
    r"|\b\d{1,2}(?:/\d{1,2})?(?=[ /](?:19|20)\d\d)"
    r"|\b\d{1,2} (?=(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December)\b)|(?:ngày|tháng|quý) \d{1,2}|^ *\d+\. |\]\([^)]*\)"
    r"|(?:Appendix|Phụ lục|Sông Hậu|Chapter|Covid-?) ?\d+|ISO 8601|UTF-8|Python 3\.\d+|CC BY 4\.0",
    re.MULTILINE,
)
_LEAST = r"at least|more than|no less than|over|above|ít nhất|hơn|trên|không dưới"
_MOST = r"at most|no more than|less than|nearly|almost|up to|under|below|within|top"
_MOST += r"|nhiều nhất|không quá|gần|dưới|tối đa"
_ABOUT = r"about|around|some|khoảng"
_RISE = r"rose|rises?|risen|grew|grows?|grown|growing|gain(?:s|ed)?|increas(?:e[sd]?|ing)"
_RISE += r"|climb(?:s|ed)?|expand(?:s|ed)?|higher|above|more|up|tăng|cao hơn|nhiều hơn"
_FALL = r"fell|falls?|fallen|falling|lost|loses?|drop(?:s|ped)?|decreas(?:e[sd]?|ing)"
_FALL += r"|declin(?:e[sd]?|ing)|shr[aiu]nks?|contract(?:s|ed)?|lower|below|less|fewer|short|down"
_FALL += r"|giảm|thấp hơn"
_FALL += r"|ít hơn|kém"
_WORDS = {"double": 2, "doubled": 2, "twice": 2, "half": 0.5, "third": 1 / 3, "quarter": 0.25}
_WORDS |= {"gấp đôi": 2, "một nửa": 0.5, "một phần ba": 1 / 3, "một phần tư": 0.25}


class Row(NamedTuple):
    """What a number that leads to a row must agree with."""

    value: Decimal
    decimals: int
    unit: str
    relation: str


class _Rows(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = {}

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if facts.get("id") and "data-value" in facts:
            row = Row(
                Decimal(facts["data-value"]),
                int(facts.get("data-decimals", 0)),
                facts.get("data-unit", ""),
                facts.get("data-relation", "="),
            )
            self.found.setdefault(facts["id"], []).append(row)


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
    parser = _Rows()
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            parser.feed("".join(output.get("data", {}).get("text/html", "")))
    apart = [key for key, found in parser.found.items() if len({row.value for row in found}) > 1]
    if apart:
        raise ValueError(f"rows of one key state different numbers: {', '.join(apart)}")
    return {key: found[0] for key, found in parser.found.items()}


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
        Of the notation.

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
            text = _Text(
                cell.source, f"{name}, cell {cell.id}", name, known, before or {}, language
            )
            cell.source = text.filled()
            faults += text.faults
            for sentence, rows_changed in text.changes.items():
                said = LINK.sub(r"\1", sentence)
                changes.append(f"reread {text.at}: «{said}» {'; '.join(rows_changed)}")
    return faults, changes


def finish(before, after, path, language="en"):
    """Fill in the numbers of a notebook that has just been executed.

    Parameters
    ----------
    before, after : nbformat.NotebookNode
        As it was stored, and as it is about to be; the latter's Markdown is changed.
    path : pathlib.Path
        Where it is stored; other notebooks that it leads to lie beside it, in English.
    language : {"en", "vi"}, optional
        Of the notation and of units.

    Returns
    -------
    faults, changes : list of str
    """
    try:
        old = rows(before)
    except ValueError:  # what was stored was wrong already
        old = {}
    return fill(after, path.name, _beside(after, path, language), old, language)


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


def repeat(readme, folder):
    """Write below the README's heading "Findings" what the notebooks of a folder found.

    Parameters
    ----------
    readme, folder : pathlib.Path
    """
    import nbformat

    paths = sorted(folder.glob("*.ipynb"))
    found = "\n\n".join(findings(nbformat.read(path, 4), path.name) for path in paths)
    before, heading, after = readme.read_text("utf-8").partition("\n## Findings\n")
    rest = after[after.index("\n## ") :]
    replace(readme, f"{before}{heading}\n{found}\n{rest}".encode())


def _beside(notebook, path, language="en"):
    """Return the rows of the other notebooks that a notebook leads to, units in its language."""
    import nbformat

    text = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    files = {match[2] for match in LINK.finditer(text)} - {None, path.name}
    there = [path.with_name(file) for file in files if path.with_name(file).is_file()]
    found = {other.name: rows(nbformat.read(other, 4)) for other in there}
    terms = [term for (kind, _), term in entries("terms").items() if kind == "unit"]
    units = {term.name_en: getattr(term, f"name_{language}") for term in terms}
    return {
        file: {key: row._replace(unit=units.get(row.unit, row.unit)) for key, row in own.items()}
        for file, own in found.items()
    }


class _Text:
    """The Markdown of one cell, while its numbers are filled in."""

    def __init__(self, source, at, name, known, before, language):
        self.source, self.at, self.name, self.known = source, at, name, known
        self.before, self.language = before, language
        self.faults, self.changes = [], {}  # by sentence, what became of its rows

    def fault(self, text):
        self.faults.append(f"{self.at}: {text}")

    def filled(self):
        hidden = [match.span() for match in _MASKED.finditer(self.source)]
        parts, end = [], 0
        for match in LINK.finditer(self.source):
            if any(start <= match.start() < stop for start, stop in hidden):
                continue
            parts += [self.source[end : match.start()], self.link(match)]
            end = match.end()
        text = "".join([*parts, self.source[end:]])
        bare = _FREE.sub(" ", LINK.sub(" ", _MASKED.sub(" ", self.source)))
        # A translation has the free numerals of the original, which may spell them.
        for numeral in DIGITS.findall(bare) if self.language == "en" else ():
            told = "write [{0}](#key), with the key of a row that the notebook shows"
            self.fault(f"{numeral!r} leads to no row; {told.format(numeral)}")
        return text

    def link(self, match):
        """Return a link with its key complete and its number as the row has it."""
        text, file, key = match[1], match[2] or self.name, match[3]
        if not (full := self.complete(file, key)):
            return match[0]
        row = self.known[file][full]
        start, sentence = _sentence(self.source, match.start())
        old = self.before.get(full) if file == self.name else None
        if old and old.value != row.value:
            was, now = (words.number(value, row.decimals + 1) for value in (old.value, row.value))
            turned = ", SIGN TURNED" if old.value * row.value < 0 else ""
            self.changes.setdefault(sentence, []).append(f"{full} {was} → {now}{turned}")
        numbers = list(NUMBER[self.language].finditer(text))
        if len(DIGITS.findall(text)) > 1 or len(numbers) != len(DIGITS.findall(text)):
            self.fault(f"[{text}]: one link, one number, in the notation of {self.language!r}")
        elif numbers:
            written = self.written(numbers[0], row, full, text)
            after = text[numbers[0].end() :] + self.source[match.end() :][:60]
            self.check_unit(text, LINK.sub(r"\1", after), row)
            text = text[: numbers[0].start()] + written + text[numbers[0].end() :]
        else:
            self.check_words(text, row)
        before = LINK.sub(r"\1", self.source[start : match.start()])
        self.check_direction(text, before[-16:], row, full)
        self.check_names(text, before, sentence, full)
        return f"[{text}]({file}#{full})"

    def complete(self, file, key):
        """Return the full key that a typed one means; say so where none or several do."""
        there = self.known.get(file)
        if there is None:
            self.fault(f"{file} is no notebook beside this one")
            return ""
        short, dash, end = key.rpartition("-")
        stem = short if end in ("low", "high") else key
        if key in there:
            return key
        stem = stem.replace(f".{HOME}.", ".")  # the place that keys leave out
        rows_there = [k for k in there if not k.endswith(("-low", "-high"))]
        alike = [k for k in rows_there if k == stem or k.startswith(f"{stem}.")]
        if len(alike) > 1 and len(set(map(_parts, alike))) == 1:  # publications of one figure
            alike = [k for k in alike if k in set(companion("choices").row)] or alike
        if len(alike) == 1:
            full = alike[0] + (dash + end if end in ("low", "high") else "")
            if full in there:
                return full
        like = {k: SequenceMatcher(None, stem, k[: len(stem)]).ratio() for k in rows_there}
        near = alike or sorted(like, key=like.get, reverse=True)[:3]
        lead = "several rows" if alike else "no row"
        self.fault(f"#{key} leads to {lead} of {file}; nearest: {', '.join(near) or 'none'}")
        return ""

    def written(self, number, row, key, text):
        """Write a row's number with the decimals and the sign that the author typed."""
        point = {"en": ".", "vi": ","}[self.language]
        decimals = len(number[2].partition(point)[2])
        if decimals > row.decimals:
            self.fault(f"[{text}]: {key} is known to {row.decimals} decimals, not {decimals}")
            return number[0]
        down = key.endswith("-low") or row.relation in (">", ">=")
        up = key.endswith("-high") or row.relation in ("<", "<=")
        how = ROUND_FLOOR if down else ROUND_CEILING if up else ROUND_HALF_UP
        value = row.value.quantize(Decimal(1).scaleb(-decimals), how)
        if row.value and not value:
            self.fault(f"[{text}]: {key} is not zero; write more decimals, or another row's number")
        sign = number[1] and ("−" if value < 0 else "+")
        language = words.language()
        words.use_language(self.language)
        try:
            return (sign or "") + words.number(abs(value), decimals)
        finally:
            words.use_language(language)

    def check_unit(self, text, after, row):
        """Compare the unit behind a number, as a whole, with that of its row."""
        said = re.match(rf"[\s*_\"”’)]{{0,3}}({_units(self.language)})(?!\w)", after)
        whole = said and re.sub(" m(?:ỗi|ột) năm", "/năm", said[1].replace("a year", "per year"))
        if said and row.unit and whole not in _forms(row.unit):
            self.fault(f"[{text}]: the row's unit is {row.unit!r}, not {said[1]!r}")
        rest = after[said.end() :] if said else after
        each = r"(?:a|per|each|every)( (?:year|month|quarter|day|week))|(?:mỗi|một) (năm|tháng|quý)"
        basis = re.match(rf"\)? (?:{each})\b", rest)
        per = basis and (f"/{basis[2]}" if basis[2] else f"per{basis[1]}")
        if per and per not in row.unit:
            self.fault(f"[{text}]: the row's unit is {row.unit!r}, not one {per}")

    def check_words(self, text, row):
        """Hold a number in words to within a twentieth of its row."""
        for word, size in _WORDS.items():
            if re.search(rf"\b{word}\b", text, re.IGNORECASE):
                if abs(float(row.value) - size) > size / 20:
                    self.fault(f"[{text}]: the row states {row.value}")
                return
        self.fault(f"[{text}]: a link to a row holds its number; write 0 to have it filled in")

    def check_direction(self, text, before, row, key):
        """Hold words of direction against the sign of a row, and bounds against its relation."""
        near = f"{before}{text}"
        if key.endswith(("-low", "-high")):
            least, most = (re.search(rf"\b(?:{p})\b", near, re.I) for p in (_LEAST, _MOST))
            if (least if key.endswith("-high") else most) and not (least and most):
                self.fault(f"[{text}]: this is the other bound of the row")
            return
        least, most = (re.search(rf"\b(?:{p})\b", text, re.I) for p in (_LEAST, _MOST))
        if row.relation != "=":
            sides = {">": _LEAST, "<": _MOST, "~": _ABOUT}
            right = next(pattern for sign, pattern in sides.items() if sign in row.relation)
            if not re.search(rf"\b(?:{right})\b", near, re.I):
                self.fault(f"[{text}]: the row states a bound ({row.relation}); call it one")
            if (least and "<" in row.relation) or (most and ">" in row.relation):
                self.fault(f"[{text}]: the row's bound is of the other side ({row.relation})")
            return
        bound = r"at least|at most|nearly|almost|more than|less than|ít nhất|nhiều nhất|không quá"
        if re.search(rf"\b(?:{bound})\b", text, re.I):
            self.fault(f"[{text}]: the row states a number, not a bound")
        for pattern, sign in ((_RISE, 1), (_FALL, -1)):
            if (word := re.search(rf"\b(?:{pattern})\b", text, re.I)) and row.value * sign < 0:
                self.fault(f"[{text}]: {word[0]!r} beside {row.value}: the row says the opposite")

    def check_names(self, text, before, sentence, key):
        """Hold places, years and sectors that a sentence names against those of its rows."""
        indicator, place, period = _parts(key)
        plain = LINK.sub(r"\1", sentence)
        inside, around = _places(text, self.language), _places(plain, self.language)
        before_names = _places(before, self.language)[-1:]  # who was last spoken of
        named = before_names or around
        if inside and place not in inside:
            self.fault(f"[{text}]: the row is of {place}")
        elif place != HOME and place not in around:
            self.fault(f"[{text}]: the row is of {place}, which the sentence does not name")
        elif not inside and {*named} - {place} and (before_names or place != HOME):
            self.fault(f"[{text}]: another place is named; put that of {place} into the link")
        years = set(map(int, re.findall(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d)", plain)))
        first, last = (int(moment[:4]) for moment in moments(period)) if period else (0, 9999)
        if years and not any(first <= year <= last for year in years):
            self.fault(f"[{text}]: the row is of {period}; the sentence names {sorted(years)}")
        sectors = "agriculture|industry|services|product taxes"
        said = {s.replace(" ", "_") for s in re.findall(rf"\b(?:{sectors})\b", text)}
        if said and not any(sector in indicator for sector in said):
            self.fault(f"[{text}]: the row is {words.name('indicator', indicator)!r}")


def _sentence(text, at):
    """Return where the sentence around a place of a text starts, and the sentence."""
    ends = [m.end() for m in re.finditer(r"[.?!:;](?=\s)(?!\s+[a-z])|\n\s*\n|\n(?=[-#\d|])", text)]
    start = max((end for end in ends if end <= at), default=0)
    stop = min((end for end in ends if end > at), default=len(text))
    return start, " ".join(text[start:stop].split())


def _units(language):
    terms = [t for (kind, _), t in entries("terms").items() if kind == "unit"]
    names = {form for t in terms for form in _forms(getattr(t, f"name_{language}"))}
    for spelt in (" mỗi năm", " một năm"):
        names |= {name.replace("per year", "a year").replace("/năm", spelt) for name in names}
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


def _forms(unit):
    """Return how a unit may be written: whole, or with what the sentence says left out."""
    forms = {unit, unit.replace("percentage points", "points")}
    if unit.startswith("%"):
        forms |= {"%", "percent", unit.replace("% ", "percent ")}
    forms |= {form.removesuffix(" per person").removesuffix("/người") for form in forms}
    rates = [form for form in forms if form.startswith(("p", "%", "điểm"))]
    forms |= {rate.removesuffix(" per year").removesuffix("/năm") for rate in rates}
    return forms | {form.removesuffix("s") for form in forms}


def _parts(key):
    """Return indicator, place and period of a row's key."""
    indicator, *rest = re.sub(r"-(?:low|high)$", "", key).split(".")
    place = rest.pop(0) if rest and ("place", rest[0]) in entries("terms") else HOME
    period = rest[0].replace("_", "/") if rest and re.match(r"\d{4}", rest[0]) else ""
    return indicator, place, period


def _places(text, language):
    """Return the places that a text names, in their order; a long name is not a short one."""
    names = {}
    for (kind, term), row in entries("terms").items():
        if kind in ("place", "alias"):
            for name in getattr(row, f"name_{language}").split(";"):
                names[name] = term
    longest = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    terms = {name.casefold(): term for name, term in names.items()}
    found = re.findall(rf"(?<!\w)(?:{longest})(?!\w)", text, re.I)
    return [terms[name.casefold()] for name in found]
