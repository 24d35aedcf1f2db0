"""Test cells run on our side; the student's names are proxies that can't lie."""

import contextlib
import json

import numpy as np
import pytest

from autograder.checks.bench import maker
from autograder.checks.functions import CheckedStudent
from autograder.errors import SessionLostError
from autograder.sandbox.process_limits import DEFAULT
from autograder.verdict import cells, judge, proxies, scoring
from autograder.verdict.rebuild import rebuild
from byhand.checks.material import OWN, OwnReferee
from byhand.exercises import Case
from byhand.exercises.declaring import travels
from tests.engine import little

OURS = maker(OWN)


def _cells(tree):
    return [
        (
            cell["cell_type"],
            cell["source"],
            cell.get("id"),
            cell["metadata"].get("nbgrader", {}).get("grade_id"),
        )
        for cell in tree["cells"]
    ]


@pytest.fixture
def verdict(read, worker, limits):
    """Return a function that judges a notebook of the little lesson."""

    def take(tree):
        return judge.take_verdict(read, _cells(tree), worker, limits, 1, OURS)

    return take


def _points(verdict):
    return {c.grade_id: c.auto_score for c in verdict.cells if c.max_score is not None}


def test_a_teachers_own_asserts_work_and_honest_work_has_all_points(verdict):
    assert verdict(little.notebook()).score == little.FULL


def test_an_untouched_notebook_has_none(verdict):
    found = verdict(little.notebook(solved=False))
    assert found.score == 0
    assert _points(found)["why"] == 0.0  # as nbgrader does for no answer


def test_a_written_answer_waits_for_a_person(verdict):
    tree = little.notebook()
    little.find(tree, "why")["source"] += "\n\nBecause."
    assert _points(verdict(tree))["why"] is None


def test_partial_credit_counts(verdict):
    answer = "def slide(x, w):\n    return [-2.0, -2.0, 0.0, 0.0]"
    found = verdict(little.notebook(answers={"slide": answer}))
    assert _points(found)["test_slide"] == 1.5


def test_a_loop_in_one_exercise_costs_only_that_exercise(read, worker):
    from dataclasses import replace

    limits = replace(DEFAULT, cell_seconds=0.5)
    deaf = (
        "def double(x):\n    import signal\n    signal.pthread_sigmask(0, [14])\n"
        "    while True:\n        pass"
    )
    tree = little.notebook(answers={"double": deaf})
    found = judge.take_verdict(read, _cells(tree), worker, limits, 1, OURS)
    points = _points(found)
    assert points.pop("test_double") == points.pop("test_slope") == 0
    assert sum(p for p in points.values() if p) == little.FULL - 3
    assert found.restarts >= 1


def test_a_notebook_that_uses_up_its_time_is_no_fault_of_the_machine(worker):
    from dataclasses import replace

    from autograder.course import Course

    files = Course().notebooks("00_start_here")
    whole = cells.read_lesson("00_start_here", *files)
    kept = [(c.cell_type, c.source, c.cell_id, c.grade_id) for c in whole.cells]
    kept.insert(0, ("code", "import time\ntime.sleep(5)", "slow", None))
    limits = replace(DEFAULT, cell_seconds=0.6, total_seconds=0.5)
    found = judge.take_verdict(whole, kept, worker, limits, 1, OURS)
    assert found.score == 0


def test_a_hidden_test_that_fails_shows_nothing_of_itself(verdict):
    answer = "def double(x):\n    return 2 * abs(x) if np.ndim(x) == 0 else 2 * x"
    found = verdict(little.notebook(answers={"double": answer}))
    assert _points(found)["test_double"] == 0
    shown = str([c.get("outputs") for c in json.loads(found.notebook)["cells"]])
    assert "hidden-word" not in shown
    assert judge.HIDDEN_FAILED in shown


@pytest.fixture
def student(worker, limits):
    """Return a Student whose process defines things to look at."""
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as made:
        made.run(
            "import numpy as np\n"
            "class Thing:\n"
            "    def __init__(self): self.weights = np.ones(3)\n"
            "    def __eq__(self, other): return True\n"
            "    def __bool__(self): return True\n"
            "    def __getitem__(self, key): return key\n"
            "    def __len__(self): return 2\n"
            "thing = Thing()\n"
            "def raises(name): raise __builtins__[name]('why')\n"
            "def fill(x): x[...] = 7\n"
            "def twice(f, x): return f(f(x))\n",
            "cell things",
        )
        yield made


def test_equality_of_a_proxy_is_identity(student):
    thing = student.named("thing")
    assert thing is student.named("thing")
    assert thing != 1
    assert not thing == np.ones(3).tolist()


