"""The builder: what it makes of a lesson, and what it refuses."""

import nbformat
import pytest

from autograder.errors import LessonError, ProblemError
from autograder.lessons import facts, recording
from autograder.lessons.adopting import adopted, new_marker
from autograder.lessons.building import (
    built_files,
    differences,
    read_lessons,
    refuse_unadopted,
)
from autograder.lessons.leaks import leaks, secrets, secrets_in
from autograder.lessons.markers import (
    HIDDEN_TESTS,
    SOLUTION,
    lines_within,
    without_delimiters,
)
from autograder.lessons.notebook import cell_ids
from autograder.lessons.release_step import without_value_regions
from autograder.lessons.rules import hold_to_rules
from autograder.lessons.source import read_lesson
from byhand import exercises
from byhand.checks import recorded
from tests import golden
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def built():
    """Return the golden lesson, built: (instructor's bytes, student's bytes)."""
    return golden.build()


@pytest.fixture(scope="module")
def student(built):
    return nbformat.reads(built[1].decode(), as_version=4)


def test_the_small_lesson_builds_the_golden_notebooks(built):
    for name, content in zip(("instructor", "student"), built, strict=True):
        assert content == (golden.FOLDER / f"{name}.ipynb").read_bytes(), name


def test_building_twice_gives_the_same_bytes(built):
    assert golden.build() == built


def test_the_students_notebook_is_valid_and_gives_nothing_away(student):
    nbformat.validate(student)
    assert list(leaks(read_lesson(golden.SOURCE), student)) == []


@pytest.mark.parametrize(
    "line",
    [
        "return x * 2.0**times",
        "stops = 4",
        'earned = min(earned, check("double", points=2, hidden=True))',
        "One point for: nothing is added or removed.",
        "### BEGIN SOLUTION",
        '{"one stop too few": 3, "stride ignored": 7}',
        "### END WRONG ANSWERS",
    ],
)
def test_the_gate_sees_a_secret_line_put_back(student, line):
    copy = nbformat.from_dict(student)
    copy.cells[3] = nbformat.from_dict({**student.cells[3]})
    copy.cells[3].source += f"\n{line}"
    assert list(leaks(read_lesson(golden.SOURCE), copy))


def test_the_gate_sees_an_output(student):
    copy = nbformat.reads(nbformat.writes(student), as_version=4)
    copy.cells[1].outputs = [nbformat.v4.new_output("stream", text="4")]
    assert list(leaks(read_lesson(golden.SOURCE), copy))


def test_a_secret_is_found_whatever_its_layout():
    known = {"deff(x):y=x+1returny": "solution of f"}
    assert secrets_in("def f(x):\n\n        y = x + 1\n    return y", known)
    assert secrets_in('["def f(x):\\n", "  y = x + 1\\n", "return y"]', known)
    assert not secrets_in("def f(x):\n    y = x + 2\n    return y", known)


def test_secrets_are_the_solutions_and_hidden_tests_that_can_be_known_again():
    found = set(secrets([read_lesson(golden.SOURCE)]).values())
    assert "hidden tests of double, 02_small" not in found
    assert "hidden tests of test_double, 02_small" in found
    assert "mark scheme of why, 02_small" in found


def test_ids_come_from_the_grade_id_or_from_the_text_alone(tmp_path):
    before = cell_ids(read_lesson(golden.SOURCE))
    assert before[2:5] == ["double_idea", "double", "test_double"]
    changed = tmp_path / golden.SOURCE.name
    text = golden.SOURCE.read_text()
    changed.write_text(text.replace("# # Double it", "# # Double that"))
    after = cell_ids(read_lesson(changed))
    assert after[0] != before[0]
    assert after[1:] == before[1:]


def test_ids_of_equal_cells_are_counted():
    ids = cell_ids(read_lesson(golden.SOURCE))
    assert len(set(ids)) == len(ids)
    assert sum(name.endswith(("-2", "-3")) for name in ids) == 2


def test_a_value_cell_keeps_its_line_and_no_stub():
    cell = (
        "a = ...  # first\nb = ...\n### BEGIN SOLUTION\na, b = 1, 2\n### END SOLUTION"
    )
    assert without_value_regions(cell) == "a = ...  # first\nb = ..."
    function = "def f():\n    a = ...\n    ### BEGIN SOLUTION\n    ### END SOLUTION"
    assert without_value_regions(function) == ""


def test_the_lines_of_a_region_are_numbered_with_its_delimiters():
    code = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc\n"
    assert lines_within(code, HIDDEN_TESTS) == {2, 3, 4}
    assert lines_within(code, SOLUTION) == set()
    assert lines_within(f"{code}### BEGIN HIDDEN TESTS\nd\ne", HIDDEN_TESTS) == {
        *(2, 3, 4, 6, 7, 8)
    }


