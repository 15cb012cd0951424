"""Our code in the chart's hub: some twenty small files, as values for ``hub.extraFiles``.

The hub's Python looks for modules beside its configuration, so what is mounted there can be imported.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import yaml

from workshop.errors import WorkshopError

HUB_PATH = "/usr/local/etc/jupyterhub"
"""Where the chart's jupyterhub_config.py lies, which puts this folder first on the path of imports."""
MODULES = (
    "workshop",
    "workshop.errors",
    "workshop.system",
    "workshop.system.files",
    "organiser",
    "organiser.hub",
    "organiser.hub.authenticator",
    "organiser.hub.codes",
    "organiser.hub.door",
    "organiser.hub.limits",
    "organiser.hub.pods",
    "organiser.hub.returning",
    "organiser.hub.seats",
    "organiser.hub.speaker",
    "organiser.hub.speakerpages",
    "organiser.hub.units",
)
"""The authenticator and all of ours that it imports; a test imports it from these alone."""
BESIDE = {
    "organiser.hub.authenticator": ("form.html",),
    "organiser.hub.speakerpages": ("speaker.css", "speaker.html", "speaker.js", "speaker-code.html"),
}
"""Files that a module reads from its own folder."""


def code_files() -> dict[str, Path]:
    """Return where each file lies here, by its place below the folder of the hub's configuration."""
    files: dict[str, Path] = {}
    for module in MODULES:
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            raise WorkshopError(f"the module {module} is missing here; install the package organiser anew")
        source = Path(spec.origin)
        words = module.split(".")
        place = "/".join(words if source.name == "__init__.py" else words[:-1])
        for name in (source.name, *BESIDE.get(module, ())):
            files[f"{place}/{name}"] = source.with_name(name)
    return files


def code_values() -> dict[str, object]:
    """Return the files as values of the chart; a Secret's keys may hold no slash."""
    return {
        "hub": {
            "extraFiles": {
                place.replace("/", "."): {
                    "mountPath": f"{HUB_PATH}/{place}",
                    "stringData": file.read_text(encoding="utf-8"),
                }
                for place, file in sorted(code_files().items())
            }
        }
    }


class _Readable(yaml.SafeDumper):
    """Writes texts of several lines as they are, line by line."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Readable.add_representer(str, _text)


def code_yaml() -> str:
    """Return the values as a file that a person can read and compare."""
    head = (
        "# Made by 'workshop hub cluster prepare': our files that the hub imports. Changes are overwritten.\n"
    )
    return head + yaml.dump(code_values(), Dumper=_Readable, sort_keys=False, width=1000, allow_unicode=True)
