"""What the worker's process can reach, at each level that this machine has."""

import contextlib
import os
import struct
import sys
import time

import numpy as np
import psutil
import pytest

from autograder.errors import (
    CellTimeoutError,
    NoSandboxError,
    SessionLostError,
    StudentError,
)
from autograder.sandbox import levels, syscalls
from autograder.sandbox.process_limits import limits_of
from autograder.worker import wire
from byhand.checks import log


@pytest.fixture
def session(worker, limits):
    """Return a session of a submission."""
    with contextlib.closing(worker.session(limits, seed=1)) as started:
        yield started


def _run(session, code, seconds=10):
    return session.run(code, "cell test", seconds)


def test_numpy_and_matplotlib_are_there(session):
    shown = _run(session, "import numpy, matplotlib.pyplot as p\nnumpy.arange(3).sum()")
    assert shown == "np.int64(3)"


def test_the_sandbox_runs_the_very_python_that_grades(session):
    session.run("import sys, numpy", "cell a", 10)
    shown = session.run("sys.version, numpy.__version__", "cell b", 10)
    assert shown == repr((sys.version, np.__version__))


@pytest.mark.parametrize("name", ["tensorflow", "keras", "torch", "scipy", "jax"])
def test_importing_is_free_and_using_raises_a_sentence(session, name):
    _run(session, f"import {name}\nfrom {name}.nn import conv2d")
    with pytest.raises(StudentError) as raised:
        _run(session, f"{name}.nn.conv2d(1)")
    assert "by hand" in raised.value.args[0]["message"]


@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_the_loops_of_numpy_raise_a_sentence(session, name):
    with pytest.raises(StudentError) as raised:
        _run(session, f"import numpy as np\nnp.{name}([1.0], [1.0])")
    assert "by hand" in raised.value.args[0]["message"]


def test_no_original_of_the_loops_is_left(session):
    code = """
import gc, sys
found = [
    f"{name}.{key}"
    for name, module in list(sys.modules.items()) if name.startswith("numpy")
    for key, value in list(vars(module).items())
    if key in ("correlate", "convolve", "correlate2")
    and "refused" not in getattr(value, "__code__", sys).__class__.__name__
    and getattr(value, "__module__", "") != "byhand.checks.by_hand"
    and not str(getattr(value, "__qualname__", "")).startswith(key)
]
found
"""
    assert _run(session, code) == "[]"


def test_the_environment_holds_nothing_of_the_graders(session, monkeypatch):
    shown = _run(session, "import os\nsorted(os.environ)")
    for name in ("BYHAND_SEED", "USER", "PYTHONPATH", "SSH_AUTH_SOCK"):
        assert repr(name) not in shown


@pytest.mark.parametrize("name", ["encodings.cp1252", "json.tool", "ctypes.util"])
def test_what_python_imports_late_is_there(session, name):
    assert _run(session, f"import {name}\n'é'.encode('cp1252')") == repr(b"\xe9")


def test_no_socket_can_be_made(session):
    with pytest.raises(StudentError) as raised:
        _run(session, "import socket\nsocket.socket()")
    assert raised.value.args[0]["type"] == "PermissionError"


def test_no_file_of_the_course_can_be_read(session):
    code = f"open({os.path.abspath(levels.__file__)!r}).read()"
    with pytest.raises(StudentError) as raised:
        _run(session, code)
    assert raised.value.args[0]["type"] in ("FileNotFoundError", "PermissionError")


def test_no_other_package_can_be_read(session):
    code = """
import os, sys
found = []
for place in sys.path:
    for name in ("tensorflow", "keras", "nbgrader", "pip"):
        try:
            found.append(open(os.path.join(place, name, "__init__.py")).name)
        except OSError:
            pass
found
"""
    assert _run(session, code) == "[]"


def test_of_byhand_only_what_notebooks_need_is_there(session):
    code = "from byhand import check, data, explore, given, plots\nimport byhand\n"
    _run(session, code + "check('conv2d', points=1); plots.draw_window(1)")
    for name in ("wiring", "checking", "exercises", "slips", "recorded"):
        with pytest.raises(StudentError):
            _run(session, f"import byhand.{name}")


