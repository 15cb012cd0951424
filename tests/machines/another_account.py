"""Runs inside the machine under test: what an account that is not the workshop's can get of it.

usage: python3 another_account.py PREFIX NOTEBOOKS JUPYTER-PORT TENSORBOARD-PORT WEB-PORT

Prints as JSON, for each try, what it got, as a text; empty where it was refused. Any Python from 3.9 runs it.
"""

import fcntl
import http.client
import json
import os
import socket
import sys
from pathlib import Path

PREFIX, NOTEBOOKS = Path(sys.argv[1]), Path(sys.argv[2])
JUPYTER, TENSORBOARD, WEB = PORTS = tuple(map(int, sys.argv[3:6]))
EVIL = {"Host": "evil.example"}
LISTENING = "0A"


def ask(port, method, path, headers=None, body=None):
    """Return what a server answers with 200; nothing for any other answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, {"Host": f"localhost:{port}", **(headers or {})})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    return f"{path}: {text[:80]}" if answer.status in (101, 200, 201, 202, 204) else ""


def asked(port, paths, headers=None):
    return " ".join(filter(None, (ask(port, "GET", path, headers) for path in paths)))


def listed(*folders):
    """Return the names in folders that can be looked into, and one of none as such."""
    found = []
    for folder in folders:
        try:
            found += [f"{folder}: {sorted(path.name for path in folder.iterdir())}"]
        except (FileNotFoundError, PermissionError):
            continue
    return " ".join(found)


def read(*patterns):
    """Return the beginnings of the files that can be read."""
    found = []
    for pattern in patterns:
        for path in sorted(PREFIX.glob(pattern)):
            try:
                found.append(f"{path}: {path.read_text(errors='replace')[:40]}")
            except OSError:
                continue
    return " ".join(found)


def rows():
    """Yield address, port and account of what listens on this machine."""
    for table in ("tcp", "tcp6"):
        for fields in map(str.split, Path("/proc/net", table).read_text().splitlines()[1:]):
            address, _, port = fields[1].rpartition(":")
            if fields[3] == LISTENING:
                yield address, int(port, 16), int(fields[7])


OWNER = next((account for _, port, account in rows() if port == JUPYTER), -1)


def processes():
    """Yield the folders below /proc of the workshop's processes that can be seen."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == OWNER:
                yield folder
        except OSError:
            continue


def of_processes(name):
    """Return what a file below /proc says of the workshop's processes."""
    found = []
    for folder in processes():
        try:
            found.append((folder / name).read_text(errors="replace").replace("\0", " "))
        except OSError:
            continue
    return " ".join(filter(None, found))


def memory():
    """Open the memory of the workshop's processes."""
    found = []
    for folder in processes():
        try:
            (folder / "mem").open("rb").close()
            found.append(folder.name)
        except OSError:
            continue
    return " ".join(found)


def signals():
    """Return the workshop's processes that this account could end."""
    found = []
    for folder in processes():
        try:
            os.kill(int(folder.name), 0)
            found.append(folder.name)
        except OSError:
            continue
    return " ".join(found)


def more_ports():
    """Return the workshop's open ports besides the three: a kernel's traffic, for example."""
    ports = [port for _, port, account in rows() if account == OWNER and port not in (*PORTS, 22)]
    return " ".join(str(port) for port in ports if not is_output_pipe(port))


def is_output_pipe(port):
    """Tell whether at a port ipykernel collects what a kernel's child processes print.

    Each kernel has one, also while the lessons are compiled in the background. It says nothing, and takes
    only messages that begin with the kernel's own random bytes. A socket of ZeroMQ names its type when one
    connects.
    """
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
    ready = b"\x05READY\x0bSocket-Type\x00\x00\x00\x04PUSH"
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(greeting + b"\x04" + bytes([len(ready)]) + ready)
            while len(answer) < 200 and (more := client.recv(200)):
                answer += more
                if b"Socket-Type" in answer:
                    break
    except OSError:
        return False  # whoever it is speaks another language
    return b"Socket-Type\x00\x00\x00\x04PULL" in answer


