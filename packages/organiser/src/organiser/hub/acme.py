"""A certificate that browsers trust, by ACME: when one is asked for, and how it gets to the proxy.

lego asks (``workshop-certificate.service``, daily by its timer): as root without root's powers, writing into
one folder. This module becomes lego when a certificate is due, and ends at once otherwise. What lego wrote,
``workshop classroom certificate`` checks and gives to the proxy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from organiser.hub.certificates import Certificate
from organiser.hub.settings import HubSettings, load_hub_settings
from workshop.core.errors import WorkshopError
from workshop.core.programs import last_line

UNIT = "workshop-certificate.service"
PROGRAM = "lego"
LEFT, LATE = 1 / 3, 1 / 4
"""Of a certificate's lifetime, ninety days or six: with less it is renewed, and the doctor is red."""
CHALLENGES = {"http": ["--http"], "tls": ["--tls"]}
"""How the name is proven, at port 80 or at port 443; everything else is the name of a provider of DNS."""

Run = Callable[[list[str]], subprocess.CompletedProcess[str]]


def attempt(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, whatever it has to say."""
    return subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def files(hub: HubSettings) -> tuple[Path, Path]:
    """Return where lego keeps certificate and key."""
    folder = hub.acme_folder / "certificates"
    return folder / f"{hub.host}.crt", folder / f"{hub.host}.key"


def is_due(hub: HubSettings) -> bool:
    """Tell whether there is no certificate yet, or one for other names, or one that has not long to go."""
    try:
        certificate = Certificate.read(files(hub)[0])
    except (OSError, WorkshopError):
        return True
    return bool(certificate.lacks(hub.names)) or certificate.days < LEFT * certificate.lifetime


def command(hub: HubSettings, program: str) -> list[str]:
    """Return the words that start lego."""
    words = [program, "--accept-tos", "--path", str(hub.acme_folder), "--server", hub.acme_directory]
    words += ["--email", hub.acme_email]
    for name in hub.names:
        words += ["--domains", name]
    words += CHALLENGES.get(hub.acme_challenge) or ["--dns", hub.acme_challenge]
    for resolver in filter(None, hub.acme_resolvers.split(",")):
        words += ["--dns.resolvers", resolver]
    words += ["--dns.disable-cp"] if hub.acme_resolvers else []
    return [*words, "run"]


def obtain(hub: HubSettings, run: Run = attempt) -> bool:
    """Get a certificate now if one is due, and let the proxy have it; return whether it has another one.

    Raises WorkshopError with the words of the authority that refused.
    """
    if not hub.acme:
        raise WorkshopError("this classroom does not use ACME; set hub_service_acme")
    before = _content(hub)
    if run(["systemctl", "start", UNIT]).returncode:
        said = run(["journalctl", f"--unit={UNIT}", "--lines=12", "--output=cat", "--no-pager"]).stdout
        lines = [line for line in said.splitlines() if "error" in line.lower()]
        raise WorkshopError(
            f"no certificate for {', '.join(hub.names)}: {last_line(lines[-1] if lines else said)}; "
            f"'journalctl -u {UNIT}' shows the whole log"
        )
    return _content(hub) != before


def _content(hub: HubSettings) -> bytes:
    return hub.certificate.read_bytes() if hub.certificate and hub.certificate.exists() else b""


def main() -> None:
    """Become lego when a certificate is due."""
    hub = load_hub_settings()
    if not hub.acme or not is_due(hub):
        return
    program = shutil.which(PROGRAM)
    if program is None:
        raise WorkshopError(f"{PROGRAM} is not installed; run the playbook again")
    words = command(hub, program)
    os.execv(program, words)


if __name__ == "__main__":
    try:
        main()
    except WorkshopError as error:
        sys.exit(f"workshop: {error}")
