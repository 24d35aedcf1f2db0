"""Write the archive that students unzip: the same bytes from the same files."""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from autograder import course_file, paths
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.lessons.leaks import secrets, secrets_in
from autograder.lessons.source import Lesson

# what opens, installs and explains the notebooks; no folder of ours beyond these
FILES = (
    "CITATION.cff",
    "LICENSE",
    "LICENSE-prose.md",
    "Makefile",
    "README.md",
    "environment.yml",
    "pyproject.toml",
    "requirements.lock",
    ".ci/find-python",
    ".ci/lab/labconfig/default_setting_overrides.json",
    ".ci/lab/labconfig/page_config.json",
    ".ci/setup",
    ".devcontainer/devcontainer.json",
    "binder/postBuild",
    "binder/requirements.txt",
)
FOLDERS = ("byhand", "data")
# what teachers and authors read there: it starts at the first mark, and ends before the
# second one if there is one
NOT_FOR_STUDENTS = {
    "README.md": ("## Teach\n", "Code: [MIT]"),
    "Makefile": ("# --- teach", None),
}
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}
# What mistakes compute stays with the grader, since much of it is an answer with one
# thing changed: the modules of slips, and the end of an exercise's file. A visible
# check names mistakes by its recorded predictions.
SLIPS = "byhand/slips"
MISTAKES = re.compile(
    r"^### BEGIN MISTAKES\n.*?^### END MISTAKES\n", re.DOTALL | re.MULTILINE
)
_ROW = re.compile(r"\| \[[^\]]+\]\(notebooks/(\w+)/\w+\.ipynb\)")
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip file cannot hold an earlier time


def archive_files(
    built: Mapping[Path, bytes], root: Path = paths.ROOT
) -> dict[str, bytes]:
    """Return {name in the archive: bytes}, notebooks from ``built``."""
    files = {}
    for path in [root / name for name in FILES]:
        if not path.exists():
            raise ProblemError(f"{path.relative_to(root)} is missing")
        name = path.relative_to(root).as_posix()
        files[name] = for_students(name, path.read_bytes())
    readme = with_lessons(files["README.md"].decode(), root)
    files["README.md"] = readme.encode()
    for picture in re.findall(r"\]\((?:https:\S+?/main/)?(\S+\.png)\)", readme):
        files[picture] = (root / picture).read_bytes()
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            name = path.relative_to(root).as_posix()
            if not path.is_file() or LEFT_OUT & set(path.parts):
                continue
            if not name.startswith(SLIPS):
                files[name] = for_students(name, path.read_bytes())
    for path, content in built.items():
        if path.is_relative_to(root / "notebooks"):
            files[path.relative_to(root).as_posix()] = content
    return files


def of_lessons(files: Mapping[str, bytes], begins: Iterable[str]) -> dict[str, bytes]:
    """Return the files without the notebooks whose names begin otherwise.

    `ProblemError` says which beginning belongs to no lesson.
    """
    begins = tuple(begins)
    lessons = {name.split("/")[1] for name in files if name.startswith("notebooks/")}
    for begin in begins:
        if not any(lesson.startswith(begin) for lesson in lessons):
            known = ", ".join(sorted(lessons))
            raise ProblemError(f"No lesson begins with {begin}; there are: {known}.")
    return {
        name: content
        for name, content in files.items()
        if not name.startswith("notebooks/") or name.split("/")[1].startswith(begins)
    }


def for_students(name: str, content: bytes) -> bytes:
    """Return a file without the part that is for teachers, authors or the grader."""
    if name.startswith("byhand/") and name.endswith(".py"):
        text = content.decode("utf-8")
        return f"{MISTAKES.sub('', text).rstrip()}\n".encode()
    if name not in NOT_FOR_STUDENTS:
        return content
    start, end = NOT_FOR_STUDENTS[name]
    before, mark, after = content.decode().partition(start)
    if not mark or (end and end not in after):
        raise ProblemError(f"{name} has no part that starts at {start.strip()!r}")
    rest = after[after.index(end) :] if end else ""
    return f"{before}{rest}".encode()


def with_lessons(readme: str, root: Path = paths.ROOT) -> str:
    """Return the README with those lessons in its table that the course file chooses.

    Counts of exercises and of points are the course's; minutes are ours. Without a
    course file the text stays as it is.
    """
    if not course_file.read(root).path.exists():
        return readme
    facts = json.loads((root / "byhand/exercises/table.json").read_text("utf-8"))
    table = [line for line in readme.splitlines(keepends=True) if _ROW.match(line)]
    rows = {_ROW.match(line)[1]: line.strip("|\n").split("|") for line in table}
    new = []
    for name in Course(root).lessons():
        path = Course(root).notebooks(name)[1]
        cells = json.loads(path.read_text("utf-8"))["cells"]
        points = sum(c["metadata"].get("nbgrader", {}).get("points", 0) for c in cells)
        count = sum(f["counted"] for f in facts.values() if f["lesson"] == name)
        link = f" [{name}](notebooks/{name}/{name}.ipynb) "
        row = rows.get(name, [link, " ", "", "", " "])
        new.append(
            "|".join(["", *row[:2], f" {count} ", f" {points:g} ", row[4], "\n"])
        )
    return readme.replace("".join(table), "".join(new))


def leaks_in(files: Mapping[str, bytes], lessons: Iterable[Lesson]) -> Iterator[str]:
    """Yield a sentence for each solution or hidden test that a file holds."""
    known = secrets(lessons)
    for name, content in files.items():
        if name.endswith((".pyc", ".pyo")) or name.startswith(("solutions", "tests")):
            yield f"{name} does not belong in the archive for students"
        for what in secrets_in(content.decode("utf-8", errors="ignore"), known):
            yield f"{name} holds the {what}"


def write_repository(into: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write the files into a folder that students clone; return what changed there.

    Notebooks of lessons that were handed out before stay as they are, and so does what
    the course doesn't know, such as ``.git`` or a syllabus. In the folders of the
    course itself, files that it no longer has are removed.

    Raises
    ------
    ProblemError
        When the folder holds something, and no earlier release.
    """
    if (into / "solutions").exists():
        raise ProblemError(f"{into} holds solutions: students must not clone it.")
    inside = [path.name for path in into.iterdir()] if into.is_dir() else []
    if set(inside) - {".git"} and not (into / "byhand" / "__init__.py").is_file():
        raise ProblemError(
            f"{into} is neither empty nor an earlier release. Name a new folder."
        )
    changed = []
    for folder in FOLDERS:
        for path in sorted((into / folder).rglob("*")):
            name = path.relative_to(into).as_posix()
            if path.is_file() and name not in files and not LEFT_OUT & set(path.parts):
                path.unlink()
                changed.append(f"{name} (removed)")
    for name, content in sorted(files.items()):
        path = into / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed.append(name)
        path.chmod(_mode(name))
    return changed


def _mode(name: str) -> int:
    return 0o755 if name.startswith(".ci/") else 0o644


def write_archive(path: Path, files: Mapping[str, bytes], folder: str) -> None:
    """Write the files below one folder, sorted and without time or owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", date_time=_EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | _mode(name)) << 16
            entry.create_system = 3  # Unix, on every machine
            archive.writestr(entry, files[name])
