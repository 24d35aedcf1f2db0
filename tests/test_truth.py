"""What a report says is true, and a check never crashes, whatever it is given."""

import os
import re
import time
from fractions import Fraction

import numpy as np
import pytest

from byhand import exercises, gradients
from byhand.checks import (
    checking,
    comparing,
    material,
    reporting,
    running,
    taming,
    window,
)
from byhand.evidence import reads
from tests import odd
from tests.test_checks import FUNCTIONS, conv1d_judged, mistaken, said
from tests.zoo.backprop import numeric_one_buffer, numeric_put_back
from tests.zoo.convolution import conv1d_slices, conv2d_slices

# The call -----------------------------------------------------------------------------


def test_every_failing_report_shows_the_call_with_its_settings():
    verdict = checking.judge("conv2d", mistaken)
    settings = dict(verdict.failing.case.kwargs)
    call = dict(verdict.lines)["call"]
    assert call.startswith("conv2d(x, w, b=")
    assert call.endswith(f", stride={settings['stride']!r})")


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
def test_a_call_can_be_typed_and_says_every_setting(exercise):
    for case in material.visible(exercise.id):
        call, bound = window.call(exercise, case), window.bind(exercise, case)
        seen = {}
        own = exercise.signature.partition("(")[0]
        functions = [v for v in bound.values() if callable(v)]
        scope = {"np": np, **bound, **{f.__name__: f for f in functions}}
        scope[own] = lambda *args, seen=seen, **kwargs: seen.update(a=args, k=kwargs)
        eval(call, scope)
        for name, value in case.kwargs.items():
            default = window._signature(exercise).parameters[name].default
            assert name in seen["k"] or value == default


def test_a_wrong_signature_shows_the_wanted_one():
    verdict = checking.judge("conv2d", lambda x, w: x)
    assert dict(verdict.lines)["wanted"] == (
        "def conv2d(x, w, b=0.0, *, stride=1, padding=0, dilation=1):"
    )


def test_numbers_have_as_many_digits_as_it_takes_to_tell_them_apart():
    found = comparing.difference(1.3132616875182228, 1.3132616)
    assert found.what == "yours 1.3132616, wanted 1.3132617"
    assert comparing.difference(2.0, 1.0).what == "yours 1.0, wanted 2.0"


def test_keras_stands_only_beside_numbers_that_keras_gave():
    for exercise in FUNCTIONS:
        verdict = checking.judge(exercise.id, lambda *a, **k: np.zeros((1, 1, 1, 1, 1)))
        if not exercise.layer:
            assert "Keras" not in said(verdict), exercise.id


def test_not_recognised_points_to_a_call_only_where_one_is_shown():
    def unknown(n, k, *, stride=1, padding=0, dilation=1):
        return 7 * n + k

    assert "the call above" in said(checking.judge("output_size", unknown))
    hidden = checking._Function(
        exercises.get("output_size"), unknown, checking.current(), True
    )._hidden_failed(0, ("values", [], None), "1 of 7 differ", None)
    assert "above" not in said(hidden)


# The second witness -------------------------------------------------------------------

WITNESSED = [e for e in FUNCTIONS if e.witness]


def spoilt(right):
    """Yield a right result with one thing changed, part by part."""
    rng = np.random.default_rng(0)
    parts = right if isinstance(right, tuple) else (right,)
    for k, part in enumerate(parts):
        part = np.asarray(part)
        swapped = rng.permutation(part.ravel()).reshape(part.shape)
        last = -1 if part.ndim else None
        total = np.broadcast_to(part.sum(axis=last, keepdims=True), part.shape)
        total = total if part.ndim else 2 * part
        for wrong in (swapped, -part, total, part.ravel()[:1], part[None], part.T):
            changed = (*parts[:k], wrong, *parts[k + 1 :])
            yield changed if isinstance(right, tuple) else wrong


@pytest.mark.parametrize("exercise", WITNESSED, ids=lambda e: e.id)
def test_the_second_witness_never_contradicts_the_first(exercise):
    expected = material.expected(material.OWN, exercise.id, None)
    testimony = material.testimony(exercise.id)
    for right, numbers in zip(expected, testimony, strict=True):
        for value in spoilt(right):
            wrong = checking._wrong_parts(exercise, right, value)
            heard = gradients.agreeing(value, right, numbers)
            for part, state in zip(exercise.parts, heard, strict=True):
                assert state in (None, part not in wrong)


