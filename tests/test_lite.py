"""JupyterLite without the network: how far the page for browsers comes.

The kernel fetches Pyodide and NumPy from Pyodide's own address, so no lesson runs here.
"""

import functools
import http.server
import importlib.util
import shutil
import threading

import pytest

from autograder.doors import lite
from autograder.site import website

missing = [n for n in lite.NEEDED if not importlib.util.find_spec(n.replace("-", "_"))]
missing += [] if shutil.which("chromium") else ["chromium"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing), reason=f"{' and '.join(missing)}: missing"),
]
LESSON = "02_convolution"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_):
        """Keep the test's output clean."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site with one lesson, serve it, and return its address."""
    folder = tmp_path_factory.mktemp("lite") / "site"
    lite.build(folder, [p for p in website.notebooks() if p.stem == LESSON])
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page():
    """Return a page that reaches this machine alone."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        opened = chromium.new_page()
        opened.route(
            lambda url: "://127.0.0.1:" not in url and not url.startswith("data:"),
            lambda route: route.abort(),
        )
        yield opened
        chromium.close()


def test_the_lesson_opens_in_the_browser_without_the_network(site, page):
    path = f"notebooks/{LESSON}/{LESSON}.ipynb"
    page.goto(f"{site}/lab/index.html?path={path}")
    page.get_by_role("heading", name="Slide a kernel by hand").wait_for(timeout=120_000)
    names = page.locator(".jp-DirListing-itemText")
    names.get_by_text(f"{LESSON}.ipynb", exact=True).wait_for(timeout=60_000)
    assert page.get_by_text("This fetches the course.").count()
    assert not page.get_by_text("nbgrader").count()  # no panel of the grader's
