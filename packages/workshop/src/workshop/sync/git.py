"""Run git so that nothing which it reads can run anything, ask anything, fill anything, or wait for ever.

It works in a bare mirror under the state folder, never in the participant's folder, with no
configuration but its own: no hooks, no filters, no submodules, no prompts, four protocols. Memory, time
and the size of what it says and writes are bounded.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from workshop.environment import proxies
from workshop.errors import WorkshopError
from workshop.sync.files import STEERING, shown

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
LOCAL_SECONDS = 300.0
FETCH_SECONDS = 1800.0
MOST_SAID = 16_000_000
"""So many bytes of an answer are read."""
SAFE = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    "protocol.allow": "never",
    "protocol.file.allow": "always",
    "fetch.recurseSubmodules": "false",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.detachedHead": "false",
}
"""What every git goes by that reads what somebody else made: nothing of it runs, asks or is fetched."""
SETTINGS = SAFE | {
    "safe.directory": "*",
    "core.bigFileThreshold": "1m",
    "core.packedGitWindowSize": "1m",
    "core.packedGitLimit": "32m",
    "core.deltaBaseCacheLimit": "16m",
    "pack.threads": "1",
    "protocol.https.allow": "always",
    "protocol.http.allow": "always",
    "protocol.ssh.allow": "always",
    "http.followRedirects": "initial",
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "20",
    "fetch.writeCommitGraph": "false",
    "transfer.bundleURI": "false",
    "gpg.x509.program": "/bin/false",
}


def as_config(settings: Mapping[str, str]) -> str:
    """Return settings as git reads them from a file."""
    text = "# Written by the workshop; git reads it here instead of the machine's and the user's.\n"
    for name, value in settings.items():
        section, *within, key = name.split(".")
        title = f'{section} "{within[0]}"' if within else section
        text += f"[{title}]\n\t{key} = {value}\n"
    return text


CONFIG = as_config(SETTINGS)
OFFLINE = re.compile(
    r"could not resolve|failed to connect|connection (?:timed out|refused|reset|closed)|couldn't connect"
    r"|no route to host|network is unreachable|name resolution|name or service not known|timed? ?out"
    r"|operation too slow|less than \d+ bytes/sec|could not connect|tunnel failed|proxy",
    re.IGNORECASE,
)
BROKEN_OFF = re.compile(
    r"early eof|protocol error|bad pack|rpc failed|unexpected disconnect|hung up|transfer closed"
    r"|broken pipe|recv failure|remote end hung up|empty reply|invalid index-pack output|fetch-pack: "
    r"|bytes missing",
    re.IGNORECASE,
)
HALF = re.compile(r"fatal: could not read from remote repository", re.IGNORECASE)
"""Over http all that git says of half an answer; over ssh it says so of a wrong name, after the reason."""
BUSY = re.compile(r"(?:error|http)\S* (408|425|429|5(?!11)\d\d)\b", re.IGNORECASE)
PORTAL = re.compile(
    r"is this a git repository|unable to update url base|certificate|ssl|tls|redirect|invalid server response"
    r"|unexpected response|error: 511|error: 407",
    re.IGNORECASE,
)
TOO_MUCH = re.compile(
    r"out of memory|file too large|file size limit|cannot allocate|mmap failed", re.IGNORECASE
)
NAMES = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|\S*://\S*|^remote:.*$|remote error:.*$", re.MULTILINE)
"""Addresses, paths and what the other side says: not git's own words."""
NO_ROOM = re.compile(r"no space left|disk quota exceeded|read-only file system", re.IGNORECASE)
CERTIFICATE = re.compile(r"certificate|ssl|tls", re.IGNORECASE)
DATED = re.compile(r"expired|not yet valid", re.IGNORECASE)
SIGN_IN = "sign in to the network in a browser first; if you are online, the address is wrong"
SHORT = 3


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


