#!/usr/bin/env bash
# Make a Debian root Fedora-like: Fedora's os-release, no apt, and a local repository of RPMs in which
# Fedora's package names (packages.txt) carry the files of Debian's packages. `dnf install gcc-c++` then
# really puts a compiler on the machine.
#
# It proves the roles' Fedora branches, the dnf module and the rpm database. It does not prove that Fedora
# itself has packages of these names, nor SELinux: WORKSHOP_FEDORA_IMAGE runs the same tests on a real one.
# usage (a hook of mmdebstrap, on the host): tools/testbed/fedora-like/build.bash ROOT | --check-tools
set -euo pipefail
# shellcheck source=tools/testbed/lib.bash
. "$(dirname "${BASH_SOURCE[0]}")/../lib.bash"

FEDORA_VERSION=42
PYTHON_SUITE=bookworm # the last suite of Debian with Python 3.11
LIKE=$TESTBED/fedora-like
# Packages of Fedora's smallest image; their files are Debian's and lie in the root already.
ON_THE_IMAGE=(python3 ca-certificates iproute shadow-utils util-linux)

check_tools() {
  local tool
  for tool in rpmbuild createrepo_c dpkg-deb; do
    command -v "$tool" >/dev/null || fail "needs $tool; install it with: apt-get install rpm createrepo-c"
  done
}

# package_table: "fedora-name debian-name…", a line each.
package_table() { sed -e '/^#/d' -e '/^ *$/d' -e 's/:/ /' "$LIKE/packages.txt"; }

# add_python_suite ROOT: the older suite, below everything that the root's own suite has.
add_python_suite() {
  sed -n "s/ $TESTBED_SUITE / $PYTHON_SUITE /p" "$1/etc/apt/sources.list" >"$1/etc/apt/sources.list.d/python.list"
  printf 'Package: *\nPin: release n=%s\nPin-Priority: 100\n' "$PYTHON_SUITE" >"$1/etc/apt/preferences.d/python"
  chroot "$1" apt-get update --quiet
}

# write_closures ROOT DIR: DIR/NAME lists what Fedora's NAME brings, "name=version" a line: everything that installing its
# Debian packages would bring to the root. apt's own Python asks for all of them at once, for to read all its lists takes a
# second of a processor; it is gone afterwards.
write_closures() {
  mkdir -p "$2"
  chroot "$1" apt-get install --yes --quiet --no-install-recommends python3-apt >/dev/null
  # shellcheck disable=SC2086 # one line or several, or none
  package_table | chroot "$1" python3 -I -c 'import sys
import apt_pkg

apt_pkg.init()
apt_pkg.config.set("APT::Install-Recommends", "false")
cache = apt_pkg.Cache(None)
chosen, packages = apt_pkg.DepCache(cache), [each for each in cache.packages if each.has_versions]
for line in sys.stdin:
    name, *debs = line.split()
    for deb in debs:
        chosen.mark_install(cache[deb])
    marked = [each for each in packages if chosen.marked_install(each) or chosen.marked_upgrade(each)]
    print(name, *(f"{each.name}={chosen.get_candidate_ver(each).ver_str}" for each in marked))
    for each in marked:
        chosen.mark_keep(each)' |
    while read -r name brings; do printf '%s\n' $brings | sed '/^$/d' >"$2/$name"; done
  chroot "$1" apt-get purge --yes --quiet --auto-remove python3-apt >/dev/null
}

# unpack DEB TREE: its files, with /bin, /sbin and /lib* where a merged /usr has them.
unpack() {
  local old
  dpkg-deb -x "$1" "$2"
  for old in bin sbin lib lib64; do
    if [ -d "$2/$old" ] && [ ! -L "$2/$old" ]; then
      mkdir -p "$2/usr/$old"
      cp -al "$2/$old/." "$2/usr/$old/"
      rm -rf "${2:?}/$old"
    fi
  done
  rm -rf "$2/usr/share/doc" "$2/usr/share/man" "$2/usr/share/locale" "$2/usr/share/lintian"
}

# registers_alternatives DIR: does the package's script only choose between alternatives (BLAS)? Others,
# which create users or start services, are Debian's own business and are not run.
registers_alternatives() {
  [ -f "$1/postinst" ] && grep -q update-alternatives "$1/postinst" && ! grep -qE 'debconf|adduser' "$1/postinst"
}

# deb_package DEB WORK: unpack one package into WORK/tree and print its part of the spec.
deb_package() {
  local deb=$1 work=$2 name version
  name=$(dpkg-deb -f "$deb" Package)
  version=$(dpkg-deb -f "$deb" Version | sed -e 's/^[0-9]*://' -e 's/-/_/g')
  rm -rf "$work/one" "$work/control"
  unpack "$deb" "$work/one"
  dpkg-deb -e "$deb" "$work/control"
  (cd "$work/one" && find . \( ! -type d -o -type d -empty \) -printf '%y "/%P"\n') |
    sed -e 's/%/%%/g' -e 's/^d /%dir /' -e 's/^. //' >"$work/lists/$name"
  cp -al "$work/one/." "$work/tree/"
  printf '%%package -n deb-%s\nVersion: %s\nSummary: %s\nAutoReqProv: no\n%%description -n deb-%s\n%s\n' \
    "$name" "$version" "Files of Debian's $name" "$name" "Files of Debian's $name."
  printf '%%files -n deb-%s -f %s\n%%defattr(-,root,root,-)\n' "$name" "$work/lists/$name"
  if registers_alternatives "$work/control"; then
    printf '%%post -n deb-%s\nset -- configure\n' "$name"
    sed 's/%/%%/g' "$work/control/postinst"
  fi
}

