"""The pictures of the course: glyphs, features, drawn X and O, digits, photographs.

Pictures of X and O hold +1 for ink and -1 for paper, float64. Labels of drawn
pictures are whole numbers, 0 for X and 1 for O, so that ``XO_NAMES[label]`` is the
letter and a softmax can use the label as it is.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

XO_NAMES = ("X", "O")
CANVAS = 17
GLYPH = 9

_CLEAN_X = """
.........
.#.....#.
..#...#..
...#.#...
....#....
...#.#...
..#...#..
.#.....#.
.........
"""

_BENT_X = """
.........
......#..
.#...#...
..##.#...
....#....
...#.##..
...#...#.
..#......
.........
"""

_ROUND_O = """
.........
...###...
..#...#..
.#.....#.
.#.....#.
.#.....#.
..#...#..
...###...
.........
"""

_FEATURES = ("#.. .#. ..#", "..# .#. #..", "#.# .#. #.#")


def folder() -> Path:
    """Find the course's data: in a clone, in the student archive, or installed.

    Returns
    -------
    Path
        The first that holds ``digits.npz``: ``BYHAND_DATA`` from the environment,
        ``stored`` in the installed package, ``data`` beside the package (a clone or
        the student archive), ``data`` in the working folder or one above it.

    Raises
    ------
    FileNotFoundError
        When none does; the message lists where it looked.
    """
    tried = list(_candidates())
    for candidate in tried:
        if (candidate / "digits.npz").is_file():
            return candidate
    places = "\n  ".join(str(place) for place in tried)
    raise FileNotFoundError(
        "The folder 'data' of the course is missing. It was looked for in\n  "
        f"{places}\nUnpack the course again, or set BYHAND_DATA to its place."
    )


def _candidates() -> Iterator[Path]:
    if os.environ.get("BYHAND_DATA"):
        yield Path(os.environ["BYHAND_DATA"])
    package = Path(__file__).resolve().parent
    yield package / "stored"
    yield package.parent / "data"
    here = Path.cwd()
    yield from (place / "data" for place in (here, *here.parents))


def glyphs() -> tuple[np.ndarray, ...]:
    """Return the clean X, the bent X and the round O, each 9x9, +1 ink and -1 paper."""
    return tuple(_drawing(text) for text in (_CLEAN_X, _BENT_X, _ROUND_O))


def features() -> tuple[np.ndarray, ...]:
    """Return three 3x3 features: falling diagonal, rising diagonal, crossing."""
    return tuple(_drawing(text) for text in _FEATURES)


def _drawing(text: str) -> np.ndarray:
    """Turn ``#`` and ``.`` into +1.0 and -1.0, one row per word."""
    return np.array([[1.0 if c == "#" else -1.0 for c in row] for row in text.split()])


def place(glyph: np.ndarray, down: int = 0, right: int = 0) -> np.ndarray:
    """Put a 9x9 glyph on the 17x17 canvas, moved from the middle.

    Parameters
    ----------
    glyph : ndarray, shape (9, 9)
    down, right : int, -4 to 4
        How many pixels it moves; negative is up and left.

    Returns
    -------
    ndarray, shape (17, 17)
        Paper (-1) everywhere else.
    """
    room = (CANVAS - GLYPH) // 2
    if abs(down) > room or abs(right) > room:
        raise ValueError(f"down and right go from {-room} to {room}: {down}, {right}")
    canvas = np.full((CANVAS, CANVAS), -1.0)
    top, left = room + down, room + right
    canvas[top : top + GLYPH, left : left + GLYPH] = glyph
    return canvas


