"""Other people's courses: folders, packages, files, and nbgrader's own scores."""

import json
import shutil

import pytest
from bs4 import BeautifulSoup

from autograder.course import Course
from autograder.errors import ProblemError
from autograder.feedback.pages import write_pages
from autograder.gradebook import stock
from autograder.gradebook.rows import grade_rows
from autograder.run.batch import grade
from autograder.run.journal import Journal
from tests.plain import courses

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
NAMES = [each.name for each in courses.ALL]


@pytest.fixture
def copy(made, tmp_path):
    """Return a function that gives a course of one's own by its name."""

    def copied(name, to="course"):
        shutil.copytree(made[name].root, tmp_path / to)
        return Course(tmp_path / to)

    return copied


def verdicts(course):
    """Return {(lesson, student): the verdict} of what was graded."""
    with Journal(course.grading) as journal:
        return {(e.key.lesson, e.key.student): e.verdict for e in journal.entries()}


def shown(verdict, name):
    """Return what a cell showed, as text."""
    cells = json.loads(verdict.notebook)["cells"]
    return next(json.dumps(c["outputs"]) for c in cells if c["id"] == name)


def test_folders_are_those_of_nbgraders_configuration(made):
    quick, tutorials, nested = (made[name] for name in NAMES)
    assert quick.lessons() == ["ps1/Problem 1", "ps1/Problem 2"]
    assert tutorials.lessons() == ["week_1", "week_2/stored"]
    assert nested.lessons() == ["problem_1/task_1a"]
    assert [c.course_id for c in (quick, tutorials, nested)] == [
        "quick",
        "roots",
        "tanks",
    ]
    root = tutorials.root
    assert tutorials.notebooks("week_2/stored") == (
        root / "solutions/week_2/stored.ipynb",
        root / "tutorials/week_2/stored.ipynb",
    )
    root = nested.root
    assert nested.db_url == f"sqlite:///{root}/grades.sqlite"
    assert nested.submission("ada", "problem_1/task_1a") == (
        root / "assignments/submitted/ada/problem_1"
    )
    assert nested.page("ada", "problem_1/task_1a") == (
        root / "assignments/feedback/ada/problem_1/task_1a.html"
    )


def test_the_assignment_may_come_before_the_student(copy):
    course = copy("tutorials")
    config = course.root / "nbgrader_config.py"
    structure = "{nbgrader_step}/{assignment_id}/{student_id}"
    line = f'c.CourseDirectory.directory_structure = "{structure}"\n'
    config.write_text(config.read_text() + line)
    course = Course(shutil.copytree(course.root, course.root.with_name("other")))
    assert course.lessons() == ["week_1", "week_2/stored"]
    tree = courses.solved(course, "week_1")
    path = courses.hand_in(course, "ada", "week_1", tree)
    assert path == course.root / "submitted/week_1/ada/week_1.ipynb"
    assert grade(course, seed=1).status == 0
    assert verdicts(course)["week_1", "ada"].score == 6


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_cell_has_the_points_that_stock_nbgrader_gives(copy, name):
    ours, theirs = copy(name, "ours"), copy(name, "theirs")
    for course in (ours, theirs):
        for lesson in course.lessons():
            courses.hand_in(course, "ada", lesson, courses.solved(course, lesson))
            untouched = json.loads(course.notebooks(lesson)[1].read_bytes())
            courses.hand_in(course, "bob", lesson, untouched)
            courses.hand_in(course, "kim", lesson, _half(course, lesson))
    assert grade(ours, seed=1).status == 0
    assert stock.run(theirs, theirs.submissions()) == {}
    mine, stocks = rows(ours), rows(theirs)
    assert mine == stocks
    assert len(mine) == 3 * {"quickstart": 6, "tutorials": 5, "nested": 3}[name]
    full = {cell: most for (_, student, cell), (_, _, most) in mine.items()}
    tested = {cell: points for (_, s, cell), (points, *_) in mine.items() if s == "ada"}
    for cell, most in full.items():
        assert tested[cell] in (most, None)


def _half(course, lesson):
    """Return a notebook with some right, some wrong, and a locked cell that changed."""
    wrong = {
        "read": "def heights(path):\n    return [1.5, 9.9, 1.8]",
        "var": "def var(x):\n    return 0.0 / len(x)",
        "bisect": "def bisect(f, low, high):\n    return 2 ** 0.5",
        "store": "import nothing_here",
        "drain": "def drained(seconds):\n    return level * 0.5 ** np.arange(seconds)",
        "marks": "marks = np.array([5.0])",
        "level": "level = 4.0\nlevel = 99.0",
    }
    return courses.solved(course, lesson, wrong)


def rows(course):
    with course.gradebook() as book:
        return {
            (row.lesson, row.student, row.cell): (row.auto, row.waits, row.most)
            for row in grade_rows(book)
        }


@pytest.fixture
def run(copy):
    """Return a function that grades one cell of the student's, in a course."""

    def ran(name, lesson, code):
        course = copy(name)
        tree = courses.solved(course, lesson)
        tree["cells"].insert(2, courses.cell("own", "", code))
        courses.hand_in(course, "eve", lesson, tree)
        assert grade(course, [("eve", lesson)], seed=1).status == 0
        verdict = verdicts(course)[lesson, "eve"]
        outputs = [
            output
            for cell in json.loads(verdict.notebook)["cells"]
            if cell["source"] == code
            for output in cell["outputs"]
        ]
        return course, verdict, json.dumps(outputs)

    return ran


