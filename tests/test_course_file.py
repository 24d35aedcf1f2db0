"""``course.toml``: which lessons and exercises a course has, and their points."""

import builtins
import functools
import json
import shutil

import nbformat
import pytest

from autograder import course_file
from autograder.commands import build
from autograder.course import Course
from autograder.course_file import Changes, CourseFile
from autograder.errors import LessonError
from autograder.lessons import archive, tailoring
from autograder.lessons.building import built_files, differences, dropped
from autograder.lessons.release_step import generate_assignments
from autograder.lessons.source import read_lesson
from autograder.run import single
from autograder.site import landing
from tests.conftest import ROOT
from tests.test_build import plain

PAGE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.split("```toml\nlessons")[1].split("```")[0]
LESSON = "02_convolution"


def a_course(root, text, lessons=(LESSON,)):
    """Write a course file, beside a lesson of asserts and some of ours."""
    plain(root)
    for name in lessons:
        shutil.copyfile(
            ROOT / "solutions" / f"{name}.py", root / "solutions" / f"{name}.py"
        )
    (root / course_file.FILE).write_text(text, encoding="utf-8")
    return root


def written(root):
    files = built_files(root)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return files


@functools.cache
def ours(name):
    return read_lesson(ROOT / "solutions" / f"{name}.py")


def fitted(name, *left_out):
    """Return a lesson of ours, and what it becomes without some exercises."""
    course = CourseFile(ROOT / course_file.FILE, "", None, {name: Changes(left_out)})
    return ours(name), tailoring.tailored(ours(name), course)


