"""The page for phones, asked as phones ask, and as others do."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_port
from waiting import patience, wait_until
from website.serving import Answer

from slides.presentations import CHECKOUT
from workshop.core.ports import bind
from workshop.site.votes import room as room_module
from workshop.site.votes.ballots import Ballots
from workshop.site.votes.questions import Question
from workshop.site.votes.room import Page, Room
from workshop.site.votes.running import Plan

QUESTIONS = {"rate": Question("rate", "How <fast>?", ("fast", "slow"))}
JSON = {"Content-Type": "application/json"}
PHONE = "phone-of-somebody-1"


@dataclass
class Held:
    """A room whose question is open."""

    port: int
    ballots: Ballots
    room: Room

    def ask(
        self, method: str = "POST", path: str = "/", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, JSON if headers is None else headers)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def send(self, **sent: Any) -> dict[str, Any]:
        answer = self.ask(body=json.dumps(sent).encode())
        assert answer.status == 200
        found: dict[str, Any] = json.loads(answer.body)
        return found


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    port = free_port()
    ballots = Ballots(tmp_path / "votes.jsonl", QUESTIONS, per_address=2)
    page = Page(CHECKOUT / "presentation/slides")
    room = Room(ballots, QUESTIONS, page, "127.0.0.1", bind("127.0.0.1", port), per_address=2)
    room.start()
    yield Held(port, ballots, room)
    room.stop()


def test_a_phone_waits_votes_and_sees_how_it_stands(held: Held) -> None:
    assert held.send(voter=PHONE) == {"question": None}
    held.ballots.show("rate")
    waiting = held.send(voter=PHONE)
    assert waiting["question"] == {"name": "rate", "title": "How <fast>?", "choices": ["fast", "slow"]}
    assert waiting["mine"] is None and waiting["votes"] == [0, 0]
    assert held.send(voter=PHONE, question="rate", choice=1)["votes"] == [0, 1]
    again = held.send(voter=PHONE, question="rate", choice=0)
    assert again["mine"] == 1 and again["votes"] == [0, 1]
    held.ballots.show(None)
    assert (
        held.send(voter="another-phone-here", question="rate", choice=0)["refused"]
        == "This question is closed."
    )


def test_behind_the_listener_there_is_this_page_and_nothing_else(held: Held) -> None:
    page = held.ask("GET")
    assert page.status == 200 and "set-cookie" not in page.headers
    for path in (
        "/index.html", "/slides/", "/slides/votes.js", "/api/votes", "/api/status", "/config.js", "/demos/",
        "//", "/..%2f..%2fetc/passwd", "/%2e%2e/", "/models/", "/favicon.ico", "/robots.txt",
    ):  # fmt: skip
        for method in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"):
            answer = held.ask(method, path)
            assert answer.status == 404, (method, path)
            assert "set-cookie" not in answer.headers
            assert "access-control-allow-origin" not in answer.headers
    for method in ("OPTIONS", "PUT", "DELETE", "PATCH"):
        assert held.ask(method).status == 405


def test_the_page_runs_its_own_script_and_no_other(held: Held) -> None:
    page = held.ask("GET")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert not re.search(rb"(src|href)=\"(?!data:,)", page.body)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (JSON | {"Origin": "http://evil.example"}, 403),
        (JSON | {"Origin": "null"}, 403),
        (JSON | {"Host": "evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({}, 415),
    ],
)
def test_another_site_s_page_cannot_vote(held: Held, headers: dict[str, str], status: int) -> None:
    held.ballots.show("rate")
    body = json.dumps({"voter": PHONE, "question": "rate", "choice": 0}).encode()
    answer = held.ask(body=body, headers=headers)
    assert answer.status == status and b"Traceback" not in answer.body
    assert held.ballots.results() == {}


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b"\xff", b"[" * 400, b'{"voter": 7}', b'{"voter": "%s"}' % (b"x" * 400)]
)
def test_nonsense_is_refused_and_the_page_goes_on(held: Held, body: bytes) -> None:
    held.ballots.show("rate")
    answer = held.ask(body=body)
    assert answer.status == 400 or b"refused" in answer.body
    assert held.send(voter=PHONE)["votes"] == [0, 0]


def test_a_large_request_is_not_read(held: Held) -> None:
    held.ballots.show("rate")
    vote = json.dumps({"voter": PHONE, "question": "rate", "choice": 0}).encode()
    # What is still on its way when the connection closes may take the answer with it.
    with contextlib.suppress(ConnectionError):
        assert held.ask(body=vote + b" " * 5000).status == 400
    assert held.ballots.counts("rate") == [0, 0]
    assert held.send(voter=PHONE, question="rate", choice=1)["votes"] == [0, 1]


def test_one_address_cannot_fill_the_box(held: Held) -> None:
    held.ballots.show("rate")
    answers = [
        held.send(voter=f"invented-number-{number:04}", question="rate", choice=0) for number in range(5)
    ]
    assert [each.get("refused") for each in answers] == [None, None] + 3 * [
        "Too many votes came from your address."
    ]
    assert held.ballots.counts("rate") == [2, 0]


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [f"127.0.0.{number}" for number in range(2, 6)]])
def test_the_slowest_connections_are_closed_first(
    held: Held, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silent ones, of the phone's own address or of others, take no place from a phone that asks."""
    monkeypatch.setattr(room_module, "MOST_CONNECTIONS", 40)
    held.ballots.show("rate")
    phone = http.client.HTTPConnection("127.0.0.1", held.port, timeout=120)
    with contextlib.ExitStack() as kept:
        for number in range(90):
            if number % 15 == 0:
                phone.auto_open = not number  # type: ignore[assignment]
                phone.request("POST", "/", json.dumps({"voter": PHONE}), JSON)
                assert phone.getresponse().read()
            source = (addresses[number % len(addresses)], 0)
            kept.enter_context(socket.create_connection(("127.0.0.1", held.port), 120, source))
        assert held.send(voter=PHONE, question="rate", choice=1)["votes"] == [0, 1]
    phone.close()


