"""Operations of earlier lessons, ready to use: ``given.conv2d(x, w, stride=2)``.

In study, your own function from the notebook next door is taken when it passes its
check; otherwise Keras computes the result, and a line says which it was. Grading
always takes Keras's, so that one mistake is marked once. There, ``backend`` is set to
a function ``backend(name, args, kwargs)`` which asks the judge.
"""

import sys

backend = None
_taken = {}


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
    if name not in _taken:
        from byhand import nextdoor, referee

        own = nextdoor.find(name)
        _taken[name] = own or referee.OPERATIONS[name]
        whose = "your own, from the notebook next door" if own else "Keras's"
        print(f"given.{name}: {whose}", file=sys.stdout)
    return _taken[name](*args, **kwargs)
