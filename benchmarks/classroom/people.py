"""People with a browser: each has cookies and connections of their own, and loads what a page names."""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.parse
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import aiohttp

from benchmarks.classroom.kernel_requests import execute_request

PATIENCE_SECONDS = 300.0
"""After which somebody gives up; longer than any bar, so that slow and never are told apart."""
AGAIN_SECONDS = 2.0
"""How soon somebody presses the button again under an error."""
NAMED = re.compile(r"""<(?:script|link|img)\b[^>]*?\b(?:src|href)=["']([^"'#]+)["']""")
FORGERY = re.compile(r"""name="_xsrf"\s+value="([^"]+)\"""")


class SeenError(Exception):
    """What somebody saw in place of what they had come for."""


@dataclass
class Person:
    """Somebody with a card, and what happened to them."""

    name: str
    secret: str
    began: float | None = None
    """When the button was pressed."""
    seconds: float | None = None
    """From the button to the seat's page; None where it never came."""
    cell_seconds: float | None = None
    """From the button to the output of the first cell."""
    errors: list[str] = field(default_factory=list)
    """What they saw that is no page of the class."""
    too_many: int = 0
    """How often that was an error 429."""
    _had: set[str] = field(default_factory=set)

    def saw(self, status: int, where: str) -> None:
        """Note an error that a browser shows."""
        self.too_many += status == 429
        self.errors.append(f"{status} {where}")


