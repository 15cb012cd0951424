"""The module that refuses a disk which is too small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_module import load_module, run_module

free_space = load_module("roles/base-fedora/library/free_space.py")


def make_environments(prefix: Path, *names: str) -> None:
    for name in names:
        python = prefix / "venvs" / name / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()


def test_a_first_installation_needs_all_of_it(tmp_path: Path) -> None:
    assert free_space.required(tmp_path, 6000, ["jupyter", "theano"]) == 6000
    make_environments(tmp_path, "jupyter")
    assert free_space.required(tmp_path, 6000, ["jupyter", "theano"]) == 6000
    # Which are wanted is not known.
    assert free_space.required(tmp_path, 6000, []) == 6000


def test_a_complete_one_needs_room_to_work(tmp_path: Path) -> None:
    """A machine that is made without TensorFlow, too."""
    make_environments(tmp_path, "jupyter", "theano")
    assert free_space.required(tmp_path, 6000, ["jupyter", "theano"]) == free_space.COMPLETE_MB
    assert free_space.required(tmp_path, 10, ["jupyter", "theano"]) == 10


def test_the_nearest_folder_that_exists_tells_the_disk(tmp_path: Path) -> None:
    assert free_space.nearest(tmp_path / "a" / "b") == tmp_path


def run(path: Path, required_mb: int) -> dict[str, Any]:
    return run_module("roles/base-fedora/library/free_space.py", path=str(path), required_mb=required_mb)


def test_enough_room_passes(tmp_path: Path) -> None:
    result = run(tmp_path / "prefix", 1)
    assert not result["changed"]
    assert result["free_mb"] >= 1


def test_too_little_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    result = run(tmp_path / "prefix", 10**9)
    assert result["failed"]
    assert str(tmp_path) in result["msg"]
    assert "workshop_prefix" in result["msg"]
    assert "\n" not in result["msg"]
