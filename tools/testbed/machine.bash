#!/usr/bin/env bash
# Start or remove a container that plays a bare machine.
#
# Inside it: /srv/workshop, this checkout (read-only); /srv/cache, downloads that all machines share;
# /srv/ca-bundle.pem, the certificates that this host trusts. Services listen in the container's own
# network, so that several machines can run side by side. OPTIONs go to podman run.
# usage: tools/testbed/machine.bash start NAME debian|bare|desk|fedora [OPTION…] | stop NAME
set -euo pipefail
# shellcheck source=tools/testbed/lib.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib.bash"
# shellcheck source=tools/testbed/ours.bash
. "$TESTBED/ours.bash"
CHECKOUT=$(cd "$TESTBED/../.." && pwd)

# Of limits.bash: systemd's own groups of cgroup v1, so that its units' limits bite. podman mounts what it sees of v1
# read-only; systemd 257 uses it only when it is told twice.
# shellcheck disable=SC2016 # the shell inside expands them
V1_INIT='umount -R /sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
for each in $WORKSHOP_TEST_CONTROLLERS; do
  mkdir /sys/fs/cgroup/$each
  mount -t cgroup -o $each cgroup /sys/fs/cgroup/$each
done
mkdir /sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd systemd /sys/fs/cgroup/systemd
exec /sbin/init systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'
V1_OPTIONS=(--systemd=false --cgroupns=private --cap-add=SYS_ADMIN --stop-signal=SIGRTMIN+3 --tmpfs /run --tmpfs /run/lock
  --env container=podman --env "WORKSHOP_TEST_CONTROLLERS=${WORKSHOP_TEST_CONTROLLERS:-}")

# on_v1: limits.bash started this.
on_v1() { [ -n "${WORKSHOP_TEST_CONTROLLERS:-}" ]; }

# Where inside.py finds the container's own name for a machine's.
IDS=/run/workshop-testbed

# first_process KIND: systemd, or where there is none a shell that collects orphans; a word ends with a NUL.
first_process() {
  if [ "$1" = bare ]; then
    printf '%s\0' bash -c 'trap exit TERM; while :; do sleep 60 & wait $!; done'
  elif on_v1; then
    printf '%s\0' sh -euc "$V1_INIT"
  else
    printf '%s\0' /sbin/init
  fi
}

# let_learners_read: a strict umask made a checkout for its owner alone; in the machine others read it, too.
# What other tests make and remove here meanwhile may vanish under find's eyes, and is not needed.
let_learners_read() {
  find "$CHECKOUT" -path "$CHECKOUT/.cache" -prune -o \
    ! -type l ! -perm -g+r,o+r -exec chmod go+rX {} + 2>/dev/null || true
}

start() {
  local name=$1 kind=$2 image cache init options=()
  shift 2
  image=$("$TESTBED/image.bash" "$kind")
  cache=${WORKSHOP_TEST_CACHE:-$CHECKOUT/.cache/testbed}
  mkdir -p "$cache"
  # Where an image is built, the shared one is given to the account in it; root's machines refuse it then.
  [ ! "$cache" -ef "$CHECKOUT/.cache/testbed" ] || chown root: "$cache" 2>/dev/null || true
  let_learners_read
  mapfile -d '' init < <(first_process "$kind")
  if [ "$kind" != bare ]; then
    if on_v1; then options+=("${V1_OPTIONS[@]}"); else options+=(--systemd=always); fi
  fi
  stop "$name"
  # A cgroup that podman did not get whole has no pids controller: without the limit none is needed.
  # Root may look into everybody's processes, as on a machine of its own.
  mkdir -p "$IDS"
  # --rm: what is thrown away with the machine need not be on the disk first. Without it, all that was written is
  # waited for at the machine's end.
  podman run --detach --rm --name "$name" --hostname "$name" --pids-limit=0 --cap-add=SYS_PTRACE --tmpfs /tmp "${options[@]}" \
    --label "workshop.checkout=$OURS" --volume "$CHECKOUT:/srv/workshop:ro" --volume "$cache:/srv/cache" \
    --volume "$(ca_bundle):/srv/ca-bundle.pem:ro" "$@" "$image" "${init[@]}" >"$IDS/$name"
  [ "$kind" = bare ] || wait_for_systemd "$name"
}

wait_for_systemd() {
  local state tries
  # At first there is nobody to ask. `degraded` is good enough: a container may lack what a unit wants.
  for tries in $(seq 60); do
    state=$(podman exec "$1" systemctl is-system-running 2>/dev/null || true)
    case $state in running | degraded) return ;; esac
    sleep 0.5
  done
  fail "systemd did not start in $1 within $((tries / 2)) s (${state:-no answer})"
}

# A container that a killed run left behind has a network that is gone: podman stumbles over it once.
stop() {
  rm -f "$IDS/$1"
  podman rm --force --time 0 --ignore "$1" >/dev/null 2>&1 || podman rm --force --time 0 --ignore "$1" >/dev/null
}

case ${1:-}/$# in
  start/[3-9]* | start/1?) shift && start "$@" ;;
  stop/2) stop "$2" ;;
  *) fail "usage: machine.bash start NAME debian|bare|desk|fedora [OPTION…] | stop NAME" ;;
esac
