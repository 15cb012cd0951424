"""A set-up machine whose services run under a memory limit."""

from __future__ import annotations

import subprocess
import time
import tomllib
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter.serving import Jupyter
from limit import Limit
from waiting import patience

SERVICES = ("jupyter", "tensorboard", "web")
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class House:
    prefix: Path
    limit: Limit

    @property
    def settings(self) -> dict[str, Any]:
        return tomllib.loads((self.prefix / "etc/workshop.toml").read_text())

    def port(self, service: str) -> int:
        return int(self.settings[f"{service}_port"])

    @property
    def jupyter(self) -> Jupyter:
        token = (self.prefix / "etc/token").read_text().strip()
        return Jupyter(self.port("jupyter"), 0, self.prefix / "log/workshop-jupyter.log", token)

    def processes(self) -> dict[str, int]:
        """Return the process behind each service's port; all of them are under the limit."""
        ports = {self.port(service): service for service in SERVICES}
        found = {
            ports[connection.laddr.port]: connection.pid
            for connection in psutil.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port in ports
        }
        assert set(found.values()) <= set(self.limit.processes())
        return found

    def answers(self, service: str) -> bool:
        path = {"jupyter": "/api", "tensorboard": "/data/runs", "web": "/"}[service]
        try:
            with _OPENER.open(f"http://127.0.0.1:{self.port(service)}{path}", timeout=patience(30)) as answer:
                return bool(answer.read())
        except OSError:
            return False

    def wait_until_all_answer(self, seconds: float = 90) -> None:
        end = time.monotonic() + patience(seconds)
        while not all(map(self.answers, SERVICES)):
            assert time.monotonic() < end, "the services do not answer"
            time.sleep(0.5)

    def use_tensorboard(self) -> None:
        """Have TensorBoard read and send what its pages show first."""
        address = f"http://127.0.0.1:{self.port('tensorboard')}/data"
        for path in ("runs", "plugin/scalars/tags", "plugin/histograms/tags", "plugin/images/tags",
                     "plugin/graphs/info", "plugin/projector/runs"):  # fmt: skip
            with _OPENER.open(f"{address}/{path}", timeout=patience(60)) as answer:
                assert answer.read()

    def workshop(self, *words: str, timeout: float = 900) -> str:
        """Run the workshop command under the limit; return what it printed. It must succeed."""
        command = self.limit.around([self.prefix / "venvs/jupyter/bin/workshop", *words])
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience(timeout))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
