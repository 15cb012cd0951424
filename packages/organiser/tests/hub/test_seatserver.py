"""What a seat's server has besides Jupyter, asked as a browser behind the proxy asks it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from asked_to_end import IN_THE_MIDDLE_OF_A_LINE
from courses.making import COURSE, course, notebook
from free_ports import free_port
from tornado.websocket import websocket_connect
from waiting import end, wait_until

from organiser.hub.reports import delivered_in
from workshop.courses.course import read_course
from workshop.courses.delivering import deliver
from workshop.courses.home import RECORD, Installed
from workshop.courses.kernels import register
from workshop.sync.apply import synchronise
from workshop.sync.files import write_json
from workshop.sync.pack import pack
from workshop.sync.source import read_folder

ROLE = Path(__file__).resolve().parents[4] / "roles/hub-service"
BASE = "/user/seat-001/"
TOKEN = "t" * 32
CELL = '{{"cells": [{{"cell_type": "code", "id": "one", "metadata": {{}}, "source": "{}", "outputs": [], "execution_count": null}}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}\n'  # noqa: E501
PAGES = {
    "index.html": "<html>start</html>",
    "config.js": 'window.workshopConfig = {"ports": {}};\n',
    "demos/digits/index.html": "<html>digits</html>",
    "demos/originals/x/index.html": "<html>original</html>",
    "slides/a/index.html": "<html>slides</html>",
    ".built.json": "[]",
    "demos/look-inside/models.json": "[]",
}


@dataclass
class Seat:
    """A seat's server, without a hub before it: whoever has the token is its browser."""

    port: int
    home: Path
    folder: Path
    process: subprocess.Popen[bytes]

    def ask(
        self, path: str, data: bytes | None = None, token: str = TOKEN, kind: str = ""
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body; no redirect is followed."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{BASE}{path}", data)
        if token:
            request.add_header("Authorization", f"token {token}")
        if kind:
            request.add_header("Content-Type", kind)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay())
        try:
            with opener.open(request, timeout=300) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def send(self, file: bytes) -> tuple[int, str]:
        """Send a file by the page's form."""
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f.zip"\r\n\r\n'
        body = head + file + b"\r\n--b--\r\n"
        status, _, page = self.ask("workshop/home", body, kind="multipart/form-data; boundary=b")
        return status, page.decode()


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing."""

    def redirect_request(self, *_: object) -> None:
        """Return no request."""


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    folder = tmp_path_factory.mktemp("seat")
    home, prefix = folder / "seat-001", folder / "prefix"
    for name, text in PAGES.items():
        (prefix / "web" / name).parent.mkdir(parents=True, exist_ok=True)
        (prefix / "web" / name).write_text(text)
    (prefix / "web" / "way-out").symlink_to("/etc/passwd")
    (prefix / "etc").mkdir()
    (prefix / "data").mkdir()
    (prefix / "etc/workshop.toml").write_text(f'prefix = "{prefix}"\ndata = "{prefix / "data"}"\n')
    text = COURSE.replace("[kernel", 'pages = "web"\n[kernel', 1)
    # When the seat was made the course had another notebook; the seat edited the other one since.
    older = read_course(course(prefix / "courses/knots/files", "", text, a=notebook("1"), b=notebook("old")))
    deliver(older, home / "notebooks/knots", home / ".workshop-courses/knots/notebooks")
    (home / "notebooks/knots/a.ipynb").write_bytes(notebook("my own"))
    added = read_course(course(prefix / "courses/knots/files", "", text))
    (added.folder / "web").mkdir()
    (added.folder / "web/index.html").write_text("<html>knots</html>")
    write_json(prefix / "courses/knots" / RECORD, asdict(Installed("https://example.org", "1")))
    # Of this environment, which has what starts a kernel.
    register(added, {"knots": Path(sys.prefix)}, prefix / "courses/jupyter/kernels", prefix / "rope")
    (folder / "upstream/notebooks").mkdir(parents=True)
    (folder / "upstream/notebooks/a.ipynb").write_text(CELL.format("x = 1"))
    synchronise(read_folder(folder / "upstream", "notebooks"), home / "notebooks", home / ".workshop-sync")
    port = free_port()
    words = [sys.executable, "-m", "jupyter_server", f"--port={port}", "--ip=127.0.0.1", "--no-browser"]
    words += [f"--ServerApp.base_url={BASE}", f"--IdentityProvider.token={TOKEN}", "--allow-root"]
    words += ["--ServerApp.port_retries=0"]
    given = {"HOME": str(home), "WORKSHOP_CONFIG": str(prefix / "etc/workshop.toml")}
    given |= {"JUPYTER_RUNTIME_DIR": str(folder / "run"), "JUPYTER_CONFIG_DIR": str(folder / "config")}
    given |= {"JUPYTER_CONFIG_PATH": str(folder / "set-up")}
    unit = (ROLE / "templates/classroom-seat@.service.j2").read_text(encoding="utf-8")
    (path,) = re.findall(r"^Environment=JUPYTER_PATH=(\S.*)$", unit, re.M)
    given |= {"JUPYTER_PATH": path.replace("{{ workshop_prefix }}", str(prefix))}
    (folder / "run").mkdir(mode=0o700)
    (folder / "config").mkdir()
    (folder / "config/jupyter_server_config.py").write_text(IN_THE_MIDDLE_OF_A_LINE)
    (folder / "set-up/jupyter_server_config.d").mkdir(parents=True)
    shutil.copy(ROLE / "files/seatserver.json", folder / "set-up/jupyter_server_config.d")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            words, cwd=home / "notebooks", env={**os.environ, **given}, stdout=log, stderr=log
        )
    made = Seat(port, home, folder, process)

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            return made.ask("api")[0] == 200
        except OSError:
            return False

    try:
        wait_until(answers, 60, "the seat's server answers")
        yield made
    finally:
        end(process)


def test_a_course_has_brought_its_news_before_the_seat_answers(seat: Seat) -> None:
    knots = seat.home / "notebooks/knots"
    assert (knots / "a.ipynb").read_bytes() == notebook("my own")
    assert (knots / "b.ipynb").read_bytes() == notebook("2")
    # What the speaker's view may name.
    assert {"a.ipynb", "knots/a.ipynb", "knots/b.ipynb"} <= set(delivered_in(seat.home))


def test_all_is_for_the_seats_own_browser(seat: Seat) -> None:
    paths = ["workshop", "workshop/", "workshop/config.js", "workshop/api/status", "workshop/api/models"]
    paths += ["workshop/home", "workshop/home/workshop-seat-001.zip", "workshop/models/x/y", "tensorboard/"]
    for path in paths:
        status, headers, body = seat.ask(path, token="")
        assert (status in (302, 403), b"PK" in body, b"start" in body) == (True, False, False), path
        assert "login" in headers.get("location", "login"), path


def test_the_start_page_is_below_the_seats_path(seat: Seat) -> None:
    status, headers, _ = seat.ask("workshop")
    assert (status, headers["location"]) == (302, f"{BASE}workshop/")
    for name in ("", "index.html", "demos/digits/index.html", "slides/a/index.html"):
        status, headers, body = seat.ask(f"workshop/{name}")
        assert (status, body.decode()) == (200, PAGES[name or "index.html"])
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert headers["x-content-type-options"] == "nosniff"


def test_a_course_is_on_the_start_page_and_its_kernel_runs(seat: Seat) -> None:
    script = seat.ask("workshop/courses.js")[2].decode()
    (shown,) = json.loads(script[script.index("[") : script.rindex("]") + 1])
    assert [each["path"] for each in shown["lessons"]] == ["knots/a.ipynb", "knots/b.ipynb"]
    _, headers, page = seat.ask(f"workshop/{shown['pages']}")
    assert page == b"<html>knots</html>"
    policy = headers["content-security-policy"]
    assert f"connect-src http://127.0.0.1:{seat.port}{BASE}workshop/courses/;" in policy
    for path in ("knots/../course.toml", "knots/%2e%2e/course.toml", "other/index.html", "../x/"):
        assert seat.ask(f"workshop/courses/{path}")[0] in (403, 404)
    assert seat.ask(f"workshop/{shown['pages']}", token="")[0] in (302, 403)
    assert (
        json.loads(seat.ask("api/kernelspecs")[2])["kernelspecs"]["knots"]["spec"]["display_name"] == "Knots"
    )
    status, _, body = seat.ask("api/kernels", b'{"name": "knots"}', kind="application/json")
    assert status == 201, body
    address = f"ws://127.0.0.1:{seat.port}{BASE}api/kernels/{json.loads(body)['id']}/channels?token={TOKEN}"

    async def printed() -> str:
        connection = await websocket_connect(address)
        code = "import os; print(os.environ['COURSE_DATA'])"
        header = {
            "msg_id": "1",
            "msg_type": "execute_request",
            "session": "1",
            "username": "",
            "version": "5.3",
        }
        message = {
            "channel": "shell",
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": {"code": code},
        }
        await connection.write_message(json.dumps(message))
        while True:
            told = json.loads(await connection.read_message() or "{}")
            if told["msg_type"] == "stream":
                connection.close()
                return str(told["content"]["text"])

    assert asyncio.run(asyncio.wait_for(printed(), 60)).strip() == str(seat.folder / "prefix/rope")


def test_its_links_lead_to_this_seat_and_to_no_port(seat: Seat) -> None:
    text = seat.ask("workshop/config.js")[2].decode()
    assert text.startswith(PAGES["config.js"])
    found = re.search(r"workshopConfig\.seat = (.*);", text)
    assert found
    assert json.loads(found[1]) == {
        "jupyter": "/user/seat-001",
        "tensorboard": "/user/seat-001/tensorboard",
        "home": "/user/seat-001/workshop/home",
    }


def test_each_kind_of_page_may_what_it_needs_and_no_more(seat: Seat) -> None:
    def csp(path: str) -> str:
        return seat.ask(f"workshop/{path}")[1]["content-security-policy"]

    for path in ("index.html", "demos/digits/index.html", "slides/a/index.html"):
        assert "default-src 'self'" in csp(path)
        assert "unsafe-eval" not in csp(path)
    assert "frame-ancestors 'none'" in csp("index.html")
    assert "frame-ancestors 'self'" in csp("demos/digits/index.html")
    assert "style-src 'self' 'unsafe-inline'" in csp("slides/a/index.html")
    asks = f"connect-src http://127.0.0.1:{seat.port}{BASE}workshop/demos/originals/;"
    assert asks in csp("demos/originals/x/index.html")


@pytest.mark.parametrize(
    "path", [".built.json", "way-out", "../etc/workshop.toml", "%2e%2e/etc/workshop.toml", "models/a/b"]
)
def test_nothing_else_is_given_away(seat: Seat, path: str) -> None:
    status, _, body = seat.ask(f"workshop/{path}")
    assert status in (403, 404)
    assert b"prefix" not in body
    assert b"root:" not in body


def test_the_folder_goes_along_and_comes_back_merged(seat: Seat) -> None:
    notebook = seat.home / "notebooks/a.ipynb"
    notebook.write_text(CELL.format("x = 2"))
    status, headers, packed = seat.ask("workshop/home/workshop-seat-001.zip")
    assert (status, headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert json.loads(archive.read("notebooks/a.ipynb"))["cells"][0]["source"] == "x = 2"
        assert json.loads(archive.read("delivered/a.ipynb"))["cells"][0]["source"] == "x = 1"
    assert seat.ask("workshop/home/other.zip")[0] == 404
    page = seat.ask("workshop/home")[2].decode()
    assert 'href="home/workshop-seat-001.zip"' in page
    assert "@" not in page

    elsewhere, state = seat.folder / "elsewhere", seat.folder / "elsewhere-state"
    synchronise(read_folder(seat.folder / "upstream", "notebooks"), elsewhere, state)
    (elsewhere / "new.ipynb").write_text(CELL.format("y = 1"))
    out = io.BytesIO()
    pack(elsewhere, state, out, "<b>home")
    status, page = seat.send(out.getvalue())
    assert status == 200
    assert "new.ipynb" in page
    assert "<b>home" not in page
    assert json.loads((seat.home / "notebooks/new.ipynb").read_text())["cells"][0]["source"] == "y = 1"
    assert json.loads(notebook.read_text())["cells"][0]["source"] == "x = 2"


def test_what_is_no_such_file_is_refused_with_a_reason(seat: Seat) -> None:
    status, page = seat.send(b"no zip")
    assert status == 409
    assert "Nothing was brought" in page
    (seat.home / "notebooks/link").symlink_to("/etc/passwd")
    assert "<li>link: it is a link" in seat.ask("workshop/home")[2].decode()


def test_tensorboard_starts_when_it_is_asked(seat: Seat) -> None:
    file = seat.folder / "run/tensorboard.sock"
    assert not file.exists()
    status, headers, body = seat.ask("tensorboard/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"tf-tensorboard" in body or b"tensorboard" in body.lower()
    assert file.stat().st_mode & 0o077 == 0
    status, _, body = seat.ask("tensorboard/data/environment")
    assert status == 200
    assert json.loads(body)["data_location"] == str(seat.home / "tensorboard")
    assert seat.ask("tensorboard/data/environment", b"x=1", kind="text/plain")[0] != 403
    assert seat.ask("tensorboard/data/environment", b"x=1", token="", kind="text/plain")[0] == 403


def test_asked_to_end_while_it_writes_its_log_it_ends(seat: Seat) -> None:
    """The last one: the others need it alive."""
    assert seat.ask("api/contents/nobody-has-this")[0] == 404
    wait_until(lambda: seat.process.poll() is not None, 10, "the server ended")
    assert "reentrant" not in (seat.folder / "log").read_text()