def test_db_summed_over_the_filters_is_approved_by_nobody():
    right = material.expected(material.OWN, "conv2d_backward", None)
    results = iter([(dx, dw, np.full_like(db, db.sum())) for dx, dw, db in right])
    verdict = checking.judge("conv2d_backward", lambda *a, **k: next(results))
    lines = dict(verdict.lines)
    assert lines["parts"] == "dx ok, dw ok, db differs"
    assert lines["central"] == (
        "differences agree with your dx and dw, disagree with your db"
    )


# Refused at home as by the grader -----------------------------------------------------


@pytest.mark.parametrize("name", ["convolve", "correlate", "gradient"])
def test_what_the_grader_refuses_is_refused_at_home_with_the_same_words(name):
    def borrowed(x, w, b=0.0, *, stride=1):
        return getattr(np, name)(x, w)

    what = f"by hand: write this yourself; np.{name} can't be used in an answer"
    assert ("raised", f"RuntimeError: {what}") in conv1d_judged(borrowed).lines


@pytest.mark.tf
def test_hidden_cases_refuse_it_too_with_the_same_words():
    def borrowed(x, w, b=0.0, *, stride=1):
        return np.correlate(x, w)

    told = dict(conv1d_judged(borrowed, hidden=True).lines)
    assert told["raised"] == dict(conv1d_judged(borrowed).lines)["raised"]
    assert told["raised"].startswith("RuntimeError: by hand: write this yourself; np.c")


# Time ---------------------------------------------------------------------------------


def test_time_is_what_the_code_computes_and_not_what_the_machine_does_besides():
    def waits(x):
        time.sleep(0.5)  # as a process does that gets no processor
        return 7

    def endless(x):
        while True:
            pass

    def sleeps(x):
        time.sleep(60)

    assert running.call(waits, (1,), seconds=0.2).value == 7
    assert running.call(endless, (1,), seconds=0.2).timed_out
    started = time.monotonic()
    assert running.call(sleeps, (1,), seconds=0.1).timed_out
    assert time.monotonic() - started < 30


def test_an_explorer_counts_the_same_time_as_a_check():
    from byhand.explore import probe

    def waits(x):
        time.sleep(0.5)
        return 7

    assert probe.guarded(waits, (1,), {}, name="waits", seconds=0.2) == 7


def test_a_slow_import_is_no_time_of_the_learners(tmp_path, monkeypatch):
    slow = "import time\nend = time.thread_time() + 0.6\n"
    slow += "while time.thread_time() < end: pass\nready = 7\n"
    (tmp_path / "slow_package.py").write_text(slow)
    monkeypatch.syspath_prepend(tmp_path)

    def imports(x):
        import slow_package

        return slow_package.ready

    assert running.call(imports, (1,), seconds=0.2).value == 7


# Nothing crashes ----------------------------------------------------------------------


def endless_list():
    found = []
    found.append(found)
    return found


class Broken(np.ndarray):
    """An array that raises when it is asked for its numbers."""

    def __array__(self, *args, **kwargs):
        raise ValueError("no")


class Speechless:
    """An object that can't even be printed."""

    def __repr__(self):
        raise ValueError("no")


ODD = {
    "a map": lambda: map(abs, [1.0]),
    "a dict": lambda: {"y": 1.0},
    "a generator": lambda: (v for v in [1.0]),
    "a list": lambda: [1.0, 2.0],
    "an empty list": lambda: [],
    "an empty tuple": lambda: (),
    "a list of arrays": lambda: [np.ones(2), np.ones(3)],
    "a tuple of arrays": lambda: (np.ones(2), np.ones(3)),
    "a fraction": lambda: Fraction(1, 3),
    "a large number": lambda: 10**400,
    "a very large number": lambda: 10**5000,
    "a list in itself": endless_list,
    "a broken array": lambda: np.ones(1).view(Broken),
    "objects": lambda: np.array([1, "a", None], dtype=object),
    "records": lambda: np.zeros(2, dtype=[("a", float)]),
    "dates": lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
    "nothing to print": Speechless,
    "complex": lambda: 1j,
    "bytes": lambda: b"1",
    "a set": lambda: {1.0},
    "a class": lambda: int,
    "a scalar array": lambda: np.array(1.0),
    "a NumPy scalar": lambda: np.float32(1.0),
    "a masked array": lambda: np.ma.array([1.0, 2.0], mask=[True, False]),
    "an exit": lambda: os._exit(0),
}


@pytest.mark.parametrize("what", ODD)
def test_no_result_crashes_a_check(what):
    for exercise in FUNCTIONS:
        verdict = checking.judge(exercise.id, lambda *a, **k: ODD[what]())
        assert verdict.state in ("failed", "waiting"), exercise.id
        assert verdict.earned == 0.0
        assert reporting.page(verdict)


