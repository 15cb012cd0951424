#!/usr/bin/env bash
# Run a command where podman can start containers with systemd inside.
#
# podman refuses hosts on which both cgroup v1 and v2 are mounted ("hybrid"). On such a host, as root,
# the command gets a mount namespace of its own in which /sys/fs/cgroup is cgroup v2 alone; the host's
# mounts stay as they are. Wrap a whole session in it (all of `molecule test`), not each command:
# containers belong to the namespace in which they were started.
# usage: tools/testbed/cgroup2.bash COMMAND [ARGUMENT…]
set -euo pipefail

kind=$(stat -f -c %T /sys/fs/cgroup 2>/dev/null || echo none)
if [ "$kind" = cgroup2fs ]; then
  exec "$@"
fi
if [ "$(id -u)" != 0 ]; then
  echo "cgroup2.bash: this host mounts cgroup v1 ($kind); run it as root, or boot with systemd.unified_cgroup_hierarchy=1" >&2
  exit 1
fi
# The single quotes are meant: the inner shell expands its own arguments.
# shellcheck disable=SC2016
exec unshare --mount --propagation private bash -c \
  'umount -R -l /sys/fs/cgroup 2>/dev/null || true; mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' -- "$@"
