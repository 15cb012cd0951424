"""Building: the order of things, what a broken-off build leaves, and what is refused at once."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

import bills
import pytest

from organiser.appliance import build as building
from organiser.appliance import container, forms
from organiser.appliance.architecture import ARM64
from organiser.appliance.machine import Forward, Machine
from workshop.core import programs
from workshop.core.errors import WorkshopError

MACHINE = Machine("house", 2048, 2, (Forward("ssh", 22, 8282),))


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, in order; the heavy steps are replaced."""
    done: list[str] = []

    def make_root(root: Path, distribution: str, mirror: str, architecture: Any) -> bool:
        done.append(f"root {distribution}" if not root.exists() else "root again")
        for folder in ("etc", "opt/workshop/etc", "var/lib/dpkg"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "etc/shadow").write_text("root:*:1::::::\n")
        (root / "etc/os-release").write_text("ID=debian\n")
        (root / "opt/workshop/etc/workshop.toml").write_text('ca_bundle = "/x"\n')
        (root / "var/lib/dpkg/status").write_text(
            "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.41\n"
        )
        return True

    def provision(root: Path, request: Any, log: Path, emulated: Any, watch: Any) -> None:
        done.append("provision")
        (root / "opt/workshop/etc/token").write_text("builders")

    def write(source: forms.Source, wanted: Any, folder: Path, clock: Any) -> list[forms.Made]:
        done.append("write " + " ".join(form.name for form in wanted))
        assert not (source.root / "opt/workshop/etc/token").exists()
        assert source.description.changes
        # Nothing that was installed is younger: Python's compiled files would not count any more.
        assert source.epoch >= int((source.root / "opt/workshop/etc/workshop.toml").stat().st_mtime)
        folder.mkdir(exist_ok=True)
        made = [forms.Made(form.name, folder / f"{source.stem}{form.suffix}", 3, "abc") for form in wanted]
        for each in made:
            each.path.write_bytes(b"ova")
        return made

    monkeypatch.setattr(building.os, "geteuid", lambda: 0)
    # How full this machine's own disk is, is no subject here.
    monkeypatch.setattr(building, "FREE_GB", 0)
    monkeypatch.setattr(building, "GOING_ON_GB", 0)
    monkeypatch.setattr(building, "require_tools", lambda *_, **__: None)
    monkeypatch.setattr(building, "load_machine", lambda _: MACHINE)
    monkeypatch.setattr(building, "ensure_root", make_root)
    monkeypatch.setattr(building, "provision", provision)
    monkeypatch.setattr(building.forms, "write", write)
    monkeypatch.setattr(building.checkout, "version", lambda _: "1.0")
    monkeypatch.setattr(building.checkout, "revision", lambda _: "0123abcd")
    monkeypatch.setattr(building.checkout, "changes", lambda _: "New.\n")
    return done


def kills(*_: Any, **__: Any) -> Any:
    """Stand in for whatever a build is killed in."""
    raise KeyboardInterrupt


def request(tmp_path: Path, **more: Any) -> building.Request:
    return building.Request(source=tmp_path / "source", output=tmp_path / "out", **more)


def test_a_build_leaves_the_ova_and_what_belongs_to_it(tmp_path: Path, steps: list[str]) -> None:
    built = building.build(request(tmp_path))
    assert steps == ["root debian", "provision", "write ova"]
    (made,) = built.files
    assert made.path == tmp_path / "out/house-1.0.ova"
    assert built.described == [
        *("house-1.0.packages.txt", "house-1.0.sbom.cdx.json", "house-1.0.CHANGES"),
        "house-1.0.ova.sha256",
    ]
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert there == {made.path.name, *built.described}
    bill = (tmp_path / "out/house-1.0.sbom.cdx.json").read_text()
    bills.require_sound(bill)
    assert json.loads(bill)["components"][0]["name"] == "libc6"
    assert "built without an address" in built.updates
    assert (tmp_path / "out/house-1.0.CHANGES").read_text() == f"{built.updates}\n\nNew.\n"
    assert set(built.seconds) == {"root", "provisioning", "cleaning"}
    assert json.dumps(built.as_document())


