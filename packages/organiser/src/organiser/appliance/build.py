"""From a checkout to what is handed out: root, roles, cleaning, bill of materials, forms.

One root for each processor, written in every form that was asked for. What is half-built lies in a folder
that says so, and is gone on with by the next run: a root that was finished is not provisioned again, and a
form that was written is not written again. What is finished appears at once and whole.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from organiser.appliance import (
    bootloader,
    checkout,
    clean,
    container,
    emulation,
    fingerprint,
    forms,
    hardlinks,
    ovf,
    sbom,
    updating,
)
from organiser.appliance.architecture import AMD64, Architecture, native
from organiser.appliance.machine import Machine, load_machine
from organiser.appliance.pack import Clock
from organiser.appliance.provision import (
    LESSONS,
    PREFIX,
    Provision,
    named_bundle,
    named_courses,
    provision,
    warming,
)
from organiser.appliance.root import ensure_root
from organiser.appliance.scratch import whole
from organiser.appliance.verify.whole import write_list
from workshop.core import programs
from workshop.core.environment import proxies
from workshop.core.errors import WorkshopError
from workshop.core.files import take_lock
from workshop.core.kernels import OPTIONAL
from workshop.sync.git import require_no_credentials

FREE_GB = 12
"""The root, the disk's contents and the OVA lie side by side for a while."""
GOING_ON_GB = 8
"""Where an earlier run left its root and its downloads, only the rest must still find room."""
OPTIONS = "ro quiet loglevel=4 net.ifnames=0"
"""For the kernel: its own names for network cards."""


@dataclass(frozen=True)
class Request:
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
    courses: tuple[Path, ...] = ()
    """Folders of courses of others, which come along."""
    options: Sequence[str] = ()
    """Further words for ansible-playbook."""
    architecture: Architecture = AMD64
    forms: tuple[str, ...] = ("ova",)
    keep: bool = False
    """Leave the finished root, for other forms of the same checkout."""

    @property
    def work(self) -> Path:
        """The folder of what is half-built."""
        name = "-".join([".building", self.distribution, *sorted(self.without)])
        return self.output / f"{name}{self.architecture.suffix}"

    @property
    def downloads(self) -> Path:
        """What earlier builds downloaded and measured."""
        return self.cache or self.output / ".downloads"


@dataclass
class Built:
    """What was built."""

    files: list[forms.Made]
    version: str
    distribution: str
    architecture: str
    emulated: bool
    """Whether the builder has another processor."""
    packages: int
    described: list[str]
    """Names of the files beside it that tell what is in it."""
    updates: str
    """From where and on whose word its copies are updated, in one line."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each step took."""

    def as_document(self) -> dict[str, Any]:
        """Return what --json prints."""
        files = [asdict(made) | {"path": str(made.path)} for made in self.files]
        return asdict(self) | {"files": files}


