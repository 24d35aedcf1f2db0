"""Keras's answers, computed once for all submissions and kept.

One process of a run imports TensorFlow, when an answer is missing, and serves the
judges over pipes. Answers are kept on disk by question and version of the checks, so
that the next run needs no TensorFlow for them.
"""

import collections
import contextlib
import hashlib
import pickle
import signal
import sqlite3
from multiprocessing import connection

from autograder.errors import RefereeError
from autograder.worker import isolation

KEPT = 64 << 20  # bytes of questions and answers that a judge keeps
KEPT_ON_DISK = 256 << 20  # bytes of answers to operations
_REFUSALS = ("ValueError", "TypeError")  # the same again, whenever it is asked
SECONDS = 300  # for one answer, TensorFlow's start included
_LOCAL = {"per_axis", "pad_widths", "stuff", "quiet", "operation", "run", "load_keras"}


def serve(pipes, folder, version):
    """Answer judges until all of them have gone; the main loop of the process."""
    isolation.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = Answers(folder, version)
    pipes = list(pipes)
    while pipes:
        for pipe in connection.wait(pipes):
            try:
                number, *request = pipe.recv()
            except (EOFError, OSError):
                pipes.remove(pipe)
                continue
            with contextlib.suppress(BrokenPipeError):
                pipe.send((number, *answers.answer(*request)))


class Answers:
    """What Keras says, by kind of question, what it said before included."""

    def __init__(self, folder, version):
        self.shelf = Shelf(folder, version)

    def answer(self, kind, *fields):
        """Return ("value", it) or ("error", class name, message)."""
        question = pickle.dumps((kind, fields))
        if kept := self.shelf.find(question):
            return pickle.loads(kept)
        try:
            answer = "value", getattr(self, kind)(*fields)
        except Exception as error:
            answer = "error", type(error).__name__, str(error)
        if answer[0] == "value" or answer[1] in _REFUSALS:
            self.shelf.keep(question, pickle.dumps(answer), kind == "operation")
        return answer

    def expected(self, exercise_id, seed):
        """Return the right results of an exercise's cases; seed None: the visible."""
        from byhand.checks import recorded

        return recorded.expect(*_cases(exercise_id, seed))

    def predicted(self, exercise_id, seed, names=None):
        """Return what the named misconceptions give on an exercise's cases."""
        from byhand.checks import recorded

        return recorded.predict(*_cases(exercise_id, seed), names)

    def usable(self, exercise_id, seed):
        """Return which hidden cases can do without what has a default."""
        from byhand import exercises
        from byhand.checks import checking

        exercise = exercises.get(exercise_id)
        return checking.usable(exercise, checking.drawn_cases(exercise, seed)[1])

    def operation(self, name, args, kwargs):
        """Return an operation's result, for ``given`` and for open exercises."""
        from byhand import referee

        return getattr(referee, name)(*args, **kwargs)


class Shelf:
    """Answers on disk, for the checks of one version; those of older ones go.

    Students' code asks for operations too, so there is a limit to what is kept of
    those. Where no file can be written, nothing is kept.
    """

    def __init__(self, folder, version):
        self.version = version
        self.size, self.table = 0, None
        with contextlib.suppress(OSError, sqlite3.Error):
            folder.mkdir(parents=True, exist_ok=True)
            self.table = self._opened(folder / "answers.db")

    def _opened(self, path):
        table = sqlite3.connect(path, isolation_level=None)
        table.execute("PRAGMA journal_mode=WAL")
        table.execute("PRAGMA synchronous=OFF")  # nothing here can't be asked again
        table.execute(
            "CREATE TABLE IF NOT EXISTS kept "
            "(question BLOB PRIMARY KEY, version TEXT, answer BLOB, limited INTEGER)"
        )
        table.execute("DELETE FROM kept WHERE version != ?", (self.version,))
        found = table.execute(
            "SELECT coalesce(sum(length(answer)), 0) FROM kept WHERE limited"
        )
        self.size = found.fetchone()[0]
        return table

    def find(self, question):
        """Return the bytes of the answer, or None."""
        if self.table is not None:
            with contextlib.suppress(sqlite3.Error):
                row = self.table.execute(
                    "SELECT answer FROM kept WHERE question = ?", (self._key(question),)
                ).fetchone()
                return row and row[0]
        return None

    def keep(self, question, answer, limited):
        """Keep an answer; a ``limited`` one as long as there is room."""
        size = len(answer) if limited else 0
        if self.table is not None and self.size + size <= KEPT_ON_DISK:
            with contextlib.suppress(sqlite3.Error):
                row = self._key(question), self.version, answer, limited
                self.table.execute("REPLACE INTO kept VALUES (?, ?, ?, ?)", row)
                self.size += size

    def _key(self, question):
        return hashlib.sha256(self.version.encode() + question).digest()


