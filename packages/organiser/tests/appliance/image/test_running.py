"""Starting it: the command that docker or podman gets, and one line for what keeps it from being started."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
from commandline import workshop

from organiser.appliance.architecture import AMD64
from organiser.image import layout, running
from workshop.core.errors import WorkshopError

IMAGE = f"{layout.NAME}:{layout.LATEST}"
ENGINE = """\
#!/bin/sh
# Plays docker, and remembers what it was asked.
echo "$*" >>{log}
case $1 in
  image) [ -e {there} ] || {{ echo "No such image: $3" >&2; exit 1; }}; cat {there} ;;
  ps) cat {running}; case $* in *--all*label*) cat {ours} ;; *--all*) cat {ours} {others} ;; esac ;;
  logs) cat {words}; if [ -e {last} ]; then cat {last}; : >{running}; fi ;;
  load | run)
    [ ! -e {refuses} ] || {{ echo "first line" >&2; cat {refuses} >&2; exit 125; }}
    [ $1 = run ] || echo "Loaded image: localhost/deep-learning-workshop:latest" ;;
esac
"""
NAMES = ("log", "there", "running", "refuses", "ours", "others", "words", "last")

LINK = "http://localhost:8080/login#abcd_Efgh"


class Engine:
    """A docker of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.names = {name: folder / name for name in NAMES}
        names = self.names
        self.log, self.there, self.running, self.refuses = (names[name] for name in NAMES[:4])
        for name in ("running", "ours", "others", "words"):
            names[name].write_text("")
        self.there.write_text(json.dumps([{"Architecture": "amd64"}]))
        self.path = folder / "docker"
        self.path.write_text(ENGINE.format(**names))
        self.path.chmod(0o755)

    def start(self, **more: object) -> dict[str, object]:
        return running.start(str(self.path), running.Request(IMAGE, **more))  # type: ignore[arg-type]


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
    monkeypatch.setattr(running, "_is_rootless_docker", lambda _: False)
    words = running.command("/usr/bin/docker", running.Request(IMAGE, folder, read_only=True))
    assert "--user=4321:50" in words
    assert f"--volume={folder}:/{layout.HOME}" in words
    assert "--read-only" in words
    assert "--userns=keep-id" not in words
    for caller, kept in ((4321, True), (0, False)):
        monkeypatch.setattr(running.os, "geteuid", lambda caller=caller: caller)
        asked = running.command("/usr/bin/podman", running.Request(IMAGE, folder))
        assert ("--userns=keep-id" in asked) is kept


def test_the_wrong_processor_is_said_before_it_is_started(engine: Engine) -> None:
    engine.there.write_text(json.dumps([{"Architecture": "arm64"}]))
    with pytest.raises(
        WorkshopError,
        match="is for arm64 and this computer is amd64; take the file for amd64, without -arm64",
    ):
        engine.start()
    assert "run " not in engine.log.read_text()


def test_a_docker_without_root_knows_whoever_started_it_as_0(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By any other number the folder is nobody's there, and cannot be written."""
    (tmp_path / "mine").mkdir()
    request = running.Request(IMAGE, tmp_path / "mine")
    monkeypatch.setattr(running.os, "geteuid", lambda: 4321)
    owner = (tmp_path / "mine").stat()
    engine.path.write_text("#!/bin/sh\necho '[name=seccomp,profile=builtin name=cgroupns]'\n")
    assert f"--user={owner.st_uid}:{owner.st_gid}" in running.command(str(engine.path), request)
    engine.path.write_text("#!/bin/sh\necho '[name=seccomp,profile=builtin name=rootless name=cgroupns]'\n")
    assert "--user=0:0" in running.command(str(engine.path), request)


def test_one_that_has_ended_makes_room_unless_somebody_else_started_it(engine: Engine) -> None:
    engine.start()
    assert "rm " not in engine.log.read_text()
    engine.names["ours"].write_text(f"{running.CONTAINER}\n")
    engine.start()
    *_, removed, started = engine.log.read_text().splitlines()
    assert removed == f"rm {running.CONTAINER}"
    assert started.startswith("run ")
    # Who asks for its words later must find them.
    assert "--rm" not in started.split()
    assert f"--label={running.LABEL}=workshop" in started.split()
    engine.names["ours"].write_text("")
    engine.names["others"].write_text(f"{running.CONTAINER}\n")
    with pytest.raises(
        WorkshopError, match=r"which this command did not start; rename it with 'docker rename "
    ):
        engine.start()
    assert engine.log.read_text().count("rm ") == 1


def test_what_a_container_said_before_it_ended_is_the_reason(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may end between two looks: its last words are asked for once more."""
    engine.running.write_text(f"{running.CONTAINER}\n")
    engine.names["words"].write_text(f"\n  Deep Learning Workshop 1\n{LINK}\nmore\n")
    assert running.wait_for_link(str(engine.path), running.CONTAINER) == LINK
    engine.names["words"].write_text("")
    engine.names["last"].write_text("workshop: the account 7 cannot write into /home/workshop\n")
    with pytest.raises(
        WorkshopError, match=r"^the container did not start: workshop: the account 7 cannot write"
    ):
        running.wait_for_link(str(engine.path), running.CONTAINER)
    engine.names["last"].unlink()
    engine.running.write_text(f"{running.CONTAINER}\n")
    monkeypatch.setattr(running, "WAIT_SECONDS", 0.1)
    with pytest.raises(WorkshopError, match=r"it runs but printed no link within .* 'docker logs "):
        running.wait_for_link(str(engine.path), running.CONTAINER)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other:
        other.bind((running.LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(WorkshopError, match=f"the port {port} is taken"):
            running.require_free([port])
    running.require_free([port])


def test_without_docker_and_podman_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkshopError, match="no docker and no podman found"):
        running.find_engine()
    with pytest.raises(WorkshopError, match="no podman found"):
        running.find_engine("podman")
    Engine(tmp_path)
    assert running.find_engine() == str(tmp_path / "docker")


def test_the_command_loads_a_file_and_says_the_link(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    archive = tmp_path / f"x{layout.SUFFIX}"
    missing = workshop("image", "run", archive)
    assert (missing.returncode, "there is no file" in missing.stderr) == (1, True)
    (tmp_path / "x.ova").touch()
    assert "the name must end in .oci.tar" in workshop("image", "run", tmp_path / "x.ova").stderr
    numbered = tmp_path / "x.oci (1).tar"
    for path in (archive, numbered):
        path.touch()
    assert "its name" not in workshop("image", "run", numbered).stderr
    engine.names["words"].write_text(f"{LINK}\n")
    done = workshop("image", "run", archive)
    assert (done.returncode, LINK in done.stdout) == (0, True)
    assert "docker stop deep-learning-workshop" in done.stdout
    said = json.loads(workshop("image", "run", IMAGE, "--json").stdout)
    assert (said["link"], said["home"]) == (LINK, f"volume {running.VOLUME}")
    # What runs already is told before the minute that loading takes.
    engine.running.write_text(f"{running.CONTAINER}\n")
    engine.log.write_text("")
    assert "it is already running" in workshop("image", "run", archive).stderr
    assert "load" not in engine.log.read_text()


def test_a_folder_that_is_none_or_roots_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="is not a folder"):
        engine.start(folder=tmp_path / "nothing")
    with pytest.raises(WorkshopError, match="belongs to root"):
        engine.start(folder=Path("/usr"))
    (tmp_path / "a:b").mkdir()
    with pytest.raises(WorkshopError, match="has a colon in its name"):
        engine.start(folder=tmp_path / "a:b")
