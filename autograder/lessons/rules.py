"""What a lesson must hold to before it is built.

Each rule yields (line, sentence). They look at the lesson as a whole; what is wrong
with one cell by itself is found while reading it.
"""

import ast
from collections.abc import Iterator

from autograder.errors import LessonError, Problem
from autograder.lessons import facts, markers
from autograder.lessons.markers import (
    ANSWER,
    HIDDEN_TESTS,
    MANUAL,
    MARK_SCHEME,
    SOLUTION,
    TESTS,
    WRONG_ANSWERS,
)
from autograder.lessons.source import Cell, Lesson
from byhand.exercises import TABLE, has_file, room

Found = Iterator[tuple[int, str]]


def hold_to_rules(lesson: Lesson) -> None:
    """Raise `LessonError` with every rule that the lesson breaks."""
    found = [*_syntax(lesson)]
    if not found:  # the other rules read the code
        for rule in (_solutions, _wrong_answers, _tests, _coverage, _templates, _files):
            found += rule(lesson)
    if found:
        raise LessonError(Problem(lesson.path, *problem) for problem in found)


def _code(lesson: Lesson, *kinds: str) -> list[Cell]:
    return [c for c in lesson.cells if c.cell_type == "code" and c.kind in kinds]


def _syntax(lesson: Lesson) -> Found:
    for cell in lesson.cells:
        if cell.cell_type == "code":
            try:
                ast.parse(cell.text)
            except SyntaxError as error:
                yield cell.line + (error.lineno or 1), f"not Python: {error.msg}"


def _solutions(lesson: Lesson) -> Found:
    for cell in _code(lesson, ANSWER):
        if not any(text.strip() for text in cell.inside(SOLUTION)):
            yield cell.line, f"the answer {cell.grade_id!r} holds no solution"
    for cell in lesson.cells:
        if cell.kind == MANUAL and not cell.inside(MARK_SCHEME):
            yield cell.line, f"the question {cell.grade_id!r} holds no mark scheme"


def _wrong_answers(lesson: Lesson) -> Found:
    for cell in _code(lesson, ANSWER):
        for region in markers.regions(cell.text, WRONG_ANSWERS):
            line = cell.line + 1 + region.start
            (code,) = cell.inside(WRONG_ANSWERS)[:1]
            body = [getattr(node, "value", None) for node in ast.parse(code).body]
            if len(body) != 1 or not isinstance(body[0], ast.Dict):
                yield line, "wrong answers are one dict, {misconception: answer}"
            if region.stop != len(cell.lines):
                yield line, "wrong answers stand at the end of their cell"


def _tests(lesson: Lesson) -> Found:
    for cell in _code(lesson, TESTS):
        yield from ((cell.line, text) for text in _test_problems(cell))


def _test_problems(cell: Cell) -> Iterator[str]:
    visible = cell.without(HIDDEN_TESTS)
    if not cell.exercise:
        yield from _plain_problems(cell)
        return
    if not check_calls(visible):
        yield "the visible part of a test cell calls check(name, points=...)"
        return
    for text in (cell.text, visible):
        if not _ends_in_points(text):
            yield (
                "a test cell ends in the points of its check: nbgrader takes "
                "anything else for full marks"
            )
            break
    for name, points, _ in check_calls(cell.text):
        if name != cell.exercise:
            yield f"the marker says exercise={cell.exercise!r}, check says {name!r}"
        if points != cell.points:
            yield f"the marker says points={cell.points}, check says {points}"
    if any(hidden for _, _, hidden in check_calls(visible)):
        yield "hidden=True stands outside the hidden tests"


def _plain_problems(cell: Cell) -> Iterator[str]:
    """Yield what is wrong with a teacher's own test, which asserts what is right.

    nbgrader gives all points when nothing is raised, and none otherwise.
    """
    body = ast.parse(cell.text).body
    if check_calls(cell.text):
        yield "a test cell that calls check says which exercise in its marker"
    elif not any(isinstance(node, ast.Assert) for node in ast.walk(ast.Module(body))):
        yield "a test cell without an exercise asserts something"
    elif isinstance(body[-1], ast.Expr):
        yield "a test cell of asserts doesn't end in a value: it would be the points"


def check_calls(code: str) -> list[tuple]:
    """Return (name, points, hidden) for each call of ``check`` in the code."""
    calls = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "check"
    ]
    return [_check_call(node) for node in calls]


def _check_call(node):
    given = {word.arg: word.value for word in node.keywords}
    name = _constant(node.args[0]) if len(node.args) == 1 else None
    hidden = _constant(given.get("hidden")) is True
    return name, _constant(given.get("points")), hidden


def _constant(node):
    return node.value if isinstance(node, ast.Constant) else None


def _ends_in_points(code):
    """Tell whether the last line is check(...) or a name that was set from it."""
    body = ast.parse(code).body
    last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if isinstance(last, ast.Call):
        return getattr(last.func, "id", None) == "check"
    if not isinstance(last, ast.Name):
        return False
    set_here = [
        node.value
        for node in body
        if isinstance(node, ast.Assign)
        and any(getattr(target, "id", None) == last.id for target in node.targets)
    ]
    return bool(set_here) and all(_comes_from_check(value) for value in set_here)


def _comes_from_check(value):
    return any(getattr(node, "id", None) == "check" for node in ast.walk(value))


def _coverage(lesson: Lesson) -> Found:
    """Look for a test below each answer, and an answer above each test."""
    tests = _code(lesson, TESTS)
    for cell in _code(lesson, ANSWER):
        if not any(t.line > cell.line and _asks_for(t) & cell.defined for t in tests):
            yield cell.line, f"no test cell checks the answer {cell.grade_id!r}"
    for test in tests:
        above = (c for c in _code(lesson, ANSWER) if c.line < test.line)
        if not any(_asks_for(test) & cell.defined for cell in above):
            what = repr(test.exercise) if test.exercise else "what it asserts"
            yield test.line, f"no answer cell above defines {what}"


def _asks_for(test: Cell) -> set[str]:
    """Return the exercise of a test, or the names that its asserts use."""
    if test.exercise:
        return {test.exercise}
    nodes = ast.walk(ast.parse(test.text))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _templates(lesson: Lesson) -> Found:
    """Look for a template for each test, and a test for each template."""
    tests = [cell for cell in _code(lesson, TESTS) if cell.exercise]
    tested = {cell.exercise: cell.line for cell in tests}
    told = set()
    for template in facts.templates(lesson):
        yield from ((template.line, text) for text in template.problems())
        if not template.exercise:
            continue
        if template.exercise in told:
            yield template.line, f"{template.exercise!r} has a template already"
        if template.exercise not in tested:
            yield template.line, f"no test cell checks {template.exercise!r}"
        told.add(template.exercise)
    for name, line in tested.items():
        if name not in told:
            yield line, f"no template tells minutes and title of {name!r}"


def _files(lesson: Lesson) -> Found:
    """Look for a file of cases for each function, and a test for each file."""
    folder = TABLE.parent / room(lesson.name)
    if not folder.is_dir():
        return
    tests = [cell for cell in _code(lesson, TESTS) if cell.exercise]
    callables = {n for cell in _code(lesson, ANSWER) for n in cell.callables}
    for test in tests:
        if test.exercise in callables and not has_file(lesson.name, test.exercise):
            yield test.line, f"there is no {folder.name}/{test.exercise}.py"
    tested = {test.exercise for test in tests}
    for path in sorted(folder.glob("*.py")):
        if path.stem not in tested and "\nEXERCISE = " in path.read_text("utf-8"):
            yield 1, f"no test cell for {folder.name}/{path.name}"
