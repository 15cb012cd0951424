"""Local mode where the user's own systemd keeps services: a desktop or laptop with a person logged in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bed import OURS, USER, Bed, record

UNITS = "workshop-jupyter workshop-tensorboard workshop-web"
AS_USER = f"XDG_RUNTIME_DIR=/run/user/$(id -u {USER}) systemctl --user"


@pytest.fixture(scope="module")
def desk() -> Iterator[Bed]:
    """A machine on which a plain user has logged in."""
    bed = Bed(f"workshop-desk-{OURS}", kind="desk")
    bed.start()
    bed.bring_checkout()
    bed.own_cache()
    bed.root(f"systemctl start user@$(id -u {USER}).service")
    yield bed
    bed.stop()


@pytest.fixture(scope="module")
def set_up_desk(desk: Bed) -> Bed:
    done = desk.setup()
    assert done.status == 0, done.text
    record("local mode, systemd --user: set-up of a bare machine, warm downloads", done.seconds)
    return desk


def test_the_users_own_systemd_keeps_the_services(set_up_desk: Bed) -> None:
    states = set_up_desk.run(f"{AS_USER} is-active {UNITS}").text.split()
    assert states == ["active"] * 3
    assert not set_up_desk.root("ls /etc/systemd/system | grep workshop || true").strip()


def test_the_services_behave_as_on_every_machine(set_up_desk: Bed) -> None:
    set_up_desk.behaves("test_services.py")


def test_they_outlive_the_session(set_up_desk: Bed) -> None:
    assert "Linger=yes" in set_up_desk.root(f"loginctl show-user {USER} --property=Linger")


def test_the_second_run_changes_nothing(set_up_desk: Bed) -> None:
    done = set_up_desk.setup()
    assert done.status == 0, done.text
    assert done.changed == 0, done.text


def test_stop_stops_and_setup_starts_again(set_up_desk: Bed) -> None:
    stopped = set_up_desk.run(set_up_desk.script("stop"))
    assert stopped.status == 0, stopped.text
    assert not any(set_up_desk.listens(port) for port in (8080, 8081, 8082))
    assert set_up_desk.setup().status == 0
    assert all(set_up_desk.listens(port) for port in (8080, 8081, 8082))
