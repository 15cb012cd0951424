"""Kernels that the system ends before it ends any server, and whose end is looked into.

Jupyter starts a kernel through a provisioner; this one is named in the server's settings and so
starts every kernel, whatever its language and environment.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from workshop.core.cgroups import memory_limits

SCORE = 800
"""From -1000 to 1000: whom Linux ends first when memory runs out. Servers have 0, or little more."""

SLOW_DEATH_SECONDS = 10.0
"""A process that was killed while it held much memory lives on, to be seen, until all of it is given back."""
VMSTAT = Path("/proc/vmstat")
KILLS = {signal.SIGKILL, signal.SIGTERM}
"""What the system and memory killers send."""
CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}

SHARE_WORTH_FREEING = 0.2
"""Other kernels are named when they hold more than this share of what the dead one held."""


class MortalKernel(LocalProvisioner):
    """A kernel on this machine, first to go when memory runs out."""

    last_words: str | None = None
    """Why the kernel before this one died, until somebody has been told."""
    _asked = False
    _kills: deque[tuple[float, int]]
    """When the kernel was seen alive, in seconds, and how many had been killed for want of memory."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch the kernel and offer it, with all that it will start, as the first to be ended."""
        self._asked = False
        self._kills = deque()
        self._count_kills()
        info = await super().launch_kernel(cmd, **kwargs)
        try:
            # Raising one's own process' score needs no privilege.
            Path(f"/proc/{self.pid}/oom_score_adj").write_text(str(SCORE), encoding="ascii")
        except OSError as error:
            self.log.warning("kernel %s keeps its server's rank when memory runs out: %s", self.pid, error)
        return info

    async def poll(self) -> int | None:
        """Return the exit code, or None while the kernel lives; look into an end that nobody asked for."""
        process = self.process
        if process is None or process.returncode is not None:
            return await super().poll()
        # Unlike Popen's own wait this one also tells how much memory the process has held.
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid == 0:
            self._count_kills()
            return None
        code = process.returncode = os.waitstatus_to_exitcode(status)
        if -code in KILLS | CRASHES and not self._asked:
            self._look_into(-code, usage.ru_maxrss * 1024 // 1_000_000)
        return code

    async def send_signal(self, signum: int) -> None:
        """Send a signal; an end that follows one of Jupyter's own needs no explanation."""
        await self.poll()
        self._asked = self._asked or signum in (signal.SIGTERM, signal.SIGKILL)
        await super().send_signal(signum)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Note that the kernel was told to end itself: some crash on that way, and nothing is lost by it."""
        self._asked = True
        await super().shutdown_requested(restart=restart)

    def take_last_words(self) -> str | None:
        """Return why the kernel before this one died, once."""
        said, self.last_words = self.last_words, None
        return said

    def _count_kills(self) -> None:
        """Note the kills so far; of the notes that are old the newest is kept."""
        now = time.monotonic()
        self._kills.append((now, kills_for_memory()))
        while len(self._kills) > 1 and self._kills[1][0] < now - SLOW_DEATH_SECONDS:
            self._kills.popleft()

    def _look_into(self, number: int, held_mb: int) -> None:
        sizes = [_megabytes(pid) for pid in self._others()]
        total = min([psutil.virtual_memory().total, *memory_limits()])
        counted = kills_for_memory() > self._kills[0][1]
        self.last_words = words(Death(number, counted, held_mb, total // 1_000_000, len(sizes), sum(sizes)))
        self.log.warning("kernel %s died: %s", self.kernel_id, self.last_words)

    def _others(self) -> list[int]:
        """Return the process ids of the other kernels of this server."""
        all_of_them: Any = getattr(self.parent, "parent", None)
        found = []
        for identity in all_of_them.list_kernel_ids() if all_of_them else []:
            provisioner = all_of_them.get_kernel(identity).provisioner
            if identity != self.kernel_id and provisioner is not None and provisioner.has_process:
                found.append(provisioner.pid)
        return found


def _megabytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss // 1_000_000)
    except psutil.Error:
        return 0


@dataclass(frozen=True)
class Death:
    """How a kernel ended that nobody had asked to end, by one of KILLS or CRASHES."""

    number: int
    """The signal that ended it."""
    counted: bool
    """Whether the system has counted a kill for want of memory since the kernel was last seen alive."""
    held_mb: int
    """The most memory that it held, in MB (10⁶ bytes)."""
    total_mb: int
    """The memory that kernels and servers share, in MB."""
    others: int
    """How many other kernels this server runs."""
    others_mb: int
    """The memory that these hold, in MB."""


def kills_for_memory(vmstat: Path = VMSTAT) -> int:
    """Return how many processes the system has killed since it started because memory ran out.

    0 where it does not say. The count is the whole machine's, in a container too.
    """
    try:
        lines = vmstat.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def words(death: Death) -> str:
    """Return what the participant reads: what happened, what is lost, what to do."""
    return f"{_what(death)} {_lost(death)} {_advice(death)}"


def _what(death: Death) -> str:
    held = f"It held {death.held_mb:,} MB; the machine has {death.total_mb:,} MB for everything."
    if death.counted:
        return f"Memory ran out, so the system ended this notebook's kernel. {held}"
    if death.number in KILLS:
        return f"This notebook's kernel was ended from outside, most likely because memory ran out. {held}"
    return f"This notebook's kernel crashed ({signal.strsignal(death.number)})."


def _lost(death: Death) -> str:
    return "Its variables are gone; what is written in the notebook and in files is not."


def _advice(death: Death) -> str:
    again = "run the cells again from the top"
    if death.number not in KILLS:
        return f"A new kernel starts by itself: {again}, one by one, to find the one that crashes."
    if death.others_mb > SHARE_WORTH_FREEING * death.held_mb:
        kernels = "another kernel" if death.others == 1 else f"{death.others} other kernels"
        holds = "holds" if death.others == 1 else "hold"
        room = f"{kernels} {holds} {death.others_mb:,} MB: shut down what you do not need (list Running)"
        return f"A new kernel starts by itself. First make room, {room}; then {again}."
    return f"A new kernel starts by itself: {again}, with less data at once."
