"""What the quick look of ``at_rest`` and the whole sync share: how git is asked, how a file is known unread.

Python's start and what this loads are most of the time that a sync takes which finds nothing new, so that is
little.
"""

from __future__ import annotations

import os
import resource

from workshop.environment import proxies

TYPE_CHECKING = False  # as of ``typing``, which takes longer to load than all of this
if TYPE_CHECKING:
    from pathlib import Path

ASK_SECONDS = 8.0
"""Within this time a server has answered, or the machine counts as offline."""
LIMITS = {
    resource.RLIMIT_CPU: 50,
    resource.RLIMIT_DATA: 160_000_000,
    resource.RLIMIT_FSIZE: 2_000_000_000,
}
"""What one git may use: a repository made to hurt is refused instead."""
KEPT_VARIABLES = {"GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_PROXY_SSL_CAINFO"}
"""A company's own certificates and proxies are needed to get out."""

heard: dict[str, bytes | None] = {}
"""What addresses answered that have something new, so that the whole sync need not ask again; None: nothing,
in all the time that there is."""


def fingerprint(place: str | bytes | Path) -> bytes:
    """Return what a file is just now, without reading it; nothing when there is none."""
    try:
        return what(os.lstat(place))
    except OSError:
        return b""


def what(status: os.stat_result) -> bytes:
    """Return what changes whenever a file's content does; the kernel sets the third number itself."""
    return b"%d %d %d %d" % (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def environment(repository: str | Path, config: str | Path) -> dict[str, str]:
    """Return the environment of a git that trusts nobody and asks nothing."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "SSH_ASKPASS", "GNUPG", "GPG_")) or name in KEPT_VARIABLES
    }
    return (
        kept
        | proxies()
        | {
            "GIT_DIR": str(repository),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(config),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "/bin/true",
            "SSH_ASKPASS": "/bin/true",
            "SSH_ASKPASS_REQUIRE": "never",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=6 -o ClearAllForwardings=yes",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_PROTOCOL_FROM_USER": "0",
            "LC_ALL": "C",
            "LANGUAGE": "",
        }
    )
