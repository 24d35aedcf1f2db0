"""Say where in a learner's code an exception happened: which output, which shapes.

All is read from the frame in which the exception passed: local names, and the code
whose run raised. Only names, attributes, slices and sums of these are looked up again;
nothing of the learner's is called.
"""

import ast
import builtins
import difflib
import inspect
import re
import textwrap
from types import CodeType, FrameType, TracebackType
from typing import Any

import numpy as np

MOST = 160  # characters of a sentence
KEPT = 64  # functions that are kept read
SAFE = (
    ast.expr_context,
    ast.operator,
    ast.unaryop,
    ast.Name,
    ast.Constant,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.Tuple,
    ast.List,
    ast.UnaryOp,
    ast.BinOp,
)
BUILTINS = {"len": len, "slice": slice, "range": range}
PURE = {*BUILTINS, "reshape", "transpose", "ravel", "swapaxes", "ix_"}


class _Unknown(Exception):
    """A piece of code that isn't looked up again."""


def of(error: BaseException, trace: TracebackType) -> str:
    """Return a sentence on what met where, "" when there is nothing to add."""
    try:
        return _shortened(_Scene(error, trace).sentence())
    except KeyboardInterrupt:
        raise
    except BaseException:  # of hostile objects in the frame
        return ""


def _shortened(sentence: str) -> str:
    """Leave out what stands after the last whole part that fits."""
    while len(sentence) > MOST:
        parts = re.split(r"(?:, |; )(?![^(\[]*[)\]])", sentence)
        if len(parts) == 1:
            return sentence[: MOST - 3] + "..."
        sentence = sentence[: -len(parts[-1]) - 2]
    return sentence


