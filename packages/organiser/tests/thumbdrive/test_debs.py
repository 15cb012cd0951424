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
from workshop.errors import WorkshopError
from workshop.system.files import hash_file

SCRIPT = Path(debs.__file__).with_name("scripts") / "set-up-from-stick.bash"
PACKAGE = "netbase"
"""It needs no other."""
REFUSED = "are not as Debian signed them"


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stick's folder, with one package."""
    if not shutil.which("apt-get") or not debs.HELPER.is_file() or not debs.KEYRING.is_file():
        pytest.skip("needs apt and Debian's keys")
    folder = tmp_path_factory.mktemp("a stick")
    work = folder / "work"
    assert debs.collected(work) is None
    with pytest.raises(WorkshopError, match=r"apt could not collect them.*nonesuch"):
        debs.fetch_debs(work, "trixie", "bookworm", ["nonesuch"])
    assert debs.collected(work) is None
    made = debs.fetch_debs(work, "trixie", "bookworm", [PACKAGE])
    assert debs.collected(work) == made
    made.rename(folder / "debs")
    return folder


def install(stick: Path, state: Path) -> str:
    """Let the stick's script install its package as far as downloading goes; return what it said last."""
    state.mkdir()
    (state / "status").write_text("")
    (state / "archives/partial").mkdir(parents=True)
    own = f"-o Dir::State::status={state}/status -o Dir::Cache={state} --download-only"
    # The script's own functions, with an apt that knows of nothing that is installed here.
    program = SCRIPT.read_text().split("\n[ -f ")[0].replace("install_packages() {", "real_install() {")
    program = program.replace('stick=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")" && pwd)', "")
    program += f"""
check_folder() {{ :; }}
apt-get() {{ command apt-get {own} "$@"; }}
as_root() {{ if [ "$1" = env ]; then shift 2; fi; "$@"; }}
packages=({PACKAGE})
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
    (deb,) = [path for path in files if path.suffix == ".deb"]
    assert deb.parent == stick / "debs/pool/main/n/netbase"
    assert {path.name for path in files} == {
        "InRelease",
        "Packages.xz",
        deb.name,
        "needed.txt",
        "preferences",
    }
    assert install(stick, tmp_path / "right").endswith("installed")

    # A package that was changed. (A stick may leave out a suite, which saves time here.)
    bad = tmp_path / "bad"
    shutil.copytree(stick / "debs", bad / "debs")
    shutil.rmtree(bad / "debs/dists/bookworm")
    forged = bad / deb.relative_to(stick)
    forged.write_bytes(deb.read_bytes()[:-1] + b"\0")
    said = install(bad, tmp_path / "package")
    assert said.splitlines()[-1].endswith("could not install the stick's packages; see above")
    # A list that names it; a list of lists that names that list; and one that nobody signed.
    shutil.rmtree(bad / "debs/dists/trixie")
    listed = bad / "debs/dists/trixie-updates" / debs.LIST
    before = hash_file(listed)
    listed.write_bytes(
        lzma.compress(entry(forged, bad / "debs").encode() + lzma.decompress(listed.read_bytes()))
    )
    assert REFUSED in install(bad, tmp_path / "list").splitlines()[-1]
    signed = listed.parents[2] / "InRelease"
    lines = signed.read_text()
    pattern = rf"^ {before} +\d+ ({re.escape(debs.LIST)})$"
    changed = re.sub(pattern, rf" {hash_file(listed)} {listed.stat().st_size} \1", lines, flags=re.MULTILINE)
    assert changed != lines
    signed.write_text(changed)
    assert REFUSED in install(bad, tmp_path / "release").splitlines()[-1]
    signed.unlink()
    signed.with_name("Release").write_text(changed.split("\n\n", 1)[1].split("-----BEGIN PGP SIGNATURE")[0])
    assert REFUSED in install(bad, tmp_path / "unsigned").splitlines()[-1]


def entry(deb: Path, repository: Path) -> str:
    """Return what a list says of a package."""
    control = subprocess.run(["dpkg-deb", "--field", deb], capture_output=True, text=True, check=True).stdout
    size, place = deb.stat().st_size, deb.relative_to(repository)
    return f"{control.rstrip()}\nFilename: {place}\nSize: {size}\nSHA256: {hash_file(deb)}\n\n"


def test_without_apt_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkshopError, match="only a machine with apt"):
        debs.fetch_debs(tmp_path, "trixie", "bookworm", ["tool"])
