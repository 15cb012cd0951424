#!/usr/bin/env python3
"""Build wheels of our own projects, once for each state of their sources, and list them for ``uv pip sync``.

usage: build-wheels.py [--check] FOLDER SOURCE… -- UV…: a SOURCE is the folder of a project, or a wheel that
is there already. FOLDER gets a file NAME.txt for each, with one line that names the wheel and its hash; it
keeps the wheels under the digest of their sources. UV… is the command that builds, to which project and place
are added. Prints a line for each list that changed; with --check only for those that would change.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT_FILES = ("pyproject.toml", "README.md", "LICENSE")
# What hatchling puts into a wheel from outside of the project: a line "../FILE" = "PLACE".
FROM_OUTSIDE = re.compile(r'^"(\.\./[^"]+)" *=', re.MULTILINE)


def source_digest(project: Path) -> str:
    """Return a digest of every file that goes into a project's wheel."""
    files = [project / name for name in PROJECT_FILES]
    files += [p for p in project.glob("src/**/*") if p.is_file() and "__pycache__" not in p.parts]
    files += [project / name for name in FROM_OUTSIDE.findall(files[0].read_text(encoding="utf-8"))]
    digest = hashlib.sha256()
    for file in sorted(f for f in files if f.is_file()):
        digest.update(str(file.relative_to(project)).encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def build(project: Path, kept: Path, uv: list[str]) -> str:
    """Build beside and rename: a killed run leaves no half a wheel. Return what uv said if it failed."""
    beside = Path(tempfile.mkdtemp(dir=kept.parent))
    for more in (["--offline"], []):  # what the cache has is not asked for
        done = subprocess.run(
            [*uv, *more, str(project), "--out-dir", str(beside)], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            break
    else:
        shutil.rmtree(beside)
        return done.stderr.strip() or "uv gave no reason"
    beside.chmod(0o755)
    beside.rename(kept)
    return ""


def listed(wheel: Path) -> str:
    """Return the line of a lock that names a wheel and its hash."""
    name = wheel.name.split("-")[0].replace("_", "-")
    return f"{name} @ {wheel.as_uri()} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def wheel_of(source: Path, folder: Path, uv: list[str], check: bool) -> Path | None:
    """Return the wheel of a source, built where that is needed; None where it would be built.

    Ends the program with a line where there is none.
    """
    if source.suffix == ".whl":
        if not source.is_file() and not check:
            sys.exit(f"there is no wheel {source}; put it there, or leave it out to have one built")
        return source if source.is_file() else None
    kept = folder / source_digest(source)
    if not any(kept.glob("*.whl")) and not check and (why := build(source, kept, uv)):
        print(why, file=sys.stderr)
        sys.exit(
            f"cannot build the package in {source}: {why.splitlines()[-1]}; "
            "connect to a network or name a thumb drive by workshop_stick, and run this again"
        )
    return next(kept.glob("*.whl"), None)


def main() -> None:
    """Build what is missing, and write the lists."""
    words, uv = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
    check = words[0] == "--check"
    folder, *sources = map(Path, words[check:])
    for source in sources:
        wheel = wheel_of(source, folder, uv, check)
        wanted = listed(wheel) if wheel else ""
        list_file = folder / f"{source.name.split('-')[0]}.txt"
        if list_file.is_file() and list_file.read_text(encoding="utf-8") == wanted:
            continue
        print(f"{list_file.name} names another wheel")
        if not check:
            beside = list_file.with_suffix(".new")
            beside.write_text(wanted, encoding="utf-8")
            beside.chmod(0o644)
            beside.replace(list_file)


if __name__ == "__main__":
    main()
