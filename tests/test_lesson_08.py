"""Lesson 08: worked numbers, twenty steps beside Keras, and what was learned."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from autograder.lessons import answers
from byhand import before_after, data, exercises, referee
from byhand.checks.comparing import difference
from byhand.exercises import concept
from byhand.exercises.train_a_cnn import Conv2D, MaxPool2D, fit, networks

CLASSIC = """
import keras
layers = keras.layers
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense(1024, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
"""


@pytest.fixture(scope="module")
def lesson():
    return answers.namespace("08_train_a_cnn")


def eight():
    pictures, labels = data.xo_pictures(8, seed=0)
    return pictures[..., None], labels


# Worked by hand -------------------------------------------------------------------


@pytest.mark.tf
def test_the_classic_has_1_668_490_parameters_98_percent_in_the_first_dense(lesson):
    keras = referee.load_keras()
    scope = {"keras": keras}
    exec(CLASSIC, scope)
    model = scope["model"]
    counts = [layer.count_params() for layer in model.layers]
    assert [c for c in counts if c] == [320, 18_496, 1_639_424, 10_250]
    assert model.count_params() == 1_668_490
    assert lesson["first_dense"] == 1_639_424
    assert round(lesson["first_dense"] / 1_668_490, 3) == 0.983


def test_one_row_through_a_dense_layer_by_hand(lesson):
    layer = lesson["Dense"](np.array([[3.0], [4.0]]), np.array([1.0]))
    assert layer.forward(np.array([[1.0, 2.0]])).tolist() == [[12.0]]
    assert layer.backward(np.array([[10.0]])).tolist() == [[30.0, 40.0]]
    dw, db = layer.grads
    assert (dw.tolist(), db.tolist()) == ([[10.0], [20.0]], [10.0])


def test_the_predictions_are_what_the_network_does(lesson):
    start = lesson["start_weights"](np.random.default_rng(0), 6, 12, 2)
    x, sizes = np.zeros((1, 16, 16, 1)), []
    for layer in lesson["build"](start):
        x = layer.forward(x)
        sizes.append(x.shape)
    heights = [shape[1] for shape in sizes if len(shape) == 4]
    assert tuple(dict.fromkeys(heights)) == lesson["map_sizes"]
    assert sizes[-2:] == [(1, 48), (1, 2)]
    assert sum(w.size for w in start) == 818
    logits, labels = np.zeros((3, 10)), np.array([0, 4, 9])
    loss, _ = lesson["softmax_cross_entropy"](logits, labels)
    assert round(loss, 2) == lesson["start_loss"]
    (new,) = lesson["sgd_step"]([np.array(3.0)], [np.array(-2.0)], 0.25)
    assert new == lesson["stepped"]
    assert lesson["steps_of_epoch"] == len(range(0, 1500, 16))
    kernel = lesson["dense_to_conv"](np.zeros((48, 2)), 2, 2, 12)
    assert kernel.shape == lesson["kernel_shape"]


def test_of_two_equal_maxima_the_first_gets_the_gradient(lesson):
    layer = lesson["MaxPool2D"]()
    layer.forward(np.array([3.0, 7, 7, 1]).reshape(1, 2, 2, 1))
    dx = layer.backward(np.full((1, 1, 1, 1), 6.0))
    assert tuple(dx.ravel()) == lesson["pool_back"]


def test_logits_of_a_thousand_give_a_finite_loss(lesson):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss, d = lesson["softmax_cross_entropy"](
            np.array([[1000.0, 0.0], [-1000.0, 0.0]]), np.array([1, 1])
        )
    assert loss == 500.0
    assert d.tolist() == [[0.5, -0.5], [0.0, 0.0]]


def test_the_ten_answers_are_the_key(lesson):
    assert before_after.right_answers(lesson["concept_after"]) == [
        q.key for q in concept.QUESTIONS
    ]
    assert exercises.get("concept_after").points == 5


def test_the_ten_questions_stand_in_the_lesson_as_in_lesson_00():
    source = (answers.SOLUTIONS / "08_train_a_cnn.py").read_text(encoding="utf-8")
    text = "\n".join(line.removeprefix("#").strip() for line in source.splitlines())
    for question in concept.QUESTIONS:
        assert concept.as_markdown(question) in text


# Against Keras --------------------------------------------------------------------


def stepped_by_keras(weights, x, labels, learning_rate, steps):
    every = [(slice(None), slice(None))] * steps
    return networks.walk(weights, x, labels, every, learning_rate)


@pytest.mark.tf
@pytest.mark.parametrize(
    ("rate", "closest", "farthest"), [(2.0**-4, 0, 1e-12), (0.1, 1e-10, 1e-7)]
)
def test_twenty_steps_stay_within_1e_12_of_keras_with_a_power_of_two(
    lesson, rate, closest, farthest
):
    x, labels = eight()
    start = lesson["start_weights"](np.random.default_rng(0), 6, 12, 2)
    losses, weights = lesson["train_steps"](
        start, x, labels, learning_rate=rate, steps=20
    )
    theirs, others = stepped_by_keras(start, x, labels, rate, 20)
    apart = [np.abs(a - b).max() for a, b in zip(weights, others, strict=True)]
    assert closest <= max(np.abs(losses - theirs).max(), *apart) < farthest


@pytest.mark.tf
@pytest.mark.parametrize("kernel", [(3, 3), (2, 3), (1, 1)])
def test_the_convolution_layer_is_keras_s(lesson, kernel):
    rng = np.random.default_rng(1)
    w, b = rng.normal(size=(*kernel, 2, 3)), rng.normal(size=3)
    x = rng.normal(size=(2, 5, 6, 2))
    layer = lesson["Conv2D"](w, b)
    y = layer.forward(x)
    dy = rng.normal(size=y.shape)
    yours = (y, layer.backward(dy), *layer.grads)
    assert difference(Conv2D._right(w, b, x, dy), yours) is None


@pytest.mark.tf
@pytest.mark.parametrize("shape", [(2, 4, 6, 3), (1, 5, 7, 2), (3, 2, 2, 1)])
def test_the_pooling_layer_is_keras_s(lesson, shape):
    rng = np.random.default_rng(2)
    x = rng.integers(-2, 3, size=shape).astype(float)
    layer = lesson["MaxPool2D"]()
    y = layer.forward(x)
    dy = rng.normal(size=y.shape)
    assert difference(MaxPool2D._right(x, dy), (y, layer.backward(dy))) is None


@pytest.mark.tf
def test_fit_walks_the_same_batches_as_keras(lesson):
    rng = np.random.default_rng(3)
    x, labels = data.xo_pictures(10, seed=3)
    start = lesson["start_weights"](rng, 3, 4, 2)
    orders = lesson["epochs"](rng, 10, 2)
    k = {"batch": 4, "learning_rate": 2.0**-4}
    yours = lesson["fit"](start, x[..., None], labels, orders, **k)
    theirs = fit._right(start, x[..., None], labels, orders, **k)
    assert difference((theirs[0], tuple(theirs[1])), yours) is None


# What must always hold ------------------------------------------------------------


def test_gradients_of_the_whole_network_agree_with_central_differences(lesson):
    rng = np.random.default_rng(4)
    x, labels = eight()
    start = lesson["start_weights"](rng, 2, 3, 2)

    def loss_of(weights):
        y = x
        for layer in lesson["build"](weights):
            y = layer.forward(y)
        return lesson["softmax_cross_entropy"](y, labels)[0]

    layers = lesson["build"](start)
    lesson["train_step"](layers, x, labels, 0.0)
    grads = [g for layer in layers for g in layer.grads]
    for part, grad in enumerate(grads):
        for place in [tuple(rng.integers(0, n) for n in grad.shape) for _ in range(4)]:
            losses = []
            for eps in (1e-6, -1e-6):
                moved = [w.copy() for w in start]
                moved[part][place] += eps
                losses.append(loss_of(moved))
            slope = (losses[0] - losses[1]) / 2e-6
            assert grad[place] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_a_layer_forgets_the_batch_before(lesson):
    rng = np.random.default_rng(5)
    w, b = rng.normal(size=(2, 2, 1, 2)), rng.normal(size=2)
    used, fresh = lesson["Conv2D"](w, b), lesson["Conv2D"](w, b)
    for n in (3, 1):
        x = rng.normal(size=(n, 4, 5, 1))
        dy = rng.normal(size=used.forward(x).shape)
        used.backward(dy)
    fresh.forward(x)
    fresh.backward(dy)
    assert all((a == b).all() for a, b in zip(used.grads, fresh.grads, strict=True))


def test_training_changes_none_of_the_arrays_that_it_was_given(lesson):
    x, labels = eight()
    start = lesson["start_weights"](np.random.default_rng(6), 2, 2, 2)
    before = [w.copy() for w in start]
    lesson["train_steps"](start, x, labels, learning_rate=0.25, steps=3)
    assert all((a == b).all() for a, b in zip(start, before, strict=True))


def test_equal_filters_stay_equal(lesson):
    x, labels = eight()
    start = lesson["start_weights"](np.random.default_rng(7), 2, 2, 2)
    start[0][..., 1] = start[0][..., 0]
    start[2][:, :, 1] = start[2][:, :, 0]
    _, weights = lesson["train_steps"](start, x, labels, learning_rate=0.25, steps=5)
    assert np.ptp(weights[0], axis=-1).max() < 1e-12


def test_a_dense_layer_is_a_convolution_with_one_stop_and_slides(lesson):
    rng = np.random.default_rng(8)
    weights = lesson["xo_weights"]
    kernel = lesson["dense_to_conv"](weights[4], 2, 2, 12)
    sliding = [*lesson["build"](weights)[:-2], lesson["Conv2D"](kernel, weights[5])]
    sheet = rng.choice([-1.0, 1.0], size=(1, 17, 41, 1))
    y = sheet
    for layer in sliding:
        y = layer.forward(y)
    assert y.shape == (1, 1, 7, 2)
    for k in range(7):
        row = sheet[:, :, 4 * k : 4 * k + 17]
        for layer in lesson["build"](weights):
            row = layer.forward(row)
        np.testing.assert_allclose(row[0], y[0, 0, k], atol=1e-12)


def test_the_sliding_network_names_x_o_x(lesson):
    weights = lesson["xo_weights"]
    sheet = np.full((17, 57), -1.0)
    clean_x, _, round_o = data.glyphs()
    for left, glyph in ((4, clean_x), (24, round_o), (44, clean_x)):
        sheet[4:13, left : left + 9] = glyph
    kernel = lesson["dense_to_conv"](weights[4], 2, 2, 12)
    y = sheet[None, :, :, None]
    for layer in [*lesson["build"](weights)[:-2], lesson["Conv2D"](kernel, weights[5])]:
        y = layer.forward(y)
    assert y[0, 0].argmax(axis=1)[[0, 5, 10]].tolist() == [0, 1, 0]


# What was learned -----------------------------------------------------------------


@pytest.mark.parametrize("seed", [101, 102])
def test_x_and_o_that_move_are_named_at_95_percent_or_more(lesson, seed):
    x, labels = data.xo_pictures(300, seed=seed, turn=10, scale=0.1)
    layers = lesson["build"](lesson["xo_weights"])
    assert lesson["accuracy"](layers, x[..., None], labels) >= 0.95


def test_digits_that_were_kept_back_are_named_at_95_percent_or_more(lesson):
    layers = lesson["build"](lesson["digits_weights"])
    assert lesson["accuracy"](layers, lesson["x_test"], lesson["labels_test"]) >= 0.95


def test_the_check_and_the_lesson_keep_the_same_digits_back(lesson):
    _, _, x, labels = networks.digits_split()
    assert (x == lesson["x_test"]).all()
    assert (labels == lesson["labels_test"]).all()


def test_eight_pictures_are_learned_by_heart(lesson):
    x, labels = lesson["x_digits"][:8], np.arange(8)
    start = lesson["start_weights"](np.random.default_rng(9), 6, 8, 10)
    layers = lesson["build"](lesson["overfit"](start, x, labels))
    assert lesson["accuracy"](layers, x, labels) == 1.0


def test_shared_weights_carry_farther_than_dense_ones(lesson):
    x, labels = data.xo_pictures(400, seed=1, shift=2, turn=10, scale=0.1)
    rng = np.random.default_rng(0)
    dense = [
        lesson["Flatten"](),
        lesson["Dense"](rng.normal(size=(289, 32)) / 12, np.zeros(32)),
        lesson["ReLU"](),
        lesson["Dense"](rng.normal(size=(32, 2)) / 4, np.zeros(2)),
    ]
    network = lesson["build"](lesson["start_weights"](rng, 6, 12, 2))
    assert sum(w.size for w in lesson["weights_of"](dense)) == 9346
    for layers in (network, dense):
        for order in lesson["epochs"](np.random.default_rng(1), 400, 12):
            for chosen in np.split(order, range(16, 400, 16)):
                lesson["train_step"](
                    layers, x[chosen, ..., None], labels[chosen], 2**-4
                )
    for shift in (2, 3):
        far, letters = data.xo_pictures(400, seed=9, shift=shift, turn=10, scale=0.1)
        share, of_dense = (
            lesson["accuracy"](layers, far[..., None], letters)
            for layers in (network, dense)
        )
        assert share > of_dense + 0.05


@pytest.mark.slow
def test_the_whole_lesson_trains_in_under_a_minute_on_one_core(root):
    started = time.monotonic()
    code = "from autograder.lessons import answers; answers.namespace('08_train_a_cnn')"
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        check=True,
        capture_output=True,
        env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": ""},
    )
    assert time.monotonic() - started < 60


# Before and after -----------------------------------------------------------------


def notebook(folder, code):
    path = folder / "00_start_here"
    path.mkdir()
    cell = {"cell_type": "code", "source": [code]}
    (path / "00_start_here.ipynb").write_text(json.dumps({"cells": [cell]}))


def test_the_answers_of_lesson_00_are_read_and_not_run(tmp_path):
    notebook(
        tmp_path,
        'concept_before = {"q1": "b", "q2": ..., "q3": "e"}\nraise SystemExit',
    )
    (tmp_path / "08_train_a_cnn").mkdir()
    found = before_after.answers_before(tmp_path / "08_train_a_cnn")
    assert found == {"q1": "b", "q3": "e"}
    assert before_after.right_answers(found) == ["q1"]


def test_the_table_sets_before_and_after_beside_each_other():
    after = {q.key: "a" for q in concept.QUESTIONS}
    text = before_after.table(after, {"q1": "b"})
    assert text.splitlines()[1].split() == [
        "q1",
        "stride",
        "and",
        "dilation",
        "right",
        "-",
    ]
    assert text.splitlines()[-1].split()[-2:] == ["1", "2"]


def test_without_lesson_00_the_table_says_so():
    assert "isn't next door" in before_after.table({}, {})
