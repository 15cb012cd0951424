"""People who log in with a browser: each has cookies of their own, and loads what pages name."""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

PATIENCE_SECONDS = 300.0
"""After which somebody gives up; longer than any bar, so that slow and never differ."""
AGAIN_SECONDS = 2.0
"""How soon somebody tries again after an error."""
NAMED = re.compile(r"""<(?:script|link|img)\b[^>]*?\b(?:src|href)=["']([^"'#]+)["']""")
FORGERY = re.compile(r"""name="_xsrf"\s+value="([^"]+)\"""")
PROGRESS = re.compile(r'"(/hub/api/users/[^"]+/progress[^"]*)"')


@dataclass
class Person:
    """Somebody who logs in, and what happened to them."""

    name: str
    secret: str
    account: str
    """Of the operating system, under which their seat runs."""
    seconds: float | None = None
    """From the log-in button to the seat's page; None where it never came."""
    errors: list[str] = field(default_factory=list)
    path: str = "/"
    """Of the page that is open."""
    loaded: set[str] = field(default_factory=set)

    async def log_in(self, browser: aiohttp.ClientSession) -> None:
        """Type name and secret, press the button, and wait as the pages do until the seat's page is there."""
        token = FORGERY.search(await self.open(browser, "/hub/login"))
        began = time.monotonic()
        form = {"username": self.name, "password": self.secret} | ({"_xsrf": token[1]} if token else {})
        page = await self.open(browser, "/hub/login?next=%2Fhub%2Fspawn", form)
        while not (page and self.path.startswith("/user/")):
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise TimeoutError("gave up waiting")
            if page and self.path == "/hub/login":
                raise PermissionError("was not let in")
            if page and "/spawn-pending/" in self.path:
                await self.wait_for_progress(browser, page)
                page = await self.open(browser, self.path)
            else:
                await asyncio.sleep(AGAIN_SECONDS)
                page = await self.open(browser, "/hub/spawn")
        self.seconds = time.monotonic() - began

    async def open(
        self, browser: aiohttp.ClientSession, path: str, form: dict[str, str] | None = None
    ) -> str:
        """Open a page with all that it names; return its text, or "" where an error is shown."""
        headers = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
        method = "GET" if form is None else "POST"
        async with browser.request(method, path, data=form, headers=headers) as answer:
            text, url = await answer.text(), str(answer.url)
            self.path = answer.url.path
            if answer.status >= 400:
                self.errors.append(f"{answer.status} {self.path}")
                return ""
        named = {urllib.parse.urljoin(url, each) for each in NAMED.findall(text)}
        new = {each for each in named if each.startswith(urllib.parse.urljoin(url, "/"))} - self.loaded
        self.loaded |= new
        await asyncio.gather(*(self.load(browser, each) for each in sorted(new)))
        return text

    async def load(self, browser: aiohttp.ClientSession, url: str) -> None:
        """Load what a page names; what is missing stops nobody."""
        async with browser.get(url) as answer:
            await answer.read()

    async def wait_for_progress(self, browser: aiohttp.ClientSession, page: str) -> None:
        """Listen to what a page listens to while its seat starts; return when it would go on."""
        if found := PROGRESS.search(page):
            async with browser.get(found[1]) as answer:
                async for line in answer.content:
                    if line.startswith(b"data:") and {"ready", "failed"} & json.loads(line[5:]).keys():
                        return
        await asyncio.sleep(AGAIN_SECONDS)


async def all_come(address: str, people: Sequence[Person]) -> None:
    """Let all of them log in at once."""

    async def comes(person: Person) -> None:
        # As many connections as browsers open to one server; addresses may be numbers.
        connector, jar = aiohttp.TCPConnector(limit=6, ssl=False), aiohttp.CookieJar(unsafe=True)
        timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
        async with aiohttp.ClientSession(
            address, connector=connector, timeout=timeout, cookie_jar=jar, headers={"Origin": address}
        ) as browser:
            try:
                await person.log_in(browser)
            except (OSError, aiohttp.ClientError, ValueError) as error:
                person.errors.append(f"{type(error).__name__}: {error}"[:160])

    await asyncio.gather(*map(comes, people))
