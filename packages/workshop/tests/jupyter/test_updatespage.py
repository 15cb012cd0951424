"""Notebooks are updated by those who are logged in to Jupyter, one update at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pull.bed import PullBed
from sync.bed import notebook

from workshop.errors import WorkshopError
from workshop.servers import base_path
from workshop.settings import Settings
from workshop.web import updates

from .serving import TOKEN, Jupyter, jupyter
from .test_gate import Answer, ask, cookies

BASE = base_path(TOKEN)
CALL = f"{BASE}workshop/api/updates"


@pytest.fixture
def bed(tmp_path: Path) -> PullBed:
    bed = PullBed(tmp_path)
    bed.organiser.release("v1", "First lessons", a_ipynb=notebook("1"))
    (bed.prefix / "etc").mkdir(parents=True, exist_ok=True)
    choice = {"url": bed.organiser.url, "signers": str(bed.signers)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in choice.items()]
    (bed.prefix / "etc/updates.toml").write_text("\n".join(lines))
    (bed.prefix / "etc/workshop.toml").write_text(f'prefix = "{bed.prefix}"\nnotebooks = "{bed.bed.mine}"\n')
    return bed


@pytest.fixture
def lab(bed: PullBed, tmp_path: Path) -> Iterator[Jupyter]:
    (tmp_path / "notebooks").mkdir()
    config = str(bed.prefix / "etc/workshop.toml")
    with jupyter(tmp_path / "own", tmp_path / "notebooks", WORKSHOP_CONFIG=config) as server:
        yield server


def post(server: Jupyter, verb: str, **headers: str) -> Answer:
    return ask(server, "POST", CALL, verb, **headers)


def test_update_and_undo_for_those_who_are_logged_in(bed: PullBed, lab: Jupyter) -> None:
    page = ask(lab, "GET", f"{BASE}workshop/updates?token={TOKEN}")
    cookie = "; ".join(line.partition(";")[0] for line in cookies(page).values())
    xsrf = page.body.partition('XSRF = "')[2].partition('"')[0]
    assert xsrf

    stranger = (
        post(lab, "update"),
        post(lab, "update", Authorization="token wrong"),
        post(lab, "update", Cookie=cookie),
        post(lab, "update", Cookie=cookie, X_XSRFToken=xsrf, Origin="http://evil.example"),
        ask(lab, "POST", "/workshop/api/updates", "update", Cookie=cookie, X_XSRFToken=xsrf),
        ask(lab, "GET", f"{BASE}workshop/updates"),
        ask(lab, "GET", CALL),
    )
    assert {answer.status for answer in stranger} <= {302, 403, 404}
    assert not bed.bed.mine.exists()

    mine = {"Cookie": cookie, "X_XSRFToken": xsrf}
    assert json.loads(ask(lab, "GET", CALL, Cookie=cookie).body)["can"] is True
    assert post(lab, "--undo", **mine).status == 400
    answer = post(lab, "update", **mine)
    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["news"].startswith("v1")
    assert bed.bed.read("a.ipynb") == notebook("1")
    assert json.loads(post(lab, "update", Authorization=f"token {TOKEN}").body)["changed"] is False
    assert json.loads(post(lab, "undo", **mine).body)["changed"] is True
    assert not (bed.bed.mine / "a.ipynb").exists()

    bed.organiser.key = None
    bed.organiser.git("tag", "--delete", "v1")
    refused = post(lab, "update", **mine)
    assert refused.status == 409
    assert "is not signed" in json.loads(refused.body)["error"]


def test_one_update_at_a_time(bed: PullBed, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    async def several() -> list[object]:
        going = asyncio.Event()

        async def run(_mine: object, verb: str) -> tuple[int, dict[str, object]]:
            started.append(verb)
            await going.wait()
            return 0, {"changed": True}

        monkeypatch.setattr(updates, "run", run)
        mine = updates.Updates(Settings(prefix=bed.prefix, notebooks=bed.bed.mine))
        asked = [asyncio.create_task(mine.do("update")) for _ in range(6)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        going.set()
        first = await asyncio.gather(*asked, return_exceptions=True)
        return [*first, await mine.do("undo")]

    done = asyncio.run(several())
    refused = [each for each in done if isinstance(each, WorkshopError)]
    assert len(refused) == 5
    assert {str(each) for each in refused} == {"an update is running already; wait until it has ended"}
    assert started == ["update", "undo"]


def test_an_update_that_failed_makes_room_for_the_next(bed: PullBed, monkeypatch: pytest.MonkeyPatch) -> None:
    async def twice() -> None:
        mine = updates.Updates(Settings(prefix=bed.prefix, notebooks=bed.bed.mine))
        for _ in range(2):
            with pytest.raises(WorkshopError, match="no room"):
                await mine.do("update")

    async def run(_mine: object, _verb: str) -> tuple[int, dict[str, object]]:
        return 1, {"error": "there is no room"}

    monkeypatch.setattr(updates, "run", run)
    asyncio.run(twice())
