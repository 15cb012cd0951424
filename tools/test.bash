#!/usr/bin/env bash
# The test command. It installs what the tests need (on Debian, as root or with sudo), makes their environment in
# .cache/test/venv, and runs pytest. docs/reference/tests.md describes the rest.
#
# usage: tools/test.bash [PYTEST ARGUMENT…]   every main promise once: the tests marked neither slow nor release
#        tools/test.bash --slow [ARGUMENT…]   the slow tests too, as CI does
#        tools/test.bash --changed            style, and the unit tests next to what the working tree changes
#        tools/test.bash --prepare            make the environment and run nothing
#        tools/test.bash -m release PATH      one of the release tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/bootstrap.bash
source tools/bootstrap.bash
CACHE=$PWD/.cache/test
export WORKSHOP_TEST_CACHE=$PWD/.cache/testbed
export UV_CACHE_DIR=$WORKSHOP_TEST_CACHE/uv WORKSHOP_WHEELS=$WORKSHOP_TEST_CACHE/wheels
# Other accounts and containers read what is made here.
umask 022

# Debian's packages.
NEEDED=(
  python3 python3-venv git nodejs openssh-client gnupg fdisk rsync systemd strace zstd shellcheck e2fsprogs iproute2 file
  podman crun netavark nftables mmdebstrap qemu-utils dosfstools mtools grub-common grub-pc-bin chromium-headless-shell
  bubblewrap slapd
)
NEEDED_BY_SLOW=(
  rpm createrepo-c chromium user-mode-linux quota exfatprogs mount exfat-fuse fusefat qemu-system-x86
  vagrant vagrant-libvirt libvirt-clients libvirt-daemon-system libvirt-daemon-driver-qemu dnsmasq-base iptables
)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# packages WORD…: apt-get, once no other package manager is at work.
packages() {
  as_root bash roles/base-fedora/files/package-lock.bash run 900 \
    env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 "$@" >/dev/null
}

# install PACKAGE…: those that are missing.
install() {
  local missing
  command -v dpkg-query >/dev/null || { echo "test.bash: this is no Debian; tests whose programs are missing are skipped" >&2 && return; }
  mapfile -t missing < <(comm -23 <(printf '%s\n' "$@" | sort) \
    <(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort))
  [ ${#missing[@]} != 0 ] || return 0
  if ! as_root true 2>/dev/null; then
    echo "test.bash: cannot install ${missing[*]} without root; tests that need them are skipped" >&2 && return
  fi
  echo "installing ${missing[*]}"
  packages update
  packages install --yes --no-install-recommends "${missing[@]}"
}

# make_environment: what locks/test.txt names, and this checkout's packages, editable.
make_environment() {
  local venv=$CACHE/venv stamp
  # What JupyterLab loads lies in the environment as a copy, unlike the modules.
  stamp=$(cat locks/test.txt locks/build.txt packages/*/pyproject.toml packages/*/src/*/__init__.py \
    packages/workshop/src/workshop/jupyter/launcher/{package.json,static/remoteEntry.js} | sha256sum)
  if [ "$(cat "$venv/stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  find_python || die "$(no_python)"
  ensure_uv "$CACHE/uv"
  "$UV" venv --quiet --clear --python "$PYTHON" "$venv"
  sync_locked test "$venv"
  "$UV" pip install --quiet --python "$venv/bin/python" --no-deps --build-constraints locks/build.txt \
    --editable packages/lessonkit --editable packages/workshop --editable packages/organiser --editable packages/bubblebreaker
  echo "$stamp" >"$venv/stamp"
}

# run_pytest ARGUMENT…: as root, in namespaces of its own: containers with systemd start on every host, and nothing that a
# test started outlives the run.
run_pytest() {
  local words=("$CACHE/venv/bin/python" -m pytest "$@") status=0
  if [ "$(id -u)" = 0 ]; then
    # The shell is the namespace's first process, and collects its orphans.
    # shellcheck disable=SC2016 # the inner shell's
    words=(unshare --mount --pid --fork --kill-child --mount-proc bash -c '"$@"; exit $?' -- tools/testbed/limits.bash "${words[@]}")
  fi
  "${words[@]}" 9>&- &
  child=$!
  trap 'kill -KILL "$child" 2>/dev/null || :; tools/testbed/clean.bash' EXIT
  # After Ctrl-C pytest still says what it knows.
  trap : INT
  until wait "$child"; do
    status=$?
    kill -0 "$child" 2>/dev/null || break
  done
  return "$status"
}

case ${1:-} in
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit ;;
esac
install "${NEEDED[@]}"
make_environment
export PATH=$CACHE/venv/bin:$PATH
case ${1:-} in
  --prepare) exit ;;
  --changed) exec python tools/changed.py ;;
esac
exec 9>"$CACHE/lock"
flock --nonblock 9 || die "another run is at work in this checkout; wait until it ends"
tools/testbed/clean.bash
# More processes than cores, because tests of machines often wait.
parallel=(--numprocesses "$(($(nproc) + 1))" --dist loadgroup --no-loadscope-reorder)
case ${1:-} in
  --slow)
    shift
    install "${NEEDED_BY_SLOW[@]}"
    run_pytest -m "not release" "${parallel[@]}" "$@"
    ;;
  "" | --durations=*)
    run_pytest "${parallel[@]}" "$@"
    echo "Proven once: style; unit tests; a bare machine set up, set up again, used and taken back; a lesson of each kernel;"
    echo "the sync table; a small appliance; start page, demo, lesson and slides in a browser."
    echo ".ci/run adds what is marked slow: all lessons, roles, machines, pages and attacks. Release tests: docs/reference/tests.md."
    ;;
  *)
    case " $* " in *" -m "*) install "${NEEDED_BY_SLOW[@]}" ;; esac
    run_pytest "$@"
    ;;
esac
