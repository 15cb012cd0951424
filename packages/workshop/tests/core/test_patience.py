"""A local program that is slow once is asked again; one that refuses is not."""

from __future__ import annotations

import socket
import subprocess
import threading
import urllib.error
import urllib.request

import pytest

from workshop.core import programs
from workshop.core.programs import PATIENCE, patiently


@pytest.mark.parametrize(
    "silence",
    [TimeoutError(), subprocess.TimeoutExpired("x", 1), urllib.error.URLError(TimeoutError())],
    ids=["socket", "program", "urllib"],
)
def test_what_is_silent_once_is_asked_with_more_patience(silence: Exception) -> None:
    given: list[float] = []

    def ask(seconds: float) -> str:
        given.append(seconds)
        if len(given) == 1:
            raise silence
        return "here"

    assert patiently(ask) == "here"
    assert given == list(PATIENCE)
    assert PATIENCE[1] > PATIENCE[0]


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(), FileNotFoundError(), ValueError(), urllib.error.URLError("refused")]
)
def test_a_refusal_is_an_answer(error: Exception) -> None:
    attempts: list[float] = []

    def ask(seconds: float) -> None:
        attempts.append(seconds)
        raise error

    with pytest.raises(type(error)):
        patiently(ask)
    assert len(attempts) == 1


def test_urllib_is_silent_in_the_way_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a real server that takes the connection and says nothing at first."""
    monkeypatch.setattr(programs, "PATIENCE", (0.2, 60.0))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_the_second() -> None:
            first, _ = server.accept()
            second, _ = server.accept()
            with first, second:
                second.recv(10_000)
                second.sendall(b"HTTP/1.0 200 OK\r\n\r\nhere")

        threading.Thread(target=answer_the_second, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def ask(seconds: float) -> bytes:
            with opener.open(url, timeout=seconds) as answer:
                content: bytes = answer.read()
                return content

        assert patiently(ask) == b"here"
