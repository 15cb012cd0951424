"""The pre-flight on macOS: the same script, with what a Mac's commands would answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from .bed import PREFLIGHT, Mac


@pytest.fixture
def mac(tmp_path: Path) -> Mac:
    return Mac(tmp_path)


def test_a_good_mac_is_ready(mac: Mac) -> None:
    said = mac.preflight()
    assert (said.answer, said.status) == ("READY", 0), said.text
    assert "x86_64, macOS 14.5" in said.text
    assert "16384 MB" in said.text


def test_apple_silicon(mac: Mac) -> None:
    mac.machine("arm64")
    said = mac.preflight()
    assert (said.answer, said.status) == ("NOT READY", 1)
    assert "Mac with Apple silicon" in said.flowing


def test_apple_silicon_through_a_shell_for_intel(mac: Mac) -> None:
    mac.sysctl(hw__optional__arm64="1")
    assert "Mac with Apple silicon" in mac.preflight().flowing


def test_memory_and_disk(mac: Mac) -> None:
    mac.sysctl(hw__memsize=str(4 << 30))
    mac.disk(2000)
    said = mac.preflight()
    assert (said.answer, said.status) == ("NOT READY", 1)
    assert said.names("memory")
    assert said.names("disk")


def test_no_virtualisation(mac: Mac) -> None:
    mac.sysctl(kern__hv_support="0")
    assert mac.preflight().names("virtualisation")


def test_ports_in_use(mac: Mac) -> None:
    mac.listening(8282)
    said = mac.preflight()
    assert said.answer == "NOT READY"
    assert "(port 8282)" in said.flowing


def test_virtualbox_is_missing(mac: Mac) -> None:
    mac.without("VBoxManage")
    assert mac.preflight().names("virtualbox")


def test_rules_of_other_systems_stay_silent(mac: Mac) -> None:
    said = mac.preflight()
    for each in ("driver", "kvm", "hypervisor"):
        assert not said.names(each)


def test_the_file_to_double_click_runs_the_same_and_does_not_wait_without_a_terminal(mac: Mac) -> None:
    mac.machine("arm64")
    assert mac.preflight(PREFLIGHT / "preflight.command") == mac.preflight()
    assert (PREFLIGHT / "preflight.command").stat().st_mode & 0o111