# fedora_package NAME CLOSURE: the package that people ask for; it holds no file and requires the above.
fedora_package() {
  printf '%%package -n %s\nSummary: What Fedora calls %s\nAutoReqProv: no\n' "$1" "$1"
  sed 's/^\([^=:]*\).*/Requires: deb-\1/' "$2"
  printf '%%description -n %s\nWhat Fedora calls %s.\n%%files -n %s\n%%post -n %s\n/sbin/ldconfig\n' "$1" "$1" "$1" "$1"
  [ ! -f "$LIKE/post/$1.sh" ] || cat "$LIKE/post/$1.sh"
}

# release_package: who the system says it is (dnf takes its release version from it), and the shell that
# the root has without a package.
release_package() {
  cat <<SPEC
%package -n fedora-release
Version: $FEDORA_VERSION
Summary: Identity of the Fedora-like system
Provides: system-release = $FEDORA_VERSION
Provides: system-release(releasever) = $FEDORA_VERSION
Provides: /bin/sh
AutoReqProv: no
%description -n fedora-release
Identity of the Fedora-like system.
%files -n fedora-release
/etc/fedora-release
SPEC
}

# write_spec WORK CLOSURES DEB…
write_spec() {
  local work=$1 closures=$2 deb name
  shift 2
  mkdir -p "$work/tree/etc" "$work/lists"
  echo "Fedora release $FEDORA_VERSION (like)" >"$work/tree/etc/fedora-release"
  cat <<'SPEC'
Name: fedora-like
Version: 1
Release: 1
Summary: Packages for a Fedora-like test machine
License: various
%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%global _binary_payload w1.zstdio
%description
Packages for a Fedora-like test machine.
SPEC
  for deb in "$@"; do deb_package "$deb" "$work"; done
  while read -r name _; do fedora_package "$name" "$closures/$name"; done < <(package_table)
  release_package
  printf '%%install\ncp -a %s/tree/. %%{buildroot}/\n' "$work"
}

# build_repository ROOT: Debian's packages in, a repository of RPMs under /srv/repo out.
build_repository() {
  local root=$1 work wanted
  work=$(mktemp -d)
  add_python_suite "$root"
  write_closures "$root" "$work/closures"
  mapfile -t wanted < <(cat "$work/closures/"* | sort -u)
  chroot "$root" apt-get install --yes --quiet --download-only --no-install-recommends "${wanted[@]}"
  write_spec "$work" "$work/closures" "$root"/var/cache/apt/archives/*.deb >"$work/like.spec"
  rpmbuild -bb --quiet --define "_topdir $work/rpmbuild" --define "_rpmdir $root/srv/repo" "$work/like.spec"
  createrepo_c --quiet "$root/srv/repo"
  rm -rf "$work"
}

# become_fedora ROOT: dnf instead of apt, and the name on the door.
become_fedora() {
  local root=$1
  mkdir -p "$root/etc/yum.repos.d" "$root/usr/lib/sysimage/rpm"
  printf '[like]\nname=Fedora-like\nbaseurl=file:///srv/repo\ngpgcheck=0\nenabled=1\n' >"$root/etc/yum.repos.d/like.repo"
  # rpm would run packages' scripts in a mount namespace, which containers may not make.
  rm -f "$root/usr/lib/rpm/macros.d/macros.transaction_unshare"
  chroot "$root" rpm --initdb
  chroot "$root" dnf install --assumeyes --quiet --releasever "$FEDORA_VERSION" \
    fedora-release "${ON_THE_IMAGE[@]}"
  rm -f "$root/etc/os-release" "$root/etc/debian_version"
  cat >"$root/usr/lib/os-release" <<RELEASE
NAME="Fedora Linux"
VERSION="$FEDORA_VERSION (like)"
ID=fedora
VERSION_ID=$FEDORA_VERSION
PLATFORM_ID="platform:f$FEDORA_VERSION"
PRETTY_NAME="Fedora Linux $FEDORA_VERSION (like; files of Debian's packages)"
RELEASE
  ln -s ../usr/lib/os-release "$root/etc/os-release"
  ln -s fedora-release "$root/etc/redhat-release"
  ln -s fedora-release "$root/etc/system-release"
  # Without apt and dpkg's records nothing can be installed in Debian's way by mistake.
  rm -rf "$root"/usr/bin/apt* "$root"/usr/bin/dpkg "$root"/etc/apt "$root"/var/lib/apt "$root"/var/cache/apt \
    "$root"/var/lib/dpkg/status* "$root"/var/lib/dpkg/info
}

case ${1:-} in
  --check-tools) check_tools ;;
  "") fail "usage: build.bash ROOT | --check-tools" ;;
  *)
    check_tools
    build_repository "$1"
    become_fedora "$1"
    ;;
esac
