# shellcheck shell=bash
# To be sourced by the parts of tools/test.bash: tools and packages that the tests need, made on demand.
# A part is called with the name of one of its jobs (tools/test-parts/parts.toml).

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT" || exit
# shellcheck source=tools/bootstrap.bash
source tools/bootstrap.bash
CACHE=$ROOT/.cache/test
# What is made and cached here is read by other users, on this machine and in containers.
umask 022
# Wheels and downloads; the test machines see the same folder as /srv/cache.
export WORKSHOP_TEST_CACHE=$ROOT/.cache/testbed
export UV_CACHE_DIR=$WORKSHOP_TEST_CACHE/uv WORKSHOP_WHEELS=$WORKSHOP_TEST_CACHE/wheels
# longer SECONDS: as many as it takes on a machine as slow as this one.
longer() { LC_ALL=C awk -v slowness="${WORKSHOP_TEST_SLOWNESS:-1}" -v seconds="$1" 'BEGIN { printf "%d", seconds * slowness }'; }

# A test that takes so many seconds, with what it sets up, hangs: it fails, and says where (pytest-timeout).
PYTEST_TIMEOUT=$(longer 1200)
export PYTEST_TIMEOUT

# skip REASON: this job cannot run on this machine.
skip() {
  echo "$*"
  exit 77
}

# as_root COMMAND…: without this run's locks, for a package may start what outlives it.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@" 8>&- 9>&-; else sudo -n "$@"; fi
}

# alone COMMAND…: run a package manager, as soon as no other one is at work; of jobs, too, that run side by side.
alone() { as_root bash "$ROOT/roles/base-fedora/files/package-lock.bash" run 300 "$@"; }

