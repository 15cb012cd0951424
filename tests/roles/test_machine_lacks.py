"""The module that refuses a disk which is too small, and tells which packages are missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_module import load_module, run_module

machine_lacks = load_module("roles/base-fedora/library/machine_lacks.py")


def make_environments(prefix: Path, *names: str) -> None:
    for name in names:
        python = prefix / "venvs" / name / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()


def test_a_first_installation_needs_all_of_it(tmp_path: Path) -> None:
    assert machine_lacks.required(tmp_path, 6000, ["jupyter", "theano"]) == 6000
    make_environments(tmp_path, "jupyter")
    assert machine_lacks.required(tmp_path, 6000, ["jupyter", "theano"]) == 6000
    # Which are wanted is not known.
    assert machine_lacks.required(tmp_path, 6000, []) == 6000


def test_a_complete_one_needs_room_to_work(tmp_path: Path) -> None:
    """A machine that is made without TensorFlow, too."""
    make_environments(tmp_path, "jupyter", "theano")
    assert machine_lacks.required(tmp_path, 6000, ["jupyter", "theano"]) == machine_lacks.COMPLETE_MB
    assert machine_lacks.required(tmp_path, 10, ["jupyter", "theano"]) == 10


def test_the_nearest_folder_that_exists_tells_the_disk(tmp_path: Path) -> None:
    assert machine_lacks.nearest(tmp_path / "a" / "b") == tmp_path


def run(path: Path, required_mb: int) -> dict[str, Any]:
    return run_module("roles/base-fedora/library/machine_lacks.py", path=str(path), required_mb=required_mb)


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


def test_the_missing_packages_are_named_in_their_order(tmp_path: Path) -> None:
    query = tmp_path / "query"
    query.write_text("#!/bin/sh\necho installed git\necho 'not-installed g++'\nexit 1\n")
    query.chmod(0o755)
    wanted = ["libopenblas-dev", "git", "g++"]
    assert machine_lacks.missing([str(query)], wanted) == ["libopenblas-dev", "g++"]
    assert machine_lacks.missing([str(tmp_path / "none")], wanted) == wanted
    assert machine_lacks.missing([str(query)], []) == []
