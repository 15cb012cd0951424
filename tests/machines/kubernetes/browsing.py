"""A participant's browser: the form, the way into the seat, and a kernel there; all through the door."""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from machines.classroom.browser import execute_request
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect
from waiting import patience, wait_until


class Participant:
    """One browser, which keeps cookies and follows redirects."""

    def __init__(self, door: str, number: int, code: str) -> None:
        """Take what a card has."""
        self.door, self.number, self.code = door, number, code
        self.user = f"seat-{number:03d}"
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def open(self, path: str, data: bytes | None = None, method: str | None = None) -> tuple[int, str, str]:
        """Return status, text, and where it led to."""
        marks = {each.path: each.value or "" for each in self.jar if each.name == "_xsrf"}
        mark = marks.get(f"/user/{self.user}/") if path.startswith("/user/") else marks.get("/hub/")
        request = urllib.request.Request(
            self.door + path, data, {"X-XSRFToken": mark or "", "Referer": self.door + path}, method=method
        )
        try:
            with self.opener.open(request, timeout=patience(60)) as answer:
                return answer.status, answer.read().decode(errors="replace"), answer.url
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace"), error.url or ""
        except OSError as error:
            # The door is not open yet, or not for the moment.
            return 0, str(error), ""

    def log_in(self) -> None:
        """Type seat and code."""
        _, page, _ = self.open("/hub/login")
        mark = re.search(r'name="_xsrf" value="([^"]+)"', page)
        assert mark, page[-2000:]
        typed = {"username": str(self.number), "password": self.code, "_xsrf": mark[1]}
        status, page, _ = self.open("/hub/login", urllib.parse.urlencode(typed).encode())
        assert status == 200, f"{status}: {page[-2000:]}"

    def start(self, seconds: float) -> None:
        """Press the button, and wait until the seat's own page is there."""
        self.open(f"/hub/spawn/{self.user}")
        wait_until(self.is_in, seconds, f"{self.user} is in its seat")

    def is_in(self) -> bool:
        """Whether the seat's server answers this browser."""
        status, _, where = self.open(f"/user/{self.user}/lab")
        return status == 200 and f"/user/{self.user}/" in where

    def run(self, code: str) -> str:
        """Run code in a new kernel; return what it printed and its result."""
        status, said, _ = self.open(f"/user/{self.user}/api/kernels", b"{}", "POST")
        assert status == 201, f"{status}: {said[-500:]}"
        kernel = json.loads(said)["id"]
        try:
            return asyncio.run(self._execute(kernel, code))
        finally:
            self.open(f"/user/{self.user}/api/kernels/{kernel}", method="DELETE")

    async def _execute(self, kernel: str, code: str) -> str:
        address = f"{self.door.replace('http', 'ws', 1)}/user/{self.user}/api/kernels/{kernel}/channels"
        cookies = "; ".join(f"{each.name}={each.value}" for each in self.jar)
        socket = await websocket_connect(
            HTTPRequest(address, headers={"Cookie": cookies, "Origin": self.door})
        )
        message, said = secrets.token_hex(8), ""
        await socket.write_message(json.dumps(execute_request(message, code)))
        while True:
            async with asyncio.timeout(patience(180)):
                heard = await socket.read_message()
            assert heard is not None, "the seat's server closed the connection"
            answer: dict[str, Any] = json.loads(heard)
            body = answer.get("content", {})
            if answer.get("parent_header", {}).get("msg_id") != message:
                continue
            if answer["msg_type"] == "stream":
                said += body["text"]
            elif answer["msg_type"] == "execute_result":
                said += body["data"]["text/plain"]
            elif answer["msg_type"] == "error":
                raise AssertionError(f"{body['ename']}: {body['evalue']}")
            if ("kernel" in said and "ran out" in said) or body.get("execution_state") == "idle":
                socket.close()
                return said
