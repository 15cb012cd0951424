"""What must not take a class down: after each fault kernels have what they had, and pages answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from benchmarks.classroom.people import Browser, Person, SeenError, browsing
from benchmarks.classroom.sides import Workshop, run

PEOPLE = 3
RELOADS = 100
WAIT_SECONDS = 60.0
PAUSE_SECONDS = 0.1
KERNEL = "python3"


@dataclass(frozen=True)
class Fault:
    """What one fault did."""

    name: str
    back_seconds: float | None
    """Until everybody's kernel and everybody's pages answered again; None where they did not."""
    lost: int
    """Kernels that no longer had what they had."""


@dataclass
class Sitting:
    """Somebody at work: a kernel that holds a number."""

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
    browsers = [browsing(side.address, Person(each.name, each.secret)) for each in side.people[:PEOPLE]]
    try:
        sitting = [await sit_down(browser, number) for number, browser in enumerate(browsers)]
        found = []
        for name, make in FAULTS.items():
            say(f"fault: {name}")
            found.append(await after(name, make, sitting))
        say(f"{RELOADS} reloads")
        found.append(await reload(sitting[0]))
    finally:
        await asyncio.gather(*(browser.session.close() for browser in browsers))
    return found


async def sit_down(browser: Browser, number: int) -> Sitting:
    """Log in, and let a new kernel keep a number."""
    await browser.log_in()
    channels = await browser.start_kernel(KERNEL)
    await browser.cell(channels, f"kept = {number}")
    return Sitting(browser, channels, number)


async def after(name: str, make: Callable[[], None], sitting: list[Sitting]) -> Fault:
    """Make a fault and wait until all works again."""
    make()
    began = time.monotonic()
    kept = await asyncio.gather(*(_until_answered(each.works, began) for each in sitting))
    back = None if None in kept else time.monotonic() - began
    return Fault(name, back, sum(each is not True for each in kept))


async def _until_answered(works: Callable[[], Awaitable[bool]], began: float) -> bool | None:
    """Ask until there is an answer; None where none came."""
    while time.monotonic() - began < WAIT_SECONDS:
        try:
            return await works()
        except (SeenError, OSError, aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(PAUSE_SECONDS)
    return None


async def reload(sitting: Sitting) -> Fault:
    """Reload the seat's page again and again; the kernel goes on."""
    longest = 0.0
    for _ in range(RELOADS):
        began = time.monotonic()
        await sitting.browser.open(f"{sitting.browser.seat}lab")
        longest = max(longest, time.monotonic() - began)
    return Fault(f"{RELOADS} reloads", longest, int(not await sitting.works()))
