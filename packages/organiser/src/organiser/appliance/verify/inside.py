"""Checks of the system inside, in whatever form it is handed out: what programs it has, and no one's secrets.

They look with nothing but Python, so that a participant can ask, too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from organiser.appliance import clean, kept, updating
from organiser.appliance.architecture import ELF_HEADER, PROGRAMS, Architecture, of_program
from organiser.appliance.verify import tree as trees
from organiser.appliance.verify import units
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.tree import Tree
from organiser.appliance.wsl import layout as wsl
from organiser.image import layout as oci


@dataclass
class Inside:
    """A system, and what the form around it says of it."""

    tree: Tree
    architecture: Architecture | None
    """What the form says it is for; None when it says nothing that is known."""
    wsl: bool = False
    oci: bool = False

    @property
    def machine(self) -> bool:
        """Whether it starts by itself; what else it is in has a kernel and mounts its disks."""
        return not (self.wsl or self.oci)

    @cached_property
    def special(self) -> dict[str, int]:
        """Paths, with their modes, of devices, and of programs that run as others than who starts them."""
        found = {}
        for folder in SEARCHED if self.machine else ("",):
            for path in trees.walk(self.tree, folder):
                node = self.tree.node(path)
                if node is not None and _is_special(node):
                    found[path] = node.mode
        return found


def _is_special(node: trees.Node) -> bool:
    if stat.S_ISREG(node.mode):
        return bool(node.mode & 0o6000)
    return stat.S_ISCHR(node.mode) or stat.S_ISBLK(node.mode)


STAGE: Stage[Inside] = Stage()
SYSTEMS = ("debian", "fedora")
MARKS = ("etc/workshop-appliance.json", "usr/local/sbin/first-boot-workshop")
UNIT = "etc/systemd/system/multi-user.target.wants/first-boot-workshop.service"
LINE_ENDS = re.compile(r"\r?\n")
NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
FOLDERS = (
    "etc", "etc/systemd", "etc/systemd/system", "etc/ssh", "etc/sudoers.d", "home", "opt", "opt/workshop",
    "opt/workshop/etc", "root", "usr", "usr/bin", "usr/lib", "usr/lib/systemd", "usr/lib/systemd/system",
    "usr/local", "var", "var/lib",
)  # fmt: skip
"""Root's own folders, under these very paths: a link would have something else be looked at than is used."""
SETUID = {
    # Debian's.
    "usr/bin/chage", "usr/bin/chfn", "usr/bin/chsh", "usr/bin/expiry", "usr/bin/gpasswd", "usr/bin/mount",
    "usr/bin/newgrp", "usr/bin/passwd", "usr/bin/ssh-agent", "usr/bin/su", "usr/bin/sudo", "usr/bin/umount",
    "usr/lib/dbus-1.0/dbus-daemon-launch-helper", "usr/lib/openssh/ssh-keysign", "usr/sbin/unix_chkpwd",
    "usr/bin/crontab", "usr/bin/dotlockfile", "usr/bin/fusermount3", "usr/bin/newgidmap",
    "usr/bin/newuidmap", "usr/bin/pkexec", "usr/lib/polkit-1/polkit-agent-helper-1", "usr/bin/wall",
    "usr/bin/write",
    # Fedora's.
    "usr/sbin/grub2-set-bootflag", "usr/sbin/pam_timestamp_check", "usr/bin/grub2-set-bootflag",
    "usr/bin/pam_timestamp_check", "usr/bin/unix_chkpwd", "usr/libexec/dbus-1/dbus-daemon-launch-helper",
    "usr/libexec/openssh/ssh-keysign", "usr/libexec/utempter/utempter",
}  # fmt: skip
"""Programs of packages that anybody starts as root, or as a group."""
SEARCHED = (
    "dev", "etc", "home", "opt/workshop/etc", "root", "srv", "usr/bin", "usr/libexec", "usr/local",
    "usr/sbin", "usr/lib/openssh", "usr/lib/dbus-1.0", "usr/lib/polkit-1", "usr/lib/wsl",
)  # fmt: skip
"""Of a disk; to look through all of one takes longer than to hash it."""
DEVICES = {"console", "full", "null", "ptmx", "random", "tty", "urandom", "zero", "kmsg"}
"""In dev; the kernel puts its own over them."""
PACKAGES = ("usr/bin", "usr/lib", "usr/libexec", "usr/sbin")
"""Where whoever exports a machine may have installed packages with such programs."""
FREE = re.compile(r"NOPASSWD|!\s*authenticate", re.IGNORECASE)
MOST_TOLD = 40
TOKEN = "etc/workshop-appliance.token"
KEYS = ("etc/ssh/authorized_keys.d/*", "home/*/.ssh/authorized_keys")


