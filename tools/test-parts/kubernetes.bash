#!/usr/bin/env bash
# The classroom on a cluster: seats of our image on a real Kubernetes of one node, built from Debian's packages.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

export WORKSHOP_KUBERNETES=$WORKSHOP_TEST_CACHE/kubernetes

# Its network, its processes and what containerd finds of control groups are the namespace's own, and end with it.
in_a_namespace() {
  # The single quotes are meant: the inner shell expands its own arguments.
  # shellcheck disable=SC2016
  unshare --cgroup --mount --pid --fork --mount-proc --net --ipc --uts --kill-child --propagation private bash -c \
    'umount -R /sys/fs/cgroup/unified 2>/dev/null || true; "$@"' -- "$@"
}

look_at() { WORKSHOP_FULL=1 in_a_namespace bash -c '"$@"' -- run_pytest tests/machines/kubernetes -m full --image "$1"; }

machine() {
  local archive
  [ "$(id -u)" = 0 ] || skip "needs root: containers are started by the cluster's own containerd"
  [ -f /etc/debian_version ] || skip "needs Debian, whose packages the cluster is made of"
  install_packages ip:iproute2 openssl:openssl ps:procps unshare:util-linux iptables:iptables
  archive=$(find "$CACHE/image" -name '*small*.oci.tar' -print -quit 2>/dev/null)
  [ -n "$archive" ] || skip "needs an image of ours: tools/test.bash image.machine"
  step "programs" tools/testbed/kubernetes.bash "$WORKSHOP_KUBERNETES"
  step "seats" look_at "$archive"
  end_steps
}

use_test_venv
case ${1:-} in
  machine) machine ;;
  *) no_job "$@" ;;
esac
