"""A machine of a lab takes wheels and data from a server's folder, and nothing else."""

from __future__ import annotations

import hashlib
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

TAKE = Path(__file__).parents[2] / "playbooks/files/take-stick.py"


class Quiet(http.server.SimpleHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def log_message(self, *words: object) -> None:
        self.asked.append(self.path)


@dataclass
class Lab:
    stick: Path
    address: str
    machine: Path

    def list(self, **other: str) -> None:
        files = [each for each in self.stick.rglob("*") if each.is_file() and each.name != "SHA256SUMS"]
        sums = {
            str(each.relative_to(self.stick)): hashlib.sha256(each.read_bytes()).hexdigest() for each in files
        }
        text = "".join(f"{digest}  {name}\n" for name, digest in {**sums, **other}.items())
        (self.stick / "SHA256SUMS").write_text(text)

    def take(self) -> subprocess.CompletedProcess[str]:
        Quiet.asked.clear()
        words = [sys.executable, TAKE, self.address, self.machine]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    def has(self) -> list[str]:
        return sorted(
            str(each.relative_to(self.machine)) for each in self.machine.rglob("*") if each.is_file()
        )


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    stick = tmp_path / "stick"
    for name, content in (
        ("wheels/a b.whl", "wheel"),
        ("data/mnist/x", "data"),
        ("2-virtual-machine/a.ova", "large"),
    ):
        (stick / name).parent.mkdir(parents=True, exist_ok=True)
        (stick / name).write_text(content)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(stick))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made = Lab(stick, f"http://127.0.0.1:{server.server_port}", tmp_path / "machine")
        made.list()
        yield made
        server.shutdown()


def test_wheels_and_data_are_taken_once(lab: Lab) -> None:
    assert lab.take().stdout == "took 2 files\n"
    assert lab.has() == ["data/mnist/x", "wheels/a b.whl"]
    assert lab.take().stdout == "all are here\n"
    assert Quiet.asked == ["/SHA256SUMS"]


def test_what_is_damaged_or_no_more_listed_is_replaced(lab: Lab) -> None:
    lab.take()
    (lab.machine / "data/mnist/x").write_text("damaged")
    (lab.stick / "wheels/a b.whl").rename(lab.stick / "wheels/a c.whl")
    lab.list()
    assert lab.take().stdout == "took 2 files\n"
    assert lab.has() == ["data/mnist/x", "wheels/a c.whl"]
    assert (lab.machine / "data/mnist/x").read_text() == "data"


def test_what_is_not_what_the_list_says_is_not_kept(lab: Lab) -> None:
    (lab.stick / "data/mnist/x").write_text("other")
    done = lab.take()
    assert done.returncode != 0
    assert "data/mnist/x is not what the server's list says" in done.stderr
    assert lab.has() == []


def test_a_list_leads_nowhere_else(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x")
    lab.list(**{"wheels/../../outside": hashlib.sha256(b"x").hexdigest(), "/etc/x": "0" * 64})
    assert lab.take().returncode == 0
    assert lab.has() == ["data/mnist/x", "wheels/a b.whl"]


def test_a_server_that_has_no_stick_is_named(lab: Lab) -> None:
    (lab.stick / "SHA256SUMS").unlink()
    done = lab.take()
    assert done.returncode != 0
    assert "hub_service_lab_stick" in done.stderr
    assert "Traceback" not in done.stderr
