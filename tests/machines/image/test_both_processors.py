"""One archive for both processors: podman and docker take this computer's, or say which file to take."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dockers
import pytest
from appliance.image.making import Taken, make_images

from organiser.appliance.architecture import AMD64, ARCHITECTURES, ARM64, native
from organiser.image import running
from organiser.image.make import join
from workshop.core.errors import WorkshopError

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("image")]

CONTAINERD = "containerd"
SHORT = len("sha256:")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The number of the tiny image of each processor, by its name, and at ``file`` the archive of both."""
    if native() is None:
        pytest.skip("this computer has another processor than the images")
    folder = tmp_path_factory.mktemp("both")
    archives = [make_images(folder, kind, ("oci",))[0] for kind in (AMD64, ARM64)]
    numbers = [Taken.of(path).manifest["config"]["digest"][SHORT:] for path in archives]
    kinds = dict(zip(ARCHITECTURES, numbers, strict=True))
    return kinds | {"file": str(join(archives).path)}


@pytest.fixture
def podman(tmp_path: Path) -> Iterator[str]:
    """A podman with a store of its own: this computer's has images of the same name."""
    if os.geteuid() != 0 or not shutil.which("podman"):
        pytest.skip("needs root and podman")
    program = tmp_path / "podman"
    program.write_text(
        f"#!/bin/sh\nexec {shutil.which('podman')} --root {tmp_path}/store --runroot {tmp_path}/run "
        '--storage-driver vfs "$@"\n'
    )
    program.chmod(0o755)
    yield str(program)
    subprocess.run([program, "rmi", "--all", "--force"], capture_output=True, check=False)


def test_podman_takes_this_computers_and_can_be_asked_for_the_other(
    podman: str, images: dict[str, str]
) -> None:
    own = native()
    assert own is not None
    name = running.load(podman, Path(images["file"]))
    running.require_image(podman, name)
    assert running.ask(podman, "image", "inspect", "--format", "{{.Id}}", name).strip() == images[own.name]
    for kind in ARCHITECTURES:
        running.ask(podman, "pull", "--quiet", "--arch", kind, f"oci-archive:{images['file']}")
        said = running.ask(podman, "image", "inspect", "--format", "{{.Architecture}} {{.Id}}", name)
        assert said.split() == [kind, images[kind]]


@pytest.mark.release
@pytest.mark.parametrize("store", dockers.STORES)
def test_docker_takes_this_computers_or_we_say_what_it_wants(
    store: str, images: dict[str, str], tmp_path: Path
) -> None:
    if program := dockers.missing():
        pytest.skip(f"needs {program}")
    own = native()
    assert own is not None
    engine = tmp_path / "docker"
    engine.write_text(f'#!/bin/sh\nexec {shutil.which("docker")} --host unix://{tmp_path}/socket "$@"\n')
    engine.chmod(0o755)
    with dockers.started(tmp_path, store):
        if store == CONTAINERD:
            name = running.load(str(engine), Path(images["file"]))
            running.require_image(str(engine), name)
            return
        with pytest.raises(WorkshopError, match=f"take the file for {own.name}, with"):
            running.load(str(engine), Path(images["file"]))