def test_a_log_of_checks_is_never_written_there(session):
    code = "from byhand import check, log\nlog.start()\ncheck('conv2d', points=1)\n"
    assert log.FILE not in _run(session, f"{code}import os\nos.listdir('.')")


def test_scratch_is_empty_again_for_the_next(worker, limits):
    for _ in range(2):
        with contextlib.closing(worker.session(limits, seed=1)) as session:
            assert _run(session, "import os\nos.listdir('.')") == "[]"
            _run(session, "open('mine', 'w').write('x')")


def test_nothing_is_alive_a_second_after_the_end(worker, limits):
    session = worker.session(limits, seed=1)
    parent = psutil.Process(worker.started.process.pid)
    code = """
import os, time
def leave():
    for _ in range(9):
        if os.fork() == 0:
            os.setsid()
            time.sleep(99)
"""
    _run(session, code)
    _call(session, "leave")
    assert _count(parent) >= 10
    session.close()
    until = time.monotonic() + 1
    while _count(parent) >= 10 and time.monotonic() < until:
        pass
    assert _count(parent) < 10


def _call(session, name):
    session.incoming = lambda tag, fields: fields[0]
    number = session.ask("get", name, seconds=5)
    session.outgoing = lambda item: ["h", number]
    session.ask("call", object(), [], {}, 5, seconds=5)


def _count(parent):
    return len(parent.children(recursive=True))


def test_a_loop_is_stopped_and_the_session_lives_on(session):
    _run(session, "kept = 41")
    with pytest.raises(CellTimeoutError):
        _run(session, "while True:\n    pass", seconds=0.2)
    assert _run(session, "kept + 1") == "42"


def test_a_process_that_does_not_stop_is_killed(session):
    code = "import signal\nsignal.pthread_sigmask(0, [14])\nwhile True:\n    pass"
    with pytest.raises(SessionLostError) as lost:
        _run(session, code, seconds=0.2)
    assert lost.value.late


class OnTheWire:
    """An object of the judge's that crosses as a node of its own."""

    def __init__(self, *node):
        self.node = list(node)


ENDLESS = """
import time

def slow():
    time.sleep(0.05)

def for_ever(f):
    while True:
        try:
            f()
        except {caught}:
            pass
"""


@pytest.mark.parametrize(
    ("caught", "ending"),
    [("Exception", CellTimeoutError), ("BaseException", SessionLostError)],
)
def test_the_clock_runs_while_a_callback_calls_the_students_code(
    session, caught, ending
):
    session.outgoing = lambda item: item.node
    session.incoming = lambda tag, fields: OnTheWire(tag, fields[0])
    _run(session, ENDLESS.format(caught=caught))
    slow, for_ever = (session.ask("get", n, seconds=5) for n in ("slow", "for_ever"))

    def called(number, args, kwargs):
        session.ask("call", slow, [], {}, 5, seconds=5)

    session.serving = {"callback": called}
    arguments = [OnTheWire("cb", 0, "f", 0, False)]
    started = time.monotonic()
    with pytest.raises(ending):
        session.ask("call", for_ever, arguments, {}, 0.5, seconds=0.5)
    assert time.monotonic() - started < 5
    assert session.spent > 0.4


def test_time_in_code_of_the_judges_is_not_the_students(session):
    session.outgoing = lambda item: item.node
    session.incoming = lambda tag, fields: OnTheWire(tag, fields[0])
    session.serving = {"callback": lambda *call: time.sleep(1)}
    _run(session, "def once(f):\n    f()\n    return 'done'")
    once = session.ask("get", "once", seconds=5)
    arguments = [OnTheWire("cb", 0, "f", 0, False)]
    found = session.ask("call", once, arguments, {}, 0.5, seconds=0.5)
    assert found[0] == "done"
    assert session.spent < 0.9


