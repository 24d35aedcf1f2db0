"""Take a screenshot of every page that people see, at three sizes.

``python -m tools.shots FOLDER [NAME ...] [--dark]`` grades a small class into FOLDER,
writes NAME-WIDTH-light.png or -dark.png for each page, and prints the serious faults
that axe-core finds.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tools import axe, jupyter, surfaces

SIZES = ((1440, 900), (1100, 700), (390, 800))
LONGEST = 3200  # pixels of a page that a picture shows


def take(folder, names=(), *, dark=False, course=None, site=None):
    """Write the pictures into a folder; return {name: faults}.

    Parameters
    ----------
    names : of the surfaces; none for all, and the beginning of a name for some
    dark : whether the system and JupyterLab are dark
    course : where a class was graded before; None grades one
    site : the folder of a built site; None builds one lesson
    """
    from playwright.sync_api import TimeoutError

    scheme = "dark" if dark else "light"
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    with (
        tempfile.TemporaryDirectory() as work,
        surfaces.served(course or Path(work), dark=dark, site=site) as (known, lab),
        jupyter.browser(color_scheme=scheme) as web,
    ):
        for name, surface in known.items():
            if names and not name.startswith(tuple(names)):
                continue
            try:
                page = surfaces.opened(web, surface, lab)
            except TimeoutError as error:
                found[name] = [f"was not drawn: {error}"]
                continue
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                _show(page, surface)
                path = folder / f"{name}-{width}-{scheme}.png"
                page.screenshot(path=path, **_frame(page, width))
            if "*" not in surface.theirs:
                found[name] = axe.faults(page, surface.part, surface.theirs)
            surfaces.close(page)
    return found


_FOLD = "() => innerWidth < 600 && window.jupyterapp?.shell.collapseLeft()"


def _show(page, surface):
    """Bring the part that matters to the top, and let the page settle."""
    page.evaluate(_FOLD)  # the file browser, as one does on a phone
    if surface.part:
        page.locator(surface.part).first.evaluate("each => each.scrollIntoView()")
    page.wait_for_timeout(400)


def _frame(page, width):
    """Return the options of a screenshot that is no longer than one can look at."""
    high = page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": min(high, LONGEST)}
    return {"full_page": True, "clip": clip}


def main(args=None):
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.shots")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="beginnings of names; all without")
    parser.add_argument("--dark", action="store_true", help="a dark system and theme")
    parser.add_argument("--course", type=Path, help="a folder that holds a class")
    parser.add_argument("--site", type=Path, help="a built site, such as dist/site")
    given = vars(parser.parse_args(args))
    reason = jupyter.available()
    if reason:
        print(f"No screenshots: {reason}.", file=sys.stderr)
        return 1
    found = take(given.pop("folder"), given.pop("names"), **given)
    for name, faults in found.items():
        for fault in faults:
            print(f"{name}: {fault}")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
