"""The filters-and-maps explorer, without a browser and in one."""

import html
import json
import re

import numpy as np
import pytest

from byhand import data, explore
from byhand.explore.models import filters_and_maps as model
from byhand.explore.models import stages
from byhand.explore.pictures import product
from tests.explore.reading import drawn, says
from tools import jupyter


def network(seed=0):
    """Return the layers of lesson 08 with random weights, for 17x17 pictures."""
    rng = np.random.default_rng(seed)
    first = model._Conv2D(rng.uniform(0.1, 1, size=(3, 3, 1, 4)), rng.normal(size=4))
    second = model._Conv2D(rng.uniform(0.1, 1, size=(2, 3, 4, 6)), rng.normal(size=6))
    last = model._Dense(rng.normal(size=(5 * 4 * 6, 3)), rng.normal(size=3))
    return [
        first,
        model._MaxPool2D(2),
        second,
        model._ReLU(),
        Crop(),
        model._Flatten(),
        last,
    ]


class Crop:
    """A layer whose patch can't be told."""

    def forward(self, x):
        return x[:, 1:, 1:]


PLACES = [
    {"layer": 0, "filter": 1, "row": 9, "col": 9},
    {"layer": 1, "filter": 3, "picture": 2, "row": 6},
    {"layer": 2, "filter": 5, "row": 2, "col": 3},
    {"layer": 3, "picture": 7, "row": 5, "col": 1},
]


@pytest.mark.parametrize("setting", PLACES)
def test_a_cell_is_moved_by_the_pixels_that_it_sees_and_no_others(setting):
    layers = network()
    numbers, _ = drawn(explore.filters_and_maps(layers, **setting))
    k, f, row, col = numbers.place
    pushed = np.eye(289).reshape(289, 17, 17, 1) * 10
    for layer in layers[:k]:
        pushed = layer.forward(pushed)
    moved = np.flatnonzero(np.ptp(pushed[:, row, col, f : f + 1], axis=1) != 0)
    values = pushed[:, row, col, f]
    moved = np.flatnonzero(values != np.median(values))
    top, left, h, w = product.sight(numbers.stages, numbers.place)
    inside = {r * 17 + c for r in range(top, top + h) for c in range(left, left + w)}
    assert set(moved.tolist()) == inside


@pytest.mark.parametrize("seed", range(3))
def test_every_maps_numbers_are_those_of_the_networks_own_forward_pass(seed):
    layers = network(seed)
    numbers, _ = drawn(explore.filters_and_maps(layers, picture=seed))
    x = data.xo_pictures(8, seed=5, turn=10, scale=0.1)[0][..., None]
    for layer, stage in zip(layers, numbers.stages[1:], strict=True):
        x = layer.forward(x)
        np.testing.assert_array_equal(stage.y.ravel(), x[seed].ravel())
        assert not stage.differs


@pytest.mark.parametrize(
    ("layer", "planes"), [(0, 1), (2, 4)], ids=["one plane", "four planes"]
)
def test_the_printed_product_adds_up_to_the_number_of_the_layer(layer, planes):
    explorer = explore.filters_and_maps(network(), layer=layer, row=3, col=2)
    numbers, _ = drawn(explorer)
    page = explorer.static().replace("−", "-")
    here = re.search(r'class="bx-here".*?</p>', page, re.S).group()
    total = float(re.findall(r"<b>(-?[\d.]+)</b>", here)[-1])
    k, f, row, col = numbers.place
    assert total == pytest.approx(numbers.stages[k].y[row, col, f], abs=1e-3)
    sums, bias = re.search(r" (-?[\d.]+) \+ bias \(?(-?[\d.]+)", here).groups()
    assert float(sums) + float(bias) == pytest.approx(total, abs=2e-3)
    tables = re.findall(r"<table aria-label=.*?</table>", page, re.S)
    cells = [[float(v) for v in re.findall(r">(-?[\d.]+)</td>", t)] for t in tables]
    patch, kernel, products = cells
    np.testing.assert_allclose(
        np.multiply(patch, kernel), products, rtol=0.02, atol=0.02
    )
    shown = re.findall(r'aria-label="plane \d+: (-?[\d.]+)"', page)
    assert len(shown) == (planes if planes > 1 else 0)
    if planes > 1:
        assert sum(map(float, shown)) == pytest.approx(float(sums), abs=0.03)


def test_a_dense_layer_is_a_kernel_that_covers_the_last_maps():
    explorer = explore.filters_and_maps()
    stages_ = drawn(explorer)[0].stages
    assert stages_[-1].kernel.shape == (3, 3, 12, 2)
    assert product.feeds(stages_, (8, 1, 0, 0))[0] == (6, 0, 0, 0, 3, 3)
    number = 1 * 3 * 12 + 2 * 12 + 5  # row 1, column 2, map 5
    assert product.feeds(stages_, (7, 0, number, 0)) == [(6, 5, 1, 2, 1, 1)]


