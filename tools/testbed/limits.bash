#!/usr/bin/env bash
# Run a command where memory limits of systemd's units bite in podman's containers.
#
# That is cgroup2.bash where cgroup v2 has a memory controller. A host may have given that controller to
# cgroup v1 instead: there, as root, the command gets a mount namespace of its own in which /sys/fs/cgroup
# holds v1's controllers, and machine.bash starts a systemd that uses them. Where neither is, it is
# cgroup2.bash again, and tests that need a limit skip themselves.
# usage: tools/testbed/limits.bash COMMAND [ARGUMENT…]
set -euo pipefail
cgroup2=$(dirname "${BASH_SOURCE[0]}")/cgroup2.bash

# v1_has_memory: the fields are name, hierarchy, groups, enabled; hierarchy 0 is cgroup v2.
v1_has_memory() { awk '$1 == "memory" && $2 != 0 && $4 == 1 { found = 1 } END { exit !found }' /proc/cgroups; }

if [ "$(id -u)" != 0 ] || ! v1_has_memory; then exec "$cgroup2" "$@"; fi
# What podman says of it on stderr would be in every answer of a machine.
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
export WORKSHOP_TEST_CONTROLLERS="cpu cpuacct cpuset memory devices freezer blkio pids"
# The single quotes are meant: the inner shell expands its own arguments.
# shellcheck disable=SC2016
exec unshare --mount --propagation private bash -euc '
  umount -R -l /sys/fs/cgroup 2>/dev/null || true
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for each in $WORKSHOP_TEST_CONTROLLERS; do
    mkdir "/sys/fs/cgroup/$each"
    mount -t cgroup -o "$each" cgroup "/sys/fs/cgroup/$each"
  done
  mkdir /sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd systemd /sys/fs/cgroup/systemd
  exec "$@"' -- "$@"
