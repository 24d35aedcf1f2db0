"""ipywidgets for the controls of an explorer; nothing else imports ipywidgets.

The controls stand in rows above the figure, those that matter first, the others folded
away. Numbers are fields with a label of their own, which a screen reader names and
which take little room. A view that its cell has replaced is closed, and all of its
models with it.
"""

import contextlib
import itertools
import uuid
import weakref
from collections.abc import Callable
from typing import Any, Protocol

import ipywidgets as w

from byhand.explore import controls as c

# A place that a screen reader reads out whenever its words change. It has to be there
# before they do, so its attribute is set when a style sheet beside it has been read.
_LIVE = (
    "<style onload=\"this.closest('.byhand-explorer')"
    ".querySelector('.byhand-said>div').setAttribute('aria-live','polite')\">"
    ".byhand-said{position:absolute!important;width:1px;height:1px;overflow:hidden;"
    "clip-path:inset(50%);margin:0!important}</style>"
)
_STYLE = {"description_width": "initial"}
_OPEN: weakref.WeakSet["View"] = weakref.WeakSet()
_runs = itertools.count(1)  # where no frontend tells one run of a cell from another


class Explorer(Protocol):
    """What a view asks of the explorer that it shows."""

    kind: Any
    function: Any
    state: dict[str, Any]

    def controls(self) -> list[c.Control]:
        """Return the controls on offer at this setting."""

    def drawn(self, *, live: bool) -> str:
        """Return the figure as HTML."""

    def sheet(self) -> str:
        """Return the style sheet of the figure that was drawn last."""

    def set(self, **changes: Any) -> object:
        """Change the setting."""

    def reset(self) -> object:
        """Go back to the first setting."""


class View:
    """The controls and the figure of one explorer, kept in step with its state.

    Attributes
    ----------
    box : ipywidgets.VBox
        What is displayed.
    mark : str
        A class that no other view has; the kept picture hides while it is on the page.
    made : dict
        The widget of each control, by name.
    closed : bool
    """

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.quiet, self.closed = False, False
        self.announces = False  # the first picture is no change
        self.made: dict[str, w.Widget] = {}
        self.mark = f"byhand-live-{uuid.uuid4().hex[:8]}"
        self.shown: dict[str, str] = {}  # cell -> the run of it that displayed this
        self.drawn_with: Any = None
        self.reset = _button("Reset", "Back to the setting at the start", "64px")
        self.reset.on_click(lambda _: explorer.reset())
        self.fold = _button("More", "Show or hide the other settings", "64px")
        self.fold.on_click(lambda _: self._fold())
        self.first, self.more = _row(), _row()
        self.more.layout.display = "none"
        self.html = w.HTML(layout=w.Layout(width="100%"))
        self.html.add_class("byhand-figure")
        self.said = w.HTML()
        self.said.add_class("byhand-said")
        # apart from the figure: a page takes long over a new style sheet
        self.look = w.HTML(layout=w.Layout(display="none"))
        self.box = w.VBox([self.first, self.more, self.html, self.said, self.look])
        self.box.add_class("byhand-explorer")
        self.box.add_class(self.mark)
        self.show()
        _OPEN.add(self)
        _watch_cells()

    def show(self) -> None:
        """Bring every control and the figure to the explorer's state."""
        state = self.explorer.state
        self.quiet = True
        try:
            controls = [one for one in self.explorer.controls() if not hidden(one)]
            for control in controls:
                widget = self.made.get(control.name) or self._make(control)
                _update(widget, control, state[control.name])
            self._arrange([control.name for control in controls])
        finally:
            self.quiet = False
        self.drawn_with = self.explorer.function
        self._draw()
        if self.announces:
            self.said.value = f"<p>{self.explorer.summary()}</p>"
        self.announces = True

    def _draw(self) -> None:
        figure = self.explorer.drawn(live=True)
        self.look.value = _LIVE + self.explorer.sheet()
        self.html.value = figure

    def refresh(self) -> None:
        """Draw again when the learner's function has been defined anew."""
        if self.explorer.function is not self.drawn_with:
            self.show()

    def displayed(self) -> None:
        """Note the cell that displays this, and close what its last run displayed."""
        cell, run = _running_cell()
        if not cell:
            return
        for view in list(_OPEN):
            if view is not self and view.shown.get(cell, run) != run:
                del view.shown[cell]
                if not view.shown:
                    view.close()
        self.shown[cell] = run

    def close(self) -> None:
        """Close all widgets of this view."""
        _OPEN.discard(self)
        self.closed = True
        for widget in (*self.made.values(), self.reset, self.fold):
            _close(widget)
        for widget in (self.first, self.more, self.html, self.said, self.look):
            _close(widget)
        _close(self.box)

    def _arrange(self, names: list[str]) -> None:
        first = [name for name in self.explorer.kind.first if name in names]
        rest = [name for name in names if name not in first]
        fold = [self.fold] if rest else []
        _fill(self.first, [*(self.made[name] for name in first), *fold, self.reset])
        _fill(self.more, [self.made[name] for name in rest])

    def _fold(self) -> None:
        hide = self.more.layout.display != "none"
        self.more.layout.display = "none" if hide else ""
        self.fold.description = "More" if hide else "Fewer"

    def _make(self, control: c.Control) -> w.Widget:
        widget = _MAKE[type(control)](control)
        self.made[control.name] = widget
        target = widget.inner if isinstance(control, c.Pixels) else widget
        target.observe(lambda change: self._changed(control.name, change), "value")
        return widget

    def _changed(self, name: str, change: dict) -> None:
        if self.quiet:
            return
        try:
            self.explorer.set(**{name: change["new"]})
        except ValueError as error:
            self.explorer.notes = [str(error)]
            self._draw()


