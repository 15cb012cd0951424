"""What set-up decided about the classroom: ``<prefix>/etc/hub.toml``."""

from __future__ import annotations

import dataclasses
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from organiser.hub.seats import Seats
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings, load_settings, read_toml

FIRST_PORT = 20_000
"""Seat 17 has port 20017; its unit may listen on no other seat's (SocketBindAllow)."""
SPEAKER_PORT = 8444
"""The speaker's view has it to itself, unless set-up decided on another one."""


@dataclass(frozen=True)
class HubSettings:
    """The classroom of one server."""

    prefix: Path
    account: str
    """Runs hub and proxy, and may read ``private``."""
    address: str
    """What people open: ``https://NAME:PORT``, without a slash at the end."""
    bind_address: str = "127.0.0.1"
    port: int = 8000
    api_port: int = 8001
    hub_port: int = 8085
    speaker_port: int = SPEAKER_PORT
    certificate: Path | None = None
    certificate_key: Path | None = None
    self_made: bool = False
    """Whether the certificate vouches for itself, so that browsers warn."""
    acme: bool = False
    """Whether the certificate comes by ACME (:mod:`organiser.hub.acme`)."""
    acme_directory: str = "https://acme-v02.api.letsencrypt.org/directory"
    acme_email: str = ""
    acme_challenge: str = "http"
    acme_resolvers: str = ""
    """Servers of DNS, with commas, which alone are asked for what proves the name; empty: the world's."""
    subdomains: bool = False
    """Whether each seat has a name of its own, ``seat-017.NAME``, and so an origin of its own."""
    authenticator: str = ""
    """An authenticator of JupyterHub for accounts of an institution (:mod:`organiser.hub.accounts`)."""
    proxy: Path = dataclasses.field(default_factory=lambda: Path("/opt/workshop/hub/proxy"))
    """The folder of the proxy's packages."""
    seat_disk_bytes: int = 0
    """What one seat may have on a disk that keeps quotas; 0: no limit."""

    @property
    def folder(self) -> Path:
        """Return the folder of the classroom's files."""
        return self.prefix / "hub"

    @property
    def private(self) -> Path:
        """Return the folder of secrets, which root writes and the hub reads."""
        return self.folder / "private"

    @property
    def state(self) -> Path:
        """Return the folder that is the hub's own."""
        return self.folder / "state"

    @property
    def seats_file(self) -> Path:
        """Return the file of the seats."""
        return self.private / "seats.json"

    @property
    def acme_folder(self) -> Path:
        """Return the folder of what the certificate authority gave, root's alone."""
        return self.folder / "acme"

    @property
    def host(self) -> str:
        """Return the name or the address that people open."""
        return urllib.parse.urlsplit(self.address).hostname or ""

    @property
    def speaker_address(self) -> str:
        """Return where the speaker's view is: the same host, and a port of its own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{urllib.parse.urlsplit(self.address).scheme}://{host}:{self.speaker_port}/"

    @property
    def names(self) -> list[str]:
        """Return the names that the certificate must be for."""
        return [self.host, f"*.{self.host}"] if self.subdomains else [self.host]

    @property
    def api(self) -> str:
        """Return where the hub's API answers on this machine."""
        return f"http://127.0.0.1:{self.hub_port}/hub/api"

    def seats(self) -> Seats:
        """Read the seats; WorkshopError when this account may not, or their file is damaged."""
        return Seats.load(self.seats_file, bytes.fromhex(self.secret("key")))

    def secret(self, name: str) -> str:
        """Read a secret: ``key``, ``cli-token`` or ``proxy-token``.

        Raises WorkshopError when this account may not.
        """
        try:
            return (self.private / name).read_text(encoding="ascii").strip()
        except PermissionError as error:
            raise WorkshopError("the classroom's secrets belong to root; run this with sudo") from error
        except FileNotFoundError as error:
            raise WorkshopError(
                f"{self.private / name} is missing; run the playbook again (playbooks/classroom.yml)"
            ) from error


def load_hub_settings(path: Path | None = None) -> HubSettings:
    """Read the classroom's settings from a file, or from the machine's own.

    Raises WorkshopError on a machine that is no classroom.
    """
    if path is None:
        machine: Settings = load_settings()
        if machine.prefix is None or not (machine.prefix / "etc/hub.toml").exists():
            raise WorkshopError("this machine is not a classroom; make it one with playbooks/classroom.yml")
        path = machine.prefix / "etc/hub.toml"
    return read_toml(path, HubSettings)
