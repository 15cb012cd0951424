"""Sticks of both file systems: written, killed, resumed, verified, several at once."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stick import Stick
from thumbdrive.bed import contents, fill, make_key, rsync
from waiting import patience, wait_until

from organiser.thumbdrive.stage import SCRIPTS

pytestmark = [pytest.mark.machine, pytest.mark.slow]

LARGE = 9 << 20
"""Bytes of a file that is changed in place; what mounts FAT32 here writes a third of a megabyte a second."""
Workshop = Callable[..., subprocess.CompletedProcess[str]]


def files_of(kind: str, seed: int = 1) -> dict[str, bytes]:
    dice = random.Random(seed)
    files = {path.name: path.read_bytes() for path in SCRIPTS.iterdir()}
    files |= {f"data/set {n}/größe-{n}.bin": dice.randbytes(dice.randrange(200_000)) for n in range(6)}
    if kind == "exfat":
        files["2-virtual-machine/workshop.ova"] = random.Random(7).randbytes(LARGE)
    return files


@pytest.fixture
def stage(tmp_path: Path, stick: Stick) -> Path:
    return fill(tmp_path / "stage", files_of(stick.kind), make_key(tmp_path / "key"))


def write(workshop: Workshop, stage: Path, stick: Stick, *words: str) -> dict[str, Any]:
    done = workshop("write", stick.folder, "--staged", stage, "--force", "--json", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def verify_sh(stick: Stick) -> tuple[int, list[str]]:
    done = subprocess.run(["sh", stick.folder / "verify.sh"], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def test_written_pulled_out_and_verified(workshop: Workshop, stage: Path, stick: Stick) -> None:
    (stick.folder / "holiday.jpg").write_bytes(b"sun")
    first = write(workshop, stage, stick)
    assert first["changed"] is True
    stick.replug()
    assert contents(stick.folder) == files_of(stick.kind) | {"holiday.jpg": b"sun"}
    verified = workshop("verify", stick.folder, "--json")
    assert verified.returncode == 0, verified.stderr
    told = json.loads(verified.stdout)["sticks"][0]
    assert (told["extra"], told["signature"]["state"]) == (["holiday.jpg"], "unknown")
    assert verify_sh(stick)[1][-1] == f"All {len(files_of(stick.kind))} files are right."
    again = write(workshop, stage, stick)
    assert (again["changed"], again["sticks"][0]["written"]) == (False, 0)
    stick.check_file_system()


def test_filled_by_rsync_it_is_known(workshop: Workshop, stage: Path, stick: Stick) -> None:
    """Times of FAT32 are even seconds: what rsync has copied is right."""
    # What mounts FAT32 without the kernel refuses to set a mode, where the kernel only ignores it.
    by_program = not stick.device
    rsync(stage, stick.folder, by_program)
    stick.replug()
    assert contents(stick.folder) == files_of(stick.kind)
    assert write(workshop, stage, stick)["sticks"][0]["written"] == 0
    assert workshop("verify", stick.folder).returncode == 0


def test_killed_at_random_moments_it_resumes(workshop: Workshop, stage: Path, stick: Stick) -> None:
    dice = random.Random(int(os.environ.get("WORKSHOP_TEST_SEED", "3")))
    (stick.folder / "theirs").mkdir()
    (stick.folder / "theirs" / "letter.txt").write_bytes(b"dear")
    command = [sys.executable, "-m", "workshop", "stick", "write", str(stick.folder)]
    command += ["--staged", str(stage), "--force"]
    killed = 0
    for _ in range(6):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        own = stick.folder / ".workshop-thumbdrive"
        while process.poll() is None and not own.exists():
            time.sleep(0.02)
        time.sleep(dice.uniform(0, 0.6))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
        stick.replug()
        assert (stick.folder / "theirs" / "letter.txt").read_bytes() == b"dear"
        # A stick with a list of its files is whole.
        if (stick.folder / "SHA256SUMS").exists():
            assert workshop("verify", stick.folder).returncode == 0
    assert killed
    write(workshop, stage, stick)
    stick.replug()
    assert contents(stick.folder) == files_of(stick.kind) | {"theirs/letter.txt": b"dear"}
    assert workshop("verify", stick.folder).returncode == 0
    stick.check_file_system()


def test_ctrl_c_is_one_line_and_safe(workshop: Workshop, stage: Path, stick: Stick) -> None:
    command = [sys.executable, "-m", "workshop", "stick", "write", str(stick.folder)]
    command += ["--staged", str(stage), "--force"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (stick.folder / ".workshop-thumbdrive").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=patience(300))
    if process.returncode != 0:  # it may have been ready by then
        assert process.returncode == 130
        assert said.splitlines()[-1] == "workshop: interrupted; it is safe to run again"
        assert "Traceback" not in said
    write(workshop, stage, stick)
    assert workshop("verify", stick.folder).returncode == 0


def test_several_at_once_and_one_of_them_in_the_way(
    workshop: Workshop, tmp_path: Path, plug: Callable[..., Stick]
) -> None:
    sticks = [plug("exfat") for _ in range(3)]
    stage = fill(tmp_path / "stage", files_of("exfat"))
    (sticks[1].folder / "verify.sh").write_text("mine")
    folders = [stick.folder for stick in sticks]
    done = workshop("write", *folders, "--staged", stage, "--force", "--json")
    assert done.returncode == 1
    assert "1 of 3 sticks are not right" in done.stderr.splitlines()[-1]
    told = json.loads(done.stdout)
    assert list(told["failed"]) == [str(folders[1])]
    assert "verify.sh, which is not ours" in told["failed"][str(folders[1])]
    assert {each["place"] for each in told["sticks"]} == {str(folders[0]), str(folders[2])}
    assert contents(folders[1]) == {"verify.sh": b"mine"}
    assert workshop("verify", folders[0], folders[2]).returncode == 0


def test_full_while_it_is_written(workshop: Workshop, tmp_path: Path, plug: Callable[..., Stick]) -> None:
    """Files of one byte take a cluster each: there seemed to be room."""
    stick = plug("exfat", megabytes=8)
    stage = fill(tmp_path / "stage", {f"{number}.txt": b"x" for number in range(2500)})
    done = workshop("write", stick.folder, "--staged", stage, "--force")
    assert done.returncode == 1
    assert "the stick is full; take a larger one" in done.stderr.splitlines()[-1]
    assert "has no SHA256SUMS (it was not written to its end)" in workshop("verify", stick.folder).stderr


def test_pulled_out_while_it_is_written(
    workshop: Workshop, tmp_path: Path, plug: Callable[..., Stick]
) -> None:
    stick = plug("exfat")
    stage = fill(tmp_path / "stage", files_of("exfat"))
    command = [sys.executable, "-m", "workshop", "stick", "write", str(stick.folder)]
    command += ["--staged", str(stage), "--force"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (stick.folder / ".workshop-thumbdrive").exists():
        time.sleep(0.01)
    subprocess.run(["umount", "--lazy", "--force", stick.folder], check=False, capture_output=True)
    subprocess.run(["losetup", "--detach", stick.device], check=False, capture_output=True)
    _, said = process.communicate(timeout=patience(300))
    assert "Traceback" not in said
    assert process.returncode in (0, 1)
    # Plugged in again it is made whole.
    for left in stick.folder.iterdir():
        subprocess.run(["rm", "-rf", left], check=True)
    # The file system may still be at work behind what was unmounted, and would write below the next one.
    wait_until(stick.is_out, 60, "the stick is out")
    stick.plug_in()
    write(workshop, stage, stick)
    assert workshop("verify", stick.folder).returncode == 0


def test_a_device_is_formatted_when_that_is_said_twice(
    workshop: Workshop, tmp_path: Path, plug: Callable[..., Stick]
) -> None:
    stick = plug("exfat")
    (stick.folder / "old.txt").write_bytes(b"old")
    device = stick.device
    stage = fill(tmp_path / "stage", files_of("exfat"))
    mounted = workshop("write", device, "--staged", stage, "--force", "--format", "exfat")
    assert "is mounted at" in mounted.stderr.splitlines()[-1]
    subprocess.run(["umount", stick.folder], check=True)
    words = ("write", device, "--staged", stage)
    assert "not removable" in workshop(*words, "--format", "exfat").stderr
    # It says how the device is to be named; --force alone names nothing.
    refused = workshop(*words, "--format", "exfat", "--force").stderr
    title = re.findall(r"--confirm '([^']+)'", refused)[-1]
    assert "not removable" in workshop(*words, "--format", "exfat", "--confirm", title).stderr
    wrong = workshop(*words, "--format", "exfat", "--force", "--confirm", f"1{title}")
    assert wrong.returncode == 1
    done = workshop(*words, "--format", "exfat", "--force", "--confirm", title)
    assert done.returncode == 0, done.stderr
    # Again, without formatting: the device is mounted, and nothing is to be done.
    again = workshop(*words, "--force", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["changed"] is False
    subprocess.run(["losetup", "--detach", device], check=True)
    stick.device = ""
    stick.plug_in()
    assert contents(stick.folder) == files_of("exfat")
