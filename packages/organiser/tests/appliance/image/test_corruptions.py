"""A sound image is accepted; one that is wrong or damaged is refused, by the check that is for it."""

from __future__ import annotations

import random
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from organiser.appliance.architecture import ARM64
from organiser.appliance.verify.run import verify
from organiser.image import layout
from organiser.image.compression import GZIP, ZSTD

from ..building import program
from .making import Taken, sha

Change = Callable[[Taken], object]
OWN, TENSORFLOW = -1, 2


@pytest.fixture(scope="module")
def taken(image: Path) -> Taken:
    return Taken.of(image)


def judged(path: Path) -> set[str]:
    return {name for name, _ in verify(path).faults}


def replace(name: str, data: bytes) -> Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]]:
    return lambda member, old: (member, data if member.name == name else old)


def give(name: str, **values: object) -> Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]]:
    def edit(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
        for key, value in values.items() if member.name == name else ():
            setattr(member, key, value)
        return member, data

    return edit


def test_taken_apart_and_put_together_it_is_sound(taken: Taken, tmp_path: Path) -> None:
    assert judged(taken.write(tmp_path / "x.oci.tar")) == set()


def run(**values: object) -> Change:
    """Return a change of what a container is started with."""
    return lambda it: it.config["config"].update(values)


def variable(old: str, new: str) -> Change:
    def change(it: Taken) -> None:
        lines = it.config["config"]["Env"]
        (place,) = (number for number, line in enumerate(lines) if line.startswith(f"{old}="))
        lines[place] = new

    return change


CONFIG: dict[str, tuple[str, Change]] = {
    # Readers are written in Go, for whom these are the same keys.
    "root in small letters": ("oci.documents", run(user="0", entrypoint=["/bin/evil"])),
    "root's group": ("oci.user", run(User="1000:0")),
    "another number": ("oci.user", run(User="1001:1001")),
    "a folder of root's": ("oci.configuration", run(WorkingDir="/root")),
    "a label that podman runs": (
        "oci.configuration",
        lambda it: it.config["config"]["Labels"].update(RUN="x"),
    ),
    "layers of another kind": (
        "oci.configuration",
        lambda it: it.config["rootfs"].update(type="base"),
    ),
    "programs of others first": (
        "oci.environment",
        variable("PATH", f"PATH=/tmp:{layout.PATH}"),
    ),
    "another home": ("oci.environment", variable("HOME", "HOME=/tmp")),
    "a variable twice": ("oci.environment", lambda it: it.config["config"]["Env"].append("LANG=C.UTF-8")),
    "another check of health": (
        "oci.health",
        lambda it: it.config["config"]["Healthcheck"].update(Interval=1),
    ),
    "a layer from elsewhere": (
        "oci.documents",
        lambda it: it.manifest["layers"][0].update(urls=["https://evil.invalid/x"]),
    ),
    "content within a descriptor": ("oci.documents", lambda it: it.manifest["config"].update(data="e30=")),
    "an annotation that a runtime reads": (
        "oci.documents",
        lambda it: it.manifest["annotations"].update({"run.oci.keep_original_groups": "1"}),
    ),
    "a version of the manifest": ("oci.documents", lambda it: it.manifest.update(schemaVersion=True)),
    "root": ("oci.user", lambda it: it.config["config"].update(User="0")),
    "another port": ("oci.ports", lambda it: it.config["config"]["ExposedPorts"].update({"22/tcp": {}})),
    "a port less": ("oci.ports", lambda it: it.config["config"]["ExposedPorts"].pop("8081/tcp")),
    "another start": ("oci.start", lambda it: it.config["config"].update(Entrypoint=["/bin/sh"])),
    "words for it": ("oci.start", lambda it: it.config["config"].update(Cmd=["sh"])),
    "another signal": ("oci.start", lambda it: it.config["config"].update(StopSignal="SIGUSR1")),
    "no health": ("oci.health", lambda it: it.config["config"].pop("Healthcheck")),
    "a token": ("oci.environment", lambda it: it.config["config"]["Env"].append("JUPYTER_TOKEN=abc")),
    "a library": ("oci.environment", lambda it: it.config["config"]["Env"].append("LD_PRELOAD=/x.so")),
    "a proxy": ("oci.environment", lambda it: it.config["config"]["Env"].append("HOME=http://me:pw@proxy/")),
    "a history": ("oci.environment", lambda it: it.config.update(history=[{"created_by": "X_TOKEN=1"}])),
    "no label": ("oci.labels", lambda it: it.config["config"]["Labels"].pop(f"{layout.LABEL}revision")),
    "another system": ("oci.processor", lambda it: it.config.update(os="windows")),
    "no processor": ("oci.processor", lambda it: it.config.update(architecture="riscv64")),
    "another platform": ("oci.processor", lambda it: it.entry["platform"].update(architecture="arm64")),
    "another name": (
        "oci.name",
        lambda it: it.entry["annotations"].update({layout.REFERENCE: "evil:latest"}),
    ),
    "the small name": (
        "oci.name",
        lambda it: it.entry["annotations"].update({layout.REFERENCE: f"{layout.NAME}:small"}),
    ),
    "another kind": ("oci.documents", lambda it: it.entry.update(mediaType="application/json")),
    "kind of layer": (
        "oci.documents",
        lambda it: it.manifest["layers"][0].update(mediaType=f"{GZIP.media_type}+encrypted"),
    ),
    "said to be zstd's": (
        "oci.whole",
        lambda it: it.manifest["layers"][0].update(mediaType=ZSTD.media_type),
    ),
    "no layers": ("oci.documents", lambda it: (it.layers.clear(), it.manifest["layers"].clear())),
    "without Docker's list": ("oci.docker", lambda it: setattr(it, "docker", False)),
    "Docker's own other list": ("oci.docker", lambda it: it.more.update({"manifest.json": b"[]"})),
    "a blob more": ("oci.sums", lambda it: it.more.update({f"blobs/sha256/{'0' * 64}": b"what is this?"})),
    "content that nothing names": (
        "oci.nothing-else",
        lambda it: it.more.update({f"blobs/sha256/{sha(b'what is this?')}": b"what is this?"}),
    ),
    "a file more": ("oci.members", lambda it: it.more.update({"install.sh": b"#!/bin/sh"})),
    "a link": ("oci.members", lambda it: it.kinds.update({"index.json": tarfile.SYMTYPE})),
}
HASH = b"root:$y$abc:1::::::\n"


def through_a_link(it: Taken) -> None:
    it.add(OWN, "e", type=tarfile.SYMTYPE, linkname="etc")
    it.add(OWN, "e/shadow", HASH)


def through_a_link_of_another_layer(it: Taken) -> None:
    it.add(0, "e", type=tarfile.SYMTYPE, linkname="etc")
    it.add(OWN, "e/shadow", HASH)


LAYERS: dict[str, tuple[str, Change]] = {
    "shadow, through a link": ("oci.layers", through_a_link),
    "shadow, through a link below": ("oci.layers", through_a_link_of_another_layer),
    "a folder becomes a link": (
        "oci.layers",
        lambda it: it.add(OWN, "etc/systemd", type=tarfile.SYMTYPE, linkname="/tmp"),
    ),
    "a whiteout within a path": ("oci.layers", lambda it: it.add(OWN, "etc/.wh..wh..opq/x")),
    "a capability": (
        "oci.layers",
        lambda it: it.add(OWN, "usr/bin/x", pax_headers={"SCHILY.xattr.security.capability": "x"}),
    ),
    "a service of somebody's": (
        "inside.units",
        lambda it: it.add(0, "etc/systemd/system/evil.service", b"[Service]\nExecStart=/bin/nc -l 99\n"),
    ),
    "a password from a layer above": ("inside.passwords", lambda it: it.add(OWN, "etc/shadow", HASH)),
    "whiteout": ("oci.layers", lambda it: it.add(OWN, "etc/.wh.shadow")),
    "a link out of the layer": (
        "oci.layers",
        lambda it: it.add(OWN, "etc/x", type=tarfile.LNKTYPE, linkname="usr/bin/bash"),
    ),
    "start that others may change": ("oci.start", lambda it: it.change(OWN, give(layout.START, mode=0o777))),
    "start of another's": ("oci.start", lambda it: it.change(OWN, give(layout.START, uid=1000))),
    "no check of health": ("oci.start", lambda it: it.remove(OWN, layout.HEALTHY)),
    "no way for a hub": ("oci.start", lambda it: it.remove(OWN, layout.SINGLE_USER)),
    "log in the image": ("oci.start", lambda it: it.remove(OWN, "opt/workshop/log")),
    "token elsewhere": (
        "oci.start",
        lambda it: it.change(OWN, give("opt/workshop/etc/token", linkname="/x")),
    ),
    "home of root": ("oci.user", lambda it: it.change(OWN, give(layout.HOME, uid=0))),
    "home for one": ("oci.user", lambda it: it.change(OWN, give(layout.HOME, mode=0o700))),
    "no services": ("oci.services", lambda it: it.change(OWN, replace(layout.SERVICES, b'{"services": []}'))),
    "services of words": ("oci.services", lambda it: it.change(OWN, replace(layout.SERVICES, b"[1"))),
    "no bill": ("oci.services", lambda it: it.remove(OWN, layout.BILL)),
    "another processor": (
        "inside.processor",
        lambda it: it.change(0, replace("usr/bin/bash", program(ARM64))),
    ),
    "a password": (
        "inside.passwords",
        lambda it: it.change(0, replace("etc/shadow", b"root:$y$abc:1::::::\nworkshop:!:1::::::\n")),
    ),
    "a key": ("inside.secrets", lambda it: it.add(1, "home/workshop/.ssh/id_ed25519", b"key")),
    "setuid": ("inside.setuid", lambda it: it.add(OWN, "usr/local/bin/su", b"x", mode=0o4755)),
}


@pytest.mark.parametrize("name", [*CONFIG, *LAYERS])
def test_what_is_wrong_is_refused_by_its_own_check(name: str, image: Path, tmp_path: Path) -> None:
    check, change = (CONFIG | LAYERS)[name]
    it = Taken.of(image)
    change(it)
    assert check in judged(it.write(tmp_path / "x.oci.tar"))


class Same(str):
    """A key that is equal to no other one, so that a document can have two of it."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def levels(said: object) -> Iterator[dict[str, Any]]:
    """Yield everything in a document that has keys."""
    for each in said.values() if isinstance(said, dict) else said if isinstance(said, list) else ():
        yield from levels(each)
    if isinstance(said, dict):
        yield said


@pytest.mark.parametrize("number", range(4))
def test_a_key_more_of_whatever_kind_is_refused(number: int, image: Path, tmp_path: Path) -> None:
    chance = random.Random(number)
    places = len(list(levels([Taken.of(image).config, Taken.of(image).manifest, Taken.of(image).entry])))
    for place in range(number % 4, places, 4):
        it = Taken.of(image)
        level = list(levels([it.config, it.manifest, it.entry]))[place]
        key = chance.choice([*level, "more"])
        name = chance.choice((key.swapcase(), key.title(), Same(key), f"{key} ", "x-more"))
        if name in level:
            name = "x-more"
        level[name] = level.get(key, chance.choice(("x", 0, None, [], {})))
        assert judged(it.write(tmp_path / "x.oci.tar")), (name, level)


def test_sums_that_are_not_made_right_again_are_noticed(image: Path, tmp_path: Path) -> None:
    it = Taken.of(image)
    it.add(0, "etc/more", b"x")
    assert judged(it.write(tmp_path / "a.oci.tar", diff_ids=False)) == {"oci.layers"}
    assert judged(it.write(tmp_path / "b.oci.tar", tidy=False)) == {"oci.documents"}


def test_damage_anywhere_is_noticed(image: Path, tmp_path: Path) -> None:
    whole, draw = image.read_bytes(), random.Random(22)
    end = len(whole.rstrip(b"\0"))
    path = tmp_path / "x.oci.tar"
    for _ in range(12):
        place = draw.randrange(2048, end)
        flipped = bytearray(whole)
        flipped[place] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        # Of a header, a date or an owner means nothing to anybody who loads it.
        if whole[place - place % 512 :][257:262] != b"ustar":
            assert judged(path), place
    for _ in range(8):
        path.write_bytes(whole[: draw.randrange(end)])
        assert judged(path) & {"oci.whole", "oci.documents"}
    for more in (b"x", b"x" * 20_000):
        path.write_bytes(whole + more)
        assert judged(path) == {"oci.whole"}
    for other in (b"", b"\0" * 10240, b"PK\x03\x04", b"\x1f\x8b\x08"):
        path.write_bytes(other)
        assert judged(path) == {"oci.whole"}
