"""The document as a PDF that says how it is built: typst sets what the blocks say."""

import errno
import json
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from pathlib import Path

import font_source_sans_pro
import matplotlib
import typst
from fontTools.ttLib import TTFont

from hg_analysis import words
from hg_analysis.briefings import blocks as said
from hg_analysis.tools.export import cited

FORM = Path(__file__).with_suffix(".typ")
REGIONS = {"en": "gb", "vi": "vn"}
# Of these packages alone, so that every machine draws the same.
FONTS = [
    Path(font_source_sans_pro.font_files_ttf["SourceSansPro"]).parent,
    Path(matplotlib.get_data_path(), "fonts", "ttf"),
]


def build(collection, themes, pictures):
    """Return a PDF on themes: its opening, two pages each, and their numbers.

    Parameters
    ----------
    collection : hg_analysis.briefings.content.Collection
    themes : list of hg_analysis.briefings.content.Theme
    pictures : pathlib.Path
        The folder of the language's pictures.

    Returns
    -------
    bytes
        Tagged, as PDF/UA-1 asks.

    Raises
    ------
    OSError
        Where a picture is missing, or typst cannot set what is said.
    """
    return _set(collection, said.briefing(collection, themes), pictures)


def letter(collection):
    """Return a letter that asks what the figures leave open, as a PDF."""
    return _set(collection, said.letter(collection), FORM.parent)


def _set(collection, blocks, pictures):
    """Hand the blocks over as data, never as markup."""
    title = next(block.text.plain for block in blocks if block.kind == "title")
    told = {
        "language": collection.language,
        "region": REGIONS[collection.language],
        "title": title,
        "project": words.name("site", "project"),
        "page": words.label("paper_page").split("{number}"),
        "blocks": [*_told(blocks, pictures)],
    }
    if lacking := sorted(set(json.dumps(told, ensure_ascii=False)) - _letters()):
        fault = f"the fonts have no letter {lacking[0]!a}; write it another way"
        raise OSError(errno.EINVAL, fault, title)
    released = datetime.fromisoformat(cited()["date-released"]).replace(tzinfo=UTC)
    compiler = typst.Compiler(
        FORM.read_bytes(),
        root=pictures,
        font_paths=FONTS,
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(told)},
    )
    try:
        made, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards="ua-1", timestamp=released
        )
    except typst.TypstError as error:
        raise OSError(errno.EINVAL, f"typst cannot set it: {error}", str(FORM)) from None
    if warnings:
        raise OSError(errno.EINVAL, f"typst warns: {warnings[0].message}", str(FORM))
    return made


@cache
def _letters():
    """Return every letter that the fonts have, so that none is printed as an empty box."""
    files = FONTS[0] / "SourceSansPro-Regular.ttf", FONTS[1] / "DejaVuSans.ttf"
    return {chr(code) for file in files for code in TTFont(file).getBestCmap()}


def _told(blocks, pictures):
    """Yield what typst needs of each block; items that follow each other as one list."""
    for kind, alike in groupby(blocks, lambda block: block.kind):
        if kind == "item":
            items = [*alike]
            yield {"kind": kind, "page": items[0].page, "items": [b.text.plain for b in items]}
            continue
        for block in alike:
            made = {"kind": kind, "text": block.text.plain, "page": block.page}
            if block.picture:
                file = said.drawn(block, pictures, "svg").name
                made |= {"file": file, "alt": block.picture["alt"], "width": block.width}
            if block.lines:
                made["lines"] = [[text.plain for text in line] for line in block.lines]
                made["shares"] = block.shares
            yield made
