#!/usr/bin/env bash
# The Vagrantfile: settings and box; full: a real machine on libvirt, from up to destroy.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

[ "$(id -u)" = 0 ] || skip "needs root: libvirt's system daemon starts the machine"
command -v apt-get >/dev/null || skip "needs Debian: the machine's box is made of its packages"
[ "$(uname -m)" = x86_64 ] || skip "needs a processor of Intel or AMD: the machine is one"

# install_debian NAME…: those of the packages that are missing, with or without a command of their own.
install_debian() {
  local name words=()
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || words+=("-:$name")
  done
  [ ${#words[@]} = 0 ] || install_packages "${words[@]}"
}

started=()

# use_libvirt: make sure that libvirt answers; a host with systemd has it started by now.
use_libvirt() {
  local daemon
  libvirt_answers && return
  for daemon in virtlogd libvirtd; do
    "$daemon" --daemon || skip "cannot start $daemon here"
    started+=("/run/$daemon.pid")
  done
  for _ in $(seq 40); do
    if libvirt_answers; then return; fi
    sleep 0.5
  done
  skip "libvirt does not answer here"
}

libvirt_answers() { virsh --quiet --connect qemu:///system version >/dev/null 2>&1; }

clean_up() {
  local file name
  tools/testbed/vagrant-clean.bash || true
  # Where nobody else uses libvirt, its bridges and their servers end too.
  if [ ${#started[@]} != 0 ]; then
    virsh --quiet net-list --name | while read -r name; do [ -z "$name" ] || virsh --quiet net-destroy "$name"; done
  fi
  for file in "${started[@]}"; do kill "$(cat "$file")" 2>/dev/null || true; done
  rm -rf "/var/tmp/workshop-house-$(. tools/testbed/ours.bash && echo "$OURS")"-*
}

# use_vagrant: with its provider libvirt, which answers.
use_vagrant() {
  install_debian vagrant vagrant-libvirt libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients \
    qemu-system-x86 qemu-utils dnsmasq-base iptables git
  trap clean_up EXIT
  use_libvirt
}

# with_machine TEST: a machine, from up to destroy.
with_machine() {
  local box
  install_debian mmdebstrap util-linux e2fsprogs iproute2 openssh-client
  box=$(tools/testbed/vagrant-box.bash "$WORKSHOP_TEST_CACHE/boxes") || { echo "could not make the box" && exit 1; }
  rm -f "$CACHE/figures.txt"
  run_pytest "tests/machines/vm/$1" -x --box "$box" && cat "$CACHE/figures.txt"
}

use_test_venv
use_vagrant
case ${1:-} in
  # What the Vagrantfile says to Vagrant, and which box it takes; no machine starts.
  settings)
    run_pytest tests/machines/vm --deselect tests/machines/vm/test_vagrant_machine.py \
      --deselect tests/machines/vm/test_vagrant_site.py
    ;;
  machine) with_machine test_vagrant_machine.py ;;
  # The processor is emulated: what takes minutes elsewhere takes hours.
  site) PYTEST_TIMEOUT=$(longer 14400) with_machine test_vagrant_site.py ;;
  *) no_job "$@" ;;
esac
