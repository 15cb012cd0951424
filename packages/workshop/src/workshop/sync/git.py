"""Run git so that nothing which it reads can run anything, ask anything, fill anything, or wait for ever.

It works in a bare mirror under the state folder, never in the participant's folder, with no
configuration but its own: no hooks, no filters, no submodules, no prompts, four protocols. Memory, time
and the size of what it says and writes are bounded. What is fetched lies in a quarantine until somebody
judged it (``Mirror``); what is refused leaves nothing behind.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TypeVar

from workshop.core.environment import proxies
from workshop.core.errors import WorkshopError
from workshop.sync.files import STEERING, ensure_folder, make_way, shown, write_own

T = TypeVar("T")
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


class Git:
    """Runs git in one bare repository."""

    def __init__(self, repository: Path, config: Path) -> None:
        """Work in ``repository`` with the configuration file ``config``."""
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
        with suppress(ProcessLookupError):
            limit(process.pid)
        return process

    def run(self, *words: str, seconds: float = LOCAL_SECONDS) -> subprocess.CompletedProcess[bytes]:
        """Run one git command; raises TimeoutExpired, with all its children gone, when it takes too long.

        A server may say more than there is memory: of an answer so much is read, of complaints the beginning.
        """
        said: list[bytes] = []
        end = time.monotonic() + seconds
        with self.start(*words, errors=subprocess.PIPE) as process:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.close()
            clock = threading.Timer(seconds, stop, [process])
            listener = threading.Thread(target=_listen, args=(process.stderr, said), daemon=True)
            for each in (clock, listener):
                each.start()
            try:
                out = process.stdout.read(MOST_SAID + 1)
                if len(out) > MOST_SAID:
                    raise WorkshopError(
                        "it has more files or names than a repository of lessons; nothing was changed"
                    )
                os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            finally:
                clock.cancel()
                stop(process)
            for each in (clock, listener):
                each.join()
        if time.monotonic() > end:
            raise subprocess.TimeoutExpired(["git", *words], seconds)
        return subprocess.CompletedProcess(["git", *words], process.returncode, out, b"".join(said))

    def output(self, *words: str) -> bytes:
        """Return what a local command prints; raises WorkshopError when it fails."""
        done = self.run(*words)
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
            raise failure(done.stderr, source, done.returncode)
        return done.stdout


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a git and the helpers that it started, also those that outlived it."""
    # As long as nobody waited for it, its number is nobody else's.
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _listen(pipe: IO[bytes], said: list[bytes]) -> None:
    """Read all that comes, so that nobody waits, and remember the beginning."""
    while piece := pipe.read(65_536):
        said += [piece] if not said else []


def failure(stderr: bytes, source: str, status: int = 1) -> Exception:
    """Turn git's message into the error that tells a participant what to do.

    It goes by git's own words: an address may have any word in it, and so may what a server says.
    """
    told, line, is_web = stderr.decode(errors="replace"), last_line(stderr), source.startswith("http")
    text = _own_words(told, source)
    if status < 0 or TOO_MUCH.search(text):
        return WorkshopError(f"{source} is too large for a repository of lessons; ask the organiser")
    if NO_ROOM.search(text):
        return WorkshopError(f"what {source} has cannot be written here ({line}); nothing was changed")
    if "lacks these prerequisite commits" in text:
        return WorkshopError(f"{source} needs revisions that this machine lacks; ask for a complete bundle")
    if OFFLINE.search(text):
        return UnreachableError(f"offline: {source} cannot be reached")
    # What lies on a disk does not break off: it is damaged.
    broke_off = BROKEN_OFF.search(text) and not source.startswith(("file:", "/"))
    if broke_off or (is_web and HALF.match(told.lstrip())):
        return UnreachableError("the connection was lost; the next update tries again")
    if is_web and (busy := BUSY.search(text)):
        return UnreachableError(f"{source} is busy or broken ({busy[1]}); the next update tries again")
    if is_web and PORTAL.search(text):
        said = (line.partition("': ")[2] or line).partition(". ")[0]
        why = f" ({said})" if CERTIFICATE.search(text) else ""
        if DATED.search(text):
            why += f"; it is {time.strftime('%Y-%m-%d')} by this machine's clock, which may be wrong"
        return UnreachableError(f"offline: something other than {source} answered{why}; {SIGN_IN}")
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
        raise WorkshopError(f"{shown(url)} is not the address of a git repository; use https, ssh or file")
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


OFFER = "refs/offer"
"""Below it lie, in a quarantine, the branch and the tags of the fetch."""
TAKEN = "refs/taken"
"""Below it lies, in a quarantine, what of that is taken: the mirror then has it, and nothing else."""
FETCH = ("fetch", "--quiet", "--force", "--no-tags", "--update-shallow", "--no-write-fetch-head")
MOST_REFS = 50_000
MOST_FILES = 20_000
HEAD = re.compile(rb"([0-9a-f]{40,64}) \w+ (\d+)\n")
"""The line that names an object, its type and its size."""


