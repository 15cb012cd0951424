"""What comes over the network: which hosts answer, and files at an address (source kind ``url``).

A download is resumed where the server allows it.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import socket
import tempfile
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from workshop.core.environment import trusted_certificates
from workshop.core.output import Advance, Progress
from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.store import CHUNK, Store, WrongContentError, looks_like, read_chunks

Answer = TypeVar("Answer")

PATIENCE = (5.0, 10.0, 30.0)
"""Seconds in which an answer must begin: at the first attempt, at the second, and so on."""
STRANGERS_ATTEMPTS = 2
"""So often a host that has never answered is asked before it is given up on for the rest of the run."""
STALL = 15.0
"""Seconds without a byte after which a started download counts as broken off."""
TICK = 0.1
"""Seconds between two looks. Silence is counted in looks: on a busy machine each takes longer, too."""
ATTEMPTS = 3
"""How often a download that breaks off is taken up again before the next source is tried."""
PAUSE = 1.0
"""Seconds before it is taken up again; twice as long the next time."""
PORTS = {"http": 80, "https": 443}


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


@dataclass
class Run:
    """One fetch: where to write, what is known about the network, and archives fetched so far."""

    store: Store
    progress: Progress
    ca_bundle: Path | None = None
    reach: Reach = field(default_factory=Reach)
    stop: threading.Event = field(default_factory=threading.Event)
    clients: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(max(4, 2 * len(os.sched_getaffinity(0))))
    )
    """Held by who runs a registry's client: each computes for a second or two, and takes memory."""
    convert_one_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    """A conversion takes a few hundred MB of memory for a moment."""
    together: list[Source] = field(default_factory=list)
    """Packages of PyPI that will be needed for certain and are fetched in one call."""
    _once: dict[tuple[str, ...], Future[Path]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def folder(self) -> Path:
        """Make a temporary folder on the data's file system; it is removed when the run ends."""
        return Path(tempfile.mkdtemp(dir=self.store.scratch, prefix="tmp-"))

    @property
    def pip_cache(self) -> Path:
        """Where pip keeps what it has fetched until the run is over, so that a killed run resumes."""
        return self.store.scratch / "pip"

    def once(self, key: tuple[str, ...], make: Callable[[], Path]) -> Path:
        """Return what ``make`` returned (or raised) for this key; only the first caller runs it."""
        with self._guard:
            future = self._once.get(key)
            mine = future is None
            if future is None:
                future = self._once[key] = Future()
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                future.set_exception(error)
        return future.result()


def fetch(source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    """Fetch the files one after the other into the store.

    Raises UnavailableError or WrongContentError at the first that this address does not deliver.
    """
    for file in files:
        _fetch_file(source, dataset, file, run)


def _fetch_file(source: Source, dataset: Dataset, file: File, run: Run) -> None:
    url = source.url.replace("{file}", file.name)
    # The name ties the part to the address and the content, so that nothing else resumes it.
    identity = hashlib.sha256(f"{url} {file.sha256}".encode()).hexdigest()[:24]
    part = run.store.scratch / f"{identity}.part"
    while True:
        resumed = part.exists()
        try:
            _download(url, part, source, dataset, file, run)
            _take_in(part, source, dataset, file, run)
            return
        except WrongContentError:
            part.unlink(missing_ok=True)
            # A remainder may have been appended to an older file's beginning: once more, from the start.
            if not resumed:
                raise


def _take_in(part: Path, source: Source, dataset: Dataset, file: File, run: Run) -> None:
    """Verify the finished download, decompress it if need be, and give it its name."""
    if source.unpack != "gzip":
        run.store.adopt(dataset, file, part)
        return
    try:
        with gzip.open(part, "rb") as unpacked:
            run.store.add(dataset, file, read_chunks(unpacked))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        with part.open("rb") as opened:
            reason = looks_like(opened.read(512), part.stat().st_size)
        raise WrongContentError(reason) from error
    finally:
        part.unlink(missing_ok=True)


def _download(url: str, part: Path, source: Source, dataset: Dataset, file: File, run: Run) -> None:
    """Complete the part; UnavailableError when the server does not deliver the rest."""
    import requests
    import urllib3

    limit = 2 * file.about + (1 << 20)
    label = f"{dataset.name}: {file.name} from {source.label}"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _continue_download(url, part, label, limit, run)
            return
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            if attempt == ATTEMPTS:
                raise UnavailableError("the download was interrupted; run again to resume it") from error
        except UnreachableError:
            # Of a host that has answered before it is a passing fault.
            if attempt == ATTEMPTS or not run.reach.alive(urlsplit(url).netloc):
                raise
        run.stop.wait(PAUSE * 2 ** (attempt - 1))


def _continue_download(url: str, part: Path, label: str, limit: int, run: Run) -> None:
    """Fetch what the part still lacks; urllib3's HTTPError when it breaks off."""
    have = part.stat().st_size if part.exists() else 0
    response = run.reach.ask(urlsplit(url).netloc, lambda visit: _first_answer(url, have, run, visit))
    with response:
        if response.status_code == 416:
            return  # the part is whole already, or of another file: its hash decides
        if response.status_code not in (200, 206):
            raise UnavailableError(f"it answered with status {response.status_code}")
        append = response.status_code == 206 and _starts_at(response, have)
        length = int(response.headers.get("Content-Length") or 0)
        have = have if append else 0
        with run.progress.download(label, have + length) as advance:
            _receive(response, part, have, limit, run, advance)


def _first_answer(url: str, have: int, run: Run, visit: Visit) -> Any:
    """Open the address; SilentError or UnreachableError when no answer begins."""
    import requests

    host = urlsplit(url).netloc
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})

    def ask() -> Any:
        bundle = trusted_certificates(run.ca_bundle)
        limits = (visit.patience, max(STALL, visit.patience))
        return requests.get(url, headers=headers, stream=True, timeout=limits, verify=bundle)

    try:
        if not run.reach.alive(host):
            try:
                _in_time(lambda: _knock(url, visit.patience), visit, run, host)
            except (SilentError, TimeoutError) as error:
                # When nobody at all has answered there may be no network: that is to be found out soon.
                kind = SilentError if run.reach.anybody() else UnreachableError
                raise kind(f"{host} gave no answer within {visit.patience:.0f} s") from error
        response = _in_time(ask, visit, run, host)
    except requests.Timeout as error:
        raise SilentError(f"{host} gave no answer within {visit.patience:.0f} s") from error
    except (requests.RequestException, OSError) as error:
        raise UnreachableError(f"{host} {_why(error)}") from error
    visit.answered()
    return response


