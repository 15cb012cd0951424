"""Start an image on this computer: by docker or podman, on 127.0.0.1, with a volume for the notebooks."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from organiser.appliance.architecture import ARM64, native
from organiser.image import layout
from workshop.core.errors import WorkshopError
from workshop.core.programs import last_line

ENGINES = ("docker", "podman")
LOOPBACK = "127.0.0.1"
CONTAINER = "deep-learning-workshop"
VOLUME = "deep-learning-workshop"
LABEL = "workshop.started-by"
"""On containers that are started here: of what has ended nothing is lost but its words."""
STOP_SECONDS = 10
ANSWER_SECONDS = 20.0
WAIT_SECONDS = 120.0
"""For a container to say its link, once JupyterLab runs."""
LINK = re.compile(r"(?m)^ *(http://\S+/login#\S+)$")
POINTS_TO_HELP = re.compile(r"(See|Run) '.*--help'")
"""What docker says last when it refuses, behind its reason."""
BEFORE_REASON = re.compile(r"^(docker: )?(Error response from daemon|Error): ")
ADVICE = {
    re.compile(r"permission denied while trying to connect", re.IGNORECASE): (
        "your account may not use it: run this with sudo, or join the group docker and log in again, or take "
        "--engine podman"
    ),
    re.compile(r"(cannot|failed to) connect to the docker (daemon|api)", re.IGNORECASE): (
        "it does not run: start Docker Desktop, or 'sudo systemctl start docker', or take --engine podman"
    ),
    re.compile(r"no space left on device"): "free some on the disk that holds its images and volumes",
}
"""What to do about words that do not say it."""


@dataclass(frozen=True)
class Request:
    """How it is to be started."""

    image: str
    """A name, or an archive to load first."""
    folder: Path | None = None
    """A folder of this computer instead of the volume."""
    name: str = CONTAINER
    read_only: bool = False
    """The root file system cannot be written; the home and a passing /tmp can."""


def find_engine(wanted: str = "") -> str:
    """Return docker or podman; WorkshopError when there is neither, or not the one that is wanted.

    Where both are, it is the first that can be used: docker's command is often there without its service.
    """
    names = (wanted,) if wanted else ENGINES
    found = [path for name in names if (path := shutil.which(name))]
    if not found:
        raise WorkshopError(
            f"no {' and no '.join(names)} found; install Docker or your distribution's podman"
        )
    return found[0] if len(found) == 1 else next(filter(_answers, found), found[0])


def _answers(engine: str) -> bool:
    """Tell whether docker's service, or podman's machine on a Mac, is there for whoever asks."""
    try:
        done = subprocess.run([engine, "version"], capture_output=True, timeout=ANSWER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def ask(engine: str, *words: str) -> str:
    """Ask docker or podman something; WorkshopError with its reason when it cannot answer."""
    done = subprocess.run([engine, *words], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = _reason(done.stderr or done.stdout) or f"status {done.returncode}"
        advice = next((f"; {way}" for words, way in ADVICE.items() if words.search(said)), "")
        raise WorkshopError(f"{Path(engine).name} cannot do it: {said}{advice}")
    return done.stdout


def _reason(words: str) -> str:
    """Return the reason in what an engine said when it refused: its last line, unless that is of no use."""
    lines = [line.strip() for line in words.splitlines()]
    said = [line for line in lines if line and not POINTS_TO_HELP.match(line)]
    return BEFORE_REASON.sub("", said[-1] if said else "")


def _is_podman(engine: str) -> bool:
    """Tell whether it is podman, also by docker's name, as the package podman-docker has it."""
    return Path(engine).name == "podman" or ask(engine, "--version").lower().startswith("podman")


def _is_rootless_docker(engine: str) -> bool:
    """Tell whether it is a docker whose service runs as an ordinary account."""
    if not os.geteuid() or _is_podman(engine):
        return False
    return "name=rootless" in ask(engine, "info", "--format", "{{.SecurityOptions}}")


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
                    f"the port {port} is taken; stop the program that uses it (another workshop, another "
                    f"Jupyter) and try again"
                ) from error


def load(engine: str, archive: Path) -> str:
    """Load an archive; return the name of its image.

    Raises WorkshopError when it cannot be loaded: it is damaged, or for another processor or for several.
    """
    try:
        said = ask(engine, "load", "--input", str(archive))
    except WorkshopError as error:
        if any(words.search(str(error)) for words in ADVICE):
            raise
        raise WorkshopError(
            f"{error}. Is {archive.name} whole, and for this computer? Run: workshop appliance verify "
            f"{shlex.quote(str(archive))}; {_file_for_this_computer()}"
        ) from error
    names = [line.rpartition("image: ")[2].strip() for line in said.splitlines() if "image: " in line]
    if not names:
        raise WorkshopError(
            f"{Path(engine).name} loaded nothing from {archive}; 'workshop appliance verify' shows why"
        )
    return names[-1]


def _file_for_this_computer() -> str:
    own = native()
    if own is None:
        return "take the file for this computer's processor"
    return f"take the file for {own.name}, {'with' if own.suffix else 'without'} {ARM64.suffix} in its name"


