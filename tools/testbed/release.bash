#!/usr/bin/env bash
# A test that belongs to a release: it takes long, or needs what few computers have. docs/reference/tests.md lists them.
# What appliance, arm and image build stays below .cache/test, where the tests that start it look for it.
# The result is written to docs/proofs.toml, from which the manual's page Status is made.
# usage, as root: tools/testbed/release.bash NAME
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tools/test.bash --prepare
CACHE=$PWD/.cache/test
export PATH=$CACHE/venv/bin:$PATH WORKSHOP_TEST_CACHE=$PWD/.cache/testbed WORKSHOP_TEST_REQUIRED=all

fail() { echo "release.bash: $*" >&2 && exit 2; }
run() { tools/test.bash -m "release or not slow" "$@"; }

# build appliance|image FOLDER OPTION…: with one lesson compiled; what is handed out has all.
build() {
  local what=$1 folder=$2
  shift 2
  rm -rf "$folder" && mkdir -p "$folder"
  tools/testbed/cgroup2.bash python -m workshop "$what" build --output "$folder" --cache "$WORKSHOP_TEST_CACHE" \
    -e '{"deep_libs_warm_lessons": ["0-basics/10-theano-basics"]}' "$@"
}

# emulated COMMAND…: where Arm's programs run, on any processor; the host does not learn of it.
emulated() {
  python -c 'import os, sys
from organiser.appliance import emulation
from organiser.appliance.architecture import ARM64, native
if native() != ARM64:
    emulation.register(emulation.emulator())
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

# the FILE…: the one that a build left.
the() { if [ -e "$1" ]; then echo "$1"; else fail "there is no $1; build it first: appliance, arm or image"; fi; }

small_image() { the "$CACHE"/image/*small*.oci.tar; }

verify() {
  local file
  for file; do python -m workshop appliance verify "$file"; done
}

# use_venv NAME: an environment of locks/NAME.txt.
use_venv() {
  # shellcheck source=tools/bootstrap.bash
  source tools/bootstrap.bash
  ensure_uv "$CACHE/uv"
  [ -x "$CACHE/$1/bin/python" ] || "$UV" venv --quiet --python "$CACHE/venv/bin/python" "$CACHE/$1"
  sync_locked "$1" "$CACHE/$1"
  export UV
}

use_cluster() {
  bash roles/base-fedora/files/package-lock.bash run 900 \
    apt-get install --yes --quiet=2 --no-install-recommends iproute2 openssl procps util-linux iptables mmdebstrap >/dev/null
  export WORKSHOP_KUBERNETES=$WORKSHOP_TEST_CACHE/kubernetes
  use_venv cluster
  use_venv chart-hub
  export WORKSHOP_CLUSTER_ANSIBLE=$CACHE/cluster/bin/ansible-playbook WORKSHOP_TEST_HUB_PYTHON=$CACHE/chart-hub/bin/python
}

use_helm() {
  use_venv cluster
  command -v helm >/dev/null || tools/testbed/helm.bash "$CACHE/helm"
  export PATH=$PATH:$CACHE/helm
}

box() { tools/testbed/vagrant-box.bash "$WORKSHOP_TEST_CACHE/boxes"; }

name=${1:-}
# Exit status 2: nothing was tried.
record() { [ "$1" = 2 ] || tools/testbed/record-proof.py "$name" "$1"; }
trap 'record $?' EXIT
case $name in
  # An appliance and a distribution for WSL without TensorFlow: built, verified, booted and started.
  appliance)
    build appliance "$CACHE/appliance" --without tensorflow --without pytorch --format ova,wsl
    verify "$CACHE"/appliance/*.{ova,wsl}
    run tests/machines/appliance tests/machines/behaviour/test_refusals.py --ova "$(the "$CACHE"/appliance/*.ova)"
    run tests/machines/wsl --wsl "$(the "$CACHE"/appliance/*.wsl)"
    ;;
  # For Arm, in each form; emulated on another processor, for hours.
  arm)
    build appliance "$CACHE/appliance-arm" --arch arm64 --format ova,utm,wsl --keep-root
    verify "$CACHE"/appliance-arm/*.{ova,utm.zip,wsl}
    ;;
  arm-boot)
    run tests/machines/appliance tests/machines/behaviour --ova "$(the "$CACHE"/appliance-arm/*.ova)"
    python -m workshop appliance verify --boot --boot-seconds 3600 "$(the "$CACHE"/appliance-arm/*.utm.zip)"
    ;;
  arm-wsl) emulated tools/test.bash -m "release or not slow" tests/machines/wsl --wsl "$(the "$CACHE"/appliance-arm/*.wsl)" ;;
  arm-image)
    build image "$CACHE/image-arm" --arch arm64
    emulated tools/test.bash -m "release or not slow" tests/machines/image --image "$(the "$CACHE"/image-arm/*.oci.tar)"
    ;;
  arm-stick) WORKSHOP_TEST_ARCH=arm64 emulated tools/test.bash -m slow tests/machines/local/test_stick.py ;;
  image)
    build image "$CACHE/image" --small
    for archive in "$CACHE"/image/*.oci.tar; do run tests/machines/image --image "$archive"; done
    ;;
  wsl | lab | load) run "tests/machines/$name" ;;
  virtualbox) run packages/organiser/tests/appliance/test_{export,arm_boot}.py ;;
  vm) run tests/machines/vm/test_vagrant_machine.py --box "$(box)" ;;
  # The true site.yml in a machine whose processor is emulated.
  vm-site) run tests/machines/vm/test_vagrant_site.py --box "$(box)" --override-ini=timeout=28800 ;;
  debian12)
    run tests/machines/roles
    WORKSHOP_TEST_SUITE=bookworm tools/test.bash -m "not release" tests/machines/local/test_{before_setup,setup,faults}.py
    ;;
  version-before) run tests/machines/sync/test_version_before.py ;;
  kills) run tests/machines/local/test_faults.py ;;
  firewall) run tests/machines/local/test_firewall.py ;;
  lessons) run tests/machines/lessons ;;
  # Five minutes for each parser of what others send.
  fuzz) WORKSHOP_FUZZ_MINUTES=5 run tests/fuzz ;;
  kubernetes)
    use_cluster
    tools/testbed/kubernetes.bash "$WORKSHOP_KUBERNETES"
    tools/testbed/helm.bash "$WORKSHOP_KUBERNETES/bin"
    # Its network and what containerd finds of control groups are the namespace's own, and end with it.
    # shellcheck disable=SC2016 # the inner shell's
    unshare --cgroup --mount --net --ipc --uts --propagation private bash -c \
      'umount -R /sys/fs/cgroup/unified 2>/dev/null || true; exec "$@"' -- \
      tools/test.bash -m "release or not slow" tests/machines/kubernetes/test_{playbook,seats,trouble}.py --image "$(small_image)"
    ;;
  chart)
    [ -n "${WORKSHOP_Z2JH_CHART:-}" ] || fail "WORKSHOP_Z2JH_CHART must name a folder or file of Zero-to-JupyterHub's chart"
    use_helm && run tests/machines/kubernetes/test_true_chart.py
    ;;
  cluster) use_helm && run tests/machines/kubernetes/test_true_cluster.py ;;
  *) sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" && exit 2 ;;
esac