def hidden(control: c.Control) -> bool:
    """Return whether a control is for Python only."""
    return getattr(control, "hidden", False)


def _watch_cells() -> None:
    """Look after every cell whether it has defined a drawn function anew."""
    with contextlib.suppress(ImportError):
        from IPython import get_ipython

        shell = get_ipython()
        if shell is not None and not getattr(shell, "byhand_watches", False):
            shell.events.register("post_run_cell", _after_cell)
            shell.byhand_watches = True


def _after_cell(*_: Any) -> None:
    for view in list(_OPEN):
        view.refresh()


def _running_cell() -> tuple[str, str]:
    """Return the id of the running cell and of this run of it, as far as known."""
    with contextlib.suppress(Exception):
        from IPython import get_ipython

        parent = get_ipython().kernel.get_parent("shell")
        return parent["metadata"].get("cellId", ""), parent["header"]["msg_id"]
    return "", str(next(_runs))


def _close(widget: w.Widget) -> None:
    """Close a widget with its layout, its style and what it is made of."""
    for child in getattr(widget, "children", ()):
        _close(child)
    for name in ("layout", "style"):
        part = getattr(widget, name, None)
        if isinstance(part, w.Widget):
            part.close()
    widget.close()


def _row() -> w.HBox:
    row = w.HBox(layout=w.Layout(flex_flow="row wrap", grid_gap="0 14px"))
    row.add_class("byhand-controls")
    return row


def _button(description: str, tooltip: str, width: str) -> w.Button:
    return w.Button(
        description=description, tooltip=tooltip, layout=w.Layout(width=width)
    )


def _fill(row: w.HBox, children: list[w.Widget]) -> None:
    if tuple(children) != row.children:
        row.children = children


def _letters(control: c.Control, more: int) -> w.Layout:
    """Return a layout as wide as the label and ``more`` pixels."""
    return w.Layout(width=f"{round(7.2 * len(control.label)) + more}px")


def _whole(control: c.Number) -> w.BoundedIntText:
    return w.BoundedIntText(
        description=control.label,
        continuous_update=True,
        style=_STYLE,
        layout=_letters(control, 72),
    )


