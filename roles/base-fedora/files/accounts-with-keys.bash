#!/usr/bin/env bash
# usage, as root: accounts-with-keys.bash ACCOUNT…: prints those that have a key with which they may log in by ssh.
set -euo pipefail

# What sshd would take for a key; options may come before it. One that runs its own command, or is restricted, lets nobody
# in who could mend the machine.
key='^(?!.*(?i:command=|restrict).* AAAA)[^#]*(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp[0-9]+|sk-[a-z0-9@.-]+) AAAA'
# A home is looked into with its account's own rights, whatever lies there.
for account in "$@"; do
  # shellcheck disable=SC2016  # the inner shell's
  if runuser --user "$account" -- sh -c 'exec timeout 5 grep -qsP "$1" ~/.ssh/authorized_keys' sh "$key" ||
    grep -qshP "$key" "/etc/ssh/authorized_keys.d/$account" "/etc/ssh/authorized_keys.d/$account.disk"; then
    echo "$account"
  fi
done
