"""The check itself: what it says of every thing that a learner can do."""

import copy
import json
import linecache
import math
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from numpy import correlate

from byhand import exercises, misconceptions
from byhand.checks import (
    checking,
    comparing,
    diagnosing,
    material,
    recorded,
    reporting,
    running,
    window,
)
from tests import zoo
from tests.zoo.convolution import conv1d_slices, conv2d_slices

FUNCTIONS = [e for e in exercises.table().values() if e.kind == "function"]


def said(verdict):
    return " ".join(f"{word} {sentence}" for word, sentence in verdict.lines)


def conv1d_judged(function, **settings):
    return checking.judge("conv1d", function, **settings)


# Everything that a learner can return or do -----------------------------------------


def test_a_right_function_earns_all_points_as_a_plain_float():
    verdict = conv1d_judged(conv1d_slices, points=2)
    assert verdict.state == "passed"
    assert type(verdict.earned) is float
    assert verdict.earned == 2.0


@pytest.mark.parametrize(
    ("returned", "kind", "sentence"),
    [
        (lambda y: y.tolist(), "type", "a list; wanted an array"),
        (lambda y: 7, "type", "one number; wanted an array, filled by y[i]"),
        (lambda y: float(y[0]), "type", "one number; wanted an array"),
        (lambda y: (y, y), "type", "a tuple of 2; wanted an array"),
        (lambda y: y[:, None], "shape", "(1, 1); Keras gives (1,)"),
        (lambda y: y * np.nan, "finite", "NaN in 1 of 1"),
        (lambda y: y + np.inf, "finite", "infinity in 1 of 1"),
        (lambda y: y.astype(int), "dtype", "whole numbers cut every fraction off"),
        (lambda y: y.astype(np.float16), "dtype", "float16; wanted float64"),
        (lambda y: y.astype(object), "dtype", "object"),
        (lambda y: y.astype(complex), "dtype", "complex128; wanted float64"),
        (lambda y: y > 0, "dtype", "bool; wanted float64"),
        (lambda y: "done", "type", "a str; wanted an array"),
    ],
)
def test_each_wrong_result_has_its_own_sentence(returned, kind, sentence):
    verdict = conv1d_judged(lambda *a, **k: returned(conv1d_slices(*a, **k)))
    assert (verdict.state, verdict.kind, verdict.earned) == ("failed", kind, 0.0)
    assert sentence in said(verdict)


def test_a_function_that_returns_nothing_waits_calmly():
    verdict = conv1d_judged(lambda *a, **k: None)
    assert verdict.state == "waiting"
    assert "not written yet" in said(verdict)


def test_ellipsis_and_a_missing_name_wait_too():
    assert checking.judge("conv1d", ...).state == "waiting"
    missing = checking.judge("conv1d", checking.MISSING)
    assert "run the cell that defines it" in said(missing)


def test_a_name_overwritten_by_a_number_is_said():
    verdict = checking.judge("conv1d", 3.0)
    assert verdict.kind == "overwritten"
    assert "conv1d is now a float, not a function" in said(verdict)


def test_an_exception_shows_type_message_and_the_learners_own_line():
    def broken(x, w, b=0.0, *, stride=1):
        return x[len(x)]

    verdict = conv1d_judged(broken)
    assert verdict.kind == "raised"
    assert "IndexError: index 2 is out of bounds" in said(verdict)
    assert "return x[len(x)]" in said(verdict)


CHAIN = """
import numpy as np

def conv2d_channels(x, w, *, stride=1, padding=0, dilation=1):
    return {}

def conv2d_filters(x, w, **settings):
    maps = [conv2d_channels(x, w[..., f], **settings) for f in range(w.shape[-1])]
    return np.stack(maps, axis=-1)

def conv2d_bias(x, w, b, **settings):
    return conv2d_filters(x, w, **settings) + b
"""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("np.zeros((2, 2))", "fails its own check"),
        ("x + None", "fails its own check"),
        ("None", "isn't written yet"),
    ],
)
def test_a_report_says_which_earlier_function_is_to_blame(value, words):
    scope = {}
    exec(CHAIN.format(value), scope)
    told = diagnosing.broken_helper("conv2d_bias", scope, checking._stands)
    assert told == f"conv2d_channels, which {words}: begin there"