class _Scene:
    """The frame of an exception, and the piece of code that raised it."""

    def __init__(self, error: BaseException, trace: TracebackType) -> None:
        self.error, self.message = error, str(error)
        self.frame: FrameType = trace.tb_frame
        tree, shift, indent = _parsed(self.frame.f_code)
        self.tree, self.shift = tree, shift
        start, end, column, stop = list(self.frame.f_code.co_positions())[
            trace.tb_lasti // 2
        ]
        where = (start - shift, column - indent, end - shift, stop - indent)
        self.path = _path(tree, where)
        self.node: Any = self.path[-1]
        self.statement = next(n for n in reversed(self.path) if isinstance(n, ast.stmt))

    def value(self, node: ast.AST | None) -> Any:
        """Look an expression up in the frame; raise _Unknown when it isn't safe."""
        if node is None:
            return None
        if not all(map(_is_safe, ast.walk(node))):
            raise _Unknown
        try:
            names = {**self.frame.f_globals, **self.frame.f_locals}
            return eval(ast.unparse(node), {"__builtins__": BUILTINS}, names)
        except Exception:
            raise _Unknown from None

    def sentence(self) -> str:
        """Return the sentence for this kind of exception, after its place."""
        if self.message.startswith("by hand:"):
            return ""
        makers = {
            NameError: self.name,
            UnboundLocalError: self.unbound,
            IndexError: self.index,
            TypeError: self.kind,
            ValueError: self.shapes,
        }
        for kind in type(self.error).__mro__:
            if kind in makers:
                said = makers[kind]() or self.names_there()
                break
        else:
            said = self.names_there()
        where = self.where()
        if said and where:
            return f"at {where}: {said}"
        return said

    def where(self) -> str:
        """Return the output and the loop variables, "y[2] (i = 2)", or ""."""
        loops: list[str] = []
        for outer, inner in zip(self.path, self.path[1:], strict=False):
            if isinstance(outer, ast.For) and inner in outer.body:
                names = (n.id for n in ast.walk(outer.target) if _is(n, ast.Name))
                loops += [n for n in names if _is_whole(self.frame.f_locals.get(n))]
        said = ", ".join(
            f"{n} = {self.frame.f_locals[n]}" for n in dict.fromkeys(loops[:5])
        )
        target = self.target()
        if target is not None and said:
            return f"{self.looked_up(target)} ({said})"
        return said

    def target(self) -> ast.Subscript | None:
        """Return the left side of the statement, where it is one place of an array."""
        node = self.statement
        left = getattr(node, "target", None) or getattr(node, "targets", [None])[0]
        if not isinstance(left, ast.Subscript) or not _is(
            node, ast.Assign, ast.AugAssign
        ):
            return None
        parts = left.slice.elts if _is(left.slice, ast.Tuple) else [left.slice]
        plain = all(not _is(p, ast.Slice, ast.Call) for p in parts)
        return left if plain and self.node is not left else None

    def looked_up(self, node: ast.Subscript) -> str:
        """Return an index with its numbers, "x[4:7]" for x[i:i + k]."""

        def number(part: ast.AST | None) -> str:
            return "" if part is None else _index(self.value(part))

        parts = node.slice.elts if _is(node.slice, ast.Tuple) else [node.slice]
        texts = []
        for part in parts:
            try:
                if isinstance(part, ast.Slice):
                    ends = f"{number(part.lower)}:{number(part.upper)}"
                    step = f":{number(part.step)}" if part.step else ""
                    texts.append(ends + (step if step != ":1" else ""))
                else:
                    texts.append(number(part))
            except _Unknown:
                texts.append(ast.unparse(part))
        text = f"{ast.unparse(node.value)}[{', '.join(texts)}]"
        return text if len(text) < 40 else ast.unparse(node)

    def described(self, node: ast.AST) -> str:
        """Return a piece of code and its shape, "x[4:7] has shape (2,)", or ""."""
        if isinstance(node, ast.Constant):
            return ""
        if isinstance(node, ast.List):
            return self.all_described(node.elts[:3])
        try:
            value = self.value(node)
        except _Unknown:
            return ""
        text = ast.unparse(node)
        if isinstance(node, ast.Subscript):
            text = self.looked_up(node)
        elif isinstance(node, ast.Name):
            text = self.origin(node.id)
        if value is None:
            return f"{text} is None"
        if isinstance(value, np.ndarray):
            return f"{text} has shape {_shape(value.shape)}" if value.ndim else ""
        if isinstance(value, tuple | list):
            if len(value) > 2 and all(isinstance(v, tuple | list) for v in value):
                sizes = " or ".join(map(str, sorted({len(v) for v in value})))
                return f"{text} is a list of {len(value)} lists, each with {sizes}"
            kind = "pair" if len(value) == 2 else type(value).__name__
            return f"{text} is a {kind}, {_short(value)}"
        if isinstance(value, dict):
            return f"{text} has the keys {', '.join(map(str, value))}"
        if isinstance(value, float):
            return f"{text} is {value:g}, a float"
        return f"{text} is {_short(value)}"

    def origin(self, name: str) -> str:
        """Return a name, and the slice that it stands for, "patch = x[2:4]"."""
        found = self.assigned(name)
        if found is not None and isinstance(found.value, ast.Subscript):
            parts = ast.walk(found.value.slice)
            if any(isinstance(p, ast.Slice) for p in parts):
                return f"{name} = {self.looked_up(found.value)}"
        return name

    def assigned(self, name: str) -> ast.Assign | None:
        """Return the last assignment to a name above the statement."""
        found = None
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and node.lineno <= self.statement.lineno:
                if any(_is(t, ast.Name) and t.id == name for t in node.targets):
                    late = found is None or node.lineno > found.lineno
                    found = node if late else found
        return found

    def all_described(self, nodes: list[Any]) -> str:
        """Return what several pieces of code are, joined."""
        said = dict.fromkeys(filter(None, map(self.described, nodes)))
        return ", ".join(said)

    # The everyday exceptions

    def shapes(self) -> str:
        """Say which shapes met."""
        node = self.node
        if "unpack" in self.message:
            return self.unpacked()
        if "truth value" in self.message:
            test = getattr(self.statement, "test", node)
            names = [n for n in ast.walk(test) if self.is_array(n)]
            said = self.all_described(names[:2])
            return f"{said}: an if or max() takes one yes or no" if said else ""
        if "reshape" in self.message and _is(node, ast.Call):
            owner = getattr(node.func, "value", None)
            owner = node.args[0] if _is(owner, ast.Name) and owner.id == "np" else owner
            return self.filled(owner)
        if isinstance(node, ast.BinOp):
            met = self.all_described([node.left, node.right])
            return (met and met + self.paired(node)) or self.inside(node)
        if isinstance(node, ast.Subscript):  # on the left of =
            value = getattr(self.statement, "value", None)
            room = f"{self.looked_up(node)} is one number"
            room = self.described(node) if self.is_array(node) else room
            mine = self.described(value) or self.inside(value)
            return f"{room}; on the right {mine}" if mine else room
        if isinstance(node, ast.Call):
            return self.all_described(list(node.args)) or self.inside(node)
        return self.inside(node)

    def paired(self, node: ast.BinOp) -> str:
        """Say which axes a matrix product pairs; NumPy says it in other words."""
        if not isinstance(node.op, ast.MatMult):
            return ""
        try:
            one, other = np.shape(self.value(node.left)), self.value(node.right).shape
        except _Unknown:
            return ""
        which = "last but one" if other[1:] else "only one"
        right = f"{which}, of {other[-2:][0]}"
        return f"; @ pairs the left's last axis, of {one[-1]}, with the right's {right}"

    def is_array(self, node: ast.AST) -> bool:
        """Return whether a piece of code is an array of several numbers."""
        try:
            found = self.value(node) if isinstance(node, ast.expr) else None
        except _Unknown:
            return False
        return isinstance(found, np.ndarray) and found.size != 1

    def inside(self, node: ast.AST | None) -> str:
        """Describe the largest arrays inside a piece of code."""
        found: list[ast.AST] = []

        def walk(part: ast.AST) -> None:
            if self.is_array(part):
                found.append(part)
            else:
                for child in ast.iter_child_nodes(part):
                    walk(child)

        if node is not None:
            walk(node)
        return self.all_described(found[:3])

    def filled(self, node: Any) -> str:
        numbers = re.search(r"size (\d+) into shape \(([\d, ]*)\)", self.message)
        if not numbers:
            return ""
        into = [int(n) for n in re.findall(r"\d+", numbers[2])]
        said = self.described(node)
        head = f"{said}: " if said else ""
        room = " x ".join(map(str, into))
        count = int(np.prod(into))
        return f"{head}{numbers[1]} numbers, but {room} is room for {count}"

    def unpacked(self) -> str:
        target = getattr(self.statement, "targets", [None])[0]
        value = getattr(self.statement, "value", None)
        if not isinstance(target, ast.Tuple):  # a function that is called unpacks
            call = self.node if isinstance(self.node, ast.Call) else None
            return self.all_described(list(call.args)) if call else ""
        if isinstance(value, ast.Tuple):  # a pair of shapes, say: which of them fails?
            for names, shape in zip(target.elts, value.elts, strict=False):
                if isinstance(names, ast.Tuple) and self.is_other_length(shape, names):
                    target, value = names, shape
                    break
        said = self.described(value) if value else ""
        if "non-iterable" in self.message:
            said = said or "the right side is one number"
        return said and f"{said}; the left side has {len(target.elts)} names"

    def is_other_length(self, node: ast.expr, names: ast.Tuple) -> bool:
        """Return whether a piece of code has another length than its names."""
        try:
            return len(self.value(node)) != len(names.elts)
        except (_Unknown, TypeError):
            return False

    def index(self) -> str:
        """Say which index ran over."""
        pieces = [n for n in ast.walk(self.node) if isinstance(n, ast.Subscript)]
        for node in pieces:
            try:
                owner = self.value(node.value)
            except _Unknown:
                continue
            try:
                self.value(node)
            except _Unknown:
                return self.run_over(node, owner)
        return self.inside(self.node)

    def run_over(self, node: ast.Subscript, owner: Any) -> str:
        name, text = ast.unparse(node.value), self.looked_up(node)
        written = (
            "" if text == ast.unparse(node) else f"{ast.unparse(node)} is {text}, "
        )
        if isinstance(owner, np.ndarray):
            parts = node.slice.elts if _is(node.slice, ast.Tuple) else [node.slice]
            have = f"{name} has shape {_shape(owner.shape)}"
            if len(parts) > owner.ndim:
                axes = "axis" if owner.ndim == 1 else "axes"
                return f"{have}, {owner.ndim} {axes}, and {text} names {len(parts)}"
            if "out of bounds" in self.message:
                size = re.search(r"axis (\d+) with size (\d+)", self.message)
                last = (
                    f": the last along axis {size[1]} is {int(size[2]) - 1}"
                    if (size and int(size[2]))
                    else ""
                )
                return f"{written}{have}{last}"
            return f"{written}{have}"
        if isinstance(owner, tuple | list):
            last = f", the last is {name}[{len(owner) - 1}]" if owner else ""
            return f"{written}{name} has {len(owner)} entries{last}"
        return written.rstrip(", ")

    def kind(self) -> str:
        """Say what is None, a pair or a float where something else belongs."""
        names = [n for n in ast.walk(self.node) if isinstance(n, ast.Name)]
        for node in names:
            value = self.frame.f_locals.get(node.id, self)
            if value is None and "None" in self.message:
                made = self.assigned(node.id)
                call = made and isinstance(made.value, ast.Call)
                if made and call:
                    function = ast.unparse(made.value.func)
                    line = made.lineno + self.shift
                    what = f"{function}(...) in line {line} returned nothing"
                    return f"{node.id} is None: {what}"
                return f"{node.id} is None"
            pair = isinstance(value, tuple | list) and _is(self.node, ast.BinOp)
            if pair and len(value) == 2:
                first, second = f"{node.id}[0]", f"{node.id}[1]"
                head = f"{node.id} is a pair, {_short(value)}"
                return f"{head}: {first} is for rows, {second} for columns"
            if isinstance(value, float) and "integer" in self.message:
                made = self.assigned(node.id)
                if made and any(isinstance(n, ast.Div) for n in ast.walk(made)):
                    line = made.lineno + self.shift
                    head = f"{node.id} is {value:g}, a float"
                    return f"{head}: line {line} divides with /; // gives whole numbers"
                return f"{node.id} is {value:g}, a float"
        if "unpack" in self.message:
            return self.unpacked()
        if "data type" in self.message and _is(self.node, ast.Call):
            call = ast.unparse(self.node.func)
            return f"{call} takes one shape, {call}((rows, columns)), not two numbers"
        if "sequence" in self.message or "scalar" in self.message:
            return self.shapes()
        return ""

    def name(self) -> str:
        """Say which name comes close to one that isn't there."""
        wanted = getattr(self.error, "name", None) or ""
        known = {*self.frame.f_locals, *self.frame.f_globals, *dir(builtins)}
        near = difflib.get_close_matches(wanted, known, n=1)
        return (
            f"{wanted} isn't defined; {near[0]} is"
            if near
            else (f"no line above gives {wanted} a value" if wanted else "")
        )

    def unbound(self) -> str:
        """Say that the line which sets a name didn't run."""
        wanted = (
            getattr(self.error, "name", None)
            or (re.findall(r"'(\w+)'", self.message) or [""])[0]
        )
        made = next(
            (
                n
                for n in ast.walk(self.tree)
                if isinstance(n, ast.Assign | ast.AugAssign)
                and wanted
                in {
                    t.id
                    for t in ast.walk(n)
                    if _is(t, ast.Name) and _is(t.ctx, ast.Store)
                }
            ),
            None,
        )
        if made is None:
            return ""
        line = made.lineno + self.shift
        if line == self.statement.lineno + self.shift:
            return f"{wanted} has no value yet when line {line} reads it"
        return (
            f"{wanted} gets its value in line {line}, which didn't run before this one"
        )

    def names_there(self) -> str:
        """Describe the first names in the piece of code that raised."""
        nodes = [n for n in ast.walk(self.node) if _is(n, ast.Name)]
        nodes += [n for n in ast.walk(self.statement) if _is(n, ast.Name)]
        local = [n for n in nodes if n.id in self.frame.f_locals and n.id != "self"]
        return self.all_described(list({n.id: n for n in local}.values())[:3])


