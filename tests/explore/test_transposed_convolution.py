"""The transposed-convolution explorer, without a browser."""

import html
import re

import numpy as np
import pytest

from byhand import explore, wiring
from byhand.explore.models import sums
from tests.explore import learners
from tests.explore.reading import drawn, grid_of, inputs_lit, link_of, parse_sum, says

SETTINGS = [
    {},
    {"stride": 1, "width": 3},
    {"stride": 2, "padding": 1, "output_padding": 1, "width": 3},
    {"stride": 3, "kh": 2, "kw": 3, "b": 1.5},
    {"stride": 2, "padding": 1, "seed": 5, "height": 3},
]
OURS = [*SETTINGS, {"dilation": 2, "stride": 1}, {"dilation": 2, "stride": 2, "kh": 2}]


@pytest.mark.parametrize("setting", OURS)
def test_lit_inputs_are_those_whose_change_changes_the_output(setting):
    numbers, figure = drawn(explore.transposed_convolution(**setting))
    w = np.arange(1.0, numbers.w.size + 1).reshape(numbers.w.shape)
    base = sums.per_output(numbers.wiring, numbers.x, w)
    moved = [set() for _ in range(numbers.y.size)]
    for i in range(numbers.x.size):
        x = numbers.x.copy()
        x.flat[i] += 1.0
        after = sums.per_output(numbers.wiring, x, w)
        for o in np.flatnonzero(after != base):
            moved[o].add(i)
    for o, expected in enumerate(moved):
        assert inputs_lit(figure, "y0", o, "x0") == expected
        assert numbers.counts.flat[o] == len(expected)


@pytest.mark.parametrize("view", ["scatter", "zero insertion", "matrix"])
@pytest.mark.parametrize("setting", OURS)
def test_every_view_prints_sums_that_make_the_same_output(setting, view):
    numbers, figure = drawn(explore.transposed_convolution(view=view, **setting))
    for link in figure.links:
        if link.grid == "y0":
            said = link.text.replace(f"row {link.index} of M times x = ", "")
            said = said.replace("nothing but zeros", "nothing")
            said = said.split("; ")[0]
            terms, total = parse_sum(said)
            assert terms == pytest.approx(total, abs=0.01)
            assert total == pytest.approx(numbers.y.flat[link.index], abs=0.001)


@pytest.mark.parametrize("setting", OURS)
def test_a_convolution_over_the_input_with_gaps_is_the_same(setting):
    numbers, _ = drawn(explore.transposed_convolution(**setting))
    s = numbers.setting
    slide = wiring.convolution(
        (*numbers.stuffed.shape, 1), numbers.w.shape, dilation=s["dilation"]
    )
    y = sums.per_output(
        slide, numbers.stuffed[..., None], numbers.w[::-1, ::-1], s["b"]
    )
    np.testing.assert_allclose(y, numbers.y)


@pytest.mark.parametrize("setting", OURS)
def test_the_matrix_times_the_input_is_the_output(setting):
    numbers, _ = drawn(explore.transposed_convolution(**setting))
    y = numbers.matrix @ numbers.x.ravel() + numbers.b
    np.testing.assert_allclose(y, numbers.y.ravel())


@pytest.mark.parametrize("setting", OURS)
def test_the_size_is_the_formula_and_the_adjoint_identity_holds(setting):
    seen = explore.transposed_convolution(**setting).set(view="matrix")
    numbers, figure = drawn(seen)
    s = numbers.setting
    for axis, k in ((0, s["kh"]), (1, s["kw"])):
        expected = (
            (numbers.x.shape[axis] - 1) * s["stride"]
            + s["dilation"] * (k - 1)
            + 1
            - 2 * s["padding"]
            + s["output_padding"]
        )
        assert numbers.y.shape[axis] == expected
    assert numbers.sides[0] == pytest.approx(numbers.sides[1])
    assert "equal, as for every u" in figure.says[-1]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_right_function_gets_no_mark_at_all(setting):
    explorer = explore.transposed_convolution(learners.conv2d_transpose, **setting)
    numbers, figure = drawn(explorer)
    assert numbers.taps.agree
    assert not numbers.differs
    assert figure.legend == ""


