"""What stands in the data is text on every page: it neither runs nor leaves its cell."""

import csv
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import nbformat
import pytest
from conftest import ROOT

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
    "sources": ["title", "publisher", "published", "note"],
    "readings": ["reason_en", "reason_vi"],
    "terms": ["name_en", "name_vi"],
    "paragraphs": ["section_en", "opening"],
    "numerals": ["printed"],
}
CELLS = """import hg_analysis as hg
table = hg.load()
hg.show(hg.figures(table, "grdp") + hg.figures(table, "grdp_growth", place=None))
hg.show(table[["note", "name_en"]].astype(str).assign(address="javascript:document.title=`ran`"))
hg.show(hg.charts.path(hg.charts.axes(), hg.figures(table, "grdp_growth", origin="published")))"""


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
                or (address.startswith("data:") and tag in ("a", "iframe", "script", "object"))
                or (tag == "svg" and "ran" in address)
            ):
                self.runs.append((tag, name, value))

    def handle_data(self, data):
        if self.open in ("script", "style") and "`ran`" in data:
            self.runs.append((self.open, "", data))

    def handle_endtag(self, tag):
        self.open = None


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The site of a copy of the project whose data hold markup wherever they can."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("data", "hg_analysis", "docs"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "README.md", copy)
    for name, columns in SPOILT.items():
        path = copy / "data" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        for number, row in enumerate(rows):
            for column in columns:
                row[column] += NASTY + ("" if name == "indicators" else BLOCK)
            if row.get("address"):
                row["address"] = ADDRESSES[number % len(ADDRESSES)]
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    sources = ["# Small", 'data = None\nlanguage = "en"', *CELLS.split("\n")]
    cells = [nbformat.v4.new_markdown_cell(sources[0], id="title")]
    cells += [nbformat.v4.new_code_cell(t, id=f"c-{n}") for n, t in enumerate(sources[1:])]
    cells[1].metadata["tags"] = ["parameters"]
    (copy / "notebooks").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), copy / "notebooks" / "00_small.ipynb")
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    for command in (["-m", "hg_analysis", "run"], ["docs/pages.py", "site"]):
        done = subprocess.run(
            [sys.executable, *command], cwd=copy, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    return {path: path.read_text("utf-8") for path in (copy / "site").rglob("*.html")}


def test_nothing_that_comes_from_the_data_can_run(pages):
    shown = 0
    for path, text in pages.items():
        shown += text.count("&lt;script&gt;document.title")
        assert not Page(text).runs, path
    assert shown > 1000  # it is there, as text


def test_nothing_leaves_its_cell(pages):
    for path, text in pages.items():
        if path.parent.name == "site":
            assert "admonition note" not in text, path


def test_links_are_of_the_web_only(pages):
    for path, text in pages.items():
        for link in Page(text).links:
            scheme = re.match(r"([a-z]+):", link)
            assert scheme is None or scheme[1] in ("http", "https"), (path, link)


def test_nothing_runs_in_a_browser(pages, tmp_path):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("no chromium on this machine: the pages were not opened in a browser")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    flags += [f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]

    def title(path):
        done = subprocess.run(
            [browser, *flags, path.as_uri()], capture_output=True, text=True, timeout=120
        )
        return re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)[1].strip()

    proof = tmp_path / "proof.html"
    proof.write_text(f"<title>x</title><body>{NASTY}</body>", "utf-8")
    assert title(proof) == "ran"  # the strings do run where they are not text
    for path in pages:
        if path.name in ("figures.html", "sources.html", "readings.html", "00_small.html"):
            assert title(path) != "ran", path


def test_the_strings_are_seen_where_they_are_not_text():
    runs = Page(NASTY).runs
    assert {tag for tag, _, _ in runs} == {"script", "img", "svg", "a"}
