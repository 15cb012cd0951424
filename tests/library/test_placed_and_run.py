"""The module that makes folders and files and then runs commands which say what they changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_module import load_module, run_module

placed_and_run = load_module("library/placed_and_run.py")
begun = load_module("module_utils/begun.py")


def command(*argv: str, creates: Path | None = None, **environment: str) -> dict[str, Any]:
    return {"argv": list(argv), "environment": environment, "creates": str(creates) if creates else None}


def says(changed: bool) -> dict[str, Any]:
    return command("echo", json.dumps({"changed": changed, "notes": ["é"]}))


def did(*commands: dict[str, Any], check: bool = False, **more: Any) -> dict[str, Any]:
    params = {"commands": list(commands), "folders": [], "files": [], "begun": None, **more}
    return dict(placed_and_run.place_and_run(params, check))


@pytest.mark.parametrize(("first", "second"), [(False, False), (True, False), (False, True)])
def test_what_a_command_changed_is_a_change(first: bool, second: bool) -> None:
    done = did(says(first), says(second))
    assert done["changed"] is (first or second)
    assert [document["notes"] for document in done["documents"]] == [["é"], ["é"]]


def test_folders_are_there_when_a_command_runs_and_are_a_change_once(tmp_path: Path) -> None:
    folder = {"path": str(tmp_path / "a"), "mode": "0700", "owner": None}
    look = command("sh", "-c", f"test -d {tmp_path}/a && echo '{{}}'")
    assert did(look, folders=[folder])["changed"]
    assert not did(look, folders=[folder])["changed"]


def test_what_a_command_creates_is_made_once(tmp_path: Path) -> None:
    made = tmp_path / "made"
    make = command("sh", "-c", 'echo "$WORD" >>"$0"', str(made), creates=made, WORD="new")
    assert did(make, check=True)["changed"] and not made.exists()
    assert did(make)["changed"]
    assert not did(make)["changed"]
    assert made.read_text() == "new\n"


def test_check_mode_runs_nothing(tmp_path: Path) -> None:
    done = did(command("touch", str(tmp_path / "made")), check=True)
    assert (done["changed"], done["documents"], list(tmp_path.iterdir())) == (False, [{}], [])


def test_what_was_begun_is_not_run_again_and_what_has_failed_is(tmp_path: Path) -> None:
    runs, heal = tmp_path / "runs", tmp_path / "heal"
    well = ["sh", "-c", f"echo well >>{runs}; echo '{{\"changed\": true}}'"]
    ill = ["sh", "-c", f"echo ill >>{runs}; test -e {heal} && echo '{{\"changed\": false}}'"]
    folder = tmp_path / "begun"
    begun.begin(folder, [well, ill]).wait()
    assert did(command(*well), check=True, begun=str(folder))["documents"] == [{}]
    heal.touch()
    done = did(command(*well), command(*ill), begun=str(folder))
    assert (done["changed"], [each["changed"] for each in done["documents"]]) == (True, [True, False])
    assert runs.read_text().split() == ["well", "ill", "ill"]


def test_a_command_that_fails_says_why_in_one_line_and_ends_the_rest(tmp_path: Path) -> None:
    failing = {"argv": ["sh", "-c", "echo first >&2; echo 'the disk is full; make room' >&2; exit 3"]}
    never = {"argv": ["touch", str(tmp_path / "made")]}
    result = run_module("library/placed_and_run.py", commands=[failing, never])
    assert result["failed"]
    assert result["msg"] == "the disk is full; make room"
    assert not list(tmp_path.iterdir())


def test_what_is_no_document_is_refused() -> None:
    result = run_module("library/placed_and_run.py", commands=[{"argv": ["echo", "Traceback"]}])
    assert result["failed"]
    assert "JSON" in result["msg"]
