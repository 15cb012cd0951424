"""Notebooks are updated by those who are logged in to Jupyter, one update at a time."""

from __future__ import annotations

import asyncio
import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sync.bed import notebook
from sync.machine.bed import PullBed

from workshop.core.errors import WorkshopError
from workshop.core.servers import base_path
from workshop.core.settings import Settings
from workshop.sync import button as updates

from .serving import TOKEN, Jupyter, jupyter
from .test_gate import Answer, ask, cookies

BASE = base_path(TOKEN)
CALL = f"{BASE}workshop/api/updates"
FOLDER = f"{BASE}workshop/api/folder"


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


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[tuple[Jupyter, Path]]:
    """Another machine, or the next version of one: its Jupyter and its notebooks."""
    prefix, mine = tmp_path / "newer", tmp_path / "newer-notebooks"
    (prefix / "etc").mkdir(parents=True)
    config = prefix / "etc/workshop.toml"
    config.write_text(f'prefix = "{prefix}"\nnotebooks = "{mine}"\n')
    mine.mkdir()
    with jupyter(tmp_path / "newer-own", mine, WORKSHOP_CONFIG=str(config)) as server:
        yield server, mine


def post(server: Jupyter, verb: str, **headers: str) -> Answer:
    return ask(server, "POST", CALL, verb, **headers)


def test_those_who_are_logged_in_update_and_undo_and_take_notebooks_to_another_machine(
    bed: PullBed, lab: Jupyter, newer: tuple[Jupyter, Path], tmp_path: Path
) -> None:
    """A server takes seconds to start: so they take turns at one."""
    update_and_undo(bed, lab)
    shutil.rmtree(bed.bed.mine)
    take_notebooks_along(bed, lab, newer, tmp_path)


def update_and_undo(bed: PullBed, lab: Jupyter) -> None:
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
    folder = [ask(lab, method, FOLDER, "x", Cookie=cookie) for method in ("POST", "PUT")]
    assert {answer.status for answer in folder} == {403}
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


def take_notebooks_along(bed: PullBed, lab: Jupyter, newer: tuple[Jupyter, Path], tmp_path: Path) -> None:
    other, there = newer
    key = {"Authorization": f"token {TOKEN}"}
    strangers = [
        ask(lab, method, FOLDER, body) for method, body in (("POST", ""), ("PUT", "x"), ("GET", None))
    ]
    assert {answer.status for answer in strangers} <= {302, 403}
    assert ask(lab, "GET", FOLDER, **key).status == 404
    nothing = ask(lab, "POST", FOLDER, "", **key)
    assert nothing.status == 409
    assert "pack" in json.loads(nothing.body)["error"]

    bed.bed.edit("a.ipynb", notebook("mine", "2"))
    (there / "a.ipynb").write_bytes(notebook("1", "theirs"))
    (there / "only-there.txt").write_text("stays")
    (bed.bed.mine / "link").symlink_to("/etc/passwd")
    told = json.loads(ask(lab, "POST", FOLDER, "", **key).body)
    assert (told["files"], list(told["left_out"])) == (1, ["link"])
    kept = bed.prefix / "state/packed.zip"
    assert kept.stat().st_mode & 0o077 == 0, "no other account of the machine reads it"
    packed = taken(lab, key)
    assert ask(lab, "GET", FOLDER, **key).status == 404

    refused = {body: send(other, body, key) for body in (b"", b"PK no zip", packed[:-40])}
    assert {status for status, _ in refused.values()} == {409}
    for _, said in refused.values():
        assert "\n" not in said["error"]
        assert str(tmp_path) not in said["error"]
    status, own = send(lab, packed, key)
    assert status == 409
    assert "this folder" in own["error"]

    status, report = send(other, packed, key)
    assert (status, report["changed"]) == (200, True)
    assert [each["path"] for each in report["files"]] == ["a.ipynb"]
    assert any("link" in note for note in report["notes"])
    found = sorted(path.name for path in there.iterdir())
    assert [name for name in found if not name.startswith("a.")] == ["only-there.txt"]
    texts = "".join((there / name).read_text() for name in found)
    assert "mine" in texts
    assert "theirs" in texts
    assert json.loads(json.dumps(send(other, packed, key)[1]["changed"])) is False
    assert not list((tmp_path / "newer/state").glob("brought*"))
    assert not list((bed.prefix / "state").glob("*packed*"))


def taken(server: Jupyter, headers: dict[str, str]) -> bytes:
    """Download what was packed."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{FOLDER}", headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="my-notebooks.zip"'
        return bytes(answer.read())


def send(server: Jupyter, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    """Upload it."""
    words = headers | {"Content-Type": "application/zip"}
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{FOLDER}", body, words, method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_they_are_packed_where_no_sync_ran_yet(bed: PullBed) -> None:
    assert not (bed.prefix / "state").exists()
    bed.bed.edit("a.ipynb", notebook("mine"))
    mine = updates.UpdateButton(Settings(prefix=bed.prefix, notebooks=bed.bed.mine))
    assert asyncio.run(mine.pack())["files"] == 1
    assert mine.packed.is_file()


def test_what_cannot_be_packed_is_said_in_one_line(bed: PullBed) -> None:
    bed.bed.edit("a.ipynb", notebook("mine"))
    (bed.prefix / "state").write_text("in the way")
    mine = updates.UpdateButton(Settings(prefix=bed.prefix, notebooks=bed.bed.mine))
    with pytest.raises(WorkshopError, match=r"nothing was packed: .*state"):
        asyncio.run(mine.pack())


def test_one_update_at_a_time(bed: PullBed, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    async def several() -> list[object]:
        going = asyncio.Event()

        async def run(_mine: object, verb: str) -> tuple[int, dict[str, object]]:
            started.append(verb)
            await going.wait()
            return 0, {"changed": True}

        monkeypatch.setattr(updates, "run", run)
        mine = updates.UpdateButton(Settings(prefix=bed.prefix, notebooks=bed.bed.mine))
        asked = [asyncio.create_task(mine.do("update")) for _ in range(6)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        going.set()
        first = await asyncio.gather(*asked, return_exceptions=True)
        return [*first, await mine.do("undo")]

    done = asyncio.run(several())
    refused = [each for each in done if isinstance(each, WorkshopError)]
    assert len(refused) == 5
    assert {str(each) for each in refused} == {"an update is already running; wait until it has finished"}
    assert started == ["update", "undo"]
