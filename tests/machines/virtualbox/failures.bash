#!/usr/bin/env bash
# Bring about each failure of an import that docs/troubleshooting.md quotes, with the real VBoxManage, and write
# what it says to said/CASE. Run by tools/testbed/virtualbox.bash, in an empty folder.
# usage: failures.bash
set -euo pipefail
export VBOX_USER_HOME=$PWD/home
mkdir said

quiet() { VBoxManage "$@" >/dev/null 2>&1; }

# failing CASE WORD…: VBoxManage must fail; what it says is kept.
failing() {
  local name=$1
  shift
  if VBoxManage "$@" >"said/$name" 2>&1; then
    echo "failures.bash: '$name' did not fail" >&2
    exit 1
  fi
}

import() { failing "$1" import "$2" --vsys 0 --vmname "$1" "${@:3}"; }

# make_appliance: one machine with a disk that hardly compresses, the same each time.
make_appliance() {
  awk 'BEGIN { srand(1); for (i = 0; i < 300000; i++) printf "%08x\n", rand() * 4294967295 }' >raw
  truncate -s 8M raw
  quiet convertfromraw raw disk.vdi --format VDI
  quiet createvm --name source --ostype Fedora_64 --register
  quiet storagectl source --name SATA --add sata
  quiet storageattach source --storagectl SATA --port 0 --device 0 --type hdd --medium "$PWD/disk.vdi"
  quiet export source --manifest --output good.ova
  quiet unregistervm source --delete
}

quiet setproperty machinefolder "$PWD/machines"
make_appliance
tar -xf good.ova
disk=$(echo ./*.vmdk)

head -c 600000 good.ova >cut-in-the-disk.ova
import cut-in-the-disk cut-in-the-disk.ova
head -c 700 good.ova >cut-at-the-start.ova
failing cut-at-the-start import cut-at-the-start.ova
echo '<html>Not found</html>' >web-page.ova
failing web-page import web-page.ova
: >empty.ova
failing empty import empty.ova
failing not-there import not-there.ova

cp good.ova one-byte.ova
printf WORKSHOP | dd of=one-byte.ova bs=1 seek=800000 conv=notrunc status=none
import one-byte one-byte.ova
sed -i 's/\(vmdk) *= *\)[0-9a-f]\{4\}/\10000/' ./*.mf
tar --format=ustar -cf other-sum.ova ./*.ovf ./*.mf ./*.vmdk --transform 's|^\./||'
import other-sum other-sum.ova

mkdir small
mount -t tmpfs -o size=512k none small
import disk-full good.ova --basefolder "$PWD/small"
umount small

mkdir -p machines/left-over
cp "$disk" machines/left-over/
import left-over good.ova

# The same appliance once more: a second copy of the disk, a second copy of the machine.
quiet import good.ova --vsys 0 --vmname here
cp "$(echo machines/here/*.vmdk)" second.vmdk
quiet createvm --name other --ostype Fedora_64 --register
quiet storagectl other --name SATA --add sata
failing disk-known storageattach other --storagectl SATA --port 0 --device 0 --type hdd --medium "$PWD/second.vmdk"
cp machines/here/here.vbox second.vbox
failing machine-known registervm "$PWD/second.vbox"