@dataclass
class Browser:
    """One person's browser at one address."""

    address: str
    person: Person
    session: aiohttp.ClientSession
    at: str = "/"
    """The path of the page that is open."""

    async def open(self, path: str, form: dict[str, str] | None = None) -> str:
        """Open a page, with the scripts, styles and pictures that it names; return its text."""
        url = urllib.parse.urljoin(self.address, path)
        headers = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
        headers |= {} if form is None else {"Origin": self.address}
        method = "GET" if form is None else "POST"
        async with self.session.request(method, url, data=form, headers=headers) as answer:
            text = await answer.text()
            self.at = answer.url.path
            if answer.status >= 400:
                self.person.saw(answer.status, self.at)
                raise SeenError(f"{answer.status} at {self.at}")
        named = {urllib.parse.urljoin(str(answer.url), each) for each in NAMED.findall(text)}
        new = {each for each in named if each.startswith(self.address)} - self.person._had
        self.person._had |= new
        await asyncio.gather(*(self._load(each) for each in sorted(new)))
        return text

    async def _load(self, url: str) -> None:
        """Load what a page names; a picture that is missing stops nobody."""
        async with self.session.get(url) as answer:
            await answer.read()

    async def log_in(self) -> None:
        """Type name and secret, press the button, and wait as the pages do until the seat's page is there."""
        page = await self.open("/hub/login")
        self.person.began = began = time.monotonic()
        token = FORGERY.search(page)
        form = {"username": self.person.name, "password": self.person.secret}
        form |= {"_xsrf": token[1]} if token else {}
        await self._until_seated(await self._press("/hub/login?next=%2Fhub%2Fspawn", form), began)

    async def come_back(self) -> None:
        """Reload the page: who is known comes to the seat, who is not types name and secret."""
        page = await self.open("/hub/spawn")
        if self.at == "/hub/login":
            await self.log_in()
        else:
            await self._until_seated(page, time.monotonic())

    async def _until_seated(self, page: str, began: float) -> None:
        while not self.at.startswith("/user/"):
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise SeenError("gave up waiting")
            if self.at == "/hub/login":
                raise SeenError("was not let in")
            if "/spawn-pending/" in self.at:
                await self._wait_for_progress(page)
                page = await self._press(self.at)
            else:
                await asyncio.sleep(AGAIN_SECONDS)
                page = await self._press("/hub/spawn")
        self.person.seconds = time.monotonic() - began

    async def _press(self, path: str, form: dict[str, str] | None = None) -> str:
        """Open a page; where an error is shown, wait and let it be tried again."""
        try:
            return await self.open(path, form)
        except SeenError:
            self.at = "/hub/error"
            return ""

    async def _wait_for_progress(self, page: str) -> None:
        """Listen to what the page of a seat on its way listens to; returns when it would go on."""
        user = self.at.rstrip("/").rpartition("/")[2]
        found = re.search(r'"(/hub/api/users/[^"]+/progress[^"]*)"', page)
        url = urllib.parse.urljoin(
            self.address, found[1] if found else f"/hub/api/users/{user}/server/progress"
        )
        token = self._xsrf("/hub/")
        async with self.session.get(
            url, params={"_xsrf": token} if token and "_xsrf" not in url else None
        ) as answer:
            if answer.status != 200:  # the server is neither there nor on its way: the page says so
                await asyncio.sleep(AGAIN_SECONDS)
                return
            async for line in answer.content:
                if not line.startswith(b"data:"):
                    continue
                said = json.loads(line[5:])
                if said.get("failed"):
                    self.person.errors.append(f"spawn failed: {said.get('message', '')[:80]}")
                    return
                if said.get("ready"):
                    return

    def _xsrf(self, path: str) -> str:
        """Return the token against forged requests that a page of this path would send."""
        fitting = [
            each
            for each in self.session.cookie_jar
            if each.key == "_xsrf" and path.startswith(each["path"] or "/")
        ]
        return max(fitting, key=lambda each: len(each["path"])).value if fitting else ""

    @property
    def seat(self) -> str:
        """Return the path of the seat's server."""
        return "/".join(self.at.split("/")[:3]) + "/"

    async def start_kernel(self, kernel: str) -> str:
        """Start a kernel as JupyterLab does when a notebook is opened; return the path of its websocket."""
        url = urllib.parse.urljoin(self.address, f"{self.seat}api/sessions")
        body = {
            "path": f"first-{uuid.uuid4().hex[:8]}.ipynb",
            "type": "notebook",
            "name": "",
            "kernel": {"name": kernel},
        }
        headers = {"X-XSRFToken": self._xsrf(self.seat), "Origin": self.address}
        async with self.session.post(url, json=body, headers=headers) as answer:
            text = await answer.text()
            if answer.status != 201:
                self.person.saw(answer.status, f"{url}: {text[:80]}")
                raise SeenError(f"no kernel: {answer.status}")
        return f"{self.seat}api/kernels/{json.loads(text)['kernel']['id']}/channels"

    async def save(self, path: str, text: str) -> int:
        """Save a file as JupyterLab does; return the status of the answer."""
        url = urllib.parse.urljoin(self.address, f"{self.seat}api/contents/{path}")
        headers = {"X-XSRFToken": self._xsrf(self.seat), "Origin": self.address}
        body = {"type": "file", "format": "text", "content": text}
        async with self.session.put(url, json=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def saved(self, path: str) -> str:
        """Return what is in a file. SeenError: it cannot be read."""
        async with self.session.get(
            urllib.parse.urljoin(self.address, f"{self.seat}api/contents/{path}?content=1&type=file")
        ) as answer:
            if answer.status != 200:
                raise SeenError(f"{answer.status} at {path}")
            return str((await answer.json())["content"])

    async def cell(self, channels: str, code: str, seconds: float = PATIENCE_SECONDS) -> str:
        """Run a cell in a kernel; return its result or what it printed. SeenError: nothing came of it."""
        url = urllib.parse.urljoin(self.address, channels)
        message = uuid.uuid4().hex
        async with (
            asyncio.timeout(seconds),
            self.session.ws_connect(url, origin=self.address, max_msg_size=0) as socket,
        ):
            await socket.send_str(json.dumps(execute_request(message, code)))
            printed = ""
            async for each in socket:
                said = json.loads(each.data)
                kind, content = said["msg_type"], said["content"]
                if kind == "status" and content["execution_state"] in ("dead", "restarting"):
                    raise SeenError(f"the kernel died: {printed.strip()}")
                if said.get("parent_header", {}).get("msg_id") != message:
                    continue
                if kind == "execute_result":
                    return str(content["data"]["text/plain"])
                if kind == "stream":
                    printed += content["text"]
                if kind == "error":
                    raise SeenError(f"{content['ename']}: {content['evalue']}")
                if kind == "status" and content["execution_state"] == "idle":
                    return printed
        raise SeenError("the connection ended")


def browsing(address: str, person: Person) -> Browser:
    """Return a browser of somebody's own; its session is to be closed."""
    connector = aiohttp.TCPConnector(limit=6, ssl=False)  # as many connections as browsers open to one server
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    jar = aiohttp.CookieJar(unsafe=True)  # addresses may be numbers
    return Browser(
        address, person, aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=jar)
    )


async def all_come(
    address: str,
    people: Sequence[Person],
    spread: float,
    then: Callable[[Browser], Awaitable[None]] | None = None,
) -> None:
    """Let all of them log in, evenly over ``spread`` seconds, and each do what follows."""

    async def comes(number: int, person: Person) -> None:
        browser = browsing(address, person)
        try:
            await asyncio.sleep(spread * number / len(people))
            await browser.log_in()
            if then is not None:
                await then(browser)
        except (SeenError, OSError, aiohttp.ClientError, TimeoutError, ValueError) as error:
            person.errors.append(f"{type(error).__name__}: {error}"[:160])
        finally:
            await browser.session.close()

    await asyncio.gather(*(comes(number, person) for number, person in enumerate(people)))
