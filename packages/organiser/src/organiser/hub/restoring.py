"""The way back: a freshly set-up server becomes the classroom that an archive holds.

Accounts first, then codes and keys, then notebooks. Everything is verified before anything is changed, and
each step may be repeated: a restore that was killed is called again. A process of the seat's own account puts
the notebooks into the home, from a stream, and merges them as 'Bring it' does: nothing in a home is lost.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from organiser.hub import archiving, clearing, homes
from organiser.hub.archives import Archive
from organiser.hub.certificates import Certificate
from organiser.hub.homes import folder_and_state
from organiser.hub.seats import Seats
from organiser.hub.settings import HubSettings
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole
from workshop.core.programs import last_line
from workshop.core.settings import Settings
from workshop.sync.apply import no_open_notebooks
from workshop.sync.files import shown
from workshop.sync.pack import take_up

MOST_SAID = 4_000_000
"""Of the report on one seat, in bytes."""
SAID = ("path", "action", "why")
"""What is said there of each file."""
STILL_THEIRS = ("merged", "beside", "kept", "backed-up")
"""What became of files that both had, in the words of a report (``workshop.sync``)."""
NOT_DONE = ("refused", "deferred")
"""What is said there of a file that could not be written."""

WRITE = """set -eu
umask 077
cat >"$1.new"
mv --force "$1.new" "$1"
"""


@dataclass
class Restored:
    """What a restore did."""

    accounts: list[str] = field(default_factory=list)
    """Seats that had no account."""
    codes: list[str] = field(default_factory=list)
    """Seats whose code is the archive's now, and was not before."""
    seats: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """By seat what became of its files."""
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def restore(
    hub: HubSettings, machine: Settings, archive: Archive, wanted: Sequence[int] = (), replace: bool = False
) -> Restored:
    """Bring back the seats of an archive, or those wanted.

    replace: whether people who sit on this server with other codes lose them.

    Raises WorkshopError, with nothing changed, when a file of the archive is not as it was, when a seat that
    is wanted is not in it, or when somebody sits here with another code.
    """
    numbers = _numbers(archive, wanted)
    need = [name for name in archive.files if name not in archive.seats.values()]
    need += [*archiving.NEEDED, *(archive.seats[each] for each in numbers if each in archive.seats)]
    if faults := archive.faults(dict.fromkeys(need)):
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise WorkshopError(
            f"{next(iter(faults.values()))}{more}; nothing was changed; use another archive, or name the "
            f"seats with intact files"
        )
    key = bytes.fromhex((archive.folder / archiving.KEY).read_text(encoding="ascii").strip())
    theirs = Seats.load(archive.folder / archiving.SEATS, key)
    missing = [number for number in numbers if number not in theirs.seats]
    if missing:
        raise WorkshopError(f"{archive.folder} has no code of seat {int(missing[0])}; use another archive")
    here = hub.seats()
    done = Restored(notes=_differences(hub, archive))
    if here.key != key:
        _require_nobody_here(hub, archive, here, replace)
    done.accounts = homes.make(hub, machine, sorted({*here.seats, *theirs.seats}))
    if here.key == key:
        _add_codes(hub, here, theirs, done)
    else:
        _become(hub, archive, here, theirs, done)
    for number in numbers:
        if number in archive.seats:
            try:
                clearing.stop(number)
                files = done.seats[number] = bring(number, archive.folder / archive.seats[number])
            except WorkshopError as error:
                done.failed[number] = str(error)
                continue
            for each in files:
                if each["action"] in NOT_DONE:
                    done.failed[number] = f"{each['path']} was not brought back: {each['why']}"
    return done


def _numbers(archive: Archive, wanted: Sequence[int]) -> list[str]:
    there = sorted({*archive.seats, *archive.empty, *archive.lacking})
    numbers = [f"{each:03d}" for each in wanted] or there
    for number in numbers:
        if number not in there or (wanted and number in archive.lacking):
            why = archive.lacking.get(number, "it was not archived")
            raise WorkshopError(f"{archive.folder} has no seat {int(number)} ({shown(why)})")
    return numbers


def _differences(hub: HubSettings, archive: Archive) -> list[str]:
    notes = []
    if archive.address != hub.address:
        notes.append(
            f"the cards lead to {shown(archive.address)}, and this server is {hub.address}: let that name "
            "lead here (hub_service_name), or print new cards"
        )
    if archive.lacking:
        listed = ", ".join(str(int(each)) for each in sorted(archive.lacking))
        notes.append(f"the archive lacks the notebooks of these seats: {listed}")
    return notes


def _require_nobody_here(hub: HubSettings, archive: Archive, here: Seats, replace: bool) -> None:
    """Raise WorkshopError when somebody sits on this server with a code that is not the archive's."""
    found = json.loads(archiving.bindings(hub))
    if replace or found == json.loads((archive.folder / archiving.BINDINGS).read_bytes()):
        return
    sit = [number for number, seat in here.seats.items() if seat.code in json.dumps(found.get(number))]
    if sit:
        raise WorkshopError(
            f"{len(sit)} seats of this server are in use with codes that would stop working; nothing was "
            f"changed; add --replace to go on"
        )


