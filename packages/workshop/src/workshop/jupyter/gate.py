"""Jupyter's pages below a path that nobody knows who has not logged in.

A browser sends a host's cookies to all its ports, so to the servers of other accounts of this machine too,
but only below the path for which they were set. That path (``servers.base_path``) follows from the token.
Outside of it there is next to nothing: ``/api`` says that Jupyter runs, ``/login`` asks for the token, or
takes a ticket or the console's code (``tickets``), and leads in; requests that bring the
token go where they would have gone on a Jupyter without such a path.
No answer to anybody else has the path in it.

A page cannot be told the path by its own cookie, for that one would go to every port as well. So the pages of
JupyterLab write it down in the browser (``localStorage`` is a port's own), and ``/login`` goes on from there.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jupyter_server
from tornado.httputil import HTTPServerRequest, url_concat
from tornado.routing import Matcher, Rule
from tornado.web import HTTPError, RequestHandler

from workshop.core.hosts import HostCheck
from workshop.jupyter.tickets import Code

PAGE = Path(__file__).with_name("login.html").read_text(encoding="utf-8")
"""It asks for the token, and knows nothing that is not for everybody."""
FOREIGN = ("cross-site", "same-site")
"""What a browser says (Sec-Fetch-Site) of a form on another site's page, or on another port's."""
START = "/lab"
"""Where it goes on when nobody said where."""
NEWER = {
    "code": "a newer one counts by now: look at the machine's window again",
    "token": "the link was used already",
}
"""Why what was right may be wrong now."""
TOKEN = re.compile(r"(?:token|bearer)\s+(\S+)", re.IGNORECASE)


class Outside(Matcher):
    """Matches what lies outside of the path; what brings the token is put inside, to be matched there."""

    def __init__(self, base: str, token: str) -> None:
        """Remember the path, with a slash at both ends, and the token."""
        self._base, self._token = base, token

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Return None for what Jupyter itself answers."""
        path = request.path or "/"
        if path == f"{self._base}login":
            # A log-in that has expired leads there. Jupyter's own form takes neither ticket nor code.
            request.path = "/login"
            return {}
        if path.startswith(self._base) or f"{path}/" == self._base:
            return None
        if path == "/api" or not _is_call(request) or not self._brings_token(request):
            return {}
        request.path = self._base.rstrip("/") + path
        request.uri = self._base.rstrip("/") + (request.uri or "/")
        return None

    def _brings_token(self, request: HTTPServerRequest) -> bool:
        return any(is_same(given, self._token) for given in given_tokens(request))


def _is_call(request: HTTPServerRequest) -> bool:
    """Tell whether a request is a program's; a browser that goes to a page is led to the page's place."""
    path = request.path or "/"
    return request.method != "GET" or "Authorization" in request.headers or path.startswith("/api/")


def given_tokens(request: HTTPServerRequest) -> list[str]:
    """Return the tokens that a request brings, in its address or its header."""
    found = [value.decode(errors="replace") for value in request.query_arguments.get("token", [])]
    header = TOKEN.fullmatch(request.headers.get("Authorization", "").strip())
    return [*found, *([header[1]] if header else [])]


def is_same(given: str, token: str) -> bool:
    """Compare without telling by the time how much is right."""
    return hmac.compare_digest(given.encode(), token.encode())


class Gate(RequestHandler):
    """All that is answered outside of the path."""

    def initialize(self, base: str, token: str, names: HostCheck) -> None:
        """Take the path, the token, and the names under which this server may be called."""
        self._base, self._token, self._names = base, token, names

    def set_default_headers(self) -> None:
        """Set the headers of every answer."""
        self._nonce = secrets.token_urlsafe(16)
        allowed = f"'nonce-{self._nonce}'"
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {allowed}; style-src {allowed}; connect-src 'self'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        )
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        """Refuse a foreign Host header, by which a page elsewhere may call this server its own."""
        if not self._names.allows(self.request.headers.get("Host", "")):
            raise HTTPError(403, reason="Unknown host name")

    def check_xsrf_cookie(self) -> None:
        """Ask for no second secret: what is posted here is one itself."""

    def check_etag_header(self) -> bool:
        """Answer in full each time."""
        return False

    def get(self) -> None:
        """Say that Jupyter runs, lead in whoever brings the token, and ask all others for it."""
        path = self.request.path or "/"
        if path == "/api":
            self.finish({"version": jupyter_server.__version__})
        elif path == "/login":
            self._show(wrong=False)
        elif any(is_same(given, self._token) for given in given_tokens(self.request)):
            self._lead_in(self.request.uri or "/")
        elif path.startswith("/api/") or self.request.headers.get("Upgrade"):
            raise HTTPError(403)
        else:
            self.redirect(url_concat("/login", {"next": self.request.uri or "/"}))

    head = get

    def post(self) -> None:
        """Let in whoever fills in the token or the console's code, or brings a ticket."""
        if (self.request.path or "/") != "/login" or self.request.headers.get("Sec-Fetch-Site") in FOREIGN:
            raise HTTPError(403)
        given = self.get_body_argument("password", "")
        if not self._lets_in(given):
            self.set_status(401)
            self._show(wrong=True)
            return
        self._lead_in(local(self.get_body_argument("next", START)))

    def _lets_in(self, given: str) -> bool:
        if is_same(given, self._token) or self.settings["workshop_tickets"].redeem(given):
            return True
        return self._code is not None and self._code.redeem(given)

    @property
    def _code(self) -> Code | None:
        """The console's code, where there is a console."""
        return self.settings.get("workshop_code")

    def _refuse(self) -> None:
        raise HTTPError(403)

    put = patch = delete = options = _refuse

    def _lead_in(self, where: str) -> None:
        """Set the cookie, below the path alone, and go there; ``where`` may have the path in it already."""
        where = where.removeprefix(self._base.rstrip("/"))
        provider: Any = self.settings["identity_provider"]
        provider.set_login_cookie(self, provider.generate_anonymous_user(self))
        self.redirect(self._base.rstrip("/") + (where if where not in ("", "/") else START))

    @property
    def base_url(self) -> str:
        """The path of the cookie."""
        return self._base

    @property
    def log(self) -> Any:
        """Jupyter's log."""
        return self.settings["serverapp"].log

    def _show(self, *, wrong: bool) -> None:
        what = "code" if self._code else "token"
        words = {
            "NONCE": self._nonce,
            "WRONG": json.dumps(wrong),
            "CODE": "" if self._code else "hidden",
            "LABEL": f"The {what} of this machine",
            "TYPE": "text" if self._code else "password",
            "NOTE": f"That is not the {what} of this machine, or {NEWER[what]}." if wrong else "",
        }
        page = PAGE
        for name, value in words.items():
            page = page.replace(f"@{name}@", value)
        self.finish(page)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say in one line what is wrong, as JSON, as Jupyter does to programs."""
        self.finish({"message": self._reason})


def local(where: str) -> str:
    """Return an address of this server, whatever somebody wrote into a link; the start for any other."""
    parts = urlsplit(where)
    is_plain = where.isprintable() and "\\" not in where
    if parts.scheme or parts.netloc or not where.startswith("/") or where.startswith("//") or not is_plain:
        return START
    return where


def install(server: Any) -> None:
    """Put the gate before all that a Jupyter server answers."""
    base, token = server.base_url, server.identity_provider.token
    names = HostCheck("0.0.0.0" if server.allow_remote_access else "127.0.0.1", server.local_hostnames)
    target = {"base": base, "token": token, "names": names}
    server.web_app.default_router.rules.insert(0, Rule(Outside(base, token), Gate, target))
