"""Jupyter, TensorBoard and the web pages: do they answer, who keeps them alive, where are they?"""

from __future__ import annotations

import dataclasses
import getpass
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from workshop.core import ports, servers
from workshop.core.programs import patiently
from workshop.core.servers import JUPYTER, Server, Service, host_to_ask, own_jupyter, read_token
from workshop.core.settings import Settings
from workshop.machine import supervisor
from workshop.machine.lines import Line, green, red, yellow
from workshop.machine.where import find_place

STARTING_SECONDS = 5.0
"""A Jupyter that starts has its port a moment before it writes down that it runs."""
LINGERING = Path("/var/lib/systemd/linger")
"""Has a file for each user whose services outlive their login session."""
CONTAINER = "container"
"""In an image: its first process starts the services, and starts again what ends."""
FIRST_PROCESS = "workshop-image/start"


def services(settings: Settings) -> list[Service]:
    """Return the servers that set-up starts, Jupyter at an address that also needs its token."""
    return [
        dataclasses.replace(each, path="/api/status", known_by="kernels") if each.name == JUPYTER else each
        for each in servers.services(settings)
    ]


def addresses(settings: Settings) -> dict[str, str]:
    """Return where a browser finds each server; nothing secret is in an address."""
    base = f"http://{host_to_ask(settings.bind_address)}"
    return {
        "start page": f"{base}:{settings.web_port}/",
        "Jupyter": f"{base}:{settings.jupyter_port}/lab",
        "TensorBoard": f"{base}:{settings.tensorboard_port}/",
    }


def wait_for_jupyter(settings: Settings) -> Server | None:
    """Return this machine's Jupyter; one that has its port but has not said yet that it runs, is awaited."""
    until = time.monotonic() + STARTING_SECONDS
    while (
        (found := own_jupyter(settings)) is None and read_token(settings.prefix) and time.monotonic() < until
    ):
        if not ports.listening(settings.jupyter_port):
            break
        time.sleep(0.1)
    return found


def port(settings: Settings, service: Service) -> Line:
    """Say whether the port answers as its server should; before set-up: whether the port is free."""
    if settings.prefix is None:
        return _free(settings, service)
    check = f"port {service.port}"
    restart = f"run: {settings.prefix}/bin/services restart {service.name}"
    if manager(settings) == CONTAINER:
        restart = "restart the container from outside: docker restart NAME, or podman restart NAME"
    # Its token goes to nobody else, whoever took its port.
    jupyter = wait_for_jupyter(settings) if service.name == JUPYTER else None
    try:
        status, body = _asked(jupyter, service.path) if jupyter else _get(service.url)
    except ports.ForeignServerError:
        return _other(service, restart)
    if status is None:
        return red(check, f"{service.title} does not answer", restart)
    if status == HTTPStatus.FORBIDDEN and jupyter:
        return red(check, f"a Jupyter with another token answers{_held_by(service.port)}", restart)
    if status == HTTPStatus.FORBIDDEN and service.name == JUPYTER and read_token(settings.prefix) is None:
        return yellow(check, f"{service.title} answers; its token is not yours to read", "use sudo to see it")
    unknown = service.name == JUPYTER and not jupyter
    if status != HTTPStatus.OK or unknown or not service.is_ours(body):
        return _other(service, restart)
    return green(check, f"{service.title} answers")


def _other(service: Service, restart: str) -> Line:
    return red(
        f"port {service.port}",
        f"something else than {service.title} answers{_held_by(service.port)}",
        f"stop it, then {restart}",
    )


def _asked(jupyter: Server, path: str) -> tuple[int | None, bytes]:
    """Ask Jupyter with its token; return the status, as ``_get`` does, and the body.

    Raises ForeignServerError when another program holds the port.
    """
    try:
        status, _, body = patiently(partial(ports.ask, jupyter, "GET", path.lstrip("/")))
    except ports.ForeignServerError:
        raise
    except ports.StrangeAnswerError:
        return 0, b""
    except (OSError, ValueError):
        return None, b""
    return status, body


