import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from courses.making import COURSE, course
from free_ports import free_port

from workshop.courses.home import RECORD, Installed
from workshop.lessons.pace import slowness_here
from workshop.lessons.yardstick import Round
from workshop.site.server import THEME
from workshop.sync.files import write_json

from .serving import ask, command, held_at, running

SECRET = b"not for the browser"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a secret beside it, a link to that secret, and a hidden file."""
    root = tmp_path_factory.mktemp("machine") / "web"
    (root / "demos" / "painting").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "index.html").write_text("<html>start</html>", encoding="utf-8")
    (root / "demos" / "painting" / "index.html").write_text("<html>demo</html>", encoding="utf-8")
    for name in ("page.js", "page.mjs", "page.css", "page.svg", "page.json", "page.wasm", "page.unknown"):
        (root / name).write_text("x", encoding="utf-8")
    (root / ".built.json").write_text("[]", encoding="utf-8")
    (root.parent / "token").write_bytes(SECRET)
    (root.parent / "web-more").mkdir()
    (root.parent / "web-more" / "token").write_bytes(SECRET)
    (root / "linked").symlink_to(root.parent / "token")
    (root / "linked-folder").symlink_to(root.parent)
    (root / "inside").symlink_to(root / "index.html")
    return root


@pytest.fixture(scope="module")
def port(site: Path) -> Iterator[int]:
    with running(site) as (number, _):
        yield number


def test_start_page_and_folders_are_answered_with_their_index(port: int) -> None:
    assert ask(port, "/").body == b"<html>start</html>"
    assert ask(port, "/demos/painting/").body == b"<html>demo</html>"
    assert ask(port, "/inside").body == b"<html>start</html>"


def test_folder_without_a_slash_leads_to_the_page_whose_links_are_right(port: int) -> None:
    answer = ask(port, "/demos/painting")
    assert (answer.status, answer.headers["location"]) == (301, "/demos/painting/")


@pytest.mark.parametrize("path", ["/", "/page.js", "/no-such-page", "/api/status", "/api/other", "/linked"])
def test_every_answer_carries_the_security_headers(port: int, path: str) -> None:
    headers = ask(port, path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert not {"unsafe-inline", "unsafe-eval", "*", "http:", "https:"} & set(
        policy.replace(";", " ").split()
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert "tornado" not in headers["server"].lower()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("page.mjs", "text/javascript; charset=utf-8"),
        ("page.css", "text/css; charset=utf-8"),
        ("page.svg", "image/svg+xml"),
        ("page.json", "application/json"),
        ("page.wasm", "application/wasm"),
        ("page.unknown", "application/octet-stream"),
    ],
)
def test_types_do_not_depend_on_the_machine(port: int, name: str, kind: str) -> None:
    assert ask(port, f"/{name}").headers["content-type"] == kind


@pytest.mark.parametrize(
    "path",
    [
        "/../token",
        "/demos/../../token",
        "/%2e%2e/token",
        "/%2e%2e%2ftoken",
        "/..%2ftoken",
        "/..%5ctoken",
        "/demos/%2e%2e/%2e%2e/token",
        "/%252e%252e/token",
        "//token",
        "/../web-more/token",
        "/linked",
        "/linked-folder/token",
        "/.built.json",
        "/demos/../.built.json",
        "/%00",
        "/index.html%00",
        "../token",
    ],
)
def test_nothing_but_the_site_is_given_away(port: int, path: str) -> None:
    answer = ask(port, path)
    assert 400 <= answer.status < 500
    assert SECRET not in answer.body


def policy(port: int, path: str) -> dict[str, str]:
    """Return the directives of the content-security policy of an answer."""
    text = ask(port, path).headers["content-security-policy"]
    return {name: rest for name, _, rest in (each.strip().partition(" ") for each in text.split(";"))}


def test_only_the_originals_may_run_scripts_within_pages_and_they_ask_for_no_other_folder(port: int) -> None:
    path = "demos/originals/fish/index.html"
    own = policy(port, f"/{path}")
    assert "'unsafe-inline'" in own["script-src"]
    assert own["connect-src"] == f"http://127.0.0.1:{port}/demos/originals/"
    assert own["default-src"] == "'self'" and own["frame-ancestors"] == "'none'"
    assert own["frame-src"] == "'none'"
    assert "allow-scripts" in own["sandbox"] and "allow-popups" not in own["sandbox"]
    for other in ("/", "/demos/painting/", "/demos/vendor/netron/index.html", "/models/x"):
        assert "unsafe" not in " ".join(policy(port, other).values()), other


def test_the_manual_alone_has_its_themes_script_and_styles(port: int) -> None:
    own = policy(port, "/docs/howto/choose.html")
    assert own["script-src"].split() == ["'self'", THEME]
    assert own["style-src"] == "'self' 'unsafe-inline'"
    assert own["default-src"] == "'self'" and own["frame-ancestors"] == "'none'"
    assert THEME not in " ".join(policy(port, "/documents/x.html").values())


def test_only_our_demos_and_the_viewer_may_be_shown_within_a_page_of_this_server(port: int) -> None:
    for shown in ("/demos/vendor/netron/index.html", "/demos/painting/index.html"):
        assert policy(port, shown)["frame-ancestors"] == "'self'", shown
    for other in ("/", "/demos/originals/x.html", "/slides/"):
        assert policy(port, other)["frame-ancestors"] == "'none'", other


def test_no_folder_is_listed(port: int) -> None:
    assert ask(port, "/empty/").status in {403, 404}
    assert ask(port, "/demos/").status in {403, 404}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_site_is_read_only(port: int, method: str) -> None:
    assert ask(port, "/index.html", method=method).status == 405


@pytest.mark.parametrize("host", ["localhost:8082", "LOCALHOST", "127.0.0.1", "127.0.0.5:80", "[::1]:8082"])
def test_own_names_are_answered(port: int, host: str) -> None:
    assert ask(port, "/", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8082",
        "192.0.2.7",
        "[::2]",
        ":8082",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/status"])
def test_foreign_names_are_refused(port: int, host: str, path: str) -> None:
    answer = ask(port, path, host=host)
    assert answer.status in {400, 403}
    assert b"start" not in answer.body and b"jupyter" not in answer.body


def test_an_allowed_name_is_answered(site: Path) -> None:
    with running(site, "--allow-host", "pc7.lab.example") as (number, _):
        assert ask(number, "/", host="pc7.lab.example:8082").status == 200
        assert ask(number, "/", host="pc8.lab.example").status == 403


def test_stops_at_once_when_told(site: Path) -> None:
    with running(site) as (_, process):
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


def test_nobody_else_gets_the_port_at_the_other_localhost(site: Path) -> None:
    with running(site) as (number, _):
        assert held_at(number)
    assert not held_at(number)


def test_taken_port_is_named_with_its_holder(site: Path) -> None:
    with running(site) as (number, holder):
        done = subprocess.run(
            command("--root", site, "--address", "127.0.0.1", "--port", str(number)),
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"port {number} is taken by python" in done.stderr
    assert f"(process {holder.pid})" in done.stderr


def test_missing_site_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        command("--root", tmp_path / "none", "--address", "127.0.0.1", "--port", str(free_port())),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and "no site in" in done.stderr


def test_the_speakers_window_is_told_what_lessons_take_on_this_machine(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = {
        "cells": [],
        "metadata": {"lessonkit": {"title": "It", "minutes": 45, "budget": {"full": {"work": 300}}}},
        "nbformat": 4,
    }
    (tmp_path / "notebooks/1-try").mkdir(parents=True)
    (tmp_path / "notebooks/1-try/10-it.ipynb").write_text(json.dumps(notebook))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert slowness_here(lambda: [Round(3.0, 3.0)]) == 3.0
    with running(site, settings=f'source = "{tmp_path}"') as (number, _):
        answer = ask(number, "/slides/pace.js")
    assert answer.body == (
        b'window.workshopPace = {"1-try/10-it": "55 min, 15 of them waiting"};\nwindow.workshopWarmth = {};\n'
    )
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_a_courses_pages_are_served_and_nothing_else_of_it(site: Path, tmp_path: Path) -> None:
    text = COURSE.replace("[kernel", 'pages = "web"\n[kernel', 1)
    files = course(tmp_path / "courses/knots/files", "", text)
    (files / "web").mkdir()
    (files / "web/index.html").write_text("<html>knots</html>")
    (files / "web/out").symlink_to(files / "course.toml")
    write_json(tmp_path / "courses/knots" / RECORD, asdict(Installed("https://example.org", "1")))
    with running(site, settings=f'prefix = "{tmp_path}"') as (number, _):
        answer = ask(number, "/courses/knots/")
        assert (answer.status, answer.body) == (200, b"<html>knots</html>")
        assert "sandbox" in answer.headers["content-security-policy"]
        assert ask(number, "/courses/knots/index.html", "HEAD").status == 200
        assert b'"pages": "courses/knots/index.html"' in ask(number, "/courses.js").body
        for path in ("knots/out", "knots/../course.toml", "knots/%2e%2e/course.toml", "other/", "../x/"):
            assert ask(number, f"/courses/{path}").status in (403, 404), path
