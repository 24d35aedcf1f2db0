"""Every figure shows its finding twice, and runs where there is nothing to show it."""

import base64
import io
import subprocess
import sys

import nbclient
import nbformat
import numpy as np
import pytest

from byhand import blocks, data, plots, sheets, wires

FIGURES = {
    "grid": "plots.grid(np.eye(3), title='t', alt=ALT, mark=(0, 1))",
    "signed grid": "plots.grid(np.eye(9) / 2, alt=ALT, signed=True, mark=(0, 1, 3, 3))",
    "images": "plots.images([(np.eye(4), 'a'), (-np.eye(3), 'b')], alt=ALT)",
    "differing": "plots.differing(np.eye(3), np.ones((3, 3)), titles='ab', alt=ALT)",
    "panel": "plots.panel([[np.eye(3)] * 2], rows=['a'], columns=['b', 'c'], alt=ALT)",
    "window 1D": "plots.draw_window(np.arange(6.0), np.ones(3), 1, alt=ALT)",
    "window 2D": "plots.draw_window(np.eye(6), np.eye(3), (1, 2), padding=1, alt=ALT)",
    "wires of layers": "wires.layers({'a': np.eye(3, dtype=int)}, alt=ALT)",
    "wires of channels": "wires.channels({'a': (np.eye(2) > 0, 3)}, alt=ALT)",
    "fields": "wires.fields([(np.eye(5), 'a')], {'b': (1, 1, 3)}, alt=ALT)",
    "lines": "plots.lines({'a': ([0, 1], [2, 3])}, xlabel='x', ylabel='y', alt=ALT)",
    "bars": "plots.bars({'a': 1, 'b': -2}, ylabel='y', alt=ALT)",
    "coloured": "sheets.coloured(np.eye(3) > 0, np.eye(3), names='XO', alt=ALT)",
}


@pytest.fixture
def shown(monkeypatch):
    """Collect what would be displayed in a notebook."""
    import IPython.display

    bundles = []

    def display(bundle, *, raw, metadata):
        assert raw
        bundles.append((bundle, metadata))

    monkeypatch.setattr(plots, "_in_ipython", lambda: True)
    monkeypatch.setattr(IPython.display, "display", display)
    return bundles


@pytest.mark.parametrize("name", FIGURES)
def test_figure_shows_its_sentence_as_alt_text_and_as_caption(name, shown):
    alt = 'The "finding" of a < b'
    exec(
        FIGURES[name],
        {"plots": plots, "sheets": sheets, "wires": wires, "np": np, "ALT": alt},
    )
    ((bundle, metadata),) = shown
    escaped = "The &quot;finding&quot; of a &lt; b"
    assert metadata["image/png"]["alt"] == alt
    assert f'<img alt="{escaped}"' in bundle["text/html"]
    assert f">{escaped}</figcaption>" in bundle["text/html"]
    assert bundle["text/plain"] == alt
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


WITHOUT_OWN_SENTENCE = [name for name in FIGURES if not name.startswith("window")]


@pytest.mark.parametrize("name", WITHOUT_OWN_SENTENCE)
@pytest.mark.parametrize("alt", ["''", "'  '", "3"])
def test_figure_without_a_finding_is_refused(name, alt):
    with pytest.raises(ValueError, match="finding"):
        names = {"plots": plots, "sheets": sheets, "wires": wires, "np": np}
        exec(FIGURES[name].replace("ALT", alt), names)


