"""The arguments table of a role's README follows its specs, and contradictions are named."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("role_readmes", ROOT / "tools/role_readmes.py")
assert _spec is not None and _spec.loader is not None
role_readmes = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(role_readmes)

SPECS = """
argument_specs:
  main:
    options:
      tiny_port: {type: int, description: [A port., It has | a bar.]}
      tiny_hosts: {type: list, elements: str, description: Hosts.}
      tiny_mode: {choices: [fast, full], default: fast, description: A mode.}
      workshop_prefix: {type: path, required: true, description: Shared.}
"""
DEFAULTS = "tiny_port: 8080\ntiny_hosts: [a, b]\ntiny_mode: fast\n__tiny_x: 1\n"
README = "# Tiny\n\nBefore.\n\n<!-- arguments:start -->\nold\n<!-- arguments:end -->\n\nAfter.\n"


@pytest.fixture
def roles(tmp_path: Path) -> Path:
    role = tmp_path / "tiny"
    for name, text in (
        ("meta/argument_specs.yml", SPECS),
        ("defaults/main.yml", DEFAULTS),
        ("tasks/main.yml", "[]\n"),
        ("README.md", README),
    ):
        (role / name).parent.mkdir(parents=True, exist_ok=True)
        (role / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(roles: Path, *arguments: str) -> int:
    return int(role_readmes.main(["--roles", str(roles), *arguments]))


def test_the_check_fails_before_and_passes_after(roles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(roles, "--check") == 1
    assert "tiny/README.md" in capsys.readouterr().err
    assert (roles / "tiny/README.md").read_text(encoding="utf-8") == README
    assert run(roles) == 0
    assert run(roles, "--check") == 0


def test_the_real_readmes_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert role_readmes.main(["--check"]) == 0, capsys.readouterr().err
