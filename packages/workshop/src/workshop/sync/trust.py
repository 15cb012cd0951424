"""Whose revisions are taken: keys and their lists, signatures, and what binds them to a project and a time.

This is The Update Framework in its smallest form. A revision is a signed tag. Its message may name the
project, its date must not be older than the last one's, it grows from what was delivered, and it carries
the list of keys (``trusted-keys``) that count from then on, if the root key or two keys approved it. A code
that the organiser reads aloud overrules all of that, once.

In this order below:

* a **key** and a **list of keys**. The lines are those of ssh-keygen(1), ALLOWED SIGNERS. A key only signs: a
  line with any other option, such as cert-authority, is not trusted. A key for ``workshop-keys`` alone is a
  root key: it approves lists and signs no revision;
* a **signature**. Git and ssh-keygen decide whether it is good, and by which key; no code here parses one.
  They get keys without dates: git would judge a key at the date that the signed object claims, which a thief
  chooses. Whether a key is valid now is decided here, by its list and this machine's clock;
* a **revision**: annotated tags and commits, and what somebody signed in them;
* **trust**: which of the offered revisions is taken.
"""

from __future__ import annotations

import base64
import binascii
import calendar
import contextlib
import hashlib
import math
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from workshop.core.errors import WorkshopError
from workshop.sync.files import from_json, read_json, read_own, write_json
from workshop.sync.git import OFFER, Git, Mirror, Remote, printable
from workshop.sync.updates import DAY_S, NEWS_DAYS, valid_until

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
"""What limits a key."""
FINGERPRINT = re.compile(r"(?:SHA256:)?([A-Za-z0-9+/]{43})=?")
REVISIONS = "git"
"""The namespace of ssh-keygen's in which git signs."""
LISTS = "workshop-keys"
"""The namespace in which lists of keys are approved."""
KEYS_FILE = "allowed-signers"
"""Where a repository shows its organiser's keys, to whoever compares their fingerprints."""
FEWEST_KEYS = 2
"""A list with fewer keys is not taken: after a theft nothing could replace it."""
FEWEST_APPROVALS = 2


@dataclass(frozen=True)
class Key:
    """One line of a list of keys."""

    kind: str
    blob: bytes
    options: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """The fingerprint as ``ssh-keygen -l`` prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    @property
    def public(self) -> str:
        """The public key, in the letters of its file."""
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"

    @property
    def line(self) -> str:
        """The line that this machine keeps: nothing in it is the file's own words."""
        limits = [option for option in self.options if OPTION.fullmatch(option)]
        if not self._values("namespaces"):
            limits.append(f'namespaces="{REVISIONS}"')
        return f"organiser {','.join(limits)} {self.public}"

    @property
    def only_signs(self) -> bool:
        """Whether its options do nothing but limit it."""
        return all(OPTION.fullmatch(option) for option in self.options)

    def signs(self, namespace: str) -> bool:
        """Tell whether its signatures count in a namespace; without a word about it, only for revisions."""
        named = self._values("namespaces") or [REVISIONS]
        return all(any(fnmatchcase(namespace, each) for each in value.split(",")) for value in named)

    def valid_before(self) -> float:
        """Return when the key ends, in seconds since 1970; a date that does not exist ends it at once."""
        return min((_seconds(value, 0.0) for value in self._values("valid-before")), default=math.inf)

    def valid_after(self) -> float:
        """Return when the key begins, in seconds since 1970; on a date that does not exist it never does."""
        return max((_seconds(value, math.inf) for value in self._values("valid-after")), default=0.0)

    def is_valid(self, when: float) -> bool:
        """Tell whether the key counts at a time, in seconds since 1970."""
        return self.valid_after() <= when <= self.valid_before()

    def _values(self, name: str) -> list[str]:
        found = filter(None, map(OPTION.fullmatch, self.options))
        return [option[2] for option in found if option[1].lower() == name]


