"""Every page that people see, made as a teacher and a learner meet it.

`served(folder)` grades a small class once in a folder and serves feedback, report,
site, marking, formgrader, explorers and reports of checks; `opened` opens one.
"""

import contextlib
import shutil
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from autograder import paths
from autograder.classroom import made_up
from autograder.classroom.class_list import Person
from autograder.course import Course
from autograder.marking import written
from autograder.marking.server import Server
from autograder.report.class_results import read_class
from autograder.report.page import pages
from autograder.report.writing import write_report
from autograder.run import pipeline
from autograder.site import website
from tools import jupyter

LESSON = "02_convolution"
FIRST = "01_x_or_o"  # where the front page sends a stranger
STUDENTS = ("ada", "leonhard", "carl", "pierre", "mary", "kurt", "joseph")
_PAGES = {"strong": "ada", "weak": "leonhard", "late": "carl", "untouched": "pierre"}
_LATE = """per_day = "10 %"
[due]
{lesson} = {due}
"""
_NUMBERS = (
    "explore.convolution(conv2d, input='numbers', kernel='numbers', padding=1, "
    "row=2, col=2)"
)
_PLAIN = """import numpy as np
from byhand import check

def conv2d_plain(x, w, b=0.0):
    kh, kw = w.shape
    h, v = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    y = np.zeros((h, v), dtype=x.dtype)
    for i in range(h):
        for j in range(v):
            y[i, j] = b + np.sum(w * x[i : i + kh, j : j + kw])
    return y
"""
_CHECK = 'check("conv2d_plain", points=2)'
_PREDICTED = (
    'from byhand import check\nequal_pixels = {}\ncheck("equal_pixels", points=1)'
)
EXPLORERS = {
    "convolution": jupyter.CONV2D + _NUMBERS,
    "convolution_flipped": jupyter.CONV2D.replace("np.sum(w", "np.sum(w[::-1, ::-1]")
    + _NUMBERS,
    "convolution_photograph": (
        "from byhand import explore\nexplore.convolution(input='photograph', "
        "kernel='Sobel', row=12, col=24)"
    ),
    "channels": "from byhand import explore\nexplore.channels()",
    "x_or_o": "from byhand import explore\nexplore.x_or_o()",
    "receptive_field": (
        "from byhand import explore\n"
        "explore.receptive_field(preset='dilations 1 2 4', n=19, top=2)"
    ),
    "pooling": "from byhand import explore\nexplore.pooling()",
    "gradient_flow": "from byhand import explore\nexplore.gradient_flow(step=3)",
    "transposed_convolution": (
        "from byhand import explore\nexplore.transposed_convolution(row=2, col=2)"
    ),
    "filters_and_maps": "from byhand import explore\nexplore.filters_and_maps()",
}
CHECKS = {
    "passes": _PLAIN + _CHECK,
    "fails_with_a_name": _PLAIN.replace("(w * x", "(w[::-1, ::-1] * x") + _CHECK,
    "fails_by_its_wiring": _PLAIN.replace("range(v)", "range(1, v)") + _CHECK,
    "raises": _PLAIN.replace("np.zeros((h, v)", "np.zeros((h, v - 1)") + _CHECK,
    "waits": f"from byhand import check\n{_CHECK}",
    "predicted_right": _PREDICTED.format(65),
    "predicted_wrong": _PREDICTED.format(3),
}


@dataclass(frozen=True)
class Surface:
    """Where a page is, what is there once it is drawn, and the part that is ours.

    ``door`` is an address to open before, which lets one in. ``notebook`` names a file
    to run in JupyterLab; ``address`` is empty then. ``theirs`` are the parts of a page
    that others made, "*" all of it: axe leaves them out.
    """

    address: str
    ready: str = "main"
    part: str = ""
    notebook: str = ""
    door: str = ""
    theirs: tuple[str, ...] = ()


@contextlib.contextmanager
def served(folder, *, dark=False, site=None, lessons=(LESSON,), students=STUDENTS):
    """Yield {name: Surface} and JupyterLab's (address, token), while both serve.

    ``site`` is the folder of a built site; without it the one lesson is built. A class
    that was graded in this folder before stays.
    """
    folder = folder.resolve()  # the grader works in folders of its own
    course = graded(folder, lessons, students)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(course))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        _write_notebooks(course.root / "cells")
        lab = stack.enter_context(jupyter.serving(course.root, dark=dark))
        yield (
            {
                **_files(course),
                **_marking(course, server),
                **_formgrader(course, lab),
                **_site(folder, site),
                **_in_lab(lab),
            },
            lab,
        )