def texts(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """Return the course of the page: its folder, and what is built."""
    assert EXAMPLE.count("\n") <= 10
    root = a_course(tmp_path_factory.mktemp("course"), "lessons" + EXAMPLE)
    return root, written(root)


def test_the_page_s_course_has_the_lessons_exercises_and_points_that_it_says(example):
    root, files = example
    table = json.loads(files[root / "byhand" / "exercises" / "table.json"])
    assert {about["lesson"] for about in table.values()} == {LESSON}
    assert not {"turned_sums", "true_conv1d", "pad2d"} & set(table)
    assert table["conv2d"]["points"] == 5
    path = root / "notebooks" / LESSON / f"{LESSON}.ipynb"
    student = nbformat.reads(files[path].decode(), as_version=4)
    ids = {cell.id: cell for cell in student.cells}
    assert not {"test_pad2d", "test_true_conv1d", "turned_sums"} & set(ids)
    assert "Turn the kernel round" not in texts(student)  # all of it is left out
    assert "pad2d = given.pad2d" in texts(student)
    assert 'check("conv2d", points=5)' in ids["test_conv2d"].source
    assert "5 points" in ids["conv2d_statement"].source
    points = [c.metadata.get("nbgrader", {}).get("points", 0) for c in student.cells]
    assert sum(points) == 33 - 3 + 2 + 2
    assert Course(root).lessons() == ["09_our_own", LESSON]


def test_what_is_left_out_gives_nothing_away_and_hidden_tests_ask_for_new_points(
    example,
):
    root, files = example
    path = root / "solutions" / LESSON / f"{LESSON}.ipynb"
    ours = nbformat.reads(files[path].decode(), as_version=4)
    assert 'check("conv2d", points=5, hidden=True)' in texts(ours)
    assert not [*differences(files, root)]


def test_without_a_file_a_lesson_stays_what_it_is(tmp_path):
    lesson = read_lesson(ROOT / "solutions" / f"{LESSON}.py")
    assert tailoring.tailored(lesson, course_file.read(tmp_path)) is lesson
    assert course_file.read(tmp_path).chosen(["b", "a"]) == ["b", "a"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert archive.with_lessons(readme) == readme


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("lessons = [", 1, "this isn't TOML"),
        ('\nlesons = ["02"]', 2, "unknown key 'lesons'; did you mean 'lessons'?"),
        ('lessons = "02"', 1, "lessons is a list of names"),
        ('lessons = ["09_our_own", "09_our_own"]', 1, "names one twice"),
        (
            'lessons = ["02_convolutions"]',
            1,
            "no lesson '02_convolutions'; did you mean '02_convolution'?",
        ),
        ("log = 1", 1, "log is true or false"),
        ("[exercises]\n09_our_own = 3", 2, "write [exercises.09_our_own]"),
        ("[exercises.09_our_own]\ndrop = []", 2, "there are leave_out, points"),
        (
            '[exercises.02_convolution]\nleave_out = ["conv2"]',
            2,
            "02_convolution has no exercise 'conv2'; did you mean 'conv2d'?",
        ),
        (
            "[exercises.02_convolution]\npoints = { conv2d = -1 }",
            2,
            "the points of 'conv2d' are -1, and must be a number above 0",
        ),
        ('[exercises.02_convolution.points]\nring = "2"', 2, "ring' are '2', and must"),
        ("[exercises.02_convolution.points]\nring = true", 2, "are True, and must"),
        ("[exercises.02_convolution.points]\nring = nan", 2, "are nan, and must"),
        (
            '[exercises.02_convolution]\nleave_out = ["ring"]\npoints = { ring = 2 }',
            2,
            "'ring' is left out and has points",
        ),
        (
            '[exercises.02_convolution]\nleave_out = ["conv2d_plain"]',
            2,
            "since 'conv2d_strided' of 02_convolution.py needs it. Leave that out as "
            "well, or keep 'conv2d_plain'.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, text, line, sentence):
    a_course(tmp_path, text)
    with pytest.raises(LessonError) as caught:
        built_files(tmp_path)
    (problem,) = caught.value.problems
    assert problem.line == line
    assert problem.path == tmp_path / course_file.FILE
    assert sentence in problem.text


def test_packages_of_assignments_stand_beside_what_changes_in_lessons(tmp_path):
    (tmp_path / course_file.FILE).write_text('[assignments.ps1]\npackages = ["scipy"]')
    found = course_file.read(tmp_path)
    assert found.changes == {}
    assert found.allowed("ps1") == ("scipy",)
    assert found.allowed("ps2") == ()


def unbound(lesson):
    """Return {(a cell's text, name)} of names that no cell above binds."""
    known, found = {*dir(builtins)}, set()
    for cell in lesson.cells:
        if cell.cell_type == "code":
            found |= {(cell.text, n) for n in tailoring.free_names(cell.text) - known}
            known |= tailoring.free_names(cell.text) | cell.defined
            known |= tailoring.bound_names(cell.text)
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "solutions").glob("0*.py")))
def test_each_exercise_can_be_left_out_or_what_needs_it_is_named(path):
    lesson = ours(path.stem)
    names = list(tailoring.named_in(lesson))
    refused = 0
    for name in names:
        try:
            _, new = fitted(path.stem, name)
        except LessonError as error:
            refused += 1
            assert f"eep {name!r}" in str(error)
            continue
        assert not {n for _, n in unbound(new)} - {n for _, n in unbound(lesson)}, name
        assert name not in tailoring.named_in(new)
    assert len(names) > refused * 2


def test_what_needs_an_exercise_can_go_with_it():
    lesson, new = fitted(LESSON, "conv1d_plain", "true_conv1d", "conv1d_channels")
    told = list(tailoring.mentions(lesson, new))
    assert any("still speaks of conv1d_plain" in line for line in told)
    code = "\n".join(cell.text for cell in new.cells if cell.cell_type == "code")
    assert "conv1d_plain(" not in code and "from byhand import keras" in code


def test_a_demonstration_goes_and_its_import_stays():
    lesson, new = fitted(LESSON, "conv1d_plain", "true_conv1d", "conv1d_channels")
    (old,) = (c for c in lesson.cells if "from byhand import keras" in c.text)
    (kept,) = (c for c in new.cells if "from byhand import keras" in c.text)
    assert "plots.beside" in old.text and kept.text == "from byhand import keras"


def test_lessons_that_a_course_drops_lose_their_notebooks(tmp_path, monkeypatch):
    a_course(tmp_path, 'lessons = ["09_our_own"]')
    gone = tmp_path / "notebooks" / LESSON / f"{LESSON}.ipynb"
    gone.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(), gone)
    assert dropped(tmp_path) == [gone]
    told = list(differences(written(tmp_path), tmp_path))
    assert told == [f"notebooks/{LESSON}/{LESSON}.ipynb is of no lesson of course.toml"]
    monkeypatch.setattr("autograder.paths.ROOT", tmp_path)
    for function in (built_files, differences, dropped):
        monkeypatch.setattr(function, "__defaults__", (tmp_path,))
    monkeypatch.setattr("autograder.lessons.building.mentions", lambda: ())
    assert build.run(build.defaults()) == 0
    assert not gone.parent.exists()


