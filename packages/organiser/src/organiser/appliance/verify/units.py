"""What systemd would start, against what our builds have it start.

Debian's and Fedora's packages bring units of their own; what is in ``etc`` was put there by a build, or by
somebody else. Fedora's are by its presets: no root of it was ever built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from organiser.appliance.verify import tree as trees
from organiser.appliance.verify.tree import Tree
from organiser.appliance.wsl import layout as wsl

PACKAGES = "usr/lib/systemd/system"
"""Where packages put their units; what is in the others was put there for this one system."""
FOLDERS = (
    "etc/systemd/system.control", "run/systemd/system.control", "run/systemd/transient",
    "etc/systemd/system", "etc/systemd/system.attached", "run/systemd/system", "run/systemd/system.attached",
    "run/systemd/generator", "run/systemd/generator.early", "run/systemd/generator.late",
    "usr/local/lib/systemd/system", PACKAGES, "lib/systemd/system",
)  # fmt: skip
"""systemd.unit(5), "Unit File Load Path"."""
GENERATORS = ("etc/systemd/system-generators", "run/systemd/system-generators",
              "usr/local/lib/systemd/system-generators")  # fmt: skip
WAYS = ("wants", "requires", "upholds")
NOTHING = "/dev/null"
OWN = {
    "workshop-jupyter.service", "workshop-tensorboard.service", "workshop-web.service",
    "first-boot-workshop.service", "update-workshop.service", "update-workshop.timer",
}  # fmt: skip
"""Units that our roles write."""
ENABLED = OWN | {
    # Debian's.
    "apt-daily-upgrade.timer", "apt-daily.timer", "dpkg-db-backup.timer", "earlyoom.service",
    "fstrim.timer", "getty@tty1.service", "remote-fs.target", "ssh.service", "ssh.socket",
    "sshd-keygen.service", "systemd-network-generator.service", "systemd-networkd-wait-online.service",
    "systemd-networkd.service", "systemd-networkd.socket", "systemd-pstore.service",
    "systemd-resolved.service", "systemd-timesyncd.service", "e2scrub_reap.service", "e2scrub_all.timer",
    "networking.service", "console-setup.service", "keyboard-setup.service", "grub-common.service",
    # Fedora's.
    "sshd.service", "firewalld.service", "auditd.service", "chronyd.service", "dbus-broker.service",
    "systemd-homed.service", "systemd-homed-activate.service", "systemd-oomd.service",
    "systemd-oomd.socket", "systemd-userdbd.socket", "systemd-journald-audit.socket",
    "systemd-networkd-varlink.socket", "systemd-resolved-varlink.socket", "systemd-boot-update.service",
    "dnf-makecache.timer", "selinux-autorelabel-mark.service", "import-state.service",
    "loadmodules.service", "nis-domainname.service", "logrotate.timer", "unbound-anchor.timer",
}  # fmt: skip
"""By our roles or by packages, when they are installed."""
ALIASES = {
    "dbus-org.freedesktop.network1.service", "dbus-org.freedesktop.resolve1.service",
    "dbus-org.freedesktop.timesync1.service", "dbus-org.freedesktop.home1.service",
    "dbus-org.freedesktop.oom1.service", "dbus-org.fedoraproject.FirewallD1.service", "dbus.service",
    "sshd.service", "default.target", "autovt@.service", "display-manager.service", "iscsi.service",
    "dbus-org.freedesktop.nm-dispatcher.service",
}  # fmt: skip
"""Second names of units."""
PACKAGED = {
    "dbus.service", "dbus.socket", "dev-hugepages.mount", "dev-mqueue.mount", "getty-static.service",
    "getty.target", "kmod-static-nodes.service", "ldconfig.service", "proc-sys-fs-binfmt_misc.automount",
    "run-lock.mount", "tmp.mount", "sys-fs-fuse-connections.mount", "sys-kernel-config.mount",
    "sys-kernel-debug.mount", "sys-kernel-tracing.mount", "console-getty.service", "kmod.service",
    "udev.service", "rescue.target", "modprobe@drm.service", "lvm2-monitor.service", "e2scrub_reap.service",
}  # fmt: skip
"""Wanted by Debian's packages, besides systemd's own."""
SYSTEMDS = re.compile(r"systemd-[a-z0-9-]+\.(service|socket|path|timer|target)")
INITRD = re.compile(r"initrd[a-z-]*\.(target|service)")
SYSV = {
    "README", "alsa-utils", "apparmor", "console-setup.sh", "cron", "dbus", "earlyoom", "functions",
    "grub-common", "hwclock.sh", "keyboard-setup.sh", "kmod", "networking", "procps", "rsync", "skeleton",
    "ssh", "sudo", "udev", "x11-common",
}  # fmt: skip
"""Scripts in etc/init.d, each of which is a service, too."""
RUN_AT_START = ("etc/rc.local", "etc/rc.d/rc.local")
DROP_INS = {"10-emulated.conf": ""}
"""What a build may leave in etc, by name, with its text."""


def enabled(tree: Tree) -> list[str]:
    """Return the paths of everything that has a unit started, and is not systemd's and Debian's own."""
    found = (path for folder in FOLDERS for way in WAYS for path in trees.find(tree, f"{folder}/*.{way}/*"))
    return list(dict.fromkeys(found))


def strange(tree: Tree) -> Iterator[str]:
    """Yield, as a sentence each, what starts that no build of ours starts."""
    for path in enabled(tree):
        folder, _, name = path.rpartition("/")
        is_packages = folder.startswith((PACKAGES, "lib/"))
        known = is_packages and (name in PACKAGED or bool(SYSTEMDS.fullmatch(name) or INITRD.fullmatch(name)))
        known = known or name in ENABLED
        if not known and not (is_packages and _is_fedora(tree)):
            yield f"/{path} starts a unit that no build of ours has started"
        elif not _leads_to(tree, path, name):
            yield f"/{path} does not lead to the unit of that name"
    for folder in FOLDERS:
        if folder not in (PACKAGES, "lib/systemd/system"):
            there = trees.resolve(tree, folder) or folder
            for name in tree.names(there):
                yield from _of_system(tree, f"{there}/{name}", name)
    for folder in GENERATORS:
        for path in trees.find(tree, f"{folder}/*"):
            if not _is_nothing(tree, path):
                yield f"/{path} makes units at each start"
    for path in trees.find(tree, "etc/init.d/*"):
        if path.rpartition("/")[2] not in SYSV:
            yield f"/{path} is a service that no build of ours has"
    for path in RUN_AT_START:
        if trees.resolve(tree, path):
            yield f"/{path} is run at each start"
    for pattern in ("etc/cron.d/*", "etc/cron.hourly/*", "etc/anacrontab"):
        for path in trees.find(tree, pattern):
            if path.rpartition("/")[2] not in (".placeholder", "e2scrub_all", "0hourly", "0anacron"):
                yield f"/{path} is run again and again"


def _of_system(tree: Tree, path: str, name: str) -> Iterator[str]:
    """Judge what lies beside the units that packages bring: units, drop-ins, second names."""
    node = tree.node(path)
    if node is None or name.endswith(tuple(f".{way}" for way in WAYS)):
        return
    if node.is_folder:
        for each in tree.names(path) if name.endswith(".d") else ():
            there = f"{path}/{each}"
            wanted = wsl.WAITING if there == wsl.DROP_IN else DROP_INS.get(each)
            if not _is_nothing(tree, there) and trees.text(tree, there) != wanted:
                yield f"/{there} changes a unit, and no build of ours has it"
    elif _is_nothing(tree, path):
        return
    elif node.is_link:
        if name not in ALIASES or not _target(node.link).startswith((PACKAGES, "lib/systemd/system")):
            yield f"/{path} puts {node.link} in the place of a unit"
    elif name not in OWN:
        yield f"/{path} is a unit that no build of ours has"


def _is_fedora(tree: Tree) -> bool:
    return "ID=fedora" in (trees.text(tree, "etc/os-release") or "").splitlines()


def _is_nothing(tree: Tree, path: str) -> bool:
    """Whether it is a link to nothing, by which a unit or generator is masked."""
    node = tree.node(path)
    return node is not None and node.link == NOTHING


def _target(link: str) -> str:
    return link.removeprefix("/")


def _leads_to(tree: Tree, path: str, name: str) -> bool:
    """Whether what starts a unit is a link to the unit of that name, in a folder of units."""
    node = tree.node(path)
    if node is None or not node.is_link:
        return False
    folder, _, unit = node.link.rpartition("/")
    template = re.sub(r"@[^.]*\.", "@.", name)
    there = {f"/{each}" for each in ("etc/systemd/system", PACKAGES, "lib/systemd/system")} | {".."}
    return folder in there and (unit in (name, template) or name in ALIASES)


def files_of(tree: Tree, unit: str) -> list[str]:
    """Return a unit's files and all its drop-ins, those for whole families too (systemd.unit(5))."""
    stem, _, kind = unit.rpartition(".")
    parts = stem.split("-")
    families = [f"{'-'.join(parts[:count])}-.{kind}" for count in range(1, len(parts))]
    found = []
    for folder in FOLDERS:
        found += trees.find(tree, f"{folder}/{unit}")
        for name in (kind, *families, unit):
            found += trees.find(tree, f"{folder}/{name}.d/*.conf")
    return found


def settings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the assignments of a unit, continued lines put together (systemd.syntax(7))."""
    waiting = ""
    for line in text.split("\n"):
        if line.lstrip()[:1] in ("#", ";"):
            continue
        if line.endswith("\\"):
            waiting += f"{line[:-1]} "
            continue
        key, sign, value = f"{waiting}{line}".partition("=")
        waiting = ""
        if sign:
            yield key.strip(), value.strip()
