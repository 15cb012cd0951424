"""A classroom on Kubernetes, as far as it can be tested without a cluster (tier a)."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("kubespawner")

from hub.cluster.kubernetes_rules import breaches, check_object, check_values, seat_objects
from machines.kubernetes.writing import PINS, loaded, values_of

from organiser.hub.settings import SPEAKER_PORT
from organiser.image.layout import HUB_PACKAGES

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
HEX = "0123456789abcdef" * 4
IMAGE = f"registry.example.org/workshop@sha256:{HEX}"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment"),
]

ROOMS: dict[str, dict[str, Any]] = {
    "plain": {},
    "balancer": {
        "hub_service_name": "class.example.org",
        "hub_kubernetes_door": "load-balancer",
        "hub_kubernetes_letsencrypt_email": "host@example.org",
        "hub_kubernetes_internet": True,
        "hub_kubernetes_placeholders": 30,
        "hub_kubernetes_values": {"singleuser": {"nodeSelector": {"pool": "seats"}, "startTimeout": 900}},
        "hub_kubernetes_cull_minutes": 0,
    },
    "own-certificate": {
        "hub_service_name": "class.example.org",
        "hub_kubernetes_door": "load-balancer",
        "hub_kubernetes_tls": "secret",
        "hub_kubernetes_storage_class": "fast: {storage}",
    },
    "ingress": {
        "hub_service_name": "class.example.org",
        "hub_service_seats": 41,
        "hub_service_seat_memory_max": "3G",
        "hub_kubernetes_door": "ingress",
        "hub_kubernetes_ingress_class": "nginx",
        "hub_kubernetes_ingress_annotations": {"a.example.org/b": "# no comment: \"'"},
        "hub_kubernetes_pull_secrets": ["registry"],
        "hub_kubernetes_read_only_root": True,
        "hub_kubernetes_silent_node_seconds": 45,
        "hub_kubernetes_data_claim": "data",
    },
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "tag": ({"hub_kubernetes_image": "registry.example.org/workshop:latest"}, "NAME@sha256:HEX"),
    "unpinned": ({"hub_kubernetes_hub_image": ""}, "tools/chart-pins.bash"),
    "nameless": ({"hub_kubernetes_door": "ingress"}, "hub_kubernetes_name"),
    "share": ({"hub_kubernetes_memory_limit": "85%"}, "85%"),
    "unreachable": ({"hub_kubernetes_state": "absent"}, "KUBECONFIG"),
}


@dataclass(frozen=True)
class Written:
    """All folders that one run of the playbook wrote, and what it said."""

    folder: Path
    first: str
    second: str

    def values(self, room: str) -> dict[str, Any]:
        """Return its files as helm merges them."""
        return values_of(self.folder / room)

    def objects(self, room: str) -> list[dict[str, Any]]:
        files = [
            *(self.folder / room / "objects").iterdir(),
            self.folder / room / "private/classroom-seats.yaml",
        ]
        return [each for file in sorted(files) for each in loaded(file)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """One run for all rooms, right and wrong, and a look at one of them again."""
    folder = tmp_path_factory.mktemp("rooms")
    shared = {
        "hub_service_seats": 3,
        "hub_kubernetes_image": IMAGE,
        **PINS,
        "hub_kubernetes_kubeconfig": "",
        "hub_kubernetes_folder": f"{folder}/{{{{ inventory_hostname }}}}",
    }
    hosts = {name: shared | own for name, own in ROOMS.items()}
    hosts |= {name: shared | own for name, (own, _) in REFUSED.items()}
    (folder / "inventory.json").write_text(json.dumps({"all": {"hosts": hosts}}))

    def run(*words: str) -> str:
        done = subprocess.run(
            [ANSIBLE, "-i", folder / "inventory.json", "playbooks/classroom-kubernetes.yml", *words],
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORKS": "4"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    return Written(folder, run(), run("--limit", "ingress", "--check"))


def recap(said: str, room: str) -> dict[str, int]:
    line = "".join(re.findall(rf"^{room} +: (.*)$", said, re.M))
    assert line, said
    return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", line)}


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_written_is_what_chart_and_cluster_take(written: Written, room: str) -> None:
    assert recap(written.first, room)["failed"] == 0, written.first
    values = written.values(room)
    check_values(values)
    objects = written.objects(room)
    assert [each["kind"] for each in objects] == [
        "Namespace",
        "NetworkPolicy",
        "NetworkPolicy",
        "ResourceQuota",
        "LimitRange",
        "Secret",
    ]
    for each in (*objects, *seat_objects(values)):
        check_object(each)
    compile(values["hub"]["extraConfig"]["workshop"], "extraConfig", "exec")
    compile(values["singleuser"]["extraFiles"]["jupyter_server_config.py"]["stringData"], "config", "exec")


def test_a_second_time_changes_nothing(written: Written) -> None:
    counts = recap(written.second, "ingress")
    assert (counts["failed"], counts["changed"]) == (0, 0), written.second


@pytest.mark.parametrize("room", REFUSED)
def test_what_would_be_no_classroom_is_refused_by_name(written: Written, room: str) -> None:
    assert recap(written.first, room)["failed"] == 1
    (said,) = re.findall(rf"fatal: \[{room}\].*?(?=\n\n|\nfatal:|\nok:|\Z)", written.first, re.S)
    assert REFUSED[room][1] in re.sub(r"\s+", " ", said)
    assert not (written.folder / room).exists()


@pytest.mark.parametrize("room", ROOMS)
def test_a_seat_is_restricted_and_finds_its_home(written: Written, room: str) -> None:
    pod, claim = seat_objects(written.values(room))
    spec = pod["spec"]
    assert breaches(spec) == []
    (seat,) = spec["containers"]
    assert {each["image"] for each in (seat, *spec["initContainers"])} == {IMAGE}
    homes = [each for each in spec["volumes"] if each["name"].startswith("volume-")]
    assert homes[0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"] == "claim-seat-017"
    mounts = {each["mountPath"]: each["name"] for each in seat["volumeMounts"]}
    assert (
        mounts["/home/workshop"] == homes[0]["name"] == spec["initContainers"][0]["volumeMounts"][0]["name"]
    )
    # Where nothing of the image can be written, all that a lesson writes is a volume.
    if seat["securityContext"]["readOnlyRootFilesystem"]:
        assert mounts.keys() >= {"/home/workshop", "/tmp"}


def test_a_seat_finds_its_pages_among_the_images_packages(written: Written) -> None:
    files = written.values("plain")["singleuser"]["extraFiles"]
    config = files["jupyter_server_config.py"]["stringData"]
    assert f'["/{HUB_PACKAGES}/share/jupyter/labextensions"]' in config
    assert "organiser.hub.seatserver" in files["seatserver.json"]["stringData"]


def test_a_seat_that_starts_anew_keeps_its_browser(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    kubespawner = pytest.importorskip("kubespawner")
    from traitlets.config import Config

    config = Config()
    config.JupyterHub.services, config.JupyterHub.load_roles = [], []
    config.JupyterHub.tornado_settings = {}
    program = written.values("plain")["hub"]["extraConfig"]["workshop"]
    monkeypatch.setattr(Path, "read_text", lambda *_: "token\n")
    exec(program, {"c": config})
    seat = config.JupyterHub.spawner_class
    assert issubclass(seat, kubespawner.KubeSpawner)
    assert seat.will_resume.default_value is True
    assert config.JupyterHub.services[0]["api_token"] == "token"


def test_seats_reach_hub_proxy_and_names_and_the_internet_only_where_it_is_wanted(written: Written) -> None:
    for room in ROOMS:
        values = written.values(room)
        rules = values["singleuser"]["networkPolicy"]["egressAllowRules"]
        assert {name for name, on in rules.items() if on} == {"dnsPortsKubeSystemNamespace"}
        # All that the chart has a default for is said, so that no default opens anything.
        assert len(rules) == 6
        for part in (values["hub"], values["proxy"]["chp"], values["proxy"]["traefik"]):
            assert part["networkPolicy"]["egressAllowRules"]["cloudMetadataServer"] is False
        assert values["singleuser"]["cloudMetadata"]["blockWithIptables"] is False
        apart, _ = (each for each in written.objects(room) if each["kind"] == "NetworkPolicy")
        pod, _ = seat_objects(values)
        assert apart["spec"]["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        # Both ways, and without a rule: nothing is allowed.
        assert apart["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert "ingress" not in apart["spec"]
        rules = apart["spec"].get("egress", [])
        assert len(rules) == (room == "balancer")
        for address in (*METADATA, "10.1.2.3"):
            assert not any(reaches(block["ipBlock"], address) for rule in rules for block in rule["to"])
        assert all(reaches(block["ipBlock"], "192.0.2.1") for rule in rules for block in rule["to"])


METADATA = {
    "169.254.169.254": "AWS, Azure, Google, Oracle, OpenStack, DigitalOcean, Hetzner",
    "169.254.170.2": "AWS, of containers",
    "169.254.42.42": "Scaleway",
    "169.254.0.23": "Tencent",
    "100.100.100.200": "Alibaba",
    "168.63.129.16": "Azure's wire server",
    "192.0.0.192": "Oracle Cloud Classic",
    "fe80::a9fe:a9fe": "OpenStack, Akamai",
    "fd00:ec2::254": "AWS",
    "fd00:ec2::23": "AWS, of pods",
    "fd20:ce::254": "Google",
    "fd00:c1::a9fe:a9fe": "Oracle",
    "fd00:42::42": "Scaleway",
    "fd00:a9fe:a9fe::1": "Akamai",
    "fd00:100::100:200": "Alibaba",
}
"""Where clouds give a machine its own secrets."""


def reaches(block: dict[str, Any], address: str) -> bool:
    """Tell whether a policy's block of addresses has one of them."""

    def has(network: str) -> bool:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network)

    return has(block["cidr"]) and not any(map(has, block["except"]))


