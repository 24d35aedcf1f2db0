"""Make nbgrader's own pages, those of formgrader above all, readable and harmless.

Its templates show the markdown of a student as it is, scripts included. Here text and
outputs go through our sanitizer, and formulas need no network.
"""

import html
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from byhand.checks.reporting import STYLE

Resources = dict[str, Any]
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


class ReportStyle(NbGraderPreprocessor):
    """Put the style of our reports into the head of the page."""

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        """Add to what the page's template writes into its head."""
        inlining = dict(resources.get("inlining", {}))
        inlining["css"] = [*inlining.get("css", []), STYLE]
        resources["inlining"] = inlining
        return notebook, resources


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
    config.GenerateFeedback.force = True
    config.GenerateFeedback.preprocessors = []
    ours = "autograder.feedback.nbgrader_exporter.StudentPageExporter"
    config.GenerateFeedback.exporter_class = ours
