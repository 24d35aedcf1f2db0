"""Compare a result with the referee's: type, shape, dtype, finite, values.

``difference(expected, got)`` stops at the first of these that fails and says which,
where, and with what numbers. The same comparer serves checks, diagnosis and tests.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

EXACT = 1e-9  # float64 against float64: the order of a sum may differ, no more
SINGLE = 1e-5  # a result that is declared float32


@dataclass(frozen=True)
class Difference:
    """The first thing in which a result differs.

    ``kind`` is one of "missing", "type", "length", "shape", "dtype", "finite" and
    "values"; ``what`` says it in words; ``index`` is the first differing place.
    """

    kind: str
    what: str
    part: str = "y"
    index: tuple[int, ...] = ()
    yours: Any = None
    keras: Any = None
    shape: tuple[int, ...] = ()


def difference(
    expected: Any, got: Any, *, parts: Sequence[str] = ("y",), exact: float = EXACT
) -> Difference | None:
    """Return None when ``got`` is right, else the first Difference."""
    if got is None or got is Ellipsis:
        return Difference(
            "missing", "it returns None: no line with return is reached", parts[0]
        )
    if isinstance(expected, tuple):
        return _tuple(expected, got, parts, exact)
    if isinstance(expected, np.ndarray):
        return _array(expected, got, parts[0], exact)
    if isinstance(expected, str):
        return _text(expected, got, parts[0])
    return _number(expected, got, parts[0], exact)


def _tuple(
    expected: tuple[Any, ...], got: Any, parts: Sequence[str], exact: float
) -> Difference | None:
    wanted = f"a tuple of {len(expected)}: ({', '.join(parts)})"
    if len(parts) != len(expected):
        parts = tuple(f"{parts[0]}[{k}]" for k in range(len(expected)))
        wanted = f"a tuple of {len(expected)}"
    if not isinstance(got, tuple | list):
        return Difference("type", f"{a_kind(got)}; wanted {wanted}", parts[0])
    if len(got) != len(expected):
        return Difference("length", f"{len(got)} results; wanted {wanted}", parts[0])
    for part, one, other in zip(parts, expected, got, strict=True):
        found = difference(one, other, parts=(part,), exact=exact)
        if found is not None:
            return found
    return None


def _array(
    expected: np.ndarray, got: Any, part: str, exact: float
) -> Difference | None:
    if not isinstance(got, np.ndarray):
        if expected.ndim or not _is_number(got):
            hint = "; np.array(...) makes one" if isinstance(got, list | tuple) else ""
            return Difference("type", f"{a_kind(got)}; wanted an array{hint}", part)
        got = np.asarray(got, dtype=np.float64)
    got = np.asarray(got)  # a subclass could answer comparisons as it likes
    if got.shape != expected.shape:
        return Difference(
            "shape",
            f"{_shape(got.shape)}; Keras gives {_shape(expected.shape)}",
            part,
            yours=got.shape,
            keras=expected.shape,
        )
    if not _dtype_fits(expected.dtype, got.dtype):
        return Difference("dtype", _dtype_sentence(expected.dtype, got.dtype), part)
    tolerance = SINGLE if got.dtype == np.float32 else exact
    wide = got.astype(np.float64) if got.dtype.kind == "f" else got
    if wide.dtype.kind == "f":
        strange = ~np.isfinite(wide) & np.isfinite(expected)
        if strange.any():
            index = _first(strange)
            word = "NaN" if np.isnan(wide[index]) else "infinity"
            what = f"{word} in {strange.sum()} of {strange.size}"
            return _at("finite", what, part, index, wide, expected)
    wrong = ~_close(wide, expected, tolerance)
    if not wrong.any():
        return None
    what = f"{wrong.sum()} of {wrong.size}"
    return _at("values", what, part, _first(wrong), wide, expected)


def _at(
    kind: str,
    what: str,
    part: str,
    index: tuple[int, ...],
    got: np.ndarray,
    expected: np.ndarray,
) -> Difference:
    yours, keras = got[index].item(), expected[index].item()
    place = f"{part}[{','.join(map(str, index))}]" if index else part
    return Difference(
        kind,
        f"{what}; first at {place}: yours {show(yours)}, Keras {show(keras)}",
        part,
        index,
        yours,
        keras,
        expected.shape,
    )


def _number(expected: Any, got: Any, part: str, exact: float) -> Difference | None:
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got[()]
    if not _is_number(got):
        if isinstance(expected, bool | np.bool_) and isinstance(got, bool | np.bool_):
            same = bool(expected) == bool(got)
            return None if same else _scalar(part, got, expected)
        return Difference("type", f"{a_kind(got)}; wanted a number", part)
    if isinstance(expected, numbers.Integral) and not isinstance(got, numbers.Integral):
        what = f"{show(got)} is a float; wanted a whole number (// and not /)"
        return Difference("dtype", what, part)
    if not np.isfinite(got) and np.isfinite(expected):
        return Difference("finite", f"{got}; wanted a finite number", part)
    tolerance = SINGLE if isinstance(got, np.float32) else exact
    if _close(float(got), float(expected), tolerance):
        return None
    return _scalar(part, got, expected)


def _close(got: Any, expected: Any, tolerance: float) -> Any:
    """Compare numbers; where a misconception gives NaN, NaN is what it predicts."""
    return np.isclose(got, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


def _scalar(part: str, got: Any, expected: Any) -> Difference:
    yours = got.item() if isinstance(got, np.generic) else got
    what = f"yours {show(yours)}, wanted {show(expected)}"
    return Difference("values", what, part, (), yours, expected)


def _text(expected: str, got: Any, part: str) -> Difference | None:
    if not isinstance(got, str):
        return Difference("type", f"{a_kind(got)}; wanted a string", part)
    if got == expected:
        return None
    return Difference(
        "values", f"yours {got!r}, wanted {expected!r}", part, (), got, expected
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real | np.number) and not isinstance(
        value, bool | np.bool_
    )


def _dtype_fits(expected: np.dtype, got: np.dtype) -> bool:
    if expected.kind == "f":
        return got.kind == "f" and got.itemsize >= 4
    if expected.kind in "iu":
        return got.kind in "iu"
    return got.kind == expected.kind


def _dtype_sentence(expected: np.dtype, got: np.dtype) -> str:
    if got.kind in "iu":
        return f"{got}: whole numbers cut every fraction off; wanted {expected}"
    if got.kind == "O":
        return f"object: the rows differ in length, or hold None; wanted {expected}"
    return f"{got}; wanted {expected}, the dtype of the input"


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(mask.argmax()), mask.shape))


def _shape(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def a_kind(value: Any) -> str:
    """Return a value's type in words: "a list", "an int", "NumPy's float32"."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {_shape(value.shape)}"
    if isinstance(value, np.generic):
        return f"NumPy's {type(value).__name__}"
    name = type(value).__name__
    return ("an " if name[:1] in "aeiou" else "a ") + name


def show(number: Any) -> str:
    """Return a number as a report prints it: six significant digits."""
    if isinstance(number, bool | np.bool_) or not isinstance(
        number, numbers.Real | np.number
    ):
        return repr(number)
    if isinstance(number, numbers.Integral):
        return str(int(number))
    text = f"{float(number):.6g}"
    whole = "e" not in text and "." not in text and text.lstrip("-").isdigit()
    return text + ".0" if whole else text