def _seconds(text: str, otherwise: float) -> float:
    """Return ssh-keygen's ``YYYYMMDD[HHMM[SS]][Z]`` in seconds; without the Z it is local time."""
    found = re.fullmatch(r"(\d{8})(\d{4}(?:\d{2})?)?(Z?)", text, re.IGNORECASE)
    if found is None:
        return otherwise
    try:
        there = time.strptime(f"{found[1]}{found[2] or ''}".ljust(14, "0"), "%Y%m%d%H%M%S")
        return calendar.timegm(there) if found[3] else time.mktime(there)
    except (ValueError, OverflowError):
        return otherwise


def fingerprint_of(text: str) -> str:
    """Return a fingerprint that somebody typed in its full form; WorkshopError when it is none."""
    found = FINGERPRINT.fullmatch(text.strip())
    if found is None:
        raise WorkshopError(
            f"{text!r} is not a fingerprint; a fingerprint looks like SHA256:u7… and has 43 letters after "
            f"the colon"
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
    end, key = "nothing was changed; ask the organiser", matching[0]
    if len(matching) > 1:
        return f"has the key {fingerprint} twice; {end}"
    if not key.only_signs:
        more = printable(next(option for option in key.options if not OPTION.fullmatch(option)))[:40]
        return f"gives the key {fingerprint} more than a signer needs ({more}); {end}"
    if not key.signs(REVISIONS) and not key.signs(LISTS):
        return f"has the key {fingerprint} for other things and not for git; {end}"
    return ""


@dataclass(frozen=True)
class KeyList:
    """The keys that count, and until when the organiser promised to have another list."""

    keys: tuple[Key, ...]
    until: str = ""
    """The day of ``# valid-until: YYYY-MM-DD``; empty without one. A list that has expired still counts."""

    @classmethod
    def of(cls, text: str) -> KeyList:
        """Read a list; a line that is no key, or gives its key more than to sign, is passed over."""
        keys = {key.line: key for key in keys_of(text) if key.only_signs}
        return cls(tuple(keys.values()), valid_until(text))

    @property
    def lines(self) -> tuple[str, ...]:
        """The list as this machine keeps it."""
        first = (f"# valid-until: {self.until}",) if self.until else ()
        return (*first, *(key.line for key in self.keys))

    @property
    def signers(self) -> list[Key]:
        """The keys that sign revisions."""
        return [key for key in self.keys if key.signs(REVISIONS)]

    @property
    def roots(self) -> list[Key]:
        """The keys that approve lists and do nothing else."""
        daily = {key.blob for key in self.signers}
        return [key for key in self.keys if key.signs(LISTS) and key.blob not in daily]

    def is_as(self, other: KeyList) -> bool:
        """Tell whether another list says the same."""
        return {*self.lines} == {*other.lines}

    def too_short(self) -> str:
        """Say why a list is not taken, whoever approved it; empty when it may be."""
        names = fingerprints(self.signers) | fingerprints(self.roots)
        if not self.signers or len(names) < FEWEST_KEYS:
            return f"has fewer than {FEWEST_KEYS} keys, or none that signs revisions"
        return ""

    def may_become(self, new: KeyList, approved: set[str]) -> str:
        """Say why ``new`` does not replace this list; empty when it does.

        ``approved`` has the fingerprints of this list's valid keys that signed the new one. It needs a later
        date because an approved list of the past, which everybody has, could come back otherwise.
        """
        if why := new.too_short():
            return why
        if new.until <= self.until:
            return f"is valid until {new.until or 'no day'}, not longer than the one before"
        if approved & fingerprints(self.roots):
            return ""
        if self.roots and {key.line for key in self.roots} != {key.line for key in new.roots}:
            return "has another root key, which the root key did not approve"
        if len(approved & fingerprints(self.signers) & fingerprints(new.signers)) >= FEWEST_APPROVALS:
            return ""
        return "is approved neither by the root key nor by two keys that it keeps"


def fingerprints(keys: Iterable[Key]) -> set[str]:
    """Return the fingerprints of keys."""
    return {key.fingerprint for key in keys}


UNSIGNED = "is not signed"
STRANGER = "is not signed by a key that you trust"
WHO = "organiser"
"""How all keys are called; a name in the organiser's file says nothing."""
GOOD = re.compile(rf'^Good "(.*)" signature for {WHO} with \S+ key (SHA256:\S+)$', re.MULTILINE)
GOOD_GPG = re.compile(r"^\[GNUPG:\] GOODSIG ", re.MULTILINE)
SECONDS = 20.0


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
        self.keys = KeyList((), "") if self.is_gpg else KeyList.of(self.text)
        if not self.is_gpg and not self.keys.signers:
            what = (
                "that signs revisions and does nothing else" if keys_of(self.text) else "that names its owner"
            )
            raise WorkshopError(f"{file} contains no key {what}; ask the organiser for the keys")

    @property
    def text(self) -> str:
        """The file, as ssh-keygen reads it: without what editors of other systems add."""
        return self.data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"").decode(errors="replace")

    @contextlib.contextmanager
    def git(self, git: Git) -> Iterator[tuple[Git, Path]]:
        """Yield a git that knows the keys of one file and no others, not even the user's; and that file.

        The file is to be written before each signature (``listing``).
        """
        if not self.is_gpg and shutil.which("ssh-keygen") is None:
            raise WorkshopError("ssh-keygen is not installed; install openssh-client (Fedora: openssh)")
        with tempfile.TemporaryDirectory(prefix="workshop-keys-", ignore_cleanup_errors=True) as home:
            listed = Path(home) / "keys"
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
            raise WorkshopError(
                f"{self.file} is not a keyring that gpg can read; ask the organiser for another"
            )


