"""The servers that a class comes to: this machine's classroom, and the JupyterHub that Debian packages."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.classroom.people import Person
from organiser.hub.client import Client
from organiser.hub.seats import account
from organiser.hub.settings import load_hub_settings
from workshop.core.errors import WorkshopError
from workshop.core.programs import run

CARD = re.compile(r"<h2>Seat (\d+)</h2>.*?<code>([\w-]+)</code>", re.DOTALL)
START_SECONDS = 120.0
PASSWORD = "a-long-word-for-a-bench"
"""Of accounts that the benchmark makes and removes."""
PEER_UNIT = "bench-debian"
CONFIG = """
# Debian's own file sets nothing: PAM, local processes, configurable-http-proxy.
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:18100"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:18185"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:18101"
c.Authenticator.allow_all = True
"""


@dataclass
class Server:
    """A server that runs, and the people who can log in to it."""

    address: str
    people: list[Person]
    signs: tuple[str, ...] = ("jupyterhub --config", "configurable-http-proxy")
    """What is in the command lines of its hub and proxy."""

    def usage(self) -> tuple[float, float, float]:
        """Return CPU seconds of hub, proxy and seats, and MB (PSS) of hub and proxy and of one seat."""
        accounts, seats = {person.account for person in self.people}, dict[str, int]()
        cpu, hub = 0.0, 0
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                owner, words = process.username(), " ".join(process.cmdline())
                if owner in accounts or any(sign in words for sign in self.signs):
                    memory, times = process.memory_full_info().pss, process.cpu_times()
                    cpu += times.user + times.system + times.children_user + times.children_system
                    if owner in accounts:
                        seats[owner] = seats.get(owner, 0) + memory
                    else:
                        hub += memory
        return cpu, hub / 1e6, sum(seats.values()) / 1e6 / max(1, len(seats))


@contextlib.contextmanager
def classroom(seats: int) -> Iterator[Server]:
    """Give this machine's classroom, with all seats stopped; free them in the end.

    Raises WorkshopError where somebody sits in it, its door is open, or a card is missing.
    """
    hub = load_hub_settings()
    if hub.certificate is not None or hub.bind_address != "127.0.0.1":
        raise WorkshopError(
            "this classroom's door is open; the benchmark needs one on loopback (docs/howto/classroom.md)"
        )
    client = Client.of(hub)
    if taken := client.taken():
        raise WorkshopError(f"{len(taken)} seats are taken: a class is here; free them, or come back later")
    pages = "".join(file.read_text(encoding="utf-8") for file in (hub.folder / "cards").glob("*.html"))
    codes = {int(number): code for number, code in CARD.findall(pages)}
    numbers = range(1, seats + 1)
    if lacking := [number for number in numbers if number not in codes]:
        raise WorkshopError(
            f"there is no card for seat {lacking[0]}; "
            f"'workshop classroom seats {seats} --anew' makes all again"
        )
    for each in numbers:
        client.free(f"{each:03d}")  # so the hub knows that a warmed seat does not run any more
    run("systemctl", "stop", "classroom-seat@*")
    try:
        yield Server(
            hub.address, [Person(str(each), codes[each], account(f"{each:03d}")) for each in numbers]
        )
    finally:
        for each in numbers:
            client.free(f"{each:03d}")


@contextlib.contextmanager
def debian(seats: int, folder: Path) -> Iterator[Server]:
    """Give Debian's hub in ``folder``, with an account for each person; remove all of it in the end."""
    if not Path("/usr/bin/jupyterhub").exists():
        raise WorkshopError("install Debian's jupyterhub first, 'apt-get install jupyterhub', or --no-peer")
    people = [Person(name, PASSWORD, name) for name in (f"debian-{each:03d}" for each in range(seats))]
    (folder / "config.py").write_text(CONFIG, encoding="utf-8")
    server = Server("http://127.0.0.1:18100", people, ("jupyterhub", "configurable-http-proxy"))
    run("systemctl", "stop", "workshop-hub", "workshop-proxy")
    try:
        for person in people:
            run("useradd", "--create-home", "--shell", "/bin/bash", person.account)
        run("chpasswd", text="".join(f"{person.account}:{PASSWORD}\n" for person in people))
        unit = ["--quiet", "--collect", f"--unit={PEER_UNIT}", f"--working-directory={folder}"]
        run("systemd-run", *unit, "/usr/bin/jupyterhub", "--config", folder / "config.py")
        hub, end = Client(f"{server.address}/hub/api", ""), time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            time.sleep(0.2)
            with contextlib.suppress(WorkshopError):  # until it answers
                if hub.call("")[0] == 200:
                    break
        yield server
    finally:
        with contextlib.suppress(WorkshopError):  # it may never have started
            run("systemctl", "stop", PEER_UNIT)
        for person in people:
            with contextlib.suppress(WorkshopError):
                run("userdel", "--force", "--remove", person.account)
        run("systemctl", "start", "workshop-proxy", "workshop-hub")
