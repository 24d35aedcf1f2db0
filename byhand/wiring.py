"""Which input meets which weight in which output.

A convolution is a list of triples (input, weight, output): "input 8 times weight 2 goes
into output 3". Sizes, sums, groups, dilation and transposed convolution follow from
that list alone, so it is the one model that all explorers share. Flat indices count in
C order over the layouts of the course: inputs (H, W, C), weights (kh, kw, C // groups,
F), outputs (H_out, W_out, F). Inputs are counted in the *padded* frame, so that a
window that hangs over the border can be drawn; ``real`` tells which are no padding.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Wiring:
    """Triples of flat indices into a padded frame, a kernel and an output."""

    frame: tuple
    weights: tuple
    outputs: tuple
    pad: tuple  # ((top, bottom), (left, right))
    i: np.ndarray
    k: np.ndarray
    o: np.ndarray

    @property
    def inputs(self):
        """Shape of the input without its padding."""
        (top, bottom), (left, right) = self.pad
        h, w, c = self.frame
        return (h - top - bottom, w - left - right, c)

    @property
    def real(self):
        """One flag per cell of the frame: False for padding."""
        (top, _), (left, _) = self.pad
        h, w, _ = self.inputs
        flags = np.zeros(self.frame, dtype=bool)
        flags[top : top + h, left : left + w] = True
        return flags.ravel()

    def frame_index(self):
        """Flat index in the frame of every input, in the shape of the input."""
        return np.flatnonzero(self.real).reshape(self.inputs)

    def padded(self, x):
        """Put an input (H, W, C) in its frame of zeros."""
        return np.pad(x, (*self.pad, (0, 0)))

    def apply(self, x, w, b=0.0):
        """Multiply along every triple and add up per output: the forward pass."""
        products = self.padded(x).ravel()[self.i] * np.ravel(w)[self.k]
        size = int(np.prod(self.outputs))
        total = np.bincount(self.o, weights=products, minlength=size)
        return total.reshape(self.outputs) + b

    def back(self, dy, x, w):
        """Send a gradient back along every triple.

        Returns
        -------
        dx, dw : ndarray
            In the shapes of ``x`` and ``w``; padding gets no gradient.
        """
        dy = np.ravel(dy)[self.o]
        frame = np.bincount(
            self.i, weights=dy * np.ravel(w)[self.k], minlength=self.real.size
        )
        dw = np.bincount(
            self.k,
            weights=dy * self.padded(x).ravel()[self.i],
            minlength=int(np.prod(self.weights)),
        )
        return frame[self.frame_index()], dw.reshape(self.weights)

    def triples(self):
        """Return the real triples as a set of (input, weight, output)."""
        keep = self.real[self.i]
        return set(
            zip(
                self.i[keep].tolist(),
                self.k[keep].tolist(),
                self.o[keep].tolist(),
                strict=True,
            )
        )


def reach(k, dilation=1):
    """Count the inputs from the first tap of a kernel to its last."""
    return dilation * (k - 1) + 1


def output_size(n, k, *, stride=1, padding=0, dilation=1):
    """Count the stops of a kernel; ``padding`` is the total of both sides."""
    return (n + padding - reach(k, dilation)) // stride + 1


def pad_widths(n, k, padding, *, stride=1, dilation=1):
    """Return the zeros before and after one axis.

    ``padding`` is a number for both sides, ``"valid"``, or Keras's ``"same"``, whose
    odd row goes after.
    """
    if padding == "valid":
        return (0, 0)
    if padding == "same":
        stops = -(-n // stride)
        total = max((stops - 1) * stride + reach(k, dilation) - n, 0)
        return (total // 2, total - total // 2)
    return (padding, padding)


def convolution(shape, kernel, *, stride=1, padding=0, dilation=1, groups=1):
    """Wire a convolution of inputs (H, W, C) with kernels (kh, kw, C // groups, F).

    Kernels of one row wire a signal: stride, padding and dilation then act along the
    row only.
    """
    (h, w, c), (kh, kw, c_group, f) = shape, kernel
    signal = h == 1 and kh == 1
    steps = (1 if signal else stride, stride)
    above = 0 if signal else padding
    pad = (
        pad_widths(h, kh, above, stride=steps[0], dilation=dilation),
        pad_widths(w, kw, padding, stride=stride, dilation=dilation),
    )
    frame = (h + sum(pad[0]), w + sum(pad[1]), c)
    h_out = output_size(frame[0], kh, stride=steps[0], dilation=dilation)
    w_out = output_size(frame[1], kw, stride=stride, dilation=dilation)
    outputs = (h_out, w_out, f)
    i, j, m, p, q, g = (
        axis.ravel() for axis in np.indices((h_out, w_out, f, kh, kw, c_group))
    )
    channel = m // (f // groups) * c_group + g
    return Wiring(
        frame,
        tuple(kernel),
        outputs,
        pad,
        np.ravel_multi_index(
            (i * steps[0] + p * dilation, j * stride + q * dilation, channel), frame
        ),
        np.ravel_multi_index((p, q, g, m), kernel),
        np.ravel_multi_index((i, j, m), outputs),
    )


def flipped(wiring):
    """Return the same windows met by the kernel turned by half a circle."""
    p, q, g, m = np.unravel_index(wiring.k, wiring.weights)
    kh, kw = wiring.weights[:2]
    turned = np.ravel_multi_index((kh - 1 - p, kw - 1 - q, g, m), wiring.weights)
    return replace(wiring, k=turned)


def transposed_size(n, k, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Count the outputs of a transposed convolution along one axis."""
    return (n - 1) * stride + reach(k, dilation) - 2 * padding + output_padding


def transposed(shape, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Wire a transposed convolution of one plane (H, W) with a kernel (kh, kw).

    Input (i, j) stamps the kernel at row i*stride - padding, column j*stride - padding;
    what falls outside the output is cropped. One row each wires a signal.
    """
    (h, w), (kh, kw) = shape, kernel
    row = {"stride": stride, "padding": padding, "output_padding": output_padding}
    column = dict(row)
    if h == 1 and kh == 1:
        row = {"stride": 1, "padding": 0, "output_padding": 0}
    size = (
        transposed_size(h, kh, **row, dilation=dilation),
        transposed_size(w, kw, **column, dilation=dilation),
    )
    i, j, p, q = (axis.ravel() for axis in np.indices((h, w, kh, kw)))
    r = i * row["stride"] + p * dilation - row["padding"]
    s = j * stride + q * dilation - padding
    keep = (r >= 0) & (r < size[0]) & (s >= 0) & (s < size[1])
    return Wiring(
        (h, w, 1),
        (kh, kw, 1, 1),
        (*size, 1),
        ((0, 0), (0, 0)),
        (i * w + j)[keep],
        (p * kw + q)[keep],
        (r * size[1] + s)[keep],
    )


def receptive_field(layers):
    """Follow one unit of the last layer down to the input.

    Parameters
    ----------
    layers : sequence of dict
        ``kernel``, ``stride``, ``padding``, ``dilation`` of each, the first first.

    Returns
    -------
    list of dict
        After each layer: ``size`` of the field, ``jump`` between neighbours and
        ``start``, the input index under the first unit's first tap.
    """
    size, jump, start, rows = 1, 1, 0, []
    for layer in layers:
        size += (reach(layer["kernel"], layer["dilation"]) - 1) * jump
        start -= layer["padding"] * jump
        jump *= layer["stride"]
        rows.append({"size": size, "jump": jump, "start": start})
    return rows


def sizes(n, layers):
    """Return the width of the input and of every layer above it."""
    widths = [n]
    for layer in layers:
        widths.append(
            output_size(
                widths[-1],
                layer["kernel"],
                stride=layer["stride"],
                padding=2 * layer["padding"],
                dilation=layer["dilation"],
            )
        )
    return widths


def cone(n, layers, top):
    """Return, per layer from the input up, the units that feed unit ``top``."""
    widths = sizes(n, layers)
    levels = [{top}]
    for layer, width in zip(reversed(layers), reversed(widths[:-1]), strict=True):
        taps = range(layer["kernel"])
        first = [u * layer["stride"] - layer["padding"] for u in levels[0]]
        under = {f + t * layer["dilation"] for f in first for t in taps}
        levels.insert(0, {u for u in under if 0 <= u < width})
    return levels


def edges(n, layers):
    """Return, per layer, the pairs (unit below, unit above) that are wired."""
    result = []
    for layer, (below, above) in zip(layers, pairwise(sizes(n, layers)), strict=True):
        pairs = (
            (u * layer["stride"] - layer["padding"] + t * layer["dilation"], u)
            for u in range(above)
            for t in range(layer["kernel"])
        )
        result.append([(v, u) for v, u in pairs if 0 <= v < below])
    return result
