"""What goes wrong on a machine that was set up: one line that says what and what to do, and no harm done."""

from __future__ import annotations

import os
import random
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bed import CHECKOUT, ONLY_JUPYTER, SUITE, USER, Bed, assert_one_line, record

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("laptop")]

OTHER_PORTS = {
    "workshop_jupyter_port": "9080",
    "workshop_tensorboard_port": "9081",
    "workshop_web_port": "9082",
}
SECOND = f"/home/{USER}/second-".ljust(200, "x")
"""The prefix of a second workshop on the same machine: longer than the name of a socket may be."""
SECOND_SETTINGS = {"workshop_prefix": SECOND, "workshop_cache": f"{CHECKOUT}/.workshop/cache", **OTHER_PORTS}


def test_a_wrong_argument_is_named_before_anything_is_done(set_up_laptop: Bed) -> None:
    """Which ones are wrong, tests/roles/test_arguments.py tries; a token that can be guessed only this."""
    set_up_laptop.run("umask 077 && echo 'jupyter_service_token: our-class-2026' >~/given.yml")
    done = set_up_laptop.setup("-e", "@~/given.yml")
    set_up_laptop.run("rm ~/given.yml")
    assert_one_line(done)
    for word in ("jupyter_service_token", "at least 20", "-e @FILE"):
        assert word in done.text, done.text
    assert done.changed == 0
    assert "TASK [base-fedora" not in done.text, "a role ran"


def test_a_taken_port_is_named_with_its_holder(set_up_laptop: Bed) -> None:
    """A process of one's own by its name and number, another account's by the account.

    Two whole workshops are made in test_two_users.py.
    """
    bed, other = set_up_laptop, "visitor"
    bed.run(f"{bed.prefix}/bin/services stop workshop-jupyter")
    bed.root(f"useradd --create-home {other}")
    take = "(setsid python3 -m http.server --bind 127.0.0.1 8080 >/dev/null 2>&1 & echo $!)"
    try:
        for account in (USER, other):
            taker = bed.run(f"cd /tmp && {take}", account).text.strip()
            bed.wait_until_listens(8080)
            done = bed.setup("--tags", "jupyter-service")
            words = ("python3", taker) if account == USER else (other,)
            assert_one_line(done, "port 8080", "choose another port", *words)
            bed.root(f"kill {taker}; while ss -Hltn 'sport = :8080' | grep -q .; do sleep 0.1; done")
    finally:
        bed.root(f"pkill -u {other}; userdel --remove {other} 2>/dev/null; true")
        assert bed.run(f"{bed.prefix}/bin/services start workshop-jupyter").status == 0


@pytest.mark.skipif(SUITE == "bookworm", reason="its own python3 is 3.11, and cannot be taken away")
def test_python_311_not_to_be_had(set_up_laptop: Bed) -> None:
    bed = set_up_laptop
    pythons = bed.root("find /usr/bin /usr/local/bin -name 'python3.11*'").split()
    lists = "/etc/apt/sources.list /etc/apt/sources.list.d"
    bed.root("mkdir /tmp/hidden && cp -a /etc/apt/preferences.d /tmp/hidden")
    # A mirror that has only what the machine has already, and no predecessor.
    bed.root(f"mv {' '.join(pythons)} $(ls -d {lists} 2>/dev/null) /tmp/hidden; touch /etc/apt/sources.list")
    try:
        done = bed.setup("--tags", "python-venv", python_venv_managed_python="false", **SECOND_SETTINGS)
        assert_one_line(done, "Python 3.11", "install one", "python_venv_interpreter")
    finally:
        if pythons:  # else it is uv's
            bed.root(f"cp -a /tmp/hidden/python3.11* {Path(pythons[0]).parent}")
        bed.root(
            "rm /etc/apt/sources.list; cp -a /tmp/hidden/sources.list* /tmp/hidden/preferences.d /etc/apt"
        )
        bed.root(f"rm -rf {SECOND}")


@pytest.fixture
def unplugged(set_up_laptop: Bed) -> Iterator[Bed]:
    """The set-up machine on the day when the Wi-Fi is down."""
    set_up_laptop.disconnect()
    yield set_up_laptop
    set_up_laptop.connect()


def test_without_network_and_cache_it_says_so(unplugged: Bed) -> None:
    done = unplugged.setup(workshop_prefix="/tmp/nothing", workshop_cache="/tmp/empty", **OTHER_PORTS)
    assert_one_line(done, "cannot get uv", "network", "workshop_stick")
    assert done.text.strip().count("\n") == 0, done.text


Kill = Callable[..., bool]


