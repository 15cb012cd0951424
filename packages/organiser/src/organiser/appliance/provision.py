"""Let the roles turn a root into the appliance, at the builder's own speed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from organiser.appliance import container, emulation
from organiser.appliance.checkout import copy_files
from organiser.appliance.emulation import Emulation
from organiser.appliance.machine import Machine
from workshop.core.errors import WorkshopError
from workshop.core.kernels import ENVIRONMENTS
from workshop.courses.course import read_course, require_sound
from workshop.sync.source import read_folder

PREFIX = "/opt/workshop"
SOURCE = f"{PREFIX}/source"
CACHE = f"{PREFIX}/cache"
BUNDLE = "/srv/ca-bundle.pem"
COURSES = f"{PREFIX}/course-sources"
"""From where an appliance's account adds the courses that came along; it is root's."""
LESSONS = "lessons"
"""What ``--without`` calls all of the workshop's own lessons."""
WARMING = f"{PREFIX}/theano/warming.json".lstrip("/")
"""What ``workshop lessons warm`` writes down."""


@dataclass(frozen=True)
class Provision:
    """What the roles are told, and what they get from this host."""

    checkout: Path
    machine: Machine
    version: str
    cache: Path
    """Downloads; the appliance does not keep them."""
    ca_bundle: Path | None = None
    """Certificates of a proxy on the way; the appliance does not keep them either."""
    stick: Path | None = None
    """A folder with wheels/ and data/ that is asked before the network."""
    without: frozenset[str] = frozenset()
    """Kernels to leave out, of ``workshop.core.kernels.OPTIONAL``; or LESSONS, with all of them."""
    courses: tuple[Path, ...] = ()
    """Folders of courses of others."""
    options: Sequence[str] = field(default_factory=tuple)
    """Further words for ansible-playbook."""

    def variables(self) -> dict[str, Any]:
        """Return the roles' variables that differ from those of the inventory."""
        chosen: dict[str, Any] = {
            # An appliance lacks nothing that nobody asked to leave out: rather the build fails.
            "python_venv_may_lack": [],
            "appliance_image_version": self.version,
            "appliance_image_forwards": [vars(rule) for rule in self.machine.forwards],
        }
        if LESSONS in self.without:
            chosen["workshop_lessons"] = False
        elif self.without:
            made = [name for name in dict.fromkeys(ENVIRONMENTS.values()) if name not in self.without]
            chosen |= {"python_venv_names": [*made, "control"], "deep_libs_kernels": made[1:]}
        if self.stick:
            chosen["workshop_stick"] = "/srv/stick"
        if self.courses:
            chosen["workshop_courses"] = [f"{COURSES}/{name}" for name in named_courses(self.courses)]
        return chosen

    def mounts(self) -> list[tuple[Path, str, str]]:
        """Return what of this host the root sees meanwhile."""
        seen = [(self.cache, CACHE, "rw")]
        if self.ca_bundle:
            seen.append((self.ca_bundle, BUNDLE, "ro"))
        if self.stick:
            seen.append((self.stick, "/srv/stick", "ro"))
        return seen


def provision(
    root: Path,
    request: Provision,
    log: Path,
    emulated: Emulation | None = None,
    watch: Callable[[], None] = lambda: None,
) -> None:
    """Run playbooks/appliance.yml inside the root; safe to run again on the same root.

    log: gets all that is said. emulated: what the root sees if it is for another processor. watch: called
    every second or two meanwhile.

    Raises WorkshopError with the play's closing line when it fails.
    """
    request.cache.mkdir(parents=True, exist_ok=True)
    # Before the files change that it works with: its play would go on with half of them.
    container.end_left_over(root)
    source = root / SOURCE.lstrip("/")
    source.parent.mkdir(parents=True, exist_ok=True)
    copy_files(request.checkout, source)
    copy_courses(request.courses, root / COURSES.lstrip("/"))
    if emulated:
        emulation.prepare(root, emulated)
    with container.running(root, request.mounts(), emulated) as machine:
        machine.run(
            f"{SOURCE}/inventories/appliance/provision.bash",
            CACHE,
            BUNDLE if request.ca_bundle else "",
            *("-e", json.dumps(request.variables())),
            *request.options,
            log=log,
            watch=watch,
        )
    if emulated:
        emulation.forget(root, emulated)


def named_courses(folders: Sequence[Path]) -> dict[str, Path]:
    """Return the folders of courses by the courses' names.

    Raises WorkshopError when one is faulty, or two have one name.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        course = read_course(folder)
        require_sound(course)
        if found.setdefault(course.name, folder) is not folder:
            raise WorkshopError(f"two courses are called {course.name}; leave one out of --course")
    return found


def copy_courses(folders: Sequence[Path], into: Path) -> None:
    """Copy the files of courses to where the appliance's account can read them; what was there goes."""
    if into.exists():
        shutil.rmtree(into)
    for name, folder in named_courses(folders).items():
        found = read_folder(folder, ".")
        for path, why in found.skipped.items():
            raise WorkshopError(f"{path} of the course {name} cannot be taken: {why}")
        for path, version in found.files.items():
            target = into / name / path
            target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            target.write_bytes(version.data)
            target.chmod(0o644)


def warming(root: Path) -> str:
    """Return how far it is with what the lessons compile; nothing while that is not at work."""
    try:
        told = json.loads((root / WARMING).read_text(encoding="utf-8"))
        return f"{told['warm']} of {told['lessons']} lessons, {told['now']}" if told["now"] else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def named_bundle(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the certificates that this host's clients were told to trust; None when nobody said so."""
    named = environment.get("SSL_CERT_FILE")
    return Path(named) if named and Path(named).is_file() else None
