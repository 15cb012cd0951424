"""Everybody trains a lesson at once, one allocates without end: whom does that take down?"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.classroom.people import Browser, Person, SeenError, all_come
from benchmarks.classroom.sides import Workshop, run
from workshop.lessons.catalogue import Profile, choose, find_lessons, notebooks_folder, source_of, tags_of
from workshop.lessons.runner import RunOptions, prepare, solutions_of

KERNEL = "theano"
LESSON = "1-mnist/10-mlp"
MAY_FAIL = "raises-exception"
CELL_SECONDS = 1800.0
"""That one cell may take: all share the processors."""
LOOK_SECONDS = 2.0
TYPE_SECONDS = 2.0
"""After which somebody who does not train runs the next small cell."""
ENDLESS = """held = []
while True:
    held.append(bytearray(b"x") * 2**24)"""
MB = 1e6


@dataclass
class Trained:
    """What became of a class that trains."""

    people: list[Person]
    ended: int = 0
    """Of those who train a lesson, how many came to its last cell."""
    seconds: float = 0.0
    """Until the last of them did."""
    endless: str = ""
    """What who allocates without end saw."""
    endless_again: str = ""
    """What `1+1` was on that seat afterwards, in a kernel that starts anew."""
    typed: list[float] = field(default_factory=list)
    """Seconds that `1+1` took meanwhile on one more seat, again and again."""
    most_mb: float = 0.0
    """Of all seats together, with what the kernel keeps of their files."""
    errors: list[str] = field(default_factory=list)


def cells_of(name: str, profile: Profile) -> list[tuple[str, bool]]:
    """Return the code cells of a lesson with its exercises solved, each with whether it may raise."""
    folder = notebooks_folder()
    lesson = choose(find_lessons(folder), [name])[0]
    notebook = lesson.read()
    solutions = solutions_of(notebook, RunOptions(folder), wanted=True)
    cells = prepare(notebook, profile, solutions).notebook["cells"]
    return [(source_of(each), MAY_FAIL in tags_of(each)) for each in cells if each["cell_type"] == "code"]


def train(side: Workshop, seats: int, cells: Sequence[tuple[str, bool]]) -> Trained:
    """Let so many people sit on seats that run; all but the last train, and that one allocates.

    One more, on the seat after theirs, runs small cells until they have done.
    """
    side.warm()
    *people, types = [Person(each.name, each.secret) for each in side.people[: seats + 1]]
    found = Trained(people)
    greedy = people[-1]
    began = time.monotonic()

    async def works(browser: Browser) -> None:
        if browser.person is greedy:
            await allocate(browser, found)
            return
        channels = await browser.start_kernel(KERNEL)
        for number, (source, may_fail) in enumerate(cells, start=1):
            try:
                await browser.cell(channels, source, CELL_SECONDS)
            except SeenError as error:
                if not may_fail or "kernel died" in str(error):
                    raise SeenError(f"cell {number}: {error}") from error
        found.ended += 1
        found.seconds = time.monotonic() - began

    async def all_work() -> None:
        done = asyncio.Event()
        writing = asyncio.create_task(
            all_come(side.address, [types], 0.0, lambda browser: type_on(browser, found.typed, done))
        )
        await all_come(side.address, people, 0.0, works)
        done.set()
        await writing

    with Highest() as highest:
        asyncio.run(all_work())
    found.most_mb = highest.bytes / MB
    found.errors = [error for each in [*people, types] if each is not greedy for error in each.errors]
    return found


async def type_on(browser: Browser, seconds: list[float], done: asyncio.Event) -> None:
    """Run a small cell again and again, as somebody does who writes, and note how long each took."""
    channels = await browser.start_kernel("python3")
    await browser.cell(channels, "1+1")
    while not done.is_set():
        began = time.monotonic()
        await browser.cell(channels, "1+1")
        seconds.append(time.monotonic() - began)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), TYPE_SECONDS)


async def allocate(browser: Browser, found: Trained) -> None:
    """Take memory until something ends it, then see whether the seat still works."""
    channels = await browser.start_kernel(KERNEL)
    try:
        await browser.cell(channels, ENDLESS, CELL_SECONDS)
    except SeenError as error:
        found.endless = str(error)
    try:
        found.endless_again = await browser.cell(await browser.start_kernel("python3"), "1+1")
    except SeenError as error:
        found.endless_again = str(error)


class Highest:
    """Looks at the memory of all seats together while the block lasts."""

    def __init__(self) -> None:
        """Look from the beginning of the block on."""
        self.bytes = 0
        self._ended = threading.Event()
        self._looks = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Highest:
        """Begin to look."""
        self._looks.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._ended.set()
        self._looks.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            said = run("systemctl", "show", "--property=MemoryCurrent", "--value", "classroom.slice").strip()
            self.bytes = max(self.bytes, int(said) if said.isdigit() else 0)
