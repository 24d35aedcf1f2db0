"""Keras's answers, computed once for all submissions and kept.

One process of a run imports TensorFlow, when an answer is missing, and serves the
judges over pipes. Answers to hidden cases are kept on disk by seed, exercise and
version of the checks, so that the next run needs no TensorFlow for them.
"""

import collections
import contextlib
import hashlib
import os
import pickle
import signal
from multiprocessing import connection

from autograder.engine.faults import RefereeLost
from autograder.engine.inside import kernel

KEPT = 64 << 20  # bytes of questions and answers that a judge keeps
SECONDS = 300  # for one answer, TensorFlow's start included
_LOCAL = {"per_axis", "pad_widths", "stuff", "quiet", "operation", "run", "load_keras"}


def serve(pipes, folder, version):
    """Answer judges until all of them have gone; the main loop of the process."""
    kernel.die_with_parent()
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
    """What Keras says, by kind of question."""

    def __init__(self, folder, version):
        self.folder = folder
        self.version = version

    def answer(self, kind, *fields):
        """Return ("value", it) or ("error", class name, message)."""
        try:
            return "value", getattr(self, kind)(*fields)
        except Exception as error:
            return "error", type(error).__name__, str(error)

    def expected(self, exercise_id, seed):
        """Return the right results of an exercise's cases; seed None: the visible."""
        return self._kept("expected", exercise_id, seed, "expect")

    def predicted(self, exercise_id, seed, names=None):
        """Return what the named misconceptions give on an exercise's cases."""
        return self._kept("predicted", exercise_id, seed, "predict", names)

    def operation(self, name, args, kwargs):
        """Return an operation's result, for ``given`` and for open exercises."""
        from byhand import referee

        return getattr(referee, name)(*args, **kwargs)

    def _kept(self, kind, exercise_id, seed, function, *names):
        from byhand import recorded

        name = f"{self.version}:{kind}:{exercise_id}:{seed}:{names}"
        path = self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.pickle"
        with contextlib.suppress(OSError, EOFError, pickle.UnpicklingError):
            return pickle.loads(path.read_bytes())
        exercise, cases = _cases(exercise_id, seed)
        answer = getattr(recorded, function)(exercise, cases, *names)
        self.folder.mkdir(parents=True, exist_ok=True)
        writing = path.with_suffix(f".{os.getpid()}")
        writing.write_bytes(pickle.dumps(answer))
        os.replace(writing, path)
        return answer


def _cases(exercise_id, seed):
    from byhand import checking, exercises

    exercise = exercises.get(exercise_id)
    if seed is None:
        return exercise, tuple(exercise.cases())
    cases = tuple(exercise.hidden(checking.generator(exercise, seed)))
    return exercise, cases + checking._defaults(exercise, cases)


class Asker:
    """The judge's end of the pipe."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.asked = 0
        self.kept = collections.OrderedDict()  # answers to operations
        self.size = 0

    def ask(self, *request):
        """Return the answer, or raise what Keras raised; RefereeLost when it died.

        Requests are numbered: the late answer to one that was given up, or broken off
        by an alarm, must not be taken for the answer to the next.
        """
        self.asked += 1
        number = None
        try:
            self.pipe.send((self.asked, *request))
            while number != self.asked:
                if not self.pipe.poll(SECONDS):
                    raise RefereeLost("Keras did not answer")
                number, kind, *fields = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise RefereeLost(f"the process of Keras is gone: {error}") from None
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
    from byhand import checking, given, recorded, referee

    def question(kind):
        def ask(exercise, cases, *names):
            at = checking.seed()
            if exercise.cases and _alike(cases, _cases(exercise.id, None)[1]):
                at = None
            return asker.ask(kind, exercise.id, at, *names)

        return ask

    with contextlib.ExitStack() as undo:

        def put(module, name, instead):
            undo.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, instead)

        undo.callback(referee.OPERATIONS.update, dict(referee.OPERATIONS))
        put(recorded, "expect", question("expected"))
        put(recorded, "predict", question("predicted"))
        put(given, "backend", asker.operation)
        for name in dir(referee):
            if _asks_keras(name, getattr(referee, name)):
                put(referee, name, _remote(asker, name))
                if name in referee.OPERATIONS:
                    referee.OPERATIONS[name] = getattr(referee, name)
        return undo.pop_all()


def _alike(some, others):
    from byhand import recorded

    return recorded.fingerprint(some) == recorded.fingerprint(others)


def _asks_keras(name, function):
    public = callable(function) and not name.startswith("_") and name not in _LOCAL
    return public and getattr(function, "__module__", "") == "byhand.referee"


def _remote(asker, name):
    def ask(*args, **kwargs):
        return asker.operation(name, args, kwargs)

    ask.__name__ = ask.__qualname__ = name
    return ask
