"""A real JupyterHub, without a proxy, at whose door browsers stand."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("jupyterhub")

import organiser.hub
from hub.hubs import SEATS_TOKEN, TOKEN, Browser, Hub, another_account, running
from organiser.hub.door import COOKIE, TAKEN, WRONG
from organiser.hub.limits import MOST_WRONG
from organiser.hub.speaker import WRONG as NOT_THE_CODE
from organiser.hub.speakerdoor import TOKEN as SPEAKERS_TOKEN

SLOW = f"""
c.Spawner.cmd = ["sleep", "600"]
c.JupyterHub.tornado_settings = {{"slow_spawn_timeout": 0}}
c.JupyterHub.template_paths = [{str(Path(organiser.hub.__file__).with_name("templates"))!r}]
"""
"""Servers that are long in coming, and our pages."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    numbers = ["001", "002", "003", "004", "005", "006", "007"]
    with running(tmp_path_factory.mktemp("hub"), numbers, SLOW) as made:
        yield made


def test_a_card_lets_in_and_its_cookie_stays_with_the_hub(hub: Hub) -> None:
    browser = Browser(hub, "192.0.2.1")
    assert not browser.is_in
    status, address, _ = browser.logs_in("1", hub.codes["001"])
    assert (status, urllib.parse.urlsplit(address).path) == (200, "/hub/token")
    (cookie,) = [each for each in browser.jar if each.name == f"{COOKIE}001"]
    assert cookie.path == "/hub/"
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert "001" in hub.api("seats")[1]["taken"]  # type: ignore[operator]


def test_a_page_that_waits_for_a_seat_looks_again_by_itself(hub: Hub) -> None:
    browser = Browser(hub, "192.0.2.60")
    browser.logs_in("7", hub.codes["007"])
    _, address, page = browser.open("/hub/spawn")
    assert "/hub/spawn-pending/" in address
    assert '<meta http-equiv="refresh" content="10">' in page


def test_a_browser_that_the_answer_never_reached_comes_again(hub: Hub) -> None:
    browser = Browser(hub, "192.0.2.40")
    browser.open("/hub/login")
    before = list(browser.jar)
    browser.logs_in("5", hub.codes["005"])
    browser.jar.clear()
    for cookie in before:
        browser.jar.set_cookie(cookie)
    assert not browser.is_in
    status, address, _ = browser.logs_in("5", hub.codes["005"])
    assert (status, urllib.parse.urlsplit(address).path) == (200, "/hub/token")
    status, _, page = Browser(hub, "192.0.2.41").logs_in("5", hub.codes["005"])
    assert (status, TAKEN.format(seat=5) in page) == (403, True)


def test_a_wrong_code_says_so_on_the_form(hub: Hub) -> None:
    status, _, page = Browser(hub, "192.0.2.2").logs_in("<b>2", "WRONGWRONG")
    assert status == 403
    assert WRONG in page
    assert "<b>2" not in page


def test_another_browser_waits_until_the_seat_is_freed_and_the_first_is_out_then(hub: Hub) -> None:
    first, second = Browser(hub, "192.0.2.3"), Browser(hub, "192.0.2.4")
    first.logs_in("2", hub.codes["002"])
    assert first.is_in
    status, _, page = second.logs_in("2", hub.codes["002"])
    assert status == 403
    assert TAKEN.format(seat=2) in page
    assert hub.api("seats/2/free", "POST")[1] == {"seat": "002", "was_taken": True, "stopped": False}
    assert not first.is_in
    assert second.logs_in("2", hub.codes["002"])[0] == 200
    assert second.is_in
    assert TAKEN.format(seat=2) in first.logs_in("2", hub.codes["002"])[2]


def test_only_the_organiser_frees_seats(hub: Hub) -> None:
    browser = Browser(hub, "192.0.2.5")
    browser.logs_in("3", hub.codes["003"])
    assert hub.api("seats/1/free", "POST", token="another")[0] == 403
    assert hub.api("seats", token="another")[0] == 403
    status, _, _ = browser.open("/hub/api/seats/1/free", {})
    assert status == 403
    assert hub.api("seats/999/free", "POST")[0] == 404


def test_a_guesser_cannot_make_up_addresses_and_keeps_nobody_out(hub: Hub) -> None:
    said = ""
    for number in range(MOST_WRONG + 1):
        guesser = Browser(hub, f"10.0.0.{number}, 192.0.2.66", **{"X-Real-Ip": f"10.1.0.{number}"})
        _, _, said = guesser.logs_in("4", "A" * 12)
    assert "Please wait" in said
    assert WRONG not in said
    assert Browser(hub, "192.0.2.66").logs_in("4", hub.codes["004"])[0] == 200


