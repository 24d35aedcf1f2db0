"""Visible and hidden cases come from the same regimes, and each regime is in both."""

import numpy as np
import pytest

from byhand import exercises
from byhand.checks import material, running, window
from byhand.exercises.inputs import seeded
from tests import seeds
from tests.test_checks import FUNCTIONS

SEEDS = (0, 1, 5, 11)
HEAVY = {e.id for e in FUNCTIONS if e.seconds > running.SECONDS}
TRAINED = ("train_steps", "fit", "input_gradient")


def shape_of(case):
    """Return the sizes and settings of a case, without its numbers."""
    shapes = [
        [array.shape for array in running.arrays_in(a)] or repr(a) for a in case.args
    ]
    return repr((shapes, sorted(case.kwargs.items())))


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
def test_every_visible_regime_is_hidden_too_on_every_seed(exercise):
    if exercise.id in HEAVY:
        pytest.skip("it takes long, so that its hidden cases are drawn alone")
    for seed in SEEDS:
        hidden = {shape_of(case) for case in material._drawn(exercise, seed)[0]}
        for case in material.visible(exercise.id):
            assert shape_of(case) in hidden, (seed, case.name)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
def test_the_first_two_cases_hold_small_whole_numbers(exercise):
    if exercise.id in TRAINED:
        pytest.skip("a network's weights are no whole numbers")
    names = list(window.bind(exercise, material.visible(exercise.id)[0]))
    for case in material.visible(exercise.id)[:2]:
        for name, value in zip(names, case.args, strict=False):
            for array in running.arrays_in(value):
                assert (array == np.round(array)).all(), (case.name, name)
                assert np.abs(array).max(initial=0) <= 20
            if name == "b" and isinstance(value, float):
                assert value in (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)


def widest(name, argument, axis):
    """Return the largest size of an argument's axis in the visible cases."""
    exercise = exercises.get(name)
    given = (window.bind(exercise, c)[argument] for c in material.visible(name))
    return max(np.shape(value)[axis] for value in given)


@pytest.mark.parametrize(
    "name",
    """conv2d_batch conv2d_matmul im2col grouped_conv2d depthwise_conv2d
    separable_conv2d flattened_conv max_pool2d avg_pool2d l2_pool2d conv2d_backward
    conv2d_dw dense_backward Dense Conv2D""".split(),
)
def test_more_than_three_channels_and_more_than_five_examples_are_visible(name):
    assert widest(name, "x", -1) > 3
    assert widest(name, "x", 0) > 5


@pytest.mark.parametrize(
    "name", ["conv2d", "conv2d_batch", "im2col", "conv2d_backward"]
)
def test_padding_beyond_the_kernel_is_visible(name):
    exercise = exercises.get(name)
    found = []
    for case in material.visible(name):
        given = window.bind(exercise, case)
        _, pad = np.broadcast_to(given["padding"], 2)
        _, dilation = np.broadcast_to(given["dilation"], 2)
        kw = given["kw"] if "kw" in given else given["w"].shape[1]
        found.append(pad > dilation * (kw - 1))
    assert any(found)


def test_a_label_far_below_the_largest_logit_is_visible_and_hidden_on_every_seed():
    exercise = exercises.get("softmax_cross_entropy")
    drawn = [exercise.hidden(seeded(0, seed)) for seed in range(40)]
    for cases in (material.visible(exercise.id), *drawn):
        gaps = [
            case.args[0].max(axis=1) - case.args[0][np.arange(len(labels)), labels]
            for case in cases
            for labels in case.args[1:]
        ]
        assert max(gap.max() for gap in gaps) > 1000


def test_no_layer_at_all_is_visible():
    assert any(case.args == ([],) for case in material.visible("receptive_field"))


def test_case_titles_say_every_setting():
    for exercise in FUNCTIONS:
        for case in material.visible(exercise.id):
            title = window.title(exercise, case)
            default = window._signature(exercise).parameters
            for key, value in case.kwargs.items():
                same = window._is_default(value, default[key].default)
                assert same or key in title or f"{key[0]}={value}" in title, title


class SharedDense:
    """A layer that keeps its weights and its input where all layers see them."""

    def __init__(self, w, b):
        SharedDense.w, SharedDense.b = w, b
        self.params, self.grads = [w, b], []

    def forward(self, x):
        SharedDense.x = x
        w, b = self.params
        return x @ w + b

    def backward(self, dy):
        self.grads = [SharedDense.x.T @ dy, dy.sum(axis=0)]
        return dy @ self.params[0].T


class FirstDense(SharedDense):
    """A layer that goes on with the weights it was made with."""

    def __init__(self, w, b):
        super().__init__(w, b)
        self.first = w, b

    def forward(self, x):
        self.x = SharedDense.x = x
        return x @ self.first[0] + self.first[1]


@pytest.mark.parametrize("kind", [SharedDense, FirstDense])
def test_two_layers_at_once_and_replaced_params_occur(kind):
    from byhand.checks import checking

    assert checking.judge("Dense", kind).state == "failed"


@pytest.mark.slow
@pytest.mark.tf
def test_hidden_cases_kill_every_specimen_on_another_seed():
    assert not list(seeds.surprises([17]))