@pytest.mark.sandbox
def test_points_of_a_lesson_of_asserts_are_those_of_the_course(tmp_path):
    a_course(tmp_path, "[exercises.09_our_own]\npoints = { moving_sum = 6.5 }", ())
    written(tmp_path)
    course = Course(tmp_path)
    solved, released = course.notebooks("09_our_own")
    assert single.judge(course, solved, "09_our_own", seed=1).earned == 6.5
    assert single.judge(course, released, "09_our_own", seed=1).earned == 0.0


@pytest.mark.tf
@pytest.mark.sandbox
def test_what_is_given_is_computed_in_the_sandbox(example):
    root, _ = example
    course = Course(root)
    judged = single.judge(course, course.notebooks(LESSON)[0], LESSON, seed=1)
    tests = [part for part in judged.parts if not part.written]
    assert sum(part.most for part in tests) == 34 - 4
    assert [p.name for p in tests if p.earned != p.most] == []


def own_assignment(root, name="ps1"):
    """Write an assignment as a teacher makes it in nbgrader, and let it generate."""
    cells = []
    for grade_id, grade, text in (
        ("squares", False, "def squares(n):\n    ### BEGIN SOLUTION\n    return "
         "[i * i for i in range(n)]\n    ### END SOLUTION"),
        ("test_squares", True, "assert squares(3) == [0, 1, 4]\n### BEGIN HIDDEN TESTS"
         "\nassert squares(4)[3] == 9\n### END HIDDEN TESTS"),
    ):  # fmt: skip
        role = {"grade": grade, "solution": not grade, "locked": grade}
        more = {"grade_id": grade_id, "schema_version": 3, "task": False}
        points = {"points": 3} if grade else {}
        metadata = {"nbgrader": {**role, **more, **points}}
        cells.append(nbformat.v4.new_code_cell(text, metadata=metadata))
    path = root / "solutions" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    place = root / "grading"
    shutil.copytree(path.parent, place / "source" / name)
    generate_assignments(place, [name])


@pytest.mark.sandbox
def test_an_assignment_of_nbgraders_is_graded_beside_ours(tmp_path):
    a_course(tmp_path, 'lessons = ["ps1", "09_our_own"]', ())
    own_assignment(tmp_path)
    files = written(tmp_path)
    course = Course(tmp_path)
    assert course.lessons() == ["ps1", "09_our_own"]
    assert list(differences(files, tmp_path)) == []
    solved, released = course.notebooks("ps1")
    assert released == tmp_path / "grading" / "release" / "ps1" / "ps1.ipynb"
    assert single.judge(course, solved, "ps1", seed=1).earned == 3.0
    assert single.judge(course, released, "ps1", seed=1).earned == 0.0


def test_an_assignment_that_was_not_generated_is_no_lesson_yet(tmp_path):
    a_course(tmp_path, 'lessons = ["ps1", "09_our_own"]', ())
    own_assignment(tmp_path)
    shutil.rmtree(tmp_path / "grading")
    written(tmp_path)
    assert Course(tmp_path).lessons() == ["09_our_own"]


def test_the_table_of_the_readme_has_the_lessons_and_counts_of_the_course(example):
    root, _ = example
    table = archive.with_lessons((ROOT / "README.md").read_text("utf-8"), root)
    rows = [line for line in table.splitlines() if "](notebooks/" in line]
    assert [row.split("]")[0] for row in rows] == [
        "| [09_our_own",
        "| [02 Slide a kernel by hand",
    ]
    assert rows[1].split("|")[3:6] == [" 9 ", " 34 ", " 200 "]


def test_the_site_says_nothing_of_a_lesson_that_is_not_there():
    first, second = (f"[it](lessons/{n}.ipynb)." for n in (LESSON, "01_x_or_o"))
    template = f"{first}\n\n{second}"
    page = landing.page(template, [ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb"])
    assert page == first


def test_recounting_our_own_course_changes_nothing(tmp_path):
    for name in ("solutions", "notebooks", "byhand/exercises/table.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / course_file.FILE).write_text("")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert archive.with_lessons(readme, tmp_path) == readme
