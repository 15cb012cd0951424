"""A file whose name says another form or processor is refused in one line; the copy of a sound one passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from organiser.appliance import forms
from organiser.appliance.architecture import AMD64, ARM64
from organiser.appliance.pack import wrap
from organiser.appliance.utm import write_utm
from organiser.appliance.verify.run import verify
from organiser.appliance.wsl.write import write_wsl
from organiser.image.make import join

from ..building import ARM_DESCRIPTION, EPOCH, make_arm_disk, quiet
from ..image.making import make_image_root, source


@pytest.fixture(scope="module")
def files(ova: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each form for each processor, by what it is called; an image for both."""
    folder = tmp_path_factory.mktemp("named")
    found = {"x.ova": ova}
    for architecture in (AMD64, ARM64):
        root, stem = folder / f"root{architecture.suffix}", f"x{architecture.suffix}"
        make_image_root(root, architecture)
        write_wsl(root, folder / f"{stem}.wsl", epoch=EPOCH)
        found[f"{stem}.wsl"] = folder / f"{stem}.wsl"
        (image,) = forms.write(source(root, architecture), [forms.OCI], folder / "out", quiet())
        found[f"{stem}.oci.tar"] = image.path
    found["x-multi.oci.tar"] = join([found["x.oci.tar"], found["x-arm64.oci.tar"]]).path
    raw = make_arm_disk(folder / "root-arm64", folder / "raw")
    found["x-arm64.ova"] = wrap(raw, folder / "x-arm64.ova", ARM_DESCRIPTION, epoch=EPOCH, clock=quiet()).ova
    found["x-arm64.utm.zip"] = folder / "x-arm64.utm.zip"
    write_utm(raw, found["x-arm64.utm.zip"], ARM_DESCRIPTION, epoch=EPOCH, scratch=folder)
    return found


NAMES: dict[str, tuple[str, str, str, str]] = {
    "an OVA for Arm as one for x86": (
        "x-arm64.ova", "x.ova", "name.processor", "it is for arm64, and its name says amd64",
    ),
    "an OVA for x86 as one for Arm": (
        "x.ova", "x-arm64.ova", "name.processor", "it is for amd64, and its name says arm64",
    ),
    "… and numbered": (
        "x.ova", "x-arm64 (1).ova", "name.processor", "it is for amd64, and its name says arm64",
    ),
    "a machine for UTM as one for x86": (
        "x-arm64.utm.zip", "x-amd64.utm.zip", "name.processor", "it is for arm64, and its name says amd64",
    ),
    "a distribution for x86 as one for Arm": (
        "x.wsl", "x-aarch64.wsl", "name.processor", "it is for amd64, and its name says arm64",
    ),
    "a distribution for Arm as one for x86": (
        "x-arm64.wsl", "x.wsl", "name.processor", "it is for arm64, and its name says amd64",
    ),
    "an image for Arm as one for x86": (
        "x-arm64.oci.tar", "x-x86_64.oci.tar", "name.processor", "it is for arm64, and its name says amd64",
    ),
    "an image for one as one for both": (
        "x-arm64.oci.tar", "x-multi.oci.tar", "name.processor",
        "it is for arm64, and its name says amd64 and arm64",
    ),
    "an OVA as an image": (
        "x.ova", "x.oci.tar", "name.form",
        "it is an OVA, and its name says an image: give it a name that ends with .ova",
    ),
    "an image as an OVA": (
        "x.oci.tar", "x.ova", "name.form",
        "it is an image, and its name says an OVA: give it a name that ends with .oci.tar",
    ),
    "a machine for UTM as a distribution": (
        "x-arm64.utm.zip", "x-arm64.wsl", "name.form",
        "it is a machine for UTM, and its name says a distribution for WSL: "
        "give it a name that ends with .utm.zip",
    ),
    "a distribution as a machine for UTM": (
        "x-arm64.wsl", "x-arm64.utm.zip", "name.form",
        "it is a distribution for WSL, and its name says a machine for UTM: "
        "give it a name that ends with .wsl",
    ),
    "a machine for UTM without its name": (
        "x-arm64.utm.zip", "x-arm64.zip", "name.form",
        "it is a machine for UTM, and its name does not end with .utm.zip: rename it to x-arm64.utm.zip",
    ),
    "an OVA that was renamed by a download": (
        "x.ova", "x.ova.zip", "name.form",
        "it is an OVA, and its name does not end with .ova: rename it to x.ova",
    ),
    "an OVA without an ending": (
        "x.ova", "x", "name.form", "it is an OVA, and its name does not end with .ova: rename it to x.ova",
    ),
    "a distribution by what it is made of": (
        "x.wsl", "x.tar.gz", "name.form",
        "it is a distribution for WSL, and its name does not end with .wsl: rename it to x.wsl",
    ),
    "an image that is half there": (
        "x.oci.tar", "x.oci.tar.part", "name.form",
        "it is an image, and its name does not end with .oci.tar: rename it to x.oci.tar",
    ),
}  # fmt: skip
"""What it is, what it is called, the check that refuses it, and in which words."""
SOUND = [
    *(("x.ova", name) for name in ("x (1).ova", "x(2).ova", "X 3.OVA", "x - Copy.ova", "my-amd64.ova")),
    ("x-arm64.ova", "x-arm64 (1).ova"),
    *(("x-arm64.utm.zip", f"{name}.zip") for name in ("x-arm64.utm (1)", "x-arm64.utm-2", "x.utm")),
    ("x.wsl", "x-2.wsl"),
    ("x-arm64.wsl", "x-ARM64 (1).wsl"),
    ("x.oci.tar", "x.oci (1).tar"),
    ("x-arm64.oci.tar", "x-arm64-small.oci.tar"),
    *(("x-multi.oci.tar", name) for name in ("x-multi.oci (1).tar", "x-arm64.oci.tar", "x.oci.tar")),
]
"""What it is, and what a browser, a file manager or a person has called its copy."""


def called(file: Path, folder: Path, name: str) -> Path:
    (folder / name).hardlink_to(file)
    return folder / name


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_says_something_else_is_refused_in_one_line(
    name: str, files: dict[str, Path], tmp_path: Path
) -> None:
    real, wrong, check, said = NAMES[name]
    assert verify(called(files[real], tmp_path, wrong)).faults == [(check, said)]


@pytest.mark.parametrize(("real", "name"), SOUND)
def test_the_copy_of_a_sound_one_passes(real: str, name: str, files: dict[str, Path], tmp_path: Path) -> None:
    assert verify(called(files[real], tmp_path, name)).faults == []


def test_what_is_nothing_of_ours_is_not_taken_for_an_ova(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    ((name, fault),) = verify(tmp_path / "notes.txt").faults
    assert (name, "ends with none of .ova, .utm.zip, .wsl, .oci.tar" in fault) == ("name.form", True)
