"""A distribution for WSL, started as a container with systemd from its own archive, as WSL starts it.

The root is that of the file which --wsl names; else the test machine's, with the first start and the account
of an appliance, and plain servers in place of the workshop's. Two copies are started, each twice.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import microsoft
import pytest
import waiting
from machines.local.bed import FIGURES

from organiser.appliance import clean
from organiser.appliance.architecture import ARM64, native
from organiser.appliance.verify.run import verify
from organiser.appliance.wsl.write import write_wsl

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("wsl")]

ROOT = Path(__file__).resolve().parents[3]
SERVICES = {"workshop-jupyter": 8080, "workshop-tensorboard": 8081, "workshop-web": 8082}
UNIT = """[Service]
User=workshop
# It counts as started long before it answers, as the workshop's do.
ExecStart=/bin/sh -c "sleep 3; exec python3 -m http.server --bind 0.0.0.0 {port}"
[Install]
WantedBy=multi-user.target
"""
KEYS = '#!/bin/sh\nfor file; do :; done\nhead -c 32 /dev/urandom | base64 | tee "$file" >"$file.pub"\n'
"""In place of ssh-keygen, which the test machine does not have."""
PAGE = """
import sys, urllib.request
print(urllib.request.urlopen("http://127.0.0.1:" + sys.argv[1]).status)
"""
EXPLORER = "/mnt/c/Windows/explorer.exe"
BROWSER = f"""\
mkdir -p $(dirname {EXPLORER})
cat >{EXPLORER} <<'end'
#!/bin/sh
echo "$1 $(python3 -c '{PAGE}' {SERVICES["workshop-web"]})" >>/opened
end
chmod +x {EXPLORER}
"""
"""Puts a program in the place of Windows' own that tells what was opened, and how the page answered."""
LESSONS = {
    "theano": "0-basics/10-theano-basics",
    "tensorflow": "1-mnist/30-keras",
    "pytorch": "1-mnist/35-pytorch",
}
"""One for each environment of the lessons, of those that take least there."""
SETTINGS = {
    "user": "workshop", "token_file": "/opt/workshop/etc/token", "version": "1",
    "jupyter_port": 8080, "web_port": 8082, "ssh_port": 8282,
}  # fmt: skip


