"""The convolution explorer, without a browser."""

import functools

import numpy as np
import pytest

from byhand import explore, misconceptions
from byhand.explore import mistakes
from byhand.explore.models import convolution as model
from byhand.explore.models import sums
from byhand.explore.pictures import convolution as drawing
from byhand.explore.probe import TroubleError
from tests import zoo
from tests.explore import learners
from tests.explore.reading import grid_of, inputs_lit, link_of, parse_sum, says

W = ((1, 2, -1), (3, -2, 4), (5, 1, 2))  # no zero: every tap shows
SETTINGS = [
    {"input": "numbers", "w": W},
    {"input": "numbers", "w": W, "stride": 2},
    {"input": "numbers", "w": W, "padding": 1, "height": 5, "width": 7},
    {"input": "numbers", "w": W, "padding": 2, "dilation": 2, "b": 1.5},
    {"input": "numbers", "w": W, "padding": 2, "dilation": 2, "stride": 2},
    {"input": "numbers", "w": ((1, 2), (3, 4), (5, 6)), "padding": 1, "stride": 3},
    {"input": "numbers", "w": W, "flip": True, "padding": 1},
]
OURS = [{"padding": "same", "stride": 2, "w": ((1, 2, 3, 4), (2, 1, 1, 1))}, *SETTINGS]


def drawn(explorer):
    numbers = explorer.kind.numbers(explorer.state, explorer.function)
    return numbers, explorer.kind.picture(numbers)


@pytest.mark.parametrize("setting", OURS)
def test_lit_inputs_are_those_whose_change_changes_the_output(setting):
    numbers, figure = drawn(explore.convolution(**setting))
    for cell in range(numbers.y.size):
        lit = inputs_lit(figure, "y0", cell, "x0")
        changes = set()
        for i, place in enumerate(np.flatnonzero(numbers.wiring.real)):
            x = numbers.x.copy()
            x.flat[i] += 1.0
            moved = sums.per_output(numbers.wiring, x, numbers.w, numbers.b)
            if moved.flat[cell] != numbers.y.flat[cell]:
                changes.add(int(place))
        padding = set(np.flatnonzero(~numbers.wiring.real).tolist())
        assert lit - padding == changes


@pytest.mark.parametrize("setting", SETTINGS[:-1])
def test_lit_inputs_of_a_learner_are_those_that_move_the_learners_output(setting):
    explorer = explore.convolution(learners.flipped, **setting)
    numbers, figure = drawn(explorer)
    s = explorer.state
    options = {n: s[n] for n in ("stride", "padding", "dilation")}
    x, w = np.array(s["x"]), np.array(s["w"])
    before = learners.flipped(x, w, s["b"], **options)
    moves = [set() for _ in range(before.size)]
    for i, place in enumerate(np.flatnonzero(numbers.wiring.real)):
        more = x.copy()
        more.flat[i] += 1.0
        after = learners.flipped(more, w, s["b"], **options)
        for o in np.flatnonzero(after != before):
            moves[o].add(int(place))
    padding = set(np.flatnonzero(~numbers.wiring.real).tolist())
    for o, expected in enumerate(moves):
        read = inputs_lit(figure, "y0", o, "x0", roles=("lit", "extra"))
        assert read - padding == expected


@pytest.mark.parametrize("setting", OURS)
@pytest.mark.parametrize("function", [None, learners.conv2d, learners.flipped])
def test_every_printed_sum_adds_up_to_the_output_beside_it(setting, function):
    if function is not None and setting.get("padding") == "same":
        return
    numbers, figure = drawn(explore.convolution(function, **setting))
    for link in figure.links:
        if link.grid == "y0":
            terms, total = parse_sum(link.text)
            assert terms == pytest.approx(total, abs=0.02)
            assert total == pytest.approx(numbers.y.flat[link.index], abs=0.001)


@pytest.mark.parametrize("setting", OURS)
def test_output_size_is_the_formula_and_no_setting_is_impossible(setting):
    numbers, figure = drawn(explore.convolution(**setting))
    s = numbers.setting
    for axis, k in ((0, s["kh"]), (1, s["kw"])):
        n = numbers.wiring.inputs[axis] + sum(numbers.wiring.pad[axis])
        expected = (n - s["dilation"] * (k - 1) - 1) // s["stride"] + 1
        assert numbers.y.shape[axis] == expected >= 1
    assert f"= <b>{numbers.y.shape[0]}</b>" in figure.says[0]


