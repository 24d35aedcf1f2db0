"""The course where the clone, TensorFlow, make or a Unix system is missing."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile

import nbformat
import numpy as np
import pytest

from autograder.doors import buttons, lite, wheel
from autograder.errors import ProblemError
from autograder.lessons.adopting import adopted
from autograder.lessons.building import built_files
from autograder.site import website
from byhand import __version__ as VERSION
from byhand import exercises
from byhand.keras_numpy import recorded_calls, stand_in
from tests.conftest import ROOT

FUNCTIONS = [e.id for e in exercises.table().values() if e.kind == "function"]
PACKAGE = tomllib.loads((wheel.SOURCE / "pyproject.toml").read_text("utf-8"))["project"]


def python(code, *arguments, **settings):
    """Run code in a process of its own and return what it printed."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- without Keras -----------------------------------------------------------------

REFEREE = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = None
from byhand import exercises
from byhand.checks import comparing, material, recorded

for name in sys.argv[1:]:
    exercise = exercises.get(name)
    known = recorded.read(name)[0] + (recorded.spare(name) or [])
    cases = material.visible(name) + recorded.spare_cases(exercise)
    found = recorded.expect(exercise, cases[: len(known)])
    assert len(found) == len(known) > 0, name
    for case, right, mine in zip(cases, known, found):
        wrong = comparing.difference(right, mine, parts=exercise.parts)
        assert wrong is None, (name, case.name, wrong)
    print(name)
"""


def test_numpy_answers_every_recorded_case_as_keras_did():
    assert python(REFEREE, *FUNCTIONS, cwd=ROOT).split() == FUNCTIONS


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_without_keras_solutions_earn_all_points_and_untouched_cells_raise_nothing():
    command = [sys.executable, "-m", "tests.without_keras"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert list(told) == list(exercises.LESSONS)
    points = {}
    for lesson, kinds in told.items():
        for kind, found in kinds.items():
            assert not found["raised"], (lesson, kind, found["raised"])
            assert not found["unrecorded"], (lesson, kind, found["unrecorded"])
        solved, untouched = kinds["solutions"], kinds["notebooks"]
        assert untouched["earned"] == 0 < untouched["possible"]
        points[lesson] = solved["earned"], solved["possible"]
    assert all(earned == possible for earned, possible in points.values()), points


GRADIENT = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = None
import numpy as np
from byhand import keras, tensorflow as tf

layer = keras.layers.Conv1D(1, 3, strides=2, dtype="float64")
layer.build((1, 7, 1))
kernel = np.array([1.0, 10, 100])
layer.set_weights([kernel[:, None, None], np.array([float(sys.argv[1])])])
x = tf.constant(np.arange(7.0)[None, :, None])
with tf.GradientTape() as tape:
    y = layer(x)
dx, dw, db = tape.gradient(y, [x, *layer.weights], tf.constant(np.ones((1, 3, 1))))
print(*np.ravel(y), "|", *np.ravel(dx), "|", *np.ravel(dw), "|", *np.ravel(db))
"""


def test_a_cell_that_asks_something_new_is_answered_by_numpy_and_says_so():
    said, numbers = python(GRADIENT, 0.125, cwd=ROOT).splitlines()
    assert said == f"({stand_in.COMPUTED})"
    y, dx, dw, db = numbers.split(" | ")
    assert y == "210.125 432.125 654.125"
    assert dx == "1.0 10.0 101.0 10.0 101.0 10.0 100.0"
    assert dw == "6.0 9.0 12.0"
    assert db == "3.0"


