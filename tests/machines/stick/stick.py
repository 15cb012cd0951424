"""Thumb drives that are images: formatted, mounted by whatever can here, plugged in and pulled out."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


class NotHereError(Exception):
    """This machine cannot mount such a stick; the message says what it lacks."""


def tool(name: str) -> str:
    found = shutil.which(name, path=SBIN)
    if not found:
        raise NotHereError(f"needs {name}")
    return found


def run(*words: str | Path) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHereError(f"{words[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def is_open(files: set[str]) -> bool:
    """Tell whether a process has one of the files open."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if str(link.readlink()) in files:
                return True
    return False


def mount_exfat(stick: Stick) -> None:
    """By the kernel where it can, else by the program that FUSE runs; both want a device."""
    stick.device = run(tool("losetup"), "--find", "--show", stick.image).strip()
    try:
        run("mount", "-t", "exfat", stick.device, stick.folder)
    except NotHereError:
        run(tool("mount.exfat-fuse"), stick.device, stick.folder)


def mount_fat32(stick: Stick) -> None:
    """By the kernel where it can, else by a program, which reads the image itself."""
    try:
        stick.device = run(tool("losetup"), "--find", "--show", stick.image).strip()
        run("mount", "-t", "vfat", stick.device, stick.folder)
    except NotHereError:
        if stick.device:
            run(tool("losetup"), "--detach", stick.device)
            stick.device = ""
        run(tool("fusefat"), "-o", "rw+", stick.image, stick.folder)


MAKERS: dict[str, tuple[list[str], Callable[[Stick], None]]] = {
    "exfat": (["mkfs.exfat"], mount_exfat),
    "fat32": (["mkfs.vfat", "-F", "32"], mount_fat32),
}


@dataclass
class Stick:
    """One stick."""

    kind: str
    image: Path
    folder: Path
    device: str = field(default="")

    @classmethod
    def make(cls, kind: str, folder: Path, megabytes: int) -> Stick:
        """Format an image and plug it in; NotHereError where that cannot be."""
        folder.mkdir(parents=True)
        image = folder / "image"
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        command, _ = MAKERS[kind]
        run(tool(command[0]), *command[1:], image)
        stick = cls(kind, image, folder / "mounted")
        stick.folder.mkdir()
        stick.plug_in()
        return stick

    def plug_in(self) -> None:
        MAKERS[self.kind][1](self)

    def pull_out(self) -> None:
        """Unmount; what was on the stick is read anew from the image the next time."""
        for _ in range(600):
            try:
                run("umount", self.folder)
                break
            except NotHereError:
                time.sleep(0.1)  # a killed writer's last request
        # The program behind a FUSE mount may still be writing.
        for _ in range(600):
            if not is_open({str(self.image), self.device}):
                break
            time.sleep(0.1)
        if self.device:
            run(tool("losetup"), "--detach", self.device)
            self.device = ""

    def is_out(self) -> bool:
        """Tell whether nothing has the image any more, no program of FUSE's and no device.

        The kernel lets go of a device that was detached when nothing is mounted from it any more.
        """
        devices = run(tool("losetup"), "--associated", self.image).strip()
        return not devices and not is_open({str(self.image), self.device})

    def replug(self) -> None:
        self.pull_out()
        self.plug_in()

    def check_file_system(self) -> None:
        """Ask the system's own checker, on the unplugged stick."""
        self.pull_out()
        try:
            run(tool({"exfat": "fsck.exfat", "fat32": "fsck.vfat"}[self.kind]), "-n", self.image)
        finally:
            self.plug_in()
