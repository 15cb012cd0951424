"""The whole judgement: a sound OVA passes every check, and each check is shown to bite."""

from __future__ import annotations

from pathlib import Path

import pytest

from organiser.appliance.verify.run import list_checks, verify

RUNNING = {"boot.answers", "boot.behaviour"}
"""Checks of a machine that runs, shown in test_booting and test_behaviour."""


def test_a_sound_appliance_passes_every_check(ova: Path) -> None:
    report = verify(ova, thorough=True)
    assert report.ok
    assert report.faults == []
    names = [result.name for result in report.results]
    assert names == [name for name, _ in list_checks("ova") if name not in RUNNING]


def test_the_report_as_a_document(ova: Path, tmp_path: Path) -> None:
    document = verify(ova).as_dict()
    assert document["ok"] is True
    assert document["updates"] == "Updates: the appliance does not say"
    assert all(each["ok"] and each["faults"] == [] and each["why"] for each in document["checks"])
    (tmp_path / "x.ova").write_bytes(b"")
    document = verify(tmp_path / "x.ova").as_dict()
    assert document["ok"] is False
    assert [each["name"] for each in document["checks"]] == ["name.form", "archive.whole"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "none.ova")
