"""What goes wrong on people's machines: one line that says what and what to do, and no harm done."""

from __future__ import annotations

import os
import random
import re
import shlex
import time
from collections.abc import Iterator

import pytest
from bed import CHECKOUT, USER, Bed, Ran, record

OTHER_PORTS = {
    "workshop_jupyter_port": "9080",
    "workshop_tensorboard_port": "9081",
    "workshop_web_port": "9082",
}


def assert_one_line(done: Ran, *words: str) -> None:
    """The set-up failed, and its last line holds the words; no traceback anywhere."""
    assert done.status not in (0, 2), done.text
    assert "Traceback" not in done.text, done.text
    told = " ".join(line for line in done.text.splitlines()[-6:])
    for word in words:
        assert word.lower() in told.lower(), f"{word!r} is not in the end of:\n{done.text}"


def test_another_distribution_is_refused(bare: Bed) -> None:
    bare.root("printf 'ID=ubuntu\\nVERSION_ID=24.04\\n' >/usr/lib/os-release")
    done = bare.setup()
    assert_one_line(done, "ubuntu 24.04", "Debian 13", "Fedora")
    assert not done.text.strip().count("\n")
    bare.root(f"! test -e {CHECKOUT}/.workshop")


@pytest.mark.podman("--tmpfs=/small:size=300m,mode=1777")
def test_a_small_disk_is_refused_before_anything_is_downloaded(bare: Bed) -> None:
    done = bare.setup(workshop_prefix="/small/workshop")
    assert_one_line(done, "/small", "MB free", "workshop_prefix")
    assert bare.root("ls -A /small").strip() == ""


@pytest.mark.podman("--network=none")
def test_without_network_and_packages_it_says_so(bare: Bed) -> None:
    done = bare.setup()
    assert_one_line(done, "could not install", "python3-venv")


def test_without_root_the_missing_packages_are_named(bare: Bed) -> None:
    bare.root("rm /etc/sudoers.d/learner")
    done = bare.setup()
    assert_one_line(done, "as root", "apt-get install", "python3-venv")
    bare.root(f"! test -e {CHECKOUT}/.workshop")


def test_python_311_not_to_be_had(bare: Bed) -> None:
    bare.own_cache()
    packages = "python3-venv g++ libopenblas-dev git"
    bare.root(f"apt-get update -q && apt-get install -yq --no-install-recommends {packages}")
    # A mirror that has only what the machine has already, and no predecessor.
    bare.root("rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* && touch /etc/apt/sources.list")
    done = bare.setup(python_venv_managed_python="false")
    assert_one_line(done, "Python 3.11", "install one", "python_venv_interpreter")


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("workshop_jupyter_port", "eighty", ["workshop_jupyter_port"]),
        ("jupyter_service_tokn", "x", ["jupyter_service_tokn", "did you mean jupyter_service_token"]),
        ("deep_libs_warm", "sometimes", ["deep_libs_warm", "sometimes"]),
    ],
)
def test_a_wrong_argument_is_named_before_the_first_change(
    set_up_laptop: Bed, variable: str, value: str, words: list[str]
) -> None:
    done = set_up_laptop.setup(**{variable: value})
    assert_one_line(done)
    for word in words:
        assert word in done.text, done.text
    assert done.changed == 0, done.text


def test_a_taken_port_is_named_with_its_process(set_up_laptop: Bed) -> None:
    bed = set_up_laptop
    bed.run(bed.script("stop"))
    bed.run("nohup python3 -m http.server --bind 127.0.0.1 8080 >/dev/null 2>&1 & echo $! >/tmp/taker")
    taker = bed.run("cat /tmp/taker").text.strip()
    try:
        deadline = time.monotonic() + 10
        while not bed.listens(8080):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        done = bed.setup()
        assert_one_line(done, "8080", "python3", taker)
    finally:
        bed.run(f"kill {taker}")
    assert bed.setup().status == 0


@pytest.fixture
def unplugged(set_up_laptop: Bed) -> Iterator[Bed]:
    """The set-up machine on the day when the Wi-Fi is down."""
    set_up_laptop.disconnect()
    yield set_up_laptop
    set_up_laptop.connect()


