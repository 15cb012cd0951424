"""A real firewalld: what is asked for is open and the rest closed, drift is mended, uninstall closes it.

Debian's package plays Fedora's: it is the same program. The tests build on each other.
"""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bed import OURS, ROOT, Bed, Ran
from waiting import wait_until

pytestmark = [pytest.mark.machine, pytest.mark.release]

PORTS = (8080, 8081)
APPLY = {"ansible.builtin.include_role": {"name": "base-fedora", "tasks_from": "firewall"}}
UNINSTALL = {"ansible.builtin.include_tasks": str(ROOT / "playbooks/tasks/uninstall/machine.yml")}
HANDLERS = [
    {
        "name": "Reload the firewall",
        "ansible.builtin.systemd_service": {"name": "firewalld", "state": "reloaded"},
    }
]
LISTEN = "import http.server as h; h.ThreadingHTTPServer(('0.0.0.0', {port}), h.SimpleHTTPRequestHandler)"
SERVE = 'systemd-run --quiet --unit=listen-{port} python3 -c "' + LISTEN + '.serve_forever()"'


@pytest.fixture(scope="module")
def walled() -> Iterator[Bed]:
    bed = Bed(
        f"workshop-firewall-{OURS}", ["--cap-add=NET_ADMIN", "--cap-add=NET_RAW"], kind="debian", user="root"
    )
    bed.start()
    bed.root(
        "apt-get update --quiet=2; DEBIAN_FRONTEND=noninteractive"
        " apt-get install --yes --quiet=2 --no-install-recommends firewalld procps"
    )
    # Its unit reloads it by a program of procps. Polkit cannot start here, and all would wait for it.
    bed.root("systemctl mask polkit")
    # Which account may own firewalld's name on the bus is read when the bus is asked to.
    bed.root("systemctl reload dbus; systemctl restart firewalld; firewall-cmd --state")
    for port in PORTS:
        bed.root(SERVE.format(port=port))
        bed.wait_until_listens(port)
    yield bed
    bed.stop()


def play(bed: Bed, folder: Path, task: dict[str, Any], **variables: Any) -> Ran:
    """Run one task of ours against the machine, from outside."""
    book = [
        {
            "hosts": "all",
            "gather_facts": False,
            "roles": [{"role": "workshop"}],
            "tasks": [task],
            "handlers": HANDLERS,
        }
    ]
    (folder / "play.yml").write_text(json.dumps(book))
    ran = bed.play(
        folder / "play.yml",
        workshop_become=False,
        __base_fedora_runs_services=True,
        __base_fedora_missing=[],
        __uninstall_as_root=True,
        __uninstall_user="workshop",
        **variables,
    )
    assert ran.status == 0, ran.text
    return ran


def reached(bed: Bed) -> list[int]:
    """Return the ports that this host reaches on the machine."""
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = subprocess.check_output(["podman", "inspect", "--format", form, bed.name], text=True).strip()
    found = []
    for port in PORTS:
        try:
            socket.create_connection((address, port), timeout=5).close()
        except OSError:
            continue
        found.append(port)
    return found


def test_a_port_is_closed_until_it_is_asked_for(walled: Bed, tmp_path: Path) -> None:
    assert reached(walled) == []
    assert play(walled, tmp_path, APPLY, base_fedora_open_ports=["8080/tcp"]).changed > 0
    wait_until(lambda: reached(walled) == [8080], 30, "port 8080 is open, and no other")
    assert play(walled, tmp_path, APPLY, base_fedora_open_ports=["8080/tcp"]).changed == 0


def test_a_port_that_nobody_asks_for_any_more_is_closed(walled: Bed, tmp_path: Path) -> None:
    assert play(walled, tmp_path, APPLY, base_fedora_open_ports=["8081/tcp"]).changed > 0
    wait_until(lambda: reached(walled) == [8081], 30, "port 8081 is open, and no other")


@pytest.mark.parametrize(
    "drift", ["--remove-service=workshop", "--service=workshop --remove-port=8081/tcp --permanent"]
)
def test_what_somebody_closed_is_opened_again_and_said(walled: Bed, tmp_path: Path, drift: str) -> None:
    # On a busy machine the bus gives up on it after half a minute; to ask again does no harm.
    walled.root(f"for _ in 1 2 3 4 5; do firewall-cmd {drift} && break; sleep 2; done")
    walled.root(f"case '{drift}' in *permanent*) firewall-cmd --reload ;; esac")
    assert reached(walled) == []
    assert play(walled, tmp_path, APPLY, base_fedora_open_ports=["8081/tcp"]).changed > 0
    wait_until(lambda: reached(walled) == [8081], 30, "port 8081 is open again")


def test_a_firewall_that_was_switched_off_is_on_again(walled: Bed, tmp_path: Path) -> None:
    walled.root("systemctl disable --now firewalld")
    assert reached(walled) == list(PORTS)
    assert play(walled, tmp_path, APPLY, base_fedora_open_ports=["8081/tcp"]).changed > 0
    assert walled.root("systemctl is-active firewalld; systemctl is-enabled firewalld").split() == [
        "active",
        "enabled",
    ]
    assert reached(walled) == [8081]


def test_uninstall_closes_what_set_up_opened(walled: Bed, tmp_path: Path) -> None:
    assert play(walled, tmp_path, UNINSTALL).changed > 0
    wait_until(lambda: reached(walled) == [], 30, "no port is open")
    assert not walled.exists("/etc/firewalld/services/workshop.xml")
    assert "workshop" not in walled.root(
        "firewall-cmd --list-services; firewall-cmd --permanent --list-services"
    )
    assert play(walled, tmp_path, UNINSTALL).changed == 0
