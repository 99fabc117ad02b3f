"""Sphinx configuration: renders the executed notebooks, from their stored outputs."""

import csv
import json
import re
from functools import cache
from html import escape
from io import StringIO
from math import log2
from pathlib import Path

from lxml import etree
from lxml.html import fragment_fromstring, tostring

from hg_analysis import words
from hg_analysis.bounds import NUMERAL
from hg_analysis.table import DATA
from hg_analysis.tools.export import cited
from hg_analysis.tools.links import _FREE

HERE = Path(__file__).parent  # pages.py names it by its language, beside the others built with it
language = HERE.name if HERE.name in words.LANGUAGES else "en"
words.use_language(language)
_SITE_WORDS = [term for kind, term in words.entries("terms") if kind == "site"]
say = {term: escape(words.name("site", term)) for term in _SITE_WORDS}

project = words.name("site", "project")
_CITED = cited(DATA.parent)
_RELEASED = escape(words.label("version", version=_CITED["version"]))
_RELEASED += f", {words.period(_CITED['date-released'])}"
# The site's address stands in CITATION.cff, as url: https://…, once there is one.
_SITE = _CITED.get("url", "").rstrip("/")
author = "the project's contributors"
project_copyright = words.name("site", "copyright")
extensions = ["myst_nb"]
nb_execution_mode = "off"  # what is shown is what is stored
nb_ipywidgets_js = {}  # no widget, and so no script from elsewhere
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]  # rows are in outputs; tests find dead links

html_theme = "basic"  # the layout is our own
html_title = project
templates_path = ["_templates"]
html_static_path = ["_static"]
html_sourcelink_suffix = ""  # a notebook is downloaded under its name
html_use_index = False
html_permalinks = False
html_domain_indices = False

_PICTURES = "_static/pictures"  # of the sizes and grounds that are drawn when pages are built
_TAGS = ("lead", "findings", "how-sure")  # of cells that have a look of their own
_ROW = re.compile(r"#([a-z]\w*\.[\w.-]+?)(?:-low|-high)?$")  # the key of a row, as no heading has
_PLACE_OR_DIGITS = re.compile(rf"¶(\d+)(?:\.(\d+))?|{NUMERAL.pattern}")
_UNUSED = re.compile(  # on a page, which has its own styles
    r'<style>.*?</style>| data-(?:jupyter-id|decimals|unit|relation)="[^"]*"|<i></i>', re.DOTALL
)
_PLAIN = re.compile(r'<span class="(?!(?:c1|k|kn)")[a-z]{1,2}\d?">([^<]*)</span>')  # of code
_INDEX = []  # what is searched


def prepare(app, page, source):
    """Before a page is read: leave names and tags of text cells and drawings where they are."""
    if page.startswith("notebooks/"):
        notebook = json.loads(source[0])
        for cell in notebook["cells"]:
            tags = [f"tag_{tag}" for tag in _TAGS if tag in cell["metadata"].get("tags", [])]
            if cell["cell_type"] == "markdown":
                mark = f"<!-- {cell['id']} {' '.join(tags)} -->"
                cell["source"] = "".join(cell["source"]) + f"\n\n{mark}\n"
            for output in cell.get("outputs", ()):
                about = output.get("metadata", {}).get("image/svg+xml", {})
                if "name" in about and (HERE / _PICTURES / f"{about['name']}-page.svg").is_file():
                    output["data"] = {"text/html": _image(about)}
        source[0] = json.dumps(notebook)
    elif page == "index":
        source[0] = re.sub(r"<!-- picture ([\w-]+) -->", _picture_of_home, source[0])


def _image(about):
    return f'<img src="{about["name"]}" alt="{escape(about["alt"])}" class="drawn">'


def _picture_of_home(match):
    """Return a picture of an analysis, with a link to its numbers."""
    for stem in (path.stem for path in sorted((HERE / "notebooks").glob("*.ipynb"))):
        for cell in _cells(f"notebooks/{stem}"):
            for about in _abouts(cell):
                if about.get("name") == match[1]:
                    at = f"notebooks/{stem}.html#picture-{match[1]}"
                    return f'{_image(about)}\n<p><a href="{at}">{say["numbers"]}</a></p>'
    return ""


def _cells(page):
    """Return the code cells of a notebook, none of another page."""
    path = HERE / f"{page}.ipynb"
    stored = json.loads(path.read_text("utf-8"))["cells"] if path.is_file() else []
    return [cell for cell in stored if cell["cell_type"] == "code"]


def _abouts(cell):
    return [about for o in cell["outputs"] for about in o.get("metadata", {}).values()]


