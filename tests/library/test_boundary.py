"""Root among accounts that would like its rights: planted links, a poisoned cache, folders that are swapped.

Each test is an attack that an account without sudo can make; `nobody` makes it.
"""

from __future__ import annotations

import grp
import os
import pwd
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_module import load_module

placed = load_module("library/placed.py")
placed_and_run = load_module("library/placed_and_run.py")
kept_services = load_module("roles/managed-service/library/kept_services.py")
synced_notebooks = load_module("roles/notebook-sync/library/synced_notebooks.py")
locked_venvs = load_module("library/locked_venvs.py")
boundary = load_module("module_utils/boundary.py")
BoundaryError = placed.BoundaryError
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


def folder(path: Path, owner: str | None = ACCOUNT, **more: Any) -> dict[str, Any]:
    return {"path": str(path), "mode": "0755", "owner": owner, **more}


def file(path: Path, content: str = "new", owner: str | None = None) -> dict[str, Any]:
    return {"path": str(path), "content": content, "mode": "0644", "owner": owner}


def place(folders: list[dict[str, Any]], files: list[dict[str, Any]]) -> Any:
    """Run the module; it may refuse."""
    try:
        return placed.place(folders, files, False)
    except (BoundaryError, OSError) as error:
        return error


class TestPlantedLinks:
    """In place of what root would make, give away or write."""

    def test_a_folder_to_be_given_away(self, home: Path, etc: Path) -> None:
        plant(home / "notebooks", etc)
        place([folder(home / "notebooks")], [])
        assert owner_of(etc) == "root"

    def test_a_folder_on_the_way(self, home: Path, etc: Path) -> None:
        plant(home / "course", etc)
        place([folder(home / "course/notebooks")], [])
        assert not (etc / "notebooks").exists()

    def test_a_file(self, home: Path, etc: Path) -> None:
        plant(home / "settings", etc / "shadow")
        result = place([], [file(home / "settings")])
        assert (etc / "shadow").read_text() == "secret"
        assert owner_of(etc / "shadow") == "root"
        assert (etc / "shadow").stat().st_mode & 0o777 == 0o600
        # Nor does the difference show what stood there.
        assert "secret" not in str(result)

    def test_a_folder_of_files(self, home: Path, etc: Path) -> None:
        plant(home / "jupyter", etc)
        place([], [file(home / "jupyter/shadow")])
        assert (etc / "shadow").read_text() == "secret"

    def test_a_folder_in_a_folder_for_all(self, system: Path, etc: Path) -> None:
        (system / "tmp").mkdir()
        (system / "tmp").chmod(0o1777)
        plant(system / "tmp/workshop", etc)
        place([folder(system / "tmp/workshop")], [file(system / "tmp/workshop/shadow")])
        assert owner_of(etc) == "root"
        assert (etc / "shadow").read_text() == "secret"

    def test_a_pipe_is_not_waited_for(self, home: Path) -> None:
        os.mkfifo(home / "settings")
        os.chown(home / "settings", pwd.getpwnam(ACCOUNT).pw_uid, -1)
        place([], [file(home / "settings")])
        assert (home / "settings").read_text() == "new"


def test_roots_own_links_are_followed(system: Path) -> None:
    """An administrator put the data on another disk."""
    (system / "disk").mkdir()
    (system / "data").symlink_to(system / "disk")
    assert placed.place([folder(system / "data/sets")], [], False)["changed"]
    assert owner_of(system / "disk/sets") == ACCOUNT
    assert not placed.place([folder(system / "data/sets")], [], False)["changed"]


def test_what_is_made_in_a_home_is_its_accounts(home: Path) -> None:
    assert placed.place([folder(home / "a/b")], [file(home / "a/c")], False)["changed"]
    assert {owner_of(path) for path in (home / "a", home / "a/b", home / "a/c")} == {ACCOUNT}
    assert os.geteuid() == 0
    assert not placed.place([folder(home / "a/b")], [file(home / "a/c")], False)["changed"]


