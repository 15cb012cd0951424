"""The locks serve both processors: each package has a wheel, with its hash, that runs on Arm, too."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LOCKS = Path(__file__).resolve().parents[1] / "locks"
SOURCES = ("theano", "lasagne")
"""What there is as a source package only, which is built on either processor alike."""
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28")


def entries(lock: str) -> list[str]:
    """Return a lock's packages, each with its hashes."""
    return re.findall(r"(?m)^[^\s#].*(?:\n[ ]+.*)*", (LOCKS / f"{lock}.txt").read_text(encoding="utf-8"))


def test_tensorflow_is_one_package_on_each_processor() -> None:
    named = sorted(
        entry.split("\\")[0].strip()
        for entry in entries("tensorflow")
        if re.match("tensorflow(-cpu)?==", entry)
    )
    versions = {re.split("==| ;", line)[1] for line in named}
    assert len(versions) == 1
    (version,) = versions
    assert named == [
        f"tensorflow-cpu=={version} ; platform_machine != 'aarch64'",
        f"tensorflow=={version} ; platform_machine == 'aarch64'",
    ]


def test_torch_is_for_processors_alone_on_each_processor() -> None:
    named = sorted(
        entry.split("\\")[0].strip() for entry in entries("pytorch") if entry.startswith("torch==")
    )
    assert len(named) == 2
    assert re.fullmatch(r"torch==[0-9.]+ ; platform_machine == 'aarch64'", named[1])
    assert re.fullmatch(r"torch==[0-9.]+\+cpu ; platform_machine != 'aarch64'", named[0])
    assert not [entry for entry in entries("pytorch") if re.match("nvidia|cuda|triton", entry)]


@pytest.mark.network
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("lock", ["control", "jupyter", "theano", "tensorflow"])
def test_each_package_has_a_wheel_for_the_processor(lock: str, platform: str, tmp_path: Path) -> None:
    wanted = [entry for entry in entries(lock) if not entry.lower().startswith(SOURCES)]
    (tmp_path / "lock.txt").write_text("\n".join(wanted) + "\n", encoding="utf-8")
    uv = Path(sys.executable).with_name("uv")
    command = [
        str(uv) if uv.is_file() else shutil.which("uv") or "uv",
        "pip",
        "install",
        "--dry-run",
        "--quiet",
    ]
    command += ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--python-version", "3.11"]
    command += ["--python-platform", platform, "--target", str(tmp_path / "target")]
    done = subprocess.run(
        [*command, "-r", str(tmp_path / "lock.txt")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