def test_the_worked_numbers_of_the_lesson_are_what_opens():
    numbers, _ = drawn(explore.convolution())
    assert numbers.y[:, :, 0].tolist() == [
        [3, -1, -3, -1],
        [-3, 1, 0, -3],
        [-3, -3, 0, 1],
        [3, -2, -2, -1],
    ]


def test_same_padding_puts_the_extra_row_and_column_after():
    numbers, _ = drawn(explore.convolution(padding="same", stride=2))
    assert numbers.wiring.pad == ((0, 1), (0, 1))


@pytest.mark.parametrize(
    ("function", "setting", "name"),
    [
        (learners.flipped, {"w": W}, "kernel flipped"),
        (learners.flipped, {"w": W, "padding": 1, "stride": 2}, "kernel flipped"),
        (learners.transposed_kernel, {"w": W}, "kernel transposed"),
        (learners.one_sided, {"w": W, "padding": 1}, "padding on one side only"),
        (learners.edge_padded, {"padding": 1}, "edge padding instead of zeros"),
        (
            learners.undilated,
            {"w": W, "dilation": 2, "height": 7},
            "dilation in the output size but not in the taps",
        ),
    ],
)
def test_a_wrong_wiring_is_marked_and_named(function, setting, name):
    numbers, figure = drawn(
        explore.convolution(function, input="numbers", seed=3, **setting)
    )
    assert numbers.taps.extra or numbers.taps.missing
    assert numbers.mistake == name
    assert f"Likely: {mistakes.likely(name, 'conv2d')}." in figure.alerts
    roles = {light[2] for link in figure.links for light in link.lights}
    assert roles >= {"extra"}
    marked = next(b for row in figure.rows for b in row if b.key == "y0").marks
    assert set(marked) == set(numbers.differs) != set()


@pytest.mark.parametrize("setting", SETTINGS[:-1])
def test_a_right_function_gets_no_mark_at_all(setting):
    numbers, figure = drawn(explore.convolution(learners.conv2d, **setting))
    assert numbers.taps.agree
    assert not numbers.differs
    assert not figure.legend
    assert {light[2] for link in figure.links for light in link.lights} == {"lit"}


def test_edge_padding_shows_border_inputs_read_where_zeros_belong():
    numbers, _ = drawn(explore.convolution(learners.edge_padded, w=W, padding=1))
    corners, edges = 4 * 5, 16 * 3  # outputs of 6x6 times taps over the border
    assert numbers.taps.extra == corners + edges
    assert numbers.taps.missing == 0


def test_a_bias_per_tap_is_said_to_be_no_matter_of_wiring():
    explorer = explore.convolution(learners.bias_per_tap, w=W, b=0.5)
    numbers, figure = drawn(explorer)
    assert numbers.taps.agree
    assert any("wiring is right" in alert for alert in figure.alerts)


def test_a_mean_shows_its_ninth_in_the_sum():
    numbers, figure = drawn(explore.convolution(learners.mean_of_products, w=W))
    assert {round(t.factor, 6) for row in numbers.taps.by_output for t in row} == {
        round(1 / 9, 6)
    }
    assert "0.111·" in figure.links[0].text


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (learners.raises, "raised KeyError"),
        (learners.returns_nothing, "returned nothing yet"),
        (learners.returns_text, "returned str"),
        (lambda x, w, b: np.zeros((40, 9)), "gave shape (40, 9)"),
        (lambda x, w, b: np.zeros(9), "gave shape (9,)"),
        (lambda x, w, b: np.full((4, 4), np.nan), "gave nan at index [0, 0]"),
    ],
)
def test_a_function_that_fails_is_drawn_as_a_sentence_and_the_explorer_goes_on(
    function, words
):
    explorer = explore.convolution(function)
    assert words in says(explorer.static())
    assert "<table" not in explorer.static()
    explorer.function = None
    assert "<table" in explorer.static()


def test_an_endless_loop_ends_in_a_sentence(monkeypatch):
    monkeypatch.setattr("byhand.explore.probe.SECONDS", 0.2)
    assert "did not end within" in says(explore.convolution(learners.loops).static())


WRONG_SHAPES = [
    (learners.strideless, {"stride": 2}, (4, 4), "stride ignored"),
    (learners.paddingless, {"padding": 1}, (4, 4), "padding ignored"),
    (learners.dilationless, {"dilation": 2}, (4, 4), "dilation ignored"),
    (learners.as_large_as_x, {}, (6, 6), "input height for output height"),
    (learners.one_stop_short, {}, (3, 3), "one stop too few"),
]


