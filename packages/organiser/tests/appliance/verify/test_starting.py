"""How much was asked of a machine that was started is chosen by what is here, and said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from organiser.appliance.verify import behaviour, booting, starting
from organiser.appliance.verify.checks import Result


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was run instead of starting a machine."""
    done: list[str] = []

    def note(name: str) -> Callable[..., Result]:
        return lambda *_, **__: done.append(name) or Result(name, "", ())  # type: ignore[func-returns-value]

    monkeypatch.setattr(behaviour, "behaviour_result", note("tests"))
    monkeypatch.setattr(booting, "boot_result", note("ports"))
    return done


def start(log: Path | None = None) -> starting.Level:
    level = starting.choose(log)
    starting.start(Path("x.ova"), level, log=log)
    return level


def test_where_the_tests_are_they_run(ran: list[str]) -> None:
    level = start()
    assert ran == ["tests"]
    assert level.as_document() == {"level": "tests", "why": ""}
    assert level.sentence == "boot: judged by the project's tests of a machine"


def test_without_them_it_says_so_and_how_to_have_them(
    ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behaviour.importlib.util, "find_spec", lambda _: None)
    level = start()
    assert ran == ["ports"]
    assert level.level == "ports"
    assert "only asked whether every forwarded port answers, for pytest and testinfra" in level.sentence
    assert ".cache/test/venv/bin/workshop appliance verify --boot" in level.sentence
    assert "\n" not in level.sentence


def test_a_log_is_kept_of_the_ports_only(ran: list[str], tmp_path: Path) -> None:
    assert "leave --log out" in start(tmp_path).why
    assert ran == ["ports"]
