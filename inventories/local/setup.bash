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
# shellcheck source=inventories/local/distribution.bash
source "$root/inventories/local/distribution.bash"
# shellcheck source=inventories/local/root.bash
source "$root/inventories/local/root.bash"
# shellcheck source=inventories/local/packages.bash
source "$root/inventories/local/packages.bash"
# shellcheck source=tools/setup-lock.bash
source "$root/tools/setup-lock.bash"

usage() {
  cat <<'END'
usage: ./local/setup.bash [-e variable=value …] [ansible-playbook's options]

Installs what is missing (asking for sudo's password, once, if it must), makes the environments, fetches the
data, starts Jupyter, TensorBoard and the start page, and prints their addresses.
Often used: -e workshop_stick=DIR (a thumb drive), -e workshop_offline=true,
            -e workshop_ca_bundle=FILE (a company's certificates), -e workshop_jupyter_port=8888.
END
}

# A folder with other things in it is not taken: set-up would give some of them away, and uninstall take them away. The
# play looks at that, too, but what comes before it already lies there then.
check_prefix() {
  local name
  case ${prefix##*/} in workshop | .workshop) return ;; esac
  if [ -e "$prefix/etc/workshop.toml" ] || [ -e "$prefix/etc/before-set-up.json" ]; then return; fi
  for name in "$prefix"/* "$prefix"/.[!.]*; do
    case ${name##*/} in
      .lock | .lock.guard | control | uv | cache | source | lost+found) continue ;;
      # Made by a set-up that was killed before it had written what was here.
      etc) [ -n "$(find "$name/" -mindepth 1 ! -name '.before-set-up.json.*' ! -name '.ansible_tmp*' -print -quit)" ] || continue ;;
    esac
    if [ -e "$name" ] || [ -L "$name" ]; then
      die "$prefix holds ${name##*/}, which set-up did not make; choose a folder of its own, for example by -e workshop_prefix=${prefix%/}/workshop"
    fi
  done
}

check_disk() {
  local folder=$prefix needed free used=0
  needed=$required_disk_mb
  [ -n "$needed" ] || needed=$(sed -n 's/^base_fedora_required_disk_mb: *//p' "$root/roles/base-fedora/defaults/main.yml")
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  free=$(df -Pm "$folder" | awk 'NR == 2 {print $4}')
  [ "$free" -ge "$needed" ] && return
  # What an earlier run installed needs no room again.
  [ -d "$prefix" ] && used=$(du -sm "$prefix" 2>/dev/null | cut -f1)
  [ $((free + used)) -ge "$needed" ] ||
    die "the disk of $folder has $free MB free and the workshop needs $needed; free some or choose another by -e workshop_prefix=DIR"
}

# is_rehearsal WORD…: nothing is to be changed, so only what Ansible itself needs is installed.
is_rehearsal() {
  local word
  for word in "$@"; do case $word in -C | --check | --list* | --syntax-check) return ;; esac; done
  return 1
}

make_control_environment() {
  ensure_uv "$prefix/uv"
  export UV_CACHE_DIR=$cache/uv
  [ -x "$prefix/control/bin/python" ] || "$UV" venv --quiet --clear --python "$PYTHON" "$prefix/control"
  sync_locked control "$prefix/control"
}

# say_command: how the workshop command is called from now on.
say_command() {
  local ours=$prefix/venvs/jupyter/bin/workshop launcher=$launcher_folder/workshop
  if [ "$(realpath "$(command -v workshop || true)" 2>/dev/null)" = "$(realpath "$ours")" ]; then
    echo "The command: workshop"
  elif [ -z "$launcher_folder" ]; then
    echo "The command: $ours"
  elif [ "$(readlink "$launcher")" = "$ours" ]; then
    echo "$launcher_folder is not on PATH yet; log in again, or type: $launcher"
  else
    echo "'workshop' is another workshop's command; of this one type: $ours"
  fi
}

main() {
  case ${1:-} in -h | --help) usage && exit 0 ;; esac
  mark_set_up "${BASH_SOURCE[0]}" "$@"
  check_distribution /etc/os-release
  # shellcheck disable=SC2046
  find_python || install_packages $(bootstrap_packages)
  read_settings "$@"
  check_prefix
  check_disk
  # shellcheck disable=SC2046
  if is_rehearsal "$@"; then install_packages $(bootstrap_packages); else install_packages $(bootstrap_packages) $(role_packages); fi
  # Code and data of the workshop are for its account alone to change, whatever this shell lets others do.
  umask go-w
  mkdir -p "$prefix" || die "cannot make $prefix; choose another folder by -e workshop_prefix=DIR"
  wait_for_other_set_ups "$prefix/.lock"
  make_control_environment
  is_rehearsal "$@" || root_for_python
  absolute_files "$@"
  cd "$root"
  ANSIBLE_CONFIG=$root/ansible.cfg ANSIBLE_DISPLAY_SKIPPED_HOSTS=false ANSIBLE_DISPLAY_OK_HOSTS=false \
    with_password "$prefix/control/bin/ansible-playbook" site.yml -i local "${words[@]}" ||
    die "set-up is not complete; mend what the last red line above says and run this again"
  if is_rehearsal "$@"; then exit 0; fi
  # The play has written down whether they did so before, for uninstall to know.
  outlive_the_session
  # Of what is as it was Ansible shows nothing here, so its own line about this is not seen.
  if [ -z "$no_lessons" ] && grep -q '^left_out = ".*pytorch' "$prefix/etc/workshop.toml" 2>/dev/null; then
    echo "PyTorch is left out; to add it, connect to a network or name a folder with its wheel by -e python_venv_torch=DIR, and run this again"
  fi
  # A part of set-up waits for its own services only; those of the others may have been started anew beside them.
  "$prefix/venvs/jupyter/bin/workshop" doctor --wait 60
  # Where a person looks on. The link that it may print is for nobody's log.
  if [ -t 1 ]; then "$prefix/venvs/jupyter/bin/workshop" open || true; fi
  say_command
}

main "$@"
