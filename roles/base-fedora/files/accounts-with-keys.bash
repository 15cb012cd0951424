#!/usr/bin/env bash
# usage, as root: accounts-with-keys.bash ACCOUNT…: prints those that have a key with which they may log in by ssh.
set -euo pipefail

# A home is looked into with its account's own rights, whatever lies there.
for account in "$@"; do
  if runuser --user "$account" -- sh -c 'exec timeout 5 grep -qsE "^[^#]*(ssh|ecdsa|sk)-[a-z0-9@.-]+ " ~/.ssh/authorized_keys' ||
    grep -qsh "^[^#]" "/etc/ssh/authorized_keys.d/$account" "/etc/ssh/authorized_keys.d/$account.disk"; then
    echo "$account"
  fi
done
