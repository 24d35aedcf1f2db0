"""The channels explorer, without a browser."""

import numpy as np
import pytest

from byhand import explore
from byhand.explore.models import sums
from tests.explore import learners
from tests.explore.reading import drawn, grid_of, inputs_lit, link_of, parse_sum, says

SETTINGS = [
    {},
    {"input": "numbers", "planes": 3, "filters": 1, "kh": 2, "kw": 3, "height": 5},
    {"planes": 1, "filters": 3, "stride": 2},
    {"planes": 2, "filters": 2, "padding": 1, "dilation": 2, "width": 5},
    {"planes": 3, "filters": 2, "padding": 1, "stride": 2, "bias": False, "seed": 4},
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_lit_inputs_are_those_whose_change_changes_the_output(setting):
    numbers, figure = drawn(explore.channels(**setting))
    wired = numbers.wiring
    w = np.where(numbers.w == 0, 7.0, numbers.w)  # so that every tap shows
    base = sums.per_output(wired, numbers.x, w)
    frame, planes = wired.frame_index(), wired.frame[2]
    for o in range(0, numbers.y.size, 3):
        f = wired.outputs[2]
        moved = {c: set() for c in range(planes)}
        for i in range(numbers.x.size):
            x = numbers.x.copy()
            x.flat[i] += 1.0
            if sums.per_output(wired, x, w).flat[o] != base.flat[o]:
                place = int(frame.flat[i])
                moved[place % planes].add(place // planes)
        padding = set(np.flatnonzero(~wired.real.reshape(wired.frame)[..., 0].ravel()))
        for c, expected in moved.items():
            lit = inputs_lit(figure, f"y{o % f}", o // f, f"x{c}")
            assert lit - padding == expected


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("function", [None, learners.conv2d_batch])
def test_a_map_is_the_printed_sum_of_its_partial_sums_and_they_of_products(
    setting, function
):
    numbers, figure = drawn(explore.channels(function, **setting))
    assert not numbers.differs
    for link in figure.links:
        if link.grid[0] in "yp":
            terms, total = parse_sum(link.text)
            assert terms == pytest.approx(total, abs=0.01)
            grid = grid_of(figure, link.grid)
            assert total == pytest.approx(grid.values.flat[link.index], abs=0.001)


def test_the_worked_maps_of_the_lesson_are_what_opens():
    numbers, _ = drawn(explore.channels())
    first = [[3.1, -3.9, -10.9], [4.1, -12.9, 16.1], [-3.9, 0.1, 9.1]]
    second = [[-0.8, 8.2, 6.2], [5.2, 18.2, 7.2], [-8.8, 2.2, -7.8]]
    np.testing.assert_allclose(numbers.y[..., 0], first)
    np.testing.assert_allclose(numbers.y[..., 1], second)


@pytest.mark.parametrize(
    "function",
    [learners.conv2d_channels, learners.conv2d_filters, learners.conv2d_batch],
)
@pytest.mark.parametrize("setting", SETTINGS[1:4])
def test_the_name_tells_which_arrays_a_function_takes(function, setting):
    numbers, _ = drawn(explore.channels(function, **setting))
    assert not numbers.differs
    np.testing.assert_allclose(numbers.parts, numbers.true_parts)


def test_a_channel_that_is_forgotten_is_marked_in_its_partial_sum():
    numbers, figure = drawn(explore.channels(learners.first_channel_only))
    assert grid_of(figure, "p0.0").marks == {}
    lost = np.flatnonzero(numbers.true_parts[:, :, 1, 0])
    assert set(grid_of(figure, "p0.1").marks) == set(lost)
    assert {o // 2 for o in numbers.differs if o % 2 == 0} == set(lost)
    assert "Right is" in link_of(figure, "y0", 0).text


def test_a_shared_bias_is_marked_in_the_second_map_only():
    _, figure = drawn(explore.channels(learners.one_b_for_all))
    assert grid_of(figure, "y0").marks == {}
    assert len(grid_of(figure, "y1").marks) == 9
    assert any("not the sums of the partial" in alert for alert in figure.alerts)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (learners.raises, "raised KeyError"),
        (lambda x, w, b: None, "returned nothing yet"),
        (lambda x, w, b: x, "gave shape"),
    ],
)
def test_a_function_that_fails_is_drawn_as_a_sentence(function, words):
    assert words in says(explore.channels(function).static())


def test_stride_with_dilation_says_that_keras_refuses():
    explorer = explore.channels(height=6, width=6, dilation=2, stride=2)
    assert "Keras refuses" in says(explorer.static())


@pytest.mark.tf
@pytest.mark.parametrize("setting", SETTINGS)
def test_maps_are_those_of_keras(setting):
    from byhand import referee

    numbers, _ = drawn(explore.channels(**setting))
    s = numbers.setting
    expected = referee.conv2d(
        numbers.wiring.padded(numbers.x)[None],
        numbers.w,
        numbers.b,
        stride=s["stride"],
        dilation=s["dilation"],
    )
    np.testing.assert_allclose(numbers.y, expected[0], rtol=1e-9, atol=1e-9)


def test_one_row_is_padded_and_strided_like_any_picture():
    setting = {"input": "numbers", "planes": 1, "height": 1, "width": 6}
    setting |= {"kh": 1, "kw": 1, "stride": 3, "padding": 1}
    numbers, figure = drawn(explore.channels(learners.conv2d_batch, **setting))
    assert numbers.y.shape[:2] == (1, 3)
    assert not figure.alerts
