"""A compressed qcow2: read back as it was written, the same bytes each time, and taken by qemu-img."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from organiser.appliance.qcow2.layout import CLUSTER
from organiser.appliance.qcow2.read import Qcow2
from organiser.appliance.qcow2.write import write_qcow2
from workshop.errors import WorkshopError

from .building import needs, write_disk


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A disk with pieces that compress, and two that do not."""
    path = write_disk(tmp_path / "raw")
    with path.open("r+b") as file:
        for number in (700, 701):
            file.seek(number * CLUSTER)
            file.write(random.Random(number).randbytes(CLUSTER))
    return path


def test_it_is_read_back_as_it_was_written(raw: Path, tmp_path: Path) -> None:
    assert write_qcow2(raw, tmp_path / "a") == 8
    assert write_qcow2(raw, tmp_path / "b", threads=3) == 8
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    (tmp_path / "c").write_bytes(b"before" + (tmp_path / "a").read_bytes() + b"behind")
    with (tmp_path / "c").open("rb") as file:
        disk = Qcow2(file, 6, (tmp_path / "a").stat().st_size)
        assert list(disk.check()) == []
        assert list(disk.used()) == [0, 1, 5, 600, 601, 700, 701, 1299]
        assert disk.read(0, disk.size) == raw.read_bytes()
        assert disk.read(disk.size - 3, 10) == raw.read_bytes()[-3:]


@needs("qemu-img")
def test_qemu_finds_no_fault_and_reads_the_same(raw: Path, tmp_path: Path) -> None:
    write_qcow2(raw, tmp_path / "a.qcow2")
    checked = subprocess.run(
        ["qemu-img", "check", tmp_path / "a.qcow2"], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, "No errors" in checked.stdout) == (0, True), checked.stdout + checked.stderr
    subprocess.run(["qemu-img", "compare", "-f", "qcow2", "-F", "raw", tmp_path / "a.qcow2", raw], check=True)


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_one_never_ends_in_a_traceback(seed: int, raw: Path, tmp_path: Path) -> None:
    write_qcow2(raw, tmp_path / "a")
    chance, data = random.Random(seed), bytearray((tmp_path / "a").read_bytes())
    tables = len(data) - 6 * CLUSTER
    for _ in range(chance.choice((1, 5, 50))):
        place = chance.choice(
            (chance.randrange(112), CLUSTER + chance.randrange(64), tables + chance.randrange(6 * CLUSTER))
        )
        data[place] = chance.randrange(256)
    (tmp_path / "a").write_bytes(data)
    try:
        with (tmp_path / "a").open("rb") as file:
            disk = Qcow2(file, 0, len(data))
            list(disk.check())
            for number in disk.used():
                disk.cluster(number)
    except ValueError as error:
        assert "\n" not in str(error)


def test_a_size_that_is_not_whole_clusters_is_refused(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(bytes(1000))
    with pytest.raises(WorkshopError, match="64 KiB"):
        write_qcow2(tmp_path / "raw", tmp_path / "a")
