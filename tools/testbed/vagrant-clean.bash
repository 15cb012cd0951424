#!/usr/bin/env bash
# Take away what a test of the Vagrantfile left in libvirt, and its ends of forwards: the domains called
# workshop-vm-test_*, their disks, and the images of boxes that tools/testbed/vagrant-box.bash made.
# usage: tools/testbed/vagrant-clean.bash
set -euo pipefail
virsh=(virsh --quiet --connect qemu:///system)

"${virsh[@]}" list --all --name | { grep '^workshop-vm-test_' || true; } | while read -r domain; do
  "${virsh[@]}" destroy "$domain" 2>/dev/null || true
  "${virsh[@]}" undefine "$domain"
done
"${virsh[@]}" vol-list default 2>/dev/null | awk '{print $1}' |
  { grep -E '^(workshop-vm-test_|debian13-[0-9a-f]{12}_vagrant_box_image_|small)' || true; } |
  while read -r volume; do "${virsh[@]}" vol-delete --pool default "$volume"; done
for pid in /var/tmp/workshop-vm-*/workshop-vm-test/.vagrant/machines/*/*/pids/ssh_*.pid; do
  [ -e "$pid" ] || continue
  # The number may be another program's by now.
  if grep -qs '^ssh' "/proc/$(cat "$pid")/comm"; then kill "$(cat "$pid")"; fi
done