def test_a_right_earlier_function_is_not_blamed():
    scope = {"relu": lambda x: np.maximum(x, 0)}
    scope["max_of_two"] = eval("lambda a, b: relu(a)", scope)
    found = checking.judge("max_of_two", scope["max_of_two"])
    assert checking._with_broken_helper(found, "max_of_two", scope) is found


def test_an_exception_in_a_function_of_another_cell_names_it_and_its_line():
    scope = {}
    for file, code in (
        ("cell1.py", "def conv2d_channels(x):\n    return [] + 1"),
        ("cell2.py", "def conv2d_filters(x, w, **_):\n    return conv2d_channels(x)"),
    ):
        linecache.cache[file] = (len(code), None, code.splitlines(True), file)
        exec(compile(code, file, "exec"), scope)
    verdict = checking.judge("conv2d_filters", scope["conv2d_filters"])
    assert ("line", "2: return conv2d_channels(x)") in verdict.lines
    assert ("inside", "conv2d_channels, line 2: return [] + 1") in verdict.lines


@pytest.mark.parametrize("error", [SystemExit, AssertionError, RecursionError])
def test_no_exception_of_the_learner_leaves_the_check(error):
    def broken(x, w, b=0.0, *, stride=1):
        raise error("stop")

    assert conv1d_judged(broken).kind == "raised"


def test_an_endless_loop_is_stopped_and_said(monkeypatch):
    def endless(x, w, b=0.0, *, stride=1):
        while True:
            try:
                pass
            except Exception:
                continue

    short = checking.dataclasses.replace(exercises.get("conv1d"), seconds=0.2)
    monkeypatch.setitem(exercises.table().found, "conv1d", short)
    verdict = conv1d_judged(endless)
    assert verdict.kind == "time"
    assert "no answer after 0.2 s" in said(verdict)


REFUSED = "by hand: write this yourself; np.correlate can't be used in an answer"


def conv1d_of_numpy(x, w, b=0.0, *, stride=1):
    return np.correlate(x, w)[::stride] + b


def conv1d_imported(x, w, b=0.0, *, stride=1):
    return correlate(x, w)[::stride] + b


@pytest.mark.parametrize("hidden", [False, pytest.param(True, marks=pytest.mark.tf)])
@pytest.mark.parametrize("function", [conv1d_of_numpy, conv1d_imported])
def test_the_loops_of_numpy_are_refused_as_in_the_sandbox(function, hidden):
    verdict = checking.judge("conv1d", function, hidden=hidden)
    assert (verdict.state, verdict.kind) == ("failed", "raised")
    assert ("raised", f"RuntimeError: {REFUSED}") in verdict.lines
    assert function(np.ones(3), np.ones(2)).tolist() == [2.0, 2.0]


def test_a_loop_that_is_imported_meanwhile_works_again_afterwards():
    kept = []

    def keeps(x):
        kept.append(np.convolve)
        return kept[0](x, x)

    assert running.call(keeps, (np.ones(2),)).error.message.startswith("by hand: ")
    assert kept[0](np.ones(2), np.ones(2)).tolist() == [1.0, 2.0, 1.0]
    assert kept[0] is not np.convolve


def test_the_start_of_keras_is_not_counted_as_a_learners_time():
    def waits(seconds):
        end = time.perf_counter() + seconds
        with running.clock_stopped():
            while time.perf_counter() < end:
                pass
        return 7

    def never_ends():
        with running.clock_stopped():
            pass
        while True:
            pass

    assert running.call(waits, (0.4,), seconds=0.2).value == 7
    assert running.call(never_ends, seconds=0.2).timed_out


def test_an_argument_changed_in_place_is_a_mistake_with_the_name_of_the_argument():
    def greedy(x, w, b=0.0, *, stride=1):
        y = conv1d_slices(x, w, b, stride=stride)
        x[:] = 0
        return y

    verdict = conv1d_judged(greedy)
    assert verdict.kind == "changed"
    assert "x is modified in place" in said(verdict)


