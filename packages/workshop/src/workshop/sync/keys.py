"""An organiser's keys, and what somebody signed with them: annotated tags and commits.

The lines are those of ssh-keygen(1), ALLOWED SIGNERS. A fingerprint vouches for a key alone, not for what
stands beside it in the file: other keys are left out, and a line that would make more of its key than a
signer is refused.
"""

from __future__ import annotations

import base64
import binascii
import calendar
import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import read_own
from workshop.sync.git import Git, printable
from workshop.sync.mirror import OFFER, Mirror, understood

KINDS = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)
OPTION = re.compile(r'(namespaces|valid-after|valid-before)="([\w,.@*-]+)"', re.IGNORECASE)
"""What limits a key. Anything else, such as cert-authority, is refused."""
FINGERPRINT = re.compile(r"(?:SHA256:)?([A-Za-z0-9+/]{43})=?")
NAMESPACES = 'namespaces="git"'
KEYS_FILE = "allowed-signers"
"""Where a repository shows its organiser's keys, to whoever compares their fingerprints."""
UNSIGNED = "is not signed"
LARGEST = 64 * 1024
"""Longer tags, and longer lists of keys, are passed over."""
MOST_COMMITS = 200_000
PROJECT = re.compile(r"^project:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Key:
    """One line of a file of signers."""

    kind: str
    blob: bytes
    options: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """The fingerprint as ``ssh-keygen -l`` prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    @property
    def line(self) -> str:
        """The line that this machine keeps: nothing in it is the file's own words."""
        limits = [option for option in self.options if OPTION.fullmatch(option)]
        if not any(option.lower().startswith("namespaces") for option in limits):
            limits.append(NAMESPACES)
        return f"organiser {','.join(limits)} {self.kind} {base64.b64encode(self.blob).decode()}"

    def valid_before(self) -> float | None:
        """Return when the key ends, in seconds since 1970; None when it does not."""
        for option in self.options:
            found = re.fullmatch(r'valid-before="(\d{8})(\d{4}(?:\d{2})?)?(Z?)"', option, re.IGNORECASE)
            if found:
                text = f"{found[1]}{found[2] or ''}".ljust(14, "0")
                try:
                    there = time.strptime(text, "%Y%m%d%H%M%S")
                    return calendar.timegm(there) if found[3] else time.mktime(there)
                except (ValueError, OverflowError):
                    return 0.0  # a date that does not exist ends it
        return None


def fingerprint_of(text: str) -> str:
    """Return a fingerprint that somebody typed in its full form; WorkshopError when it is none."""
    found = FINGERPRINT.fullmatch(text.strip())
    if found is None:
        raise WorkshopError(
            f"{text!r} is no fingerprint; it looks like SHA256:u7… and has 43 letters after the colon"
        )
    return f"SHA256:{found[1]}"


def keys_of(text: str) -> list[Key]:
    """Return the keys of a file of signers; what is no line of one is passed over, and so never trusted."""
    found = []
    for line in text.splitlines():
        # Quotes hold spaces together.
        words = re.findall(r'(?:[^\s"]|"[^"]*")+', line)
        if line.lstrip().startswith("#") or len(words) < 3:
            continue
        kind = next((place for place, word in enumerate(words[1:3], start=1) if word in KINDS), None)
        if kind is None or len(words) < kind + 2:
            continue
        try:
            blob = base64.b64decode(words[kind + 1], validate=True)
        except (binascii.Error, ValueError):
            continue
        name = words[kind].encode()
        if not blob.startswith(len(name).to_bytes(4, "big") + name):
            continue
        options = tuple(re.findall(r'(?:[^,"]|"[^"]*")+', words[1])) if kind == 2 else ()
        found.append(Key(words[kind], blob, options))
    return found


def chosen(keys: Sequence[Key], fingerprints: Iterable[str], place: str) -> list[Key]:
    """Return the keys of these fingerprints, in their full form; all others stay untrusted.

    Raises WorkshopError, which calls their file ``place``, when one is not there or there twice, or when its
    line gives it other rights than to sign.
    """
    found = []
    for fingerprint in dict.fromkeys(fingerprints):
        matching = [key for key in keys if key.fingerprint == fingerprint]
        if why := _unfit(matching, fingerprint):
            raise WorkshopError(f"{place} {why}")
        found.append(matching[0])
    return found


def _unfit(matching: Sequence[Key], fingerprint: str) -> str:
    """Say why the keys of one fingerprint are not taken; empty when there is one that only signs."""
    if not matching:
        return (
            f"has no key {fingerprint}; nothing was changed; read the fingerprint again, letter by letter, "
            "and ask the organiser if it is right"
        )
    end = "nothing was changed; ask the organiser"
    if len(matching) > 1:
        return f"has the key {fingerprint} twice; {end}"
    for option in matching[0].options:
        limit = OPTION.fullmatch(option)
        if limit is None:
            more = printable(option)[:40]
            return f"gives the key {fingerprint} more than a signer needs ({more}); {end}"
        if limit[1].lower() == "namespaces" and "git" not in limit[2].split(","):
            return f"has the key {fingerprint} for {limit[2]} and not for git; {end}"
    return ""


class Signers:
    """The organiser's public keys: a file of allowed signers (SSH) or a keyring (GPG)."""

    def __init__(self, file: Path) -> None:
        """Take the file; raises WorkshopError when it cannot be read or holds no key."""
        try:
            self.data = read_own(file)
        except OSError as error:
            raise WorkshopError(f"the keys in {file} cannot be read: {error.strerror}") from error
        self.file = file.resolve()
        self.is_gpg = b"BEGIN PGP PUBLIC KEY BLOCK" in self.data or b"\0" in self.data
        self.anchor = hashlib.sha256(self.data).hexdigest()
        named = (word in KINDS for line in self.text.splitlines() for word in line.split()[1:])
        if not self.is_gpg and not any(named):
            raise WorkshopError(f"{file} holds no key that names its owner; ask the organiser for theirs")

    @property
    def text(self) -> str:
        """The file, as ssh-keygen reads it: without what editors of other systems add."""
        return self.data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"").decode(errors="replace")

    @contextlib.contextmanager
    def git(self, git: Git) -> Iterator[tuple[Git, Path]]:
        """Yield a git that knows the keys of one file and no others, not even the user's; and that file."""
        if not self.is_gpg and shutil.which("ssh-keygen") is None:
            raise WorkshopError("ssh-keygen is not installed; install openssh-client (Fedora: openssh)")
        with tempfile.TemporaryDirectory(prefix="workshop-keys-", ignore_cleanup_errors=True) as home:
            listed = Path(home) / KEYS_FILE
            knowing = Git(git.repository, git.config)
            knowing.environment = git.environment | {
                "GNUPGHOME": home,
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "gpg.ssh.allowedSignersFile",
                "GIT_CONFIG_VALUE_0": os.devnull if self.is_gpg else str(listed),
            }
            if self.is_gpg:
                self._import(knowing.environment)
            yield knowing, listed

    def _import(self, environment: dict[str, str]) -> None:
        if shutil.which("gpg") is None:
            raise WorkshopError("gpg is not installed, which the organiser's keys need; install gnupg")
        done = subprocess.run(
            ["gpg", "--batch", "--quiet", "--no-autostart", "--import"],
            input=self.data,
            capture_output=True,
            env=environment,
            check=False,
        )
        if done.returncode:
            raise WorkshopError(f"{self.file} is no keyring that gpg can read; ask the organiser for another")


