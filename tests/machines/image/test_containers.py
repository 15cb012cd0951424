"""The image under podman: loaded, started as docker's users start it, healthy, kept, and ended in time.

``--image FILE`` names a real one. Without it the root of the test machine is made into one, with servers
that serve nothing in place of the workshop's: what docker and podman see of it is the same.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bills
import dockers
import pytest
import waiting
from dockers import FIGURES

from organiser.appliance import clean, forms, ovf
from organiser.appliance.architecture import native
from organiser.appliance.machine import Machine
from organiser.appliance.pack import Clock
from organiser.appliance.verify.run import verify
from organiser.image import layout, running
from organiser.image.make import describe

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("image")]

ROOT = Path(__file__).resolve().parents[3]
STORE = ("--pids-limit=0", "--network=none")
"""What the containers of a test bed cannot have otherwise; the ports are asked from inside."""
SERVERS = {"workshop-jupyter": 8080, "workshop-tensorboard": 8081, "workshop-web": 8082}
UNIT = "[Service]\nExecStart=/usr/bin/python3 -m http.server --bind 0.0.0.0 {port}\nWorkingDirectory=/usr\n"
STOP_SECONDS = 5


def podman(*words: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["podman", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid() != 0 or not shutil.which("podman"):
        pytest.skip("needs root and podman")
    if given := request.config.getoption("--image"):
        return Path(given)
    folder = tmp_path_factory.mktemp("image")
    name = subprocess.run(
        [ROOT / "tools/testbed/image.bash", "debian"], capture_output=True, text=True, check=True
    ).stdout.strip()
    container = podman("create", name, "true").stdout.strip()
    root = folder / "root"
    root.mkdir()
    exported = subprocess.Popen(["podman", "export", container], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-C", root, "-xp"], stdin=exported.stdout, check=True)
    assert exported.wait() == 0
    podman("rm", container)
    make_workshop(root)
    description = ovf.Description(
        Machine("deep-learning-workshop", 2048, 2, ()), "1.2.3", ovf.SYSTEMS["debian"], ""
    )
    source = forms.Source(root, description, int(time.time()), revision="0123abcd")
    (made,) = forms.write(source, [forms.OCI], folder / "out", Clock(lambda _: None))
    shutil.rmtree(root)
    return made.path


def make_workshop(root: Path) -> None:
    """Turn the test machine's root into one as a build leaves it."""
    subprocess.run(["chroot", root, "userdel", "--remove", "workshop"], capture_output=True, check=False)
    command = ["useradd", "--create-home", "--uid", "1000", "--shell", "/bin/bash", "workshop"]
    subprocess.run(["chroot", root, *command], check=True)
    settings = {"user": "workshop", "token_file": "/opt/workshop/etc/token", "version": "1"}
    files = {
        "etc/workshop-appliance.json": json.dumps(settings),
        "usr/local/sbin/first-boot-workshop": "#!/bin/sh\n",
        "opt/workshop/etc/workshop.toml": 'bind_address = "0.0.0.0"\n',
        "opt/workshop/theano/compiled": "made",
        "home/workshop/notebooks/lesson.ipynb": "{}",
        **{f"etc/systemd/system/{name}.service": UNIT.format(port=port) for name, port in SERVERS.items()},
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    for name in ("home/workshop/notebooks", "home/workshop/notebooks/lesson.ipynb", "opt/workshop/theano"):
        os.chown(root / name, 1000, 1000)
        # As the roles leave their folders.
        if (root / name).is_dir():
            (root / name).chmod(0o700)
    clean.clean(root, "deep-learning-workshop")


@pytest.fixture(scope="module")
def image(archive: Path) -> Iterator[str]:
    """The image, loaded."""
    name = running.load(shutil.which("podman") or "podman", archive)
    yield name
    podman("rmi", "--force", name, check=False)


class Container:
    """One container of the image."""

    def __init__(self, name: str, image: str, *words: str) -> None:
        self.name = name
        podman("rm", "--force", "--time", "0", "--ignore", name)
        started = time.monotonic()
        podman("run", "--detach", "--name", name, *STORE, *words, image)
        try:
            waiting.wait_until(self.is_healthy, 120, f"{name} is healthy")
        except AssertionError as error:
            said = self.run(f"/{layout.HEALTHY}", check=False).stderr
            raise AssertionError(f"{error}; it says: {said}{self.said()}") from None
        FIGURES.append(f"{name}: {time.monotonic() - started:.1f} s from run to all ports answering")

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return podman("exec", self.name, *command, check=check)

    def is_healthy(self) -> bool:
        return self.run(f"/{layout.HEALTHY}", check=False).returncode == 0

    def said(self) -> str:
        done = podman("logs", self.name, check=False)
        return done.stdout + done.stderr

    def stop(self) -> None:
        """Ask it to end; who does not listen within the time is killed, which its status tells."""
        started = time.monotonic()
        podman("stop", "--time", str(round(waiting.patience(STOP_SECONDS))), self.name)
        FIGURES.append(f"{self.name}: {time.monotonic() - started:.1f} s from SIGTERM to the end")
        status = podman("inspect", "--format", "{{.State.ExitCode}}", self.name).stdout.strip()
        said = self.said()
        podman("rm", self.name)
        assert status == "0", said


@pytest.fixture
def volume() -> Iterator[str]:
    podman("volume", "rm", "--force", "workshop-test-home", check=False)
    yield "workshop-test-home"
    podman("volume", "rm", "--force", "workshop-test-home", check=False)


def test_it_is_sound(archive: Path) -> None:
    report = verify(archive)
    assert report.faults == []
    FIGURES.append(f"{archive.name}: {archive.stat().st_size / 1e6:.0f} MB")


def test_notebooks_and_token_outlive_a_container_that_cannot_write_its_root(image: str, volume: str) -> None:
    words = (
        "--read-only", "--tmpfs=/tmp:mode=1777", "--cap-drop=ALL", "--security-opt=no-new-privileges",
        f"--volume={volume}:/{layout.HOME}",
    )  # fmt: skip
    first = Container("workshop-test-first", image, *words)
    assert first.run("id", "-u").stdout.strip() == "1000"
    assert first.run("touch", "/etc/x", check=False).returncode != 0
    assert first.run("test", "-e", f"/{layout.HOME}/notebooks").returncode == 0
    first.run("sh", "-c", f"echo mine >/{layout.HOME}/notebooks/mine.ipynb")
    token = first.run("cat", "/opt/workshop/etc/token").stdout.strip()
    assert token not in first.said()
    first.stop()
    second = Container("workshop-test-second", image, *words)
    assert second.run("cat", f"/{layout.HOME}/notebooks/mine.ipynb").stdout == "mine\n"
    assert second.run("cat", "/opt/workshop/etc/token").stdout.strip() == token
    second.stop()


def test_a_folder_of_the_callers_is_written_as_the_caller(image: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    os.chown(folder, 4321, 4321)
    for above in folder.parents[:-1]:
        # The container's account has to come by.
        if above.stat().st_uid == 0 and "pytest" in above.name:
            above.chmod(0o755)
    other = Container(
        "workshop-test-folder",
        image,
        "--user=4321:4321",
        f"--volume={folder}:/{layout.HOME}",
        "--cap-drop=ALL",
    )
    other.run("sh", "-c", f"echo mine >/{layout.HOME}/notebooks/mine.ipynb")
    other.stop()
    assert {path.stat().st_uid for path in folder.rglob("*")} == {4321}


def test_a_new_volume_is_whoevers_and_stays_theirs(image: str, volume: str) -> None:
    """Saved is what whoever starts it writes into the lessons that came along, whatever --user says."""
    words = ("--cap-drop=ALL", f"--volume={volume}:/{layout.HOME}")
    notebooks = f"/{layout.HOME}/notebooks"
    other = Container("workshop-test-number", image, "--user=4321:0", *words)
    other.run("sh", "-c", f"echo mine >>{notebooks}/lesson.ipynb && echo mine >{notebooks}/mine.ipynb")
    compiled = "/opt/workshop/theano"
    assert other.run("sh", "-c", f"cat {compiled}/compiled; touch {compiled}/mine").stdout == "made"
    other.stop()
    done = podman("run", "--rm", *STORE, *words, image, check=False)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("workshop: the account 1000 cannot write into")
    assert "start it with --user 4321" in last
    again = Container("workshop-test-number", image, "--user=4321:0", *words)
    assert again.run("cat", f"{notebooks}/mine.ipynb").stdout == "mine\n"
    again.stop()


OURS = """\
import json, sys
from organiser.image import running
running.VOLUME = sys.argv[2]
running.start("podman", running.Request(sys.argv[1], name=sys.argv[2], read_only=True))
print(running.wait_for_link("podman", sys.argv[2]))
"""
PUBLISHED = "workshop-test-published"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """What runs a command in a network of its own, where whoever has the ports of this computer is not."""
    (tmp_path / "containers.conf").write_text("[containers]\npids_limit = 0\n")
    script = "ip link set lo up && echo up && exec sleep infinity"
    holder = subprocess.Popen(["unshare", "--net", "sh", "-c", script], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "up\n"
    inside = (
        "env", f"CONTAINERS_CONF_OVERRIDE={tmp_path}/containers.conf",
        "nsenter", f"--net=/proc/{holder.pid}/ns/net",
    )  # fmt: skip
    try:
        yield inside
    finally:
        for words in (("rm", "--force", "--time", "0"), ("volume", "rm", "--force")):
            subprocess.run([*inside, "podman", *words, PUBLISHED], capture_output=True, check=False)
        holder.kill()
        holder.wait()


def test_pages_answer_on_this_computer_by_our_command_and_by_the_documented_one(
    image: str, network: tuple[str, ...]
) -> None:
    def do(*command: str | Path) -> str:
        done = subprocess.run([*network, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def answers() -> bool:
        healthy = Path(running.__file__).with_name("healthy")
        return subprocess.run([*network, healthy], capture_output=True, check=False).returncode == 0

    def open_and_end(who: str, *command: str) -> str:
        started = time.monotonic()
        said = do(*command)
        waiting.wait_until(answers, 120, f"pages of {who}")
        FIGURES.append(f"{who}: {time.monotonic() - started:.1f} s from run to pages on this computer")
        listening = {line.split()[3] for line in do("ss", "-Hltn").splitlines()}
        assert listening == {f"127.0.0.1:{port}" for port in layout.PORTS}
        do("podman", "stop", PUBLISHED)
        assert not answers()
        return said

    ours = (sys.executable, "-c", OURS, image, PUBLISHED)
    own, kind = native(), podman("image", "inspect", "--format", "{{.Architecture}}", image).stdout.strip()
    if own is not None and kind == own.name:
        link = open_and_end("image run", *ours)
        assert link.startswith("http://localhost:8080/login#"), link
        # The one that has ended makes room.
        assert open_and_end("image run, again", *ours) != link
        do("podman", "rm", PUBLISHED)
    else:
        # Emulated, the documented one starts it; ours names the right file.
        refused = subprocess.run([*network, *ours], capture_output=True, text=True, check=False)
        assert f"the image is for {kind} and this computer is" in refused.stderr
    published = "127.0.0.1:8080-8082:8080-8082"
    volume = f"{PUBLISHED}:/{layout.HOME}"
    words = ("--detach", "--rm", "--name", PUBLISHED, "-p", published, "-v", volume)
    open_and_end("the documented command", "podman", "run", *words, image)


def test_two_containers_share_no_token(image: str) -> None:
    tokens = []
    for name in ("workshop-test-a", "workshop-test-b"):
        copy = Container(name, image)
        tokens.append(copy.run("cat", "/opt/workshop/etc/token").stdout)
        copy.stop()
    assert tokens[0] != tokens[1]


def test_where_it_cannot_write_it_says_so_in_one_line(image: str, tmp_path: Path) -> None:
    mounted = f"--volume={tmp_path}:/{layout.HOME}:ro"
    done = podman("run", "--rm", *STORE, "--user=4321", "--cap-drop=ALL", mounted, image, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("workshop: the account 4321 cannot write into")


def test_what_a_root_that_cannot_be_written_needs_besides_is_said(image: str, volume: str) -> None:
    words = ("--rm", *STORE, "--read-only", "--read-only-tmpfs=false")
    home = f"--volume={volume}:/{layout.HOME}"
    for more, says in (
        ((), "is read-only; mount a volume at /home/workshop"),
        ((home,), "workshop: /tmp cannot be written; start it with --tmpfs"),
    ):
        done = podman("run", *words, *more, image, check=False)
        assert done.returncode == 1
        assert says in done.stderr.strip().splitlines()[-1]


def test_under_a_hub_it_is_a_seats_server(image: str, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--image"):
        pytest.skip("the stand-in has no Jupyter; needs --image")
    done = podman("run", "--rm", *STORE, image, "jupyterhub-singleuser", "--version")
    assert done.stdout.strip().splitlines()[-1][0].isdigit()


@pytest.mark.parametrize("store", dockers.STORES)
def test_docker_loads_and_runs_it(store: str, archive: Path, tmp_path: Path) -> None:
    if program := dockers.missing():
        pytest.skip(f"needs {program}")
    with dockers.started(tmp_path, store) as docker:
        name = docker("load", "--input", archive).stdout.partition("image: ")[2].strip()
        assert name.startswith(f"{layout.NAME}:")
        (about,) = json.loads(docker("image", "inspect", name).stdout)
        assert about["Config"]["User"] == f"{layout.UID}:{layout.UID}"
        assert about["Config"]["Healthcheck"]["Test"] == ["CMD", f"/{layout.HEALTHY}"]
        words = ("--read-only", "--tmpfs=/tmp:mode=1777,exec", "--cap-drop=ALL", "--network=none")
        started = time.monotonic()
        docker("run", "--detach", "--name=workshop", *words, "--volume=home:/home/workshop", name)
        waiting.wait_until(
            lambda: docker("exec", "workshop", f"/{layout.HEALTHY}", check=False).returncode == 0,
            120,
            "it is healthy",
        )
        FIGURES.append(f"docker, {store}: {time.monotonic() - started:.1f} s until all ports answer")
        started = time.monotonic()
        docker("stop", "--time", str(round(waiting.patience(STOP_SECONDS))), "workshop")
        FIGURES.append(f"docker, {store}: {time.monotonic() - started:.1f} s from SIGTERM to the end")
        assert docker("inspect", "--format", "{{.State.ExitCode}}", "workshop").stdout.strip() == "0"


def test_its_bill_of_materials_is_of_the_formats_own_schema(archive: Path) -> None:
    bill = describe(archive).bill
    assert bill is not None
    bills.require_sound(bill.read_text(encoding="utf-8"))
