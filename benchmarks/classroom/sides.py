"""The servers that a class comes to: this machine's own, and its peers, installed beside it for the run."""

from __future__ import annotations

import functools
import pwd
import re
import shlex
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.classroom.people import Person
from benchmarks.peers import install_peers
from organiser.hub.client import Client
from organiser.hub.settings import load_hub_settings
from organiser.hub.warm import warm
from workshop.errors import WorkshopError
from workshop.settings import find_checkout

PEERS = "locks/classroom-peers.in"
PORT, API_PORT, HUB_PORT = 18100, 18101, 18185
"""Of the peers, on loopback."""
START_SECONDS = 120.0
PASSWORD = "a-long-word-for-a-bench"
"""Of accounts that the bench makes and takes away."""
OURS = "workshop"


def run(*words: str, check: bool = True) -> str:
    """Run a program; WorkshopError with its last line where it fails."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if check and done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise WorkshopError(f"{shlex.join(words[:4])}: {lines[-1]}")
    return done.stdout


def answers(url: str) -> bool:
    """Tell whether a page is there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def until(condition: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Wait for something; WorkshopError where it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise WorkshopError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.2)


@dataclass
class Side:
    """A server on loopback."""

    name: str
    address: str
    people: list[Person]
    signs: tuple[str, ...]
    """What is in the command lines of its hub and proxy."""
    kernel: str = "python3"

    def start(self) -> None:
        """Start hub and proxy, and wait until people can log in."""

    def stop(self) -> None:
        """Stop all of it."""

    def cold(self) -> None:
        """Stop all seats, and make the hub know it."""

    def account(self, number: int) -> str:
        """Return the account of a seat, counted from 0."""
        return f"seat-{number + 1:03d}"

    def accounts(self) -> dict[int, str]:
        """Return the names of the seats' accounts by their numbers."""
        names = [self.account(number) for number in range(len(self.people))]
        return {pwd.getpwnam(name).pw_uid: name for name in names}


@dataclass
class Workshop(Side):
    """This machine's classroom."""

    def start(self) -> None:
        """Start hub and proxy."""
        run("systemctl", "start", "workshop-proxy", "workshop-hub")
        until(lambda: answers(f"{self.address}/hub/login"), "the classroom")

    def free(self) -> None:
        """Let each seat be the next browser's; that ends its server."""
        client = Client.of(load_hub_settings())
        for number in range(len(self.people)):
            client.free(f"{number + 1:03d}")

    def stop(self) -> None:
        """Free the seats for those whose cards they are, and let the machine rest."""
        self.free()
        run("systemctl", "stop", "workshop-hub", "workshop-proxy", "classroom-seat@*")

    def cold(self) -> None:
        """Free and stop all seats."""
        self.free()
        run("systemctl", "stop", "classroom-seat@*")

    def warm(self) -> dict[str, str]:
        """Start all seats, as before a class; return why some did not."""
        self.free()
        numbers = [f"{number + 1:03d}" for number in range(len(self.people))]
        return warm(Client.of(load_hub_settings()), numbers).failed


def workshop(seats: int) -> Workshop:
    """Return this machine's classroom; WorkshopError where somebody sits in it, or a card is missing."""
    hub = load_hub_settings()
    if hub.certificate is not None or hub.bind_address != "127.0.0.1":
        raise WorkshopError(
            "this classroom's door is open; the bench needs one on loopback (docs/classroom.md)"
        )
    if taken := Client.of(hub).taken():
        raise WorkshopError(f"{len(taken)} seats are taken: a class is here; free them, or come back later")
    pages = "".join(
        file.read_text(encoding="utf-8") for file in sorted((hub.folder / "cards").glob("*.html"))
    )
    codes = {
        int(each): code
        for each, code in re.findall(r"<h2>Seat (\d+)</h2>.*?<code>([\w-]+)</code>", pages, re.S)
    }
    if lacking := [number for number in range(1, seats + 1) if number not in codes]:
        raise WorkshopError(
            f"no card in {hub.folder / 'cards'} for seat {lacking[0]}; 'workshop hub seats {seats} --anew' "
            "makes all anew"
        )
    people = [Person(str(number), codes[number]) for number in range(1, seats + 1)]
    signs = ("jupyterhub --config", "configurable-http-proxy")
    return Workshop(OURS, hub.address, people, signs)


