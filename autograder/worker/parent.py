"""The warm parent: it imports NumPy and matplotlib once, and forks per submission.

It starts inside the sandbox, with an empty environment, and talks to the judge over
one socket: a line of JSON in, with open files beside it, and a line of JSON out. It
runs no student's code itself.
"""

import gc
import json
import os
import resource
import signal
import socket
import sys
import time
import types

from . import isolation, reader

_KINDS = {
    "memory": resource.RLIMIT_AS,
    "processes": resource.RLIMIT_NPROC,
    "files": resource.RLIMIT_NOFILE,
    "file_size": resource.RLIMIT_FSIZE,
    "cpu": resource.RLIMIT_CPU,
}


class Parent:
    """The loop that forks, kills and reaps; ``level`` says how children are kept."""

    def __init__(self, control, level, rules=None, scratch="/tmp", use="judge"):
        self.control = control
        self.use = use
        self.level = level
        self.rules = rules
        self.scratch = scratch

    def serve(self):
        """Answer the judge until it goes."""
        while True:
            data, files, _, _ = socket.recv_fds(self.control, 65536, 4)
            if not data:
                os._exit(0)
            request = json.loads(data)
            answer = getattr(self, request.pop("do"))(files, **request)
            for file in files:
                os.close(file)
            self.control.sendall(json.dumps(answer).encode() + b"\n")

    def start(self, files, *, limits, seed):
        """Fork a child that serves one submission over files[0]."""
        return {"pid": self._fork(lambda: self._session(files, limits, seed))}

    def probe(self, files):
        """Fork a child that takes everything away from itself, and tell how it went."""
        told, tell = os.pipe()
        pid = self._fork(lambda: (self._close_in({}), os.write(tell, b"well")))
        os.close(tell)
        with os.fdopen(told, "rb") as pipe:
            well = pipe.read() == b"well"
        self.end(files, pid=pid)
        return {"pid": pid if well else None}

    def read(self, files, *, limits):
        """Fork a child that reads the notebook files[0] and answers on files[1]."""
        pid = os.fork()  # runs no student's code: this sandbox is enough for it
        if pid == 0:
            _or_die(lambda: self._reading(files, limits))
        return {"pid": pid}

    def end(self, files, *, pid):
        """Kill a child, with all that it started, and see it gone."""
        if self.level == 2:
            _kill_everyone_else()
        else:
            _kill(pid)
        _reap(pid, everyone=self.level != 3)
        if self.level != 3:
            _empty(self.scratch)
        return {"gone": pid}

    def _fork(self, then):
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

    def _isolate(self, tell, then):
        self.control.close()
        if self.level == 3:
            isolation.dumpable(True)
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

    def _session(self, files, limits, seed):
        channel, output, *notebook = files
        nothing = os.open("/dev/null", os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for file in (output, nothing):
            os.close(file)
        self._close_in(limits)
        channel = socket.socket(fileno=channel)
        if notebook:  # small enough to be read by the process that will run it
            text = json.dumps(_read_cells(notebook[0])).encode()
            os.close(notebook[0])
            channel.sendall(len(text).to_bytes(4, "little") + text)
        if self.use == "show":
            from . import drawing as serving
        else:
            from . import session as serving
        serving.serve(channel, seed)

    def _reading(self, files, limits):
        notebook, answer = files
        self.control.close()
        _limit(limits)
        if self.level == 2:
            isolation.landlock(self.rules)
        if self.level:
            isolation.drop_capabilities()
            isolation.refuse_calls()
        with os.fdopen(answer, "wb") as pipe:
            pipe.write(json.dumps(_read_cells(notebook)).encode())
        os._exit(0)

    def _close_in(self, limits):
        """Take away all that a student's process must not have."""
        if self.level == 3:
            _own_scratch(limits.get("scratch", 128 << 20), hide=self.use != "show")
        os.chdir(self.scratch)
        _limit(limits)
        if self.level == 2:
            if self.use == "show":
                isolation.landlock_allow_self(self.rules)
            isolation.landlock(self.rules)
        if self.level:
            isolation.drop_capabilities()
            isolation.refuse_calls()


def _read_cells(notebook):
    """Return the cells of an open notebook, or the problem with it."""
    os.lseek(notebook, 0, os.SEEK_SET)
    raw = b"".join(iter(lambda: os.read(notebook, 1 << 20), b""))
    try:
        return {"cells": reader.read_cells(raw)}
    except reader.NotReadable as error:
        return {"problem": str(error)}


def _limit(limits):
    """Set the limits of this process; none is raised."""
    for name, kind in _KINDS.items():
        if name in limits:
            hard = resource.getrlimit(kind)[1]
            value = limits[name]
            if hard != resource.RLIM_INFINITY:
                value = min(value, hard)
            resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _own_scratch(size, hide):
    """Mount folders of its own; without ``hide`` TensorFlow can look itself up."""
    isolation.mount("none", "/", None, isolation.MS_REC | isolation.MS_PRIVATE)
    kept = isolation.MS_NOSUID | isolation.MS_NODEV
    isolation.mount("tmpfs", "/tmp", "tmpfs", kept, f"size={size},mode=700")
    isolation.mount("tmpfs", "/dev/shm", "tmpfs", kept, f"size={size},mode=700")
    if hide:
        isolation.mount(
            "tmpfs", "/proc", "tmpfs", kept | isolation.MS_RDONLY, "size=4096"
        )


def _or_die(work):
    """Do the work and leave, whatever happens: a child never returns."""
    status = 1
    try:
        work()
        status = 0
    except BaseException as error:
        os.write(2, f"worker: {error!r}\n".encode())
    finally:
        os._exit(status)


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


def _kill(pid):
    for target in (os.kill, os.killpg):
        try:
            target(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _kill_everyone_else():
    """Kill all processes of this worker's own user, in one step."""
    if os.getuid() == 0 or os.environ.get("BYHAND_WORKER_UID") != str(os.getuid()):
        raise RuntimeError("this worker has no user of its own")
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _reap(pid, everyone):
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


def _empty(folder):
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            _empty(entry.path)
            os.rmdir(entry.path)
        else:
            os.unlink(entry.path)


def become(user):
    """Become an ordinary user; root's limits don't bind, so nothing runs as root."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def warm_up():
    """Import what every submission needs, and put the stand-ins in place."""
    import matplotlib
    import numpy

    matplotlib.use("Agg", force=True)
    import matplotlib.pyplot
    import numpy.fft
    import numpy.linalg
    import numpy.random
    import numpy.testing

    from byhand import data
    from byhand.checks import running

    from . import import_stubs, session

    import_stubs.install()
    _stand_in_for_course(import_stubs)
    numpy.random.default_rng(0).standard_normal(8) @ numpy.ones(8)
    return numpy, session, running, data


def _stand_in_for_course(import_stubs):
    """Let lessons import all of byhand; only its data and its helpers are here."""
    keras = import_stubs.StandIn("byhand.keras", import_stubs.Refused)
    referee = import_stubs.StandIn("byhand.referee", import_stubs.Refused)
    referee.load_keras = lambda: keras  # what byhand gives as its ``keras``
    checking = types.ModuleType("byhand.checks.checking")
    checking.check = lambda *args, **kwargs: 0.0
    shows = [
        import_stubs.StandIn(f"byhand.{name}", lambda path: import_stubs.Quiet())
        for name in ("explore", "plots")
    ]
    made = (keras, referee, checking, *shows)
    sys.modules.update({module.__name__: module for module in made})


def main():
    """Start as the command line says: ``parent.py '{"level": 3, ...}'``."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    level, user = settings["level"], settings.get("user")
    scratch = settings.get("scratch", "/tmp")
    rules = None
    if level == 2:  # by descriptor, for folders that only root may walk through
        folders = [os.open(f, os.O_PATH) for f in settings["path"]]
        sys.path[:] = [f"/proc/self/fd/{f}" for f in folders]
        rules = isolation.landlock_rules(
            settings["readable"], settings["listed"], [scratch]
        )
    if settings["use"] == "judge":
        warm_up()
    elif settings["use"] == "show":
        from . import drawing

        drawing.warm_up()
    if user is not None:
        become(user)
    isolation.dumpable(level == 2)
    if level:
        isolation.reap_grandchildren()
        isolation.die_with_parent()
    gc.collect()
    gc.freeze()
    control.sendall(b'{"ready": true}\n')
    Parent(control, level, rules, scratch, settings["use"]).serve()
