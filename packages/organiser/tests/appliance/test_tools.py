"""A missing or failing program is one line."""

from __future__ import annotations

import pytest

from organiser.appliance import tools
from workshop.errors import WorkshopError


def test_a_missing_program_is_named_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "PACKAGES", {"no-such-program": "some-package"})
    with pytest.raises(WorkshopError, match="needs no-such-program; install some-package"):
        tools.find("no-such-program")


def test_the_other_name_of_a_program_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "OTHER_NAMES", {"no-such-program": "sh"})
    assert tools.find("no-such-program").endswith("/sh")


def test_what_a_program_says_is_returned() -> None:
    assert tools.run("cat", text="hello") == "hello"
    assert tools.run("sh", "-c", "echo $X", variables={"X": "1"}) == "1\n"


def test_the_last_line_of_a_failing_program_is_quoted() -> None:
    with pytest.raises(WorkshopError, match=r"^sh failed: the reason$"):
        tools.run("sh", "-c", "echo something; echo the reason >&2; exit 3")
    with pytest.raises(WorkshopError, match=r"^sh failed: status 3$"):
        tools.run("sh", "-c", "exit 3")
