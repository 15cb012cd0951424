"""Runs inside a machine under test: where an account without rights finds a secret.

usage: what_nobody_sees.py watch            until stdin ends; prints what command lines and environments said
       what_nobody_sees.py search HEX…      each secret in hexadecimal digits: this command line is seen, too

``search`` prints as JSON, for each secret, the places that hold it. Any Python from 3.9 runs it.
"""

import json
import os
import re
import select
import stat
import subprocess
import sys
from pathlib import Path

LEFT_OUT = {"/proc", "/sys", "/dev", "/usr", "/srv", "/var/lib/dpkg", "/var/lib/apt", "/var/cache/apt"}
"""What holds no files, what comes from packages, and what test beds mount."""
OF_PACKAGES = "site-packages"
"""A folder of an environment that holds packages: gigabytes, which a cold disk takes minutes for."""
LARGEST = 64 * 2**20


def said():
    """Yield what command lines and environments say that this account may read."""
    for folder in Path("/proc").glob("[0-9]*"):
        if folder.name == str(os.getpid()):
            continue
        for name in ("cmdline", "environ"):
            try:
                yield (folder / name).read_text(errors="replace").replace("\0", " ")
            except OSError:
                continue


def watch():
    """Collect it all until stdin ends: most commands of a set-up are gone within a moment."""
    seen = set()
    while True:
        seen.update(said())
        if select.select([sys.stdin], [], [], 0.002)[0] and not os.read(0, 4096):
            break
    print(json.dumps(sorted(seen)))


def readable():
    """Yield the files that this account may read, and what is in them."""
    for place, folders, names in os.walk("/"):
        folders[:] = [
            name for name in folders if name != OF_PACKAGES and str(Path(place, name)) not in LEFT_OUT
        ]
        for path in (Path(place, name) for name in names):
            try:
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and status.st_size < LARGEST:
                    yield str(path), path.read_bytes()
            except OSError:
                continue


def output(*command):
    """Return what a command prints; nothing where there is none."""
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout
    except OSError:
        return b""


def places():
    """Yield all that this account may look at, each with its content."""
    for text in set(said()):
        yield "a command line or environment", text.encode()
    yield "properties of units", output("systemctl", "show", "--all", "--no-pager", "*")
    yield "the journal", output("journalctl", "--output=export", "--all", "--no-pager")
    yield from readable()


def search(secrets):
    """Print where each secret lies, and how many places were looked at."""
    wanted, looked = re.compile(b"|".join(map(re.escape, secrets))), 0
    found = {secret.hex(): [] for secret in secrets}
    for place, content in places():
        looked += 1
        for secret in set(wanted.findall(content)):
            found[secret.hex()].append(place)
    print(json.dumps({"looked": looked, "found": found}))


if sys.argv[1] == "watch":
    watch()
else:
    search([bytes.fromhex(word) for word in sys.argv[2:]])
