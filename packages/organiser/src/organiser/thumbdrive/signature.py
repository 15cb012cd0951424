"""Who vouches for a stick: an SSH signature over its list of hashes, as ``ssh-keygen -Y`` makes it."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from organiser.thumbdrive.names import SIGNATURE, SIGNER, SUMS
from workshop.core import programs
from workshop.core.errors import WorkshopError

NAMESPACE = "workshop-thumbdrive"
"""What the key signs for, so that a signature for something else does not count here."""


@dataclass(frozen=True)
class Signature:
    """What is known about a stick's signature."""

    state: str
    """trusted: by a key that was named. unknown: good, by a key that nobody named. wrong, or none."""
    by: str = ""
    """Who: the name in the list of allowed signers, or the key's fingerprint."""

    @property
    def sentence(self) -> str:
        """Say it to a person."""
        return {
            "trusted": f"signed by {self.by}",
            "unknown": f"signed with the key {self.by}; --allowed-signers FILE tells whether it is known",
            "wrong": f"the signature is wrong: {self.by}",
            "none": "not signed",
        }[self.state]


def public_key_of(key: Path) -> bytes:
    """Return the line of the public key that belongs to a private one; WorkshopError when there is none."""
    public = key if key.suffix == ".pub" else key.with_name(key.name + ".pub")
    try:
        return public.read_bytes()
    except OSError as error:
        raise WorkshopError(f"cannot read the public key {public}: {error.strerror}") from error


def sign(data: bytes, key: Path) -> bytes:
    """Return the signature of ``data`` with an SSH key; an agent may hold its private half.

    Raises WorkshopError in one line when the key cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="workshop-sign-") as scratch:
        file = Path(scratch) / SUMS
        file.write_bytes(data)
        programs.run("ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, file)
        return file.with_name(SIGNATURE).read_bytes()


def check(folder: Path, allowed_signers: Path | None) -> Signature:
    """Return whether a stick's list of hashes is signed, and by whom.

    ``allowed_signers`` is a file as updates have it (ssh-keygen(1), ALLOWED SIGNERS); a key counts
    there for this too when its line has no ``namespaces`` or names ours.
    """
    if not (folder / SIGNATURE).is_file():
        return Signature("none")
    data = (folder / SUMS).read_bytes()
    good = _ssh_keygen(data, "check-novalidate", folder / SIGNATURE)
    if good.returncode:
        return Signature("wrong", "the list of hashes is not what was signed")
    if allowed_signers is None:
        return Signature("unknown", _fingerprint(good.stdout))
    if not allowed_signers.is_file():
        raise WorkshopError(f"no file {allowed_signers}; name the organiser's list of keys")
    allowed = ("-f", str(allowed_signers))
    found = _ssh_keygen(data, "find-principals", folder / SIGNATURE, *allowed)
    name = found.stdout.decode(errors="replace").splitlines()
    if found.returncode == 0 and name:
        done = _ssh_keygen(data, "verify", folder / SIGNATURE, *allowed, "-I", name[0])
        if done.returncode == 0:
            return Signature("trusted", name[0])
    return Signature("wrong", f"{_fingerprint(good.stdout)} is not in {allowed_signers}")


def _ssh_keygen(data: bytes, verb: str, signature: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [programs.find("ssh-keygen"), "-Y", verb, "-n", NAMESPACE, "-s", str(signature), *options]
    return subprocess.run(command, input=data, capture_output=True, check=False)


def _fingerprint(said: bytes) -> str:
    """Return the key from ssh-keygen's sentence, which ends with it."""
    return said.decode(errors="replace").strip().rpartition(" with ")[2].replace(" key ", " ") or SIGNER
