"""Package clients (pip, npm, apt): their environment, and running one that may fall silent."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from workshop.core.environment import proxies, system_certificates
from workshop.datasets.network import TICK, SilentError, StoppedError, UnavailableError, Visit

CLIENT_START = 120.0
"""Seconds in which a package client itself must have started, on a busy machine."""


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
