"""The true chart, rendered with our values; no cluster is needed for that.

``tools/testbed/release.bash chart`` runs it where ``WORKSHOP_Z2JH_CHART`` names a folder or file of
Zero-to-JupyterHub's chart.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("kubespawner")

from hub.cluster.kubernetes_rules import NEWEST, OLDEST, breaches, check_object
from machines.kubernetes.writing import VALUES, write

CHART = os.environ.get("WORKSHOP_Z2JH_CHART", "")
IMAGE = f"registry.example.org/workshop@sha256:{'0' * 64}"
NAMED = {"hub_service_name": "class.example.org"}
ROOMS: dict[str, dict[str, Any]] = {
    "local": {"hub_kubernetes_placeholders": 5},
    "lets-encrypt": {
        **NAMED,
        "hub_kubernetes_door": "load-balancer",
        "hub_kubernetes_letsencrypt_email": "host@example.org",
    },
    "own-certificate": {**NAMED, "hub_kubernetes_door": "load-balancer", "hub_kubernetes_tls": "secret"},
    "ingress": {
        **NAMED,
        "hub_kubernetes_door": "ingress",
        "hub_kubernetes_pull_secrets": ["registry"],
        "hub_kubernetes_read_only_root": True,
        "hub_kubernetes_data_claim": "data",
    },
}
NOT_OF_RESTRICTED = ("has no limit", "has no request", "has a token of the cluster")
"""Our own demands on seats, which the chart's other pods need not keep."""
WITH_A_TOKEN = {"hub", "user-scheduler", "hook-image-awaiter", "autohttps"}
"""The pods that have to ask the cluster for something."""
pytestmark = [
    pytest.mark.machine,
    pytest.mark.release,
    pytest.mark.xdist_group("kubernetes"),
    pytest.mark.skipif(not CHART, reason="needs WORKSHOP_Z2JH_CHART, a folder or file of the chart"),
]


@pytest.mark.parametrize("room", ROOMS)
def test_all_that_the_chart_makes_of_our_values_is_accepted(tmp_path: Path, room: str) -> None:
    write(tmp_path / "room", IMAGE, 3, **ROOMS[room])
    for version in (OLDEST, NEWEST):
        look_at(rendered(tmp_path / "room", version))


def look_at(made: list[dict[str, Any]]) -> None:
    """Assert that a cluster takes all of it, by the schemas and by the standard "restricted"."""
    for each in made:
        check_object(each)
    pods = {each["metadata"]["name"]: spec for each in made if (spec := pod_of(each))}
    assert pods.keys() >= {"hub", "proxy", "user-scheduler", "continuous-image-puller"}
    for name, spec in pods.items():
        found = [each for each in breaches(spec) if not each.endswith(NOT_OF_RESTRICTED)]
        assert found == [], name
    talking = {name for name, spec in pods.items() if spec.get("automountServiceAccountToken") is not False}
    assert talking <= WITH_A_TOKEN


def rendered(folder: Path, version: str) -> list[dict[str, Any]]:
    """Return what helm makes of the chart for a Kubernetes, the chart's own schema being asked, too."""
    values = [f"--values={folder / name}" for name in VALUES]
    command = ["helm", "template", "workshop", CHART, "--namespace=workshop", f"--kube-version={version}.0"]
    done = subprocess.run([*command, *values], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def pod_of(thing: dict[str, Any]) -> dict[str, Any]:
    """Return the pod that an object is or makes; empty where it is none."""
    spec: dict[str, Any] = thing.get("spec") or {}
    found: dict[str, Any] = spec.get("template", {}).get("spec", {}) if thing["kind"] != "Pod" else spec
    return found
