from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from organiser.thumbdrive.contents import load_contents
from organiser.thumbdrive.page import render

INSTALLERS = [
    "1-virtualbox/VirtualBox-7.2.16-174877-Win.exe",
    "1-virtualbox/VirtualBox-7.2.16-174877-OSX.dmg",
    "1-virtualbox/VirtualBox-7.2.16-174877-macOSArm64.dmg",
    "1-virtualbox/VirtualBox-7.2.16-174877-Linux_amd64.run",
]
FULL = [
    *INSTALLERS,
    "2-virtual-machine/work shop.ova",
    "site/index.html",
    "site/slides/day-1/index.html",
    "check-my-computer/check.cmd",
    "check-my-computer/check.command",
    "check-my-computer/check.sh",
    "workshop.bundle",
    "set-up-from-stick.bash",
    "wheels/uv-1-py3-none-manylinux_2_17_x86_64.whl",
    "data/mnist/x",
    "debs/preferences",
    "debs/dists/trixie/main/binary-amd64/Packages.xz",
    "verify.cmd",
    "verify.command",
    "verify.sh",
]
OVA = "2-virtual-machine/work shop.ova"
ARM_FILES = [
    "2-virtual-machine/w-arm64.ova",
    "2-virtual-machine/w-arm64.utm.zip",
    "2-virtual-machine/w-arm64.wsl",
]
WSL = "2-virtual-machine/w.wsl"
UTM = "1-utm/UTM.dmg"
EVERYTHING = [
    *FULL,
    *ARM_FILES,
    WSL,
    UTM,
    "1-wsl/wsl.2.6.1.0.x64.msi",
    "1-wsl/wsl.2.6.1.0.arm64.msi",
    "wheels/uv-1-py3-none-manylinux_2_17_aarch64.whl",
    "debs/dists/trixie/main/binary-arm64/Packages.xz",
]


class Page(HTMLParser):
    """The panels of a page: links and programs to start; and whether each tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: dict[str, list[str]] = {"": []}
        self.programs: dict[str, list[str]] = {"": []}
        self.section = ""
        self.in_program = False
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)
        if tag == "section":
            self.section = given["id"] or ""
            self.links[self.section], self.programs[self.section] = [], []
        elif tag == "a":
            self.links[self.section].append(given["href"] or "")
        self.in_program = given.get("class") == "program"

    def handle_data(self, data: str) -> None:
        if self.in_program:
            self.programs[self.section].append(data.removeprefix("sh "))
            self.in_program = False

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "section":
            self.section = ""

    def files(self, section: str) -> list[str]:
        return [unquote(link) for link in self.links[section] if not link.startswith(("#", "http"))]


def page(names: list[str], classroom: str = "") -> Page:
    return Page(render(load_contents(), names, classroom))


def panel(names: list[str], system: str, classroom: str = "") -> str:
    """Return the text of one panel."""
    text = render(load_contents(), names, classroom)
    begin = text.index(f'id="{system}"')
    return text[begin : text.index("</section>", begin)]


def test_each_system_finds_its_own_files_in_order() -> None:
    found = page(FULL)
    assert found.files("windows") == [INSTALLERS[0], OVA]
    assert found.programs["windows"] == ["check-my-computer/check.cmd", "verify.cmd"]
    assert found.files("macos-intel") == [INSTALLERS[1], OVA]
    assert found.programs["macos-intel"] == ["check-my-computer/check.command", "verify.command"]
    assert found.files("linux") == [INSTALLERS[3], OVA]
    assert found.programs["linux"] == ["check-my-computer/check.sh", "verify.sh"]
    assert found.files("") == ["site/index.html", "site/slides/day-1/index.html"]


def test_each_arm_computer_finds_the_file_that_is_for_it() -> None:
    found = page([*FULL, *ARM_FILES, UTM, WSL])
    assert found.files("macos-arm")[:2] == [UTM, ARM_FILES[1]]
    assert found.files("windows-arm") == [ARM_FILES[2]]
    for system in ("macos-intel", "linux", "windows"):
        assert not any("arm64" in name or "utm" in name for name in found.files(system))


def test_what_is_not_on_the_stick_needs_a_network_and_the_step_says_so() -> None:
    assert "Only this step needs a network" in panel([*FULL, ARM_FILES[1]], "macos-arm")
    assert "network" not in panel([*FULL, ARM_FILES[1], UTM], "macos-arm")
    assert "Only this step needs a network" in panel([OVA], "windows")
    assert "network" not in panel(FULL, "windows")
    assert "wsl --update" in panel([WSL], "windows")
    given = panel(EVERYTHING, "windows")
    assert "wsl --update" not in given and "1-wsl/wsl.2.6.1.0.x64.msi" in given
    assert page(EVERYTHING).files("windows-arm") == ["1-wsl/wsl.2.6.1.0.arm64.msi", ARM_FILES[2]]


def test_a_name_is_typed_as_its_terminal_wants_it() -> None:
    spaced = "2-virtual-machine/work & shop (1).wsl"
    told = unescape(panel([*FULL, spaced], "windows"))
    assert '%USERPROFILE%\\workshop "work & shop (1).wsl"\n' in told


def test_tablets_go_to_the_classroom() -> None:
    address = "https://classroom.example.org:8443/?a=1&b=2"
    found = page(FULL, address)
    assert found.links["tablet"] == [address]
    assert found.files("tablet") == []
    assert "You need not install anything" in panel(FULL, "tablet", address)
    assert "Ask the speaker" not in panel(FULL, "tablet", address)
    assert page(FULL).links["tablet"] == []
    assert "Ask the speaker" in panel(FULL, "tablet")


@pytest.mark.parametrize("left_out", range(len(EVERYTHING)))
def test_nothing_is_named_that_is_not_there(left_out: int) -> None:
    names = [name for number, name in enumerate(EVERYTHING) if number != left_out]
    found = page(names)
    named = {file for section in found.links for file in (*found.files(section), *found.programs[section])}
    assert named <= set(names)


def test_an_almost_empty_stick_has_a_page() -> None:
    assert "Nothing to install" in render(load_contents(), ["site/index.html"])


def test_local_mode_is_told_with_what_it_needs() -> None:
    def told(*gone: str, system: str = "linux") -> str:
        return panel([name for name in EVERYTHING if name not in gone], system)

    assert re.search(r"without a network: <code>bash set-up-from-stick.bash", told())
    assert "come from the stick too" in told()
    assert "need a network" in told("debs/preferences")
    assert "without a network: <code>" not in told("wheels/uv-1-py3-none-manylinux_2_17_x86_64.whl")
    assert "set-up-from-stick" not in told("workshop.bundle")
    arm = told(system="linux-arm")
    assert re.search(r"without a network: <code>bash set-up-from-stick.bash", arm)
    assert "come from the stick too" in arm
    assert "come from the stick too" not in panel(FULL, "linux-arm")
    assert "without a network: <code>" not in panel(FULL, "linux-arm")
