"""The announcement promises what the check holds people to."""

from __future__ import annotations

import re

import pytest

from .bed import ROOT, file_for, judged, rules

TEXT = (ROOT / "docs/announcement.md").read_text(encoding="utf-8")


def bound(rule_id: str, level: str) -> int:
    """Return the limit for computers that run a machine; Arm with Linux needs none, and less."""
    (found,) = {
        int(each.bound)
        for rule in rules()
        if rule.id == rule_id and rule.level == level and rule.systems != "linux"
        for each in rule.comparisons
        if each.word == "lt"
    }
    return found


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
    short = TEXT.partition("## Short")[2].partition("\n\nFor `LINE")[0].replace("\n> ", " ")
    assert f"{table('memory')[0]} GB of memory" in short
    assert f"{table('free disk')[0]} GB of free disk" in short
    assert 70 <= len(short.partition("**Bring")[2].split()) <= 120


ROWS = {
    "Windows, Intel or AMD": ("windows", "no"),
    "Windows on Arm": ("windows", "yes"),
    "Mac with Apple Silicon": ("macos", "yes"),
    "Mac with Intel": ("macos", "no"),
    "Linux, Intel or AMD": ("linux", "no"),
    "Linux on Arm": ("linux", "yes"),
}
PROGRAMS = {"VirtualBox": "virtualbox", "UTM": "utm", "WSL": "wsl"}
SUFFIX = r"(?<![\w-])(?:-arm64)?\.(?:ova|utm\.zip|wsl)\b"


def row(name: str) -> tuple[str, str]:
    """Return what to install, and how the file's name ends."""
    found = re.search(rf"^> \| {name}[^|]*\| ([^|]+) \| ([^|]*)\|$", TEXT, re.M)
    assert found
    return found[1], found[2]


@pytest.mark.parametrize(("name", "system", "arm"), [(name, *kind) for name, kind in ROWS.items()])
def test_files_are_those_that_the_check_names(name: str, system: str, arm: str) -> None:
    # Without a program everything is named that would do.
    nothing = {"virtualbox": "none", "utm": "none", "wsl": "none", "hypervisor": "no"}
    said = file_for(system, {"arm": arm, "processor": "x"} | nothing)
    assert set(re.findall(SUFFIX, row(name)[1])) == set(re.findall(SUFFIX, said))


@pytest.mark.parametrize(("name", "system", "arm"), [(name, *kind) for name, kind in ROWS.items()])
def test_whoever_installed_what_it_says_is_ready(name: str, system: str, arm: str) -> None:
    newest = {"virtualbox": "70216", "utm": "40604", "wsl": "20601"}
    nothing = dict.fromkeys(PROGRAMS.values(), "none")
    wanted = [fact for word, fact in PROGRAMS.items() if word in row(name)[0]]
    assert bool(wanted) == (name != "Linux on Arm")
    for fact in wanted:
        have = nothing | {fact: "installed", f"{fact}_number": newest[fact]}
        assert judged(system, {"arm": arm, "hypervisor": "yes" if fact == "wsl" else "no"} | have) == []
    assert (judged(system, {"arm": arm} | nothing) == [("program", "stop")]) == bool(wanted)


def test_the_versions_are_those_that_the_check_wants() -> None:
    bounds = {each.bound for rule in rules() if rule.id == "program" for each in rule.comparisons}
    for version, number in (("2.4.4", "20404"), ("7.1", "70100"), ("version 4", "40000")):
        assert version in TEXT
        assert number in bounds


def test_readme_names_the_same_files() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ROWS:
        found = re.search(rf"^\| {name}[^|]*\| ([^|]+) \|", readme, re.M)
        assert name == "Linux on Arm" or found
        if found:
            assert set(re.findall(SUFFIX, found[1].replace("…", ""))) == set(re.findall(SUFFIX, row(name)[1]))


def test_the_short_text_names_the_program_for_each_computer_and_the_classroom() -> None:
    short = TEXT.partition("## Short")[2].partition("## Long")[0].replace("\n> ", " ")
    for words in (
        "UTM on a Mac with Apple Silicon",
        "WSL on Windows on Arm",
        "VirtualBox 7.1 or newer on everything else",
        "Chromebook, a tablet",
        "(classroom.md)",
    ):
        assert words in short


def test_nobody_is_told_that_arm_does_not_work() -> None:
    for text in (TEXT, *(rule.text for rule in rules())):
        assert not re.search(r"\*\*not\*\* (?:Apple|Windows)|not work on Arm|made for Intel and AMD", text)


def test_a_mac_opens_the_check_in_both_ways_and_the_files_exist() -> None:
    for part in (TEXT.partition("## What to hand out")[0], TEXT.partition("## What to hand out")[2]):
        assert "Open Anyway" in part
        assert re.search(r"right[ -]click", part)
    for name in ("preflight.cmd", "preflight.command", "preflight.sh"):
        assert name in TEXT
        assert (ROOT / "tools/preflight" / name).exists()
