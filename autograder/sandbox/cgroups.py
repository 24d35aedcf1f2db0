"""Control groups, of either version, where this user may make them."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.process_limits import DEFAULT, Limits

ROOT = Path("/sys/fs/cgroup")
PREFIX = "byhand"
Settings = tuple[tuple[str, str], ...]  # (file, what it limits)
_SETTINGS: dict[str, Settings] = {
    "memory": (("memory.limit_in_bytes", "memory"),),
    "pids": (("pids.max", "pids"),),
    "": (("memory.max", "memory"), ("memory.swap.max", "swap"), ("pids.max", "pids")),
}


class Group:
    """One or two folders of the control group file system."""

    def __init__(self, folders: list[Path]) -> None:
        self.folders = folders
        files = ("memory.limit_in_bytes", "memory.max")
        self.limits_memory = any((d / f).exists() for d in folders for f in files)

    def add(self, pid: int) -> None:
        """Put a process, and all that it starts from now on, into the group."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                (folder / "cgroup.procs").write_text(str(pid))

    def remove(self) -> None:
        """Remove the group; its processes have been killed."""
        for folder in self.folders:
            for _ in range(50):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
                if not folder.exists():
                    break
                time.sleep(0.01)


def make_group(slot: int, limits: Limits = DEFAULT) -> Group | None:
    """Make a group that holds a worker's tree to its limits; None when it can't."""
    name = f"{PREFIX}-{os.getpid()}-{slot}"
    # beside a submission's own: the warm parent and what it has imported
    values = {
        "memory": str(limits.tree_memory + (256 << 20)),
        "swap": "0",
        "pids": str(limits.processes + 16),
    }
    folders = []
    for parent, settings in _parents():
        _remove_stale(parent)
        folder = parent / name
        try:
            folder.mkdir(exist_ok=True)
            for file, kind in settings:
                with contextlib.suppress(FileNotFoundError):
                    (folder / file).write_text(values[kind])
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()
        else:
            folders.append(folder)
    return Group(folders) if folders else None


def _remove_stale(parent: Path) -> None:
    """Remove the groups of graders that were killed."""
    for folder in parent.glob(f"{PREFIX}-*"):
        owner = folder.name.split("-")[1]
        if not Path("/proc", owner).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()


def _parents() -> Iterator[tuple[Path, Settings]]:
    for controller in ("memory", "pids"):
        if (ROOT / controller / "cgroup.procs").exists():
            yield ROOT / controller, _SETTINGS[controller]
    if (ROOT / "cgroup.controllers").exists():
        own = Path("/proc/self/cgroup").read_text().strip().rpartition("::/")[2]
        yield ROOT / own, _SETTINGS[""]
