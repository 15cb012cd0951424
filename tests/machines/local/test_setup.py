"""``./local/setup.bash``, without an argument, on a bare machine without systemd; sudo wants a password."""

from __future__ import annotations

import re

import pytest
from bed import PASSWORD, SERVICES, USER, Bed, Ran, record
from waiting import patience, wait_until

pytestmark = [pytest.mark.machine, pytest.mark.xdist_group("laptop")]

PORTS = (8080, 8081, 8082)
# Among the first of today's workshop, and quickly compiled.
LESSON = "0-basics/10-theano-basics"


def test_one_command_makes_the_workshop(first_setup: Ran) -> None:
    assert first_setup.status == 0, first_setup.text
    assert "Jupyter: http://127.0.0.1:8080/lab" in first_setup.text
    assert "token=" not in first_setup.text
    assert "http://127.0.0.1:8082/" in first_setup.text
    assert "[WARNING]" not in first_setup.text, first_setup.text


def test_the_command_is_on_the_path_of_the_next_login(set_up_laptop: Bed, first_setup: Ran) -> None:
    command = f"/home/{USER}/.local/bin/workshop"
    assert first_setup.text.splitlines()[-1].endswith(f"or type: {command}"), first_setup.text
    assert set_up_laptop.run(f"readlink {command}").text.strip().startswith(set_up_laptop.prefix)
    told = set_up_laptop.run("bash --login -c 'workshop --version'")
    assert told.status == 0, told.text


def test_second_run_changes_nothing(set_up_laptop: Bed) -> None:
    done = set_up_laptop.setup()
    assert done.status == 0, done.text
    record("local mode: second run", done.seconds)
    assert done.changed == 0, done.text


def test_lessons_are_compiled_meanwhile_and_then_compile_nothing(set_up_laptop: Bed) -> None:
    """The part lessons waits for all of them; here none but this is compiled beside what follows."""
    bed, workshop = set_up_laptop, f"{set_up_laptop.prefix}/venvs/jupyter/bin/workshop"
    warmed = f"{bed.prefix}/theano/warmed.json"
    wait_until(lambda: LESSON in bed.run(f"cat {warmed}").text, 600, f"{LESSON} is warm", every=1.0)
    told = bed.run(f"{workshop} doctor").text
    assert re.search(r"compile cache .*\b[1-9]\d* of \d+ lessons are compiled", told), told
    bed.run(f"{workshop} lessons warm --stop")
    compiled = f"find {bed.prefix}/theano -name '*.so' | sort"
    before = bed.run(compiled).text
    ran = bed.run(f"{workshop} lessons run {LESSON}")
    assert ran.status == 0, ran.text
    assert bed.run(compiled).text == before != ""


def test_the_password_is_asked_for_once_and_kept_nowhere(set_up_laptop: Bed, first_setup: Ran) -> None:
    assert first_setup.text.count("password for") == 1, first_setup.text
    assert PASSWORD not in first_setup.text
    # What came out of packages is none of ours.
    places = f"--exclude-dir=site-packages --exclude-dir=cache /home/{USER} /tmp /var/log /var/tmp"
    found = set_up_laptop.root(f"grep -rl '{PASSWORD}' {places} 2>/dev/null || true")
    assert not found.strip()


def test_it_behaves_as_every_machine_does(set_up_laptop: Bed) -> None:
    set_up_laptop.behaves()


def test_services_listen_on_loopback_alone(set_up_laptop: Bed) -> None:
    listening = set_up_laptop.root("ss --no-header -ltn").splitlines()
    addresses = {line.split()[3].rpartition(":")[0] for line in listening}
    assert addresses == {"127.0.0.1"}, listening


def test_stop_stops_jupyter_runs_in_the_foreground_and_setup_starts_all_again(set_up_laptop: Bed) -> None:
    bed = set_up_laptop
    stopped = bed.run(bed.script("stop"))
    assert stopped.status == 0, stopped.text
    assert not any(bed.listens(port) for port in PORTS)

    with bed.foreground(bed.script("run-jupyter")) as jupyter:
        bed.wait_until_listens(8080)
        # What Ctrl-C sends.
        bed.run("pkill --signal INT --full bin/jupyter-lab")
        said = jupyter.communicate(timeout=patience(240))[0]
    assert "127.0.0.1:8080" in said, said
    assert "Traceback" not in said, said
    assert not bed.listens(8080)

    again = bed.setup(*SERVICES)
    assert again.status == 0, again.text
    assert all(bed.listens(port) for port in PORTS)
