"""What the worker asks of the Linux kernel, through the system's own C library."""

import ctypes
import os
import platform
import struct

_libc = ctypes.CDLL(None, use_errno=True)

NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWCGROUP = 0x10000000, 0x20000000, 0x02000000
_ANY_NAMESPACE = 0x7E020080

MS_NOSUID, MS_NODEV, MS_RDONLY, MS_REC, MS_PRIVATE = 2, 4, 1, 16384, 1 << 18

_PDEATHSIG, _DUMPABLE, _CAPBSET_DROP = 1, 4, 24
_NO_NEW_PRIVS, _SECCOMP, _SUBREAPER = 38, 22, 36


def _call(name, *args):
    result = getattr(_libc, name)(*args)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def prctl(option, a=0, b=0, c=0, d=0):
    """Call prctl with plain numbers."""
    numbers = (ctypes.c_ulong(n) for n in (a, b, c, d))
    return _call("prctl", ctypes.c_int(option), *numbers)


def die_with_parent():
    """Be killed when the parent dies."""
    prctl(_PDEATHSIG, 9)


def reap_grandchildren():
    """Become the parent of every process that loses its own."""
    prctl(_SUBREAPER, 1)


def dumpable(yes):
    """Allow, or forbid, other processes of this user to look inside."""
    prctl(_DUMPABLE, int(yes))


def no_new_privileges():
    """Make set-uid files powerless from here on."""
    prctl(_NO_NEW_PRIVS, 1)


def unshare(flags):
    """Leave the namespaces of ``flags``."""
    _call("unshare", ctypes.c_int(flags))


def mount(source, target, kind, flags, options=None):
    """Mount a file system."""
    _call(
        "mount",
        *(s.encode() if s else None for s in (source, target, kind)),
        ctypes.c_ulong(flags),
        options.encode() if options else None,
    )


def drop_capabilities():
    """Give up every capability, for this process and all that it starts."""
    for number in range(41):
        try:
            prctl(_CAPBSET_DROP, number)
        except OSError:
            break  # not allowed to, or no such capability in this kernel
    header = struct.pack("<Ii", 0x20080522, 0)
    _call("capset", ctypes.create_string_buffer(header), bytes(24))


# --- seccomp ---------------------------------------------------------------

# numbers of the calls that a student's process may not make: (x86_64, aarch64)
_REFUSED = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "mount_setattr": (442, 442),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "personality": (135, 92),
    "quotactl": (179, 60),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "mknodat": (259, 33),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
}
_ARCHES = {"x86_64": (0xC000003E, 0, 56, 435), "aarch64": (0xC00000B7, 1, 220, 435)}
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38


def _step(code, value, yes=0, no=0):
    return struct.pack("<HBBI", code, yes, no, value)


def filter_program(machine=None):
    """Return the seccomp program as bytes: the calls of the table are refused."""
    arch, column, clone, clone3 = _ARCHES[machine or platform.machine()]
    program = [
        _step(_LOAD, 4),  # the architecture
        _step(_EQUAL, arch, yes=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, 0),  # the number of the call
        _step(_AT_LEAST, 0x40000000, no=1),  # the x32 way to the same calls
        _step(_RETURN, _KILL),
        _step(_EQUAL, clone3, no=1),  # its flags lie in memory: use clone instead
        _step(_RETURN, _ERRNO | _ENOSYS),
        _step(_EQUAL, clone, no=4),
        _step(_LOAD, 16),  # clone's flags
        _step(_ANY_BIT, _ANY_NAMESPACE, no=1),
        _step(_RETURN, _ERRNO | _EPERM),
        _step(_RETURN, _ALLOW),
    ]
    for number in sorted({numbers[column] for numbers in _REFUSED.values()}):
        program += [_step(_EQUAL, number, no=1), _step(_RETURN, _ERRNO | _EPERM)]
    return b"".join([*program, _step(_RETURN, _ALLOW)])


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def refuse_calls():
    """Refuse the calls of the table to this process and all that it starts."""
    steps = filter_program()
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


def landlock_abi():
    """Return the version of Landlock in this kernel, 0 when it has none."""
    return max(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1), 0)


def landlock_rules(readable, listed, writable):
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


def landlock_allow_self(ruleset):
    """Let this process read what /proc tells of itself, as TensorFlow does."""
    _landlock_allow(ruleset, "/proc/self", _READ_FILE | _READ_FOLDER)


def _landlock_allow(ruleset, path, access):
    place = os.open(path, os.O_PATH)
    allowed = access if os.path.isdir(path) else access & ~_READ_FOLDER
    _call("syscall", _ADD, ruleset, 1, struct.pack("<Qi", allowed, place), 0)
    os.close(place)


def landlock(ruleset):
    """Keep this process, and all that it starts, to what the rules allow."""
    no_new_privileges()
    _call("syscall", _RESTRICT, ruleset, 0)
    os.close(ruleset)
