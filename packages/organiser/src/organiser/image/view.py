"""How a root is seen as an image: its layers, and what is put in the place of a machine's own."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from organiser.appliance import sbom
from organiser.appliance.members import Added, account_of
from organiser.image import layout, lean
from workshop.core.errors import WorkshopError
from workshop.core.kernels import OPTIONAL

UNITS = "etc/systemd/system/workshop-*.service"
SETTINGS = "opt/workshop/etc/workshop.toml"
STATUS = "var/lib/dpkg/status"
SERVICES = "opt/workshop/bin/services"
CONTAINER = "container"
"""What its settings say in the place of a manager of services (``workshop.machine.services``)."""
NO_MANAGER = """\
#!/bin/sh
# In a container its first process keeps the services running, and their words are the container's log.
echo "services: in a container; use docker logs, docker restart and docker stop (or podman's)" >&2
exit 2
"""
COMMAND = f"""\
#!/bin/sh
# For docker exec: the workshop's command, which knows by its settings where it is.
WORKSHOP_CONFIG=${{WORKSHOP_CONFIG:-/{SETTINGS}}} exec /opt/workshop/venvs/jupyter/bin/workshop "$@"
"""
SEAT = f"""\
#!/bin/sh
# By this name a hub starts the server of a seat.
exec /{layout.START} jupyterhub-singleuser "$@"
"""


@dataclass
class View:
    """One image of a root."""

    version: str
    small: bool
    """Whether TensorFlow and PyTorch are left out."""
    added: dict[str, Added] = field(default_factory=dict)
    """What the last layer holds."""
    folders: dict[str, int] = field(default_factory=dict)
    """Folders that it holds besides, with their rights; they belong to the account."""

    @property
    def layers(self) -> list[str]:
        """The layers that are written from the root's own files, in their order."""
        left = {layout.OWN, layout.HUB} | (set(OPTIONAL) if self.small else set())
        return [name for name in layout.LAYERS if name not in left]


def view(
    root: Path, name: str, version: str, *, small: bool = False, hub_packages: Path | None = None
) -> View:
    """Return how a root is seen; WorkshopError when it is none of the workshop's, or serves nothing.

    name, version: what the bill of materials is of. hub_packages: a folder that an image has besides.
    """
    seen = View(version, small)
    user, _, number, *_ = account_of(root)
    if (number, f"home/{user}") != (str(layout.UID), layout.HOME):
        raise WorkshopError(
            f"the account {user} of the root has the UID {number}; an image needs {layout.UID} "
            f"in /{layout.HOME}"
        )
    services = [service_of(path) for path in sorted(root.glob(UNITS))]
    if not services:
        raise WorkshopError(f"{root} has no workshop services; build it with 'workshop image build'")
    about = {"version": version, "services": services}
    seen.added |= {
        layout.START: Added(_own("start"), 0o755),
        layout.HEALTHY: Added(_own("healthy"), 0o755),
        layout.SERVICES: Added((json.dumps(about, indent=1) + "\n").encode()),
        layout.HUB_SETTINGS: Added(_own("hub_settings.py")),
        layout.SINGLE_USER: Added(SEAT.encode(), 0o755),
        layout.COMMAND: Added(COMMAND.encode(), 0o755),
        layout.BILL: Added(bill_of(root, name, version, small, hub_packages).encode()),
        SERVICES: Added(NO_MANAGER.encode(), 0o755),
        "etc/fstab": Added(b"# What is mounted is the container's matter.\n"),
    }
    for path, change in ((SETTINGS, partial(_settings, small=small)), (STATUS, _without_kernel)):
        if (root / path).is_file():
            seen.added[path] = Added(change((root / path).read_text(encoding="utf-8")).encode())
    seen.added |= {path: Added(link=target, mode=0o777) for path, target in layout.PASSING.items()}
    # Whoever starts it, by whatever number: there is no other account in a container.
    seen.folders[layout.HOME] = 0o777
    for made in layout.MADE.values():
        if not (root / next(old for old, new in layout.MADE.items() if new == made)).is_dir():
            seen.folders[made] = 0o777
    return seen


def _own(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()


def service_of(unit: Path) -> dict[str, Any]:
    """Return name, command, environment and directory of a service, by its unit (systemd.service(5))."""
    command: list[str] = []
    environment: dict[str, str] = {}
    directory = "/"
    for line in unit.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        if key == "ExecStart":
            command = [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(value)]
        elif key == "Environment":
            for word in shlex.split(value):
                variable, _, content = word.partition("=")
                environment[variable] = content.replace("%%", "%")
        elif key == "WorkingDirectory":
            directory = value.replace("%%", "%")
    if not command:
        raise WorkshopError(f"{unit} starts nothing; build the root again")
    return {"name": unit.stem, "command": command, "environment": environment, "directory": directory}


def bill_of(root: Path, name: str, version: str, small: bool, hub_packages: Path | None) -> str:
    """Return the bill of materials of what an image holds of a root, and besides."""
    components = [
        each
        for each in (*sbom.system_packages(root), *sbom.python_packages(root))
        if not _is_kernels(each.name)
        and each.environment not in lean.ENVIRONMENTS
        and not (small and each.environment in OPTIONAL)
    ]
    if hub_packages is not None:
        components += sorted(sbom.packages_in(hub_packages, layout.HUB))
    return json.dumps(sbom.document(name, version, components), indent=1) + "\n"


def _is_kernels(package: str) -> bool:
    return any(fnmatchcase(package, pattern) for pattern in layout.KERNELS)


def _settings(text: str, *, small: bool) -> str:
    """Return the settings of a container: no manager of services, perhaps no TensorFlow and PyTorch."""
    left_out = " ".join(OPTIONAL) if small else ""
    for name, value in (("service_manager", CONTAINER), ("left_out", left_out)):
        text = re.sub(rf'(?m)^{name} = ".*"$', f'{name} = "{value}"', text) if value else text
    return text


def _without_kernel(status: str) -> str:
    """Return dpkg's record without the packages of which no file is there."""
    return "\n\n".join(paragraph for paragraph in _paragraphs(status)) + "\n"


def _paragraphs(status: str) -> Iterator[str]:
    for paragraph in status.strip("\n").split("\n\n"):
        named = re.match(r"(?m)Package: (\S+)", paragraph)
        if named is None or not _is_kernels(named[1]):
            yield paragraph