def test_a_build_that_breaks_off_looks_unfinished_and_goes_on(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    works = building.provision

    def breaks(*_: Any) -> None:
        raise WorkshopError("no network")

    monkeypatch.setattr(building, "provision", breaks)
    with pytest.raises(WorkshopError, match="no network"):
        building.build(request(tmp_path))
    assert not list((tmp_path / "out").glob("*.ova"))
    assert (tmp_path / "out/.building-debian/root").is_dir()
    monkeypatch.setattr(building, "provision", works)
    building.build(request(tmp_path))
    assert steps == ["root debian", "root again", "provision", "write ova"]
    assert not (tmp_path / "out/.building-debian").exists()


def test_a_root_that_was_finished_is_not_made_again(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that was killed while it wrote the forms goes on with them, unless something else is wanted."""
    works = building.forms.write

    with monkeypatch.context() as patch:
        patch.setattr(building.forms, "write", kills)
        with pytest.raises(KeyboardInterrupt):
            building.build(request(tmp_path))
    steps.clear()
    monkeypatch.setattr(building.forms, "write", works)
    with monkeypatch.context() as patch:
        patch.setattr(building.forms, "write", kills)
        with pytest.raises(KeyboardInterrupt):
            building.build(request(tmp_path, forms=("ova", "wsl"), options=("-e", "a=b")))
    assert steps == ["root again", "provision"]
    steps.clear()
    built = building.build(request(tmp_path, forms=("ova", "wsl"), options=("-e", "a=b")))
    assert steps == ["write ova wsl"]
    assert [made.path.name for made in built.files] == ["house-1.0.ova", "house-1.0.wsl"]


def test_a_root_that_is_kept_is_finished_for_other_forms(tmp_path: Path, steps: list[str]) -> None:
    """An hour of emulation serves the appliance and the image."""
    building.build(request(tmp_path, keep=True))
    work = tmp_path / "out/.building-debian"
    assert not (work / "forms").exists()
    steps.clear()
    said: list[str] = []
    building.build(request(tmp_path, forms=("oci",)), said.append)
    assert steps == ["write oci"]
    assert any("already complete" in line for line in said)
    assert not any("half an hour" in line for line in said), "an hour is announced that it does not take"
    assert not work.exists()


def test_a_finished_root_that_others_began_to_change_is_not_finished(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes back to the first request after that gets no half of the second."""
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(building.forms, "write", kills)
        building.build(request(tmp_path))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(building, "provision", kills)
        building.build(request(tmp_path, options=("-e", "a=b")))
    steps.clear()
    building.build(request(tmp_path))
    assert steps == ["root again", "provision", "write ova"]


def test_a_build_that_is_killed_while_it_hands_out_goes_on(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file that it tells with is still there for the next run, at whichever of them it was killed."""
    copy = building.shutil.copyfile
    for left in (0, 1, 2):
        rest = iter([copy] * left)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(building.shutil, "copyfile", lambda *words, rest=rest: next(rest, kills)(*words))
            building.build(request(tmp_path))
    assert steps == ["root debian", "provision", *["write ova"] * 3]
    building.build(request(tmp_path))
    assert steps[-1] == "write ova"
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert there == {f"house-1.0.{name}" for name in ("ova", "ova.sha256", *building.PUBLISHED)}


def test_a_root_that_was_half_removed_is_not_finished(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(building.shutil, "rmtree", kills)
        building.build(request(tmp_path))
    assert (tmp_path / "out/house-1.0.ova").is_file()
    steps.clear()
    building.build(request(tmp_path))
    assert steps == ["root again", "provision", "write ova"]


def test_what_lies_beside_an_ova_is_of_that_one(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that fails when it packs, or one of another kind, leaves what an earlier one made alone."""
    building.build(request(tmp_path))
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.is_file()}
    monkeypatch.setattr(building.checkout, "changes", lambda _: "Newer.\n")

    def fails(source: forms.Source, wanted: Any, folder: Path, clock: Any) -> Any:
        folder.mkdir(exist_ok=True)
        (folder / "house-1.0.ova").write_bytes(b"half")
        raise WorkshopError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(building.forms, "write", fails)
        with pytest.raises(WorkshopError, match="the disk is full"):
            building.build(request(tmp_path))
    after = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.is_file()}
    assert after == before
    building.build(request(tmp_path, without=frozenset({"tensorflow", "pytorch"})))
    assert {name: (tmp_path / "out" / name).read_bytes() for name in before} == before
    building.build(request(tmp_path))
    assert (tmp_path / "out/house-1.0.CHANGES").read_text().endswith("\n\nNewer.\n")


def test_a_proxy_in_the_root_stops_the_build(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = "http://proxy.example:3128"
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    works = building.provision

    def leaks(root: Path, *words: Any) -> None:
        works(root, *words)
        (root / "etc/environment").write_text(f"HTTPS_PROXY={proxy}\n")

    monkeypatch.setattr(building, "provision", leaks)
    with pytest.raises(WorkshopError, match="etc/environment"):
        building.build(request(tmp_path))
    assert "write ova" not in steps


def test_another_build_in_the_same_place_is_refused(tmp_path: Path, steps: list[str]) -> None:
    work = tmp_path / "out/.building-debian"
    work.mkdir(parents=True)
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(WorkshopError, match="another build"):
            building.build(request(tmp_path))
    assert steps == []


def test_too_little_room_is_found_before_anything_is_made(
    tmp_path: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "FREE_GB", 10**9)
    with pytest.raises(WorkshopError, match="--output"):
        building.build(request(tmp_path))
    assert steps == []


def test_what_a_build_lacks_is_named_at_once_and_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A builder who finds out after half an hour that a disk cannot be made has lost half an hour."""
    for name in ("git", "podman", "hardlink"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(programs, "SBIN", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkshopError, match="needs mmdebstrap; install mmdebstrap"):
        building.require_tools("debian", ARM64, disk=False)


def test_a_host_whose_podman_cannot_start_systemd_is_found_at_once(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"cgroup2\.bash.*unified_cgroup_hierarchy"):
        container.require_one_hierarchy(tmp_path)
    (tmp_path / "cgroup.controllers").touch()
    container.require_one_hierarchy(tmp_path)


def test_the_builders_secrets_are_known_by_their_names_and_places() -> None:
    found = building.builders_secrets(
        {
            "HTTPS_PROXY": "http://proxy.example:3128",
            "no_proxy": "localhost",
            "GITHUB_TOKEN": "ghp_0123456789",
            "AWS_SECRET_ACCESS_KEY": "abcdefghij",
            "PIN_PASSWORD": "1234",
            "UV_DEFAULT_INDEX": "https://me:index-password@registry.example/simple",
            "HOME": "/root",
        }
    )
    assert found == ["abcdefghij", "ghp_0123456789", "http://proxy.example:3128", "index-password"]


def test_a_mirror_with_a_password_in_its_address_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building.os, "geteuid", lambda: 0)
    request = building.Request(tmp_path, tmp_path / "out", mirror="https://me:secret@mirror.example/debian")
    with pytest.raises(WorkshopError, match=r"auth\.conf") as told:
        building.build(request)
    assert "secret" not in str(told.value)
