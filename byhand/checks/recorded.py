"""Record what Keras answers to the visible cases, and read it back.

``python -m byhand.checks.recorded`` asks Keras and writes ``data/recorded``; a
check in a fresh kernel then answers without importing TensorFlow. One file per
exercise of kind
"function": all numbers in one flat array, and an index in JSON. Values and choices are
kept as salted digests in ``values.json``, so that no answer lies in the open.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from byhand import predictions
from byhand.checks.diagnosing import Raises, attempt
from byhand.checks.running import copied
from byhand.exercises import Case, Exercise, get, table
from byhand.predictions import DEPTH

Testimony = list[list[list[float | None]]]  # of each case, of each part

SPARE = 8128  # the seed of cases on which a changed function is tried


def folder() -> Path:
    """Return data/recorded."""
    from byhand import data

    return data.folder() / "recorded"


def expect(exercise: Exercise, cases: Iterable[Case]) -> list[Any]:
    """Ask the referee: return one right result per case."""
    return [
        as_plain(exercise.referee(*copied(c.args), **copied(c.kwargs))) for c in cases
    ]


def predict(
    exercise: Exercise, cases: Sequence[Case], names: Sequence[str] | None = None
) -> dict[str, list[list[Any]]]:
    """Return {misconception: [variant, ...]} for some cases, of all or some names."""

    def one(function: Callable[..., Any]) -> list[Any]:
        with np.errstate(all="ignore"):
            return [
                as_plain(attempt(function, copied(c.args), copied(c.kwargs)))
                for c in cases
            ]

    return {
        name: [one(f) for f in (slip if isinstance(slip, tuple) else (slip,))]
        for name, slip in exercise.slips.items()
        if names is None or name in names
    }


def as_plain(value: Any) -> Any:
    """Return a result as arrays, numbers and tuples of these."""
    if isinstance(value, tuple | list):
        return tuple(as_plain(v) for v in value)
    if isinstance(value, np.generic):
        return value.item()
    return value


def pack(value: Any, numbers: list[float], seen: dict[Any, int]) -> dict[str, Any]:
    """Return an index entry for a value; its numbers are appended once."""
    if isinstance(value, Raises):
        return {"raises": value.type_name}
    if isinstance(value, tuple):
        return {"tuple": [pack(v, numbers, seen) for v in value]}
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        key = (value.shape, value.tobytes())
        if key not in seen:
            seen[key] = len(numbers)
            numbers.extend(np.asarray(value, dtype=np.float64).ravel().tolist())
        return {"at": seen[key], "shape": list(value.shape)}
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": value.dtype.str}
    return {"plain": value}


def unpack(entry: Mapping[str, Any], numbers: np.ndarray) -> Any:
    """Return the value of an index entry."""
    if "at" in entry:
        size = int(np.prod(entry["shape"], dtype=int))
        flat = numbers[entry["at"] : entry["at"] + size]
        return flat.reshape(entry["shape"]).copy()
    if "tuple" in entry:
        return tuple(unpack(e, numbers) for e in entry["tuple"])
    if "raises" in entry:
        return Raises(entry["raises"])
    if "array" in entry:
        return np.array(entry["array"], dtype=entry["dtype"])
    return entry["plain"]


def fingerprint(cases: Iterable[Case]) -> str:
    """Return a digest of all inputs: a recording of other inputs is refused."""
    state = hashlib.sha256()

    def add(value: Any) -> None:
        if isinstance(value, np.ndarray):
            state.update(repr((value.shape, value.dtype.str)).encode())
            state.update(np.ascontiguousarray(value).tobytes())
        elif isinstance(value, tuple | list):
            state.update(f"[{len(value)}".encode())
            for v in value:
                add(v)
        elif callable(value):
            state.update(getattr(value, "__name__", "callable").encode())
        else:
            state.update(repr(value).encode())

    for case in cases:
        add((case.name, case.args, tuple(sorted(case.kwargs.items()))))
    return state.hexdigest()[:16]


def write(exercise: Exercise) -> None:
    """Ask Keras for one exercise and write its file."""
    cases = tuple(exercise.cases())
    expected = expect(exercise, cases)
    numbers: list[float] = []
    seen: dict[Any, int] = {}
    index: dict[str, Any] = {
        "inputs": fingerprint(cases),
        "expected": [pack(v, numbers, seen) for v in expected],
        "predictions": {
            name: [[pack(v, numbers, seen) for v in variant] for variant in variants]
            for name, variants in predict(exercise, cases).items()
        },
    }
    if exercise.witness:
        index["witness"] = testify(exercise, cases)
    spare = spare_cases(exercise)
    index["spare"] = {
        "inputs": fingerprint(spare),
        "expected": [pack(v, numbers, seen) for v in expect(exercise, spare)],
    }
    folder().mkdir(exist_ok=True)
    np.savez_compressed(
        folder() / f"{exercise.id}.npz",
        numbers=np.array(numbers, dtype=np.float64),
        index=np.array(json.dumps(index)),
    )


def spare_cases(exercise: Exercise) -> tuple[Case, ...]:
    """Return cases like hidden ones, of a seed that grades nobody."""
    rng = np.random.default_rng([SPARE, len(exercise.id)])
    return tuple(exercise.hidden(rng)) if exercise.hidden else ()


@functools.cache
def spare(exercise_id: str) -> list[Any] | None:
    """Return what Keras answers to the spare cases, None where it isn't recorded."""
    with np.load(folder() / f"{exercise_id}.npz") as file:
        numbers, index = file["numbers"], json.loads(str(file["index"]))
    entry = index.get("spare")
    if not entry or entry["inputs"] != fingerprint(spare_cases(get(exercise_id))):
        return None
    return [unpack(e, numbers) for e in entry["expected"]]


