"""The speaker's view: who is in, how far, what the machine has left; and what the organiser does about it.

A page of the hub's, for anyone who has the organiser's code. Seats are numbers in it, and nobody has a name.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from organiser.hub.codes import keyed, new_code, same, typed
from organiser.hub.door import Refused
from organiser.hub.limits import WrongCodes
from organiser.hub.units import unit
from workshop.core.files import write_whole

WRONG = "That is not the code; 'workshop classroom speaker-code' makes a new one."
FRESH_SECONDS = 65.0
"""How long what a seat told counts: three of its reports."""
LONGEST_MESSAGE = 300
MOST_SOLVED = 300
MOST_MEMORY = 1 << 44
NAME = re.compile(r"[\w .+/-]{1,120}")
CGROUPS = (
    "/sys/fs/cgroup/classroom.slice/{}/memory.current",
    "/sys/fs/cgroup/memory/classroom.slice/{}/memory.usage_in_bytes",
)


def new_speaker_code(key: bytes, file: Path, group: int) -> str:
    """Give the speaker's view a new code, whose keyed hash alone is kept; the old one opens nothing."""
    code = new_code()
    write_whole(file, keyed(key, "speaker", code), 0o640, group=group)
    return code


@dataclass(frozen=True)
class Told:
    """What a seat told last."""

    when: float
    lesson: str
    solved: tuple[str, ...] | None
    """None unless the seat wants it to be seen."""
    memory: int | None = None
    """In bytes; only pods tell it, on one server the hub sees it."""


@dataclass
class Speaker:
    """Who may see the view, and what it shows of what seats tell."""

    key: bytes
    code_file: Path
    message_file: Path
    clock: Callable[[], float] = time.monotonic
    _wrong: WrongCodes = field(default_factory=WrongCodes)
    _told: dict[str, Told] = field(default_factory=dict)

    def code_hash(self) -> str:
        """Return the hash of the code; empty where there is none yet."""
        with contextlib.suppress(FileNotFoundError):
            return self.code_file.read_text(encoding="ascii").strip()
        return ""

    def admit(self, code: str, address: str) -> str | Refused:
        """Return the token for a page whose reader has the code."""
        known = self.code_hash()
        if not same(keyed(self.key, "speaker", typed(code)), known) or not known:
            return Refused(self._wrong.count(address, self.clock()) or WRONG)
        return self._token(known)

    def holds(self, token: str) -> bool:
        """Tell whether a page's token was given for the present code."""
        known = self.code_hash()
        return bool(known) and same(self._token(known), token)

    def _token(self, known: str) -> str:
        return keyed(self.key, "speaker's token", known)

    def hear(self, seat: str, document: Any) -> None:
        """Take what a seat tells; what looks odd is left out, for a participant may have sent it."""
        given = document if isinstance(document, dict) else {}
        lesson, solved, memory = given.get("lesson"), given.get("solved"), given.get("memory")
        self._told[seat] = Told(
            self.clock(),
            lesson if isinstance(lesson, str) and NAME.fullmatch(lesson) else "",
            tuple(each for each in solved[:MOST_SOLVED] if isinstance(each, str) and NAME.fullmatch(each))
            if isinstance(solved, list)
            else None,
            memory if type(memory) is int and 0 <= memory <= MOST_MEMORY else None,
        )

    def told(self, seat: str) -> Told | None:
        """Return what a seat told, while it is fresh."""
        found = self._told.get(seat)
        return found if found is not None and self.clock() - found.when <= FRESH_SECONDS else None

    def solved(self, seats: Iterable[str]) -> dict[str, int]:
        """Return each exercise with the number of seats that solved it, of those that let it be seen."""
        told = filter(None, map(self.told, seats))
        return dict(Counter(name for each in told for name in set(each.solved or ())))

    def say(self, text: str) -> dict[str, Any]:
        """Say something to all seats; an empty text takes the last message back."""
        message = {"id": time.time_ns(), "text": " ".join(text.split())[:LONGEST_MESSAGE]}
        write_whole(self.message_file, json.dumps(message), 0o600)
        return message

    def message(self) -> dict[str, Any]:
        """Return what was said last; nothing where nothing was, or where it was taken back."""
        try:
            found = json.loads(self.message_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return dict(found) if found.get("text") else {}


def memory_of(seat: str, files: Sequence[str] = CGROUPS) -> int | None:
    """Return the bytes that a seat takes, kernels included; None where the machine does not count them."""
    for pattern in files:
        with contextlib.suppress(OSError, ValueError):
            return int(Path(pattern.format(unit(seat))).read_text(encoding="ascii"))
    return None


def machine(meminfo: Path = Path("/proc/meminfo")) -> dict[str, Any]:
    """Return memory in bytes, and the processors with what waits for them."""
    text = meminfo.read_text(encoding="ascii")

    def of(name: str) -> int:
        return int(text.partition(f"{name}:")[2].split()[0]) * 1024

    return {
        "memory": of("MemTotal"),
        "available": of("MemAvailable"),
        "processors": os.cpu_count() or 1,
        "load": round(os.getloadavg()[0], 1),
    }