def _add_codes(hub: HubSettings, here: Seats, theirs: Seats, done: Restored) -> None:
    """Give codes back to seats that have none here; a seat that has one keeps it, for its card is newer."""
    done.codes = sorted(set(theirs.seats) - set(here.seats))
    if done.codes:
        here.seats |= {number: theirs.seats[number] for number in done.codes}
        here.save(hub.seats_file, pwd.getpwnam(hub.account).pw_gid)
    # A restore that was killed when it had all but done left it standing.
    programs.run("systemctl", "start", "workshop-hub.service")


def _become(hub: HubSettings, archive: Archive, here: Seats, theirs: Seats, done: Restored) -> None:
    """Take over the archive's key, codes, bindings and self-made certificate; the hub stands meanwhile."""
    done.codes = sorted(theirs.seats)
    if here.seats:
        done.notes.append(f"the codes that this server made no longer work: delete {hub.folder / 'cards'}/*")
    if without := sorted(set(here.seats) - set(theirs.seats)):
        done.notes.append(
            f"of this server's seats the archive lacks {len(without)}; 'workshop classroom seats "
            f"{int(without[-1])}' prints cards for them"
        )
    group = pwd.getpwnam(hub.account).pw_gid
    certificate = _certificate(hub, archive, done)
    programs.run("systemctl", "stop", "workshop-hub.service")
    try:
        _write_bindings(hub, (archive.folder / archiving.BINDINGS).read_bytes())
        theirs.save(hub.seats_file, group)
        if archiving.SPEAKER in archive.files:
            _write_private(archive.folder / archiving.SPEAKER, hub.private / "speaker", group)
        for name, target in certificate.items():
            _write_private(archive.folder / name, target, group)
        if certificate:
            programs.run("systemctl", "try-restart", "workshop-proxy.service")
        # Last: until this server has the key, a restore that was killed does all of it once more.
        _write_private(archive.folder / archiving.KEY, hub.private / "key", group)
    finally:
        programs.run("systemctl", "start", "workshop-hub.service")


def _certificate(hub: HubSettings, archive: Archive, done: Restored) -> dict[str, Path]:
    """Return which files of the self-made certificate, whose fingerprint is on the cards, go where."""
    if archiving.CERTIFICATE not in archive.files or not (hub.certificate and hub.certificate_key):
        return {}
    if not hub.self_made:
        done.notes.append("this server has its own certificate: nobody has to compare fingerprints")
        return {}
    has = Certificate.read(archive.folder / archiving.CERTIFICATE)
    if has.lacks(hub.names) or has.days < 1:
        done.notes.append(
            "the certificate whose fingerprint is on the cards does not fit here; print new cards"
        )
        return {}
    # The key first: a proxy that starts between the two fails at once and is started again.
    return {archiving.CERTIFICATE_KEY: hub.certificate_key, archiving.CERTIFICATE: hub.certificate}


def _write_private(source: Path, target: Path, group: int) -> None:
    write_whole(target, source.read_bytes(), 0o640, group=group)


def _write_bindings(hub: HubSettings, content: bytes) -> None:
    words = ["sh", "-c", WRITE, "sh", str(hub.state / "bindings.json")]
    homes.as_account(hub.account, words, "cannot write who sits where", content)


def bring(number: str, file: Path, words: Sequence[str] | None = None) -> list[dict[str, str]]:
    """Put a seat's file into its home, as the seat's account; return what became of each file.

    words: what does it, for tests.

    Raises WorkshopError with the words of what failed.
    """
    program = clearing.as_seat(number, [sys.executable, "-I", "-m", "organiser.hub.restoring"])
    with file.open("rb") as opened, clearing.running(words or program, opened) as taking:
        assert taking.stdout is not None
        assert taking.stderr is not None
        said = taking.stdout.read(MOST_SAID)
        if len(said) == MOST_SAID:
            os.killpg(taking.pid, signal.SIGKILL)
        why = last_line(taking.stderr.read(2000).decode(errors="replace")) or "no reason given"
        status = taking.wait()
    try:
        if status == 0:
            return [{key: shown(str(each[key])) for key in SAID} for each in json.loads(said)]
    except (ValueError, TypeError, KeyError):
        why = "its report cannot be read"
    raise WorkshopError(f"seat {int(number)} did not get its notebooks back: {shown(why)}")


def summary(files: Sequence[Mapping[str, str]]) -> str:
    """Return in one line what became of a seat's files; those that were there and differed are named."""
    if not files:
        return "everything was there"
    counted = Counter(each["action"] for each in files)
    line = ", ".join(f"{number} {action}" for action, number in sorted(counted.items()))
    named = [each["path"] for each in files if each["action"] in STILL_THEIRS]
    more = f" and {len(named) - 5} more" if len(named) > 5 else ""
    return line + (f" (differed: {', '.join(named[:5])}{more})" if named else "")


def main() -> None:
    """Take up the file on standard input into this account's home; print what became of each of its files."""
    home = Path(os.environ["HOME"])
    into, state = folder_and_state(home)
    # A zip is read by going back in it, and the seat may open no file of root's again.
    with tempfile.NamedTemporaryFile(dir=home, prefix=".restoring-", suffix=".zip") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        report = take_up(Path(file.name), into, state, False, no_open_notebooks, is_own=True)
    document: list[dict[str, Any]] = report.as_document()["files"]
    print(json.dumps([{key: each[key] for key in SAID} for each in document]))


if __name__ == "__main__":
    try:
        main()
    except (WorkshopError, OSError) as error:
        sys.exit(str(error))
