"""Watch the memory and scratch of a session where the kernel doesn't limit them."""

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil

from autograder.sandbox.process_limits import Limits
from autograder.sandbox.start import Started

DEEPEST = 100  # of folders in a scratch folder
_PARTS = {
    "status": ("RssAnon:", "RssShmem:"),
    "smaps_rollup": ("Pss_Anon:", "Pss_Shmem:"),
}


class MemoryWatch:
    """Looks at a worker's tree each ``interval`` seconds while an answer is awaited."""

    def __init__(self, started: Started) -> None:
        self.root = started.process.pid
        folder = started.folder
        self.folder = Path(folder.name, "scratch") if folder else None
        self.limited = bool(started.group and started.group.limits_memory)
        self.interval = 5.0 if self.limited and not self.folder else 0.1

    def processes(self) -> list[int]:
        """Return the numbers of all that the warm parent has started."""
        return [process.pid for process in _tree(self.root)]

    def excess(self, limits: Limits) -> str:
        """Return a sentence when the tree holds too much, else ""."""
        processes = self.processes()
        if not self.limited and _hold_more(processes, limits.tree_memory):
            return "the processes took more memory than is allowed"
        if self.folder:
            space = _size(self.folder) + _deleted(self.folder, processes)
            if space > limits.scratch:
                return "the files took more space than is allowed"
        return ""


def _tree(root: int) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = psutil.Process(root).children(recursive=True)
    except psutil.Error:
        return []
    return found


def _hold_more(processes: Iterable[int], limit: int) -> bool:
    """Tell whether processes hold more memory than a limit in bytes, files left out.

    What they share counts once; only where it may matter it is shared out, which is
    slow.
    """
    found = list(processes)
    return all(
        sum(_held(process, file, parts) for process in found) > limit
        for file, parts in _PARTS.items()
    )


def _held(process: int, file: str, parts: tuple[str, ...]) -> int:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{process}/{file}").read_text().splitlines()
        return sum(int(ln.split()[1]) << 10 for ln in lines if ln.startswith(parts))
    return 0


def _size(folder: Path) -> int:
    """Sum the sizes of the files in a folder that a student's code may be changing.

    Folders in one another without end are too much, whatever is in them.
    """
    total, waiting = 0, [(str(folder), 0)]
    while waiting:
        place, depth = waiting.pop()
        if depth > DEEPEST:
            return sys.maxsize
        with contextlib.suppress(OSError):
            for entry in os.scandir(place):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    return total


def _deleted(folder: Path, processes: Iterable[int]) -> int:
    """Sum the sizes of files that were deleted there and are still held open."""
    device = os.stat(folder).st_dev
    sizes: dict[int, int] = {}
    for process in processes:
        with contextlib.suppress(OSError):
            for file in os.scandir(f"/proc/{process}/fd"):
                with contextlib.suppress(OSError):
                    found = os.stat(file.path)
                    if found.st_nlink == 0 and found.st_dev == device:
                        sizes[found.st_ino] = found.st_size
    return sum(sizes.values())