def sockets():
    """Connect with the sockets in files below the prefix and in the places for temporary files."""
    found = []
    for fields in map(str.split, Path("/proc/net/unix").read_text().splitlines()[1:]):
        path = fields[7] if len(fields) > 7 else ""
        # Supervisor names its own from the folder where it runs.
        path = path.replace("/proc/self/cwd", str(PREFIX))
        if not path.startswith((str(PREFIX), "/tmp/", "/run/user/")):
            continue
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(path)
                found.append(path)
            except OSError:
                continue
    return " ".join(found)


def taken():
    """Listen on the services' ports, beside or in place of them, wherever browsers look for localhost."""
    found = []
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        for port in PORTS:
            try:
                with socket.socket(family) as listener:
                    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
                        listener.setsockopt(socket.SOL_SOCKET, option, 1)
                    listener.bind((address, port))
                    listener.listen()
                    found.append(f"{address} port {port}")
            except OSError:
                continue
    return " ".join(found)


def locks():
    """Hold the locks below the prefix: an open file will do for that, and be it open to read."""
    found = []
    for folder, folders, files in os.walk(PREFIX):
        # Of packages, which lock nothing.
        folders[:] = [name for name in folders if name not in ("lib", "node_modules")]
        for path in (Path(folder, name) for name in files if "lock" in name.split(".")):
            try:
                with path.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found.append(str(path))
            except BlockingIOError:
                found.append(str(path))
            except OSError:
                continue
    return " ".join(found)


def writable():
    """Return the files and folders below the prefix that this account could change."""
    found = []
    for folder, _, files in os.walk(PREFIX):
        paths = [Path(folder), *(Path(folder, name) for name in files)]
        found += [str(path) for path in paths if not path.is_symlink() and os.access(path, os.W_OK)]
    return " ".join(found[:20])


def update():
    """Press the update button, on the start page and on Jupyter's."""
    own = {"Origin": f"http://localhost:{WEB}", "Content-Type": "application/json"}
    bodies = [(WEB, "/api/updates", "update"), (JUPYTER, "/workshop/api/updates", '{"verb": "update"}')]
    return " ".join(filter(None, (ask(port, "POST", path, own, body) for port, path, body in bodies)))


TRIES = {
    "the token": lambda: read("etc/token"),
    "the cookies' secret": lambda: read("run/jupyter/*secret*", "state/jupyter/*secret*"),
    "keys of kernels": lambda: read("run/jupyter/*.json"),
    "ports of kernels": more_ports,
    "sockets": sockets,
    "environment of processes": lambda: of_processes("environ"),
    "memory of processes": memory,
    "signals to processes": signals,
    "notebooks": lambda: listed(NOTEBOOKS),
    "logs": lambda: listed(PREFIX / "log") + read("log/*.log"),
    "caches": lambda: listed(PREFIX / "theano", PREFIX / "choices", PREFIX / "run"),
    "backups": lambda: listed(PREFIX / "state", PREFIX / "state/backups"),
    "how the machine was set up": lambda: read("etc/pull-variables.json"),
    "logs of TensorBoard": lambda: listed(PREFIX / "tensorboard"),
    "pages of TensorBoard": lambda: asked(TENSORBOARD, ["/", "/data/runs", "/data/logdir"]),
    "pages of Jupyter": lambda: asked(
        JUPYTER, ["/api/contents", "/api/kernels", "/api/sessions", "/api/terminals"]
    ),
    "the update button": update,
    "foreign host names": lambda: " ".join(
        asked(port, ["/", "/api", "/data/environment"], EVIL) for port in PORTS
    ).strip(),
    "ports taken over": taken,
    "locks": locks,
    "files to change": writable,
}


def tried(action):
    try:
        return action()
    except (OSError, http.client.HTTPException):
        return ""


print(
    json.dumps(
        {**{name: tried(action) for name, action in TRIES.items()}, "arguments": of_processes("cmdline")}
    )
)
