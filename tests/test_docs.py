"""What the pages of the project say is so."""

import json
import re

import pytest

from benchmarks import scale
from byhand import exercises
from byhand.checks import checking, reporting
from tests.engine import against_stock, attacks
from tests.engine.test_class_files import FILES
from tests.zoo.convolution import reference

PAGES = (
    *("README.md", "CONTRIBUTING.md"),
    *("docs/architecture.md", "docs/teaching.md", "docs/any-course.md"),
)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_somewhere(root, page):
    text = (root / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith("http"):
            assert (root / page).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_exists(root, page):
    known = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), re.M))
    text = (root / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^    |`)make ([a-z]+)", text, re.M))
    assert named <= known


@pytest.mark.parametrize("lesson", exercises.LESSONS)
def test_the_lesson_table_counts_what_the_lessons_say(root, lesson):
    found = [e for e in exercises.table().values() if e.lesson == lesson]
    text = (root / "README.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| \[{lesson[:2]} .*$", text, re.M)
    source = (root / f"solutions/{lesson}.py").read_text(encoding="utf-8")
    assert re.search(r"^# # (.*)$", source, re.M).group(1) in row
    assert f"notebooks/{lesson}/{lesson}.ipynb" in row
    book = json.loads((root / f"notebooks/{lesson}/{lesson}.ipynb").read_text("utf-8"))
    roles = [cell["metadata"].get("nbgrader", {}) for cell in book["cells"]]
    assert [cell.strip() for cell in row.split("|")[3:6]] == [
        str(sum(e.counted for e in found)),
        f"{sum(role.get('points', 0) for role in roles):g}",
        str(minutes_needed(source)),
    ]


def minutes_needed(source):
    """Return the minutes that the head of a lesson says it takes."""
    head = source[source.index("**You need**") :].replace("\n# ", " ")
    count, unit = re.search(r"(\d+|three|four) (minutes|hours)", head).groups()
    number = {"three": 3, "four": 4}.get(count) or int(count)
    return number * (60 if unit == "hours" else 1)


def test_the_report_in_the_readme_is_what_the_check_says(root):
    def crawls(x, w, b=0.0, *, stride=1, padding=0, dilation=1):
        h, wide = reference(x, w, b, stride, padding, dilation).shape
        return reference(x, w, b, 1, padding, dilation)[:h, :wide]

    report = reporting.text(checking.judge("conv2d", crawls))
    assert report in (root / "README.md").read_text(encoding="utf-8")


def test_the_page_on_scale_holds_what_was_measured(root):
    page = (root / "docs" / "scale.md").read_text(encoding="utf-8")
    results = json.loads(scale.RESULTS.read_text(encoding="utf-8"))
    assert set(results) == set(map(str, scale.SIZES))
    for line in (*scale.measured(results), *scale.worked_out(results)):
        assert line in page
    assert all(found["saved"] == int(count) for count, found in results.items())
    assert results["1000"]["grade"]["killed"] == 1


def test_the_table_of_attacks_is_what_the_last_runs_found(root):
    page = (root / "README.md").read_text(encoding="utf-8")
    rows = against_stock.kept()
    kinds = {attack.name: attack.kind for attack in attacks.ATTACKS}
    assert {row.name: row.kind for row in rows}.items() <= kinds.items()
    for what, count, given, stock in against_stock.table(rows):
        assert f"| {what} | {count} | {stock} of {given} | 0 |" in page
    packed = len(FILES)
    assert f"| archives and names that cost a neighbour | {packed} | – | 0 |" in page


def test_the_course_has_the_exercises_that_it_promises():
    counted = [e for e in exercises.table().values() if e.counted]
    assert len(counted) >= 56
    lengths = sorted(e.lines for e in counted if e.lines)
    assert lengths[len(lengths) // 2] <= 12
    assert lengths[-1] <= 30