class UnreachableError(Exception):
    """The source cannot be reached just now; the text says why. Nothing was changed."""


class DamagedMirrorError(WorkshopError):
    """The mirror lacks what it should have; another one must be fetched."""


class Git:
    """Runs git in one bare repository."""

    def __init__(self, repository: Path, config: Path) -> None:
        """Work in ``repository`` with the configuration file ``config`` (``Mirror.configure``)."""
        self.repository = repository
        self.config = config
        self.environment = environment(repository, config)

    def start(self, *words: str, errors: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start one git command, within its limits and in a session of its own.

        Whoever wants its ``errors`` by a pipe has to read them all along: a git waits whose pipe is full.
        """
        process = subprocess.Popen(
            ["git", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=self.environment,
            cwd="/",
            start_new_session=True,
        )
        with contextlib.suppress(ProcessLookupError):
            limit(process.pid)
        return process

    def run(
        self, *words: str, feed: bytes = b"", seconds: float = LOCAL_SECONDS
    ) -> subprocess.CompletedProcess[bytes]:
        """Run one git command; raises TimeoutExpired, with all its children gone, when it takes too long."""
        late = threading.Event()
        said: list[bytes] = []
        with self.start(*words, errors=subprocess.PIPE) as process:

            def end() -> None:
                late.set()
                stop(process)

            clock = threading.Timer(seconds, end)
            others = (
                threading.Thread(target=_feed, args=(process.stdin, feed), daemon=True),
                threading.Thread(target=_listen, args=(process.stderr, said), daemon=True),
            )
            for each in (clock, *others):
                each.start()
            try:
                assert process.stdout is not None
                out = process.stdout.read(MOST_SAID + 1)
                if len(out) > MOST_SAID:
                    raise WorkshopError(f"git {words[0]} says more than a repository of lessons has to say")
                os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            finally:
                clock.cancel()
                stop(process)
            for other in (clock, *others):
                other.join()
        if late.is_set():
            raise subprocess.TimeoutExpired(["git", *words], seconds)
        return subprocess.CompletedProcess(["git", *words], process.returncode, out, b"".join(said))

    def output(self, *words: str, feed: bytes = b"") -> bytes:
        """Return what a local command prints; raises WorkshopError when it fails."""
        done = self.run(*words, feed=feed)
        if done.returncode:
            raise WorkshopError(f"git {words[0]} failed in the mirror: {last_line(done.stderr)}")
        return done.stdout

    def ask(self, *words: str, source: str, seconds: float | None = None) -> bytes:
        """Return what a command prints that talks to ``source``.

        Raises UnreachableError when the network is at fault, WorkshopError when the source is.
        """
        try:
            done = self.run(*words, seconds=seconds or ASK_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise UnreachableError(f"offline: {source} did not answer in time") from error
        if done.returncode:
            raise failure(done.stderr, source, done.returncode, str(self.repository))
        return done.stdout


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a git and the helpers that it started, also those that outlived it."""
    # As long as nobody waited for it, its number is nobody else's.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _feed(pipe: IO[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError):  # it has what it wanted
        pipe.write(data)
    with contextlib.suppress(OSError):
        pipe.close()


def _listen(pipe: IO[bytes], said: list[bytes]) -> None:
    """Read all that comes, so that nobody waits, and remember the beginning."""
    while piece := pipe.read(65_536):
        said += [piece] if not said else []


def failure(stderr: bytes, source: str, status: int = 1, own: str = "") -> Exception:
    """Turn git's message into the error that tells a participant what to do.

    It goes by git's own words: an address may have any word in it, and so may what a server says. ``own`` is
    where the mirror lies.
    """
    told, line, is_web = stderr.decode(errors="replace"), last_line(stderr), source.startswith("http")
    text = _own_words(told, source)
    if status < 0 or TOO_MUCH.search(text):
        return WorkshopError(f"{source} is too large for a repository of lessons; ask the organiser")
    if NO_ROOM.search(text):
        return WorkshopError(f"what {source} has cannot be written here ({line}); nothing was changed")
    if "lacks these prerequisite commits" in text:
        return WorkshopError(f"{source} goes on from revisions that are not here; ask for a whole bundle")
    if OFFLINE.search(text):
        return UnreachableError(f"offline: {source} cannot be reached")
    # What lies on a disk does not break off: it is damaged.
    broke_off = BROKEN_OFF.search(text) and not source.startswith(("file:", "/"))
    if broke_off or (is_web and HALF.match(told.lstrip())):
        return UnreachableError("the connection broke off; the next sync tries again")
    if is_web and (busy := BUSY.search(text)):
        return UnreachableError(f"{source} is busy or out of order ({busy[1]}); the next sync tries again")
    if is_web and PORTAL.search(text):
        said = (line.partition("': ")[2] or line).partition(". ")[0]
        why = f" ({said})" if CERTIFICATE.search(text) else ""
        if DATED.search(text):
            why += f"; it is {time.strftime('%Y-%m-%d')} by this machine's clock, which may be wrong"
        return UnreachableError(f"offline: something other than {source} answered{why}; {SIGN_IN}")
    if own and own in told:
        return DamagedMirrorError(f"the mirror is damaged ({line}); sync again")
    return WorkshopError(f"{source} cannot be read as a git repository ({line}); name another with --from")


def _own_words(text: str, source: str) -> str:
    """Take out of git's message the address in every form, and what the other side said."""
    place = source.partition("://")[2] or source
    host, _, path = place.partition("/") if "://" in source else place.partition(":")
    host = host.rpartition("@")[2].partition(":")[0]
    text = NAMES.sub(" ", text)
    path = path.strip("/")
    for name in (place, path, path.removesuffix(".git"), host):
        if len(name) > SHORT:  # a shorter one is part of many a word
            text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    return text


def last_line(stderr: bytes) -> str:
    """Return the line of git's that says most."""
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
    return printable(telling[0].partition(": ")[2] or telling[0])[:300] if telling else "it said nothing"


def printable(text: str) -> str:
    """Return text from upstream without the characters that steer a terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def require_git() -> None:
    """Raise WorkshopError when there is no git."""
    if shutil.which("git") is None:
        raise WorkshopError("git is not installed; install it, or sync from a folder")


def check_url(url: str) -> None:
    """Raise WorkshopError for an address that is none of the four kinds, or has something secret in it."""
    kind, _, rest = url.partition("://") if "://" in url else ("ssh", "", url)
    nobody = not rest.strip("/") or (kind != "file" and rest.startswith(("/", ":", "?", "#")))
    runs = url.startswith("-") or "::" in url.partition("/")[0]
    if runs or nobody or kind not in ("https", "http", "ssh", "file") or STEERING.search(url):
        raise WorkshopError(f"{shown(url)} is no address of a git repository; use https, ssh or file")
    require_no_credentials(url, "leave it out and put it into ~/.netrc (mode 0600), or use ssh with a key")


def require_no_credentials(url: str, advice: str) -> None:
    """Raise WorkshopError for an address with a name or password in it.

    It would be on command lines, which every account of the machine can read, and in files and logs. What ssh
    needs is a name, which is no secret.
    """
    user, at, _ = url.partition("://")[2].partition("/")[0].rpartition("@")
    if at and (":" in user or not url.startswith("ssh:")):
        raise WorkshopError(
            f"{printable(without_password(url))} was given with a name or password in it, which every "
            f"account of this machine could read; {advice}"
        )


def without_password(url: str) -> str:
    """Return an address without what is secret in it, for people and for the record."""
    if url.startswith("http"):
        return re.sub(r"(?<=://)[^/]*@", "", url)
    return re.sub(r"(?<=://)([^/:@]*):[^/]*@", r"\1@", url)
