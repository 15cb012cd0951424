"""A root directory with systemd running in it, by podman: what Ansible makes into an appliance."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from organiser.appliance.emulation import Emulation
from workshop.core import programs
from workshop.core.errors import WorkshopError

BOOT_SECONDS = 60
LOOK_SECONDS = 2.0
"""Between two looks at a command that runs."""
UNWANTED = ("systemd-remount-fs.service", "console-getty.service")
"""What a container has no use for. Units that packages enable must not be masked: they would stay off."""


@dataclass(frozen=True)
class Container:
    """One running root."""

    name: str

    def run(self, *command: str | Path, log: Path, watch: Callable[[], None] = lambda: None) -> None:
        """Run a command in it, its words into a log; WorkshopError with the last of them when it fails.

        watch: called every second or two meanwhile.
        """
        with (
            log.open("ab") as file,
            subprocess.Popen(
                [programs.find("podman"), "exec", self.name, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            ) as done,
        ):
            # However soon it ends, what it said is looked at once.
            ended = False
            while not ended:
                with suppress(subprocess.TimeoutExpired):
                    done.wait(LOOK_SECONDS)
                    ended = True
                watch()
        if done.returncode:
            said = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
            raise WorkshopError(f"{said[-1][:400] if said else 'no output'} (all of it: {log})")


def require_one_hierarchy(cgroups: Path = Path("/sys/fs/cgroup")) -> None:
    """Raise WorkshopError where the host mounts cgroup v1 too: podman cannot start systemd there."""
    if not (cgroups / "cgroup.controllers").exists():
        raise WorkshopError(
            f"podman cannot start systemd here, because {cgroups} is not cgroup v2 alone; in a checkout put "
            "'tools/testbed/cgroup2.bash' in front of the command, "
            "or start this computer with systemd.unified_cgroup_hierarchy=1"
        )


def _name(root: Path) -> str:
    """Return a container's name: by the root's place, so that what a killed build left running is found."""
    return f"workshop-build-{hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:12]}"


def end_left_over(root: Path) -> None:
    """End what a killed build left running in a root, and what still works there."""
    _remove(_name(root))


@contextmanager
def running(
    root: Path, mounts: Sequence[tuple[Path, str, str]] = (), emulated: Emulation | None = None
) -> Iterator[Container]:
    """Boot systemd in a root directory; it is shut down afterwards.

    mounts: (path here, path there, "ro" or "rw"). emulated: what a root of another processor sees besides.

    Raises WorkshopError when podman cannot start it or systemd does not come up.
    """
    name = _name(root)
    _remove(name)
    mounts = [*mounts, *(emulated.mounts if emulated else ())]
    volumes = [f"--volume={here.resolve()}:{there}:{mode}" for here, there, mode in mounts]
    programs.run(
        "podman",
        # Of a root that is no image podman does not say that it is a container; systemd and Ansible ask.
        *("run", "--detach", "--name", name, "--hostname", "workshop", "--env", "container=podman"),
        "--systemd=always",
        *("--pids-limit=0", "--cap-add=SYS_PTRACE", "--tmpfs", "/tmp", *volumes),
        *("--rootfs", str(root.resolve())),
        *("/sbin/init", *(f"systemd.mask={unit}" for unit in UNWANTED)),
    )
    try:
        _wait_for_systemd(name, emulated.boot_seconds if emulated else BOOT_SECONDS)
        yield Container(name)
        if emulated:
            # Emulated, it does not hear the signal by which podman asks it to end.
            _power_off(name)
        programs.run("podman", "stop", "--time", "30", name)
    finally:
        _remove(name)


def _power_off(name: str, seconds: float = 300) -> None:
    """Ask systemd itself to end, and wait for it."""
    subprocess.run(
        [programs.find("podman"), "exec", name, "systemctl", "poweroff"], capture_output=True, check=False
    )
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        said = programs.run("podman", "ps", "--all", "--filter", f"name={name}", "--format", "{{.State}}")
        if said.strip() != "running":
            return
        time.sleep(1)


def _wait_for_systemd(name: str, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    state = ""
    while time.monotonic() < deadline:
        asked = subprocess.run(
            [programs.find("podman"), "exec", name, "systemctl", "is-system-running"],
            capture_output=True,
            text=True,
            check=False,
        )
        state = asked.stdout.strip()
        # Degraded is good enough: a container lacks what some unit wants.
        if state in ("running", "degraded"):
            return
        time.sleep(0.5)
    raise WorkshopError(f"systemd did not start in the root within {seconds} s ({state or 'no answer'})")


def _remove(name: str) -> None:
    words = ("podman", "rm", "--force", "--time", "0", "--ignore", name)
    try:
        programs.run(*words)
    except WorkshopError:
        # The network of what a killed build left running was mounted for that build alone (``emulation``):
        # podman complains that it is not there, having removed all else. Then it has nothing more to say.
        programs.run(*words)