def test_nothing_of_roots_is_placed_where_an_account_could_change_it(home: Path, system: Path) -> None:
    with pytest.raises(BoundaryError, match=f"{ACCOUNT} can change .*home.*nothing of root"):
        placed.place([folder(home / "cache", "root")], [], False)
    (system / "common").mkdir()
    (system / "common").chmod(0o777)
    with pytest.raises(BoundaryError, match=r"every account can change .*common"):
        placed.place([], [file(system / "common/settings")], False)


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

    def refuses(self, lab: Path) -> bool:
        return isinstance(place([folder(lab / "venvs", "root")], []), BoundaryError)

    def test_a_group_that_every_person_is_in(self, lab: Path) -> None:
        """Debian's adduser puts them into it."""
        os.chown(lab, 0, grp.getgrnam("users").gr_gid)
        assert self.refuses(lab)

    @pytest.mark.parametrize(("members", "refused"), [([], False), (["root"], False), ([ACCOUNT], True)])
    def test_a_group_of_the_system(
        self, lab: Path, names: list[str], members: list[str], refused: bool
    ) -> None:
        """On Debian 12 /usr/local belongs to the group staff, in which as a rule nobody is."""
        names += members
        os.chown(lab, 0, 50)
        assert self.refuses(lab) is refused

    def test_a_group_that_is_an_accounts_own(self, lab: Path) -> None:
        os.chown(lab, 0, pwd.getpwnam(ACCOUNT).pw_gid)
        assert self.refuses(lab)

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
        assert self.refuses(lab) is refused


SWAP = """\
import contextlib, os
def rename(old, new):
    with contextlib.suppress(OSError):
        os.rename(old, new)
print(flush=True)
while True:
    rename("notebooks", "aside")
    rename("trap", "notebooks")
    rename("notebooks", "trap")
    rename("aside", "notebooks")
"""


def test_a_folder_swapped_at_every_moment_is_never_escaped_from(home: Path, etc: Path) -> None:
    """The account replaces the folder by a link and back, as fast as it can, while root writes below it."""
    account = pwd.getpwnam(ACCOUNT)
    (home / "notebooks").mkdir()
    os.chown(home / "notebooks", account.pw_uid, -1)
    plant(home / "trap", etc)
    with subprocess.Popen(
        ["/usr/bin/env", "python3", "-S", "-c", SWAP],
        env={"PATH": "/usr/bin:/bin"},
        cwd=home,
        user=account.pw_uid,
        stdout=subprocess.PIPE,
    ) as attacker:
        try:
            assert attacker.stdout and attacker.stdout.readline() == b"\n"
            for number in range(200):
                place([folder(home / "notebooks"), folder(home / "notebooks/a")], [])
                place([], [file(home / "notebooks/shadow", str(number))])
        finally:
            attacker.kill()
    assert owner_of(etc) == "root"
    assert (etc / "shadow").read_text() == "secret"
    assert [path.name for path in etc.iterdir()] == ["shadow"]


