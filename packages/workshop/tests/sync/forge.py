"""What a thief makes: objects that git never writes, and lists of keys with any approvals."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sync.bed import CLEAN
from sync.organiser import DAY, FIRST_DAY, Organiser, allowed_signers

Header = tuple[bytes, bytes]
"""A header's name and its value, of several lines if need be."""


def signature(key: Path, data: bytes, namespace: str = "git") -> bytes:
    """Sign data with an SSH key."""
    words = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key)]
    return subprocess.run(words, input=data, check=True, capture_output=True).stdout


def store(organiser: Organiser, kind: str, headers: Sequence[Header], body: bytes) -> str:
    """Write an object with any headers whatever; return its name."""
    lines = [name + b" " + value.strip(b"\n").replace(b"\n", b"\n ") + b"\n" for name, value in headers]
    words = ["git", "hash-object", "-t", kind, "-w", "--literally", "--stdin"]
    done = subprocess.run(
        words, cwd=organiser.folder, env=CLEAN, input=b"".join(lines) + body, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def who(day: int) -> bytes:
    """Return somebody, on a day of the organiser's clock."""
    return b"o <o@x> %d +0000" % (FIRST_DAY + day * DAY)


def commit_headers(organiser: Organiser, day: int) -> list[Header]:
    """Return the headers of a commit of what is staged, on top of the last one."""
    tree, parent = organiser.git("write-tree"), organiser.git("rev-parse", "HEAD")
    stamp = who(day)
    return [
        (b"tree", tree.encode()),
        (b"parent", parent.encode()),
        (b"author", stamp),
        (b"committer", stamp),
    ]


def tag_headers(commit: str, name: str, day: int) -> list[Header]:
    return [
        (b"object", commit.encode()),
        (b"type", b"commit"),
        (b"tag", name.encode()),
        (b"tagger", who(day)),
    ]


def flat(headers: Sequence[Header]) -> bytes:
    """Return headers as they are signed."""
    return b"".join(name + b" " + value.replace(b"\n", b"\n ") + b"\n" for name, value in headers)


def carry(
    organiser: Organiser,
    keys: Sequence[Path],
    until: str,
    approved: Sequence[Path] = (),
    root: Path | None = None,
) -> None:
    """Write the list of keys that the next revision carries, and who approves it."""
    file = allowed_signers(organiser.folder / "trusted-keys", *keys)
    file.write_text(listed(keys, until, root), encoding="utf-8")
    folder = organiser.folder / "trusted-keys.sig.d"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for key in approved:
        (folder / f"{key.name}.sig").write_bytes(signature(key, file.read_bytes(), "workshop-keys"))


def listed(keys: Sequence[Path], until: str = "", root: Path | None = None) -> str:
    """Return a list of keys, as an organiser writes it."""
    lines = [f"# valid-until: {until}\n"] if until else []
    lines += [f"organiser {key.with_suffix('.pub').read_text()}" for key in keys]
    if root is not None:
        lines.append(f'organiser namespaces="workshop-keys" {root.with_suffix(".pub").read_text()}')
    return "".join(lines)
