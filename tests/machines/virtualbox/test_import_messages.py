"""The messages that docs/troubleshooting.md quotes are those that VirtualBox gives."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.machine, pytest.mark.release]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
QUOTED = {
    "cut-in-the-disk": "(VERR_EOF)",
    "cut-at-the-start": "Couldn't find end of Start Tag",
    "web-page": "Error reading OVA '….ova' (VERR_TAR_UNEXPECTED_EOS)",
    "empty": "OVA '….ova' does not contain an .ovf-file",
    "not-there": "Error opening the OVA file '….ova' (VERR_FILE_NOT_FOUND)",
    "one-byte": "VMDK: Compressed image is corrupted '….vmdk' (VERR_ZIP_CORRUPTED)",
    "other-sum": "Digest mismatch (VERR_NOT_EQUAL): Attribute '…' on '….vmdk' does not match",
    "disk-full": "Ran out of disk space while importing medium '….vmdk'",
    "left-over": "could not create new file '….vmdk' (VERR_ALREADY_EXISTS)",
    "disk-known": "because a hard disk '….vmdk' with UUID {…} already exists",
    "machine-known": "which has the same UUID as an existing virtual machine",
}
WITHIN = (
    "VT-x is disabled in the BIOS for all CPU modes",
    "AMD-V is disabled in the BIOS (or by the host OS)",
    "VT-x is not available",
    "Cannot run the machine because its platform architecture",
    "is not supported on",
    "No bootable medium found!",
    "HM: HMR3Init: Attempting fall back to NEM",
    "Probably a conflict with existing services or other rules",
)
"""Messages of a start, which cannot be tried here: VirtualBox's programs contain them."""


def flowing(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what VirtualBox said in each case."""
    if os.geteuid() != 0 or not shutil.which("mmdebstrap"):
        pytest.skip("needs root and mmdebstrap")
    folder = tmp_path_factory.mktemp("virtualbox")
    shutil.copy(HERE / "failures.bash", folder)
    command = [ROOT / "tools/testbed/virtualbox.bash", folder, "bash", "./failures.bash"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode == 77:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    return folder / "said"


@pytest.mark.parametrize("case", QUOTED)
def test_virtualbox_says_what_is_quoted(said: Path, case: str) -> None:
    pattern = re.escape(QUOTED[case]).replace("…", ".+?")
    text = flowing((said / case).read_text(encoding="utf-8", errors="replace"))
    assert re.search(pattern, text), text


@pytest.mark.parametrize("case", QUOTED)
def test_it_is_quoted(case: str) -> None:
    assert f"`{QUOTED[case]}`" in flowing((ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("message", WITHIN)
def test_virtualbox_contains_what_is_quoted_of_a_start(said: Path, message: str) -> None:
    command = [ROOT / "tools/testbed/virtualbox.bash", said, "grep", "-rqaF", message, "/usr/lib/virtualbox"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert f"`{message}`" in flowing((ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8"))