def test_a_proxy_is_neither_true_nor_false(student):
    with pytest.raises(TypeError):
        bool(student.named("thing"))


def test_a_proxy_has_attributes_items_and_a_length(student):
    thing = student.named("thing")
    np.testing.assert_array_equal(thing.weights, np.ones(3))
    assert thing[1:3] == slice(1, 3)
    assert len(thing) == 2
    thing.weights = np.zeros(2)
    np.testing.assert_array_equal(thing.weights, np.zeros(2))


def test_a_proxy_is_no_array(student):
    with pytest.raises(TypeError):
        np.allclose(student.named("thing"), 1.0)


@pytest.mark.parametrize(
    ("raised", "arrives"),
    [
        ("ValueError", ValueError),
        ("ZeroDivisionError", ZeroDivisionError),
        ("AssertionError", RuntimeError),
        ("StopIteration", RuntimeError),
        ("UserWarning", RuntimeError),
        ("KeyboardInterrupt", RuntimeError),
        ("SystemExit", RuntimeError),
        ("GeneratorExit", RuntimeError),
        ("BaseException", RuntimeError),
    ],
)
def test_what_the_student_raises_arrives_as_a_harmless_built_in(
    student, raised, arrives
):
    with pytest.raises(Exception) as caught:
        student.named("raises")(raised)
    assert type(caught.value) is arrives


def test_an_argument_that_was_changed_in_place_comes_back(student):
    numbers = np.zeros(3)
    student.named("fill")(numbers)
    assert numbers.tolist() == [7, 7, 7]


def test_a_function_of_the_test_can_be_handed_over(student):
    assert student.named("twice")(lambda t: t + 1.5, 1.0) == 4.0


def test_a_function_of_the_student_can_be_handed_back(student):
    student.run("def inc(x): return x + 1", "cell inc")
    assert student.named("twice")(student.named("inc"), 1) == 3


def test_a_call_for_a_check_says_all_that_happened(student):
    student.run("def f(x):\n    print('hm')\n    x[0] = 5\n    return x", "cell f")
    outcome = student.named("f").__byhand_call__((np.zeros(2),), {}, 5)
    assert outcome.printed == "hm\n"
    assert outcome.changed == ("x",)
    assert outcome.shares
    assert outcome.error is None
    failed = student.named("raises").__byhand_call__(("KeyError",), {}, 5)
    assert failed.error.type_name == "KeyError"


def test_a_result_that_cannot_be_passed_on_says_so_among_several_cases(student):
    student.run(
        "def f(x):\n    for _ in range(int(x[0])):\n        x = [x]\n    return x", "f"
    )
    cases = [Case("deep", (np.full(1, n),)) for n in (2.0, 900.0, 2.0)]
    student.expect(cases)
    deep = student.named("f")
    found = [deep.__byhand_call__(case.args, case.kwargs, 5) for case in cases]
    assert [each.error is None for each in found] == [True, False, True]
    assert found[1].error.type_name == "TypeError"
    assert "too deep" in found[1].error.message


def test_built_in_names_and_ours_are_never_the_students(student):
    student.run("min = max = np = 3\ncheck = earned = 5", "cell names")
    names = proxies.Namespace(student, frozenset())
    exec("import numpy as np\nearned = min(0, 1)", names)
    assert names["earned"] == 0
    assert names["check"] == 5


def test_given_answers_only_what_the_lesson_offers_before_the_test(
    read, worker, limits
):
    asked = []

    class Asked(OwnReferee):
        def operation(self, name, args, kwargs):
            asked.append(name)
            return 6.0

    def run(tree):
        one = cells.GradedLesson(read.name, _offering(read), read.metadata)
        return judge.take_verdict(one, _cells(tree), worker, limits, 1, maker(Asked()))

    answer = "from byhand import given\ndef double(x):\n    return given.{}(x)"
    for name in ("conv2d", "double", "pad2d"):
        tree = little.notebook(answers={"double": answer.format(name)})
        run(tree)
    assert set(asked) == {"pad2d"}


FACTORY = """
def made(ask):
    def part(x: Anything):
        return ask("part", x)
    return {"part": part}
"""


def test_a_stand_in_answers_for_a_part_and_the_students_own_comes_back(worker, limits):
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        student.run("def part(x): return -x\ndef whole(x): return part(x) + 1", "c")
        whole = student.named("whole")
        assert whole.__byhand_beside__("nobody") is None
        assert whole.__byhand_beside__("part")(3) == -3
        with whole.__byhand_with__(FACTORY, "made", ["part"], lambda name, x: 10 * x):
            assert whole.__byhand_call__((3,), {}, 5).value == 31
        assert whole.__byhand_call__((3,), {}, 5).value == -2


