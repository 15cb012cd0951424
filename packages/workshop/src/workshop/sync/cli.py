"""Where ``workshop sync`` begins: the quick look, and the whole sync where that does not do."""

from __future__ import annotations

from workshop.sync.light import say, still


def main(words: list[str]) -> None:
    """Do what ``workshop sync`` is to do."""
    answer = still(words)
    if answer is not None:
        say(answer)
        return
    from workshop.sync import command  # it and all that it needs take ten times as long to load

    command.main(words)
