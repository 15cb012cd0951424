"""What must not take a class down: after each fault kernels have what they had, and pages answer."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.classroom.people import Browser, Person, SeenError, browsing
from benchmarks.classroom.sides import Workshop, run

PEOPLE = 3
BROWSERS = PEOPLE + 2
"""Two come in the middle of a fault."""
SEATS = "classroom-seat@*"
LOOK_SECONDS = 0.02
RELOADS = 100
WAIT_SECONDS = 60.0
PAUSE_SECONDS = 0.1
KERNEL = "python3"
FILE = "kept.txt"
HOMES = Path("/home")
FULL_SECONDS = 5.0
"""That the disk stays full."""


@dataclass(frozen=True)
class Fault:
    """What one fault did."""

    name: str
    back_seconds: float | None
    """Until everybody's kernel and everybody's pages answered again; None where they did not."""
    lost: int
    """Kernels that no longer had what they had, and files that did not."""
    why: str = ""
    """What the first of them saw last."""


@dataclass
class Sitting:
    """Somebody at work: a kernel that holds a number, and a file that does."""

    browser: Browser
    channels: str
    number: int

    async def works(self) -> bool:
        """Tell whether the kernel has its number, and seat and hub show their pages; SeenError: not yet."""
        found = await self.browser.cell(self.channels, "kept", 5.0)
        for path in (f"{self.browser.seat}lab", "/hub/home"):
            async with self.browser.session.get(self.browser.address + path) as answer:
                if answer.status != 200:
                    raise SeenError(f"{answer.status} at {path}")
        return found == str(self.number)

    async def saves(self) -> bool:
        """Tell whether it works, with the file as it was, and anew; SeenError: not yet."""
        had = await self.browser.saved(FILE)
        if (status := await self.browser.save(FILE, f"{self.number} again")) >= 400:
            raise SeenError(f"{status} at {FILE}")
        kept = had in (str(self.number), f"{self.number} again")
        return await self.works() and kept and await self.browser.saved(FILE) == f"{self.number} again"


def stop_hard(unit: str) -> Callable[[], None]:
    """Return what kills a unit, as nothing may."""
    return lambda: (run("systemctl", "kill", "--signal=KILL", unit), None)[1]


FAULTS: dict[str, Callable[[], None]] = {
    "hub killed": stop_hard("workshop-hub"),
    "proxy killed": stop_hard("workshop-proxy"),
    "both killed": lambda: (
        run("systemctl", "kill", "--signal=KILL", "workshop-hub", "workshop-proxy"),
        None,
    )[1],
    "hub restarted": lambda: (run("systemctl", "restart", "workshop-hub"), None)[1],
    "systemd anew": lambda: (run("systemctl", "daemon-reexec"), None)[1],
}


def try_all(side: Workshop, say: Callable[[str], None]) -> list[Fault]:
    """Let some people work, and make one fault after the other."""
    side.free()
    return asyncio.run(_try_all(side, say))


async def _try_all(side: Workshop, say: Callable[[str], None]) -> list[Fault]:
    browsers = [browsing(side.address, Person(each.name, each.secret)) for each in side.people[:BROWSERS]]
    try:
        sitting = [await sit_down(browser, number) for number, browser in enumerate(browsers[:PEOPLE])]
        found = []
        for name, make in FAULTS.items():
            say(f"fault: {name}")
            found.append(await after(name, make, sitting))
        say("fault: hub killed while a seat starts")
        found.append(await killed_while_starting(sitting, browsers[PEOPLE + 1]))
        say(f"{RELOADS} reloads")
        found.append(await reload(sitting[0]))
        say("fault: disk full")
        found.append(await disk_full(sitting, browsers[PEOPLE]))
    finally:
        await asyncio.gather(*(browser.session.close() for browser in browsers))
    return found


async def sit_down(browser: Browser, number: int) -> Sitting:
    """Log in, and let a new kernel keep a number."""
    await browser.log_in()
    channels = await browser.start_kernel(KERNEL)
    await browser.cell(channels, f"kept = {number}")
    if (status := await browser.save(FILE, str(number))) >= 400:
        raise SeenError(f"{status} at {FILE}")
    return Sitting(browser, channels, number)


async def after(name: str, make: Callable[[], None], sitting: list[Sitting]) -> Fault:
    """Make a fault and wait until all works again."""
    make()
    return await answered(name, [each.works for each in sitting])


async def answered(name: str, asked: list[Callable[[], Awaitable[bool]]]) -> Fault:
    """Ask all until there are answers; tell how long that took, and who has no longer what there was."""
    began = time.monotonic()
    kept = await asyncio.gather(*(_until_answered(each, began) for each in asked))
    lost = [each for each in kept if each is not True]
    back = None if any(isinstance(each, str) for each in kept) else time.monotonic() - began
    return Fault(name, back, len(lost), str(lost[0] or "it was another one") if lost else "")


async def killed_while_starting(sitting: list[Sitting], newcomer: Browser) -> Fault:
    """Kill the hub when somebody's server has just begun: they reload the page, and come to that server."""
    before = _seats()
    coming = asyncio.create_task(_tries(newcomer.log_in()))
    while _seats() == before and not coming.done():
        await asyncio.sleep(LOOK_SECONDS)
    stop_hard("workshop-hub")()
    await coming
    return await answered(
        "hub killed while a seat starts", [*(each.works for each in sitting), comes(newcomer)]
    )


