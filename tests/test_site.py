"""The rendered pages lead every number to its place, ask for nothing outside and fit any screen."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from conftest import ROOT

import hg_analysis as hg


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
        assert not re.findall(r"¶\d+\.\d+", body), path


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
