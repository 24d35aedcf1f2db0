"""The lessons and formgrader in a real JupyterLab, as a person meets them."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
import zipfile

import pytest

from autograder.doors import wheel
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


IDLE = """() => window.jupyterapp?.shell.currentWidget?.sessionContext
  ?.session?.kernel?.status === 'idle'"""
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
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
    ]
    with serving(command, folder, {"HOME": str(home)}):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def serving(command, folder, more):
    """Start a server in a folder, with more settings; wait until it is ready."""
    server = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    ready = threading.Event()
    reader = threading.Thread(target=read_log, args=(server, ready), daemon=True)
    reader.start()
    try:
        assert ready.wait(timeout=120)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # `byhand lab` starts the server itself
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
    page.wait_for_function(IDLE, timeout=120_000)
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


# --- a learner who has the package and nothing else --------------------------------

WHOLE = """
def conv1d_plain(x, w, b=0.0):
    y = np.zeros(len(x) - len(w) + 1, dtype=x.dtype)
    for i in range(len(y)):
        y[i] = b + np.sum({kernel} * x[i : i + len(w)])
    return y
"""
ANSWER = """(source) => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
  for (let i = 0; i < cells.length; i++)
    if (cells.get(i).id === "conv1d_plain")
      cells.get(i).sharedModel.setSource(source);
}"""
SAID = """(id) => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
  for (let i = 0; i < cells.length; i++)
    if (cells.get(i).id === id) {
      const found = [];
      for (let k = 0; k < cells.get(i).outputs.length; k++)
        found.push(JSON.stringify(cells.get(i).outputs.get(k).toJSON()));
      return found.join(" ");
    }
}"""
SHOW = """(text) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  for (let i = 0; i < notebook.widgets.length; i++)
    if (notebook.widgets[i].model.sharedModel.getSource().startsWith(text)) {
      notebook.activeCellIndex = i;
      return notebook.scrollToItem(i);
    }
}"""


@pytest.fixture
def package_alone(tmp_path):
    """Serve what ``python -m byhand lab`` opens from the wheel; return its address.

    ELSEWHERE_PYTHON names a Python of an environment where only the wheel is installed.
    Without it this Python takes the wheel's files, and nothing else of the course.
    """
    port, config, home = free_port(), tmp_path / "config", tmp_path / "home"
    for folder in (config, home):
        folder.mkdir()
    settings = {
        "ServerApp": {"open_browser": False, "port": port, "allow_root": True},
        "IdentityProvider": {"token": TOKEN},
        "LabApp": {"expose_app_in_browser": True},
    }
    (config / "jupyter_lab_config.json").write_text(json.dumps(settings))
    python = os.environ.get("ELSEWHERE_PYTHON")
    more = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(config)}
    if python is None:
        with zipfile.ZipFile(wheel.build(tmp_path / "dist")) as zipped:
            zipped.extractall(tmp_path / "site")
        more["PYTHONPATH"] = str(tmp_path / "site")
    command = [python or sys.executable, "-m", "byhand", "lab", "mine"]
    with serving(command, tmp_path, more):
        yield f"http://127.0.0.1:{port}"


def test_lesson_02_is_studied_with_the_package_alone(package_alone, browser):
    lesson, page = "02_convolution", browser.new_page()
    path = f"lab/tree/notebooks/{lesson}/{lesson}.ipynb?token={TOKEN}"
    page.goto(f"{package_alone}/{path}")
    page.wait_for_function(IDLE, timeout=120_000)
    for kernel, told in (("w[::-1]", "the kernel is"), ("w", "2 of 2 points")):
        page.evaluate(ANSWER, WHOLE.format(kernel=kernel))
        page.evaluate(RUN_ALL)
        page.wait_for_function(
            f"(told) => ({SAID})('test_conv1d_plain').includes(told)",
            arg=told,
            timeout=240_000,
            polling=500,
        )
    errors = [o for c in page.evaluate(STATES) for o in c["outputs"]]
    assert [o for o in errors if o["output_type"] == "error"] == []
    page.evaluate(SHOW, "explore.convolution(dims=1")
    page.locator(".jp-Cell.jp-mod-active .byhand-figure .byhand-x").first.wait_for(
        timeout=60_000
    )
    page.close()
