"""From a checkout to an OVA: root, roles, cleaning, bill of materials, packing.

What is half-built lies in a folder that says so, and is gone on with by the next run; what is
finished appears at once and whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from organiser.appliance import checkout, clean, pack, sbom, updating
from organiser.appliance.machine import Machine, load_machine
from organiser.appliance.provision import PREFIX, Provision, named_bundle, provision
from organiser.appliance.root import ensure_root
from workshop.environment import proxies
from workshop.errors import WorkshopError
from workshop.sync.git import require_no_credentials

FREE_GB = 12
"""The root, the disk's contents and the OVA lie side by side for a while."""
LARGEST_GB = 3.5
"""A larger OVA leaves too little of a small stick, and takes a participant too long to copy."""
OPTIONS = "ro quiet loglevel=4 net.ifnames=0 console=ttyS0,115200 console=tty0"
"""For the kernel: its own names for network cards; the serial port too, where there is one."""
VERSION_FILE = Path("opt/workshop/VERSION")
"""Inside the appliance. Not in etc: a file named like a release there is taken for the distribution's."""


@dataclass(frozen=True)
class Wish:
    """What is to be built."""

    source: Path
    """A git checkout of the workshop."""
    output: Path
    """Gets the OVA and what belongs to it."""
    distribution: str = "debian"
    without: frozenset[str] = frozenset()
    mirror: str = ""
    cache: Path | None = None
    """Downloads of earlier builds; by default a folder beside the output."""
    stick: Path | None = None
    options: Sequence[str] = ()
    """Further words for ansible-playbook."""


@dataclass
class Built:
    """What was built."""

    ova: Path
    version: str
    distribution: str
    bytes: int
    sha256: str
    packages: int
    described: list[str]
    """Names of the files beside it that tell what is in it."""
    updates: str
    """From where and on whose word its copies are updated, in one line."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each step took."""

    def as_document(self) -> dict[str, Any]:
        """Return what --json prints."""
        return asdict(self) | {"ova": str(self.ova), "too_large": self.is_too_large}

    @property
    def is_too_large(self) -> bool:
        """Whether it has more bytes than an appliance for sticks should."""
        return self.bytes > LARGEST_GB * 1e9


def build(wish: Wish, say: Callable[[str], None] = lambda _: None) -> Built:
    """Build an appliance.

    Safe to kill and to run again: a root that was finished is used again, and so are downloads.
    Raises WorkshopError when this is not root, room or a tool is missing, or a step fails.
    """
    _refuse_what_cannot_end_well(wish)
    machine = load_machine(wish.source)
    version = "-without-".join([checkout.version(wish.source), *sorted(wish.without)])
    work = wish.output / "-".join([".building", wish.distribution, *sorted(wish.without)])
    seconds: dict[str, float] = {}
    with _alone(work):
        root = work / "root"
        with _timed(seconds, "root", say):
            ensure_root(root, wish.distribution, wish.mirror)
        with _timed(seconds, "provisioning", say):
            provision(root, _provision(wish, machine, version), work / "provision.log")
        with _timed(seconds, "cleaning", say):
            clean.clean(root, machine.name)
            clean.refuse_leaks(root, builders_secrets())
        components = describe(root, machine.name, version, work)
        updates = updating.sentence(root)
        changes = f"{updates}\n\n{checkout.changes(wish.source)}"
        (work / "CHANGES").write_text(changes, encoding="utf-8")
        made = work / f"{machine.name}-{version}.ova"
        with _timed(seconds, "packing", say):
            packed = pack.pack(
                root,
                made,
                version=version,
                epoch=finished(root),
                changes=work / "CHANGES",
                machine=machine,
                kernel_options=OPTIONS,
            )
        ova, described = _publish(made, wish.output)
        shutil.rmtree(root)
    shutil.rmtree(work)
    return Built(
        ova, version, wish.distribution, packed.bytes, packed.sha256, components, described, updates, seconds
    )


