"""An image holds the root as a container is to see it; what images share is made once."""

from __future__ import annotations

import dataclasses
import json
import tarfile
from pathlib import Path

import bills
import pytest

from organiser.appliance import forms
from organiser.appliance.architecture import AMD64, ARM64
from organiser.appliance.verify.run import verify
from organiser.image import layers, layout
from organiser.image.make import describe, join
from organiser.image.view import service_of
from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings
from workshop.machine import services

from ..building import EPOCH, quiet
from .making import Taken, blob, make_image_root, make_images, sha, source, unpack


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The image and the small one, of one root."""
    return make_images(tmp_path_factory.mktemp("images"))


def test_both_are_sound_and_share_their_layers(images: list[Path]) -> None:
    assert [path.name for path in images] == [
        "deep-learning-workshop-1.2.3.oci.tar",
        "deep-learning-workshop-1.2.3-small.oci.tar",
    ]
    for path in images:
        report = verify(path)
        assert report.faults == []
        assert (report.form, report.architecture) == ("oci", AMD64)
    full, small = (Taken.of(path).manifest["layers"] for path in images)
    shared = {each["digest"] for each in full} & {each["digest"] for each in small}
    assert (len(full), len(small), len(shared)) == (5, 3, 2)


def test_a_container_sees_neither_machine_nor_what_was_left_of_the_build(images: list[Path]) -> None:
    full, small = (unpack(path) for path in images)
    assert not any(name.startswith(("boot/", "usr/lib/modules/", "vmlinuz")) for name in full)
    assert not [name for name in full if "first-boot" in name and ".wants/" in name]
    for path, target in layout.PASSING.items():
        assert full[path][0].linkname == target
    assert full["opt/workshop/made/theano/compiled/key"][1] == b"made by the build"
    assert full["home/workshop"][0].mode == 0o777
    assert full["home/workshop/notebooks/0-basics/lesson.ipynb"][0].isreg()
    # Of a new volume everything is writable, whichever number --user says, and what was compiled is there.
    written = [name for name in full if name.startswith(("home/workshop", "opt/workshop/made/"))]
    assert {"opt/workshop/made/theano", "opt/workshop/made/choices"} <= set(written)
    for name in written:
        mode = full[name][0].mode & 0o777
        assert mode == (mode >> 6) * 0o111, name
    assert b"linux-image" not in full["var/lib/dpkg/status"][1]
    tensorflow = [name for name in full if "/tensorflow" in name]
    assert tensorflow
    assert not [name for name in small if "/tensorflow" in name]
    bills = [json.loads(seen[layout.BILL][1])["components"] for seen in (full, small)]
    assert [[each["name"] for each in bill] for bill in bills] == [
        ["g++", "tensorflow-cpu", "torch", "tornado"],
        ["g++", "tornado"],
    ]


def test_doctor_is_told_what_it_is_in(images: list[Path], tmp_path: Path) -> None:
    full, small = (unpack(path)["opt/workshop/etc/workshop.toml"][1].decode() for path in images)
    for said, left_out in ((full, ""), (small, "tensorflow pytorch")):
        (tmp_path / "workshop.toml").write_text(said)
        settings = load_settings(tmp_path / "workshop.toml")
        assert (settings.service_manager, settings.left_out) == (services.CONTAINER, left_out)
    info, command = unpack(images[1])[layout.COMMAND]
    assert info.mode == 0o755
    assert b"exec /opt/workshop/venvs/jupyter/bin/workshop" in command


def test_services_are_started_as_their_units_say(images: list[Path], tmp_path: Path) -> None:
    said = json.loads(unpack(images[0])[layout.SERVICES][1])
    jupyter, service = said["services"]
    assert jupyter["command"] == ["/usr/bin/jupyter"]
    assert said["version"] == "1.2.3"
    assert service == {
        "name": "workshop-web",
        "command": ["/usr/bin/web", "--address", "0.0.0.0", "$1"],
        "environment": {"A": "50% of it"},
        "directory": "/opt/workshop",
    }
    (tmp_path / "empty.service").write_text("[Service]\n")
    with pytest.raises(WorkshopError, match="starts nothing"):
        service_of(tmp_path / "empty.service")


def test_a_killed_run_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_image_root(tmp_path / "root")
    made: list[str] = []
    works = layers.of_root

    def counted(root: Path, name: str, epoch: int) -> layers.Add:
        fill = works(root, name, epoch)

        def add(tar: object) -> None:
            made.append(name)
            if name == layout.TENSORFLOW and len(made) == 3:
                raise KeyboardInterrupt
            fill(tar)  # type: ignore[arg-type]

        return add

    monkeypatch.setattr(layers, "of_root", counted)
    wanted = [forms.OCI, forms.OCI_SMALL]
    with pytest.raises(KeyboardInterrupt):
        forms.write(source(root), wanted, tmp_path / "out", quiet())
    assert not list((tmp_path / "out").glob("*.oci.tar"))
    written = forms.write(source(root), wanted, tmp_path / "out", quiet())
    assert made == ["system", "workshop", "tensorflow", "tensorflow", "pytorch"]
    assert [verify(each.path).faults for each in written] == [[], []]


def test_of_a_root_that_changed_no_layer_is_taken(tmp_path: Path) -> None:
    root = make_image_root(tmp_path / "root")
    (first,) = forms.write(source(root), [forms.OCI_SMALL], tmp_path / "out", quiet())
    (root / "home/workshop/notebooks/0-basics/lesson.ipynb").write_text("[]")
    cleaned_again = dataclasses.replace(source(root), epoch=EPOCH + 60)
    (changed,) = forms.write(cleaned_again, [forms.OCI_SMALL], tmp_path / "out", quiet())
    assert changed.sha256 != first.sha256
    assert unpack(changed.path)["home/workshop/notebooks/0-basics/lesson.ipynb"][1] == b"[]"


def test_one_archive_has_both_processors(tmp_path: Path) -> None:
    (amd64,), (arm64,) = (make_images(tmp_path, kind, ("oci",)) for kind in (AMD64, ARM64))
    both = join([amd64, arm64])
    assert both.path.name == "deep-learning-workshop-1.2.3-multi.oci.tar"
    assert both.architectures == ("amd64", "arm64")
    assert [each.digest for each in (describe(amd64), both)] == [digest_in(amd64), digest_in(both.path)]
    assert both.as_document()["digest"] != describe(arm64).digest
    report = verify(both.path)
    assert report.faults == []
    assert report.architecture is None
    bill = describe(arm64).bill
    assert bill is not None
    assert bill.name == "deep-learning-workshop-1.2.3-arm64.oci.sbom.cdx.json"
    assert "tornado" in bill.read_text()
    bills.require_sound(bill.read_text())
    with pytest.raises(WorkshopError, match="not one image for two processors"):
        join([amd64, amd64])


def digest_in(archive: Path) -> str:
    """Return the sum of what the archive's own index names: a registry calls the image by it."""
    with tarfile.open(archive) as tar:
        (entry,) = json.load(tar.extractfile("index.json"))["manifests"]  # type: ignore[arg-type]
        data = tar.extractfile(blob(entry["digest"])).read()  # type: ignore[union-attr]
    return f"sha256:{sha(data)}"


def test_what_is_no_root_of_ours_is_refused(tmp_path: Path) -> None:
    root = make_image_root(tmp_path / "root")
    passwd = root / "etc/passwd"
    passwd.write_text(passwd.read_text().replace("workshop:x:1000:", "workshop:x:1001:"))
    with pytest.raises(WorkshopError, match="has the UID 1001"):
        forms.write(source(root), [forms.OCI], tmp_path / "out", quiet())