def test_a_notebook_that_refuses_stand_ins_keeps_its_own_parts(worker, limits):
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        student.run("def whole(x): return x\ndef globals(): raise ValueError", "c")
        whole = student.named("whole")
        with whole.__byhand_with__(FACTORY, "made", ["part"], lambda name, x: x):
            assert whole.__byhand_call__((3,), {}, 5).value == 3


ASKING = """
def made(ask):
    def part(*args, **kwargs):
        return ask("part", *args, **kwargs)
    return {"part": part}
"""
MAP = """
import numpy as np
def part(x): return None
def whole(x):
    return [[part(x[i:i+2, j:j+3], 2.0) for j in range(3)] for i in range(3)]
def of_copies(x):
    return [[part(x[i:i+2, j:j+3].copy(), 2.0) for j in range(3)] for i in range(3)]
def mirrored(x):
    return [[part(x[i:i+2, j:j+3][:, ::-1], 2.0) for j in range(3)] for i in range(3)]
def by_name(x):
    return [part(x=x[:1], k=2.0), part(x=x[1:2], k=2.0), part()]
"""


class Windows:
    """A stand-in that can be asked for many windows at once, and counts questions."""

    __byhand_stays__ = True

    def __init__(self, many=True):
        self.many = many
        self.alone, self.together = 0, []

    def __call__(self, name, x=None, k=1.0):
        self.alone += 1
        return None if x is None else float(x.sum()) * k

    def each(self, name, stack, k):
        self.together.append(stack.shape)
        if self.many is Exception:
            raise ValueError("not so")
        return (stack.sum(axis=(1, 2)) * k).tolist() if self.many else None


def _asked_by(worker, limits, name, ask, x):
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        student.run(MAP, "c")
        whole = student.named(name)
        with whole.__byhand_with__(ASKING, "made", ["part"], ask):
            outcome = whole.__byhand_call__((x,), {}, 5)
        assert outcome.error is None, outcome.error
        return outcome.value


X = np.arange(20.0).reshape(4, 5)
SUMS = [[2.0 * X[i : i + 2, j : j + 3].sum() for j in range(3)] for i in range(3)]


def test_a_map_asks_for_all_its_windows_at_once(worker, limits):
    ask = Windows()
    assert _asked_by(worker, limits, "whole", ask, X) == SUMS
    assert ask.alone == 1  # for the judge to hear of the part
    assert ask.together == [(9, 2, 3)]


@pytest.mark.parametrize("name", ["of_copies", "mirrored"])
def test_what_is_no_window_of_an_array_is_asked_for_alone(worker, limits, name):
    ask = Windows()
    assert _asked_by(worker, limits, name, ask, X) == SUMS
    assert ask.alone == 9
    assert not ask.together


def test_no_more_windows_than_allowed_are_asked_for_at_once(worker, limits):
    x = np.arange(4.0 * 600).reshape(4, 600)
    ask = Windows()
    assert _asked_by(worker, limits, "whole", ask, x)[2][2] == 2.0 * x[2:, 2:5].sum()
    assert not ask.together


@pytest.mark.parametrize("many", [False, Exception])
def test_a_part_that_answers_one_at_a_time_is_asked_so(worker, limits, many):
    ask = Windows(many)
    assert _asked_by(worker, limits, "whole", ask, X) == SUMS
    assert ask.alone == 9
    assert len(ask.together) == 1


def test_a_part_that_is_called_by_name_or_with_nothing_is_answered(worker, limits):
    ask = Windows()
    found = _asked_by(worker, limits, "by_name", ask, X)
    assert found == [2.0 * X[0].sum(), 2.0 * X[1].sum(), None]
    assert not ask.together


@travels
def halved(x):
    """Return half of x, and the largest of it."""
    return x / 2, np.max(x)


def test_a_function_that_travels_runs_where_the_students_code_runs(worker, limits):
    code = (
        "def uses(f, x): return f(x), f.__name__, f(x)[0] is not x\n"
        "def twice(f, g): return f is g\n"
        "def breaks(f): return f('a word')"
    )
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        student.run(code, "c")
        left = student.callbacks.left

        def call(name, *args):
            return student.named(name).__byhand_call__(args, {}, 5)

        (half, largest), name, fresh = call("uses", halved, X).value
        assert np.array_equal(half, X / 2)
        assert (largest, name, fresh) == (19.0, "halved", True)
        assert call("twice", halved, halved).value is True
        error = call("breaks", halved).error
        assert (error.type_name, error.text) == (
            "TypeError",
            "def breaks(f): return f('a word')",
        )
        assert student.callbacks.left == left