def test_what_stands_in_a_region_stays_without_its_delimiters():
    code = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    assert without_delimiters(code) == "def f():\n    return 1"


def wrong(tmp_path, old, new, count=1):
    """Return the problems, (line, sentence), of the golden lesson with one edit."""
    text = golden.SOURCE.read_text()
    assert old in text
    path = tmp_path / golden.SOURCE.name
    path.write_text(text.replace(old, new, count))
    with pytest.raises(LessonError) as caught:
        read_lessons([path])
    for problem in caught.value.problems:
        assert str(problem).startswith(f"{path}:{problem.line}: ")
    return [(problem.line, problem.text) for problem in caught.value.problems]


ANSWER = '# %% nbgrader="autograded-answer" grade_id="double"'
WRONG = '{"one stop too few": 3, "stride ignored": 7}'
HEAD = "def double(x, *, times=1):"
TEST_OF_STOPS = '# %% nbgrader="autograder-tests" exercise="stops" points=1\n'


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("demonstration", "demo", 43, "unknown kind 'demo' for a code cell"),
        ('"given"', '"manual-answer"', 49, "unknown kind 'manual-answer'"),
        ('grade_id="stops"', 'grade_id="double"', 32, "stands in line 13 already"),
        ('grade_id="stops"', "", 32, "needs a grade_id"),
        ('grade_id="stops"', 'grade_id="two words"', 32, "letters, digits and _"),
        ('grade_id="stops"', 'graded="stops"', 32, "unknown in a marker: graded"),
        (ANSWER, f"{ANSWER} points=2", 13, "takes no points"),
        (ANSWER, f'{ANSWER} exercise="double"', 13, "takes no exercise"),
        ('"stops" points=1', '"stops"', 41, "needs points above 0"),
        ('"stops" points=1', '"stops" points=0', 41, "points above 0"),
        (' exercise="stops"', ' grade_id="test_stops"', 41, "needs an exercise"),
        ("np.arange(3)", "### BEGIN SOLUTION", 44, "BEGIN SOLUTION in a cell that is"),
        ("    ### END SOLUTION\n", "", 17, "BEGIN SOLUTION without its END"),
        ("    ### BEGIN SOLUTION\n", "", 18, "END SOLUTION without its BEGIN"),
        ("### END HIDDEN", "### BEGIN HIDDEN", 25, "before END HIDDEN TESTS"),
        ("    return x * 2.0**times\n", "", 13, "'double' holds no solution"),
        ("MARK SCHEME", "SOLUTION", 62, "END MARK SCHEME without its BEGIN"),
        ("np.arange(3)", "np.arange(3", 44, "not Python"),
        ("{{exercise double", "{{exercise triple", 9, "no test cell checks 'triple'"),
        ("{{exercise double", "{{exercise triple", 21, "no template tells minutes"),
        ("{{question stops", "{{question double", 29, "'double' has a template"),
        ("{{exercise double", "{{hints double", 9, "unknown template 'hints'"),
        ("minutes=1 ", "", 29, "the template of 'stops' needs minutes"),
        ("minutes=1 ", "hours=1 ", 29, "unknown in a template: hours"),
        ("minutes=1 ", "minutes=one ", 29, "a template can't be read"),
        ('"a prediction"', '"a prediction', 29, "can't be read: No closing quotation"),
        (
            "# {{question",
            "# Well.\n# {{question",
            30,
            "stands at the start of its cell",
        ),
        (WRONG, "3", 37, "wrong answers are one dict"),
        (f"{WRONG}\n", "", 37, "wrong answers are one dict"),
        ("### END WRONG ANSWERS", "### END WRONG ANSWERS\n1", 37, "at the end of"),
        ("earned = check(", "earned = chock(", 21, "visible part"),
        ('check("double"', 'check("dabble"', 21, "check says 'dabble'"),
        ('check("double"', "check(double", 21, "check says None"),
        ("points=2)", "points=3)", 21, "the marker says points=2, check says 3"),
        ("### END HIDDEN TESTS\nearned", "### END HIDDEN TESTS", 21, "ends in"),
        ("### END HIDDEN TESTS\nearned", "### END HIDDEN TESTS\n2.0", 21, "ends in"),
        ("points=2)", "points=2, hidden=True)", 21, "outside the hidden tests"),
    ],
)
def test_a_lesson_is_refused(tmp_path, old, new, line, sentence):
    problems = wrong(tmp_path, old, new)
    assert [p for p in problems if p[0] == line and sentence in p[1]], problems


def test_an_answer_without_a_test_is_refused(tmp_path):
    problems = wrong(tmp_path, TEST_OF_STOPS, "")
    assert [p for p in problems if "no test cell checks the answer 'stops'" in p[1]]
    assert (29, "no test cell checks 'stops'") in problems


