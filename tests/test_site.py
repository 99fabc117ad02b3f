"""The rendered pages lead every number to its place, ask for nothing outside and fit any screen."""

import re
import shutil
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser

import pytest
from conftest import ROOT

import hg_analysis as hg
from hg_analysis import words
from hg_analysis.page import bounds_text, value_text

FIGURE = ("Figure", "Period", "Value", "Bounds", "Unit", "Status")


class Page(HTMLParser):
    """What a page refers to."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.ids, self.images = [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if found.get("id"):
            self.ids.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in ("script", "img", "iframe", "source") and found.get("src"):
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") not in ("canonical", "search", "next", "prev"):
            self.loads.append(found["href"])
        if tag == "img":
            self.images.append(found)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "en"
    command = [sys.executable, ROOT / "docs" / "pages.py", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.parent.iterdir()] == ["en"]
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path.read_text("utf-8")) for path in site.rglob("*.html")}


def plain(html):
    """What a reader sees of a piece of a page, with straight quotation marks."""
    return unescape(re.sub(r"<[^>]*>", "", html)).translate(str.maketrans("“”’", '""\'')).strip()


def article(path):
    return path.read_text("utf-8").split("<article", 1)[1].split("</article>", 1)[0]


def parts(path):
    """What stands on a page under each of its third headings, by the heading's id."""
    return dict(re.findall(r'<h3 id="([^"]*)">(.*?)(?=<h3 |\Z)', article(path), flags=re.S))


def rows_by_id(html):
    """The rows of the one table in a piece of a page, by their ids: {head: cell}."""
    assert html.count("<table") <= 1
    heads = [plain(head) for head in re.findall(r"<th\b[^>]*>(.*?)</th>", html)]
    found = re.findall(r'<tr id="([^"]*)">(.*?)</tr>', html, flags=re.S)
    rows = [(key, re.findall(r"<td>(.*?)</td>", row, flags=re.S)) for key, row in found]
    return {key: dict(zip(heads, map(plain, row), strict=True)) for key, row in rows}


def cells(row, stated):
    """What the site must say of a row of the table of figures."""
    where = {"period": row.period, "status": row.status, "source": row.source, "value": row.value}
    figure = hg.figure(stated, row.indicator, row.place, **where)
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


def test_every_link_inside_leads_somewhere(pages):
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link) or link in ("", "#"):
                continue
            target, _, anchor = link.partition("#")
            other = (path.parent / target.partition("?")[0]).resolve() if target else path
            assert other.is_file(), (path, link)
            if anchor and other in pages:
                assert anchor in pages[other].ids, (path, link)


def test_links_outside_are_http_only(pages):
    for path, page in pages.items():
        for link in page.links:
            scheme = re.match(r"([a-z]+):", link)
            assert scheme is None or scheme[1] in ("http", "https"), (path, link)


def test_every_figure_of_the_document_has_its_place(pages, site):
    table = hg.load()
    own = table[table.origin == "document"]
    ids = pages[site / "figures.html"].ids
    for row in own.itertuples():
        assert f"p{row.paragraph}-{row.nth or 'words'}" in ids
    text = (site / "figures.html").read_text("utf-8")
    for numeral in hg.companion("numerals").itertuples():
        assert re.search(rf'<(tr|span) id="p{numeral.paragraph}-{numeral.nth}">', text)


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
        head = re.match(r"(.*?)</h3><p>(.*?)</p>", part, flags=re.S)
        opening = f"{each.section_en} · «{each.opening} …»"
        assert [plain(text) for text in head.groups()] == [f"¶{number}", plain(opening)]
        expected = {
            f"p{number}-{row.nth or 'words'}": {
                "Numeral": f"{number}.{row.nth}" if row.nth else number,
                "Printed": row.printed,
            }
            | cells(row, stated)
            for row in stated[stated.paragraph == number].itertuples()
        }
        assert list(rows_by_id(part).items()) == list(expected.items())
        others = numerals[(numerals.paragraph == number) & (numerals.role != "figure")]
        assert re.findall(r'<span id="(.*?)">(.*?)</span>', part) == [
            (f"p{number}-{n.nth}", f"{number}.{n.nth}: {n.printed} ({words.name('role', n.role)})")
            for n in others.itertuples()
        ]