def opened(web, surface, lab):
    """Return the page of a surface, opened in a browser and drawn."""
    if surface.notebook:
        page = jupyter.open_notebook(web, lab, surface.notebook)
    else:
        page = web.new_page()
        if surface.door:
            page.goto(surface.door)
        page.goto(surface.address)
    page.locator(surface.ready).first.wait_for(timeout=90_000)
    return page


def close(page):
    """Close a page, and end what ran for it."""
    page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    page.close()


def graded(folder, lessons=(LESSON,), students=STUDENTS):
    """Return a course in which a class is graded, one of them late."""
    course = Course(folder)
    if course.feedback.is_dir():
        return course
    for lesson in lessons:
        for kind in ("notebooks", "solutions"):
            shutil.copytree(paths.ROOT / kind / lesson, folder / kind / lesson)
    shutil.copy(paths.ROOT / "nbgrader_config.py", folder)
    course.grading.mkdir()
    due = datetime.now(UTC) - timedelta(hours=1)
    told = _LATE.format(lesson=LESSON, due=due.isoformat())
    on_time = [f"[extensions.{s}]\nall = 1\n" for s in students if s != _PAGES["late"]]
    (course.grading / "late.toml").write_text(told + "".join(on_time))
    made_up.make_class(course, students=students)
    (course.grading / made_up.MARK).unlink()
    pipeline.grade_class(course, judges=2)
    return course


def _files(course):
    found = {
        f"feedback_{kind}": course.feedback / student / LESSON / f"{LESSON}.html"
        for kind, student in _PAGES.items()
    }
    report = write_report(course)
    found |= {"report": report, "report_class": report.with_name("class.html")}
    for name, page in pages(_many(read_class(course), 200), time.time()).items():
        path = course.grading / f"many-{name}.html"
        path.write_text(page, encoding="utf-8")
        found[f"report_of_200_{name}"] = path
    return {name: Surface(path.as_uri()) for name, path in found.items()}


def _many(data, count):
    """Return the class with so many students, the same work again and again."""
    known = sorted(data.people)
    people, submissions = {}, []
    for n in range(count):
        student = known[n % len(known)]
        new = f"{student}-{n:03}"
        letter = chr(ord("A") + n % 26)
        people[new] = Person(new, student.title(), f"{letter}-Student {n:03}")
        submissions += [
            replace(one, student=new)
            for one in data.submissions
            if one.student == student
        ]
    return replace(data, people=people, submissions=submissions)


def _marking(course, server):
    question = written.questions(course)[0]
    base = f"http://127.0.0.1:{server.server_port}"
    return {
        "marking": Surface(server.address),
        "marking_question": Surface(base + question.path, door=server.address),
    }


def _formgrader(course, lab):
    address, token = lab
    with course.gradebook() as book:
        key = book.find_submission(LESSON, "leonhard").notebooks[0].id
    base, door = f"{address}/formgrader", f"{address}/login?token={token}"
    table, ours = f"{base}/gradebook/{LESSON}/{LESSON}", "#notebook-container"
    own = (".panel-heading", ".comment")  # nbgrader's, in the midst of our texts
    return {
        "formgrader": Surface(table, "tbody td a", door=door, theirs=("*",)),
        "formgrader_submission": Surface(
            f"{base}/submissions/{key}/", f"{ours} .cell", ours, door=door, theirs=own
        ),
    }


def _site(folder, site):
    if site is None:
        site = folder / "site"
        if not site.is_dir():
            lessons = [n for n in website.notebooks() if n.stem in (FIRST, LESSON)]
            website.build(site, lessons)
    return {
        "site": Surface((site / "index.html").as_uri()),
        "site_lesson": Surface((site / "lessons" / f"{LESSON}.html").as_uri()),
    }


def _write_notebooks(folder):
    folder.mkdir(exist_ok=True)
    for name, cell in {**EXPLORERS, **CHECKS}.items():
        jupyter.write_notebook(folder / f"{name}.ipynb", *cell.rsplit("\n", 1))


def _in_lab(lab):
    address, token = lab
    found = {
        "lab": Surface(
            f"{address}/lab/tree/notebooks/{LESSON}/{LESSON}.ipynb?token={token}&reset",
            ".jp-Notebook h1",
            theirs=("*",),
        )
    }
    for name in EXPLORERS:
        part = ".byhand-explorer"
        ready = f"{part} .byhand-x"
        found[f"explorer_{name}"] = Surface("", ready, part, f"cells/{name}.ipynb")
    for name in CHECKS:
        part = ".byhand-report"
        found[f"check_{name}"] = Surface("", part, part, f"cells/{name}.ipynb")
    return found