def test_a_test_without_an_answer_above_it_is_refused(tmp_path):
    problems = wrong(tmp_path, "stops =", "halts =", count=2)
    assert (41, "no answer cell above defines 'stops'") in problems


def test_a_file_without_a_test_and_a_function_without_a_file_are_refused(tmp_path):
    path = tmp_path / "02_convolution.py"
    path.write_text(golden.SOURCE.read_text())
    with pytest.raises(LessonError) as caught:
        read_lessons([path])
    said = [problem.text for problem in caught.value.problems]
    assert "there is no convolution/double.py" in said
    assert "no test cell for convolution/conv1d.py" in said
    assert "no test cell for convolution/planes.py" not in said


def test_the_facts_of_an_exercise_come_from_where_they_stand():
    found = facts.read_facts(read_lesson(golden.SOURCE))
    assert found["double"] == facts.Facts(
        lesson="02_small",
        number="2.1",
        title="twice as much",
        kind="function",
        signature="double(x, *, times=1)",
        points=2,
        minutes=3,
        lines=1,
        counted=True,
        decimals=6,
    )
    assert found["stops"].kind == "value"
    assert (found["stops"].number, found["stops"].counted) == ("2.1", False)
    assert found["stops"].lines == 0


def test_a_number_counts_exercises_and_sections_along_the_lesson(tmp_path):
    path = tmp_path / golden.SOURCE.name
    text = golden.SOURCE.read_text()
    words = {"warm-up": "2.0", "section": "2.2", "question": "2.1"}
    for word, number in words.items():
        path.write_text(text.replace("{{question", f"{{{{{word}"))
        assert facts.read_facts(read_lesson(path))["stops"].number == number
    above = text.index("# %% [markdown]\n# {{question")
    below = text.index('# %% nbgrader="demonstration"')
    first = text.index('# %% [markdown] nbgrader="read-only"')
    moved = text[:first] + text[above:below] + text[first:above] + text[below:]
    path.write_text(moved)
    found = facts.read_facts(read_lesson(path))
    assert {name: f.number for name, f in found.items()} == {
        "stops": "2.1",
        "double": "2.1",
    }


def test_a_signature_is_taken_as_it_is_written(tmp_path):
    path = tmp_path / golden.SOURCE.name
    head = 'def double(\n    x, *, times=1e-6, how="so"\n):'
    path.write_text(golden.SOURCE.read_text().replace(HEAD, head))
    (answer,) = [c for c in read_lesson(path).cells if c.grade_id == "double"]
    wanted = 'double(x, *, times=1e-6, how="so")'
    assert facts.signature(answer, "double") == wanted


def test_wrong_answers_are_read_and_stay_out_of_both_notebooks(built):
    lesson = read_lesson(golden.SOURCE)
    wrong = {"one stop too few": 3, "stride ignored": 7}
    assert facts.wrong_answers(lesson, {}) == {"stops": wrong}
    for content in built:
        assert b"WRONG ANSWERS" not in content
        assert b"one stop too few" not in content


def test_text_before_the_first_marker_is_refused(tmp_path):
    problems = wrong(tmp_path, "# %% [markdown]\n# # Double", "x = 1\n# # Double")
    assert problems == [(1, "a lesson starts with a cell marker")]


def test_problems_of_all_lessons_are_told_together(tmp_path):
    for name in ("01_a.py", "02_b.py"):
        (tmp_path / name).write_text("# %% nbgrader='nothing'\n1\n")
    with pytest.raises(LessonError) as caught:
        read_lessons(sorted(tmp_path.glob("*.py")))
    assert [p.path.name for p in caught.value.problems] == ["01_a.py", "02_b.py"]


def test_check_tells_an_edited_and_a_forgotten_notebook(tmp_path):
    (tmp_path / "solutions").mkdir()
    source = tmp_path / "solutions" / golden.SOURCE.name
    source.write_text(golden.SOURCE.read_text())
    files = built_files(tmp_path)
    assert [d.split()[-1] for d in differences(files, tmp_path)] == ["missing"] * 3
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert list(differences(files, tmp_path)) == []
    (tmp_path / "byhand" / "exercises" / "table.json").write_text("{}")
    (tmp_path / "notebooks" / "02_small" / "02_small.ipynb").write_text("{}")
    (tmp_path / "notebooks" / "01_gone").mkdir()
    (tmp_path / "notebooks" / "01_gone" / "01_gone.ipynb").write_text("{}")
    assert list(differences(files, tmp_path)) == [
        "byhand/exercises/table.json differs from what its source builds",
        "notebooks/02_small/02_small.ipynb differs from what its source builds",
        "notebooks/01_gone/01_gone.ipynb has no source; delete it",
    ]


