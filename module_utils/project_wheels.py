"""Wheels of our own projects, built once for each state of their sources, for this repository's modules.

``tools/fetch-early.py`` builds them, too, while Ansible starts; so this imports only what any Python has.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

PROJECT_FILES = ("pyproject.toml", "README.md", "LICENSE")
# What hatchling puts into a wheel from outside of the project: a line "../FILE" = "PLACE".
FROM_OUTSIDE = re.compile(r'^"(\.\./[^"]+)" *=', re.MULTILINE)
Uv = Callable[..., tuple[int, str]]
"""Runs uv with the words that it is given; returns exit status and what it said."""


def source_digest(project: Path) -> str:
    """Return a digest of every file that goes into a project's wheel."""
    files = [project / name for name in PROJECT_FILES]
    files += [p for p in project.glob("src/**/*") if p.is_file() and "__pycache__" not in p.parts]
    if files[0].is_file():
        files += [project / name for name in FROM_OUTSIDE.findall(files[0].read_text(encoding="utf-8"))]
    digest = hashlib.sha256()
    for file in sorted(f for f in files if f.is_file()):
        digest.update(str(file.relative_to(project)).encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


class ProjectWheel:
    """The wheel of one of our projects, kept under the digest of its source."""

    def __init__(self, project: str, wheels: str, python: str, constraints: str) -> None:
        """Find out where the wheel of the present source is kept.

        wheels: the folder of all. python: the interpreter to build on. constraints: locks what builds it.
        """
        self.project = Path(project)
        self.kept = Path(wheels) / source_digest(self.project)
        self.python = python
        self.constraints = constraints

    def is_there(self) -> bool:
        """Tell whether the wheel of the present source was built before."""
        return any(self.kept.glob("*.whl"))

    def take(self, folder: Path) -> bool:
        """Take what was built in another folder, on the same disk; tell whether it is there now."""
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            (folder / self.kept.name).rename(self.kept)
        return self.is_there()

    def build(self, uv: Uv, scratch: Path | None = None) -> str:
        """Build beside and rename, so that a killed run leaves no half a wheel; return why there is none.

        scratch: a folder on the same disk for what is half-built; by default the one of the wheels.
        """
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=scratch or self.kept.parent))
        words = ["build", "--quiet", "--wheel", str(self.project), "--out-dir", str(beside)]
        words += ["--python", self.python, "--no-create-gitignore"]
        words += ["--require-hashes", "--build-constraints", self.constraints]
        status, stderr = uv(*words)
        if status:
            shutil.rmtree(beside)
            return stderr or "uv gave no reason"
        beside.chmod(0o755)
        try:
            beside.rename(self.kept)
        except OSError:
            # Somebody else was quicker.
            if not self.is_there():
                raise
            shutil.rmtree(beside)
        return ""

    def file(self) -> Path:
        """Return the wheel's path."""
        return next(self.kept.glob("*.whl"))
