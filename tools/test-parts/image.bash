#!/usr/bin/env bash
# The container image: an archive for both processors; built with TensorFlow and without, started, ended; its bill of
# materials.
# Without words look_at takes a stand-in.
# shellcheck disable=SC2119,SC2120
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

output=$CACHE/image

# It fetches the packages of a hub's seat; beside it is a Python without pytest.
use_uv() {
  ensure_uv "$CACHE/uv"
  export PATH=$PATH:$CACHE/uv/bin
}

# Docker's programs alone: its package would start a service. Where they cannot be had, its tests say so.
use_docker() {
  local folder=$CACHE/docker package daemon
  command -v dockerd >/dev/null && return
  if [ ! -x "$folder/usr/sbin/dockerd" ]; then
    command -v dpkg-deb >/dev/null || return 0
    rm -rf "$folder" && mkdir -p "$folder/packages"
    # The daemon's package has the name of the source of both.
    daemon=$(apt-cache show docker-cli | awk '$1 == "Source:" { print $2; exit }')
    (cd "$folder/packages" && apt-get download --quiet=2 "$daemon" docker-cli containerd runc) || return 0
    for package in "$folder"/packages/*.deb; do dpkg-deb --extract "$package" "$folder"; done
  fi
  export PATH=$PATH:$folder/usr/bin:$folder/usr/sbin
}

# For one lesson it is compiled beforehand; for all of them where an image is built to be handed out.
build() {
  in_testbed python -m workshop image build --small --output "$output" --cache "$WORKSHOP_TEST_CACHE" \
    -e '{"deep_libs_warm_lessons": ["0-basics/10-theano-basics"]}' --json >"$output/report.json" && cat "$output/report.json"
}

look_at() { WORKSHOP_FULL=1 in_testbed run_pytest tests/machines/image -m full "$@"; }

# The root is provisioned in a container.
machine() {
  mkdir -p "$output"
  rm -f "$output"/*.oci.tar
  step "build" build
  for archive in "$output"/*.oci.tar; do
    if [ -f "$archive" ]; then step "$(basename "$archive")" look_at --image "$archive"; fi
  done
  end_steps
}

use_all() {
  install_packages zstd:zstd
  use_uv
  use_docker
}

use_test_venv
use_testbed
case ${1:-} in
  # Tiny ones, of which podman has to take this computer's.
  both) in_testbed run_pytest tests/machines/image ;;
  # The test machine's root with plain servers: what podman makes of an image of ours.
  podman)
    use_all
    look_at
    ;;
  machine)
    use_all
    machine
    ;;
  # What another part built: appliance.arm, for the other processor.
  started)
    use_all
    look_at --image "$2"
    ;;
  *) no_job "$@" ;;
esac
