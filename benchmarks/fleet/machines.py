"""Machines that update themselves from one repository, and the organiser who signs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.pull import Play, Puller
from workshop.updates import Updates

LESSON = "notebooks/0-basics/10-theano-basics.ipynb"
"""What a revision of the bench changes a sentence of."""
NAME = "workshop.git"


@dataclass(frozen=True)
class Organiser:
    """A bare repository with this checkout's history, and a key that machines know."""

    folder: Path

    @property
    def repositories(self) -> Path:
        """What the server serves."""
        return self.folder / "srv"

    @property
    def signers(self) -> Path:
        """The keys that machines get."""
        return self.folder / "allowed-signers"

    def begin(self, checkout: Path) -> None:
        """Take over the history of a checkout's branch, and tag a first revision."""
        self.repositories.mkdir(parents=True)
        origin = ["clone", "--quiet", "--bare", "--single-branch", "--no-tags", f"file://{checkout}"]
        git(self.folder, *origin, str(self.repositories / NAME))
        branch = git(self.repositories / NAME, "symbolic-ref", "--short", "HEAD")
        words = ["clone", "--quiet", "--shared", str(self.repositories / NAME), str(self.folder / "desk")]
        git(self.folder, *words)
        git(self.folder / "desk", "checkout", "--quiet", branch)
        key = self.folder / "key"
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", str(key)]
        subprocess.run(words, check=True, capture_output=True)
        public = key.with_suffix(".pub").read_text(encoding="utf-8")
        self.signers.write_text(f'organiser namespaces="git" {public}', encoding="utf-8")
        self.release(1)

    def release(self, number: int) -> None:
        """Correct a sentence of a lesson, sign it, and push it."""
        desk = self.folder / "desk"
        lesson = desk / LESSON
        text = lesson.read_text(encoding="utf-8")
        if '"source": [' not in text:
            raise WorkshopError(f"{LESSON} is no notebook; the bench corrects a sentence there")
        lesson.write_text(
            text.replace('"source": [', f'"source": [\n    "Corrected: {number}.\\n",', 1), encoding="utf-8"
        )
        sign = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={self.folder / 'key'}"]
        who = ["-c", "user.name=Organiser", "-c", "user.email=organiser@localhost"]
        git(desk, *who, "commit", "--quiet", "--all", "--message", f"Correct a lesson ({number})")
        tag = f"v2026.{number}"
        git(desk, *who, *sign, "tag", "--sign", "--message", f"Corrects a sentence ({number})", tag)
        git(desk, "push", "--quiet", "origin", "HEAD", tag)
        self.refresh()

    def refresh(self) -> None:
        """Do what plain files need after each push: write down what there is."""
        git(self.repositories / NAME, "update-server-info")

    def repack(self) -> None:
        """Pack everything anew, as git does by itself now and then."""
        git(self.repositories / NAME, "repack", "-a", "-d", "--quiet")
        self.refresh()


@dataclass(frozen=True)
class Machine:
    """One machine's folder; its update is real but for Ansible, which asks nobody."""

    prefix: Path
    url: str
    signers: Path

    def pull(self) -> str:
        """Do what ``workshop pull`` does; return the revision that the machine has then.

        Raises WorkshopError when it has none, or could not ask.
        """
        updates = Updates(url=self.url, signers=self.signers)
        self.prefix.mkdir(parents=True, exist_ok=True)
        pulled = Puller(self.prefix, updates, _without_ansible).pull()
        if pulled.note or not pulled.revision:
            raise WorkshopError(f"a machine of the bench took nothing: {pulled.note or 'no revision'}")
        return pulled.tag

    def copy(self, prefix: Path) -> Machine:
        """Return another machine in the same state."""
        shutil.copytree(self.prefix, prefix, symlinks=True, copy_function=os.link)
        for file in (prefix / "pull").rglob("*"):
            # What a machine writes to must be its own.
            if file.is_file() and not file.is_symlink() and file.suffix not in (".pack", ".idx"):
                data = file.read_bytes()
                file.unlink()
                file.write_bytes(data)
        return Machine(prefix, self.url, self.signers)


def all_at_once(machines: Sequence[Machine], at_once: int) -> tuple[float, set[str]]:
    """Let all of them update, so many at a time; return seconds, and the revisions that they have then."""
    started = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        have = set(pool.map(Machine.pull, machines))
    return time.monotonic() - started, have


def _without_ansible(wanted: Play) -> int:
    (wanted.tree / ".git").mkdir(parents=True, exist_ok=True)
    return 0


def git(folder: Path, *words: str) -> str:
    """Run git with nobody's configuration; return what it prints, or raise WorkshopError."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        ["git", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise WorkshopError(f"git {' '.join(words[:3])} failed: {done.stderr.strip() or 'it said nothing'}")
    return done.stdout.strip()
