"""The judge's end of a sandbox: open a session, send requests, believe nothing.

Every answer is read with a deadline, decoded strictly, and its session is killed when
it is late or says what isn't an answer.
"""

import contextlib
import json
import os
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from autograder import seam
from autograder.errors import (
    CellTimeoutError,
    RefusedError,
    SandboxError,
    SessionLostError,
    StudentError,
)
from autograder.sandbox.kits import Kit
from autograder.sandbox.memory import MemoryWatch
from autograder.sandbox.process_limits import Limits
from autograder.sandbox.start import Started, start
from autograder.seam import Use
from autograder.worker import clock, wire

Cells: TypeAlias = "dict[str, Any] | None"  # what was read in a notebook, unchecked

GRACE = 1.0  # seconds between asking a cell to stop and killing its process
READ_SECONDS = 600  # on the wall; its limit is the time on a processor
ANSWER_SECONDS = 300  # until the warm parent answers
MAX_PARTS = 256 << 20  # bytes of all parts of one answer
SMALL = 4 << 20  # bytes of a notebook


class Sandbox:
    """A warm parent, started again when it is lost.

    Parameters
    ----------
    level : int; see `levels`
    slot : int, which of the sandboxes of this process it is
    use : what for; see `start`
    kit : what students' code finds in it; None for that of the checks installed here
    """

    def __init__(
        self,
        level: int,
        slot: int = 0,
        use: Use = "judge",
        kit: Kit | None = None,
    ) -> None:
        self.kit = Kit(seam.own().name) if kit is None else kit
        self.level = level
        self.slot = slot
        self.use: Use = use
        self.started: Started | None = None

    def equip(self, kit: Kit) -> None:
        """Take what the next students' code finds; another kit is another parent."""
        if kit != self.kit:
            self.close()
            self.kit = kit

    def close(self) -> None:
        """End the warm parent and all that it started."""
        if self.started:
            self.started.stop()
            self.started = None

    def probe(self) -> None:
        """Let a child close itself in; raise SandboxError when it can't."""
        self._ask({"do": "probe"})

    def session(
        self, limits: Limits, seed: int, notebook: int | None = None
    ) -> "Session":
        """Start a process for one submission.

        With a ``notebook``, an open file, the process reads it first; see
        `Session.cells_read`.
        """
        ours, theirs = socket.socketpair()
        output, outlet = os.pipe()
        try:
            answer, waits = self._ask(
                {"do": "start", "limits": limits.for_process(), "seed": seed},
                [theirs.fileno(), outlet, *([] if notebook is None else [notebook])],
            )
        except BaseException:
            ours.close()
            os.close(output)
            raise
        finally:
            theirs.close()
            os.close(outlet)
        return Session(self, answer["pid"], ours, output, limits, waits)

    def open(
        self, file: int, limits: Limits, seed: int
    ) -> tuple[Cells, "Session | None"]:
        """Read an open notebook; return (its JSON answer, a session or None).

        A small file is read by the process that will run its cells, before it runs
        any of them; a large one by a process whose memory goes with it.
        """
        if os.fstat(file).st_size > SMALL:
            return self.read_notebook(file, limits), None
        session = self.session(limits, seed, file)
        read = session.cells_read()
        if isinstance(read, dict) and "cells" in read:
            return read, session
        session.close()
        return read, None

    def read_notebook(self, file: int, limits: Limits) -> Cells:
        """Let a limited process read an open notebook; return its JSON answer."""
        answer_end, outlet = os.pipe()
        try:
            request = {"do": "read", "limits": limits.for_reading()}
            pid = self._ask(request, [file, outlet])[0]["pid"]
        finally:
            os.close(outlet)
        try:
            read: Cells = _read_until_closed(answer_end, READ_SECONDS)
            return read
        finally:
            os.close(answer_end)
            self.end(pid)

    def end(self, pid: int) -> None:
        """Kill a child of the warm parent, and all that it started."""
        with contextlib.suppress(SandboxError):
            self._ask({"do": "end", "pid": pid})

    def running(self) -> Started:
        """Return the warm parent; start it when there is none, or one that died."""
        if self.started and self.started.process.poll() is not None:
            self.close()
        if self.started is None:
            self.started = start(self.level, self.slot, self.use, self.kit)
            self.started.control.settimeout(ANSWER_SECONDS)
        return self.started

    def _ask(
        self, request: dict[str, Any], files: Sequence[int] = ()
    ) -> tuple[Any, int | None]:
        """Return the answer of the warm parent, and the file that it opened, if any."""
        control = self.running().control
        opened: list[int] = []
        try:
            socket.send_fds(control, [json.dumps(request).encode()], list(files))
            answer, opened, _, _ = socket.recv_fds(control, 4096, 1)
        except OSError as error:
            answer = b""
            why = str(error)
        else:
            why = "it closed its socket"
        told: dict[str, int | None] = json.loads(answer or "{}")
        if not told or not told.get("pid", True):
            for file in opened:
                os.close(file)
            self.close()
            raise SandboxError(f"the warm parent failed: {why}")
        return told, opened[0] if opened else None


