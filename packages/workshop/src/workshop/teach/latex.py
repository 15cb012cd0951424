r"""Write LaTeX formulas that look alike in the same way, so that a check can compare them.

Every script and every argument gets its braces; signs that only move things (``\left``, ``\,``, dollars) are
gone; ``\exp(x)`` is a power of e, a sum from 1 to n is a sum, and a fraction within a power is on one line.
"""

from __future__ import annotations

import re

_TOKENS = re.compile(r"\\[a-zA-Z]+|\\.|\S")
_SPACES = ("\\,", "\\;", "\\:", "\\!", "\\ ", r"\quad")
_SIZES = (r"\left", r"\right", r"\big", r"\Big", r"\displaystyle", r"\textstyle", r"\limits", r"\nolimits")
_UNSEEN = frozenset((*_SPACES, *_SIZES, r"\cdot", "$"))
_FRACTIONS = frozenset((r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"))
_UPRIGHT = frozenset((r"\mathrm", r"\operatorname", r"\text", r"\mathit"))


def simplified(formula: str) -> str:
    """Return a formula in the one way of writing; raises ValueError, in words, where braces do not fit."""
    reader = _Reader([token for token in _TOKENS.findall(formula) if token not in _UNSEEN])
    return reader.row("")


class _Reader:
    """Reads signs from the first to the last."""

    def __init__(self, tokens: list[str]) -> None:
        self.left = tokens[::-1]
        self.raised = 0
        """Within how many powers the reader is."""

    def row(self, end: str) -> str:
        """Return what stands before the sign ``end``, and pass it; all that is left if it is empty."""
        said = ""
        while self.left and self.left[-1] != end:
            said += self.item()
        if end and not self.left:
            raise ValueError("an opened bracket is not closed: count { and }")
        if end:
            self.left.pop()
        return said

    def item(self) -> str:
        """Return one sign or group with what hangs at it."""
        base, below, above = self.group(), "", ""
        while self.left and self.left[-1] in ("_", "^"):
            if self.left.pop() == "_":
                below = "_{" + self.group() + "}"
            else:
                above = "^{" + self.power() + "}"
        if base == r"\sum":
            return base + re.sub(r"=[01]\}$", "}", below)
        return base + below + above

    def power(self, *, with_scripts: bool = False) -> str:
        """Return what stands in a power, without brackets around it."""
        self.raised += 1
        said = self.item() if with_scripts else self.group()
        self.raised -= 1
        return said[1:-1] if re.fullmatch(r"\([^()]*\)", said) else said

    def group(self) -> str:
        """Return one sign, or what stands in a pair of braces or brackets."""
        token = self.left.pop() if self.left else ""
        if token in ("", "}"):
            raise ValueError("something is missing, or there is one } too many: count { and }")
        if token == "{":
            return self.row("}")
        if token == "(":
            return "(" + self.row(")") + ")"
        if token in _UPRIGHT:
            return self.group()
        if token == r"\exp":
            return "e^{" + self.power(with_scripts=True) + "}"
        if token in _FRACTIONS:
            above, below = self.group(), self.group()
            return f"{above}/{below}" if self.raised else rf"\frac{{{above}}}{{{below}}}"
        return token
