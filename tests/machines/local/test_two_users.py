"""A machine that two accounts share, at full depth; and what drifts where supervisor keeps it.

The first account's workshop is that of test_setup.py. The second one's has only what Jupyter needs, and that
from the network: another's cache is not for it. In each run test_faults.py has another account take a port.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

import pytest
from bed import ONLY_JUPYTER, SERVICES, USER, Bed, Ran, assert_one_line, record

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("laptop")]

OTHER = "guest"
HOME = f"/home/{OTHER}"


def set_up(bed: Bed, *words: str) -> Ran:
    """By a shell that lets everybody write what it makes."""
    command = shlex.join(["./local/setup.bash", *ONLY_JUPYTER, *words])
    return bed.run(f"umask 0 && cd {HOME}/workshop && {command}", OTHER)


@pytest.fixture(scope="module")
def shared(set_up_laptop: Bed) -> Iterator[Bed]:
    """The laptop with another account on it, which has a checkout and may not become root."""
    bed = set_up_laptop
    bed.root(f"useradd --create-home --shell /bin/bash {OTHER} && chmod 700 /home/{USER} {HOME}")
    bed.root(
        f"mkdir {HOME}/workshop && cd {bed.checkout} && tar -c --exclude=./.workshop --exclude=./.cache ."
        f" | tar -x -C {HOME}/workshop && chown -R {OTHER}: {HOME}/workshop"
    )
    assert bed.setup(*SERVICES).status == 0
    yield bed
    bed.root(f"pkill -u {OTHER}; userdel --remove {OTHER} 2>/dev/null; chmod 755 /home/{USER}")


@pytest.fixture(scope="module")
def refused(shared: Bed) -> Ran:
    """How the other account's set-up ends on the ports that the first one has."""
    return set_up(shared)


def holders(bed: Bed, port: int) -> set[str]:
    """Return the accounts of the processes that listen on a port."""
    processes = bed.root(f"ss --no-header -ltnp 'sport = :{port}' | grep -o 'pid=[0-9]*' | sort -u").split()
    return {bed.root(f"stat -c %U /proc/{process.removeprefix('pid=')}").strip() for process in processes}


def test_a_port_that_the_other_has_is_named_with_its_holder(shared: Bed, refused: Ran) -> None:
    assert_one_line(refused, "port 8080", USER, "choose another port")
    assert holders(shared, 8080) == {USER}


PORTS = {"workshop_jupyter_port": 8180, "workshop_tensorboard_port": 8181, "workshop_web_port": 8182}
"""Of the second account's workshop."""
COMMAND = ".workshop/venvs/jupyter/bin/workshop"


@pytest.fixture(scope="module")
def both(shared: Bed, refused: Ran) -> Bed:
    """The machine with two whole workshops, made and kept at the same time."""
    options = [word for name, port in PORTS.items() for word in ("-e", f"{name}={port}")]
    done = set_up(shared, *options)
    assert done.status == 0, done.text
    record("local mode: a second account's workshop, only Jupyter, from the network", done.seconds)
    return shared


