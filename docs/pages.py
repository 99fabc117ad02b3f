"""Render the site: the notebooks, and pages of every figure, source, choice and reading.

Run as ``python docs/pages.py FOLDER...``: one named en, one named vi or both, which then lead
to each other. Vietnamese notebooks are those that ``hg-analysis run --language vi`` wrote.
"""

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from operator import attrgetter
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from hg_analysis import words
from hg_analysis.figures import from_row
from hg_analysis.show import link
from hg_analysis.table import DATA, companion, load
from hg_analysis.tools import links, translate
from hg_analysis.tools.aside import replace
from hg_analysis.tools.export import as_files

ROOT = DATA.parent
HERE = Path(__file__).parent
# Latin with the letters of Vietnamese, and the signs that pages use.
_LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "ĂăĐđĨĩŨũƠơƯư₫")]
_LETTERS += [*range(0x1EA0, 0x1EFA), *range(0x2010, 0x2027), 0x2192, 0x2212, 0x2248, 0x2264, 0x2265]


def build(sites):
    """Render aside, each language in a process of its own, then replace the old sites.

    Parameters
    ----------
    sites : list of pathlib.Path
        The folders of the rendered pages, named by their languages.

    Returns
    -------
    int
        The exit status of Sphinx, or 1 where a page contradicts a notebook.
    """
    sites[0].parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=sites[0].parent, prefix=".site-") as folder:
        new = Path(folder)
        for site in sites:  # each is to find the other's pages
            (new / "source" / site.name / "notebooks").mkdir(parents=True)
            for path in _notebooks(site.name).glob("*.ipynb"):
                shutil.copy(path, new / "source" / site.name / "notebooks")
        command = [sys.executable, __file__, "--one", ROOT, new]
        others = [subprocess.Popen([*command, site.name]) for site in sites[1:]]
        if status := max(build_one(new, sites[0].name), *(other.wait() for other in others), 0):
            return status
        for site in sites:
            _replace(site, new)
    if {site.name for site in sites} == {*words.LANGUAGES}:
        start = (HERE / "_templates" / "start.html").read_bytes()
        replace(sites[0].parent / "index.html", start)
    return 0


def build_one(new, language):
    """Lay out and render the pages of one language; return the exit status of Sphinx."""
    from sphinx.cmd.build import main

    source = new / "source" / language
    if faults := lay_out(source):
        print(*faults, sep="\n", file=sys.stderr)
        return 1
    quiet = ["-q", "-W", "--keep-going", "-b", "html", "-d", str(new / "trees" / language)]
    return main([*quiet, str(source), str(new / language)])


def _replace(site, new):
    for turn in range(9):
        with suppress(FileNotFoundError):
            os.rename(site, new / f"old-{site.name}-{turn}")
        with suppress(OSError):  # another build put its own there in between: once more
            os.rename(new / site.name, site)
            return
    raise OSError(f"{site} cannot be replaced")


def web_fonts():
    """Return a style sheet that holds the fonts, cut down to the letters of both languages.

    Fonts inside it need no request, which browsers refuse to pages opened from a folder.
    """
    told = f"{_LETTERS}{version('font-source-sans-pro')}{version('fonttools')}"
    path = ROOT / "build" / f"fonts-{sha256(told.encode()).hexdigest()[:12]}.css"
    if not path.is_file():  # cutting takes a second, and they stay as they are
        path.parent.mkdir(exist_ok=True)
        replace(path, _cut_fonts().encode())
    return path.read_text("utf-8")


def _cut_fonts():
    from font_source_sans_pro import font_files_ttf
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(flavor="woff", layout_features=["kern", "liga", "tnum"], hinting=False)
    rules = []
    for weight, name in (
        (400, "SourceSansPro"),
        (600, "SourceSansProSemibold"),
        (700, "SourceSansProBold"),
    ):
        font, cut, file = TTFont(font_files_ttf[name]), subset.Subsetter(options), BytesIO()
        cut.populate(unicodes=_LETTERS)
        cut.subset(font)
        subset.save_font(font, file, options)
        data = base64.b64encode(file.getvalue()).decode()
        rules.append(
            f"@font-face {{ font-family: 'Source Sans Pro'; font-weight: {weight}; "
            f"font-display: swap; src: url(data:font/woff;base64,{data}) format('woff'); }}\n"
        )
    return "".join(rules)


def _notebooks(language):
    return ROOT / ("notebooks" if language == "en" else f"build/notebooks/{language}")


