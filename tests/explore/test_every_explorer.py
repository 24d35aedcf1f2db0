"""What all explorers have in common, without a browser."""

import html.parser
import re
import subprocess
import sys

import numpy as np
import pytest

from byhand import explore
from byhand.explore import controls as c
from byhand.explore import script, widgets
from byhand.explore.pictures import pointer
from tests.explore import learners
from tests.explore.reading import says

OPEN = {
    "convolution": explore.convolution,
    "convolution 1D": lambda: explore.convolution(dims=1),
    "convolution, learner's": lambda: explore.convolution(learners.conv2d),
    "convolution, groups": lambda: explore.convolution(learners.grouped_conv2d),
    "channels": explore.channels,
    "x_or_o": explore.x_or_o,
    "receptive_field": explore.receptive_field,
    "pooling": explore.pooling,
    "gradient_flow": explore.gradient_flow,
    "gradient_flow 1D": lambda: explore.gradient_flow(dims=1),
    "transposed_convolution": explore.transposed_convolution,
    "transposed_convolution 1D": lambda: explore.transposed_convolution(dims=1),
    "filters_and_maps": explore.filters_and_maps,
}


@pytest.fixture(params=OPEN)
def explorer(request):
    return OPEN[request.param]()


class Shape(html.parser.HTMLParser):
    """Check that tags close in order, and collect addresses and shortcuts."""

    EMPTY = ("input", "img", "circle", "rect", "polyline", "path", "line")

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.addresses, self.unguarded = [], [], [], []
        self.images, self.handlers = [], set()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.handlers |= {item for item in attrs if item[0].startswith("on")}
        if tag not in self.EMPTY:
            self.open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        self.addresses += [given[a] for a in ("src", "href") if a in given]
        if tag in ("input", "summary") and "data-lm-suppress-shortcuts" not in given:
            self.unguarded.append(tag)
        if tag == "img":
            self.images.append(given.get("alt"))

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def moves(explorer, rng, count):
    """Set random controls to random values at or beyond their ranges."""
    for _ in range(count):
        control = explorer.controls()[rng.integers(len(explorer.controls()))]
        if isinstance(control, c.Number):
            value = int(rng.integers(control.low - 1, control.high + 2))
        elif isinstance(control, c.Real):
            value = float(rng.uniform(control.low, control.high))
        elif isinstance(control, c.Choice):
            value = control.options[rng.integers(len(control.options))][1]
        elif isinstance(control, c.Flag):
            value = bool(rng.integers(2))
        else:
            continue
        yield control.name, value


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_no_setting_that_controls_reach_is_impossible(explorer, seed):
    rng = np.random.default_rng(seed)
    for name, value in moves(explorer, rng, 40):
        explorer.set(**{name: value})
        page = explorer.static()
        assert "cannot draw" not in page, (name, value, explorer.state)
        assert "raised" not in page, (name, value, explorer.state)
        assert "gave shape" not in page, (name, value, explorer.state)
        for control in explorer.controls():
            if isinstance(control, c.Number | c.Real):
                assert control.low <= explorer.state[control.name] <= control.high


def test_the_figure_is_one_well_formed_piece_that_loads_nothing(explorer):
    page = explorer.static()
    shape = Shape()
    shape.feed(page)
    assert shape.open == []
    assert len(shape.ids) == len(set(shape.ids))
    assert all(a.startswith("data:image/png;base64,") for a in shape.addresses)
    assert all(shape.images)
    assert not shape.unguarded
    assert "<script" not in page
    ours = [
        script.stage(None, [()]),
        script.play(),
        pointer.attributes(),
        pointer.restore(),
    ]
    known = Shape()
    known.feed("".join(f"<p {one}>" for one in ours[:3:2]) + ours[1] + ours[3])
    assert shape.handlers <= known.handlers
    for _, code in shape.handlers:
        assert not re.search(r"fetch|import|XMLHttp|eval|Function|src", code)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_all_rules_are_scoped_to_the_figure(explorer):
    page = explorer.static()
    name = re.search(r'id="(byhand-\d+)"', page).group(1)
    css = re.search(r"<style>(.*?)</style>", page, flags=re.S).group(1)
    for rule in css.split("}"):
        if rule.strip():
            assert f"#{name}" in rule.rpartition("{")[0], rule


