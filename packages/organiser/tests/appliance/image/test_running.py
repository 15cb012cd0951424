"""Starting it: the command that docker or podman gets, and one line for what keeps it from being started."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from organiser.appliance.architecture import AMD64, ARM64
from organiser.image import layout, running
from workshop.errors import WorkshopError

IMAGE = f"{layout.NAME}:{layout.LATEST}"
ENGINE = """\
#!/bin/sh
# Plays docker, and remembers what it was asked.
echo "$*" >>{log}
case $1 in
  image) [ -e {there} ] || {{ echo "No such image: $3" >&2; exit 1; }}; cat {there} ;;
  ps) cat {running} ;;
  load) echo "Loaded image: localhost/deep-learning-workshop:latest" ;;
  run) [ ! -e {refuses} ] || {{ echo "first line" >&2; cat {refuses} >&2; exit 125; }} ;;
esac
"""


class Engine:
    """A docker of the test's own."""

    def __init__(self, folder: Path) -> None:
        names = {name: folder / name for name in ("log", "there", "running", "refuses")}
        self.log, self.there, self.running, self.refuses = names.values()
        self.running.write_text("")
        self.there.write_text(json.dumps([{"Architecture": "amd64"}]))
        self.path = folder / "docker"
        self.path.write_text(ENGINE.format(**names))
        self.path.chmod(0o755)

    def start(self, **more: object) -> dict[str, object]:
        return running.start(str(self.path), running.Wish(IMAGE, **more))  # type: ignore[arg-type]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(running, "native", lambda: AMD64)
    monkeypatch.setattr(running, "require_free", lambda: None)
    return Engine(tmp_path)


def test_it_is_published_to_loopback_with_a_volume_and_no_rights(engine: Engine) -> None:
    started = engine.start()
    words = engine.log.read_text().splitlines()[-1].split()
    published = [word.removeprefix("--publish=") for word in words if word.startswith("--publish")]
    assert published == [f"127.0.0.1:{port}:{port}" for port in layout.PORTS]
    assert f"--volume={running.VOLUME}:/{layout.HOME}" in words
    assert {"--cap-drop=ALL", "--security-opt=no-new-privileges"} <= set(words)
    assert words[-1] == IMAGE
    assert not [word for word in words if word.startswith(("--user", "--read-only"))]
    assert started["start_page"] == "http://localhost:8082/"


def test_a_folder_is_written_as_its_owner(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setattr(running.Path, "stat", lambda *_, **__: type("S", (), {"st_uid": 4321, "st_gid": 50}))
    monkeypatch.setattr(running.Path, "is_dir", lambda _: True)
    words = running.command("/usr/bin/docker", running.Wish(IMAGE, folder, read_only=True))
    assert "--user=4321:50" in words
    assert f"--volume={folder}:/{layout.HOME}" in words
    assert "--read-only" in words
    assert "--userns=keep-id" not in words
    assert "--userns=keep-id" in running.command("/usr/bin/podman", running.Wish(IMAGE, folder))


def test_the_wrong_processor_is_said_before_it_is_started(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.there.write_text(json.dumps([{"Architecture": "arm64"}]))
    with pytest.raises(
        WorkshopError, match="is for arm64 and this computer is amd64; take the file for amd64"
    ):
        engine.start()
    monkeypatch.setattr(running, "native", lambda: ARM64)
    engine.start()
    assert engine.log.read_text().count("run ") == 1


def test_an_image_that_is_not_there_is_said(engine: Engine) -> None:
    engine.there.unlink()
    with pytest.raises(WorkshopError, match=r"there is no image .* here; name the file"):
        engine.start()


def test_one_that_runs_already_is_not_started_again(engine: Engine) -> None:
    engine.running.write_text(f"{running.CONTAINER}\n")
    with pytest.raises(WorkshopError, match="it runs already; open http://localhost:8082/, or stop it by"):
        engine.start()


def test_what_the_engine_says_last_is_passed_on(engine: Engine) -> None:
    engine.refuses.write_text("no space left on device\n")
    with pytest.raises(WorkshopError, match=r"^docker cannot do it: no space left on device$"):
        engine.start()


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other:
        other.bind((running.LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(WorkshopError, match=f"the port {port} of this computer is taken"):
            running.require_free([port])
    running.require_free([port])


def test_without_docker_and_podman_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkshopError, match="there is no docker and no podman here"):
        running.find_engine()
    with pytest.raises(WorkshopError, match="there is no podman here"):
        running.find_engine("podman")
    Engine(tmp_path)
    assert running.find_engine() == str(tmp_path / "docker")


def test_the_name_of_what_was_loaded_is_known(engine: Engine, tmp_path: Path) -> None:
    assert running.load(str(engine.path), tmp_path / "x.oci.tar") == IMAGE


def test_a_folder_that_is_none_or_roots_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="is no folder"):
        engine.start(folder=tmp_path / "nothing")
    with pytest.raises(WorkshopError, match="belongs to root"):
        engine.start(folder=Path("/usr"))