def test_odd_results_crash_nothing():
    assert not list(odd.crashes(400, seed=12))


def test_a_result_is_looked_at_without_asking_it_anything():
    hostile = odd.hostile(list, odd.HOSTILE)
    plain = taming.tamed(
        (hostile([1]), odd.hostile(object, odd.HOSTILE)(), odd.Masked())
    )
    assert plain[0] == [1]
    assert [type(v).__name__ for v in plain[1:]] == ["Hostile", "Masked"]
    assert type(taming.tamed(np.ones(1).view(Broken))) is np.ndarray


VALUES = [e for e in exercises.table().values() if e.kind in ("value", "choices")]


@pytest.mark.parametrize("what", [k for k in ODD if k != "an exit"])
def test_no_prediction_crashes_a_check(what):
    for exercise in VALUES:
        for answer in (ODD[what](), [ODD[what]()], {"q1": ODD[what](), 2: ODD[what]()}):
            assert reporting.page(checking.judge(exercise.id, answer))


# One array, filled again and again ---------------------------------------------------


def on_one_buffer(function):
    """Return a function that hands out the same array for each shape."""
    kept = {}

    def again(*args, **kwargs):
        y = function(*args, **kwargs)
        kept.setdefault(y.shape, np.empty(y.shape))[...] = y
        return kept[y.shape]

    return again


def half_of_the_bias(x, w, b=0.0, *, stride=1):
    return conv1d_slices(x, w, b / 2, stride=stride)


def flipped(x, w, b=0.0, *, stride=1):
    return conv1d_slices(x, w[::-1], b, stride=stride)


@pytest.mark.parametrize("function", [conv1d_slices, flipped, half_of_the_bias])
def test_a_result_in_the_same_array_at_each_call_gets_the_same_report(function):
    fresh, again = conv1d_judged(function), conv1d_judged(on_one_buffer(function))
    assert (again.state, again.misconception) == (fresh.state, fresh.misconception)
    assert (again.lines, again.evidence) == (fresh.lines, fresh.evidence)
    assert reporting.page(again) == reporting.page(fresh)


def test_a_layer_that_fills_the_same_array_again_is_right():
    class Dense:
        forth, back = {}, {}

        def __init__(self, w, b):
            self.params, self.grads = [w, b], []

        def kept(self, where, value):
            where.setdefault(value.shape, np.empty(value.shape))[...] = value
            return where[value.shape]

        def forward(self, x):
            self.x = x.copy()
            return self.kept(self.forth, x @ self.params[0] + self.params[1])

        def backward(self, dy):
            self.grads = [self.x.T @ dy, dy.sum(axis=0)]
            return self.kept(self.back, dy @ self.params[0].T)

    assert checking.judge("Dense", Dense).state == "passed"


def test_an_explorer_reads_a_function_that_fills_the_same_array_again():
    from byhand.explore import probe

    def run(x, w):
        return conv1d_slices(x, w[:, 0])[:, None]

    shapes = ((5,), (2, 1), (4, 1))
    fresh = probe.find(run, run, *shapes, name="conv1d")
    again = probe.find(run, on_one_buffer(run), *shapes, name="conv1d")
    assert len(fresh.triples) == 8
    assert again == fresh


def test_a_gradient_is_measured_on_one_array_that_is_moved_again():
    verdict = checking.judge("numeric_gradient", numeric_one_buffer)
    assert verdict.misconception == "both results are one array"
    assert checking.judge("numeric_gradient", numeric_put_back).state == "passed"


# Advice that fits ---------------------------------------------------------------------


def test_an_argument_changed_in_place_is_said_also_when_values_are_wrong():
    def greedy(x, w, b=0.0, *, stride=1):
        x += 1
        return conv1d_slices(x, w, b, stride=stride)

    lines = dict(conv1d_judged(greedy).lines)
    assert lines["values"]
    assert lines["changed"] == "x is modified in place: work on copies, x.copy()"


def test_a_list_of_arrays_is_copied_array_by_array():
    def greedy(values, grads, learning_rate):
        for value, grad in zip(values, grads, strict=True):
            value -= learning_rate * grad
        return values

    lines = dict(checking.judge("sgd_step", greedy).lines)
    assert lines["changed"] == (
        "values is modified in place: work on copies, [a.copy() for a in values]"
    )


