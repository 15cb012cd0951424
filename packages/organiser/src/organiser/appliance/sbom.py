"""What is inside: every package of the system and of each Python environment, and every data set.

The document is CycloneDX 1.6 (ECMA-424) with package URLs (purl-spec), which scanners for known
faults read. It names no time and no random number: the same root gives the same bytes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

from organiser.appliance.pack import NAMESPACE
from workshop.core import programs

VENVS = "opt/workshop/venvs"
LICENCES = ("License-Expression", "License")
"""The fields of a package's metadata that may name it, the newer one first."""


@dataclass(frozen=True, order=True)
class Component:
    """One package."""

    kind: str
    """deb, rpm or pypi."""
    name: str
    version: str
    architecture: str = ""
    distribution: str = ""
    """debian or fedora; empty for Python's."""
    environment: str = ""
    """The Python environment that holds it; empty for the system's."""
    licence: str = ""

    @property
    def purl(self) -> str:
        """The package URL."""
        space = f"{self.distribution}/" if self.distribution else ""
        suffix = f"?arch={quote(self.architecture)}" if self.architecture else ""
        return f"pkg:{self.kind}/{space}{quote(self.name, safe='')}@{quote(self.version, safe='')}{suffix}"


def system_packages(root: Path) -> list[Component]:
    """Return the packages of the system, by its own package manager's record.

    Raises WorkshopError when rpm is needed and missing.
    """
    status = root / "var/lib/dpkg/status"
    return sorted(_dpkg(status) if status.is_file() else _rpm(root))


def _dpkg(status: Path) -> Iterator[Component]:
    for paragraph in status.read_text(encoding="utf-8").split("\n\n"):
        fields = HeaderParser().parsestr(paragraph)
        if str(fields.get("Status", "")).endswith(" installed"):
            yield Component("deb", fields["Package"], fields["Version"], fields["Architecture"], "debian")


def _rpm(root: Path) -> Iterator[Component]:
    form = r"%{NAME}\t%{EVR}\t%{ARCH}\t%{LICENSE}\n"
    for line in programs.run(
        "rpm", f"--root={root.resolve()}", "--query", "--all", f"--queryformat={form}"
    ).splitlines():
        name, version, architecture, licence = line.split("\t")
        yield Component("rpm", name, version, architecture, "fedora", licence=licence)


def python_packages(root: Path) -> list[Component]:
    """Return the packages of the workshop's environments, as their metadata states them."""
    sites = sorted((root / VENVS).glob("*/lib/python*/site-packages"))
    return sorted(each for site in sites for each in packages_in(site, site.parents[2].name))


def packages_in(site: Path, environment: str) -> Iterator[Component]:
    """Yield the packages of one folder, which belongs to an environment."""
    for package in distributions(path=[str(site)]):
        name = package.name.lower().replace("_", "-")
        yield Component("pypi", name, package.version, environment=environment, licence=_licence(package))


def _licence(package: Distribution) -> str:
    """Return what the author names; one line, for some put the whole text there."""
    stated = [package.metadata[field] for field in LICENCES if field in package.metadata]
    return stated[0].strip().partition("\n")[0][:100] if stated else ""


def document(name: str, version: str, components: Iterable[Component]) -> dict[str, Any]:
    """Return the bill of materials of an appliance."""
    entries = [_entry(each) for each in components]
    serial = uuid.uuid5(NAMESPACE, json.dumps([name, version, entries]))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "platform", "bom-ref": name, "name": name, "version": version}},
        "components": entries,
    }


def _entry(component: Component) -> dict[str, Any]:
    where = f" ({component.environment})" if component.environment else ""
    entry: dict[str, Any] = {
        "type": "library",
        "bom-ref": component.purl + where,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
    }
    if component.licence:
        entry["licenses"] = [{"license": {"name": component.licence}}]
    if component.environment:
        entry["properties"] = [{"name": "workshop:environment", "value": component.environment}]
    return entry


def package_list(components: Iterable[Component]) -> str:
    """Return one line a package, for people."""
    lines = (f"{each.environment or each.distribution}\t{each.name}\t{each.version}" for each in components)
    return "\n".join(lines) + "\n"