def test_what_is_recorded_is_given_and_said(tmp_path, capsys):
    asked = []

    def ask(*question):
        asked.append(question[0])
        return [np.array([[7.0]])]

    recording = recorded_calls.Recording(asking=True)

    def run(witness):
        layer = stand_in.keras(witness).layers.Dense(1, use_bias=False)
        layer.build((1, 2))
        layer.set_weights([[[1.0], [2.0]]])
        return float(layer(np.array([[3.0, 4.0 + 1e-14]]))[0, 0])

    assert run(stand_in.Witness(recording, ask)) == 7.0
    recording.write(tmp_path / "calls.npz")
    again = recorded_calls.Recording(tmp_path / "calls.npz")
    assert run(stand_in.Witness(again)) == 7.0  # not the 11 of NumPy
    assert asked == ["call"]
    assert capsys.readouterr().out == f"({stand_in.RECORDED})\n"
    assert round(run(stand_in.Witness(recorded_calls.Recording())), 9) == 11.0


@pytest.mark.tf
def test_the_calls_of_a_lesson_are_recorded_as_keras_answers_today():
    from autograder.lessons import asking
    from byhand import data

    known = recorded_calls.Recording(data.folder() / "recorded" / asking.FILE)
    today = recorded_calls.Recording(asking=True)
    witness = stand_in.Witness(today, asking.ask)
    for kind in ("notebooks", "solutions"):
        asking._run(ROOT / kind / "07_transposed_convolution", witness)
    assert len(today.known) >= 8
    for key, arrays in today.known.items():
        assert len(known.known[key]) == len(arrays)
        for mine, kept in zip(arrays, known.known[key], strict=True):
            np.testing.assert_allclose(kept, mine, rtol=1e-9, atol=1e-9)


# --- the package -------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return a folder with the unpacked wheel, and nothing else of the course."""
    folder = tmp_path_factory.mktemp("package")
    with zipfile.ZipFile(wheel.build(folder / "dist")) as zipped:
        zipped.extractall(folder / "site")
    return folder / "site"


def test_the_package_asks_for_three_packages_and_sets_no_upper_bound():
    assert [re.match(r"\w+", d)[0] for d in PACKAGE["dependencies"]] == [
        "numpy",
        "matplotlib",
        "ipywidgets",
    ]
    said = [*PACKAGE["dependencies"], PACKAGE["requires-python"]]
    assert all(re.fullmatch(r"\w*>=[\d.]+", each) for each in said)


def test_the_package_holds_its_data_and_nothing_that_computes_a_mistake(installed):
    names = {p.relative_to(installed).as_posix() for p in installed.rglob("*.*")}
    for name in ("README.md", "digits.npz", "recorded/conv2d.npz"):
        assert f"byhand/stored/{name}" in names
    assert "byhand/stored/notebooks/02_convolution/02_convolution.ipynb" in names
    assert not [n for n in names if "slips" in n or n.startswith(("tests", "autogr"))]
    for path in (installed / "byhand").rglob("*.py"):
        assert "MISTAKES" not in path.read_text("utf-8"), path


CHECK = """
import sys
for name in ("tensorflow", "keras", "tqdm", "nbgrader", "autograder"):
    sys.modules[name] = None
import byhand
from byhand import check, data

assert byhand.__file__.startswith(sys.argv[1]), byhand.__file__
assert str(data.folder()).startswith(sys.argv[1])


def true_conv1d(x, w):
    return x


def weighted_sum(values, weights):
    return float(sum(v * w for v, w in zip(values, weights)))


assert check("weighted_sum", points=2) == 2.0
assert check("weighted_sum", points=2, hidden=True) == 2.0
assert check("true_conv1d", points=2) == 0.0
"""


def test_the_package_checks_without_a_clone(installed, tmp_path):
    there = {**os.environ, "PYTHONPATH": str(installed)}
    said = python(CHECK, installed, cwd=tmp_path, env=there)
    assert "weighted_sum" in said and "true_conv1d" in said


def test_lab_puts_the_lessons_into_a_folder_and_never_over_one(installed, tmp_path):
    there = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "byhand", "lab", "mine", "--copy"]

    def run():
        settings = {"cwd": tmp_path, "env": there, "capture_output": True}
        return subprocess.run(command, text=True, check=True, **settings).stdout

    assert "mine: 9 new notebooks" in run()
    lesson = tmp_path / "mine" / "notebooks" / "02_convolution" / "02_convolution.ipynb"
    ours = ROOT / "notebooks" / "02_convolution" / lesson.name
    assert lesson.read_bytes() == ours.read_bytes()
    lesson.write_text("my answers")
    assert "mine: 0 new notebooks" in run()
    assert lesson.read_text() == "my answers"


