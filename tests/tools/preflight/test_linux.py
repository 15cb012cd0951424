"""The pre-flight on Linux, run for real on computers that are made up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workshop.machine import hardware

from .bed import ROOT, Linux, Said, rules

SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]


@pytest.fixture
def laptop(tmp_path: Path) -> Linux:
    return Linux(tmp_path)


def expect(said: Said, answer: str, *ids: str) -> None:
    assert said.answer == answer, said.text
    assert said.status == (1 if answer == "NOT READY" else 0)
    for each in ids:
        assert said.names(each), f"{each} is not named in:\n{said.text}"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_good_laptop_is_ready_in_every_shell(tmp_path: Path, shell: str) -> None:
    said = Linux(tmp_path, shell).preflight()
    expect(said, "READY")
    assert "VirtualBox         7.2.16" in said.text
    assert "16000 MB" in said.text


@pytest.mark.parametrize(
    ("megabytes", "answer"),
    [(3500, "NOT READY"), (3700, "READY, BUT"), (7100, "READY, BUT"), (7900, "READY")],
)
def test_memory(laptop: Linux, megabytes: int, answer: str) -> None:
    laptop.memory(megabytes)
    said = laptop.preflight()
    expect(said, answer)
    assert said.names("memory") == (answer != "READY")
    assert answer == "READY" or f"({megabytes} MB)" in said.flowing


@pytest.mark.parametrize(
    ("megabytes", "answer"),
    [(900, "NOT READY"), (11999, "NOT READY"), (12000, "READY, BUT"), (16000, "READY")],
)
def test_disk(laptop: Linux, megabytes: int, answer: str) -> None:
    laptop.disk(megabytes)
    said = laptop.preflight()
    expect(said, answer)
    assert said.names("disk") == (answer != "READY")


def test_virtualisation_off_in_the_firmware(laptop: Linux) -> None:
    laptop.processor()
    expect(laptop.preflight(), "NOT READY", "virtualisation")


def test_inside_a_virtual_machine(laptop: Linux) -> None:
    laptop.processor("hypervisor")
    said = laptop.preflight()
    expect(said, "READY, BUT", "inside")
    assert not said.names("virtualisation")


def arm(laptop: Linux) -> None:
    laptop.command("uname", "case $1 in -m) echo aarch64 ;; *) echo Linux ;; esac")
    laptop.processor()


@pytest.mark.parametrize("virtualbox", [True, False])
def test_an_arm_processor_needs_no_virtual_machine(laptop: Linux, virtualbox: bool) -> None:
    arm(laptop)
    if not virtualbox:
        laptop.without("VBoxManage")
    said = laptop.preflight()
    expect(said, "READY")
    assert "an Arm processor (aarch64)" in said.file
    assert "./local/setup.bash" in said.file
    assert "-arm64.oci.tar" in said.file
    assert (ROOT / "local/setup.bash").exists()


@pytest.mark.parametrize(
    ("memory", "disk", "answer", "names"),
    [
        (1900, 6500, "READY", ()),
        (1600, 6500, "NOT READY", ("memory",)),
        (1900, 5900, "NOT READY", ("disk",)),
    ],
)
def test_an_arm_processor_needs_what_set_up_needs(
    laptop: Linux, memory: int, disk: int, answer: str, names: tuple[str, ...]
) -> None:
    arm(laptop)
    laptop.memory(memory)
    laptop.disk(disk)
    expect(laptop.preflight(), answer, *names)
    bounds = {each.fact: int(each.bound) for rule in rules() if rule.systems == "linux"
              for each in rule.comparisons if each.word == "lt"}  # fmt: skip
    assert bounds["memory_mb"] == hardware.MEMORY_TOTAL_GB * 1000
    assert bounds["disk_mb"] == hardware.DISK_FOR_SET_UP_GB * 1000


def test_an_intel_or_amd_processor_is_told_its_file_whatever_the_answer(laptop: Linux) -> None:
    for answer in ("READY", "NOT READY"):
        said = laptop.preflight()
        expect(said, answer)
        assert "an Intel or AMD processor (x86_64)" in said.file
        assert "ends in .ova, without arm64; VirtualBox runs it" in said.file
        laptop.memory(2000)


@pytest.mark.parametrize("version", ["tcp", "tcp6"])
def test_ports_in_use(laptop: Linux, version: str) -> None:
    laptop.listening(8080, 8282, 9999, version=version)
    said = laptop.preflight()
    expect(said, "NOT READY", "ports")
    assert "(port 8080, 8282)" in said.flowing


def test_virtualbox_is_missing(laptop: Linux) -> None:
    laptop.without("VBoxManage")
    said = laptop.preflight()
    expect(said, "NOT READY", "program")
    assert not said.names("driver")


def test_virtualbox_is_too_old(laptop: Linux) -> None:
    laptop.virtualbox("6.1.50r161033")
    said = laptop.preflight()
    expect(said, "NOT READY", "program")
    assert "VirtualBox 6.1.50 is too old" in said.flowing


def test_the_driver_is_not_in_the_kernel(laptop: Linux) -> None:
    laptop.modules("ext4 1 0 - Live 0x0")
    laptop.virtualbox("7.0.20_Debianr163906", warning="WARNING: The vboxdrv kernel module is not loaded.\\n")
    said = laptop.preflight()
    expect(said, "NOT READY", "driver")
    assert "VirtualBox         7.0.20\n" in said.text
    assert "Secure Boot" not in said.text


def test_secure_boot_keeps_the_driver_out(laptop: Linux) -> None:
    laptop.modules()
    laptop.command("mokutil", "echo SecureBoot enabled")
    said = laptop.preflight()
    expect(said, "NOT READY", "driver")
    assert "Secure Boot keeps" in said.flowing


def test_kvm_holds_the_processor(laptop: Linux) -> None:
    laptop.modules("vboxdrv 1 0 - Live 0x0", "kvm_intel 1 0 - Live 0x0")
    laptop.file("sys/module/kvm/parameters/enable_virt_at_load", "Y\n")
    expect(laptop.preflight(), "READY, BUT", "kvm")


def test_everything_at_once_is_one_numbered_list_with_what_stops_first(laptop: Linux) -> None:
    laptop.memory(2000)
    laptop.disk(13000)
    laptop.listening(8081)
    laptop.without("VBoxManage")
    said = laptop.preflight()
    expect(said, "NOT READY", "memory", "disk", "ports", "program")
    numbers = [line[0] for line in said.text.splitlines() if line[:1].isdigit()]
    assert numbers == ["1", "2", "3", "4"]
    assert said.flowing.index(
        "too full" if "too full" in said.flowing else "just large"
    ) > said.flowing.index("port 8081")
    assert max(map(len, said.text.splitlines())) <= 82


def test_what_cannot_be_found_out_is_said_and_stops_nobody(laptop: Linux) -> None:
    (laptop.folder / "root/proc/meminfo").unlink()
    (laptop.folder / "root/proc/cpuinfo").unlink()
    laptop.without("df")
    said = laptop.preflight()
    expect(said, "READY")
    assert said.text.count("could not be found out") == 3


def test_without_its_rules_it_says_what_to_copy(laptop: Linux, tmp_path: Path) -> None:
    script = tmp_path / "alone.sh"
    script.write_bytes((Path(__file__).parents[3] / "tools/preflight/preflight.sh").read_bytes())
    said = laptop.preflight(
        script, stderr=f"preflight: {tmp_path}/rules.txt is missing; copy the whole folder\n"
    )
    assert (said.status, said.text) == (1, "")