def build(request: Request, say: Callable[[str], None] = lambda _: None) -> Built:
    """Build an appliance for one processor, in the forms that are wanted.

    Safe to kill and to run again: a root that was finished is used again, and so are downloads.
    Raises WorkshopError when this is not root, room or a tool is missing, or a step fails.
    """
    _refuse_what_cannot_end_well(request)
    wanted = forms.choose(request.architecture, request.forms)
    require_tools(request.distribution, request.architecture, disk=any(form.disk for form in wanted))
    machine = load_machine(request.source)
    version = "-without-".join([checkout.version(request.source), *sorted(request.without)])
    with (
        _alone(request.work),
        emulation.ready(request.architecture, request.downloads, request.mirror, say) as emulated,
    ):
        root, work = request.work / "root", request.work
        clock = Clock(say)
        # As the build begins: a file that is changed meanwhile is in the next build.
        wanted_root = _fingerprint(request, version, machine)
        if _is_finished(work, wanted_root):
            say(f"{request.architecture.name}: root and roles are already complete")
        else:
            how = "emulated" if emulated else "at this computer's own speed"
            say(f"{request.architecture.name}, {how}: root and roles take half an hour or more")
            # From here on it is not: a run that is killed leaves half of what is asked for now.
            (work / FINISHED).unlink(missing_ok=True)
            with clock("root"):
                ensure_root(root, request.distribution, request.mirror, request.architecture)
            with clock("provisioning"):
                log = work / "provision.log"
                reporter = Reporter(log, root, say)
                provision(root, _provision(request, machine, version), log, emulated, reporter.look)
            with clock("cleaning"):
                clean.clean(root, machine.name)
                clean.refuse_leaks(root, builders_secrets())
                hardlinks.link(root)
            describe(root, machine.name, version, work)
            (work / FINISHED).write_text(wanted_root, encoding="utf-8")
        components = len(json.loads((work / "sbom.cdx.json").read_text(encoding="utf-8"))["components"])
        choice, signers = (root / updating.ETC / name for name in ("updates.toml", "allowed-signers"))
        updates = updating.sentence(_text(choice), _text(signers))
        changes = f"{updates}\n\n{checkout.changes(request.source)}"
        (work / "CHANGES").write_text(changes, encoding="utf-8")
        system = ovf.system_of(root, request.architecture)
        source = forms.Source(
            root,
            ovf.Description(machine, version, system, changes),
            epoch=finished(root),
            kernel_options=OPTIONS,
            grub=emulation.grub(request.downloads, request.architecture),
            checkout=request.source,
            revision=checkout.revision(request.source),
            cache=request.downloads,
        )
        made = forms.write(source, wanted, work / "forms", clock)
        files, described = _publish(made, source.stem, work, request.output)
        if request.keep:
            shutil.rmtree(work / "forms", ignore_errors=True)
        else:
            # Half of a root must not be taken for a finished one.
            (work / FINISHED).unlink()
            shutil.rmtree(root)
    if not request.keep:
        shutil.rmtree(request.work)
    return Built(
        files,
        version,
        request.distribution,
        request.architecture.name,
        emulated is not None,
        components,
        described,
        updates,
        clock.seconds,
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


class Reporter:
    """Tells each minute which task is at work."""

    EVERY = 60.0

    def __init__(self, log: Path, root: Path, say: Callable[[str], None]) -> None:
        """Look at the log of Ansible in ``log``, and into the root."""
        self._log, self._root, self._say = log, root, say
        self._started = self._said = time.monotonic()

    def look(self) -> None:
        """Tell it when a minute has passed; called every second or two."""
        now = time.monotonic()
        if now - self._said >= self.EVERY:
            self._said = now
            task = programs.last_line(_text(self._log), "TASK [").strip("* ")
            lessons = f" ({told})" if (told := warming(self._root)) else ""
            self._say(f"provisioning, {(now - self._started) / 60:.0f} min: {task}{lessons}")


FINISHED = "finished"
"""In the folder of what is half-built: what its root was finished as (``fingerprint``)."""


def _fingerprint(request: Request, version: str, machine: Machine) -> str:
    """Return what decides a root's contents; nothing for a checkout that was changed since its commit."""
    if version.endswith(".changed") or ".changed-" in version:
        return ""
    return fingerprint.digest(
        (version, request.distribution, request.architecture.name, machine),
        request.options,
        [*([request.stick] if request.stick else []), *request.courses],
    )


def _is_finished(work: Path, wanted: str) -> bool:
    """Whether the root is there, provisioned and cleaned, from what is asked for now."""
    mark = work / FINISHED
    return bool(wanted) and (work / "root").is_dir() and mark.is_file() and mark.read_text() == wanted


def _refuse_what_cannot_end_well(request: Request) -> None:
    if os.geteuid() != 0:
        raise WorkshopError("building an appliance needs root; use sudo")
    require_no_credentials(request.mirror, "let apt know it by /etc/apt/auth.conf (mode 0600)")
    if unknown := request.without - {*OPTIONAL, LESSONS}:
        raise WorkshopError(
            f"cannot build without {', '.join(sorted(unknown))}; "
            f"only {', '.join((*OPTIONAL, LESSONS))} may be left out"
        )
    named_courses(request.courses)
    request.output.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(request.output).free // 10**9
    needed = GOING_ON_GB if (request.work / "root").is_dir() else FREE_GB
    if free < needed:
        raise WorkshopError(
            f"{request.output} has {free} GB free, but a build needs {needed}; choose another folder with "
            f"--output"
        )


BOOTSTRAPS = {"debian": "mmdebstrap", "fedora": "dnf"}
"""The program that makes each distribution's root."""


def require_tools(distribution: str, architecture: Architecture, *, disk: bool) -> None:
    """Raise WorkshopError, which names them, when programs are missing: now, not after half an hour.

    disk: whether a form is made from a disk.
    """
    making_disks = ("sfdisk", "mkfs.ext4", "grub-mkimage") if disk else ()
    making_arm = ("mkfs.vfat", "mcopy", "qemu-img") if disk and architecture is not AMD64 else ()
    bootstrap = (BOOTSTRAPS[distribution],) if distribution in BOOTSTRAPS else ()
    programs.require("git", "podman", "hardlink", *bootstrap, *making_disks, *making_arm)
    # Another processor's modules are fetched.
    if disk and architecture is native():
        bootloader.require_modules(architecture)
    container.require_one_hierarchy()


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """Hold the folder of what is half-built; WorkshopError when another build works in it."""
    work.mkdir(exist_ok=True)
    with (work / "lock").open("w") as lock:
        if not take_lock(lock):
            raise WorkshopError(f"another build is running in {work}; wait for it")
        yield


def _provision(request: Request, machine: Machine, version: str) -> Provision:
    return Provision(
        checkout=request.source,
        machine=machine,
        version=version,
        cache=request.downloads,
        ca_bundle=named_bundle(),
        stick=request.stick,
        without=request.without,
        courses=request.courses,
        options=request.options,
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
    (root / clean.VERSION_FILE).write_text(f"{name} {version}\n", encoding="utf-8")
    (root / PREFIX.lstrip("/") / "sbom.cdx.json").write_text(bill, encoding="utf-8")
    return len(components)


def finished(root: Path) -> int:
    """Return when a root was cleaned, in seconds since 1970.

    The disk holds no later date. An earlier one would change the dates of Python's sources, and Python
    would compile each of them anew at every start, for its compiled files remember those dates.

    The next whole second: a file's date may be some milliseconds behind that of one that was written before.
    """
    return math.ceil((root / clean.EPOCH_FILE).stat().st_mtime)


PUBLISHED = ("packages.txt", "sbom.cdx.json", "CHANGES")


def _publish(
    made: list[forms.Made], stem: str, work: Path, output: Path
) -> tuple[list[forms.Made], list[str]]:
    """Move files and what tells about them out of their folder; return both.

    The latter's names begin with theirs, for other appliances may lie there. They never tell of another
    one: what had a file's name goes first, and it comes last.
    """
    for each in made:
        (output / each.path.name).unlink(missing_ok=True)
    names = [f"{stem}.{name}" for name in PUBLISHED]
    for name, published in zip(PUBLISHED, names, strict=True):
        # A copy: a run that is killed between two of them goes on from here, and needs them again.
        with whole(output / published) as partial:
            shutil.copyfile(work / name, partial)
    files = [replace(each, path=output / each.path.name) for each in made]
    names += [write_list(each.path, each.sha256).name for each in files]
    for before, after in zip(made, files, strict=True):
        before.path.replace(after.path)
    return files, names
