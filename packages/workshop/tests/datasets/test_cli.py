"""The command as it is run: its own data folder, a catalogue of the test's own."""

from __future__ import annotations

import hashlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from waiting import patience, wait_until

from datasets.conftest import Server, left_over
from workshop.core.command import main
from workshop.datasets.store import Store

CONTENT = bytes(range(256)) * 4000


class Command:
    """``workshop data`` on a machine with nothing but this folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.data = folder / "data"
        (folder / "workshop.toml").write_text(f'data = "{self.data}"\ncache = "{folder}/cache"\n')
        self.catalogue = folder / "catalogue.yml"

    def offer(self, **addresses: str) -> None:
        """Write a catalogue with one data set for each address, all with the same content."""
        entries = [
            {
                "name": name,
                "purpose": f"the purpose of {name}",
                "licence": f"the licence of {name}",
                "credit": f"the credit of {name}",
                "files": [
                    {"name": "f", "bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}
                ],
                "sources": [{"kind": "url", "url": address}],
            }
            for name, address in addresses.items()
        ]
        self.catalogue.write_text(yaml.safe_dump({"datasets": entries}))

    def start(self, verb: str, *arguments: str) -> subprocess.Popen[str]:
        """Run it in a process of its own."""
        command = [sys.executable, "-m", "workshop", "data", verb, "--catalogue", str(self.catalogue)]
        environment = {**os.environ, "WORKSHOP_CONFIG": str(self.folder / "workshop.toml")}
        return subprocess.Popen(
            [*command, *arguments],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __call__(self, verb: str, *arguments: str) -> tuple[int, str, str]:
        """Run it in this process, which is quicker; return the exit status, stdout and stderr."""
        self.capsys.readouterr()
        command = ["workshop", "data", verb, "--catalogue", str(self.catalogue), *arguments]
        with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
            patch.setattr(sys, "argv", command)
            patch.setenv("WORKSHOP_CONFIG", str(self.folder / "workshop.toml"))
            main()
        out, err = self.capsys.readouterr()
        return int(ended.value.code or 0), out, err

    def json(self, verb: str, *arguments: str) -> tuple[int, Any]:
        status, out, _ = self(verb, *arguments, "--json")
        return status, json.loads(out)


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(tmp_path, capsys)


def test_fetch_says_in_json_what_changed(command: Command, server: Server) -> None:
    command.offer(thing=server.serve("/f", CONTENT))
    status, first = command.json("fetch")
    assert status == 0
    assert first["changed"] is True
    assert list(first["datasets"][0]) == ["name", "state", "source", "seconds", "why"]
    assert first["datasets"][0]["state"] == "fetched"
    status, second = command.json("fetch")
    assert (status, second["changed"], second["datasets"][0]["state"]) == (0, False, "present")
    assert len(server.asked) == 1


def test_what_is_unavailable_fails_unless_that_is_allowed(command: Command, server: Server) -> None:
    command.offer(good=server.serve("/f", CONTENT), bad=server.fail("/g", 404))
    status, out, err = command("fetch")
    assert status == 1
    assert out == "1 fetched, 1 unavailable\n"
    assert f"bad: unavailable: 127.0.0.1:{server.port}: it answered with status 404\n" in err
    status, document = command.json("fetch", "--allow-unavailable")
    assert (status, document["changed"]) == (0, False)
    assert [each["state"] for each in document["datasets"]] == ["present", "unavailable"]


def test_offline_asks_nobody(command: Command, server: Server) -> None:
    command.offer(thing=server.serve("/f", CONTENT))
    status, _, err = command("fetch", "--offline")
    assert status == 1
    assert err == "thing: unavailable: offline, and neither stick nor cache has it\n"
    assert server.asked == []


def test_a_stick_is_made_with_into_and_used_as_cache(
    command: Command, server: Server, tmp_path: Path
) -> None:
    command.offer(thing=server.serve("/f", CONTENT))
    assert command("fetch", "--into", str(tmp_path / "stick" / "data"))[0] == 0
    assert not command.data.exists()
    status, document = command.json("fetch", "--offline", "--cache", str(tmp_path / "stick"))
    assert (status, document["datasets"][0]["source"]) == (0, f"folder {tmp_path}/stick")


def test_list_shows_state_licence_and_credit(command: Command, server: Server) -> None:
    command.offer(here=server.serve("/1", CONTENT), gone=server.serve("/2", CONTENT))
    command("fetch", "here")
    status, out, _ = command("list")
    assert status == 0
    for name in ("here", "gone"):
        assert f"licence: the licence of {name}; credit: the credit of {name}" in out
    rows = {row["name"]: row for row in command.json("list")[1]["datasets"]}
    assert {name: row["state"] for name, row in rows.items()} == {"here": "present", "gone": "missing"}
    assert rows["here"]["bytes"] == len(CONTENT)


def test_verify_finds_what_fetch_would_not(command: Command, server: Server) -> None:
    command.offer(thing=server.serve("/f", CONTENT), gone=server.fail("/g", 404))
    command("fetch")
    assert command("verify")[0] == 0
    path = command.data / "thing" / "f"
    status = path.stat()
    path.write_bytes(CONTENT[:-1] + b"!")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    code, out, err = command("verify")
    assert code == 1
    assert out.splitlines()[0].split() == ["thing", "wrong:", "f"]
    assert err == "workshop: some files are wrong; run 'workshop data fetch' to replace them\n"
    code, document = command.json("verify")
    assert (code, document["datasets"][0]["wrong"]) == (1, ["f"])
    assert document["datasets"][1]["state"] == "missing"
    # What verify found, the next fetch mends.
    command("fetch", "thing")
    assert command("verify")[0] == 0


def test_killed_in_the_middle_it_resumes(command: Command, server: Server) -> None:
    go_on = threading.Event()
    command.offer(thing=server.serve_and_hold("/f", CONTENT, go_on))
    for kill in (signal.SIGKILL, signal.SIGTERM):
        before = _size(command)
        process = command.start("fetch")
        wait_until(lambda: _size(command) > before, 120, "some of the file has come")  # noqa: B023
        process.send_signal(kill)
        process.communicate(timeout=patience(120))
        assert not (command.data / "thing").exists()
    go_on.set()
    status, document = command.json("fetch")
    assert (status, document["datasets"][0]["state"]) == (0, "fetched")
    assert (command.data / "thing" / "f").read_bytes() == CONTENT
    assert server.asked[-1][1] is not None, "it started over instead of resuming"
    assert left_over(Store(command.data)) == []


def _size(command: Command) -> int:
    return sum(part.stat().st_size for part in command.data.glob(".fetching/*.part"))


def test_interrupted_it_ends_soon_in_one_line(command: Command, server: Server) -> None:
    command.offer(thing=server.serve_and_hold("/f", CONTENT, server.ended))
    process = command.start("fetch")
    wait_until(lambda: _size(command), 120, "some of the file has come")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=patience(120))
    assert process.returncode == 130
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "workshop: interrupted; it is safe to run again"


def test_two_fetches_at_once_ask_once(command: Command, server: Server) -> None:
    go_on = threading.Event()
    command.offer(thing=server.serve_and_hold("/f", CONTENT, go_on))
    processes = [command.start("fetch", "--json") for _ in range(3)]
    said: queue.Queue[str] = queue.Queue()

    def follow(lines: Iterable[str]) -> None:
        for line in lines:
            said.put(line)

    for process in processes:
        threading.Thread(target=follow, args=(process.stderr,), daemon=True).start()
    waiting = 0
    while waiting < 2:
        waiting += "waiting for another fetch" in said.get(timeout=120)
    go_on.set()
    outputs = [process.stdout.read() for process in processes]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    states = sorted(json.loads(out)["datasets"][0]["state"] for out in outputs)
    assert states == ["fetched", "present", "present"]
    assert len(server.asked) == 1


def test_a_data_folder_that_cannot_be_made_is_one_line(command: Command, server: Server) -> None:
    command.offer(thing=server.serve("/f", CONTENT))
    command.data.write_text("a file is in the way")
    status, out, err = command("fetch")
    assert (status, out) == (1, "")
    assert err.startswith("workshop: cannot write to the data folder")
    assert err.count("\n") == 1
