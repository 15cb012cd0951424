"""Accounts of the organiser's institution, next to cards: any authenticator of JupyterHub, by one setting.

The authenticator says who somebody is and whether they may come in; the door gives them a seat. The hub knows
them as that seat, so nothing else has to know of accounts. OAuth's pages keep their names below ``/hub``; the
form for a name and a password is at ``/hub/account``.
"""

from __future__ import annotations

import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from jupyterhub.utils import url_path_join
from tornado import web
from traitlets.utils.importstring import import_item

from organiser.hub import peers, seatsapi
from organiser.hub.door import Admitted, Door
from organiser.hub.seats import account
from workshop.core.errors import WorkshopError

LOGIN, LOGOUT = "/login", "/logout"
"""Pages of an authenticator that the hub has already."""
FORM = "/account"
"""Where the form for name and password is; ``/login`` asks for a card."""


def load_authenticator(name: str) -> type[Authenticator]:
    """Return an authenticator's class, by its entry point (``generic-oauth``, ``ldap``) or its import path.

    Raises WorkshopError where there is none.
    """
    found = next(iter(entry_points(group="jupyterhub.authenticators", name=name)), None)
    try:
        loaded = found.load() if found else import_item(name)
    except (ImportError, AttributeError) as error:
        raise WorkshopError(
            f"hub_service_authenticator: there is no authenticator {name!r}: {error}"
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, Authenticator)):
        raise WorkshopError(f"hub_service_authenticator: {name!r} is no authenticator of JupyterHub")
    return loaded


def make_accounts(name: str, settings: Path, door: Door, parent: Any) -> Authenticator:
    """Return the institution's authenticator, whose people get seats.

    Args:
        name: Its entry point or import path.
        settings: JSON with what is set of it, for example ``{"client_id": …}``.
        door: Gives the seats.
        parent: The authenticator that asks for cards.

    Raises WorkshopError where it cannot be used.
    """
    base: Any = load_authenticator(name)

    class Accounts(base):  # type: ignore[misc]
        def login_url(self, base_url: str) -> str:
            url: str = super().login_url(base_url)
            return url_path_join(base_url, FORM) if url == url_path_join(base_url, LOGIN) else url

    def give_seat(_: Authenticator, handler: Any, person: dict[str, Any]) -> dict[str, Any]:
        if not peers.is_proxy(peers.account_of(handler.request)):
            raise web.HTTPError(403, "come in by the classroom's address")
        answer = door.admit_account(person["name"])
        if not isinstance(answer, Admitted):
            raise web.HTTPError(403, answer.why)
        if answer.newly:
            seatsapi.end_sessions(handler, account(answer.seat))
        # What else the institution knows of a person is none of the hub's business.
        return {"name": account(answer.seat), "admin": False}

    given = json.loads(settings.read_text(encoding="utf-8"))
    if unknown := sorted(set(given) - set(base.class_trait_names(config=True))):
        raise WorkshopError(f"hub_service_authenticator_settings: {name} has no setting {', '.join(unknown)}")
    made: Authenticator = Accounts(parent=parent, **(given | {"manage_groups": False}))
    made.post_auth_hook = give_seat
    return made


def handlers(accounts: Authenticator, app: Any) -> list[tuple[str, type]]:
    """Return the pages by which people of the institution come in."""
    pages = {
        FORM if path == LOGIN else path: page for path, page in accounts.get_handlers(app) if path != LOGOUT
    }
    return [(path, _asking(accounts, page)) for path, page in pages.items()]


def _asking(accounts: Authenticator, page: Any) -> type:
    """Return a page that asks this authenticator instead of the hub's own."""

    class Page(page):  # type: ignore[misc]
        @property
        def authenticator(self) -> Authenticator:
            return accounts

    return Page