def test_every_radio_button_is_named_and_described(explorer):
    page = explorer.static()
    ids = set(re.findall(r'id="([^"]+)"', page))
    radios = re.findall(r"<input [^>]+>", page)
    assert radios
    for radio in radios:
        assert re.search(r'aria-label="[^"]+"', radio)
        assert re.search(r'aria-describedby="([^"]+)"', radio).group(1) in ids
    assert sum(" checked" in radio for radio in radios) == 1


def test_the_setting_as_code_makes_the_same_explorer(explorer):
    rng = np.random.default_rng(7)
    for name, value in moves(explorer, rng, 12):
        explorer.set(**{name: value})
    names = {
        "conv2d": learners.conv2d,
        "grouped_conv2d": learners.grouped_conv2d,
        "explore": explore,
    }
    *lines, last = explorer.code().splitlines()
    exec("\n".join(lines), names)
    again = eval(last, names)
    skip = {"row", "col", "top", "layer", "kernel", "stride", "padding", "dilation"}
    skip = skip if explorer.kind.name == "receptive_field" else {"row", "col"}
    for name in set(explorer.state) - skip:
        assert again.state[name] == explorer.state[name], (name, explorer.code())


def test_the_seed_is_shown_on_the_page_too(explorer):
    if "seed" in explorer.state:
        explorer.set(seed=17)
        assert "Seed 17." in says(explorer.static())


def test_reset_returns_to_the_setting_at_which_it_opened(explorer):
    first = explorer.state
    for name, value in moves(explorer, np.random.default_rng(1), 10):
        explorer.set(**{name: value})
    assert explorer.reset().state == first


def test_an_unknown_name_is_refused_with_the_known_ones(explorer):
    with pytest.raises(ValueError, match="has no strides; it has"):
        explorer.set(strides=2)


