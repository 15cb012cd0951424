"""One trial of ``workshop bench setup``: set-up and its peer from nothing, in a scratch folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError

ENVIRONMENTS = ("jupyter", "theano", "tensorflow")
INHERITED = ("WORKSHOP_CONFIG", "VIRTUAL_ENV", "PYTHON", "UV_CACHE_DIR", "UV_PYTHON")
"""What a machine that is being set up does not have in its environment, by its first letters."""
CHANGED = re.compile(r"^\S+\s+: ok=\d+\s+changed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """A piece of set-up's time."""

    role: str
    task: str
    seconds: float


@dataclass(frozen=True)
class Run:
    """One run of set-up."""

    seconds: float
    changed: int
    """Tasks that changed something."""
    parts: list[Part]
    """In the order in which they ran; their sum is less than ``seconds`` by the parts outside Ansible."""
    work: float = 0.0
    """Processor seconds of all that it started and waited for; other work changes them less than a clock."""


class Trial:
    """Set-up of ``checkout`` into ``scratch``, with caches, ports and services of its own."""

    def __init__(self, checkout: Path, scratch: Path) -> None:
        """Choose free ports; nothing is written yet."""
        self.checkout = checkout
        self.scratch = scratch
        self.house = scratch / "house"
        self.variables = {
            "workshop_prefix": str(self.house),
            "workshop_cache": str(scratch / "cache"),
            "workshop_notebooks": str(scratch / "notebooks"),
            # Units of systemd have fixed names: those of this machine's own workshop stay untouched.
            "workshop_service_manager": "supervisor",
        }
        names = ("jupyter", "tensorboard", "web")
        self.variables |= {
            f"workshop_{name}_port": str(port) for name, port in zip(names, free_ports(3), strict=True)
        }

    def set_up(self) -> Run:
        """Run ``local/setup.bash``; raises WorkshopError with its last line when it fails."""
        timings = self.scratch / "timings.json"
        os.sync()  # else this run would pay for what the one before it left to be written
        started, before = time.monotonic(), os.times()
        output = self._run(
            [str(self.checkout / "local/setup.bash"), *self._options()], WORKSHOP_TIMINGS=str(timings)
        )
        seconds = time.monotonic() - started
        after = os.times()
        work = sum(after[2:4]) - sum(before[2:4])
        changed = CHANGED.search(output)
        if changed is None:
            raise WorkshopError(f"set-up printed no recap; see {self.scratch / 'log.txt'}")
        return Run(seconds, int(changed[1]), read_timings(timings), work)

    def peer(self, uv: Path, python: Path) -> float:
        """Install the same locked environments and fetch the same data, one after the other.

        uv, python: the program and the interpreter that set-up used. Returns seconds.
        """
        folder = self.scratch / "peer"
        cache = {"UV_CACHE_DIR": str(folder / "uv")}
        os.sync()  # as before set-up
        started = time.monotonic()
        for name in ENVIRONMENTS:
            venv, lock = folder / name, self.checkout / "locks" / f"{name}.txt"
            self._run([str(uv), "venv", "--python", str(python), str(venv)], **cache)
            sync = [str(uv), "pip", "sync", "--require-hashes", "--python", str(venv / "bin/python")]
            self._run(
                [*sync, "--build-constraints", str(self.checkout / "locks/build.txt"), str(lock)], **cache
            )
        fetch = [str(folder / "jupyter/bin/python"), "-m", "workshop", "data", "fetch", "--allow-unavailable"]
        into = ["--into", str(folder / "data"), "--cache", str(folder / "cache")]
        self._run([*fetch, *into], PYTHONPATH=str(self.checkout / "packages/workshop/src"))
        return time.monotonic() - started

    def tools(self) -> tuple[Path, Path]:
        """Return the uv and the interpreter that set-up used, for the peer."""
        settings = (self.house / "venvs/theano/pyvenv.cfg").read_text(encoding="utf-8")
        home = re.search(r"^home = (.+)$", settings, re.MULTILINE)
        if home is None:
            raise WorkshopError(f"{self.house}/venvs/theano names no interpreter")
        return self.house / "uv/bin/uv", Path(home[1]) / "python3.11"

    def stop(self) -> None:
        """Stop the services of this trial."""
        if (self.house / "bin/services").exists():
            self._run([str(self.checkout / "local/stop.bash"), *self._options()])

    def _options(self) -> list[str]:
        """Return the variables as words for set-up's scripts."""
        return [word for name, value in self.variables.items() for word in ("-e", f"{name}={value}")]

    def _run(self, command: Sequence[str], **variables: str) -> str:
        """Run a command with cold caches; return what it printed, or raise WorkshopError with its last line.

        The command and all that it started end when this process is interrupted.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith(INHERITED)}
        environment |= {
            "XDG_CACHE_HOME": str(self.scratch / "xdg"),
            "PIP_NO_CACHE_DIR": "1",
            "npm_config_cache": str(self.scratch / "npm"),
            **variables,
        }
        with ExitStack() as cleanup:
            log = cleanup.enter_context((self.scratch / "log.txt").open("a+", encoding="utf-8"))
            start = log.seek(0, os.SEEK_END)
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
            cleanup.callback(_end, process)
            status = process.wait()
            log.seek(start)
            output = log.read()
        if status:
            # Set-up's last line sends to the one above it.
            last = "; ".join(output.strip().splitlines()[-2:]) or "it said nothing"
            raise WorkshopError(
                f"{Path(command[0]).name} failed: {last}; its log: {self.scratch / 'log.txt'}"
            )
        return output


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command that still runs, with everything in its session."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def read_timings(path: Path) -> list[Part]:
    """Read what set-up's callback wrote.

    Raises WorkshopError when the file is missing or is something else.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [Part(row["role"], row["task"], float(row["seconds"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkshopError(f"set-up wrote no timings to {path}: {error}") from error


def remove(folder: Path) -> None:
    """Remove a trial's folder; what cannot be removed is left."""
    shutil.rmtree(folder, ignore_errors=True)
