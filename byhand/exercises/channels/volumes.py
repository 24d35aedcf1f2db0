"""What several exercises of this lesson share."""

from byhand import referee
from byhand.exercises.convolution_cases import conv_cases, conv_hidden
from byhand.exercises.inputs import eighths


def _depths(size):
    """Return (channels, filters): unequal, but for square pictures."""
    return (2, 2) if size[0] == size[1] else (3, 2)


def filters(x, w, b=None, **settings):
    """Ask Keras for one picture (H, W, C) and a bank of filters (kh, kw, C, F)."""
    return referee.convolution(x[None], w, b, **settings)[0]


def _arrays(*, batch=False, filters=True, bias=False):
    """Return ``make(rng, size, kernel)`` for the arrays of one call."""

    def make(rng, size, kernel):
        c, f = _depths(size)
        x = eighths(rng, *((2,) if batch else ()), *size, c)
        w = eighths(rng, *kernel, c, *((f,) if filters else ()))
        return (x, w, eighths(rng, f)) if bias else (x, w)

    return make


def grids(number, **which):
    """Return the visible and hidden cases of one of the four."""
    make = _arrays(**which)
    return {
        "cases": lambda: conv_cases(make, number),
        "hidden": lambda rng: conv_hidden(make, rng),
    }


def one_row_a_place(maps):
    """Return maps as a matrix with one row for each place of each map."""
    return maps.reshape(-1, maps.shape[-1])


### BEGIN MISTAKES

import numpy as np

from byhand import slips
from byhand.slips_settings import direction_slips, more_slips

SETTINGS = ("stride", "padding", "dilation")


def one_kept(x, channel):
    """Return x with every other channel set to 0."""
    keep = np.zeros(x.shape[-1])
    keep[channel] = 1.0
    return x * keep


def _without_bias(b):
    return [np.zeros_like(v) for v in b]


def _channel_slips(ask):
    """Return what goes wrong where channels are added up."""

    def averaged(x, w, *b, **k):
        plain = ask(x, w, *_without_bias(b), **k)
        rest = ask(x, w, *b, **k) - plain
        return plain / x.shape[-1] + rest

    def first_kernel(x, w, *b, **k):
        return ask(x, np.repeat(w[:, :, :1], w.shape[2], axis=2), *b, **k)

    return {
        "only the last channel": lambda x, w, *b, **k: ask(one_kept(x, -1), w, *b, **k),
        "channels averaged": averaged,
        "the first kernel for every channel": first_kernel,
    }


def slices_slip(ask):
    """Return what comes out when the maps of the channels aren't added."""

    def stacked(x, w, **k):
        each = [ask(one_kept(x, c), w, **k) for c in range(x.shape[-1])]
        return np.stack(each, axis=2)

    def flat(x, w, **k):
        y = stacked(x, w, **k)
        return y.reshape(*y.shape[:2], -1)

    def filters_first(x, w, **k):
        y = stacked(x, w, **k)
        return y.swapaxes(2, 3).reshape(*y.shape[:2], -1) if y.ndim == 4 else y

    return {
        "a 2D slice per channel instead of the volume": (stacked, flat, filters_first)
    }


def filter_slips(ask, first=0):
    """Return what goes wrong where several filters stand side by side."""

    def result(make):
        return lambda x, w, *b, **k: make(ask(x, w, *b, **k))

    def repeated(which):
        def slip(x, w, *b, **k):
            y = ask(x, w, *b, **k)
            return np.repeat(y[..., [which]], y.shape[-1], axis=-1)

        return slip

    def exchanged(error):
        def slip(x, w, *b, **k):
            if w.shape[2] != w.shape[3]:
                raise error("channels and filters differ in number")
            return ask(x, w.swapaxes(2, 3), *b, **k)

        return slip

    def one(which):
        def weights_only(x, w, *b, **k):
            kernel = np.repeat(w[..., [which]], w.shape[-1], axis=-1)
            return ask(x, kernel, *b, **k)

        return (
            weights_only,
            repeated(which),
            result(lambda y: y[..., which]),
            result(lambda y: y[..., [which]]),
        )

    return {
        "only the first filter": one(0),
        "only the last filter": one(-1),
        "the maps added up into one": (
            result(lambda y: y.sum(axis=-1)),
            result(lambda y: y.sum(axis=-1, keepdims=True)),
        ),
        "channels first for channels last": result(lambda y: np.moveaxis(y, -1, first)),
        "in and out of the kernel swapped": (
            exchanged(ValueError),
            exchanged(IndexError),
        ),
    }


def bias_slips(ask):
    """Return what goes wrong with the bias of each filter."""

    def with_bias(make):
        return lambda x, w, b, **k: ask(x, w, make(b, w), **k)

    return {
        "bias added per channel": with_bias(lambda b, w: b * w.shape[2]),
        "the same bias for every filter": tuple(
            with_bias(lambda b, w, one=one: np.full_like(b, one(b)))
            for one in (np.sum, np.mean, lambda b: b[0], lambda b: b[-1])
        ),
    }


def _batch_slips(ask):
    def result(make):
        return lambda x, w, *b, **k: make(ask(x, w, *b, **k))

    def only(which):
        def others_zero(y):
            kept = np.zeros_like(y)
            kept[which] = y[which]
            return kept

        return (
            result(lambda y: np.repeat(y[[which]], len(y), axis=0)),
            result(others_zero),
            result(lambda y: y[which]),
            result(lambda y: y[[which]]),
        )

    return {
        "only the first example": only(0),
        "only the last example": only(-1),
        "the batch added up": (
            result(lambda y: y.sum(axis=0)),
            result(lambda y: y.sum(axis=0, keepdims=True)),
            result(lambda y: y.mean(axis=0)),
            result(lambda y: y.mean(axis=0, keepdims=True)),
        ),
    }


def all_slips(ask, *, first=0, offers=SETTINGS, more=()):
    """Return the slips of a convolution with channels, and ``more`` of them."""
    found = slips.convolution(ask, first=first, channels=True, offers=offers)
    found |= more_slips(ask, first=first, offers=offers) | _channel_slips(ask)
    found |= direction_slips(ask, offers)
    for some in more:
        found |= some
    return found


WITH_BIAS = (*SETTINGS, "filters", "bias")


BATCH_SLIPS = all_slips(
    referee.convolution,
    first=1,
    offers=(*WITH_BIAS, "batch"),
    more=(
        filter_slips(referee.convolution, first=1),
        bias_slips(referee.convolution),
        _batch_slips(referee.convolution),
    ),
)

### END MISTAKES
