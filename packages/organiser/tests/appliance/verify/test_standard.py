"""Descriptors in other words that the standard allows too; what it does not allow is in test_corruptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from .variants import faults_after

ALLOWED = {
    "no version": (' ovf:version="1.0"', ""),
    "version 1.1": ('ovf:version="1.0"', 'ovf:version="1.1"'),
    "a resource with its prefix": ("<rasd:HostResource>/disk", "<rasd:HostResource>ovf:/disk"),
    "a comment": ("<References>", "<!-- hello --><References>"),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed(name: str, ova: Path, tmp_path: Path) -> None:
    assert faults_after(ova, tmp_path, ALLOWED[name]) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('ovf:href="', 'ovf:compression="gzip" ovf:href="'), "compressed or cut into chunks"),
        (("<References>", "<References/><References>"), "there are 2 References, not one"),
        (("<rasd:ElementName>disk1</rasd:ElementName>", ""), "has no ElementName"),
    ],
)
def test_what_is_not(change: tuple[str, str], said: str, ova: Path, tmp_path: Path) -> None:
    found = faults_after(ova, tmp_path, change)
    assert any(said in fault for _, fault in found), found
