"""What the machine is: memory and its limits, disk, cores, operating system, clock."""

from __future__ import annotations

import datetime
import platform
import time
from pathlib import Path

import psutil

from workshop.core.cgroups import memory_left, memory_limits
from workshop.core.processors import usable_cores
from workshop.core.settings import Settings, settings_file
from workshop.machine.lines import Line, green, red, yellow
from workshop.machine.where import find_place

GB = 1e9
MEMORY_TOTAL_GB = 1.7
"""A machine that was given 2 GB of RAM shows a little less of it."""
MEMORY_FREE_GB = 0.9
"""What the largest lesson with Theano may take."""
DISK_FOR_SET_UP_GB = 6.0
"""Three environments (3 GB), data (1 GB) and the downloads that they are made from."""
DISK_FREE_GB = 0.5
"""What checkpoints, logs and compiled functions need on a machine that is set up."""
SYSTEMS = {
    "debian": ("12", "13"),
    "ubuntu": ("24.04", "26.04"),
    "rhel": ("9", "10"),
    "almalinux": ("9", "10"),
}
"""The releases that set-up accepts, by the ID of /etc/os-release; the list is the role base-fedora's."""
FEDORA_OLDEST = 42
MACHINES = ("x86_64", "aarch64")
"""Processors for which the locks have wheels."""
SYSTEMS_NAMED = (
    "Debian 12 and 13, Ubuntu 24.04 and 26.04, RHEL and AlmaLinux 9 and 10, and Fedora 42 or newer"
)


def memory() -> Line:
    """Compare the memory with what the lessons need; a container's limit counts as its memory."""
    machine = psutil.virtual_memory()
    total = min([machine.total, *memory_limits()]) / GB
    free = min([machine.available, *memory_left()]) / GB
    text = f"{free:.1f} GB of {total:.1f} GB free"
    if total < MEMORY_TOTAL_GB:
        return red("memory", text, f"the lessons need 2 GB of RAM; {find_place().more_memory}")
    if free < MEMORY_FREE_GB:
        return yellow("memory", text, "shut down idle kernels (JupyterLab: Kernel > Shut Down All Kernels)")
    return green("memory", text)


def disk(settings: Settings) -> Line:
    """Compare the free space below the prefix, and for the notebooks, with what is still to be written."""
    wanted = [settings.prefix or settings.source or Path.cwd()]
    if settings.prefix:
        wanted.append(settings.notebooks)
    folders = {next(each for each in (one, *one.parents) if each.exists()) for one in wanted}
    free, folder = min((psutil.disk_usage(str(each)).free / GB, each) for each in folders)
    text = f"{free:.1f} GB free at {folder}"
    needed = DISK_FREE_GB if settings.prefix else DISK_FOR_SET_UP_GB
    if free < needed:
        return red("disk", text, f"needs {needed:g} GB; free some, or set up on another disk")
    if free < 2 * needed and settings.prefix:
        return yellow("disk", text, "free some before you train for long")
    return green("disk", text)


def cores() -> Line:
    """Say how many processors this process may use; a container's limit counts."""
    usable = usable_cores()
    text = f"{usable} usable, {platform.machine()}"
    if platform.machine() not in MACHINES:
        return yellow("cores", text, f"the environments are locked for {' and '.join(MACHINES)}")
    if usable < 2:
        return yellow("cores", text, "lessons take up to twice as long; give the machine 2 cores")
    return green("cores", text)


def system() -> Line:
    """Say whether this distribution is one that the workshop is made for."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    name = release.get("PRETTY_NAME") or platform.system()
    system, version = release.get("ID", ""), release.get("VERSION_ID", "")
    major = version.partition(".")[0]
    if {version, major} & set(SYSTEMS.get(system, ())):
        return green("system", name)
    if system == "fedora" and major.isdigit() and int(major) >= FEDORA_OLDEST:
        return green("system", name)
    return red("system", f"{name} is not supported", f"use {SYSTEMS_NAMED}, or the appliance on this system")


def clock(now: float | None = None) -> Line:
    """Compare the clock with the newest time that the machine is known to have seen.

    A clock that is behind breaks certificates and makes Theano compile everything again.

    now: seconds since 1970; the machine's own clock when None.
    """
    now = time.time() if now is None else now
    known = [Path(__file__), settings_file()]
    newest = max(path.stat().st_mtime for path in known if path is not None and path.exists())
    text = datetime.datetime.fromtimestamp(now).astimezone().strftime("%Y-%m-%d %H:%M %Z")
    if now < newest - 24 * 3600:
        return red(
            "clock", f"{text}, before the workshop was installed", "run: sudo timedatectl set-ntp true"
        )
    return green("clock", text)
