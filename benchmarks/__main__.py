"""Run all benchmarks, or the named ones: ``python -m benchmarks [NAME ...]``."""

import importlib
import pkgutil
import sys

import benchmarks


def modules():
    """Return {name: module} of those that have a ``main``."""
    names = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__))
    found = {
        name: importlib.import_module(f"benchmarks.{name}")
        for name in names
        if not name.startswith("_")
    }
    return {name: module for name, module in found.items() if hasattr(module, "main")}


def _main(module):
    """Run a benchmark as its own command line without options does."""
    given, sys.argv = sys.argv, [module.__name__]
    try:
        return module.main()
    finally:
        sys.argv = given


def run(names=()):
    """Run each benchmark; return 1 when one misses a goal."""
    known = modules()
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    missed = []
    for name in names or known:
        print(f"== {name}", flush=True)
        if _main(known[name]):
            missed.append(name)
        print(flush=True)
    print(f"missed: {', '.join(missed)}" if missed else "every goal is met")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
