"""Run git so that nothing which it reads can run anything, ask anything, or wait for ever.

It works in a bare mirror under the state folder, never in the participant's folder, with no
configuration but its own: no hooks, no filters, no submodules, no prompts, four protocols.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from workshop.environment import proxies
from workshop.errors import WorkshopError

ASK_SECONDS = 8.0
"""Within this time a server has answered, or the machine counts as offline."""
LOCAL_SECONDS = 300.0
FETCH_SECONDS = 1800.0

CONFIG = """\
# Written by the workshop; read by git in this mirror only, instead of the machine's and the user's.
[safe]
\tdirectory = *
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\tattributesFile = /dev/null
[protocol]
\tallow = never
[protocol "https"]
\tallow = always
[protocol "http"]
\tallow = always
[protocol "ssh"]
\tallow = always
[protocol "file"]
\tallow = always
[http]
\tfollowRedirects = initial
\tlowSpeedLimit = 100
\tlowSpeedTime = 20
[fetch]
\trecurseSubmodules = false
\twriteCommitGraph = false
[transfer]
\tbundleURI = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
[credential]
\thelper =
[gpg "x509"]
\tprogram = /bin/false
[advice]
\tdetachedHead = false
"""

KEPT_VARIABLES = {"GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_PROXY_SSL_CAINFO"}
"""A company's own certificates and proxies are needed to get out."""

OFFLINE = re.compile(
    r"could not resolve|failed to connect|connection (?:timed out|refused|reset|closed)|couldn't connect"
    r"|no route to host|network is unreachable|name resolution|name or service not known|timed? ?out"
    r"|operation too slow|less than \d+ bytes/sec|could not connect|tunnel failed|proxy",
    re.IGNORECASE,
)
BROKEN_OFF = re.compile(
    r"early eof|protocol error|bad pack|rpc failed|unexpected disconnect|hung up|transfer closed"
    r"|broken pipe|recv failure|remote end hung up|empty reply|invalid index-pack output|fetch-pack: ",
    re.IGNORECASE,
)
PORTAL = re.compile(
    r"is this a git repository|unable to update url base|certificate|ssl|redirect|invalid server response"
    r"|unexpected response|http 5\d\d|error: 5\d\d|error: 511",
    re.IGNORECASE,
)


class UnreachableError(Exception):
    """The source cannot be reached just now; the text says why. Nothing was changed."""


class Git:
    """Runs git in one bare repository."""

    def __init__(self, repository: Path, config: Path, extra: dict[str, str] | None = None) -> None:
        """Work in ``repository`` with the configuration file ``config``; see ``prepare``."""
        self.repository = repository
        self.config = config
        self.environment = environment(repository, config) | (extra or {})

    def run(
        self, *words: str, feed: bytes = b"", seconds: float = LOCAL_SECONDS
    ) -> subprocess.CompletedProcess[bytes]:
        """Run one git command; raises TimeoutExpired, with all its children gone, when it takes too long."""
        command = ["git", *words]
        # In a session of its own, so that a time-out also ends the helpers that git starts.
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd="/",
            start_new_session=True,
        ) as process:
            try:
                out, err = process.communicate(feed, timeout=seconds)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
        return subprocess.CompletedProcess(command, process.returncode, out, err)

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
            raise failure(done.stderr, source)
        return done.stdout


def failure(stderr: bytes, source: str) -> Exception:
    """Turn git's message into the error that tells a participant what to do."""
    text, line = stderr.decode(errors="replace"), last_line(stderr)
    if OFFLINE.search(text):
        return UnreachableError(f"offline: {source} cannot be reached")
    # What lies on a disk does not break off: it is damaged.
    if BROKEN_OFF.search(text) and not source.startswith(("file:", "/")):
        return UnreachableError("the connection broke off; the next sync tries again")
    if source.startswith("http") and PORTAL.search(text):
        return UnreachableError(
            f"offline: something other than {source} answered; sign in to the network in a browser first"
        )
    return WorkshopError(f"{source} cannot be read as a git repository ({line}); name another with --from")


def last_line(stderr: bytes) -> str:
    """Return the line of git's that says most."""
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
    return printable(telling[0].partition(": ")[2] or telling[0]) if telling else "it said nothing"


def printable(text: str) -> str:
    """Return text from upstream without the characters that steer a terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def environment(repository: Path, config: Path) -> dict[str, str]:
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


def require_git() -> None:
    """Raise WorkshopError when there is no git."""
    if shutil.which("git") is None:
        raise WorkshopError("git is not installed; install it, or sync from a folder")


def check_url(url: str) -> None:
    """Raise WorkshopError for an address that is none of the four kinds, or has something secret in it."""
    kind = url.partition("://")[0] if "://" in url else "ssh"
    if url.startswith("-") or "::" in url.partition("/")[0] or kind not in ("https", "http", "ssh", "file"):
        raise WorkshopError(f"{printable(url)} is no address of a git repository; use https, ssh or file")
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
