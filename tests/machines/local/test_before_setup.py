"""A bare machine on which set-up cannot begin: one line that says what and what to do, and nothing is done.

These come first: the machine is the one that test_setup.py then sets up.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bed import SMALL, Bed, Ran, assert_one_line

pytestmark = [pytest.mark.machine, pytest.mark.xdist_group("laptop")]


def assert_refused(bed: Bed, done: Ran, *words: str) -> None:
    """The one line is all that was said, not even a password was wanted, and nothing was made."""
    assert_one_line(done, *words)
    assert done.text.strip().count("\n") == 0, done.text
    assert not bed.made()


def test_another_distribution_is_refused(bare_laptop: Bed) -> None:
    bare_laptop.root("cp /usr/lib/os-release /tmp/true-release")
    bare_laptop.root("printf 'ID=slackware\\nVERSION_ID=15.0\\n' >/usr/lib/os-release")
    try:
        done = bare_laptop.setup()
    finally:
        bare_laptop.root("cat /tmp/true-release >/usr/lib/os-release")
    assert_refused(bare_laptop, done, "slackware 15.0", "Debian 12 and 13", "Fedora 42")


def test_a_small_disk_is_refused_before_anything_is_downloaded(bare_laptop: Bed) -> None:
    done = bare_laptop.setup(workshop_prefix=f"{SMALL}/workshop")
    assert_refused(bare_laptop, done, SMALL, "MB free", "workshop_prefix")
    assert bare_laptop.root(f"ls -A {SMALL}").strip() == ""


def test_without_root_the_missing_packages_are_named(bare_laptop: Bed) -> None:
    bed, words = bare_laptop, ("as root", "apt-get install", "python3-venv", "g++")
    # Nobody sits there to be asked.
    assert_refused(bed, bed.run(bed.script("setup")), *words)
    bed.root("mv /etc/sudoers.d/learner /tmp")
    try:
        done = bed.setup()
    finally:
        bed.root("mv /tmp/learner /etc/sudoers.d")
    # sudo has looked at the password before it says that this account may nothing.
    assert_one_line(done, *words)
    assert done.text.count("password for") == 1
    assert not bed.made()


@pytest.fixture
def unplugged_bare_laptop(bare_laptop: Bed) -> Iterator[Bed]:
    bare_laptop.disconnect()
    yield bare_laptop
    bare_laptop.connect()


def test_without_network_and_packages_it_says_so(unplugged_bare_laptop: Bed) -> None:
    done = unplugged_bare_laptop.setup()
    assert_one_line(done, "could not install", "python3-venv")
    assert not unplugged_bare_laptop.made()
