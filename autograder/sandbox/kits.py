"""What students' code finds in the sandbox beside Python: packages, helpers."""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder import seam
from autograder.errors import ProblemError

ALWAYS = (
    "numpy numpy.libs matplotlib matplotlib.libs mpl_toolkits contourpy contourpy.libs "
    "cycler fontTools kiwisolver packaging PIL pillow.libs pyparsing dateutil six.py"
).split()


@dataclass(frozen=True)
class Kit:
    """What a lesson's cells may import; plain data, for any machine.

    ``own`` names the course's own checks, "" without any; ``packages`` are names to
    import beside NumPy and matplotlib; ``folder`` holds files that students got beside
    the notebook, "" for none.
    """

    own: str = ""
    packages: tuple[str, ...] = ()
    folder: str = ""

    @property
    def checks(self) -> seam.Checks:
        """The course's own checks, as this machine has them."""
        return seam.named(self.own)

    @property
    def inside(self) -> str:
        """The module of the worker that belongs to them."""
        return self.checks.inside

    def files(self, site: Path) -> dict[str, Path]:
        """Return {name: path} of all that the packages are, below ``site``."""
        names = [*ALWAYS]
        for package in self.packages:
            names += _files_of(package)
        found = {name: site / name for name in dict.fromkeys(names)}
        return {name: path for name, path in found.items() if path.exists()}


def _files_of(package: str) -> list[str]:
    """Return what a package and all that it requires put into site-packages.

    ``package`` is the name that is imported, or that it is installed by.
    """
    known = importlib.metadata.packages_distributions()
    waiting = [*known.get(package, [package])]
    names: list[str] = []
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        key = canonicalize_name(name)
        if key in seen:
            continue
        seen.add(key)
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            if len(seen) > 1:  # one that is for another system
                continue
            raise ProblemError(
                f"{package} is allowed and not installed: pip install {package}"
            ) from None
        names += {file.parts[0] for file in found.files or () if file.parts[0] != ".."}
        for each in map(Requirement, found.requires or ()):
            if each.marker is None or each.marker.evaluate({"extra": ""}):
                waiting.append(each.name)
    return names
