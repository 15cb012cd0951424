"""What is printed of a file that somebody else made: no name in it reaches a terminal raw.

An escape sequence in a name could clear the screen and write *sound*; letters of the other direction could
turn a name round; a name that is not UTF-8 could end the command with a traceback.
"""

from __future__ import annotations

import sys
from typing import TextIO

LONGEST = 400
"""Letters of a name or a fault; what is longer was made to fill the screen."""


def plain(text: str) -> str:
    """Return a text in one line in which each letter is a visible one; all others are escaped.

    Escaped are control characters, line ends, marks of direction, what takes no room, half a letter, and
    bytes that were no UTF-8.
    """
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in text)


def _escape(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shortened(text: str) -> str:
    """Return a text that is plain, and so short that it fits on the screen."""
    kept = plain(text[: LONGEST + 1])
    return kept if len(kept) <= LONGEST else f"{kept[:LONGEST]}…"


def fit(text: str, encoding: str | None) -> str:
    """Return a plain text without letters that an encoding does not have, such as a Windows console's."""
    name = encoding or "utf-8"
    return plain(text).encode(name, "backslashreplace").decode(name)


def say(text: str, file: TextIO | None = None) -> None:
    """Print a line, whatever is in it, on whatever there is to print on."""
    target = sys.stdout if file is None else file
    print(fit(text, getattr(target, "encoding", None)), file=target)
