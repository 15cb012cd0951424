# shellcheck shell=bash
# To be sourced by the scripts of the test bed.

# shellcheck disable=SC2034 # both are read by the scripts that source this
TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
TESTBED_SUITE=trixie
# podman warns at every call on a host whose cgroups are not v2 alone; cgroup2.bash deals with those.
export PODMAN_IGNORE_CGROUPSV1_WARNING=1

# say MESSAGE: progress goes to stderr; stdout is for answers.
say() { printf '%s\n' "$*" >&2; }

# fail MESSAGE: one line that says what is wrong and what to do.
fail() {
  say "$(basename "$0"): $*"
  exit 1
}

# host_sources SUITE: the one-line sources through which this host gets SUITE and its updates. Prints
# nothing on a host of another release: mmdebstrap then uses its own default.
host_sources() {
  command -v apt-get >/dev/null || return 0
  # The dollars are apt's.
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CODENAME)' 'Created-By: Packages' |
    awk -v suite="$1" '$1 ~ /^http/ && $4 ~ "^" suite "(-|$)" { print "deb", $1, $4, $3 }' | sort -u
}

# host_apt_options: the host's own way to reach its mirror (a proxy, a clock that is off), a line each.
host_apt_options() {
  command -v apt-config >/dev/null || return 0
  apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date)[: ].*"[^"]+";$' || true
}
