"""The checkout that an appliance is built from: its files, its version, and what changed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from workshop import __version__
from workshop.core import programs
from workshop.core.errors import WorkshopError

TEXT = "%(contents:subject)%0a%0a%(contents:body)"
"""Of a release, without its signature."""
CHANGELOG = "CHANGELOG.md"
SECTION = re.compile(r"^## [^\n]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
"""One version in it, the newest first."""


def copy_files(checkout: Path, target: Path) -> None:
    """Copy what git tracks, as it is in the working tree, to a folder; what was there before is gone.

    Raises WorkshopError when the folder is not a git checkout.
    """
    partial = target.with_name(f"{target.name}.partial")
    for left in (partial, target):
        if left.exists():
            shutil.rmtree(left)
    for name in _tracked(checkout):
        source, copy = checkout / name, partial / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy, follow_symlinks=False)
        # The accounts of the machine that builds it are not those of the appliance.
        os.chown(copy, 0, 0, follow_symlinks=False)
    partial.rename(target)


def _tracked(checkout: Path) -> Iterator[str]:
    for name in git(checkout, "ls-files", "-z").split("\0"):
        if name and os.path.lexists(checkout / name):
            yield name


def git(checkout: Path, *words: str) -> str:
    """Ask git; WorkshopError when it cannot answer."""
    # Root may build from somebody else's checkout.
    folder = checkout.resolve()
    try:
        return programs.run("git", "-c", f"safe.directory={folder}", "-C", folder, *words)
    except WorkshopError as error:
        raise WorkshopError(
            f"an appliance is built from a git checkout, but {checkout} is not one: {error}"
        ) from error


def version(checkout: Path) -> str:
    """Return the newest tag, with the commits since; or the package's version with the commit."""
    described = git(checkout, "describe", "--tags", "--always", "--dirty=.changed").strip()
    tagged = git(checkout, "tag", "--merged", "HEAD").strip()
    return described if tagged else f"{__version__}-{described}"


def revision(checkout: Path) -> str:
    """Return the commit that is checked out."""
    return git(checkout, "rev-parse", "HEAD").strip()


def changes(checkout: Path) -> str:
    """Return the releases' texts, newest first; before the first release the changelog's newest part."""
    words = ("--merged=HEAD", "--sort=-version:refname", "--format=%(refname:short)", "refs/tags")
    tags = git(checkout, "for-each-ref", *words).split()
    if not tags:
        return newest_changes(checkout / CHANGELOG)
    texts = (git(checkout, "tag", "--list", f"--format={TEXT}", tag).strip() for tag in tags)
    return "\n".join(f"{tag}\n{text}\n" for tag, text in zip(tags, texts, strict=True))


def newest_changes(changelog: Path) -> str:
    """Return the newest part of a changelog that says something; nothing where there is none."""
    try:
        text = changelog.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    return next((part.strip() for part in SECTION.findall(text) if part.strip()), "")
