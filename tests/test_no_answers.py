"""Nothing that a learner can import from ``byhand`` is an answer to its exercises."""

import importlib
import pkgutil

import byhand
from byhand import exercises
from byhand.checks import checking, comparing, running

ELSEWHERE = {  # modules whose operations are Keras, which a lesson compares with
    "byhand.referee": "asks Keras; a check that finds a call of it has found no loop",
    "byhand.given": "refuses the operations of its own lesson",
}


def modules():
    """Import every module of the students' package."""
    found = pkgutil.walk_packages(byhand.__path__, "byhand.")
    names = [one.name for one in found if not one.name.endswith("__main__")]
    return [importlib.import_module(name) for name in names]


def offered(module):
    """Yield (name, callable) for all that a module defines and doesn't hide."""
    for name, value in vars(module).items():
        own = getattr(value, "__module__", None) == module.__name__
        if not name.startswith("_") and callable(value) and own:
            yield f"{module.__name__}.{name}", value


def bound():
    return []


def everything():
    found = [pair for module in modules() for pair in offered(module)]
    return found + bound()


def passes(exercise, subject):
    """Tell whether a callable passes a visible check.

    The first case alone excludes almost all, at little cost; ``judge`` has the word.
    """
    cases, expected = checking.material(exercise.id)
    outcome = running.call(subject, cases[0].args, cases[0].kwargs, seconds=0.5)
    if outcome.error is not None or outcome.timed_out:
        return False
    if comparing.difference(expected[0], outcome.value, parts=exercise.parts):
        return False
    return checking.judge(exercise.id, subject).state == "passed"


if __name__ == "__main__":
    import time

    t = time.time()
    subjects = everything()
    print(len(subjects), time.time() - t)
    for e in exercises.table().values():
        if e.kind != "function":
            continue
        try:
            cases, expected = checking.material(e.id)
        except Exception as err:
            print("??", e.id, err)
            continue
        for name, s in subjects:
            if name.startswith(("byhand.referee",)):
                continue
            t1 = time.time()
            try:
                if passes(e, s):
                    print(e.id, name)
            except BaseException as err:
                print("!!", e.id, name, repr(err)[:100])
            if time.time() - t1 > 0.4:
                print("slow", e.id, name, time.time() - t1)
    print(time.time() - t)
