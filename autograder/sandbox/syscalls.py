"""The filter on system calls, made by libseccomp outside of the sandbox.

It is a list of refusals: what opens a namespace again, mounts, looks into another
process, talks to the network, or reaches a corner of the kernel that NumPy never needs.
libseccomp knows the numbers of each machine, and ends a process that calls by another
machine's numbers (x32 on x86_64).
"""

import errno
import functools
import tempfile

from autograder.errors import NoSandboxError

REFUSED = (
    # namespaces and mounts
    "unshare setns mount umount2 pivot_root chroot mount_setattr open_tree move_mount "
    "fsopen fsconfig fsmount fspick "
    # other processes
    "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd "
    # network
    "socket connect bind listen "
    # wide doors into the kernel
    "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register "
    "add_key request_key keyctl open_by_handle_at name_to_handle_at kexec_load "
    "init_module finit_module delete_module personality quotactl swapon swapoff reboot "
    "acct syslog settimeofday clock_settime adjtimex clock_adjtime sethostname mknodat "
    # memory and queues that outlive a process
    "shmget msgget semget mq_open memfd_create memfd_secret "
    # a place in the queue for a processor, which clocks and neighbours rely on
    "setpriority sched_setscheduler sched_setparam sched_setattr sched_setaffinity "
    "ioprio_set migrate_pages move_pages"
).split()
_NAMESPACES = (  # CLONE_NEW... of linux/sched.h: time, ns, cgroup, uts, ipc, user, ...
    *(0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000),
    *(0x10000000, 0x20000000, 0x40000000),
)


@functools.cache
def filter_program(machine: str = "NATIVE") -> bytes:
    """Return the program for the kernel, for this machine or a named one.

    Parameters
    ----------
    machine : name of a machine in ``pyseccomp.Arch``, such as "AARCH64"

    Raises
    ------
    NoSandboxError
        Without libseccomp, or with one too old to know a call that is refused.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError):
        raise NoSandboxError(
            "libseccomp is not installed (Debian and Ubuntu: apt install libseccomp2)"
        ) from None
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    if machine != "NATIVE":
        rules.remove_arch(seccomp.Arch.NATIVE)
        rules.add_arch(getattr(seccomp.Arch, machine))
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    refuse = seccomp.ERRNO(errno.EPERM)
    for name in REFUSED:
        try:
            rules.add_rule(refuse, name)
        except (OSError, ValueError) as error:
            raise NoSandboxError(f"libseccomp can't refuse {name}: {error}") from None
    for flag in _NAMESPACES:
        among_flags = seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag)
        rules.add_rule(refuse, "clone", among_flags)
    # limits of another process: at level 2 the warm parent is of the same user
    rules.add_rule(refuse, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    # its flags lie in memory, where no filter sees them: libraries use clone instead
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
