"""`vagrant up` as it stands: the settings of machine.yml, and the true site.yml in a machine of libvirt's.

One thing differs from what people get: functions are compiled in the background, as in local mode. Where the
processor is emulated, to wait for all of them would take hours.
"""

from __future__ import annotations

import time

import pytest
from test_vagrant_machine import note, page, recap
from vagrant_house import PORTS, House, is_free

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("libvirt")]


def test_vagrant_up_makes_the_workshop(whole_machine: House) -> None:
    for port in PORTS.values():
        assert is_free(port), f"port {port} of this host, which the machine forwards, is taken"
    started = time.monotonic()
    try:
        whole_machine.vagrant.up(provider="libvirt")
    finally:
        print(whole_machine.said_since(0).replace("\r", "\n")[-6000:])
    note("vagrant up, with site.yml", started)
    after = recap(whole_machine.said_since(0))
    assert after["changed"] > 0
    assert after["failed"] == after["unreachable"] == 0


def test_the_doctor_of_the_machine_finds_nothing_wrong(whole_machine: House) -> None:
    said = whole_machine.ssh(
        "sudo runuser -u workshop -- /opt/workshop/venvs/jupyter/bin/workshop doctor --wait 600",
        seconds=1800,
    )
    assert "This machine can run the workshop." in said


def test_the_forwards_lead_to_the_services(whole_machine: House) -> None:
    assert b"workshop" in page(PORTS["start-page"]).lower()
    token = whole_machine.ssh("sudo cat /opt/workshop/etc/token").strip()
    assert b"version" in page(PORTS["jupyter"], "api")
    assert b"kernelspecs" in page(PORTS["jupyter"], f"api/kernelspecs?token={token}")
