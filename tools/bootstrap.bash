# shellcheck shell=bash
# To be sourced: the first steps on a bare machine, shared by set-up, the tests and tools/workshop.
# Needs a Python (3.11 or newer) with its venv module. Everything is checked against locks/*.txt.
# Whoever sets up may stand in a folder that others can write to, as /tmp: -P and -I keep Python from taking modules
# from there.

BOOTSTRAP_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# die MESSAGE: one line that says what is wrong and what to do.
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# find_python: set PYTHON to one that is new enough: python3, or one beside it where that is older, as in Enterprise
# Linux 9.
find_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    PYTHON=$(command -v "$name") || continue
    if "$PYTHON" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then return; fi
  done
  PYTHON=
  return 1
}

# no_python: what to do where find_python found none.
no_python() { echo "needs Python 3.11 or newer with its venv module; install python3, or python3.11 where python3 is older"; }

# trust_bundle FILE: make every client that set-up calls trust the certificates in FILE.
trust_bundle() {
  [ -r "$1" ] || die "cannot read the certificates $1 (workshop_ca_bundle)"
  export SSL_CERT_FILE=$1 PIP_CERT=$1 REQUESTS_CA_BUNDLE=$1 CURL_CA_BUNDLE=$1 NODE_EXTRA_CA_CERTS=$1
}

# uv brings a list of its own; what the system's administrator trusts counts, an organisation's own among it.
export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true}

# refuse_anothers FOLDER: code is installed from a cache as it lies there, so nobody else but root may own it.
refuse_anothers() {
  local owner
  owner=$(stat -Lc %u "$1" 2>/dev/null) || return 0
  [ "$owner" = 0 ] || [ "$owner" = "$(id -u)" ] ||
    die "the cache $1 belongs to $(stat -Lc %U "$1"), who could put anything into it; choose one of your own by -e workshop_cache=DIR"
}

# ensure_uv DIR: make sure that DIR/bin/uv is the locked version; sets UV. The wheel is kept in
# WORKSHOP_WHEELS (when set), so that a later run needs no network.
ensure_uv() {
  local dir=$1 lock=$BOOTSTRAP_ROOT/locks/uv.txt wanted wheels log
  UV=$dir/bin/uv
  wanted=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$lock")
  [ "$("$UV" --version 2>/dev/null | cut -d' ' -f2)" = "$wanted" ] && return 0
  find_python || die "$(no_python)"
  rm -rf "$dir"
  mkdir -p "$(dirname "$dir")"
  wheels=${WORKSHOP_WHEELS:-$dir/wheels}
  refuse_anothers "$wheels"
  # Where its wheel is there, pip and an environment for it are not needed.
  "$PYTHON" -I "$BOOTSTRAP_ROOT/tools/unpack-uv.py" "$dir" "$lock" "$wheels" ${WORKSHOP_STICK:+"$WORKSHOP_STICK/wheels"} \
    2>/dev/null && "$UV" --version >/dev/null 2>&1 && return
  log=$(mktemp)
  if ! "$PYTHON" -P -m venv "$dir" >"$log" 2>&1; then
    rm -rf "$dir" "$log"
    die "$PYTHON cannot make virtual environments; install python3-venv (Debian, Ubuntu)"
  fi
  mkdir -p "$wheels"
  if ! install_locked_uv "$dir" "$lock" "$wheels" --no-index >"$log" 2>&1 &&
    ! { "$dir/bin/python" -P -m pip download --disable-pip-version-check --quiet --require-hashes --no-deps \
      --retries 1 --timeout 15 --dest "$wheels" --requirement "$lock" >"$log" 2>&1 &&
      install_locked_uv "$dir" "$lock" "$wheels" --no-index >>"$log" 2>&1; }; then
    local why
    why=$(grep -v '^ *$' "$log" | tail -n 1)
    rm -rf "$dir" "$log"
    die "cannot get uv $wanted (${why:0:200}); connect to a network, or name a thumb drive with -e workshop_stick=DIR"
  fi
  rm -f "$log"
}

# install_locked_uv DIR LOCK WHEELS OPTION…: pip's own resolver checks the hash of what it takes.
install_locked_uv() {
  local dir=$1 lock=$2 wheels=$3 links=()
  shift 3
  [ -d "${WORKSHOP_STICK:-}/wheels" ] && links=(--find-links "$WORKSHOP_STICK/wheels")
  "$dir/bin/python" -P -m pip install --disable-pip-version-check --quiet --require-hashes --no-deps \
    --find-links "$wheels" "${links[@]}" --requirement "$lock" "$@"
}

# sync_locked NAME VENV: make VENV exactly what locks/NAME.txt says. The cache and the stick are
# asked first, so that nothing is asked of the network when nothing is missing.
sync_locked() {
  local lock=$BOOTSTRAP_ROOT/locks/$1.txt venv=$2 links=() log why
  [ -d "${WORKSHOP_STICK:-}/wheels" ] && links=(--find-links "$WORKSHOP_STICK/wheels")
  refuse_anothers "${UV_CACHE_DIR:-}"
  log=$(mktemp)
  local sync=("$UV" pip sync --quiet --require-hashes --python "$venv/bin/python" "${links[@]}" "$lock")
  if ! "${sync[@]}" --offline >"$log" 2>&1 && ! "${sync[@]}" >"$log" 2>&1; then
    why=$(sed -n 's/^ *\(error\|cause\): //p' "$log" | tail -n 1)
    rm -f "$log"
    die "cannot install what locks/$1.txt names (${why:0:300}); connect to a network and run this again"
  fi
  rm -f "$log"
  # uv lets everybody open its locks, and so hold them for ever.
  chmod 600 "$venv/.lock" "${UV_CACHE_DIR:-$venv}/.lock" 2>/dev/null || true
}