# --- without a Unix system ---------------------------------------------------------

WINDOWS = """
import signal, sys
for name in ("fcntl", "pwd", "resource", "termios", "grp"):
    sys.modules[name] = None
for name in ("setitimer", "SIGALRM"):
    delattr(signal, name)
from byhand import check
from byhand import __main__
from byhand.checks import running


def in_one_line():
    while True: pass


def swallowing():
    while True:
        try:
            for k in range(3):
                k += 1
        except Exception:
            pass


def through_numpys_back(n):
    total = 0
    for k in range(n):
        total += k
    return total


for function in (in_one_line, swallowing):
    assert running.call(function, seconds=0.2).timed_out, function
right = running.call(through_numpys_back, (1000,))
assert (right.value, right.timed_out) == (499500, False)


def weighted_sum(values, weights):
    return float(sum(v * w for v, w in zip(values, weights)))


assert check("weighted_sum", points=1) == 1
"""


def test_checks_need_nothing_of_unix_and_end_an_endless_loop_without_alarms():
    python(WINDOWS, cwd=ROOT, timeout=300)


# --- doors -------------------------------------------------------------------------

LESSONS = website.notebooks()


def first_cell(path):
    cells = nbformat.read(path, as_version=4).cells
    return next(cell for cell in cells if cell.cell_type == "code")


def test_every_lesson_begins_with_the_same_cell_that_installs_the_package():
    cells = {first_cell(path).source for path in LESSONS}
    (source,) = cells
    assert f'[*pip, "{PACKAGE["name"]}"], check=True)' in source
    for path in LESSONS:
        assert "nbgrader" not in first_cell(path).metadata


