"""Wrong solutions, made from the right ones by one change of the text.

A made-up class needs mistakes that real learners make, in every exercise that the
course will ever have. Each entry is a name, a pattern and what stands in its place.
"""

import ast
import re

MISTAKES = (
    ("mean instead of sum", r"np\.sum\(", "np.mean("),
    ("stride ignored", r" \* stride\b", ""),
    ("dilation ignored", r" \* dilation\b", ""),
    ("bias forgotten", r"\bb(\[\w+\])? \+ | \+ b\b(\[\w+\])?", ""),
    ("one stop too few", r"in range\((.+)\):", r"in range(\1 - 1):"),
    ("minus for plus", r"(?<=[\w\])]) \+ (?=[\w(])", " - "),
    ("plus for minus", r"(?<=[\w\])]) - (?=[\w(])", " + "),
    ("sum for product", r"(?<=[\w\])]) \* (?=[\w(\[])", " + "),
    ("assigned, not added", r" \+= ", " = "),
    ("minimum for maximum", r"\bmax(imum)?\(", r"min\1("),
    ("the next axis", r"axis=0", "axis=1"),
    ("floor forgotten", r"//", "/"),
)
_WHOLE_NUMBER = re.compile(r"(?<![\w.\[-])(\d+)(?![\w.])")
_LETTER = re.compile(r'"([a-d])"')


def wrong_versions(solution: str) -> dict[str, str]:
    """Return {name: wrong text} of every mistake that the solution has room for."""
    found = {}
    for name, pattern, instead in MISTAKES:
        found[name] = re.sub(pattern, instead, solution, count=1)
    found["off by one"] = _WHOLE_NUMBER.sub(_next_number, solution, count=1)
    found["the next choice"] = _LETTER.sub(_next_letter, solution, count=2)
    return {
        name: text
        for name, text in found.items()
        if text != solution and _is_python(text)
    }


def _next_number(match):
    return str(int(match[1]) + 1)


def _next_letter(match):
    return '"' + "bcda"["abcd".index(match[1])] + '"'


def _is_python(text):
    try:
        ast.parse("def f():\n" + "\n".join(f"    {line}" for line in text.split("\n")))
    except SyntaxError:
        return False
    return True
