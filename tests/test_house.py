"""The house keeps its rules: who imports whom, how large rooms and modules are."""

import ast
import collections
import graphlib
import re
import subprocess
import sys

import pytest

from autograder.lessons.archive import MISTAKES
from byhand import exercises
from tests.conftest import ROOT

ROOMS = {"autograder", "benchmarks", "byhand", "tools"}
PRODUCT = ("byhand", "autograder", "tools")
TRIPLES = ("byhand/explore/models", "byhand/explore/pictures")  # of one explorer each
HEAVY = {"tensorflow", "keras", "matplotlib", "ipywidgets", "IPython", "numpy"}


def imports(path):
    """Yield the top-level package of every import in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


def test_byhand_never_imports_what_teachers_run(root):
    upwards = {
        path.name
        for path in (root / "byhand").rglob("*.py")
        if {"autograder", "tests", "benchmarks", "nbgrader"} & set(imports(path))
    }
    assert not upwards


# of the course; the grader alone is packed without them
OF_THE_COURSE = (
    *("autograder/checks/", "autograder/doors/", "autograder/lessons/"),
    *("autograder/site/", "autograder/viva/", "autograder/commands/release.py"),
    "autograder/worker/course_kernel.py",  # the sandbox takes that folder alone
)


def test_the_grader_knows_the_course_s_checks_by_its_seam_alone(root):
    known = {
        path.relative_to(root).as_posix()
        for path in (root / "autograder").rglob("*.py")
        if {"byhand"} & set(imports(path))
    }
    assert {path for path in known if not path.startswith(OF_THE_COURSE)} == set()


def sources(root):
    """Return {name of a module: its path} of all that we hand out and use ourselves."""
    found = {}
    for package in PRODUCT:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = path
    return found


def imported_modules(name, path, known):
    """Return the modules of ours that one imports anywhere, functions included."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level or None] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            inner = {f"{base}.{alias.name}" for alias in node.names}
            found |= inner & known or {base}
            found |= {base} if inner - known else set()
    return found & known - {name}


def test_no_module_imports_itself_by_way_of_others(root):
    known = sources(root)
    graph = {
        name: imported_modules(name, path, set(known)) for name, path in known.items()
    }
    assert graph["autograder.run.pool"] >= {"autograder.sandbox.client"}
    assert graph["autograder.worker.kernel"] >= {"autograder.worker.wire"}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_two_modules_have_one_name(root):
    places = collections.defaultdict(list)
    for path in sources(root).values():
        place = path.relative_to(root)
        if place.match("byhand/exercises/*/*.py"):
            continue  # an exercise's file is called as the exercise
        if place.stem not in ("__init__", "__main__"):
            folder = place.parent.as_posix()
            kind = "an explorer" if folder in TRIPLES else folder
            places[place.stem].append(kind)
    twice = {name: set(kinds) for name, kinds in places.items() if len(set(kinds)) > 1}
    assert not twice


def test_no_room_has_more_than_fifteen_modules(root):
    rooms = collections.Counter(
        path.parent.relative_to(root).as_posix()
        for path in sources(root).values()
        if path.name != "__init__.py"
    )
    assert {room: count for room, count in rooms.items() if count > 15} == {}


def test_no_module_has_more_than_six_hundred_lines(root):
    lengths = {
        path.relative_to(root).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in sources(root).values()
    }
    assert {path: lines for path, lines in lengths.items() if lines > 600} == {}


def test_no_lesson_imports_the_autograder(root):
    for path in (root / "solutions").glob("*.py"):
        assert "autograder" not in set(imports(path)), path.name


def lessons_imported(code):
    """Return the lessons of exercises that a piece of code imports from."""
    names = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    folders = list(exercises.LESSONS.values())
    return {f for f in folders if any(f"exercises.{f}." in name for name in names)}


def test_a_lesson_s_exercises_stand_by_themselves(root):
    """Only their mistakes may use an operation that an earlier lesson declares."""
    folders = list(exercises.LESSONS.values())
    for path in (root / "byhand" / "exercises").glob("*/*.py"):
        lesson, code = path.parent.name, path.read_text(encoding="utf-8")
        assert lessons_imported(MISTAKES.sub("", code)) <= {lesson}, path
        earlier = folders[: folders.index(lesson) + 1]
        assert lessons_imported(code) <= set(earlier), path


def test_only_mistakes_import_what_mistakes_compute(root):
    for path in (root / "byhand").rglob("*.py"):
        if "slips" not in path.parts:
            text = MISTAKES.sub("", path.read_text(encoding="utf-8"))
            assert "byhand.slips" not in text, path
            assert not re.search(r"import .*\bslips\b", text), path


def test_import_byhand_imports_nothing_heavy():
    code = "import sys, byhand; print(*{m.split('.')[0] for m in sys.modules})"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(result.stdout.split())


