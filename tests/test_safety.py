"""What stands in the data is text on every page: it neither runs nor leaves its cell."""

import csv
import re
import shutil
from html.parser import HTMLParser

import nbformat
import pytest
from conftest import ROOT, displayed
from playwright.sync_api import sync_playwright

import hg_analysis as hg
from hg_analysis import pictures
from hg_analysis import table as hg_table
from hg_analysis.figures import from_row
from hg_analysis.tools.run import normalise

RUN = "document.title=`ran`"
NASTY = (
    f"<script>{RUN}</script><img src=x onerror={RUN}>\"'><svg onload={RUN}>"
    f"[x](javascript:{RUN}) <a href=javascript:{RUN}>y</a> `b` | {{{{ x }}}} %TABLE% ¶11.7"
)
BLOCK = f"\n\n<script>{RUN}</script>\n\n```{{note}}\nout of its cell\n```\n\n"
ADDRESSES = (f"javascript:{RUN}", f"data:text/html,<script>{RUN}</script>", f'http://x/"><b {RUN}')
ADDRESSES += (f"http://x/¶11.7 onclick={RUN} ¶1", f"http://x/\n\n<script>{RUN}</script>")
SPOILT = {
    "indicators": ["note"],
    "codebook": ["name_en", "name_vi", "definition_en"],
    "derived": ["name_en"],
    "sources": ["title", "publisher", "note"],
    "readings": ["reason_en", "reason_vi"],
    "terms": ["name_en", "name_vi"],
    "paragraphs": ["section_en", "opening"],
    "numerals": ["printed"],
}
KEY = "budget_revenue.2023.kinhtedothi_hau_giang_2023"  # of a row that only the folded table holds
PROSE = f"# Small\n\nA number leads to [its row](00_small.ipynb#{KEY}), which is folded."


def small_notebook(patch):
    """Show figures, a folded table and a picture, as a notebook would."""
    seen, table = displayed(patch), hg.load()
    rates = hg.figures(table, "grdp_growth", range(2020, 2025))
    hg.show(hg.figure(table, "grdp", source="appendix3"), rates)
    hg.show([from_row(row) for row in table.itertuples()], fold="All")
    hg.show(table[["note", "name_en"]])
    hg.show(pictures.lines({NASTY: rates}, title=NASTY, units=NASTY, name="small"))
    code = nbformat.v4.new_code_cell("hg.show()", id="c-1", execution_count=1)
    code.outputs = [
        nbformat.v4.new_output("display_data", data, metadata=more) for data, more in seen
    ]
    texts = [(PROSE, "lead", "c-0"), ("- Found", "findings", "c-2")]
    cells = [
        nbformat.v4.new_markdown_cell(text, id=name, metadata={"tags": [tag]})
        for text, tag, name in texts
    ]
    cells.append(code)
    return normalise(nbformat.v4.new_notebook(cells=cells))


class Page(HTMLParser):
    """Whatever in a page could run."""

    def __init__(self, text):
        super().__init__()
        self.runs, self.open, self.links = [], None, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.open = tag
        for name, value in attributes:
            address = re.sub(r"\s", "", value or "").lower()
            if name == "href":
                self.links.append(address)
            if (
                (name.startswith("on") and "ran" in address)  # the theme's own handlers aside
                or address.startswith("javascript:")
                or (
                    re.match("data:(?!text/csv;)", address)
                    and tag in ("a", "iframe", "script", "object")
                )
                or (tag == "svg" and "ran" in address)
            ):
                self.runs.append((tag, name, value))

    def handle_data(self, data):
        if self.open in ("script", "style") and "`ran`" in data:
            self.runs.append((self.open, "", data))

    def handle_endtag(self, tag):
        self.open = None


SITE = "https://example.org/hau-giang"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The site of a copy of the project whose data hold markup wherever they can."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("data", "docs"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("README.md", "CITATION.cff"):
        shutil.copy(ROOT / name, copy)
    with (copy / "CITATION.cff").open("a", encoding="utf-8") as file:
        file.write(f"url: {SITE}/\n")
    home = copy / "docs" / "index.md"  # which speaks of notebooks that are not there
    home.write_text(re.sub(r"\[(.*?)\]\(notebooks.*?\)", r"\1", home.read_text("utf-8")), "utf-8")
    for name, columns in SPOILT.items():
        path = copy / "data" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        for number, row in enumerate(rows):
            for column in columns:
                added = NASTY + ("" if name == "indicators" else BLOCK)
                # Where a name has places to fill in, braces would be more of them.
                row[column] += re.sub("[{}]", "", added) if "{" in row[column] else added
            if row.get("address"):
                row["address"] = ADDRESSES[number % len(ADDRESSES)]
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    (copy / "notebooks").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hg_table, "DATA", copy / "data")
        patch.setitem(hg_table._current, "folder", copy / "data")
        patch.setattr(hg_table, "validate", lambda *_: [])  # which refuses most of it
        nbformat.write(small_notebook(patch), copy / "notebooks" / "00_small.ipynb")
        patch.syspath_prepend(ROOT / "docs")
        import pages as site

        patch.setattr(site, "ROOT", copy)
        assert site.build([copy / "en"]) == 0
    return {path: path.read_text("utf-8") for path in (copy / "en").rglob("*.html")}


def test_nothing_that_comes_from_the_data_can_run_or_leave_its_cell(pages):
    shown = 0
    for path, text in pages.items():
        shown, page = shown + text.count("&lt;script&gt;document.title"), Page(text)
        assert not page.runs, path
        assert path.parent.name != "en" or "admonition note" not in text, path
        for link in page.links:
            scheme = re.match(r"([a-z]+):", link)
            saved = link.startswith("data:text/csv;")  # the numbers under a picture
            assert saved or scheme is None or scheme[1] in ("http", "https"), (path, link)
    assert shown > 1000  # it is there, as text


def test_in_a_browser_nothing_runs_and_a_folded_row_is_shown(pages, tmp_path):
    if not (chromium := shutil.which("chromium")):
        pytest.skip("no chromium on this machine: the pages were not opened in a browser")
    proof, at = tmp_path / "proof.html", {path.name: path.as_uri() for path in pages}
    proof.write_text(f"<title>x</title><body>{NASTY}</body>", "utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page, row = browser.new_page(), f"[id='{KEY}']"
        page.goto(proof.as_uri())
        assert page.title() == "ran"  # the strings do run where they are not text
        for name in ("figures", "sources", "readings", "00_small"):
            page.goto(at[f"{name}.html"], wait_until="networkidle")
            assert page.title() not in ("", "ran"), name
        assert not page.locator(row).is_visible()
        page.goto("about:blank")
        page.goto(f"{at['00_small.html']}#{KEY}")
        page.wait_for_timeout(500)
        assert 90 < page.locator(row).bounding_box()["y"] < 600  # where its heads are seen too
        browser.close()


def test_the_address_of_the_site_is_said_where_it_is_set(pages):
    for path, text in pages.items():
        at = f"{SITE}/en/{path.relative_to(path.parents[path.parts[::-1].index('en') - 1])}"
        assert f'<link rel="canonical" href="{at}">' in text and f">{at}</span>" in text, path
    (small,) = (text for path, text in pages.items() if path.stem == "00_small")
    assert re.search(rf'data-at="(picture-small)">{SITE}/en/notebooks/00_small.html#\1<', small)