def lay_out(folder):
    """Fill a folder with everything that the site of one language shows.

    Parameters
    ----------
    folder : pathlib.Path
        Named by the language; holds its notebooks.

    Returns
    -------
    list of str
        What its pages say that the notebooks contradict.
    """
    words.use_language(folder.name)
    skipped = shutil.ignore_patterns("__pycache__", "pages.py", "*.md", "start.html")
    shutil.copytree(ROOT / "docs", folder, dirs_exist_ok=True, ignore=skipped)
    static = folder / "_static"
    (static / "fonts.css").write_text(web_fonts(), "utf-8")
    if (pictures := ROOT / "build" / "pictures" / folder.name).is_dir():
        shutil.copytree(
            pictures, static / "pictures", ignore=shutil.ignore_patterns(".*", "*-deck.*")
        )
    if folder.name == "en":
        known = links.gathered(folder / "notebooks")
        texts = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
        faults = [f for name, text in texts.items() for f in links.repeated(text, name, *known)[1]]
    else:
        texts, faults = translate.page_texts(ROOT / "docs", folder / "notebooks")
        texts = dict(texts)
    readme = ROOT / ("README.md" if folder.name == "en" else "README.vi.md")
    glossary = readme.read_text("utf-8").split("<!-- glossary -->\n")[1].partition("\n## ")[0]
    contents, intro = _contents(folder), texts.pop("rows")
    loader = FileSystemLoader(HERE / "_templates")
    environment = Environment(loader=loader, autoescape=True, finalize=_one_line)
    named = (term for kind, term in words.entries("terms") if kind == "page")
    contents["collection"] = [name for name in named if name in texts and name != "search"]
    pages = {name: (text, name, {"up": ""}) for name, text in texts.items()}
    for theme, rows in contents.pop("by_theme").items():
        title = words.name("site", "rows_of").replace("{theme}", words.name("theme", theme))
        title = re.sub(r"([^\w\s,.:])", r"\\\1", _one_line(title))  # text, not Markdown
        pages[f"rows/{theme}"] = (f"# {title}\n\n{intro}", "rows", {"rows": rows, "up": "../"})
    (folder / "rows").mkdir()
    for name, (text, template, more) in pages.items():
        if template == "glossary":
            made = glossary
        elif (HERE / "_templates" / f"{template}.html").is_file():
            made = environment.get_template(f"{template}.html").render(contents | more)
            made = re.sub(r"\n\s*\n", "\n", made)  # a blank line would end the HTML
        else:
            made = ""
        text = text.replace("<!-- table -->", made)
        (folder / f"{name}.md").write_text(text, "utf-8")
    return faults


def _one_line(value):
    """Keep a text of the data in its cell: a line of its own could begin something else."""
    return value if isinstance(value, Markup) else " ".join(str(value).split())


def _contents(folder):
    """Return what the templates of the pages speak of."""
    table, book, sources = load(), companion("codebook"), companion("sources")
    rows = [*table.itertuples()]
    numerals, language = companion("numerals"), words.language()

    def listed(each_row, column):
        found = defaultdict(list)
        for row in each_row:
            found[getattr(row, column)].append(row)
        return found

    order = [*book.indicator], [term for kind, term in words.entries("terms") if kind == "place"]
    ranks = [{name: rank for rank, name in enumerate(names)} for names in order]
    ordered = lambda row: (ranks[0][row.indicator], ranks[1][row.place], row.period)  # noqa: E731
    by_theme = listed(sorted(rows, key=ordered), "theme")
    first = {row.indicator: row for row in reversed(rows)}
    periods = table.groupby("indicator").period.agg(["min", "max"])
    spans = {
        indicator: "–".join(dict.fromkeys((low[:4], re.split("/", high)[-1][:4])))
        for indicator, low, high in periods.itertuples()
    }
    document = [row for row in rows if row.origin == "document"]
    return {
        "by_theme": {theme: by_theme[theme] for theme in dict.fromkeys(book.theme)},
        "themes": table.theme.value_counts()[[*dict.fromkeys(book.theme)]].to_dict(),
        "book": [row for row in book.itertuples() if row.indicator in first],
        "first": first,
        "spans": spans,
        "counts": table.indicator.value_counts().to_dict(),
        "derived": [*companion("derived").itertuples()],
        "sources": [row for row in sources.itertuples() if row.kind != "primary"],
        "own": listed(rows, "source"),
        "published": dict(zip(sources.source, sources.published)),
        "paragraphs": [*companion("paragraphs").itertuples()],
        "stated": listed(document, "paragraph"),
        "others": listed(numerals[numerals.role != "figure"].itertuples(), "paragraph"),
        "readings": [*companion("readings").itertuples()],
        "choices": _choices(table),
        "uses": _uses(folder / "notebooks"),
        "analyses": [_told(path) for path in sorted((folder / "notebooks").glob("*.ipynb"))],
        "files": _files(folder / "_static" / "files", table),
        "marks": words.MARKS,
        "anchor": lambda paragraph, nth: f"p{paragraph}-{nth or 'words'}",
        "value_text": lambda row: words.value_text(from_row(row)),
        "bounds_text": lambda row: words.bounds_text(from_row(row)),
        "said": lambda row, column: getattr(row, f"{column}_{language}"),
        "link": lambda source: Markup(link(source)),
        "premise": lambda text: _premise(text, {row.key: row.theme for row in rows}),
        **{each: getattr(words, each) for each in ("label", "name", "number", "period", "text")},
        **{each: getattr(words, each) for each in ("indicator", "publisher", "standing")},
    }


