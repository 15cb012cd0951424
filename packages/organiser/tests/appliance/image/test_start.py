"""The first process of a container: what it prepares, whom it starts, and how it ends."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import signal
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import waiting

from organiser import image
from organiser.image import layout

assert image.__file__
PROGRAM = Path(image.__file__).with_name("start")
OWN_TOKEN = "a-token-of-20-letters"


@pytest.fixture
def start() -> ModuleType:
    loader = SourceFileLoader("start_of_an_image", str(PROGRAM))
    spec = importlib.util.spec_from_loader("start_of_an_image", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A container's root, as far as the program looks at it."""
    for name, text in {
        "opt/workshop/made/theano/key": "made",
        "opt/workshop/made/state/manifest.json": "{}",
        "opt/workshop/made/tensorboard/sample": "made",
        "home/workshop/notebooks/lesson.ipynb": "{}",
        layout.SERVICES: json.dumps({"version": "1.2.3", "services": []}),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_the_build_made_is_used_in_place_or_copied(
    start: ModuleType, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = root / "home/workshop"
    # As root file systems that are read-only, and other accounts, are answered.
    monkeypatch.setattr(start.os, "access", lambda path, _: Path(path).name != "theano")
    start.prepare(root, home)
    assert (root / "tmp/workshop/tensorboard").readlink() == root / "opt/workshop/made/tensorboard"
    assert not (root / "tmp/workshop/theano").is_symlink()
    assert (root / "tmp/workshop/theano/key").read_text() == "made"
    assert (root / "tmp/workshop/state").resolve() == (home / start.STATE).resolve()
    assert (home / start.STATE / "manifest.json").is_file()
    (root / "tmp/workshop/theano/key").write_text("changed")
    start.prepare(root, home)
    assert (root / "tmp/workshop/theano/key").read_text() == "changed"
    assert {path.name for path in (root / "tmp/workshop").iterdir()} >= {"run", "log"}


def test_a_newer_image_brings_its_lessons_into_an_older_ones_volume_and_keeps_edits(
    start: ModuleType, root: Path
) -> None:
    """By the true sync: what one build delivered is known to the next one by the state in the volume."""
    home = root / "home/workshop"

    def lesson(version: int, *cells: str) -> None:
        path = root / f"source-{version}/notebooks/lesson.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        named = {cell.split()[0]: cell for cell in cells}
        made = [
            {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}
            for name, text in named.items()
        ]
        path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    def sync(version: int, command: list[str]) -> None:
        words = [
            f"{root}/source-{version}" if word == "/opt/workshop/source" else word for word in command[1:]
        ]
        subprocess.run([sys.executable, "-P", "-m", "workshop", *words], check=True, capture_output=True)

    lesson(1, "one", "two", "three")
    lesson(2, "one", "two", "three is new")
    (root / "source-2/notebooks/another.ipynb").write_text(
        (root / "source-1/notebooks/lesson.ipynb").read_text()
    )
    (home / "notebooks/lesson.ipynb").unlink()
    # As the build delivers.
    told = start.deliver(root, home, {"version": "1"})
    told[told.index("--state") + 1] = str(root / "opt/workshop/made/state")
    (root / "opt/workshop/made/state/manifest.json").unlink()
    sync(1, told)
    start.prepare(root, home)
    assert (home / start.STATE / "manifest.json").is_file()
    lesson_there = home / "notebooks/lesson.ipynb"
    lesson_there.write_text(lesson_there.read_text().replace('"one"}', '"one is mine"}'))
    (home / "notebooks/mine.txt").write_text("mine")
    start.write(home / start.STATE / start.VERSION, "1")
    # The newer image has another state of its own, which must not count.
    (root / "opt/workshop/made/state/manifest.json").write_text("{}")
    start.prepare(root, home)
    sync(2, start.deliver(root, home, {"version": "2"}))
    cells = ["".join(cell["source"]) for cell in json.loads(lesson_there.read_text())["cells"]]
    assert cells == ["one is mine", "two", "three is new"]
    assert (home / "notebooks/another.ipynb").is_file()
    assert (home / "notebooks/mine.txt").read_text() == "mine"


def test_the_token_is_chosen_or_made_once(start: ModuleType, root: Path) -> None:
    home = root / "home/workshop"
    start.prepare(root, home)
    made = start.ensure_token(root, home, {})
    assert start.TOKEN.fullmatch(made)
    assert start.ensure_token(root, home, {}) == made
    assert start.ensure_token(root, home, {"WORKSHOP_TOKEN": OWN_TOKEN}) == OWN_TOKEN
    assert (root / "tmp/workshop/token").read_text() == f"{OWN_TOKEN}\n"
    assert (root / "tmp/workshop/token").stat().st_mode & 0o077 == 0
    # One that was chosen is not kept for the next start.
    assert start.ensure_token(root, home, {}) == made
    with pytest.raises(start.StartError, match="at least 20 letters"):
        start.ensure_token(root, home, {"JUPYTER_TOKEN": "guess"})


@pytest.mark.parametrize("name", ["", "notebooks", ".local/state/deep-learning-workshop"])
@pytest.mark.parametrize(
    ("owner", "advice"),
    [(1000, "start it with --user 1000, or mount another volume"), (0, "before the start"),
     (65534, "--userns=keep-id"), (4321, "before the start")],
)  # fmt: skip
def test_a_home_that_is_another_accounts_is_told_before_anything_is_started(
    start: ModuleType, root: Path, monkeypatch: pytest.MonkeyPatch, name: str, owner: int, advice: str
) -> None:
    """Whose number is not the one of the volume's first start, has no rights there and would save nothing."""
    home = root / "home/workshop"
    monkeypatch.setenv("HOME", "/home/workshop")
    monkeypatch.setattr(start.os, "getuid", lambda: 4321)
    monkeypatch.setattr(start, "looked_at", lambda _: SimpleNamespace(st_uid=owner))
    monkeypatch.setattr(start.os, "access", lambda path, _: Path(path) != home / name)
    umask = os.umask(0o022)
    try:
        with pytest.raises(start.StartError, match=advice) as caught:
            start.main([], root)
    finally:
        os.umask(umask)
    assert f"the account 4321 cannot write into {home / name}, which belongs to {owner}" in str(caught.value)


@pytest.mark.parametrize(
    ("number", "path", "says"),
    [
        (errno.EROFS, "tmp/workshop", "/tmp cannot be written; start it with --tmpfs /tmp:mode=1777,exec"),
        (errno.EACCES, "home/workshop/.local/state", "belongs to 7; start it with --user 7"),
        (errno.EEXIST, "home/workshop/notebooks", "is in the way"),
        (errno.ENOSPC, "home/workshop/x", "there is no room for"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line_with_what_to_do(
    start: ModuleType, root: Path, monkeypatch: pytest.MonkeyPatch, number: int, path: str, says: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number), str(root / path))

    monkeypatch.setenv("HOME", "/home/workshop")
    monkeypatch.setattr(start, "prepare", fail)
    monkeypatch.setattr(start, "looked_at", lambda _: SimpleNamespace(st_uid=7))
    umask = os.umask(0o022)
    try:
        with pytest.raises(start.StartError) as caught:
            start.main([], root)
    finally:
        os.umask(umask)
    assert says in str(caught.value)
    assert "Errno" not in str(caught.value)


def test_under_a_hub_it_is_the_server_of_a_seat(
    start: ModuleType, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr(start.os, "execve", lambda *words: done.append(words))
    monkeypatch.setattr(start.os, "chdir", lambda _: None)
    monkeypatch.setattr(start, "deliver", lambda *_: None)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "of-the-hub")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/etc/seat")
    monkeypatch.setenv("HOME", "/home/workshop")
    umask = os.umask(0o022)
    try:
        start.main([], root)
        monkeypatch.delenv("JUPYTERHUB_API_TOKEN")
        start.main(["jupyterhub-singleuser", "--debug"], root)
    finally:
        os.umask(umask)
    (_, first, environment), (_, second, _) = done
    assert first[1:] == ["-P", "-m", "jupyterhub.singleuser"]
    assert second[1:] == ["-P", "-m", "jupyterhub.singleuser", "--debug"]
    assert environment["JUPYTERHUB_API_TOKEN"] == "of-the-hub"
    assert environment["PYTHONPATH"] == f"/{layout.HUB_PACKAGES}"
    assert environment["JUPYTER_CONFIG_PATH"] == f"/etc/seat:/{Path(layout.HUB_SETTINGS).parent}"


SERVICE = """\
import pathlib, signal, sys, time
place = pathlib.Path(sys.argv[1])
def end(*_):
    (place / "saved").write_text("x")
    sys.exit()
signal.signal(signal.SIGTERM, end)
with (place / "starts").open("a") as file:
    file.write("x")
if len((place / "starts").read_text()) == 1:
    sys.exit(3)
(place / "up").write_text("x")
while True:
    time.sleep(0.05)
"""
DEAF = """\
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open({!r}, "w").close()
time.sleep(600)
"""
RUN = """\
import importlib.util, json, sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
loader = SourceFileLoader("s", sys.argv[1])
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("s", loader))
loader.exec_module(module)
module.AWAY, module.GRACE = 0.05, float(sys.argv[4])
module.deliver = lambda *_: None
module.prepare(Path(sys.argv[2]), Path(sys.argv[2]) / "home/workshop")
settings = json.loads(Path(sys.argv[3]).read_text())
module.run(Path(sys.argv[2]), Path(sys.argv[2]) / "home/workshop", settings, {"PATH": "/usr/bin:/bin"})
"""


def test_services_are_started_again_and_end_when_they_are_told(root: Path, tmp_path: Path) -> None:
    deaf = tmp_path / "deaf"
    services = [
        {
            "name": name,
            "command": [sys.executable, "-c", code, *words],
            "environment": {},
            "directory": "/",
        }
        for name, code, words in (
            ("saves", SERVICE, [str(tmp_path)]),
            ("deaf", DEAF.format(str(deaf)), []),
        )
    ]
    (tmp_path / "settings.json").write_text(json.dumps({"version": "1.2.3", "services": services}))
    process = subprocess.Popen(
        # Long enough for the one that saves on a busy machine; the deaf one takes it whole.
        [sys.executable, "-c", RUN, PROGRAM, root, tmp_path / "settings.json", str(waiting.patience(3))],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        waiting.wait_until(lambda: (tmp_path / "up").exists() and deaf.exists(), 30, "both services")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=waiting.patience(30))
    finally:
        process.kill()
    assert process.returncode == 0
    assert (tmp_path / "saved").exists()
    assert "saves ended with 3; it is started again" in said
    assert "JupyterLab   http://localhost:8080/lab" in said
    assert "token" not in said
    assert not running(str(deaf))


PREPARE = """\
import importlib.util, sys, time
from importlib.machinery import SourceFileLoader
from pathlib import Path
loader = SourceFileLoader("s", sys.argv[1])
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("s", loader))
loader.exec_module(module)
module.be_ended()
def provide(*_):
    Path(sys.argv[3]).touch()
    time.sleep(600)
module.provide = provide
module.prepare(Path(sys.argv[2]), Path(sys.argv[2]) / "home/workshop")
"""


def test_it_ends_also_while_it_prepares(root: Path, tmp_path: Path) -> None:
    """A first process that asks for no signal gets none: it would be killed after ten seconds."""
    begun = tmp_path / "begun"
    process = subprocess.Popen([sys.executable, "-c", PREPARE, PROGRAM, root, begun])
    try:
        waiting.wait_until(begun.exists, 30, "it prepares")
        process.send_signal(signal.SIGTERM)
        assert process.wait(waiting.patience(30)) == 0
    finally:
        process.kill()


def running(word: str) -> bool:
    """Whether a process has a word on its command line; one that is being buried has no line."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word in path.read_text(errors="replace") and path.parent.name != str(os.getpid()):
                return True
        except OSError:
            continue
    return False
