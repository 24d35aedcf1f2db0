"""The one table of exercises: ids, signatures, points, minutes, cases, referees.

Each lesson has a module here with ``EXERCISES``, a tuple of ``Exercise``. The builder
takes headings, points and signatures from it, ``byhand.checks.checking`` takes cases
and referees, the documentation prints it. No answer is in it: a referee asks Keras,
and a value that can't be asked for is kept as a salted digest in ``data/recorded``.
"""

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

LESSONS = {
    "00_start_here": "start_here",
    "01_x_or_o": "x_or_o",
    "02_convolution": "convolution",
    "03_channels": "channels",
    "04_conv_family": "conv_family",
    "05_pooling": "pooling",
    "06_backprop": "backprop",
    "07_transposed_convolution": "transposed_convolution",
    "08_train_a_cnn": "train_a_cnn",
}


@dataclass(frozen=True)
class Case:
    """One call that a check makes: a name for the report, and the arguments."""

    name: str
    args: tuple = ()
    kwargs: Mapping = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """All that the course knows about one exercise.

    Parameters
    ----------
    id : the name that the learner defines, and nbgrader's ``grade_id``
    number : "2.4", the lesson and the place in it
    title : a few words for tables and reports
    kind : "function" (compared with a referee), "value" (one answer, compared with a
        digest), "choices" (a dict of answers, one digest each) or "open" (judged by
        ``examine``)
    signature : "conv1d(x, w, b=0.0, *, stride=1)"; "" for values and choices
    points, minutes, lines : what it earns, how long it takes, how long ours is
    layer : the Keras call that computes the same, as text
    referee : ``referee(*args, **kwargs)`` gives the right result in float64
    cases : ``cases()`` gives the visible cases, the smallest first
    hidden : ``hidden(rng)`` gives fresh cases from a NumPy generator
    slips : name of a misconception -> what it would compute from the same arguments;
        several callables where the same misconception can show in several ways
    parts : names of the results, ("dx", "dw", "db"); ("y",) by default
    window : ``window(arguments, index)`` -> {argument: index tuple}: what the output
        at ``index`` reads, for the drawing and the last line of a report
    witness : ``witness(*args, **kwargs)`` gives, for each of ``parts``, what central
        differences of the loss say along one direction; None at a kink
    adapt : ``adapt(subject)`` makes a function of the signature out of what the
        learner defined, where that is a class
    examine : for "open" ones, ``examine(subject, rng)`` -> Finding, where ``subject``
        is what the learner defined and ``rng`` is None in the visible check
    hints : three sentences of rising strength, for a mistake that nobody recognised
    by_hand : names that the grading sandbox takes away, such as "np.convolve"
    counted : False for predictions and warm-ups, which earn points and aren't counted
        among the exercises
    reveal : whether the report of "choices" says which answers are right
    """

    id: str
    number: str
    title: str
    points: float
    minutes: int
    kind: str = "function"
    signature: str = ""
    lines: int = 0
    layer: str = ""
    referee: Callable | None = None
    cases: Callable[[], Sequence[Case]] | None = None
    hidden: Callable | None = None
    slips: Mapping[str, Callable | tuple] = field(default_factory=dict)
    parts: tuple = ("y",)
    window: Callable | None = None
    witness: Callable | None = None
    adapt: Callable | None = None
    examine: Callable | None = None
    hints: tuple = ()
    by_hand: tuple = ()
    counted: bool = True
    reveal: bool = True
    decimals: int = 6
    questions: tuple = ()
    seconds: float = 10.0

    @property
    def lesson(self):
        """Return the folder of the lesson, "02_convolution"."""
        return list(LESSONS)[int(self.number.split(".")[0])]

    @property
    def heading(self):
        """Return the heading that a lesson shows above the exercise."""
        ours = f", ours is {lines_of(self.lines)}" if self.lines else ""
        points = f"{self.points:g} point" + ("" if self.points == 1 else "s")
        return (
            f"Exercise {self.number}: `{self.id}` "
            f"({self.minutes} minutes, {points}{ours})"
        )


@dataclass(frozen=True)
class Finding:
    """The judgement of an "open" exercise.

    ``share`` of the points is earned, from 0 to 1. ``lines`` go into the report, each
    a pair (word, sentence). ``misconception`` names the mistake where it is known.
    """

    share: float
    lines: tuple = ()
    misconception: str | None = None
    case: str = ""


def lines_of(count):
    """Return "1 line" or "5 lines"."""
    return f"{count} line" + ("" if count == 1 else "s")


@functools.cache
def table():
    """Return {id: Exercise} of all lessons that exist, in order."""
    found = {}
    for module in LESSONS.values():
        try:
            lesson = importlib.import_module(f"byhand.exercises.{module}")
        except ModuleNotFoundError as error:
            if error.name != f"byhand.exercises.{module}":
                raise
            continue
        for exercise in lesson.EXERCISES:
            if exercise.id in found:
                raise ValueError(f"two exercises are called {exercise.id!r}")
            found[exercise.id] = exercise
    return found


def get(name):
    """Return one exercise; a wrong name gets an error that lists near ones."""
    import difflib

    try:
        return table()[name]
    except KeyError:
        near = difflib.get_close_matches(name, table(), n=3) or sorted(table())[:5]
        raise LookupError(
            f"there is no exercise {name!r}; did you mean {', '.join(near)}?"
        ) from None
