"""Where ``workshop sync`` begins: the quick look, and the whole sync where that does not do."""

from __future__ import annotations

import sys

from workshop.sync.light import still


def main(words: list[str]) -> None:
    """Do what ``workshop sync`` is to do."""
    answer = still(words)
    if answer is None:
        from workshop.sync import command  # it and all that it needs take ten times as long to load

        command.main(words)
        return
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(answer)
