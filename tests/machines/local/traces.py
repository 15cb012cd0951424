"""What a set-up and an uninstall leave behind on a machine, besides packages and what belongs to others."""

from __future__ import annotations

import shlex

from bed import CHECKOUT, USER, Bed

# Packages with what belongs to them, and what the programs of others (apt, Ansible, Jupyter, fontconfig)
# keep of their own, may stay.
EVERY_FILE = (
    f"find / /home/{USER} -xdev"
    " ( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /var/tmp -o -path /srv"
    " -o -path /usr -o -path /var/lib -o -path /var/cache -o -path /var/log -o -path /etc/alternatives"
    f" -o -path {CHECKOUT} -o -path /home/{USER}/downloads ) -prune -o -print"
)
OF_OTHERS = (
    f"/home/{USER}/.ansible",
    f"/home/{USER}/.cache",
    f"/home/{USER}/.ipython",
    f"/home/{USER}/.jupyter",
    f"/home/{USER}/.local",
    f"/home/{USER}/.config/matplotlib",
    f"/home/{USER}/.sudo_as_admin_successful",
    "/var/backups/",  # by a timer of dpkg, at midnight
)


def files(bed: Bed) -> set[str]:
    """Return every file and folder that is no package's; the checkout's own are not looked at."""
    return set(bed.root(" ".join(map(shlex.quote, EVERY_FILE.split()))).splitlines())


def unexpected(bed: Bed, before: set[str]) -> set[str]:
    """Return what is there and was not before set-up; whatever was there must still be."""
    after = files(bed)
    assert not before - after
    new = {name for name in after - before if not name.startswith(OF_OTHERS)} - {f"/home/{USER}/.config"}
    asked = shlex.join(sorted(name for name in new if name.startswith("/etc/")))
    of_packages = bed.root(f"dpkg-query --search {asked} 2>/dev/null || true") if asked else ""
    return {name for name in new if f": {name}\n" not in of_packages}
