"""``./local/setup.bash``, without an argument, by root on a bare machine without sudo and systemd."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bed import OURS, Bed, Ran, record

pytestmark = [pytest.mark.machine, pytest.mark.slow]


@pytest.fixture(scope="module")
def server() -> Iterator[Bed]:
    """As cloud-init finds one."""
    bed = Bed(f"workshop-root-{OURS}", user="root", downloads=f"{Bed.home('root')}/workshop/.workshop/cache")
    bed.start()
    bed.bring_checkout()
    # Its package does not go by itself where root has no password.
    bed.root("SUDO_FORCE_REMOVE=yes dpkg --purge sudo && ! command -v sudo")
    # An account of somebody's, and root in a folder into which it wrote.
    bed.root("mkdir -m 1777 /tmp/common")
    planted = 'for name in json venv pip secrets shutil; do echo \'open("/tmp/ran", "a")\' >$name.py; done'
    assert bed.run(f"cd /tmp/common && {planted}", "learner").status == 0
    yield bed
    bed.stop()


@pytest.fixture(scope="module")
def first(server: Bed) -> Ran:
    done = server.run(f"cd /tmp/common && {server.checkout}/local/setup.bash", seconds=1500)
    record("local mode, root without sudo: set-up of a bare machine, warm downloads", done.seconds)
    return done


def test_one_command_makes_the_workshop(server: Bed, first: Ran) -> None:
    assert first.status == 0, first.text
    assert "sudo: not found" not in first.text
    assert not server.exists("/tmp/ran")


def test_second_run_changes_nothing(server: Bed, first: Ran) -> None:
    done = server.setup()
    assert (done.status, done.changed) == (0, 0), done.text


def test_it_behaves_as_every_machine_does(server: Bed, first: Ran) -> None:
    server.behaves("test_services.py")


def test_another_account_gets_nothing(server: Bed, first: Ran) -> None:
    server.behaves("test_another_account.py")


def test_uninstall_takes_it_away(server: Bed, first: Ran) -> None:
    done = server.run(f"cd /tmp/common && {server.checkout}/local/uninstall.bash --notebooks </dev/null")
    assert done.status == 0, done.text
    assert not server.exists("/tmp/ran")
    # The downloads of earlier machines are a link here, which goes; what it leads to stays.
    assert not server.exists(server.prefix)
    assert not any(server.listens(port) for port in (8080, 8081, 8082))
