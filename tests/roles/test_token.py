"""Jupyter's token: made once on the machine; a class's token goes when the organiser names it no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "roles/jupyter-service/files/make_token.py"


def make(token: Path) -> str:
    done = subprocess.run([sys.executable, SCRIPT, token, "root"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def token(tmp_path: Path) -> Path:
    return tmp_path / "token"


def test_a_machine_makes_its_token_once(token: Path) -> None:
    assert make(token) == "made"
    first = token.read_text()
    assert len(first.strip()) == 48
    assert token.stat().st_mode & 0o777 == 0o600
    assert make(token) == "kept"
    assert token.read_text() == first


def test_a_class_token_that_nobody_names_any_more_is_replaced(token: Path) -> None:
    token.write_text("the-class-of-2025-knows-it\n")
    note = token.with_name("token.organiser")
    note.touch()
    assert make(token) == "replaced"
    own = token.read_text()
    assert "class" not in own
    assert not note.exists()
    assert make(token) == "kept"
    assert token.read_text() == own