@STAGE.check("inside.system", "a disk without a system does not start", gate=True)
def _system(inside: Inside) -> Iterator[str]:
    said = trees.text(inside.tree, "etc/os-release") or ""
    names = dict(re.findall(r"(?m)^([A-Z_]+)=[\"']?([^\"'\n]*)", said))
    if names.get("ID") not in SYSTEMS:
        yield "there is no Debian or Fedora inside (etc/os-release)"
    for path in FOLDERS:
        node = inside.tree.node(path)
        if node is not None and not node.is_folder:
            yield f"/{path} is no folder"
        elif node is not None and (node.uid or node.mode & 0o022):
            yield f"/{path} may be changed by others than root"


@STAGE.check(
    "inside.processor", "a system for another processor does not start, and some readers do not say why"
)
def _processor(inside: Inside) -> Iterator[str]:
    found = {}
    for path in PROGRAMS:
        head = trees.read(inside.tree, path, ELF_HEADER)
        if head is not None:
            found[path] = of_program(head)
    if not found:
        yield f"there is no program that tells the processor: none of {', '.join(PROGRAMS)}"
    for path, kind in found.items():
        if kind is None:
            yield f"/{path} is no program for amd64 or arm64"
        elif kind is not inside.architecture:
            wanted = inside.architecture.name if inside.architecture else "nothing that we know"
            yield f"/{path} is a program for {kind.name}, and the file says that it is for {wanted}"


@STAGE.check("inside.passwords", "a password that is there is the same on every copy, and on the stick")
def _passwords(inside: Inside) -> Iterator[str]:
    shadow = trees.text(inside.tree, "etc/shadow")
    if shadow is None:
        yield "there is no etc/shadow"
    for line in LINE_ENDS.split(shadow or ""):
        name, _, rest = line.partition(":")
        if line and not re.fullmatch(r"[*!]+", rest.partition(":")[0]):
            yield f"the account {name} has a password, or none is needed for it"
    for line in LINE_ENDS.split(trees.text(inside.tree, "etc/passwd") or ""):
        fields = line.split(":")
        if line and (len(fields) < 2 or fields[1] not in ("x", "*", "!")):
            yield f"etc/passwd says the password of {fields[0]}"
    for line in LINE_ENDS.split(trees.text(inside.tree, "etc/gshadow") or ""):
        name, _, rest = line.partition(":")
        if line and not re.fullmatch(r"[*!]*", rest.partition(":")[0]):
            yield f"the group {name} has a password"


@STAGE.check(
    "inside.superusers", "an account with root's number is a back door, and so is one that sudo asks nothing"
)
def _superusers(inside: Inside) -> Iterator[str]:
    for line in LINE_ENDS.split(trees.text(inside.tree, "etc/passwd") or ""):
        fields = line.split(":")
        if line and (len(fields) != 7 or not NUMBER.fullmatch(fields[2])):
            yield f"etc/passwd has a line that is none: {line[:80]}"
        elif line and int(fields[2]) % (1 << 32) == 0 and fields[0] != "root":
            yield f"the account {fields[0]} is root under another name"
    for path in ("etc/sudoers", *trees.find(inside.tree, "etc/sudoers.d/*")):
        for line in (trees.text(inside.tree, path) or "").replace("\\\n", " ").splitlines():
            if not line.lstrip().startswith("#") and FREE.search(line):
                yield f"/{path} makes somebody root without a password: {line.strip()}"


@STAGE.check("inside.identity", "what one machine is known by must be made by each copy")
def _identity(inside: Inside) -> Iterator[str]:
    machine_id = trees.read(inside.tree, "etc/machine-id")
    if machine_id and machine_id.strip() not in (b"", b"uninitialized"):
        yield "etc/machine-id is not empty: every copy would be the same machine"


@STAGE.check("inside.secrets", "keys, tokens and logins of whoever built or used it go to everybody")
def _secrets(inside: Inside) -> Iterator[str]:
    for pattern in clean.FILES:
        for path in trees.find(inside.tree, pattern):
            if not _is_empty_folder(inside.tree, path):
                yield f"/{path} is there"
    notebooks = kept.notebooks_of(trees.text(inside.tree, kept.SETTINGS) or "")
    for folder in kept.CLOSED:
        for path in trees.walk(inside.tree, folder):
            if inside.oci and _leads_out(inside.tree, path):
                continue
            if not kept.is_kept(path, notebooks) and not _lies_below(inside.tree, path, notebooks):
                yield f"/{path} is there"


def _leads_out(tree: Tree, path: str) -> bool:
    """Whether it is a link to where a container writes, which is empty when it starts."""
    node = tree.node(path)
    return node is not None and node.is_link and node.link == oci.PASSING.get(path)


def _is_empty_folder(tree: Tree, path: str) -> bool:
    node = tree.node(path)
    return node is not None and node.is_folder and not tree.names(path)


def _lies_below(tree: Tree, path: str, notebooks: str) -> bool:
    """Whether a folder above goes already, and was named."""
    above = path.rpartition("/")[0]
    return bool(above) and above not in kept.CLOSED and not kept.is_kept(above, notebooks)


