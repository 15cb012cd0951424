"""A machine that does not answer, or does not start, is a fault like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from organiser.appliance.boot import Guest
from organiser.appliance.verify import booting
from organiser.appliance.verify.booting import answers, boot_result
from workshop.errors import WorkshopError

from ..building import needs


class Standing:
    """Stands in for a guest; some ports answer."""

    def __init__(self, *deaf: int) -> None:
        self.ports = {22: 1, 8080: 2, 8081: 3}
        self._deaf = deaf
        self.statuses: list[int] = []

    def _hear(self, port: int) -> float:
        if port in self._deaf:
            raise WorkshopError(f"port {port} did not answer")
        return 1.0

    def wait_for_port(self, port: int, seconds: float) -> float:
        assert port == 22
        return self._hear(port)

    def wait_for_http(self, port: int, accept: Callable[[int], bool], seconds: float) -> float:
        assert port != 22
        assert [accept(status) for status in (0, 200, 302, 403, 500)] == [False, True, True, True, False]
        return self._hear(port)


def test_every_port_is_asked() -> None:
    assert list(answers(Standing())) == []  # type: ignore[arg-type]
    assert list(answers(Standing(22, 8081))) == ["port 22 did not answer", "port 8081 did not answer"]  # type: ignore[arg-type]


@needs("qemu-system-x86_64")
def test_a_trial_of_ones_own_on_a_real_machine(ova: Path, tmp_path: Path) -> None:
    def trial(guest: Guest) -> Iterator[str]:
        yield f"it has {len(guest.ports)} ports"

    result = boot_result(ova, trial, tmp_path)
    assert (result.name, result.faults) == ("boot.answers", ("it has 2 ports",))


def test_a_machine_that_cannot_start(ova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise WorkshopError("needs qemu")

    monkeypatch.setattr(booting, "booted", refuse)
    assert boot_result(ova).faults == ("needs qemu",)
