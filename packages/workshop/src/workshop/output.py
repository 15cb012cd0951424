"""What the command prints: one JSON document or text on stdout, everything else on stderr."""

from __future__ import annotations

from rich.console import Console

from workshop.system.command import print_json

__all__ = ["console", "messages", "print_json"]

console = Console(soft_wrap=True)
messages = Console(stderr=True, soft_wrap=True)
