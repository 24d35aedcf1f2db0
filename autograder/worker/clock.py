"""Clocks of students' code: while others keep the machine busy, they stand still.

What counts is the time that code takes on a processor, and the time that it sleeps. The
time that it waits for a processor is the machine's, and Linux tells how long that is.
Far behind stands a limit on the wall, for machines that don't tell.
"""

import contextlib
import os
import resource
import signal
import time
from collections.abc import Iterable, Iterator

PATIENCE = 20  # the limit on the wall, in limits
TICK = 0.1  # seconds between two looks at a clock


def open_waits(process: int | str = "self") -> int | None:
    """Open what tells how long a process waited for a processor, None without."""
    try:
        return os.open(f"/proc/{process}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def waited(file: int | None, before: float = 0.0) -> float:
    """Return the seconds that a process's main thread waited for a processor.

    ``before`` is what is said of a process that has ended.
    """
    if file is None:
        return before
    try:
        return int(os.pread(file, 100, 0).split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return before


def used_since(processes: Iterable[int], moment: float) -> float:
    """Return the processor time of processes that started after a moment, in seconds.

    ``moment`` is of `boot_time`; what their own children took is in it.
    """
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for process in processes:
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"/proc/{process}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            if int(fields[19]) > moment * ticks:
                total += sum(map(int, fields[11:15]))
    return total / ticks


def boot_time() -> float:
    """Return the seconds since the machine started, which nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Clock:
    """The time that code of a student's takes in this process."""

    def __init__(self, seconds: float, waits: int | None) -> None:
        self.seconds = seconds
        self.waits = waits
        self.used = self.lasted = self.passed = 0.0
        self.held = False  # it counts or not, and nothing is over meanwhile
        self._seen = self._now()

    def _now(self) -> tuple[float, float, float]:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = time.process_time() + children.ru_utime + children.ru_stime
        return used, time.monotonic(), waited(self.waits)

    def look(self, counts: bool = True) -> None:
        """Look at the time since the last look, and count it or not."""
        now = self._now()
        if counts:
            used, lasted, late = (b - a for a, b in zip(self._seen, now, strict=True))
            self.used += used
            self.lasted += 0.0 if self.waits is None else lasted - late
            self.passed += lasted
        self._seen = now

    def is_over(self) -> bool:
        """Return whether the time is up."""
        if self.held:
            return False
        self.look()
        return self._is_up()

    def _is_up(self) -> bool:
        counted = max(self.used, self.lasted)
        return counted >= self.seconds or self.passed >= PATIENCE * self.seconds

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Let nothing be over, and count nothing but what is under `counting`."""
        self.look(counts=not self.held)
        before, self.held = self.held, True
        try:
            yield
        finally:
            self.look(counts=False)
            self.held = before
            if not before and self._is_up():  # no tick was heard meanwhile
                signal.setitimer(signal.ITIMER_REAL, 1e-6, TICK)

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        """Count what happens while the clock is held."""
        self.look(counts=False)
        try:
            yield
        finally:
            self.look()
