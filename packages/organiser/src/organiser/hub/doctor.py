"""Can the doors open? Each check is one line, green or red; red says what to do."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from organiser.hub import acme, disk
from organiser.hub.certificates import RENEW_DAYS, Certificate
from organiser.hub.client import Client
from organiser.hub.plan import Figures
from organiser.hub.seats import Seats, account
from organiser.hub.settings import HubSettings
from organiser.hub.units import RUN, UNITS, seats_in, unit
from workshop.core.errors import WorkshopError

WARDEN = "workshop-warden.service"
LEAST_FREE = 0.1
"""Of the disk with the homes."""


@dataclass(frozen=True)
class Check:
    """What one check found."""

    name: str
    good: bool
    says: str


@dataclass(frozen=True)
class Doctor:
    """Looks at one classroom, as root."""

    hub: HubSettings
    figures: Figures
    run: Callable[[list[str]], subprocess.CompletedProcess[str]] = lambda words: subprocess.run(
        words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    find: Callable[[str, int], object] = socket.getaddrinfo
    memory: Path = Path("/proc/meminfo")
    controllers: Path = Path("/sys/fs/cgroup/cgroup.controllers")
    swaps: Path = Path("/proc/swaps")

    def checks(self) -> list[Check]:
        """Return all checks, in the order in which one would mend what they find."""
        made = []
        for name, check in (
            ("hub", self.hub_answers),
            ("door", self.door_answers),
            ("speaker", self.speaker_answers),
            ("certificate", self.certificate),
            ("names", self.seats_names),
            ("clock", self.clock),
            ("seats", self.seats),
            ("units", self.units),
            ("limits", self.limits),
            ("memory", self.enough_memory),
            ("swap", self.swap),
            ("disk", self.disk),
            ("firewall", self.firewall),
            ("warm", self.warm),
        ):
            try:
                good, says = check()
            except (WorkshopError, OSError) as error:
                good, says = False, str(error)
            made.append(Check(name, good, says))
        return made

    def numbers(self) -> list[str]:
        """Return the seats' numbers."""
        key = bytes.fromhex(self.hub.secret("key"))
        return Seats.load(self.hub.seats_file, key).numbers()

    def hub_answers(self) -> tuple[bool, str]:
        """Ask the hub who sits where, with the organiser's token."""
        taken = Client.of(self.hub).taken()
        return True, f"answers; {len(taken)} seats are taken"

    def door_answers(self) -> tuple[bool, str]:
        """Open the log-in page through the proxy, as a browser on this machine does."""
        return self._shows("hub/login", self.hub.port, 'id="seat"', "the log-in page", "proxy", "port")

    def speaker_answers(self) -> tuple[bool, str]:
        """Open the page of the speaker's view, which has a port of its own."""
        port = self.hub.speaker_port
        return self._shows("", port, 'id="code"', "the speaker's view", "hub", "speaker_port")

    def _shows(
        self, path: str, port: int, sign: str, what: str, unit: str, variable: str
    ) -> tuple[bool, str]:
        scheme = "https" if self.hub.certificate else "http"
        address = f"{scheme}://{_call(self.hub.bind_address)}:{port}/{path}"
        # Whom the certificate names is the next check's; here the answer counts.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            with opener.open(address, timeout=10) as answer:
                page = answer.read().decode(errors="replace")
        except OSError as error:
            return (
                False,
                f"{address} does not answer ({error}); 'systemctl status workshop-{unit}' shows why",
            )
        if sign not in page:
            return False, f"{address} is another program's page; choose another hub_service_{variable}"
        return True, f"{address} shows {what}"

    def certificate(self) -> tuple[bool, str]:
        """See whether the certificate is for the cards' address, and for how long."""
        if self.hub.certificate is None:
            return True, "none: only this machine itself can connect"
        found = Certificate.read(self.hub.certificate)
        if lacking := found.lacks(self.hub.names):
            names, lacks = ", ".join(found.names), ", ".join(lacking)
            return False, f"it is for {names} and not for {lacks}; run the playbook again"
        days = f"{found.days:.0f} days left"
        if self.hub.acme:
            if found.days < acme.LATE * found.lifetime:
                return False, f"{days}, and it was not renewed: 'journalctl -u {acme.UNIT}' says why"
            return True, f"of {found.issuer}, renewed by itself; {days}"
        if found.days < (RENEW_DAYS if self.hub.self_made else 1):
            return False, f"of {found.issuer}, {days}; renew it and run the playbook again"
        if self.hub.self_made:
            return True, f"self-made: browsers warn, the card has its fingerprint; {days}"
        return True, f"the organiser's, of {found.issuer}; {days}"

    def seats_names(self) -> tuple[bool, str]:
        """See whether the names of seats lead somewhere, where each seat has one of its own."""
        if not self.hub.subdomains and self.hub.certificate is None:
            return True, "one for all seats, whose pages share an origin; the door is not open yet"
        if not self.hub.subdomains:
            return False, (
                "one for all seats: a page that one seat serves can act on the seat of anyone who opens it; "
                "'hub_service_subdomains: true' gives each seat an origin of its own"
            )
        lost = []
        for name in (self.hub.host, f"{account('001')}.{self.hub.host}"):
            try:
                self.find(name, self.hub.port)
            except OSError:
                lost.append(name)
        if lost:
            return False, f"{', '.join(lost)} leads nowhere; add *.{self.hub.host} to your DNS"
        return True, f"each seat has its own, below {self.hub.host}"

    def clock(self) -> tuple[bool, str]:
        """See whether somebody keeps the clock right: certificates and cookies go by it."""
        if not self.run(["systemd-detect-virt", "--quiet", "--container"]).returncode:
            return True, "the host's: in a container nobody else can set it"
        done = self.run(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
        if done.stdout.strip() == "yes":
            return True, "synchronised"
        return False, (
            "not synchronised; install systemd-timesyncd or chrony, 'timedatectl set-ntp true', and see that "
            "the way out is open for UDP port 123"
        )

    def seats(self) -> tuple[bool, str]:
        """See whether each seat has what it needs on this machine."""
        numbers = self.numbers()
        if not numbers:
            return False, "there are none; 'workshop classroom seats 20' makes twenty"
        lacking = [each for each in numbers if not (RUN / f"{each}.env").exists()]
        lacking += [each for each in numbers if self.run(["id", account(each)]).returncode]
        if lacking:
            return (
                False,
                f"{', '.join(sorted(set(lacking)))} are incomplete; "
                f"run 'workshop classroom seats {len(numbers)}'",
            )
        return True, f"{len(numbers)} of them"

    def units(self) -> tuple[bool, str]:
        """Try, as the hub, whether it may start and stop seats; and that it may nothing else."""
        stop = ["runuser", "--user", self.hub.account, "--", "systemctl", "--no-ask-password", "stop"]
        mine = self.run([*stop, unit("999")])
        if mine.returncode:
            return False, f"the hub may not stop a seat ({mine.stderr.strip()}); is polkit running?"
        if self.run([*stop, "classroom-nothing.service"]).returncode == 0:
            return False, "the hub may stop other units, too; look at /etc/polkit-1/rules.d"
        return True, "the hub may start and stop seats, and nothing else"

    def limits(self) -> tuple[bool, str]:
        """See whether systemd can hold a seat to its memory."""
        try:
            can = "memory" in self.controllers.read_text(encoding="ascii").split()
        except OSError:  # an older machine, where systemd uses cgroup v1; seats that rest have no group
            can = (self.controllers.parent / "memory" / "system.slice").is_dir()
        if not can:
            return False, (
                "systemd has no memory controller on this machine, so no limit of a seat is kept; add "
                "cgroup_enable=memory to the kernel's command line, or take a server that is no container"
            )
        return True, "memory limits are kept"

    def enough_memory(self) -> tuple[bool, str]:
        """Compare the memory with what all seats need when everybody trains, or at least a third of them."""
        seats = len(self.numbers())
        text = self.memory.read_text(encoding="ascii")
        total = int(text.partition("MemTotal:")[2].split()[0]) / 1024
        has = f"{total / 1024:.1f} GiB"
        needed, least = self.figures.needed_mib(seats), self.figures.needed_mib(seats, training=1 / 3)
        if total >= needed:
            return True, f"{has}; {seats} seats that all train need {needed / 1024:.1f} GiB"
        if total >= least:
            return True, (
                f"{has}: enough while a third of {seats} seats trains; where all do, which takes "
                f"{needed / 1024:.1f} GiB, some kernels are ended, and say so"
            )
        return False, (
            f"{has}; {seats} seats of which a third trains need {least / 1024:.1f} GiB: rent more, or make "
            "fewer seats ('workshop classroom plan' says how many fit)"
        )

    def swap(self) -> tuple[bool, str]:
        """See whether seats can be swapped out: the one that takes too much then slows all others down."""
        lines = self.swaps.read_text(encoding="ascii").splitlines()[1:]
        if not lines:
            return True, "none, as it should be: a kernel that takes too much ends at once"
        megabytes = sum(int(line.split()[2]) for line in lines) / 1024
        if self.controllers.exists():
            return True, f"{megabytes:.0f} MiB, for the system alone: seats may not swap (MemorySwapMax=0)"
        return False, (
            f"{megabytes:.0f} MiB, and with cgroup v1 nothing keeps seats from it; 'swapoff --all', and take "
            "it out of /etc/fstab"
        )

    def disk(self) -> tuple[bool, str]:
        """See how much of the disk with the homes is free."""
        usage = shutil.disk_usage("/home")
        free = f"{usage.free / 1e9:.1f} GB of {usage.total / 1e9:.1f} are free in /home"
        if usage.free < LEAST_FREE * usage.total:
            return False, f"{free}; a full disk stops everybody: make room"
        if all(map(disk.keeps_quotas, disk.places(self.hub))) and self.hub.seat_disk_bytes:
            return True, f"{free}; each seat may have {self.hub.seat_disk_bytes / 1e9:.1f} GB of it (quota)"
        if self.run(["systemctl", "is-active", WARDEN]).returncode:
            return False, f"{free}; neither quota nor {WARDEN} keeps one seat from filling it: start that"
        return True, f"{free}; without quota: a seat that fills it may not write below 5 % ({WARDEN})"

    def firewall(self) -> tuple[bool, str]:
        """See whether a firewall that this knows of lets people in, and the speaker."""
        if self.hub.certificate is None:
            return True, "nothing to let in: the door is on this machine's loopback"
        says = ""
        for port in (self.hub.port, self.hub.speaker_port):
            good, says = self._lets_in(port)
            if not good:
                return False, says
        return True, says

    def _lets_in(self, number: int) -> tuple[bool, str]:
        port = f"{number}/tcp"
        if shutil.which("firewall-cmd") and not self.run(["firewall-cmd", "--state"]).returncode:
            if self.run(["firewall-cmd", f"--query-port={port}"]).returncode:
                return False, f"firewalld is on; 'firewall-cmd --add-port={port}' lets people in"
            return True, f"firewalld lets {self.hub.port}/tcp and {port} in"
        if shutil.which("ufw") and "Status: active" in (said := self.run(["ufw", "status"]).stdout):
            if not re.search(rf"^{number}(/tcp)?\s+(ALLOW|LIMIT)\b", said, re.M):
                return False, f"ufw is on; 'ufw allow {port}' lets people in"
            return True, f"ufw lets {self.hub.port}/tcp and {port} in"
        return True, "neither firewalld nor ufw is on; others cannot be seen from here: try it from outside"

    def warm(self) -> tuple[bool, str]:
        """Count the seats whose server runs."""
        numbers = self.numbers()
        words = ["systemctl", "list-units", "--plain", "--no-legend", "--state=active", f"{UNITS}*"]
        running = set(seats_in(self.run(words).stdout)) & set(numbers)
        says = f"{len(running)} of {len(numbers)} seats run"
        if len(running) < len(numbers):
            return False, f"{says}; 'workshop classroom warm' starts the others before people come"
        return True, says


def _call(bind_address: str) -> str:
    """Return the address to call of one to listen on."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind_address, bind_address)
