"""The ports that tests give to their servers."""

from __future__ import annotations

import socket

import free_ports
import pytest
from free_ports import free_port


def test_the_system_gives_none_of_them_away() -> None:
    given = []
    for _ in range(50):
        with socket.socket() as asks:
            asks.bind(("127.0.0.1", 0))
            given.append(asks.getsockname()[1])
    assert max(free_port() for _ in range(50)) < min(given)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_one_that_somebody_has_is_none(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    taken, other = free_port(), free_port()
    drawn = iter([taken, other])
    monkeypatch.setattr(free_ports._draw, "randrange", lambda *_: next(drawn))
    with socket.create_server((address, taken), family=family):
        assert free_port() == other
