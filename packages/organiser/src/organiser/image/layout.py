"""What an image has, lacks, and has otherwise than a virtual machine; also for those who only verify one."""

from __future__ import annotations

from fnmatch import fnmatchcase

from organiser.appliance.wsl.layout import LEFT_OUT as MACHINES_OWN

NAME = "localhost/deep-learning-workshop"
"""What docker and podman call it once it is loaded: it comes from no registry."""
SUFFIX = ".oci.tar"
LATEST, SMALL = "latest", "small"
UID = 1000
PORTS = (8080, 8081, 8082)
HOME = "home/workshop"
TMP = "/tmp/workshop"
FOLDER = "usr/lib/workshop-image"
START, HEALTHY, SERVICES = f"{FOLDER}/start", f"{FOLDER}/healthy", f"{FOLDER}/services.json"
USER = f"{UID}:{UID}"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
VARIABLES = (f"PATH={PATH}", f"HOME=/{HOME}", "USER=workshop", "LOGNAME=workshop", "LANG=C.UTF-8")
HEALTH = {"interval": 30, "timeout": 10, "start_period": 30, "retries": 3}
"""Seconds, and how often it may fail; of the check that docker and podman run."""
SECOND = 1_000_000_000
HEALTHCHECK = {
    "Test": ["CMD", f"/{HEALTHY}"],
    "Interval": HEALTH["interval"] * SECOND,
    "Timeout": HEALTH["timeout"] * SECOND,
    "StartPeriod": HEALTH["start_period"] * SECOND,
    "Retries": HEALTH["retries"],
}
"""The same, as an image says it."""
HUB_SETTINGS = f"{FOLDER}/hub/jupyter_server_config.py"
HUB_PACKAGES = "opt/workshop/hub-packages"
SINGLE_USER = "usr/local/bin/jupyterhub-singleuser"
COMMAND = "usr/local/bin/workshop"
BILL = "opt/workshop/sbom.cdx.json"
MADE = {
    "opt/workshop/theano": "opt/workshop/made/theano",
    "opt/workshop/tensorboard": "opt/workshop/made/tensorboard",
    "opt/workshop/state": "opt/workshop/made/state",
    "opt/workshop/choices": "opt/workshop/made/choices",
}
"""Folders that are written while it runs; ``start`` puts what the build made of them where it can be."""
PASSING = {
    **{path: f"{TMP}/{path.rpartition('/')[2]}" for path in MADE},
    "opt/workshop/run": f"{TMP}/run",
    "opt/workshop/log": f"{TMP}/log",
    "opt/workshop/etc/token": f"{TMP}/token",
}
"""Links out of the root file system, which may be read-only, and to where they lead."""
LEFT_OUT = (
    *MACHINES_OWN,
    # Nobody logs in by ssh, and no first boot gives a password.
    "opt/workshop/cache/*", "opt/workshop/VERSION.new", "boot/*", "lib/modules/*", "usr/lib/firmware/*",
    "etc/systemd/system/*.wants/first-boot-workshop.service",
)  # fmt: skip
KERNELS = ("linux-image-*", "linux-base", "firmware-*", "grub-*", "initramfs-tools*", "dracut*")
"""Packages of which an image has no file that runs; they are not in its bill of materials either."""
SYSTEM, WORKSHOP, TENSORFLOW, PYTORCH, HUB, OWN = (
    "system", "workshop", "tensorflow", "pytorch", "hub", "image",
)  # fmt: skip
LAYERS = (SYSTEM, WORKSHOP, TENSORFLOW, PYTORCH, HUB, OWN)
"""From what changes least to what changes most: who has an older image fetches what is new."""
_TENSORFLOW = (
    "opt/workshop/venvs/tensorflow",
    "opt/workshop/venvs/jupyter/share/jupyter/kernels/tensorflow",
    "opt/workshop/etc/keras",
)
_PYTORCH = (
    "opt/workshop/venvs/pytorch",
    "opt/workshop/venvs/jupyter/share/jupyter/kernels/pytorch",
)

OCI_LAYOUT = {"imageLayoutVersion": "1.0.0"}
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
REFERENCE = "org.opencontainers.image.ref.name"
LABELS = ("title", "description", "version", "revision", "created", "licenses")
"""Of ``org.opencontainers.image.*``: what every image of ours says of itself."""
LABEL = "org.opencontainers.image."
VARIANT = "workshop.variant"


def layer_of(path: str) -> str:
    """Return the layer that a path of the root belongs to."""
    for layer, places in ((TENSORFLOW, _TENSORFLOW), (PYTORCH, _PYTORCH)):
        if any(path == each or path.startswith(f"{each}/") for each in places):
            return layer
    return WORKSHOP if path.startswith(("opt/", "home/")) else SYSTEM


def shows(path: str) -> bool:
    """Whether a path of the root is in an image at all, under whatever name."""
    return (
        path not in PASSING.keys() - MADE.keys()
        and not any(fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*") for pattern in LEFT_OUT)
        and not any(path.startswith(f"{each}/") for each in PASSING.keys() - MADE.keys())
    )


def is_written(path: str) -> bool:
    """Whether a path of an image lies in what its account writes, which may have any number."""
    return path.startswith(f"{HOME}/") or any(
        path == made or path.startswith(f"{made}/") for made in MADE.values()
    )


def renamed(path: str) -> str:
    """Return what a path of the root is called in an image."""
    for old, new in MADE.items():
        if path == old or path.startswith(f"{old}/"):
            return new + path[len(old) :]
    return path
