"""The end of a laptop's workshop: uninstall takes away what set-up made, and keeps what somebody wrote.

The machine is that of test_setup.py, with all that the tests before did to it. Where the account's own
systemd keeps the services, test_ansible_pull.py does the same.
"""

from __future__ import annotations

import pytest
from bed import PASSWORD, USER, Bed
from traces import unexpected

pytestmark = [pytest.mark.machine, pytest.mark.xdist_group("laptop")]

NOTEBOOKS = f"/home/{USER}/workshop-notebooks"
NOTEBOOK = f"{NOTEBOOKS}/0-basics/10-theano-basics.ipynb"
APT = ["/etc/apt/preferences.d/workshop-python", "/etc/apt/sources.list.d/workshop-python.sources"]
"""Whence a Python of Debian 12 came, which only root may take away."""


@pytest.fixture(autouse=True, scope="module")
def source_of_a_python(set_up_laptop: Bed) -> None:
    """Where uv's downloads could be reached, this machine's Python came from there: then as if it had not."""
    for path in APT:
        if not set_up_laptop.exists(path):
            set_up_laptop.root(f"echo '# Managed by Ansible (role python-venv).' >{path}")


def test_what_only_root_may_take_away_is_named_where_nobody_can_be_asked(set_up_laptop: Bed) -> None:
    bed = set_up_laptop
    rehearsed = bed.run(bed.script("uninstall", "--check"))
    assert rehearsed.status == 0, rehearsed.text
    assert "Not without root; have an administrator run these:" in rehearsed.text, rehearsed.text
    for path in APT:
        assert f"- sudo rm {path}\n" in rehearsed.text, rehearsed.text
        assert bed.exists(path)
    assert bed.listens(8080)


def test_uninstall_leaves_the_checkout_and_what_was_written(
    set_up_laptop: Bed, laptop_before: set[str]
) -> None:
    bed = set_up_laptop
    bed.run(f"echo mine >{bed.prefix}/mine && echo ' ' >>{NOTEBOOK}")
    written = bed.run(f"sha256sum {NOTEBOOK}").text
    done = bed.at_a_terminal(bed.script("uninstall"), {"password for": PASSWORD, "Type yes": "no"})
    assert done.status == 0, done.text
    assert done.text.count("password for") == 1 and "Not without root" not in done.text, done.text
    assert f"Notebooks stay: {NOTEBOOKS}" in done.text and "Packages stay: " in done.text
    # Services, and what compiles in the background.
    assert bed.run("pgrep --full '[.]workshop/venvs'").status == 1
    assert not any(bed.listens(port) for port in (8080, 8081, 8082))
    assert bed.run(f"sha256sum {NOTEBOOK}").text == written
    assert set(bed.root(f"ls -A {bed.prefix}").split()) <= {"mine", "state"}  # backups of notebooks
    assert not bed.exists(f"/home/{USER}/.local/bin")
    left = unexpected(bed, laptop_before)
    assert {name for name in left if not name.startswith(f"{NOTEBOOKS}/")} == {NOTEBOOKS}


def test_uninstall_again_has_nothing_to_do(set_up_laptop: Bed) -> None:
    bed = set_up_laptop
    bed.root(f"rm -r {bed.prefix}")
    again = bed.run(bed.script("uninstall"))
    assert (again.status, again.text.strip()) == (0, f"Nothing is set up in {bed.prefix}; nothing to do.")
