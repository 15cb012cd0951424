"""Root among accounts that would like its rights: planted links, folders of several, programs of others.

Each test is an attack that an account without sudo can make; `nobody` makes it.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_module import ROOT, load_module, run_module

checks = load_module("library/boundary.py")
boundary = load_module("module_utils/boundary.py")
BoundaryError = checks.BoundaryError
ACCOUNT = "nobody"
NO_NUMBER = 0xFFFFFFFF

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can be attacked by an account without its rights"
)


def owner_of(path: Path) -> str:
    return pwd.getpwuid(os.lstat(path).st_uid).pw_name


@pytest.fixture
def system() -> Iterator[Path]:
    """A folder of root's, as / is, that every account may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def home(system: Path) -> Path:
    """The account's home."""
    folder = system / "home"
    folder.mkdir()
    os.chown(folder, pwd.getpwnam(ACCOUNT).pw_uid, -1)
    return folder


@pytest.fixture
def etc(system: Path) -> Path:
    """What the account wants to have."""
    folder = system / "etc"
    folder.mkdir()
    (folder / "shadow").write_text("secret")
    (folder / "shadow").chmod(0o600)
    return folder


def plant(link: Path, target: Path) -> None:
    """Make a link as the account would."""
    link.symlink_to(target)
    os.lchown(link, pwd.getpwnam(ACCOUNT).pw_uid, -1)


def refuses(path: Path, *, inside: bool = True) -> str:
    """Return why root keeps out of a place; nothing where it may go there."""
    try:
        checks.must_be_ours(path, inside=inside)
    except BoundaryError as error:
        return str(error)
    return ""


class TestPlantedLinks:
    """In place of what root would make, give away or write."""

    @pytest.mark.parametrize("name", ["notebooks", "notebooks/course", "none"])
    def test_root_writes_nothing_in_a_home(self, home: Path, etc: Path, name: str) -> None:
        plant(home / "notebooks", etc)
        assert f"{ACCOUNT} can change {home}" in refuses(home / name)
        assert f"{ACCOUNT} can change {home}" in refuses(home / name, inside=False)

    def test_nor_behind_a_link_in_a_folder_for_all(self, system: Path, etc: Path) -> None:
        (system / "tmp").mkdir()
        (system / "tmp").chmod(0o1777)
        plant(system / "tmp/workshop", etc)
        assert refuses(system / "tmp/workshop/venvs")
        assert not refuses(system / "tmp/none")

    def test_nor_where_everybody_can(self, system: Path) -> None:
        (system / "common").mkdir()
        (system / "common").chmod(0o777)
        assert "every account can change" in refuses(system / "common/venvs")


def test_roots_own_links_are_followed(system: Path, home: Path) -> None:
    """An administrator put the data on another disk."""
    (system / "disk").mkdir()
    (system / "data").symlink_to(system / "disk")
    assert checks.must_be_ours(system / "data/sets", inside=True) == system / "disk/sets"
    (system / "link").symlink_to(home)
    assert refuses(system / "link/sets")


def test_a_folder_is_looked_at_and_what_lies_in_it_is_only_where_it_is_meant(
    system: Path, home: Path
) -> None:
    assert refuses(home)
    assert not refuses(home, inside=False)


