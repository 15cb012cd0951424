"""Quotas, in a kernel that keeps them: Debian's User Mode Linux, a process with a disk of its own."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from machines.classroom.quota import MOST
from required import lacking
from waiting import patience

from organiser.hub.disk import BYTES_PER_FILE

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("classroom")]

MODULES = Path("/usr/lib/uml/modules")
INIT = """#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONPATH={path} PYTHONDONTWRITEBYTECODE=1
mount -t proc proc /proc
{command}
echo o >/proc/sysrq-trigger
sleep 60
"""


def test_an_account_gets_no_further_than_its_quota(tmp_path: Path) -> None:
    kernel = shutil.which("linux.uml")
    if kernel is None:
        lacking("needs Debian's user-mode-linux: the kernel of this machine keeps no quotas")
    image, init = tmp_path / "disk.img", tmp_path / "init"
    with image.open("wb") as opened:
        opened.truncate(128 * 2**20)
    subprocess.run(["mkfs.ext4", "-q", "-O", "quota", image], check=True)
    # In this order: the second needs the first.
    modules = [next(MODULES.rglob(f"{name}.ko")) for name in ("quota_tree", "quota_v2")]
    words = [sys.executable, Path(__file__).with_name("quota.py"), "/mnt/disk", *modules]
    path = os.pathsep.join(each for each in sys.path if each)
    init.write_text(INIT.format(path=shlex.quote(path), command=shlex.join(map(str, words))))
    init.chmod(0o755)
    # It sees the files of this machine, and may not change them.
    options = ["root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "mem=384M", "quiet"]
    done = subprocess.run(
        [kernel, f"ubd0={image}", *options, f"init={init}", "con=null", "con0=fd:0,fd:1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=patience(120),
        check=False,
    )
    if "ptrace set fp regs failed" in done.stdout:
        pytest.skip("user-mode Linux does not know this processor's registers")
    said = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    assert said, done.stdout[-3000:]
    found = json.loads(said[0].removeprefix("FOUND "))
    assert found["kept"] == [True, False]
    assert found["limited"][:2] == [MOST, "EDQUOT"], found
    assert found["limited"][2:] == [MOST // BYTES_PER_FILE - 1, "EDQUOT"], found
    assert found["another"] == MOST
    assert found["lifted"][:2] == [2 * MOST, ""], found
    assert found["lifted"][2] > found["limited"][2], found
