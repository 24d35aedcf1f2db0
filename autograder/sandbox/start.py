"""Start the worker's warm parent at a level of isolation; see `levels`."""

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, TypeAlias

import numpy as np
import psutil

from autograder import paths
from autograder.errors import NoSandboxError
from autograder.sandbox.cgroups import Group, make_group
from autograder.sandbox.kits import Kit
from autograder.sandbox.syscalls import filter_program
from autograder.seam import Use
from autograder.worker import isolation

NOBODY = 65534
FIRST_USER = 64_100  # levels 2 and 1: a user per worker, so that it can end all it owns
SYSTEM = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64")
WORKER = Path(__file__).resolve().parent.parent / "worker"
START = "import sys; sys.path[:0] = {path!r}; from worker.parent import main; main()"
FOLDERS = ("/opt/python/bin", "/opt/python/lib", "/opt/packages", "/opt/worker/data")
SECONDS_TO_START = 300  # a machine may be busy

Settings: TypeAlias = dict[str, Any]  # what the warm parent is told, as JSON


@dataclass
class Started:
    """A running warm parent: its process, and the socket to it."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    level: int
    folder: tempfile.TemporaryDirectory[str] | None = None
    group: Group | None = None
    lock: TextIO | None = None

    def stop(self) -> None:
        """End it, with all that lives in it."""
        self.control.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
        if self.group:
            self.group.remove()
        if self.folder:
            self.folder.cleanup()
        if self.lock:
            self.lock.close()


def environment() -> dict[str, str]:
    """Return the whole environment of the worker: nothing of the grader's own."""
    return {
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": "/tmp",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def start(level: int, slot: int, use: Use, kit: Kit) -> Started:
    """Start a warm parent at a level, or raise NoSandboxError with the reason.

    ``use`` is what it is for: "judge" imports NumPy, matplotlib and what the ``kit``
    allows, "show" draws with all packages, "probe" imports nothing.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        settings: Settings = {"control": theirs.fileno(), "use": use, "level": level}
        settings["calls"] = filter_program().hex() if level else ""
        settings |= {"inside": kit.inside, "allowed": kit.packages}
        settings["beside"] = "/opt/worker/beside" if kit.folder else ""
        try:
            started = _STARTERS[level](ours, settings, slot, kit)
        except NoSandboxError:
            ours.close()
            raise
    try:
        _wait_until_ready(started)
    except NoSandboxError:
        started.stop()
        raise
    return started


def _wait_until_ready(started: Started) -> None:
    started.control.settimeout(SECONDS_TO_START)
    try:
        answer = started.control.recv(4096)
    except OSError:
        answer = b""
    if b"ready" not in answer:
        started.process.kill()
        errors = started.process.stderr
        said = errors.read().decode(errors="replace").strip() if errors else ""
        raise NoSandboxError(
            said.splitlines()[-1] if said else "the worker did not start"
        )


# --- level 3 -------------------------------------------------------------------


def _start_bubblewrap(
    ours: socket.socket, settings: Settings, slot: int, kit: Kit
) -> Started:
    bwrap = shutil.which("bwrap")
    if not bwrap:
        raise NoSandboxError("bubblewrap (bwrap) is not installed")
    if os.getuid() == 0:  # root's limits don't bind: the worker becomes nobody
        settings["user"] = NOBODY
        who = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        spaces = [f"--unshare-{s}" for s in ("ipc", "pid", "net", "uts")]
    else:
        who = ["--uid", str(NOBODY), "--gid", str(NOBODY)]
        spaces = ["--unshare-all"]
    program = START.format(path=["/opt/worker", "/opt/packages"])
    told, tell = os.pipe()
    held, hold = os.pipe()
    command = [
        *(bwrap, "--die-with-parent", "--new-session", *spaces, *who),
        *mounts(readable(settings["use"], kit)),
        *("--info-fd", str(tell), "--block-fd", str(held)),
        *("--", "/opt/python/bin/python3"),
        *("-I", "-S", "-B", "-c", program, json.dumps(settings)),
    ]
    process = subprocess.Popen(
        command,
        env=environment(),
        pass_fds=(settings["control"], tell, held),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
    )
    os.close(tell)
    os.close(held)
    with os.fdopen(told) as pipe, os.fdopen(hold, "wb") as gate:
        said = pipe.read()
        group = make_group(slot)
        if group and said:
            group.add(json.loads(said)["child-pid"])
        with contextlib.suppress(BrokenPipeError):
            gate.write(b"go")
            gate.flush()
    return Started(process, ours, 3, group=group)


def mounts(places: dict[str, Path]) -> list[str]:
    """Return bubblewrap's words for all that the worker can see."""
    inner = [*FOLDERS, *(str(Path(place).parent) for place in places)]
    folders = {str(f): f for name in inner for f in (Path(name), *Path(name).parents)}
    words = ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
    for folder in sorted(f for f in folders if f.startswith("/opt")):
        if folder not in places:
            words += ["--perms", "0755", "--dir", folder]
    for folder in SYSTEM:
        if Path(folder).is_dir():
            words += ["--ro-bind", folder, folder]
    for link in ("/lib", "/lib64", "/bin"):
        if Path(link).is_symlink() and link != "/bin":
            words += ["--symlink", os.readlink(link), link]
        elif Path(link).is_dir() and link != "/bin":
            words += ["--ro-bind", link, link]
    words += _python_mounts()
    for name, path in places.items():
        words += ["--ro-bind", str(path), name]
    return [*words, "--remount-ro", "/"]


def _python_mounts() -> list[str]:
    version = f"python{sysconfig.get_python_version()}"
    base = Path(sys.base_prefix)
    binary = Path(sys.executable).resolve()
    library = Path(sysconfig.get_path("stdlib"))
    # else a Python of the system's, of another version, may give its library
    words = ["--setenv", "LD_LIBRARY_PATH", "/opt/python/lib"]
    words += ["--ro-bind", str(binary), "/opt/python/bin/python3"]
    words += ["--ro-bind", str(library), f"/opt/python/lib/{version}"]
    for folder in ("site-packages", "dist-packages"):
        if (library / folder).is_dir():
            words += ["--tmpfs", f"/opt/python/lib/{version}/{folder}"]
    everything = (base / "conda-meta").is_dir()  # there, NumPy's libraries lie in lib
    for shared in base.glob("lib/*.so*" if everything else "lib/libpython*.so*"):
        words += ["--ro-bind", str(shared), f"/opt/python/lib/{shared.name}"]
    return words


def _site() -> Path:
    """Return the folder that holds the packages of this environment."""
    return Path(np.__file__).parent.parent


def readable(use: Use, kit: Kit) -> dict[str, Path]:
    """Return {place inside: path} of the packages, the helpers and the data.

    All packages of the environment are there to draw, and few to judge.
    """
    site = _site()
    places = {"/opt/packages": site}
    if use != "show":
        files = kit.files(site)
        places = {f"/opt/packages/{name}": path for name, path in files.items()}
    places |= {f"/opt/worker/worker/{path.name}": path for path in WORKER.glob("*.py")}
    if kit.folder:
        places["/opt/worker/beside"] = Path(kit.folder)
    return places | kit.checks.places(use)


# --- levels 2, 1 and 0 -----------------------------------------------------------


def _start_landlock(
    ours: socket.socket, settings: Settings, slot: int, kit: Kit
) -> Started:
    abi = isolation.landlock_abi()
    if abi < isolation.LANDLOCK_ABI:
        raise NoSandboxError(
            f"Landlock ABI {abi}; {isolation.LANDLOCK_ABI} or newer is needed"
        )
    return _start_as_another(ours, settings, kit)


def _start_in_container(
    ours: socket.socket, settings: Settings, slot: int, kit: Kit
) -> Started:
    for folder in (paths.course(), Path.cwd()):
        if folder.stat().st_mode & 0o007:
            raise NoSandboxError(
                f"other users may look into {folder}; close it with `chmod o-rwx`"
            )
    return _start_as_another(ours, settings, kit)


def _start_as_another(ours: socket.socket, settings: Settings, kit: Kit) -> Started:
    if os.getuid() != 0:
        raise NoSandboxError("only root can give a worker another user")
    user, lock = _user_of_its_own()
    started = _start_plain(ours, settings, user, kit)
    started.lock = lock
    return started


def _user_of_its_own() -> tuple[int, TextIO]:
    """Return a user that no other worker has, and the lock that keeps it so.

    What a worker of a grader that was killed left running is ended first.
    """
    for user in range(FIRST_USER, FIRST_USER + 200):
        place = Path(tempfile.gettempdir(), f"byhand-user-{user}.lock")
        lock = os.fdopen(os.open(place, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW), "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        for process in psutil.process_iter(["uids"]):
            uids = process.info["uids"]
            if uids and user in (uids.real, uids.effective):
                process.kill()
        return user, lock
    raise NoSandboxError("no user is left for another worker")


def _start_trusting(
    ours: socket.socket, settings: Settings, slot: int, kit: Kit
) -> Started:
    return _start_plain(ours, settings, None, kit)


def _start_plain(
    ours: socket.socket, settings: Settings, user: int | None, kit: Kit
) -> Started:
    folder = tempfile.TemporaryDirectory(prefix="byhand-worker-")
    place = Path(folder.name)
    worker, scratch = place / "worker", place / "scratch"
    places = readable(settings["use"], kit)
    for name, path in places.items():
        if name.startswith("/opt/worker/"):
            target = place / Path(name).relative_to("/opt")
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, target)
    scratch.mkdir(mode=0o700)
    place.chmod(0o755)
    if user is not None:
        os.chown(scratch, user, user)
    settings = {
        **settings,
        "user": user,
        "scratch": str(scratch),
        "beside": str(worker / "beside") if kit.folder else "",
        **_paths(worker, settings["use"], places),
    }
    own = {"HOME": str(scratch), "TMPDIR": str(scratch), "MPLCONFIGDIR": str(scratch)}
    program = START.format(path=settings["path"][:2])
    process = subprocess.Popen(
        [sys.executable, *("-I", "-S", "-B", "-c"), program, json.dumps(settings)],
        env={**environment(), **own, "BYHAND_WORKER_UID": str(user)},
        pass_fds=(settings["control"],),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=scratch,
    )
    return Started(process, ours, settings["level"], folder=folder)


def _paths(worker: Path, use: Use, places: dict[str, Path]) -> dict[str, list[str]]:
    """Return what a worker imports from, and what Landlock lets it read."""
    library = Path(sysconfig.get_path("stdlib"))
    packages = [p for name, p in places.items() if name.startswith("/opt/packages")]
    site = _site()
    standard = [p for p in library.iterdir() if not p.name.endswith("-packages")]
    system = [p for p in map(Path, SYSTEM) if p.exists()]
    if use == "show":
        system.append(Path("/dev/urandom"))  # which TensorFlow reads by its name
    return {
        "path": [str(p) for p in (worker, site, library, library / "lib-dynload")],
        "readable": [str(p) for p in (worker, *packages, *standard, *system)],
        "listed": [str(library), str(site)],
    }


_STARTERS: dict[int, Callable[[socket.socket, Settings, int, Kit], Started]] = {
    3: _start_bubblewrap,
    2: _start_landlock,
    1: _start_in_container,
    0: _start_trusting,
}
