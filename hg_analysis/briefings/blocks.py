"""What a document says, block by block: the same for Word and for PDF, page by page.

The opening is one page, each theme two; the numbers that they state or show follow. What an
office program and typst need is only how a kind of block looks.
"""

import errno
import re
from dataclasses import dataclass, field
from itertools import chain
from math import ceil

from hg_analysis import words
from hg_analysis.bounds import NUMERAL
from hg_analysis.briefings.content import Text
from hg_analysis.tools.export import cited

NUMBERS = ["figure", "place", "period", "value", "unit", "bounds", "origin", "source"]
ACROSS = 17.4  # of the text of an A4 page, cm
FREE = 25.4  # height of a page's text, cm; the rest stays free, programs break lines differently
PICTURES = (
    17.4,
    16,
    15,
    14,
    13,
    12,
    11.5,
)  # widths, cm: the widest with which a page holds its part
SHAPE = 0.4  # of a picture: height by width
# Height of a line and of the space around a block, cm, and letters in a line, by kind.
_LINES = {
    "theme": (0.74, 0.25, 60),
    "section": (0.47, 0.4, 84),
    "closing": (0.47, 0.4, 84),
    "lead": (0.47, 0.2, 94),
    "item": (0.385, 0.055, 108),
    "paragraph": (0.385, 0.145, 110),
    "caption": (0.35, 0.25, 125),
}
_TURNS = {"section": 1, "closing": 1, "paragraph": 0}  # what may begin a page; better the higher
_BEFORE = {
    "state": "state",
    "motto": "state",
    "from": "sender",
    "number": "sender",
    "date": "sender",
}
_AFTER = {"copies": "sender", "signed": "sender"}
_CELLS = 124  # letters of a table's text across a page
LISTED = {"theme": 1, "appendix": 1, "section": 2}  # what the contents list, and its level
_FIT = 42  # letters up to which a column's width follows its longest cell


@dataclass
class Block:
    """A part of a document.

    Attributes
    ----------
    kind : str
        "title", "about", "contents", "theme", "section", "closing", "lead", "item", "paragraph",
        "picture", "caption", "table", "appendix", "group"; of letters "state", "sender", "to",
        "heading" or "question" too.
    text : Text
    page : int
        Where it stands, from 1; of the appendix and of letters, where these begin.
    picture : dict or None
        As in :class:`hg_analysis.briefings.content.Section`.
    width : float
        How wide pictures are on its page, cm.
    lines : list of list of Text
        Of a table, its head first.
    shares : list of float
        How wide the columns are, in parts of one.
    rows : list of hg_analysis.briefings.content.Row
        What its picture or table shows.
    """

    kind: str
    text: Text = field(default_factory=lambda: Text(""))
    page: int = 1
    picture: dict | None = None
    width: float = 0
    lines: list = field(default_factory=list)
    shares: list = field(default_factory=list)
    rows: list = field(default_factory=list)

    @property
    def keys(self):
        """The keys of the rows that it states or shows, without bounds."""
        texts = [self.text, *chain.from_iterable(self.lines)]
        said = [re.sub("-(?:low|high)$", "", key) for text in texts for *_, key in text.keys]
        return [*said, *(row.key for row in self.rows)]


def briefing(collection, themes):
    """Return the blocks of a document on themes.

    Parameters
    ----------
    collection : hg_analysis.briefings.content.Collection
    themes : list of hg_analysis.briefings.content.Theme

    Returns
    -------
    list of Block
    """
    words.use_language(collection.language)
    told = cited()
    dated = {"version": told["version"], "date": words.period(told["date-released"])}
    blocks = [
        Block("title", Text(words.name("site", "project"))),
        Block("about", Text(words.name("site", "about"))),
        Block("about", Text(words.label("book_dated_text", **dated))),
        Block("contents", Text(words.label("book_contents_title"))),
    ]
    counted, parts = {"figure": 0, "table": 0}, []
    for page, theme in zip(range(2, 2 * len(themes) + 2, 2), themes):
        parts.append(_placed(theme, page, counted))
        blocks += parts[-1]
    page = 2 * len(themes) + 2
    blocks += [
        Block("appendix", Text(words.label("paper_numbers")), page),
        Block("paragraph", Text(words.label("paper_numbers_text")), page),
    ]
    lines = [_numbers(collection, part) for part in parts]
    head = [Text(words.label(column)) for column in NUMBERS]
    shares = _shares([head, *chain.from_iterable(lines)])
    for theme, found in zip(themes, lines):
        blocks.append(Block("group", Text(theme.title), page))
        blocks.append(Block("table", page=page, lines=[head, *found], shares=shares))
    return blocks


def drawn(block, pictures, form):
    """Return the file of a block's picture in a form, "png" or "svg".

    Raises
    ------
    OSError
        Where there is none.
    """
    file = pictures / f"{block.picture['name']}-deck.{form}"
    if not file.is_file():
        raise OSError(errno.ENOENT, "this picture has not been drawn; run make first", str(file))
    return file


