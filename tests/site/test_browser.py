"""The site as a reader meets it, in a real Chromium: from a server, and opened from the folder that it was made in."""

import functools
import http.server
import os
import re
import shutil
import threading
from pathlib import Path

import pytest

import make_site
import site_links as links
import walkthroughs as w

pytestmark = [pytest.mark.browser, pytest.mark.any_backend]

SITE = make_site.SITE
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 120_000  # milliseconds, on a machine that is busy


@pytest.fixture(scope="module", autouse=True)
def what_is_needed():
    """The site and a browser. Where changes are checked, both must be there."""
    for missing, reason in (
        (not (SITE / "index.html").exists(), "there is no site yet: make docs"),
        (CHROMIUM is None, "there is no Chromium on this machine"),
    ):
        if missing:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="module")
def browser(what_is_needed):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Chromium's own sandbox does not start for root, and the pages are ours.
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address():
    """The site on a server of this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(SITE))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(params=["served", "opened from a folder"])
def start(request):
    return request.getfixturevalue("address") if request.param == "served" else SITE.as_uri()


@pytest.fixture
def page(browser):
    """A page that remembers what failed: errors of scripts, and what could not be loaded."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(PATIENCE)
    opened.wrong = []
    opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
    opened.on("requestfailed", lambda request: opened.wrong.append(request.url))
    opened.on("response", lambda response: opened.wrong.append(response.url) if response.status >= 400 else None)
    yield opened
    opened.close()


def test_a_reader_opens_the_front_page_searches_and_reads_a_picture(page, start):
    page.goto(f"{start}/index.html")
    assert page.inner_text("h1").startswith("pipekeras")
    assert page.inner_text(".side-by-side").count("layer_gru") == 4

    search = page.locator("input.md-search__input")
    search.click()
    page.wait_for_timeout(1000)
    search.press_sequentially("layer_lstm", delay=30)
    found = page.locator(".md-search-result__item").first
    found.locator("h1", has_text=re.compile(r"^layer_lstm$")).wait_for()  # results change while the word is typed
    found.locator("a").first.click()
    page.wait_for_url("**/reference/layer_lstm.html**")
    assert page.inner_text("h1").startswith("layer_lstm")
    calls = page.locator(".side-by-side > div")
    assert "x |> layer_lstm(units = 32)" in calls.nth(0).inner_text()
    assert "x >> layer_lstm(units=32)" in calls.nth(1).inner_text()
    assert "`" not in page.inner_text("dl")

    page.goto(f"{start}/walkthroughs/getting_started.html")
    picture = page.locator("article img").first
    picture.scroll_into_view_if_needed()
    assert picture.get_attribute("alt") == "Figure 1, The data"
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 600
    assert colours(page, picture) > 3, "the picture is blank"
    assert not page.wrong


def colours(page, picture):
    """How many colours a picture shows as it stands on the page: from a screenshot of it."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(picture.screenshot())) as shot:
        return len(shot.convert("RGB").quantize(64).getcolors())


def test_a_walkthrough_leads_to_the_functions_it_uses_and_to_its_notebook(page, address):
    page.goto(f"{address}/walkthroughs/sequences.html")
    page.locator("article a", has_text="sequence_split").first.click()
    page.wait_for_url("**/reference/sequence_split.html**")
    page.go_back()
    with page.expect_download() as download:
        page.locator(".take a", has_text="Notebook").click()
    notebook = Path(download.value.path()).read_text(encoding="utf-8")
    assert '"image/png"' in notebook and "sequence_split" in notebook


def test_formulas_are_drawn(page, address):
    page.goto(f"{address}/walkthroughs/inside_the_cell.html")
    assert page.locator("math").count() > 5
    assert page.locator("math").first.bounding_box()["height"] > 5


@pytest.mark.parametrize("name", [walkthrough.name for walkthrough in w.all_walkthroughs()])
def test_every_walkthrough_fits_its_page(page, address, name):
    """Nothing fails to load, every picture shows, and the page is no wider than its window."""
    page.goto(f"{address}/walkthroughs/{name}.html")
    sizes = page.locator("article img").evaluate_all("all => all.map(i => [i.naturalWidth, i.alt])")
    assert sizes and all(width > 0 and alt for width, alt in sizes)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not page.wrong


def test_no_link_of_the_site_leads_nowhere():
    assert links.broken(SITE) == []


def test_the_site_loads_nothing_from_elsewhere():
    assert links.outside(SITE) == []


def test_every_public_name_has_its_page():
    import pipekeras

    assert {path.stem for path in (SITE / "reference").glob("*.html")} >= set(pipekeras.__all__)
