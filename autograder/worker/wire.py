"""Values on the wire between judge and worker: plain data, never pickle.

A frame is one JSON tree and the raw bytes of its arrays. Numbers, strings, None and
booleans stand for themselves; everything else is a list that starts with a tag. What
is not plain data crosses as a numbered handle, which each side makes and resolves in
its own way. The reader trusts nothing: sizes, counts, depth, types and shapes are all
checked before a value is built.
"""

import builtins
import json
import math
import re
import struct
from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

import numpy as np

from . import frames

Node: TypeAlias = "bool | int | float | str | list[Any] | None"  # JSON, no objects
Buffer: TypeAlias = "bytes | memoryview[int]"
Handle: TypeAlias = Callable[[Any], Node]
Resolve: TypeAlias = Callable[[str, list[Any]], Any]

MAX_TREE = 16 << 20  # bytes of JSON
MAX_RAW = 128 << 20  # bytes of arrays in one frame
MAX_BUFFERS = 20_000
MAX_DEPTH = 40
MAX_NODES = 500_000
MAX_KEYS = 10_000  # of all sets and dicts: crafted hashes make larger ones slow
MAX_ITEMS = 1 << 24  # of an array: what looks at it may make eight bytes of each
MAX_RANGE = 1 << 20
MAX_INT_BITS = 12_000

_DTYPE = re.compile(r"[<>|=](?:b1|[iu][1248]|f(?:2|4|8|16)|c(?:8|16|32)|[US]\d{1,6})")
_TYPES: dict[str, type] = {
    t.__name__: t for t in (bool, int, float, complex, str, list, tuple, dict)
} | {  # a student's answer may be the name of an error
    name: found
    for name, found in vars(builtins).items()
    if isinstance(found, type) and issubclass(found, BaseException)
}
_HEAD = struct.Struct("<II")


class WireError(Exception):
    """A value that may not cross, or a frame that isn't one."""


def encode(value: object, handle: Handle) -> tuple[Node, list[Buffer]]:
    """Return (tree, buffers) for a value; ``handle(object)`` encodes what isn't plain.

    ``handle`` returns a tagged list such as ``["h", 3]``, or raises WireError.
    """
    buffers: list[Buffer] = []
    count = 0

    def walk(item: Any, depth: int) -> Any:
        nonlocal count
        count += 1
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise WireError("the value is too deep or too large to pass on")
        kind = type(item)
        if item is None or kind is bool or kind is str:
            return item
        if kind is int:
            if item.bit_length() > MAX_INT_BITS:
                raise WireError("the whole number is too large to pass on")
            return item
        if kind is float:
            return item if math.isfinite(item) else ["f", repr(item)]
        if kind is list or (issubclass(kind, tuple)):
            return [_LISTS.get(kind, "t"), *(walk(v, depth + 1) for v in item)]
        if issubclass(kind, dict):
            pairs = [walk(v, depth + 1) for pair in item.items() for v in pair]
            return ["d", *pairs]
        return leaf(item, kind, depth)

    def leaf(item: Any, kind: type, depth: int) -> Node:
        if kind is np.ndarray and _DTYPE.fullmatch(item.dtype.str):
            if item.size > MAX_ITEMS:
                raise WireError("the value is too large to pass on")
            buffers.append(np.ascontiguousarray(item).reshape(-1).view(np.uint8).data)
            return ["a", item.dtype.str, list(item.shape), len(buffers) - 1]
        if isinstance(item, np.generic) and _DTYPE.fullmatch(item.dtype.str):
            buffers.append(item.tobytes())
            return ["g", item.dtype.str, len(buffers) - 1]
        if kind is bytes:
            buffers.append(item)
            return ["y", len(buffers) - 1]
        if kind is complex:
            return ["c", repr(item.real), repr(item.imag)]
        if kind is set or kind is frozenset:
            return [_LISTS[kind], *(walk(v, depth + 1) for v in item)]
        if kind is slice:
            return ["s", *(walk(v, depth + 1) for v in _ends(item))]
        if kind is range and _is_short(item):
            return ["r", item.start, item.stop, item.step]
        if item is Ellipsis:
            return ["e"]
        if frames.is_table(item) and (taken := frames.taken_apart(item)):
            return ["P", taken[0], walk(taken[1], depth + 1)]
        if isinstance(item, np.dtype) and _DTYPE.fullmatch(item.str):
            return ["D", item.str]
        if isinstance(item, type) and _is_number(item):
            return ["N", item.__name__]
        if isinstance(item, type) and _TYPES.get(item.__name__) is item:
            return ["T", item.__name__]
        return handle(item)

    return walk(value, 0), buffers


_WRONG = (TypeError, ValueError, KeyError, IndexError, OverflowError)
_LISTS = {list: "l", tuple: "t", set: "S", frozenset: "F"}
_MAKERS = {"l": list, "t": tuple, "S": set, "F": frozenset}


def _ends(item: slice) -> tuple[Any, Any, Any]:
    return item.start, item.stop, item.step


def _is_short(item: range) -> bool:
    return max(map(abs, (item.start, item.stop, item.step))) <= MAX_RANGE


def _is_number(kind: type) -> bool:
    """Tell whether a type is one of NumPy's numbers, which take no size."""
    return issubclass(kind, np.number | np.bool_) and kind is getattr(
        np, kind.__name__, None
    )