def test_the_classes_have_bars_that_are_the_softmax_of_the_last_layer():
    numbers, _ = drawn(explore.filters_and_maps(picture=3))
    z = numbers.stages[-1].y.ravel()
    np.testing.assert_allclose(numbers.scores[1], np.exp(z) / np.exp(z).sum())
    page = explore.filters_and_maps(picture=3).static()
    bars = re.findall(r'class="bar[^"]*"[^>]* width="([\d.e-]+)"', page)
    np.testing.assert_allclose(np.array(bars, float) / 56, numbers.scores[1], atol=1e-3)


def test_the_verdict_names_the_class_and_says_whether_it_is_right():
    labels = data.xo_pictures(8, seed=5, turn=10, scale=0.1)[1]
    for n, label in enumerate(labels):
        page = says(explore.filters_and_maps(picture=n).static())
        assert f"says {data.XO_NAMES[label]}" in " ".join(page.split())
        assert "That is right." in page
    pictures = data.xo_pictures(2, seed=0)[0]
    layers = model._recorded()
    wrong = explore.filters_and_maps(
        layers, pictures=np.zeros((2, 18, 18)), labels=[0, 1], names=["ex", "oh"]
    )
    said = [says(wrong.set(picture=n).static()) for n in (0, 1)]
    assert sum("That is wrong: it is" in page for page in said) == 1
    bare = explore.filters_and_maps(layers, pictures=np.zeros((2, 18, 18)))
    assert "That is" not in says(bare.static())
    assert pictures.shape == (2, 17, 17)


def test_without_a_network_the_recorded_one_answers_and_says_so():
    page = says(explore.filters_and_maps().static())
    assert "This network was recorded" in " ".join(page.split())
    assert "your network" not in page
    own = says(explore.filters_and_maps(network()).static())
    assert "recorded" not in own
    assert "Your network says" in own


def test_a_retrained_network_shows_its_new_maps():
    layers = network()
    explorer = explore.filters_and_maps(layers)
    before = drawn(explorer)[0].stages[1].y
    layers[0].w[:] *= 2
    layers[0].b[:] *= 2
    np.testing.assert_allclose(drawn(explorer)[0].stages[1].y, 2 * before)


class Broken:
    """A layer that fails, or gives what it should not."""

    def __init__(self, forward):
        self.forward = forward


@pytest.mark.parametrize(
    ("forward", "words"),
    [
        (lambda x: x / "a", "raised"),
        (lambda x: x[:, 0, 0, 0], "gave shape (8,)"),
        (lambda x: x[:2], "gave shape (2, 17, 17, 1)"),
        (lambda x: x * np.nan, "not finite"),
        (lambda x: "maps", "gave no numbers"),
        (lambda x: None, "returned nothing yet"),
        (lambda x: [[1.0], [2.0, 3.0]], "gave"),
        (lambda x: x[:, :0], "an empty array"),
    ],
)
@pytest.mark.parametrize("at", [0, 2])
def test_a_layer_that_fails_is_named_and_the_others_are_drawn(forward, words, at):
    layers = [*network()[:at], Broken(forward)]
    if at and "17" in words:
        words = "gave shape (2, 7, 7, 4)"
    explorer = explore.filters_and_maps(layers)
    page = explorer.static()
    assert words in says(page)
    assert f"layer {at}," in says(page)
    assert "The picture ends before it" in says(page)
    assert page.count('role="application"') == at + 1
    assert explorer.widget is not None


def test_maps_of_a_wrong_size_are_drawn_and_said():
    class Conv2D:
        params = (np.ones((3, 3, 1, 2)), np.zeros(2))

        def forward(self, x):
            return np.repeat(x, 2, axis=3)

    explorer = explore.filters_and_maps([Conv2D(), model._ReLU()], layer=0)
    page = says(explorer.static())
    assert "makes 17×17×2 of 17×17×1; which patch feeds a cell can't be told" in page
    assert drawn(explorer)[0].stages[2].kind == "pick"


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("Conv2D", lambda y: y + 0.5, "kernel times patch, summed, plus the bias"),
        ("MaxPool2D", lambda y: y - 1.0, "the largest of their window"),
        ("ReLU", lambda y: -y, "the larger of x and 0"),
    ],
)
def test_a_layer_that_computes_something_else_is_contradicted(name, wrong, words):
    layers = network()[:4]
    at = [model.kind(layer) for layer in layers].index(name)
    right = layers[at]

    def forward(x):
        y = right.forward(x)
        y[0, 2, 3, 1] = wrong(y)[0, 2, 3, 1]
        return y

    made = type(name, (), {"params": (getattr(right, "w", None),)})()
    if name == "Conv2D":
        made.params = (right.w, right.b)
    made.forward = forward
    layers[at] = made
    explorer = explore.filters_and_maps(layers, layer=at, filter=1, row=2, col=3)
    page = " ".join(says(explorer.static()).split())
    differs = drawn(explorer)[0].stages[at + 1].differs
    if name == "ReLU":  # 0 stays 0 where it is turned over
        assert len(differs) in (0, 1)
    if differs:
        assert f"1 of {drawn(explorer)[0].stages[at + 1].y.size} numbers aren't" in page
        assert words in page
        assert "but your layer gives" in page


