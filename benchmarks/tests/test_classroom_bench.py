"""``bench classroom``: its browsers in front of a small hub that shows errors, and its bars."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("aiohttp")

from aiohttp import web

from benchmarks.classroom import bench, people
from benchmarks.classroom.people import Person, all_come
from benchmarks.classroom.servers import Server

LOGIN = """<form><input type="hidden" name="_xsrf" value="t"></form>
<link href="/hub/style.css"><a href="/far">x</a>"""
PENDING = """<script>new EventSource("/hub/api/users/seat-001/server/progress")</script>"""
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def page(request: web.Request) -> web.Response:
    return web.Response(text=LOGIN, content_type="text/html")


def come(answers: dict[str, Answer]) -> Person:
    """Let one person log in to a hub that answers so."""

    async def log_in() -> Person:
        app = web.Application()
        for route, answer in answers.items():
            app.router.add_route(*route.split(), answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        person = Person("1", "code", "seat-001")
        try:
            host, port = runner.addresses[0][:2]
            await all_come(f"http://{host}:{port}", [person])
        finally:
            await runner.cleanup()
        return person

    return asyncio.run(log_in())


def test_a_browser_loads_what_pages_name_waits_for_the_seat_and_goes_there() -> None:
    asked: list[str] = []
    ready = [False]

    async def logs_in(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        assert (form["username"], form["password"], form["_xsrf"]) == ("1", "code", "t")
        raise web.HTTPFound("/hub/spawn-pending/seat-001")

    async def pending(request: web.Request) -> web.StreamResponse:
        if ready[0]:
            raise web.HTTPFound("/user/seat-001/workshop/")
        return web.Response(text=LOGIN + PENDING, content_type="text/html")

    async def progress(request: web.Request) -> web.StreamResponse:
        ready[0] = True
        return web.Response(text='data: {"progress": 0}\n\ndata: {"ready": true}\n\n')

    async def style(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(text="")

    person = come(
        {
            "GET /hub/login": page,
            "POST /hub/login": logs_in,
            "GET /hub/spawn-pending/seat-001": pending,
            "GET /hub/api/users/seat-001/server/progress": progress,
            "GET /hub/style.css": style,
            "GET /user/seat-001/workshop/": page,
        }
    )
    assert person.errors == []
    assert person.seconds is not None
    assert asked == ["/hub/style.css"], "each once"


def test_an_error_is_counted_and_the_button_pressed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "AGAIN_SECONDS", 0.01)
    times = [0]

    async def busy(request: web.Request) -> web.StreamResponse:
        times[0] += 1
        if times[0] < 3:
            raise web.HTTPTooManyRequests
        raise web.HTTPFound("/user/seat-001/")

    person = come(
        {"GET /hub/login": page, "POST /hub/login": busy, "GET /hub/spawn": busy, "GET /user/seat-001/": page}
    )
    assert [error.split()[0] for error in person.errors] == ["429", "429"]
    assert person.seconds is not None


def test_the_document_has_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers are replaced: a classroom and root's rights would have to be there."""

    @contextmanager
    def server(seats: int, folder: Path | None = None) -> Iterator[Server]:
        yield Server("http://127.0.0.1:9", [Person(str(each), "x", "nobody-here") for each in range(seats)])

    async def come_at_once(address: str, people: list[Person]) -> None:
        for number, person in enumerate(people):
            person.seconds = float(number)

    monkeypatch.setattr(bench, "classroom", server)
    monkeypatch.setattr(bench, "debian", server)
    monkeypatch.setattr(bench, "all_come", come_at_once)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    result = CliRunner().invoke(bench.app, ["--seats", "3", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["seats"], list(report["sides"])) == (3, ["workshop", "debian"])
    assert report["sides"]["workshop"]["p50"] == 1.0
    assert report["sides"]["workshop"]["failed"] == 0
