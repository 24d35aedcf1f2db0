"""How much time, memory and space a submission gets."""

from dataclasses import dataclass, replace
from typing import Any

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one submission; bytes, seconds, counts."""

    cell_seconds: float = 10.0
    total_seconds: float = 120.0
    memory: int = 3072 * MIB  # address space of one process
    tree_memory: int = 2048 * MIB  # of all its processes together
    processes: int = 96
    files: int = 256
    file_size: int = 64 * MIB
    scratch: int = 128 * MIB
    output: int = MIB  # kept; the rest is read and dropped
    notebook_size: int = 512 * MIB
    callbacks: int = 100_000  # calls back into the judge
    given_calls: int = 5_000  # calls of given.<operation>
    restarts: int = 6

    def for_process(self) -> dict[str, int]:
        """Return what the warm parent sets as limits of a process."""
        names = ("memory", "processes", "files", "file_size", "scratch")
        limits: dict[str, int] = {name: getattr(self, name) for name in names}
        return {**limits, "cpu": int(self.total_seconds) + 5}

    def for_reading(self) -> dict[str, int]:
        """Return the limits of the process that reads a submitted file."""
        return {**self.for_process(), "processes": 2, "cpu": 60}


LimitsSet = dict[str, Any]  # fields of Limits
DEFAULT = Limits()
BY_LESSON: dict[str, LimitsSet] = {
    "08_train_a_cnn": {"cell_seconds": 60.0, "total_seconds": 300.0}
}


def limits_of(lesson: str, settings: LimitsSet | None = None) -> Limits:
    """Return the limits of a lesson; ``settings`` override them all."""
    return replace(DEFAULT, **{**BY_LESSON.get(lesson, {}), **(settings or {})})
