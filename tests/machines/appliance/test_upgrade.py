"""A kernel upgrade in the guest: what its package does, and then the machine starts with the new one."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from copies import Copy

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("appliance")]

# What a new kernel's package leaves: its files, and the links that its own script moves. The kernel that the
# machine started with goes, so that only the new one can be what it starts with next.
UPGRADE = """
set -e
old=$(uname -r)
new=99.9-upgraded
cp /boot/vmlinuz-$old /boot/vmlinuz-$new
cp /boot/initrd.img-$old /boot/initrd.img-$new
linux-update-symlinks install $new /boot/vmlinuz-$new
rm /boot/vmlinuz-$old /boot/initrd.img-$old
sync
readlink -f /vmlinuz
"""


def boot_id(copy: Copy) -> str:
    """Return which boot this is; nothing while ssh lets nobody in, of which testinfra makes an error."""
    with suppress(RuntimeError):
        return str(copy.host.run("cat /proc/sys/kernel/random/boot_id").stdout).strip()
    return ""


def wait_for_another_boot(copy: Copy, before: str, seconds: float = 900) -> None:
    """Wait until ssh lets in again; while it shuts down it still may, in the old boot."""
    until = time.monotonic() + seconds
    while boot_id(copy) in ("", before):
        assert time.monotonic() < until, f"it did not come back:\n{copy.guest.console()[-2000:]}"
        time.sleep(5)


def test_it_starts_with_an_upgraded_kernel(twin: Copy) -> None:
    before = boot_id(twin)
    assert before
    assert twin.as_root(UPGRADE).endswith("/boot/vmlinuz-99.9-upgraded")
    twin.as_root("systemd-run --on-active=1 systemctl reboot")
    twin.close()
    wait_for_another_boot(twin, before)
    assert "BOOT_IMAGE=/vmlinuz " in twin.host.run("cat /proc/cmdline").stdout
    # And who it is has not changed.
    assert twin.as_root("cat /var/lib/workshop-appliance/password") == twin.told["password"]
