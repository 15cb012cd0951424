"""What fetches share: which hosts answer, certificates, and running a package client with a watchdog."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

FIRST_ANSWER = 5.0
"""Seconds in which a host must begin to answer, or it is given up on for the rest of the run."""
CLIENT_START = 20.0
"""Seconds in which a package client itself must have started, on a busy machine."""
CLIENT_ANSWER = FIRST_ANSWER + 2.0
"""Seconds in which its registry must then begin to answer; the client needs a moment of its own."""
STALL = 15.0
"""Seconds without a byte after which a started download counts as broken off."""


class UnavailableError(Exception):
    """A source cannot deliver; the message is the reason, in a few words."""


class UnreachableError(UnavailableError):
    """The source's host does not answer at all: nothing else needs to try it."""


class StoppedError(Exception):
    """The user interrupted the fetch."""


class Reach:
    """Remembers, for one run, which hosts (or package indexes) answer.

    The first to turn to a host goes alone, the others wait for what it finds: so ten data sets
    behind a dead host cost one wait, not ten.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._state: dict[str, str] = {}
        self._change = threading.Condition()

    @contextlib.contextmanager
    def gate(self, host: str) -> Iterator[Callable[[], None]]:
        """Enter when the host is worth trying; yields what to call when it has answered.

        Raises UnreachableError, now or as the body raised it, when the host does not answer.
        """
        first = self._enter(host)
        try:
            yield lambda: self._learn(host, "alive")
        except UnreachableError as error:
            self._learn(host, f"dead {error}")
            raise
        finally:
            if first:
                self._learn(host, "alive", only_from="asking")

    def alive(self, host: str) -> bool:
        """Tell whether the host has answered in this run."""
        with self._change:
            return self._state.get(host) == "alive"

    def _enter(self, host: str) -> bool:
        with self._change:
            self._change.wait_for(lambda: self._state.get(host) != "asking")
            state = self._state.get(host, "")
            if state.startswith("dead "):
                raise UnreachableError(state.removeprefix("dead "))
            if state == "":
                self._state[host] = "asking"
            return state == ""

    def _learn(self, host: str, state: str, only_from: str | None = None) -> None:
        with self._change:
            if only_from is None or self._state.get(host) == only_from:
                self._state[host] = state
                self._change.notify_all()


def trusted_certificates(ca_bundle: Path | None) -> str | None:
    """Return the PEM bundle for requests: the workshop's, what the environment names, or the default."""
    if ca_bundle:
        return str(ca_bundle)
    if os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return None  # requests reads these itself
    return os.environ.get("SSL_CERT_FILE") or None


def environment(ca_bundle: Path | None, scratch: Path) -> dict[str, str]:
    """Return the environment for pip, npm and apt: certificates, a quick resolver, uv's own index.

    Each client keeps its user's configuration: index, proxy, credentials. Temporary files go to
    ``scratch``, since /tmp may be memory.
    """
    values = dict(os.environ)
    values.setdefault("RES_OPTIONS", "timeout:2 attempts:2")
    values["TMPDIR"] = str(scratch)
    certificates = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    if ca_bundle:
        values.update(dict.fromkeys(certificates, str(ca_bundle)))
    elif named := values.get("SSL_CERT_FILE"):
        values = dict.fromkeys(certificates, named) | values
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

    It is killed, and UnreachableError raised, when it prints nothing for ``silence`` seconds;
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
        deadline = time.monotonic() + silence
        while True:
            try:
                line = lines.get(timeout=0.2)
            except queue.Empty:
                if stop.is_set():
                    raise StoppedError from None
                if time.monotonic() > deadline:
                    raise UnreachableError(f"gave no answer within {silence:.0f} s") from None
                continue
            if line is None:
                return process.wait(), "".join(printed)
            printed.append(line)
            silence = on_line(line) or silence
            deadline = time.monotonic() + silence
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        reader.join(timeout=5)


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
