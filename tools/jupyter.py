"""A real JupyterLab in a headless Chromium, for tests, benchmarks and screenshots.

``available()`` says why it can't be had on this machine, or returns an empty string.
``serving(folder)`` starts a server on a free port with settings of its own, and
``browser()`` a Chromium with an empty profile.
"""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CONV2D = """import numpy as np
from byhand import check, explore

def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    x = np.pad(x, padding)
    kh, kw = w.shape
    tall, wide = dilation * (kh - 1) + 1, dilation * (kw - 1) + 1
    h = (x.shape[0] - tall) // stride + 1
    v = (x.shape[1] - wide) // stride + 1
    y = np.zeros((h, v), dtype=x.dtype)
    for i in range(h):
        for j in range(v):
            r, c = i * stride, j * stride
            window = x[r : r + tall : dilation, c : c + wide : dilation]
            y[i, j] = b + np.sum(w * window)
    return y

"""  # as a learner writes it in a notebook
_SETTINGS = {"notebook-extension/tracker": {"windowingMode": "none"}}
_ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)")


def chromium():
    """Return the path of Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def available():
    """Return why there is no browser to drive, or an empty string."""
    missing = [n for n in ("playwright", "jupyterlab") if not _installed(n)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    return "" if chromium() else "no Chromium on this machine"


def _installed(name):
    return importlib.util.find_spec(name) is not None


@contextlib.contextmanager
def browser(**options):
    """Yield a Playwright context: Chromium, an empty profile, nothing fetched."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            headless=True,
            args=list(FLAGS),
            **{"viewport": {"width": 1400, "height": 900}, **options},
        )
        try:
            yield context
        finally:
            context.close()


@contextlib.contextmanager
def serving(folder, *, dark=False):
    """Yield (address, token) of a JupyterLab that serves ``folder``."""
    with tempfile.TemporaryDirectory() as own:
        _write_settings(Path(own) / "settings", dark)
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *("--ServerApp.port=0", "--ServerApp.ip=127.0.0.1"),
            f"--ServerApp.root_dir={folder}",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.extension_manager=readonly",
        ]
        process = subprocess.Popen(
            command,
            cwd=folder,  # where nbgrader looks for its settings
            env={**os.environ, **_own_folders(Path(own))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        reader = None
        try:
            address = _address(process)
            # a server whose log nobody reads stops when the pipe is full
            reader = threading.Thread(target=process.stderr.read)
            reader.start()
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:  # a kernel that won't end keeps it
                process.kill()
                process.wait()
            if reader:
                reader.join()
            process.stderr.close()


def _own_folders(own):
    """Keep the server away from the user's own configuration."""
    root = Path(__file__).resolve().parent.parent
    paths = [str(root), os.environ.get("PYTHONPATH", "")]
    return {
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_CONFIG_PATH": str(root / ".ci" / "lab"),  # as ``make lab`` does
        "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        "IPYTHONDIR": str(own / "ipython"),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }


def _write_settings(folder, dark):
    theme = {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"}
    for name, values in {**_SETTINGS, "apputils-extension/themes": theme}.items():
        file = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def _address(process):
    said = []
    for line in process.stderr:
        said.append(line)
        found = _ADDRESS.search(line)
        if found:
            return found.groups()
    raise RuntimeError("JupyterLab did not start:\n" + "".join(said[-20:]))


def write_notebook(path, *cells):
    """Write a notebook of code cells."""
    import nbformat

    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nbformat.write(book, path)
    return path


def open_notebook(context, served, name):
    """Open a notebook in JupyterLab, run all its cells and return the page."""
    address, token = served
    page = context.new_page()
    page.goto(f"{address}/lab/tree/{name}?token={token}&reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.evaluate(
        """async () => {
            const app = window.jupyterapp;
            await app.restored;
            const panel = app.shell.currentWidget;
            await panel.sessionContext.ready;
            await app.commands.execute('notebook:run-all-cells');
        }"""
    )
    return page
