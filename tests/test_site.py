"""The rendered pages lead every number to its place, ask for nothing outside and fit any screen."""

import csv
import json
import re
import shutil
import subprocess
import sys
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import nbformat
import pytest
from conftest import ROOT
from lxml.html import fromstring

import hg_analysis as hg
from hg_analysis import words
from hg_analysis.figures import from_row
from hg_analysis.tools import links, translate
from hg_analysis.tools.run import found
from hg_analysis.words import bounds_text, value_text

FIGURE = ("Figure", "Period", "Value", "Bounds", "Unit", "Status")


class Page(HTMLParser):
    """What a page refers to."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.images = [], [], []
        self.ids, self.values, self.numbers, self.files = set(), set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if found.get("id"):
            self.ids.add(found["id"])
            self.values |= {found["id"]} if "data-value" in found else set()
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
            self.numbers += [found["href"]] if "hg-row" in found.get("class", "") else []
            self.files += [found["href"]] if "download" in found else []
        if tag in ("script", "img", "iframe", "source") and found.get("src"):
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") not in ("canonical", "search", "next", "prev"):
            self.loads.append(found["href"])
        if tag == "img":
            self.images.append(found)


@pytest.fixture(scope="module")
def own():
    """The name of an analysis of one's own, which has no translation."""
    return "own"


@pytest.fixture(scope="module")
def sites(tmp_path_factory, own):
    """The site in both languages, with an analysis of one's own that has no translation."""
    root = tmp_path_factory.mktemp("project")
    for name in ("docs", "README.md", "README.vi.md", "translations", "data", "CITATION.cff"):
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    (root / "build" / "notebooks").mkdir(parents=True)
    try:
        assert translate.run(found(), out=root / "build" / "notebooks" / "vi") == 0
    finally:
        words.use_language("en")
    cells = [nbformat.v4.new_markdown_cell(t, metadata={"tags": tags}) for t, tags in CELLS]
    shown = [nbformat.v4.new_output("display_data", {"text/html": FOLD})]
    cells.insert(1, nbformat.v4.new_code_cell("show()", id="own-table", outputs=shown))
    about = nbformat.read(ROOT / "notebooks" / "01_growth.ipynb", 4).metadata
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=about)
    nbformat.write(notebook, root / "notebooks" / f"{own}.ipynb")
    code = "import sys, pathlib, pages; pages.ROOT = pathlib.Path(sys.argv[1]); "
    code += "sys.exit(pages.build([pages.ROOT / 'site' / each for each in ('en', 'vi')]))"
    command = [sys.executable, "-c", code, root]
    done = subprocess.run(command, cwd=ROOT / "docs", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return root / "site"


@pytest.fixture(scope="module")
def site(sites):
    return sites / "en"


@pytest.fixture(scope="module")
def pages(sites):
    return {path: Page(path.read_text("utf-8")) for path in sites.rglob("*.html")}


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
    table = fromstring(f"<div>{html}</div>")
    heads = [plain(escape(head.text_content())) for head in table.xpath("//th")]
    return {
        row.get("id"): dict(
            zip(heads, (plain(escape(cell.text_content())) for cell in row), strict=True)
        )
        for row in table.xpath("//tbody/tr[@id]")
    }


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
        head = re.match(r"(.*?)</h2>\s*<p>(.*?)</p>", part, flags=re.S)
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


def test_the_pages_of_rows_give_each_figure_once(site):
    table, found = hg.load(), {}
    for theme in dict.fromkeys(hg.companion("codebook").theme):
        shown = rows_by_id(article(site / "rows" / f"{theme}.html"))
        assert set(shown) == set(table.key[table.theme == theme])
        found |= shown
    for row in table.itertuples():
        cell, place = found[row.key], words.name("place", row.place)
        stated = f"¶{row.paragraph}" + f".{row.nth}" * bool(row.nth)
        source = stated if row.paragraph else words.publisher(row.source)
        expected = cells(row) | {"Place": place, "Source": plain(source)}
        expected["Status"] = f"{words.MARKS[row.origin]} {expected['Status']}"
        assert {name: cell[name] for name in expected} == expected, row.key


def test_a_row_names_the_sentences_and_pictures_that_use_it(site):
    page = article(site / "rows" / "growth.html")
    row = page.split('<tr id="grdp_growth.2020_2025.appendix3">')[1].split("<tr ")[0]
    used = re.findall(r'<li><a href="([^"]*)">(.*?)</a>', row, flags=re.S)
    # Directly, and through the growth over the term that is computed from it.
    assert any(at.endswith("growth-findings") and "9.24% a year" in said for at, said in used)
    assert any(at.endswith("growth-title") and "55.6%" in said for at, said in used)
    assert any(at.endswith("#picture-growth-index") and "picture:" in said for at, said in used)
    for theme in dict.fromkeys(hg.companion("codebook").theme):
        used = re.findall(r"<li><a[^>]*>(.*?)</a>", article(site / "rows" / f"{theme}.html"))
        assert used and not [said for said in used if re.search(r": (#|- )|\]\(|\.ipynb", said)]
    direct = {
        re.sub("-(low|high)$", "", match[3])
        for path in (ROOT / "notebooks").glob("*.ipynb")
        for cell in nbformat.read(path, 4).cells
        for match in links.LINK.finditer(cell.source if cell.cell_type == "markdown" else "")
    } & set(hg.load().key)
    for theme in dict.fromkeys(hg.companion("codebook").theme):
        for part in article(site / "rows" / f"{theme}.html").split('<tr id="')[1:]:
            key = part.partition('"')[0]
            assert ("<details>" in part) or key not in direct, key


def test_the_sources_page_gives_each_source_with_its_address_and_its_figures(site):
    stated = hg.load().query("origin != 'document'")
    shown = dict(
        re.findall(r'<li id="([^"]*)">(.*?)</details>', article(site / "sources.html"), flags=re.S)
    )
    sources = hg.companion("sources").query("kind != 'primary'")
    assert list(shown) == list(sources.source)
    for source in sources.itertuples():
        text = shown[source.source]
        assert source.address in unescape(text) and plain(words.standing(source.source)) in plain(
            text
        )
        assert plain(source.title) in plain(text) and plain(source.note) in plain(text)
        led = re.findall(r'href="rows/\w+\.html#([^"]*)"', text)
        assert sorted(led) == sorted(stated.key[stated.source == source.source])


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
    led = re.findall(r'href="rows/\w+\.html#([^"]+)"', article(site / "readings.html"))
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
            assert words.name("kind", source.kind) in cell
            assert not source.published or words.period(source.published) in cell
            assert not source.quotes or words.name("quotes", source.quotes) in cell
        ranks = choice.premise.split(";") if not set("<=>") & set(choice.premise) else []
        told = "; ".join(words.name("premise", rank) for rank in ranks)
        assert cells["Premise"] == (told or plain(escape(choice.premise)))


def test_indicators_and_derived_quantities_have_a_row_each(site):
    book, counts = hg.companion("codebook"), hg.load().indicator.value_counts()
    shown = rows_by_id(article(site / "data.html"))
    assert list(shown) == [name for name in book.indicator if name in counts]
    for row in book[book.indicator.isin(counts.index)].itertuples():
        cell = shown[row.indicator]
        assert cell["Figure"] == plain(row.name_en) and cell["Unit"] == words.name("unit", row.unit)
        assert cell["Figures"] == str(counts[row.indicator])
        assert cell["Definition"] == plain(row.definition_en)
    derived = hg.companion("derived")
    shown = rows_by_id(article(site / "derived.html"))
    assert {key: row["Formula"] for key, row in shown.items()} == {
        row.indicator: row.formula for row in derived.itertuples()
    }


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_glossary_of_the_readme_is_on_the_site(sites, language):
    name = "README.md" if language == "en" else "README.vi.md"
    readme = (ROOT / name).read_text("utf-8").split("<!-- glossary -->")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in readme.strip().splitlines()]
    del lines[1]  # the rule below the heads
    rows = re.findall(r"<tr\b.*?</tr>", article(sites / language / "glossary.html"), flags=re.S)
    shown = [re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, flags=re.S) for row in rows]
    assert [[plain(cell) for cell in row] for row in shown] == [[*map(plain, li)] for li in lines]