def test_a_print_and_a_warning_cost_nothing_and_are_mentioned(capfd):
    def noisy(x, w, b=0.0, *, stride=1):
        print("here")
        warnings.warn("mind the gap", stacklevel=1)
        return conv1d_slices(x, w, b, stride=stride)

    verdict = conv1d_judged(noisy)
    assert verdict.state == "passed"
    assert "'here'" in said(verdict)
    assert "mind the gap" in said(verdict)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("call", "unused"),
    [
        ("conv2d_channels(x, w[..., f])", True),
        ("conv2d_channels(x, w[..., f], **settings)", False),
        ("conv2d_channels(x, w[..., f], stride=stride)", False),
    ],
)
def test_settings_that_reach_no_call_are_seen(call, unused):
    scope = {}
    exec(UNUSED.format(call), scope)
    assert diagnosing.settings_unused(scope["conv2d_filters"]) is unused


def test_a_report_says_that_settings_reach_no_call():
    def conv2d_matmul(x, w, b, *, stride=1, padding=0, dilation=1):
        settings = {"stride": stride, "padding": padding, "dilation": dilation}  # noqa: F841
        return x

    verdict = checking.judge("conv2d_matmul", conv2d_matmul)
    assert ("likely", checking.UNUSED) in verdict.lines


UNUSED = """
def conv2d_filters(x, w, *, stride=1, padding=0, dilation=1):
    settings = {{"stride": stride, "padding": padding, "dilation": dilation}}
    maps = []
    for f in range(w.shape[-1]):
        maps.append({})
    return np.stack(maps, axis=-1)
"""


RANKS = ("Sobel", "diagonal", "Laplacian", "mean")


def test_true_and_false_answer_a_question_of_yes_and_no():
    right = dict(zip(RANKS, (True, False, "no", " Yes"), strict=True))
    assert checking.judge("rank_one", right).state == "passed"
    assert "3 of 4 right" in said(checking.judge("rank_one", {**right, "mean": False}))


def test_a_case_name_with_quotes_stands_in_the_report_with_one_pair():
    titles = [window.title(exercises.get("avg_pool2d"), c) for c in cases_of("same")]
    assert titles[0] == "same padding, one column short"
    assert all("same" in title and '"' not in title for title in titles)


def cases_of(padding):
    cases = exercises.get("avg_pool2d").cases()
    return [c for c in cases if c.kwargs.get("padding") == padding]


def test_what_is_written_to_descriptor_2_is_captured(capfd):
    import os

    def noisy(x, w, b=0.0, *, stride=1):
        os.write(2, b"from a library\n")
        return conv1d_slices(x, w, b, stride=stride)

    assert "from a library" in said(conv1d_judged(noisy))
    assert capfd.readouterr() == ("", "")


def test_a_view_of_an_argument_is_mentioned():
    def view(x, padding=1):
        ph, pw = padding if isinstance(padding, tuple) else (padding, padding)
        return np.pad(x, ((ph, ph), (pw, pw))) if ph or pw else x

    verdict = checking.judge("pad2d", view)
    assert verdict.state == "passed"
    assert "a view of an argument" in said(verdict)


def test_float32_results_are_compared_at_1e_5_and_mentioned():
    def single(x, w, b=0.0, *, stride=1):
        return conv1d_slices(x, w, b, stride=stride).astype(np.float32)

    verdict = conv1d_judged(single)
    assert verdict.state == "passed"
    assert "float32" in said(verdict)


def test_an_object_equal_to_everything_earns_nothing():
    class Chameleon(np.ndarray):
        def __eq__(self, other):
            return True

    class Same:
        shape = (1,)

        def __eq__(self, other):
            return True

    for forged in (Same(), np.zeros(1).view(Chameleon)):
        assert conv1d_judged(lambda *a, f=forged, **k: f).earned == 0.0


@pytest.mark.parametrize("points", [0, 1, 2.5, 7])
def test_points_lie_between_zero_and_the_maximum(points):
    for function in (conv1d_slices, lambda *a, **k: np.nan):
        earned = conv1d_judged(function, points=points).earned
        assert type(earned) is float
        assert math.isfinite(earned)
        assert 0.0 <= earned <= points


def test_check_finds_the_function_where_the_learner_wrote_it(capsys):
    scope = {"conv1d": conv1d_slices}
    exec("from byhand import check\nearned = check('conv1d', points=2)", scope)
    assert scope["earned"] == 2.0
    assert "2 of 2 points" in capsys.readouterr().out


# The report -------------------------------------------------------------------------


