"""A log of checks, kept only where the learner or the teacher turns it on.

``from byhand import log; log.start()`` in a notebook, or BYHAND_LOG=1 for all of them:
from then on each check of something that is written appends a line to ``checks.jsonl``
beside the notebook: when, which exercise, which try, and what came out. No code and no
name is in it. Nothing is sent anywhere, and the file can be read, changed and deleted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from byhand.checks.check_result import CheckResult

FILE = "checks.jsonl"
SETTING = "BYHAND_LOG"

_place: Path | None = None


def start(folder: str | Path = ".") -> None:
    """Keep a log in a folder, that of the notebook by default, until `stop`."""
    global _place
    _place = Path(folder).resolve() / FILE
    print(f"Checks are noted in {FILE}, beside this notebook. log.stop() ends it.")


def stop() -> None:
    """Note no more checks; the file stays."""
    global _place
    _place = None
    os.environ.pop(SETTING, None)


def note(found: CheckResult) -> None:
    """Append a line on a check where a log is kept; a check never fails for it."""
    place = _place
    if place is None and os.environ.get(SETTING, "0") not in ("", "0"):
        place = Path(FILE)
    if place is None or found.state == "waiting" or "NBGRADER_EXECUTION" in os.environ:
        return
    try:
        _append(place, found)
    except OSError as error:
        stop()
        print(f"{FILE} can't be written ({error.strerror}); the log ends here.")


def _append(place: Path, found: CheckResult) -> None:
    lines = place.read_bytes() if place.exists() else b""
    tries = sum(entry["exercise"] == found.exercise for entry in _entries(lines))
    entry = {
        "time": datetime.now().astimezone().isoformat(timespec="seconds"),
        "exercise": found.exercise,
        "try": tries + 1,
        "result": found.state,
        "mistake": found.misconception or "",
        "evidence": found.evidence,
    }
    torn = "" if not lines or lines.endswith(b"\n") else "\n"
    text = f"{torn}{json.dumps(entry, ensure_ascii=False)}\n"
    file = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def _entries(text: bytes) -> Iterator[dict[str, Any]]:
    """Yield what the lines of a log say; others are passed over."""
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and isinstance(entry.get("exercise"), str):
            yield entry


def read(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a log, those of all logs below a folder, by time."""
    files = sorted(path.rglob(FILE)) if path.is_dir() else [path]
    found = [entry for file in files for entry in _entries(file.read_bytes())]
    return sorted(found, key=lambda entry: str(entry.get("time")))


def table(entries: list[dict[str, Any]]) -> str:
    """Return entries as a table: a line for each check."""
    rows = [("time", "exercise", "try", "result")]
    for entry in entries:
        time, result = (str(entry.get(key, "")) for key in ("time", "result"))
        if why := entry.get("mistake") or entry.get("evidence"):
            result += f": {why}"
        number = str(entry.get("try", ""))
        rows.append((time[:16].replace("T", " "), entry["exercise"], number, result))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
