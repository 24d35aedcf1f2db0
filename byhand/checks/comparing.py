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
    """Return None when ``got`` is right, else the first Difference.

    It never raises, whatever ``got`` is and does.
    """
    try:
        return _difference(expected, got, parts, exact)
    except Exception as error:
        what = f"{a_kind(got)} that can't be compared ({type(error).__name__})"
        return Difference("type", what, parts[0] if parts else "y")


def _difference(
    expected: Any, got: Any, parts: Sequence[str], exact: float
) -> Difference | None:
    if got is None or got is Ellipsis:
        part = parts[0] if parts else "y"
        what = "it returns None: no line with return is reached"
        return Difference("missing", what if part == "y" else f"{part} is None", part)
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
    first = parts[0] if parts else "y"
    if not isinstance(got, tuple | list):
        return Difference("type", f"{a_kind(got)}; wanted {wanted}", first)
    if len(got) != len(expected):
        return Difference("length", f"{len(got)} results; wanted {wanted}", first)
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
            mine = "one number" if _is_number(got) else a_kind(got)
            what = f"{mine}; wanted an array{_way_to_an_array(expected, got, part)}"
            return Difference("type", what, part)
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


def _way_to_an_array(expected: np.ndarray, got: Any, part: str) -> str:
    """Return advice that fits what stands where an array belongs, or ""."""
    if _is_number(got) and expected.ndim in (1, 2):
        place = ("", "i", "i, j")[expected.ndim]
        return f", filled by {part}[{place}] = ..."
    if not isinstance(got, list | tuple):
        return ""
    if any(isinstance(v, np.ndarray) and v.shape == expected.shape for v in got):
        return " alone, not several results"
    try:
        fits = np.array(got, dtype=np.float64).shape == expected.shape
    except (TypeError, ValueError, OverflowError):
        return ""
    return "; np.array(...) makes one" if fits else ""


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
        f"{what}; first at {place}: {_both(yours, 'Keras', keras)}",
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
        what = f"{show(got)} is {a_kind(got)}; wanted a whole number (// and not /)"
        return Difference("dtype", what, part)
    try:
        number = float(got)
    except OverflowError:  # a whole number of hundreds of digits
        return _scalar(part, got, expected)
    if not np.isfinite(number) and np.isfinite(expected):
        return Difference("finite", f"{number}; wanted a finite number", part)
    tolerance = SINGLE if isinstance(got, np.float32) else exact
    if _close(number, float(expected), tolerance):
        return None
    return _scalar(part, got, expected)


def _close(got: Any, expected: Any, tolerance: float) -> Any:
    """Compare numbers; where a misconception gives NaN, NaN is what it predicts."""
    return np.isclose(got, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


def _scalar(part: str, got: Any, expected: Any) -> Difference:
    yours = got.item() if isinstance(got, np.generic) else got
    what = _both(yours, "wanted", expected)
    return Difference("values", what, part, (), yours, expected)


def _both(yours: Any, word: str, wanted: Any) -> str:
    """Return two numbers with as many digits as it takes to tell them apart."""
    for digits in range(6, 18):
        mine, right = show(yours, digits), show(wanted, digits)
        if mine != right:
            break
    return f"yours {mine}, {word} {right}"


def _text(expected: str, got: Any, part: str) -> Difference | None:
    if not isinstance(got, str):
        return Difference("type", f"{a_kind(got)}; wanted a string", part)
    if got == expected:
        return None
    return Difference(
        "values", f"yours {got!r}, wanted {expected!r}", part, (), got, expected
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)


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
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {_shape(value.shape)}"
    if isinstance(value, np.generic):
        return f"NumPy's {type(value).__name__}"
    name = type(value).__name__
    return ("an " if name[:1] in "aeiou" else "a ") + name


def show(number: Any, digits: int = 6) -> str:
    """Return a number as a report prints it: six significant digits, or more."""
    if isinstance(number, bool | np.bool_) or not _is_number(number):
        return shortened(number)
    try:
        text = f"{float(number):.{digits}g}"
    except OverflowError:
        return "a number of more than 300 digits"
    if isinstance(number, numbers.Integral):
        return str(int(number))
    whole = "e" not in text and "." not in text and text.lstrip("-").isdigit()
    return text + ".0" if whole else text


def shortened(value: Any) -> str:
    """Return what Python prints for a value, on one line and cut to 40 characters."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = a_kind(value)
    return text if len(text) <= 40 else text[:37] + "..."