def test_the_vietnamese_readme_is_what_its_catalogue_and_the_notebooks_make_of_it(sites):
    folder = sites.parent / "build" / "notebooks" / "vi"
    ((_, text),), faults = translate.page_texts(translate.README, folder)
    assert not faults and (ROOT / "README.vi.md").read_text("utf-8") == text


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_home_page_says_what_every_analysis_answers(sites, language):
    books = ROOT / ("notebooks" if language == "en" else "build/notebooks/vi")
    home = " ".join(plain(article(sites / language / "index.html")).split())
    for path in books.glob("*.ipynb"):
        lead = nbformat.read(path, 4).cells[0].source.partition("\n\n")[2]
        assert plain(re.sub(r"\[(.*?)\]\(.*?\)", r"\1", lead)) in home
    tiles = article(sites / language / "index.html").split("<ul")[1].split("</ul>")[0]
    assert tiles.count("<li") == tiles.count('class="known-') == 5


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_names_of_places_on_a_page_are_words_not_numbers(pages, sites, language):
    for path, page in pages.items():
        if path.is_relative_to(sites / language / "notebooks") and path.stem != "own":
            cells = {
                c.id for c in nbformat.read(ROOT / "notebooks" / f"{path.stem}.ipynb", 4).cells
            }
            heads = re.findall(r'<section[^>]* id="([^"]*)"', path.read_text("utf-8"))
            assert heads and set(heads) <= cells, path
            pictures = [each for each in page.ids if each.startswith("picture-")]
            assert len(pictures) == article(path).count("<img ")
            twin = sites / {"en": "vi", "vi": "en"}[language] / path.relative_to(sites / language)
            assert {*heads, *pictures} <= pages[twin].ids, path


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_everything_can_be_taken_along(pages, sites, language):
    for path, page in pages.items():
        for file in page.files if path.is_relative_to(sites / language) else ():
            other, _ = target_of(path, file)
            assert other.is_file() and other.stat().st_size > 30, (path, file)
    for form in ("csv", "json", "xlsx"):
        name = words.entries("terms")["site", "file"]
        assert (
            sites / language / "_static/files" / f"{getattr(name, f'name_{language}')}.{form}"
        ).is_file()
    text = (sites / language / "_static/files/growth-index.csv").read_text("utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    values = {"en": ("155.6", "2023"), "vi": ("155,6", "2023")}[language]
    assert any(set(values[:1]) <= set(row) for row in rows) and len({*map(len, rows)}) == 1


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_index_of_the_search_leads_to_what_it_names(pages, sites, language):
    text = (sites / language / "_static/index.js").read_text("utf-8")
    rows = json.loads(text.removeprefix("const pages = ").rstrip(";\n"))
    assert len(rows) > 400 and len({at for _, _, at, *_ in rows}) == len(rows)
    for title, _, at, *_ in rows:
        file, _, anchor = at.partition("#")
        page = pages[sites / language / file]
        assert title and (not anchor or anchor in page.ids), at
    assert any("poverty" in said or "hộ nghèo" in said for _, _, _, said, _ in rows)


def test_the_vietnamese_pages_hold_no_english(pages, sites):
    apart = [re.escape(name) for name in translate.english_names() if " " in name]
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(apart)}|the|which|percent)(?![\w-])", re.I)
    for path in pages:
        if path.is_relative_to(sites / "vi") and path.stem not in ("glossary", "06_source_audit"):
            shown = re.sub(r"(?s)<(code|pre|a)\b.*?</\1>", " ", article(path))
            assert not pattern.findall(" ".join(plain(shown).split())), path


