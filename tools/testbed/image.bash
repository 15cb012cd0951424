#!/usr/bin/env bash
# Print the name of a container image of the test bed; build it first when podman does not have it.
#
#   debian   Debian with systemd as PID 1, without sudo
#   bare     Debian without systemd, with a plain user `learner` who may use sudo
#   desk     the same with systemd as PID 1, and a manager of services for each user who logs in
#   fedora   Fedora-like: dnf, rpm and systemd over Debian's files (see fedora-like/build.bash), or the
#            real image that WORKSHOP_FEDORA_IMAGE names
#
# Debian is 13, or what WORKSHOP_TEST_SUITE names (bookworm: 12); under the Fedora-like one it is always 13. It is for this
# host's processor, or for the one that WORKSHOP_TEST_ARCH names (arm64).
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
  # Without recommended packages, manuals and translations, and without waiting for the disk after each file, in what
  # is installed there later, too: a bare machine, quickly made, that need not outlive a power cut.
  mmdebstrap --mode=root --variant=minbase --format=tar ${TESTBED_ARCH:+--architectures="$TESTBED_ARCH"} \
    --include="$packages" --dpkgopt='force-unsafe-io' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --aptopt='Acquire::Languages "none"' "${options[@]}" "$@" \
    "$TESTBED_SUITE" "$tarball" ${sources:+"$sources"}
}

# Run in each machine that has systemd as PID 1.
mask_units_that_need_hardware='rm -f /etc/fstab; systemctl mask
  systemd-resolved.service systemd-networkd.service systemd-networkd.socket systemd-udevd.service
  systemd-remount-fs.service dev-hugepages.mount sys-fs-fuse-connections.mount getty.target
  console-getty.service systemd-journald-audit.socket systemd-networkd-wait-online.service'
mask_units_that_need_hardware=${mask_units_that_need_hardware//$'\n'/ }
APT='apt-get --quiet --yes --no-install-recommends'

# What all machines of Debian begin as.
build_base() { build_rootfs "$1" python3,python3-apt,iproute2,ca-certificates; }

# Root's machines have no sudo: a play that runs as root must not need it.
add_to_debian() { echo "$APT install systemd-sysv dbus; $mask_units_that_need_hardware"; }

# procps and git: what any Debian with a person on it has; everything else set-up has to bring.
add_to_bare() {
  echo "$APT install sudo procps git
    useradd --create-home --shell /bin/bash learner
    echo 'learner ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/learner"
}

add_to_desk() {
  echo "$APT install systemd-sysv dbus-user-session libpam-systemd polkitd; $mask_units_that_need_hardware"
}

# addition NAME: the script that makes a machine of another one. Nobody else installs anything there. It first looks whether
# it is in podman's container: in a chroot `podman exec` ends in the root of the machine itself.
addition() { echo "[ -e /run/.containerenv ] || { echo 'this is no container of podman'; exit 1; }; $APT update; $("add_to_$1"); apt-get clean"; }

build_fedora() {
  "$TESTBED/fedora-like/build.bash" --check-tools
  # shellcheck disable=SC2016
  # Fedora's python3 has its venv module with it.
  build_rootfs "$1" systemd-sysv,dbus,python3,python3-venv,python3-dnf,dnf,rpm,iproute2,ca-certificates \
    "--customize-hook=chroot \"\$1\" sh -c '$mask_units_that_need_hardware'" \
    "--customize-hook='$TESTBED/fedora-like/build.bash' \"\$1\""
}

# image_of NAME: its name; made first where podman does not have it.
image_of() {
  local image
  image=localhost/workshop-test-$1-$TESTBED_SUITE${TESTBED_ARCH:+-$TESTBED_ARCH}:$(content_tag)
  if ! podman image exists "$image"; then
    case $1 in
      base | fedora) make_image "$1" "$image" ;;
      bare | debian) derive_image "$1" "$image" base ;;
      desk) derive_image "$1" "$image" bare ;;
    esac
  fi
  echo "$image"
}

# derive_image NAME IMAGE FROM: another one with more in it, which is quicker than a root file system of its own.
derive_image() {
  local name=$1 image=$2 from container log started=$SECONDS
  from=$(image_of "$3")
  say "image.bash: building $image"
  log=$(mktemp)
  # The host's own way to its mirror, certificates and all.
  container=$(podman run --detach --pids-limit=0 --network=host --env DEBIAN_FRONTEND=noninteractive \
    --volume "$(ca_bundle):/etc/ssl/certs/ca-certificates.crt:ro" "$from" sleep infinity)
  # shellcheck disable=SC2064
  trap "podman rm --force --time 0 '$container' >/dev/null 2>&1; rm -f '$log'" EXIT
  if ! podman exec --interactive "$container" sh -e >"$log" 2>&1 < <(addition "$name") ||
    ! podman commit --quiet --change 'CMD ["/sbin/init"]' "$container" "$image" >>"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "could not build the image $name; the log's end is above"
  fi
  podman rm --force --time 0 "$container" >/dev/null
  built "$image" $((SECONDS - started))
}

# forget_old: machines of other versions of this folder that have been here for a week. What is in use stays.
forget_old() {
  podman images --filter 'reference=localhost/workshop-test-*' --filter until=168h --format '{{.Repository}}:{{.Tag}}' |
    grep -v ":$(content_tag)$" | xargs --no-run-if-empty podman rmi >/dev/null 2>&1 || true
}

# built IMAGE SECONDS: a line on what was made.
built() { forget_old; say "image.bash: built $1 in $2 s, $(podman image inspect --format '{{.Size}}' "$1" | numfmt --to=si)B"; }

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
  podman import --quiet ${TESTBED_ARCH:+--arch "$TESTBED_ARCH"} --change 'CMD ["/sbin/init"]' "$scratch/rootfs.tar" "$image" >/dev/null 2>"$scratch/log" || {
    tail -n 5 "$scratch/log" >&2
    fail "podman could not import the image $name"
  }
  built "$image" $((SECONDS - started))
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
# Tests that run beside each other make each image once.
exec 9>"/tmp/workshop-test-images.lock"
flock 9
image_of "$name" 9>&-
