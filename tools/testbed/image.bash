#!/usr/bin/env bash
# Print the name of a container image of the test bed; build it first when podman does not have it.
#
#   debian   Debian with systemd as PID 1, without sudo
#   bare     Debian without systemd, with a plain user `learner` who may use sudo
#   desk     the same with systemd as PID 1, and a manager of services for each user who logs in
#   fedora   Fedora-like: dnf, rpm and systemd over Debian's files (see fedora-like/build.bash), or the
#            real image that WORKSHOP_FEDORA_IMAGE names
#
# Debian is 13, or what WORKSHOP_TEST_SUITE names (bookworm: 12); under the Fedora-like one it is always 13.
# The tag is a hash of everything that the image is made from, so that a change makes a new image and
# an unchanged one is used again. Debian's packages are the only source.
# usage: tools/testbed/image.bash debian|bare|desk|fedora
set -euo pipefail
# shellcheck source=tools/testbed/lib.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

# content_tag: a short hash of the builders.
content_tag() {
  (cd "$TESTBED" && cat lib.bash image.bash fedora-like/*) | sha256sum | cut -c1-12
}

# build_rootfs TARBALL PACKAGES OPTION…: a Debian root from the host's own mirror.
build_rootfs() {
  local tarball=$1 packages=$2 sources options=() line
  shift 2
  while read -r line; do options+=(--aptopt="$line"); done < <(host_apt_options)
  sources=$(host_sources "$TESTBED_SUITE")
  # Without recommended packages, manuals and translations: a bare machine, quickly made.
  mmdebstrap --mode=root --variant=minbase --format=tar --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --aptopt='Acquire::Languages "none"' "${options[@]}" "$@" \
    "$TESTBED_SUITE" "$tarball" ${sources:+"$sources"}
}

# Hooks of mmdebstrap: sh expands $1, the root that is being made.
# shellcheck disable=SC2016
units_that_need_hardware='--customize-hook=rm -f "$1/etc/fstab"; chroot "$1" systemctl mask
  systemd-resolved.service systemd-networkd.service systemd-networkd.socket systemd-udevd.service
  systemd-remount-fs.service dev-hugepages.mount sys-fs-fuse-connections.mount getty.target
  console-getty.service systemd-journald-audit.socket systemd-networkd-wait-online.service'
units_that_need_hardware=${units_that_need_hardware//$'\n'/ }

# Root's machines have no sudo: a play that runs as root must not need it.
build_debian() {
  build_rootfs "$1" systemd-sysv,dbus,python3,python3-apt,iproute2,ca-certificates "$units_that_need_hardware"
}

# procps and git: what any Debian with a person on it has; everything else set-up has to bring.
PERSONAL=python3,python3-apt,sudo,iproute2,ca-certificates,procps,git
# shellcheck disable=SC2016
a_person=('--customize-hook=chroot "$1" useradd --create-home --shell /bin/bash learner'
  '--customize-hook=echo "learner ALL=(ALL) NOPASSWD: ALL" >"$1/etc/sudoers.d/learner"')

build_bare() { build_rootfs "$1" "$PERSONAL" "${a_person[@]}"; }

build_desk() {
  build_rootfs "$1" "$PERSONAL,systemd-sysv,dbus-user-session,libpam-systemd,polkitd" \
    "${a_person[@]}" "$units_that_need_hardware"
}

build_fedora() {
  "$TESTBED/fedora-like/build.bash" --check-tools
  # shellcheck disable=SC2016
  # Fedora's python3 has its venv module with it.
  build_rootfs "$1" systemd-sysv,dbus,python3,python3-venv,python3-dnf,dnf,rpm,iproute2,ca-certificates \
    "$units_that_need_hardware" "--customize-hook='$TESTBED/fedora-like/build.bash' \"\$1\""
}

# make_image NAME IMAGE: root file system, then image, then the scratch folder goes.
make_image() {
  local name=$1 image=$2 scratch started=$SECONDS
  command -v mmdebstrap >/dev/null || fail "needs mmdebstrap; install it with: apt-get install mmdebstrap"
  scratch=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$scratch'" EXIT
  say "image.bash: building $image"
  if ! "build_$name" "$scratch/rootfs.tar" >"$scratch/log" 2>&1; then
    tail -n 30 "$scratch/log" >&2
    fail "could not build the image $name; the log's end is above"
  fi
  podman import --quiet --change 'CMD ["/sbin/init"]' "$scratch/rootfs.tar" "$image" >/dev/null 2>"$scratch/log" || {
    tail -n 5 "$scratch/log" >&2
    fail "podman could not import the image $name"
  }
  say "image.bash: built $image in $((SECONDS - started)) s, $(podman image inspect --format '{{.Size}}' "$image" | numfmt --to=si)B"
}

name=${1:-}
case $name in
  debian | bare | desk) ;;
  fedora)
    if [ -n "${WORKSHOP_FEDORA_IMAGE:-}" ]; then
      podman image exists "$WORKSHOP_FEDORA_IMAGE" || podman pull --quiet "$WORKSHOP_FEDORA_IMAGE" >/dev/null ||
        fail "cannot pull the image that WORKSHOP_FEDORA_IMAGE names: $WORKSHOP_FEDORA_IMAGE"
      echo "$WORKSHOP_FEDORA_IMAGE"
      exit
    fi
    ;;
  *) fail "usage: image.bash debian|bare|desk|fedora" ;;
esac
command -v podman >/dev/null || fail "needs podman; install it with the system's package manager"
# The Python of its predecessor is a part of the Fedora-like machine.
if [ "$name" = fedora ]; then export WORKSHOP_TEST_SUITE=trixie TESTBED_SUITE=trixie; fi
image=localhost/workshop-test-$name-$TESTBED_SUITE:$(content_tag)
podman image exists "$image" || make_image "$name" "$image"
echo "$image"
