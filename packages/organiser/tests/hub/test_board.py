"""A seat's TensorBoard: a socket for its account alone, and the words that are not TensorBoard's."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("tensorboard")

from organiser.hub.board import make_server_class


@pytest.fixture
def mask() -> Iterator[int]:
    """Whoever makes the server lets its group read."""
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def own_mask() -> int:
    return int(
        next(
            line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("Umask")
        ).split()[1],
        8,
    )


def test_the_socket_is_its_accounts_and_other_files_are_made_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mask: int
) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("s")
    file.write_text("of one that was killed")
    server = make_server_class(file)(lambda environ, start: [], None)
    try:
        assert stat.S_ISSOCK(file.stat().st_mode) and stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
        assert own_mask() == mask
    finally:
        server._server.server_close()


def test_one_that_cannot_listen_leaves_the_mask_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mask: int
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((OSError, SystemExit)):
        make_server_class(Path("no/folder/s"))(lambda environ, start: [], None)
    assert own_mask() == mask
