"""Changes of whole lines: moved, left out, added to, exchanged, returned."""

import ast
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from byhand.evidence.tree import (
    SIGN,
    Edit,
    Kinds,
    Slot,
    alike,
    names_in,
    numbers,
    renamed,
    slice_ends,
)


def of(
    tree: ast.AST,
    names: list[str],
    kinds: Kinds,
    twins: Mapping[str, set[str]],
) -> Iterator[Edit]:
    """Yield edits of whole lines: move, leave out, add to, return."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list) or isinstance(node, ast.ClassDef):
            continue
        for k, child in enumerate(body):
            yield from _of_statement(node, body, k, child, names, kinds)
            yield from _moved(node, body, k, child)
            if isinstance(child, ast.Assign | ast.AugAssign | ast.Return):
                for rank, text in _exchanged(ast.unparse(child), names, kinds, twins):
                    new = [*body[:k], text, *body[k + 1 :]]
                    yield _body(node, new, child, rank, "name", "", text)
        if isinstance(node, ast.FunctionDef):
            yield from _returned(node)
        last = body[-1]
        if isinstance(node, ast.FunctionDef) and not isinstance(last, ast.Return):
            for name in names:
                new = [*body, f"return {name}"]
                yield _body(node, new, last, 1, "return", "", f"return {name}")


def _returned(node: ast.FunctionDef) -> Iterator[Edit]:
    """Yield moves of a return from within two loops or more to the end."""
    for outer in ast.walk(node):
        for inner in getattr(outer, "body", ()) if isinstance(outer, ast.For) else ():
            found = inner.body[-1] if isinstance(inner, ast.For) else None
            if isinstance(found, ast.Return):
                rest = (Slot(inner, "body"), inner.body[:-1] or ["pass"])
                end = (Slot(node, "body"), [*node.body, found])
                where, old = "behind all loops", ast.unparse(found)
                yield Edit((rest, end), found.lineno, 1, "indent", old, where)


def _exchanged(
    text: str,
    names: list[str],
    kinds: Kinds,
    twins: Mapping[str, set[str]],
) -> Iterator[tuple[int, str]]:
    """Yield a line with two names exchanged, or one put for another everywhere."""
    inside = [n for n in dict.fromkeys(names_in(text)) if n in names]
    for a, b in itertools.combinations(inside, 2):
        if alike(a, b, kinds):
            yield 2, renamed(text, {a: b, b: a})
            for c in twins.get(a, set()) & set(inside) - {b}:
                for d in twins.get(b, set()) & set(inside) - {a, c}:
                    yield 2, renamed(text, {a: b, b: a, c: d, d: c})
    for a in inside:
        if len([n for n in names_in(text) if n == a]) > 1:
            for b in names:
                if b != a and alike(a, b, kinds):
                    yield 3, renamed(text, {a: b})


def _body(
    node: ast.AST, new: list, at: ast.AST, rank: int, what: str, old: str, text: str
) -> Edit:
    return Edit(((Slot(node, "body"), new),), at.lineno, rank, what, old, text)


def _of_statement(
    node: ast.AST,
    body: list,
    k: int,
    child: ast.stmt,
    names: list[str],
    kinds: Kinds,
) -> Iterator[Edit]:
    """Yield edits that put another statement, or none, in the place of one."""
    old = ast.unparse(child)

    def instead(text: str, rank: int, what: str) -> Edit:
        new = [*body[:k], text, *body[k + 1 :]]
        return _body(node, new, child, rank, what, old, text)

    if isinstance(child, ast.Assign) and len(child.targets) == 1:
        target, value = ast.unparse(child.targets[0]), ast.unparse(child.value)
        if not isinstance(child.targets[0], ast.Tuple):
            yield instead(f"{target} += {value}", 1, "adds up")
            yield instead(f"{target} = max({target}, {value})", 3, "adds up")
        yield from _of_target(child, instead, value, names, kinds)
    if isinstance(child, ast.AugAssign):
        target, value = ast.unparse(child.target), ast.unparse(child.value)
        yield instead(f"{target} = {value}", 1, "adds up")
        sign = SIGN.get(type(child.op), "+")
        for other in {"+", "-", "*", "/"} - {sign}:
            yield instead(f"{target} {other}= {value}", 1, "operator")
        yield from _of_target(child, instead, value, names, kinds)
    if isinstance(child, ast.Expr) and not isinstance(child.value, ast.Constant):
        for name in dict.fromkeys(names_in(old)):
            if name in names:
                yield instead(f"{name} = {old}", 1, "thrown away")
        yield instead(f"return {old}", 1, "return")
    if len(body) > 1 and not isinstance(
        child, ast.Return | ast.Import | ast.ImportFrom
    ):
        new = [*body[:k], *body[k + 1 :]]
        yield _body(node, new, child, 2, "left over", old, "")


def _of_target(
    child: Any,
    instead: Any,
    value: str,
    names: list[str],
    kinds: Kinds,
) -> Iterator[Edit]:
    """Yield the same statement with another index, or name, on its left."""
    left = child.targets[0] if isinstance(child, ast.Assign) else child.target
    sign = (
        f"{SIGN.get(type(child.op), '+')}=" if isinstance(child, ast.AugAssign) else "="
    )
    if isinstance(left, ast.Name):
        for name in names:
            if name != left.id:
                yield instead(f"{name} {sign} {value}", 3, "name")
    if isinstance(left, ast.Tuple) and len(left.elts) <= 4:
        texts = [ast.unparse(e) for e in left.elts]
        for order in list(itertools.permutations(texts))[1:]:
            yield instead(f"{', '.join(order)} {sign} {value}", 1, "order")
    if not isinstance(left, ast.Subscript):
        return
    parts = left.slice.elts if isinstance(left.slice, ast.Tuple) else [left.slice]
    texts, owner = [ast.unparse(p) for p in parts], ast.unparse(left.value)
    whole = numbers(names, kinds)
    for k, text in enumerate(texts):
        others = [(2, n) for n in whole if n != text]
        if not isinstance(parts[k], ast.Slice):
            others += [
                (3, f"({text}) {s} {n}") for n in whole for s in "+ * //".split()
            ]
            others += [(2, f"{text}:{text} + {n}") for n in whole]
        others += [(1, new) for _, new in slice_ends(parts[k])]
        for rank, new in others:
            index = ", ".join([*texts[:k], new, *texts[k + 1 :]])
            yield instead(f"{owner}[{index}] {sign} {value}", rank, "place")
    for order in list(itertools.permutations(texts))[1:] if len(texts) < 5 else ():
        yield instead(f"{owner}[{', '.join(order)}] {sign} {value}", 1, "order")
    for name in whole:
        yield instead(
            f"{owner}[{', '.join([*texts, name])}] {sign} {value}", 2, "place"
        )
    if len(texts) > 1:
        yield instead(f"{owner}[{', '.join(texts[:-1])}] {sign} {value}", 2, "place")


def _moved(node: ast.AST, body: list, k: int, child: ast.stmt) -> Iterator[Edit]:
    """Yield moves of a statement into a loop and out of one."""
    old = ast.unparse(child)
    if isinstance(child, ast.For | ast.While):
        after = body[k + 1 :]
        for n, inner in enumerate(child.body):
            rest = [*child.body[:n], *child.body[n + 1 :]] or ["pass"]
            text = ast.unparse(inner).split("\n")[0]
            for moved, place in (
                ([child, inner], "behind"),
                ([inner, child], "before"),
            ):
                yield Edit(
                    (
                        (Slot(child, "body"), rest),
                        (Slot(node, "body"), [*body[:k], *moved, *after]),
                    ),
                    inner.lineno,
                    1,
                    "indent",
                    text,
                    f"{place} the loop",
                )
        before = body[k - 1] if k else None
        if before is not None and not isinstance(before, ast.For | ast.Return):
            yield from _into(node, body, k, before, child)
        if after and not isinstance(after[0], ast.Return | ast.For):
            inside = [*child.body, after[0]]
            yield Edit(
                (
                    (Slot(child, "body"), inside),
                    (Slot(node, "body"), [*body[: k + 1], *after[1:]]),
                ),
                after[0].lineno,
                1,
                "indent",
                ast.unparse(after[0]),
                "at the end of the loop above",
            )
        only = child.body[0]
        if isinstance(child, ast.For) and isinstance(only, ast.For):
            changes = tuple(
                (Slot(a, f), getattr(b, f))
                for a, b in ((child, only), (only, child))
                for f in ("target", "iter")
            )
            yield Edit(changes, child.lineno, 2, "loops", old.split("\n")[0], "")
    elif (
        k and not isinstance(child, ast.Return) and not isinstance(body[k - 1], ast.For)
    ):
        new = [*body[: k - 1], child, body[k - 1], *body[k + 1 :]]
        yield _body(node, new, child, 3, "order of lines", old.split("\n")[0], "")


def _into(
    node: ast.AST, body: list, k: int, before: ast.stmt, loop: ast.For | ast.While
) -> Iterator[Edit]:
    """Yield moves of the lines before a loop to the start of it, one or two deep."""
    text = ast.unparse(before)
    outer = (Slot(node, "body"), [*body[: k - 1], *body[k:]])
    deeper: Any = loop
    while isinstance(deeper, ast.For | ast.While):
        inside = (Slot(deeper, "body"), [before, *deeper.body])
        where = "at the start of the loop below"
        yield Edit((outer, inside), before.lineno, 1, "indent", text, where)
        following = [s for s in deeper.body if isinstance(s, ast.For)]
        deeper = following[0] if following else None
