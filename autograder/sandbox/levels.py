"""The levels of isolation, and which of them this machine has.

3: bubblewrap, and namespaces of its own for each submission.
2: Landlock and a user of its own, for a machine without user namespaces.
1: a user of its own, for one submission in a container that is thrown away.
0: nothing; only when the teacher says that the students are trusted.
"""

import contextlib

from autograder.errors import NoSandboxError, SandboxError
from autograder.sandbox.client import Sandbox

Reasons = dict[int, str]  # level -> why it doesn't work here


def strongest(trust: bool = False, alone: bool = False) -> tuple[int, Reasons]:
    """Return (level, reasons): the strongest level that works, and why not more.

    Parameters
    ----------
    trust : whether level 0 will do
    alone : whether a single submission is judged, so that level 1 will do

    Raises
    ------
    NoSandboxError
        When no level isolates the students' code, and they aren't trusted.
    """
    reasons: Reasons = {}
    for level in (3, 2, 1) if alone else (3, 2):
        try:
            probe(level)
        except NoSandboxError as error:
            reasons[level] = str(error)
        else:
            return level, reasons
    if trust:
        return 0, reasons
    told = "; ".join(f"level {level}: {reason}" for level, reason in reasons.items())
    raise NoSandboxError(
        f"No sandbox on this machine ({told}). Students' code would run as you. "
        "With --trust-students it does, and every grade is marked unverified."
    )


def probe(level: int) -> None:
    """Let a process close itself in, or raise NoSandboxError with the reason."""
    with contextlib.closing(Sandbox(level, slot=90, use="probe")) as sandbox:
        try:
            sandbox.probe()
        except (SandboxError, OSError) as error:
            raise NoSandboxError(f"a process could not be closed in: {error}") from None
