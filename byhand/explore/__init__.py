"""Explorers: small interactive pictures that run the learner's own function.

``explore.convolution()`` shows our own model, ``explore.convolution(conv2d)`` the
learner's ``conv2d``, with every difference from the definition marked. Each call
returns an Explorer: display it as the last line of a cell, steer it with
``explorer.set(stride=2)``, read ``explorer.state``, take ``explorer.static()`` for a
page without a kernel.

Nothing is imported before it is used: neither ipywidgets nor a single explorer.
"""

from importlib import import_module


def _explorer(name, label, function, fixed, state):
    """Join model and picture; ``fixed`` is what no control can change."""
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
    )
    return Explorer(kind, function, **state)


def convolution(function=None, *, dims=None, **state):
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
