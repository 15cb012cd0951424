"""Whether a signature is good, and by which key: git and ssh-keygen decide, and no code here parses one.

They get keys without dates. ``trust`` decides whether a key is valid now, by the list of keys and this
machine's clock: git judges a key at the date that the signed object claims, which a thief chooses.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import read_own
from workshop.sync.git import Git
from workshop.sync.keys import LISTS, REVISIONS, Key, KeyList, keys_of

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
            raise WorkshopError(f"{file} holds no key {what}; ask the organiser for theirs")

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
            raise WorkshopError(f"{self.file} is no keyring that gpg can read; ask the organiser for another")


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
