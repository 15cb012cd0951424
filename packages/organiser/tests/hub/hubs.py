"""A real JupyterHub, without a proxy, at whose door browsers stand."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from free_ports import free_port
from waiting import end, wait_until

from organiser.hub.seats import Seats
from organiser.hub.speaker import new_speaker_code

KEY = bytes(range(32))
TOKEN = "a-token-for-tests-only"
SEATS_TOKEN = "a-token-of-seat-002"
NOBODYS = 54_321
"""An account that has no name on this machine; the hub takes it for a seat's."""
CONFIG = """
import os
from jupyterhub.proxy import Proxy

class NoProxy(Proxy):
    should_start = False
    routes = {{}}
    async def add_route(self, routespec, target, data):
        self.routes[routespec] = {{"routespec": routespec, "target": target, "data": data}}
    async def delete_route(self, routespec):
        self.routes.pop(routespec, None)
    async def get_all_routes(self):
        return self.routes

from organiser.hub.limits import limit_bodies
limit_bodies()
c = get_config()
c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.bind_url = c.JupyterHub.hub_bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.authenticator_class = "organiser.hub.authenticator.SeatAuthenticator"
c.SeatAuthenticator.private = c.SeatAuthenticator.state = os.getcwd()
c.SeatAuthenticator.speaker_port = {speaker_port}
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.api_tokens = {{"{seats_token}": "seat-002"}}
c.JupyterHub.load_roles = [{{"name": "cli", "scopes": ["admin:users", "list:users"], "services": ["cli"]}}]
c.JupyterHub.services = [{{"name": "cli", "api_token": "{token}"}}]
"""


@dataclass
class Hub:
    address: str
    codes: dict[str, str]
    speaker: str
    """The organiser's code."""
    view: str
    """Where the speaker's view is."""

    def api(self, path: str, method: str = "GET", token: str = TOKEN) -> tuple[int, dict[str, object]]:
        request = urllib.request.Request(
            f"{self.address}/hub/api/{path}", method=method, headers={"Authorization": f"token {token}"}
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


@contextlib.contextmanager
def another_account() -> Iterator[None]:
    """Make connections as another account of this machine does: a kernel of a seat."""
    os.seteuid(NOBODYS)
    try:
        yield
    finally:
        os.seteuid(0)


class Browser:
    """Keeps cookies and follows redirects; the proxy says from which address."""

    def __init__(self, hub: Hub, address: str, **headers: str) -> None:
        self.hub = hub
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.opener.addheaders = [
            ("X-Forwarded-For", address),
            ("Sec-Fetch-Mode", "navigate"),
            *headers.items(),
        ]

    def open(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Return status, address in the end, and page."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            with self.opener.open(self.hub.address + path, data) as answer:
                return answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.url, error.read().decode()

    def logs_in(self, seat: str, code: str) -> tuple[int, str, str]:
        _, _, page = self.open("/hub/login")
        token = re.search(r'name="_xsrf" value="([^"]+)"', page)
        assert token, page
        form = {"_xsrf": token[1], "username": seat, "password": code}
        return self.open("/hub/login?next=/hub/token", form)

    @property
    def is_in(self) -> bool:
        return "/hub/login" not in self.open("/hub/token")[1]


@contextlib.contextmanager
def running(folder: Path, numbers: list[str], more: str = "") -> Iterator[Hub]:
    """Run a hub with seats; ``more`` is added to its configuration."""
    (folder / "key").write_text(KEY.hex())
    seats = Seats(KEY, {})
    codes = {number: seats.add(number) for number in numbers}
    seats.save(folder / "seats.json", os.getegid())
    port, speaker_port = free_port(), free_port()
    config = CONFIG.format(port=port, token=TOKEN, seats_token=SEATS_TOKEN, speaker_port=speaker_port)
    (folder / "config.py").write_text(config + more)
    speaker = new_speaker_code(KEY, folder / "speaker", os.getegid())
    made = Hub(f"http://127.0.0.1:{port}", codes, speaker, f"http://127.0.0.1:{speaker_port}")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "config.py"], cwd=folder, stdout=log, stderr=log
        )

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            return made.api("")[0] == 200
        except OSError:
            return False

    try:
        wait_until(answers, 60, "the hub answers")
        yield made
    finally:
        end(process)
