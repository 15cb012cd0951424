#!/usr/bin/env bash
# Do as a stranger would: in a fresh Debian root that has git and nothing else, clone this checkout's HEAD and run the test
# command, or another one. Prints the seconds; the root, with all logs, stays in FOLDER until its next run.
#
# Of this machine the root has the kernel, the network and the way to its registries (certificates, pip's and npm's settings).
# usage, as root: tools/testbed/from-nothing.bash FOLDER [COMMAND…]
set -euo pipefail
# shellcheck source=tools/testbed/lib.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

# Where the way to a registry may be written down, below / and below a home.
SETTINGS=(/etc/pip.conf "$HOME/.npmrc" "$HOME/.config/pip" "$HOME/.config/uv")

make_root() {
  local root=$1 sources options=() line setting
  while read -r line; do options+=(--aptopt="$line"); done < <(host_apt_options)
  sources=$(host_sources "$TESTBED_SUITE")
  mmdebstrap --quiet --mode=root --variant=minbase --include=git,ca-certificates "${options[@]}" \
    "$TESTBED_SUITE" "$root" ${sources:+"$sources"}
  cp "$(ca_bundle)" "$root/etc/ssl/certs/ca-certificates.crt"
  for setting in "${SETTINGS[@]}"; do
    [ ! -e "$setting" ] || (mkdir -p "$root/$(dirname "${setting/#$HOME//root}")" && cp -r "$setting" "$root/${setting/#$HOME//root}")
  done
}

# enter ROOT COMMAND…: in mounts and processes of its own, which all end with it. The root takes the place of this
# machine's (pivot_root): a mere chroot would not do, for whoever joins a container's mounts there, as `podman exec` does,
# would stand in this machine's root and change that.
enter() {
  local root=$1
  shift
  # shellcheck disable=SC2016 # the inner shell's
  unshare --mount --pid --fork --kill-child --propagation=private bash -ec '
    root=$1; shift
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    cd "$root"
    pivot_root . .
    umount -l .
    cd /
    exec /usr/bin/env --ignore-environment HOME=/root USER=root LANG=C.UTF-8 \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
      NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$@"
  ' enter "$root" "$@"
}

[ "$(id -u)" = 0 ] || fail "needs root: it makes a root file system"
[ $# -ge 1 ] || fail "usage: from-nothing.bash FOLDER [COMMAND…]"
for tool in mmdebstrap unshare git; do
  command -v "$tool" >/dev/null || fail "needs $tool; install it with: apt-get install mmdebstrap util-linux git"
done
folder=$(realpath -m "$1")
shift
[ $# != 0 ] || set -- ./tools/test.bash
[ ! -e "$folder" ] || [ -e "$folder/etc/debian_version" ] || fail "$folder is there and is no root of an earlier run; name another folder"
rm -rf --one-file-system "$folder"
make_root "$folder"
git clone --quiet --no-hardlinks "$TESTBED/../.." "$folder/srv/workshop"
started=$SECONDS status=0
# shellcheck disable=SC2016 # the inner shell's
enter "$folder" bash -c 'cd /srv/workshop && "$@"' from-nothing "$@" || status=$?
say "from-nothing.bash: $* ended with $status after $((SECONDS - started)) s on $(nproc) cores"
exit "$status"