def test_an_address_has_so_many_requests_and_no_more(held: Held) -> None:
    answered = 0
    with contextlib.suppress(OSError, http.client.HTTPException):
        for _ in range(1000):
            answered += held.ask("GET").status == 200
    # The limit begins again from time to time, perhaps in the middle.
    most = (2 * 2 + 20) * room_module.REQUESTS_A_PHONE + 1
    assert most <= answered <= 2 * most
    other = http.client.HTTPConnection("127.0.0.1", held.port, timeout=120, source_address=("127.0.0.9", 0))
    other.request("GET", "/")
    assert other.getresponse().status == 200
    other.close()


@pytest.fixture
def room_of_many(tmp_path: Path) -> Iterator[Held]:
    """A room with the limits that a speaker has without saying so."""
    port, most = free_port(), Plan(CHECKOUT, "").per_address
    ballots = Ballots(tmp_path / "votes.jsonl", QUESTIONS, per_address=most)
    page = Page(CHECKOUT / "presentation/slides")
    room = Room(ballots, QUESTIONS, page, "127.0.0.1", bind("127.0.0.1", port), per_address=most)
    room.start()
    ballots.show("rate")
    yield Held(port, ballots, room)
    room.stop()


def test_eighty_phones_behind_one_address_all_vote(room_of_many: Held) -> None:
    def phone(number: int) -> None:
        for _ in range(5):  # ten seconds of a phone that asks every two
            room_of_many.send(voter=f"phone-in-the-room-{number:02}")
        room_of_many.send(voter=f"phone-in-the-room-{number:02}", question="rate", choice=number % 2)

    with ThreadPoolExecutor(80) as phones:
        list(phones.map(phone, range(80)))
    assert room_of_many.ballots.counts("rate") == [40, 40]


ATTACK = """
import asyncio, itertools, sys

async def attack(port, source, kind):
    kept = []
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
            if kind == "answered":
                writer.write(b"GET / HTTP/1.1\\r\\nHost: 127.0.0.1:%d\\r\\n\\r\\n" % port)
                await reader.read(100)
                writer.close()
            else:
                kept.append(writer)
                for each in kept if kind == "dripping" else ():
                    each.write(b"G" if each is writer else b"E")
        except OSError:
            for each in kept[:100]:
                each.close()
            del kept[:100]
            await asyncio.sleep(0.01)

async def main(port, sources):
    kinds = ("silent", "dripping", "answered", "answered")
    await asyncio.gather(*(attack(port, each, kind) for each, kind in itertools.product(sources, kinds)))

asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
"""


def test_a_phone_votes_within_ten_seconds_while_four_addresses_attack(
    room_of_many: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "MOST_CONNECTIONS", 400)
    sources = [f"127.0.0.{number}" for number in range(2, 6)]
    words = [sys.executable, "-c", ATTACK, str(room_of_many.port), *sources]
    attack = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: room_of_many.room.server.places_left() == 0, 60, "all places are taken")
        body = json.dumps({"voter": PHONE, "question": "rate", "choice": 1})
        limit = time.monotonic() + patience(10)
        while room_of_many.ballots.choice_of("rate", PHONE) is None:  # as the page asks
            assert time.monotonic() < limit
            phone = http.client.HTTPConnection(
                "127.0.0.1", room_of_many.port, timeout=8, source_address=("127.0.0.9", 0)
            )
            with contextlib.suppress(OSError, http.client.HTTPException):
                phone.request("POST", "/", body, JSON)
                phone.getresponse().read()
            phone.close()
        assert attack.poll() is None
    finally:
        attack.kill()
        attack.wait()