@pytest.fixture
def edited(tmp_path, built):
    """Return (path of a copy of the source, the notebook built from it)."""
    path = tmp_path / golden.SOURCE.name
    path.write_text(golden.SOURCE.read_text())
    return path, nbformat.reads(built[0].decode(), as_version=4)


def test_adopting_an_unedited_notebook_changes_no_byte(edited):
    path, notebook = edited
    assert adopted(path, notebook) == path.read_text()


def test_an_edit_in_the_notebook_changes_its_own_lines_only(edited):
    path, notebook = edited
    for cell in notebook.cells:
        cell.source = cell.source.replace("Twice two is four.", "Twice three is six.")
        cell.source = cell.source.replace("x * 2.0**times", "x * 2**times")
        cell.source = cell.source.replace("stops = 4", "stops = 5")
        cell.source = cell.source.replace("How many stops?", "How many?")
    wanted = path.read_text().replace("two is four.", "three is six.")
    wanted = wanted.replace("2.0**times", "2**times").replace("stops = 4", "stops = 5")
    wanted = wanted.replace("How many stops?", "How many?")
    assert adopted(path, notebook) == wanted


def test_cells_added_moved_and_deleted_in_the_notebook_are_adopted(edited):
    path, notebook = edited
    new = nbformat.v4.new_markdown_cell("A line\n\nand another")
    notebook.cells.insert(1, new)
    del notebook.cells[3:5]
    wanted = path.read_text().split("# %%")
    del wanted[3:5]
    wanted.insert(2, " [markdown]\n# A line\n#\n# and another\n\n")
    assert adopted(path, notebook) == "# %%".join(wanted)


def test_a_graded_cell_added_in_jupyterlab_gets_its_marker():
    golden_cells = nbformat.reads(golden.build()[0].decode(), as_version=4).cells
    markers = [new_marker(cell) for cell in golden_cells]
    lines = golden.SOURCE.read_text().splitlines()
    expected = [line for line in lines if line.startswith("# %%")]
    assert [m.replace(' nbgrader="given"', "") for m in markers] == [
        line.replace(' nbgrader="given"', "") for line in expected
    ]


def test_a_source_that_has_changed_since_is_not_written_over(edited):
    path, notebook = edited
    path.write_text(path.read_text() + "# more\n")
    with pytest.raises(ProblemError, match="has changed since"):
        adopted(path, notebook)


def test_a_build_refuses_to_write_over_an_edit_of_jupyterlab(tmp_path, built):
    path = tmp_path / "solutions" / "02_small" / "02_small.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(built[0])
    refuse_unadopted({path: b""})
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.language_info.version = "3.11.7"  # as a kernel leaves it
    nbformat.write(notebook, path)
    with pytest.raises(ProblemError, match="make adopt LESSON=02_small"):
        refuse_unadopted({path: b""})


def test_the_notebooks_in_the_repository_are_built_from_their_sources():
    assert list(differences(built_files())) == []


def test_the_digests_are_those_of_the_right_and_wrong_answers_of_the_sources():
    found = {
        name: recorded.digest_answers(exercises.get(name), *both)
        for name, both in recording.values().items()
    }
    assert found == recorded.digests()
    assert sum(len(entry.get("slips", ())) for entry in found.values()) > 150


def plain(root):
    """Return the lesson of asserts that stands in docs/new-exercise.md."""
    text = (ROOT / "docs" / "new-exercise.md").read_text(encoding="utf-8")
    lesson = text.split("```python plain\n")[1].split("```")[0]
    assert lesson.count("\n") <= 30
    (root / "solutions").mkdir(parents=True, exist_ok=True)
    path = root / "solutions" / "09_our_own.py"
    path.write_text(lesson, encoding="utf-8")
    return path


def test_a_lesson_of_asserts_is_built_as_the_page_says(tmp_path):
    path = plain(tmp_path)
    files = built_files(tmp_path)
    theirs = files[tmp_path / "notebooks" / path.stem / f"{path.stem}.ipynb"].decode()
    assert "[3, 6]" in theirs
    assert "22, 26" not in theirs and "range(len(x)" not in theirs
    hold_to_rules(read_lesson(path))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("assert np.allclose(", "np.allclose(", "asserts something"),
        ("### END HIDDEN TESTS", "### END HIDDEN TESTS\n2", "would be the points"),
        ("assert np", "check('moving_sum')\nassert np", "in its marker"),
        ("moving_sum(np", "other_sum(np", "no answer cell above defines"),
    ],
)
def test_a_test_of_asserts_that_would_not_count_is_refused(
    tmp_path, old, new, sentence
):
    path = plain(tmp_path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(LessonError, match=sentence):
        hold_to_rules(read_lesson(path))
