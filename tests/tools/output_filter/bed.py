"""What tests of the output filter share: notebooks, its two ways to be called, repositories of their own."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "tools/ipynb_optional_output_filter.py"
_spec = importlib.util.spec_from_file_location("ipynb_optional_output_filter", SCRIPT)
assert _spec is not None and _spec.loader is not None
output_filter = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(output_filter)

Cell = dict[str, Any]
STREAM = {"output_type": "stream", "name": "stdout", "text": ["ran\n"]}


def code(source: str = "1", ran: int | None = None, **more: Any) -> Cell:
    """Return a code cell of nbformat 4; with ``ran`` it has that count and an output."""
    outputs = [] if ran is None else [STREAM | {"text": [f"{source} ran as {ran}\n"]}]
    cell = {"cell_type": "code", "execution_count": ran, "id": f"id-{source}", "metadata": {}}
    return cell | {"outputs": outputs, "source": source.splitlines(keepends=True)} | more


def document(*cells: Cell, **metadata: Any) -> dict[str, Any]:
    """Return a notebook of nbformat 4."""
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def text(*cells: Cell, **metadata: Any) -> bytes:
    """Return a notebook's file as Jupyter writes it."""
    return (json.dumps(document(*cells, **metadata), indent=1, ensure_ascii=False) + "\n").encode()


def one_shot(data: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run the script on stdin."""
    command = [sys.executable, SCRIPT, *words]
    return subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)


def packet(content: bytes) -> bytes:
    return b"%04x%s" % (len(content) + 4, content)


FLUSH = b"0000"
HELLO = packet(b"git-filter-client\n") + packet(b"version=2\n") + FLUSH
OFFER = b"".join(packet(b"capability=%s\n" % each) for each in (b"clean", b"smudge", b"delay")) + FLUSH


def request(data: bytes, name: bytes = b"a.ipynb", command: bytes = b"clean", size: int = 65516) -> bytes:
    """Return what git sends for one file, in packets of ``size``."""
    lines = packet(b"command=%s\n" % command) + packet(b"pathname=%s\n" % name) + FLUSH
    return lines + b"".join(packet(data[at : at + size]) for at in range(0, len(data), size)) + FLUSH


def serve(sent: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run the script as git's process and send it all of that."""
    return one_shot(sent, "process")


def packets(received: bytes) -> Iterator[bytes | None]:
    """Yield the contents of packets; None for a flush. Fails on anything that is no packet."""
    at = 0
    while at < len(received):
        length = int(received[at : at + 4], 16)
        assert length == 0 or 5 <= length <= 65520, length
        assert at + length <= len(received)
        yield received[at + 4 : at + length] if length else None
        at += length or 4


def lists(received: bytes) -> list[list[bytes]]:
    """Return the lists that flushes end."""
    found: list[list[bytes]] = [[]]
    for each in packets(received):
        if each is None:
            found.append([])
        else:
            found[-1].append(each)
    assert found.pop() == []
    return found


def answers(received: bytes) -> list[bytes]:
    """Return the contents of a process's successful answers."""
    hello, able, *rest = lists(received)
    assert hello == [b"git-filter-server\n", b"version=2\n"]
    assert able == [b"capability=clean\n", b"capability=smudge\n"]
    assert len(rest) % 3 == 0
    contents = []
    for status, content, confirmed in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        assert (status, confirmed) == ([b"status=success\n"], [])
        contents.append(b"".join(content))
    return contents


@dataclass
class Repository:
    """A repository whose git knows nobody's settings."""

    path: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_"))}
        who = {
            f"GIT_{role}_{what}": "tester@example.org"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        return kept | who | {"HOME": str(self.home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}

    def run(
        self, *words: str | Path, ok: bool = True, folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the repository."""
        done = subprocess.run(
            words,
            cwd=folder or self.path,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert not ok or done.returncode == 0, done.stderr
        return done

    def git(self, *words: str | Path, folder: Path | None = None) -> str:
        """Run git; return what it printed. Fails when git fails, or says anything of the filter."""
        done = self.run("git", *words, folder=folder)
        assert "dropoutput_ipynb" not in done.stderr, done.stderr
        return done.stdout

    def script(
        self, *words: str, folder: Path | None = None, ok: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run the filter's administration."""
        return self.run(sys.executable, SCRIPT, *words, folder=folder, ok=ok)

    def write(self, name: str, data: bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def stored(self, name: str, revision: str = "") -> bytes:
        """Return what git has of a file, in the index or in a revision."""
        shown = ["git", "cat-file", "blob", f"{revision}:{name}"]
        return subprocess.run(
            shown, cwd=self.path, env=self.environment, capture_output=True, check=True
        ).stdout

    def commit(self, message: str = "change") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD").strip()


@contextmanager
def repository(folder: Path, name: str = "repository") -> Iterator[Repository]:
    """Make an empty repository in a folder."""
    made = Repository(folder / name, folder / "home")
    made.home.mkdir(exist_ok=True)
    made.path.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    yield made
    shutil.rmtree(made.path)