def listing(keys: Iterable[Key], namespace: str) -> str:
    """Return keys for one namespace as ssh-keygen reads them, without dates."""
    return "".join(f'{WHO} namespaces="{namespace}" {key.public}\n' for key in keys)


def signed_by(git: Git, kind: str, name: str, is_gpg: bool) -> tuple[str, str]:
    """Return the fingerprint of the key that signed a tag or commit, and what is wrong with its signature.

    One of the two is empty; both are for a good signature by GPG, whose keyring has the dates of its keys.
    """
    done = git.run(f"verify-{kind}", "--raw", name)
    text = done.stderr.decode(errors="replace")
    if is_gpg:
        if done.returncode == 0 and GOOD_GPG.search(text):
            return "", ""
        if re.search(r"^\[GNUPG:\] (EXPKEYSIG|KEYEXPIRED|EXPSIG) ", text, re.MULTILINE):
            return "", "is signed with a key that has expired"
        withdrawn = re.search(r"^\[GNUPG:\] REVKEYSIG ", text, re.MULTILINE)
        return "", "is signed with a key that was withdrawn" if withdrawn else STRANGER
    found = GOOD.findall(text)
    if done.returncode or len(found) != 1 or found[0][0] != REVISIONS:
        return "", STRANGER
    return found[0][1], ""


def approvals(data: bytes, signatures: Iterable[bytes], keys: Iterable[Key]) -> set[str]:
    """Return the fingerprints of the keys that signed a list of keys; all other signatures are ignored."""
    found = set()
    with tempfile.TemporaryDirectory(prefix="workshop-keys-", ignore_cleanup_errors=True) as folder:
        listed, signature = Path(folder) / "keys", Path(folder) / "signature"
        listed.write_text(listing(keys, LISTS), encoding="ascii")
        words = [
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            str(listed),
            "-I",
            WHO,
            "-n",
            LISTS,
            "-s",
            str(signature),
        ]
        for each in signatures:
            signature.write_bytes(each)
            with contextlib.suppress(subprocess.TimeoutExpired):
                done = subprocess.run(words, input=data, capture_output=True, check=False, timeout=SECONDS)
                good = GOOD.findall(done.stdout.decode(errors="replace")) if done.returncode == 0 else []
                found |= {by for namespace, by in good if namespace == LISTS}
    return found


