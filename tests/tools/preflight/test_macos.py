"""The pre-flight on macOS: the same script, with what a Mac's commands would answer."""

from __future__ import annotations

import re
import shutil
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


UTM_ZIP = "ends in -arm64.utm.zip; the program UTM 4 runs it"
OVA = "ends in .ova, without arm64; VirtualBox runs it"


@pytest.mark.parametrize("version", ["", "6.1.50r161033", "7.0.20r163906", "7.1.4r165100"])
@pytest.mark.parametrize("utm", ["", "3.2.4", "4.6.4"])
@pytest.mark.parametrize("processor", ["x86_64", "arm64"])
def test_each_processor_with_each_program(mac: Mac, processor: str, utm: str, version: str) -> None:
    mac.machine(processor)
    if utm:
        mac.utm(utm)
    if version:
        mac.virtualbox(version)
    else:
        mac.without("VBoxManage")
    said = mac.preflight()
    if processor == "arm64":
        ready = utm == "4.6.4" or version.startswith("7.1")
        assert "an Apple processor (arm64, macOS 14.5). Your file, in the stick's folder" in said.file
        assert UTM_ZIP in said.file
        assert "With VirtualBox 7.1 or newer" in said.file
        assert "-arm64.ova" in said.file
    else:
        ready = version.startswith("7")
        assert "an Intel processor (x86_64, macOS 14.5)" in said.file
        assert OVA in said.file
        assert "UTM" not in said.file
    assert (said.answer, said.status) == (("READY", 0) if ready else ("NOT READY", 1)), said.text
    assert said.names("program") != ready


def test_what_an_apple_processor_lacks_is_said_with_where_to_get_it(mac: Mac) -> None:
    mac.machine("arm64")
    mac.without("VBoxManage")
    assert "mac.getutm.app" in mac.preflight().flowing
    mac.utm("3.2.4")
    assert "UTM 3.2.4 is too old" in mac.preflight().flowing


def test_utm_whose_version_is_not_known_stops_nobody(mac: Mac) -> None:
    mac.machine("arm64")
    mac.without("VBoxManage")
    mac.utm("4.6.4")
    mac.without("defaults")
    said = mac.preflight()
    assert said.answer == "READY", said.text
    assert "UTM                of a version that is not known" in said.text


def test_apple_silicon_through_a_shell_for_intel(mac: Mac) -> None:
    mac.sysctl(hw__optional__arm64="1")
    assert "an Apple processor (arm64, macOS 14.5)" in mac.preflight().file


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


def test_the_file_to_double_click_runs_the_same_and_does_not_wait_without_a_terminal(mac: Mac) -> None:
    mac.machine("arm64")
    assert mac.preflight(PREFLIGHT / "preflight.command") == mac.preflight()
    assert (PREFLIGHT / "preflight.command").stat().st_mode & 0o111


@pytest.mark.parametrize(("processor", "panel"), [("arm64", "macos-arm"), ("x86_64", "macos-intel")])
def test_on_a_stick_the_start_page_opens_at_this_computers_panel(
    mac: Mac, tmp_path: Path, processor: str, panel: str
) -> None:
    """Through a page that leads there; the stick's folder may have any name."""
    stick = tmp_path / "a 100% stick #1"
    shutil.copytree(PREFLIGHT, stick / "check-my-computer")
    (stick / "0_START_HERE.html").touch()
    (mac.bin / "mktemp").symlink_to(shutil.which("mktemp") or "")
    mac.command("open", f'cat "$1" >"{tmp_path}/opened"')
    mac.machine(processor)
    mac.preflight(stick / "check-my-computer/preflight.sh")
    address = re.search(r'url=([^"]*)"', (tmp_path / "opened").read_text(encoding="utf-8"))
    assert address and address[1] == f"{(stick / '0_START_HERE.html').as_uri()}#{panel}"
