"""A small file that unpacks to a large one is refused in a line, in a memory that was known before."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from organiser.appliance.verify import alone, unpacking
from organiser.appliance.verify.unpacking import Inflated, Limited

from ..image.making import Taken, sha
from .test_members import member

MIB = 1 << 20


def read_all(packed: bytes, most: int = 1 << 16) -> bytes:
    raw = io.BytesIO(packed)
    source = Inflated(raw, packed[:6])
    return b"".join(iter(lambda: source.read(most), b""))


PACKED: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "xz": lzma.compress}


@pytest.mark.parametrize("way", PACKED)
def test_what_is_packed_comes_out_whole_in_pieces(way: str) -> None:
    for data in (b"", b"x", bytes(3 * MIB), bytes(range(256)) * 5000):
        packed = PACKED[way](data)
        assert read_all(packed) == read_all(packed, 7 * MIB) == data
        with pytest.raises((EOFError, OSError)):
            read_all(packed[:-1])
        with pytest.raises(OSError, match="follows"):
            read_all(packed + PACKED[way](b"more"))
        assert len(Inflated(io.BytesIO(packed), packed[:6]).read(1000)) <= 1000


def test_an_xz_that_asks_for_gigabytes_gets_none() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    packed = bytearray(lzma.compress(b"x", filters=filters))
    assert packed[12:16] == b"\x02\x00\x21\x01"
    # The largest dictionary of all, with the header's sum made right again.
    packed[16] = 40
    packed[20:24] = zlib.crc32(bytes(packed[12:20])).to_bytes(4, "little")
    with pytest.raises(lzma.LZMAError, match=r"[Mm]emory"):
        read_all(bytes(packed))


def test_what_unpacks_to_far_more_is_stopped_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_AHEAD", MIB)
    packed = gzip.compress(bytes(8 * MIB))
    raw, count = io.BytesIO(packed), 0
    limited = Limited(Inflated(raw, packed[:6]), raw.tell)
    with pytest.raises(ValueError, match="far more"):
        while data := limited.read(1 << 30):
            count += len(data)
    assert count <= MIB + unpacking.MOST_RATIO * len(packed)


def test_there_is_a_total_whatever_the_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", MIB)
    limited = Limited(io.BytesIO(bytes(3 * MIB)), lambda: 1 << 40)
    with pytest.raises(ValueError, match="far more"):
        while limited.read(1 << 16):
            pass


def told(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Judge a file as a participant does; return the exit status and what is said."""
    status = alone.main([str(path)])
    said, error = capsys.readouterr()
    assert error == ""
    return status, said


def long_name(kind: bytes, size: int = 3 << 30) -> bytes:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(4 * MIB)


BOMBS: dict[str, Callable[[], bytes]] = {
    "a name of 3 GiB": lambda: long_name(b"L"),
    "a link of 3 GiB": lambda: long_name(b"K"),
    "headers of 3 GiB": lambda: long_name(b"x"),
    "headers for all": lambda: long_name(b"g"),
    "large settings": lambda: b"".join(member(f"etc/{n}", bytes(MIB)) for n in range(9)),
    "many names": lambda: b"".join(member(f"usr/{n}") for n in range(9000)),
    "long links": lambda: b"".join(
        member(f"usr/{n}", kind=tarfile.SYMTYPE, linkname="l" * 4000) for n in range(1000)
    ),
    "many wrong names": lambda: b"".join(member(f"../{n}") for n in range(9000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_one_line_and_no_traceback(
    name: str,
    image: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpacking, "MOST_KEPT", 3 * MIB)
    tar = BOMBS[name]()
    (tmp_path / "x.wsl").write_bytes(gzip.compress(tar, 1))
    status, said = told(tmp_path / "x.wsl", capsys)
    assert (status, said.startswith("FAIL  wsl.whole: ")) == (1, True)
    assert len(said.splitlines()) == 2
    it = Taken.of(image)
    it.layers[0] = tar
    status, said = told(it.write(tmp_path / "x.oci.tar"), capsys)
    assert (status, said.startswith("FAIL  oci.whole: ")) == (1, True)


def test_zeros_without_end_are_no_system(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_AHEAD", MIB)
    tar = member("usr/zeros", bytes(8 * MIB)) + bytes(1024)
    (tmp_path / "x.wsl").write_bytes(gzip.compress(tar))
    assert "far more" in told(tmp_path / "x.wsl", capsys)[1]
    it = Taken.of(image)
    it.layers[0] = tar
    assert "far more" in told(it.write(tmp_path / "x.oci.tar"), capsys)[1]


def test_an_index_cannot_have_one_layer_read_a_thousand_times(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    it = Taken.of(image)
    it.layers = it.layers[:1] * 6
    it.manifest["layers"] = [dict(it.manifest["layers"][0]) for _ in range(6)]
    assert "names no layers, or more than 5" in told(it.write(tmp_path / "x.oci.tar"), capsys)[1]
    it = Taken.of(image)
    entries = json.dumps({"schemaVersion": 2, "manifests": [it.entry] * 3}).encode()
    digest = sha(entries)
    it.more[f"blobs/sha256/{digest}"] = entries
    it.entry = it.entry | {
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "digest": f"sha256:{digest}",
        "size": len(entries),
    }
    it.entry.pop("platform")
    path = it.write(tmp_path / "y.oci.tar", tidy=False)
    assert "3 images" in told(path, capsys)[1]


def test_names_of_a_stranger_move_no_cursor(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    it = Taken.of(image)
    it.config["architecture"] = "amd64\x1b[2J\nsound"
    said = told(it.write(tmp_path / "x.oci.tar"), capsys)[1]
    assert "\x1b" not in said
    assert all(line.startswith(("FAIL", str(tmp_path))) for line in said.splitlines())


def test_a_system_compressed_by_xz_is_judged_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wsl: Path
) -> None:
    (tmp_path / "x.wsl").write_bytes(lzma.compress(gzip.decompress(wsl.read_bytes()), preset=0))
    status, said = told(tmp_path / "x.wsl", capsys)
    assert (status, said.startswith(f"{tmp_path}/x.wsl: sound")) == (0, True)
