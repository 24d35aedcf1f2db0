"""What depends on the address at which the course is published.

That is buttons which open a lesson where nothing has to be installed, the place from
which a lesson's first cell installs ``byhand``, and pictures that show elsewhere, such
as on a package index. There is one place for the address, the line ``Repository`` of
``[project.urls]`` in ``pyproject.toml``. While it isn't there, none of this is written,
since a link that leads nowhere is worse than none.
"""

import re
import tomllib
from pathlib import Path

import byhand
from autograder import paths

BRANCH = "main"
CELL = "open-in"  # the id of a lesson's cell with buttons
MARKS = ("<!-- buttons -->", "<!-- end of buttons -->")
_PICTURE = re.compile(
    r"\]\((?:https://raw\.githubusercontent\.com/[^)\s]*?)?docs/pictures/"
)
_RELEASE = re.compile(r'"-f", "\.",\s+"-f", "[^"]+/expanded_assets/[^"]+"\]')
_SLUG = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")


def published(root: Path = paths.ROOT) -> str:
    """Return "owner/name" on GitHub, "" where the course isn't published there."""
    path = root / "pyproject.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    project = tomllib.loads(text).get("project", {})
    address = project.get("urls", {}).get("Repository", "")
    found = _SLUG.fullmatch(address)
    return found[1] if found else ""


def addresses(slug: str, lesson: str) -> dict[str, str]:
    """Return {place: where it opens a lesson of a published course}."""
    path = f"notebooks/{lesson}/{lesson}.ipynb"
    return {
        "Colab": f"https://colab.research.google.com/github/{slug}/blob/{BRANCH}/{path}",
        "Codespaces": f"https://codespaces.new/{slug}",
        "Binder": f"https://mybinder.org/v2/gh/{slug}/{BRANCH}?labpath={path}",
    }


PICTURES = {
    "Colab": "https://colab.research.google.com/assets/colab-badge.svg",
    "Codespaces": "https://github.com/codespaces/badge.svg",
    "Binder": "https://mybinder.org/badge_logo.svg",
}


def badges(slug: str, lesson: str = "00_start_here") -> str:
    """Return a line of Markdown with a picture for each place, "" without a slug."""
    if not slug:
        return ""
    found = addresses(slug, lesson).items()
    return " ".join(f"[![Open in {n}]({PICTURES[n]})]({url})" for n, url in found)


def links(slug: str, lesson: str) -> str:
    """Return a sentence with a link for each place, "" without a slug."""
    if not slug:
        return ""
    found = addresses(slug, lesson).items()
    return "Open this lesson in " + " · ".join(f"[{n}]({url})" for n, url in found)


def with_install(text: str, slug: str) -> str:
    """Return a lesson's first cell that also finds the wheel of the latest release."""
    page = f"https://github.com/{slug}/releases/expanded_assets/v{byhand.__version__}"
    more = f'"-f", ".",\n           "-f", "{page}"]'
    return text.replace('"-f", "."]', more) if slug else text


def without_install(text: str) -> str:
    """Return a first cell as its source has it."""
    return _RELEASE.sub('"-f", "."]', text)


def pictures(slug: str) -> str:
    """Return where pictures are: the folder of the checkout, or its public address."""
    place = f"https://raw.githubusercontent.com/{slug}/{BRANCH}/" if slug else ""
    return f"{place}docs/pictures/"


def readme(text: str, slug: str) -> str:
    """Return the README with today's badges between its marks, and its pictures."""
    text = _PICTURE.sub(f"]({pictures(slug)}", text)
    start, end = map(re.escape, MARKS)
    inside = f"\n{badges(slug)}\n" if slug else "\n"
    between = f"{MARKS[0]}{inside}{MARKS[1]}"
    return re.sub(f"{start}.*?{end}", lambda _: between, text, flags=re.DOTALL)
