"""The rendered pages lead every number to its place, ask for nothing outside and fit any screen."""

import csv
import re
from html import escape, unescape
from html.parser import HTMLParser
from importlib.util import module_from_spec, spec_from_file_location
from urllib.parse import unquote

import nbformat
import pytest
from conftest import ROOT

import hg_analysis as hg
from hg_analysis import words
from hg_analysis.figures import from_row
from hg_analysis.tools import links
from hg_analysis.words import bounds_text, value_text

FIGURE = ("Figure", "Period", "Value", "Bounds", "Unit", "Status")


class Page(HTMLParser):
    """What a page refers to."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.images = [], [], []
        self.ids, self.values, self.numbers = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if found.get("id"):
            self.ids.add(found["id"])
            self.values |= {found["id"]} if "data-value" in found else set()
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
            self.numbers += [found["href"]] if "hg-row" in found.get("class", "") else []
        if tag in ("script", "img", "iframe", "source") and found.get("src"):
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") not in ("canonical", "search", "next", "prev"):
            self.loads.append(found["href"])
        if tag == "img":
            self.images.append(found)


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path.read_text("utf-8")) for path in site.rglob("*.html")}


def plain(html):
    """What a reader sees of a piece of a page, with straight quotation marks."""
    return unescape(re.sub(r"<[^>]*>", "", html)).translate(str.maketrans("“”’", '""\'')).strip()


def article(path):
    return path.read_text("utf-8").split("<article", 1)[1].split("</article>", 1)[0]


def parts(path):
    """What stands on a page under each of its second headings, by the heading's id."""
    return dict(re.findall(r'<h2 id="([^"]*)">(.*?)(?=<h2 |\Z)', article(path), flags=re.S))


def rows_by_id(html):
    """The rows of the one table in a piece of a page, by their ids: {head: cell}."""
    assert html.count("<table") <= 1
    heads = [plain(head) for head in re.findall(r"<th\b[^>]*>(.*?)</th>", html)]
    found = re.findall(r'<tr id="([^"]*)">(.*?)</tr>', html, flags=re.S)
    rows = [(key, re.findall(r"<td>(.*?)</td>", row, flags=re.S)) for key, row in found]
    return {key: dict(zip(heads, map(plain, row), strict=True)) for key, row in rows}


def cells(row):
    """What the site must say of a row of the table of figures."""
    figure = from_row(row)
    period, unit = words.period(row.period), words.name("unit", row.unit)
    status = words.name("status", row.status)
    texts = (row.name_en, period, value_text(figure), bounds_text(figure), unit, status)
    return dict(zip(FIGURE, texts), Note=row.note)


def test_every_notebook_has_a_page(site):
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert (site / "notebooks" / f"{path.stem}.html").is_file()


def test_nothing_is_loaded_from_outside(pages, site):
    for path, page in pages.items():
        for address in page.loads:
            assert not re.match(r"(https?:)?//", address), (path, address)
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", sheet.read_text("utf-8")), (
            sheet
        )


def target_of(path, link):
    """The file and the place in it that a link inside leads to."""
    target, _, anchor = link.partition("#")
    target = target.partition("?")[0]
    return (path.parent / target).resolve() if target else path, unquote(anchor)


def test_every_link_leads_somewhere(pages):
    for path, page in pages.items():
        for link in page.links:
            if scheme := re.match(r"([a-z]+):", link):
                saved = link.startswith("data:text/csv;")  # the numbers under a picture
                assert saved or scheme[1] in ("http", "https"), (path, link)
            elif link not in ("", "#"):
                other, anchor = target_of(path, link)
                assert other.is_file(), (path, link)
                assert not anchor or other not in pages or anchor in pages[other].ids, (path, link)


def test_every_number_in_a_sentence_leads_to_the_row_that_states_it(pages, site):
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        prose = "\n".join(c.source for c in nbformat.read(path, 4).cells if c.cell_type != "code")
        page = (site / "notebooks" / path.name).with_suffix(".html")
        assert len(pages[page].numbers) == len(links.LINK.findall(prose)), path.name
        for link in pages[page].numbers:
            other, anchor = target_of(page, link)
            assert anchor in pages[other].values, (path.name, link)


