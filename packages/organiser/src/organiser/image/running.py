"""Start an image on this computer: by docker or podman, on 127.0.0.1, with a volume for the notebooks."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from organiser.appliance.architecture import native
from organiser.image import layout
from organiser.image.oci import HEALTH
from workshop.errors import WorkshopError

ENGINES = ("docker", "podman")
LOOPBACK = "127.0.0.1"
CONTAINER = "deep-learning-workshop"
VOLUME = "deep-learning-workshop"
STOP_SECONDS = 10


@dataclass(frozen=True)
class Wish:
    """How it is to be started."""

    image: str
    """A name, or an archive to load first."""
    folder: Path | None = None
    """A folder of this computer instead of the volume."""
    name: str = CONTAINER
    read_only: bool = False
    """The root file system cannot be written; the home and a passing /tmp can."""


def find_engine(wanted: str = "") -> str:
    """Return docker or podman; WorkshopError when there is neither, or not the one that is wanted."""
    names = (wanted,) if wanted else ENGINES
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise WorkshopError(
            f"there is no {' and no '.join(names)} here; install Docker, or your distribution's podman"
        )
    return found


def ask(engine: str, *words: str) -> str:
    """Ask docker or podman something; WorkshopError with its last line when it cannot answer."""
    done = subprocess.run([engine, *words], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        last = said[-1] if said else f"status {done.returncode}"
        raise WorkshopError(f"{Path(engine).name} cannot do it: {last}")
    return done.stdout


def require_free(ports: Sequence[int] = layout.PORTS) -> None:
    """Raise WorkshopError that names the port which another program has."""
    for port in ports:
        with socket.socket() as probe:
            # As docker would: a port that was left a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError as error:
                raise WorkshopError(
                    f"the port {port} of this computer is taken; end what has it (another workshop, another "
                    f"Jupyter) and try again"
                ) from error


def load(engine: str, archive: Path) -> str:
    """Load an archive; return the name of its image."""
    said = ask(engine, "load", "--input", str(archive))
    names = [line.rpartition("image: ")[2].strip() for line in said.splitlines() if "image: " in line]
    if not names:
        raise WorkshopError(
            f"{Path(engine).name} loaded nothing from {archive}; 'workshop appliance verify' tells why"
        )
    return names[-1]


def require_image(engine: str, image: str) -> None:
    """Raise WorkshopError when an image is not there, or is for another processor than this computer's."""
    try:
        (about,) = json.loads(ask(engine, "image", "inspect", image))
    except (WorkshopError, ValueError) as error:
        raise WorkshopError(
            f"there is no image {image} here; name the file, as 'workshop image run FILE{layout.SUFFIX}'"
        ) from error
    kind, own = str(about.get("Architecture", "")), native()
    if own is not None and kind != own.name:
        raise WorkshopError(
            f"the image is for {kind} and this computer is {own.name}; take the file for {own.name}, "
            f"whose name {'ends' if own.suffix else 'does not end'} in -arm64{layout.SUFFIX}"
        )


def command(engine: str, wish: Wish) -> list[str]:
    """Return the command that starts it in the background."""
    place = str(wish.folder.resolve()) if wish.folder else VOLUME
    words = [
        engine, "run", "--detach", "--rm", "--name", wish.name, "--stop-timeout", str(STOP_SECONDS),
        *(f"--publish={LOOPBACK}:{port}:{port}" for port in layout.PORTS),
        f"--volume={place}:/{layout.HOME}",
        "--cap-drop=ALL", "--security-opt=no-new-privileges",
        # podman leaves the check out when it loads an image of this format.
        f"--health-cmd=/{layout.HEALTHY}", f"--health-interval={HEALTH['interval']}s",
        f"--health-start-period={HEALTH['start_period']}s", f"--health-timeout={HEALTH['timeout']}s",
    ]  # fmt: skip
    if wish.folder:
        owner = wish.folder.stat()
        words.append(f"--user={owner.st_uid}:{owner.st_gid}")
        if Path(engine).name == "podman" and owner.st_uid:
            words.append("--userns=keep-id")
    if wish.read_only:
        words += ["--read-only", "--tmpfs=/tmp:mode=1777,exec"]
    return [*words, wish.image]


def start(engine: str, wish: Wish) -> dict[str, Any]:
    """Start it; return its name, its image and where to look.

    Raises WorkshopError when a port is taken, the folder is root's, or docker or podman refuses.
    """
    if wish.folder is not None:
        if not wish.folder.is_dir():
            raise WorkshopError(f"{wish.folder} is no folder; make it, or leave --folder out for a volume")
        if wish.folder.stat().st_uid == 0:
            raise WorkshopError(f"{wish.folder} belongs to root; name a folder of your own account's")
    running = ask(engine, "ps", "--filter", f"name=^{wish.name}$", "--format", "{{.Names}}")
    if wish.name in running.split():
        raise WorkshopError(
            f"it runs already; open http://localhost:{layout.PORTS[-1]}/, or stop it by "
            f"'{Path(engine).name} stop {wish.name}'"
        )
    require_free()
    require_image(engine, wish.image)
    words = command(engine, wish)
    ask(engine, *words[1:])
    return {
        "name": wish.name,
        "engine": Path(engine).name,
        "image": wish.image,
        "start_page": f"http://localhost:{layout.PORTS[-1]}/",
        "home": str(wish.folder.resolve()) if wish.folder else f"volume {VOLUME}",
    }


def said(engine: str, name: str) -> str:
    """Return what the container has said so far: its token among it."""
    done = subprocess.run(
        [engine, "logs", name], capture_output=True, text=True, errors="replace", check=False
    )
    return done.stdout + done.stderr