def dress(app, page, template, context, doctree):
    """Give the layout its words and addresses, and the page its folds, links and marks."""

    def label(name):
        term = name.split("/")[-1]
        kind = "theme" if name.startswith("rows/") else "page"
        return words.name(kind, term, "") or app.env.titles[name].astext()

    docs = app.env.found_docs
    analyses = sorted(name for name in docs if name.startswith("notebooks/"))
    order = [entry for _, entry in app.env.toctree_includes.items() for entry in entry]
    collection = [n for n in order if n in docs and n not in analyses and n != "search"]
    chain = next((each for each in (analyses, collection) if page in each), [])
    at = chain.index(page) if chain else 0
    context |= {"say": say.__getitem__, "analyses": analyses}
    context |= {"label": lambda name: escape(label(name)), "project": say["project"]}
    context |= {"origin": lambda *named: escape(words.name(*named))}
    context |= {
        "collection": collection,
        "marks": words.MARKS,
        "copyright": say["copyright"],
    }
    context |= {"before": chain[at - 1 : at][-1:], "after": chain[at + 1 : at + 2]}
    context |= {"site": _SITE, "released": _RELEASED, "address": f"{_SITE}/{language}/{page}.html"}
    for folder in HERE.parent.iterdir():  # the same page in the other language
        if folder != HERE and (any(folder.glob(f"{page}.*")) or page not in analyses):
            address = f"{'../' * (page.count('/') + 1)}{folder.name}/{page}.html"
            context |= {"other": folder.name, "other_address": address}
    if page in analyses:
        number = re.match(r"\d+", page.split("/")[1])  # that of one's own may have none
        context["number"] = number and int(number[0])
    if doctree:
        context["body"] = finish(app, page, context["body"], label(page))


def finish(app, page, body, title):
    """Name sections, fold code, offer files, lead places to the document, say what is known."""
    up = "../" * page.count("/")
    body = _PLAIN.sub(r"\1", _UNUSED.sub("", body))
    body = body.replace('<div style="overflow-x:auto">', '<div class="hg-wide">')
    if page.startswith("rows/") or page == "sources":  # long, and made as they are to be
        _INDEX.append((title, "", f"{page}.html", "", 1))
        return _numerals(body, f"{up}figures.html", False)
    tree = fragment_fromstring(body, create_parent="div")
    for mark in [*tree.iter(etree.Comment)]:
        _name_part(mark, *mark.text.split())
    if page.startswith("notebooks/"):
        _dress_cells(app, page, tree, up)
        seen = set()
        for row in tree.xpath("//table[contains(@class,'hg')]//*[@id]"):
            if row.get("id") in seen:  # of a row that is shown twice the first is meant
                del row.attrib["id"]
            seen.add(row.get("id"))
        for bound in tree.xpath("//span[@data-value]"):  # to most of which no sentence leads
            if bound.get("id") not in _led():
                bound.drop_tag()
        for table in tree.xpath("//table[@class='hg'][.//tr[@data-value]]"):
            table.set("class", "hg hg-rows")
    for span in tree.xpath("//span[contains(@class,'std-ref')]"):
        span.drop_tag()
    for table in tree.xpath("//table[contains(@class,'docutils')]"):
        _wrap(table, "div", "hg-wide")
    for link in tree.xpath("//a[contains(@class,'internal')][@href]"):
        if key := _ROW.search(link.get("href")):
            known = _known().get(key[1])
            link.set(
                "class", f"{link.get('class')} hg-row {f'known-{known}' if known else 'loose'}"
            )
    if page == "index":
        for tile in tree.xpath("(//ul)[1]/li[.//a]"):
            _tile(tile)
    _index(page, tree, title)
    for section in tree.xpath("//section[@data-named]"):
        del section.attrib["data-named"]
    html = re.sub(r"^<div>|</div>\s*$", "", tostring(tree, encoding="unicode"))
    html = re.sub(r'<img src="([\w-]+)" alt="([^"]*)" class="drawn">', _sized(up), html)
    if page.startswith("notebooks/"):  # long tables: their cells and rows need no end
        html = re.sub(r"</t[dr]>", "", html)
    return _numerals(html, f"{up}figures.html", page.startswith("notebooks/") or page == "index")


def _tile(item):
    """Set topic, number, words and origin of a finding apart."""
    for paragraph in item.xpath("./p"):
        paragraph.drop_tag()
    topic, number = item[0], item.xpath("./a")[0]
    rest = etree.Element("span")
    rest.text, number.tail, topic.tail = number.tail, None, None
    rest.extend(item[item.index(number) + 1 :])
    how = etree.Element("small")
    known = re.search(r"known-(\w+)", number.get("class"))[1]
    how.text, how.attrib["class"] = words.name("origin", known), f"known-{known}"
    item.extend([rest, how])


