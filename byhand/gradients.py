"""Central differences, as the second witness of a gradient.

``along(forward)`` measures how the loss ``sum(dy * forward(...))`` changes when each
argument moves a little along one direction; a gradient is right when its product with
that direction says the same.
"""

from collections.abc import Callable, Sequence

import numpy as np

EPS = 2.0**-10  # a power of two: on multiples of 1/8 nothing is rounded
CLOSE = 1e-5


def direction(shape: tuple[int, ...]) -> np.ndarray:
    """Return sixteenths from -1 to 1 without 0, in a fixed random order.

    The first 16 have 16 sizes: with signs alone, the right numbers in wrong places
    often agree by chance.
    """
    rng = np.random.default_rng([6, *shape])
    order = rng.permutation(int(np.prod(shape))).reshape(shape)
    return (16 - order % 16) / 16 * rng.choice([-1.0, 1.0], size=shape)


def along(forward: Callable) -> Callable[..., tuple]:
    """Return ``witness(dy, *arrays, **settings)``, one number for each array.

    The number is the central difference of ``sum(dy * forward(*arrays, **settings))``
    along ``direction``; None where the steps ahead and back differ, at a kink.
    """

    def witness(dy, *arrays, **settings):
        def loss(moved, step):
            near = list(arrays)
            near[moved] = near[moved] + step * direction(near[moved].shape)
            return float(np.sum(dy * forward(*near, **settings)))

        here = float(np.sum(dy * forward(*arrays, **settings)))
        found = []
        for k in range(len(arrays)):
            ahead, back = (loss(k, EPS) - here) / EPS, (here - loss(k, -EPS)) / EPS
            found.append((ahead + back) / 2 if np.isclose(ahead, back) else None)
        return tuple(found)

    return witness


def agreeing(value: object, numbers: Sequence[float | None]) -> list[bool]:
    """Return, per part of a result, whether central differences agree with it."""
    value = value if isinstance(value, tuple | list) else (value,)
    if len(value) != len(numbers):
        return [False] * len(numbers)
    return [_agrees(part, n) for part, n in zip(value, numbers, strict=True)]


def _agrees(part, number):
    try:
        array = np.asarray(part, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    told = float(np.sum(array * direction(array.shape)))
    return bool(np.isclose(told, number, rtol=CLOSE, atol=CLOSE))


def agreement(
    parts: Sequence[str], value: object, numbers: Sequence[float | None]
) -> str:
    """Return a sentence on which parts central differences agree with, or ""."""
    if None in numbers:
        return "differences take no side here: the loss has a kink"
    states = agreeing(value, numbers)
    yes = [p for p, state in zip(parts, states, strict=True) if state]
    no = [p for p, state in zip(parts, states, strict=True) if not state]
    said = [f"agree with your {' and '.join(yes)}"] if yes else []
    said += [f"disagree with your {' and '.join(no)}"] if no else []
    return "differences " + ", ".join(said)