@dataclass(frozen=True)
class Remote:
    """What a repository has to offer, by one question to it, and what of it is followed."""

    url: str
    source: str
    """What people know it as."""
    branch: str


def branch_to_follow(refs: Iterable[str], head: str, wanted: str | None, source: str) -> str:
    """Return the branch that is wanted, or the source's own choice; raises WorkshopError without one."""
    names = [name.removeprefix("refs/heads/") for name in refs if name.startswith("refs/heads/")]
    only = names if len(names) == 1 else []
    for name in (head, "main", "master", *only) if wanted is None else (wanted,):
        if name in names:
            return name
    have = printable(", ".join(sorted(names)[:20])) or "none"
    raise WorkshopError(f"{source} has no branch {wanted or 'of its own choice'}; it has: {have}")


@dataclass(frozen=True)
class Item:
    """One entry of a tree."""

    path: str
    mode: str
    kind: str
    name: str
    """The object's name."""
    size: int


class Mirror:
    """A bare repository that holds what was taken, and nothing that was refused.

    What is fetched comes into a quarantine: another repository, which borrows the mirror's objects, and is
    deleted whatever becomes of it. What somebody judged good there is fetched from it into the mirror.
    """

    def __init__(self, folder: Path, borrow: Path | None = None) -> None:
        """Use the bare repository in ``folder``; ``borrow`` is another one, whose objects it reads too."""
        self.folder = folder
        self.repository = folder / "repository.git"
        self._borrow = borrow
        self.git = Git(self.repository, folder / "config")
        self._reader: subprocess.Popen[bytes] | None = None

    def _ensure(self) -> None:
        """Make the repository, or clear away what a kill left in it. Call it with the lock held."""
        make_way(self.folder)
        make_way(self.repository)
        if not self.git.config.is_file() or self.git.config.read_bytes() != CONFIG.encode():
            write_own(self.git.config, CONFIG.encode())
        if not (self.repository / "HEAD").exists():
            words = ("init", "--quiet", "--bare", "--template=", "--initial-branch=none")
            self.git.output(*words, str(self.repository))
        for left in (*self.repository.rglob("*.lock"), *self.repository.glob("objects/pack/tmp_*")):
            left.unlink(missing_ok=True)
        if self._borrow is not None and (self._borrow / "objects").is_dir():
            alternates = self.repository / "objects" / "info" / "alternates"
            alternates.parent.mkdir(exist_ok=True)
            alternates.write_text(f"{self._borrow / 'objects'}\n", encoding="utf-8")
            if (self._borrow / "shallow").is_file():
                shutil.copyfile(self._borrow / "shallow", self.repository / "shallow")

    def judged(self, judge: Callable[[Mirror], T]) -> T:
        """Return what ``judge`` makes of a quarantine, which it fetches into and which is deleted after.

        A mirror that a power cut damaged is thrown away, and another one takes its place.
        """
        make_way(self.folder)
        for left in self.folder.glob("incoming*"):
            shutil.rmtree(left, ignore_errors=True)
        try:
            return self._quarantined(judge)
        except WorkshopError:
            if not self.repository.exists() or self.git.run("fsck", "--connectivity-only").returncode == 0:
                raise
        self.close()
        shutil.rmtree(self.repository, ignore_errors=True)
        return self._quarantined(judge)

    def _quarantined(self, judge: Callable[[Mirror], T]) -> T:
        ensure_folder(self.folder)
        with TemporaryDirectory(prefix="incoming-", dir=self.folder, ignore_cleanup_errors=True) as folder:
            quarantine = Mirror(Path(folder), self._borrow or self.repository)
            quarantine._ensure()
            try:
                return judge(quarantine)
            finally:
                quarantine.close()

    def take(self, quarantine: Mirror, branch: str, commit: str, tags: Iterable[str]) -> None:
        """Take over from a quarantine a branch that ends at a commit, and tags; all others go."""
        refs = {f"heads/{branch}": commit} | {f"tags/{tag}": f"{OFFER}/tags/{tag}" for tag in tags}
        for name, target in refs.items():
            quarantine.git.output("update-ref", f"{TAKEN}/{name}", target)
        self._ensure()
        self.git.output(*FETCH, "--prune", "--", str(quarantine.repository), f"+{TAKEN}/*:refs/*")
        self.git.output("symbolic-ref", "HEAD", f"refs/heads/{branch}")

    def look(self, url: str, source: str, branch: str | None = None) -> Remote:
        """Ask a repository, which people know as ``source``, what it has."""
        text = self.git.ask("ls-remote", "--symref", "--", url, source=source).decode(errors="replace")
        refs = re.findall(r"^[0-9a-f]{40,64}\t(\S+)$", text, re.MULTILINE)
        head = re.search(r"^ref: refs/heads/(\S+)\tHEAD$", text, re.MULTILINE)
        if not refs and url.startswith("http"):  # a page instead of a repository looks the same
            raise UnreachableError(f"offline: nothing that {source} could offer came; {SIGN_IN}")
        if not refs:
            raise WorkshopError(f"{source} is an empty repository; nothing was changed")
        if len(refs) > MOST_REFS:
            raise WorkshopError(f"{source} has more than {MOST_REFS} branches and tags; nothing was changed")
        return Remote(url, source, branch_to_follow(refs, head[1] if head else "", branch, source))

    def fetch(self, remote: Remote) -> str:
        """Fetch the branch and all tags; return the branch's commit."""
        own = f"{OFFER}/heads/{remote.branch}"
        refs = (f"+refs/heads/{remote.branch}:{own}", f"+refs/tags/*:{OFFER}/tags/*")
        words = (*FETCH, "--no-recurse-submodules", "--", remote.url, *refs)
        self.git.ask(*words, source=remote.source, seconds=FETCH_SECONDS)
        return self.git.output("rev-parse", "--verify", f"{own}^{{commit}}").decode().strip()

    def read(self, name: str, most: int | None = None) -> bytes:
        """Return an object's content, or its first bytes; raises WorkshopError when it is not there.

        One git answers for all objects: each costs no more than its bytes.
        """
        process = self._reader = self._reader or self.git.start("cat-file", "--batch")
        assert process.stdin is not None and process.stdout is not None
        found, data, size = None, b"", 0
        with suppress(OSError):  # it died
            process.stdin.write(f"{name}\n".encode())
            process.stdin.flush()
            if found := HEAD.fullmatch(process.stdout.readline(200)):
                size = int(found[2])
                data = process.stdout.read(size + 1 if most is None or size <= most else most)
        if found and len(data) == size + 1:
            return data[:-1]
        self.close()  # the rest is not read
        if not found or most is None or len(data) < most:
            raise WorkshopError(f"the mirror lacks the object {name}; delete {self.folder} and sync again")
        return data

    def close(self) -> None:
        """End the git that reads objects."""
        if self._reader is not None:
            # A git that died took less than it was given; closing its pipe says so once more.
            with suppress(BrokenPipeError), self._reader as process:
                stop(process)
        self._reader = None

    def has(self, commit: str) -> bool:
        """Tell whether the mirror has a commit."""
        return self.git.run("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0

    def is_ancestor(self, old: str, new: str) -> bool:
        """Tell whether ``new`` grew from ``old``."""
        return self.git.run("merge-base", "--is-ancestor", old, new).returncode == 0

    def are_related(self, one: str, other: str) -> bool:
        """Tell whether two commits have a common history."""
        return self.git.run("merge-base", one, other).returncode == 0

    def begins(self, commit: str) -> set[bytes]:
        """Return who wrote the first commits of a history, and when: whoever rewrites it keeps that."""
        words = ("--max-parents=0", "--format=%an <%ae> %at", commit, "--")
        return {*self.git.output("log", *words).splitlines()}

    def cut_at(self) -> list[str]:
        """Return the commits whose parents a shallow source does not have."""
        file = self.repository / "shallow"
        return file.read_text(encoding="ascii").split() if file.exists() else []

    def tree(self, commit: str, subdir: str, source: str) -> list[Item]:
        """List every file below ``subdir`` of a revision, with its size; nothing is unpacked for that."""
        place = "" if subdir in ("", ".") else subdir.strip("/")
        kind = self.git.run("cat-file", "-t", f"{commit}:{place}").stdout.strip()
        if kind != b"tree":
            raise WorkshopError(f"there is no folder {subdir} in {source}; name another with --subdir")
        return self._listed("-r", f"{commit}:{place}")

    def files(self, commit: str, path: str) -> list[tuple[str, int]]:
        """Return names and sizes of ordinary files: a path's, or with a final / those in a folder."""
        items = self._listed(commit, "--", path)
        return [(item.name, item.size) for item in items if item.mode in ("100644", "100755")]

    def file(self, commit: str, path: str) -> tuple[str, int] | None:
        """Return the name and the size of an ordinary file of a revision; None when it has none there."""
        return next(iter(self.files(commit, path)), None)

    def _listed(self, *words: str) -> list[Item]:
        rows = self.git.output("ls-tree", "--full-tree", "-l", "-z", *words).split(b"\0")[:-1]
        if len(rows) > MOST_FILES:
            raise WorkshopError(
                f"it has more than {MOST_FILES} files; nothing was changed; ask the organiser"
            )
        items = []
        for row in rows:
            head, _, path = row.partition(b"\t")
            mode, kind, name, size = head.decode().split()
            items.append(
                Item(path.decode(errors="surrogateescape"), mode, kind, name, int(size.replace("-", "0")))
            )
        return items
