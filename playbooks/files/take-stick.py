"""Make a folder what a staged thumb drive is that a server shows: take-stick.py ADDRESS FOLDER.

Runs on a machine of a lab, with nothing installed. The list SHA256SUMS tells which files there are; one that
is here is not fetched again. What set-up takes of them it checks against its own locks and catalogue.
"""

from __future__ import annotations

import hashlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

LINE = re.compile(r"([0-9a-f]{64}) [ *]((?:wheels|data)/.+)")
CHUNK = 1 << 20
SECONDS = 60
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def wanted(listed: str) -> dict[str, str]:
    """Return name and hash of each file of the list that set-up looks for; none that leads elsewhere."""
    found = (LINE.fullmatch(line) for line in listed.splitlines())
    return {each[2]: each[1] for each in found if each and ".." not in Path(each[2]).parts}


def hash_of(file: Path) -> str:
    """Return a file's SHA-256; nothing where there is none."""
    if not file.is_file():
        return ""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def take(address: str, file: Path, expected: str) -> None:
    """Fetch a file, and keep it only if it is the one that was listed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.unfinished")
    digest = hashlib.sha256()
    with OPENER.open(address, timeout=SECONDS) as answer, beside.open("wb") as opened:
        while chunk := answer.read(CHUNK):
            digest.update(chunk)
            opened.write(chunk)
    if digest.hexdigest() != expected:
        beside.unlink()
        sys.exit(f"{address} is not what the server's list says; stage the stick again")
    beside.replace(file)


def main(address: str, folder: Path) -> None:
    """Fetch what is missing, and delete what is listed no more."""
    try:
        with OPENER.open(f"{address}/SHA256SUMS", timeout=SECONDS) as answer:
            files = wanted(answer.read().decode())
        took = 0
        for name, expected in sorted(files.items()):
            if hash_of(folder / name) != expected:
                take(f"{address}/{urllib.parse.quote(name)}", folder / name, expected)
                took += 1
    except urllib.error.URLError as error:
        sys.exit(f"{address} does not answer well ({error.reason}); see hub_service_lab_stick on the server")
    for file in [
        each for kind in ("wheels", "data") for each in (folder / kind).rglob("*") if each.is_file()
    ]:
        if str(file.relative_to(folder)) not in files:
            file.unlink()
    print(f"took {took} files" if took else "all are here")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
