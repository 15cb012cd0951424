# shellcheck shell=bash
# To be sourced: the first steps on a bare machine, shared by set-up, the tests and tools/workshop.
# Needs a Python (3.11 or newer) with its venv module. Everything is checked against locks/*.txt.
# Whoever sets up may stand in a folder that others can write to, as /tmp: -P and -I keep Python from taking modules
# from there.

# What this shell sets for a Python of its own (another project's PYTHONPATH, a PYTHONDONTWRITEBYTECODE, after which every
# start compiles its modules anew) is not for the workshop's: all that is started from here would inherit it.
unset "${!PYTHON@}"

BOOTSTRAP_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# die MESSAGE: one line that says what is wrong and what to do.
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# find_python: set PYTHON to one that is new enough: python3, or one beside it where that is older, as in Enterprise
# Linux 9. It is looked for once, and what is found is the interpreter itself: a script that chooses among several, as
# pyenv's, takes longer than the interpreter does.
found_python=
find_python() {
  local name
  PYTHON=$found_python
  if [ -n "$PYTHON" ]; then return; fi
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    PYTHON=$(command -v "$name") || continue
    PYTHON=$("$PYTHON" -I -c 'import sys; print(sys.executable); sys.exit(sys.version_info < (3, 11))' 2>/dev/null) || continue
    [ -n "$PYTHON" ] || continue
    found_python=$PYTHON
    return
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
  local dir=$1 lock=$BOOTSTRAP_ROOT/locks/uv.txt wanted wheels log pip
  UV=$dir/bin/uv
  wanted=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$lock")
  [ "$("$UV" --version 2>/dev/null | cut -d' ' -f2)" = "$wanted" ] && return 0
  find_python || die "$(no_python)"
  rm -rf "$dir"
  mkdir -p "$(dirname "$dir")"
  wheels=${WORKSHOP_WHEELS:-$dir/wheels}
  refuse_anothers "$wheels"
  unpack_uv "$dir" "$lock" "$wheels" && return
  mkdir -p "$wheels"
  log=$(mktemp)
  # Where a pip is there, an environment with one of its own is not needed, which takes five times as long.
  if find_pip; then
    for_this_platform download_uv "$lock" "$wheels" "$PYTHON" -I "${pip[@]}" >"$log" 2>&1 || no_uv "$dir" "$log" "$wanted"
    unpack_uv "$dir" "$lock" "$wheels" && rm -f "$log" && return
  fi
  if ! "$PYTHON" -P -m venv "$dir" >"$log" 2>&1; then
    rm -rf "$dir" "$log"
    die "$PYTHON cannot make virtual environments; install python3-venv (Debian, Ubuntu)"
  fi
  mkdir -p "$wheels"
  if ! install_locked_uv "$dir" "$lock" "$wheels" --no-index >"$log" 2>&1 &&
    ! { download_uv "$lock" "$wheels" "$dir/bin/python" -P -m pip >"$log" 2>&1 &&
      install_locked_uv "$dir" "$lock" "$wheels" --no-index >>"$log" 2>&1; }; then
    no_uv "$dir" "$log" "$wanted"
  fi
  rm -f "$log"
}

# unpack_uv DIR LOCK WHEELS: where its wheel is there; fails where it is not, or is not for this machine.
unpack_uv() {
  "$PYTHON" -I "$BOOTSTRAP_ROOT/tools/unpack-uv.py" "$1" "$2" "$3" ${WORKSHOP_STICK:+"$WORKSHOP_STICK/wheels"} \
    2>/dev/null && "$1/bin/uv" --version >/dev/null 2>&1
}

# find_pip: set pip to the words by which the interpreter runs one: its own, or the wheel that it would install into an
# environment, which runs as it is.
find_pip() {
  local wheel
  if "$PYTHON" -I -c 'import pip' 2>/dev/null; then pip=(-m pip) && return; fi
  wheel=$("$PYTHON" -I - 2>/dev/null <<'END'
import ensurepip, pathlib, sysconfig
folders = [sysconfig.get_config_var("WHEEL_PKG_DIR"), pathlib.Path(ensurepip.__file__).with_name("_bundled")]
print(*(path for each in folders if each for path in sorted(pathlib.Path(each).glob("pip-*.whl"))), sep="\n")
END
  ) && wheel=${wheel%%$'\n'*} && [ -n "$wheel" ] && pip=("$wheel/pip")
}

# download_uv LOCK WHEELS PIP…: pip's own resolver checks the hash of what it takes.
download_uv() {
  local lock=$1 wheels=$2
  shift 2
  "$@" download --disable-pip-version-check --quiet --require-hashes --no-deps --retries 1 --timeout 15 \
    --dest "$wheels" --requirement "$lock"
}

# for_this_platform COMMAND…: pip compares each of uv's six thousand wheels with a thousand names of what may run here, for
# more than a second. Where it is plain which one will, it is told the one name.
for_this_platform() {
  case $(uname -m)/$(getconf LONG_BIT 2>/dev/null)/$(getconf GNU_LIBC_VERSION 2>/dev/null) in
    x86_64/64/glibc* | aarch64/64/glibc*)
      PIP_ONLY_BINARY=:all: PIP_IMPLEMENTATION=py PIP_ABI=none PIP_PLATFORM=manylinux2014_$(uname -m) "$@"
      ;;
    *) "$@" ;;
  esac
}

# no_uv DIR LOG WANTED: leave no half of it, and say why there is none.
no_uv() {
  local why
  why=$(grep -v '^ *$' "$2" | tail -n 1)
  rm -rf "$1" "$2"
  die "cannot get uv $3 (${why:0:200}); connect to a network, or name a thumb drive with -e workshop_stick=DIR"
}

# install_locked_uv DIR LOCK WHEELS OPTION…
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
