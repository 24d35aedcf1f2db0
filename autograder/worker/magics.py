"""Take the words that only a notebook understands out of a cell's code."""

import ast
import re

_LINE_MAGIC = re.compile(r"^(\s*)(?:[%!].*|\?.*|[\w.]+\?{1,2}\s*)$")
_RUNS_ITS_BODY = ("%%time", "%%timeit", "%%capture", "%%prun", "%%python", "%%python3")


def plain_python(source: str) -> str:
    """Return a cell's code without the words that only a notebook understands."""
    if source.lstrip().startswith("%%"):
        head, _, body = source.lstrip().partition("\n")
        return "\n" + plain_python(body) if head.split()[0] in _RUNS_ITS_BODY else ""
    if not re.search(r"^\s*[%!?]|\?\s*$|=\s*[%!]", source, re.MULTILINE):
        return source
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        lines = (_without_magic(line) for line in source.split("\n"))
        return "\n".join(lines)
    return source


def _without_magic(line: str) -> str:
    timed = re.match(r"^(\s*)%(?:time|timeit)\s+(?!-)(.*)$", line)
    if timed:
        return timed[1] + timed[2]
    return _LINE_MAGIC.sub(r"\1pass", line)
