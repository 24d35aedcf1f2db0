"""Explorers: small interactive pictures that run the learner's own function.

``explore.convolution()`` shows our own model, ``explore.convolution(conv2d)`` the
learner's ``conv2d``, with every difference from the definition marked. Each call
returns an Explorer: display it as the last line of a cell, steer it with
``explorer.set(stride=2)``, read ``explorer.state``, take ``explorer.static()`` for a
page without a kernel.

Nothing is imported before it is used: neither ipywidgets nor a single explorer.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byhand.explore.panel import Explorer

Function = Callable[..., Any] | None


def _explorer(
    name: str, label: str, function: Any, fixed: Mapping[str, Any], state: dict
) -> "Explorer":
    """Join model and picture; ``fixed`` is what no control can change.

    The function is looked up again by its name where ``explore.name`` was called.
    """
    from byhand.explore.panel import Explorer, Kind

    model = import_module(f"byhand.explore.models.{name}")
    picture = import_module(f"byhand.explore.pictures.{name}")
    kind = Kind(
        name,
        f"{label} explorer",
        lambda function: model.start(function, **fixed),
        model.controls,
        model.follow,
        model.numbers,
        picture.picture,
        model.code,
        model.task,
        model.first(function),
    )
    return Explorer(kind, function, sys._getframe(2).f_globals, **state)


def convolution(
    function: Function = None, *, dims: int | None = None, **state: Any
) -> "Explorer":
    """Explore a convolution: input, kernel, output, the sum and the size formula.

    Parameters
    ----------
    function : callable, optional
        ``conv2d(x, w, b, *, stride, padding, dilation)`` on planes, or
        ``conv1d(x, w, b, *, stride)`` on signals when its name contains ``1d``. What
        it doesn't take gets no control. One that takes ``groups`` is called with
        (N, H, W, C) arrays. Without it our own model gives the numbers.
    dims : int, optional
        1 for a signal, 2 for a picture; otherwise told by the function's name.
    **state
        A setting to open with: ``input`` (``"numbers"``, ``"lesson 6x6"``,
        ``"binary 5x5"``, ``"one pixel"``, ``"edge"``, ``"photograph"``; for signals
        ``"1 2 3 4"``), ``x`` and ``w`` (tables of numbers), ``height``, ``width``,
        ``kernel`` (such as ``"Sobel"``), ``kh``, ``kw``, ``stride``, ``padding`` (a
        number or ``"same"``), ``dilation``, ``channels``, ``groups``, ``b``, ``flip``
        (compare with true convolution), ``seed``, ``row`` and ``col`` (the output
        pinned at the start).

    Returns
    -------
    Explorer
    """
    more = {} if dims is None else {"dims": dims}
    return _explorer("convolution", "Convolution", function, more, state)


def channels(
    function: Function = None, *, form: str | None = None, **state: Any
) -> "Explorer":
    """Explore planes, filters, partial sums and maps.

    Parameters
    ----------
    function : callable, optional
        ``conv2d_channels(x, w, ...)``, ``conv2d_filters(x, w, ...)``,
        ``conv2d_bias(x, w, b, ...)`` or ``conv2d_batch(x, w, b, ...)``; its name tells
        which arrays it takes.
    form : str, optional
        Says it when the name doesn't: ``"one"`` for x (H, W, C) and one filter
        (kh, kw, C), ``"image"`` for (H, W, C) and (kh, kw, C, F), ``"batch"`` for
        (N, H, W, C) and (kh, kw, C, F).
    **state
        ``input`` (``"lesson"`` or ``"numbers"``), ``planes``, ``filters``, ``height``,
        ``width``, ``kh``, ``kw``, ``stride``, ``padding``, ``dilation``, ``bias``,
        ``seed``, ``row``, ``col``.

    Returns
    -------
    Explorer
    """
    more = {} if form is None else {"form": form}
    return _explorer("channels", "Channels", function, more, state)


def x_or_o(score: Function = None, **state: Any) -> "Explorer":
    """Explore template matching: a picture, a feature, its match map, its letter.

    Parameters
    ----------
    score : callable, optional
        ``match_score(patch, feature)``, which gives the score of one place.
    **state
        ``picture`` (``"clean X"``, ``"bent X"``, ``"round O"``, ``"blank"``),
        ``pixels`` (9x9, positive is ink), ``room`` (paper around, 0 to 3), ``down``,
        ``right``, ``noise``, ``feature`` (``"falling diagonal"``,
        ``"rising diagonal"``, ``"crossing"``), ``verdict`` (name the letter, with the
        strongest matches and the ``threshold``), ``seed``, ``row``, ``col``.

    Returns
    -------
    Explorer
    """
    return _explorer("x_or_o", "X or O", score, {}, state)


def pooling(
    function: Function = None, *, kind: str | None = None, **state: Any
) -> "Explorer":
    """Explore pooling: windows, winners, output, and what is thrown away.

    Parameters
    ----------
    function : callable, optional
        ``max_pool2d(x, size, *, stride, padding)``, ``avg_pool2d`` or ``l2_pool2d``
        the same, or ``global_pool2d(x, kind)``, on (N, H, W, C). Windows and winners
        are found by pushing one input at a time.
    kind : str, optional
        ``"max"``, ``"average"``, ``"L2"``, ``"global max"`` or ``"global average"``,
        when the function's name doesn't tell.
    **state
        ``input`` (``"lesson"``, ``"numbers"``, ``"all negative"``, ``"ties"``),
        ``height``, ``width``, ``window``, ``stride``, ``padding`` (``"valid"`` or
        ``"same"``), ``shift``, ``seed``, ``row``, ``col``.

    Returns
    -------
    Explorer
    """
    more = {} if kind is None else {"kind": kind}
    return _explorer("pooling", "Pooling", function, more, state)


def receptive_field(function: Function = None, **state: Any) -> "Explorer":
    """Explore what a unit of a stack of layers can see.

    Parameters
    ----------
    function : callable, optional
        ``receptive_field(layers)``, which takes a list of dicts ``kernel``,
        ``stride``, ``padding``, ``dilation`` and returns (size, jump, start), or the
        size alone. It stands beside what an impulse through the stack measures.
    **state
        ``preset`` (``"two 3s"``, ``"one 5"``, ``"one 3, dilation 2"``,
        ``"dilations 1 2 4"``, ``"conv pool conv"``, ``"strides of 2"``, ``"six 3s"``),
        ``layers`` (up to six (kernel, stride, padding, dilation) or dicts), ``view``
        (``"cone"`` or ``"grid"``), ``n`` (input size), ``depth``, ``layer`` (the one
        that ``kernel``, ``stride``, ``padding``, ``dilation`` change), ``top``.

    Returns
    -------
    Explorer
    """
    return _explorer("receptive_field", "Receptive field", function, {}, state)


def gradient_flow(
    function: Function = None, *, dims: int | None = None, **state: Any
) -> "Explorer":
    """Explore the backward pass: dw and dx beside central differences, and a descent.

    Parameters
    ----------
    function : callable, optional
        ``conv2d_backward(dy, x, w, *, stride, padding, dilation)`` on (N, H, W, C), or
        ``conv1d_backward(dy, x, w, *, stride)`` on signals when its name contains
        ``1d``; it returns dx, dw, db. Each number that leaves the central difference is
        marked, and the descent takes the learner's dw.
    dims : int, optional
        1 or 2, when the function's name doesn't tell.
    **state
        ``input`` (``"lesson"`` for signals, ``"numbers"``), ``height``, ``width``,
        ``kh``, ``kw``, ``stride``, ``padding``, ``dilation``, ``loss`` (``"half the
        squares"``, ``"distance to a target"``, ``"weighted sum"``), ``rate``,
        ``step`` (0 to 20), ``seed``, ``row`` and ``col`` of the pinned dw.

    Returns
    -------
    Explorer
    """
    more = {} if dims is None else {"dims": dims}
    return _explorer("gradient_flow", "Gradient flow", function, more, state)


def transposed_convolution(
    function: Function = None, *, dims: int | None = None, **state: Any
) -> "Explorer":
    """Explore a transposed convolution: stamps, overlaps, gaps and the matrix.

    Parameters
    ----------
    function : callable, optional
        ``conv2d_transpose(x, w, b, *, stride, padding, output_padding)`` on
        (N, H, W, C) with w (kh, kw, C_out, C_in), or ``conv1d_transpose(x, w, *,
        stride)`` on signals when its name contains ``1d``. Its stamps are found by
        impulses.
    dims : int, optional
        1 or 2, when the function's name doesn't tell.
    **state
        ``input`` (``"lesson"`` for signals, ``"numbers"``, ``"one pixel"``,
        ``"ones"``), ``height``, ``width``, ``kh``, ``kw``, ``stride``, ``padding``,
        ``output_padding``, ``dilation``, ``b``, ``view`` (``"scatter"``,
        ``"zero insertion"``, ``"matrix"``), ``seed``, ``row``, ``col``.

    Returns
    -------
    Explorer
    """
    more = {} if dims is None else {"dims": dims}
    return _explorer(
        "transposed_convolution", "Transposed convolution", function, more, state
    )


def filters_and_maps(
    network: Any = None,
    *,
    pictures: Any = None,
    labels: Any = None,
    names: Any = None,
    **state: Any,
) -> "Explorer":
    """Explore a whole network on one picture: maps, classes, and the product of a cell.

    Parameters
    ----------
    network : sequence of layers, optional
        Each has ``forward(x)`` on (N, H, W, C) or (N, C); or an object with such
        ``layers``. What feeds a cell is read off the layers' weights (an array of four
        axes, or of two for a dense layer) or ``size``, and ``stride``, ``padding``,
        ``dilation``. Without it a network that was recorded.
    pictures : ndarray, shape (N, H, W) or (N, H, W, C), optional
        What is shown to it; 8 drawn X and O unless given.
    labels : sequence of int, optional
        The true class of each picture.
    names : sequence of str, optional
        What the classes are called; their numbers unless given.
    **state
        ``picture``, ``layer``, ``filter`` (which map), ``row``, ``col``.

    Returns
    -------
    Explorer
    """
    from byhand.explore.models.filters_and_maps import Network

    wrapped = Network(network, pictures, labels, names)
    return _explorer("filters_and_maps", "Filters and maps", wrapped, {}, state)