def test_places_in_notebooks_are_links(site):
    for path in (site / "notebooks").glob("*.html"):
        body = path.read_text("utf-8").split("<main", 1)[1].split("</main>")[0]
        body = re.sub(r"<(pre|code)\b.*?</\1>|<(a|img)\b.*?>¶[^<]*|<[^>]*>", "", body, flags=re.S)
        assert not re.findall(r"¶\d+", body), path


def test_a_place_leads_to_itself(site):
    for path in [*site.glob("*.html"), *(site / "notebooks").glob("*.html")]:
        links = re.findall(r'<a\b[^>]*href="([^"]*)"[^>]*>¶([^<]*)</a>', path.read_text("utf-8"))
        assert links or path.parent == site, path
        for address, place in links:
            target, _, anchor = address.partition("#")
            assert (path.parent / target).resolve() == site / "figures.html", (path, place)
            assert anchor == f"p{place.replace('.', '-')}", (path, place)


def test_the_figures_page_gives_every_numeral_under_its_paragraph(site):
    stated, numerals = hg.load().query("origin == 'document'"), hg.companion("numerals")
    shown = parts(site / "figures.html")
    paragraphs = hg.companion("paragraphs")
    assert list(shown) == [f"p{number}" for number in paragraphs.paragraph]
    for each in paragraphs.itertuples():
        number, part = each.paragraph, shown[f"p{each.paragraph}"]
        head = re.match(r"(.*?)</h2><p>(.*?)</p>", part, flags=re.S)
        opening = f"{each.section_en} · «{each.opening} …»"
        assert [plain(text) for text in head.groups()] == [f"¶{number}", plain(opening)]
        expected = {
            f"p{number}-{row.nth or 'words'}": {
                "Numeral": f"{number}.{row.nth}" if row.nth else number,
                "Printed": row.printed,
            }
            | cells(row)
            for row in stated[stated.paragraph == number].itertuples()
        }
        assert list(rows_by_id(part).items()) == list(expected.items())
        keys = re.findall(r'<span id="([^"]*\.[^"]*)">', part)
        assert keys == list(stated.key[stated.paragraph == number])
        others = numerals[(numerals.paragraph == number) & (numerals.role != "figure")]
        assert re.findall(r'<span id="(p[\d-]+)">(.*?)</span>', part) == [
            (f"p{number}-{n.nth}", f"{number}.{n.nth}: {n.printed} ({words.name('role', n.role)})")
            for n in others.itertuples()
        ]


def test_the_sources_page_gives_each_source_its_own_figures(site):
    stated, shown = hg.load().query("origin != 'document'"), parts(site / "sources.html")
    sources = hg.companion("sources").query("kind != 'primary'")
    assert list(shown) == list(sources.source)
    for source in sources.itertuples():
        head, about = re.match(r"(.*?)</h2><p>(.*?)</p>", shown[source.source], flags=re.S).groups()
        known = words.known("publisher", source.publisher)
        publisher = words.name("publisher", source.publisher) if known else source.publisher
        weak = " (unofficial)" if source.kind == "compiled" else ""
        assert plain(head) == plain(publisher + weak)
        assert re.findall(r'href="(.*?)"', unescape(head)) == [source.address] * bool(
            source.address
        )
        standing = words.name("kind", source.kind)
        if source.quotes:
            standing += f", {words.name('quotes', source.quotes)}"
        told = " · ".join(filter(None, [source.title, standing, source.published, source.note]))
        assert plain(about) == plain(told)
        own = stated[stated.source == source.source]
        assert rows_by_id(shown[source.source]) == {
            row.key: {"Place": words.name("place", row.place)} | cells(row)
            for row in own.itertuples()
        }


