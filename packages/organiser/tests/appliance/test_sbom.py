"""The bill of materials names every package, and is the same for the same root."""

from __future__ import annotations

import json
from pathlib import Path

import bills
import pytest

from organiser.appliance import sbom

STATUS = """Package: g++
Status: install ok installed
Architecture: amd64
Version: 4:14.2.0-1
Description: GNU C++ compiler
 with a second line

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2026a-1
"""


def add_package(root: Path, environment: str, name: str, version: str, field: str = "") -> None:
    folder = root / sbom.VENVS / environment / f"lib/python3.11/site-packages/{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{field}\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with Debian's packages and two environments."""
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").write_text(STATUS)
    add_package(tmp_path, "jupyter", "tornado", "6.5", "License-Expression: Apache-2.0")
    add_package(tmp_path, "theano", "Theano", "1.0.5", "License: BSD\n        and a long text")
    add_package(tmp_path, "theano", "numpy", "1.23.5")
    return tmp_path


def test_the_document_is_cyclonedx_and_always_the_same(root: Path) -> None:
    components = [*sbom.system_packages(root), *sbom.python_packages(root)]
    bill = sbom.document("house", "1.0", components)
    assert bill["specVersion"] == "1.6"
    bills.require_sound(json.dumps(bill))
    assert len(bill["components"]) == 5
    references = [entry["bom-ref"] for entry in bill["components"]]
    assert len(set(references)) == 5
    assert json.dumps(sbom.document("house", "1.0", components)) == json.dumps(bill)
    assert sbom.document("house", "1.1", components)["serialNumber"] != bill["serialNumber"]
