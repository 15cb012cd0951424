"""What a folder that somebody names turns out to be: a checkout, a repository, or a stick with a bundle."""

from __future__ import annotations

from pathlib import Path

from workshop.errors import WorkshopError

BUNDLE = ".bundle"


def repository_in(folder: Path) -> Path | None:
    """Return the git repository or bundle that ``folder`` is or carries; None when there is none.

    Of several bundles the one whose name comes last counts: names carry dates or versions.
    """
    if folder.is_file():
        return folder if folder.suffix == BUNDLE else None
    if (folder / ".git").exists() or ((folder / "objects").is_dir() and (folder / "HEAD").is_file()):
        return folder
    bundles = sorted(
        (file for depth in ("*", "*/*") for file in folder.glob(depth + BUNDLE) if file.is_file()),
        key=lambda file: file.name,
    )
    return bundles[-1] if bundles else None


def folder_with(folder: Path, subdir: str) -> Path:
    """Return the folder that holds ``subdir``: the stick itself, or the one folder on it that does.

    Raises WorkshopError when there is no such folder, or more than one.
    """
    if (folder / subdir).is_dir():
        return folder
    inside = [each for each in sorted(folder.glob("*")) if (each / subdir).is_dir() and not each.is_symlink()]
    if len(inside) > 1:
        raise WorkshopError(f"{folder} has several folders with {subdir}; name one of them with --from")
    return inside[0] if inside else folder
