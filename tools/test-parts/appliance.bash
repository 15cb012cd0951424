#!/usr/bin/env bash
# Build an appliance without TensorFlow by its own playbook, verify it, boot it, and compare two copies.
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

# Lessons are warmed at full length where an appliance is built to be handed out, not here.
build() {
  in_testbed "${workshop[@]}" build --without tensorflow --output "$output" --cache "$WORKSHOP_TEST_CACHE" \
    -e deep_libs_warm=no --json >"$output/report.json" && cat "$output/report.json"
}

boot() { pytest tests/machines/appliance tests/machines/behaviour --ova "$1"; }

rm -f "$output"/*.ova
step "unit tests" pytest tests/appliance
step "build" build
ova=$(find "$output" -maxdepth 1 -name '*.ova' -print -quit)
[ -n "$ova" ] || { echo "no appliance was built; see above" && exit 1; }
step "verify" "${workshop[@]}" verify "$ova"
step "boot" boot "$ova"
end_steps
