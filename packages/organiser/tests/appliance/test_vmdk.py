"""What is written is the disk: qemu's reader says so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organiser.appliance.vmdk import GRAIN, write_vmdk
from workshop.core.errors import WorkshopError

from .building import needs

DISKS = st.tuples(
    st.integers(1, 1100), st.lists(st.tuples(st.integers(0, 1099), st.binary(max_size=40)), max_size=8)
)


def sparse(path: Path, grains: int, pieces: list[tuple[int, bytes]]) -> Path:
    """Write pieces of data somewhere into a sparse disk; a piece of zeros is one, too."""
    with path.open("wb") as file:
        file.truncate(grains * GRAIN)
        for number, data in pieces:
            if data:
                place = (number % grains) * GRAIN + len(data) * 1009 % (GRAIN - 40)
                file.seek(place)
                file.write(data)
    return path


def require_same(raw: Path, vmdk: Path) -> None:
    """Fail unless qemu reads the disk in a VMDK as the raw one."""
    command = ["qemu-img", "compare", "-f", "raw", "-F", "vmdk", raw, vmdk]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs("qemu-img")
@given(disk=DISKS)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_disk_comes_back(tmp_path: Path, disk: tuple[int, list[tuple[int, bytes]]]) -> None:
    grains, pieces = disk
    raw = sparse(tmp_path / "raw", grains, pieces)
    image = write_vmdk(raw, tmp_path / "a.vmdk")
    require_same(raw, tmp_path / "a.vmdk")
    assert image.capacity == raw.stat().st_size


def test_zeros_that_were_written_take_no_room(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(bytes(40 * GRAIN))
    write_vmdk(tmp_path / "raw", tmp_path / "a.vmdk")
    assert (tmp_path / "a.vmdk").stat().st_size < 70_000


@pytest.mark.parametrize("size", [0, 1, GRAIN + 512])
def test_a_size_that_is_not_whole_grains_is_refused(tmp_path: Path, size: int) -> None:
    (tmp_path / "raw").write_bytes(bytes(size))
    with pytest.raises(WorkshopError, match="whole units of 64 KiB"):
        write_vmdk(tmp_path / "raw", tmp_path / "a.vmdk")
    assert not (tmp_path / "a.vmdk").exists()