def _name_part(mark, name, *tags):
    """Let the section, or the text, at whose end a mark stands go by the name of its cell."""
    section, before = mark.getparent(), mark.getprevious()
    heads = before is not None and section.xpath("./h1|./h2|./h3|./h4")
    named = section if heads and section.get("data-named") is None else before
    if section.tag == "section" and named is section:
        section.set("data-named", "")
        for head in heads[:1]:
            link = etree.SubElement(head, "a", {"class": "to", "href": f"#{name}"})
            link.set("aria-label", words.name("site", "here"))
            link.text = "#"
    if named is not None:
        named.set("id", name)
    if tags:
        section.set("class", " ".join(dict.fromkeys([*section.get("class", "").split(), *tags])))
    mark.drop_tag()


def _wrap(element, tag, form):
    outer = etree.Element(tag, {"class": form})
    element.addprevious(outer)
    outer.tail, element.tail = element.tail, None
    outer.append(element)
    return outer


def _dress_cells(app, page, tree, up):
    """Fold the code of cells, and offer tables and pictures as files."""
    silent = []  # the code of cells that show nothing lies with that of the next
    cells = tree.xpath("//div[contains(concat(' ',@class,' '),' cell ')]")
    for number, (cell, stored) in enumerate(zip(cells, _cells(page), strict=True), 1):
        code = cell.xpath(".//div[contains(@class,'cell_input')]")[0]
        if code.getparent().tag == "details":  # folded already, in another form
            code.getparent().getparent().replace(code.getparent(), code)
        if not stored["outputs"] and number < len(cells):
            silent.append(code)
            cell.drop_tree()
            continue
        fold = _wrap(code, "details", "code")
        summary = etree.Element("summary")
        summary.text = words.name("site", "code")
        for each in reversed([summary, *silent]):
            fold.insert(0, each)
        silent.clear()
        about = next((about for about in _abouts(stored) if "name" in about), {})
        heading = cell.xpath("preceding::*[self::h1 or self::h2 or self::h3][1]")
        title = about.get("title") or (
            heading[0].text_content().strip().removesuffix("#") if heading else project
        )
        name, image = about.get("name", stored["id"]), cell.xpath(".//img")
        cell.set("id", f"picture-{name}" if image else stored["id"])
        taken = []
        for table in cell.xpath(".//table")[:1]:
            file = f"{name}.csv"
            _write_csv(app, file, table)
            taken.append((say["csv"], f"{up}_static/files/{file}", f"{_slug(title)}.csv"))
        if image and "drawn" in image[0].get("class", ""):
            for kind, end in ((say["picture"], "page.svg"), (say["slide"], "slide.png")):
                at = f"{up}{_PICTURES}/{name}-{end}"
                taken.append((kind, at, f"{_slug(title)}.{end.rpartition('.')[2]}"))
        elif image:  # drawn elsewhere: as it is stored
            if image[0].getparent().tag == "a":
                image[0].getparent().drop_tag()
            src = image[0].get("src")
            taken.append((say["picture"], src, f"{_slug(title)}.{src.rpartition('.')[2]}"))
        links = "".join(f'<a href="{at}" download="{file}">{kind}</a>' for kind, at, file in taken)
        place = f"{_SITE}/{language}/{page}.html#{cell.get('id')}" if _SITE else ""
        cite = (
            f"<details><summary>{say['cite']}</summary><p>“{escape(title)}”. {say['project']}, "
            f'{_RELEASED}. <span class="address" data-at="{cell.get("id")}">{place}</span></p>'
            "</details>"
        )
        take = fragment_fromstring(links + cite * bool(taken), create_parent="div")
        take.set("class", "take")
        take.append(fold)
        cell.append(take)


def _slug(text):
    """Return a file's name that says what it holds, on any system: "Hộ nghèo" is ho-ngheo."""
    return "-".join(re.findall(r"[a-z0-9]+", folded(text)))[:80].strip("-")


def folded(text):
    """Return a text in small letters without marks, as it is typed in haste."""
    from unicodedata import combining, normalize

    plain = normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if not combining(letter))


def _write_csv(app, file, table):
    folder = Path(app.outdir) / "_static" / "files"
    folder.mkdir(parents=True, exist_ok=True)
    text = StringIO(newline="")
    for row in table.iter("tr"):
        csv.writer(text).writerow(map(_cell_text, row))
    (folder / file).write_text(text.getvalue(), "utf-8-sig", newline="")


