"""Measurements of the course's own code, each beside what it is compared with.

Every module here has ``main()``, which reads ``sys.argv``, prints a table, and returns
0 when its goals are met. ``python -m benchmarks`` runs them all. What is compared is
measured in turn within one run, so that a busy machine slows both sides; ratios are
what to read.
"""

import json
import os
import platform
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def machine():
    """Return what the figures depend on: processor, cores, load, versions."""
    import numpy as np

    return {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def keep(name, figures):
    """Write a benchmark's figures into ``results/<name>.json``."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({**machine(), **figures}, indent=2)
    (RESULTS / f"{name}.json").write_text(text + "\n")


def put_tables(page, tables):
    """Write tables into a page, each between the two marks that have its name."""
    text = page.read_text(encoding="utf-8")
    for name, lines in tables.items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(start)
        after = rest[rest.index(end) :]
        table = "".join(f"{line}\n" for line in lines)
        text = f"{before}{start}\n{table}\n{after}"
    page.write_text(text, encoding="utf-8")
