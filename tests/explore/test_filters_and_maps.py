"""The filters-and-maps explorer, without a browser."""

import numpy as np
import pytest

from byhand import data, explore
from byhand.explore.models import filters_and_maps as model
from tests.explore.reading import drawn, grid_of, link_of, says


def network(seed=0):
    """Return two convolutions with a pooling between, on 17x17 pictures."""
    rng = np.random.default_rng(seed)
    first = model._Convolve(np.abs(rng.normal(size=(3, 3, 1, 4))))
    second = model._Convolve(np.abs(rng.normal(size=(2, 3, 4, 6))))
    return [first, model._Pool(2), second, model._Rectify()]


SETTINGS = [
    {},
    {"layer": 1, "filter": 3, "picture": 2},
    {"layer": 2, "filter": 5, "row": 2, "col": 3},
    {"layer": 3, "picture": 7},
    {"layer": 0, "filter": 1, "row": 9, "col": 9},
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_maps_pixel_is_moved_by_the_pixels_of_its_patch_and_no_others(setting):
    layers = network()
    explorer = explore.filters_and_maps(layers, **setting)
    numbers, _ = drawn(explorer)
    s = numbers.setting
    row, col = s["row"], s["col"]
    picture = np.zeros((1, 17, 17, 1))
    pushed = np.repeat(picture, 289, axis=0)
    pushed.reshape(289, 289)[np.arange(289), np.arange(289)] = 1.0
    for layer in layers[: s["layer"] + 1]:
        pushed = layer.forward(pushed)
    moved = np.flatnonzero(pushed[:, row, col, s["filter"]] != 0)
    top, left, h, w = model.patch(numbers.fields, (17, 17), row, col)
    inside = {r * 17 + c for r in range(top, top + h) for c in range(left, left + w)}
    assert set(moved.tolist()) == inside


@pytest.mark.parametrize("setting", SETTINGS)
def test_maps_are_those_of_the_networks_own_forward_pass(setting):
    layers = network(1)
    explorer = explore.filters_and_maps(layers, **setting)
    numbers, figure = drawn(explorer)
    x = data.xo_pictures(8, seed=0)[0][..., None]
    for layer in layers[: numbers.setting["layer"] + 1]:
        x = layer.forward(x)
    chosen = x[numbers.setting["picture"], :, :, numbers.setting["filter"]]
    np.testing.assert_array_equal(grid_of(figure, "m").values, chosen)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_strongest_patches_are_those_of_the_largest_answers(setting):
    layers = network(2)
    numbers, _ = drawn(explore.filters_and_maps(layers, **setting))
    values = [value for _, value, _ in numbers.strongest]
    assert values == sorted(values, reverse=True)
    size = [axis[0] for axis in numbers.fields]
    for _, _, piece in numbers.strongest:
        assert piece.shape == tuple(size)


def test_a_retrained_network_shows_its_new_maps():
    layers = network()
    explorer = explore.filters_and_maps(layers)
    before = drawn(explorer)[0].maps
    layers[0].w[:] *= 2
    np.testing.assert_allclose(drawn(explorer)[0].maps, 2 * before)


def test_without_a_network_the_features_of_the_first_lesson_answer():
    numbers, figure = drawn(explore.filters_and_maps())
    assert numbers.maps[1, 1, 0] == pytest.approx(1.0)
    assert len(link_of(figure, "m", 0).lights) == 9
    pooled = drawn(explore.filters_and_maps(layer=2))[0].maps[:, :, 0]
    expected = [[1.0, 3 / 9, 5 / 9], [3 / 9, 1.0, 3 / 9], [5 / 9, 3 / 9, 1.0]]
    np.testing.assert_allclose(pooled, expected)


class Broken:
    """A layer that fails, or gives what is no map."""

    def __init__(self, forward):
        self.forward = forward


class Course:
    """Layers as the course writes them: parameters in a list, no other attributes."""

    class Conv2D:
        def __init__(self, w):
            self.params = [w, np.zeros(w.shape[3])]

        def forward(self, x):
            return model._Convolve(self.params[0]).forward(x)

    class MaxPool2D:
        params = ()

        def forward(self, x):
            self.winners = np.zeros((1, 2, 3, 4))
            return model._Pool(2).forward(x)


def test_fields_are_read_off_layers_that_keep_parameters_in_a_list():
    first, _, second, _ = network()
    layers = [Course.Conv2D(first.w), Course.MaxPool2D(), Course.Conv2D(second.w)]
    numbers, figure = drawn(explore.filters_and_maps(layers, layer=2))
    assert numbers.fields == ((6, 2, 0), (8, 2, 0))
    assert grid_of(figure, "w0").values.shape == (2, 3)


def test_a_layer_whose_geometry_is_unknown_gets_no_patch():
    crop = Broken(lambda x: x[:, 3:9, 2:7])
    numbers, figure = drawn(explore.filters_and_maps([crop]))
    assert numbers.fields is None
    assert "sees" not in link_of(figure, "m", 0).text


def test_a_large_picture_gets_a_box_and_a_small_one_lit_cells():
    _, figure = drawn(explore.filters_and_maps(network()))
    assert "<rect" in link_of(figure, "m", 0).draw["x"]
    assert link_of(figure, "m", 0).lights == []


def test_layers_of_an_object_are_found_and_anything_else_is_refused():
    class Holder:
        layers = network()

    assert explore.filters_and_maps(Holder()).static()
    with pytest.raises(ValueError, match="takes a list of layers"):
        explore.filters_and_maps(3)


@pytest.mark.parametrize(
    ("forward", "words"),
    [
        (lambda x: x / "a", "forward raised"),
        (lambda x: x[:, 0, 0, 0], "No layer of this network gives maps"),
        (lambda x: x * np.nan, "not finite"),
    ],
)
def test_a_layer_that_fails_is_drawn_as_a_sentence(forward, words):
    assert words in says(explore.filters_and_maps([Broken(forward)]).static())
