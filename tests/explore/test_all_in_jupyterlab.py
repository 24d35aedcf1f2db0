"""All explorers in a real JupyterLab: controls, pointer, keys, dark theme."""

from dataclasses import dataclass

import pytest

from tests.explore.reading import SHOWN, contrast
from tools import axe, jupyter

REASON = jupyter.available()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("jupyterlab"),
    pytest.mark.skipif(bool(REASON), reason=f"no JupyterLab in a browser: {REASON}"),
]


@dataclass(frozen=True)
class Case:
    """What to open, which number to raise, where to point and how much lights up."""

    call: str
    control: str
    main: str
    cell: int
    lit: int
    name: str  # how the sentence of the next cell begins


CASES = {
    "convolution": Case("convolution()", "stride", "y", 5, 9, "y[0,1]"),
    "channels": Case(
        "channels()",
        "seed",
        "y channel 0",
        4,
        2 * 4 + 2 + 2,  # windows, kernels, partial sums
        "y[0,1,0]",
    ),
    "x_or_o": Case(
        "x_or_o(row=0, col=0)", "room around", "the match map", 8, 9, "score[0,1]"
    ),
    "receptive_field": Case(
        "receptive_field()", "its kernel", "cone", 2, 1 + 3 + 5, "layer 2, unit 1"
    ),
    "pooling": Case("pooling()", "stride", "y", 0, 3, "y[0,1]"),
    "gradient_flow": Case("gradient_flow()", "seed", "dw", 3, 9 + 9 + 1 + 1, "dw[0,1]"),
    "transposed_convolution": Case(
        "transposed_convolution()", "stride", "y", 12, 4 + 4 + 1, "y[0,1]"
    ),
}
COUNT = """root => [...root.querySelectorAll('.bx-layer .lit, .bx-layer circle')]
    .filter(cell => cell.getClientRects().length > 0).length"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    for name, case in CASES.items():
        cell = f"from byhand import explore\nexplore.{case.call}"
        jupyter.write_notebook(folder / f"{name}.ipynb", cell)
    cell = "from byhand import explore\nexplore.filters_and_maps()"
    jupyter.write_notebook(folder / "network.ipynb", cell)
    with jupyter.serving(folder, dark=True) as address, jupyter.browser() as context:
        yield context, address


@pytest.fixture(params=CASES, scope="module")
def opened(request, served):
    """Open one explorer; yield its case, the page and the explorer's box."""
    page = jupyter.open_notebook(*served, f"{request.param}.ipynb")
    box = page.locator(".byhand-explorer")
    box.locator(".byhand-x").wait_for()
    yield CASES[request.param], page, box
    page.close()


def main_grid(case, box):
    if case.main == "cone":
        return box.locator(".bx-canvas")
    return box.locator(f'table[aria-label="{case.main}"]')


def test_controls_pointer_and_keys_work(opened):
    case, page, box = opened
    figure = box.locator(".byhand-figure .byhand-x")
    grid, sums = main_grid(case, box), figure.locator(".bx-sums")

    grid.locator("label").nth(case.cell).hover()
    assert figure.evaluate(COUNT) == case.lit

    page.mouse.move(2, 2)
    grid.locator("input").first.focus()
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("b")
    assert sums.inner_text().startswith(case.name)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells

    before = box.locator(".byhand-figure").inner_text()
    control = box.locator(".byhand-controls").get_by_label(case.control, exact=True)
    if not control.is_visible():
        box.get_by_role("button", name="More").click()
        control.wait_for()  # the kernel unfolds it, and a hidden field takes no key
    control.press("ArrowUp")
    page.wait_for_function(
        "old => document.querySelector('.byhand-figure').innerText !== old",
        arg=before,
    )
    assert "cannot draw" not in box.inner_text()

    shown = figure.get_attribute("data-drawn")
    box.get_by_role("button", name="Reset").click()
    page.wait_for_function(
        "old => document.querySelector('.byhand-figure [data-drawn]')"
        ".dataset.drawn !== old",
        arg=shown,
    )
    assert figure.locator(".bx-says").first.inner_text() in before


def test_text_and_lines_stand_out_from_the_dark_page(opened):
    case, _, box = opened
    ink, paper = box.locator(".byhand-x").evaluate(
        """root => [getComputedStyle(root).color,
            getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor]"""
    )
    assert contrast(ink, paper) > 7
    cell = main_grid(case, box).locator("label").first
    ink, paper = cell.evaluate(
        """cell => [getComputedStyle(cell).color,
            getComputedStyle(cell.parentElement).backgroundColor]"""
    )
    assert contrast(ink, paper) > 4.5


@pytest.fixture(scope="module")
def network(served):
    """Open the explorer of a network with the file browser beside it."""
    page = jupyter.open_notebook(*served, "network.ipynb")
    box = page.locator(".byhand-explorer")
    box.locator(".byhand-x").wait_for()
    yield page, box
    page.close()


def test_a_held_cell_stays_when_a_picture_is_clicked(network):
    page, box = network
    figure = box.locator(".byhand-figure")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    figure.locator('[data-stage="6"] image').nth(3).click()
    here = figure.locator(".bx-here")
    assert "map 3, row 1, column 1" in here.inner_text()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("b")
    assert "map 3, row 1, column 2" in here.inner_text()
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert figure.locator(".bx-verdict b").inner_text() == "O"
    figure.locator(".bx-thumb").nth(2).click()
    page.wait_for_function(
        "document.querySelector('.byhand-figure .bx-verdict b').innerText === 'X'"
    )
    assert "map 3, row 1, column 2" in here.inner_text()
    assert box.get_by_label("picture", exact=True).input_value() == "2"
    heard = page.locator(".byhand-said")
    assert "says X" in heard.evaluate("said => said.textContent")
    box.get_by_label("map", exact=True).press("ArrowDown")  # counts from its own
    page.wait_for_function(
        "document.querySelector('.byhand-figure .bx-here').innerText.match(/Layer 3/)"
    )


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1100, 700)])
def test_the_network_and_its_product_are_on_one_screen(network, width, height):
    page, box = network
    page.set_viewport_size({"width": width, "height": height})
    box.evaluate("box => box.scrollIntoView()")
    room = page.locator(".jp-NotebookPanel-notebook").bounding_box()
    product = box.locator(".byhand-figure .bx-tables")
    low = product.bounding_box()
    assert low["y"] + low["height"] <= room["y"] + room["height"]
    assert box.bounding_box()["y"] >= room["y"] - 1
    drawing = box.locator(".byhand-figure .bx-net").bounding_box()
    assert drawing["x"] + drawing["width"] <= room["x"] + room["width"]


def test_words_stand_out_from_the_dark_page_in_a_network_too(network):
    _, box = network
    for name in (".bx-verdict", ".bx-here", ".bx-hint", ".bx-net text", "td"):
        for one in box.locator(f".byhand-figure {name}").all():
            assert contrast(*one.evaluate(SHOWN)) >= 4.5, name


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_no_serious_fault(opened, theme):
    _, page, _ = opened
    page.evaluate(
        """theme => window.jupyterapp.commands.execute(
            'apputils:change-theme', {theme})""",
        theme,
    )
    page.wait_for_function(
        "theme => document.body.dataset.jpThemeName === theme", arg=theme
    )
    assert axe.faults(page, ".byhand-explorer") == []
