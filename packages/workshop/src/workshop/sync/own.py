"""What a set-up machine syncs when nobody says otherwise: its notebooks, its organiser, its keys."""

from __future__ import annotations

from pathlib import Path

from workshop.errors import WorkshopError
from workshop.settings import Settings
from workshop.sync.update import Request, is_address
from workshop.updates import Updates


def own_state(settings: Settings) -> Path:
    """Return where sync remembers what it delivered; raises WorkshopError on a machine without set-up."""
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up; run the set-up first, or name --into and --state")
    return settings.prefix / "state"


def own_request(settings: Settings, updates: Updates, source: str = "") -> Request:
    """Return what to ask of sync: a stick that somebody names, or else the machine's own address.

    Raises WorkshopError when there is neither, or when the machine was not set up.
    """
    state = own_state(settings)
    chosen = source or updates.url
    if not chosen:
        raise WorkshopError(
            "this machine has no address for updates; plug the organiser's stick in and name it with --from"
        )
    return Request(
        chosen,
        settings.notebooks,
        state,
        updates.subdir,
        updates.branch or None if is_address(chosen) else None,
        signers=updates.signers,
    )