def podman(*words: str | Path, check: bool = True) -> str:
    done = subprocess.run(["podman", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid() != 0 or not shutil.which("podman"):
        pytest.skip("needs root and podman")
    if given := request.config.getoption("--wsl"):
        return Path(given).resolve()
    folder = tmp_path_factory.mktemp("wsl")
    image = subprocess.run(
        [ROOT / "tools/testbed/image.bash", "debian"], capture_output=True, text=True, check=True
    ).stdout.strip()
    container = podman("create", image, "true")
    root = folder / "root"
    root.mkdir()
    exported = subprocess.Popen(["podman", "export", container], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-C", root, "-xp"], stdin=exported.stdout, check=True)
    assert exported.wait() == 0
    podman("rm", container)
    make_appliance(root)
    write_wsl(root, folder / "a.wsl", epoch=int(time.time()))
    return folder / "a.wsl"


def make_appliance(root: Path) -> None:
    """Turn the test machine's root into one as a build leaves it."""
    subprocess.run(["chroot", root, "userdel", "--remove", "workshop"], capture_output=True, check=False)
    command = ["useradd", "--create-home", "--uid", "1000", "--shell", "/bin/bash", "--groups", "sudo"]
    subprocess.run(["chroot", root, *command, "workshop"], check=True)
    first_boot = (ROOT / "roles/appliance-image/files/first_boot.py").read_text(encoding="utf-8")
    files = {
        "etc/workshop-appliance.json": json.dumps(SETTINGS),
        "usr/local/sbin/first-boot-workshop": first_boot,
        "usr/bin/ssh-keygen": KEYS,
        "opt/workshop/etc/workshop.toml": 'bind_address = "0.0.0.0"\njupyter_port = 8080\nweb_port = 8082\n',
        "opt/workshop/etc/jupyter/jupyter_server_config.py": 'c.ServerApp.ip = "0.0.0.0"\n',
        **{f"etc/systemd/system/{name}.service": UNIT.format(port=port) for name, port in SERVICES.items()},
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    for name in SERVICES:
        (wants / f"{name}.service").symlink_to(f"/etc/systemd/system/{name}.service")
    clean.clean(root, "deep-learning-workshop")


class Copy:
    """One copy, installed from the archive."""

    def __init__(self, archive: Path, folder: Path) -> None:
        self.name = f"workshop-test-{folder.name}"
        folder.mkdir()
        subprocess.run(["tar", "-C", folder, "--xattrs", "--numeric-owner", "-xpzf", archive], check=True)
        podman("rm", "--force", "--time", "0", "--ignore", self.name)
        podman(
            *("run", "--detach", "--name", self.name, "--env", "container=wsl", "--systemd=always"),
            *("--pids-limit=0", "--network", "none", "--tmpfs", "/tmp", "--rootfs", folder, "/sbin/init"),
        )
        self.wait()

    def run(self, *command: str, check: bool = True) -> str:
        return podman("exec", self.name, *command, check=check)

    def wait(self) -> None:
        waiting.wait_until(
            lambda: self.run("systemctl", "is-system-running", check=False) in ("running", "degraded"),
            60,
            "systemd has started",
        )

    def active(self) -> set[str]:
        return set(self.run("systemctl", "is-active", *SERVICES, check=False).split())

    def page_answers(self) -> bool:
        """Tell whether the start page is there; asked from within, for there is no network."""
        return self.run("python3", "-c", PAGE, str(SERVICES["workshop-web"]), check=False) == "200"

    def secrets(self) -> list[str]:
        """Return the token, sums of all secrets, for keys begin alike, and the password as it is stored."""
        token = "/opt/workshop/etc/token"
        files = [token, "/var/lib/workshop-appliance/password", "/etc/machine-id"]
        files += [f"/etc/ssh/ssh_host_{kind}_key" for kind in ("ed25519", "ecdsa")]
        sums = self.run("sha256sum", *files).split()[::2]
        return [self.run("cat", token), *sums, self.run("getent", "shadow", "workshop").split(":")[1]]


@pytest.fixture(scope="module")
def copies(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Copy]]:
    folder = tmp_path_factory.mktemp("copies")
    made = [Copy(archive, folder / name) for name in ("wsl-one", "wsl-two")]
    yield made
    for copy in made:
        podman("rm", "--force", "--time", "0", copy.name)


def test_it_is_sound(archive: Path) -> None:
    assert verify(archive).faults == []


def test_microsofts_validator_finds_neither_error_nor_warning(archive: Path, tmp_path: Path) -> None:
    assert microsoft.said_of(archive, microsoft.fetch(tmp_path)) == [
        'Found valid keys in "/etc/wsl-distribution.conf": '
        "['oobe.command', 'oobe.defaultuid', 'oobe.defaultname', 'shortcut.icon']",
        "Found valid keys in \"/etc/wsl.conf\": ['boot.systemd']",
    ]


def test_the_first_start_makes_what_a_copy_needs_and_the_second_keeps_it(
    copies: list[Copy], archive: Path
) -> None:
    for copy in copies:
        assert copy.active() == {"inactive"}, "services wait for the account"
        assert copy.run("getent", "passwd", "1000", check=False) == ""
        copy.run("sh", "-c", BROWSER)
        said = copy.run("/usr/lib/wsl/first-start")
        assert copy.run("cat", "/opened") == "http://localhost:8082/ 200"
        assert copy.run("id", "--user", "--name", "1000") == "workshop"
        assert copy.active() == {"active"}
        before = copy.secrets()
        assert before[0] not in said, "a token is typed by nobody"
        assert "workshop open" in said
        podman("stop", "--time", "10", copy.name)
        started = time.monotonic()
        podman("start", copy.name)
        waiting.wait_until(copy.page_answers, 60, "the start page answers", every=0.2)
        FIGURES.append(f"{archive.name}: {time.monotonic() - started:.1f} s from systemd to the start page")
        copy.wait()
        assert copy.active() == {"active"}
        copy.run("/usr/lib/wsl/first-start")
        assert copy.secrets() == before
        # Who opens a window later is told what to open, and what closing it means.
        copy.run("touch", "--date", "1 hour ago", "/opt/workshop/etc/token")
        window = podman("exec", "--user", "1000", copy.name, "bash", "--login", "-i", "-c", "true")
        assert f"http://localhost:{SERVICES['workshop-web']}/" in window
        assert "Leave this window open" in window
    one, two = (copy.secrets() for copy in copies)
    assert not set(one) & set(two)


def test_everything_listens_on_loopback_only(copies: list[Copy]) -> None:
    listening = copies[0].run("ss", "--no-header", "--listening", "--tcp", "--numeric")
    addresses = {line.split()[3] for line in listening.splitlines()}
    assert addresses == {f"127.0.0.1:{port}" for port in SERVICES.values()}


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("environment", LESSONS)
def test_a_whole_lesson_runs(
    environment: str, archive: Path, copies: list[Copy], request: pytest.FixtureRequest
) -> None:
    """In its fast profile; an emulated processor is held against no time."""
    if request.config.getoption("--wsl") is None:
        pytest.skip("needs a distribution with lessons")
    if copies[0].run("ls", f"/opt/workshop/venvs/{environment}", check=False) == "":
        pytest.skip(f"it was built without {environment}")
    emulated = archive.name.endswith(f"{ARM64.suffix}.wsl") != (native() == ARM64)
    # As the participant, who has the account of this number.
    command = ["podman", "exec", "--user", "1000", copies[0].name, "/opt/workshop/venvs/jupyter/bin/workshop"]
    command += ["lessons", "run", LESSONS[environment], "--json", *["--unmeasured"] * emulated]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (told,) = json.loads(done.stdout)["lessons"]
    assert (told["name"], told["passed"]) == (LESSONS[environment], True)
    FIGURES.append(f"{archive.name}: {time.monotonic() - started:.0f} s for {told['name']}")
