"""The hub of a test's cluster: what the chart's configuration makes of values.yaml, as far as seats need it.

The chart cannot be installed on a Kubernetes as old as the tests' one.
"""

import os
from pathlib import Path

from jupyterhub.proxy import Proxy
from machines.kubernetes.writing import values_of

FOLDER = Path(os.environ["WORKSHOP_TEST_CLASSROOM"])
WORK = Path(os.environ["WORKSHOP_TEST_HUB"])
HUB = os.environ["WORKSHOP_TEST_ADDRESS"]
values = values_of(FOLDER)
seat = values["singleuser"]

c = get_config()  # type: ignore[name-defined]  # noqa: F821


class NoProxy(Proxy):  # type: ignore[misc]
    """The tests speak with a seat's pod itself."""

    should_start = False

    async def add_route(self, routespec, target, data):  # type: ignore[no-untyped-def]
        """Do nothing."""

    async def delete_route(self, routespec):  # type: ignore[no-untyped-def]
        """Do nothing."""

    async def get_all_routes(self):  # type: ignore[no-untyped-def]
        """Return none."""
        return {}


c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.hub_bind_url = c.JupyterHub.hub_connect_url = HUB
c.JupyterHub.db_url = f"sqlite:///{WORK}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{WORK}/cookie-secret"
c.JupyterHub.cleanup_servers = False
c.JupyterHub.authenticator_class = values["hub"]["config"]["JupyterHub"]["authenticator_class"]
c.JupyterHub.concurrent_spawn_limit = values["hub"]["concurrentSpawnLimit"]
c.JupyterHub.services = [{"name": "test", "api_token": os.environ["WORKSHOP_TEST_TOKEN"]}]
c.JupyterHub.load_roles = [
    {"name": "test", "scopes": ["admin:users", "admin:servers", "access:servers"], "services": ["test"]}
]
c.SeatAuthenticator.update(values["hub"]["config"]["SeatAuthenticator"])
c.SeatAuthenticator.private = str(FOLDER / "private")
c.SeatAuthenticator.state = str(WORK)
c.SeatAuthenticator.speaker_code = str(WORK / "speaker")
if view := os.environ.get("WORKSHOP_TEST_VIEW"):
    c.SeatAuthenticator.speaker_port = int(view)

c.KubeSpawner.namespace = os.environ["WORKSHOP_TEST_NAMESPACE"]
c.KubeSpawner.image = (
    os.environ.get("WORKSHOP_TEST_IMAGE") or f"{seat['image']['name']}:{seat['image']['tag']}"
)
c.KubeSpawner.cmd = seat["cmd"]
c.KubeSpawner.start_timeout = seat["startTimeout"]
c.KubeSpawner.http_timeout = 120
c.KubeSpawner.default_url = seat["defaultUrl"]
c.KubeSpawner.port = int(os.environ.get("WORKSHOP_TEST_SEAT_PORT", 8888))
c.KubeSpawner.uid = seat["uid"]
c.KubeSpawner.fs_gid = seat["fsGid"]
c.KubeSpawner.mem_guarantee, c.KubeSpawner.mem_limit = (
    seat["memory"][name] for name in ("guarantee", "limit")
)
c.KubeSpawner.cpu_guarantee, c.KubeSpawner.cpu_limit = (seat["cpu"][name] for name in ("guarantee", "limit"))
c.KubeSpawner.extra_resource_guarantees = seat["extraResource"]["guarantees"]
c.KubeSpawner.extra_resource_limits = seat["extraResource"]["limits"]
c.KubeSpawner.tolerations = seat["extraTolerations"]
c.KubeSpawner.extra_pod_config = seat["extraPodConfig"]
c.KubeSpawner.pod_name_template = "jupyter-{user_server}"
c.KubeSpawner.pvc_name_template = "claim-{user_server}"
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.storage_capacity = seat["storage"]["capacity"]
c.KubeSpawner.storage_access_modes = seat["storage"]["dynamic"]["storageAccessModes"]
c.KubeSpawner.environment = seat["extraEnv"]
c.KubeSpawner.init_containers = seat["initContainers"]
home, files = "volume-{user_server}", seat["extraFiles"]
c.KubeSpawner.volumes = [
    {"name": home, "persistentVolumeClaim": {"claimName": "claim-{user_server}"}},
    {"name": "files", "secret": {"secretName": "singleuser"}},
    *seat["storage"].get("extraVolumes", {}).values(),
]
c.KubeSpawner.volume_mounts = [
    {"name": home, "mountPath": seat["storage"]["homeMountPath"]},
    *({"name": "files", "mountPath": each["mountPath"], "subPath": key} for key, each in files.items()),
    *seat["storage"].get("extraVolumeMounts", {}).values(),
]
c.KubeSpawner.update(values["hub"]["config"]["KubeSpawner"])
exec(values["hub"]["extraConfig"]["workshop"].replace("/etc/classroom", str(FOLDER / "private")))
