"""A class that comes in: a real hub with KubeSpawner, a recorded API, and a browser for each seat.

Run by test_load.py, or by hand: ``python -m machines.kubernetes.load --seats 1000 --a-minute 100``. Each
browser opens the form, types seat and code, waits on its page for its pod, and is led into the seat, with all
that the hub is asked for on the way. Servers of seats report to the hub as ours do, and the speaker's page is
open.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import secrets
import socket
import statistics
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from machines.kubernetes.recorded_api import Object, RecordedApi
from machines.kubernetes.writing import HUB_PATH, HUB_PYTHON, write
from waiting import end, patience

from organiser.hub.reports import EVERY_SECONDS
from organiser.hub.seats import Seats, numbered
from organiser.hub.speakerdoor import TOKEN

SEED = 24
LONGEST_SECONDS = 300.0
ACTIVITY_SECONDS = 300.0
"""How often JupyterHub's own part of a seat's server tells that it is used."""
LOOK_SECONDS = 5.0
VERSION = {"X-JupyterHub-Version": "6.1.1"}


@dataclass
class Figures:
    """What came of it."""

    seats: int
    a_minute: float
    failed: dict[str, str] = field(default_factory=dict)
    form: list[float] = field(default_factory=list)
    """Seconds from the code's sending to the hub's answer."""
    ready: list[float] = field(default_factory=list)
    """Seconds from the code's sending until the browser is in its seat."""
    speaker: list[float] = field(default_factory=list)
    """Seconds that the speaker's page waited for its state."""
    reports_failed: int = 0
    hub_mb: float = 0.0
    """The most memory that the hub had."""
    hub_processor_seconds: float = 0.0
    seconds: float = 0.0
    asked: dict[str, int] = field(default_factory=dict)
    """Of the cluster's API, by method and kind."""

    def summary(self) -> dict[str, Any]:
        """Return it for a person."""

        def spread(took: list[float]) -> dict[str, float]:
            ordered = sorted(took) or [0.0]
            p95 = ordered[max(0, round(0.95 * len(ordered)) - 1)]
            return {"median": statistics.median(ordered), "p95": p95, "most": ordered[-1]}

        return {
            name: {key: round(each, 2) for key, each in spread(value).items()}
            if isinstance(value, list)
            else value
            for name, value in asdict(self).items()
        }


