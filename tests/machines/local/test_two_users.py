"""A machine that two accounts share: who has a port is named; what drifts where supervisor keeps it.

The first account's workshop is that of test_setup.py. The second one's would have only what Jupyter needs,
and that from the network: another's cache is not for it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest
from bed import ONLY_JUPYTER, SERVICES, USER, Bed, Ran, assert_one_line

OTHER = "guest"
HOME = f"/home/{OTHER}"


def set_up(bed: Bed, *words: str) -> Ran:
    return bed.run(
        f"cd {HOME}/workshop && {shlex.join(['./local/setup.bash', *ONLY_JUPYTER, *words])}", OTHER
    )


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


PROGRAM = "etc/supervisor/programs/workshop-web.conf"
DRIFT = {
    "stopped, another mode": f"bin/services stop workshop-web; chmod 666 {PROGRAM}",
    "disabled, edited": f"sed -i s/autostart=true/autostart=false/ {PROGRAM}; echo '; mine' >>{PROGRAM}",
    "supervisor killed": "kill -9 $(cat run/supervisord.pid)",
}


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
    again = bed.setup("--tags", "js-demos")
    assert (again.status, again.changed) == (0, 0), again.text