def test_a_package_that_is_allowed_is_the_real_one(run):
    code = "import h5py\nprint(h5py.__file__)"
    _, verdict, told = run("tutorials", "week_2/stored", code)
    assert "/h5py/__init__.py" in told
    assert verdict.score == 4


@pytest.mark.parametrize("code", ["import h5py", "import pandas as pd\npd.DataFrame()"])
def test_a_package_that_isn_t_allowed_says_what_to_do(run, code):
    _, verdict, told = run("tutorials", "week_1", code)
    assert "this assignment has NumPy, matplotlib" in told
    assert "ask your teacher to allow it" in told
    assert verdict.score == 6


def test_numpys_own_functions_are_all_there(run):
    _, _, told = run("tutorials", "week_1", "print(np.convolve([1, 2], [3]))")
    assert "[3 6]" in told


def test_files_of_the_assignment_can_be_read_and_not_written(run):
    code = (
        "print(open('data/heights.csv').read()[:4])\n"
        "open('mine.txt', 'w').write('x')\n"
        "open('data/heights.csv', 'a').write('d,0\\n')"
    )
    course, verdict, told = run("quickstart", "ps1/Problem 1", code)
    assert "name" in told
    assert "Read-only" in told or "Permission denied" in told
    assert verdict.score == 5
    kept = course.root / "release/ps1/data/heights.csv"
    assert kept.read_bytes().count(b"\n") == 4
    assert not list(course.root.rglob("mine.txt"))


def test_locked_and_missing_cells_are_those_that_were_released(copy):
    course = copy("nested")
    (lesson,) = course.lessons()
    tree = courses.solved(course, lesson)
    tree["cells"] = [c for c in tree["cells"] if c["id"] not in ("level", "test_drain")]
    tree["cells"].insert(2, courses.cell("level", "locked", "level = 0.0"))
    courses.hand_in(course, "eve", lesson, tree)
    assert grade(course, seed=1).status == 0
    verdict = verdicts(course)[lesson, "eve"]
    assert verdict.scores == {"test_drain": 4.0, "test_table": 2.0, "say": None}
    assert '"level = 4.0"' in verdict.notebook


def test_a_notebook_that_is_missing_is_left_to_a_person(copy):
    course = copy("quickstart")
    first, second = course.lessons()
    courses.hand_in(course, "ada", first, courses.solved(course, first))
    batch = grade(course, seed=1)
    assert batch.for_a_person == {
        ("ada", second): "There is no Problem 2.ipynb in the folder."
    }


def test_hidden_tests_stay_hidden_and_a_task_waits_for_a_person(copy):
    course = copy("quickstart")
    wrong = {"mean": "def mean(x):\n    return abs(sum(x) / len(x))"}
    for lesson in course.lessons():
        courses.hand_in(course, "ada", lesson, courses.solved(course, lesson, wrong))
    grade(course, seed=1)
    assert write_pages(course, [("ada", name) for name in course.lessons()]) == {}
    pages = [course.page("ada", name).read_text("utf-8") for name in course.lessons()]
    assert "hidden-word-82" not in "".join(pages)
    assert "a hidden test did not pass" in pages[0]
    said = BeautifulSoup(pages[1], "html.parser").get_text(" ")
    assert "Draw a histogram" in said
    assert "waits for a mark" in said


def test_what_students_got_stays_as_it_is(copy):
    course = copy("tutorials")
    files = [p for p in (course.root / "tutorials").rglob("*") if p.is_file()]
    before = {path: path.read_bytes() for path in files}
    (course.root / "gradebook.db").unlink()
    courses.hand_in(course, "ada", "week_1", courses.solved(course, "week_1"))
    assert grade(course, seed=1).status == 0
    assert {path: path.read_bytes() for path in files} == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[assignments.week_1]\npackages = 'scipy'", "list of names to import"),
        ("[assignments.week_1]\npackages = ['no-name!']", "list of names to import"),
        ("assignments = 3", "write a table for each assignment"),
        ("[assignments", "course.toml"),
    ],
)
def test_a_mistake_in_the_list_of_packages_is_a_sentence(copy, text, said):
    course = copy("tutorials")
    (course.root / "course.toml").write_text(text)
    with pytest.raises(ProblemError, match=said):
        course.kit("week_1")


def test_a_package_that_isn_t_installed_is_named_before_anything_runs(copy):
    course = copy("tutorials")
    text = '[assignments."*"]\npackages = ["no_such_package"]'
    (course.root / "course.toml").write_text(text)
    courses.hand_in(course, "ada", "week_1", courses.solved(course, "week_1"))
    with pytest.raises(ProblemError, match="pip install no_such_package"):
        grade(course, seed=1)


def test_a_mistake_in_nbgraders_configuration_is_a_sentence(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.nothing(")
    with pytest.raises(ProblemError, match=r"nbgrader_config\.py can't be read"):
        Course(tmp_path).lessons()


def test_a_course_without_a_configuration_has_nbgraders_own_folders(tmp_path):
    assert Course(tmp_path).folders is None  # a course that is still to be made
    (tmp_path / "source").mkdir()
    course = Course(tmp_path)
    assert course.submission("ada", "ps1") == tmp_path / "submitted" / "ada" / "ps1"
    assert course.db_url == f"sqlite:///{tmp_path / 'gradebook.db'}"
