"""ipywidgets for the controls of an explorer; nothing else imports ipywidgets."""

import ipywidgets as w

from byhand.explore import controls as c
from byhand.explore import render
from byhand.explore.figure import text

_WIDE = {"description_width": "104px"}


class View:
    """The controls and the figure of one explorer, kept in step with its state."""

    def __init__(self, explorer):
        self.explorer = explorer
        self.quiet = False
        self.made = {}
        self.reset = w.Button(
            description="Reset", tooltip="Back to the setting at the start"
        )
        self.reset.layout.width = "90px"
        self.reset.on_click(lambda _: explorer.reset())
        self.column = w.VBox(layout=w.Layout(width="302px", flex="0 0 auto"))
        self.column.add_class("byhand-controls")
        self.html = w.HTML(layout=w.Layout(flex="1 1 420px", min_width="300px"))
        self.html.add_class("byhand-figure")
        self.box = w.HBox(
            [self.column, self.html], layout=w.Layout(flex_flow="row wrap")
        )
        self.box.add_class("byhand-explorer")
        self.show()

    def show(self):
        """Bring every control and the figure to the explorer's state."""
        state = self.explorer.state
        self.quiet = True
        try:
            controls = [one for one in self.explorer.controls() if not hidden(one)]
            for control in controls:
                widget = self.made.get(control.name) or self._make(control)
                _update(widget, control, state[control.name])
            children = (*(self.made[one.name] for one in controls), self.reset)
            if children != self.column.children:
                self.column.children = children
        finally:
            self.quiet = False
        self.html.value = self.explorer.static()

    def _make(self, control):
        widget = _MAKE[type(control)](control)
        self.made[control.name] = widget
        target = widget.inner if isinstance(control, c.Pixels) else widget
        target.observe(lambda change: self._changed(control.name, change), "value")
        return widget

    def _changed(self, name, change):
        if self.quiet:
            return
        try:
            self.explorer.set(**{name: change["new"]})
        except ValueError as error:
            said = text(error)
            self.html.value = render.sentence(said, label=self.explorer.kind.label)


def hidden(control):
    """Return whether a control is for Python only."""
    return getattr(control, "hidden", False)


def _slider(control):
    return w.IntSlider(
        description=control.label, style=_WIDE, layout=w.Layout(width="294px")
    )


def _real(control):
    return w.FloatSlider(
        description=control.label, style=_WIDE, layout=w.Layout(width="294px")
    )


def _choice(control):
    return w.Dropdown(
        options=control.options,
        description=control.label,
        style=_WIDE,
        layout=w.Layout(width="294px"),
    )


def _flag(control):
    return w.Checkbox(
        description=control.label,
        indent=False,
        layout=w.Layout(width="280px", margin="0 0 0 108px"),
    )


def _numbers(control):
    return w.Text(
        description=control.label,
        continuous_update=False,
        style=_WIDE,
        layout=w.Layout(width="294px"),
    )


class _Board(w.VBox):
    """A square of toggles; ``inner.value`` is the drawing as nested tuples."""

    def __init__(self, control):
        import traitlets

        class Value(traitlets.HasTraits):
            value = traitlets.Any()

        self.inner = Value()
        side = "26px"
        layout = w.Layout(
            width=side, height="24px", padding="0", margin="0", border="1px solid #888"
        )
        ink = w.ButtonStyle(button_color="#0072B2", text_color="#ffffff")
        paper = w.ButtonStyle(button_color="#ffffff", text_color="#777777")
        self.styles = {1.0: ink, -1.0: paper}
        self.toggles = [
            w.Button(layout=layout, style=paper) for _ in range(control.size**2)
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

    def _press(self, k):
        rows = [list(row) for row in self.inner.value]
        r, col = divmod(k, len(rows))
        rows[r][col] = -rows[r][col]
        self.inner.value = tuple(map(tuple, rows))

    def draw(self, rows):
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


def _update(widget, control, value):
    if isinstance(control, c.Number | c.Real):
        with widget.hold_trait_notifications():
            widget.min, widget.max = control.low, control.high
            if isinstance(control, c.Real):
                widget.step = control.step
            widget.value = value
        widget.disabled = control.low == control.high
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


_MAKE = {
    c.Number: _slider,
    c.Real: _real,
    c.Choice: _choice,
    c.Flag: _flag,
    c.Numbers: _numbers,
    c.Pixels: _Board,
}
