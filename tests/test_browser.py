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
from hg_analysis.tools.links import LINK

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SIZES = {390: 800, 1400: 900}
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
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
@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("address", ["http"], indirect=True)
def test_no_page_has_barriers_or_scrolls_sideways(language, width, scheme, site, visit):
    """Every page, with its folds and menu open; what was seen is kept in build/screens."""
    page = visit(f"{language}/index.html", width, scheme)
    home, screens = page.url.removesuffix("index.html"), ROOT / "build" / "screens"
    screens.mkdir(exist_ok=True)
    for path in sorted((site / language).rglob("*.html")):
        name = path.relative_to(site / language)
        page.goto(home + name.as_posix())
        settled(page)
        file = f"{language}-{'-'.join(name.with_suffix('').parts)}-{width}-{scheme}.png"
        page.screenshot(path=screens / file)
        if len(page.query_selector_all("tr")) < 200:  # of long tables each row is alike
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if width < 700:
            page.locator("#menu").click()
        if page.locator("#review").count():
            page.locator("#review").click()
        settled(page)
        assert not barriers(page), path
        assert sideways(page) <= 0, path
        if width < 700:
            page.set_viewport_size({"width": 360, "height": 800})
            settled(page)
            assert sideways(page) <= 0, (path, 360)
            page.set_viewport_size({"width": width, "height": 800})


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_pages_serve_without_scripts(language, site, chromium):
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    for name in ("index", "notebooks/03_welfare", "rows/welfare", "data", "search"):
        page.goto(f"{site.as_uri()}/{language}/{name}.html")
        assert page.locator("header nav a").first.is_visible(), name
        assert not page.locator("button:visible, .filter:visible").count(), name
        for fold in page.locator("article details > summary").all()[:3]:
            fold.click()
            assert fold.locator("xpath=following-sibling::*[1]").is_visible(), name
    assert page.locator("#contents a").count() > 60
    context.close()


# Words with and without marks; in each pair both must find the same, and what is named first.
SOUGHT = {
    "vi": """nghèo|ngheo|Đảng|dang|tăng trưởng|tang truong|hộ nghèo|ho ngheo|công nghiệp|cong nghiep
        |xây dựng|xay dung|dịch vụ|dich vu|thu nhập|thu nhap|bảo hiểm|bao hiem|giường bệnh
        |giuong benh|nông thôn mới|nong thon moi|đảng viên|dang vien|chỉ tiêu|chi tieu|vốn đầu tư
        |von dau tu|xuất khẩu|xuat khau|ngân sách|ngan sach|nguồn|nguon|kiểm tra|kiem tra
        |cơ cấu|co cau|đại hội|dai hoi|Cần Thơ|can tho|trường|truong""",
    "en": """Đảng|dang|Hậu Giang|hau giang|Cần Thơ|can tho|Sóc Trăng|soc trang|Việt Nam|viet nam""",
}
PLAIN = ["poverty", "growth", "industry", "revenue", "insurance", "doctors", "schools", "communes"]
PLAIN += ["targets", "members", "rank", "exports", "investment", "sources", "bounds", "cite"]


def pairs(language):
    flat = [each.strip() for each in SOUGHT[language].split("|")]
    return list(zip(flat[::2], flat[1::2], strict=True))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_word_is_found_with_and_without_its_marks(language, visit):
    page = visit(f"{language}/search.html")
    query, results = page.locator("#query"), page.locator("#found li")

    def found(word):
        query.fill(word)
        return results.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")

    for marked, bare in pairs(language):
        assert found(marked) == found(bare) != [], (marked, bare)
        assert page.locator("#found mark").count(), bare
    for word in PLAIN if language == "en" else ():
        assert found(word), word
    top = {"en": "poverty", "vi": "ho ngheo"}[language]
    assert any("03_welfare" in at or "poverty" in at for at in found(top)[:3])
    query.fill(top)
    results.locator("a").first.click()
    page.wait_for_url("**#*")


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_table_of_data_is_filtered_and_sorted(language, width, visit):
    page = visit(f"{language}/rows/welfare.html", width)
    rows = page.locator("tbody tr:visible")
    whole = rows.count()
    page.locator(".filter input").fill({"en": "poverty hau 2025", "vi": "ngheo hau 2025"}[language])
    assert 0 < rows.count() < whole
    for text in rows.all_text_contents():
        assert "Hậu Giang" in text and "2025" in text
    page.locator(".filter input").fill("")
    place, year = page.locator(".filter select").all()
    place.select_option({"en": "Việt Nam", "vi": "Cả nước"}[language])
    year.select_option("2025")
    assert page.locator(".filter output").text_content() == str(rows.count()) != "0"
    for row in rows.all():
        assert row.locator("td").nth(1).text_content() in ("Việt Nam", "Cả nước")
        assert row.locator("td").nth(2).get_attribute("data-sort").split("/")[-1][:4] == "2025"
    place.select_option("")
    year.select_option("")
    page.locator("th button").nth(3).evaluate("e => e.click()")  # out of sight on a phone
    page.wait_for_timeout(300)
    cells = page.locator("tbody td[data-sort].n").evaluate_all(
        "all => all.map(cell => +cell.dataset.sort)"
    )
    assert cells == sorted(cells, reverse=True) and len(cells) == whole
    with page.expect_download() as got:
        page.locator("[data-csv]").click()
    assert len(got.value.path().read_text("utf-8-sig").splitlines()) > whole