def access_list(*entries: tuple[int, int, int]) -> bytes:
    """Return what setfacl would write: kind, rights and number of each entry, in the kernel's order."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *each) for each in entries)


class TestFoldersOfSeveral:
    """An account can also change what a group of its own, or an access list, lets it write to."""

    @pytest.fixture
    def lab(self, system: Path) -> Path:
        """A folder of root's for the machine's software."""
        (system / "lab").mkdir()
        (system / "lab").chmod(0o775)
        return system / "lab"

    @pytest.fixture
    def names(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The members of the group 50, which the system has made."""
        members: list[str] = []
        found = SimpleNamespace(gr_name="staff", gr_mem=members)
        monkeypatch.setattr(boundary.grp, "getgrgid", lambda _: found)
        return members

    def test_a_group_that_every_person_is_in(self, lab: Path) -> None:
        """Debian's adduser puts them into it."""
        os.chown(lab, 0, grp.getgrnam("users").gr_gid)
        assert refuses(lab / "venvs")

    @pytest.mark.parametrize(("members", "refused"), [([], False), (["root"], False), ([ACCOUNT], True)])
    def test_a_group_of_the_system(
        self, lab: Path, names: list[str], members: list[str], refused: bool
    ) -> None:
        """On Debian 12 /usr/local belongs to the group staff, in which as a rule nobody is."""
        names += members
        os.chown(lab, 0, 50)
        assert bool(refuses(lab / "venvs")) is refused

    def test_a_group_that_is_an_accounts_own(self, lab: Path) -> None:
        os.chown(lab, 0, pwd.getpwnam(ACCOUNT).pw_gid)
        assert refuses(lab / "venvs")

    @pytest.mark.parametrize(
        ("entry", "mask", "refused"),
        [((2, 7), 7, True), ((2, 7), 5, False), ((2, 5), 7, False), ((8, 7), 7, True)],
    )
    def test_an_access_list(self, lab: Path, entry: tuple[int, int], mask: int, refused: bool) -> None:
        account = pwd.getpwnam(ACCOUNT)
        kind, rights = entry
        number = account.pw_uid if kind == 2 else account.pw_gid
        entries = [(1, 7, NO_NUMBER), (4, 5, NO_NUMBER), (16, mask, NO_NUMBER), (32, 5, NO_NUMBER)]
        given = access_list(*sorted([*entries, (kind, rights, number)]))
        try:
            os.setxattr(lab, "system.posix_acl_access", given)
        except OSError as error:
            pytest.skip(f"the file system has no access lists: {error.strerror}")
        assert bool(refuses(lab / "venvs")) is refused


class TestModule:
    """What a task says."""

    def run(self, **arguments: Any) -> str:
        return run_module("library/boundary.py", **arguments).get("msg", "")

    def test_what_only_root_can_change_is_taken(self, system: Path) -> None:
        assert self.run(folders=[str(system), str(system / "none")], files=[str(system / "uv")]) == ""

    def test_nothing_is_written_in_a_home_or_run_from_there(self, home: Path) -> None:
        assert f"{ACCOUNT} can change {home}" in self.run(folders=[str(home / "venvs")])
        assert f"{ACCOUNT} can change {home}" in self.run(files=[str(home / "bin/uv")])

    def test_who_became_root_may_run_a_checkout_of_their_own(self, home: Path) -> None:
        (home / "checkout").mkdir(mode=0o700)
        os.chown(home / "checkout", pwd.getpwnam(ACCOUNT).pw_uid, -1)
        files = [str(home / "checkout/setup.bash")]
        assert self.run(files=files, trusted=ACCOUNT) == ""
        assert f"{ACCOUNT} can change {home}" in self.run(files=files, trusted="games")
        (home / "checkout").chmod(0o777)
        assert "every account can change" in self.run(files=files, trusted=ACCOUNT)

    def test_a_plain_user_takes_no_cache_of_anothers(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checks.os, "geteuid", lambda: 4711)
        with pytest.raises(BoundaryError, match=f"belongs to {ACCOUNT}"):
            checks.must_not_be_anothers(str(home))


def test_set_up_looks_at_each_folder_of_its_own(system: Path, home: Path) -> None:
    """The list that every role looks at names what root makes and runs, the prefix first."""
    prefix = Path("/opt/workshop")
    names = {
        str(prefix / name) for name in ("", "etc", "bin", "venvs", "venvs/theano", "wheels", "uv", "hub")
    }
    text = (ROOT / "roles/workshop/vars/main.yml").read_text(encoding="utf-8")
    listed = {
        f"{prefix}{name}" for name in re.findall(r"'(/?[a-z/]*)'[,\]]", text.rpartition("folders: >-")[2])
    }
    assert names <= listed, names - listed
