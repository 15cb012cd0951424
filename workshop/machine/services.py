"""Jupyter, TensorBoard and the web pages: do they answer, who keeps them alive, where are they?"""

from __future__ import annotations

import getpass
import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psutil

from workshop.machine import supervisor
from workshop.machine.lines import Line, green, red, yellow
from workshop.patience import patiently
from workshop.settings import Settings

EVERYWHERE = {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}
"""What to call when a server listens on every address."""
LINGERING = Path("/var/lib/systemd/linger")
"""Has a file for each user whose services outlive their login session."""


@dataclass(frozen=True)
class Service:
    """One server of the workshop."""

    name: str
    """The name that its service manager knows."""
    title: str
    port: int
    path: str
    """An address below the server that only this kind of server answers."""
    is_ours: Callable[[bytes], bool]
    """Tells by the answer whether it is this kind of server."""


def services(settings: Settings) -> list[Service]:
    """Return the servers that set-up starts, in the order in which people meet them."""
    return [
        Service("workshop-web", "start page", settings.web_port, "/", lambda body: b"<html" in body.lower()),
        Service("workshop-jupyter", "Jupyter", settings.jupyter_port, "/api/status", _has("kernels")),
        Service(
            "workshop-tensorboard",
            "TensorBoard",
            settings.tensorboard_port,
            "/data/environment",
            _has("data_location"),
        ),
    ]


def _has(key: str) -> Callable[[bytes], bool]:
    """Return a test for a JSON object with this key."""

    def test(body: bytes) -> bool:
        try:
            document = json.loads(body)
        except ValueError:
            return False
        return isinstance(document, dict) and key in document

    return test


def host(settings: Settings) -> str:
    """Return the address at which this machine's own servers are called."""
    bound = settings.bind_address
    return EVERYWHERE.get(bound) or (f"[{bound}]" if ":" in bound else bound)


def token(settings: Settings) -> str | None:
    """Return Jupyter's token; None when there is none or when it is not yours to read."""
    if settings.prefix is None:
        return None
    try:
        return (settings.prefix / "etc/token").read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def addresses(settings: Settings) -> dict[str, str]:
    """Return where a browser finds each server, with the token where it may be read."""
    base = f"http://{host(settings)}"
    secret = token(settings)
    return {
        "start page": f"{base}:{settings.web_port}/",
        "Jupyter": f"{base}:{settings.jupyter_port}/lab" + (f"?token={secret}" if secret else ""),
        "TensorBoard": f"{base}:{settings.tensorboard_port}/",
    }


def port(settings: Settings, service: Service) -> Line:
    """Say whether the port answers as its server should; before set-up: whether the port is free."""
    if settings.prefix is None:
        return _free(settings, service)
    check = f"port {service.port}"
    restart = f"run: {settings.prefix}/bin/services restart {service.name}"
    url = f"http://{host(settings)}:{service.port}{service.path}"
    status, body = _get(url, token(settings) if service.name == "workshop-jupyter" else None)
    if status is None:
        return red(check, f"{service.title} does not answer", restart)
    if status == HTTPStatus.FORBIDDEN and service.name == "workshop-jupyter":
        if token(settings) is None:
            return yellow(
                check, f"{service.title} answers; its token is not yours to read", "use sudo to see it"
            )
        return red(check, f"a Jupyter with another token answers{_held_by(service.port)}", restart)
    if status != HTTPStatus.OK or not service.is_ours(body):
        return red(
            check,
            f"something else than {service.title} answers{_held_by(service.port)}",
            f"stop it, then {restart}",
        )
    return green(check, f"{service.title} answers")


def _get(url: str, secret: str | None) -> tuple[int | None, bytes]:
    """Ask without any proxy; return the status (None when nothing answers in time) and the body's start."""
    request = urllib.request.Request(url, headers={"Authorization": f"token {secret}"} if secret else {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return patiently(lambda seconds: _read(opener.open(request, timeout=seconds)))
    except urllib.error.HTTPError as error:
        return error.code, b""
    except (OSError, ValueError):
        return None, b""
    except Exception:
        # http.client's own errors: the port speaks something that is no HTTP.
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
    """Return ``; held by NAME (process PID)`` when the process can be seen, else nothing."""
    try:
        connections = psutil.net_connections("tcp")
    except (psutil.Error, OSError):
        return ""
    for connection in connections:
        address = connection.laddr
        if connection.status != psutil.CONN_LISTEN or not address or address.port != number:
            continue
        if connection.pid is None:
            return "; held by another user's process"
        try:
            return f"; held by {psutil.Process(connection.pid).name()} (process {connection.pid})"
        except psutil.Error:
            return f"; held by process {connection.pid}"
    return ""


def manager(settings: Settings) -> str:
    """Return what keeps the services alive: systemd, systemd-user, supervisor; empty when nothing does.

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
    if settings.service_manager in written:
        return settings.service_manager
    return next((name for name, path in written.items() if path.exists()), "")


def alive(settings: Settings) -> Line:
    """Ask the service manager whether it keeps every service running."""
    names = [service.name for service in services(settings)]
    used = manager(settings)
    if settings.prefix is None or not used:
        return yellow("services", "no service manager was set up", "run ./local/setup.bash")
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
