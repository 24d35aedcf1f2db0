"""The thin user interface: controls above one HTML figure.

An Explorer holds a state, a plain dict. A control changes one entry, every entry is
brought into its possible range, the model computes numbers, the picture turns them into
HTML. ipywidgets is imported when the first one is displayed; where it is missing, or
where ``BYHAND_STATIC`` is set, an explorer shows its static form.
"""

import importlib.util
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byhand.explore import controls as c
from byhand.explore import render
from byhand.explore.controls import Function, State
from byhand.explore.figure import Figure, text
from byhand.explore.probe import NotWrittenError, TroubleError, name_of

if TYPE_CHECKING:
    from byhand.explore.widgets import View


@dataclass(frozen=True)
class Kind:
    """One kind of explorer.

    ``start(function)`` gives the first state, ``controls(state, function)`` what can be
    set from there, ``follow(state, before)`` brings what depends on a change along,
    ``numbers(state, function)`` is the model, ``picture(numbers)`` the Figure,
    ``code(state, function)`` the setting as code, and ``task(state, function)`` one
    thing to try. ``first`` names the controls that are not folded away.
    """

    name: str
    label: str
    start: Callable[[Function], State]
    controls: Callable[[State, Function], list[c.Control]]
    follow: Callable[[State, State], None]
    numbers: Callable[[State, Function], Any]
    picture: Callable[[Any], Figure]
    code: Callable[[State, Function], str]
    task: Callable[[State, Function], str]
    first: tuple[str, ...]


