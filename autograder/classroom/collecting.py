"""Take in a class: a folder, or a zip as Moodle, Canvas or a person packs it.

Who wrote a file is read from its path, which lesson it is from its cells; then
nbgrader's zip_collect puts it in place. What cannot be told is reported, not dropped.
"""

import errno
import hashlib
import lzma
import re
import shutil
import tempfile
import zipfile
import zlib
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
LARGEST_OF_ONE = 1 * 2**30  # of all that one student packed
MOST_OF_ONE = 1000  # files that one student packed
DEEPEST_ZIP = 3
LONGEST_NAME = 120  # bytes of a student's folder

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)")
_CANVAS = re.compile(r"(?P<name>[^_]+)(_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)")
_ID = re.compile(rb'"grade_id"\s*:\s*"([^"\\]{1,200})"')
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
        try:
            return _unzipped(source, folder)
        except _BROKEN as error:
            raise ProblemError(f"{source} can't be read: {error}") from None
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
    try:
        inside = _unzipped(path, folder, depth + 1)
    except (ProblemError, *_BROKEN):
        return {packed: path}  # reported, since nobody can read it
    return {packed.with_suffix("") / name: file for name, file in inside.items()}


# what zipfile raises over an archive that is torn, locked or packed in another way
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError),
    *(RuntimeError, ValueError),  # of which NotImplementedError is one
)


def _unzipped(archive: Path, folder: Path, depth: int = 0) -> Files:
    """Return the notebooks of an archive; one that can't be read comes as it is."""
    found: Files = {}
    with zipfile.ZipFile(archive) as zipped:
        entries = [
            entry
            for entry in sorted(zipped.infolist(), key=lambda entry: entry.date_time)
            if entry.filename.lower().endswith((".ipynb", ".zip"))
        ]
        size = sum(entry.file_size for entry in entries)
        if size > (LARGEST_OF_ONE if depth else LARGEST_CLASS):
            raise ProblemError(f"{archive.name} holds too much")
        if depth and len(entries) > MOST_OF_ONE:
            raise ProblemError(f"{archive.name} holds too many files")
        for entry in entries:
            name = PurePosixPath(entry.filename)
            # a name of our own: no path from inside a zip is ever written to
            path = Path(tempfile.mkdtemp(dir=folder)) / f"file{name.suffix.lower()}"
            try:
                _copy(zipped, entry, path)
            except _BROKEN:
                path.write_bytes(b"")
                found[name] = path
            else:
                found |= _opened(name, path, folder, depth)
    return found


def _copy(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    if entry.file_size > LARGEST_FILE:
        raise ValueError("the file is too large")
    try:
        with zipped.open(entry) as packed, open(path, "wb") as file:
            shutil.copyfileobj(packed, file)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise zipfile.BadZipFile("it points outside of itself") from None


def marks_of_lessons(course: Course) -> Marks:
    """Return {lesson: the grade_ids of its cells}, by which a notebook is known."""
    return {name: grade_ids(course.notebooks(name)[1]) for name in course.lessons()}


def grade_ids(path: Path) -> set[str]:
    """Return the grade_ids in a notebook's text, which nobody has looked at yet."""
    return {
        found.decode("utf-8", "replace") for found in _ID.findall(path.read_bytes())
    }


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
    owners: dict[tuple[str, str], set[str]] = {}  # as whose each place's files came
    strip = _common_folder(files, marks)
    for packed, path in sorted(files.items(), key=lambda item: _attempt(item[0])):
        if "__MACOSX" in packed.parts or ".ipynb_checkpoints" in packed.parts:
            continue
        student = student_of(PurePosixPath(*packed.parts[strip:]), marks)
        lesson = lesson_of(packed, path, marks)
        if student and lesson:
            place = known(student).id, lesson
            placed[place] = path
            owners.setdefault(place, set()).add(student)
        else:
            lost.append(f"{packed} ({_missing(student, lesson)})")
    for place, names in owners.items():
        if len(names) > 1:  # one would replace the other's work
            del placed[place]
            who, lesson = place
            alike = " and ".join(sorted(names))
            lost.append(f"{lesson} of {alike} (both would come to {who})")
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
    name = re.sub(r"[^\w.]+", "-", text.strip()).strip("-_.")
    if len(name.encode()) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]  # two may begin alike
    return f"{name.encode()[: LONGEST_NAME - 13].decode(errors='ignore')}-{digest}"


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
