"""``break_pooling``: how it is judged."""

import numpy as np

from byhand import referee
from byhand.checks.comparing import difference
from byhand.exercises.declaring import Exercise
from byhand.exercises.experiments import Refused, examiner, pair, plane
from byhand.exercises.pooling.pools import pooled, same_pads, window_and_steps

MOST = 3  # numbers in an experiment's x
KINDS = {"zeros": "max", "counted": "average", "apart": "max", "tall": "average"}


def _zeros_around(kind):
    """Return a pooling that takes the zeros of "same" for pixels."""

    def suspect(x, size, *, stride=None, padding="valid"):
        size, steps = window_and_steps(size, stride)
        if padding == "same":
            x = np.pad(x, ((0, 0), *same_pads(x, size, steps), (0, 0)))
        return pooled(kind, x, size, stride=steps)

    return suspect


def _apart(x, size, *, stride=None, padding="valid"):
    return referee.max_pool2d(x, size, padding=padding)


def _tall(x, size, *, stride=None, padding="valid"):
    (height, _), steps = window_and_steps(size, stride)
    return referee.avg_pool2d(x, (height, height), stride=steps, padding=padding)


SUSPECTS = {
    "zeros": _zeros_around("max"),
    "counted": _zeros_around("average"),
    "apart": _apart,
    "tall": _tall,
}


def _experiment(entry):
    """Return (x, size, settings) of a learner's experiment, or raise Refused."""
    if not isinstance(entry, tuple | list) or len(entry) not in (2, 3):
        raise Refused("wanted a tuple (x, size, settings)")
    settings = entry[2] if len(entry) == 3 else {}
    if not isinstance(settings, dict) or not settings.keys() <= {"stride", "padding"}:
        raise Refused("settings is a dict with stride, padding, or none of them")
    if settings.get("padding", "valid") not in ("valid", "same"):
        raise Refused('padding is "valid" or "same"')
    stride = settings.get("stride")
    return (
        _few(entry[0]),
        pair("size", entry[1], 1, 9),
        {
            "stride": None if stride is None else pair("stride", stride, 1, 9),
            "padding": settings.get("padding", "valid"),
        },
    )


def _few(value):
    x = plane("x", value)
    if x.size > MOST:
        raise Refused(f"x holds {x.size} numbers; at most {MOST} are allowed")
    return x[None, :, :, None]


def _run(name, entry):
    """Return (share, sentence, misconception or None) for one experiment."""
    x, size, settings = _experiment(entry)
    right = _right(KINDS[name], x, size, settings)
    theirs = SUSPECTS[name](x, size, **settings)
    if difference(right, theirs) is None:
        return 0.0, "not exposed: here it is right", _why(name, x, size, settings)
    return 1.0, f"exposed: Keras {_brief(right)}, the suspect {_brief(theirs)}", None


def _right(kind, x, size, settings):
    if settings["padding"] == "valid" and (
        x.shape[1] < size[0] or x.shape[2] < size[1]
    ):
        raise Refused("the window doesn't fit into x, and nothing is padded")
    return pooled(kind, x, size, **settings)


def _brief(y):
    rows = y[0, :, :, 0]
    return " / ".join(" ".join(f"{v:g}" for v in row) for row in rows) or "nothing"


def _why(name, x, size, settings):
    """Return why an experiment doesn't expose its suspect, where that is known."""
    _, steps = window_and_steps(size, settings["stride"])
    if name in ("zeros", "counted"):
        inside = settings["padding"] == "valid" or not np.any(same_pads(x, size, steps))
        return "every window stays inside" if inside else _hidden_border(name, x)
    if name == "apart":
        return "the stride is the window's size" if steps == size else None
    return "a square window" if size[0] == size[1] else None


def _hidden_border(name, x):
    return "a border that hides zeros" if name == "zeros" and x.max() >= 0 else None


EXERCISE = Exercise(examine=examiner(SUSPECTS, _run))
