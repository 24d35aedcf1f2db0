"""The pooling explorer, without a browser."""

import time

import numpy as np
import pytest

from byhand import explore
from byhand.explore import probe
from tests.explore import learners
from tests.explore.reading import drawn, grid_of, link_of, says

SETTINGS = [
    {},
    {"stride": 1},
    {"input": "numbers", "window": 3, "stride": 2, "padding": "same", "height": 6},
    {"input": "all negative", "window": 3, "stride": 2, "padding": "same", "width": 5},
    {"input": "ties", "window": 2, "stride": 3, "height": 7, "width": 8, "shift": 1},
]
FUNCTIONS = {
    "max": learners.max_pool2d,
    "average": learners.avg_pool2d,
    "L2": learners.l2_pool2d,
}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", FUNCTIONS)
def test_windows_are_the_inputs_whose_push_reaches_the_output(setting, kind):
    numbers, figure = drawn(explore.pooling(kind=kind, **setting))
    probed, _ = drawn(explore.pooling(FUNCTIONS[kind], **setting))
    assert probed.windows == numbers.windows
    assert not probed.differs
    for o, window in enumerate(numbers.windows):
        lit = {cell for key, cell, *_ in link_of(figure, "y", o).lights if key == "x"}
        assert lit == window


@pytest.mark.parametrize("setting", SETTINGS)
def test_winners_of_a_learners_maximum_are_found_by_a_small_push(setting):
    probed, figure = drawn(explore.pooling(learners.max_pool2d, **setting))
    flat = probed.x.ravel()
    for o, won in enumerate(probed.winners):
        top = max(flat[i] for i in probed.windows[o])
        assert won == {i for i in probed.windows[o] if flat[i] == top}
        roles = {
            cell: role
            for key, cell, role, _ in link_of(figure, "y", o).lights
            if key == "x"
        }
        assert {i for i, role in roles.items() if role == "win"} == won


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", FUNCTIONS)
def test_every_printed_formula_gives_the_output(setting, kind):
    numbers, figure = drawn(explore.pooling(kind=kind, **setting))
    for o in range(numbers.y.size):
        said = link_of(figure, "y", o).text.split("</b> = ")[1].split(" = <b>")[0]
        plain = said.replace("−", "-").replace("²", "**2").replace("√", "np.sqrt")
        value = eval(plain, {"np": np, "max": lambda *values: max(values)})
        assert value == pytest.approx(numbers.y.flat[o])


def test_the_worked_numbers_of_the_lesson_are_what_opens():
    assert drawn(explore.pooling())[0].y.tolist() == [[8, 4], [7, 5]]
    overlapping = [[8, 8, 4], [8, 8, 5], [7, 6, 5]]
    assert drawn(explore.pooling(stride=1))[0].y.tolist() == overlapping


def test_the_share_thrown_away_is_said():
    assert "75 % are thrown away" in says(explore.pooling().static())
    assert "44 % are thrown away" in says(explore.pooling(stride=1).static())


@pytest.mark.parametrize("kind", ["global max", "global average"])
def test_a_global_pooling_has_one_window(kind):
    numbers, _ = drawn(explore.pooling(learners.global_pool2d, kind=kind))
    assert numbers.y.shape == (1, 1)
    assert numbers.windows == (frozenset(range(16)),)
    assert not numbers.differs


def test_a_maximum_padded_with_zeros_shows_on_negative_inputs():
    setting = SETTINGS[3]
    numbers, figure = drawn(explore.pooling(learners.max_pool2d_zero_padded, **setting))
    assert numbers.differs
    assert set(grid_of(figure, "y").marks) == set(numbers.differs)
    assert all(numbers.y.flat[o] == 0 for o in numbers.differs)


def test_an_average_that_counts_padding_is_marked_at_the_border():
    setting = {"input": "all negative", "window": 2, "padding": "same", "height": 5}
    numbers, _ = drawn(explore.pooling(learners.avg_pool2d_counts_padding, **setting))
    assert set(numbers.differs) == {4, 5}


def test_windows_that_start_elsewhere_are_marked():
    numbers, figure = drawn(explore.pooling(learners.max_pool2d_stride_of_window))
    roles = {role for link in figure.links for _, _, role, _ in link.lights}
    assert {"extra", "missing"} <= roles
    assert any("windows differ" in alert for alert in figure.alerts)
    assert numbers.windows != numbers.true_windows


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (learners.raises, "raised KeyError"),
        (lambda x, size: None, "returned nothing yet"),
        (lambda x, size: x, "gave shape"),
    ],
)
def test_a_function_that_fails_is_drawn_as_a_sentence(function, words):
    assert words in says(explore.pooling(function).static())


@pytest.mark.tf
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", ["max", "average"])
def test_outputs_are_those_of_keras(setting, kind):
    from byhand import keras

    numbers, _ = drawn(explore.pooling(kind=kind, **setting))
    s = numbers.setting
    layers = keras.layers
    layer = layers.MaxPooling2D if kind == "max" else layers.AveragePooling2D
    pool = layer(s["window"], s["stride"], s["padding"], dtype="float64")
    expected = np.array(pool(numbers.x[None, :, :, None]))[0, :, :, 0]
    np.testing.assert_allclose(numbers.y, expected, rtol=1e-9, atol=1e-9)


def test_a_function_that_waits_for_keras_is_not_called_a_loop(monkeypatch):
    monkeypatch.setattr(probe, "SECONDS", 0.1)

    def max_pool2d(x, size, *, stride=None, padding="valid"):
        time.sleep(0.3 * (padding == "same"))
        return learners.max_pool2d(x, size, stride=stride, padding=padding)

    explorer = explore.pooling(max_pool2d, padding="same")
    assert "did not end" not in says(explorer.static())
