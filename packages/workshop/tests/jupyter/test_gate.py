"""Jupyter's path is for those who know its token; to all others there is a door and nothing behind it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from free_ports import free_port
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from waiting import patience

from workshop.core.servers import base_path
from workshop.jupyter import gate

from .serving import TOKEN, Jupyter, environment, settings

BASE = base_path(TOKEN)
SECRET = BASE.strip("/")
NOBODY = 65534
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class Answer:
    """What came back, all of it."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.getheaders()
        self.body = response.read().decode(errors="replace")

    def header(self, name: str) -> str:
        return "\n".join(value for known, value in self.headers if known.lower() == name)

    @property
    def everything(self) -> str:
        return f"{self.headers}{self.body}"


def ask(server: Jupyter, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, given)
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def cookies(answer: Answer) -> dict[str, str]:
    """Return each cookie's attributes by its name."""
    lines = [value for name, value in answer.headers if name.lower() == "set-cookie"]
    return {line.partition("=")[0]: line for line in lines}


OUTSIDE = [
    "/", "/lab", "/tree", "/lab/tree/a.ipynb", "/login", "/login?next=/lab", "/logout", "/api", "/api/",
    "/api/status", "/api/contents", "/api/kernels/1/channels", "/api/security/csp-report",
    "/static/style/style.min.css", "/lab?token=wrong", "/api/contents?token=wrong", "/favicon.ico",
    "/metrics", "/files/a.txt", "/nbconvert/html/a", "//", "/%2e%2e/", "/lab/api/translations",
    "/custom/custom.css",
    "/hub/login", "/workshop/updates",
]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nobody_is_told_the_path(server: Jupyter, method: str, path: str) -> None:
    answer = ask(server, method, path)
    assert SECRET not in answer.everything
    assert TOKEN not in answer.everything
    assert not cookies(answer)
    assert answer.status in (200, 302, 401, 403, 405)


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, WEBSOCKET, {"Authorization": "token wrong"}])
@pytest.mark.parametrize("path", ["/api/contents", "/lab", "/api/kernels/1/channels", "/login"])
def test_neither_is_who_asks_in_another_way(server: Jupyter, path: str, headers: dict[str, str]) -> None:
    answer = ask(server, "GET", path, **headers)
    assert SECRET not in answer.everything
    assert not cookies(answer)


def test_health_is_told_to_everybody(server: Jupyter) -> None:
    answer = ask(server, "GET", "/api")
    assert answer.status == 200
    assert set(json.loads(answer.body)) == {"version"}


@pytest.mark.parametrize("path", ["/api/contents", "/api/status", "/api/kernels"])
def test_calls_without_the_token_are_refused(server: Jupyter, path: str) -> None:
    assert ask(server, "GET", path).status == 403
    assert ask(server, "GET", path, Authorization="token wrong").status == 403
    assert ask(server, "GET", f"{path}?token=wrong").status == 403
    assert ask(server, "GET", path, Host="evil.example", Authorization=f"token {TOKEN}").status == 403


def test_calls_with_the_token_need_no_path(server: Jupyter) -> None:
    assert ask(server, "GET", "/api/contents", Authorization=f"token {TOKEN}").status == 200
    assert ask(server, "GET", f"/api/contents?token={TOKEN}").status == 200
    assert ask(server, "GET", f"{BASE}api/contents", Authorization=f"token {TOKEN}").status == 200


@pytest.mark.parametrize("path", ["/lab", "/tree", "/", "/lab/tree/a%20b.ipynb"])
def test_a_link_with_the_token_leads_in(server: Jupyter, path: str) -> None:
    answer = ask(server, "GET", f"{path}?token={TOKEN}")
    assert answer.status == 302
    assert answer.header("location").startswith(BASE)
    page = ask(server, "GET", answer.header("location"))
    while page.status == 302:
        page = ask(server, "GET", page.header("location"))
    assert page.status == 200


def test_every_cookie_is_for_the_path_and_this_site_alone(server: Jupyter) -> None:
    leading = ask(server, "GET", f"/lab?token={TOKEN}")
    inside = ask(server, "GET", leading.header("location"))
    form = ask(
        server, "POST", "/login", f"password={TOKEN}", Content_Type="application/x-www-form-urlencoded"
    )
    updates = ask(server, "GET", f"{BASE}workshop/updates?token={TOKEN}")
    found = [line for answer in (leading, inside, form, updates) for line in cookies(answer).values()]
    assert any("_xsrf" in line for line in found) and any("username" in line for line in found)
    for line in found:
        assert f"path={BASE}".casefold() in line.casefold()
        assert "samesite=strict" in line.casefold()


def test_a_cookie_opens_the_path_and_nothing_outside(server: Jupyter) -> None:
    set_cookies = cookies(ask(server, "GET", f"/lab?token={TOKEN}"))
    cookie = "; ".join(line.partition(";")[0] for line in set_cookies.values())
    assert ask(server, "GET", f"{BASE}api/contents", Cookie=cookie).status == 200
    assert ask(server, "GET", "/api/contents", Cookie=cookie).status == 403