def signing_key(signature: bytes) -> bytes | None:
    """Return the public key that an SSH signature names (PROTOCOL.sshsig); None for other signatures."""
    with contextlib.suppress(binascii.Error, ValueError):
        data = base64.b64decode(b"".join(signature.strip().splitlines()[1:-1]), validate=True)
        size = int.from_bytes(data[10:14])
        if data[:6] == b"SSHSIG" and len(data) >= 14 + size:
            return data[14 : 14 + size]
    return None


def signature_fault(git: Git, verb: str, name: str) -> str:
    """Say what is wrong with a signature; empty when it is good and by one of the keys."""
    done = git.run(verb, "--raw", name)
    text = done.stderr.decode(errors="replace")
    if done.returncode == 0 and ("GOODSIG" in text or 'Good "git" signature for ' in text):
        return ""
    if not text.strip() or "no signature found" in text:
        return UNSIGNED
    if "EXPKEYSIG" in text or "KEYEXPIRED" in text or "EXPSIG" in text or "expired" in text.lower():
        return "is signed with a key that has expired"
    if "REVKEYSIG" in text:
        return "is signed with a key that was withdrawn"
    return "is not signed by a key that you trust"


@dataclass(frozen=True)
class Revision:
    """One revision that the organiser offers."""

    commit: str
    tag: str = ""
    """The signed tag's name; empty when the commit itself is signed, or nothing is."""
    date: int = 0
    """When it was signed, in seconds since 1970, by the signer's clock."""
    message: str = ""
    """What the tag says."""
    note: str = ""
    project: str = ""
    keys: tuple[str, ...] = ()
    """The lines of the keys that count from now on; empty when no revision carried a list."""
    anchor: str = ""
    """Hash of the machine's own file of keys, from which the list descends."""
    chain: tuple[str, ...] = ()
    """The signed tags that lead to it, the oldest first."""

    @property
    def name(self) -> str:
        """A short name, fit for a file's name."""
        return self.commit[:8]


