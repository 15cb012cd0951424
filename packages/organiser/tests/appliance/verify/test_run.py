"""The whole judgement: a sound OVA passes every check, and each check is shown to bite."""

from __future__ import annotations

from pathlib import Path

import pytest

from organiser.appliance.verify import run
from organiser.appliance.verify.run import list_checks, verify

from ..image import test_corruptions as images
from . import test_arm as arm
from . import test_forms as forms
from . import test_inside as inside
from . import test_naming as naming
from .test_corruptions import HASHED, TOUCHED

RUNNING = {"boot.answers", "boot.behaviour"}
"""Checks of a machine that runs, shown in test_booting and test_behaviour."""
ELSEWHERE = {
    *("archive.whole", "archive.padding", "archive.end", "vmdk.inflates"),
    *("zip.whole", "utm.plist", "qcow2.inflates", "wsl.whole"),
    "ovf.known",
    *RUNNING,
}
"""Checks that tests of their own show to bite, in test_known, test_corruptions and test_forms."""
OF_THE_STREAM = {"vmdk.tables", "vmdk.contents"}
"""Shown in vmdk/test_stream and test_disks."""


def test_a_sound_appliance_passes_every_check(ova: Path) -> None:
    report = verify(ova, thorough=True)
    assert report.ok
    assert report.faults == []
    names = [result.name for result in report.results]
    assert names == [name for name, _ in list_checks("ova") if name not in RUNNING]


def test_each_check_has_a_reason_and_a_name_of_its_own() -> None:
    names = [name for name, _ in list_checks()]
    assert len(names) == len(set(names)) > 90
    for name, why in list_checks():
        assert why, name
        assert "\n" not in why


def test_each_check_is_shown_to_bite() -> None:
    shown = {check for _, check, _ in (TOUCHED | HASHED).values()}
    shown |= {check for _, check in (*arm.CHANGES.values(), *forms.UTM.values(), *forms.WSL.values())}
    shown |= {check for _, check in (*inside.CHANGES.values(), *inside.DISKS.values())}
    shown |= {check for check, _ in (*images.CONFIG.values(), *images.LAYERS.values())} | {"oci.whole"}
    shown |= {check for _, _, check, _ in naming.NAMES.values()}
    assert shown | ELSEWHERE | OF_THE_STREAM == {name for name, _ in list_checks()}


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


def test_the_file_is_read_once(ova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []
    real = run.scan
    monkeypatch.setattr(run, "scan", lambda path, progress: calls.append(path) or real(path, progress))
    told: list[int] = []
    assert verify(ova, progress=told.append).ok
    assert (calls, sum(told)) == ([ova], ova.stat().st_size)