@contextlib.contextmanager
def another_account() -> Iterator[None]:
    """Make connections as nobody: a socket is the account's that makes it."""
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")
def test_a_cookie_is_of_no_use_to_another_account(server: Jupyter) -> None:
    """It listened on Jupyter's port while that was stopped, and an open tab went on asking."""
    set_cookies = cookies(ask(server, "GET", f"/lab?token={TOKEN}"))
    cookie = "; ".join(line.partition(";")[0] for line in set_cookies.values())
    (name,) = (name for name in set_cookies if name.startswith("username"))
    renamed = cookie.replace(name, name.removesuffix("-0") + f"-{NOBODY}")
    assert renamed != cookie
    with another_account():
        for stolen in (cookie, renamed):
            assert ask(server, "GET", f"{BASE}api/contents", Cookie=stolen).status == 403
            assert ask(server, "GET", f"{BASE}lab", Cookie=stolen).status == 302
        own = cookies(ask(server, "GET", f"/lab?token={TOKEN}"))
        cookie = "; ".join(line.partition(";")[0] for line in own.values())
        assert ask(server, "GET", f"{BASE}api/contents", Cookie=cookie).status == 200


@pytest.mark.parametrize("path", ["lab", "tree", "notebooks/a.ipynb", "edit/a.txt", "consoles/a"])
def test_no_page_has_the_token(server: Jupyter, path: str) -> None:
    """A page sends it with all that it asks, to whoever has the port by then."""
    set_cookies = cookies(ask(server, "GET", f"/lab?token={TOKEN}"))
    cookie = "; ".join(line.partition(";")[0] for line in set_cookies.values())
    page = ask(server, "GET", f"{BASE}{path}", Cookie=cookie)
    assert page.status == 200 and "jupyter-config-data" in page.body
    assert TOKEN not in page.everything


def post(server: Jupyter, password: str, where: str = "/lab") -> Answer:
    body = f"password={quote(password)}&next={quote(where)}"
    return ask(server, "POST", "/login", body, Content_Type="application/x-www-form-urlencoded")


def test_the_form_lets_in_whoever_has_the_token(server: Jupyter) -> None:
    answer = post(server, TOKEN, "/lab/tree/a.ipynb")
    assert (answer.status, answer.header("location")) == (302, f"{BASE}lab/tree/a.ipynb")
    wrong = post(server, "wrong")
    assert wrong.status == 401
    assert "That is not the token" in wrong.body
    assert SECRET not in wrong.everything


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1", ""]
)
def test_the_form_leads_nowhere_else(server: Jupyter, where: str) -> None:
    assert post(server, TOKEN, where).header("location") == f"{BASE}lab"


def test_a_log_in_that_has_expired_leads_to_the_form_and_back(server: Jupyter) -> None:
    """Jupyter's own form takes neither the console's code nor a ticket."""
    expired = ask(server, "GET", f"{BASE}lab/tree/a.ipynb", Cookie="username=old")
    form = expired.header("location")
    assert form.startswith(f"{BASE}login?next=")
    assert ask(server, "GET", form).body.count('name="password"') == 1
    assert 'action="/login"' in ask(server, "GET", form).body
    assert post(server, TOKEN, f"{BASE}lab/tree/a.ipynb").header("location") == f"{BASE}lab/tree/a.ipynb"


def test_the_page_of_the_form_runs_only_its_own_scripts(server: Jupyter) -> None:
    page = ask(server, "GET", "/login")
    policy = page.header("content-security-policy")
    assert "default-src 'none'" in policy and "unsafe" not in policy
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
    assert nonce and page.body.count(f'nonce="{nonce[1]}"') == 3
    again = ask(server, "GET", "/login").header("content-security-policy")
    assert again != policy


def test_the_path_is_another_one_for_each_token() -> None:
    paths = {base_path(token) for token in ("a" * 20, "b" * 20, "c" * 20)}
    assert len(paths) == 3
    assert all(re.fullmatch(r"/[0-9a-f]{32}/", path) for path in paths)


def request(path: str) -> HTTPServerRequest:
    return HTTPServerRequest(
        start_line=RequestStartLine("GET", path, "HTTP/1.1"), headers=HTTPHeaders({"Host": "localhost"})
    )


def test_a_request_that_only_looks_like_inside_is_outside() -> None:
    matcher = gate.Outside("/0123/", "secret-token")
    for path in ("/0123x", "/x/0123/", "/0124/lab", "/"):
        assert matcher.match(request(path)) == {}
    assert matcher.match(request("/0123/lab")) is None


def test_nobody_else_gets_the_port_at_the_other_localhost(server: Jupyter) -> None:
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("::1", server.port))


def test_it_does_not_start_where_another_has_the_other_localhost(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    port = free_port()
    with socket.create_server(("::1", port), family=socket.AF_INET6):
        folder.mkdir()
        (tmp_path / "notebooks").mkdir()
        (folder / "token").write_text(TOKEN)
        (folder / "jupyter_server_config.py").write_text(settings(folder, tmp_path / "notebooks", port))
        done = subprocess.run(
            [sys.executable, "-m", "jupyterlab"],
            cwd=tmp_path,
            env=environment(folder),
            capture_output=True,
            text=True,
            timeout=patience(300),
            check=False,
        )
    assert done.returncode == 1
    # This process has it: python, or pytest where its script began it.
    name = Path("/proc/self/comm").read_text(encoding="utf-8").strip()
    assert f"port {port} is taken by {name}" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_password_can_be_set(server: Jupyter) -> None:
    body = f"password={TOKEN}&new_password=mine"
    headers = {"Content_Type": "application/x-www-form-urlencoded"}
    ask(server, "POST", f"{BASE}login?token={TOKEN}", body, **headers)
    ask(server, "POST", "/login", body, **headers)
    assert not list(server.log.parent.glob("*.json"))
    assert "new_password" not in ask(server, "GET", f"{BASE}login").body
