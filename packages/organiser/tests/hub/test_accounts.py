"""People of an institution come in by its OAuth provider or its LDAP directory, next to those with cards."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_port
from required import lacking
from waiting import end, wait_until

pytest.importorskip("oauthenticator")

from ldap3 import Connection, Server
from ldap3.core.exceptions import LDAPException
from oauthlib.oauth2 import RequestValidator, WebApplicationServer

from hub.hubs import Browser, Hub, running
from organiser.hub.accounts import load_authenticator
from organiser.hub.door import FULL, TAKEN
from workshop.core.errors import WorkshopError

CONFIG = """
c.SeatAuthenticator.institution = {name!r}
c.JupyterHub.logo_file = ""
"""


class Allowing(RequestValidator):
    """One client, and codes that are good once."""

    def __init__(self) -> None:
        self.people: dict[str, str] = {}
        """Who stands behind each code, then behind each token."""

    def validate_client_id(self, client_id: str, request: Any, *_: Any, **__: Any) -> bool:
        return client_id == "classroom"

    def authenticate_client(self, request: Any, *_: Any, **__: Any) -> bool:
        request.client = type("Client", (), {"client_id": request.client_id})
        return request.client_id == "classroom" and request.client_secret == "of-tests"

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, *_: Any, **__: Any) -> bool:
        return urllib.parse.urlsplit(redirect_uri).path == "/hub/oauth_callback"

    def confirm_redirect_uri(self, *_: Any, **__: Any) -> bool:
        return True

    def validate_response_type(self, *_: Any, **__: Any) -> bool:
        return True

    def validate_grant_type(self, client_id: str, grant_type: str, *_: Any, **__: Any) -> bool:
        return grant_type == "authorization_code"

    def get_default_scopes(self, *_: Any, **__: Any) -> list[str]:
        return []

    def validate_scopes(self, *_: Any, **__: Any) -> bool:
        return True

    def is_pkce_required(self, *_: Any, **__: Any) -> bool:
        return True

    def save_authorization_code(self, client_id: str, code: Any, request: Any, *_: Any, **__: Any) -> None:
        self.people[code["code"]] = request.person
        self.challenge = request.code_challenge

    def get_code_challenge(self, code: str, request: Any) -> str:
        return str(self.challenge)

    def get_code_challenge_method(self, code: str, request: Any) -> str:
        return "S256"

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *_: Any, **__: Any) -> bool:
        request.person = self.people.get(code)
        request.scopes = []
        return code in self.people

    def invalidate_authorization_code(self, client_id: str, code: str, *_: Any, **__: Any) -> None:
        del self.people[code]

    def save_bearer_token(self, token: Any, request: Any, *_: Any, **__: Any) -> None:
        self.people[token["access_token"]] = request.person


class Provider(BaseHTTPRequestHandler):
    """Asks nobody for a password: who comes is what the test says."""

    person = "ada"
    rules = Allowing()
    oauth = WebApplicationServer(rules)

    def do_GET(self) -> None:
        if self.path.startswith("/userdata"):
            token = self.headers["Authorization"].partition(" ")[2]
            self.answer({}, json.dumps({"username": self.rules.people[token]}), 200)
        else:
            headers, body, status = self.oauth.create_authorization_response(
                f"http://{self.headers['Host']}{self.path}", scopes=[], credentials={"person": self.person}
            )
            self.answer(headers, body or "", status)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: value for name, value in self.headers.items() if name != "Authorization"}
        self.answer(*self.oauth.create_token_response(self.path, "POST", body, given))

    def answer(self, headers: dict[str, str], body: str, status: int) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def university(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A classroom with two seats, whose people log in at an OAuth provider."""
    provider = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    at = f"http://127.0.0.1:{provider.server_port}"
    folder = tmp_path_factory.mktemp("university")
    settings = {
        "client_id": "classroom",
        "client_secret": "of-tests",
        "authorize_url": f"{at}/authorize",
        "token_url": f"{at}/token",
        "userdata_url": f"{at}/userdata",
        "basic_auth": False,
        "login_service": "the university",
        "allowed_users": ["ada", "grace", "edsger"],
        "admin_users": ["ada"],
    }
    (folder / "authenticator.json").write_text(json.dumps(settings), encoding="utf-8")
    with running(folder, ["001", "002"], CONFIG.format(name="generic-oauth")) as made:
        yield made
    provider.shutdown()


def comes(hub: Hub, person: str, address: str = "192.0.2.7") -> tuple[Browser, int, str]:
    """Return a new browser whose person has logged in at the provider, its status and page."""
    Provider.person = person
    browser = Browser(hub, address)
    status, _, page = browser.open("/hub/oauth_login?next=/hub/token")
    return browser, status, page