@pytest.mark.parametrize(
    ("returned", "advice"),
    [
        (lambda y: y.tolist(), "a list; wanted an array; np.array(...) makes one"),
        (lambda y: (y, "cache"), "wanted an array alone, not several results"),
        (lambda y: [y, [y]], "wanted an array alone, not several results"),
        (lambda y: ["a", "b"], "a list; wanted an array"),
    ],
)
def test_only_what_np_array_turns_into_the_result_is_told_so(returned, advice):
    verdict = checking.judge("conv2d", lambda *a, **k: returned(conv2d_slices(*a, **k)))
    told = dict(verdict.lines)["type"]
    assert advice in told
    assert ("np.array" in told) == ("np.array" in advice)


# The drawing --------------------------------------------------------------------------

SUMS = """conv1d true_conv1d conv2d_plain conv2d_strided conv2d conv2d_channels
conv2d_filters conv2d_bias conv2d_batch conv2d_matmul match_score grouped_conv2d
depthwise_conv2d conv3d dense_backward conv1d_backward conv2d_backward
grouped_conv2d_backward depthwise_conv2d_backward conv2d_dw conv1d_transpose
conv2d_transpose max_pool2d avg_pool2d l2_pool2d global_pool2d max_pool2d_backward
avg_pool2d_backward global_avg_pool2d_backward flattened_conv Dense Conv2D MaxPool2D
pad2d relu relu_backward weighted_sum match_map pointwise softmax_cross_entropy im2col
to_keras separable_conv2d merge_kernels conv_matrix conv2d_transpose_backward
conv2d_plane_backward"""


def wrong_at(exercise, case, right, part, index):
    difference = comparing.Difference("values", "", part, index)
    return checking.Failing(case, running.Outcome(value=right), right, difference)


@pytest.mark.parametrize("name", SUMS.split())
def test_a_window_is_drawn_for_every_case_and_output(name):
    exercise = exercises.get(name)
    expected = material.expected(material.OWN, name, None)
    rng = np.random.default_rng(3)
    for case, right in zip(material.visible(name), expected, strict=True):
        for part in exercise.parts:
            array = np.asarray(window.part_of(exercise, right, part))
            index = tuple(int(rng.integers(n)) for n in array.shape)
            failing = wrong_at(exercise, case, right, part, index)
            for value, marks in window.drawn(exercise, failing).values():
                if isinstance(marks, tuple):
                    assert np.asarray(value)[marks].size
                elif marks is not None:
                    assert marks.shape == value.shape


@pytest.mark.tf
@pytest.mark.parametrize(
    "name",
    """conv2d_backward grouped_conv2d_backward depthwise_conv2d_backward
    conv1d_backward conv2d_dw conv2d_transpose conv1d_transpose avg_pool2d_backward
    max_pool2d_backward dense_backward Conv2D""".split(),
)
def test_what_is_not_marked_does_not_matter_to_the_output(name):
    exercise = exercises.get(name)
    rng = np.random.default_rng(4)
    expected = material.expected(material.OWN, name, None)
    for k in (1, 3):
        case, right = material.visible(name)[k], expected[k]
        for part in exercise.parts:
            array = np.asarray(window.part_of(exercise, right, part))
            index = tuple(int(rng.integers(n)) for n in array.shape)
            failing = wrong_at(exercise, case, right, part, index)
            drawn = window.drawn(exercise, failing)
            names = list(window.bind(exercise, case))
            args = [*running.copied(case.args)]
            for key, (value, marks) in drawn.items():
                if key in ("dy", "x", "w") and marks is not None:
                    free = np.ones(value.shape, dtype=bool)
                    free[marks] = False
                    args[names.index(key)][free] -= 1.5
            new = window.part_of(exercise, exercise.referee(*args, **case.kwargs), part)
            assert array[index] == pytest.approx(np.asarray(new)[index]), case.name


