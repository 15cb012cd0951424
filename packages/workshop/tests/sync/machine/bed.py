"""A machine that updates itself from an organiser who signs, and a player that only takes notes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sync.bed import Bed, git
from sync.organiser import Organiser, allowed_signers, new_key
from workshop.core.errors import WorkshopError
from workshop.sync.machine import Play, Puller
from workshop.sync.updates import Updates

PLAYBOOK = b"- hosts: all\n"


@dataclass
class Notes:
    """Stands for Ansible: checks out, remembers what it was asked to run, and fails when told to."""

    plays: list[Play] = field(default_factory=list)
    broken: bool = False

    def __call__(self, wanted: Play) -> int:
        if not wanted.tree.exists():
            git(Path("/"), "clone", "--quiet", f"file://{wanted.repository}", str(wanted.tree))
        git(wanted.tree, "checkout", "--quiet", "--detach", wanted.commit)
        self.plays.append(wanted)
        if self.broken:
            raise WorkshopError("the update is not complete (no room); the next pull tries again")
        return 1

    @property
    def trees(self) -> list[Path]:
        return [wanted.tree for wanted in self.plays]

    @property
    def variables(self) -> Mapping[str, object]:
        return self.plays[-1].variables


@dataclass
class PullBed:
    """One organiser and one machine."""

    folder: Path
    notes: Notes = field(default_factory=Notes)

    def __post_init__(self) -> None:
        self.bed = Bed(self.folder / "upstream", self.folder / "mine", self.folder / "state")
        self.key = new_key(self.folder / "keys", "organiser")
        self.organiser = Organiser(self.bed, self.key)
        self.signers = allowed_signers(self.folder / "signers", self.key)
        self.prefix = self.folder / "prefix"
        self.publish_file("playbooks/notebook-sync.yml", PLAYBOOK)
        self.publish_file("ansible.cfg", b"[defaults]\n")

    def publish_file(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Write a file of the organiser's checkout; the next release has it."""
        file = self.organiser.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(mode)

    def puller(self, **options: object) -> Puller:
        given = {"url": self.organiser.url, "signers": self.signers} | options
        return Puller(self.prefix, Updates(**given), self.notes)  # type: ignore[arg-type]

    @property
    def current(self) -> Path:
        return (self.prefix / "pull" / "current").resolve()

    def last_run(self) -> dict[str, object]:
        document: dict[str, object] = json.loads((self.prefix / "pull/last-run.json").read_text())
        return document
