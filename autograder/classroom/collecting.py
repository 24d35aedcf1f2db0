"""Take in a class: a folder, or a zip as Moodle, Canvas or a person packs it.

Who wrote a file is read from its path, which lesson it is from its cells; then
nbgrader's zip_collect puts it in place. What cannot be told is reported, not dropped.
"""

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from nbgrader.plugins import FileNameCollectorPlugin
from traitlets.log import get_logger

from autograder.classroom import class_list
from autograder.course import Course
from autograder.errors import ProblemError
from autograder.logs import errors_of_nbgrader

Files = dict[PurePosixPath, Path]  # path as packed: where it lies now
Marks = Mapping[str, set[str]]  # lesson: grade_ids of its cells

LARGEST_FILE = 256 * 2**20
LARGEST_CLASS = 64 * 2**30
DEEPEST_ZIP = 3

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)")
_CANVAS = re.compile(r"(?P<name>[^_]+)(_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)")
_NOT_A_NAME = {"notebooks", "submitted", "submissions", "src", "__macosx"}


def collect(course: Course, source: Path) -> list[str]:
    """Put a class's notebooks into ``submitted``; return the paths not understood."""
    if not source.exists():
        raise ProblemError(f"{source} does not exist")
    with tempfile.TemporaryDirectory(prefix="byhand-collect-") as folder:
        files = _unpacked(source, Path(folder))
        known = class_list.finder(class_list.of_course(course))
        placed, lost = sort_files(files, marks_of_lessons(course), known)
        if not placed:
            raise ProblemError(f"{source} holds no notebook of a lesson")
        for lesson in sorted({lesson for _, lesson in placed}):
            mine = {who: path for (who, name), path in placed.items() if name == lesson}
            _zip_collect(course, lesson, mine)
    print(f"Collected {len(placed)} notebooks from {source}")
    return lost


def _unpacked(source: Path, folder: Path) -> Files:
    """Return {path as packed: file} of a folder or zip, zips inside opened too."""
    if source.is_file():
        if not zipfile.is_zipfile(source):
            raise ProblemError(f"{source} is neither a folder nor a zip file")
        return _unzipped(source, folder)
    found: Files = {}
    for path in sorted(source.rglob("*")):
        if path.is_file() and not path.is_symlink():
            packed = PurePosixPath(path.relative_to(source).as_posix())
            found |= _opened(packed, path, folder, 0)
    return found


def _opened(packed: PurePosixPath, path: Path, folder: Path, depth: int) -> Files:
    """Return a notebook as it is, the notebooks of a zip, nothing for the rest."""
    if path.suffix.lower() == ".ipynb":
        return {packed: path}
    if path.suffix.lower() != ".zip" or depth == DEEPEST_ZIP:
        return {}
    if not zipfile.is_zipfile(path):
        return {packed: path}  # not a zip: reported, since nobody can read it
    inside = _unzipped(path, folder, depth + 1)
    return {packed.with_suffix("") / name: file for name, file in inside.items()}


def _unzipped(archive: Path, folder: Path, depth: int = 0) -> Files:
    found: Files = {}
    total = 0
    with zipfile.ZipFile(archive) as zipped:
        for entry in sorted(zipped.infolist(), key=lambda entry: entry.date_time):
            name = PurePosixPath(entry.filename)
            total += entry.file_size
            if entry.file_size > LARGEST_FILE or total > LARGEST_CLASS:
                raise ProblemError(f"{archive.name}: {name} is too large")
            if entry.is_dir() or name.suffix.lower() not in (".ipynb", ".zip"):
                continue
            # a name of our own: no path from inside a zip is ever written to
            path = Path(tempfile.mkdtemp(dir=folder)) / f"file{name.suffix.lower()}"
            with zipped.open(entry) as packed, open(path, "wb") as file:
                shutil.copyfileobj(packed, file)
            found |= _opened(name, path, folder, depth)
    return found


def marks_of_lessons(course: Course) -> Marks:
    """Return {lesson: the grade_ids of its cells}, by which a notebook is known."""
    return {
        name: grade_ids(course.root / "notebooks" / name / f"{name}.ipynb")
        for name in course.lessons()
    }


def grade_ids(path: Path) -> set[str]:
    """Return the grade_ids in a notebook; none when it cannot be read."""
    try:
        cells = json.loads(path.read_bytes().decode("utf-8-sig"))["cells"]
        roles = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        return {role["grade_id"] for role in roles if "grade_id" in role}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return set()


