"""Take an appliance out of VirtualBox: switched off, exported, and written anew in our own form.

VirtualBox's own export has a random identifier, its manifest at the end, and every setting of the
organiser's machine. What counts is read from it (disk, memory, processors, forwarded ports); the
rest is left behind, and each forwarded port is put on 127.0.0.1. From the disk goes what two copies
must not share (``generalise``); the machine itself keeps it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from organiser.appliance import envelope, hardware, ovf
from organiser.appliance.generalise import generalise
from organiser.appliance.machine import Machine
from organiser.appliance.ova import Contents, read_contents
from organiser.appliance.pack import Clock, PackResult, wrap
from organiser.appliance.scratch import folder_beside
from organiser.appliance.verify.run import DISK_TOOLS, verify
from organiser.appliance.verify.whole import write_list
from workshop.core import programs
from workshop.core.errors import WorkshopError

SHUTDOWN_SECONDS = 180.0
PAUSE = 1.0
EPOCH = 315532800
"""1980-01-01: a date that stands for none, so that the same disk gives the same OVA."""
OFF = ("poweroff", "aborted")
Say = Callable[[str], None]


def export(
    vm: str, target: Path, *, version: str, epoch: int = EPOCH, seconds: float = SHUTDOWN_SECONDS, say: Say
) -> PackResult:
    """Export a machine of VirtualBox into an OVA, which appears when it is whole and sound.

    vm: name or identifier. version: goes into the OVF. epoch: seconds since 1970, the date of its
    members. seconds: a running machine gets so many to shut down; it stays off. say: is told what
    happens.

    Raises WorkshopError when VirtualBox is missing, does not know the machine or fails, when the
    machine does not shut down, has not exactly one disk, or did not come from an appliance.
    """
    programs.find("VBoxManage")
    programs.require(*DISK_TOOLS)
    _require_replaceable(target)
    clock = Clock(say)
    _switch_off(vm, seconds, say)
    with folder_beside(target) as scratch:
        with clock("export"):
            theirs = scratch / "theirs.ova"
            programs.run("VBoxManage", "export", vm, "--output", theirs, "--ovf10", "--options=manifest")
        contents = read_contents(theirs)
        description = _description(contents, version, say)
        with clock("disk"):
            raw = scratch / "disk.raw"
            hardware.write_raw(hardware.read(theirs), raw)
            theirs.unlink()
        with clock("disk alike for all copies"):
            generalise(raw, epoch=epoch, say=say)
        ours = scratch / target.name
        result = wrap(raw, ours, description, epoch=epoch, clock=clock)
        report = verify(ours)
        if not report.ok:
            name, fault = report.faults[0]
            raise WorkshopError(f"the exported appliance is not sound: {name}: {fault}")
        # An older file's list would call this one damaged.
        write_list(target, result.sha256)
        ours.replace(target)
    result.ova = target
    return result


def _require_replaceable(target: Path) -> None:
    """Raise WorkshopError, before anything is shut down, when the target is something else than an OVA."""
    if target.suffix.lower() != ".ova":
        raise WorkshopError(f"{target} does not end in .ova")
    if target.exists():
        try:
            read_contents(target)
        except (WorkshopError, OSError) as error:
            raise WorkshopError(f"{target} exists and is not an OVA; name another file") from error


def _switch_off(vm: str, seconds: float, say: Say) -> None:
    """Press the power button of a running machine and wait until it is off."""
    state = _state(vm)
    if state in OFF:
        return
    if state != "running":
        raise WorkshopError(f"{vm} is {state}; start it, shut it down inside, and export it again")
    say(f"shutting {vm} down")
    programs.run("VBoxManage", "controlvm", vm, "acpipowerbutton")
    until = time.monotonic() + seconds
    while (state := _state(vm)) not in OFF:
        if time.monotonic() > until:
            raise WorkshopError(f"{vm} is still {state} after {seconds:.0f} s; shut it down inside")
        time.sleep(PAUSE)


def _state(vm: str) -> str:
    """Return VirtualBox's word for what a machine does."""
    try:
        said = programs.run("VBoxManage", "showvminfo", vm, "--machinereadable")
    except WorkshopError as error:
        names = re.findall(r'^"(.*)" \{', programs.run("VBoxManage", "list", "vms"), re.MULTILINE)
        there = ", ".join(names) or "none"
        raise WorkshopError(f"VirtualBox has no machine {vm!r}; there is {there}") from error
    found = re.search(r'^VMState="(.*)"$', said, re.MULTILINE)
    return found[1] if found else "unknown"


def _description(contents: Contents, version: str, say: Say) -> ovf.Description:
    """Return what our descriptor says about a machine that VirtualBox exported."""
    for rule in envelope.rules(contents.envelope):
        if rule.host_ip != ovf.LOOPBACK:
            where = rule.host_ip or "every interface"
            say(f"the forwarded port {rule.name} listened on {where}; in the OVA it is on {ovf.LOOPBACK}")
    described = envelope.machine(contents.envelope)
    name, system = ("", "") if described is None else (described.get("name", ""), described.get("OSType", ""))
    machine = Machine(_plain(name), contents.memory, contents.cpus, contents.forwards)
    return ovf.Description(machine, version, _system(system))


def _plain(name: str) -> str:
    """Return a machine's name as one that is also a file's and a host's."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "appliance"


def _system(word: str) -> ovf.System:
    """Return the operating system that VirtualBox's word stands for."""
    if word.endswith("_arm64"):
        raise WorkshopError(
            "Arm machines cannot be exported; build one with 'workshop appliance build --arch arm64'"
        )
    if not word.endswith("_64"):
        raise WorkshopError(f"the machine's system is {word!r}, which is not 64-bit; change it in VirtualBox")
    known = {system.virtualbox: system for system in ovf.SYSTEMS.values()}
    return known.get(word, ovf.System(ovf.SYSTEMS["fedora"].cim, word))
