"""Whose connection it is: the proxy's, a seat's, or somebody else's."""

from __future__ import annotations

import os
import pwd
from types import SimpleNamespace

import pytest

from organiser.hub import peers
from workshop.core import ports

NAMES = {17: "seat-017", 18: "seat-x", 19: "admin"}


@pytest.mark.parametrize(
    ("account", "seat", "proxy"),
    [
        (17, True, False),
        (18, False, False),
        (19, False, False),
        (20, True, False),  # a seat whose account is deleted, and that still runs
        (None, True, False),
        (os.geteuid(), False, True),
        (ports.ELSEWHERE, False, True),
    ],
)
def test_accounts_of_this_machine_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, account: int | None, seat: bool, proxy: bool
) -> None:
    names = NAMES | {os.geteuid(): "workshop"}
    monkeypatch.setattr(pwd, "getpwuid", lambda number: SimpleNamespace(pw_name=names[number]))
    assert (peers.is_seat(account), peers.is_proxy(account)) == (seat, proxy)


def test_a_request_without_a_connection_is_nobodys() -> None:
    assert peers.account_of(SimpleNamespace(connection=None)) is None
