"""What fetches share: which hosts answer, certificates, and running a package client with a watchdog."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from workshop.environment import proxies

Answer = TypeVar("Answer")

PATIENCE = (5.0, 10.0, 30.0)
"""Seconds in which an answer must begin: at the first attempt, at the second, and so on."""
STRANGERS_ATTEMPTS = 2
"""So often a host that has never answered is asked before it is given up on for the rest of the run."""
CLIENT_START = 120.0
"""Seconds in which a package client itself must have started, on a busy machine."""
SYSTEM_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where distributions keep what their administrators trust; an organisation's own is among it."""
STALL = 15.0
"""Seconds without a byte after which a started download counts as broken off."""
TICK = 0.1
"""Seconds between two looks. Silence is counted in looks: on a busy machine each takes longer, too."""


class UnavailableError(Exception):
    """A source cannot deliver; the message is the reason, in a few words."""


class UnreachableError(UnavailableError):
    """The source's host does not answer at all: nothing else needs to try it."""


class SilentError(UnavailableError):
    """An answer did not begin in time; the host may still be there."""


class StoppedError(Exception):
    """The user interrupted the fetch."""


@dataclass(frozen=True)
class Visit:
    """Leave to ask a host."""

    patience: float
    """Seconds in which its answer must begin."""
    answered: Callable[[], None]
    """To be called when it has begun."""


@dataclass
class _Host:
    """What is known about a host."""

    state: Literal["unknown", "asking", "alive", "dead"] = "unknown"
    silences: int = 0
    """How often it was waited for in vain, before it ever answered."""
    reason: str = ""
    """Why it is given up on."""


class Reach:
    """Remembers, for one run, which hosts (or package indexes) answer.

    The first to turn to a host goes alone, the others wait for what it finds: so ten data sets
    behind a dead host cost one wait, not ten. A host that has answered once is alive for the rest of
    the run: a later fault or a slow answer concerns nobody but who met with it.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._change = threading.Condition()

    def ask(self, host: str, question: Callable[[Visit], Answer]) -> Answer:
        """Return the answer to ``question``; to a silent host it is put again, with more patience.

        Raises UnreachableError when the host is given up on, SilentError when a living one gives no answer.
        """
        for attempt in range(len(PATIENCE)):
            try:
                with self.gate(host, attempt) as visit:
                    return question(visit)
            except SilentError:
                if attempt == len(PATIENCE) - 1:
                    raise
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def gate(self, host: str, attempt: int = 0) -> Iterator[Visit]:
        """Enter when the host is worth trying, for the first time or after ``attempt`` attempts in vain.

        Raises UnreachableError when the host is given up on; else what the body raised.
        """
        first, patience = self._enter(host, attempt)
        known = self._hosts[host]
        try:
            yield Visit(patience, lambda: self._learn(known, "alive"))
        except SilentError as error:
            if first and known.state == "asking":
                known.silences += 1
                given_up = known.silences >= STRANGERS_ATTEMPTS
                self._learn(known, "dead" if given_up else "unknown", str(error))
                if given_up:
                    raise UnreachableError(str(error)) from error
            raise
        except UnreachableError as error:
            if known.state != "alive":
                self._learn(known, "dead", str(error))
            raise
        finally:
            if first and known.state == "asking":
                self._learn(known, "alive")

    def alive(self, host: str) -> bool:
        """Tell whether the host has answered in this run."""
        with self._change:
            return self._hosts[host].state == "alive"

    def anybody(self) -> bool:
        """Tell whether any host has answered in this run: there is a network."""
        with self._change:
            return any(known.state == "alive" for known in self._hosts.values())

    def _enter(self, host: str, attempt: int) -> tuple[bool, float]:
        """Wait for one's turn; return whether the host is still unknown, and the patience to have."""
        with self._change:
            known = self._hosts[host]
            self._change.wait_for(lambda: known.state != "asking")
            if known.state == "dead":
                raise UnreachableError(known.reason)
            first = known.state == "unknown"
            if first:
                known.state = "asking"
            return first, PATIENCE[known.silences if first else attempt]

    def _learn(self, known: _Host, state: Literal["unknown", "alive", "dead"], reason: str = "") -> None:
        with self._change:
            known.state, known.reason = state, reason
            self._change.notify_all()


