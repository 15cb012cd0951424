"""The one file that verifies on a participant's computer: the same verdicts, with nothing installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from organiser.appliance import forms
from organiser.appliance.verify import alone
from organiser.appliance.wsl.write import write_wsl
from organiser.image.compression import ZSTD

from ..building import EPOCH, make_appliance_root, quiet
from ..image.making import make_image_root, source

WITHOUT = ("fcntl", "resource", "pwd", "grp")
"""What Python does not have on Windows."""


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return alone.beside(tmp_path_factory.mktemp("alone"))


def run(
    one_file: Path, *words: str | Path, blocked: tuple[str, ...] = WITHOUT, path: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run it by a Python that knows no other package, in an empty environment."""
    code = (
        f"import sys, runpy\nfor name in {blocked!r}: sys.modules[name] = None\n"
        f"sys.path[:] = [each for each in sys.path if 'site-packages' not in each]\n"
        f"sys.argv = {[str(one_file), *map(str, words)]!r}\n"
        f"runpy.run_path({str(one_file)!r}, run_name='__main__')\n"
    )
    environment = {"PATH": path} if path else {}
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def test_it_judges_each_form(one_file: Path, ova: Path, tmp_path: Path) -> None:
    write_wsl(make_appliance_root(tmp_path / "root"), tmp_path / "a.wsl", epoch=EPOCH)
    done = run(one_file, ova, tmp_path / "a.wsl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "sound, an OVA for amd64" in done.stdout
    assert "sound, a distribution for WSL for amd64" in done.stdout
    (tmp_path / "b.ova").write_bytes(ova.read_bytes()[:50_000])
    done = run(one_file, "--thorough", tmp_path / "b.ova", ova)
    assert (done.returncode, done.stderr) == (1, "")
    assert "FAIL  archive.whole" in done.stdout
    assert "sound, an OVA" in done.stdout


def test_an_image_needs_who_reads_zstd(one_file: Path, tmp_path: Path) -> None:
    root = make_image_root(tmp_path / "root")
    (image,) = forms.write(source(root, compression=ZSTD), [forms.OCI], tmp_path, quiet())
    done = run(one_file, image.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "sound, an image for amd64" in done.stdout
    done = run(one_file, image.path, blocked=(*WITHOUT, "compression.zstd"), path="/none")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("use Python 3.14 or newer, or install zstd\n")


def test_a_file_that_is_not_there_gives_one_line(one_file: Path, tmp_path: Path) -> None:
    done = run(one_file, tmp_path / "none.wsl")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


def test_it_is_run_as_its_docs_say(one_file: Path, ova: Path) -> None:
    command = [sys.executable, "-I", str(one_file), str(ova)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
