from __future__ import annotations

import re
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
    "wheels/a.whl",
    "data/mnist/x",
    "debs/preferences",
    "verify.cmd",
    "verify.command",
    "verify.sh",
]


class Page(HTMLParser):
    """The sections of a page with their links, and whether each tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: dict[str, list[str]] = {"": []}
        self.section = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)
        if tag == "section":
            self.section = dict(attrs)["id"] or ""
            self.links[self.section] = []
        if tag == "a":
            self.links[self.section].append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "section":
            self.section = ""

    def files(self, section: str) -> list[str]:
        return [unquote(link) for link in self.links[section] if not link.startswith(("#", "http"))]


def page(names: list[str]) -> Page:
    return Page(render(load_contents(), names))


def test_each_system_finds_its_own_files_in_order() -> None:
    found = page(FULL)
    ova = "2-virtual-machine/work shop.ova"
    assert found.files("windows") == ["check-my-computer/check.cmd", INSTALLERS[0], ova, "verify.cmd"]
    assert found.files("macos-intel") == [
        "check-my-computer/check.command",
        INSTALLERS[1],
        ova,
        "verify.command",
    ]
    assert found.files("linux") == ["check-my-computer/check.sh", INSTALLERS[3], ova, "verify.sh"]
    assert found.files("") == ["site/index.html", "site/slides/day-1/index.html"]


def test_an_arm_mac_is_told_before_it_imports_anything() -> None:
    text = render(load_contents(), FULL)
    panel = text[text.index('id="macos-arm"') : text.index('id="linux"')]
    assert "only machines made for Arm" in panel
    assert ".ova" not in panel


ARM_FILES = [
    "2-virtual-machine/w-arm64.ova",
    "2-virtual-machine/w-arm64.utm.zip",
    "2-virtual-machine/w-arm64.wsl",
]


def test_each_arm_computer_finds_the_file_that_is_for_it() -> None:
    found = page([*FULL, *ARM_FILES, "1-utm/UTM.dmg", "2-virtual-machine/w.wsl"])
    assert found.files("macos-arm")[1:3] == ["1-utm/UTM.dmg", ARM_FILES[1]]
    assert found.files("windows-arm")[1] == ARM_FILES[2]
    assert found.files("windows")[1:4] == [
        INSTALLERS[0],
        "2-virtual-machine/work shop.ova",
        "2-virtual-machine/w.wsl",
    ]
    for system in ("macos-intel", "linux"):
        assert not any("arm64" in name or "utm" in name or "wsl" in name for name in found.files(system))


def test_without_utm_a_mac_takes_virtualbox_for_arm() -> None:
    found = page([*FULL, ARM_FILES[0]])
    assert found.files("macos-arm")[1:3] == [INSTALLERS[2], ARM_FILES[0]]
    assert found.files("windows-arm") == ["check-my-computer/check.cmd", "verify.cmd"]


@pytest.mark.parametrize("left_out", range(len(FULL)))
def test_nothing_is_linked_that_is_not_there(left_out: int) -> None:
    names = [name for number, name in enumerate(FULL) if number != left_out]
    found = page(names)
    assert {link for section in found.links for link in found.files(section)} <= set(names)


def test_an_almost_empty_stick_has_a_page() -> None:
    assert "Nothing to install" in render(load_contents(), ["site/index.html"])


def test_local_mode_is_told_with_what_it_needs() -> None:
    def told(*gone: str) -> str:
        return render(load_contents(), [name for name in FULL if name not in gone])

    assert re.search(r"without a network: <code>bash set-up-from-stick.bash", told())
    assert "come from the stick too" in told()
    assert "need a network" in told("debs/preferences")
    assert "without a network: <code>" not in told("wheels/a.whl")
    assert "set-up-from-stick" not in told("workshop.bundle")
