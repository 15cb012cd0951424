"""What an appliance is beyond a machine of the workshop: nothing of its builder's, and ready for anybody."""

from __future__ import annotations

import json
import time

import bills
import pytest
from copies import FIGURES, JUPYTER, Copy
from machine import Machine

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("appliance")]

IDLE_MB = 450


def test_jupyter_answers_soon_after_it_is_switched_on(copy: Copy) -> None:
    FIGURES.append(f"switched on to Jupyter: {copy.seconds_to_jupyter} s ({copy.guest.accelerator})")
    assert copy.seconds_to_jupyter < 60 * copy.slowness


def test_the_console_tells_code_and_password_and_no_token(copy: Copy, machine: Machine) -> None:
    assert machine.token not in copy.guest.console()
    assert f"http://localhost:{JUPYTER}/lab" in copy.guest.console()
    assert copy.told["password"] != machine.token


def test_the_code_of_the_console_logs_in_once_and_another_one_follows(copy: Copy) -> None:
    code = copy.guest_code()
    assert copy.logs_in_with(code)
    end = time.monotonic() + 60 * copy.slowness
    while (newer := copy.guest_code()) == code:
        assert time.monotonic() < end, "the console still shows a code that was used"
        time.sleep(1)
    assert not copy.logs_in_with(code)
    assert newer != code


def test_all_services_answer_through_the_forwarded_ports(copy: Copy, machine: Machine) -> None:
    copy.guest.wait_for_http(8080, f"/api/contents?token={machine.token}", seconds=120)
    copy.guest.wait_for_http(8081, "/data/runs", seconds=300)
    copy.guest.wait_for_http(8082, "/", seconds=120)
    copy.guest.wait_for_http(8082, "/demos/painting/index.html", seconds=60)


def test_no_unit_failed(copy: Copy, machine: Machine) -> None:
    assert machine.run("systemctl --failed --no-legend --plain").strip() == ""


def test_it_needs_little_memory_when_idle(copy: Copy, machine: Machine) -> None:
    table = dict(line.split(":") for line in machine.run("cat /proc/meminfo").splitlines())
    used = (int(table["MemTotal"].split()[0]) - int(table["MemAvailable"].split()[0])) // 1024
    FIGURES.append(f"memory in use when idle: {used} MiB")
    assert used <= IDLE_MB


def test_nothing_listens_but_ssh_and_the_workshop(copy: Copy) -> None:
    lines = copy.as_root("ss --no-header -ltun").splitlines()
    found = {(line.split()[0], int(line.split()[4].rpartition(":")[2])) for line in lines}
    # The answers of DHCP come to these.
    assert found - {("udp", 68), ("udp", 546)} == {("tcp", 22), ("tcp", 8080), ("tcp", 8081), ("tcp", 8082)}


def test_the_first_boot_is_short_and_silent(copy: Copy, machine: Machine) -> None:
    wanted = "ActiveEnterTimestampMonotonic,InactiveExitTimestampMonotonic,Result"
    shown = machine.run(f"systemctl show first-boot-workshop --property={wanted}")
    table = dict(line.split("=") for line in shown.splitlines())
    seconds = (
        int(table["ActiveEnterTimestampMonotonic"]) - int(table["InactiveExitTimestampMonotonic"])
    ) / 1e6
    FIGURES.append(f"first boot: {seconds:.1f} s")
    assert table["Result"] == "success"
    said = copy.as_root(
        "journalctl --unit first-boot-workshop --output cat --no-pager _COMM=first-boot-works || true"
    )
    assert said == ""


def test_nothing_of_the_builders_is_left(copy: Copy, machine: Machine) -> None:
    assert 'ca_bundle = ""' in machine.run(f"cat {machine.prefix}/etc/workshop.toml")
    left = copy.as_root(
        # systemd makes a folder for keys at each start.
        "find /root /srv /var/tmp -mindepth 1 -not -name .bashrc -not -name .profile"
        " -not -path '/var/tmp/systemd-private-*' -not '(' -name .ssh -empty ')';"
        "find /var/cache/apt/archives /var/lib/apt/lists -type f -not -name lock; ls /etc/apt/apt.conf.d;"
        f"find {machine.prefix}/cache -type f; find / -xdev -name '.bash_history' || true"
    )
    assert set(left.split()) <= {"01autoremove", "70debconf"}, left
    assert copy.as_root("grep -rIl -i -e proxy:// -e http_proxy= /etc /root || true") == ""


def test_root_has_no_password_and_the_account_its_own(copy: Copy) -> None:
    shadow = dict(line.split(":")[:2] for line in copy.as_root("cat /etc/shadow").splitlines())
    assert shadow["root"] in ("*", "!", "!*")
    assert shadow["workshop"].startswith("$")
    others = {name: word for name, word in shadow.items() if name != "workshop"}
    assert all(word[:1] in ("*", "!") for word in others.values()), others


def test_what_was_compiled_when_it_was_built_is_used(copy: Copy, machine: Machine) -> None:
    folders = machine.run(f"ls -d {machine.prefix}/theano/compiledir_*").split()
    assert len(folders) == 1, folders


PYC = """
import importlib.util, json, pathlib, struct
stale = []
for source in pathlib.Path("/opt/workshop/venvs/jupyter").glob("lib/python3*/site-packages/tornado/*.py"):
    compiled = pathlib.Path(importlib.util.cache_from_source(source))
    if struct.unpack("<I", compiled.read_bytes()[8:12])[0] != int(source.stat().st_mtime):
        stale.append(source.name)
print(json.dumps(stale))
"""


def test_python_need_not_compile_again_what_was_compiled_when_it_was_built(
    copy: Copy, machine: Machine
) -> None:
    # The account cannot write beside the sources, so it would be done at every start.
    assert machine.python(PYC).strip() == "[]"


def test_its_bill_of_materials_is_of_the_formats_own_schema(machine: Machine, copy: Copy) -> None:
    bill = machine.run("cat /opt/workshop/sbom.cdx.json")
    bills.require_sound(bill)
    assert len(json.loads(bill)["components"]) > 300
