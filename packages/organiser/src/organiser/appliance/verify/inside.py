"""The system inside, in whatever form it is handed out: its programs and services, and nobody's secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator

from organiser.appliance import clean, private
from organiser.appliance.architecture import Architecture, of_program
from organiser.appliance.files import Files
from organiser.appliance.wsl import layout as wsl
from organiser.image import layout as oci

MACHINES = ("ova", "utm")
"""Forms that start by themselves; the others have a kernel and mount their disks."""
WANTS = "etc/systemd/system/multi-user.target.wants"
SERVICES = ("workshop-jupyter", "workshop-web")
MARKS = ("etc/workshop-appliance.json", "usr/local/sbin/first-boot-workshop")
STARTS = {"wsl": wsl.COMMAND, "oci": oci.START}
TOKEN = "etc/workshop-appliance.token"
KEYS = ("etc/ssh/authorized_keys.d/*", "home/*/.ssh/authorized_keys")


def architecture_of(files: Files) -> Architecture | None:
    """Return the processor that a system's shell runs on."""
    return of_program(files.read("usr/bin/bash").encode("utf-8", "surrogateescape"))


def version(files: Files) -> Iterator[str]:
    """Yield that the system does not tell its version."""
    if not files.read(clean.VERSION_FILE).strip():
        yield f"there is no /{clean.VERSION_FILE}"


def services(files: Files, form: str) -> Iterator[str]:
    """Yield which services nothing starts."""
    if form == "oci":
        listed = {
            each["name"] for each in json.loads(files.read(oci.SERVICES) or '{"services": []}')["services"]
        }
    else:
        listed = {path.rpartition("/")[2].removesuffix(".service") for path in files.find(f"{WANTS}/*")}
    for name in SERVICES:
        if name not in listed:
            yield f"nothing starts {name}"


def first_start(files: Files, form: str) -> Iterator[str]:
    """Yield what is missing of the first start, without which a copy has no keys, token and password."""
    start = STARTS.get(form, f"{WANTS}/first-boot-workshop.service")
    for path in (*MARKS, start):
        if not files.find(path):
            yield f"there is no /{path}"


def starting(files: Files, form: str) -> Iterator[str]:
    """Yield what a machine's kernel would not start by; WSL and containers bring their own kernel."""
    kernels = [*files.find("boot/vmlinuz*"), *files.find("vmlinuz*")]
    mounted = [line.split() for line in files.read("etc/fstab").splitlines() if line[:1] not in ("", "#")]
    if form not in MACHINES:
        if kernels or mounted:
            yield f"it has a kernel or mounts a disk, which is for a machine: {(kernels or mounted)[0]}"
        return
    for what, found in (
        ("kernel", kernels),
        ("initial RAM disk", [*files.find("boot/init*"), *files.find("initrd.img*")]),
        ("boot menu (boot/grub/grub.cfg)", files.find("boot/grub/grub.cfg")),
    ):
        if not found:
            yield f"there is no {what}"
    if not any(words[0].startswith("LABEL=") and words[1:2] == ["/"] for words in mounted):
        yield "etc/fstab mounts no root by its label"


def passwords(files: Files) -> Iterator[str]:
    """Yield the accounts that have a password, which would be the same in every copy."""
    shadow = files.read("etc/shadow")
    if not shadow:
        yield "there is no etc/shadow"
    for line, locked in zip(shadow.splitlines(), clean.lock_passwords(shadow).splitlines(), strict=True):
        if line != locked:
            yield f"the account {line.partition(':')[0]} has a password, or needs none"


def identity(files: Files) -> Iterator[str]:
    """Yield that every copy would be the same machine."""
    if files.read("etc/machine-id").strip() not in ("", "uninitialized"):
        yield "etc/machine-id is not empty"


def secrets(files: Files, form: str) -> Iterator[str]:
    """Yield keys, tokens, log-ins and histories of whoever built or used it: what cleaning takes out."""
    going = {path: node for pattern in clean.FILES for path, node in files.find(pattern).items()}
    going |= private.not_allowed(files)
    for path, node in going.items():
        # In an image, what is written while it runs is a link to where a container may write.
        passing = form == "oci" and path in oci.PASSING
        if not passing and not (node.is_folder and not files.tree([path])):
            yield f"/{path} is there"
    for path, change in clean.SETTINGS.items():
        text = files.read(path)
        if change(text) != text:
            yield f"/{path} has a password, or names the builder's certificates"


def left(files: Files, form: str) -> Iterator[str]:
    """Yield logs and leavings of whoever built it."""
    folders = [each for each in clean.EMPTIED if form in MACHINES or each != "run"]
    for path in files.tree((*folders, clean.JOURNAL)):
        yield f"/{path} is there"


def shared(files: Files) -> Iterator[str]:
    """Yield what every copy will share: no fault, when it was meant."""
    if files.find(TOKEN):
        yield f"Token: every copy lets in whoever knows the one that was built in (/{TOKEN})"
    for pattern in KEYS:
        for path, node in files.find(pattern).items():
            if node.size:
                yield f"Keys: /{path} lets their owners into every copy"