def test_without_network_a_warm_cache_is_enough(unplugged: Bed) -> None:
    prefix = f"/home/{USER}/offline"
    done = unplugged.setup(workshop_prefix=prefix, **OTHER_PORTS)
    try:
        assert done.status == 0, done.text
        record("local mode: set-up from a warm cache without network", done.seconds)
        assert unplugged.run(f"{prefix}/venvs/jupyter/bin/workshop doctor").status == 0
        assert unplugged.listens(9080)
    finally:
        unplugged.run(unplugged.script("stop", workshop_prefix=prefix))
        unplugged.root(f"rm -rf {prefix}")


def test_without_network_and_cache_it_says_so(unplugged: Bed) -> None:
    done = unplugged.setup(workshop_prefix="/tmp/nothing", workshop_cache="/tmp/empty", **OTHER_PORTS)
    assert_one_line(done, "cannot get uv", "network", "workshop_stick")
    assert done.text.strip().count("\n") == 0, done.text


KILLED = f"/home/{USER}/killed"
SETTINGS = {"workshop_prefix": KILLED, **OTHER_PORTS}


def kill_set_up(bed: Bed, until: str) -> bool:
    """Kill set-up, with all that it started, when a shell command has ended; False: it had ended by then."""
    # Its own process group, so that the kill takes Ansible's and uv's children with it.
    script = "echo $$ >/tmp/group; " + bed.script("setup", **SETTINGS)
    start = f"setsid --wait bash -c {shlex.quote(script)} >/tmp/log 2>&1; echo $? >/tmp/status"
    bed.run("rm -f /tmp/log /tmp/status /tmp/group")
    bed.run(f"({start}) & {until}; kill -9 -- -$(cat /tmp/group); wait")
    status = int(bed.run("cat /tmp/status").text)
    assert status in (0, 137), bed.run("cat /tmp/log").text
    return status == 137


@pytest.fixture
def killed(set_up_laptop: Bed) -> Iterator[Bed]:
    """The machine on which set-up of another prefix is killed; what came of it is removed."""
    yield set_up_laptop
    remove_killed(set_up_laptop)


def remove_killed(bed: Bed) -> None:
    bed.run(bed.script("stop", **SETTINGS))
    bed.root(f"rm -rf {KILLED}")


def assert_completes(bed: Bed, how: str) -> None:
    """The next run makes everything good; ``how`` says what went before, and how to do that again."""
    done = bed.setup(**SETTINGS)
    assert done.status == 0, f"{how}\n{done.text}"
    record("local mode: set-up after it was killed", done.seconds)
    again = bed.setup(**SETTINGS)
    assert again.changed == 0, f"{how}\n{again.text}"
    for command in ("data verify", "doctor"):
        checked = bed.run(f"{KILLED}/venvs/jupyter/bin/workshop {command}")
        assert checked.status == 0, f"{how}\n{checked.text}"


# Files that exist from some moment on of the task "Keep Jupyter running".
@pytest.mark.parametrize(
    "sign",
    [
        pytest.param("grep -q '^TASK .*Keep Jupyter running' /tmp/log", id="begun"),
        pytest.param(f"[ -e {KILLED}/etc/supervisor/programs/workshop-jupyter.conf ]", id="files-written"),
        pytest.param(f"[ -e {KILLED}/run/supervisord.pid ]", id="supervisor-started"),
    ],
)
def test_killed_while_it_starts_jupyter_the_next_run_completes(killed: Bed, sign: str) -> None:
    # No sleep: it would come too late for the moment that is meant. A set-up that has ended gives none.
    assert kill_set_up(killed, f"until {sign} 2>/dev/null || [ -e /tmp/status ]; do :; done")
    assert_completes(killed, f"killed when {sign}")


def test_killed_at_ten_random_moments_the_next_run_completes(killed: Bed) -> None:
    seed = int(os.environ.get("WORKSHOP_TEST_SEED", random.SystemRandom().randrange(10**6)))
    dice = random.Random(seed)
    moments: list[str] = []
    while len(moments) < 10:
        seconds = dice.uniform(1, 30)
        if kill_set_up(killed, f"sleep {seconds:.2f}"):
            tasks = re.findall(r"^TASK \[(.*?)\]", killed.run("cat /tmp/log").text, re.MULTILINE)
            moments.append(f"{seconds:.1f} s: {tasks[-1] if tasks else 'before the first change'}")
        else:
            # It got through between two kills: begin anew, so that each kill hits a set-up at work.
            remove_killed(killed)
    assert_completes(killed, "\n".join([f"WORKSHOP_TEST_SEED={seed}", "killed after", *moments]))
