"""Only plain data crosses, and what isn't a value is refused before it is built."""

import io

import numpy as np
import pytest

from autograder.worker import wire

PLAIN = [
    None,
    True,
    -7,
    10**3000,
    2.5,
    float("inf"),
    1 - 2j,
    "a word, ü",
    b"\x00\xff",
    [1, [2, (3,)]],
    (),
    {1, 2},
    frozenset({"x"}),
    {"a": [1.0], 2: None},
    slice(1, None, 2),
    range(3, 9, 2),
    ...,
    float,
    np.float32,
    np.dtype("int16"),
]


def _no_handle(item):
    raise wire.WireError(f"not plain: {type(item).__name__}")


def _no_resolve(tag, fields):
    raise wire.WireError("an unknown tag")


def _there_and_back(value):
    pieces = wire.pack(*wire.encode(value, _no_handle))
    file = io.BytesIO(b"".join(bytes(p) for p in pieces))
    return wire.decode(*wire.unpack(file.read), _no_resolve)


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_come_back_as_they_were(value):
    back = _there_and_back(value)
    assert type(back) is type(value)
    assert back == value


@pytest.mark.parametrize("dtype", ["f8", "f4", "i2", "?", "c16", "U3", ">f8"])
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3, 4)])
def test_arrays_come_back_with_their_bytes(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    back = _there_and_back(array)
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable
    np.testing.assert_array_equal(back, array)


def test_an_array_in_fortran_order_keeps_its_values():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(_there_and_back(array), array)


class _Own(list):
    pass


@pytest.mark.parametrize(
    "value",
    [
        object(),
        _Own([1]),
        np.ma.ones(2),
        np.array([object()]),
        lambda: None,
        type("Made", (float,), {})(1.0),
    ],
    ids=["object", "list subclass", "masked", "objects", "function", "float subclass"],
)
def test_what_is_not_plain_becomes_a_handle_or_is_refused(value):
    with pytest.raises(wire.WireError):
        wire.encode(value, _no_handle)


def test_a_value_inside_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(wire.WireError):
        wire.encode(value, _no_handle)


BROKEN = {
    "no tag": [],
    "unknown tag": ["pickle", "x"],
    "tag no text": [[1]],
    "object": {"a": 1},
    "shape negative": ["a", "<f8", [-1], 0],
    "shape huge": ["a", "<f8", [1 << 50], 0],
    "shape text": ["a", "<f8", ["1"], 0],
    "no such buffer": ["a", "<f8", [1], 9],
    "buffer before the first": ["a", "<f8", [1], -1],
    "objects": ["a", "|O8", [1], 0],
    "dates": ["a", "<M8[s]", [1], 0],
    "fields": ["a", "<f8,<f8", [1], 0],
    "too short": ["a", "<f8", [2], 0],
    "odd dictionary": ["d", 1],
    "key unhashable": ["d", ["l"], 1],
    "item unhashable": ["S", ["l"]],
    "float no text": ["f", 3],
    "float a program": ["f", "__import__('os')"],
    "type unknown": ["T", "object"],
    "type of NumPy unknown": ["N", "load"],
    "range of text": ["r", "1", 2, 3],
    "set too large": ["S", *range(wire.MAX_KEYS + 1)],
}


@pytest.mark.parametrize("tree", BROKEN.values(), ids=BROKEN)
def test_a_tree_that_is_no_value_is_refused(tree):
    with pytest.raises(wire.WireError):
        wire.decode(tree, [bytes(8)], _no_resolve)


def test_a_deep_tree_is_refused():
    tree = 1
    for _ in range(wire.MAX_DEPTH + 2):
        tree = ["l", tree]
    with pytest.raises(wire.WireError):
        wire.decode(tree, [], _no_resolve)


@pytest.mark.parametrize(
    "head",
    [
        wire._HEAD.pack(wire.MAX_TREE + 1, 0),
        wire._HEAD.pack(2, wire.MAX_BUFFERS + 1),
        wire._HEAD.pack(2, 1) + (wire.MAX_RAW + 1).to_bytes(8, "little"),
        wire._HEAD.pack(7, 0) + b"[" * 7,
        wire._HEAD.pack(3, 0) + b"NaN",
        wire._HEAD.pack(1 << 20, 0) + b"[" * (1 << 20),
    ],
    ids=["long", "many buffers", "large buffer", "no JSON", "a constant", "nested"],
)
def test_a_frame_that_claims_too_much_is_refused(head):
    with pytest.raises(wire.WireError):
        wire.unpack(io.BytesIO(head).read)


@pytest.mark.parametrize(
    "node",
    [
        ["a", "<U0", [1 << 39], 0],
        ["a", "|i1", [1 << 30], 0],
        ["r", 0, 10**10, 1],
        ["N", "void"],
        ["N", "str_"],
        ["l", *[["S", *range(4000)]] * 3],
        ["d", *range(2 * (wire.MAX_KEYS + 1))],
    ],
    ids=str,
)
def test_what_is_short_on_the_wire_and_large_when_built_is_refused(node):
    with pytest.raises(wire.WireError):
        wire.decode(node, [b""], _no_resolve)


def test_a_frame_of_brackets_is_refused_before_it_is_read():
    text = b"[" + b"[]," * wire.MAX_NODES + b"0]"
    file = io.BytesIO(wire._HEAD.pack(len(text), 0) + text)
    with pytest.raises(wire.WireError, match="holds too much"):
        wire.unpack(file.read)


def test_half_a_letter_becomes_a_sign_that_a_file_can_hold():
    assert _there_and_back("a\ud800b") == "a?b"


@pytest.mark.parametrize("order", "<>")
def test_what_is_no_letter_in_an_array_becomes_a_sign(order):
    codes = np.array([97, 0x110000, 0xFFFFFFFF, 0xD800], f"{order}u4").tobytes()
    array = wire.decode(["a", f"{order}U1", [4], 0], [codes], _no_resolve)
    assert array.tolist() == ["a", "?", "?", "?"]
