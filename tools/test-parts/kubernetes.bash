#!/usr/bin/env bash
# The classroom on a cluster: seats of our image and the playbook on a real Kubernetes of two nodes, built from Debian's
# packages; the hub's load; what the true chart makes of our values; and, where a cluster is named, that chart on it.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

export WORKSHOP_KUBERNETES=$WORKSHOP_TEST_CACHE/kubernetes
export WORKSHOP_TEST_SAMPLE=$WORKSHOP_KUBERNETES/sample.tar

# Its network, its processes and what containerd finds of control groups are the namespace's own, and end with it.
in_a_namespace() {
  # The single quotes are meant: the inner shell expands its own arguments.
  # shellcheck disable=SC2016
  unshare --cgroup --mount --pid --fork --mount-proc --net --ipc --uts --kill-child --propagation private bash -c \
    'umount -R /sys/fs/cgroup/unified 2>/dev/null || true; "$@"' -- "$@"
}

look_at() {
  WORKSHOP_FULL=1 in_a_namespace bash -c '"$@"' -- run_pytest tests/machines/kubernetes/test_{playbook,seats,trouble}.py -m full --image "$1"
}

# An environment for the playbook, as docs/classroom.md makes it.
use_cluster_venv() {
  local venv=$CACHE/cluster-venv
  ensure_uv "$CACHE/uv"
  if [ ! -x "$venv/bin/python" ]; then "$UV" venv --quiet --python "$CACHE/venv/bin/python" "$venv"; fi
  sync_locked cluster "$venv"
  export WORKSHOP_CLUSTER_ANSIBLE=$venv/bin/ansible-playbook UV
}

# The hub that the chart brings, older than the tests' own.
use_hub_venv() {
  local venv=$CACHE/chart-hub
  ensure_uv "$CACHE/uv"
  if [ ! -x "$venv/bin/python" ]; then "$UV" venv --quiet --python "$CACHE/venv/bin/python" "$venv"; fi
  sync_locked chart-hub "$venv"
  export WORKSHOP_TEST_HUB_PYTHON=$venv/bin/python
}

use_helm() {
  command -v helm >/dev/null && return
  ensure_uv "$CACHE/uv"
  UV=$UV tools/testbed/helm.bash "$CACHE/helm"
  export PATH=$PATH:$CACHE/helm
}

programs() {
  tools/testbed/kubernetes.bash "$WORKSHOP_KUBERNETES" && tools/testbed/helm.bash "$WORKSHOP_KUBERNETES/bin" &&
    tools/testbed/sample-image.bash "$WORKSHOP_KUBERNETES"
}

machine() {
  local archive
  [ "$(id -u)" = 0 ] || skip "needs root: containers are started by the cluster's own containerd"
  [ -f /etc/debian_version ] || skip "needs Debian, whose packages the cluster is made of"
  install_packages ip:iproute2 openssl:openssl ps:procps unshare:util-linux iptables:iptables mmdebstrap:mmdebstrap
  archive=$(find "$CACHE/image" -name '*small*.oci.tar' -print -quit 2>/dev/null)
  [ -n "$archive" ] || skip "needs an image of ours: tools/test.bash image.machine"
  use_cluster_venv
  use_hub_venv
  step "programs" programs
  step "seats" look_at "$archive"
  end_steps
}

# A thousand people come in: the hub alone, against what a cluster said. It takes ten minutes, by its nature.
load() {
  use_hub_venv
  WORKSHOP_FULL=1 run_pytest tests/machines/kubernetes/test_load.py -m full
}

# What the true chart makes of our values, without a cluster.
chart() {
  [ -n "${WORKSHOP_Z2JH_CHART:-}" ] || skip "needs WORKSHOP_Z2JH_CHART, a folder or file of Zero-to-JupyterHub's chart"
  use_helm
  WORKSHOP_FULL=1 run_pytest tests/machines/kubernetes/test_chart.py -m full
}

# The true chart on a true cluster: tier c of docs/classroom.md.
cluster() {
  local name
  for name in KUBECONFIG WORKSHOP_Z2JH_CHART WORKSHOP_CLUSTER_IMAGE; do
    [ -n "${!name:-}" ] || skip "needs a cluster: KUBECONFIG, WORKSHOP_Z2JH_CHART and WORKSHOP_CLUSTER_IMAGE"
  done
  use_cluster_venv
  use_helm
  command -v kubectl >/dev/null || skip "needs kubectl of the cluster's version"
  export WORKSHOP_CLUSTER_REPORT=${WORKSHOP_CLUSTER_REPORT:-$CACHE/cluster-report.md}
  WORKSHOP_FULL=1 run_pytest tests/machines/kubernetes/test_true_cluster.py -m full
}

use_test_venv
case ${1:-} in
  machine) machine ;;
  load) load ;;
  chart) chart ;;
  cluster) cluster ;;
  *) no_job "$@" ;;
esac
