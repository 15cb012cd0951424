"""The classroom's folder, written by the playbook."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]


def write(folder: Path, image: str, seats: int, **given: Any) -> None:
    """Let the playbook write the classroom's folder, for a cluster that it does not know."""
    variables = {
        "hub_service_seats": seats,
        "hub_kubernetes_image": image,
        "hub_kubernetes_folder": str(folder),
        "hub_kubernetes_kubeconfig": "",
        "hub_kubernetes_cpu_guarantee": 0.02,
        **given,
    }
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", "playbooks/classroom-kubernetes.yml"]
    done = subprocess.run(
        [*command, "-e", json.dumps(variables)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def values_of(folder: Path) -> dict[str, Any]:
    """Return both files of values, as helm merges them."""
    first, second = (yaml.safe_load((folder / name).read_text()) for name in ("values.yaml", "hub-code.yaml"))
    return merged(first, second)


def merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return two files of values as one: tables are merged, in everything else the second goes before."""
    tables = {name for name in first.keys() & second.keys() if isinstance(first[name], dict)}
    return first | second | {name: merged(first[name], second[name]) for name in tables}
