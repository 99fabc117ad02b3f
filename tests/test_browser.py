"""The pages in Chromium, from a server and from a folder: barriers, requests, links, keyboard.

``make browser`` runs these; ``make test`` does not.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from playwright.sync_api import expect, sync_playwright

from hg_analysis import words

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SIZES = {390: 800, 1400: 900}
expect.set_options(timeout=20_000)  # a page waits for what it shows, not for a busy machine


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site():
    """The site as it was built, in both languages."""
    folder = ROOT / "build" / "site"
    assert all((folder / each / "index.html").is_file() for each in words.LANGUAGES), "run make"
    return folder


@pytest.fixture(scope="session", params=words.LANGUAGES)
def growth(request):
    """The page whose form is the final one."""
    return f"{request.param}/notebooks/01_growth.html"


@pytest.fixture(scope="session", params=["http", "file"])
def address(request, site):
    """Where the site is found: at a server, or in a folder."""
    if request.param == "file":
        yield f"{site.as_uri()}/"
        return

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def visit(chromium, address):
    """Open a page; at the end, nothing was complained of and nothing asked for elsewhere."""
    contexts, complaints = [], []

    def visit(name, width=1400, scheme="light"):
        size = {"width": width, "height": SIZES.get(width, 900)}
        contexts.append(chromium.new_context(viewport=size, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: asked.url.startswith((address, "data:")) or complaints.append(asked.url),
        )
        page.goto(address + name)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not complaints


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def barriers(page):
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]


def settled(page):
    """Wait until what was done is drawn, or half a second where nothing is drawn at all."""
    page.evaluate(
        "Promise.race([new Promise(done => setTimeout(done, 500)), new Promise(done =>"
        " requestAnimationFrame(() => requestAnimationFrame(done)))])"
    )


def in_view(place):
    """Tell whether an element is drawn within the window, from side to side."""
    return place.evaluate(
        "e => { const b = e.getBoundingClientRect(); return b.height > 0 && b.bottom > 0"
        " && b.top < innerHeight && b.left >= 0 && b.left < innerWidth }"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
def test_a_page_has_no_barriers(width, scheme, visit, growth):
    page = visit(growth, width, scheme)
    assert sideways(page) <= 0
    for fold in page.query_selector_all("details:not([open]) > summary"):
        fold.evaluate("e => e.parentElement.open = true")
    if width < 700:
        page.locator("#menu").click()
    page.locator("#review").click()
    settled(page)
    assert not barriers(page) and sideways(page) <= 0


@pytest.mark.parametrize("address", ["http"], indirect=True)
def test_no_page_has_barriers_or_scrolls_sideways(site, visit):
    page = visit("en/index.html")
    address = page.url.removesuffix("en/index.html")
    for path in sorted(site.rglob("*.html")):
        page.goto(address + path.relative_to(site).as_posix())
        assert not barriers(page), path
        for width in (360, 768, 1400):
            page.set_viewport_size({"width": width, "height": 800})
            settled(page)
            assert sideways(page) <= 0, (path, width)


@pytest.mark.parametrize("address", ["http"], indirect=True)
def test_a_first_page_is_small(site, visit):
    kinds = "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
    for path in sorted(site.glob("*/notebooks/*.html")):
        page = visit(path.relative_to(site).as_posix())
        page.wait_for_load_state("networkidle")
        loaded = page.evaluate(f"{kinds}.map(e => [e.initiatorType, e.decodedBodySize])")
        assert {"navigation", "link", "script"} <= {kind for kind, _ in loaded}, path
        assert sum(size for kind, size in loaded if kind != "img") <= 300 * 1024, path


@pytest.mark.parametrize("address", ["http"], indirect=True)
def test_the_key_picture_stands_on_the_first_screen(site, visit):
    for path in sorted(site.glob("*/notebooks/*.html")):
        page = visit(path.relative_to(site).as_posix())
        picture = page.locator("article picture img:visible").first
        top = picture.evaluate("e => e.getBoundingClientRect().top")
        assert 0 < top < 600, (path, top)


@pytest.mark.parametrize("width", SIZES)
def test_numbers_lead_to_their_rows_and_back(width, visit, growth):
    page = visit(growth, width)
    # A fold around every table, whether or not it is long enough to be folded today.
    page.evaluate(
        "for (const t of document.querySelectorAll('.hg-wide')) { const d = document.createElement("
        "'details'); t.before(d); d.append(t); }"
    )
    links = page.locator("article a.hg-row")
    targets = links.evaluate_all("all => all.map(a => a.hash)")
    assert len(targets) > 60
    for turn in {targets.index(target): None for target in targets}:
        link = links.nth(turn)
        link.evaluate("e => e.scrollIntoView({ block: 'center' })")
        link.evaluate("e => e.click()")
        settled(page)
        assert in_view(page.locator(f'[id="{targets[turn][1:]}"]')), targets[turn]
        if turn % 20 == 0:
            page.go_back()
            settled(page)
            assert in_view(link), targets[turn]


@pytest.mark.parametrize("width", SIZES)
def test_a_place_leads_to_the_whole_row_of_the_document_and_back(width, visit, growth):
    page = visit(growth, width)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    link = page.locator('article a[href$="figures.html#p11-7"]').first
    link.click()
    row = page.locator('tr[id="p11-7"]')
    for cell in row.locator("td").all():
        assert cell.text_content() == "" or in_view(cell)
    assert re.search(r"9[.,]24", row.text_content())
    page.go_back()
    settled(page)
    assert in_view(link)


@pytest.mark.parametrize("width", SIZES)
def test_the_keyboard_reaches_everything(width, visit, growth):
    page = visit(growth, width)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    wanted = {"header nav a", "#theme", "#review", "article a.hg-row", "article summary"}
    for _ in range(150):
        page.keyboard.press("Tab")
        reached = {
            each for each in wanted if page.evaluate(f"!!document.activeElement.matches('{each}')")
        }
        if page.evaluate("document.activeElement.id") == "menu":
            page.keyboard.press("Enter")
        if reached & {"#theme", "#review"}:
            before = page.evaluate("document.activeElement.ariaPressed")
            page.keyboard.press("Space")
            assert page.evaluate("document.activeElement.ariaPressed") != before
        if "article summary" in reached:
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.parentElement.open")
        wanted -= reached
        if not wanted:
            return
    raise AssertionError(f"not reached: {wanted}")


def test_the_switches_are_remembered_as_long_as_they_should(visit, growth):
    page = visit(growth)
    page.locator("#theme").click()
    page.locator("#review").click()
    page.reload()
    root = page.locator("html")
    assert root.get_attribute("data-theme") == "dark" and root.get_attribute("data-review") == "on"
    other = page.context.new_page()  # another window is another session, but the same reader
    other.goto(page.url)
    assert other.locator("html").get_attribute("data-review") == "off"
    assert other.locator("html").get_attribute("data-theme") == "dark"


def test_the_other_language_opens_at_the_same_place(visit, growth):
    page = visit(growth)
    place = page.locator("#picture-growth-revenue")
    place.evaluate("e => e.scrollIntoView()")
    page.locator(".language").evaluate("e => e.click()")
    page.wait_for_url("**#picture-growth-revenue")
    assert growth not in page.url and in_view(place)
    page.locator(".language").evaluate("e => e.click()")
    page.wait_for_url(f"**{growth}#picture-growth-revenue")
    assert in_view(place)


def test_a_picture_fits_window_and_ground(visit, growth):
    for width, scheme, drawn in (
        (1400, "light", "-page"),
        (1400, "dark", "-page-dark"),
        (390, "light", "-phone"),
        (390, "dark", "-phone-dark"),
    ):
        page = visit(growth, width, scheme)
        pictures = page.locator("picture img:visible")
        assert pictures.count() == 4
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
            assert picture.evaluate("e => e.currentSrc").endswith(f"{drawn}.svg")
            assert picture.evaluate("e => e.decode().then(() => e.naturalWidth)") > 300


def test_review_marks_how_numbers_are_known_and_no_number_is_left_that_no_row_states(site, visit):
    page = visit("en/index.html")
    home = page.url
    for path in sorted(site.glob("*/notebooks/*.html")):
        page.goto(home.replace("en/index.html", path.relative_to(site).as_posix()))
        assert not page.locator("article .loose").count(), path
    page.goto(home.replace("index", "notebooks/01_growth"))
    page.locator("#review").click()
    for known in ("document", "published", "plan", "implied"):
        mark = "e => getComputedStyle(e, '::after').content"
        assert page.locator(f"article .known-{known}").first.evaluate(mark) == '""'
    page.locator("article p").last.evaluate("e => e.innerHTML = '<span class=loose>7</span>'")
    style = "e => getComputedStyle(e).outlineStyle"
    assert page.locator("article .loose").evaluate(style) == "solid"


def test_pictures_and_their_numbers_are_downloaded(visit, growth):
    page = visit(growth)
    links = page.locator(".take a[download]")
    assert links.count()
    for nth, link in enumerate(links.all()):
        if nth % 6 == 5:
            page.reload()  # Chromium takes more than ten from one page for an accident
        address = link.get_attribute("href")
        if page.url.startswith("file:") and not address.startswith("data:"):
            continue  # Chromium shows a picture of a folder instead: its address is tested
        with page.expect_download() as got:
            link.click()
        name, path = got.value.suggested_filename, got.value.path()
        assert re.fullmatch(r"[\w-]+\.(png|svg|csv)", name) and path.stat().st_size > 50
    page.locator(".take details:not(.code) summary").first.click()
    cited = page.locator(".take details[open] p").first.text_content()
    assert re.search(r"Hậu Giang .*, 20\d\d-\d\d-\d\d\. (http|file)://.*#picture-", cited)


def test_print_opens_folds_and_leaves_out_code(visit, growth):
    page = visit(growth)
    page.emulate_media(media="print")
    fold = page.locator(".cell_output details > :not(summary)").first
    assert fold.evaluate("e => e.getBoundingClientRect().height") > 20
    assert page.locator("article pre:visible code, .take:visible, header:visible").count() == 0
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 between its margins
    pages = (f"{each}.html" for each in ("figures", "sources", "choices", "readings"))
    for name in (growth[3:], *pages):
        page.goto(re.sub(r"(notebooks/)?\w+\.html$", name, page.url))
        assert sideways(page) <= 0, name


@pytest.mark.lab
@pytest.mark.parametrize("folder", ["notebooks", "build/notebooks/vi"], ids=words.LANGUAGES)
def test_jupyterlab_runs_the_notebook_and_its_numbers_lead_to_rows(folder, chromium, tmp_path):
    path = tmp_path / "01_growth.ipynb"
    notebook = nbformat.read(ROOT / folder / path.name, 4)
    title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
    for cell in (code := [cell for cell in notebook.cells if cell.cell_type == "code"]):
        cell.execution_count, cell.outputs = None, []
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += ["--IdentityProvider.token=", "--ServerApp.password=", "--ip=127.0.0.1"]
    home = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "RUNTIME")}
    env = os.environ | home | {"PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(tmp_path)}
    env["JUPYTERLAB_WORKSPACES_DIR"] = str(tmp_path)
    with subprocess.Popen(
        [*command, f"--ServerApp.root_dir={tmp_path}"], env=env, stderr=subprocess.PIPE, text=True
    ) as lab:
        try:
            base = next(
                m[0] for line in lab.stderr if (m := re.search(r"http://127\S+:\d+/", line))
            )
            threading.Thread(target=lab.stderr.read, daemon=True).start()
            page = chromium.new_page(viewport={"width": 1400, "height": 900})
            page.goto(f"{base}lab/tree/01_growth.ipynb")
            expect(page.locator(".jp-NotebookPanel h1").first).to_contain_text(title)
            # Cells that are run before the kernel has started are not run at all.
            idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
            expect(idle).to_be_attached(timeout=120_000)
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            for _ in range(180):
                page.wait_for_timeout(1000)
                page.keyboard.press("Control+s")
                stored = [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
                if all(cell.execution_count for cell in stored):
                    break
            outputs = [output for cell in stored for output in cell.outputs]
            assert len(stored) == len(code)
            assert [cell.id for cell in stored if not cell.execution_count] == []
            assert outputs and {o.output_type for o in outputs} == {"display_data"}
            page.locator(".jp-WindowedPanel-outer").evaluate("e => e.scrollTo(0, 0)")
            link = page.locator('.jp-MarkdownOutput a[href*="#growth_over_term.2020_2025"]').first
            link.click()
            # The row, or the fold in which it lies.
            row = 'tr[data-value][id="growth_over_term.2020_2025"]'
            fold = page.locator(f"details:has({row}) > summary").first
            expect(fold).to_be_in_viewport(timeout=20_000)
        finally:
            lab.terminate()