def test_plain_python_draws_nothing_writes_nothing_and_imports_no_matplotlib():
    program = "\n".join(
        [
            "import sys, numpy as np",
            "from byhand import plots, sheets, wires",
            "ALT = 'a finding'",
            *(f"assert ({line}) is None" for line in FIGURES.values()),
            "assert 'matplotlib' not in sys.modules",
        ]
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_notebook_shows_every_figure_with_alt_text_and_nothing_on_stderr():
    cells = [
        "import numpy as np\nfrom byhand import plots, sheets, wires\nALT = 'a finding'"
    ]
    cells += list(FIGURES.values())
    notebook = nbformat.v4.new_notebook(
        cells=list(map(nbformat.v4.new_code_cell, cells))
    )
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    outputs = [cell.outputs for cell in notebook.cells[1:]]
    assert all(len(one) == 1 for one in outputs)
    for (output,) in outputs:
        assert output.output_type == "display_data"
        assert output.metadata["image/png"]["alt"] == "a finding"
        assert "<figcaption" in output.data["text/html"]


NOT_YET = {
    "grid": "plots.grid(None, alt=ALT)",
    "images": "plots.images([(np.eye(3), 'a'), (None, 'b')], alt=ALT)",
    "window": "plots.draw_window(None, np.eye(3))",
    "lines": "plots.lines({'a': ([0, 1], [1, None])}, xlabel='', ylabel='', alt=ALT)",
    "bars": "plots.bars({'a': None}, ylabel='', alt=ALT)",
    "coloured": "sheets.coloured(np.eye(3) > 0, None, names='XO', alt=ALT)",
}


@pytest.mark.parametrize("name", NOT_YET)
def test_result_that_is_not_there_yet_gives_a_sentence_and_no_figure(name, monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(plots, "_in_ipython", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda b, **how: shown.append(b))
    exec(
        NOT_YET[name], {"plots": plots, "sheets": sheets, "np": np, "ALT": "a finding"}
    )
    assert shown == [{"text/plain": plots.WAITING}]


@pytest.mark.parametrize("result", [[0.5, 1.0], np.float64(1.0)])
def test_result_that_is_no_picture_gives_a_sentence_and_no_figure(result, monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(plots, "_in_ipython", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda b, **how: shown.append(b))
    plots.images([(result, "yours"), (np.eye(3), "Keras")], alt="a finding")
    plots.panel([[np.eye(3), result]], rows=["X"], columns=["a", "b"], alt="a finding")
    assert shown == [{"text/plain": plots.UNFIT}] * 2


def test_figures_leave_no_pyplot_figure_open(shown):
    for line in FIGURES.values():
        exec(
            line,
            {"plots": plots, "sheets": sheets, "wires": wires, "np": np, "ALT": "a"},
        )
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


def test_window_writes_its_products_and_their_sum(shown):
    plots.draw_window(np.array([2.0, 0, 1, 3, 1, 2]), np.array([1.0, 0, -1]))
    assert shown[0][0]["text/plain"] == ("y[0] = 2·1 + 0·0 + 1·(\N{MINUS SIGN}1) = 1")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (dict(at=1), 0 - 3),
        (dict(at=1, stride=2), 1 - 1),
        (dict(at=0, padding=1), 0 - 0),
        (dict(at=1, dilation=2), 0 - 2),
        (dict(at=1, stride=2, padding=1, dilation=2), 0 - 2),
    ],
)
def test_window_reads_the_cells_of_its_stride_padding_and_dilation(
    shown, setting, expected
):
    plots.draw_window(np.array([2.0, 0, 1, 3, 1, 2]), np.array([1.0, 0, -1]), **setting)
    total = shown[0][0]["text/plain"].rpartition("= ")[2]
    assert float(total.replace("\N{MINUS SIGN}", "-")) == expected


def test_window_on_a_plane_sums_what_lies_under_the_kernel(shown):
    x, w = np.arange(30.0).reshape(5, 6), data.features()[0]
    plots.draw_window(x, w, (1, 2))
    total = shown[0][0]["text/plain"].rpartition("= ")[2]
    assert float(total.replace("\N{MINUS SIGN}", "-")) == np.sum(x[1:4, 2:5] * w)


def test_window_that_leaves_the_input_is_refused():
    with pytest.raises(ValueError, match="leaves the input"):
        plots.draw_window(np.arange(6.0), np.ones(3), 4)
    with pytest.raises(ValueError, match="axis 1"):
        plots.draw_window(np.eye(4), np.ones((2, 2)), (0, 3))


@pytest.mark.parametrize(
    ("array", "colours"),
    [
        (data.glyphs()[0], "Greys"),
        (np.array([[0.5, -0.25]]), "PuOr"),
        (np.array([[0.0, 1.0]]), "gray"),
    ],
)
def test_pictures_get_the_colours_that_fit_their_values(array, colours):
    assert plots._style(array)["cmap"] == colours


def test_signed_colours_are_centred_on_zero():
    style = plots._style(np.array([[-1.0, 3.0]]), signed=True)
    assert style["vmin"] == -3.0 and style["vmax"] == 3.0


@pytest.mark.parametrize("size", [8, 9])
def test_grid_prints_its_numbers_up_to_eight_by_eight(size):
    axes = plots._grid(np.arange(size**2.0).reshape(size, size), "", False, None).axes[
        0
    ]
    assert len(axes.texts) == (64 if size == 8 else 0)


def test_numbers_on_dark_cells_are_white_and_on_light_cells_black():
    axes = plots._grid(np.array([[0.0, 1.0]]), "", False, None).axes[0]
    assert [text.get_color() for text in axes.texts] == ["white", "black"]


def test_curves_differ_in_marker_and_dash_as_well_as_in_colour():
    series = {str(k): ([0, 1], [k, k]) for k in range(4)}
    drawn = plots._lines(series, "x", "y", "", False).axes[0].lines
    for trait in ("get_color", "get_marker", "get_linestyle"):
        assert len({getattr(line, trait)() for line in drawn}) == 4


def test_groups_of_bars_differ_in_hatch_as_well_as_in_colour():
    axes = plots._bars({"X": [1, 2], "O": [2, 1]}, "score", "", ["a", "b"]).axes[0]
    assert len({patch.get_hatch() for patch in axes.patches}) == 2
    assert len({patch.get_facecolor() for patch in axes.patches}) == 2


def test_png_holds_the_whole_figure():
    from PIL import Image

    bundle = plots.bundle(plots._grid(np.eye(3), "title", False, None), "a")
    with Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))) as picture:
        assert picture.width > 100 and picture.height > 100


