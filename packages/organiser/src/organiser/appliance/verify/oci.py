"""Checks of an image: the archive, its documents, every sum, and what it would do on somebody's computer."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Iterator

from organiser.appliance.verify import documents
from organiser.appliance.verify import tree as trees
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.documents import mapping
from organiser.appliance.verify.members import strange_attributes
from organiser.appliance.verify.oci_archive import BLOB, Archive
from organiser.image import layout

SECRET = re.compile(r"TOKEN|PASSWORD|PASSWD|SECRET|CREDENTIAL|API_?KEY|ACCESS_KEY", re.IGNORECASE)
ADDRESS_WITH_PASSWORD = re.compile(r"[a-z]+://[^\s/@:]*:[^\s/@]+@", re.IGNORECASE)

STAGE: Stage[Archive] = Stage()


@STAGE.check("oci.whole", "half a file loads half an image", gate=True)
def _whole(archive: Archive) -> Iterator[str]:
    if archive.fault:
        yield archive.fault
    elif not archive.sizes and not archive.odd:
        yield "there is nothing in it"


@STAGE.check(
    "oci.members", "docker and podman read an image layout, and nothing beside it is wanted", gate=True
)
def _only_members(archive: Archive) -> Iterator[str]:
    yield from archive.odd


@STAGE.check("oci.documents", "an image is found from its index, by sums and sizes", gate=True)
def _documents(archive: Archive) -> Iterator[str]:
    yield from archive.wrong
    if not archive.wrong and not archive.images:
        yield "there is no image in it"


@STAGE.check("oci.sums", "a changed byte is found here, not in a lesson", gate=True)
def _sums(archive: Archive) -> Iterator[str]:
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in archive.documents.items()}
    for name, real in {**sums, **archive.sums}.items():
        if BLOB.fullmatch(name) and name[-64:] != real:
            yield f"{name[-64:-52]} has another SHA-256 than its name says: it is damaged, copy it again"


@STAGE.check("oci.layers", "a configuration names the sums of what its layers unpack to", gate=True)
def _layers(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        if mapping(image.config.get("rootfs")).get("diff_ids") != image.diff_ids:
            yield f"the layers for {image.kind} are not those that its configuration names"
        yield from image.unpacked.odd
        yield from strange_attributes(image.unpacked)


@STAGE.check("oci.nothing-else", "content that nothing refers to may be anybody's")
def _nothing_else(archive: Archive) -> Iterator[str]:
    for name in sorted(archive.sizes.keys() - archive.used - {"manifest.json"}):
        yield f"nothing refers to {name}"


@STAGE.check("oci.docker", "an older Docker reads its own list of what is in it")
def _docker(archive: Archive) -> Iterator[str]:
    data = archive.documents.get("manifest.json")
    if data is None:
        if len(archive.images) == 1:
            yield "there is no manifest.json, which an older Docker reads"
        return
    wanted = []
    for image in archive.images:
        blobs = [each["digest"] for each in (image.manifest["config"], *image.manifest["layers"])]
        config, *layers = (f"blobs/{digest.replace(':', '/')}" for digest in blobs)
        wanted.append({"Config": config, "RepoTags": [archive.reference], "Layers": layers})
    try:
        said = documents.loads(data)
    except (ValueError, RecursionError):
        said = None
    if said != wanted:
        yield "manifest.json names another image than index.json"


@STAGE.check("oci.processor", "an image for another processor does not start, and docker does not say why")
def _processor(archive: Archive) -> Iterator[str]:
    kinds = [image.kind for image in archive.images]
    if len(set(kinds)) != len(kinds):
        yield f"two images are for {kinds[0]}"
    for image in archive.images:
        if image.architecture is None or image.config.get("os") != "linux":
            yield f"an image is for {image.kind} and {image.config.get('os')}, which no computer of ours has"
        platform = image.descriptor.get("platform")
        if platform != {"architecture": image.kind, "os": image.config.get("os")}:
            yield f"the index says that an image for {image.kind} is for {platform}"


@STAGE.check("oci.name", "it is started by its name")
def _name(archive: Archive) -> Iterator[str]:
    wanted = {f"{layout.NAME}:{tag}" for tag in (layout.LATEST, layout.SMALL)}
    if archive.reference not in wanted:
        yield f"it is called {archive.reference!r}, not {' or '.join(sorted(wanted))}"
    for image in archive.images:
        small = image.tree.node("opt/workshop/venvs/tensorflow") is None
        tag = image.labels.get(layout.VARIANT)
        if archive.reference.endswith(f":{layout.SMALL}") != (tag == layout.SMALL) or (
            tag == layout.SMALL and not small
        ):
            yield f"it is called {archive.reference!r}, and its contents are of another variant"


@STAGE.check("oci.labels", "who finds it on a server must learn what it is, and of what commit")
def _labels(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        for name in layout.LABELS:
            if not isinstance(image.labels.get(f"{layout.LABEL}{name}"), str):
                yield f"the image for {image.kind} has no label {layout.LABEL}{name}"


@STAGE.check("oci.configuration", "what else a configuration says, a runtime or a builder acts on")
def _configuration(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        yield from documents.of_configuration(image.config)


@STAGE.check("oci.user", "root in a container is nearer to root of the computer than anybody should be")
def _user(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        user = image.runs.get("User")
        if user != layout.USER:
            yield f"the image for {image.kind} starts as {user or 'root'!r}, not as {layout.USER}"
        home = image.tree.node(layout.HOME)
        if home is None or home.uid != layout.UID or stat.S_IMODE(home.mode) != 0o777:
            yield f"/{layout.HOME} is not there, or not for whoever starts it"


@STAGE.check("oci.ports", "what is published is reached by others; it must be what the docs say")
def _ports(archive: Archive) -> Iterator[str]:
    wanted = {f"{port}/tcp" for port in layout.PORTS}
    for image in archive.images:
        said = mapping(image.runs.get("ExposedPorts"))
        if said != {port: {} for port in wanted}:
            yield f"the image for {image.kind} has the ports {sorted(said)}, not {sorted(wanted)}"


@STAGE.check("oci.start", "the first process is ours: it brings notebooks and ends in time")
def _start(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        if image.runs.get("Entrypoint") != [f"/{layout.START}"] or image.runs.get("Cmd"):
            yield f"the image for {image.kind} starts {image.runs.get('Entrypoint')}, not /{layout.START}"
        if image.runs.get("StopSignal") != "SIGTERM":
            yield f"it is stopped by {image.runs.get('StopSignal')}, which is not heard"
        for path in (layout.START, layout.HEALTHY, layout.SINGLE_USER):
            node = image.tree.node(path)
            if node is None or node.uid or node.gid or stat.S_IMODE(node.mode) != 0o755:
                yield f"/{path} is not there, or others than root may change it"
        for path, target in layout.PASSING.items():
            link = image.tree.node(path)
            if link is None or link.link != target:
                yield f"/{path} does not lead to {target}: it could not be written"


@STAGE.check("oci.health", "without it a server that hangs looks well")
def _health(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        if image.runs.get("Healthcheck") != layout.HEALTHCHECK:
            yield f"the image for {image.kind} has no check of its health, or another one"


@STAGE.check("oci.environment", "what stands in the configuration is read by everybody who has the image")
def _environment(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        said = image.runs.get("Env")
        for line in said if isinstance(said, list) else ["none"]:
            if line not in layout.VARIABLES:
                yield f"the variable {str(line).partition('=')[0]} is set, which no image of ours has so"
        if isinstance(said, list) and len(said) != len(layout.VARIABLES):
            yield f"it has {len(said)} variables, not {len(layout.VARIABLES)}"
        text = json.dumps(image.config.get("history"))
        if SECRET.search(text) or ADDRESS_WITH_PASSWORD.search(text):
            yield "its history tells a secret"


@STAGE.check("oci.services", "every service is started as it is on any machine")
def _services(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        try:
            said = documents.loads((trees.text(image.tree, layout.SERVICES) or "").encode())
            names = [str(each["name"]) for each in said["services"] if each["command"]]
        except (ValueError, KeyError, TypeError):
            names = []
        if not names:
            yield f"/{layout.SERVICES} names no service"
        if image.tree.node(layout.BILL) is None:
            yield f"there is no /{layout.BILL}"
