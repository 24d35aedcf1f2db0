"""Count the kinds of evidence that visible checks give for the second zoo's mistakes.

``python -m tests.strangers.evidence`` prints the counts for each collection, then what
the checks do wrong, then every mistake that got no name with its truth beside the
report and the line that a search found after it. ``--hidden SEED`` asks the hidden
cases about the survivors (with TensorFlow).
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from byhand.checks import checking
from byhand.checks.desk import Desk
from byhand.evidence import line
from tests.strangers import Specimen, everything

KINDS = (
    "name",  # a misconception
    "wiring",  # what an output reads, beside what Keras's reads
    "place",  # of an exception: which output, which shapes
    "line",  # in which one change makes every case right
    "stated",  # the report's own sentence is the mistake: argument changed, wrong type
    "call",  # nothing but the failing call
    "false name",  # a misconception that isn't true of the function
    "waits",
    "survives",
    "crashes",
)
CAUSES = KINDS[:5]  # what counts as a right cause


@dataclass(frozen=True)
class Evidence:
    """A specimen, the kind of evidence that its check gives, and the report's lines."""

    specimen: Specimen
    kind: str
    name: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    first: float = 0.0  # seconds of a processor until the report shows
    search: float = 0.0  # and for the line after it


def gather(specimens: Iterable[Specimen], *, lines: bool = True) -> list[Evidence]:
    """Return the evidence on every wrong specimen; a line may be left out."""
    return [_evidence(s, lines) for s in specimens if not s.right]


def _evidence(specimen: Specimen, lines: bool) -> Evidence:
    started = time.process_time()
    try:
        verdict = checking.judge(specimen.exercise, specimen.function)
        reported = time.process_time()
        if lines:
            verdict = line.found(verdict, specimen.function) or verdict
    except Exception as error:
        return Evidence(specimen, "crashes", lines=(("crash", repr(error)),))
    name = verdict.misconception or ""
    kind = verdict.evidence
    if verdict.state != "failed":
        kind = "survives" if verdict.state == "passed" else "waits"
    elif name and name == specimen.untrue[0]:
        kind = "false name"
    took = reported - started, time.process_time() - reported
    return Evidence(specimen, kind, name, verdict.lines, *took)


def table(found: list[Evidence]) -> str:
    """Return the counts of each kind, one column for each group of specimens."""
    groups = {
        "students": [e for e in found if e.specimen.collection == "students"],
        "courses": [e for e in found if e.specimen.collection == "courses"],
        "all": found,
        "single": [e for e in found if e.specimen.mistakes == 1],
        "double": [e for e in found if e.specimen.mistakes > 1],
        "raising": [e for e in found if e.specimen.raises],
    }
    lines = [" " * 16 + "".join(f"{name:>10}" for name in groups)]
    for kind in KINDS:
        counts = (sum(e.kind == kind for e in group) for group in groups.values())
        lines.append(f"{kind:<16}" + "".join(f"{count:>10}" for count in counts))
    lines.append(f"{'all':<16}" + "".join(f"{len(g):>10}" for g in groups.values()))
    shares = (_share(group) for group in groups.values())
    lines.append(
        f"{'right cause':<16}" + "".join(f"{share:>10.0%}" for share in shares)
    )
    for what in ("first", "search"):
        took = sorted(getattr(e, what) for e in found) or [0.0]
        middle, late = (took[int(share * (len(took) - 1))] for share in (0.5, 0.95))
        lines.append(
            f"{what:<16}median {middle:.3f} s, 95 % {late:.3f} s of a processor"
        )
    return "\n".join(lines)


def shortfalls(found: list[Evidence]) -> list[str]:
    """Return a sentence for each figure that misses its goal."""
    groups = {
        "students' single mistakes": (
            [
                e
                for e in found
                if e.specimen.collection == "students" and e.specimen.mistakes == 1
            ],
            0.8,
        ),
        "published conventions": (
            [e for e in found if e.specimen.collection == "courses"],
            0.6,
        ),
    }
    low = [
        f"{name} with a right cause: {_share(group):.0%}, goal {goal:.0%}"
        for name, (group, goal) in groups.items()
        if group and _share(group) < goal
    ]
    never = ("false name", "crashes", "survives")
    wrong = Counter(e.kind for e in found if e.kind in never)
    return low + [f"strangers, {kind}: {n}, goal 0" for kind, n in wrong.items()]


def _share(group: list[Evidence]) -> float:
    return sum(e.kind in CAUSES for e in group) / max(len(group), 1)


def described(evidence: Evidence) -> str:
    """Return a specimen's truth and the lines of the report, indented."""
    s = evidence.specimen
    mistakes = "" if s.mistakes == 1 else f", {s.mistakes} mistakes"
    head = [
        f"{s.exercise}  ({s.place}{mistakes}) {evidence.kind}",
        f"  truth   {s.truth}",
    ]
    line = [f"  code    {s.line}"] if s.line else []
    name = [f"  name    {evidence.name}: {s.untrue[1]}"] if s.untrue[0] else []
    report = [f"    {word:<8}{text}" for word, text in evidence.lines]
    return "\n".join(head + line + name + report)


def hidden(specimens: Iterable[Specimen], seed: int) -> str:
    """Return what the hidden cases of a seed say about each specimen."""
    rows, desk = [], Desk(seed=seed)
    for s in specimens:
        verdict = checking.judge(s.exercise, s.function, hidden=True, desk=desk)
        text = dict(verdict.lines).get("hidden", "")
        rows.append(f"  seed {seed}: {s.exercise} ({s.place}) {verdict.state} {text}")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hidden", type=int, metavar="SEED", action="append")
    parser.add_argument("--summary", action="store_true", help="print the counts alone")
    options = parser.parse_args()
    found = gather(everything())
    print(table(found))
    exercises = Counter(e.specimen.exercise for e in found)
    print(f"\n{len(found)} wrong functions of {len(exercises)} exercises")
    if not options.summary:
        order = ("crashes", "survives", "waits", "false name")
        for kind in (*order, "call", "stated", "place", "line", "wiring"):
            print(f"\n{kind.upper()}\n")
            print("\n\n".join(described(e) for e in found if e.kind == kind))
    for seed in options.hidden or ():
        survivors = [e.specimen for e in found if e.kind == "survives"]
        print(f"\nHIDDEN\n\n{hidden(survivors, seed)}")


if __name__ == "__main__":
    main()