def test_a_chain_names_each_box_and_says_what_each_wire_carries_both_ways():
    axes = blocks._chain(["a", "b"], ["x", "y", "z"], ["dx", "", ""], ["a"]).axes[0]
    said = [text.get_text() for text in axes.texts if text.get_text()]
    assert sorted(said) == sorted(["x", "y", "z", "dx", "a\n\N{CHECK MARK}", "b"])


def test_a_chain_has_one_label_more_than_boxes():
    with pytest.raises(ValueError, match="one more"):
        blocks.chain(["a"], ["x"], alt="A chain.")


def test_two_results_are_printed_with_their_largest_difference(capsys):
    plots.beside(np.array([1.0, 2.0]), [1.0, 2.5])
    assert capsys.readouterr().out.splitlines() == [
        "Keras [1.  2.5]",
        "yours [1. 2.]",
        "largest difference 5e-01",
    ]


def test_a_result_that_is_not_there_yet_is_said(capsys):
    plots.beside(None, np.eye(2))
    assert capsys.readouterr().out.endswith("yours\nnot written yet\n")


def test_of_a_large_result_the_shape_is_printed_and_the_difference(capsys):
    plots.beside(np.zeros((9, 8)), np.ones((9, 8)))
    assert capsys.readouterr().out.splitlines() == [
        "Keras (9, 8)",
        "yours (9, 8)",
        "largest difference 1e+00",
    ]


def test_results_of_two_shapes_have_no_difference(capsys):
    plots.beside(np.zeros(3), np.zeros(2))
    assert "difference" not in capsys.readouterr().out
