"""Marking written answers through the local server, by requests and by keys."""

import contextlib
import http.client
import json
import shutil
import threading

import pytest

from autograder.errors import ProblemError
from autograder.marking import written
from autograder.marking.server import COOKIE, Server
from tests.engine import little

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
SCHEME = "### BEGIN MARK SCHEME\n2 points: it *fits*.\n### END MARK SCHEME"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with three answers to its written question, one empty."""
    course = little.make(tmp_path_factory.mktemp("marking")).course
    source = course.notebooks(little.NAME)[0]
    tree = json.loads(source.read_text())
    little.find(tree, "why")["source"] += f"\n\n{SCHEME}"
    source.write_text(json.dumps(tree))
    with course.gradebook() as book:
        book.add_assignment(little.NAME)
        book.add_notebook(little.NAME, little.NAME)
        place = (little.NAME, little.NAME)
        book.add_grade_cell("why", *place, max_score=2, cell_type="markdown")
        book.add_solution_cell("why", *place)
        book.add_grade_cell("test_stops", *place, max_score=1, cell_type="code")
        for name, answer in (("ada", "It <b>ends</b>."), ("bob", "So."), ("eve", "")):
            book.add_student(name)
            book.add_submission(little.NAME, name)
            grade = book.find_grade("why", *place, name)
            grade.auto_score = None if answer else 0.0
            book.find_grade("test_stops", *place, name).auto_score = 1.0
            tree = little.notebook(answers={"why": f"{_question()}\n\n{answer}"})
            folder = course.grading / "autograded" / name / little.NAME
            folder.mkdir(parents=True)
            (folder / f"{little.NAME}.ipynb").write_text(json.dumps(tree))
        book.db.commit()
    return course


def _question():
    return little.find(little.notebook(), "why")["source"]


@pytest.fixture
def server(course):
    with Server(course) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(server, path, body=None, **headers):
    """Return (status, text, headers) of an answer; "" leaves a header out."""
    told = {"Cookie": f"{COOKIE}={server.token}", "Content-Type": "application/json"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    told = {name: value for name, value in told.items() if value}
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", server.server_port)
    ) as line:
        line.request("POST" if body else "GET", path, body, told)
        answer = line.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())


def grade_of(course, student, cell="why"):
    with course.gradebook() as book:
        grade = book.find_grade(cell, little.NAME, little.NAME, student)
        said = [c.manual_comment for c in grade.notebook.comments if c.name == cell]
        return grade.id, grade.manual_score, grade.needs_manual_grade, said


def mark(server, key, points, comment=""):
    told = {"key": key, "points": points, "comment": comment}
    return ask(server, "/mark", json.dumps(told))[:2]


def test_the_page_shows_all_answers_beside_the_scheme_and_no_name(server):
    status, text, headers = ask(server, "/little/why")
    assert status == 200
    assert "It &lt;b&gt;ends&lt;/b&gt;." in text and "So." in text
    assert "<em>fits</em>" in text and "1 student wrote nothing" in text
    assert "2 of 2 answers without a mark" in text
    assert not {"ada", "bob", "eve"} & set(text.split())
    assert "script-src 'nonce-" in headers["Content-Security-Policy"]
    status, text, _ = ask(server, "/")
    assert 'href="/little/why"' in text


def test_a_mark_and_a_comment_go_into_the_gradebook(server, course):
    key, *_ = grade_of(course, "bob")
    assert mark(server, key, 1.5, "Nearly.") == (200, "saved")
    assert grade_of(course, "bob") == (key, 1.5, False, ["Nearly."])
    assert "1 of 2 answers without a mark" in ask(server, "/little/why")[1]
    assert mark(server, key, None) == (200, "saved")
    assert grade_of(course, "bob") == (key, None, True, [None])


@pytest.mark.parametrize("points", [-1, 2.5, 1e9, "2", True, [1], float("nan")])
def test_points_that_there_are_not_are_refused(server, course, points):
    key, *_ = grade_of(course, "ada")
    assert mark(server, key, points)[0] == 400
    assert grade_of(course, "ada")[1] is None


def test_only_written_answers_are_marked_here(server, course):
    key, *_ = grade_of(course, "ada", "test_stops")
    assert mark(server, key, 0)[0] == 400
    assert mark(server, "nobody", 0)[0] == 400
    with pytest.raises(ProblemError):
        written.save(course, key, 0.0, "")


def test_the_whole_submission_can_be_read(server, course):
    key, *_ = grade_of(course, "ada")
    status, text, _ = ask(server, f"/whole/{key}")
    assert status == 200
    assert "Feedback for ada" in text
    assert ask(server, "/whole/no")[0] == 404
    assert ask(server, "/little/no")[0] == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": ""},
        {"Cookie": f"{COOKIE}=guess"},
        {"Cookie": f"{COOKIE}=gu\xe9ss"},
        {"Host": "example.org"},
        {"Content_Type": "text/plain"},
    ],
)
def test_nobody_else_can_mark(server, course, headers):
    key, *_ = grade_of(course, "ada")
    told = json.dumps({"key": key, "points": 2, "comment": ""})
    assert ask(server, "/mark", told, **headers)[0] == 403
    assert grade_of(course, "ada")[1] is None
    if "Content_Type" not in headers:
        assert ask(server, "/little/why", **headers)[0] == 403


def test_the_token_in_the_address_becomes_a_cookie_of_this_page_alone(server):
    assert server.server_address[0] == "127.0.0.1"
    path = server.address.partition(str(server.server_port))[2]
    status, _, headers = ask(server, path, Cookie="")
    assert (status, headers["Location"]) == (303, "/")
    assert "HttpOnly; SameSite=Lax" in headers["Set-Cookie"]
    assert ask(server, "/?token=guess", Cookie="")[0] == 403
    assert ask(server, path, Cookie="", Host="example.org")[0] == 403


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is missing")
def test_keys_give_points_in_a_browser(server, course, tmp_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        door = tmp_path / "door.html"  # as the command opens it
        address = f"0;url={server.address}"
        door.write_text(f'<meta http-equiv="refresh" content="{address}">')
        page.goto(door.as_uri())
        page.get_by_role("link", name="why").click()
        first = page.locator(".answer").first
        page.keyboard.press("1")
        page.keyboard.press(".")
        first.get_by_text("saved", exact=True).wait_for()
        page.keyboard.press("c")
        page.keyboard.type("Draw it. 2")
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        page.keyboard.press("0")
        page.locator(".answer.now .said", has_text="saved").wait_for()
        page.get_by_text("0 of 2 answers without a mark").wait_for()
        browser.close()
    found = [grade_of(course, name) for name in ("ada", "bob")]
    assert {(points, *said) for _, points, _, said in found} == {
        (1.5, "Draw it. 2"),
        (0.0, None),
    }
