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
from contextlib import suppress
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path

import nbformat
from font_source_sans_pro import font_files_ttf
from fontTools import subset
from fontTools.ttLib import TTFont

from hg_analysis import words
from hg_analysis.figures import from_row
from hg_analysis.show import link
from hg_analysis.table import DATA, companion, load
from hg_analysis.tools.links import findings
from hg_analysis.words import bounds_text, value_text

ROOT = DATA.parent
# Latin with the letters of Vietnamese, and the signs that pages use.
_LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "ĂăĐđĨĩŨũƠơƯư₫")]
_LETTERS += [*range(0x1EA0, 0x1EFA), *range(0x2010, 0x2027), 0x2192, 0x2212, 0x2248, 0x2264, 0x2265]


def build(sites):
    """Render aside, then replace the old sites; return the exit status of Sphinx.

    Parameters
    ----------
    sites : list of pathlib.Path
        The folders of the rendered pages, named by their languages.
    """
    sites[0].parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=sites[0].parent, prefix=".site-") as folder:
        new = Path(folder)
        for site in sites:
            lay_out(new / "source" / site.name)
        for site in sites:
            source, trees = new / "source" / site.name, new / "trees" / site.name
            sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
            command = [*sphinx, "-d", trees, source, new / site.name]
            if status := subprocess.run(command).returncode:
                return status
        for site in sites:
            _replace(site, new)
    return 0


def _replace(site, new):
    for turn in range(9):
        with suppress(FileNotFoundError):
            os.rename(site, new / f"old-{site.name}-{turn}")
        with suppress(OSError):  # another build put its own there in between: once more
            os.rename(new / site.name, site)
            return
    raise OSError(f"{site} cannot be replaced")


@cache
def web_fonts():
    """Return a style sheet that holds the fonts, cut down to the letters of both languages.

    Fonts inside it need no request, which browsers refuse to pages opened from a folder.
    """
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


def anchor(paragraph, nth):
    """Name the place in the document of a numeral, or of a paragraph's figure in words."""
    return f"p{paragraph}-{nth or 'words'}"


def lay_out(folder):
    """Fill a folder with everything that the site shows.

    Parameters
    ----------
    folder : pathlib.Path
        Must not exist yet.
    """
    language = folder.name if folder.name in words.LANGUAGES else "en"
    words.use_language(language)
    notebooks = ROOT / "notebooks" if language == "en" else ROOT / "build" / "notebooks" / language
    skipped = shutil.ignore_patterns("__pycache__", "pages.py", *words.LANGUAGES)
    shutil.copytree(ROOT / "docs", folder, ignore=skipped)
    if language != "en":  # its pages are written, not translated
        for page in folder.glob("*.md"):
            page.unlink()
        shutil.copytree(ROOT / "docs" / language, folder, dirs_exist_ok=True)
    (folder / "_static" / "fonts.css").write_text(web_fonts(), "utf-8")
    if (pictures := ROOT / "build" / "pictures" / language).is_dir():
        shutil.copytree(pictures, folder / "_static" / "pictures")
    (folder / "notebooks").mkdir()
    for path in notebooks.glob("*.ipynb"):
        shutil.copy(path, folder / "notebooks")
    table = load()
    readme = (ROOT / "README.md").read_text("utf-8")
    pages = {"figures": _stated(table), "sources": _sources(table)}
    pages |= {"readings": _readings(table), "choices": _choices(table)}
    for name, text in pages.items():  # a blank line would end the HTML in a Markdown page
        pages[name] = "\n".join(line for line in text.splitlines() if line.strip())
    pages["index"] = _findings(folder / "notebooks")
    if language == "en":
        pages["glossary"] = _part(readme, "Glossary")
    for name, content in pages.items():
        page = folder / f"{name}.md"
        page.write_text(page.read_text("utf-8").replace("%TABLE%", content), "utf-8")


def _findings(notebooks):
    """Return what each analysis found, and where those stand that are not translated yet."""
    found, other = [], []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if (notebooks / path.name).is_file():
            found.append(findings(nbformat.read(notebooks / path.name, 4), path.name))
        else:
            name = escape(words.name("page", path.stem))
            other.append(f'<a hreflang="en" href="../en/notebooks/{path.stem}.html">{name}</a>')
    if other:
        found.append(f"<p>{escape(words.name('site', 'untranslated'))}: {', '.join(other)}.</p>")
    return "\n\n".join(found)


def _part(text, heading):
    """Return what stands under a heading of a Markdown text."""
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0].strip()