def test_an_answer_too_large_to_pass_on_is_the_askers_error(session, monkeypatch):
    monkeypatch.setattr(wire, "MAX_RAW", 1 << 20)
    session.serving = {"given": lambda *call: np.zeros(1 << 20)}
    with pytest.raises(StudentError) as raised:
        _run(session, "from byhand import given\ngiven.conv2d(padding=8000)")
    assert raised.value.args[0]["type"] == "TypeError"
    assert "too large" in raised.value.args[0]["message"]
    assert _run(session, "6 * 7") == "42"


def test_more_memory_than_allowed_ends_in_the_students_own_error(session):
    with pytest.raises((StudentError, SessionLostError)):
        _run(session, "import numpy as np\nnp.ones(1 << 33)")


def test_output_is_kept_to_its_limit_and_drained(session, limits):
    _run(session, "print('x' * 10_000_000)")
    assert len(session.printed()) == limits.output


def test_limits_can_be_set_for_all_and_per_lesson():
    assert limits_of("08_train_a_cnn").cell_seconds == 60
    assert limits_of("02_convolution").cell_seconds == 10
    assert limits_of("08_train_a_cnn", {"cell_seconds": 5}).cell_seconds == 5


def test_without_a_sandbox_grading_is_refused(monkeypatch):
    monkeypatch.setattr(levels, "probe", _no_level)
    with pytest.raises(NoSandboxError, match="--trust-students"):
        levels.strongest()
    assert levels.strongest(trust=True)[0] == 0


def _no_level(level):
    raise NoSandboxError(f"no level {level}")


def test_grades_without_a_sandbox_are_marked_unverified():
    from autograder.run.batch import Batch

    assert "UNVERIFIED" in str(Batch(level=0))
    assert not Batch(level=0).verified


ALLOWED, REFUSED, MISSING, KILLED = 0x7FFF0000, 0x50001, 0x50026, 0x80000000
MACHINES = ["X86_64", "AARCH64", "RISCV64"]


def decide(program, arch, number, flags=0):
    """Run a seccomp program as the kernel does; return what it decides on a call."""
    data = struct.pack("<iIQQ", number, arch, 0, flags) + bytes(40)
    steps, at, value = list(struct.iter_unpack("<HBBI", program)), 0, 0
    while True:
        code, yes, no, given = steps[at]
        at += 1
        if code == 0x06:
            return given
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, given)
        elif code == 0x54:
            value &= given
        elif code == 0x05:
            at += given
        else:
            test = {0x15: value == given, 0x25: value > given, 0x35: value >= given}
            at += yes if test[code] else no


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_refuses_its_calls_on_every_machine(machine):
    import pyseccomp

    arch = getattr(pyseccomp.Arch, machine)
    program = syscalls.filter_program(machine)

    def said(name, flags=0, of=arch):
        number = pyseccomp.resolve_syscall(arch, name)
        return decide(program, of, number, flags)

    refused = {name for name in syscalls.REFUSED if said(name) == REFUSED}
    assert refused == set(syscalls.REFUSED)
    assert {said(name) for name in ("read", "mmap", "execve", "futex")} == {ALLOWED}
    assert said("clone3") == MISSING
    assert said("clone", flags=0x003D0F00) == ALLOWED  # a thread
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000):
        assert said("clone", flags=flag | 17) == REFUSED
    assert said("prlimit64", flags=0) == ALLOWED  # one's own limits
    assert {said("prlimit64", flags=n) for n in (1, 7, 1 << 31)} == {REFUSED}
    assert said("read", of=arch ^ 0x40000000) == KILLED


def test_calls_by_the_numbers_of_x32_end_the_process():
    import pyseccomp

    program = syscalls.filter_program("X86_64")
    assert decide(program, pyseccomp.Arch.X86_64, 0x40000000) == KILLED


def test_without_libseccomp_there_is_no_sandbox(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    monkeypatch.setattr(syscalls, "filter_program", syscalls.filter_program.__wrapped__)
    with pytest.raises(NoSandboxError, match="apt install libseccomp2"):
        syscalls.filter_program()


def test_trusted_code_runs_without_a_sandbox(limits):
    from autograder.sandbox.client import Sandbox

    with contextlib.closing(Sandbox(0)) as worker:
        session = worker.session(limits, seed=1)
        assert _run(session, "6 * 7") == "42"
        session.close()