class Class:
    """Hub, cluster and browsers of one run."""

    def __init__(self, folder: Path, work: Path, figures: Figures) -> None:
        """Take a folder that the playbook wrote, and one for what is written here."""
        self.folder, self.work, self.figures = folder, work, figures
        self.ports = [free_port() for _ in range(4)]
        self.hub, self.view = (f"http://127.0.0.1:{self.ports[place]}" for place in (0, 3))
        self.api = RecordedApi("127.0.0.1")
        self.codes: dict[str, str] = {}
        self.routes: dict[str, Any] = {}
        self.servers: dict[str, dict[str, str]] = {}
        """What each pod's server was told of the hub, by the user."""
        self.telling: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Let the class come in."""
        key = bytes.fromhex((self.folder / "private/key").read_text().strip())
        seats = Seats(key, {})
        self.codes = {f"{n:03d}": seats.add(numbered(n)) for n in range(1, self.figures.seats + 1)}
        seats.save(self.folder / "private/seats.json", os.getegid())
        self.api.runs = self._runs
        self.api.app.add_routes(
            [
                web.get("/api/routes", self._all_routes),
                web.post("/api/routes{route:.*}", self._add_route),
                web.delete("/api/routes{route:.*}", self._remove_route),
            ]
        )
        seat = web.Application()
        seat.add_routes([web.get("/user/{tail:.*}", self._seat)])
        runners = [web.AppRunner(app, access_log=None) for app in (self.api.app, seat)]
        for runner, port in zip(runners, self.ports[1:3], strict=True):
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
        process = self._open_hub()
        try:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                self.session = session
                await self._answers(process)
                watching = asyncio.create_task(self._speaker())
                begun = time.monotonic()
                await self._come()
                self.figures.seconds = time.monotonic() - begun
                # A small class may be in before the speaker's page was answered once.
                while not self.figures.speaker and not watching.done():
                    await asyncio.sleep(0.05)
                watching.cancel()
                for task in list(self.telling):
                    task.cancel()
                self._measure(process.pid)
        finally:
            end(process)
            for runner in runners:
                await runner.cleanup()
        self.figures.asked = dict(sorted(self.api.asked.items()))

    def _open_hub(self) -> subprocess.Popen[bytes]:
        _, api, seat, view = self.ports
        cluster = {"server": f"http://127.0.0.1:{api}"}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "recorded", "cluster": cluster}],
            "users": [{"name": "hub", "user": {"token": "none"}}],
            "contexts": [{"name": "recorded", "context": {"cluster": "recorded", "user": "hub"}}],
            "current-context": "recorded",
        }
        (self.work / "kubeconfig").write_text(json.dumps(config))
        given = {
            "PYTHONPATH": HUB_PATH,
            "KUBECONFIG": str(self.work / "kubeconfig"),
            "WORKSHOP_TEST_CLASSROOM": str(self.folder),
            "WORKSHOP_TEST_HUB": str(self.work),
            "WORKSHOP_TEST_ADDRESS": self.hub,
            "WORKSHOP_TEST_TOKEN": secrets.token_hex(16),
            "WORKSHOP_TEST_NAMESPACE": "workshop",
            "WORKSHOP_TEST_PROXY": f"http://127.0.0.1:{api}",
            "WORKSHOP_TEST_SEAT_PORT": str(seat),
            "WORKSHOP_TEST_VIEW": str(view),
        }
        command = [HUB_PYTHON, "-m", "jupyterhub", "--config", Path(__file__).with_name("hub_config.py")]
        with (self.work / "hub.log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.work, env={**os.environ, **given}, stdout=log, stderr=log
            )

    async def _answers(self, process: subprocess.Popen[bytes]) -> None:
        async with asyncio.timeout(patience(120)):
            while True:
                assert process.poll() is None, (self.work / "hub.log").read_text()[-3000:]
                try:
                    async with self.session.get(f"{self.hub}/hub/api/") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.5)

    async def _come(self) -> None:
        """Let all browsers come, at random moments of an even rate."""
        generator = random.Random(SEED)
        length = 60.0 * self.figures.seats / self.figures.a_minute
        moments = sorted(generator.uniform(0, length) for _ in self.codes)
        begun = time.monotonic()

        async def one(number: str, moment: float) -> None:
            await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
            try:
                async with asyncio.timeout(patience(LONGEST_SECONDS)):
                    await self._browse(number)
            except (AssertionError, aiohttp.ClientError, TimeoutError) as error:
                self.figures.failed[number] = f"{type(error).__name__}: {error}"

        await asyncio.gather(*(one(*each) for each in zip(self.codes, moments, strict=True)))

    async def _browse(self, number: str) -> None:
        """Log in, wait, and go in."""
        user, hub = f"seat-{number}", self.hub
        jar = aiohttp.CookieJar(unsafe=True)
        connector = self.session.connector
        async with aiohttp.ClientSession(
            cookie_jar=jar, connector=connector, connector_owner=False
        ) as browser:
            async with browser.get(f"{hub}/hub/login") as answer:
                form = re.search(r'name="_xsrf" value="([^"]+)"', await answer.text())
                assert answer.status == 200 and form, f"the form: {answer.status}"
            typed = {"username": number, "password": self.codes[number], "_xsrf": form[1]}
            started = time.monotonic()
            async with browser.post(f"{hub}/hub/login", data=typed, allow_redirects=False) as answer:
                assert answer.status == 302, f"the code: {answer.status} {(await answer.text())[-500:]}"
                to = answer.headers["Location"]
            self.figures.form.append(time.monotonic() - started)
            for _ in range(6):
                if not to.startswith("/hub/"):
                    break
                async with browser.get(f"{hub}{to}", allow_redirects=False) as answer:
                    assert answer.status in (200, 302), f"{to}: {answer.status}"
                    if answer.status == 200:
                        await answer.read()
                        break
                    to = answer.headers["Location"]
            mark = {each.key: each.value for each in jar}.get("_xsrf", "")
            progress = f"{hub}/hub/api/users/{user}/server/progress"
            async with browser.get(progress, params={"_xsrf": mark}, timeout=None) as stream:
                assert stream.status == 200, f"progress: {stream.status}"
                async for line in stream.content:
                    if b'"ready": true' in line:
                        break
                    assert b'"failed": true' not in line, line.decode()
            await self._enter(browser, user)
            self.figures.ready.append(time.monotonic() - started)

    async def _enter(self, browser: aiohttp.ClientSession, user: str) -> None:
        """Be led to the hub by the seat's server and back, as the log-in of a seat is (OAuth)."""
        server = self.servers[user]
        back, state = f"/user/{user}/oauth_callback", secrets.token_urlsafe(8)
        asked = {"client_id": server["JUPYTERHUB_CLIENT_ID"], "redirect_uri": back, "state": state}
        asked["response_type"] = "code"
        address = f"{self.hub}/hub/api/oauth2"
        async with browser.get(f"{address}/authorize", params=asked, allow_redirects=False) as answer:
            assert answer.status == 302, f"authorize: {answer.status}"
            code = re.search(r"[?&]code=([^&]+)", answer.headers["Location"])
            assert code, answer.headers["Location"]
        sent = {
            "client_id": server["JUPYTERHUB_CLIENT_ID"],
            "client_secret": server["JUPYTERHUB_API_TOKEN"],
            "grant_type": "authorization_code",
            "code": code[1],
            "redirect_uri": back,
        }
        async with self.session.post(f"{address}/token", data=sent) as answer:
            assert answer.status == 200, f"token: {answer.status}"
            token = (await answer.json())["access_token"]
        async with self.session.get(
            f"{self.hub}/hub/api/user", headers={"Authorization": f"token {token}"}
        ) as answer:
            assert answer.status == 200, f"user: {answer.status}"
            assert (await answer.json())["name"] == user

    def _runs(self, pod: Object) -> None:
        """Let the server of a pod tell the hub what ours tells."""
        (container,) = pod["spec"]["containers"]
        told = {each["name"]: each.get("value", "") for each in container["env"]}
        self.servers[told["JUPYTERHUB_USER"]] = told
        for path, body, seconds in (
            (
                f"seats/{told['JUPYTERHUB_USER'][5:]}/report",
                {"lesson": "", "memory": 150 << 20},
                EVERY_SECONDS,
            ),
            (f"users/{told['JUPYTERHUB_USER']}/activity", None, ACTIVITY_SECONDS),
        ):
            task = asyncio.create_task(self._tell(told["JUPYTERHUB_API_TOKEN"], path, body, seconds))
            self.telling.add(task)
            task.add_done_callback(self.telling.discard)

    async def _tell(self, token: str, path: str, body: Any, seconds: float) -> None:
        headers = {"Authorization": f"token {token}"}
        while True:
            await asyncio.sleep(seconds * random.uniform(0.9, 1.1))
            said = body or {"last_activity": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
            try:
                async with self.session.post(
                    f"{self.hub}/hub/api/{path}",
                    json=said,
                    headers=headers,
                    timeout=aiohttp.ClientTimeout(10),
                ) as answer:
                    self.figures.reports_failed += answer.status != 200
            except (aiohttp.ClientError, TimeoutError):
                self.figures.reports_failed += 1

    async def _speaker(self) -> None:
        """Look at the speaker's view again and again."""
        token = (self.folder / "private/cli-token").read_text().strip()
        async with self.session.post(
            f"{self.hub}/hub/api/speaker/code", headers={"Authorization": f"token {token}"}
        ) as answer:
            code = (await answer.json())["code"]
        async with self.session.post(f"{self.view}/enter", json={"code": code}) as answer:
            headers = {TOKEN: (await answer.json())["token"]}
        while True:
            started = time.monotonic()
            async with self.session.get(f"{self.view}/state", headers=headers) as answer:
                assert answer.status == 200, answer.status
                await answer.read()
            self.figures.speaker.append(time.monotonic() - started)
            await asyncio.sleep(LOOK_SECONDS)

    async def _seat(self, request: web.Request) -> web.Response:
        """Answer the hub, which looks whether a seat's server is there."""
        return web.json_response({"version": "2.0"}, headers=VERSION)

    async def _all_routes(self, request: web.Request) -> web.Response:
        return web.json_response(self.routes)

    async def _add_route(self, request: web.Request) -> web.Response:
        self.routes[request.match_info["route"] or "/"] = await request.json()
        return web.Response(status=201)

    async def _remove_route(self, request: web.Request) -> web.Response:
        found = self.routes.pop(request.match_info["route"], None)
        return web.Response(status=204 if found else 404)

    def _measure(self, process: int) -> None:
        status = Path(f"/proc/{process}/status").read_text()
        most = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert most
        self.figures.hub_mb = int(most[1]) * 1024 / 1e6
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
        self.figures.hub_processor_seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def measure(folder: Path, work: Path, seats: int, a_minute: float) -> Figures:
    """Let a class come in, and return what came of it."""
    figures = Figures(seats, a_minute)
    asyncio.run(Class(folder, work, figures).run())
    return figures


def main() -> None:
    """Print the figures."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seats", type=int, default=1000)
    words.add_argument("--a-minute", type=float, default=100.0)
    words.add_argument("--work", type=Path)
    given = words.parse_args()
    work = given.work or Path(tempfile.mkdtemp())
    work.mkdir(exist_ok=True)
    write(work / "classroom", f"registry.example.org/workshop@sha256:{'0' * 64}", 1)
    print(json.dumps(measure(work / "classroom", work, given.seats, given.a_minute).summary(), indent=1))


if __name__ == "__main__":
    main()