@pytest.mark.parametrize(("function", "setting", "shape", "name"), WRONG_SHAPES)
def test_an_output_of_wrong_shape_is_drawn_with_its_own_wiring(
    function, setting, shape, name
):
    explorer = explore.convolution(function, w=W, **setting)
    numbers, figure = drawn(explorer)
    assert numbers.y.shape[:2] == shape != numbers.size[:2]
    assert numbers.mistake == name
    assert f"gave shape {shape}; at this setting it is {numbers.size[:2]}" in says(
        explorer.static()
    )
    assert grid_of(figure, "y0").values.shape == shape
    s = explorer.state
    options = {n: s[n] for n in ("stride", "padding", "dilation")}
    x, w = np.array(s["x"]), np.array(s["w"])
    for i, place in enumerate(np.flatnonzero(numbers.wiring.real)):
        more = x.copy()
        more.flat[i] += 1.0
        moved = function(more, w, **options) != function(x, w, **options)
        for o in range(moved.size):
            read = inputs_lit(figure, "y0", o, "x0", roles=("lit", "extra"))
            assert (place in read) == moved.ravel()[o]


def test_what_the_definition_does_not_have_is_marked_as_not_there():
    _, figure = drawn(explore.convolution(learners.strideless, stride=2))
    marks = grid_of(figure, "y0").marks
    assert marks[15] == "is not there at this setting"
    assert "no such output" in link_of(figure, "y0", 15).text


def test_every_name_that_an_explorer_can_say_is_one_of_the_checks():
    assert set(misconceptions.table()) >= mistakes.NAMES


TELLING = [
    {"stride": 2, "height": 7, "width": 8},
    {"padding": 1, "height": 5, "width": 6},
    {"padding": 2, "height": 5, "width": 6, "kh": 5, "kw": 5},
    {"dilation": 2, "height": 7, "width": 8},
    {"dilation": 3, "height": 9, "width": 10},
    {"w": ((1, 2, -1), (3, -2, 4)), "height": 5, "width": 8},
]
EXERCISES = {"conv1d", "true_conv1d", "conv2d_plain", "conv2d_strided", "conv2d"}
SPECIMENS = [s for s in zoo.collect() if s.exercise in EXERCISES]


def explored(specimen):
    """Yield numbers and figure of a specimen at every telling setting."""
    function = functools.wraps(specimen.subject)(
        lambda *a, **k: specimen.subject(*a, **k)
    )
    function.__name__ = specimen.exercise
    for setting in TELLING:
        explorer = explore.convolution(function, input="numbers", kernel="numbers")
        known = {n: v for n, v in setting.items() if n in explorer.state}
        if explorer.state["dims"] == 1:
            known = {n: v for n, v in known.items() if n in ("stride", "width")}
        try:
            yield drawn(explorer.set(**known))
        except TroubleError:
            continue


@pytest.mark.parametrize(
    "specimen", [s for s in SPECIMENS if not s.correct], ids=lambda s: s.name
)
def test_explorer_and_check_say_the_same_name(specimen):
    said = {numbers.mistake for numbers, _ in explored(specimen)} - {""}
    if specimen.misconception in mistakes.NAMES:
        assert said == {specimen.misconception}
    elif specimen.misconception:
        assert not said
    else:  # of two mistakes one alone may show at a setting
        assert len(said) <= 1


@pytest.mark.parametrize(
    "specimen", [s for s in SPECIMENS if s.correct], ids=lambda s: s.name
)
def test_no_right_style_of_writing_it_is_accused(specimen):
    for _, figure in explored(specimen):
        assert not figure.alerts


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("flip", [True, False])
def test_a_right_function_is_not_accused_when_the_kernel_is_flipped(setting, flip):
    explorer = explore.convolution(learners.conv2d, **{**setting, "flip": flip})
    numbers, figure = drawn(explorer)
    ours, _ = drawn(explore.convolution(**{**setting, "flip": flip}))
    assert figure.alerts == [numbers.refusal] * bool(numbers.refusal)
    np.testing.assert_allclose(numbers.y, ours.y)


@pytest.mark.parametrize("function", [learners.conv1d, learners.true_conv1d])
def test_both_ways_to_convolve_a_signal_can_be_flipped(function):
    explorer = explore.convolution(function, input="1 2 3 4")
    for flip, values in ((True, [10, 16]), (False, [14, 20])):
        numbers, figure = drawn(explorer.set(flip=flip))
        assert numbers.y.ravel().tolist() == values
        assert not figure.alerts


