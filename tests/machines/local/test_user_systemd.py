"""Local mode at full depth where the user's own systemd keeps services: a person's laptop, with a password.

Another full job, test_ansible_pull.py, shows how services behave, stay, stop and are repaired under that
systemd; in each run test_setup.py has somebody type the password on a machine without it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bed import CHECKOUT, ONLY_JUPYTER, OURS, PASSWORD, USER, Bed, Ran, assert_one_line, record

pytestmark = [pytest.mark.machine, pytest.mark.slow]


UNITS = "workshop-jupyter workshop-tensorboard workshop-web"
AS_USER = f"XDG_RUNTIME_DIR=/run/user/$(id -u {USER}) systemctl --user"


@pytest.fixture(scope="module")
def desk() -> Iterator[Bed]:
    """A machine on which a plain user has logged in."""
    bed = Bed(
        f"workshop-person-{OURS}", kind="desk", downloads=f"{CHECKOUT}/.workshop/cache", password=PASSWORD
    )
    bed.start()
    bed.bring_checkout()
    bed.root(f"systemctl start user@$(id -u {USER}).service")
    yield bed
    bed.stop()


@pytest.fixture(scope="module")
def first_setup(desk: Bed) -> Ran:
    """Somebody sits at the machine and is asked for the password; the laptop gets all environments."""
    return desk.setup(*ONLY_JUPYTER)


@pytest.fixture(scope="module")
def set_up_desk(desk: Bed, first_setup: Ran) -> Bed:
    done = first_setup
    assert done.status == 0, done.text
    record("local mode, systemd --user: set-up of a bare machine, warm downloads", done.seconds)
    return desk


def test_without_a_terminal_there_is_a_line_for_an_administrator(desk: Bed) -> None:
    done = desk.run(desk.script("setup"))
    assert_one_line(done, "have an administrator run, as root: apt-get install", "python3-venv", "g++")
    assert not desk.made()


def test_the_password_is_asked_for_once_and_kept_nowhere(set_up_desk: Bed, first_setup: Ran) -> None:
    assert first_setup.text.count("password for") == 1, first_setup.text
    assert PASSWORD not in first_setup.text
    found = set_up_desk.root(f"grep -rl '{PASSWORD}' /home/{USER} /tmp /var/log /var/tmp 2>/dev/null || true")
    assert not found.strip()


def test_the_users_own_systemd_keeps_the_services(set_up_desk: Bed) -> None:
    states = set_up_desk.run(f"{AS_USER} is-active {UNITS}").text.split()
    assert states == ["active"] * 3
    assert not set_up_desk.root("ls /etc/systemd/system | grep workshop || true").strip()


def test_they_outlive_the_session(set_up_desk: Bed) -> None:
    assert "Linger=yes" in set_up_desk.root(f"loginctl show-user {USER} --property=Linger")


def test_uninstall_asks_for_it_once_and_lets_nothing_outlive_the_session(set_up_desk: Bed) -> None:
    bed = set_up_desk
    done = bed.at_a_terminal(bed.script("uninstall"), {"password for": PASSWORD, "Type yes": "no"})
    assert done.status == 0, done.text
    assert done.text.count("password for") == 1 and "Not without root" not in done.text, done.text
    assert not bed.exists(f"/var/lib/systemd/linger/{USER}")
    assert not bed.root("grep -rl 'Managed by Ansible' /etc/apt || true").strip()
