"""One submission inside the sandbox, run once more to see its pictures.

Nothing is judged here, so the packages are the real ones, TensorFlow included, and the
cells run in IPython as they do in a notebook.
"""

import base64

from .session import Session

MAX_PICTURES = 12  # of one cell
MAX_BYTES = 2 << 20  # of one picture
MAX_CAPTION = 500
PNG = "image/png"


def warm_up():
    """Import what draws, and TensorFlow where it is installed."""
    import contextlib
    import importlib

    import matplotlib

    matplotlib.use("module://matplotlib_inline.backend_inline", force=True)
    matplotlib.interactive(True)
    import IPython.core.interactiveshell
    import matplotlib.pyplot
    import numpy

    import byhand.checks.checking
    import byhand.explore
    import byhand.plots

    with contextlib.suppress(ImportError):
        importlib.import_module("tensorflow")
    return IPython, matplotlib.pyplot, numpy, byhand


def serve(channel, seed):
    """Answer requests until the grader closes the channel."""
    Showing(channel, seed).serve()


class Showing(Session):
    """A session whose cells run in IPython and give their pictures back."""

    def __init__(self, channel, seed):
        super().__init__(channel, seed)
        from IPython.core.interactiveshell import InteractiveShell
        from matplotlib_inline import backend_inline
        from traitlets.config import Config

        del self.module.display, self.module.get_ipython
        config = Config({"HistoryManager": {"enabled": False}})
        self.shell = InteractiveShell.instance(user_module=self.module, config=config)
        formatter = self.shell.display_formatter
        formatter.active_types = [*formatter.format_types]
        backend_inline.configure_inline_support(self.shell, "inline")

    def do_show(self, source, seconds):
        """Run a cell; return a list of (PNG as bytes, caption)."""
        from IPython.utils.capture import capture_output

        with self.limited(seconds), capture_output() as captured:
            self.shell.run_cell(source)
        found = [_picture(output.data) for output in captured.outputs]
        return [picture for picture in found if picture][:MAX_PICTURES]


def _picture(data):
    """Return (PNG, caption) of what was displayed, or None when it is no picture."""
    png = data.get(PNG)
    if isinstance(png, str):
        png = base64.b64decode(png)
    if not isinstance(png, bytes) or len(png) > MAX_BYTES:
        return None
    plain = str(data.get("text/plain", ""))
    caption = "" if plain.startswith("<") else plain  # <Figure size 640x480 ...>
    return png, caption[:MAX_CAPTION]
