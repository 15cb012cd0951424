"""The system's packages of local mode, for a Debian 13 that has nothing and no network.

apt works in a folder of its own here: it reads the mirror that this machine uses, verifies it, and
downloads what a bare Debian would need, without touching this machine. Its processor need not be this
machine's: nothing of the packages is run. On the stick the packages
are a part of that mirror, with the lists that Debian signed: root installs nothing for which only
the stick vouches.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole

NEEDED = "needed.txt"
"""Names what set-up asks for; the others are what these depend on."""
PREFERENCES = "preferences"
"""Which version of each package is here: apt is to know no others. Written last."""
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LIST = "main/binary-{processor}/Packages.xz"
HELPER = Path("/usr/lib/apt/apt-helper")
_PREDECESSOR = """\
Package: *
Pin: release n={predecessor}
Pin-Priority: 100
"""
_ONLY = "Package: *\nPin: release *\nPin-Priority: -1\n"
_VERSION = "\nPackage: {name}:{processor}\nPin: version {version}\nPin-Priority: 500\n"
"""By processor: after a rebuild on one of them alone, a package has another version there."""


def fetch_debs(
    work: Path, suite: str, predecessor: str, packages: Sequence[str], processors: Sequence[str]
) -> Path:
    """Download the packages with all that they need on each processor; return the folder for a stick.

    Raises WorkshopError where this machine has no apt, or its mirror does not have them.
    """
    if not shutil.which("apt-get") or not KEYRING.is_file():
        raise WorkshopError("only a machine with apt and Debian's keys can collect them")
    archives, folder = work / "archives", _folder_of(work, processors)
    for made in (archives / "partial", work / "lists" / "partial", work / "none"):
        made.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    mirror, suites = _mirror(), (suite, f"{suite}-updates", predecessor)
    options = _private_apt(work, mirror, suites)
    # All lists at once: those of every processor are to be of the one list of lists that Debian signed.
    _apt([*options, *_of(*processors)], "update", "--error-on=any")
    for each in suites:
        _bring_lists(options, work / "lists", mirror, folder, each, processors)
    preferences = [_ONLY]
    for processor in processors:
        for place in _bring_packages([*options, *_of(processor)], work, folder, packages):
            preferences.append(_VERSION.format(processor=processor, **_described(place)))
    write_whole(folder / NEEDED, "".join(f"{package}\n" for package in packages))
    write_whole(folder / PREFERENCES, "".join(preferences))
    return folder


def collected(work: Path, processors: Sequence[str]) -> Path | None:
    """Return the folder of what was collected for these the last time; None when that was never finished."""
    folder = _folder_of(work, processors)
    return folder if (folder / PREFERENCES).is_file() else None


def _folder_of(work: Path, processors: Sequence[str]) -> Path:
    return work / "-".join(["repository", *processors])


def _of(*processors: str) -> list[str]:
    """Return the options with which apt takes this machine for one of these; the first is its own."""
    return ["-o", f"APT::Architecture={processors[0]}", "-o", f"APT::Architectures={','.join(processors)}"]


def _bring_lists(
    options: Sequence[str], lists: Path, mirror: str, folder: Path, suite: str, processors: Sequence[str]
) -> None:
    """Bring a suite's list of lists, which apt verified, and the lists of packages, by their hashes there."""
    place = folder / "dists" / suite
    place.mkdir(parents=True)
    (signed,) = lists.glob(f"*_dists_{suite}_InRelease")
    shutil.copyfile(signed, place / "InRelease")
    text = signed.read_text(encoding="utf-8")
    for name in (LIST.format(processor=processor) for processor in processors):
        sums = re.search(rf"^ ([0-9a-f]{{64}}) +\d+ {re.escape(name)}$", text, re.MULTILINE)
        if sums is None:
            raise WorkshopError(f"the mirror's {suite} has no {name}")
        (place / name).parent.mkdir(parents=True)
        address = f"{mirror}/dists/{suite}/{name}"
        _run([str(HELPER), *options, "download-file", address, str(place / name), f"SHA256:{sums[1]}"])


def _bring_packages(
    options: Sequence[str], work: Path, folder: Path, packages: Sequence[str]
) -> Iterator[Path]:
    """Bring the packages for one processor into the pool; yield where each of them lies."""
    words = ("install", "--yes", "--no-install-recommends")
    # apt leaves out what is downloaded: it is asked as if nothing were. What an earlier run left may be old.
    nothing = ["-o", f"Dir::Cache::archives={work / 'lists'}"]
    wanted = _apt([*options, *nothing], *words, "--print-uris", *packages)
    _apt(options, *words, "--download-only", *packages)
    for uri, name in re.findall(r"^'([^']+)' (\S+)", wanted, re.MULTILINE):
        place = folder / "pool" / unquote(uri).split("/pool/")[-1]
        if not place.is_file():  # one that runs on either processor is there already
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(work / "archives" / name, place)
        yield place


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
    raise WorkshopError("this machine's apt has no Debian mirror")


def _private_apt(work: Path, mirror: str, suites: Sequence[str]) -> list[str]:
    """Return the options with which apt lives in ``work`` and takes this machine for one that has nothing.

    Of the last suite only what no other has is taken.
    """
    sources = work / "sources.list"
    lines = [f"deb [signed-by={KEYRING} target=Packages] {mirror} {each} main\n" for each in suites]
    sources.write_text("".join(lines), encoding="utf-8")
    preferences = work / "preferences"
    preferences.write_text(_PREDECESSOR.format(predecessor=suites[-1]), encoding="utf-8")
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
        "APT::Get::List-Cleanup": "false",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "true",
        "Acquire::Retries": "1",
        "Acquire::http::Timeout": "10",
        "Acquire::https::Timeout": "10",
    }
    return [word for name, value in values.items() for word in ("-o", f"{name}={value}")]


def _apt(options: Sequence[str], *words: str) -> str:
    return _run(["apt-get", "--quiet=2", *options, *words])


def _run(command: Sequence[str]) -> str:
    try:
        return programs.run(*command)
    except WorkshopError as error:
        raise WorkshopError(f"apt could not collect them ({error})") from error


def _described(deb: Path) -> dict[str, str]:
    form = ["dpkg-deb", "--showformat", "${Package} ${Version}", "--show", str(deb)]
    name, version = _run(form).split()
    return {"name": name, "version": version}
