"""What a seat has on the machine: an account, a home with the notebooks, settings, and a warm compile cache.

Root makes all of it. It writes with its own rights only into folders that nobody else can change; what lies
in the home of a seat, that seat's account writes. A process of that account has no hold on root's terminal,
into which it could type.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from organiser.hub import disk
from organiser.hub.seats import account
from organiser.hub.settings import FIRST_PORT, HubSettings
from organiser.hub.units import RUN, unit
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole
from workshop.core.programs import last_line
from workshop.core.settings import Settings
from workshop.sync.files import only_one
from workshop.sync.pack import Packed, pack

UNIT_FOLDER = Path("/etc/systemd/system")
TMPFILES = Path("/etc/tmpfiles.d/classroom.conf")
SHADOW = Path("/etc/shadow")
LONG_AGO = "1970-01-02"
"""When a seat's account ended: nobody can log in, with a key of their own either; its unit starts yet."""
EXPIRES = 7
"""Which field of the file of shadow passwords has that day, counted from 1970-01-01."""
WARM = "warm"
MOST_CACHE = 8_000_000_000
"""Bytes of a cache: another account made it, and a tar may say of a file that it is as large as it likes."""
NOT_CACHE = {"lock_dir", "numba", "wanted"}
"""Folders of Theano's that are no compiled functions."""

UNPACK = """set -eu
cd "$HOME"
[ -e notebooks ] && exit
rm -rf ".$1-new" "$1"
mkdir ".$1-new"
tar --extract --directory=".$1-new"
mv ".$1-new" "$1"
"""
STATE = ".workshop-sync"
"""In a seat's home: what was delivered into its notebooks, for its download (``organiser.hub.transfer``)."""
COURSES = ".workshop-courses"
"""In a seat's home: the same of each course, in a folder of its name."""
IMAGE_STATE = ".local/state/deep-learning-workshop"
"""The same in a home that the container image made (``organiser/image/start``)."""


def require_root() -> None:
    """Raise WorkshopError unless this is root."""
    if os.geteuid() != 0:
        raise WorkshopError("the classroom belongs to root; run this with sudo")


def as_account(name: str, words: Sequence[str], what: str, given: bytes = b"") -> bytes:
    """Return what a program says that runs as an account, with no hold on root's terminal.

    given: what it reads.

    Raises WorkshopError, which says what could not be done, and why, when it fails.
    """
    done = subprocess.run(
        ["runuser", "--user", name, "--", *words],
        input=given,
        capture_output=True,
        check=False,
        cwd="/",
        start_new_session=True,
    )
    if done.returncode:
        why = last_line(done.stderr.decode(errors="replace")) or "no reason given"
        raise WorkshopError(f"{what}: {why}")
    return done.stdout


def has_account(number: str) -> bool:
    """Tell whether the machine has a seat's account."""
    try:
        pwd.getpwnam(account(number))
    except KeyError:
        return False
    return True


def make(hub: HubSettings, machine: Settings, numbers: Sequence[str]) -> list[str]:
    """Make what seats lack; return the numbers of those that had no account yet.

    Raises WorkshopError when this is not root, or with the words of the program that failed.
    """
    require_root()
    new = [number for number in numbers if not has_account(number)]
    for number in new:
        _make_account(account(number))
    close_logins([account(number) for number in numbers])
    warm = _warm_cache(hub, machine)
    for folder in ("settings", "theano"):
        (hub.folder / folder).mkdir(mode=0o755, exist_ok=True)
    for number in numbers:
        bring_notebooks(hub, machine, account(number))
        write_settings(hub, machine, number)
        if warm is not None:
            link_cache(warm, hub.folder / "theano" / number, pwd.getpwnam(account(number)))
    # Each is written, also after one that was not as it should be.
    written = [write_port(number) for number in numbers]
    if any(written):
        programs.run("systemctl", "daemon-reload")
    make_environment_files(hub, numbers)
    disk.set_quotas(hub, numbers)
    return new


def _make_account(name: str) -> None:
    how = ("--create-home", "--user-group", "--shell=/bin/bash", "--key=HOME_MODE=0700")
    programs.run("useradd", *how, f"--expiredate={LONG_AGO}", name)


def close_logins(names: Sequence[str], shadow: Path = SHADOW) -> None:
    """See that nobody can log in to the accounts: by ssh a seat would be outside of its unit's limits."""
    lines = (line.split(":") for line in shadow.read_text(encoding="utf-8").splitlines())
    ended = {fields[0] for fields in lines if len(fields) > EXPIRES and fields[EXPIRES] == "1"}
    for name in names:
        if name not in ended:
            programs.run("usermod", f"--expiredate={LONG_AGO}", name)


def bring_notebooks(hub: HubSettings, machine: Settings, name: str) -> None:
    """Copy the notebooks into a home that has none, and what sync knows of them: what was delivered."""
    state = (machine.prefix or hub.prefix) / "state"
    if (state / "manifest.json").exists():
        _bring(hub, ["manifest.json", "delivered"], state, name, STATE)
    courses = state / "courses"
    known = [*courses.glob("*/notebooks/manifest.json"), *courses.glob("*/notebooks/delivered")]
    if known:
        _bring(hub, [str(each.relative_to(courses)) for each in sorted(known)], courses, name, COURSES)
    # Last: a home with notebooks has all.
    _bring(hub, ["."], machine.notebooks, name, "notebooks")


def folder_and_state(home: Path) -> tuple[Path, Path]:
    """Return a home's notebooks, and what sync remembers of them; a pod's home is that of the image."""
    image = home / IMAGE_STATE
    return home / "notebooks", image if image.is_dir() and not (home / STATE).is_dir() else home / STATE


