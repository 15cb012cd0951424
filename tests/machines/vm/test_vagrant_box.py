"""The box: pinned, looked up, refused when it is another one; or one that somebody selects."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from vagrant_house import House

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("libvirt")]


@pytest.fixture
def mirror(house: House) -> Path:
    """A folder in place of Fedora's: a box of libvirt's that holds no disk, and the list of checksums."""
    folder = house.folder / "mirror"
    folder.mkdir()
    with tarfile.open(folder / "small.libvirt.box", "w") as box:
        content = b'{"provider": "libvirt", "format": "qcow2", "virtual_size": 1}'
        member = tarfile.TarInfo("metadata.json")
        member.size = len(content)
        box.addfile(member, io.BytesIO(content))
    digest = hashlib.sha256((folder / "small.libvirt.box").read_bytes()).hexdigest()
    write_list(folder, f"SHA256 (small.libvirt.box) = {digest}")
    return folder


def write_list(folder: Path, line: str) -> None:
    text = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# small.libvirt.box: 1 bytes\n{line}\n"
    (folder / "CHECKSUM").write_text(text, encoding="utf-8")


def use(house: House, mirror: Path, sha256: str = "") -> None:
    url = f"file://{mirror}/small.libvirt.box"
    house.settings(
        box={
            "name": "small",
            "checksums": f"file://{mirror}/CHECKSUM",
            "libvirt": {"url": url, "sha256": sha256},
        }
    )


def test_a_box_is_compared_with_the_list(house: House, mirror: Path) -> None:
    use(house, mirror)
    done = house.run("up")
    digest = hashlib.sha256((mirror / "small.libvirt.box").read_bytes()).hexdigest()
    assert f"SHA-256 of the box, by Fedora's list: {digest}" in done.stdout
    assert "Successfully added box 'small-1.6'" in done.stdout


def test_another_box_than_the_listed_one_is_refused(house: House, mirror: Path) -> None:
    use(house, mirror)
    write_list(mirror, f"SHA256 (small.libvirt.box) = {'0' * 64}")
    done = house.run("up")
    assert done.returncode == 1
    assert "checksum of the downloaded box did not match" in done.stderr
    assert house.run("box", "list").stdout.startswith("There are no installed boxes")


def test_a_pinned_sum_needs_no_list(house: House, mirror: Path) -> None:
    use(house, mirror, sha256="f" * 64)
    (mirror / "CHECKSUM").unlink()
    done = house.run("up")
    assert "checksum of the downloaded box did not match" in done.stderr
    assert "by Fedora's list" not in done.stdout


@pytest.mark.parametrize(
    ("sha256", "line", "said"),
    [
        (
            "",
            "SHA256 (other.box) = " + "0" * 64,
            "CHECKSUM does not list small.libvirt.box; set box.libvirt.sha256",
        ),
        ("12", "", "box.libvirt.sha256 must be 64 hexadecimal digits, or empty"),
    ],
)
def test_a_sum_that_is_not_there(house: House, mirror: Path, sha256: str, line: str, said: str) -> None:
    use(house, mirror, sha256)
    write_list(mirror, line)
    done = house.run("up")
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_list_that_cannot_be_reached(house: House, mirror: Path) -> None:
    use(house, mirror)
    (mirror / "CHECKSUM").unlink()
    done = house.run("up")
    assert done.returncode == 1
    assert done.stderr.startswith("cannot get the box's checksum from file://")
    assert "WORKSHOP_BOX" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_selected_box_is_taken_as_it_is(house: House, mirror: Path) -> None:
    house.environment["WORKSHOP_BOX"] = str(mirror / "small.libvirt.box")
    done = house.run("up")
    assert "Successfully added box 'small.libvirt'" in done.stdout
    assert "by Fedora's list" not in done.stdout
