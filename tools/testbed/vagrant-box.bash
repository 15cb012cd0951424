#!/usr/bin/env bash
# Make a box for Vagrant's provider libvirt: Debian 13 with what the role base-fedora installs and with Ansible, so
# that a machine without hardware virtualisation, on which everything takes ten times as long, need only be configured.
#
# The box carries its kernel beside the disk, and in its own Vagrantfile says what such a host needs: qemu
# without kvm, direct boot. The name of the file ends in a hash of what it is made from.
# usage: tools/testbed/vagrant-box.bash FOLDER, which prints the path of the box in it
set -euo pipefail
# shellcheck source=tools/testbed/lib.bash
. "$(dirname "${BASH_SOURCE[0]}")/lib.bash"
TESTBED_SUITE=trixie # whatever WORKSHOP_TEST_SUITE says
CHECKOUT=$(cd "$TESTBED/../.." && pwd)

PACKAGES=linux-image-cloud-amd64,systemd-sysv,udev,dbus,openssh-server,sudo,python3,python3-apt,iproute2,netbase,ansible-core
# More than base_fedora_required_disk_mb; what is empty takes no room.
DISK_SIZE=12G

# The packages that set-up would install are in the box already.
role_packages() {
  sed -n 's/^__base_fedora_\(machine_\)\{0,1\}packages: \[\(.*\)\]$/\2/p' "$CHECKOUT/roles/base-fedora/vars/Debian.yml" |
    tr -d ' ' | paste -sd,
}

content_tag() {
  (cat "${BASH_SOURCE[0]}" "$TESTBED/lib.bash" "$(ca_bundle)" && role_packages) | sha256sum | cut -c1-12
}

# make_root ROOT: the files of the machine. Like every box it lets in whoever has Vagrant's well-known key,
# which `vagrant up` replaces at once.
make_root() {
  local root=$1 options=() line sources
  while read -r line; do options+=(--aptopt="$line"); done < <(host_apt_options)
  sources=$(host_sources "$TESTBED_SUITE")
  mmdebstrap --quiet --mode=root --variant=minbase --format=directory --include="$PACKAGES,$(role_packages)" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --aptopt='Acquire::Languages "none"' "${options[@]}" "$TESTBED_SUITE" "$root" ${sources:+"$sources"}
  chroot "$root" useradd --create-home --shell /bin/bash vagrant
  echo "vagrant ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/vagrant"
  install -d -m 700 "$root/home/vagrant/.ssh"
  install -m 600 "$VAGRANT_KEY" "$root/home/vagrant/.ssh/authorized_keys"
  chroot "$root" chown -R vagrant: /home/vagrant/.ssh
  # As its administrator does on every machine of this network.
  awk -v folder="$root/usr/local/share/ca-certificates" \
    '/BEGIN CERT/ { file = folder "/network-" ++number ".crt" } file { print >file }' "$(ca_bundle)"
  chroot "$root" update-ca-certificates
  echo "/dev/vda / ext4 defaults 0 1" >"$root/etc/fstab"
  printf '[Match]\nName=eth0\n[Network]\nDHCP=yes\n[DHCPv4]\nUseDNS=yes\n' >"$root/etc/systemd/network/eth0.network"
  chroot "$root" systemctl --quiet enable systemd-networkd
  rm -f "$root"/var/cache/apt/archives/*.deb
}

# make_box ROOT BOX
make_box() {
  local root=$1 box=$2 parts
  parts=$(dirname "$root")/parts
  mkdir "$parts"
  cp "$(realpath "$root/vmlinuz")" "$parts/vmlinuz"
  cp "$(realpath "$root/initrd.img")" "$parts/initrd.img"
  truncate -s "$DISK_SIZE" "$parts/disk.raw"
  mkfs.ext4 -q -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$parts/disk.raw"
  qemu-img convert -O qcow2 "$parts/disk.raw" "$parts/box.img"
  rm "$parts/disk.raw"
  echo "{\"provider\": \"libvirt\", \"format\": \"qcow2\", \"virtual_size\": ${DISK_SIZE%G}}" >"$parts/metadata.json"
  cat >"$parts/Vagrantfile" <<'END'
here = File.dirname(File.expand_path(__FILE__))
Vagrant.configure("2") do |config|
  config.vm.boot_timeout = 600
  config.vm.provider "libvirt" do |libvirt|
    libvirt.driver = "qemu"
    # All that qemu can emulate: TensorFlow wants more than the oldest processors had.
    libvirt.cpu_mode = "maximum"
    libvirt.graphics_type = "none"
    libvirt.kernel = File.join(here, "vmlinuz")
    libvirt.initrd = File.join(here, "initrd.img")
    libvirt.cmd_line = "root=/dev/vda rw console=ttyS0 net.ifnames=0 mitigations=off"
  end
end
END
  tar --create --file "$box.part" --directory "$parts" metadata.json Vagrantfile box.img vmlinuz initrd.img
  mv "$box.part" "$box"
}

# cleanup: at the end, be it good or bad; whatever failed ended the script at once.
cleanup() {
  local status=$?
  if [ "$status" != 0 ]; then
    tail -n 30 "$scratch/log" >&2
    say "vagrant-box.bash: could not build the box; the log's end is above"
  fi
  rm -rf "$scratch" "$box.part"
}

[ $# = 1 ] || fail "usage: vagrant-box.bash FOLDER"
for tool in mmdebstrap qemu-img mkfs.ext4 vagrant; do
  command -v "$tool" >/dev/null || fail "needs $tool; install it with the system's package manager"
done
VAGRANT_KEY=$(find /usr/lib /usr/share /opt/vagrant -path '*/keys/vagrant.pub' 2>/dev/null | head -n 1 || true)
[ -n "$VAGRANT_KEY" ] || fail "found no keys/vagrant.pub of Vagrant's"
mkdir -p "$1"
box=$(realpath "$1")/debian13-$(content_tag).box
if [ ! -e "$box" ]; then
  scratch=$(mktemp -d)
  trap cleanup EXIT
  say "vagrant-box.bash: building $(basename "$box")"
  started=$SECONDS
  make_root "$scratch/root" >"$scratch/log" 2>&1
  make_box "$scratch/root" "$box" >>"$scratch/log" 2>&1
  say "vagrant-box.bash: built it in $((SECONDS - started)) s, $(stat -c %s "$box" | numfmt --to=si)B"
fi
echo "$box"