def _read_until_closed(file: int, seconds: float) -> Any:
    """Return the JSON that a reading process writes; None when it writes none."""
    until, size = time.monotonic() + seconds, 0
    pieces: list[bytes] = []
    while size <= wire.MAX_TREE:
        ready, _, _ = select.select([file], [], [], until - time.monotonic())
        piece = os.read(file, 1 << 16) if ready else b""
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    try:
        return json.loads(b"".join(pieces))
    except (ValueError, RecursionError):
        return None


def _joined(pieces: list[wire.Buffer]) -> list[wire.Buffer]:
    """Put small pieces of a frame together: a call of the system each is slow."""
    if sum(map(len, pieces)) < 1 << 18:
        return [b"".join(pieces)]
    return pieces


def _no_object(item: object) -> NoReturn:
    raise wire.WireError(type(item).__name__)


def _no_handle(tag: str, fields: list[Any]) -> NoReturn:
    raise wire.WireError("an unknown tag")


@dataclass
class Deadline:
    """When an answer is late; it moves while we keep the student waiting.

    ``moment`` is on the wall, where a look at the clocks is due; ``begun`` is where
    they stood when the answer was asked for, ``seconds`` how much of them it may take.
    """

    moment: float
    begun: float
    seconds: float
    booted: float
    last: float  # on the wall, whatever the clocks say


