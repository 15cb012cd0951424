"""Checkpoints come back as they were, are never half, and never run code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach import checkpoints


def some_arrays(count: int = 3) -> list[Any]:
    rng = np.random.default_rng(count)
    return [rng.normal(size=(number + 1, 2)).astype(np.float32) for number in range(count)]


def test_arrays_and_facts_come_back_in_their_order(state: Path) -> None:
    arrays = some_arrays(12)
    path = checkpoints.save("net", arrays, {"error": 0.01})
    assert path == state / "net.npz"
    got, facts = checkpoints.load(path)
    assert facts == {"error": 0.01}
    assert len(got) == 12
    for mine, theirs in zip(arrays, got, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_fault_while_saving_leaves_the_old_one(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints.save("net", some_arrays(1), {"run": 1})

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoints.save("net", some_arrays(2))
    assert checkpoints.load(state / "net.npz")[1] == {"run": 1}
    assert [path.name for path in state.iterdir()] == ["net.npz"]


def test_a_pickle_is_not_read(state: Path) -> None:
    state.mkdir(parents=True)
    evil = np.array([print], dtype=object)
    np.savez(state / "net.npz", facts=np.array("{}"), array000=evil)
    with pytest.raises(WorkshopError, match="is not a checkpoint"):
        checkpoints.load(state / "net.npz")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 half", b"\x80\x04."])
def test_any_other_file_is_refused_in_one_line(state: Path, content: bytes) -> None:
    state.mkdir(parents=True)
    (state / "net.npz").write_bytes(content)
    with pytest.raises(WorkshopError, match=r"^[^\n]*train again$"):
        checkpoints.rejoin("net")


def test_your_own_network_comes_before_the_shipped_one(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checkpoints, "SHIPPED", tmp_path / "shipped")
    with pytest.raises(WorkshopError, match="run the training cell"):
        checkpoints.rejoin("net")
    checkpoints.save("net", some_arrays(2), {"error": 0.02})
    checkpoints.ship("net")
    (state / "net.npz").unlink()
    arrays, _ = checkpoints.rejoin("net")
    assert "the workshop's network net: error 0.02" in capsys.readouterr().out
    assert arrays[0].dtype == np.float32
    np.testing.assert_allclose(arrays[1], some_arrays(2)[1], rtol=1e-3)
    checkpoints.save("net", some_arrays(2), {"error": 0.01})
    assert checkpoints.rejoin("net")[1] == {"error": 0.01}


def test_a_machine_that_was_set_up_keeps_them_below_its_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    settings = tmp_path / "workshop.toml"
    settings.write_text(f'prefix = "{tmp_path}/prefix"\n')
    monkeypatch.setenv("WORKSHOP_CONFIG", str(settings))
    assert checkpoints.folder() == tmp_path / "prefix" / "state" / "checkpoints"


def test_where_the_prefix_cannot_be_written_the_users_own_folder_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings = tmp_path / "workshop.toml"
    settings.write_text(f'prefix = "{tmp_path}/file"\n')
    monkeypatch.setenv("WORKSHOP_CONFIG", str(settings))
    assert checkpoints.folder() == state
