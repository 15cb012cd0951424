#!/usr/bin/env bash
# The playbook on bare machines (containers): Debian with systemd, Fedora, local mode; then faults.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

[ "$(id -u)" = 0 ] || skip "needs root: containers with systemd inside are started by root's podman"
install_packages podman:podman mmdebstrap:mmdebstrap crun:crun rpmbuild:rpm:rpm-build createrepo_c:createrepo-c:createrepo_c \
  nft:nftables unshare:util-linux ss:iproute2:iproute
[ -e /usr/lib/podman/netavark ] || [ -e /usr/libexec/podman/netavark ] || install_packages netavark:netavark
use_test_venv

# The scenarios' machines have fixed names: one run at a time on a host.
exec 9>/run/lock/workshop-testbed.lock
flock --nonblock 9 || { echo "waiting for another run of this part on this host" && flock 9; }

# The parts of one session share a mount namespace, in which podman finds the cgroups that it wants.
# What stays behind of a killed run must not hold the lock.
in_testbed() { tools/testbed/cgroup2.bash "$@" 9>&-; }

if ! in_testbed podman run --rm --pids-limit=0 "$(tools/testbed/image.bash bare)" true; then
  skip "podman cannot start a container here; see above"
fi
rm -f "$CACHE/figures.txt"
step "debian13" in_testbed molecule test -s debian13
step "fedora" in_testbed molecule test -s fedora
step "local mode and faults" in_testbed pytest tests/machines/local
cat "$CACHE/figures.txt" 2>/dev/null || true
end_steps
