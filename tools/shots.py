"""Take a screenshot of every explorer in a real JupyterLab.

``python -m tools.shots FOLDER [NAME ...] [--dark]`` writes NAME.png for each.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tools import jupyter

_WRONG = """import numpy as np
from byhand import explore

def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    x = np.pad(x, padding)
    kh, kw = w.shape
    h = (x.shape[0] - dilation * (kh - 1) - 1) // stride + 1
    v = (x.shape[1] - dilation * (kw - 1) - 1) // stride + 1
    y = np.zeros((h, v))
    for i in range(h):
        for j in range(v):
            top, left = i * stride, j * stride
            y[i, j] = b + np.sum(w{flip} * x[
                top : top + dilation * (kh - 1) + 1 : dilation,
                left : left + dilation * (kw - 1) + 1 : dilation])
    return y
"""
_RIGHT = _WRONG.replace("{flip}", "")
_NUMBERS = (
    "explore.convolution(conv2d, input='numbers', kernel='numbers', padding=1, "
    "row=2, col=2)"
)
CELLS = {
    "convolution": f"{_RIGHT}\n{_NUMBERS}",
    "convolution_flipped": _WRONG.replace("{flip}", "[::-1, ::-1]") + f"\n{_NUMBERS}",
    "convolution_photograph": (
        "from byhand import explore\nexplore.convolution(input='photograph', "
        "kernel='Sobel', row=12, col=24)"
    ),
    "channels": "from byhand import explore\nexplore.channels()",
    "x_or_o": "from byhand import explore\nexplore.x_or_o()",
    "receptive_field": (
        "from byhand import explore\n"
        "explore.receptive_field(preset='dilations 1 2 4', n=19, top=2)"
    ),
    "pooling": "from byhand import explore\nexplore.pooling()",
    "gradient_flow": "from byhand import explore\nexplore.gradient_flow(step=3)",
    "transposed_convolution": (
        "from byhand import explore\nexplore.transposed_convolution(row=2, col=2)"
    ),
    "filters_and_maps": "from byhand import explore\nexplore.filters_and_maps()",
}


def take(folder, names, *, dark=False):
    """Write one PNG per name into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        for name in names:
            jupyter.write_notebook(Path(work) / f"{name}.ipynb", CELLS[name])
        size = {"width": 1150, "height": 1150}
        with (
            jupyter.serving(work, dark=dark) as served,
            jupyter.browser(viewport=size) as web,
        ):
            for name in names:
                page = jupyter.open_notebook(web, served, f"{name}.ipynb")
                box = page.locator(".byhand-explorer")
                box.locator(".byhand-x").wait_for()
                page.evaluate(
                    """() => window.jupyterapp.commands.execute(
                        'application:toggle-left-area')"""
                )
                box.screenshot(path=folder / f"{name}.png")
                page.close()


def main(args=None):
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.shots")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", choices=[[], *CELLS])
    parser.add_argument("--dark", action="store_true", help="JupyterLab's dark theme")
    given = parser.parse_args(args)
    reason = jupyter.available()
    if reason:
        print(f"No screenshots: {reason}.", file=sys.stderr)
        return 1
    take(given.folder, given.names or list(CELLS), dark=given.dark)
    return 0


if __name__ == "__main__":
    sys.exit(main())
