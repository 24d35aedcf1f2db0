"""Make nbgrader's own pages, those of formgrader above all, readable and harmless.

Its templates show the markdown of a student as it is, scripts included. Here text and
outputs go through our sanitizer, and formulas need no network.
"""

import html
from typing import Any

import nbformat
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from autograder import seam

Resources = dict[str, Any]
# formgrader's own colours are faint on grey, and lines wider than their box can only
# be scrolled with a mouse
FORMGRADER = """
#notebook-container :is(pre,.input_area){background:#fff}
#notebook-container pre{white-space:pre-wrap;overflow:visible}
#notebook-container .rendered_html a{color:#23527c;text-decoration:underline}
body .navbar .breadcrumb a,body .navbar .nav>li>a{color:#23527c}
"""
SHOWN = ("text/html", "text/plain", "image/png", "image/jpeg")


class ReadableOutputs(NbGraderPreprocessor):
    """Leave what a page can show; a figure becomes its picture and a caption.

    nbconvert keeps the picture's alt text.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Return the cell with outputs that the templates can't run."""
        if cell.cell_type == "code":
            cell.outputs = [new for old in cell.outputs for new in _readable(old)]
        return cell, resources


def _readable(output: NotebookNode) -> list[NotebookNode]:
    if "data" not in output:
        return [output]
    data = output.data = NotebookNode(
        {k: output.data[k] for k in SHOWN if k in output.data}
    )
    if "image/png" in data and "text/html" in data:
        del data["text/html"]
        caption = html.escape(str(data.get("text/plain", "")))
        below = nbformat.v4.new_output("display_data", {"text/html": caption})
        return [output, below] if caption else [output]
    return [output] if data else []


class ReportStyle(CSSHTMLHeaderPreprocessor):
    """Put the style of our reports, and what is legible, into the head of the page."""

    def preprocess(
        self, nb: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        """Add to the colours of code, which nbconvert's own step writes."""
        nb, resources = super().preprocess(nb, resources)
        resources["inlining"]["css"] += [seam.own().style, FORMGRADER]
        return nb, resources


def page_settings(config: Config) -> None:
    """Set up the pages of formgrader, and feedback as ours."""
    here, markup = "autograder.gradebook.nbgrader_pages", "autograder.pages.markup"
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = {
        "clean_html": f"{markup}.clean",
        "markdown2html": f"{markup}.markdown",
    }
    config.HTMLExporter.preprocessors = [
        f"{here}.ReadableOutputs",
        f"{here}.ReportStyle",
    ]
    # it comes last and would replace the style; ours does its work as well
    config.CSSHTMLHeaderPreprocessor.enabled = False
    config.ReportStyle.style = "default"
    config.GenerateFeedback.force = True
    config.GenerateFeedback.preprocessors = []
    ours = "autograder.feedback.nbgrader_exporter.StudentPageExporter"
    config.GenerateFeedback.exporter_class = ours
