"""What can be set in an explorer: names, labels and the range that is possible now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

State = dict[str, Any]  # a setting: the name of every control and its value
Function = Callable[..., Any] | None  # the learner's, or none of theirs
LIMIT = 1e6  # larger numbers don't fit a cell


@dataclass(frozen=True)
class Number:
    """A whole number from ``low`` to ``high``; a hidden one is set from Python."""

    name: str
    label: str
    low: int
    high: int
    hidden: bool = False

    def tidy(self, value: Any) -> int:
        """Return the nearest number that is possible."""
        return min(max(int(value), self.low), self.high)


@dataclass(frozen=True)
class Real:
    """A number from ``low`` to ``high`` in steps."""

    name: str
    label: str
    low: float
    high: float
    step: float

    def tidy(self, value: Any) -> float:
        """Return the nearest number that is possible."""
        return min(max(float(value), self.low), self.high)


@dataclass(frozen=True)
class Choice:
    """One of several options, (label, value) each."""

    name: str
    label: str
    options: tuple[tuple[str, Any], ...]

    def tidy(self, value: Any) -> Any:
        """Return the value when it is on offer, else the first option."""
        values = [v for _, v in self.options]
        return value if value in values else values[0]


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    name: str
    label: str

    def tidy(self, value: Any) -> bool:
        """Return a plain bool."""
        return bool(value)


@dataclass(frozen=True)
class Numbers:
    """A small table of numbers, typed as text: spaces between, ``/`` for a new row.

    ``most`` is the largest number of rows and of columns.
    """

    name: str
    label: str
    most: tuple[int, int]

    def tidy(self, value: Any) -> tuple:
        """Return nested tuples of floats, or raise ValueError with a sentence."""
        rows = read_table(value) if isinstance(value, str) else value
        rows = tuple(tuple(float(v) for v in row) for row in rows)
        if not rows or not rows[0] or len({len(row) for row in rows}) != 1:
            raise ValueError(f"{self.label}: every row needs as many numbers.")
        if any(not -LIMIT <= v <= LIMIT for row in rows for v in row):
            raise ValueError(f"{self.label}: numbers up to a million only.")
        h, w = self.most
        if len(rows) > h or len(rows[0]) > w:
            raise ValueError(
                f"{self.label}: {len(rows)} by {len(rows[0])} numbers are too many at "
                f"this setting, which takes up to {h} by {w}."
            )
        return rows


@dataclass(frozen=True)
class Pixels:
    """A square drawn by toggles: nested tuples of +1 (ink) and -1 (paper)."""

    name: str
    label: str
    size: int

    def tidy(self, value: Any) -> tuple:
        """Return nested tuples of +1.0 and -1.0."""
        return tuple(tuple(1.0 if v > 0 else -1.0 for v in row) for row in value)


def read_table(typed: str) -> tuple[tuple[float, ...], ...]:
    """Read ``1 0 -1 / 2 0 -2`` as nested tuples of floats."""
    rows = typed.replace("−", "-").replace(",", " ").split("/")
    try:
        return tuple(tuple(float(v) for v in row.split()) for row in rows)
    except ValueError:
        raise ValueError(
            "Numbers with spaces between them, a / for a new row: 1 0 -1 / 2 0 -2"
        ) from None


def write_table(rows: tuple) -> str:
    """Write nested numbers as ``1 0 -1 / 2 0 -2``."""
    return " / ".join(" ".join(f"{v:g}" for v in row) for row in rows)


@dataclass(frozen=True)
class Layers:
    """A stack of layers (kernel, stride, padding, dilation), set from Python only."""

    name: str
    label: str
    hidden: bool = True

    def tidy(self, value: Any) -> tuple:
        """Return nested tuples, or raise ValueError with a sentence."""
        layers = tuple(
            tuple(
                int(layer[n]) if isinstance(layer, dict) else int(layer[k])
                for k, n in enumerate(("kernel", "stride", "padding", "dilation"))
            )
            for layer in value
        )
        good = (k >= 1 and s >= 1 and p >= 0 and d >= 1 for k, s, p, d in layers)
        if not 1 <= len(layers) <= 6 or not all(good):
            raise ValueError(
                "One to six layers, each with kernel, stride and dilation of at least "
                "1 and padding of at least 0."
            )
        return layers


Control = Number | Real | Choice | Flag | Numbers | Pixels | Layers
