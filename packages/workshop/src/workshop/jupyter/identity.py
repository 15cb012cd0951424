"""Who is logged in to Jupyter: a browser, as the account of this machine that it runs as.

A browser takes its cookies to whoever listens on the port. While Jupyter is stopped, that can be another
account of this machine, and a tab of JupyterLab that is still open asks every few seconds. So a cookie counts
only for connections of the account that logged in with it: its name, which is signed with it, holds the
account. What calls from another machine, as the host of a virtual machine does, is one account more.
"""

from __future__ import annotations

import secrets
from typing import Any

from jupyter_server.auth.identity import PasswordIdentityProvider

from workshop.core import ports


class AccountsIdentityProvider(PasswordIdentityProvider):
    """Jupyter's own, but for the name of the cookie."""

    def get_cookie_name(self, handler: Any) -> str:
        """Return a name for each account, and one that no cookie has where the account is not known."""
        stream = getattr(handler.request.connection, "stream", None)
        connection = getattr(stream, "socket", None)
        account = ports.caller(connection) if connection is not None else None
        whose = "elsewhere" if account == ports.ELSEWHERE else account
        return f"{super().get_cookie_name(handler)}-{secrets.token_hex(8) if whose is None else whose}"