def test_a_number_out_of_range_is_taken_as_the_nearest_and_said(explorer):
    control = next(k for k in explorer.controls() if isinstance(k, c.Number))
    explorer.set(**{control.name: 10_000})
    assert explorer.state[control.name] < 10_000
    assert "10000 is not possible" in says(explorer.static())


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed."""
    import IPython.display

    found = []
    monkeypatch.setattr(
        IPython.display, "display", lambda what, **_: found.append(what)
    )
    return found


def test_it_displays_a_picture_to_keep_and_then_the_controls(explorer, shown):
    explorer._ipython_display_()
    kept, box = shown
    assert box is explorer.widget
    assert 'class="byhand-x"' in kept["text/html"]
    assert explorer._view.mark in kept["text/html"]
    assert explorer._view.mark in box._dom_classes


def test_a_page_without_a_kernel_gets_the_figure_alone(explorer, shown, monkeypatch):
    monkeypatch.setenv("BYHAND_STATIC", "1")
    explorer._ipython_display_()
    assert [set(what) for what in shown] == [{"text/plain", "text/html"}]
    assert 'class="bx-task"' not in shown[0]["text/html"]


def test_few_controls_come_first_and_all_of_them_have_a_place(explorer):
    assert explorer.widget is not None
    view = explorer._view
    first = [w for w in view.first.children if w not in (view.reset, view.fold)]
    named = {c.name for c in explorer.controls() if not getattr(c, "hidden", False)}
    assert 3 <= len(first) <= 7
    assert view.more.layout.display == "none"
    assert {*first, *view.more.children} == {view.made[name] for name in named}
    view.fold.click()
    assert view.more.layout.display == ""


def test_a_live_figure_says_one_thing_to_try(explorer):
    task = explorer.kind.task(explorer.state, explorer.function)
    assert task.startswith("Try ")
    assert task in says(explorer.drawn(live=True))
    assert task not in says(explorer.static())


def test_a_function_that_is_defined_anew_is_drawn_at_the_next_look():
    names = {"explore": explore, "conv2d": learners.flipped}
    exec("def conv2d(x, w, b=0.0): return None", names)
    explorer = eval("explore.convolution(conv2d)", names)
    assert "returned nothing yet" in says(explorer.static())
    assert explorer.widget is not None
    names["conv2d"] = learners.conv2d
    widgets._after_cell()
    assert "<table" in explorer._view.html.value
    names["conv2d"] = 3
    assert callable(explorer.function)


def test_a_function_that_nobody_knows_by_its_name_is_kept():
    explorer = explore.convolution(lambda x, w: learners.conv2d(x, w))
    assert not explorer._names
    assert "<table" in explorer.static()


def test_a_cell_that_runs_again_closes_what_it_displayed(monkeypatch, shown):
    from ipywidgets.widgets.widget import _instances

    def run(cell, number, explorer):
        monkeypatch.setattr(widgets, "_running_cell", lambda: (cell, number))
        explorer._ipython_display_()
        return explorer._view

    first = run("a", "1", explore.pooling())
    beside = run("a", "1", explore.convolution())
    other = run("b", "2", explore.pooling())
    count = len(_instances)
    again = run("a", "3", explore.pooling())
    run("a", "3", explore.convolution())
    assert [v.closed for v in (first, beside, other, again)] == [
        True,
        True,
        False,
        False,
    ]
    assert len(_instances) == count


def test_every_widget_follows_the_state_and_the_state_every_widget(explorer):
    assert explorer.widget is not None
    view = explorer._view
    for name, value in moves(explorer, np.random.default_rng(3), 15):
        explorer.set(**{name: value})
    for control in explorer.controls():
        if isinstance(control, c.Number | c.Real | c.Choice | c.Flag):
            if not getattr(control, "hidden", False):
                assert view.made[control.name].value == explorer.state[control.name]
    numbers = [
        k
        for k in explorer.controls()
        if isinstance(k, c.Number) and not k.hidden and k.low < k.high
    ]
    before = view.html.value
    widget = view.made[numbers[0].name]
    widget.value = numbers[0].low if widget.value != numbers[0].low else widget.max
    assert explorer.state[numbers[0].name] == widget.value
    assert view.html.value != before


def test_a_fault_of_the_explorer_itself_is_drawn_too(explorer, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(type(explorer.kind), "__setattr__", object.__setattr__)
    explorer.kind.picture = broken
    assert "cannot draw the setting" in says(explorer.static())


def test_importing_byhand_and_explore_imports_no_widgets():
    script = (
        "import sys, byhand; from byhand import explore; "
        "assert not {'ipywidgets', 'matplotlib', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_without_ipywidgets_an_explorer_shows_its_static_form():
    script = (
        "import sys, importlib.util; sys.modules['ipywidgets'] = None\n"
        "import byhand.explore.panel as panel\n"
        "panel._has_widgets = lambda: False\n"
        "from byhand import explore\n"
        "import IPython.display\n"
        "found = []\n"
        "IPython.display.display = lambda what, **_: found.append(what)\n"
        "explore.convolution()._ipython_display_()\n"
        "assert set(found[0]) == {'text/plain', 'text/html'}, found"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout == done.stderr == ""


@pytest.mark.parametrize(
    "open_one",
    [
        explore.convolution,
        explore.channels,
        explore.x_or_o,
        explore.receptive_field,
        explore.pooling,
        explore.gradient_flow,
        explore.transposed_convolution,
    ],
)
def test_an_unwritten_function_waits_and_a_static_page_shows_ours(
    open_one, monkeypatch
):
    explorer = open_one(learners.stub)
    assert "returned nothing yet" in says(explorer.static())
    monkeypatch.setenv("BYHAND_STATIC", "1")
    page = explorer.static()
    assert "<table" in page
    if open_one is not explore.receptive_field:
        assert "This picture is ours" in says(page)


@pytest.mark.parametrize(
    "open_one",
    [explore.convolution, explore.gradient_flow, explore.transposed_convolution],
)
def test_values_of_a_signal_have_one_index(open_one):
    explorer = open_one(dims=1)
    picture = explorer.kind.picture(explorer.kind.numbers(explorer.state, None))
    names = [re.search(r"\[(.*?)\]", link.text).group(1) for link in picture.links]
    assert all(name.lstrip("-").isdigit() for name in names)
    titles = [block.title for row in picture.rows for block in row]
    assert not any("1×" in title for title in titles)
