#!/usr/bin/env bash
# Take away what this checkout's tests of the Vagrantfile left in libvirt, and their ends of forwards: the domains,
# their disks, and the images of boxes, all called as tests/machines/vm/vagrant_house.py does.
# usage: tools/testbed/vagrant-clean.bash
set -euo pipefail
# shellcheck source=tools/testbed/ours.bash
. "$(dirname "${BASH_SOURCE[0]}")/ours.bash"
house=workshop-house-$OURS
virsh=(virsh --quiet --connect qemu:///system)

"${virsh[@]}" list --all --name | { grep "^${house}_" || true; } | while read -r domain; do
  "${virsh[@]}" destroy "$domain" 2>/dev/null || true
  "${virsh[@]}" undefine "$domain"
done
"${virsh[@]}" vol-list default 2>/dev/null | awk '{print $1}' |
  { grep -E "^(${house}_|small)" || true; } |
  while read -r volume; do "${virsh[@]}" vol-delete --pool default "$volume"; done
for pid in /var/tmp/"$house"-*/"$house"/.vagrant/machines/*/*/pids/ssh_*.pid; do
  [ -e "$pid" ] || continue
  # The number may be another program's by now.
  if grep -qs '^ssh' "/proc/$(cat "$pid")/comm"; then kill "$(cat "$pid")"; fi
done
