"""What byhand's checks need inside the sandbox; a plain course's worker has none of it.

Its helpers are here, what computes or draws is a stub, NumPy's finished loops refuse.
"""

import contextlib
import importlib
import io
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypedDict

from byhand.checks import by_hand, running
from byhand.checks.desk import Desk, settle
from byhand.evidence import reached

from . import import_stubs, wire
from .kernel import Kernel, flush

SENTENCE = "by hand: write this with NumPy; {} can't be used in an answer"
_WARM = ("byhand.data", "byhand.given", "byhand.helpers")
_DRAWS = ("byhand.checks.checking", "byhand.explore", "byhand.plots")


def install() -> None:
    """Put the stubs in place, and the loops of NumPy out of reach."""
    for name in _WARM:
        importlib.import_module(name)
    _refuse_numpy_loops()
    _refuse_picture_filters()
    _stub_course()


def warm_up_drawing() -> None:
    """Import what draws, and TensorFlow where it is installed."""
    for name in _DRAWS:
        importlib.import_module(name)
    with contextlib.suppress(ImportError):
        importlib.import_module("tensorflow")


def _refuse_numpy_loops() -> None:
    """Replace np.convolve and np.correlate everywhere that NumPy keeps them."""
    for space, name in list(by_hand.of_numpy()):
        space[name] = by_hand.refusing(f"np.{name}")


def _refuse_picture_filters() -> None:
    """Pillow comes with matplotlib; its filters convolve."""
    from PIL import Image

    refused = by_hand.refusing("PIL filter")
    core = vars(Image)["core"]
    filters = (Image.Image, "filter"), (core, "filter"), (core, "gaussian_blur")
    for owner, name in filters:
        if hasattr(owner, name):
            setattr(owner, name, refused)


def _stub_course() -> None:
    """Let lessons import all of byhand; only its data and its helpers are here."""
    refused = import_stubs.refused(SENTENCE)
    keras = import_stubs.StubModule("byhand.keras", refused)
    referee = import_stubs.StubModule("byhand.referee", refused)
    layers = types.ModuleType("byhand.keras_layer")
    # what byhand gives as its ``keras`` and ``tensorflow``
    tensorflow = import_stubs.StubModule("tensorflow", refused)
    vars(layers).update(for_notebook=lambda: keras, load_tensorflow=lambda: tensorflow)
    checking = types.ModuleType("byhand.checks.checking")
    vars(checking)["check"] = lambda *args, **kwargs: 0.0
    vars(checking)["passes"] = lambda *args, **kwargs: False
    shows = (
        import_stubs.StubModule(f"byhand.{name}", import_stubs.quiet)
        for name in ("explore", "plots", "wires")
    )
    log = import_stubs.StubModule("byhand.checks.log", import_stubs.quiet)
    for module in (keras, referee, layers, checking, log, *shows):
        sys.modules[module.__name__] = module


class OutcomeTold(TypedDict):
    """An Outcome of `byhand.checks.running` as plain data."""

    value: Any
    error: list[str | int | None] | None
    timed_out: bool
    printed: str
    warned: list[str]
    changed: list[str]
    shares: bool
    seconds: float


class Requests:
    """What checks ask of a student's process beside the kernel's own requests."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        settle(Desk(given=self.given))

    def given(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Ask the judge for an operation of Keras's, once for the same arguments.

        Visible and hidden cases, and a learner's own cells, ask the same again.
        """
        return self.kernel.ask_once(
            f"given.{name}", "given", name, list(args), dict(kwargs)
        )

    def do_reached(self, function: Any) -> list[str] | None:
        """Return the names that a function's code reaches, None where it has none."""
        found = reached.names(function)
        return None if found is None else sorted(found)

    def do_guarded(
        self, function: Any, args: list[Any], kwargs: dict[str, Any], seconds: float
    ) -> OutcomeTold:
        """Call a function as a check does, and return its Outcome."""
        with by_hand.refused(function):
            return self._called(function, args, kwargs, seconds)

    def _called(
        self, function: Any, args: list[Any], kwargs: dict[str, Any], seconds: float
    ) -> OutcomeTold:
        """Call it where the loops are refused already."""
        if not callable(function):
            raise TypeError(f"{type(function).__name__} is not a function")
        outcome = running.call(
            function,
            args,
            kwargs,
            seconds=seconds,
            limit=lambda seconds: self.kernel.limited(seconds, running.TimedOut),
            capture=_captured,
            refuse=lambda function: contextlib.nullcontext(),
        )
        return _told(outcome)

    def do_many(
        self,
        function: Any,
        calls: Iterable[tuple[list[Any], dict[str, Any]]],
        seconds: float,
    ) -> None:
        """Do several such calls; send each Outcome at once, stop as a check does."""
        blank = 0  # results of None so far
        with by_hand.refused(function):
            for number, (args, kwargs) in enumerate(calls, 1):
                told = self._called(function, args, kwargs, seconds)
                flush()
                try:
                    self.kernel.send("part", told)
                except wire.WireError as error:
                    told["value"] = None
                    told["error"] = ["TypeError", str(error), None, "", ""]
                    self.kernel.send("part", told)
                blank += told["value"] is None and not told["error"]
                if told["timed_out"] or number == blank == 2:
                    return


@contextlib.contextmanager
def _captured() -> Iterator[Callable[[], str]]:
    """Capture what Python prints; descriptors 1 and 2 lead to the judge anyway."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        yield lambda: text.getvalue()[: running.KEPT_TEXT]


def _told(outcome: running.Outcome) -> OutcomeTold:
    """Return an Outcome as plain data."""
    error = outcome.error
    return {
        "value": outcome.value,
        "error": None
        if error is None
        else [error.type_name, error.message, error.line, error.text, error.place],
        "timed_out": outcome.timed_out,
        "printed": outcome.printed,
        "warned": list(outcome.warned),
        "changed": list(outcome.changed),
        "shares": outcome.shares,
        "seconds": outcome.seconds,
    }