def mistaken(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
    return conv2d_slices(x, w, b, stride=1, padding=padding, dilation=dilation)


def test_the_report_has_at_most_six_lines_of_78_columns():
    for function in (mistaken, conv2d_slices, lambda *a, **k: [1]):
        lines = reporting.text(checking.judge("conv2d", function)).splitlines()
        assert len(lines) <= 6
        assert max(map(len, lines)) <= 78


def test_the_last_line_computes_the_number_that_keras_gives():
    def flipped(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
        return conv2d_slices(
            x, w[::-1], b, stride=stride, padding=padding, dilation=dilation
        )

    verdict = checking.judge("conv2d", flipped)
    failing = verdict.failing
    scope = window.bind(exercises.get("conv2d"), failing.case)
    products = eval(dict(verdict.lines)["try"], {}, scope)
    assert np.sum(products) + scope["b"] == pytest.approx(failing.difference.keras)


def test_the_html_draws_the_window_and_folds_three_hints():
    page = reporting.page(checking.judge("conv2d", mistaken))
    assert page.count("<details>") == 3
    assert 'aria-label="x' in page
    assert "Keras" in page
    assert "<script" not in page


def test_text_in_a_report_is_escaped():
    def broken(x, w, b=0.0, *, stride=1):
        raise ValueError("<img src=x onerror=alert(1)>")

    assert "<img" not in reporting.page(conv1d_judged(broken))


@pytest.mark.tf
def test_a_report_on_hidden_cases_shows_none_of_them():
    verdict = checking.judge("conv2d", mistaken, hidden=True)
    assert verdict.failing is None
    assert "x[" not in said(verdict)
    assert "yours" not in said(verdict)


# The material -----------------------------------------------------------------------


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
def test_every_misconception_differs_from_the_right_answer_and_from_the_others(
    exercise,
):
    expected = material.expected(material.OWN, exercise.id, None)
    rows = [
        (name, variant)
        for name, variants in material.predictions(material.OWN, exercise.id).items()
        for variant in variants
    ]

    def equal(one, other):
        return all(
            repr(a) == repr(b)
            if isinstance(a, diagnosing.Raises) or isinstance(b, diagnosing.Raises)
            else comparing.difference(a, b) is None
            for a, b in zip(one, other, strict=True)
        )

    same_as_right = {name for name, row in rows if equal(expected, row)}
    assert not same_as_right
    twins = {
        (one, other)
        for k, (one, row) in enumerate(rows)
        for other, second in rows[k + 1 :]
        if one != other and equal(row, second)
    }
    assert not twins


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
def test_visible_cases_are_recorded_for_the_inputs_of_today(exercise):
    assert recorded.read(exercise.id)[2] == recorded.fingerprint(exercise.cases())


@pytest.mark.tf
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
def test_keras_still_answers_what_was_recorded(exercise):
    cases = tuple(exercise.cases())
    expected, predictions, _ = recorded.read(exercise.id)
    for now, then in zip(recorded.expect(exercise, cases), expected, strict=True):
        assert comparing.difference(then, now, exact=1e-12) is None
    fresh = recorded.predict(exercise, cases)
    assert fresh.keys() == predictions.keys()
    for name, variants in predictions.items():
        for old, new in zip(variants, fresh[name], strict=True):
            for then, now in zip(old, new, strict=True):
                if isinstance(then, diagnosing.Raises):
                    assert then == now
                else:
                    assert comparing.difference(then, now, exact=1e-12) is None


def test_every_named_misconception_has_its_sentences():
    known = misconceptions.table()
    for exercise in exercises.table().values():
        assert set(exercise.slips) <= set(known)
    for entry in known.values():
        assert len(entry.hints) == 3
        assert all(len(sentence) >= 15 for sentence in (entry.likely, *entry.hints))
        assert len(entry.likely) <= 130


@pytest.mark.parametrize("exercise", exercises.table().values(), ids=lambda e: e.id)
def test_every_exercise_has_all_that_the_table_promises(exercise):
    assert exercise.points > 0
    assert exercise.minutes > 0
    if exercise.kind == "function":
        assert len(misconceptions.hints(exercise.id, exercise.lesson)) == 3
        assert exercise.hidden is not None
        assert exercise.signature.startswith(exercise.id + "(")
        assert len(list(exercise.cases())) >= 3
    if exercise.kind == "open":
        assert exercise.examine is not None


def test_hidden_cases_follow_the_seed():
    exercise = exercises.get("conv2d")

    def drawn(seed):
        return recorded.fingerprint(exercise.hidden(material.generator(exercise, seed)))

    assert drawn(1) == drawn(1) != drawn(2)


def test_an_unknown_exercise_gets_an_error_with_near_names():
    with pytest.raises(LookupError, match="conv2d"):
        checking.judge("conv2", conv2d_slices)


def test_the_zoo_names_only_exercises_and_misconceptions_that_exist():
    known = misconceptions.table()
    for specimen in zoo.collect():
        assert specimen.exercise in exercises.table()
        assert specimen.misconception is None or specimen.misconception in known


# The command line -------------------------------------------------------------------


def run_python(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False
    )


def test_the_command_line_checks_a_file_and_prints_json(tmp_path):
    file = tmp_path / "answers.py"
    file.write_text(
        "import numpy as np\n"
        "def true_conv1d(x, w):\n"
        "    n = len(x) - len(w) + 1\n"
        "    return np.array([np.sum(x[i:i+len(w)] * w) for i in range(n)])\n"
    )
    result = run_python("-m", "byhand", "check", str(file), "--json", "--visible")
    (entry,) = json.loads(result.stdout)
    assert result.returncode == 1
    assert entry["misconception"] == "kernel not flipped"
    assert entry["earned"] == 0.0
    assert len(entry["hints"]) == 3


def test_the_command_line_takes_files_and_folders(tmp_path):
    (tmp_path / "one.py").write_text("def relu(x):\n    return x\n")
    (tmp_path / "two.py").write_text("helper = 1\n")
    (tmp_path / "three.py").write_text("def relu(x)\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / "four.py").write_text("def pointwise(x, w, b):\n    return x @ w + b\n")
    result = run_python("-m", "byhand", "check", str(tmp_path), "--json", "--visible")
    assert result.returncode == 2
    assert "three.py could not be run: SyntaxError" in result.stderr
    found = {e["file"].rpartition("/")[2]: e for e in json.loads(result.stdout)}
    assert found.keys() == {"one.py", "four.py"}
    assert found["one.py"]["evidence"] == "name"
    assert (found["four.py"]["passed"], found["four.py"]["evidence"]) == (True, "")


@pytest.mark.tf
def test_the_command_line_prints_hints_and_the_seed_of_the_hidden_cases(tmp_path):
    (tmp_path / "one.py").write_text("def relu(x):\n    return x\n")
    result = run_python("-m", "byhand", "check", str(tmp_path), "--seed", "7")
    assert result.returncode == 1
    assert "hidden cases of seed 7; set another with --seed" in result.stderr
    for number in (1, 2, 3):
        assert f"hint {number}" in result.stdout


def test_the_command_line_says_what_is_wrong_with_a_file(tmp_path):
    missing = run_python("-m", "byhand", "check", str(tmp_path / "none.py"))
    assert (missing.returncode, "no file" in missing.stderr) == (2, True)
    broken = tmp_path / "broken.py"
    broken.write_text("def conv1d(:\n")
    result = run_python("-m", "byhand", "check", str(broken))
    assert result.returncode == 2
    assert "SyntaxError" in result.stderr


def test_a_check_imports_neither_tensorflow_nor_matplotlib():
    code = (
        "import sys, numpy as np\n"
        "from byhand import check\n"
        "def conv1d(x, w, b=0.0, *, stride=1):\n"
        "    return x\n"
        "check('conv1d', points=2)\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    started = time.perf_counter()
    result = run_python("-c", code)
    assert result.returncode == 0, result.stderr
    assert time.perf_counter() - started < 60  # a bound on hanging, not a timing


def test_below_a_check_stands_a_quiet_mark_and_nbgrader_reads_the_number():
    from IPython.core.formatters import DisplayFormatter
    from nbgrader.utils import get_partial_grade

    result = checking.judge("relu", lambda x: np.maximum(x, 0), points=2)
    data, _ = DisplayFormatter().format(reporting.Earned(result))
    assert "✓ 2 of 2<" in data["text/html"]
    assert get_partial_grade({"data": data}, 2.0) == 2.0
    result = checking.judge("relu", lambda x: x, points=2)
    data, _ = DisplayFormatter().format(reporting.Earned(result))
    assert ">0 of 2<" in data["text/html"]
    assert get_partial_grade({"data": data}, 2.0) == 0.0
    assert type(copy.deepcopy(reporting.Earned(result))) is float
