"""The announcement promises what the check holds people to."""

from __future__ import annotations

import re

from .bed import ROOT, rules

TEXT = (ROOT / "docs/announcement.md").read_text(encoding="utf-8")


def bound(rule_id: str, level: str) -> int:
    return next(int(rule.bound) for rule in rules() if rule.id == rule_id and rule.level == level)


def table(row: str) -> tuple[int, int]:
    """Return what is needed and what is comfortable, in GB."""
    found = re.search(rf"^> \| {row} \| (\d+) GB \| (\d+) GB \|$", TEXT, re.M)
    assert found
    return int(found[1]), int(found[2])


def test_memory() -> None:
    needed, comfortable = table("memory")
    # A tenth is held back by graphics and firmware.
    assert needed * 1024 * 0.85 < bound("memory", "stop") < needed * 1024
    assert comfortable * 1024 * 0.85 < bound("memory", "note") < comfortable * 1024


def test_disk() -> None:
    assert table("free disk") == (bound("disk", "stop") // 1000, bound("disk", "note") // 1000)


def test_the_short_text_says_the_same() -> None:
    short = TEXT.partition("## Short")[2].partition("## Long")[0].replace("\n> ", " ")
    assert f"{table('memory')[0]} GB of memory" in short
    assert f"{table('free disk')[0]} GB of free disk" in short
    assert 70 <= len(short.partition("**Bring")[2].split()) <= 120


def test_both_warn_of_arm_and_name_the_files_to_open() -> None:
    for part in (TEXT.partition("## Long")[0], TEXT.partition("## Long")[2]):
        assert "Windows on Arm" in part
    for name in ("preflight.cmd", "preflight.command", "preflight.sh"):
        assert name in TEXT
        assert (ROOT / "tools/preflight" / name).exists()