LARGEST = 64 * 1024
"""Longer tags, and longer lists of keys, are passed over."""
MOST_COMMITS = 200_000
PROJECT = re.compile(r"^project:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
UNCLEAR = "is signed more than once, or in a way that is not accepted"
BLOCK = re.compile(rb"^-----BEGIN ", re.MULTILINE)
"""How a signature begins that git would look for in a tag."""
REPEATED = {b"parent", b"mergetag"}
"""The headers of which a commit may have more than one."""


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

    @property
    def tags(self) -> set[str]:
        """Its own tag, and those that lead to it: each says which keys the next one may bear."""
        return {*self.chain, self.tag} - {""}


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
    object: str
    """What is signed: the tag's own object, or the commit."""
    date: int
    """As the object claims."""
    message: str
    named: str
    """The name that was signed."""
    fault: str
    """Why its signature need not be looked at; empty when there is exactly one."""

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
    order = {name: place for place, name in enumerate(mirror.git.output(*words).decode().split())}
    form = "%(objecttype) %(objectsize) %(objectname) %(*objecttype) %(*objectname)"
    listed = mirror.git.output(
        "for-each-ref", f"--format={form} %(taggerdate:unix) %(refname)", f"{OFFER}/tags"
    ).decode(errors="replace")
    found = []
    for row in filter(None, listed.split("\n")):  # a name may hold other ends of lines
        kind, size, name, of, commit, date, ref = row.split(" ", 6)
        if (kind, of) == ("tag", "commit") and commit in order and int(size) <= LARGEST:
            tag = ref.removeprefix(f"{OFFER}/tags/")
            found.append((version(tag), int(date or 0), Ref(tag, commit, name)))
    newest = sorted(found, key=lambda each: each[:2], reverse=True)
    return order, sorted((ref for _, _, ref in newest), key=lambda ref: order[ref.commit])


def read_tag(mirror: Mirror, ref: Ref) -> Tag:
    """Read a tag and what somebody signed in it."""
    head, body, _ = _read(mirror, ref.object)
    found = re.search(rb"^tag (.*)$", head, re.MULTILINE)
    named = found[1].decode(errors="replace") if found else ""
    headers, in_head, blocks = _signature_headers(head), len(BLOCK.findall(head)), len(BLOCK.findall(body))
    signatures = len(headers) + in_head + blocks
    fault = _fault(head, signatures, is_clear=signatures == blocks == 1)
    text = BLOCK.split(body, maxsplit=1)[0]
    return Tag(ref.name, ref.commit, ref.object, _date(head, b"tagger"), _text(text), named, fault)


def read_commit(mirror: Mirror, commit: str) -> Tag:
    """Return a commit as something that may be signed."""
    head, body, is_whole = _read(mirror, commit)
    headers = _signature_headers(head)
    fault = _fault(head, len(headers), is_clear=is_whole and headers == [b"gpgsig"])
    return Tag("", commit, commit, _date(head, b"committer"), _text(body), "", fault)


def _read(mirror: Mirror, name: str) -> tuple[bytes, bytes, bool]:
    """Return an object's head and body, no more than is sensible, and whether all of the head is in it."""
    head, end, body = mirror.read(name, LARGEST).partition(b"\n\n")
    return head, body, bool(end)


def _names(head: bytes) -> list[bytes]:
    """Return the names of all headers; a line that begins with a space goes on with the one before."""
    return [line.partition(b" ")[0] for line in head.split(b"\n") if not line.startswith(b" ")]


def _signature_headers(head: bytes) -> list[bytes]:
    """Return the names of headers that git may take for a signature, or leaves out of what is signed."""
    return [name for name in _names(head) if name.lower().startswith(b"gpgsig")]


def _fault(head: bytes, signatures: int, is_clear: bool) -> str:
    """Say why an object's signature is not looked at: of several, git and we may each mean another one."""
    if not signatures:
        return UNSIGNED
    names = [name for name in _names(head) if name not in REPEATED]
    return "" if is_clear and len({*names}) == len(names) else UNCLEAR


def _text(text: bytes) -> str:
    return printable(text.decode(errors="replace").strip())


def _date(head: bytes, who: bytes) -> int:
    found = re.search(rb"^" + who + rb" .* (\d{1,12}) [+-]\d{4}$", head, re.MULTILINE)
    return int(found[1]) if found else 0


LIST_FILE = "trusted-keys"
"""Where a signed revision carries the list of keys that count after it."""
APPROVALS = "trusted-keys.sig.d/"
"""The folder next to it with the signatures of those who approve it: one a file, whatever its name."""
MOST_APPROVALS = 20
LARGEST_APPROVAL = 16_000
PATIENCE_S = 30.0
"""So long signatures are checked; a repository of lessons has no more of them than that allows."""
OLD_S = NEWS_DAYS * DAY_S
CODE_DIGITS = 24
"""A prefix of 96 bits: nobody can make another commit that begins alike."""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What a participant or an organiser allows."""

    signers: Path | None = None
    """Keys whose signature a revision must bear."""
    allow_unsigned: bool = False
    trust_new_source: bool = False
    """Take another address, or a history that has nothing in common with the last one, this once."""
    ignore_clock: bool = False
    """Judge keys and dates by what is signed alone, this once: the machine's clock is wrong."""
    reset: str = ""
    """The code of the one revision to take, whatever was trusted before."""
    project: str = ""
    """The project that a revision must name; empty for that of the last one."""

    @property
    def once(self) -> bool:
        """Whether it is about this once."""
        return bool(self.trust_new_source or self.ignore_clock or self.reset)

    def require_choice(self) -> None:
        """Raise WorkshopError when nothing says whose revisions may be taken."""
        if self.signers is None and not self.allow_unsigned:
            raise WorkshopError(
                "name the organiser's keys with --allowed-signers FILE, or add --allow-unsigned to accept "
                "unsigned revisions"
            )


@dataclass(frozen=True)
class Last:
    """What was delivered last, and from where."""

    url: str = ""
    commit: str = ""
    tag: str = ""
    date: int = 0
    project: str = ""
    keys: tuple[str, ...] = ()
    anchor: str = ""


def read_last(state: Path) -> Last:
    """Return what was delivered last; nothing when there is no record.

    Raises WorkshopError when the record is damaged: without it an old revision could pass for new.
    """
    file = state / "trust.json"
    try:
        last: Last = from_json(Last, read_json(file), strict=True)
        return last
    except FileNotFoundError:
        return Last()
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise WorkshopError(
            f"{file} records the last update and cannot be read; delete it to trust the source again"
        ) from error


def write_last(state: Path, last: Last) -> None:
    """Remember what was delivered."""
    write_json(state / "trust.json", asdict(last))


def after(last: Last, url: str, revision: Revision) -> Last:
    """Return what is remembered once a revision was delivered."""
    known = replace(last, url=url or last.url, commit=revision.commit, tag=revision.tag, date=revision.date)
    if not revision.anchor:  # nobody looked at signatures
        return known
    return replace(known, project=revision.project, keys=revision.keys, anchor=revision.anchor)


def same_place(one: str, other: str) -> bool:
    """Tell whether two addresses name one repository."""
    return one.rstrip("/").removesuffix(".git") == other.rstrip("/").removesuffix(".git")


def require_known_url(last: Last, url: str, trust: Trust) -> None:
    """Raise WorkshopError when updates suddenly come from another address."""
    consent = trust.trust_new_source or trust.reset
    if last.url and url and not same_place(last.url, url) and not consent:
        raise WorkshopError(
            f"updates came from {last.url} until now, not from {url}; nothing was changed; if the organiser "
            f"moved, add --trust-new-source once"
        )


def require_no_rollback(mirror: Mirror, last: Last, new: Revision, trust: Trust) -> str:
    """Raise WorkshopError when ``new`` is older than what was delivered; return a note for people.

    A revision that grew from the last one is newer. When history was rewritten, the signer's own
    words decide: the versions in both tags' names, or else the dates that were signed. A history that has
    nothing in common with the last one may be another project's: it needs consent.
    """
    if not last.commit or new.commit == last.commit or trust.reset:
        return ""
    known = mirror.has(last.commit)
    if known and mirror.is_ancestor(last.commit, new.commit):
        return ""
    versions = version(last.tag), version(new.tag)
    newer = versions[1] > versions[0] if all(versions) else new.date > last.date
    if not newer or (known and mirror.is_ancestor(new.commit, last.commit)):
        raise WorkshopError(
            f"the source offers {new.tag or new.name}, which is older than {last.tag or last.commit[:8]} "
            "that you have; nothing was changed; ask the organiser"
        )
    require_related(mirror, last, new, trust)
    return "the workshop's history was rewritten; its signature is good and it is newer"


def require_related(mirror: Mirror, last: Last, new: Revision, trust: Trust) -> None:
    """Raise WorkshopError when ``new`` has nothing in common with what was delivered, signed or not.

    Where nobody signs, this alone tells another project, which took the place of the first, from an update.
    """
    if not last.commit or new.commit == last.commit or trust.trust_new_source:
        return
    if not (mirror.has(last.commit) and mirror.are_related(last.commit, new.commit)):
        cut = bool(mirror.cut_at())
        if cut and new.project and new.project == last.project:
            return  # of a shallow source nobody can tell; that it is the same project is signed
        raise WorkshopError(
            f"the history of {new.tag or new.name} {'is cut off, and ' if cut else ''}has nothing in common "
            f"with {last.tag or last.commit[:8]} that you have; nothing was changed; if the organiser "
            f"restarted the history, add --trust-new-source once"
        )


def _begins_alike(mirror: Mirror, last: Last, tip: str, order: dict[str, int]) -> bool:
    """Tell whether a history that nobody signs was only rewritten, or is cut off where nobody can tell."""
    if not order.keys().isdisjoint(mirror.cut_at()):
        return True
    return mirror.has(last.commit) and not mirror.begins(last.commit).isdisjoint(mirror.begins(tip))


def now(last: Last) -> float:
    """Return the time by which keys are judged: no clock is right that is behind the last revision."""
    return max(time.time(), last.date)


def age_note(date: int, last: Last) -> str:
    """Warn of a revision that is old: perhaps somebody keeps newer ones back."""
    if not date or now(last) - date < OLD_S:
        return ""
    return f"the newest revision is of {_day(date)}; ask the organiser whether there is a newer one"


def _day(seconds: float) -> str:
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):
        return "no day"


