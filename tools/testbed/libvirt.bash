#!/usr/bin/env bash
# Make sure that libvirt answers; a host with systemd has it started by now. As root.
# usage: tools/testbed/libvirt.bash
set -euo pipefail

answers() { virsh --quiet --connect qemu:///system version >/dev/null 2>&1; }

if answers; then exit; fi
for daemon in virtlogd libvirtd; do "$daemon" --daemon; done
for _ in $(seq 80); do
  if answers; then exit; fi
  sleep 0.5
done
echo "libvirt.bash: libvirt does not answer here" >&2
exit 1
