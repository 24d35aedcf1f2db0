"""Central differences, as the second witness of a gradient.

``along(forward)`` measures how the loss ``sum(dy * forward(...))`` changes when an
argument moves a little, entry by entry in small arrays and along a few directions in
larger ones; a gradient is right when its product with each direction says the same.
"""

from collections.abc import Callable, Sequence

import numpy as np

EPS = 2.0**-10  # a power of two: on multiples of 1/8 nothing is rounded
CLOSE = 1e-5
SMALL = 24  # arrays of at most so many entries are looked at entry by entry
DIRECTIONS = 4  # along which larger ones move

Numbers = Sequence[float | None]  # of one part; None at a kink


def directions(shape: tuple[int, ...]) -> np.ndarray:
    """Return in which directions an array of this shape moves, one after the other.

    A small one moves entry by entry, a larger one along four directions of +1 and -1,
    always the same.
    """
    size = int(np.prod(shape, dtype=int))
    if size <= SMALL:
        return np.eye(size).reshape(size, *shape)
    signs = np.random.default_rng([6, *shape])
    return signs.choice([-1.0, 1.0], size=(DIRECTIONS, *shape))


def along(forward: Callable) -> Callable[..., tuple]:
    """Return ``witness(dy, *arrays, **settings)``, a list of numbers for each array.

    A number is the central difference of ``sum(dy * forward(*arrays, **settings))``
    along one of ``directions``; None where the steps ahead and back differ, at a kink.
    """

    def witness(dy, *arrays, **settings):
        def loss(moved, step):
            near = list(arrays)
            near[moved] = near[moved] + step
            return float(np.sum(dy * forward(*near, **settings)))

        here = loss(0, 0.0) if arrays else 0.0

        def slope(moved, way):
            ahead, back = loss(moved, EPS * way) - here, here - loss(moved, -EPS * way)
            same = np.isclose(ahead / EPS, back / EPS)
            return float((ahead + back) / 2 / EPS) if same else None

        return tuple(
            [slope(k, way) for way in directions(array.shape)]
            for k, array in enumerate(arrays)
        )

    return witness


def agreeing(value: object, right: object, numbers: Sequence[Numbers]) -> list:
    """Return, per part of a result, whether central differences agree with it.

    None stands for a part on which they take no side: its shape isn't that of
    ``right``, or the loss has a kink there.
    """
    values, rights = (
        v if isinstance(v, tuple | list) else (v,) for v in (value, right)
    )
    if not len(values) == len(rights) == len(numbers):
        return [None] * len(numbers)
    return [_agrees(*each) for each in zip(values, rights, numbers, strict=True)]


def _agrees(part, right, numbers):
    part = np.float64(part) if isinstance(part, float) else part
    real = isinstance(part, np.ndarray | np.generic) and part.dtype.kind in "fiu"
    if None in numbers or not real or part.shape != np.shape(right):
        return None
    ways = directions(part.shape)
    told = (ways * part).sum(axis=tuple(range(1, ways.ndim)))
    return bool(np.allclose(told, numbers, rtol=CLOSE, atol=CLOSE))


def agreement(
    parts: Sequence[str],
    value: object,
    right: object,
    numbers: Sequence[Numbers],
    wrong: Sequence[str] = (),
) -> str:
    """Return a sentence on which parts central differences agree with, or "".

    ``wrong`` names the parts in which the result differs. Of a part on which the
    differences say something else than Keras nothing is said.
    """
    if any(None in told for told in numbers):
        return "differences take no side here: the loss has a kink"
    states = agreeing(value, right, numbers)
    heard = [
        (part, state)
        for part, state in zip(parts, states, strict=True)
        if state is not None and state == (part not in wrong)
    ]
    yes = " and ".join(part for part, state in heard if state)
    no = " and ".join(part for part, state in heard if not state)
    said = [f"agree with your {yes}"] if yes else []
    said += [f"disagree with your {no}"] if no else []
    return "differences " + ", ".join(said) if said else ""
