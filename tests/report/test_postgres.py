"""The whole loop on a PostgreSQL server that the test starts, formgrader included."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from autograder.classroom import lateness, lms
from autograder.feedback import pages
from autograder.gradebook import late_rule
from autograder.report import write_report
from autograder.report.class_results import read_class
from autograder.run import changes
from autograder.run.batch import grade
from tests.conftest import ROOT
from tests.engine import little

TOKEN = "postgres"
NOBODY = "nobody"

pytest.importorskip("psycopg")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("postgres"),
    pytest.mark.skipif(
        not (shutil.which("postgres") and shutil.which("initdb")),
        reason="PostgreSQL is not installed: postgres and initdb are not on the path",
    ),
    # nbgrader's own model, on any database
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]


@pytest.fixture(scope="module")
def db_url():
    """Start a server on a socket of its own, without a network, and stop it again."""
    tools = Path(shutil.which("initdb")).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="byhand-pg-", dir="/tmp"))
    who = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL}
    if os.getuid() == 0:  # PostgreSQL refuses root
        shutil.chown(folder, NOBODY)
        who |= {"user": NOBODY, "extra_groups": []}
    data, log = folder / "data", folder / "log"
    control = [tools / "pg_ctl", "-D", data, "-l", log, "-w"]
    initdb = [tools / "initdb", "-D", data, "-U", "teacher", "-A", "trust", "-N"]
    subprocess.run([*initdb, "-E", "UTF8", "--locale=C"], **who)
    options = f"-F -k {folder} -c listen_addresses=''"
    subprocess.run([*control, "-o", options, "start"], **who)
    try:
        yield f"postgresql+psycopg://teacher@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **who)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def course(db_url, tmp_path_factory):
    """Return a course whose gradebook is on the server, graded."""
    folder = tmp_path_factory.mktemp("course")
    made = little.make(folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    wrong = {"double": "def double(x):\n    return 3 * x"}
    made.submit("ada", little.as_bytes(little.notebook()))
    made.submit("bob", little.as_bytes(little.notebook(answers=wrong)))
    made.submit("broken", b"{")
    rules = 'per_day = "10 %"\n[due]\nlittle = 2020-01-01T00:00:00Z\n'
    (made.course.grading / lateness.FILE).write_text(
        f"{rules}[extensions.ada]\nlittle = 100000\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BYHAND_DB_URL", db_url)
        batch = grade(made.course, seed=1, judges=1)
        assert (batch.received, batch.saved) == (3, 2)
        late_rule.bring_up_to_date(made.course)
        yield made.course


@pytest.fixture(scope="module")
def formgrader(course):
    """Serve formgrader on the course; return ask(path, method, content)."""
    home = course.root / "home"
    home.mkdir()
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            f"--ServerApp.root_dir={course.root}",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={TOKEN}",
        ],
        cwd=course.root,
        env={**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    reader = wait_until_ready(server)
    wait_until_open(port)
    address = f"http://127.0.0.1:{port}"

    def ask(path, method="GET", content=None):
        request = urllib.request.Request(
            f"{address}/formgrader/api/{path}",
            method=method,
            data=content and json.dumps(content).encode(),
            headers={"Authorization": f"token {TOKEN}"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    try:
        yield ask
    finally:
        server.kill()
        server.wait()
        reader.join()
        server.stdout.close()


def wait_until_ready(server):
    """Read what the server says until it is ready; return who reads on."""
    for line in server.stdout:
        if "is running at" in line:
            reader = threading.Thread(target=server.stdout.read, daemon=True)
            reader.start()
            return reader
    raise AssertionError("the server ended before it was ready")


def wait_until_open(port, seconds=60):
    """Knock until the port is open: the server says that it runs before it listens."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
    raise AssertionError("the server doesn't listen")


def free_port():
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def points(course, student):
    found = changes.points(course)
    return sum(p[0] or 0.0 for (_, who, _), p in found.items() if who == student)


def test_grades_lie_on_the_server_and_in_no_file(course):
    assert points(course, "ada") == little.FULL
    assert points(course, "bob") == little.FULL - 3
    assert not list(course.grading.glob("gradebook.db*"))


def test_late_rules_and_extensions_hold_there_too(course):
    found = {s.student: s.penalty for s in read_class(course).submissions}
    assert found["ada"] == 0
    assert found["bob"] == pytest.approx(little.FULL - 3)


def test_a_second_run_changes_nothing(course):
    before = changes.points(course)
    batch = grade(course, judges=1)
    assert (batch.saved, batch.judged) == (2, 0)
    assert changes.points(course) == before


def test_a_mark_typed_in_formgrader_reaches_feedback_report_and_export(
    course, formgrader
):
    found = {each["student"]: each for each in formgrader("submissions/little")}
    assert found["ada"]["score"] == little.FULL
    assert found["ada"]["autograded"]
    with course.gradebook() as book:
        grade_id = book.find_grade("why", little.NAME, little.NAME, "ada").id
    formgrader(f"grade/{grade_id}", "PUT", {"manual_score": 1.5, "extra_credit": 0})
    assert formgrader("submission/little/ada")["score"] == little.FULL + 1.5
    assert pages.write_pages(course, [("ada", little.NAME)]) == {}
    page = course.feedback / "ada" / little.NAME / f"{little.NAME}.html"
    assert "11.5" in page.read_text(encoding="utf-8")
    data = read_class(course)
    assert lms.grades(data)[little.NAME, "ada"] == little.FULL + 1.5
    assert write_report(course).exists()
