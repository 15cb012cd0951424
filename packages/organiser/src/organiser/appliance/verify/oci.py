"""Checks of an image: the archive, its documents, every sum, and what it would do on somebody's computer.

Image-spec 1.1. The archive is read once for its documents, and each layer once more, uncompressed meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from organiser.appliance.architecture import ARCHITECTURES, Architecture
from organiser.appliance.verify import tree as trees
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.tree import Node
from organiser.appliance.verify.wsl import KEPT, KINDS, LARGEST, MOST_MEMBERS, TarTree
from organiser.image import layout
from organiser.image.compression import BY_TYPE, uncompressed

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
BLOB = re.compile(r"blobs/sha256/[0-9a-f]{64}")
DOCUMENTS = {"oci-layout", "index.json", "manifest.json"}
FOLDERS = {"blobs", "blobs/sha256"}
SMALL = 1 << 20
"""A longer document is an attack on its reader."""
CHUNK = 1 << 20
SECRET = re.compile(r"TOKEN|PASSWORD|PASSWD|SECRET|CREDENTIAL|API_?KEY|ACCESS_KEY", re.IGNORECASE)
ADDRESS_WITH_PASSWORD = re.compile(r"[a-z]+://[^\s/@:]*:[^\s/@]+@", re.IGNORECASE)
VARIABLES = {"PATH", "HOME", "USER", "LOGNAME", "LANG"}
WHITEOUT = ".wh."
DAMAGED = (tarfile.TarError, EOFError, OSError, zlib.error, ValueError, OverflowError)


@dataclass
class Image:
    """The image for one processor."""

    descriptor: dict[str, Any]
    """What the index says of it."""
    manifest: dict[str, Any]
    config: dict[str, Any]
    tree: TarTree = field(default_factory=TarTree)
    odd: list[str] = field(default_factory=list)
    """What no system has, in its layers."""
    diff_ids: list[str] = field(default_factory=list)
    """The sums of its layers' tars, as they are."""

    @property
    def kind(self) -> str:
        """The processor that the configuration names."""
        return str(self.config.get("architecture"))

    @property
    def architecture(self) -> Architecture | None:
        """That processor, if it is one of ours."""
        return ARCHITECTURES.get(self.kind)

    @property
    def runs(self) -> dict[str, Any]:
        """What a container is started with."""
        return _mapping(self.config.get("config"))

    @property
    def labels(self) -> dict[str, Any]:
        """What it says of itself."""
        return _mapping(self.runs.get("Labels"))


def _mapping(said: object) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


@dataclass
class Archive:
    """The archive, as it was read; ``fault`` says why no further."""

    path: Path
    fault: str = ""
    odd: list[str] = field(default_factory=list)
    """Members that no image layout has."""
    sizes: dict[str, int] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    """Of every blob, as they are."""
    documents: dict[str, bytes] = field(default_factory=dict)
    """By name: the small members."""
    wrong: list[str] = field(default_factory=list)
    """What does not hang together in the documents."""
    images: list[Image] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Members that something refers to."""
    reference: str = ""


def read_archive(path: Path, progress: Callable[[int], None] = lambda _: None) -> Archive:
    """Read an archive; what keeps it from being read goes into its ``fault``."""
    found = Archive(path)
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as tar:
            members = {member.name: member for member in _members(found, tar)}
            _find_end(found, file, tar)
            if found.fault or found.odd:
                return found
            _follow(found)
            for image in found.images:
                _read_layers(found, image, tar, members, progress)
    except DAMAGED as error:
        said = str(error).splitlines()
        found.fault = f"it is no whole archive ({said[0] if said else type(error).__name__}); copy it again"
    return found


def _members(found: Archive, tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the plain files; keep the small ones, and the sums of all but the layers."""
    for member in tar:
        name = member.name
        if member.isdir() and name in FOLDERS:
            continue
        if not member.isreg():
            found.odd.append(f"{name} is not a plain file")
        elif name not in DOCUMENTS and not BLOB.fullmatch(name):
            found.odd.append(f"{name!r} does not belong into an image")
        elif name in found.sizes:
            found.odd.append(f"{name} is there twice")
        else:
            found.sizes[name] = member.size
            if member.size <= SMALL:
                file = tar.extractfile(member)
                found.documents[name] = file.read() if file else b""
            yield member
        if len(found.sizes) > 256:
            raise ValueError("it has more than 256 members")


def _find_end(found: Archive, file: BinaryIO, tar: tarfile.TarFile) -> None:
    """Notice when the end is missing, or something follows it; tarfile takes either."""
    last = tar.getmembers()[-1] if tar.getmembers() else None
    file.seek(last.offset_data + last.size + -last.size % tarfile.BLOCKSIZE if last else 0)
    rest = file.read(CHUNK)
    if len(rest) < 2 * tarfile.BLOCKSIZE or any(rest) or file.read(1):
        found.fault = (
            "it does not end as an archive does; it was cut off, or something follows: copy it again"
        )


