"""The static pages: built, readable without a network, explorers alive."""

import re

import nbformat
import pytest

from autograder.errors import ProblemError
from autograder.site import website
from tests.explore.reading import SHOWN, contrast
from tools import axe, jupyter

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]

LESSON = r"""The mean of products is $\frac{1}{9} \sum_{p,q} x_{p,q} f_{p,q}$."""
CELL = """from byhand import explore
explore.{call}"""
FIGURE = """import numpy as np
from byhand import plots
plots.grid(np.eye(3), alt="Ones stand on the diagonal.")"""
NOTEBOOK = next(n for n in website.notebooks() if n.name.startswith("01_"))
CALLS = [
    "convolution(padding=1)",
    "channels()",
    "x_or_o()",
    "receptive_field()",
    "pooling()",
    "gradient_flow()",
    "transposed_convolution()",
    "filters_and_maps()",
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Build a lesson with all explorers, and the course's own lesson 01."""
    folder = tmp_path_factory.mktemp("site")
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_markdown_cell(f"# All\n\n{LESSON}")]
    book.cells += [nbformat.v4.new_code_cell(CELL.format(call=call)) for call in CALLS]
    book.cells.append(nbformat.v4.new_code_cell(FIGURE))
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, folder / "00_all.ipynb")
    website.build(folder / "html", [folder / "00_all.ipynb", NOTEBOOK])
    return folder / "html"


def test_no_page_loads_anything_from_elsewhere(pages):
    assert (pages / "lessons" / "00_all.html").is_file()
    assert (pages / "lessons" / "01_x_or_o.html").is_file()
    assert list(website.outside_addresses(pages)) == []


def test_every_explorer_stands_on_the_page_in_its_static_form(pages):
    page = (pages / "lessons" / "00_all.html").read_text()
    assert page.count('class="byhand-x"') == len(CALLS)
    assert "widget-view" not in page
    ids = re.findall(r'class="byhand-x" id="([^"]+)"', page)
    assert len(set(ids)) == len(CALLS)


def test_a_lesson_shows_what_solved_cells_print_but_no_answer(pages):
    page = (pages / "lessons" / "01_x_or_o.html").read_text()
    assert "0 of 1 point" not in page
    assert page.count('class="byhand-x"') == 2
    book = website.with_outputs(NOTEBOOK)
    for cell in book.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not marks:
            continue
        if marks.get("solution") or cell.source.startswith("check("):
            assert cell.outputs == []
        else:
            assert {output.output_type for output in cell.outputs} == {"display_data"}


def test_the_front_page_has_every_lesson_and_no_gap(pages):
    page = (pages / "index.html").read_text()
    assert "{{" not in page
    for title in ("00 Run your first check", "08 Train a network of your own"):
        assert title in page
    assert 'href="lessons/01_x_or_o.html"' in page
    assert page.count('class="byhand-x"') == 8


@pytest.mark.parametrize(
    "fault",
    [
        '<script src="https://cdn.example/mathjax.js"></script>',
        "<link href='//fonts.example/a.css' rel=stylesheet>",
        '<img alt="" src="http://example.org/a.png">',
        "<style>@import 'https://example.org/a.css';</style>",
        "<p style=\"background:url('https://example.org/a.png')\">",
    ],
)
def test_what_a_page_would_load_from_elsewhere_is_found(tmp_path, fault):
    (tmp_path / "a.html").write_text(f"<p>{fault}</p>")
    assert len(list(website.outside_addresses(tmp_path))) == 1


def test_a_link_to_follow_is_no_fault(tmp_path):
    (tmp_path / "a.html").write_text('<a href="https://arxiv.org/abs/1603.07285">')
    assert list(website.outside_addresses(tmp_path)) == []


def test_a_lesson_that_fails_to_run_stops_the_build(tmp_path):
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_markdown_cell("# Broken")]
    book.cells += [nbformat.v4.new_code_cell("1 / 0")]
    nbformat.write(book, tmp_path / "00_broken.ipynb")
    with pytest.raises(ProblemError, match="ZeroDivisionError"):
        website.build(tmp_path / "html", [tmp_path / "00_broken.ipynb"])


@pytest.fixture(scope="module")
def opened(pages):
    """Open the page in Chromium and note every request."""
    if reason := jupyter.available():
        pytest.skip(f"no browser: {reason}")
    asked = []
    with jupyter.browser() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto((pages / "lessons" / "00_all.html").as_uri())
        yield page, asked


@pytest.mark.browser
def test_the_browser_asks_for_nothing_but_files(opened):
    page, asked = opened
    page.wait_for_selector("mjx-container")  # the formula is set, without a network
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.browser
def test_explorers_on_the_page_light_up_and_step(opened):
    page, _ = opened
    figure = page.locator(".byhand-x").first
    figure.locator('table[aria-label="y"] label').nth(7).hover()
    lit = """root => [...root.querySelectorAll('.bx-over .lit')]
        .filter(cell => cell.offsetParent !== null).length"""
    assert figure.evaluate(lit) == 9
    page.mouse.move(2, 2)
    figure.locator('table[aria-label="y"] input').first.focus()
    page.keyboard.press("ArrowRight")
    assert figure.locator(".bx-sums").inner_text().startswith("y[0,1] = ")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(pages, opened, scheme):
    page = opened[0].context.new_page()
    page.emulate_media(color_scheme=scheme)
    page.goto((pages / "lessons" / "00_all.html").as_uri())
    assert page.locator("html").get_attribute("data-theme") == scheme
    for name in (".bx-says", ".bx-title", ".bx-hint", ".byhand-x td"):
        for ink, paper in page.locator(name).evaluate_all(f"all => all.map({SHOWN})"):
            assert contrast(ink, paper) >= 4.5, (name, ink, paper)
    captions = page.locator("figcaption")
    assert captions.count() == 1
    assert contrast(*captions.first.evaluate(SHOWN)) >= 4.5
    page.close()


@pytest.mark.browser
def test_the_front_pages_explorer_moves_and_can_be_changed(pages, opened):
    page = opened[0].context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto((pages / "index.html").as_uri())
    shown = page.locator(".hero-figure:visible")
    assert shown.count() == 1
    assert shown.get_by_role("button", name="Play").count() == 1  # it stands still
    page.set_viewport_size({"width": 390, "height": 800})
    assert shown.locator('table[aria-label="x"] td:visible').count() == 25
    page.get_by_label("turns the kernel").check()
    page.locator("fieldset", has_text="padding").get_by_label("1").check()
    assert shown.count() == 1
    assert "the kernel is turned round" in shown.inner_text()
    assert shown.locator('table[aria-label="y"] td').count() == 25
    page.emulate_media(reduced_motion="no-preference")
    page.reload()
    page.get_by_role("button", name="Pause").wait_for()
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "lessons/00_all", "lessons/01_x_or_o"])
def test_axe_finds_no_serious_fault(pages, opened, name, scheme):
    page = opened[0].context.new_page()
    page.emulate_media(color_scheme=scheme)
    page.goto((pages / f"{name}.html").as_uri())
    assert axe.faults(page) == []
    page.close()
