"""Formulas in TeX as MathML, which browsers draw without a script or a network.

It knows what the lessons and a student's answer are likely to use. A formula with
anything else stays readable TeX.
"""

import re
from html import escape

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S", re.DOTALL)
_WORDS = re.compile(r"\s*(?:\{([^{}\\$]*)\}|(\w))")
_DEEPEST = 40  # parts within parts
_LONGEST = 2000  # characters
_GREEK = dict(
    zip(
        "alpha beta gamma delta varepsilon epsilon zeta eta theta lambda mu nu xi pi "
        "rho sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Sigma Phi "
        "Psi Omega partial top infty nabla ell".split(),
        "αβγδεϵζηθλμνξπρστϕφχψωΓΔΘΛΣΦΨΩ∂\N{DOWN TACK}∞∇\N{SCRIPT SMALL L}",
        strict=True,
    )
)
_SIGNS = {
    **{"cdot": "·", "times": "×", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥"},
    **{"leftarrow": "←", "to": "→", "rightarrow": "→", "mapsto": "↦", "dots": "…"},
    **{"ldots": "…", "cdots": "⋯", "langle": "⟨", "rangle": "⟩", "lfloor": "⌊"},
    **{"rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "bmod": "mod", "ne": "≠", "neq": "≠"},
    **{
        "approx": "≈",
        "pm": "±",
        "in": "∈",
        "ast": "\N{ASTERISK OPERATOR}",
        "star": "⋆",
        "circ": "∘",
    },
    **{"odot": "⊙", "otimes": "⊗", "oplus": "⊕", "equiv": "≡", "propto": "∝"},
    **{"{": "{", "}": "}", "|": "‖", "%": "%", "#": "#", "&": "&", "_": "_", "$": "$"},
    **{"ll": "≪", "gg": "≫", "forall": "∀", "exists": "∃", "div": "÷", "mid": "|"},
}
_LARGE = {"sum": "∑", "prod": "∏", "int": "∫"}
_NAMES = set("max min log ln exp sin cos tan tanh lim arg argmax argmin".split())
_SPACES = {",": 0.17, ":": 0.22, ";": 0.28, " ": 0.3, "quad": 1, "qquad": 2, "!": -0.17}
_ACCENTS = {"bar": "¯", "tilde": "~", "hat": "^", "vec": "→", "overline": "¯"}
_TEXTS = {"text": "mtext", "mathrm": "mi", "mathsf": "mi", "operatorname": "mi"}
_TEXTS |= {"mathbf": "mi", "mathit": "mi", "textbf": "mtext", "texttt": "mtext"}
_FRACTIONS = {"frac", "tfrac", "dfrac"}
_MATRICES = {"matrix": ("", ""), "pmatrix": "()", "bmatrix": "[]", "vmatrix": "||"}
_FENCES = {"left", "right", "bigl", "bigr", "Bigl", "Bigr", "big", "Big"}


class _UnknownError(Exception):
    """The formula uses something that isn't known here."""


def mathml(tex: str, display: bool = False) -> str:
    """Return a formula as MathML, or as TeX where it uses what isn't known here.

    Whatever the text is, the result holds no markup but ours.
    """
    try:
        if len(tex) > _LONGEST:
            raise _UnknownError
        inside = _Reader(tex, display).all()
    except _UnknownError:
        return f'<code class="tex">{escape(tex.strip())}</code>'
    shape = ' display="block"' if display else ""
    return f"<math{shape}><mrow>{inside}</mrow></math>"


class _Reader:
    """Reads one formula from left to right."""

    def __init__(self, tex: str, display: bool) -> None:
        self.tex, self.display = tex, display
        self.at = self.depth = 0

    def all(self) -> str:
        found = self.row()
        if self.at < len(self.tex):
            raise _UnknownError
        return found

    def next(self) -> str:
        """Return the next token and go past it; "" at the end."""
        token = self.peek()
        self.at += len(token)
        return token

    def peek(self) -> str:
        while self.at < len(self.tex) and self.tex[self.at].isspace():
            self.at += 1
        found = _TOKEN.match(self.tex, self.at)
        return found[0] if found else ""

    def row(self, *ends: str) -> str:
        """Return all parts up to a token of ``ends``, which is left where it is."""
        parts = []
        while (token := self.peek()) and token not in (*ends, "}"):
            parts.append(self.scripted())
        return "".join(parts)

    def group(self) -> str:
        """Return what stands in braces, or the one part that stands without."""
        if self.peek() != "{":
            return self.part()[0]
        self.next()
        found = self.row("}")
        if self.next() != "}":
            raise _UnknownError
        return f"<mrow>{found}</mrow>"

    def scripted(self) -> str:
        """Return a part with its subscript and superscript."""
        base, above_and_below = ("<mrow></mrow>", False)
        if self.peek() not in ("_", "^"):
            base, above_and_below = self.part()
        scripts: dict[str, str] = {}
        while (sign := self.peek()) in ("_", "^", "'"):
            self.next()
            if sign == "'":
                sign, script = "^", "<mo>\N{PRIME}</mo>"
            else:
                script = self.group()
            if sign in scripts:
                raise _UnknownError
            scripts[sign] = script
        if not scripts:
            return base
        low, high = ("under", "over") if above_and_below else ("sub", "sup")
        name = "m" + low * ("_" in scripts) + high * ("^" in scripts)
        inside = base + scripts.get("_", "") + scripts.get("^", "")
        return f"<{name}>{inside}</{name}>"

    def part(self) -> tuple[str, bool]:
        """Return one part, and whether its scripts stand above and below it."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _UnknownError
        token = self.peek()
        found, limits = self._part(token)
        self.depth -= 1
        return found, limits and self.display

    def _part(self, token: str) -> tuple[str, bool]:
        if token == "{":
            return self.group(), False
        if not token or token in ("}", "&", "\\", "#", "_", "^"):
            raise _UnknownError
        self.next()
        if token.startswith("\\"):
            return self.command(token[1:])
        kind = "mn" if token[0].isdigit() else "mi" if token.isalpha() else "mo"
        token = {"-": "−", "*": "\N{ASTERISK OPERATOR}"}.get(token, token)
        fixed = ' stretchy="false"' if token in "()[]|" else ""
        return f"<{kind}{fixed}>{escape(token)}</{kind}>", False

    def command(self, name: str) -> tuple[str, bool]:
        """Return what a command stands for; its name has been read."""
        if name in _LARGE:
            return f"<mo>{_LARGE[name]}</mo>", name != "int"
        if name in _NAMES:
            return f"<mi>{name}</mi>", name in ("max", "min", "lim")
        if name in _GREEK:
            return f"<mi>{_GREEK[name]}</mi>", False
        if name in _SPACES:
            return f'<mspace width="{_SPACES[name]}em"/>', False
        if name in _SIGNS:
            return f'<mo stretchy="false">{escape(_SIGNS[name])}</mo>', False
        return self.construction(name), False

    def construction(self, name: str) -> str:
        """Return what a command makes of the groups behind it."""
        if name in _FRACTIONS:
            return f"<mfrac>{self.group()}{self.group()}</mfrac>"
        if name == "sqrt" and self.peek() != "[":
            return f"<msqrt>{self.group()}</msqrt>"
        if name in _ACCENTS:
            accent = f'<mo stretchy="{str(name == "overline").lower()}">'
            return f"<mover>{self.group()}{accent}{_ACCENTS[name]}</mo></mover>"
        if name in _TEXTS:
            return f"<{_TEXTS[name]}>{escape(self.words())}</{_TEXTS[name]}>"
        if name == "mathrel":
            return self.group()
        if name in _FENCES:
            return self.fence(name)
        if name == "begin" and (kind := self.words()) in _MATRICES:
            return self.matrix(kind)
        raise _UnknownError

    def words(self) -> str:
        """Return the text in braces as it stands, spaces included."""
        found = _WORDS.match(self.tex, self.at)
        if not found:
            raise _UnknownError
        self.at = found.end()
        return (found[1] or found[2] or "").replace(" ", "\N{NO-BREAK SPACE}")

    def matrix(self, kind: str) -> str:
        """Return rows of cells between brackets; its beginning has been read."""
        rows: list[list[str]] = [[]]
        while True:
            inside = self.row("&", r"\\", r"\end")
            rows[-1].append(f"<mtd>{inside}</mtd>")
            if (token := self.next()) == r"\\":
                rows.append([])
            elif token != "&":
                break
        if token != r"\end" or self.words() != kind:
            raise _UnknownError
        cells = "".join(f"<mtr>{''.join(row)}</mtr>" for row in rows)
        left, right = (f"<mo>{side}</mo>" if side else "" for side in _MATRICES[kind])
        return f"<mrow>{left}<mtable>{cells}</mtable>{right}</mrow>"

    def fence(self, name: str) -> str:
        """Return a bracket that is as high as what it holds."""
        token = self.next()
        sign = _SIGNS.get(token[1:], "") if token.startswith("\\") else token
        if sign == ".":
            return ""
        if len(sign) != 1 or sign.isalnum():
            raise _UnknownError
        size = "" if name in ("left", "right") else ' minsize="1.4em"'
        return f'<mo fence="true" stretchy="true"{size}>{escape(sign)}</mo>'
