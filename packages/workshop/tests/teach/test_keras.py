"""The callback understands what Keras tells it. Keras itself runs in the lesson's own run."""

from __future__ import annotations

import logging
import os
import sys
from types import ModuleType
from typing import Any

import pytest

from workshop.teach import keras as teach_keras


class Callback:
    """The part of keras.callbacks.Callback that is used."""

    params: dict[str, Any]


@pytest.fixture(autouse=True)
def fake_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("keras")
    module.callbacks = ModuleType("callbacks")  # type: ignore[attr-defined]
    module.callbacks.Callback = Callback
    monkeypatch.setitem(sys.modules, "keras", module)


def fit(callback: Any, epochs: list[list[float]], validation: list[float] | None) -> None:
    """Call a callback as Keras does: the loss it tells is the mean over the epoch so far."""
    callback.params = {"epochs": len(epochs), "steps": len(epochs[0])}
    callback.on_train_begin(None)
    for number, losses in enumerate(epochs):
        callback.on_epoch_begin(number, None)
        for batch in range(len(losses)):
            callback.on_train_batch_end(batch, {"loss": sum(losses[: batch + 1]) / (batch + 1)})
        more = {} if validation is None else {"val_accuracy": validation[number]}
        callback.on_epoch_end(number, {"loss": sum(losses) / len(losses), **more})
    callback.on_train_end(None)


def test_the_loss_of_each_step_and_the_error_of_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    callback = teach_keras.live_curve("dense")
    fit(callback, [[3.0, 1.0, 2.0], [0.5, 0.75, 0.25]], [0.75, 0.875])
    assert callback.history.losses == pytest.approx([3, 1, 2, 0.5, 0.75, 0.25])
    assert callback.history.errors == pytest.approx([0.25, 0.125])
    assert callback.history.seconds > 0
    assert "dense · 100%" in capsys.readouterr().err


def test_loading_keras_is_quiet_and_its_errors_come_through(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ImportError), teach_keras.hushed():
        os.write(2, b"I0000 port.cc: operations are on\n")
        raise ImportError("no such module")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
    assert not logging.getLogger("tensorflow").isEnabledFor(logging.WARNING)