def test_given_is_asked_once_for_the_same_arguments(worker, limits):
    asked = []

    def given(name, args, kwargs):
        asked.append((name, *args, kwargs))
        return np.ones(2)

    code = (
        "from byhand import given\n"
        "first = given.conv2d(1.5, stride=2)\n"
        "first[0] = 9\n"
        "again = given.conv2d(1.5, stride=2)\n"
        "other = given.conv2d(1.5, stride=1)"
    )
    with contextlib.closing(
        CheckedStudent(worker, limits, 1, {"given": given})
    ) as student:
        student.run(code, "cell code")
        assert student.named("again").tolist() == [1.0, 1.0]
    assert asked == [("conv2d", 1.5, {"stride": n}) for n in (2, 1)]


def _offering(read):
    from dataclasses import replace

    cells = list(read.cells)
    cells[0] = replace(cells[0], source="`given.pad2d` and `given.double` help.")
    cells[-1] = replace(cells[-1], source="Next: `given.conv2d`.")
    return tuple(cells)


@pytest.mark.parametrize(
    ("value", "points", "doubt"),
    [
        (0.0, 0, False),
        (1.25, 1.25, False),
        (2, 2, False),
        (np.float64(0.5), 0.5, False),
        (scoring.NOTHING, 2, False),
        (None, 2, False),
        ("done", 2, False),
        (True, 2, False),
        (False, 2, False),
        ([0.0], 2, False),
        (float("nan"), 0, True),
        (float("inf"), 0, True),
        (-1.0, 0, True),
        (2.5, 0, True),
    ],
)
def test_only_a_plain_number_within_bounds_is_partial_credit(value, points, doubt):
    found = scoring.points_of(value, 2.0)
    assert (found.earned, bool(found.doubt)) == (points, doubt)


def test_a_number_of_the_students_own_is_no_partial_credit():
    assert scoring.points_of(0.5, 2.0, students=True).earned == 2.0


def test_the_judge_runs_of_given_cells_only_what_tests_read(read):
    code = "\n".join(read.judged[c.index] for c in read.cells if c.kind == "given")
    assert "kernel = " in code
    assert "import numpy" in code
    assert "print" not in code


def test_an_edited_given_cell_runs_for_the_student_only(read):
    tree = little.notebook(answers={"kernel": "import math\nkernel = None"})
    steps = rebuild(read, _cells(tree))
    edited = next(s for s in steps if s.lesson and s.lesson.cell_id == "kernel")
    assert edited.source == "import math\nkernel = None"
    assert "None" not in read.judged[edited.lesson.index]


PADDED = """
import numpy as np

def pad2d(x, padding=1):
    ph, pw = padding if isinstance(padding, tuple) else (padding, padding)
    return np.pad(x, ((pw, pw), (ph, ph)))

def same_padding(n, k, *, stride=1, dilation=1):
    return 0

def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    (sh, sw), (dh, dw) = np.broadcast_to(stride, 2), np.broadcast_to(dilation, 2)
    xp, (kh, kw) = pad2d(x, padding), w.shape
    h = (len(xp) - dh * (kh - 1) - 1) // sh + 1
    v = (xp.shape[1] - dw * (kw - 1) - 1) // sw + 1
    return np.array([[
        np.sum(w * xp[i * sh :, j * sw :][: dh * kh : dh, : dw * kw : dw]) + b
        for j in range(v)] for i in range(h)])
"""


@pytest.mark.tf
def test_a_wrong_part_is_charged_once_when_graded_as_at_home(worker, limits):
    from byhand.checks import checking
    from byhand.checks.desk import Desk

    space = {}
    exec(PADDED, space)
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        student.run(PADDED, "c")
        desk = Desk(referee=OWN, announce=student.expect)
        graded = checking.judge("conv2d", student.named("conv2d"), desk=desk)
        assert student.named("pad2d")(np.ones((1, 1)), (0, 1)).shape == (3, 1)
    home = checking.judge("conv2d", space["conv2d"])
    assert (graded.state, graded.lines) == (home.state, home.lines)
    assert graded.state == "passed"


def test_cells_that_are_run_again_count(worker):
    from dataclasses import replace

    limits = replace(DEFAULT, total_seconds=1.5)
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        for number in range(2):
            student.run("import time\ntime.sleep(0.3)", f"cell {number}")
        with pytest.raises(SessionLostError):
            student.run("import os\nos._exit(0)", "cell last")
        student.ready()
        assert student.session.spent >= 0.7  # waiting may be told late
        with pytest.raises(SessionLostError, match="was over"):
            student.run("import time\ntime.sleep(9)", "cell more")
        with pytest.raises(SessionLostError, match="whole notebook"):
            student.ready()


