"""The pre-flight on Windows. No PowerShell can be had here, so the script is not run.

Its grammar is checked by a parser of PowerShell, its names against the table of rules, and the table by
deciding the cases.
"""

from __future__ import annotations

import re

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from .bed import PREFLIGHT, file_for, judged, page_for, rules

SCRIPT = PREFLIGHT / "preflight.ps1"
TEXT = SCRIPT.read_text(encoding="ascii")
GOOD = {
    "processor": "13th Gen Intel(R) Core(TM) i5-1335U",
    "arm": "no",
    "memory_mb": "16000",
    "disk_mb": "50000",
    "virtualisation": "yes",
    "hypervisor": "no",
    "core_isolation": "no",
    "inside_vm": "no",
    "virtualbox": "7.2.16",
    "virtualbox_number": "70216",
    "wsl": "none",
    "ports": "free",
}
ARM = {"arm": "yes", "processor": "Snapdragon(R) X Elite"}
NO_VIRTUALBOX = {"virtualbox": "none", "virtualbox_number": ""}
OLD_VIRTUALBOX = {"virtualbox": "6.1.50", "virtualbox_number": "60150"}
WSL = {"wsl": "2.6.1.0", "wsl_number": "20601"}
OLD_WSL = {"wsl": "2.3.26.0", "wsl_number": "20326"}
ON = {"hypervisor": "yes"}


def tree(text: str) -> Node:
    return Parser(Language(tree_sitter_powershell.language())).parse(text.encode()).root_node


def facts_of_the_script() -> set[str]:
    block = TEXT.partition("$Facts = @{")[2].partition("}\n    $Facts.")[0]
    return set(re.findall(r"^ +(\w+) +=", block, re.M)) | set(re.findall(r"\$Facts\.(\w+) = ", TEXT))


def test_the_script_is_powershell() -> None:
    assert not tree(TEXT).has_error


def test_every_function_that_is_called_is_defined() -> None:
    defined = set(re.findall(r"^function ([\w-]+)", TEXT, re.M))
    called = set(re.findall(r"\b((?:Get|Test|Show|Find|ConvertTo)-[A-Z]\w+)", TEXT))
    of_windows = {"Get-CimInstance", "Get-Item", "Get-ItemProperty", "Test-Path"}
    assert called - of_windows == defined


def test_rules_ask_only_for_what_the_script_finds_out_and_can_compare() -> None:
    compares = set(re.findall(r"^ +'(\w+)' \{ return", TEXT, re.M))
    assert compares == {"eq", "lt", "ge"}
    for rule in rules():
        assert rule.level in {"stop", "note", "file", "fine", "page"}
        assert bool(rule.text) == (rule.level != "fine")
        assert set(rule.systems.split()) <= {"windows", "macos", "linux"}
        assert {each.word for each in rule.comparisons} <= compares
        if "windows" in rule.systems.split():
            assert {each.fact for each in rule.comparisons} <= facts_of_the_script(), rule
            assert set(re.findall(r"\{(\w+)\}", rule.text)) <= facts_of_the_script()


def test_wsl_is_not_started_because_it_would_offer_to_install_itself() -> None:
    words = [line.split("#")[0] for line in TEXT.splitlines()]
    assert [line for line in words if "wsl.exe" in line] == [
        "    $Program = Join-Path $env:ProgramFiles 'WSL\\wsl.exe'"
    ]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"memory_mb": "3500"}, [("memory", "stop")]),
        ({"memory_mb": "4000"}, [("memory", "note")]),
        ({"disk_mb": "11000"}, [("disk", "stop")]),
        ({"disk_mb": "13000"}, [("disk", "note")]),
        ({"virtualisation": "no"}, [("virtualisation", "stop")]),
        ({"virtualisation": "no", "arm": "yes"} | WSL | ON, []),
        ({"hypervisor": "yes"}, [("hypervisor", "note")]),
        ({"hypervisor": "yes", "core_isolation": "yes"}, [("hypervisor", "note")]),
        ({"ports": "taken"}, [("ports", "stop")]),
        ({"inside_vm": "yes"}, [("inside", "note")]),
        ({"memory_mb": "", "virtualisation": "", "core_isolation": ""}, []),
    ],
)
def test_the_table_decides(changed: dict[str, str], found: list[tuple[str, str]]) -> None:
    assert judged("windows", GOOD | changed) == found