@dataclass
class Chain:
    """Goes through signed tags from the oldest to the newest: each one says which keys the next may bear."""

    mirror: Mirror
    signers: Signers
    last: Last
    trust: Trust
    lines: tuple[str, ...] = ()
    """The list of keys that counts now, if a revision carried one."""
    project: str = ""
    good: list[Tag] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """What came after the last good one and is signed and yet not taken, with the reason."""
    unapproved: str = ""
    """Why the list of the last good one does not count."""

    def __post_init__(self) -> None:
        """Begin with what was trusted last."""
        self.project = self.trust.project or self.last.project
        self.continues = self.last.anchor == self.signers.anchor
        if self.continues:
            self.lines = self.last.keys
        self.keys = KeyList.of("\n".join(self.lines)) if self.lines else self.signers.keys
        self._begin = fingerprints(self.keys.keys)
        self._end = time.monotonic() + PATIENCE_S

    @property
    def changed_keys(self) -> str:
        """How many keys ended and how many are new; empty when all are as they were."""
        old, new = self._begin, fingerprints(self.keys.keys)
        if not self.continues or old == new:
            return ""
        return f"the organiser's keys changed: {len(old - new)} ended, {len(new - old)} new"

    def follow(self, git: Git, listed: Path, tag: Tag, grown: bool) -> str:
        """Judge one tag; a good one's list of keys counts from then on. Return what is wrong with it."""
        known = self.continues and (tag.commit, tag.name) == (self.last.commit, self.last.tag)
        why = self._fault(git, listed, tag, grown)
        if why and known:
            # Its key may have ended since. But what the tag says by now, anybody may have written.
            tag, why = replace(tag, date=self.last.date, message=""), ""
        if why != UNSIGNED:
            self.refused[tag.name or tag.commit[:8]] = why
        if not why:
            self.refused = {}
            self.good.append(tag)
            self.project = self.project or tag.project
            why_not = self.adopt(tag.commit, tag.date)
            self.unapproved = f"the {LIST_FILE} of {tag.name or tag.commit[:8]} {why_not}" if why_not else ""
        return why

    def adopt(self, commit: str, signed: int) -> str:
        """Take over the list of keys that a trusted revision carries; say why not.

        signed: the date of its signature.
        """
        found = None if self.signers.is_gpg else self.mirror.file(commit, LIST_FILE)
        if found is None:
            return ""
        if found[1] > LARGEST:
            return "is too long"
        data = self.mirror.read(found[0])
        new = KeyList.of(data.decode(errors="replace"))
        if new.is_as(self.keys):
            return ""
        if self.trust.reset:
            why = new.too_short()
        else:
            is_later = new.until > self.keys.until
            why = self.keys.may_become(new, self._approved(commit, data, signed) if is_later else set())
        if not why:
            self.keys, self.lines = new, new.lines
        return why

    def _approved(self, commit: str, data: bytes, signed: int) -> set[str]:
        """Return the fingerprints of the present keys that approve a list and are valid."""
        files = self.mirror.files(commit, APPROVALS)[:MOST_APPROVALS]
        signatures = [self.mirror.read(name) for name, size in files if size <= LARGEST_APPROVAL]
        return approvals(data, signatures, [key for key in self.keys.keys if self._is_valid(key, signed)])

    def _is_valid(self, key: Key, signed: int) -> bool:
        """Tell whether a key was valid at the signed date, and is by this machine's clock."""
        return key.is_valid(signed) and (self.trust.ignore_clock or key.is_valid(now(self.last)))

    def _fault(self, git: Git, listed: Path, tag: Tag, grown: bool) -> str:
        """Say why a tag is not taken; empty when it may be."""
        if tag.fault:
            return tag.fault
        if tag.named != tag.name:
            return f"has a tag {printable(tag.name)} that was signed under another name"
        if time.monotonic() > self._end:
            raise WorkshopError("the source has too many tags with bad signatures; nothing was changed")
        listed.write_text(listing(self.keys.signers, REVISIONS), encoding="ascii")
        kind = "tag" if tag.name else "commit"
        key, why = signed_by(git, kind, tag.object, self.signers.is_gpg)
        if why or (why := self._key_fault(key, tag.date)):
            return why
        if self.project and tag.project.casefold() != self.project.casefold():
            project = printable(tag.project) or "a project that it does not name"
            return f"is signed for {project}, not for {self.project}"
        if grown and tag.date < self.last.date and not self.trust.ignore_clock:
            return (
                f"is dated {_day(tag.date)}, before the one of {_day(self.last.date)} that you have "
                "(if the organiser's clock was wrong, go on once with --ignore-clock)"
            )
        return ""

    def _key_fault(self, fingerprint: str, signed: int) -> str:
        """Say what is against a key at the signed date, or by this machine's clock; empty for nothing."""
        if self.signers.is_gpg:
            return ""
        mine = [key for key in self.keys.signers if key.fingerprint == fingerprint]
        if any(self._is_valid(key, signed) for key in mine):
            return ""
        end, begin = max(key.valid_before() for key in mine), min(key.valid_after() for key in mine)
        has_ended = end < max(signed, now(self.last))
        what = f"has expired on {_day(end)}" if has_ended else f"is valid from {_day(begin)} on"
        clock = f"this machine's clock says {_day(now(self.last))}"
        return f"is signed with a key that {what}; {clock}; if that is wrong, go on once with --ignore-clock"


