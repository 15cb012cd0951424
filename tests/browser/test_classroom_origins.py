"""What a page that a hostile seat serves can do in the browser of its classmate, and of the speaker.

A real hub and a real seat's server, behind a proxy that sends on what comes. A real browser that has a seat,
and in another tab the speaker's view, opens a page of seat 2, which answers with whatever it likes.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_port
from waiting import end, patience, wait_until

pytest.importorskip("jupyterhub")

from organiser.hub.seats import Seats
from organiser.hub.speaker import new_speaker_code

KEY = bytes(range(32))
NAME = "classroom.localhost"
"""Browsers take it, and names below it, for this machine, and let its pages do all that a page by TLS may."""
CONFIG = """
import os
from jupyterhub.proxy import Proxy

class NoProxy(Proxy):
    should_start = False
    async def add_route(self, routespec, target, data): pass
    async def delete_route(self, routespec): pass
    async def get_all_routes(self): return {{}}

c = get_config()
c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.bind_url = "http://{name}:{door}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.JupyterHub.subdomain_host = "{subdomains}"
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.authenticator_class = "organiser.hub.authenticator.SeatAuthenticator"
c.SeatAuthenticator.private = c.SeatAuthenticator.state = os.getcwd()
c.SeatAuthenticator.speaker_port = {speaker}
c.JupyterHub.spawner_class = "simple"
c.Spawner.port = {seat}
c.Spawner.default_url = "/files/hello.txt"
c.Spawner.notebook_dir = c.SimpleLocalProcessSpawner.home_dir_template = os.getcwd() + "/home"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser", "--allow-root"]
"""
WORKER = """
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => event.respondWith(new Response("taken over")));
"""
AT_THE_SPEAKERS_VIEW = """async (view) => {
  const free = JSON.stringify({ what: "free", seat: 1 });
  const say = JSON.stringify({ what: "say", text: "hacked" });
  const got = {};
  const tried = async (name, action) => { got[name] = await action().catch(() => null) || ""; };
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  await tried("its state", async () => (await fetch(`${view}/state`, { credentials: "include" })).text());
  await tried("its page", async () => (await fetch(`${view}/`, { credentials: "include" })).text());
  await tried("an act", async () => (await fetch(`${view}/act`, { method: "POST", body: free,
    headers: { "Content-Type": "application/json", "X-Workshop-Speaker": "x" } })).text());
  await tried("an act unseen", async () => { await fetch(`${view}/act`, { method: "POST", mode: "no-cors",
    credentials: "include", body: say }); });
  await tried("a form", async () => {
    const frame = Object.assign(document.createElement("iframe"), { name: "hole" });
    const form = Object.assign(document.createElement("form"),
      { method: "post", action: `${view}/act`, enctype: "text/plain", target: "hole" });
    const [name, value] = [say.slice(0, -1) + ',"', '":1}'];
    form.append(Object.assign(document.createElement("input"), { name, value }));
    document.body.append(frame, form);
    form.submit();
    await wait(500);
  });
  await tried("a frame", async () => {
    const frame = Object.assign(document.createElement("iframe"), { src: `${view}/` });
    const loaded = new Promise((resolve) => { frame.onload = resolve; });
    document.body.append(frame);
    await loaded;
    return frame.contentWindow.document.body.textContent;
  });
  await tried("a window", async () => {
    const opened = window.open(`${view}/`);
    if (!opened) return "the browser opened none";
    await wait(500);
    return opened.closed ? "" : opened.sessionStorage.length + opened.document.title;
  });
  await tried("its token", async () => [...Object.keys(sessionStorage), ...Object.keys(localStorage)]
    .filter((name) => name.includes("speaker")).join());
  return got;
}"""
FLOOD = """(host) => {
  const value = "x".repeat(4000);
  for (let number = 0; number < 170; number++) document.cookie = `flood${number}=${value}; Path=/${host}`;
}"""
AT_A_SEAT = """async ([door, seat]) => {
  const got = {};
  const tried = async (name, action) => { got[name] = await action().catch(() => false); };
  const files = `${seat}/user/seat-001/api/contents`;
  // A window of the same origin tells the token against forged requests; one of another origin tells nothing.
  const opened = window.open(`${seat}/user/seat-001/tree`);
  const token = async () => {
    for (let number = 0; number < 600; number++) {
      const found = /_xsrf=([^;]+)/.exec(opened.document.cookie);
      if (found) return found[1];
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const ask = async (path, method, body) => {
    const headers = { "Content-Type": "application/json", "X-XSRFToken": await token().catch(() => "") };
    return (await fetch(files + path, { method, credentials: "include", headers, body })).ok;
  };
  await tried("reads its files", () => ask("", "GET"));
  await tried("writes a file", () =>
    ask("/planted.txt", "PUT", JSON.stringify({ type: "file", format: "text", content: "planted" })));
  opened.close();
  await tried("listens to it", () => new Promise((resolve, reject) => {
    const heard = new WebSocket(`${seat.replace("http", "ws")}/user/seat-001/api/events/subscribe`);
    heard.onopen = () => resolve(true);
    heard.onerror = reject;
  }));
  await tried("reads the hub's page", async () =>
    (await (await fetch(`${door}/hub/token`, { credentials: "include" })).text()).includes("seat-001"));
  await tried("takes the log-in over", async () => {
    await navigator.serviceWorker.register("/user/seat-002/worker.js", { scope: "/" });
    await navigator.serviceWorker.ready;
    return new URL(door).host === location.host;
  });
  return got;
}"""


@dataclass
class Room:
    folder: Path
    card: str
    """The code of seat 1."""
    code: str
    """The organiser's."""
    door: str
    view: str
    seats: tuple[str, str]
    """Where the pages of seats 1 and 2 are."""


def proxy(door: int, ways: dict[str, int], hub: int) -> ThreadingHTTPServer:
    """Make a proxy that sends on what is below a seat's path, or to its name, and all else to the hub."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def send_on(self) -> None:
            host = self.headers.get("Host", "")
            named = re.match(r"/user/(seat-\d{3})(?:/|$)", self.path) or re.match(r"(seat-\d{3})\.", host)
            way = ways.get(named[1], hub) if named and not self.path.startswith("/hub/") else hub
            if self.headers.get("Upgrade"):
                self.pass_through(way)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
            headers = {**dict(self.headers), "X-Forwarded-For": "192.0.2.1"}
            # What does not run yet is the hub's to start.
            for port in (way, hub):
                there = http.client.HTTPConnection("127.0.0.1", port, timeout=patience(60))
                with contextlib.suppress(ConnectionRefusedError):
                    there.request(self.command, self.path, body, headers)
                    break
            answer = there.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def pass_through(self, port: int) -> None:
            """Join the two ends of a websocket, until one of them is closed."""
            self.close_connection = True
            head = [self.requestline, *(f"{name}: {value}" for name, value in self.headers.items()), "", ""]
            with socket.create_connection(("127.0.0.1", port)) as there:
                there.sendall("\r\n".join(head).encode())
                others = {there: self.connection, self.connection: there}
                while True:
                    for end_ in select.select(list(others), [], [])[0]:
                        if not (data := end_.recv(65536)):
                            return
                        others[end_].sendall(data)

        def log_message(self, *words: object) -> None:
            pass

    for method in ("GET", "POST", "PUT"):
        setattr(Handler, f"do_{method}", Handler.send_on)
    return ThreadingHTTPServer(("127.0.0.1", door), Handler)


def hostile(port: int) -> ThreadingHTTPServer:
    """Make the server of a seat whose owner put another program in its place."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            worker = self.path.endswith("worker.js")
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if worker else "text/html")
            self.send_header("Service-Worker-Allowed", "/")
            self.end_headers()
            self.wfile.write((WORKER if worker else "<body>look, a cat</body>").encode())

        def log_message(self, *words: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


@pytest.fixture(params=[False, True], ids=["one name", "names for seats"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    named = request.param
    door, hub, speaker, seat, other = (free_port() for _ in range(5))
    (tmp_path / "home").mkdir()
    (tmp_path / "home/hello.txt").write_text("hello")
    (tmp_path / "key").write_text(KEY.hex())
    seats = Seats(KEY, {})
    card = seats.add("001")
    seats.add("002")
    seats.save(tmp_path / "seats.json", os.getegid())
    address = f"http://{NAME}:{door}"
    made = Room(
        tmp_path,
        card,
        new_speaker_code(KEY, tmp_path / "speaker", os.getegid()),
        address,
        f"http://{NAME}:{speaker}",
        (f"http://seat-001.{NAME}:{door}", f"http://seat-002.{NAME}:{door}") if named else (address, address),
    )
    (tmp_path / "config.py").write_text(
        CONFIG.format(
            name=NAME,
            door=door,
            hub=hub,
            speaker=speaker,
            seat=seat,
            subdomains=address if named else "",
            python=sys.executable,
        )
    )
    servers = [proxy(door, {"seat-001": seat, "seat-002": other}, hub), hostile(other)]
    for each in servers:
        threading.Thread(target=each.serve_forever, daemon=True).start()
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "config.py"], cwd=tmp_path, stdout=log, stderr=log
        )

    def answers() -> bool:
        assert running.poll() is None, (tmp_path / "log").read_text()
        connection = http.client.HTTPConnection("127.0.0.1", hub, timeout=5)
        try:
            connection.request("GET", "/hub/health")
            return connection.getresponse().status == 200
        except OSError:
            return False

    try:
        wait_until(answers, 60, "the hub answers")
        yield made
    finally:
        end(running)
        for each in servers:
            each.shutdown()
            each.server_close()


def test_a_seats_page_cannot_act_for_the_speaker_and_with_names_for_no_other_seat(
    room: Room, browser: Any
) -> None:
    context = browser.new_context()
    context.set_default_timeout(1000 * patience(60))
    mine, speaker, seat2 = context.new_page(), context.new_page(), context.new_page()
    mine.goto(f"{room.door}/hub/login?next=%2Fhub%2Fspawn#1.{room.card}")
    mine.get_by_role("button", name="Sit down").click()
    mine.wait_for_url(f"{room.seats[0]}/user/seat-001/files/hello.txt*")

    speaker.goto(room.view)
    speaker.get_by_label("The organiser's code").fill("WRONG")
    speaker.get_by_role("button", name="Open").click()
    speaker.get_by_text("That is not the code").wait_for()
    speaker.get_by_label("The organiser's code").fill(room.code)
    speaker.get_by_role("button", name="Open").click()
    speaker.get_by_text("1 of 2 seats are taken").wait_for()
    speaker.get_by_label("To all").fill("Lunch at one")
    speaker.get_by_role("button", name="Say it").click()
    speaker.get_by_text("Lunch at one").wait_for()

    # Nothing of the speaker's can be had, read or done; nor can the view be shut by cookies or by a worker.
    seat2.goto(f"{room.seats[1]}/user/seat-002/")
    assert seat2.get_by_text("look, a cat").is_visible()
    got = seat2.evaluate(AT_THE_SPEAKERS_VIEW, room.view)
    assert {name: value for name, value in got.items() if value} == {}
    tries = seat2.evaluate(AT_A_SEAT, [room.door, room.seats[0]])
    named = room.seats[0] != room.door
    assert tries == dict.fromkeys(tries, not named), "without names for seats all of it works"
    assert (room.folder / "home/planted.txt").exists() is not named
    seat2.evaluate(FLOOD, f"; Domain={NAME}" if named else "")
    # More than a server takes that does not expect it; a busy browser stores them a while later.

    def stored() -> bool:
        return sum(len(each["value"]) for each in context.cookies(room.view)) > 1 << 16

    wait_until(stored, 30, "the browser stores the cookies")
    speaker.reload()
    speaker.get_by_text("1 of 2 seats are taken").wait_for()
    speaker.get_by_text("Lunch at one").wait_for()
    speaker.on("dialog", lambda dialog: dialog.accept())
    speaker.get_by_role("row", name="1 is in").get_by_role("button", name="Free").click()
    speaker.get_by_text("0 of 2 seats are taken").wait_for()
    context.close()
