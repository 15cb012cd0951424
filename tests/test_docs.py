"""The handbooks: their links lead somewhere, their commands exist, their messages are the real ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
NAMES = [path.name for path in DOCS]
SOURCES = (
    "local/*.bash",
    "tools/*.bash",
    "library/*.py",
    "module_utils/*.py",
    "roles/**/*.yml",
    "playbooks/**/*.yml",
    "playbooks/**/*.py",
    "roles/*/library/*.py",
    "packages/*/src/**/*.py",
)
OWN_SECTIONS = ("Set-up stops", "Data")
"""Sections of troubleshooting.md whose messages are all our own."""


def test_there_are_handbooks() -> None:
    assert {"maintainer.md", "organiser.md", "participant.md", "troubleshooting.md"} <= set(NAMES)


@pytest.mark.parametrize("path", DOCS, ids=NAMES)
def test_links_lead_somewhere(path: Path) -> None:
    words = re.sub(r"`[^`\n]*`", "", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#]+)", words):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCS, ids=NAMES)
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w-])(?:tools|local|playbooks|roles|docs|\.ci)/[a-z0-9_./-]*[a-z0-9]", text)
    assert path.name == "participant.md" or named
    for name in named:
        assert (ROOT / name).exists(), name


def messages() -> list[str]:
    """Return the messages that troubleshooting.md says are ours."""
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    sections = {part.partition("\n")[0]: part for part in text.split("\n## ")}
    return [found for name in OWN_SECTIONS for found in re.findall(r"\*\*`([^`]+)`", sections[name])]


def test_messages_are_found_in_the_code() -> None:
    code = " ".join(
        path.read_text(encoding="utf-8")
        for pattern in SOURCES
        for path in ROOT.glob(pattern)
        if path.is_file()
    )
    code = re.sub(r"[\"']?\s*\n\s*f?[\"']?", " ", code)
    values = r"\{\{[^{}]*\}\}|\$?\{[^{}]{1,80}\}|\$[a-z_]+"
    code = " ".join(re.sub(values, "…", code).split())
    ours = [m for m in messages() if not m.startswith(("Validation of", "port 8080"))]
    assert len(ours) >= 12
    for message in ours:
        pieces = [piece.strip(" ,;:()?-'\"") for piece in message.split("…")]
        for piece in pieces:
            assert piece in code, f"{message!r}: {piece!r} is said nowhere"
