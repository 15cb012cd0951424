"""A sync that finds everything as the last one left it: it says so at once, and says the same.

Mostly nothing is new and nobody has touched anything. A run that found it so notes what its answer depended
on, below its state folder. The next one of the same words compares that, asks the address what it has, and is
done. Whatever is not as it was, or cannot be told so quickly, is a matter for the whole sync. A note never
brings anything into a folder: it can only keep an update back, and so can whoever is able to write one.

Python's start and this module's imports are most of the time that this takes, so they are few.
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

from workshop.sync.light import ASK_SECONDS, LIMITS, environment, fingerprint, heard

TYPE_CHECKING = False  # as of ``typing``, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from workshop.sync.engine import Rest

NOTE = "at-rest"
END = b"end"
MOST_NOTED = 4_000_000
"""A note is no longer than this; a course with a longer one is synced as a whole each time."""


def still(words: Sequence[str]) -> str | None:
    """Return what the last sync of the same words said, if all that it depended on is as it was."""
    try:
        lock = os.open(f"{_state(words)}/lock", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _still(words)
    except (OSError, ValueError):  # a note that is none, no git, or another sync at work
        return None
    finally:
        os.close(lock)


def _still(words: Sequence[str]) -> str | None:
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(f"{_state(words)}/{NOTE}", flags)
    try:
        # By what another account wrote, root would call any address.
        if os.fstat(file).st_uid != os.geteuid():
            return None
        fields = os.read(file, MOST_NOTED).split(b"\0")
    finally:
        os.close(file)
    key, until, state, url, refs, answer, *rows, end = fields
    if key != _key(words) or time.time() >= int(until) or end != END:
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

    Raises OSError when git fails: the whole sync finds out why.
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
        for kind, most in LIMITS.items():
            resource.prlimit(git, kind, (most, most))
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
    if status:
        raise OSError("git failed")
    return said if status == 0 else None


def note(words: Sequence[str], rest: Rest, answer: str) -> None:
    """Note what a sync said that found nothing to do, and what that depended on.

    What changed a moment ago may change again within one tick of the clock: then there is no note.
    """
    from workshop.sync.files import write_own
    from workshop.sync.state import SETTLED_NS

    places = {os.fsencode(place): known for place, known in rest.files.items()}
    for other in _others(rest.state):
        places.setdefault(os.fsencode(other), fingerprint(other))
    latest = max((int(known.split()[2]) for known in places.values() if known), default=0)
    rows = [part for row in places.items() for part in row]
    state, url = os.fsencode(rest.state), os.fsencode(rest.heard.url)
    until = str(rest.heard.until).encode()
    fields = [_key(words), until, state, url, rest.heard.refs, answer.encode(errors="replace"), *rows, END]
    data = b"\0".join(fields)
    whole = data.count(b"\0") == len(fields) - 1 and len(data) < MOST_NOTED
    if whole and time.time_ns() - SETTLED_NS >= latest:
        try:
            write_own(rest.state / NOTE, data)
        except OSError:  # the next sync looks at everything again
            return


def _others(state: Path) -> Iterator[str]:
    """Yield what every sync depends on: this program, and what set-up and the organiser decided."""
    yield os.path.dirname(__file__)
    yield f"{_prefix()}/etc/workshop.toml"
    yield f"{state.parent}/etc/updates.toml"
    if named := os.environ.get("WORKSHOP_CONFIG"):
        yield named


def _prefix() -> str:
    """Return where set-up put this environment, if it was set-up."""
    return os.path.dirname(os.path.dirname(sys.prefix))


def _state(words: Sequence[str]) -> str:
    """Return the state folder that a command line is about."""
    for number, word in enumerate(words):
        if word == "--state":
            return words[number + 1] if number + 1 < len(words) else ""
        if word.startswith("--state="):
            return word.removeprefix("--state=")
    return f"{_prefix()}/state"


def _key(words: Sequence[str]) -> bytes:
    """Return what a command line means, and where."""
    home, named = os.environ.get("HOME"), os.environ.get("WORKSHOP_CONFIG")
    return repr((sys.prefix, os.getcwd(), home, named, *words)).encode()