def letter(collection):
    """Return the blocks of a letter that asks what the figures leave open."""
    words.use_language(collection.language)
    parts = {"opening": {"title": words.name("site", "project")}}
    lines = {
        name: Text(words.label(f"letter_{name}", **parts.get(name, {})))
        for name in [*_BEFORE, "title", "opening", "closing", *_AFTER]
    }
    asked = {}
    for question in collection.questions():
        asked.setdefault(question["asked"], []).append(question)
    blocks = [Block(kind, lines[name]) for name, kind in _BEFORE.items()]
    blocks.append(Block("title", lines["title"]))
    blocks += [Block("to", Text(words.label("letter_to", name=each))) for each in asked]
    blocks.append(Block("paragraph", lines["opening"]))
    number = 0
    for addressee, questions in asked.items():
        blocks.append(Block("heading", Text(words.label("letter_asked", name=addressee))))
        for told in questions:
            number += 1
            about = words.label("letter_question", number=str(number), figure=told["figure"])
            blocks += [Block("question", Text(about)), Block("paragraph", Text(told["question"]))]
            for name in ("answer", "changes"):
                blocks.append(Block("item", Text(words.label(f"letter_{name}", said=told[name]))))
    blocks.append(Block("paragraph", lines["closing"]))
    return [*blocks, *(Block(kind, lines[name]) for name, kind in _AFTER.items())]


def _placed(theme, page, counted):
    """Return the blocks of a theme on two pages, the pictures of each as wide as fit.

    The second page begins with a heading or, where more sections fit so, with a reading. What
    does not fit are whole sections, the last first.
    """
    for shown in range(len(theme.sections), 0, -1):
        trial, found = dict(counted), []
        blocks = _said(theme, theme.sections[:shown], theme.sections[shown:], trial)
        for turn, block in enumerate(blocks):
            sides = blocks[:turn], blocks[turn:]
            wide = [next((w for w in PICTURES if _high(side, w) <= FREE), 0) for side in sides]
            if block.kind in _TURNS and all(wide):
                high = [_high(side, width) for side, width in zip(sides, wide)]
                even = high[0] >= high[1], -abs(high[0] - high[1])
                found.append((_TURNS[block.kind], min(wide), even, sides, wide))
        if found:
            *_, sides, wide = max(found, key=lambda each: each[:3])
            for number, (side, width) in enumerate(zip(sides, wide)):
                for block in side:
                    block.page, block.width = page + number, width
            counted |= trial
            return blocks
    raise OSError(errno.EINVAL, "its texts alone fill two pages; shorten them", theme.title)


def _said(theme, sections, left, counted):
    blocks = [Block("theme", Text(theme.title)), Block("lead", theme.lead)]
    blocks += [Block("item", text) for text in theme.findings]
    for number, section in enumerate(sections):
        if number:
            blocks.append(Block("section", section.title))
        if section.picture:
            counted["figure"] += 1
            title = Text.of(section.picture["message"])
            caption = _around("paper_figure", title, number=str(counted["figure"]))
            blocks.append(Block("picture", picture=section.picture, rows=section.rows))
            blocks.append(Block("caption", caption))
        elif section.table:
            counted["table"] += 1
            about = "paper_table" if section.rows else "paper_readings"
            blocks.append(Block("caption", Text(words.label(about, number=str(counted["table"])))))
            lines = [[*map(Text, section.head)], *section.table]
            blocks.append(Block("table", lines=lines, shares=_shares(lines), rows=section.rows))
        if section.texts:
            blocks.append(Block("paragraph", Text.joined(section.texts)))
    if left:  # no finding goes without a word
        titles = Text.joined([section.title for section in left], "; ")
        blocks.append(Block("paragraph", _around("paper_left", titles)))
    for about, items in (("paper_sure", theme.sure), ("paper_unknown", theme.unknown)):
        if items:
            blocks.append(Block("closing", Text(words.label(about))))
            blocks += [Block("item", text) for text in items]
    return blocks


def _around(label, text, **parts):
    before, after = words.label(label, **parts).split("{title}")
    return Text.joined([Text(before), text, Text(after)], "")


def _high(blocks, width):
    """Return about how high blocks are with pictures of a width, both in cm."""
    total = 0
    for block in blocks:
        if block.kind == "picture":
            total += width * SHAPE + 0.15
        elif block.kind == "table":
            for line in block.lines:
                wide = zip(line, block.shares)
                total += 0.11 + 0.34 * max(ceil(len(t.plain) / (_CELLS * s)) for t, s in wide)
            total += 0.25
        else:
            line, space, letters = _LINES[block.kind]
            total += ceil(len(block.text.plain) / letters) * line + space
    return total


def _shares(lines):
    longest = [max(len(text.plain) for text in column) for column in zip(*lines)]
    fit = [min(letters + 4, _FIT) for letters in longest]
    return [each / sum(fit) for each in fit]


def _numbers(collection, blocks):
    """Return a line of each row that blocks state or show, rows of one figure together."""
    keys = dict.fromkeys(key for block in blocks for key in block.keys)
    rows = [collection.rows[key] for key in keys if key in collection.rows]
    figures = [*dict.fromkeys(row.figure for row in rows)]
    rows.sort(key=lambda row: figures.index(row.figure))
    return [[_cell(collection, row, column) for column in NUMBERS] for row in rows]


def _cell(collection, row, column):
    text = getattr(row, column)
    if column == "figure" and ".turning." in row.key:  # no figure, but what would end a finding
        text = words.label("paper_turning", figure=text)
    ends = {"value": [row.key], "bounds": [f"{row.key}-low", f"{row.key}-high"]}.get(column, ())
    found = [*NUMERAL.finditer(text)] if ends else ()
    if len(found) != len(ends) or not collection.values.keys() >= {*ends}:
        return Text(text)
    return Text(text, tuple((m.start(), m.end(), key) for m, key in zip(found, ends)))
