#!/usr/bin/env bash
# Take away what the tests of this checkout left on this machine: containers, mounts, loop devices, domains of
# libvirt. The test command calls it whenever a run ends, however that came about; nothing to do is no fault.
# usage: tools/testbed/clean.bash
set -uo pipefail
# shellcheck source=tools/testbed/lib.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib.bash"
# shellcheck source=tools/testbed/ours.bash
. "$TESTBED/ours.bash"
CHECKOUT=$(cd "$TESTBED/../.." && pwd -P)

# Molecule's machines have the names of its scenarios: tools/testbed/machine.bash says whose they are.
containers() {
  command -v podman >/dev/null || return 0
  {
    podman ps --all --filter "label=workshop.checkout=$OURS" --format '{{.Names}}'
    podman ps --all --format '{{.Names}}' | grep -E "^workshop-.*-$OURS$"
  } 2>/dev/null | sort -u
}

# A container that a killed run left behind has a network that is gone: podman stumbles over it once.
remove_containers() {
  local names
  mapfile -t names < <(containers)
  [ ${#names[@]} = 0 ] || podman rm --force --time 0 --ignore "${names[@]}" >/dev/null 2>&1 ||
    podman rm --force --time 0 --ignore "${names[@]}" >/dev/null
}

# abandoned MOUNT: pytest's folder has a lock with the process that uses it.
abandoned() {
  [[ $1 =~ ^(.*/pytest-of-[^/]+/[^/]+)/ ]] || return
  local lock=${BASH_REMATCH[1]}/.lock
  ! { [ -e "$lock" ] && kill -0 "$(cat "$lock")" 2>/dev/null; }
}

unmount() {
  local escaped mount
  # What was mounted last goes first.
  cut -d ' ' -f 2 /proc/self/mounts | tac | while IFS= read -r escaped; do
    mount=$(printf '%b' "$escaped")
    case $mount in "$CHECKOUT"/.cache/*) ;; *) abandoned "$mount" || continue ;; esac
    umount "$mount" 2>/dev/null || umount --lazy "$mount"
  done
}

detach_loops() {
  local device file
  command -v losetup >/dev/null || return 0
  losetup --list --noheadings --output NAME,BACK-FILE 2>/dev/null | while read -r device file; do
    case $file in "$CHECKOUT"/.cache/*) losetup --detach "$device" ;; *) ! abandoned "$file" || losetup --detach "$device" ;; esac
  done
}

remove_domains() {
  command -v virsh >/dev/null || return 0
  timeout 20 "$TESTBED/vagrant-clean.bash" >/dev/null 2>&1
}

remove_containers
# Downloads and homes of machines whose tests were killed (tests/machines/local/bed.py).
rm -rf "$CHECKOUT"/.cache/testbed-*-????????
if [ "$(id -u)" = 0 ]; then
  unmount
  detach_loops
  remove_domains
fi
exit 0
