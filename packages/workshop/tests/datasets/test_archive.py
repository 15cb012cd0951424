from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from workshop.datasets.archive import read_members
from workshop.datasets.network import UnavailableError

FILES = {"a/one.bin": b"1" * 3000, "a/two.bin": b"2" * 5, "b/three.bin": b""}


def wheel(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return path


def tarball(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as opened:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            opened.addfile(entry, io.BytesIO(content))
    return path


def deb(path: Path, files: dict[str, bytes], compression: str = "xz") -> Path:
    if not shutil.which("dpkg-deb"):
        pytest.skip("needs dpkg-deb")
    root = path.parent / f"{path.stem}-root"
    for name, content in {**files, "DEBIAN/control": CONTROL}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    command = ["dpkg-deb", f"-Z{compression}", "--root-owner-group", "--build", str(root), str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path


CONTROL = b"""Package: thing
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: a test
"""


@pytest.mark.parametrize(
    "make",
    [
        lambda path: wheel(path / "x.whl", FILES),
        lambda path: tarball(path / "x.tgz", FILES),
        lambda path: deb(path / "x.deb", FILES),
        lambda path: deb(path / "x.deb", FILES, "zstd"),
    ],
    ids=["wheel", "tarball", "deb-xz", "deb-zstd"],
)
def test_named_members_come_out(tmp_path: Path, make) -> None:
    archive = make(tmp_path)
    found: dict[str, bytes] = {}
    wanted = {"a/one.bin", "b/three.bin"}
    read_members(archive, wanted, lambda name, stream: found.update({name: stream.read()}))
    assert found == {name: FILES[name] for name in wanted}
    with pytest.raises(UnavailableError, match=r"has no a/four\.bin"):
        read_members(archive, {"a/two.bin", "a/four.bin"}, lambda name, stream: None)


@pytest.mark.parametrize("name", ["x.whl", "x.tgz", "x.deb"])
@pytest.mark.parametrize("content", [b"", b"<html>", b"PK\x03\x04", b"!<arch>\n"])
def test_what_is_no_archive_is_a_reason(tmp_path: Path, name: str, content: bytes) -> None:
    if name == "x.deb" and not shutil.which("dpkg-deb"):
        pytest.skip("needs dpkg-deb")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnavailableError, match=r"x\.(whl|tgz|deb) (cannot be read|has no f)"):
        read_members(tmp_path / name, {"f"}, lambda member, stream: None)


def test_half_an_archive_is_a_reason(tmp_path: Path) -> None:
    archive = tarball(tmp_path / "x.tgz", {"f": bytes(range(256)) * 400})
    archive.write_bytes(archive.read_bytes()[:100])
    with pytest.raises(UnavailableError, match="cannot be read"):
        read_members(archive, {"f"}, lambda name, stream: stream.read())


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tgz", "w:gz") as opened:
        entry = tarfile.TarInfo("f")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        opened.addfile(entry)
    with pytest.raises(UnavailableError, match="has no f"):
        read_members(tmp_path / "x.tgz", {"f"}, lambda name, stream: pytest.fail("a link was read"))
