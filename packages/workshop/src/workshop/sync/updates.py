"""Where this machine's updates come from, and on whose word: what the role notebook-sync decided.

Ansible, or ``workshop update source set``, writes it as TOML to ``<prefix>/etc/updates.toml``. A machine
without that file, or without an address in it, gets updates only when somebody brings them: over ssh, or on
a stick.
"""

from __future__ import annotations

import calendar
import json
import os
import re
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings, read_toml

NEWS_DAYS = 400
"""After so many days without news a machine says so."""
DAY_S = 24 * 3600
MOST_BYTES = 200_000
SILENCE_ADVICE = (
    "run workshop update machine; if this stays, ask the organiser whether there is a newer revision"
)
VALID_UNTIL = re.compile(
    r"^#[ \t]*valid-until:[ \t]*(\d{4}-\d{2}-\d{2})[ \t]*$", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True)
class Updates:
    """One machine's choice."""

    url: str = ""
    """Address of the organiser's git repository; empty when there is none."""
    branch: str = ""
    """The branch to follow; empty for the repository's own choice."""
    subdir: str = "notebooks"
    """The folder of the repository that participants get."""
    signers: Path | None = None
    """The organiser's public keys; no revision is taken that they did not sign."""
    check_online: bool = False
    """Whether the machine may ask the address on its own, only to tell that there is something new."""
    playbook: str = "playbooks/notebook-sync.yml"
    """What ``workshop update machine`` runs of a verified revision."""
    news_days: int = NEWS_DAYS
    """After so many days without a newer revision the machine says that it may be cut off from them."""


def load_updates(settings: Settings) -> Updates:
    """Return this machine's choice; all defaults when it has made none."""
    if settings.prefix is None:
        return Updates()
    file = settings.prefix / "etc" / "updates.toml"
    return read_toml(file, Updates) if file.is_file() else Updates()


def updates_text(updates: Updates) -> str:
    """Return the file that holds a choice, as the role notebook-sync writes it."""
    values = asdict(updates) | {"signers": str(updates.signers or "")}
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
    return (
        "# Managed by the workshop's set-up (role notebook-sync); changes are overwritten.\n"
        f"# Where this machine's updates come from, and on whose word.\n{lines}"
    )


def require_signers(updates: Updates) -> Path:
    """Return the file of keys; raises WorkshopError when this machine has none."""
    if updates.signers is None:
        raise WorkshopError(
            "this machine has no organiser's key; set one with 'workshop update source set', or run set-up "
            "with notebook_sync_allowed_signers"
        )
    return updates.signers


def valid_until(keys: str) -> str:
    """Return the day (YYYY-MM-DD) until which a list of keys is meant to be used; empty without one."""
    return min(filter(_is_day, VALID_UNTIL.findall(keys)), default="")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def silence(settings: Settings, now: float | None = None) -> str:
    """Say for how long a machine that takes signed updates has heard nothing new; empty when all is well.

    It counts from the signed date of the newest revision that was taken, not from the last answer: an
    attacker who shows an old repository for ever answers each time. Nothing is refused because of it.

    now: seconds since 1970; the machine's own clock when None.
    """
    updates = load_updates(settings)
    if settings.prefix is None or not updates.url or updates.signers is None:
        return ""
    now = time.time() if now is None else now
    records = [_taken(settings.prefix / name / "trust.json") for name in ("pull", "state")]
    heard, lines = max(records, key=lambda record: record[0])
    if not heard:  # counted from the day on which it was given an address
        with suppress(OSError):
            heard = (settings.prefix / "etc" / "updates.toml").stat().st_mtime
    until = valid_until(lines or _begin(updates.signers))
    if now - heard > updates.news_days * DAY_S:
        return f"the organiser's newest revision here is of {_day(heard)}"
    if heard > now + DAY_S:
        return f"the organiser's newest revision here is dated {_day(heard)}, which is to come"
    if until and now >= calendar.timegm(time.strptime(until, "%Y-%m-%d")) + DAY_S:
        return f"the organiser's list of keys was to be renewed by {until}"
    return ""


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def _taken(record: Path) -> tuple[float, str]:
    """Return the signed date of what was delivered last, and the list of keys; nothing without a record."""
    try:
        known = json.loads(_begin(record))
        heard, lines = float(known["date"]), "\n".join(known["keys"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0.0, ""
    return (heard, lines) if abs(heard) < 1e12 else (0.0, "")


def _begin(file: Path) -> str:
    """Return what an ordinary file begins with; a participant may have put something else there."""
    with suppress(OSError):
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            return opened.read(MOST_BYTES).decode(errors="replace")
    return ""