def test_no_seats_unit_reaches_them_either() -> None:
    (known,) = loaded(ROOT / "roles/hub-service/vars/main.yml")
    networks = [ipaddress.ip_network(each) for each in known["__hub_service_closed_addresses"]]
    for address, whose in METADATA.items():
        assert any(ipaddress.ip_address(address) in each for each in networks), f"{address}: {whose}"
    unit = (ROOT / "roles/hub-service/templates/classroom-seat@.service.j2").read_text(encoding="utf-8")
    assert "IPAddressDeny={{ __hub_service_closed_addresses | join(' ') }}" in unit


def test_variables_of_one_server_are_heard_and_the_door_is_as_wanted(written: Written) -> None:
    plain, balancer, own, ingress = map(written.values, ROOMS)
    assert plain["proxy"]["service"]["type"] == own_type(ingress) == "ClusterIP"
    assert "https" not in plain["proxy"]
    assert ingress["ingress"]["tls"] == [{"hosts": ["class.example.org"], "secretName": "classroom-tls"}]
    assert balancer["proxy"]["https"]["hosts"] == ["class.example.org"]
    assert (balancer["singleuser"]["startTimeout"], own["singleuser"]["startTimeout"]) == (900, 600)
    assert balancer["singleuser"]["nodeSelector"] == {"pool": "seats"}
    assert own["proxy"]["https"]["secret"] == {"name": "classroom-tls"}
    assert own["singleuser"]["storage"]["dynamic"]["storageClass"] == "fast: {storage}"
    assert ingress["singleuser"]["memory"]["limit"] == "3G"
    doors = [each["hub"]["config"]["SeatAuthenticator"] for each in (plain, balancer, own, ingress)]
    assert [each["proxies"] for each in doors] == [1, 2, 1, 2]
    # On the pod's own loopback, which no other pod reaches.
    assert [each["speaker_port"] for each in doors] == [SPEAKER_PORT] * 4
    assert not any("speaker_address" in each for each in doors)
    cards = (written.folder / "ingress/cards/seats-001-041.html").read_text()
    assert cards.count("<article>") == 41
    assert "https://class.example.org" in cards
    quota = next(each for each in written.objects("ingress") if each["kind"] == "ResourceQuota")
    assert quota["spec"]["hard"] == {
        "persistentvolumeclaims": "43",
        "services.loadbalancers": "0",
        "pods": "163",
        "requests.cpu": "13.88",
    }


def test_a_silent_node_is_given_up_after_seconds_by_all_that_a_class_needs(written: Written) -> None:
    for room, seconds in (("plain", 5), ("ingress", 45)):
        values = written.values(room)
        hub, proxy, seat = values["hub"], values["proxy"], values["singleuser"]
        pod, _ = seat_objects(values)
        for tolerations in (
            hub["tolerations"],
            proxy["chp"]["tolerations"],
            proxy["traefik"]["tolerations"],
            seat["extraTolerations"],
            pod["spec"]["tolerations"],
        ):
            borne = {each["key"]: each["tolerationSeconds"] for each in tolerations}
            assert borne == {
                f"node.kubernetes.io/{silent}": seconds for silent in ("not-ready", "unreachable")
            }
            assert {each["effect"] for each in tolerations} == {"NoExecute"}


def own_type(values: dict[str, Any]) -> str:
    """Return the kind of the proxy's service."""
    return str(values["proxy"]["service"]["type"])
