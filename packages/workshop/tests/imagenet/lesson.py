"""A lesson, run with a network whose trained weights are in no package registry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from required import lacking

from workshop.imagenet.collection import ENTRIES
from workshop.settings import load_settings

ROOT = Path(__file__).parents[4]
BESIDE = ("photos", "photos-objects", "imagenet-classes")


def run_lesson(name: str, weights: Path, folder: Path) -> dict[str, Any]:
    """Run a lesson's fast profile, solved, on a machine that has these weights too; return its metrics.

    The network is the one that the lesson is called after: 2-imagenet/10-NETWORK. It is held to the lesson's
    own budget and bars.
    """
    workshop = Path(sys.prefix).parent / "jupyter" / "bin" / "workshop"
    if not workshop.is_file():
        lacking("there is no environment of Jupyter here; tests/machines/lessons/test_theano.py has one")
    words = [workshop, "lessons", "run", name, "--profile", "fast", "--solutions", "--json"]
    done = subprocess.run(
        [*words, "--notebooks", ROOT / "notebooks"],
        env=_environment(_machine(name, weights, folder), folder),
        capture_output=True,
        text=True,
        timeout=600,
    )
    try:
        (lesson,) = json.loads(done.stdout)["lessons"]
    except ValueError:
        pytest.fail(done.stderr)
    assert lesson["passed"], lesson["why"]
    metrics: dict[str, Any] = lesson["metrics"]
    return metrics


def _environment(settings: Path, folder: Path) -> dict[str, str]:
    """Return the environment in which the lessons' kernel finds these settings instead of the machine's.

    What the tests need beside this environment is none of the lesson's.
    """
    spec = Path(sys.prefix).parent / "jupyter/share/jupyter/kernels/theano/kernel.json"
    told = json.loads(spec.read_text(encoding="utf-8"))
    told["env"]["WORKSHOP_CONFIG"] = str(settings)
    kernel = folder / "jupyter" / "kernels" / "theano" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(json.dumps(told), encoding="utf-8")
    beside = str(Path(pytest.__file__).parents[1])
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path not in ("", beside)]
    return {
        **os.environ,
        "JUPYTER_PATH": str(folder / "jupyter"),
        "PYTHONPATH": os.pathsep.join(paths),
        "WORKSHOP_CONFIG": str(settings),
    }


def _machine(name: str, weights: Path, folder: Path) -> Path:
    """Write the settings of a machine that has this network, besides the photographs."""
    network = name.partition("/")[2].partition("-")[2]
    data = folder / "data"
    (data / network).mkdir(parents=True)
    (data / network / ENTRIES[network].file).symlink_to(weights)
    for each in BESIDE:
        if (load_settings().data / each).is_dir():
            (data / each).symlink_to(load_settings().data / each)
    settings = folder / "workshop.toml"
    settings.write_text(f'data = "{data}"\n', encoding="utf-8")
    return settings
