"""Explorers in a real JupyterLab, in headless Chromium."""

import nbformat
import pytest
from nbconvert import HTMLExporter

from byhand import explore
from tests.explore.reading import says
from tools import jupyter

REASON = jupyter.available()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("jupyterlab"),
    pytest.mark.skipif(bool(REASON), reason=f"no JupyterLab in a browser: {REASON}"),
]
EXPLORER = "from byhand import explore\nexplore.convolution(input='numbers')"
LIT = """root => [...root.querySelectorAll('.bx-over .lit')]
    .filter(cell => cell.offsetParent !== null).length"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    jupyter.write_notebook(folder / "one.ipynb", EXPLORER, "1 + 1")
    with jupyter.serving(folder) as address:
        yield folder, address


@pytest.fixture(scope="module")
def browser():
    with jupyter.browser() as context:
        yield context


@pytest.fixture(scope="module")
def page(served, browser):
    page = jupyter.open_notebook(browser, served[1], "one.ipynb")
    page.wait_for_selector(".byhand-figure .byhand-x table")
    return page


@pytest.fixture
def figure(page):
    before = page.locator(".byhand-figure .byhand-x").get_attribute("data-drawn")
    page.get_by_role("button", name="Reset").click()
    page.mouse.move(5, 5)
    page.wait_for_function(
        "old => document.querySelector('.byhand-figure [data-drawn]')"
        ".dataset.drawn !== old",
        arg=before,
    )
    return page.locator(".byhand-figure .byhand-x")


def lit(figure):
    return figure.evaluate(LIT)


def sums(figure):
    return figure.locator(".bx-sums").inner_text()


def test_a_number_changes_the_picture(page, figure):
    assert figure.locator('table[aria-label="y"] td').count() == 16
    page.get_by_label("stride").press("ArrowUp")
    page.wait_for_function(
        """document.querySelectorAll('.byhand-figure table[aria-label="y"] td')
        .length === 4"""
    )


def test_hovering_an_output_lights_as_many_inputs_as_the_kernel_has_taps(figure):
    figure.locator('table[aria-label="y"] label').nth(6).hover()
    assert lit(figure) == 9
    assert sums(figure).startswith("y[1,2] = ")


def test_hovering_an_input_lights_the_outputs_that_it_feeds(figure):
    figure.locator('table[aria-label="x"] td.h').nth(0).hover()
    assert lit(figure) == 1
    assert "x[0,0] goes into 1 output" in sums(figure)


def test_hovering_a_weight_lights_the_inputs_that_it_meets(figure):
    figure.locator('table[aria-label="w"] td.h').nth(4).hover()
    assert lit(figure) == 16
    assert "w[1,1] meets 16 inputs" in sums(figure)


def test_arrow_keys_move_the_pin_and_b_inserts_no_cell(page, figure):
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    figure.locator('table[aria-label="y"] input').first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert sums(figure).startswith("y[0,2] = ")
    page.keyboard.press("b")
    page.keyboard.press("a")
    page.keyboard.press("ArrowDown")
    assert sums(figure).startswith("y[1,2] = ")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # the border stops it
    assert sums(figure).startswith("y[0,1] = ")
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells


def test_play_walks_the_window_until_it_is_pressed_again(page, figure):
    button = figure.get_by_role("button", name="Play")
    button.click()
    assert sums(figure).startswith("y[0,1] = ")
    page.wait_for_function(
        """document.querySelector('.byhand-figure .bx-sums').innerText
        .includes('y[0,2] = ')"""
    )
    figure.get_by_role("button", name="Pause").click()
    assert figure.get_by_role("button", name="Play").count() == 1


def test_a_change_is_said_where_a_screen_reader_listens(page, figure):
    said = page.locator(".byhand-said .widget-html-content, .byhand-said [aria-live]")
    assert said.first.get_attribute("aria-live") == "polite"
    page.get_by_label("stride").press("ArrowUp")
    page.wait_for_function(
        "document.querySelector('.byhand-said').textContent.includes('y, 2×2')"
    )
    assert page.locator(".byhand-said").bounding_box()["width"] <= 1


def test_tab_goes_from_grid_to_grid(page, figure):
    figure.locator('table[aria-label="y"] input').first.focus()
    page.keyboard.press("Shift+Tab")
    assert "meets" in sums(figure)
    page.keyboard.press("Shift+Tab")
    assert "goes into" in sums(figure)


def test_a_click_pins_what_stays_when_the_pointer_leaves(page, figure):
    figure.locator('table[aria-label="y"] label').nth(5).click()
    page.mouse.move(5, 5)
    assert sums(figure).startswith("y[1,1] = ")
    assert lit(figure) == 9


def test_a_learners_lab_has_no_news_and_of_nbgrader_only_the_formgrader(page):
    for words in ("Validate", "Create Assignment", "news"):
        assert page.get_by_text(words).count() == 0
    has = "name => window.jupyterapp.commands.hasCommand(name)"
    assert page.evaluate(has, "nbgrader:open-formgrader")
    assert not page.evaluate(has, "nbgrader:open-create-assignment")


PHOTOGRAPH = "explore.convolution(input='photograph', kernel='Sobel', stride=2)"


def test_the_pointer_chooses_the_window_of_a_photograph(served, browser):
    folder, address = served
    cell = f"from byhand import explore\n{PHOTOGRAPH}"
    jupyter.write_notebook(folder / "photograph.ipynb", cell)
    page = jupyter.open_notebook(browser, address, "photograph.ipynb")
    figure = page.locator(".byhand-figure .byhand-x")
    figure.wait_for()
    for side, pixel, output in (("y", (3, 5), (3, 5)), ("x", (9, 15), (4, 7))):
        picture = figure.locator(f"[data-side={side}]")
        box, wide = picture.bounding_box(), {"x": 48, "y": 23}[side]
        one = box["width"] / wide
        picture.hover(
            position={"x": (pixel[1] + 0.5) * one, "y": (pixel[0] + 0.5) * one}
        )
        r, c = output
        explorer = explore.convolution(
            input="photograph", kernel="Sobel", stride=2, row=r, col=c
        )
        here = explorer.static().split('<p class="bx-here">')[1].split("</p>")[0]
        wanted = " ".join(says(here).split())
        assert figure.locator(".bx-here").inner_text() == wanted
        frame = figure.locator("[data-side=x] rect")
        assert [frame.get_attribute(n) for n in "yx"] == [str(2 * r), str(2 * c)]
    page.close()


def test_an_exported_page_hovers_without_kernel_or_network(page, served, browser):
    folder, _ = served
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!document.querySelector('.jp-mod-dirty')")
    book = nbformat.read(folder / "one.ipynb", as_version=4)
    exported, _ = HTMLExporter().from_notebook_node(book)
    (folder / "one.html").write_text(exported)
    offline = browser.new_page()
    offline.route("http*://**", lambda route: route.abort())
    offline.goto((folder / "one.html").as_uri(), wait_until="domcontentloaded")
    figure = offline.locator(".byhand-x")
    figure.locator('table[aria-label="y"] label').nth(6).hover()
    assert lit(figure) == 9
    assert sums(figure).startswith("y[1,2] = ")
    offline.close()


def test_a_notebook_reopened_without_its_kernel_shows_the_picture_alone(
    served, browser
):
    folder, address = served
    cell = "from byhand import explore\nexplore.pooling()"
    jupyter.write_notebook(folder / "reopened.ipynb", cell)
    page = jupyter.open_notebook(browser, address, "reopened.ipynb")
    page.locator(".byhand-explorer .byhand-x").wait_for()
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!document.querySelector('.jp-mod-dirty')")
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
    )
    page.close()
    server, token = address
    page = browser.new_page()
    page.goto(f"{server}/lab/tree/reopened.ipynb?token={token}&reset")
    picture = page.locator(".jp-OutputArea-output .byhand-x")
    picture.wait_for()
    page.get_by_text("Run this cell again to get its controls.").wait_for()
    assert (
        page.get_by_text("Error displaying widget").locator("visible=true").count() == 0
    )
    page.close()
