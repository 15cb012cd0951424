import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_port
from waiting import wait_until

from workshop.core import ports
from workshop.core.servers import Service
from workshop.site import status
from workshop.site.status import KEEP_S, SILENT_LOOKS, Probe

from .serving import ask, running, service

JUPYTER = {"/api": b'{"version": "2.17.0"}'}
TENSORBOARD = {"/data/environment": b'{"data_location": "/logs", "window_title": ""}'}


def states(tmp_path: Path, jupyter: int, tensorboard: int, answering: int = 0) -> dict[str, Any]:
    """Return what is told of the services as soon as so many of them have answered.

    On a busy machine the first answer may be too slow to count.
    """
    (tmp_path / "web").mkdir()
    settings = f"jupyter_port = {jupyter}\ntensorboard_port = {tensorboard}\n"

    def told() -> dict[str, Any] | None:
        answer = ask(port, "/api/status")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["cache-control"] == "no-store"
        found: dict[str, Any] = json.loads(answer.body)["services"]
        heard = [each for each in found.values() if each["state"] != "down"]
        return found if len(heard) >= answering else None

    with running(tmp_path / "web", settings=settings) as (port, _):
        return wait_until(told, 60, f"{answering} services answer", every=KEEP_S) or {}


def test_services_that_answer_are_up(tmp_path: Path) -> None:
    with service(JUPYTER) as jupyter, service(TENSORBOARD) as tensorboard:
        assert states(tmp_path, jupyter, tensorboard, answering=2) == {
            "jupyter": {"port": jupyter, "state": "up"},
            "tensorboard": {"port": tensorboard, "state": "up"},
        }


@pytest.mark.parametrize("answers", [{}, {"/api": b"<html>"}, {"/api": b"[]"}, {"/api": b"{}"}])
def test_another_program_on_the_port_is_not_taken_for_the_service(
    tmp_path: Path, answers: dict[str, bytes]
) -> None:
    with service(answers) as other:
        assert states(tmp_path, other, free_port(), answering=1)["jupyter"]["state"] == "unexpected"


def test_another_account_that_answers_just_as_jupyter_does_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service(JUPYTER) as jupyter:
        probe = Probe([Service("workshop-jupyter", "Jupyter", "127.0.0.1", jupyter, "/api", "version")])
        wait_until(lambda: look(probe) == "up", 60, "Jupyter is up")
        row = ports.Socket("127.0.0.1", "1", 65534)
        monkeypatch.setattr(ports, "listening", lambda port: [row] if port == jupyter else [])
        assert look(probe) == "unexpected"


def test_a_service_that_hangs_is_down_and_the_page_does_not_hang(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        # The server there never answers at all: that the page does is the proof.
        found = states(tmp_path, silent.getsockname()[1], free_port())
    assert found["jupyter"]["state"] == "down"


def look(probe: Probe) -> str:
    """Ask at once, whatever was asked a moment ago."""
    probe._asked_at = float("-inf")
    return str(asyncio.run(probe.states())["jupyter"]["state"])


@pytest.mark.parametrize(
    ("answers", "lights"),
    [
        pytest.param(["up", "silent", "up"], ["up", "up", "up"], id="slow once"),
        pytest.param(["silent", "up"], ["down", "up"], id="never up before"),
        pytest.param(["up", "down"], ["up", "down"], id="refuses"),
        pytest.param(["up", "silent", "unexpected"], ["up", "up", "unexpected"], id="another program"),
        pytest.param(
            ["up", *["silent"] * SILENT_LOOKS, "silent", "up"],
            [*["up"] * SILENT_LOOKS, "down", "down", "up"],
            id="silent for long",
        ),
        pytest.param(
            ["up", "silent", "silent", "up", *["silent"] * (SILENT_LOOKS - 1)],
            ["up"] * (SILENT_LOOKS + 3),
            id="silent now and then",
        ),
    ],
)
def test_a_service_that_was_up_is_not_down_for_one_slow_answer(
    monkeypatch: pytest.MonkeyPatch, answers: list[str], lights: list[str]
) -> None:
    coming = iter(answers)

    async def state(_: Service) -> str:
        return next(coming)

    monkeypatch.setattr(status, "_state", state)
    probe = Probe([Service("workshop-jupyter", "Jupyter", "127.0.0.1", 9, "/api", "version")])
    assert [look(probe) for _ in answers] == lights
