"""The playbook with a cluster: made, changed, gone back, ended; by helm, with a stand-in for the chart.

Zero-to-JupyterHub's own chart wants a newer Kubernetes than this one. What the role does with it, and what it
leaves, is the same for any chart.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from machines.kubernetes.cluster import Cluster
from machines.kubernetes.writing import ROOT, packed, write
from waiting import wait_until

ANSIBLE = os.environ.get("WORKSHOP_CLUSTER_ANSIBLE", "")
"""Of an environment of locks/cluster.txt, as docs/howto/kubernetes.md makes it."""
NAMESPACE = "by-playbook"
pytestmark = [
    pytest.mark.machine,
    pytest.mark.release,
    pytest.mark.xdist_group("kubernetes"),
    pytest.mark.skipif(not ANSIBLE, reason="needs ansible of locks/cluster.txt"),
]


@dataclass
class Playbook:
    """One classroom by the playbook."""

    cluster: Cluster
    folder: Path
    image: str
    given: dict[str, Any] = field(default_factory=dict)

    def run(self, passes: bool = True, **changed: Any) -> str:
        """Run it with what was given before and what is new; return what it said."""
        self.given |= changed
        variables = {
            "hub_service_seats": 2,
            "hub_kubernetes_image": self.image,
            "hub_kubernetes_folder": str(self.folder),
            "hub_kubernetes_kubeconfig": str(self.cluster.kubeconfig),
            "hub_kubernetes_namespace": NAMESPACE,
            **packed(Path(__file__).with_name("chart"), self.folder.parent),
            "hub_kubernetes_timeout": "3m",
            **self.given,
        }
        command = [
            ANSIBLE,
            "-i",
            "localhost,",
            "playbooks/classroom-kubernetes.yml",
            "-e",
            json.dumps(variables),
        ]
        environment = {
            **os.environ,
            "PATH": f"{self.cluster.programs}/bin:{os.environ['PATH']}",
            "HOME": str(self.folder.parent),
            "ANSIBLE_NOCOLOR": "1",
        }
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is passes, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def get(self, *words: str) -> Any:
        """Return what the cluster says of something, None where it is not there."""
        said = self.cluster.kubectl(
            "--namespace", NAMESPACE, "get", *words, "--output=json", "--ignore-not-found"
        )
        return json.loads(said) if said else None

    def values(self) -> dict[str, Any]:
        """Return the values that the release has now."""
        secret = self.cluster.kubectl(
            "--namespace", NAMESPACE, "get", "secret", "hub", '--output=go-template={{.data|printf "%v"}}'
        )
        coded = re.search(r"values\.yaml:([A-Za-z0-9+/=]+)", secret)
        assert coded, secret
        import base64

        found: dict[str, Any] = yaml.safe_load(base64.b64decode(coded[1]))
        return found


@pytest.fixture(scope="module")
def playbook(cluster: Cluster, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playbook]:
    work = tmp_path_factory.mktemp("playbook")
    add_disk_for_the_hub(cluster, "of-the-hub", work / "hub")
    yield Playbook(cluster, work / "classroom", image)
    cluster.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")


def add_disk_for_the_hub(cluster: Cluster, name: str, folder: Path) -> None:
    """Give the cluster a disk for a hub's database, as a storage class would."""
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": str(folder)},
        },
    }
    cluster.kubectl("apply", "--filename=-", given=json.dumps(volume))


def test_it_makes_the_classroom(playbook: Playbook) -> None:
    playbook.run()
    policies = playbook.get("networkpolicies")["items"]
    assert {each["metadata"]["name"] for each in policies} == {"seats-apart", "silent"}
    assert playbook.get("secret", "classroom-seats")["data"].keys() == {"key", "cli-token", "seats.json"}
    quota = playbook.get("resourcequota", "classroom")
    managers = {each["manager"] for each in quota["metadata"].get("managedFields", [])} - {
        "kube-controller-manager"
    }
    assert managers <= {"workshop"}, "by server-side apply, under our name"
    labels = playbook.get("namespace", NAMESPACE)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert playbook.get("deployment", "hub")["status"]["readyReplicas"] == 1
    values = playbook.values()
    assert values["singleuser"]["memory"]["limit"] == "2G"
    assert values["singleuser"]["image"]["name"].startswith("registry.example.org/")


