"""A machine under test: where its workshop is, and how to ask it things from within."""

from __future__ import annotations

import json
import shlex
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from testinfra.backend.base import CommandResult
from testinfra.backend.podman import PodmanBackend
from waiting import patience

from tools.testbed.inside import inside

HERE = Path(__file__).parent
SERVICES = {"workshop-jupyter": "jupyter", "workshop-tensorboard": "tensorboard", "workshop-web": "web"}
"""The services' names, and the middle of the setting that holds each one's port."""

GET = """
import json, sys, urllib.error, urllib.request
base, headers, *paths = sys.argv[1], json.loads(sys.argv[2]), *sys.argv[3:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
answers = []
for path in paths:
    try:
        with opener.open(urllib.request.Request(base + path, headers=headers), timeout=120) as answer:
            answers.append((answer.status, answer.read().decode("utf-8", "replace")))
    except urllib.error.HTTPError as error:
        answers.append((error.code, error.reason))
    except OSError as error:
        answers.append((0, str(error)))
print(json.dumps(answers))
"""


@dataclass(frozen=True)
class Answer:
    """What a server said; status 0: nothing."""

    status: int
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class InsideBackend(PodmanBackend):
    """Testinfra's way into a container, without podman for each command."""

    def run(self, command: str, *args: str, **kwargs: Any) -> CommandResult:
        words = [*inside(self.name, self.user or ""), "/bin/sh", "-c", self.get_command(command, *args)]
        return self.run_local(shlex.join(words))


class Machine:
    """One set-up machine, through testinfra's ``host``."""

    def __init__(self, host: Any, prefix: str, slowness: float = 1.0) -> None:
        self.host = host
        self.prefix = prefix
        self.slowness = slowness
        """How many times longer than on real hardware things may take."""

    @cached_property
    def settings(self) -> dict[str, Any]:
        return tomllib.loads(self.run(f"cat {self.prefix}/etc/workshop.toml"))

    @cached_property
    def token(self) -> str:
        return self.run(f"cat {self.prefix}/etc/token").strip()

    @cached_property
    def manager(self) -> str:
        """What keeps the services running: systemd, systemd-user or supervisor."""
        if self.host.file(f"{self.prefix}/etc/supervisor/programs/workshop-jupyter.conf").exists:
            return "supervisor"
        system = self.host.file("/etc/systemd/system/workshop-jupyter.service").exists
        return "systemd" if system else "systemd-user"

    def run(self, command: str) -> str:
        """Run a shell command that must succeed; return its stdout."""
        result = self.host.run(command)
        assert result.rc == 0, f"{command}\nrc {result.rc}\n{result.stdout}\n{result.stderr}"
        return str(result.stdout)

    def systemctl(self, words: str) -> str:
        """Ask the systemd that keeps the services; without a session nothing tells where a user's is."""
        user = "XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user"
        return self.run(f"{user if self.manager == 'systemd-user' else 'systemctl'} {words}").strip()

    def python(self, script: str, *words: str) -> str:
        """Run a script with the Python of the Jupyter environment."""
        words_quoted = shlex.join([f"{self.prefix}/venvs/jupyter/bin/python", "-c", script, *words])
        return self.run(words_quoted)

    def workshop(self, words: str) -> Any:
        """Run the workshop command with --json; it must succeed and print one document."""
        return json.loads(self.run(f"{self.prefix}/venvs/jupyter/bin/workshop {words} --json"))

    def port(self, service: str) -> int:
        return int(self.settings[f"{SERVICES[service]}_port"])

    def get(self, service: str, path: str, token: str = "", **headers: str) -> Answer:
        """Ask a service for a page."""
        return self.get_all(service, [path], token, **headers)[0]

    def get_all(self, service: str, paths: Sequence[str], token: str = "", **headers: str) -> list[Answer]:
        """Ask a service for several pages, with one process on the machine."""
        if token:
            headers["Authorization"] = f"token {token}"
        base = f"http://127.0.0.1:{self.port(service)}"
        answers = json.loads(self.python(GET, base, json.dumps(headers), *paths))
        return [Answer(status, body) for status, body in answers]

    def listeners(self, service: str) -> list[tuple[str, int]]:
        """Return (address, process) of everything that listens on the service's port."""
        lines = self.run(f"ss --no-header -ltnp 'sport = :{self.port(service)}'").splitlines()
        found = []
        for line in lines:
            address = line.split()[3].rpartition(":")[0]
            found.append((address, int(line.partition("pid=")[2].partition(",")[0] or 0)))
        return found

    def wait_until_answers(self, service: str, seconds: float) -> float:
        """Return after how many seconds the service answered; fail when it did not."""
        started = time.monotonic()
        seconds = patience(seconds) * self.slowness
        while (waited := time.monotonic() - started) < seconds:
            if self.get(service, "/").status:
                return waited
            time.sleep(0.3)
        raise AssertionError(f"{service} did not answer within {seconds} s")
