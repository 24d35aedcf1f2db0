"""The numbers in a lesson's text, each beside the expression that computes it.

A table ``tests/prose/NN_name.txt`` has one line for a piece of a sentence::

    the first stop gives 1·1 + 2·2 + 3·3 = «14» :: conv1d(signal, kernel)[0]
    Blur with stride 2, and you have :: given
    > signal, kernel = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3])

Numbers between « and » are compared with the expression, one after the other. It sees
what the lesson's answer cells define, ``np``, ``math``, ``byhand.data``, and the names
that lines with ``>`` above it made. A number with decimals may be rounded; a whole one
must be exact. The rest of the piece is what was given. ``given`` instead of an
expression says that the numbers there are inputs or facts, and nothing to compute.

What needs no line is listed in ``FREE``: numbers that claim nothing. A sum that is
written out, such as 2 · 3 + 4 = 10, is worked out and needs none either.
"""

import functools
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from autograder.lessons import answers, source
from autograder.lessons.facts import TEMPLATE
from byhand import data

TABLES = Path(__file__).parent
NUMBER = re.compile(
    r"(?<![A-Za-z\d])[-−]?(?:\d{1,3}(?:[ ,]\d{3})+(?!\d)|\d+)"
    r"(?:\.\d+)?(?:e-?\d+|/\d+)?|[½¼¾]"
)
WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen twenty"
).split()
VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4"}

# numbers that claim nothing: what they match needs no line in a table
LIST = r"\d+(?:(?:, | and | or | to |, and )\d+)*"
FREE = [
    r"```.*?```|`[^`]*`",  # code
    r"\]\([^)]*\)|https?:\S+",  # links
    r"^## Warm up.*|\*\*Predict\.\*\*.*",  # questions; their keys have tests
    r"\*\*\d+\.\*\* .*?\?",  # one of the ten questions
    r"\*\*[a-e]\*\* .*?(?=\*\*[a-e]\*\*|(?:^|\s)\d\. |$)",  # choices
    r"(?:^|\s)\d+\. (?=\S)",  # places in a list
    rf"\b[Ll]essons? {LIST}|\b[Cc]hapters? {LIST}|\b[Ss]ections? [\d.]+",
    r"\b\d+ (?:minutes|hours)\b|\b(?:1[89]|20)\d\d\b",  # and years
    r"\b[1-4]D\b|\bfloat\d\d\b|\bstride-\d\b",
    r"\b(?:half a|[\d.]+) points?\b",  # of a mark scheme
    rf"\b(?:[Ss]tride|[Pp]adding|[Dd]ilation|groups)s?(?: of)? {LIST}",
    r"\b\d×\d(?:×\d)? (?:kernel|feature|window|filter|convolution)s?\b",
    r"\b(?:kernel|window)s? of \d(?:×\d)*|\bcount(?:s|ed|ing)? from [01]\b",
]
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]*\$")
# a sum that is written out: 2 · 3 + 4 = 10
TERM = rf"\(*(?:{NUMBER.pattern})\)*"
SIDE = rf"{TERM}(?: ?[·×+−/] ?{TERM})*"
SUM = re.compile(rf"(?<![\w.])(?=\S* ?[·×+−/])(?:{SIDE} = )+(?:{NUMBER.pattern})")


@dataclass(frozen=True)
class Row:
    """One line of a table: a piece of a sentence, and what its numbers should be."""

    line: int
    piece: str
    expression: str

    @property
    def text(self):
        """The piece as it stands in the lesson."""
        return re.sub("[«»]", "", self.piece)

    @property
    def printed(self):
        """The numbers between « and », as they are printed."""
        marked = " | ".join(re.findall("«(.*?)»", self.piece))
        return re.findall(rf"{NUMBER.pattern}|\b(?:{'|'.join(WORDS)})\b", marked)


def text_of(cell):
    """Return the text of a markdown cell on one line, without its templates."""
    return " ".join(TEMPLATE.sub("", cell.text).split())


