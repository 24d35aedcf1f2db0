"""What mistaken gradients of max and average pooling compute."""

import numpy as np

from byhand import referee
from byhand.slips import fill
from byhand.slips_gradients import first_example


class Windows:
    """Which pixels each window of a pooling covers, asked of Keras stop by stop.

    ``covers`` and ``winners`` have shape (S, N, H, W, C), one plane for each stop, and
    say where the stop's upstream gradient may go, and where it goes at a maximum.
    """

    def __init__(self, dy, x, size, stride):
        """Ask average and max pooling where an upstream gradient of 1 goes."""
        self.dy, self.x = dy, x
        self.stops = list(np.ndindex(*dy.shape[1:3]))
        alone = np.zeros((len(self.stops), *dy.shape))
        for s, (i, j) in enumerate(self.stops):
            alone[s, :, i, j] = 1.0
        many = np.tile(x, (len(self.stops), 1, 1, 1))
        flat = alone.reshape(-1, *dy.shape[1:])
        shape = (len(self.stops), *x.shape)
        self.covers = (
            referee.avg_pool2d_backward(flat, many, size, stride=stride) > 0
        ).reshape(shape)
        self.winners = (
            referee.max_pool2d_backward(flat, many, size, stride=stride) > 0
        ).reshape(shape)

    def at(self, array, s):
        """Return stop s of an array shaped like dy, ready to meet pictures."""
        i, j = self.stops[s]
        return array[:, i : i + 1, j : j + 1]

    def total(self, share):
        """Return dx when stop s gives its gradient to ``share(s)``, times it."""
        return sum(share(s) * self.at(self.dy, s) for s in range(len(self.stops)))

    def overwritten(self, share, where, backwards=False):
        """Return dx when a later stop overwrites an earlier one at ``where[s]``."""
        dx = np.zeros(self.x.shape)
        order = range(len(self.stops))
        for s in reversed(order) if backwards else order:
            dx = np.where(where[s], share(s) * self.at(self.dy, s), dx)
        return dx


def equal_to_maximum(seen, top):
    """Return share(s): 1 at every pixel of the window that equals its maximum."""
    return lambda s: seen.covers[s] & (seen.x == seen.at(top, s))


def crop_to_windows(x, dy, size, stride):
    """Return the part of x that some window covers."""
    rows, columns = (
        (n - 1) * s + k for n, s, k in zip(dy.shape[1:3], stride, size, strict=True)
    )
    return x[:, :rows, :columns]


def last_winner(dy, x, size, stride):
    """Return dx when the last maximum of a window wins: everything turned round."""
    turned = crop_to_windows(x, dy, size, stride)[:, ::-1, ::-1]
    dx = referee.max_pool2d_backward(dy[:, ::-1, ::-1], turned, size, stride=stride)
    return fill(dx[:, ::-1, ::-1], x.shape)


def as_pairs(function):
    """Hand size and stride to a slip as pairs."""

    def slip(dy, x, size, *, stride=None):
        size = referee.per_axis(size, 2)
        stride = size if stride is None else referee.per_axis(stride, 2)
        return function(dy, x, size, stride)

    return slip


def on_windows(function):
    """Hand ``Windows`` to a slip as its only argument."""
    return as_pairs(lambda dy, x, size, stride: function(Windows(dy, x, size, stride)))


def asked(back, of_dy=lambda dy, x, size, stride: dy, of_x=lambda x: x):
    """Return a slip that asks a pooling's referee with other arrays."""

    def slip(dy, x, size, stride):
        return back(of_dy(dy, x, size, stride), of_x(x), size, stride=stride)

    return as_pairs(slip)


def default_of_one(back):
    """Return a slip: where no stride is given, the window moves one step at a time."""

    def slip(dy, x, size, *, stride=None):
        if stride is not None:
            return back(dy, x, size, stride=stride)
        return neighbouring(back)(dy, x, size)

    return slip


def side_by_side(back):
    """Return a slip: windows lie side by side, cut off where x ends."""

    def slip(dy, x, size, stride):
        starts = [(n - 1) * k for n, k in zip(dy.shape[1:3], size, strict=True)]
        if back is MAX and (starts[0] >= x.shape[1] or starts[1] >= x.shape[2]):
            raise ValueError("a window of nothing has no maximum")
        need = [
            (0, max(s + k - n, 0))
            for s, k, n in zip(starts, size, x.shape[1:3], strict=True)
        ]
        wide = np.pad(x, ((0, 0), *need, (0, 0)), constant_values=x.min() - 1)
        wide = crop_to_windows(wide, dy, size, size)
        return fill(back(dy, wide, size, stride=size), x.shape)

    return as_pairs(slip)


def neighbouring(back):
    """Return a slip: the window moves one step at a time."""

    def slip(dy, x, size, stride):
        near = crop_to_windows(x, dy, size, (1, 1))
        return fill(back(dy, near, size, stride=1), x.shape)

    return as_pairs(slip)


MAX = referee.max_pool2d_backward


AVG = referee.avg_pool2d_backward


def _tied(share):
    """Return a slip where ``share(mask)`` of each window's maxima gets dy."""

    def slip(dy, x, size, stride):
        seen = Windows(dy, x, size, stride)
        top = referee.max_pool2d(x, size, stride=stride)
        mask = equal_to_maximum(seen, top)
        return seen.total(lambda s: share(mask(s).astype(np.float64)))

    return as_pairs(slip)


def _any_channel(axes):
    """Return a slip with one maximum over all channels (and examples) of a window."""

    def slip(dy, x, size, stride):
        seen = Windows(dy, x, size, stride)
        top = referee.max_pool2d(x, size, stride=stride)
        top = np.broadcast_to(top.max(axis=axes, keepdims=True), top.shape)
        return seen.total(equal_to_maximum(seen, top))

    return as_pairs(slip)


def _from_the_corner(seen):
    def share(s):
        rows, columns = np.nonzero(seen.covers[s].any(axis=(0, 3)))
        return np.roll(seen.winners[s], (-rows.min(), -columns.min()), axis=(1, 2))

    return seen.total(share)


def _top_of(dy, x, size, stride):
    return referee.max_pool2d(x, size, stride=stride)


def of_ones(dy, x, size, stride):
    """Return an upstream gradient of ones."""
    return np.ones(dy.shape)


MAX_SLIPS = {
    "ties sent to every maximum": _tied(lambda mask: mask),
    "ties shared between the maxima": _tied(
        lambda mask: mask / mask.sum(axis=(1, 2), keepdims=True)
    ),
    "ties sent to the last maximum": as_pairs(last_winner),
    "dx assigned instead of accumulated": (
        on_windows(lambda s: s.overwritten(lambda k: s.winners[k], s.covers)),
        on_windows(lambda s: s.overwritten(lambda k: s.winners[k], s.winners)),
    ),
    "gradient sent to the whole window": on_windows(
        lambda s: s.total(lambda k: s.covers[k])
    ),
    "averaged instead of sent to the maximum": asked(AVG),
    "the smallest instead of the largest": asked(MAX, of_x=lambda x: -x),
    "stride ignored": neighbouring(MAX),
    "the default stride taken for 1": default_of_one(MAX),
    "the window's size taken for the stride": side_by_side(MAX),
    "upstream gradient ignored": asked(MAX, of_ones),
    "the maximum in place of the gradient": asked(MAX, _top_of),
    "one maximum for all channels": (_any_channel(3), _any_channel((0, 3))),
    "the winner's place counted from the corner": on_windows(_from_the_corner),
    "only the first example": asked(MAX, of_x=first_example),
}