def test_pictures_have_alt_text(pages):
    for path, page in pages.items():
        for image in page.images:
            assert len(image.get("alt") or "") > 10 or "logo" in image.get("class", ""), (
                path,
                image,
            )


CELLS = [
    ("# Own\n\nThe economy grew by [1.5](#grdp.2022).\n\n- One of 17\n- Two", ["lead", "findings"]),
    ("## How sure\n\nIn 2024 it was [1.5](#grdp.2022) or 8.5, see ¶11.7.", ["how-sure"]),
]
FOLD = (
    "<details><summary>The numbers</summary>"
    '<div style="overflow-x:auto"><table class="hg"><tr><th>Year</th><th>Value</th></tr>'
    '<tr id="grdp.2022" data-jupyter-id="grdp.2022" data-value="1.5" data-known="published">'
    '<td>2022</td><td>1,5 "x" ¶11.7</td></tr></table></div></details>'
)


def test_the_other_language_is_one_link_away_where_its_page_exists(sites, own):
    for language, other in (("en", "vi"), ("vi", "en")):
        for path in (sites / language).rglob("*.html"):
            link = re.search(r'class="language" href="([^"]*)"', path.read_text("utf-8"))
            twin = sites / other / path.relative_to(sites / language)
            assert bool(link) == twin.is_file() == (path.stem != own), path
            assert not link or (path.parent / link[1]).resolve() == twin
            assert f'<html lang="{language}">' in path.read_text("utf-8")


def test_tags_of_cells_give_parts_of_a_page_their_looks(sites, own):
    text = (sites / "en" / "notebooks" / f"{own}.html").read_text("utf-8")
    assert re.search(r'<section [^>]*class="tag_lead tag_findings"[^>]*>\s*<h1', text)
    assert re.search(r'<section [^>]*class="tag_how-sure"[^>]*>\s*<h2', text)
    assert "<!--" not in text


def test_numbers_on_a_page_say_how_they_are_known(sites, own):
    text = article(sites / "en" / "notebooks" / f"{own}.html")
    assert re.findall(r'<a class="[^"]*hg-row (known-\w+|loose)"', text) == ["known-published"] * 2
    # Neither the year nor the place in the source, and nothing in the output.
    assert re.findall(r'<span class="loose">(.*?)</span>', text) == ["17", "8.5"]


def test_what_is_under_a_table_can_be_taken_along(sites, own):
    folder = sites / "en" / "notebooks"
    text = (folder / f"{own}.html").read_text("utf-8")
    name, data = re.search(r'<a href="([^"]*\.csv)" download="([^"]*)"', text).groups()
    assert data == "own.csv"
    rows = list(csv.reader((folder / name).read_text("utf-8-sig").splitlines()))
    assert rows == [["Year", "Value"], ["2022", '1,5 "x" ¶11.7']]
    assert "“Own”" in text and re.search(r'<details class="code">\s*<summary>', text)