def _files(folder, table):
    """Write the whole table in each form; return what each is called, where it lies, how big."""
    folder.mkdir()
    name, made = re.sub(r"[^\w-]", "", words.name("site", "file"))[:60], []
    for ending, written in as_files(table).items():
        (path := folder / f"{name}{ending}").write_bytes(content := written())
        made.append((ending[1:].upper(), f"_static/files/{path.name}", len(content) // 1024))
    return made


def _plain(markdown):
    """Return a sentence without what makes it Markdown: links, emphasis, heading or item."""
    text = re.sub(r"(?<!!)\[([^\[\]]*)\]\([^)]*\)", r"\1", links.LINK.sub(r"\1", markdown))
    return re.sub(r"[*`]|^\s*(?:#+|-|\d+\.) ", "", text)


def _told(path):
    """Return title and lead of a notebook, and its sections by the names of their cells."""
    cells = [c for c in nbformat.read(path, 4).cells if c.cell_type == "markdown"]
    title, _, lead = cells[0].source.removeprefix("# ").partition("\n\n")
    found = [(c.id, re.match(r"#+ (.*)", c.source)) for c in cells[1:]]
    sections = [(at, _plain(heading[1])) for at, heading in found if heading]
    lead = _plain(lead.partition("\n\n")[0])
    return {"page": path.stem, "title": title, "lead": lead, "sections": sections}


def _uses(folder):
    """Return for each row the sentences and pictures that use it, by their addresses."""
    books = {path.stem: nbformat.read(path, 4) for path in sorted(folder.glob("*.ipynb"))}
    rests, uses = {}, defaultdict(dict)

    def abouts(cell):
        return [about for o in cell.get("outputs", ()) for about in o.get("metadata", {}).values()]

    for cell in (cell for book in books.values() for cell in book.cells):
        for about in abouts(cell):
            rests |= about.get("rests_on", {})

    def used(keys, at, said):
        for key in keys:
            key = re.sub("-(?:low|high)$", "", key)
            for each in [key, *rests.get(key, "").split()]:
                uses[each][at, said] = True

    for stem, book in books.items():
        title = words.name("page", stem, stem)
        for cell in book.cells:
            for match in links.LINK.finditer(cell.source if cell.cell_type == "markdown" else ""):
                said = f"{title}: {_plain(links.around(match)[0])}"
                used([match[3]], f"notebooks/{stem}.html#{cell.id}", said)
            for about in (about for about in abouts(cell) if "name" in about):
                html = "".join(o.get("data", {}).get("text/html", "") for o in cell.outputs)
                said = words.label("picture_of", page=title, title=about["title"])
                at = f"notebooks/{stem}.html#picture-{about['name']}"
                used(re.findall(r'<tr id="([^"]+)"', html), at, said)
    return uses


def _choices(table):
    """Return every choice with the row that is used and the others, by theme."""
    figure, found = attrgetter("indicator", "place", "period", "role"), {}
    same = defaultdict(list)
    for row in table.itertuples():
        same[figure(row)].append(row)
    for choice in companion("choices").itertuples():
        rows = same[figure(choice)]
        used = next(row for row in rows if row.key == choice.row)
        rest = [row for row in rows if row.key != choice.row]
        found.setdefault(used.theme, []).append((choice, used, rest))
    return {theme: found[theme] for theme in dict.fromkeys(table.theme) if theme in found}


def _premise(text, themes):
    """Let each row that a premise names be led to; or name the ranks by which one was chosen."""
    if all(words.known("premise", rank) for rank in text.split(";")):
        return "; ".join(words.name("premise", rank) for rank in text.split(";"))

    def led(match):
        key, shown = match[0], match[0].replace(".", ".<wbr>")
        return f'<a href="rows/{themes[key]}.html#{key}">{shown}</a>' if key in themes else key

    return Markup(re.sub(r"[a-z]\w*\.[\w.-]+", led, str(escape(text))))


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        ROOT = translate.ROOT = Path(sys.argv[2])
        sys.exit(build_one(Path(sys.argv[3]), sys.argv[4]))
    sys.exit(build([Path(folder) for folder in sys.argv[1:]]))
