"""A classroom's folder: its secrets, seats and cards, and the Secret that tells the cluster's hub of them."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from organiser.hub.client import Client
from organiser.hub.seats import Seats, numbered
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole

SECRET = "classroom-seats"
"""The name of the Secret; values.yaml mounts it into the hub at /etc/classroom."""
SECRET_BYTES = 1_000_000
"""A Secret holds 1 MiB, names and all."""
SECRETS = ("key", "cli-token")
VALUES = ("values.yaml", "own-values.yaml")
"""The chart's values, as far as they say what a seat is; a later file goes before."""


@dataclass(frozen=True)
class Classroom:
    """One classroom on a cluster."""

    folder: Path
    namespace: str
    address: str
    """What people open: ``https://NAME``, without a slash at the end."""

    @property
    def private(self) -> Path:
        """Return the folder of what nobody but the organiser reads."""
        return self.folder / "private"

    @property
    def seats_file(self) -> Path:
        """Return the file of the seats."""
        return self.private / "seats.json"

    def secret(self, name: str) -> str:
        """Read a secret, ``key`` or ``cli-token``.

        Raises WorkshopError when it is missing.
        """
        try:
            return (self.private / name).read_text(encoding="ascii").strip()
        except OSError as error:
            raise WorkshopError(
                f"{self.private / name} cannot be read ({error.strerror}); "
                "run playbooks/classroom-kubernetes.yml again"
            ) from error

    def seats(self) -> Seats:
        """Return the seats; none where none were made."""
        return Seats.load(self.seats_file, bytes.fromhex(self.secret("key")))

    def values(self) -> dict[str, Any]:
        """Return the values of the chart.

        Raises WorkshopError when they are not what the playbook wrote.
        """
        found: dict[str, Any] = {}
        for name in VALUES:
            try:
                given = yaml.safe_load((self.folder / name).read_text(encoding="utf-8"))
                found = merged(found, given or {})
            except (OSError, ValueError, AttributeError, yaml.YAMLError) as error:
                raise WorkshopError(
                    f"{self.folder / name} is not what the playbook wrote; run it again"
                ) from error
        return found

    def client(self) -> Client:
        """Return the client of the cluster's hub, at the address that people open."""
        hint = f"'kubectl --namespace {self.namespace} logs deploy/hub' shows why"
        return Client(f"{self.address}/hub/api", self.secret("cli-token"), hint)

    def manifest(self) -> str:
        """Return the Secret of the seats as YAML.

        Raises WorkshopError when there are more seats than a Secret holds.
        """
        listed = {each.number: {"name": each.name, "code": each.code} for each in self.seats().seats.values()}
        texts = {name: self.secret(name) for name in SECRETS}
        texts["seats.json"] = json.dumps({"seats": listed}, ensure_ascii=False)
        if sum(len(text.encode()) for text in texts.values()) > SECRET_BYTES:
            raise WorkshopError(
                f"{len(listed)} seats are more than a Secret of Kubernetes holds (1 MiB); "
                "make two classrooms, each with its own namespace"
            )
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": SECRET,
                    "namespace": self.namespace,
                    "labels": {"app.kubernetes.io/part-of": "deep-learning-workshop"},
                },
                "type": "Opaque",
                "data": {name: base64.b64encode(text.encode()).decode() for name, text in texts.items()},
            },
            sort_keys=False,
        )


def merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return two files of values as helm does: tables are merged, in all else the second goes before."""
    tables = {name for name in first.keys() & second.keys() if isinstance(first[name], dict)}
    return first | second | {name: merged(first[name], second[name]) for name in tables}


def load(folder: Path) -> Classroom:
    """Read which classroom a folder is.

    Raises WorkshopError when it is none.
    """
    try:
        said = json.loads((folder / "classroom.json").read_text(encoding="utf-8"))
        return Classroom(folder, str(said["namespace"]), str(said["address"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkshopError(
            f"{folder} is not a classroom's folder; playbooks/classroom-kubernetes.yml makes one"
        ) from error


@dataclass(frozen=True)
class Prepared:
    """What was made."""

    changed: list[str]
    """Files, by their place in the folder."""
    new: list[str]
    """Numbers of the seats that have new cards."""
    seats: int


def prepare(
    room: Classroom, number: int, names: Sequence[str] = (), anew: bool = False, check: bool = False
) -> Prepared:
    """Make what a folder lacks: secrets, seats with their cards, and what the cluster gets of them.

    number: seats that there are to be; those beyond it that are there already stay.
    anew: give seats that have a code another one.
    check: only say what would be made.
    """
    # Cards draw QR codes; whoever only frees seats needs no library for that.
    from organiser.hub.cards import new_cards, write

    changed: list[str] = []
    wanted = [numbered(each) for each in range(1, number + 1)]
    if check:
        there = room.seats().seats if (room.private / "key").exists() else {}
        new = [seat for seat in wanted if anew or seat not in there]
        return Prepared(["private/seats.json"] if new else [], new, len({*wanted, *there}))
    for folder in (room.private, room.folder / "cards"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for secret in SECRETS:
        if not (room.private / secret).exists():
            write_whole(room.private / secret, secrets.token_hex(32) + "\n", 0o600)
            changed.append(f"private/{secret}")
    known = room.seats()
    made = new_cards(known, wanted, names, anew, room.address)
    if made:
        # The cards first: a code that is on no card would be lost.
        files = write(made, room.folder / "cards")
        known.save(room.seats_file, os.getegid())
        changed += [f"cards/{file.name}" for file in files] + ["private/seats.json"]
    said = json.dumps({"namespace": room.namespace, "address": room.address}) + "\n"
    for target, text, mode in (
        ("classroom.json", said, 0o644),
        (f"private/{SECRET}.yaml", room.manifest(), 0o600),
    ):
        file = room.folder / target
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            write_whole(file, text, mode)
            changed.append(target)
    return Prepared(changed, [card.number for card in made], len(known.seats))


def write_manifest(room: Classroom) -> None:
    """Write the Secret anew."""
    write_whole(room.private / f"{SECRET}.yaml", room.manifest(), 0o600)