def test_padding_and_stride_are_read_off_attributes():
    class Conv2D(model._Conv2D):
        padding, stride = 1, 2

        def forward(self, x):
            x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
            return super().forward(x)[:, ::2, ::2]

    rng = np.random.default_rng(0)
    layer = Conv2D(rng.normal(size=(3, 3, 1, 2)), rng.normal(size=2))
    explorer = explore.filters_and_maps([layer], row=0, col=0)
    stage = drawn(explorer)[0].stages[1]
    assert stages.patch(stage, 0, 0) == (-1, -1, 3, 3)
    assert stage.differs == ()
    assert explorer.static().count('<td class="pad">0</td>') == 5


def test_layers_of_an_object_are_found_and_anything_else_is_refused():
    class Holder:
        layers = network()

    assert explore.filters_and_maps(Holder()).static()
    with pytest.raises(ValueError, match="takes a list of layers"):
        explore.filters_and_maps(3)


def test_colours_and_several_pages_of_pictures_and_maps_are_drawn():
    rng = np.random.default_rng(0)
    layer = model._Conv2D(rng.normal(size=(3, 3, 3, 40)), np.zeros(40))
    pictures = rng.uniform(size=(12, 9, 11, 3))
    explorer = explore.filters_and_maps([layer], pictures=pictures, picture=10)
    page = explorer.static()
    assert page.count("data-picture=") == 3
    assert "Of Conv2D the first 32 maps are drawn." in says(page)
    assert len(re.findall(r'aria-label="map \d+ of layer 0', page)) == 32


def test_every_map_has_a_text_and_every_layer_a_name():
    page = explore.filters_and_maps().static()
    images = re.findall(r"<image [^>]+>", page)
    assert len(images) == 8 + 1 + 3 * 6 + 3 * 12 + 1 + 2
    assert all(re.search(r'role="img" aria-label="[^"]+"', one) for one in images)
    layers = re.findall(r'<g role="application"[^>]+>', page)
    names = [re.search(r'aria-label="([^"]+)"', one).group(1) for one in layers]
    assert names[4] == "layer 3, Conv2D, 12 maps, 6×6×12"
    assert all("data-lm-suppress-shortcuts" in one for one in layers)


def test_what_a_screen_reader_hears_names_verdict_and_cell():
    explorer = explore.filters_and_maps()
    assert explorer.static()
    heard = says(explorer.summary())
    assert "The recorded network says" in heard
    assert "Layer 3, Conv2D, map" in heard


# in a browser, without a kernel

REASON = jupyter.available()
in_a_browser = [
    pytest.mark.browser,
    pytest.mark.xdist_group("jupyterlab"),
    pytest.mark.skipif(bool(REASON), reason=f"no browser: {REASON}"),
]
SHOWN = """root => [root.querySelector('.bx-here').innerHTML,
    root.querySelector('.bx-parts').innerText,
    root.querySelector('.bx-lit').innerHTML.replaceAll(/><.(line|rect)>/g, '/>')]"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Open two figures on one page: the first is used, the other compared."""
    path = tmp_path_factory.mktemp("page") / "a.html"
    path.write_text(
        '<!doctype html><meta charset="utf-8">' + explore.filters_and_maps().static()
    )
    with jupyter.browser() as context:
        page = context.new_page()
        page.goto(path.as_uri())
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        yield page


def point(page, layer, number, row, col, click=False):
    """Point at a cell of a map; return what is shown."""
    figure = page.locator(".byhand-x").first
    stage = json.loads(
        html.unescape(figure.locator(".bx-network").get_attribute("data-net"))
    )["stages"][layer + 1]
    box = figure.locator(f'[data-stage="{layer + 1}"] image').nth(number).bounding_box()
    h, w = stage["size"][:2]
    place = (
        box["x"] + box["width"] * (col + 0.5) / w,
        box["y"] + box["height"] * (row + 0.5) / h,
    )
    (page.mouse.click if click else page.mouse.move)(*place)
    return figure.evaluate(SHOWN)


