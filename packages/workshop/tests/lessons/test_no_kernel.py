"""What a lesson says where its kernel is not there: left out on purpose, out of reach, or never set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.lessons.plugin import Plugin


@pytest.mark.parametrize(
    ("left_out", "lacking", "network", "set_up"),
    [("pytorch", "", False, False), ("pytorch", "pytorch", True, True), ("", "", False, True)],
)
def test_only_what_was_wanted_is_to_be_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: str, lacking: str, network: bool, set_up: bool
) -> None:
    settings = tmp_path / "workshop.toml"
    settings.write_text(f'left_out = "{left_out}"\nlacking = "{lacking}"\n')
    monkeypatch.setenv("WORKSHOP_CONFIG", str(settings))
    said = Plugin().no_kernel("pytorch", "theano")
    assert "pytorch" in said.lower()
    assert ("connect to a network" in said) is network
    assert ("setup.bash" in said) is set_up
