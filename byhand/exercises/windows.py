"""What an output of a convolution reads: the window behind it."""

from collections.abc import Callable

from byhand.referee import pad_widths, per_axis


def convolution_window(
    rank: int = 2, first: int = 0, channels: bool = False, filters: bool = False
) -> Callable[[dict, tuple], dict]:
    """Return a ``window(arguments, index)`` for a convolution's exercise.

    The result maps "x" and "w" to index tuples; {} where the window reaches into the
    padding, since no part of x shows that.
    """

    def read(arguments, index):
        stride = per_axis(arguments.get("stride", 1), rank)
        pads = pad_widths(arguments.get("padding", 0), rank)
        dilation = per_axis(arguments.get("dilation", 1), rank)
        x, w = arguments["x"], arguments["w"]
        place = []
        for axis in range(rank):
            start = index[first + axis] * stride[axis] - pads[axis][0]
            stop = start + dilation[axis] * (w.shape[axis] - 1) + 1
            if start < 0 or stop > x.shape[first + axis]:
                return {}
            step = dilation[axis] if dilation[axis] > 1 else None
            place.append(slice(start, stop, step))
        every = slice(None)
        in_x = [*index[:first], *place, *([every] if channels else [])]
        in_w = [every] * (rank + channels) + ([index[-1]] if filters else [])
        return {"x": tuple(in_x), "w": tuple(in_w)}

    return read
