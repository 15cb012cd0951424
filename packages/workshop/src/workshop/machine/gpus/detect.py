"""Is there a graphics card in this machine, and can one train on it?"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workshop.core.programs import patiently
from workshop.machine.lines import Line, green, yellow

CHECK = "graphics card"
PCI_DEVICES = Path("/sys/bus/pci/devices")
QUERY = ("--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits")
VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel"}
DISPLAYS = "0x03"
"""The first byte of the PCI class of everything that draws or computes as graphics cards do."""
NONE = (
    "none that trains networks. That is the usual case in a virtual machine, and no fault: every lesson "
    "here is made for the processor"
)
INSTALL = {
    "NVIDIA": "install NVIDIA's driver from your distribution, restart, and run this again",
    "AMD": "AMD's cards need a build of TensorFlow or PyTorch for ROCm; Theano cannot use them",
    "Intel": "nothing to do: the lessons run on the processor",
}


@dataclass(frozen=True)
class Found:
    """A card that its driver answers for."""

    name: str
    memory_mb: int
    """MiB, as the driver counts."""
    driver: str


def answering() -> list[Found]:
    """Return the cards that NVIDIA's ``nvidia-smi`` lists; none when it is missing, fails or hangs."""
    if shutil.which("nvidia-smi") is None:
        return []
    try:
        # Without a driver that stays loaded the first answer takes many seconds.
        ran = patiently(
            lambda seconds: subprocess.run(
                ["nvidia-smi", *QUERY], capture_output=True, text=True, timeout=seconds, check=False
            )
        )
    except OSError:
        return []
    return list(_rows(ran.stdout)) if ran.returncode == 0 else []


def _rows(text: str) -> Iterator[Found]:
    """Read lines such as ``Tesla T4, 15360, 550.54``; skip what is none."""
    for line in text.splitlines():
        parts = [part.strip() for part in line.rsplit(",", 2)]
        if len(parts) == 3 and parts[1].isdigit():
            yield Found(parts[0], int(parts[1]), parts[2])


def plugged_in(devices: Path = PCI_DEVICES) -> list[tuple[str, bool]]:
    """Return the maker of each card on the PCI bus and whether a driver holds it.

    What a virtual machine pretends to have for its screen is none.
    """
    found = []
    for device in sorted(devices.glob("*")) if devices.is_dir() else []:
        try:
            kind = (device / "class").read_text(encoding="ascii").strip()
            vendor = (device / "vendor").read_text(encoding="ascii").strip()
        except OSError:
            continue
        if kind.startswith(DISPLAYS) and vendor in VENDORS:
            found.append((VENDORS[vendor], (device / "driver").exists()))
    return found


def lines(devices: Path = PCI_DEVICES) -> list[Line]:
    """Say what is here and what to do about it, one line a card."""
    cards = answering()
    if cards:
        return [
            green(CHECK, f"{card.name}, {card.memory_mb / 1024:.0f} GiB, driver {card.driver}")
            for card in cards
        ]
    present = plugged_in(devices)
    if not present:
        return [green(CHECK, NONE)]
    return [_without_answer(maker, driven) for maker, driven in present]


def _without_answer(maker: str, driven: bool) -> Line:
    """Say why a card that is there cannot be used as it is."""
    if maker == "NVIDIA":
        state = "its driver does not answer (nvidia-smi)" if driven else "no driver is loaded for it"
        return yellow(CHECK, f"an NVIDIA card, but {state}", INSTALL[maker])
    return yellow(CHECK, f"{maker} graphics, which the lessons do not use", INSTALL[maker])