def _in_time(ask: Callable[[], Any], visit: Visit, run: Run, host: str) -> Any:
    """Return, or raise, what ``ask`` does; SilentError when it takes longer than patience lasts.

    Name look-ups and hosts with many addresses know no overall time limit, so a thread waits.
    """
    answers: list[Any] = []

    def keep() -> None:
        try:
            answers.append(ask())
        except Exception as error:
            answers.append(error)

    asking = threading.Thread(target=keep, daemon=True)
    asking.start()
    waited = 0.0
    while not answers and waited < visit.patience:
        if run.stop.is_set():
            raise StoppedError
        asking.join(TICK)
        waited += TICK
    if not answers:
        raise SilentError(f"{host} gave no answer within {visit.patience:.0f} s")
    if isinstance(answers[0], Exception):
        raise answers[0]
    return answers[0]


def _knock(url: str, seconds: float) -> None:
    """Connect to the host, or to the proxy before it: who lets us in is there, however slow the answer is."""
    from requests.utils import get_environ_proxies, select_proxy

    address = select_proxy(url, get_environ_proxies(url)) or url
    target = urlsplit(address if "//" in address else f"//{address}")
    socket.create_connection((target.hostname, target.port or PORTS.get(target.scheme, 80)), seconds).close()


def _why(error: Exception) -> str:
    """Say in a few words why a host could not be asked."""
    text = repr(error)
    if isinstance(error, socket.gaierror) or "NameResolution" in text or "Failed to resolve" in text:
        return "cannot be found (no such name, or no network)"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        if "expired" in text or "not yet valid" in text:
            today = time.strftime("%Y-%m-%d")
            return f"has an expired or future certificate; is this machine's clock right? It says {today}"
        return "has a certificate that is not trusted here (set workshop_ca_bundle?)"
    return "cannot be reached"


def _starts_at(response: Any, have: int) -> bool:
    return str(response.headers.get("Content-Range", "")).startswith(f"bytes {have}-")


def _receive(response: Any, part: Path, have: int, limit: int, run: Run, advance: Advance) -> None:
    with part.open("ab" if have else "wb") as out:
        for chunk in _chunks(response, run):
            have += len(chunk)
            if have > limit:
                raise WrongContentError(looks_like(chunk, have))
            out.write(chunk)
            advance(have)


def _chunks(response: Any, run: Run) -> Iterator[bytes]:
    for chunk in response.raw.stream(CHUNK // 16, decode_content=False):
        if run.stop.is_set():
            raise StoppedError
        yield chunk