IMPOSTOR = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class AsJupyterDoes(BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.requestline, self.headers, flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"version": "2.17.0", "kernels": 0}')
HTTPServer(("127.0.0.1", 8080), AsJupyterDoes).serve_forever()
"""
"""Answers where Jupyter would as Jupyter does, and writes down what it is sent."""
STATUS = "python3 -c " + shlex.quote(
    "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8082/api/status').read().decode())"
)


class TestTwoWorkshops:
    """Each has its own ports, token and files; neither's set-up, stop or uninstall touches the other's."""

    def test_each_account_has_its_own_ports(self, both: Bed) -> None:
        assert [holders(both, port) for port in (8080, 8081, 8082)] == [{USER}] * 3
        assert [holders(both, port) for port in PORTS.values()] == [{OTHER}] * 3

    def test_each_doctor_is_content_and_shows_its_own_way_in(self, both: Bed) -> None:
        for user, port in ((USER, 8080), (OTHER, 8180)):
            told = both.run(f"cd ~/workshop && {COMMAND} doctor --json", user)
            report = json.loads(told.text[told.text.index("{") :])
            assert [line for line in report["lines"] if line["state"] == "red"] == [], told.text
            address = report["addresses"]["Jupyter"]
            assert address == f"http://127.0.0.1:{port}/lab"
            told = both.run(f"cd ~/workshop && {COMMAND} open --link", user)
            assert f":{port}/login#" in told.text, told.text

    @pytest.mark.parametrize(("user", "owner"), [(USER, OTHER), (OTHER, USER)])
    def test_neither_reads_what_is_the_others(self, both: Bed, user: str, owner: str) -> None:
        # As if the homes were open, as they are on many a machine.
        both.root(f"chmod 755 /home/{USER} {HOME}")
        place = f"/home/{owner}/workshop/.workshop"
        for secret in ("etc/token", "log", "run", "state", "theano", "tensorboard", "run/supervisor.sock"):
            if both.exists(f"{place}/{secret}"):
                assert both.run(f"cat {place}/{secret} || ls {place}/{secret}/", user).status != 0, secret
        process = both.root(f"pgrep --uid {owner} --full jupyter-lab | head -1").strip()
        assert both.run(f"cat /proc/{process}/environ", user).status != 0
        both.root(f"chmod 700 /home/{USER} {HOME}")

    def test_neither_can_change_what_is_the_others_whatever_its_umask_was(self, both: Bed) -> None:
        both.root(f"chmod 755 {HOME}")
        # Below the cache of uv, into which nobody else can look, uv's own lock is everybody's.
        found = both.run(f"find {HOME}/workshop/.workshop ! -type l -writable 2>/dev/null | head -20", USER)
        assert found.text == ""
        both.root(f"chmod 700 {HOME}")

    def test_a_third_account_gets_nothing_of_either(self, both: Bed) -> None:
        both.behaves("test_another_account.py")

    def test_the_first_ones_set_up_changes_nothing_and_disturbs_nobody(self, both: Bed) -> None:
        before = both.root(f"pgrep --uid {OTHER} --full jupyter-lab")
        done = both.setup(*SERVICES)
        assert (done.status, done.changed) == (0, 0), done.text
        assert both.root(f"pgrep --uid {OTHER} --full jupyter-lab") == before

    def test_who_takes_a_stopped_services_port_gets_no_token_and_is_named(self, both: Bed) -> None:
        services = f"{both.prefix}/bin/services"
        assert both.run(f"{services} stop workshop-jupyter").status == 0
        both.root("truncate -s 0 /tmp/heard; chmod 666 /tmp/heard")
        both.run(f"cd /tmp && (setsid python3 -c {shlex.quote(IMPOSTOR)} >/tmp/heard 2>&1 &)", OTHER)
        both.wait_until_listens(8080)
        try:
            told = both.run(f"cd ~/workshop && {COMMAND} doctor").text
            assert "something else than Jupyter answers" in told, told
            assert "token=" not in told
            status = json.loads(both.run(STATUS).text)["services"]
            assert status["jupyter"]["state"] == "unexpected", status
            heard, token = both.root("cat /tmp/heard"), both.root(f"cat {both.prefix}/etc/token").strip()
            assert "GET /api" in heard
            assert "uthorization" not in heard and token not in heard
            assert_one_line(both.setup(*SERVICES), "port 8080", OTHER, "choose another port")
        finally:
            both.root(f"pkill --uid {OTHER} --full AsJupyterDoes")
        done = both.setup(*SERVICES)
        assert done.status == 0, done.text
        assert holders(both, 8080) == {USER}

    def test_uninstall_of_one_leaves_the_other_whole(self, both: Bed) -> None:
        done = both.run(f"cd {HOME}/workshop && ./local/uninstall.bash --notebooks </dev/null", OTHER)
        assert done.status == 0, done.text
        assert not both.exists(f"{HOME}/workshop/.workshop")
        assert [holders(both, port) for port in (8080, 8081, 8082)] == [{USER}] * 3
        assert not any(both.listens(port) for port in PORTS.values())
        assert both.setup(*SERVICES).changed == 0


PROGRAM = "etc/supervisor/programs/workshop-web.conf"
DRIFT = {
    "stopped, disabled, edited, another mode": (
        f"bin/services stop workshop-web; sed -i s/autostart=true/autostart=false/ {PROGRAM}"
        f" && echo '; mine' >>{PROGRAM} && chmod 666 {PROGRAM}"
    ),
    "supervisor killed": "kill -9 $(cat run/supervisord.pid)",
}
"""All that may be wrong with one service, for the supervisor at work to take back; then one to be started."""


def test_what_drifted_under_supervisor_is_repaired_and_said(set_up_laptop: Bed) -> None:
    bed = set_up_laptop
    program = f"{bed.prefix}/{PROGRAM}"
    before = bed.run(f"cat {program}").text
    for drift, command in DRIFT.items():
        assert bed.run(f"cd {bed.prefix} && {command}").status == 0, drift
        done = bed.setup("--tags", "js-demos")
        assert done.status == 0, f"{drift}: {done.text}"
        assert done.changed > 0, f"{drift}: {done.text}"
        assert bed.listens(8082), drift
        assert bed.run(f"cat {program}").text == before, drift
        assert bed.run(f"stat -c %a {program}").text.strip() == "644", drift
