"""The classroom's folder, written by the playbook."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
HUB_PYTHON = os.environ.get("WORKSHOP_TEST_HUB_PYTHON", sys.executable)
"""Of an environment with the chart's own JupyterHub, where there is one; else the tests' own."""
HUB_PATH = ":".join(str(ROOT / each) for each in ("tests", "packages/workshop/src", "packages/organiser/src"))
"""What such a hub imports of ours."""


def write(folder: Path, image: str, seats: int, **given: Any) -> None:
    """Let the playbook write the classroom's folder, for a cluster that it does not know."""
    variables = {
        "hub_service_seats": seats,
        "hub_kubernetes_image": image,
        "hub_kubernetes_folder": str(folder),
        "hub_kubernetes_kubeconfig": "",
        "hub_kubernetes_cpu_guarantee": 0.02,
        **PINS,
        **given,
    }
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", "playbooks/classroom-kubernetes.yml"]
    done = subprocess.run(
        [*command, "-e", json.dumps(variables)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


PINS = {
    "hub_kubernetes_chart_sha256": "c" * 64,
    "hub_kubernetes_hub_image": f"registry.example.org/hub@sha256:{'d' * 64}",
    "hub_kubernetes_proxy_image": f"registry.example.org/proxy@sha256:{'e' * 64}",
}
"""A chart and its images, where nothing is fetched."""


def packed(chart: Path, into: Path) -> dict[str, str]:
    """Return the settings of a chart's folder, packed as helm packs one."""
    file = into / "jupyterhub-4.4.0.tgz"
    with tarfile.open(file, "w:gz") as opened:
        opened.add(chart, "jupyterhub")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    return {**PINS, "hub_kubernetes_chart": str(file), "hub_kubernetes_chart_sha256": found}


VALUES = ("values.yaml", "own-values.yaml")
"""A folder's files of values; a later one goes before."""


def loaded(file: Path) -> list[Any]:
    """Return a file's documents."""
    return list(yaml.load_all(file.read_text(), Loader=yaml.CSafeLoader))


def values_of(folder: Path) -> dict[str, Any]:
    """Return a folder's values, as helm merges them."""
    found: dict[str, Any] = {}
    for name in VALUES:
        found = merged(found, loaded(folder / name)[0])
    return found


def merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return two files of values as one: tables are merged, in everything else the second goes before."""
    tables = {name for name in first.keys() & second.keys() if isinstance(first[name], dict)}
    return first | second | {name: merged(first[name], second[name]) for name in tables}