class Explorer:
    """A small interactive picture; display it, or steer it from Python.

    Attributes
    ----------
    state : dict
        The setting, readable; change it with ``set``.
    notes : list of str
        What the last ``set`` could not do as asked.
    """

    def __init__(
        self,
        kind: Kind,
        function: Function = None,
        names: Mapping[str, Any] | None = None,
        **state: Any,
    ) -> None:
        self.kind = kind
        self.notes: list[str] = []
        self._summary = self._sheet = ""
        self._uid = render.new_id()
        self._held, self._names = function, _where_named(function, names)
        self._state = dict(kind.start(function))
        self._settle(self._state)
        self._first = dict(self._state)
        self._view: View | None = None
        if state:
            self.set(**state)
            self._first = dict(self._state)

    @property
    def function(self) -> Function:
        """The learner's function, as it is defined now.

        A function that its notebook knows by its name is looked up there each time: a
        cell that defines it again changes the picture.
        """
        if self._held is None:
            return None
        now = self._names.get(name_of(self._held))
        return now if callable(now) else self._held

    @function.setter
    def function(self, function: Function) -> None:
        self._held, self._names = function, {}

    @property
    def state(self) -> State:
        """A copy of the setting."""
        return dict(self._state)

    def controls(self) -> list[c.Control]:
        """Return the controls on offer at this setting."""
        return self.kind.controls(self._state, self.function)

    def set(self, **changes: Any) -> "Explorer":
        """Change the setting; a number out of range becomes the nearest possible.

        Returns
        -------
        Explorer
            Itself, so that ``explore.pooling().set(window=3)`` displays.
        """
        unknown = sorted(set(changes) - set(self._state))
        if unknown:
            known = ", ".join(sorted(self._state))
            raise ValueError(
                f"{self.kind.name} has no {', '.join(unknown)}; it has {known}."
            )
        before = dict(self._state)
        try:
            for _ in range(2):  # the second round for those that had to wait for others
                for name, value in changes.items():
                    last = dict(self._state)
                    self._state[name] = self._tidy(name, value)
                    self._settle(last)
        except (TypeError, ValueError):
            self._state = before
            raise
        self.notes = [
            self._note(name, value)
            for name, value in changes.items()
            if not _equal(self._state[name], value)
        ]
        self._show()
        return self

    def reset(self) -> "Explorer":
        """Go back to the setting at which this explorer opened."""
        self._state, self.notes = dict(self._first), []
        self._show()
        return self

    def code(self) -> str:
        """Return this setting as code."""
        return self.kind.code(self._state, self.function)

    def static(self, *, whose: bool = True) -> str:
        """Return the figure as one HTML string, for a page without a kernel."""
        return self.drawn(whose=whose)

    def summary(self) -> str:
        """Return what a screen reader says after a change (HTML)."""
        return self._summary

    def sheet(self) -> str:
        """Return the style sheet of the last live figure (HTML)."""
        return self._sheet

    def drawn(self, *, live: bool = False, whose: bool = True) -> str:
        """Return the figure as one HTML string.

        A live one stands under its controls, so it says what to try with them; it
        keeps its id, and leaves its style to ``sheet``, which seldom changes.
        ``whose`` lets it say that the numbers are the learner's.
        """
        label = self.kind.label
        try:
            return self._drawn(live, whose)
        except TroubleError as trouble:
            self._summary = text(trouble)
        except Exception as error:  # a stale picture would be worse than this
            self._summary = text(f"This explorer cannot draw the setting: {error!r}")
        return self._rendered(render.sentence(self._summary, label), live)

    def _rendered(self, picture: Figure, live: bool) -> str:
        if not live:
            return render.render(picture)
        self._sheet = render.sheet(picture, self._uid)
        return render.render(picture, self._uid, styled=False)

    def _drawn(self, live: bool, told: bool) -> str:
        whose = self._whose() if told else []
        try:
            numbers = self.kind.numbers(self.state, self.function)
        except NotWrittenError:
            if not os.environ.get("BYHAND_STATIC"):
                raise
            # a page without a kernel can't be run again: ours is better than nothing
            numbers = self.kind.numbers(self.state, None)
            name = text(name_of(self.function))
            whose = [
                f"This picture is ours; yours comes once <code>{name}</code> runs."
            ]
        picture = self.kind.picture(numbers)
        picture.label, picture.code = self.kind.label, self.code()
        picture.seed = self._state.get("seed")
        if picture.whose:
            picture.says = [*whose, *picture.says]
        if live:
            picture.task = self.kind.task(self._state, self.function)
        elif os.environ.get("BYHAND_STATIC"):
            picture.says.append(self._elsewhere())
        picture.alerts = [*map(text, self.notes), *picture.alerts]
        self._summary = render.summary(picture)
        return self._rendered(picture, live)

    @property
    def widget(self) -> Any:
        """The ipywidgets box, made when it is first asked for."""
        return self._opened().box

    def _opened(self) -> "View":
        if self._view is None or self._view.closed:
            from byhand.explore.widgets import View

            self._view = View(self)
        return self._view

    def _ipython_display_(self) -> None:
        """Display the controls, and a picture that stays when the kernel is gone."""
        from IPython.display import display

        if os.environ.get("BYHAND_STATIC") or not _has_widgets():
            display({"text/plain": repr(self), "text/html": self.static()}, raw=True)
            return
        view = self._opened()
        view.displayed()
        kept = render.kept(self.static(), view.mark)
        display({"text/plain": repr(self), "text/html": kept}, raw=True)
        display(view.box)

    def __repr__(self) -> str:
        """Return the call that makes this explorer again."""
        return self.code().splitlines()[-1]

    def _whose(self) -> list[str]:
        if self.function is None:
            return []
        name = text(name_of(self.function))
        return [f"The numbers come from <b>your</b> <code>{name}</code>."]

    def _elsewhere(self) -> str:
        """Say what a page without a kernel can't do, and where it can be done."""
        first = self.kind.first
        shown = (one for one in self.controls() if not getattr(one, "hidden", False))
        names = [one.label for one in shown if one.name in first]
        return (
            "This picture stays at its setting. In the course's notebook it has "
            f"controls ({text(', '.join(names))}, and more)."
        )

    def _tidy(self, name: str, value: Any) -> Any:
        for control in self.controls():
            if control.name == name:
                return control.tidy(value)
        return self._state[name]

    def _settle(self, last: State) -> None:
        """Bring every entry into its range.

        One may depend on another, so after each correction all is looked at again; an
        earlier control gives way before a later one.
        """
        for _ in range(40):
            self.kind.follow(self._state, last)
            last = dict(self._state)
            if not self._correct_one():
                return

    def _correct_one(self) -> bool:
        for control in self.controls():
            if not isinstance(control, c.Numbers | c.Layers):
                value = control.tidy(self._state[control.name])
                if value != self._state[control.name]:
                    self._state[control.name] = value
                    return True
        return False

    def _note(self, name: str, value: Any) -> str:
        for control in self.controls():
            if control.name == name and isinstance(control, c.Number | c.Real):
                return (
                    f"{name}={value} is not possible at this setting, which allows "
                    f"{control.low} to {control.high}: taken as {self._state[name]}."
                )
        return f"{name}={value!r} is not possible here: {self._state[name]!r} stays."

    def _show(self) -> None:
        if self._view is not None and not self._view.closed:
            self._view.show()


def _where_named(
    function: Function, names: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """Return the namespace that knows the function by its name, else an empty one."""
    if function is None or names is None:
        return {}
    return names if names.get(name_of(function)) is function else {}


def _equal(state: Any, asked: Any) -> bool:
    if isinstance(state, tuple) and not isinstance(asked, str):
        return True
    if isinstance(asked, str) and isinstance(state, tuple):
        return True
    return state == asked


def _has_widgets() -> bool:
    return importlib.util.find_spec("ipywidgets") is not None
