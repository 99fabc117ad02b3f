"""Sphinx configuration: renders the executed notebooks, from their stored outputs."""

import csv
import json
import re
from functools import cache
from html import escape
from io import StringIO
from pathlib import Path
from urllib.parse import quote

from bs4 import BeautifulSoup, Comment

from hg_analysis import words
from hg_analysis.bounds import NUMERAL
from hg_analysis.table import DATA
from hg_analysis.tools.links import _FREE

HERE = Path(__file__).parent  # pages.py names it by its language, beside the others built with it
language = HERE.name if HERE.name in words.LANGUAGES else "en"
words.use_language(language)
say = {term: words.name("site", term) for kind, term in words.entries("terms") if kind == "site"}

project = say["project"]
_RELEASED = re.search(r"date-released: (\S+)", (DATA.parent / "CITATION.cff").read_text("utf-8"))[1]
author = "the project's contributors"
project_copyright = say["copyright"]
extensions = ["myst_nb"]
nb_execution_mode = "off"  # what is shown is what is stored
nb_ipywidgets_js = {}  # no widget, and so no script from elsewhere
myst_heading_anchors = 3
suppress_warnings = [
    "myst.xref_missing"
]  # rows are in outputs; tests/test_site.py finds dead links

html_theme = "basic"  # for its search; the layout is our own
html_title = project
templates_path = ["_templates"]
html_static_path = ["_static"]
html_sourcelink_suffix = ""  # a notebook is downloaded under its name
html_use_index = False
html_permalinks = False

_COLLECTION = ("figures", "sources", "readings", "choices", "glossary")
_PICTURES = "_static/pictures"  # of the sizes and grounds that are drawn when pages are built
_TAGS = ("lead", "findings", "how-sure")  # of cells that have a look of their own
_ROW = re.compile(r"#([a-z]\w*\.[\w.-]+?)(?:-low|-high)?$")  # the key of a row, as no heading has
_PLACE_OR_DIGITS = re.compile(rf"¶(\d+)(?:\.(\d+))?|{NUMERAL.pattern}")
_UNUSED = re.compile(  # on a page, which has its own styles
    r'<style>.*?</style>| data-(?:jupyter-id|decimals|unit|relation)="[^"]*"|<i></i>', re.DOTALL
)
_PLAIN = ".std-ref, pre span:not(.c1, .k, .kn)"  # has no look


def mark_cells(app, page, source):
    """Leave name and tags of text cells in the text, where :func:`finish` finds their sections."""
    if page.startswith("notebooks/"):
        notebook = json.loads(source[0])
        for cell in notebook["cells"]:
            tags = [f"tag_{tag}" for tag in _TAGS if tag in cell["metadata"].get("tags", [])]
            if cell["cell_type"] == "markdown":
                mark = f"<!-- {cell['id']} {' '.join(tags)} -->"
                cell["source"] = "".join(cell["source"]) + f"\n\n{mark}\n"
        source[0] = json.dumps(notebook)


def dress(app, page, template, context, doctree):
    """Give the layout its words and addresses, and the page its folds, links and marks."""

    def label(name):
        term = name.split("/")[-1]
        known = words.known("page", term)
        return words.name("page", term) if known else app.env.titles[name].astext()

    analyses = sorted(name for name in app.env.found_docs if name.startswith("notebooks/"))
    context |= {"say": say.__getitem__, "label": label, "analyses": analyses}
    collection = [name for name in _COLLECTION if name in app.env.found_docs]
    context |= {"collection": collection, "marks": words.MARKS, "origin": words.name}
    for folder in HERE.parent.iterdir():  # the same page in the other language
        if folder != HERE and any(folder.glob(f"{page}.*")):
            address = f"{'../' * (page.count('/') + 1)}{folder.name}/{page}.html"
            context |= {"other": folder.name, "other_address": address}
    if page in analyses:
        number = re.match(r"\d+", page.split("/")[1])  # that of one's own may have none
        context["number"] = number and int(number[0])
    if doctree and page != "figures":
        up = "../" * page.count("/")
        context["body"] = finish(page, context["body"], f"{up}figures.html")