def trusted_revision(
    mirror: Mirror, remote: Remote, trust: Trust, signers: Signers | None, last: Last
) -> Revision:
    """Fetch a branch, and return its newest revision that may be taken.

    With keys that is its last commit, when that is signed or a signed tag names it; else the newest signed
    tag below it. Raises WorkshopError when there is none, or when it is older than what was delivered.
    """
    tip = mirror.fetch(remote)
    order, refs = history(mirror, tip)
    if signers is None or trust.reset:
        commit = _spoken(order, trust.reset) if trust.reset else tip
        at_commit = next((ref for ref in refs if ref.commit == commit), None)
        tag = read_tag(mirror, at_commit) if at_commit is not None else read_commit(mirror, commit)
        offered = tag.as_revision()
        if not trust.reset:
            if not _begins_alike(mirror, last, tip, order):
                require_related(mirror, last, offered, trust)
            return _with_notes(offered, age_note(tag.date, last))
        if signers is None:
            return offered
        chain = Chain(mirror, signers, Last(), trust)
        why_not = chain.adopt(commit, tag.date)
        offered = _with_notes(offered, f"its {LIST_FILE} {why_not}" if why_not else "")
        return replace(
            offered, project=tag.project, keys=chain.lines, anchor=signers.anchor, chain=(tag.name,)
        )
    chain = Chain(mirror, signers, last, trust)
    grown = last.commit in order
    newest = order.get(last.commit, len(order))
    with signers.git(mirror.git) as (git, listed):
        for ref in reversed(refs):
            if order[ref.commit] <= newest:
                chain.follow(git, listed, read_tag(mirror, ref), grown)
        reached = chain.good[-1] if chain.good else None
        if reached is None or reached.commit != tip:
            why = chain.follow(git, listed, read_commit(mirror, tip), grown)
            if why and reached is None:
                told = next(reversed(chain.refused.values()), why)
                # Nobody should go on with what somebody else signed, or with a key that has ended.
                consent = ", or allow it with --allow-unsigned" if told == UNSIGNED else ""
                raise WorkshopError(
                    f"the newest revision ({tip[:8]}) {told}; nothing was changed; ask the organiser{consent}"
                )
    taken = chain.good[-1]
    waits = _waits(remote.branch, taken, chain.refused) if taken.commit != tip else ""
    revision = replace(
        taken.as_revision(),
        project=chain.project,
        keys=chain.lines,
        anchor=signers.anchor,
        chain=tuple(tag.name for tag in chain.good if tag.name),
    )
    rewritten = require_no_rollback(mirror, last, revision, trust)
    notes = waits, rewritten, chain.changed_keys, chain.unapproved, age_note(revision.date, last)
    return _with_notes(revision, *notes)


def _waits(branch: str, taken: Tag, refused: dict[str, str]) -> str:
    """Say what of a branch waits: what nobody signed, or what is signed and yet not taken, and why."""
    since = f"{branch} has gone on since {taken.name or taken.commit[:8]}"
    if not refused:
        return f"{since}; what is not signed waits"
    name, why = next(reversed(refused.items()))
    return f"{since}, but {name} {why}; ask the organiser"


def _with_notes(revision: Revision, *notes: str) -> Revision:
    return replace(revision, note=printable("; ".join(filter(None, notes))))


def _spoken(order: dict[str, int], code: str) -> str:
    """Return the commit whose code somebody read aloud."""
    digits = re.sub(r"[^0-9a-f]", "", code.lower())
    if len(digits) < CODE_DIGITS:
        raise WorkshopError(f"{printable(code)} is too short for a code; it has {CODE_DIGITS} digits or more")
    found = [commit for commit in order if commit.startswith(digits)]
    if len(found) != 1:
        raise WorkshopError(
            f"the source has no revision {printable(code)}; nothing was changed; check the code"
        )
    return found[0]
