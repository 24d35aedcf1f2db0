"""Pack the grader of one lesson for a platform that runs a container per submission.

The archive is what Gradescope asks for (``setup.sh`` and ``run_autograder``), and its
Dockerfile makes the same image for GitHub and GitLab. Keras's answers to one seed lie
in it, so that the container needs no TensorFlow.
"""

import dataclasses
import importlib.metadata
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder import paths
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.run import single

TEMPLATES = Path(__file__).parent / "platform"
FOLDERS = ("autograder", "byhand", "data")
NEEDED = ("matplotlib", "numpy", "psutil", "pyseccomp")  # by a judge and its sandbox
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*")
# a package of the lock: its line, its digests and remarks
_LOCKED = re.compile(r"^([\w.-]+)==.*\n(?:^[ #].*\n?)*", re.MULTILINE)


def pack(course: Course, lesson: str, seed: int, into: Path) -> Path:
    """Write the archive of a lesson's grader and return its path.

    Our own answers are judged with it first, which also asks Keras all that the
    container will need.

    Parameters
    ----------
    course : whose lesson it is
    lesson : its name
    seed : of the hidden cases; the container uses no other
    into : the folder to write to

    Raises
    ------
    ProblemError
        When our own answers don't earn every automatic point.
    """
    with tempfile.TemporaryDirectory(prefix="byhand-pack-") as folder:
        place = Path(folder)
        for name, text in scripts(lesson, seed).items():
            (place / name).write_text(text, encoding="utf-8", newline="\n")
        (place / "requirements.txt").write_text(requirements(), encoding="utf-8")
        inside = dataclasses.replace(course, root=place / "course")
        _copy(course, lesson, inside.root)
        judged = single.judge(inside, inside.notebooks(lesson)[0], lesson, seed=seed)
        tests = [part for part in judged.parts if not part.written]
        if judged.problem or any(part.earned != part.most for part in tests):
            told = single.as_text(judged)
            raise ProblemError(f"Our own answers don't get every point:\n{told}")
        into.mkdir(parents=True, exist_ok=True)
        path = into / f"grader-{lesson}.zip"
        _zip(place, path)
    return path


def scripts(lesson: str, seed: int) -> dict[str, str]:
    """Return {name: text} of what the platforms run."""
    return {
        path.name: path.read_text(encoding="utf-8")
        .replace("@LESSON@", lesson)
        .replace("@SEED@", str(seed))
        for path in sorted(TEMPLATES.iterdir())
    }


def requirements(lock: Path = paths.ROOT / "requirements.lock") -> str:
    """Return the part of the lock, with its digests, that a judge needs."""
    wanted = set(_closure())
    text = lock.read_text(encoding="utf-8")
    # a package may stand there twice, for older and for newer Pythons
    parts = [(canonicalize_name(m[1]), m[0]) for m in _LOCKED.finditer(text)]
    if missing := wanted - {name for name, _ in parts}:
        raise ProblemError(f"{lock.name} does not hold {', '.join(sorted(missing))}.")
    return "".join(part for name, part in parts if name in wanted)


def _closure() -> Iterator[str]:
    waiting, seen = list(NEEDED), set()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        yield name
        for line in importlib.metadata.requires(name) or ():
            each = Requirement(line)
            if each.marker is None or each.marker.evaluate({"extra": ""}):
                waiting.append(each.name)


def _copy(course: Course, lesson: str, into: Path) -> None:
    for name in FOLDERS:
        shutil.copytree(paths.ROOT / name, into / name, ignore=_LEFT_OUT)
    for path in course.notebooks(lesson):
        target = into / path.relative_to(course.root)
        target.parent.mkdir(parents=True)
        shutil.copyfile(path, target)


def _zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                entry = zipfile.ZipInfo(file.relative_to(folder).as_posix())
                entry.compress_type = zipfile.ZIP_DEFLATED
                script = file.name in ("setup.sh", "run_autograder")
                entry.external_attr = (0o100755 if script else 0o100644) << 16
                entry.create_system = 3  # Unix, on every machine
                archive.writestr(entry, file.read_bytes())
