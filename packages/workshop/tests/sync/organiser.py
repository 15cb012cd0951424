"""An organiser who publishes from a git repository, and signs."""

import json
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sync.bed import Bed, git
from workshop.sync.apply import Report
from workshop.sync.request import Request, perform

DAY = 24 * 3600
FIRST_DAY = int(time.time()) // DAY * DAY - 60 * DAY
"""The organiser's clock at the beginning, in seconds since 1970: of an old revision a sync would warn."""


def new_key(folder: Path, name: str) -> Path:
    """Make an SSH key pair."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
    subprocess.run(words, check=True, capture_output=True)
    return folder / name


def allowed_signers(file: Path, *keys: Path, options: str = "") -> Path:
    """Write a file of keys whose signatures count."""
    lines = [f"organiser {options} {key.with_suffix('.pub').read_text()}" for key in keys]
    file.write_text("".join(lines), encoding="utf-8")
    return file


@dataclass
class Organiser:
    """A repository beside the bed's folders; each commit is a day after the one before."""

    bed: Bed
    key: Path | None = None
    format: str = "ssh"
    day: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        git(self.folder, "init", "--quiet", "--initial-branch=main")

    @property
    def folder(self) -> Path:
        return self.bed.upstream

    @property
    def url(self) -> str:
        return f"file://{self.folder}"

    def git(self, *words: str) -> str:
        """Run git as the organiser, today."""
        date = f"{FIRST_DAY + self.day * DAY} +0000"
        who = ["-c", "user.name=o", "-c", "user.email=o@x"]
        if self.key is not None:
            who += ["-c", f"gpg.format={self.format}", "-c", f"user.signingkey={self.key}"]
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        return git(self.folder, *who, *words, **dates, **self.environment)

    def commit(self, *options: str, **files: bytes | None) -> str:
        """Commit what changed; ``a_ipynb`` stands for ``a.ipynb``."""
        self.day += 1
        self.bed.publish(**files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=x", *options)
        return self.git("rev-parse", "HEAD")

    def release(self, tag: str, message: str = "What is new", **files: bytes | None) -> str:
        """Commit and tag it with a signature."""
        commit = self.commit(**files)
        self.git("tag", "--sign", f"--message={message}", tag)
        return commit

    def request(self, **options: Any) -> Request:
        """Return the participant's request; unsigned revisions count unless keys are named."""
        options = {"source": self.url, "allow_unsigned": "signers" not in options} | options
        return Request(into=self.bed.mine, state=self.bed.state, **options)

    def sync(self, **options: Any) -> Report:
        """Let the participant sync."""
        return perform(self.request(**options))

    def actions(self, **options: Any) -> dict[str, str]:
        return {each.path: str(each.action) for each in self.sync(**options).files}


def last(bed: Bed) -> dict[str, Any]:
    """Return what the participant remembers of the last delivery."""
    document: dict[str, Any] = json.loads((bed.state / "trust.json").read_text(encoding="utf-8"))
    return document
