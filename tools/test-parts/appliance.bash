#!/usr/bin/env bash
# An appliance without TensorFlow: built by its own playbook, verified, booted, two copies compared; thumb drives.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

use_test_venv
# The root is provisioned in a container.
use_testbed
install_packages qemu-system-x86_64:qemu-system-x86:qemu-system-x86-core qemu-img:qemu-utils:qemu-img \
  grub-mkimage:grub-common:grub2-tools sfdisk:fdisk:util-linux mkfs.ext4:e2fsprogs \
  git:git ssh:openssh-client:openssh-clients
[ -d /usr/lib/grub/i386-pc ] || install_packages grub-modules:grub-pc-bin:grub2-pc-modules

output=$CACHE/appliance
mkdir -p "$output"
workshop=(python -m workshop appliance)

# For one lesson it is compiled beforehand; for all of them where an appliance is built to be handed out.
build() {
  in_testbed "${workshop[@]}" build --without tensorflow --output "$output" --cache "$WORKSHOP_TEST_CACHE" \
    -e '{"deep_libs_warm_lessons": ["0-basics/10-theano-basics"]}' --json >"$output/report.json" && cat "$output/report.json"
}

# What every machine does the roles part sees at native speed; of that, a guest shows the refusals.
boot() { run_pytest tests/machines/appliance tests/machines/behaviour/test_refusals.py --ova "$1"; }

# Drives are written while machines boot. Not while one is built: what makes a mount namespace would keep them mounted.
start_sticks() {
  use_sticks
  run_pytest tests/machines/stick >"$CACHE/sticks.log" 2>&1 &
  sticks=$!
}

end_sticks() {
  local status=0
  wait "$sticks" || status=$?
  cat "$CACHE/sticks.log"
  return "$status"
}

if [ "${1:-}" = units ]; then
  run_pytest tests/appliance
  exit
fi
[ "${1:-}" = machine ] || no_job "$@"
rm -f "$output"/*.ova
step "build" build
start_sticks
ova=$(find "$output" -maxdepth 1 -name '*.ova' -print -quit)
if [ -n "$ova" ]; then
  step "verify" "${workshop[@]}" verify "$ova"
  step "boot" boot "$ova"
fi
step "thumb drives, meanwhile" end_sticks
end_steps