class Session:
    """One submission's process, asked one thing at a time."""

    def __init__(
        self,
        sandbox: Sandbox,
        pid: int,
        channel: socket.socket,
        output: int,
        limits: Limits,
        waits: int | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.waits = [waits, clock.open_waits()]  # of its process, and of ours
        self.waited = [0.0, 0.0]
        self.pid = pid
        self.channel = channel
        self.output = output
        self.limits = limits
        self.spent = 0.0  # seconds that the student's code took
        self.ours = 0.0  # seconds that it waited for code of ours
        self.ours_since: float | None = None  # while code of ours runs, and none of its
        self.alive = True
        self.kept = bytearray()
        self.open_output = True
        self.arrived = bytearray()
        self.nested = 0
        self.parts: list[Any] = []
        self.unread, self.part_seconds = False, 0.0
        self.most_parts = self.part_bytes = 0
        # encode the judge's own objects, resolve the student's: see proxies
        self.outgoing: wire.Handle = _no_object
        self.incoming: wire.Resolve = _no_handle
        # kind of request from the student -> function
        self.serving: dict[str, Callable[..., Any]] = {}
        channel.setblocking(False)
        os.set_blocking(output, False)
        self.watch = MemoryWatch(sandbox.running())

    def close(self) -> None:
        """Kill the process, and all that it started."""
        if self.alive:
            self._clock()
            self.alive = False
            self.sandbox.end(self.pid)
            self._drain()
            self.channel.close()
            for file in (self.output, *self.waits):
                if file is not None:
                    os.close(file)
            self.waits = [None, None]

    def has_ended(self) -> bool:
        """Tell whether the process ended by itself since its last answer."""
        try:
            ended = not self.channel.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            ended = True
        if ended and not self.nested:
            self.close()
        return ended and not self.nested

    def _clock(self) -> float:
        """Return a time that stands still while a busy machine keeps us waiting."""
        self.waited = list(map(clock.waited, self.waits, self.waited))
        return time.monotonic() - sum(self.waited)

    def _deadline(self, seconds: float) -> Deadline:
        now = time.monotonic()
        last = now + clock.PATIENCE * seconds
        booted = clock.boot_time()
        return Deadline(now + seconds, self._clock(), seconds, booted, last)

    def _late(self, deadline: Deadline) -> bool:
        """Tell whether an answer is late, or move the moment of the next look."""
        now = time.monotonic()
        left = deadline.begun + deadline.seconds - self._clock()
        if self.waits[0] is None:  # the machine doesn't tell: it may sleep, or wait
            left = deadline.last - now
        children = clock.used_since(self.watch.processes(), deadline.booted)
        if left <= 0 or children >= deadline.seconds or now >= deadline.last:
            return True
        deadline.moment = now + max(left, clock.TICK)
        return False

    def cells_read(self) -> Any:
        """Return what the process read in its notebook, as JSON; None for nothing."""
        deadline = self._deadline(READ_SECONDS)
        try:
            size = int.from_bytes(self._bytes(4, deadline), "little")
            if size > wire.MAX_TREE:
                return None
            return json.loads(self._bytes(size, deadline))
        except (SessionLostError, ValueError, RecursionError):
            return None

    def run(self, source: str, name: str, seconds: float) -> str | None:
        """Run a cell and return the text that its last line shows."""
        shown = self.ask("run", source, name, seconds, seconds=seconds)
        return shown[:4000] if isinstance(shown, str) else None

    def printed(self) -> str:
        """Return what was printed since the last time, within the limit."""
        self._drain()
        text, self.kept = self.kept.decode("utf-8", "replace"), bytearray()
        return text

    def ask(self, kind: str, *fields: object, seconds: float) -> Any:
        """Send a request and return the value that comes back.

        Raises StudentError, CellTimeoutError, or SessionLostError when the process is
        gone.
        """
        self.settle()
        with self._in_time(seconds) as deadline:
            self._send(deadline, kind, *fields)
            return self._answer(deadline)

    def ask_many(self, count: int, kind: str, *fields: object, seconds: float) -> None:
        """Send a request that is answered in parts, ``seconds`` long at most each.

        ``count`` is how many there are at most. They come from `part`; the process
        works on while we look at one.
        """
        self.settle()
        with self._in_time(seconds) as deadline:
            self._send(deadline, kind, *fields)
        self.parts, self.unread, self.part_seconds = [], True, seconds
        self.most_parts, self.part_bytes = count, 0

    def part(self, number: int) -> Any:
        """Return a part of the answer by its number, or None when there is none."""
        while len(self.parts) <= number and self.unread:
            self._read_part()
        return self.parts[number] if number < len(self.parts) else None

    def settle(self) -> None:
        """Read all parts that are under way."""
        while self.unread and not self.nested:
            self._read_part()

    def _read_part(self) -> None:
        with self._in_time(self.part_seconds) as deadline:
            try:
                part = self._answer(deadline, part=True)
            except (StudentError, CellTimeoutError, SessionLostError):
                self.unread = False
                raise
        if part is None:
            self.unread = False
        elif len(self.parts) == self.most_parts or self.part_bytes > MAX_PARTS:
            self.lose("the process spoke nonsense")
        else:
            self.parts.append(part)

    @contextlib.contextmanager
    def _in_time(self, seconds: float) -> Iterator[Deadline]:
        """Yield the deadline of an answer, and count the time that it took."""
        if not self.alive:
            raise SessionLostError("the process has ended")
        left = self.limits.total_seconds - self.spent
        if left <= 0:
            self.lose("the time for the whole notebook is over", late=True)
        inside_ours = self._stop_ours()  # a callback that calls the student's code
        deadline, ours = self._deadline(min(seconds, left) + GRACE), self.ours
        begun = deadline.begun
        self.nested += 1
        try:
            yield deadline
        finally:
            self.nested -= 1
            if not self.nested:  # else the request around this one counts it
                self.spent += self._clock() - begun - (self.ours - ours)
            if inside_ours:
                self.ours_since = time.monotonic()

    def _stop_ours(self) -> bool:
        """Count the time of our own code so far; tell whether any was running."""
        if self.ours_since is None:
            return False
        self.ours += time.monotonic() - self.ours_since
        self.ours_since = None
        return True

    def lose(self, why: str, late: bool = False) -> NoReturn:
        """Kill the process and raise SessionLostError."""
        self.close()
        raise SessionLostError(why, late)

    def _answer(self, deadline: Deadline, part: bool = False) -> Any:
        while True:
            message = self._receive(deadline)
            if type(message) is not tuple or not message:
                self.lose("the process spoke nonsense")
            kind, *fields = message
            if kind == "value" and len(fields) == 1:
                return None if part else fields[0]
            if part and kind == "part" and len(fields) == 1 and fields[0] is not None:
                return fields[0]
            if kind == "error" and len(fields) == 1 and type(fields[0]) is dict:
                raise StudentError(fields[0])
            if kind == "late" and not fields:
                raise CellTimeoutError
            self._serve(kind, fields, deadline)

    def _serve(self, kind: object, fields: list[Any], deadline: Deadline) -> None:
        serve = self.serving.get(kind) if isinstance(kind, str) else None
        if serve is None or self.nested > 20:
            self.lose("the process spoke nonsense")
        ours, self.ours_since = self.ours, time.monotonic()
        answer: tuple[Any, ...]
        try:
            answer = ("result", serve(*fields))
        except SessionLostError:
            raise
        except RefusedError as error:
            answer = ("refused", *error.args)
        except Exception as error:
            answer = ("refused", type(error).__name__, str(error)[:500])
        finally:
            self._stop_ours()
        waited = self.ours - ours  # the student's code did nothing meanwhile
        deadline.moment += waited
        deadline.begun += waited
        deadline.last += waited
        try:
            self._send(deadline, *answer)
        except TypeError as error:  # too large to pass on: the asker's own doing
            self._send(deadline, "refused", "TypeError", str(error))

    def _send(self, deadline: Deadline, *message: object) -> None:
        try:
            pieces = wire.pack(*wire.encode(message, self.outgoing))
        except wire.WireError as error:
            raise TypeError(str(error)) from None
        for piece in _joined(pieces):
            view = memoryview(piece).cast("B")
            while len(view):
                try:
                    view = view[self.channel.send(view) :]
                except BlockingIOError:
                    self._wait(deadline, writing=True)
                except OSError:
                    self.lose("the process has ended")

    def _receive(self, deadline: Deadline) -> Any:
        def read(count: int) -> bytes:
            return self._bytes(count, deadline)

        try:
            return wire.decode(*wire.unpack(read), self.incoming)
        except wire.WireError as error:
            self.lose(f"the process spoke nonsense: {error}")

    def _bytes(self, count: int, deadline: Deadline) -> bytes:
        while len(self.arrived) < count:
            try:
                piece = self.channel.recv(max(count - len(self.arrived), 1 << 16))
            except BlockingIOError:
                self._wait(deadline)
                continue
            except OSError:
                piece = b""
            if not piece:
                self.lose("the process has ended")
            self.arrived += piece
        data = bytes(memoryview(self.arrived)[:count])
        del self.arrived[:count]
        self.part_bytes += count
        return data

    def _wait(self, deadline: Deadline, writing: bool = False) -> None:
        """Wait until the channel is ready; read and drop output meanwhile."""
        while True:
            left = deadline.moment - time.monotonic()
            if left <= 0:
                if self._late(deadline):
                    late = "the time was over, and the process did not stop"
                    self.lose(late, late=True)
                continue
            outputs: list[Any] = [self.output] if self.open_output else []
            reading, written, _ = select.select(
                outputs if writing else [*outputs, self.channel],
                [self.channel] if writing else [],
                [],
                min(left, self.watch.interval),
            )
            if self.output in reading:
                self._drain()
            if self.channel in reading or written:
                return
            if why := self.watch.excess(self.limits):
                self.lose(why)

    def _drain(self) -> None:
        """Read all output that is waiting; keep the first part."""
        for _ in range(64):
            try:
                piece = os.read(self.output, 1 << 16)
            except OSError:
                return
            if not piece:
                self.open_output = False  # else it would always be ready
                return
            self.kept += piece[: max(self.limits.output - len(self.kept), 0)]
