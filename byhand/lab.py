"""Put the lessons into a folder and open JupyterLab on the first, on any system.

``python -m byhand lab`` needs neither git nor make: the notebooks come with the
installed package. A notebook that is in the folder already stays as it is.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from byhand import data

FIRST = "notebooks/00_start_here/00_start_here.ipynb"


def lessons() -> Path:
    """Return the folder of the untouched notebooks: installed, or beside ``data``."""
    stored = data.folder() / "notebooks"
    return stored if stored.is_dir() else data.folder().parent / "notebooks"


def put(folder: Path) -> list[Path]:
    """Copy the notebooks that aren't in the folder yet, and return their paths."""
    new = []
    for source in sorted(lessons().glob("[0-9][0-9]_*/*.ipynb")):
        path = folder / "notebooks" / source.parent.name / source.name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)
            new.append(path)
    return new


def launch(folder: Path) -> int:
    """Open JupyterLab on lesson 00 in a folder, and wait until it ends."""
    if importlib.util.find_spec("jupyterlab") is None:
        print('JupyterLab isn\'t installed: pip install "byhand[lab]"', file=sys.stderr)
        return 2
    where = f"--ServerApp.root_dir={folder.resolve()}"
    first = f"--LabApp.default_url=/lab/tree/{FIRST}"
    return subprocess.call([sys.executable, "-m", "jupyterlab", where, first])
