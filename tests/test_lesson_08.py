"""Lesson 08: worked numbers, twenty steps beside Keras, and what was learned."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from autograder.lessons import answers
from byhand import before_after, data, exercises, referee
from byhand.checks import checking
from byhand.checks.comparing import difference
from byhand.exercises.concept import LETTERS, as_markdown
from byhand.exercises.start_here import concept_before
from byhand.exercises.train_a_cnn import (
    Conv2D,
    MaxPool2D,
    concept_after,
    fit,
    networks,
)

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
    return networks.framed(pictures, -1.0), labels


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


def sizes_of(lesson, size):
    """Return the shapes behind each layer for a picture of size by size."""
    start = lesson["start_weights"](np.random.default_rng(0), 6, 12, 2, size)
    x, sizes = np.zeros((1, size, size, 1)), []
    for layer in lesson["build"](start):
        x = layer.forward(x)
        sizes.append(x.shape)
    return sizes


def test_the_predictions_are_what_the_network_does(lesson):
    sizes = sizes_of(lesson, 17)
    heights = [shape[1] for shape in sizes if len(shape) == 4]
    assert tuple(dict.fromkeys(heights)) == lesson["map_sizes"]
    assert sizes[-2:] == [(1, 48), (1, 2)]
    assert sizes_of(lesson, 18)[-2:] == [(1, 108), (1, 2)]
    logits, labels = np.zeros((3, 10)), np.array([0, 4, 9])
    loss, _ = lesson["softmax_cross_entropy"](logits, labels)
    assert round(loss, 2) == lesson["start_loss"]
    _, slopes = lesson["softmax_cross_entropy"](np.zeros((1, 2)), np.array([1]))
    assert tuple(slopes[0]) == lesson["two_logits"]
    (new,) = lesson["sgd_step"]([np.array(3.0)], [np.array(-2.0)], 0.25)
    assert new == lesson["stepped"]
    assert lesson["steps_of_epoch"] == len(range(0, 1500, 16))
    kernel = lesson["dense_to_conv"](np.zeros((108, 2)), 3, 3, 12)
    assert kernel.shape == lesson["kernel_shape"]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_network_of_17_is_blind_from_row_14_on_and_that_of_18_sees_all(
    lesson, seed
):
    blind = lesson["influence"](17, seed) == 0
    assert lesson["blind_from"] == 14
    assert blind[14:].all() and blind[:, 14:].all() and not blind[:14, :14].any()
    smallest = next(
        n for n in range(17, 30) if (lesson["influence"](n, seed) > 0).all()
    )
    assert smallest == lesson["repaired_size"]


def test_39_percent_of_the_pictures_have_ink_where_the_network_of_17_is_blind():
    pictures, _ = data.xo_pictures(600, seed=1, turn=10, scale=0.1)
    ink = pictures > 0
    lost = ink[:, 14:].any(axis=(1, 2)) | ink[:, :, 14:].any(axis=(1, 2))
    assert round(lost.mean(), 2) == 0.39


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
    test = concept_after.TEST
    assert before_after.right_answers(lesson["concept_after"], test) == [
        q.key for q in test.questions
    ]
    assert exercises.get("concept_after").points == 5


def test_the_ten_questions_stand_in_the_lesson():
    source = (answers.SOLUTIONS / "08_train_a_cnn.py").read_text(encoding="utf-8")
    text = "\n".join(line.removeprefix("#").strip() for line in source.splitlines())
    for question in concept_after.QUESTIONS:
        assert as_markdown(question) in text


def test_both_tests_ask_about_the_same_topics_with_other_numbers():
    for before, after in zip(
        concept_before.QUESTIONS, concept_after.QUESTIONS, strict=True
    ):
        assert before[:3] == after[:3]
        assert before.text != after.text


@pytest.mark.parametrize("question", concept_after.QUESTIONS, ids=lambda q: q.key)
def test_each_question_has_four_options_and_one_of_them_is_right(question):
    right = [k for k in LETTERS if concept_after.TEST.is_right(question.key, k)]
    assert len(set(question.options)) == 4
    assert len(right) == 1 and right != ["e"]


def test_after_the_course_each_right_answer_counts_a_tenth(lesson):
    key, examine = lesson["concept_after"], concept_after.EXERCISE.examine
    assert examine(key).share == 1.0
    finding = examine({**key, "q4": "e", "q7": "e"})
    assert finding.share == pytest.approx(0.8)
    words = [sentence for word, sentence in finding.lines if word == "again"]
    assert words == ["q4, padding: lesson 02", "q7, receptive field: lesson 04"]


def taken_places():
    one = np.eye(16)
    reads = [referee.conv1d(x, np.ones(3), stride=2, dilation=3)[1] != 0 for x in one]
    return "{}, {} and {}".format(*np.flatnonzero(reads))


def framework_convolution():
    y = referee.conv1d(np.array([3.0, 1, 4, 2]), np.array([2.0, 0, 1]))
    return " ".join(f"{v:g}" for v in y)


def learned_numbers():
    layer = referee.load_keras().layers.Conv2D(10, 5)
    layer.build((None, 64, 64, 4))
    return str(layer.count_params())


def same_length():
    layer = referee.load_keras().layers.Conv1D(1, 5, strides=3, padding="same")
    return str(layer(np.zeros((1, 11, 1))).shape[1])


def field_of_two():
    x = np.zeros((1, 12, 12, 1))
    dy = np.zeros((1, 6, 6, 1))
    dy[0, 3, 3] = 1
    ones3, ones5 = np.ones((3, 3, 1, 1)), np.ones((5, 5, 1, 1))
    inner = referee.conv2d(x, ones3)
    back, *_ = referee.conv2d_backward(dy, inner, ones5)
    dx, *_ = referee.conv2d_backward(back, x, ones3)
    return str(np.count_nonzero(dx))


FACTS = {
    "q1": taken_places,
    "q2": learned_numbers,
    "q3": framework_convolution,
    "q4": same_length,
    "q7": field_of_two,
}


@pytest.mark.tf
@pytest.mark.parametrize("key", FACTS)
def test_the_right_option_is_what_keras_computes(key):
    (question,) = [q for q in concept_after.QUESTIONS if q.key == key]
    letter = LETTERS[question.options.index(FACTS[key]())]
    assert concept_after.TEST.is_right(key, letter)


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
    start = lesson["start_weights"](np.random.default_rng(0), 6, 12, 2, 18)
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
    start = lesson["start_weights"](rng, 3, 4, 2, 18)
    orders = lesson["epochs"](rng, 10, 2)
    k = {"batch": 4, "learning_rate": 2.0**-4}
    x = networks.framed(x, -1.0)
    yours = lesson["fit"](start, x, labels, orders, **k)
    theirs = fit._right(start, x, labels, orders, **k)
    assert difference((theirs[0], tuple(theirs[1])), yours) is None


@pytest.mark.tf
def test_an_epochs_loss_is_the_one_that_keras_itself_reports():
    keras = referee.load_keras()
    case = next(c for c in fit._cases() if c.name == "a shorter last batch")
    weights, x, labels, orders = case.args
    losses, _ = fit._right(*case.args, **case.kwargs)
    model = networks._keras_model(weights, x)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    model.compile(keras.optimizers.SGD(case.kwargs["learning_rate"]), loss)
    for order, mine in zip(orders, losses, strict=True):
        found = model.fit(
            x[order],
            labels[order],
            batch_size=case.kwargs["batch"],
            shuffle=False,
            verbose=0,
        )
        assert found.history["loss"][0] == pytest.approx(mine, rel=1e-6)


# What must always hold ------------------------------------------------------------


def test_gradients_of_the_whole_network_agree_with_central_differences(lesson):
    rng = np.random.default_rng(4)
    x, labels = eight()
    start = lesson["start_weights"](rng, 2, 3, 2, 18)

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
    start = lesson["start_weights"](np.random.default_rng(6), 2, 2, 2, 18)
    before = [w.copy() for w in start]
    lesson["train_steps"](start, x, labels, learning_rate=0.25, steps=3)
    assert all((a == b).all() for a, b in zip(start, before, strict=True))


def test_equal_filters_stay_equal(lesson):
    x, labels = eight()
    start = lesson["start_weights"](np.random.default_rng(7), 2, 2, 2, 18)
    start[0][..., 1] = start[0][..., 0]
    start[2][:, :, 1] = start[2][:, :, 0]
    _, weights = lesson["train_steps"](start, x, labels, learning_rate=0.25, steps=5)
    assert np.ptp(weights[0], axis=-1).max() < 1e-12


def test_a_dense_layer_is_a_convolution_with_one_stop_and_slides(lesson):
    weights = lesson["xo_weights"]
    sheet, _ = lesson["drawn_sheet"](3, 6, seed=8)
    y = lesson["slide"](weights, sheet)
    assert sheet.shape == (50, 98)
    assert y.shape == (1, *lesson["sheet_answers"], 2)
    for i, j in ((0, 0), (1, 5), (8, 20)):
        window = sheet[None, 4 * i : 4 * i + 18, 4 * j : 4 * j + 18, None]
        for layer in lesson["build"](weights):
            window = layer.forward(window)
        np.testing.assert_allclose(window[0], y[0, i, j], atol=1e-12)


def test_the_global_maximum_sends_its_gradient_to_the_winner(lesson):
    x = np.array([1.0, 5, 5, 2]).reshape(1, 2, 2, 1)
    layer = lesson["GlobalMaxPool2D"]()
    assert layer.forward(x).tolist() == [[5.0]]
    assert layer.backward(np.array([[3.0]])).ravel().tolist() == [0, 3, 0, 0]


# What was learned -----------------------------------------------------------------


@pytest.mark.parametrize("seed", [101, 102])
def test_x_and_o_that_move_are_named_at_95_percent_or_more(lesson, seed):
    x, labels = data.xo_pictures(300, seed=seed, turn=10, scale=0.1)
    layers = lesson["build"](lesson["xo_weights"])
    assert lesson["accuracy"](layers, networks.framed(x, -1.0), labels) >= 0.95


@pytest.mark.parametrize("which", ["val", "test"])
def test_digits_that_were_kept_back_are_named_at_95_percent_or_more(lesson, which):
    layers = lesson["build"](lesson["digits_weights"])
    x, labels = lesson[f"x_{which}"], lesson[f"labels_{which}"]
    assert lesson["accuracy"](layers, x, labels) >= 0.95


def test_the_check_and_the_lesson_split_the_digits_alike(lesson):
    for name, (x, labels) in zip(
        ("train", "val", "test"), networks.digits_sets(), strict=True
    ):
        assert (x == lesson[f"x_{name}"]).all()
        assert (labels == lesson[f"labels_{name}"]).all()


def test_eight_pictures_are_learned_by_heart_and_random_labels_teach_nothing(lesson):
    x, new = lesson["x_train"][:8], (lesson["x_val"], lesson["labels_val"])
    start = lesson["start_weights"](np.random.default_rng(9), 6, 8, 10, 18)
    labels = np.random.default_rng(9).permutation(10)[:8]
    layers = lesson["build"](lesson["overfit"](start, x, labels))
    assert lesson["accuracy"](layers, x, labels) == 1.0
    assert lesson["accuracy"](layers, *new) < 0.25
    assert lesson["heart_new"] == "c"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sixty_digits_are_overfitted(lesson, seed):
    rng = np.random.default_rng(seed)
    begin, orders = (
        lesson["start_weights"](rng, 8, 16, 10, 18),
        lesson["epochs"](rng, 60, 60),
    )
    x, labels = lesson["x_train"][:60], lesson["labels_train"][:60]
    known, new, end = lesson["watched"](
        begin, x, labels, orders, batch=16, learning_rate=2**-4
    )
    assert known[-1] < 0.02
    assert 0.4 < new[-1] < 0.7
    share = lesson["accuracy"](
        lesson["build"](end), lesson["x_val"], lesson["labels_val"]
    )
    assert 4.5 < 1 / (1 - share) < 7.5  # about one digit in six


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_at_exact_shifts_only_the_network_with_the_maximum_stays_right(lesson, seed):
    near, labels = data.xo_pictures(400, seed=1, shift=2, turn=10, scale=0.1)
    near, found = networks.framed(near, -1.0, 22), {}
    tests = [lesson["moved"](400, shift, seed=9) for shift in range(5)]
    for name, (layers, count, rate) in lesson["rivals"](seed).items():
        orders = lesson["epochs"](np.random.default_rng(seed), 400, count)
        lesson["train"](layers, near, labels, orders, rate)
        assert lesson["accuracy"](layers, near, labels) == 1.0
        found[name] = [lesson["accuracy"](layers, *each) for each in tests]
    assert all(min(shares[:3]) > 0.95 for shares in found.values())
    assert min(found["convolutions, then the maximum"]) > 0.99
    assert 0.4 < found["convolutions, then flatten"][4] < 0.75
    assert max(found["dense"][3:]) < 0.5
    assert lesson["far_shift"] == "c"


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


# One slip, charged once -------------------------------------------------------------


@pytest.fixture
def halved(lesson, monkeypatch):
    """Let the learner's Dense give half of db."""
    right = lesson["Dense"].backward

    def backward(self, dy):
        dx = right(self, dy)
        self.grads[1] = self.grads[1] / 2
        return dx

    monkeypatch.setattr(lesson["Dense"], "backward", backward)


