"""Boot an OVA or a .utm.zip under qemu, with the hardware that its reader would give it.

``with booted(file) as guest:`` starts it on a throw-away layer, its ports forwarded from free ports
of 127.0.0.1; the file is only read. KVM is used where it works.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from organiser.appliance import hardware
from organiser.appliance.architecture import AMD64, Architecture, native
from organiser.appliance.hardware import LOOPBACK
from workshop.core import programs
from workshop.core.errors import WorkshopError

BOOT_SECONDS = 600.0
"""Without KVM a whole appliance may need minutes."""
PAUSE = 0.5
CPUINFO = Path("/proc/cpuinfo")


@dataclass
class Guest:
    """A machine that runs."""

    ports: dict[int, int]
    """The host's port on 127.0.0.1 for each of the guest's forwarded ports."""
    names: dict[str, int]
    """The guest's port for each rule's name."""
    serial: Path
    """The log of the serial port: kernel, and the text before the login."""
    accelerator: str
    """``kvm`` or ``tcg``."""
    _process: subprocess.Popen[bytes]
    _log: Path
    """What qemu itself says."""

    def port(self, name: str) -> int:
        """Return the host's port for a rule's name, such as ``ssh``."""
        if name not in self.names:
            raise WorkshopError(f"no port is forwarded for {name}; forwarded: {', '.join(self.names)}")
        return self.ports[self.names[name]]

    def console(self) -> str:
        """Return what the serial port has said so far."""
        return self.serial.read_text(encoding="utf-8", errors="replace") if self.serial.exists() else ""

    def wait_for_port(self, guest: int, seconds: float = BOOT_SECONDS, greeting: bytes = b"SSH-") -> float:
        """Wait until a server that speaks first, as ssh does, greets; return the seconds it took.

        An open port alone proves nothing: qemu opens it before the guest has booted.
        """
        return self._wait(lambda: self._greets(guest, greeting), seconds, f"port {guest} of the guest")

    def wait_for_http(
        self,
        guest: int,
        path: str = "/",
        status: int = 200,
        seconds: float = BOOT_SECONDS,
        accept: Callable[[int], bool] | None = None,
    ) -> float:
        """Wait until a GET of ``path`` is answered with ``status``; return the seconds it took.

        accept: judges the status instead, where more than one will do.
        """
        judge = accept or (lambda answer: answer == status)
        what = f"port {guest} of the guest, GET {path}"
        return self._wait(lambda: judge(self._answers(guest, path)), seconds, what)

    def _greets(self, guest: int, greeting: bytes) -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, self.ports[guest]), 5) as connection:
            connection.settimeout(5)
            return connection.recv(256).startswith(greeting)
        return False

    def _answers(self, guest: int, path: str) -> int:
        connection = http.client.HTTPConnection(LOOPBACK, self.ports[guest], timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def _wait(self, holds: Callable[[], bool], seconds: float, what: str) -> float:
        """Wait until something holds; WorkshopError when the time is up or the machine ended."""
        started = time.monotonic()
        while not holds():
            passed = time.monotonic() - started
            if self._process.poll() is not None:
                raise WorkshopError(f"the guest ended before {what} answered; it said: {self._last_line()}")
            if passed > seconds:
                raise WorkshopError(f"{what} did not answer in {seconds:.0f} s; it said: {self._last_line()}")
            time.sleep(PAUSE)
        return round(time.monotonic() - started, 1)

    def _last_line(self) -> str:
        said = (self.console(), self._log.read_text(errors="replace"))
        return next(filter(None, map(programs.last_line, said)), "nothing")


@contextmanager
def booted(
    file: Path,
    *,
    folder: Path | None = None,
    memory: int | None = None,
    cpus: int | None = None,
    accelerator: str | None = None,
    restarts: bool = False,
) -> Iterator[Guest]:
    """Boot the machine in a file; it is switched off at the end, whatever happened.

    folder: keeps ``serial.log``; by default nothing is kept. memory (MiB), cpus: by default what
    the file says. accelerator: ``kvm`` or ``tcg``; by default KVM where it works. restarts: it may
    restart; otherwise that ends it, so that a kernel which panics is noticed at once.

    Raises WorkshopError when qemu is missing, or the file cannot be read.
    """
    machine = hardware.read(file)
    with tempfile.TemporaryDirectory(prefix="workshop-boot-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        kept = folder or scratch
        kept.mkdir(parents=True, exist_ok=True)
        chosen = accelerator or ("kvm" if kvm_works(machine.architecture) else "tcg")
        serial, words = kept / "serial.log", scratch / "qemu.log"
        ports = _free_ports(sorted({rule.guest for rule in machine.forwards}))
        serial.unlink(missing_ok=True)
        command = [
            *_dies_with_us(),
            *hardware.base(machine.architecture, chosen, memory or machine.memory, cpus or machine.cpus),
            *(() if restarts else ("-no-reboot",)),
            *hardware.disk_words(machine),
            *hardware.network_words(machine, ports),
            *("-chardev", f"file,id=serial,path={serial}", "-serial", "chardev:serial"),
        ]
        # The throw-away layer goes where TMPDIR says.
        with words.open("w+b") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "TMPDIR": str(scratch)},
            )
        try:
            names = {rule.name: rule.guest for rule in machine.forwards}
            yield Guest(ports, names, serial, chosen, process, words)
        finally:
            process.kill()
            process.wait()


def kvm_works(architecture: Architecture = AMD64) -> bool:
    """Whether qemu can use the processor's own virtualisation here; it is tried, for some only seem to."""
    if architecture is not native() or not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    # Where the processor lends none, /dev/kvm may be there and run a guest's first steps for hours.
    flags = set(CPUINFO.read_text(encoding="utf-8").split()) if CPUINFO.exists() else set()
    if architecture is AMD64 and not flags & {"vmx", "svm"}:
        return False
    done = subprocess.run(
        [*hardware.base(architecture, "kvm", memory=64, cpus=1), "-S", "-monitor", "stdio"],
        input=b"quit\n",
        capture_output=True,
        timeout=30,
        check=False,
    )
    return done.returncode == 0


def _dies_with_us() -> list[str]:
    """Return what makes qemu end when this program is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def _free_ports(guests: Iterable[int]) -> dict[int, int]:
    """Return a free port of the host for each of the guest's; another program may still be faster."""
    with ExitStack() as held:
        found = {}
        for guest in guests:
            probe = held.enter_context(socket.socket())
            probe.bind((LOOPBACK, 0))
            found[guest] = probe.getsockname()[1]
        return found