CELLS = [
    (-1, 0, 4, 5),
    (0, 2, 7, 9),
    (1, 2, 7, 9),
    (2, 5, 3, 3),
    (3, 11, 2, 4),
    (4, 0, 5, 5),
    (5, 7, 1, 2),
    (6, 0, 61, 0),
    (7, 1, 0, 0),
]


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.usefixtures("page")
class TestInABrowser:
    pytestmark = in_a_browser

    def test_pointing_shows_what_python_draws_for_the_cell(self, page, cell):
        layer, number, row, col = cell
        shown = point(page, *cell)
        if layer < 0:
            assert shown[0].startswith("<b>Picture, row 4, column 5</b>")
            return
        explorer = explore.filters_and_maps(
            layer=layer, filter=number, row=row, col=col
        )
        other = page.context.new_page()
        other.set_content(explorer.static())
        wanted = other.locator(".byhand-x").first.evaluate(SHOWN)
        other.close()
        assert shown[:2] == wanted[:2]
        numbers = [re.findall(r'(\w+)="(-?[\d.]+)"', s[2]) for s in (shown, wanted)]
        assert [name for name, _ in numbers[0]] == [name for name, _ in numbers[1]]
        for (_, mine), (_, theirs) in zip(*numbers, strict=True):
            assert float(mine) == pytest.approx(float(theirs), abs=0.06)
        assert page.faults == []


class TestKeys:
    pytestmark = in_a_browser

    def test_a_click_holds_a_cell_and_keys_move_it(self, page):
        held = point(page, 3, 2, 1, 1, click=True)
        assert point(page, 2, 0, 0, 0) != held
        page.mouse.move(1, 1)
        figure = page.locator(".byhand-x").first
        assert figure.evaluate(SHOWN) == held
        here = figure.locator(".bx-here")
        figure.locator('[data-stage="4"]').focus()
        for key, words in [
            ("ArrowRight", "map 2, row 1, column 2"),
            ("ArrowDown", "map 2, row 2, column 2"),
            ("PageDown", "map 3, row 2, column 2"),
            ("PageUp", "map 2, row 2, column 2"),
            ("ArrowUp", "map 2, row 1, column 2"),
            ("ArrowUp", "map 2, row 0, column 2"),
            ("ArrowUp", "map 1, row 5, column 2"),
        ]:
            page.keyboard.press(key)
            assert words in here.inner_text()

    def test_enter_goes_to_the_product_and_escape_back(self, page):
        figure = page.locator(".byhand-x").first
        figure.locator('[data-stage="8"]').focus()
        page.keyboard.press("Enter")
        active = "document.activeElement.className"
        assert page.evaluate(active) == "bx-product"
        assert "Layer 7, Dense, unit 0" in figure.locator(".bx-here").inner_text()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.stage") == "8"

    def test_another_plane_is_chosen_by_its_radio_button(self, page):
        point(page, 3, 2, 1, 1, click=True)
        figure = page.locator(".byhand-x").first
        figure.locator(".bx-minis input").first.check()
        assert figure.locator(".bx-tables").inner_text().startswith("plane 0")
        page.keyboard.press("ArrowRight")
        assert figure.locator(".bx-tables").inner_text().startswith("plane 1")
        sums = figure.locator(".bx-minis label").nth(1).inner_text()
        total = figure.locator(".bx-tables > b").inner_text()
        one, two = (float(t.split("\n")[-1].replace("−", "-")) for t in (sums, total))
        assert one == pytest.approx(two, abs=0.006)

    @pytest.mark.parametrize("width", [390, 668, 1008])
    def test_no_word_is_cut_off_and_the_page_is_not_wider_than_the_window(
        self, page, width
    ):
        page.set_viewport_size({"width": width, "height": 700})
        outside = page.locator(".bx-net").first.evaluate(
            """svg => {const all = svg.viewBox.baseVal;
            return [...svg.querySelectorAll('text')].map(t => [t.textContent,
            t.getBBox()]).filter(([, b]) => b.x < 0 || b.x + b.width > all.width ||
            b.y < 0 || b.y + b.height > all.height).map(([t]) => t)}"""
        )
        assert outside == []
        crossing = page.locator(".bx-net").first.evaluate(
            """svg => {const boxes = [...svg.querySelectorAll('text')].map(
            t => t.getBBox()); return boxes.filter((a, n) => boxes.some((b, m) => m > n
            && a.x < b.x + b.width && b.x < a.x + a.width && a.y + 2 < b.y + b.height
            && b.y + 2 < a.y + a.height)).length}"""
        )
        assert crossing == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.set_viewport_size({"width": 1400, "height": 900})
