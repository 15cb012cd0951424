#!/usr/bin/env bash
# Turn this machine into the workshop: ./local/setup.bash [-e variable=value …]
# Safe to run again, also after it was interrupted. Further words go to ansible-playbook as they are.
set -euo pipefail
shopt -s extglob

root=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=tools/bootstrap.bash
source "$root/tools/bootstrap.bash"
# shellcheck source=inventories/local/settings.bash
source "$root/inventories/local/settings.bash"
# shellcheck source=tools/setup-lock.bash
source "$root/tools/setup-lock.bash"

usage() {
  cat <<'END'
usage: ./local/setup.bash [-e variable=value …] [ansible-playbook's options]

Installs what is missing (asking for sudo's password if it must), makes the environments, fetches the
data, starts Jupyter, TensorBoard and the start page, and prints their addresses.
Often used: -e workshop_stick=DIR (a thumb drive), -e workshop_offline=true,
            -e workshop_ca_bundle=FILE (a company's certificates), -e workshop_jupyter_port=8888.
END
}

# The packages without which not even Ansible can be installed.
bootstrap_packages() {
  case $1 in
    debian) echo python3 python3-venv ca-certificates ;;
    fedora) echo python3 ca-certificates ;;
  esac
}

check_distribution() {
  local id version
  # shellcheck disable=SC1091
  id=$(. /etc/os-release 2>/dev/null && echo "${ID:-unknown}") || id=unknown
  # shellcheck disable=SC1091
  version=$(. /etc/os-release 2>/dev/null && echo "${VERSION_ID:-}") || version=
  case $id/$version in
    debian/1[3-9]* | fedora/4[2-9]*) distribution=$id ;;
    *) die "this is $id $version; the workshop runs on Debian 13 and on Fedora 42 or newer" ;;
  esac
}

check_disk() {
  local folder=$prefix needed free used=0
  needed=$(sed -n 's/^base_fedora_required_disk_mb: *//p' "$root/roles/base-fedora/defaults/main.yml")
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  free=$(df -Pm "$folder" | awk 'NR == 2 {print $4}')
  [ "$free" -ge "$needed" ] && return
  # What an earlier run installed needs no room again.
  [ -d "$prefix" ] && used=$(du -sm "$prefix" 2>/dev/null | cut -f1)
  [ $((free + used)) -ge "$needed" ] ||
    die "the disk of $folder has $free MB free and the workshop needs $needed; free some or choose another by -e workshop_prefix=DIR"
}

# as_root COMMAND…: run it as root, with sudo where that is needed; fails where neither is possible.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

# alone COMMAND…: run a package manager as root, as soon as no other one is at work.
alone() { as_root bash "$root/roles/base-fedora/files/package-lock.bash" run 900 "$@"; }

is_installed() {
  case $distribution in
    debian) dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed ;;
    fedora) rpm -q --quiet --whatprovides "$1" ;;
  esac
}

install_command() {
  case $distribution in
    debian) echo apt-get install --yes --no-install-recommends ;;
    fedora) echo dnf install --assumeyes ;;
  esac
}

# The packages named on standard input that this machine lacks.
missing_of() {
  local package
  for package in "$@"; do is_installed "$package" || printf '%s ' "$package"; done
}

can_become_root() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || { command -v sudo >/dev/null && [ -t 0 ]; }; }

install_bootstrap_packages() {
  local missing install
  read -ra install <<<"$(install_command)"
  # shellcheck disable=SC2046
  missing=$(missing_of $(bootstrap_packages "$distribution"))
  [ -z "$missing" ] && return
  can_become_root || die "missing packages; as root run: ${install[*]} $missing"
  echo "Installing $missing"
  if [ "$distribution" = debian ]; then alone apt-get update --quiet=2; fi
  # shellcheck disable=SC2086
  alone env DEBIAN_FRONTEND=noninteractive "${install[@]}" $missing >/dev/null ||
    die "could not install $missing; look at what the package manager said above"
}

# The other packages are installed by the play; here it is found out whether that needs a password.
ask_for_password_if_needed() {
  local missing install names
  read -ra install <<<"$(install_command)"
  names=$("$prefix/control/bin/python" "$root/tools/role-packages.py" "$distribution")
  # shellcheck disable=SC2086
  missing=$(missing_of $names)
  [ -z "$missing" ] && return
  can_become_root || die "missing packages; as root run: ${install[*]} $missing"
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || playbook_options+=(--ask-become-pass)
}

make_control_environment() {
  ensure_uv "$prefix/uv"
  export UV_CACHE_DIR=$cache/uv
  [ -x "$prefix/control/bin/python" ] || "$UV" venv --quiet --clear --python python3 "$prefix/control"
  sync_locked control "$prefix/control"
}

main() {
  case ${1:-} in -h | --help) usage && exit 0 ;; esac
  mark_set_up "${BASH_SOURCE[0]}" "$@"
  read_settings "$@"
  playbook_options=("$@")
  check_distribution
  check_disk
  install_bootstrap_packages
  mkdir -p "$prefix" || die "cannot make $prefix; choose another folder by -e workshop_prefix=DIR"
  wait_for_other_set_ups "$prefix/.lock"
  make_control_environment
  ask_for_password_if_needed
  cd "$root"
  ANSIBLE_CONFIG=$root/ansible.cfg ANSIBLE_DISPLAY_SKIPPED_HOSTS=false ANSIBLE_DISPLAY_OK_HOSTS=false \
    "$prefix/control/bin/ansible-playbook" site.yml -i local "${playbook_options[@]}" ||
    die "set-up is not complete; mend what the last red line above says and run this again"
  for word in "$@"; do case $word in -C | --check | --list* | --syntax-check) exit 0 ;; esac; done
  "$prefix/venvs/jupyter/bin/workshop" doctor
}

main "$@"
