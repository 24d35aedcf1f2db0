"""Try what the sandbox promises to prevent, on this machine."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CellTimeoutError, SessionLostError, StudentError
from autograder.sandbox.client import Sandbox
from autograder.sandbox.process_limits import MIB, Limits

SECONDS = 3.0
LIMITS = Limits(cell_seconds=SECONDS, total_seconds=2 * SECONDS, restarts=0)
_SECRET = "what a student must not read"


@dataclass(frozen=True)
class Tried:
    """One promise, whether it was kept, and in how many seconds."""

    promise: str
    kept: bool
    seconds: float


def attempts(folder: Path, port: int) -> dict[str, str]:
    """Return {promise: code that gets to its end only when the promise is broken}.

    Parameters
    ----------
    folder : holds a file ``secret`` of somebody else's
    port : of a server on this machine that accepts every call
    """
    secret = str(folder / "secret")
    call = f"socket.create_connection(('127.0.0.1', {port}), 1)"
    return {
        "reads no file of the course": f"open({secret!r}).read()",
        "lists no folder of the course": f"import os; os.listdir({str(folder)!r})",
        "changes no file": f"open({secret!r}, 'a').write('x')",
        "leaves no file": f"open({str(folder / 'left')!r}, 'w').write('x')",
        "reads nothing of the grader's process": (
            f"import os; open('/proc/{os.getpid()}/environ').read()"
        ),
        "stops no process of ours": f"import os; os.kill({os.getpid()}, 0)",
        "reaches no network": f"import socket; {call}",
        "asks no name server": "import socket; socket.getaddrinfo('example.org', 80)",
        "uses no more memory than it may": (
            f"[bytearray({256 * MIB}) for n in range(40)]"
        ),
        "starts no more processes than it may": (
            "import os, time\nfor n in range(400):\n"
            "    if not os.fork():\n        time.sleep(9); os._exit(0)"
        ),
        "ends at its limit of time": "while True: pass",
    }


def tried(level: int) -> Iterator[Tried]:
    """Yield each promise at a level of the sandbox, each in a process of its own."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "secret").write_text(_SECRET, encoding="utf-8")
        folder.chmod(0o755 if level != 1 else 0o700)  # level 1 needs it closed
        door = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        sandbox = stack.enter_context(contextlib.closing(Sandbox(level)))
        port: int = door.getsockname()[1]
        for promise, code in attempts(folder, port).items():
            started = time.monotonic()
            kept = _is_stopped(sandbox, code)
            yield Tried(promise, kept, time.monotonic() - started)


def _is_stopped(sandbox: Sandbox, code: str) -> bool:
    """Tell whether the code is stopped before its end, as all of this has to be."""
    session = sandbox.session(LIMITS, seed=0)
    with contextlib.closing(session):
        try:
            session.run(code, "an attempt", SECONDS)
        except (StudentError, CellTimeoutError, SessionLostError):
            return True
    return False