@pytest.mark.parametrize(
    "value", [np.zeros(1), np.zeros((1, 1)), np.array(-1.0), np.array([4.0])]
)
def test_an_array_of_one_counts_as_its_number(value):
    earned = scoring.points_of(value, 3.0).earned
    assert earned == 0


@pytest.mark.parametrize("value", [np.zeros(2), np.zeros(0), np.full((2, 2), 3.0)])
def test_an_array_in_the_place_of_points_is_looked_at_by_a_person(value):
    points = scoring.points_of(value, 3.0)
    assert points.earned == 0
    assert "array" in points.doubt


def test_an_array_of_one_may_be_the_right_number_of_points():
    assert scoring.points_of(np.array([2.0]), 3.0).earned == 2


BUSY = """
import time
def double(x):
    until = time.process_time() + 0.7
    while time.process_time() < until:
        pass
    return 2 * x
"""


def test_a_busy_machine_takes_no_points_from_slow_and_honest_work(read, worker):
    """A call takes more than half of its limit, beside two busy loops a core."""
    import os
    import subprocess
    import sys
    from dataclasses import replace

    limits = replace(DEFAULT, cell_seconds=2.0)
    tree = little.notebook(answers={"double": BUSY})
    loops = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(2 * (os.cpu_count() or 1))
    ]
    try:
        found = judge.take_verdict(read, _cells(tree), worker, limits, 1, OURS)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    assert found.score == little.FULL
    assert found.restarts == 0


def test_parts_that_nobody_asked_for_end_the_process(worker, limits):
    code = (
        "import gc, numpy as np\n"
        "kernel = next(k for k in gc.get_objects() if type(k).__name__ == 'Kernel')\n"
        "def many(self, function, calls, seconds):\n"
        "    for _ in range(999):\n"
        "        self.send('part', {'value': np.ones(1 << 21)})\n"
        "type(kernel).do_many = many\n"
        "def double(x):\n    return 2 * x\n"
    )
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        student.run(code, "cell x")
        double = student.named("double")
        student.expect([])
        session = student.session
        session.ask_many(3, "many", double, [], 5.0, seconds=5.0)
        with pytest.raises(SessionLostError):
            session.settle()
        assert len(session.parts) <= 3


def test_a_stand_in_answers_no_later_exercise(worker, limits):
    asked = []
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        student.run("def part(x):\n    return None\nkept = []", "cell x")
        student.run("def tested(x):\n    kept.append(part)\n    return part(x)", "y")
        source = "def make(ask):\n    return {'part': lambda x: ask('part', x)}"
        tested = student.named("tested")

        def ask(*question):
            asked.append(question)
            return 7

        with tested.__byhand_with__(source, "make", ["part"], ask):
            assert tested(1) == 7
        student.run("def later(x):\n    return kept[0](x)", "cell z")
        with pytest.raises(ValueError, match="no such function"):
            student.named("later")(2)
    assert asked == [("part", 1)]


@pytest.mark.parametrize(
    "shows",
    ["import ipywidgets\nipywidgets.IntSlider()", "from byhand import plots\nplots"],
)
def test_what_would_be_drawn_says_that_it_is_not(worker, limits, shows):
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        shown = student.run(f"{shows}.whatever", "c")
    assert shown == "Nothing is drawn while a verdict is taken."


HELD = """
def part(x): return None
def whole(x):
    ask = part.__closure__[0].cell_contents
    names = ask.__code__.co_freevars
    held.update(zip(names, (cell.cell_contents for cell in ask.__closure__)))
    return part(x)
def later(x, each):
    number = held["each" if each else "number"]
    return held["kernel"].ask("callback", number, ["part", x, 2.0], {})
held = {}
"""


@pytest.mark.parametrize("each", [True, False])
def test_the_numbers_behind_a_stand_in_answer_no_later_exercise(worker, limits, each):
    ask = Windows()
    with contextlib.closing(CheckedStudent(worker, limits, 1, None)) as student:
        student.run(HELD, "c")
        whole, later = student.named("whole"), student.named("later")
        with whole.__byhand_with__(ASKING, "made", ["part"], ask):
            assert whole(np.ones((2, 2))) == 4.0
            assert later(np.ones((1, 2, 2)), each) == ([8.0] if each else 8.0)
        asked = ask.alone, list(ask.together)
        with pytest.raises(ValueError, match="no such function"):
            later(np.ones((1, 2, 2)), each)
    assert asked == (ask.alone, ask.together)
