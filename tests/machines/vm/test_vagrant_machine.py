"""A whole life of the machine: up, reached, provisioned again from either side, packaged, destroyed.

The tests follow one another: each goes on with the machine as the one before left it.
"""

from __future__ import annotations

import re
import subprocess
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from vagrant_house import PORTS, ROOT, House, is_free, listeners

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("libvirt")]

RECAP = re.compile(r"^workshop +: ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.M)


@pytest.fixture(autouse=True)
def log(virtual_machine: House) -> Iterator[None]:
    """When a test fails, pytest shows what is printed here."""
    mark = virtual_machine.mark()
    yield
    print(virtual_machine.said_since(mark).replace("\r", "\n")[-4000:])


def recap(text: str) -> dict[str, int]:
    found = RECAP.search(text)
    assert found, text[-3000:]
    return dict(zip(("ok", "changed", "unreachable", "failed"), map(int, found.groups()), strict=True))


def page(port: int, path: str = "") -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/{path}", timeout=60) as answer:
        return bytes(answer.read())


def note(what: str, started: float) -> None:
    """Add a line to the figures that the part prints at its end."""
    path = ROOT / ".cache/test/figures.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{what}: {time.monotonic() - started:.0f} s\n")


def test_up(virtual_machine: House) -> None:
    for port in PORTS.values():
        assert is_free(port), f"port {port} of this host, which the machine forwards, is taken"
    started = time.monotonic()
    virtual_machine.vagrant.up(provider="libvirt")
    note("vagrant up, with a small provisioning", started)
    after = recap(virtual_machine.said_since(0))
    assert after["changed"] > 0
    assert after["failed"] == after["unreachable"] == 0
    assert virtual_machine.vagrant.status()[0].state == "running"


def test_the_host_listens_on_its_loopback_only(virtual_machine: House) -> None:
    assert listeners([*PORTS.values(), 2222]) == {port: {"127.0.0.1"} for port in PORTS.values()} | {
        2222: set()
    }


def test_ssh_through_the_forward(virtual_machine: House) -> None:
    assert virtual_machine.ssh("hostname").strip() == "deep-learning-workshop"
    # Vagrant's well-known key is gone.
    assert "vagrant insecure public key" not in virtual_machine.ssh("cat ~/.ssh/authorized_keys")


def test_the_machine_is_as_the_settings_say(virtual_machine: House) -> None:
    assert 850 < int(virtual_machine.ssh("awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo")) <= 1024
    assert virtual_machine.ssh("nproc").strip() == "2"
    # The role was at work: no passwords, and swap in compressed memory.
    assert "passwordauthentication no" in virtual_machine.ssh("sudo sshd -T")
    assert "/dev/zram0" in virtual_machine.ssh("cat /proc/swaps")


def test_the_checkout_was_carried(virtual_machine: House) -> None:
    there = virtual_machine.ssh(
        "cd /opt/workshop/source && git hash-object Vagrantfile tools/workshop && test -L local && echo link"
    )
    here = subprocess.run(
        ["git", "hash-object", "Vagrantfile", "tools/workshop"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert there == f"{here.stdout}link\n"
    assert "memory: 1024" in virtual_machine.ssh("cat /opt/workshop/source/machine.local.yml")


def test_each_forward_leads_to_its_own_port(virtual_machine: House) -> None:
    assert page(PORTS["jupyter"]) == (ROOT / "presentation/start/index.html").read_bytes()
    for name in ("tensorboard", "start-page"):
        port = PORTS[name]
        virtual_machine.ssh(
            f"mkdir -p /tmp/{port} && echo {name} > /tmp/{port}/index.html && sudo systemd-run --quiet "
            f"python3 -m http.server --directory=/tmp/{port} {port}"
        )
    for name in ("tensorboard", "start-page"):
        assert wait_for_page(PORTS[name]) == f"{name}\n".encode()


def wait_for_page(port: int) -> bytes:
    for _ in range(60):
        try:
            return page(port)
        except OSError:
            time.sleep(1)
    raise AssertionError(f"nothing answers on {port}")


def test_a_second_provisioning_changes_nothing(virtual_machine: House) -> None:
    """Nor can another account of the machine hinder it, or slip something in, by names that it foresees."""
    for name in ("workshop-checkout.tar", "machine.local.yml"):
        virtual_machine.ssh(f"sudo runuser -u nobody -- touch /tmp/{name}")
    mark, started = virtual_machine.mark(), time.monotonic()
    virtual_machine.vagrant.provision()
    note("vagrant provision, nothing to do", started)
    after = recap(virtual_machine.said_since(mark))
    assert (after["changed"], after["failed"]) == (0, 0)


def test_the_machines_own_ansible_sees_the_same(virtual_machine: House) -> None:
    virtual_machine.settings(playbook="playbooks/settings.yml", memory=1024, ansible="guest")
    mark, started = virtual_machine.mark(), time.monotonic()
    virtual_machine.vagrant.provision()
    note("a playbook by the machine's own Ansible", started)
    said = virtual_machine.said_since(mark)
    assert "ansible_local" in said
    assert recap(said) == {"ok": 2, "changed": 0, "unreachable": 0, "failed": 0}


def test_package(virtual_machine: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # They clean and shrink a disk in a machine of libguestfs's own; here it is enough that they are called.
    for name in ("virt-sysprep", "virt-sparsify"):
        tool = virtual_machine.folder / "bin" / name
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(
            f'#!/bin/sh\necho {name} "$@" >> "{virtual_machine.folder}/called"\n', encoding="utf-8"
        )
        tool.chmod(0o755)
    monkeypatch.setitem(
        virtual_machine.environment,
        "PATH",
        f"{virtual_machine.folder}/bin:{virtual_machine.environment['PATH']}",
    )
    target = virtual_machine.folder / "packaged.box"
    started = time.monotonic()
    virtual_machine.vagrant.package(output=str(target))
    note("vagrant package", started)
    assert set(names(target)) >= {"metadata.json", "Vagrantfile", "box.img"}
    called = (virtual_machine.folder / "called").read_text(encoding="utf-8")
    assert "virt-sysprep" in called
    assert "box.img" in called


def names(box: Path) -> list[str]:
    with tarfile.open(box) as tar:
        return [Path(name).name for name in tar.getnames()]


def test_destroy(virtual_machine: House) -> None:
    virtual_machine.vagrant.destroy()
    assert virtual_machine.vagrant.status()[0].state == "not_created"
    assert listeners(list(PORTS.values())) == {port: set() for port in PORTS.values()}
    domains = subprocess.run(["virsh", "list", "--all", "--name"], capture_output=True, text=True, check=True)
    assert virtual_machine.checkout.name not in domains.stdout
