"""The manifest of an OVA: a line ``SHA256 (name) = hex`` for each file (DSP0243, "Distribution")."""

from __future__ import annotations

import re
from collections.abc import Mapping

LINE = re.compile(r"SHA256 \(([^()\r\n]+)\) ?= ?([0-9a-fA-F]{64})")


def render(digests: Mapping[str, str]) -> bytes:
    """Return the manifest of files and their SHA-256, in the given order."""
    return "".join(f"SHA256 ({name}) = {digest}\n" for name, digest in digests.items()).encode("utf-8")


def parse(data: bytes) -> dict[str, str]:
    """Return each file's SHA-256 in small letters.

    Raises ValueError, which names the line, when a line says anything else or a file comes twice.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("it is not text") from error
    digests: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = LINE.fullmatch(line)
        if not found:
            raise ValueError(f"line {number} is not 'SHA256 (name) = 64 hex digits'")
        if found[1] in digests:
            raise ValueError(f"line {number} names {found[1]} a second time")
        digests[found[1]] = found[2].lower()
    if not digests:
        raise ValueError("it is empty")
    return digests