def seat_name(home: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Return which seat a server is, by the hub that started it; else by its home."""
    return environment.get("JUPYTERHUB_USER") or home.name


def pack_home(home: Path, out: IO[bytes], name: str) -> Packed:
    """Write a seat's notebooks into a file, as the seat's account; ``workshop update notebooks`` takes it up.

    Raises WorkshopError when there are none, or while they are being changed.
    """
    folder, state = folder_and_state(home)
    with only_one(state):
        return pack(folder, state, out, name)


def _bring(hub: HubSettings, what: list[str], place: Path, name: str, into: str) -> None:
    """Copy files of the hub's account into a home: one account reads, the other one writes."""
    why = f"cannot bring the notebooks to {name}"
    files = as_account(hub.account, ["tar", "--create", f"--directory={place}", *what], why)
    as_account(name, ["env", f"HOME=/home/{name}", "sh", "-c", UNPACK, "sh", into], why, files)


def write_settings(hub: HubSettings, machine: Settings, number: str) -> None:
    """Write the settings that a seat's kernels read: the machine's, with the seat's own folders."""
    own = {
        "notebooks": f'"/home/{account(number)}/notebooks"',
        "cache": f'"/home/{account(number)}/.cache/workshop"',
    }
    lines = []
    for line in (hub.prefix / "etc/workshop.toml").read_text(encoding="utf-8").splitlines():
        name = line.partition("=")[0].strip()
        lines.append(f"{name} = {own[name]}" if name in own else line)
    write_whole(hub.folder / "settings" / f"{number}.toml", "\n".join(lines) + "\n")


def write_port(number: str, units: Path = UNIT_FOLDER) -> bool:
    """Let a seat's unit listen on the seat's own port; return whether it did not say so before."""
    file = units / f"{unit(number)}.d" / "port.conf"
    allowed = f"SocketBindAllow=tcp:{FIRST_PORT + int(number)}"
    text = f"# Managed by 'workshop classroom seats'.\n[Service]\n{allowed}\n"
    if file.exists() and file.read_text(encoding="ascii") == text:
        return False
    file.parent.mkdir(mode=0o755, exist_ok=True)
    write_whole(file, text)
    return True


def _warm_cache(hub: HubSettings, machine: Settings) -> Path | None:
    """Return root's copy of what set-up compiled, made if there is none; None where nothing was compiled."""
    warm = hub.folder / "theano" / WARM
    compiled = hub.prefix / "theano"
    if warm.exists() or not compiled.exists():
        return warm if warm.exists() else None
    warm.parent.mkdir(mode=0o755, exist_ok=True)
    read = ["runuser", "--user", hub.account, "--", "tar", "--create", f"--directory={compiled}", "."]
    apart: dict[str, Any] = {"cwd": "/", "start_new_session": True}
    with subprocess.Popen(read, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **apart) as reading:
        assert reading.stdout is not None
        with _whole_folder(warm) as beside:
            unpack(reading.stdout, beside)
    return warm


def unpack(stream: IO[bytes], into: Path) -> None:
    """Unpack folders and plain files of a tar that another account made; links and odd names are left out.

    Raises WorkshopError when they are larger than MOST_CACHE.
    """
    size = 0

    def plain(member: tarfile.TarInfo, place: str) -> tarfile.TarInfo | None:
        nonlocal size
        if not (member.isdir() or member.isreg()) or NOT_CACHE & set(Path(member.name).parts):
            return None
        size += member.size
        if size > MOST_CACHE:
            raise WorkshopError(
                f"the compile cache is larger than {MOST_CACHE // 1_000_000} MB; check it by hand"
            )
        mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        with contextlib.suppress(tarfile.FilterError):
            return tarfile.data_filter(member, place).replace(mode=mode, deep=False)
        return None

    with tarfile.open(fileobj=stream, mode="r|") as archive:
        # Keys of the cache tell the time of a source from the time of what was compiled of it.
        archive.extractall(into, filter=plain)


def link_cache(warm: Path, into: Path, owner: pwd.struct_passwd) -> None:
    """Give a seat a cache of its own that takes no room: its folders, with hard links to root's files.

    The seat adds and removes files and cannot change those that it shares. A folder that is there is left.
    """
    if into.exists():
        return
    with _whole_folder(into) as beside:
        for folder, _, files in os.walk(warm):
            own = beside / Path(folder).relative_to(warm)
            own.mkdir(mode=0o700, exist_ok=True)
            for file in files:
                os.link(Path(folder) / file, own / file)
        # Whose they are last: until then nobody but root can change anything below.
        for folder, _, _ in os.walk(beside, topdown=False):
            os.chown(folder, owner.pw_uid, owner.pw_gid)


@contextmanager
def _whole_folder(target: Path) -> Iterator[Path]:
    """Yield a folder to fill beside ``target``, which it becomes; one of an interrupted run is made anew."""
    beside = target.with_name(f".{target.name}-new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=0o755)
    yield beside
    beside.rename(target)


def make_environment_files(hub: HubSettings, numbers: Sequence[str]) -> None:
    """Let the machine make, now and whenever it starts, a file for each seat that only the hub writes."""
    lines = [f"d {RUN} 0755 root root -"]
    lines += [f"f {RUN}/{number}.env 0600 {hub.account} {hub.account} -" for number in numbers]
    write_whole(TMPFILES, "\n".join(["# Managed by 'workshop classroom seats'.", *lines]) + "\n")
    programs.run("systemd-tmpfiles", "--create", TMPFILES)