def _real(control: c.Real) -> w.BoundedFloatText:
    return w.BoundedFloatText(
        description=control.label,
        continuous_update=True,
        style=_STYLE,
        layout=_letters(control, 84),
    )


def _choice(control: c.Choice) -> w.Dropdown:
    longest = max(len(label) for label, _ in control.options)
    return w.Dropdown(
        options=control.options,
        description=control.label,
        style=_STYLE,
        layout=_letters(control, min(max(7 * longest, 40), 120) + 40),
    )


def _flag(control: c.Flag) -> w.Checkbox:
    return w.Checkbox(
        description=control.label, indent=False, layout=_letters(control, 36)
    )


def _numbers(control: c.Numbers) -> w.Text:
    return w.Text(
        description=control.label,
        continuous_update=False,
        style=_STYLE,
        layout=w.Layout(width="330px"),
    )


class _Board(w.VBox):
    """A square of toggles; ``inner.value`` is the drawing as nested tuples."""

    def __init__(self, control: c.Pixels):
        import traitlets

        class Value(traitlets.HasTraits):
            value = traitlets.Any()

        self.inner = Value()
        side = "26px"
        self.look = w.Layout(
            width=side, height="24px", padding="0", margin="0", border="1px solid #888"
        )
        ink = w.ButtonStyle(button_color="#0072B2", text_color="#ffffff")
        paper = w.ButtonStyle(button_color="#ffffff", text_color="#6b6b6b")
        self.styles = {1.0: ink, -1.0: paper}
        self.toggles = [
            w.Button(layout=self.look, style=paper) for _ in range(control.size**2)
        ]
        for k, toggle in enumerate(self.toggles):
            toggle.on_click(lambda _, k=k: self._press(k))
        board = w.GridBox(
            self.toggles,
            layout=w.Layout(
                grid_template_columns=f"repeat({control.size}, {side})", grid_gap="1px"
            ),
        )
        super().__init__([w.Label(control.label), board])

    def _press(self, k: int) -> None:
        rows = [list(row) for row in self.inner.value]
        r, col = divmod(k, len(rows))
        rows[r][col] = -rows[r][col]
        self.inner.value = tuple(map(tuple, rows))

    def draw(self, rows: tuple[tuple[float, ...], ...]) -> None:
        """Show a drawing."""
        size = len(rows)
        for k, toggle in enumerate(self.toggles):
            r, col = divmod(k, size)
            value = rows[r][col]
            word = "■" if value > 0 else "·"
            if toggle.description != word:
                toggle.style = self.styles[value]
                toggle.description = word
                ink = "ink" if value > 0 else "paper"
                toggle.tooltip = f"row {r}, column {col}: {ink}"
        self.inner.value = rows


def _update(widget: w.Widget, control: c.Control, value: Any) -> None:
    if isinstance(control, c.Number | c.Real):
        with widget.hold_trait_notifications():
            widget.min, widget.max = control.low, control.high
            if isinstance(control, c.Real):
                widget.step = control.step
            widget.value = value
        widget.disabled = control.low == control.high
        widget.tooltip = f"{control.label}, {_range(control)}"
    elif isinstance(control, c.Choice):
        if tuple(widget.options) != tuple(control.options):
            widget.options = control.options
        widget.value = value
    elif isinstance(control, c.Numbers):
        widget.value = c.write_table(value)
    elif isinstance(control, c.Pixels):
        widget.draw(value)
    else:
        widget.value = value


def _range(control: c.Number | c.Real) -> str:
    if control.low == control.high:
        return f"only {control.low:g} is possible at this setting"
    return f"{control.low:g} to {control.high:g} at this setting"


_MAKE: dict[type, Callable[[Any], w.Widget]] = {
    c.Number: _whole,
    c.Real: _real,
    c.Choice: _choice,
    c.Flag: _flag,
    c.Numbers: _numbers,
    c.Pixels: _Board,
}
