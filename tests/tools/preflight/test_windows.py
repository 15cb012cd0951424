"""The pre-flight on Windows. No PowerShell can be had here, so the script is not run.

Its grammar is checked by a parser of PowerShell, its names against the table of rules, and the table by
deciding the cases.
"""

from __future__ import annotations

import re

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from .bed import PORTS, PREFLIGHT, judged, rules

SCRIPT = PREFLIGHT / "preflight.ps1"
TEXT = SCRIPT.read_text(encoding="ascii")
GOOD = {
    "arm": "no",
    "memory_mb": "16000",
    "disk_mb": "50000",
    "virtualisation": "yes",
    "hypervisor": "no",
    "core_isolation": "no",
    "inside_vm": "no",
    "virtualbox": "7.2.16",
    "virtualbox_major": "7",
    "ports": "free",
}


def tree(text: str) -> Node:
    return Parser(Language(tree_sitter_powershell.language())).parse(text.encode()).root_node


def facts_of_the_script() -> set[str]:
    block = TEXT.partition("$Facts = @{")[2].partition("}\n    $Facts.")[0]
    return set(re.findall(r"^ +(\w+) +=", block, re.M)) | set(re.findall(r"\$Facts\.(\w+) = ", TEXT))


def test_the_script_is_powershell() -> None:
    assert not tree(TEXT).has_error


@pytest.mark.parametrize(
    ("old", "new"),
    [("return $Facts\n}", "return $Facts\n"), ("@(8080", "@(8080("), ("{ $_.Trim() })", "{ $_.Trim( })")],
)
def test_a_script_that_is_broken_is_not(old: str, new: str) -> None:
    assert old in TEXT
    assert tree(TEXT.replace(old, new, 1)).has_error


def test_every_function_that_is_called_is_defined() -> None:
    defined = set(re.findall(r"^function ([\w-]+)", TEXT, re.M))
    called = set(re.findall(r"\b((?:Get|Test|Show|Find|ConvertTo)-[A-Z]\w+)", TEXT))
    of_windows = {"Get-CimInstance", "Get-ItemProperty", "Test-Path"}
    assert called - of_windows == defined


def test_rules_ask_only_for_what_the_script_finds_out_and_can_compare() -> None:
    compares = set(re.findall(r"^ +'(\w+)' \{ return", TEXT, re.M))
    assert compares == {"eq", "lt"}
    for rule in rules():
        assert rule.level in {"stop", "note"}
        assert set(rule.systems.split()) <= {"windows", "macos", "linux"}
        assert rule.compare in compares
        if "windows" in rule.systems.split():
            assert rule.fact in facts_of_the_script(), rule
            assert set(re.findall(r"\{(\w+)\}", rule.text)) <= facts_of_the_script()


def test_it_looks_at_the_four_ports() -> None:
    assert f"$Ports = @({', '.join(map(str, PORTS))})" in TEXT


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"arm": "yes"}, [("arm", "stop")]),
        ({"memory_mb": "3500"}, [("memory", "stop")]),
        ({"memory_mb": "4000"}, [("memory", "note")]),
        ({"disk_mb": "11000"}, [("disk", "stop")]),
        ({"disk_mb": "13000"}, [("disk", "note")]),
        ({"virtualisation": "no"}, [("virtualisation", "stop")]),
        ({"hypervisor": "yes"}, [("hypervisor", "note")]),
        ({"hypervisor": "yes", "core_isolation": "yes"}, [("hypervisor", "note")]),
        ({"ports": "taken"}, [("ports", "stop")]),
        ({"virtualbox": "none", "virtualbox_major": ""}, [("virtualbox", "stop")]),
        ({"virtualbox": "6.1.50", "virtualbox_major": "6"}, [("virtualbox", "stop")]),
        ({"inside_vm": "yes"}, [("inside", "note")]),
        ({"memory_mb": "", "virtualisation": "", "core_isolation": ""}, []),
    ],
)
def test_the_table_decides(changed: dict[str, str], found: list[tuple[str, str]]) -> None:
    assert judged("windows", GOOD | changed) == found


def test_the_file_to_double_click_starts_the_script_beside_it_and_waits() -> None:
    lines = (PREFLIGHT / "preflight.cmd").read_text(encoding="ascii").splitlines()
    assert any('-File "%~dp0preflight.ps1"' in line for line in lines)
    assert "pause" in lines
    assert lines[-1] == "exit /b %status%"