def trusted_certificates(ca_bundle: Path | None) -> str | None:
    """Return the PEM bundle for requests: the workshop's, what the environment names, or the system's.

    None: requests knows better, or brings its own, where there is nothing else.
    """
    if ca_bundle:
        return str(ca_bundle)
    if os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return None  # requests reads these itself
    return os.environ.get("SSL_CERT_FILE") or system_certificates()


def system_certificates() -> str | None:
    """Return the PEM bundle of the system's certificates; None where there is none."""
    return next((path for path in SYSTEM_CERTIFICATES if os.access(path, os.R_OK)), None)


def environment(ca_bundle: Path | None, scratch: Path) -> dict[str, str]:
    """Return the environment for pip, npm and apt: certificates, a quick resolver, uv's own index.

    Each client keeps its user's configuration: index, proxy, credentials. Temporary files go to
    ``scratch``, since /tmp may be memory.
    """
    values = dict(os.environ) | proxies()
    values.setdefault("RES_OPTIONS", "timeout:2 attempts:2")
    values["TMPDIR"] = str(scratch)
    certificates = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    if ca_bundle:
        values.update(dict.fromkeys(certificates, str(ca_bundle)))
    elif named := values.get("SSL_CERT_FILE"):
        values = dict.fromkeys(certificates, named) | values
    elif system := system_certificates():
        # pip looks there itself; Node.js has a list of its own, and reads another only beside it.
        values.setdefault("NODE_EXTRA_CA_CERTS", system)
    # Who configured only uv's index means pip's too.
    for ours, theirs in (
        ("PIP_INDEX_URL", ("UV_DEFAULT_INDEX", "UV_INDEX_URL")),
        ("PIP_EXTRA_INDEX_URL", ("UV_INDEX", "UV_EXTRA_INDEX_URL")),
    ):
        for name in theirs:
            if values.get(name):
                values.setdefault(ours, values[name])
    values["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    values["PIP_NO_INPUT"] = "1"
    values["PYTHONUNBUFFERED"] = "1"  # what pip prints is its sign of life
    values["NPM_CONFIG_UPDATE_NOTIFIER"] = "false"
    values["LC_ALL"] = "C.UTF-8"
    return values


def run_client(
    command: list[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    silence: float,
    stop: threading.Event,
    on_line: Callable[[str], float | None] = lambda line: None,
) -> tuple[int, str]:
    """Run a package client in ``folder``; return its exit status and what it printed.

    It is killed, and SilentError raised, when it prints nothing for ``silence`` seconds;
    ``on_line`` may return another number of seconds to wait for the next line. Raises
    StoppedError when ``stop`` is set, UnavailableError when the command is not there.
    """
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise UnavailableError(f"cannot run {Path(command[0]).name}: {error.strerror}") from error
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read_lines, args=(process, lines), daemon=True)
    reader.start()
    printed: list[str] = []
    try:
        waited = 0.0
        while True:
            try:
                line = lines.get(timeout=TICK)
            except queue.Empty:
                if stop.is_set():
                    raise StoppedError from None
                waited += TICK
                if waited > silence:
                    raise SilentError(f"gave no answer within {silence:.0f} s") from None
                continue
            if line is None:
                return process.wait(), "".join(printed)
            printed.append(line)
            silence = on_line(line) or silence
            waited = 0.0
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        reader.join(timeout=5)


class Started:
    """Measures how long a package client takes to start, and has patience with its registry accordingly."""

    def __init__(self) -> None:
        """Begin to measure."""
        self._began = time.monotonic()
        self._took: float | None = None

    def patience(self, visit: Visit) -> float:
        """Return the seconds to wait for the registry's answer; at the first call the client has started."""
        if self._took is None:
            self._took = time.monotonic() - self._began
        # The client goes by the visit's patience itself, and needs a moment of its own to say so.
        return visit.patience + 2 * (1 + self._took)


def _read_lines(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


def last_line(text: str, mark: str = "") -> str:
    """Return the last line of a client's output that contains ``mark``, for a one-line reason."""
    found = [line.strip() for line in text.splitlines() if line.strip() and mark in line]
    return found[-1][:200] if found else ""
