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

from byhand.evidence import moves
from byhand.evidence.tree import (
    SIGN,
    Arrays,
    Edit,
    Kinds,
    Place,
    Slot,
    alike,
    called,
    names_in,
    numbers,
    places_of,
    renamed,
    scope,
    slice_ends,
)

# Names for rows and for columns in common use; pairs from "kh, kw = ..." are added.
TWINS = """i j, p q, r c, a b, u v, m n, y x, h w, h w_in, kh kw, sh sw, ph pw, dh dw,
oh ow, row col, row column, rows cols, rows columns, top left, tall wide, height width,
bottom right, out_h out_w, h_out w_out, H W, HH WW, KH KW, H_out W_out, n_H n_W,
pad_h pad_w, stride_h stride_w, fh fw, f_h f_w, pool_h pool_w, down right"""
PAIRS: dict[str, set[str]] = {}
for _pair in map(str.split, TWINS.replace("\n", " ").split(",")):
    PAIRS.setdefault(_pair[0], set()).add(_pair[1])
    PAIRS.setdefault(_pair[1], set()).add(_pair[0])
AXES = ("0", "1", "2", "-1", "None", "(0, 1)", "(1, 2)", "(0, 1, 2)", "(1, 2, 3)")
DEFAULTS = ("0", "1", "2", "None", "0.0", "1.0")
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


def of(tree: ast.AST, kinds: Kinds, known: Iterable[str]) -> Iterator[Edit]:
    """Yield the edits of a function or class, the likeliest first.

    ``kinds`` says of local names what they held when the function ran; ``known`` are
    the names from outside.
    """
    places = list(places_of(tree))
    twins = _twins(tree)
    names = scope(tree)
    maker = Expressions(names, kinds, {*known, *names, *dir(builtins)})
    singles = [
        (place, Edit(((place.slot, new),), place.node.lineno, rank, what, old, new))
        for place in places
        for rank, what, old, new in maker.variants(place)
    ]
    whole = [*_of_defaults(tree), *moves.of(tree, names, kinds, twins)]
    both = sorted(
        [*singles, *((None, edit) for edit in whole)], key=lambda pair: pair[1].rank
    )
    for _, group in itertools.groupby(both, key=lambda pair: pair[1].rank):
        pairs = list(group)
        yield from (edit for _, edit in pairs)
        for place, edit in pairs:
            twin = place and _with_twin(place, edit, places, twins)
            if twin:
                yield twin


