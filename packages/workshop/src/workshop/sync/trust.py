"""Whose revisions are taken: signatures, no way back to an older one, no other address unasked."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import write_atomically
from workshop.sync.git import Git, printable
from workshop.sync.mirror import OFFER, Mirror

UNSIGNED = "is not signed"
NEWEST_TAGS = 50
"""So many of the newest tags are looked at for one with a good signature."""


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

    @property
    def name(self) -> str:
        """A short name, fit for a file's name."""
        return self.commit[:8]


@dataclass(frozen=True)
class Last:
    """What was delivered last, and from where."""

    url: str = ""
    commit: str = ""
    tag: str = ""
    date: int = 0


def read_last(state: Path) -> Last:
    """Return what was delivered last; nothing when there is no record.

    Raises WorkshopError when the record is damaged: without it an old revision could pass for new.
    """
    file = state / "trust.json"
    try:
        return Last(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Last()
    except (ValueError, TypeError) as error:
        raise WorkshopError(
            f"{file} says what was delivered last and cannot be read; delete it to trust the source afresh"
        ) from error


def write_last(state: Path, last: Last) -> None:
    """Remember what was delivered."""
    write_atomically(state / "trust.json", (json.dumps(asdict(last), indent=1) + "\n").encode())


def same_place(one: str, other: str) -> bool:
    """Tell whether two addresses name one repository."""
    return one.rstrip("/").removesuffix(".git") == other.rstrip("/").removesuffix(".git")


def require_known_url(last: Last, url: str, trust_new_source: bool) -> None:
    """Raise WorkshopError when updates suddenly come from another address."""
    if last.url and url and not same_place(last.url, url) and not trust_new_source:
        raise WorkshopError(
            f"updates came from {last.url} until now, not from {url}; nothing was changed; "
            "if the organiser moved, say --trust-new-source once"
        )


def require_no_rollback(mirror: Mirror, last: Last, new: Revision) -> str:
    """Raise WorkshopError when ``new`` is older than what was delivered; return a note for people.

    A revision that grew from the last one is newer. When history was rewritten, the signer's own
    words decide: the versions in both tags' names, or else the dates that were signed.
    """
    if not last.commit or new.commit == last.commit:
        return ""
    if mirror.has(last.commit):
        if mirror.is_ancestor(last.commit, new.commit):
            return ""
        if mirror.is_ancestor(new.commit, last.commit):
            raise _older(last, new)
    versions = version(last.tag), version(new.tag)
    newer = versions[1] > versions[0] if all(versions) else new.date > last.date
    if not newer:
        raise _older(last, new)
    return "the workshop's history was rewritten; its signature is good and it is newer"


def _older(last: Last, new: Revision) -> WorkshopError:
    return WorkshopError(
        f"the source offers {new.tag or new.name}, which is older than {last.tag or last.commit[:8]} "
        "that you have; nothing was changed; ask the organiser"
    )


def version(tag: str) -> tuple[int, ...]:
    """Return the numbers of a tag such as ``v2026.11``; empty when it is no version."""
    found = re.fullmatch(r"v?(\d{1,9}(?:\.\d{1,9})*)", tag)
    return tuple(int(number) for number in found[1].split(".")) if found else ()


class Signers:
    """The organiser's public keys: a file of allowed signers (SSH) or a keyring (GPG)."""

    def __init__(self, file: Path) -> None:
        """Take the file; raises WorkshopError when it cannot be read or holds no key."""
        try:
            self.data = file.read_bytes()
        except OSError as error:
            raise WorkshopError(f"the keys in {file} cannot be read: {error.strerror}") from error
        self.file = file.resolve()
        self.is_gpg = b"BEGIN PGP PUBLIC KEY BLOCK" in self.data or b"\0" in self.data
        if not self.data.strip():
            raise WorkshopError(f"{file} holds no key; ask the organiser for theirs")

    @contextlib.contextmanager
    def git(self, git: Git) -> Iterator[Git]:
        """Yield a git that knows these keys and no others, not even the user's own."""
        with tempfile.TemporaryDirectory(prefix="workshop-keys-", ignore_cleanup_errors=True) as home:
            extra = {
                "GNUPGHOME": home,
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "gpg.ssh.allowedSignersFile",
                "GIT_CONFIG_VALUE_0": os.devnull if self.is_gpg else str(self.file),
            }
            knowing = Git(git.repository, git.config, extra)
            if self.is_gpg:
                self._import(knowing.environment)
            yield knowing

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


def signed_revision(mirror: Mirror, tip: str, branch: str, signers: Signers) -> Revision:
    """Return the newest revision of a branch that bears a good signature.

    That is its last commit, when that is signed or a signed tag names it; else the newest signed
    tag below it. Raises WorkshopError when there is none.
    """
    with signers.git(mirror.git) as git:
        reasons: list[str] = []
        tags = []
        for tag in _tags(mirror, tip):
            if why := _tag_fault(git, tag):
                reasons.append(why)
            else:
                tags.append(tag)
        at_tip = [tag for tag in tags if tag.commit == tip]
        if at_tip:
            return at_tip[0]
        why = _fault(git, "verify-commit", tip)
        if not why:
            return Revision(tip, date=_date(git, tip))
        if tags:
            note = f"{branch} has gone on since {tags[0].tag}; what is not signed waits"
            return Revision(tags[0].commit, tags[0].tag, tags[0].date, tags[0].message, note)
    told = next((reason for reason in (why, *reasons) if reason != UNSIGNED), why)
    raise WorkshopError(
        f"the newest revision ({tip[:8]}) {told}; nothing was changed; ask the organiser, or allow it "
        "with --allow-unsigned"
    )


def unsigned_revision(mirror: Mirror, tip: str) -> Revision:
    """Return a branch's last commit as it is, with the words of the newest tag that names it."""
    at_tip = [tag for tag in _tags(mirror, tip) if tag.commit == tip]
    return at_tip[0] if at_tip else Revision(tip, date=_date(mirror.git, tip))


def _date(git: Git, commit: str) -> int:
    return int(git.output("show", "--no-patch", "--no-show-signature", "--format=%ct", commit).split()[-1])


def _tags(mirror: Mirror, tip: str) -> list[Revision]:
    """Return the annotated tags below a commit, the newest version first."""
    form = "%(objecttype)%00%(*objecttype)%00%(*objectname)%00%(taggerdate:unix)%00%(refname)%00"
    form += "%(contents:subject)%00%(contents:body)%00%00"
    listed = mirror.git.output("for-each-ref", f"--merged={tip}", f"--format={form}", f"{OFFER}/tags")
    tags = []
    for row in listed.decode(errors="replace").split("\0\0\n"):
        fields = row.split("\0")
        if len(fields) >= 7 and fields[:2] == ["tag", "commit"]:
            text = f"{fields[5]}\n\n{fields[6]}".partition("-----BEGIN ")[0].strip()
            name = fields[4].removeprefix(f"{OFFER}/tags/")
            tags.append(Revision(fields[2], name, int(fields[3] or 0), printable(text)))
    return sorted(tags, key=lambda tag: (version(tag.tag), tag.date), reverse=True)[:NEWEST_TAGS]


def _tag_fault(git: Git, tag: Revision) -> str:
    ref = f"{OFFER}/tags/{tag.tag}"
    head = git.output("cat-file", "tag", ref).partition(b"\n\n")[0].decode(errors="replace")
    if f"tag {tag.tag}" not in head.splitlines():
        return f"has a tag {printable(tag.tag)} that was signed under another name"
    return _fault(git, "verify-tag", ref)


def _fault(git: Git, verb: str, name: str) -> str:
    """Say what is wrong with a signature; empty when it is good and by one of the keys."""
    done = git.run(verb, "--raw", name)
    text = done.stderr.decode(errors="replace")
    if done.returncode == 0 and _is_good(text):
        return ""
    if not text.strip() or "no signature found" in text:
        return UNSIGNED
    if "EXPKEYSIG" in text or "KEYEXPIRED" in text or "EXPSIG" in text or "expired" in text.lower():
        return "is signed with a key that has expired"
    if "REVKEYSIG" in text:
        return "is signed with a key that was withdrawn"
    return "is not signed by a key that you trust"


def _is_good(text: str) -> bool:
    return "GOODSIG" in text or 'Good "git" signature for ' in text
