"""What a briefing says: taken from the tagged cells of executed notebooks, in their order.

A cell tagged ``lead`` opens a theme, ``findings`` follow it, and the first picture is its key
picture. A heading tagged ``finding`` begins a section: the picture, or else the table tagged
``table``, and the text of the cells up to the next heading. ``limits`` says what is unknown.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

import nbformat
from lxml.html import fromstring

from hg_analysis import words
from hg_analysis.bounds import NUMERAL
from hg_analysis.table import HOME, companion, entries
from hg_analysis.tools import links
from hg_analysis.tools.run import NOTEBOOKS, VIETNAMESE

_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\(([^)\s]*)\)")
_COLUMNS = [
    "series",
    "figure",
    "place",
    "period",
    "value",
    "bounds",
    "unit",
    "origin",
    "basis",
    "source",
]
_QUESTIONS = ["asked", "figure", "question", "answer", "changes"]


@dataclass(frozen=True)
class Text:
    """A text without markup, and where in it numbers stand that lead to rows.

    Attributes
    ----------
    plain : str
    keys : tuple of (int, int, str)
        Of each number its start, its end and the key of its row; a bound's key ends in
        ``-low`` or ``-high``.
    """

    plain: str
    keys: tuple = ()

    @classmethod
    def of(cls, markdown):
        """Read a block of Markdown."""
        plain, keys, at = "", [], 0
        for match in _LINK.finditer(markdown):
            plain += _bare(markdown[at : match.start()])
            number, key = NUMERAL.search(match[1]), match[2].partition("#")[2]
            if number and key:
                keys.append((len(plain) + number.start(), len(plain) + number.end(), key))
            plain, at = plain + _bare(match[1]), match.end()
        return cls(plain + _bare(markdown[at:]), tuple(keys))

    @classmethod
    def joined(cls, texts, between=" "):
        """Return several texts as one, with something between them."""
        plain, keys = "", []
        for number, text in enumerate(texts):
            plain += between * bool(number)
            keys += [(start + len(plain), end + len(plain), key) for start, end, key in text.keys]
            plain += text.plain
        return cls(plain, tuple(keys))

    def part(self, start, end):
        """Return a part of the text, with its numbers."""
        inside = [(a - start, b - start, key) for a, b, key in self.keys if start <= a < end]
        return Text(self.plain[start:end], tuple(inside))

    def sentences(self):
        """Return its sentences."""
        found = re.finditer(r"[.?!](?=\s+(\S))", self.plain)
        ends = [each.end() for each in found if each[1].isupper() or each[1].isdigit()]
        starts = [0, *(end + 1 for end in ends)]
        return [self.part(*pair) for pair in zip(starts, [*ends, len(self.plain)])]


@dataclass(frozen=True)
class Row:
    """A row as a notebook shows it, each column as written there."""

    key: str
    cells: dict = field(hash=False)

    def __getattr__(self, column):
        if column in _COLUMNS:
            return self.cells.get(column, "")
        raise AttributeError(column)

    @property
    def place_id(self):
        """The identifier of its place."""
        return links.parts(self.key)[1]


@dataclass
class Section:
    """A finding: its message, what is read from it, and the picture or table that shows it."""

    title: Text
    texts: list = field(default_factory=list)
    picture: dict | None = None  # name, title, alt, form
    head: list = field(default_factory=list)  # of the table, where there is no picture
    table: list = field(default_factory=list)  # Texts by row
    rows: list = field(default_factory=list)  # what picture or table shows

    @property
    def keys(self):
        """The keys of all rows that it states or shows."""
        said = [key for text in (self.title, *self.texts) for *_, key in text.keys]
        bare = [re.sub("-(?:low|high)$", "", key) for key in said]
        return [*dict.fromkeys([*bare, *(row.key for row in self.rows)])]


@dataclass
class Theme:
    """What one notebook found."""

    name: str
    title: str
    lead: Text
    findings: list
    sections: list
    sure: list
    unknown: list
    questions: list


class Collection:
    """The executed notebooks of a language.

    Parameters
    ----------
    language : {"en", "vi"}

    Raises
    ------
    OSError
        Where a notebook has not been executed.
    """

    def __init__(self, language):
        words.use_language(language)
        self.language, self.folder = language, VIETNAMESE if language == "vi" else NOTEBOOKS
        self.books = {p.name: nbformat.read(p, 4) for p in sorted(self.folder.glob("*.ipynb"))}

    @cached_property
    def rows(self):
        """Every row that a notebook shows, by its key."""
        found = {}
        for book in self.books.values():
            for cell in book.cells:
                for _, row in _figures(cell):
                    found.setdefault(row.key, row)
        return found

    @cached_property
    def values(self):
        """What numbers must agree with, by key: :class:`hg_analysis.tools.links.Row`."""
        return {key: row for book in self.books.values() for key, row in links.rows(book).items()}

    def theme(self, file):
        """Return what the notebook of a file found."""
        tagged, sections, texts = {}, [], None
        for cell in self.books[file].cells:
            tags = {*cell.metadata.get("tags", ())}
            tagged |= {tag: [*tagged.get(tag, ()), cell] for tag in tags}
            if cell.cell_type == "markdown":
                if "finding" in tags:
                    sections.append(Section(Text.of(cell.source)))
                    texts = sections[-1].texts
                elif cell.source.startswith("#") or tags:
                    texts = None
                elif texts is not None:
                    blocks = re.split(r"\n\n|\n(?=- )", cell.source)
                    texts += [each for block in blocks for each in Text.of(block).sentences()]
            elif picture := _picture(cell):
                if not sections:
                    sections = [Section(Text.of(picture["message"]))]
                    texts = None
                if not sections[-1].picture and (texts is not None or len(sections) == 1):
                    sections[-1].picture = picture
                    sections[-1].rows = [row for _, row in _figures(cell)]
            elif "table" in tags:
                sections[-1].head, sections[-1].table, sections[-1].rows = _table(cell)
        lead = tagged["lead"][0].source.removeprefix("# ")
        title, _, lead = lead.partition("\n\n")
        sure = [c for c in tagged.get("how-sure", ()) if c.source.startswith("- ")][:1]
        about = {row.indicator: row.theme for row in companion("codebook").itertuples()}
        name = file.split("_", 1)[1].removesuffix(".ipynb")
        themes = {about[key] for key in map(_indicator, self._keys(sections)) if key in about}
        return Theme(
            name=re.sub(r"\W", "-", name),
            title=title,
            lead=Text.of(lead),
            findings=_items(tagged["findings"]),
            sections=sections,
            sure=_items(sure),
            unknown=_items(tagged.get("limits", ())),
            questions=[q for q in self.questions() if q["theme"] in themes],
        )

    def pictures(self):
        """Yield the name and the stored drawing of every picture."""
        for cell in (cell for book in self.books.values() for cell in book.cells):
            if about := _picture(cell):
                drawn = (o["data"].get("image/svg+xml") for o in cell.outputs if "data" in o)
                yield about["name"], "".join(filter(None, drawn))

    def _keys(self, sections):
        return [row.key for section in sections for row in section.rows]

    def questions(self):
        """Return the questions that are open: asked, figure, question, answer, changes, theme."""
        about = {
            words.indicator(row.indicator, HOME): row.theme
            for row in companion("codebook").itertuples()
        }
        asked = []
        for book in self.books.values():
            for cell in book.cells:
                if "questions" in cell.metadata.get("tags", ()) and (made := _html(cell)):
                    for line in _lines(made):
                        told = dict(zip(_QUESTIONS, (t.text_content().strip() for t in line)))
                        asked.append(told | {"theme": about.get(told["figure"], "")})
        return asked

    def computed(self, key):
        """Return in words how a derived figure is computed, nothing of others."""
        found = entries("derived").get(_indicator(key))
        return getattr(found, f"definition_{self.language}") if found else ""


def _bare(markdown):
    return re.sub(r"[*`]|^\s*(?:#+|-|\d+\.) ", "", markdown, flags=re.M).replace("\n", " ")


def _items(cells):
    return [
        Text.of(line.strip())
        for cell in cells
        for line in re.split(r"\n(?=- )", cell.source)
        if line.startswith("- ")
    ]


def _indicator(key):
    return key.split(".")[0]


def _html(cell):
    return "".join("".join(o.get("data", {}).get("text/html", "")) for o in cell.get("outputs", ()))


def _picture(cell):
    for output in cell.get("outputs", ()):
        for about in output.get("metadata", {}).values():
            if "message" in about:
                return dict(about)
    return None


def _lines(html):
    return fromstring(f"<div>{html}</div>").xpath("(//table)[1]/tbody/tr")


def _heads(html):
    heads = fromstring(f"<div>{html}</div>").xpath("(//table)[1]/thead//th")
    return [head.text_content().strip() for head in heads]


def _figures(cell):
    """Return the rows of figures that a cell shows, each with its line."""
    html = _html(cell)
    if "data-decimals" not in html:
        return []
    named = {words.label(column): column for column in _COLUMNS}
    columns = [named.get(head, "value") for head in _heads(html)]
    unit = fromstring(f"<div>{html}</div>").xpath("//tr/@data-unit")
    found = []
    for line in _lines(html):
        cells = dict(zip(columns, (td.text_content().strip() for td in line)))
        cells.setdefault("unit", line.get("data-unit", unit[0] if unit else ""))
        if key := line.get("id"):  # whose place says more than a column that is left out
            place = links.parts(key)[1]
            named = {"place": words.name("place", place, place)}
            found.append((line, Row(key, cells | named)))
    return found


def _table(cell):
    """Return head, lines of Texts and rows of a table; of figures only what fits a slide."""
    html, figures = _html(cell), _figures(cell)
    if not figures:
        lines = [[Text(td.text_content().strip()) for td in line] for line in _lines(html)]
        return _heads(html), lines, []
    rows = [row for _, row in figures]
    columns = ["figure", "place", "period", "value", "unit", "origin"]
    if len({row.place for row in rows}) == 1:
        columns.remove("place")
    lines = []
    for row in rows:
        number = NUMERAL.search(row.value)
        keys = ((number.start(), number.end(), row.key),) if number else ()
        cells = {column: Text(getattr(row, column)) for column in columns}
        if row.origin.startswith(words.MARKS["plan"]):  # which its status says already
            cells["origin"] = Text(f"{words.MARKS['plan']} {row.origin.split(' · ')[-1]}")
        lines.append([*(cells | {"value": Text(row.value, keys)}).values()])
    return [words.label(column) for column in columns], lines, rows
