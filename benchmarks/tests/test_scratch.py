from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.scratch import scratch_folder


def test_it_is_removed_with_all_that_lies_in_it(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").touch()
    assert list(tmp_path.iterdir()) == []


def test_it_has_no_links_on_its_way(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with scratch_folder(tmp_path / "link") as folder:
        assert folder.parent == (tmp_path / "real").resolve()


def test_who_looks_for_a_reason_finds_it_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with scratch_folder(tmp_path, keep_failed=True):
        pass
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="full"), scratch_folder(tmp_path, keep_failed=True):
        raise OSError("full")
    (left,) = tmp_path.iterdir()
    assert str(left) in capsys.readouterr().err.replace("\n", "")


def test_it_is_removed_after_a_failure_nobody_asked_about(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), scratch_folder(tmp_path):
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []


def test_who_is_told_to_end_as_it_is_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Path.mkdir

    def told_to_end(folder: Path, mode: int = 0o777) -> None:
        make(folder, mode)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", told_to_end)
    with pytest.raises(KeyboardInterrupt), scratch_folder(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_made_none_is_said_to_be_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OSError, match="nowhere"), scratch_folder(tmp_path / "nowhere", keep_failed=True):
        pass
    assert "left" not in capsys.readouterr().err