def _cell_text(cell):
    """Return what a cell says, and the addresses that it leads to outside."""
    led = cell.xpath(".//a[starts-with(@href, 'http')]/@href")
    return " ".join([*cell.text_content().split(), *(f"<{address}>" for address in led)])


def _index(page, tree, title):
    """Remember what is searched: each section with its heading and its own words."""
    if page == "search":
        return
    for part in tree.xpath("//section"):
        own = [e for e in part if e.tag in ("p", "ul", "ol")]
        text = " ".join(" ".join(each.text_content() for each in own).split())
        head = part.xpath("(./h1|./h2|./h3)[1]")
        heading = head[0].text_content().strip().removesuffix("#") if head else ""
        weight = 5 if page.startswith("notebooks/") else 1
        _INDEX.append((title, heading, f"{page}.html#{part.get('id', '')}", text, weight))
    if page in ("data", "derived"):
        for row in tree.xpath("//tbody/tr[@id]"):
            cells = [" ".join(cell.text_content().split()) for cell in row]
            # An indicator weighs by its figures; what is computed from them comes last.
            said, weight = ("", 0.5) if page == "derived" else (cells[4], 1 + log2(int(cells[3])))
            _INDEX.append((title, cells[0], f"{page}.html#{row.get('id')}", said, round(weight, 1)))


def write_index(app, error):
    """Write what is searched as a script, which a page can load from a folder, too."""
    if not error:
        path = Path(app.outdir) / "_static" / "index.js"
        rows = json.dumps(_INDEX, ensure_ascii=False, separators=(",", ":"))
        path.write_text(f"const pages = {rows};\n", "utf-8")


def _numerals(html, figures, prose):
    """Link the places in a page; in prose, mark numerals that no row states and that need one."""
    inside = []  # elements whose texts are left as they are, or hold data

    def marked(match):
        if match[1]:
            target = "-".join(filter(None, match.groups()))
            return f'<a href="{figures}#p{target}">{match[0]}</a>'
        free = any(n.start() <= match.start() < n.end() for n in _FREE.finditer(match.string))
        small = language == "vi" and re.fullmatch(r"[02-9]|10", match[0])  # in words in English
        if "data" in inside or not prose or small or free:
            return match[0]
        return f'<span class="loose">{match[0]}</span>'

    parts = re.split(r"""(<(?:[^>"']|"[^"]*"|'[^']*')*>)""", html)
    for n, part in enumerate(parts):
        if n % 2:
            tag = re.match(r"</?(\w+)", part)
            if tag and tag[1] in ("a", "code", "pre", "div", "table", "svg", "title"):
                if part[1] == "/":
                    inside[-1:] = []
                else:
                    data = tag[1] == "table" or re.search(r'class="[^"]*\bcell\b', part)
                    text = tag[1] in ("a", "code", "pre", "svg", "title")
                    inside.append("silent" if text else "data" if data else "")
        elif "silent" not in inside and re.search(r"[¶\d]", part):
            parts[n] = _PLACE_OR_DIGITS.sub(marked, part)
    return "".join(parts)


def _sized(up):
    """Return how a picture is put on a page: wide or for a phone, light or dark."""

    def sized(match):
        name, alt = f"{up}{_PICTURES}/{match[1]}", match[2]
        return "".join(
            f'<picture class="{ground}"><source media="screen and (max-width: 700px)" '
            f'srcset="{name}-phone{dark}.svg" width="358" height="450">'
            f'<img src="{name}-page{dark}.svg" width="1080" height="460" alt="{alt}" '
            f'loading="{how}"></picture>'
            for ground, dark, how in (("light", "", "eager"), ("dark", "-dark", "lazy"))
        )

    return sized


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


def tidy(app, error):
    """Leave out what Sphinx writes for its own search and themes."""
    for name in ("searchindex.js", "genindex.html", ".buildinfo", "objects.inv"):
        (Path(app.outdir) / name).unlink(missing_ok=True)
    for path in (Path(app.outdir) / "_static").glob("*"):
        if (
            not path.is_dir()
            and not (HERE / "_static" / path.name).is_file()
            and path.name != "index.js"
        ):
            path.unlink()


def setup(app):
    """Register what is done to pages."""
    app.connect("builder-inited", lambda app: setattr(app.builder, "search", False))
    app.connect("source-read", prepare)
    app.connect("html-page-context", dress)
    app.connect("build-finished", write_index)
    app.connect("build-finished", tidy)
