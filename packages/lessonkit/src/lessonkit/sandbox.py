"""Where a hand-in runs: in namespaces of its own, made by ``bwrap`` (the package bubblewrap).

It has no network, sees no process and no file of anybody's but the system's programs, this environment's
and the course without its solutions, and can write only to memory, which ends with it.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import lessonkit
from lessonkit.errors import LessonkitError

MEMORY = 4 * 10**9
CPU_SECONDS = 600
FILE_BYTES = 100 * 10**6
DISK_BYTES = 10**9
PROCESSES = 64
HOME = "/home/hand-in"
COURSE = "/course"
_KIT = "/kit/lessonkit"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")


def shown_folders() -> list[str]:
    """Return the folders of programs that a hand-in can read."""
    prefixes = {sys.prefix, sys.base_prefix, str(Path(sys.base_prefix).resolve())}
    return [*_SYSTEM, *sorted(each for each in prefixes if not Path(each).is_relative_to("/usr"))]


def words(course: Path) -> list[str]:
    """Return the words before a command that runs it in the sandbox, with this copy of a course to read."""
    return [
        *(
            "bwrap",
            "--unshare-all",
            "--unshare-user",
            "--disable-userns",
            "--die-with-parent",
            "--new-session",
        ),
        *("--uid", "65534", "--gid", "65534", "--cap-drop", "ALL", "--hostname", "hand-in", "--clearenv"),
        # First, for programs may lie in it.
        *("--size", str(DISK_BYTES), "--tmpfs", "/tmp"),
        *(word for each in shown_folders() for word in ("--ro-bind-try", each, each)),
        *(word for each in _SETTINGS for word in ("--ro-bind-try", each, each)),
        *("--ro-bind", str(Path(lessonkit.__file__).parent), _KIT, "--ro-bind", str(course), COURSE),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", str(DISK_BYTES), "--tmpfs", HOME, "--size", str(DISK_BYTES), "--tmpfs", "/dev/shm"),
        *("--remount-ro", "/", "--chdir", HOME),
        *("--setenv", "HOME", HOME, "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LANG", "C.UTF-8"),
        *("--setenv", "PYTHONPATH", str(Path(_KIT).parent), "--setenv", "LESSONKIT_HEADLESS", "1"),
        *("--setenv", "MPLBACKEND", "agg", "--setenv", "USER", "hand-in"),
        *("--setenv", "OPENBLAS_NUM_THREADS", "1", "--setenv", "OMP_NUM_THREADS", "1"),
        "--",
    ]


def require(course: Path) -> None:
    """Raise LessonkitError, in one line, where no hand-in can run safely."""
    if os.geteuid() == 0:
        raise LessonkitError("report runs as an ordinary account: root's processes cannot be limited")
    try:
        command = [*words(course), sys.executable, "-c", "import lessonkit"]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60
        )
    except FileNotFoundError as error:
        raise LessonkitError("report needs a sandbox; install the package bubblewrap") from error
    except subprocess.TimeoutExpired as error:
        raise LessonkitError("report needs a sandbox, and bwrap does not answer") from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["bwrap fails"])[-1]
        raise LessonkitError(f"report needs a sandbox, and this system allows none: {said}")


def require_apart(course: Path, *others: Path) -> None:
    """Raise LessonkitError where a hand-in could read solutions or other hand-ins."""
    for path in others:
        if path.resolve().is_relative_to(course.resolve()):
            raise LessonkitError(
                f"{path} lies in the course's folder, which hand-ins can read; name another place"
            )
    for path in (course, *others):
        for shown in shown_folders():
            if path.resolve().is_relative_to(Path(shown).resolve()):
                raise LessonkitError(f"{path} lies in {shown}, which hand-ins can read; move it")


def limit() -> None:
    """Limit this process and what it starts; nothing can raise it again."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NPROC, PROCESSES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
