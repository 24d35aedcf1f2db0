"""Three small courses, laid out as published ones are; all text and code is ours.

The layouts are facts of these repositories, looked at in November 2026:
``quickstart`` of jhamrick/nbgrader-demo and earthlab/nbgrader-test-course (old names of
options, several notebooks with blanks in their names, data in folders, a header),
``tutorials`` of lukassnoek/introPy and upb-lea/reinforcement_learning_course_materials
(other names of folders, an ignored file), ``nested`` of MLSysBook/TinyTorch and
tud-phi/ics-pa-sv (folders in a folder, helpers and data beside the notebook, a
gradebook elsewhere).
"""

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Course
from autograder.logs import errors_of_nbgrader

ROLES = {  # grade, solution, locked, task
    "answer": (False, True, False, False),
    "tests": (True, False, True, False),
    "written": (True, True, False, False),
    "locked": (False, False, True, False),
    "task": (False, False, True, True),
}
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def cell(name, role, source, points=None, kind="code"):
    """Return a cell; ``role`` "" is none of nbgrader's."""
    made = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    if role:
        names = ("grade", "solution", "locked", "task")
        marks = dict(zip(names, ROLES[role], strict=True))
        more = {} if points is None else {"points": points}
        made["metadata"]["nbgrader"] = {
            "grade_id": name,
            "schema_version": 3,
            **marks,
            **more,
        }
    return made


def text(name, source, role="", points=None):
    """Return a cell of text."""
    return cell(name, role, source, points, "markdown")


def notebook(cells):
    """Return a notebook of these cells."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def solution(code, around="{}", pad=0):
    """Return the source of an answer cell, with nbgrader's delimiters."""
    lines = ["### BEGIN SOLUTION", *code.split("\n"), "### END SOLUTION"]
    return around.format("\n".join(" " * pad + line for line in lines))


def hidden(code):
    """Return lines that students don't see."""
    return f"### BEGIN HIDDEN TESTS\n{code}\n### END HIDDEN TESTS"


@dataclass(frozen=True)
class Published:
    """A course: its configuration, its notebooks by place, other files, packages."""

    name: str
    config: str
    source: str
    notebooks: dict
    files: dict = field(default_factory=dict)
    allowed: str = ""

    def make(self, root):
        """Write the course into a folder; return it, released by nbgrader itself."""
        from nbgrader.converters import GenerateAssignment
        from nbgrader.coursedir import CourseDirectory

        for name, content in self.files.items():
            put(root / name, content)
        for place, cells in self.notebooks.items():
            tree = json.dumps(notebook(cells)).encode()
            put(root / self.source / f"{place}.ipynb", tree)
        put(root / "nbgrader_config.py", self.config.encode())
        if self.allowed:
            put(root / "course.toml", self.allowed.encode())
        course = Course(root)
        for assignment in dict.fromkeys(p.split("/")[0] for p in self.notebooks):
            config = course.settings(assignment_id=assignment)
            place = CourseDirectory(config=config)
            course.gradebook().close()
            wrong = errors_of_nbgrader(f"nbgrader does not release {assignment}")
            with contextlib.chdir(root), wrong:
                GenerateAssignment(coursedir=place, config=config).start()
        return course


