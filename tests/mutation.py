"""Change the course's own answers in every small way and see which changes survive.

``python -m tests.mutation [EXERCISE ...]`` takes each answer of the lessons, makes one
change at a time to its syntax tree (an operator, a constant, a swapped index, a dropped
line, a default), and runs the visible and the hidden cases. A survivor is either a
change that changes nothing, or a hole in the cases: each is printed with its line.

``python -m tests.mutation --natural [EXERCISE ...]`` makes the slips that learners make
instead (a setting not handed on, a reduction without its axis, a loop that stops one
early, a return inside the loop), some single changes by machine, and some pairs of
them, and counts what the reports say about each kind.
"""

import ast
import collections
import copy
import inspect
import itertools
import linecache
import random
import sys
import zlib

from tqdm import tqdm

from autograder.lessons import answers
from byhand import exercises
from byhand.checks import checking
from byhand.evidence import line
from tests.strangers import evidence

SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
}


def changes(node):
    """Yield functions that change one node of a tree in place."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPS:
        yield lambda n: setattr(n, "op", SWAPS[type(n.op)]())
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.FloorDiv):
        yield lambda n: (lambda a, b: (setattr(n, "left", b), setattr(n, "right", a)))(
            n.left, n.right
        )
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield lambda n: n.ops.__setitem__(0, SWAPS[type(n.ops[0])]())
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield lambda n: setattr(n, "value", n.value + 1)
        if node.value:
            yield lambda n: setattr(n, "value", type(n.value)(0))
    if isinstance(node, ast.Tuple) and len(node.elts) > 1:
        for k in range(len(node.elts) - 1):
            yield lambda n, k=k: n.elts.__setitem__(
                slice(k, k + 2), n.elts[k : k + 2][::-1]
            )
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield lambda n: setattr(n, "op", ast.UAdd())
    if isinstance(node, ast.AugAssign):
        yield "assign"
    if isinstance(node, ast.FunctionDef | ast.For | ast.If):
        for k, one in enumerate(node.body):
            if isinstance(one, ast.AugAssign | ast.Assign) and len(node.body) > 1:
                yield lambda n, k=k: n.body.__setitem__(k, ast.Pass())


def mutants(source):
    """Yield (line, description, source) of every single change."""
    tree = ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for number, change in enumerate(changes(node)):
            fresh = copy.deepcopy(tree)
            target = list(ast.walk(fresh))[place]
            if change == "assign":
                _assign(fresh, target)
            else:
                list(changes(target))[number](target)
            ast.fix_missing_locations(fresh)
            text = ast.unparse(fresh)
            if text != ast.unparse(tree):
                yield getattr(node, "lineno", 0), type(node).__name__, text


def _assign(tree, target):
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and target in body:
            plain = ast.Assign([target.target], target.value)
            body[body.index(target)] = plain


def source_of(item):
    """Return the source of a function, or of a layer: a class of no known module."""
    if not isinstance(item, type):
        return inspect.getsource(item)
    whole = "".join(inspect.findsource(item.forward)[0])
    (found,) = (
        node
        for node in ast.parse(whole).body
        if isinstance(node, ast.ClassDef) and node.name == item.__name__
    )
    return ast.get_source_segment(whole, found)


def run(name):
    """Return (number of mutants, survivors, [(name, text)]) of one exercise."""
    exercise = exercises.get(name)
    scope = dict(answers.namespace(exercise.lesson))
    source = source_of(scope[name])
    before = ast.unparse(ast.parse(source))
    count, survivors, named = 0, [], []
    short = checking.dataclasses.replace(exercise, seconds=1.0)
    exercises.table().found[name] = short
    for place, kind, text in mutants(source):
        trial = dict(scope)
        try:
            exec(text, trial)
        except Exception:
            continue
        count += 1
        hidden = checking.judge(name, trial[name], hidden=True)
        visible = checking.judge(name, trial[name])
        if hidden.state == "passed" or visible.state == "passed":
            passed = [v for v in (visible, hidden) if v.state == "passed"]
            which = " and ".join("hidden" if v.hidden else "visible" for v in passed)
            survivors.append((place, kind, which, difference(before, text)))
        if visible.misconception or hidden.misconception:
            slip = visible.misconception or hidden.misconception
            named.append((slip, difference(before, text)))
    return count, survivors, named


SETTINGS = ("stride", "padding", "dilation", "groups", "output_padding", "size")
NATURAL = (
    "setting not handed on",
    "no setting handed on",
    "reduction without its axis",
    "loop that stops one early",
    "return inside the loop",
)
EDITED = ("one edit by machine", "two edits by machine")
EDITS = 6  # of each exercise and kind


def natural(source):
    """Yield (kind, source) of every slip of a learner's that fits the source."""
    tree = ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for kind, change in _slips(node):
            fresh = copy.deepcopy(tree)
            change(list(ast.walk(fresh))[place])
            yield kind, ast.unparse(ast.fix_missing_locations(fresh))


