"""What another account of this machine is asked before it sees TensorBoard: the token.

Every account can connect to a port of 127.0.0.1. Who is at the other end is in the kernel's table
(``ports.caller``): the account whose TensorBoard it is, root, and whoever calls from elsewhere, as
the host of a virtual machine does, go in as ever. Another account brings the token of Jupyter once, and
goes on below a path that follows from both: no cookie, which a browser would take to every other port as
well. A path that another account came to know, by listening on the port while TensorBoard is stopped, is
of no use to it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from workshop.core import ports

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
KNOWN_BY = "/data/environment"
"""Where a health check asks whether TensorBoard runs (``servers.services``)."""
LARGEST_FORM = 10_000
HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    ),
]
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>TensorBoard</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1rem; }
  input { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem; margin: .3rem 0 1rem; }
  button { font: inherit; padding: .4rem 1.2rem; }
</style>
<main>
<h1>TensorBoard of the workshop</h1>
<p>@NOTE@</p>
<form method="post" action="/login">
  <label for="password">The token of that workshop; <code>workshop doctor</code> shows it there.</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
  <button>Log in</button>
</form>
</main>
</html>
"""
FIRST = "It belongs to another account of this machine."
WRONG = "That is not the token of this workshop."


def base_path(token: str, account: int) -> str:
    """Return the path below which an account that has brought the token finds TensorBoard."""
    what = f"path of TensorBoard for {account}"
    return f"/{hmac.new(token.encode(), what.encode(), 'sha256').hexdigest()[:32]}/"


def closed_to_strangers(wsgi_app: WsgiApp, read_token: Callable[[], str | None]) -> WsgiApp:
    """Return the same application (PEP 3333), which another account of this machine sees with the token only.

    read_token: returns the token that counts now; None lets no other account in.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        token, path = read_token(), environ.get("PATH_INFO", "/")
        account = ports.caller(environ["werkzeug.socket"])
        if not ports.is_stranger(account):
            return wsgi_app(environ, start_response)
        base = base_path(token, account) if token and account is not None else None
        if base is not None and path.startswith(base):
            inside = {"SCRIPT_NAME": base.rstrip("/"), "PATH_INFO": path[len(base) - 1 :]}
            return wsgi_app(environ | inside, start_response)
        if path == KNOWN_BY:
            # That it runs, which the kernel's table tells as well, and nothing more.
            start_response("200 OK", [("Content-Type", "application/json"), *HEADERS])
            return [json.dumps({"data_location": ""}).encode()]
        if (
            environ["REQUEST_METHOD"] == "POST"
            and path == "/login"
            and base is not None
            and token is not None
        ):
            if hmac.compare_digest(_password(environ).encode(), token.encode()):
                start_response("303 See Other", [("Location", base), *HEADERS])
                return [b""]
            return _ask(start_response, WRONG)
        return _ask(start_response, FIRST)

    return answer


def _ask(start_response: Callable[..., Any], note: str) -> Iterable[bytes]:
    start_response("401 Unauthorized", [("Content-Type", "text/html; charset=utf-8"), *HEADERS])
    return [PAGE.replace("@NOTE@", note).encode()]


def _password(environ: dict[str, Any]) -> str:
    """Return what somebody filled in."""
    try:
        length = min(int(environ.get("CONTENT_LENGTH") or 0), LARGEST_FORM)
    except ValueError:
        return ""
    form: bytes = environ["wsgi.input"].read(length)
    return parse_qs(form.decode(errors="replace")).get("password", [""])[0]