def sort_files(
    files: Files,
    marks: Marks,
    known: Callable[[str], class_list.Person] = class_list.Person,
) -> tuple[dict[tuple[str, str], Path], list[str]]:
    """Return ({(student, lesson): file}, paths that nobody could place).

    ``known`` gives the Person of the roster behind what a path says of a student.

    Of several files of one student for one lesson the last one counts: LMS number
    them, or the zip holds their times.
    """
    placed, lost = {}, []
    strip = _common_folder(files, marks)
    for packed, path in sorted(files.items(), key=lambda item: _attempt(item[0])):
        if "__MACOSX" in packed.parts or ".ipynb_checkpoints" in packed.parts:
            continue
        student = student_of(PurePosixPath(*packed.parts[strip:]), marks)
        lesson = lesson_of(packed, path, marks)
        if student and lesson:
            placed[known(student).id, lesson] = path
        else:
            lost.append(f"{packed} ({_missing(student, lesson)})")
    return placed, lost


def _missing(student: str, lesson: str) -> str:
    unknown = [] if student else ["whose it is"]
    unknown += [] if lesson else ["which lesson it is"]
    return "cannot tell " + " nor ".join(unknown)


def _attempt(packed: PurePosixPath) -> int:
    """Return the number of a repeated file: 2 for "lesson-2.ipynb", "lesson (2)"."""
    match = re.search(r"[-( ](\d+)\)?$", packed.stem)
    return int(match[1]) if match else 0


def _common_folder(files: Files, marks: Marks) -> int:
    """Return 1 when all lies in one folder around the students' folders, else 0."""
    first = {packed.parts[0] for packed in files if len(packed.parts) > 1}
    second = {packed.parts[1] for packed in files if len(packed.parts) > 2}
    students = {name for name in second if name not in marks}
    alone = len(first) == 1 and all(len(packed.parts) > 1 for packed in files)
    if not alone:
        return 0
    flat = [packed.parts[1] for packed in files if len(packed.parts) == 2]
    return int(len(students) > 1 or any(map(_from_an_lms, flat)))


def _from_an_lms(name):
    return _MOODLE.fullmatch(name) or _CANVAS.fullmatch(name)


def student_of(packed: PurePosixPath, marks: Iterable[str]) -> str:
    """Return a student's id from a path, safe as a folder's name; "" if none."""
    for part in packed.parts:
        found = _from_an_lms(part)
        if found:
            return f"{_slug(found['name'])}-{found['id']}"
    folders = [
        part
        for part in packed.parts[:-1]
        if part not in marks and part.lower() not in _NOT_A_NAME
    ]
    if folders:
        return _slug(folders[0])
    stem = re.sub(r"[-( ]\d+\)?$", "", packed.stem)
    for lesson in marks:
        if lesson in stem:
            return _slug(stem.replace(lesson, " "))
    return ""


def _slug(text: str) -> str:
    return re.sub(r"[^\w.]+", "-", text.strip()).strip("-_.")


def lesson_of(packed: PurePosixPath, path: Path, marks: Marks) -> str:
    """Return the lesson that most of a notebook's cells belong to, or its name's."""
    ids = grade_ids(path)
    shared = {lesson: len(ids & own) for lesson, own in marks.items()}
    best = max(shared, key=lambda lesson: shared[lesson], default="")
    if best and shared[best]:
        return best
    named = [lesson for lesson in marks if lesson in "/".join(packed.parts)]
    return named[0] if len(named) == 1 else ""


class PathCollector(FileNameCollectorPlugin):
    """Read the student from the folder and the lesson from the file's name."""

    def collect(self, submitted_file: str) -> dict[str, str]:
        """Return what nbgrader's zip_collect asks of a file that we placed."""
        path = Path(submitted_file)
        return {"student_id": path.parent.name, "file_id": path.stem}


def _zip_collect(course: Course, lesson: str, files: Mapping[str, Path]) -> None:
    """Hand sorted files to nbgrader's zip_collect, which puts them in place."""
    from nbgrader.apps import ZipCollectApp
    from nbgrader.coursedir import CourseDirectory

    archive = course.grading / "downloaded" / lesson / "archive"
    shutil.rmtree(archive.parent, ignore_errors=True)
    for student, path in files.items():
        (archive / student).mkdir(parents=True)
        shutil.copyfile(path, archive / student / f"{lesson}.ipynb")
    config = course.settings(assignment_id=lesson)
    config.ZipCollectApp.force = True
    config.ZipCollectApp.collector_plugin = PathCollector
    config.ExtractorPlugin.force = True
    # with a log of its own the app leaves the process's logging alone
    app = ZipCollectApp(config=config, log=get_logger())
    app.coursedir = CourseDirectory(config=config)
    app.init_plugins()
    with errors_of_nbgrader(f"nbgrader cannot collect {lesson}"):
        app.extract_archive_files()
        app.process_extracted_files()