def _get(url: str) -> tuple[int | None, bytes]:
    """Ask without any proxy; return the status (None when nothing answers in time) and the body's start."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return patiently(lambda seconds: _read(opener.open(url, timeout=seconds)))
    except urllib.error.HTTPError as error:
        return error.code, b""
    except (OSError, ValueError):
        return None, b""
    except Exception:
        # http.client's own errors: the port speaks something that is not HTTP.
        return 0, b""


def _read(opened: Any) -> tuple[int, bytes]:
    with opened as answer:
        return answer.status, answer.read(100_000)


def _free(settings: Settings, service: Service) -> Line:
    """Say whether set-up will be able to take the port."""
    check = f"port {service.port}"
    family = socket.AF_INET6 if ":" in settings.bind_address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind_address, service.port))
        except OSError as error:
            return red(
                check,
                f"cannot be had for {service.title} ({error.strerror}){_held_by(service.port)}",
                f"stop what holds it, or set up with -e workshop_{_variable(service)}_port=NUMBER",
            )
    return green(check, f"free for {service.title}")


def _variable(service: Service) -> str:
    """Return the middle of the variable that sets the service's port."""
    return service.name.removeprefix("workshop-")


def _held_by(number: int) -> str:
    """Return ``; held by NAME (process PID)``, by an account where no more is seen, or nothing."""
    held = ports.holder(number)
    return f"; held by {held}" if held else ""


def manager(settings: Settings) -> str:
    """Return what keeps the services alive: systemd, systemd-user, supervisor, container; empty: nothing.

    Set-up's choice is told by the files that it wrote for that manager.
    """
    if settings.prefix is None:
        return ""
    unit = "systemd/system/workshop-jupyter.service"
    own = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    written = {
        "supervisor": settings.prefix / "etc/supervisor/programs/workshop-jupyter.conf",
        "systemd": Path("/etc") / unit,
        "systemd-user": own / unit.replace("system/", "user/"),
    }
    if settings.service_manager in (*written, CONTAINER):
        return settings.service_manager
    return next((name for name, path in written.items() if path.exists()), "")


def alive(settings: Settings) -> Line:
    """Ask the service manager whether it keeps every service running."""
    names = [service.name for service in services(settings)]
    used = manager(settings)
    if find_place().seat:
        return green("services", "a seat's own server has them all, start page and TensorBoard as well")
    if settings.prefix is None or not used:
        return yellow("services", "no service manager was set up", "run ./local/setup.bash")
    if used == CONTAINER:
        return _in_container(len(names))
    states = _states(settings.prefix, used, names)
    if states == supervisor.FOREIGN:
        return yellow("services", f"{used}: {states}", "use sudo to see them")
    if isinstance(states, str):
        return red("services", f"{used}: {states}", "run set-up again")
    down = [f"{name} is {states.get(name, 'unknown')}" for name in names if states.get(name) != "running"]
    if down:
        command = settings.prefix / "bin/services"
        return red("services", f"{used}: {', '.join(down)}", f"run: {command} start; why: {command} log NAME")
    if used == "systemd-user" and not (LINGERING / getpass.getuser()).exists():
        return yellow(
            "services",
            f"{used} keeps {len(names)} running until you log out",
            f"to keep them longer: sudo loginctl enable-linger {getpass.getuser()}",
        )
    return green("services", f"{used} keeps {len(names)} running")


def are_wanted(settings: Settings) -> bool:
    """Tell whether services are to answer here: not in a seat, nor beside a command of one's own."""
    return not find_place().seat and (manager(settings) != CONTAINER or _first_process_keeps_them())


def _first_process_keeps_them(processes: Path = Path("/proc")) -> bool:
    try:
        words = (processes / "1/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    return any(word.endswith(FIRST_PROCESS) for word in words)


def _in_container(count: int, processes: Path = Path("/proc")) -> Line:
    if _first_process_keeps_them(processes):
        return green("services", f"the container's first process keeps {count} running")
    return yellow(
        "services",
        "this container was started with a command of its own, and keeps none running",
        "start the image without a command to have all of them",
    )


def _states(prefix: Path, used: str, names: list[str]) -> dict[str, str] | str:
    """Return each service's state by name, or one line that says why it cannot be known."""
    if used == "supervisor":
        return supervisor.states(prefix / "run/supervisor.sock")
    command = ["systemctl", *(["--user"] if used == "systemd-user" else []), "is-active", *names]
    # Without a login session, as after su, nothing tells where the user's own manager listens.
    environment = {"XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}"} | os.environ
    try:
        ran = patiently(
            lambda seconds: subprocess.run(
                command, capture_output=True, text=True, timeout=seconds, check=False, env=environment
            )
        )
    except FileNotFoundError:
        return "systemctl is missing"
    except OSError:
        return "systemctl does not answer"
    words = ["running" if word == "active" else word for word in ran.stdout.split()]
    return (
        dict(zip(names, words, strict=False)) if words else (ran.stderr.strip() or "systemctl says nothing")
    )
