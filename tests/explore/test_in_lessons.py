"""Every explorer that a lesson opens, with the course's own answers in it."""

import re

import pytest

from autograder.lessons import answers
from autograder.lessons.markers import DEMONSTRATION
from byhand import data, explore
from tests.explore.reading import drawn, link_of, says

CALL = re.compile(r"^explore\.(\w+)\(.*\)", re.MULTILINE)


def calls():
    """Return (lesson, call) for every demonstration cell that opens an explorer."""
    found = []
    for lesson in answers.lessons():
        for cell in answers.lesson_source(lesson).cells:
            if cell.kind == DEMONSTRATION:
                calls = CALL.finditer(cell.text)
                found += [(lesson, match.group()) for match in calls]
    return found


QUICK = [(lesson, call) for lesson, call in calls() if "filters_and_maps" not in call]


def test_every_explorer_stands_in_a_lesson():
    opened = {CALL.match(call).group(1) for _, call in calls()}
    assert opened == {
        "channels",
        "convolution",
        "filters_and_maps",
        "gradient_flow",
        "pooling",
        "receptive_field",
        "transposed_convolution",
        "x_or_o",
    }


@pytest.mark.tf
@pytest.mark.parametrize(("lesson", "call"), QUICK, ids=lambda value: value)
def test_the_courses_own_answer_gets_no_mark(lesson, call):
    scope = {**answers.namespace(lesson), "explore": explore}
    explorer = eval(call, scope)
    page = explorer.static()
    assert "raised" not in says(page)
    assert 'class="bx-alert"' not in page
    numbers, _ = drawn(explorer)
    assert not getattr(numbers, "differs", ())
    assert not getattr(numbers, "wrong", ())
    assert not getattr(numbers, "dw_differs", ())


@pytest.mark.tf
@pytest.mark.slow
@pytest.mark.parametrize("layer", range(6))
def test_the_network_that_the_course_trains_shows_maps_and_patches(layer):
    scope = answers.namespace("08_train_a_cnn")
    some, _ = data.xo_pictures(8, seed=5, turn=10, scale=0.1)
    some = scope["framed"](some)[..., 0]
    network = scope["build"](scope["xo_weights"])
    explorer = explore.filters_and_maps(network, pictures=some, layer=layer)
    numbers, figure = drawn(explorer)
    assert explorer.state["layer"] == layer
    assert numbers.fields is not None
    assert (numbers.kernel is not None) == (layer in (0, 3))
    assert "sees rows" in link_of(figure, "m", 0).text
