"""The start page shows what is new, and starts nothing; the address is asked only when that is allowed."""

from __future__ import annotations

import asyncio
import gc
import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sync.bed import notebook
from sync.machine.bed import PullBed

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.sync import button as updates

from .serving import Answer, ask, running


@pytest.fixture
def bed(tmp_path: Path) -> PullBed:
    return released(tmp_path)


def released(folder: Path) -> PullBed:
    bed = PullBed(folder)
    bed.organiser.release("v1", "First lessons", a_ipynb=notebook("1"))
    return bed


def choose(bed: PullBed, **more: object) -> str:
    """Write what set-up would; return the server's settings."""
    choice = {"url": bed.organiser.url, "signers": str(bed.signers)} | more
    (bed.prefix / "etc").mkdir(parents=True, exist_ok=True)
    (bed.prefix / "web").mkdir(exist_ok=True)
    lines = [f"{name} = {json.dumps(value)}" for name, value in choice.items()]
    (bed.prefix / "etc/updates.toml").write_text("\n".join(lines))
    return f'prefix = "{bed.prefix}"\nnotebooks = "{bed.bed.mine}"\n'


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PullBed, int]]:
    """A server for all tests in which nothing may happen, and its machine."""
    bed = released(tmp_path_factory.mktemp("untouched"))
    with running(bed.prefix / "web", settings=choose(bed)) as (number, _):
        yield bed, number


@pytest.fixture
def asking(bed: PullBed) -> Iterator[int]:
    with running(bed.prefix / "web", settings=choose(bed, check_online=True)) as (number, _):
        yield number


def state(port: int) -> dict[str, Any]:
    return dict(json.loads(ask(port, "/api/updates").body))


def post(port: int, verb: str, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", "/api/updates", verb, given)
    response = connection.getresponse()
    return Answer(response.status, dict(response.getheaders()), response.read())


def test_whatever_a_stranger_reads_starts_nothing(untouched: tuple[PullBed, int]) -> None:
    """As another account of the machine: it may read all that the page may, and say where it comes from."""
    bed, port = untouched
    own = {"Origin": f"http://127.0.0.1:{port}", "Sec_Fetch_Site": "same-origin"}
    words = [str(value) for value in state(port).values()]
    for verb in ("update", "undo", "look", "--undo"):
        for token in ("", "guessed", *words):
            assert post(port, verb, X_Workshop_Token=token, **own).status == 403
    assert "token" not in state(port)
    assert not bed.bed.mine.exists()


def test_a_foreign_name_is_told_nothing(untouched: tuple[PullBed, int]) -> None:
    _, port = untouched
    assert ask(port, "/api/updates", host="evil.example").status == 403


def test_other_methods_do_nothing(untouched: tuple[PullBed, int]) -> None:
    bed, port = untouched
    assert ask(port, "/api/updates", "PUT").status == 405
    assert not bed.bed.mine.exists()


def test_without_consent_nobody_is_asked(untouched: tuple[PullBed, int]) -> None:
    bed, port = untouched
    assert state(port) == {"can": True, "looking": False, "news": None, "silence": ""}
    assert not (bed.prefix / "state").exists()


def test_with_consent_news_are_told(bed: PullBed, asking: int) -> None:
    deadline = time.monotonic() + 120
    while state(asking)["looking"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert state(asking)["news"]["news"].startswith("v1")
    assert not bed.bed.mine.exists(), "to look writes nothing"


def test_without_an_address_there_is_no_button(bed: PullBed) -> None:
    with running(bed.prefix / "web", settings=choose(bed, url="")) as (port, _):
        command = "workshop update source set"
        assert state(port) == {"can": False, "command": command}


@pytest.mark.parametrize("fault", [TimeoutError(), OSError("no more processes"), ValueError("no JSON")])
def test_an_address_that_cannot_be_asked_is_no_news_and_no_fault_of_the_server(
    bed: PullBed, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    choose(bed, check_online=True)
    settings = Settings(prefix=bed.prefix, notebooks=bed.bed.mine)
    complaints: list[dict[str, Any]] = []

    async def fails(*_: Any) -> None:
        raise type(fault)(*fault.args)  # of its own: the traceback holds the task

    async def look() -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        known = updates.UpdateButton(settings)
        await known.state()
        await asyncio.sleep(0)
        answer = await known.state()
        del known
        gc.collect()
        await asyncio.sleep(0)
        return answer

    monkeypatch.setattr(updates, "run", fails)
    assert asyncio.run(look()) == {"can": True, "looking": False, "news": None, "silence": ""}
    assert complaints == []


@pytest.mark.parametrize("fault", [TimeoutError(), OSError("no more processes"), ValueError("no JSON")])
def test_an_update_that_came_to_no_end_is_one_line(
    bed: PullBed, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    choose(bed)

    async def fails(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(updates, "run", fails)
    known = updates.UpdateButton(Settings(prefix=bed.prefix, notebooks=bed.bed.mine))
    for _ in range(2):  # the first one does not count as still at work
        with pytest.raises(WorkshopError, match="did not finish; nothing is lost, try again"):
            asyncio.run(known.do("update"))


def test_a_choice_that_cannot_be_read_is_none(bed: PullBed) -> None:
    choose(bed)
    (bed.prefix / "etc/updates.toml").write_text("url = ")
    known = updates.UpdateButton(Settings(prefix=bed.prefix, notebooks=bed.bed.mine))
    assert asyncio.run(known.state())["can"] is False
    with pytest.raises(WorkshopError, match="is not TOML"):
        asyncio.run(known.do("update"))
