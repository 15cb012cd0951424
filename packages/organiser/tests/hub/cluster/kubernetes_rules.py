"""What a cluster demands, as far as it can be told without one: schemas, and the standard "restricted"."""

from __future__ import annotations

import asyncio
import copy
import functools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import jsonschema
import kubernetes_validate.utils
from kubernetes_asyncio.client import ApiClient
from kubespawner import KubeSpawner
from traitlets.config import Config

OLDEST, NEWEST = "1.28", "1.37"
"""The oldest Kubernetes that the chart 4.4.0 takes (its kubeVersion), and the newest with a schema."""
SCHEMA = json.loads((Path(__file__).parent / "z2jh-4.4.0/values.schema.json").read_text())
# It reads all that a Kubernetes defines anew for each object.
kubernetes_validate.utils.schema_contents = functools.cache(kubernetes_validate.utils.schema_contents)
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"}
VOLUMES |= {"persistentVolumeClaim", "projected", "secret"}
"""The kinds that "restricted" allows."""

Object = dict[str, Any]


def additions(schema: Any) -> Any:
    """Return the chart's schema for values that are added to its own, which has what is required already."""
    if isinstance(schema, dict):
        kept = {name: additions(each) for name, each in schema.items() if name != "required"}
        # Choices between forms go by what is required in each.
        return kept | {
            name: schema[name] for name in ("oneOf", "anyOf", "allOf", "if", "then") if name in schema
        }
    return [additions(each) for each in schema] if isinstance(schema, list) else schema


def check_values(values: Object) -> None:
    """Raise ValidationError for values that the chart would refuse."""
    jsonschema.Draft7Validator(additions(copy.deepcopy(SCHEMA))).validate(values)


def check_object(thing: Object) -> None:
    """Raise ValidationError for an object that the oldest or the newest Kubernetes would refuse."""
    for version in (OLDEST, NEWEST):
        kubernetes_validate.validate(thing, version, strict=True)


def breaches(spec: Object) -> list[str]:
    """Return where a pod does not keep to the Pod Security Standard "restricted", and to our own demands."""
    found = [f"{name} of the node" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    pod = spec.get("securityContext") or {}
    for volume in spec.get("volumes") or []:
        found += [f"volume {volume['name']}: {kind}" for kind in volume.keys() - VOLUMES - {"name"}]
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        own = container.get("securityContext") or {}
        both = {**pod, **own}
        resources, counted = container.get("resources", {}), {"cpu", "memory"}
        rules = {
            "runs as root": both.get("runAsNonRoot") is True and both.get("runAsUser") != 0,
            "gains privileges": own.get("allowPrivilegeEscalation") is False and not own.get("privileged"),
            "has capabilities": own.get("capabilities") == {"drop": ["ALL"]},
            "filters no calls": both.get("seccompProfile")
            in ({"type": "RuntimeDefault"}, {"type": "Localhost"}),
            "uses a port of the node": not any(each.get("hostPort") for each in container.get("ports", ())),
            "has no limit": counted <= (resources.get("limits") or {}).keys(),
            "has no request": counted <= (resources.get("requests") or {}).keys(),
        }
        found += [f"{container['name']} {what}" for what, kept in rules.items() if not kept]
    if spec.get("automountServiceAccountToken") is not False:
        found.append("has a token of the cluster")
    return found


def seat_objects(values: Object) -> tuple[Object, Object]:
    """Return the pod and the claim that the chart's spawner makes for seat 17, by the values that we set.

    The chart's jupyterhub_config.py says which value becomes which of KubeSpawner's settings.
    """
    seat, storage = values["singleuser"], values["singleuser"]["storage"]
    home = "volume-{user_server}"
    settings = {
        "namespace": "workshop",
        "image": f"{seat['image']['name']}:{seat['image']['tag']}",
        "cmd": seat["cmd"],
        "uid": seat["uid"],
        "fs_gid": seat["fsGid"],
        "mem_limit": seat["memory"]["limit"],
        "mem_guarantee": seat["memory"]["guarantee"],
        "cpu_limit": seat["cpu"]["limit"],
        "cpu_guarantee": seat["cpu"]["guarantee"],
        "extra_resource_limits": seat["extraResource"]["limits"],
        "extra_resource_guarantees": seat["extraResource"]["guarantees"],
        "tolerations": seat["extraTolerations"],
        "extra_pod_config": seat["extraPodConfig"],
        "environment": seat["extraEnv"],
        "init_containers": seat["initContainers"],
        "storage_capacity": storage["capacity"],
        "storage_access_modes": storage["dynamic"]["storageAccessModes"],
        "storage_class": storage["dynamic"].get("storageClass", ""),
        "volumes": {home: {"name": home, "persistentVolumeClaim": {"claimName": "{pvc_name}"}}}
        | storage.get("extraVolumes", {}),
        "volume_mounts": {home: {"mountPath": storage["homeMountPath"], "name": home}}
        | storage.get("extraVolumeMounts", {}),
        **values["hub"]["config"]["KubeSpawner"],
    }

    class User(SimpleNamespace):
        id, name, escaped_name, url = 17, "seat-017", "seat-017", "/user/seat-017/"

        def __getattr__(self, name: str) -> None:
            return None

    server = SimpleNamespace(base_url="/hub/")
    hub = SimpleNamespace(
        public_host="",
        url="/",
        base_url="/hub/",
        api_url="http://hub:8081/hub/api",
        server=server,
        routespec="/",
    )

    async def make() -> tuple[Object, Object]:
        spawner = KubeSpawner(
            _mock=True,
            config=Config({"KubeSpawner": settings}),
            user=User(),
            hub=hub,
            orm_spawner=User(name="", state={}),
            api_token="a",
            oauth_client_id="b",
        )
        plain = ApiClient().sanitize_for_serialization
        return plain(await spawner.get_pod_manifest()), plain(spawner.get_pvc_manifest())

    # It looks for a cluster before it makes a pod.
    with patch("kubespawner.spawner.load_config"):
        return asyncio.run(make())
