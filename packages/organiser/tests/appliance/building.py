"""Small appliances for the tests: made in a second, taken apart, and put together again wrongly."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import struct
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from required import NOTHING_IS_SKIPPED

from organiser.appliance import forms, ovf
from organiser.appliance.architecture import AMD64, ARM64, Architecture
from organiser.appliance.machine import Forward, Machine
from organiser.appliance.ova import render_manifest
from organiser.appliance.pack import Clock, PackResult, wrap
from organiser.appliance.vmdk import GRAIN

EPOCH = 1700000000
MACHINE = Machine(
    "deep-learning-workshop", 2048, 2, (Forward("jupyter", 8080, 8080), Forward("ssh", 22, 8282))
)
DESCRIPTION = ovf.Description(MACHINE, "1.2.3", ovf.SYSTEMS["debian"], "New: everything")
ARM_DESCRIPTION = ovf.Description(MACHINE, "1.2.3", ovf.ARM_SYSTEMS["debian"], "New: everything")
MIB = 1 << 20


def quiet() -> Clock:
    """Return a clock that tells nobody."""
    return Clock(lambda _: None)


def write_disk(path: Path, *, grains: int = 1300, used: Iterable[int] = (0, 1, 5, 600, 601, 1299)) -> Path:
    """Write a sparse disk over three grain tables, in which these grains are not zero."""
    with path.open("wb") as file:
        file.truncate(grains * GRAIN)
        for number in used:
            file.seek(number * GRAIN)
            # Half of it compresses well, half not at all.
            file.write(random.Random(number).randbytes(GRAIN // 2) + b"workshop" * (GRAIN // 16))
    return path


def make_ova(folder: Path, name: str = "small.ova") -> PackResult:
    """Make a sound OVA of a disk like that, with a system; no tool is needed that makes a bootable one."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = write_disk(folder / "disk.raw", used=())
    make_system_disk(make_appliance_root(folder / "root"), raw)
    with raw.open("r+b") as file:
        file.truncate(1300 * GRAIN)
        # Before the system, where a boot loader would be, and behind it.
        for number in (1, 5, 1100, 1299):
            file.seek(number * GRAIN)
            file.write(random.Random(number).randbytes(GRAIN // 2) + b"workshop" * (GRAIN // 16))
    shutil.rmtree(folder / "root")
    return wrap(raw, folder / name, DESCRIPTION, epoch=EPOCH, clock=quiet())


def pack(
    root: Path,
    ova: Path,
    *,
    version: str,
    epoch: int = EPOCH,
    changes: Path | None = None,
    machine: Machine = MACHINE,
    size_bytes: int = 64 * MIB,
) -> PackResult:
    """Make an OVA of a root directory, as a build does."""
    text = changes.read_text() if changes else ""
    description = ovf.Description(machine, version, ovf.system_of(root), text)
    source = forms.Source(root, description, epoch, size_bytes=size_bytes)
    clock = quiet()
    with tempfile.TemporaryDirectory(dir=ova.parent) as folder:
        (made,) = forms.write(source, [forms.OVA], Path(folder), clock)
        made.path.rename(ova)
    return PackResult(ova, made.bytes, made.sha256, clock.seconds)


def disk_uuid(ova: Path) -> str:
    """Return what VirtualBox knows the disk by."""
    found = re.search(rb'vbox:uuid="([0-9a-f-]{36})"', Pieces.of(ova).get(".ovf").data)
    assert found
    return found[1].decode()


def arm_source(root: Path, grub: Path | None = None) -> forms.Source:
    """Return a source of forms for Arm."""
    return forms.Source(root, ARM_DESCRIPTION, EPOCH, size_bytes=128 * MIB, grub=grub)


@dataclass
class Piece:
    """A member of an OVA, as it will be written."""

    name: str
    data: bytes
    kind: bytes = tarfile.REGTYPE
    link: str = ""


@dataclass
class Pieces:
    """An OVA taken apart."""

    pieces: list[Piece] = field(default_factory=list)

    @classmethod
    def of(cls, ova: Path) -> Pieces:
        with tarfile.open(ova) as tar:
            return cls([Piece(member.name, tar.extractfile(member).read()) for member in tar])  # type: ignore[union-attr]

    def get(self, suffix: str) -> Piece:
        (found,) = (piece for piece in self.pieces if piece.name.endswith(suffix))
        return found

    def replace(self, suffix: str, old: bytes | str, new: bytes | str) -> None:
        """Replace text in a member; it must be there."""
        piece = self.get(suffix)
        before, after = (text.encode() if isinstance(text, str) else text for text in (old, new))
        assert before in piece.data, before
        piece.data = piece.data.replace(before, after)

    def patch(self, suffix: str, place: int, data: bytes) -> None:
        """Overwrite bytes of a member; something must change."""
        piece = self.get(suffix)
        changed = bytearray(piece.data)
        changed[place : place + len(data)] = data
        assert bytes(changed) != piece.data
        piece.data = bytes(changed)

    def hash_anew(self) -> None:
        """Make the manifest right again, so that only the change itself can be found."""
        digests = {
            piece.name: hashlib.sha256(piece.data).hexdigest()
            for piece in self.pieces
            if not piece.name.endswith(".mf")
        }
        self.get(".mf").data = render_manifest(digests)

    def write(self, path: Path, *, end: bool = True) -> Path:
        with path.open("wb") as file:
            for piece in self.pieces:
                info = tarfile.TarInfo(piece.name)
                info.size, info.type, info.linkname, info.mtime = (
                    len(piece.data),
                    piece.kind,
                    piece.link,
                    EPOCH,
                )
                file.write(info.tobuf(tarfile.USTAR_FORMAT))
                file.write(piece.data + bytes(-len(piece.data) % 512))
            file.write(bytes(1024 if end else 0))
        return path


def make_root(folder: Path) -> Path:
    """Make a root directory that the packer takes: a system's files, a kernel that is none."""
    for name in ("boot", "etc", "usr/bin", "root"):
        (folder / name).mkdir(parents=True)
    (folder / "etc/os-release").write_text('ID="debian"\nVERSION_ID="13"\n')
    (folder / "etc/fstab").write_text("LABEL=workshop / ext4 defaults 0 1\n")
    (folder / "boot/vmlinuz-6.1").write_bytes(b"kernel")
    (folder / "boot/initrd.img-6.1").write_bytes(b"initial disk")
    (folder / "vmlinuz").symlink_to("boot/vmlinuz-6.1")
    (folder / "initrd.img").symlink_to("/boot/initrd.img-6.1")
    (folder / "usr/bin/größe").write_text("a name that is not ASCII")
    (folder / "usr/bin/link").symlink_to("größe")
    (folder / "usr/bin/bash").write_bytes(program(AMD64))
    (folder / "usr/bin/largest").write_bytes(random.Random(7).randbytes(300_000))
    (folder / "root").chmod(0o700)
    return folder


def program(architecture: Architecture) -> bytes:
    """Return the head of a Linux program for a processor."""
    return (
        b"\x7fELF\x02\x01\x01"
        + bytes(9)
        + b"\x03\x00"
        + architecture.elf.to_bytes(2, "little")
        + b"\x01"
        + bytes(43)
    )


def make_appliance_root(folder: Path, architecture: Architecture = AMD64) -> Path:
    """Make a root directory as a build leaves it: a first start, services, an account, and no secret."""
    make_root(folder)
    for name, text in APPLIANCE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for name in ("usr/bin/bash", "usr/bin/dash", "usr/lib/systemd/systemd"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(program(architecture))
        (folder / name).chmod(0o755)
    (folder / "usr/bin/sh").symlink_to("dash")
    (folder / "usr/sbin").mkdir()
    (folder / "usr/sbin/init").symlink_to("../lib/systemd/systemd")
    for name in ("bin", "sbin"):
        (folder / name).symlink_to(f"usr/{name}")
    for name in ("tmp", "run", "var/log/journal", "opt/workshop/cache"):
        (folder / name).mkdir(parents=True)
    wants = folder / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir()
    for name in ("first-boot-workshop", "systemd-networkd", "workshop-jupyter", "workshop-web"):
        unit = f"{name}.service"
        (wants / unit).symlink_to(f"/etc/systemd/system/{unit}")
    (folder / "etc/resolv.conf").symlink_to("../run/systemd/resolve/resolv.conf")
    (folder / "etc/shadow").chmod(0o640)
    (folder / "usr/bin/hard").hardlink_to(folder / "usr/bin/largest")
    (folder / "usr/local/sbin/first-boot-workshop").chmod(0o755)
    return folder


def make_used_root(folder: Path) -> Path:
    """Make a root directory of an appliance that somebody has used: with all that its starts made."""
    make_appliance_root(folder)
    for name, text in USED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def make_system_disk(root: Path, raw: Path, *options: str) -> Path:
    """Make a raw disk that holds a root directory where an appliance has it, without what boots it."""
    with raw.open("wb") as file:
        file.truncate(64 << 20)
    blocks = (63 << 20) // 4096
    command = ["mkfs.ext4", "-q", "-F", "-b", "4096", "-L", "workshop", "-E", "offset=1048576,root_owner=0:0"]
    command += options
    path = {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    subprocess.run([*command, "-d", str(root), str(raw), str(blocks)], check=True, env=os.environ | path)
    with raw.open("r+b") as file:
        # Code that halts, which costs no processor where it is started, and one partition of Linux' own.
        file.write(b"\xf4\xeb\xfd".ljust(440, b"\x90"))
        file.seek(446)
        file.write(struct.pack("<4sB3sII", b"\x80\0\0\0", 0x83, bytes(3), 2048, blocks * 8))
        file.seek(510)
        file.write(b"\x55\xaa")
    return raw


APPLIANCE = {
    "etc/machine-id": "",
    "etc/hostname": "deep-learning-workshop\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nworkshop:x:1000:1000:You:/home/workshop:/bin/bash\n",
    "etc/shadow": "root:*:20000:0:99999:7:::\nworkshop:!:20000:0:99999:7:::\n",
    "etc/group": "root:x:0:\nsudo:x:27:workshop\nworkshop:x:1000:\n",
    "etc/gshadow": "root:*::\nsudo:*::workshop\nworkshop:!::\n",
    "etc/workshop-appliance.json": '{"user": "workshop", "token_file": "/opt/workshop/etc/token"}',
    "usr/local/sbin/first-boot-workshop": "#!/bin/sh\n",
    "etc/systemd/system/first-boot-workshop.service": "[Service]\nType=oneshot\n",
    "etc/systemd/system/workshop-web.service": "[Service]\nExecStart=/usr/bin/web --address 0.0.0.0\n",
    "etc/systemd/system/workshop-jupyter.service": "[Service]\nExecStart=/usr/bin/jupyter\n",
    "opt/workshop/VERSION": "deep-learning-workshop 1.2.3\n",
    "opt/workshop/etc/workshop.toml": 'bind_address = "0.0.0.0"\nnotebooks = "/home/workshop/notebooks"\n',
    "opt/workshop/etc/jupyter/jupyter_server_config.py": 'c.ServerApp.ip = "0.0.0.0"\n',
    "boot/grub/grub.cfg": "menuentry {}\n",
    "home/workshop/.bashrc": "# stays\n",
    "home/workshop/notebooks/0-basics/lesson.ipynb": "{}",
    "usr/lib/modules/6.1/kernel/module.ko": "not for WSL",
}
"""Files of an appliance that nobody has used."""

USED = {
    "etc/ssh/sshd_config": "stays",
    "etc/ssh/ssh_host_ed25519_key": "SECRET-host-key",
    "etc/machine-id": "SECRET-machine-id",
    "etc/shadow": "root:*:1::::::\nworkshop:$y$SECRET-hash:1::::::\n",
    "var/lib/workshop-appliance/password": "SECRET-password",
    "var/lib/systemd/random-seed": "SECRET-seed",
    "var/log/journal/0123/system.journal": "SECRET-journal",
    "var/log/apt/history.log": "SECRET-log",
    "opt/workshop/etc/token": "SECRET-token",
    "opt/workshop/etc/workshop.toml": 'ca_bundle = ""\nprefix = "/größe"\n',
    "opt/workshop/run/deep/er/cookie": "SECRET-cookie",
    "root/.bashrc": "stays",
    "root/.bash_history": "SECRET-history",
    "root/.ssh/authorized_keys": "SECRET-key",
    "home/workshop/.bash_history": "SECRET-history",
    'home/workshop/.cache/a "quoted" name/größe': "SECRET-cache",
    "home/workshop/notebooks/lesson.ipynb": "stays",
}
"""Files by what they hold; of those with SECRET nothing may be in a copy."""

PLANTED = (
    "opt/workshop/state/origin",
    "opt/workshop/state/packed.zip",
    "opt/workshop/state/other-machines/0123/delivered/4567",
    "etc/letsencrypt/live/x/privkey.pem",
    "etc/kubernetes/admin.conf",
    "etc/rclone.conf",
    "etc/exim4/passwd.client",
    "etc/davfs2/secrets",
    "etc/ipsec.secrets",
    "etc/cups/printers.conf",
    "etc/ssh/id_rsa",
    "etc/security/opasswd",
    "var/lib/tailscale/tailscaled.state",
    "var/lib/samba/private/secrets.tdb",
    "var/spool/cron/atjobs/a0001",
    "srv/secret",
    "swapfile",
    "home/workshop/.ssh/id_ed25519",
    "home/workshop/.ssh/config",
    "home/workshop/.netrc",
    "home/workshop/.git-credentials",
    "home/workshop/.gitconfig",
    "home/workshop/.config/gh/hosts.yml",
    "home/workshop/.config/git/credentials",
    "home/workshop/.config/pip/pip.conf",
    "home/workshop/.config/uv/uv.toml",
    "home/workshop/.config/chromium/Default/Login Data",
    "home/workshop/.config/rclone/rclone.conf",
    "home/workshop/.aws/credentials",
    "home/workshop/.azure/accessTokens.json",
    "home/workshop/.kube/config",
    "home/workshop/.docker/config.json",
    "home/workshop/.npmrc",
    "home/workshop/.pypirc",
    "home/workshop/.gnupg/private-keys-v1.d/0123.key",
    "home/workshop/.mozilla/firefox/abc.default/logins.json",
    "home/workshop/.password-store/bank.gpg",
    "home/workshop/.local/share/keyrings/login.keyring",
    "home/workshop/.local/share/jupyter/runtime/kernel-1.json",
    "home/workshop/.local/share/uv/credentials/credentials.toml",
    "home/workshop/.jupyter/jupyter_server_config.json",
    "home/workshop/.jupyter/jupyter_cookie_secret",
    "home/workshop/.cache/huggingface/token",
    "home/workshop/.viminfo",
    "home/workshop/.lesshst",
    "home/workshop/.python_history",
    "home/workshop/.a-program-that-nobody-knows-yet/token",
    "home/workshop/snap/firefox/common/.mozilla/firefox/a/cookies.sqlite",
    "home/workshop/passwords.txt",
    "home/workshop/notebooks/.env",
    "home/workshop/notebooks/.git/config",
    "home/workshop/notebooks/0-first/.ipynb_checkpoints/a-checkpoint.ipynb",
    "home/somebody/.ssh/id_rsa",
    "root/.ssh/id_rsa",
    "root/secrets.txt",
    "opt/workshop/etc/jupyter/jupyter_server_config.json",
    "opt/workshop/etc/jupyter/migrated",
    "opt/workshop/etc/jupyter/lab/user-settings/x.json",
    "opt/workshop/state/jupyter/lab/user-settings/x.json",
    "opt/workshop/state/jupyter/jupyter_server_config.json",
    "opt/workshop/etc/netrc",
    "opt/workshop/run/jupyter/kernel-1.json",
    "opt/workshop/run/jupyter/jupyter_cookie_secret",
    "opt/workshop/log/workshop-jupyter.log",
    "etc/NetworkManager/system-connections/Home.nmconnection",
    "var/lib/NetworkManager/secret_key",
    "etc/wpa_supplicant/wpa_supplicant.conf",
    "var/lib/iwd/Home.psk",
    "etc/wireguard/wg0.conf",
    "etc/pip.conf",
    "etc/uv/uv.toml",
    "etc/npmrc",
    "etc/gitconfig",
    "etc/apt/auth.conf.d/proxy.conf",
    "etc/ssl/private/ssl-cert-snakeoil.key",
    "var/lib/cloud/instances/i/user-data.txt",
    "var/lib/cloud/seed/nocloud/user-data",
    "var/spool/cron/crontabs/workshop",
    "mnt/usb/key",
)
"""Where those who build or use an appliance have secrets; none of these goes into a copy."""


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip, and say why, where a program is missing."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    missing = [program for program in programs if not shutil.which(program, path=path)]
    return pytest.mark.skipif(bool(missing) and not NOTHING_IS_SKIPPED, reason=f"needs {', '.join(missing)}")


def needs_disk_tools() -> pytest.MarkDecorator:
    """Skip where no bootable disk can be made."""
    if not Path("/usr/lib/grub/i386-pc/boot.img").is_file() and not NOTHING_IS_SKIPPED:
        return pytest.mark.skip(reason="needs GRUB's modules for the BIOS (grub-pc-bin)")
    return needs("sfdisk", "mkfs.ext4", "grub-mkimage")


EFI_PROGRAM = b"MZ".ljust(60, b"\0") + (64).to_bytes(4, "little") + b"PE\0\0" + (0xAA64).to_bytes(2, "little")
"""The head of a boot loader for Arm."""


def make_arm_disk(root: Path, raw: Path, program: bytes = EFI_PROGRAM) -> Path:
    """Make a raw disk as for Arm, with what stands for GRUB: its modules are not on every machine."""
    from organiser.appliance import disk

    original = disk.efi_program
    disk.efi_program = lambda *_: program
    try:
        disk.make_disk(
            root, raw, size_bytes=128 * MIB, label="workshop", uuid=VOLUME, epoch=EPOCH, architecture=ARM64
        )
    finally:
        disk.efi_program = original
    return raw


VOLUME = "11111111-2222-4333-8444-555555555555"
