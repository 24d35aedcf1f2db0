"""Let ``nbgrader generate_feedback``, and formgrader's button, write our pages."""

from typing import Any

from nbconvert.exporters import Exporter
from traitlets import default

from autograder.course import Course, lesson_of
from autograder.errors import ProblemError
from autograder.feedback.pages import page_of, read_marks


class StudentPageExporter(Exporter):
    """Give the page of a submission; nbgrader writes it where its own would stand."""

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".html"

    def from_filename(  # type: ignore[override]  # as nbconvert's own HTMLExporter
        self, filename: str, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of the graded notebook that ``resources`` name."""
        told = dict(resources or {})
        names = told["nbgrader"]
        student = names["student"]
        lesson = lesson_of(names["assignment"], names["notebook"])
        course = Course.of(self.config)
        page = page_of(
            course, student, lesson, read_marks(course, {lesson})[student, lesson]
        )
        if not page:
            raise ProblemError(f"{student}, {lesson}: there is no graded notebook")
        return page, told | {"output_extension": self.file_extension}