def test_the_readings_page_gives_every_verdict_with_its_reason_and_premise(site):
    assert list(rows_by_id(article(site / "readings.html")).values()) == [
        {
            "Figure": words.name("indicator", each.indicator),
            "Reading": words.name("reading", each.reading),
            "Verdict": words.name("verdict", each.verdict),
            "Reason": plain(each.reason_en),
            "Premise": plain(escape(each.premise)),
        }
        for each in hg.companion("readings").itertuples()
    ]
    named = re.findall(r"[a-z]\w*\.[\w.-]+", " ".join(hg.companion("readings").premise))
    led = re.findall(r'href="(?:sources|figures)\.html#([^"]+)"', article(site / "readings.html"))
    known = set(hg.load().key)
    assert led == [key for key in named if key in known]


def test_the_choices_page_gives_every_publication_of_a_figure_and_why_one_is_used(site):
    stated, choices = hg.load(), hg.companion("choices")
    sources, shown = hg.companion("sources").set_index("source"), {}
    for theme, part in parts(site / "choices.html").items():
        rows = rows_by_id(part)
        assert set(stated.theme[stated.key.isin(k.removeprefix("choice.") for k in rows)]) == {
            theme
        }
        shown |= rows
    assert set(shown) == {f"choice.{key}" for key in choices.row}
    for choice in choices.itertuples():
        cells, group = shown[f"choice.{choice.row}"], ["indicator", "place", "period", "role"]
        same = stated[(stated[group] == [getattr(choice, c) for c in group]).all(axis=1)]
        assert len(same) > 1 and words.name("place", choice.place) in cells["Figure"]
        assert words.period(choice.period) in cells["Figure"]
        assert cells["Reason"] == plain(choice.reason_en)
        for row in same.itertuples():
            cell = cells["Used" if row.key == choice.row else "Other publications"]
            source, value = (
                sources.loc[row.source],
                hg.figures(
                    stated,
                    row.indicator,
                    [row.period],
                    place=row.place,
                    role=row.role,
                    source=row.source,
                )[0],
            )
            assert value_text(value) in cell and words.name("status", row.status) in cell
            assert words.name("kind", source.kind) in cell and source.published in cell
            assert not source.quotes or words.name("quotes", source.quotes) in cell
        ranks = choice.premise.split(";") if not set("<=>") & set(choice.premise) else []
        told = "; ".join(words.name("premise", rank) for rank in ranks)
        assert cells["Premise"] == (told or plain(escape(choice.premise)))


def test_the_glossary_of_the_readme_is_on_the_site(site):
    readme = (ROOT / "README.md").read_text("utf-8").split("\n## Glossary\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in readme.strip().splitlines()]
    del lines[1]  # the rule below the heads
    rows = re.findall(r"<tr\b.*?</tr>", article(site / "glossary.html"), flags=re.S)
    shown = [re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, flags=re.S) for row in rows]
    assert [[plain(cell) for cell in row] for row in shown] == lines


def test_the_home_page_says_what_every_notebook_found(site):
    readme = (ROOT / "README.md").read_text("utf-8").split("\n## Findings\n")[1].split("\n## ")[0]
    assert len(re.findall(r"^- ", readme, re.M)) >= 3 * len(list((ROOT / "notebooks").glob("*")))
    home = " ".join(plain(article(site / "index.html")).replace("’", "'").split())
    for line in readme.split("\n"):
        text = re.sub(r"\[(.*?)\]\(.*?\)|\*\*|^- ", r"\1", line)
        assert " ".join(text.split()) in home


