"""A root that cannot become an OVA leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError

from .building import make_root, pack


def test_a_root_that_cannot_boot_leaves_nothing(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    (root / "boot/vmlinuz-6.1").unlink()
    with pytest.raises(WorkshopError, match="no kernel"):
        pack(root, tmp_path / "a.ova", version="1.2.3")
    assert [path.name for path in tmp_path.iterdir()] == ["root"]
