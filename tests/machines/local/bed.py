"""A bare Debian in a container, on which somebody sets the workshop up in local mode.

Debian is 13, or what WORKSHOP_TEST_SUITE names.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import io
import json
import os
import pty
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_machine import have_downloads
from waiting import patience

from tools.testbed.inside import inside

ROOT = Path(__file__).resolve().parents[3]
MACHINE = ROOT / "tools/testbed/machine.bash"
LINK_DOWNLOADS = ROOT / "tools/testbed/link-downloads.bash"
USER = "learner"
CHECKOUT = f"/home/{USER}/workshop"
PASSWORD = "-".join(("open", "sesame", "machine"))
"""What sudo wants of the user; in no file of the checkout, so that it is found wherever set-up leaves it."""
SMALL = "/small"
"""A folder of the laptop's whose disk is too small for the workshop."""


OURS = hashlib.sha256(str(ROOT).encode()).hexdigest()[:6]
"""The end of the names of this checkout's machines, as in tools/testbed/ours.bash."""
SUITE = os.environ.get("WORKSHOP_TEST_SUITE") or "trixie"
"""Which Debian the machines have."""
FIGURES: list[str] = []
"""What was measured, for the end of the report."""


def linked_downloads(name: str, below: str = ".") -> tuple[Path, Path]:
    """Return a folder of a machine's own, and the one below it that holds the downloads, as links.

    On the same disk as the shared ones, and for as long as the tests run.
    """
    shared = Path(os.environ.get("WORKSHOP_TEST_CACHE", ROOT / ".cache/testbed"))
    own = Path(tempfile.mkdtemp(prefix=f"{shared.name}-{name}-", dir=shared.parent))
    atexit.register(subprocess.run, ["rm", "-rf", own], check=False)
    (own / below).mkdir(parents=True, exist_ok=True)
    subprocess.run([LINK_DOWNLOADS, shared, own / below], check=True)
    own.chmod(0o755)
    return own, own / below


@functools.cache
def downloads_of(kind: str) -> Path:
    """Downloads whose folders belong to one kind of machine: the learners', who write to them, or root's.

    The other tests' downloads belong to root, and a set-up by root that runs meanwhile would see a change
    in another owner; and no set-up by root takes wheels out of a folder of somebody else's. Where root only
    makes environments, it may have the ``shared`` ones; what downloads nothing has ``no`` ones.
    """
    if kind == "shared":
        return Path(os.environ.get("WORKSHOP_TEST_CACHE", ROOT / ".cache/testbed"))
    if kind == "no":
        none = tempfile.mkdtemp(prefix="workshop-no-downloads-")
        atexit.register(subprocess.run, ["rm", "-rf", none], check=False)
        return Path(none)
    return linked_downloads(kind)[1]


LEAST: dict[str, list[str]] = {
    "python_venv_names": ["jupyter"],
    "deep_libs_kernels": [],
    # What the doctor wants, for a workshop's first day.
    "datasets_names": [
        *("mnist", "imagenet-classes", "photos", "efficientnet-lite0"),
        *("convnetjs", "reveal", "katex"),
    ],
}
ONLY_JUPYTER = ("-e", json.dumps(LEAST))
"""What set-up is told that shall make the smallest workshop: Jupyter's environment, and few data."""
SERVICES = ("--tags", "jupyter-service,tensorboard-service,js-demos")
"""What set-up is told where everything but the services is as it should be."""


def record(what: str, seconds: float) -> None:
    """Keep a figure for the end of the report."""
    FIGURES.append(f"{what}: {seconds:.1f} s")


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    text: str
    """stdout and stderr as they came."""
    seconds: float

    @property
    def last_line(self) -> str:
        lines = [line for line in self.text.splitlines() if line.strip()]
        return lines[-1] if lines else ""

    @property
    def changed(self) -> int:
        """The number of changes that Ansible's closing line tells."""
        found = re.findall(r"\bchanged=(\d+)", self.text)
        assert found, f"no closing line of Ansible in:\n{self.text}"
        return int(found[-1])


def assert_one_line(done: Ran, *words: str) -> None:
    """The set-up failed, and its last line holds the words; no traceback anywhere."""
    assert done.status not in (0, 2), done.text
    assert "Traceback" not in done.text, done.text
    end = " ".join(done.text.splitlines()[-6:]).lower()
    for word in words:
        assert word.lower() in end, f"{word!r} is not in the end of:\n{done.text}"