def test_a_padded_convolution_draws_the_padded_picture_and_the_numbers_give_the_sum():
    exercise = exercises.get("conv2d_batch")
    expected = material.expected(material.OWN, exercise.id, None)
    for case, right in zip(material.visible(exercise.id), expected, strict=True):
        for index in ((0, 0, 0, 0), tuple(n - 1 for n in right.shape)):
            failing = wrong_at(exercise, case, right, "y", index)
            scope = window.bind(exercise, case)
            code = window.as_code(exercise, failing)
            products = eval(code, {"np": np}, scope)
            assert np.sum(products) + scope["b"][index[-1]] == pytest.approx(
                right[index]
            )
            marked = sum(
                np.asarray(value)[marks].size
                for key, (value, marks) in window.drawn(exercise, failing).items()
                if marks is not None and "x" in key
            )
            assert marked == scope["w"][..., 0].size


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("im2col", "patches"),
        ("to_keras", "x"),
        ("to_keras", "w"),
        ("merge_kernels", "y"),
        ("conv_matrix", "M"),
        ("conv2d_transpose_backward", "dx"),
        ("conv2d_transpose_backward", "db"),
    ],
)
def test_the_code_of_a_window_gives_the_number(name, part):
    exercise = exercises.get(name)
    expected = material.expected(material.OWN, name, None)
    told = 0
    for case, right in zip(material.visible(name), expected, strict=True):
        array = np.asarray(window.part_of(exercise, right, part))
        for index in list(np.ndindex(array.shape))[:: max(array.size // 12, 1)]:
            code = window.as_code(
                exercise, wrong_at(exercise, case, right, part, index)
            )
            scope = window.bind(exercise, case)
            number = np.sum(eval(code, {"np": np}, scope)) if code else 0.0
            assert number == pytest.approx(array[index]), (case.name, index, code)
            told += bool(code)
    assert told


@pytest.mark.parametrize(
    "name",
    ["conv2d_plane_backward", "conv2d_transpose_backward", "separable_conv2d"],
)
def test_a_window_marks_what_the_wires_read(name):
    exercise = exercises.get(name)
    expected = material.expected(material.OWN, name, None)
    rng, moved = np.random.default_rng(5), {"x" if exercise.parts == ("y",) else "dy"}
    for case, right in zip(material.visible(name), expected, strict=True):
        at = window.bind(exercise, case)
        for key in {"x", "w", "w_depth", "w_point"} & at.keys() - moved:
            at[key] = 1 + rng.random(at[key].shape)  # none is 0, and none cancel
        for part in exercise.parts:
            array = np.asarray(window.part_of(exercise, right, part))
            index = tuple(int(rng.integers(n)) for n in array.shape)
            wires = reads.wired(name, part, at, array.shape)
            place = int(np.ravel_multi_index(index, array.shape)) if index else 0
            drawn = window.drawn(exercise, wrong_at(exercise, case, right, part, index))
            for code, (value, marks) in drawn.items():
                if wires.moved not in code or marks is None:
                    continue
                numbers = np.zeros(np.shape(value))
                numbers[marks] = np.asarray(value)[marks]
                known = at[wires.moved].ravel()[wires.matrix[place] != 0]
                assert np.sum(numbers) == pytest.approx(np.sum(known)), (part, code)


def test_each_channel_under_the_window_is_drawn():
    verdict = checking.judge("conv2d_channels", lambda x, w, **k: x[..., 0])
    failing = wrong_at(
        exercises.get("conv2d_channels"),
        material.visible("conv2d_channels")[0],
        material.expected(material.OWN, "conv2d_channels", None)[0],
        "y",
        (0, 0),
    )
    page = reporting.drawing(checking.dataclasses.replace(verdict, failing=failing))
    for channel in range(2):
        assert f"x[:,:,{channel}]" in page
        assert f"w[:,:,{channel}]" in page


def test_a_stack_of_pictures_is_drawn_picture_by_picture():
    def strongest_matches(pictures, features):
        return np.zeros((len(pictures), len(features)))

    page = reporting.drawing(checking.judge("strongest_matches", strongest_matches))
    titles = re.findall("<figcaption>(.*?)</figcaption>", page)
    assert titles[:3] == ["pictures[0,:,:]", "features[0,:,:]", "features[1,:,:]"]


def test_the_form_of_answers_in_a_dict_is_said():
    lines = dict(checking.judge("warm_up_01", {"q1": "2", "q2": "b", "q3": "c"}).lines)
    assert lines["form"] == "q1: '2' is a text: a number stands without quotes"
    (line,) = checking.judge("warm_up_01", (2, "b", "c")).lines
    assert line[1].endswith('wanted a dict, {"q1": ..., "q2": ..., "q3": ...}')


def test_of_two_shapes_that_are_unpacked_the_one_that_fails_is_said():
    def match_map(picture, feature):
        (h, w), (kh, kw) = picture.shape, feature.shape
        return np.zeros((h - kh + 1, w - kw + 1))

    def strongest_matches(pictures, features):
        return match_map(pictures, features)

    lines = dict(checking.judge("strongest_matches", strongest_matches).lines)
    what = "picture.shape is a tuple, (1, 3, 4); the left side has 2 names"
    assert lines["place"] == what
