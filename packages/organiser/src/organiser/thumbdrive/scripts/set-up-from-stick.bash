#!/usr/bin/env bash
# Local mode from this stick, without a network: bash set-up-from-stick.bash [-e variable=value …]
# Puts the repository into ~/deep-learning-workshop (WORKSHOP_CHECKOUT names another folder) and sets up from there.
# Further words go to ./local/setup.bash. Safe to run again.
set -euo pipefail

stick=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")" && pwd)
checkout=${WORKSHOP_CHECKOUT:-$HOME/deep-learning-workshop}

die() {
  printf 'set-up-from-stick.bash: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root for the system's packages; run it as root, or install sudo"
  fi
}

# check NAME: nothing of a damaged stick is installed. NAME is a file, or a folder with a slash at its end.
check() {
  (cd "$stick" && grep "  $1" SHA256SUMS | sha256sum --check --quiet --strict -) ||
    die "the stick's $1 is damaged; run verify.sh and ask for another stick"
}

# processor_of: this computer's, by Debian's name: that of its programs, which may be 32-bit ones on a 64-bit kernel.
processor_of() {
  dpkg --print-architecture 2>/dev/null && return
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
  esac
}

# processors_here: those that the stick is for, a line each; nothing where there is nothing on it that depends on them.
processors_here() {
  local path
  {
    for path in "$stick"/debs/dists/*/main/binary-*/; do
      if [ -d "$path" ]; then basename "$path" | sed 's/^binary-//'; fi
    done
    for path in "$stick"/wheels/uv-*.whl; do
      case $path in
        *_x86_64.whl) echo amd64 ;;
        *_aarch64.whl) echo arm64 ;;
      esac
    done
  } | sort -u
}

# check_processor: what is for others only fails late, and for reasons that mislead.
check_processor() {
  local processor here
  processor=$(processor_of)
  here=$(processors_here)
  if [ -z "$here" ] || grep -qxF "$processor" <<<"$here"; then return; fi
  die "this stick is for computers with ${here//$'\n'/ or } (amd64: Intel or AMD; arm64: 64-bit Arm), and this one has $processor; ask the organiser for one that is for it"
}

is_debian_13() {
  # shellcheck disable=SC1091
  (. /etc/os-release 2>/dev/null && [ "${ID:-}/${VERSION_ID:-}" = debian/13 ])
}

# lacks_packages: whether something that set-up needs is not installed.
lacks_packages() {
  local package
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || return 0
  done
  return 1
}

# The stick has a part of Debian's own repository, and for this one call it is the only one. apt takes what Debian signed, whoever
# made the stick. Its lists are as old as the stick, so their dates say nothing.
install_packages() {
  local apt keyring state suite processor
  processor=$(processor_of)
  check debs/
  for keyring in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    if [ -f "$keyring" ]; then break; fi
  done
  [ -f "$keyring" ] || die "this Debian lacks its archive's keys; install the package debian-archive-keyring"
  state=$(mktemp -d)
  chmod 755 "$state"
  mkdir -p "$state/lists/partial" "$state/none"
  # apt wants no blanks in an address.
  ln -s "$stick/debs" "$state/debs"
  for suite in "$stick"/debs/dists/*/; do
    echo "deb [arch=$processor signed-by=$keyring check-valid-until=no by-hash=no target=Packages] copy:$state/debs $(basename "$suite") main"
  done >"$state/sources.list"
  apt=(apt-get -o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$state/lists"
    -o "Dir::Etc::preferences=$state/debs/preferences" -o "Dir::Etc::preferencesparts=$state/none"
    -o APT::Get::List-Cleanup=false -o APT::Get::AllowUnauthenticated=false -o Acquire::AllowInsecureRepositories=false
    -o APT::Sandbox::User= -o DPkg::Lock::Timeout=900)
  echo "Installing the system's packages from the stick"
  if ! as_root "${apt[@]}" --quiet=2 --error-on=any update; then
    rm -rf "$state"
    die "the stick's packages are not as Debian signed them; see above, and ask for another stick"
  fi
  if ! as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" --quiet=2 --yes --no-install-recommends install "${packages[@]}" >/dev/null; then
    rm -rf "$state"
    die "could not install the stick's packages; see above"
  fi
  rm -rf "$state"
}

# bring_checkout: clone the stick's repository, or bring an unchanged clone up to date.
bring_checkout() {
  check workshop.bundle
  command -v git >/dev/null || die "needs git; install it with the system's package manager"
  if [ ! -e "$checkout" ]; then
    git -c init.defaultBranch=main clone --quiet "$stick/workshop.bundle" "$checkout" || die "cannot clone the stick's repository to $checkout"
  elif [ -d "$checkout/.git" ] && [ -f "$checkout/local/setup.bash" ]; then
    git -C "$checkout" pull --quiet --ff-only "$stick/workshop.bundle" HEAD 2>/dev/null ||
      echo "set-up-from-stick.bash: $checkout has changes of your own and stays as it is" >&2
  else
    die "$checkout is in the way; move it, or choose another folder by WORKSHOP_CHECKOUT=DIR"
  fi
}

[ -f "$stick/workshop.bundle" ] || die "this stick has no workshop.bundle; ask the organiser for one with local mode"
check_processor
packages=()
if [ -f "$stick/debs/needed.txt" ]; then mapfile -t packages <"$stick/debs/needed.txt"; fi
if is_debian_13 && [ ${#packages[@]} -gt 0 ] && lacks_packages; then install_packages; fi
bring_checkout
# Set-up splits what it is told at blanks, and a stick's name may have some.
case $stick in
  *[[:blank:]]*)
    # A place that stays, so that a second run finds the same settings.
    mkdir -p "$checkout/.cache"
    ln -sfn "$stick" "$checkout/.cache/stick"
    stick=$checkout/.cache/stick
    ;;
esac
courses=""
for course in "$stick"/courses/*/course.toml; do
  if [ -f "$course" ]; then courses+="${courses:+, }\"$(dirname "$course")\""; fi
done
if [ -n "$courses" ]; then
  check courses/
  set -- -e "{\"workshop_courses\": [$courses]}" "$@"
fi
exec "$checkout/local/setup.bash" -e "workshop_stick=$stick" -e workshop_offline=true "$@"
