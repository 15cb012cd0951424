"""Microsoft's own validator of distributions.

It is Microsoft's, so it is not here: it is fetched, one commit's by its sum, where the network allows that;
WORKSHOP_WSL_VALIDATOR names a copy that was fetched otherwise. Of what it imports, all but magic serves its
manifests, which it does not see here; in magic's place is file(1), which says the same words.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

COMMIT = "3e27a6a50177ce4e32e72f7b957aef5db5768062"
ADDRESS = f"https://raw.githubusercontent.com/microsoft/WSL/{COMMIT}/distributions/validate-modern.py"
SHA256 = "e7457fc36643a8f2d782df75b977cdd228527a0cb6c437f16d4d0efef2f88134"
RUN = """
import runpy, subprocess, sys, types

class Magic:
    def from_buffer(self, data):
        return subprocess.check_output(["file", "--brief", "-"], input=data).decode().strip()

names = {
    "jsoncfg": {}, "jsoncfg.config_classes": dict.fromkeys(
        ("ConfigJSONObject", "ConfigJSONArray", "ConfigJSONScalar"), object
    ),
    "git": {}, "github": {"Github": object}, "magic": {"Magic": Magic},
}
for name, held in names.items():
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(held)
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""


def fetch(folder: Path) -> Path:
    """Fetch it into a folder; skip where that cannot be."""
    if not shutil.which("file"):
        pytest.skip("needs file")
    path = folder / "validate-modern.py"
    if given := os.environ.get("WORKSHOP_WSL_VALIDATOR"):
        shutil.copyfile(given, path)
    else:
        try:
            with urllib.request.urlopen(ADDRESS, timeout=30) as answer:
                path.write_bytes(answer.read())
        except OSError as error:
            pytest.skip(f"Microsoft's validator cannot be fetched: {error}")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256
    return path


def said_of(archive: Path, validator: Path) -> list[str]:
    """Return what it says; its exit status is the same whatever that is."""
    arm = ["--arm64"] if "arm64" in archive.name else []
    command = [sys.executable, "-c", RUN, validator, "--tar", archive, *arm]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()
