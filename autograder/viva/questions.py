"""Questions on students' own functions: what a small change would still compute.

A change of one place is made by machine in a function that earned its points. The
student says which of some calls still give the same result. Keys come from running both
functions in the sandbox, and each key is found again in a second process.

Source: Lehtinen, Lukkarinen & Haaranen 2021, Students Struggle to Explain Their Own
Program Code.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import dataclasses
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.course import Course
from autograder.errors import (
    CellTimeoutError,
    GraderError,
    StudentError,
    SubmissionError,
)
from autograder.lessons.markers import TESTS
from autograder.run import submissions
from autograder.run.journal import Entry
from autograder.sandbox.client import Session
from autograder.verdict.rebuild import Step
from autograder.verdict.rerun import Rerun, graded, rerunning
from byhand import exercises
from byhand.evidence import edits, tree
from byhand.exercises import Case, Exercise

PER_STUDENT = 3
CALLS = 4  # to choose from, at most
MOST_NUMBERS = 16  # in the arguments of a call, so that it can be read
LONGEST = 30  # characters that a change replaces
LARGEST = 10_000  # characters of a function that is asked about
CHANGES = 24  # tried for each function
SECONDS = 5.0  # for one change on all calls
ASKED = ("comparison", "factor", "index", "name", "number", "operator", "order", "term")
ASKED += ("sign", "slice end", "slice start", "slice step")

Progress = Callable[[Iterable[Entry], int], Iterable[Entry]]

_BOTH = """
def _viva(first, second, calls):
    import copy
    import numpy as np

    def given(function, args, settings):
        try:
            return function(*copy.deepcopy(args), **copy.deepcopy(settings))
        except Exception:
            return None

    def same(a, b):
        if a is None or b is None:
            return False
        a, b = (x if isinstance(x, tuple) else (x,) for x in (a, b))
        pairs = [(np.asarray(x), np.asarray(y)) for x, y in zip(a, b)]
        return len(a) == len(b) and all(
            x.shape == y.shape and np.allclose(x, y, equal_nan=True) for x, y in pairs
        )

    return [
        bool(same(given(first, args, more), given(second, args, more)))
        for args, more in calls
    ]
"""


@dataclass(frozen=True)
class Question:
    """One question: a line of the student's, a change in it, calls and the key."""

    exercise: str
    number: str
    line: int  # of the function, from 1
    code: str
    changed: str  # the line as it might read
    calls: tuple[str, ...]
    same: tuple[bool, ...]

    @property
    def alike(self) -> tuple[str, ...]:
        """What two students' questions share when one could tell the other."""
        return (self.exercise, self.code, self.changed)


@dataclass(frozen=True)
class Asked:
    """A student's questions, or the sentence that says why there are none."""

    student: str
    questions: tuple[Question, ...] = ()
    why: str = ""


def ask(
    course: Course,
    lesson: str,
    count: int = PER_STUDENT,
    progress: Progress = lambda entries, total: entries,
    trust: bool = False,
) -> list[Asked]:
    """Return questions for each student whose submission of a lesson is graded.

    Parameters
    ----------
    course : whose journal and submissions are read
    lesson : its name
    count : questions for each student
    progress : wraps the submissions as they are read
    trust : whether to run without any sandbox where there is none

    Notes
    -----
    No question goes to more than half of the class.
    """
    entries = [entry for entry in graded(course) if entry.key.lesson == lesson]
    if not entries:
        return []
    with rerunning(course, "judge", trust) as rerun:
        found = {
            entry.key.student: _questions(rerun, entry)
            for entry in progress(entries, len(entries))
        }
    return chosen(found, count)


def _passed(verdict: Any) -> list[str]:
    """Return the exercises with full points."""
    return [
        each.exercise
        for cell in verdict.cells
        for each in cell.diagnoses
        if cell.auto_score == cell.max_score
    ]