@dataclass
class Peer(Side):
    """Another JupyterHub, as a unit of root's; its seats' accounts are made before the clock runs."""

    folder: Path = field(default_factory=Path)
    program: str = "jupyterhub"
    config: str = ""
    prefix: str = "peer-"
    further: list[list[str]] = field(default_factory=list)
    """Units besides the hub's: a proxy that it does not start itself."""

    def account(self, number: int) -> str:
        """Return the account of a seat."""
        return f"{self.prefix}{self.people[number].name}"

    def start(self) -> None:
        """Make the accounts, start it and wait for its log-in page."""
        for number in range(len(self.people)):
            if run("getent", "passwd", self.account(number), check=False) == "":
                run("useradd", "--create-home", "--shell", "/bin/bash", self.account(number))
        words = "".join(f"{self.account(each)}:{PASSWORD}\n" for each in range(len(self.people)))
        subprocess.run(["chpasswd"], input=words, text=True, check=True)
        (self.folder / "config.py").write_text(self.config, encoding="utf-8")
        units = [*self.further, [self.program, "--config", str(self.folder / "config.py")]]
        for number, words_of in enumerate(units):
            unit = ["--quiet", f"--unit=bench-{self.name}-{number}", f"--working-directory={self.folder}"]
            path = f"--setenv=PATH={self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin"
            run("systemd-run", *unit, path, "--property=KillMode=mixed", *words_of)
        until(lambda: answers(f"{self.address}/hub/login"), self.name)

    def stop(self) -> None:
        """Stop it with its seats, take the accounts away, and what it knew of them."""
        run("systemctl", "stop", f"bench-{self.name}-*", f"bench-{self.name}-seat-*", check=False)
        for number in range(len(self.people)):
            run("pkill", "--signal", "KILL", "--uid", self.account(number), check=False)
        for number in range(len(self.people)):
            until(functools.partial(self._gone, number), f"the end of {self.account(number)}", 30)
        for file in self.folder.glob("jupyterhub*"):
            file.unlink()

    def _gone(self, number: int) -> bool:
        return run("pgrep", "--uid", self.account(number), check=False) == ""

    def remove(self) -> None:
        """Take the accounts away again."""
        for number in range(len(self.people)):
            run("userdel", "--remove", self.account(number), check=False)


COMMON = f"""
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{PORT}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{HUB_PORT}"
c.Authenticator.allow_all = True
"""
LITTLEST = (
    COMMON
    + """
# As The Littlest JupyterHub's own configuration has it (tljh/jupyterhub_config.py of 2.0).
c.JupyterHub.spawner_class = "systemdspawner.SystemdSpawner"
c.SystemdSpawner.default_shell = "/bin/bash"
c.SystemdSpawner.unit_name_template = "bench-littlest-seat-{{USERNAME}}"
c.SystemdSpawner.username_template = "jupyter-{{USERNAME}}"
c.SystemdSpawner.extra_paths = ["{bin}"]
c.Spawner.cmd = ["{bin}/jupyterhub-singleuser"]
c.JupyterHub.authenticator_class = "firstuseauthenticator.FirstUseAuthenticator"
c.JupyterHub.proxy_class = "traefik_file"
c.TraefikProxy.should_start = False
c.TraefikProxy.traefik_api_username = "api_admin"
c.TraefikProxy.traefik_api_password = "bench"
c.TraefikProxy.traefik_api_url = "http://127.0.0.1:{api}"
c.TraefikFileProviderProxy.dynamic_config_file = "{folder}/people.toml"
c.TraefikProxy.traefik_entrypoint = "http"
"""
)
TRAEFIK = """
[log]
level = "INFO"
[api]
[accessLog]
[entryPoints.http]
address = "127.0.0.1:{port}"
[entryPoints.http.transport.respondingTimeouts]
idleTimeout = "10m"
[entryPoints.auth_api]
address = "127.0.0.1:{api}"
[providers]
providersThrottleDuration = "0s"
[providers.file]
directory = "{folder}/rules"
watch = true
"""
RULES = """
[http.routers.router-api]
rule = "PathPrefix(`/api`)"
entryPoints = ["auth_api"]
service = "api@internal"
"""
DEBIAN = (
    COMMON
    + f"""
# Debian's own file sets nothing: PAM, local processes, configurable-http-proxy.
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{API_PORT}"
"""
)


def littlest(seats: int, folder: Path) -> Peer:
    """Return a hub with The Littlest JupyterHub's settings, its packages installed by pip."""
    folder.mkdir(parents=True, exist_ok=True)
    programs = install_peers(folder, find_checkout(PEERS) / PEERS, hashed=False)
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "api.toml").write_text(RULES, encoding="utf-8")
    given = {"bin": programs, "folder": rules, "api": API_PORT}
    (folder / "traefik.toml").write_text(
        TRAEFIK.format(port=PORT, api=API_PORT, folder=folder), encoding="utf-8"
    )
    people = [Person(f"person{number:03d}", PASSWORD) for number in range(seats)]
    return Peer(
        "littlest",
        f"http://127.0.0.1:{PORT}",
        people,
        ("jupyterhub", "traefik"),
        folder=folder,
        program=str(programs / "jupyterhub"),
        config=LITTLEST.format(**given),
        prefix="jupyter-",
        further=[[str(programs / "traefik"), f"--configfile={folder / 'traefik.toml'}"]],
    )


def debian(seats: int, folder: Path) -> Peer:
    """Return the hub that Debian packages, which must be installed."""
    if not (program := shutil.which("jupyterhub", path="/usr/bin:/bin")):
        raise WorkshopError("install Debian's jupyterhub first: apt-get install jupyterhub")
    folder.mkdir(parents=True, exist_ok=True)
    people = [Person(f"debian-{number:03d}", PASSWORD) for number in range(seats)]
    return Peer(
        "debian",
        f"http://127.0.0.1:{PORT}",
        people,
        ("jupyterhub", "configurable-http-proxy"),
        folder=folder,
        program=program,
        config=DEBIAN,
        prefix="",
    )
