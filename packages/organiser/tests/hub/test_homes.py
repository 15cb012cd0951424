from __future__ import annotations

import io
import os
import pwd
import stat
import tarfile
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from organiser.hub import homes
from organiser.hub.homes import link_cache, unpack, write_settings
from organiser.hub.settings import HubSettings
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings, load_settings


def packed(members: Iterable[tuple[str, bytes | str]]) -> io.BytesIO:
    """Return a tar of files; text instead of bytes makes a link to it, and an empty text a folder."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.mtime = 1_000_000_000
            if isinstance(content, bytes):
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
            else:
                member.type = tarfile.SYMTYPE if content else tarfile.DIRTYPE
                member.linkname = content
                archive.addfile(member)
    file.seek(0)
    return file


def test_of_what_another_account_packed_only_plain_files_are_taken(tmp_path: Path) -> None:
    into = tmp_path / "cache"
    into.mkdir()
    unpack(
        packed(
            [
                ("./compiledir", ""),
                ("./compiledir/tmp1/mod.so", b"code"),
                ("./compiledir/evil", "/etc"),
                ("./compiledir/evil/passwd", b"root"),
                ("../outside", b"x"),
                ("/absolute", b"x"),
                ("./compiledir/lock_dir/lock", b"x"),
            ]
        ),
        into,
    )
    assert (into / "compiledir/tmp1/mod.so").read_bytes() == b"code"
    assert (into / "compiledir/tmp1/mod.so").stat().st_mtime == 1_000_000_000
    # The link was left out, so what should go through it is a file of a folder of this one.
    assert not (into / "compiledir/evil").is_symlink()
    assert (into / "absolute").is_file()
    assert not (tmp_path / "outside").exists()
    assert not (into / "compiledir/lock_dir").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache"]


def test_each_seat_gets_links_in_folders_of_its_own_once(tmp_path: Path) -> None:
    warm, own = tmp_path / "warm", tmp_path / "017"
    (warm / "a/b").mkdir(parents=True)
    (warm / "a/b/mod.so").write_bytes(b"x" * 1000)
    link_cache(warm, own, pwd.getpwuid(os.getuid()))
    assert (own / "a/b/mod.so").samefile(warm / "a/b/mod.so")
    assert stat.S_IMODE((own / "a/b").stat().st_mode) == 0o700
    (own / "a/b/new").write_text("the seat's own")
    link_cache(warm, own, pwd.getpwuid(os.getuid()))
    assert (own / "a/b/new").exists()
    assert not (warm / "a/b/new").exists()


def test_links_of_an_interrupted_run_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / "warm").mkdir()
    (tmp_path / ".017-new/left").mkdir(parents=True)
    link_cache(tmp_path / "warm", tmp_path / "017", pwd.getpwuid(os.getuid()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["017", "warm"]
    assert not (tmp_path / "017/left").exists()


def test_a_seats_settings_are_the_machines_with_its_own_folders(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "hub/settings").mkdir(parents=True)
    (tmp_path / "etc/workshop.toml").write_text(
        f'prefix = "{tmp_path}"\nnotebooks = "/home/workshop/notebooks"\n'
        'cache = "/srv/cache"\nweb_port = 8082\n'
    )
    hub = HubSettings(tmp_path, "workshop", "http://127.0.0.1:8000")
    write_settings(hub, Settings(), "017")
    own = load_settings(tmp_path / "hub/settings/017.toml")
    assert own.notebooks == Path("/home/seat-017/notebooks")
    assert own.cache == Path("/home/seat-017/.cache/workshop")
    assert (own.prefix, own.web_port) == (tmp_path, 8082)


def test_what_runs_as_an_account_has_no_hold_on_roots_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runuser = tmp_path / "runuser"
    look = '[ "$(cut -d" " -f6 /proc/$$/stat)" = $$ ] && echo apart || echo held'
    runuser.write_text(f"#!/bin/sh\n{{ {look}; }} >>{tmp_path}/seen\n")
    runuser.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    hub = cast("Any", SimpleNamespace(account="hub"))
    homes._bring(hub, ["."], tmp_path, "seat-001", "notebooks")
    assert (tmp_path / "seen").read_text().split() == ["apart", "apart"]


def test_a_seat_is_made_with_what_sync_knows_of_its_courses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought: list[tuple[list[str], Path, str]] = []
    monkeypatch.setattr(
        homes, "_bring", lambda hub, what, place, name, into: brought.append((what, place, into))
    )
    state = tmp_path / "state/courses"
    for name in ("knots/notebooks/delivered", "knots/notebooks/log", "knots/source"):
        (state / name).mkdir(parents=True)
    (state / "knots/notebooks/manifest.json").touch()
    hub = HubSettings(tmp_path, "workshop", "http://127.0.0.1:8000")
    homes.bring_notebooks(hub, Settings(prefix=tmp_path, notebooks=tmp_path / "mine"), "seat-001")
    assert brought == [
        (["knots/notebooks/delivered", "knots/notebooks/manifest.json"], state, ".workshop-courses"),
        (["."], tmp_path / "mine", "notebooks"),
    ]


def test_accounts_of_seats_end_long_ago_also_those_of_an_older_classroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(homes.programs, "run", lambda *words: ran.append(list(words)))
    shadow = tmp_path / "shadow"
    shadow.write_text(
        "root:*:20000:0:99999:7:::\nseat-001:!:20000:0:99999:7::1:\nseat-002:!:20000:0:99999:7:::\n"
    )
    homes.close_logins(["seat-001", "seat-002", "seat-003"], shadow)
    assert ran == [["usermod", "--expiredate=1970-01-02", name] for name in ("seat-002", "seat-003")]


def test_a_cache_that_is_too_large_is_not_unpacked_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "MOST_CACHE", 250)
    with pytest.raises(WorkshopError, match="larger than"):
        unpack(packed((f"{number}.so", b"x" * 100) for number in range(9)), tmp_path)
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) <= 250
