"""At the end of a class: the homes of all seats archived, deleted, and the seats themselves taken away.

A home is a stranger's: whoever sat there may have left links, odd names and locked folders in it. So root
never opens anything below a home. A process of the seat's own account reads or deletes it, with that
account's rights alone, and with no hold on root's terminal; root takes a stream of bytes, and counts them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from organiser.hub.homes import (
    TMPFILES,
    UNIT_FOLDER,
    as_account,
    folder_and_state,
    has_account,
    make_environment_files,
    pack_home,
)
from organiser.hub.seats import account
from organiser.hub.settings import HubSettings
from organiser.hub.units import RUN, unit
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import written_whole
from workshop.core.programs import last_line

HOMES = Path("/home")
MOST_BYTES = 2_000_000_000
"""Of one seat's archive: nobody fills root's disk by what comes out of a home."""
SECONDS = 900
NOTHING = 3
"""The status with which the program ends that has found no notebooks to pack."""
PIECE = 1 << 20
ENVIRONMENT = ("PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8")

# Folders that their owner locked are opened first; links are deleted, never followed; no mount is entered.
EMPTY = """set -u
cd "$1" || exit
find . -xdev -type d ! -perm -u=rwx -exec chmod u+rwx {} \\;
find . -xdev -mindepth 1 -delete
"""


@dataclass(frozen=True)
class Archived:
    """One seat's archive."""

    seat: str
    file: Path
    bytes: int
    sha256: str


class NoNotebooksError(WorkshopError):
    """A seat has no folder of notebooks, so there is nothing to pack."""


def own_environment(number: str, words: Sequence[str]) -> list[str]:
    """Return the words that run a program of a seat's with nothing of root's environment."""
    home = f"HOME={HOMES / account(number)}"
    return ["env", "--ignore-environment", *ENVIRONMENT, home, *words]


def as_seat(number: str, words: Sequence[str]) -> list[str]:
    """Return the words that run a program as a seat's account, with nothing of root's environment."""
    return ["runuser", "--user", account(number), "--", *own_environment(number, words)]


@contextmanager
def running(
    words: Sequence[str], given: int | IO[bytes] = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a program of another account's, for SECONDS at most; it has no hold on root's terminal."""
    with subprocess.Popen(
        words,
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        start_new_session=True,
    ) as program:
        watch = threading.Timer(SECONDS, os.killpg, (program.pid, signal.SIGKILL))
        watch.start()
        try:
            yield program
        finally:
            watch.cancel()


def own_folder(folder: Path) -> Path:
    """Make a folder that only root can enter, and return it.

    Raises WorkshopError for one that is somebody else's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise WorkshopError(f"other accounts can enter {folder}; name a folder of root's with --into")
    return folder


def seats_here(hub: HubSettings, wanted: Sequence[int] = ()) -> list[str]:
    """Return the seats, or those wanted, that have an account.

    Raises WorkshopError for one that has none.
    """
    return [number for number in hub.seats().numbers(wanted) if has_account(number)]


def archive(number: str, into: Path, words: Sequence[str] | None = None) -> Archived:
    """Pack a seat's notebooks into ``into``, which only root can enter; return what became of it.

    The file is what the seat's own page gives: ``workshop update notebooks --from`` takes it up.

    words: what packs, for tests.

    Raises NoNotebooksError when the seat has none, FileExistsError when there is such a file already, and
    WorkshopError with the words of what failed.
    """
    file = into / f"workshop-{account(number)}.zip"
    if file.exists() or file.is_symlink():
        raise FileExistsError(errno.EEXIST, "an archive is never overwritten", str(file))
    done, digest = 0, hashlib.sha256()
    with (
        written_whole(file, 0o600) as out,
        running(words or as_seat(number, [sys.executable, "-I", "-m", "organiser.hub.clearing"])) as packing,
    ):
        assert packing.stdout is not None
        assert packing.stderr is not None
        while piece := packing.stdout.read(PIECE):
            done += len(piece)
            if done > MOST_BYTES:
                os.killpg(packing.pid, signal.SIGKILL)
                raise WorkshopError(
                    f"seat {int(number)} is larger than {MOST_BYTES // 1_000_000} MB; check it by hand"
                )
            digest.update(piece)
            out.write(piece)
        said = packing.stderr.read(2000).decode(errors="replace")
        status = packing.wait()
        if status:
            why = last_line(said) or "no reason given"
            if status == NOTHING:
                raise NoNotebooksError(f"seat {int(number)} has no notebooks")
            raise WorkshopError(f"seat {int(number)} cannot be archived: {why}")
    return Archived(number, file, done, digest.hexdigest())


def empty(number: str, folder: Path) -> None:
    """Delete all that lies in a folder of a seat's, as the seat's account.

    Raises WorkshopError with what could not be deleted.
    """
    words = own_environment(number, ["sh", "-c", EMPTY, "sh", str(folder)])
    as_account(account(number), words, f"seat {int(number)} could not be emptied")


def stop(number: str) -> None:
    """End a seat's server, so that nothing of it writes any more."""
    programs.run("systemctl", "stop", unit(number))


def delete_home(hub: HubSettings, number: str) -> None:
    """Stop a seat, and delete what its home and its compile cache hold; account, card and code stay."""
    stop(number)
    cache = hub.folder / "theano" / number
    for folder in (HOMES / account(number), cache):
        if folder.is_dir() and not folder.is_symlink():
            empty(number, folder)
    # In root's folder, and empty: the next 'workshop classroom seats' links it anew.
    if cache.is_dir():
        cache.rmdir()


def delete_seat(hub: HubSettings, number: str) -> None:
    """Take away a seat whose home was deleted: account, settings, unit, and the code that is on its card."""
    programs.run("userdel", account(number))
    home = HOMES / account(number)
    if home.is_dir():
        home.rmdir()
    (hub.folder / "settings" / f"{number}.toml").unlink(missing_ok=True)
    shutil.rmtree(UNIT_FOLDER / f"{unit(number)}.d", ignore_errors=True)
    (RUN / f"{number}.env").unlink(missing_ok=True)
    known = hub.seats()
    known.seats.pop(number, None)
    known.save(hub.seats_file, pwd.getpwnam(hub.account).pw_gid)
    if known.seats:
        make_environment_files(hub, sorted(known.seats))
    else:
        TMPFILES.unlink(missing_ok=True)


def main() -> None:
    """Write this account's notebooks, packed, to standard output."""
    home = Path(os.environ["HOME"])
    if not folder_and_state(home)[0].is_dir():
        sys.exit(NOTHING)
    # A zip is written by going back in it, which a pipe does not allow. /tmp may be in memory.
    with tempfile.TemporaryFile(dir="/var/tmp") as file:
        pack_home(home, file, home.name)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)


if __name__ == "__main__":
    try:
        main()
    except (WorkshopError, OSError) as error:
        sys.exit(str(error))
