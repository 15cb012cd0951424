"""The system's packages of local mode, for a Debian 13 that has nothing and no network.

apt works in a folder of its own here: it reads the mirror that this machine uses, verifies it, and
downloads what a bare Debian would need, without touching this machine. On the stick the packages
are a repository that apt reads as it is.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.system.files import hash_file, write_whole

INDEX = "Packages"
NEEDED = "needed.txt"
"""Names what set-up asks for; the others are what these depend on."""
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_PREFERENCES = """\
Package: *
Pin: release n={predecessor}
Pin-Priority: 100
"""


def fetch_debs(work: Path, suite: str, predecessor: str, packages: Sequence[str]) -> list[Path]:
    """Download the packages with all that they need; return them, with their index.

    Raises WorkshopError where this machine has no apt, or its mirror does not have them.
    """
    if not shutil.which("apt-get") or not KEYRING.is_file():
        raise WorkshopError("only a machine with apt and Debian's keys can collect them")
    archives = work / "archives"
    for folder in (archives / "partial", work / "lists" / "partial", work / "none"):
        folder.mkdir(parents=True, exist_ok=True)
    options = _private_apt(work, _mirror(), suite, predecessor)
    _apt(options, "update", "--error-on=any")
    # apt leaves out what is downloaded: it is asked as if nothing were. What an earlier run left may be old.
    nothing = ["-o", f"Dir::Cache::archives={work / 'lists'}"]
    wanted = _apt(
        [*options, *nothing], "install", "--yes", "--no-install-recommends", "--print-uris", *packages
    )
    names = {line.split()[1] for line in wanted.splitlines() if line.startswith("'")}
    _apt(options, "install", "--yes", "--no-install-recommends", "--download-only", *packages)
    here = [file for file in archives.glob("*.deb") if file.name in names]
    write_whole(archives / NEEDED, "".join(f"{package}\n" for package in packages).encode())
    return [*sorted(here), archives / NEEDED, _index(archives, sorted(here))]


def collected(work: Path) -> list[Path]:
    """Return what was collected the last time, with its index; nothing when that was never finished."""
    index = work / "archives" / INDEX
    if not index.is_file():
        return []
    names = [
        line.split()[1]
        for line in index.read_text(encoding="utf-8").splitlines()
        if line.startswith("Filename:")
    ]
    files = [*(index.parent / name for name in names), index.parent / NEEDED, index]
    return files if all(file.is_file() for file in files) else []


def _mirror() -> str:
    """Return the mirror of Debian that this machine uses."""
    form = ["--format", "$(SITE) $(REPO_URI)", "Created-By: Packages"]
    listed = subprocess.run(
        ["apt-get", "indextargets", *form], capture_output=True, text=True, check=False
    ).stdout
    for line in listed.splitlines():
        address = line.split()[-1].rstrip("/")
        if address.endswith("/debian"):
            return address
    raise WorkshopError("this machine's apt knows no mirror of Debian")


def _private_apt(work: Path, mirror: str, suite: str, predecessor: str) -> list[str]:
    """Return the options with which apt lives in ``work`` and takes this machine for a bare one."""
    sources = work / "sources.list"
    lines = [
        f"deb [signed-by={KEYRING}] {mirror} {each} main\n"
        for each in (suite, f"{suite}-updates", predecessor)
    ]
    sources.write_text("".join(lines), encoding="utf-8")
    preferences = work / "preferences"
    preferences.write_text(_PREFERENCES.format(predecessor=predecessor), encoding="utf-8")
    status = work / "status"
    status.write_text("", encoding="utf-8")
    values = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::Etc::preferences": preferences,
        "Dir::Etc::preferencesparts": work / "none",
        "Dir::State": work,
        "Dir::State::lists": work / "lists",
        "Dir::State::status": status,
        "Dir::Cache": work,
        "Dir::Cache::archives": work / "archives",
        "APT::Architecture": "amd64",
        "APT::Architectures": "amd64",
        "APT::Get::List-Cleanup": "false",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "true",
        "Acquire::Retries": "1",
        "Acquire::http::Timeout": "10",
        "Acquire::https::Timeout": "10",
    }
    return [word for name, value in values.items() for word in ("-o", f"{name}={value}")]


def _apt(options: Sequence[str], *words: str) -> str:
    done = subprocess.run(
        ["apt-get", "--quiet=2", *options, *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        raise WorkshopError(f"apt could not collect them ({said[-1][3:] if said else 'no reason'})")
    return done.stdout


def _index(archives: Path, debs: Sequence[Path]) -> Path:
    """Write the repository's index: each package's own description, with its file's name, size and hash."""
    index = archives / INDEX
    write_whole(index, "\n".join(_entry(deb) for deb in debs).encode())
    return index


def _entry(deb: Path) -> str:
    control = subprocess.run(
        ["dpkg-deb", "--field", str(deb)], capture_output=True, text=True, check=True
    ).stdout
    size, sha256 = deb.stat().st_size, hash_file(deb)
    return f"{control.rstrip()}\nFilename: ./{deb.name}\nSize: {size}\nSHA256: {sha256}\n"