PROGRAM = ("program", "stop")
SLOW = ("hypervisor", "note")
"""VirtualBox beside Windows' own hypervisor, or WSL without it."""


@pytest.mark.parametrize(
    ("programs", "on", "off"),
    [
        ({}, [SLOW], []),
        (WSL, [], [SLOW]),
        (OLD_WSL, [SLOW], []),
        (NO_VIRTUALBOX, [SLOW, PROGRAM], [PROGRAM]),
        (NO_VIRTUALBOX | WSL, [], [SLOW]),
        (NO_VIRTUALBOX | OLD_WSL, [SLOW, PROGRAM], [PROGRAM]),
        (OLD_VIRTUALBOX, [SLOW, PROGRAM], [PROGRAM]),
        (OLD_VIRTUALBOX | WSL, [], [SLOW]),
        (OLD_VIRTUALBOX | OLD_WSL, [SLOW, PROGRAM], [PROGRAM]),
    ],
)
def test_intel_and_amd_with_each_program_and_hypervisor(
    programs: dict[str, str], on: list[tuple[str, str]], off: list[tuple[str, str]]
) -> None:
    assert judged("windows", GOOD | programs | ON) == on
    assert judged("windows", GOOD | programs) == off


@pytest.mark.parametrize("virtualbox", [{}, NO_VIRTUALBOX, OLD_VIRTUALBOX])
@pytest.mark.parametrize(
    ("wsl", "on", "off"), [({}, [PROGRAM], [PROGRAM]), (OLD_WSL, [PROGRAM], [PROGRAM]), (WSL, [], [SLOW])]
)
def test_an_arm_processor_runs_the_file_for_wsl_only(
    virtualbox: dict[str, str],
    wsl: dict[str, str],
    on: list[tuple[str, str]],
    off: list[tuple[str, str]],
) -> None:
    facts = GOOD | ARM | virtualbox | wsl
    assert judged("windows", facts | ON) == on
    assert judged("windows", facts) == off
    assert "ends in -arm64.wsl" in file_for("windows", facts)


OVA_FIRST = "ends in .ova, without arm64; VirtualBox runs it. Where that is forbidden or slow, take"
WSL_FIRST = "ends in .wsl, without arm64"
EITHER = "ends in .ova, without arm64, with VirtualBox; or in .wsl"


@pytest.mark.parametrize(
    ("changed", "file"),
    [
        ({}, OVA_FIRST),
        (WSL, OVA_FIRST),
        (WSL | ON, WSL_FIRST),
        (NO_VIRTUALBOX | WSL, WSL_FIRST),
        (OLD_VIRTUALBOX | WSL, WSL_FIRST),
        (NO_VIRTUALBOX, EITHER),
        (OLD_VIRTUALBOX | OLD_WSL, EITHER),
    ],
)
def test_intel_and_amd_are_told_the_file_for_what_they_have(changed: dict[str, str], file: str) -> None:
    assert file in file_for("windows", GOOD | changed)


def test_the_file_to_double_click_starts_the_script_beside_it_and_waits() -> None:
    lines = (PREFLIGHT / "preflight.cmd").read_text(encoding="ascii").splitlines()
    assert any('-File "%~dp0preflight.ps1"' in line for line in lines)
    assert "pause" in lines
    assert lines[-1] == "exit /b %status%"


@pytest.mark.parametrize(
    ("facts", "panel"),
    [
        (GOOD, "windows"),
        ({**GOOD, **ON}, "windows-wsl"),
        ({**GOOD, "core_isolation": "yes"}, "windows-wsl"),
        ({**GOOD, **NO_VIRTUALBOX, **WSL}, "windows-wsl"),
        ({**GOOD, **NO_VIRTUALBOX}, "windows"),
        ({**GOOD, **ARM, **ON}, "windows-arm"),
    ],
)
def test_the_start_page_opens_at_the_way_that_works(facts: dict[str, str], panel: str) -> None:
    assert page_for("windows", facts) == panel