def decode(tree: Node, buffers: list[bytes], resolve: Resolve) -> Any:
    """Build the value of a tree, or raise WireError.

    ``resolve(tag, fields)`` builds what the tags of handles stand for.
    """
    count = keys = 0

    def walk(node: Any, depth: int) -> Any:
        nonlocal count, keys
        count += 1
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise WireError("a value is too deep or too large")
        if isinstance(node, str):
            return node if node.isascii() else _with_whole_letters(node)
        if node is None or isinstance(node, bool | int | float):
            return node
        if not isinstance(node, list) or not node or not isinstance(node[0], str):
            raise WireError("not a value")
        tag, fields = node[0], node[1:]
        if tag in "SFd":
            keys += len(fields) // (2 if tag == "d" else 1)
            if keys > MAX_KEYS:
                raise WireError("sets or dictionaries are too large")
        if tag in _MAKERS:
            return _MAKERS[tag]([walk(v, depth + 1) for v in fields])
        if tag == "d":
            if len(fields) % 2:
                raise WireError("not a dictionary")
            flat = [walk(v, depth + 1) for v in fields]
            return dict(zip(flat[::2], flat[1::2], strict=True))
        if tag == "s":
            return slice(*(walk(v, depth + 1) for v in fields))
        if tag == "P":
            return frames.put_together(fields[0], walk(fields[1], depth + 1))
        simple = _SIMPLE.get(tag)
        return simple(fields, buffers) if simple else resolve(tag, fields)

    try:
        return walk(tree, 0)
    except WireError:
        raise
    except (*_WRONG, ImportError, AttributeError) as error:
        raise WireError(f"not a value: {type(error).__name__}") from None


def _with_whole_letters(text: str) -> str:
    """Replace halves of letters, which no file and no database can hold."""
    return text.encode("utf-8", "replace").decode()


def _dtype(text: object) -> np.dtype[Any]:
    if not isinstance(text, str) or not _DTYPE.fullmatch(text):
        raise WireError("not a data type that may cross")
    return np.dtype(text)


def _array(fields: list[Any], buffers: list[bytes]) -> Any:
    text, shape, number = fields
    dtype = _dtype(text)
    if len(shape) > 32 or not all(type(n) is int and 0 <= n < 1 << 40 for n in shape):
        raise WireError("not a shape")
    raw, items = buffers[_index(number)], math.prod(shape)
    if items > MAX_ITEMS:
        raise WireError("an array is too large")
    if len(raw) != items * dtype.itemsize:
        raise WireError("an array's bytes don't fill its shape")
    if dtype.itemsize == 0:
        return np.zeros(shape, dtype=dtype)
    array = np.frombuffer(raw, dtype=dtype).reshape(shape).copy()
    if dtype.kind == "U":
        _make_letters_whole(array)
    return array


def _make_letters_whole(array: Any) -> None:
    """Replace what is no letter of Unicode's: NumPy fails over it wherever it is."""
    codes = array.reshape(-1).view(array.dtype.byteorder.replace("|", "=") + "u4")
    codes[(codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))] = ord("?")


def _index(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise WireError("not the number of a buffer")
    return number


def _number(text: object) -> float:
    if not isinstance(text, str) or len(text) > 40:
        raise WireError("not a number")
    return float(text)


def _scalar(fields: list[Any], buffers: list[bytes]) -> Any:
    return _array([fields[0], [], fields[1]], buffers)[()]


def _numpy_type(fields: list[Any], buffers: list[bytes]) -> "type[np.generic[Any]]":
    found = getattr(np, fields[0], None)
    if not (isinstance(found, type) and _is_number(found)):
        raise WireError("not a type of NumPy")
    return found


def _range(fields: list[Any], buffers: list[bytes]) -> range:
    if len(fields) != 3 or not all(type(n) is int for n in fields):
        raise WireError("not a range")
    if not _is_short(found := range(*fields)):
        raise WireError("a range is too long")
    return found


_SIMPLE: dict[str, Callable[[list[Any], list[bytes]], Any]] = {
    "a": _array,
    "g": _scalar,
    "y": lambda fields, buffers: bytes(buffers[_index(fields[0])]),
    "f": lambda fields, buffers: _number(fields[0]),
    "c": lambda fields, buffers: complex(_number(fields[0]), _number(fields[1])),
    "e": lambda fields, buffers: Ellipsis,
    "r": _range,
    "D": lambda fields, buffers: _dtype(fields[0]),
    "N": _numpy_type,
    "T": lambda fields, buffers: _TYPES[fields[0]],
}


def pack(tree: Node, buffers: list[Buffer]) -> list[Buffer]:
    """Return the pieces of a frame, to be sent one after the other."""
    text = _ENCODER.encode(tree).encode("utf-8", "surrogatepass")
    sizes = struct.pack(f"<{len(buffers)}Q", *(len(b) for b in buffers))
    if len(text) > MAX_TREE or sum(map(len, buffers)) > MAX_RAW:
        raise WireError("the value is too large to pass on")
    return [_HEAD.pack(len(text), len(buffers)) + sizes + text, *buffers]


def unpack(read: Callable[[int], bytes]) -> tuple[Node, list[bytes]]:
    """Read one frame through ``read(count) -> bytes`` and return (tree, buffers)."""
    length, count = _HEAD.unpack(read(_HEAD.size))
    if length > MAX_TREE or count > MAX_BUFFERS:
        raise WireError("a frame is too large")
    sizes = struct.unpack(f"<{count}Q", read(8 * count))
    if sum(sizes) > MAX_RAW:
        raise WireError("a frame is too large")
    text = read(length)
    if text.count(b"[") + text.count(b"{") > MAX_NODES:
        raise WireError("a frame holds too much")
    buffers = [read(size) for size in sizes]
    try:
        tree = _DECODER.decode(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise WireError("a frame holds no JSON") from None
    return tree, buffers


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


# made once: json's own functions make one for each call
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_constant=_no_constant)