def kill_set_up(bed: Bed, moment: str, *words: str) -> bool:
    """Kill a set-up of the second workshop, with all that it started, when the shell command ``moment`` ends.

    ``words`` are set-up's own.

    Returns False when it had ended by then.
    """
    # Its own process group, so that the kill takes Ansible's and uv's children with it.
    script = "echo $$ >/tmp/group; " + bed.script("setup", *words, **SECOND_SETTINGS)
    start = f"setsid --wait bash -c {shlex.quote(script)} >/tmp/log 2>&1; echo $? >/tmp/status"
    moment = f"until [ -s /tmp/group ]; do sleep 0.01; done; {moment}"
    bed.run(
        f"rm -f /tmp/log /tmp/status /tmp/group; ({start}) & {moment}; kill -9 -- -$(cat /tmp/group); wait"
    )
    status = int(bed.run("cat /tmp/status").text)
    assert status in (0, 137), bed.run("cat /tmp/log").text
    return status == 137


@pytest.fixture
def killed(set_up_laptop: Bed) -> Iterator[Kill]:
    """Kills a set-up of a second workshop, which ends with the test."""
    bed = set_up_laptop
    yield lambda moment, *words: kill_set_up(bed, moment, *words)
    bed.run(bed.script("stop", **SECOND_SETTINGS))
    bed.root(f"rm -rf {SECOND}")


def assert_complete(bed: Bed, what: str, hint: str, *words: str) -> None:
    """The next set-up of the second workshop completes; the one after it has nothing to do."""
    done = bed.setup(*words, **SECOND_SETTINGS)
    assert done.status == 0, f"{hint}\n{done.text}"
    record(what, done.seconds)
    again = bed.setup(*words, **SECOND_SETTINGS)
    assert (again.status, again.changed) == (0, 0), f"{hint}\n{again.text}"
    # The command on PATH is the first workshop's still, and the last line says so.
    assert again.text.splitlines()[-1].endswith(f"of this one type: {SECOND}/venvs/jupyter/bin/workshop")
    assert bed.run(f"readlink /home/{USER}/.local/bin/workshop").text.strip().startswith(bed.prefix)
    verified = bed.run(f"{SECOND}/venvs/jupyter/bin/workshop data verify")
    assert verified.status == 0, f"{hint}\n{verified.text}"


MOMENTS = {
    "environments are made": (f"[ -d {SECOND}/venvs ]", []),
    "Jupyter is configured": (f"[ -e {SECOND}/etc/token ]", []),
    "its supervisor starts": (f"[ -e {SECOND}/run/supervisord.pid ]", ["--tags", "jupyter-service"]),
}
"""When set-up is killed: what holds from some moment on, and which part of set-up gets there from the moment
before. Each leaves something else behind."""


def test_killed_in_the_middle_the_next_run_completes_without_a_network(unplugged: Bed, killed: Kill) -> None:
    """With the environment of Jupyter alone, which breaks like the others."""
    for moment, (sign, words) in MOMENTS.items():
        if unplugged.run(sign).status == 0:  # on a quick machine the supervisor starts before the kill comes
            unplugged.run(unplugged.script("stop", **SECOND_SETTINGS))
        until = f"until {sign} || [ -e /tmp/status ]; do sleep 0.01; done 2>/dev/null"
        assert killed(until, *ONLY_JUPYTER, *words), f"set-up ended before {moment}"
    what = "local mode: set-up after kills, without a network"
    assert_complete(unplugged, what, f"killed at {MOMENTS}", *ONLY_JUPYTER)


@pytest.mark.release
def test_killed_at_ten_random_moments_the_next_run_completes(set_up_laptop: Bed, killed: Kill) -> None:
    seed = int(os.environ.get("WORKSHOP_TEST_SEED", random.SystemRandom().randrange(10**6)))
    dice, moments = random.Random(seed), []
    while len(moments) < 10:
        seconds = dice.uniform(1, 30)
        if killed(f"sleep {seconds:.2f}"):
            tasks = re.findall(r"^TASK \[(.*?)\]", set_up_laptop.run("cat /tmp/log").text, re.MULTILINE)
            moments.append(f"{seconds:.1f} s: {tasks[-1] if tasks else 'before the first change'}")
        else:
            # It got through between two kills: begin anew, so that each kill hits a set-up at work.
            set_up_laptop.run(set_up_laptop.script("stop", **SECOND_SETTINGS))
            set_up_laptop.root(f"rm -rf {SECOND}")
    hint = f"WORKSHOP_TEST_SEED={seed}; killed after {moments}"
    assert_complete(set_up_laptop, "local mode: set-up after ten kills", hint)
