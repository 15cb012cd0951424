"""Our code in the chart's hub and in its seats: small files, in ``hub.extraFiles`` and in a ConfigMap.

The hub's Python looks for modules beside its configuration, so what is mounted there can be imported. The
server of a seat is told where to look by the settings that are mounted into it (values.yaml).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from workshop.core.errors import WorkshopError

HUB_PATH = "/usr/local/etc/jupyterhub"
"""Where the chart's jupyterhub_config.py lies, which puts this folder first on the path of imports."""
MODULES = (
    "workshop",
    "workshop.core.errors",
    "workshop.core.programs",
    "workshop.core.ports",
    "workshop.core.servers",
    "workshop.core.settings",
    "workshop.core",
    "workshop.core.files",
    "organiser",
    "organiser.hub",
    "organiser.hub.accounts",
    "organiser.hub.authenticator",
    "organiser.hub.bodies",
    "organiser.hub.codes",
    "organiser.hub.door",
    "organiser.hub.limits",
    "organiser.hub.peers",
    "organiser.hub.pods",
    "organiser.hub.returning",
    "organiser.hub.seats",
    "organiser.hub.seatsapi",
    "organiser.hub.speaker",
    "organiser.hub.speakerdoor",
    "organiser.hub.units",
)
"""The authenticator and all of ours that it imports; a test imports it from these alone."""
BESIDE = {
    "organiser.hub.authenticator": ("account.html", "form.html"),
    "organiser.hub.speakerdoor": ("speaker.css", "speaker.html", "speaker.js"),
}
"""Files that a module reads from its own folder."""


SEAT_PATH = "/usr/local/lib/workshop-seat"
"""Where a seat's server finds what it has of ours besides; the image's kernels do not look there."""
SEAT_CODE = "classroom-seat-code"
"""The ConfigMap of it."""
SEAT_MODULES = (
    "organiser",
    "organiser.hub",
    "organiser.hub.board",
    "organiser.hub.codes",
    "organiser.hub.disk",
    "organiser.hub.homes",
    "organiser.hub.ownboard",
    "organiser.hub.reports",
    "organiser.hub.seats",
    "organiser.hub.seatserver",
    "organiser.hub.settings",
    "organiser.hub.transfer",
    "organiser.hub.units",
    "organiser.hub.warden",
)
"""What seats have on one server, too: start page, TensorBoard, download and upload, the speaker's words.

The image has no package of the organiser's; a test imports it from these alone."""
SEAT_BESIDE = {"organiser.hub.transfer": ("home.html",)}
EXTENSION = ("package.json", "static/remoteEntry.js")
"""JupyterLab's: it shows what the organiser says to all."""


def files_of(modules: Iterable[str], beside: Mapping[str, Iterable[str]]) -> dict[str, Path]:
    """Return where each file lies here, by its place below a folder on the path of imports."""
    files: dict[str, Path] = {}
    for module in modules:
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            raise WorkshopError(f"the module {module} is missing here; install the package organiser anew")
        source = Path(spec.origin)
        words = module.split(".")
        place = "/".join(words if source.name == "__init__.py" else words[:-1])
        for name in (source.name, *beside.get(module, ())):
            files[f"{place}/{name}"] = source.with_name(name)
    return files


def code_files() -> dict[str, Path]:
    """Return the hub's files, by their place below the folder of its configuration."""
    return files_of(MODULES, BESIDE)


def seat_files() -> dict[str, Path]:
    """Return a seat's files, by their place below :data:`SEAT_PATH`."""
    files = {f"python/{place}": file for place, file in files_of(SEAT_MODULES, SEAT_BESIDE).items()}
    extension = files["python/organiser/hub/board.py"].with_name("labextension")
    return files | {f"labextensions/workshop-classroom/{name}": extension / name for name in EXTENSION}


def key_of(place: str) -> str:
    """Return the key of a file in a Secret or a ConfigMap, which may hold no slash."""
    return place.replace("/", ".")


def seat_code(namespace: str) -> str:
    """Return the ConfigMap of a seat's files as YAML."""
    return as_yaml(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": SEAT_CODE,
                "namespace": namespace,
                "labels": {"app.kubernetes.io/part-of": "deep-learning-workshop"},
            },
            "data": {
                key_of(place): file.read_text(encoding="utf-8")
                for place, file in sorted(seat_files().items())
            },
        }
    )


def code_values() -> dict[str, object]:
    """Return the hub's files as values of the chart, and where a seat finds its own."""
    items = [{"key": key_of(place), "path": place} for place in sorted(seat_files())]
    volume = {"name": "code", "configMap": {"name": SEAT_CODE, "items": items}}
    mount = {"name": "code", "mountPath": SEAT_PATH, "readOnly": True}
    return {
        "hub": {
            "extraFiles": {
                key_of(place): {
                    "mountPath": f"{HUB_PATH}/{place}",
                    "stringData": file.read_text(encoding="utf-8"),
                }
                for place, file in sorted(code_files().items())
            }
        },
        "singleuser": {"storage": {"extraVolumes": {"code": volume}, "extraVolumeMounts": {"code": mount}}},
    }


# In C, where PyYAML has it: the other one takes a fifth of a second for these texts.
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Readable(_Dumper):  # type: ignore[misc]
    """Writes texts of several lines as they are, line by line."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Readable.add_representer(str, _text)


def as_yaml(document: object) -> str:
    """Return a document as a file that a person can read and compare."""
    head = "# Made by 'workshop cluster prepare' of our own files. Changes are overwritten.\n"
    return head + yaml.dump(document, Dumper=_Readable, sort_keys=False, width=1000, allow_unicode=True)


def code_yaml() -> str:
    """Return the values as a file."""
    return as_yaml(code_values())
