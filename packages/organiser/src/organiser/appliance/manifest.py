"""The manifest of an OVA: a line ``SHA256 (name) = hex`` for each file (DSP0243, "Distribution")."""

from __future__ import annotations

import re
from collections.abc import Mapping

LINE = re.compile(r"SHA256 \(([^()\r\n]+)\) ?= ?([0-9a-fA-F]{64})")


def render(digests: Mapping[str, str]) -> bytes:
    """Return the manifest of files and their SHA-256, in the given order."""
    return "".join(f"SHA256 ({name}) = {digest}\n" for name, digest in digests.items()).encode("utf-8")


def parse(data: bytes) -> dict[str, str]:
    """Return each file's SHA-256 in small letters; lines that are none are left out."""
    return {name: digest.lower() for name, digest in LINE.findall(data.decode("utf-8"))}