def _seats() -> str:
    """Return the units of seats that run."""
    return run("systemctl", "list-units", "--plain", "--no-legend", "--state=active", SEATS)


def comes(newcomer: Browser) -> Callable[[], Awaitable[bool]]:
    """Return what lets somebody reload the page until they are at their seat."""

    async def asks() -> bool:
        await newcomer.come_back()
        return True

    return asks


async def disk_full(sitting: list[Sitting], newcomer: Browser) -> Fault:
    """Fill the disk with the homes to its last byte; all try to save, and one more comes; then make room.

    Who comes while it is full may be refused, and comes again. That counts as lost where it does not work.
    """
    filler = HOMES / ".workshop-bench"
    try:
        fill(filler)
        await asyncio.gather(
            *(_tries(each.browser.save(FILE, f"{each.number} again")) for each in sitting),
            _tries(newcomer.log_in()),
        )
        await asyncio.sleep(FULL_SECONDS)
    finally:
        filler.unlink(missing_ok=True)
    return await answered("disk full", [*(each.saves for each in sitting), comes(newcomer)])


def fill(filler: Path) -> None:
    """Leave no byte on the disk of a file: what it gets at once is halved until nothing is left."""
    with filler.open("wb", buffering=0) as opened:
        step = shutil.disk_usage(filler.parent).free
        while step:
            try:
                os.posix_fallocate(opened.fileno(), opened.seek(0, os.SEEK_END), step)
            except OSError:
                step //= 2


async def _tries(what: Awaitable[object]) -> None:
    """Wait for what may fail, or for as long as somebody waits before a full disk."""
    try:
        async with asyncio.timeout(FULL_SECONDS):
            await what
    except (SeenError, OSError, aiohttp.ClientError, TimeoutError):
        return


async def _until_answered(asks: Callable[[], Awaitable[bool]], began: float) -> bool | str:
    """Ask until there is an answer; what was seen last where none came."""
    seen = "nothing"
    while time.monotonic() - began < WAIT_SECONDS:
        try:
            return await asks()
        except (SeenError, OSError, aiohttp.ClientError, TimeoutError) as error:
            seen = f"{type(error).__name__}: {error}"
            await asyncio.sleep(PAUSE_SECONDS)
    return seen


async def reload(sitting: Sitting) -> Fault:
    """Reload the seat's page again and again; the kernel goes on."""
    longest = 0.0
    for _ in range(RELOADS):
        began = time.monotonic()
        await sitting.browser.open(f"{sitting.browser.seat}lab")
        longest = max(longest, time.monotonic() - began)
    return Fault(f"{RELOADS} reloads", longest, int(not await sitting.works()))
