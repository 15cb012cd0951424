#!/usr/bin/python3 -IS
"""Give this copy of the appliance what no two copies may share, and say on the console how to use it.

Runs at each start before ssh, Jupyter and the login prompt. What is there already stays as it is, so only the
first start has anything to make. It prints nothing unless it fails. The machine-id and the random seed are
made by systemd, which finds none in the image.

With --code it only says on the console which code logs a browser in to JupyterLab. It is so called whenever
JupyterLab has made another one.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from pathlib import Path

SETTINGS = "etc/workshop-appliance.json"
CHOSEN = "etc/workshop-appliance.token"
"""The token that the organiser chose for the whole class, if there is one."""
PASSWORD = "var/lib/workshop-appliance/password"
ISSUE = "run/issue.d/workshop.issue"
CODE_FILE = "run/workshop-console/code"
"""JupyterLab's account writes it, and may do there what it likes."""
CODE = re.compile(r"[a-hjkmnp-z2-9]{4}-[a-hjkmnp-z2-9]{4}\n")
NO_CODE = "in a minute"
KEY_KINDS = ("ed25519", "ecdsa")
KEYS_DISK = "dev/disk/by-label/WORKSHOP"
"""A disk or image with this label may bring the file authorized_keys."""
KEYS = "etc/ssh/authorized_keys.d"
"""Keys that sshd takes besides those in an account's home, where root writes nothing."""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is read as something else: no i, l, o, 0, 1."""


def readable_secret(groups: int = 4, letters: int = 4) -> str:
    """Return a secret that people type: 4 groups of 4 hold 79 bits, 5 hold 99."""
    return "-".join("".join(pick() for _ in range(letters)) for _ in range(groups))


def pick() -> str:
    """Return one random letter, each as likely as any other."""
    while True:
        number = os.urandom(1)[0] & 31
        if number < len(ALPHABET):
            return ALPHABET[number]


def write(path: Path, text: str, owner: str | None = None, mode: int = 0o600) -> None:
    """Write a file, whole or not at all; as a rule one that only its owner reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(mode)
    if owner:
        shutil.chown(beside, owner, owner)
    beside.rename(path)


def make_host_keys(root: Path) -> None:
    """Make the keys by which ssh knows this machine."""
    for kind in KEY_KINDS:
        key = root / f"etc/ssh/ssh_host_{kind}_key"
        # An interrupted run may have left one without the other.
        if key.exists() and key.with_suffix(".pub").exists():
            continue
        key.unlink(missing_ok=True)
        beside = key.with_name(f".{key.name}.new")
        for left in (beside, Path(f"{beside}.pub")):
            left.unlink(missing_ok=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", beside],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        Path(f"{beside}.pub").chmod(0o644)
        Path(f"{beside}.pub").rename(f"{key}.pub")
        beside.rename(key)


def make_token(root: Path, settings: dict[str, object]) -> None:
    """Make the token of JupyterLab."""
    path = root / str(settings["token_file"]).lstrip("/")
    if not path.exists():
        chosen = root / CHOSEN
        token = chosen.read_text() if chosen.exists() else readable_secret(groups=5) + "\n"
        write(path, token, owner=str(settings["user"]))


def make_password(root: Path, settings: dict[str, object]) -> str:
    """Give the account a password; return the one that it was given."""
    path = root / PASSWORD
    if not path.exists():
        secret = readable_secret()
        line = f"{settings['user']}:{secret}\n"
        subprocess.run(["chpasswd"], input=line, text=True, check=True)
        write(path, secret + "\n")
    return path.read_text().strip()


def take_keys(root: Path, user: str) -> None:
    """Let in the keys that a disk with the right label brings; those that are there stay."""
    disk = root / KEYS_DISK
    if not disk.exists():
        return
    place = root / "run/workshop-keys"
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "ro,nosuid,nodev,noexec", disk, place], check=True)
    try:
        brought = place / "authorized_keys"
        lines = brought.read_text().splitlines() if brought.is_file() else []
    finally:
        subprocess.run(["umount", place], check=True)
    add_keys(root / KEYS / f"{user}.disk", lines)


def add_keys(file: Path, lines: list[str]) -> None:
    """Add the keys that are not in the file yet."""
    there = file.read_text().splitlines() if file.is_file() else []
    missing = [line for line in lines if line.strip() and line not in there]
    if not missing:
        return
    # sshd reads it with the account's rights.
    file.parent.mkdir(mode=0o755, exist_ok=True)
    file.parent.chmod(0o755)
    write(file, "\n".join([*there, *missing]) + "\n", mode=0o644)


def read_code(root: Path, user: str) -> str:
    """Return the code that counts, or nothing; it is read as the account, which may put anything there."""
    words = ["head", "-c", "16", root / CODE_FILE]
    rights = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    try:
        # The account may also have put something there that never ends.
        done = subprocess.run(words, **rights, capture_output=True, timeout=5, check=False)
    except subprocess.TimeoutExpired:
        return ""
    said = done.stdout.decode(errors="replace")
    return said.strip() if CODE.fullmatch(said) else ""


def show_code(root: Path) -> None:
    """Say on the console which code counts now."""
    settings = json.loads((root / SETTINGS).read_text())
    password = (root / PASSWORD).read_text().strip()
    write(root / ISSUE, issue(settings, read_code(root, str(settings["user"])), password))
    # Every login prompt to which nobody has typed anything yet is written again.
    subprocess.run(["agetty", "--reload"], check=True)


def issue(settings: dict[str, object], code: str, password: str) -> str:
    """Return what stands above the login prompt."""
    user, port = settings["user"], settings["ssh_port"]
    return f"""
  Deep Learning Workshop {settings["version"]}

  In the browser of your own computer:
    start page   http://localhost:{settings["web_port"]}/
    JupyterLab   http://localhost:{settings["jupyter_port"]}/lab
    code         {code or NO_CODE}
  The code lets one browser in; then, and every ten minutes, there is a new one.

  To log in here or by ssh:
    ssh -p {port} {user}@localhost
    password     {password}

  This machine's own address is \\4

"""


def main(root: Path = Path("/")) -> None:
    """Make what is missing."""
    os.umask(0o077)
    settings = json.loads((root / SETTINGS).read_text())
    make_host_keys(root)
    make_token(root, settings)
    password = make_password(root, settings)
    take_keys(root, settings["user"])
    write(root / ISSUE, issue(settings, "", password))


if __name__ == "__main__":
    try:
        show_code(Path("/")) if sys.argv[1:] == ["--code"] else main()
    except (OSError, KeyError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"first-boot-workshop: {error}")
