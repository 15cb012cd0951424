#!/usr/bin/env bash
# Runs inside the root of an appliance to be, as root, with systemd as its first process: installs Ansible into
# the folder of downloads, which the appliance does not keep, and runs playbooks/appliance.yml.
# `workshop appliance build` calls it; further words go to ansible-playbook.
# usage: provision.bash CACHE CA-BUNDLE|"" [OPTION…]
set -euo pipefail
root=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=tools/bootstrap.bash
source "$root/tools/bootstrap.bash"
cache=$1 bundle=$2
shift 2

if [ -n "$bundle" ]; then trust_bundle "$bundle"; fi
export WORKSHOP_WHEELS=$cache/wheels UV_CACHE_DIR=$cache/uv
# The root's own Python runs it; that of another distribution or processor could not.
# shellcheck disable=SC1091
control=$cache/control-$(. /etc/os-release && echo "$ID-$VERSION_ID")-$(uname -m)
find_python || die "$(no_python)"
ensure_uv "$control-uv"
"$control/bin/python" -I -c "" 2>/dev/null || "$UV" venv --quiet --clear --python "$PYTHON" "$control"
sync_locked control "$control"

cd "$root"
if command -v apt-get >/dev/null; then
  bash roles/base-fedora/files/package-lock.bash run 900 apt-get update --quiet=2
fi
# What changed nothing is said as well: only then each task is named as it begins, by which the builder sees how far it is.
export ANSIBLE_CONFIG=$root/ansible.cfg ANSIBLE_DISPLAY_SKIPPED_HOSTS=true ANSIBLE_DISPLAY_OK_HOSTS=true
exec "$control/bin/ansible-playbook" playbooks/appliance.yml -i inventories/appliance \
  -e "workshop_ca_bundle=$bundle" "$@"