def test_the_worked_signal_of_the_lesson_is_what_opens():
    numbers, _ = drawn(explore.transposed_convolution(learners.conv1d_transpose))
    assert numbers.y.ravel().tolist() == [2, 7, 4, -4, -2, 1]
    assert numbers.taps.agree


def test_two_by_two_opens_as_five_by_five_and_four_by_four_without_stride():
    assert drawn(explore.transposed_convolution())[0].y.shape == (5, 5, 1)
    assert drawn(explore.transposed_convolution(stride=1))[0].y.shape == (4, 4, 1)


@pytest.mark.parametrize(
    ("function", "setting"),
    [
        (learners.transpose_with_turned_kernel, {}),
        (learners.transpose_with_turned_kernel, {"padding": 1}),
        (learners.transpose_cropped_at_the_end, {"padding": 1, "width": 3}),
    ],
)
def test_wrong_stamps_are_marked(function, setting):
    explorer = explore.transposed_convolution(function, **setting)
    numbers, figure = drawn(explorer)
    assert numbers.taps.extra
    assert numbers.differs
    assert set(grid_of(figure, "y0").marks) == set(numbers.differs)
    said = drawn(explorer.set(view="matrix"))[1].says[-1]
    assert "not equal" in said
    assert "adjoint" not in said  # the lesson's word, and it comes later


def test_the_matrix_needs_no_word_that_the_lesson_teaches_after_it():
    figure = drawn(explore.transposed_convolution(view="matrix"))[1]
    assert "equal, as for every u" in figure.says[-1]
    assert not any(word in figure.says[-1] for word in ("djoint", "⟨", "inner"))


def test_what_is_cropped_is_said():
    explorer = explore.transposed_convolution(padding=1)
    assert "5 of its products fall outside" in says(explorer.static())


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (learners.raises, "raised KeyError"),
        (lambda x, w, b: None, "returned nothing yet"),
        (lambda x, w, b: x, "gave shape"),
    ],
)
def test_a_function_that_fails_is_drawn_as_a_sentence(function, words):
    assert words in says(explore.transposed_convolution(function).static())


def test_stride_with_dilation_says_that_keras_refuses():
    explorer = explore.transposed_convolution(stride=2, dilation=2)
    assert "Keras refuses" in says(explorer.static())


@pytest.mark.tf
@pytest.mark.parametrize("setting", SETTINGS)
def test_outputs_are_those_of_the_keras_call_that_is_shown(setting):
    from byhand import keras

    numbers, figure = drawn(explore.transposed_convolution(**setting))
    call = html.unescape(re.search("<code>(.*?)</code>", figure.says[1]).group(1))
    first, *then = call.split(", then ")
    layer = eval(f"{first[:-1]}, dtype='float64')", vars(keras.layers))
    layer.build((None, *numbers.x.shape))
    layer.set_weights([numbers.w, np.array([numbers.setting["b"]])])
    y = layer(numbers.x[None])
    for crop in then:
        y = eval(crop, vars(keras.layers))(y)
    np.testing.assert_allclose(numbers.y, np.array(y)[0], rtol=1e-9, atol=1e-9)


def test_a_large_matrix_frames_the_row_of_an_output_and_the_column_of_an_input():
    numbers, figure = drawn(explore.transposed_convolution(view="matrix"))
    rows, cols = numbers.matrix.shape
    assert rows > 16
    for o in range(rows):
        frame = link_of(figure, "y0", o).draw["m"]
        assert f'y="{o}" width="{cols}" height="1"' in frame
    for i in range(cols):
        link = link_of(figure, "x0", i)
        assert f'x="{i}" y="0" width="1" height="{rows}"' in link.draw["m"]
        stamp = set(np.flatnonzero(numbers.matrix[:, i]))
        assert {cell for _, cell, _, _ in link.lights} == stamp


def test_the_test_with_random_numbers_stands_beside_the_matrix_only():
    explorer = explore.transposed_convolution()
    assert "random numbers u" not in explorer.static()
    assert "random numbers u" in explorer.set(view="matrix").static()
