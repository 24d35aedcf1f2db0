"""The receptive-field explorer, without a browser."""

import re

import numpy as np
import pytest

from byhand import explore, wiring
from byhand.explore.models import receptive_field as model
from byhand.explore.models import sums
from tests.explore import learners
from tests.explore.reading import drawn, link_of, says

SETTINGS = [
    {"preset": "two 3s"},
    {"preset": "one 3, dilation 2", "n": 12},
    {"preset": "dilations 1 2 4", "n": 20},
    {"preset": "conv pool conv", "n": 14},
    {"preset": "strides of 2", "n": 20},
    {"layers": ((5, 2, 1, 1), (2, 2, 0, 1), (3, 1, 1, 2)), "n": 24},
]


def stack(x, layers):
    """Run a signal through convolutions of ones."""
    for layer in layers:
        wired = wiring.convolution(
            (1, len(x), 1),
            (1, layer["kernel"], 1, 1),
            stride=layer["stride"],
            padding=layer["padding"],
            dilation=layer["dilation"],
            dims=1,
        )
        x = sums.per_output(wired, x, np.ones(wired.weights)).ravel()
    return x


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_lit_cone_of_every_top_unit_is_what_moves_it(setting):
    numbers, figure = drawn(explore.receptive_field(**setting))
    n = numbers.widths[0]
    base = stack(np.zeros(n), numbers.layers)
    assert len(base) == numbers.widths[-1]
    moved = [set() for _ in base]
    for i in range(n):
        after = stack(np.eye(n)[i], numbers.layers)
        for unit in np.flatnonzero(after != base):
            moved[unit].add(i)
    for unit, expected in enumerate(moved):
        below = wiring.cone(numbers.edges, unit)
        assert below[0] == expected
        rings = link_of(figure, "c", unit).draw["c"].count("<circle")
        assert rings == sum(map(len, below))


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_formula_is_what_the_impulse_measures_at_every_layer(setting):
    numbers, _ = drawn(explore.receptive_field(**setting))
    for k, row in enumerate(numbers.rows):
        formula = learners.receptive_field(numbers.layers[: k + 1])
        assert (row["size"], row["jump"], row["start"]) == formula


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_sentence_of_a_unit_says_its_field(setting):
    numbers, figure = drawn(explore.receptive_field(**setting))
    row = numbers.rows[-1]
    for unit in range(numbers.widths[-1]):
        said = link_of(figure, "c", unit).text.replace("−", "-")
        low, high = map(int, re.search(r"from (-?\d+) to (-?\d+)", said).groups())
        assert high - low + 1 == row["size"]
        assert low == row["start"] + unit * row["jump"]


@pytest.mark.parametrize(
    ("preset", "size", "weights"),
    [
        ("two 3s", 5, 18),
        ("one 5", 5, 25),
        ("one 3, dilation 2", 5, 9),
        ("dilations 1 2 4", 15, 27),
        ("six 3s", 13, 54),
    ],
)
def test_fields_and_weights_of_the_lesson(preset, size, weights):
    page = says(explore.receptive_field(preset=preset).static())
    assert f"{size}×{size} in 2D, through {weights} weights" in page


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_right_formula_stands_beside_the_impulse_without_a_mark(setting):
    explorer = explore.receptive_field(learners.receptive_field, **setting)
    numbers, figure = drawn(explorer)
    assert numbers.wrong == ()
    assert figure.alerts == []
    right = numbers.rows[-1]
    assert numbers.own == (right["size"], right["jump"], right["start"])


def test_a_formula_without_the_jump_differs_in_size_once_there_is_a_stride():
    wrong = learners.receptive_field_without_jump
    assert drawn(explore.receptive_field(wrong))[0].wrong == ()
    numbers, figure = drawn(explore.receptive_field(wrong, preset="strides of 2"))
    assert numbers.wrong == ("size",)
    assert "differ in size" in figure.alerts[0]


def test_the_grid_counts_the_ways_from_each_input():
    numbers, figure = drawn(explore.receptive_field(view="grid", n=5))
    assert numbers.paths.tolist() == [1, 2, 3, 2, 1]
    assert figure.rows[0][0].values[2, 2] == 9
    assert len(link_of(figure, "t", 0).lights) == 25


@pytest.mark.parametrize("depth", range(1, 7))
def test_one_to_six_layers_can_be_stacked(depth):
    explorer = explore.receptive_field().set(depth=depth)
    assert len(explorer.state["layers"]) == depth
    assert len(drawn(explorer)[0].rows) == depth


def test_the_sliders_change_the_chosen_layer_alone():
    explorer = explore.receptive_field(n=20).set(layer=2, kernel=5)
    assert explorer.state["layers"] == ((3, 1, 0, 1), (5, 1, 0, 1))
    explorer.set(layer=1)
    assert explorer.state["kernel"] == 3


@pytest.mark.parametrize("layers", [(), ((0, 1, 0, 1),), ((3, 1, 0, 1),) * 7])
def test_impossible_stacks_are_refused(layers):
    with pytest.raises(ValueError, match="One to six layers"):
        explore.receptive_field().set(layers=layers)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (learners.raises, "raised KeyError"),
        (learners.returns_nothing, "returned nothing yet"),
        (lambda layers: "five", "three whole numbers"),
        (lambda layers: (float("nan"), 1, 0), "three whole numbers"),
    ],
)
def test_a_function_that_fails_is_drawn_as_a_sentence(function, words):
    assert words in says(explore.receptive_field(function).static())


def test_the_least_input_leaves_one_unit():
    for preset in model.PRESETS.values():
        least = model.needed(preset)
        layers = [dict(zip(model.NAMES, one, strict=True)) for one in preset]
        assert wiring.stack(least, layers)[-1].outputs[1] == 1


def test_padding_that_a_unit_sees_stands_beside_the_input():
    layers = [(3, 1, 1, 1), (3, 1, 1, 1)]
    _, figure = drawn(explore.receptive_field(layers=layers, n=8, top=0))
    canvas = figure.rows[0][0]
    for place in ("−2", "−1", "8", "9"):
        assert f">{place}</text>" in canvas.svg
    pinned = next(k for k in figure.links if (k.grid, k.index) == figure.pin)
    assert "from −2 to 2" in pinned.text
    assert pinned.draw["c"].count("stroke-dasharray") == 2
    _, plain = drawn(explore.receptive_field(layers=[(3, 1, 0, 1)], n=8))
    assert "stroke-dasharray" not in plain.rows[0][0].svg
