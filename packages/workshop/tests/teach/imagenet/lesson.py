"""A lesson, run with a network whose trained weights are in no package registry."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from required import lacking

from workshop.core.settings import load_settings
from workshop.datasets.catalogue import catalogue_file, load_catalogue
from workshop.teach.imagenet.collection import ENTRIES

ROOT = Path(__file__).parents[5]


def workshop_command() -> Path:
    """Return the command of the environment of Jupyter next to this one."""
    workshop = Path(sys.prefix).parent / "jupyter" / "bin" / "workshop"
    if not workshop.is_file():
        lacking("there is no environment of Jupyter beside this one: run tests/machines/lessons")
    return workshop


def fetch_from_stick(network: str, weights: Path, folder: Path) -> None:
    """Let ``workshop data fetch`` take these weights from a stick into ``folder``/data.

    The catalogue is the workshop's own but for the hash, which is that of these weights.
    """
    hashes = [file.sha256 for file in load_catalogue()[network].files]
    text = catalogue_file().read_text(encoding="utf-8")
    for known in hashes:
        text = text.replace(known, hashlib.sha256(weights.read_bytes()).hexdigest())
    (folder / "catalogue.yml").write_text(text, encoding="utf-8")
    on_stick = folder / "stick" / "data" / network / ENTRIES[network].file
    on_stick.parent.mkdir(parents=True)
    on_stick.symlink_to(weights)
    words = ["data", "fetch", network, "--offline", "--catalogue", str(folder / "catalogue.yml")]
    places = ["--cache", str(folder / "stick"), "--into", str(folder / "data")]
    done = subprocess.run(
        [workshop_command(), *words, *places],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def run_lesson(name: str, weights: Path, folder: Path) -> dict[str, Any]:
    """Run a lesson's fast profile, solved, on a machine that has these weights too; return its metrics.

    The network is the one that the lesson is called after: 2-imagenet/10-NETWORK. It is held to the lesson's
    own budget and bars.
    """
    words = ["lessons", "run", name, "--profile", "fast", "--solutions", "--json"]
    done = subprocess.run(
        [workshop_command(), *words, "--notebooks", ROOT / "notebooks"],
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
    """Write the settings of a machine that has this network in addition to the data sets of this one."""
    network = name.partition("/")[2].partition("-")[2]
    data = folder / "data"
    if not (data / network).is_dir():
        (data / network).mkdir(parents=True)
        (data / network / ENTRIES[network].file).symlink_to(weights)
    for each in load_catalogue():
        here = load_settings().data / each
        if here.is_dir() and not (data / each).exists():
            (data / each).symlink_to(here)
    settings = folder / "workshop.toml"
    settings.write_text(f'data = "{data}"\n', encoding="utf-8")
    return settings
