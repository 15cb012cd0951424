"""Repositories made to hurt: what a sync with each takes of memory and time, whatever it then says.

Each is small where it lies and large when it is unpacked, listed, parsed or compared.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sync.fuzz_shapes import UNFORESEEN

MEGABYTES = 200
SECONDS = 60.0
"""What one sync may take at most; seconds are the processor's, of the sync and of its gits."""
TAGS = 10_000
STAMP = "o <o@example.org> 1790000000 +0000"
GOOD = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n'


@dataclass(frozen=True)
class Cost:
    """What one sync took, and how it ended."""

    name: str
    megabytes: int
    """The most memory that one of its processes held, 10⁶ bytes."""
    seconds: float
    wall_seconds: float
    status: int
    said: str
    """The last line of what it said."""

    @property
    def fault(self) -> str:
        """Say which bound was missed; empty when none was."""
        if self.megabytes > MEGABYTES:
            return f"{self.name}: {self.megabytes} MB"
        if self.seconds > SECONDS:
            return f"{self.name}: {self.seconds:.0f} s"
        odd = self.status not in (0, 1) or any(words in self.said for words in UNFORESEEN)
        return f"{self.name}: status {self.status}, {self.said}" if odd else ""


class Repository:
    """A bare repository that is filled object by object."""

    def __init__(self, folder: Path) -> None:
        """Make it, empty."""
        self.folder = folder
        self._run("init", "--quiet", "--bare", "--initial-branch=main", str(folder))

    def _run(self, *words: str, feed: bytes = b"") -> str:
        environment = os.environ | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        command = ["git", *([] if words[0] == "init" else [f"--git-dir={self.folder}"]), *words]
        done = subprocess.run(command, input=feed, capture_output=True, check=True, env=environment)
        return done.stdout.decode().strip()

    def store(self, kind: str, data: bytes) -> str:
        """Store one object, whatever is in it; return its name."""
        return self._run("hash-object", "-w", "--literally", "-t", kind, "--stdin", feed=data)

    def tree(self, entries: dict[str, str], mode: str = "100644") -> str:
        """Store a tree of blobs, or of trees."""
        rows = (
            b"%s %s\0%s" % (mode.encode(), name.encode(), bytes.fromhex(oid)) for name, oid in entries.items()
        )
        return self.store("tree", b"".join(rows))

    def commit(
        self, notebooks: str, message: bytes = b"news\n", more: Mapping[str, str] | None = None
    ) -> str:
        """Store a commit whose folder ``notebooks`` is this tree, and let the branch stand at it."""
        rows = b"".join(
            b"%s %s\0%s" % (mode, name.encode(), bytes.fromhex(oid))
            for mode, name, oid in sorted(
                [
                    (b"40000", "notebooks", notebooks),
                    *((b"100644", name, oid) for name, oid in (more or {}).items()),
                ],
                key=lambda row: row[1],
            )
        )
        head = f"tree {self.store('tree', rows)}\nauthor {STAMP}\ncommitter {STAMP}\n\n".encode()
        name = self.store("commit", head + message)
        self._run("update-ref", "refs/heads/main", name)
        return name

    def feed(self, text: bytes) -> None:
        """Let ``git fast-import`` read a stream."""
        self._run("fast-import", "--quiet", "--force", feed=text)


def _files(repository: Repository, data: bytes, names: list[str]) -> None:
    blob, good = repository.store("blob", data), repository.store("blob", GOOD)
    repository.commit(repository.tree(dict.fromkeys(sorted(names), blob) | {"zz-good.ipynb": good}))


def tree_bomb(repository: Repository) -> None:
    """Name a hundred million files by eight trees."""
    tree = repository.tree({"a.ipynb": repository.store("blob", GOOD)})
    for _ in range(8):
        tree = repository.tree({str(number): tree for number in range(10)}, mode="40000")
    repository.commit(tree)


def deep_tree(repository: Repository) -> None:
    """Nest folders three thousand deep."""
    tree = repository.tree({"a.ipynb": repository.store("blob", GOOD)})
    stream = [b"commit refs/heads/main\ncommitter %s\ndata 1\nx\n" % STAMP.encode()]
    stream.append(b"M 040000 %s notebooks/%s\n" % (tree.encode(), b"/".join([b"d"] * 3000)))
    repository.feed(b"".join(stream))


def huge_file(repository: Repository) -> None:
    """Have one file of half a gigabyte."""
    _files(repository, bytes(500_000_000), ["huge.bin"])


def one_file_often(repository: Repository) -> None:
    """Have one file of 60 MB under a hundred names."""
    _files(repository, bytes(60_000_000), [f"{number:03}.bin" for number in range(100)])


def heavy_notebook(repository: Repository) -> None:
    """Have notebooks that take a hundred times their size once they are read."""
    empty = b"[]," * 18_000_000
    heavy = b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {"x": [' + empty + b'1]}, "cells": []}'
    _files(repository, heavy, [f"{number}.ipynb" for number in range(3)])


