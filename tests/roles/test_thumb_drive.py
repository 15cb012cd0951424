"""The playbook that fills thumb drives: twice, in check mode, and with a wrong argument."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
SHARED = Path("/dev/shm")
PARTS = ["virtualbox", "appliance", "preflight", "data", "site", "wheels", "debs"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not ANSIBLE.exists() or not SHARED.is_dir(),
        reason="needs ansible-playbook in this environment, and /dev/shm",
    ),
]


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A folder that is not on the machine's own disk."""
    folder = SHARED / f"workshop-playbook-{tmp_path.name}"
    folder.mkdir(exist_ok=True)
    yield folder
    shutil.rmtree(folder)


def play(work: Path, *words: str, **more: object) -> tuple[int, str]:
    variables = {
        "thumb_drive_command": str(Path(sys.prefix) / "bin/workshop"),
        "thumb_drive_work": str(work),
        "thumb_drive_without": PARTS,
        "thumb_drive_force": True,
        **more,
    }
    command = [ANSIBLE, "playbooks/thumb-drive.yml", "-e", json.dumps(variables), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def changed(text: str) -> int:
    return int(re.findall(r"\bchanged=(\d+)", text)[-1])


def test_it_fills_a_stick_and_then_has_nothing_to_do(tmp_path: Path, stick: Path) -> None:
    more = {"thumb_drive_sticks": [str(stick)], "thumb_drive_classroom": "https://classroom.example"}
    status, text = play(tmp_path, **more)
    assert (status, changed(text)) == (0, 2), text
    assert "https://classroom.example" in (stick / "0_START_HERE.html").read_text(encoding="utf-8")
    assert (stick / "workshop.bundle").is_file() and (stick / "SHA256SUMS").is_file()
    status, text = play(tmp_path, **more)
    assert (status, changed(text)) == (0, 0), text


@pytest.mark.slow
def test_check_mode_tells_and_writes_nothing(tmp_path: Path, stick: Path) -> None:
    status, text = play(tmp_path, "--check", thumb_drive_sticks=[str(stick)])
    assert (status, changed(text)) == (0, 0), text
    assert "missing: nothing" in text
    status, text = play(tmp_path, "--check", thumb_drive_for=["mac-arm", "linux-arm"])
    assert status == 0, text
    assert "UTM.dmg: get it from" in text
    assert list(stick.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"thumb_drive_stick": "/media/a"}, ["thumb_drive_stick", "did you mean thumb_drive_sticks"]),
        (
            {
                "thumb_drive_format": "ntfs",
                "thumb_drive_without": ["everything"],
                "thumb_drive_for": ["chromebook"],
            },
            [
                "thumb_drive_format",
                "ntfs",
                "thumb_drive_without",
                "everything",
                "thumb_drive_for",
                "chromebook",
            ],
        ),
    ],
)
def test_a_wrong_argument_is_named_before_anything_is_done(
    tmp_path: Path, variables: dict[str, object], words: list[str]
) -> None:
    status, text = play(tmp_path, **variables)
    assert status != 0
    for word in words:
        assert word in text
    assert list(tmp_path.iterdir()) == []
