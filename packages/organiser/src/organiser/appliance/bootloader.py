"""GRUB without grub-install: an image with all its modules, and a menu that outlives kernel upgrades.

On x86 the loader lies between the partition table and the first partition (GRUB manual, "BIOS
installation"); on Arm it is the file that EFI firmware starts by itself. Either finds the file system
by its label and reads ``/boot/grub/grub.cfg`` there. The guest needs no package of GRUB. Whoever
installs one there anyway may: ``grub-install`` finds the same places, and ``update-grub`` writes the
same file.
"""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path

from organiser.appliance.architecture import AMD64, ARM64, Architecture
from workshop.core import programs
from workshop.core.errors import WorkshopError

OPTIONS = "ro net.ifnames=0"
"""The kernel's own names for network cards."""
PLATFORM = "i386-pc"
EFI_PLATFORMS = {ARM64: "arm64-efi"}
"""GRUB's word for the firmware of what has no BIOS."""
SHARED_MODULES = (
    *("ext2", "search", "search_label", "normal", "configfile"),
    *("linux", "boot", "test", "regexp", "echo", "sleep", "ls", "cat", "reboot", "halt", "minicmd"),
)
MODULES = ("biosdisk", "part_msdos", *SHARED_MODULES)
EFI_MODULES = ("part_gpt", "fat", *SHARED_MODULES)
SECTOR = 512
GAP_SECTORS = 2048
"""The first partition begins here, by the custom of 1 MiB."""
CODE = 440
"""So many bytes of the first sector are code; the disk's identifier and partitions follow."""
FOLDERS = (Path("/usr/lib/grub"), Path("/usr/share/grub2"), Path("/usr/lib/grub2"))

KERNEL_LINKS = (("vmlinuz", "initrd.img"), ("boot/vmlinuz", "boot/initrd.img"))


def configure(
    root: Path, *, label: str, options: str, epoch: int, architecture: Architecture = AMD64
) -> None:
    """Write ``/boot/grub/grub.cfg`` into a root directory, dated ``epoch``.

    Messages go to the screen, and also to the serial port, where there is one.

    Raises WorkshopError when the root has no kernel that the menu can find, or its fstab does not
    mount the label.
    """
    _expect_kernel(root)
    _expect_fstab(root, label)
    text = resources.files(__package__).joinpath("grub.cfg").read_text(encoding="utf-8")
    path = root / "boot/grub/grub.cfg"
    path.parent.mkdir(exist_ok=True)
    consoles = f"console={architecture.serial},115200 console=tty0"
    text = text.replace("@LABEL@", label).replace("@OPTIONS@", f"{options} {consoles}")
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    for each in (path, path.parent, path.parent.parent):
        os.utime(each, (epoch, epoch))


def _expect_kernel(root: Path) -> None:
    """Raise WorkshopError when none of the menu's entries would start."""
    if any(all(_is_file(root, name) for name in pair) for pair in KERNEL_LINKS):
        return
    for kernel in (root / "boot").glob("vmlinuz-*"):
        version = kernel.name.removeprefix("vmlinuz-")
        if any((root / "boot" / name).is_file() for name in _initial_disks(version)):
            return
    raise WorkshopError(
        f"{root} has no kernel with an initial RAM disk; install the distribution's kernel package into it"
    )


def _initial_disks(version: str) -> tuple[str, str]:
    return f"initramfs-{version}.img", f"initrd.img-{version}"


def _is_file(root: Path, name: str) -> bool:
    """Whether a name is a file of the root, followed through one link inside it."""
    path = root / name
    if path.is_symlink():
        target = path.readlink()
        path = root / target.relative_to("/") if target.is_absolute() else path.parent / target
    return path.is_file()


def _expect_fstab(root: Path, label: str) -> None:
    fstab = root / "etc/fstab"
    text = fstab.read_text(encoding="utf-8") if fstab.is_file() else ""
    if not re.search(rf"^LABEL={re.escape(label)}\s+/\s", text, re.MULTILINE):
        raise WorkshopError(f"{fstab} must mount LABEL={label} on /")


def boot_code(label: str, scratch: Path) -> tuple[bytes, bytes]:
    """Return the code of the first sector and the image that follows it.

    Raises WorkshopError when GRUB's files are missing, or the image does not fit before the
    first partition.
    """
    modules = _modules(PLATFORM, "boot.img")
    image = _image(modules, PLATFORM, MODULES, label, scratch)
    if len(image) > (GAP_SECTORS - 1) * SECTOR:
        raise WorkshopError(f"the boot loader takes {len(image)} bytes, more than fit in front of the disk")
    return (modules / "boot.img").read_bytes()[:CODE], image


def efi_program(architecture: Architecture, label: str, scratch: Path, grub: Path | None = None) -> bytes:
    """Return the program that EFI firmware starts; WorkshopError when GRUB's files are missing.

    grub: where GRUB's modules of other processors were unpacked, asked after this computer's own.
    """
    platform = EFI_PLATFORMS[architecture]
    modules = _modules(platform, "kernel.img", grub)
    return _image(modules, platform, EFI_MODULES, label, scratch)


def _image(modules: Path, platform: str, wanted: tuple[str, ...], label: str, scratch: Path) -> bytes:
    """Return GRUB with these modules in it, which looks for the menu by the file system's label."""
    early, core = scratch / "early.cfg", scratch / "core.img"
    early.write_text(
        f"search --no-floppy --label {label} --set root\n"
        "set prefix=($root)/boot/grub\n"
        "configfile $prefix/grub.cfg\n",
        encoding="utf-8",
    )
    programs.run(
        "grub-mkimage",
        *(f"--directory={modules}", f"--format={platform}", "--prefix=/boot/grub"),
        *(f"--config={early}", f"--output={core}", *wanted),
    )
    return core.read_bytes()


PACKAGES = {
    "i386-pc": "GRUB's modules for the BIOS; install grub-pc-bin (Fedora: grub2-pc-modules)",
    "arm64-efi": "GRUB's modules for Arm; install grub-efi-arm64-bin (Fedora: grub2-efi-aa64-modules)",
}


def require_modules(architecture: Architecture) -> None:
    """Raise WorkshopError, which says what to install, unless this computer has GRUB's files."""
    if architecture is AMD64:
        _modules(PLATFORM, "boot.img")
    else:
        _modules(EFI_PLATFORMS[architecture], "kernel.img")


def _modules(platform: str, mark: str, grub: Path | None = None) -> Path:
    """Return the folder of GRUB's modules for a platform, which has the file ``mark``."""
    for folder in (*FOLDERS, *([grub / "usr/lib/grub"] if grub else [])):
        if (folder / platform / mark).is_file():
            return folder / platform
    raise WorkshopError(f"needs {PACKAGES[platform]}")