@pytest.mark.tf
def test_half_a_db_costs_dense_and_nothing_later(lesson, halved):
    own = lesson["Dense"]
    assert checking.judge("Dense", own).earned == 0
    for name in ("input_gradient", "train_steps", "fit", "overfit"):
        found = checking.judge(name, lesson[name])
        assert found.state == "passed", found.lines
        told = [line for word, line in found.lines if word == "given"]
        assert told == ["given.Dense: by Keras, yours doesn't pass its check yet"]
    assert lesson["Dense"] is own


@pytest.mark.tf
def test_a_wrong_step_costs_train_steps_and_not_fit(lesson, monkeypatch):
    right = lesson["train_step"]

    def uphill(layers, x, labels, learning_rate):
        return right(layers, x, labels, -learning_rate)

    monkeypatch.setitem(right.__globals__, "train_step", uphill)
    found = checking.judge("train_steps", lesson["train_steps"])
    assert found.misconception == "step uphill"
    assert checking.judge("fit", lesson["fit"]).state == "passed"


@pytest.mark.tf
def test_a_mistake_of_its_own_is_found_beside_a_stand_in(lesson, halved):
    def backwards(weights, x, labels):
        return -lesson["input_gradient"](weights, x, labels)

    backwards = type(backwards)(
        backwards.__code__, lesson["fit"].__globals__, closure=backwards.__closure__
    )
    found = checking.judge("input_gradient", backwards)
    assert found.misconception == "gradient with the wrong sign"


def test_parts_that_are_right_are_left_alone(lesson):
    found = checking.judge("input_gradient", lesson["input_gradient"])
    assert found.state == "passed"
    assert "given" not in dict(found.lines)


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
    assert before_after.right_answers(found, concept_before.TEST) == ["q1"]


def test_the_table_sets_before_and_after_beside_each_other():
    after = {q.key: "a" for q in concept_after.QUESTIONS}
    text = before_after.table(after, {"q1": "b"})
    assert text.splitlines()[1].split() == [
        "q1",
        "stride",
        "and",
        "dilation",
        "right",
        "-",
    ]
    assert text.splitlines()[-1].split()[-2:] == ["1", "3"]


def test_without_lesson_00_the_table_says_so():
    assert "isn't next door" in before_after.table({}, {})
