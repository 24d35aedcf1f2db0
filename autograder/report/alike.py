"""Answers that are nearly identical after names and layout are evened out.

A place to look, never a verdict: short exercises have one natural answer. So answers
of few tokens are left out, what the stub gave doesn't count, and a text that a good
part of the class shares is called common and isn't listed.
"""

import ast
import builtins
import collections
import functools
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.report.class_results import ClassData

SHINGLE = 5  # tokens in a row
FEWEST = 40  # shingles of one's own; with fewer, chance alone makes answers equal
NEAR = 0.8  # shared shingles among all shingles of both
COMMON = 0.05  # of those who answered, and at least:
COMMON_COUNT = 6


@dataclass(frozen=True)
class Group:
    """Students whose answers to one exercise are nearly identical.

    ``published`` tells whether the answer in the course's own solutions is one of
    them, ``passed`` whether all of them passed, ``texts`` holds two of them.
    """

    exercise: str
    students: tuple[str, ...]
    likeness: float
    passed: bool
    published: bool
    common: bool
    texts: tuple[str, ...] = ()


def groups(data: ClassData) -> list[Group]:
    """Return the Groups of all exercises, those worth a look first."""
    answers: dict[str, dict[str, str]] = collections.defaultdict(dict)
    passed = collections.defaultdict(set)
    for submission in data.submissions:
        for name, text in submission.answers.items():
            answers[name][submission.student] = text
        for each in submission.tries:
            if each.state == "passed":
                passed[each.exercise].add(submission.student)
    found = []
    for name, texts in answers.items():
        stub, ours = data.stubs.get(name, ""), data.published.get(name, "")
        found += _groups(name, texts, stub, ours, passed[name])
    return sorted(found, key=_worth)


def _worth(group):
    """Sort wrong answers that agree before right ones, and small groups first."""
    return group.common, group.passed, group.published, len(group.students)


def pairs(found: Iterable[Group]) -> list[tuple[str, str, list[str]]]:
    """Return [(student, student, exercises)], those who share the most first."""
    shared = collections.defaultdict(list)
    for group in found:
        if group.common or group.published or len(group.students) > COMMON_COUNT:
            continue
        for at, one in enumerate(group.students):
            for other in group.students[at + 1 :]:
                shared[one, other].append(group.exercise)
    by_count = sorted(shared.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(*who, names) for who, names in by_count]


def _groups(name, texts, stub, published, passed):
    given = shingles(stub)
    sets = {who: shingles(text) - given for who, text in texts.items()}
    sets = {who: each for who, each in sets.items() if len(each) >= FEWEST}
    ours = shingles(published) - given
    alike = collections.defaultdict(list)
    for who, each in sets.items():
        alike[each].append(who)
    bar = max(COMMON_COUNT, COMMON * len(sets))
    for kinds, likeness in _clusters(list(alike)):
        students = tuple(sorted(who for each in kinds for who in alike[each]))
        if len(students) > 1:
            yield Group(
                name,
                students,
                likeness,
                passed.issuperset(students),
                any(_likeness(each, ours) >= NEAR for each in kinds),
                len(students) > bar,
                tuple(texts[alike[each][0]] for each in kinds[:2]),
            )


def _clusters(sets):
    """Return [(sets that hang together, least likeness of a pair that joins them)]."""
    leader = list(range(len(sets)))
    least: dict[int, float] = {}

    def find(k):
        while leader[k] != k:
            leader[k] = leader[leader[k]]
            k = leader[k]
        return k

    for one, other, likeness in near_pairs(sets):
        a, b = find(one), find(other)
        leader[b] = a
        least[a] = min(least.get(a, 1.0), least.get(b, 1.0), likeness)
    members = collections.defaultdict(list)
    for k in range(len(sets)):
        members[find(k)].append(sets[k])
    return [(kinds, least.get(k, 1.0)) for k, kinds in members.items()]


def near_pairs(sets: Sequence[frozenset]) -> Iterator[tuple[int, int, float]]:
    """Yield (i, j, likeness) of all pairs that are near, without trying each pair.

    Two sets can only be near if they share one of their rarest shingles, so that few
    candidates come up (prefix filter of set similarity joins).
    """
    count = collections.Counter(s for each in sets for s in each)
    index: dict[int, list[int]] = collections.defaultdict(list)
    for k, each in enumerate(sets):
        rarest = sorted(each, key=lambda s: (count[s], s))
        prefix = rarest[: len(each) - int(NEAR * len(each)) + 1]
        for j in {j for s in prefix for j in index[s]}:
            if (likeness := _likeness(each, sets[j])) >= NEAR:
                yield j, k, likeness
        for s in prefix:
            index[s].append(k)


def _likeness(one, other):
    return len(one & other) / max(len(one | other), 1)


# --- evening out ---------------------------------------------------------------------


@functools.lru_cache(maxsize=100_000)
def shingles(source: str) -> frozenset[int]:
    """Return the frozenset of checksums of all runs of tokens of a text."""
    tokens = evened(source)
    return frozenset(
        zlib.crc32(" ".join(tokens[k : k + SHINGLE]).encode("utf-8", "replace"))
        for k in range(len(tokens) - SHINGLE + 1)
    )


def evened(source: str) -> list[str]:
    """Return the tokens of Python code: without layout, comments, docstrings, names.

    Parameters are called by their place, other names of the student's ``v``; what
    Python and modules provide, attributes, numbers and texts stay.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names = {name: name for name in ("np", "given", "data", "plots")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                name = (alias.asname or alias.name).partition(".")[0]
                names[name] = name
    tokens: list[str] = []
    try:
        _collect(tree, names, tokens)
    except (RecursionError, ValueError):  # a number may be too long to be written
        return []
    return tokens


def _collect(node, names, tokens):
    """Append the tokens of a node and of all below it."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        names = names | {a.arg: f"p{k}" for k, a in enumerate(arguments)}
    tokens.append(type(node).__name__)
    word = _word(node, names)
    if word is not None:
        tokens.append(word)
    if not isinstance(node, ast.arg):  # an annotation is layout
        for child in _children(node):
            _collect(child, names, tokens)


def _word(node, names):
    """Return what a node says beside its type, or None."""
    if isinstance(node, ast.Name):
        own = node.id if hasattr(builtins, node.id) else "v"
        return names.get(node.id, own)
    if isinstance(node, ast.arg):
        return names.get(node.arg, "v")
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.keyword):
        return str(node.arg)
    return repr(node.value) if isinstance(node, ast.Constant) else None


def _children(node):
    """Return the children without docstrings, annotations and Load or Store."""
    skipped = {getattr(node, "returns", None), getattr(node, "annotation", None)}
    for child in ast.iter_child_nodes(node):
        text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if text or child in skipped or isinstance(child, ast.expr_context):
            continue
        yield child
