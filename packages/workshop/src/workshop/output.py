"""What the command prints: one JSON document or text on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

console = Console(soft_wrap=True)
messages = Console(stderr=True, soft_wrap=True)


def print_json(document: Any) -> None:
    """Write one JSON document, and nothing else, to stdout.

    It is flushed, for a command that goes on, such as a server, is often read through a pipe.
    """
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    sys.stdout.flush()
