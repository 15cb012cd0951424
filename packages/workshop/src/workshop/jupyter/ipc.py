"""Kernels that talk over sockets in a folder of this account's own, so that no other account can listen.

Over TCP, Jupyter's way, every account of the machine may connect with a kernel and read all that it
publishes: outputs are signed, and not hidden. Sockets that are files are for whoever may enter their folder.
"""

from __future__ import annotations

import atexit
import functools
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from jupyter_client.localinterfaces import localhost
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from traitlets import CaselessStrEnum, default

from workshop.core.errors import WorkshopError

LONGEST = 107
"""Bytes of a socket's path: sun_path of unix(7), with the zero at its end."""
NAME = "k0123456789ab-999"
"""As long as the longest name of a socket: five for each kernel."""
SHORT = ("/tmp", "/var/tmp", "/dev/shm")
"""Where else than in the account's own folder one may be whose path is short, in order."""


class OwnSockets(AsyncKernelManager):
    """A kernel manager whose kernels nobody else on this machine hears."""

    transport = CaselessStrEnum(["tcp", "ipc"], default_value="ipc", config=True)

    @default("ip")
    def own_sockets(self) -> str:
        """Return how the names of this kernel's sockets begin."""
        if self.transport != "ipc":
            return str(localhost())
        return str(socket_folder(Path(jupyter_runtime_dir())) / f"k{secrets.token_hex(6)}")


@functools.cache
def socket_folder(runtime: Path) -> Path:
    """Return a folder for kernels' sockets that only this account can enter.

    runtime: Jupyter's own folder for such things, which is taken when its path is short enough.

    Raises WorkshopError when there is none.
    """
    if _fits(runtime) and _make_private(runtime):
        return runtime
    own = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    for place in (own, *SHORT):
        folder = _new_folder(place)
        if folder is not None:
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            return folder
    raise WorkshopError(
        f"kernels need a folder for their sockets with a short path, and {runtime} is too long; "
        "make /tmp writable, or set XDG_RUNTIME_DIR"
    )


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / NAME)) <= LONGEST


def _make_private(folder: Path) -> bool:
    """Close a folder to all others; return whether it is this account's own and no link."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            return False
        folder.chmod(0o700)
    except OSError:
        return False
    return True


def _new_folder(place: str) -> Path | None:
    """Return a new folder that nobody else can enter, or None where there can be none with a short path."""
    if not _fits(Path(place) / "workshop-01234567"):
        return None
    try:
        return Path(tempfile.mkdtemp(prefix="workshop-", dir=place))
    except OSError:
        return None
