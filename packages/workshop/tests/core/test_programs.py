"""A missing or failing program is one line."""

from __future__ import annotations

import pytest

from workshop.core import programs
from workshop.core.errors import WorkshopError


def test_a_missing_program_is_named_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "PACKAGES", {"no-such-program": "some-package"})
    with pytest.raises(WorkshopError, match="needs no-such-program; install some-package"):
        programs.find("no-such-program")


def test_the_other_name_of_a_program_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "OTHER_NAMES", {"no-such-program": "sh"})
    assert programs.find("no-such-program").endswith("/sh")


def test_the_last_line_of_a_failing_program_is_quoted() -> None:
    with pytest.raises(WorkshopError, match=r"^sh failed: the reason$"):
        programs.run("sh", "-c", "echo something; echo the reason >&2; exit 3")
    with pytest.raises(WorkshopError, match=r"^sh failed: status 3$"):
        programs.run("sh", "-c", "exit 3")