def finish(page, body, figures):
    """Fold the code, offer what can be taken along, link places, say how numbers are known."""
    body = _UNUSED.sub("", body).replace('<div style="overflow-x:auto">', '<div class="hg-wide">')
    soup = BeautifulSoup(body, "html.parser")
    for mark in soup.find_all(string=lambda text: isinstance(text, Comment)):
        name, *tags = mark.split()
        mark.parent["class"] = [*mark.parent.get("class", []), *tags]
        mark.replace_with(soup.new_tag("a", id=name, attrs={"class": "at"}))
    silent = []  # the code of cells that show nothing lies with that of the next
    for cell, stored in zip(soup.select("div.cell"), _cells(page)):
        code = cell.select_one(".cell_input")
        if code.parent.name == "details":  # folded already, in another form
            code.parent.replace_with(code)
        if not stored["outputs"] and cell.find_next(class_="cell"):
            silent.append(code.extract())
            cell.decompose()
            continue
        fold = code.wrap(soup.new_tag("details", attrs={"class": "code"}))
        for each in reversed([_made(f"<summary>{say['code']}</summary>"), *silent]):
            fold.insert(0, each)
        silent.clear()
        cell.append(soup.new_tag("div", attrs={"class": "take"}))
        if picture := cell.find("img"):
            about = [a for o in stored["outputs"] for a in o["metadata"].values() if "name" in a]
            name = about[0]["name"] if about else stored["id"]
            cell["id"] = f"picture-{name}"
            sizes = f"{'../' * page.count('/')}{_PICTURES}/{name}"
            drawn = (HERE / _PICTURES / f"{name}-slide.png").is_file()
            slide = f"{sizes}-slide.png" if drawn else ""
            cell.contents[-1].append(_made(_taken(name, cell, picture, slide)))
            if drawn:
                picture.replace_with(_made(_sized(sizes, escape(picture["alt"]))))
        cell.contents[-1].append(fold)
    seen = set()
    for row in soup.select("table.hg [id]"):  # of a row that is shown twice the first is meant
        if row["id"] in seen:
            del row["id"]
        seen.add(row.get("id"))
    for span in soup.select(_PLAIN):
        span.unwrap()
    for bound in soup.select("span[data-value]"):  # to most of which no sentence leads
        if bound.get("id") not in _led():
            bound.unwrap()
    for table in soup.select("table.hg:has(tr[data-value])"):
        table["class"].append("hg-rows")
    for table in soup.select("table.docutils"):
        table.wrap(soup.new_tag("div", attrs={"class": "hg-wide"}))
    for link in soup.select("a.internal[href]"):
        if key := _ROW.search(link["href"]):
            known = _known().get(key[1])
            link["class"] += ["hg-row", f"known-{known}" if known else "loose"]
    silent = {id(text) for part in soup(["a", "code", "pre"]) for text in part(string=True)}
    data = {id(text) for part in soup.select(".cell, table.hg") for text in part(string=True)}
    for text in soup(string=NUMERAL):
        if id(text) not in silent:
            prose = id(text) not in data and page not in _COLLECTION
            text.replace_with(_made(_numerals(escape(text, quote=False), figures, prose)))
    return str(soup)


def _made(html):
    return BeautifulSoup(html, "html.parser")


def _numerals(text, figures, prose):
    """Link the places in a text; in prose, mark numerals that no row states and that need one."""
    free = [range(*match.span()) for match in _FREE.finditer(text)]

    def marked(match):
        if match[1]:
            target = "-".join(filter(None, match.groups()))
            return f'<a href="{figures}#p{target}">{match[0]}</a>'
        small = language == "vi" and re.fullmatch(r"[2-9]|10", match[0])  # in words in English
        if prose and not small and not any(match.start() in span for span in free):
            return f'<span class="loose">{match[0]}</span>'
        return match[0]

    return _PLACE_OR_DIGITS.sub(marked, text)


def _taken(name, cell, picture, slide):
    """Return links to the numbers under a picture and to the picture, and how to cite it."""
    links = ""
    if picture.parent.name == "a":
        picture.parent.replace_with(picture)
    if table := cell.select_one("details table"):
        file = StringIO(newline="")
        for row in table("tr"):
            csv.writer(file).writerow(" ".join(e.get_text().split()) for e in row(["th", "td"]))
        # In the page: from a folder, too, it is saved. Letters need no code, which is long.
        data = "%EF%BB%BF" + re.sub(r"[^\w.,;:/()–−=+-]", lambda m: quote(m[0]), file.getvalue())
        links = (
            f'<a href="data:text/csv;charset=utf-8,{data}" download="{name}.csv">{say["csv"]}</a>'
        )
    file = f"{name}.{picture['src'].rpartition('.')[2]}"
    slide = f'<a href="{slide}" download="{name}.png">{say["slide"]}</a>' if slide else ""
    heading = escape(cell.find_previous(["h1", "h2", "h3"]).get_text())
    return (
        f'{links}<a href="{picture["src"]}" download="{file}">{say["picture"]}</a>{slide}'
        f"<details><summary>{say['cite']}</summary><p>“{heading}”. {project}, {_RELEASED}. "
        f'<span class="address" data-at="picture-{name}"></span></p></details>'
    )


def _sized(name, alt):
    """Return a picture as a page shows it: wide or for a phone, light or dark."""
    return "".join(
        f'<picture class="{ground}"><source media="screen and (max-width: 700px)" '
        f'srcset="{name}-phone{dark}.svg" width="358" height="450">'
        f'<img src="{name}-page{dark}.svg" width="1080" height="460" alt="{alt}" loading="lazy">'
        "</picture>"
        for ground, dark in (("light", ""), ("dark", "-dark"))
    )


def _cells(page):
    """Return the code cells of a notebook, none of another page."""
    path = HERE / f"{page}.ipynb"
    stored = json.loads(path.read_text("utf-8"))["cells"] if path.is_file() else []
    return [cell for cell in stored if cell["cell_type"] == "code"]


@cache
def _led():
    """Return the keys of the bounds to which sentences lead."""
    texts = (path.read_text("utf-8") for path in (HERE / "notebooks").glob("*.ipynb"))
    return {key for text in texts for key in re.findall(r"#([\w.-]+-(?:low|high))\b", text)}


@cache
def _known():
    """How the number of each row in the notebooks is known; what is counted there is implied."""
    found = {}
    for path in (HERE / "notebooks").glob("*.ipynb"):
        outputs = (o for cell in _cells(f"notebooks/{path.stem}") for o in cell["outputs"])
        html = "".join("".join(each.get("data", {}).get("text/html", "")) for each in outputs)
        found |= dict.fromkeys(re.findall(r'id="([^"]+)"[^>]*data-value', html), "implied")
        for key, row in re.findall(r'<tr id="([^"]+)"(.*?)</tr>', html, re.DOTALL):
            for origin, mark in words.MARKS.items():
                if f'data-known="{origin}"' in row or f"{mark} " in row:
                    found[key] = origin
    return found


def setup(app):
    """Register what is done to pages."""
    app.connect("source-read", mark_cells)
    app.connect("html-page-context", dress)
