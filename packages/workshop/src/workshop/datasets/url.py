"""Source kind ``url``: a file at an address, resumed where the server allows it."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.net import (
    STALL,
    TICK,
    SilentError,
    StoppedError,
    UnavailableError,
    UnreachableError,
    Visit,
    trusted_certificates,
)
from workshop.datasets.progress import Advance
from workshop.datasets.run import Run
from workshop.datasets.store import CHUNK, WrongContentError, looks_like, read_chunks

ATTEMPTS = 3
"""How often a download that breaks off is taken up again before the next source is tried."""
PAUSE = 1.0
"""Seconds before it is taken up again; twice as long the next time."""
PORTS = {"http": 80, "https": 443}


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
                raise UnavailableError("the download broke off; run again to resume it") from error
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
