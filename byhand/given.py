"""Operations of earlier lessons, ready to use: ``given.conv2d(x, w, stride=2)``.

In study, your own function from the notebook next door is taken when it passes its
check; otherwise Keras computes the result, and a line says which it was. Grading
always takes Keras's, so that one mistake is marked once. There, ``backend`` is set to
a function ``backend(name, args, kwargs)`` which asks the judge.
"""

from pathlib import Path

import numpy as np

backend = None
_taken = {}
_ON_BATCHES = {"conv2d": "conv2d_batch"}  # exercises that do the same for a batch


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    from byhand import referee

    if name not in referee.OPERATIONS:
        known = ", ".join(sorted(referee.OPERATIONS))
        raise AttributeError(f"given has no operation {name!r}. It offers: {known}")

    def operation(*args, **kwargs):
        return _compute(name, args, kwargs)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = referee.OPERATIONS[name].__doc__
    return operation


def __dir__():
    from byhand import referee

    return sorted(referee.OPERATIONS)


def _compute(name, args, kwargs):
    if backend is not None:
        return backend(name, args, kwargs)
    exercise = _ON_BATCHES.get(name, name) if _is_batch(args) else name
    _refuse_this_lesson(name, exercise)
    if exercise not in _taken:
        from byhand.checks import nextdoor, running

        with running.clock_stopped():
            _taken[exercise] = nextdoor.find(exercise)
        whose = "your own, from the notebook next door"
        print(f"given.{name}: {whose if _taken[exercise] else 'by Keras'}")
    own = _taken[exercise]
    if own is None:
        from byhand import referee

        return referee.OPERATIONS[name](*args, **kwargs)
    if exercise in _ON_BATCHES.values() and len(args) == 2 and "b" not in kwargs:
        args = (*args, np.zeros(args[1].shape[-1]))
    return own(*args, **kwargs)


def _is_batch(args):
    return bool(args) and np.ndim(args[0]) == 4


def _refuse_this_lesson(name, exercise):
    """Raise when the running lesson is the one that asks for this operation."""
    from byhand import exercises

    here, asked = Path.cwd().name, exercises.table().get(exercise)
    if asked is not None and here in exercises.LESSONS and asked.lesson >= here:
        raise AttributeError(
            f"given.{name} is on offer after lesson {asked.lesson[:2]}: here you "
            f"write {exercise} yourself"
        )