def test_pictures_have_alt_text(pages):
    for path, page in pages.items():
        for image in page.images:
            assert len(image.get("alt") or "") > 10 or "logo" in image.get("class", ""), (
                path,
                image,
            )


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4"/></svg>'
FOLD = (
    "<details><summary>The numbers</summary>"
    '<div style="overflow-x:auto"><table class="hg"><tr><th>Year</th><th>Value</th></tr>'
    '<tr id="grdp.2022" data-jupyter-id="grdp.2022" data-value="1.5" data-known="published">'
    '<td>2022</td><td>1,5 "x" ¶11.7</td></tr></table></div></details>'
)
CELLS = [
    (
        "# Growth\n\nThe economy grew by [1.5](#grdp.2022).\n\n- One of 17\n- Two",
        ["lead", "findings"],
    ),
    ("## How sure\n\nIn 2024 it was [1.5](#grdp.2022) or 8.5, see ¶11.7.", ["how-sure"]),
]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A site in two languages; the Vietnamese half has one analysis, with all that one may hold."""
    root = tmp_path_factory.mktemp("project")
    for name in ("docs", "notebooks", "README.md"):
        (root / name).symlink_to(ROOT / name)
    cells = [nbformat.v4.new_markdown_cell(t, metadata={"tags": tags}) for t, tags in CELLS]
    shown = [
        nbformat.v4.new_output("display_data", {kind: content}, metadata={kind: {"alt": "A line"}})
        for kind, content in (("image/svg+xml", PICTURE), ("text/html", FOLD))
    ]
    cells.insert(1, nbformat.v4.new_code_cell("show()", id="key-picture", outputs=shown))
    folder = root / "build" / "notebooks" / "vi"
    folder.mkdir(parents=True)
    about = nbformat.read(ROOT / "notebooks" / "01_growth.ipynb", 4).metadata
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=about)
    nbformat.write(notebook, folder / "01_growth.ipynb")
    loader = spec_from_file_location("pages", ROOT / "docs" / "pages.py")
    pages = module_from_spec(loader)
    loader.loader.exec_module(pages)
    pages.ROOT = root
    try:
        assert pages.build([root / "site" / language for language in words.LANGUAGES]) == 0
    finally:
        words.use_language("en")
    return root / "site"


def test_the_other_language_is_one_link_away_where_its_page_exists(both):
    for page, there in (("notebooks/01_growth", True), ("notebooks/02_structure", False)):
        text = (both / "en" / f"{page}.html").read_text("utf-8")
        link = re.search(r'class="language" href="([^"]*)"', text)
        assert bool(link) == there == (both / "vi" / f"{page}.html").is_file()
    assert 'href="../../en/notebooks/01_growth.html"' in (
        both / "vi" / "notebooks" / "01_growth.html"
    ).read_text("utf-8")
    assert link is None and (both / "vi" / "index.html").is_file()
    assert '<html lang="vi">' in (both / "vi" / "index.html").read_text("utf-8")


def test_tags_of_cells_give_parts_of_a_page_their_looks(both):
    text = (both / "vi" / "notebooks" / "01_growth.html").read_text("utf-8")
    assert re.search(
        r'<section [^>]*class="tag_lead tag_findings"[^>]*>\s*(<span[^>]*></span>)?<h1>', text
    )
    assert re.search(r'<section [^>]*class="tag_how-sure"[^>]*>\s*(<span[^>]*></span>)?<h2>', text)
    assert "<!--" not in text


def test_numbers_on_a_page_say_how_they_are_known(both):
    text = article(both / "vi" / "notebooks" / "01_growth.html")
    assert re.findall(r'<a class="[^"]*hg-row (known-\w+|loose)"', text) == ["known-published"] * 2
    # Neither the year nor the place in the source, and nothing in the output.
    assert re.findall(r'<span class="loose">(.*?)</span>', text) == ["17", "8.5"]


def test_what_is_under_a_picture_can_be_taken_along(both):
    folder = both / "vi" / "notebooks"
    text = (folder / "01_growth.html").read_text("utf-8")
    name, data = re.search(
        r'download="([^"]*)" href="data:text/csv;charset=utf-8,([^"]*)"', text
    ).groups()
    assert name == "key-picture.csv"
    rows = list(csv.reader(unquote(data).removeprefix("\ufeff").splitlines()))
    assert rows == [["Year", "Value"], ["2022", '1,5 "x" ¶11.7']]
    link = re.search(r'<a download="key-picture.svg" href="([^"]*)"', text)
    assert (folder / link[1]).read_text("utf-8").strip() == PICTURE
    assert "“Growth”" in text and 'data-at="picture-key-picture"' in text
    assert re.search(r'<details class="code">\s*<summary>', text)