# install_packages COMMAND:DEBIAN-PACKAGE[:FEDORA-PACKAGE]…: install what brings the missing commands.
install_packages() {
  local word command debian fedora names=()
  for word in "$@"; do
    IFS=: read -r command debian fedora <<<"$word"
    command -v "$command" >/dev/null && continue
    if command -v apt-get >/dev/null; then names+=("$debian"); else names+=("${fedora:-$debian}"); fi
  done
  [ ${#names[@]} = 0 ] && return
  as_root true 2>/dev/null || skip "needs ${names[*]}; install them, or run this as root or with sudo"
  echo "installing ${names[*]}"
  if command -v apt-get >/dev/null; then
    install_debian_packages "${names[@]}"
  else
    alone dnf install --assumeyes --quiet "${names[@]}" >/dev/null
  fi || skip "could not install ${names[*]}; see above"
}

# install_debian_packages NAME…: jobs that run side by side take turns; a set-up that one of them tests knows nothing
# of that.
install_debian_packages() {
  local attempt lists=$CACHE/apt-lists
  exec 7>"$CACHE/apt.lock"
  flock 7
  for attempt in 1 2 3 4 5 6; do
    # Once an hour is often enough, until something cannot be had.
    if { [ -n "$(find "$lists" -mmin -60 2>/dev/null)" ] || { alone apt-get update --quiet=2 7>&- && touch "$lists"; }; } &&
      alone env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends \
        "$@" >/dev/null 7>&-; then
      exec 7>&-
      return
    fi
    rm -f "$lists"
    [ "$attempt" = 6 ] || sleep 10
    # An earlier run may have been ended in the middle of it.
    alone env DEBIAN_FRONTEND=noninteractive dpkg --configure --pending >/dev/null 2>&1 || true
  done
  false
}

# use_test_venv: put the environment that locks/test.txt describes, with this checkout, first on PATH.
use_test_venv() {
  local venv=$CACHE/venv
  # Parts that run side by side share it: the first one makes it.
  (flock 8; make_test_venv "$venv") 8>"$CACHE/venv.lock"
  export PATH=$venv/bin:$PATH
}

make_test_venv() {
  local venv=$1 stamp
  # What JupyterLab loads lies in the environment as a copy, unlike the modules.
  stamp=$(cat locks/test.txt locks/build.txt packages/*/pyproject.toml packages/*/src/*/__init__.py \
    packages/workshop/src/workshop/pull/launcher/{package.json,static/remoteEntry.js} | sha256sum)
  [ "$(cat "$venv/stamp" 2>/dev/null)" = "$stamp" ] && return
  find_python || die "$(no_python)"
  # Debian's python3 comes without what makes virtual environments.
  "$PYTHON" -c "import ensurepip" 2>/dev/null || install_packages ensurepip:python3-venv:python3
  ensure_uv "$CACHE/uv"
  "$UV" venv --quiet --clear --python "$PYTHON" "$venv"
  sync_locked test "$venv"
  "$UV" pip install --quiet --python "$venv/bin/python" --no-deps --build-constraints locks/build.txt \
    --editable packages/workshop --editable packages/organiser --editable packages/bubblebreaker
  echo "$stamp" >"$venv/stamp"
}

# use_downloads: have the wheels of the machines' environments in the cache, once for all jobs that set a machine up side
# by side. Of what is no wheel each builds its own.
use_downloads() {
  local cache=$UV_CACHE_DIR name stamp scratch
  stamp=$(cat locks/jupyter.txt locks/theano.txt locks/tensorflow.txt | sha256sum)
  [ "$(cat "$cache/wheels-of" 2>/dev/null)" = "$stamp" ] && return
  mkdir -p "$cache"
  scratch=$(mktemp -d "$WORKSHOP_TEST_CACHE/wheels-XXXXXX")
  for name in jupyter theano tensorflow; do
    awk '/^[a-zA-Z]/ { wheel = !/^(lasagne|minatar|theano)==/ } wheel' "locks/$name.txt" >"$scratch/$name.txt"
    # Links, as everything else that uv installs.
    "$CACHE/venv/bin/uv" pip install --quiet --target "$scratch/$name" --python-version 3.11 --no-deps --only-binary :all: \
      --require-hashes --requirement "$scratch/$name.txt" || { rm -rf "$scratch" && return 1; }
  done
  rm -rf "$scratch"
  echo "$stamp" >"$cache/wheels-of"
}

# use_testbed: make sure that containers with systemd inside can be started; skips where they cannot.
use_testbed() {
  [ "$(id -u)" = 0 ] || skip "needs root: containers with systemd inside are started by root's podman"
  install_packages podman:podman mmdebstrap:mmdebstrap crun:crun rpmbuild:rpm:rpm-build createrepo_c:createrepo-c:createrepo_c \
    nft:nftables unshare:util-linux ss:iproute2:iproute
  [ -e /usr/lib/podman/netavark ] || [ -e /usr/libexec/podman/netavark ] || install_packages netavark:netavark
  if ! in_testbed podman run --rm --pids-limit=0 "$(in_testbed tools/testbed/image.bash bare)" true; then
    skip "podman cannot start a container here; see above"
  fi
}

# in_testbed COMMAND…: the containers of one session share a mount namespace, in which podman finds the
# cgroups that it wants.
in_testbed() {
  # A function of this file is known to the bash inside, too.
  if [ "$(type -t "$1")" = function ]; then set -- bash -c '"$@"' -- "$@"; fi
  tools/testbed/cgroup2.bash "$@"
}

# in_limited_testbed COMMAND…: the same, where limits of units bite if this host can make them.
in_limited_testbed() {
  if [ "$(type -t "$1")" = function ]; then set -- bash -c '"$@"' -- "$@"; fi
  tools/testbed/limits.bash "$@"
}

# use_emulator: what runs Arm's programs on another processor.
use_emulator() {
  [ "$(uname -m)" = aarch64 ] || command -v qemu-aarch64-static >/dev/null ||
    install_packages qemu-aarch64-static:qemu-user-static
}

# emulated COMMAND…: where Arm's programs run, on any processor; the host does not learn of it.
emulated() {
  if [ "$(type -t "$1")" = function ]; then set -- bash -c '"$@"' -- "$@"; fi
  python -c 'import os, sys
from organiser.appliance import emulation
from organiser.appliance.architecture import ARM64, native
if native() != ARM64:
    emulation.register(emulation.emulator())
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

# use_sticks: what formats thumb drives, and what mounts them where the kernel knows neither exFAT nor FAT32.
use_sticks() {
  install_packages mkfs.exfat:exfatprogs mkfs.vfat:dosfstools losetup:mount:util-linux \
    mount.exfat-fuse:exfat-fuse:fuse-exfat rsync:rsync ssh-keygen:openssh-client:openssh
  if command -v apt-get >/dev/null; then install_packages fusefat:fusefat; fi
}

# has_tests FOLDER
has_tests() { [ -n "$(find "$1" -name 'test_*.py' -print -quit 2>/dev/null)" ]; }

# run_pytest PATH… [OPTION…]: pytest, with the python that is first on PATH, watched by tools/testrun. Of the tests
# that WORKSHOP_TEST_ONLY names, a line each, those that lie below PATHs run; without any, there is nothing to do.
run_pytest() {
  local paths=() chosen=() only
  while [ $# != 0 ] && [[ $1 != -* ]]; do paths+=("$1") && shift; done
  if [ -n "${WORKSHOP_TEST_ONLY:-}" ]; then
    while IFS= read -r only; do
      chosen+=("$(narrow "$only" "${paths[@]}")")
    done <<<"$WORKSHOP_TEST_ONLY"
    mapfile -t paths < <(printf '%s\n' "${chosen[@]}" | sed '/^$/d' | sort -u)
    [ ${#paths[@]} != 0 ] || return 0
  fi
  local status=0
  python -m pytest -p tools.testrun.pytest_events --durations=15 "${paths[@]}" "$@" || status=$?
  # Of the tests that were named, a job may leave all to another one.
  if [ "$status" = 5 ] && [ -n "${WORKSHOP_TEST_ONLY:-}" ]; then status=0; fi
  return "$status"
}

# narrow ONLY PATH…: what ONLY, a path or a node id, leaves of the PATHs, a line each.
narrow() {
  local only=${1%/} path
  shift
  for path in "$@"; do
    case $only in "$path" | "$path"/* | "$path"::*) echo "$only" && return ;; esac
    case $path in "$only"/* | "$only"::*) echo "$path" ;; esac
  done
}

export -f run_pytest narrow in_testbed

# step NAME COMMAND…: run it; a failure is remembered, so that the steps after it are seen too.
failed_steps=()
step() {
  local name=$1 started=$SECONDS
  shift
  echo "-- $name"
  "$@" || failed_steps+=("$name")
  echo "-- $name: $((SECONDS - started)) s"
}

# no_job NAME: the table asks for a job that the part does not have.
no_job() {
  echo "$(basename "$0" .bash) has no job '${1:-}'; see tools/test.bash --list"
  exit 2
}

# end_steps: the job's verdict.
end_steps() {
  [ ${#failed_steps[@]} = 0 ] && return
  local IFS=,
  echo "failed: ${failed_steps[*]}"
  exit 1
}
