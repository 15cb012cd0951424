import os
import time
from pathlib import Path

import pytest

from workshop.sync import state as stats_module
from workshop.sync.files import ChangedError
from workshop.sync.notebook import Version
from workshop.sync.state import HashCache


@pytest.fixture
def old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that counts as settled."""
    monkeypatch.setattr(stats_module, "SETTLED_NS", -1_000_000_000)
    (tmp_path / "a").write_bytes(b"1")
    return tmp_path / "a"


def test_an_untouched_file_is_not_read_again(
    old_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stats = HashCache(tmp_path)
    version = stats.version(old_file)
    assert version is not None
    version.meaning, _ = version.meaning, stats.save()
    monkeypatch.setattr(Path, "read_bytes", lambda _self: pytest.fail("it was read"))
    again = HashCache(tmp_path)
    assert again.is_still(str(old_file), Version(b"1").sha256)
    known = again.version(old_file)
    assert known is not None and known.sha256 == Version(b"1").sha256


def test_a_touched_one_is(old_file: Path, tmp_path: Path) -> None:
    stats = HashCache(tmp_path)
    stats.version(old_file)
    stats.save()
    status = old_file.stat()
    old_file.write_bytes(b"2")
    os.utime(old_file, ns=(status.st_atime_ns, status.st_mtime_ns))  # as a restored backup does
    again = HashCache(tmp_path)
    assert not again.is_still(str(old_file), Version(b"1").sha256)
    version = again.version(old_file)
    assert version is not None and version.data == b"2"


def test_a_file_that_changed_just_now_is_not_remembered(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    stats = HashCache(tmp_path)
    assert time.time_ns() - (tmp_path / "a").stat().st_ctime_ns < stats_module.SETTLED_NS
    stats.version(tmp_path / "a")
    stats.save()
    assert not HashCache(tmp_path).is_still(str(tmp_path / "a"), Version(b"1").sha256)


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"files": 1}', b'{"files": {"a": 1}}', b"\xff"])
def test_a_damaged_cache_is_none(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "stats.json").write_bytes(damage)
    (tmp_path / "a").write_bytes(b"1")
    version = HashCache(tmp_path).version(tmp_path / "a")
    assert version is not None and version.data == b"1"
    assert HashCache(tmp_path).version(tmp_path / "missing") is None


def test_a_hash_that_is_none_of_the_file_is_forgotten(old_file: Path, tmp_path: Path) -> None:
    """Whatever spoilt the cache: else the file would have changed meanwhile, in each sync anew."""
    stats = HashCache(tmp_path)
    version = stats.version(old_file)
    assert version is not None and version.meaning
    stats.save()
    cache = tmp_path / "stats.json"
    cache.write_text(cache.read_text().replace(version.sha256, "0" * 64))
    spoilt = HashCache(tmp_path)
    version = spoilt.version(old_file)
    assert version is not None
    with pytest.raises(ChangedError):
        version.data  # noqa: B018 -- reading it is what is tested
    spoilt.save()
    again = HashCache(tmp_path).version(old_file)
    assert again is not None and again.data == b"1"
