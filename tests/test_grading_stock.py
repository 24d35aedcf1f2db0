"""A class from submission to grade with stock nbgrader, and how a class comes in."""

import csv
import io
import re
import shutil
import zipfile
from pathlib import PurePosixPath

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbgrader.server_extensions.formgrader.handlers import template_path

from autograder.classroom import made_up
from autograder.classroom.collecting import collect, lesson_of, sort_files, student_of
from autograder.classroom.wrong_versions import wrong_versions
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.gradebook import stock as engine
from autograder.run import pipeline, table
from autograder.run.results import Result, read_results
from byhand.checks import checking, reporting
from tests.conftest import ROOT

LESSON = "00_start_here"
MARKS = {"02_convolution": {"conv1d", "conv2d"}, "03_channels": {"to_keras"}}
STUDENTS = ("ada", "pierre", "evariste", "grace", "kurt")


def new_course(folder):
    """Return a course with lesson 00 alone, in a folder of its own."""
    for kind in ("solutions", "notebooks"):
        shutil.copytree(ROOT / kind / LESSON, folder / kind / LESSON)
    course = Course(folder)
    course.grading.mkdir()
    return course


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade five students, one of them with a file that nobody can read."""
    course = new_course(tmp_path_factory.mktemp("course"))
    made_up.make_class(course, students=STUDENTS)
    (course.grading / made_up.MARK).unlink()  # from here on it is a real class
    broken = course.submitted / "broken" / LESSON / f"{LESSON}.ipynb"
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    results, status = [], None

    def keep(found, lessons, mark):
        results.extend(found)
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "as_text", keep)
        status = pipeline.grade_class(course, stock=True)
    return course, {each.student: each for each in results}, status


def automatic_points():
    path = ROOT / "solutions" / LESSON / f"{LESSON}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    roles = [cell.metadata.get("nbgrader", {}) for cell in cells]
    return sum(r["points"] for r in roles if r.get("grade") and not r["solution"])


pytestmark = pytest.mark.xdist_group("stock")


@pytest.mark.tf
@pytest.mark.slow
def test_the_solutions_earn_all_automatic_points_and_wait_for_a_mark(graded):
    _, results, _ = graded
    assert results["ada"].score == automatic_points()
    assert (results["ada"].to_mark, results["ada"].notes) == (1, ())


@pytest.mark.tf
@pytest.mark.slow
def test_an_untouched_submission_earns_nothing_and_needs_nobody(graded):
    _, results, _ = graded
    assert results["pierre"] == Result("pierre", LESSON, 0.0, results["ada"].max_score)


@pytest.mark.tf
@pytest.mark.slow
def test_prints_and_warnings_cost_nothing(graded):
    _, results, _ = graded
    assert results["grace"].score == automatic_points()


@pytest.mark.tf
@pytest.mark.slow
def test_a_syntax_error_costs_its_own_cell_only(graded):
    _, results, _ = graded
    assert 0 < results["kurt"].score < automatic_points()


@pytest.mark.tf
@pytest.mark.slow
def test_a_deleted_test_cell_is_noted_by_name(graded):
    _, results, _ = graded
    assert "test cell deleted: test_first_sum" in results["evariste"].notes


@pytest.mark.tf
@pytest.mark.slow
def test_a_file_that_cannot_be_read_has_no_grade_and_fails_the_run(graded):
    _, results, status = graded
    assert results["broken"].score is None
    assert results["broken"].notes[0].startswith("not graded: ")
    assert status == 1


@pytest.mark.tf
@pytest.mark.slow
def test_every_graded_submission_has_its_feedback_and_a_line_in_the_export(graded):
    course, results, _ = graded
    for student in STUDENTS:
        page = course.feedback / student / LESSON / f"{LESSON}.html"
        assert "weighted_sum" in page.read_text(encoding="utf-8")
    with open(course.grading / "grades.csv", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    for student in STUDENTS:
        assert float(rows[student]["raw_score"]) == results[student].score


@pytest.mark.tf
@pytest.mark.slow
def test_feedback_shows_no_hidden_test(graded):
    course, _, _ = graded
    page = course.feedback / "ada" / LESSON / f"{LESSON}.html"
    text = page.read_text(encoding="utf-8")
    assert "Fix a weighted sum" in text
    assert "HIDDEN TESTS" not in text
    assert not re.search(r"hidden(<[^>]*>)*=", text)


@pytest.mark.tf
@pytest.mark.slow
def test_a_mark_typed_by_hand_stays_when_the_class_is_graded_again(graded):
    course, results, _ = graded
    before = results["grace"].score
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("written_weights", LESSON, LESSON, "grace")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    engine.prepare(course, [LESSON])
    failed = engine.run(course, [("grace", LESSON)])
    (again,) = read_results(course, [("grace", LESSON)], failed)
    assert again.score == before + 1.5


def test_a_class_made_twice_from_a_seed_is_the_same(tmp_path):
    course = new_course(tmp_path)
    assert made_up.make_class(course, 3) == len(made_up.CLASS)
    first = {p: p.read_bytes() for p in course.submitted.rglob("*.ipynb")}
    made_up.make_class(course, 3)
    assert first == {p: p.read_bytes() for p in course.submitted.rglob("*.ipynb")}
    assert len(first) >= 12


def test_a_made_up_class_that_was_graded_and_marked_is_kept(tmp_path):
    course = new_course(tmp_path)
    pipeline._receive(course, None, 3)
    stamp = course.submitted / "ada" / LESSON / "timestamp.txt"
    stamp.write_text("2026-01-01 00:00:00 UTC")
    with course.gradebook() as book:
        book.add_student("ada")
    pipeline._receive(course, None, 3)
    assert stamp.exists()
    with course.gradebook() as book:
        assert [student.id for student in book.students] == ["ada"]
    pipeline._receive(course, None, 4)  # another class
    assert not stamp.exists()
    with course.gradebook() as book:
        assert book.students == []


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_formgrader_sees_a_new_class_while_it_is_open(tmp_path):
    course = new_course(tmp_path)
    made_up.make_class(course, students=("ada",))
    with course.gradebook() as formgrader, course.gradebook() as grader:
        grader.update_or_create_assignment(LESSON)
        grader.add_student("ada")
        grader.add_submission(LESSON, "ada")
        assert formgrader.find_submission(LESSON, "ada")
        pipeline.forget(course)
        assert formgrader.students == []
        with course.gradebook() as later:
            later.add_student("lin")
            later.add_submission(LESSON, "lin")
        assert formgrader.find_submission(LESSON, "lin")


def test_mistakes_change_the_solution_and_stay_python():
    found = wrong_versions("y = b + np.sum(w * x[i * stride : i * stride + k])")
    assert found["mean instead of sum"].startswith("y = b + np.mean(")
    assert found["bias forgotten"].startswith("y = np.sum(")
    assert found["stride ignored"].count("stride") == 1
    assert wrong_versions('{"q1": "d", "q2": "a"}')["the next choice"] == (
        '{"q1": "a", "q2": "b"}'
    )
    assert wrong_versions("pass") == {}


def test_a_made_up_class_is_forgotten_and_a_real_one_kept(tmp_path):
    course = new_course(tmp_path)
    made_up.make_class(course, students=("ada",))
    with pytest.raises(ProblemError, match="does not exist"):
        pipeline._receive(course, tmp_path / "nowhere.zip", 0)
    assert not course.submissions()
    real = course.submitted / "lin" / LESSON / f"{LESSON}.ipynb"
    real.parent.mkdir(parents=True)
    real.write_text("{}")
    pipeline._receive(course, None, 0)
    assert course.submissions() == [("lin", LESSON)]


def test_a_gradebook_that_is_held_open_meanwhile_sees_the_next_class(tmp_path):
    """As formgrader holds it: a deleted file would go on showing the old class."""
    course = new_course(tmp_path)
    made_up.make_class(course, students=("ada",))
    with course.gradebook() as held:
        held.add_student("ada")
        pipeline.forget(course)
        with course.gradebook() as other:
            other.add_student("lin")
        held.db.expire_all()
        assert [student.id for student in held.students] == ["lin"]


@pytest.mark.parametrize(
    ("path", "student"),
    [
        (
            "Ada Lovelace_123_assignsubmission_file_/02_convolution.ipynb",
            "Ada-Lovelace-123",
        ),
        (
            "Ada Lovelace_123_assignsubmission_file_02_convolution.ipynb",
            "Ada-Lovelace-123",
        ),
        ("lovelaceada_55_777_02_convolution.ipynb", "lovelaceada-55"),
        ("lovelaceada_LATE_55_777_02_convolution-2.ipynb", "lovelaceada-55"),
        ("ada/02_convolution/02_convolution.ipynb", "ada"),
        ("ada/notebooks/02_convolution/02_convolution.ipynb", "ada"),
        ("ada/homework/02_convolution (1).ipynb", "ada"),
        ("ada_02_convolution.ipynb", "ada"),
        ("02_convolution ada (2).ipynb", "ada"),
        ("../../02_convolution.ipynb", ""),
        ("02_convolution.ipynb", ""),
    ],
)
def test_a_student_is_read_from_the_path(path, student):
    assert student_of(PurePosixPath(path), MARKS) == student


def notebook_with(*ids):
    cells = [
        nbformat.v4.new_code_cell("", metadata={"nbgrader": {"grade_id": name}})
        for name in ids
    ]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


def test_a_lesson_is_known_by_its_cells_whatever_the_file_is_called(tmp_path):
    path = tmp_path / "file.ipynb"
    path.write_text(notebook_with("to_keras"), encoding="utf-8-sig")
    assert lesson_of(PurePosixPath("homework.ipynb"), path, MARKS) == "03_channels"
    assert lesson_of(PurePosixPath("02_convolution.ipynb"), path, MARKS) == (
        "03_channels"
    )


def test_a_lesson_that_cannot_be_read_is_known_by_its_name(tmp_path):
    path = tmp_path / "file.ipynb"
    path.write_text("[" * 100_000)
    assert lesson_of(PurePosixPath("a/02_convolution-1.ipynb"), path, MARKS) == (
        "02_convolution"
    )
    assert lesson_of(PurePosixPath("homework.ipynb"), path, MARKS) == ""


def test_of_several_files_the_last_attempt_counts(tmp_path):
    files = {}
    for name in ("02_convolution (2)", "02_convolution", "02_convolution (1)"):
        files[PurePosixPath(f"ada/{name}.ipynb")] = tmp_path / name
        (tmp_path / name).write_text("{}")
    placed, lost = sort_files(files, MARKS)
    assert placed == {("ada", "02_convolution"): tmp_path / "02_convolution (2)"}
    assert lost == []


def test_a_folder_around_the_class_is_not_taken_for_a_student(tmp_path):
    (tmp_path / "x").write_text("{}")
    files = {
        PurePosixPath(f"class/{name}/02_convolution.ipynb"): tmp_path / "x"
        for name in ("ada", "alan")
    }
    placed, _ = sort_files(files, MARKS)
    assert {student for student, _ in placed} == {"ada", "alan"}


def test_a_zip_of_an_lms_is_collected_and_what_is_unclear_is_reported(tmp_path):
    course = new_course(tmp_path / "course")
    good = (ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb").read_bytes()
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("my work/Untitled.ipynb", good)
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("Björn Ek_7_assignsubmission_file_/homework.ipynb", good)
        archive.writestr("turingalan_LATE_55_66_lesson-1.ipynb", good)
        archive.writestr("emmy/all.zip", inner.getvalue())
        archive.writestr("../../outside.ipynb", good)
        archive.writestr("mary/broken.zip", b"not a zip")
        archive.writestr("mary/readme.txt", b"hello")
    lost = collect(course, tmp_path / "class.zip")
    assert course.submissions() == [
        ("Björn-Ek-7", LESSON),
        ("emmy", LESSON),
        ("turingalan-55", LESSON),
    ]
    assert sorted(lost) == [
        "../../outside.ipynb (cannot tell whose it is)",
        "mary/broken.zip (cannot tell which lesson it is)",
    ]
    assert not list(tmp_path.rglob("outside.ipynb"))


def test_a_class_that_holds_no_notebook_is_refused(tmp_path):
    course = new_course(tmp_path / "course")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProblemError, match="holds no notebook of a lesson"):
        collect(course, tmp_path / "empty")
    (tmp_path / "class.rar").write_text("Rar!")
    with pytest.raises(ProblemError, match="neither a folder nor a zip"):
        collect(course, tmp_path / "class.rar")


def test_the_table_shows_who_waits_and_who_needs_a_person():
    results = [
        Result("ada", "02_convolution", 5.0, 7.0, to_mark=1),
        Result("alan", "02_convolution", None, 7.0, notes=("not graded: why",)),
        Result("ada", "03_channels", 2.5, 4.0),
    ]
    lines = table.as_text(results, ["02_convolution", "03_channels"]).splitlines()
    assert [line.split() for line in lines if line[0].isalpha()] == [
        ["student", "02", "03", "total"],
        ["ada", "5*", "2.5", "7.5"],
        ["alan", "none!", "-", "0"],
        ["points", "7", "4"],
    ]
    assert "    alan, 02_convolution: not graded: why" in lines


def page_of(cell, tmp_path):
    """Return one cell as formgrader's page of a submission shows it, parsed."""
    config = Course(tmp_path).settings()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [template_path]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    told = {"index": 0, "total": 1, "student": "ada", "notebook_id": "little"}
    page, _ = HTMLExporter(config=config).from_notebook_node(notebook, told)
    return BeautifulSoup(page, "html.parser")


