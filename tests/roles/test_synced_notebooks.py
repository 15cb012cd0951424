"""The module that runs ``workshop sync`` and tells Ansible what it did, file by file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_module import ROOT, RUN, UTILS, load_module

MODULE = "roles/notebook-sync/library/synced_notebooks.py"


def run(folder: Path, check: bool = False, **arguments: Any) -> dict[str, Any]:
    """Run the module as Ansible does, with this environment's own command."""
    own = ["--into", str(folder / "mine"), "--state", str(folder / "state")]
    given = {
        "command": [str(Path(sys.executable).parent / "workshop")],
        "arguments": ["--from", str(folder), "--allow-unsigned", *own],
        "state": str(folder / "state"),
    } | arguments
    words = {"ANSIBLE_MODULE_ARGS": given | {"_ansible_check_mode": check}}
    done = subprocess.run(
        [sys.executable, "-c", RUN, UTILS, ROOT / MODULE],
        input=json.dumps(words),
        capture_output=True,
        text=True,
        check=False,
    )
    return dict(json.loads(done.stdout))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/a.txt").write_text("new\n", encoding="utf-8")
    return tmp_path


def test_check_mode_names_each_file_and_writes_nothing(folder: Path) -> None:
    seen = run(folder, check=True)
    assert seen["changed"] is True
    assert seen["diff"]["prepared"].startswith("updated a.txt: ")
    assert not (folder / "mine").exists()
    assert not (folder / "state").exists()


def test_it_delivers_once(folder: Path) -> None:
    first = run(folder)
    assert (first["changed"], first["had"]) == (True, "")
    assert (folder / "mine/a.txt").read_text(encoding="utf-8") == "new\n"
    again = run(folder)
    assert (again["changed"], again["files"], again["diff"]["prepared"]) == (False, [], "")


def test_it_tells_which_revision_the_machine_had(folder: Path) -> None:
    run(folder)
    (folder / "state/trust.json").write_text(json.dumps({"commit": "0123456789"}), encoding="utf-8")
    assert run(folder)["had"] == "01234567"


def test_a_refusal_is_the_commands_own_line(folder: Path) -> None:
    failed = run(folder, arguments=["--from", "/nowhere", "--into", "/a", "--state", "/b"])
    assert failed["failed"] is True
    assert "there is no /nowhere" in failed["msg"]
    assert "Traceback" not in failed["msg"]


def test_a_bare_machine_has_all_to_come_in_check_mode_only(folder: Path) -> None:
    absent = ["/no/such/workshop"]
    assert run(folder, check=True, command=absent)["changed"] is True
    assert run(folder, command=absent)["failed"] is True


def test_what_the_account_plants_in_its_folder_is_neither_followed_nor_waited_for(folder: Path) -> None:
    record, had = folder / "state/trust.json", load_module(MODULE).had
    record.parent.mkdir()
    (folder / "elsewhere").write_text(json.dumps({"commit": "0123456789"}), encoding="utf-8")
    record.symlink_to(folder / "elsewhere")
    assert had(folder / "state") == ""
    record.unlink()
    os.mkfifo(record)
    assert had(folder / "state") == ""