def _refuse_what_cannot_end_well(wish: Wish) -> None:
    if os.geteuid() != 0:
        raise WorkshopError(
            "building an appliance needs root, for its files belong to many accounts; use sudo"
        )
    require_no_credentials(wish.mirror, "let apt know it by /etc/apt/auth.conf (mode 0600)")
    if unknown := wish.without - {"tensorflow"}:
        raise WorkshopError(
            f"cannot build without {', '.join(sorted(unknown))}; only tensorflow may be left out"
        )
    wish.output.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(wish.output).free // 10**9
    if free < FREE_GB:
        raise WorkshopError(
            f"{wish.output} has {free} GB free and a build needs {FREE_GB}; choose another by --output"
        )


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """Hold the folder of what is half-built; WorkshopError when another build works in it."""
    work.mkdir(exist_ok=True)
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WorkshopError(f"another build is at work in {work}; wait for it") from error
        yield


@contextmanager
def _timed(seconds: dict[str, float], step: str, say: Callable[[str], None]) -> Iterator[None]:
    say(step)
    started = time.monotonic()
    yield
    seconds[step] = round(time.monotonic() - started, 1)


def _provision(wish: Wish, machine: Machine, version: str) -> Provision:
    return Provision(
        checkout=wish.source,
        machine=machine,
        version=version,
        cache=wish.cache or wish.output / ".downloads",
        ca_bundle=named_bundle(),
        stick=wish.stick,
        without=wish.without,
        options=wish.options,
    )


SECRET_NAMES = re.compile(r"TOKEN|PASSWORD|PASSWD|SECRET|CREDENTIAL|API_?KEY|ACCESS_KEY", re.IGNORECASE)
SHORTEST_SECRET = 8
"""A shorter word stands by chance in some file."""
_PASSWORD = re.compile(r"[a-z]+://[^\s/@:]*:([^\s/@]+)@", re.IGNORECASE)


def builders_secrets(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return what must be in no file of the appliance.

    The addresses of this host's proxies, what variables hold that are named as secrets are, and passwords in
    addresses, as of a registry of one's own.
    """
    known = {value for name, value in proxies(environment).items() if name.lower() != "no_proxy"}
    named = [value for name, value in environment.items() if SECRET_NAMES.search(name)]
    inside = [word for value in environment.values() for word in _PASSWORD.findall(value)]
    return sorted(known | {word for word in (*named, *inside) if len(word) >= SHORTEST_SECRET})


def describe(root: Path, name: str, version: str, folder: Path) -> int:
    """Write what the root holds, into it and beside it; return the number of packages."""
    components = [*sbom.system_packages(root), *sbom.python_packages(root)]
    (folder / "packages.txt").write_text(sbom.package_list(components), encoding="utf-8")
    bill = json.dumps(sbom.document(name, version, components), indent=1) + "\n"
    (folder / "sbom.cdx.json").write_text(bill, encoding="utf-8")
    (root / VERSION_FILE).write_text(f"{name} {version}\n", encoding="utf-8")
    (root / PREFIX.lstrip("/") / "sbom.cdx.json").write_text(bill, encoding="utf-8")
    return len(components)


def finished(root: Path) -> int:
    """Return when a root was cleaned, in seconds since 1970.

    The disk holds no later date. An earlier one would change the dates of Python's sources, and Python
    would compile each of them anew at every start, for its compiled files remember those dates.
    """
    return int((root / clean.EPOCH_FILE).stat().st_mtime)


PUBLISHED = ("packages.txt", "sbom.cdx.json", "CHANGES")


def _publish(made: Path, output: Path) -> tuple[Path, list[str]]:
    """Move an OVA and what tells about it out of its folder; return the OVA, and the names of the others.

    Theirs begin with its own, for other appliances may lie there. They never tell of another one: what had
    the OVA's name goes first, and it comes last.
    """
    ova = output / made.name
    ova.unlink(missing_ok=True)
    names = [f"{made.stem}.{name}" for name in PUBLISHED]
    for name, published in zip(PUBLISHED, names, strict=True):
        (made.parent / name).replace(output / published)
    made.replace(ova)
    return ova, names
