"""A browser at a classroom: browser.py ADDRESS JAR login SEAT CODE | page PATH | run CODE | save PATH FILE |
send PATH FILE | delete PATH | speaker CODE PATH [WORDS].

Runs on the machine, in the environment ``hub``. Prints one JSON document. Cookies are kept in the file JAR.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import re
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

SECONDS = 180


def execute_request(message: str, code: str) -> dict[str, Any]:
    """Return the request of this identity that runs a cell."""
    return {
        "header": {
            "msg_id": message,
            "username": "",
            "session": message,
            "msg_type": "execute_request",
            "version": "5.3",
            "date": "2026-01-01T00:00:00Z",
        },
        "parent_header": {},
        "metadata": {},
        "content": {"code": code, "silent": False, "store_history": False, "allow_stdin": False},
        "channel": "shell",
        "buffers": [],
    }


class Browser:
    """Keeps cookies in a file, and trusts every certificate."""

    def __init__(self, address: str, jar: str) -> None:
        self.address = address
        self.host = urllib.parse.urlsplit(address).hostname or ""
        self.jar = http.cookiejar.LWPCookieJar(jar)
        if Path(jar).exists():
            self.jar.load(ignore_discard=True)
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.jar),
            urllib.request.HTTPSHandler(context=self.context),
        )
        self.opener.addheaders = [("Sec-Fetch-Mode", "navigate")]

    def open(self, path: str, form: dict[str, str] | None = None, method: str = "") -> tuple[int, str, str]:
        """Return status, address in the end, and page."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(urllib.parse.urljoin(self.address, path), data)
        if method:
            request.method = method
            request.add_header("X-XSRFToken", self.xsrf(path))
        try:
            with self.opener.open(request, timeout=60) as answer:
                found = answer.status, answer.url, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            found = error.code, error.url, error.read().decode(errors="replace")
        except OSError as error:  # nobody answers just now
            return 0, request.full_url, str(error)
        self.jar.save(ignore_discard=True)
        return found

    def save(self, path: str, file: str) -> dict[str, Any]:
        """Download a file."""
        with self.opener.open(urllib.parse.urljoin(self.address, path), timeout=SECONDS) as answer:
            Path(file).write_bytes(answer.read())
            return {"status": answer.status, "named": answer.headers.get("Content-Disposition", "")}

    def send(self, path: str, file: str) -> dict[str, Any]:
        """Send a file by the form of a page, with the secret that stands in it."""
        page = self.open(path)[2]
        secret = re.search(r'name="_xsrf" value="([^"]+)"', page)
        parts = [("_xsrf", "", (secret[1] if secret else "").encode())]
        parts.append(("file", f'; filename="{Path(file).name}"', Path(file).read_bytes()))
        body = b"".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + data + b"\r\n"
            for name, more, data in parts
        )
        request = urllib.request.Request(urllib.parse.urljoin(self.address, path), body + b"--b--\r\n")
        request.add_header("Content-Type", "multipart/form-data; boundary=b")
        try:
            with self.opener.open(request, timeout=SECONDS) as answer:
                return {"status": answer.status, "page": answer.read().decode()}
        except urllib.error.HTTPError as error:
            return {"status": error.code, "page": error.read().decode(errors="replace")}

    def speaker(self, code: str, path: str, words: str = "") -> dict[str, Any]:
        """Type the organiser's code at the speaker's view, and ask there as its page does."""
        token = ""
        for step, document in (("enter", json.dumps({"code": code})), (path, words)):
            request = urllib.request.Request(
                urllib.parse.urljoin(self.address, step),
                document.encode() or None,
                {"X-Workshop-Speaker": token},
            )
            try:
                with self.opener.open(request, timeout=SECONDS) as answer:
                    said = json.load(answer)
            except urllib.error.HTTPError as error:
                return {"status": error.code, "said": json.loads(error.read())}
            token = said.get("token", "")
        return {"status": 200, "said": said}

    def xsrf(self, path: str) -> str:
        """Return the token against forged requests that a page of this path would send."""
        fitting = [
            each
            for each in self.jar
            if each.name == "_xsrf" and path.startswith(each.path) and each.domain == self.host
        ]
        return max(fitting, key=lambda each: len(each.path)).value or "" if fitting else ""

    def login(self, seat: str, code: str) -> dict[str, Any]:
        """Log in with a card, and wait until the seat is ready."""
        status, address, page = self.open("/hub/login?next=/hub/spawn")
        # Who is in already gets no form.
        if token := re.search(r'name="_xsrf" value="([^"]+)"', page):
            form = {"_xsrf": token[1], "username": seat, "password": code}
            status, address, page = self.open("/hub/login?next=/hub/spawn", form)
        until = time.monotonic() + SECONDS
        while "/user/" not in urllib.parse.urlsplit(address).path.replace("/hub/user/", "/") and status < 400:
            if time.monotonic() > until:
                break
            time.sleep(0.5)
            status, address, page = self.open("/hub/spawn")
        said = re.search(r'role="alert"[^>]*>([^<]*)<', page)
        return {
            "status": status,
            "host": urllib.parse.urlsplit(address).hostname,
            "path": urllib.parse.urlsplit(address).path,
            "said": said[1] if said else "",
        }

    def user_path(self) -> str:
        """Return where this browser's seat is."""
        if self.host.startswith("seat-"):  # a name of the seat's own, whose cookies are for all of it
            return f"/user/{self.host.partition('.')[0]}/"
        paths = [each.path for each in self.jar if each.path.startswith("/user/")]
        return min(paths, key=len, default="")

    def run(self, code: str) -> dict[str, Any]:
        """Run code in a new kernel of the seat; return what it printed and how it ended."""
        base = self.user_path()
        if not base:
            return {"error": "this browser has no seat"}
        status, _, text = self.open(base + "api/kernels", {}, "POST")
        if status != 201:
            return {"error": f"{status} {text[:300]}"}
        kernel = json.loads(text)["id"]
        try:
            return asyncio.run(self.execute(f"{base}api/kernels/{kernel}/channels", code))
        finally:
            self.open(f"{base}api/kernels/{kernel}", None, "DELETE")

    async def execute(self, path: str, code: str) -> dict[str, Any]:
        """Send one cell, and collect what comes until the kernel is idle again or dead."""
        address = urllib.parse.urljoin(self.address, path).replace("http", "ws", 1)
        request = urllib.request.Request(urllib.parse.urljoin(self.address, path))
        self.jar.add_cookie_header(request)
        headers = {"Cookie": request.get_header("Cookie") or "", "Origin": self.address}
        options = {"ssl_options": self.context} if address.startswith("wss") else {}
        socket = await websocket_connect(HTTPRequest(address, headers=headers, **options))
        message = uuid.uuid4().hex
        await socket.write_message(json.dumps(execute_request(message, code)))
        text, result, error = "", "", ""
        while True:
            answer = await asyncio.wait_for(socket.read_message(), SECONDS)
            if answer is None:
                return {"text": text, "result": result, "error": error or "the connection ended"}
            said = json.loads(answer)
            kind, body = said["msg_type"], said["content"]
            if kind == "status" and body["execution_state"] in ("dead", "restarting"):
                return {"text": text, "result": result, "error": error or "the kernel died"}
            if said.get("parent_header", {}).get("msg_id") != message:
                continue
            if kind == "stream":
                text += body["text"]
            elif kind == "execute_result":
                result = body["data"]["text/plain"]
            elif kind == "error":
                error = f"{body['ename']}: {body['evalue']}"
            elif kind == "status" and body["execution_state"] == "idle":
                socket.close()
                return {"text": text, "result": result, "error": error}


def main(address: str, jar: str, word: str, *words: str) -> None:
    """Do one thing and print what came of it."""
    browser = Browser(address, jar)
    if word == "login":
        print(json.dumps(browser.login(*words)))
    elif word == "page":
        status, url, page = browser.open(words[0])
        print(json.dumps({"status": status, "path": urllib.parse.urlsplit(url).path, "page": page}))
    elif word == "speaker":
        print(json.dumps(browser.speaker(*words)))
    elif word in ("save", "send"):
        print(json.dumps((browser.save if word == "save" else browser.send)(*words)))
    elif word == "delete":
        status, _, page = browser.open(words[0], {}, "DELETE")
        print(json.dumps({"status": status, "page": page}))
    else:
        print(json.dumps(browser.run(words[0])))


if __name__ == "__main__":
    main(*sys.argv[1:])
