"""In a kernel that keeps quotas: limit an account by the workshop's own code, and see how far it gets.

usage: quota.py FOLDER MODULE…, as root; FOLDER is where the file system is mounted. Prints JSON.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import subprocess
import sys
from pathlib import Path

FINIT_MODULE = 313
SEAT, MOST = 4242, 20 * 2**20


def fill(folder: Path, name: str) -> list[object]:
    """Write as the seat until it is refused: bytes and why, empty files and why."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setgid(SEAT)
        os.setuid(SEAT)
        size, files, why = 0, 0, ["", ""]
        try:
            with (folder / name).open("wb", buffering=0) as opened:
                while size < 2 * MOST:
                    size += opened.write(bytes(2**20))
        except OSError as error:
            why[0] = errno.errorcode[error.errno or 0]
        try:
            while files < 3000:
                (folder / f"{name}-{files}").touch()
                files += 1
        except OSError as error:
            why[1] = errno.errorcode[error.errno or 0]
        os.write(writing, json.dumps([size, why[0], files, why[1]]).encode())
        os._exit(0)
    os.wait()
    found: list[object] = json.loads(os.read(reading, 1000))
    return found


def main(folder: Path, modules: list[str]) -> None:
    """Mount, limit, fill, and lift the limit."""
    for module in modules:
        descriptor = os.open(module, os.O_RDONLY)
        ctypes.CDLL(None).syscall(FINIT_MODULE, descriptor, b"", 0)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder.parent], check=True)
    folder.mkdir()
    subprocess.run(["mount", "-o", "usrquota", "/dev/ubda", folder], check=True)
    folder.chmod(0o777)
    from organiser.hub import disk

    found: dict[str, object] = {"kept": [disk.keeps_quotas(folder), disk.keeps_quotas(folder.parent)]}
    disk.set_quota(folder, SEAT, MOST)
    found["limited"] = fill(folder, "one")
    (folder / "another").write_bytes(bytes(MOST))
    found["another"] = (folder / "another").stat().st_size
    disk.set_quota(folder, SEAT, 0)
    found["lifted"] = fill(folder, "two")
    print("FOUND", json.dumps(found), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