@dataclass
class Bed:
    """One container."""

    name: str
    options: list[str] = field(default_factory=list)
    """Further words for podman run."""
    kind: str = "bare"
    """Without systemd; ``desk`` has it, with a manager of the user's own."""
    user: str = USER
    """Who sets the workshop up."""
    downloads: str = ""
    """Where the machine finds what earlier ones downloaded, besides /srv/cache.

    Below a learner's home, that home and the downloads are one file system, as on a laptop: environments are
    links to what lies unpacked among the downloads. On the machine's own disk they would be copies.
    """
    sees: str = ""
    """Of whom the downloads in /srv/cache are (`downloads_of`); empty: of machines with such a user."""
    password: str = ""
    """What sudo wants of the user, at a terminal; empty: nothing."""

    def start(self) -> None:
        """Start it, bare, as a member of this network, with downloads that belong to its user."""
        have_downloads()
        options = self.options
        if not self.has_home_of_ours:
            own = downloads_of(self.sees or ("root" if self.user == "root" else "learners"))
        else:
            folder, own = linked_downloads("home", os.path.relpath(self.downloads, self.home(self.user)))
            options = [*options, f"--volume={folder}:{self.home(self.user)}"]
        subprocess.run(
            [MACHINE, "start", self.name, self.kind, *options],
            check=True,
            env=os.environ | {"WORKSHOP_TEST_CACHE": str(own)},
        )
        self._join_network()
        # The downloads are links, of which all machines see one owner: a plain user's machines need it to be
        # theirs, and root's, which may do everything, must not take it away from one that is at work.
        if self.user != "root":
            self.root(f"chown -R {self.user}: /srv/cache")
        if self.has_home_of_ours:
            home, own_it = self.home(self.user), f"-exec chown {self.user}: {{}} +"
            self.root(f"cp -r /etc/skel/. {home}; find {home} -path {self.downloads} -prune -o {own_it}")
        elif self.downloads:
            folder = shlex.quote(str(Path(self.downloads).parent))
            self.run(f"mkdir -p {folder} && ln -s /srv/cache {shlex.quote(self.downloads)}")
        if self.password:
            self.root(
                f"echo '{self.user}:{self.password}' | chpasswd;"
                f" echo '{self.user} ALL=(ALL) ALL' >/etc/sudoers.d/{self.user}"
            )

    @property
    def has_home_of_ours(self) -> bool:
        return self.user != "root" and self.downloads.startswith(self.home(self.user) + "/")

    def _join_network(self) -> None:
        """Trust the certificates of the tests' network, as its administrator makes all machines do."""
        self.root(
            """cd /usr/local/share/ca-certificates
            awk '/BEGIN CERT/ { file = "network-" ++number ".crt" } file { print >file }' /srv/ca-bundle.pem
            update-ca-certificates >/dev/null 2>&1"""
        )

    def stop(self) -> None:
        subprocess.run([MACHINE, "stop", self.name], check=True)

    def run(self, command: str, user: str = "", seconds: float = 900) -> Ran:
        """Run a shell command inside, as the bed's user; how it ends is the caller's to judge."""
        started = time.monotonic()
        done = subprocess.run(
            self._inside(command, user or self.user),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=patience(seconds),
            check=False,
        )
        return Ran(done.returncode, done.stdout, time.monotonic() - started)

    def at_a_terminal(self, command: str, typed: dict[str, str], seconds: float = 1500) -> Ran:
        """Run a shell command inside, at a terminal where somebody types as soon as a text is to be read."""
        keyboard, terminal = pty.openpty()
        began, deadline, text, waiting = (
            time.monotonic(),
            time.monotonic() + patience(seconds),
            "",
            dict(typed),
        )
        options = ["--interactive", "--tty", f"--user={self.user}", f"--workdir={self.home(self.user)}"]
        with subprocess.Popen(
            ["podman", "exec", *options, self.name, "bash", "-lc", command],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        ) as running:
            os.close(terminal)
            while time.monotonic() < deadline:
                try:
                    text += os.read(keyboard, 4096).decode(errors="replace")
                except OSError:  # the other end was closed: it has ended
                    break
                for sign in [each for each in waiting if each in text]:
                    os.write(keyboard, f"{waiting.pop(sign)}\n".encode())
            else:
                running.kill()
        os.close(keyboard)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text.replace("\r\n", "\n"))
        return Ran(running.returncode, plain, time.monotonic() - began)

    @contextlib.contextmanager
    def foreground(self, command: str) -> Iterator[subprocess.Popen[str]]:
        """Run a shell command inside while the block lasts."""
        with subprocess.Popen(
            self._inside(command, self.user),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running:
            try:
                yield running
            finally:
                running.kill()

    def _inside(self, command: str, user: str) -> list[str]:
        return [*inside(self.name, user, self.home(user)), "bash", "-lc", command]

    def root(self, command: str, seconds: float = 900) -> str:
        """Run a command as root, which must succeed."""
        done = self.run(command, "root", seconds)
        assert done.status == 0, f"{command}\n{done.text}"
        return done.text

    def exists(self, path: str) -> bool:
        return self.run(f"test -e {shlex.quote(path)}", "root").status == 0

    @staticmethod
    def home(user: str) -> str:
        return "/root" if user == "root" else f"/home/{user}"

    @property
    def checkout(self) -> str:
        return f"{self.home(self.user)}/workshop"

    def bring_checkout(self) -> None:
        """Copy this checkout, as it is now, to where its user would have cloned it."""
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
            "\0"
        )
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name in filter(None, names):
                if (ROOT / name).exists() or (ROOT / name).is_symlink():
                    archive.add(ROOT / name, name, recursive=False)
        self.root(f"install -d -o {self.user} -g {self.user} {self.checkout}")
        unpack = [*inside(self.name, self.user), "tar", "-x", "-C", self.checkout]
        subprocess.run(unpack, input=packed.getvalue(), check=True)

    @property
    def prefix(self) -> str:
        return f"{self.checkout}/.workshop"

    def made(self) -> list[str]:
        """Return what set-up made below the prefix; downloads of earlier machines were there before."""
        return self.root(f"ls -A --ignore=cache {self.prefix} 2>/dev/null || true").split()

    def script(self, script: str, *words: str, **variables: str) -> str:
        """Return the command that runs one of ./local/*.bash with -e NAME=VALUE for each variable."""
        given = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        command = shlex.join([f"./local/{script}.bash", *given, *words])
        return f"cd {shlex.quote(self.checkout)} && {command}"

    def setup(self, *words: str, seconds: float = 1500, **variables: str) -> Ran:
        """Set the workshop up; where sudo wants a password somebody sits at the terminal who knows it."""
        command = self.script("setup", *words, **variables)
        if self.password:
            return self.at_a_terminal(command, {"password for": self.password}, seconds)
        return self.run(command, seconds=seconds)

    def play(self, book: Path, *words: str, **variables: Any) -> Ran:
        """Run a playbook of a test's own against the machine, from outside as over ssh."""
        command = [Path(sys.executable).parent / "ansible-playbook", book, "-i", f"{self.name},", *words]
        started = time.monotonic()
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as given:
            # As an organiser does with a secret: everybody can read command lines.
            json.dump(variables, given)
            given.flush()
            done = subprocess.run(
                [*command, "-c", "piped_podman", "-e", f"@{given.name}"],
                cwd=ROOT,
                env={
                    **os.environ,
                    "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
                    "ANSIBLE_ROLES_PATH": str(ROOT / "roles"),
                    "ANSIBLE_CONNECTION_PLUGINS": str(ROOT / "tools/testbed/connection_plugins"),
                    "ANSIBLE_NOCOLOR": "1",
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        return Ran(done.returncode, done.stdout, time.monotonic() - started)

    def behaves(self, tests: str = "", prefix: str = "") -> None:
        """Run the tests that every machine has to pass, or one file of them."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", ROOT / "tests/machines/behaviour" / tests),
                *(f"--hosts=podman://{self.user}@{self.name}", f"--prefix={prefix or self.prefix}"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=ROOT,
        )
        print(done.stdout)
        assert done.returncode == 0

    def disconnect(self) -> None:
        """Take the network away, and with it, as where the Wi-Fi is down, all servers of names."""
        self.root("cp /etc/resolv.conf /run && : >/etc/resolv.conf")
        subprocess.run(["podman", "network", "disconnect", "podman", self.name], check=True)

    def connect(self) -> None:
        """Give it back."""
        subprocess.run(["podman", "network", "connect", "podman", self.name], check=True)
        self.root("cat /run/resolv.conf >/etc/resolv.conf")

    def listens(self, port: int) -> bool:
        return bool(self.root(f"ss --no-header -ltn 'sport = :{port}'").strip())

    def wait_until_listens(self, port: int) -> None:
        deadline = time.monotonic() + patience(120)
        while not self.listens(port):
            assert time.monotonic() < deadline, f"nobody listens on port {port}"
            time.sleep(0.2)
