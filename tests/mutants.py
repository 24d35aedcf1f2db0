"""Run the zoo through the checks: ``[SEEDS=20] python -m tests.mutants``.

Prints, per exercise and in total, how many wrong functions the visible and the hidden
cases kill, how many are diagnosed rightly and wrongly, and how many right styles pass.
Then it counts the kinds of evidence over this zoo, over that of strangers, and over
single and double changes of the course's own answers. It says which specimens behave
like a slip in every case: they measure the table, not the rest. With SEEDS the hidden
cases of so many seeds are tried on both zoos; who passes any is printed. Ends with
status 1 when a figure falls short of its goal.
"""

import os
import sys
from collections import Counter
from dataclasses import dataclass

from byhand import exercises
from byhand.checks import checking
from byhand.checks.check_result import CheckResult
from byhand.checks.desk import seed_of_environment
from byhand.evidence import line
from tests import mutation, strangers, zoo
from tests import seeds as many
from tests.strangers import evidence

GOALS = {"hidden": 1.0, "visible": 0.95, "named": 0.90, "styles": 1.0}
AT_LEAST = {"wrong": 150, "styles": 3}


@dataclass(frozen=True)
class Result:
    """What the checks say of one specimen."""

    specimen: zoo.Specimen
    visible: CheckResult
    hidden: CheckResult | None

    @property
    def evidence(self):
        """Return the kind of evidence on a wrong specimen; the line is looked for."""
        if self.visible.state != "failed":
            return "survives" if self.visible.state == "passed" else "waits"
        if self.named not in (None, self.specimen.misconception):
            return "false name"
        subject = self.specimen.subject
        found = line.found(self.visible, subject) if callable(subject) else None
        return (found or self.visible).evidence

    @property
    def named(self):
        """Return the misconception that a learner would be told."""
        return self.visible.misconception or (
            self.hidden.misconception if self.hidden else None
        )


def run(specimen):
    """Put one specimen through the visible cases and the hidden ones."""
    exercise, subject = exercises.get(specimen.exercise), specimen.subject
    visible = checking.judge(exercise.id, subject)
    hidden = None
    if many.has_hidden(exercise):
        hidden = checking.judge(exercise.id, subject, hidden=True)
    return Result(specimen, visible, hidden)


def figures(results):
    """Return the row of figures for some results."""
    wrong = [r for r in results if not r.specimen.correct]
    right = [r for r in results if r.specimen.correct]
    single = [r for r in wrong if r.specimen.misconception]
    hidden = [r for r in wrong if r.hidden]
    return {
        "wrong": len(wrong),
        "visible": sum(r.visible.state != "passed" for r in wrong),
        "hidden of": len(hidden),
        "hidden": sum(r.hidden.state != "passed" for r in hidden),
        "single": len(single),
        "named": sum(r.named == r.specimen.misconception for r in single),
        "misnamed": sum(r.named not in (None, r.specimen.misconception) for r in wrong),
        "styles": len(right),
        "accepted": sum(
            r.visible.state == "passed" and (not r.hidden or r.hidden.state == "passed")
            for r in right
        ),
    }


def shortfalls(rows, total):
    """Return a sentence for each figure that misses its goal."""
    found = []
    parts = (
        ("killed by hidden cases", total["hidden"], total["hidden of"], "hidden"),
        ("killed by visible cases", total["visible"], total["wrong"], "visible"),
        ("diagnosed correctly", total["named"], total["single"], "named"),
        ("right styles accepted", total["accepted"], total["styles"], "styles"),
    )
    for what, count, of, goal in parts:
        if count < GOALS[goal] * of:
            found.append(f"{what}: {count} of {of}, goal {GOALS[goal]:.0%}")
    if total["misnamed"]:
        found.append(f"diagnosed wrongly: {total['misnamed']}, goal 0")
    if total["wrong"] < AT_LEAST["wrong"]:
        found.append(f"{total['wrong']} wrong functions, goal {AT_LEAST['wrong']}")
    for name, row in rows.items():
        exercise = exercises.get(name)
        asked = exercise.counted and exercise.kind in ("function", "open")
        if asked and (row["styles"] < AT_LEAST["styles"] or not row["wrong"]):
            found.append(
                f"{name}: {row['styles']} right styles and {row['wrong']} wrong ones"
            )
    return found


def main(names=(), *, kinds=True):
    """Run the zoo, print the table, and return the exit status."""
    specimens = [s for s in zoo.collect() if not names or s.exercise in names]
    results = [run(s) for s in specimens]
    asked = [e for e in exercises.table() if not names or e in names]
    rows = {
        name: figures([r for r in results if r.specimen.exercise == name])
        for name in asked
    }
    total = figures(results)
    heads = list(total)
    print(f"{'exercise':<28}" + "".join(f"{h:>10}" for h in heads))
    for name, row in (*rows.items(), ("total", total)):
        print(f"{name:<28}" + "".join(f"{row[h]:>10}" for h in heads))
    for result in results:
        for remark in remarks(result):
            print(remark)
    missed = [] if names else shortfalls(rows, total)
    if kinds:
        lines, more = by_kind(results, names)
        print("\n".join(["", *lines]))
        missed += more
        missed += other_seeds(names)
    print("\n".join(["", *missed]) if missed else "\nevery figure reaches its goal")
    return 1 if missed else 0


def by_kind(results, names=()):
    """Return (lines on the evidence over all collections, goals that are missed)."""
    wrong = [r for r in results if not r.specimen.correct]
    known = [r for r in wrong if r.named == r.specimen.misconception is not None]
    kinds = Counter(r.evidence for r in wrong)
    other = [s for s in strangers.everything() if not names or s.exercise in names]
    found = evidence.gather(other)
    like = [f"{r.specimen.exercise}: {r.specimen.name}" for r in known]
    missed = []
    edits = mutation.count_evidence(names, say=missed.append)
    lines = [
        "evidence        " + "".join(f"{k:>11}" for k in evidence.KINDS),
        "this zoo        " + "".join(f"{kinds[k]:>11}" for k in evidence.KINDS),
        "",
        "strangers",
        evidence.table(found),
        "",
        "the course's own answers, changed",
        *mutation.table(edits),
        *(f"  {line}" for line in missed),
        "",
        f"{len(known)} of {len(wrong)} wrong functions are slips themselves:",
        *(f"  {name}" for name in like),
        f"of the strangers' {len(found)}, {sum(e.kind == 'name' for e in found)} are",
    ]
    survive = sum(found["survives"] for found in edits.values())
    short = [f"changed answers that only hidden cases kill: {survive}"] * bool(survive)
    return lines, [*evidence.shortfalls(found), *short]


def other_seeds(names=()):
    """Return a line for each surprise under the hidden cases of SEEDS seeds."""
    first, count = seed_of_environment(), int(os.environ.get("SEEDS") or 1)
    return list(many.surprises(range(first, first + count), names)) if count > 1 else []


def remarks(result):
    """Return a line for each thing that went wrong with one specimen."""
    s = result.specimen
    where = f"  {s.exercise}: {s.name}"
    both = [v for v in (result.visible, result.hidden) if v]
    if s.correct:
        return [
            f"{where} ({s.style}) is right and failed: {v.kind} {v.lines}"
            for v in both
            if v.state != "passed"
        ]
    found = [f"{where} is wrong and passed" for v in both if v.state == "passed"]
    if result.named != s.misconception:
        found.append(
            f"{where}: named {result.named!r}, wanted {s.misconception!r} "
            f"({result.visible.kind})"
        )
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
