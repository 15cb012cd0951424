"""The announcement promises what the check holds people to."""

from __future__ import annotations

import re

import pytest

from .bed import ROOT, file_for, judged

TEXT = (ROOT / "docs/howto/announcement.md").read_text(encoding="utf-8")


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