def chosen(found: dict[str, list[Question] | str], count: int) -> list[Asked]:
    """Return what each student is asked; none goes to more than half of the class.

    ``found`` has all questions that a student could be asked, or why there are none.
    """
    most = max(len(found) // 2, 1)
    times: Counter[tuple[str, ...]] = Counter()
    asked = []
    for student, each in sorted(found.items()):
        if isinstance(each, str):
            asked.append(Asked(student, (), each))
            continue
        own = [q for q in each if times[q.alike] < most]
        random.Random(zlib.crc32(student.encode())).shuffle(own)
        # one for each exercise first, the rest where these are too few
        first = list({q.exercise: q for q in own}.values())
        questions = tuple([*first, *(q for q in own if q not in first)][:count])
        times.update(q.alike for q in questions)
        why = "" if questions else "Nothing in this submission gives a question."
        asked.append(Asked(student, questions, why))
    return asked


def _questions(rerun: Rerun, entry: Entry) -> list[Question] | str:
    """Return the questions whose keys two processes agree on, or why there are none."""
    try:
        opened = rerun.opened(entry)
        steps = [s for s in opened.steps if s.runs and s.kind != TESTS]
        drafts = [d for name in _passed(entry.verdict) for d in drafts_of(name, steps)]
        found = []
        for _ in range(2):
            with opened.session() as session:
                found.append(keys(session, steps, drafts, opened.limits.cell_seconds))
    except SubmissionError as error:
        return str(error)
    except (GraderError, Exception) as error:  # of one file: the others are asked
        return f"Its functions could not be run: {submissions.told(str(error))[:300]}"
    return agreed(drafts, *found)


def agreed(
    drafts: Sequence[_Draft],
    first: Sequence[tuple[bool, ...]],
    second: Sequence[tuple[bool, ...]],
) -> list[Question]:
    """Return the questions with a key that was found twice and leaves a choice."""
    return [
        dataclasses.replace(draft.question, same=key)
        for draft, key, other in zip(drafts, first, second, strict=True)
        if key == other and 0 < sum(key) < len(key)
    ]


def keys(
    session: Session, steps: Sequence[Step], drafts: Sequence[_Draft], seconds: float
) -> list[tuple[bool, ...]]:
    """Run a submission's cells, and tell for each draft which calls stay the same."""
    for step in steps:
        with contextlib.suppress(StudentError, CellTimeoutError):
            session.run(step.source, step.name, seconds)
    session.run(_BOTH, "questions", SECONDS)
    found: list[tuple[bool, ...]] = []
    with contextlib.suppress(CellTimeoutError):  # who is late once isn't asked again
        for draft in drafts:
            found.append(_key(session, draft))
    return found + [()] * (len(drafts) - len(found))


@dataclass(frozen=True)
class _Draft:
    question: Question
    changed: str  # the changed function's source, under another name
    arguments: str  # code: a list of (args, settings)


def _key(session: Session, draft: _Draft) -> tuple[bool, ...]:
    """Return which calls give the same; () when the change doesn't run."""
    count = len(draft.question.calls)
    try:
        session.run(draft.changed, "questions", SECONDS)
        name = draft.question.exercise
        code = f"_viva({name}, _changed, {draft.arguments})"
        said = ast.literal_eval(session.run(code, "questions", SECONDS) or "()")
    except (StudentError, ValueError, SyntaxError, RecursionError, MemoryError):
        return ()
    if not isinstance(said, list) or len(said) != count:
        return ()
    return tuple(each is True for each in said)


def drafts_of(name: str, steps: Sequence[Step]) -> Iterator[_Draft]:
    """Yield the questions on one function, without their keys."""
    exercise = exercises.get(name)
    if exercise.kind != "function" or exercise.adapt or exercise.cases is None:
        return
    cases = _readable(exercise)
    written = _function(name, steps)
    if written is None or len(cases) < 2:
        return
    text, node = written
    if len(ast.get_source_segment(text, node) or "") > LARGEST:
        return
    calls = tuple(_shown(name, case) for case in cases)
    arguments = f"[{', '.join(_arguments(case) for case in cases)}]"
    lines = text.split("\n")  # as Python counts them
    rng = random.Random(zlib.crc32(text.encode()))
    changes = [e for e in edits.of(node, {}, ()) if _is_asked(e)]
    for edit in rng.sample(changes, min(len(changes), CHANGES)):
        changed = _with(node, edit)
        line = _only_line(ast.unparse(node), changed)
        if line:
            code = lines[edit.line - 1].strip()
            at = edit.line - node.lineno + 1
            question = Question(name, exercise.number, at, code, line, calls, ())
            yield _Draft(question, changed, arguments)


def _only_line(before: str, after: str) -> str:
    """Return the one line of the body that differs, "" when it isn't one."""
    old, new = before.splitlines()[1:], after.splitlines()[1:]
    pairs = zip(old, new, strict=False)
    differ = [b.strip() for a, b in pairs if a != b] if len(old) == len(new) else []
    return differ[0] if len(differ) == 1 else ""


def _is_asked(edit: tree.Edit) -> bool:
    words = (edit.old, edit.new)
    return (
        edit.what in ASKED
        and edit.also is None
        and all(0 < len(word) <= LONGEST for word in words)
    )


def _function(name: str, steps: Sequence[Step]) -> tuple[str, ast.FunctionDef] | None:
    """Return the cell's text and the function of that name, as it was last defined."""
    for step in reversed(steps):
        try:
            body = ast.parse(step.source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in reversed(body):
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return step.source, node
    return None


def _with(node: ast.FunctionDef, edit: tree.Edit) -> str:
    """Return the source of the changed function, named ``_changed``; "" for none."""
    kept = [(slot, slot.get()) for slot, _ in edit.changes]
    try:
        for (slot, new), (_, old) in zip(edit.changes, kept, strict=True):
            slot.put(tree.made(new, old))
        changed = copy.deepcopy(node)
    except (SyntaxError, ValueError, TypeError):
        return ""
    finally:
        for slot, old in reversed(kept):
            slot.put(old)
    changed.name = "_changed"
    return ast.unparse(changed)


def _readable(exercise: Exercise) -> list[Case]:
    """Return a few visible cases whose arguments can be read and typed."""
    found: Sequence[Case] = exercise.cases() if exercise.cases else ()
    return [case for case in found if _size(case) <= MOST_NUMBERS][:CALLS]


def _size(case: Case) -> float:
    values = (*case.args, *case.kwargs.values())
    if all(isinstance(v, np.ndarray | int | float | str | tuple) for v in values):
        return sum(np.size(v) for v in values)
    return float("inf")


def _code(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})"
    return repr(value)


def _arguments(case: Case) -> str:
    args = "".join(f"{_code(value)}, " for value in case.args)
    more = ", ".join(f"{key!r}: {_code(value)}" for key, value in case.kwargs.items())
    return f"(({args}), {{{more}}})"


def _shown(name: str, case: Case) -> str:
    """Return a call as one types it, whole numbers without their point."""
    given = [_short(value) for value in case.args]
    given += [f"{key}={_short(value)}" for key, value in case.kwargs.items()]
    return f"{name}({', '.join(given)})"


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        whole = value.size and np.all(value == np.round(value))
        return str((value.astype(int) if whole else value).tolist())
    return repr(value)