def _is(node: Any, *types: type) -> bool:
    return isinstance(node, types)


def _is_safe(node: ast.AST) -> bool:
    """Return whether a piece of code can be looked up again without a side effect."""
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return called in PURE and not node.keywords
    return isinstance(node, SAFE)


def _index(value: Any) -> str:
    """Return an index as one writes it."""
    if value is Ellipsis:
        return "..."
    if isinstance(value, slice):
        ends = ("" if n is None else str(n) for n in (value.start, value.stop))
        return ":".join(ends) + (
            f":{value.step}" if value.step not in (None, 1) else ""
        )
    return str(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _shape(shape: tuple[int, ...]) -> str:
    return str(tuple(int(n) for n in shape))


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 30 else text[:27] + "..."


_READ: dict[int, tuple[CodeType, tuple[ast.AST, int, int]]] = {}  # by id


def _parsed(code: CodeType) -> tuple[ast.AST, int, int]:
    """Return a function's tree, the lines before it, and its indentation.

    A function fails in one case after the other; reading it takes longer than a case.
    """
    if id(code) not in _READ:
        if len(_READ) == KEPT:
            _READ.clear()
        _READ[id(code)] = code, _read(code)  # with the code, so that its id is its own
    return _READ[id(code)][1]


def _read(code: CodeType) -> tuple[ast.AST, int, int]:
    lines, first = inspect.getsourcelines(code)
    if code.co_name == "<module>":
        return ast.parse("".join(lines)), 0, 0
    indent = len(lines[0]) - len(lines[0].lstrip())
    tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    return tree, max(first, 1) - 1, indent


def _path(tree: ast.AST, where: tuple[int, int, int, int]) -> list[ast.AST]:
    """Return the nodes from the root down to the piece of code at a place."""
    path = [tree]
    while True:
        inside = [
            child
            for child in ast.iter_child_nodes(path[-1])
            if hasattr(child, "lineno")
            and (child.lineno, child.col_offset) <= where[:2]
            and (child.end_lineno, child.end_col_offset) >= where[2:]
        ]
        if not inside:
            return path
        path.append(inside[0])