def _cases(exercise_id, seed):
    from byhand import exercises
    from byhand.checks import checking

    exercise = exercises.get(exercise_id)
    if seed is None:
        return exercise, tuple(exercise.cases())
    return exercise, checking.hidden_cases(exercise, seed)


class Asker:
    """The judge's end of the pipe."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.asked = 0
        self.kept = collections.OrderedDict()  # answers to operations
        self.size = 0

    def ask(self, *request):
        """Return the answer, or raise what Keras raised; RefereeError when it died.

        Requests are numbered: the late answer to one that was given up, or broken off
        by an alarm, must not be taken for the answer to the next.
        """
        self.asked += 1
        number = None
        try:
            self.pipe.send((self.asked, *request))
            while number != self.asked:
                if not self.pipe.poll(SECONDS):
                    raise RefereeError("Keras did not answer")
                number, kind, *fields = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise RefereeError(f"the process of Keras is gone: {error}") from None
        if kind == "value":
            return fields[0]
        name, message = fields
        raise {"ValueError": ValueError, "TypeError": TypeError}.get(
            name, RuntimeError
        )(message)

    def operation(self, name, args, kwargs):
        """Let Keras compute an operation, once for the same arguments."""
        question = pickle.dumps((name, list(args), kwargs))
        if question in self.kept:
            self.kept.move_to_end(question)
        else:
            answer = self.ask("operation", name, list(args), kwargs)
            self._keep(question, pickle.dumps(answer))
            return answer
        return pickle.loads(self.kept[question])

    def _keep(self, question, answer):
        self.kept[question] = answer
        self.size += len(question) + len(answer)
        while self.size > KEPT:
            self.size -= sum(map(len, self.kept.popitem(last=False)))

    def given(self, name, args, kwargs):
        """Let Keras compute an operation that a student's code asks for."""
        from byhand import referee

        if name not in referee.OPERATIONS:
            raise AttributeError(f"given has no operation {name!r}")
        return self.operation(name, args, kwargs)


def connect(asker):
    """Let the checks of this process ask for Keras's answers, never compute them.

    Returns
    -------
    connected : contextlib.ExitStack, whose ``close()`` lets them compute again
    """
    from byhand import exercises, given, referee
    from byhand.checks import checking, recorded

    list(exercises.table().values())  # before: none may keep our questions

    def question(kind):
        def ask(exercise, cases, *names):
            at = checking.seed()
            if exercise.cases and _alike(cases, _cases(exercise.id, None)[1]):
                at = None
            return asker.ask(kind, exercise.id, at, *names)

        return ask

    def usable(exercise, bare):
        return asker.ask("usable", exercise.id, checking.seed())

    with contextlib.ExitStack() as undo:

        def put(module, name, instead):
            undo.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, instead)

        undo.callback(referee.OPERATIONS.update, dict(referee.OPERATIONS))
        put(recorded, "expect", question("expected"))
        put(recorded, "predict", question("predicted"))
        put(checking, "usable", usable)
        put(given, "backend", asker.operation)
        for name in dir(referee):
            if _asks_keras(name, getattr(referee, name)):
                put(referee, name, _remote(asker, name))
                if name in referee.OPERATIONS:
                    referee.OPERATIONS[name] = getattr(referee, name)
        return undo.pop_all()


def _alike(some, others):
    from byhand.checks import recorded

    return recorded.fingerprint(some) == recorded.fingerprint(others)


def _asks_keras(name, function):
    public = callable(function) and not name.startswith("_") and name not in _LOCAL
    return public and getattr(function, "__module__", "") == "byhand.referee"


def _remote(asker, name):
    def ask(*args, **kwargs):
        return asker.operation(name, args, kwargs)

    ask.__name__ = ask.__qualname__ = name
    return ask
