"""The command that trains the language model: killed, it goes on as if it had not been."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SMALL = (
    "--steps 1500 --people 40 --batch 2 --vocabulary 300 "
    "--width 32 --layers 1 --heads 2 --context 32 --every 1"
)

pytestmark = pytest.mark.lesson


def command(machine: Path, folder: Path) -> list[str | Path]:
    return [machine / "venvs/pytorch/bin/python", "tools/train-language-model.py", folder, *SMALL.split()]


def end_of(machine: Path, folder: Path) -> str:
    """Train to the end; return what is compared: all weights and the optimiser's state, as a digest."""
    done = subprocess.run(command(machine, folder), cwd=ROOT, text=True, capture_output=True, check=True)
    assert "to 1,500" in done.stdout
    digest = (
        "import hashlib, sys, torch; stored = torch.load(sys.argv[1], weights_only=True); "
        "assert stored['step'] == 1500; state = stored['optimizer']['state']; "
        "parts = [*stored['model'].values(), *(part for each in state.values() for part in each.values())]; "
        "print(hashlib.sha256(b''.join(part.numpy().tobytes() for part in parts)).hexdigest())"
    )
    python = machine / "venvs/pytorch/bin/python"
    shown = subprocess.run(
        [python, "-c", digest, folder / "checkpoint.pt"], text=True, capture_output=True, check=True
    )
    return shown.stdout


def test_a_killed_training_goes_on_to_the_same_state(local_machine: Path, tmp_path: Path) -> None:
    whole = end_of(local_machine, tmp_path / "whole")
    killed = tmp_path / "killed"
    with subprocess.Popen(command(local_machine, killed), cwd=ROOT, stdout=subprocess.DEVNULL) as training:
        until = time.monotonic() + 300
        while not (killed / "checkpoint.pt").exists():
            assert training.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        training.send_signal(signal.SIGKILL)
    assert training.returncode == -signal.SIGKILL
    assert end_of(local_machine, killed) == whole
    card = (killed / "card.md").read_text(encoding="utf-8")
    assert "1,500 of 1,500 steps" in card and "Licence" in card and "Limits" in card
    assert (killed / "model.npz").stat().st_size < 200_000


def test_other_settings_are_refused(local_machine: Path, tmp_path: Path) -> None:
    end_of(local_machine, tmp_path)
    done = subprocess.run(
        [*command(local_machine, tmp_path), "--seed", "2"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert "holds a training with other settings" in done.stderr
