"""What a distribution for WSL has, lacks, and has otherwise than a virtual machine."""

from __future__ import annotations

SUFFIX = ".wsl"
NAME = "deep-learning-workshop"
FOLDER = "usr/lib/wsl"
COMMAND, ICON, ACCOUNT = f"{FOLDER}/first-start", f"{FOLDER}/workshop.ico", f"{FOLDER}/account.json"
WINDOW = "etc/profile.d/workshop-window.sh"
DISTRIBUTION, CONFIGURATION = "etc/wsl-distribution.conf", "etc/wsl.conf"
UID = 1000
"""WSL's number for the account that a person uses."""
MASKED = (
    "systemd-resolved.service",
    "systemd-networkd.service",
    "systemd-networkd.socket",
    "systemd-networkd-wait-online.service",
    "NetworkManager.service",
    "systemd-tmpfiles-setup.service",
    "systemd-tmpfiles-clean.service",
    "systemd-tmpfiles-clean.timer",
    "systemd-tmpfiles-setup-dev.service",
    "systemd-tmpfiles-setup-dev-early.service",
    "tmp.mount",
    "networking.service",
    # Not WSL's wish, but ours: nobody comes by ssh, and the first start does what the other one does.
    "ssh.service",
    "ssh.socket",
    "sshd.service",
    "first-boot-workshop.service",
)
UNWANTED = (
    "systemd-vconsole-setup.service",
    "NetworkManager-wait-online.service",
    "console-getty.service",
    "hypervkvpd.service",
)
"""Units that may be there, and that nothing may want: Microsoft's validator warns of them, too."""
LEFT_OUT = (
    # WSL brings its own kernel, and writes these two itself.
    "boot/*", "vmlinuz", "vmlinuz.old", "initrd.img", "initrd.img.old", "usr/lib/modules/*",
    "etc/resolv.conf", "etc/hostname",
    "proc/*", "sys/*", "dev/*", "run/*", "tmp/*", "swapfile",
)  # fmt: skip
LISTENING = (
    "etc/systemd/system/workshop-*.service",
    "opt/workshop/etc/jupyter/jupyter_server_config.py",
    "opt/workshop/etc/workshop.toml",
    "opt/workshop/etc/pull-variables.json",
)
"""Where it says on which address something listens. In a mirrored network WSL's is that of Windows itself."""
EVERYWHERE, LOOPBACK = "0.0.0.0", "127.0.0.1"
DROP_IN = "etc/systemd/system/workshop-.service.d/wsl.conf"
TOLD = """\
# What a window of WSL's says that is opened later than the first one; read by every shell of a person's.
case $- in
  *i*)
    if [ -n "$(find /opt/workshop/etc/token -mmin +1 2>/dev/null)" ]; then
      port=$(sed -n 's/^web_port = //p' /opt/workshop/etc/workshop.toml 2>/dev/null)
      echo "The workshop runs: http://localhost:${port:-8082}/"
      echo "Leave this window open: some seconds after the last one is closed"
      echo "WSL ends the workshop, with all that computes."
      unset port
    fi
    ;;
esac
"""
WAITING = (
    "# Until the first start has made the account, keys and token.\n"
    "[Unit]\nConditionPathExists=/var/lib/workshop-appliance/account\n"
)
