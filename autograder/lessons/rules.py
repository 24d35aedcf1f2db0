"""What a lesson must hold to before it is built.

Each rule yields (line, sentence). They look at the lesson as a whole and at the table
of exercises; what is wrong with one cell by itself is found while reading it.
"""

import ast
import re

from autograder.errors import LessonError, Problem
from autograder.lessons.markers import (
    ANSWER,
    HIDDEN_TESTS,
    MANUAL,
    MARK_SCHEME,
    SOLUTION,
    TESTS,
)

TEMPLATE = re.compile(r"\{\{\s*([a-z]+)\s+(\w+)\s*\}\}")


def hold_to_rules(lesson, exercises):
    """Raise `LessonError` with every rule that the lesson breaks."""
    found = [*_syntax(lesson)]
    if not found:  # the other rules read the code
        for rule in (_solutions, _tests, _coverage, _signatures, _templates):
            found += rule(lesson, exercises)
    if found:
        raise LessonError(Problem(lesson.path, *problem) for problem in found)


def _code(lesson, *kinds):
    return [c for c in lesson.cells if c.cell_type == "code" and c.kind in kinds]


def _syntax(lesson):
    for cell in lesson.cells:
        if cell.cell_type == "code":
            try:
                ast.parse(cell.text)
            except SyntaxError as error:
                yield cell.line + (error.lineno or 1), f"not Python: {error.msg}"


def _solutions(lesson, _exercises):
    for cell in _code(lesson, ANSWER):
        if not any(text.strip() for text in cell.inside(SOLUTION)):
            yield cell.line, f"the answer {cell.grade_id!r} holds no solution"
    for cell in lesson.cells:
        if cell.kind == MANUAL and not cell.inside(MARK_SCHEME):
            yield cell.line, f"the question {cell.grade_id!r} holds no mark scheme"


def _tests(lesson, exercises):
    for cell in _code(lesson, TESTS):
        yield from ((cell.line, text) for text in _test_problems(cell, exercises))


def _test_problems(cell, exercises):
    visible = cell.without(HIDDEN_TESTS)
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
    names = {name for name, _, _ in check_calls(cell.text)}
    if None in names or len(names) != 1:
        yield "a test cell checks one exercise, named by a string"
        return
    yield from _point_problems(cell, names.pop(), exercises)
    if any(hidden for _, _, hidden in check_calls(visible)):
        yield "hidden=True stands outside the hidden tests"


def _point_problems(cell, name, exercises):
    for _, points, _ in check_calls(cell.text):
        if points != cell.points:
            yield f"the marker says points={cell.points}, check says {points}"
    if name not in exercises:
        yield f"the table of exercises has no {name!r}"
    elif exercises[name].points != cell.points:
        yield (
            f"the marker says points={cell.points}, the table of exercises "
            f"{exercises[name].points:g}"
        )


def check_calls(code):
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


def _coverage(lesson, exercises):
    """Every answer is tested further down; every exercise of the lesson has a test."""
    tests = _code(lesson, TESTS)
    for cell in _code(lesson, ANSWER):
        names = defined_names(cell.text)
        if not any(t.line > cell.line and names & _checked(t) for t in tests):
            yield cell.line, f"no test cell checks the answer {cell.grade_id!r}"
    checked = set().union(*map(_checked, tests))
    for name, exercise in exercises.items():
        if exercise.lesson == lesson.name and name not in checked:
            yield 1, f"no test cell for {name!r} of the table of exercises"
    answers = [(c.line, defined_names(c.text)) for c in _code(lesson, ANSWER)]
    for test in tests:
        before = set().union(*(names for line, names in answers if line < test.line))
        for name in sorted(_checked(test) - before - {None}):
            yield test.line, f"no answer cell above defines {name!r}"


def _checked(cell):
    return {name for name, _, _ in check_calls(cell.text)}


def defined_names(code):
    """Return the names that the code defines at its top level."""
    names = set()
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        for target in filter(None, targets):
            names |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
    return names


def _signatures(lesson, exercises):
    for cell in _code(lesson, ANSWER):
        for node in ast.parse(cell.text).body:
            name = getattr(node, "name", None)
            wanted = exercises[name].signature if name in exercises else ""
            if not wanted or not isinstance(node, ast.FunctionDef):
                continue
            found = f"{name}({ast.unparse(node.args)})"
            if found != _normal(wanted):
                yield (
                    cell.line + node.lineno,
                    f"the table of exercises has {wanted}, the lesson {found}",
                )


def _normal(signature):
    """Return a signature as ast writes it; the part after -> isn't compared."""
    call = signature.split("->")[0].strip()
    node = ast.parse(f"def {call}: ...").body[0]
    return f"{node.name}({ast.unparse(node.args)})"


def _templates(lesson, exercises):
    for cell in lesson.cells:
        if cell.cell_type != "markdown":
            continue
        for number, line in enumerate(cell.lines):
            for match in TEMPLATE.finditer(line):
                if match[1] != "exercise":
                    text = f"unknown template {match[0]}; known: {{{{exercise id}}}}"
                    yield cell.line + 1 + number, text
                elif match[2] not in exercises:
                    text = f"the table of exercises has no {match[2]!r}"
                    yield cell.line + 1 + number, text


def expand(text, exercises):
    """Return markdown with the heading in place of ``{{exercise name}}``."""
    return TEMPLATE.sub(lambda match: exercises[match[2]].heading, text)
