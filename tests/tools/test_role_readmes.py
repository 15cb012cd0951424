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


def test_writes_the_table_and_keeps_the_rest(roles: Path) -> None:
    assert run(roles) == 0
    text = (roles / "tiny/README.md").read_text(encoding="utf-8")
    assert text.startswith("# Tiny\n\nBefore.\n\n<!-- arguments:start -->\n")
    assert text.endswith("<!-- arguments:end -->\n\nAfter.\n")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows[2] == r"| `tiny_port` | int | `8080` | no |  | A port. It has \| a bar. |"
    assert rows[3] == "| `tiny_hosts` | list of str | `[a, b]` | no |  | Hosts. |"
    assert rows[4] == "| `tiny_mode` | str | `fast` | no | `fast`, `full` | A mode. |"
    assert rows[5] == "| `workshop_prefix` | path |  | yes |  | Shared. |"
    assert len(rows) == 6


def test_the_check_fails_before_and_passes_after(roles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(roles, "--check") == 1
    assert "tiny/README.md" in capsys.readouterr().err
    assert (roles / "tiny/README.md").read_text(encoding="utf-8") == README
    assert run(roles) == 0
    assert run(roles, "--check") == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("defaults/main.yml", "tiny_mode: fast", "tiny_mode: full", "tiny_mode: the default"),
        ("defaults/main.yml", "tiny_port: 8080\n", "", "tiny_port is not required, so it needs a default"),
        (
            "defaults/main.yml",
            "tiny_port: 8080",
            "tiny_port: 8080\ntiny_new: 1",
            "tiny_new has a default but",
        ),
        ("defaults/main.yml", "tiny_port: 8080", "tiny_port: [", "not YAML"),
        ("defaults/main.yml", DEFAULTS, "- a list\n", "expected a mapping"),
        ("defaults/main.yml", "tiny_port", "workshop_prefix: /x\ntiny_port", "workshop_prefix is required"),
        ("meta/argument_specs.yml", "description: Hosts.", "", "tiny_hosts has no description"),
        ("meta/argument_specs.yml", "main:", "other:", "has no argument_specs.main"),
        ("meta/argument_specs.yml", "{type: int, description: [A port., It has | a bar.]}", "7", "tiny_port"),
        ("README.md", "<!-- arguments:end -->\n", "", "<!-- arguments:end --> once"),
        ("README.md", "# Tiny", "<!-- arguments:start -->", "<!-- arguments:start --> once"),
    ],
)
def test_a_fault_is_named_and_nothing_is_written(
    roles: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, said: str
) -> None:
    path = roles / "tiny" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    before = (roles / "tiny/README.md").read_text(encoding="utf-8")
    assert run(roles) == 1
    assert said in capsys.readouterr().err
    assert (roles / "tiny/README.md").read_text(encoding="utf-8") == before


def test_a_variable_of_several_roles_has_the_default_of_the_role_that_they_share(roles: Path) -> None:
    (roles / "workshop/defaults").mkdir(parents=True)
    (roles / "workshop/defaults/main.yml").write_text("workshop_manager: auto\n", encoding="utf-8")
    specs = roles / "tiny/meta/argument_specs.yml"
    specs.write_text(
        SPECS
        + """      workshop_manager: {required: true, description: Shared.}
      workshop_other: {required: true, description: Without a default.}
""",
        encoding="utf-8",
    )
    assert run(roles) == 0
    text = (roles / "tiny/README.md").read_text(encoding="utf-8")
    assert "| `workshop_manager` | str | `auto` | no |  | Shared. |" in text
    assert "| `workshop_other` | str |  | yes |  | Without a default. |" in text


def test_the_real_readmes_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert role_readmes.main(["--check"]) == 0, capsys.readouterr().err
