"""The verbs of ``workshop appliance``, as a user meets them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .building import Pieces, needs


def run(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workshop", "appliance", *map(str, arguments)]
    environment = {**os.environ, "NO_COLOR": "1", **variables}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)


def test_a_sound_appliance(ova: Path) -> None:
    done = run("verify", ova)
    assert (done.returncode, done.stderr) == (0, "")
    verdict, told, updates = done.stdout.splitlines()
    assert re.fullmatch(rf"{ova}: sound, an OVA for amd64, \d\d checks", verdict)
    assert told.startswith("Checksum: no list of sums")
    assert updates.startswith("Updates: none")


def test_a_damaged_one_gives_one_reason_and_exit_1(ova: Path, tmp_path: Path) -> None:
    (tmp_path / "x.ova").write_bytes(ova.read_bytes()[:99_000])
    done = run("verify", tmp_path / "x.ova")
    assert (done.returncode, done.stderr) == (1, "")
    reason, verdict = done.stdout.splitlines()
    assert reason.startswith("FAIL  file.contents: ")
    assert verdict == f"{tmp_path / 'x.ova'}: not sound"


def test_the_report_as_json(ova: Path, tmp_path: Path) -> None:
    pieces = Pieces.of(ova)
    pieces.replace(".ovf", 'hostip="127.0.0.1" hostport="8080"', 'hostport="8080"')
    pieces.hash_anew()
    done = run("verify", "--json", pieces.write(tmp_path / "[x].ova"))
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr, document["ok"]) == (1, "", False)
    (faulty,) = (each for each in document["checks"] if not each["ok"])
    assert faulty["name"] == "machine.settings"


@pytest.mark.parametrize("verb", ["appliance", "image"])
def test_a_secret_is_taken_from_a_file_alone(verb: str, tmp_path: Path) -> None:
    words = ["build", "-e", "jupyter_service_token=of-the-class-of-2026-all", "--output", str(tmp_path)]
    command = [sys.executable, "-m", "workshop", verb, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "jupyter_service_token is secret" in done.stderr and "-e @FILE" in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert not any(tmp_path.iterdir())


def test_export_without_virtualbox_is_one_line(tmp_path: Path) -> None:
    done = run("export", "class", tmp_path / "a.ova", PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("workshop: needs VBoxManage; install VirtualBox")
    assert done.stderr.count("\n") == 1


@needs("qemu-system-x86_64")
def test_the_log_of_a_boot_is_kept(ova: Path, tmp_path: Path) -> None:
    """The disk of this appliance does not start: the command says so, and its log is there."""
    done = run("verify", "--boot", "--log", tmp_path / "log", "--boot-seconds", "2", ova)
    assert done.returncode == 1
    assert "FAIL  boot.answers: port 22 of the guest did not answer in 2 s" in done.stdout
    told = done.stdout.splitlines()[-1]
    assert told.startswith("boot: only asked whether every forwarded port answers, for a log was wanted")
    assert (tmp_path / "log/serial.log").exists()
    assert "Traceback" not in done.stderr
