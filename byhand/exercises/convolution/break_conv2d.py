"""``break_conv2d``: how it is judged."""

import numpy as np

from byhand import referee
from byhand.checks.comparing import difference
from byhand.exercises.declaring import Exercise
from byhand.exercises.experiments import Refused, examiner, pair, plane

OFF = {"stride": 1, "padding": 0, "dilation": 1}


def _turned(x, w, b=0.0, **settings):
    return referee.conv2d(x, w[::-1, ::-1], b, **settings)


def _crawls(x, w, b=0.0, **settings):
    return _first_stops(x, w, b, settings, "stride")


def _leans(x, w, b=0.0, *, padding=0, **settings):
    pads = tuple(
        (before + after, 0) for before, after in referee.pad_widths(padding, 2)
    )
    return referee.conv2d(x, w, b, padding=pads, **settings)


def _cramped(x, w, b=0.0, **settings):
    return _first_stops(x, w, b, settings, "dilation")


def _first_stops(x, w, b, settings, off):
    """Return a map without one setting, as large as the map with it."""
    rows, columns = referee.conv2d(x, w, b, **settings).shape
    return referee.conv2d(x, w, b, **{**settings, off: 1})[:rows, :columns]


# Four wrong convolutions which all return an array of the right shape.
SUSPECTS = {
    "turned": _turned,
    "crawls": _crawls,
    "leans": _leans,
    "cramped": _cramped,
}


SETTING = {"crawls": "stride", "leans": "padding", "cramped": "dilation"}
SMALL = {"x": 8, "w": 4}  # most rows and columns of an experiment
HIGHEST = 4  # of a stride, padding or dilation


def _experiment(entry):
    """Return (x, w, settings) of a learner's experiment, or raise Refused."""
    if not isinstance(entry, tuple | list) or len(entry) not in (2, 3):
        raise Refused("wanted a tuple (x, w, settings)")
    x, w = (_small(name, v) for name, v in zip("xw", entry[:2], strict=True))
    settings = entry[2] if len(entry) == 3 else {}
    if not isinstance(settings, dict) or not settings.keys() <= OFF.keys():
        raise Refused(f"settings is a dict with any of {', '.join(OFF)}")
    return (
        x,
        w,
        {name: pair(name, v, OFF[name], HIGHEST) for name, v in settings.items()},
    )


def _small(name, value):
    rows = plane(name, value)
    if max(rows.shape) > SMALL[name]:
        raise Refused(f"{name} is too large: at most {SMALL[name]} rows and columns")
    return rows


def _exposed(x, w, settings):
    """Return the suspects whose map differs from the right one."""
    try:
        right = referee.conv2d(x, w, **settings)
    except ValueError:
        raise Refused("the kernel doesn't fit into the padded picture") from None
    return [
        name
        for name, suspect in SUSPECTS.items()
        if not _why(name, w, settings)  # then it can't differ: Keras needn't be asked
        and difference(right, suspect(x, w, **settings)) is not None
    ]


def _run(name, entry):
    """Return (share, sentence, misconception or None) for one experiment."""
    x, w, settings = _experiment(entry)
    caught = _exposed(x, w, settings)
    others = [other for other in caught if other != name]
    if name not in caught:
        return 0.0, "not exposed: here it gives the right map", _why(name, w, settings)
    if others:
        what = f"exposed, and also {', '.join(others)}: half"
        return 0.5, what, "several mistakes exposed at once"
    return 1.0, "exposed, and the other three are cleared", None


def _why(name, w, settings):
    if name == "turned":
        same = np.array_equal(w, w[::-1, ::-1])
        return "a kernel that is the same when turned" if same else None
    setting = SETTING[name]
    neutral = (OFF[setting],) * 2
    return "the setting is off" if settings.get(setting, neutral) == neutral else None


EXERCISE = Exercise(examine=examiner(SUSPECTS, _run))
