# shellcheck shell=bash
# To be sourced by the scripts of the test bed.

# shellcheck disable=SC2034 # both are read by the scripts that source this
TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
TESTBED_SUITE=${WORKSHOP_TEST_SUITE:-trixie}
# Of Debian's processors; empty for this host's. Another one's programs must run here: lib.bash's emulated sees to it.
# shellcheck disable=SC2034
TESTBED_ARCH=${WORKSHOP_TEST_ARCH:-}
# podman warns at every call on a host whose cgroups are not v2 alone; cgroup2.bash deals with those.
export PODMAN_IGNORE_CGROUPSV1_WARNING=1

# say MESSAGE: progress goes to stderr; stdout is for answers.
say() { printf '%s\n' "$*" >&2; }

# fail MESSAGE: one line that says what is wrong and what to do.
fail() {
  say "$(basename "$0"): $*"
  exit 1
}

# ca_bundle: the certificates that this host's clients trust, an organisation's own among them.
ca_bundle() {
  local file
  for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
    [ -r "$file" ] && realpath "$file" && return
  done
  fail "found no CA bundle on this host; name one by SSL_CERT_FILE"
}

# host_sources SUITE [OS-RELEASE]: the one-line sources through which this host would get SUITE and its updates: those of its own
# Debian, by the other name. Prints nothing where there are none: mmdebstrap then uses its own default.
host_sources() {
  local own
  command -v apt-get >/dev/null || return 0
  # shellcheck disable=SC1090,SC1091
  own=$(. "${2:-/etc/os-release}" 2>/dev/null && [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-}") || own=$1
  # The dollars are apt's.
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CODENAME)' 'Created-By: Packages' |
    awk -v own="$own" -v suite="$1" \
      '$1 ~ /^http/ && $4 ~ "^" own "(-|$)" { sub("^" own, suite, $4); print "deb", $1, $4, $3 }' | sort -u
}

# host_apt_options: the host's own way to reach its mirror (a proxy, a clock that is off), a line each.
host_apt_options() {
  command -v apt-config >/dev/null || return 0
  apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date)[: ].*"[^"]+";$' || true
}
