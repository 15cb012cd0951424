"""A kernel upgrade in the guest: what its package does, and then the machine starts with the new one."""

from __future__ import annotations

import time

from copies import SSH, Copy

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
    result = copy.host.run("cat /proc/sys/kernel/random/boot_id")
    return str(result.stdout).strip() if result.rc == 0 else ""


def test_it_starts_with_an_upgraded_kernel(copy: Copy) -> None:
    before = boot_id(copy)
    assert copy.as_root(UPGRADE).endswith("/boot/vmlinuz-99.9-upgraded")
    copy.host.run("true")
    copy.as_root("systemd-run --on-active=1 systemctl reboot")
    copy.close()
    time.sleep(20)
    copy.guest.wait_for_port(SSH, seconds=900)
    after = boot_id(copy)
    assert after and after != before
    assert "BOOT_IMAGE=/vmlinuz " in copy.host.run("cat /proc/cmdline").stdout
    # And who it is has not changed.
    assert copy.as_root("cat /var/lib/workshop-appliance/password") == copy.told["password"]