def _json(found: Archive, name: str) -> dict[str, Any]:
    """Return a document, or nothing, with the reason among what is wrong."""
    data = found.documents.get(name)
    try:
        said = json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        found.wrong.append(f"{name} is not there, or no document")
        return {}
    return said


def _named(found: Archive, descriptor: object, *kinds: str) -> str:
    """Return the member that a descriptor is of; nothing, with the reason, when it cannot be it."""
    said = descriptor if isinstance(descriptor, dict) else {}
    digest, size = said.get("digest"), said.get("size")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        found.wrong.append(f"a descriptor names {str(digest)[:80]!r}, which is no SHA-256")
        return ""
    name = f"blobs/{digest.replace(':', '/')}"
    if said.get("mediaType") not in kinds:
        found.wrong.append(
            f"{digest[:19]} is of the kind {said.get('mediaType')!r}, not {' or '.join(kinds)}"
        )
    elif name not in found.sizes:
        found.wrong.append(f"{digest[:19]}, which a document names, is not there")
    elif size != found.sizes[name]:
        found.wrong.append(f"{digest[:19]} has {found.sizes[name]} bytes, not {size}")
    else:
        found.used.add(name)
        return name
    return ""


def _follow(found: Archive) -> None:
    """Go from the index to every manifest and configuration."""
    found.used |= {"oci-layout", "index.json"}
    if _json(found, "oci-layout") != layout.OCI_LAYOUT:
        found.wrong.append("oci-layout does not say the version 1.0.0")
    entries = _entries(found, _json(found, "index.json"))
    if len(entries) != 1:
        found.wrong.append(
            f"index.json names {len(entries)} images, not one; docker and podman would have to guess"
        )
        return
    found.reference = str(_mapping(entries[0].get("annotations")).get(layout.REFERENCE, ""))
    if entries[0].get("mediaType") == layout.INDEX:
        name = _named(found, entries[0], layout.INDEX)
        entries = _entries(found, _json(found, name)) if name else []
        if name and not entries:
            found.wrong.append("its index of processors is empty")
    for entry in entries:
        name = _named(found, entry, layout.MANIFEST)
        manifest = _json(found, name) if name else {}
        if not manifest:
            continue
        config = _named(found, manifest.get("config"), layout.CONFIG)
        layers = manifest.get("layers")
        if not isinstance(layers, list) or not layers:
            found.wrong.append("a manifest names no layers")
        elif config:
            found.images.append(Image(entry, manifest, _json(found, config)))


