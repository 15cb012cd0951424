"""How many seats fit into how much memory: arithmetic with measured bytes."""

from __future__ import annotations

from dataclasses import dataclass

SIZES_GIB = (24, 64, 256)
MIB_PER_GIB = 1024
KEPT_SHARE = 0.08
"""Of the memory that is left to the system and to its page cache: a margin, not a measurement."""


@dataclass(frozen=True)
class Figures:
    """Memory in MiB; of servers the proportional set size (PSS), which counts once what they share."""

    base: float
    """Hub and proxy."""
    server: float
    """A seat's JupyterLab server, without kernels."""
    kernel: float
    """A lesson's kernel that trains."""

    def fits(self, gib: float) -> dict[str, int]:
        """Return how many seats fit: all training at once, a third of them training, all reading."""
        room = gib * MIB_PER_GIB * (1 - KEPT_SHARE) - self.base
        per = {
            "all_train": self.server + self.kernel,
            "a_third_trains": self.server + self.kernel / 3,
            "all_read": self.server,
        }
        return {name: max(0, int(room / each)) for name, each in per.items()}

    def needed_mib(self, seats: int, training: float = 1.0) -> float:
        """Return the memory that so many seats need when all of them train, or a share of them."""
        return (self.base + seats * (self.server + self.kernel * training)) / (1 - KEPT_SHARE)


MEASURED = Figures(base=89 + 72, server=98, kernel=763)
"""PSS with three seats (/proc/PID/smaps_rollup), on two cores. The kernel: the peak
RSS of the lesson on diffusion in full (800 MB, docs/status.md), the largest that was measured."""
