"""``hg-analysis brief``: briefings of themes, from what the executed notebooks say."""

import errno
import os
import sys
from contextlib import redirect_stdout
from functools import partial
from importlib import import_module
from pathlib import Path

from hg_analysis.briefings.content import Collection
from hg_analysis.briefings.record import opened
from hg_analysis.table import DATA, load
from hg_analysis.tools import links, translate
from hg_analysis.tools.aside import replace_all
from hg_analysis.tools.run import NOTEBOOKS, execute, found
from hg_analysis.words import number

FORMS = {"pptx": "deck", "docx": "document", "pdf": "paper"}
PICTURES = DATA.parent / "build" / "pictures"
BRIEFINGS = DATA.parent / "build" / "briefings"
_LETTER = "questions"


def brief(themes, forms, language, out, template=None):
    """Write briefings of themes in each form, all or none.

    Parameters
    ----------
    themes : list of str
        Notebooks by name, number or part of the name; none for all. ``questions`` alone is the
        letter that puts the open questions.
    forms : list of {"pptx", "docx", "pdf"}
    language : {"en", "vi"}
    out : path-like
        A folder; it is made where there is none.
    template : path-like, optional
        A presentation whose master the slides take.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    OSError
        An unknown theme or form, a template that is none, a folder that cannot be written:
        nothing is written then.
    """
    from tqdm import tqdm

    letter = [*themes] == [_LETTER]
    _refuse(themes, forms, template, letter)
    paths = [] if letter else found(themes)
    if missing := next((p for p in paths if p.parent != NOTEBOOKS or not p.is_file()), None):
        known = ", ".join(path.stem.split("_", 1)[1] for path in found())
        raise OSError(errno.ENOENT, f"no such theme; there are {known}, {_LETTER}", missing.name)
    collection, out = _executed(language), Path(out)
    _agree(collection)
    content = [collection.theme(path.name) for path in paths]
    name = _LETTER if letter else content[0].name if len(content) == 1 else "hau-giang-2020-2025"
    made = {}
    for form in tqdm(dict.fromkeys(forms), unit="file", leave=False, disable=None):
        module = import_module(f"hg_analysis.briefings.{FORMS[form]}")
        more = {"template": template} if template and form == "pptx" else {}
        target = out / f"{name}-{language}.{form}"
        if letter:
            made[target] = module.letter(collection)
        else:
            made[target] = module.build(collection, content, PICTURES / language, **more)
    out.mkdir(parents=True, exist_ok=True)
    replace_all(made)
    return [*made]


def _refuse(themes, forms, template, letter):
    """Refuse what can be seen to be wrong before anything is read."""
    if unknown := [form for form in forms if form not in FORMS]:
        raise OSError(errno.EINVAL, f"no such form; choose of {', '.join(FORMS)}", unknown[0])
    if _LETTER in themes and not letter:
        said = f"{_LETTER} is a letter of its own; call it alone"
        raise OSError(errno.EINVAL, said, ", ".join(themes))
    if letter and "pptx" in forms:
        raise OSError(errno.EINVAL, "a letter is no slide; choose docx or pdf", "pptx")
    if template is not None:
        if "pptx" not in forms:
            raise OSError(errno.EINVAL, "a template is of slides; add pptx to --to", str(template))
        _usable(Path(template))


def _usable(template):
    """See that a template is a presentation with a layout that has a title."""
    file = opened(template)
    if not hasattr(file, "slide_layouts"):
        raise OSError(errno.EINVAL, "no presentation; choose a .pptx file", str(template))
    kinds = {
        shape.placeholder_format.type for lay in file.slide_layouts for shape in lay.placeholders
    }
    if not kinds & {1, 3}:
        raise OSError(errno.EINVAL, "no layout with a title; add one in its master", str(template))


def _executed(language):
    """Return what the notebooks of a language say, executed first if they lack their drawings."""
    drawn = PICTURES / language
    for again in (False, True):
        collection = Collection(language)
        if len(collection.books) == len(found()) and all(
            _same(drawn / f"{name}-page.svg", stored) and (drawn / f"{name}-deck.png").is_file()
            for name, stored in collection.pictures()
        ):
            return collection
        if again:
            said = "their drawings are of other notebooks; delete the folder and call this again"
            raise OSError(errno.EINVAL, said, str(drawn))
        print("executing the notebooks first: their drawings are not there", file=sys.stderr)
        for stamp in drawn.glob(".*"):  # by which they would not be drawn again
            stamp.unlink()
        before = os.environ.get("HG_PICTURES", "")
        os.environ["HG_PICTURES"] = str(drawn)
        try:
            with redirect_stdout(sys.stderr):
                run = translate.run if language == "vi" else partial(execute, finish=links.finish)
                status = run(found())
        finally:  # whoever shows a picture after this has not asked for its other sizes
            os.environ["HG_PICTURES"] = before
        if status:
            raise OSError(errno.EINVAL, "the notebooks do not run; see above", str(NOTEBOOKS))


def _same(path, stored):
    return path.is_file() and path.read_text("utf-8") == stored


def _agree(collection):
    """See that the notebooks say what the table says: they may be older."""
    table = load()
    apart = [
        f"{row.key} is {number(row.value, row.decimals)} now"
        for row in table.itertuples()
        if row.key in collection.values and float(collection.values[row.key].value) != row.value
    ]
    if apart:
        run = f"hg-analysis run{' --language vi' * (collection.language == 'vi')}"
        said = f"older than the data: {'; '.join(apart[:5])}; call {run} first"
        raise OSError(errno.EINVAL, said, str(collection.folder))
