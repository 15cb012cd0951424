"""What goes wrong on people's machines: one line that says what and what to do, and no harm done."""

from __future__ import annotations

import os
import random
import re
import shlex
import time
from collections.abc import Iterator

import pytest
from bed import USER, Bed, Ran, record

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
    assert done.seconds < 5
    assert not done.text.strip().count("\n")


@pytest.mark.podman("--tmpfs=/small:size=300m,mode=1777")
def test_a_small_disk_is_refused_before_anything_is_downloaded(bare: Bed) -> None:
    done = bare.setup(workshop_prefix="/small/workshop")
    assert_one_line(done, "/small", "MB free", "workshop_prefix")
    assert done.seconds < 5
    assert bare.root("ls -A /small").strip() == ""


@pytest.mark.podman("--network=none")
def test_without_network_and_packages_it_says_so(bare: Bed) -> None:
    done = bare.setup(seconds=120)
    assert_one_line(done, "could not install", "python3-venv")
    assert done.seconds < 60


def test_without_root_the_missing_packages_are_named(bare: Bed) -> None:
    bare.root("rm /etc/sudoers.d/learner")
    done = bare.setup()
    assert_one_line(done, "as root", "apt-get install", "python3-venv")
    assert done.seconds < 5


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
def test_a_wrong_argument_is_named_within_seconds(
    set_up_laptop: Bed, variable: str, value: str, words: list[str]
) -> None:
    done = set_up_laptop.setup(**{variable: value})
    assert_one_line(done)
    for word in words:
        assert word in done.text, done.text
    # The quicker of two counts: what else the machine was doing is not set-up's fault.
    seconds = min(done.seconds, set_up_laptop.setup(**{variable: value}).seconds)
    assert seconds < (5 if os.environ.get("CI") else 15)


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
    assert done.seconds < 60
    assert done.text.strip().count("\n") == 0, done.text


def kill_set_up(bed: Bed, settings: dict[str, str], seconds: float) -> bool:
    """Kill set-up, with all that it started, after so many seconds; False: it had ended by then."""
    # Its own process group, so that the kill takes Ansible's and uv's children with it.
    script = "echo $$ >/tmp/group; " + bed.script("setup", **settings)
    start = f"setsid --wait bash -c {shlex.quote(script)} >/tmp/log 2>&1; echo $? >/tmp/status"
    bed.run(f"({start}) & sleep {seconds:.2f}; kill -9 -- -$(cat /tmp/group); wait")
    status = int(bed.run("cat /tmp/status").text)
    assert status in (0, 137), bed.run("cat /tmp/log").text
    return status == 137


def test_killed_at_ten_random_moments_the_next_run_completes(set_up_laptop: Bed) -> None:
    bed, prefix = set_up_laptop, f"/home/{USER}/killed"
    seed = int(os.environ.get("WORKSHOP_TEST_SEED", random.SystemRandom().randrange(10**6)))
    print(f"WORKSHOP_TEST_SEED={seed}")
    dice = random.Random(seed)
    settings = {"workshop_prefix": prefix, **OTHER_PORTS}
    killed = []
    while len(killed) < 10:
        seconds = dice.uniform(1, 30)
        if kill_set_up(bed, settings, seconds):
            tasks = re.findall(r"^TASK \[(.*?)\]", bed.run("cat /tmp/log").text, re.MULTILINE)
            killed.append(f"{seconds:.1f} s: {tasks[-1] if tasks else 'before the first change'}")
            print(killed[-1])
        else:
            # It got through between two kills: begin anew, so that each kill hits a set-up at work.
            bed.run(bed.script("stop", **settings))
            bed.root(f"rm -rf {prefix}")
    done = bed.setup(**settings)
    try:
        assert done.status == 0, done.text
        record("local mode: set-up after ten kills", done.seconds)
        assert bed.setup(**settings).changed == 0
        verified = bed.run(f"{prefix}/venvs/jupyter/bin/workshop data verify")
        assert verified.status == 0, verified.text
        assert bed.run(f"{prefix}/venvs/jupyter/bin/workshop doctor").status == 0
    finally:
        bed.run(bed.script("stop", **settings))
        bed.root(f"rm -rf {prefix}")
