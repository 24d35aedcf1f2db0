"""Slips by named axes: the engine is right, and predicts what is recorded."""

import subprocess
import sys

import numpy as np
import pytest

from byhand import exercises
from byhand.checks import comparing, diagnosing, recorded
from byhand.slips import Call, Operation, Stamped, joined, only, right, union, without
from byhand.slips.backward import gradient_mistakes
from byhand.slips.forward import mistakes
from byhand.slips.named import axes_of
from byhand.slips.named_axes import product

FUNCTIONS = [e for e in exercises.table().values() if e.kind == "function"]
# their slips ask Keras itself; tests of recordings that are marked tf compare them
ASKING = {
    *("strongest_matches", "same_padding", "to_keras", "count_conv2d"),
    *("merge_kernels", "bilinear_kernel", "to_keras_transpose"),
    *("softmax_cross_entropy", "sgd_step", "train_steps", "fit", "dense_to_conv"),
    "input_gradient",
}
DERIVED = [e for e in FUNCTIONS if e.id not in ASKING]
CLOSE = 1e-9
SETTINGS = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}
OPERATIONS = {
    "batch": (
        Operation(x="n h w c", w="kh kw c f", b="f", y="n h w f"),
        ((2, 5, 6, 3), (3, 2, 3, 4), (4,)),
        SETTINGS,
    ),
    "groups": (
        Operation(
            x="n h w (g c)",
            w="kh kw c (g f)",
            b="(g f)",
            y="n h w (g f)",
            settings="groups",
        ),
        ((2, 5, 6, 4), (3, 2, 2, 6), (6,)),
        {**SETTINGS, "groups": 2},
    ),
    "multipliers": (
        Operation(x="n h w c", w="kh kw c m", b="(c m)", y="n h w (c m)"),
        ((2, 5, 6, 3), (3, 2, 3, 2), (6,)),
        SETTINGS,
    ),
    "a volume": (
        Operation(x="n d h w c", w="kd kh kw c f", b="f", y="n d h w f"),
        ((1, 3, 4, 4, 2), (2, 2, 3, 2, 3), (3,)),
        {"stride": (1, 2, 1), "padding": (1, 0, 1)},
    ),
    "stamps": (
        Operation(x="n h w c", w="kh kw f c", b="f", y="n h w f"),
        ((2, 2, 3, 3), (3, 2, 4, 3), (4,)),
        {"stride": 2, "padding": 1, "output_padding": 1},
    ),
}


def alike(one, other):
    """Tell whether two predicted results of a case are the same."""
    both = (one, other)
    if any(isinstance(v, diagnosing.Raises) or v is None for v in both):
        return type(one) is type(other) and one == other
    return comparing.difference(one, other, exact=CLOSE) is None


def unlike(exercise, slips):
    """Return (missing, further): ways recorded and not predicted, and the reverse."""

    class Asked:
        """An exercise as far as predictions go."""

    Asked.slips = slips
    fresh = recorded.predict(Asked, tuple(exercise.cases()))
    known = recorded.read(exercise.id)[1]

    def beyond(table, other):
        return {
            (name, number)
            for name, ways in table.items()
            for number, way in enumerate(ways)
            if not any(all(map(alike, way, another)) for another in other.get(name, ()))
        }

    return beyond(known, fresh), beyond(fresh, known)


@pytest.mark.parametrize("exercise", DERIVED, ids=lambda e: e.id)
def test_slips_predict_what_is_recorded_and_nothing_else(exercise):
    assert unlike(exercise, exercise.slips) == (set(), set())


def test_no_derived_slip_asks_keras():
    """Hidden cases are diagnosed without TensorFlow, which takes seconds to start."""
    names = [e.id for e in DERIVED]
    code = (
        "import sys; from byhand import exercises; from byhand.checks import recorded\n"
        f"for name in {names!r}:\n"
        "    exercise = exercises.get(name)\n"
        "    recorded.predict(exercise, tuple(exercise.cases())[:2])\n"
        "    assert 'tensorflow' not in sys.modules, name"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def drawn(name):
    """Return an operation's call on random numbers."""
    op, shapes, settings = OPERATIONS[name]
    rng = np.random.default_rng(7)
    x, w, b = (rng.normal(size=shape) for shape in shapes)
    kind = Stamped if name == "stamps" else Call
    y = kind.of(op, x, w, b, None, settings).y()
    return kind.of(op, x, w, b, rng.normal(size=y.shape), settings)


@pytest.mark.parametrize("name", OPERATIONS)
def test_gradients_are_those_of_the_declared_sum(name):
    """The loss sum(dy * y) is linear in x, in w and in b, each by itself."""
    call = drawn(name)
    for array, gradient in zip("xwb", call.gradients(), strict=True):
        value = getattr(call, array)
        step = np.random.default_rng(8).normal(size=value.shape)
        ahead = np.sum(call.dy * call.changed(**{array: value + step}).y())
        change = ahead - np.sum(call.dy * call.y())
        assert np.isclose(np.sum(gradient * step), change)


def test_a_sum_over_windows_is_the_one_that_loops_compute():
    call = drawn("batch")
    x = np.pad(call.x, ((0, 0), (1, 1), (2, 2), (0, 0)))
    wanted = np.zeros(call.y().shape)
    for n, i, j, f in np.ndindex(*wanted.shape):
        window = x[n, 2 * i : 2 * i + 3, j : j + 3 : 2]
        wanted[n, i, j, f] = np.sum(window * call.w[..., f]) + call.b[f]
    assert np.allclose(call.y(), wanted)


def test_brackets_hold_two_names_the_first_outside():
    assert axes_of("n (g c)") == (("n",), ("g", "c"))
    groups = right(OPERATIONS["groups"][0])
    x, w = np.zeros((1, 1, 1, 4)), np.ones((1, 1, 2, 2))
    x[..., 2] = 5.0  # channel 2 of 4 is the first of group 1
    assert groups(x, w, groups=2).tolist() == [[[[0.0, 5.0]]]]


def test_named_factors_multiply_where_names_meet():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(3.0)
    assert product("i", (a, "ij"), (b, "j")).tolist() == [5.0, 14.0]


def test_mistakes_follow_from_the_axes_that_are_there():
    signal = mistakes(Operation(x="w", w="kw", y="w"))
    assert "kernel flipped" in signal
    assert not {"bias forgotten", "stride ignored", "only the first channel"} & {
        *signal
    }
    pixel = mistakes(Operation(x="n c", w="c f", b="f", y="n f"))
    assert {"bias forgotten", "only the first channel"} <= set(pixel)
    assert not {"kernel flipped", "rows and columns swapped"} & set(pixel)


def test_a_part_alone_takes_only_the_mistakes_that_touch_it():
    op = OPERATIONS["batch"][0]
    alone = gradient_mistakes(op, parts=("dw",))
    assert "dw turned round" in alone
    assert not [name for name in alone if name.startswith(("dx", "db"))]


def test_no_table_overrides_another_in_silence():
    one, other = {"a": len, "b": len}, {"b": max}
    with pytest.raises(ValueError, match="two tables have 'b'"):
        union(one, other)
    assert joined(one, other) == {"a": (len,), "b": (len, max)}
    assert only(one, "a") == without(one, "b") == {"a": len}
    with pytest.raises(ValueError, match="no slip is called 'c'"):
        without(one, "c")
