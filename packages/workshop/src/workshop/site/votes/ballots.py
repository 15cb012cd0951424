"""The votes: one a phone and question, on disk before they are answered, and there again after a kill.

Each vote is a line of JSON, appended by one ``write``: a process that is killed loses none that it confirmed,
and a line that was cut off is passed over. Once a second the file is flushed, for the case of a power cut.

A phone names itself by a random number that it keeps. Whoever invents numbers votes more often, so an address
has at most ``per_address`` votes a question. Behind a router that hides its phones the whole room is one
address; the limit is therefore the room's size, and lower only where the speaker says so. Addresses are kept
as hashes whose key lies in the same file, which only its owner can read and which goes when the vote ends.
"""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import json
import os
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.files import take_lock
from workshop.site.votes.questions import Question

VOTER = re.compile(r"[A-Za-z0-9_-]{16,32}")
MOST_VOTES = 3000
"""A question; so many people are in no room, and memory and disk stay small whatever is sent."""
KEPT_SECONDS = 12 * 3600.0
"""A file that nobody ended is taken up again for so long: its process was killed."""


class RefusedError(Exception):
    """A vote that does not count, with the reason as a phone shows it."""


class Ballots:
    """The votes of one deck; safe to use from several threads."""

    def __init__(
        self,
        file: Path,
        questions: Mapping[str, Question],
        per_address: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take up what a killed process left in ``file``, else begin anew.

        Raises WorkshopError when another process has the file, or it cannot be written.
        """
        self._file, self._questions, self._per_address = file, questions, per_address
        self._lock = threading.Lock()
        self._votes: dict[str, dict[str, int]] = {name: {} for name in questions}
        self._addresses: dict[str, Counter[str]] = {name: Counter() for name in questions}
        self._dirty, self._before = False, b""
        self.open: str | None = None
        """The name of the question that is open."""
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            is_alone = take_lock(self._descriptor)
        except OSError as error:
            raise WorkshopError(f"cannot write {file}: {error.strerror}; free the disk") from error
        if not is_alone:
            raise WorkshopError("another vote is running; end it first (Ctrl-C)")
        head = self._take_up(clock())
        self.was_running = head is not None
        """Whether an earlier process was killed and its votes are here."""
        if head is None:
            os.ftruncate(self._descriptor, 0)
            head = {"key": secrets.token_urlsafe(24), "salt": secrets.token_hex(16)}
            self._write(head | {"began": clock()})
        self.key: str = head["key"]
        """What the deck shows to be obeyed."""
        self._salt = bytes.fromhex(head["salt"])

    def _take_up(self, now: float) -> dict[str, Any] | None:
        """Read the file; return its first line, None where there is nothing to go on with."""
        content = self._file.read_bytes()
        lines = [_parsed(line) for line in content.split(b"\n")]
        head = lines[0]
        try:
            fresh = 0 <= now - float(head["began"]) < KEPT_SECONDS
            usable = fresh and isinstance(head["key"], str) and len(bytes.fromhex(head["salt"])) > 0
        except (KeyError, TypeError, ValueError):
            return None
        if not usable:
            return None
        for line in lines[1:]:
            name, voter, choice = line.get("question"), line.get("voter"), line.get("choice")
            if name in self._votes and isinstance(voter, str) and isinstance(choice, int):
                self._count(name, voter, choice, str(line.get("from")))
            elif "open" in line:
                self.open = line["open"] if line["open"] in self._questions else None
        self._before = b"" if content.endswith(b"\n") else b"\n"
        return head

    def show(self, name: object) -> None:
        """Open a question and close the one before; a name that no question has only closes that one."""
        known = name if isinstance(name, str) and name in self._questions else None
        with self._lock:
            if known != self.open:
                self.open = known
                with contextlib.suppress(RefusedError):
                    self._write({"open": known})

    def vote(self, name: object, voter: object, choice: object, address: str) -> int:
        """Count a vote, once; return the choice that counts, which is that phone's first.

        Raises RefusedError for one that cannot count, with nothing written.
        """
        with self._lock:
            question = self._questions.get(name) if isinstance(name, str) else None
            if question is None or not isinstance(voter, str) or not VOTER.fullmatch(voter):
                raise RefusedError("This page is out of date; reload it.")
            votes = self._votes[question.name]
            if voter in votes:
                return votes[voter]
            if question.name != self.open:
                raise RefusedError("This question is closed.")
            if not isinstance(choice, int) or isinstance(choice, bool):
                raise RefusedError("That is not one of the choices.")
            if not 0 <= choice < len(question.choices):
                raise RefusedError("That is not one of the choices.")
            origin = self._origin(address)
            if self._addresses[question.name][origin] >= self._per_address:
                raise RefusedError("Too many votes came from your address.")
            if len(votes) >= MOST_VOTES:
                raise RefusedError("The ballot box is full.")
            self._write({"question": question.name, "voter": voter, "choice": choice, "from": origin})
            self._count(question.name, voter, choice, origin)
            return choice

    def choice_of(self, name: str, voter: str) -> int | None:
        """Return what a phone has chosen, None where it has not voted."""
        return self._votes[name].get(voter)

    def counts(self, name: str) -> list[int]:
        """Return the votes for each choice of a question."""
        with self._lock:
            found = Counter(self._votes[name].values())
        return [found[number] for number in range(len(self._questions[name].choices))]

    def results(self) -> dict[str, list[int]]:
        """Return the votes of each question that had any."""
        return {name: self.counts(name) for name in self._questions if any(self.counts(name))}

    def flush(self) -> None:
        """Bring what was written onto the disk."""
        if self._dirty:
            self._dirty = False
            os.fsync(self._descriptor)

    def end(self) -> None:
        """End the vote: the file goes."""
        self._file.unlink(missing_ok=True)
        os.close(self._descriptor)

    def _count(self, name: str, voter: str, choice: int, origin: str) -> None:
        if voter not in self._votes[name]:
            self._votes[name][voter] = choice
            self._addresses[name][origin] += 1

    def _origin(self, address: str) -> str:
        """Return what stands for an address; a household has 2^64 of version 6, so its network counts."""
        found = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(found, ipaddress.IPv6Address):
            address = str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))
        return hmac.new(self._salt, address.encode(), "sha256").hexdigest()[:16]

    def _write(self, document: dict[str, Any]) -> None:
        self._append(json.dumps(document).encode() + b"\n")

    def _append(self, line: bytes) -> None:
        """Append a line, whole: half of one, as on a full disk, is closed so that the next one is read."""
        self._dirty = True
        try:
            written = os.write(self._descriptor, self._before + line) - len(self._before)
        except OSError:
            written = 0
        self._before = b"" if written == len(line) else b"\n"
        if self._before:
            raise RefusedError("The speaker's disk is full.")


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