@pytest.mark.parametrize("name", ["check", "data", "explore", "given", "plots"])
def test_what_a_lesson_imports_brings_no_tensorflow(name):
    code = f"import sys; from byhand import {name}; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"tensorflow", "keras"} & set(result.stdout.split())


def unannotated(path):
    """Yield the public functions and methods of a file that lack an annotation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    owners = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]
    for owner in owners:
        within = f"{owner.name}." if isinstance(owner, ast.ClassDef) else ""
        if within.startswith("_"):
            continue
        for node in owner.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name.startswith("_") and node.name != "__init__":
                continue
            if missing := _missing(node, method=bool(within)):
                yield f"{within}{node.name}: {', '.join(missing)}"


def _missing(function, method):
    """Return the names of arguments without a type, and "return"."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    static = {"staticmethod"} & {
        getattr(decorator, "id", "") for decorator in function.decorator_list
    }
    if method and not static:
        named = named[1:]
    named += filter(None, (given.vararg, given.kwarg))
    missing = [each.arg for each in named if each.annotation is None]
    return missing if function.returns is not None else [*missing, "return"]


def rooms():
    """Return {name of a folder with modules: its public modules}."""
    found = {}
    for package in ("autograder", "byhand"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.name.startswith("_") or path.stem.endswith("__"):
                name = path.parent.relative_to(ROOT).as_posix()
                found.setdefault(name, []).append(path)
    return found


@pytest.mark.parametrize("room", rooms())
def test_every_public_signature_says_its_types(room):
    missing = {
        path.name: found for path in rooms()[room] if (found := [*unannotated(path)])
    }
    listed = "\n".join(f"{room}/{name}: {found}" for name, found in missing.items())
    assert not missing, listed


def test_no_tracked_file_is_larger_than_a_mebibyte(root):
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: the tracked files can't be listed")
    large = [
        name
        for name in listed.stdout.split("\0")
        if name and (root / name).exists() and (root / name).stat().st_size > 2**20
    ]
    assert not large


# --- nothing is patched into byhand from outside -----------------------------------


def _trees(root, rooms=("autograder", "tools", "benchmarks")):
    for room in rooms:
        for path in sorted((root / room).rglob("*.py")):
            place = path.relative_to(root).as_posix()
            yield place, ast.parse(path.read_text(encoding="utf-8"))


def _imported(tree):
    """Return the names that a file imports from this project."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {
                alias.asname or alias.name.split(".")[0]
                for alias in node.names
                if alias.name.split(".")[0] in ROOMS
            }
        elif isinstance(node, ast.ImportFrom):
            if node.level or (node.module or "").split(".")[0] in ROOMS:
                names |= {alias.asname or alias.name for alias in node.names}
    return names


def _root(node):
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _replaced(tree):
    """Yield the lines that set or delete an attribute of something imported."""
    names = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            if _root(node) in names:
                yield node.lineno
        elif isinstance(node, ast.Call) and _root(node.func) in ("setattr", "vars"):
            if any(_root(argument) in names for argument in node.args[:1]):
                yield node.lineno


def test_no_attribute_of_an_imported_module_or_class_is_replaced(root):
    found = {(place, line) for place, tree in _trees(root) for line in _replaced(tree)}
    assert not found


def test_setattr_is_called_only_where_no_package_is_changed(root):
    known = {
        "autograder/classroom/lateness.py": "nbgrader's settings object",
        "autograder/course.py": "nbgrader's settings object",
        "autograder/worker/course_kernel.py": "NumPy's loops, inside the sandbox",
        "autograder/worker/kernel.py": "an object of the student's",
    }
    found = {
        place
        for place, tree in _trees(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _root(node.func) == "setattr"
    }
    assert found <= known.keys()


def test_the_seed_travels_as_an_argument_and_not_through_the_environment(root):
    readers = [
        path.relative_to(root).as_posix()
        for path in sorted((root / "byhand").rglob("*.py"))
        if 'environ.get("BYHAND_SEED"' in path.read_text(encoding="utf-8")
    ]
    assert readers == ["byhand/checks/desk.py"]
    writers = {
        (place, node.lineno)
        for place, tree in _trees(root, ("byhand", "autograder", "tools", "tests"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and not isinstance(node.ctx, ast.Load)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value == "BYHAND_SEED"
    }
    assert not writers


@pytest.mark.parametrize(
    "line",
    [
        "from byhand.checks import reporting\nreporting.show = print",
        "import byhand\nbyhand.check = None",
        "from byhand import given as g\ng.backend: object = None",
        "import byhand.referee\ndel byhand.referee.conv2d",
        "from byhand.checks import running\nvars(running).update(call=print)",
        "from . import kernel\nsetattr(kernel, name, None)",
    ],
)
def test_a_replaced_attribute_would_be_seen(line):
    assert list(_replaced(ast.parse(line))) == [2]
