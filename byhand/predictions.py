"""Predictions: a well-formed first answer counts, right or wrong, and is kept.

A wrong guess before one looks is what teaches. So a prediction that has a worked line
earns its point for an answer of the right form, and its report gives the answer with
that line. What somebody answered first stays in a file beside the notebook, for them.
An answer of another form than the one that is asked for is no answer yet.
"""

import base64
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from byhand.checks.comparing import shortened

FIRST = ".first_answers.json"
NUMBER, TEXT, ANY = "number", "text", "any"
DEPTH = 8  # of lists within lists that an answer may have
COUNTS = "no one two three four five six seven eight nine ten".split()

Form = Any  # NUMBER, TEXT, ANY, a list of forms, or {"each": form}
_first: dict[str, str] = {}


def seal(line: str) -> str:
    """Return a line in letters that nobody reads by accident."""
    return base64.b64encode(line.encode()).decode()


def unseal(line: str) -> str:
    """Return what ``seal`` was given."""
    return base64.b64decode(line).decode()


def plain(value: Any, depth: int = DEPTH) -> Any:
    """Return an answer with lists for arrays and tuples, numbers for NumPy's."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, tuple | list):
        return [plain(v, depth - 1) for v in value] if depth else None
    return value


def form_of(value: Any) -> Form:
    """Return the form of an answer: a number, a text, a list of forms."""
    value = plain(value)
    if isinstance(value, list):
        return [form_of(v) for v in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return NUMBER
    return TEXT if isinstance(value, str) else ANY


def common(one: Form, other: Form) -> Form:
    """Return the form that two answers share."""
    if one == other:
        return one
    if isinstance(one, str) or isinstance(other, str):
        return ANY
    alike = isinstance(one, list) and isinstance(other, list) and len(one) == len(other)
    one, other = (f if isinstance(f, list) else [f["each"]] for f in (one, other))
    if alike:
        return [common(a, b) for a, b in zip(one, other, strict=True)]
    each = one[0]
    for form in (*one, *other):
        each = common(each, form)
    return {"each": each}


def has_form(value: Any, form: Form) -> bool:
    """Return whether an answer has a form; every number may be any number."""
    value = plain(value)
    if form == ANY:
        return True
    if isinstance(form, str):
        return form_of(value) == form
    if not isinstance(value, list):
        return False
    forms = [form["each"]] * len(value) if isinstance(form, dict) else form
    same = len(forms) == len(value)
    return same and all(has_form(v, f) for v, f in zip(value, forms, strict=True))


def in_words(form: Form) -> str:
    """Return a form as a report says it: "two rows of two numbers"."""
    if form == NUMBER:
        return "one number"
    if form == TEXT:
        return "one of the names, in quotes"
    if isinstance(form, dict):
        rows = isinstance(form["each"], list | dict)
        return "rows of numbers in brackets" if rows else "numbers in brackets"
    if form == ANY:
        return "what the comment beside the three dots says"
    size = _count(len(form))
    if all(f == NUMBER for f in form):
        return f"{size} numbers in brackets" if form[1:] else "one number in brackets"
    inner = form[0]
    if isinstance(inner, list) and inner and all(f == inner for f in form):
        if all(f == NUMBER for f in inner):
            return f"{size} rows of {_count(len(inner))} numbers"
    return f"{size} answers in brackets, as the comment beside the three dots says"


def _count(number: int) -> str:
    return COUNTS[number] if number < len(COUNTS) else str(number)


def complaint(value: Any, form: Form, options: str) -> str:
    """Return what is wrong with the form of an answer, or ""."""
    if not has_form(value, form):
        wanted = in_words(form)
        if form_of(value) == TEXT and "number" in wanted:
            wanted += ", without quotes"
        return f"wanted {wanted}; {shortened(value)} {_instead(value, form)}"
    names = [name.strip() for name in options.split("|") if name.strip()]
    if names and " ".join(str(value).lower().split()) not in map(str.lower, names):
        return f"wanted one of {', '.join(map(repr, names))}"
    return ""


def first_complaint(
    answers: Mapping[str, Any], forms: Mapping[str, Form], options: str
) -> str:
    """Return what is wrong with the form of the first of several answers, or ""."""
    for key, form in forms.items():
        found = complaint(answers[key], form, options if form == TEXT else "")
        if found:
            return f"{key}: {found}"
    return ""


def _instead(value: Any, form: Form) -> str:
    """Return "has 4", where only the length of an answer is wrong, or "isn't that"."""
    value = plain(value)
    rows = isinstance(value, list) and isinstance(form, list)
    if rows and value and has_form(value, {"each": form[0]}):
        return f"has {len(value)}"
    return "isn't that"


def keep_first(name: str, value: Any) -> str:
    """Note the first answer to a prediction, and return it as text.

    It is kept beside the notebook; where nothing can be written, in this kernel.
    """
    if not _first:
        with contextlib.suppress(OSError, ValueError):
            kept = json.loads(Path(FIRST).read_text("utf-8"))
            _first.update({str(k): str(v) for k, v in kept.items()})
    if name not in _first:
        _first[name] = shortened(value)
        with contextlib.suppress(OSError):
            Path(FIRST).write_text(json.dumps(_first, indent=1), "utf-8")
    return _first[name]
