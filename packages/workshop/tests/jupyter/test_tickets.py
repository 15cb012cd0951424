"""A ticket logs one browser in, once; ``workshop open`` brings it there in a file that others cannot read."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from workshop.jupyter.tickets import CONSOLE, MOST, SECONDS, WRONG_TRIES, Code, Tickets

from .serving import TOKEN, Jupyter, jupyter
from .test_gate import BASE, NOBODY, Answer, another_account, ask, cookies

FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def test_a_ticket_counts_once() -> None:
    tickets = Tickets()
    first, second = tickets.issue(), tickets.issue()
    assert tickets.redeem(first)
    assert not tickets.redeem(first)
    assert tickets.redeem(second), "a second browser has its own"


def test_a_ticket_ends() -> None:
    now = 0.0
    tickets = Tickets(lambda: now)
    early, late = tickets.issue(), tickets.issue()
    now = SECONDS - 1
    assert tickets.redeem(early)
    now = SECONDS
    assert not tickets.redeem(late)


@pytest.mark.parametrize("given", ["", "wrong", "é", "a" * 32])
def test_wrong_tries_get_nothing_and_lock_nobody_out(given: str) -> None:
    tickets = Tickets()
    good = tickets.issue()
    assert not any(tickets.redeem(given) for _ in range(100))
    assert not tickets.redeem(good[:-1])
    assert tickets.redeem(good)


def test_the_oldest_of_too_many_goes() -> None:
    tickets = Tickets()
    issued = [tickets.issue() for _ in range(MOST + 1)]
    assert not tickets.redeem(issued[0])
    assert all(tickets.redeem(each) for each in issued[1:])


def test_a_code_counts_once_and_the_next_is_shown() -> None:
    shown: list[str] = []
    code = Code(shown.append)
    assert re.fullmatch(r"[a-hjkmnp-z2-9]{4}-[a-hjkmnp-z2-9]{4}", shown[-1])
    assert code.redeem(f" {shown[-1].upper().replace('-', ' ')} "), "however it is typed"
    assert len(shown) == 2
    assert not code.redeem(shown[0])
    assert code.redeem(shown[1])


def test_a_code_ends() -> None:
    now, shown = 0.0, list[str]()
    code = Code(shown.append, lambda: now)
    now = SECONDS - 1
    code.redraw_if_old()
    assert len(shown) == 1
    now = SECONDS
    assert not code.redeem(shown[0])
    assert len(shown) == 2
    now = 2 * SECONDS
    code.redraw_if_old()
    assert len(shown) == 3 == len(set(shown))


@pytest.mark.parametrize("wrong", ["", "wrong", "é", "a" * 1000])
def test_after_wrong_tries_another_code_counts_and_nobody_is_locked_out(wrong: str) -> None:
    shown: list[str] = []
    code = Code(shown.append)
    assert not any(code.redeem(wrong) for _ in range(WRONG_TRIES - 1))
    assert len(shown) == 1, "a few typing errors change nothing"
    assert not code.redeem(wrong)
    assert len(shown) == 2
    assert not code.redeem(shown[0])
    assert code.redeem(shown[1])


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Jupyter, Path]]:
    """A server with a console, and the file of the code that the console shows."""
    folder = tmp_path_factory.mktemp("console")
    (folder / "notebooks").mkdir()
    (folder / "shown").mkdir(mode=0o700)
    file = folder / "shown/code"
    with jupyter(folder / "house", folder / "notebooks", **{CONSOLE: str(file)}) as running:
        yield running, file


def test_the_code_of_the_console_logs_one_browser_in(console: tuple[Jupyter, Path]) -> None:
    server, file = console
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = file.read_text().strip()
    page = ask(server, "GET", "/login").body
    assert "The code of this machine" in page and first not in page
    assert log_in(server, first, Sec_Fetch_Site="cross-site").status == 403
    answer = log_in(server, first, Sec_Fetch_Site="same-origin")
    assert (answer.status, answer.header("location")) == (302, f"{BASE}lab")
    (login,) = (line for name, line in cookies(answer).items() if name.startswith("username"))
    for wanted in ("httponly", "samesite=strict", f"path={BASE}", "expires="):
        assert wanted.casefold() in login.casefold()
    ends = parsedate_to_datetime(re.findall(r"expires=([^;]+)", login, re.IGNORECASE)[0])
    assert 29 < (ends - datetime.now(UTC)).total_seconds() / 86400 <= 30
    assert file.read_text().strip() != first
    assert log_in(server, first).status == 401


def test_six_wrong_tries_at_the_page_and_another_code_is_on_the_console(
    console: tuple[Jupyter, Path],
) -> None:
    server, file = console
    assert log_in(server, file.read_text().strip()).status == 302
    old = file.read_text().strip()
    for number in range(6):
        answer = log_in(server, f"wrong-{number}")
        assert answer.status == 401
        assert not cookies(answer)
    new = file.read_text().strip()
    assert new != old
    assert log_in(server, old).status == 401
    assert log_in(server, new).status == 302, "nobody is locked out"
    assert log_in(server, TOKEN).status == 302, "scripts and classes keep the token"
    assert old not in server.log.read_text() and new not in server.log.read_text()


def test_without_a_console_there_is_no_code(server: Jupyter) -> None:
    assert "The token of this machine" in ask(server, "GET", "/login").body


def ticket_of(server: Jupyter) -> str:
    answer = ask(server, "POST", "/workshop/api/tickets", Authorization=f"token {TOKEN}")
    assert answer.status == 200, answer.body
    return str(json.loads(answer.body)["ticket"])


def log_in(server: Jupyter, ticket: str, **headers: str) -> Answer:
    return ask(server, "POST", "/login", f"password={quote(ticket)}", **FORM, **headers)


def opened(server: Jupyter, tmp_path: Path) -> tuple[Path, Path]:
    """Run ``workshop open`` as on a desktop; return the page and what the browser was called with."""
    house = tmp_path / "prefix"
    for folder in ("etc", "run"):
        (house / folder).mkdir(parents=True, exist_ok=True)
    (house / "etc/token").write_text(TOKEN)
    (house / "etc/token").chmod(0o600)
    (house / "run/jupyter").symlink_to(server.log.parent / "run")
    config = house / "etc/workshop.toml"
    config.write_text(f'prefix = "{house}"\njupyter_port = {server.port}\n')
    called, browser = tmp_path / "called", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" >"{called}"\n')
    browser.chmod(0o755)
    environment = os.environ | {
        "WORKSHOP_CONFIG": str(config), "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
        "DISPLAY": ":7", "BROWSER": f"{browser} %s",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "workshop", "open"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "runtime/deep-learning-workshop/open.html", called


def test_workshop_open_logs_the_browser_in_and_nobody_else(server: Jupyter, tmp_path: Path) -> None:
    page, called = opened(server, tmp_path)
    assert called.read_text().strip() == page.as_uri()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
    link = re.search(r'url=([^"]+)"', page.read_text())
    assert link
    parts = urlsplit(link[1])
    assert (parts.port, parts.path, parts.query) == (server.port, "/login", "")
    assert TOKEN not in page.read_text()

    if os.geteuid() == 0:
        page.parent.parent.chmod(0o755)
        with another_account(), pytest.raises(PermissionError):
            page.read_text()

    assert log_in(server, parts.fragment, Sec_Fetch_Site="same-site").status == 403
    assert log_in(server, parts.fragment, Sec_Fetch_Site="cross-site").status == 403
    answer = log_in(server, parts.fragment, Sec_Fetch_Site="same-origin")
    assert (answer.status, answer.header("location")) == (302, f"{BASE}lab")
    (login,) = (line for name, line in cookies(answer).items() if name.startswith("username"))
    for wanted in ("httponly", "samesite=strict", f"path={BASE}"):
        assert wanted.casefold() in login.casefold()
    cookie = login.partition(";")[0]
    assert ask(server, "GET", f"{BASE}api/contents", Cookie=cookie).status == 200

    again = log_in(server, parts.fragment)
    assert again.status == 401
    assert not cookies(again)
    assert parts.fragment not in server.log.read_text()


def test_without_the_token_nobody_is_given_a_ticket(server: Jupyter) -> None:
    for path in ("/workshop/api/tickets", f"{BASE}workshop/api/tickets"):
        for headers in ({}, {"Authorization": "token wrong"}):
            answer = ask(server, "POST", path, **headers)
            assert answer.status == 403
            assert '"ticket"' not in answer.body


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")
def test_another_accounts_guesses_fail_and_lock_nobody_out(server: Jupyter) -> None:
    ticket = ticket_of(server)
    with another_account():
        assert os.geteuid() == NOBODY
        for guess in [f"{number:032}" for number in range(50)]:
            answer = log_in(server, guess)
            assert answer.status == 401
            assert not cookies(answer)
        assert ask(server, "POST", f"{BASE}workshop/api/tickets").status == 403
    assert log_in(server, ticket).status == 302
