#!/usr/bin/env bash
# Appliances and thumb drives: disks, OVAs and their faults; full: one without TensorFlow, built, verified, booted, for Arm, too.
# Without words wsl makes a small distribution.
# shellcheck disable=SC2119,SC2120
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

output=$CACHE/appliance arm_output=$CACHE/appliance-arm
# Of a file that is handed out without TensorFlow or with it.
LARGEST_BYTES=1600000000

use_disk_tools() {
  install_packages qemu-system-x86_64:qemu-system-x86:qemu-system-x86-core qemu-img:qemu-utils:qemu-img \
    grub-mkimage:grub-common:grub2-tools sfdisk:fdisk:util-linux mkfs.ext4:e2fsprogs debugfs:e2fsprogs git:git \
    ssh-keygen:openssh-client:openssh zstd:zstd
  [ -d /usr/lib/grub/i386-pc ] || install_packages grub-modules:grub-pc-bin:grub2-pc-modules
}

use_arm_tools() {
  install_packages mmdebstrap:mmdebstrap qemu-system-aarch64:qemu-system-arm:qemu-system-aarch64-core
  [ -f /usr/share/qemu-efi-aarch64/QEMU_EFI.fd ] || install_packages qemu-efi:qemu-efi-aarch64:edk2-aarch64
}

# build FOLDER OPTION…: for one lesson it is compiled beforehand; for all of them where an appliance is built to be
# handed out.
build() {
  local folder=$1
  shift
  in_testbed python -m workshop appliance build --without tensorflow --output "$folder" --cache "$WORKSHOP_TEST_CACHE" \
    -e '{"deep_libs_warm_lessons": ["0-basics/10-theano-basics"]}' "$@" --json >"$folder/report.json" && cat "$folder/report.json"
}

# as_participant FILE…: judged by the one file that lies on the stick, with nothing but Python; and small enough for it.
as_participant() {
  local program file
  program=$(python -c 'import sys, pathlib; from organiser.appliance.verify import alone; print(alone.beside(pathlib.Path(sys.argv[1])))' \
    "$CACHE") || return
  for file in "$@"; do
    if [ "$(stat -c %s "$file")" -gt $LARGEST_BYTES ]; then echo "$file is too large" && return 1; fi
  done
  (cd / && python3 -I "$program" "$@")
}

# What every machine does the roles part sees at native speed; of that, a guest shows the refusals.
boot() { run_pytest tests/machines/appliance tests/machines/behaviour/test_refusals.py --ova "$1"; }

# wsl [OPTION…]: a distribution for WSL as a container with systemd, twice.
wsl() { WORKSHOP_FULL=1 in_testbed run_pytest tests/machines/wsl -m full "$@"; }

# The root is provisioned in a container.
machine() {
  use_testbed
  install_packages ssh:openssh-client:openssh-clients
  mkdir -p "$output"
  rm -f "$output"/*.{ova,wsl}
  step "build" build "$output" --format ova,wsl
  local made=("$output"/*.{ova,wsl})
  if [ -f "${made[0]}" ]; then
    step "verify" as_participant "${made[@]}"
    step "boot" boot "${made[0]}"
    step "start as in WSL" wsl --wsl "${made[1]}"
  fi
  end_steps
}

# For Arm, emulated on another processor: built in each form, judged, and started from its disk. The behaviour of
# every machine is looked at here, for no other job has one with this processor.
arm() {
  use_testbed
  use_arm_tools
  command -v qemu-aarch64-static >/dev/null || install_packages qemu-aarch64-static:qemu-user-static
  install_packages ssh:openssh-client:openssh-clients
  mkdir -p "$arm_output"
  rm -f "$arm_output"/*.{ova,utm.zip,wsl}
  step "build" build "$arm_output" --arch arm64 --format ova,utm,wsl
  local made=("$arm_output"/*-arm64.{ova,utm.zip,wsl})
  if [ -f "${made[0]}" ]; then
    step "verify" as_participant "${made[@]}"
    step "boot" run_pytest tests/machines/appliance tests/machines/behaviour --ova "${made[0]}"
    step "boot as in UTM" python -m workshop appliance verify --boot --boot-seconds "$(longer 900)" --log "$arm_output/log" "${made[1]}"
  fi
  end_steps
}

use_test_venv
case ${1:-} in
  units) use_disk_tools && run_pytest packages/organiser/tests/appliance ;;
  # Boot menus of the builds that rarely come.
  more) use_disk_tools && WORKSHOP_FULL=1 run_pytest packages/organiser/tests/appliance/test_bootloader.py -m full ;;
  wsl) use_testbed && wsl ;;
  sticks) use_sticks && run_pytest tests/machines/stick ;;
  machine) use_disk_tools && machine ;;
  arm) use_disk_tools && arm ;;
  # The word of who reads appliances: VirtualBox's on both processors' and on what we quote of it, EFI firmware's on Arm's.
  virtualbox)
    use_disk_tools
    use_arm_tools
    WORKSHOP_FULL=1 run_pytest packages/organiser/tests/appliance/test_export.py \
      packages/organiser/tests/appliance/test_arm_boot.py tests/machines/virtualbox -m full
    ;;
  *) no_job "$@" ;;
esac
