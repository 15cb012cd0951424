"""One root in several forms: what they share is made once, kept by its content, and gone on with."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from organiser.appliance import disk, forms
from organiser.appliance.architecture import ARM64
from organiser.appliance.verify.run import verify
from workshop.core.errors import WorkshopError

from .building import DESCRIPTION, EFI_PROGRAM, EPOCH, MIB, arm_source, make_appliance_root, needs, quiet

pytestmark = needs("sfdisk", "mkfs.ext4", "mkfs.vfat", "mcopy", "qemu-img")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The disks that were made; GRUB's modules are not on every machine, so what they make is given."""
    done: list[str] = []
    works = disk.make_disk

    def make_disk(root: Path, raw: Path, **words: object) -> None:
        done.append(raw.name)
        works(root, raw, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(disk, "efi_program", lambda *_: EFI_PROGRAM)
    monkeypatch.setattr(disk, "boot_code", lambda *_: (b"\xeb\xfe".ljust(440, b"\x90"), b"core"))
    monkeypatch.setattr(forms.disk, "make_disk", make_disk)
    return done


def x86(root: Path) -> forms.Source:
    return forms.Source(root, DESCRIPTION, EPOCH, size_bytes=64 * MIB)


def test_every_form_of_both_processors_is_sound(tmp_path: Path, made: list[str]) -> None:
    for source, wanted in (
        (x86(make_appliance_root(tmp_path / "amd64")), ["ova", "wsl"]),
        (arm_source(make_appliance_root(tmp_path / "arm64", ARM64)), ["ova", "utm", "wsl"]),
    ):
        written = forms.write(source, [forms.FORMS[name] for name in wanted], tmp_path / "out", quiet())
        assert [each.form for each in written] == wanted
        for each in written:
            report = verify(each.path)
            assert report.faults == []
            assert report.architecture is source.architecture
            assert ("-arm64" in each.path.name) == (source.architecture is ARM64)
    # Two forms of the Arm machine have one disk.
    assert len(made) == 2


def test_a_killed_run_is_gone_on_with(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = arm_source(make_appliance_root(tmp_path / "root", ARM64))
    wanted = [forms.OVA, forms.UTM, forms.WSL]

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(forms.WRITERS, "utm", killed)
        with pytest.raises(KeyboardInterrupt):
            forms.write(source, wanted, tmp_path / "out", quiet())
    before = (tmp_path / "out/deep-learning-workshop-1.2.3-arm64.ova").stat()
    written = forms.write(source, wanted, tmp_path / "out", quiet())
    assert len(made) == 1
    assert written[0].path.stat().st_mtime_ns == before.st_mtime_ns
    assert [verify(each.path).faults for each in written] == [[], [], []]


def test_of_a_root_that_changed_nothing_is_taken(tmp_path: Path, made: list[str]) -> None:
    source = x86(make_appliance_root(tmp_path / "root"))
    (first,) = forms.write(source, [forms.OVA], tmp_path / "out", quiet())
    (again,) = forms.write(source, [forms.OVA], tmp_path / "out", quiet())
    assert (first.sha256, len(made)) == (again.sha256, 1)
    (tmp_path / "root/home/workshop/notebooks/0-basics/lesson.ipynb").write_text("[]")
    source = dataclasses.replace(source, epoch=EPOCH + 60)  # it was cleaned again
    (changed,) = forms.write(source, [forms.OVA], tmp_path / "out", quiet())
    assert changed.sha256 != first.sha256
    assert len(made) == 2
    assert len(list((tmp_path / "out").glob("disk-*.raw"))) == 1


def test_the_same_root_gives_the_same_files(tmp_path: Path, made: list[str]) -> None:
    sums = []
    for name in ("a", "b"):
        source = arm_source(make_appliance_root(tmp_path / name, ARM64))
        for path in sorted((tmp_path / name).rglob("*"), reverse=True):
            if not path.is_symlink():
                os.utime(path, (EPOCH, EPOCH))
        written = forms.write(source, [forms.OVA, forms.UTM, forms.WSL], tmp_path / f"out-{name}", quiet())
        sums.append([each.sha256 for each in written])
    assert sums[0] == sums[1]


@pytest.mark.parametrize(
    ("architectures", "wanted", "said"),
    [
        (["amd64"], ["utm"], "utm cannot be made for amd64; choose ova or wsl"),
        (["amd64"], ["ova", "utm"], "utm is for UTM, on a Mac with Apple Silicon; add --arch arm64"),
    ],
)
def test_what_cannot_be_made_is_said_before_anything_is(
    architectures: list[str], wanted: list[str], said: str
) -> None:
    with pytest.raises(WorkshopError, match=said):
        forms.require_possible(architectures, wanted)
