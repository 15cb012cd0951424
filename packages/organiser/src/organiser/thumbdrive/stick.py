"""What a stick has, as its page needs to know it: by the names of the files alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from organiser.thumbdrive.computers import fits
from organiser.thumbdrive.contents import Part
from organiser.thumbdrive.names import BUNDLE, DATA, DEBS, LOCAL, PREFLIGHT, SITE, WHEELS


@dataclass(frozen=True)
class Stick:
    """The files of a stick, and the address of the classroom, if there is one."""

    parts: Sequence[Part]
    names: frozenset[str]
    classroom: str = ""

    def machine(self, form: str, *, arm: bool) -> str:
        """Return the machine in this form for this processor; nothing where there is none."""
        processor = "arm64" if arm else "amd64"
        return next((name for name in sorted(self.names) if fits(name, form, processor)), "")

    def virtualbox(self, system: str) -> str:
        """Return VirtualBox's installer for a system."""
        for part in self.parts:
            for file in part.more.get("files", ()):
                name = f"{part.into}/{file['name']}"
                if file.get("system") == system and name in self.names:
                    return name
        return ""

    def utm(self) -> str:
        """Return UTM's disk image, which only the organiser can have put there."""
        return next((name for name in sorted(self.names) if name.endswith("/UTM.dmg")), "")

    def wsl_installer(self, *, arm: bool) -> str:
        """Return the installer of WSL itself, likewise."""
        ending = ".arm64.msi" if arm else ".x64.msi"
        named = (name for name in sorted(self.names) if PurePosixPath(name).name.startswith("wsl."))
        return next((name for name in named if name.endswith(ending)), "")

    def preflight(self, endings: tuple[str, ...]) -> str:
        """Return the check of a computer that has one of these endings."""
        checks = (name for name in sorted(self.names) if name.startswith(f"{PREFLIGHT}/"))
        return next((name for name in checks if name.endswith(endings)), "")

    def has_local(self) -> bool:
        """Tell whether a Linux can set itself up from here."""
        return {LOCAL, BUNDLE} <= self.names

    def has_packages(self, machine: str) -> bool:
        """Tell whether local mode finds here what it would fetch, for a processor by the kernel's word."""
        wheels = (name for name in self.names if name.startswith(f"{WHEELS}/"))
        return any(name.endswith(f"_{machine}.whl") for name in wheels) and self._has(DATA)

    def has_debs(self, processor: str) -> bool:
        """Tell whether Debian 13's own packages are here, for a processor by Debian's word."""
        lists = (name for name in self.names if name.startswith(f"{DEBS}/dists/"))
        return f"{DEBS}/preferences" in self.names and any(f"/binary-{processor}/" in name for name in lists)

    def slides(self) -> list[str]:
        """Return the decks."""
        decks = (name for name in sorted(self.names) if name.startswith(f"{SITE}/slides/"))
        return [name for name in decks if name.endswith("index.html")]

    def _has(self, folder: str) -> bool:
        return any(name.startswith(f"{folder}/") for name in self.names)
