"""Arrays that know how they were computed, so that gradients can be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Array = np.ndarray
Back = Callable[[Array], Sequence[Array | None]]  # upstream -> one for each parent


class Tensor:
    """The result of an operation, its operands, and the way back to them.

    Parameters
    ----------
    array : ndarray or number
    parents : the tensors that it was computed from
    back : gives the gradient of each parent for an upstream gradient
    """

    __array_priority__ = 100  # an array minus a tensor is a tensor

    def __init__(
        self, array: Any, parents: Sequence[Tensor] = (), back: Back | None = None
    ) -> None:
        self.array = np.asarray(array)
        self.parents = tuple(parents)
        self.back = back

    @property
    def shape(self) -> tuple[int, ...]:
        """The size along each axis."""
        return self.array.shape

    @property
    def value(self) -> Tensor:
        """The tensor itself, where Keras's variable hands out TensorFlow's."""
        return self

    def numpy(self) -> Array:
        """Return the numbers as an array."""
        return self.array.copy()

    def assign(self, array: Any) -> None:
        """Set a variable's numbers, of the shape that it has."""
        array = np.array(getattr(array, "array", array), dtype=self.array.dtype)
        if array.shape != self.shape:
            raise ValueError(f"a weight of the shape {self.shape}, not {array.shape}")
        self.array = array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.array, dtype=dtype)

    def __float__(self) -> float:
        return float(self.array)

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[k] for k in range(len(self)))

    def __repr__(self) -> str:
        return f"<NumPy in place of Keras: shape={self.shape}, numpy={self.array}>"

    def __getitem__(self, place: Any) -> Tensor:
        def back(dy: Array) -> list[Array]:
            dx = np.zeros(self.shape)
            np.add.at(dx, place, dy)
            return [dx]

        return Tensor(self.array[place], [self], back)

    def __add__(self, other: Any) -> Tensor:
        other = tensor(other)
        return Tensor(
            self.array + other.array,
            [self, other],
            lambda dy: (_fit(dy, self.shape), _fit(dy, other.shape)),
        )

    def __mul__(self, other: Any) -> Tensor:
        other = tensor(other)
        a, b = self.array, other.array
        return Tensor(
            a * b,
            [self, other],
            lambda dy: (_fit(dy * b, a.shape), _fit(dy * a, b.shape)),
        )

    def __neg__(self) -> Tensor:
        return self * -1.0

    def __sub__(self, other: Any) -> Tensor:
        return self + tensor(other) * -1.0

    def __rsub__(self, other: Any) -> Tensor:
        return tensor(other) + self * -1.0

    def __truediv__(self, other: Any) -> Tensor:
        return self * (1.0 / np.asarray(other))

    def __abs__(self) -> Tensor:
        return Tensor(abs(self.array), [self], lambda dy: [dy * np.sign(self.array)])

    __radd__, __rmul__ = __add__, __mul__


def tensor(value: Any) -> Tensor:
    """Return a value as a tensor; numbers and lists are constants."""
    return value if isinstance(value, Tensor) else Tensor(value)


def _fit(dy: Array, shape: tuple[int, ...]) -> Array:
    """Add up a gradient over what was broadcast."""
    more = dy.ndim - len(shape)
    dy = dy.sum(axis=tuple(range(more)))
    ones = tuple(k for k, n in enumerate(shape) if n == 1 and dy.shape[k] > 1)
    return dy.sum(axis=ones, keepdims=True)


def product(spec: str, *operands: Any) -> Tensor:
    """Return ``np.einsum(spec, ...)``; the way back is the same product, turned round.

    Each index of a tensor among the operands occurs elsewhere in ``spec``.
    """
    inputs, _, output = spec.partition("->")
    letters = inputs.split(",")
    arrays = [getattr(o, "array", o) for o in operands]
    places = [k for k, o in enumerate(operands) if isinstance(o, Tensor)]

    def back(dy: Array) -> list[Array]:
        found = []
        for k in places:
            rest = [n for n in range(len(arrays)) if n != k]
            spec = ",".join([output, *(letters[n] for n in rest)])
            others = (arrays[n] for n in rest)
            found.append(np.einsum(f"{spec}->{letters[k]}", dy, *others, optimize=True))
        return found

    y = np.einsum(spec, *arrays, optimize=True)
    return Tensor(y, [operands[k] for k in places], back)


def reshaped(x: Tensor, *shape: int) -> Tensor:
    """Return the numbers in another shape."""
    y = x.array.reshape(shape)
    return Tensor(y, [x], lambda dy: [dy.reshape(x.shape)])


def padded(x: Tensor, widths: Sequence[Sequence[int]]) -> Tensor:
    """Put zeros before and after, along each axis."""
    inner = tuple(slice(a, a + n) for (a, _), n in zip(widths, x.shape, strict=True))
    return Tensor(np.pad(x.array, widths), [x], lambda dy: [dy[inner]])


def positive(x: Tensor) -> Tensor:
    """Return the positive part of each number."""
    on = x.array > 0
    return Tensor(np.where(on, x.array, 0.0), [x], lambda dy: [np.where(on, dy, 0.0)])


def largest(x: Tensor) -> Tensor:
    """Return the largest along the last axis; the first of equal ones gets all back."""
    first = x.array.argmax(axis=-1)[..., None]

    def back(dy: Array) -> list[Array]:
        dx = np.zeros(x.shape)
        np.put_along_axis(dx, first, dy[..., None], axis=-1)
        return [dx]

    return Tensor(np.take_along_axis(x.array, first, -1)[..., 0], [x], back)


def total(x: Tensor) -> Tensor:
    """Return the sum of all numbers."""
    return Tensor(x.array.sum(), [x], lambda dy: [np.broadcast_to(dy, x.shape)])


def opaque(
    array: Array, inner: Tensor, leaves: Sequence[Tensor], parents: Sequence[Tensor]
) -> Tensor:
    """Return ``inner`` with other numbers; ``leaves`` of it stand for ``parents``."""
    return Tensor(array, parents, lambda dy: gradients(inner, leaves, dy))


def gradients(
    y: Tensor, sources: Sequence[Tensor], dy: Array | None = None
) -> list[Array | None]:
    """Return the gradient of ``sum(dy * y)`` for each source, None where none leads."""
    found = {id(y): np.ones(y.shape) if dy is None else np.asarray(dy)}
    for node in _backwards(y):
        upstream = found.get(id(node))
        if node.back is None or upstream is None:
            continue
        for parent, more in zip(node.parents, node.back(upstream), strict=True):
            if more is not None:
                before = found.get(id(parent))
                found[id(parent)] = more if before is None else before + more
    return [found.get(id(source)) for source in sources]


def _backwards(y: Tensor) -> list[Tensor]:
    """Return all that y was computed from, each after what was computed from it."""
    order: list[Tensor] = []
    seen: set[int] = set()
    stack = [(y, False)]
    while stack:
        node, left = stack.pop()
        if left:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order[::-1]