def many_cells(repository: Repository) -> None:
    """Have a notebook of fifty thousand cells without ids."""
    cells = [{"cell_type": "raw", "metadata": {}, "source": f"x{number}"} for number in range(50_000)]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    _files(repository, json.dumps(document).encode(), ["a.ipynb"])


def long_message(repository: Repository) -> None:
    """Say 150 MB about a commit."""
    repository.commit(repository.tree({"a.ipynb": repository.store("blob", GOOD)}), b"x" * 150_000_000)


def many_tags(repository: Repository) -> None:
    """Have thousands of tags that nobody signed, of 60 kB each."""
    commit = repository.commit(repository.tree({"a.ipynb": repository.store("blob", GOOD)}))
    text = b"-----BEGIN SSH SIGNATURE-----\n" + b"x" * 60_000
    stream = (
        b"tag refs/tags/v%d\nfrom %s\ntagger %s\ndata %d\n%s\n"
        % (number, commit.encode(), STAMP.encode(), len(text), text)
        for number in range(TAGS)
    )
    repository.feed(b"".join(stream))
    repository._run("pack-refs", "--all")


def long_history(repository: Repository) -> None:
    """Have a hundred thousand commits."""
    rows = [b"blob\nmark :1\ndata %d\n%s\n" % (len(GOOD), GOOD)]
    rows += [
        b"commit refs/heads/main\ncommitter %s\ndata 1\nx\nM 100644 :1 notebooks/%d.ipynb\n"
        % (STAMP.encode(), each % 9)
        for each in range(100_000)
    ]
    repository.feed(b"".join(rows))


def long_list_of_keys(repository: Repository) -> None:
    """Carry a list of keys of 150 MB."""
    keys = repository.store("blob", b"organiser ssh-ed25519 AAAA\n" * 6_000_000)
    tree = repository.tree({"a.ipynb": repository.store("blob", GOOD)})
    repository.commit(tree, more={"trusted-keys": keys})


def many_files(repository: Repository) -> None:
    """Have as many files as a revision may have."""
    _files(repository, b"print(1)\n", [f"{number}.py" for number in range(19_999)])


REPOSITORIES: list[Callable[[Repository], None]] = [
    tree_bomb,
    deep_tree,
    huge_file,
    one_file_often,
    heavy_notebook,
    many_cells,
    long_message,
    many_tags,
    long_history,
    long_list_of_keys,
    many_files,
]


def _apart(do: Callable[[], None]) -> None:
    """Do something in a process of its own: what that takes would count as its parent's, too."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            do()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert status == 0, "the repository could not be made"


_MEASURE = """\
import json, os, subprocess, sys, time
started = time.perf_counter()
with open(sys.argv[1], "wb") as said:
    child = subprocess.Popen(sys.argv[2:], stdout=said, stderr=subprocess.STDOUT)
    _, status, used = os.wait4(child.pid, 0)
print(json.dumps([status, used.ru_maxrss, used.ru_utime + used.ru_stime, time.perf_counter() - started]))
"""
"""A small process in between: a child that has just been made counts the memory of who made it as its own."""


def cost(make: Callable[[Repository], None], place: Path, signers: Path | None = None) -> Cost:
    """Make a repository in an empty folder, and sync with it in a process of its own."""
    repository = Repository(place / "hostile.git")
    _apart(lambda: make(repository))
    trust = ["--allowed-signers", str(signers)] if signers is not None else ["--allow-unsigned"]
    words = ["--from", f"file://{repository.folder}", *trust]
    words += ["--into", str(place / "mine"), "--state", str(place / "state")]
    command = [
        sys.executable,
        "-IS",
        "-c",
        _MEASURE,
        str(place / "said"),
        sys.executable,
        "-m",
        "workshop",
        "sync",
    ]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=True)
    status, kilobytes, seconds, wall_seconds = json.loads(done.stdout)
    lines = (place / "said").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return Cost(
        make.__name__,
        kilobytes * 1024 // 1_000_000,
        seconds,
        wall_seconds,
        os.waitstatus_to_exitcode(status),
        lines[-1] if lines else "",
    )


def try_hostile(folder: Path) -> list[Cost]:
    """Sync with each hostile repository, by keys that signed none of it and without any."""
    costs = []
    for number, (make, signed) in enumerate(
        (make, signed) for make in REPOSITORIES for signed in (False, True)
    ):
        place = folder / str(number)
        place.mkdir(parents=True)
        costs.append(cost(make, place, _some_key(place) if signed else None))
        shutil.rmtree(place)
    return costs


def _some_key(place: Path) -> Path:
    """Make a key and a file of signers with it alone."""
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place / "key")]
    subprocess.run(words, check=True)
    signers = place / "signers"
    signers.write_text(f"organiser {(place / 'key.pub').read_text(encoding='ascii')}", encoding="ascii")
    return signers