def test_a_picture_of_one_row_is_no_signal():
    setting = {"input": "numbers", "height": 1, "kh": 1, "padding": 1, "stride": 2}
    numbers, figure = drawn(explore.convolution(learners.conv2d, **setting))
    assert numbers.y.shape[:2] == (2, 3)
    assert not figure.alerts
    assert "y[0,1]" in figure.links[1].text


def test_stride_with_dilation_says_that_keras_refuses():
    explorer = explore.convolution(height=7, width=7, dilation=2, stride=2)
    assert "Keras refuses this setting" in says(explorer.static())
    explorer.set(dilation=1)
    assert "refuses" not in explorer.static()


def test_only_what_the_function_takes_gets_a_control():
    names = {c.name for c in explore.convolution(learners.conv1d).controls()}
    assert "stride" in names
    assert not {"padding", "dilation", "groups", "height", "kh"} & names
    plain = {c.name for c in explore.convolution(lambda x, w: x).controls()}
    assert not {"stride", "padding", "b"} & plain


def test_signals_of_a_conv1d_are_wired_and_summed():
    explorer = explore.convolution(learners.conv1d, input="1 2 3 4")
    numbers, figure = drawn(explorer)
    assert numbers.y.ravel().tolist() == [14, 20]
    assert numbers.taps.agree
    assert inputs_lit(figure, "y0", 1, "x0") == {1, 2, 3}


def test_a_true_convolution_is_compared_with_the_turned_kernel():
    explorer = explore.convolution(learners.true_conv1d, input="1 2 3 4")
    numbers, _ = drawn(explorer)
    assert numbers.y.ravel().tolist() == [10, 16]
    assert numbers.taps.agree


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_groups_are_wired_as_the_learner_groups_them(groups):
    numbers, figure = drawn(
        explore.convolution(learners.grouped_conv2d, groups=groups, b=0.5)
    )
    assert numbers.wiring.weights == (3, 3, 4 // groups, 4)
    assert numbers.taps.agree
    assert not numbers.differs
    lit = {key for key, *_ in figure.links[0].lights if key.startswith("x")}
    assert len(lit) == 4 // groups


def test_filters_that_see_the_wrong_group_are_marked():
    numbers, _ = drawn(explore.convolution(learners.ungrouped_conv2d, groups=2))
    assert numbers.taps.extra == numbers.taps.missing == 2 * 9 * 2 * 9


def test_above_sixteen_an_image_and_one_window_are_drawn():
    explorer = explore.convolution(input="photograph", kernel="Sobel")
    explorer.set(row=10, col=20, stride=2)
    numbers, figure = drawn(explorer)
    assert numbers.large
    window = figure.rows[1][0].values
    assert window.tolist() == numbers.x[20:23, 40:43, 0].tolist()
    terms, total = parse_sum(figure.rows[2][0].html)
    assert total == pytest.approx(numbers.y[10, 20, 0], abs=0.001)
    assert terms == pytest.approx(total, abs=0.02)


def test_typed_tables_set_the_size():
    explorer = explore.convolution().set(x="1 2 3 / 4 5 6", w="1 -1")
    assert (explorer.state["height"], explorer.state["width"]) == (2, 3)
    numbers, _ = drawn(explorer)
    assert numbers.y[:, :, 0].tolist() == [[-1, -1], [-1, -1]]


@pytest.mark.parametrize("typed", ["1 2 / 3", "one", "", "1 2 3 4 5 6 7 8 9 10 11 12"])
def test_a_table_that_cannot_be_read_changes_nothing(typed):
    explorer = explore.convolution()
    before = explorer.state
    with pytest.raises(ValueError):
        explorer.set(w=typed)
    assert explorer.state == before


@pytest.mark.tf
@pytest.mark.parametrize("setting", OURS)
def test_numbers_are_those_of_keras(setting):
    from byhand import referee

    numbers, _ = drawn(explore.convolution(**setting))
    s = numbers.setting
    x = numbers.wiring.padded(numbers.x)[None]
    w = numbers.w[::-1, ::-1] if s["flip"] else numbers.w
    expected = referee.conv2d(
        x, w, np.array([s["b"]]), stride=s["stride"], dilation=s["dilation"]
    )
    np.testing.assert_allclose(numbers.y, expected[0], rtol=1e-9, atol=1e-9)


def test_model_and_drawing_are_free_of_widgets():
    for module in (model, drawing):
        assert "ipywidgets" not in vars(module)