def test_the_style_of_formgrader_s_page_sets_figures_side_by_side(tmp_path):
    page = page_of(nbformat.v4.new_code_cell("1"), tmp_path)
    styles = " ".join(style.string for style in page.find_all("style"))
    assert ".byhand-report figure{display:inline-block" in styles
    assert ".highlight .k" in styles


def displayed(data, **metadata):
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    return nbformat.v4.new_code_cell("1", outputs=[output])


def test_formgrader_shows_a_figure_with_its_words_and_caption(tmp_path):
    data = {"image/png": "aGk=", "text/html": "<figure>", "text/plain": "a < b"}
    page = page_of(displayed(data, **{"image/png": {"alt": "a < b"}}), tmp_path)
    assert [image["alt"] for image in page.find_all("img")] == ["a < b"]
    assert page.get_text().count("a < b") == 1


def test_formgrader_shows_a_report_without_its_style_sheet_as_text(tmp_path):
    report = '<div class="byhand-report"><style>.a{}</style><pre>ok</pre></div>'
    page = page_of(displayed({"text/html": report}), tmp_path)
    assert page.find(class_="byhand-report").pre.get_text() == "ok"
    assert ".a{}" not in page.get_text()


def test_formgrader_draws_the_tables_of_a_failing_case(tmp_path):
    verdict = checking.judge("relu", lambda x: x)
    assert verdict.state == "failed"
    page = page_of(displayed({"text/html": reporting.page(verdict)}), tmp_path)
    tables = page.find_all("table")
    assert len(tables) == 4
    captions = [table.find_parent("figure").figcaption.get_text() for table in tables]
    assert captions[0] == "x"
    assert captions[-1].endswith("yours - Keras")
    for part in ("<tbody", "<table", "<td", "<tr"):
        assert part not in page.get_text()