class TestCaches:
    """From which root installs code."""

    @pytest.fixture
    def cache(self, system: Path) -> Path:
        """Of an older workshop, in which it was the account's."""
        (system / "cache/uv").mkdir(parents=True)
        (system / "cache/uv/wheel.py").write_text("poison")
        for path in (system / "cache", system / "cache/uv", system / "cache/uv/wheel.py"):
            os.chown(path, pwd.getpwnam(ACCOUNT).pw_uid, -1)
        return system / "cache"

    def test_a_poisoned_cache_is_removed(self, cache: Path) -> None:
        wanted = [folder(cache, None), folder(cache / "uv", None, fresh=True)]
        assert placed.place(wanted, [], False)["changed"]
        assert not list((cache / "uv").iterdir())
        assert {owner_of(cache), owner_of(cache / "uv")} == {"root"}

    def test_a_link_to_a_poisoned_cache_is_removed(self, cache: Path, home: Path) -> None:
        (cache / "uv").rename(home / "uv")
        plant(cache / "uv", home / "uv")
        placed.place([folder(cache, None), folder(cache / "uv", None, fresh=True)], [], False)
        assert not (cache / "uv").is_symlink()
        assert (home / "uv/wheel.py").exists()

    def test_check_mode_foresees_that(self, cache: Path) -> None:
        wanted = [folder(cache, None), folder(cache / "uv", None, fresh=True), folder(cache / "data")]
        assert placed.place(wanted, [file(cache / "x")], True)["paths"] == [
            str(cache / name) for name in (".", "uv", "data", "x")
        ]
        assert {owner_of(cache), owner_of(cache / "uv")} == {ACCOUNT}
        assert (cache / "uv/wheel.py").exists()

    def test_a_cache_of_ones_own_is_kept(self, system: Path) -> None:
        (system / "uv").mkdir()
        (system / "uv").chmod(0o755)  # whatever the umask of these tests is
        (system / "uv/wheel.py").touch()
        assert not placed.place([folder(system / "uv", None, fresh=True)], [], False)["changed"]
        assert (system / "uv/wheel.py").exists()

    def params(self, system: Path, **other: str) -> dict[str, Any]:
        paths = {name: str(system / name) for name in ("uv", "python", "wheels", "begun", "cache")} | other
        given = [paths.pop("given")] if "given" in paths else []
        environments = [{"path": str(system / "venvs/jupyter"), "lock": ""}]
        return {**paths, "given_wheels": given, "projects": [], "environments": environments}

    def test_what_only_root_can_change_is_taken(self, system: Path) -> None:
        locked_venvs.refuse_what_others_can_change(self.params(system))

    @pytest.mark.parametrize("name", ["uv", "python", "wheels", "begun", "given", "cache"])
    def test_nothing_is_taken_from_a_home(self, system: Path, home: Path, name: str) -> None:
        (home / "x").mkdir()
        plant(system / "link", home / "x")
        for path in (home / "x", home / "none", system / "link/y"):
            with pytest.raises(BoundaryError, match=f"{ACCOUNT} can change"):
                locked_venvs.refuse_what_others_can_change(self.params(system, **{name: str(path)}))

    def test_nothing_is_installed_in_a_home(self, home: Path) -> None:
        with pytest.raises(BoundaryError, match=f"{ACCOUNT} can change"):
            locked_venvs.refuse_what_others_can_change(self.params(home))

    def test_a_plain_user_takes_no_cache_of_anothers(
        self, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(locked_venvs.os, "geteuid", lambda: 4711)
        with pytest.raises(BoundaryError, match=f"belongs to {ACCOUNT}"):
            locked_venvs.refuse_what_others_can_change(self.params(cache.parent))


class TestPrograms:
    """Root runs none that an account could replace."""

    @pytest.fixture
    def program(self, home: Path) -> Path:
        """The account's, in its folder, where the workshop was to lie; it writes down that it ran."""
        (home / "bin").mkdir()
        program = home / "bin/services"
        program.write_text(f"#!/bin/sh\ntouch {home}/ran\necho '{{}}'\n")
        program.chmod(0o755)
        for path in (home / "bin", program):
            os.chown(path, pwd.getpwnam(ACCOUNT).pw_uid, -1)
        return program

    def test_not_as_a_command_of_a_role(self, program: Path, home: Path) -> None:
        command = {"argv": [str(program)], "environment": {}, "creates": None}
        with pytest.raises(BoundaryError, match=f"{ACCOUNT} can change"):
            placed_and_run.run(command, False)
        assert not (home / "ran").exists()

    def test_not_as_what_keeps_services(self, program: Path, home: Path) -> None:
        with pytest.raises(BoundaryError, match=f"{ACCOUNT} can change"):
            kept_services.Supervisor(str(home)).keep({"workshop-web": False}, [], False)
        assert not (home / "ran").exists()

    def test_not_as_what_brings_notebooks(self, program: Path, home: Path) -> None:
        with pytest.raises(BoundaryError, match=f"{ACCOUNT} can change"):
            synced_notebooks.sync([str(program)], [], False)
        assert not (home / "ran").exists()