def testify(exercise: Exercise, cases: Iterable[Case]) -> Testimony:
    """Ask an exercise's witness about some cases: numbers for each part of each."""
    return [list(exercise.witness(*copied(c.args), **copied(c.kwargs))) for c in cases]


@functools.cache
def witness(exercise_id: str) -> Testimony:
    """Return what ``testify`` found for the visible cases when they were recorded."""
    with np.load(folder() / f"{exercise_id}.npz") as file:
        return json.loads(str(file["index"])).get("witness")


@functools.cache
def read(exercise_id: str) -> tuple[list[Any], dict[str, list[list[Any]]], str]:
    """Return (expected, predictions, fingerprint) as recorded.

    Raises FileNotFoundError where nothing is recorded yet.
    """
    with np.load(folder() / f"{exercise_id}.npz") as file:
        numbers, index = file["numbers"], json.loads(str(file["index"]))
    expected = [unpack(e, numbers) for e in index["expected"]]
    predictions = {
        name: [[unpack(e, numbers) for e in variant] for variant in variants]
        for name, variants in index["predictions"].items()
    }
    return expected, predictions, index["inputs"]


def digest(exercise_id: str, value: Any, decimals: int = 6) -> str:
    """Return a salted digest of an answer, after layout and rounding are evened out."""
    text = json.dumps(_canonical(value, decimals), sort_keys=True)
    return hashlib.sha256(f"by hand:{exercise_id}:{text}".encode()).hexdigest()[:20]


def _canonical(value: Any, decimals: int, depth: int = DEPTH) -> Any:
    def inside(value: Any) -> Any:
        return _canonical(value, decimals, depth - 1)

    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        try:
            return round(float(value), decimals) + 0.0
        except OverflowError:  # a whole number of hundreds of digits
            return "large"
    if isinstance(value, str):
        return " ".join(value.lower().split())
    if depth and isinstance(value, tuple | list):
        return [inside(v) for v in value]
    if depth and isinstance(value, set | frozenset):
        return ["set", *sorted(json.dumps(inside(v)) for v in value)]
    if depth and isinstance(value, dict):
        return {str(k): inside(v) for k, v in value.items()}
    return repr(type(value))


@functools.cache
def digests() -> dict[str, dict[str, Any]]:
    """Return {exercise: {"answer": ..., "slips": {name: ...}}} of all values."""
    path = folder() / "values.json"
    return json.loads(path.read_text()) if path.exists() else {}


def digest_answers(
    exercise: Exercise, answer: Any, wrong: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the entry of values.json for one exercise.

    ``answer`` is the right answer, ``wrong`` {misconception: what it answers}.
    """
    if exercise.kind == "choices":
        return {
            "answer": {k: digest(f"{exercise.id}.{k}", answer[k]) for k in answer},
            "form": {k: predictions.form_of(answer[k]) for k in answer},
        }
    forms = map(predictions.form_of, (answer, *wrong.values()))
    form = functools.reduce(predictions.common, forms)
    if form == predictions.ANY:  # a wrong answer of another form: an answer has ours
        form = predictions.form_of(answer)
    return {
        "answer": digest(exercise.id, answer, exercise.decimals),
        "form": form,
        "slips": {
            name: digest(exercise.id, value, exercise.decimals)
            for name, value in wrong.items()
        },
    }


def write_values(answers: Mapping[str, tuple[Any, Mapping[str, Any]]]) -> None:
    """Write values.json from {exercise id: (right, wrong)}, keeping the others.

    ``right`` is an answer, ``wrong`` {misconception: what it answers}.
    """
    entries = dict(digests())
    entries.update({i: digest_answers(get(i), *both) for i, both in answers.items()})
    text = json.dumps(dict(sorted(entries.items())), indent=1)
    folder().mkdir(exist_ok=True)
    (folder() / "values.json").write_text(text + "\n")


def main(names: Sequence[str]) -> None:
    """Record the named exercises, or all of them."""
    from tqdm import tqdm

    chosen = [e for e in table().values() if not names or e.id in names]
    for exercise in tqdm([e for e in chosen if e.kind == "function"], unit="exercise"):
        write(exercise)


if __name__ == "__main__":
    main(sys.argv[1:])