class Speaker:
    """The page of the speaker's view, in a tab of its own."""

    def __init__(self, hub: Hub, code: str) -> None:
        self.hub, self.token = hub, ""
        self.status, told = self.asks("enter", {"code": code})
        self.token, self.said = str(told.get("token", "")), str(told.get("message", ""))

    def asks(self, path: str, words: object = None, **headers: str) -> tuple[int, dict[str, object]]:
        """Ask as the page's script does; return status and document."""
        data = None if words is None else json.dumps(words).encode()
        request = urllib.request.Request(
            f"{self.hub.view}/{path}", data, {SPEAKERS_TOKEN: self.token, **headers}
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def acts(self, **words: object) -> int:
        """Press a button of the page."""
        return self.asks("act", words)[0]

    def sees(self) -> dict[str, object]:
        """Return what the page shows."""
        status, seen = self.asks("state")
        assert status == 200, seen
        return seen


def report(hub: Hub, seat: str, document: object, token: str = TOKEN) -> tuple[int, dict[str, object]]:
    """Let a seat's server tell how far it is."""
    request = urllib.request.Request(
        f"{hub.address}/hub/api/seats/{seat}/report",
        json.dumps(document).encode(),
        {"Authorization": f"token {token}"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another account")
def test_a_seats_kernel_reaches_the_hubs_api_and_no_page_that_takes_a_code(hub: Hub) -> None:
    card = {"username": "4", "password": hub.codes["004"]}
    by_api = urllib.request.Request(
        f"{hub.address}/hub/api/users/seat-004/tokens",
        json.dumps({"auth": card}).encode(),
        {"Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1"},
    )
    with another_account():
        status, _, page = Browser(hub, "192.0.2.20").logs_in("4", hub.codes["004"])
        assert (status, "by the classroom&#39;s address" in page) == (403, True)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(by_api)
        speaker = Speaker(hub, hub.speaker)
        assert (speaker.status, speaker.token) == (403, "")
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(hub.view)
        assert report(hub, "2", {}, SEATS_TOKEN)[0] == 200
    assert Speaker(hub, hub.speaker).status == 200


def test_the_speakers_view_is_for_whoever_has_the_organisers_code(hub: Hub) -> None:
    Browser(hub, "192.0.2.10").logs_in("1", hub.codes["001"])
    stranger = Speaker(hub, "WRONGWRONG")
    assert (stranger.status, stranger.said) == (403, NOT_THE_CODE)
    assert stranger.asks("state")[0] == 401
    assert stranger.acts(what="say", text="x") == 401
    speaker = Speaker(hub, hub.speaker)
    seen = speaker.sees()
    seats = {each["seat"]: each for each in seen["seats"]}  # type: ignore[attr-defined]
    assert seats[1]["taken"]
    assert (seats[1]["state"], seats[1]["lesson"], seats[1]["solved"]) == ("off", "", None)
    assert seen["plan"] == {"title": "", "lessons": []}, "no plan was chosen for this machine"
    assert hub.codes["001"] not in json.dumps(seen)


def test_a_seat_tells_of_itself_alone_and_hears_what_is_said(hub: Hub) -> None:
    speaker = Speaker(hub, hub.speaker)
    token = SEATS_TOKEN
    assert report(hub, "2", {"lesson": "1-mnist/10-mlp.ipynb", "solved": ["a", "b"]}, token)[0] == 200
    assert report(hub, "1", {"lesson": "mine"}, token)[0] == 403
    assert report(hub, "1", {"lesson": "mine"})[0] == 403, "the organiser's own token is no seat's"
    seats = {each["seat"]: each for each in speaker.sees()["seats"]}  # type: ignore[attr-defined]
    assert (seats[2]["lesson"], seats[2]["solved"]) == ("1-mnist/10-mlp.ipynb", 2)
    assert seats[1]["lesson"] == ""
    assert speaker.acts(what="say", text=" Ten minutes\n left ") == 200
    heard = report(hub, "2", {}, token)[1]["message"]
    assert heard["text"] == "Ten minutes left"  # type: ignore[index]
    assert speaker.acts(what="say", text="") == 200
    assert report(hub, "2", {}, token)[1]["message"] == {}


def test_on_one_server_the_hub_makes_no_code_for_the_speaker(hub: Hub) -> None:
    status, said = hub.api("speaker/code", "POST")
    assert status == 404
    assert "workshop classroom speaker-code" in str(said["message"])
    assert hub.api("speaker/code", "POST", SEATS_TOKEN)[0] == 403


def test_the_speaker_frees_a_seat_and_says_why_not(hub: Hub) -> None:
    speaker, browser = Speaker(hub, hub.speaker), Browser(hub, "192.0.2.14")
    hub.api("seats/3/free", "POST")
    browser.logs_in("3", hub.codes["003"])
    assert browser.is_in
    assert speaker.asks("act", {"what": "free", "seat": 3}, **{"Sec-Fetch-Site": "same-site"})[0] == 403
    assert browser.is_in
    assert speaker.acts(what="free", seat=3) == 200
    assert not browser.is_in
    assert speaker.acts(what="free", seat=999) == 404
    assert speaker.acts(what="dance") == 400
    assert "nobody has been on" in str(speaker.asks("act", {"what": "restart", "seat": 6})[1]["message"])


@pytest.mark.parametrize("path", ["/hub/login", "/hub/api/seats/2/report", "/hub/speaker", "/hub/nowhere"])
@pytest.mark.parametrize("head", ["Content-Length: 90000000", "Transfer-Encoding: chunked"])
def test_a_large_body_is_refused_before_it_is_read(hub: Hub, path: str, head: str) -> None:
    with socket.create_connection(("127.0.0.1", int(hub.address.rpartition(":")[2])), 30) as line:
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        sent = 0
        with contextlib.suppress(ConnectionError):
            # A hub that took it all would wait for the rest, and answer nothing.
            while sent < 30_000_000 and not select.select([line], [], [], 0)[0]:
                sent += line.send(chunk)
        assert sent < 10_000_000
        with contextlib.suppress(ConnectionError):
            assert line.recv(100).split()[1:2] in ([], [b"400"], [b"413"])