def _rows(heads, rows, form="hg hg-rows"):
    head = "".join(f'<th scope="col">{escape(words.name("label", text))}</th>' for text in heads)
    body = "\n".join(
        f'<tr id="{escape(key)}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        for key, cells in rows
    )
    return (
        f'<div class="hg-wide"><table class="{form}"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _stated(table):
    """Every paragraph of the appendix: the figures that it states, and its other numerals."""
    rows = table[table.origin == "document"].set_index(["paragraph", "nth"], drop=False)
    numerals, parts = companion("numerals"), []
    for paragraph in companion("paragraphs").itertuples():
        number = paragraph.paragraph
        opening = f"{words.name('section', number)} · «{paragraph.opening} …»"
        key = escape(number)
        parts.append(f'<h2 id="p{key}">¶{key}</h2><p>{escape(opening)}</p>')
        own = rows[rows.paragraph == number]
        if len(own):
            heads = ["numeral", "printed", "figure", "period", "value", "bounds", "unit", "status"]
            cells = [(anchor(*row.Index), _stated_cells(row)) for row in own.itertuples()]
            parts.append(_rows([*heads, "note"], cells))
        others = numerals[(numerals.paragraph == number) & (numerals.role != "figure")]
        if len(others):
            listed = [
                f'<span id="{escape(anchor(number, n.nth))}">'
                + escape(f"{number}.{n.nth}: {n.printed} ({words.name('role', n.role)})")
                + "</span>"
                for n in others.itertuples()
            ]
            parts.append(f"<p>{escape(words.name('label', 'others'))}: {'; '.join(listed)}</p>")
    return "\n".join(parts)


def _stated_cells(row):
    place = f"{row.paragraph}.{row.nth}" if row.nth else row.paragraph
    # The row is found by its place in the document and by its key.
    cells = [f'<span id="{escape(row.key)}">{escape(place)}</span>', escape(row.printed)]
    return [*cells, *_figure_cells(from_row(row)), escape(row.note)]


def _figure_cells(figure):
    return [
        escape(words.indicator(figure.indicator, figure.place)),
        escape(words.period(figure.period)),
        escape(value_text(figure)),
        escape(bounds_text(figure)),
        escape(words.unit(figure.indicator)),
        escape(words.name("status", figure.status)),
    ]


def _sources(table):
    """Every source with the figures that it gives."""
    parts = []
    for source in companion("sources").itertuples():
        if source.kind == "primary":
            continue
        known = [source.title, words.standing(source.source), source.published, source.note]
        about = " · ".join(filter(None, known))
        key = escape(source.source)
        parts.append(f'<h2 id="{key}">{link(source.source)}</h2><p>{escape(about)}</p>')
        heads = ["place", "figure", "period", "value", "bounds", "unit", "status", "note"]
        rows = [
            (
                row.key,
                [
                    escape(words.name("place", row.place)),
                    *_figure_cells(from_row(row)),
                    escape(row.note),
                ],
            )
            for row in table[table.source == source.source].itertuples()
        ]
        parts.append(_rows(heads, rows))
    return "\n".join(parts)


def _choices(table):
    """Every figure that several publications state, theme by theme: which is used, and why."""
    sources, book = companion("sources").set_index("source"), companion("codebook")
    themes, pages = book.set_index("indicator").theme, _pages(table)

    def stated(row):
        source = sources.loc[row.source]
        about = [words.name("status", row.status), words.standing(row.source)]
        value = f'<a href="{_page(row)}#{escape(row.key)}">{escape(value_text(from_row(row)))}</a>'
        date = f' · <span class="n">{escape(source.published)}</span>' if source.published else ""
        return f"{value} · {link(row.source)} · {escape(' · '.join(about))}{date}"

    group, listed, parts = ["indicator", "place", "period", "role"], {}, []
    same = {figure: [*rows.itertuples()] for figure, rows in table.groupby(group)}
    for choice in companion("choices").itertuples():
        rows = same[tuple(getattr(choice, column) for column in group)]
        used = next(row for row in rows if row.key == choice.row)
        name = f"{words.name('indicator', used.indicator)}, {words.unit(used.indicator)}"
        where = f"{words.name('place', used.place)}, {words.period(used.period)}"
        cells = [
            f"{escape(name)}<br>{escape(where)}",
            stated(used),
            "<br>".join(stated(row) for row in rows if row.key != used.key),
            escape(getattr(choice, f"reason_{words.language()}")),
            _basis(choice.premise, pages),
        ]
        listed.setdefault(themes[used.indicator], []).append((f"choice.{used.key}", cells))
    heads = ["figure", "used", "elsewhere", "reason", "premise"]
    for theme in dict.fromkeys(book.theme):
        if rows := listed.get(theme):
            name = escape(words.name("theme", theme))
            parts.append(
                f'<h2 id="{escape(theme)}">{name}</h2>{_rows(heads, rows, "hg hg-rows hg-text")}'
            )
    return "\n".join(parts)


def _page(row):
    return "figures.html" if row.origin == "document" else "sources.html"


def _pages(table):
    return {row.key: _page(row) for row in table.itertuples()}


def _basis(premise, pages):
    """Name the ranks by which a row was chosen, or show the comparison that it rests on."""
    if re.search("[<>=]", premise):
        return _premise(premise, pages)
    return escape("; ".join(words.name("premise", rank) for rank in premise.split(";")))


def _premise(text, pages):
    """Let the key of each row that a premise names lead to it."""

    def led(match):
        key, text = match[0], match[0].replace(".", ".<wbr>")
        return f'<a href="{pages[key]}#{key}">{text}</a>' if key in pages else key

    return re.sub(r"[a-z]\w*\.[\w.-]+", led, escape(text))


def _readings(table):
    """Every ambiguous figure, how it can be read, how far the evidence goes and why."""
    pages = _pages(table)
    rows = [
        (
            f"{r.indicator}-{r.reading}",
            [
                escape(words.name("indicator", r.indicator)),
                escape(words.name("reading", r.reading)),
                escape(words.name("verdict", r.verdict)),
                escape(getattr(r, f"reason_{words.language()}")),
                _premise(r.premise, pages),
            ],
        )
        for r in companion("readings").itertuples()
    ]
    return _rows(["figure", "reading", "verdict", "reason", "premise"], rows, "hg hg-rows hg-text")


if __name__ == "__main__":
    sys.exit(build([Path(folder) for folder in sys.argv[1:]]))