@dataclass(frozen=True)
class Ref:
    """An annotated tag before it is read: hostile ones are many, and long."""

    name: str
    commit: str
    object: str


@dataclass(frozen=True)
class Tag:
    """An annotated tag, or a commit, and what somebody signed in it."""

    name: str
    """Empty for a commit."""
    commit: str
    date: int
    message: str
    signature: bytes
    named: str
    """The name that was signed."""

    @property
    def project(self) -> str:
        """The project that it names; empty when it names none."""
        found = PROJECT.search(self.message)
        return found[1] if found else ""

    def as_revision(self) -> Revision:
        """Return what it offers."""
        return Revision(self.commit, self.name, self.date, self.message if self.name else "")


def version(tag: str) -> tuple[int, ...]:
    """Return the numbers of a tag such as ``v2026.11``; empty when it is no version."""
    found = re.fullmatch(r"v?(\d{1,9}(?:\.\d{1,9})*)", tag)
    return tuple(int(number) for number in found[1].split(".")) if found else ()


def history(mirror: Mirror, tip: str) -> tuple[dict[str, int], list[Ref]]:
    """Return the places of a branch's commits, and its annotated tags, the newest first."""
    words = ("rev-list", "--topo-order", f"--max-count={MOST_COMMITS}", tip)
    with understood("rev-list"):
        order = {name: place for place, name in enumerate(mirror.git.output(*words).decode().split())}
    form = "%(objecttype) %(objectsize) %(objectname) %(*objecttype) %(*objectname)"
    listed = mirror.git.output(
        "for-each-ref", f"--format={form} %(taggerdate:unix) %(refname)", f"{OFFER}/tags"
    ).decode(errors="replace")
    found = []
    for row in filter(None, listed.split("\n")):  # a name may hold other ends of lines
        with understood("for-each-ref"):
            kind, size, name, of, commit, date, ref = row.split(" ", 6)
            if (kind, of) == ("tag", "commit") and commit in order and int(size) <= LARGEST:
                tag = ref.removeprefix(f"{OFFER}/tags/")
                found.append((version(tag), int(date or 0), Ref(tag, commit, name)))
    newest = sorted(found, key=lambda each: each[:2], reverse=True)
    return order, sorted((ref for _, _, ref in newest), key=lambda ref: order[ref.commit])


def read_tag(mirror: Mirror, ref: Ref) -> Tag:
    """Read a tag and what somebody signed in it."""
    head, text, signature = _read(mirror, ref.object, b"-----BEGIN ")
    named = re.search(rb"^tag (.*)$", head, re.MULTILINE)
    signed_name = named[1].decode(errors="replace") if named else ""
    return Tag(ref.name, ref.commit, _date(head, b"tagger"), text, signature, signed_name)


def read_commit(mirror: Mirror, commit: str) -> Tag:
    """Return a commit as something that may be signed."""
    head, text, _ = _read(mirror, commit, b"\0")
    signed = re.search(rb"^gpgsig(?:-sha256)? ((?:.*\n )*.*)$", head, re.MULTILINE)
    signature = signed[1].replace(b"\n ", b"\n") if signed else b""
    return Tag("", commit, _date(head, b"committer"), text, signature, "")


def _read(mirror: Mirror, name: str, mark: bytes) -> tuple[bytes, str, bytes]:
    """Return an object's head, its text for people, and what begins with a mark; no more than is sensible."""
    head, _, rest = mirror.objects.read(name, LARGEST).partition(b"\n\n")
    text, begin, signature = rest.partition(mark)
    return head, printable(text.decode(errors="replace").strip()), begin + signature


def _date(head: bytes, who: bytes) -> int:
    found = re.search(rb"^" + who + rb" .* (\d{1,12}) [+-]\d{4}$", head, re.MULTILINE)
    return int(found[1]) if found else 0
