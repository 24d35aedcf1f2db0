"""Make graded notebooks readable and harmless as pages, for student and teacher.

nbgrader's own templates show the markdown of a student as it is, scripts included, in
formgrader too. Here everything goes through nbconvert's sanitizer first, and what our
reports and figures need is arranged so that nothing of them is lost there.
"""

import html
import re
from typing import Any

import bleach
import nbformat
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets.config import Config

from autograder.lessons.markers import HIDDEN_TESTS, without
from byhand.checks.reporting import STYLE

Resources = dict[str, Any]

# a table gets its tbody while it is read
TAGS = (
    "a abbr acronym b blockquote code div em i li ol pre span strong "
    "table tbody td th thead tr ul"
).split()
ATTRIBUTES = {"*": ["class", "id"], "a": ["href", "title"]}
SAFE = {"metadata", "text/plain", "text/latex", "image/png", "image/jpeg"}

_MARKUP = re.compile(r"<[A-Za-z/!?]")
_NOT_ON_A_PAGE = re.compile(r"<(style|details)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_FIGURE = re.compile(r"<(figure|figcaption)\b[^>]*>")
_FIGURE_END = re.compile(r"</fig(ure|caption)>")
# tables of a failing case side by side, as in the notebook
_PAGE_STYLE = re.sub(r"(?<= )(?=figure|figcaption)", ".", STYLE)


class ReadableOutputs(NbGraderPreprocessor):
    """Prepare the outputs of our checks and plots for the sanitizer.

    A figure becomes its picture, whose alt text nbconvert keeps, and a caption. A
    report loses its style, which `ReportStyle` puts into the head, and the hints,
    which were there when they were of use.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Return the cell with outputs that survive."""
        if cell.cell_type == "code":
            cell.outputs = [new for old in cell.outputs for new in _readable(old)]
        return cell, resources


def _readable(output: NotebookNode) -> list[NotebookNode]:
    data = output.get("data", {})
    if "image/png" in data and "text/html" in data:
        del data["text/html"]
        caption = html.escape(str(data.get("text/plain", "")))
        below = nbformat.v4.new_output("display_data", {"text/html": caption})
        return [output, below] if caption else [output]
    if "text/html" in data:
        page = _NOT_ON_A_PAGE.sub("", "".join(data["text/html"]))
        page = _FIGURE.sub(r'<div class="\1">', page)
        data["text/html"] = _FIGURE_END.sub("</div>", page)
    return [output]


class CleanMarkup(SanitizeHTML):
    """The sanitizer; markdown without any markup keeps the ``&`` of its formulas."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Clean outputs always, and markdown that holds markup."""
        if cell.cell_type == "markdown" and not _MARKUP.search(cell.source):
            return cell, resources
        cleaned: tuple[NotebookNode, Resources]
        cleaned = super().preprocess_cell(cell, resources, index)
        return cleaned


def clean_html(element: str | bytes) -> str:
    """Clean markup in the templates, in the place of nbconvert's own filter.

    Its filter knows no part of a table but tr and td, and shows the others as text.
    """
    text = element.decode() if isinstance(element, bytes) else str(element)
    attributes = {**bleach.ALLOWED_ATTRIBUTES, "*": ATTRIBUTES["*"]}
    cleaned: str = bleach.clean(text, tags=TAGS, attributes=attributes)
    return cleaned


class WithoutHiddenTests(NbGraderPreprocessor):
    """Leave the hidden tests out, in the course's own test cells.

    What a student writes is text, also when it looks like a marker; nbgrader's own
    step raises over a marker without an end.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Return a locked cell without the lines of its hidden tests."""
        if is_grade(cell) and not is_solution(cell):
            cell.source = without(cell.source, HIDDEN_TESTS)
        return cell, resources


class ReportStyle(NbGraderPreprocessor):
    """Put the style of our reports into the head of the page."""

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        """Add to what the page's template writes into its head."""
        inlining = dict(resources.get("inlining", {}))
        inlining["css"] = [*inlining.get("css", []), _PAGE_STYLE]
        resources["inlining"] = inlining
        return notebook, resources


def page_settings(config: Config) -> None:
    """Set up the pages of feedback and formgrader."""
    here = "autograder.gradebook.feedback"
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = {"clean_html": f"{here}.clean_html"}
    config.HTMLExporter.preprocessors = [
        f"{here}.ReadableOutputs",
        f"{here}.CleanMarkup",
        f"{here}.ReportStyle",
    ]
    config.CleanMarkup.enabled = True
    config.CleanMarkup.tags = TAGS
    config.CleanMarkup.attributes = ATTRIBUTES
    config.CleanMarkup.safe_output_keys = SAFE
    config.CleanMarkup.strip = True
    config.GenerateFeedback.force = True
    config.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        f"{here}.WithoutHiddenTests",  # nbgrader would show them
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",  # replaces the style
        f"{here}.ReportStyle",
    ]