def test_the_address_of_a_row_holds_without_its_theme(visit):
    page = visit("en/data.html#poverty_rate.2025.appendix3")
    page.wait_for_url("**/rows/welfare.html#poverty_rate.2025.appendix3")
    assert in_view(page.locator('[id="poverty_rate.2025.appendix3"]'))


@pytest.mark.parametrize("address", ["http"], indirect=True)
def test_a_first_page_is_small(site, visit):
    kinds = "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
    for path in sorted(site.rglob("*.html")):
        page = visit(path.relative_to(site).as_posix())
        page.wait_for_load_state("networkidle")
        loaded = page.evaluate(f"{kinds}.map(e => [e.initiatorType, e.decodedBodySize])")
        assert {"navigation", "link", "script"} <= {kind for kind, _ in loaded}, path
        size = sum(size for kind, size in loaded if kind != "img") / 1024
        print(f"{size:4.0f} KB  {path.relative_to(site)}")
        assert size <= 300, path


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
        assert re.fullmatch(r"[a-z][\w-]+\.(png|svg|csv)", name) and path.stat().st_size > 50
    page.locator(".take details:not(.code) summary").first.click()
    cited = page.locator(".take details[open] p").first.text_content()
    assert re.search(r"Hậu Giang .*, \w+ ?\w* [\d.]+, .*20\d\d\. (http|file)://.*#picture-", cited)


def test_print_opens_folds_and_leaves_out_code(visit, growth):
    page = visit(growth)
    page.emulate_media(media="print")
    fold = page.locator(".cell_output details > :not(summary)").first
    assert fold.evaluate("e => e.getBoundingClientRect().height") > 20
    assert page.locator("article pre:visible code, .take:visible, header:visible").count() == 0
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 between its margins
    for path in sorted((ROOT / "build" / "site" / growth[:2]).rglob("*.html")):
        page.goto(
            page.url.split(f"/{growth[:2]}/")[0]
            + f"/{growth[:2]}/"
            + path.relative_to(ROOT / "build" / "site" / growth[:2]).as_posix()
        )
        assert sideways(page) <= 0, path
        wide = page.locator("article :is(table, pre, img):visible").evaluate_all(
            "all => all.filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert not wide, path


@pytest.fixture(scope="module", params=words.LANGUAGES)
def lab(request, tmp_path_factory):
    """JupyterLab on copies of the notebooks of one language, without what they showed."""
    folder = tmp_path_factory.mktemp("lab")
    source = ROOT / ("notebooks" if request.param == "en" else "build/notebooks/vi")
    for path in source.glob("*.ipynb"):
        notebook = nbformat.read(path, 4)
        for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
            cell.execution_count, cell.outputs = None, []
        nbformat.write(notebook, folder / path.name)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += ["--IdentityProvider.token=", "--ServerApp.password=", "--ip=127.0.0.1"]
    home = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "RUNTIME")}
    env = os.environ | home | {"PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(folder)}
    env["JUPYTERLAB_WORKSPACES_DIR"] = str(folder)
    with subprocess.Popen(
        [*command, f"--ServerApp.root_dir={folder}"], env=env, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            base = next(
                m[0] for line in server.stderr if (m := re.search(r"http://127\S+:\d+/", line))
            )
            threading.Thread(target=server.stderr.read, daemon=True).start()
            yield base, folder
        finally:
            server.terminate()


@pytest.mark.lab
@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS], ids=lambda name: name[:2])
def test_jupyterlab_runs_a_notebook_and_its_numbers_lead_to_rows(name, lab, chromium):
    base, folder = lab
    path = folder / name
    notebook = nbformat.read(path, 4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{base}lab/workspaces/{path.stem}/tree/{name}")
    expect(page.locator(".jp-NotebookPanel h1").first).to_contain_text(title)
    # Cells that are run before the kernel has started are not run at all.
    idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    expect(idle).to_be_attached(timeout=120_000)
    stored = []
    for second in range(180):
        if second % 30 == 0 and not any(cell.execution_count for cell in stored):  # once more
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
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
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = (match for match in LINK.finditer(prose) if match[2] == name)
    key = next(match[3] for match in found if not match[3].endswith(("-low", "-high")))
    link = page.locator(f'.jp-MarkdownOutput a[href*="#{key}"]').first
    link.click()
    # The row, or the fold in which it lies; a row may be shown twice.
    row = f'[data-value][data-jupyter-id="{key}"]'
    page.wait_for_function(
        "query => [...document.querySelectorAll(query)].some(e => { const b ="
        " e.getBoundingClientRect(); return b.height > 0 && b.bottom > 0 && b.top < innerHeight })",
        arg=f"details:has({row}) > summary, {row}",
        timeout=20_000,
    )
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    context.close()
