#!/usr/bin/env bash
# Waits while another package manager is at work on this machine, as a laptop's own updates are after it was started,
# and says who it is. The role base-fedora runs it on the machine, set-up and the tests run it before Ansible is there.
# usage, as root: package-lock.bash who                      prints "process 123 (apt-get update)", or nothing
#                 package-lock.bash wait SECONDS
#                 package-lock.bash run SECONDS COMMAND…     waits, then runs it; again when another one came first
set -euo pipefail

# apt, dpkg; rpm, dnf 5. They are locked through the kernel, which lists them for everybody in /proc/locks.
files=(/var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock
  /usr/lib/sysimage/rpm/.rpm.lock /var/lib/rpm/.rpm.lock /run/dnf/rpmtransaction.lock)
# dnf 4 writes the number of its process into them.
numbers=(/var/cache/dnf/metadata_lock.pid /var/cache/dnf/download_lock.pid /var/lib/dnf/rpmdb_lock.pid)
if [ -n "${PACKAGE_LOCK_FILES:-}" ]; then read -ra files <<<"$PACKAGE_LOCK_FILES" && numbers=(); fi # for tests

# has_open PID FILE: btrfs and overlays number their devices in one way for the lock and in another for the file, so
# only an open file proves it.
has_open() {
  local descriptor
  for descriptor in "/proc/$1"/fd/*; do [ "$descriptor" -ef "$2" ] && return; done
  return 1
}

# locker_of FILE: the process that holds the kernel's lock on it.
locker_of() {
  local inode pid place
  inode=$(stat -c %i "$1" 2>/dev/null) || return 1
  while read -r _ _ _ _ pid place _; do
    if [ "${place##*:}" = "$inode" ] && has_open "$pid" "$1"; then echo "$pid" && return; fi
  done < <(cat /proc/locks) # at one go: a list that changes between two reads may lose an entry
  return 1
}

who() {
  local file pid
  for file in "${files[@]}"; do
    if pid=$(locker_of "$file"); then describe "$pid" && return; fi
  done
  for file in "${numbers[@]}"; do
    pid=$(grep -sxE '[0-9]+' "$file") || continue
    if grep -qsE '^(dnf|packagekit|python)' "/proc/$pid/comm"; then describe "$pid" && return; fi
  done
}

describe() {
  local words
  words=$({ tr '\0\n' '  ' <"/proc/$1/cmdline" | cut -c 1-80 | sed 's/ *$//'; } 2>/dev/null) || words=ended
  echo "process $1 ($words)"
}

# wait_until_free DEADLINE: says once for each process who is waited for.
wait_until_free() {
  local holder said=""
  while holder=$(who) && [ -n "$holder" ]; do
    if [ "$SECONDS" -ge "$1" ]; then
      echo "another package manager is still at work: $holder; when it has ended, run this again" >&2
      return 75
    fi
    if [ "$holder" != "$said" ]; then
      echo "Another package manager is at work: $holder; waiting for it, at most $((($1 - SECONDS + 59) / 60)) minutes" >&2
    fi
    said=$holder
    sleep 0.5
  done
}

run() {
  local deadline=$1 status errors
  shift
  errors=$(mktemp)
  # shellcheck disable=SC2064  # the name of now
  trap "rm -f '$errors'" EXIT
  while true; do
    wait_until_free "$deadline" || return
    status=0
    "$@" 2>"$errors" || status=$?
    # Another one may have come first. The words are those of apt, dpkg and dnf.
    if [ "$status" = 0 ] || [ "$SECONDS" -ge "$deadline" ] ||
      ! grep -qiE 'could not get lock|unable to (lock|acquire)|(frontend|transaction|waiting for.*) lock|is locked by' "$errors"; then
      cat "$errors" >&2
      return "$status"
    fi
    sleep 1
  done
}

command=${1:-}
case $command in
  who) who ;;
  wait) wait_until_free "$((SECONDS + $2))" ;;
  run) run "$((SECONDS + $2))" "${@:3}" ;;
  *) echo "usage: package-lock.bash who | wait SECONDS | run SECONDS COMMAND…" >&2 && exit 2 ;;
esac
