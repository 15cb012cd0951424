"""``workshop slides vote`` as a process: killed, started again, ended."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_port
from waiting import patience
from website.serving import ask

from slides.presentations import CHECKOUT
from workshop.core.errors import WorkshopError
from workshop.site.votes.running import network_address
from workshop.site.votes.wall import FIRST_SECONDS, LEAVING_SECONDS, LEFT_SECONDS, Presence

PHONE = "phone-of-somebody-1"


class Vote:
    """The command, with a state folder of its own."""

    def __init__(self, folder: Path, data: Path | None = None) -> None:
        self.port, self.deck_port = free_port(), free_port()
        (folder / "workshop.toml").write_text(f'data = "{data or folder}"\n', encoding="utf-8")
        self._environment = os.environ | {
            "WORKSHOP_CONFIG": str(folder / "workshop.toml"),
            "XDG_STATE_HOME": str(folder / "state"),
        }
        self.file = folder / "state/deep-learning-workshop/votes/votes.jsonl"

    def start(self) -> dict[str, Any]:
        words = ["--port", self.port, "--deck-port", self.deck_port, "--source", CHECKOUT, "--json"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workshop", "slides", "vote", "ninety-minutes", *map(str, words)],
            env=self._environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        lines = []
        while not lines or lines[-1].rstrip() not in ("}", ""):
            lines.append(self.process.stdout.readline())
        found: dict[str, Any] = json.loads("".join(lines))
        return found

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(patience(60))
        self.process.stdout.close()  # type: ignore[union-attr]
        return code

    def post(self, port: int, path: str, headers: dict[str, str], **sent: object) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience(60))
        headers = {"Content-Type": "application/json"} | headers
        connection.request("POST", path, json.dumps(sent), headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if answer.status == 200 else content

    def deck(self, key: str, **sent: object) -> tuple[int, Any]:
        return self.post(self.deck_port, "/api/votes", {"X-Workshop-Votes": key}, **sent)

    def phone(self, **sent: object) -> Any:
        status, answer = self.post(self.port, "/", {}, **sent)
        assert status == 200
        return answer


def test_a_kill_loses_no_vote_and_an_end_leaves_nothing(tmp_path: Path) -> None:
    vote = Vote(tmp_path)
    opened = vote.start()
    address, _, key = opened["deck"].partition("#votes=")
    assert address == f"http://127.0.0.1:{vote.deck_port}/slides/ninety-minutes/index.html"
    assert opened["room"] == f"http://127.0.0.1:{vote.port}" and opened["network"] is False
    assert ask(vote.deck_port, "/slides/ninety-minutes/index.html").status == 200
    for wrong in ("", "x", key[:-1], key + "x"):
        assert vote.deck(wrong, question="rate")[0] == 403
    assert vote.phone(voter=PHONE)["question"] is None
    assert vote.deck(key, question="rate")[0] == 200
    assert vote.phone(voter=PHONE, question="rate", choice=2)["votes"] == [0, 0, 1]
    assert vote.stop(signal.SIGKILL) == -signal.SIGKILL
    # The deck and the phones go on where they were: same key, same question.
    again = vote.start()
    assert again["deck"] == opened["deck"]
    assert vote.phone(voter=PHONE, question="rate", choice=0)["mine"] == 2
    assert vote.deck(key, question="rate")[1]["votes"] == [0, 0, 1]
    assert vote.stop(signal.SIGTERM) == 0
    assert not vote.file.exists()
    with pytest.raises(OSError):
        ask(vote.port, "/")


def test_the_deck_that_is_closed_closes_the_vote() -> None:
    now = 0.0
    presence = Presence(clock=lambda: now)
    now = FIRST_SECONDS
    assert not presence.is_over()
    presence.seen(leaving=False)
    now += LEFT_SECONDS
    assert not presence.is_over()
    presence.seen(leaving=True)
    now += LEAVING_SECONDS / 2
    presence.seen(leaving=False)  # it was only loaded again
    now += LEAVING_SECONDS
    assert not presence.is_over()
    presence.seen(leaving=True)
    now += LEAVING_SECONDS + 1
    assert presence.is_over()


def test_an_address_that_this_machine_has_not_is_refused() -> None:
    with pytest.raises(WorkshopError, match=r"192\.0\.2\.7 is not an address of this machine"):
        network_address("192.0.2.7")
