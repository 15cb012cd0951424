"""Lock the packages of a course's kernels: versions with hashes, and a wheel of each for both processors."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from organiser.thumbdrive.wheels import wheels_for
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings
from workshop.courses.course import Course, Kernel, packages_of
from workshop.courses.kernels import said

PYTHON = "3.11"
"""The Python that set-up takes for its environments."""
PROCESSORS = ("amd64", "arm64")


def lock(course: Course) -> dict[str, int]:
    """Write the lock of each kernel that has requirements; return how many packages each names.

    Raises WorkshopError that names a package of which there is no wheel for one of the processors.
    """
    locked = {}
    for kernel in course.kernels:
        if kernel.requirements:
            _compile(course, kernel)
            require_wheels(course, kernel)
            locked[kernel.name] = len(packages_of(course, kernel))
    return locked


def _compile(course: Course, kernel: Kernel) -> None:
    wanted = course.folder / kernel.requirements
    if not wanted.is_file():
        raise WorkshopError(
            f"the kernel {kernel.name} has no {kernel.requirements}; write the packages it needs"
        )
    done = subprocess.run(
        [
            programs.find_uv(load_settings()), "pip", "compile", "--quiet", "--universal",
            "--python-version", PYTHON,
            "--generate-hashes", "--only-binary", ":all:", "--no-annotate", "--no-header", "--upgrade",
            str(wanted.resolve()), "--output-file", str((course.folder / kernel.lock).resolve()),
        ],
        capture_output=True, text=True, errors="replace", cwd="/", check=False,
        env={**os.environ, "UV_NO_PROGRESS": "1", "UV_SYSTEM_CERTS": "true", "NO_COLOR": "1"},
    )  # fmt: skip
    if done.returncode:
        raise WorkshopError(f"{kernel.requirements} cannot be locked: {said(done.stderr)}")


def require_wheels(course: Course, kernel: Kernel) -> None:
    """Raise WorkshopError when a package of a lock has no wheel for one of the processors."""
    uv = programs.find_uv(load_settings())
    with tempfile.TemporaryDirectory(prefix="workshop-course-") as scratch:
        for processor in PROCESSORS:
            try:
                listed = wheels_for(
                    course.folder / kernel.lock, [PYTHON], [processor], uv, Path(scratch), offline=False
                )
            except WorkshopError as error:
                raise WorkshopError(f"{kernel.lock}, {processor}: {error}") from error
            for each in listed:
                if not each.name.endswith(".whl"):
                    raise WorkshopError(
                        f"{each.name} of {kernel.lock} has no wheel for {processor}; choose another version"
                    )