def test_an_account_gets_a_seat_and_finds_it_again_in_another_browser(university: Hub) -> None:
    page = Browser(university, "192.0.2.1").open("/hub/login")[2]
    assert "Log in with the university" in page
    assert "/hub/oauth_login?next=" in page
    browser, status, page = comes(university, "ada")
    assert (status, browser.is_in) == (200, True), page
    assert university.api("seats")[1]["taken"] == ["001"]
    assert comes(university, "ada", "192.0.2.8")[0].is_in
    assert comes(university, "grace")[0].is_in
    assert university.api("seats")[1]["taken"] == ["001", "002"]
    # It is a seat like others: the hub knows no name, and nobody is its administrator.
    users: Any = university.api("users")[1]
    assert sorted(each["name"] for each in users) == ["seat-001", "seat-002"]
    assert "admin" not in university.api("users/seat-001")[1]["roles"]  # type: ignore[operator]


def test_who_is_not_allowed_or_finds_no_seat_is_told(university: Hub) -> None:
    for person in ("ada", "grace"):
        assert comes(university, person)[0].is_in
    assert comes(university, "mallory")[1] == 403
    _, status, page = comes(university, "edsger")
    assert (status, FULL in page) == (403, True), page
    # The card of a seat that is an account's opens it to nobody else.
    status, _, page = Browser(university, "192.0.2.2").logs_in("1", university.codes["001"])
    assert (status, TAKEN.format(seat=1) in page) == (403, True)
    assert university.api("seats/1/free", "POST")[0] == 200
    assert Browser(university, "192.0.2.2").logs_in("1", university.codes["001"])[0] == 200
    assert comes(university, "ada")[1] == 403


def test_a_code_of_the_provider_counts_once(university: Hub) -> None:
    Provider.person = "grace"
    browser = Browser(university, "192.0.2.9")
    browser.opener.addheaders.append(("Accept", "text/html"))
    _, address, _ = browser.open("/hub/oauth_callback?code=made-up&state=made-up")
    assert not browser.is_in, address


DIRECTORY = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
directory {folder}
suffix dc=example,dc=org
rootdn cn=admin,dc=example,dc=org
rootpw of-tests
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An LDAP server with one person."""
    if shutil.which("slapd") is None:
        lacking("there is no slapd; install the package slapd")
    folder = tmp_path_factory.mktemp("ldap")
    (folder / "conf").write_text(DIRECTORY.format(folder=folder), encoding="utf-8")
    address = f"ldap://127.0.0.1:{free_port()}"
    process = subprocess.Popen(["slapd", "-d", "0", "-h", address, "-f", folder / "conf"])

    def filled() -> bool:
        try:
            with Connection(
                Server(address), "cn=admin,dc=example,dc=org", "of-tests", auto_bind=True
            ) as bound:
                bound.add("dc=example,dc=org", ["dcObject", "organization"], {"o": "Example"})
                words = {"sn": "Lovelace", "cn": "Ada", "userPassword": "engine"}
                return bool(bound.add("uid=ada,dc=example,dc=org", "inetOrgPerson", words))
        except LDAPException:
            return False

    try:
        wait_until(filled, 30, "the directory answers")
        yield address
    finally:
        end(process)


def test_a_directory_lets_in_by_name_and_password(directory: str, tmp_path: Path) -> None:
    host, _, port = directory.removeprefix("ldap://").partition(":")
    settings = {
        "server_address": host,
        "server_port": int(port),
        "tls_strategy": "insecure",
        "bind_dn_template": ["uid={username},dc=example,dc=org"],
        "allow_all": True,
    }
    (tmp_path / "authenticator.json").write_text(json.dumps(settings), encoding="utf-8")
    with running(tmp_path, ["001"], CONFIG.format(name="ldap")) as hub:
        for password, let_in in (("wrong", False), ("", False), ("engine", True)):
            browser = Browser(hub, "192.0.2.3")
            page = browser.open("/hub/account?next=/hub/token")[2]
            token = re.search(r'name="_xsrf" value="([^"]+)"', page)
            assert token, page
            form = {"_xsrf": token[1], "username": "ada", "password": password}
            browser.open("/hub/account?next=/hub/token", form)
            assert browser.is_in == let_in, password


@pytest.mark.parametrize("name", ["no-such", "no.such.Class", "organiser.hub.door.Door"])
def test_what_is_no_authenticator_is_one_line(name: str) -> None:
    with pytest.raises(WorkshopError, match="hub_service_authenticator: "):
        load_authenticator(name)
