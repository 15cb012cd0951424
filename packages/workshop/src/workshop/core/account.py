"""Root's rights, given up for what an account can do itself.

What lies in a participant's folders may at any moment be a link, a pipe, or somebody's code in a cache. So
root writes nothing there, reads nothing and runs nothing: a process of the account does it, with that
account's rights, nothing of root's environment, and no hold on root's terminal.
"""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workshop.core.errors import WorkshopError

HANDED_ON = {"PATH", "TERM", "LANG", "COLUMNS", "LINES", "NO_COLOR", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
BEGINNINGS = ("LC_", "WORKSHOP_", "SSL_CERT_")
ENDS = ("_proxy", "_PROXY")
MOST_LINKS = 40


def who_can_change(place: Path) -> int:
    """Return the first account but root that could put something else at a path, or below; 0 for none.

    Of a link, the one who made it.
    """
    links, here = 0, Path("/")
    todo = list(reversed(Path(os.path.normpath(place.absolute())).parts[1:]))
    while todo:
        entry = here / todo.pop()
        try:
            found = os.lstat(entry)
        except FileNotFoundError:
            return 0
        if found.st_uid != 0:
            return found.st_uid
        if not stat.S_ISLNK(found.st_mode):
            here = entry
        elif (links := links + 1) <= MOST_LINKS:
            target = Path(os.path.normpath(here / entry.readlink()))
            here, todo = Path("/"), [*todo, *reversed(target.parts[1:])]
        else:
            return 0
    return 0


def environment_of(account: pwd.struct_passwd) -> dict[str, str]:
    """Return what an account gets of the environment: how to show things, and the way to the network."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in HANDED_ON or name.startswith(BEGINNINGS) or name.endswith(ENDS)
    }
    names = {"HOME": account.pw_dir, "USER": account.pw_name, "LOGNAME": account.pw_name}
    return kept | names | {"SHELL": account.pw_shell}


def hand_over(number: int, words: Sequence[str], text: str | None = None) -> int:
    """Run the workshop command as an account, which root can become; return its exit status.

    text: what it reads; None for what this process reads.

    Raises WorkshopError for an account that has no name.
    """
    try:
        account = pwd.getpwuid(number)
    except KeyError:
        raise WorkshopError(
            f"the account {number} has no name on this machine; root does not act for it"
        ) from None
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "workshop", *words],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=os.getgrouplist(account.pw_name, account.pw_gid),
        env=environment_of(account),
        stdin=None if text is None else subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        # It is in no group of this terminal's, which would have ended it with this process.
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            process.communicate(text)
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
    return process.returncode