def test_the_first_cell_does_nothing_where_byhand_is_and_installs_it_elsewhere(
    monkeypatch, capsys
):
    source = first_cell(LESSONS[0]).source
    called = []
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: called.append(a[0]))
    exec(source, {})
    assert (called, capsys.readouterr().out) == ([], "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    exec(source, {})
    wheel_beside = ["-f", "."]
    pip = [sys.executable, "-m", "pip", "install", "-q"]
    assert called == [[*pip, *wheel_beside, "byhand"]]


@pytest.mark.parametrize(
    ("urls", "slug"),
    [
        ("", ""),
        ('[project.urls]\nRepository = "https://github.com/a/by-hand"', "a/by-hand"),
        ('[project.urls]\nRepository = "https://github.com/a/b.c.git"', "a/b.c"),
        ('[project.urls]\nRepository = "https://example.org/a/b"', ""),
    ],
)
def test_the_address_stands_in_one_place(tmp_path, urls, slug):
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "x"\n{urls}\n')
    assert buttons.published(tmp_path) == slug


def test_the_readme_has_buttons_when_there_is_an_address_and_else_none():
    text = (ROOT / "README.md").read_text("utf-8")
    assert buttons.readme(text, "") == buttons.readme(buttons.readme(text, "a/b"), "")
    with_buttons = buttons.readme(text, "a/b")
    assert buttons.readme(with_buttons, "a/b") == with_buttons
    place = "a/b/blob/main/notebooks/00_start_here/00_start_here.ipynb"
    assert f"https://colab.research.google.com/github/{place}" in with_buttons
    assert "https://codespaces.new/a/b" in with_buttons
    for lesson in LESSONS:
        assert f"notebooks/{lesson.stem}/" in buttons.links("a/b", lesson.stem)
    assert buttons.links("", "00_start_here") == ""


@pytest.fixture
def published(tmp_path):
    """Return a course that is published at an example's address, and what is built."""
    (tmp_path / "solutions").mkdir()
    shutil.copy(ROOT / "solutions" / "00_start_here.py", tmp_path / "solutions")
    shutil.copy(ROOT / "README.md", tmp_path)
    urls = '[project]\nname = "x"\n[project.urls]\nRepository = "https://github.com/a/by-hand"\n'
    (tmp_path / "pyproject.toml").write_text(urls)
    return tmp_path, built_files(tmp_path)


def test_one_address_gives_badges_links_pictures_and_the_place_of_the_wheel(published):
    root, files = published
    readme = files[root / "README.md"].decode()
    assert "[![Open in Colab](https://colab.research.google.com/" in readme
    raw = "https://raw.githubusercontent.com/a/by-hand/main/docs/pictures/"
    assert readme.count(f"]({raw}") == (ROOT / "README.md").read_text("utf-8").count(
        "](docs/pictures/"
    )
    assert buttons.readme(readme, "") == (ROOT / "README.md").read_text("utf-8")
    for folder in ("notebooks", "solutions"):
        path = root / folder / "00_start_here" / "00_start_here.ipynb"
        made = nbformat.reads(files[path].decode(), as_version=4)
        assert made.cells[1].source == buttons.links("a/by-hand", "00_start_here")
        (cell,) = (c for c in made.cells if lite.INSTALL in c.source)
        release = f"https://github.com/a/by-hand/releases/expanded_assets/v{VERSION}"
        assert f'"-f", ".",\n           "-f", "{release}"]' in cell.source
        compile(cell.source, "cell", "exec")


def test_the_links_of_a_published_lesson_stay_out_of_its_source(published):
    root, files = published
    path = root / "solutions" / "00_start_here" / "00_start_here.ipynb"
    made = nbformat.reads(files[path].decode(), as_version=4)
    source = root / "solutions" / "00_start_here.py"
    assert adopted(source, made) == source.read_text(encoding="utf-8")


def test_the_package_s_page_shows_a_picture_only_where_it_has_an_address(monkeypatch):
    files = wheel.package_files()
    assert b"![" not in files["README.md"] and b"urls" not in files["pyproject.toml"]
    monkeypatch.setattr(buttons, "published", lambda: "a/by-hand")
    files = wheel.package_files()
    project = tomllib.loads(files["pyproject.toml"].decode())["project"]
    assert project["urls"] == {"Repository": "https://github.com/a/by-hand"}
    (picture,) = re.findall(rb"\]\((\S+\.png)\)", files["README.md"])
    there = picture.decode().partition("/a/by-hand/main/")[2]
    assert (ROOT / there).is_file()


def test_in_a_browser_the_first_cell_fetches_the_package_from_the_site(tmp_path):
    contents = lite.stage(tmp_path, LESSONS)
    for path in LESSONS:
        made = contents / "notebooks" / path.parent.name / path.name
        assert first_cell(made).source == lite.IN_BROWSER
        here, there = (nbformat.read(p, as_version=4).cells for p in (path, made))
        assert len(here) == len(there)
        differ = [k for k, (a, b) in enumerate(zip(here, there, strict=True)) if a != b]
        assert len(differ) == 1


def test_a_site_for_browsers_says_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setattr(lite, "NEEDED", ("jupyterlite-core", "not-a-package"))
    with pytest.raises(ProblemError, match=r"pip install .*not-a-package"):
        lite.build(tmp_path, LESSONS)


def test_binder_and_the_devcontainer_install_what_the_package_asks_for(tmp_path):
    lines = (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()
    assert [n for n in lines if not n.startswith("#")] == PACKAGE["dependencies"]
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert "binder/requirements.txt" in container["postCreateCommand"]
    (opened,) = container["customizations"]["codespaces"]["openFiles"]
    assert (ROOT / opened).is_file()
    venv.create(tmp_path / "env", symlinks=True)
    there = {"PATH": f"{tmp_path}/env/bin:{os.environ['PATH']}"}
    subprocess.run([ROOT / "binder" / "postBuild"], env=there, check=True)
    code = "import byhand; print(byhand.__file__)"
    found = subprocess.run(
        [tmp_path / "env" / "bin" / "python", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(ROOT / "byhand" / "__init__.py")
