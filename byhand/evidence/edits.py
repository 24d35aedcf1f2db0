"""Small changes of a learner's function, one at a time, the likeliest first.

An edit puts other code in one place of the syntax tree, or in a place for rows and in
its twin for columns. Nothing is run here; ``byhand.evidence.line`` does that.
"""

import ast
import builtins
import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

# Names for rows and for columns in common use; pairs from "kh, kw = ..." are added.
TWINS = """i j, p q, r c, a b, u v, m n, y x, h w, h w_in, kh kw, sh sw, ph pw, dh dw,
oh ow, row col, row column, rows cols, rows columns, top left, tall wide, height width,
bottom right, out_h out_w, h_out w_out, H W, HH WW, KH KW, H_out W_out, n_H n_W,
pad_h pad_w, stride_h stride_w, fh fw, f_h f_w, pool_h pool_w, down right"""
NAME = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*")
FAMILIES = (
    ("sum", "mean", "max", "min", "prod"),
    ("argmax", "argmin", "max"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("floor", "ceil"),
    ("stack", "concatenate"),
    ("tile", "repeat"),
    ("maximum", "minimum"),
    ("dot", "outer", "multiply"),
)
OTHER = {  # operators that are taken for each other
    ast.Add: "- *",
    ast.Sub: "+",
    ast.Mult: "+ / // @",
    ast.Div: "// *",
    ast.FloorDiv: "/ % *",
    ast.Mod: "//",
    ast.MatMult: "*",
    ast.Pow: "*",
    ast.Lt: "<= >",
    ast.LtE: "< >=",
    ast.Gt: ">= <",
    ast.GtE: "> <=",
    ast.Eq: "!=",
    ast.NotEq: "==",
}
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


def of(
    tree: ast.AST, kinds: Mapping[str, type], known: Iterable[str]
) -> Iterator[Edit]:
    """Yield the edits of a function or class, the likeliest first.

    ``kinds`` says of local names what they held when the function ran; ``known`` are
    the names from outside.
    """
    places = list(_places(tree))
    twins = _twins(tree)
    names = _scope(tree)
    outside = {*known, *names, *dir(builtins)}
    singles = [
        (place, Edit(((place.slot, new),), place.node.lineno, rank, what, old, new))
        for place in places
        for rank, what, old, new in _variants(place, names, kinds, outside)
    ]
    whole = [(None, edit) for edit in _statements(tree, names, kinds, twins)]
    both = sorted([*singles, *whole], key=lambda pair: pair[1].rank)
    for _, group in itertools.groupby(both, key=lambda pair: pair[1].rank):
        pairs = list(group)
        yield from (edit for _, edit in pairs)
        for place, edit in pairs:
            twin = place and _with_twin(place, edit, places, twins)
            if twin:
                yield twin


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


def _places(
    node: ast.AST, loops: tuple[str, ...] = (), counts: bool = False
) -> Iterator[Place]:
    """Yield all places of expressions below a node."""
    inside = loops
    if isinstance(node, ast.For | ast.comprehension):
        inside = (*loops, *(n.id for n in ast.walk(node.target) if _is(n, ast.Name)))
    around = "" if isinstance(node, ast.stmt) else ast.unparse(node)
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
        around = ast.unparse(node)
    for name, value in ast.iter_fields(node):
        if name in ("ctx", "op", "ops", "decorator_list", "args") and not (
            name == "args" and isinstance(node, ast.Call)
        ):
            continue
        index = counts or name == "slice" or (_called(node) == "range")
        each = enumerate(value) if isinstance(value, list) else [(None, value)]
        for number, child in each:
            if not isinstance(child, ast.AST):
                continue
            plain = isinstance(child, ast.expr) and not isinstance(child, ast.Slice)
            if plain and name not in ("target", "targets"):
                slot = Slot(node, name, number)
                yield Place(slot, child, ast.unparse(child), around, inside, index)
            yield from _places(child, inside, index)


def _is(node: Any, *types: type) -> bool:
    return isinstance(node, types)


def _called(node: ast.AST) -> str:
    """Return the last name of what a call calls, "zeros" of np.zeros(n), else ""."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _scope(tree: ast.AST) -> list[str]:
    """Return parameters and local names, in the order in which they come."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            found[node.arg] = None
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
    return list(found)


def _twins(tree: ast.AST) -> dict[str, set[str]]:
    """Return {name: its twins}, those of pairs that are unpacked included."""
    pairs = [pair.split() for pair in TWINS.replace("\n", " ").split(",")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            names = [n.id for n in node.elts if isinstance(n, ast.Name)]
            if len(names) == len(node.elts) == 2:
                pairs.append(names)
    found: dict[str, set[str]] = {}
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return found


def _variants(
    place: Place, names: list[str], kinds: Mapping[str, type], outside: set[str]
) -> Iterator[tuple[int, str, str, str]]:
    """Yield (rank, what, old, new) for one place."""
    node, text = place.node, place.text
    if isinstance(node, ast.Name) and text not in outside:  # misspelled
        for other in difflib.get_close_matches(text, outside, n=5, cutoff=0.5):
            yield 0, "name", text, other
    makers = {
        ast.Name: _of_name,
        ast.Constant: _of_constant,
        ast.BinOp: _of_operation,
        ast.Compare: _of_comparison,
        ast.Call: _of_call,
        ast.Subscript: _of_subscript,
        ast.Tuple: _of_tuple,
        ast.Attribute: _of_attribute,
        ast.UnaryOp: _of_sign,
        ast.IfExp: _of_choice,
        ast.BoolOp: _of_logic,
        ast.List: _of_list,
        ast.Dict: _of_dict,
    }
    maker = makers.get(type(node))
    if maker and not _is(getattr(node, "ctx", None), ast.Store):
        for rank, what, new in maker(place, names, kinds):
            yield rank, what, text, new
    if isinstance(node, ast.expr) and not _is(node, ast.Constant, ast.Tuple, ast.List):
        for rank, what, new in _around(place, names, kinds):
            yield rank, what, text, new


Variants = Iterator[tuple[int, str, str]]


def _alike(a: str, b: str, kinds: Mapping[str, type]) -> bool:
    return a not in kinds or b not in kinds or kinds[a] is kinds[b]


def _numbers(names: Iterable[str], kinds: Mapping[str, type]) -> list[str]:
    return [n for n in names if kinds.get(n, int) is int]


def _of_name(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    name = place.text
    if _is(place.slot.parent, ast.Call) and place.slot.field == "func":
        for family in FAMILIES:
            yield from ((1, "function", n) for n in family if name in family != n)
        return
    if name not in names:
        return
    for other in names:
        if other != name and _alike(name, other, kinds):
            yield 2, "name", other
    if kinds.get(name) is tuple:
        yield 1, "pair", f"{name}[0]"
        yield 1, "pair", f"{name}[1]"
    elif kinds.get(name, int) is int:
        yield 3, "name", "1"
        yield 3, "name", "0"


def _of_constant(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    value = place.node.value
    if isinstance(value, bool):
        yield 1, "number", str(not value)
    elif isinstance(value, str) and "->" in value:  # einsum
        *before, after = re.split("(,|->)", value)
        for order in itertools.permutations(after):
            yield 1, "axes", repr("".join([*before, *order]))
        first = itertools.permutations(before[0]) if len(before[0]) < 5 else ()
        for order in first:
            yield 2, "axes", repr("".join([*order, *before[1:], after]))
    elif isinstance(value, int | float):
        for other in (value + 1, value - 1, -value, value * 2, value / 2, 0, 1):
            if other != value and (isinstance(value, float) or other == int(other)):
                yield 1, "number", str(type(value)(other))
        if value == 0:
            yield 3, "number", "-np.inf"
        if isinstance(value, int):
            for name in _numbers(names, kinds):
                yield 3 if name in place.loops else 4, "number", name
            for name in names:
                if kinds.get(name) is _ARRAY:
                    for axis in range(4):
                        yield 4, "number", f"{name}.shape[{axis}]"
                    yield 4, "number", f"{name}.size"


class _ARRAY:
    """Stands for arrays among the kinds of local names."""


def kind_of(value: Any) -> type:
    """Return int for whole numbers, `_ARRAY` for arrays, else the type."""
    if isinstance(value, bool):
        return bool
    if hasattr(value, "__index__") and not getattr(value, "shape", ()):
        return int
    return _ARRAY if hasattr(value, "dtype") and value.shape else type(value)


def _of_operation(
    place: Place, names: list[str], kinds: Mapping[str, type]
) -> Variants:
    node = place.node
    left, right = f"({ast.unparse(node.left)})", f"({ast.unparse(node.right)})"
    sign = SIGN.get(type(node.op))
    for other in OTHER.get(type(node.op), "").split():
        if right != "(1)":
            yield 1, "operator", f"{left} {other} {right}"
    yield 1, "term", left
    yield 1, "term", right
    if sign in ("-", "/", "//", "@", "%"):
        yield 2, "order", f"{right} {sign} {left}"
    for inner, first in ((node.left, True), (node.right, False)):  # brackets
        if isinstance(inner, ast.BinOp) and type(inner.op) in SIGN and sign:
            a, b = ast.unparse(inner.left), ast.unparse(inner.right)
            op = SIGN[type(inner.op)]
            if first:
                yield 1, "brackets", f"({a}) {op} (({b}) {sign} {right})"
                yield 1, "brackets", f"(({a}) {sign} {right}) {op} ({b})"
            else:
                yield 1, "brackets", f"({left} {sign} ({a})) {op} ({b})"


def _of_comparison(
    place: Place, names: list[str], kinds: Mapping[str, type]
) -> Variants:
    node = place.node
    if len(node.ops) == 1:
        a, b = ast.unparse(node.left), ast.unparse(node.comparators[0])
        for other in OTHER.get(type(node.ops[0]), "").split():
            yield 1, "comparison", f"({a}) {other} ({b})"


def _of_logic(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    word = " or " if isinstance(place.node.op, ast.And) else " and "
    yield 1, "operator", word.join(f"({ast.unparse(v)})" for v in place.node.values)


def _of_list(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    if len(place.node.elts) == 1:
        yield 1, "brackets", ast.unparse(place.node.elts[0])


def _of_dict(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    yield 1, "result", f"({', '.join(map(ast.unparse, place.node.values))},)"


def _of_choice(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    node = place.node
    test, body, other = map(ast.unparse, (node.test, node.body, node.orelse))
    yield 1, "order", f"({other}) if ({test}) else ({body})"


def _of_sign(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    yield 1, "sign", ast.unparse(place.node.operand)
    if isinstance(place.node.op, ast.USub) and place.counts:  # x[-n:] is empty for 0
        yield 1, "slice end", f"{place.text} or None"


def _of_attribute(
    place: Place, names: list[str], kinds: Mapping[str, type]
) -> Variants:
    owner, name = ast.unparse(place.node.value), place.node.attr
    if name == "T":
        yield 1, "axes", owner
    if _is(place.slot.parent, ast.Call) and place.slot.field == "func":
        for family in FAMILIES:
            for other in family:
                if name in family and other != name:
                    yield 1, "function", f"{owner}.{other}"


def _of_call(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    node = place.node
    func, args = ast.unparse(node.func), [ast.unparse(a) for a in node.args]
    words = [ast.unparse(k) for k in node.keywords]

    def call(args: list[str], words: list[str] = words) -> str:
        return f"{func}({', '.join([*args, *words])})"

    if len(args) == 1 or (args and _called(node) in ("sum", "mean", "abs", "round")):
        yield 1, "function", args[0]
    if _is(node.func, ast.Attribute) and ast.unparse(node.func.value) != "np":
        yield 2, "function", ast.unparse(node.func.value)
    for k in range(len(words)):
        yield 1, "keyword", call(args, words[:k] + words[k + 1 :])
    for k in range(len(args)):
        if len(args) > 1 or _is(node.func, ast.Attribute):
            yield 2, "order", call([*args[:k], *args[k + 1 :]])
    for a, b in itertools.combinations(range(len(args)), 2):
        swapped = list(args)
        swapped[a], swapped[b] = args[b], args[a]
        yield 1, "order", call(swapped)
        if (a, b) == (0, 1) and len(args) == 2:
            yield 1, "brackets", call([f"({args[0]}, {args[1]})"])
    if _called(node) in ("sum", "mean", "max", "min") and not node.keywords:
        for axis in ("0", "1", "-1", "(0, 1)", "(1, 2)", "(0, 1, 2)", "(1, 2, 3)"):
            yield 2, "axes", call(args, [f"axis={axis}"])
    if _called(node) in ("transpose", "sum", "mean", "max"):
        yield from _of_axes(node, args, words, call)
    for setting in ("stride", "padding", "dilation", "groups", "output_padding"):
        known = {k.arg for k in node.keywords}
        if setting in names and setting not in known and _called(node) != "range":
            yield 2, "setting", call(args, [*words, f"{setting}={setting}"])
    if "settings" in names:
        yield 2, "setting", call(args, [*words, "**settings"])


def _of_axes(node: ast.Call, args: list, words: list, call: Any) -> Variants:
    """Yield other orders and choices of the axes of a transpose or a sum."""
    if _called(node) == "transpose":
        count = (
            len(node.args[-1].elts)
            if args and _is(node.args[-1], ast.Tuple)
            else len(args)
        )
        if 2 <= count <= 4:
            for order in itertools.permutations(map(str, range(count))):
                yield (
                    1,
                    "axes",
                    call(list(order))
                    if len(args) == count
                    else call([*args[:-1], f"({', '.join(order)})"]),
                )
        return
    for k, word in enumerate(node.keywords):
        if word.arg == "axis":
            every = (
                "0",
                "1",
                "2",
                "-1",
                "None",
                "(0, 1)",
                "(1, 2)",
                "(0, 1, 2)",
                "(1, 2, 3)",
            )
            for axis in every:
                other = [*words[:k], f"axis={axis}", *words[k + 1 :]]
                yield 1, "axes", call(args, other)


def _of_tuple(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    if not _is(place.node.ctx, ast.Load):
        return
    texts = [ast.unparse(e) for e in place.node.elts]
    if 2 <= len(texts) <= 4:
        for order in list(itertools.permutations(texts))[1:]:
            yield 1, "order", f"({', '.join(order)})"
    if len(texts) == 2 and not place.counts:
        yield 2, "order", f"({texts[0]}, {texts[0]})"
    if _is(place.slot.parent, ast.Return):
        for k in range(len(texts)):
            yield 1, "result", texts[k]


def _of_subscript(
    place: Place, names: list[str], kinds: Mapping[str, type]
) -> Variants:
    node = place.node
    owner = ast.unparse(node.value)
    parts = node.slice.elts if _is(node.slice, ast.Tuple) else [node.slice]
    texts = [ast.unparse(p) for p in parts]
    for k, part in enumerate(parts):
        others = [(1, what, new) for what, new in _of_index(part)]
        for name in {
            n for n in _names_in(texts[k]) if _names_in(texts[k]).count(n) > 1
        }:
            others += [
                (2, "name", _renamed(texts[k], {name: n}))
                for n in _numbers(names, kinds)
                if n != name
            ]
        for rank, what, new in others:
            index = ", ".join([*texts[:k], new, *texts[k + 1 :]])
            yield rank, what, f"{owner}[{index}]"
    if len(parts) > 1:
        for a, b in itertools.combinations(range(len(parts)), 2):
            swapped = list(texts)
            swapped[a], swapped[b] = texts[b], texts[a]
            yield 1, "order", f"{owner}[{', '.join(swapped)}]"
        yield 3, "order", f"{owner}[{', '.join(texts[:-1])}]"
    yield 2, "index", owner
    for axes in (":", ":, :", ":, :, :"):
        yield 3, "index", f"{owner}[{axes}, {', '.join(texts)}]"
    yield 3, "index", f"{owner}[..., {', '.join(texts)}]"


def _of_index(part: ast.expr) -> Iterator[tuple[str, str]]:
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


def _around(place: Place, names: list[str], kinds: Mapping[str, type]) -> Variants:
    """Yield what keeps an expression and puts something around it."""
    node, text = place.node, place.text
    parent, field_ = place.slot.parent, place.slot.field
    if field_ == "func" or (field_ == "value" and _is(parent, ast.Attribute)):
        return
    kind = kinds.get(text) if _is(node, ast.Name) else None
    shape = _is(parent, ast.Tuple) or _called(parent) in ("zeros", "ones", "full")
    whole = place.counts or shape or _is(parent, ast.Return, ast.Assign)
    if place.counts or shape:
        if kind in (None, int) and not _is(parent, ast.BinOp):
            yield 1, "number", f"{text} + 1"
            yield 1, "number", f"{text} - 1"
    if whole and kind in (None, int) and _is(node, ast.BinOp, ast.Name, ast.Subscript):
        for name in _numbers(names, kinds):
            if name != text:
                for sign in "*+-":
                    yield 4, "place", f"({text}) {sign} {name}"
                yield 5, "place", f"({text}) // {name}"
    if kind in (None, _ARRAY) and _is(node, ast.Name, ast.Subscript, ast.Attribute):
        if not place.counts and field_ != "slice":
            for flip in ("::-1", "::-1, ::-1", "..., ::-1"):
                yield 3, "flip", f"{text}[{flip}]"
            yield 2, "axes", f"{text}.T"
            yield 3, "copy", f"{text}.copy()"
            yield 3, "axes", f"{text}.swapaxes(-1, -2)"
            if _is(node, ast.Name):
                for name in place.loops:
                    yield 2, "index", f"{text}[{name}]"
                    yield 3, "index", f"{text}[..., {name}]"
    value = _is(parent, ast.Return, ast.Assign, ast.AugAssign) and field_ == "value"
    element = _is(parent, ast.Tuple) and not place.counts
    if value or element:
        yield from _results(text, names, kinds)
    if _is(node, ast.BinOp, ast.Call) and not place.counts:
        yield 3, "sign", f"abs({text})"
        if not _called(node):
            yield 2, "function", f"np.sum({text})"


def _results(text: str, names: list[str], kinds: Mapping[str, type]) -> Variants:
    """Yield what can be missing around a whole result."""
    for function in ("np.array", "int", "float", "abs", "np.sum", "np.sqrt", "max0"):
        new = f"max({text}, 0)" if function == "max0" else f"{function}({text})"
        yield 2, "function", new
    yield 2, "copy", f"({text}).copy()"
    yield 2, "sign", f"-({text})"
    yield 2, "term", f"2 * ({text})"
    yield 2, "term", f"({text}) / 2"
    for name in names:
        if kinds.get(name) is _ARRAY:
            yield 3, "factor", f"({text}) / {name}.size"
            yield 3, "factor", f"({text}) / len({name})"
            yield 3, "factor", f"({text}) * {name}"
            yield 3, "term", f"({text}) + {name}"
        elif kinds.get(name) in (int, float):
            yield 3, "factor", f"({text}) / {name}"
            yield 3, "factor", f"({text}) * {name}"
            yield 3, "term", f"({text}) + {name}"
    for a, b in itertools.combinations(_numbers(names, kinds), 2):
        if b in next(iter(TWIN_OF.get(a, [()])), ()):
            yield 3, "factor", f"({text}) / ({a} * {b})"


TWIN_OF: dict[str, list[tuple[str, ...]]] = {}
for _pair in TWINS.replace("\n", " ").split(","):
    _a, _b = _pair.split()
    TWIN_OF.setdefault(_a, [()])[0] += (_b,)


# Rows and columns -----------------------------------------------------------------


def _with_twin(
    place: Place, edit: Edit, places: list[Place], twins: Mapping[str, set[str]]
) -> Edit | None:
    """Return the edit together with the same one for columns, None without a twin."""
    if place.twin is None:
        place.twin = next(_twin_places(place, places, twins), ())
    if not place.twin:
        return None
    other, rename = place.twin
    known = dict(rename)
    for name in set(_names_in(edit.new)) - set(rename):
        if name in twins and name not in _names_in(edit.old):
            known[name] = min(twins[name] & _all_names(places), default=name)
    new = _renamed(edit.new, known)
    return replace(
        edit,
        changes=(*edit.changes, (other.slot, new)),
        also=(other.node.lineno, other.text, new),
    )


def _all_names(places: list[Place]) -> set[str]:
    return {p.text for p in places if isinstance(p.node, ast.Name)}


def _names_in(text: str) -> list[str]:
    return NAME.findall(text)


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return NAME.sub(lambda m: names.get(m[0], m[0]), text)


def _twin_places(
    place: Place, places: list[Place], twins: Mapping[str, set[str]]
) -> Iterator[tuple[Place, dict[str, str]]]:
    """Yield places further on that differ in the names of rows and columns alone."""
    here = (place.node.lineno, place.node.col_offset)
    kind = (type(place.node), place.slot.field, type(place.slot.parent))
    for other in places:
        there = (other.node.lineno, other.node.col_offset)
        if there > here and kind == (
            type(other.node),
            other.slot.field,
            type(other.slot.parent),
        ):
            rename = _renaming(place, other, twins)
            if rename:
                yield other, rename


def _renaming(
    one: Place, other: Place, twins: Mapping[str, set[str]]
) -> dict[str, str]:
    """Return how names change from one place to its twin, {} when it is none."""
    inside = one.slot.parent is other.slot.parent
    a, b = (one.text, other.text) if inside else (one.around, other.around)
    if a == b or (not inside and one.slot.index != other.slot.index):
        return {}
    first, second = _names_in(a), _names_in(b)
    if len(first) != len(second):
        return {}
    rename = dict(zip(first, second, strict=True))
    if any(y != x and y not in twins.get(x, ()) for x, y in rename.items()):
        return {}
    return rename if _renamed(a, rename) == b else {}


# Statements -----------------------------------------------------------------------


def _statements(
    tree: ast.AST,
    names: list[str],
    kinds: Mapping[str, type],
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
        if isinstance(node, ast.FunctionDef) and not _is(last, ast.Return):
            for name in names:
                new = [*body, f"return {name}"]
                yield _body(node, new, last, 1, "return", "", f"return {name}")


def _returned(node: ast.FunctionDef) -> Iterator[Edit]:
    """Yield moves of a return from within two loops or more to the end."""
    for outer in ast.walk(node):
        for inner in getattr(outer, "body", ()) if _is(outer, ast.For) else ():
            found = inner.body[-1] if _is(inner, ast.For) else None
            if isinstance(found, ast.Return):
                rest = (Slot(inner, "body"), inner.body[:-1] or ["pass"])
                end = (Slot(node, "body"), [*node.body, found])
                where, old = "behind all loops", ast.unparse(found)
                yield Edit((rest, end), found.lineno, 1, "indent", old, where)


def _exchanged(
    text: str,
    names: list[str],
    kinds: Mapping[str, type],
    twins: Mapping[str, set[str]],
) -> Iterator[tuple[int, str]]:
    """Yield a line with two names exchanged, or one put for another everywhere."""
    inside = [n for n in dict.fromkeys(_names_in(text)) if n in names]
    for a, b in itertools.combinations(inside, 2):
        if _alike(a, b, kinds):
            yield 2, _renamed(text, {a: b, b: a})
            for c in twins.get(a, set()) & set(inside) - {b}:
                for d in twins.get(b, set()) & set(inside) - {a, c}:
                    yield 2, _renamed(text, {a: b, b: a, c: d, d: c})
    for a in inside:
        if len([n for n in _names_in(text) if n == a]) > 1:
            for b in names:
                if b != a and _alike(a, b, kinds):
                    yield 3, _renamed(text, {a: b})


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
    kinds: Mapping[str, type],
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
    if isinstance(child, ast.Expr) and not _is(child.value, ast.Constant):
        for name in dict.fromkeys(_names_in(old)):
            if name in names:
                yield instead(f"{name} = {old}", 1, "thrown away")
        yield instead(f"return {old}", 1, "return")
    if len(body) > 1 and not _is(child, ast.Return, ast.Import, ast.ImportFrom):
        new = [*body[:k], *body[k + 1 :]]
        yield _body(node, new, child, 2, "left over", old, "")


def _of_target(
    child: Any,
    instead: Any,
    value: str,
    names: list[str],
    kinds: Mapping[str, type],
) -> Iterator[Edit]:
    """Yield the same statement with another index, or name, on its left."""
    left = child.targets[0] if isinstance(child, ast.Assign) else child.target
    sign = f"{SIGN.get(type(child.op), '+')}=" if _is(child, ast.AugAssign) else "="
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
    parts = left.slice.elts if _is(left.slice, ast.Tuple) else [left.slice]
    texts, owner = [ast.unparse(p) for p in parts], ast.unparse(left.value)
    whole = _numbers(names, kinds)
    for k, text in enumerate(texts):
        others = [(2, n) for n in whole if n != text]
        if not isinstance(parts[k], ast.Slice):
            others += [
                (3, f"({text}) {s} {n}") for n in whole for s in ("+", "*", "//")
            ]
        others += [(1, new) for _, new in _of_index(parts[k])]
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
        if after and not _is(after[0], ast.Return, ast.For):
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
    elif k and not _is(child, ast.Return) and not _is(body[k - 1], ast.For):
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
