"""What is collected is a part of Debian's repository, which apt takes for as long as nobody changed it."""

from __future__ import annotations

import lzma
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from organiser.thumbdrive import debs
from organiser.thumbdrive.contents import Context, load_contents
from organiser.thumbdrive.sources import gather
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file
from workshop.core.settings import Settings, find_checkout

pytestmark = pytest.mark.slow

SCRIPT = Path(debs.__file__).with_name("scripts") / "set-up-from-stick.bash"
PACKAGES = ("netbase", "gcc-14-base")
"""They need no others; the first is one file for every processor, the second one for each."""
PREDECESSOR = "trixie-backports"
"""A small suite, which saves time here; everything that set-up wants comes from the true one."""
FOREIGN = {"amd64": "i386", "arm64": "armhf"}
"""What a machine may have beside its own, as those do that run old programs: it is not on the stick."""
REFUSED = "are not as Debian signed them"


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stick's folder, with two packages, for both processors."""
    if not shutil.which("apt-get") or not debs.HELPER.is_file() or not debs.KEYRING.is_file():
        pytest.skip("needs apt and Debian's keys")
    folder = tmp_path_factory.mktemp("a stick")
    work = folder / "work"
    both = ("amd64", "arm64")
    assert debs.collected(work, both) is None
    with pytest.raises(WorkshopError, match=r"apt could not collect them.*nonesuch"):
        debs.fetch_debs(work, "trixie", PREDECESSOR, ["nonesuch"], ["amd64"])
    assert debs.collected(work, both) is None
    made = debs.fetch_debs(work, "trixie", PREDECESSOR, PACKAGES, both)
    assert debs.collected(work, both) == made
    assert debs.collected(work, ["amd64"]) is None
    made.rename(folder / "debs")
    return folder


def install(stick: Path, state: Path, processor: str = "amd64") -> str:
    """Let the stick's script install its packages as far as downloading goes; return what it said last."""
    state.mkdir()
    (state / "status").write_text("")
    (state / "archives/partial").mkdir(parents=True)
    own = f"-o Dir::State::status={state}/status -o Dir::Cache={state} --download-only"
    own += f" -o APT::Architecture={processor} -o APT::Architectures={processor},{FOREIGN[processor]}"
    # The script's own functions, with an apt that knows of nothing that is installed here.
    program = SCRIPT.read_text().split("\n[ -f ")[0].replace("install_packages() {", "real_install() {")
    program = program.replace('stick=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")" && pwd)', "")
    program += f"""
check() {{ :; }}
apt-get() {{ command apt-get {own} "$@"; }}
as_root() {{ if [ "$1" = env ]; then shift 2; fi; "$@"; }}
dpkg() {{ echo {processor}; }}
mapfile -t packages <"$stick/debs/needed.txt"
real_install 2>&1 && echo installed
"""
    done = subprocess.run(
        ["bash", "-c", program],
        env={**os.environ, "stick": str(stick), "TMPDIR": str(state)},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).strip()


@pytest.mark.network
def test_only_what_debian_signed_is_installed_from_a_stick(stick: Path, tmp_path: Path) -> None:
    files = [path for path in (stick / "debs").rglob("*") if path.is_file()]
    (deb,) = (stick / "debs/pool/main/n/netbase").iterdir()
    others = list((stick / "debs/pool/main/g/gcc-14").iterdir())
    assert {path.name for path in files} == {
        "InRelease",
        "Packages.xz",
        deb.name,
        *(path.name for path in others),
        "needed.txt",
        "preferences",
    }
    told = {path: field(path, "Architecture") for path in (deb, *others)}
    assert sorted(told.values()) == ["all", "amd64", "arm64"]
    assert told[deb] == "all"
    for processor in FOREIGN:
        state = tmp_path / processor
        assert install(stick, state, processor).endswith("installed")
        brought = {path.name for path in (state / "archives").glob("*.deb")}
        own = next(path for path in others if told[path] == processor)
        assert brought == {deb.name, own.name}

    # A package that was changed. (A stick may leave out a suite, which saves time here.)
    bad = tmp_path / "bad"
    shutil.copytree(stick / "debs", bad / "debs")
    shutil.rmtree(bad / "debs/dists" / PREDECESSOR)
    forged = bad / deb.relative_to(stick)
    forged.write_bytes(deb.read_bytes()[:-1] + b"\0")
    said = install(bad, tmp_path / "package")
    assert said.splitlines()[-1].endswith("could not install the stick's packages; see above")
    # A list that names it; a list of lists that names that list; and one that nobody signed.
    shutil.rmtree(bad / "debs/dists/trixie")
    name = debs.LIST.format(processor="amd64")
    listed = bad / "debs/dists/trixie-updates" / name
    before = hash_file(listed)
    listed.write_bytes(
        lzma.compress(entry(forged, bad / "debs").encode() + lzma.decompress(listed.read_bytes()))
    )
    assert REFUSED in install(bad, tmp_path / "list").splitlines()[-1]
    signed = listed.parents[2] / "InRelease"
    lines = signed.read_text()
    pattern = rf"^ {before} +\d+ ({re.escape(name)})$"
    changed = re.sub(pattern, rf" {hash_file(listed)} {listed.stat().st_size} \1", lines, flags=re.MULTILINE)
    assert changed != lines
    signed.write_text(changed)
    assert REFUSED in install(bad, tmp_path / "release").splitlines()[-1]
    signed.unlink()
    signed.with_name("Release").write_text(changed.split("\n\n", 1)[1].split("-----BEGIN PGP SIGNATURE")[0])
    assert REFUSED in install(bad, tmp_path / "unsigned").splitlines()[-1]


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("processor", FOREIGN)
def test_a_bare_machine_gets_all_that_set_up_wants_from_the_stick_alone(
    everything: Path, tmp_path: Path, processor: str
) -> None:
    said = install(everything, tmp_path / "state", processor)
    assert said.endswith("installed"), said
    brought = list((tmp_path / "state/archives").glob("*.deb"))
    assert {field(path, "Architecture") for path in brought} == {"all", processor}
    names = {field(path, "Package") for path in brought}
    assert names >= set((everything / "debs/needed.txt").read_text().split())
    assert names >= {"python3.11-minimal", "g++-14", "libc6-dev", "libopenblas0-pthread", "libopenblas-dev"}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stick's folder with all of the system's packages, for both processors."""
    if not shutil.which("apt-get") or not debs.HELPER.is_file() or not debs.KEYRING.is_file():
        pytest.skip("needs apt and Debian's keys")
    work = tmp_path_factory.mktemp("a whole stick")
    part = next(each for each in load_contents() if each.name == "debs")
    context = Context(find_checkout("local/setup.bash"), work, Settings(), computers=("linux", "linux-arm"))
    found = gather(part, context)
    assert found.missing == []
    (work / "debs/repository-amd64-arm64").rename(work / "debs/debs")
    return work / "debs"


def field(deb: Path, name: str) -> str:
    command = ["dpkg-deb", "--field", str(deb), name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def entry(deb: Path, repository: Path) -> str:
    """Return what a list says of a package."""
    control = subprocess.run(["dpkg-deb", "--field", deb], capture_output=True, text=True, check=True).stdout
    size, place = deb.stat().st_size, deb.relative_to(repository)
    return f"{control.rstrip()}\nFilename: {place}\nSize: {size}\nSHA256: {hash_file(deb)}\n\n"
