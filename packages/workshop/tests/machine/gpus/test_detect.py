"""A card is found by asking its driver, or on the bus, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.machine.gpus import detect
from workshop.machine.lines import State


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which there is no nvidia-smi but what the test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def nvidia_smi(folder: Path, script: str) -> None:
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def plug_in(bus: Path, slot: str, kind: str, vendor: str, driver: bool = False) -> None:
    device = bus / slot
    device.mkdir(parents=True)
    (device / "class").write_text(f"{kind}\n")
    (device / "vendor").write_text(f"{vendor}\n")
    if driver:
        (device / "driver").mkdir()


def test_no_card_is_no_fault(tmp_path: Path) -> None:
    (line,) = detect.lines(tmp_path / "no-bus")
    assert line.state is State.GREEN
    assert "no fault" in line.text and "processor" in line.text


def test_what_a_virtual_machine_draws_its_screen_with_is_no_card(tmp_path: Path) -> None:
    for slot, vendor in (("0", "0x1234"), ("1", "0x15ad"), ("2", "0x80ee"), ("3", "0x1af4")):
        plug_in(tmp_path / "bus", slot, "0x030000", vendor, driver=True)
    plug_in(tmp_path / "bus", "4", "0x020000", "0x8086")  # a network card of Intel's
    assert detect.plugged_in(tmp_path / "bus") == []


def test_nvidia_smi_is_believed(programs: Path, tmp_path: Path) -> None:
    nvidia_smi(
        programs, 'echo "Tesla T4, 15360, 550.54"; echo "GeForce RTX 4090, 24564, 550.54"; echo; echo x'
    )
    first, second = detect.lines(tmp_path / "no-bus")
    assert (first.state, first.text) == (State.GREEN, "Tesla T4, 15 GiB, driver 550.54")
    assert "GeForce RTX 4090, 24 GiB" in second.text
    assert detect.answering()[0] == detect.Found("Tesla T4", 15360, "550.54")


@pytest.mark.parametrize(
    ("driver", "text"), [(False, "no driver is loaded"), (True, "its driver does not answer")]
)
def test_a_card_without_its_driver(programs: Path, tmp_path: Path, driver: bool, text: str) -> None:
    nvidia_smi(programs, "echo 'NVIDIA-SMI has failed'; exit 9")
    plug_in(tmp_path / "bus", "0", "0x030200", "0x10de", driver)
    (line,) = detect.lines(tmp_path / "bus")
    assert line.state is State.YELLOW
    assert text in line.text and "install NVIDIA's driver" in line.advice


@pytest.mark.parametrize(("vendor", "maker"), [("0x1002", "AMD"), ("0x8086", "Intel")])
def test_other_makers(tmp_path: Path, vendor: str, maker: str) -> None:
    plug_in(tmp_path / "bus", "0", "0x030000", vendor, driver=True)
    (line,) = detect.lines(tmp_path / "bus")
    assert line.state is State.YELLOW and line.text.startswith(maker) and line.advice


def test_a_driver_that_hangs_is_given_up(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workshop.core.programs.PATIENCE", (0.1, 0.2))
    nvidia_smi(programs, "exec sleep 20")
    assert detect.answering() == []