def edited(source, count=EDITS):
    """Yield (kind, source) of some single edits by machine, and of pairs of them.

    They are drawn by lot, and the same source draws the same ones.
    """
    rng = random.Random(zlib.crc32(source.encode()))
    before = ast.unparse(ast.parse(source))
    single = [text for _, _, text in mutants(source)]
    for text in rng.sample(single, min(count, len(single))):
        yield EDITED[0], text
    for text in rng.sample(single, min(count, len(single))):
        again = [second for _, _, second in mutants(text) if second != before]
        if again:
            yield EDITED[1], rng.choice(again)


def _slips(node):
    """Yield (kind, change) of one node; a change works on a copy of the node."""
    if isinstance(node, ast.Call):
        handed = [k.arg for k in node.keywords if k.arg in SETTINGS or k.arg is None]
        for name in handed if handed[1:] else ():
            yield NATURAL[0], lambda n, name=name: _without(n, [name])
        if handed:
            yield NATURAL[1], lambda n: _without(n, handed)
        if any(k.arg == "axis" for k in node.keywords):
            yield NATURAL[2], lambda n: _without(n, ["axis", "keepdims"])
        if isinstance(node.func, ast.Name) and node.func.id == "range":
            last = min(len(node.args), 2) - 1
            yield NATURAL[3], lambda n: _less(n, last)
    if isinstance(node, ast.FunctionDef):
        loops = [k for k, one in enumerate(node.body[:-1]) if isinstance(one, ast.For)]
        if loops and isinstance(node.body[-1], ast.Return):
            yield NATURAL[4], lambda n: n.body[loops[-1]].body.append(n.body.pop())


def _without(call, names):
    call.keywords = [k for k in call.keywords if k.arg not in names]


def _less(call, last):
    call.args[last] = ast.BinOp(call.args[last], ast.Sub(), ast.Constant(1))


def evidence_on(name):
    """Yield (kind of slip, kind of evidence, changed line) for one exercise."""
    exercise = exercises.get(name)
    scope = dict(answers.namespace(exercise.lesson))
    source = source_of(scope[name])
    before = ast.unparse(ast.parse(source))
    every = itertools.chain(natural(source), edited(source))
    for number, (kind, text) in enumerate(every):
        trial, file = dict(scope), f"changed {name} {number}"
        linecache.cache[file] = len(text), None, text.splitlines(True), file
        try:
            exec(compile(text, file, "exec"), trial)
        except Exception:
            continue  # a class that cannot be made, or a default
        verdict = checking.judge(name, trial[name])
        found = line.found(verdict, trial[name]) or verdict
        word = "waits" if verdict.state == "waiting" else found.evidence
        if verdict.state == "passed":
            word = _which(name, trial[name])
        yield kind, word, f"{found.misconception or ''}: {difference(before, text)}"


def _which(name, function):
    """Return whether what passes the visible cases is wrong on hidden ones."""
    state = checking.judge(name, function, hidden=True).state
    return "changes nothing" if state == "passed" else "survives"


WORDS = (*evidence.KINDS[:6], "waits", "survives", "changes nothing")


def count_evidence(names=(), say=print):
    """Return {kind of change: {kind of evidence: count}}; say what got nothing."""
    counts = {kind: collections.Counter() for kind in (*NATURAL, *EDITED)}
    for name in tqdm(_chosen(names), unit="exercise", file=sys.stderr):
        for kind, word, text in evidence_on(name):
            counts[kind][word] += 1
            if word in ("call", "waits", "survives"):
                say(f"{name}, {kind}, {word}{text}")
    return counts


def table(counts):
    """Return the counts as lines."""
    width = max(map(len, WORDS)) + 2
    return [
        " " * 28 + "".join(f"{word:>{width}}" for word in WORDS),
        *(
            f"{kind:<28}" + "".join(f"{found[word]:>{width}}" for word in WORDS)
            for kind, found in counts.items()
        ),
    ]


def difference(before, after):
    """Return the changed line of two sources."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((f"{b.strip()}  ->  {a.strip()}" for b, a in pairs if a != b), "")


def _chosen(names):
    """Return the ids of the named exercises, or of all whose answer is a function."""
    present = answers.lessons()
    return [
        e.id
        for e in exercises.table().values()
        if e.kind == "function" and e.lesson in present and (not names or e.id in names)
    ]


def main(names=()):
    """Run the mutants of the named exercises, or of all functions."""
    for name in tqdm(_chosen(names), unit="exercise", file=sys.stderr):
        count, survivors, named = run(name)
        print(f"{name}: {count} mutants, {len(survivors)} survive, {len(named)} named")
        for place, kind, which, text in survivors:
            print(f"  passes {which} ({kind}, line {place}): {text}")
        for slip, text in named:
            print(f"  named {slip!r}: {text}")


if __name__ == "__main__":
    asked = sys.argv[1:]
    if "--natural" in asked:
        found = count_evidence([name for name in asked if name != "--natural"])
        print("\n".join(table(found)))
    else:
        main(asked)
