"""The button that updates notebooks: it works, for this page alone, and goes online only when allowed."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pull.bed import PullBed
from tests.sync.bed import notebook

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


@pytest.fixture
def port(bed: PullBed) -> Iterator[int]:
    with running(bed.prefix / "web", settings=choose(bed)) as (number, _):
        yield number


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


def post(port: int, verb: str, **headers: str | None) -> Answer:
    """Post as the start page does; ``headers`` replace its own, None leaves one out."""
    own = {
        "Origin": f"http://127.0.0.1:{port}",
        "X-Workshop-Token": state(port)["token"],
        "Sec-Fetch-Site": "same-origin",
    }
    given = own | {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/api/updates", verb, {k: v for k, v in given.items() if v is not None})
    response = connection.getresponse()
    return Answer(response.status, dict(response.getheaders()), response.read())


def test_update_and_undo(bed: PullBed, port: int) -> None:
    answer = post(port, "update")
    assert answer.status == 200, answer.body
    report = json.loads(answer.body)
    assert report["changed"] and report["news"].startswith("v1")
    assert bed.bed.read("a.ipynb") == notebook("1")
    assert json.loads(post(port, "update").body)["changed"] is False
    assert json.loads(post(port, "undo").body)["changed"] is True
    assert not (bed.bed.mine / "a.ipynb").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": None},
        {"Origin": "null"},
        {"X_Workshop_Token": None},
        {"X_Workshop_Token": "guessed"},
        {"X_Workshop_Token": "gu\u00e9ssed"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_only_the_start_page_may_ask(untouched: tuple[PullBed, int], headers: dict[str, str | None]) -> None:
    bed, port = untouched
    answer = post(port, "update", **headers)
    assert answer.status == 403
    assert not bed.bed.mine.exists()


def test_a_foreign_name_gets_no_token(untouched: tuple[PullBed, int]) -> None:
    _, port = untouched
    assert ask(port, "/api/updates", host="evil.example").status == 403


def test_other_words_and_methods_do_nothing(untouched: tuple[PullBed, int]) -> None:
    bed, port = untouched
    assert post(port, "look").status == 400
    assert post(port, "--undo").status == 400
    assert ask(port, "/api/updates", "PUT").status == 405
    assert not bed.bed.mine.exists()


def test_a_refusal_is_told_in_one_line(bed: PullBed, port: int) -> None:
    bed.organiser.key = None
    bed.organiser.git("tag", "--delete", "v1")
    answer = post(port, "update")
    assert answer.status == 409
    assert "is not signed" in json.loads(answer.body)["error"]


def test_without_consent_nobody_is_asked(untouched: tuple[PullBed, int]) -> None:
    bed, port = untouched
    assert state(port) == {"can": True, "token": state(port)["token"], "looking": False, "news": None}
    assert not (bed.prefix / "state").exists()


def test_with_consent_news_are_told_and_are_none_once_they_are_there(bed: PullBed, asking: int) -> None:
    deadline = time.monotonic() + 120
    while state(asking)["looking"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert state(asking)["news"]["news"].startswith("v1")
    assert not bed.bed.mine.exists(), "to look writes nothing"
    assert post(asking, "update").status == 200
    assert state(asking)["news"] is None


def test_without_an_address_there_is_no_button(bed: PullBed) -> None:
    with running(bed.prefix / "web", settings=choose(bed, url="")) as (port, _):
        command = f"{bed.prefix}/venvs/jupyter/bin/workshop updates set"
        assert state(port) == {"can": False, "command": command}