def _of_defaults(tree: ast.AST) -> Iterator[Edit]:
    """Yield other defaults of the parameters."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.arguments):
            continue
        for field_ in ("defaults", "kw_defaults"):
            for number, default in enumerate(getattr(node, field_)):
                if default is None:  # a keyword without one
                    continue
                old, slot = ast.unparse(default), Slot(node, field_, number)
                for new in DEFAULTS:
                    if new != old:
                        line = default.lineno
                        yield Edit(((slot, new),), line, 1, "default", old, new)


def _twins(tree: ast.AST) -> dict[str, set[str]]:
    """Return {name: its twins}, those of pairs that are unpacked included."""
    found = {name: set(others) for name, others in PAIRS.items()}
    pairs = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            names = [n.id for n in node.elts if isinstance(n, ast.Name)]
            if len(names) == len(node.elts) == 2:
                pairs.append(names)
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return found


Variants = Iterator[tuple[int, str, str]]


@dataclass(frozen=True)
class Expressions:
    """Other expressions for the places of a function.

    ``names`` are its parameters and local names, ``kinds`` what they held when it ran,
    ``outside`` all names that are known there.
    """

    names: list[str]
    kinds: Kinds
    outside: set[str]

    def variants(self, place: Place) -> Iterator[tuple[int, str, str, str]]:
        """Yield (rank, what, old, new) for one place."""
        node, text = place.node, place.text
        if isinstance(node, ast.Name) and text not in self.outside:  # misspelled
            for other in difflib.get_close_matches(text, self.outside, n=5, cutoff=0.5):
                yield 0, "name", text, other
        makers = {
            ast.Name: Expressions._of_name,
            ast.Constant: Expressions._of_constant,
            ast.BinOp: Expressions._of_operation,
            ast.Compare: Expressions._of_comparison,
            ast.Call: Expressions._of_call,
            ast.Subscript: Expressions._of_subscript,
            ast.Tuple: Expressions._of_tuple,
            ast.Attribute: Expressions._of_attribute,
            ast.UnaryOp: Expressions._of_sign,
            ast.IfExp: Expressions._of_choice,
            ast.BoolOp: Expressions._of_logic,
            ast.List: Expressions._of_list,
            ast.Dict: Expressions._of_dict,
        }
        maker = makers.get(type(node))
        if maker and not isinstance(getattr(node, "ctx", None), ast.Store):
            for rank, what, new in maker(self, place):
                yield rank, what, text, new
        if not isinstance(node, ast.Constant | ast.Tuple | ast.List):
            for rank, what, new in self._around(place):
                yield rank, what, text, new

    def _of_name(self, place: Place) -> Variants:
        name = place.text
        if isinstance(place.slot.parent, ast.Call) and place.slot.field == "func":
            for family in FAMILIES:
                yield from ((1, "function", n) for n in family if name in family != n)
            return
        if name not in self.names:
            return
        for other in self.names:
            if other != name and alike(name, other, self.kinds):
                yield 2, "name", other
        if self.kinds.get(name) is tuple:
            yield 1, "pair", f"{name}[0]"
            yield 1, "pair", f"{name}[1]"
        elif self.kinds.get(name, int) is int:
            yield 3, "name", "1"
            yield 3, "name", "0"

    def _of_constant(self, place: Place) -> Variants:
        value = place.node.value
        if isinstance(value, bool):
            yield 1, "number", str(not value)
        elif isinstance(value, str) and "->" in value:  # einsum
            *before, after = re.split("(,|->)", value)
            more = [
                after[:k] + letter + after[k:]
                for letter in sorted({*before[0], *before[-2]} - {*after, ","})
                for k in range(len(after) + 1)
            ]
            for order in [*itertools.permutations(after), *more]:
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
            if isinstance(value, float):
                floats = (n for n in self.names if self.kinds.get(n) is float)
                yield from ((2, "number", n) for n in floats)
            if isinstance(value, int):
                for name in numbers(self.names, self.kinds):
                    yield 3 if name in place.loops else 4, "number", name
                for name in self.names:
                    if self.kinds.get(name) is Arrays:
                        for axis in range(4):
                            yield 4, "number", f"{name}.shape[{axis}]"
                        yield 4, "number", f"{name}.size"

    def _of_operation(self, place: Place) -> Variants:
        node = place.node
        left, right = f"({ast.unparse(node.left)})", f"({ast.unparse(node.right)})"
        sign = SIGN.get(type(node.op))
        for other in OTHER.get(type(node.op), "").split():
            if right != "(1)":
                yield 1, "operator", f"{left} {other} {right}"
        yield 1, "term", left
        yield 1, "term", right
        if sign == "**" and right == "(2)":
            for name in numbers(self.names, self.kinds):
                yield 1, "factor", f"{left} * {name}"
            if ".shape[" in left:
                yield 1, "factor", f"{left.partition('.shape')[0][1:]}.size"
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

    def _of_comparison(self, place: Place) -> Variants:
        node = place.node
        if len(node.ops) == 1:
            a, b = ast.unparse(node.left), ast.unparse(node.comparators[0])
            for other in OTHER.get(type(node.ops[0]), "").split():
                yield 1, "comparison", f"({a}) {other} ({b})"

    def _of_logic(self, place: Place) -> Variants:
        word = " or " if isinstance(place.node.op, ast.And) else " and "
        yield 1, "operator", word.join(f"({ast.unparse(v)})" for v in place.node.values)

    def _of_list(self, place: Place) -> Variants:
        if len(place.node.elts) == 1:
            yield 1, "brackets", ast.unparse(place.node.elts[0])

    def _of_dict(self, place: Place) -> Variants:
        yield 1, "result", f"({', '.join(map(ast.unparse, place.node.values))},)"

    def _of_choice(self, place: Place) -> Variants:
        node = place.node
        test, body, other = map(ast.unparse, (node.test, node.body, node.orelse))
        yield 1, "order", f"({other}) if ({test}) else ({body})"

    def _of_sign(self, place: Place) -> Variants:
        operand = ast.unparse(place.node.operand)
        yield 1, "sign", f"-{operand}" if place.text[0] == "+" else operand
        if isinstance(place.node.op, ast.USub) and place.counts:
            yield 1, "slice end", f"{place.text} or None"  # -0 would end at the start

    def _of_attribute(self, place: Place) -> Variants:
        owner, name = ast.unparse(place.node.value), place.node.attr
        if name == "T":
            yield 1, "axes", owner
        if name == "inf" and not isinstance(place.slot.parent, ast.UnaryOp):
            yield 1, "sign", f"-{place.text}"
        if isinstance(place.slot.parent, ast.Call) and place.slot.field == "func":
            for family in FAMILIES:
                for other in family:
                    if name in family and other != name:
                        yield 1, "function", f"{owner}.{other}"

    def _of_call(self, place: Place) -> Variants:
        node = place.node
        func, args = ast.unparse(node.func), [ast.unparse(a) for a in node.args]
        words = [ast.unparse(k) for k in node.keywords]

        def call(args: list[str], words: list[str] = words) -> str:
            return f"{func}({', '.join([*args, *words])})"

        if len(args) == 1 or (args and called(node) in ("sum", "mean", "round")):
            yield 1, "function", args[0]
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if owner and ast.unparse(owner) != "np":
            yield 2, "function", ast.unparse(owner)
        for k in range(len(words)):
            yield 1, "keyword", call(args, words[:k] + words[k + 1 :])
        for k in range(len(args)):
            if len(args) > 1 or isinstance(node.func, ast.Attribute):
                yield 2, "order", call([*args[:k], *args[k + 1 :]])
        for a, b in itertools.combinations(range(len(args)), 2):
            swapped = list(args)
            swapped[a], swapped[b] = args[b], args[a]
            yield 1, "order", call(swapped)
            if (a, b) == (0, 1) and len(args) == 2:
                yield 1, "brackets", call([f"({args[0]}, {args[1]})"])
        if called(node) in FAMILIES[0] and not node.keywords:
            for axis in AXES:
                yield 2, "axes", call(args, [f"axis={axis}"])
            yield 2, "axes", call(args, ["axis=1", "keepdims=True"])
            yield 2, "axes", call(args, ["axis=-1", "keepdims=True"])
        if called(node) in ("transpose", "sum", "mean", "max"):
            yield from self._of_axes(node, args, words, call)
        for setting in ("stride", "padding", "dilation", "groups", "output_padding"):
            if setting in self.names and setting not in {k.arg for k in node.keywords}:
                yield 2, "setting", call(args, [*words, f"{setting}={setting}"])
        if "settings" in self.names:
            yield 2, "setting", call(args, [*words, "**settings"])

    @staticmethod
    def _of_axes(node: ast.Call, args: list, words: list, call: Any) -> Variants:
        """Yield other orders and choices of the axes of a transpose or a sum."""
        if called(node) == "transpose":
            pair = bool(args) and isinstance(node.args[-1], ast.Tuple)
            count = len(node.args[-1].elts) if pair else len(args)
            orders = itertools.permutations(map(str, range(count)))
            for order in orders if 2 <= count <= 4 else ():
                last = [*args[:-1], f"({', '.join(order)})"]
                yield 1, "axes", call(last if pair else list(order))
        for k, word in enumerate(node.keywords):
            for axis in AXES if word.arg == "axis" else ():
                other = [*words[:k], f"axis={axis}", *words[k + 1 :]]
                yield 1, "axes", call(args, other)

    def _of_tuple(self, place: Place) -> Variants:
        if not isinstance(place.node.ctx, ast.Load):
            return
        texts = [ast.unparse(e) for e in place.node.elts]
        if 2 <= len(texts) <= 4:
            for order in list(itertools.permutations(texts))[1:]:
                yield 1, "order", f"({', '.join(order)})"
        if len(texts) == 2 and not place.counts:
            yield 2, "order", f"({texts[0]}, {texts[0]})"
        if isinstance(place.slot.parent, ast.Return):
            for k in range(len(texts)):
                yield 1, "result", texts[k]

    def _of_subscript(self, place: Place) -> Variants:
        node = place.node
        owner = ast.unparse(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        texts = [ast.unparse(p) for p in parts]
        for k, part in enumerate(parts):
            others = [(1, what, new) for what, new in slice_ends(part)]
            for name in {
                n for n in names_in(texts[k]) if names_in(texts[k]).count(n) > 1
            }:
                others += [
                    (2, "name", renamed(texts[k], {name: n}))
                    for n in numbers(self.names, self.kinds)
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

    def _around(self, place: Place) -> Variants:
        """Yield what keeps an expression and puts something around it."""
        node, text = place.node, place.text
        parent, field_ = place.slot.parent, place.slot.field
        if field_ == "func" or (
            field_ == "value" and isinstance(parent, ast.Attribute)
        ):
            return
        kind = self.kinds.get(text) if isinstance(node, ast.Name) else None
        shape = isinstance(parent, ast.Tuple) or called(parent) in (
            "zeros",
            "ones",
            "full",
        )
        whole = place.counts or shape or isinstance(parent, ast.Return | ast.Assign)
        if place.counts or shape:
            if kind in (None, int) and not isinstance(parent, ast.BinOp):
                yield 1, "number", f"{text} + 1"
                yield 1, "number", f"{text} - 1"
        if (
            whole
            and kind in (None, int)
            and isinstance(node, ast.BinOp | ast.Name | ast.Subscript)
        ):
            for name in numbers(self.names, self.kinds):
                if name != text:
                    for sign in "*+-":
                        yield 4, "place", f"({text}) {sign} {name}"
                    yield 5, "place", f"({text}) // {name}"
        if kind in (None, Arrays) and isinstance(
            node, ast.Name | ast.Subscript | ast.Attribute
        ):
            if not place.counts and field_ != "slice":
                for flip in ("::-1", "::-1, ::-1", "..., ::-1"):
                    yield 3, "flip", f"{text}[{flip}]"
                yield 2, "axes", f"{text}.T"
                yield 3, "copy", f"{text}.copy()"
                yield 3, "axes", f"{text}.swapaxes(-1, -2)"
                if isinstance(node, ast.Name):
                    for name in place.loops:
                        yield 2, "index", f"{text}[{name}]"
                        yield 3, "index", f"{text}[..., {name}]"
        value = (
            isinstance(parent, ast.Return | ast.Assign | ast.AugAssign)
            and field_ == "value"
        )
        element = isinstance(parent, ast.Tuple) and not place.counts
        if value or element:
            yield from self._results(text)
        if isinstance(node, ast.BinOp | ast.Call) and not place.counts:
            yield 3, "sign", f"abs({text})"
            if not called(node):
                yield 2, "function", f"np.sum({text})"

    def _results(self, text: str) -> Variants:
        """Yield what can be missing around a whole result."""
        for function in (
            "np.array",
            "int",
            "float",
            "abs",
            "np.sum",
            "np.sqrt",
            "max0",
        ):
            new = f"max({text}, 0)" if function == "max0" else f"{function}({text})"
            yield 2, "function", new
        yield 2, "copy", f"({text}).copy()"
        yield 2, "sign", f"-({text})"
        yield 2, "term", f"2 * ({text})"
        yield 2, "term", f"({text}) / 2"
        for name in self.names:
            if self.kinds.get(name) is Arrays:
                yield 3, "factor", f"({text}) / {name}.size"
                yield 3, "factor", f"({text}) / len({name})"
                yield 3, "factor", f"({text}) * {name}"
                yield 3, "term", f"({text}) + {name}"
            elif self.kinds.get(name) in (int, float):
                yield 3, "factor", f"({text}) / {name}"
                yield 3, "factor", f"({text}) * {name}"
                yield 3, "term", f"({text}) + {name}"
        for a, b in itertools.combinations(numbers(self.names, self.kinds), 2):
            if b in PAIRS.get(a, ()):
                yield 3, "factor", f"({text}) / ({a} * {b})"


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
    for name in set(names_in(edit.new)) - set(rename):
        if name in twins and name not in names_in(edit.old):
            known[name] = min(twins[name] & _all_names(places), default=name)
    new = renamed(edit.new, known)
    return replace(
        edit,
        changes=(*edit.changes, (other.slot, new)),
        also=(other.node.lineno, other.text, new),
    )


def _all_names(places: list[Place]) -> set[str]:
    return {p.text for p in places if isinstance(p.node, ast.Name)}


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
    first, second = names_in(a), names_in(b)
    if len(first) != len(second):
        return {}
    rename = dict(zip(first, second, strict=True))
    if any(y != x and y not in twins.get(x, ()) for x, y in rename.items()):
        return {}
    return rename if renamed(a, rename) == b else {}
