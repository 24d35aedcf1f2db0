"""The lessons and formgrader in a real JupyterLab, as a person meets them."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest

from tests.conftest import ROOT
from tests.test_lessons import LESSONS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("jupyterlab"),
    pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is missing"),
]
TOKEN = "lesson"
STATES = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const cells = panel.content.model.cells, found = [];
  for (let i = 0; i < cells.length; i++) {
    const cell = cells.get(i);
    if (cell.type !== "code") continue;
    const outputs = [];
    for (let k = 0; k < cell.outputs.length; k++)
      outputs.push(cell.outputs.get(k).toJSON());
    found.push({ran: cell.executionCount, outputs: outputs});
  }
  return found;
}"""


RUN_ALL = """async () => {
  const app = window.jupyterapp, panel = app.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.revealed;
  await app.commands.execute("notebook:run-all-cells");
}"""


def free_port():
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Serve a copy of the notebooks and of an empty course; return its address."""
    folder = tmp_path_factory.mktemp("lab")
    for kind in ("notebooks", "solutions"):
        shutil.copytree(ROOT / kind, folder / kind)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    port = free_port()
    home = folder / "home"
    home.mkdir()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            f"--ServerApp.root_dir={folder}",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={TOKEN}",
            "--LabApp.expose_app_in_browser=True",
        ],
        cwd=folder,
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    ready = threading.Event()
    reader = threading.Thread(target=read_log, args=(server, ready), daemon=True)
    reader.start()
    try:
        assert ready.wait(timeout=120)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)
        reader.join()
        server.stdout.close()


def read_log(server, ready):
    """Take in what the server says, so that it never waits, until it is ready."""
    for line in server.stdout:
        if "is running at" in line:
            ready.set()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.mark.tf
@pytest.mark.parametrize("lesson", LESSONS)
def test_restart_and_run_all_passes_in_jupyterlab(address, browser, lesson):
    page = browser.new_page()
    # a workspace of its own: a restored tab of another lesson would be the current one
    place = f"lab/workspaces/{lesson}/tree/notebooks/{lesson}/{lesson}.ipynb"
    path = f"{place}?token={TOKEN}"
    page.goto(f"{address}/{path}")
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.sessionContext"
        "?.session?.kernel?.status === 'idle'",
        timeout=120_000,
    )
    page.evaluate(RUN_ALL)
    page.wait_for_function(
        f"() => {{ const c = ({STATES})(); return c.every(x => x.ran !== null); }}",
        timeout=240_000,
        polling=500,  # a page that isn't painted has no animation frames to poll on
    )
    outputs = [each for cell in page.evaluate(STATES) for each in cell["outputs"]]
    assert [o for o in outputs if o["output_type"] == "error"] == []
    assert [o for o in outputs if o.get("name") == "stderr"] == []
    page.close()


def test_formgrader_opens_our_folders(address, browser):
    page = browser.new_page()
    page.goto(f"{address}/formgrader?token={TOKEN}")
    for lesson in LESSONS:
        page.get_by_role("link", name=lesson, exact=True).wait_for(timeout=90_000)
    page.close()


def test_the_server_finds_the_course_by_the_place_of_its_config(address):
    wanted = urllib.request.Request(
        f"{address}/formgrader/api/assignments",
        headers={"Authorization": f"token {TOKEN}"},
    )
    with urllib.request.urlopen(wanted) as answer:
        found = json.load(answer)
    assert {each["name"] for each in found} == set(LESSONS)