def xo_pictures(
    n: int,
    *,
    seed: int,
    shift: int = 4,
    turn: float = 0.0,
    scale: float = 0.0,
    thicken: float = 0.0,
    noise: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw X and O on a 17x17 canvas, the same ones for the same arguments.

    With everything but ``shift`` at 0 they are the clean X and the round O.

    Parameters
    ----------
    n : int
        How many; as many X as O, one X more when ``n`` is odd, in random order.
    seed : int
    shift : int, 0 to 4
        Most pixels that a picture moves, up, down, left or right.
    turn : float, degrees
        Most that a picture turns, either way.
    scale : float, 0 to 0.5
        Most that a picture grows or shrinks, as a share of its size.
    thicken : float, pixels
        Most that a stroke grows on either side.
    noise : float, 0 to 1
        Chance of each pixel to change from ink to paper or back.

    Returns
    -------
    pictures : ndarray, shape (n, 17, 17)
        +1 for ink, -1 for paper, float64.
    labels : ndarray of int, shape (n,)
        0 for X, 1 for O.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % 2)
    pictures = np.empty((n, CANVAS, CANVAS))
    for k, label in enumerate(labels):
        middle = CANVAS // 2 + rng.integers(-shift, shift + 1, size=2)
        angle = np.deg2rad(rng.uniform(-turn, turn))
        size = 1.0 + rng.uniform(-scale, scale)
        width = 0.5 + rng.uniform(0.0, thicken)
        ink = _distance(label, middle, angle, size) < width
        ink ^= rng.random(ink.shape) < noise
        pictures[k] = np.where(ink, 1.0, -1.0)
    return pictures, labels


def _distance(label: int, middle: np.ndarray, angle: float, size: float) -> np.ndarray:
    """Return each pixel's distance to the strokes of an X (0) or an O (1)."""
    down, right = np.indices((CANVAS, CANVAS)) - np.reshape(middle, (2, 1, 1))
    along = np.cos(angle) * right + np.sin(angle) * down
    across = np.cos(angle) * down - np.sin(angle) * right
    reach = 3.0 * size
    if label == 1:
        return np.abs(np.hypot(along, across) - reach)
    falling, rising = (along + across) / np.sqrt(2), (across - along) / np.sqrt(2)
    length = reach * np.sqrt(2)
    return np.minimum(
        _to_stroke(falling, rising, length), _to_stroke(rising, falling, length)
    )


def _to_stroke(along, beside, length):
    """Return the distance to a stroke of ``2 * length`` through the origin."""
    return np.hypot(np.maximum(np.abs(along) - length, 0.0), beside)


def learned_filters() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what Keras learned from X and O, from three starts.

    One filter, its largest value on the sheet and a threshold were all that it could
    learn. ``python -m tools.learned_filters`` trains again.

    Returns
    -------
    filters : ndarray, shape (3, 3, 3)
        The three filters.
    right : ndarray, shape (3,)
        Share of new pictures that each gets right.
    votes : ndarray of str, shape (3,)
        What a high match speaks for, "X" or "O".
    """
    stored = _stored("learned_filters.npz")
    return stored["filters"], stored["right"], stored["votes"]


def network() -> list[np.ndarray]:
    """Return the weights of a trained network, for lesson 08 before its training.

    Six arrays: kernels and biases of two convolutions, weights and biases of a dense
    layer. Its pictures are 18x18, 1 for ink and 0 for paper, and its classes X and O.
    ``python -m tools.recorded_network`` trains again.
    """
    stored = _stored("network.npz")
    return [stored[f"weights_{k}"].astype(float) for k in range(6)]


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return scikit-learn's handwritten digits.

    Returns
    -------
    pictures : ndarray, shape (1797, 8, 8)
        0 for paper to 1 for ink, float64.
    labels : ndarray of int, shape (1797,)
    """
    stored = _stored("digits.npz")
    return stored["pictures"] / 16.0, stored["labels"].astype(int)


def enlarge(pictures: np.ndarray, times: int = 2) -> np.ndarray:
    """Repeat every pixel ``times`` down and right: 8x8 digits become 16x16.

    The last two axes of ``pictures`` are height and width.
    """
    return pictures.repeat(times, axis=-2).repeat(times, axis=-1)


def photograph() -> np.ndarray:
    """Return a photograph, shape (150, 170), 0 for black to 1 for white, float64."""
    return _stored("photograph.npz")["picture"] / 255.0


def cat() -> np.ndarray:
    """Return a cat in colour, shape (100, 150, 3), from 0 to 1, float64."""
    return _stored("cat.npz")["picture"] / 255.0


@cache
def _stored(name):
    with np.load(folder() / name) as archive:
        return {key: archive[key] for key in archive.files}
