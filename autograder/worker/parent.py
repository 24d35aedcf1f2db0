"""The warm parent: it imports NumPy and matplotlib once, and forks per submission.

It starts inside the sandbox, with an empty environment, and talks to the judge over
one socket: a line of JSON in, with open files beside it, and a line of JSON out. It
runs no student's code itself.
"""

import contextlib
import gc
import importlib
import itertools
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from . import clock, import_stubs, isolation, reader

Answer = dict[str, int | None]
Limits = Mapping[str, int]

WARM = (  # what lessons import, and what runs their cells
    *("matplotlib.pyplot", "numpy.fft", "numpy.linalg", "numpy.random"),
    *("numpy.testing", ".kernel"),
)
PLAIN = (
    "{{}} isn't here: this assignment has {} and what Python brings. Write it with "
    "those, or ask your teacher to allow it."
)
MOST_FILES = 20_000  # whose names and places are memory of the kernel's
_KINDS = {
    "memory": resource.RLIMIT_AS,
    "processes": resource.RLIMIT_NPROC,
    "files": resource.RLIMIT_NOFILE,
    "file_size": resource.RLIMIT_FSIZE,
    "cpu": resource.RLIMIT_CPU,
}


class Parent:
    """The loop that forks, kills and reaps.

    Parameters
    ----------
    control : socket to the judge
    level : int, how children are kept; see `autograder.sandbox.levels`
    calls : bytes, the filter on system calls
    rules : descriptor of Landlock's rules, at level 2
    scratch : str, the folder that a child may write to
    use : str, "judge", "show" or "probe"
    inside : str, the module here that belongs to the course's own checks, or ""
    beside : str, the folder with the assignment's files, or ""
    """

    def __init__(
        self,
        control: socket.socket,
        level: int,
        calls: bytes = b"",
        rules: int | None = None,
        scratch: str = "/tmp",
        use: str = "judge",
        inside: str = "",
        beside: str = "",
    ) -> None:
        self.control = control
        self.use = use
        self.requests = own_room(inside).Requests if inside else None
        self.beside = beside
        self.level = level
        self.calls = calls
        self.rules = rules
        self.scratch = scratch

    def serve(self) -> NoReturn:
        """Answer the judge until it goes."""
        while True:
            data, files, _, _ = socket.recv_fds(self.control, 65536, 4)
            if not data:
                os._exit(0)
            request = json.loads(data)
            kind = request.pop("do")
            answer = getattr(self, kind)(files, **request)
            for file in files:
                os.close(file)
            self._tell(answer, answer["pid"] if kind == "start" else None)

    def _tell(self, answer: Answer, started: int | None) -> None:
        """Send an answer, and what tells of a new process how long it waits."""
        waits = None if started is None else clock.open_waits(started)
        told = json.dumps(answer).encode() + b"\n"
        socket.send_fds(self.control, [told], [] if waits is None else [waits])
        if waits is not None:
            os.close(waits)

    def start(self, files: list[int], *, limits: Limits, seed: int) -> Answer:
        """Fork a child that serves one submission over files[0]."""
        return {"pid": self._fork(lambda: self._session(files, limits, seed))}

    def probe(self, files: list[int]) -> Answer:
        """Fork a child that takes everything away from itself, and tell how it went."""
        told, tell = os.pipe()
        pid = self._fork(lambda: self._probed(tell))
        os.close(tell)
        with os.fdopen(told, "rb") as pipe:
            well = pipe.read() == b"well"
        if pid is not None:
            self.end(files, pid=pid)
        return {"pid": pid if well else None}

    def _probed(self, tell: int) -> None:
        self._close_in({})
        os.write(tell, b"well")

    def read(self, files: list[int], *, limits: Limits) -> Answer:
        """Fork a child that reads the notebook files[0] and answers on files[1]."""
        pid = os.fork()  # runs no student's code: this sandbox is enough for it
        if pid == 0:
            _or_die(lambda: self._reading(files, limits))
        return {"pid": pid}

    def end(self, files: list[int], *, pid: int) -> Answer:
        """Kill a child, with all that it started, and see it gone."""
        if self.level in (2, 1):
            _kill_everyone_else()
        else:
            _kill(pid)
        _reap(pid, everyone=self.level != 3)
        if self.level != 3:
            _empty(self.scratch)
        return {"gone": pid}

    def _fork(self, then: Callable[[], None]) -> int | None:
        """Fork twice; the second child lives in namespaces of its own (level 3)."""
        told, tell = os.pipe()
        first = os.fork()
        if first == 0:
            _or_die(lambda: self._isolate(tell, then))
        os.close(tell)
        with os.fdopen(told) as pipe:
            number = pipe.read()
        os.waitpid(first, 0)
        return int(number) if number else None

    def _isolate(self, tell: int, then: Callable[[], None]) -> None:
        self.control.close()
        isolation.dumpable(self.level > 0)  # /proc/self is read; see `main`
        if self.level == 3:
            user, group = os.getuid(), os.getgid()
            isolation.unshare(
                isolation.NEWUSER
                | isolation.NEWPID
                | isolation.NEWNS
                | isolation.NEWIPC
            )
            _write("/proc/self/setgroups", "deny")
            _write("/proc/self/uid_map", f"{user} {user} 1")
            _write("/proc/self/gid_map", f"{group} {group} 1")
        second = os.fork()
        if second == 0:
            os.close(tell)
            os.setsid()
            _or_die(then)
        os.write(tell, str(second).encode())

    def _session(self, files: list[int], limits: Limits, seed: int) -> None:
        descriptor, output, *notebook = files
        nothing = os.open("/dev/null", os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for file in (output, nothing):
            os.close(file)
        waits = clock.open_waits()
        with contextlib.suppress(OSError):  # where memory ends, it ends before us
            _write("/proc/self/oom_score_adj", "1000")
        self._close_in(limits)
        channel = socket.socket(fileno=descriptor)
        if notebook:  # small enough to be read by the process that will run it
            text = json.dumps(_read_cells(notebook[0])).encode()
            os.close(notebook[0])
            channel.sendall(len(text).to_bytes(4, "little") + text)
        if self.use == "show":
            from .drawing import DrawingKernel

            DrawingKernel(channel, seed, waits, self.requests).serve()
        else:
            from .kernel import Kernel

            Kernel(channel, seed, waits, self.requests).serve()

    def _reading(self, files: list[int], limits: Limits) -> NoReturn:
        notebook, answer = files
        self.control.close()
        _limit(limits)
        self._restrict()
        with os.fdopen(answer, "wb") as pipe:
            pipe.write(json.dumps(_read_cells(notebook)).encode())
        os._exit(0)

    def _close_in(self, limits: Limits) -> None:
        """Take away all that a student's process must not have."""
        if self.level == 3:
            _own_scratch(limits.get("scratch", 128 << 20), hide=self.use != "show")
        os.chdir(self.scratch)
        if self.beside:
            _link_files(self.beside)
        _limit(limits)
        if self.rules is not None and self.use == "show":
            isolation.landlock_allow_self(self.rules)
        self._restrict()

    def _restrict(self) -> None:
        """Take files, capabilities and system calls away, by the level."""
        if self.rules is not None:
            isolation.landlock(self.rules)
        if self.level:
            isolation.drop_capabilities()
            isolation.refuse_calls(self.calls)


def _read_cells(notebook: int) -> dict[str, Any]:
    """Return the cells of an open notebook, or the problem with it."""
    os.lseek(notebook, 0, os.SEEK_SET)
    raw = b"".join(iter(lambda: os.read(notebook, 1 << 20), b""))
    try:
        return {"cells": reader.read_cells(raw)}
    except reader.NotReadable as error:
        return {"problem": str(error)}


def _limit(limits: Limits) -> None:
    """Set the limits of this process; none is raised."""
    for name, kind in _KINDS.items():
        if name in limits:
            hard = resource.getrlimit(kind)[1]
            value = limits[name]
            if hard != resource.RLIM_INFINITY:
                value = min(value, hard)
            resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _own_scratch(size: int, hide: bool) -> None:
    """Mount folders of its own; without ``hide`` TensorFlow can look itself up."""
    isolation.mount("none", "/", None, isolation.MS_REC | isolation.MS_PRIVATE)
    kept = isolation.MS_NOSUID | isolation.MS_NODEV
    options = f"size={size},nr_inodes={MOST_FILES},mode=700"
    for place in ("/tmp", "/dev/shm"):
        isolation.mount("tmpfs", place, "tmpfs", kept, options)
    if hide:
        isolation.mount(
            "tmpfs", "/proc", "tmpfs", kept | isolation.MS_RDONLY, "size=4096"
        )


def _link_files(folder: str) -> None:
    """Let the files of an assignment be found here; they can't be written to."""
    for name in os.listdir(folder):
        if not name.endswith(".ipynb"):
            os.symlink(os.path.join(folder, name), name)
    sys.path.insert(0, os.getcwd())


def _or_die(work: Callable[[], None]) -> NoReturn:
    """Do the work and leave, whatever happens: a child never returns."""
    status = 1
    try:
        work()
        status = 0
    except BaseException as error:
        os.write(2, f"worker: {error!r}\n".encode())
    finally:
        os._exit(status)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _kill(pid: int) -> None:
    for target in (os.kill, os.killpg):
        try:
            target(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _kill_everyone_else() -> None:
    """Kill all processes of this worker's own user, in one step."""
    if os.getuid() == 0 or os.environ.get("BYHAND_WORKER_UID") != str(os.getuid()):
        raise RuntimeError("this worker has no user of its own")
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _reap(pid: int, everyone: bool) -> None:
    """Wait for a child, or for every child, to be gone; reap what else has ended."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            found, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if found == pid and not everyone:
            return
        if found == 0:
            time.sleep(0.0005)


def _empty(top: str) -> None:
    """Remove all that lies in a folder, however deep and locked a student left it.

    A folder within a folder is moved to the top first, so that no path grows long.
    """
    os.chmod(top, 0o700)
    names = itertools.count()
    waiting = [entry.path for entry in os.scandir(top)]
    while waiting:
        path = waiting.pop()
        if os.path.islink(path) or not os.path.isdir(path):
            os.unlink(path)
            continue
        os.chmod(path, 0o700)
        for entry in os.scandir(path):
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, 0o700)  # to be moved, it has to be ours to write
                moved = f"{top}/-moved-{next(names)}-{os.path.basename(path)[:8]}"
                os.rename(entry.path, moved)
                waiting.append(moved)
            else:
                os.unlink(entry.path)
        os.rmdir(path)


def become(user: int) -> None:
    """Become an ordinary user; root's limits don't bind, so nothing runs as root."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def own_room(inside: str) -> Any:
    """Return the module of this package that belongs to the course's own checks."""
    return importlib.import_module(f".{inside}", __package__)


def warm_up(inside: str, allowed: Sequence[str]) -> None:
    """Import what every submission needs, and put the stubs in place."""
    import matplotlib
    import numpy

    matplotlib.use("Agg", force=True)
    for name in WARM:
        importlib.import_module(name, __package__)
    for name in allowed:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    sentence = PLAIN.format(", ".join(["NumPy", "matplotlib", *allowed]))
    if inside:
        own_room(inside).install()
        sentence = own_room(inside).SENTENCE
    import_stubs.install(sentence, allowed, told=not inside)
    numpy.random.default_rng(0).standard_normal(8) @ numpy.ones(8)


def _find_anew(places: Mapping[str, str]) -> None:
    """Let packages that are imported already find their modules at new places."""
    for module in list(sys.modules.values()):
        path = vars(module).get("__path__")
        if not isinstance(path, list):
            continue
        for number, folder in enumerate(path):
            for old, new in places.items():
                if folder.startswith(f"{old}/"):
                    path[number] = new + folder.removeprefix(old)
                    break


def main() -> None:
    """Start as the command line says: ``parent.py '{"level": 3, ...}'``."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    level, user = settings["level"], settings.get("user")
    scratch = settings.get("scratch", "/tmp")
    rules = None
    if level in (2, 1):  # by descriptor, for folders that only root may walk through
        folders = [os.open(f, os.O_PATH) for f in settings["path"]]
        sys.path[:] = [f"/proc/self/fd/{f}" for f in folders]
        _find_anew(dict(zip(settings["path"], sys.path, strict=True)))
    if level == 2:
        rules = isolation.landlock_rules(
            settings["readable"], settings["listed"], [scratch]
        )
    inside, allowed = settings.get("inside", ""), settings.get("allowed", [])
    if settings["use"] == "judge":
        warm_up(inside, allowed)
    elif settings["use"] == "show":
        from . import drawing

        drawing.warm_up()
        if inside:
            own_room(inside).warm_up_drawing()
    if user is not None:
        become(user)
    isolation.dumpable(False)  # at level 1 students' code is of the same user
    if level:
        isolation.reap_grandchildren()
        isolation.die_with_parent()
    gc.collect()
    gc.freeze()
    control.sendall(b'{"ready": true}\n')
    calls = bytes.fromhex(settings["calls"])
    inside = inside if settings["use"] != "probe" else ""
    use, beside = settings["use"], settings.get("beside", "")
    Parent(control, level, calls, rules, scratch, use, inside, beside).serve()
