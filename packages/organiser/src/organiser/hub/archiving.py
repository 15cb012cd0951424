"""What an archive of one server holds: the seats' notebooks, and what makes a new server the same classroom.

With the key, the seats and the bindings, printed cards open their seats on a new server, and a browser that
had a seat still has it. The certificate goes along only where it is self-made, for then the cards have its
fingerprint.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from organiser.hub import clearing, homes
from organiser.hub.archives import Archive, new_archive
from organiser.hub.settings import HubSettings
from workshop.core.errors import WorkshopError

SEATS, KEY, BINDINGS, SPEAKER = "seats.json", "key", "bindings.json", "speaker"
CERTIFICATE, CERTIFICATE_KEY = "certificate.pem", "certificate-key.pem"
NEEDED = (SEATS, KEY, BINDINGS)
LARGEST = 16_000_000
"""Of what the hub's account says of who sits where."""


def archive_all(hub: HubSettings, into: Path, wanted: Sequence[int] = (), rotates: bool = False) -> Archive:
    """Archive seats, or all of them, into a new folder below ``into``; return what became of it.

    Seats that could not be packed are noted in it. Raises WorkshopError where there is nothing to archive,
    and when no archive came of it.
    """
    numbers = hub.seats().numbers(wanted)
    if not numbers:
        raise WorkshopError("no seats to archive; 'workshop classroom seats 20' makes twenty")
    with new_archive(into, hub.address, rotates) as archive:
        for number in numbers:
            _add_seat(archive, number)
        archive.add(SEATS, hub.seats_file.read_bytes())
        archive.add(KEY, (hub.private / "key").read_bytes())
        archive.add(BINDINGS, bindings(hub))
        if (hub.private / "speaker").exists():
            archive.add(SPEAKER, (hub.private / "speaker").read_bytes())
        if hub.self_made and hub.certificate and hub.certificate_key:
            archive.add(CERTIFICATE, hub.certificate.read_bytes())
            archive.add(CERTIFICATE_KEY, hub.certificate_key.read_bytes())
    return archive


def _add_seat(archive: Archive, number: str) -> None:
    if not homes.has_account(number):
        archive.lacking[number] = (
            f"seat {int(number)} has no account; 'workshop classroom seats {int(number)}' makes one"
        )
        return
    try:
        archive.add_seat(clearing.archive(number, archive.folder))
    except clearing.NoNotebooksError:
        archive.empty.append(number)
    except WorkshopError as error:
        archive.lacking[number] = str(error)


def bindings(hub: HubSettings) -> bytes:
    """Return who sits where, as the hub's account reads it: the folder is that account's."""
    file = hub.state / BINDINGS
    script = f'[ -e "$1" ] || {{ echo "{{}}"; exit; }}; head --bytes={LARGEST} -- "$1"'
    return homes.as_account(hub.account, ["sh", "-c", script, "sh", str(file)], "cannot read who sits where")
