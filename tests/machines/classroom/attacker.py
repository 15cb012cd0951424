"""What one participant tries from inside a kernel: prints what it could get of another seat, as JSON.

The text is one cell of the attacker's, with VICTIM and PREFIX in its environment. Each entry is empty when
the try failed.
"""

import json
import os
import pwd
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

VICTIM = os.environ["VICTIM"]
PREFIX = os.environ["PREFIX"]
me = os.getuid()
number = VICTIM.removeprefix("seat-")


def tried(action: Callable[[], Any]) -> Any:
    """Return what an action got; nothing when it was refused."""
    try:
        return action()
    except (OSError, subprocess.SubprocessError, KeyError):
        return ""


def names(folder: str) -> list[str]:
    """Return what lies in a folder."""
    return [path.name for path in Path(folder).iterdir()]


def of_others(folder: str) -> list[str]:
    """Return what lies in a folder and belongs to others."""
    return [path.name for path in Path(folder).iterdir() if path.lstat().st_uid != me]


def says(command: str) -> str:
    """Return what a command printed if it succeeded."""
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    return done.stdout.strip() or "done" if done.returncode == 0 else ""


def answer(url: str) -> str:
    """Return the page of an address, unless it is refused or only asks to log in."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as page:
            return "" if "/hub/" in page.url else page.read(200).decode(errors="replace")
    except urllib.error.HTTPError:
        return ""


def others_processes() -> list[str]:
    """Return the command lines of other accounts' processes that can be seen."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid != me:
                found.append((folder / "cmdline").read_text().replace("\0", " ")[:60])
        except OSError:
            continue
    return [each for each in found if each]


def stands_in() -> str:
    """Listen where the victim's server does, or would after a restart."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 20000 + int(number) + 500))
        return "listened"


files = {
    "database": f"{PREFIX}/hub/state/hub.sqlite",
    "cookie secret": f"{PREFIX}/hub/state/cookie-secret",
    "key": f"{PREFIX}/hub/private/key",
    "codes": f"{PREFIX}/hub/private/seats.json",
    "organiser's token": f"{PREFIX}/hub/private/cli-token",
    "proxy's token": f"{PREFIX}/hub/private/proxy-token",
    "environment of the unit": f"/run/classroom/{number}.env",
    "notebook": f"/home/{VICTIM}/notebooks/secret.txt",
    "shadow": "/etc/shadow",
}
got: dict[str, Any] = {
    name: tried(lambda path=path: Path(path).read_bytes()[:20].decode("latin1"))
    for name, path in files.items()
}
got["home"] = tried(lambda: names(f"/home/{VICTIM}"))
got["cards"] = tried(lambda: names(f"{PREFIX}/hub/cards"))
got["sockets"] = tried(lambda: names(f"/run/classroom-seat-{number}"))
got["cache"] = tried(lambda: names(f"{PREFIX}/hub/theano/{number}"))
got["processes"] = others_processes()
got["server"] = tried(lambda: answer(f"http://127.0.0.1:{20000 + int(number)}/user/{VICTIM}/api/contents"))
got["routes"] = tried(lambda: answer("http://127.0.0.1:8001/api/routes"))
got["hub's users"] = tried(lambda: answer("http://127.0.0.1:8085/hub/api/users"))
got["stopped"] = tried(lambda: says(f"systemctl --no-ask-password stop classroom-seat@{number}"))
got["transient unit"] = tried(lambda: says("systemd-run --no-ask-password --wait --pipe id"))
got["root by sudo"] = tried(lambda: says("sudo -n id"))
got["signal"] = tried(lambda: says(f"pkill -u {VICTIM} python"))
got["wrote settings"] = tried(lambda: Path(f"{PREFIX}/hub/settings/{number}.toml").write_text("x"))
got["wrote programs"] = tried(lambda: Path(f"{PREFIX}/venvs/hub/bin/python3x").write_text("x"))
got["wrote own unit"] = tried(
    lambda: Path("/etc/systemd/system/classroom-seat@.service").open("a").close() or "wrote"
)
got["temporary files"] = of_others("/tmp")
got["shared memory"] = of_others("/dev/shm")
bites = {"port": tried(stands_in)}
print(json.dumps({"me": pwd.getpwuid(me).pw_name, "got": got, "bites": bites}))
