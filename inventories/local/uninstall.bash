#!/usr/bin/env bash
# Take away what ./local/setup.bash made, and nothing else: ./local/uninstall.bash [--notebooks] [-e variable=value …]
# Safe to run again, also after it was interrupted. Further words go to ansible-playbook as they are.
set -euo pipefail

root=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=tools/bootstrap.bash
source "$root/tools/bootstrap.bash"
# shellcheck source=inventories/local/settings.bash
source "$root/inventories/local/settings.bash"
# shellcheck source=inventories/local/root.bash
source "$root/inventories/local/root.bash"
# shellcheck source=tools/setup-lock.bash
source "$root/tools/setup-lock.bash"

usage() {
  cat <<'END'
usage: ./local/uninstall.bash [--notebooks] [-e variable=value …] [ansible-playbook's options]

Stops the services and deletes what set-up made (asking for sudo's password, once, if it must). Your notebooks stay
unless you say --notebooks, or type yes when you are asked. Packages of the system stay. At the end it says what stays.
END
}

# The record that set-up wrote says where the notebooks are.
notebooks_folder() {
  python3 -I -c 'import json, sys; print(json.load(open(sys.argv[1]))["workshop_notebooks"])' \
    "$prefix/etc/pull-variables.json" 2>/dev/null || true
}

ask_for_notebooks() {
  local folder answer=
  folder=$(notebooks_folder)
  if [ -n "$notebooks" ] || [ ! -t 0 ] || [ ! -d "${folder:-/nowhere}" ]; then return 0; fi
  read -rp "Also delete the notebooks in $folder, with all that you wrote? Type yes: " answer || true
  if [ "$answer" = yes ]; then notebooks=true; fi
}

# of_root: what set-up made that only root may take away: whence a Python came, and that services outlive the session.
of_root() {
  local before=$prefix/etc/before-set-up.json lingers=/nowhere
  if python3 -I -c 'import json, sys; sys.exit(json.load(open(sys.argv[1]))["linger"])' "$before" 2>/dev/null; then
    lingers=/var/lib/systemd/linger/$(id -un)
  fi
  ls -d /etc/apt/{preferences.d/workshop-python,sources.list.d/workshop-python.sources} "$lingers" 2>/dev/null || true
}

# ask_for_root WORD…: set may, whether the play becomes root by a password; a rehearsal takes nothing away.
ask_for_root() {
  local word made
  may=false
  for word in "$@"; do
    case $word in
      -C | --check | --list* | --syntax-check) return ;;
      -K | --ask-become-pass | --become-pass*) may=true && return ;;
    esac
  done
  made=$(of_root | paste -sd' ')
  if [ -n "$made" ]; then gain_root "take away: $made" || true; fi
  if [ -n "$password" ]; then may=true; fi
}

main() {
  notebooks=
  local words=() word control may
  for word in "$@"; do
    case $word in
      -h | --help) usage && exit 0 ;;
      --notebooks) notebooks=true ;;
      *) words+=("$word") ;;
    esac
  done
  mark_set_up "${BASH_SOURCE[0]}" "$@"
  read_settings "${words[@]}"
  [ -d "$prefix" ] || { echo "Nothing is set up in $prefix; nothing to do." && exit 0; }
  wait_for_other_set_ups "$prefix/.lock"
  control=$prefix/control
  [ -x "$control/bin/ansible-playbook" ] || control=$prefix/venvs/control
  if [ -x "$control/bin/ansible-playbook" ]; then
    ask_for_notebooks
    ask_for_root "${words[@]}"
    cd "$root"
    ANSIBLE_CONFIG=$root/ansible.cfg ANSIBLE_DISPLAY_SKIPPED_HOSTS=false ANSIBLE_DISPLAY_OK_HOSTS=true \
      with_password "$control/bin/ansible-playbook" playbooks/uninstall.yml -i local \
      -e "uninstall_notebooks=${notebooks:-false}" -e "uninstall_become=$may" "${words[@]}" ||
      die "uninstall is not complete; mend what the last red line above says and run this again"
    for word in "${words[@]}"; do case $word in -C | --check | --list* | --syntax-check) exit 0 ;; esac; done
  elif [ -e "$prefix/etc" ]; then
    die "$prefix has lost the Ansible that it was set up with; run ./local/setup.bash, then this again"
  fi
  # The Ansible that did it, and what made that; then the folders that are empty.
  rm -rf "$prefix/control" "$prefix/venvs/control" "$prefix/uv" "$prefix/cache" "$prefix/.lock"
  rmdir "$prefix/venvs" "$prefix" 2>/dev/null || true
  rmdir "$HOME/.ansible/tmp" "$HOME/.ansible" 2>/dev/null || true
}

main "$@"
