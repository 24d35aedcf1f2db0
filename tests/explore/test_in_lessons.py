"""Every explorer that a lesson opens, with the course's own answers in it."""

import re

import pytest

from autograder.lessons import answers
from autograder.lessons.markers import DEMONSTRATION
from byhand import data, explore
from tests.explore.reading import drawn, says

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
@pytest.mark.parametrize("weights", ["xo_weights", "digits_weights"])
def test_every_layer_of_the_networks_that_the_course_trains_is_understood(weights):
    scope = answers.namespace("08_train_a_cnn")
    pictures, labels = scope["x_val"][:9], scope["labels_val"][:9]
    if weights == "xo_weights":
        pictures, labels = data.xo_pictures(8, seed=5, turn=10, scale=0.1)
        pictures = scope["framed"](pictures)
    network = scope["build"](scope[weights])
    explorer = explore.filters_and_maps(network, pictures=pictures, labels=labels)
    numbers, figure = drawn(explorer)
    kinds = [stage.kind for stage in numbers.stages]
    block = ["sum", "pick", "pick"]
    assert kinds == ["input", *block, *block, "flat", "sum"]
    assert figure.alerts == []
    assert numbers.scores[1].argmax() == labels[0]
    assert "That is right." in says(explorer.static())
