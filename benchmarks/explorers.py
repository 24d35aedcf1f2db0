"""Measure the time from a key press on a control to the painted picture.

``python -m benchmarks.explorers [--presses 21] [--json] [NAME ...]`` opens each
explorer in a real JupyterLab in headless Chromium, presses an arrow key on its seed (or
another that changes every cell) and waits for the frame after the new picture. The
first row is a field that sets one word: what JupyterLab itself takes. Goals: a median
under 100 ms, a 95th percentile at most 100 ms above the first row's.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from tools import jupyter

GOAL = 100  # milliseconds
BASE = "one word"
_ONE_WORD = """import ipywidgets as w
word = w.HTML()
number = w.BoundedIntText(description="seed", continuous_update=True)
number.observe(lambda change: setattr(word, "value", str(change["new"])), "value")
word.add_class("byhand-figure")
word.value = "<p class='byhand-x'>0</p>"
box = w.VBox([number, word])
box.add_class("byhand-explorer")
box"""
_SEVEN = "input='numbers', height=7, width=7, padding=1"
# name: (cell, control)
_BIG = "input='numbers', kernel='numbers', padding=1"
_SIXTEEN = "x = [[(3 * i + 5 * j * j) % 7 - 2 for j in range(16)] for i in range(16)]\n"
CASES = {
    BASE: (_ONE_WORD, "seed"),
    "convolution 6x6": (f"explore.convolution(conv2d, {_BIG})", "seed"),
    "convolution 12x12": (
        f"explore.convolution(conv2d, {_BIG}, height=12, width=12)",
        "seed",
    ),
    "convolution 16x16": (
        f"{_SIXTEEN}explore.convolution(conv2d, x=x, kernel='numbers')",
        "seed",
    ),
    "convolution 16x16, k 5, p 2": (  # 20 by 20 with its padding: drawn as pictures
        f"{_SIXTEEN}explore.convolution(conv2d, x=x, kernel='numbers', kh=5, kw=5, "
        "padding=2)",
        "seed",
    ),
    "convolution 7x7": (f"explore.convolution({_SEVEN})", "seed"),
    "convolution 7x7, learner's": (f"explore.convolution(conv2d, {_SEVEN})", "seed"),
    "channels 6x6, 2 to 2": (
        "explore.channels(input='numbers', height=6, width=6, kh=3, kw=3)",
        "seed",
    ),
    "X or O 9x9": ("explore.x_or_o(noise=0.1)", "seed"),
    "X or O 13x13": ("explore.x_or_o(room=2, noise=0.1)", "seed"),
    "receptive field, 3 layers": (
        "explore.receptive_field(preset='dilations 1 2 4', n=20)",
        "its kernel",
    ),
    "pooling 7x7": ("explore.pooling(input='numbers', height=7, width=7)", "seed"),
    "gradient flow 5x5": ("explore.gradient_flow(height=5, width=5)", "seed"),
    "transposed 3x3 to 7x7": (
        "explore.transposed_convolution(height=3, width=3)",
        "seed",
    ),
    "filters and maps, 8 layers": ("explore.filters_and_maps()", "picture"),
}
# the clock starts at the key's own event and stops in the frame after the change
_WATCH = """box => {
    window.took = [];
    const figure = box.querySelector('.byhand-figure');
    let pressed = 0;
    box.addEventListener('keydown', event => { pressed = event.timeStamp; }, true);
    new MutationObserver(() => {
        const start = pressed;
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => {
                if (start) { window.took.push(performance.now() - start); pressed = 0; }
            };
            channel.port2.postMessage(0);
        });
    }).observe(figure, {childList: true, subtree: true});
}"""


def measure(presses, names):
    """Return, per case, the milliseconds of every press."""
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        for k, name in enumerate(names):
            code = jupyter.CONV2D + CASES[name][0]
            jupyter.write_notebook(Path(folder) / f"{k}.ipynb", code)
        with jupyter.serving(folder) as served, jupyter.browser() as context:
            for k, name in enumerate(names):
                page = jupyter.open_notebook(context, served, f"{k}.ipynb")
                times[name] = _presses(page, CASES[name][1], presses)
                page.close()
    return times


def _presses(page, label, count):
    box = page.locator(".byhand-explorer")
    box.locator(".byhand-x").wait_for()
    box.evaluate(_WATCH)
    control = box.get_by_label(label, exact=True)
    if not control.is_visible():
        box.get_by_role("button", name="More").click()
        control.wait_for()  # the kernel unfolds it, and a hidden field takes no key
    for n in range(count):
        control.press("ArrowDown" if n % 2 else "ArrowUp")
        page.wait_for_function("n => window.took.length >= n", arg=n + 1)
    return page.evaluate("window.took")[1:]  # the first one warms up


def main(args=None):
    """Print the table; fail when a median misses the goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explorers")
    parser.add_argument("--presses", type=int, default=21)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    given = parser.parse_args(args)
    reason = jupyter.available()
    if reason:
        print(f"Not measured: {reason}.", file=sys.stderr)
        return 1
    times = measure(given.presses, [BASE, *(given.names or list(CASES)[1:])])
    rows = _rows(times)
    if given.json:
        print(json.dumps(rows, indent=2))
    else:
        print(f"{'explorer':30} {'median ms':>10} {'p95 ms':>10} {'x base':>10}")
        for name, row in rows.items():
            print(
                f"{name:30} {row['median_ms']:10} {row['p95_ms']:10} {row['ratio']:10}"
            )
    slowest = rows[BASE]["p95_ms"] + GOAL
    return int(
        any(r["median_ms"] >= GOAL or r["p95_ms"] > slowest for r in rows.values())
    )


def _rows(times):
    """Return {name: median, 95th percentile and the ratio of medians to the base}."""
    base = statistics.median(times[BASE])
    return {
        name: {
            "median_ms": round(statistics.median(took), 1),
            "p95_ms": round(
                statistics.quantiles(took, n=20, method="inclusive")[-1], 1
            ),
            "ratio": round(statistics.median(took) / base, 2),
        }
        for name, took in times.items()
    }


if __name__ == "__main__":
    sys.exit(main())
