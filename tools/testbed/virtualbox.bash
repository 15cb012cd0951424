#!/usr/bin/env bash
# Run a command where VirtualBox's VBoxManage is: in a root of its own, made from Debian sid's contrib, without
# VirtualBox's kernel module. Importing, reading back and exporting work there; starting a machine does not.
#
#   --prepare          make the root when it is not there, and say how long that took
#   FOLDER COMMAND…    run the command inside, in FOLDER, which is the same folder as outside
#
# The root is kept in .cache/testbed; its packages come from the mirror that this host uses.
# usage: tools/testbed/virtualbox.bash --prepare | FOLDER COMMAND…
# Exit 77: it cannot be made here; the last line says why.
set -euo pipefail
# shellcheck source=tools/testbed/lib.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib.bash"
CACHE=${WORKSHOP_TEST_CACHE:-$TESTBED/../../.cache/testbed}
PACKAGES=virtualbox,ca-certificates

# cannot REASON
cannot() {
  say "virtualbox.bash: $*"
  exit 77
}

# mirror: the address from which this host gets Debian's main.
mirror() { host_sources "$TESTBED_SUITE" | awk -v suite="$TESTBED_SUITE" '$3 == suite { print $2; exit }'; }

check_tools() {
  [ "$(id -u)" = 0 ] || cannot "needs root, to make a root and to enter it"
  local tool
  for tool in mmdebstrap unshare flock; do
    command -v "$tool" >/dev/null || cannot "needs $tool; install mmdebstrap and util-linux"
  done
}

# make_root ROOT: VBoxManage and what it needs, without recommended packages.
make_root() {
  local root=$1 address options=() line started=$SECONDS
  address=$(mirror)
  [ -n "$address" ] || cannot "needs a Debian $TESTBED_SUITE host, to know a mirror"
  while read -r line; do options+=(--aptopt="$line"); done < <(host_apt_options)
  say "virtualbox.bash: making a root with VirtualBox"
  rm -rf "$root.new"
  # Its kernel module is not built: dkms is taken for installed.
  if ! mmdebstrap --mode=root --variant=minbase --format=directory --include="$PACKAGES" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --aptopt='Acquire::Languages "none"' "${options[@]}" \
    sid "$root.new" "deb $address sid main contrib" >"$root.log" 2>&1; then
    tail -n 5 "$root.log" >&2
    cannot "could not make the root: $(grep '^E: ' "$root.log" | tail -n 1); all of it in $root.log"
  fi
  mv "$root.new" "$root"
  say "virtualbox.bash: made $root in $((SECONDS - started)) s, $(du -sh "$root" | cut -f1)"
}

# prepared: prints the root; makes it first when it is not there.
prepared() {
  local root
  mkdir -p "$CACHE"
  root=$(cd "$CACHE" && pwd)/virtualbox-root
  exec 8>"$root.lock"
  flock 8
  [ -x "$root/usr/bin/VBoxManage" ] || make_root "$root"
  flock --unlock 8
  echo "$root"
}

# run_inside ROOT FOLDER COMMAND…: in namespaces of its own, so that VirtualBox's server ends with the command.
run_inside() {
  local root=$1 folder=$2
  shift 2
  mkdir -p "$root$folder"
  # The command line is expanded inside.
  # shellcheck disable=SC2016
  exec unshare --mount --pid --fork --kill-child --propagation private bash -c '
    set -e
    root=$1 folder=$2
    shift 2
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$folder" "$root$folder"
    exec chroot "$root" /usr/bin/env -C "$folder" HOME="$folder" USER=root LC_ALL=C.UTF-8 \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
  ' bash "$root" "$folder" "$@"
}

check_tools
case ${1:-} in
  --prepare) prepared ;;
  "" | -*) fail "usage: virtualbox.bash --prepare | FOLDER COMMAND…" ;;
  *)
    if [ ! -d "$1" ] || [ $# = 1 ]; then fail "usage: virtualbox.bash --prepare | FOLDER COMMAND…"; fi
    root=$(prepared)
    folder=$(cd "$1" && pwd -P)
    shift
    run_inside "$root" "$folder" "$@"
    ;;
esac
