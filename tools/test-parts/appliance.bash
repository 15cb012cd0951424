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

# build appliance|image FOLDER OPTION…: for one lesson it is compiled beforehand; for all of them where something is
# built to be handed out.
build() {
  local what=$1 folder=$2
  shift 2
  in_testbed python -m workshop "$what" build --output "$folder" --cache "$WORKSHOP_TEST_CACHE" \
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

# For the bash inside a bed, too.
export -f wsl

# The root is provisioned in a container.
machine() {
  use_testbed
  install_packages ssh:openssh-client:openssh-clients file:file
  mkdir -p "$output"
  rm -f "$output"/*.{ova,wsl}
  step "build" build appliance "$output" --without tensorflow --format ova,wsl
  local made=("$output"/*.{ova,wsl})
  if [ -f "${made[0]}" ]; then
    step "verify" as_participant "${made[@]}"
    step "boot" boot "${made[0]}"
    step "start as in WSL" wsl --wsl "${made[1]}"
  fi
  end_steps
}

# For Arm, emulated on another processor: in each form, and judged. The jobs after it start what it leaves.
arm() {
  use_testbed
  use_arm_tools
  use_emulator
  mkdir -p "$arm_output"
  rm -f "$arm_output"/*.{ova,utm.zip,wsl,oci.tar}
  step "build" build appliance "$arm_output" --arch arm64 --format ova,utm,wsl --keep-root
  local made=("$arm_output"/*-arm64.{ova,utm.zip,wsl})
  [ ! -f "${made[0]}" ] || step "verify" as_participant "${made[@]}"
  end_steps
}

# The behaviour of every machine is looked at here, for no other job has one with this processor.
arm_boot() {
  use_testbed
  use_arm_tools
  use_emulator
  install_packages ssh:openssh-client:openssh-clients
  step "boot" run_pytest tests/machines/appliance tests/machines/behaviour --ova "$arm_output"/*-arm64.ova
  step "boot as in UTM" python -m workshop appliance verify --boot --boot-seconds "$(longer 900)" --log "$arm_output/log" \
    "$arm_output"/*-arm64.utm.zip
  end_steps
}

# With a whole lesson of each environment.
arm_wsl() {
  use_testbed
  use_emulator
  step "start as in WSL, and whole lessons" emulated wsl --wsl "$arm_output"/*-arm64.wsl
  end_steps
}

# Of the root that was kept: to make one takes half an hour.
arm_image() {
  use_testbed
  use_arm_tools
  use_emulator
  rm -f "$arm_output"/*.oci.tar
  step "image" build image "$arm_output" --arch arm64
  step "start the image" emulated bash tools/test-parts/image.bash started "$arm_output"/*-arm64.oci.tar
  end_steps
}

use_test_venv
case ${1:-} in
  units) use_disk_tools && run_pytest packages/organiser/tests/appliance ;;
  # Boot menus of the builds that rarely come.
  more) use_disk_tools && WORKSHOP_FULL=1 run_pytest packages/organiser/tests/appliance/test_bootloader.py -m full ;;
  wsl) use_testbed && install_packages file:file && wsl ;;
  sticks) use_sticks && run_pytest tests/machines/stick ;;
  machine) use_disk_tools && machine ;;
  arm) use_disk_tools && arm ;;
  arm-boot) use_disk_tools && arm_boot ;;
  arm-wsl) use_disk_tools && arm_wsl ;;
  arm-image) use_disk_tools && arm_image ;;
  # The word of who reads appliances: VirtualBox's on both processors' and on what we quote of it, EFI firmware's on Arm's.
  virtualbox)
    use_disk_tools
    use_arm_tools
    WORKSHOP_FULL=1 run_pytest packages/organiser/tests/appliance/test_export.py \
      packages/organiser/tests/appliance/test_arm_boot.py tests/machines/virtualbox -m full
    ;;
  *) no_job "$@" ;;
esac
