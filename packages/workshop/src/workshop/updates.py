"""Where this machine's updates come from, and on whose word: what the role notebook-sync decided.

Ansible, or ``workshop updates set``, writes it as TOML to ``<prefix>/etc/updates.toml``. A machine without
that file, or without an address in it, gets updates only when somebody brings them: over ssh, or on a stick.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.settings import Settings, read_toml


@dataclass(frozen=True)
class Updates:
    """One machine's choice."""

    url: str = ""
    """Address of the organiser's git repository; empty when there is none."""
    branch: str = ""
    """The branch to follow; empty for the repository's own choice."""
    subdir: str = "notebooks"
    """The folder of the repository that participants get."""
    signers: Path | None = None
    """The organiser's public keys; no revision is taken that they did not sign."""
    check_online: bool = False
    """Whether the machine may ask the address on its own, only to tell that there is something new."""
    playbook: str = "playbooks/notebook-sync.yml"
    """What ``workshop pull`` runs of a verified revision."""


def load_updates(settings: Settings) -> Updates:
    """Return this machine's choice; all defaults when it has made none."""
    if settings.prefix is None:
        return Updates()
    file = settings.prefix / "etc" / "updates.toml"
    return read_toml(file, Updates) if file.is_file() else Updates()


def updates_text(updates: Updates) -> str:
    """Return the file that holds a choice, as the role notebook-sync writes it."""
    values = asdict(updates) | {"signers": str(updates.signers or "")}
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
    return (
        "# Managed by the workshop's set-up (role notebook-sync); changes are overwritten.\n"
        f"# Where this machine's updates come from, and on whose word.\n{lines}"
    )


def require_signers(updates: Updates) -> Path:
    """Return the file of keys; raises WorkshopError when this machine has none."""
    if updates.signers is None:
        raise WorkshopError(
            "this machine knows no organiser's key; give it one by 'workshop updates set', or set up with "
            "notebook_sync_allowed_signers"
        )
    return updates.signers
