import os
from pathlib import Path

import pytest

import workshop.sync.source as source_module
from workshop.core.errors import WorkshopError
from workshop.sync.source import hidden, read_folder, unsafe


@pytest.mark.parametrize(
    "path", ["../a", "a/../b", "/a", "a//b", "./a", "a\nb", "a\x1bb", "a\\b", "x" * 201, "\udcff"]
)
def test_unsafe_paths(path: str) -> None:
    assert unsafe(path)


def test_hidden_paths_and_caches_stay_behind() -> None:
    for path in (".git/config", "a/.ipynb_checkpoints/b", "__pycache__/x", "a/node_modules/b"):
        assert hidden(path)
    for path in ("a.b/c", "../evil", "Übung/1.ipynb"):
        assert not hidden(path)


def test_what_is_no_ordinary_file_is_skipped_and_said(tmp_path: Path) -> None:
    root = tmp_path / "notebooks"
    root.mkdir()
    (root / "a.py").write_bytes(b"1")
    (root / "folder").symlink_to("/etc")
    (root / "secret").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    (root / "model.bin").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid x\n")
    source = read_folder(tmp_path, "notebooks")
    assert list(source.files) == ["a.py"]
    assert set(source.skipped) == {"folder", "secret", "pipe", "model.bin"}


def test_a_subdir_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(WorkshopError, match="is outside"):
        read_folder(tmp_path / "source", "..")
    (tmp_path / "source" / "notebooks").mkdir()
    with pytest.raises(WorkshopError, match="holds no notebook"):
        read_folder(tmp_path / "source", "notebooks")


def test_a_folder_is_too_large_as_soon_as_its_files_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notebooks").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "notebooks" / name).write_bytes(name.encode() * 1000)
    monkeypatch.setattr(source_module, "MOST_BYTES", 3000)
    assert set(read_folder(tmp_path, "notebooks").files) == {"a", "b", "c"}
    monkeypatch.setattr(source_module, "MOST_BYTES", 1500)
    with pytest.raises(WorkshopError, match="is larger than 0 MB; name another source"):
        read_folder(tmp_path, "notebooks")
    monkeypatch.undo()
    monkeypatch.setattr(source_module, "MOST_FILES", 2)
    with pytest.raises(WorkshopError, match="has more than 2 files"):
        read_folder(tmp_path, "notebooks")
