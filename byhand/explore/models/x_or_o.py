"""The X-or-O explorer: a picture, a feature, its match map and, when asked, a verdict.

Which feature tells the letters apart, and from which score on, is for the learner to
find. So the strongest matches, the threshold and the verdict stay away until the
setting ``verdict`` asks for them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from byhand import data, wiring
from byhand.checks.running import copied
from byhand.explore import controls as c
from byhand.explore import probe
from byhand.explore.controls import Function, State
from byhand.explore.models import arrays, limits

PICTURES = ("clean X", "bent X", "round O")
FEATURES = ("falling diagonal", "rising diagonal", "crossing")
SIZE = data.GLYPH


@dataclass(frozen=True)
class Numbers:
    """``maps`` are the match maps of all three features, ``y`` is the chosen one."""

    setting: State
    wiring: wiring.Wiring
    x: np.ndarray
    feature: np.ndarray
    y: np.ndarray
    true: np.ndarray
    strongest: tuple[float, ...]
    verdict: str
    whole: float  # the whole picture against the clean X
    differs: tuple[int, ...]
    mine: str


def start(function: Function = None) -> State:
    """Return the first setting: the clean X and the falling diagonal."""
    return {
        "picture": "clean X",
        "pixels": arrays.nested(data.glyphs()[0]),
        "room": 0,
        "down": 0,
        "right": 0,
        "noise": 0.0,
        "feature": "falling diagonal",
        "verdict": False,
        "threshold": 0.75,
        "seed": 0,
        "row": 1,
        "col": 1,
    }


def follow(s: State, before: State) -> None:
    """Keep the drawing and the name of the picture together."""
    changed = limits.changed(s, before)
    if "picture" in changed and s["picture"] in PICTURES:
        glyph = data.glyphs()[PICTURES.index(s["picture"])]
        s["pixels"] = arrays.nested(glyph)
    elif "picture" in changed and s["picture"] == "blank":
        s["pixels"] = arrays.nested(np.full((SIZE, SIZE), -1.0))
    elif "pixels" in changed:
        s["picture"] = "drawn"


def controls(s: State, function: Function = None) -> list[c.Control]:
    """Return what can be set from here."""
    reach = 1 + s["room"]  # the clean glyphs leave one pixel free around them
    size = SIZE + 2 * s["room"] - 2
    threshold = c.Real("threshold", "threshold", 0.0, 1.0, 0.05)
    return [
        limits.choice("picture", "picture", (*PICTURES, "blank", "drawn")),
        c.Pixels("pixels", "Draw: press a pixel", SIZE),
        c.Number("room", "room around", 0, 3),
        c.Number("down", "shift down", -reach, reach),
        c.Number("right", "shift right", -reach, reach),
        c.Real("noise", "noise", 0.0, 0.5, 0.05),
        limits.choice("feature", "feature", FEATURES),
        c.Flag("verdict", "name the letter"),
        *([threshold] if s["verdict"] else []),
        limits.seed(),
        *limits.place(size, size),
    ]


def make_picture(s: State) -> np.ndarray:
    """Put the drawing on its paper, move it, and turn some pixels over."""
    room = s["room"]
    paper = np.full((SIZE + 2 * room,) * 2, -1.0)
    for r, row in enumerate(s["pixels"]):
        for col, value in enumerate(row):
            place = r + room + s["down"], col + room + s["right"]
            if value > 0 and 0 <= min(place) and max(place) < len(paper):
                paper[place] = 1.0
    turned = np.random.default_rng(s["seed"]).random(paper.shape) < s["noise"]
    return np.where(turned, -paper, paper)


def _scores(x: np.ndarray, feature: np.ndarray) -> np.ndarray:
    """Return the mean of products at every place."""
    windows = np.lib.stride_tricks.sliding_window_view(x, feature.shape)
    return (windows * feature).mean(axis=(2, 3))


def numbers(s: State, function: Function = None) -> Numbers:
    """Compute everything that the picture shows."""
    x = make_picture(s)
    true = [_scores(x, feature) for feature in data.features()]
    maps = true if function is None else _learners(function, x)
    k = FEATURES.index(s["feature"])
    strongest = tuple(float(one.max()) for one in maps)
    glyph = make_picture(start() | {"room": s["room"]})
    return Numbers(
        setting=s,
        wiring=wiring.convolution((*x.shape, 1), (3, 3, 1, 1)),
        x=x,
        feature=data.features()[k],
        y=maps[k],
        true=true[k],
        strongest=strongest,
        verdict=verdict(strongest, s["threshold"]),
        whole=float((x * glyph).mean()),
        differs=arrays.different(maps[k], true[k]),
        mine="" if function is None else probe.name_of(function),
    )


def verdict(strongest: tuple[float, ...], threshold: float) -> str:
    """Say X, O or neither from the strongest match of each feature."""
    falling, rising, crossing = strongest
    if crossing >= threshold:
        return "X"
    return "O" if max(falling, rising) >= threshold else "neither"


def _learners(function: Callable, x: np.ndarray) -> list[np.ndarray]:
    """Score every place with the learner's function, under one guard."""
    name = probe.name_of(function)
    size = len(x) - 2

    def every():
        return [
            [
                copied(function(x[i : i + 3, j : j + 3].copy(), feature.copy()))
                for i in range(size)
                for j in range(size)
            ]
            for feature in data.features()
        ]

    scores = probe.guarded(probe.Many(function, every), (), {}, name=name)
    scores = [[_plain(v, name) for v in one] for one in scores]
    shape = (3, size * size)
    return list(
        probe.array(scores, shape, name=name, what="a number").reshape(3, size, size)
    )


def _plain(score: object, name: str) -> object:
    """Let a score be one number."""
    probe.written(score, name)
    if np.ndim(score) != 0:
        raise probe.TroubleError(
            f"The score of one patch has shape {np.shape(score)}; it is one number."
        )
    return score


def code(s: State, function: Function = None) -> str:
    """Return the setting as code."""
    name = "" if function is None else probe.name_of(function)
    drawn = s["picture"] == "drawn"
    skip = ("row", "col", "picture" if drawn else "pixels")
    return limits.as_call("x_or_o", name, s, start(), skip=skip)


def first(function: Function) -> tuple[str, ...]:
    """Name the controls that are not folded away."""
    return ("picture", "feature", "down", "right", "noise", "threshold")


def task(s: State, function: Function = None) -> str:
    """Return one thing to try."""
    if s["verdict"]:
        return "Try other thresholds. From where on does the letter get a wrong name?"
    return "Try to shift the picture by one pixel. How does the map change?"
