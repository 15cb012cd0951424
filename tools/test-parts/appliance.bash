#!/usr/bin/env bash
# Appliances and thumb drives: disks, OVAs and their faults; full: one without TensorFlow, built, verified, booted.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

output=$CACHE/appliance

use_disk_tools() {
  install_packages qemu-system-x86_64:qemu-system-x86:qemu-system-x86-core qemu-img:qemu-utils:qemu-img \
    grub-mkimage:grub-common:grub2-tools sfdisk:fdisk:util-linux mkfs.ext4:e2fsprogs debugfs:e2fsprogs git:git \
    ssh-keygen:openssh-client:openssh zstd:zstd
  [ -d /usr/lib/grub/i386-pc ] || install_packages grub-modules:grub-pc-bin:grub2-pc-modules
}

# For one lesson it is compiled beforehand; for all of them where an appliance is built to be handed out.
build() {
  in_testbed python -m workshop appliance build --without tensorflow --output "$output" --cache "$WORKSHOP_TEST_CACHE" \
    -e '{"deep_libs_warm_lessons": ["0-basics/10-theano-basics"]}' --json >"$output/report.json" && cat "$output/report.json"
}

# What every machine does the roles part sees at native speed; of that, a guest shows the refusals.
boot() { run_pytest tests/machines/appliance tests/machines/behaviour/test_refusals.py --ova "$1"; }

# The root is provisioned in a container.
machine() {
  use_testbed
  install_packages ssh:openssh-client:openssh-clients
  mkdir -p "$output"
  rm -f "$output"/*.ova
  step "build" build
  ova=$(find "$output" -maxdepth 1 -name '*.ova' -print -quit)
  if [ -n "$ova" ]; then
    step "verify" python -m workshop appliance verify "$ova"
    step "boot" boot "$ova"
  fi
  end_steps
}

use_test_venv
case ${1:-} in
  units) use_disk_tools && run_pytest packages/organiser/tests/appliance --numprocesses auto --dist worksteal ;;
  # A distribution for WSL as a container with systemd, twice.
  wsl) use_testbed && WORKSHOP_FULL=1 in_testbed run_pytest tests/machines/wsl -m full ;;
  sticks) use_sticks && run_pytest tests/machines/stick ;;
  machine) use_disk_tools && machine ;;
  # The word of who reads appliances: VirtualBox's on both processors' and on what we quote of it, EFI firmware's on Arm's.
  virtualbox)
    use_disk_tools
    install_packages mmdebstrap:mmdebstrap qemu-system-aarch64:qemu-system-arm:qemu-system-aarch64-core
    [ -f /usr/share/qemu-efi-aarch64/QEMU_EFI.fd ] || install_packages qemu-efi:qemu-efi-aarch64:edk2-aarch64
    WORKSHOP_FULL=1 run_pytest packages/organiser/tests/appliance/test_export.py \
      packages/organiser/tests/appliance/test_arm_boot.py tests/machines/virtualbox -m full
    ;;
  *) no_job "$@" ;;
esac
