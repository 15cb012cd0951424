"""What a sync needs before all else: how git is asked, how a file is known unread, and the quick look.

Mostly nothing is new and nobody has touched anything. A run that found it so notes what its answer depended
on, below its state folder (``command.note``). The next one of the same words compares that, asks the address
what it has, and is done. Whatever is not as it was, or cannot be told so quickly, is a matter for the whole
sync. A note never brings anything into a folder: it can only keep an update back, and so can whoever is able
to write one.

Python's start and what this loads are most of the time that such a sync takes, so that is little.
"""

# pathlib takes longer to load than all of this.
# ruff: noqa: PTH109, PTH120

from __future__ import annotations

import fcntl
import os
import resource
import select
import sys
import time

from workshop.environment import proxies

TYPE_CHECKING = False  # as of ``typing``, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ASK_SECONDS = 8.0
"""Within this time a server has answered, or the machine counts as offline."""
LIMITS = {resource.RLIMIT_CPU: 50, resource.RLIMIT_DATA: 160_000_000, resource.RLIMIT_FSIZE: 2_000_000_000}
"""What one git may use: a repository made to hurt is refused instead."""
SSH = (
    "ssh -o BatchMode=yes -o ConnectTimeout=6 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 "
    "-o ClearAllForwardings=yes"
)
"""A network that is lost in the middle is noticed within 40 s."""
KEPT_VARIABLES = {"GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_PROXY_SSL_CAINFO"}
"""A company's own certificates and proxies are needed to get out."""

heard: dict[str, bytes | None] = {}
"""What addresses answered that have something new, so that the whole sync need not ask again; None: nothing,
in all the time that there is."""
NOTE = "at-rest"
END = b"end"
MOST_NOTED = 4_000_000
"""A note is no longer than this; a course with a longer one is synced as a whole each time."""


def fingerprint(place: str | bytes | Path) -> bytes:
    """Return what a file is just now, without reading it; nothing when there is none."""
    try:
        return what(os.lstat(place))
    except OSError:
        return b""


def what(status: os.stat_result) -> bytes:
    """Return what changes whenever a file's content does; the kernel sets the third number itself."""
    return b"%d %d %d %d" % (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def limit(process: int) -> None:
    """Hold a git to what it may use, or to less where this account may use no more."""
    for kind, most in LIMITS.items():
        allowed = resource.getrlimit(kind)[1]
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.prlimit(process, kind, (most, most))


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
            "GIT_SSH_COMMAND": SSH,
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_PROTOCOL_FROM_USER": "0",
            "LC_ALL": "C",
            "LANGUAGE": "",
        }
    )


def say(text: str) -> None:
    """Print a text; what the terminal cannot show is escaped."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(text)


def still(words: Sequence[str]) -> str | None:
    """Return what the last sync of the same words said, if all that it depended on is as it was."""
    folder = _state(words)
    try:
        lock = os.open(f"{folder}/lock", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _still(words, f"{folder}/{NOTE}")
    except (OSError, ValueError):  # a note that is none, no git, or another sync at work
        return None
    finally:
        os.close(lock)


def _still(words: Sequence[str], note: str) -> str | None:
    file = os.open(note, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # By what another account wrote, root would call any address.
        if os.fstat(file).st_uid != os.geteuid():
            return None
        fields = os.read(file, MOST_NOTED).split(b"\0")
    finally:
        os.close(file)
    key, until, state, url, refs, answer, *rows, end = fields
    if key != key_of(words) or time.time() >= int(until) or end != END:
        return None
    if any(fingerprint(place) != known for place, known in zip(rows[::2], rows[1::2], strict=True)):
        return None
    address, mirror = os.fsdecode(url), f"{os.fsdecode(state)}/mirror"
    now = _ask(address, environment(f"{mirror}/repository.git", f"{mirror}/config"))
    if now != refs:
        heard[address] = now
        return None
    return answer.decode()


def _ask(url: str, variables: dict[str, str]) -> bytes | None:
    """Return what git says that an address has; None when there was no answer in time.

    Raises OSError when git fails: the whole sync asks again, and finds out why. When it fails late, there is
    no time for that.
    """
    end, output = os.pipe()
    words = ["git", "-C", "/", "ls-remote", "--symref", "--", url]
    nothing = ((os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 2))
    ways = [(os.POSIX_SPAWN_DUP2, output, 1), *nothing]
    try:
        git = os.posix_spawnp("git", words, variables, file_actions=ways, setsid=True)
    except BaseException:
        os.close(end)
        raise
    finally:
        os.close(output)
    said, deadline, status = b"", time.monotonic() + ASK_SECONDS, None
    try:
        limit(git)
        while select.select([end], [], [], max(0.0, deadline - time.monotonic()))[0]:
            piece = os.read(end, 65_536)
            said += piece
            if not piece:
                status = os.waitpid(git, 0)[1]
                break
            if len(said) > MOST_NOTED:
                raise OSError("it says too much")
    finally:
        os.close(end)
        if status is None:
            os.killpg(git, 9)
            os.waitpid(git, 0)
    if status and time.monotonic() < deadline - ASK_SECONDS / 2:
        raise OSError("git failed")
    return said if status == 0 else None


def prefix() -> str:
    """Return where set-up put this environment, if set-up did."""
    return os.path.dirname(os.path.dirname(sys.prefix))


def _state(words: Sequence[str]) -> str:
    """Return the state folder that a command line is about."""
    for number, word in enumerate(words):
        if word == "--state":
            return words[number + 1] if number + 1 < len(words) else ""
        if word.startswith("--state="):
            return word.removeprefix("--state=")
    return f"{prefix()}/state"


def key_of(words: Sequence[str]) -> bytes:
    """Return what a command line means, and where."""
    home, named = os.environ.get("HOME"), os.environ.get("WORKSHOP_CONFIG")
    return repr((sys.prefix, os.getcwd(), home, named, *words)).encode()
