"""The syntax tree of a learner's function: its places, its names, and an edit of it."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*")
Kinds = Mapping[str, type]  # of local names: what they held when the function ran
SIGN = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.MatMult: "@",
    ast.Pow: "**",
}


@dataclass(frozen=True)
class Slot:
    """A place in the tree: a field of a parent, or an element of a field."""

    parent: ast.AST
    field: str
    index: int | None = None

    def get(self) -> Any:
        """Return what stands there."""
        value = getattr(self.parent, self.field)
        return value if self.index is None else value[self.index]

    def put(self, value: Any) -> None:
        """Put something else there."""
        if self.index is None:
            setattr(self.parent, self.field, value)
        else:
            getattr(self.parent, self.field)[self.index] = value


@dataclass(frozen=True)
class Edit:
    """What to put where; in words, ``what`` it is about, ``old`` and ``new`` code."""

    changes: tuple[tuple[Slot, Any], ...]
    line: int
    rank: int
    what: str
    old: str
    new: str
    also: tuple[int, str, str] | None = None  # line, old and new of the twin


@dataclass
class Place:
    """A slot with an expression in it, and the code around."""

    slot: Slot
    node: Any
    text: str
    around: str
    loops: tuple[str, ...]
    counts: bool  # whether it stands in an index, a slice or a range
    twin: Any = None  # (place, renaming) once it was looked for, () for none


def parsed(text: str, at: ast.AST) -> ast.expr:
    """Return the expression that a text stands for, placed where ``at`` is."""
    return _placed(ast.parse(text.strip(), mode="eval").body, at)


def made(new: Any, old: Any) -> Any:
    """Return what an edit puts in a slot, its texts parsed."""
    if isinstance(new, str):
        return parsed(new, old)
    if not isinstance(new, list):
        return new
    at = old[0]
    return [
        _placed(ast.parse(f"def f():\n {s}").body[0].body[0], at)
        if isinstance(s, str)
        else s
        for s in new
    ]


def _placed(node: Any, at: ast.AST) -> Any:
    for part in ast.walk(node):
        part.lineno = part.end_lineno = at.lineno
        part.col_offset = part.end_col_offset = 0
    return node


def places_of(
    node: ast.AST, loops: tuple[str, ...] = (), counts: bool = False
) -> Iterator[Place]:
    """Yield all places of expressions below a node."""
    inside = loops
    if isinstance(node, ast.For | ast.comprehension):
        inside = (
            *loops,
            *(n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)),
        )
    around = "" if isinstance(node, ast.stmt) else ast.unparse(node)
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
        around = ast.unparse(node)
    for name, value in ast.iter_fields(node):
        if name in ("ctx", "op", "ops", "decorator_list", "args") and not (
            name == "args" and isinstance(node, ast.Call)
        ):
            continue
        index = counts or name == "slice" or (called(node) == "range")
        each = enumerate(value) if isinstance(value, list) else [(None, value)]
        for number, child in each:
            if not isinstance(child, ast.AST):
                continue
            plain = isinstance(child, ast.expr) and not isinstance(child, ast.Slice)
            if plain and name not in ("target", "targets"):
                slot = Slot(node, name, number)
                yield Place(slot, child, ast.unparse(child), around, inside, index)
            yield from places_of(child, inside, index)


def called(node: ast.AST) -> str:
    """Return the last name of what a call calls, "zeros" of np.zeros(n), else ""."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def scope(tree: ast.AST) -> list[str]:
    """Return parameters and local names, in the order in which they come."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            found[node.arg] = None
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
    return list(found)


class Arrays:
    """Stands for arrays among the kinds of local names."""


def kind_of(value: Any) -> type:
    """Return int for whole numbers, `Arrays` for arrays, else the type."""
    if isinstance(value, bool):
        return bool
    if hasattr(value, "__index__") and not getattr(value, "shape", ()):
        return int
    return Arrays if hasattr(value, "dtype") and value.shape else type(value)


def alike(a: str, b: str, kinds: Kinds) -> bool:
    """Return whether two names may hold the same kind of thing."""
    return a not in kinds or b not in kinds or kinds[a] is kinds[b]


def numbers(names: Iterable[str], kinds: Kinds) -> list[str]:
    """Return the names that hold whole numbers."""
    return [n for n in names if kinds.get(n, int) is int]


def names_in(text: str) -> list[str]:
    """Return the names in a piece of code, attributes left out."""
    return NAME.findall(text)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a piece of code with other names."""
    return NAME.sub(lambda m: names.get(m[0], m[0]), text)


def slice_ends(part: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield other ends of a slice."""
    if not isinstance(part, ast.Slice):
        return
    low, high, step = (
        ast.unparse(e) if e else "" for e in (part.lower, part.upper, part.step)
    )
    tail = f":{step}" if step else ""
    if low and high:
        yield "slice end", f"{low}:{low} + {high}{tail}"
        yield "slice end", f"{low}:{low} + {high} - 1{tail}"
    for end in (f"{high} + 1", f"{high} - 1", "") if high else ():
        yield "slice end", f"{low}:{end}{tail}"
    if low:
        yield "slice start", f"{low} + 1:{high}{tail}"
        yield "slice start", f":{high}{tail}"
    if step:
        yield "slice step", f"{low}:{high}"
    else:
        yield "slice step", f"{low}:{high}:-1"