def put(path, content):
    """Write a file, with the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


SALTED = hashlib.sha1(b"1.2500salt").hexdigest()
MEAN = [
    text("title", "# Problem 1: averages"),
    cell("imports", "", "import numpy as np\nimport csv"),
    cell("marks", "locked", "marks = np.array([3.0, 5.0, 4.0, 8.0])"),
    cell(
        "mean",
        "answer",
        solution("return sum(x) / len(x)", "def mean(x):\n{}", 4),
    ),
    cell(
        "test_mean",
        "tests",
        "assert mean([1, 2, 3]) == 2\nassert np.isclose(mean(marks), 5.0)\n"
        + hidden("assert mean([-7]) == -7, 'hidden-word-82'"),
        2,
    ),
    cell(
        "read",
        "answer",
        solution(
            "with open(path, newline='') as file:\n"
            "    return [float(row['height']) for row in csv.DictReader(file)]",
            "def heights(path):\n{}",
            4,
        ),
    ),
    cell(
        "test_read",
        "tests",
        "found = heights('data/heights.csv')\n"
        "assert isinstance(found, list)\n"
        "score = sum(abs(a - b) < 1e-9 for a, b in zip(found, [1.5, 1.75, 1.8]))\n"
        "score",
        3,
    ),
    text("why", "Why is the mean of an empty list an error?", "written", 2),
]
SPREAD = [
    text("title", "# Problem 2: spread"),
    cell("imports", "", "import numpy as np"),
    cell(
        "var",
        "answer",
        solution(
            "m = sum(x) / len(x)\nreturn sum((v - m) ** 2 for v in x) / len(x)",
            "def var(x):\n{}",
            4,
        ),
    ),
    cell(
        "test_var",
        "tests",
        "import hashlib\n"
        "assert np.isclose(var([1, 1, 1]), 0)\n"
        "told = f'{var([1, 2, 3, 4]):.4f}'.encode() + b'salt'\n"
        f"assert hashlib.sha1(told).hexdigest() == '{SALTED}'",
        4,
    ),
    cell("empty", "answer", solution("error = ZeroDivisionError", "{}")),
    cell(
        "test_empty",
        "tests",
        "assert error is ZeroDivisionError\n"
        "try:\n    var([])\nexcept error:\n    pass\n"
        "else:\n    raise AssertionError('no error')",
        1,
    ),
    text("plot_it", "Draw a histogram of ten numbers below.", "task", 3),
]
QUICKSTART = Published(
    "quickstart",
    "c = get_config()\n\n"
    'c.Exchange.course_id = "quick"\n'
    'c.IncludeHeaderFooter.header = "source/header.ipynb"\n',
    "source",
    {"ps1/Problem 1": MEAN, "ps1/Problem 2": SPREAD},
    {
        "source/header.ipynb": json.dumps(
            notebook([text("header", "Write your name here.")])
        ).encode(),
        "source/ps1/data/heights.csv": b"name,height\na,1.5\nb,1.75\nc,1.8\n",
    },
)

ROOTS = [
    text("title", "# Week 1: finding roots"),
    cell("imports", "", "import numpy as np\nfrom PIL import Image"),
    cell(
        "bisect",
        "answer",
        solution(
            "for _ in range(60):\n"
            "    middle = (low + high) / 2\n"
            "    if f(low) * f(middle) <= 0:\n"
            "        high = middle\n"
            "    else:\n"
            "        low = middle\n"
            "return (low + high) / 2",
            "def bisect(f, low, high):\n{}",
            4,
        ),
    ),
    cell(
        "test_bisect",
        "tests",
        "assert abs(bisect(lambda x: x * x - 2, 0, 2) - 2 ** 0.5) < 1e-9\n"
        + hidden("assert abs(bisect(np.cos, 1, 2) - np.pi / 2) < 1e-9"),
        3,
    ),
    cell(
        "tree",
        "answer",
        solution(
            "class Tree:\n"
            "    def __init__(self):\n        self.items = []\n"
            "    def add(self, item):\n"
            "        self.items.append(item)\n        return self\n"
            "    def __len__(self):\n        return len(self.items)"
        ),
    ),
    cell(
        "test_tree",
        "tests",
        "tree = Tree()\ntree.add(3).add(5)\nassert len(tree) == 2\n"
        "assert tree.items == [3, 5]",
        2,
    ),
    cell("sketch", "written", solution("sketch = [0] * 4"), 2),
    cell("test_sketch", "tests", "assert len(sketch) == 4", 1),
]
STORED = [
    text("title", "# Week 2: stored arrays"),
    cell("imports", "", "import numpy as np\nimport h5py"),
    cell(
        "store",
        "answer",
        solution(
            "with h5py.File('out.h5', 'w') as file:\n"
            "    file['x'] = np.asarray(values)\n"
            "with h5py.File('out.h5', 'r') as file:\n"
            "    return file['x'][()]",
            "def stored(values):\n{}",
            4,
        ),
    ),
    cell(
        "test_store",
        "tests",
        "assert np.array_equal(stored([1, 2, 3]), [1, 2, 3])",
        4,
    ),
]
TUTORIALS = Published(
    "tutorials",
    "c = get_config()\n"
    'c.CourseDirectory.course_id = "roots"\n'
    'c.CourseDirectory.source_directory = "solutions"\n'
    'c.CourseDirectory.release_directory = "tutorials"\n'
    "c.CourseDirectory.ignore = ['.ipynb_checkpoints', '*.pyc', 'solution_*.png']\n"
    "c.ClearSolutions.code_stub = {'python': '# your answer\\npass'}\n",
    "solutions",
    {"week_1/week_1": ROOTS, "week_2/stored": STORED},
    {"solutions/week_2/solution_plot.png": b"no picture"},
    '[assignments."week_2"]\npackages = ["h5py"]\n',
)

TANKS = [
    text("title", "# Task 1a: a tank that drains"),
    cell("imports", "", "import numpy as np\nfrom utils import steps_of"),
    cell("level", "locked", "level = 4.0"),
    cell(
        "drain",
        "answer",
        solution(
            "levels = [level]\n"
            "for _ in range(steps_of(seconds)):\n"
            "    levels.append(levels[-1] * 0.5)\n"
            "return np.array(levels)",
            "def drained(seconds):\n{}",
            4,
        ),
    ),
    cell(
        "test_drain",
        "tests",
        "from utils import steps_of\n"
        "assert drained(3).shape == (steps_of(3) + 1,)\n"
        "np.testing.assert_allclose(drained(2), [4.0, 2.0, 1.0])\n"
        + hidden("assert drained(0).tolist() == [4.0]"),
        4,
    ),
    cell(
        "table", "answer", solution("table = np.loadtxt('datasets/flow.txt').tolist()")
    ),
    cell("test_table", "tests", "assert table == [0.5, 0.25]", 2),
    text("say", "What does the model leave out?", "written", 3),
]
NESTED = Published(
    "nested",
    "c = get_config()\n"
    'c.CourseDirectory.course_id = "tanks"\n'
    + "".join(
        f'c.CourseDirectory.{step}_directory = "assignments/{step}"\n'
        for step in ("source", "release", "submitted", "autograded", "feedback")
    )
    + 'c.CourseDirectory.db_url = "sqlite:///" + '
    '__import__("os").path.join(__import__("os").path.dirname('
    '__import__("os").path.abspath(__file__)), "grades.sqlite")\n',
    "assignments/source",
    {"problem_1/task_1a": TANKS},
    {
        "assignments/source/problem_1/utils.py": (
            b"def steps_of(seconds):\n    return int(seconds)\n"
        ),
        "assignments/source/problem_1/datasets/flow.txt": b"0.5\n0.25\n",
    },
)
ALL = (QUICKSTART, TUTORIALS, NESTED)


def solved(course, lesson, answers=None):
    """Return a released notebook with the solutions, or other answers by grade_id.

    What a person marks has an answer as well.
    """
    from autograder.lessons.markers import without_delimiters

    source, released = (json.loads(p.read_bytes()) for p in course.notebooks(lesson))
    known = {c["id"]: c["source"] for c in source["cells"]}
    for each in released["cells"]:
        role = each["metadata"].get("nbgrader", {})
        name = role.get("grade_id")
        if answers is not None and name in answers:
            each["source"] = answers[name]
        elif role.get("solution") and each["cell_type"] == "code":
            found = known.get(each["id"]) or _named(source, name)
            each["source"] = without_delimiters("".join(found))
        elif role.get("solution"):
            each["source"] = "Because."
    return released


def _named(tree, name):
    marks = [(c["metadata"].get("nbgrader", {}), c) for c in tree["cells"]]
    return next(c["source"] for m, c in marks if m.get("grade_id") == name)


def hand_in(course, student, lesson, tree):
    """Put a notebook where the course takes submissions."""
    name = lesson.split("/")[-1]
    path = Path(course.submission(student, lesson)) / f"{name}.ipynb"
    put(path, json.dumps(tree).encode())
    return path


FRAME = [
    text("title", "# Tables and roots"),
    cell(
        "imports", "", "import numpy as np\nimport pandas as pd\nimport scipy.optimize"
    ),
    cell(
        "sums",
        "answer",
        solution("return table.groupby('who').sum()", "def sums(table):\n{}", 4),
    ),
    cell(
        "test_sums",
        "tests",
        "table = pd.read_csv('marks.csv')\n"
        "got = sums(table)\n"
        "assert isinstance(got, pd.DataFrame)\n"
        "assert list(got.columns) == ['points']\n"
        "wanted = pd.DataFrame({'points': [5, 4]},"
        " index=pd.Index(['ada', 'bob'], name='who'))\n"
        "pd.testing.assert_frame_equal(got, wanted, check_dtype=False)",
        3,
    ),
    cell("best", "answer", solution("best = pd.read_csv('marks.csv')['points']")),
    cell("test_best", "tests", "assert best.tolist() == [2, 3, 4]", 1),
    cell(
        "root",
        "answer",
        solution("return scipy.optimize.brentq(f, 0, 2)", "def root(f):\n{}", 4),
    ),
    cell(
        "test_root", "tests", "assert abs(root(lambda x: x * x - 2) - 2**0.5) < 1e-9", 2
    ),
]
# for an environment with pandas and SciPy, which this course doesn't need
FRAMES = Published(
    "frames",
    'c = get_config()\nc.CourseDirectory.course_id = "frames"\n',
    "source",
    {"ps1/ps1": FRAME},
    {"source/ps1/marks.csv": b"who,points\nada,2\nada,3\nbob,4\n"},
    '[assignments."ps1"]\npackages = ["scipy", "pandas"]\n',
)