def _entries(found: Archive, index: dict[str, Any]) -> list[dict[str, Any]]:
    said = index.get("manifests")
    return [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []


class _Summing:
    """Hands bytes on and hashes them."""

    def __init__(self, source: Any, progress: Callable[[int], None] = lambda _: None) -> None:
        self._source, self._progress = source, progress
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._source.read(size)
        self.digest.update(data)
        self._progress(len(data))
        return data

    def to_the_end(self) -> bool:
        """Read the rest; whether it was zeros."""
        zero = True
        while data := self.read(CHUNK):
            zero = zero and not any(data)
        return zero


def _read_layers(
    found: Archive,
    image: Image,
    tar: tarfile.TarFile,
    members: dict[str, tarfile.TarInfo],
    progress: Callable[[int], None],
) -> None:
    """Put an image's layers one over the other."""
    for entry in image.manifest["layers"]:
        name = _named(found, entry, *BY_TYPE)
        if not name:
            continue
        packed = _Summing(tar.extractfile(members[name]), progress)
        with uncompressed(BY_TYPE[entry["mediaType"]], packed) as unpacked:
            plain = _Summing(unpacked)
            with tarfile.open(fileobj=plain, mode="r|") as layer:  # type: ignore[call-overload]
                _take_layer(image, layer)
            if not plain.to_the_end():
                image.odd.append(f"something follows the end of the layer {name[-64:-52]}")
        packed.to_the_end()
        found.sums[name] = packed.digest.hexdigest()
        image.diff_ids.append(f"sha256:{plain.digest.hexdigest()}")


def _take_layer(image: Image, layer: tarfile.TarFile) -> None:
    """Add a layer's files; what an earlier one has under the same name is replaced."""
    there: set[str] = set()
    for member in layer:
        path = member.name.removeprefix("./").rstrip("/")
        parts = path.split("/")
        if member.name.startswith("/") or ".." in parts or "\0" in path or not path:
            image.odd.append(f"the name {member.name!r} leads elsewhere")
            continue
        if path in there:
            image.odd.append(f"/{path} is there twice")
        there.add(path)
        if len(there) > MOST_MEMBERS:
            raise ValueError("a layer has too many files")
        if parts[-1].startswith(WHITEOUT):
            image.odd.append(
                f"/{path} takes away what a layer below has: it would be handed out all the same"
            )
        elif member.islnk():
            target = member.linkname.removeprefix("./")
            if target not in there or not image.tree.link(path, target):
                image.odd.append(
                    f"/{path} is a second name of {member.linkname!r}, which is not in its layer"
                )
        elif member.type not in KINDS or member.ischr() or member.isblk():
            image.odd.append(f"/{path} is of a kind that no image needs")
        else:
            kind = KINDS[member.type] | stat.S_IMODE(member.mode)
            node = Node(kind, member.uid, member.gid, member.size, member.linkname)
            data = None
            if member.isreg():
                file = layer.extractfile(member)
                wanted = LARGEST if KEPT.match(path) or path.startswith(layout.FOLDER) else 64
                data = file.read(wanted) if file else b""
            image.tree.add(path, node, data)


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
    yield from archive.odd[:20]


@STAGE.check("oci.documents", "an image is found from its index, by sums and sizes", gate=True)
def _documents(archive: Archive) -> Iterator[str]:
    yield from archive.wrong[:20]
    if not archive.wrong and not archive.images:
        yield "there is no image in it"


@STAGE.check("oci.sums", "a changed byte is found here, not in a lesson", gate=True)
def _sums(archive: Archive) -> Iterator[str]:
    documents = {name: hashlib.sha256(data).hexdigest() for name, data in archive.documents.items()}
    for name, real in {**documents, **archive.sums}.items():
        if BLOB.fullmatch(name) and name[-64:] != real:
            yield f"{name[-64:-52]} has another SHA-256 than its name says: it is damaged, copy it again"


@STAGE.check("oci.layers", "a configuration names the sums of what its layers unpack to", gate=True)
def _layers(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        if _mapping(image.config.get("rootfs")).get("diff_ids") != image.diff_ids:
            yield f"the layers for {image.kind} are not those that its configuration names"
        yield from image.odd[:20]


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
        said = json.loads(data)
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
        if len(kinds) == 1 and (image.kind == "arm64") != ("arm64" in archive.path.name.lower()):
            yield f"it is for {image.kind}, and its name says another processor"


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


@STAGE.check("oci.user", "root in a container is nearer to root of the computer than anybody should be")
def _user(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        user = str(image.runs.get("User", ""))
        number = user.partition(":")[0]
        if not number.isdigit() or int(number) == 0:
            yield f"the image for {image.kind} starts as {user or 'root'!r}; it must be a number but 0"
        home = image.tree.node(layout.HOME)
        if home is None or home.uid != layout.UID or stat.S_IMODE(home.mode) != 0o777:
            yield f"/{layout.HOME} is not there, or not for whoever starts it"


@STAGE.check("oci.ports", "what is published is reached by others; it must be what the docs say")
def _ports(archive: Archive) -> Iterator[str]:
    wanted = {f"{port}/tcp" for port in layout.PORTS}
    for image in archive.images:
        said = set(_mapping(image.runs.get("ExposedPorts")))
        if said != wanted:
            yield f"the image for {image.kind} has the ports {sorted(said)}, not {sorted(wanted)}"


@STAGE.check("oci.start", "the first process is ours: it brings notebooks and ends in time")
def _start(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        if image.runs.get("Entrypoint") != [f"/{layout.START}"] or image.runs.get("Cmd"):
            yield f"the image for {image.kind} starts {image.runs.get('Entrypoint')}, not /{layout.START}"
        if image.runs.get("StopSignal", "SIGTERM") != "SIGTERM":
            yield f"it is stopped by {image.runs['StopSignal']}, which is not heard"
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
        if _mapping(image.runs.get("Healthcheck")).get("Test") != ["CMD", f"/{layout.HEALTHY}"]:
            yield f"the image for {image.kind} has no check of its health"


@STAGE.check("oci.environment", "what stands in the configuration is read by everybody who has the image")
def _environment(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        said = image.runs.get("Env")
        for line in said if isinstance(said, list) else []:
            name, _, value = str(line).partition("=")
            if name not in VARIABLES or SECRET.search(name) or ADDRESS_WITH_PASSWORD.search(value):
                yield f"the variable {name} is set, which no image of ours has"
        text = json.dumps(image.config.get("history"))
        if SECRET.search(text) or ADDRESS_WITH_PASSWORD.search(text):
            yield "its history tells a secret"


@STAGE.check("oci.services", "every service is started as it is on any machine")
def _services(archive: Archive) -> Iterator[str]:
    for image in archive.images:
        try:
            said = json.loads(trees.text(image.tree, layout.SERVICES) or "")
            names = [str(each["name"]) for each in said["services"] if each["command"]]
        except (ValueError, KeyError, TypeError):
            names = []
        if not names:
            yield f"/{layout.SERVICES} names no service"
        if trees.text(image.tree, layout.BILL) is None:
            yield f"there is no /{layout.BILL}"