def require_image(engine: str, image: str) -> None:
    """Raise WorkshopError when an image is not there, or is for another processor than this computer's."""
    try:
        (about,) = json.loads(ask(engine, "image", "inspect", image))
    except (WorkshopError, ValueError) as error:
        raise WorkshopError(
            f"no image {image}; name the file, for example 'workshop image run FILE{layout.SUFFIX}'"
        ) from error
    kind, own = str(about.get("Architecture", "")), native()
    if own is not None and kind != own.name:
        raise WorkshopError(
            f"the image is for {kind} and this computer is {own.name}; {_file_for_this_computer()}"
        )


def command(engine: str, request: Request) -> list[str]:
    """Return the command that starts it in the background."""
    place = str(request.folder.resolve()) if request.folder else VOLUME
    words = [
        engine, "run", "--detach", "--name", request.name, f"--label={LABEL}=workshop",
        f"--stop-timeout={STOP_SECONDS}",
        *(f"--publish={LOOPBACK}:{port}:{port}" for port in layout.PORTS),
        f"--volume={place}:/{layout.HOME}",
        "--cap-drop=ALL", "--security-opt=no-new-privileges",
        # podman leaves the check out when it loads an image of this format.
        f"--health-cmd=/{layout.HEALTHY}", f"--health-interval={layout.HEALTH['interval']}s",
        f"--health-start-period={layout.HEALTH['start_period']}s",
        f"--health-timeout={layout.HEALTH['timeout']}s",
    ]  # fmt: skip
    if request.folder:
        owner = request.folder.stat()
        # To a docker without root whoever started it is 0, and no other number inside has the folder.
        numbers = "0:0" if _is_rootless_docker(engine) else f"{owner.st_uid}:{owner.st_gid}"
        words.append(f"--user={numbers}")
        # Root's containers have the host's numbers without it, and older ones refuse it.
        if os.geteuid() and _is_podman(engine):
            words.append("--userns=keep-id")
    if request.read_only:
        words += ["--read-only", "--tmpfs=/tmp:mode=1777,exec"]
    return [*words, request.image]


def start(engine: str, request: Request) -> dict[str, Any]:
    """Start it; return its name, its image and where to look.

    One that has ended is left for whoever asks what it said; the next start takes it away.

    Raises WorkshopError when a port is taken, the folder is root's, or docker or podman refuses.
    """
    if request.folder is not None:
        if not request.folder.is_dir():
            raise WorkshopError(
                f"{request.folder} is not a folder; create it, or leave out --folder to use a volume"
            )
        if ":" in str(request.folder.resolve()):
            raise WorkshopError(
                f"{request.folder.resolve()} has a colon in its name, which docker and podman do not allow; "
                f"name another folder"
            )
        if request.folder.stat().st_uid == 0:
            raise WorkshopError(f"{request.folder} belongs to root; name a folder of your own account")
    require_none_running(engine, request.name)
    require_free()
    require_image(engine, request.image)
    words = command(engine, request)
    _remove_ended(engine, request.name)
    ask(engine, *words[1:])
    return {
        "name": request.name,
        "engine": Path(engine).name,
        "image": request.image,
        "start_page": f"http://localhost:{layout.PORTS[-1]}/",
        "home": str(request.folder.resolve()) if request.folder else f"volume {VOLUME}",
    }


def require_none_running(engine: str, name: str = CONTAINER) -> None:
    """Raise WorkshopError when it runs already."""
    if runs(engine, name):
        raise WorkshopError(
            f"it is already running; open http://localhost:{layout.PORTS[-1]}/, or stop it by "
            f"'{Path(engine).name} stop {name}'"
        )


def runs(engine: str, name: str) -> bool:
    """Whether a container of a name is running."""
    return name in _listed(engine, name)


def _listed(engine: str, name: str, *more: str) -> list[str]:
    return ask(engine, "ps", *more, "--filter", f"name=^{name}$", "--format", "{{.Names}}").split()


def _remove_ended(engine: str, name: str) -> None:
    """Take away a container that has ended; WorkshopError when it is somebody else's, who may want it."""
    if name in _listed(engine, name, "--all", "--filter", f"label={LABEL}"):
        ask(engine, "rm", name)
    elif name in _listed(engine, name, "--all"):
        program = Path(engine).name
        raise WorkshopError(
            f"a container called {name} exists, which this command did not start; rename it with '{program} "
            f"rename {name} …', or delete it and its data with '{program} rm {name}'"
        )


def wait_for_link(engine: str, name: str) -> str:
    """Return the link that a container says, which logs one browser in.

    Raises WorkshopError with its last words when it ends before.
    """
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        up = runs(engine, name)
        # Asked after that: of one that has ended these are all its words.
        spoken = said(engine, name)
        if found := LINK.findall(spoken):
            return str(found[-1])
        if not up:
            raise WorkshopError(f"the container did not start: {last_line(spoken) or 'no output'}")
        time.sleep(0.2)
    raise WorkshopError(
        f"it runs but printed no link within {WAIT_SECONDS:.0f} s; '{Path(engine).name} logs {name}' shows "
        f"its log, '{Path(engine).name} stop {name}' stops it"
    )


def said(engine: str, name: str) -> str:
    """Return what the container has said so far: the link that logs in among it."""
    done = subprocess.run(
        [engine, "logs", name], capture_output=True, text=True, errors="replace", check=False
    )
    return done.stdout + done.stderr