def test_again_it_changes_nothing(playbook: Playbook) -> None:
    said = playbook.run()
    assert re.search(r"changed=0\b", said), said[-3000:]


def test_an_upgrade_and_the_way_back(playbook: Playbook) -> None:
    playbook.run(hub_service_seat_memory_max="3G")
    assert playbook.values()["singleuser"]["memory"]["limit"] == "3G"
    playbook.run(hub_kubernetes_state="rolled-back")
    assert playbook.values()["singleuser"]["memory"]["limit"] == "2G"
    playbook.run(hub_kubernetes_state="present", hub_service_seat_memory_max="2G")


def test_an_upgrade_that_fails_goes_back_by_itself(playbook: Playbook) -> None:
    before = playbook.values()["singleuser"]["image"]
    missing = f"registry.example.org/workshop@sha256:{'0' * 64}"
    playbook.run(passes=False, hub_kubernetes_image=missing, hub_kubernetes_timeout="20s")
    assert playbook.values()["singleuser"]["image"] == before
    assert playbook.get("deployment", "hub")["status"]["readyReplicas"] == 1
    playbook.run(hub_kubernetes_image=playbook.image, hub_kubernetes_timeout="3m")


def test_the_end_keeps_homes_until_it_is_told_not_to(playbook: Playbook) -> None:
    home = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "claim-seat-001"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    playbook.cluster.kubectl("--namespace", NAMESPACE, "apply", "--filename=-", given=json.dumps(home))
    playbook.run(hub_kubernetes_state="absent")
    assert playbook.get("deployment", "hub") is None
    claims = playbook.get("persistentvolumeclaims")["items"]
    assert {each["metadata"]["name"] for each in claims} == {"claim-seat-001", "hub-db-dir"}
    playbook.run(hub_kubernetes_state="absent", hub_kubernetes_delete_homes=True)
    wait_until(lambda: playbook.get("namespace", NAMESPACE) is None, 120, "the namespace is gone")


def test_the_folders_readme_does_it_without_the_playbook(
    cluster: Cluster, image: str, tmp_path: Path
) -> None:
    """Of its ten commands those that need no internet and no hub that answers, in their order."""
    namespace = "by-hand"
    write(tmp_path / "room", image, 2, hub_kubernetes_namespace=namespace)
    add_disk_for_the_hub(cluster, "of-the-hub-by-hand", tmp_path / "hub")
    (block,) = re.findall(r"^```\n(.*?)^```$", (tmp_path / "room/README.md").read_text(), re.M | re.S)
    chart = str(Path(__file__).with_name("chart"))
    commands = [
        line.replace("jupyterhub-4.4.0.tgz", chart)
        for line in block.splitlines()
        if not re.search(r"helm pull|port-forward|workshop cluster", line)
    ]
    assert len(commands) == 7
    environment = {
        **os.environ,
        "KUBECONFIG": str(cluster.kubeconfig),
        "PATH": f"{cluster.programs}/bin:{os.environ['PATH']}",
        "HOME": str(tmp_path),
    }

    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path / "room",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        for number, command in enumerate([*commands, *commands]):
            done = run(command)
            is_first_diff = command.startswith("kubectl diff") and number < len(commands)
            # kubectl diff says by 1 that something would change.
            assert done.returncode == (1 if is_first_diff else 0), f"{command}\n{done.stdout}{done.stderr}"
            if command.startswith("kubectl diff"):
                assert ("ResourceQuota" in done.stdout) is is_first_diff, done.stdout
        hub = cluster.kubectl("--namespace", namespace, "get", "deployment", "hub", "--output=name")
        assert hub.strip() == "deployment.apps/hub"
    finally:
        cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")
