"""A web server as an organiser rents it: lighttpd over TLS, with git's own program or with plain files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from workshop.errors import WorkshopError

HOST = "127.0.0.1"
PATIENCE_S = 20.0
SAMPLE_S = 0.02
SERVER = """\
# Written by workshop bench fleet; docs/organiser.md shows the same.
server.document-root = "{folder}"
server.port = {port}
server.bind = "127.0.0.1"
server.modules = ("mod_alias", "mod_setenv", "mod_cgi", "mod_openssl")
server.pid-file = "{folder}/lighttpd.pid"
server.errorlog = "{folder}/errors"
ssl.engine = "enable"
ssl.pemfile = "{folder}/certificate.pem"
ssl.privkey = "{folder}/key.pem"
mimetype.assign = ("" => "application/octet-stream")
alias.url = ("/files/" => "{repositories}/", "/git" => "{backend}")
$HTTP["url"] =~ "^/git" {{
  cgi.assign = ("" => "")
  setenv.set-environment = ("GIT_PROJECT_ROOT" => "{repositories}", "GIT_HTTP_EXPORT_ALL" => "1")
}}
"""


@dataclass
class Use:
    """What the server spent, and what went over the wire."""

    processor: float = 0.0
    requests: int = 0
    """Connections: one git makes one, whatever it asks."""
    sent: int = 0
    """Bytes to the machines, with TLS, without the headers of TCP and IP."""
    received: int = 0
    memory: int = 0
    """The most that server and git together had, in bytes; what they share counts once for each."""


@dataclass
class Server:
    """A running server, seen through a relay that counts."""

    process: psutil.Process
    port: int
    certificate: Path
    use: Use = field(default_factory=Use)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def address(self, kind: str, repository: str) -> str:
        """Return where machines find a repository: of kind ``git`` or ``files``."""
        return f"https://{HOST}:{self.port}/{kind}/{repository}"

    def count(self, sent: int = 0, received: int = 0, requests: int = 0) -> None:
        """Add to what went over the wire."""
        with self._guard:
            self.use.sent += sent
            self.use.received += received
            self.use.requests += requests

    @contextmanager
    def measured(self) -> Iterator[Use]:
        """Count what is spent in the block; the figures are there when it has ended."""
        with self._guard:
            self.use = use = Use()
        before, done = self._processor(), threading.Event()
        watcher = threading.Thread(target=self._watch_memory, args=(use, done))
        watcher.start()
        try:
            yield use
        finally:
            done.set()
            watcher.join()
            # A git that has just ended counts once the server has waited for it.
            time.sleep(5 * SAMPLE_S)
            use.processor = self._processor() - before

    def _processor(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)

    def _watch_memory(self, use: Use, done: threading.Event) -> None:
        while not done.wait(SAMPLE_S):
            together = 0
            for each in [self.process, *self.process.children(recursive=True)]:
                with suppress(psutil.Error):
                    together += each.memory_info().rss
            use.memory = max(use.memory, together)


@contextmanager
def serve(repositories: Path, folder: Path, lighttpd: Path) -> Iterator[Server]:
    """Start lighttpd in ``folder`` for all repositories below another one; stop it at the end.

    Raises WorkshopError when it does not start.
    """
    folder.mkdir()
    inner = _free_port()
    _make_certificate(folder)
    backend = Path(subprocess.check_output(["git", "--exec-path"], text=True).strip(), "git-http-backend")
    text = SERVER.format(folder=folder, port=inner, repositories=repositories, backend=backend)
    (folder / "lighttpd.conf").write_text(text, encoding="utf-8")
    modules = lighttpd.resolve().parents[1] / "lib" / "lighttpd"
    words = [str(lighttpd), "-D", "-f", str(folder / "lighttpd.conf")]
    words += ["-m", str(modules)] if modules.is_dir() else []
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(words, stdout=said, stderr=said)
    relay = socket.create_server((HOST, 0), backlog=1024)
    try:
        _wait_for(process, inner, folder)
        server = Server(psutil.Process(process.pid), relay.getsockname()[1], folder / "certificate.pem")
        threading.Thread(target=_relay, args=(relay, inner, server), daemon=True).start()
        yield server
    finally:
        relay.close()
        process.terminate()
        process.wait()


def find_lighttpd(named: Path | None) -> Path:
    """Return the program; raises WorkshopError when there is none."""
    found = named or shutil.which("lighttpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None or not Path(found).is_file():
        raise WorkshopError("there is no lighttpd: apt-get install lighttpd lighttpd-mod-openssl")
    return Path(found)


def _make_certificate(folder: Path) -> None:
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "2", "-subj", "/CN=fleet", "-addext", f"subjectAltName=IP:{HOST}"]
    words += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(words, check=True, capture_output=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection((HOST, port), 1):
            return
        time.sleep(SAMPLE_S)
    said = (folder / "said").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise WorkshopError(f"lighttpd does not start: {said[-1] if said else 'it said nothing'}")


def _relay(listener: socket.socket, port: int, server: Server) -> None:
    """Pass on whatever comes, and count it."""
    while True:
        try:
            client, _ = listener.accept()
        except OSError:  # closed: the end
            return
        server.count(requests=1)
        behind = socket.create_connection((HOST, port))
        for one, other, name in ((client, behind, "received"), (behind, client, "sent")):
            threading.Thread(target=_pass_on, args=(one, other, server, name), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket, server: Server, name: str) -> None:
    with suppress(OSError):
        while piece := one.recv(1 << 16):
            server.count(**{name: len(piece)})
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)
