"""Where runs go, and how a notebook shows them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from free_ports import free_port

from workshop.teach import tensorboard


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that was set up, with a port that nothing listens on."""
    port = free_port()
    (tmp_path / "workshop.toml").write_text(f'prefix = "{tmp_path}"\ntensorboard_port = {port}\n')
    (tmp_path / "tensorboard").mkdir()
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))
    monkeypatch.delenv("LESSONKIT_HEADLESS", raising=False)
    tensorboard._temporary.cache_clear()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_every_training_is_a_run_of_its_own_where_tensorboard_looks(prefix: Path) -> None:
    runs = [tensorboard.new_run("keras/dense") for _ in range(2)]
    assert runs == [prefix / "tensorboard/keras/dense-1", prefix / "tensorboard/keras/dense-2"]
    assert all(run.is_dir() for run in runs)


def test_nothing_is_left_behind_when_nobody_watches(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LESSONKIT_HEADLESS", "1")
    first, second = tensorboard.new_run("dense"), tensorboard.new_run("dense")
    assert first.parent == second.parent
    assert first.name == "dense-1"
    assert second.name == "dense-2"
    assert not list((prefix / "tensorboard").iterdir())


def test_a_running_tensorboard_is_shown_in_the_notebook(prefix: Path) -> None:
    port = int(tensorboard.address().split(":")[2].partition("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        frame = tensorboard.show("graphs", "keras")
    assert frame is not None
    assert repr(frame) == f"TensorBoard: {tensorboard.address('graphs', 'keras')}"
    page = frame._repr_html_()
    assert f'href="http://127.0.0.1:{port}/?runFilter=keras#graphs&amp;regexInput=keras"' in page
    assert "<iframe" in page


def test_without_a_running_tensorboard_its_command_is_told(
    prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tensorboard.show() is None
    assert f"tensorboard --logdir {prefix}/tensorboard" in capsys.readouterr().out
    (prefix / "bin").mkdir()
    (prefix / "bin/services").touch()
    assert tensorboard.show() is None
    assert f"{prefix}/bin/services start" in capsys.readouterr().out