@STAGE.check("inside.left", "logs and leavings tell about whoever built it")
def _left(inside: Inside) -> Iterator[str]:
    folders = [folder for folder in clean.EMPTIED if inside.machine or folder != "run"]
    for folder in folders:
        if found := inside.tree.names(folder):
            yield f"/{folder}/{found[0]} is there"
    for path in trees.walk(inside.tree, clean.JOURNAL):
        yield f"/{path} is there"
        break


@STAGE.check("inside.first-start", "without it a copy has no keys, token and password, or everybody the same")
def _first_start(inside: Inside) -> Iterator[str]:
    wanted = [*MARKS, wsl.COMMAND if inside.wsl else oci.START if inside.oci else UNIT]
    for path in wanted:
        # A unit is a link into the system, whose end need not be looked at.
        if inside.tree.node(path) is None:
            yield f"there is no /{path}"


@STAGE.check("inside.fstab", "the root is found by its label, on whatever disk it is")
def _fstab(inside: Inside) -> Iterator[str]:
    said = [line.split() for line in (trees.text(inside.tree, "etc/fstab") or "").splitlines()]
    mounted = [words for words in said if words and not words[0].startswith("#")]
    if not inside.machine and mounted:
        what = "WSL" if inside.wsl else "a container"
        yield f"etc/fstab mounts {mounted[0][0]}, which {what} does not have"
    if inside.machine and not any(words[0].startswith("LABEL=") and words[1:2] == ["/"] for words in mounted):
        yield "etc/fstab mounts no root by its label"


@STAGE.check("inside.kernel", "a disk starts its own kernel; WSL and containers have one")
def _kernel(inside: Inside) -> Iterator[str]:
    kernels = [*trees.find(inside.tree, "boot/vmlinuz*"), *trees.find(inside.tree, "vmlinuz*")]
    if not inside.machine and kernels:
        yield f"/{kernels[0]} is there"
    if inside.machine:
        if not any(trees.read(inside.tree, path, 1) for path in kernels):
            yield "there is no kernel"
        disks = [*trees.find(inside.tree, "boot/init*"), *trees.find(inside.tree, "initrd.img*")]
        if not any(trees.read(inside.tree, path, 1) for path in disks):
            yield "there is no initial RAM disk"
        if trees.text(inside.tree, "boot/grub/grub.cfg") is None:
            yield "there is no boot menu (boot/grub/grub.cfg)"


@STAGE.check("inside.setuid", "a program that makes anybody root is a way in, and so is a device")
def _setuid(inside: Inside) -> Iterator[str]:
    for path, mode in inside.special.items():
        if not stat.S_ISREG(mode):
            if not inside.machine or path not in {f"dev/{name}" for name in DEVICES}:
                yield f"/{path} is a device"
        elif path not in SETUID and not (inside.machine and path.startswith(PACKAGES)):
            yield f"/{path} runs as its owner or group"


@STAGE.check("inside.units", "what starts by itself starts on every copy, as root unless it says otherwise")
def _units(inside: Inside) -> Iterator[str]:
    if not inside.machine:
        yield from units.strange(inside.tree)


def told(inside: Inside) -> list[str]:
    """Return what every copy will share or do, as lines: no faults, but somebody should have meant them."""
    lines = []
    if inside.tree.node(TOKEN) is not None:
        lines.append(f"Token: every copy lets in whoever knows the one that was built in (/{TOKEN})")
    for pattern in KEYS:
        for path in trees.find(inside.tree, pattern):
            if said := (trees.text(inside.tree, path) or "").strip():
                keys = ", ".join(dict.fromkeys(filter(None, map(_fingerprint, said.splitlines()))))
                lines.append(
                    f"Keys: /{path} lets their owners into every copy ({keys or 'none that is known'})"
                )
    if inside.machine:
        lines += [f"Starts: {fault}" for fault in units.strange(inside.tree)]
        lines += [
            f"Root: /{path} runs as its owner or group, and no build of ours has it"
            for path, mode in inside.special.items()
            if stat.S_ISREG(mode) and path not in SETUID
        ]
    return lines[:MOST_TOLD]


def updates(inside: Inside) -> str:
    """Return from where and on whose word copies are updated, as ``updating.sentence`` tells it of a root."""
    try:
        url = tomllib.loads(trees.text(inside.tree, f"{updating.ETC}/updates.toml") or "").get("url")
    except tomllib.TOMLDecodeError:
        return updating.UNKNOWN
    signers = trees.text(inside.tree, f"{updating.ETC}/allowed-signers")
    if not isinstance(url, str) or not url or signers is None:
        return updating.NONE
    keys = list(filter(None, map(_fingerprint, signers.splitlines())))
    return f"{updating.BEGINS}from {url}, signed by {' or '.join(keys) or 'a GPG key'}"


def _fingerprint(line: str) -> str:
    """Return the name of a key as ssh tells it; empty when a line has none, or one that signs no revision."""
    if 'namespaces="workshop-keys"' in line:
        return ""
    for word in line.split():
        if word.startswith("AAAA"):
            try:
                digest = hashlib.sha256(base64.b64decode(word, validate=True)).digest()
            except binascii.Error:
                continue
            return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
    return ""
