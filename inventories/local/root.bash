# shellcheck shell=bash
# To be sourced by setup.bash and uninstall.bash: how they become root, for what nobody else may do.
# sudo's password is typed once, only when something needs it, and stays in this shell: sudo and Ansible read it from
# a pipe. A ticket of sudo's would not do, for it is bound to the terminal, which Ansible's workers leave.

password=""

# gain_root WHAT-FOR: make sure that as_root works, by asking for sudo's password where it wants one.
gain_root() {
  local answer
  if [ "$(id -u)" = 0 ] || [ -n "$password" ]; then return; fi
  command -v sudo >/dev/null || return
  # -k: without a ticket, which Ansible would not have.
  if sudo -k -n true 2>/dev/null; then return; fi
  [ -t 0 ] || return
  echo "Needs root's rights, by sudo, to $1" >&2
  for _ in 1 2 3; do
    read -rsp "[sudo] password for $(id -un): " password || return
    echo >&2
    if answer=$(as_root true 2>&1); then return; fi
    case $answer in *"not in the sudoers"* | *"may not run"* | *"not allowed"*) break ;; esac
    echo "Sorry, try again." >&2
  done
  password=""
  return 1
}

# as_root COMMAND…: run it as root; the password is on no command line and in no environment.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif [ -n "$password" ]; then
    # shellcheck disable=SC2024  # it is sudo itself that reads it
    LC_ALL=C sudo -k -S -p '' "$@" < <(printf '%s\n' "$password")
  else
    sudo -n "$@"
  fi
}

# with_password ANSIBLE-COMMAND…: run it, with the password where there is one and the command brings none itself.
with_password() {
  case "$password $* " in
    " "* | *" -K "* | *" --ask-become-pass "* | *" --become-pass"*) "$@" ;;
    *) "$@" --become-password-file - < <(printf '%s' "$password") ;;
  esac
}
