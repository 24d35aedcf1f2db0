"""What the worker asks of the Linux kernel, through the system's own C library."""

import ctypes
import os
import struct
from collections.abc import Iterable

_libc = ctypes.CDLL(None, use_errno=True)

NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWCGROUP = 0x10000000, 0x20000000, 0x02000000

MS_NOSUID, MS_NODEV, MS_RDONLY, MS_REC, MS_PRIVATE = 2, 4, 1, 16384, 1 << 18

_PDEATHSIG, _DUMPABLE, _CAPBSET_DROP = 1, 4, 24
_NO_NEW_PRIVS, _SECCOMP, _SUBREAPER = 38, 22, 36


def _call(name: str, *args: object) -> int:
    result: int = getattr(_libc, name)(*args)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def prctl(option: int, a: int = 0, b: int = 0, c: int = 0, d: int = 0) -> int:
    """Call prctl with plain numbers."""
    numbers = (ctypes.c_ulong(n) for n in (a, b, c, d))
    return _call("prctl", ctypes.c_int(option), *numbers)


def die_with_parent() -> None:
    """Be killed when the parent dies."""
    prctl(_PDEATHSIG, 9)


def die_with_spawner() -> None:
    """Be killed when the process that spawned this one dies, or has died already.

    Linux tells of no death before it is asked to, and starting takes a while.
    """
    from multiprocessing import parent_process  # which no sandbox needs

    die_with_parent()
    parent = parent_process()
    if parent is not None and os.getppid() != parent.pid:
        os._exit(0)


def reap_grandchildren() -> None:
    """Become the parent of every process that loses its own."""
    prctl(_SUBREAPER, 1)


def dumpable(yes: bool) -> None:
    """Allow, or forbid, other processes of this user to look inside."""
    prctl(_DUMPABLE, int(yes))


def no_new_privileges() -> None:
    """Make set-uid files powerless from here on."""
    prctl(_NO_NEW_PRIVS, 1)


def unshare(flags: int) -> None:
    """Leave the namespaces of ``flags``."""
    _call("unshare", ctypes.c_int(flags))


def mount(
    source: str, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    """Mount a file system."""
    _call(
        "mount",
        *(s.encode() if s else None for s in (source, target, kind)),
        ctypes.c_ulong(flags),
        options.encode() if options else None,
    )


def drop_capabilities() -> None:
    """Give up every capability, for this process and all that it starts."""
    for number in range(41):
        try:
            prctl(_CAPBSET_DROP, number)
        except OSError:
            break  # not allowed to, or no such capability in this kernel
    header = struct.pack("<Ii", 0x20080522, 0)
    _call("capset", ctypes.create_string_buffer(header), bytes(24))


# --- seccomp ---------------------------------------------------------------


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def refuse_calls(steps: bytes) -> None:
    """Put a filter on the system calls of this process and of all that it starts.

    ``steps`` is the program, which `autograder.sandbox.syscalls` makes outside.
    """
    kept = ctypes.create_string_buffer(steps, len(steps))
    program = _Program(len(steps) // 8, ctypes.cast(kept, ctypes.c_void_p))
    no_new_privileges()
    _call("prctl", _SECCOMP, ctypes.c_ulong(2), ctypes.byref(program), 0, 0)


# --- Landlock --------------------------------------------------------------

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _READ_FILE, _READ_FOLDER = 0b1, 0b100, 0b1000
_ALL_FILES = (1 << 16) - 1  # all that ABI 5 and newer know
_ALL_NET, _ALL_SCOPES = 0b11, 0b11  # TCP; abstract sockets and signals
LANDLOCK_ABI = 6


def landlock_abi() -> int:
    """Return the version of Landlock in this kernel, 0 when it has none."""
    version: int = _libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1)
    return max(version, 0)


def landlock_rules(
    readable: Iterable[str], listed: Iterable[str], writable: Iterable[str]
) -> int:
    """Return a rule set that allows the paths of three lists, as a descriptor.

    ``listed`` folders may be listed; what lies in them needs a rule of its own.
    """
    attributes = struct.pack("<QQQ", _ALL_FILES, _ALL_NET, _ALL_SCOPES)
    ruleset = _call("syscall", _CREATE, attributes, ctypes.c_size_t(24), 0)
    for paths, access in (
        (readable, _READ_FILE | _READ_FOLDER | _EXECUTE),
        (listed, _READ_FOLDER),
        (writable, _ALL_FILES),
    ):
        for path in paths:
            _landlock_allow(ruleset, path, access)
    return ruleset


def landlock_allow_self(ruleset: int) -> None:
    """Let this process read what /proc tells of itself, as TensorFlow does."""
    _landlock_allow(ruleset, "/proc/self", _READ_FILE | _READ_FOLDER)


def _landlock_allow(ruleset: int, path: str, access: int) -> None:
    place = os.open(path, os.O_PATH)
    allowed = access if os.path.isdir(path) else access & ~_READ_FOLDER
    _call("syscall", _ADD, ruleset, 1, struct.pack("<Qi", allowed, place), 0)
    os.close(place)


def landlock(ruleset: int) -> None:
    """Keep this process, and all that it starts, to what the rules allow."""
    no_new_privileges()
    _call("syscall", _RESTRICT, ruleset, 0)
    os.close(ruleset)
