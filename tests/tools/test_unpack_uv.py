"""uv out of a wheel that is there already: only the one that the lock names, for this machine."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "tools/unpack-uv.py"
PLATFORM = f"manylinux_2_17_{platform.machine()}"

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="wheels are for glibc here")


def wheel(folder: Path, tag: str = PLATFORM, says: str = "right") -> str:
    """Write a wheel whose program says a word; return the line of a lock that names it."""
    folder.mkdir(exist_ok=True)
    file = folder / f"uv-1.2.3-py3-none-{tag}.whl"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("uv-1.2.3.data/scripts/uvx", "#!/bin/sh\necho another\n")
        packed.writestr("uv-1.2.3.data/scripts/uv", f"#!/bin/sh\necho {says}\n")
    return f"    --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()} \\\n"


def unpack(tmp_path: Path, lines: str, *folders: str) -> str:
    """Return what the program says that was unpacked; nothing where there was none."""
    (tmp_path / "uv.txt").write_text(f"uv==1.2.3 \\\n{lines}")
    places = [tmp_path / name for name in folders]
    done = subprocess.run(
        [sys.executable, "-I", PROGRAM, tmp_path / "uv", tmp_path / "uv.txt", *places], check=False
    )
    program = tmp_path / "uv/bin/uv"
    assert (done.returncode == 0) is program.exists()
    assert not program.exists() or list(program.parent.iterdir()) == [program]
    return subprocess.check_output([program], text=True).strip() if program.exists() else ""


def test_the_locked_one_is_taken_from_wherever_it_lies(tmp_path: Path) -> None:
    lines = wheel(tmp_path / "stick")
    wheel(tmp_path / "cache", says="changed")
    lines = f"    --hash=sha256:{'0' * 64} \\\n{lines}"
    assert unpack(tmp_path, lines, "none", "cache", "stick") == "right"


def test_what_the_lock_does_not_name_is_not(tmp_path: Path) -> None:
    lines = wheel(tmp_path / "cache")
    wheel(tmp_path / "cache", says="changed")
    assert unpack(tmp_path, lines, "cache") == ""


@pytest.mark.parametrize("tag", ["manylinux_2_17_m68k", f"musllinux_1_1_{platform.machine()}", "win_amd64"])
def test_another_machines_is_not(tmp_path: Path, tag: str) -> None:
    assert unpack(tmp_path, wheel(tmp_path / "cache", tag), "cache") == ""
