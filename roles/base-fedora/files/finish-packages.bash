#!/usr/bin/env bash
# Finishes what apt and dpkg were at when they were ended in the middle, by a machine that was switched off or a build
# that was killed: until then they install nothing else. Removes no package, and keeps every file of settings.
# The role base-fedora runs it, as root, when they say so.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
# What lacks another package that was not unpacked yet cannot be configured; the second command fetches that one.
dpkg --force-confdef --force-confold --configure --pending || true
exec apt-get --yes --quiet=2 --fix-broken --no-remove --no-install-recommends -o DPkg::Lock::Timeout="${1:-900}" \
  -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install
