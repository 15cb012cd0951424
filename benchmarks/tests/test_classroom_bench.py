"""The bench of the classroom: its arithmetic, and its browsers before a small hub that shows errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("aiohttp")

from aiohttp import web

from benchmarks.classroom.bench import OURS, Cold, Trial, Warm, summarise
from benchmarks.classroom.faults import Fault, fill
from benchmarks.classroom.people import Browser, Person, all_come
from benchmarks.classroom.training import MAY_FAIL, Trained, cells_of, type_on
from benchmarks.classroom.usage import Memory, machine_seconds, memory, pss_mb
from workshop.lessons.catalogue import Profile

LOGIN = """<form><input type="hidden" name="_xsrf" value="t"></form>
<link href="/hub/style.css"><a href="/far">x</a>"""


def people(*seconds: float | None) -> list[Person]:
    return [Person(str(number), "x", seconds=each, cell_seconds=each) for number, each in enumerate(seconds)]


def trained(**differs: object) -> Trained:
    good = Trained(people(1.0, 1.0, 1.0), ended=2, endless="the kernel died: ", endless_again="2")
    return replace(good, **differs)  # type: ignore[arg-type]


GOOD = Trial(
    Cold(people(1.0, 2.0), 4.0, Memory(300.0, [90.0, 110.0])),
    warm=Warm(people(1.0, 2.0), 3.0, Memory(300.0, [90.0])),
    theano=3.0,
    trained=trained(),
    faults=[Fault("hub killed", 3.0, 0)],
)


def missed(ours: Trial, **others: Trial) -> list[str]:
    found: list[str] = summarise({OURS: ours, **others})["missed"]
    return found


def test_a_class_that_keeps_every_bar_passes() -> None:
    slower = Trial(Cold(people(3.0, 4.0), 8.0, Memory(900.0, [300.0])))
    assert missed(GOOD, littlest=slower) == []
    report = summarise({OURS: GOOD, "littlest": slower})
    assert report["passed"]
    assert report["cold"][OURS]["processor_seconds_each"] == 2.0
    assert report["cold"][OURS]["seat_mb"] == 100.0


@pytest.mark.parametrize(
    ("worse", "word"),
    [
        (replace(GOOD, cold=Cold(people(1.0, None), 3.0, Memory(300.0, [100.0]))), "1 failed"),
        (
            replace(GOOD, cold=Cold(people(1.0, 2.0), 7.0, Memory(300.0, [100.0]))),
            "processor_seconds_each 3.5",
        ),
        (replace(GOOD, cold=Cold(people(1.0, 2.0), 4.0, Memory(351.0, [100.0]))), "hub_mb"),
        (replace(GOOD, cold=Cold(people(1.0, 2.0), 4.0, Memory(300.0, [111.0]))), "seat_mb"),
        (replace(GOOD, warm=Warm(people(1.0, 9.0), 3.0, Memory(300.0, [90.0]))), "warm: p95"),
        (replace(GOOD, warm=Warm(people(1.0, 1.0), 3.0, Memory(351.0, [90.0]))), "hub_mb"),
        (replace(GOOD, warm=Warm(people(1.0, 1.0), 3.0, Memory(300.0, [111.0]))), "seat_mb"),
        (replace(GOOD, theano=7.5), "Theano"),
        (replace(GOOD, theano=None, theano_error="no kernel: 500"), "no kernel: 500"),
        (replace(GOOD, trained=trained(ended=1)), "1 of 2 who train"),
        (replace(GOOD, trained=trained(endless="")), "endless allocation: went on"),
        (replace(GOOD, trained=trained(endless_again="")), "endless allocation"),
        (replace(GOOD, faults=[Fault("proxy killed", 11.0, 0)]), "proxy killed: back in 11.0"),
        (replace(GOOD, faults=[Fault("proxy killed", None, 3)]), "proxy killed: back in None"),
        (replace(GOOD, faults=[Fault("proxy killed", 1.0, 1)]), "1 lost"),
    ],
)
def test_each_bar_that_is_missed_is_told(worse: Trial, word: str) -> None:
    lines = missed(worse)
    assert len(lines) == 1, lines
    assert word in lines[0]


def test_a_peer_that_is_quicker_is_told_unless_it_left_somebody_out() -> None:
    quicker = Trial(Cold(people(0.5, 0.6), 4.0, Memory(300.0, [100.0])))
    assert len(missed(GOOD, debian=quicker)) == 2
    assert missed(GOOD, debian=Trial(Cold(people(0.5, None), 4.0, Memory(300.0, [100.0])))) == []


def hub(answers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]) -> web.Application:
    app = web.Application()
    for route, answer in answers.items():
        method, path = route.split()
        app.router.add_route(method, path, answer)
    return app


async def come(app: web.Application, then: Callable[[Browser], Awaitable[None]] | None = None) -> Person:
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    person = Person("1", "code")
    try:
        host, port = runner.addresses[0][:2]
        await all_come(f"http://{host}:{port}", [person], 0.0, then)
    finally:
        await runner.cleanup()
    return person


async def page(request: web.Request) -> web.Response:
    return web.Response(text=LOGIN, content_type="text/html")


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
        return await page(request)

    async def progress(request: web.Request) -> web.StreamResponse:
        ready[0] = True
        return web.Response(text='data: {"progress": 0}\n\ndata: {"ready": true}\n\n')

    async def style(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(text="")

    app = hub(
        {
            "GET /hub/login": page,
            "POST /hub/login": logs_in,
            "GET /hub/spawn-pending/seat-001": pending,
            "GET /hub/api/users/seat-001/server/progress": progress,
            "GET /hub/style.css": style,
            "GET /user/seat-001/workshop/": page,
        }
    )
    person = asyncio.run(come(app))
    assert person.errors == []
    assert person.seconds is not None
    assert asked == ["/hub/style.css"], "each once"


def test_an_error_429_is_counted_and_the_button_pressed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.classroom.people.AGAIN_SECONDS", 0.01)
    times = [0]

    async def busy(request: web.Request) -> web.StreamResponse:
        times[0] += 1
        if times[0] < 3:
            raise web.HTTPTooManyRequests
        raise web.HTTPFound("/user/seat-001/")

    app = hub(
        {"GET /hub/login": page, "POST /hub/login": busy, "GET /hub/spawn": busy, "GET /user/seat-001/": page}
    )
    person = asyncio.run(come(app))
    assert (person.too_many, len(person.errors)) == (2, 2)
    assert person.seconds is not None


def test_a_kernel_that_dies_ends_its_cell_with_what_it_said() -> None:
    async def lets_in(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/user/seat-001/")

    async def kernel(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        parent = (await socket.receive_json())["header"]
        text = {"name": "stderr", "text": "Memory ran out"}
        await socket.send_json({"msg_type": "stream", "content": text, "parent_header": parent})
        await socket.send_json({"msg_type": "status", "content": {"execution_state": "restarting"}})
        await socket.receive()
        return socket

    async def run(browser: Browser) -> None:
        await browser.cell("/user/seat-001/api/kernels/1/channels", "1+1")

    app = hub(
        {
            "GET /hub/login": page,
            "POST /hub/login": lets_in,
            "GET /user/seat-001/": page,
            "GET /user/seat-001/api/kernels/1/channels": kernel,
        }
    )
    assert asyncio.run(come(app, run)).errors == ["SeenError: the kernel died: Memory ran out"]


def test_who_writes_runs_small_cells_until_the_others_have_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.classroom.training.TYPE_SECONDS", 0.001)
    seconds: list[float] = []

    async def lets_in(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/user/seat-001/")

    async def session(request: web.Request) -> web.StreamResponse:
        return web.json_response({"kernel": {"id": "1"}}, status=201)

    async def kernel(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        parent = (await socket.receive_json())["header"]
        result = {"msg_type": "execute_result", "content": {"data": {"text/plain": "2"}}}
        await socket.send_json({**result, "parent_header": parent})
        return socket

    async def writes(browser: Browser) -> None:
        done = asyncio.Event()
        task = asyncio.create_task(type_on(browser, seconds, done))
        while len(seconds) < 3:
            await asyncio.sleep(0.01)
        done.set()
        await task

    app = hub(
        {
            "GET /hub/login": page,
            "POST /hub/login": lets_in,
            "GET /user/seat-001/": page,
            "POST /user/seat-001/api/sessions": session,
            "GET /user/seat-001/api/kernels/1/channels": kernel,
        }
    )
    assert asyncio.run(come(app, writes)).errors == []
    assert len(seconds) >= 3


def test_who_trains_runs_the_cells_of_a_lesson_with_its_profile_and_solutions() -> None:
    cells = cells_of("1-mnist/10-mlp", Profile.FAST)
    assert 'PROFILE = "fast"' in [source for source, _ in cells]
    assert not any("return ..." in source for source, may_fail in cells if may_fail)
    assert 0 < sum(may_fail for _, may_fail in cells) < len(cells), MAY_FAIL


def test_a_disk_is_filled_to_its_last_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [10_007]

    def allocate(file: int, start: int, length: int) -> None:
        if length > left[0] - 3_000 and length > 1:  # what is said to be free is not quite so
            raise OSError
        if length > left[0]:
            raise OSError
        left[0] -= length

    usage = type("Usage", (), {"free": 10_007})()
    monkeypatch.setattr("benchmarks.classroom.faults.shutil.disk_usage", lambda path: usage)
    monkeypatch.setattr("benchmarks.classroom.faults.os.posix_fallocate", allocate)
    fill(tmp_path / "filler")
    assert left[0] == 0


def test_whoever_is_not_let_in_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuses(request: web.Request) -> web.StreamResponse:
        raise web.HTTPForbidden

    async def back(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/hub/login")

    monkeypatch.setattr("benchmarks.classroom.people.AGAIN_SECONDS", 0.01)
    app = hub({"GET /hub/login": page, "POST /hub/login": refuses, "GET /hub/spawn": back})
    person = asyncio.run(come(app))
    assert person.seconds is None
    assert person.errors[-1] == "SeenError: was not let in"


def test_processor_time_is_that_of_the_machines_group(tmp_path: Path) -> None:
    v1, v2 = tmp_path / "cpuacct.usage", tmp_path / "cpu.stat"
    v2.write_text("usage_usec 2500000\nuser_usec 1\n")
    assert machine_seconds(v1, v2) == 2.5
    v1.write_text("7000000000\n")
    assert machine_seconds(v1, v2) == 7.0
    v1.unlink()
    v2.unlink()
    assert machine_seconds(v1, v2) > 0


def test_memory_is_told_apart_by_account_and_command(tmp_path: Path) -> None:
    me = tmp_path.stat().st_uid
    for number, command in enumerate(
        ("jupyterhub-singleuser", "ipykernel_launcher", "configurable-http-proxy")
    ):
        folder = tmp_path / str(100 + number)
        folder.mkdir()
        (folder / "cmdline").write_bytes(command.encode() + b"\0")
        (folder / "smaps_rollup").write_text("Rss: 9 kB\nPss:   1000 kB\n")
    assert pss_mb(tmp_path / "100") == 1.024
    assert memory({me: "seat-001"}, ("proxy",), tmp_path) == Memory(0.0, [2.048])
    assert memory({me + 1: "seat-001"}, ("proxy",), tmp_path) == Memory(1.024, [])
