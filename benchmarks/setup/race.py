"""One trial of ``workshop bench setup``: set-up and its peer from nothing, in a scratch folder."""

from __future__ import annotations

import json
import os
import re
import socket
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measuring import Cost, in_a_row, run
from workshop.core.errors import WorkshopError

ENVIRONMENTS = ("jupyter", "theano", "tensorflow")
INHERITED = ("WORKSHOP_CONFIG", "VIRTUAL_ENV", "PYTHON", "UV_CACHE_DIR", "UV_PYTHON")
"""What a machine that is being set up does not have in its environment, by its first letters."""
CHANGED = re.compile(r"^\S+\s+: ok=\d+\s+changed=(\d+)", re.MULTILINE)
FIRST_CELL = Path(__file__).with_name("firstcell.py")
FIRST_LESSON = "notebooks/0-basics/10-theano-basics.ipynb"


class Trial:
    """Set-up of ``checkout`` into ``scratch``, with caches, ports and services of its own."""

    def __init__(self, checkout: Path, scratch: Path) -> None:
        """Choose free ports and make the folder."""
        self.checkout = checkout
        self.scratch = scratch
        self.log = scratch / "log.txt"
        self.prefix = scratch / "house"
        self.variables = {
            "workshop_prefix": str(self.prefix),
            "workshop_cache": str(scratch / "cache"),
            "workshop_notebooks": str(scratch / "notebooks"),
            # Units of systemd have fixed names: those of this machine's own workshop stay untouched.
            "workshop_service_manager": "supervisor",
            # So does the command on PATH.
            "workshop_launcher_folder": "",
        }
        for name, port in zip(("jupyter", "tensorboard", "web"), free_ports(3), strict=True):
            self.variables[f"workshop_{name}_port"] = str(port)
        scratch.mkdir()

    def set_up(self) -> tuple[Cost, int]:
        """Run ``local/setup.bash``; return what it took, and how many tasks changed something."""
        cost = self._run(self.checkout / "local/setup.bash", *self._options())
        recaps = CHANGED.findall(self.log.read_text(encoding="utf-8"))
        return cost, int(recaps[-1])

    def first_cell(self) -> Cost:
        """Open the first lesson; return what it took until its first cell that compiles was done."""
        python, config = self.prefix / "venvs/jupyter/bin/python", self.prefix / "etc/workshop.toml"
        lesson = self.checkout / FIRST_LESSON
        self._run(python, "-P", FIRST_CELL, lesson, WORKSHOP_CONFIG=str(config))
        return Cost(**json.loads(self.log.read_text(encoding="utf-8").splitlines()[-1]))

    def peer(self) -> Cost:
        """Install the same locked environments and fetch the same data, one after the other.

        By the uv and the interpreter that set-up used.
        """
        folder, locks = self.scratch / "peer", self.checkout / "locks"
        settings = (self.prefix / "venvs/theano/pyvenv.cfg").read_text(encoding="utf-8")
        home = re.search(r"^home = (.+)$", settings, re.MULTILINE)
        if home is None:
            raise WorkshopError(f"{self.prefix}/venvs/theano names no interpreter")
        uv, python = self.prefix / "uv/bin/uv", Path(home[1]) / "python3.11"
        cache, costs = {"UV_CACHE_DIR": str(folder / "uv")}, []
        for name in ENVIRONMENTS:
            venv = folder / name
            costs.append(self._run(uv, "venv", "--python", python, venv, **cache))
            sync: list[str | Path] = [uv, "pip", "sync", "--require-hashes", "--python", venv / "bin/python"]
            sync += ["--build-constraints", locks / "build.txt", locks / f"{name}.txt"]
            costs.append(self._run(*sync, **cache))
        fetch = [str(folder / "jupyter/bin/python"), "-m", "workshop", "data", "fetch", "--allow-unavailable"]
        fetch += ["--into", str(folder / "data"), "--cache", str(folder / "cache")]
        costs.append(self._run(*fetch, PYTHONPATH=str(self.checkout / "packages/workshop/src")))
        return in_a_row(costs)

    def stop(self) -> None:
        """Stop the services of this trial."""
        if (self.prefix / "bin/services").exists():
            self._run(self.checkout / "local/stop.bash", *self._options())

    def _options(self) -> list[str]:
        """Return the variables as words for set-up's scripts."""
        return [word for name, value in self.variables.items() for word in ("-e", f"{name}={value}")]

    def _run(self, *command: str | Path, **variables: str) -> Cost:
        """Run a command with this trial's caches; raises WorkshopError when it fails."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(INHERITED)}
        environment["XDG_CACHE_HOME"] = str(self.scratch / "xdg")
        environment["PIP_NO_CACHE_DIR"] = "1"
        environment["npm_config_cache"] = str(self.scratch / "npm")
        os.sync()  # else this command would pay for what the one before it left to be written
        return run(command, self.scratch, environment | variables)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
