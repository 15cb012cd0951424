"""The repository as one file, from which a machine without a network is set up and updated."""

from __future__ import annotations

from pathlib import Path

from workshop.errors import WorkshopError
from workshop.system import programs


def make(checkout: Path, target: Path) -> Path:
    """Write the checkout's branch, its tags and HEAD as a git bundle; leave a bundle that has just these.

    Raises WorkshopError when the folder is no checkout, or one without a commit.
    """
    branch = _git(checkout, "branch", "--show-current").strip()
    wanted = _heads(_git(checkout, "show-ref", "--head", "--dereference"), branch)
    target.parent.mkdir(parents=True, exist_ok=True)
    if _heads(_listed(target), branch) == wanted:
        return target
    new = target.with_name(f".{target.name}.new")
    # One thread: the same history makes the same file, so that an update copies what changed.
    names = ["HEAD", *([branch] if branch else []), "--tags"]
    _git(checkout, "-c", "pack.threads=1", "bundle", "create", "--quiet", str(new), *names)
    new.replace(target)
    return target


def _listed(bundle: Path) -> str:
    """Return git's list of what a bundle has; nothing where there is none that can be read."""
    try:
        return programs.run("git", "bundle", "list-heads", bundle) if bundle.is_file() else ""
    except WorkshopError:
        return ""


def _heads(listed: str, branch: str) -> set[str]:
    """Return what a bundle shall name, from git's list of names: HEAD, the branch, every tag."""
    lines = {line.strip() for line in listed.splitlines() if not line.endswith("^{}")}
    return {
        line for line in lines if line.split()[1] in ("HEAD", f"refs/heads/{branch}") or " refs/tags/" in line
    }


def _git(checkout: Path, *words: str) -> str:
    try:
        return programs.run("git", "-C", checkout, *words)
    except WorkshopError as error:
        raise WorkshopError(f"{checkout}: {error}; name a checkout that has a commit") from error
