"""One submission inside the sandbox, run once more to see its pictures.

Nothing is judged here, so the packages are the real ones, TensorFlow included, and the
cells run in IPython as they do in a notebook.
"""

import base64
import importlib
from collections.abc import Mapping
from typing import Any

from .kernel import Kernel

MAX_PICTURES = 12  # of one cell
MAX_BYTES = 2 << 20  # of one picture
MAX_CAPTION = 500
PNG = "image/png"
WARM = ("IPython.core.interactiveshell", "matplotlib.pyplot", "numpy")


def warm_up() -> None:
    """Import what draws."""
    import matplotlib

    matplotlib.use("module://matplotlib_inline.backend_inline", force=True)
    matplotlib.interactive(True)
    for name in WARM:
        importlib.import_module(name)


class DrawingKernel(Kernel):
    """A kernel whose cells run in IPython and give their pictures back."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        from IPython.core.interactiveshell import InteractiveShell
        from matplotlib_inline import backend_inline
        from traitlets.config import Config

        for name in ("display", "get_ipython"):
            del self.names[name]
        config = Config({"HistoryManager": {"enabled": False}})
        self.shell = InteractiveShell.instance(user_module=self.module, config=config)
        formatter: Any = self.shell.display_formatter
        formatter.active_types = [*formatter.format_types]
        backend_inline.configure_inline_support(self.shell, "inline")

    def do_show(self, source: str, seconds: float) -> list[tuple[bytes, str]]:
        """Run a cell; return a list of (PNG as bytes, caption)."""
        from IPython.utils.capture import capture_output

        with self.limited(seconds), capture_output() as captured:
            self.shell.run_cell(source)
        found = [_picture(output.data) for output in captured.outputs]
        return [picture for picture in found if picture][:MAX_PICTURES]


def _picture(data: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """Return (PNG, caption) of what was displayed, or None when it is no picture."""
    png = data.get(PNG)
    if isinstance(png, str):
        png = base64.b64decode(png)
    if not isinstance(png, bytes) or len(png) > MAX_BYTES:
        return None
    plain = str(data.get("text/plain", ""))
    caption = "" if plain.startswith("<") else plain  # <Figure size 640x480 ...>
    return png, caption[:MAX_CAPTION]