ATTACKS = [
    "<script>steal()</script>",
    "<img src=x onerror=steal()>",
    "<style>body{display:none}</style>",
    "<a href='javascript:steal()'>here</a>",
    "<iframe src='https://example.org/'></iframe>",
    "<svg onload=steal()>",
    "<div style='position:fixed' onclick=steal()>",
]


def assert_harmless(page, tmp_path):
    plain = page_of(nbformat.v4.new_code_cell("1"), tmp_path)
    own = {str(tag) for tag in plain.find_all(True)}  # formgrader's, which are trusted
    for tag in page.find_all(True):
        if str(tag) in own:
            continue
        assert tag.name not in ("script", "iframe", "style", "svg", "object", "form")
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert not tag.get("href", "").startswith("javascript")
        assert "position" not in tag.get("style", "")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_page_runs_nothing_that_a_student_displays(tmp_path, attack):
    page = page_of(displayed({"text/html": f"<b>ok</b>{attack}"}), tmp_path)
    assert page.find("b", string="ok")
    assert_harmless(page, tmp_path)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_page_runs_nothing_that_a_student_writes(tmp_path, attack):
    cell = nbformat.v4.new_markdown_cell(f"**ok** {attack}")
    page = page_of(cell, tmp_path)
    assert page.find("strong", string="ok")
    assert_harmless(page, tmp_path)


@pytest.mark.parametrize("kind", ["application/javascript", "image/svg+xml"])
def test_a_page_shows_no_kind_of_output_that_can_run(tmp_path, kind):
    page = page_of(displayed({kind: ATTACKS[0], "text/plain": "ok"}), tmp_path)
    assert "ok" in page.get_text()
    assert_harmless(page, tmp_path)


def test_formulas_keep_their_columns(tmp_path):
    matrix = r"$$\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}$$"
    page = page_of(nbformat.v4.new_markdown_cell(matrix), tmp_path)
    rows = [[cell.get_text() for cell in row] for row in page.find_all("mtr")]
    assert rows == [["1", "2"], ["3", "4"]]