@functools.cache
def cells(lesson):
    """Return (line, text) of each markdown cell of a lesson."""
    read = source.read_lesson(answers.SOLUTIONS / f"{lesson}.py")
    return [(c.line, text_of(c)) for c in read.cells if c.cell_type == "markdown"]


def table(lesson):
    """Yield `Row` objects, and what is to be run before them as plain text."""
    lines = (TABLES / f"{lesson}.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith(">"):
            yield line[1:].strip()
        elif line.strip() and not line.startswith("#"):
            piece, mark, expression = line.partition(" :: ")
            if not mark:
                raise ValueError(f"{lesson}.txt, line {number}: no ' :: '")
            yield Row(number, " ".join(piece.split()), expression.strip())


def value(printed):
    """Return the number that a printed number or word means."""
    if printed in WORDS:
        return Fraction(WORDS.index(printed))
    plain = re.sub("[ ,]", "", VULGAR.get(printed, printed)).replace("−", "-")
    return Fraction(plain)


def flat(found):
    """Yield the numbers of a number, an array, or a tuple of such, in order."""
    for one in found if isinstance(found, (tuple, list)) else [found]:
        yield from flat(one) if isinstance(one, (tuple, list)) else np.ravel(one)


def agrees(printed, computed):
    """Whether a printed number is the computed one, to the decimals that it shows."""
    figures, _, power = printed.partition("e")
    decimals = len(figures.partition(".")[2])
    slack = 0.5 * 10.0 ** (int(power or 0) - decimals) if decimals else 0
    return math.isclose(value(printed), computed, rel_tol=1e-9, abs_tol=slack + 1e-12)


def wrong_rows(lesson):
    """Yield a sentence for each row that the lesson's text or its code contradicts."""
    scope = {"np": np, "math": math, "data": data, **answers.namespace(lesson)}
    texts = [text for _, text in cells(lesson)]
    for row in table(lesson):
        if isinstance(row, str):
            exec(row, scope)
            continue
        where = f"tests/prose/{lesson}.txt:{row.line}"
        if not any(row.text in text for text in texts):
            yield f"{where}: not in the lesson: {row.text}"
        elif row.expression != "given":
            found = list(flat(eval(f"({row.expression})", scope)))
            right = len(found) == len(row.printed) > 0
            if not right or not all(map(agrees, row.printed, found)):
                yield f"{where}: the text has {row.printed}, computed is {found}"


def spans(text, pieces):
    """Yield the spans of a text that the pieces or ``FREE`` take."""
    for piece in pieces:
        start = text.find(piece)
        while start >= 0:
            yield start, start + len(piece)
            start = text.find(piece, start + 1)
    for pattern in (*FREE, SUM):
        yield from (m.span() for m in re.finditer(pattern, text))
    for formula in FORMULA.finditer(text):
        if re.search("[A-Za-z]", re.sub(r"\\[A-Za-z]+", "", formula[0])):
            yield formula.span()  # it has letters, so it is true of any numbers


def uncovered(lesson):
    """Yield (line of the cell, number, words around it) for numbers without a row."""
    pieces = [row.text for row in table(lesson) if isinstance(row, Row)]
    for line, text in cells(lesson):
        taken = list(spans(text, pieces))
        for found in NUMBER.finditer(text):
            a, b = found.span()
            if not any(start <= a and b <= stop for start, stop in taken):
                yield line, found[0], text[max(a - 30, 0) : b + 30]


def worked_out(side):
    """Return what one side of a written sum gives."""
    plain = side.replace("−", "-").replace("·", "*").replace("×", "*")
    for sign, fraction in VULGAR.items():
        plain = plain.replace(sign, f"({fraction})")
    return eval(re.sub(r"(?<=\d)[ ,](?=\d{3})", "", plain), {"__builtins__": {}})


def wrong_sums(lesson):
    """Yield the sums written out in a lesson of which the sides differ."""
    for line, text in cells(lesson):
        for found in SUM.finditer(text):
            *sums, last = found[0].split(" = ")
            for one in sums:
                if not agrees(last, worked_out(one)):
                    yield f"the cell of line {line}: {found[0]}"