def test_the_sources_page_gives_each_source_its_own_figures(site):
    stated, shown = hg.load().query("origin != 'document'"), parts(site / "sources.html")
    sources = hg.companion("sources").query("kind != 'primary'")
    assert list(shown) == list(sources.source)
    for source in sources.itertuples():
        head, about = re.match(r"(.*?)</h3><p>(.*?)</p>", shown[source.source], flags=re.S).groups()
        known = words.known("publisher", source.publisher)
        publisher = words.name("publisher", source.publisher) if known else source.publisher
        weak = " (secondary)" if source.kind == "secondary" else ""
        assert plain(head) == plain(publisher + weak)
        assert re.findall(r'href="(.*?)"', unescape(head)) == [source.address] * bool(
            source.address
        )
        told = " · ".join(filter(None, [source.title, source.published, source.note]))
        assert plain(about) == plain(told)
        own = stated[stated.source == source.source]
        expected = [
            {"Place": words.name("place", row.place)} | cells(row, stated)
            for row in own.itertuples()
        ]
        rows = rows_by_id(shown[source.source]).values()
        assert sorted(rows, key=str) == sorted(expected, key=str), source.source
    assert len(stated) == sum(len(rows_by_id(part)) for part in shown.values())


def test_the_readings_page_gives_every_verdict_with_its_reason(site):
    assert list(rows_by_id(article(site / "readings.html")).values()) == [
        {
            "Figure": words.name("indicator", each.indicator),
            "Reading": words.name("reading", each.reading),
            "Verdict": words.name("verdict", each.verdict),
            "Reason": plain(each.reason_en),
        }
        for each in hg.companion("readings").itertuples()
    ]


@pytest.mark.parametrize("page, heading", [("index", "Findings"), ("glossary", "Glossary")])
def test_tables_of_the_readme_are_on_the_site(page, heading, site):
    readme = (ROOT / "README.md").read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in readme.strip().splitlines()]
    del lines[1]  # the rule below the heads
    rows = re.findall(r"<tr\b.*?</tr>", article(site / f"{page}.html"), flags=re.S)
    shown = [re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, flags=re.S) for row in rows]
    names = [[re.sub(r"\[(.*?)\]\(.*?\)", r"\1", cell) for cell in line] for line in lines]
    assert [[plain(cell) for cell in row] for row in shown] == names
    links = [re.findall(r'href="(.*?)\.html"', "".join(row)) for row in shown]
    assert links == [re.findall(r"\]\((.*?)\.ipynb\)", "".join(line)) for line in lines]


def test_every_published_figure_leads_to_its_publication(pages, site):
    links = set(pages[site / "sources.html"].links)
    for source in hg.companion("sources").itertuples():
        assert not source.address or source.address in links


def test_pictures_have_alt_text(pages):
    for path, page in pages.items():
        for image in page.images:
            assert len(image.get("alt") or "") > 10 or "logo" in image.get("class", ""), (
                path,
                image,
            )


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_no_page_scrolls_sideways(width, site, tmp_path):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("no chromium on this machine: the pages were not opened in a browser")
    script = "<script>document.body.dataset.wide = document.documentElement.scrollWidth</script>"
    for path in [*site.glob("*.html"), *(site / "notebooks").glob("*.html")]:
        text = path.read_text("utf-8")
        probe = path.with_name(f"probe-{path.name}")
        # Headless windows are at least 500 wide: a frame gives the page its width.
        probe.write_text(text.replace("</body>", f"{script}</body>"), "utf-8")
        frame = path.with_name("frame.html")
        frame.write_text(
            f'<iframe id="f" src="{probe.name}" width="{width}" height="800"></iframe>'
            "<script>onload = () => document.title = 'wide ' + document.getElementById('f')"
            ".contentDocument.documentElement.scrollWidth</script>",
            "utf-8",
        )
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
        flags += ["--disable-background-networking", "--disable-component-update"]
        flags += ["--disable-sync", "--allow-file-access-from-files", "--dump-dom"]
        done = subprocess.run(
            [browser, *flags, f"--user-data-dir={tmp_path / 'profile'}", frame.as_uri()],
            capture_output=True,
            text=True,
            timeout=120,
        )
        probe.unlink(), frame.unlink()
        wide = re.search(r"<title>wide (\d+)</title>", done.stdout)
        assert wide, done.stderr[-500:]
        assert int(wide[1]) <= width, (path.name, wide[1])
